"""The words of a PDF page as lines in reading order.

Columns are found as in recursive X-Y cuts (Nagy and Seth, 1984), by lines instead of pixels: a gutter is an
upright strip that words on both sides keep free over many lines; lines that cross it part the page into bands.
All lengths are points (1/72 inch), `top` counted from the top of the page.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

_SMALLEST_GUTTER: Final = 6.0  # points
_FEWEST_LINES: Final = 4  # lines on each side that make a column
_WIDEST_GUTTER: Final = 0.12  # share of the lines' width; tables leave wider gaps
_FILLED: Final = 0.55  # share of its column that a line of running text fills by the median; a cell fills less
_MARK = re.compile(r"[0-9]{1,3}|[*†‡§¶]{1,3}")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its box; `size` is its font size in points."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one column.

    Attributes:
        size: the font size of most of its letters.
        left, right: the edges of the column it stands in.
        column: counts the stretches of columns on the page in reading order, from 0.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool
    left: float
    right: float
    page: int
    column: int


def words_of(found: Sequence[Mapping[str, Any]]) -> list[Word]:
    """Turn pdfplumber's words into ours; turned text (stamps, watermarks) is left out."""
    return [
        Word(
            _letters(word["text"]),
            float(word["x0"]),
            float(word["x1"]),
            float(word["top"]),
            float(word["bottom"]),
            float(word["size"]),
            bool(re.search("bold|black|heavy", str(word["fontname"]), re.IGNORECASE)),
        )
        for word in found
        if word["upright"]
    ]


def _letters(text: str) -> str:
    """Return a word's letters, U+FFFD for a glyph whose letter the file does not say.

    Code 127 of the standard Latin encoding is a bullet (ISO 32000-1, annex D.2), which pdfminer does not know.
    """
    return re.sub(r"\(cid:\d+\)", "\ufffd", text.replace("(cid:127)", "•"))


def lines_of(words: Sequence[Word], page: int) -> list[Line]:
    """Return a page's lines in reading order, column by column."""
    stretches: list[list[list[Word]]] = []
    _order(_rows(words), stretches)
    lines: list[Line] = []
    for column, stretch in enumerate(stretches):
        # Grouped again: beside the other column, a raised note mark may have joined that one's row.
        rows = _rows([word for row in stretch for word in row])
        left = min(word.x0 for row in rows for word in row)
        right = max(word.x1 for row in rows for word in row)
        lines += [_line(row, left, right, page, column) for row in rows]
    return lines


