"""Read Korean questions into English search words, and English ones into Korean, with the field's glossary.

Dictionary-based query translation, phrases before words, as in Ballesteros and Croft, "Phrasal Translation and
Query Expansion Techniques for Cross-Language Information Retrieval" (SIGIR 1997). The words are data, in
`glossary.tsv`: a Korean term, a tab, its English renderings separated by semicolons, the preferred one first;
`-` for a word that carries nothing; `#` begins a section. How Korean is written is in `app.korean`.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.errors import BadInput
from app.korean import DOTS, Reader

GLOSSARY: Final = Path(__file__).with_name("glossary.tsv")
EMPTY: Final = "-"
ONE_WAY: Final = "into English only"

_ENGLISH: Final = re.compile(r"[a-z0-9]+")
_US: Final = re.compile(r"\bU\.S\.(?:A\.)?|\bUSA?\b(?!\$)")
_FUNCTION_WORDS: Final = frozenset("at below by does during for from in of on or over to under with".split())
_SEPARATORS: Final = re.compile(rf"[\s{DOTS}]+")


@dataclass(frozen=True, slots=True)
class Translation:
    """A question in English search words.

    Attributes:
        text: the words in the order of the question, a space apart; Latin words and figures as they were.
        terms: what was read, in order, as pairs of Korean and English.
        unread: the Korean words that no entry reads, without particles and endings, in order.
    """

    text: str
    terms: tuple[tuple[str, str], ...]
    unread: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the glossary.

    Attributes:
        korean: the Korean side, as written there.
        english: the renderings, the preferred one first; empty for a word that carries nothing.
        one_way: whether it is read into English only, as inflected verbs are.
    """

    korean: str
    english: tuple[str, ...]
    one_way: bool = False


class Glossary:
    """Terms of the field in Korean and English; load it once and share it.

    Args:
        entries: no two with the same Korean side; of such, the last counts.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries: tuple[Entry, ...] = tuple(entries)
        self._terms: dict[str, tuple[str, str]] = {}
        self._longest: dict[str, int] = {}
        for entry in self.entries:
            key = _key(entry.korean)
            self._terms[key] = (entry.korean, entry.english[0] if entry.english else "")
            self._longest[key[0]] = max(self._longest.get(key[0], 0), len(key))

    @classmethod
    def load(cls, path: Path = GLOSSARY) -> Glossary:
        """Return the glossary of a file, read once in a process.

        Raises:
            BadInput: a line without its two columns, or a Korean side that stands twice.
            OSError: the file cannot be read.
        """
        return _load(path)

    def to_english(self, text: str) -> Translation:
        """Read a Korean text into English search words, by longest match from the left.

        Particles, endings and words that carry nothing are left out; Latin words and figures stay in place. A
        figure with a Korean unit is followed by its English form: 3500억 is read "3500 350 billion". Of a text
        without Hangul only punctuation goes. Empty text gives an empty translation.
        """
        reader = Reader(unicodedata.normalize("NFC", text), self._terms, self._longest)
        reader.read()
        return Translation(" ".join(reader.words), tuple(reader.terms), tuple(reader.unread))

    def to_korean(self, text: str) -> tuple[str, ...]:
        """Return the Korean terms for the English terms in a text, the longest English phrase first.

        Whole words count, in any case and with or without a plural -s; "US" and "U.S." are the country, "us"
        is not. What stands inside a longer phrase that was found is not looked up again. Of several Korean
        terms for one phrase, those that prefer it come first. Empty text gives ().
        """
        words = _english_words(text)
        taken = [False] * len(words)
        found: dict[str, None] = {}
        for length in range(min(self._longest_phrase, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                korean = self._korean.get(tuple(words[start : start + length]))
                if korean and not any(taken[start : start + length]):
                    taken[start : start + length] = [True] * length
                    found.update(dict.fromkeys(korean))
        return tuple(found)

    @functools.cached_property
    def _longest_phrase(self) -> int:
        return max(map(len, self._korean), default=0)

    @functools.cached_property
    def _korean(self) -> Mapping[tuple[str, ...], tuple[str, ...]]:
        """The Korean terms by English phrase, preferring ones first."""
        ranked: dict[tuple[str, ...], list[tuple[bool, str]]] = {}
        for entry in self.entries:
            for rank, phrase in enumerate(() if entry.one_way else entry.english):
                if phrase not in _FUNCTION_WORDS:
                    ranked.setdefault(tuple(_english_words(phrase)), []).append((rank > 0, entry.korean))
        return {
            words: tuple(korean for _, korean in sorted(pairs, key=lambda pair: pair[0]))
            for words, pairs in ranked.items()
        }


def _key(korean: str) -> str:
    """Return a Korean term as it is looked up: lower case, without spaces and middle dots."""
    return _SEPARATORS.sub("", korean).lower()


def _english_words(text: str) -> list[str]:
    """Split English into lower-case words without possessive and plural endings."""
    plain = _US.sub("United States", text).replace("’", "'").lower().replace("'s", "")
    return [_singular(word) for word in _ENGLISH.findall(plain)]


def _singular(word: str) -> str:
    if word in _FUNCTION_WORDS:  # "does" is no plural of DOE
        return word
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


@functools.cache
def _load(path: Path) -> Glossary:
    return Glossary(tuple(_entries(path)))


def _entries(path: Path) -> Iterator[Entry]:
    text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8"))
    one_way = False
    seen: set[str] = set()
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            one_way = ONE_WAY in line
        elif line.strip():
            korean, tab, english = line.partition("\t")
            renderings = tuple(part.strip() for part in english.split(";"))
            key = _key(korean)
            if not (tab and key and all(renderings)) or "\t" in english:
                raise BadInput(f"Line {number} of {path.name} is {line!r}.", "Write Korean, one tab, English.")
            if key in seen:
                raise BadInput(f"Line {number} of {path.name} gives {korean} again.", "Keep one of the two.")
            seen.add(key)
            yield Entry(korean.strip(), () if renderings == (EMPTY,) else renderings, one_way)
