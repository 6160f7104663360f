"""From a question to ranked passages: dense and lexical ranking, fused, then reranked.

Dense and BM25 rankings are fused by reciprocal rank, each weighted by what it can read of the question; the best of
the fusion are reordered by `app.ranking`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from app.document_names import DocumentNames
from app.fusion import fuse, top
from app.query import NO_FILTERS, Filters, Understood
from app.ranking import Candidates, Floats, LinearWeights, QueryVectors, coverage, describe
from ingest.embedding import reads
from ingest.exact import Scored

if TYPE_CHECKING:
    from ingest.embedding import Embedder
    from ingest.generation import Generation

# bm25, dense: one ranking alone. rrf: those two fused, with equal weights. fused: all rankings, as the reranker gets
# them. reranked: what users get.
RankBy = Literal["bm25", "dense", "rrf", "fused", "reranked"]
RANKINGS: Final[tuple[RankBy, ...]] = ("bm25", "dense", "rrf", "fused", "reranked")

NAMED_DOCUMENTS: Final = 4  # passages of the documents named most strongly are always candidates
NAMED_PASSAGES: Final = 25
RERANKED: Final = 160
NEIGHBOURED: Final = 2  # best passages whose continuation is pulled in
_SENTENCES_SEARCHED: Final = 50_000  # an exact search over more sentences would cost more than the encoding


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was retrieved for one question.

    Attributes:
        rows: passage rows, best first, duplicates merged.
        scores: their scores, higher is better.
        candidates: features of the passages that were reranked, in another order.
        vectors: of the question and its topic.
    """

    rows: tuple[int, ...]
    scores: tuple[float, ...]
    candidates: Candidates
    vectors: QueryVectors


