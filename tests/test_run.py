"""A run's items: marked, written one by one, resumed from any instant, and crashes told from wrong answers."""

from __future__ import annotations

import errno
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.running.folder import COST, ITEMS, RUN, SUMMARY, TIMINGS, read_run
from eval.running.metering import Meter
from eval.running.run import conclude, run_item, run_items
from eval.running.subject import IndexChanged
from eval.running.writing import run_writer
from ingest.errors import NoSpace, StaleIndex
from tests.run_fakes import PLANNED, Told, answer, citation, claim, question

RUN_JSON: dict[str, Any] = {
    "format": 1, "data": {"name": "made up"}, "seed": 3, "settings": {"depth": 50}, "settings_digest": "0" * 12,
    "ranking": "reranked", "index": {"generation": "a" * 12}, "versions": {"sangho": "0"}, "items": len(PLANNED),
}  # fmt: skip
IDS = [item.id for item in PLANNED]
COMPARED = (RUN, ITEMS, SUMMARY)  # what two equal runs have byte for byte


def whole_run(path: Path, subject: Told | None = None) -> Told:
    """Run all that is planned, or what is left of it."""
    subject = subject or Told()
    with run_writer(path, RUN_JSON, IDS) as writer:
        run_items(subject, PLANNED, writer)
        conclude(path, writer, 3)
    return subject


def contents(path: Path) -> dict[str, bytes]:
    return {name: (path / name).read_bytes() for name in COMPARED}


def test_items_are_marked_and_kept_in_the_data_s_order(tmp_path: Path) -> None:
    subject = whole_run(tmp_path / "run")
    items = read_run(tmp_path / "run").items
    assert [(item.id, item.task) for item in items] == [
        ("q1", "query"), ("a1", "question"), ("a2", "question"), ("a3", "question"), ("c1", "claim"),
    ]  # fmt: skip
    by_id = {item.id: item for item in items}
    assert by_id["q1"].marks["MRR@10"] == 0.5  # the right paragraph is the second of the ranking
    assert by_id["a1"].marks["facts found"] == 1
    assert by_id["a1"].marks["probability of an answer"] == 0.75
    assert by_id["a2"].marks["answered wrongly"] == 1
    assert by_id["c1"].marks["verdict right"] == 1
    assert by_id["a1"].given["outcome"] == "answered"
    assert by_id["a1"].groups == {"kind": "factual"}
    assert subject.asked[:3] == ["rank words of q1", "What of a1?", "rank What of a1?"]


def test_equal_runs_have_equal_bytes_and_times_lie_apart(tmp_path: Path) -> None:
    for name in ("one", "two"):
        whole_run(tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    together = b"".join(contents(tmp_path / "one").values())
    assert b"_ms" not in together
    assert b"timing" not in together
    timings = [json.loads(line) for line in (tmp_path / "one" / TIMINGS).read_text().splitlines()]
    assert [timing["id"] for timing in timings] == IDS
    assert set(timings[1]["ms"]) == {"retrieve", "answer", "total"}
    costs = json.loads((tmp_path / "one" / COST).read_text())
    assert costs["stages"]["question: retrieve"] == {"n": 3, "median_ms": 2.0, "p95_ms": 2.0}
    assert costs["stages"]["claim: judge"]["n"] == 1


def test_a_finished_run_is_not_run_again(tmp_path: Path) -> None:
    whole_run(tmp_path / "run")
    before = contents(tmp_path / "run")
    assert whole_run(tmp_path / "run").asked == []
    assert contents(tmp_path / "run") == before


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1), timings=st.floats(0, 1))
def test_a_run_goes_on_from_any_instant(tmp_path_factory: pytest.TempPathFactory, share: float, timings: float) -> None:
    path = tmp_path_factory.mktemp("cut") / "run"
    whole_run(path)
    before = contents(path)
    held = before[ITEMS]
    cut = int(share * len(held))
    (path / ITEMS).write_bytes(held[:cut])  # as a kill leaves it: cut off anywhere, no summary yet
    times = (path / TIMINGS).read_bytes()
    (path / TIMINGS).write_bytes(times[: int(timings * len(times))])
    (path / SUMMARY).unlink()
    whole = held[:cut].count(b"\n")
    subject = whole_run(path)
    assert contents(path) == before
    assert len([asked for asked in subject.asked if not asked.startswith("rank What")]) == len(PLANNED) - whole


