"""Compare two runs on the items that both have: every figure, how sure the difference is, and what changed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from app.errors import BadInput
from eval.figures.means import means, names_of_marks, rounded, values_of
from eval.figures.resampling import RESAMPLES, Floats, interval, numbered, p_value, resamples, swaps
from eval.figures.scores import LostAndWon, lost_and_won, score
from eval.figures.summary import verdict_of
from eval.figures.verdicts import compare as compare_verdicts
from eval.items import TASKS, Item, Task
from eval.marking.marks import MARKS

SCORE: Final = "score"  # see `eval.figures.scores.score`


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of both runs.

    Attributes:
        mark: a name of `eval.marking.marks.MARKS`, a figure of `eval.figures.verdicts`, or `SCORE`.
        first: over the shared items for which the first run defines it; None where it defines it for none.
        second: the same of the second run.
        difference: `second - first`.
        low: of the 95% interval of the difference, by drawing whole clusters; None with fewer than two clusters.
        p: how often runs that do not differ are at least so far apart, by swapping whole clusters between them; one
            of twenty figures is expected to be below 0.05 by chance alone.
        n: shared items for which either run defines it.
    """

    task: Task
    mark: str
    first: float | None
    second: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Changed:
    """An item whose score changed.

    Attributes:
        before: what came in the first run: the score, and those there are of `outcome`, `verdict`, `confidence`,
            `answer`, `failed` and the marks that are not the same in both.
        after: the same of the second run.
    """

    id: str
    task: Task
    asked: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs beside each other.

    Attributes:
        n: items that both runs have, crashed ones too.
        differences: by task, in the order of `MARKS`, the score first and the figures of verdicts last.
        better: items that the second run does better, most gained first.
        worse: those that it does worse, most lost first.
        signs: the same as ids, with the sign test.
        crashed: how many of the shared items crashed in the first run, and in the second.
        only_first: ids of items that the second run has not.
        only_second: ids of those that the first has not.
        relabelled: ids of items whose words or labels differ between the runs; they are compared in nothing.
    """

    n: int
    differences: tuple[Difference, ...]
    better: tuple[Changed, ...]
    worse: tuple[Changed, ...]
    signs: LostAndWon
    crashed: tuple[int, int]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    relabelled: tuple[str, ...]

    def find(self, task: Task, mark: str) -> Difference | None:
        """Return a figure of both runs; None where neither defines it."""
        return next((one for one in self.differences if (one.task, one.mark) == (task, mark)), None)

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON, with None for what nothing defines."""
        return asdict(self)


def compare(
    first_items: Sequence[Item],
    second_items: Sequence[Item],
    marks: Sequence[str] = (),
    seed: int = 0,
    rounds: int = RESAMPLES,
) -> Comparison:
    """Compare two runs on the items that both have, told by their ids.

    Each run's figure is over the items for which that run defines it, as in its own report. The test swaps the runs'
    items at random, whole clusters together, and looks how often the figures are then as far apart (Fisher's
    randomisation test, as Smucker, Allan and Carterette, CIKM 2007, advise for rankings). An item that crashed in a
    run has score 0 there, and no marks. Clusters are those of the second run.

    Args:
        first_items: of one run, in any order.
        second_items: of the other.
        marks: names of the marks to compare, where others are not wanted; the score always is, and the figures of
            verdicts only where no marks are named.
        seed: of drawing and swapping.
        rounds: of swapping; the smallest p is `1 / (rounds + 1)`.

    Raises:
        BadInput: a mark does not exist, a run has an id twice, or the runs share no item.
    """
    _check_marks(marks)
    first, second = _by_id(first_items, "first"), _by_id(second_items, "second")
    ids = sorted(first.keys() & second.keys())
    relabelled = [name for name in ids if not _is_same(first[name], second[name])]
    same = [name for name in ids if name not in set(relabelled)]
    if not same:
        raise BadInput(
            f"The runs share no item: they have {len(first)} and {len(second)}, and {len(relabelled)} with the same "
            "id are not the same question.",
            "Compare runs over the same data.",
        )
    pairs = [(first[name], second[name]) for name in same]
    signs = lost_and_won({a.id: score(a) for a, _ in pairs}, {b.id: score(b) for _, b in pairs})
    return Comparison(
        n=len(pairs),
        differences=tuple(_differences(pairs, marks, seed, rounds)),
        better=tuple(_changed(first[name], second[name]) for name in signs.won),
        worse=tuple(_changed(first[name], second[name]) for name in signs.lost),
        signs=signs,
        crashed=(sum(bool(one.failed) for one, _ in pairs), sum(bool(one.failed) for _, one in pairs)),
        only_first=tuple(sorted(first.keys() - second.keys())),
        only_second=tuple(sorted(second.keys() - first.keys())),
        relabelled=tuple(relabelled),
    )


_Pairs = Sequence[tuple[Item, Item]]


