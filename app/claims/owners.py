"""Compare whom a claim and a sentence name in the same place: bodies of one kind, and whose something is."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Final

from app.claims.bodies import Body, read_bodies
from app.claims.readings import Pair, Reading, Span, distinctive, named_countries
from app.claims.results import Difference

_ENOUGH: Final = 2
_MUCH: Final = 0.4  # part of a claim's words
_BESIDE: Final = 4  # words behind a possessive that are what is owned
_OFFICES: Final = frozenset(("office",))
_LEADERS: Final = {
    "biden": "United States", "trump": "United States", "harris": "United States", "yoon": "South Korea",
    "moon": "South Korea", "lee": "South Korea", "kishida": "Japan", "ishiba": "Japan", "suga": "Japan",
    "takaichi": "Japan", "modi": "India", "macron": "France", "sunak": "United Kingdom", "starmer": "United Kingdom",
}  # fmt: skip
_OWNER: Final = re.compile(r"\b(?P<who>(?:the )?(?:[A-Z][\w.]*\s){0,2}[A-Z][\w.]*)['’]s?\s")


def body_differences(pair: Pair) -> Iterator[Difference]:
    """Yield a body of a claim that neither the sentence nor what stands around it names, with one of the same kind.

    The sentence's must not be the claim's. Offices count only where the sentence clearly is the one.
    """
    claimed = read_bodies(pair.claim.text)
    held = read_bodies(pair.source.text) if claimed else ()
    if not held:
        return
    known = {body.name for body in (*held, *read_bodies(f"{pair.around}\n{pair.header}"))}
    named = {body.name for body in claimed}
    for body in claimed:
        others = [other for other in held if other.kind == body.kind and other.name not in named]
        if body.name not in known and others and _alike(pair, body, others):
            yield pair.difference("actor", body.span, others[0].span)
            return


def _alike(pair: Pair, body: Body, others: list[Body]) -> bool:
    if body.kind in _OFFICES and not pair.clear:
        return False
    if pair.abroad:
        return pair.akin
    near = max(pair.near(body.span, other.span) for other in others)
    return near > 0 if pair.clear else near >= _ENOUGH and pair.coverage >= _MUCH


def owner_differences(pair: Pair) -> Iterator[Difference]:
    """Yield whose something is, where the sentence says whose it is and never names the claim's owner's country."""
    if pair.abroad or not _owned(pair.claim):
        return
    known = named_countries(f"{pair.source.text}\n{pair.around}")
    owned = _owned(pair.source)
    for country, span, things in _owned(pair.claim):
        if country in known:
            continue
        for other, where, theirs in owned:
            if (
                other != country
                and other not in named_countries(pair.claim.text)
                and len(things & theirs) >= (1 if pair.clear else _ENOUGH)
            ):
                yield pair.difference("actor", span, where)
                return


@functools.lru_cache(maxsize=512)
def _owned(reading: Reading) -> tuple[tuple[str, Span, frozenset[str]], ...]:
    found = []
    for match in _OWNER.finditer(reading.text):
        country = _country_of(match["who"])
        things = distinctive(reading.behind(match.end(), _BESIDE))
        if country and things:
            found.append((country, match.span("who"), things))
    return tuple(found)


def _country_of(words: str) -> str:
    named = named_countries(words)
    if len(named) == 1:
        return next(iter(named))
    return _LEADERS.get(words.split()[-1].lower(), "")
