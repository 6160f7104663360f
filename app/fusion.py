"""The best rows of scores, and rankings joined into one.

Reciprocal rank fusion: Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion Outperforms Condorcet and Individual
Rank Learning Methods", 2009.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

RANK_CONSTANT: Final = 60  # as in the paper


def top(scores: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None = None) -> list[int]:
    """Return up to `k` rows with a score above 0, best first, ties by row.

    Args:
        scores: one a row, `(n,)`.
        k: how many rows at most, from 1.
        allowed: mask over rows; rows that are False are left out.
    """
    if allowed is not None:
        scores = np.where(allowed, scores, 0)
    found = np.flatnonzero(scores > 0)
    if len(found) > k:
        edge = np.partition(scores[found], -k)[-k]
        found = found[scores[found] >= edge]
    return [int(row) for row in found[np.lexsort((found, -scores[found]))[:k]]]


def fuse(rankings: Sequence[tuple[float, Sequence[int]]]) -> dict[int, float]:
    """Return the rows of weighted rankings with their fused scores, best first, ties by row.

    Args:
        rankings: weights, each with rows in their order, best first.

    Returns:
        Scores by row: over the rankings, the weight by 60 more than the row's rank, summed. No rows give none.
    """
    score: defaultdict[int, float] = defaultdict(float)
    for weight, rows in rankings:
        for rank, row in enumerate(rows, start=1):
            score[row] += weight / (RANK_CONSTANT + rank)
    return {row: score[row] for row in sorted(score, key=lambda row: (-score[row], row))}
