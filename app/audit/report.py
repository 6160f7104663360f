"""Write an audit as HTML, Markdown or Word, as the file's ending says; the same audit gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from app.audit.report_docx import report_docx
from app.audit.report_html import report_html
from app.audit.report_markdown import report_markdown
from app.audit.results import Audit
from app.errors import BadInput
from app.report_file import check_report_file, write_report_file

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
    """Check that a report can be written there, before the audit; see `app.report_file.check_report_file`."""
    check_report_file(path, _FORMS)


def write_report(audit: Audit, path: Path) -> None:
    """Write a report in one step: an older file of that name stays whole until the new one is.

    Args:
        audit: what to report.
        path: ends in `.html`, `.md` or `.docx`.

    Raises:
        BadInput: see `app.report_file`.
    """
    check_report_path(path)
    write_report_file(path, report_bytes(audit, path.suffix))
