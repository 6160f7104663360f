"""Complete a sentence of an article from those before it, where it is plain what it refers to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_FAR: Final = 6  # sentences looked back over; a pronoun is only read from the one before
_LONGEST: Final = 600  # characters; longer sentences are left as they are

_NOUNS: Final = (
    "statement|declaration|fact sheet|memorandum|agreement|accord|communiqué|order|act|law|decree|report|document|text"
    "|readout|principles|recommendation|framework|deal|plan|treaty|code|rule|rules"
)
_SAYS: Final = (
    "says?|said|adds?|added|states?|stated|notes?|noted|provides?|provided|requires?|required|calls?|called|commits?"
    "|committed|lists?|listed|mentions?|mentioned|promises?|promised|pledge[sd]?|goes on|went on|continues|sets?"
    "|defines?|describes?|described|recogni[sz]e[sd]?|reaffirms?|reaffirmed|names?|named|covers?|covered|contains?|contained"
    "|stipulates?|stipulated|emphasi[sz]e[sd]?|stresse[sd]|underscore[sd]?|makes|made|gives|gave|speaks|spoke|allows"
    "|allowed"
)
_DOES: Final = (
    "pledge[sd]?|agree[sd]?|promise[sd]?|commits?|committed|plans?|planned|intends?|intended|invests?|invested|signs?"
    "|signed|announce[sd]?|launche[sd]|joins?|joined|opens?|opened|will|would|has|have|had|did|does|sets|set|calls?|called"
    "|lowers?|lowered|raise[sd]?|adopts?|adopted|passe[sd]|creates?|created|buys|bought|sells|sold|offers?|offered"
    "|provides?|provided|requires?|required|excludes?|excluded|welcomes?|welcomed|says?|said|adds?|added|reaffirms?"
    "|reaffirmed|accepts?|accepted|undertakes?|undertook|undertaken|establishe[sd]|approves?|approved"
)
_OFTEN: Final = "(?:also |further |then |even |later |explicitly |only |again |not )*"
# "the 2023 joint statement", "the Seoul Declaration", "Executive Order 14179"
_DOCUMENT: Final = re.compile(
    rf"(?:[Tt]he|[Ii]ts|[Tt]heir|[Aa]n?) (?:[\w’'.–-]+ ){{0,7}}?(?:{_NOUNS})\b(?: of (?:\w+ \d{{4}}|\d{{4}}))?"
    r"|Executive Order \d+",
    re.I,
)
_TELLING: Final = re.compile(r"\d|(?<!^)(?<![.!?] )\b[A-Z]")  # a year or a name in it
_LEAD: Final = re.compile(rf"(?:In|Under|At|With|According to) [^,;:]{{0,80}}?(?:{_NOUNS})\b[^,;:]{{0,30}}, ")
_SUBJECT: Final = re.compile(
    r"(?:(?:The|the|President|Prime|South|North) )*(?:[A-Z][\w’'.-]*|\d{4})"
    r"(?: (?:of|and|the|for|on|[A-Z][\w’'.-]*|\d{4}|joint|presidents?|ministers?|ministry|leaders|governments?"
    r"|companies|countries|sides|statement|declaration|fact|sheet|memorandum)){0,9}"
)
_PLAIN_SUBJECT: Final = re.compile(
    r"[Tt]he (?:\w+ ){0,3}?(?:ministers?|ministry|presidents?|leaders|spokes\w+|governments?|sides|parties"
    r"|countries|companies|company|commission|council|department|agency|institute)"
)
_PERSON: Final = re.compile(
    r"\b(?:president|minister|secretary|spokes\w+|ambassador|adviser|chairman|director)\b", re.I
)
_PLURAL: Final = re.compile(
    r"\band\b|\b(?:leaders|sides|parties|countries|companies|ministers|governments|presidents)$", re.I
)
_FIGURE_OF: Final = re.compile(
    r"(?P<what>[A-Z][^.;:]{3,150}?) (?:was|were|is|are|reached|stood at|totall?ed|amounted to|came to|hit|fell to"
    r"|rose to|grew to) (?:\w+ ){0,3}?[$€£₩]?\d"
)
_THAT_FIGURE: Final = re.compile(r"(?:That|This|The) (?:figure|number|sum|amount|share|total)(?= (?!of\b))")

_KOREAN_NOUNS: Final = "공동성명|성명|선언|양해각서|설명자료|합의문|기본법|시행령|행정명령|보고서"
_KOREAN_DOCUMENT: Final = re.compile(
    rf"(?:\d{{4}}년(?: \d{{1,2}}월)?(?:의)? (?:[가-힣]+ ){{0,2}}?[가-힣]{{0,8}}?|[가-힣]{{2,8}} ?)(?:{_KOREAN_NOUNS})"
)
_KOREAN_BACK: Final = re.compile(
    rf"(?:이|그|같은|해당) (?P<noun>{_KOREAN_NOUNS}|문서|법|합의)(?P<particle>은|는|이|가|에는|에서는|에서|에)(?= )"
)


def standing_alone(sentence: str, before: Sequence[str]) -> str:
    """Return a sentence that can be understood by itself, or as it is where what it refers to is not plain.

    A pronoun that is its subject is replaced by the subject of the sentence before ("It adds" becomes "The 2023
    statement adds"), "that figure" by what the figure was of, "the statement" by the document's fuller name. What the
    sentence before says "in the 2021 statement" stays in it.

    Args:
        sentence: one sentence, in English or Korean.
        before: the sentences before it in the article, oldest first; may be empty.
    """
    if not before or len(sentence) > _LONGEST or len(before[-1]) > _LONGEST:
        return sentence
    pronoun = re.match(r"(It|They|He|She|Its|Their) ", sentence)
    if pronoun:
        return _pronoun(sentence, pronoun[1], before)
    figure = _THAT_FIGURE.match(sentence)
    if figure:
        of = _FIGURE_OF.match(before[-1])
        return of["what"] + sentence[figure.end() :] if of else sentence
    korean = _KOREAN_BACK.match(sentence)
    if korean:
        return _korean(sentence, korean, before)
    return _fuller(sentence, before)


def _pronoun(sentence: str, pronoun: str, before: Sequence[str]) -> str:
    previous = standing_alone(before[-1], before[-_FAR:-1])
    lead = _LEAD.match(previous)
    start = lead.end() if lead else 0
    subject = _subject(previous, start)
    rest = sentence[len(pronoun) + 1 :]
    if not subject or not _agrees(pronoun, subject):
        return sentence
    document = _DOCUMENT.fullmatch(subject) is not None
    verbs = f"{_SAYS}|{_DOES}" if document else _DOES
    if pronoun in ("Its", "Their"):
        return f"{subject}’s {rest}" if document and _TELLING.search(subject) else sentence
    if not re.match(rf"{_OFTEN}(?:{verbs})\b", rest):
        return sentence
    opening = lead[0] if lead else ""
    subject = subject if not opening else subject[:1].lower() + subject[1:] if subject.startswith("The ") else subject
    return f"{opening}{subject} {rest}"


def _subject(text: str, start: int) -> str:
    """Return the document or actor that a sentence is about from `start` on; empty where that is not plain."""
    for pattern in (_DOCUMENT, _SUBJECT, _PLAIN_SUBJECT):
        found = pattern.match(text, start)
        if found and re.match(rf",? {_OFTEN}(?:{_SAYS}|{_DOES})\b", text[found.end() : found.end() + 80]):
            return found[0]
    return ""


def _agrees(pronoun: str, subject: str) -> bool:
    plural = _PLURAL.search(subject) is not None and _DOCUMENT.fullmatch(subject) is None
    if pronoun in ("He", "She"):
        return not plural and _PERSON.search(subject) is not None
    if pronoun in ("They", "Their"):
        return plural
    return not plural and _PERSON.search(subject) is None and subject not in ("It", "This", "That", "He", "She")


def _fuller(sentence: str, before: Sequence[str]) -> str:
    """Put the fuller name of a document for "the statement", if one such was named just before."""
    bare = re.match(rf"(?:The|This|That|The same) (?P<noun>{_NOUNS})(?= {_OFTEN}(?:{_SAYS})\b)", sentence)
    if not bare:
        return sentence
    noun = "" if bare["noun"] in ("document", "text") else bare["noun"]
    for earlier in reversed(before[-_FAR:]):
        names = {
            found[0]
            for found in _DOCUMENT.finditer(earlier[:_LONGEST])
            if _TELLING.search(found[0]) and found[0].lower().startswith("the ")
        }
        fitting = {name for name in names if re.search(rf"\b{noun}\b", name, re.I)} if noun else names
        if fitting:
            name = fitting.pop()
            return sentence if fitting else name[:1].upper() + name[1:] + sentence[bare.end() :]
    return sentence


def _korean(sentence: str, back: re.Match[str], before: Sequence[str]) -> str:
    noun = back["noun"] if back["noun"] in _KOREAN_NOUNS else ""
    for earlier in reversed(before[-_FAR:]):
        names = {found[0].strip() for found in _KOREAN_DOCUMENT.finditer(earlier[:_LONGEST])}
        fitting = {name for name in names if name.endswith(noun)}
        if fitting:
            name = fitting.pop()
            return sentence if fitting else name + _particle(back["particle"], name) + sentence[back.end() :]
    return sentence


def _particle(particle: str, word: str) -> str:
    """Return a particle in the form that the word's last syllable asks for."""
    closed = (ord(word[-1]) - ord("가")) % 28 != 0
    for after_closed, after_open in (("은", "는"), ("이", "가")):
        if particle in (after_closed, after_open):
            return after_closed if closed else after_open
    return particle
