"""What is known of source roots and their files, and reading what changed under one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ingest.bundled import sha256
from ingest.documents import Document
from ingest.errors import BrokenIndex, ReadError, UnknownSource
from ingest.generation import Generation
from ingest.index import current_id, generations
from ingest.manifest import FailedFile, FileRecord, read_manifest, read_roots
from ingest.readers import READER_VERSION, find_files, read_file

OWN_FILES: Final = "files"  # folder of the home: what people added in the window, each drop a root of its own
ORIGINALS: Final = "originals"  # folder of the home: what was fetched from publishers' sites, a root
_COUNTS: Final = ("added", "changed", "removed", "unchanged")


@dataclass(slots=True)
class State:
    """What is known while roots are synchronised; keys are absolute paths.

    Without `carry` there is no whole generation to take documents from: every file is read.
    """

    roots: list[str] = field(default_factory=list)
    files: dict[str, FileRecord] = field(default_factory=dict)
    failed: dict[str, FailedFile] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)  # those read in this run
    carry: bool = True
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTS, 0))


@dataclass(frozen=True, slots=True)
class Scan:
    """How the files of one root are read."""

    home: Path
    max_bytes: int
    report: Callable[[int, int], None]


def state_of(home: Path, generation: Generation | None) -> State:
    """Return what is known of roots and files; from a broken generation, as much as can be read anew."""
    if generation is not None:
        manifest = generation.manifest
        records = {record.path: record for record in manifest.files}
        return State(list(manifest.roots), records, {failure.path: failure for failure in manifest.failed})
    try:
        folder = generations(home) / (current_id(home) or "none")
    except BrokenIndex:
        return State(carry=False)
    roots = [root for root in read_roots(folder) if Path(root).exists()]
    try:
        files = read_manifest(folder).files
    except BrokenIndex:
        files = ()
    known = {record.path: record for record in files if record.root in roots and Path(record.path).exists()}
    return State(roots, known, carry=False)


def forget_root(state: State, root: str) -> None:
    """Drop a root with its files.

    Raises:
        UnknownSource: it is none of the roots.
    """
    if root not in state.roots:
        known = "; ".join(state.roots) or "none"
        raise UnknownSource(f"{root} is not a source root.", f"Source roots are: {known}.")
    gone = [path for path, record in state.files.items() if record.root == root]
    for path in gone:
        del state.files[path]
    state.failed = {path: failure for path, failure in state.failed.items() if failure.root != root}
    state.roots.remove(root)
    state.counts["removed"] += len(gone)


def synchronise(state: State, root: Path, scan: Scan) -> None:
    """Read what is new or changed under one root, and drop what is gone."""
    name = str(root)
    if name not in state.roots:
        state.roots.append(name)
    inner = [Path(other) for other in state.roots if other != name and Path(other).is_relative_to(root)]
    # Of the home only added and fetched files are ever read, and these only as roots of their own.
    ours = scan.home / OWN_FILES in root.parents or root == scan.home / ORIGINALS
    closed = inner if ours else [*inner, scan.home]
    found, unreadable = find_files(root)
    paths = [path for path in found if not any(path.is_relative_to(other) for other in closed)]
    old = {path: record for path, record in state.files.items() if record.root == name}
    failed = {path: failure for path, failure in state.failed.items() if failure.root != name}
    failed |= {str(path): FailedFile(str(path), name, str(error)) for path, error in unreadable}
    lost = [path for path, _ in unreadable] if state.carry else []
    kept = {path: old[path] for path in old if any(Path(path).is_relative_to(folder) for folder in lost)}
    for done, path in enumerate(paths):
        scan.report(done, len(paths))
        outcome = _read(state, path, root, scan)
        if isinstance(outcome, FileRecord):
            kept[outcome.path] = outcome
        else:
            failed[outcome.path] = outcome
            # Its bytes are out of reach for now: what was read of it stays.
            if not outcome.reader and outcome.path in old and state.carry:
                kept[outcome.path] = old[outcome.path]
    scan.report(len(paths), len(paths))
    state.counts["removed"] += len(old.keys() - kept.keys())
    state.files = {path: record for path, record in state.files.items() if path not in old} | kept
    state.failed = failed


def _read(state: State, path: Path, root: Path, scan: Scan) -> FileRecord | FailedFile:
    """Read one file, or carry over what is known of it if its bytes and the reader are the same."""
    key, before, failure = str(path), state.files.get(str(path)), state.failed.get(str(path))
    try:
        too_large = path.stat().st_size > scan.max_bytes
        digest = "" if too_large else sha256(path)
    except OSError as error:
        return FailedFile(key, str(root), f"It cannot be read: {error.strerror or error}.")
    if failure and digest and (failure.digest, failure.reader) == (digest, READER_VERSION):
        return replace(failure, root=str(root))
    same = before is not None and before.digest == digest
    if before is not None and same and state.carry and before.reader == READER_VERSION:
        state.counts["unchanged"] += 1
        return replace(before, root=str(root))
    try:
        document = read_file(path, root, scan.max_bytes)
    except ReadError as error:
        return FailedFile(key, str(root), str(error), digest, READER_VERSION)
    state.documents[key] = document
    state.counts["added" if before is None else "unchanged" if same else "changed"] += 1
    record = FileRecord(key, str(root), document.digest, READER_VERSION, document.doc_id, document.edition)
    return replace(record, state="removed") if before and same and before.state == "removed" else record
