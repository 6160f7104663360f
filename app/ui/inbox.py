"""Files to be checked or audited: kept apart for each visitor, for as long as the window is served, and only a few."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, Literal

from app.claims.reading import LARGEST_FILE
from app.errors import BadInput
from app.file_names import FileRefused, parts_of, quoted
from app.incoming import check_size, writing

Kind = Literal["claims", "article"]

KINDS: Final[tuple[Kind, ...]] = ("claims", "article")
CLAIMS_SUFFIXES: Final = (".csv", ".txt")
_HELD: Final = 4  # files of one visitor; the oldest go
_VISITORS: Final = 200  # of whom files are held; whoever came first goes first
_NO_COOKIES: Final = "This browser takes no cookies, so files cannot be kept apart for it."


@dataclass(slots=True, eq=False)
class Arriving:
    """One file on its way in: `write` what arrives, then `keep` it; `drop` leaves nothing of it.

    Attributes:
        name: of the file, checked.
        limit: bytes.
    """

    visitor: str
    token: str
    name: str
    limit: int
    _folder: Path
    _inbox: Inbox
    _size: int = 0
    _file: BinaryIO = field(init=False)
    _kept: bool = False

    def __post_init__(self) -> None:
        with writing(self.name):
            self._folder.mkdir(mode=0o700)
            self._file = (self._folder / self.name).open("xb")

    def write(self, data: bytes) -> None:
        """Take some bytes.

        Raises:
            FileRefused: it is too large by them.
            NoSpace, SanghoError: the disk is full, or fails.
        """
        self._size += len(data)
        check_size(self.name, self._size, self.limit)
        with writing(self.name):
            self._file.write(data)

    def keep(self) -> str:
        """Put the file into its visitor's hands; returns the token it is asked for with.

        Raises:
            FileRefused: it is empty.
            NoSpace, SanghoError: the disk is full, or fails.
        """
        with writing(self.name):
            self._file.close()
        if not self._size:
            raise FileRefused("empty", f"{quoted(self.name)} is empty.", "Choose another file.")
        self._kept = True
        self._inbox._put(self.visitor, self.token, self._folder / self.name)
        return self.token

    def drop(self) -> None:
        """Leave nothing of a file that was not kept; a second call does nothing."""
        self._file.close()
        if not self._kept:
            shutil.rmtree(self._folder, ignore_errors=True)


class Inbox:
    """Takes files in and finds them again for whoever sent them. Safe from several threads.

    The folder is a temporary one, made with the first file and removed when the process ends.

    Args:
        largest_article: bytes of one article.
    """

    def __init__(self, largest_article: int) -> None:
        self.largest_article = largest_article
        self._lock = threading.Lock()
        self._held: dict[str, dict[str, Path]] = {}
        self._root: Path | None = None

    def begin(self, visitor: str, kind: Kind, name: str, length: int = 0) -> Arriving:
        """Begin to take a file in.

        Args:
            visitor: whose it is.
            kind: what it holds, which decides what endings and sizes pass.
            name: as the browser gave it; not trusted.
            length: bytes, as the browser says; 0 where it does not.

        Raises:
            FileRefused: its name, ending or size does not pass.
            BadInput: nobody knows whose it is.
        """
        if not visitor:
            raise BadInput(_NO_COOKIES, "Allow cookies for this page, then reload it, or paste the text.")
        name, limit = _checked(kind, name), LARGEST_FILE if kind == "claims" else self.largest_article
        check_size(name, length, limit)
        token = secrets.token_hex(16)
        return Arriving(visitor, token, name, limit, self._place() / token, self)

    def paste(self, visitor: str, text: str) -> str:
        """Take a pasted article in as a file; returns its token, as `Arriving.keep`.

        Raises:
            SanghoError: as `begin` and `Arriving`.
        """
        arriving = self.begin(visitor, "article", "Pasted article.txt")
        try:
            arriving.write(text.encode("utf-8", "replace"))
            return arriving.keep()
        finally:
            arriving.drop()

    def find(self, visitor: str, token: str) -> Path:
        """Return where a visitor's file lies.

        Raises:
            BadInput: the visitor has no such file, or has it no more; another's is as one that is not there.
        """
        with self._lock:
            path = self._held.get(visitor, {}).get(token) if visitor else None
        if path is None or not path.is_file():
            raise BadInput("The file is not held any more.", "Choose it again.")
        return path

    def _put(self, visitor: str, token: str, path: Path) -> None:
        with self._lock:
            held = self._held.setdefault(visitor, {})
            held[token] = path
            gone = [held.pop(old) for old in list(held)[:-_HELD]]
            if len(self._held) > _VISITORS:
                gone += self._held.pop(next(iter(self._held))).values()
        _remove(path.parent for path in gone)

    def _place(self) -> Path:
        with self._lock:
            if self._root is None:
                with writing("The file"):
                    self._root = Path(tempfile.mkdtemp(prefix="sangho-"))
                weakref.finalize(self, shutil.rmtree, self._root, ignore_errors=True)
            return self._root


def _checked(kind: Kind, name: str) -> str:
    """Return a file's name, without folders, once it passes."""
    if kind == "article":
        return parts_of(name)[-1]
    stem, dot, suffix = name.rpartition(".")
    if f".{suffix.lower()}" not in CLAIMS_SUFFIXES or not dot:
        ending = quoted(dot + suffix)
        raise FileRefused(
            "kind", f"Claims are read from .csv and .txt files, not from {ending}.", "Save it as CSV or TXT."
        )
    return Path(parts_of(f"{stem}.txt")[-1]).stem + f".{suffix.lower()}"


def _remove(folders: Iterable[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
