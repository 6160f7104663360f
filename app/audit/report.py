"""Write an audit as HTML, Markdown or Word, as the file's ending says; the same audit gives the same bytes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from app.audit.report_docx import report_docx
from app.audit.report_html import report_html
from app.audit.report_markdown import report_markdown
from app.audit.results import Audit
from app.errors import BadInput

_FORMS: Final[Mapping[str, Callable[[Audit], bytes]]] = MappingProxyType(
    {
        ".html": lambda audit: report_html(audit).encode(),
        ".md": lambda audit: report_markdown(audit).encode(),
        ".docx": report_docx,
    }
)


def report_bytes(audit: Audit, ending: str) -> bytes:
    """Return a report as bytes.

    Args:
        audit: an audit without sentences gives a report that says so in its counts.
        ending: `.html`, `.md` or `.docx`, in any case.

    Raises:
        BadInput: another ending.
    """
    try:
        return _FORMS[ending.lower()](audit)
    except KeyError:
        raise BadInput(
            f"A report cannot be written as {ending or 'a file without an ending'!r}.", f"Use {', '.join(_FORMS)}."
        ) from None


def check_report_path(path: Path) -> None:
    """Check that a report can be written there, before the audit that takes so long.

    Raises:
        BadInput: another ending than a report's, no such folder, or a folder of that name.
    """
    if path.suffix.lower() not in _FORMS:
        raise BadInput(f"A report cannot be written to {str(path)!r}.", f"Let it end in {', '.join(_FORMS)}.")
    if not path.parent.is_dir():
        raise BadInput(f"There is no folder {str(path.parent)!r}.", "Make it first, or name another.")
    if path.is_dir():
        raise BadInput(f"{str(path)!r} is a folder.", "Name a file in it.")


def write_report(audit: Audit, path: Path) -> None:
    """Write a report in one step: an older file of that name stays whole until the new one is.

    Args:
        audit: what to report.
        path: ends in `.html`, `.md` or `.docx`.

    Raises:
        BadInput: see `check_report_path`; or the file cannot be written.
    """
    check_report_path(path)
    content = report_bytes(audit, path.suffix)
    try:
        _replace(path, content)
    except OSError as error:
        raise BadInput(f"{str(path)!r} cannot be written: {error.strerror}.", "Name another file.") from error


def _replace(path: Path, content: bytes) -> None:
    path = path.resolve()  # what a link points to, not the link
    written = path.with_name(f".{path.name[:80]}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with written.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)
