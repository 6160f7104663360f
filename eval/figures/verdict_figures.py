"""The figures of verdicts as ratios of weighted sums, worked out for many resamples at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.claims.results import VERDICTS, Verdict
from eval.figures.resampling import Floats, Ints

BINS: Final = 10
_INDEX: Final[Mapping[Verdict, int]] = {verdict: number for number, verdict in enumerate(VERDICTS)}


@dataclass(frozen=True, slots=True)
class Marked:
    """One verdict beside the right one.

    Attributes:
        confidence: in the given verdict, 0 to 1.
        probabilities: of the verdicts, in the order of `VERDICTS`; None where there are none.
        hit: whether the evidence shown is right; None where no evidence is known to be right.
        cluster: items with the same one are not independent; empty: this one stands alone.

    Raises:
        ValueError: the confidence is not from 0 to 1.
    """

    expected: Verdict
    given: Verdict
    confidence: float
    probabilities: tuple[float, float, float] | None = None
    hit: bool | None = None
    cluster: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"A confidence is from 0 to 1, not {self.confidence}.")


@dataclass(frozen=True, slots=True)
class Bin:
    """The items whose confidence lies from `low` to `high`: how many, their mean confidence, the share right."""

    low: float
    high: float
    n: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Table:
    """The items as columns, each `(n,)`; NaN where an item has no probabilities, or no evidence to hit."""

    expected: Ints
    given: Ints
    confidence: Floats
    squared: Floats
    hit: Floats

    @property
    def right(self) -> Floats:
        """1 where the verdict is right, otherwise 0."""
        right: Floats = np.equal(self.expected, self.given).astype(np.float64)
        return right


def table_of(items: Sequence[Marked]) -> Table:
    """Return items as columns, in their order."""
    expected = np.array([_INDEX[item.expected] for item in items], dtype=np.int64)
    given = np.array([_INDEX[item.given] for item in items], dtype=np.int64)
    unknown = (math.nan,) * len(VERDICTS)
    probabilities = np.array([item.probabilities or unknown for item in items]).reshape(len(items), len(VERDICTS))
    return Table(
        expected=expected,
        given=given,
        confidence=np.array([item.confidence for item in items], dtype=np.float64),
        squared=((probabilities - np.eye(len(VERDICTS))[expected]) ** 2).sum(axis=1),
        hit=np.array([math.nan if item.hit is None else item.hit for item in items], dtype=np.float64),
    )


def figures_of(table: Table, weights: Floats) -> dict[str, Floats]:
    """Return the figures, each `(n_rows,)`, for weights `(n_rows, n)` of the items."""
    counts = _counts(table, weights)
    total = counts.sum(axis=(1, 2))
    right = np.einsum("rii->ri", counts)
    expected, given = counts.sum(axis=2), counts.sum(axis=1)
    recall, precision = _share(right, expected), _share(right, given)
    figures = {
        "accuracy": _share(right.sum(axis=1), total),
        "balanced accuracy": _mean(recall),
        "macro F1": _mean(_share(2 * right, expected + given)),
    }
    for number, verdict in enumerate(VERDICTS):
        figures[f"precision of {verdict}"] = precision[:, number]
        figures[f"recall of {verdict}"] = recall[:, number]
    over = table.confidence - table.right
    for name, bins in (("", width_bins(table.confidence)), (", equal bins", size_bins(table.confidence))):
        sums = weights @ (over[:, None] * _one_hot(bins, BINS))
        figures[f"calibration error{name}"] = _share(np.abs(sums).sum(axis=1), total)
    figures["Brier score"] = _weighted_mean(over**2, weights)
    figures["Brier score, three verdicts"] = _weighted_mean(table.squared, weights)
    figures["evidence hit rate"] = _weighted_mean(table.hit, weights)
    figures["verdict and evidence right"] = _weighted_mean(table.hit * table.right, weights)
    return figures


def _counts(table: Table, weights: Floats) -> Floats:
    """Return confusion matrices `(n_rows, 3, 3)`."""
    size = len(VERDICTS)
    cells = _one_hot(table.expected * size + table.given, size * size)
    counts: Floats = weights @ cells
    return counts.reshape(-1, size, size)


def binned(table: Table, bins: Ints, edges: bool) -> Iterator[Bin]:
    """Yield the bins that hold items, lowest first; with their edges, or their least and greatest confidence."""
    right = table.right
    for number in np.unique(bins):
        inside = bins == number
        held = table.confidence[inside]
        low, high = (number / BINS, (number + 1) / BINS) if edges else (held.min(), held.max())
        yield Bin(float(low), float(high), len(held), float(held.mean()), float(right[inside].mean()))


def width_bins(confidence: Floats) -> Ints:
    """Return each item's bin: `[0, 0.1)` is the first, `[0.9, 1]` the last."""
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def size_bins(confidence: Floats) -> Ints:
    """Return each item's bin by its rank; equal confidences have the lowest rank of them all."""
    ranks = np.searchsorted(np.sort(confidence), confidence, side="left")
    return ranks.astype(np.int64) * BINS // max(1, len(confidence))


def _share(part: Floats, whole: Floats) -> Floats:
    """Divide, with NaN where the whole is 0."""
    shares: Floats = np.full(part.shape, math.nan)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares


def _mean(values: Floats) -> Floats:
    """Return each row's mean over what is defined in it."""
    known = ~np.isnan(values)
    return _share(np.where(known, values, 0).sum(axis=1), known.sum(axis=1).astype(np.float64))


def _weighted_mean(values: Floats, weights: Floats) -> Floats:
    """Return the mean of the values that are defined, for each row of weights."""
    known = ~np.isnan(values)
    return _share(weights @ np.where(known, values, 0), weights @ known.astype(np.float64))


def _one_hot(numbers: Ints, size: int) -> Floats:
    return np.eye(size)[numbers]
