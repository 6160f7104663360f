"""What a person can say of an answer: that it helped or did not, and why; kept on this machine only."""

from __future__ import annotations

from html import escape
from typing import Final

from app.conversations import LONGEST_NOTE
from app.labels import labels
from app.ui.chat import Turn

_THUMB: Final = (
    '<svg viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d="M2 7h2.5v7H2zM4.5 7.5L7.6 1.6c1.3 0 1.9 '
    '1 1.6 2.1L8.7 6h4.1c.9 0 1.5.8 1.3 1.7l-1.1 5c-.2.8-.8 1.3-1.6 1.3H4.5"/></svg>'
)


def rating_html(turn: Turn, index: int) -> str:
    """Return the two buttons under an answer, and below a chosen one the form for a note; empty without an answer.

    Args:
        turn: with what was said of it so far.
        index: which turn of the conversation it is, from 0.
    """
    if turn.answer is None:
        return ""
    words = labels(turn.answer.language)
    buttons = "".join(
        f'<button type="button" class="sg-copy sg-thumb sg-{rating}" data-rate="{rating}" '
        f'aria-pressed="{"true" if turn.rating == rating else "false"}">{_THUMB}<span>{label}</span></button>'
        for rating, label in words.ratings.items()
    )
    form = ""
    if turn.rating:
        form = (
            f'<form class="sg-note" data-rate="{turn.rating}"><label>{words.note}'
            f'<textarea name="note" rows="2" maxlength="{LONGEST_NOTE}" dir="auto">{escape(turn.note)}</textarea>'
            f'</label><button class="sg-copy">{words.keep_note}</button>'
            f'<span class="sg-kept">{words.noted if turn.note else ""}</span></form>'
        )
    return (
        f'<div class="sg-rating" data-turn="{index}" lang="{words.language}">'
        f'<p class="sg-actions" role="group" aria-label="{words.rate}">{buttons}</p>{form}</div>'
    )
