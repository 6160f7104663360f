"""Time things side by side, and say how a figure compares with what it was wanted to be."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

STARTS: Final = 5  # times that a command is started; their median counts
_CODE: Final = Path(__file__).resolve().parents[2]

Action = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure, and what it was wanted to be.

    Attributes:
        name: what was measured.
        value: a ratio, or seconds.
        unit: which of them.
        target: what the value shall reach.
        bound: whether the target is the least or the most that it may be.
        parts: the medians or sums that it was made from, by name with unit.
    """

    name: str
    value: float
    unit: Literal["ratio", "s"]
    target: float
    bound: Literal["least", "most"] = "most"
    parts: Mapping[str, float] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        """Whether the value is on the right side of its target."""
        return self.value >= self.target if self.bound == "least" else self.value <= self.target

    def to_json(self) -> dict[str, Any]:
        """Return the fields, numbers to three decimals, and whether the target is met."""
        parts = {name: round(value, 3) for name, value in self.parts.items()}
        return {**asdict(self), "value": round(self.value, 3), "parts": parts, "met": self.met}


def table(measures: Sequence[Measure]) -> str:
    """Return the measures as lines of text under a heading, one a measure."""
    lines = [f"{'':46}{'value':>10}{'target':>10}  met"]
    for measure in measures:
        unit = " s" if measure.unit == "s" else " x"
        sign = "≥" if measure.bound == "least" else "≤"
        parts = "; ".join(f"{name} {value:,.1f}" for name, value in measure.parts.items())
        lines.append(
            f"{measure.name:46}{measure.value:>8.2f}{unit}{sign + f' {measure.target:g}':>10}  "
            f"{'yes' if measure.met else 'no ':5}{parts}".rstrip()
        )
    return "\n".join(lines)


def interleaved(actions: Mapping[str, Action], inputs: Sequence[str], rounds: int) -> dict[str, float]:
    """Return each action's median time in milliseconds, the actions taking turns.

    At every turn each action has another input than the others, so that none profits from what the one before it
    has just worked out; over a round every action has every input once. A first turn is not counted.

    Args:
        actions: by name.
        inputs: at least one.
        rounds: how often each action has each input, at least once.
    """
    times: dict[str, list[float]] = {name: [] for name in actions}
    step = max(1, len(inputs) // max(1, len(actions)))
    for turn in range(-1, rounds * len(inputs)):
        for number, (name, action) in enumerate(actions.items()):
            given = inputs[(turn + number * step) % len(inputs)]
            taken = seconds_of(lambda action=action, given=given: action(given))  # type: ignore[misc]
            if turn >= 0:
                times[name].append(1000 * taken)
    return {name: statistics.median(taken) for name, taken in times.items()}


def seconds_of(action: Callable[[], object]) -> float:
    """Return how long an action takes, in seconds."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def started(*arguments: str) -> float:
    """Return the median time in seconds of starting `sangho` with some arguments until it ends.

    A first start is not counted: it may still compile modules.

    Raises:
        subprocess.CalledProcessError: the command fails.
    """
    path = os.pathsep.join(filter(None, (str(_CODE), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "sangho", *arguments]

    def run() -> None:
        subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=True, capture_output=True)  # noqa: S603

    run()
    return statistics.median(seconds_of(run) for _ in range(STARTS))
