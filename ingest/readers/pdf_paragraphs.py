"""Lines of PDF pages to paragraphs: without running heads, notes apart, joined across columns and pages."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median_low
from typing import Final

from ingest.readers.blocks import Block, clean
from ingest.readers.headings import LONGEST, is_numbered_heading
from ingest.readers.pdf_layout import Line
from ingest.readers.pdf_running import without_running_heads

_BULLET = re.compile(
    r"(?:[•‣·○●□■▪◦ㅇ❍➢]|[-–*]\s|\([a-zA-Z0-9]{1,4}\)\s|[0-9]{1,2}[.)]\s|[①-⑳]|[가나다라마바사아자차카타파하]\.\s)"
)
_ENDED = re.compile(r"[.!?:;。…][\"'”’)\]]*$")
_HYPHENS: Final = ("-", "‐", "\u00ad")
_HANGUL_END = re.compile(r"([가-힣]+)$")
_HANGUL_START = re.compile(r"([가-힣]+)")


@dataclass
class _Paragraph:
    lines: list[Line] = field(default_factory=list)
    heading: bool = False


def blocks_of(lines: Sequence[Line], heights: Sequence[float]) -> list[Block]:
    """Return a document's paragraphs.

    Args:
        lines: of all pages, in reading order.
        heights: of the pages, in points; `heights[n]` is page `n + 1`'s.
    """
    lines = without_running_heads(lines, heights)
    if not lines:
        return []
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    body = min(sizes, key=lambda size: (-sizes[size], size))
    notes = {id(line) for line in _footnotes(lines, heights, body)}
    leading = _leading(lines)
    paragraphs = _paragraphs([line for line in lines if id(line) not in notes], leading, body, join=True)
    footnotes = _paragraphs([line for line in lines if id(line) in notes], leading, body, join=False)
    words = _Vocabulary(lines)
    return [
        Block(words.joined(p.lines), heading=p.heading, page=p.lines[0].page) for p in _merged(paragraphs, footnotes)
    ]


def _footnotes(lines: Sequence[Line], heights: Sequence[float], body: float) -> Iterator[Line]:
    """Yield the lines in small print in the lower half of a page that have no larger print below them."""
    by_page: dict[int, list[Line]] = {}
    for line in lines:
        by_page.setdefault(line.page, []).append(line)
    for page, on_page in by_page.items():
        large = [line for line in on_page if line.size > 0.92 * body]
        for line in on_page if large else ():
            low = line.size <= 0.92 * body and line.top > 0.5 * heights[page - 1]
            if low and not any(o.top > line.top and o.x0 < line.x1 and o.x1 > line.x0 for o in large):
                yield line


def _leading(lines: Sequence[Line]) -> float:
    """Return the usual distance between a line's top and the next one's, as a multiple of the font size."""
    steps = [
        (after.top - line.top) / line.size
        for line, after in itertools.pairwise(lines)
        if _same_column(line, after) and abs(line.size - after.size) < 0.3
        if 0.8 * line.size < after.top - line.top < 2.6 * line.size
    ]
    return median_low(steps) if steps else 1.2


def _paragraphs(lines: Sequence[Line], leading: float, body: float, *, join: bool) -> list[_Paragraph]:
    found: list[_Paragraph] = []
    before: Line | None = None
    indents = _indents_first_lines(lines, leading)
    for line in lines:
        if before is None:
            begins = True
        elif _same_column(before, line):
            begins = _breaks(before, line, leading)
        else:
            begins = not join or found[-1].heading or not _runs_on(before, line, indents)
        if begins:
            found.append(_Paragraph())
        found[-1].lines.append(line)
        found[-1].heading = _is_heading(found[-1].lines, body)
        before = line
    return found


def _same_column(before: Line, line: Line) -> bool:
    return (before.page, before.column) == (line.page, line.column)


def _indents_first_lines(lines: Sequence[Line], leading: float) -> bool:
    """Whether the document's habit is to indent the first line of a paragraph."""
    firsts = [
        _is_indented(line)
        for before, line in itertools.pairwise(lines)
        if _same_column(before, line) and not before.bold and not line.bold and _breaks(before, line, leading)
    ]
    return len(firsts) >= 3 and sum(firsts) * 10 >= 6 * len(firsts)


