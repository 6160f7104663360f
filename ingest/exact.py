"""Arrays on the disk, and exact search by cosine similarity over them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ingest.errors import BrokenIndex

Vectors = NDArray[np.float32]
Scored = list[tuple[int, float]]

_GATHER: Final = 0.2  # below this share of allowed rows, copying them out beats scoring all


def exact_search(vectors: Vectors, query: Vectors, k: int, allowed: NDArray[np.bool_] | None = None) -> Scored:
    """Return up to `k` rows by cosine similarity, comparing with every allowed row; best first, ties by row."""
    if allowed is None:
        return best_rows(np.arange(len(vectors)), vectors @ query, k)
    rows = np.flatnonzero(allowed)
    few = len(rows) < _GATHER * len(vectors)
    scores = vectors[rows] @ query if few else (vectors @ query)[rows]
    return best_rows(rows, scores, k)


def best_rows(rows: NDArray[np.int64], scores: Vectors, k: int) -> Scored:
    """Return the `k` best of `rows` with their scores, best first, ties by row."""
    if len(rows) > k:
        edge = np.partition(scores, -k)[-k]
        kept = scores >= edge
        rows, scores = rows[kept], scores[kept]
    order = np.lexsort((rows, -scores))[:k]
    return [(int(rows[i]), float(scores[i])) for i in order]


def load_array(path: Path) -> NDArray[Any]:
    """Map an `.npy` file into memory for reading; an empty array is simply loaded.

    Raises:
        BrokenIndex: the file is missing or is no such file.
    """
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        return array if array.size else np.array(array)
    except (OSError, ValueError, EOFError) as error:
        raise BrokenIndex(f"{path} cannot be read: {error}.", "Run: sangho ingest") from error


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Write an `.npy` file, without pickle.

    Raises:
        OSError: it cannot be written.
    """
    with path.open("wb") as file:
        np.save(file, np.ascontiguousarray(array), allow_pickle=False)
