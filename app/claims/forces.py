"""Compare with what force two sentences hold something: obligation against choice, done against possible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.claims.readings import Pair, Span
from app.claims.results import Difference
from app.claims.signs import sign
from app.modal_words import BINDING, UNBOUND, VOLUNTARY

_DENIED: Final = re.compile(r"\b(?:not|no|n['’]t|never|neither|nor|without|nobody|nothing)\b[^.,;]{0,40}$", re.I)
_NO_DUTY: Final = re.compile(f"{UNBOUND.pattern}|{VOLUNTARY.pattern}", re.I)
_NOBODY: Final = re.compile(
    r"\s+(?:no|nobody|nothing|none|neither)\b|[가-힣]{0,2} ?[가-힣]{0,3}(?:지 않|지 못|[가이는] 없|[가이] 아니)", re.I
)
_ENOUGH: Final = 2
_MUCH: Final = 0.2  # part of a claim's words


def modality_differences(pair: Pair) -> Iterator[Difference]:
    """Yield words of a claim that hold something with a force that the sentence excludes for it."""
    if len(pair.topic) < _ENOUGH and not pair.clear:
        return
    yield from _between(pair, _binds(), _loose(), own_only=_loose())
    yield from _bound_against_unbound(pair)
    yield from _between(pair, sign("free"), sign("must"), own_only=sign("must"))
    yield from _done_against_maybe(pair)
    yield from _maybe_against_will(pair)


def _between(
    pair: Pair, claimed: re.Pattern[str], held: re.Pattern[str], own_only: re.Pattern[str]
) -> Iterator[Difference]:
    """Yield one difference where the claim has one kind of word and the sentence only the other."""
    free = claimed is sign("free")
    text = pair.claim.text if free else _NO_DUTY.sub(lambda match: " " * len(match[0]), pair.claim.text)
    own, other = _first(claimed, text), held.search(pair.source.text)
    if own is None or other is None:
        return
    if own_only.search(pair.claim.text[: own[0]] + " " + pair.claim.text[own[1] :]):
        return
    loosened = free or not _first(
        sign("must") if claimed is _binds() else claimed, _without(pair.source.text, other.span())
    )
    if loosened and _aligned(pair, own, other.span()):
        yield pair.difference("modality", own, other.span())


def _bound_against_unbound(pair: Pair) -> Iterator[Difference]:
    """Compare a duty in law with a denial of any: "enforceable duties" against "creates no binding obligations"."""
    own, other = _first(sign("legal"), pair.claim.text), sign("no_legal").search(pair.source.text)
    if own and other and (pair.clear or pair.named) and not sign("legal_denied").search(pair.claim.text):
        yield pair.difference("modality", own, other.span())


def _done_against_maybe(pair: Pair) -> Iterator[Difference]:
    done, maybe = sign("done").search(pair.claim.text), sign("maybe").search(pair.source.text)
    if (
        done is None
        or maybe is None
        or sign("maybe").search(pair.claim.text)
        or _DENIED.search(pair.claim.text[: done.start()])
    ):
        return
    if sign("condition").search(pair.claim.text[: done.start()]):
        return
    if _stands_apart(pair, done.span(), maybe.span()):
        return
    if not sign("done").search(pair.source.text) and _aligned(pair, done.span(), maybe.span()):
        yield pair.difference("modality", done.span(), maybe.span())


def _stands_apart(pair: Pair, done: Span, maybe: Span) -> bool:
    """Whether what was done stands in the sentence too, but only before what is open: "the revoked order ... may"."""
    own = {word.stem for word in pair.claim.words if done[0] <= word.start < done[1]}
    held = [word for word in pair.source.words if word.stem in own]
    return bool(held) and all(word.start < maybe[0] for word in held)


def _maybe_against_will(pair: Pair) -> Iterator[Difference]:
    """Compare what a claim leaves open with what a sentence that clearly is the one holds without reserve."""
    if not pair.clear or pair.abroad or _reserved().search(pair.source.text):
        return
    maybe, will = _first(sign("open_still"), pair.claim.text), sign("will").search(pair.source.text)
    if maybe and will and not sign("will").search(pair.claim.text) and pair.near(maybe, will.span()) > 0:
        yield pair.difference("modality", maybe, will.span())


def _aligned(pair: Pair, claimed: Span, held: Span) -> bool:
    if pair.clear and not pair.abroad:
        return bool(pair.shared)
    near = pair.near(claimed, held)
    return pair.akin if pair.abroad else near >= _ENOUGH or (near > 0 and pair.coverage >= _MUCH)


def _binds() -> re.Pattern[str]:
    return sign("binds", BINDING)


def _loose() -> re.Pattern[str]:
    return sign("loose", VOLUNTARY, UNBOUND)


def _reserved() -> re.Pattern[str]:
    return sign("reserve", sign("maybe"), _loose())


def _first(pattern: re.Pattern[str], text: str) -> Span | None:
    """Return the first place that a pattern fits and that nothing denies."""
    found = (match for match in pattern.finditer(text) if not _NOBODY.match(text, match.end()))
    return next((match.span() for match in found if not _DENIED.search(text[: match.start()])), None)


def _without(text: str, span: Span) -> str:
    return text[: span[0]] + " " + text[span[1] :]
