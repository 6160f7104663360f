"""A generation: one immutable build of the index, opened for reading."""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from ingest.documents import Sentence
from ingest.errors import BrokenIndex
from ingest.exact import load_array
from ingest.lexical import LexicalIndex
from ingest.locking import Held
from ingest.manifest import Manifest, check_sizes
from ingest.records import Documents, Passages, read_lines
from ingest.server import ChromaServer, ServerVectors
from ingest.vectors import VECTORS, PassageVectors

DOCUMENTS: Final = "documents.jsonl"
ASIDE: Final = "aside.jsonl"  # read, but not in the index: outranked and removed documents
PASSAGES: Final = "passages.jsonl"
SENTENCES: Final = "sentences.npy"
SENTENCE_VECTORS: Final = "sentence_vectors.npy"
LEXICAL: Final = "lexical"
SENTENCE_LEXICAL: Final = "sentence_lexical"
PASSAGE_TABLE: Final = "passage_table.npy"


class Generation:
    """Documents, passages, vectors and lexical index that were built together.

    Opening one reads its lists and checks that they agree in number; documents and passages are parsed, and
    the indexes opened, when they are first asked for. While it is open nobody deletes its files. Close it, or
    use it as a context manager. Reading is safe from several threads.

    Args:
        folder: the generation's folder.
        manifest: what it says of itself.
        held: the lock that keeps the collector away; None where nobody collects.
        server: the Chroma server that may be asked; None where none is named.

    Raises:
        BrokenIndex: files are missing, or do not agree with the manifest.
    """

    def __init__(
        self, folder: Path, manifest: Manifest, held: Held | None = None, server: ChromaServer | None = None
    ) -> None:
        self.folder = folder
        self.manifest = manifest
        check_sizes(folder, manifest.sizes)
        self._held = held
        self._lock = threading.RLock()
        doc_ids = [record.doc_id for record in manifest.indexed]
        self.documents = Documents(doc_ids, read_lines(folder / DOCUMENTS, manifest.documents))
        self.passages = Passages(read_lines(folder / PASSAGES, manifest.passages))
        self.vectors = _vectors(folder, manifest, server)
        self._sentences: NDArray[np.int32] = load_array(folder / SENTENCES)
        self.sentence_vectors: NDArray[Any] = load_array(folder / SENTENCE_VECTORS)
        # document row, first and one-past-last sentence row of each passage, int32 (n_passages, 3)
        self.passage_table: NDArray[np.int32] = load_array(folder / PASSAGE_TABLE)
        self._check()

    @property
    def id(self) -> str:
        """The generation's id: twelve hexadecimal digits, and a number where those were taken."""
        return self.manifest.generation

    @property
    def lexical(self) -> LexicalIndex:
        """The lexical index over the passages.

        Raises:
            BrokenIndex: it cannot be read, or has another number of rows.
        """
        with self._lock:
            return self._lexical

    @property
    def sentence_lexical(self) -> LexicalIndex:
        """The lexical index over the sentences; row i is the sentence of row i.

        Raises:
            BrokenIndex: it cannot be read, or has another number of rows.
        """
        with self._lock:
            return self._sentence_lexical

    @property
    def document_dates(self) -> tuple[str, ...]:
        """Each document's date, by row; parses every document when first asked for."""
        with self._lock:
            return self._document_dates

    def sentence(self, row: int) -> Sentence:
        """Return the sentence of a row of `sentence_vectors`."""
        document_row, number, start, end = self._sentences[row].tolist()
        doc_id = self.documents.doc_ids[document_row]
        text = self.documents[doc_id].paragraph(number).text[start:end]
        return Sentence(doc_id, number, start, end, text, row)

    def row_of(self, passage_id: str) -> int:
        """Return a passage's row.

        Raises:
            KeyError: there is no such passage.
        """
        with self._lock:
            return self._rows[passage_id]

    def sentence_rows(self, doc_id: str, paragraph: int) -> range:
        """Return the rows of a paragraph's sentences in `sentence_vectors`, in order.

        In a digest, any of the original's paragraphs that a block retells leads to that block.

        Raises:
            KeyError: there is no such document or paragraph.
        """
        number = self.documents[doc_id].paragraph(paragraph).number
        key = (self.documents.row_of(doc_id) << 32) + number
        first, last = np.searchsorted(self._keys, [key, key + 1])
        return range(int(first), int(last))

    def sentences(self, doc_id: str, paragraph: int) -> list[Sentence]:
        """Return a paragraph's sentences, in order, each with its row in `sentence_vectors`.

        Raises:
            KeyError: there is no such document or paragraph.
        """
        rows = self.sentence_rows(doc_id, paragraph)
        held = self.documents[doc_id].paragraph(paragraph)
        places = self._sentences[rows.start : rows.stop, 2:].tolist()
        return [
            Sentence(doc_id, held.number, start, end, held.text[start:end], row)
            for row, (start, end) in zip(rows, places, strict=True)
        ]

    def warm(self) -> None:
        """Open both indexes now, so that the first question does not wait for them.

        Raises:
            BrokenIndex: one of them cannot be read.
        """
        _ = self.lexical, self.sentence_lexical, self.document_dates
        self.vectors.open_chroma()

    def close(self) -> None:
        """Let go of the files; the generation may be collected from now on. A second call does nothing."""
        self.vectors.close()
        if self._held is not None:
            self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def _lexical(self) -> LexicalIndex:
        index = LexicalIndex.load(self.folder / LEXICAL)
        if index.rows != self.manifest.passages:
            raise self._disagree("lexical index", index.rows, self.manifest.passages)
        return index

    @cached_property
    def _sentence_lexical(self) -> LexicalIndex:
        index = LexicalIndex.load(self.folder / SENTENCE_LEXICAL)
        if index.rows != self.manifest.sentences:
            raise self._disagree("sentences' lexical index", index.rows, self.manifest.sentences)
        return index

    @cached_property
    def _document_dates(self) -> tuple[str, ...]:
        return tuple(document.date for document in self.documents.values())

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {passage.passage_id: row for row, passage in enumerate(self.passages)}

    @cached_property
    def _keys(self) -> NDArray[np.int64]:
        places = np.asarray(self._sentences, np.int64)
        return (places[:, 0] << 32) + places[:, 1]

    def _check(self) -> None:
        manifest = self.manifest
        wanted = {
            "documents": (len(self.documents), manifest.documents),
            "passage vectors": (self.vectors.vectors.shape, (manifest.passages, manifest.dim)),
            "sentences": (self._sentences.shape, (manifest.sentences, 4)),
            "sentence vectors": (self.sentence_vectors.shape, (manifest.sentences, manifest.dim)),
            "passage table": (self.passage_table.shape, (manifest.passages, 3)),
            "lexical index": ((self.folder / LEXICAL).is_dir(), True),
        }
        for what, (found, expected) in wanted.items():
            if found != expected:
                raise self._disagree(what, found, expected)

    def _disagree(self, what: str, found: object, expected: object) -> BrokenIndex:
        message = f"The {what} of generation {self.id} is {found}, its manifest says {expected}."
        return BrokenIndex(message, "Run: sangho ingest")


def _vectors(folder: Path, manifest: Manifest, server: ChromaServer | None) -> PassageVectors:
    """Open the passages' vectors where they were built.

    Their graph may be on a server that is not named, or no longer: nobody asks it then, and search is exact.

    Raises:
        BrokenIndex: files are missing or unreadable.
    """
    if not manifest.chroma:
        return PassageVectors.open(folder, manifest.approximate)
    if server is None or server.address != manifest.chroma:
        return PassageVectors.open(folder, approximate=False)
    return ServerVectors(load_array(folder / VECTORS), server, manifest.collection, manifest.approximate)
