"""Passages, sentences and where they stand: what a generation holds, before it is embedded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ingest.documents import Document, Passage, Sentence
from ingest.generation import Generation
from ingest.passages import sentences_of, split_document

if TYPE_CHECKING:
    from ingest.embedding import Embedder


def split(
    documents: Sequence[Document], embedder: Embedder, limit: int, previous: Generation | None
) -> tuple[list[Passage], list[Sentence]]:
    """Split each document, or take its parts from the previous generation if it is the same there."""
    old: dict[str, list[Passage]] = {}
    for passage in previous.passages if previous is not None else ():
        old.setdefault(passage.doc_id, []).append(passage)
    passages: list[Passage] = []
    sentences: list[Sentence] = []
    for document in documents:
        if previous is not None and previous.documents.get(document.doc_id) == document:
            passages.extend(old.get(document.doc_id, ()))
            for paragraph in document.paragraphs:
                sentences.extend(previous.sentences(document.doc_id, paragraph.number))
        else:
            passages.extend(split_document(document, embedder.count_tokens, limit))
            sentences.extend(sentences_of(document))
    return passages, sentences


def places_of(documents: Sequence[Document], sentences: Sequence[Sentence]) -> NDArray[np.int32]:
    """Return where each sentence stands: document row, paragraph number, start, end; `(n_sentences, 4)`."""
    rows = {document.doc_id: row for row, document in enumerate(documents)}
    places = [(rows[s.doc_id], s.paragraph, s.start, s.end) for s in sentences]
    return np.array(places, np.int32).reshape(len(places), 4)


def passage_table(
    documents: Sequence[Document], passages: Sequence[Passage], places: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Return each passage's document row and its first and one-past-last sentence row; `(n_passages, 3)`."""
    rows = {document.doc_id: row for row, document in enumerate(documents)}
    order = places.astype(np.int64)
    starts = (order[:, 0] << 44) + (order[:, 1] << 24) + order[:, 2]
    ends = (order[:, 0] << 44) + (order[:, 1] << 24) + order[:, 3]
    table = []
    for passage in passages:
        row, first, last = rows[passage.doc_id], passage.spans[0], passage.spans[-1]
        begin = np.searchsorted(ends, (row << 44) + (first.paragraph << 24) + first.start, side="right")
        end = np.searchsorted(starts, (row << 44) + (last.paragraph << 24) + last.end, side="left")
        table.append((row, begin, end))
    return np.array(table, np.int32).reshape(len(table), 3)
