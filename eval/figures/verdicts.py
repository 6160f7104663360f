"""Measure verdicts: how often they are right, how far their confidence can be believed, whether evidence was found.

Items of one document stand or fall together, so that resampling and swapping take whole clusters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from app.claims.results import VERDICTS
from eval.figures.resampling import RESAMPLES, interval, numbered, p_value, resamples, swaps
from eval.figures.verdict_figures import Bin, Marked, binned, figures_of, size_bins, table_of, width_bins

COMPARED: Final = ("accuracy", "balanced accuracy", "macro F1", "calibration error", "evidence hit rate")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95% interval (percentiles of the resamples); NaN where nothing defines it.

    Resampling makes calibration errors larger, so that their intervals lie high.
    """

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of some verdicts.

    Attributes:
        confusion: counts; a row an expected verdict, a column a given one, in the order of `VERDICTS`.
        bins: the reliability table in bins of equal width, empty ones left out.
        equal_bins: the same in bins of about equal size.
    """

    n: int
    figures: tuple[Figure, ...]
    confusion: tuple[tuple[int, ...], ...]
    bins: tuple[Bin, ...]
    equal_bins: tuple[Bin, ...]

    def figure(self, name: str) -> Figure:
        """Return a figure by its name."""
        return next(figure for figure in self.figures if figure.name == name)

    def to_json(self) -> dict[str, Any]:
        """Return the fields, with None for what nothing defines."""
        figures = [
            {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in one.items()}
            for one in map(asdict, self.figures)
        ]
        return {**asdict(self), "figures": figures}


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of two settings on the same items.

    Attributes:
        low: of the 95% interval of `second - first`.
        p: how often settings that do not differ are at least so far apart (two-sided); NaN where nothing is defined.
    """

    name: str
    first: float
    second: float
    low: float
    high: float
    p: float


def measure(items: Sequence[Marked], seed: int = 0) -> Report:
    """Return the figures of some verdicts.

    Args:
        items: the order does not matter; none give a report whose figures are NaN.
        seed: of the resampling.

    Returns:
        Accuracy; balanced accuracy (mean recall of the verdicts that are expected at all); macro F1 (over those
        expected or given); precision and recall of each verdict; the expected calibration error over `BINS` bins of
        equal width (Guo et al., 2017) and of equal size (Nguyen and O'Connor, 2015; equal confidences share a bin);
        the Brier score of the confidence (0 to 1) and of the probabilities (sum over verdicts, 0 to 2; over the items
        that have them); the share of items with right evidence; the share with verdict and evidence right. The last
        two are over items whose evidence is known.
    """
    ordered = sorted(items, key=lambda item: (item.cluster, repr(item)))  # so that the order does not matter
    table = table_of(ordered)
    values = figures_of(table, np.ones((1, len(ordered))))
    spread = figures_of(table, resamples(numbered([item.cluster for item in ordered]), np.random.default_rng(seed)))
    confusion = np.zeros((3, 3), dtype=int)
    np.add.at(confusion, (table.expected, table.given), 1)
    return Report(
        n=len(ordered),
        figures=tuple(Figure(name, float(value[0]), *interval(spread[name])) for name, value in values.items()),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
        bins=tuple(binned(table, width_bins(table.confidence), edges=True)),
        equal_bins=tuple(binned(table, size_bins(table.confidence), edges=False)),
    )


def compare(
    first: Sequence[Marked],
    second: Sequence[Marked],
    names: Sequence[str] = COMPARED,
    seed: int = 0,
    rounds: int = RESAMPLES,
) -> list[Compared]:
    """Return how two settings differ on the same items, by a paired randomisation test that swaps whole clusters.

    Args:
        first: the items as one setting gives them.
        second: the same items, in the same order, as the other does.
        names: of the figures to compare, as `measure` names them (bins of equal size are made of both together).
        seed: of the swapping, and of the resampling for the interval.
        rounds: the smallest `p` is `1 / (rounds + 1)`.

    Raises:
        ValueError: they are not the same items, or a figure is not known.
    """
    if [(one.expected, one.cluster) for one in first] != [(one.expected, one.cluster) for one in second]:
        raise ValueError("The settings were not run on the same items in the same order.")
    random = np.random.default_rng(seed)
    table, clusters = table_of([*first, *second]), numbered([item.cluster for item in first])
    apart = np.zeros((1, len(first)))
    drawn = np.vstack((apart + 1, resamples(clusters, random)))
    swapped = np.vstack((apart, swaps(clusters, rounds, random)))
    one, other = (figures_of(table, np.hstack(halves)) for halves in ((drawn, 0 * drawn), (0 * drawn, drawn)))
    left, right = (figures_of(table, np.hstack(halves)) for halves in ((1 - swapped, swapped), (swapped, 1 - swapped)))
    unknown = [name for name in names if name not in one]
    if unknown:
        raise ValueError(f"There is no figure {unknown[0]!r}; there are {', '.join(one)}.")
    return [
        Compared(
            name,
            float(one[name][0]),
            float(other[name][0]),
            *interval((other[name] - one[name])[1:]),
            p_value(right[name] - left[name]),
        )
        for name in names
    ]


def text_of(report: Report) -> str:
    """Return a report as lines of text: figures, how verdicts were confused, how far confidence can be believed."""
    lines = [f"{one.name:32} {_shown(one.value)}  [{_shown(one.low)}, {_shown(one.high)}]" for one in report.figures]
    lines += [f"\n{'expected, given':18}" + "".join(f"{verdict:>16}" for verdict in VERDICTS)]
    lines += [
        f"  {verdict:16}" + "".join(f"{count:16}" for count in row)
        for verdict, row in zip(VERDICTS, report.confusion, strict=True)
    ]
    for name, bins in (("confidence", report.bins), ("bins of equal size", report.equal_bins)):
        lines.append(f"\n{name:22}{'n':>5}  mean   right")
        lines += [f"  {b.low:.3f} to {b.high:.3f}      {b.n:5}  {b.confidence:.3f}  {b.right:.3f}" for b in bins]
    return "\n".join([f"{report.n} verdicts", *lines])


def comparison_text(compared: Sequence[Compared]) -> str:
    """Return a comparison as lines of text, one a figure."""
    return "\n".join(
        f"{one.name:32} {_shown(one.first)} -> {_shown(one.second)}  "
        f"difference {_shown(one.second - one.first)} [{_shown(one.low)}, {_shown(one.high)}]  p {_shown(one.p)}"
        for one in compared
    )


def _shown(value: float) -> str:
    return "  -  " if math.isnan(value) else f"{value:.3f}"