def _is_indented(line: Line) -> bool:
    return line.x0 > line.left + 0.8 * line.size and not _BULLET.match(line.text)


def _breaks(before: Line, line: Line, leading: float) -> bool:
    """Whether `line`, under `before` in one column, begins a paragraph."""
    size = max(before.size, line.size)
    if abs(before.size - line.size) > 0.12 * size or before.bold != line.bold or _BULLET.match(line.text):
        return True
    if line.top - before.top > 1.3 * leading * size or is_numbered_heading(clean(line.text)):
        return True
    if is_numbered_heading(clean(before.text)) and not line.text[:1].islower():
        return True
    indented = _is_indented(line) and line.x0 > before.x0 + 0.8 * size
    short = before.x1 < before.right - 0.25 * (before.right - before.left)
    ended = _ENDED.search(before.text) is not None
    return (indented and not _BULLET.match(before.text)) or (short and ended)


def _runs_on(before: Line, line: Line, indents: bool) -> bool:
    """Whether a paragraph that ends a column or page with `before` goes on with `line`."""
    if abs(before.size - line.size) > 0.6 or before.bold != line.bold or _BULLET.match(line.text):
        return False
    if before.text.endswith(_HYPHENS) or line.text[:1].islower():
        return not _ENDED.search(before.text)
    full = before.x1 > before.right - 0.2 * (before.right - before.left)
    ended = _is_indented(line) if indents else _ENDED.search(before.text) is not None
    return full and not ended and not is_numbered_heading(clean(line.text))


def _is_heading(lines: Sequence[Line], body: float) -> bool:
    text = clean(" ".join(line.text for line in lines))
    if len(lines) > 3 or len(text) > 2 * LONGEST or text.endswith((".", ",", ";")) or not re.search(r"[^\W\d]", text):
        return len(lines) == 1 and is_numbered_heading(text)
    larger = all(line.size >= 1.12 * body for line in lines)
    bold = all(line.bold and line.size >= 0.95 * body for line in lines)
    return larger or bold or (len(lines) == 1 and is_numbered_heading(text))


def _merged(paragraphs: Iterable[_Paragraph], footnotes: Sequence[_Paragraph]) -> Iterator[_Paragraph]:
    """Put each page's notes after the last paragraph that begins on it."""
    waiting = list(footnotes)
    for paragraph in paragraphs:
        while waiting and waiting[0].lines[0].page < paragraph.lines[0].page:
            yield waiting.pop(0)
        yield paragraph
    yield from waiting


class _Vocabulary:
    """The words that stand unbroken in the document: they tell how a word broken at a line's end is spelt."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._words: set[str] = set()
        self._starts: set[str] = set()  # of Korean words: particles follow the stem
        for line in lines:
            tokens = line.text.split()
            self._words.update(token.strip(".,;:!?()[]“”\"'‘’").lower() for token in tokens[1:-1])
            for token in tokens[1:-1]:
                if start := _HANGUL_START.match(token):
                    self._starts.update(start[1][:n] for n in range(2, min(len(start[1]), 12) + 1))

    def joined(self, lines: Sequence[Line]) -> str:
        """Return the lines as one text, words broken at line ends made whole."""
        text = lines[0].text
        for line in lines[1:]:
            text = self._join(text.rstrip(), line.text.lstrip())
        return text

    def _join(self, text: str, after: str) -> str:
        if text.endswith(_HYPHENS) and len(text) > 1 and text[-2].isalnum() and after[:1].isalnum():
            return self._whole(text, after)
        end, start = _HANGUL_END.search(text), _HANGUL_START.match(after)
        if end and start and (end[1] + start[1])[:12] in self._starts and start[1] not in self._starts:
            return text + after
        return f"{text} {after}"

    def _whole(self, text: str, after: str) -> str:
        first = re.split(r"\s", text[:-1])[-1].lstrip("([“\"'‘")
        second = re.split(r"[^\w-]", after)[0]
        spelt_with = f"{first}-{second}".lower() in self._words
        spelt_without = f"{first}{second}".lower() in self._words
        breaks_a_word = second[:1].islower() and first[-1:].islower() and "-" not in first
        if text[-1] != "\u00ad" and (not breaks_a_word or (spelt_with and not spelt_without)):
            return text + after
        return text[:-1] + after
