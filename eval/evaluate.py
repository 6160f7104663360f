"""One run from end to end: read the data, open or make the index, run every item, keep the figures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from app.errors import BadInput
from eval.marking.metrics import library
from eval.running.description import describe
from eval.running.folder import RunFolder, read_run
from eval.running.plan import GOLDEN, Plan, Wanted, golden, of_set
from eval.running.run import conclude, run_items
from eval.running.settable import Chosen, choose
from eval.running.subject import See, Subject, everything
from eval.running.writing import run_writer

if TYPE_CHECKING:
    from app.settings import Settings
    from ingest.build import OnProgress
    from ingest.documents import Document

LISTS: Final = (".csv", ".tsv")
_SPLITS: Final[Mapping[str, Literal["dev", "test"]]] = {"": "dev", "dev": "dev", "test": "test"}

OnCount = Callable[[int, int], None]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What a person wants to have measured.

    Attributes:
        out: the run's folder.
        data: "golden", a folder in the BEIR layout, or a table of questions and documents.
        split: of the data; empty: "dev" of the golden set, and all of one's own.
        pairs: `name=value`, as `--set` takes them.
        wanted: which items.
        seed: of resampling, 0 or more.
    """

    out: Path
    data: str = GOLDEN
    split: str = ""
    pairs: tuple[str, ...] = ()
    wanted: Wanted = field(default_factory=Wanted)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Watch:
    """What is told how a run goes.

    Attributes:
        on_index: how far the indexing has come, where an index has to be made first.
        on_item: how many of how many items are done.
        say: something that the person should know, in a line.
        stop: set from elsewhere, it ends the run after the item that is being run.
    """

    on_index: OnProgress = lambda progress: None
    on_item: OnCount = lambda done, of: None
    say: Say = lambda line: None
    stop: threading.Event | None = None


def evaluate(settings: Settings, request: Request, watch: Watch, see: See = everything) -> RunFolder:
    """Make a run, or go on with it, and return it.

    Args:
        settings: of the person.
        request: what to measure.
        watch: is told how it goes.
        see: takes away the documents of the home that nothing may be found in.

    Returns:
        The run; unfinished where `watch.stop` ended it.

    Raises:
        BadInput: the data, a setting or the folder cannot be used; says what and where.
        NoSpace: the disk is full; what is done is kept, and the same request goes on from there.
        SanghoError: there is no index, a model cannot be loaded, or ir-measures is not installed.
        KeyboardInterrupt: as it comes; what is done is kept.
    """
    chosen = choose(settings, request.pairs)
    if request.seed < 0:
        raise BadInput(f"The seed is {request.seed}.", "Give one from 0.")
    with _subject(chosen, request, watch, see) as (subject, plan):
        for line in (*plan.warnings, *_said_of(plan)):
            watch.say(line)
        if any(item.task != "claim" for item in plan.items):
            library()  # without it each item would fail by itself
        run = describe(chosen, plan, subject.index, request.seed)
        with run_writer(request.out, run, [item.id for item in plan.items]) as writer:
            subject.pipeline.warm()
            run_items(subject, plan.items, writer, watch.on_item, watch.stop)
            if watch.stop is None or not watch.stop.is_set():
                conclude(request.out, writer, request.seed)
    return read_run(request.out)


@contextmanager
def _subject(chosen: Chosen, request: Request, watch: Watch, see: See) -> Iterator[tuple[Subject, Plan]]:
    """Yield what is measured and what on; the index is closed afterwards."""
    from app.pipeline import Pipeline
    from eval.running.metering import MeteredChatModel
    from eval.sets.beir import load_beir
    from eval.sets.own_index import index_corpus, index_home
    from ingest.embedding import SentenceTransformerEmbedder

    path = Path(request.data)
    own = load_beir(path, request.split) if _is_folder(request) else None
    settings = chosen.settings
    embedder = SentenceTransformerEmbedder(settings.embedding)
    if own is not None:
        settings = index_corpus(path, settings, embedder, watch.on_index)
    elif chosen.reindexes:
        settings = index_home(settings, embedder, watch.on_index)
    meter = MeteredChatModel(settings) if settings.llm else None
    with Pipeline(settings, embedder, meter) as pipeline:
        subject = Subject(pipeline, chosen.ranking, meter, everything if own is not None else see)
        if own is not None:
            yield subject, of_set(own.set, request.split, request.wanted, own.warnings)
        else:
            yield subject, _over_home(request, subject.documents)


def _over_home(request: Request, documents: Mapping[str, Document]) -> Plan:
    """Plan a run over the home's own documents."""
    if request.data == GOLDEN:
        if request.split not in _SPLITS:
            raise BadInput(f"The golden set has no split {request.split!r}.", "Name dev or test.")
        return golden(_SPLITS[request.split], request.wanted, documents.keys())
    from eval.sets.own_list import load_list

    if request.split:
        raise BadInput("A list of questions has no splits.", "Leave out --split.")
    loaded = load_list(Path(request.data), documents)
    return of_set(loaded.set, "", request.wanted, loaded.warnings)


def _is_folder(request: Request) -> bool:
    """Tell a folder in the BEIR layout from the other kinds of data.

    Raises:
        BadInput: it is neither.
    """
    if request.data == GOLDEN:
        return False
    path = Path(request.data)
    if path.is_dir():
        return True
    if path.suffix.lower() in LISTS and path.is_file():
        return False
    what = "is neither a folder nor a table" if path.exists() else "is not there"
    raise BadInput(
        f"{path} {what}.",
        "Name golden, a folder with corpus.jsonl, queries.jsonl and qrels, or a .csv of questions and documents.",
    )


def _said_of(plan: Plan) -> Iterator[str]:
    if plan.left_out:
        yield f"{len(plan.left_out)} items are left out: the index does not hold the documents that decide them."
