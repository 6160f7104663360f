"""Running heads and feet of PDF pages: what is printed on each page and belongs to no sentence."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from ingest.readers.blocks import clean
from ingest.readers.pdf_layout import Line

_MARGIN: Final = 0.14  # share of the page's height, at its top and foot, in which running heads stand
_PAGE_NUMBER = re.compile(r"(?i)[\W_]*(?:page\s*)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?[\W_]*")


def without_running_heads(lines: Sequence[Line], heights: Sequence[float]) -> list[Line]:
    """Leave out lines that repeat at one place of two pages, digits aside, and lines that count the pages.

    Only a page's outermost lines are looked at: what stands inside of a line that stays, stays.
    """
    counting = _page_count(lines)
    pages: dict[tuple[str, int], set[int]] = {}
    margins: dict[int, tuple[list[Line], list[Line]]] = {}
    for line in lines:
        top, foot = margins.setdefault(line.page, ([], []))
        if line.bottom < _MARGIN * heights[line.page - 1]:
            top.append(line)
        elif line.top > (1 - _MARGIN) * heights[line.page - 1]:
            foot.append(line)
        text, row = _place(line)
        for near in (row - 1, row, row + 1):
            pages.setdefault((text, near), set()).add(line.page)

    def runs(line: Line) -> bool:
        if len(pages[_place(line)]) > 1 or _PAGE_NUMBER.fullmatch(line.text):
            return True
        return counting is not None and counting in _offsets(line)

    out: set[int] = set()
    for top, foot in margins.values():
        out.update(map(id, itertools.takewhile(runs, sorted(top, key=lambda o: o.top))))
        out.update(map(id, itertools.takewhile(runs, sorted(foot, key=lambda o: -o.bottom))))
    return [line for line in lines if id(line) not in out]


def _page_count(lines: Sequence[Line]) -> int | None:
    """Return what to add to a page's place for the number printed on it, if three first or last lines agree."""
    ends: dict[int, tuple[Line, Line]] = {}
    for line in lines:
        first, last = ends.get(line.page, (line, line))
        ends[line.page] = (min(first, line, key=lambda o: o.top), max(last, line, key=lambda o: o.bottom))
    found = Counter(offset for pair in ends.values() for offset in {o for line in pair for o in _offsets(line)})
    best = min(found, key=lambda offset: (-found[offset], offset), default=None)
    return best if best is not None and found[best] >= max(3, len(ends) // 3) else None


def _offsets(line: Line) -> list[int]:
    """Return how far the numbers at a line's two ends are from its page's place in the file."""
    words = clean(line.text).split()
    return (
        [int(word) - line.page for word in {words[0], words[-1]} if re.fullmatch("[0-9]{1,4}", word)] if words else []
    )


def _place(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", clean(line.text)), round(line.top / 6)
