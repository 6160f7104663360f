"""Compare directions: rise and fall, join and leave, impose and lift; a denied word counts as its opposite."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.claims.amounts import Amount, read_amounts
from app.claims.readings import Pair, Span
from app.claims.results import Difference

# Pairs of opposite words, a line each. A word that is denied turns into its opposite where the fifth column says so:
# what does not rise need not fall, but what is not allowed is forbidden.
WORDS_FILE: Final = Path(__file__).with_name("opposites.tsv")
_DENIES: Final = re.compile(
    r"\b(?:not(?! only| just| merely)|no(?! later| fewer| less| more| doubt)|never|neither|nor|without"
    r"|cannot|\w+n['’]t|fail(?:s|ed)? to"
    r"|(?:declin|refus)(?:e[sd]?|ing) to)(?:\s+[\w'’-]+){0,3}\s*$",
    re.I,
)  # fmt: skip
_DENIES_BEHIND: Final = re.compile(
    r"\s+(?:no|nobody|nothing|none|neither)\b|[가-힣]{0,4}\s?(?:하|되|받|지)?[지]?\s?(?:않|못|아니|안 )"
)
_MUCH: Final = 0.3  # part of a claim's words
_BY: Final = 40  # characters between a word and the amount that it is of


@dataclass(frozen=True, slots=True)
class _Group:
    """Opposites of one kind: the patterns of both, and how many shared words beside them make them comparable."""

    one: re.Pattern[str]
    other: re.Pattern[str]
    turns: bool
    least: int


@functools.cache
def _groups() -> tuple[_Group, ...]:
    lines = WORDS_FILE.read_text(encoding="utf-8").splitlines()
    return tuple(_group(*line.split("\t")) for line in lines if not line.startswith("#"))


def _group(one: str, one_korean: str, other: str, other_korean: str, turns: str, least: str) -> _Group:
    return _Group(_words(one, one_korean), _words(other, other_korean), bool(turns), int(least or 1))


def _words(english: str, korean: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{english})\b|{korean}", re.I)


@dataclass(frozen=True, slots=True)
class _Pole:
    group: int
    positive: bool
    span: Span


def opposite_differences(pair: Pair) -> Iterator[Difference]:
    """Yield words of a claim whose opposite the sentence has, about the same thing.

    A group counts only where each side has it in one direction: a sentence with both "rise" and "fall" may be about two
    things.
    """
    claimed = _poles(pair.claim.text)
    for group in dict.fromkeys(pole.group for pole in claimed):
        own = [pole for pole in claimed if pole.group == group]
        others = _poles_of(pair.source.text, group)
        ways = {pole.positive for pole in own}, {pole.positive for pole in others}
        if len(ways[0]) != 1 or len(ways[1]) != 1 or ways[0] == ways[1]:
            continue
        near, one, other = max(((_near(pair, a, b), a, b) for a in own for b in others), key=lambda found: found[0])
        if near >= _least(pair, group):
            yield pair.difference("negation", one.span, other.span)


def _least(pair: Pair, group: int) -> int:
    """Return how many words must be shared beside opposites for them to be of one thing."""
    least = _groups()[group].least
    if pair.clear:
        return least - 1 if pair.shared else least
    return least if pair.named and pair.coverage >= _MUCH else max(least, 2)


def _near(pair: Pair, one: _Pole, other: _Pole) -> int:
    if pair.abroad:
        return 2 if pair.akin else 0
    own = {word.stem for word in pair.claim.words if one.span[0] <= word.start < one.span[1]}
    return (
        pair.near(one.span, other.span) + _figures_near(pair, one.span, other.span) - len(own & _spanned(pair, other))
    )


def _spanned(pair: Pair, pole: _Pole) -> set[str]:
    return {word.stem for word in pair.source.words if pole.span[0] <= word.start < pole.span[1]}


def _figures_near(pair: Pair, claimed: Span, held: Span) -> int:
    """Count the amounts that stand right by both: "falls by $1.5 trillion", "widens by $1.5 trillion"."""
    others = _amounts_by(pair.source.text, held)
    return sum(2 for amount in _amounts_by(pair.claim.text, claimed) if any(amount.equals(other) for other in others))


def _amounts_by(text: str, span: Span) -> list[Amount]:
    return [a for a in read_amounts(text) if abs(a.span[0] - span[1]) < _BY or abs(span[0] - a.span[1]) < _BY]


@functools.lru_cache(maxsize=512)
def _poles(text: str) -> tuple[_Pole, ...]:
    return tuple(pole for group in range(len(_groups())) for pole in _poles_of(text, group))


def _poles_of(text: str, group: int) -> list[_Pole]:
    words = _groups()[group]
    found = []
    for pattern, positive in ((words.one, True), (words.other, False)):
        for match in pattern.finditer(text):
            if match[0][0].isupper() and match.start():
                continue  # "the Inflation Reduction Act"
            denied = denial_before(text, match.start()) or _DENIES_BEHIND.match(text, match.end())
            if denied and not words.turns:
                continue
            span = (
                (denied.start(), match.end())
                if denied and denied.end() <= match.start()
                else (match.start(), denied.end() if denied else match.end())
            )
            found.append(_Pole(group, positive != bool(denied), span))
    return found


def denial_before(text: str, at: int) -> re.Match[str] | None:
    """Return the denial that governs what stands at a place: at most three words before it, in the same clause."""
    before = re.split(r"[,;:.]\s", text[max(0, at - 45) : at])[-1]
    shift = at - len(before)
    match = _DENIES.search(before)
    return _DENIES.search(text, shift + match.start(), at) if match else None
