"""Two documents side by side: paragraphs on the same topic beside each other, and what only one of them says.

Paragraphs are compared by their sentences' vectors (the mean, from both sides, of each sentence's best match), and
by the words they share: Dice's coefficient over distinct index terms, weighted by idf. Weights and thresholds were
chosen on rows judged by eye: the leaders' joint statements of 2021, 2022 and 2023 in pairs, where 47 paragraphs have a
counterpart. Counted on the same rows, `BOTH` pairs 44 of them rightly, and 5 wrongly; `VECTORS` 37 and 3; words alone
at their best 38 and 4. Eight pairs of unrelated documents share no row by `BOTH` and one by `VECTORS`; two unrelated
laws, whose form is common, share 6 of 443. Digests find all 200 paragraphs that they retell.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from app.errors import BadInput, unknown_document
from app.language import language_name
from ingest.documents import Document, Paragraph
from ingest.lexical import analyse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ingest.generation import Generation

# What marks an item, "(iv)", "2." or "가.": with it, items of the same number would have a word in common.
_LABEL: Final = re.compile(r"\s*(?:[①-⑳]|\(?(?:\d{1,3}|[A-Za-z]{1,4}|[가-하])[.)](?=\s))")
_MOST_SENTENCES: Final = 200  # of a paragraph that are compared; a longer one has said its topic by then
_MOST_CANDIDATES: Final = 64  # of a paragraph: more only where hundreds are alike, as in forms and tables
_TOGETHER: Final = 512  # sentences that are multiplied at once, so that memory grows with one document alone


@dataclass(frozen=True, slots=True)
class Measure:
    """How much vectors and words count, and from where on two paragraphs are on the same topic.

    Attributes:
        vectors: weight of the sentences' vectors; the weights' sum is 1.
        words: weight of the words in common.
        same: least similarity of two paragraphs that stand beside each other.
        clearly: least similarity at which a lone paragraph points to one that stands beside another.
    """

    vectors: float
    words: float
    same: float
    clearly: float


BOTH: Final = Measure(0.4, 0.6, same=0.30, clearly=0.40)  # one language, and the model reads it
VECTORS: Final = Measure(1.0, 0.0, same=0.55, clearly=0.65)  # two languages, which have no words in common
WORDS: Final = Measure(0.0, 1.0, same=0.40, clearly=0.55)  # a language that the model does not read

PairedBy = Literal["numbers", "both", "vectors", "words"]
_MEASURES: Final[Mapping[PairedBy, Measure]] = {"both": BOTH, "vectors": VECTORS, "words": WORDS}


@dataclass(frozen=True, slots=True)
class Row:
    """What stands beside each other: two paragraphs on the same topic, or a lone one.

    Attributes:
        left: a paragraph of the left document; None where only the right one speaks of it.
        right: a paragraph of the right document; None where only the left one speaks of it.
        similarity: from 0 to 1, of the two, or of the lone one and `also`; 1 where they are paired by number.
        also: what a lone paragraph is clearly like in the other document, though that stands in another row.
        left_headings: the headings right above the left paragraph.
        right_headings: the headings right above the right paragraph.
    """

    left: Paragraph | None
    right: Paragraph | None
    similarity: float
    also: Paragraph | None = None
    left_headings: tuple[Paragraph, ...] = ()
    right_headings: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two documents in rows; every paragraph that is no heading is the left or right of exactly one row.

    Attributes:
        rows: in the left document's order; a lone right paragraph follows the row of the right one before it.
        paired_by: what decided it: paragraph numbers, vectors and words in common (`both`), or one of the two.
    """

    left: Document
    right: Document
    rows: tuple[Row, ...]
    paired_by: PairedBy = "both"


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What is compared of a paragraph.

    Attributes:
        vectors: its sentences' unit vectors, `(n_sentences, dim)`; there may be none.
        terms: its distinct index terms.
    """

    vectors: NDArray[np.float32]
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Aligned:
    """Which paragraphs belong together, by their places in the two lists.

    Attributes:
        pairs: by left place, the right place and the similarity; no right place occurs twice.
        left_also: for lone left places, what each is clearly like, and how much.
        right_also: the same for lone right places.
    """

    pairs: Mapping[int, tuple[int, float]]
    left_also: Mapping[int, tuple[int, float]]
    right_also: Mapping[int, tuple[int, float]]


@dataclass(frozen=True, slots=True)
class _Cell:
    paragraph: Paragraph
    headings: tuple[Paragraph, ...]


def compare(generation: Generation, left: str, right: str, unreadable: NDArray[np.bool_]) -> Comparison:
    """Return two documents of a generation in rows; a document without paragraphs leaves its side empty.

    A document and itself, and translations of one another, are paired by paragraph number.

    Args:
        generation: the index, open for reading.
        left: a `doc_id`.
        right: a `doc_id`, which may be the same.
        unreadable: which documents the embedding model cannot read, `(n_documents,)`, as `Retriever.unreadable`.

    Raises:
        UnknownSource: there is no such document.
        BadInput: they are in two languages, and the model does not read both.
        BrokenIndex: the index cannot be read.
    """
    one, other = _document(generation, left), _document(generation, right)
    cells, others = _cells(one), _cells(other)
    rows = generation.documents
    paired_by = _paired_by(one, other, not (unreadable[rows.row_of(left)] or unreadable[rows.row_of(right)]))
    if paired_by == "numbers":
        aligned = _by_number(cells, others)
    else:
        # The model's vectors of a language that it does not read say nothing, and are left unread.
        readable = paired_by != "words"
        parts = [_prepared(generation, doc, found, readable) for doc, found in ((one, cells), (other, others))]
        aligned = align(parts[0], parts[1], _MEASURES[paired_by], generation.sentence_lexical.idf)
    return Comparison(one, other, tuple(_rows(cells, others, aligned)), paired_by)


def align(
    left: Sequence[Prepared], right: Sequence[Prepared], measure: Measure, idf: Callable[[str], float]
) -> Aligned:
    """Pair paragraphs one to one, the most similar first; the nearer in relative place where they are alike.

    Args:
        left: of one document, in order; may be empty.
        right: of the other.
        measure: how similarity is measured.
        idf: how much a term tells, above 0.
    """
    import numpy as np

    found = list(_candidates(left, right, measure, idf))
    if not found:
        return Aligned({}, {}, {})
    lefts, rights, scores, keys = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((rights, lefts, -keys))
    ranked = list(zip(lefts[order].tolist(), rights[order].tolist(), scores[order].tolist(), strict=True))
    pairs: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for i, j, score in ranked:
        if i not in pairs and j not in taken:
            pairs[i] = (j, score)
            taken.add(j)
    clear = [one for one in ranked if one[2] >= measure.clearly]
    left_also = {i: (j, score) for i, j, score in reversed(clear) if i not in pairs}
    right_also = {j: (i, score) for i, j, score in reversed(clear) if j not in taken}
    return Aligned(pairs, left_also, right_also)


def _document(generation: Generation, doc_id: str) -> Document:
    if doc_id not in generation.documents:
        raise unknown_document(doc_id)
    return generation.documents[doc_id]


def _cells(document: Document) -> list[_Cell]:
    """Return the paragraphs, each with the headings right above it; headings that nothing follows are left out."""
    cells, headings = [], []
    for paragraph in document.paragraphs:
        if paragraph.heading:
            headings.append(paragraph)
        else:
            cells.append(_Cell(paragraph, tuple(headings)))
            headings = []
    return cells


def _same_numbers(one: Document, other: Document) -> bool:
    """Whether paragraphs of the same number say the same: one document, or translations of one."""
    first, second = one.translation_of or one.doc_id, other.translation_of or other.doc_id
    return first == second or one.translation_of == other.doc_id or other.translation_of == one.doc_id


def _paired_by(one: Document, other: Document, readable: bool) -> PairedBy:
    if _same_numbers(one, other):
        return "numbers"
    first, second = (document.language.lower().split("-")[0] for document in (one, other))
    if first == second:
        return "both" if readable else "words"
    if readable:
        return "vectors"
    names = " and ".join(language_name(document.language) for document in (one, other))
    raise BadInput(
        f"These two documents are in different languages ({names}), and the embedding model in use does not read both.",
        "Choose two in one language, or set a model that reads both as SANGHO_EMBEDDING and run: sangho ingest",
    )


def _by_number(cells: Sequence[_Cell], others: Sequence[_Cell]) -> Aligned:
    """Pair paragraphs whose numbers meet; one that retells several takes the first of them that is free."""
    pairs: dict[int, tuple[int, float]] = {}
    i = j = 0
    while i < len(cells) and j < len(others):
        one, other = cells[i].paragraph, others[j].paragraph
        if one.last < other.number:
            i += 1
        elif other.last < one.number:
            j += 1
        else:
            pairs[i] = (j, 1.0)
            i, j = i + 1, j + 1
    return Aligned(pairs, {}, {})


def _prepared(generation: Generation, document: Document, cells: Sequence[_Cell], readable: bool) -> list[Prepared]:
    import numpy as np

    nothing = np.zeros((0, generation.manifest.dim), np.float32)
    prepared = []
    for cell in cells:
        vectors = nothing
        if readable:
            rows = generation.sentence_rows(document.doc_id, cell.paragraph.number)[:_MOST_SENTENCES]
            vectors = np.asarray(generation.sentence_vectors[rows.start : rows.stop], np.float32)
        prepared.append(Prepared(vectors, frozenset(analyse(_unmarked(cell.paragraph.text)))))
    return prepared


def _unmarked(text: str) -> str:
    match = _LABEL.match(text)
    return text[match.end() :] if match else text


def _candidates(
    left: Sequence[Prepared], right: Sequence[Prepared], measure: Measure, idf: Callable[[str], float]
) -> Iterator[tuple[NDArray[Any], ...]]:
    """Give, for each left paragraph, the left and right places, similarities and sorting keys of its candidates."""
    import numpy as np

    if not left or not right:
        return
    places = np.arange(len(right)) / len(right)
    nothing = itertools.repeat(np.zeros(len(right)), len(left))
    by_words = _by_words(left, right, idf) if measure.words else nothing
    by_vectors = _by_vectors(left, right) if measure.vectors else nothing
    for i, (words, vectors) in enumerate(zip(by_words, by_vectors, strict=True)):
        scores = np.clip(measure.words * words + measure.vectors * vectors, 0.0, 1.0)
        found = np.flatnonzero(scores >= measure.same)
        # Alike to a thousandth is alike; then the relative place decides, by less than a thousandth.
        keys = np.round(scores[found], 3) - np.abs(places[found] - i / len(left)) / 2000
        best = np.argsort(-keys, kind="stable")[:_MOST_CANDIDATES]
        yield np.full(len(best), i), found[best], scores[found][best], keys[best]


def _by_words(
    left: Sequence[Prepared], right: Sequence[Prepared], idf: Callable[[str], float]
) -> Iterator[NDArray[np.float64]]:
    """Give each left paragraph's Dice coefficients with every right one, `(n_right,)`, from 0 to 1."""
    import numpy as np

    weight: dict[str, float] = {term: idf(term) for part in (*left, *right) for term in part.terms}
    lists: defaultdict[str, list[int]] = defaultdict(list)
    for j, part in enumerate(right):
        for term in part.terms:
            lists[term].append(j)
    places = {term: np.array(found, np.intp) for term, found in lists.items()}
    # Sums over sorted terms: the order in which a set gives them differs from process to process.
    totals = [np.array([sum(weight[t] for t in sorted(part.terms)) for part in side]) for side in (left, right)]
    for part, total in zip(left, totals[0].tolist(), strict=True):
        shared = np.zeros(len(right))
        for term in sorted(part.terms & places.keys()):
            shared[places[term]] += weight[term]
        yield 2 * shared / np.maximum(totals[1] + total, 1e-9)


