"""What reading an English sentence from left to right needs: its words, its verbs, the clause that is open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.claims.clause_words import (
    DETERMINERS,
    NEGATIVE,
    NOUNS_TOO,
    PREPOSITIONS,
    SAYING,
    SUBORDINATORS,
    UNCHANGED,
    Form,
    Word,
    begins_object,
    finite,
    is_adjective,
    is_base,
)

_MONTHS: Final = "January|February|March|April|May|June|July|August|September|October|November|December"
_WHEN: Final = (
    rf"(?:in|on|by|since|until|during|from|as of)\s+(?:(?:early|late|mid|the (?:end|start|beginning) of)[ -])?"
    rf"(?:\d{{1,2}}\s+)?(?:(?:{_MONTHS})\s+)?(?:\d{{1,2}},?\s+)?(?:19|20)\d\d(?:,|(?=\s))\s*"
)
OWN_DATE: Final = re.compile(_WHEN, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Frame:
    """What holds for every clause of a sentence.

    Attributes:
        said: who says it, with the space behind: "Han argues that ", "According to the statement, ".
        when: a date or occasion, with the space behind: "In May 2021, ".
        start: where the first clause begins in the claim.
        end: where the last one ends.
        trail: who says it, behind the clauses: ", according to Han".
    """

    said: str
    when: str
    start: int
    end: int
    trail: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause made to stand alone.

    Attributes:
        text: the frame, the subject if it is another clause's, the clause's own words.
        start, end: the claim's words that are its own, joining words included.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OpenClause:
    """The clause that is being read: word numbers, and what is put in front of its own words."""

    begin: int  # where its own words begin, joining words included
    body: int  # where what is shown begins
    lead: str
    subject: str
    verb: int
    form: Form


class ClauseReading:
    """The words of one sentence, and the clause of it that is being read.

    Args:
        claim: what the sentence is part of.
        words: the sentence's, between the edges of its frame; at least one.
        frame: what holds for all of it.
    """

    _open: OpenClause

    def __init__(self, claim: str, words: Sequence[Word], frame: Frame) -> None:
        self._claim, self._words, self._frame = claim, words, frame

    def _verb(self, start: int, end: int) -> tuple[int, Form] | None:
        """Return the first finite verb behind a word, and its form; a relative clause in between makes it unclear."""
        words = self._words
        for at in range(start + 1, end):
            if words[at].lower in ("that", "than", "whose", "whom", "where", "when") and not words[at].shut:
                return None
            found = finite(words[at])
            if found and not self._is_no_verb(at, *found):
                return at, found[0]
            if not found and self._is_plural_verb(at):
                return at, "base"
        return None

    def _is_plural_verb(self, at: int) -> bool:
        """Whether a form without ending follows a plural: "leaders agree to", "they commit"."""
        words = self._words
        before = words[at - 1].lower
        plural = before.endswith("s") or before in ("they", "we", "both")
        return plural and is_base(words[at]) and words[at].text not in NOUNS_TOO and at + 1 < len(words)

    def _is_no_verb(self, at: int, form: Form, base: str) -> bool:
        """Whether what looks like a verb is more likely a noun, an adjective or a participle where it stands."""
        words = self._words
        if form not in ("past", "s"):
            return False
        before = words[at - 1].lower
        if before in DETERMINERS - {"both", "all", "each"} or before in PREPOSITIONS | {"of", "by"}:
            return True
        after = words[at + 1] if at + 1 < len(words) else None
        clear = after is not None and begins_object(after) and not self._leads_to_noun(at)
        if form == "s":
            return not clear if base in NOUNS_TOO else self._leads_to_noun(at)
        return (after is not None and after.lower == "by") or (
            (is_adjective(words[at]) or words[at].text in UNCHANGED) and not clear
        )

    def _leads_to_noun(self, verb: int) -> bool:
        """Whether "to" and no verb comes next: "exports to China", "geared to growth"."""
        words = self._words
        return (
            verb + 1 < len(words)
            and words[verb + 1].lower == "to"
            and not (verb + 2 < len(words) and is_base(words[verb + 2]))
        )

    def _dated(self, start: int) -> int:
        """Return how many words a date takes at the start of a clause."""
        match = OWN_DATE.match(self._claim, self._words[start].start, self._frame.end)
        return sum(word.end <= match.end() for word in self._words[start:]) if match else 0

    def _complete(self, at: int) -> bool:
        """Whether the open clause could end before a word: no clause within it still waits for its verb."""
        words, opened = self._words, self._open
        verbs = [i for i in range(opened.verb, at) if finite(words[i])]
        waiting = [i for i in range(opened.verb, at) if words[i].lower in SUBORDINATORS and not words[i].shut]
        if waiting and not any(verb > waiting[-1] for verb in verbs):
            return False
        says = [i for i in range(opened.verb, at) if base_of(words[i]) in SAYING]
        return not says or any(verb > says[-1] for verb in verbs)

    def _denied(self, at: int) -> bool:
        """Whether the open clause denies something before a word."""
        return bool(NEGATIVE.search(self._text(self._open.verb, at)))

    def _text(self, start: int, end: int) -> str:
        """Return the claim's words from one number to another."""
        return self._claim[self._words[start].start : self._words[end - 1].end] if start < end else ""


def base_of(word: Word) -> str:
    """Return the verb that a word is a form of; empty where it is none."""
    found = finite(word)
    return found[1] if found else word.text if is_base(word) else ""


def as_sentence(text: str) -> str:
    """Return a text that begins with a capital."""
    return text[:1].upper() + text[1:]
