"""A made-up evaluation for the Evaluate tab: real run folders, of items that are known; it waits where told."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.settings import Settings
from eval.evaluate import Request, Watch
from eval.items import Item
from eval.running.costs import Timing
from eval.running.folder import RunFolder, read_run
from eval.running.run import conclude
from eval.running.writing import run_writer
from ingest.documents import Document
from tests.report_runs import HOSTILE, a_question, a_run
from tests.report_runs import items as few_items


def worse(items: Sequence[Item]) -> list[Item]:
    """The same items, of which the first question was refused."""
    first = a_question(1, "answered", "not_in_sources", 0.0)
    return [first, *(one for one in items if one.id != first.id)]


def items() -> list[Item]:
    """Seven plain items; a hostile one, a follow-up, and enough wrong ones for two pages."""
    hostile = replace(a_question(5, "answered", "not_in_sources", 0.0), id="q-evil", asked=HOSTILE)
    follow_up = replace(
        a_question(6, "answered", "sources_say_otherwise", 0.0), asked="그 다음은?", history=("무엇이 있었나?",)
    )
    many = [a_question(n, "answered", "not_in_sources", 0.0) for n in range(10, 30)]
    return [*few_items(), hostile, follow_up, *many]


@dataclass
class FakeEvaluate:
    """Runs `items`; with a depth that is tried, the first becomes worse.

    Attributes:
        gate: an item named in `held` waits until it is set.
        raises: what a run raises at its first item.
        said: what it says at its beginning.
        saw: documents that each run was let see.
    """

    items: Sequence[Item] = field(default_factory=items)
    gate: threading.Event = field(default_factory=threading.Event)
    held: tuple[str, ...] = ()
    raises: BaseException | None = None
    said: tuple[str, ...] = ()
    requests: list[Request] = field(default_factory=list)
    saw: list[list[str]] = field(default_factory=list)
    documents: Mapping[str, Document] = field(default_factory=dict)

    def __call__(self, settings: Settings, request: Request, watch: Watch, see: Any) -> RunFolder:
        self.requests.append(request)
        self.saw.append(sorted(see(self.documents)))
        for line in self.said:
            watch.say(line)
        if self.raises is not None:
            raise self.raises
        planned = worse(self.items) if request.pairs else list(self.items)
        run = {**a_run(planned).run, "settings": {"pairs": list(request.pairs)}}
        with run_writer(request.out, run, [one.id for one in planned]) as writer:
            done = len(writer.done)
            watch.on_item(done, len(planned))
            for one in planned[done:]:
                if watch.stop is not None and watch.stop.is_set():
                    return read_run(request.out)
                if one.id in self.held:
                    self.gate.wait(20)
                writer.add(one, Timing(one.id, one.task, {"total": 5.0}, 100.0, None, None))
                done += 1
                watch.on_item(done, len(planned))
            if watch.stop is None or not watch.stop.is_set():
                conclude(request.out, writer, 0)
        return read_run(request.out)
