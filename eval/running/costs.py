"""What a run cost: times by stage, memory, tokens. In files of their own, since no two runs take the same time."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

_P95: Final = 95
_KB: Final = 1024
_MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Timing:
    """What one item took.

    Attributes:
        ms: milliseconds by stage; "total" is all of it, marking left out.
        peak_mb: the most memory that the process had taken by then, in megabytes; None where the system does not say.
        tokens: that a chat model reported, as `input` and `output`; None where none were reported.
        price: of these, where the chat model reported one; otherwise None.
    """

    id: str
    task: str
    ms: Mapping[str, float]
    peak_mb: float | None = None
    tokens: Mapping[str, int] | None = None
    price: float | None = None

    def to_line(self) -> str:
        """Return the timing as one line of JSON, without its end."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, allow_nan=False)


@dataclass(slots=True)
class _Sums:
    ms: dict[str, list[float]] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)


def costs_of(timings: Iterable[Timing]) -> dict[str, Any]:
    """Return what a run cost over all, as `cost.json` holds it.

    Args:
        timings: of any items; where an item has two, the later one counts.

    Returns:
        `stages`: by "task: stage" the number `n`, `median_ms` and `p95_ms`, the median and 95th percentile in
        milliseconds; `seconds`: of all items together; `peak_memory_mb`, `tokens` and `price`: None where nothing was
        reported.
    """
    last = {timing.id: timing for timing in timings}.values()
    sums = _Sums()
    for timing in last:
        for stage, ms in timing.ms.items():
            sums.ms.setdefault(f"{timing.task}: {stage}", []).append(ms)
        for name, count in (timing.tokens or {}).items():
            sums.tokens[name] = sums.tokens.get(name, 0) + count
    peaks = [timing.peak_mb for timing in last if timing.peak_mb is not None]
    prices = [timing.price for timing in last if timing.price is not None]
    return {
        "stages": {name: _spread(values) for name, values in sorted(sums.ms.items())},
        "seconds": round(sum(timing.ms.get("total", 0.0) for timing in last) / 1000, 3),
        "peak_memory_mb": max(peaks, default=None),
        "tokens": sums.tokens or None,
        "price": round(sum(prices), 6) if prices else None,
    }


def _spread(values: list[float]) -> dict[str, float]:
    import numpy as np

    median, high = np.percentile(values, [50, _P95]).tolist()
    return {"n": len(values), "median_ms": round(median, 2), "p95_ms": round(high, 2)}


def read_timings(path: Path) -> Iterator[Timing]:
    """Yield the timings of a file, in order; a line that is none is passed over, for nothing rests on one."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return
    for line in lines:
        try:
            yield Timing(**json.loads(line))
        except (ValueError, TypeError, RecursionError):
            continue


def peak_mb() -> float | None:
    """Return the most memory that this process has taken so far, in megabytes; None where the system does not say."""
    if sys.platform == "win32":
        return None
    import resource

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS, elsewhere KiB
    return round(held * (1 if sys.platform == "darwin" else _KB) / _MB, 1)
