"""The documents by date as a picture: SVG to stand within a page, one row a type, one mark a document."""

from __future__ import annotations

import heapq
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from app.catalogue import Known
from app.escape import plain, safe_url
from app.labels import labels
from ingest.documents import Document

NARROWEST: Final = 240  # pixels; a narrower picture would have no room for its years
_EDGE: Final = 12.0  # left and right of the marks
_RADIUS: Final = 5.0  # of a day's mark; bars are as high as it
_LANE: Final = 14.0  # from one mark to the one stacked on it
_GAP: Final = 3.0  # at least, between marks side by side
_LABEL: Final = 18.0  # above each row, for what it is called
_LETTER: Final = 7.0  # about, of 12-pixel type; wide letters take two
_YEAR_ROOM: Final = 44.0  # for one year's four figures
_LONGEST_TITLE: Final = 300  # characters
_LONGEST_RUN: Final = 2  # years without a document that are shown; longer runs are one gap
_DATE: Final = re.compile(r"([0-9]{4})(?![0-9])(?:-(0[1-9]|1[0-2])(?![0-9])(?:-(0[1-9]|[12][0-9]|3[01])(?![0-9]))?)?")
_NOT_XML: Final = re.compile("[\ufffe\uffff]")  # what `plain` leaves and XML does not allow


@dataclass(frozen=True, slots=True)
class _Words:
    picture: str
    not_held: str
    no_date: str
    no_type: str
    types: Mapping[str, str]  # names of types that are not the type in other letters


_ENGLISH: Final = _Words(
    "Timeline of documents: {held} held, {known} known but not held",
    "not held", "no date", "Document", MappingProxyType({}),
)  # fmt: skip
_KOREAN: Final = _Words(
    "문서 연표: 보유 {held}건, 목록에는 있으나 보유하지 않음 {known}건",
    "보유하지 않음", "날짜 없음", "문서",
    MappingProxyType({
        "joint_statement": "공동성명", "fact_sheet": "설명 자료", "law": "법령", "article": "글", "declaration": "선언",
        "press_release": "보도자료", "readout": "회담 결과", "remarks": "연설", "statement": "성명",
        "dataset": "데이터", "scholarly": "학술 논문",
    }),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Mark:
    """One document's mark.

    Attributes:
        when: where its date begins and ends, in years; equal for a day, None without a date.
        doc_id: breaks ties.
        row: what its row is called.
        name: what it says of itself: title, date, type.
        href: where it leads; empty for nowhere.
        held: whether the document is held.
        left: where it begins, in pixels.
        right: where it ends.
        lane: how many marks it stands above, at most.
    """

    when: tuple[float, float] | None
    doc_id: str
    row: str
    name: str
    href: str
    held: bool
    left: float = 0.0
    right: float = 0.0
    lane: int = 0


@dataclass(frozen=True, slots=True)
class _Axis:
    """Which years are shown, each as wide as the next.

    Attributes:
        places: of each year, how many years' widths stand before it; in the years' order.
        gaps: where a year's width stands for a run of years that hold nothing.
        width: of all, in years' widths; 0 where nothing has a date.
    """

    places: Mapping[int, int]
    gaps: tuple[int, ...]
    width: int

    def pixels(self, years: float, width: int) -> float:
        """Return how long so many years' widths are in a picture of a width."""
        return years / self.width * (width - 2 * _EDGE)


@dataclass(frozen=True, slots=True)
class _Band:
    """Where a row stands: its name, its upper edge, and the middle of its lowest lane, in pixels from the top."""

    name: str
    top: float
    floor: float


def timeline_svg(
    documents: Sequence[Document], not_held: Sequence[Known] = (), language: str = "en", width: int = 960
) -> str:
    """Return a picture of documents by date and type, as SVG that stands within HTML; no documents give none.

    A held document is a filled mark that leads to it, one that is known but not held a hollow one that leads to its
    page, where it has one. A day is a dot, a month or a year a bar over it. Marks that would cover each other are
    stacked. Long runs of years without a document are left out. Documents without a date have a row of their own.
    Its parts have classes that begin with `sg-tl-`, and no colour but the text's.

    Args:
        documents: in any order.
        not_held: known documents that are not among them.
        language: of its words, `en` or `ko`; others give English.
        width: of the picture, in pixels at its own size; type of 12 pixels is part of it, so ask for about as much as
            there is room for. At least `NARROWEST`.
    """
    if not documents and not not_held:
        return ""
    words = _KOREAN if language == "ko" else _ENGLISH
    width = max(width, NARROWEST)
    marks = [_held(document, words, language) for document in documents]
    marks += [_known(known, words, language) for known in not_held]
    # Tab goes through the marks as they stand in the text: by date, and those without one last.
    marks.sort(key=lambda mark: (mark.when is None, mark.when or (0.0, 0.0), mark.doc_id, mark.name))
    axis = _axis(marks)
    placed = _stacked([_placed(mark, axis, width) for mark in marks], width)
    bands = _bands(placed, words)
    height = max(band.floor for band in bands.values()) + _LANE / 2 + _GAP
    said = words.picture.format(held=len(documents), known=len(not_held))
    ticks = "".join(_ticks(axis, width, height)) if axis.width else ""
    names = "".join(_name(band, width) for band in bands.values())
    drawn = "".join(_drawn(mark, bands[mark.row].floor - mark.lane * _LANE) for mark in placed)
    height += _LABEL if axis.width else 0.0
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sg-tl" role="group" aria-label="{escape(said)}" '
        f'viewBox="0 0 {width} {height:g}" width="{width}" height="{height:g}" font-size="12" fill="currentColor">'
        f'<g class="sg-tl-axis" aria-hidden="true">{ticks}</g><g class="sg-tl-rows" aria-hidden="true">{names}</g>'
        f'<g class="sg-tl-marks">{drawn}</g></svg>'
    )


