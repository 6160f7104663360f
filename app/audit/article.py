"""Read an article that is to be audited, and cut it into sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.errors import BadInput
from ingest.documents import Document
from ingest.errors import ReadError
from ingest.passages import split_sentences
from ingest.readers import read_file

MOST_SENTENCES: Final = 5_000
_WINDOW: Final = 2_500  # characters split at a time; splitting takes longer than in proportion


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of an article: `article.paragraph(paragraph).text[start:end] == text`.

    Attributes:
        heading: whether its paragraph is a heading.
    """

    paragraph: int
    start: int
    end: int
    text: str
    heading: bool


def read_article(path: Path, max_bytes: int) -> Document:
    """Read an article from a file of any type that Sangho reads.

    Args:
        path: the file.
        max_bytes: a larger one is refused.

    Raises:
        BadInput: it cannot be read, is of another type, or holds no sentence; names the file, and what mends it.
    """
    try:
        article = read_file(path, path, max_bytes)
    except ReadError as error:
        raise BadInput(f"{path.name!r} {error.message}", error.remedy) from error
    if not any(letter.isalpha() for paragraph in article.paragraphs for letter in paragraph.text):
        raise BadInput(f"{path.name!r} holds no sentences.", "Give a file with an article's text in it.")
    return article


def pieces_of(article: Document) -> tuple[Piece, ...]:
    """Return an article's sentences, in order.

    Raises:
        BadInput: it has none, or more than `MOST_SENTENCES`.
    """
    pieces: list[Piece] = []
    for piece in _pieces(article):
        pieces.append(piece)
        if len(pieces) > MOST_SENTENCES:
            raise BadInput(
                f"The article has more than {MOST_SENTENCES:,} sentences.", "Divide it, and audit the parts one by one."
            )
    if not any(letter.isalpha() for piece in pieces for letter in piece.text):
        raise BadInput("The article holds no sentences.", "Give an article with text in it.")
    return tuple(pieces)


def _pieces(article: Document) -> Iterator[Piece]:
    for paragraph in article.paragraphs:
        for start, end in _spans(paragraph.text, article.language):
            yield Piece(paragraph.number, start, end, paragraph.text[start:end], paragraph.heading)


def _spans(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield where sentences stand, a window at a time; one that is longer than a window is cut there."""
    at = 0
    while at < len(text):
        end = min(len(text), at + _WINDOW)
        spans = [(at + start, at + stop) for start, stop in split_sentences(text[at:end], language)]
        if end < len(text) and len(spans) > 1:
            end = spans.pop()[0]  # it may go on
        yield from spans
        at = end
