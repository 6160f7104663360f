"""Answer a file of JSON lines, in order; a bad line gets an error in its place and the rest goes on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from app.errors import BadInput
from ingest.errors import SanghoError

ALL: Final = 0
IN_PART: Final = 3

Line = dict[str, Any]


def answer_lines(batch: Path, out: Path | None, answer: Callable[[Line], Line]) -> int:
    """Answer each line of a file and write one object a line, with its id.

    A bad line that has no id gets its number for one. Blank lines are passed over.

    Args:
        batch: one JSON object a line.
        out: where the answers go; None for the output.
        answer: answers one line.

    Returns:
        The exit code: 0, or 3 where some lines failed; each is named on stderr.

    Raises:
        BadInput: one of the files cannot be used.
    """
    return answer_each(_lines(batch), out, answer)  # read before the output is opened: it may be the same file


def answer_each(lines: Iterable[str], out: Path | None, answer: Callable[[Line], Line]) -> int:
    """Answer lines that are already read; see `answer_lines`."""
    failed = 0
    with _output(out) as write:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            name: str | int = number
            try:
                given = _object(line)
                name = _id(given)
                result = answer(given)
            except SanghoError as error:
                failed += 1
                print(f"line {number}: {error}", file=sys.stderr)  # noqa: T201
                result = {"error": str(error)}
            write(json.dumps({"id": name, **result}, ensure_ascii=False))
    return IN_PART if failed else ALL


def _lines(batch: Path) -> list[str]:
    try:
        return batch.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(batch, error) from error


@contextmanager
def _output(path: Path | None) -> Iterator[Callable[[str], None]]:
    """Yield what writes one line: to a file, or to the output where no file is named."""
    if path is None:
        yield lambda line: print(line)  # noqa: T201
        return
    try:
        file = path.open("w", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise _unusable(path, error) from error
    with file:
        yield lambda line: print(line, file=file, flush=True)


def _object(line: str) -> Line:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of thousands of digits
        raise bad_line(f"it is not JSON ({getattr(error, 'msg', 'too deep or too long')})") from error
    if not isinstance(value, dict):
        raise bad_line("it is not a JSON object")
    return value


def _id(line: Line) -> str | int:
    value = line.get("id")
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise bad_line('it has no "id" in words or digits')
    return value


def words_of(line: Line, key: str) -> str:
    """Return a line's text.

    Raises:
        BadInput: the key is missing, or holds something else.
    """
    if not isinstance(line.get(key), str):
        raise bad_line(f'it has no "{key}" in words')
    return str(line[key])


def bad_line(what: str) -> BadInput:
    """Return the error that says what is wrong with a line."""
    return BadInput(f"The line cannot be used: {what}.", "Write one JSON object a line.")


def _unusable(path: Path, error: Exception) -> BadInput:
    return BadInput(f"{path} cannot be used: {error}.", "Name another file.")
