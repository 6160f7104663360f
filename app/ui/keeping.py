"""Keep what a browser tab holds, give it back after a reload, and take down what the person says of an answer."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from app.conversations import RATINGS, Conversations, Kept
from app.query import Filters
from app.results import Answer
from app.ui.chat import Conversation, Turn
from ingest.errors import SanghoError

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class Keeping:
    """Keeps the conversations of browser tabs.

    Args:
        conversations: where; None keeps nothing.
    """

    def __init__(self, conversations: Conversations | None = None) -> None:
        self._conversations = conversations

    def keep(self, talk: Conversation, visitor: str, first: int) -> None:
        """Keep a conversation, whose turns are new from `first` on.

        What prevents that becomes `talk.unsaved`, and is never raised: the answer is shown all the same.
        """
        if self._conversations is None or not talk.turns:
            return
        try:
            turns = [_kept(turn) for turn in talk.turns]
            talk.where = self._conversations.save(visitor, talk.where, turns, first)
            talk.unsaved = ""
        except SanghoError as error:
            talk.unsaved = str(error)

    def restore(self, visitor: str, id: str, number: int) -> Conversation:
        """Return a visitor's conversation as it was kept.

        Args:
            visitor: whose it is.
            id: of the conversation; it comes from the browser.
            number: how many conversations the tab had before it.

        Raises:
            SanghoError: the visitor has no such conversation, or it cannot be read.
        """
        where, turns = self._held().load(visitor, id)
        return Conversation([_turn(kept) for kept in turns], number, where=where)

    def rate(self, talk: Conversation, visitor: str, turn: int, rating: str, note: str) -> None:
        """Take down what the person says of an answer; a rating that is neither up nor down takes it back.

        Raises:
            SanghoError: the conversation is not kept, or has no such answer.
        """
        if talk.where is None:
            raise SanghoError("This conversation is not kept, so nothing can be said of its answers.", talk.unsaved)
        said = next((known for known in RATINGS if known == rating), None)
        self._held().rate(visitor, talk.where.id, turn, said, note)
        talk.turns[turn] = replace(talk.turns[turn], rating=said, note=note if said else "")

    def _held(self) -> Conversations:
        if self._conversations is None:
            raise SanghoError("This window keeps no conversations.")
        return self._conversations


def _kept(turn: Turn) -> Kept:
    error = None if turn.error is None else [turn.error.message, turn.error.remedy]
    record = {
        "answer": None if turn.answer is None else asdict(turn.answer),
        "error": error,
        "partial": turn.partial if turn.answer is None else "",
        "filters": asdict(turn.filters),
        "limited": turn.limited,
    }
    record_json = json.dumps(record, default=sorted)  # a set, as a list
    return Kept(turn.question, record_json, turn.rating, turn.note)


def _turn(kept: Kept) -> Turn:
    """Return a turn as it was; one that nothing became of was stopped, by the person or by a reload."""
    turn = Turn(kept.question, rating=kept.rating, note=kept.note)
    try:
        record: dict[str, Any] = json.loads(kept.record)
        error = None if record["error"] is None else SanghoError(*map(str, record["error"]))
        filters, answer = _readers()
        return replace(
            turn,
            filters=filters.validate_python(record["filters"]),
            limited=str(record["limited"]),
            partial=str(record["partial"]),
            answer=None if record["answer"] is None else answer.validate_python(record["answer"]),
            error=error,
            stopped=record["answer"] is None and error is None,
        )
    except (ValueError, TypeError, LookupError):  # of another version, or damaged
        return replace(turn, error=SanghoError("The answer cannot be shown any more.", "Ask the question again."))


@cache
def _readers() -> tuple[TypeAdapter[Filters], TypeAdapter[Answer]]:
    from pydantic import TypeAdapter

    return TypeAdapter(Filters), TypeAdapter(Answer)
