"""Errors of asking and answering; the tree of `ingest.errors` continues here.

SanghoError
├── SettingsError           a setting cannot be used
├── BadInput                a question, filter, file or line that cannot be taken
├── UnknownConversation     a conversation that is not kept, or is another visitor's: never told which
└── ChatModelError          a chat model could not be used; the extractive answer takes its place
    ├── ChatModelMissing    its package is not installed, or its name is not understood
    ├── ChatModelTimeout    no answer within the time limit
    └── ChatModelUnreachable  its address does not answer, or refuses
"""

from __future__ import annotations

from ingest.errors import SanghoError, UnknownSource


class SettingsError(SanghoError):
    """A setting cannot be used."""


class BadInput(SanghoError):
    """A question, filter, file or line that cannot be taken."""


class UnknownConversation(SanghoError):
    """A conversation that is not kept, or is another visitor's: never told which."""


def unknown_document(doc_id: str) -> UnknownSource:
    """Return the error of a document that is not in the index, or not for this visitor: both in the same words."""
    return UnknownSource(f"There is no document {doc_id!r} in the index.", "Run: sangho sources")


class ChatModelError(SanghoError):
    """A chat model could not be used."""


class ChatModelMissing(ChatModelError):
    """The chat model's package is not installed, or its name is not understood."""


class ChatModelTimeout(ChatModelError):
    """The chat model gave no answer within the time limit."""


class ChatModelUnreachable(ChatModelError):
    """The chat model's address does not answer, or refuses."""
