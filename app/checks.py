"""Check what a person types: questions, and the questions before them, and filters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from app.errors import BadInput
from app.query import Filters
from ingest.documents import Document

LONGEST_QUESTION: Final = 2000  # characters
LONGEST_HISTORY: Final = 20  # earlier questions; what a follow-up leaves out was said in the last few
_DATE: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)


def check_question(question: str) -> None:
    """Refuse a question that cannot be searched.

    Raises:
        BadInput: it is empty, has no letter or digit, is longer than `LONGEST_QUESTION`, or is no Unicode text.
    """
    if not any(character.isalnum() for character in question):
        raise BadInput("The question is empty.", "Ask in a sentence or a few words.")
    _check_text(question, "The question")


def usable_history(history: Sequence[str]) -> list[str]:
    """Return the last earlier questions, at most `LONGEST_HISTORY`, without those that say nothing.

    Raises:
        BadInput: one is longer than `LONGEST_QUESTION`, or is no Unicode text.
    """
    kept = [question for question in history if any(character.isalnum() for character in question)]
    for question in kept[-LONGEST_HISTORY:]:
        _check_text(question, "An earlier question")
    return kept[-LONGEST_HISTORY:]


def _check_text(text: str, what: str) -> None:
    if len(text) > LONGEST_QUESTION:
        raise BadInput(
            f"{what} has {len(text):,} characters; {LONGEST_QUESTION:,} are the most.", "Ask about one thing at a time."
        )
    if any("\ud800" <= character <= "\udfff" for character in text):  # half a character: no tokenizer takes it
        raise BadInput(f"{what} is not Unicode text.", "Write it in UTF-8.")


def check_filters(filters: Filters, documents: Mapping[str, Document]) -> None:
    """Refuse filters that are not dates, or name a type or document that is not indexed.

    Raises:
        BadInput: names the value and what there is.
    """
    for date in (filters.since, filters.until):
        if date and not _DATE.fullmatch(date):
            raise BadInput(f"{date!r} is not a date.", "Write YYYY, YYYY-MM or YYYY-MM-DD.")
    types = {document.type for document in documents.values()}
    for kind in filters.types:
        if kind not in types:
            raise BadInput(f"No indexed document is of type {kind!r}.", f"There are: {', '.join(sorted(types))}.")
    for doc_id in filters.doc_ids:
        if doc_id not in documents:
            raise BadInput(f"There is no document {doc_id!r} in the index.", "Run: sangho sources")
