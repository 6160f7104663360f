"""Compare a claim's dates with a sentence's, each with what it is used for: a deadline, a start, a point in time."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from app.claims.readings import Pair, Span
from app.claims.results import Difference
from app.figure_patterns import BARE_MONTH, DATES, MONTHS

Use = Literal["deadline", "start", "after", "before", "point"]

# What stands before a date, and says what it is for; the first that fits counts.
_STAGE_OF: Final = (
    r"\s+(?:the\s+)?(?:(?:very\s+)?(?:spring|summer|autumn|winter|start|beginning|close|end|early|late|mid|middle)[\s-]+(?:of\s+|in\s+)?)?"
    r"(?:the\s+)?$"
)
_USES: Final[tuple[tuple[Use, re.Pattern[str]], ...]] = (
    (
        "start",
        re.compile(
            r"(?:\bnot (?:[\w'’]+ ){0,8}?until|\bnot before"
            r"|\b(?:starting|beginning|effective|since|as of|from)(?: in| on)?)" + _STAGE_OF,
            re.I,
        ),
    ),
    (
        "deadline",
        re.compile(r"\b(?:by|until|till|no later than|not later than|before the end of|up to)" + _STAGE_OF, re.I),
    ),
    ("after", re.compile(r"\b(?:after|following|later than)" + _STAGE_OF, re.I)),
    ("before", re.compile(r"\b(?:before|prior to|ahead of)" + _STAGE_OF, re.I)),
)
_KOREAN_USES: Final[tuple[tuple[Use, re.Pattern[str]], ...]] = (
    ("deadline", re.compile(r"\s?(?:말|초|중순)?\s?(?:까지|이내)")),
    ("start", re.compile(r"\s?(?:말|초|중순)?\s?(?:부터)")),
    ("after", re.compile(r"\s?(?:말|초|중순)?\s?(?:이후|후에)")),
    ("before", re.compile(r"\s?(?:말|초|중순)?\s?(?:이전|전에)")),
)
_PART: Final = re.compile(
    r"\b(?P<part>early|late|mid|beginning|start|end|close|middle)[\s-]+(?:of\s+|in\s+)?(?:the\s+)?$", re.I
)
_PARTS: Final = {
    "early": "early", "beginning": "early", "start": "early", "mid": "mid", "middle": "mid", "late": "late",
    "end": "late", "close": "late",
}  # fmt: skip
_LONG_MONTHS: Final = "|".join(month for month in MONTHS if len(month) > len("sept"))
_MONTH_ALONE: Final = re.compile(
    rf"\b(?:early|late|mid|end of|start of)[\s-]+(?:in\s+|of\s+)?(?P<month>{_LONG_MONTHS}|may|june|july)\b"
    rf"|{BARE_MONTH.pattern.replace('(?P<month>', '(?P<month2>')}",
    re.I,
)
_TURN: Final = re.compile(
    r"\b(?:next(?![ -]generation)|following|upcoming|forthcoming|first|inaugural|second"
    r"|third|fourth|fifth|sixth|annual|edition)\b",
    re.I,
)
_SAME_TURN: Final = {"inaugural": "first", "edition": "next", "annual": "next"} | dict.fromkeys(
    ("following", "upcoming", "forthcoming"), "next"
)
_YEAR_FROM_NOW: Final = re.compile(
    r"\b(?:(?P<end>(?:the )?(?:end|close) of )?(?P<which>this|next|last) year"
    r"|(?P<close>(?:the )?(?:end|close) of )the year)\b(?!s)",
    re.I,
)
_PLENTY: Final = 2
_MOST: Final = 0.3  # part of a claim's words


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, or as much of it as is written; 0 stands for what is not. `part` is "early", "late" or empty."""

    year: int
    month: int
    day: int
    part: str
    use: Use
    span: Span

    def agrees(self, other: Moment) -> bool:
        """Whether one is the other, said more exactly or less."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        if any(a and b and a != b for a, b in pairs):
            return self._follows(other) or other._follows(self)
        return not (self.part and other.part and self.part != other.part and self.month == other.month)

    def _follows(self, other: Moment) -> bool:
        """Whether "after 2032" may stand for "after 31 December 2032", or "before 2025" for "by the end of 2024"."""
        return (
            self.use == "deadline" and not self.month and not self.part and self.year == other.year + 1
            and (other.part == "late" or other.month == 12)
        )  # fmt: skip


@functools.lru_cache(maxsize=512)
def read_moments(text: str) -> tuple[Moment, ...]:
    """Return the dates of a text in order; empty text gives none."""
    plain, found = text, list[Moment]()
    for pattern in (*DATES, _MONTH_ALONE):
        found += [_moment(match, text) for match in pattern.finditer(plain)]
        plain = pattern.sub(lambda match: "\x00" * len(match[0]), plain)
    return tuple(sorted(found, key=lambda moment: moment.span))


def date_differences(pair: Pair) -> Iterator[Difference]:
    """Yield the dates of a claim that the sentence gives otherwise for the same use.

    A date that the sentence's surroundings or its document's header give is none of those.
    """
    claimed = read_moments(pair.claim.text)
    held = (*read_moments(pair.source.text), *_relative(pair)) if claimed else ()
    if not held:
        return
    free = [other for other in held if not any(moment.agrees(other) for moment in claimed)]
    for moment in claimed:
        alike = [other for other in free if _same_use(moment, other) and _aligned(pair, moment, other, free)]
        if alike and not is_known(moment, _known(pair)):
            best = max(alike, key=lambda other: pair.near(moment.span, other.span))
            yield pair.difference("date", moment.span, best.span)


def _relative(pair: Pair) -> Iterator[Moment]:
    """Yield the years that a sentence names from its document's date: "next year", "by the end of this year"."""
    year = int(pair.date[:4]) if pair.date[:4].isdigit() else 0
    for match in _YEAR_FROM_NOW.finditer(pair.source.text) if year else ():
        before = pair.source.text[: match.start()]
        use: Use = next((name for name, words in _USES if words.search(before)), "point")
        shift = {"next": 1, "last": -1}.get((match["which"] or "").lower(), 0)
        yield Moment(year + shift, 0, 0, "late" if match["end"] or match["close"] else "", use, match.span())


