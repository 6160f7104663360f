"""The sentences an answer may use, scored by how well they answer the question.

The score is linear in the features below, fitted like the passages' (`app.ranking`) by `eval/fits/answers.py`; its
weights stand in `sentences.json`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from app.instructions import instructs
from app.query import Understood
from app.ranking import Floats, LinearWeights, coverage
from app.required import comparable, required
from app.retrieve import Retrieval
from app.sides import rows_of_sides
from ingest.documents import Sentence
from ingest.lexical import analyse

if TYPE_CHECKING:
    from ingest.generation import Generation

WEIGHTS_FILE: Final = Path(__file__).with_name("sentences.json")
PASSAGES_READ: Final = 12  # passages whose sentences are candidates

FEATURES: Final[Mapping[str, str]] = {
    "question": "cosine of question and sentence (0 where the model cannot read it)",
    "topic": "cosine of topic and sentence",
    "coverage": "share of the topic's idf that the sentence holds",
    "question_coverage": "share of the question's idf that the sentence and its passage's context hold",
    "paragraph_coverage": "share of the topic's idf in its paragraph, heading and title",
    "phrases": "share of the topic's neighbouring words that are neighbours in it",
    "filled": "how far it gives what is asked",
    "filled_around": "how far its paragraph does",
    "names_missing": "share of the question's names and figures that its paragraph, heading and title lack",
    "countries_missing": "share of the question's countries that they lack",
    "passage": "the passage's score, less the best passage's",
    "rank": "1 / the passage's rank",
    "neighbour_coverage": "share of the topic's idf in the sentences before and after it",
    "fragment": "it is short and has no verb-like form: a heading, a list's label",
    "figures": "it holds a figure",
    "unreadable": "the embedding model cannot read it",
    "unreadable_coverage": "coverage, where it cannot",
}
_SAME: Final = 0.7  # share of terms in common, from which on two questions are one
_FRAGMENT: Final = 45  # characters
_LABEL: Final = re.compile(r"^(?:[-•*·–]\s+|\(?(?:[0-9]{1,2}|[a-z]|[ivx]{1,4}|[가-하])[.)]\s+)+")


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A candidate sentence.

    Attributes:
        score: higher is better; comparable within one question.
        rank: its passage's rank, from 1.
        features: one value a feature, `(len(FEATURES),)`.
    """

    sentence: Sentence
    score: float
    rank: int
    features: Floats


def score_sentences(
    generation: Generation,
    understood: Understood,
    retrieval: Retrieval,
    unreadable: NDArray[np.bool_],
    weights: LinearWeights,
    passages: int = PASSAGES_READ,
) -> list[ScoredSentence]:
    """Return the sentences of the best passages, best first, ties in document order.

    Args:
        generation: where they stand.
        understood: the question.
        retrieval: its passages.
        unreadable: per document, whether the embedding model cannot read it.
        weights: of `FEATURES`.
        passages: how many passages are read.
    """
    ranks: dict[int, int] = {}
    of_sides = rows_of_sides(generation, understood, retrieval.rows)
    read = [(r, row) for r, row in enumerate(retrieval.rows, start=1) if r <= passages or row in of_sides]
    for rank, row in read:
        for sentence_row in range(*generation.passage_table[row, 1:].tolist()):
            ranks.setdefault(sentence_row, rank)
    if not ranks:
        return []
    rows = np.array(list(ranks), dtype=np.int64)
    sentences = [generation.sentence(row) for row in rows.tolist()]
    answering = np.flatnonzero(_answering(generation, understood, sentences))
    if not answering.size:
        return []
    rows, sentences = rows[answering], [sentences[i] for i in answering.tolist()]
    rank_of = np.array(list(ranks.values()))[answering]
    features = _features(generation, understood, retrieval, unreadable, rows, sentences, rank_of)
    scores = weights.scores(features, FEATURES)
    order = np.lexsort((rows, -scores))
    return [ScoredSentence(sentences[i], float(scores[i]), int(rank_of[i]), features[i]) for i in order.tolist()]


def _answering(generation: Generation, understood: Understood, sentences: Sequence[Sentence]) -> list[bool]:
    """Return for each sentence whether it may answer at all: not where it gives orders, or only asks the question."""
    orders: dict[tuple[str, int], bool] = {}
    for sentence in sentences:
        key = (sentence.doc_id, sentence.paragraph)
        if key not in orders:
            orders[key] = instructs(generation.documents[key[0]].paragraph(key[1]).text)
    asked = {term for terms in understood.terms.values() for term in terms}
    return [not orders[s.doc_id, s.paragraph] and not _asks(s.text, asked) for s in sentences]


def _asks(text: str, asked: Set[str]) -> bool:
    """Whether a sentence is the question itself, in about the same words."""
    if not text.rstrip().endswith(("?", "？")):  # the second as Korean texts may write it
        return False
    terms = set(analyse(text))
    return len(terms & asked) >= _SAME * len(terms | asked)


