"""Questions that a chat model drafted, in a file of JSON Lines: read, added to, decided on, and taken over."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from app.claims.reading import tidy
from app.errors import BadInput
from app.escape import plain
from eval.drafts.line_file import alone, append_line, replace_file
from eval.sets.json_lines import at, id_in, opened, text_in

Status = Literal["new", "accepted", "rejected"]
STATUSES: Final[tuple[Status, ...]] = ("new", "accepted", "rejected")
FILE: Final = "drafts.jsonl"  # in the home, where the window looks
LONGEST_QUESTION: Final = 300  # characters
LARGEST_FILE: Final = 50_000_000  # bytes

_NOT_OURS: Final = "Name a file of 'sangho eval generate', or a new one."
# What a spreadsheet takes for the beginning of a formula; full-width forms too.
_FORMULAS: Final = tuple("=+-@＝＋－＠")


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that a chat model drafted from one paragraph.

    Attributes:
        id: the document's and the paragraph's, as in `draft_id`.
        question: as drafted, or as a person changed it.
        paragraph: the original's number.
        quote: the paragraph's words that answer it, letter by letter.
        status: what a person has decided.
    """

    id: str
    question: str
    doc_id: str
    paragraph: int
    quote: str
    status: Status = "new"


@dataclass(frozen=True, slots=True)
class Tried:
    """A paragraph that gave no draft, so that it need not be tried again.

    Attributes:
        dropped: why.
        question: as the model wrote it; empty where it wrote none.
    """

    doc_id: str
    paragraph: int
    dropped: str
    question: str = ""


