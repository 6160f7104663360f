"""Write text of documents and people into a prompt so that it can neither end its fence nor pass for a turn."""

from __future__ import annotations

import re
from typing import Final

# What could end the fence around a document's words, or pass for a turn of the conversation.
_FENCE: Final = re.compile(r"<(?=[/|!a-zA-Z<])")
_TURN: Final = re.compile(r"\[(/?(?:INST|SYS)/?)\]", re.IGNORECASE)


def neutral(text: str) -> str:
    """Return a text with what looks like a tag or a turn written in other characters; most texts stay as they are."""
    return _TURN.sub(r"(\1)", _FENCE.sub("‹", text))


def one_line(text: str) -> str:
    """Return a text on one line, with single spaces."""
    return " ".join(text.split())
