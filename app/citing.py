"""Number the places an answer rests on, and recompute every quote from the source's text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.catalogue import Catalogue
from app.labels import Labels
from app.results import Citation, Dropped, Grounded, Place, Statement
from ingest.documents import Document


class Citer:
    """Gives each place a number, the same place the same one.

    Args:
        documents: by `doc_id`.
        catalogue: knows what was superseded where a document does not say so itself.
    """

    def __init__(self, documents: Mapping[str, Document], catalogue: Catalogue) -> None:
        self._documents = documents
        self._catalogue = catalogue
        self._numbers: dict[Place, int] = {}

    def cite(self, statements: Sequence[Grounded]) -> tuple[tuple[Statement, ...], tuple[Dropped, ...]]:
        """Number the statements' places.

        Returns:
            The statements with their citations' numbers, and those left out because none of their places exists.
        """
        cited, dropped = [], []
        for statement in statements:
            places = [place for place in dict.fromkeys(statement.places) if self._exists(place)]
            if places:
                numbers = tuple(self._numbers.setdefault(place, len(self._numbers) + 1) for place in places)
                cited.append(Statement(statement.text, numbers))
            else:
                dropped.append(Dropped(statement.text, "cites no place that exists in the sources"))
        return tuple(cited), tuple(dropped)

    def _exists(self, place: Place) -> bool:
        document = self._documents.get(place.doc_id)
        try:
            text = document.paragraph(place.paragraph).text if document else ""
        except KeyError:
            return False
        return 0 <= place.start < place.end <= len(text)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every numbered place as a citation, in the order of the numbers."""
        return tuple(self._citation(n, place) for place, n in self._numbers.items())

    def _citation(self, n: int, place: Place) -> Citation:
        document = self._documents[place.doc_id]
        paragraph = document.paragraph(place.paragraph)
        return Citation(
            n=n,
            doc_id=document.doc_id,
            title=document.title,
            issuer=document.issuer,
            date=document.date,
            url=document.url,
            edition=document.edition,
            paragraph=paragraph.number,
            page=paragraph.page,
            quote=paragraph.text[place.start : place.end],
            start=place.start,
            end=place.end,
            superseded_by=self._superseded_by(document),
            note=document.note,
        )

    def _superseded_by(self, document: Document) -> str:
        return document.superseded_by or self._catalogue.superseded_by(document.doc_id)

    def _called(self, doc_id: str) -> str:
        """Return a document's title and date, whether it is held or only known of; else its `doc_id`."""
        document = self._documents.get(doc_id) or self._catalogue.known(doc_id)
        if document is None:
            return doc_id
        return f"{document.title} ({document.date})" if document.date else document.title

    def warnings(self, words: Labels) -> list[str]:
        """Return what must be known of the cited documents, in an answer's language: successors, and notes."""
        cited = {place.doc_id: self._documents[place.doc_id] for place in self._numbers}
        said = []
        for document in cited.values():
            if newer := self._superseded_by(document):
                said.append(words.was_superseded.format(title=document.title, newer=self._called(newer)))
            if document.note:
                said.append(words.remark.format(title=document.title, note=document.note))
        return said