def _held(document: Document, words: _Words, language: str) -> _Mark:
    # An id that is no Unicode leads nowhere that is held, but must not break the picture.
    href = f"/?doc={quote(document.doc_id, safe='', errors='surrogatepass')}"
    kind = _type_name(document.type, words)
    said = [document.title or document.doc_id, labels(language).date(document.date) or words.no_date, kind]
    return _mark(document.date, document.doc_id, kind, said, href, words, held=True)


def _known(known: Known, words: _Words, language: str) -> _Mark:
    kind = _type_name(known.type, words)
    said = [known.title or known.doc_id, labels(language).date(known.date) or words.no_date, kind, words.not_held]
    return _mark(known.date, known.doc_id, kind, said, safe_url(known.url), words, held=False)


def _mark(date: str, doc_id: str, kind: str, said: Sequence[str], href: str, words: _Words, *, held: bool) -> _Mark:
    when = _when(date)
    name = ", ".join(map(_short, said))
    return _Mark(when, doc_id, kind if when else "", name, href, held)


def _type_name(kind: str, words: _Words) -> str:
    name = words.types.get(kind) or " ".join(kind.replace("_", " ").split())
    return name[:1].upper() + name[1:] if name else words.no_type


def _when(date: str) -> tuple[float, float] | None:
    """Return where a date begins and ends, in years whose months are equally long; a day is one point.

    A month or day that is none is left out: its year, or month, is what is known.
    """
    match = _DATE.match(date)
    if match is None:
        return None
    year, month, day = float(match[1]), match[2], match[3]
    if month is None:
        return year, year + 1
    begin = year + (int(month) - 1) / 12
    if day is None:
        return begin, begin + 1 / 12
    middle = begin + (int(day) - 0.5) / 31 / 12
    return middle, middle


def _axis(marks: Iterable[_Mark]) -> _Axis:
    """Return the years that hold something, and short runs between them that hold nothing."""
    years = sorted({int(mark.when[0]) for mark in marks if mark.when})
    places: dict[int, int] = {}
    gaps: list[int] = []
    width = 0
    for at, year in enumerate(years):
        empty = range(years[at - 1] + 1, year) if at else range(0)
        if len(empty) > _LONGEST_RUN:
            gaps.append(width)
            width += 1
        else:
            places.update((one, width + i) for i, one in enumerate(empty))
            width += len(empty)
        places[year] = width
        width += 1
    return _Axis(places, tuple(gaps), width)


def _placed(mark: _Mark, axis: _Axis, width: int) -> _Mark:
    """Return a dated mark with its ends; a bar is never shorter than a dot."""
    if mark.when is None:
        return mark
    begin, end = mark.when
    place = axis.places[int(begin)] + begin % 1
    middle = _EDGE + axis.pixels(place + (end - begin) / 2, width)
    half = max((axis.pixels(end - begin, width) - _GAP) / 2, _RADIUS)
    return replace(mark, left=middle - half, right=middle + half)


