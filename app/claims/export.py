"""Save checks as CSV, Markdown or Word: the claims, their verdicts, and the words of the sources that decide them.

Only an original's words stand in quotation marks; a digest's are shown as Sangho's summary. A single check is a list
of one. Pure functions: the same checks give the same text and bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.claims.export_csv import csv_bytes
from app.claims.export_docx import docx_bytes
from app.claims.export_markdown import markdown_text
from app.claims.labels import ClaimLabels, claim_labels
from app.claims.results import Check


def checks_csv(checks: Sequence[Check], language: str = "") -> bytes:
    """Return checks as a CSV file, one row a claim; see `csv_bytes`.

    The sources that decide a claim (where none does, the closest) stand in six columns, a line each. What a
    spreadsheet would take for a formula has an apostrophe before it.

    Args:
        checks: none give the headings alone.
        language: of headings and verdicts, as a code; the first check's where empty.
    """
    return csv_bytes(checks, _words(checks, language))


def checks_markdown(checks: Sequence[Check], language: str = "") -> str:
    """Return checks as Markdown in which no markup of a claim or source acts.

    Args:
        checks: none give a heading and what goes with it.
        language: of what stands around them, as a code; the first check's where empty.
    """
    return markdown_text(checks, _words(checks, language))


def checks_docx(checks: Sequence[Check], language: str = "") -> bytes:
    """Return checks as the bytes of a `.docx`.

    Args:
        checks: none give a title and what goes with it.
        language: of what stands around them, as a code; the first check's where empty.
    """
    return docx_bytes(checks, _words(checks, language))


def _words(checks: Sequence[Check], language: str) -> ClaimLabels:
    return claim_labels(language or (checks[0].language if checks else "en"))
