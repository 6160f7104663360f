"""Check what is given as claims: one that a person typed, or a file with one a line."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from app.errors import BadInput
from ingest.errors import ReadError
from ingest.readers.encoding import decode

LONGEST_CLAIM: Final = 2000  # characters
MOST_CLAIMS: Final = 500  # in a file
LARGEST_FILE: Final = 5_000_000  # bytes; 500 of the longest claims in UTF-32 are 4,000,000

_CLAIM_COLUMNS: Final = frozenset("claim claims 클레임 주장 text sentence statement 문장".split())
_TABLES: Final = (".csv", ".tsv")
_INVISIBLE: Final = re.compile("[\u200b\u2060\ufeff\u00ad]")
_ASKING: Final = r"(?:is|are|was|were|do|does|did|can|could|will|would|has|have)"
_QUESTION: Final = re.compile(
    rf"^(?:(?:what|who|whom|whose|which|when|where|why|how)(?:\s+\w+){{0,2}}?\s+{_ASKING}\b"
    rf"|{_ASKING}\s+(?:the|a|an|it|they|there|he|she|we|any|both|[A-Z]\w+)\b)[^.]*$",
    re.IGNORECASE,
)
_KOREAN_QUESTION: Final = re.compile(
    r"(?:까요?|나요|(?:[는은인던]|[가-힣]한)가요?|(?:했|었|았|였|됐|있|없)나|무엇인지)\s*$"
)
_QUOTED: Final = re.compile(r"“[^“”]*”|\"[^\"]*\"|‘[^‘’]*’|「[^「」]*」|『[^『』]*』")
_MOST_TOLD: Final = 60  # characters of a claim in a message

# Words that are common in a language and not English words; few texts in English have two, and none has more than
# of English ones.
_FOREIGN: Final[Mapping[str, frozenset[str]]] = {
    language: frozenset(words.split())
    for language, words in (
        ("French", "le la les des une du est et dans pour que qui sur avec sont ont aux cette par été au ce pas"),
        ("German", "der das und ist nicht ein eine mit von zu den dem des auf für wird im sich werden hat dass wurde"),
        ("Spanish", "el la los las del una por que con para se es y en como más su han fue"),
        ("Italian", "il di che è per una del della dei sono con gli nel la le si ha alla"),
        ("Portuguese", "os um uma para com não que da em por são ao dos das foi e na"),
        ("Dutch", "het een van de en voor met niet zijn wordt op aan dat werd"),
        ("Indonesian", "yang dan di untuk dengan dari pada ini itu akan dalam telah"),
        ("Vietnamese", "và của các là một trong được cho với đã những"),
        ("Turkish", "ve bir bu için ile olarak da de olan"),
        ("Polish", "się nie na że jest oraz do przez który w z i dla"),
    )
}
_ENGLISH: Final = frozenset(
    "the of and to in is was were are that for on with as by at from its it be has have had not this will which their "
    "an or would than but who they".split()
)


def read_claim(text: str) -> str:
    """Return a claim as it is checked, each stretch of white space as one space.

    Raises:
        BadInput: it is empty, has no words, is no text, is longer than `LONGEST_CLAIM`, is a question, or is written
            in a language other than English and Korean.
    """
    _check_text(text)
    claim = tidy(text)
    if not claim:
        raise BadInput("The claim is empty.", "Write one sentence that can be true or false.")
    if len(claim) > LONGEST_CLAIM:
        raise BadInput(
            f"The claim has {len(claim):,} characters; {LONGEST_CLAIM:,} are the most.",
            "Check one sentence at a time, or a whole article with: sangho audit FILE",
        )
    if not any(character.isalpha() for character in claim):
        raise BadInput(f"The claim has no words: {_told(claim)}", "Write one sentence that can be true or false.")
    _check_language(claim)
    if _is_question(claim):
        raise BadInput(
            f"This is a question, not a claim: {_told(claim)}",
            "Ask it under Ask, or with: sangho ask QUESTION. Or say what you think is true, and have that checked.",
        )
    return claim


def read_claims_file(path: Path) -> list[str]:
    """Return the claims of a file, in order: the lines of a text, or one column of a CSV or TSV table.

    A table's column is the one called `claim`, `클레임` or `주장` (or `text`, `sentence`, `statement`, `문장`), or else
    the first. Empty lines are passed over. The claims are not yet checked; that is `read_claim`'s.

    Raises:
        BadInput: it cannot be read, is not text, is too large, holds no claim, or more than `MOST_CLAIMS`.
    """
    text = _text_of(path)
    claims = _column(path, text) if path.suffix.lower() in _TABLES else _lines(text)
    claims = [tidied for claim in claims if (tidied := tidy(claim))]
    if not claims:
        raise BadInput(f"{path.name} holds no claim.", "Write one claim a line, or a CSV with a column called claim.")
    if len(claims) > MOST_CLAIMS:
        raise BadInput(
            f"{path.name} holds {len(claims):,} claims; {MOST_CLAIMS:,} are the most.", "Split it into several files."
        )
    return claims


def tidy(text: str) -> str:
    """Return a text with each stretch of white space as one space, and without invisible characters."""
    return " ".join(_INVISIBLE.sub("", text).split())


def _told(claim: str) -> str:
    return repr(claim if len(claim) <= _MOST_TOLD else f"{claim[:_MOST_TOLD]}…")


def _check_text(text: str) -> None:
    odd = sum(
        unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") and letter not in "\t\n\r\f\v\x85" for letter in text
    )
    lost = text.count("\ufffd")
    if odd or lost * 20 > len(text):
        raise BadInput("The claim is not text: it holds control or damaged characters.", "Write it in UTF-8.")


def _check_language(claim: str) -> None:
    letters = [letter for letter in claim if letter.isalpha()]
    read = sum("가" <= letter <= "힣" or _is_latin(letter) for letter in letters)
    remedy = "Sangho reads English and Korean: translate the claim into one of them."
    if read * 2 < len(letters):
        raise BadInput("The claim is in a script that Sangho does not read.", remedy)
    if language := _foreign_language(claim):
        raise BadInput(f"The claim seems to be in {language}.", remedy)


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")


def _foreign_language(claim: str) -> str:
    """Return the language that a claim in Latin letters shows by its common words; empty where it may be English."""
    written = re.findall(r"[^\W\d_]+", _QUOTED.sub(" ", claim))
    words = [word.lower() for at, word in enumerate(written) if not at or word[0].islower()]  # "Los Angeles" is a name
    english = sum(word in _ENGLISH for word in words)
    hits, language = max((sum(word in common for word in words), name) for name, common in _FOREIGN.items())
    return language if hits >= 2 and hits > english and hits * 7 >= len(written) else ""


def _is_question(claim: str) -> bool:
    bare = claim.rstrip(" \"'”’」』)")
    if bare.endswith(("?", "？")):
        # Who quotes a question makes a statement: Han asks, "Can it be done?"
        return bare == claim.rstrip() or not re.search(r"\w", _QUOTED.sub(" ", claim))
    return bool(_QUESTION.match(claim) or _KOREAN_QUESTION.search(claim.rstrip(" .")))


def _text_of(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise BadInput(
                f"{path.name} has {size:,} bytes; {LARGEST_FILE:,} are the most.", "Split it into several files."
            )
        return decode(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror}.", "Name a TXT or CSV file.") from error
    except ReadError as error:
        raise BadInput(f"{path.name} {error.message}", error.remedy) from error


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    first = tidy(lines[0]).casefold()
    return lines[1:] if first in _CLAIM_COLUMNS else lines


def _column(path: Path, text: str) -> list[str]:
    first_line = text.lstrip("\n").split("\n", 1)[0]
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(",;\t", key=first_line.count)
    lines = text.splitlines(keepends=True)
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter, strict=True) if any(map(tidy, row))]
    except csv.Error as error:
        raise BadInput(f"{path.name} is not a table: {error}.", "Save it as TXT with one claim a line.") from error
    if not rows:
        return []
    names = [tidy(cell).casefold() for cell in rows[0]]
    column = next((at for at, name in enumerate(names) if name in _CLAIM_COLUMNS), None)
    if len(names) == 1 or (column is None and len({len(row) for row in rows}) > 1):
        # One column whose commas nobody put in quotation marks.
        rows, column = [[delimiter.join(row)] for row in rows], column
    if column is None:
        column, headed = 0, _is_header([row[0] for row in rows])
    else:
        headed = True
    return [row[column] for row in rows[headed:] if column < len(row)]


def _is_header(cells: list[str]) -> bool:
    """Whether a column begins with its name: one word over sentences."""
    return len(cells) > 1 and len(cells[0].split()) == 1 and all(len(cell.split()) > 1 for cell in cells[1:])
