"""The words that are signs of a denial, a quantity or a force, English and Korean, as data in `signs.tsv`.

A line has what its words are signs of, patterns of whole words, and patterns that see to their own ends; lines of one
name count together.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SIGNS_FILE: Final = Path(__file__).with_name("signs.tsv")


@functools.cache
def sign(name: str, *more: re.Pattern[str]) -> re.Pattern[str]:
    """Return the pattern of a name's signs, case aside; of `more` patterns too.

    Raises:
        KeyError: there is no such name.
    """
    found = [pattern for row_name, *columns in _rows() if row_name == name for pattern in _patterns(*columns)]
    if not found:
        raise KeyError(name)
    return re.compile("|".join([*(pattern.pattern for pattern in more), *found]), re.I)


def _patterns(words: str, others: str) -> Iterator[str]:
    if words:
        yield rf"\b(?:{words})\b"
    if others:
        yield others


@functools.cache
def _rows() -> tuple[tuple[str, str, str], ...]:
    lines = SIGNS_FILE.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return tuple((name, words, others) for name, words, others in rows)
