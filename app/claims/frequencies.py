"""Compare how often something is done: "every other year" against "at least annually"."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from app.claims.readings import Pair
from app.claims.results import Difference

# By how many times a year something is done.
_FREQUENCIES: Final = {
    times: re.compile(pattern, re.I)
    for times, pattern in (
        (
            1.0,
            r"\bannual(?:ly)?\b|\byearly\b|\bonce (?:a|per|each|every) year\b|\b(?:every|each) year\b"
            r"|매년|해마다|연 1회",
        ),
        (1 / 2, r"\bevery (?:two|2|second|other) years?\b|\bbiennial(?:ly)?\b|2년마다|격년"),
        (1 / 3, r"\bevery (?:three|3) years\b|3년마다"),
        (1 / 4, r"\bevery (?:four|five|4|5) years\b|[45]년마다"),
        (
            2.0,
            r"\b(?:twice|(?:two|2) times) (?:a|per|each|every) year\b|\bevery six months\b|\bsemi-?annual(?:ly)?\b"
            r"|\bbiannual(?:ly)?\b|반기|연 2회",
        ),
        (3.0, r"\b(?:three|3) times (?:a|per|each|every) year\b|\bevery four months\b|연 3회"),
        (
            4.0,
            r"\bquarterly\b|\bevery (?:three months|quarter)\b|\b(?:four|4) times (?:a|per|each|every) year\b"
            r"|분기마다|연 4회",
        ),
        (12.0, r"\bmonthly\b|\b(?:every|each) month\b|매월|매달"),
        (52.0, r"\bweekly\b|\b(?:every|each) week\b|매주"),
    )
}
_AT_LEAST: Final = re.compile(r"(?:\bat least|\bno less (?:often )?than|최소|적어도)\s+(?:of )?$", re.I)
_ENOUGH: Final = 2


def frequency_differences(pair: Pair) -> Iterator[Difference]:
    """Yield how often a claim says something is done, where the sentence says otherwise of the same thing."""
    claimed = _frequencies(pair.claim.text)
    held = _frequencies(pair.source.text) if claimed else {}
    if not claimed or not held or any(_agree(one, other) for one in claimed.values() for other in held.values()):
        return
    span, other = next(iter(claimed.values())).span, next(iter(held.values())).span
    enough = pair.akin if pair.abroad else pair.near(span, other) > 0 and len(pair.topic) >= _ENOUGH
    if enough:
        yield pair.difference("number", span, other)


class _Frequency(NamedTuple):
    """How many times a year, where that stands, and whether it may be more often."""

    times: float
    span: tuple[int, int]
    at_least: bool


def _agree(one: _Frequency, other: _Frequency) -> bool:
    """Whether both can be so: "at least annually" and "twice a year" can."""
    fewer, more = sorted((one, other), key=lambda frequency: frequency.times)
    return fewer.times == more.times or fewer.at_least


@functools.lru_cache(maxsize=512)
def _frequencies(text: str) -> dict[float, _Frequency]:
    found = ((times, pattern.search(text)) for times, pattern in _FREQUENCIES.items())
    return {
        times: _Frequency(times, match.span(), bool(_AT_LEAST.search(text, 0, match.start())))
        for times, match in found
        if match
    }