def _features(
    generation: Generation,
    understood: Understood,
    retrieval: Retrieval,
    unreadable: NDArray[np.bool_],
    rows: NDArray[np.int64],
    sentences: Sequence[Sentence],
    ranks: NDArray[np.int64],
) -> Floats:
    documents = np.array([generation.documents.row_of(s.doc_id) for s in sentences])
    readable = ~unreadable[documents]
    pair = np.stack([retrieval.vectors.question, retrieval.vectors.topic], axis=1)
    similar = (np.asarray(generation.sentence_vectors[rows], np.float32) @ pair) * readable[:, None]
    whole = coverage(generation.sentence_lexical, understood, understood.topic_terms)
    held = whole[rows]
    of_question = coverage(generation.sentence_lexical, understood, understood.terms)[rows]
    padded = np.pad(whole, 1)
    passage_scores = np.array(retrieval.scores[: int(ranks.max())])
    context = coverage(generation.lexical, understood, understood.terms)[list(retrieval.rows)]
    columns = {
        **_surroundings(generation, understood, sentences),
        "question": similar[:, 0],
        "topic": similar[:, 1],
        "coverage": held,
        "question_coverage": np.maximum(of_question, 0.5 * context[ranks - 1]),
        "phrases": _phrases(understood.topic_terms, sentences),
        "filled": [understood.asked.filled(without_mark(s.text)) for s in sentences],
        "passage": (passage_scores - passage_scores[0])[ranks - 1],
        "rank": 1 / ranks,
        "neighbour_coverage": np.maximum(padded[rows], padded[rows + 2]),
        "fragment": [is_fragment(s.text) for s in sentences],
        "figures": [any(c.isdigit() for c in _LABEL.sub("", s.text)) for s in sentences],
        "unreadable": ~readable,
        "unreadable_coverage": held * ~readable,
    }
    return np.stack([np.asarray(columns[name], dtype=np.float32) for name in FEATURES], axis=1)


def _surroundings(
    generation: Generation, understood: Understood, sentences: Sequence[Sentence]
) -> dict[str, list[float]]:
    """Return the features that depend on a sentence's paragraph, worked out once a paragraph."""
    needed = required(understood)
    known: dict[tuple[str, int], tuple[float, float, float, float]] = {}
    for sentence in sentences:
        key = (sentence.doc_id, sentence.paragraph)
        if key not in known:
            text = around(generation, sentence)
            terms = frozenset(analyse(text))
            known[key] = (
                _share_held(generation, understood, terms),
                understood.asked.filled(generation.documents[key[0]].paragraph(key[1]).text),
                needed.missing_names(terms) if comparable(text) else 0.0,
                needed.missing_countries(text),
            )
    columns = ("paragraph_coverage", "filled_around", "names_missing", "countries_missing")
    return {name: [known[s.doc_id, s.paragraph][at] for s in sentences] for at, name in enumerate(columns)}


def around(generation: Generation, sentence: Sentence) -> str:
    """Return a sentence's whole paragraph, with the nearest heading before it and the document's names and issuer."""
    document = generation.documents[sentence.doc_id]
    before = [p.text for p in document.paragraphs if p.heading and p.number <= sentence.paragraph]
    return "\n".join(
        (*before[-1:], document.paragraph(sentence.paragraph).text, document.title, document.issuer, *document.aliases)
    )


def _share_held(generation: Generation, understood: Understood, held: frozenset[str]) -> float:
    """Return which share of the topic's idf is among some terms, by the language that more of it is in."""
    shares = [0.0]
    for language, terms in understood.topic_terms.items():
        idf = {term: generation.lexical.idf(term) for term in set(terms)}
        share = sum(weight for term, weight in idf.items() if term in held) / (sum(idf.values()) or 1.0)
        shares.append(share * understood.shares[language])
    return max(shares)


def _phrases(topic_terms: Mapping[str, Sequence[str]], sentences: Sequence[Sentence]) -> list[float]:
    """Return which share of the topic's pairs of neighbouring terms each sentence has as neighbours."""
    wanted = {pair for terms in topic_terms.values() for pair in pairwise(terms)}
    if not wanted:
        return [0.0] * len(sentences)
    return [len(wanted & set(pairwise(analyse(sentence.text)))) / len(wanted) for sentence in sentences]


def is_fragment(text: str) -> bool:
    """Return whether a sentence is a heading or a list's label rather than something that answers."""
    bare = _LABEL.sub("", text)
    return len(bare) < _FRAGMENT and not bare.endswith((".", "。", "다")) and not any(c.isdigit() for c in bare)


def without_mark(text: str) -> str:
    """Return a text without the bullet or number in front of it."""
    return _LABEL.sub("", text) or text


def without_label(sentence: Sentence) -> tuple[int, int]:
    """Return a sentence's span without the bullet or number in front of it."""
    label = _LABEL.match(sentence.text)
    return (
        sentence.start + label.end() if label and label.end() < len(sentence.text) else sentence.start
    ), sentence.end