def test_a_crash_is_recorded_and_the_rest_goes_on(tmp_path: Path) -> None:
    whole_run(tmp_path / "run", Told({"What of a1?": ZeroDivisionError("by <b>nought</b>\nand more")}))
    run = read_run(tmp_path / "run")
    crashed = run.items[1]
    assert crashed.failed == "ZeroDivisionError: by <b>nought</b> and more"
    assert (crashed.given, crashed.marks, crashed.expected) == ({}, {}, {})
    assert [item.id for item in run.items if item.failed] == ["a1"]
    assert run.figures.crashed["question"] == 1
    right = run.figures.find("question", "outcome right")
    assert right is not None
    assert (right.n, right.mean) == (2, 0.5)  # a2 is wrong, a3 right; a1 is in no figure
    assert json.loads((tmp_path / "run" / SUMMARY).read_text())["failed"] == ["a1"]


def test_a_crash_says_only_so_much() -> None:
    item, _ = run_item(Told({"What of a1?": RuntimeError("x" * 10_000)}), question("a1"))
    assert len(item.failed) == 500


@pytest.mark.parametrize("error", [StaleIndex("stale"), IndexChanged("changed"), KeyboardInterrupt(), NoSpace("full")])
def test_what_would_meet_every_item_stops_the_run(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        whole_run(tmp_path / "run", Told({"What of a2?": error}))
    run = read_run(tmp_path / "run")
    assert [item.id for item in run.items] == ["q1", "a1"]
    assert not run.finished
    assert "2 of 5" in run.notice
    whole_run(tmp_path / "run")
    whole_run(tmp_path / "straight")
    assert contents(tmp_path / "run") == contents(tmp_path / "straight")


def test_a_full_disk_in_an_item_stops_the_run_too() -> None:
    full = OSError(errno.ENOSPC, "full")
    with pytest.raises(OSError, match="full"):
        run_item(Told({"What of a1?": full}), question("a1"))
    item, _ = run_item(Told({"What of a1?": OSError(errno.EACCES, "denied")}), question("a1"))
    assert "denied" in item.failed


def test_a_full_disk_leaves_whole_lines_and_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole_run(tmp_path / "straight")
    room = [(tmp_path / "straight" / ITEMS).stat().st_size // 2]
    write = os.write

    def limited(file: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = write(file, data[: room[0]])
        room[0] -= written
        return written

    with monkeypatch.context() as patched:
        patched.setattr("eval.running.writing.os.write", limited)
        with pytest.raises(NoSpace, match=r"full; the run stopped at item a\d.*Free some space"):
            whole_run(tmp_path / "run")
    held = (tmp_path / "run" / ITEMS).read_bytes()
    assert held.endswith(b"\n")
    assert (tmp_path / "straight" / ITEMS).read_bytes().startswith(held)
    assert not read_run(tmp_path / "run").finished
    whole_run(tmp_path / "run")
    assert contents(tmp_path / "run") == contents(tmp_path / "straight")


def test_a_run_can_be_stopped_after_an_item(tmp_path: Path) -> None:
    stop = threading.Event()
    seen: list[tuple[int, int]] = []

    def on_item(done: int, of: int) -> None:
        seen.append((done, of))
        if done == 2:
            stop.set()

    with run_writer(tmp_path / "run", RUN_JSON, IDS) as writer:
        run_items(Told(), PLANNED, writer, on_item, stop)
    assert seen == [(0, 5), (1, 5), (2, 5)]
    assert len(read_run(tmp_path / "run").items) == 2


def test_tokens_are_kept_item_by_item() -> None:
    class Counted:
        def __init__(self) -> None:
            self.tokens: dict[str, int] = {"input": 99}  # of whatever came before
            self.price: float | None = 5.0

        def reset(self) -> None:
            self.tokens, self.price = {}, None

    class Chat(Told):
        def ask(self, *asked: Any) -> Any:
            assert self.meter
            self.meter.tokens = {"input": 7, "output": 2}
            return super().ask(*asked)

    meter: Meter = Counted()
    _, timing = run_item(Chat(meter=meter), question("a1"))
    assert timing.tokens == {"input": 7, "output": 2}
    _, timing = run_item(Chat(meter=meter), claim("c1"))
    assert (timing.tokens, timing.price) == (None, None)


def test_an_inexact_quote_is_marked(tmp_path: Path) -> None:
    item, _ = run_item(
        Told({"What of a1?": answer(citation(2, quote="The fund rose to $300 million."))}), question("a1")
    )
    assert item.marks["quotes exact"] == 0
