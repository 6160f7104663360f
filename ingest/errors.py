"""Errors of reading, embedding and indexing; each says what happened and what mends it.

SanghoError                 base of every error of ours; `remedy` is the next step for the person
├── ReadError               one file could not be read; the rest of the root still goes in
├── ModelError              an embedding model, or one that judges claims, is missing, altered or unusable
├── NoIndex                 nothing has been ingested into this home yet
├── StaleIndex              the index was built by another model, splitter or analyser
├── BrokenIndex             a generation's files are missing or do not agree
├── ChromaUnreachable       the Chroma server that SANGHO_CHROMA names does not answer, or refuses
├── IngestRunning           another process is ingesting into the same home
├── NoSpace                 the disk is full
├── FetchError              a page cannot be had from its site, may not be, or is not the document
└── UnknownSource           a document or root that is not in the index
"""

from __future__ import annotations


class SanghoError(Exception):
    """What happened, in one line, and what mends it.

    Args:
        message: one line, with the value that caused it.
        remedy: one line: the command or step that mends it; empty if none is known.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


class ReadError(SanghoError):
    """One file could not be read as a document."""


class ModelError(SanghoError):
    """A model that embeds, or judges claims, is missing, altered or unusable."""


class NoIndex(SanghoError):
    """Nothing has been ingested into this home yet."""


class StaleIndex(SanghoError):
    """The index was built with another model, splitter or analyser than the one in use."""


class BrokenIndex(SanghoError):
    """Files of a generation are missing, or do not agree with each other."""


class ChromaUnreachable(SanghoError):
    """The Chroma server that SANGHO_CHROMA names does not answer, or refuses."""


class IngestRunning(SanghoError):
    """Another process is ingesting into the same home."""


class NoSpace(SanghoError):
    """The disk is full."""


class UnknownSource(SanghoError):
    """A document or a source root that is not in the index."""


class FetchError(SanghoError):
    """A page cannot be had from its site, may not be, or is not the document."""
