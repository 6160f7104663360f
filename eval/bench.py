"""Measure speed: ratios of what Sangho does to the embedding it cannot do without, measured in one run.

The things compared take turns, question by question, so that a machine that slows down slows all of them; what is
shown are medians and their ratios. A ratio moves less between machines than seconds do, and the targets are ratios
wherever there is something to compare with.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from eval.datasets import load_questions

if TYPE_CHECKING:
    from app.pipeline import Pipeline
    from app.settings import Settings
    from ingest.generation import Generation

QUESTIONS: Final = 60
ROUNDS: Final = 2
STARTS: Final = 5  # times a command is started; the median counts
MOST_TEXTS: Final = 10_000  # passages and sentences that are ingested to measure it
_CODE: Final = Path(__file__).resolve().parent.parent

Say = Callable[[str], None]
Action = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure with what it was wanted to be.

    Attributes:
        name: what was measured.
        value: a ratio, or seconds.
        unit: which of them.
        target: what the value shall reach.
        bound: whether the target is the least or the most it may be.
        parts: what it was made from, by name; times in milliseconds unless the name says otherwise.
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
        """Return the fields, rounded, and whether the target is met."""
        rounded = {name: round(value, 3) for name, value in self.parts.items()}
        return {**asdict(self), "value": round(self.value, 3), "parts": rounded, "met": self.met}


def main(settings: Settings, scale: int, as_json: bool) -> int:
    """Run `sangho eval bench`: measure, print, and return exit code 0 whatever the figures are.

    Args:
        settings: whose current index is measured; where it has none, the bundled corpus is ingested for the
            occasion. Nothing is written to its home.
        scale: passages of the large index; 0 leaves it out.
        as_json: print one JSON object instead of a table, and no progress.

    Raises:
        SanghoError: the index is stale or broken, or there is no room for the large one.
    """
    from app.outbound import disable_tracing

    disable_tracing()
    say: Say = (lambda text: None) if as_json else (lambda text: print(text, file=sys.stderr, flush=True))  # noqa: T201
    with tempfile.TemporaryDirectory(prefix="sangho-bench-") as folder:
        measures = list(_measures(settings, scale, Path(folder), say))
    values = [measure.to_json() for measure in measures]
    sys.stdout.write((json.dumps({"measures": values}) if as_json else table(measures)) + "\n")
    return 0


def _measures(settings: Settings, scale: int, folder: Path, say: Say) -> Iterator[Measure]:
    say("Starting the command ...")
    help_s = started(["--help"])
    yield Measure("sangho --help", help_s, "s", 0.4)
    with _pipeline(settings, folder / "bundled", say) as pipeline:
        generation = pipeline.generation()
        say(f"Searching {len(generation.passages):,} passages ...")
        yield from of_questions(pipeline, ("search", "search_since", "ask"), (2, 6, 8))
        if scale:
            yield from _large(pipeline, scale, folder / "large", say)
        yield from _ingesting(pipeline, folder, help_s, say)


@contextmanager
def _pipeline(settings: Settings, home: Path, say: Say) -> Iterator[Pipeline]:
    """Open the current index; where there is none, one of the bundled corpus in another home."""
    from app.pipeline import Pipeline
    from app.settings import BUNDLED_CORPUS
    from ingest.index import current_id
    from ingest.sync import ingest

    pipeline = Pipeline(settings)
    if not current_id(settings.home):
        say("There is no index yet: ingesting the bundled corpus for the occasion ...")
        limits = settings.passage_tokens, int(settings.max_file_mb * 1_000_000)
        ingest(home, [BUNDLED_CORPUS], pipeline.embedder, *limits)
        pipeline = Pipeline(settings.model_copy(update={"home": home}), pipeline.embedder)
    with pipeline:
        yield pipeline.warm()
