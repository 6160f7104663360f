"""Marks as columns, and their means for many resamples at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from app.errors import BadInput
from eval.figures.resampling import Floats
from eval.items import Item
from eval.marking.marks import MARKS

_DIGITS: Final = 6  # what lies behind them depends on the machine's order of adding up


def names_of_marks(items: Sequence[Item]) -> list[str]:
    """Return the marks that items have, in the order of `MARKS`; those that it has not come last, by name."""
    held = {name for item in items for name in item.marks}
    return [*(name for name in MARKS if name in held), *sorted(held - set(MARKS))]


def values_of(items: Sequence[Item], names: Sequence[str]) -> Floats:
    """Return the marks of items, `(n_items, n_names)`; NaN where a mark is not defined."""
    rows = [[_value(item.marks.get(name)) for name in names] for item in items]
    return np.array(rows, dtype=np.float64).reshape(len(items), len(names))


def means(values: Floats, weights: Floats) -> Floats:
    """Return the weighted means of marks over the items for which they are defined.

    Args:
        values: `(n_items, n_marks)`, NaN where not defined.
        weights: `(n_rows, n_items)`.

    Returns:
        `(n_rows, n_marks)`; NaN where no weight lies on an item that has the mark.
    """
    known = ~np.isnan(values)
    whole = weights @ known.astype(np.float64)
    found: Floats = np.full(whole.shape, math.nan)
    np.divide(weights @ np.where(known, values, 0.0), whole, out=found, where=whole > 0)
    return found


def rounded(value: float) -> float | None:
    """Return a figure as it is kept: to six digits behind the point, and None where nothing defines it."""
    return round(value, _DIGITS) + 0.0 if math.isfinite(value) else None  # + 0.0: no minus before a nought


def _value(mark: float | None) -> float:
    return mark if mark is not None and math.isfinite(mark) else math.nan


def among(item: Item, side: str, name: str, values: Sequence[str]) -> Any:
    """Return what an item has under a name of its `expected` or `given`, which must be one of some values.

    Raises:
        BadInput: it has nothing there, or something else; names the item.
    """
    held = getattr(item, side).get(name)
    if held not in values:
        raise BadInput(f"Item {item.id!r} has {held!r} as {side} {name}.", f"It must be one of: {', '.join(values)}.")
    return held
