"""Choose which items a report's page has room for, say how each fared, and hold their details for its script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from app.escape import plain
from eval.figures.scores import SAME
from eval.items import Item
from eval.reports.details import CRASHED, Names, details_of, encoded, expected_words, given_words

State = Literal["right", "partly", "wrong", "failed"]
SIGNS: Final[Mapping[State, str]] = {"right": "✓", "partly": "◐", "wrong": "✕", "failed": "△"}
STATES: Final[Mapping[State, str]] = {"right": "right", "partly": "partly right", "wrong": "wrong", "failed": CRASHED}
LIMIT: Final = 2_700_000  # bytes of the items in a page, so that it stays under 3 MB
_MARKUP: Final = 600  # bytes around an item in the list

Score = Callable[[Item], float]


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One item as a line of the list says it.

    Attributes:
        asked: with every invisible control made visible; not escaped, like all texts here.
        expected: what is right, in words; empty for a query.
        given: what each run gave, in words; empty for a query, and where a run does not have it.
        score: 0 to 1, of the last run that has the item; 0 where it crashed.
        line: its details as JSON.
    """

    id: str
    task: str
    state: State
    asked: str
    expected: str
    given: tuple[str, ...]
    score: float
    groups: Mapping[str, str]
    line: str


@dataclass(frozen=True, slots=True)
class ShownItems:
    """The items of a page.

    Attributes:
        items: in the data's order.
        left_out: how many there was no room for: those that fared best.
        documents: names that details refer to by number; `marks` likewise.
        runs: what the runs are called.
    """

    items: tuple[ShownItem, ...]
    left_out: int
    documents: tuple[str, ...]
    marks: tuple[str, ...]
    runs: tuple[str, ...]

    def places(self) -> dict[str, int]:
        """Return the number of each item, from 0, by its id."""
        return {item.id: at for at, item in enumerate(self.items)}

    def block(self) -> str:
        """Return all details as one JSON object that nothing in it can end, as the page's script reads it."""
        heads = {"documents": self.documents, "marks": self.marks, "runs": self.runs}
        lines = ",\n".join(item.line for item in self.items)
        return f'{encoded(heads)[:-1]},"items":[\n{lines}\n]}}'


def shown_items(runs: Sequence[Sequence[Item]], names: Sequence[str], score: Score, limit: int = LIMIT) -> ShownItems:
    """Return the items of one run, or of two, as a page shows them.

    Args:
        runs: the items of each run. Where there are two, the second decides the order and what counts as wrong;
            items that only the first has come last.
        names: of the runs, as many.
        score: of an item, 0 to 1; for one that crashed it is not asked.
        limit: bytes that they may take; the worst is let in first.
    """
    by_id = [{item.id: item for item in items} for items in runs]
    order = dict.fromkeys(item.id for items in reversed(runs) for item in items)
    all_held = [[held.get(one) for held in by_id] for one in order]
    documents, marks = Names(), Names()
    kept: dict[int, ShownItem] = {}
    used = 0
    for at in sorted(range(len(all_held)), key=lambda at: (_score(_last(all_held[at]), score), at)):
        shown = _shown(all_held[at], score, documents, marks)
        used += len(shown.line.encode()) + len(shown.asked.encode()) + _MARKUP
        if kept and used + documents.size > limit:
            break
        kept[at] = shown
    items = tuple(kept[at] for at in sorted(kept))
    return ShownItems(items, len(all_held) - len(items), documents.names, marks.names, tuple(map(plain, names)))


def state_of(item: Item, score: Score) -> State:
    """Return how an item fared: right from a score of 1, wrong at 0, partly right between them."""
    if item.failed:
        return "failed"
    value = score(item)
    return "right" if value >= 1 - SAME else "partly" if value > SAME else "wrong"


def _last(held: Sequence[Item | None]) -> Item:
    return next(one for one in reversed(held) if one is not None)


def _score(item: Item, score: Score) -> float:
    return 0.0 if item.failed else score(item)


def _shown(held: Sequence[Item | None], score: Score, documents: Names, marks: Names) -> ShownItem:
    item = _last(held)
    state, value = state_of(item, score), _score(item, score)
    details = details_of(held, documents, marks)
    return ShownItem(
        id=item.id,
        task=item.task,
        state=state,
        asked=details["asked"],
        expected=expected_words(item),
        given=tuple(map(given_words, held)),
        score=value,
        groups=details["groups"],
        line=encoded({**details, "state": state, "score": round(value, 6)}),
    )
