"""Bring the index up to date with source roots: read what changed, carry over the rest, build a generation.

Nothing changed means nothing is built, and neither torch nor Chroma is imported.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ingest.build import OnProgress, Plan, Progress, build
from ingest.documents import Document
from ingest.errors import BrokenIndex, IngestRunning, NoIndex, SanghoError, StaleIndex, UnknownSource
from ingest.generation import ASIDE, Generation
from ingest.home_collections import HomeCollections, connected
from ingest.index import check_recipe, collect, generations, open_current
from ingest.manifest import FailedFile, FileRecord, Manifest, Recipe
from ingest.naming import assign
from ingest.records import document_from_line, read_lines
from ingest.scan import Scan, State, forget_root, state_of, synchronise
from ingest.space import no_space

if TYPE_CHECKING:
    from ingest.embedding import Embedder
    from ingest.server import ChromaServer

LOCK_FILE: Final = "ingest.lock"


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What an ingest did.

    Attributes:
        added, changed, removed, unchanged: files under the roots that were synchronised.
        failed: path and what is wrong, of each file under those roots that could not be read.
        passages: how many the index holds now.
        seconds: wall time.
        generation: the current generation's id now.
    """

    added: int
    changed: int
    removed: int
    unchanged: int
    failed: tuple[tuple[str, str], ...]
    passages: int
    seconds: float
    generation: str


def ingest(
    home: Path,
    roots: Sequence[Path],
    embedder: Embedder,
    limit: int,
    max_bytes: int,
    on_progress: OnProgress | None = None,
    forget: Path | None = None,
    wait_s: float = 600.0,
    server: ChromaServer | None = None,
) -> SyncReport:
    """Synchronise source roots with the index; other roots stay as they are.

    Args:
        home: the home folder; made if it is not there.
        roots: folders or files to synchronise, each on its own.
        embedder: embeds what is new; a stale index is rebuilt with it.
        limit: longest passage with its context, in word pieces.
        max_bytes: larger files are named as failed.
        on_progress: told how far it has come.
        forget: a root to drop, with its documents.
        wait_s: how long to wait for another ingest into the same home, in seconds.
        server: the Chroma server that gets the vectors; None keeps them in the home. If they are elsewhere, or are
            not whole there, they are built anew.

    Raises:
        UnknownSource: a root does not exist, or the one to forget is not in the index.
        IngestRunning: another process ingests into this home for longer than `wait_s`.
        NoSpace, BrokenIndex, ModelError, ChromaUnreachable: as `build.build`.
    """
    started = time.monotonic()
    report = on_progress or (lambda progress: None)
    paths = [_root(path) for path in roots]
    scan = Scan(home.resolve(), max_bytes, lambda done, total: report(Progress(done, total, note="Reading")))

    def run(generation: Generation | None, collections: HomeCollections | None) -> SyncReport:
        state = state_of(home, generation)
        if forget is not None:
            forget_root(state, str(forget.expanduser().resolve()))
        again = [] if state.carry else [Path(root) for root in state.roots]
        for root in dict.fromkeys([*again, *paths]):
            synchronise(state, root, scan)
        return _finish(home, state, generation, embedder, limit, report, set(map(str, paths)), started, collections)

    with _alone(home, wait_s, report), connected(home, server) as collections:
        try:
            with _current(home) as generation:
                return run(generation, collections)
        except BrokenIndex:  # found while its documents were carried over: read them all anew
            return run(None, collections)


def remove(
    home: Path,
    doc_id: str,
    embedder: Embedder,
    limit: int,
    on_progress: OnProgress | None = None,
    wait_s: float = 600.0,
    server: ChromaServer | None = None,
) -> SyncReport:
    """Take a document out of the index, and keep it out until its file changes.

    A digest that it outranked goes with it.

    Raises:
        UnknownSource: there is no such document.
        NoIndex, IngestRunning, NoSpace, BrokenIndex, ModelError, ChromaUnreachable: as `ingest`.
    """
    started = time.monotonic()
    report = on_progress or (lambda progress: None)
    with (
        _alone(home, wait_s, report),
        connected(home, server) as collections,
        open_current(home) as generation,
    ):
        state = state_of(home, generation)
        found = [record for record in state.files.values() if record.state == "indexed" and record.doc_id == doc_id]
        if not found:
            raise UnknownSource(f"There is no document {doc_id!r} in the index.", "Run: sangho sources")
        for record in state.files.values():
            same = record.state == "outranked" and record.name == doc_id
            if same or record is found[0]:
                state.files[record.path] = replace(record, state="removed")
        state.counts["removed"] = 1
        return _finish(home, state, generation, embedder, limit, report, set(), started, collections)


