"""What the page and the Markdown of a report say alike: names of runs, figures with their intervals, what differs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from app.claims.results import VERDICTS, Verdict
from eval.figures.comparing import SCORE
from eval.items import Mark, Task
from eval.marking.marks import MARKS
from eval.running.writing import differences

if TYPE_CHECKING:
    from eval.figures.comparing import Comparison
    from eval.figures.verdicts import Report
    from eval.running.folder import RunFolder

TASK_NAMES: Final[Mapping[Task, str]] = {"question": "Questions", "claim": "Claims", "query": "Queries"}
UNKNOWN: Final = "–"
_PLAIN: Final = Mark("")
_LONGEST: Final = 160  # characters of a setting that are shown
# Of verdicts what marks do not say already.
_VERDICT_FIGURES: Final[Mapping[str, Mark]] = {
    "balanced accuracy": Mark("the mean recall of the three verdicts"),
    "macro F1": Mark("the mean F1 of the three verdicts"),
    **{
        f"{kind} of {verdict}": Mark(meaning.format(verdict=verdict))
        for verdict in VERDICTS
        for kind, meaning in (
            ("precision", "of the claims given {verdict}, the share for which that is right"),
            ("recall", "of the claims for which {verdict} is right, the share given it"),
        )
    },
    "calibration error": Mark("how far confidence and the share right are apart, over ten bins of confidence", "less"),
    "calibration error, equal bins": Mark("the same, over ten bins of about as many claims", "less"),
    "Brier score": Mark("the mean squared distance of the confidence from 1 if right, from 0 if not", "less"),
    "verdict and evidence right": Mark("the share with the right verdict and a right paragraph cited for it"),
}


_SCORES: Final[Mapping[Task, str]] = {
    "question": "0 where the outcome is wrong, otherwise from one half to 1 by the facts found",
    "claim": "1 where the verdict is right",
    "query": "nDCG@10",
}
# What a short summary tells of each task; the rest stands in the page.
HEADLINES: Final[Mapping[Task, tuple[str, ...]]] = {
    "question": (
        "outcome right", "facts found", "citation precision", "citation recall", "quotes exact", "answered wrongly",
        "refused wrongly", "false premise told", "nDCG@10", "Recall@5",
    ),
    "claim": (
        "verdict right", "balanced accuracy", "macro F1", "precision of supported", "precision of contradicted",
        "evidence hit", "calibration error", "quotes exact",
    ),
    "query": ("nDCG@10", "Recall@1", "Recall@5", "Recall@20", "MRR@10", "nDCG@10 by document"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """A figure of one run: its 95% interval is NaN where it is not known, `n` counts the items behind it."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Row:
    """A figure as each run has it; None where a run does not."""

    name: str
    mark: Mark
    values: tuple[Value | None, ...]


def names_of(runs: Sequence[RunFolder]) -> tuple[str, ...]:
    """Return what runs are called: by their folders, and with a number where two folders have one name."""
    names = [run.path.absolute().name or "run" for run in runs]
    alike = len(set(names)) < len(names)
    return tuple(f"{name} ({at})" if alike else name for at, name in enumerate(names, start=1))


def title_of(runs: Sequence[RunFolder]) -> str:
    """Return the report's title."""
    if len(runs) > 1:
        return "Comparison of {} with {}".format(*reversed(names_of(runs)))
    return f"Evaluation of Sangho: {data_of(runs[0])}"


def data_of(run: RunFolder) -> str:
    """Return what the data of a run is called, with its split."""
    data = _mapping(run.run.get("data"))
    return ", ".join(str(part) for part in (data.get("name"), data.get("split")) if part) or "unnamed data"


def facts_of(run: RunFolder) -> list[tuple[str, str]]:
    """Return what was run on what, by name, in the order in which it is shown."""
    index, versions = _mapping(run.run.get("index")), _mapping(run.run.get("versions"))
    counted = [f"{index[name]} {name}" for name in ("documents", "passages") if index.get(name) is not None]
    found = {
        "Data": f"{data_of(run)} (digest {_mapping(run.run.get('data')).get('digest', UNKNOWN)})",
        "Items": _counted(run),
        "Index": ", ".join([str(index.get("generation", UNKNOWN)), *counted]),
        "Embedding model": str(index.get("embedding") or UNKNOWN),
        "Ranking": str(run.run.get("ranking") or UNKNOWN),
        "Settings": f"digest {run.run.get('settings_digest', UNKNOWN)}",
        "Versions": ", ".join(f"{name} {_brief(value)}" for name, value in versions.items() if value),
        "Seed": str(run.run.get("seed", UNKNOWN)),
    }
    return [(name, value) for name, value in found.items() if value]


