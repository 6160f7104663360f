"""Decide the outcome: answered, the sources say otherwise, or not in the sources.

Two logistic regressions over the features below, fitted and cross-validated by `eval/calibrate.py`; their
coefficients stand in `outcome.json`, to be read. A similarity alone cannot tell a near miss from an answer; what a
question asks for must stand in the evidence together: its rare words, its names, years and figures.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from app.dates import DATE_PHRASE
from app.evidence import FEATURES as SENTENCE_FEATURES
from app.evidence import ScoredSentence
from app.premise import SIGNS, signs
from app.query import Understood
from app.ranking import Floats
from app.results import Outcome
from app.retrieve import Retrieval
from app.shapes import heads_of
from ingest.documents import Sentence
from ingest.lexical import LexicalIndex, analyse

if TYPE_CHECKING:
    from ingest.generation import Generation

WEIGHTS_FILE: Final = Path(__file__).with_name("outcome.json")
OUTCOMES: Final[tuple[Outcome, ...]] = ("answered", "sources_say_otherwise", "not_in_sources")

FEATURES: Final[Mapping[str, str]] = {
    "sentence_score": "the best sentence's score",
    "passage_score": "the best passage's score",
    "margin": "the best sentence's score, less the fifth's",
    "topic_cosine": "highest cosine of the topic and a candidate sentence",
    "question_cosine": "highest cosine of the question and a candidate sentence",
    "sentence_coverage": "highest share of the topic's idf in one of the five best sentences",
    "passage_coverage": "share of the topic's idf in the best passage",
    "document_coverage": "share of the topic's idf in the best three passages of one document",
    "unknown": "share of the topic's idf that stands nowhere in the index",
    "names_missing": "share of the question's names and figures that the best document's passages lack",
    "any_name_missing": "one of them is missing",
    "name_unknown": "one of them stands nowhere in the index",
    "head_missing": "the noun that is asked for is neither in the best sentence nor around it",
    "sentence_elsewhere": "a document is named clearly, and the best sentence is of another",
    "rarest_missing": "the topic's rarest known word is not in the best three passages",
    "answer_kind": "share of the kinds of thing asked for in the best sentence",
    "kind_missing": "a kind of thing is asked for, and none of the three best sentences has it",
    "named_document": "the best passage is of the document named most strongly",
    "year_missing": "a year is named, and the best passage's document neither has that date nor says it",
    "unreadable": "the embedding model cannot read the best sentence",
    "source_denies": "the best sentence has a negation",
    **SIGNS,
}

_DENIES: Final = re.compile(r"\bnot\b|n['’]t\b|\bnever\b|\bwithout\b|\bonly\b|\bno\b|않|없|아니|못", re.I)
_NAME: Final = re.compile(
    r"(?<!^)(?<![.?!]\s)(?<![\w.,])(?:[A-Z][\w'’-]*\w|\d[\d.,]*\d\w*|\d\w*)(?:[- ][A-Z][\w'’-]*\w)*"
)
# Names that say who and when; documents are found by them, they need not stand in the words that answer.
_EVERYWHERE: Final = frozenset(
    analyse(
        "US United States America American Korea Korean South Republic ROK Seoul Washington AI Artificial Intelligence "
        "January February March April May June July August September October November December President White House "
        "Biden Trump Moon Yoon Lee Kishida Ishiba Harris Prime Minister Act Order Statement Declaration"
    )
)


def _names(understood: Understood) -> list[set[str]]:
    """Return the index terms of each name and figure that must stand in the evidence."""
    bare = DATE_PHRASE.sub(" ", understood.english)
    names = [set(analyse(name)) - _EVERYWHERE - understood.named.words for name in _NAME.findall(bare)]
    return [terms for terms in names if terms]


def outcome_features(
    generation: Generation, understood: Understood, retrieval: Retrieval, scored: Sequence[ScoredSentence]
) -> Floats:
    """Return one value a feature, `(len(FEATURES),)`; zeros where nothing was retrieved or nothing is asked for."""
    if not retrieval.rows or not scored or not understood.topic_terms:
        return np.zeros(len(FEATURES), dtype=np.float32)
    values = (
        _of_scores(retrieval, scored)
        | _of_coverage(generation, understood, retrieval, scored)
        | _of_match(generation, understood, retrieval, scored)
        | _of_premise(generation, understood, scored)
    )
    return np.array([values[name] for name in FEATURES], dtype=np.float32)


def _column(scored: Sequence[ScoredSentence], name: str) -> list[float]:
    at = list(SENTENCE_FEATURES).index(name)
    return [float(candidate.features[at]) for candidate in scored]


def _of_scores(retrieval: Retrieval, scored: Sequence[ScoredSentence]) -> dict[str, float]:
    fifth = scored[min(4, len(scored) - 1)]
    return {
        "sentence_score": scored[0].score,
        "passage_score": retrieval.scores[0],
        "margin": scored[0].score - fifth.score,
        "topic_cosine": max(_column(scored, "topic")),
        "question_cosine": max(_column(scored, "question")),
        "answer_kind": _column(scored, "answer_kind")[0],
        "unreadable": _column(scored, "unreadable")[0],
    }


def _of_coverage(
    generation: Generation, understood: Understood, retrieval: Retrieval, scored: Sequence[ScoredSentence]
) -> dict[str, float]:
    index = generation.lexical
    first = _best_rows(understood, retrieval)
    beside = _beside(generation, understood, retrieval)
    per_language = []
    for terms in understood.topic_terms.values():
        idf = {term: index.idf(term) for term in set(terms)}
        total = sum(idf.values()) or 1.0
        held = _held(index, idf, beside)
        known = [term for term in idf if index.document_frequency(term)]
        rarest = max(known, key=lambda term: (idf[term], term), default="")
        per_language.append(
            {
                "passage_coverage": sum(idf[t] for t in _held(index, idf, first)) / total,
                "document_coverage": sum(idf[t] for t in held) / total,
                "unknown": sum(weight for term, weight in idf.items() if term not in known) / total,
                "rarest_missing": float(rarest not in held),
            }
        )
    best = max(per_language, key=lambda part: part["document_coverage"])
    return best | {"sentence_coverage": max(_column(scored[:5], "coverage"))}


def _best_rows(understood: Understood, retrieval: Retrieval) -> list[int]:
    """Return the best passage; the best three where the answer comes from several."""
    return list(retrieval.rows[: 3 if understood.shape in ("comparison", "change") else 1])


def _beside(generation: Generation, understood: Understood, retrieval: Retrieval) -> list[int]:
    """Return up to three of the best passages of one document, or of several where the answer comes from them."""
    rows = retrieval.rows
    if understood.shape in ("comparison", "change"):
        return list(rows[:5])
    document = generation.passage_table[rows[0], 0]
    return [row for row in rows[:12] if generation.passage_table[row, 0] == document][:3]


def _held(index: LexicalIndex, terms: Mapping[str, float], rows: Sequence[int]) -> list[str]:
    return [term for term in sorted(terms) if index.holds(term, rows)]


def _of_match(
    generation: Generation, understood: Understood, retrieval: Retrieval, scored: Sequence[ScoredSentence]
) -> dict[str, float]:
    affinity = understood.named.affinity
    row = retrieval.rows[0]
    document_row = int(generation.passage_table[row, 0])
    beside = [generation.passages[r] for r in _beside(generation, understood, retrieval)]
    text = " ".join(f"{passage.context} {passage.text}" for passage in beside)
    held = set(analyse(text))
    names = _names(understood)
    missing = sum(not terms <= held for terms in names)
    heads = [set(analyse(head)) for head in heads_of(understood.english)]
    around = set(analyse(_around(generation, scored[0].sentence)))
    clear = float(affinity.max()) >= 0.9 and int((affinity >= 0.7 * affinity.max()).sum()) <= 3
    sentence_row = generation.documents.row_of(scored[0].sentence.doc_id)
    date = generation.document_dates[document_row]
    years = understood.dates.years
    kinds = _column(scored[:3], "answer_kind")
    return {
        "names_missing": missing / len(names) if names else 0.0,
        "any_name_missing": float(missing > 0),
        "name_unknown": float(any(not generation.lexical.document_frequency(t) for terms in names for t in terms)),
        "head_missing": float(any(head and not head & around for head in heads)),
        "sentence_elsewhere": float(clear and affinity[sentence_row] < 0.7 * affinity.max()),
        "kind_missing": float(bool(understood.asked) and not any(kinds)),
        "named_document": float(affinity[document_row] >= max(float(affinity.max()), 0.3)),
        "year_missing": float(bool(years) and not any(year == date[:4] or year in text for year in years)),
    }


def _around(generation: Generation, sentence: Sentence) -> str:
    """Return a sentence with its whole paragraph and the nearest heading before it."""
    document = generation.documents[sentence.doc_id]
    before = [p.text for p in document.paragraphs if p.heading and p.number <= sentence.paragraph]
    return " ".join((*before[-1:], document.paragraph(sentence.paragraph).text, document.title))


def _of_premise(generation: Generation, understood: Understood, scored: Sequence[ScoredSentence]) -> dict[str, float]:
    evidence = [candidate.sentence.text for candidate in scored[:3]]
    denies = _DENIES.search(evidence[0]) is not None
    return {"source_denies": float(denies), **signs(generation, understood, evidence)}


# What each of the two decisions may look at, and which way it may count: more of it speaks for yes (1) or no (-1).
# A feature that only says what form a question has is in neither, because people ask why of what is true, and list
# what is not there; nor is a score that depends on how large the index is.
HELD: Final[Mapping[str, int]] = {
    "unknown": -1,
    "name_unknown": -1,
    "names_missing": -1,
    "head_missing": -1,
    "kind_missing": -1,
    "sentence_elsewhere": -1,
    "year_missing": -1,
    "sentence_coverage": 1,
    "document_coverage": 1,
    "topic_cosine": 1,
    "question_cosine": 1,
    "named_document": 1,
}
CONTRADICTED: Final[Mapping[str, int]] = {**dict.fromkeys(SIGNS, 1), "topic_cosine": 1}


@dataclass(frozen=True, slots=True)
class Logistic:
    """One logistic regression: an intercept, a coefficient a feature, and the probability from which it says yes."""

    intercept: float
    threshold: float
    coefficients: Mapping[str, float]

    def probability(self, values: Mapping[str, float]) -> float:
        """Return the probability of yes."""
        logit = self.intercept + sum(weight * values[name] for name, weight in self.coefficients.items())
        return 1 / (1 + math.exp(-max(min(logit, 50.0), -50.0)))

    def says_yes(self, values: Mapping[str, float]) -> bool:
        """Return whether the probability reaches the threshold."""
        return self.probability(values) >= self.threshold


@dataclass(frozen=True, slots=True)
class OutcomeModel:
    """Two decisions: whether the sources hold what is asked, and whether they contradict what it presupposes."""

    held: Logistic
    contradicted: Logistic

    @classmethod
    def load(cls, path: Path = WEIGHTS_FILE) -> OutcomeModel:
        """Read the coefficients that `eval/calibrate.py` wrote."""
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return cls(Logistic(**values["held"]), Logistic(**values["contradicted"]))

    def decide(self, features: Floats) -> Outcome:
        """Return the outcome; without any evidence, abstain."""
        if not features.any():
            return "not_in_sources"
        values = dict(zip(FEATURES, features.tolist(), strict=True))
        if not self.held.says_yes(values):
            return "not_in_sources"
        return "sources_say_otherwise" if self.contradicted.says_yes(values) else "answered"
