"""Extractive answers: the sources' own sentences, chosen and ordered by the form the question asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.evidence import ScoredSentence, is_fragment, without_label
from app.items import headings_introduced, introduced, is_item, run_of
from app.query import Understood
from app.results import Grounded, Place
from app.sides import sides
from ingest.documents import Document, Paragraph, Sentence
from ingest.passages import split_sentences

if TYPE_CHECKING:
    from ingest.generation import Generation

MOST_SENTENCES: Final = 5
MOST_ITEMS: Final = 12
LIST_EVIDENCE: Final = 5  # of the best sentences, another must be in a list for its items to be the answer
LIST_MARGIN: Final = 3.0  # within which a sentence that introduces a list may score below the best, in log-odds
FACT_MARGIN: Final = 1.5  # a further sentence must score within this of the best, in log-odds
COMPARISON_MARGIN: Final = 3.0
CHANGE_MARGIN: Final = 4.0

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
    chosen = _distinct(scored, FACT_MARGIN, MOST_SENTENCES)
    return Extract(tuple(ground(generation, candidate.sentence) for candidate in chosen))


def _list(generation: Generation, understood: Understood, scored: Sequence[ScoredSentence]) -> Extract:
    items = _items(generation.documents, scored)
    if not items:
        chosen = _distinct(scored, FACT_MARGIN, MOST_SENTENCES)
        chosen.sort(key=_in_document_order(generation))
        return Extract(tuple(ground(generation, candidate.sentence) for candidate in chosen))
    shown = items[:MOST_ITEMS]
    notice = f"{len(shown)} of {len(items)} items are shown." if len(shown) < len(items) else ""
    best = [c.sentence for c in scored[:LIST_EVIDENCE]]
    more = [s for s in best if s.doc_id == shown[0].doc_id and s.paragraph in {i.paragraph for i in shown}]
    whole = {(sentence.paragraph, sentence.start): sentence for sentence in (*more, *shown)}
    return Extract(tuple(ground(generation, whole[key]) for key in sorted(whole)), notice)


def _change(generation: Generation, understood: Understood, scored: Sequence[ScoredSentence]) -> Extract:
    best = _of_sides(generation, understood, scored) or _best_of_each(scored, CHANGE_MARGIN)[:MOST_SENTENCES]
    dated = sorted(
        best, key=lambda c: (generation.documents[c.sentence.doc_id].date, *_in_document_order(generation)(c))
    )
    return Extract(tuple(_with_date(ground(generation, c.sentence), generation) for c in dated))


def _comparison(generation: Generation, understood: Understood, scored: Sequence[ScoredSentence]) -> Extract:
    best = _of_sides(generation, understood, scored) or _best_of_each(scored, COMPARISON_MARGIN)[:2]
    chosen = []
    for side in best:
        of_side = [c for c in scored if c.sentence.doc_id == side.sentence.doc_id]
        chosen += _distinct(of_side, FACT_MARGIN, MOST_SENTENCES // len(best))
    return Extract(tuple(ground(generation, c.sentence) for c in chosen))


def _of_sides(generation: Generation, understood: Understood, scored: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """Return the best sentence of each document that the question names; none where it does not name several."""
    named = sides(generation, understood)
    best = {c.sentence.doc_id: c for c in reversed(scored) if c.sentence.doc_id in named}
    return [best[doc_id] for doc_id in named if doc_id in best]


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


def _items(documents: Mapping[str, Document], scored: Sequence[ScoredSentence]) -> list[Sentence]:
    """Return the items of the list that one of the best sentences introduces, or that the best belongs to."""
    near = [c for c in scored[:LIST_EVIDENCE] if c.score >= scored[0].score - LIST_MARGIN]
    for candidate in near:
        document = documents[candidate.sentence.doc_id]
        at = document.paragraphs.index(document.paragraph(candidate.sentence.paragraph))
        block = list(introduced(document.paragraphs, at)) or headings_introduced(document.paragraphs, at)
        if not block and candidate is near[0]:
            block = _belongs_to(document.paragraphs, at, candidate, scored)
        if block:
            return [_first_sentence(document, index) for index in block]
    return []


def _belongs_to(
    paragraphs: Sequence[Paragraph], at: int, best: ScoredSentence, scored: Sequence[ScoredSentence]
) -> list[int]:
    """Return the list that the best sentence stands in, if another good one stands there too."""
    if not is_item(paragraphs[at]):
        return []
    first = at
    while first > 0 and is_item(paragraphs[first - 1]) and at in run_of(paragraphs, first - 1):
        first -= 1
    block = run_of(paragraphs, first)
    numbers = {paragraphs[index].number for index in block} - {best.sentence.paragraph}
    others = {c.sentence.paragraph for c in scored[1:LIST_EVIDENCE] if c.sentence.doc_id == best.sentence.doc_id}
    return list(block) if len(block) > 1 and others & numbers else []


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
