"""Write a report to the file that a person named: checked before the work, replaced in one step after it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path

from app.errors import BadInput


def check_report_file(path: Path, endings: Iterable[str]) -> None:
    """Check that a report can be written there, before the work that takes so long.

    Args:
        path: as the person named it.
        endings: those that reports have, in small letters.

    Raises:
        BadInput: another ending, no such folder, or a folder of that name.
    """
    allowed = list(endings)
    if path.suffix.lower() not in allowed:
        raise BadInput(f"A report cannot be written to {str(path)!r}.", f"Let it end in {', '.join(allowed)}.")
    if not path.parent.is_dir():
        raise BadInput(f"There is no folder {str(path.parent)!r}.", "Make it first, or name another.")
    if path.is_dir():
        raise BadInput(f"{str(path)!r} is a folder.", "Name a file in it.")


def write_report_file(path: Path, content: bytes) -> None:
    """Write a report in one step: an older file of that name stays whole until the new one is.

    Raises:
        BadInput: the file cannot be written.
    """
    target = path.resolve()  # what a link points to, not the link
    written = target.with_name(f".{target.name[:80]}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with written.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        written.replace(target)
    except OSError as error:
        raise BadInput(f"{str(path)!r} cannot be written: {error.strerror}.", "Name another file.") from error
    finally:
        written.unlink(missing_ok=True)
