"""Lists in a document: which paragraphs are the items of one, and what introduces them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from ingest.documents import Paragraph

# Ways of marking an item; "(i)" can be the ninth letter or the first numeral, so an item may have several.
_LABELS: Final[Mapping[str, re.Pattern[str]]] = {
    "bullet": re.compile(r"[-•*·–]\s"),
    "section": re.compile(r"\d{1,2}\.\d{1,2}\.?\s"),
    "digit": re.compile(r"\(?\d{1,2}[.)]\s"),
    "roman": re.compile(r"\(?[ivx]{1,4}[.)]\s"),
    "letter": re.compile(r"\(?[a-z][.)]\s"),
    "capital": re.compile(r"\([A-Z]\)\s"),
    "korean": re.compile(r"\(?[가-하][.)]\s"),
    "named": re.compile(r"[A-Z][\w ,&'’/()-]{2,60}:\s"),
}
_SPREAD: Final = frozenset({"section"})  # items that are headings, each with running text of its own
_FAR: Final = 30  # paragraphs between which the items of such a list are looked for
_INTRODUCES: Final = re.compile(r"[:—]\s*$")
_ANNOUNCES: Final = re.compile(r"\bfollowing\b|\bbelow\b|다음|아래")


def labels_of(paragraph: Paragraph) -> frozenset[str]:
    """Return the ways in which a paragraph may be marked as an item; empty if it is none."""
    return frozenset(name for name, pattern in _LABELS.items() if pattern.match(paragraph.text))


def is_item(paragraph: Paragraph) -> bool:
    """Return whether a paragraph is marked as an item of a list, by more than a name and a colon."""
    return not paragraph.heading and bool(labels_of(paragraph) - {"named", "section"})


def introduced(paragraphs: Sequence[Paragraph], at: int) -> range:
    """Return the indices of the items that a paragraph introduces; empty if it introduces none.

    It does so by ending in a colon, or by saying "the following"; two items are the fewest.
    """
    text = paragraphs[at].text
    ends, announces = _INTRODUCES.search(text), _ANNOUNCES.search(text)
    if not (ends or announces) or at + 1 >= len(paragraphs):
        return range(0)
    block = run_of(paragraphs, at + 1)
    return block if len(block) > 1 and (ends or not is_item(paragraphs[at])) else range(0)


def run_of(paragraphs: Sequence[Paragraph], first: int) -> range:
    """Return the indices of the items from `first` on that are marked in the same way; empty if it is none."""
    ways = labels_of(paragraphs[first])
    last = first
    while ways and last + 1 < len(paragraphs) and ways & labels_of(paragraphs[last + 1]):
        ways &= labels_of(paragraphs[last + 1])
        last += 1
    return range(first, last + 1) if ways else range(0)


def headings_introduced(paragraphs: Sequence[Paragraph], at: int) -> list[int]:
    """Return the indices of the numbered headings that a paragraph announces: "the following principles", 1.1 to 1.5.

    They belong together by their first number; running text stands between them. None gives an empty list.
    """
    if not _ANNOUNCES.search(paragraphs[at].text):
        return []
    found: list[int] = []
    chapter = ""
    for index in range(at + 1, min(at + 1 + _FAR, len(paragraphs))):
        paragraph = paragraphs[index]
        if paragraph.heading and labels_of(paragraph) & _SPREAD:
            number = paragraph.text.split(".")[0]
            chapter = chapter or number
            if number == chapter:
                found.append(index)
    return found if len(found) > 1 else []
