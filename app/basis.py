"""Find what a statement rests on: the places its citations lead to, and the sentences around them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.actors import content
from app.drafts import Cited
from app.figures import missing_figures
from app.language import is_korean
from app.quotes import find_quote
from app.results import Place
from ingest.documents import Document, Passage, Sentence
from ingest.passages import split_sentences

# Share of a statement's content words that one sentence must have to be taken for its source.
_COVERED_BY_ONE: Final = 0.3
# The same where that sentence is not in the evidence cited.
_COVERED_ELSEWHERE: Final = 0.75
_HANGUL: Final = re.compile("[가-힣]")
_QUOTE_WORDS: Final = 3
_QUOTE_SYLLABLES: Final = 6
_OWN_QUOTE_WORDS: Final = 5
_SHORT_PARAGRAPH: Final = 200
_MOST_ADDED: Final = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A place that a citation leads to.

    Attributes:
        quoted: whether the citation's quote stands there; otherwise it is the sentence nearest in words.
        passage: the evidence it is in.
    """

    place: Place
    quoted: bool
    passage: Passage


@dataclass(frozen=True, slots=True)
class Basis:
    """What a statement may rest on.

    Attributes:
        places: where it points, in the order of its citations.
        quoted: whether all of them were found by an exact quote.
        sentences: those that the places touch, whole.
        quotes: the places' own words.
        around: the sentences with those beside them.
        beside: all of the passage where the paragraphs are as short as a list's items, which stand under what
            introduces them; otherwise empty.
        paragraphs: the whole paragraphs, and `beside`.
        header: titles, issuers and aliases of the documents, and the passages' context (headings), a line each.
        dates: dates of the documents.
        digest: whether one of the documents is a digest.
    """

    places: tuple[Place, ...]
    quoted: bool
    sentences: tuple[str, ...]
    quotes: tuple[str, ...]
    around: str
    beside: str
    paragraphs: str
    header: str
    dates: tuple[str, ...]
    digest: bool

    def missing_figures(self, statement: str) -> tuple[str, ...]:
        """Return the statement's figures and dates that neither sentences nor headers give."""
        return _missing(statement, self.sentences, self.header, self.dates)


def locate(statement: str, cited: Cited, evidence: Sequence[Passage], documents: Mapping[str, Document]) -> list[Found]:
    """Find a citation's quote, or the statement itself, letter by letter; else take the sentence nearest in words.

    A quote of five words or more is looked for in all evidence, since small models confuse keys but not words;
    one that has little to do with the statement is passed over.

    Returns:
        One place a part of the quote; empty if nothing in the passage has enough of the statement's words.
    """
    passage = evidence[cited.key - 1]
    for quote in (cited.quote, statement):
        words = len(quote.split())
        if words < _QUOTE_WORDS and len(_HANGUL.findall(quote)) < _QUOTE_SYLLABLES:
            continue
        for candidate in (passage, *(evidence if words >= _OWN_QUOTE_WORDS else ())):
            places = _quoted(quote, candidate, documents) if candidate.doc_id in documents else []
            if places and _about(statement, places, documents):
                return [Found(place, quoted=True, passage=candidate) for place in places]
    nearest = _nearest(statement, [passage], documents, _COVERED_BY_ONE)
    return [nearest] if nearest else []


def locate_elsewhere(statement: str, evidence: Sequence[Passage], documents: Mapping[str, Document]) -> list[Found]:
    """Take the sentence of all evidence nearest in words, if it has three quarters of them; empty otherwise."""
    known = [passage for passage in evidence if passage.doc_id in documents]
    nearest = _nearest(statement, known, documents, _COVERED_ELSEWHERE)
    return [nearest] if nearest else []


def _about(statement: str, places: Sequence[Place], documents: Mapping[str, Document]) -> bool:
    """Whether the sentences of a quote have to do with the statement; across languages that cannot be told."""
    text = "\n".join(sentence.text for sentence in _touched(places, documents))
    if is_korean(statement) != is_korean(text):
        return True
    terms = content(statement)
    return len(terms & content(text)) >= _COVERED_BY_ONE * len(terms)


def _nearest(
    statement: str, passages: Sequence[Passage], documents: Mapping[str, Document], enough: float
) -> Found | None:
    """Return the sentence that has most of the statement's words and figures; None if it has too few words."""
    terms = content(statement)
    sentences = [(s, p) for p in passages for s in _sentences(p, documents[p.doc_id])]
    if not terms or not sentences:
        return None
    best, passage = max(
        sentences,
        key=lambda pair: len(terms & content(pair[0].text)) - len(missing_figures(statement, [pair[0].text])),
    )
    if len(terms & content(best.text)) < enough * len(terms):
        return None
    return Found(_place(best), quoted=False, passage=passage)


