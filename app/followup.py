"""Complete a follow-up question from the conversation, by rule: carry over what it leaves out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from app.actors import countries
from app.dates import DATE_PHRASE
from app.document_names import TERMS_OF_OFFICE
from app.query import language_of
from ingest.lexical import analyse

_OPENING: Final = re.compile(
    r"^\s*(?:and|but|so|then|also|ok(?:ay)?|now|what about|how about|what of|same for)\b[\s,]*"
    r"|^\s*(?:그럼|그러면|그리고|그런데|근데|거기|그건|그중)",
    re.I,
)
_PRONOUN: Final = re.compile(
    r"\b(?:it|they|them|those|these|that|this one|there|he|she|his|her|their|its|the same|the other)\b"
    r"|(?:^|\s)(?:그|거기|그것|그건|그들|이것|저것|그중)(?:에|은|는|이|가|을|를|도|의)?(?=\s)",
    re.I,
)
_PLACE: Final = re.compile(
    r"\b(?:in|at|for|with|on|by|from|under|about)\s+(?:the\s+)?(?:[A-Z][\w.'’-]*\s?)+|\bthe EU\b"
)
_LEAD: Final = re.compile(r"((?:in|at|for|with|on|by|from|under|about|of|since|after|before|until)\s+)?(the\s+)?", re.I)
_ASKS: Final = re.compile(
    r"^\s*(?:who|whom|whose|what|which|when|where|why|how|did|does|do|is|are|was|were|has|have|had|will|would|can|could)\b",
    re.I,
)
_NAME: Final = re.compile(r"(?<=\s)[A-Z][\w.'’-]+")
_DESIGNATION: Final = re.compile(r"\b\d+[A-Z]\b")  # a provision's name: "30D"
_ACTORS: Final = frozenset({"ai", "i", *TERMS_OF_OFFICE})  # whom or what any question here may be about
_SHORT: Final = 4  # index terms; a question with fewer hardly stands by itself


def leaves_out(question: str) -> bool:
    """Return whether a question seems to lean on what was asked before it."""
    terms = analyse(question)
    if _OPENING.match(question) and len(terms) <= 8:
        return True
    return (len(terms) < _SHORT and not _stands(question)) or (
        len(terms) <= 8 and _PRONOUN.search(question) is not None
    )


def _stands(question: str) -> bool:
    """Whether a question is whole though it is short: it asks, and names what it is about.

    A country or a president is no such name, since the question before may have been about another; with a date it is.
    """
    undated = DATE_PHRASE.sub(" ", question)  # "May" of "May 2022" is no name
    if _ASKS.match(question) is None:
        return False
    names = [name for name in _NAME.findall(undated) if name.lower() not in _ACTORS and not countries(name)]
    if names or _DESIGNATION.search(question):
        return True
    return undated != question and _NAME.search(undated) is not None


def complete(question: str, history: Sequence[str]) -> str:
    """Return a question that stands by itself.

    The earlier question is carried over; a date, or a place or actor with its preposition, takes the place
    of the earlier one's. A question that stands by itself, or has no history, is returned as it is.

    Args:
        question: the person's words.
        history: earlier questions of the conversation, oldest first.
    """
    if not history or not leaves_out(question):
        return question
    earlier = complete(history[-1], history[:-1]).strip()
    rest = _OPENING.sub("", question).strip() or question
    if swapped := _swap(rest, earlier):
        return swapped
    joint = "라는 질문에 이어: " if language_of(question) == "ko" else " — "
    return f"{_without(earlier, rest)}{joint}{rest}"


def _swap(rest: str, earlier: str) -> str:
    """Put a follow-up that is only a date or a place where the earlier question has its own."""
    bare = rest.rstrip(" ?.!")
    for pattern in (DATE_PHRASE, _PLACE):
        new = pattern.search(bare if bare[:1].isupper() or " " in bare else f"in {bare}")
        old = pattern.search(earlier)
        if new and old and len(analyse(bare)) <= len(analyse(new[0])):
            fitting = _in_place_of(old[0].strip(), new[0].strip(), dated=pattern is DATE_PHRASE)
            return earlier.replace(old[0].strip(), fitting, 1)
    return ""


def _in_place_of(old: str, new: str, *, dated: bool) -> str:
    """Return the new date or place with the preposition and article that the sentence needs there."""
    preposition, article, _ = _parts(old)
    own, own_article, bare = _parts(new)
    if preposition:
        return (own or preposition).lower() + own_article + bare
    return (article if dated else own_article) + bare  # "the 2021 statement": "in 2023" becomes "the 2023 statement"


def _parts(phrase: str) -> tuple[str, str, str]:
    """Split a phrase into preposition and article, each with the space behind it, and the rest."""
    lead = _LEAD.match(phrase)
    if lead is None:
        return "", "", phrase
    return lead[1] or "", lead[2] or "", phrase[lead.end() :]


def _without(earlier: str, rest: str) -> str:
    """Take the dates out of the earlier question where the follow-up names its own."""
    if DATE_PHRASE.search(rest):
        earlier = DATE_PHRASE.sub(" ", earlier)
    return " ".join(earlier.split())
