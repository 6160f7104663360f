"""Locks between processes: readers hold a generation, the collector takes only what nobody holds.

`flock` on a file in the generation: it goes with the process that holds it, however that ends. Windows has no
such lock, and needs none here: an open file there cannot be deleted.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Final

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOCK: Final = "lock"


class Held:
    """A lock that is held until `close`."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def close(self) -> None:
        """Let go; a second call does nothing."""
        self._file.close()


def hold(folder: Path) -> Held | None:
    """Take a shared lock on a generation; None if it is gone, or going."""
    return _lock(folder, exclusive=False)


def hold_alone(folder: Path) -> Held | None:
    """Take the only lock on a generation; None if somebody reads it."""
    return _lock(folder, exclusive=True)


def _lock(folder: Path, exclusive: bool) -> Held | None:
    path = folder / LOCK
    try:
        file = path.open("rb")
    except OSError:
        return None
    try:
        if fcntl is not None:
            fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(file.fileno()), path.stat()):  # not deleted while we waited
            return Held(file)
    except OSError:
        pass
    file.close()
    return None
