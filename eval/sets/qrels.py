"""Relevance judgements in a table: query, document, grade."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from eval.sets.json_lines import at, lines_of

HIGHEST: Final = 1000


@dataclass(slots=True)
class Qrels:
    """Judgements of one file, or of several.

    Attributes:
        grades: by query and document; 0 and less is not relevant.
        places: file and line of each judgement, by query and document.
        warnings: a line each.
    """

    grades: dict[str, dict[str, int]] = field(default_factory=dict)
    places: dict[tuple[str, str], tuple[Path, int]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def read_qrels(path: Path, into: Qrels) -> None:
    """Read a file of qrels: BEIR's (query-id, corpus-id, score) or TREC's (query, 0, document, grade).

    Columns lie between tabs, or between spaces where a line has no tab. A first line whose last column is no number is
    taken for the columns' names.

    Args:
        path: the file; an empty one adds nothing.
        into: gets the judgements.

    Raises:
        BadInput: the file cannot be read, or a line is broken, or judges a document that has another grade already.
    """
    for number, line in lines_of(path):
        cells = [cell.strip() for cell in line.split("\t" if "\t" in line else None)]
        if len(cells) == 4:
            del cells[1]
        grade = _grade(cells[-1])
        if grade is None and number == 1 and len(cells) == 3:
            continue
        if len(cells) != 3 or grade is None or not all(cells):
            what = f"is no judgement: {line[:60]!a}"
            raise at(path, number, what, "Write query-id, corpus-id and a whole number, with tabs between them.")
        _add(into, cells[0], cells[1], grade, (path, number))


def _grade(cell: str) -> int | None:
    """Return a whole number, also one written with zeros after the point; None for anything else."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return int(value) if abs(value) <= HIGHEST and value == int(value) else None


def _add(into: Qrels, query_id: str, doc_id: str, grade: int, place: tuple[Path, int]) -> None:
    held = into.grades.setdefault(query_id, {})
    if doc_id in held:
        path, number = into.places[query_id, doc_id]
        before = f"as {path}, line {number}, did"
        if held[doc_id] != grade:
            what = f"gives query {query_id!a} and document {doc_id!a} the grade {grade}, not {held[doc_id]} {before}"
            raise at(*place, what, "Leave one of them out.")
        into.warnings.append(f"{place[0]}, line {place[1]}, judges query {query_id!a} and {doc_id!a} {before}.")
        return
    held[doc_id] = grade
    into.places[query_id, doc_id] = place
