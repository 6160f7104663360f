"""A run's folder: what was run, every item, the figures, and what it cost.

run.json        what was run on what: data, settings, index, versions; equal runs have equal bytes
items.jsonl     an item a line, in the data's order, as `eval.items` writes them
summary.json    the figures over the items
timings.jsonl   milliseconds of each item, by stage
cost.json       times, memory and tokens over the items
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.errors import BadInput
from eval.items import Item, read_items

if TYPE_CHECKING:
    from eval.figures.summary import Figures

RUN: Final = "run.json"
ITEMS: Final = "items.jsonl"
SUMMARY: Final = "summary.json"
TIMINGS: Final = "timings.jsonl"
COST: Final = "cost.json"
FORMAT: Final = 1
_KEYS: Final = ("format", "data", "seed", "settings", "settings_digest", "ranking", "index", "versions", "items")
_REMEDY: Final = "Name a folder that `sangho eval run --out` has written."


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A run, read from its folder.

    Attributes:
        run: as `run.json` holds it: `format`; `data` (`name`, `split`, `digest`, `tasks`, `every`, `limit`,
            `left_out`); `seed`; `settings` (by name) and `settings_digest`; `ranking` (a stage; "reranked" is what
            users get); `index` (`generation`, `documents`, `passages`, `embedding`, `passage_tokens`); `versions` (of
            `sangho`, the models and the prompts); `items`, how many there shall be.
        items: those that are done, in the data's order.
        figures: over those items.
        costs: as `cost.json` holds them: `stages` (by "task: stage": `n`, `median_ms`, `p95_ms`), `seconds` (of all
            items together), `peak_memory_mb`, `tokens` (`input`, `output`; None where none were reported), `price`
            (None where none was). Empty for a run that was never finished.
    """

    path: Path
    run: Mapping[str, Any]
    items: tuple[Item, ...]
    figures: Figures
    costs: Mapping[str, Any]

    @property
    def planned(self) -> int:
        """How many items the run shall have."""
        return int(self.run["items"])

    @property
    def finished(self) -> bool:
        """Whether every item is done."""
        return len(self.items) >= self.planned

    @property
    def notice(self) -> str:
        """Say that the run is unfinished; empty where it is finished."""
        if self.finished:
            return ""
        return f"This run is unfinished: {len(self.items)} of {self.planned} items. Run it again to go on."


def read_run(path: Path) -> RunFolder:
    """Read a run's folder, finished or not.

    Raises:
        BadInput: it is no run's folder, or is damaged; says which file.
    """
    run = read_description(path)
    items = items_of(path)
    return RunFolder(path, run, items, _figures(path, items, run), _object(path / COST) or {})


def read_description(path: Path) -> dict[str, Any]:
    """Return what `run.json` holds.

    Raises:
        BadInput: it is missing, damaged, or of another version.
    """
    run = _object(path / RUN)
    if run is None:
        raise BadInput(f"{path} is no run's folder: it has no {RUN}.", _REMEDY)
    if run.get("format") != FORMAT:
        raise BadInput(f"{path / RUN} has format {run.get('format')!r}, this version reads {FORMAT}.", _REMEDY)
    missing = [key for key in _KEYS if key not in run]
    if missing or not isinstance(run["items"], int):
        raise BadInput(f"{path / RUN} is damaged: it lacks {', '.join(missing) or 'a number of items'}.", _REMEDY)
    return run


def items_of(path: Path) -> tuple[Item, ...]:
    """Return the items that a run's folder holds whole, in order; none where it has no file of them.

    Raises:
        BadInput: a line before the last is no item, or two have the same id.
    """
    try:
        items = tuple(read_items(path / ITEMS))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise BadInput(f"{path / ITEMS} cannot be read: {error}", "Run it again into another folder.") from error
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise BadInput(f"{path / ITEMS} has {item.id!r} twice.", "Run it again into another folder.")
        seen.add(item.id)
    return items


def _figures(path: Path, items: tuple[Item, ...], run: Mapping[str, Any]) -> Figures:
    """Return the figures as they are kept; worked out anew where they are not, or the run is unfinished."""
    from eval.figures.summary import Figures, figures

    kept = _object(path / SUMMARY)
    if kept is not None and kept.get("items") == len(items) == run["items"]:
        try:
            return Figures.from_json(kept["figures"])
        except (KeyError, TypeError, ValueError, AttributeError):
            pass  # of another version, or damaged: the items are what counts
    return figures(items, int(run["seed"]))


def _object(path: Path) -> dict[str, Any] | None:
    """Return the JSON object that a file holds; None where there is no such file.

    Raises:
        BadInput: it holds something else, or cannot be read.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"{path} cannot be read: {error}.", _REMEDY) from error
    if not isinstance(value, dict):
        raise BadInput(f"{path} holds no JSON object.", _REMEDY)
    return value
