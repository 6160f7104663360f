"""Compare who does what: amounts and people put to the wrong country, who gives and who gets, and where it is held."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Final

from app.actors import countries
from app.claims.amounts import read_amounts
from app.claims.readings import Pair, Span, clauses, named_countries
from app.claims.results import Difference

_ENOUGH: Final = 2
_LIKE: Final = 0.006  # what rounding moves a figure by
_ALONE: Final = 4  # characters beside an amount that leave it alone in its clause
_NAME: Final = re.compile(r"\b[A-Z][a-z]+(?:-?[A-Z]?[a-z]+)?\b")
_PLACE_WORD: Final = re.compile(
    r"\b(?:South Korea|North Korea|Republic of Korea|United States(?: of America)?|United Kingdom"
    r"|European Union|New Zealand|Saudi Arabia"
    r"|United Arab Emirates|New Delhi|(?:[A-Z]\.){2,}|[A-Z][A-Za-z]+(?:['’]s)?)|[가-힣]+"
)
_TITLES: Final = frozenset(
    "the in at by of on for and with national security advisor adviser president prime minister secretary under both "
    "its his her cabinet from "
    "office leader leaders state department councillor".split()
)
# "Met in Washington" says where, not whose.
_WHERE: Final = re.compile(r"\b(?:in|at|to visit|visited)\s+(?:the\s+)?$", re.I)
_GIVES: Final = (
    r"invest(?:s|ed|ing|ments?)?|export(?:s|ed|ing)?|sell(?:s|ing)?|sold|sales|ship(?:s|ped|ping|ments?)?"
    r"|giv(?:e|es|en|ing)|gave|lend(?:s|ing)?|lent"
    r"|provid(?:e[sd]?|ing)|suppl(?:y|ies|ied|ying)|transfer(?:s|red|ring)?|donat(?:e[sd]?|ing|ions?)"
    r"|pay(?:s|ing|ments?)?|paid|send(?:s|ing)?|sent"
    r"|deliver(?:s|ed|ing)?|offer(?:s|ed|ing)?"
)
_GETS: Final = r"import(?:s|ed|ing)?|buy(?:s|ing)?|bought|purchas(?:e[sd]?|ing)|receiv(?:e[sd]?|ing)"
r"|obtain(?:s|ed|ing)?|gets?|got|borrow(?:s|ed|ing)?"
_HOSTS: Final = re.compile(
    r"\b(?:(?:be |was |were |is )?(?:held|hosted|convened|staged)|take(?:s)? place|took place|gather(?:s|ed"
    r"|ing)?|met|meet(?:s|ing)?|summit|session|host)\b",
    re.I,
)
_HELD_IN: Final = re.compile(
    r"\b(?:held|hosted|convened|staged|take(?:s)? place|took place)\s+(?:in|at"
    r"|by)\s+(?:the\s+)?(?P<place>[A-Z][A-Za-z.]+(?:\s[A-Z][a-z]+)*)"
    r"|(?P<ko>[가-힣]+?)에서 (?:열|개최)"
)
_LED_BY: Final = re.compile(
    r"\b(?:led|headed|chaired|co-?led|co-?chaired|run|overseen)\s+(?:jointly\s+)?by\s+(?:their|the|its|both"
    r"|two|three|our|\s)*"
    r"(?P<who>[A-Za-z][\w'’-]*(?:\s(?:[A-Z][\w'’-]*|of|and|[a-z]+ers?|[a-z]+ors?|[a-z]+(?:ies|ts)))*)",
)


def actor_differences(pair: Pair) -> Iterator[Difference]:
    """Yield where a claim and the sentence give roles to different countries, people or places."""
    yield from _swapped(pair)
    yield from _reversed(pair)
    yield from _elsewhere(pair)
    yield from _led_by_others(pair)


def _swapped(pair: Pair) -> Iterator[Difference]:
    """Compare what is bound to a country on both sides: two things must have changed countries, or one both names."""
    claimed = _bound(pair.claim.text)
    held = _bound(pair.source.text) if len(claimed) > 1 else ()
    changed = []
    for key, country, span in claimed:
        others = [(c, s) for k, c, s in held if _same_key(key, k)]
        if others and all(c != country for c, _ in others):
            changed.append((country, others[0][0], span, others[0][1]))
    from_to = {(one, other) for one, other, _, _ in changed}
    for one, other, span, where in changed:
        if (other, one) in from_to:
            yield pair.difference("actor", span, where)
            return


def _same_key(one: object, other: object) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return bool(one[0] == other[0] and abs(one[1] - other[1]) <= _LIKE * max(one[1], other[1]))
    return one == other


@functools.lru_cache(maxsize=512)
def _bound(text: str) -> tuple[tuple[object, str, Span], ...]:
    """Return amounts and people's names, each with the one country of its clause, and the clause."""
    found: list[tuple[object, str, Span]] = []
    for span in _joined(text):
        places = [(country, at) for country, at in _places(text) if span[0] <= at[0] < span[1]]
        if len({country for country, _ in places}) != 1:
            continue
        country = places[0][0]
        taken = [at for _, at in places]
        amounts = [a for a in read_amounts(text) if span[0] <= a.span[0] < span[1] and a.measure not in ("time", "th")]
        if len(amounts) == 1:
            found.append(((amounts[0].measure, amounts[0].value), country, span))
        for match in _NAME.finditer(text, *span):
            inside = any(at[0] <= match.start() < at[1] for at in taken)
            if not inside and match[0].lower() not in _TITLES:
                found.append((match[0].lower(), country, span))
    return tuple(found)