def _rows(words: Sequence[Word]) -> list[list[Word]]:
    """Group words that overlap by half their height, from top to bottom, each row from left to right."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: ((w.top + w.bottom) / 2, w.x0)):
        for row in reversed(rows[-3:]):
            tallest = max(row, key=lambda w: w.bottom - w.top)
            shared = min(word.bottom, tallest.bottom) - max(word.top, tallest.top)
            if shared * 2 >= min(word.bottom - word.top, tallest.bottom - tallest.top):
                row.append(word)
                break
        else:
            rows.append([word])
    return [sorted(row, key=lambda w: w.x0) for row in rows]


def _order(rows: list[list[Word]], done: list[list[list[Word]]], depth: int = 0) -> None:
    """Append stretches of rows to `done` in reading order, cutting at gutters; four columns at most."""
    gutter = _gutter(rows) if depth < 2 else None
    if gutter is None:
        if rows:
            done.append(rows)
        return
    band: list[list[Word]] = []
    crossing: list[list[Word]] = []
    for row in rows:
        if _crosses(row, gutter):
            _order_band(band, gutter, done, depth)
            band = []
            crossing.append(row)
        else:
            if crossing:
                done.append(crossing)
                crossing = []
            band.append(row)
    _order_band(band, gutter, done, depth)
    if crossing:
        done.append(crossing)


def _order_band(band: list[list[Word]], gutter: tuple[float, float], done: list[list[list[Word]]], depth: int) -> None:
    middle = sum(gutter) / 2
    for side in (True, False):
        part = [[word for word in row if (word.x1 <= middle) is side] for row in band]
        _order([row for row in part if row], done, depth + 1)


def _crosses(row: Sequence[Word], gutter: tuple[float, float]) -> bool:
    """Whether a row runs on across the gutter: a word in it, or a gap there that is only a space."""
    left, right = gutter
    middle = (left + right) / 2
    if any(word.x0 < middle < word.x1 for word in row):
        return True
    before = max((word.x1 for word in row if word.x1 <= middle), default=None)
    after = min((word.x0 for word in row if word.x0 >= middle), default=None)
    return before is not None and after is not None and after - before < 0.6 * (right - left)


def _gutter(rows: Sequence[Sequence[Word]]) -> tuple[float, float] | None:
    """Return the left and right edge of the strip that the fewest rows cross, if it parts columns of text."""
    start = min((row[0].x0 for row in rows), default=0.0)
    end = max((word.x1 for row in rows for word in row), default=0.0)
    best: tuple[int, float, tuple[float, float]] | None = None
    for step in range(25, 76):
        crossing, edges = _strip(rows, start + (end - start) * step / 100)
        score = (-crossing, edges[1] - edges[0], edges)
        if score[1] >= _SMALLEST_GUTTER and (best is None or score[:2] > best[:2]):
            best = score
    if best is None or -best[0] * 2 > len(rows) or best[1] > _WIDEST_GUTTER * (end - start):
        return None
    return best[2] if _are_columns(rows, best[2], start, end) else None


def _strip(rows: Sequence[Sequence[Word]], x: float) -> tuple[int, tuple[float, float]]:
    """Return how many rows cross `x`, by a word or a mere space, and the strip that the others leave free."""
    left, right = -math.inf, math.inf
    crossing = 0
    for row in rows:
        before = max((word.x1 for word in row if word.x0 < x), default=-math.inf)
        after = min((word.x0 for word in row if word.x0 >= x), default=math.inf)
        if before > x or after - before < _SMALLEST_GUTTER:
            crossing += 1
        else:
            left, right = max(left, before), min(right, after)
    return crossing, (left, right) if left > -math.inf and right < math.inf else (0.0, 0.0)


def _are_columns(rows: Sequence[Sequence[Word]], gutter: tuple[float, float], start: float, end: float) -> bool:
    parted = [row for row in rows if not _crosses(row, gutter)]
    middle = sum(gutter) / 2
    for side, width in ((True, gutter[0] - start), (False, end - gutter[1])):
        parts = [[word for word in row if (word.x1 <= middle) is side] for row in parted]
        filled = [(part[-1].x1 - part[0].x0) / max(width, 1.0) for part in parts if part]
        if len(filled) < _FEWEST_LINES or median(filled) < _FILLED:
            return False
    return True


def _line(row: Sequence[Word], left: float, right: float, page: int, column: int) -> Line:
    letters = sum(len(word.text) for word in row)
    size = max((word.size for word in row), key=lambda s: sum(len(w.text) for w in row if abs(w.size - s) < 0.3))
    bold = sum(len(word.text) for word in row if word.bold) * 2 > letters
    top, bottom = min(word.top for word in row), max(word.bottom for word in row)
    return Line(_text(row, size), row[0].x0, row[-1].x1, top, bottom, size, bold, left, right, page, column)


def _text(row: Sequence[Word], size: float) -> str:
    """Join a row's words; a raised note mark is dropped, an exponent after a figure or unit stays raised."""
    base = max((word.bottom for word in row if abs(word.size - size) < 0.3), default=row[0].bottom)
    parts: list[str] = []
    last: Word | None = None
    for word in row:
        text = word.text
        if last and word.size < 0.85 * size and word.bottom < base - 0.1 * size and _MARK.fullmatch(text):
            if not re.search(r"(?:[0-9]|\b[ckm]?m)$", last.text) or not text.isdecimal():
                continue
            text = text.translate(_RAISED)
        if last and word.x0 - last.x1 > 0.12 * size:
            parts.append(" ")
        parts.append(text)
        last = word
    return "".join(parts)
