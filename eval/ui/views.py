"""The runs of the Evaluate tab, as HTML: what is under way, what there is, and two of them to compare."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import Final

from app.escape import plain, shown
from app.ui.chat import error_html
from app.ui.components import apart
from eval.marking.marks import MARKS
from eval.reports.lines import TASK_NAMES, said
from eval.ui.form import setting_of, words_of
from eval.ui.kept import Asked, KeptRun
from eval.ui.running import Going
from ingest.errors import SanghoError

_EMPTY: Final = "No run yet."
_SAID: Final = 3  # lines of a run; the rest is folded


def going_html(listed: Sequence[KeptRun], going: Sequence[Going], now: float) -> str:
    """Return the runs on their way: how far each is, and how to cancel it; empty where there is none.

    Args:
        listed: the runs that the visitor sees; another's is shown without what it measures.
        going: in their order.
        now: by the runner's clock.
    """
    seen = {run.name: run for run in listed}
    return "".join(_going(one, at, seen.get(one.name), now) for at, one in enumerate(going))


def going_line(one: Going, before: int, now: float) -> str:
    """Say in words how far a run is.

    Args:
        one: the run.
        before: how many runs are before it.
        now: by the runner's clock.
    """
    if before:
        return f"{before} {'run is' if before == 1 else 'runs are'} before this one…"
    if one.stop.is_set():
        return "Ends after this item…" if one.stage == "running" else "Ends when the index is open…"
    if one.stage != "running":
        return "Opening the index…"
    left = one.left(now)
    return f"{one.done} of {one.of} items" + (f", {left_words(left)}…" if left is not None else "…")


def left_words(seconds: float) -> str:
    """Return about how long something still takes, in words."""
    if seconds < 60:
        return "less than a minute left"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} {'minute' if minutes == 1 else 'minutes'} left"
    return f"about {round(minutes / 60)} hours left"


def spoken(going: Sequence[Going], visible: Sequence[str]) -> str:
    """Return what a screen reader should say now, as text: that a run begins, and each tenth of it.

    Args:
        going: in their order.
        visible: names of the runs that the visitor sees.
    """
    one = next((one for one in going[:1] if one.name in visible), None)
    if one is None or one.stage != "running" or not one.of:
        return "The run begins." if one else ""
    tenth = one.done * 10 // one.of
    return f"{tenth * 10} percent of the run are done." if tenth else "The run goes on."


def runs_html(listed: Sequence[KeptRun], going: Sequence[str]) -> str:
    """Return the list of runs, with a form to compare two of them.

    Args:
        listed: the newest first.
        going: names of those on their way.
    """
    if not listed:
        return f'<h3>Runs</h3><p class="sg-none">{_EMPTY}</p>'
    rows = "".join(_run(run, run.name in going) for run in listed)
    return f'<h3>Runs</h3>{_compare(listed)}<ul class="sg-runs">{rows}</ul>'


def notice_html(error: SanghoError | None) -> str:
    """Return why what was asked for could not be done; empty where it could."""
    return f'<div role="alert">{error_html(error)}</div>' if error else ""


def _going(one: Going, before: int, run: KeptRun | None, now: float) -> str:
    line, bar = shown(going_line(one, before, now)), ""
    if run is None:
        return f'<div class="sg-progress" data-running><p class="sg-stage">Another visitor’s run. {line}</p></div>'
    named = words_of(run.asked)
    if not before:
        done, of = (one.done, one.of) if one.of else (run.done, max(run.of, 1))
        bar = f'<progress max="{of}" value="{done}" aria-label="Items done"></progress>'
    cancel = "" if one.stop.is_set() else _button("cancel", run.name, "Cancel", named)
    return (
        f'<div class="sg-progress" data-running>{bar}<p class="sg-stage">{line}</p>{cancel}'
        f'<p class="sg-about">{apart(named)}</p></div>'
    )


def _run(run: KeptRun, is_going: bool) -> str:
    named = f"{words_of(run.asked)}, {_when(run.asked)}"
    buttons = [] if is_going or run.finished else [_button("go_on", run.name, "Go on", named)]
    if run.done and not is_going:
        buttons.insert(0, _button("see", run.name, "Report", named))
    if not is_going:
        buttons.append(_button("delete", run.name, "Delete", named))
    return (
        f'<li data-name="{run.name}"><p class="sg-run-name">{apart(words_of(run.asked))}</p>'
        f'<p class="sg-about">{_time(run.asked)} · {shown(_state(run, is_going))}</p>{_figures(run)}{_told(run.asked)}'
        f'<p class="sg-actions">{"".join(buttons)}</p></li>'
    )


def _state(run: KeptRun, is_going: bool) -> str:
    if run.finished:
        return f"{run.of} {'item' if run.of == 1 else 'items'}"
    if is_going:  # how far stands above; said here, the list would be drawn anew each second
        return "under way"
    return f"not finished, {run.done} of {run.of} items" if run.of else "not finished, nothing is done yet"


def _figures(run: KeptRun) -> str:
    if not run.main:
        return ""
    parts = []
    for task, figures in groupby(run.main, key=lambda one: one[0]):
        told = ", ".join(f"{mark} <b>{said(value, MARKS[mark].unit)}</b>" for _, mark, value in figures)
        parts.append(f"{TASK_NAMES[task]}: {told}")
    return f'<p class="sg-run-figures">{"; ".join(parts)}</p>'


def _told(asked: Asked) -> str:
    """Return why a run ended, and what else is to be said of it."""
    error = error_html(SanghoError(asked.error, asked.remedy)) if asked.error else ""
    if not asked.said:
        return error
    lines = "".join(f"<li>{shown(line)}</li>" for line in asked.said)
    if len(asked.said) <= _SAID:
        return f'{error}<ul class="sg-about sg-run-said">{lines}</ul>'
    summary = f"<summary>{len(asked.said)} remarks</summary>"
    return f'{error}<details class="sg-others">{summary}<ul>{lines}</ul></details>'


def _compare(listed: Sequence[KeptRun]) -> str:
    able = [run for run in listed if run.done]
    if len(able) < 2:
        return ""
    options = "".join(
        f'<option value="{run.name}">{escape(plain(f"{setting_of(run.asked)}, {_when(run.asked)}"))}: '
        f"{escape(plain(words_of(run.asked)))}</option>"
        for run in able
    )
    # The page's script chooses: the newest with the one before it, or what was chosen already.
    return (
        '<form class="sg-eval-compare" aria-label="Compare two runs">'
        f'<label>Compare<select name="first">{options}</select></label>'
        f'<label>with<select name="second">{options}</select></label>'
        '<button type="submit" class="sg-copy">Compare</button></form>'
    )


def _button(does: str, name: str, words: str, of: str) -> str:
    return (
        f'<button type="button" class="sg-copy" data-key="{does}-{name}" data-does="{does}" data-name="{name}" '
        f'aria-label="{escape(plain(f"{words}: {of}"))}">{words}</button>'
    )


def _when(asked: Asked) -> str:
    return f"{_utc(asked):%Y-%m-%d %H:%M} UTC"


def _time(asked: Asked) -> str:
    return f'<time datetime="{_utc(asked).isoformat()}">{_when(asked)}</time>'


def _utc(asked: Asked) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(asked.begun, datetime.UTC)
