"""Decide the outcome: answered, the sources say otherwise, or not in the sources.

Two logistic regressions, fitted and cross-validated by `eval/fits/answers.py`; their coefficients stand in
`outcome.json`, to be read. A similarity alone cannot tell a near miss from an answer: what a question asks for, its
names and its words must stand *together*. So the first looks at each of the best sentences by itself and asks whether
one of them has it all: multiple-instance learning, with the soft maximum of Ray and Craven, "Supervised versus multiple
instance learning" (ICML 2005). The second looks for signs that the evidence contradicts what the question presupposes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from app.evidence import FEATURES as SENTENCE_FEATURES
from app.evidence import ScoredSentence, around
from app.premise import SIGNS, signs
from app.query import Understood
from app.ranking import Floats
from app.required import required
from app.results import Outcome
from app.retrieve import Retrieval
from ingest.lexical import analyse

if TYPE_CHECKING:
    from ingest.generation import Generation

WEIGHTS_FILE: Final = Path(__file__).with_name("outcome.json")
OUTCOMES: Final[tuple[Outcome, ...]] = ("answered", "sources_say_otherwise", "not_in_sources")
POOLED: Final = 12  # best sentences among which one has to answer
READ: Final = 3  # best sentences that are searched for signs of a false premise
SHARPNESS: Final = 2.0  # of the soft maximum over the sentences: 0 is their mean, infinity the best one alone

# Of one sentence. More of it speaks for (1) or against (-1) the sentence being the answer.
SUPPORT: Final[Mapping[str, int]] = {
    "question": 1,
    "topic": 1,
    "paragraph_coverage": 1,
    "filled": 1,
    "filled_around": 1,
    "names_missing": -1,
    "countries_missing": -1,
    "named": 1,
    "rank": 1,
    "unreadable_coverage": 1,
    "unreadable_paragraph": 1,
}
# Of the question as a whole, the same way.
HELD: Final[Mapping[str, int]] = {"unknown": -1, "name_unknown": -1, "names_missing": -1}
CONTRADICTED: Final[Mapping[str, int]] = dict.fromkeys(SIGNS, 1)

FEATURES: Final[Mapping[str, str]] = {
    "unknown": "share of the topic's idf that stands nowhere in the index",
    "name_unknown": "one of the question's names stands nowhere in the index",
    "names_missing": "share of the question's names and figures that the best document's passages lack",
    **SIGNS,
}
_NAME_UNKNOWN: Final = tuple(FEATURES).index("name_unknown")
SUPPORT_FEATURES: Final[Mapping[str, str]] = {
    **{name: text for name, text in SENTENCE_FEATURES.items() if name in SUPPORT},
    "named": "how strongly the question names its document, over the strongest",
    "unreadable_paragraph": "paragraph_coverage, where the embedding model cannot read it",
}


@dataclass(frozen=True, slots=True)
class OutcomeFeatures:
    """What the outcome is decided on.

    Attributes:
        sentences: of the best sentences, `(n, len(SUPPORT))`; `(0, len(SUPPORT))` without evidence.
        question: of the question as a whole, `(len(FEATURES),)`.
    """

    sentences: Floats
    question: Floats

    @classmethod
    def none(cls) -> OutcomeFeatures:
        """Return the features of a question without evidence."""
        return cls(np.zeros((0, len(SUPPORT)), np.float32), np.zeros(len(FEATURES), np.float32))


def outcome_features(
    generation: Generation, understood: Understood, retrieval: Retrieval, scored: Sequence[ScoredSentence]
) -> OutcomeFeatures:
    """Return the outcome's features; `OutcomeFeatures.none()` where nothing was retrieved or nothing is asked for."""
    if not retrieval.rows or not scored or not understood.topic_terms:
        return OutcomeFeatures.none()
    evidence = [candidate.sentence.text for candidate in scored[:READ]]
    values = _of_index(generation, understood, retrieval) | signs(
        generation, understood, evidence, around(generation, scored[0].sentence)
    )
    return OutcomeFeatures(
        _support(generation, understood, scored[:POOLED]),
        np.array([values[name] for name in FEATURES], dtype=np.float32),
    )


def _support(generation: Generation, understood: Understood, scored: Sequence[ScoredSentence]) -> Floats:
    """Return what speaks for each sentence, `(n, len(SUPPORT))`; where nothing is asked for, each gives it."""
    features = np.stack([candidate.features for candidate in scored])
    columns = dict(zip(SENTENCE_FEATURES, features.T, strict=True))
    if not understood.asked:
        columns["filled"] = columns["filled_around"] = np.ones(len(scored), np.float32)
    affinity = understood.named.affinity
    rows = [generation.documents.row_of(candidate.sentence.doc_id) for candidate in scored]
    columns["named"] = np.asarray(affinity[rows] / max(float(affinity.max()), 0.3), np.float32)
    columns["unreadable_paragraph"] = columns["unreadable"] * columns["paragraph_coverage"]
    return np.stack([columns[name] for name in SUPPORT], axis=1)


