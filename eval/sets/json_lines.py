"""JSON Lines of other people, one object after the other; what is wrong with one says the file and the line."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from app.errors import BadInput

LONGEST_LINE: Final = 16_000_000  # bytes; an index has places for as many characters in a paragraph
_BLOCK: Final = 1 << 20
_NO_TEXT: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file of bytes to read.

    Raises:
        BadInput: there is none, or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.", "Correct the path.") from error


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file in UTF-8 that are not empty, with their numbers from 1; they are read one by one.

    Raises:
        BadInput: the file cannot be read, or a line is not UTF-8, or too long.
    """
    with opened(path) as file:
        number = 0
        while line := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                raise at(path, number, f"is longer than {LONGEST_LINE:,} bytes", "Split it into several documents.")
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            except UnicodeDecodeError as error:
                raise at(path, number, f"is not UTF-8 (byte {error.start + 1})", "Save it as UTF-8.") from error
            if text:
                yield number, text


def objects_of(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the JSON objects of a file, one a line, with the lines' numbers; they are read one by one.

    Raises:
        BadInput: as `lines_of`, or a line holds no JSON object.
    """
    for number, line in lines_of(path):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            why = f"is no JSON: {error}" if isinstance(error, ValueError) else "is nested too deeply"
            raise at(path, number, why, "Write one JSON object a line.") from error
        if not isinstance(value, dict):
            raise at(path, number, "holds no JSON object", "Write one JSON object a line.")
        yield number, value


def id_in(values: Mapping[str, Any], path: Path, number: int, name: str = "_id") -> str:
    """Return the id of an object, as text; a number is taken too.

    Raises:
        BadInput: there is none, or it cannot be one.
    """
    value = values.get(name)
    text = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    if not text.strip() or text != text.strip() or _NO_TEXT.search(text):
        raise at(path, number, f"has no {name} that can be used: {str(value)[:40]!a}", f"Give it a {name} of its own.")
    return text


def text_in(values: Mapping[str, Any], path: Path, number: int, name: str) -> str:
    """Return a text of an object; empty where it has none.

    Raises:
        BadInput: it is something else.
    """
    value = values.get(name)
    if value is not None and not isinstance(value, str):
        raise at(path, number, f"has a {name} that is no text: {str(value)[:40]!a}", "Put it in quotation marks.")
    return value or ""


def at(path: Path, number: int, what: str, remedy: str = "") -> BadInput:
    """Return the error of one line of a file."""
    return BadInput(f"{path}, line {number}, {what}.", remedy)


def digest_of(*paths: Path) -> str:
    """Return twelve hexadecimal digits over the bytes of some files, in order.

    Raises:
        BadInput: one cannot be read.
    """
    digest = hashlib.sha256()
    for path in paths:
        own = hashlib.sha256()
        with opened(path) as file:
            while block := file.read(_BLOCK):
                own.update(block)
        digest.update(own.digest())
    return digest.hexdigest()[:12]
