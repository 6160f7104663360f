"""Write a run's folder item by item, so that a run that was killed at any instant goes on where it stopped."""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.errors import BadInput
from eval.drafts.line_file import write_whole_at
from eval.items import Item
from eval.running.costs import Timing
from eval.running.folder import COST, ITEMS, RUN, SUMMARY, TIMINGS, items_of, read_description
from ingest.errors import NoSpace
from ingest.index import write_whole
from ingest.locking import LOCK, hold_alone

if TYPE_CHECKING:
    from eval.figures.summary import Figures

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_OTHER: Final = "Name another folder with --out, or repeat that run as it was."


class RunWriter:
    """Appends items to a run's folder; made by `run_writer`.

    Attributes:
        done: the items that the folder held already, in order.
    """

    def __init__(self, path: Path, planned: Sequence[str]) -> None:
        self._path = path
        for name in (ITEMS, TIMINGS):
            _cut(path / name)
        self.done = items_of(path)
        ids = [item.id for item in self.done]
        if ids != list(planned[: len(ids)]):
            raise BadInput(f"{path / ITEMS} has other items than the data, or in another order.", _OTHER)

    def add(self, item: Item, timing: Timing) -> None:
        """Append an item and what it took.

        Raises:
            NoSpace: the disk is full; what was there before stays whole.
        """
        with self._room(item.id):
            _append(self._path / ITEMS, item.to_line())
            _append(self._path / TIMINGS, timing.to_line())

    def finish(self, figures: Figures, costs: Mapping[str, Any]) -> dict[str, Any]:
        """Write the figures and the costs over all items, and return the former as they were written.

        Raises:
            NoSpace: the disk is full.
        """
        items = items_of(self._path)
        summary = {"items": len(items), "failed": [item.id for item in items if item.failed]}
        summary["figures"] = figures.to_json()
        with self._room(""):
            write_whole(self._path / SUMMARY, _json(summary))
            write_whole(self._path / COST, _json(costs))
        return summary

    @contextmanager
    def _room(self, item: str) -> Iterator[None]:
        """Say of a full disk how far the run has come.

        Raises:
            NoSpace: the disk is full.
        """
        try:
            yield
        except OSError as error:
            if error.errno not in _FULL:
                raise
            where = f" at item {item}" if item else ""
            raise NoSpace(
                f"The disk that holds {self._path} is full; the run stopped{where}, and what is done is kept.",
                "Free some space, then run the same command again: it goes on from there.",
            ) from error


@contextmanager
def run_writer(path: Path, run: Mapping[str, Any], planned: Sequence[str]) -> Iterator[RunWriter]:
    """Make a run's folder, or go on with it.

    Args:
        path: the folder; made if it is not there.
        run: what `run.json` shall hold.
        planned: ids of all items, in the data's order.

    Raises:
        BadInput: the folder holds something else, another run (says what differs), or is being written to.
        NoSpace: the disk is full.
    """
    _prepare(path, run)
    (path / LOCK).touch()
    held = hold_alone(path)
    if held is None:
        raise BadInput(f"Another run is writing to {path}.", "Wait until it has ended, or name another folder.")
    try:
        yield RunWriter(path, planned)
    finally:
        held.close()
        with contextlib.suppress(OSError):
            (path / LOCK).unlink()


def _prepare(path: Path, run: Mapping[str, Any]) -> None:
    """Make the folder with its `run.json`, or see that it is the same run's."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        there = {one.name for one in path.iterdir()} - {LOCK, f"{RUN}.tmp"}
    except OSError as error:
        if error.errno in _FULL:
            raise _no_room(path, error) from error
        raise BadInput(f"{path} cannot be used: {error.strerror}.", "Name another folder with --out.") from error
    if not there:
        try:
            write_whole(path / RUN, _json(run))
        except OSError as error:
            if error.errno in _FULL:
                raise _no_room(path, error) from error
            raise BadInput(f"{path} cannot be written to: {error.strerror}.", "Name another folder.") from error
        return
    if RUN not in there:
        raise BadInput(f"{path} holds other files and no {RUN}.", "Name a new folder with --out.")
    found = differences(read_description(path), json.loads(json.dumps(run)))
    if found:
        said = "; ".join(f"{name} is {was} there and {is_} now" for name, was, is_ in found)
        raise BadInput(f"{path} holds another run: {said}.", _OTHER)


def differences(there: Mapping[str, Any], now: Mapping[str, Any], name: str = "") -> list[tuple[str, str, str]]:
    """Return in what two descriptions of runs differ: what it is called, and both values; none where they are equal."""
    found: list[tuple[str, str, str]] = []
    for key in sorted({*there, *now}):
        was, is_ = there.get(key), now.get(key)
        if isinstance(was, Mapping) and isinstance(is_, Mapping):
            found += differences(was, is_, f"{name}{key} ")
        elif was != is_:
            found.append((f"{name}{key}", _shown(was), _shown(is_)))
    return found


def _shown(value: object) -> str:
    return "nothing" if value in (None, "", []) else str(value)


def _no_room(path: Path, error: OSError) -> NoSpace:
    return NoSpace(f"The disk that holds {path} is full: {error.strerror}.", "Free some space, then run again.")


def _append(path: Path, line: str) -> None:
    """Append a line, whole or not at all."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    try:
        write_whole_at(file, os.fstat(file).st_size, f"{line}\n".encode())
    finally:
        os.close(file)


def _cut(path: Path) -> None:
    """Cut off a last line that was not written whole."""
    with contextlib.suppress(FileNotFoundError), path.open("rb+") as file:
        held = file.read()
        whole = held.rfind(b"\n") + 1
        if whole < len(held):
            file.truncate(whole)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"
