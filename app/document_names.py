"""Which documents a question names: by title, alias, type, issuer or president, through typing errors too."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from app.columns import Column
from app.dates import within
from ingest.documents import Document
from ingest.lexical import analyse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TITLE_WEIGHT: Final = 1.0
NAMING_IDF: Final = 1.2  # a title's word that many titles share ("AI") is as likely to be what is asked about
OTHER_WEIGHT: Final = 0.6  # issuer and type say less about which document is meant than its title

# When each held office: "Yoon" names the documents of his term, with whoever else is named.
TERMS_OF_OFFICE: Final[Mapping[str, tuple[str, str]]] = {
    "biden": ("2021-01-20", "2025-01-19"),
    "harris": ("2021-01-20", "2025-01-19"),
    "trump": ("2025-01-20", "2029-01-19"),
    "moon": ("2017-05-10", "2022-05-09"),
    "yoon": ("2022-05-10", "2025-04-04"),
    "lee": ("2025-06-04", "2030-06-03"),
    "kishida": ("2021-10-04", "2024-09-30"),
    "ishiba": ("2024-10-01", "2025-10-20"),
}
# What people call each type of document; matched in lower case, Korean without spaces.
TYPE_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "joint_statement": ("joint statement", "memorandum of understanding", "mou", "공동성명", "양해각서"),
    "fact_sheet": ("fact sheet", "factsheet", "설명자료", "팩트시트"),
    "law": ("executive order", "statute", "decree", "basic act", "regulation", "행정명령", "기본법", "시행령"),
    "declaration": ("declaration", "선언", "code of conduct", "principles", "commitments"),
    "readout": ("readout",),
    "remarks": ("remarks", "speech", "연설"),
    "press_release": ("press release", "보도자료"),
    "article": ("article", "기고문", "논문", "op-ed"),
}
_WORD: Final = re.compile(r"\b[A-Za-z]{4,}\b")
_CAPITALISED: Final = re.compile(r"\b[A-Z][a-z]{3,}\b")
_LOWER: Final = re.compile(r"\b[a-z]{4,}\b")


@dataclass(frozen=True, slots=True)
class Named:
    """How strongly a question names each document, by the order of `DocumentNames.doc_ids`.

    Attributes:
        affinity: idf-weighted overlap with title, aliases, issuer and type, scaled by the strongest; 0 or more.
        person: the share of the presidents named who held office then, from 0 to 1.
        type: 1 where the question names the document's type, else 0.
        words: index terms that name a strongly named document; they say little about the topic inside it.
    """

    affinity: NDArray[np.float64]
    person: NDArray[np.float64]
    type: NDArray[np.float64]
    words: frozenset[str]


class DocumentNames:
    """The names of the documents of one generation.

    Args:
        documents: every document that can be named.
        ordinary: whether a word is one of the language, and so not a name misspelt; None where nobody knows.
    """

    def __init__(self, documents: Sequence[Document], ordinary: Callable[[str], bool] | None = None) -> None:
        self._documents = documents
        self._ordinary = ordinary or (lambda word: False)
        self.doc_ids = [document.doc_id for document in documents]
        self._cards = [_card(document) for document in documents]
        self._frequency = Counter(term for card in self._cards for term in card)
        self._dates = Column([document.date for document in documents])
        self._kinds = Column([document.type for document in documents])
        self._aliases = [
            (terms, row)
            for row, document in enumerate(documents)
            for alias in (*document.aliases, document.title)
            if len(terms := tuple(analyse(alias))) >= 2
        ]

    def idf(self, term: str) -> float:
        """Return how much a term tells documents apart by name; 0 where none has it."""
        df = self._frequency[term]
        return math.log(1 + (len(self._documents) - df + 0.5) / (df + 0.5)) if df else 0.0

    def named_in(self, question: str, terms: Iterable[str]) -> Named:
        """Return how strongly a question, with these index terms, names each document."""
        import numpy as np

        ordered = tuple(terms)
        weights = np.zeros(len(self._documents))
        for term in sorted(set(ordered) & self._having.keys()):
            rows, shares = self._having[term]
            weights[rows] += self.idf(term) * shares
        for alias, row in self._aliases_in(ordered):
            weights[row] += sum(self.idf(term) for term in alias)
        top = float(weights.max(initial=0.0))
        return Named(
            affinity=weights / max(top, 6.0),
            person=self._persons(question),
            type=self._types(question),
            words=self._naming_words(weights, top),
        )

    @cached_property
    def _having(self) -> dict[str, tuple[NDArray[np.intp], NDArray[np.float64]]]:
        """The documents whose card has a term, and the weights there, by term."""
        import numpy as np

        having: dict[str, list[tuple[int, float]]] = {}
        for row, card in enumerate(self._cards):
            for term, weight in card.items():
                having.setdefault(term, []).append((row, weight))
        return {
            term: (np.array([row for row, _ in pairs], np.intp), np.array([weight for _, weight in pairs]))
            for term, pairs in having.items()
        }

    def _aliases_in(self, terms: tuple[str, ...]) -> list[tuple[tuple[str, ...], int]]:
        """Return the aliases that stand in some terms, in the order of the documents."""
        numbers = {
            number
            for at, term in enumerate(terms)
            for alias, of_it in self._aliases_from.get(term, {}).items()
            if terms[at : at + len(alias)] == alias
            for number in of_it
        }
        return [self._aliases[number] for number in sorted(numbers)]

    @cached_property
    def _aliases_from(self) -> dict[str, dict[tuple[str, ...], list[int]]]:
        """The numbers of the aliases, by first term and whole alias."""
        found: dict[str, dict[tuple[str, ...], list[int]]] = {}
        for number, (alias, _) in enumerate(self._aliases):
            found.setdefault(alias[0], {}).setdefault(alias, []).append(number)
        return found

    def by_date(self, measure: Callable[[str], float]) -> NDArray[np.float64]:
        """Return a measure of each document's date, `(n_documents,)`; each distinct date is looked at once."""
        return self._dates.measured(measure)

    def _naming_words(self, weights: NDArray[np.float64], top: float) -> frozenset[str]:
        import numpy as np

        if top <= 3.0:
            return frozenset()
        best = [row for row in np.argsort(-weights, kind="stable")[:3] if weights[row] >= 0.6 * top]
        return frozenset(
            term
            for row in best
            for term, weight in self._cards[row].items()
            if weight < TITLE_WEIGHT or self.idf(term) >= NAMING_IDF
        )

    def _persons(self, question: str) -> NDArray[np.float64]:
        words = set(re.findall(r"[a-z]+", question.lower()))
        terms = [term for name, term in TERMS_OF_OFFICE.items() if name in words]
        return self.by_date(lambda date: sum(within(date, *t) for t in terms) / len(terms) if terms else 0.0)

    def _types(self, question: str) -> NDArray[np.float64]:
        text = question.lower()
        named = {kind for kind, words in TYPE_WORDS.items() if any(_says(text, word) for word in words)}
        return self._kinds.measured(lambda kind: float(kind in named))

    def date_of_name(self, phrase: str) -> str:
        """Return the date of the document a short phrase names by alias or title; empty if none is clear."""
        terms = tuple(analyse(phrase))
        dates = {self._documents[row].date for alias, row in self._aliases if terms and _stands_in(terms, alias)} - {""}
        return min(dates) if dates else ""

    def repair(self, question: str, known: Mapping[str, object] | frozenset[str]) -> str:
        """Return the question with names mended that are one or two letters off.

        Args:
            question: as typed.
            known: index terms; a word whose stem is among them is left as it is.
        """
        mended = question
        for word in dict.fromkeys(_WORD.findall(question)):
            terms = analyse(word)
            if not terms or any(term in known for term in terms) or self._ordinary(word.lower()):
                continue
            if name := self._meant(word):
                mended = re.sub(rf"\b{re.escape(word)}\b", name, mended)
        return mended

    def _meant(self, word: str) -> str:
        """Return the name a word is nearest to, if that is near enough; typing errors seldom hit the first letter."""
        from rapidfuzz.distance import OSA

        lower, allowed = word.lower(), 1 if len(word) < 8 else 2
        near = [
            (OSA.distance(lower, name.lower(), score_cutoff=allowed), name)
            for name in self._vocabulary
            if name[0].lower() == lower[0] and (len(word) > 4 or sorted(name.lower()) == sorted(lower))
        ]
        distance, name = min(near, default=(allowed + 1, ""))
        return name if distance <= allowed else ""

    @cached_property
    def _vocabulary(self) -> tuple[str, ...]:
        """Names that can be meant: words that the documents write with a capital and never without."""
        names: set[str] = set()
        others: set[str] = set()
        for document in self._documents:
            heads = (document.title, document.issuer, *document.aliases)
            for text in (*heads, *(paragraph.text for paragraph in document.paragraphs)):
                names.update(_CAPITALISED.findall(text))
                others.update(_LOWER.findall(text))
        return tuple(sorted(name for name in names if name.lower() not in others))


def _card(document: Document) -> dict[str, float]:
    card: dict[str, float] = {}
    others = (document.issuer, document.type.replace("_", " "))
    for weight, texts in ((OTHER_WEIGHT, others), (TITLE_WEIGHT, (document.title, *document.aliases))):
        for text in texts:
            card.update((term, weight) for term in analyse(text))
    return card


def _stands_in(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    size = len(part)
    return any(whole[i : i + size] == part for i in range(len(whole) - size + 1))


def _says(text: str, word: str) -> bool:
    if word.isascii():
        return re.search(rf"\b{re.escape(word)}s?\b", text) is not None
    return word in text.replace(" ", "")
