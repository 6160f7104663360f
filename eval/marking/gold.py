"""What is right, by the numbers that an index has: digests may hold several paragraphs of an original as one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from eval.marking.metrics import Gold, GoldPlace
from ingest.documents import Document

Documents = Mapping[str, Document]

LONGEST: Final = 400  # characters of a text that an item keeps


def held_place(place: GoldPlace, documents: Documents) -> GoldPlace:
    """Return a place by the number under which the documents hold it.

    A digest may retell several paragraphs in one, which has the first one's number. What is not held, and a whole
    document, is returned as it is.
    """
    doc_id, number = place
    document = documents.get(doc_id)
    if document is None or number is None:
        return place
    try:
        return doc_id, document.paragraph(number).number
    except KeyError:
        return place


def held_gold(gold: Gold, documents: Documents) -> dict[GoldPlace, int]:
    """Return gold with its grades by the numbers that the documents have; where two become one, the higher grade."""
    held: dict[GoldPlace, int] = {}
    for place, grade in graded(gold):
        there = held_place(place, documents)
        held[there] = max(grade, held.get(there, grade))
    return held


def gold_json(gold: Gold) -> dict[str, Any]:
    """Return gold as an item's `expected` holds it: `gold`, and beside it `grades` where one is not 1."""
    places = graded(gold)
    grades = [grade for _, grade in places]
    shown = {"grades": grades} if any(grade != 1 for grade in grades) else {}
    return {"gold": [list(place) for place, _ in places], **shown}


def gold_texts(gold: Gold, documents: Documents) -> list[str]:
    """Return what the documents hold at each place, in the order of `graded`, cut to `LONGEST` characters.

    Empty for what they do not hold; a document's title where it is gold as a whole.
    """
    return [_text(place, documents)[:LONGEST] for place, _ in graded(gold)]


def graded(gold: Gold) -> list[tuple[GoldPlace, int]]:
    """Return places with their grades, in one order."""
    places = gold if isinstance(gold, Mapping) else dict.fromkeys(gold, 1)
    return sorted(places.items(), key=lambda one: (one[0][0], one[0][1] or 0))


def _text(place: GoldPlace, documents: Documents) -> str:
    doc_id, number = place
    document = documents.get(doc_id)
    if document is None:
        return ""
    if number is None:
        return document.title
    try:
        return document.paragraph(number).text
    except KeyError:
        return ""