def _joined(text: str) -> Iterator[Span]:
    """Yield a text's clauses, an amount that stands alone between commas together with the next."""
    spans = clauses(text)
    waiting = -1
    for start, end in spans:
        alone = any(
            a.span[0] - start < _ALONE and end - a.span[1] < _ALONE and start <= a.span[0] < end
            for a in read_amounts(text)
        )
        if alone and end < len(text):
            waiting = start
            continue
        yield (waiting if waiting >= 0 else start), end
        waiting = -1
    if waiting >= 0:
        yield waiting, len(text)


@functools.lru_cache(maxsize=512)
def _places(text: str) -> tuple[tuple[str, Span], ...]:
    """Return the countries of a text with where they stand, without those that only say where something is."""
    if not named_countries(text):
        return ()
    found = []
    for match in _PLACE_WORD.finditer(text):
        named = _countries_of(match[0])
        if len(named) == 1 and not _WHERE.search(text[: match.start()]):
            found.append((next(iter(named)), match.span()))
    return tuple(found)


@functools.lru_cache(maxsize=4096)
def _countries_of(word: str) -> frozenset[str]:
    return frozenset(countries(word))


def _reversed(pair: Pair) -> Iterator[Difference]:
    """Compare who gives and who gets: "A invests in B" against "B invests in A"."""
    claimed = _flows(pair.claim.text)
    held = _flows(pair.source.text) if claimed else {}
    for (giver, getter), span in claimed.items():
        if (giver, getter) not in held and (getter, giver) in held and (getter, giver) not in claimed:
            yield pair.difference("actor", span, held[getter, giver])


@functools.lru_cache(maxsize=512)
def _flows(text: str) -> dict[tuple[str, str], Span]:
    """Return who gives to whom, each with the stretch that says so."""
    found: dict[tuple[str, str], Span] = {}
    marked, places = _marked(text)
    for pattern, giver, getter in _FLOWS:
        for match in pattern.finditer(marked):
            one, other = places.get(match.start(giver)), places.get(match.start(getter))
            if one and other and one != other:
                found.setdefault((one, other), match.span())
    return found


_C: Final = "\x01+"
_GAP: Final = r"[^\x01.;]{0,45}?"
_FLOWS: Final = tuple(
    (re.compile(pattern, re.I), giver, getter)
    for pattern, giver, getter in (
        (rf"(?P<a>{_C})(?:['’]s)?{_GAP}\b(?:{_GIVES})\b{_GAP}\b(?:in|into|to)\s+(?:the\s)?(?P<b>{_C})", "a", "b"),
        (rf"\bfrom\s+(?:the\s)?(?P<a>{_C}){_GAP}\b(?:to|into)\s+(?:the\s)?(?P<b>{_C})", "a", "b"),
        (rf"(?P<b>{_C})(?:['’]s)?{_GAP}\b(?:{_GETS})\b{_GAP}\bfrom\s+(?:the\s)?(?P<a>{_C})", "a", "b"),
        (rf"\b(?:in|into|to)\s+(?:the\s)?(?P<b>{_C}){_GAP}\bby\s+(?:the\s)?(?P<a>{_C})", "a", "b"),
        (rf"\b(?:{_GETS})\s+by\s+(?:the\s)?(?P<b>{_C}){_GAP}\bfrom\s+(?:the\s)?(?P<a>{_C})", "a", "b"),
    )
)


def _marked(text: str) -> tuple[str, dict[int, str]]:
    """Return a text with its countries blotted out by marks, and which country begins where."""
    places: dict[int, str] = {}
    letters = list(text)
    for match in _PLACE_WORD.finditer(text):
        named = _countries_of(match[0].removesuffix("’s").removesuffix("'s"))
        if len(named) == 1:
            places[match.start()] = next(iter(named))
            letters[match.start() : match.end()] = "\x01" * (match.end() - match.start())
    return "".join(letters), places


def _elsewhere(pair: Pair) -> Iterator[Difference]:
    """Compare where something is held: each side names one place, and neither has the other's anywhere."""
    claimed, held = _HELD_IN.search(pair.claim.text), _HELD_IN.search(pair.source.text)
    if claimed is None or held is None or len(pair.shared) < (1 if pair.clear else _ENOUGH):
        return
    name = "place" if claimed["place"] else "ko"
    other = "place" if held["place"] else "ko"
    one, two = named_countries(claimed[name]), named_countries(held[other])
    known = named_countries(f"{pair.source.text} {pair.around} {pair.header}")
    if not pair.clear and not pair.abroad and pair.near(claimed.span(), held.span()) < _ENOUGH:
        return
    differ = bool(one and two and not one & known) if one and two else _other_city(pair, claimed[name], held[other])
    if differ:
        yield pair.difference("actor", claimed.span(name), held.span(other))


def _other_city(pair: Pair, one: str, other: str) -> bool:
    if pair.abroad:
        return False
    return (
        one.lower() not in f"{pair.source.text} {pair.around}".lower() and other.lower() not in pair.claim.text.lower()
    )


def _led_by_others(pair: Pair) -> Iterator[Difference]:
    """Compare who leads: "led by A" on both sides, without a word in common."""
    claimed, held = _LED_BY.search(pair.claim.text), _LED_BY.search(pair.source.text)
    if claimed is None or held is None or len(pair.shared) <= _ENOUGH:
        return
    one = {word.stem for word in pair.claim.words if claimed.start("who") <= word.start < claimed.end("who")}
    other = {word.stem for word in pair.source.words if held.start("who") <= word.start < held.end("who")}
    if one and other and not one & other and not one & pair.source.stems:
        yield pair.difference("actor", claimed.span("who"), held.span("who"))
