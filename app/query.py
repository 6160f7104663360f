"""Understand a question before searching: names, dates, types, and what kind of answer it asks for.

What is found here moves the ranking; only `Filters`, which a person sets by hand, exclude anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from app.dates import DATE_PHRASE, LAST, Dates, find_dates
from app.glossary import Glossary
from app.names import DocumentNames, Named
from ingest.lexical import analyse

Shape = Literal["fact", "list", "comparison", "change"]
Asked = Literal["money", "number", "share", "date", "name"]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person excludes by hand; empty fields exclude nothing.

    Attributes:
        since: earliest date, YYYY, YYYY-MM or YYYY-MM-DD, inclusive; a document without a date is excluded.
        until: latest date, inclusive, to the end of the year or month it names.
        types: document types to keep.
        doc_ids: documents to keep.
    """

    since: str = ""
    until: str = ""
    types: tuple[str, ...] = ()
    doc_ids: tuple[str, ...] = ()


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
        dates: years, months and periods it names.
        named: which documents it names.
        shape: what form the answer has.
        asked: what kind of thing the answer must contain; empty if the question does not say.
    """

    question: str
    language: str
    english: str
    topic: str
    terms: Mapping[str, tuple[str, ...]]
    topic_terms: Mapping[str, tuple[str, ...]]
    dates: Dates
    named: Named
    shape: Shape
    asked: frozenset[Asked]


_HANGUL: Final = re.compile(r"[가-힣]")
_SHAPES: Final[tuple[tuple[Shape, re.Pattern[str]], ...]] = (
    (
        "change",
        re.compile(
            r"\bhow (?:did|has|have|was|were)\b.*\b(?:chang|develop|grow|grew|evolv|shift|progress|move)|\btrace\b|over time"
            r"|became of|what changed|\bevol|history of|변화|달라|바뀌|발전해|추이",
            re.I,
        ),
    ),
    (
        "comparison",
        re.compile(
            r"\bcompar|\bdiffer|\bversus\b|\bvs\b\.?|\bmore than\b|\b(?:lower|higher|larger|smaller|more)\b.*\bthan\b|\beach\b"
            r"|\bwhich (?:got|was|is|has|had)\b.*\bor\b|비교|차이|각각|둘 중",
            re.I,
        ),
    ),
    (
        "list",
        re.compile(
            r"\blist\b|\ball (?:of )?(?:the|them)\b|\bwhich (?:\w+ ){0,3}?\w+s\b|\bwhat (?:are|were) the\b|\bwhat (?:\w+ ){0,2}\w+s "
            r"(?:are|were|did|does|do)\b|\bname (?:the|all)\b|\bevery one\b|모두|전부|빠짐없이|목록|나열|어떤 .*들",
            re.I,
        ),
    ),
)
_ASKED: Final[tuple[tuple[Asked, re.Pattern[str]], ...]] = (
    (
        "money",
        re.compile(
            r"how much|what (?:sum|amount|total|value)|\bmoney\b|\bcosts?\b|\bspen[dt]|\bfund|pledge|\binvest|financ|subsid|\bprice"
            r"|\bcredit|\bworth|\bfines?\b|얼마|금액|규모|예산|투자액|과태료|보조금",
            re.I,
        ),
    ),
    (
        "number",
        re.compile(
            r"how many|how much|number of|maximum|minimum|\bmost\b|\bleast\b|\bfigure|how (?:high|big|far)|\bsize\b|\bcap\b"
            r"|ceiling|threshold|\btotal|몇|얼마|최대|최소|상한|기준",
            re.I,
        ),
    ),
    (
        "share",
        re.compile(
            r"percent|\bshare\b|\brates?\b|proportion|%|tariff|\bduty\b|비율|퍼센트|세율|관세율|비중", re.I
        ),
    ),
    (
        "date",
        re.compile(
            r"\bwhen\b|(?:what|which) (?:date|day|year|month)|how (?:soon|long|often|regular)|by when|how many years|deadline"
            r"|how far ahead|언제|며칠|몇 년|기간|기한|얼마나 오래|까지",
            re.I,
        ),
    ),
    (
        "name",
        re.compile(
            r"\bwho\b|\bwhom\b|\bwhose\b|which (?:\w+ )?(?:compan|universit|offic|person|minist|agenc|countr|institut|firm|bod|lab)"
            r"|\bchaired|represent|\bheaded\b|누구|누가|어느 (?:부처|기관|나라|회사|기업|대학|도시)",
            re.I,
        ),
    ),
)
# What stands in a sentence that can answer each kind of question.
ANSWERS: Final[Mapping[Asked, re.Pattern[str]]] = {
    "money": re.compile(r"[$€£₩]\s?\d|\d\s?(?:won|dollars)\b|[조억만천]\s?원", re.I),
    "number": re.compile(r"\d"),
    "share": re.compile(r"\d\s?(?:%|percent|per cent)|퍼센트|분의"),
    "date": re.compile(
        r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b\.?\s+\d"
        r"|\b(?:19|20)\d\d\b|\b\d+ (?:days|months|years)|\d+\s?(?:일|개월|년)|annual|\byears?\b",
        re.I,
    ),
    "name": re.compile(r"\b[A-Z][\w.’'-]+(?:\s+(?:of|and|for|the)\b)*\s+[A-Z][\w.’'-]+"),
}


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
    english = glossary.to_english(mended).text if language == "ko" else mended
    korean = mended if language == "ko" else " ".join(glossary.to_korean(mended))
    terms = _terms(english, korean)
    dates = _with_named_dates(mended, find_dates(mended), names)
    named = names.named_in(english, [term for part in terms.values() for term in part])
    topic = _topic(english, named.words)
    return Understood(
        question=mended,
        language=language,
        english=english,
        topic=topic,
        terms=terms,
        topic_terms=_terms(topic, _topic(korean, named.words)),
        dates=dates,
        named=named,
        shape=shape_of(mended),
        asked=frozenset(kind for kind, pattern in _ASKED if pattern.search(mended)),
    )


def shape_of(question: str) -> Shape:
    """Return what form the answer of a question has."""
    return next((shape for shape, pattern in _SHAPES if pattern.search(question)), "fact")


def _terms(english: str, korean: str) -> Mapping[str, tuple[str, ...]]:
    found = {
        "en": tuple(term for term in analyse(english) if not _HANGUL.match(term)),
        "ko": tuple(term for term in analyse(korean) if _HANGUL.match(term) or term[0].isdigit()),
    }
    return {language: part for language, part in found.items() if part}


def _topic(text: str, naming: frozenset[str]) -> str:
    """Take out the words that only say which document is meant, unless hardly any other is left."""
    kept = [
        word
        for word in DATE_PHRASE.sub(" ", text).split()
        if not (terms := set(analyse(word))) or not terms <= naming
    ]
    topic = " ".join(kept)
    return topic if len(analyse(topic)) >= 2 else text


_RELATIVE: Final = re.compile(r"\b(after|since|following|before)\s+(?:the\s+)?((?:[A-Z][\w'’-]+\s?){1,4})")


def _with_named_dates(question: str, dates: Dates, names: DocumentNames) -> Dates:
    """Add the periods that are named by a document: "after Camp David"."""
    periods = list(dates.periods)
    for word, phrase in _RELATIVE.findall(question):
        if date := names.date_of_name(phrase):
            periods.append((date, LAST) if word.lower() != "before" else ("0000", date))
    return replace(dates, periods=tuple(periods))
