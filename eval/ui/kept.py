"""One run that was begun in the window: what was asked for, and what the list shows of its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eval.figures.summary import Figures
from eval.items import TASKS, Task
from eval.reports.lines import HEADLINES
from eval.running.folder import ITEMS, RUN, SUMMARY

FORMAT: Final = 1
_MAIN: Final = 2  # figures of a task that the list shows


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for.

    Attributes:
        begun: seconds since 1970.
        split: of the golden set; empty for a table of one's own.
        table: that table's name; empty for the golden set.
        pairs: the setting that is tried, as `--set` takes it; empty: as it is set.
        owner: see `app.roots.owner_of`; empty where the run searches only what is everybody's, and everybody sees it.
        said: what the person should know of it.
        error: why it ended, and `remedy`; empty where it did not fail.
    """

    begun: float
    split: str = "dev"
    table: str = ""
    tasks: tuple[Task, ...] = ()
    every: int = 1
    pairs: tuple[str, ...] = ()
    owner: str = ""
    said: tuple[str, ...] = ()
    error: str = ""
    remedy: str = ""

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Asked:
        """Return what was written.

        Raises:
            KeyError, TypeError or ValueError: it is something else.
        """
        if values["format"] != FORMAT or not set(values["tasks"]) <= set(TASKS):
            raise ValueError("another format")
        lists = {name: tuple(map(str, values[name])) for name in ("tasks", "pairs", "said")}
        texts = {name: str(values[name]) for name in ("split", "table", "owner", "error", "remedy")}
        return cls(begun=float(values["begun"]), every=int(values["every"]), **texts, **lists)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run as the list shows it.

    Attributes:
        done: items that are done, `of` how many; 0 of 0 where it has not come so far.
        finished: whether its figures are there.
        main: the task, the name and the value of its main figures.
    """

    name: str
    asked: Asked
    done: int = 0
    of: int = 0
    finished: bool = False
    main: tuple[tuple[Task, str, float], ...] = ()


def read_kept(folder: Path, name: str, asked: Asked) -> KeptRun:
    """Return what the list shows of a run's folder; what is damaged is as not there. Its items are only counted."""
    run, summary = _object(folder / RUN), _object(folder / SUMMARY)
    of = run.get("items")
    of = of if isinstance(of, int) else 0
    try:
        done = (folder / ITEMS).read_bytes().count(b"\n")
    except OSError:
        done = 0
    finished = bool(of) and done >= of and summary.get("items") == of
    try:
        main = _main(Figures.from_json(summary["figures"])) if finished else ()
    except (KeyError, TypeError, ValueError, AttributeError):
        main = ()
    return KeptRun(name, asked, done, of, finished, main)


def _main(figures: Figures) -> tuple[tuple[Task, str, float], ...]:
    found: list[tuple[Task, str, float]] = []
    for task in HEADLINES:
        known = [one for mark in HEADLINES[task] if (one := figures.find(task, mark))]
        found += [(task, one.mark, one.mean) for one in known[:_MAIN]]
    return tuple(found)


def _object(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