@dataclass(frozen=True, slots=True)
class DraftFile:
    """What a file of drafts holds, in its order."""

    drafts: tuple[Draft, ...] = ()
    tried: tuple[Tried, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all paragraphs that were tried, drafts' among them."""
        both: tuple[Draft | Tried, ...] = (*self.drafts, *self.tried)
        return frozenset(draft_id(one.doc_id, one.paragraph) for one in both)


def draft_id(doc_id: str, paragraph: int) -> str:
    """Return the id of a paragraph's draft."""
    return f"{doc_id}:{paragraph}"


def read_drafts(path: Path) -> tuple[Draft, ...]:
    """Return the drafts of a file, in its order; see `read_file`."""
    return read_file(path).drafts


def read_file(path: Path) -> DraftFile:
    """Read a file of drafts; a last line that was cut off while it was written is passed over.

    Raises:
        BadInput: the file cannot be read, is too large, or a line is no draft; says which.
    """
    with opened(path) as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise BadInput(f"{path} has more than {LARGEST_FILE:,} bytes.", "Begin a new file.")
    drafts: dict[str, Draft] = {}
    tried: list[Tried] = []
    for number, one in _records(path, data):
        if isinstance(one, Tried):
            tried.append(one)
        elif one.id in drafts:
            raise at(path, number, f"has the id of an earlier line, {plain(one.id)!r}", "Take one of them out.")
        else:
            drafts[one.id] = one
    return DraftFile(tuple(drafts.values()), tuple(tried))


def _records(path: Path, data: bytes) -> Iterator[tuple[int, Draft | Tried]]:
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            if number == len(lines):  # no line end behind it: cut off
                return
            raise at(path, number, "is no JSON", _NOT_OURS) from error
        yield number, _record(values, path, number)


def _record(values: Any, path: Path, number: int) -> Draft | Tried:
    if not isinstance(values, dict):
        raise at(path, number, "holds no JSON object", _NOT_OURS)
    doc_id, paragraph = id_in(values, path, number, "doc_id"), values.get("paragraph")
    if isinstance(paragraph, bool) or not isinstance(paragraph, int) or paragraph < 1:
        raise at(path, number, "has no paragraph's number", _NOT_OURS)
    question, dropped = (text_in(values, path, number, name) for name in ("question", "dropped"))
    if dropped:
        return Tried(doc_id, paragraph, dropped, question)
    status = values.get("status")
    if status not in STATUSES:
        raise at(path, number, f"has the status {str(status)[:40]!a}", f"Write one of {', '.join(STATUSES)}.")
    if fault := _fault(question):
        raise at(path, number, f"has a question that {fault}", "Correct it.")
    quote = text_in(values, path, number, "quote")
    if not quote.strip():
        raise at(path, number, "has no quote", _NOT_OURS)
    return Draft(id_in(values, path, number, "id"), question, doc_id, paragraph, quote, status)


def add(path: Path, one: Draft | Tried) -> bool:
    """Add a line to a file of drafts, whole or not at all; the file is made where there is none.

    Returns:
        Whether it was added: a paragraph that is in the file already is not.

    Raises:
        BadInput: the file cannot be used.
        NoSpace: the disk is full; what was in the file stays whole.
    """
    with alone(path):
        held = read_file(path) if path.exists() else DraftFile()
        if draft_id(one.doc_id, one.paragraph) in held.ids:
            return False
        append_line(path, _line(one))
        return True


def decide(path: Path, id: str, status: Status, question: str | None = None) -> Draft:
    """Write down what a person decided of a draft, and return it; the file is replaced in one step.

    Args:
        path: the file.
        id: of the draft.
        status: what was decided; "new" takes a decision back.
        question: the person's wording; None keeps what is there.

    Raises:
        BadInput: the file cannot be used, holds no such draft, or the wording is none.
        NoSpace: the disk is full; the file stays as it was.
    """
    return _decide(path, {id: status}, question)[0]


def decide_all(path: Path, decisions: Mapping[str, Status]) -> tuple[Draft, ...]:
    """Write down what was decided of several drafts, by their ids: all of them or none; see `decide`."""
    return _decide(path, decisions)


def _decide(path: Path, decisions: Mapping[str, Status], question: str | None = None) -> tuple[Draft, ...]:
    worded = None if question is None else _worded(question)
    with alone(path):
        held = read_file(path)
        drafts = {draft.id: draft for draft in held.drafts}
        for id, status in decisions.items():
            if id not in drafts:
                raise BadInput(f"{path} holds no draft {plain(id)!r}.", "'sangho eval drafts' lists them.")
            kept = drafts[id]
            drafts[id] = replace(kept, status=status, question=kept.question if worded is None else worded)
        if tuple(drafts.values()) != held.drafts:
            lines: tuple[Draft | Tried, ...] = (*drafts.values(), *held.tried)
            replace_file(path, "".join(map(_line, lines)))
        return tuple(drafts[id] for id in decisions)


def write_accepted(path: Path, out: Path) -> int:
    """Write the accepted questions as a table for `sangho eval run --data`, in one step, and return how many.

    Raises:
        BadInput: the file of drafts cannot be used, no draft is accepted, or the table cannot be written.
        NoSpace: the disk is full.
    """
    accepted = [draft for draft in read_drafts(path) if draft.status == "accepted"]
    if not accepted:
        raise BadInput(
            f"No draft in {path} is accepted.", "Accept some in the window, or with 'sangho eval drafts --accept'."
        )
    if out.suffix.lower() != ".csv":
        raise BadInput(f"{out} is no name of a table.", "Give it the ending .csv.")
    replace_file(out, accepted_csv(accepted))
    return len(accepted)


def accepted_csv(drafts: Iterable[Draft]) -> str:
    """Return a table with question and document on each line, in the form that `eval.sets.own_list` reads.

    It begins with the mark of UTF-8, so that spreadsheets read Korean. A cell that they would take for a formula has a
    space in front, which `own_list` takes away.
    """
    rows = [("question", "document"), *((draft.question, draft.doc_id) for draft in drafts)]
    return "\ufeff" + "".join(f"{_cell(question)},{_cell(document)}\n" for question, document in rows)


def _cell(text: str) -> str:
    text = f" {text}" if text.startswith(_FORMULAS) else text
    return '"' + text.replace('"', '""') + '"'


def _worded(question: str) -> str:
    worded = tidy(question)
    if fault := _fault(worded):
        raise BadInput(f"The question {fault}.", f"Write one question of at most {LONGEST_QUESTION} characters.")
    return worded


def _fault(question: str) -> str:
    """Return what is wrong with a question's text; empty where nothing is."""
    if not any(map(str.isalnum, question)):
        return "has no words"
    if len(question) > LONGEST_QUESTION:
        return f"has {len(question):,} characters"
    return "" if question.isprintable() else "holds control characters"


def _line(one: Draft | Tried) -> str:
    return json.dumps(asdict(one), ensure_ascii=False) + "\n"
