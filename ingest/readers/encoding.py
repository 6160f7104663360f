"""Bytes to text: read right, or refused; never guessed into other letters.

UTF-8, and UTF-16 or UTF-32 with a byte-order mark, are decoded strictly. What is neither is tried as Korean
(code page 949, which contains EUC-KR) and as Western European (code page 1252), and each is believed only if
the letters it gives are those that such texts consist of.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import Final

from ingest.errors import ReadError

_SIGNATURES: Final = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
    (b"{\\rtf", "an RTF file"),
)
_MARKS: Final = (  # UTF-32's mark begins with UTF-16's, so it comes first
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAVE_AS: Final = "Save it as UTF-8."
_HANGUL = re.compile("[가-힣]")
_HANJA = re.compile("[\u4e00-\u9fff\uf900-\ufaff]")
# The syllables that carry Korean grammar: in running text they are a fifth of all, by chance under 1 %.
_GRAMMAR: Final = frozenset("이다의에는을를가은로고하지기한사도리인대해어서자")
_WESTERN: Final = frozenset("àâäáãåæçéèêëîïíìñóôöòõøùûüúÿßœÀÂÄÁÇÉÈÊËÎÏÍÑÓÔÖØÙÛÜÚŒ‘’“”„‚–—…•·§°©®™€£«»¿¡\u00a0")


def decode(data: bytes) -> str:
    """Return the text of a file's bytes, line breaks as line feeds, without a byte-order mark.

    Raises:
        ReadError: the bytes are not text, are in an encoding that cannot be told for certain, or decode to
            something that is not text.
    """
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            raise ReadError(f"is {name}, not text.", "Give it the ending of what it is, or convert it to text.")
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if not encoding and (place := data.find(b"\x00")) >= 0:
        raise ReadError(f"is binary, not text: a zero byte at {place}.", f"Remove it, or if it is text: {_SAVE_AS}")
    return plausible(_decoded(data, encoding)).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding:
            raise ReadError(
                f"is damaged: its mark says {encoding.removesuffix('-sig')}, byte {error.start} is not.",
                _SAVE_AS,
            ) from error
        place = error.start
    for name, believed in (("cp949", _is_korean), ("cp1252", _is_western)):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if believed(text):
            return text
    raise ReadError(f"has a wrong encoding: not UTF-8 (byte {place}), nor another that is certain.", _SAVE_AS)


def _is_korean(text: str) -> bool:
    """Whether code page 949 gave Korean: Hangul, hardly any Hanja, and the syllables of its grammar."""
    hangul = _HANGUL.findall(text)
    if len(hangul) < 2 or len(_HANJA.findall(text)) * 5 > len(hangul):
        return False
    common = sum(syllable in _GRAMMAR for syllable in hangul)
    return common * 10 >= len(hangul)


def _is_western(text: str) -> bool:
    """Whether code page 1252 gave Western European: few marked letters, and none that others would give."""
    marked = [letter for letter in text if letter > "\x7f"]
    return len(marked) * 7 <= len(text) and _WESTERN.issuperset(marked)


def plausible(text: str) -> str:
    """Return `text` if it looks like text.

    Raises:
        ReadError: it holds many U+FFFD (one in 200; published texts have single ones), many controls, private-
            use or unassigned characters, or UTF-8 that was decoded as something else once before.
    """
    if (lost := text.count("\ufffd")) * 200 > len(text):
        raise ReadError(f"lost {lost} of its {len(text)} letters on the way (U+FFFD).", "Get a sound copy.")
    if _decoded_twice(text):
        raise ReadError("was UTF-8, read as something else and saved again.", "Get a sound copy, as UTF-8.")
    odd = sum(_is_odd(letter) for letter in text if not (" " <= letter <= "~"))
    if odd * 100 > len(text) + 100:
        raise ReadError(f"is not text: {odd} of {len(text)} characters are controls or unassigned.", _SAVE_AS)
    return text


def _is_odd(letter: str) -> bool:
    return letter not in "\t\n\r\f\x85" and unicodedata.category(letter) in ("Cc", "Co", "Cn", "Cs")


def _decoded_twice(text: str) -> bool:
    for encoding in ("latin-1", "cp1252"):
        try:
            again = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        return len(text) - len(again) >= 2
    return False
