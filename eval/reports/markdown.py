"""A report as a short summary in Markdown, for a pull request; no markup of documents, models or people acts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from app.claims.export_markdown import literal
from eval.figures.comparing import SCORE, compare
from eval.reports.details import CRASHED, words_for
from eval.reports.lines import (
    HEADLINES,
    TASK_NAMES,
    UNKNOWN,
    crashed_in,
    difference_mark,
    facts_of,
    in_words,
    names_of,
    rows_of,
    said,
    said_difference,
    said_interval,
    tasks_of,
    title_of,
    what_differs,
)

if TYPE_CHECKING:
    from eval.figures.comparing import Changed, Comparison
    from eval.items import Task
    from eval.running.folder import RunFolder

MOST: Final = 10  # changed items of a kind that are named
_LONGEST: Final = 120  # characters of what was asked


def report_markdown(*runs: RunFolder) -> str:
    """Return the summary: the headline figures of a run, or how the second of two differs from the first.

    Args:
        runs: one or two.

    Raises:
        BadInput: two runs share no item.
    """
    blocks = [f"# {literal(title_of(runs))}", *_notices(runs)]
    if len(runs) > 1:
        blocks += _comparison(runs, compare(runs[0].items, runs[1].items, seed=_seed(runs[1])))
    else:
        for task in tasks_of(runs):
            blocks += [f"## {TASK_NAMES[task]}", _figures(runs[0], task)]
        blocks += _cost(runs[0])
        blocks.append("\n".join(f"- {name}: {literal(text)}" for name, text in facts_of(runs[0])))
    return "\n\n".join(blocks) + "\n"


def _seed(run: RunFolder) -> int:
    seed = run.run.get("seed")
    return seed if isinstance(seed, int) else 0


def _notices(runs: Sequence[RunFolder]) -> Iterator[str]:
    for run, name in zip(runs, names_of(runs), strict=True):
        of = f"{literal(name)}: " if len(runs) > 1 else ""
        if run.notice:
            yield f"**{of}{literal(run.notice)}**"
        if crashed := crashed_in(run):
            yield f"**{of}{crashed} of the items crashed; they are in no figure.**"


def _figures(run: RunFolder, task: Task) -> str:
    rows = [
        [literal(row.name), said(value.mean, unit), said_interval(value.low, value.high, unit), str(value.n)]
        for row in rows_of([run], task)
        if row.name in HEADLINES[task] and (value := row.values[0]) and (unit := row.mark.unit)
    ]
    return _table(["Figure", "Mean", "95% interval", "n"], rows) if rows else "No figure is known."


def _cost(run: RunFolder) -> Iterator[str]:
    stages = run.costs.get("stages")
    totals = [(name, one) for name, one in (stages or {}).items() if name.endswith(": total")]
    if totals:
        rows = [
            [literal(name.removesuffix(": total")), f"{one['median_ms']:.1f}", f"{one['p95_ms']:.1f}"]
            for name, one in totals
        ]
        yield "## Time"
        yield _table(["An item of the task", "median, ms", "95th percentile, ms"], rows)


def _comparison(runs: Sequence[RunFolder], compared: Comparison) -> Iterator[str]:
    yield literal(in_words(compared))
    names = [literal(name) for name in names_of(runs)]
    for task, title in TASK_NAMES.items():
        rows = [
            [literal(one.mark), said(one.first, unit), said(one.second, unit), said_difference(one.difference, unit),
             said_interval(one.low, one.high, unit), said(one.p)]
            for one in compared.differences
            if one.task == task and one.mark in (SCORE, *HEADLINES[task])
            and (unit := difference_mark(task, one.mark).unit)
        ]  # fmt: skip
        if rows:
            yield f"## {title}"
            yield _table(["Figure", *names, "Difference", "95% interval", "p"], rows)
    yield from _changed("Worse", compared.worse)
    yield from _changed("Better", compared.better)
    apart = [(names[0], compared.only_first), (names[1], compared.only_second)]
    lines = [f"{len(ids)} items are only in {name}." for name, ids in apart if ids]
    if compared.relabelled:
        lines.append(f"{len(compared.relabelled)} items have other words or labels, and were not compared.")
    yield from lines
    differing = [[literal(cell) for cell in row] for row in what_differs(runs[0], runs[1])]
    yield "## What was not the same"
    yield _table(["", *names], differing) if differing else "Nothing of data, settings, index and versions."


def _changed(title: str, changed: Sequence[Changed]) -> Iterator[str]:
    if not changed:
        return
    yield f"## {title} ({len(changed)})"
    lines = [f"- {literal(one.id)}: {literal(_cut(one.asked))} ({literal(_change(one))})" for one in changed[:MOST]]
    if len(changed) > MOST:
        lines.append(f"- and {len(changed) - MOST} more")
    yield "\n".join(lines)


def _change(one: Changed) -> str:
    before, after = (
        CRASHED if side.get("failed") else words_for(side.get("outcome") or side.get("verdict"))
        for side in (one.before, one.after)
    )
    scores = f"{said(one.before.get(SCORE))} → {said(one.after.get(SCORE))}"
    return scores if before == after else f"{before or UNKNOWN} → {after or UNKNOWN}; {scores}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
