"""The words of a text as alignment compares them: without case, punctuation, or anything that typesetting changes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a page: `blocks[block][start:end]`, and how it is compared."""

    key: str
    block: int
    start: int
    end: int


def words_of(blocks: Sequence[str]) -> list[Word]:
    """Return the words of a page's blocks, in order."""
    return [
        Word(key(found[0]), number, found.start(), found.end())
        for number, block in enumerate(blocks)
        for found in _WORD.finditer(block)
    ]


def keys_of(text: str) -> list[str]:
    """Return a text's words as they are compared."""
    return [key(word) for word in _WORD.findall(text)]


def key(word: str) -> str:
    """Return what two spellings of a word share: NFKC, without case."""
    return unicodedata.normalize("NFKC", word).casefold()
