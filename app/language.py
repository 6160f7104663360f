"""Tell the language of one sentence: Korean with Latin names in it, English with Korean ones.

`app.query.language_of` reads questions, where a little Hangul is enough; of a sentence that a chat model wrote it
must be known which language carries it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_NAMES: Final[Mapping[str, str]] = {"en": "English", "ko": "Korean"}
_QUOTED: Final = re.compile('"[^"]*"|“[^”]*”|「[^」]*」|\\([^)]*\\)')
_WORD: Final = re.compile(r"[^\W\d_]+")
_HANGUL: Final = re.compile("[가-힣]")
_LATIN_END: Final = "\u024f"  # of Latin letters, accents included


def language_name(code: str) -> str:
    """Return what a language is called in English; a code that is not known is returned as it is."""
    return _NAMES.get(code, code)


def is_korean(text: str) -> bool:
    """Whether Korean carries a text; one without letters is not Korean.

    Names are left out of count: capitalised Latin words anywhere, and Hangul where a few words of it stand in an
    English sentence. Korean has its verb at the end.
    """
    words = _WORD.findall(_QUOTED.sub(" ", text)) or _WORD.findall(text)
    hangul = sum(_HANGUL.search(word) is not None for word in words)
    latin = sum(word[0].islower() and word[0] <= _LATIN_END and not _HANGUL.search(word) for word in words)
    return hangul > latin or (hangul > 1 and words[-1].endswith("다"))


def is_written_in(text: str, language: str) -> bool:
    """Whether a sentence is in a language, as a code; True for codes other than "en" and "ko", which are not told.

    A sentence that consists of names and figures is in either.
    """
    letters = [character for character in text if character.isalpha()]
    hangul = len(_HANGUL.findall(text))
    latin = sum(character <= _LATIN_END for character in letters)
    if language not in ("en", "ko") or not letters:
        return True
    if len(letters) - hangul - latin > max(hangul, latin):
        return False  # Chinese, Japanese, Russian: whatever names stand in it
    if language == "ko":
        return is_korean(text) or not any(word[0].islower() for word in _WORD.findall(text))
    return not is_korean(text)
