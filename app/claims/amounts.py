"""Amounts in a text, each as a range of one measure, with where it stands: "nearly a third" is 28 to 34 percent."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Final

from app.claims.amount_words import (
    COURSE,
    DAYS,
    FLAT,
    FLAT_BEHIND,
    LABELLED,
    LEAST,
    LEAST_BEHIND,
    MOST,
    MOST_BEHIND,
    NEARLY,
    RATE_BEFORE,
    RATES,
    SPECIAL,
    in_digits,
    special_value,
)
from app.claims.readings import Span
from app.figure_patterns import BOUNDS, BOUNDS_BEHIND, CURRENCIES, DATES, LATIN_SCALE, NAME, NUMBER, SCALES, UNITS

_LIKE: Final = 0.006  # what rounding moves a figure by
_ABOUT: Final = 0.12
_ACROSS: Final = 0.06  # three months are 90 days
_JUST_BELOW: Final = 0.85
_JUST_ABOVE: Final = 1.02
_NONE: Final = ("", 0, 0)  # no bound


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure as a range of one measure.

    Attributes:
        low: least value that it stands for, in the measure's unit (`$`, days, percent); inclusive.
        high: greatest value; `inf` where it is open.
        value: as it is written, without bound.
        measure: "$", "%", "time", "th" (ordinals), "x" (multiples) and the like; empty for a count.
        bound: ">", "<", "~", "=" for "exactly"; or empty.
        rate: "year", "month", "day" or "hour" for "$35 a month"; or empty.
        written: the unit as it is written: of times, "day" or "month".
        span: where it stands in the text.
        shown: the same with the words of its bound and rate: "at least three", "$35 a year".
    """

    low: float
    high: float
    value: float
    measure: str
    bound: str
    rate: str
    written: str
    span: Span
    shown: Span

    def agrees(self, other: Amount) -> bool:
        """Whether both can be true of one thing: their ranges meet, not just at an open end; limits are one limit."""
        slack = _ACROSS if self.written != other.written else _LIKE
        if {self.bound, other.bound} == {"<", ">"} and _like(self.value, other.value, slack):
            return False
        if "=" in (self.bound, other.bound) and {self.bound, other.bound} & {"<", ">"}:
            return False
        if self.bound == other.bound == "<":  # ceilings and deadlines are stated as they are
            return _like(self.value, other.value, slack)
        return self.low <= other.high * (1 + slack) and other.low <= self.high * (1 + slack)

    def equals(self, other: Amount) -> bool:
        """Whether both give the same value, bounds aside."""
        return self.measure == other.measure and _like(self.value, other.value, _LIKE)


def _like(one: float, other: float, slack: float) -> bool:
    return abs(one - other) <= slack * max(abs(one), abs(other))


@functools.lru_cache(maxsize=512)
def read_amounts(text: str) -> tuple[Amount, ...]:
    """Return the amounts of a text in order; dates and names with figures ("G7") are none. Empty text gives none."""
    plain = _plain(text)
    for pattern in DATES:
        plain = pattern.sub(_blank, plain)
    found: list[Amount] = []
    for name, pattern in SPECIAL:
        read = (_special(name, match, plain) for match in pattern.finditer(plain))
        found += [amount for amount in read if amount]
        plain = pattern.sub(_blank, plain)
    plain = NAME.sub(_blank, plain)
    found += _numbers(plain)
    return tuple(sorted(found, key=lambda amount: amount.span))


def _plain(text: str) -> str:
    """Return a text of the same length with full-width characters narrowed."""
    return "".join(c if len(n := unicodedata.normalize("NFKC", c)) != 1 else n for c in text)


def _blank(match: re.Match[str]) -> str:
    return "\x00" * len(match[0])


def _special(name: str, match: re.Match[str], text: str) -> Amount | None:
    value = special_value(name, match)
    if value is None:
        return None
    measure = {
        "time": "time",
        "percent": "%",
        "fraction": "%",
        "times": "x",
        "occasions": "times",
        "ordinal": "th",
    }.get(name, "")
    span = match.span()
    bound = _NONE if name == "time" and COURSE.search(text[: span[0]]) else _bound(text, *span)
    if name == "fraction" and not bound[0]:
        bound = "~", 0, 0
    if match[0].lower() == "dozens":
        bound = ">", 0, 0
    return _amount(value, measure, bound, text, span, {"time": "year"}.get(name, name))


