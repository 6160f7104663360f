"""Find the sentences of the sources that may decide a part of a claim.

The sentences of the best passages are scored by a linear model of the features below, fitted listwise on claims
with known evidence by `eval/fits/claims.py` (see `app.ranking` for the method); its weights stand in `evidence.json`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.claims.judge import ClaimPart, EvidenceSentence
from app.evidence import around
from app.figures import holds, read_figures
from app.instructions import instructs
from app.query import Filters, Understood
from app.ranking import Floats, LinearWeights
from app.required import comparable, required
from app.results import Place
from app.retrieve import Retrieval, Retriever
from ingest.documents import Document, Sentence
from ingest.lexical import analyse

WEIGHTS_FILE: Final = Path(__file__).with_name("evidence.json")
PASSAGES_READ: Final = 24
SENTENCES: Final = 8  # that a judge is given
_KNOWN_PARAGRAPHS: Final = 2000

FEATURES: Final[Mapping[str, str]] = {
    "claim": "cosine of claim and sentence (0 where the model cannot read it)",
    "topic": "cosine of the claim without the words that name documents and dates, and the sentence",
    "passage_cosine": "cosine of claim and passage",
    "coverage": "share of the claim's idf in the sentence's paragraph, heading and title",
    "lexical": "BM25 of claim and sentence, over the claim's whole idf",
    "figures": "share of the claim's figures that the sentence gives",
    "names_missing": "share of the claim's names that its paragraph, heading and title lack",
    "affinity": "how strongly the claim names the document",
    "month": "the document's month is named",
    "passage": "the passage's score, less the best passage's",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for one part.

    Attributes:
        sentences: best first, at most `SENTENCES`.
        vector: of the part's English words, `(dim,)`.
        features: of every candidate, `(n_candidates, len(FEATURES))`, and where each stands; for fitting.
    """

    sentences: tuple[EvidenceSentence, ...]
    vector: Floats
    features: Floats
    places: tuple[Place, ...]


