"""Understand a question before searching: names, dates, types, issuers, and what a follow-up leaves out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person excludes by hand; empty fields exclude nothing.

    Attributes:
        since: earliest date, YYYY, YYYY-MM or YYYY-MM-DD, inclusive; a document without a date is excluded.
        until: latest date, inclusive, to the end of the year or month it names.
        types: document types to keep.
        doc_ids: documents to keep.
    """

    since: str = ""
    until: str = ""
    types: tuple[str, ...] = ()
    doc_ids: tuple[str, ...] = ()
