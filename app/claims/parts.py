"""Split a claim into parts that can be checked one by one, each with its subject, its date and who said it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.claims.clause_reading import OWN_DATE, Clause, Frame
from app.claims.clause_words import NOUNS_TOO, PREPOSITIONS, SAYING, SIMPLE_PASTS, Word, finite
from app.claims.clauses import clauses, is_clause
from app.claims.korean_parts import korean_clauses
from app.query import language_of
from ingest.passages import split_sentences

MOST_PARTS: Final = 8

_QUOTED: Final = re.compile(
    r"“[^“”]*”|\"[^\"]*\"|(?<![\w’'])‘[^‘’]*(?:’(?=\w)[^‘’]*)*’(?!\w)|(?<![\w'])'[^']*(?:'(?=\w)[^']*)*'(?!\w)"
    r"|「[^「」]*」|『[^『』]*』|«[^«»]*»|\([^()]*\)|\[[^\[\]]*\]"
)
_WORD: Final = re.compile(r"(?:[A-Z]\.){2,}|[^\W_]+(?:[.,'’&/+–-][^\W_]+)*%?|[^\w\s]|_")
_LEAD: Final = re.compile(
    r"(?:According to|In|At|Under|On|For|During|By|As part of|Per|With|Within)\s[^,;:“”\"()]{1,100},\s+"
    r"(?![A-Z]\w+(?:,|\sand\s[A-Z]\w+,))"  # "In Seoul, Tokyo and Washington, ..."
)
_THAT: Final = re.compile(r"[^,;:“”\"]{1,80}?\s([a-z]+)\s+that\s+")
_TRAIL: Final = re.compile(
    r",\s+(?:according to\s[^,;“”\"]{1,80}|[^,;“”\"]{1,60}?\s([a-z]+)(?:\s(?:in|on|at)\s[^,;“”\"]{1,80})?)(?=\.?\s*$)"
)
_UNCLEAR: Final = re.compile(
    r"(?:this|that|these|those|such|it|they|he|she|its|their|his|her|both|the (?:former|latter|same|two|other)|so"
    r"|however|moreover|instead|then|there|but|and|or|other|another)\b",
    re.IGNORECASE,
)
_KOREAN_UNCLEAR: Final = re.compile(
    r"(?:이|그|이를|이는|그는|그녀는|이들은|또한?|그러나|하지만|그리고|양국은|이어|따라서|반면)\s"
    r"|이[ 번]|그[것러]|해당 "
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """One part of a claim.

    Attributes:
        text: what can be checked by itself: its own words, with the subject, the date and who said it.
        start: where its own words begin in the claim.
        end: where they end; the words between two parts' are none.
    """

    text: str
    start: int
    end: int


def split_claim(claim: str) -> tuple[Stretch, ...]:
    """Return the parts of a claim, in order, at most `MOST_PARTS`.

    Each of the claim's words is in one part's own stretch. What cannot be split for certain stays whole, and so
    does a claim one of whose parts would split again by itself. White space alone gives none.
    """
    found = _split(claim)
    if len(found) > 1 and any(len(_split(part.text)) > 1 for part in found[: MOST_PARTS - 1]):
        return _merged(claim, found)
    if len(found) > MOST_PARTS:
        return (*found[: MOST_PARTS - 1], _own(claim, found[MOST_PARTS - 1 :]))
    return tuple(found)


def _merged(claim: str, found: Sequence[Stretch]) -> tuple[Stretch, ...]:
    return (_own(claim, found),)


def _own(claim: str, found: Sequence[Stretch]) -> Stretch:
    start, end = found[0].start, found[-1].end
    return Stretch(claim[start:end], start, end)


def _split(claim: str) -> list[Stretch]:
    found: list[Stretch] = []
    shut = [match.span() for match in _QUOTED.finditer(claim)]
    for start, end in _sentences(claim, shut):
        parts = _parts_of(claim, start, end, shut)
        found += [Stretch(part.text, part.start, part.end) for part in parts]
    return found


def _sentences(claim: str, shut: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans of the sentences; one that leans on the last is joined to it, and none ends in a quotation."""
    spans: list[tuple[int, int]] = []
    for start, end in split_sentences(claim):
        inside = any(first < start < last for first, last in shut)
        leans = _UNCLEAR.match(claim, start) or _KOREAN_UNCLEAR.match(claim, start) or len(claim[start:end].split()) < 3
        if spans and (inside or leans or len(claim[slice(*spans[-1])].split()) < 3):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _parts_of(claim: str, start: int, end: int, shut: list[tuple[int, int]]) -> list[Clause]:
    sentence = claim[start:end]
    whole = [Clause(sentence, start, end)]
    if len(split_sentences(sentence)) > 1 or _is_open(sentence):
        return whole
    if language_of(sentence) == "ko":
        return korean_clauses(claim, start, end, shut)
    words = [
        Word(match[0].replace("’", "'"), match.start(), match.end(), any(a <= match.start() < b for a, b in shut))
        for match in _WORD.finditer(claim, start, end)
    ]
    found: list[Clause] = []
    frame = _frame(claim, start, end)
    for first, last in _at_semicolons(claim, words, frame):
        found += clauses(claim, words, Frame(frame.said, frame.when, first, last, frame.trail))
    return _covering(found, start, end) or whole