def _by_vectors(left: Sequence[Prepared], right: Sequence[Prepared]) -> Iterator[NDArray[np.float64]]:
    """Give how near each left paragraph's sentences are to every right one's, `(n_right,)`, from 0 to 1.

    It is the symmetric mean of maxima: how well each sentence of the one is matched by its best in the other, and the
    other way round.
    """
    import numpy as np

    theirs, starts, counts = _stacked(right)
    for block in _blocks(left):
        ours, our_starts, our_counts = _stacked(block)
        cosines = np.clip(ours @ theirs.T, 0.0, 1.0)
        best = np.maximum.reduceat(cosines, starts, axis=1)  # of each of our sentences in each right paragraph
        there = np.add.reduceat(best, our_starts, axis=0) / our_counts[:, None]
        best = np.maximum.reduceat(cosines, our_starts, axis=0)
        back = np.add.reduceat(best, starts, axis=1) / counts
        yield from (there + back) / 2


def _stacked(
    parts: Sequence[Prepared],
) -> tuple[NDArray[np.float32], NDArray[np.intp], NDArray[np.intp]]:
    """Return all sentences' vectors, and each paragraph's first row and number of rows; none gets a row of zeros."""
    import numpy as np

    dim = parts[0].vectors.shape[1]
    stacks = [part.vectors if len(part.vectors) else np.zeros((1, dim), np.float32) for part in parts]
    counts = np.array([len(stack) for stack in stacks], np.intp)
    return np.concatenate(stacks), np.cumsum(counts) - counts, counts


