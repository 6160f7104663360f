"""Split a Korean sentence at the endings that join clauses: -고, -며, -지만, -으나 behind a tense.

Only an ending that carries a tense (했고, 있으며, 없지만) closes a clause for certain; 하고 and 하며 take theirs from
the last verb, which need not be the same in form.
"""

from __future__ import annotations

import re
from typing import Final

from app.claims.clause_reading import Clause

_JOINT: Final = re.compile(r"(?<=[가-힣])(?:으며|지만|으나|고)(,?)\s+")
_CONDITIONAL: Final = re.compile(r"(?<!따르)(?<!의하)면\s|다면|라면|경우|때문|뿐만|물론|아니라|보다")
_SAID: Final = re.compile(r"^.{2,80}?(?:에 따르면|에 의하면|에 따라),?\s+")
_WHEN: Final = re.compile(r"^(?:\d{4}년(?:\s*\d{1,2}월)?(?:\s*\d{1,2}일)?(?:에는?|에도)?,?\s+)(?=\S)")
_ADNOMINAL: Final = re.compile(r"(?:[하되있없같않받오가주보이]는|많은|같은|높은|낮은|작은|좋은|맺은|받은|[았었]던)$")
_REPORTED: Final = re.compile(r"다고\s+(?:\S+\s+){0,1}\S+다\.?$")
_PREDICATE: Final = re.compile(r"(?:다|음|함|됨|임)[.]?$")


def korean_clauses(claim: str, start: int, end: int, shut: list[tuple[int, int]]) -> list[Clause]:
    """Return the clauses of a Korean sentence, in order; one where it cannot be split for certain.

    Args:
        claim: all of it.
        start: where the sentence begins.
        end: where it ends.
        shut: stretches in quotation marks and brackets, where nothing is split.
    """
    sentence = claim[start:end]
    whole = [Clause(sentence, start, end)]
    if _CONDITIONAL.search(sentence) or not _PREDICATE.search(sentence):
        return whole
    cuts = [match for match in _JOINT.finditer(claim, start, end) if _is_cut(claim, match, shut)]
    if not cuts:
        return whole
    said = _match(_SAID, claim[start:end])
    when = _match(_WHEN, claim[start + len(said) : end])
    topic = _topic(claim[start + len(said) + len(when) : cuts[0].start()])
    reported = _REPORTED.search(sentence)
    found, begin = [], start
    for number, cut in enumerate([*cuts, None]):
        stop = cut.start() if cut else end
        body = claim[begin:stop]
        if number:
            dated = _match(_WHEN, body)
            own = _topic(body[len(dated) :])
            if not topic:
                return whole
            body = f"{said}{'' if dated else when}{'' if own else topic + ' '}{body}"
            topic = own or topic
        if cut:
            body += f"다고{reported[0][2:].rstrip('.')}" if reported else "다"
        found.append(Clause(body, begin, cut.end() if cut else end))
        begin = cut.end() if cut else end
    return [Clause(one.text, one.start, one.start + len(claim[one.start : one.end].rstrip())) for one in found]


def _is_cut(claim: str, match: re.Match[str], shut: list[tuple[int, int]]) -> bool:
    """Whether a joint stands behind a tense, outside quotation marks, with something on both sides."""
    before = claim[match.start() - 1]
    final = (ord(before) - 0xAC00) % 28
    ending = match[0].rstrip(", ")
    tensed = final == 20 or (before == "없" and ending in ("고", "으며", "지만", "으나"))
    if any(first <= match.start() < last for first, last in shut) or not tensed:
        return False
    # "가지고 있고" and "다고 했고" end clauses as well; "-고 있-" itself has no tense before 고.
    return len(claim[match.end() :].split()) >= 2


def _match(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.match(text)
    return found[0] if found else ""


def _topic(text: str) -> str:
    """Return what a clause begins with up to its 은 or 는; empty where it has none."""
    at = 0
    for word in text.split(" ")[:6]:
        at += len(word) + 1
        bare = word.rstrip(",")
        if bare.endswith(("은", "는")) and len(bare) > 1 and bare != "또는" and not _ADNOMINAL.search(bare):
            return text[: at - 1].strip()
    return ""
