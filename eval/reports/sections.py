"""The figures of one run, or of two beside each other, as sections of the report's page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from app.claims.results import VERDICTS
from app.escape import plain, shown
from app.outcome import OUTCOMES
from eval.items import Mark, Task
from eval.reports.details import words_for
from eval.reports.lines import (
    TASK_NAMES,
    UNKNOWN,
    Row,
    Value,
    crashed_in,
    facts_of,
    mark_value,
    names_of,
    rows_of,
    said,
    said_interval,
)
from eval.reports.plots import Axes, Line, bar, chart, confusion

if TYPE_CHECKING:
    from eval.running.folder import RunFolder

LOOKS: Final = ("first", "second")
_ROLES: Final = {
    "thead": "rowgroup",
    "tr": "row",
    "td": "cell",
    'th scope="row"': "rowheader",
    'th scope="col"': "columnheader",
}
# Of each task the marks by which its groups are told apart; others stand in the summary.
_IN_GROUPS: Final[Mapping[Task, tuple[str, ...]]] = {
    "question": (
        "outcome right", "facts found", "citation precision", "citation recall", "nDCG@10", "Recall@5",
        "answered wrongly", "refused wrongly",
    ),
    "claim": ("verdict right", "evidence hit", "confidence"),
    "query": ("nDCG@10", "nDCG@10 by document", "Recall@5", "Recall@20", "MRR@10"),
}  # fmt: skip


def about_section(runs: Sequence[RunFolder]) -> Iterator[str]:
    """Yield what was run on what, and what is missing of it."""
    for run, name in zip(runs, names_of(runs), strict=True):
        if len(runs) > 1:
            yield f"<h3>{shown(name)}</h3>"
        rows = "".join(f"<dt>{shown(what)}</dt><dd>{shown(text)}</dd>" for what, text in facts_of(run))
        yield f'<dl class="facts">{rows}</dl>'
        if run.notice:
            yield f'<p class="notice" role="note">{shown(run.notice)}</p>'
        if crashed := crashed_in(run):
            noun = "item" if crashed == 1 else "items"
            yield f'<p class="notice" role="note">{crashed} {noun} crashed. They are in no figure below.</p>'


def task_section(runs: Sequence[RunFolder], task: Task) -> Iterator[str]:
    """Yield the figures of a task: all items, how outcomes or verdicts were confused, curves, and groups."""
    yield f'<h2 id="{task}">{TASK_NAMES[task]}</h2>'
    rows = rows_of(runs, task)
    if not rows:
        yield "<p>No item of these gave a figure.</p>"
        return
    yield (
        '<p class="soft">Means with 95% intervals (bootstrap over items that rest on the same documents); '
        "n counts the items for which a figure is defined.</p>"
    )
    yield _figures(rows, names_of(runs), TASK_NAMES[task])
    pictures = [*_confusions(runs, task), *_charts(runs, task)]
    if any(pictures):
        yield f'<div class="charts">{"".join(pictures)}</div>'
    yield from _groups(runs, task)


def cost_section(runs: Sequence[RunFolder]) -> Iterator[str]:
    """Yield times by stage, memory, tokens and price; nothing for runs that have none of them."""
    known = [(run, name) for run, name in zip(runs, names_of(runs), strict=True) if run.costs]
    if not known:
        return
    yield '<h2 id="cost">Time and cost</h2>'
    most = max((_ms(stage, "p95_ms") for run, _ in known for stage in _stages(run).values()), default=0.0)
    for run, name in known:
        if len(runs) > 1:
            yield f"<h3>{shown(name)}</h3>"
        yield _times(run, most)
        yield f'<p class="soft">{shown("; ".join(_totals(run)))}</p>'


def heads(*names: str, drawn: str = "") -> str:
    """Return the head of a table whose first column names its rows; `drawn` names a last column of pictures."""
    first, *others = names
    cells = "".join(f'<th scope="col" class="n">{shown(name)}</th>' for name in others)
    last = f'<th scope="col" class="unsorted">{shown(drawn)}</th>' if drawn else ""
    return f'<thead><tr><th scope="col">{shown(first)}</th>{cells}{last}</tr></thead>'


def sortable(head: str, rows: str) -> str:
    """Return a table that the page's script can sort."""
    # Where the page is narrow its rows are cards: then only roles tell that it is a table.
    for tag, role in _ROLES.items():
        head, rows = (part.replace(f"<{tag}", f'<{tag} role="{role}"') for part in (head, rows))
    return f'<table class="figures sortable" role="table">{head}<tbody role="rowgroup">{rows}</tbody></table>'


