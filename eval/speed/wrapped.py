"""An embedding model inside another one that notes, or replaces, what it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ingest.embedding import Embedder


class WrappedEmbedder:
    """An `Embedder` that passes everything on to another; subclasses change some of it.

    Args:
        embedder: the real model.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def name(self) -> str:
        """The real model's name."""
        return self._embedder.name

    @property
    def digest(self) -> str:
        """The real model's digest."""
        return self._embedder.digest

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._embedder.dim

    @property
    def max_tokens(self) -> int:
        """Longest text the real model reads, in word pieces."""
        return self._embedder.max_tokens

    @property
    def languages(self) -> frozenset[str]:
        """Languages the real model reads."""
        return self._embedder.languages

    def encode(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Return the real model's unit vectors, float32 `(n_texts, dim)`."""
        return self._embedder.encode(texts, on_progress)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in word pieces."""
        return self._embedder.count_tokens(texts)
