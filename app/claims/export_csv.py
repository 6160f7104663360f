"""Write checks as a CSV file that spreadsheet programs read, Korean too, and execute nothing of."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from app.claims.export_lines import deciding, differences, quotation_line
from app.claims.labels import SYMBOLS, ClaimLabels, Column
from app.claims.results import Check
from app.escape import plain
from app.references import address
from app.render import place, quote_shown

# What a spreadsheet takes for the beginning of a formula; full-width forms too.
_FORMULAS: Final = tuple("=+-@\t\r＝＋－＠")


def csv_bytes(checks: Sequence[Check], words: ClaimLabels) -> bytes:
    """Return one row a claim under a row of headings, in UTF-8 with a mark of its order; lines end in CRLF."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(words.columns.values())
    for check in checks:
        row = _row(check, words)
        writer.writerow([_cell(row[column]) for column in words.columns])
    return written.getvalue().encode("utf-8-sig")


def _row(check: Check, words: ClaimLabels) -> dict[Column, str]:
    sources = deciding(check)
    answers = words.answers
    return {
        "claim": _one_line(check.claim),
        "verdict": f"{words.verdicts[check.verdict]}",
        "confidence": f"{check.confidence:.2f}",
        "parts": _lines(f"{SYMBOLS[part.verdict]} {part.text}" for part in check.parts),
        "differences": _lines(words.difference(one) for one in differences(check)),
        "quotations": _lines(quotation_line(quote, check, words) for quote in check.quotes),
        "title": _lines(source.title or source.doc_id for source in sources),
        "date": _lines(source.date for source in sources),
        "paragraph": _lines(place(source, answers) for source in sources),
        "quote": _lines(quote_shown(source, answers) for source in sources),
        "url": _lines(address(source.url) for source in sources),
        "stance": _lines(words.stances[source.stance] for source in sources),
        "notice": _one_line(check.notice),
    }


def _lines(texts: Iterable[str]) -> str:
    """Join texts, a line each, so that the lines of one source stand at the same height in all columns."""
    return "\n".join(_one_line(text) for text in texts)


def _one_line(text: str) -> str:
    return plain(" ".join(text.split()))


def _cell(text: str) -> str:
    """Return text that no spreadsheet program takes for a formula, on any of its lines."""
    return "\n".join(f"'{line}" if line.lstrip().startswith(_FORMULAS) else line for line in text.split("\n"))
