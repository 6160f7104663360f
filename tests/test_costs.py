"""What a run cost: times by stage, memory and tokens; nothing rests on a line of them."""

from __future__ import annotations

import json
from pathlib import Path

from eval.running.costs import Timing, costs_of, peak_mb, read_timings


def test_medians_and_percentiles_by_stage() -> None:
    timings = [Timing(f"a{n}", "question", {"retrieve": float(n), "total": 10.0 * n}) for n in range(1, 22)]
    timings += [Timing("c1", "claim", {"total": 500.0})]
    costs = costs_of(timings)
    # Of 1 to 21 the 11th is the middle one, and the 20th has 95% of the way behind it.
    assert costs["stages"]["question: retrieve"] == {"n": 21, "median_ms": 11.0, "p95_ms": 20.0}
    assert costs["stages"]["claim: total"] == {"n": 1, "median_ms": 500.0, "p95_ms": 500.0}
    assert costs["seconds"] == 2.81  # 10 * (1 + ... + 21) = 2310, and 500
    assert (costs["tokens"], costs["price"], costs["peak_memory_mb"]) == (None, None, None)


def test_what_was_reported_is_added_up() -> None:
    timings = [
        Timing("a", "question", {}, 100.0, {"input": 10, "output": 2}, 0.25),
        Timing("b", "question", {}, 300.5, {"input": 5}),
        Timing("c", "claim", {}, None, None, 0.5),
    ]
    costs = costs_of(timings)
    assert (costs["tokens"], costs["price"], costs["peak_memory_mb"]) == ({"input": 15, "output": 2}, 0.75, 300.5)


def test_an_item_that_was_run_twice_counts_once() -> None:
    costs = costs_of([Timing("a", "claim", {"total": 9000.0}), Timing("a", "claim", {"total": 1000.0})])
    assert costs["seconds"] == 1.0


def test_nothing_cost_nothing() -> None:
    assert costs_of([]) == {"stages": {}, "seconds": 0, "peak_memory_mb": None, "tokens": None, "price": None}


def test_lines_that_are_none_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "timings.jsonl"
    good = Timing("a", "question", {"total": 1.5}, 20.0, {"input": 1}, None)
    path.write_bytes(b'{"id": 3}\n[]\n\xff\xfe\n' + good.to_line().encode() + b'\n{"id": "b", "task"')
    assert list(read_timings(path)) == [good]
    assert list(read_timings(tmp_path / "nothing")) == []
    assert json.loads(good.to_line())["peak_mb"] == 20.0


def test_memory_is_told_in_megabytes() -> None:
    held = peak_mb()
    assert held is None or 10 < held < 100_000