def scrolled(name: str, table: str) -> str:
    """Return a table in a region that can be scrolled by keyboard where it is too wide."""
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(plain(name))}">{table}</div>'


def _figures(rows: Sequence[Row], names: Sequence[str], task: str) -> str:
    most = {row.mark.unit: _most(rows, row.mark.unit) for row in rows}
    several = len(names) > 1
    columns = (
        [f"{name}: {what}" for name in names for what in ("mean", "n")] if several else ["mean", "95% interval", "n"]
    )
    body = "".join(_figure(row, columns, most[row.mark.unit]) for row in rows)
    return scrolled(f"{task}: figures", sortable(heads("Figure", *columns, drawn="with interval"), body))


def _figure(row: Row, columns: Sequence[str], most: float) -> str:
    texts, bars = [], []
    for value, look in zip(row.values, LOOKS, strict=False):
        texts.append(said(value.mean if value else None, row.mark.unit))
        if len(row.values) == 1:
            texts.append(said_interval(value.low, value.high, row.mark.unit) if value else UNKNOWN)
        texts.append(str(value.n) if value else "0")
        bars.append(bar(value.mean, value.low, value.high, most, look) if value else "")
    cells = "".join(map(number, texts, columns))
    return f'<tr>{named(row.name, row.mark)}{cells}<td class="drawn">{"".join(bars)}</td></tr>'


def number(text: str, label: str) -> str:
    """Return a cell with a number, and what it is where the page is too narrow for a head."""
    return f'<td class="n" data-label="{escape(plain(label))}">{shown(text)}</td>'


def named(name: str, mark: Mark) -> str:
    """Return the head of a row: what a figure is called, and what it is."""
    wanted = "; less is better" if mark.better == "less" else ""
    meaning = f"<small>{shown(mark.meaning)}{wanted}</small>" if mark.meaning else ""
    return f'<th scope="row" data-key="{escape(plain(name))}">{shown(name)}{meaning}</th>'


def _most(rows: Sequence[Row], unit: str) -> float:
    """Return what a bar's right edge stands for: 1 for shares, otherwise the greatest value or end of an interval."""
    if unit in ("share", "probability"):
        return 1.0
    values = [value for row in rows if row.mark.unit == unit for value in row.values if value]
    return max((one for value in values for one in (value.mean, value.high) if math.isfinite(one)), default=0.0)


def _confusions(runs: Sequence[RunFolder], task: Task) -> Iterator[str]:
    for run, name in zip(runs, names_of(runs), strict=True):
        of = f", {name}" if len(runs) > 1 else ""
        if task == "question" and run.figures.outcomes:
            labels = [words_for(outcome) for outcome in OUTCOMES]
            yield _framed(confusion(f"Outcomes{of}", labels, run.figures.outcomes), "Outcomes, counted")
        if task == "claim" and run.figures.verdicts:
            labels = [words_for(verdict) for verdict in VERDICTS]
            yield _framed(confusion(f"Verdicts{of}", labels, run.figures.verdicts.confusion), "Verdicts, counted")


def _framed(table: str, name: str) -> str:
    return f"<div>{scrolled(name, table)}</div>"


def _charts(runs: Sequence[RunFolder], task: Task) -> Iterator[str]:
    if task == "question":
        lines = [line for at, run in enumerate(runs) for line in _abstention(run, at, _prefix(runs, at))]
        yield chart(Axes("If the threshold were another", "answer from this probability on", "share"), lines)
    if task == "claim":
        lines = [_reliability(run, at, _prefix(runs, at)) for at, run in enumerate(runs)]
        yield chart(Axes("How far confidence can be believed", "confidence", "share right", diagonal=True), lines)


def _prefix(runs: Sequence[RunFolder], at: int) -> str:
    return f"{names_of(runs)[at]}: " if len(runs) > 1 else ""


