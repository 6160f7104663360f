"""What every reader hands back, and how its blocks become numbered paragraphs."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from ingest.documents import Paragraph
from ingest.errors import ReadError

MOST_PARAGRAPHS: Final = 200_000
# Soft hyphens, zero-width characters, lone surrogates and controls: nobody sees them, and they break a
# letter-by-letter search. Joiners (U+200C, U+200D) and bidirectional marks carry meaning and stay.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ud800-\udfff]")
_MARKER = re.compile(r"\[¶([0-9]{1,6})(?:[-–]([0-9]{1,6}))?\][ \t]*")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a file, in the file's order, before it has a number.

    Attributes:
        text: its words; may still hold line breaks, runs of spaces and a digest's marker.
        heading: whether it is a heading rather than running text.
        page: the page it begins on, from 1, where the file has pages.
    """

    text: str
    heading: bool = False
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What one reader found in a file.

    Attributes:
        blocks: in reading order; may be empty.
        values: front matter, or what the format itself says, under the keys of front matter.
    """

    blocks: Sequence[Block]
    values: Mapping[str, Any] = field(default_factory=dict)


def clean(text: str) -> str:
    """Return `text` with runs of whitespace as one space, and characters that nobody sees removed."""
    return " ".join(_UNSEEN.sub("", text).split())


def has_marker(text: str) -> bool:
    """Whether `text` begins with a digest's marker: `[¶12]` or `[¶12-15]`."""
    return _MARKER.match(text.lstrip()) is not None


def is_marked(values: Mapping[str, Any]) -> bool:
    """Whether a file's blocks begin with their numbers: it is a digest, or its front matter says `numbered: yes`."""
    return str(values.get("edition", "")).strip() == "digest" or str(values.get("numbered", "")).strip() == "yes"


def without_marker(text: str) -> str:
    """Return `text` without the marker that it may begin with."""
    return _MARKER.sub("", text, count=1) if has_marker(text) else text


def paragraphs_of(content: Content) -> tuple[Paragraph, ...]:
    """Number a file's blocks from 1, or as their markers say where it has them (`is_marked`).

    Blocks without words are left out. Where there are markers every block begins with one, except headings: an
    unmarked heading is the digest's own, no paragraph of the original, and is left out.

    Raises:
        ReadError: there are too many paragraphs; of marked blocks, one has no marker or no words, or their numbers
            do not rise.
    """
    cleaned = [Block(text, b.heading, b.page) for b in content.blocks if (text := clean(b.text))]
    if len(cleaned) > MOST_PARAGRAPHS:
        raise ReadError(
            f"holds {len(cleaned)} paragraphs, over the limit of {MOST_PARAGRAPHS}.",
            "Split it into several files.",
        )
    if is_marked(content.values):
        return tuple(_marked(cleaned))
    return tuple(Paragraph(n, b.text, page=b.page, heading=b.heading) for n, b in enumerate(cleaned, start=1))


def _marked(blocks: Sequence[Block]) -> Iterator[Paragraph]:
    previous = 0
    for block in blocks:
        marker = _MARKER.match(block.text)
        if marker is None:
            if block.heading:
                continue
            raise ReadError(
                f"a block has no [¶n] marker: {block.text[:60]!r}.",
                "Begin each block with the number of the paragraph it retells.",
            )
        first, last = int(marker[1]), int(marker[2] or marker[1])
        if first <= previous or last < first:
            raise ReadError(
                f"marker {marker[0].strip()} does not rise: it follows ¶{previous}.",
                "Put the blocks in the original's order, each number once.",
            )
        text = block.text[marker.end() :].strip()
        if not text:
            raise ReadError(f"marker {marker[0].strip()} has no words after it.", "Write its text there.")
        yield Paragraph(first, text, last=last, page=block.page, heading=block.heading)
        previous = last


@contextmanager
def quiet(name: str) -> Iterator[None]:
    """Keep a library's logger `name` silent meanwhile: what it says of a file, the `ReadError` says better."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
