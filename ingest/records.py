"""Documents and passages as lines of JSON, read one by one when they are asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, overload

from ingest.documents import Document, Paragraph, Passage, Span
from ingest.errors import BrokenIndex

_LISTS: Final = ("aliases", "topics")
_SCALARS: Final = tuple(field.name for field in fields(Document) if field.name not in ("paragraphs", *_LISTS))


def document_to_line(document: Document) -> str:
    """Return a document as one line of JSON."""
    values: dict[str, Any] = {name: getattr(document, name) for name in _SCALARS}
    values |= {name: getattr(document, name) for name in _LISTS}
    values["paragraphs"] = [[p.number, p.text, p.last, p.page, p.heading] for p in document.paragraphs]
    return json.dumps(values, ensure_ascii=False)


def document_from_line(line: bytes) -> Document:
    """Return the document that `document_to_line` wrote.

    Raises:
        BrokenIndex: the line is another.
    """
    with _readable("document"):
        values = json.loads(line)
        values["paragraphs"] = tuple(Paragraph(*paragraph) for paragraph in values["paragraphs"])
        values |= {name: tuple(values[name]) for name in _LISTS}
        return Document(**values)


def passage_to_line(passage: Passage) -> str:
    """Return a passage as one line of JSON."""
    spans = [[span.paragraph, span.start, span.end] for span in passage.spans]
    row = [passage.passage_id, passage.doc_id, passage.text, spans, passage.context, passage.page]
    return json.dumps(row, ensure_ascii=False)


def passage_from_line(line: bytes) -> Passage:
    """Return the passage that `passage_to_line` wrote.

    Raises:
        BrokenIndex: the line is another.
    """
    with _readable("passage"):
        passage_id, doc_id, text, spans, context, page = json.loads(line)
        return Passage(passage_id, doc_id, text, tuple(Span(*span) for span in spans), context, page)


@contextmanager
def _readable(what: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, KeyError) as error:
        raise BrokenIndex(f"The index holds a {what} that cannot be read: {error}.", "Run: sangho ingest") from error


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write lines of JSON, in UTF-8; file names that are not Unicode survive as lone surrogates."""
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)


def read_lines(path: Path, expected: int | None = None) -> list[bytes]:
    """Read lines of JSON as bytes.

    Raises:
        BrokenIndex: the file is missing, or holds another number of lines than `expected`.
    """
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except OSError as error:
        raise BrokenIndex(f"{path} cannot be read: {error}.", "Run: sangho ingest") from error
    if expected is not None and len(lines) != expected:
        raise BrokenIndex(f"{path} holds {len(lines)} lines, not {expected}.", "Run: sangho ingest")
    return lines


class Documents(Mapping[str, Document]):
    """Documents by `doc_id`, in row order, each parsed when it is first asked for."""

    def __init__(self, doc_ids: Sequence[str], lines: Sequence[bytes]) -> None:
        self._lines = lines
        self.doc_ids = tuple(doc_ids)
        self._rows = {doc_id: row for row, doc_id in enumerate(doc_ids)}
        self._parsed: dict[str, Document] = {}

    def __getitem__(self, doc_id: str) -> Document:
        if doc_id not in self._parsed:
            self._parsed[doc_id] = document_from_line(self._lines[self._rows[doc_id]])
        return self._parsed[doc_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def row_of(self, doc_id: str) -> int:
        """Return a document's row.

        Raises:
            KeyError: there is no such document.
        """
        return self._rows[doc_id]


class Passages(Sequence[Passage]):
    """Passages by row, each parsed when it is first asked for."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines
        self._parsed: list[Passage | None] = [None] * len(lines)
        self._parse: Callable[[bytes], Passage] = passage_from_line

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> list[Passage]: ...
    def __getitem__(self, row: int | slice) -> Passage | list[Passage]:
        if isinstance(row, slice):
            return [self[i] for i in range(*row.indices(len(self)))]
        passage = self._parsed[row]
        if passage is None:
            passage = self._parsed[row] = self._parse(self._lines[row])
        return passage

    def __len__(self) -> int:
        return len(self._lines)
