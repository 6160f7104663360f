"""Figures and dates as they stand in English and Korean text, made comparable whatever way they are written.

"$1.7 billion", "US$1.7bn", "1.7 billion dollars" and "17억 달러" are one figure; "$1.7 million", "1.7 billion"
people and "4 percent" beside "$4" are not. Everything is read the same way in statements and in sources, so
that a reading which is wrong in both still compares.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from app.figure_patterns import (
    BARE_MONTH,
    BOUNDS,
    BOUNDS_BEHIND,
    CURRENCIES,
    DATES,
    JOINS,
    LATIN_SCALE,
    MONTHS,
    NAME,
    NUMBER,
    ORDINALS,
    OVER,
    PAIR,
    SCALES,
    SPELLED,
    SPELLED_WORD,
    TRIO,
    UNITS,
    WORD,
)

_TIMES: Final = ("year", "month", "week", "day", "hour")
_FEW: Final = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit.

    Attributes:
        value: the number, scale included; or a word or name in lower case ("half", "g7") where it has no number.
        unit: "$", "₩", "%", "year" and the like; "th" for ordinals, "word" and "name" for those; empty if none.
        bound: ">" for "more than" and "at least", "<" for "less than" and "up to", "~" for "about"; "≥" for "over"
            before a time, which is more often its course than more than it; otherwise empty.
        text: as it is written.
    """

    value: Decimal | str
    unit: str
    bound: str
    text: str


@dataclass(frozen=True, slots=True)
class Date:
    """A date, or as much of it as is written; 0 stands for what is not."""

    year: int
    month: int
    day: int
    text: str


def read_figures(text: str, *, source: bool = False) -> tuple[tuple[Figure, ...], tuple[Date, ...]]:
    """Return the figures and the dates of a text, each in no particular order.

    Bare "one" and "first" are words, not figures. Empty text gives two empty tuples.

    Args:
        text: a statement, or a stretch of a source.
        source: whether "both" and "bilateral" stand for two and "trilateral" for three, as they may where
            a statement says "the two countries".
    """
    plain = SPELLED_WORD.sub(_digits, unicodedata.normalize("NFKC", text))
    figures = [Figure(match[0].lower(), "name", "", match[0]) for match in NAME.finditer(plain)]
    plain = NAME.sub(_blank, plain)
    dates: list[Date] = []
    for pattern in (*DATES, BARE_MONTH):
        for match in pattern.finditer(plain):
            dates.extend(_dates(match))
        plain = pattern.sub(_blank, plain)
    figures += _numbers(plain, both_readings=source)
    figures += [Figure(m[0].lower(), "word", _bound(plain, m.start(), m.end()), m[0]) for m in WORD.finditer(plain)]
    # A digit that none of the patterns takes must not slip through unread.
    figures += [Figure(match[0], "name", "", match[0]) for match in re.finditer(r"\d+", NUMBER.sub(_blank, plain))]
    if source:
        figures += [Figure(Decimal(2), "", "", match[0]) for match in PAIR.finditer(plain)]
        figures += [Figure(Decimal(3), "", "", match[0]) for match in TRIO.finditer(plain)]
    return tuple(figures), tuple(dates)


def missing_figures(statement: str, sources: Iterable[str], date: str = "") -> tuple[str, ...]:
    """Return the figures and dates of a statement, as written there, that the sources lack.

    Args:
        statement: the sentence to check.
        sources: the texts it may rest on.
        date: the sources' own date, YYYY, YYYY-MM or YYYY-MM-DD; it also gives its year to a source's "May 21".
    """
    figures, dates = read_figures(statement)
    held_figures: list[Figure] = []
    held_dates: list[Date] = list(read_figures(date)[1])
    year = held_dates[0].year if held_dates else 0
    for source in sources:
        more_figures, more_dates = read_figures(source, source=True)
        held_figures += more_figures
        held_dates += [Date(d.year or year, d.month, d.day, d.text) for d in more_dates]
    absent = [figure.text for figure in figures if not any(_same(figure, held) for held in held_figures)]
    absent += [day.text for day in dates if not _held(day, held_dates, held_figures)]
    return tuple(absent)


def holds(source: str, figure: Figure) -> bool:
    """Whether a source gives a figure, in whatever way it is written."""
    return any(_same(figure, held) for held in read_figures(source, source=True)[0])


def overstated_figure(statement: str, sources: Iterable[str]) -> str:
    """Return a figure that a statement gives as exact, and its sources only as a bound or roughly; empty if none.

    `missing_figures` lets "40" pass for "more than 40", since questions leave that out; an answer must not.
    """
    held = [figure for source in sources for figure in read_figures(source, source=True)[0]]
    for figure in read_figures(statement)[0]:
        bounds = {_rough(other) for other in held if _same_value(figure, other)}
        if not figure.bound and bounds and not bounds & {"", "≥"}:
            return figure.text
    return ""


def _rough(figure: Figure) -> str:
    """Return the bound; "talks about two laws" and "around five pillars" count theirs exactly."""
    few = isinstance(figure.value, Decimal) and figure.value < _FEW and not figure.unit
    return "" if figure.bound == "~" and few else figure.bound


