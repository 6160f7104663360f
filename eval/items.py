"""What a run keeps of each item: what was asked, what was right, what came, and how that fared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

Task = Literal["query", "question", "claim"]
TASKS: Final[tuple[Task, ...]] = ("query", "question", "claim")


@dataclass(frozen=True, slots=True)
class Mark:
    """One way of marking an item.

    Attributes:
        meaning: what a person is told that it is.
        better: "more", "less", or "" where neither is better.
        unit: "share" (0 to 1), "count", "words" or "probability".
    """

    meaning: str
    better: Literal["more", "less", ""] = "more"
    unit: Literal["share", "count", "words", "probability"] = "share"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a run.

    Attributes:
        id: unique in its run.
        task: `query` has a ranking only; `question` a ranking and an answer; `claim` a check.
        asked: the query, question or claim.
        history: earlier questions of the conversation, oldest first.
        groups: what figures are told apart by, such as `{"kind": "list", "language": "ko"}`.
        cluster: items with the same one rest on the same documents and are resampled together; empty: alone.
        expected: what is right, as JSON: `outcome`, `facts` (lists of wordings), `gold` (`[doc_id, paragraph]` or
            `[doc_id, null]` for a whole document), `verdict`; those that the task has.
        given: what came, as JSON: `ranking` (`[doc_id, first, last, score]`), `outcome`, `answer`, `citations`,
            `verdict`, `confidence`; those that the task has.
        marks: by the names of `eval.marking.marks.MARKS`; None where a mark is not defined for the item.
        failed: what crashed, in which case nothing was given and there are no marks; otherwise empty.
    """

    id: str
    task: Task
    asked: str
    history: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    cluster: str = ""
    expected: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    marks: Mapping[str, float | None] = field(default_factory=dict)
    failed: str = ""

    def to_line(self) -> str:
        """Return the item as one line of JSON, without its end; the same item gives the same bytes."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, allow_nan=False)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Item:
        """Return what `to_line` wrote.

        Raises:
            TypeError: a field is missing or unknown.
        """
        return cls(**{**values, "history": tuple(values["history"])})


def read_items(path: Path) -> Iterator[Item]:
    """Yield the items of a file, in file order; a last line that was cut off while writing is passed over.

    Raises:
        OSError: there is no such file.
        ValueError: another line is no item; says which.
    """
    held = path.read_text(encoding="utf-8")
    lines = held.split("\n")
    whole = lines[:-1]  # what follows the last end of line was cut off, or is empty
    for number, line in enumerate(whole, start=1):
        try:
            yield Item.from_json(json.loads(line))
        except (TypeError, KeyError, ValueError) as error:
            raise ValueError(f"{path}, line {number}, is no item of a run: {error}.") from error


def by_task(items: Iterable[Item], task: Task) -> list[Item]:
    """Return the items of one task that did not crash, in order."""
    return [item for item in items if item.task == task and not item.failed]
