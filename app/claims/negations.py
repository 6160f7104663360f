"""Compare denials: what a claim denies and the sentence affirms, and the other way round."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import Final

from app.claims.readings import Pair, Reading, Span, distinctive
from app.claims.results import Difference

_DENIAL: Final = re.compile(
    r"\b(?:not(?! only| just| merely| limited| necessarily)|no(?! later| fewer| less| more| greater| higher"
    r"| doubt| longer than)|never"
    r"|neither|cannot|(?:is|are|was|were|do|does|did|has|have|had|will|would|ca|could|should|must|need)n['’]t)\b",
    re.I,
)  # fmt: skip
_DIVIDES: Final = re.compile(
    r"[,;:—–]\s|[.!?]\s|\b(?:but|while|whereas|although|unless|except|until|because|if|which|that|who)\b", re.I
)
_WINDOW: Final = 4
_ENOUGH: Final = 2
_MUCH: Final = 0.4  # part of a claim's words


def negation_differences(pair: Pair) -> Iterator[Difference]:
    """Yield denials that one side has of what the other affirms in much the same words.

    Most of the next words behind the denial must stand together on the other side, and no denial there; or the other
    side denies nothing at all, and has one of them. Across languages nothing is compared.
    """
    if pair.abroad:
        return
    yield from _denied_by_claim(pair)
    yield from _denied_by_source(pair)


def _denied_by_claim(pair: Pair) -> Iterator[Difference]:
    plain = _ANY_DENIAL.search(pair.source.text) is None
    for span, scope in _denials(pair.claim):
        found = _affirmed(pair.source, scope)
        if found is None and plain and _claims_of_it(pair, scope):
            found = _place(pair.source, [stem for stem in scope if stem in pair.shared])
        if found is not None:
            yield pair.difference("negation", span, found)


def _denied_by_source(pair: Pair) -> Iterator[Difference]:
    plain = _ANY_DENIAL.search(pair.claim.text) is None
    for span, scope in _denials(pair.source):
        found = _affirmed(pair.claim, scope)
        if found is None and plain and _about(pair, scope):
            found = _place(pair.claim, [stem for stem in scope if stem in pair.shared])
        if found is not None:
            yield pair.difference("negation", found, span)


def _claims_of_it(pair: Pair, scope: Sequence[str]) -> bool:
    """Whether the sentence is about what a claim denies."""
    if pair.clear:
        return not pair.shared.isdisjoint(scope)
    return scope[0] in pair.shared and _about(pair, scope)


def _about(pair: Pair, scope: Sequence[str]) -> bool:
    """Whether the claim is about what is denied: it has half of it, or its verb, and much else of the sentence."""
    held = pair.shared.intersection(scope)
    if pair.clear:
        return bool(held)
    return len(held) >= _ENOUGH or (scope[0] in held and pair.coverage >= _MUCH and len(pair.shared) > _ENOUGH)


def _place(reading: Reading, stems: Sequence[str]) -> Span:
    """Return the first word of a text that has one of its stems."""
    return next((word.start, word.end) for word in reading.words if word.stem in stems)


def _denials(reading: Reading) -> Iterator[tuple[Span, tuple[str, ...]]]:
    """Yield what is denied, as its first words' stems, with the stretch from the denial to the last of them."""
    for match in _DENIAL.finditer(reading.text):
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


_ANY_DENIAL: Final = re.compile(
    rf"{_DENIAL.pattern}|\b(?:nor|without|none|nothing|nobody|no one|lack\w*|absen\w+|fail\w* to|refus\w+"
    rf"|den(?:y|ies|ied|ial)|unable|refrain\w*"
    r"|prohibit\w*|forbid\w*|ban(?:s|ned)?|exclud\w+|exempt\w*|prevent\w*|avoid\w*|free (?:of|from)|neither"
    r"|rul\w+ out|only|less|least|before|until"
    r"|im(?:possib|practic|prob|plausib)\w+|un(?:likely|necessary|available|affected|touched|bound|changed"
    r"|willing|lawful|restricted|limited|til|less)"
    r"|in(?:eligible|admissible|valid|capable)|non-\w+|stop\w*|end(?:s|ed|ing)?|halt\w*|out of|far from"
    r"|missing|short of|first(?:-ever)?|hardly|barely|rather than"
    r"|instead of|leav\w+|left|optional|free to|away|merely)\b",
    re.I,
)  # fmt: skip


@functools.lru_cache(maxsize=1024)
def _is_denied(text: str, span: Span) -> bool:
    return _ANY_DENIAL.search(text[max(0, span[0] - 70) : span[1] + 40]) is not None
