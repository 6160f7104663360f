"""One score an item, and what two runs won and lost by it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from eval.items import Item

SAME: Final = 1e-6  # scores nearer than this are equal: another machine adds up in another order


@dataclass(frozen=True, slots=True)
class LostAndWon:
    """What became worse and better.

    Attributes:
        lost: ids, by how much they lost, most first, then by id.
        won: ids, by how much they won, in the same way.
        p: of the sign test: how often a fair coin, thrown once for each of them, is at least so one-sided.
    """

    lost: tuple[str, ...]
    won: tuple[str, ...]
    p: float


def score(item: Item) -> float:
    """Return how well an item fared, from 0 to 1.

    A crash gives 0. A question's score is 0 where its outcome is wrong, otherwise from one half to 1 by the share of
    its facts that were found, and 1 where there are none to find. A claim's is 1 where its verdict is right. A
    query's is its nDCG@10, by document where whole documents are right.
    """
    if item.failed:
        return 0.0
    if item.task == "question":
        facts = item.marks.get("facts found")
        return _mark(item, "outcome right") * (0.5 + 0.5 * (1.0 if facts is None else facts))
    if item.task == "claim":
        return _mark(item, "verdict right")
    return _mark(item, "nDCG@10" if item.marks.get("nDCG@10") is not None else "nDCG@10 by document")


def lost_and_won(before: Mapping[str, float], after: Mapping[str, float]) -> LostAndWon:
    """Return which items have a lower score than before, and which a higher; those in only one of both are left out.

    Args:
        before: scores by id.
        after: the same, of a later run.
    """
    changes = {name: after[name] - before[name] for name in sorted(before.keys() & after.keys())}
    lost = sorted((name for name, change in changes.items() if change < -SAME), key=changes.__getitem__)
    won = sorted((name for name, change in changes.items() if change > SAME), key=lambda name: -changes[name])
    return LostAndWon(tuple(lost), tuple(won), sign_test(len(lost), len(won)))


def sign_test(lost: int, won: int) -> float:
    """Return the two-sided p-value of the exact sign test; 1 where nothing changed.

    Args:
        lost: how many became worse; what stayed the same is left out, as Dixon and Mood (1946) do.
        won: how many became better.
    """
    thrown, fewer = lost + won, min(lost, won)
    tail = sum(math.comb(thrown, heads) for heads in range(fewer + 1))
    return min(1.0, (2 * tail) / (1 << thrown))  # whole numbers: exact however many there are


def _mark(item: Item, name: str) -> float:
    mark = item.marks.get(name)
    return 0.0 if mark is None else mark
