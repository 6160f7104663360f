"""Number the places that checks rest on, each with the stance it is cited for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Final

from app.catalogue import Catalogue
from app.citing import Citer
from app.claims.results import ClaimCitation, Stance
from app.labels import Labels
from app.results import Citation, Grounded, Place
from ingest.documents import Document

# A place that is cited for two reasons has the stance that says more.
_WEIGHT: Final[Mapping[Stance, int]] = {"closest": 0, "supports": 1, "contradicts": 2}
_FIELDS: Final = tuple(field.name for field in fields(Citation))


class Numbering:
    """Gives each place a number, the same place the same one, and remembers its stance.

    Args:
        documents: by `doc_id`.
        catalogue: knows what was superseded where a document does not say so itself.
    """

    def __init__(self, documents: Mapping[str, Document], catalogue: Catalogue) -> None:
        self._citer = Citer(documents, catalogue)
        self._stances: dict[int, Stance] = {}

    def cite(self, place: Place, stance: Stance) -> int | None:
        """Return a place's number; None where there is no such place."""
        cited, _ = self._citer.cite([Grounded("", (place,))])
        if not cited:
            return None
        n = cited[0].citations[0]
        self._stances[n] = max(self._stances.get(n, stance), stance, key=_WEIGHT.__getitem__)
        return n

    @property
    def citations(self) -> tuple[ClaimCitation, ...]:
        """Every numbered place, in the order of the numbers, its quote cut anew from the text."""
        return tuple(
            ClaimCitation(**{name: getattr(one, name) for name in _FIELDS}, stance=self._stances[one.n])
            for one in self._citer.citations
        )

    def warnings(self, words: Labels) -> list[str]:
        """Return what must be known of the cited documents; see `Citer.warnings`."""
        return self._citer.warnings(words)
