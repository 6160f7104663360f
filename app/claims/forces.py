"""Compare with what force two sentences hold something: obligation against choice, done against possible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.claims.readings import Pair, Span
from app.claims.results import Difference
from app.modal_words import BINDING, UNBOUND, VOLUNTARY

_BINDS: Final = re.compile(
    rf"{BINDING.pattern}|\b(?:oblig(?:e[sd]?|ing|ations?|atory)|enforceable|compel(?:s|led)?|forced|forcing"
    rf"|impos(?:e[sd]?|ing)"
    r"|legal(?:ly)? (?:duty|duties|obligations?|bound)|demand(?:s|ed)?|binds?|bound to|commanded|ordered)\b",
    re.I,
)
_LOOSE: Final = re.compile(
    rf"{VOLUNTARY.pattern}|{UNBOUND.pattern}|\b(?:call(?:s|ed)? (?:on|upon)|encourag(?:e[sd]?|ing)"
    rf"|invit(?:e[sd]?|ing)|(?-i:may)(?! not)\b"
    r"|could|recommend(?:s|ed)?|not necessarily|as appropriate|where appropriate|may request|due consideration"
    r"|explor(?:e[sd]?|ing)|consider(?:s|ed|ing)?)\b",
    re.I,
)  # fmt: skip
_FREE: Final = re.compile(
    r"\b(?:voluntar\w+|optional(?:ly)?|non-?binding|(?:own|owner['’]s|their|free) choice|free to"
    r"|at (?:their|its|his|her) (?:own )?discretion"
    r"|need not|not (?:required|obliged|bound|mandatory|binding|compulsory)|no obligation)\b|자율적|자발적|선택 ?사항"
    r"|구속력[이은]? ?없",
    re.I,
)  # fmt: skip
_MUST: Final = re.compile(
    r"(?-i:\b(?:must|shall)\b)|\b(?:required|mandatory|compulsory|obligatory|legally binding|obliged"
    r"|no [\w ]{1,25} permitted|is prohibited"
    r"|are prohibited)\b|하여야 한다|해야 한다|의무",
    re.I,
)
_MAYBE: Final = re.compile(
    r"(?-i:\b(?:may|might|could)\b)|\b(?:explor(?:e|es|ing)(?: the)?|consider(?:s|ing)?(?! that)"
    r"|intends? to|plans? to|aims? to|propos(?:e[sd]?|ing)"
    r"|seeks? to|hopes? to|look forward to)\b|검토|할 수 있|예정|계획",
    re.I,
)  # fmt: skip
_DONE: Final = re.compile(
    r"\b(?:ha(?:s|ve|d) (?:already |now )?(?:been )?(?!agreed|pledged|committed|promised|said|stated|called"
    r"|welcomed|announced|expressed|reaffirmed"
    r"|recogni|been\b|decided|noted|asked|urged|warned|seen)(?:\w+(?:ed|en)|put|set|cut|built|begun|made)"
    r"|already \w+|(?:a )?settled decision)\b|이미 [가-힣]+",
    re.I,
)  # fmt: skip
_CONDITION: Final = re.compile(r"\b(?:once|after|when|if|that|which|who|whose|where|until)\b[^,;]{0,40}$", re.I)
_SETTLED: Final = re.compile(r"\b(?:agreed to (?:set up|create|establish)|decided to|committed to|has been"
r"|have been|set up|created|established|launched)\b", re.I)  # fmt: skip
_DENIED: Final = re.compile(r"\b(?:not|no|n['’]t|never|neither|nor|without|nobody|nothing)\b[^.,;]{0,40}$", re.I)
_NO_DUTY: Final = re.compile(f"{UNBOUND.pattern}|{VOLUNTARY.pattern}", re.I)
_NOBODY: Final = re.compile(r"\s+(?:no|nobody|nothing|none|neither)\b|[가-힣]{0,2} ?[가-힣]{0,3}(?:지 않|지 못|[가이는] 없|[가이] 아니)", re.I)
_ENOUGH: Final = 2
_MUCH: Final = 0.2  # part of a claim's words


def modality_differences(pair: Pair) -> Iterator[Difference]:
    """Yield words of a claim that hold something with a force that the sentence excludes for it."""
    if len(pair.topic) < _ENOUGH and not pair.clear:
        return
    yield from _between(pair, _BINDS, _LOOSE, own_only=_LOOSE)
    yield from _between(pair, _FREE, _MUST, own_only=_MUST)
    yield from _done_against_maybe(pair)


def _between(
    pair: Pair, claimed: re.Pattern[str], held: re.Pattern[str], own_only: re.Pattern[str]
) -> Iterator[Difference]:
    """Yield one difference where the claim has one kind of word and the sentence only the other."""
    text = pair.claim.text if claimed is _FREE else _NO_DUTY.sub(lambda match: " " * len(match[0]), pair.claim.text)
    own, other = _first(claimed, text), held.search(pair.source.text)
    if own is None or other is None:
        return
    if own_only.search(pair.claim.text[: own[0]] + " " + pair.claim.text[own[1] :]):
        return
    loosened = claimed is _FREE or not _first(
        _MUST if claimed is _BINDS else claimed, _without(pair.source.text, other.span())
    )
    if loosened and _aligned(pair, own, other.span()):
        yield pair.difference("modality", own, other.span())


def _done_against_maybe(pair: Pair) -> Iterator[Difference]:
    done, maybe = _DONE.search(pair.claim.text), _MAYBE.search(pair.source.text)
    if (
        done is None
        or maybe is None
        or _MAYBE.search(pair.claim.text)
        or _DENIED.search(pair.claim.text[: done.start()])
    ):
        return
    if _CONDITION.search(pair.claim.text[: done.start()]):
        return
    if not _DONE.search(pair.source.text) and _aligned(pair, done.span(), maybe.span()):
        yield pair.difference("modality", done.span(), maybe.span())


def _aligned(pair: Pair, claimed: Span, held: Span) -> bool:
    if pair.clear and not pair.abroad:
        return bool(pair.shared)
    near = pair.near(claimed, held)
    return pair.akin if pair.abroad else near >= _ENOUGH or (near > 0 and pair.coverage >= _MUCH)


def _first(pattern: re.Pattern[str], text: str) -> Span | None:
    """Return the first place that a pattern fits and that nothing denies."""
    found = (match for match in pattern.finditer(text) if not _NOBODY.match(text, match.end()))
    return next((match.span() for match in found if not _DENIED.search(text[: match.start()])), None)


def _without(text: str, span: Span) -> str:
    return text[: span[0]] + " " + text[span[1] :]
