"""Compare how much of something is meant: all against some, only against "not limited to", none against a few."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.claims.amounts import read_amounts
from app.claims.readings import Pair, Span, distinctive
from app.claims.results import Difference

_ALL: Final = re.compile(
    r"\b(?:(?<!above )(?<!after )(?<!at )all(?! but\b)|every(?! other\b)|each(?: and every)?|any(?! other)|everyone|everything|entire(?:ly)?|whole"
    r"|without exception|across the board|in (?:each and )?every case"
    r"|in all cases|whatever the circumstances|regardless of circumstances?|unconditional(?:ly)?|always"
    r"|no exceptions?|universal(?:ly)?)\b"
    r"|모든|모두|전부|예외 ?없이|무조건|상관없이|일체",
    re.I,
)  # fmt: skip
_STRONG_ALL: Final = re.compile(
    r"\b(?:without exception|across the board|each and every|in every case|in all cases"
    r"|whatever the circumstances|no exceptions?"
    r"|regardless of circumstances?|unconditional(?:ly)?|always|as a rule without)\b|예외 ?없이|무조건|상관없이",
    re.I,
)
_SOME: Final = re.compile(
    r"\b(?:certain|some|several|selected|limited|most(?= of\b| [a-z]+s\b)|many|a few|where (?:feasible|appropriate|possible"
    r"|applicable|practicable|relevant|useful)"
    r"|as appropriate|not all|not every|partial(?:ly)?|in part|except(?:ing)?(?: for| that| where)?|unless"
    r"|does not apply|will not apply|shall not apply"
    r"|subset of|other than|excluding|exempt\w*|often|typically|generally"
    r"|based on national circumstances)\b|일부|특정|몇몇|제외|필요한 경우",
    re.I,
)  # fmt: skip
_STRONG_SOME: Final = re.compile(
    r"\b(?:where (?:feasible|appropriate|possible|applicable|practicable|relevant|useful)[\w ,]*"
    r"|as appropriate|except(?: for| that| where)?|unless"
    r"|(?:does|do|will|shall) not apply)\b|필요한 경우|제외",
    re.I,
)
_ONLY: Final = re.compile(
    r"\b(?:only|solely|exclusively|restricted to|limited to|confined to|no others?|nothing (?:but|else)"
    r"|none but|alone)\b|오직|만을|에만|한정|국한",
    re.I,
)
_OPEN: Final = re.compile(
    r"\b(?:including,? but not limited to|including,? without limitation|among others|inter alia"
    r"|not limited to|such as|and others|as well as others)\b"
    r"|등을 포함|국한되지|제한되지",
    re.I,
)
_NOT_ONLY: Final = re.compile(r"\b(?:not|n['’]t)\s+(?:be\s+)?$", re.I)
_NONE: Final = re.compile(r"\b(?:none|no one|nobody|neither|not (?:a single|any|one)|not at all|nothing)\b"
r"|전혀|하나도|아무", re.I)  # fmt: skip
_LEFT: Final = re.compile(r"\b(?:some|several|limited|certain|both|all|many|most|reserved (?:solely"
r"|only) for)\b|일부|제한적", re.I)  # fmt: skip
_PART_OF: Final = re.compile(r"\bof\s+(?:us|them|the|those|these|its|our|all|whom|which|fourteen|\d+)\b", re.I)


def quantifier_differences(pair: Pair) -> Iterator[Difference]:
    """Yield quantifiers of a claim that the sentence excludes for the same things."""
    yield from _all_against_some(pair)
    yield from _all_against_count(pair)
    yield from _only_against_open(pair)
    yield from _none_against_some(pair)


def _all_against_some(pair: Pair) -> Iterator[Difference]:
    for claimed in _ALL.finditer(pair.claim.text):
        strong = _STRONG_ALL.search(pair.claim.text)
        if strong and (held := _STRONG_SOME.search(pair.source.text)) and len(pair.shared) >= 3:
            yield pair.difference("quantifier", strong.span(), held.span())
            return
        for held in _SOME.finditer(pair.source.text):
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
    for claimed in _ONLY.finditer(pair.claim.text):
        if _NOT_ONLY.search(pair.claim.text[: claimed.start()]):
            continue
        for held in _OPEN.finditer(pair.source.text):
            enough = 1 if "limit" in held[0].lower() and "such" not in held[0].lower() else 3
            if held[0].lower() != "such as" and len(pair.topic) >= enough:
                yield pair.difference("quantifier", claimed.span(), held.span())
                return


def _none_against_some(pair: Pair) -> Iterator[Difference]:
    for claimed in _NONE.finditer(pair.claim.text):
        for held in _LEFT.finditer(pair.source.text):
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