def _same(claimed: Figure, held: Figure) -> bool:
    return _same_value(claimed, held) and _bears_out(claimed.bound, held.bound)


def _same_value(claimed: Figure, held: Figure) -> bool:
    if {(claimed.value, claimed.unit), (held.value, held.unit)} == {("half", "word"), (Decimal(50), "%")}:
        return True
    # "within 180" may stand for "180 days", but never for "180 percent" or "$180".
    loose = claimed.unit == "" and held.unit in (*_TIMES, "GW", "MW", "nm", "km")
    return claimed.value == held.value and (claimed.unit == held.unit or loose)


def _bears_out(claimed: str, held: str) -> bool:
    """Whether "more than 40" (">") may be said where a source has it so; "$25 billion" says more than "up to" it."""
    if claimed in ("", "~"):
        return held != "<"
    return claimed == held or {claimed, held} == {">", "≥"}


def _held(claimed: Date, dates: list[Date], figures: list[Figure]) -> bool:
    if any(
        claimed.year in (0, held.year) and claimed.month in (0, held.month) and claimed.day in (0, held.day)
        for held in dates
    ):
        return True
    only_year = not claimed.month and not claimed.day
    return only_year and any(held.value == claimed.year and held.unit == "" for held in figures)


def _digits(match: re.Match[str]) -> str:
    if match["tens"]:
        ones = match["ones"].lower()
        return str(SPELLED[match["tens"].lower()] + (1 if ones == "one" else SPELLED[ones]))
    if match["ordinal"]:
        return f"{ORDINALS[match['ordinal'].lower()]}th"
    return "1" if match["one"] else str(SPELLED[match["word"].lower()])


def _dates(match: re.Match[str]) -> Iterator[Date]:
    parts = {key: value for key, value in match.groupdict().items() if value}
    month = MONTHS[parts["month"].lower()] if "month" in parts else int(parts.get("mm", 0))
    for day in {parts.get("day", "0"), parts.get("day2", parts.get("day", "0"))}:
        yield Date(int(parts.get("year", 0)), month, int(day), match[0].strip())


def _numbers(text: str, *, both_readings: bool) -> list[Figure]:
    """Read the numbers; in "4 to 15 percent" the four is 4 percent (or, as both readings, 4 as well)."""
    found: list[Figure] = []
    previous: re.Match[str] | None = None
    for match in NUMBER.finditer(text):
        figure = _figure(text, match)
        between = text[previous.end() : match.start()] if previous else "."
        if previous and previous["korean"] and match["korean"] and not between.strip():
            whole = found.pop()  # 1조 7,000억 원
            figure = replace(
                figure,
                value=_sum(whole.value, figure.value),
                bound=whole.bound or figure.bound,
                text=f"{whole.text} {figure.text}",
            )
        elif previous and JOINS.fullmatch(between):
            first = found[-1] if both_readings else found.pop()
            found.append(_figure(text, previous, tail=match) if _open_ended(previous) else first)
            if not figure.unit and first.unit in CURRENCIES:
                figure = replace(figure, unit=first.unit)
        found.append(figure)
        previous = match
    return found


def _open_ended(match: re.Match[str]) -> bool:
    """Whether a number has neither scale nor unit behind it, so that those of a range's end may be its own."""
    return match.end() == match.end("number")


def _sum(first: Decimal | str, second: Decimal | str) -> Decimal:
    return (Decimal(first) + Decimal(second)).normalize()


def _blank(match: re.Match[str]) -> str:
    return "\x00" * len(match[0])


def _figure(text: str, match: re.Match[str], tail: re.Match[str] | None = None) -> Figure:
    end = tail or match
    written = match[0].strip()
    bound = _bound(text, match.start(), end.end())
    if match["name"] and match.start("name") == match.end("number"):
        return Figure(f"{match['number']}{match['name']}".lower(), "name", bound, written)
    if match["number"].count(".") > 1:
        return Figure(match["number"], "name", bound, written)
    value = _value(match["number"])
    article = text[: match.start()].endswith("제")
    for scale in re.findall(LATIN_SCALE, (end["latin"] or "").lower()):
        value *= SCALES[scale]
    if end["korean"] and not article:
        value *= SCALES[end["korean"]]
    if match["ordinal"]:
        return Figure(value.normalize(), "th", bound, written)
    unit = next((name for i, (name, _) in enumerate(UNITS) if end[f"u{i}"]), "")
    if unit in _TIMES and OVER.search(text[: match.start()]):
        bound = "≥"
    return Figure(value.normalize(), unit or CURRENCIES.get((match["currency"] or end["currency"] or "").lower(), ""),
                  bound, written)  # fmt: skip


def _bound(text: str, start: int, end: int) -> str:
    before = (sign for sign, words in BOUNDS if words.search(text[:start]))
    return next(before, "") or next((sign for sign, words in BOUNDS_BEHIND if words.match(text, end)), "")


def _value(number: str) -> Decimal:
    if re.fullmatch(r"\d{1,3},\d{1,2}", number):  # a decimal comma: no thousands have one or two digits
        return Decimal(number.replace(",", "."))
    return Decimal(number.replace(",", ""))
