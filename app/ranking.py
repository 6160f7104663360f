"""Features of candidate passages and the linear model that reranks them.

The model is a linear function of the features below, fitted to whole rankings (ListNet's top-one loss; Cao et
al., "Learning to Rank: From Pairwise Approach to Listwise Approach", 2007) by `eval/fits/answers.py`; its weights
stand in `ranking.json`, to be read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from app.query import Understood

if TYPE_CHECKING:
    from ingest.generation import Generation
    from ingest.lexical import LexicalIndex

WEIGHTS_FILE: Final = Path(__file__).with_name("ranking.json")
Floats = NDArray[np.float32]

# Name and meaning of each column; "topic" is the question without the words that name documents and dates.
FEATURES: Final[Mapping[str, str]] = {
    "dense": "cosine of question and passage (0 where the model cannot read the passage's language)",
    "topic_dense": "cosine of topic and passage",
    "sentence": "highest cosine of the question and a sentence of the passage",
    "topic_sentence": "highest cosine of the topic and a sentence of the passage",
    "lexical": "BM25 of question and passage, over the question's whole idf",
    "coverage": "share of the topic's idf that the passage holds",
    "sentence_coverage": "share of the topic's idf that one of its sentences holds",
    "affinity": "how strongly the question names the document",
    "year": "the document's year is named",
    "month": "the document's month is named",
    "person": "share of the presidents named who were in office",
    "type": "the document's type is named",
    "document_lexical": "the document's best BM25 over the best of all",
    "may_fill": "its best sentence has a figure, a date or a name, where such is asked for",
    "heading_only": "the passage is hardly more than a heading",
    "unreadable": "the embedding model cannot read the passage's language",
    "unreadable_coverage": "sentence_coverage, where it cannot",
    "unreadable_lexical": "lexical, where it cannot",
}


@dataclass(frozen=True, slots=True)
class QueryVectors:
    """Unit vectors of a question and of its topic, each `(dim,)`."""

    question: Floats
    topic: Floats


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidate passages of one question.

    Attributes:
        rows: passage rows, int64 `(n,)`.
        features: float32 `(n, len(FEATURES))`.
        best_sentence: the row of each passage's sentence nearest to the topic, int64 `(n,)`.
    """

    rows: NDArray[np.int64]
    features: Floats
    best_sentence: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LinearWeights:
    """Weights of named features, in the features' own units."""

    weights: Mapping[str, float]

    @classmethod
    def load(cls, path: Path = WEIGHTS_FILE) -> LinearWeights:
        """Read the weights that `eval/fits/answers.py` wrote."""
        return cls(json.loads(path.read_text(encoding="utf-8"))["weights"])

    def scores(self, features: Floats, names: Iterable[str] = FEATURES) -> Floats:
        """Return one score a row of features, `(n,)`; higher is better.

        Args:
            features: `(n, len(names))`.
            names: what its columns are; a feature without a weight counts nothing.
        """
        weights = np.array([self.weights.get(name, 0.0) for name in names], dtype=np.float32)
        return np.asarray(features @ weights, dtype=np.float32)


