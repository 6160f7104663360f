"""Run the golden dev set over the bundled digests, in several processes where that is faster."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Final

from app.errors import BadInput
from app.results import Ranked
from app.settings import BUNDLED_CORPUS, Settings
from eval.items import Item
from eval.running.plan import Planned, Wanted, golden
from eval.running.run import run_item
from eval.running.subject import RANKED, Subject

if TYPE_CHECKING:
    from app.pipeline import Pipeline

_AT_ONCE: Final = 8  # items that a process is given
_WORTH_IT: Final = 60  # items: fewer take less time than loading the models once more

OnCount = Callable[[int, int], None]


class Answering(Subject):
    """What is asked and checked without ranking anew: no score rests on the ranking."""

    def ranked(self, query: str, k: int = RANKED) -> tuple[Ranked, ...]:
        """Return no passages."""
        return ()


def run_golden(
    settings: Settings,
    workers: int = 1,
    on_count: OnCount = lambda done, of: None,
    wanted: Wanted | None = None,
    pipeline: Pipeline | None = None,
) -> list[Item]:
    """Run the golden dev set, and return its items in the data's order.

    Args:
        settings: whose home holds an index of the bundled corpus, and of nothing else.
        workers: processes to use.
        on_count: told how many of how many items are done.
        wanted: which of its items; None: all.
        pipeline: over the same index, where there is one already; used by one worker.

    Raises:
        BadInput: the index holds other documents.
        SanghoError: there is no index, or it is stale or broken.
    """
    from app.pipeline import Pipeline

    with pipeline or Pipeline(settings) as opened:
        subject = Answering(opened)
        check_bundled(subject)
        planned = golden("dev", wanted or Wanted(), subject.documents.keys()).items
        many = workers > 1 and len(planned) >= _WORTH_IT
        found = _beside(settings, workers, planned) if many else (run_item(subject, one)[0] for one in planned)
        items = []
        for item in found:
            items.append(item)
            on_count(len(items), len(planned))
    return items


def check_bundled(subject: Subject) -> None:
    """See that an index holds the bundled digests, and nothing else.

    Raises:
        BadInput: it does not.
    """
    bundled = {path.stem for path in BUNDLED_CORPUS.glob("*.md")} - {"README"}
    held = {doc_id for doc_id, document in subject.documents.items() if document.edition == "digest"}
    if held != bundled or len(subject.documents) != len(held):
        raise BadInput(
            f"The baseline is over the {len(bundled)} bundled digests, and the index holds something else.",
            "Run: sangho --home HOME ingest, with a new folder as HOME.",
        )


def _beside(settings: Settings, workers: int, planned: Sequence[Planned]) -> Iterator[Item]:
    context = multiprocessing.get_context("spawn")  # a fork would take locks of threads along that are not there
    with ProcessPoolExecutor(workers, context, _begin, (settings,)) as pool:
        yield from pool.map(_run_one, planned, chunksize=_AT_ONCE)


_subject: list[Answering] = []  # of a worker's process


def _begin(settings: Settings) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that waits is told, and ends this one
    os.environ["OMP_NUM_THREADS"] = "1"  # read when the engine is loaded: there are as many processes as cores
    from app.outbound import disable_tracing
    from app.pipeline import Pipeline

    disable_tracing()
    _subject.append(Answering(Pipeline(settings)))


def _run_one(planned: Planned) -> Item:
    return run_item(_subject[0], planned)[0]