def _is_open(sentence: str) -> bool:
    """Whether a quotation mark or bracket is left open, so that nobody knows what is quoted."""
    rest = _QUOTED.sub("", sentence)
    return any(mark in rest for mark in '“”"「」『』«»()[]')


def _frame(claim: str, start: int, end: int) -> Frame:
    """Read who says it and when, at the start; and who says it, at the end."""
    said = when = ""
    at = start
    for _ in range(3):
        rest = claim[at:end]
        if match := OWN_DATE.match(rest):
            when += match[0]
        elif (match := _LEAD.match(rest)) and _is_verbless(match[0]):
            lead = re.match(r"(?:According|Per|In the \w+|By|Under)", match[0])
            said, when = (said + match[0], when) if lead else (said, when + match[0])
        elif (match := _THAT.match(rest)) and (found := finite(Word(match[1], 0, 0, False))) and found[1] in SAYING:
            said += when + match[0]
            when = ""
        else:
            break
        at += match.end()
    trail = _TRAIL.search(claim, at, end)
    if trail and trail[1] and not ((found := finite(Word(trail[1], 0, 0, False))) and found[1] in SAYING):
        trail = None
    return Frame(said, when, at, trail.start() if trail else end, trail[0] if trail else "")


def _is_verbless(phrase: str) -> bool:
    """Whether a phrase is no clause: what looks like a verb is a noun, or a participle before a preposition."""
    words = [Word(match[0], *match.span(), False) for match in _WORD.finditer(phrase)]
    for word, after in itertools.pairwise(words):
        found = finite(word)
        participle = found and found[0] == "past" and (after.lower in PREPOSITIONS or after.lower in ("by", "to"))
        noun = found and found[0] == "s" and found[1] in NOUNS_TOO
        if found and not noun and (not participle or word.text in SIMPLE_PASTS):
            return False
    return True


def _at_semicolons(claim: str, words: Sequence[Word], frame: Frame) -> list[tuple[int, int]]:
    """Return the stretches between semicolons, if each has a verb of its own; else the whole."""
    inner = [word for word in words if frame.start <= word.start and word.end <= frame.end]
    cuts = [word for word in inner if word.text == ";" and not word.shut]
    edges = [frame.start, *(word.end for word in cuts), frame.end]
    spans = list(itertools.pairwise(edges))
    if len(spans) > 1 and any(
        _UNCLEAR.match(claim, own[0].start) or not is_clause(claim, own, replace(frame, start=first, end=last))
        for first, last in spans
        if (own := [word for word in inner if first <= word.start < last])
    ):
        return [(frame.start, frame.end)]
    return spans


def _covering(found: Sequence[Clause], start: int, end: int) -> list[Clause]:
    """Let the first clause's own words begin with the sentence's frame, and the last one's end with it."""
    if len(found) < 2:
        return []
    spans = [start, *(clause.start for clause in found[1:]), end]
    return [
        Clause(clause.text, first, last if last == end else found[at].end)
        for at, (clause, first, last) in enumerate(zip(found, spans, spans[1:], strict=False))
    ]
