"""Compare words with their opposites by prefix: "sufficient" against "insufficient", "conditional", "unconditional"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.claims.opposites import denial_before
from app.claims.readings import Pair, Span
from app.claims.results import Difference

_ENOUGH: Final = 2
_LETTERS: Final = 5  # of the shorter word, so that "inform" is no opposite of "form"
_PREFIXES: Final = ("un", "non", "non-", "dis", "in", "im", "ir", "il")
# What begins with "in" and is an adjective; "invest" and "include" are not.
_ADJECTIVE: Final = re.compile(r"(?:able|ible|ent|ant|ate|ete|ive|al|ous|ect|ed|ary|ar|ely|ently|ably|ibly|al?ly)$")
_NO_OPPOSITES: Final = frozenset(
    "indeed invent intent instant invested increased informed incentive discover discovered discovery discount "
    "discounted discharge discharged display displayed dispose distill dispatch dismissed".split()
)
_WORD: Final = re.compile(r"[A-Za-z]+(?:-[a-z]+)*")


def prefix_differences(pair: Pair) -> Iterator[Difference]:
    """Yield words of a claim whose opposite by prefix the sentence has about the same thing; denied ones are none."""
    if pair.abroad:
        return
    claimed, held = _words(pair.claim.text), _words(pair.source.text)
    for word, span in claimed.items():
        other = next((one for one in _candidates(word) if one in held and are_opposites(word, one)), None)
        if other is None or other in claimed or word in held:
            continue
        denied = denial_before(pair.claim.text, span[0]) or denial_before(pair.source.text, held[other][0])
        if not denied and pair.near(span, held[other]) >= (1 if pair.clear else _ENOUGH):
            yield pair.difference("negation", span, held[other])


def are_opposites(one: str, other: str) -> bool:
    """Whether of two words in small letters one is the other with a prefix that denies it."""
    short, long = sorted((one, other), key=len)
    if len(short) < _LETTERS or not long.endswith(short) or long in _NO_OPPOSITES:
        return False
    prefix = long.removesuffix(short)
    return prefix in _PREFIXES and (prefix[0] != "i" or _ADJECTIVE.search(short) is not None)


def _candidates(word: str) -> Iterator[str]:
    """Yield a word with each prefix, and without."""
    for prefix in _PREFIXES:
        yield prefix + word
        if word.startswith(prefix):
            yield word.removeprefix(prefix)


def _words(text: str) -> dict[str, Span]:
    """Return a text's words in small letters with the first place of each."""
    found: dict[str, Span] = {}
    for match in _WORD.finditer(text):
        found.setdefault(match[0].lower(), match.span())
    return found
