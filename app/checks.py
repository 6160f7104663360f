"""Check what a person types into filters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from app.errors import BadInput
from app.query import Filters
from ingest.documents import Document

_DATE: Final = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)


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
