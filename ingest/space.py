"""Tell a full disk from other failures, whoever meets it: files, SQLite or Chroma."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ingest.errors import ChromaUnreachable, NoSpace, SanghoError

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_FULL_WORDS: Final = ("disk is full", "no space left", "os error 28")
_NOTHING_LEFT: Final = 200_000  # bytes: less, and an engine that fails to open its files fails for want of room


@contextmanager
def no_space(home: Path) -> Iterator[None]:
    """Turn what a full disk makes of files, SQLite and Chroma into `NoSpace`.

    Raises:
        NoSpace: the disk that holds `home` is full; says how much is free.
    """
    try:
        yield
    except ChromaUnreachable:
        raise  # where that server's disk is full, ours need not be
    except BaseException as error:  # Chroma's Rust side panics outside Exception
        chain = list(_chain(error))  # Chroma's own cleaning up fails too, and hides the first error
        free = _free(home)
        if not any(_is_full(link, free) for link in chain):
            raise
        raise NoSpace(
            f"The disk that holds {home} is full ({free / 1e6:.1f} MB free); the index is as it was before.",
            "Free some space, then run: sangho ingest",
        ) from error


def _free(home: Path) -> float:
    try:
        return shutil.disk_usage(home).free
    except OSError:
        return float("inf")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_full(error: BaseException, free: float) -> bool:
    if isinstance(error, OSError):
        return error.errno in _FULL
    engine = isinstance(error, sqlite3.Error) or type(error).__module__.startswith(("chromadb", "pyo3", "builtins"))
    words = any(words in str(error).lower() for words in _FULL_WORDS)
    starved = free < _NOTHING_LEFT and not isinstance(error, (SanghoError, KeyboardInterrupt))
    return engine and (words or starved)