def tasks_of(runs: Sequence[RunFolder]) -> list[Task]:
    """Return the tasks that some run has items of; questions before claims before queries."""
    return [task for task in TASK_NAMES if any(run.figures.items.get(task) for run in runs)]


def crashed_in(run: RunFolder) -> int:
    """Return how many items of a run crashed; they are in no figure."""
    return sum(run.figures.crashed.values())


def rows_of(runs: Sequence[RunFolder], task: Task) -> list[Row]:
    """Return the figures of a task over all its items: its marks, and for claims the figures of verdicts."""
    rows = [
        Row(mark, MARKS.get(mark, _PLAIN), tuple(mark_value(run, task, mark) for run in runs))
        for mark in _marks_of(runs, task)
    ]
    if task == "claim":
        rows += _verdict_rows(runs)
    return rows


def mark_value(run: RunFolder, task: Task, mark: str, group: str = "", part: str = "") -> Value | None:
    """Return the mean of a mark over the items of a task, or over a part of them; None where nothing defines it."""
    found = run.figures.find(task, mark, group, part)
    return Value(found.mean, _or_nan(found.low), _or_nan(found.high), found.n) if found else None


def said(value: float | None, unit: str = "share") -> str:
    """Return a figure as text: three digits behind the point, one for words and counts; `UNKNOWN` for none."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    digits = 1 if unit in ("words", "count") else 3
    return f"{round(value, digits) + 0.0:.{digits}f}"  # + 0.0: no minus before a nought


def said_interval(low: float | None, high: float | None, unit: str = "share") -> str:
    """Return an interval as text; `UNKNOWN` where an end of it is not known."""
    if UNKNOWN in (said(low), said(high)):
        return UNKNOWN
    return f"{said(low, unit)} to {said(high, unit)}"


def said_difference(value: float | None, unit: str = "share") -> str:
    """Return a difference as text, with its sign."""
    text = said(value, unit)
    return text if text == UNKNOWN or text.startswith("-") else f"+{text}"


def difference_mark(task: Task, name: str) -> Mark:
    """Return what a figure of a comparison is: a mark, a figure of verdicts, or an item's score."""
    if name == SCORE:
        return Mark(_SCORES[task])
    return MARKS.get(name) or _VERDICT_FIGURES.get(name, _PLAIN)


def in_words(compared: Comparison) -> str:
    """Say how many items became better and worse, how sure that is, and how many crashed."""
    lost, won = len(compared.worse), len(compared.better)
    said_of = f"Of {compared.n} items in both runs, {won} became better and {lost} became worse"
    sure = f" (sign test, p {said(compared.signs.p)})" if lost + won else ""
    first, second = compared.crashed
    crashed = f" In the first run {first} of them crashed, in the second {second}." if first or second else ""
    return f"{said_of}{sure}.{crashed}"


def what_differs(first: RunFolder, second: RunFolder) -> list[tuple[str, str, str]]:
    """Return what two runs do not have alike, by the names in their descriptions, with both values."""
    return [(name, _brief(was), _brief(now)) for name, was, now in differences(first.run, second.run)]


def _marks_of(runs: Sequence[RunFolder], task: Task) -> list[str]:
    found = {one.mark for run in runs for one in run.figures.marks if one.task == task and not one.group}
    return [*(mark for mark in MARKS if mark in found), *sorted(found - set(MARKS))]


def _verdict_rows(runs: Sequence[RunFolder]) -> Iterator[Row]:
    for name, mark in _VERDICT_FIGURES.items():
        values = tuple(_verdict_value(run, name) for run in runs)
        if any(values):
            yield Row(name, mark, values)


def _verdict_value(run: RunFolder, name: str) -> Value | None:
    report = run.figures.verdicts
    found = next((one for one in report.figures if one.name == name), None) if report else None
    if report is None or found is None or math.isnan(found.value):
        return None
    return Value(found.value, found.low, found.high, _behind(run, report, name))


def _behind(run: RunFolder, report: Report, name: str) -> int:
    """Return how many claims a figure of verdicts is over."""
    kind, _, verdict = name.partition(" of ")
    if verdict:
        at = VERDICTS.index(cast("Verdict", verdict))
        return sum(row[at] for row in report.confusion) if kind == "precision" else sum(report.confusion[at])
    hits = run.figures.find("claim", "evidence hit")
    return hits.n if "evidence" in name and hits else report.n


def _counted(run: RunFolder) -> str:
    parts = [f"{run.figures.items[task]} {TASK_NAMES[task].lower()}" for task in tasks_of([run])]
    left_out = _mapping(run.run.get("data")).get("left_out")
    left = len(left_out) if isinstance(left_out, list) else 0
    without = [f"{left} left out, whose documents the index does not hold"] if left else []
    crashed = [f"{crashed_in(run)} crashed"] if crashed_in(run) else []
    return ", ".join([*parts, *crashed, *without]) or "none"


def _brief(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
