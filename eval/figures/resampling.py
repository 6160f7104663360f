"""Resample and swap whole clusters: intervals and tests for figures over items that are not independent."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESAMPLES: Final = 1000
_INTERVAL: Final = (2.5, 97.5)  # percent
_SLACK: Final = 1e-12  # sums in another order differ in the last places


def clusters_of(links: Iterable[Collection[str]]) -> list[str]:
    """Return a cluster for each item, by what it rests on.

    Args:
        links: for each item the `doc_id`s (or other keys) that it rests on.

    Returns:
        One name an item: items that share a key, directly or through others, have the same one, the smallest key that
        they reach. Empty for an item without keys.
    """
    found: dict[str, str] = {}

    def root(key: str) -> str:
        while found.setdefault(key, key) != key:
            found[key] = key = found[found[key]]
        return key

    held = [sorted(keys) for keys in links]
    for keys in held:
        for key in keys[1:]:
            low, high = sorted((root(keys[0]), root(key)))
            found[high] = low
    return [root(keys[0]) if keys else "" for keys in held]


def numbered(clusters: Sequence[str]) -> Ints:
    """Return a number for each item's cluster, from 0 and without gaps; an empty name is a cluster of its own."""
    numbers: dict[str | int, int] = {}
    keys: list[str | int] = [cluster or place for place, cluster in enumerate(clusters)]
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def resamples(clusters: Ints, random: np.random.Generator) -> Floats:
    """Return how often each item is drawn in each resample `(RESAMPLES, n)`, whole clusters with replacement."""
    if not len(clusters):
        return np.zeros((RESAMPLES, 0))
    many = int(clusters.max()) + 1
    drawn = random.multinomial(many, np.full(many, 1 / many), size=RESAMPLES)
    return drawn[:, clusters].astype(np.float64)


def swaps(clusters: Ints, rounds: int, random: np.random.Generator) -> Floats:
    """Return which items change sides in each round `(rounds, n)`, whole clusters together."""
    many = int(clusters.max(initial=-1)) + 1
    return random.integers(0, 2, size=(rounds, many))[:, clusters].astype(np.float64)


def interval(values: Floats) -> tuple[float, float]:
    """Return the 95% interval of resampled values (percentiles); NaN are passed over, nothing else gives NaN."""
    known = values[~np.isnan(values)]
    if not len(known):
        return math.nan, math.nan
    low, high = np.percentile(known, _INTERVAL)
    return float(low), float(high)


def p_value(differences: Floats) -> float:
    """Return the p-value of the first difference among the others, which were got by swapping."""
    seen, drawn = abs(differences[0]), np.abs(differences[1:])
    if math.isnan(seen):
        return math.nan
    return float((1 + np.sum(drawn >= seen - _SLACK)) / (1 + len(drawn)))
