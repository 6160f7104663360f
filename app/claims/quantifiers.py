"""Compare how much of something is meant: all against some, only against "not limited to", none against a few."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.claims.amounts import read_amounts
from app.claims.readings import Pair, Span, distinctive
from app.claims.results import Difference
from app.claims.signs import sign

_NOT_ONLY: Final = re.compile(r"\b(?:not|n['’]t)\s+(?:be\s+)?$", re.I)
_PART_OF: Final = re.compile(r"\bof\s+(?:us|them|the|those|these|its|our|all|whom|which|fourteen|\d+)\b", re.I)


def quantifier_differences(pair: Pair) -> Iterator[Difference]:
    """Yield quantifiers of a claim that the sentence excludes for the same things."""
    yield from _all_against_some(pair)
    yield from _all_against_count(pair)
    yield from _only_against_open(pair)
    yield from _none_against_some(pair)
    yield from _some_against_all(pair)
    yield from _only_against_more(pair)


def _all_against_some(pair: Pair) -> Iterator[Difference]:
    for claimed in sign("all").finditer(pair.claim.text):
        strong = sign("strong_all").search(pair.claim.text)
        if strong and (held := sign("strong_some").search(pair.source.text)) and len(pair.shared) >= 3:
            yield pair.difference("quantifier", strong.span(), held.span())
            return
        for held in sign("some").finditer(pair.source.text):
            if _of_the_same(pair, claimed.span(), held.span()):
                yield pair.difference("quantifier", claimed.span(), held.span())
                return


def _all_against_count(pair: Pair) -> Iterator[Difference]:
    """Compare "all fourteen" with "thirteen of us": a smaller count of the same, and the claim's is not given there."""
    for claimed in re.finditer(r"\ball (?:of )?(?:the )?", pair.claim.text, re.I):
        counts = [a for a in read_amounts(pair.claim.text) if a.span[0] == claimed.end() and not a.measure]
        for amount in counts:
            for other in read_amounts(pair.source.text):
                part = not other.measure and 1 < other.value < amount.value
                if part and _PART_OF.match(pair.source.text[other.span[1] :].lstrip()) and len(pair.shared) > 1:
                    yield pair.difference("quantifier", (claimed.start(), amount.span[1]), other.span)
                    return


def _only_against_open(pair: Pair) -> Iterator[Difference]:
    for claimed in sign("only").finditer(pair.claim.text):
        if _NOT_ONLY.search(pair.claim.text[: claimed.start()]):
            continue
        for held in sign("open").finditer(pair.source.text):
            enough = 1 if "limit" in held[0].lower() and "such" not in held[0].lower() else 3
            if held[0].lower() != "such as" and len(pair.topic) >= enough:
                yield pair.difference("quantifier", claimed.span(), held.span())
                return


def _some_against_all(pair: Pair) -> Iterator[Difference]:
    """Compare "just some kinds" with "all forms", and in a sentence that clearly is the one "only" with "also"."""
    claimed, held = sign("just_some").search(pair.claim.text), sign("each").search(pair.source.text)
    if claimed and held and _of_the_same(pair, claimed.span(), held.span()):
        yield pair.difference("quantifier", claimed.span(), held.span())


def _only_against_more(pair: Pair) -> Iterator[Difference]:
    """Compare "only" with "include" or "all stages" in a sentence that clearly is the one."""
    if not pair.clear or sign("only").search(pair.source.text):
        return
    only, more = sign("only").search(pair.claim.text), sign("more").search(pair.source.text)
    if only is None or more is None or _NOT_ONLY.search(pair.claim.text[: only.start()]):
        return
    if pair.akin if pair.abroad else pair.near(only.span(), more.span()) > 0:
        yield pair.difference("quantifier", only.span(), more.span())


def _none_against_some(pair: Pair) -> Iterator[Difference]:
    for claimed in sign("none").finditer(pair.claim.text):
        for held in sign("left").finditer(pair.source.text):
            if _of_the_same(pair, claimed.span(), held.span()):
                yield pair.difference("quantifier", claimed.span(), held.span())
                return


def _of_the_same(pair: Pair, claimed: Span, held: Span) -> bool:
    """Whether the words right behind two quantifiers are partly the same, or the sentences have much in common."""
    if pair.abroad:
        return pair.akin
    if pair.clear:
        return pair.near(claimed, held) > 0
    one, other = set(pair.claim.behind(claimed[1], 2)), set(pair.source.behind(held[1], 3))
    return bool(distinctive(one & other)) and len(pair.shared) > 1
