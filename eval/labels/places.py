"""The paragraphs that labels name, in the digests and in the originals, and what stands there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eval.datasets import Fact, Place, normalised
from ingest.documents import Document
from ingest.readers import find_files, read_file

_LARGEST: Final = 100_000_000  # bytes of a file


@dataclass(frozen=True, slots=True)
class Texts:
    """Documents that labels may name.

    Attributes:
        digests: of the corpus, by doc_id.
        originals: by doc_id; empty where they are not at hand.
    """

    digests: Mapping[str, Document]
    originals: Mapping[str, Document]

    def problem(self, place: Place) -> str:
        """Return why a label cannot name a place; empty where it can."""
        doc_id, number = place
        held = {"digest": self.digests.get(doc_id), "original": self.originals.get(doc_id)}
        if not any(held.values()):
            return "there is no such document"
        for what, document in held.items():
            if document is not None and _text(document, number) is None:
                return f"the {what} has no such paragraph"
        return ""

    def gives(self, fact: Fact, place: Place) -> bool:
        """Whether an original's paragraph has a fact's first wording; True where the original is not at hand."""
        document = self.originals.get(place[0])
        text = _text(document, place[1]) if document is not None else None
        return document is None or (text is not None and normalised(fact.wordings[0]) in normalised(text))


def _text(document: Document, number: int) -> str | None:
    try:
        return document.paragraph(number).text
    except KeyError:
        return None


def read_texts(corpus: Path, sources: Path | None, doc_ids: Collection[str]) -> Texts:
    """Read the documents of these ids.

    Args:
        corpus: the folder of the digests.
        sources: the folder of the originals; None, or one that is not there: none are at hand.
        doc_ids: which documents are wanted; others are not read.

    Raises:
        ReadError: a document cannot be read.
    """
    originals = _documents(sources, doc_ids) if sources is not None and sources.is_dir() else {}
    return Texts(_documents(corpus, doc_ids), originals)


def _documents(folder: Path, doc_ids: Collection[str]) -> dict[str, Document]:
    found = [path for path in find_files(folder)[0] if path.stem in doc_ids]
    return {path.stem: read_file(path, folder, _LARGEST) for path in found}
