"""Read a question and its answer out of what a chat model wrote; what they say is judged in `eval.drafts.checks`."""

from __future__ import annotations

import re
from typing import Final

from app.fencing import one_line
from app.llm import ChatModel
from app.prompting import Messages

LONGEST_WRITTEN: Final = 4_000  # characters

_THOUGHT: Final = re.compile(r"<think>.*?(?:</think>|\Z)|\A(?:(?!<think>).)*</think>", re.DOTALL | re.IGNORECASE)
_JSON_KEY: Final = re.compile(r"\"(?=(?:question|answer|quote)\"\s*:)", re.IGNORECASE)
_LINE: Final = re.compile(
    r"^[^\w\n]{0,8}(?:\d{1,2}[.)][^\w\n]{0,8})?"
    r"(?:(question|질문)|(answer|quote|답변?|정답))[^\w\n:：]{0,8}[:：][ \t]*(\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_PAIRS: Final = {'"': '"', "“": "”", "‘": "’", "'": "'", "「": "」", "«": "»", "(": ")"}


def read_question(written: str) -> tuple[str, str] | None:
    """Return question and answer of what a model wrote, each on one line; None where it did not write both.

    Forgiving of form: thoughts, markup around the labels, an object of JSON, Korean labels, text before and behind. Of
    several the first pair counts.
    """
    text = _JSON_KEY.sub('\n"', _THOUGHT.sub("", written[:LONGEST_WRITTEN]))
    question = ""
    for match in _LINE.finditer(text):
        asks, _, words = match.groups()
        if asks and not question:
            question = _bare(words)
        elif not asks and question:
            answer = _bare(words)
            return (question, answer) if answer else None
    return None


def _bare(words: str) -> str:
    """Return words without what a model puts around them: quotation marks, stars, what closes an object of JSON."""
    words = one_line(words).strip("*` ").removesuffix("}").rstrip(" ,")
    if len(words) > 1 and _PAIRS.get(words[0]) == words[-1]:
        words = words[1:-1]
    return words.strip()


def written_by(model: ChatModel, messages: Messages) -> str:
    """Return what a model writes, until question and answer are complete or it goes on for too long.

    Raises:
        ChatModelError: the model is missing, unreachable or too slow.
    """
    pieces = model.stream(messages.system, messages.user)
    written = ""
    try:
        for piece in pieces:
            written += piece
            if len(written) >= LONGEST_WRITTEN or ("\n" in piece and read_question(written.rpartition("\n")[0])):
                break
    finally:
        if close := getattr(pieces, "close", None):
            close()
    return written[:LONGEST_WRITTEN]