def describe(
    generation: Generation,
    understood: Understood,
    vectors: QueryVectors,
    rows: NDArray[np.int64],
    lexical: Floats,
    unreadable: NDArray[np.bool_],
) -> Candidates:
    """Compute the features of candidate passages.

    Args:
        generation: where they stand.
        understood: the question.
        vectors: of the question and its topic.
        rows: the candidates' rows.
        lexical: BM25 of every row of the generation, `(n_passages,)`, over the question's idf.
        unreadable: per document, whether the embedding model cannot read it.
    """
    table = generation.passage_table[rows]
    document = table[:, 0]
    readable = ~unreadable[document]
    question, topic = _similarities(generation.vectors.vectors[rows], vectors)
    sentences = _Sentences(generation, understood, vectors, table)
    columns = {
        "dense": question * readable,
        "topic_dense": topic * readable,
        "sentence": sentences.question * readable,
        "topic_sentence": sentences.topic * readable,
        "lexical": lexical[rows],
        "coverage": coverage(generation.lexical, understood, understood.topic_terms)[rows],
        "sentence_coverage": sentences.coverage,
        "affinity": understood.named.affinity[document],
        "year": _per_document(generation, document, understood.dates.names_year_of),
        "month": _per_document(generation, document, understood.dates.names_month_of),
        "person": understood.named.person[document],
        "type": understood.named.type[document],
        "document_lexical": _best_of_document(generation, lexical)[document],
        "may_fill": _may_fill(generation, understood, sentences.best),
        "heading_only": np.array([len(generation.passages[int(row)].text) < 60 for row in rows]),
        "unreadable": ~readable,
        "unreadable_coverage": sentences.coverage * ~readable,
        "unreadable_lexical": lexical[rows] * ~readable,
    }
    features = np.stack([np.asarray(columns[name], dtype=np.float32) for name in FEATURES], axis=1)
    return Candidates(rows, features, sentences.best)


class _Sentences:
    """What the sentences of each candidate say, reduced to one value a passage."""

    def __init__(
        self, generation: Generation, understood: Understood, vectors: QueryVectors, table: NDArray[np.int32]
    ) -> None:
        starts, ends = table[:, 1], table[:, 2]
        counts = ends - starts
        offsets = np.cumsum(counts, dtype=np.int64) - counts
        rows = np.repeat(starts - offsets, counts) + np.arange(int(counts.sum()))
        question, topic = _similarities(generation.sentence_vectors[rows], vectors)
        held = coverage(generation.sentence_lexical, understood, understood.topic_terms)[rows]
        self.question = np.maximum.reduceat(question, offsets)
        self.topic = np.maximum.reduceat(topic, offsets)
        self.coverage = np.maximum.reduceat(held, offsets)
        together = topic + held
        highest = np.flatnonzero(together == np.repeat(np.maximum.reduceat(together, offsets), counts))
        self.best = rows[highest[np.searchsorted(highest, offsets)]]  # the first of each passage's highest


def _similarities(vectors: NDArray[np.floating], query: QueryVectors) -> tuple[Floats, Floats]:
    pair = np.stack([query.question, query.topic], axis=1)
    both = np.asarray(vectors, dtype=np.float32) @ pair
    return both[:, 0], both[:, 1]


def coverage(index: LexicalIndex, understood: Understood, terms: Mapping[str, Sequence[str]]) -> Floats:
    """Return which share of a question's information each row holds, by whichever language it holds more of.

    Args:
        index: over passages or sentences.
        understood: says how much of the question each language's terms stand for.
        terms: the question's or the topic's, by language.
    """
    parts = [index.coverage(part) * np.float32(understood.shares[language]) for language, part in terms.items()]
    if len(parts) == 1:
        return parts[0]
    return np.maximum.reduce(parts) if parts else np.zeros(index.rows, dtype=np.float32)


def _per_document(generation: Generation, document: NDArray[np.int32], holds: object) -> NDArray[np.float32]:
    known = {int(d): float(holds(generation.document_dates[int(d)])) for d in set(document.tolist())}  # type: ignore[operator]
    return np.array([known[d] for d in document.tolist()], dtype=np.float32)


def _best_of_document(generation: Generation, lexical: Floats) -> Floats:
    best = np.zeros(len(generation.documents), dtype=np.float32)
    np.maximum.at(best, generation.passage_table[:, 0], lexical)
    return best / max(float(best.max(initial=0.0)), 1e-6)


def _may_fill(generation: Generation, understood: Understood, sentences: NDArray[np.int64]) -> Floats:
    if not understood.asked:
        return np.zeros(len(sentences), dtype=np.float32)
    texts = [generation.sentence(int(row)).text for row in sentences]
    return np.array([understood.asked.may_fill(text) for text in texts], dtype=np.float32)
