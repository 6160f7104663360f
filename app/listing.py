"""What is indexed, and what is known to exist but not held, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from app.catalogue import Catalogue
from ingest.documents import Document


def sources_json(documents: Mapping[str, Document]) -> dict[str, Any]:
    """Return the object that `sangho sources --json` prints: documents by date, and those not held."""
    return {
        "documents": [_about(document) for document in _by_date(documents)],
        "not_held": [asdict(known) for known in Catalogue.load().not_held(documents)],
    }


def sources_text(documents: Mapping[str, Document]) -> str:
    """Return the list that `sangho sources` prints."""
    return "\n".join(_lines(documents))


def _lines(documents: Mapping[str, Document]) -> Iterator[str]:
    for document in _by_date(documents):
        kind = f"{document.type.replace('_', ' ') or 'document'}, {document.edition}"
        yield f"{document.date:10}  {document.title}  ({kind}, {document.paragraphs[-1].last} paragraphs)"
        yield f"            {document.doc_id}"
    not_held = Catalogue.load().not_held(documents)
    twice = sum(document.translation_of in documents for document in documents.values())
    languages = f", {twice} of them in two languages" if twice else ""
    held = f"{len(documents) - twice} documents{languages}"
    yield f"\n{held}; {len(not_held)} more are known but not held (listed by --json)."


def _about(document: Document) -> dict[str, Any]:
    names = ("doc_id", "title", "issuer", "date", "url", "type", "language", "rights", "complete", "edition", "root")
    return {name: getattr(document, name) for name in names} | {
        "aliases": list(document.aliases),
        "topics": list(document.topics),
        "note": document.note,
        "superseded_by": document.superseded_by,
        "paragraphs": document.paragraphs[-1].last,
    }


def _by_date(documents: Mapping[str, Document]) -> list[Document]:
    return sorted(documents.values(), key=lambda document: (document.date, document.doc_id))