@contextmanager
def _alone(home: Path, wait_s: float, report: OnProgress) -> Iterator[None]:
    """Hold the ingest lock; say so once where that means waiting."""
    from filelock import FileLock, Timeout

    try:
        with no_space(home):
            generations(home).mkdir(parents=True, exist_ok=True)
            lock = FileLock(home / LOCK_FILE)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                report(Progress(note="Waiting for another ingest into the same home to finish"))
                lock.acquire(timeout=wait_s)
    except Timeout as error:
        raise IngestRunning(
            f"Another process has been ingesting into {home} for more than {wait_s:g} seconds.",
            "Wait until it is done, then try again.",
        ) from error
    except OSError as error:
        raise SanghoError(
            f"{home} cannot be written: {error.strerror or error}.",
            "Set SANGHO_HOME or --home to another folder.",
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _current(home: Path) -> Iterator[Generation | None]:
    """Open the current generation, if there is one that is whole."""
    try:
        generation = open_current(home)
    except (NoIndex, BrokenIndex):
        yield None
        return
    with generation:
        yield generation


def _root(path: Path) -> Path:
    root = path.expanduser().resolve()
    if not root.exists():
        raise UnknownSource(
            f"{root} does not exist.", f"Correct the path, or drop the root: sangho ingest --forget {root}"
        )
    return root


def _finish(
    home: Path,
    state: State,
    generation: Generation | None,
    embedder: Embedder,
    limit: int,
    report: OnProgress,
    roots: set[str],
    started: float,
    collections: HomeCollections | None,
) -> SyncReport:
    """Build a generation if anything differs from the current one, and collect what is left over."""
    manifest = generation.manifest if generation else None
    indexed = manifest.indexed if manifest else []
    held = frozenset(record.path for record in indexed if record.doc_id == record.name)
    files = tuple(assign(list(state.files.values()), state.roots, held))
    failed = tuple(sorted(state.failed.values(), key=lambda failure: failure.path))
    wanted = (tuple(state.roots), files, failed)
    if (
        manifest is None
        or (manifest.roots, manifest.files, manifest.failed) != wanted
        or _is_stale(manifest, Recipe.of(embedder, limit))
        or not _is_in_place(manifest, collections)
    ):
        plan = _plan(state, files, failed, generation)
        manifest = build(home, plan, embedder, limit, generation, report, collections)
    if generation is not None and manifest.generation != generation.id:
        generation.close()
    collect(home)
    if collections is not None:
        collections.collect()
    shown = tuple((failure.path, failure.message) for failure in failed if failure.root in roots)
    seconds = time.monotonic() - started
    return SyncReport(
        **state.counts,
        failed=shown,
        passages=manifest.passages,
        seconds=seconds,
        generation=manifest.generation,
    )


def _is_stale(manifest: Manifest, recipe: Recipe) -> bool:
    try:
        check_recipe(manifest, recipe)
    except StaleIndex:
        return True
    return False


def _is_in_place(manifest: Manifest, collections: HomeCollections | None) -> bool:
    """Whether a generation's graph is where the next one's would be built.

    Raises:
        ChromaUnreachable: the server fails.
    """
    return not manifest.chroma if collections is None else collections.hold(manifest)


def _plan(
    state: State, files: tuple[FileRecord, ...], failed: tuple[FailedFile, ...], generation: Generation | None
) -> Plan:
    """Gather the documents of the next generation: those read now, and those carried over."""
    carried: dict[str, Document] = {}
    if generation is not None:
        carried = {document.path: document for document in generation.documents.values()}
        aside = map(document_from_line, read_lines(generation.folder / ASIDE))
        carried |= {document.path: document for document in aside}
    documents: list[Document] = []
    others: list[Document] = []
    for record in files:
        document = state.documents.get(record.path) or carried[record.path]
        if record.state == "indexed":
            documents.append(replace(document, doc_id=record.doc_id, root=record.root))
        else:
            others.append(replace(document, doc_id=record.name, root=record.root))
    return Plan(tuple(state.roots), files, failed, tuple(documents), tuple(others))
