"""Bring your own: a table with a question and the name of the document that answers it on each line."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from app.claims.reading import tidy
from app.errors import BadInput
from eval.sets.beir import Loaded, Query, QuerySet
from eval.sets.json_lines import at, digest_of, opened
from ingest.documents import Document
from ingest.errors import ReadError
from ingest.readers.encoding import decode

LARGEST_FILE: Final = 50_000_000  # bytes
QUESTION_COLUMNS: Final = frozenset("question questions query queries 질문 질의 문의 물음".split())
DOCUMENT_COLUMNS: Final = frozenset(
    "document documents doc doc_id doc-id document_id document_name source sources file filename file_name title "
    "문서 문서명 자료 자료명 출처 파일 파일명 제목".split()
) | {"document name", "file name", "document id", "문서 이름", "파일 이름", "자료 이름"}
_MOST_TOLD: Final = 60  # characters of a cell in a warning
_MOST_WARNINGS: Final = 50


def load_list(path: Path, documents: Mapping[str, Document]) -> Loaded:
    """Read a CSV or TSV whose lines have a question and a document each; the document is the whole answer to find.

    The columns are told by their names, in English or Korean; where the first line has no such name, the first column
    is the question and the second the document. A document is named by its `doc_id`, its file's name, its title or an
    alias, whatever the case. A question on several lines has several documents.

    Args:
        path: the file; UTF-8, UTF-16 with its mark, or code page 949.
        documents: those of the index, by `doc_id`.

    Returns:
        Queries, called "line N" by the first line that they stand on, every grade 1; and warnings of the lines that
        are left out: without a question or a document, or with a name that no document, or more than one, has.

    Raises:
        BadInput: the file cannot be read, is no table, or no line is left.
    """
    texts: dict[str, tuple[str, str]] = {}
    relevant: dict[str, dict[str, int]] = {}
    warnings: list[str] = []
    named = _Names(documents)
    for number, question, name in _pairs(path):
        try:
            doc_id = named.meant(question, name)
        except LookupError as error:
            warnings.append(f"{path}, line {number}: left out, since {error.args[0]}.")
            continue
        key = _folded(question)
        texts.setdefault(key, (f"line {number}", question))
        relevant.setdefault(key, {})[doc_id] = 1
    if not texts:
        first = f" First: {warnings[0]}" if warnings else ""
        remedy = "Write a question and the name of its document on each line."
        raise BadInput(f"{path} has no line that can be used.{first}", remedy)
    if len(warnings) > _MOST_WARNINGS:
        warnings[_MOST_WARNINGS:] = [f"{path}: {len(warnings) - _MOST_WARNINGS:,} more lines are left out."]
    queries = tuple(Query(*texts[key], relevant[key]) for key in texts)
    return Loaded(QuerySet(path.name, queries, 0, digest_of(path)), tuple(warnings))


class _Names:
    """What documents are called: by each kind of name, folded, the documents that have it."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        kinds: tuple[Callable[[Document], Iterable[str]], ...] = (
            lambda document: (document.doc_id,),
            lambda document: (Path(document.path).name, Path(document.path).stem),
            lambda document: (document.title,),
            lambda document: document.aliases,
        )
        self._by_kind = [_by_name(documents.values(), names) for names in kinds]

    def meant(self, question: str, name: str) -> str:
        """Return the doc_id that a name stands for, by the first kind of name that any document has it as.

        Raises:
            LookupError: there is no question, no name, or not exactly one such document; says which.
        """
        if not any(map(str.isalnum, question)):
            raise LookupError("it has no question")
        if not name:
            raise LookupError("it names no document")
        shown = repr(name if len(name) <= _MOST_TOLD else f"{name[:_MOST_TOLD]}…")
        found: Sequence[str] = next((held[key] for held in self._by_kind if (key := _folded(name)) in held), ())
        if not found:
            raise LookupError(f"no document in the index is called {shown}")
        if len(found) > 1:
            raise LookupError(f"{len(found)} documents are called {shown}: {', '.join(found[:3])}")
        return found[0]


def _by_name(documents: Iterable[Document], names: Callable[[Document], Iterable[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for document in documents:
        for name in dict.fromkeys(map(_folded, names(document))):
            if name:
                found.setdefault(name, []).append(document.doc_id)
    return found


def _folded(name: str) -> str:
    return tidy(unicodedata.normalize("NFC", name)).casefold()


def _pairs(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield line number, question and document name of each line that holds anything."""
    rows = _rows(path)
    if not rows:
        return
    question, document, headed = _columns([_folded(cell) for cell in rows[0][1]])
    for number, row in rows[headed:]:
        cells = [tidy(row[column]) if column < len(row) else "" for column in (question, document)]
        yield number, cells[0], cells[1]


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows that are not empty, each with the number of the line that it begins on."""
    lines = _text_of(path).split("\n")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(",;\t", key=next(filter(str.strip, lines), "").count)
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for row in reader:
            if any(map(tidy, row)):
                rows.append((begins, row))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise at(path, begins, f"is no line of a table: {error}", "Save it as CSV, in UTF-8.") from error
    return rows


def _columns(names: Sequence[str]) -> tuple[int, int, bool]:
    """Return where the questions and the documents' names stand, and whether the first row names the columns."""
    names = [re.sub(r"[\s:]+$", "", name) for name in names]
    question = next((at for at, name in enumerate(names) if name in QUESTION_COLUMNS), None)
    document = next((at for at, name in enumerate(names) if name in DOCUMENT_COLUMNS), None)
    headed = question is not None or document is not None
    if question is None:
        question = 1 if document == 0 else 0
    if document is None:
        document = 1 if question == 0 else 0
    return question, document, headed


def _text_of(path: Path) -> str:
    with opened(path) as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise BadInput(f"{path} has more than {LARGEST_FILE:,} bytes.", "Split it into several files.")
    try:
        return decode(data)
    except ReadError as error:
        raise BadInput(f"{path} {error.message}", error.remedy) from error
