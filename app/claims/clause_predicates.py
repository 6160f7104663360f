"""Predicates that share a subject: "Korea pledged $2 billion and opened an office"."""

from __future__ import annotations

from typing import Final

from app.claims.clause_reading import ClauseReading, OpenClause
from app.claims.clause_words import (
    ADVERBS,
    CALLING,
    DETERMINERS,
    NEGATIVE,
    NOUNS_TOO,
    PREPOSITIONS,
    SIMPLE_PASTS,
    SUBORDINATORS,
    UNCHANGED,
    Form,
    Word,
    begins_object,
    finite,
    is_adjective,
    is_base,
)

_PARTICIPLE_ONLY: Final = frozenset("expected set due required asked allowed urged designed meant intended".split())


class PredicateReading(ClauseReading):
    """Reads a predicate behind "and", and says what must be put in front of it."""

    def _predicate(self, at: int, joint: int, form: Form | None = None) -> OpenClause | None:
        """Read the predicate behind a joint; its subject, and where needed its auxiliary, is the open clause's."""
        words, opened = self._words, self._open
        verb = joint + 1
        while verb < len(words) and words[verb].lower in ADVERBS:
            verb += 1
        dated = self._dated(verb) if verb < len(words) else 0
        verb += dated
        if verb + 1 >= len(words) or not self._may_share(at):
            return None
        carried = self._carried(at, verb)
        if carried is None or (form and (finite(words[verb]) or ("base", ""))[0] != form):
            return None
        lead = self._frame.said + ("" if dated else self._frame.when)
        found = finite(words[verb])
        return OpenClause(at, joint + 1, f"{lead}{carried} ", opened.subject, verb, found[0] if found else opened.form)

    def _serial(self, at: int) -> OpenClause | None:
        """Read "did B" of "did A, did B and did C": its verb must have the form of the one behind "and"."""
        words, opened = self._words, self._open
        if at + 2 >= len(words) or not (found := finite(words[at + 1])) or found[0] != opened.form:
            return None
        for joint in range(at + 2, len(words)):
            if words[joint].lower == "and" and not words[joint].shut:
                last = finite(words[joint + 1]) if joint + 1 < len(words) else None
                if not last or last[0] != opened.form or last[1] in NOUNS_TOO:
                    return None
                return self._predicate(at, at, opened.form)
            if words[joint].lower in SUBORDINATORS:
                return None
        return None

    def _may_share(self, at: int) -> bool:
        """Whether it is certain whose predicate comes next."""
        words, opened = self._words, self._open
        if at - opened.verb < 2 or NEGATIVE.match(opened.subject):
            return False
        last = words[at - 1]
        found = finite(last)
        if (
            (found and found[1] not in NOUNS_TOO)
            or last.lower in PREPOSITIONS | DETERMINERS
            or last.lower in ("of", "by", "to")
        ):
            return False
        # A clause within this one may be what goes on.
        inner = any(
            word.lower in SUBORDINATORS - {"than", "so"} and not word.shut for word in words[opened.verb + 1 : at]
        )
        return not inner

    def _carried(self, at: int, verb: int) -> str | None:
        """Return the words put in front of a predicate: the subject, or subject and auxiliary; None if unclear."""
        words, opened = self._words, self._open
        found, after = finite(words[verb]), words[verb + 1]
        if self._frame.said and found and found[1] in CALLING:
            return None  # whoever is quoted, or whoever quotes
        if not found or (found[0] == "past" and words[verb].text in UNCHANGED):
            return self._governed(at, verb)
        form, base = found
        if form in ("modal", "be", "have", "do"):
            return opened.subject
        doubtful = is_adjective(words[verb]) or base == words[verb].text or (form == "s" and base in NOUNS_TOO)
        if doubtful and not begins_object(after):
            return None
        if form == "s":
            return opened.subject if _is_present(words[opened.verb], opened.form) else None
        if self._leads_to_noun(verb) or (after.lower == "by" and opened.form not in ("be", "modal")):
            return None
        return self._past_carried(at, verb)

    def _past_carried(self, at: int, verb: int) -> str | None:
        """Return what is carried to a past form or participle."""
        words, opened = self._words, self._open
        main, after = words[opened.verb], words[verb + 1]
        if opened.form == "past" or main.text in ("did", "didn't"):
            return opened.subject
        if words[verb].text in SIMPLE_PASTS:
            return opened.subject if main.text in ("was", "were", "had") else None
        passive = after.lower in PREPOSITIONS or after.lower == "by"
        if opened.form == "be":
            if passive and self._participle(opened.verb + 1, at) and words[verb].text not in _PARTICIPLE_ONLY:
                return None if self._denied(at) else f"{opened.subject} {main.text}"
            return opened.subject if main.text in ("was", "were") and begins_object(after) else None
        if opened.form == "have" and self._participle(opened.verb + 1, at):
            return None if self._denied(at) or passive else f"{opened.subject} {main.text}"
        return opened.subject if opened.form == "have" and main.text == "had" else None

    def _participle(self, start: int, end: int) -> bool:
        """Whether an auxiliary's participle comes next, adverbs apart."""
        for word in self._words[start : min(start + 3, end)]:
            form = finite(word)
            if form and form[0] == "past":
                return True
            if word.lower not in ADVERBS and not word.lower.endswith("ly"):
                return False
        return False

    def _governed(self, at: int, verb: int) -> str | None:
        """Return what is carried to a verb without ending: up to the one "to" or modal that governs it."""
        words, opened = self._words, self._open
        again = words[verb].lower == "to"
        wanted = verb + 1 if again else verb
        if wanted + 1 >= len(words) or not is_base(words[wanted]) or self._denied(at):
            return None
        after = words[wanted + 1]
        if not again and not begins_object(after) and (words[wanted].text in NOUNS_TOO or after.lower in PREPOSITIONS):
            return None
        governor = self._governor(at)
        if governor is None:
            return None
        # "pledged $2 billion to build A and run B": the sum is for both.
        between = words[opened.verb + 1 : governor]
        if any(not (finite(word) or word.lower in ADVERBS) for word in between):
            return None
        stop = governor if again and words[governor].lower == "to" else governor + 1
        return f"{opened.subject} {self._text(opened.verb, stop)}"

    def _governor(self, at: int) -> int | None:
        """Return the one "to" or modal of the open clause; None where there are several, or no object behind it."""
        words = self._words
        possible = [
            i for i in range(self._open.verb, at - 1)
            if (words[i].lower == "to" and words[i + 1].text.islower() and words[i + 1].lower not in DETERMINERS)
            or (finite(words[i]) or ("", ""))[0] == "modal"
        ]  # fmt: skip
        if len(possible) != 1 or sum(word.lower not in ADVERBS for word in words[possible[0] : at]) < 3:
            return None  # "establish and operate it" has one object
        listed = any(words[i].text == "," and is_base(words[i + 1]) for i in range(possible[0], at - 1))
        if at - possible[0] > 2 and words[possible[0] + 2].lower in PREPOSITIONS | {"to"}:
            return None  # "elevate to a dialogue and hold it"
        if listed or (words[possible[0]].lower == "to" and not is_base(words[possible[0] + 1])):
            return None
        return possible[0]


def _is_present(word: Word, form: Form) -> bool:
    return form == "s" or word.text in ("is", "has", "does")