def _known(pair: Pair) -> Iterator[Moment]:
    yield from _relative(pair)
    for text in (pair.source.text, pair.header, pair.date, pair.around):
        yield from read_moments(text)


def of_other_years(pair: Pair) -> bool:
    """Whether a claim names years, and neither the sentence nor its surroundings, header or date has any of them."""
    named = {moment.year for moment in read_moments(pair.claim.text)} - {0}
    return bool(named) and not named & {moment.year for moment in _known(pair)}


def is_known(moment: Moment, held: Iterable[Moment]) -> bool:
    """Whether a date stands among others, more exactly or less."""
    return any(moment.agrees(other) for other in held)


def _same_use(one: Moment, other: Moment) -> bool:
    return one.use == other.use


def _aligned(pair: Pair, moment: Moment, other: Moment, rivals: Sequence[Moment]) -> bool:
    if pair.abroad:
        return len(rivals) == 1 and pair.akin and moment.use != "point"
    near = pair.near(moment.span, other.span)
    if moment.use == "point" and _is_another_turn(pair):
        return False
    if pair.clear:
        return near > 1 or (len(rivals) == 1 and moment.use != "point")
    if moment.use == "point":
        alike = bool(moment.part and other.part and not moment.year and not other.year)
        return (near > 1 and pair.coverage >= _MOST) or (near > 0 and alike and len(rivals) == 1)
    return near > 0 or (len(rivals) == 1 and (len(pair.shared) >= _PLENTY or len(pair.topic) > _PLENTY))


def _is_another_turn(pair: Pair) -> bool:
    """Whether one side is about the next or the first of what is held again and again, and the other is not."""
    claimed, held = _turns(pair.claim.text), _turns(pair.source.text)
    return ("next" in claimed) != ("next" in held) or bool(held - claimed - {"next", "annual"})


def _turns(text: str) -> set[str]:
    return {_SAME_TURN.get(word, word) for word in (match[0].lower() for match in _TURN.finditer(text))}


def _moment(match: re.Match[str], text: str) -> Moment:
    parts = {key: value for key, value in match.groupdict().items() if value}
    name = parts.get("month") or parts.get("month2")
    month = MONTHS[name.lower()] if name else int(parts.get("mm", 0))
    alone = "month" in parts and not parts.get("day") and not parts.get("year")
    before = text[: match.start("month") if alone else match.start()]
    stage = _PART.search(before)
    part = _PARTS[stage["part"].lower()] if stage else ""
    use: Use = next((name for name, words in _USES if words.search(before)), "point")
    if use == "point":
        use = next((name for name, words in _KOREAN_USES if words.match(text, match.end())), "point")
    span = (stage.start() if stage else match.start(), match.end())
    day = int(parts.get("day", 0))
    return Moment(int(parts.get("year", 0)), month, day, part, use, span)
