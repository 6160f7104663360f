"""A large index to measure speed on: the indexed passages again and again, each copy's vectors moved a little.

It is built by the code that builds every index; only the embedding is replaced, by the vectors that are stored
already, since embedding a hundred thousand passages would take hours and says nothing of searching them.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from eval.speed.wrapped import WrappedEmbedder
from ingest.build import OnProgress, Plan, build
from ingest.documents import Document
from ingest.manifest import FileRecord, Manifest

if TYPE_CHECKING:
    from ingest.embedding import Embedder
    from ingest.generation import Generation

NOISE: Final = 0.3  # length of what is added to a unit vector; a copy's cosine with its original is about 0.96
_MARK: Final = re.compile(r"⟨\d+⟩ ")  # begins a copy's title, and with it the context of each of its passages


class CopyEmbedder(WrappedEmbedder):
    """An `Embedder` that gives copies of known texts their stored vector, moved a little and scaled to length 1.

    Texts that are not stored, queries among them, go to the real model.

    Args:
        embedder: the real model.
        generation: its passages' and sentences' vectors are known.
    """

    def __init__(self, embedder: Embedder, generation: Generation) -> None:
        super().__init__(embedder)
        self._known = _stored(generation)
        self._tokens: dict[str, int] = {}

    @property
    def name(self) -> str:
        """The real model's name, marked."""
        return f"{self._embedder.name} (copies)"

    @property
    def digest(self) -> str:
        """Digits that no real model has."""
        return "copies-" + self._embedder.digest[:57]

    def encode(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Return float32 unit vectors `(n_texts, dim)`; a copy's differ from its original's, the same each time."""
        plain = [_MARK.sub("", text, count=1) if _MARK.match(text) else text for text in texts]
        unknown = [text for text in dict.fromkeys(plain) if text not in self._known]
        new = dict(zip(unknown, self._embedder.encode(unknown), strict=True)) if unknown else {}
        vectors = np.array([new[text] if text in new else self._known[text] for text in plain], np.float32)
        for row, text in enumerate(texts):
            if text != plain[row]:
                vectors[row] = moved(vectors[row], text)
        if on_progress:
            on_progress(len(texts))
        return vectors.reshape(len(texts), self.dim)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in word pieces; a copy is as long as its original."""
        plain = [_MARK.sub("", text, count=1) if _MARK.match(text) else text for text in texts]
        unknown = [text for text in dict.fromkeys(plain) if text not in self._tokens]
        self._tokens.update(zip(unknown, self._embedder.count_tokens(unknown), strict=True))
        return [self._tokens[text] for text in plain]


def moved(vector: NDArray[np.float32], text: str) -> NDArray[np.float32]:
    """Return a unit vector `NOISE` away from another, in a direction drawn from a text."""
    drawn = np.random.default_rng(zlib.crc32(text.encode(errors="surrogatepass"))).standard_normal(len(vector))
    away = vector + NOISE * drawn / np.linalg.norm(drawn)
    return np.asarray(away / np.linalg.norm(away), np.float32)


def _stored(generation: Generation) -> dict[str, NDArray[np.float32]]:
    """Return the vectors of a generation by the text that was embedded."""
    sentences = np.asarray(generation.sentence_vectors, np.float32)
    sentences /= np.maximum(np.linalg.norm(sentences, axis=1, keepdims=True), 1e-12)  # stored in half precision
    known = {generation.sentence(row).text: vector for row, vector in enumerate(sentences)}
    passages = zip(generation.passages, np.asarray(generation.vectors.vectors), strict=True)
    return known | {passage.indexed_text: vector for passage, vector in passages}


def copies(documents: Sequence[Document], number: int) -> list[Document]:
    """Return the documents `number` times, in turn, each under a name and a title of its own."""
    return [
        replace(document, doc_id=f"{document.doc_id}~{n}", title=f"⟨{n}⟩ {document.title}")
        for n in range(1, number + 1)
        for document in documents
    ]


def build_large(
    home: Path,
    generation: Generation,
    embedder: CopyEmbedder,
    limit: int,
    passages: int,
    on_progress: OnProgress | None = None,
) -> Manifest:
    """Build an index of at least `passages` passages into an empty home.

    Args:
        home: where it goes.
        generation: whose documents are copied; it must hold a passage.
        embedder: over the same generation.
        limit: longest passage with its context, in word pieces.
        passages: how many at least; whole copies of the documents are added.
        on_progress: told how far it has come.

    Raises:
        NoSpace, BrokenIndex, ModelError: as `ingest.build.build`.
    """
    number = -(-passages // len(generation.passages))
    documents = copies(list(generation.documents.values()), number)
    files = tuple(
        FileRecord(d.doc_id, str(home), d.digest, "copy/1", d.doc_id, d.edition, doc_id=d.doc_id) for d in documents
    )
    return build(home, Plan((), files, (), tuple(documents), ()), embedder, limit, on_progress=on_progress)