def _of_index(generation: Generation, understood: Understood, retrieval: Retrieval) -> dict[str, float]:
    """Return what the index as a whole, and the best document's passages, lack of the question's words."""
    index = generation.lexical
    unknown = 1.0
    for terms in understood.topic_terms.values():
        idf = {term: index.idf(term) for term in set(terms)}
        absent = sum(weight for term, weight in idf.items() if not index.document_frequency(term))
        unknown = min(unknown, absent / (sum(idf.values()) or 1.0))
    beside = [generation.passages[row] for row in _beside(generation, understood, retrieval)]
    held = frozenset(analyse(" ".join(f"{passage.context} {passage.text}" for passage in beside)))
    needed = required(understood)
    return {
        "unknown": unknown,
        "names_missing": needed.missing_names(held),
        "name_unknown": float(any(not index.document_frequency(term) for terms in needed.names for term in terms)),
    }


def _beside(generation: Generation, understood: Understood, retrieval: Retrieval) -> list[int]:
    """Return up to three of the best passages of one document, or of several where the answer comes from them."""
    rows = retrieval.rows
    if understood.shape in ("comparison", "change"):
        return list(rows[:5])
    document = generation.passage_table[rows[0], 0]
    return [row for row in rows[:12] if generation.passage_table[row, 0] == document][:3]


@dataclass(frozen=True, slots=True)
class Logistic:
    """One logistic regression, in the features' own units.

    Attributes:
        coefficients: of the question's features.
        sentences: of each sentence's; their soft maximum over the sentences is added. Empty: sentences do not count.
    """

    intercept: float
    coefficients: Mapping[str, float]
    sentences: Mapping[str, float] = field(default_factory=dict)

    def probability(self, features: OutcomeFeatures) -> float:
        """Return the probability of yes."""
        values = dict(zip(FEATURES, features.question.tolist(), strict=True))
        logit = self.intercept + sum(weight * values[name] for name, weight in self.coefficients.items())
        if self.sentences and len(features.sentences):
            logit += soft_maximum(features.sentences @ np.array([self.sentences[name] for name in SUPPORT]))
        return 1 / (1 + math.exp(-max(min(logit, 50.0), -50.0)))


def soft_maximum(scores: Floats) -> float:
    """Return the mean of scores in which the highest count most, `log(mean(exp(SHARPNESS * score))) / SHARPNESS`."""
    top = float(scores.max())
    return top + math.log(float(np.exp(SHARPNESS * (scores - top)).mean())) / SHARPNESS


@dataclass(frozen=True, slots=True)
class OutcomeModel:
    """Two decisions: whether the sources hold what is asked, and whether they contradict what it presupposes.

    Attributes:
        thresholds: probabilities from which each says yes. A premise is contradicted where `contradicted` says so and
            the evidence is about the question at least as much as `related` asks; a question is answered where
            `held` says so, and surely from `sure` on; only surely if it names what stands nowhere in the index.
    """

    held: Logistic
    contradicted: Logistic
    thresholds: Mapping[str, float]

    @classmethod
    def load(cls, path: Path = WEIGHTS_FILE) -> OutcomeModel:
        """Read the coefficients that `eval/fits/answers.py` wrote."""
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return cls(Logistic(**values["held"]), Logistic(**values["contradicted"]), values["thresholds"])

    def decide(self, features: OutcomeFeatures) -> Outcome:
        """Return the outcome; without any evidence, abstain."""
        if not len(features.sentences):
            return "not_in_sources"
        held = self.held.probability(features)
        if held < self.thresholds["related"]:
            return "not_in_sources"
        if self.contradicted.probability(features) >= self.thresholds["contradicted"]:
            return "sources_say_otherwise"
        # Asked of what no source so much as names, a likely answer is not enough.
        bar = self.thresholds["sure" if features.question[_NAME_UNKNOWN] > 0 else "held"]
        return "answered" if held >= bar else "not_in_sources"

    def is_sure(self, features: OutcomeFeatures) -> bool:
        """Return whether the sources very likely hold what is asked; without any evidence they do not."""
        return len(features.sentences) > 0 and self.held.probability(features) >= self.thresholds["sure"]
