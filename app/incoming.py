"""One file on its way into a folder of added files: counted while it streams, and there whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.file_names import FileRefused, quoted
from ingest.errors import NoSpace, SanghoError

BEGUN: Final = ".begun"
PART: Final = ".part"
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


@dataclass(slots=True, eq=False)
class Receiving:
    """A batch that is being worked on; `files` and `size` (bytes) count what is arriving too."""

    root: Path
    files: int
    size: int
    open: bool
    undone: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def begun(self) -> Path:
        """The mark that is there until the batch is indexed."""
        return self.root.with_name(self.root.name + BEGUN)

    @property
    def part(self) -> Path:
        """The folder of files that are still arriving."""
        return self.root.with_name(self.root.name + PART)

    def check_open(self) -> None:
        """Check that files can still be added.

        Raises:
            FileRefused: it was closed or undone.
        """
        if not self.open or self.undone:
            raise FileRefused("closed", "These files were closed; nothing can be added to them.", "Add them anew.")


class Incoming:
    """One file on its way in: `write` what arrives, then `keep` it; a failure drops it, as `drop` does.

    Args:
        held: its batch, which counts it already.
        parts: where it goes.
        max_bytes: of the file.
        max_total: bytes of the batch.
    """

    def __init__(self, held: Receiving, parts: tuple[str, ...], max_bytes: int, max_total: int) -> None:
        self._held, self._parts, self._max_bytes, self._max_total = held, parts, max_bytes, max_total
        self._name = "/".join(parts)
        self._size = 0
        self._done = False
        self._part: Path | None = None
        try:
            with writing(self._name):
                held.part.mkdir(exist_ok=True)
                check_real(held.part)
                # mkstemp opens what is new, never through a link: O_EXCL and, where there is one, O_NOFOLLOW.
                handle, place = tempfile.mkstemp(dir=held.part)
                self._part = Path(place)
                self._file = os.fdopen(handle, "wb")
        except BaseException:
            self.drop()
            raise

    def write(self, data: bytes) -> None:
        """Take some bytes.

        Raises:
            FileRefused: the file or its batch is too large by them, or the batch was closed meanwhile.
            NoSpace, SanghoError: the disk is full, or fails.
        """
        try:
            with self._held.lock:
                self._held.check_open()
                self._size += len(data)
                self._held.size += len(data)
                check_size(self._name, self._size, self._max_bytes)
                check_total(self._held.size, self._max_total)
            with writing(self._name):
                self._file.write(data)
        except BaseException:
            self.drop()
            raise

    def keep(self) -> None:
        """Put the file in its place, whole.

        Raises:
            FileRefused: something is there by now, or the batch was closed meanwhile.
            NoSpace, SanghoError: the disk is full, or fails.
        """
        assert self._part is not None  # noqa: S101 - it was made with this object
        try:
            with writing(self._name):
                self._file.close()
            with self._held.lock, writing(self._name):
                self._held.check_open()
                _make_folders(self._held.root, self._parts)
                target = self._held.root.joinpath(*self._parts)
                check_vacant(target, self._name)
                self._part.rename(target)
                self._done = True
        except BaseException:
            self.drop()
            raise

    def drop(self) -> None:
        """Leave nothing of a file that was not kept; a second call does nothing."""
        if self._done:
            return
        self._done = True
        with suppress(OSError):  # what could not be written is not wanted any more
            if self._part is not None:
                self._file.close()
        with suppress(OSError):
            if self._part is not None:
                self._part.unlink(missing_ok=True)
        with self._held.lock:
            self._held.files -= 1
            self._held.size -= self._size


def check_size(name: str, size: int, limit: int) -> None:
    """Check a file's size, in bytes.

    Raises:
        FileRefused: it is over the limit.
    """
    if size > limit:
        raise FileRefused("large", f"{quoted(name)} is over the limit of {limit / 1e6:g} MB.",
                          "Split it, or raise SANGHO_MAX_FILE_MB.")  # fmt: skip


def check_total(size: int, limit: int) -> None:
    """Check the size of a batch, in bytes.

    Raises:
        FileRefused: it is over the limit.
    """
    if size > limit:
        raise FileRefused("many", f"The files are over {limit / 1e6:g} MB together, the limit.", "Add the rest apart.")


def check_vacant(target: Path, name: str) -> None:
    """Check that nothing is in a file's place, not even a link.

    Raises:
        FileRefused: something is.
    """
    if os.path.lexists(target):
        raise FileRefused("exists", f"{quoted(name)} was added already.", "Rename one of the two, or add it apart.")


def _make_folders(root: Path, parts: tuple[str, ...]) -> None:
    folder = root
    for part in ("", *parts[:-1]):
        folder = folder / part
        try:
            if part:
                folder.mkdir(mode=0o700, exist_ok=True)
        except FileExistsError as error:
            place = folder.relative_to(root).as_posix()
            raise FileRefused("exists", f"{quoted(place)} was added as a file already, and is a folder here.",
                              "Rename one of the two.") from error  # fmt: skip
        check_real(folder)


def is_real(folder: Path) -> bool:
    """Whether a folder is there, with no link or junction in its path, which begins with a resolved home."""
    try:
        return folder.is_dir() and folder.resolve(strict=True) == folder
    except (OSError, RuntimeError, ValueError):
        return False


def check_real(folder: Path) -> None:
    """Check that no link leads out of the folder of added files.

    Raises:
        FileRefused: the folder is one, or lies in one.
    """
    if not is_real(folder):
        raise FileRefused(
            "name", f"{quoted(folder.name)} is a link in Sangho's folder of added files.", "Remove the link."
        )


def usage(root: Path) -> tuple[int, int]:
    """Return how many files a folder holds, and their bytes."""
    sizes = [path.lstat().st_size for path in root.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)


@contextmanager
def writing(name: str) -> Iterator[None]:
    """Tell what the disk refuses as errors of ours.

    Raises:
        NoSpace: the disk is full.
        SanghoError: it fails otherwise.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoSpace(
                f"The disk is full; {quoted(name)} was not added.", "Free some space, then add it again."
            ) from error
        reason = error.strerror or type(error).__name__
        raise SanghoError(f"{quoted(name)} could not be changed on the disk: {reason}.", "Check the disk.") from error