def _numbers(text: str) -> Iterator[Amount]:
    """Read the numbers of a text, spelled ones first made digits; spans are the text's own."""
    digits, starts, ends = in_digits(text)
    whole: Amount | None = None  # 1조 7,000억 원
    for match in NUMBER.finditer(digits):
        if match["number"].count(".") > 1 or (match["name"] and match.start("name") == match.end("number")):
            continue
        span = starts[match.start()], ends[match.end() - 1]
        while span[0] < span[1] and text[span[0]] in " \x00":
            span = span[0] + 1, span[1]
        if _is_label(digits, match):
            continue
        measure, factor, written = _unit(match)
        value = _value(match) * factor
        bound = _bound(digits, *match.span())
        if whole and match["korean"] and not text[whole.span[1] : span[0]].strip():
            value, span = value + whole.value, (whole.span[0], span[1])
            bound = bound if bound[0] else (whole.bound, span[0] - whole.shown[0], 0)
        elif whole:
            yield whole
        tail = digits[match.end() : match.end() + 60]
        if measure == "time" and COURSE.search(digits[: match.start()]):
            bound = _NONE
        amount = _amount(value, measure, bound, text, span, written, tail)
        whole = amount if match["korean"] and not measure else None
        if not whole:
            yield amount
    if whole:
        yield whole


def _is_label(text: str, match: re.Match[str]) -> bool:
    before = text[: match.start("number")].rstrip(" ")
    if match["currency"]:
        return False
    opens = match.start("number") > 0 and text[match.start("number") - 1] == "("
    closes = match.end() < len(text) and text[match.end()] == ")"
    return (LABELLED.search(before) is not None and (not before.endswith("(") or (opens and closes))) or (
        not before.strip("- \x00") and re.match(r"[.)]\s", text[match.end() :]) is not None
    )


def _value(match: re.Match[str]) -> float:
    number = match["number"]
    value = float(number.replace(",", ".") if re.fullmatch(r"\d{1,3},\d{1,2}", number) else number.replace(",", ""))
    for scale in re.findall(LATIN_SCALE, (match["latin"] or "").lower()):
        value *= SCALES[scale]
    return value * SCALES[match["korean"]] if match["korean"] else value


def _unit(match: re.Match[str]) -> tuple[str, float, str]:
    """Return a number's measure, what it is multiplied by to get there, and its unit as written."""
    if match["ordinal"]:
        return "th", 1.0, "th"
    unit = next((name for i, (name, _) in enumerate(UNITS) if match[f"u{i}"]), "")
    if unit in DAYS:
        return "time", DAYS[unit], unit
    unit = unit or CURRENCIES.get((match["currency"] or "").lower(), "")
    return unit, 1.0, unit


def _amount(
    value: float, measure: str, bound: tuple[str, int, int], text: str, span: Span, written: str, tail: str = ""
) -> Amount:
    sign, before, behind = bound
    low, high = value, value
    if sign == ">":
        high = inf
    elif sign == "<":
        low = 0.0
    elif sign == "≈":
        low, high = value * _JUST_BELOW, value * _JUST_ABOVE
    elif sign == "~":
        low, high = value * (1 - _ABOUT), value * (1 + _ABOUT)
    rate, per = _rate(text, span, tail)
    shown = max(0, span[0] - before), min(len(text), span[1] + max(behind, per))
    return Amount(low, high, value, measure, "~" if sign == "≈" else sign, rate, written, span, shown)


def _bound(text: str, start: int, end: int) -> tuple[str, int, int]:
    """Return a figure's bound and how many characters before and behind it say so."""
    lead = text[max(0, start - 40) : start]
    before = re.sub(r"\b(?:an?|the) $", "", lead.rstrip("$₩€ ") + " ")
    for sign, words in _BEFORE:
        if match := words.search(before):
            return sign, len(lead) - match.start(), 0
    for sign, words in _BEHIND:
        if match := words.match(text, end):
            return sign, 0, match.end() - end
    return "", 0, 0


def _rate(text: str, span: Span, tail: str) -> tuple[str, int]:
    """Return what a figure is per, and how many characters behind it say so."""
    behind = tail or text[span[1] : span[1] + 60]
    for rate, pattern in RATES:
        if match := pattern.match(behind):
            return rate, match.end()
    if match := RATE_BEFORE.search(text[: span[0]]):
        return ("month" if match["month"] else "year"), 0
    return "", 0


# The nearer words first: "no more than" is none of "more than".
_BEFORE: Final = (("≈", NEARLY), ("=", FLAT), ("<", MOST), (">", LEAST), *BOUNDS)
_BEHIND: Final = (("=", FLAT_BEHIND), ("<", MOST_BEHIND), (">", LEAST_BEHIND), *BOUNDS_BEHIND)
