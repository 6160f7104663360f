"""What is known of source roots besides their content: whose they are, their names, which are local-only."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from app.errors import BadInput, SettingsError
from app.settings import BUNDLED_CORPUS
from ingest.errors import SanghoError
from ingest.index import write_whole
from ingest.scan import ORIGINALS, OWN_FILES

ROOTS_FILE: Final = "roots.json"
BUNDLED_NAME: Final = "Sangho's digests"
ORIGINALS_NAME: Final = "Originals"
_FORMAT: Final = 1
_WAIT: Final = 10.0  # seconds, for another process that writes
_OWNER: Final = re.compile("[0-9a-f]{16}")
_KINDS: Final[dict[str, type]] = {"name": str, "local_only": bool}

Entries = dict[str, dict[str, Any]]


def owner_of(visitor: str) -> str:
    """Return what a visitor's source roots are filed under: 16 hexadecimal digits; empty for no visitor."""
    return hashlib.sha256(visitor.encode("utf-8", "surrogatepass")).hexdigest()[:16] if visitor else ""


class Roots:
    """What is known of source roots, kept in `<home>/roots.json`; safe from several threads and processes.

    A root is given as in the index: an absolute path with its links resolved. Whose a root is follows from where
    it lies, so that a lost file can show nobody what is another's. What is read is what is on the disk now.

    Args:
        home: the home folder; made when something is first written.
    """

    def __init__(self, home: Path) -> None:
        self._home = home.expanduser().resolve()
        self._path = self._home / ROOTS_FILE

    def local_only(self) -> frozenset[str]:
        """Return the roots whose text must not leave this machine.

        Raises:
            SettingsError: the file is damaged. Never taken for "none": that would send out what must stay.
        """
        return frozenset(root for root, entry in self._read().items() if entry.get("local_only"))

    def mark_local_only(self, root: str, flag: bool) -> None:
        """Say of a root whether its text must stay on this machine; a relative path is made absolute.

        Raises:
            BadInput: the root is no path.
            SettingsError, SanghoError: the file is damaged, or cannot be written.
        """
        key = _key(root)
        self._change(lambda entries: _put(entries, key, "local_only", flag))

    def remember(self, root: str, name: str) -> None:
        """Give a root the name that people see; an empty one takes the name away.

        Raises:
            BadInput, SettingsError, SanghoError: as `mark_local_only`.
        """
        key = _key(root)
        self._change(lambda entries: _put(entries, key, "name", name))

    def forget(self, root: str) -> None:
        """Drop what is known of a root; nothing happens if nothing is.

        Raises:
            BadInput, SettingsError, SanghoError: as `mark_local_only`.
        """
        key = _key(root)
        self._change(lambda entries: entries.pop(key, None) is not None)

    def owner(self, root: str) -> str:
        """Return `owner_of` the visitor who added a root; empty where it is everybody's."""
        folder, files = Path(os.path.abspath(root)), self._home / OWN_FILES  # noqa: PTH100 - resolve() asks the disk
        if files not in folder.parents:
            return ""
        first = folder.relative_to(files).parts[0].lower()  # some disks tell no capitals apart
        return first if _OWNER.fullmatch(first) else ""

    def visible(self, roots: Iterable[str], visitor: str) -> tuple[str, ...]:
        """Return the roots that a visitor may see, in their order: everybody's and their own.

        Args:
            roots: as in the index.
            visitor: empty for nobody in particular, who sees what is everybody's.
        """
        seers = {"", owner_of(visitor)}
        return tuple(root for root in roots if self.owner(root) in seers)

    def name(self, root: str) -> str:
        """Return what people call a root: the name it was given, else its folder's or file's.

        Raises:
            SettingsError: the file is damaged.
        """
        given = self._read().get(root, {}).get("name", "")
        if not given and Path(root) == BUNDLED_CORPUS:
            return BUNDLED_NAME
        if not given and Path(root) == self._home / ORIGINALS:
            return ORIGINALS_NAME
        return given or Path(root).name or root

    def _read(self) -> Entries:
        try:
            values = json.loads(self._path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError, RecursionError) as error:
            raise self._damaged(getattr(error, "strerror", None) or str(error)) from error
        if not isinstance(values, dict) or values.get("format") != _FORMAT:
            raise self._damaged(f"it is not of format {_FORMAT}")
        entries = values.get("roots")
        if not isinstance(entries, dict) or not all(map(_is_entry, entries.values())):
            raise self._damaged("it does not hold source roots")
        return entries

    def _damaged(self, why: str) -> SettingsError:
        return SettingsError(
            f"{self._path} cannot be read ({why}), so it is not known which source roots are local-only.",
            "Restore it from a copy; or delete it, and mark the local-only source roots again.",
        )

    def _change(self, change: Callable[[Entries], bool]) -> None:
        """Read, change and write in one, with nobody else between; not written where nothing changed."""
        with self._alone():
            entries = self._read()
            if change(entries):
                values = {"format": _FORMAT, "roots": entries}
                write_whole(self._path, json.dumps(values, indent=1, sort_keys=True) + "\n")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        try:
            self._home.mkdir(parents=True, exist_ok=True)
            with FileLock(self._path.with_suffix(".lock")).acquire(timeout=_WAIT, poll_interval=0.005):
                yield
        except Timeout as error:
            raise SanghoError(
                f"Another process has been writing {self._path} for more than {_WAIT:g} seconds.",
                "Wait until it is done, then try again.",
            ) from error
        except OSError as error:
            raise SanghoError(
                f"{self._path} cannot be written: {error.strerror or error}.", "Check the disk and its permissions."
            ) from error


def _key(root: str) -> str:
    """Return a root as the index writes it: what is marked must be found there, letter by letter."""
    try:
        return str(Path(root).expanduser().resolve())
    except (OSError, RuntimeError, ValueError) as error:
        raise BadInput(f"{root!r} is no path.", "Give a source root as `sangho sources` names it.") from error


def _put(entries: Entries, root: str, what: str, value: object) -> bool:
    before = dict(entries.get(root, {}))
    after = {key: held for key, held in {**before, what: value}.items() if held}
    entries[root] = after
    if not after:
        del entries[root]
    return after != before


def _is_entry(entry: object) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry.get(key, kind()), kind) for key, kind in _KINDS.items())
