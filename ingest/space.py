"""Tell a full disk from other failures, whoever meets it: files, SQLite or Chroma."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ingest.errors import NoSpace, SanghoError

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FULL_WORDS: Final = ("disk is full", "no space left", "os error 28", "file too large")


@contextmanager
def no_space(home: Path) -> Iterator[None]:
    """Turn what a full disk makes of files, SQLite and Chroma into `NoSpace`."""
    try:
        yield
    except SanghoError as error:
        if not _is_full(error.__cause__):
            raise
        raise _no_space(home) from error
    except BaseException as error:  # Chroma's Rust side panics outside Exception
        if not _is_full(error):
            raise
        raise _no_space(home) from error


def _no_space(home: Path) -> NoSpace:
    try:
        free = f" ({shutil.disk_usage(home).free / 1e6:.1f} MB free)"
    except OSError:
        free = ""
    return NoSpace(
        f"The disk that holds {home} is full{free}; the index is as it was before.",
        "Free some space, then run: sangho ingest",
    )


def _is_full(error: BaseException | None) -> bool:
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    module = type(error).__module__
    engine = isinstance(error, sqlite3.Error) or module.startswith(("chromadb", "pyo3", "builtins"))
    return engine and any(words in str(error).lower() for words in _FULL_WORDS)
