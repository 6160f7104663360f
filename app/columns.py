"""Columns of text in which few values are distinct: measured once a value, not once a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Column:
    """One text a row.

    Args:
        texts: in row order; may be empty.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        import numpy as np

        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        self._distinct = tuple(places)
        self._places = np.array([places[text] for text in texts], dtype=np.intp)

    def measured(self, measure: Callable[[str], float]) -> NDArray[np.float64]:
        """Return a measure of each row's text, `(n_rows,)`; `measure` is called once for each distinct text."""
        import numpy as np

        return np.array([measure(text) for text in self._distinct], dtype=np.float64)[self._places]
