"""Show how far an ingest or an audit has come: a bar on a terminal, plain lines otherwise, nothing when quiet."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ingest.build import OnProgress, Progress

OnCount = Callable[[int, int], None]
_TENTHS: Final = 10


@contextmanager
def shown_progress(quiet: bool = False) -> Iterator[OnProgress]:
    """Yield what an ingest reports to; on stderr, so that output can be piped."""
    if quiet:
        yield lambda progress: None
    elif sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield _Lines().report


@contextmanager
def _bar() -> Iterator[OnProgress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[counts]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading", total=None, counts="")

        def report(progress: Progress) -> None:
            bar.update(
                task,
                description=progress.note or "Reading",
                total=progress.passages_total or progress.documents_total or None,
                completed=progress.passages_done if progress.passages_total else progress.documents_done,
                counts=_counts(progress),
            )

        yield report


@contextmanager
def shown_count(what: str, unit: str, quiet: bool = False) -> Iterator[OnCount]:
    """Yield what is told how many of how many are done; on stderr, so that output can be piped.

    Args:
        what: is done, as in "Auditing".
        unit: of what, in the plural.
        quiet: whether to show nothing.
    """
    if quiet:
        yield lambda done, of: None
    elif sys.stderr.isatty():
        with _count_bar(what, unit) as report:
            yield report
    else:
        yield _TenthLines(what, unit).report


@contextmanager
def _count_bar(what: str, unit: str) -> Iterator[OnCount]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[counts]}"))
    with Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, counts="")
        yield lambda done, of: bar.update(task, total=of, completed=done, counts=f"{done}/{of} {unit}")


def _counts(progress: Progress) -> str:
    parts = [f"{progress.documents_done}/{progress.documents_total} documents"]
    if progress.passages_total:
        parts.append(f"{progress.passages_done}/{progress.passages_total} passages")
    if progress.seconds_left is not None:
        parts.append(f"{progress.seconds_left:.0f} s left")
    return ", ".join(parts)


class _Lines:
    """One line a stage, so that a log stays short."""

    def __init__(self) -> None:
        self._last = ""

    def report(self, progress: Progress) -> None:
        note = progress.note or "Reading"
        if note != self._last:
            self._last = note
            print(f"{note}: {_counts(progress)}", file=sys.stderr, flush=True)  # noqa: T201


class _TenthLines:
    """A line at the first, and then one each tenth."""

    def __init__(self, what: str, unit: str) -> None:
        self._what = what
        self._unit = unit
        self._last = -1

    def report(self, done: int, of: int) -> None:
        tenth = done * _TENTHS // max(of, 1)
        if tenth != self._last:
            self._last = tenth
            print(f"{self._what}: {done}/{of} {self._unit}", file=sys.stderr, flush=True)  # noqa: T201
