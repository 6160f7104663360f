"""The figures of a run: means of marks with intervals, confused outcomes, verdicts, and what a threshold would do.

Items that crashed are in no figure; they are counted apart. What nothing defines is None, never NaN.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from app.claims.results import VERDICTS
from app.outcome import OUTCOMES
from eval.figures.abstention import Abstention, AtThreshold, abstention_of
from eval.figures.means import among, means, names_of_marks, rounded, values_of
from eval.figures.resampling import interval, numbered, resamples
from eval.figures.verdict_figures import Bin, Marked
from eval.figures.verdicts import Figure, Report, measure
from eval.items import TASKS, Item, Task, by_task


@dataclass(frozen=True, slots=True)
class MarkFigure:
    """The mean of a mark over the items for which it is defined.

    Attributes:
        group: a name among the items' groups, such as "language"; empty: all items of the task.
        part: the group's value whose items these are; empty where `group` is.
        mark: its name; see `eval.marking.marks.MARKS`.
        low: of the 95% interval, by drawing whole clusters with replacement; None with fewer than two clusters, which
            tell nothing of how others would fare. With few, intervals are too narrow.
        n: items for which the mark is defined, 1 or more.
        clusters: in how many clusters they lie.
    """

    task: Task
    group: str
    part: str
    mark: str
    mean: float
    low: float | None
    high: float | None
    n: int
    clusters: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of the items of a run.

    Attributes:
        items: how many there are of each task that has any, crashed ones too.
        crashed: how many of those crashed.
        marks: of each task over all its items, then within each value of each group.
        outcomes: counts of questions; a row a right outcome, a column the one that came, in the order of
            `app.outcome.OUTCOMES`; empty without questions.
        verdicts: of the claims; None without any.
    """

    items: Mapping[str, int]
    crashed: Mapping[str, int]
    marks: tuple[MarkFigure, ...]
    outcomes: tuple[tuple[int, ...], ...]
    verdicts: Report | None
    abstention: Abstention

    def find(self, task: Task, mark: str, group: str = "", part: str = "") -> MarkFigure | None:
        """Return the figure of a mark; None where it is defined for none of those items."""
        wanted = (task, group, part, mark)
        return next((one for one in self.marks if (one.task, one.group, one.part, one.mark) == wanted), None)

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON, with None for what nothing defines."""
        verdicts = self.verdicts.to_json() if self.verdicts else None
        plain: dict[str, Any] = asdict(replace(self, verdicts=None)) | {"verdicts": verdicts}
        return plain

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Figures:
        """Return what `to_json` gave, read from JSON or not.

        Raises:
            KeyError, TypeError or ValueError: it is something else.
        """
        abstention = values["abstention"]
        return cls(
            items=dict(values["items"]),
            crashed=dict(values["crashed"]),
            marks=tuple(MarkFigure(**one) for one in values["marks"]),
            outcomes=tuple(tuple(row) for row in values["outcomes"]),
            verdicts=_report(values["verdicts"]) if values["verdicts"] is not None else None,
            abstention=Abstention(
                **{**abstention, "points": tuple(AtThreshold(**one) for one in abstention["points"])}
            ),
        )


def figures(items: Sequence[Item], seed: int = 0) -> Figures:
    """Return the figures of some items.

    Args:
        items: in any order, which does not matter; none give figures without marks.
        seed: of the resampling.

    Raises:
        BadInput: a question has no outcome, or a claim no verdict, that there is.
    """
    ordered = sorted(items, key=lambda item: (item.id, item.task))
    questions, claims = by_task(ordered, "question"), by_task(ordered, "claim")
    counts = {task: [bool(item.failed) for item in ordered if item.task == task] for task in TASKS}
    return Figures(
        items={task: len(failed) for task, failed in counts.items() if failed},
        crashed={task: sum(failed) for task, failed in counts.items() if failed},
        marks=tuple(figure for task in TASKS for figure in _of_task(task, by_task(ordered, task), seed)),
        outcomes=_confused(questions),
        verdicts=_verdicts(claims, seed) if claims else None,
        abstention=abstention_of(questions),
    )


def verdict_of(item: Item) -> Marked:
    """Return a claim's verdict as `eval.figures.verdicts` measures it.

    Raises:
        BadInput: it has none.
    """
    hit = item.marks.get("evidence hit")
    return Marked(
        expected=among(item, "expected", "verdict", VERDICTS),
        given=among(item, "given", "verdict", VERDICTS),
        confidence=item.given["confidence"],
        hit=None if hit is None else bool(hit),
        cluster=item.cluster,
    )


def _of_task(task: Task, items: Sequence[Item], seed: int) -> Iterator[MarkFigure]:
    yield from _means(task, "", "", items, seed)
    for group in sorted({name for item in items for name in item.groups}):
        for part in sorted({item.groups[group] for item in items if group in item.groups}):
            yield from _means(task, group, part, [item for item in items if item.groups.get(group) == part], seed)


def _means(task: Task, group: str, part: str, items: Sequence[Item], seed: int) -> Iterator[MarkFigure]:
    names = names_of_marks(items)
    values, clusters = values_of(items, names), numbered([item.cluster for item in items])
    observed = means(values, np.ones((1, len(items))))[0]
    drawn = means(values, resamples(clusters, np.random.default_rng(seed)))
    for at, name in enumerate(names):
        known = ~np.isnan(values[:, at])
        mean, many = rounded(float(observed[at])), len(np.unique(clusters[known]))
        if mean is not None:
            low, high = map(rounded, interval(drawn[:, at])) if many > 1 else (None, None)
            yield MarkFigure(task, group, part, name, mean, low, high, int(known.sum()), many)


def _confused(questions: Sequence[Item]) -> tuple[tuple[int, ...], ...]:
    pairs = [tuple(among(item, side, "outcome", OUTCOMES) for side in ("expected", "given")) for item in questions]
    return tuple(tuple(pairs.count((right, came)) for came in OUTCOMES) for right in OUTCOMES) if pairs else ()


def _verdicts(claims: Sequence[Item], seed: int) -> Report:
    """Return the figures of verdicts as they are kept; one cluster gives no intervals."""
    report = measure([verdict_of(item) for item in claims], seed)
    alone = len(np.unique(numbered([item.cluster for item in claims]))) < 2
    return replace(
        report,
        figures=tuple(
            Figure(one.name, _kept(one.value), *((math.nan,) * 2 if alone else map(_kept, (one.low, one.high))))
            for one in report.figures
        ),
        bins=tuple(map(_rounded_bin, report.bins)),
        equal_bins=tuple(map(_rounded_bin, report.equal_bins)),
    )


def _rounded_bin(one: Bin) -> Bin:
    low, high, confidence, right = map(_kept, (one.low, one.high, one.confidence, one.right))
    return Bin(low, high, one.n, confidence, right)


def _kept(value: float | None) -> float:
    kept = None if value is None else rounded(value)
    return math.nan if kept is None else kept


def _report(values: Mapping[str, Any]) -> Report:
    return Report(
        n=values["n"],
        figures=tuple(
            Figure(one["name"], *(_kept(one[name]) for name in ("value", "low", "high"))) for one in values["figures"]
        ),
        confusion=tuple(tuple(row) for row in values["confusion"]),
        bins=tuple(Bin(**one) for one in values["bins"]),
        equal_bins=tuple(Bin(**one) for one in values["equal_bins"]),
    )
