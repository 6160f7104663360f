"""Compare denials: what a claim denies and the sentence affirms, and the other way round."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import Final

from app.claims.readings import Pair, Reading, Span, distinctive
from app.claims.results import Difference
from app.claims.signs import sign
from app.language import is_korean

_DIVIDES: Final = re.compile(
    r"[,;:—–]\s|[.!?]\s|\b(?:but|while|whereas|although|unless|except|until|because|if|which|that|who)\b", re.I
)
_EARLY: Final = 40  # characters within which a denial is of the main verb
_WINDOW: Final = 4
_ENOUGH: Final = 2
_MUCH: Final = 0.4  # part of a claim's words


def negation_differences(pair: Pair) -> Iterator[Difference]:
    """Yield denials that one side has of what the other affirms in much the same words.

    Most of the next words behind the denial must stand together on the other side, and no denial there; or the other
    side denies nothing at all, and has one of them. Across languages nothing is compared.
    """
    if pair.abroad:
        yield from _denied_abroad(pair)
        return
    yield from _denied_by_claim(pair)
    yield from _denied_by_source(pair)


def _denied_abroad(pair: Pair) -> Iterator[Difference]:
    """Compare what a Korean claim's last words deny or affirm with an English sentence that clearly is the one."""
    if not pair.clear or not is_korean(pair.claim.text) or len(pair.shared) < _ENOUGH:
        return
    denial, denied = sign("korean_denial").search(pair.claim.text), _any_denial().search(pair.source.text)
    if denial and not denied and len(sign("korean_denial").findall(pair.claim.text)) == 1:
        yield pair.difference("negation", denial.span(), _place(pair.source, list(pair.shared)))
    first = sign("denial").search(pair.source.text)
    if first and first.start() < _EARLY and not sign("korean_denial").search(pair.claim.text + " "):
        verb = pair.claim.words[-1]
        yield pair.difference("negation", (verb.start, verb.end), first.span())


def _denied_by_claim(pair: Pair) -> Iterator[Difference]:
    plain = _any_denial().search(pair.source.text) is None
    for span, scope in _denials(pair.claim):
        if sign("outside").match(pair.claim.text, span[0]):
            before = tuple(word.stem for word in pair.claim.words if word.end <= span[0])[-2:]
            scope = (*before, *scope)
        found = _affirmed(pair.source, scope)
        if found is None and plain and _claims_of_it(pair, scope):
            found = _place(pair.source, [stem for stem in scope if stem in pair.shared])
        if found is not None:
            yield pair.difference("negation", span, found)


def _denied_by_source(pair: Pair) -> Iterator[Difference]:
    plain = _any_denial().search(pair.claim.text) is None
    for span, scope in _denials(pair.source):
        found = _affirmed(pair.claim, scope)
        asked = int(pair.source.text[slice(*span)].lower().startswith(("rather", "instead")))
        if found is None and plain and _about(pair, scope, asked):
            found = _place(pair.claim, [stem for stem in scope if stem in pair.shared])
        if found is not None:
            yield pair.difference("negation", found, span)


def _claims_of_it(pair: Pair, scope: Sequence[str]) -> bool:
    """Whether the sentence is about what a claim denies."""
    if pair.clear:
        return len(_any_denial().findall(pair.claim.text)) == 1 and not pair.shared.isdisjoint(scope)
    return scope[0] in pair.shared and _about(pair, scope)


def _about(pair: Pair, scope: Sequence[str], asked: int = 0) -> bool:
    """Whether the claim is about what is denied: it has half of it, or its verb, and much else of the sentence."""
    held = pair.shared.intersection(scope)
    if pair.clear and len(held) > asked:
        return True
    return len(held) >= _ENOUGH or (scope[0] in held and pair.coverage >= _MUCH and len(pair.shared) > _ENOUGH)


def _place(reading: Reading, stems: Sequence[str]) -> Span:
    """Return the first word of a text that has one of its stems."""
    return next((word.start, word.end) for word in reading.words if word.stem in stems)


def _denials(reading: Reading) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """Yield what is denied, as its first words' stems, with the stretch from the denial to the last of them."""
    for match in sign("denial").finditer(reading.text):
        stop = _DIVIDES.search(reading.text, match.end())
        last = stop.start() if stop else len(reading.text)
        words = [word for word in reading.words if match.end() <= word.start < last][:_WINDOW]
        if words:
            yield (match.start(), words[-1].end), tuple(word.stem for word in words)


def _affirmed(reading: Reading, scope: tuple[str, ...]) -> Span | None:
    """Return where most of a scope's words stand close together without a denial in or before them; None if nowhere."""
    wanted = frozenset(scope)
    need = max(2, -(-2 * len(wanted) // 3))
    if len(distinctive(wanted)) < 2:
        return None
    at = [i for i, word in enumerate(reading.words) if word.stem in wanted]
    for i, first in enumerate(at):
        run = [k for k in at[i:] if k - first < 2 * _WINDOW]
        stems = {reading.words[k].stem for k in run}
        if len(stems) >= need and len(distinctive(stems)) >= 2:
            span = reading.words[first].start, reading.words[run[-1]].end
            if not _is_denied(reading.text, span):
                return span
    return None


@functools.lru_cache(maxsize=1024)
def _is_denied(text: str, span: Span) -> bool:
    return _any_denial().search(text[max(0, span[0] - 70) : span[1] + 40]) is not None


def _any_denial() -> re.Pattern[str]:
    return sign("any_denial", sign("denial"))
