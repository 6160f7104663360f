"""The documents that a comparison or a change is asked of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from app.query import Understood

if TYPE_CHECKING:
    from ingest.generation import Generation

MOST_SIDES: Final = 5
CLEARLY: Final = 0.5  # affinity from which a name, together with a date, says which document is meant
PASSAGES_A_SIDE: Final = 3


def sides(generation: Generation, understood: Understood) -> tuple[str, ...]:
    """Return the `doc_id`s that a comparison or change names by date and by type or name, oldest first.

    Empty where the question has another shape, or does not name from two to `MOST_SIDES` of them.
    """
    if understood.shape not in ("comparison", "change") or not understood.dates:
        return ()
    named, dates = understood.named, understood.dates
    typed = bool(named.type.any())
    chosen = [
        (date, doc_id)
        for row, (doc_id, date) in enumerate(zip(generation.documents, generation.document_dates, strict=True))
        if (dates.names_year_of(date) or dates.names_month_of(date))
        and (named.type[row] if typed else named.affinity[row] >= CLEARLY)
    ]
    if typed and len(chosen) > MOST_SIDES:
        clear = {
            doc_id for doc_id, affinity in zip(generation.documents, named.affinity, strict=True) if affinity >= CLEARLY
        }
        chosen = [pair for pair in chosen if pair[1] in clear]
    return tuple(doc_id for _, doc_id in sorted(chosen)) if 2 <= len(chosen) <= MOST_SIDES else ()


def rows_of_sides(generation: Generation, understood: Understood, rows: Sequence[int]) -> list[int]:
    """Return the best passages of each side, in the order of `rows`."""
    left = {generation.documents.row_of(doc_id): PASSAGES_A_SIDE for doc_id in sides(generation, understood)}
    taken = []
    for row in rows:
        document = int(generation.passage_table[row, 0])
        if left.get(document, 0) > 0:
            left[document] -= 1
            taken.append(row)
    return taken