def _blocks(parts: Sequence[Prepared]) -> Iterator[Sequence[Prepared]]:
    """Cut a list where its sentences pass `_TOGETHER`."""
    first = sentences = 0
    for at, part in enumerate(parts):
        if sentences >= _TOGETHER:
            yield parts[first:at]
            first, sentences = at, 0
        sentences += max(len(part.vectors), 1)
    yield parts[first:]


def _rows(cells: Sequence[_Cell], others: Sequence[_Cell], aligned: Aligned) -> Iterator[Row]:
    """Give the rows in reading order."""
    taken = {j for j, _ in aligned.pairs.values()}
    following: defaultdict[int, list[Row]] = defaultdict(list)  # lone right ones, by the paired one before them
    before = -1
    for j, cell in enumerate(others):
        if j in taken:
            before = j
        else:
            i, similarity = aligned.right_also.get(j, (-1, 0.0))
            also = cells[i].paragraph if i >= 0 else None
            following[before].append(Row(None, cell.paragraph, similarity, also, right_headings=cell.headings))
    yield from following[-1]
    for i, cell in enumerate(cells):
        if i not in aligned.pairs:
            j, similarity = aligned.left_also.get(i, (-1, 0.0))
            also = others[j].paragraph if j >= 0 else None
            yield Row(cell.paragraph, None, similarity, also, left_headings=cell.headings)
            continue
        j, similarity = aligned.pairs[i]
        other = others[j]
        yield Row(cell.paragraph, other.paragraph, similarity, None, cell.headings, other.headings)
        yield from following[j]
