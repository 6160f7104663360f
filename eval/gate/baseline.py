"""The baseline: how each item of the golden dev set scored when it was last moved."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from app.errors import BadInput
from eval.datasets import DATA
from eval.figures.scores import score
from eval.items import Item
from ingest.index import write_whole

BASELINE: Final = DATA / "baseline.jsonl"
_DIGITS: Final = 6
_WRITE: Final = "Run: python -m eval.gate --home HOME --write"


def scores_of(items: Iterable[Item]) -> dict[str, float]:
    """Return each item's score by its id, 0 to 1, as the baseline keeps it."""
    return {item.id: round(score(item), _DIGITS) for item in items}


def read_baseline(path: Path = BASELINE) -> dict[str, float]:
    """Return the scores that the baseline holds, by id.

    Raises:
        BadInput: there is none, or a line of it is broken; says which.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read: {error}.", _WRITE) from error
    scores: dict[str, float] = {}
    for number, line in enumerate(lines, start=1):
        try:
            values = json.loads(line)
            name, value = str(values["id"]), float(values["score"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise BadInput(f"{path}, line {number}, is no line of a baseline.", _WRITE) from error
        if name in scores or not 0 <= value <= 1:
            raise BadInput(f"{path}, line {number}: {name!r} comes twice, or scores {value:g}.", _WRITE)
        scores[name] = value
    return scores


def write_baseline(scores: Mapping[str, float], path: Path = BASELINE) -> None:
    """Move the baseline to some scores, in their order: all of it or nothing.

    Raises:
        OSError: it cannot be written.
    """
    lines = [json.dumps({"id": name, "score": value}, ensure_ascii=False) for name, value in scores.items()]
    write_whole(path, "".join(f"{line}\n" for line in lines))
