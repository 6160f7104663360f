"""Write a file of JSON Lines that several processes add to and change: under a lock, each line whole or not at all."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from app.errors import BadInput
from ingest.errors import NoSpace, SanghoError
from ingest.index import write_whole

WAIT: Final = 10.0  # seconds, for another process that writes
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let no other process write to a file meanwhile; its folder is made where there is none.

    Raises:
        BadInput: the folder cannot be used, or another process has been writing for too long.
        NoSpace: the disk is full.
    """
    from filelock import FileLock, Timeout

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = FileLock(path.with_name(f".{path.name}.lock")).acquire(timeout=WAIT, poll_interval=0.005)
    except Timeout as error:
        raise BadInput(
            f"Another process has been writing {path} for more than {WAIT:g} seconds.", "Wait until it has ended."
        ) from error
    except OSError as error:
        raise _unwritable(path, error) from error
    with held:
        yield


def append_line(path: Path, line: str) -> None:
    """Append a line, whole or not at all, behind the last whole one; within `alone`.

    Args:
        path: the file; made where there is none.
        line: with its line end.

    Raises:
        BadInput: the file cannot be written.
        NoSpace: the disk is full; what was there before stays whole.
    """
    data = line.encode()
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        try:
            end = _end(file)
            os.ftruncate(file, end)
            write_whole_at(file, end, data)
        finally:
            os.close(file)
    except OSError as error:
        raise _unwritable(path, error) from error


def write_whole_at(file: int, end: int, data: bytes) -> None:
    """Write bytes at the end of an open file, past every buffer of this process: all of them, or none.

    Args:
        file: its descriptor.
        end: where the file ends now.
        data: what to write.

    Raises:
        OSError: they could not be written; the file ends where it did.
    """
    os.lseek(file, end, os.SEEK_SET)
    try:
        written = 0
        while written < len(data):
            written += os.write(file, data[written:])
    except BaseException:
        os.ftruncate(file, end)
        raise


def _end(file: int) -> int:
    """Return where the last whole line ends; a last one without a line end is whole if it is JSON, and is given one."""
    size = os.fstat(file).st_size
    os.lseek(file, 0, os.SEEK_SET)
    held = b""
    while len(held) < size and (block := os.read(file, size - len(held))):
        held += block
    whole = held.rfind(b"\n") + 1
    try:
        json.loads(held[whole:].decode("utf-8"))
    except ValueError:
        return whole
    os.lseek(file, size, os.SEEK_SET)
    return size + os.write(file, b"\n")


def replace_file(path: Path, text: str) -> None:
    """Replace a file's text in one step.

    Raises:
        BadInput: the file cannot be written.
        NoSpace: the disk is full; the file stays as it was.
    """
    try:
        write_whole(path, text)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> SanghoError:
    if error.errno in _FULL:
        return NoSpace(f"The disk that holds {path} is full.", "Free some space, then run the same command again.")
    return BadInput(f"{path} cannot be written: {error.strerror or error}.", "Name another file.")
