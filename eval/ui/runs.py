"""Runs begun in the window, kept in HOME/eval/runs, so that a reload or a restart finds them.

HOME/eval/runs/<name>/       a run's folder, as `sangho eval run --out` writes it
HOME/eval/runs/<name>.json   what was asked for, by whom if it searches files of theirs, and what is to be said of it
HOME/eval/runs/<name>.list/  the person's own table of questions, if it is one
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from app.errors import BadInput
from app.roots import Roots, owner_of
from eval.evaluate import Request
from eval.running.folder import ITEMS, RUN, SUMMARY
from eval.running.plan import GOLDEN, Wanted
from eval.ui.kept import FORMAT, Asked, KeptRun, read_kept
from ingest.documents import Document
from ingest.errors import NoSpace, SanghoError
from ingest.index import write_whole

FOLDER: Final = Path("eval", "runs")
MOST_RUNS: Final = 100
_NAME: Final = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_GONE: Final = ("This run is not there any more.", "Choose another one from the list.")


class KeptRuns:
    """Finds, begins and deletes runs. Safe from several threads.

    Args:
        home: the home folder.
        now: tells the time, in seconds since 1970.
    """

    def __init__(self, home: Path, now: Callable[[], float] = time.time) -> None:
        self._roots = Roots(home)
        self._folder = home.expanduser().resolve() / FOLDER
        self._now = now
        self._read: dict[str, tuple[object, KeptRun]] = {}

    def begin(self, asked: Asked, visitor: str, documents: Mapping[str, Document], table: Path | None = None) -> str:
        """Put a new run into the list and return its name; it is not run yet.

        Args:
            asked: `begun`, `table` and `owner` are filled in.
            visitor: who asks for it.
            documents: all that are indexed.
            table: the person's questions, which are copied; None for the golden set.

        Raises:
            BadInput: there are as many runs as are kept.
            SanghoError: the disk is full, or fails.
        """
        if sum(1 for _ in self._folder.glob("*.json")) >= MOST_RUNS:
            raise BadInput(f"{MOST_RUNS} runs are kept, and no more fit.", "Delete one that is not needed any more.")
        now = self._now()
        name = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}-{secrets.token_hex(2)}"
        owner = owner_of(visitor)
        own = owner and any(self._roots.owner(root) == owner for root in {one.root for one in documents.values()})
        asked = replace(asked, begun=now, owner=owner if own else "", table=table.name if table else "")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if table is not None:
                listed = self._list(name)
                listed.mkdir()
                shutil.copyfile(table, listed / table.name)
        except OSError as error:
            raise _failed(error) from error
        self.write(name, asked)
        return name

    def write(self, name: str, asked: Asked) -> None:
        """Keep what was asked for, and what is to be said of it.

        Raises:
            SanghoError: the disk is full, or fails.
        """
        try:
            write_whole(self._file(name), json.dumps({"format": FORMAT, **asdict(asked)}, ensure_ascii=False) + "\n")
        except OSError as error:
            raise _failed(error) from error

    def asked(self, name: str) -> Asked:
        """Return what was asked for.

        Raises:
            BadInput: there is no such run.
        """
        try:
            return Asked.from_json(json.loads(self._file(name).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise BadInput(*_GONE) from error

    def find(self, name: object, visitor: str) -> KeptRun:
        """Return a run that a visitor sees, by a name that comes from the browser.

        Raises:
            BadInput: there is none; another's is as one that is not there.
        """
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise BadInput(*_GONE)
        asked = self.asked(name)
        if asked.owner not in ("", owner_of(visitor)):
            raise BadInput(*_GONE)
        return self._kept(name, asked)

    def listed(self, visitor: str) -> list[KeptRun]:
        """Return the runs that a visitor sees, the newest first."""
        found = []
        for path in self._folder.glob("*.json"):
            with contextlib.suppress(BadInput):
                found.append(self.find(path.stem, visitor))
        return sorted(found, key=lambda one: (one.asked.begun, one.name), reverse=True)

    def delete(self, name: str) -> None:
        """Erase a run.

        Raises:
            SanghoError: the disk fails.
        """
        try:
            for folder in (self.folder(name), self._list(name)):
                if folder.exists():
                    shutil.rmtree(folder)
            self._file(name).unlink(missing_ok=True)
        except OSError as error:
            raise _failed(error) from error
        self._read.pop(name, None)

    def folder(self, name: str) -> Path:
        """Return where a run's folder is, or will be."""
        return self._folder / name

    def request(self, name: str, asked: Asked) -> Request:
        """Return what `eval.evaluate` is asked for."""
        data = str(self._list(name) / asked.table) if asked.table else GOLDEN
        wanted = Wanted(asked.tasks, asked.every)
        return Request(self.folder(name), data, "" if asked.table else asked.split, asked.pairs, wanted)

    def sees(self, asked: Asked) -> Callable[[Mapping[str, Document]], Mapping[str, Document]]:
        """Return what takes away the documents that other visitors added."""
        owners = ("", asked.owner)

        def see(documents: Mapping[str, Document]) -> Mapping[str, Document]:
            of = {root: self._roots.owner(root) in owners for root in {one.root for one in documents.values()}}
            return documents if all(of.values()) else {name: one for name, one in documents.items() if of[one.root]}

        return see

    def told(self, text: str, name: str) -> str:
        """Return a text for the window: without the paths of this machine."""
        listed = self._list(name)
        for place, word in ((f"{listed}{os.sep}", ""), (str(self.folder(name)), "The run’s folder")):
            text = text.replace(place, word)
        return text

    def _kept(self, name: str, asked: Asked) -> KeptRun:
        seen = tuple(_changed(self.folder(name) / file) for file in (RUN, ITEMS, SUMMARY))
        held = self._read.get(name)
        if held is None or held[0] != seen:
            held = self._read[name] = (seen, read_kept(self.folder(name), name, asked))
        return replace(held[1], asked=asked)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _list(self, name: str) -> Path:
        return self._folder / f"{name}.list"


def _failed(error: OSError) -> SanghoError:
    if error.errno in _FULL:
        return NoSpace("The disk is full, so the run cannot be kept.", "Free some space, then try again.")
    return SanghoError(f"The runs cannot be kept: {error.strerror}.", "Check the disk and its permissions.")


def _changed(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