def _abstention(run: RunFolder, at: int, prefix: str) -> Iterator[Line]:
    curve = run.figures.abstention
    if curve.unanswerable:
        points = tuple((one.threshold, _known(one.answered_wrongly)) for one in curve.points)
        yield Line(f"{prefix}answered, of {curve.unanswerable} that the sources do not answer", points, LOOKS[at])
    if curve.answerable:
        points = tuple((one.threshold, _known(one.refused_wrongly)) for one in curve.points)
        name = f"{prefix}refused, of {curve.answerable} that the sources answer"
        yield Line(name, points, f"{LOOKS[at]} dashed")


def _reliability(run: RunFolder, at: int, prefix: str) -> Line:
    bins = run.figures.verdicts.bins if run.figures.verdicts else ()
    name = f"{prefix}verdicts, by confidence; a dot’s area is their number"
    return Line(name, tuple((one.confidence, one.right) for one in bins), LOOKS[at], tuple(one.n for one in bins))


def _groups(runs: Sequence[RunFolder], task: Task) -> Iterator[str]:
    parts: dict[str, dict[str, None]] = {}
    for run in runs:
        for one in run.figures.marks:
            if one.task == task and one.group:
                parts.setdefault(one.group, {}).setdefault(one.part)
    for group, found in sorted(parts.items()):
        if len(found) > 1:
            yield f"<h3>{TASK_NAMES[task]} by {shown(group)}</h3>"
            yield _group(runs, task, group, sorted(found))


def _group(runs: Sequence[RunFolder], task: Task, group: str, parts: Sequence[str]) -> str:
    marks = [mark for mark in _IN_GROUPS[task] if any(run.figures.find(task, mark) for run in runs)]
    rows = []
    for part in parts:
        cells = [_in_group(mark, [mark_value(run, task, mark, group, part) for run in runs]) for mark in marks]
        rows.append(f'<tr><th scope="row">{shown(part)}</th>{"".join(cells)}</tr>')
    return scrolled(f"{TASK_NAMES[task]} by {group}", sortable(heads(group, *marks), "".join(rows)))


def _in_group(mark: str, values: Sequence[Value | None]) -> str:
    last = values[-1]
    key = said(last.mean if last else None)
    text = " → ".join(said(value.mean if value else None) for value in values)
    if not any(values):
        return number(UNKNOWN, mark)
    about = [f"n {last.n if last else 0}"]
    if len(values) == 1 and last and (interval := said_interval(last.low, last.high)) != UNKNOWN:
        about.insert(0, interval)
    label = escape(plain(mark))
    return f'<td class="n" data-label="{label}" data-key="{key}">{text}<br><small>{"<br>".join(about)}</small></td>'


def _times(run: RunFolder, most: float) -> str:
    rows = []
    for name, stage in _stages(run).items():
        median, high = _ms(stage, "median_ms"), _ms(stage, "p95_ms")
        texts = (f"{median:.1f}", f"{high:.1f}", str(stage.get("n", 0)))
        cells = "".join(map(number, texts, ("median, ms", "95th percentile, ms", "n")))
        drawn = f'<td class="drawn">{bar(median, median, high, most)}</td>'
        rows.append(f'<tr><th scope="row">{shown(name)}</th>{cells}{drawn}</tr>')
    head = heads("Stage", "median, ms", "95th percentile, ms", "n", drawn="median to 95th percentile")
    return scrolled("Times by stage", sortable(head, "".join(rows))) if rows else ""


def _stages(run: RunFolder) -> dict[str, Mapping[str, float]]:
    stages = run.costs.get("stages")
    return (
        {str(name): one for name, one in stages.items() if isinstance(one, Mapping)}
        if isinstance(stages, Mapping)
        else {}
    )


def _ms(stage: Mapping[str, float], name: str) -> float:
    value = stage.get(name)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def _totals(run: RunFolder) -> Iterator[str]:
    seconds, peak, tokens = (run.costs.get(name) for name in ("seconds", "peak_memory_mb", "tokens"))
    if seconds is not None:
        yield f"{seconds} seconds in all"
    if peak is not None:
        yield f"at most {peak} MB of memory"
    if isinstance(tokens, Mapping):
        yield ", ".join(f"{count} {name} tokens" for name, count in tokens.items())
    if run.costs.get("price") is not None:
        yield f"price {run.costs['price']}"


def _known(value: float | None) -> float:
    return math.nan if value is None else value
