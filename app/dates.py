"""Dates in a question: which years, months and periods it is about.

Dates are strings of the form YYYY, YYYY-MM or YYYY-MM-DD, which sort as text; a period holds the documents
whose date begins within it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MONTHS: Final = "january february march april may june july august september october november december".split()
_MONTH: Final = "|".join(MONTHS)
_YEAR: Final = r"(?:19|20)\d\d"
_MONTH_YEAR: Final = re.compile(rf"\b({_MONTH})\.?(?:\s+\d{{1,2}}(?:st|nd|rd|th)?)?,?\s+(?:of\s+)?({_YEAR})", re.I)
_ISO: Final = re.compile(rf"\b({_YEAR})-(\d\d)(?:-\d\d)?\b")
_KOREAN_MONTH: Final = re.compile(rf"({_YEAR})\s*년\s*(\d{{1,2}})\s*월")
_RANGE: Final = re.compile(
    rf"(?:from|between)\b[^.?]*?({_YEAR})[^.?]*?\b(?:to|and|until|through|till)\b[^.?]*?({_YEAR})"
    rf"|({_YEAR})\s*년?\s*[-–~∼]\s*({_YEAR})|({_YEAR})\s*년?\s*부터[^.?]*?({_YEAR})\s*년?",
    re.I,
)
_OPEN: Final = re.compile(
    rf"\b(since|after|before|until)\s+((?:(?:\w+|\d{{1,2}},|the end of|the (?:start|beginning) of)\s+){{0,2}})({_YEAR})"
    rf"|({_YEAR})\s*년?\s*(?:\d{{1,2}}\s*월\s*)?(?:\d{{1,2}}\s*일\s*)?(이후|이전)",
    re.I,
)
_MONTH_WORD: Final = re.compile(rf"\b(?:{_MONTH})\b", re.I)
_ANY_YEAR: Final = re.compile(rf"(?<![\d,.$])({_YEAR})(?!\d|[.,]\d)")
# What is taken out of a question with its dates: "in early", "on", "of", the month and the day.
DATE_PHRASE: Final = re.compile(
    rf"\b(?:(?:in|of|from|by|on|since|after|before|until|back in)\s+)?(?:(?:early|late|mid|the|end of)[ -])*"
    rf"(?:(?:{_MONTH})\s+(?:\d{{1,2}},?\s+)?)?{_YEAR}(?:[’']s)?\b|{_YEAR}\s*년(?:\s*\d{{1,2}}\s*월)?(?:\s*\d{{1,2}}\s*일)?",
    re.I,
)

FIRST: Final = "0000"
LAST: Final = "9999"


@dataclass(frozen=True, slots=True)
class Dates:
    """What a question says of time.

    Attributes:
        years: years it names, as YYYY.
        months: months it names, as YYYY-MM.
        periods: (first, last) dates, both inclusive, of its ranges ("since 2023", "from 2021 to 2023").
    """

    years: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    periods: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.years or self.months or self.periods)

    def names_year_of(self, date: str) -> bool:
        """Return whether a document of this date lies in a named year or period."""
        if not date:
            return False
        return date[:4] in self.years or any(within(date, *period) for period in self.periods)

    def names_month_of(self, date: str) -> bool:
        """Return whether a document of this date lies in a named month."""
        return date[:7] in self.months


def find_dates(question: str) -> Dates:
    """Return the dates a question names; none gives an empty `Dates`."""
    months = {f"{year}-{MONTHS.index(month.lower()) + 1:02d}" for month, year in _MONTH_YEAR.findall(question)}
    months |= {f"{year}-{month}" for year, month in _ISO.findall(question)}
    months |= {f"{year}-{int(month):02d}" for year, month in _KOREAN_MONTH.findall(question)}
    periods = [_range(match) for match in _RANGE.finditer(question)]
    periods += [_open(match) for match in _OPEN.finditer(question)]
    # "after 2022" is about the years behind it: 2022 itself is not meant.
    named = _OPEN.sub(lambda match: "" if _excludes(match) else match[0], question)
    years = dict.fromkeys(_ANY_YEAR.findall(named))
    return Dates(tuple(years), tuple(sorted(months)), tuple(dict.fromkeys(periods)))


def _range(match: re.Match[str]) -> tuple[str, str]:
    first, last = sorted(year for year in match.groups() if year)
    return first, last


def _open(match: re.Match[str]) -> tuple[str, str]:
    word, year = (match[1] or match[5]).lower(), match[3] or match[4]
    month = _MONTH_WORD.search(match[2] or "")
    edge = f"{year}-{MONTHS.index(month[0].lower()) + 1:02d}" if month else year
    if word in ("since", "after", "이후"):
        return (f"{int(year) + 1}" if _excludes(match) else edge), LAST
    return FIRST, (f"{int(year) - 1}" if _excludes(match) else edge)


def _excludes(match: re.Match[str]) -> bool:
    """Whether an open period leaves its year out: "after 2022" and "before 2022" do, "after May 2022" does not."""
    lead = (match[2] or "").strip().lower()
    word = (match[1] or "").lower()
    return (word == "after" and lead in ("", "the end of")) or (
        word == "before" and lead in ("", "the start of", "the beginning of")
    )


def within(date: str, first: str, last: str) -> bool:
    """Return whether a date lies in a period whose ends may be less precise than it.

    `last` holds to the end of the year or month it names; a date without a month lies in its whole year.
    """
    return bool(date) and date[: len(first)] >= first[: len(date)] and date[: len(last)] <= last[: len(date)]