def _check_marks(names: Sequence[str]) -> None:
    for name in names:
        if name not in MARKS:
            raise BadInput(f"There is no mark {name[:80]!r}.", f"There are: {', '.join(MARKS)}.")


def _by_id(items: Sequence[Item], which: str) -> dict[str, Item]:
    held: dict[str, Item] = {}
    for item in items:
        if item.id in held:
            raise BadInput(f"The {which} run has the item {item.id!r} twice.", "Run it again into another folder.")
        held[item.id] = item
    return held


def _is_same(first: Item, second: Item) -> bool:
    """Return whether two items ask the same, and the same is right; a crashed item says nothing of what is right."""
    asks = [(item.task, item.asked, tuple(item.history)) for item in (first, second)]
    labels = [_frozen(item.expected) for item in (first, second)]
    return asks[0] == asks[1] and (labels[0] == labels[1] or bool(first.failed or second.failed))


def _frozen(value: Any) -> object:
    """Return JSON in which lists and tuples are the same, and the order of keys does not count."""
    if isinstance(value, Mapping):
        return tuple(sorted((key, _frozen(one)) for key, one in value.items()))
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value


def _differences(pairs: _Pairs, marks: Sequence[str], seed: int, rounds: int) -> Iterator[Difference]:
    for task in TASKS:
        of_task = [pair for pair in pairs if pair[1].task == task]
        if of_task:
            yield from _of_marks(task, of_task, marks, seed, rounds)
        whole = [pair for pair in of_task if not (pair[0].failed or pair[1].failed)]
        if task == "claim" and whole and not marks:
            yield from _of_verdicts(whole, seed, rounds)


def _of_marks(task: Task, pairs: _Pairs, marks: Sequence[str], seed: int, rounds: int) -> Iterator[Difference]:
    sides = [[pair[side] for pair in pairs] for side in (0, 1)]
    names = [name for name in names_of_marks([*sides[0], *sides[1]]) if not marks or name in marks]
    before, after = (
        np.hstack([np.array([[score(item)] for item in items]), values_of(items, names)]) for items in sides
    )
    clusters, random = numbered([item.cluster for item in sides[1]]), np.random.default_rng(seed)
    drawn = resamples(clusters, random)
    swapped = np.vstack((np.zeros((1, len(pairs))), swaps(clusters, rounds, random)))
    both = np.vstack((before, after))
    first, second = means(before, np.ones((1, len(pairs))))[0], means(after, np.ones((1, len(pairs))))[0]
    spread = means(after, drawn) - means(before, drawn)
    chance = means(both, np.hstack((swapped, 1 - swapped))) - means(both, np.hstack((1 - swapped, swapped)))
    for at, name in enumerate([SCORE, *names]):
        known = ~(np.isnan(before[:, at]) & np.isnan(after[:, at]))
        if known.any():
            p = _p_value(chance[:, at])
            low, high = interval(spread[:, at]) if len(np.unique(clusters[known])) > 1 else (math.nan, math.nan)
            yield _difference(task, name, (first[at], second[at]), (low, high), p, int(known.sum()))


def _p_value(differences: Floats) -> float:
    """Return `p_value` over the rounds in which both sides are defined; NaN where the runs themselves are not."""
    return p_value(differences[~np.isnan(differences)]) if not math.isnan(differences[0]) else math.nan


def _of_verdicts(pairs: _Pairs, seed: int, rounds: int) -> Iterator[Difference]:
    clusters = [second.cluster for _, second in pairs]
    first, second = ([verdict_of(pair[side]) for pair in pairs] for side in (0, 1))
    alone = len(np.unique(numbered(clusters))) < 2
    moved = [
        type(one)(one.expected, one.given, one.confidence, hit=one.hit, cluster=cluster)
        for one, cluster in zip(first, clusters, strict=True)
    ]
    for one in compare_verdicts(moved, second, seed=seed, rounds=rounds):
        limits = (math.nan, math.nan) if alone else (one.low, one.high)
        if not (math.isnan(one.first) and math.isnan(one.second)):
            yield _difference("claim", one.name, (one.first, one.second), limits, one.p, len(pairs))


def _difference(
    task: Task, name: str, sides: tuple[float, float], limits: tuple[float, float], p: float, n: int
) -> Difference:
    first, second = map(float, sides)
    low, high = map(rounded, limits)
    return Difference(task, name, rounded(first), rounded(second), rounded(second - first), low, high, rounded(p), n)


def _changed(first: Item, second: Item) -> Changed:
    names = [name for name in names_of_marks([first, second]) if first.marks.get(name) != second.marks.get(name)]
    return Changed(first.id, first.task, first.asked, _came(first, names), _came(second, names))


def _came(item: Item, names: Sequence[str]) -> dict[str, Any]:
    given = {name: item.given[name] for name in ("outcome", "verdict", "confidence", "answer") if name in item.given}
    failed = {"failed": item.failed} if item.failed else {}
    return {SCORE: rounded(score(item)), **given, **failed, "marks": {name: item.marks.get(name) for name in names}}
