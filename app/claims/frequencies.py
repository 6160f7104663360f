"""Compare how often something is done: "every other year" against "at least annually"."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Final

from app.claims.readings import Pair
from app.claims.results import Difference

_FREQUENCIES: Final = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"\bannual(?:ly)?\b|\byearly\b|\bonce (?:a|per|each|every) year\b|\b(?:every|each) year\b|매년|해마다|연 1회",
        r"\bevery (?:two|2|second|other) years?\b|\bbiennial(?:ly)?\b|2년마다|격년",
        r"\bevery (?:three|3) years\b|3년마다",
        r"\bevery (?:four|five|4|5) years\b|[45]년마다",
        r"\b(?:twice|two times) (?:a|per|each|every) year\b|\bevery six months\b|\bsemi-?annual(?:ly)?\b"
        r"|\bbiannual(?:ly)?\b|반기|연 2회",
        r"\bquarterly\b|\bevery (?:three months|quarter)\b|분기마다",
        r"\bmonthly\b|\b(?:every|each) month\b|매월|매달",
        r"\bweekly\b|\b(?:every|each) week\b|매주",
    )
)
_ENOUGH: Final = 2


def frequency_differences(pair: Pair) -> Iterator[Difference]:
    """Yield how often a claim says something is done, where the sentence says otherwise of the same thing."""
    claimed = _frequencies(pair.claim.text)
    held = _frequencies(pair.source.text) if claimed else {}
    if not claimed or not held or claimed.keys() & held.keys():
        return
    span, other = next(iter(claimed.values())), next(iter(held.values()))
    enough = pair.akin if pair.abroad else pair.near(span, other) > 0 and len(pair.topic) >= _ENOUGH
    if enough:
        yield pair.difference("number", span, other)


@functools.lru_cache(maxsize=512)
def _frequencies(text: str) -> dict[int, tuple[int, int]]:
    found = ((i, pattern.search(text)) for i, pattern in enumerate(_FREQUENCIES))
    return {i: match.span() for i, match in found if match}
