"""Runs and comparisons as text for a terminal, and as the objects of `--json`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from app.outcome import OUTCOMES
from eval.items import TASKS, Task

if TYPE_CHECKING:
    from eval.figures.comparing import Changed, Comparison, Difference
    from eval.figures.summary import Figures, MarkFigure
    from eval.running.folder import RunFolder

_HEADINGS: Final[Mapping[Task, str]] = {"query": "queries", "question": "questions", "claim": "claims"}
# Of verdicts what the marks do not say already.
_VERDICTS: Final = (
    "balanced accuracy", "macro F1", "precision of supported", "recall of supported", "precision of contradicted",
    "recall of contradicted", "precision of not_in_sources", "recall of not_in_sources", "calibration error",
)  # fmt: skip
_UNKNOWN: Final = "  -  "
_NAMED: Final = 10  # changed items of a kind that are shown; `--json` and the report have all
_LONGEST: Final = 90  # characters of a question or claim


def run_json(run: RunFolder) -> dict[str, Any]:
    """Return the object that `sangho eval run --json` prints."""
    return {
        "run": str(run.path),
        "finished": run.finished,
        "items": len(run.items),
        "failed": [item.id for item in run.items if item.failed],
        "settings_digest": run.run["settings_digest"],
        "generation": run.run["index"]["generation"],
        "figures": run.figures.to_json(),
        "costs": dict(run.costs),
    }


def run_text(run: RunFolder) -> str:
    """Return the figures of a run as lines of text."""
    lines = [f"{len(run.items)} items in {run.path}", *filter(None, [run.notice])]
    for task in TASKS:
        lines += _of_task(run.figures, task)
    lines += _costs(run.costs)
    return "\n".join(lines)


def _of_task(figures: Figures, task: Task) -> Iterator[str]:
    if not figures.items.get(task):
        return
    crashed = figures.crashed.get(task, 0)
    apart = f"; {crashed} crashed, and are in no figure" if crashed else ""
    yield f"\n{figures.items[task]} {_HEADINGS[task]}{apart}"
    yield from (_mark(one) for one in figures.marks if one.task == task and not one.group)
    if task == "question" and figures.outcomes:
        yield f"  right outcome, and how often each came: {', '.join(OUTCOMES)}"
        yield from (
            f"    {right:24}{'  '.join(f'{n:4}' for n in row)}"
            for right, row in zip(OUTCOMES, figures.outcomes, strict=True)
        )
    if task == "claim" and figures.verdicts:
        for one in figures.verdicts.figures:
            if one.name in _VERDICTS:
                yield _line(one.name, one.value, one.low, one.high, figures.verdicts.n)


def _mark(one: MarkFigure) -> str:
    return _line(one.mark, one.mean, one.low, one.high, one.n)


def _line(name: str, mean: float, low: float | None, high: float | None, n: int) -> str:
    between = "" if low is None or high is None or math.isnan(low) else f"[{low:.3f}, {high:.3f}]"
    return f"  {name:32}{shown(mean):>9}  {between:18} n {n}"


def shown(value: float | None) -> str:
    """Write a figure to three decimals; a dash where nothing defines it."""
    return _UNKNOWN if value is None or math.isnan(value) else f"{value:.3f}"


def _costs(costs: Mapping[str, Any]) -> Iterator[str]:
    stages: Mapping[str, Mapping[str, float]] = costs.get("stages") or {}
    if stages:
        yield "\nmilliseconds                        median      95%"
    for name, spread in stages.items():
        yield f"  {name:32}{spread['median_ms']:>9.1f}{spread['p95_ms']:>9.1f}"
    if costs.get("peak_memory_mb"):
        yield f"  memory, at most: {costs['peak_memory_mb']:.0f} MB"
    if costs.get("tokens"):
        yield "  tokens: " + ", ".join(f"{count:,} {name}" for name, count in sorted(costs["tokens"].items()))
    if costs.get("price") is not None:
        yield f"  price: {costs['price']}"


def differing(first: RunFolder, second: RunFolder) -> list[tuple[str, str, str]]:
    """Return in what two runs differ besides what came: what it is called, and both values."""
    from eval.running.writing import differences

    return differences(first.run, second.run)


def comparison_json(first: RunFolder, second: RunFolder, compared: Comparison) -> dict[str, Any]:
    """Return the object that `sangho eval compare --json` prints."""
    differ = [{"name": name, "first": was, "second": now} for name, was, now in differing(first, second)]
    return {"first": str(first.path), "second": str(second.path), "differ": differ, **compared.to_json()}


def comparison_text(first: RunFolder, second: RunFolder, compared: Comparison) -> str:
    """Return a comparison as lines of text: in what the runs differ, every figure, the items that changed most."""
    lines = [f"{compared.n} items in both runs: {first.path}, then {second.path}"]
    lines += [f"  {name}: {was} -> {now}" for name, was, now in differing(first, second)]
    apart = {
        "only in the first": compared.only_first,
        "only in the second": compared.only_second,
        "with other words or labels, and in no figure": compared.relabelled,
    }
    lines += [f"  {what}: {len(ids)} items" for what, ids in apart.items() if ids]
    if any(compared.crashed):
        lines.append(f"  crashed: {compared.crashed[0]} in the first, {compared.crashed[1]} in the second")
    for task in TASKS:
        of_task = [one for one in compared.differences if one.task == task]
        if of_task:
            lines += [f"\n{_HEADINGS[task]:34}   first   second  difference", *map(_difference, of_task)]
    lines.append(
        f"\n{len(compared.better)} items better, {len(compared.worse)} worse; sign test p {shown(compared.signs.p)}"
    )
    for what, changed in (("better", compared.better), ("worse", compared.worse)):
        lines += [_changed(what, one) for one in changed[:_NAMED]]
    return "\n".join(lines)


def _difference(one: Difference) -> str:
    between = "" if one.low is None or one.high is None else f"[{one.low:+.3f}, {one.high:+.3f}]"
    change = _UNKNOWN if one.difference is None else f"{one.difference:+.3f}"
    figures = f"{shown(one.first):>9}{shown(one.second):>9}{change:>9}"
    return f"  {one.mark:32}{figures}  {between:18} p {shown(one.p)}  n {one.n}"


def _changed(what: str, one: Changed) -> str:
    asked = one.asked if len(one.asked) <= _LONGEST else f"{one.asked[:_LONGEST]}…"
    return f"  {what}  {shown(one.before['score'])} -> {shown(one.after['score'])}  {one.id}  {' '.join(asked.split())}"
