"""An embedding model that remembers what it has encoded, in a cache of vectors that several indexes share."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from eval.speed.wrapped import WrappedEmbedder
from ingest.cache import VectorCache

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ingest.embedding import Embedder


class Remembering(WrappedEmbedder):
    """An `Embedder` that looks texts up in a cache of vectors first, and leaves there what it encodes.

    Args:
        embedder: the real model.
        folder: where the cache lies; where it cannot be used, everything is encoded.
    """

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        super().__init__(embedder)
        self._folder = folder
        self._cache: VectorCache | None = None

    def __enter__(self) -> Self:
        try:
            self._cache = VectorCache(self._folder, self._embedder)
        except (OSError, sqlite3.Error):
            self._cache = None
        return self

    def __exit__(self, *_: object) -> None:
        if self._cache is not None:
            self._cache.close()

    def encode(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Return unit vectors, float32 `(n_texts, dim)`: those that are remembered, and the real model's."""
        if self._cache is None:
            return self._embedder.encode(texts, on_progress)
        try:
            vectors = self._cache.vectors(texts)
        except sqlite3.Error:  # locked by an ingest, or the disk is full: then the build will say so
            return self._embedder.encode(texts, on_progress)
        if on_progress:
            on_progress(len(texts))
        return vectors
