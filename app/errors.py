"""Errors of asking and answering; the tree of `ingest.errors` continues here.

SanghoError
├── SettingsError           a setting cannot be used
├── BadInput                a question, filter, file or line that cannot be taken
└── ChatModelError          a chat model could not be used; the extractive answer takes its place
    ├── ChatModelMissing    its package is not installed, or its name is not understood
    ├── ChatModelTimeout    no answer within the time limit
    └── ChatModelUnreachable  its address does not answer, or refuses
"""

from __future__ import annotations

from ingest.errors import SanghoError


class SettingsError(SanghoError):
    """A setting cannot be used."""


class BadInput(SanghoError):
    """A question, filter, file or line that cannot be taken."""


class ChatModelError(SanghoError):
    """A chat model could not be used."""


class ChatModelMissing(ChatModelError):
    """The chat model's package is not installed, or its name is not understood."""


class ChatModelTimeout(ChatModelError):
    """The chat model gave no answer within the time limit."""


class ChatModelUnreachable(ChatModelError):
    """The chat model's address does not answer, or refuses."""
