"""Lexical ranking: BM25 over English stems and Korean character bigrams. The only module that uses bm25s.

BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in the form
that Lucene uses; character bigrams for Korean as in McNamee and Mayfield, "Character N-Gram Tokenization for
European Language Text Retrieval" (2004), which need no dictionary.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ingest.errors import BrokenIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ANALYSER: Final = "english-stems+korean-bigrams/3"

# Names of the same thing, folded to one token before stemming, so that "ROK" finds "Republic of Korea".
_SAME_THING: Final = (
    (r"artificial intelligence", "ai"),
    (r"republic of korea|south korea|korean peninsula|r\.o\.k\.?|\brok\b", "korea"),
    (r"south koreans?|koreans?\b", "korea"),
    (
        r"united states(?: of america)?|u\.s\.a\.?|\bu\.s\.?(?!\w)|\busa\b|\bUS\b|american?s?\b",
        "usa",
    ),
    (r"electric vehicles?|electric cars?|\bevs\b", "ev"),
    (r"memorand(?:um|a) of understanding|\bmous\b", "mou"),
    (r"per cent|(?<=\d)\s?%", " percent"),
    (r"open[ -]ran", "openran"),
    (r"research and development|r\s?&\s?d", "rd"),
    (r"democratic people['’]s republic of korea|north korean?|\bdprk\b", "dprk"),
)
_FOLD: Final = tuple(
    # "US" in capitals is the country; "us" is a pronoun: that pattern alone minds its case.
    (re.compile(pattern.replace(r"|\bUS\b", "") if name == "usa" else pattern, re.IGNORECASE), f" {name} ")
    for pattern, name in sorted(_SAME_THING, key=lambda pair: -len(pair[0].split("|")[0]))
)
_POSSESSIVE: Final = re.compile(r"(?<=\w)['’]s\b|(?<=U\.S\.)['’]s\b|(?<=s)['’](?!\w)", re.IGNORECASE)
_US: Final = re.compile(r"\bUS\b(?!\$)")
_TOKEN: Final = re.compile(r"[가-힣]+|\d+(?:[.,]\d+)*|[^\W\d_가-힣]+(?:['’][^\W\d_]+)?")
_HANGUL: Final = re.compile(r"[가-힣]")
_LONGEST_WORD: Final = 24  # characters; shorter texts are words, looked at many times for one question
_MOST_REMEMBERED: Final = 8  # coverages of the last questions' terms

STOP_WORDS: Final = frozenset(
    "a an and any are as at be been being but by can could did do does for from had has have he her his how i "
    "if in into is it its me my of on or our she should so some such than that the their them then there these "
    "they this those to us was we were what when where which who whom whose why will with would you your about "
    "tell please also between both within according say says said mention mentions mentioned much many".split()
)


def analyse(text: str) -> list[str]:
    """Split text into index terms: English stems, figures without separators, Korean character bigrams.

    Stop words are left out. Empty text gives an empty list.
    """
    return list(_terms_of_word(text)) if len(text) <= _LONGEST_WORD else _terms_of(text)


@functools.lru_cache(maxsize=8192)
def _terms_of_word(word: str) -> tuple[str, ...]:
    return tuple(_terms_of(word))


def _terms_of(text: str) -> list[str]:
    folded = _US.sub(" usa ", _POSSESSIVE.sub("", text))
    for pattern, name in _FOLD:
        folded = pattern.sub(name, folded)
    terms: list[str] = []
    words: list[str] = []
    for token in _TOKEN.findall(folded):
        if _HANGUL.match(token):
            terms.extend(_bigrams(token))
        elif token[0].isdigit():
            terms.append(token.replace(",", ""))
        elif (word := token.lower().replace("’", "'")) not in STOP_WORDS:
            words.append(word)
    terms.extend(_stem(words))
    return terms


def _bigrams(run: str) -> Iterable[str]:
    return [run] if len(run) == 1 else (run[i : i + 2] for i in range(len(run) - 1))


def _stem(words: list[str]) -> list[str]:
    return list(_stemmer().stemWords(words)) if words else []


@functools.cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


class LexicalIndex:
    """BM25 scores of every passage; row i is the passage of row i.

    Args:
        bm25: an indexed `bm25s.BM25`.
        rows: how many passages it holds.
    """

    def __init__(self, bm25: Any, rows: int) -> None:
        self._bm25 = bm25
        self.rows = rows
        self._coverages: dict[tuple[str, ...], NDArray[np.float32]] = {}

    @classmethod
    def build(cls, texts: Sequence[str], k1: float = 1.2, b: float = 0.75) -> LexicalIndex:
        """Index texts in order; an empty sequence gives an index that finds nothing."""
        import bm25s

        bm25 = bm25s.BM25(k1=k1, b=b, method="lucene")
        corpus = [analyse(text) for text in texts]
        if any(corpus):
            bm25.index(corpus, show_progress=False)
        return cls(bm25, len(texts))

    def save(self, folder: Path) -> None:
        """Write the index under `folder`, as .npy and .json files (no pickle)."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "rows").write_text(str(self.rows), encoding="ascii")
        if hasattr(self._bm25, "vocab_dict"):
            self._bm25.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read an index that `save` wrote.

        Raises:
            BrokenIndex: files are missing or unreadable.
        """
        import bm25s

        try:
            rows = int((folder / "rows").read_text(encoding="ascii"))
            empty = not (folder / "params.index.json").exists()
            bm25 = bm25s.BM25() if empty else bm25s.BM25.load(str(folder), load_corpus=False)
        except (OSError, ValueError, KeyError) as error:
            raise BrokenIndex(
                f"The lexical index in {folder} cannot be read: {error}.", "Run: sangho ingest"
            ) from error
        return cls(bm25, rows)

    @property
    def _vocabulary(self) -> dict[str, int]:
        return getattr(self._bm25, "vocab_dict", None) or {}

    def scores(self, terms: Sequence[str]) -> NDArray[np.float32]:
        """Return the BM25 score of every row, shape `(rows,)`; 0 where no term occurs."""
        import numpy as np

        known = [term for term in terms if term in self._vocabulary]
        if not known:
            return np.zeros(self.rows, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)

    def search(self, query: str, k: int, allowed: NDArray[np.bool_] | None = None) -> list[tuple[int, float]]:
        """Return up to `k` rows that share a term with the query, best first, ties by row.

        Args:
            query: any text; analysed like the passages were.
            k: how many rows at most.
            allowed: mask over rows; rows that are False are left out.
        """
        return self.search_terms(analyse(query), k, allowed)

    def search_terms(
        self, terms: Sequence[str], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[tuple[int, float]]:
        """Like `search`, for terms that are analysed already; a term given twice counts twice."""
        import numpy as np

        scores = self.scores(terms)
        if allowed is not None:
            scores = np.where(allowed, scores, 0)
        found = np.flatnonzero(scores > 0)
        if len(found) > k:
            edge = np.partition(scores[found], -k)[-k]
            found = found[scores[found] >= edge]
        order = np.lexsort((found, -scores[found]))[:k]
        return [(int(row), float(scores[row])) for row in found[order]]

    def coverage(self, terms: Sequence[str]) -> NDArray[np.float32]:
        """Return which share of the terms' information (idf) every row holds, shape `(rows,)`, from 0 to 1.

        Terms that no row has count as missing; no terms give zeros. The array is shared, and read-only: one
        question asks for it several times.
        """
        key = tuple(terms)
        covered = self._coverages.get(key)
        if covered is None:
            covered = self._coverage(key)
            covered.setflags(write=False)
            if len(self._coverages) >= _MOST_REMEMBERED:
                self._coverages.clear()
            self._coverages[key] = covered
        return covered

    def _coverage(self, terms: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        held = np.zeros(self.rows, dtype=np.float32)
        weights = {term: self.idf(term) for term in dict.fromkeys(terms)}
        for term, weight in weights.items():
            held[self.rows_with(term)] += weight
        return held / max(sum(weights.values()), 1e-9)

    def rows_with(self, term: str) -> NDArray[np.int32]:
        """Return the rows that hold a term, in order; an unknown term gives an empty array."""
        import numpy as np

        token = self._vocabulary.get(term)
        if token is None:
            return np.zeros(0, dtype=np.int32)
        parts = self._bm25.scores
        return np.asarray(parts["indices"][parts["indptr"][token] : parts["indptr"][token + 1]])

    def holds(self, term: str, rows: Sequence[int]) -> bool:
        """Return whether any of some rows holds a term; no rows give False."""
        import numpy as np

        held = self.rows_with(term)
        if not len(held) or not len(rows):
            return False
        wanted = np.asarray(rows, dtype=held.dtype)
        at = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
        return bool((held[at] == wanted).any())

    @property
    def terms(self) -> Mapping[str, int]:
        """The index terms that occur, with their numbers."""
        return self._vocabulary

    def document_frequency(self, term: str) -> int:
        """Return in how many passages a term occurs."""
        token = self._vocabulary.get(term)
        if token is None:
            return 0
        indptr = self._bm25.scores["indptr"]
        return int(indptr[token + 1] - indptr[token])

    def idf(self, term: str) -> float:
        """Return how much a term tells: `ln(1 + (N - df + 0.5) / (df + 0.5))`, highest for an unknown term."""
        df = self.document_frequency(term)
        return math.log(1 + (self.rows - df + 0.5) / (df + 0.5))
