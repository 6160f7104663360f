"""Extractive answers: the sources' own sentences, chosen and ordered by the form the question asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.evidence import ScoredSentence, is_fragment, without_label
from app.query import Understood
from app.results import Grounded, Place
from ingest.documents import Document, Sentence
from ingest.passages import split_sentences

if TYPE_CHECKING:
    from ingest.generation import Generation

MOST_SENTENCES: Final = 5
MOST_ITEMS: Final = 12
FACT_MARGIN: Final = 1.0  # a further sentence must score within this of the best, in log-odds
COMPARISON_MARGIN: Final = 3.0
CHANGE_MARGIN: Final = 2.5
SHORT_ENOUGH: Final = 2  # sentences of a fact answer

_ITEM: Final = re.compile(r"^(?:[-•*·–]\s|\(?(?:[0-9]{1,2}|[a-z]|[ivx]{1,4}|[가-하])[.)]\s)")
_DANGLING: Final = re.compile(
    r"^(?:It|They|He|She|His|Her|Their|Its|Both|(?:This|These|Those|That) (?:is|are|was|were|will|has|have|would|may)"
    r"|이는|이를|그는|이에|이들은)\b"
)


@dataclass(frozen=True, slots=True)
class Extract:
    """Sentences chosen for an answer.

    Attributes:
        statements: in the order they are shown.
        notice: what was left out ("8 of 12 items are shown"); or empty.
    """

    statements: tuple[Grounded, ...]
    notice: str = ""


def extract(generation: Generation, understood: Understood, scored: Sequence[ScoredSentence]) -> Extract:
    """Choose the fewest sentences that answer a question.

    Args:
        generation: where they stand.
        understood: the question; its shape decides how many sentences are taken and in what order.
        scored: candidates, best first; none gives an empty answer.
    """
    usable = [candidate for candidate in scored if not is_fragment(candidate.sentence.text)] or list(scored)
    if not usable:
        return Extract(())
    choose: Callable[[Generation, Understood, Sequence[ScoredSentence]], Extract] = {
        "list": _list,
        "change": _change,
        "comparison": _comparison,
        "fact": _fact,
    }[understood.shape]
    return choose(generation, understood, usable)


def _fact(generation: Generation, understood: Understood, scored: Sequence[ScoredSentence]) -> Extract:
    chosen = _distinct(scored, FACT_MARGIN, SHORT_ENOUGH)
    return Extract(tuple(ground(generation, candidate.sentence) for candidate in chosen))


def _list(generation: Generation, understood: Understood, scored: Sequence[ScoredSentence]) -> Extract:
    items = _items_around(generation.documents, scored)
    if not items:
        chosen = _distinct(scored, FACT_MARGIN * 1.5, SHORT_ENOUGH + 1)
        chosen.sort(key=_in_document_order(generation))
        return Extract(tuple(ground(generation, candidate.sentence) for candidate in chosen))
    shown = items[:MOST_ITEMS]
    notice = f"{len(shown)} of {len(items)} items are shown." if len(shown) < len(items) else ""
    return Extract(tuple(ground(generation, sentence) for sentence in shown), notice)


def _change(generation: Generation, understood: Understood, scored: Sequence[ScoredSentence]) -> Extract:
    best = _best_of_each(scored, CHANGE_MARGIN)[:MOST_SENTENCES]
    dated = sorted(
        best, key=lambda c: (generation.documents[c.sentence.doc_id].date, *_in_document_order(generation)(c))
    )
    return Extract(tuple(_with_date(ground(generation, c.sentence), generation) for c in dated))


def _comparison(generation: Generation, understood: Understood, scored: Sequence[ScoredSentence]) -> Extract:
    best = _best_of_each(scored, COMPARISON_MARGIN)[:2]
    chosen = []
    for side in best:
        of_side = [c for c in scored if c.sentence.doc_id == side.sentence.doc_id]
        chosen += _distinct(of_side, FACT_MARGIN, SHORT_ENOUGH)
    return Extract(tuple(ground(generation, c.sentence) for c in chosen))


def _distinct(scored: Sequence[ScoredSentence], margin: float, most: int) -> list[ScoredSentence]:
    """Return the best sentences within `margin` of the first, without ones that say the same again."""
    chosen: list[ScoredSentence] = []
    for candidate in scored:
        if candidate.score < scored[0].score - margin or len(chosen) == most:
            break
        if not any(_says_the_same(candidate.sentence.text, other.sentence.text) for other in chosen):
            chosen.append(candidate)
    return chosen


def _says_the_same(one: str, other: str) -> bool:
    a, b = set(re.findall(r"\w+", one.lower())), set(re.findall(r"\w+", other.lower()))
    return len(a & b) > 0.8 * max(min(len(a), len(b)), 1)


def _best_of_each(scored: Sequence[ScoredSentence], margin: float) -> list[ScoredSentence]:
    best: dict[str, ScoredSentence] = {}
    for candidate in scored:
        if candidate.score >= scored[0].score - margin:
            best.setdefault(candidate.sentence.doc_id, candidate)
    return list(best.values())


def _in_document_order(generation: Generation) -> Callable[[ScoredSentence], tuple[int, int, int]]:
    def key(candidate: ScoredSentence) -> tuple[int, int, int]:
        sentence = candidate.sentence
        return generation.documents.row_of(sentence.doc_id), sentence.paragraph, sentence.start

    return key


def _items_around(documents: object, scored: Sequence[ScoredSentence]) -> list[Sentence]:
    """Return the items of the list that the best sentence belongs to or introduces; none if there is no list."""
    best = scored[0].sentence
    document: Document = documents[best.doc_id]  # type: ignore[index]
    numbers = [paragraph.number for paragraph in document.paragraphs]
    at = numbers.index(document.paragraph(best.paragraph).number)
    paragraphs = document.paragraphs
    if _ITEM.match(paragraphs[at].text):
        first = at
        while first > 0 and _ITEM.match(paragraphs[first - 1].text):
            first -= 1
    elif paragraphs[at].text.rstrip().endswith((":", "—")) and at + 1 < len(paragraphs):
        first = at + 1
    else:
        return []
    last = first
    while last + 1 < len(paragraphs) and _ITEM.match(paragraphs[last + 1].text) and not paragraphs[last + 1].heading:
        last += 1
    if last == first:
        return []
    return [_first_sentence(document, index) for index in range(first, last + 1)]


def _first_sentence(document: Document, index: int) -> Sentence:
    paragraph = document.paragraphs[index]
    start, end = split_sentences(paragraph.text, document.language)[0]
    if end - start < 8:  # a label alone ("1.") is not the item
        end = len(paragraph.text)
    return Sentence(document.doc_id, paragraph.number, start, end, paragraph.text[start:end])


def ground(generation: Generation, sentence: Sentence) -> Grounded:
    """Return a sentence as a statement; one that begins with a pronoun brings the sentence before it."""
    document = generation.documents[sentence.doc_id]
    start, end = without_label(sentence)
    text = document.paragraph(sentence.paragraph).text
    if _DANGLING.match(text[start:end]):
        earlier = [span for span in split_sentences(text, document.language) if span[1] <= sentence.start]
        if earlier:
            start = earlier[-1][0]
        else:
            quote = text[start:end]
            name = min((*document.aliases, document.title), key=len)
            return Grounded(f"[{name}] {quote}", (Place(document.doc_id, sentence.paragraph, start, end),))
    return Grounded(text[start:end], (Place(document.doc_id, sentence.paragraph, start, end),))


def _with_date(statement: Grounded, generation: Generation) -> Grounded:
    date = generation.documents[statement.places[0].doc_id].date
    return Grounded(f"[{date}] {statement.text}", statement.places) if date else statement
