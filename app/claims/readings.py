"""A claim and one sentence of a source, read once for all comparisons: their words, and which they share."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.actors import countries
from app.claims.amount_words import LABELLED
from app.claims.judge import ClaimPart, EvidenceSentence
from app.claims.results import Difference, DifferenceKind
from app.claims.thesaurus import standing_for
from app.language import is_korean
from app.modal_words import IRREGULAR
from ingest.lexical import analyse

Span = tuple[int, int]

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
# "14110" of an order, "45W" of a section: what the label before it makes a name.
_NUMBERED: Final = re.compile(r"(?<![\d.,-])\d{2,6}[A-Z]?(?![\d%]|[.,]\d)")
_MONTH_NAMES: Final = (
    "January February March April May June July August September October November December".split()
)  # fmt: skip
_REACH: Final = 9  # words to either side of a place that are about the same thing as it
_PLENTY: Final = 3
_HALF: Final = 0.5
# Where one thing said ends and the next begins, as far as punctuation and small words show it.
_BREAK: Final = re.compile(
    r"[;:—–]|(?<!\.[A-Z])[.!?]\s|,(?!\d)|\b(?:while|whereas|but|although|though)\b|"
    r"(?:,\s*|\b)(?:and|with)\s(?=(?:the |a |an )?[A-Z$\d])",
)
# Stems that say little of what a sentence is about: half of the field's sentences have some of them.
_COMMON: Final = frozenset(
    (
        "ai usa korea japan countri nation leader presid govern state unit two three one first second new cooper "
        "agre support includ intern work joint statement declar fact sheet trilater bilater alli allianc sourc "
        "year month day percent million billion trillion dollar white hous act order make made take given give "
        "use would may must shall not no only all everi each ani other more most less least never without both "
        "either after befor under per north also out up off over its own thing whatev case south trump biden yoon "
        "lee part through via set januari februari march april june juli august septemb octob novemb decemb earli "
        "late end administr document text accord american korean keep kept put get got come came go went want "
        "seoul washington four five six seven eight nine ten eleven twelv dozen hundr thousand half third quarter "
        "fourth fifth twice system member economi programm program firm compani maker busi kind sort way time "
        "place whole sign execut announc "
    ).split()
)


@dataclass(frozen=True, slots=True)
class Word:
    """A content word: its stem and where it stands."""

    stem: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A text's content words, in order."""

    text: str
    words: tuple[Word, ...]
    stems: frozenset[str]

    def near(self, span: Span) -> frozenset[str]:
        """Return the stems within reach of a place, to either side, without the place's own."""
        start, end = span
        before = [word.stem for word in self.words if word.end <= start][-_REACH:]
        behind = [word.stem for word in self.words if word.start >= end][:_REACH]
        return frozenset((*before, *behind))

    def behind(self, end: int, count: int = 2) -> tuple[str, ...]:
        """Return the stems of the next content words behind a place, up to a comma or full stop."""
        stop = re.search(r"[,;:.]\s|$", self.text[end:])
        last = end + (stop.start() if stop else 0)
        return tuple(word.stem for word in self.words if end <= word.start < last)[:count]


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim and a sentence, with the words that they share.

    Attributes:
        claim: the claim's own words.
        source: the sentence.
        shared: distinctive stems in both; of a Korean claim, those of its English words.
        topic: distinctive stems that the claim shares with the sentence, what stands around it or its header.
        coverage: part of the claim's distinctive stems that are shared, 0 to 1.
        abroad: whether the two are in different languages, so that words near a place do not compare.
        clear: whether retrieval says that this sentence is the one, so that comparing may rest on fewer words.
        named: whether the claim names the sentence's document, by its month or a word of its title or aliases.
    """

    claim: Reading
    source: Reading
    around: str
    header: str
    date: str
    shared: frozenset[str]
    topic: frozenset[str]
    coverage: float
    abroad: bool
    clear: bool = False
    named: bool = False

    def near(self, claimed: Span, held: Span) -> int:
        """Count the distinctive stems that stand near both places; 0 across languages."""
        if self.abroad:
            return 0
        return len(distinctive(self.claim.near(claimed) & self.source.near(held)))

    @property
    def akin(self) -> bool:
        """Whether a sentence in another language has enough of the claim's words to be about the same."""
        if self.clear and self.shared:
            return True
        return len(self.shared) >= _PLENTY or (len(self.shared) == _PLENTY - 1 and self.coverage >= _HALF)

    def difference(self, kind: DifferenceKind, claimed: Span, held: Span) -> Difference:
        """Return a difference between a stretch of the claim and one of the sentence."""
        return Difference(kind, self.claim.text[slice(*claimed)].strip(), self.source.text[slice(*held)].strip())


def read_pair(part: ClaimPart, evidence: EvidenceSentence, *, clear: bool = False) -> Pair:
    """Read a claim's part and a sentence for comparison; for `clear` see `Pair`."""
    claim, source = read(part.text), read(evidence.text)
    own = distinctive(read(part.english).stems)
    return Pair(
        claim=claim,
        source=source,
        around=evidence.around,
        header=evidence.header,
        date=evidence.date,
        shared=own & source.stems,
        topic=own & (source.stems | read(evidence.around).stems | read(evidence.header).stems),
        coverage=len(own & source.stems) / max(1, len(own)),
        abroad=is_korean(part.text) != is_korean(evidence.text),
        clear=clear,
        named=_is_named(part.text, own, evidence),
    )


def _is_named(claim: str, own: frozenset[str], evidence: EvidenceSentence) -> bool:
    if own & distinctive(read(evidence.header).stems):
        return True
    year, _, rest = evidence.date.partition("-")
    month = _MONTH_NAMES[int(rest[:2]) - 1] if rest[:2].isdigit() and 0 < int(rest[:2]) <= len(_MONTH_NAMES) else ""
    return (
        bool(month)
        and re.search(rf"\b{month} (?:\d{{1,2}},? )?{year}\b|{year}년 ?{int(rest[:2])}월", claim) is not None
    )


@functools.lru_cache(maxsize=512)
def read(text: str) -> Reading:
    """Return the content words of a text, numbers that are names among them; empty text has none."""
    found = [(_stem(match[0]), match.span()) for match in _WORD.finditer(text)]
    found += [(m[0].lower(), m.span()) for m in _NUMBERED.finditer(text) if LABELLED.search(text[: m.start()])]
    words = tuple(Word(stem, *span) for stem, span in sorted(found, key=lambda one: one[1]) if stem)
    return Reading(text, words, frozenset(word.stem for word in words))


def distinctive(stems: Iterable[str]) -> frozenset[str]:
    """Leave out the stems that half of the field's sentences have, and spelled numbers."""
    return frozenset(stems) - _common()


@functools.cache
def _common() -> frozenset[str]:
    return frozenset(standing_for(stem) for stem in _COMMON)


@functools.lru_cache(maxsize=16384)
def _stem(word: str) -> str:
    stem = next(iter(analyse(IRREGULAR.get(word.lower(), word))), "")
    return standing_for(stem)


@functools.lru_cache(maxsize=512)
def named_countries(text: str) -> frozenset[str]:
    """Return the countries that a text names."""
    return frozenset(countries(text))


@functools.lru_cache(maxsize=512)
def clauses(text: str) -> tuple[Span, ...]:
    """Return the stretches between a text's breaks, in order."""
    spans, start = [], 0
    for match in _BREAK.finditer(text):
        spans.append((start, match.start()))
        start = match.end()
    spans.append((start, len(text)))
    return tuple(span for span in spans if text[slice(*span)].strip())
