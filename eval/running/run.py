"""Run a plan item by item: ask, check or rank, mark, write; an item that crashes is no wrong answer."""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from app.claims.results import Check
from app.errors import SettingsError
from app.followup import complete
from app.results import Answer, Ranked
from eval.datasets import Claim
from eval.items import Item
from eval.marking.marks import Labelled, Marked, mark_claim, mark_query, mark_question
from eval.marking.metrics import Gold
from eval.running.costs import Timing, costs_of, peak_mb, read_timings
from eval.running.folder import TIMINGS, items_of
from eval.running.metering import Meter
from eval.running.plan import Planned
from eval.running.subject import IndexChanged
from eval.running.writing import RunWriter
from ingest.documents import Document
from ingest.errors import BrokenIndex, ChromaUnreachable, ModelError, NoIndex, NoSpace, StaleIndex

LONGEST_ERROR: Final = 500  # characters that are kept of what a crash says
# Would meet every item that follows: the run stops, and goes on when they are mended.
_STOPPING: Final = (
    BrokenIndex, ChromaUnreachable, IndexChanged, ModelError, NoIndex, NoSpace, SettingsError, StaleIndex,
)  # fmt: skip
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)

OnItem = Callable[[int, int], None]


class Measured(Protocol):
    """What is measured; `eval.running.subject.Subject` is one."""

    documents: Mapping[str, Document]

    @property
    def meter(self) -> Meter | None:
        """Return what counts the chat model's tokens; None without a chat model."""
        ...

    def ask(self, question: str, history: Sequence[str], /) -> tuple[Answer, float | None]:
        """Return an answer, and the probability that its outcome rests on."""
        ...

    def check(self, claim: str, /) -> Check:
        """Return the check of a claim."""
        ...

    def ranked(self, query: str, /) -> tuple[Ranked, ...]:
        """Return the best passages of a complete question, best first."""
        ...


@dataclass(frozen=True, slots=True)
class _Came:
    """What came of an item, and the milliseconds that its stages took."""

    marked: Marked
    ms: Mapping[str, float]


def run_items(
    subject: Measured,
    planned: Sequence[Planned],
    writer: RunWriter,
    on_item: OnItem = lambda done, of: None,
    stop: threading.Event | None = None,
) -> None:
    """Run the items that a folder does not hold yet, and write each as it comes.

    Args:
        subject: warm.
        planned: all items, in the data's order; those that the folder holds are its first.
        writer: of the folder.
        on_item: told how many of how many are done.
        stop: where it is set, no further item is run.

    Raises:
        NoSpace: the disk is full; what is done is kept.
        IndexChanged: the index was replaced meanwhile.
        SanghoError: the index or a model cannot be used any more.
    """
    done = len(writer.done)
    on_item(done, len(planned))
    for item in planned[done:]:
        if stop is not None and stop.is_set():
            return
        writer.add(*run_item(subject, item))
        done += 1
        on_item(done, len(planned))


def run_item(subject: Measured, planned: Planned) -> tuple[Item, Timing]:
    """Run one item; where it crashes, the item says so and has no marks.

    Raises:
        SanghoError: of those that would meet every other item too.
        OSError: the disk is full.
    """
    meter = subject.meter
    if meter is not None:
        meter.reset()
    began = time.perf_counter()
    try:
        came = _run(subject, planned)
        item, ms = _item(planned, came.marked), came.ms
    except _STOPPING:
        raise
    except Exception as error:  # whatever it is: one crash must not cost the run
        if isinstance(error, OSError) and error.errno in _FULL:
            raise
        item, ms = _failed(planned, error), {"total": _since(began)}
    tokens = dict(meter.tokens) or None if meter else None
    return item, Timing(planned.id, planned.task, ms, peak_mb(), tokens, meter.price if meter else None)


def _run(subject: Measured, planned: Planned) -> _Came:
    runners = {"query": _query, "question": _question, "claim": _claim}
    return runners[planned.task](subject, planned)


def _query(subject: Measured, planned: Planned) -> _Came:
    began = time.perf_counter()
    history = planned.history
    ranking = subject.ranked(complete(planned.asked, history) if history else planned.asked)
    total = _since(began)
    right: Gold = planned.right  # type: ignore[assignment]  # by its task
    return _Came(mark_query(right, ranking, subject.documents), {"total": total})


def _question(subject: Measured, planned: Planned) -> _Came:
    began = time.perf_counter()
    answer, probability = subject.ask(planned.asked, planned.history)
    total = _since(began)
    right: Labelled = planned.right  # type: ignore[assignment]
    marked = mark_question(right, answer, subject.ranked(answer.query), probability, subject.documents)
    return _Came(marked, {**answer.timings_ms, "total": total})


def _claim(subject: Measured, planned: Planned) -> _Came:
    began = time.perf_counter()
    check = subject.check(planned.asked)
    total = _since(began)
    right: Claim = planned.right  # type: ignore[assignment]
    return _Came(mark_claim(right, check, subject.documents), {**check.timings_ms, "total": total})


def _since(began: float) -> float:
    return round(1000 * (time.perf_counter() - began), 2)


def _item(planned: Planned, marked: Marked) -> Item:
    expected, given, marks = marked
    return Item(
        planned.id, planned.task, planned.asked, planned.history, planned.groups, planned.cluster,
        expected, given, marks,
    )  # fmt: skip


def _failed(planned: Planned, error: Exception) -> Item:
    why = " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_ERROR]
    return Item(
        planned.id, planned.task, planned.asked, planned.history, planned.groups, planned.cluster,
        failed=why,
    )  # fmt: skip


def conclude(path: Path, writer: RunWriter, seed: int) -> dict[str, Any]:
    """Work out the figures and the costs of a run whose items are all written; write and return the figures.

    Raises:
        NoSpace: the disk is full.
    """
    from eval.figures.summary import figures

    found = figures(items_of(path), seed)
    return writer.finish(found, costs_of(read_timings(path / TIMINGS)))
