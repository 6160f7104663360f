"""Split an English sentence into clauses that can be checked one by one, by the forms of its verbs.

Where it is not certain which words share a subject, nothing is split: two facts in one part do less harm than a
part that says what nobody claimed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Final

from app.claims.clause_predicates import PredicateReading
from app.claims.clause_reading import Clause, Frame, OpenClause, as_sentence, base_of
from app.claims.clause_words import (
    ADVERBS,
    DETERMINERS,
    NOUNS_TOO,
    PREPOSITIONS,
    PRONOUNS,
    SIMPLE_PASTS,
    SUBORDINATORS,
    Form,
    Word,
    begins_object,
    finite,
    is_base,
)

LONGEST_SENTENCE: Final = 120  # words; who writes longer ones nests too deeply for rules
LONGEST_SUBJECT: Final = 12  # words of the subject of a clause behind "and"

_CONDITIONAL: Final = frozenset("if unless whether provided either neither nor or otherwise lest rather".split())
_NOT_ONLY: Final = re.compile(r"\bnot (?:only|just|merely|simply)\b|\bas (?:well|long|soon) as\b|\bthe more\b", re.I)
_COMMENTING: Final = frozenset("means meant makes made shows showed suggests implies allows gives would could".split())
_NO_SUBJECT: Final = PREPOSITIONS | frozenset("of by and or including".split()) | (ADVERBS - {"both"})
_CLAUSE_JOINTS: Final = frozenset("and but while whereas although though".split())
_PREDICATE_JOINTS: Final = frozenset("and but".split())


def clauses(claim: str, words: Sequence[Word], frame: Frame) -> list[Clause]:
    """Return the clauses of a sentence, in order; one where it cannot be split for certain; none for no words."""
    inner = [word for word in words if frame.start <= word.start and word.end <= frame.end]
    if not inner:
        return []
    return _Reading(claim, inner, frame).read()


def is_clause(claim: str, words: Sequence[Word], frame: Frame) -> bool:
    """Whether words have a subject and a finite verb, as far as can be told; "identifying needs" has neither."""
    return bool(words) and not words[0].lower.endswith("ing") and _Reading(claim, words, frame).has_verb()


class _Reading(PredicateReading):
    """One reading of one sentence from left to right."""

    def __init__(self, claim: str, words: Sequence[Word], frame: Frame) -> None:
        super().__init__(claim, words, frame)
        self._done: list[Clause] = []
        self._paired = False  # behind "between" and "both", whose "and" joins no clauses

    def read(self) -> list[Clause]:
        words, text = self._words, self._claim[self._frame.start : self._frame.end]
        lowers = {word.lower for word in words if not word.shut}
        if len(words) > LONGEST_SENTENCE or lowers & _CONDITIONAL or _NOT_ONLY.search(text):
            return self._whole()
        first = self._first()
        if first is None:
            return self._whole()
        self._open = first
        at = first.verb + 1
        while at < len(words):
            at = self._at_joint(at) if self._is_joint(at) else self._past(at)
        self._close(len(words))
        return self._done

    def has_verb(self) -> bool:
        """Whether a finite verb stands behind a subject."""
        return self._verb(0, len(self._words)) is not None

    def _whole(self) -> list[Clause]:
        start, end = self._words[0].start, self._words[-1].end
        return [Clause(self._claim[start:end], start, end)]

    def _first(self) -> OpenClause | None:
        """Read the first clause up to its verb; close a relative clause or a "while" clause in front of it."""
        words, lead = self._words, self._frame.said + self._frame.when
        if words[0].lower in ("while", "whereas", "although", "though"):
            return self._contrast(lead)
        found = self._verb(0, len(words))
        comma = self._relative_of_subject(found[0] if found else 0)
        if comma:
            return self._after_relative(comma, lead)
        if found is None or words[0].shut or any(word.lower in ("which", "who") for word in words[: found[0]]):
            return None
        if words[0].lower in SUBORDINATORS or words[0].lower in ("and", "but"):
            return None
        subject = found[0]
        while subject > 1 and words[subject - 1].lower in ADVERBS:
            subject -= 1
        return OpenClause(0, 0, lead, self._text(0, subject), *found)

    def _contrast(self, lead: str) -> OpenClause | None:
        """Read "While A, B"."""
        found = self._verb(1, len(self._words))
        comma = next((at for at, word in enumerate(self._words) if word.text == "," and not word.shut), 0)
        if not comma or found is None or found[0] > comma or found[0] < 2:
            return None
        after = self._clause_from(comma + 1, loose=True)
        if after is None or after[1] - comma > LONGEST_SUBJECT:
            return None
        self._open = OpenClause(0, 1, lead, self._text(1, found[0]), *found)
        opened = self._opened(comma + 1, after)
        if opened is not None:
            self._close(comma + 1)
        return opened

    def _relative_of_subject(self, verb: int) -> int:
        """Return where ", which took effect in 2026," ends behind a subject; 0 where there is none."""
        words = self._words
        at = next((i for i in range(1, max(verb, 1)) if words[i].text == "," and not words[i].shut), 0)
        if not at or verb not in (at + 2, at + 3) or words[at + 1].lower not in ("which", "who"):
            return 0
        end = next((i for i in range(verb, len(words)) if words[i].text == "," and not words[i].shut), 0)
        acts = any(is_base(word) and word.text not in NOUNS_TOO for word in words[:at])
        if acts or not end or end - verb < 2 or words[verb].text in _COMMENTING or words[0].lower in PREPOSITIONS:
            return 0
        return end

    def _after_relative(self, comma: int, lead: str) -> OpenClause | None:
        words = self._words
        which = next(i for i in range(comma) if words[i].text == ",")
        at = comma + 1
        while at < len(words) and words[at].lower in ADVERBS:
            at += 1
        found = finite(words[at]) if at + 1 < len(words) else None
        if not found:
            return None
        subject = self._text(0, which)
        text = f"{self._frame.said}{subject} {self._text(which + 2, comma)}{self._frame.trail}"
        self._done.append(Clause(as_sentence(text), words[0].start, words[comma].end))
        return OpenClause(comma + 1, comma + 1, f"{lead}{subject} ", subject, at, found[0])

    def _is_joint(self, at: int) -> bool:
        word = self._words[at]
        return not word.shut and (word.text == "," or word.lower in _CLAUSE_JOINTS)

    def _past(self, at: int) -> int:
        if self._words[at].lower in ("between", "both") and not self._words[at].shut:
            self._paired = True
        return at + 1

    def _at_joint(self, at: int) -> int:
        """Split at a joint if that is certain; return the next word to look at."""
        words = self._words
        comma = words[at].text == ","
        joint = at + 1 if comma and at + 1 < len(words) else at
        word = words[joint].lower
        if self._paired and word == "and":
            self._paired = False
            return joint + 1
        opened = None
        if word in _CLAUSE_JOINTS:
            opened = self._predicate(at, joint) if word in _PREDICATE_JOINTS else None
            opened = opened or self._clause(at, joint, comma or word != "and")
        elif comma and word in ("which", "who"):
            opened = self._relative(at)
        elif comma:
            opened = self._serial(at)
        if opened is None:
            return joint + 1 if joint > at else at + 1
        self._close(at)
        self._open = opened
        return max(opened.verb, opened.body) + 1

    def _clause(self, at: int, joint: int, clear: bool) -> OpenClause | None:
        """Read the clause behind a joint; `clear` where a comma or "while" already says that one begins."""
        words = self._words
        if not self._complete(at):
            return None
        if joint + 1 >= len(words) or (not clear and words[at - 1].capital and words[joint + 1].capital):
            return None
        if not clear and any(word.lower == "than" for word in words[self._open.verb : at]):
            return None
        if words[joint].lower in ("while", "although", "though") and words[joint + 1].lower.endswith("ing"):
            return None
        listed = any(word.text == "," and not word.shut for word in words[self._open.verb : at])
        clear = clear and not (listed and words[joint].lower == "and")
        that = words[joint + 1].lower == "that" and self._frame.said.endswith("that ")
        found = self._clause_from(joint + 1 + that, clear or that)
        return self._opened(joint + 1 + that, found, begin=at) if found else None

    def _clause_from(self, start: int, loose: bool) -> tuple[int, int, Form] | None:
        """Return where the subject of a clause begins, its verb and the verb's form."""
        words = self._words
        begin = start + self._dated(start)
        if begin >= len(words):
            return None
        found = self._verb(begin, min(begin + LONGEST_SUBJECT + 1, len(words)))
        if found is None or found[0] == begin:
            return None
        verb, form = found
        subject = words[begin:verb]
        if any(word.text in (",", ":", ";") or word.lower in SUBORDINATORS for word in subject):
            return None
        if any(word.lower == "to" and is_base(after) for word, after in itertools.pairwise(subject)):
            return None
        first = subject[0]
        if first.lower in _NO_SUBJECT:
            return None
        named = first.capital or first.lower in DETERMINERS or first.lower in PRONOUNS or first.text[0].isdigit()
        if form == "past" and words[verb].text not in SIMPLE_PASTS and self._leads_to_noun(verb):
            return None
        if not loose and (not named or verb + 1 == len(words) or (form in ("past", "s") and not self._goes_on(verb))):
            return None
        return begin, verb, form

    def _goes_on(self, verb: int) -> bool:
        """Whether what stands behind a form makes it a verb rather than a participle or a noun."""
        words = self._words
        after = words[verb + 1 : verb + 3]
        return bool(after) and (
            begins_object(after[0])
            or after[0].capital
            or (after[0].lower in PREPOSITIONS and after[-1].text[0].isdigit())
        )

    def _opened(self, body: int, found: tuple[int, int, Form], begin: int | None = None) -> OpenClause | None:
        """Open a clause with its own subject; a pronoun is put as what it stands for, and None given if unclear."""
        words, frame = self._words, self._frame
        first, verb, form = found
        due = frame.when.startswith("By ") and form in ("have", "past")  # a date to come is none of what was done
        lead = frame.said + ("" if first > body or due else frame.when)
        subject = self._text(first, verb)
        if words[first].lower in PRONOUNS:
            stood_for = _antecedent(self._open.subject, PRONOUNS[words[first].lower])
            if not stood_for:
                return None
            lead += f"{self._text(body, first)} {stood_for} " if first > body else f"{stood_for} "
            subject = f"{stood_for} {self._text(first + 1, verb)}".strip()
            body = first + 1
        elif words[first].lower in ("both", "each", "this", "that", "these", "those", "such", "another"):
            return None
        return OpenClause(body if begin is None else begin, body, lead, subject, verb, form)

    def _relative(self, at: int) -> OpenClause | None:
        """Read ", which took effect in 2026" at the end of a sentence, with the name that stands before it."""
        words = self._words
        if any(word.text == "," and not word.shut for word in words[at + 1 :]) or at + 4 >= len(words):
            return None
        verb = at + 3 if words[at + 2].lower in ADVERBS else at + 2
        found = finite(words[verb])
        if not found or words[verb].text in _COMMENTING or not self._complete(at):
            return None
        first = self._antecedent_of(at)
        if first >= at or (words[at + 1].lower == "who" and not words[at - 1].capital):
            return None
        antecedent = re.sub(r"^(?:an?|the)\b", "the", self._text(first, at), flags=re.IGNORECASE)
        return OpenClause(at, at + 2, f"{self._frame.said}{antecedent} ", antecedent, verb, found[0])

    def _antecedent_of(self, at: int) -> int:
        """Return where the noun before a comma begins, right behind its verb; `at` where that is unclear."""
        words, after_verb = self._words, self._open.verb + 1
        first = at
        while first > after_verb and (words[first - 1].capital or words[first - 1].lower == "of"):
            first -= 1
        if first < at and words[first].lower == "of":
            first += 1
        if first == at:  # no name: "a hotline", with nothing but its article and two words before it
            articles = (
                i for i in range(at - 1, max(at - 5, self._open.verb), -1) if words[i].lower in ("a", "an", "the")
            )
            first = next(articles, at)
            if any(words[i].lower in PREPOSITIONS or finite(words[i]) for i in range(first, at)):
                return at
        elif words[first - 1].lower in ("the", "a", "an"):
            first -= 1
        elif not base_of(words[first - 1]):
            return at
        return first if base_of(words[first - 1]) and not words[first - 1].shut else at

    def _close(self, end: int) -> None:
        opened, words = self._open, self._words
        stop = end
        while stop > opened.body + 1 and words[stop - 1].text in (",", ";"):
            stop -= 1
        text = f"{opened.lead}{self._text(opened.body, stop)}{self._frame.trail}"
        self._done.append(Clause(as_sentence(text), words[opened.begin].start, words[end - 1].end))


def _antecedent(subject: str, pronoun: str) -> str:
    """Return what a pronoun stands for if the last subject fits it in number and is short; else nothing."""
    person = pronoun.removesuffix("'s")
    several = " and " in subject or bool(re.search(r"(?<![s'’])s$", subject)) or subject.lower() in ("both", "they")
    if not subject or len(subject.split()) > 7 or several != (person == "they") or subject.lower() in PRONOUNS:
        return ""
    if person in ("he", "she") and not re.fullmatch(r"(?:[A-Z][\w.'’-]*\s?)+", subject):
        return ""
    if not pronoun.endswith("'s"):
        return subject
    return f"{subject}’" if subject.endswith("s") else f"{subject}’s"
