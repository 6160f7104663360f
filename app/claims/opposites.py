"""Compare directions: rise and fall, join and leave, impose and lift; a denied word counts as its opposite."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.claims.amounts import Amount, read_amounts
from app.claims.readings import Pair, Span
from app.claims.results import Difference

# Pairs of opposite words. Words that deny one turn it into the other, where the third column says so: what does not
# rise need not fall, but what is not allowed is forbidden.
_OPPOSITES: Final = tuple(
    (re.compile(rf"\b(?:{one})\b|{one_ko}", re.I), re.compile(rf"\b(?:{other})\b|{other_ko}", re.I), turns)
    for one, one_ko, other, other_ko, turns in (
        (
            r"increas(?:e[sd]?|ing)|ris(?:e|es|en|ing)|rose|gr(?:ow|ows|ew|own|owing)|rais(?:e[sd]?|ing)"
            r"|widen(?:s|ed|ing)?"
            r"|climb(?:s|ed|ing)?|surg(?:e[sd]?|ing)|doubl(?:e[sd]?|ing)|tripl(?:e[sd]?|ing)|swell(?:s|ed"
            r"|ing)?|went up|go(?:es)? up",
            "증가|늘[어었리]|인상|상승|급증",
            r"decreas(?:e[sd]?|ing)|f(?:all|alls|ell|allen|alling)|dropp?(?:s|ed|ing)?|declin(?:e[sd]?|ing)"
            r"|shr(?:ink|inks|ank|unk|inking)"
            r"|reduc(?:e[sd]?|ing|tions?)|lower(?:s|ed|ing)|narrow(?:s|ed|ing)|cuts?|halv(?:e[sd]?|ing)"
            r"|went down|go(?:es)? down",
            "감소|줄[어었이]|인하|하락|급감|축소",
            False,
        ),
        (
            r"resum(?:e[sd]?|ing)|expand(?:s|ed|ing)?|continu(?:e[sd]?|ing)|regulari[sz]e[sd]?|intensif(?:y"
            r"|ies|ied)|step(?:ped)? up"
            r"|strengthen(?:s|ed|ing)?|broaden(?:s|ed|ing)?|extend(?:s|ed|ing)?",
            "확대|재개|지속|강화",
            r"w(?:ind|ound|inding) down|suspend(?:s|ed|ing)?|halt(?:s|ed|ing)?|scal(?:e[sd]?|ing) (?:back"
            r"|down)|phas(?:e[sd]?|ing) out"
            r"|discontinu(?:e[sd]?|ing)|abandon(?:s|ed|ing)?|scrap(?:s|ped|ping)?|cancel(?:s|led|ling)?"
            r"|weaken(?:s|ed|ing)?"
            r"|curtail(?:s|ed|ing)?|terminat(?:e[sd]?|ing)",
            "중단|축소|폐지|약화|철회",
            False,
        ),
        (
            r"join(?:s|ed|ing)?|sign(?:s|ed|ing) (?:up|on)|acced(?:e[sd]?|ing)|endors(?:e[sd]?|ing)|entered",
            "가입|동참|합류",
            r"leav(?:e|es|ing)|left|withdr(?:ew|aw|awn|awing|awal)|quit|pull(?:s|ed|ing)? out|opt(?:s|ed|ing)? out"
            r"|stay(?:s|ed|ing)? (?:out|away)|abstain(?:s|ed|ing)?",
            "탈퇴|불참|빠[졌지]",
            True,
        ),
        (
            r"impos(?:e[sd]?|ing)|lev(?:y|ies|ied|ying)|fac(?:e[sd]?|ing)|subject to|charg(?:e[sd]?|ing)|hit with",
            "부과|적용(?=[한하되된받])",
            r"lift(?:s|ed|ing)?|exempt(?:s|ed|ing)?|waiv(?:e[sd]?|ing)|remov(?:e[sd]?|ing)|spar(?:e[sd]"
            r"|ing)|scrap(?:s|ped)?",
            "면제|철폐|제외",
            True,
        ),
        (
            r"allow(?:s|ed|ing)?|permit(?:s|ted|ting)?|authori[sz](?:e[sd]?|ing)|grant(?:s|ed|ing)?"
            r"|approv(?:e[sd]?|al|ing)|eligible"
            r"|entitled?",
            "허용|승인|허가",
            r"forbid(?:s|den|ding)?|prohibit(?:s|ed|ing)?|bann?(?:s|ed|ing)?|bar(?:s|red|ring)|den(?:y|ies"
            r"|ied|ial|ying)|refus(?:e[sd]?|al|ing)"
            r"|reject(?:s|ed|ing|ion)?|rul(?:e[sd]?|ing) out|disallow(?:s|ed)?|ineligible|inadmissible",
            "금지|불허|거부|거절",
            True,
        ),
        (
            r"includ(?:e[sd]?|ing)|cover(?:s|ed|ing)?|appl(?:y|ies|ied) to|extend(?:s|ed)? to"
            r"|encompass(?:es|ed)?|including",
            "포함|적용",
            r"exclud(?:e[sd]?|ing)|leav(?:e|es|ing) out|left out|omit(?:s|ted)?|shut(?:s|ting)? out"
            r"|exempt(?:s|ed)?|rul(?:e[sd]?|ing) out",
            "제외|배제",
            True,
        ),
        (
            r"possible|potential|feasible|within reach|attainable|achievable|practicable|practical|realistic",
            "가능",
            r"impossib(?:le|ility)|infeasible|unfeasible|out of reach|unattainable|impractica(?:l|ble|lity)"
            r"|unrealistic",
            "불가능|비현실",
            True,
        ),
        (
            r"(?:whichever is (?:the )?)?(?:higher|greater|larger|bigger)(?! than)",
            "더 (?:큰|높은)",
            r"(?:whichever is (?:the )?)?(?:lesser|lower|smaller)(?! than)",
            "더 (?:작은|낮은)",
            False,
        ),
        (r"import(?:s|ed|ing)?", "수입", r"(?<!re)export(?:s|ed|ing)?", "수출", False),
        (r"inbound|inward|incoming", "유입", r"outbound|outward|outgoing", "유출", False),
        (
            r"before|prior to|ahead of|in advance of|pre-?arrival", "전에|이전에",
            r"after|following|once|upon|post-?arrival", "후에|이후에|뒤에", False,
        ),
        (r"majority", "과반|다수", r"minority", "소수", False),
        (r"support(?:s|ed|ing)?|welcom(?:e[sd]?|ing)|back(?:s|ed|ing)|endors(?:e[sd]?|ing)", "지지|환영",
         r"oppos(?:e[sd]?|ing)|condemn(?:s|ed|ing)?|reject(?:s|ed|ing)?|denounc(?:e[sd]?|ing)"
         r"|deplor(?:e[sd]?|ing)", "반대|규탄", False),
        (r"permanent(?:ly)?", "영구", r"temporar(?:y|ily)|provisional(?:ly)?|interim", "임시|한시|잠정", True),
        (r"accelerat(?:e[sd]?|ing)|speed(?:s|ing)? up", "가속|앞당", r"slow(?:s|ed|ing)?(?: down)?|delay(?:s|ed"
        r"|ing)?|postpon(?:e[sd]?|ing)", "지연|연기|늦추", False),
        (r"eas(?:e[sd]?|ing)|loosen(?:s|ed|ing)?|relax(?:es|ed|ing)?", "완화", r"tighten(?:s|ed|ing)?"
        r"|toughen(?:s|ed|ing)?", "강화", False),
    )
)  # fmt: skip
_DENIES: Final = re.compile(
    r"\b(?:not(?! only| just| merely)|no(?! later| fewer| less| more| doubt)|never|neither|nor|without"
    r"|cannot|\w+n['’]t|fail(?:s|ed)? to"
    r"|(?:declin|refus)(?:e[sd]?|ing) to)(?:\s+[\w'’-]+){0,3}\s*$",
    re.I,
)  # fmt: skip
_DENIES_BEHIND: Final = re.compile(
    r"\s+(?:no|nobody|nothing|none|neither)\b|[가-힣]{0,4}\s?(?:하|되|받|지)?[지]?\s?(?:않|못|아니|안 )"
)
_BY: Final = 40  # characters between a word and the amount that it is of
_RELATIONAL: Final = frozenset((10,))  # "before" and "after" join things, and count by what is on both sides of them


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
        if near >= (3 if group in _RELATIONAL else 1) and (near > 1 or len(pair.topic) > 1):
            yield pair.difference("negation", one.span, other.span)


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
    return tuple(pole for group in range(len(_OPPOSITES)) for pole in _poles_of(text, group))


def _poles_of(text: str, group: int) -> list[_Pole]:
    one, other, turns = _OPPOSITES[group]
    found = []
    for pattern, positive in ((one, True), (other, False)):
        for match in pattern.finditer(text):
            if match[0][0].isupper() and match.start():
                continue  # "the Inflation Reduction Act"
            denied = denial_before(text, match.start()) or _DENIES_BEHIND.match(text, match.end())
            if denied and not turns:
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