class EvidenceFinder:
    """Finds evidence in one generation.

    Args:
        retriever: of that generation.
        understand: reads a claim as it reads a question.
        weights: of `FEATURES`.
    """

    def __init__(self, retriever: Retriever, understand: Callable[[str], Understood], weights: LinearWeights) -> None:
        self._retriever = retriever
        self._generation = retriever.generation
        self._understand = understand
        self._weights = weights
        # Paragraphs come up again and again in a list of claims.
        self._terms = functools.lru_cache(maxsize=_KNOWN_PARAGRAPHS)(self._terms_around)

    def find(self, part: ClaimPart, filters: Filters) -> Found:
        """Return the sentences that may decide a part of a claim, best first; none where the filters leave nothing."""
        understood = self._understand(part.text)
        retrieval = self._retriever.retrieve(understood, filters, PASSAGES_READ)
        rows, passages = self._candidates(retrieval)
        if not len(rows):
            return Found((), retrieval.vectors.question, np.zeros((0, len(FEATURES)), np.float32), ())
        sentences = [self._generation.sentence(row) for row in rows.tolist()]
        features = self._features(understood, retrieval, rows, sentences, passages)
        scores = self._weights.scores(features, FEATURES)
        best = np.lexsort((rows, -scores))[:SENTENCES].tolist()
        given = [self._given(sentences[i], int(rows[i]), float(scores[i])) for i in best]
        places = tuple(Place(s.doc_id, s.paragraph, s.start, s.end) for s in sentences)
        return Found(tuple(given), retrieval.vectors.question, features, places)

    def _candidates(self, retrieval: Retrieval) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the sentences' rows and, for each, its passage's place in the ranking.

        A paragraph that gives orders to whoever reads it proves nothing.
        """
        rank_of: dict[int, int] = {}
        for rank, row in enumerate(retrieval.rows[:PASSAGES_READ]):
            for sentence_row in range(*self._generation.passage_table[row, 1:].tolist()):
                rank_of.setdefault(sentence_row, rank)
        orders: dict[tuple[str, int], bool] = {}
        kept = []
        for row in rank_of:
            sentence = self._generation.sentence(row)
            key = (sentence.doc_id, sentence.paragraph)
            if key not in orders:
                orders[key] = instructs(self._paragraph(sentence))
            if not orders[key]:
                kept.append(row)
        return np.array(kept, dtype=np.int64), np.array([rank_of[row] for row in kept], dtype=np.int64)

    def _features(
        self,
        understood: Understood,
        retrieval: Retrieval,
        rows: NDArray[np.int64],
        sentences: Sequence[Sentence],
        ranks: NDArray[np.int64],
    ) -> Floats:
        generation, retriever = self._generation, self._retriever
        passages = np.array(retrieval.rows)[ranks]
        documents = generation.passage_table[passages, 0]
        pair = np.stack([retrieval.vectors.question, retrieval.vectors.topic], axis=1)
        similar = np.asarray(generation.sentence_vectors[rows], np.float32) @ pair
        scores = np.array(retrieval.scores)
        month = retriever.names.by_date(understood.dates.names_month_of)
        coverage, missing = self._surroundings(understood, sentences)
        figures = [f for f in read_figures(understood.question)[0] if f.unit not in ("name", "th", "word")]
        columns = {
            "claim": similar[:, 0],
            "topic": similar[:, 1],
            "passage_cosine": np.asarray(generation.vectors.vectors[passages], np.float32) @ pair[:, 0],
            "coverage": coverage,
            "lexical": self._lexical(understood)[rows],
            "figures": [sum(holds(s.text, f) for f in figures) / max(len(figures), 1) for s in sentences],
            "names_missing": missing,
            "affinity": understood.named.affinity[documents],
            "month": month[documents],
            "passage": (scores - scores[0])[ranks],
        }
        return np.stack([np.asarray(columns[name], dtype=np.float32) for name in FEATURES], axis=1)

    def _lexical(self, understood: Understood) -> Floats:
        index = self._generation.sentence_lexical
        parts = [
            index.scores(terms) * np.float32(understood.shares[language] / max(sum(map(index.idf, terms)), 1e-6))
            for language, terms in understood.terms.items()
        ]
        return np.maximum.reduce(parts) if parts else np.zeros(index.rows, dtype=np.float32)

    def _surroundings(self, understood: Understood, sentences: Sequence[Sentence]) -> tuple[list[float], list[float]]:
        """Return coverage and missing names, worked out once a paragraph."""
        needed = required(understood)
        known: dict[tuple[str, int], tuple[float, float]] = {}
        for sentence in sentences:
            key = (sentence.doc_id, sentence.paragraph)
            if key not in known:
                terms, can_compare = self._terms(*key)
                missing = needed.missing_names(terms) if can_compare else 0.0
                known[key] = (self._covered(understood, terms), missing)
        found = [known[sentence.doc_id, sentence.paragraph] for sentence in sentences]
        return [covered for covered, _ in found], [missing for _, missing in found]

    def _terms_around(self, doc_id: str, paragraph: int) -> tuple[frozenset[str], bool]:
        first = self._generation.sentences(doc_id, paragraph)[0]
        text = around(self._generation, first)
        return frozenset(analyse(text)), comparable(text)

    def _covered(self, understood: Understood, held: frozenset[str]) -> float:
        """Return which share of a claim's idf is among some terms, by the language that more of it is in."""
        idf = self._generation.sentence_lexical.idf
        shares = [0.0]
        for language, terms in understood.terms.items():
            weights = {term: idf(term) for term in set(terms)}
            share = sum(weight for term, weight in weights.items() if term in held) / (sum(weights.values()) or 1.0)
            shares.append(share * understood.shares[language])
        return max(shares)

    def _given(self, sentence: Sentence, row: int, score: float) -> EvidenceSentence:
        document = self._generation.documents[sentence.doc_id]
        vector = np.asarray(self._generation.sentence_vectors[row], np.float32)
        return EvidenceSentence(
            place=Place(sentence.doc_id, sentence.paragraph, sentence.start, sentence.end),
            text=sentence.text,
            around=self._neighbours(sentence, document),
            header="\n".join(filter(None, (document.title, document.issuer, document.date, *document.aliases))),
            date=document.date,
            edition=document.edition,
            vector=vector if vector.any() else None,
            score=score,
        )

    def _neighbours(self, sentence: Sentence, document: Document) -> str:
        """Return a sentence with those before and after it in its paragraph, below what introduces its list."""
        beside = self._generation.sentences(sentence.doc_id, sentence.paragraph)
        at = next((i for i, one in enumerate(beside) if one.start == sentence.start), 0)
        paragraphs = document.paragraphs
        here = next(i for i, one in enumerate(paragraphs) if one.number == sentence.paragraph)
        leads = [one.text for one in paragraphs[max(0, here - 12) : here] if one.heading or one.text.endswith(":")]
        return "\n".join([*leads[-1:], *(one.text for one in beside[max(0, at - 1) : at + 2])])

    def _paragraph(self, sentence: Sentence) -> str:
        return self._generation.documents[sentence.doc_id].paragraph(sentence.paragraph).text
