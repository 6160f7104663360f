"""How like two documents are: in runs of words, in the words they use, in the figures they give.

Runs of words are Broder's shingles (1997, "On the resemblance and containment of documents"); words and figures are
compared as vectors by cosine, rarer ones counting for more.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from app.quotations import quotations_in
from ingest.documents import Document
from ingest.fetch.fingerprints import SHINGLE, Fingerprint, shingles
from ingest.fetch.words import keys_of
from ingest.lexical import STOP_WORDS

_STEM: Final = 5  # letters of a word: enough to know it again, whatever its ending
_SYLLABLES: Final = 2  # of a Korean word, before its particles
_FIGURE: Final = re.compile(r"\d+")

Vector = Mapping[str, float]


def runs_of(document: Document) -> set[int]:
    """Return hashes of the runs of five words of a document, across its paragraphs; none where it has fewer words."""
    return _runs([paragraph.text for paragraph in document.paragraphs])


def own_runs_of(document: Document) -> set[int]:
    """Return hashes of the runs of a document that it does not quote."""
    return _runs(_own(document))


def marks_of(document: Document) -> tuple[set[int], set[int]]:
    """Return the hashes of a document's own runs, and of those among them that a fingerprint would keep."""
    hashed = shingles([word for text in _own(document) for word in keys_of(text)], SHINGLE)
    return {mark for mark, _ in hashed}, {mark for mark, kept in hashed if kept}


def marks_in(prints: Iterable[Fingerprint]) -> set[int]:
    """Return the hashes of runs of five words in a document's fingerprints."""
    return {mark for one in prints if one.shingle == SHINGLE for _, mark in one.marks}


def words_in(document: Document) -> Counter[str]:
    """Count the beginnings of a document's words, stop words left out."""
    return Counter(_stems(document))


def figures_in(document: Document) -> Counter[str]:
    """Count a document's figures, each run of digits by itself: they are the same in every language."""
    return Counter(figure for paragraph in document.paragraphs for figure in _FIGURE.findall(paragraph.text))


def vectors(counts: Mapping[str, Counter[str]]) -> dict[str, Vector]:
    """Return a vector of unit length for each document's counts; an empty one where nothing was counted."""
    having = Counter(term for count in counts.values() for term in count)
    return {name: _unit(count, having, len(counts)) for name, count in counts.items()}


def cosine(one: Vector, other: Vector) -> float:
    """Return how like two vectors are, 0 to 1."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    return sum(weight * long.get(term, 0.0) for term, weight in short.items())


def share(part: set[int], whole: set[int], of: int) -> float:
    """Return how many of `of` things are both in one set and in another, as a share; 0 where there are none."""
    return len(part & whole) / of if of else 0.0


def _runs(texts: Iterable[str]) -> set[int]:
    words = [word for text in texts for word in keys_of(text)]
    return {hash(run) for run in zip(*(words[place:] for place in range(SHINGLE)), strict=False)}


def _own(document: Document) -> Iterator[str]:
    """Yield a document's paragraphs without what stands in quotation marks."""
    for paragraph in document.paragraphs:
        start = 0
        for quotation in quotations_in(paragraph.text):
            yield paragraph.text[start : quotation.start]
            start = quotation.end
        yield paragraph.text[start:]


def _stems(document: Document) -> Iterator[str]:
    for paragraph in document.paragraphs:
        for word in keys_of(paragraph.text):
            if "가" <= word[0] <= "힣":
                yield word[:_SYLLABLES]
            elif word not in STOP_WORDS:
                yield word[:_STEM]


def _unit(count: Counter[str], having: Mapping[str, int], documents: int) -> Vector:
    weights = {
        term: (1 + math.log(times)) * math.log((documents + 1) / (having[term] + 0.5)) for term, times in count.items()
    }
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {term: weight / length for term, weight in weights.items()} if length else {}
