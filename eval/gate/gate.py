"""Hold the golden dev set, item by item over the bundled digests, against the baseline: a change may not lose more.

    python -m eval.gate --home HOME [--write]

HOME holds an index of the bundled corpus. Fails (exit code 1) where more items were lost than won by a paired sign
test at 10%, and names them; at once where a quote is not exact, something is cited under an answer that abstains, or
an item crashes. `--write` moves the baseline to what comes now: in a commit of its own, which says why.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.errors import BadInput
from app.settings import Settings
from eval.figures.scores import lost_and_won
from eval.gate.baseline import BASELINE, read_baseline, scores_of, write_baseline
from eval.gate.run import run_golden
from eval.items import Item
from ingest.errors import SanghoError

LEVEL: Final = 0.1  # of the sign test
MOST_WORKERS: Final = 4  # each has the models in its memory
_NAMED: Final = 40  # items of a kind that are named one by one


@dataclass(frozen=True, slots=True)
class Change:
    """An item whose score is another than in the baseline, both 0 to 1."""

    id: str
    before: float
    now: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gate says.

    Attributes:
        faults: what fails at once, a line each.
        lost: items that score lower than in the baseline; the greatest loss first.
        won: items that score higher; the greatest gain first.
        p: of the sign test, two-sided; 1 where nothing changed.
        missing: ids of the baseline that were not run.
        new: ids that the baseline does not have.
        compared: how many items were held against the baseline.
    """

    faults: tuple[str, ...]
    lost: tuple[Change, ...]
    won: tuple[Change, ...]
    p: float
    missing: tuple[str, ...]
    new: tuple[str, ...]
    compared: int

    @property
    def worse(self) -> bool:
        """Whether more was lost than won, and hardly by chance."""
        return len(self.lost) > len(self.won) and self.p <= LEVEL

    @property
    def passed(self) -> bool:
        """Whether the change may go in."""
        return not (self.faults or self.worse or self.missing)


def judge(items: Sequence[Item], baseline: Mapping[str, float]) -> Judgement:
    """Hold items against the baseline.

    Args:
        items: of the golden dev set, crashed ones too.
        baseline: scores by id, 0 to 1.
    """
    scores = scores_of(items)
    signs = lost_and_won(baseline, scores)
    lost, won = (tuple(Change(name, baseline[name], scores[name]) for name in ids) for ids in (signs.lost, signs.won))
    return Judgement(
        faults=tuple(_faults(items)),
        lost=lost,
        won=won,
        p=signs.p,
        missing=tuple(name for name in baseline if name not in scores),
        new=tuple(name for name in scores if name not in baseline),
        compared=len(baseline.keys() & scores.keys()),
    )


def _faults(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        if item.failed:
            yield f"{item.id} crashed: {item.failed}"
            continue
        exact = item.marks.get("quotes exact")
        if exact is not None and exact < 1:
            yield f"{item.id} has a quote that does not stand in its source letter by letter"
        if item.marks.get("citation while abstaining"):
            yield f"{item.id} cites something under an answer that abstains"


def text_of(judgement: Judgement) -> str:
    """Return a judgement as lines of text; the last one says whether the gate is passed."""
    lost, won = len(judgement.lost), len(judgement.won)
    lines = [
        f"{judgement.compared} items against the baseline: {lost} lost, {won} won, sign test p {judgement.p:.3f}",
        *_named("lost", [f"{one.id}: {one.before:g} -> {one.now:g}" for one in judgement.lost]),
        *_named("won", [f"{one.id}: {one.before:g} -> {one.now:g}" for one in judgement.won]),
        *_named("not in the baseline", judgement.new),
        *_named("in the baseline and not run", judgement.missing),
        *_named("at fault", judgement.faults),
    ]
    why = [
        *(["something is at fault"] if judgement.faults else []),
        *(["more was lost than won"] if judgement.worse else []),
        *(["items of the baseline are gone"] if judgement.missing else []),
    ]
    return "\n".join([*lines, f"Failed: {', and '.join(why)}." if why else "Passed."])


def _named(what: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{what} ({len(names)}):"
        yield from (f"  {name}" for name in names[:_NAMED])
    if len(names) > _NAMED:
        yield f"  and {len(names) - _NAMED} more"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the gate, and return its exit code: 0 passed, 1 failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="move the baseline to what comes now")
    options = parser.parse_args(arguments)
    try:
        return _run(Settings.load(home=options.home, llm="", judge=""), options.write)
    except SanghoError as error:
        print(f"gate: {error}", file=sys.stderr)  # noqa: T201
        return 1


def _run(settings: Settings, write: bool) -> int:
    from app.outbound import disable_tracing
    from app.progress import shown_count

    disable_tracing()
    baseline = _baseline(write)
    with shown_count("Running", "items") as on_count:
        items = run_golden(settings, min(os.cpu_count() or 1, MOST_WORKERS), on_count)
    judgement = judge(items, baseline)
    sys.stdout.write(text_of(judgement) + "\n")
    if not write:
        return 0 if judgement.passed else 1
    if judgement.faults:
        raise BadInput("The baseline was not moved: what came is at fault.", "Mend that first.")
    write_baseline(scores_of(items), BASELINE)
    sys.stdout.write(f"The baseline is now what came: {len(items)} items.\n")
    return 0


def _baseline(write: bool) -> dict[str, float]:
    try:
        return read_baseline(BASELINE)
    except BadInput:
        if not write:
            raise
        return {}  # none yet, or one that is mended by writing it anew