def _stacked(marks: Sequence[_Mark], width: int) -> list[_Mark]:
    """Return the marks in their order, each in the lowest lane of its row in which it covers no other.

    Marks without a date stand one after the other, and go on above where a lane is full.
    """
    lanes: dict[str, _Lanes] = {}
    chosen: dict[int, _Mark] = {}
    pitch = 2 * _RADIUS + _GAP
    fitting = int((width - 2 * _EDGE + _GAP) // pitch)
    undated = 0
    # By where they begin, which for a short bar made longer is not the order of their dates.
    for at in sorted(range(len(marks)), key=lambda at: (marks[at].left, at)):
        mark = marks[at]
        if mark.when is None:
            lane, column = divmod(undated, fitting)
            left = _EDGE + column * pitch
            chosen[at] = replace(mark, left=left, right=left + 2 * _RADIUS, lane=lane)
            undated += 1
        else:
            chosen[at] = replace(mark, lane=lanes.setdefault(mark.row, _Lanes()).lowest(mark.left, mark.right))
    return [chosen[at] for at in range(len(marks))]


class _Lanes:
    """Which lanes of a row are free, asked from left to right."""

    def __init__(self) -> None:
        self._ends: list[tuple[float, int]] = []
        self._free: list[int] = []
        self._lanes = 0

    def lowest(self, left: float, right: float) -> int:
        """Return the lowest lane that is free from `left` on, and take it up to `right`."""
        while self._ends and self._ends[0][0] + _GAP <= left:
            heapq.heappush(self._free, heapq.heappop(self._ends)[1])
        if self._free:
            lane = heapq.heappop(self._free)
        else:
            lane, self._lanes = self._lanes, self._lanes + 1
        heapq.heappush(self._ends, (right, lane))
        return lane


def _bands(marks: Sequence[_Mark], words: _Words) -> dict[str, _Band]:
    """Return where each row stands: the fullest first, and last the one of those without a date."""
    counts = Counter(mark.row for mark in marks)
    highest: dict[str, int] = {}
    for mark in marks:
        highest[mark.row] = max(highest.get(mark.row, 0), mark.lane)
    bands: dict[str, _Band] = {}
    down = 0.0
    for row in sorted(counts, key=lambda row: (not row, -counts[row], row)):
        floor = down + _LABEL + highest[row] * _LANE + _LANE / 2
        bands[row] = _Band(row or words.no_date, down, floor)
        down = floor + _LANE / 2 + _GAP
    return bands


def _ticks(axis: _Axis, width: int, height: float) -> Iterator[str]:
    """Give a line and a name for years as far apart as the names need, and a shade over years left out."""
    step = math.ceil(_YEAR_ROOM / axis.pixels(1, width))
    for place in axis.gaps:
        yield (
            f'<rect class="sg-tl-gap" x="{_EDGE + axis.pixels(place, width):.1f}" y="0" '
            f'width="{axis.pixels(1, width):.1f}" height="{height:g}" fill-opacity="0.06"/>'
        )
    for year, place in axis.places.items():
        if place % step:
            continue
        x = _EDGE + axis.pixels(place, width)
        line = f'x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height:g}"'
        yield f'<line class="sg-tl-tick" {line} stroke="currentColor" stroke-opacity="0.2"/>'
        if x + 4 * _LETTER <= width:  # the last one has no room where its year is narrow
            yield f'<text class="sg-tl-year" x="{x:.1f}" y="{height + 13:g}">{year:04}</text>'


def _name(band: _Band, width: int) -> str:
    name = _text(_fitted(_seen(band.name), int((width - 2 * _EDGE) // _LETTER)))
    return f'<text class="sg-tl-row" x="{_EDGE:g}" y="{band.top + 13:g}" font-weight="600">{name}</text>'


def _drawn(mark: _Mark, y: float) -> str:
    """Return a mark whose middle is at `y`, with its name for those who see it and for those who hear it."""
    name = _text(mark.name)
    inside = f"<title>{name}</title>{_shape(mark, y)}"
    if mark.held:
        # The page opens it without loading anew, where its id can stand in an attribute as it is.
        doc = f' data-doc="{_text(mark.doc_id)}"' if _seen(mark.doc_id) == mark.doc_id else ""
        return f'<a class="sg-tl-link" href="{escape(mark.href)}"{doc} aria-label="{name}">{inside}</a>'
    if mark.href:
        away = 'target="_blank" rel="noopener noreferrer"'
        return f'<a class="sg-tl-link" href="{_text(mark.href)}" {away} aria-label="{name}">{inside}</a>'
    return f'<g class="sg-tl-nowhere" role="img" aria-label="{name}">{inside}</g>'


def _shape(mark: _Mark, y: float) -> str:
    # Hollow marks are pointed at inside as well.
    kind = (
        'class="sg-tl-mark sg-tl-held"'
        if mark.held
        else 'class="sg-tl-mark sg-tl-known" fill="none" stroke="currentColor" pointer-events="all"'
    )
    length = mark.right - mark.left
    if mark.when is None or mark.when[0] == mark.when[1]:
        return f'<circle {kind} cx="{mark.left + _RADIUS:.1f}" cy="{y:g}" r="{_RADIUS:g}"/>'
    place = f'x="{mark.left:.1f}" y="{y - _RADIUS / 2:g}" width="{length:.1f}" height="{_RADIUS:g}"'
    return f'<rect {kind} {place} rx="{_RADIUS / 2:g}"/>'


def _seen(text: str) -> str:
    """Return text in which every letter can be seen and stand in XML.

    `shown` would do that with elements of HTML, which end a picture that they stand in.
    """
    return _NOT_XML.sub(lambda match: f"[U+{ord(match[0]):04X}]", plain(text))


def _text(text: str) -> str:
    return escape(_seen(text))


def _short(text: str) -> str:
    words = " ".join(text[: 2 * _LONGEST_TITLE].split())
    return words if len(words) <= _LONGEST_TITLE and len(text) <= 2 * _LONGEST_TITLE else f"{words[:_LONGEST_TITLE]}…"


def _fitted(text: str, letters: int) -> str:
    """Cut text that would take more than so many letters' room; wide ones, as Korean has, take two."""
    room = 0
    for at, letter in enumerate(text):
        room += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if room > letters:
            return f"{text[: max(at - 1, 0)]}…"
    return text
