"""Understand a question before searching: names, dates, types, and what kind of answer it asks for.

What is found here moves the ranking; only `Filters`, which a person sets by hand, exclude anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.dates import DATE_PHRASE, LAST, Dates, find_dates, within
from app.document_names import DocumentNames, Named
from app.filling import Asked
from app.glossary import Glossary
from app.shapes import SHAPE_WORDS, Shape, shape_of
from ingest.documents import Document
from ingest.lexical import analyse


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person excludes by hand; empty fields exclude nothing.

    Attributes:
        since: earliest date, YYYY, YYYY-MM or YYYY-MM-DD, inclusive; a document without a date is excluded.
        until: latest date, inclusive, to the end of the year or month it names.
        types: document types to keep.
        doc_ids: documents to keep.
        issuers: issuers to keep, written as the documents have them.
        roots: source roots to keep, as absolute paths.
        without: documents to leave out, whatever else is asked for.
    """

    since: str = ""
    until: str = ""
    types: tuple[str, ...] = ()
    doc_ids: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()

    def keep(self, document: Document) -> bool:
        """Whether a document passes."""
        chosen = (
            (self.types, document.type),
            (self.doc_ids, document.doc_id),
            (self.issuers, document.issuer),
            (self.roots, document.root),
        )
        if document.doc_id in self.without or any(kept and value not in kept for kept, value in chosen):
            return False
        dated = bool(self.since or self.until)
        return not dated or within(document.date, self.since or "0000", self.until or "9999")


NO_FILTERS: Final = Filters()


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood of a question.

    Attributes:
        question: as it was searched: a follow-up is completed, misspelt names are mended.
        language: 'ko' where Hangul is written, else 'en'.
        english: the question in English words; the question itself where it is English.
        topic: `english` without the words that name documents and dates; what is asked *inside* a document.
        terms: index terms of the question by language ('en', 'ko'); a language nobody can match is left out.
        topic_terms: the same for `topic`.
        shares: which share of the question's words could be put into each language, from 0 to 1.
        dates: years, months and periods it names.
        named: which documents it names.
        shape: what form the answer has.
        asked: what the answer must contain, as far as the question says.
    """

    question: str
    language: str
    english: str
    topic: str
    terms: Mapping[str, tuple[str, ...]]
    topic_terms: Mapping[str, tuple[str, ...]]
    shares: Mapping[str, float]
    dates: Dates
    named: Named
    shape: Shape
    asked: Asked


_HANGUL: Final = re.compile(r"[가-힣]")


def language_of(text: str) -> str:
    """Return 'ko' where Hangul is at least a fifth of a text's letters, else 'en'."""
    letters = sum(character.isalpha() for character in text)
    return "ko" if letters and len(_HANGUL.findall(text)) >= letters / 5 else "en"


def understand(
    question: str, names: DocumentNames, glossary: Glossary, known: frozenset[str] | Mapping[str, object]
) -> Understood:
    """Return what a complete question asks for.

    Args:
        question: a question that stands by itself.
        names: the names of the indexed documents.
        glossary: Korean and English words of the field.
        known: the index's terms; a word that is not among them may be a misspelt name.
    """
    mended = names.repair(" ".join(question.split()), known)
    language = language_of(mended)
    english, korean, shares = _both(mended, language, glossary)
    terms = _terms(english, korean)
    dates = _with_named_dates(mended, find_dates(mended), names)
    # A Korean word that only the glossary gave would name every Korean document that has it in its title.
    own = terms if language == "ko" else {"en": terms.get("en", ())}
    named = names.named_in(english, [term for part in own.values() for term in part])
    topic = _topic(english, named.words)
    return Understood(
        question=mended,
        language=language,
        english=english,
        topic=topic,
        terms=terms,
        topic_terms=_terms(topic, _topic(korean, named.words)),
        shares=shares,
        dates=dates,
        named=named,
        shape=shape_of(mended),
        asked=Asked(mended, english),
    )


def _both(question: str, language: str, glossary: Glossary) -> tuple[str, str, Mapping[str, float]]:
    """Return a question in English and in Korean words, and how much of it each holds."""
    if language == "ko":
        read = glossary.to_english(question)
        latin = " ".join(glossary.to_korean(" ".join(re.findall(r"[A-Za-z][\w-]*", question))))
        return (
            read.text,
            f"{question} {latin}",
            {"ko": 1.0, "en": len(read.terms) / max(len(read.terms) + len(read.unread), 1)},
        )
    words = [word for word in re.findall(r"[A-Za-z][\w-]+", question) if analyse(word)]
    put = sum(bool(glossary.to_korean(word)) for word in words)
    return question, " ".join(glossary.to_korean(question)), {"en": 1.0, "ko": put / max(len(words), 1)}


def _terms(english: str, korean: str) -> Mapping[str, tuple[str, ...]]:
    found = {
        "en": tuple(term for term in analyse(english) if not _HANGUL.match(term)),
        "ko": tuple(term for term in analyse(korean) if _HANGUL.match(term) or term[0].isdigit()),
    }
    return {language: part for language, part in found.items() if part}


def _topic(text: str, naming: frozenset[str]) -> str:
    """Take out the words that only say which document is meant, unless no other is left."""
    words = SHAPE_WORDS.sub(" ", DATE_PHRASE.sub(" ", text)).split()
    kept = [word for word in words if not (terms := set(analyse(word))) or not terms <= naming]
    topic = " ".join(kept)
    return topic if analyse(topic) else text


_RELATIVE: Final = re.compile(r"\b(after|since|following|before)\s+(?:the\s+)?((?:[A-Z][\w'’-]+\s?){1,4})")


def _with_named_dates(question: str, dates: Dates, names: DocumentNames) -> Dates:
    """Add the periods that are named by a document: "after Camp David"."""
    periods = list(dates.periods)
    for word, phrase in _RELATIVE.findall(question):
        if date := names.date_of_name(phrase):
            periods.append((date, LAST) if word.lower() != "before" else ("0000", date))
    return replace(dates, periods=tuple(periods))
