"""The documents of the field that are known to exist, held or not: `corpus/catalogue.csv`."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.settings import BUNDLED_CORPUS

CATALOGUE: Final = BUNDLED_CORPUS / "catalogue.csv"


@dataclass(frozen=True, slots=True)
class Known:
    """A document that is known to exist.

    Attributes:
        doc_id: what its file is called where it is held.
        date: YYYY, YYYY-MM or YYYY-MM-DD.
        url: the official or best page; may be empty.
        url_note: what is not certain of that address ("from memory, unverified"); empty where it was seen.
        superseded_by: the `doc_id` of what replaced it; may be empty.
    """

    doc_id: str
    date: str
    title: str
    issuer: str
    type: str
    language: str
    url: str
    superseded_by: str = ""
    url_note: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The known documents, by date."""

    documents: tuple[Known, ...]

    @classmethod
    def load(cls, path: Path = CATALOGUE) -> Catalogue:
        """Read the catalogue; a missing file gives an empty one."""
        if not path.exists():
            return cls(())
        with path.open(encoding="utf-8", newline="") as file:
            return cls(tuple(Known(**row) for row in csv.DictReader(file)))

    def not_held(self, held: Iterable[str]) -> tuple[Known, ...]:
        """Return the known documents that are not among the `doc_id`s held."""
        ids = set(held)
        return tuple(known for known in self.documents if known.doc_id not in ids)

    def known(self, doc_id: str) -> Known | None:
        """Return what is known of a document; None if it is not in the catalogue."""
        return next((known for known in self.documents if known.doc_id == doc_id), None)

    def called(self, doc_id: str) -> str:
        """Return what people call a document: title and date; its `doc_id` if it is not in the catalogue."""
        known = self.known(doc_id)
        return f"{known.title} ({known.date})" if known else doc_id

    def superseded_by(self, doc_id: str) -> str:
        """Return the `doc_id` of what replaced a document; empty if nothing is known to have."""
        known = self.known(doc_id)
        return known.superseded_by if known else ""