def gather(found: Sequence[Found], statement: str, documents: Mapping[str, Document]) -> Basis:
    """Gather the sentences of the places; another becomes a place where only that one gives a figure.

    Args:
        found: at least one place.
        statement: the sentence that cites them.
        documents: by `doc_id`, at least those of the places.
    """
    passages = list(dict.fromkeys(f.passage for f in found))
    pool = [s for passage in passages for s in _sentences(passage, documents[passage.doc_id])]
    places = list(dict.fromkeys(f.place for f in found))
    held = _touched(places, documents)
    docs = [documents[doc_id] for doc_id in dict.fromkeys(place.doc_id for place in places)]
    header = "\n".join([line for d in docs for line in (d.title, d.issuer, *d.aliases)] + [p.context for p in passages])
    dates = tuple(d.date for d in docs)
    for extra in _with_figures(statement, held, pool, header, dates):
        places.append(_place(extra))
        held.append(extra)
    numbers = sorted({(place.doc_id, place.paragraph) for place in places})
    paragraphs = [documents[doc_id].paragraph(number).text for doc_id, number in numbers]
    short = sum(map(len, paragraphs)) < _SHORT_PARAGRAPH
    beside = "\n".join(passage.text for passage in passages) if short else ""
    return Basis(
        places=tuple(places),
        quoted=all(f.quoted for f in found),
        sentences=tuple(s.text for s in held),
        quotes=tuple(documents[p.doc_id].paragraph(p.paragraph).text[p.start : p.end] for p in places),
        around="\n".join(dict.fromkeys(s.text for s in (*held, *pool) if any(_near(s, h) for h in held))),
        beside=beside,
        paragraphs="\n".join([*paragraphs, beside]),
        header=header,
        dates=dates,
        digest=any(d.edition == "digest" for d in docs),
    )


def _quoted(quote: str, passage: Passage, documents: Mapping[str, Document]) -> list[Place]:
    document = documents[passage.doc_id]
    for span in passage.spans:
        paragraph = document.paragraph(span.paragraph)
        if spans := find_quote(quote, paragraph.text, span.start, span.end):
            return [Place(document.doc_id, paragraph.number, start, end) for start, end in spans]
    return []


def _place(sentence: Sentence) -> Place:
    return Place(sentence.doc_id, sentence.paragraph, sentence.start, sentence.end)


def _sentences(passage: Passage, document: Document) -> list[Sentence]:
    """Return the sentences of a passage, cut where the passage is."""
    found = []
    for span in passage.spans:
        paragraph = document.paragraph(span.paragraph)
        for start, end in split_sentences(paragraph.text, document.language):
            low, high = max(start, span.start), min(end, span.end)
            if low < high:
                found.append(Sentence(document.doc_id, paragraph.number, low, high, paragraph.text[low:high]))
    return found


def _touched(places: Sequence[Place], documents: Mapping[str, Document]) -> list[Sentence]:
    touched = []
    for place in places:
        document = documents[place.doc_id]
        text = document.paragraph(place.paragraph).text
        touched += [
            Sentence(place.doc_id, place.paragraph, start, end, text[start:end])
            for start, end in split_sentences(text, document.language)
            if start < place.end and place.start < end
        ]
    return list(dict.fromkeys(touched))


def _near(one: Sentence, other: Sentence) -> bool:
    """Whether two sentences of a paragraph are the same or stand side by side."""
    same = (one.doc_id, one.paragraph) == (other.doc_id, other.paragraph)
    return same and one.start <= other.end + 2 and other.start <= one.end + 2


def _with_figures(
    statement: str, held: Sequence[Sentence], pool: Sequence[Sentence], header: str, dates: Sequence[str]
) -> list[Sentence]:
    """Return the fewest sentences that give what the places' sentences lack and are about the same."""
    texts = [s.text for s in held]
    terms = content(statement)
    needed = min(2, max(1, len(terms) // 2))
    fitting = [s for s in pool if len(terms & content(s.text)) >= needed]
    added: list[Sentence] = []
    missing = _missing(statement, texts, header, dates)
    while missing and fitting and len(added) < _MOST_ADDED:
        left = {s: _missing(statement, [*texts, s.text], header, dates) for s in fitting}
        best = min(fitting, key=lambda s: (len(left[s]), -len(terms & content(s.text))))
        if len(left[best]) == len(missing):
            break
        missing = left[best]
        added.append(best)
        texts.append(best.text)
    return added


def _missing(statement: str, texts: Sequence[str], header: str, dates: Sequence[str]) -> tuple[str, ...]:
    # A source's own year completes its "May 21"; of several sources, none lends its year to another.
    return missing_figures(statement, [*texts, header, *dates], dates[0] if len(dates) == 1 else "")
