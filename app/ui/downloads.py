"""What can be taken along of an answer: the answer as a file, and its sources for reference managers and footnotes."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.docx_export import answer_docx
from app.references import bibtex, chicago_notes, ris
from app.render import answer_markdown
from app.results import Answer


@dataclass(frozen=True, slots=True)
class Kind:
    """One form of download.

    Attributes:
        name: of the file.
        media: its media type.
        write: makes it of an answer and today's date, YYYY-MM-DD.
    """

    name: str
    media: str
    write: Callable[[Answer, str], bytes]


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "markdown": Kind("answer.md", "text/markdown", lambda answer, today: _bytes(answer_markdown(answer))),
        "docx": Kind(
            "answer.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            lambda answer, today: answer_docx(answer),
        ),
        "ris": Kind(
            "sources.ris",
            "application/x-research-info-systems",
            lambda answer, today: _bytes(ris(answer.citations, today)),
        ),
        "bibtex": Kind(
            "sources.bib", "application/x-bibtex", lambda answer, today: _bytes(bibtex(answer.citations, today))
        ),
        "chicago": Kind(
            "notes.txt", "text/plain", lambda answer, today: _bytes(chicago_notes(answer.citations, today))
        ),
    }
)


def download(answer: Answer, kind: object, today: str) -> dict[str, str] | None:
    """Return what `download.js` saves: a name, a media type, and the bytes in base64; None for an unknown kind.

    Args:
        answer: what to take along; one that abstained has no sources, and gives none.
        kind: a key of `KINDS`; it comes from the browser.
        today: YYYY-MM-DD, as the day the sources were accessed.
    """
    if not isinstance(kind, str) or kind not in KINDS:
        return None
    chosen = KINDS[kind]
    return saved(chosen.name, chosen.media, chosen.write(answer, today))


def saved(name: str, media: str, content: bytes) -> dict[str, str]:
    """Return a file as `download.js` saves it."""
    return {"name": name, "media": media, "data": base64.b64encode(content).decode("ascii")}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # half a character is nothing that a file can hold