class Retriever:
    """Retrieves passages of one generation.

    Args:
        generation: the index, open for reading.
        embedder: the model it was built with.
        depth: how many passages each ranking contributes.
        reranker: orders the candidates; None leaves them in the order of the fusion.
    """

    def __init__(
        self, generation: Generation, embedder: Embedder, depth: int = 50, reranker: LinearWeights | None = None
    ) -> None:
        self.generation = generation
        self._embedder = embedder
        self._depth = depth
        self._reranker = reranker

    @cached_property
    def names(self) -> DocumentNames:
        """The names of the generation's documents; a word that the model's tokenizer has whole is ordinary."""
        documents = list(self.generation.documents.values())
        return DocumentNames(documents, lambda word: self._embedder.count_tokens([word]) == [1])

    @cached_property
    def unreadable(self) -> NDArray[np.bool_]:
        """Which documents are in a language the embedding model cannot read, `(n_documents,)`."""
        languages = self._embedder.languages
        documents = self.generation.documents.values()
        return np.array([not reads(languages, document.language) for document in documents], dtype=bool)

    @cached_property
    def _passage_rows(self) -> NDArray[np.int64]:
        """Each document's first passage row, and after the last one their number, `(n_documents + 1,)`."""
        documents = np.ascontiguousarray(self.generation.passage_table[:, 0])
        return np.searchsorted(documents, np.arange(len(self.generation.documents) + 1, dtype=documents.dtype))

    @cached_property
    def _sentence_starts(self) -> NDArray[np.intp]:
        return np.ascontiguousarray(self.generation.passage_table[:, 1], dtype=np.intp)

    @cached_property
    def _sentence_vectors(self) -> Floats:
        return np.asarray(self.generation.sentence_vectors, dtype=np.float32)

    def retrieve(self, understood: Understood, filters: Filters = NO_FILTERS, k: int = 50) -> Retrieval:
        """Return up to `k` passages, best first; none where the filters leave nothing."""
        allowed = self.allowed(filters)
        vectors = self._encode(understood)
        lexical = self._lexical(understood)
        fused = np.array(list(fuse(self._rankings(understood, vectors, lexical, allowed))), np.int64)
        rows = self._in_one_language(fused, understood.language, filters)
        if not len(rows):
            empty = np.zeros(0, dtype=np.int64)
            return Retrieval((), (), Candidates(empty, np.zeros((0, 0), np.float32), empty), vectors)
        candidates = describe(self.generation, understood, vectors, rows[:RERANKED], lexical, self.unreadable)
        scores = self._scores(candidates)
        order = np.lexsort((candidates.rows, -scores))
        score_of = dict(zip(candidates.rows.tolist(), scores.tolist(), strict=True))
        ranked = self._with_neighbours(candidates.rows[order].tolist(), score_of)
        merged = self._merged(ranked, k, understood)
        return Retrieval(tuple(merged.values()), tuple(score_of[better] for better in merged), candidates, vectors)

    def rank(self, understood: Understood, by: RankBy, filters: Filters = NO_FILTERS, k: int = 50) -> Scored:
        """Return up to `k` passages in the order that one stage of retrieval has them in, to measure it by itself.

        Args:
            understood: the question.
            by: the stage. Before the last one, passages with the same words, and translations of a document, all
                stand in the ranking; `fused` gives only the document in the question's language.
            filters: what the person excludes.
            k: how many at most, from 1; `rrf` and `fused` have what their rankings, each `depth` deep, give.

        Returns:
            Rows with their scores, in the stage's own units, best first; ties by row. None where nothing is found,
            and from `dense` where the embedding model does not read the question.
        """
        if by == "reranked":
            found = self.retrieve(understood, filters, k)
            return list(zip(found.rows, found.scores, strict=True))
        allowed = self.allowed(filters)
        if by == "dense":
            return self._dense(understood, self._encode(understood), k, allowed)
        lexical = self._lexical(understood)
        if by == "bm25":
            return [(row, float(lexical[row])) for row in top(lexical, k, allowed)]
        vectors = self._encode(understood)
        if by == "rrf":
            dense = self._dense(understood, vectors, self._depth, allowed)
            fused = fuse([(1.0, top(lexical, self._depth, allowed)), (1.0, [row for row, _ in dense])])
            return list(fused.items())[:k]
        fused = fuse(self._rankings(understood, vectors, lexical, allowed))
        kept = self._in_one_language(np.array(list(fused), np.int64), understood.language, filters).tolist()
        return [(row, fused[row]) for row in kept[:k]]

    @cached_property
    def translations(self) -> list[tuple[int, int]]:
        """Rows of documents that are held in two languages: of the translation, and of what it translates."""
        documents = self.generation.documents
        return [
            (documents.row_of(doc_id), documents.row_of(document.translation_of))
            for doc_id, document in documents.items()
            if document.translation_of in documents
        ]

    def _in_one_language(self, rows: NDArray[np.int64], language: str, filters: Filters) -> NDArray[np.int64]:
        """Leave out passages of documents that the question's own language has too, among what the filters leave."""
        documents = list(self.generation.documents.values()) if self.translations else []
        left_out = []
        for pair in self.translations:
            read, other = pair if documents[pair[0]].language == language else pair[::-1]
            if filters.keep(documents[read]):
                left_out.append(other)
        return rows[~np.isin(self.generation.passage_table[rows, 0], left_out)] if left_out else rows

    def _scores(self, candidates: Candidates) -> Floats:
        if self._reranker is None:
            return -np.arange(len(candidates.rows), dtype=np.float32)
        return self._reranker.scores(candidates.features)

    def _encode(self, understood: Understood) -> QueryVectors:
        texts = [understood.english, understood.topic]
        both = self._embedder.encode(list(dict.fromkeys(texts)))
        return QueryVectors(both[0], both[-1])

    def _lexical(self, understood: Understood) -> Floats:
        """Return each passage's BM25 score over the idf of the whole question, by its better language."""
        index = self.generation.lexical
        parts = [
            index.scores(terms) * np.float32(understood.shares[language] / max(sum(map(index.idf, terms)), 1e-6))
            for language, terms in understood.terms.items()
        ]
        return np.maximum.reduce(parts) if parts else np.zeros(index.rows, dtype=np.float32)

    def allowed(self, filters: Filters) -> NDArray[np.bool_] | None:
        """Return which passages the filters leave, `(n_passages,)`; None where there are no filters."""
        if filters == NO_FILTERS:
            return None
        documents = self.generation.documents.values()
        kept = np.fromiter(map(filters.keep, documents), dtype=bool, count=len(documents))
        return kept[self.generation.passage_table[:, 0]]

    def _rankings(
        self, understood: Understood, vectors: QueryVectors, lexical: Floats, allowed: NDArray[np.bool_] | None
    ) -> list[tuple[float, list[int]]]:
        """Return the rankings that are fused, with their weights."""
        dense = self._dense(understood, vectors, self._depth, allowed)
        return [
            (1.0, top(lexical, self._depth, allowed)),
            (1.0, self._by_sentence(understood, vectors, allowed)),
            (0.5, self._of_named(understood, lexical, allowed)),
            (self._readable_share(understood), [row for row, _ in dense]),
        ]

    def _dense(
        self, understood: Understood, vectors: QueryVectors, k: int, allowed: NDArray[np.bool_] | None
    ) -> Scored:
        readable = self._readable_share(understood)
        return self.generation.vectors.search(vectors.question, k, allowed) if readable else []

    def _readable_share(self, understood: Understood) -> float:
        """Return how much of the question the embedding model reads: 0 for words it was not measured on."""
        if {"*", "ko"} & self._embedder.languages:
            return 1.0
        return 1.0 if understood.terms.get("en") else 0.0

    def _by_sentence(
        self, understood: Understood, vectors: QueryVectors, allowed: NDArray[np.bool_] | None
    ) -> list[int]:
        """Rank passages by their best sentence: coverage of the topic, and cosine where that is affordable."""
        index, starts = self.generation.sentence_lexical, self._sentence_starts
        score = coverage(index, understood, understood.topic_terms)
        if self._readable_share(understood) and index.rows <= _SENTENCES_SEARCHED:
            score = score + self._sentence_vectors @ vectors.topic
        best = np.maximum.reduceat(score, starts) if len(starts) else score
        return top(best, self._depth, allowed)

    def _of_named(self, understood: Understood, lexical: Floats, allowed: NDArray[np.bool_] | None) -> list[int]:
        named = understood.named
        strength = named.affinity + 0.5 * named.person + 0.3 * named.type
        strength = strength + 0.7 * self.names.by_date(understood.dates.names_year_of)
        strength = strength + 1.0 * self.names.by_date(understood.dates.names_month_of)
        found: list[int] = []
        for document in np.argsort(-strength, kind="stable")[:NAMED_DOCUMENTS].tolist():
            if strength[document] > 0.5:
                first, last = self._passage_rows[document : document + 2].tolist()
                held = lexical[first:last] + 1e-6  # its passages count even where they share no word
                rows = top(held, NAMED_PASSAGES, None if allowed is None else allowed[first:last])
                found += [first + row for row in rows]
        return found

    def _with_neighbours(self, rows: Sequence[int], score_of: dict[int, float]) -> list[int]:
        """Put behind each of the best passages the one in which its paragraph goes on, with its score.

        A paragraph goes on where it was split, and where it ends in a colon.
        """
        found: list[int] = []
        for rank, row in enumerate(rows):
            found.append(row)
            if rank < NEIGHBOURED:
                for beside in self._continued(row):
                    score_of[beside] = score_of[row]
                    found.append(beside)
        return list(dict.fromkeys(found))

    def _continued(self, row: int) -> list[int]:
        passages, documents = self.generation.passages, self.generation.passage_table[:, 0]
        last = passages[row].spans[-1]
        text = self.generation.documents[passages[row].doc_id].paragraph(last.paragraph).text
        goes_on = last.end < len(text) or text.rstrip().endswith(":")
        if goes_on and row + 1 < len(documents) and documents[row + 1] == documents[row]:
            return [row + 1]
        return []

    @cached_property
    def _successors(self) -> dict[int, int]:
        """Rows of superseded documents, each with the row of what superseded it, where that is held."""
        documents = self.generation.documents
        translated = {document.translation_of: doc_id for doc_id, document in documents.items()}
        found = {}
        for doc_id, document in documents.items():
            newer = document.superseded_by
            newer = translated.get(newer, newer) if document.translation_of else newer
            if newer in documents:
                found[documents.row_of(doc_id)] = documents.row_of(newer)
        return found

    def _merged(self, rows: Iterable[int], k: int, understood: Understood) -> dict[int, int]:
        """Return the first `k` rows, without passages whose words stand in a better one already.

        Where a superseded document and its successor say the same, the successor says it, unless the question
        names the older one.

        Returns:
            The rows, in order, each by the best one with its words, whose score it has.
        """
        best: dict[str, int] = {}
        kept: dict[int, int] = {}
        for row in rows:
            words = " ".join(self.generation.passages[row].text.split()).casefold()
            better = best.setdefault(words, row)
            if better == row:
                if len(kept) == k:
                    break
                kept[row] = row
            elif better in kept and self._succeeds(row, kept[better], understood):
                kept[better] = row
        return kept

    def _succeeds(self, row: int, other: int, understood: Understood) -> bool:
        """Whether a passage's document superseded another's, which the question does not name rather than it."""
        new, old = (int(self.generation.passage_table[one, 0]) for one in (row, other))
        if self._successors.get(old) != new:
            return False
        dates = self.generation.document_dates
        years = [understood.dates.names_year_of(dates[one]) for one in (new, old)]
        return understood.named.affinity[old] <= understood.named.affinity[new] and years[0] >= years[1]
