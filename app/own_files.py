"""A person's own files: received one by one into a batch, which then becomes a source root of theirs.

HOME/files/<owner>/<batch>/...       what was added; a source root
HOME/files/<owner>/<batch>.begun     there until the batch is indexed
HOME/files/<owner>/<batch>.part/     files that are still arriving

Names come from a browser, and a browser can be anybody: each is checked before anything is touched.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from app.errors import BadInput
from app.escape import plain
from app.file_names import FileRefused, parts_of
from app.incoming import (
    BEGUN,
    Incoming,
    Receiving,
    check_real,
    check_size,
    check_total,
    check_vacant,
    is_real,
    usage,
    writing,
)
from app.roots import Roots, owner_of
from ingest.build import OnProgress, Progress
from ingest.errors import BrokenIndex, NoIndex, SanghoError, UnknownSource
from ingest.index import open_current
from ingest.manifest import Manifest
from ingest.scan import OWN_FILES
from ingest.sync import ingest

if TYPE_CHECKING:
    from ingest.embedding import Embedder
    from ingest.server import ChromaServer

MOST_FILES: Final = 500
MOST_BYTES: Final = 500_000_000
LONGEST_LABEL: Final = 80  # characters
UNNAMED: Final = "Added files"
_DAY: Final = 86_400.0  # seconds
_TURN: Final = 0.2  # seconds between two looks at whether it is our turn
_ID: Final = re.compile("[0-9a-f]{32}")
_PLACE: Final = re.compile(r"(?<![\w.:/~-])(?:[A-Za-z]:)?[/\\](?:[^\s/\\]+[/\\])+")


class Sync(Protocol):
    """What own files need of the index."""

    def ingest(self, root: Path, on_progress: OnProgress) -> object:
        """Bring the index up to date with one source root."""
        ...

    def forget(self, root: Path) -> object:
        """Drop a source root from the index.

        Raises:
            UnknownSource: it is none of its roots.
        """
        ...

    def manifest(self) -> Manifest | None:
        """Return what the index says of itself; None if there is none.

        Raises:
            BrokenIndex: that cannot be told.
        """
        ...


@dataclass(frozen=True, slots=True)
class IndexSync:
    """The index in a home; arguments as of `ingest.sync.ingest`."""

    home: Path
    embedder: Embedder
    limit: int
    max_bytes: int
    server: ChromaServer | None = None

    def ingest(self, root: Path, on_progress: OnProgress) -> object:
        """Bring the index up to date with one source root; raises what `ingest.sync.ingest` raises."""
        return ingest(self.home, [root], self.embedder, self.limit, self.max_bytes, on_progress, server=self.server)

    def forget(self, root: Path) -> object:
        """Drop a source root from the index; raises what `ingest.sync.ingest` raises."""
        return ingest(self.home, [], self.embedder, self.limit, self.max_bytes, forget=root, server=self.server)

    def manifest(self) -> Manifest | None:
        """Return the current generation's manifest; None if there is no generation."""
        try:
            with open_current(self.home) as generation:
                return generation.manifest
        except NoIndex:
            return None


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a batch's files.

    Attributes:
        documents: the `doc_id` of each that is in the index, in index order.
        failed: relative name, and what is wrong with it, of each that is not.
    """

    documents: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """One drop of files or folders.

    Attributes:
        files: how many were received whole.
        finished: whether it has become a source root.
    """

    id: str
    name: str
    files: int
    finished: bool


class OwnFiles:
    """Receives, indexes and removes the files that visitors add; safe from several threads.

    A visitor is an opaque text that identifies one browser. Whose a batch is, is never told: another's and
    one that does not exist give the same error.

    Args:
        home: the home folder.
        roots: keeps the batches' names.
        sync: brings the index up to date.
        max_file_bytes: of one file.
        max_files, max_total_bytes: of one batch.
        new_id: gives 32 hexadecimal digits that nobody can guess.
    """

    def __init__(
        self,
        home: Path,
        roots: Roots,
        sync: Sync,
        max_file_bytes: int,
        max_files: int = MOST_FILES,
        max_total_bytes: int = MOST_BYTES,
        new_id: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._home = home.expanduser().resolve()
        self._roots = roots
        self._sync = sync
        self.max_file_bytes = max_file_bytes
        self._max_files = max_files
        self._max_total = max_total_bytes
        self._new_id = new_id
        self._batches: dict[Path, Receiving] = {}
        self._lock = threading.Lock()
        self._turns = threading.Lock()  # one change of the index at a time, so that no document changes hands in it

    def begin(self, visitor: str, label: str) -> str:
        """Begin a batch, and return its id.

        Args:
            visitor: not empty.
            label: what people call it; controls are made visible, and it is cut to `LONGEST_LABEL` characters.

        Raises:
            BadInput: the visitor is empty.
            NoSpace, SanghoError: the disk is full, or fails.
        """
        if not visitor:
            raise BadInput("It is not known whose files these are.", "Allow cookies for this page, then reload it.")
        batch = self._new_id()
        root = self._folder(visitor) / batch
        name = " ".join(plain(unicodedata.normalize("NFC", label[: 4 * LONGEST_LABEL])).split())[:LONGEST_LABEL]
        with self._lock, writing(name or UNNAMED):
            root.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            check_real(root.parent)
            root.with_name(batch + BEGUN).touch()
            self._roots.remember(str(root), name.strip() or UNNAMED)
            root.mkdir(mode=0o700)
        return batch

    def receive(self, visitor: str, batch: str, relative_path: str, chunks: Iterable[bytes]) -> None:
        """Take one file as it streams in; it is there whole, or not at all.

        Raises:
            UnknownSource, FileRefused, NoSpace, SanghoError: as `incoming` and `Incoming`; and what `chunks` raises.
        """
        incoming = self.incoming(visitor, batch, relative_path)
        try:
            for chunk in chunks:
                incoming.write(chunk)
            incoming.keep()
        finally:
            incoming.drop()

    def incoming(self, visitor: str, batch: str, relative_path: str, length: int = 0) -> Incoming:
        """Make ready for one file, for callers that cannot hand over what they do not have yet.

        Args:
            visitor: who adds it.
            batch: one of theirs.
            relative_path: with `/` between names; kept in Unicode's form NFC.
            length: how many bytes it will have, if that is known.

        Raises:
            UnknownSource: there is no such batch of this visitor.
            FileRefused: the path, the kind of file or a limit is against it, or something is there already.
            NoSpace, SanghoError: the disk is full, or fails.
        """
        held = self._held(visitor, batch)
        parts = parts_of(relative_path)
        name = "/".join(parts)
        check_size(name, length, self.max_file_bytes)
        with held.lock:
            held.check_open()
            check_total(held.size + length, self._max_total)
            if held.files >= self._max_files:
                raise FileRefused("many", f"{self._max_files} files were added; more are not taken at once.",
                                  "Add the rest apart.")  # fmt: skip
            with writing(name):
                check_vacant(held.root.joinpath(*parts), name)
            held.files += 1
        return Incoming(held, parts, self.max_file_bytes, self._max_total)

    def finish(self, visitor: str, batch: str, on_progress: OnProgress | None = None) -> Added:
        """Close a batch, and index it; once that fails it is open again. A second time brings it up to date.

        Waits for other changes of the index.

        Raises:
            UnknownSource: there is no such batch of this visitor.
            FileRefused: it is empty, or undone meanwhile.
            SanghoError: what indexing raises.
        """
        held = self._held(visitor, batch)
        with self._turn(held, on_progress or (lambda progress: None)) as report:
            if not usage(held.root)[0]:
                raise FileRefused("empty", "No files were added.", "Add some first.")
            with held.lock:
                held.open = False
            try:
                shutil.rmtree(held.part, ignore_errors=True)
                self._sync.ingest(held.root, report)
                added = self._added(held.root)
                held.begun.unlink(missing_ok=True)
            except BaseException:
                held.open = held.begun.exists()
                raise
        return added

    def undo(self, visitor: str, batch: str) -> None:
        """Take a batch out of the index, and delete its files; where it is being indexed, that is stopped.

        Raises:
            UnknownSource: there is no such batch of this visitor.
            SanghoError: what indexing raises; nothing is deleted then.
        """
        held = self._held(visitor, batch)
        held.undone = True
        try:
            with self._turns:
                if not is_real(held.root):
                    raise _unknown_batch()  # somebody was quicker
                self._drop(held)
        except BaseException:
            held.undone = False
            raise

    def batches(self, visitor: str) -> tuple[Batch, ...]:
        """Return a visitor's batches, by name; none for an unknown visitor.

        Raises:
            SettingsError: the file with their names is damaged.
        """
        folder = self._folder(visitor) if visitor else self._home
        if not visitor or not is_real(folder):
            return ()
        ids = [entry.name for entry in folder.iterdir() if _ID.fullmatch(entry.name) and is_real(entry)]
        found = [self.batch(visitor, batch) for batch in ids]
        return tuple(sorted(found, key=lambda batch: (batch.name, batch.id)))

    def batch(self, visitor: str, batch: str) -> Batch:
        """Return one of a visitor's batches.

        Raises:
            UnknownSource: there is no such batch of this visitor.
            SettingsError: the file with its name is damaged.
        """
        held = self._held(visitor, batch)
        return Batch(batch, self._roots.name(str(held.root)), usage(held.root)[0], not held.begun.exists())

    def root(self, visitor: str, batch: str) -> str:
        """Return the source root that a visitor's batch is, or becomes.

        Raises:
            UnknownSource: there is no such batch of this visitor.
        """
        return str(self._held(visitor, batch).root)

    def added(self, visitor: str, batch: str) -> Added:
        """Return what became of a batch's files, by the index as it is now; nothing before it is finished.

        Raises:
            UnknownSource: there is no such batch of this visitor.
            BrokenIndex: the index cannot be read.
        """
        return self._added(self._held(visitor, batch).root)

    def remove(self, visitor: str, doc_id: str) -> None:
        """Take one document of a visitor's own out of the index, and delete its file; the last takes its batch along.

        A bundled digest that it outranked is there again afterwards.

        Raises:
            UnknownSource: the visitor has no such document; whether another has is not told.
            SanghoError: what indexing raises; the next `finish` of its batch, or `remove`, completes the work.
        """
        owner = owner_of(visitor)
        with self._turns:
            manifest = self._sync.manifest()
            records = [record for record in (manifest.indexed if manifest else []) if record.doc_id == doc_id]
            own = [record for record in records if owner and self._roots.owner(record.root) == owner]
            if not own:
                raise UnknownSource(f"You have added no document {doc_id!r}.", "Your own are listed under your files.")
            root, path = Path(own[0].root), Path(own[0].path)
            with writing(path.name):
                path.unlink(missing_ok=True)
            if _ID.fullmatch(root.name) and not usage(root)[0]:
                self._drop(self._batches.get(root) or Receiving(root, 0, 0, open=False))
            else:
                self._sync.ingest(root, lambda progress: None)

    def tidy(self, now: float) -> int:
        """Delete batches that were begun more than a day ago and never finished; call it before serving.

        Args:
            now: seconds since 1970, UTC.

        Returns:
            How many were deleted. What cannot be deleted, or told from what is finished, stays for the next time.
        """
        files = self._home / OWN_FILES
        try:
            manifest = self._sync.manifest()
        except BrokenIndex:
            return 0
        indexed = set(manifest.roots) if manifest else set()
        deleted = 0
        for begun in sorted(files.glob(f"*/*{BEGUN}")) if is_real(files) else []:
            root = begun.with_suffix("")
            if not _ID.fullmatch(root.name) or not is_real(root.parent):
                continue
            with suppress(OSError, SanghoError):
                if now - begun.stat().st_mtime <= _DAY:
                    continue
                if str(root) in indexed:  # killed between indexing it and saying so
                    begun.unlink()
                    continue
                with self._turns:
                    self._drop(Receiving(root, 0, 0, open=False))
                deleted += 1
        return deleted

    def without_places(self, text: str) -> str:
        """Return an error's text without where things lie on this machine: of each path its last name is left."""
        inside = re.compile(re.escape(str(self._home)) + r"[/\\](?:[^\s/\\]+[/\\])*")
        return _PLACE.sub("", inside.sub("", text).replace(str(self._home), "the home folder"))

    def _folder(self, visitor: str) -> Path:
        return self._home / OWN_FILES / owner_of(visitor)

    def _held(self, visitor: str, batch: str) -> Receiving:
        root = self._folder(visitor) / batch if visitor and _ID.fullmatch(batch) else None
        if root is None or not is_real(root):
            raise _unknown_batch()
        with self._lock:
            if root not in self._batches:
                files, size = usage(root)
                held = Receiving(root, files, size, open=False)
                held.open = held.begun.exists()
                self._batches[root] = held
            return self._batches[root]

    @contextmanager
    def _turn(self, held: Receiving, on_progress: OnProgress) -> Iterator[OnProgress]:
        """Wait for our turn to change the index; yields what to report to, which stops what was undone."""

        def report(progress: Progress) -> None:
            if held.undone:
                raise FileRefused("closed", "Adding these files was undone.")
            on_progress(progress)

        while not self._turns.acquire(timeout=_TURN):
            report(Progress(note="Waiting for other files to be indexed"))
        try:
            if not is_real(held.root):
                raise _unknown_batch()
            report(Progress(note="Reading"))
            yield report
        finally:
            self._turns.release()

    def _added(self, root: Path) -> Added:
        manifest = self._sync.manifest()
        if manifest is None:
            return Added()
        records = [record for record in manifest.files if record.root == str(root)]
        documents = tuple(record.doc_id for record in records if record.state == "indexed")
        failed = {failure.path: failure.message for failure in manifest.failed if failure.root == str(root)}
        failed |= {
            record.path: "is a digest of a document that is held in the original; the original is searched."
            for record in records
            if record.state == "outranked"
        }
        named = {os.path.relpath(path, root).replace(os.sep, "/"): (path, why) for path, why in failed.items()}
        return Added(documents, tuple((name, self._told(*named[name])) for name in sorted(named)))

    def _told(self, path: str, why: str) -> str:
        # A link was put there by hand, and its error says where it leads.
        return "is a link, which is not read." if Path(path).is_symlink() else self.without_places(why)

    def _drop(self, held: Receiving) -> None:
        """Take a batch out of the index and off the disk; killed anywhere in it, `tidy` completes it."""
        name = self._roots.name(str(held.root))
        with writing(name):
            held.begun.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # somebody may have deleted it all
            held.begun.touch()
        try:
            manifest = self._sync.manifest()
            known = manifest is not None and str(held.root) in manifest.roots
        except BrokenIndex:
            known = True  # perhaps: forgetting reads anew what it can
        if known:
            with suppress(UnknownSource):
                self._sync.forget(held.root)
        with writing(name):
            for folder in (held.part, held.root):
                if folder.exists():
                    shutil.rmtree(folder)
        self._roots.forget(str(held.root))
        held.begun.unlink(missing_ok=True)
        with self._lock:
            self._batches.pop(held.root, None)
            with suppress(OSError):  # where there are others it stays
                held.root.parent.rmdir()


def _unknown_batch() -> UnknownSource:
    return UnknownSource("There are no such added files.", "Add them again.")
