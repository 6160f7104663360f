"""Measure speed: what Sangho does, over the embedding that it cannot do without, in one run.

A ratio moves less between machines than seconds do, and less between a busy hour and a quiet one where the things
compared take turns. What is shown are medians, their ratio, and the target it has.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eval.datasets import load_questions
from eval.speed.timing import Action, Measure, interleaved, started, table

if TYPE_CHECKING:
    from app.pipeline import Pipeline
    from app.settings import Settings
    from ingest.embedding import SentenceTransformerEmbedder
    from ingest.generation import Generation

QUESTIONS: Final = 60
ROUNDS: Final = 2
# The most that each may take, in encodings of the question: over the current index, and over the large one.
TARGETS: Final[Mapping[str, float]] = {"search": 2, "ask": 8}
LARGE_TARGETS: Final[Mapping[str, float]] = {"search": 4, "search with a date filter": 6, "ask": 8}

Say = Callable[[str], None]


def main(settings: Settings, scale: int, as_json: bool) -> int:
    """Run `sangho eval bench`: measure, print, and return 0 whatever the figures are.

    Args:
        settings: whose current index is measured, without a chat model; where there is none, the bundled corpus is
            ingested for the occasion. Nothing is written to the home.
        scale: passages of the large index; 0 leaves it out.
        as_json: print one JSON object instead of a table, and no progress.

    Raises:
        SanghoError: the index is stale or broken, the model cannot be loaded, or the disk is full.
    """
    from app.outbound import disable_tracing

    disable_tracing()
    say: Say = (lambda text: None) if as_json else (lambda text: print(text, file=sys.stderr, flush=True))  # noqa: T201
    offline = settings.model_copy(update={"llm": ""})
    with tempfile.TemporaryDirectory(prefix="sangho-bench-") as folder:
        measures = list(_measures(offline, scale, Path(folder), say))
    text = json.dumps({"measures": [m.to_json() for m in measures]}) if as_json else table(measures)
    sys.stdout.write(text + "\n")
    return 0


def _measures(settings: Settings, scale: int, folder: Path, say: Say) -> Iterator[Measure]:
    from eval.speed.ingesting import of_ingesting

    say("Starting the command ...")
    help_s = started("--help")
    yield Measure("sangho --help", help_s, "s", 0.4)
    with _opened(settings, folder / "bundled", say) as (pipeline, embedder, generation):
        yield from of_questions(pipeline, generation, _bare(embedder), TARGETS, say)
        if scale:
            with _large(pipeline, embedder, generation, scale, folder / "large", say) as (large, copied):
                yield from of_questions(large, copied, _bare(embedder), LARGE_TARGETS, say)
        say("Ingesting the index's files anew, beside bare encoding ...")
        yield from of_ingesting(pipeline.settings, embedder, generation, folder, help_s)


@contextmanager
def _opened(
    settings: Settings, home: Path, say: Say
) -> Iterator[tuple[Pipeline, SentenceTransformerEmbedder, Generation]]:
    """Open the current index; where there is none, one of the bundled corpus in another home."""
    from app.pipeline import Pipeline
    from app.settings import BUNDLED_CORPUS
    from eval.speed.ingesting import max_bytes
    from ingest.embedding import SentenceTransformerEmbedder
    from ingest.index import current_id, open_index
    from ingest.sync import ingest

    embedder = SentenceTransformerEmbedder(settings.embedding)
    if not current_id(settings.home):
        say("There is no index yet: ingesting the bundled corpus for the occasion ...")
        settings = settings.model_copy(update={"home": home})
        ingest(home, [BUNDLED_CORPUS], embedder, settings.passage_tokens, max_bytes(settings))
    with (
        Pipeline(settings, embedder) as pipeline,
        open_index(settings.home, embedder, settings.passage_tokens) as generation,
    ):
        yield pipeline.warm(), embedder, generation


@contextmanager
def _large(
    pipeline: Pipeline,
    embedder: SentenceTransformerEmbedder,
    generation: Generation,
    scale: int,
    home: Path,
    say: Say,
) -> Iterator[tuple[Pipeline, Generation]]:
    """Build the large index and open it."""
    from app.pipeline import Pipeline
    from eval.speed.large import CopyEmbedder, build_large
    from ingest.index import open_index

    say(f"Building an index of {scale:,} passages; this takes minutes ...")
    settings = pipeline.settings.model_copy(update={"home": home})
    copier = CopyEmbedder(embedder, generation)
    build_large(home, generation, copier, settings.passage_tokens, scale)
    with Pipeline(settings, copier) as large, open_index(home, copier, settings.passage_tokens) as copied:
        yield large.warm(), copied


def _bare(embedder: SentenceTransformerEmbedder) -> Action:
    """Return what encodes one question with sentence-transformers alone."""
    model = embedder.load()
    return lambda question: model.encode(question, show_progress_bar=False)


def of_questions(
    pipeline: Pipeline, generation: Generation, encode: Action, targets: Mapping[str, float], say: Say
) -> Iterator[Measure]:
    """Compare searching and asking with encoding the question alone.

    Args:
        pipeline: warm, without a chat model.
        generation: what it searches.
        encode: encodes one question.
        targets: the most encodings that each may take: some of "search", "search with a date filter", "ask".
        say: told what is measured.
    """
    from app.query import Filters

    dates = sorted(date for date in generation.document_dates if date)
    since = Filters(since=dates[len(dates) // 2] if dates else "")  # leaves about half of the documents
    known: dict[str, Action] = {
        "search": pipeline.search,
        "search with a date filter": lambda question: pipeline.search(question, filters=since),
        "ask": pipeline.ask,
    }
    size = f"{len(generation.passages):,} passages"
    say(f"Searching {size} ...")
    questions = [question.question for question in load_questions("dev") if not question.history][:QUESTIONS]
    medians = interleaved({"encode": encode} | {name: known[name] for name in targets}, questions, ROUNDS)
    for name, target in targets.items():
        parts = {"ms": medians[name], "encoding ms": medians["encode"]}
        yield Measure(f"{name}, {size}", medians[name] / medians["encode"], "ratio", target, parts=parts)
