"""The kept conversations in a dialog: going on with one, renaming, deleting; and what was said of answers."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

from app.conversations import LONGEST_TITLE, Conversations, Listed, feedback_lines
from app.escape import plain, shown
from app.ui.asking import restarted
from app.ui.chat import Conversation, error_html
from app.ui.components import QUIET, Answers, apart, html
from app.ui.downloads import saved
from ingest.errors import SanghoError

if TYPE_CHECKING:
    import gradio as gr

FEEDBACK_FILE: Final = "sangho-ratings.jsonl"
_TEMPLATE: Final = (
    '<button type="button" class="sg-copy sg-past-open" aria-haspopup="dialog">Conversations</button>'
    '<dialog class="sg-past" aria-labelledby="sg-past-title"><div class="sg-past-head">'
    '<h2 id="sg-past-title">Conversations</h2><button type="button" class="sg-copy sg-past-close">Close</button></div>'
    '<div class="sg-past-list"></div></dialog>'
)
_WHERE: Final = (
    "They are kept in the home folder of Sangho, and shown only in this browser. What you delete is erased there."
)


class Past:
    """The dialog's component, and the functions behind it.

    Args:
        conversations: where they are kept.
        answers: makes functions answer events.
    """

    def __init__(self, conversations: Conversations, answers: Answers) -> None:
        self._conversations = conversations
        self._exported = itertools.count()
        self.component: gr.HTML = html("", "sg-past", "past.js", html_template=_TEMPLATE)
        self.component.click(answers(self.show), None, [self.component], queue=False, **QUIET)

    def show(self, event: Mapping[str, object], visitor: str) -> str:
        """Return a visitor's list, after renaming (`rename`: an id, `title`) or erasing ratings (`erase`) if asked."""
        told = ""
        try:
            if event.get("rename"):
                self._conversations.rename(visitor, str(event["rename"]), str(event.get("title", "")))
            elif event.get("erase"):
                told = f"{_counted(self._conversations.erase_feedback(visitor), 'rating')} erased."
        except SanghoError as error:
            told = str(error)
        return self._list(visitor, told)

    def delete(self, talk: Conversation, event: Mapping[str, object], visitor: str) -> tuple[Any, ...]:
        """Delete one conversation, by its `id`, or with `all` every one of a visitor's.

        Returns the list, and the transcript, conversation and source panel: empty ones where the open one is deleted.
        """
        import gradio as gr

        everything, told = event.get("all") is True, ""
        id = str(event.get("id", ""))
        try:
            count = self._conversations.delete(visitor, None if everything else id)
            told = f"{_counted(count, 'conversation')} deleted."
        except SanghoError as error:
            told = str(error)
        gone = talk.where is not None and (everything or talk.where.id == id)
        return self._list(visitor, told), *(restarted(talk) if gone else (gr.skip(),) * 3)

    def export(self, visitor: str) -> dict[str, object]:
        """Return what a visitor said of answers as a file of JSON lines, in the form that `download.js` saves."""
        lines = "".join(f"{line}\n" for line in feedback_lines(self._conversations, visitor))
        return saved(FEEDBACK_FILE, "application/jsonl", lines.encode()) | {"number": next(self._exported)}

    def _list(self, visitor: str, told: str = "") -> str:
        try:
            return list_html(
                self._conversations.listed(visitor), len(self._conversations.feedback(visitor)), told, bool(visitor)
            )
        except SanghoError as error:
            return error_html(error)


def list_html(listed: Sequence[Listed], ratings: int, told: str = "", known: bool = True) -> str:
    """Return the dialog's content.

    Args:
        listed: the visitor's conversations, in order.
        ratings: how many answers the visitor has rated.
        told: what became of the last thing asked for.
        known: whether the browser takes cookies, without which nothing is kept.
    """
    said = f'<p class="sg-notice" role="status">{shown(told)}</p>' if told else ""
    if not known:
        said = '<p class="sg-notice" role="note">This browser takes no cookies, so nothing can be kept for it.</p>'
    rows = "".join(_row(one) for one in listed)
    body = f"<ul>{rows}</ul>" if listed else "<p>No conversation is kept yet.</p>"
    return f'{said}{body}{_foot(len(listed), ratings)}<p class="sg-about">{_WHERE}</p>'


def _row(one: Listed) -> str:
    when = datetime.datetime.fromtimestamp(one.updated, datetime.UTC)
    named = escape(plain(one.title))
    return (
        f'<li data-id="{one.id}"><div><button type="button" class="sg-open" data-does="open">{apart(one.title)}'
        f'</button><p class="sg-about">{_counted(one.turns, "question")} · '
        f'<time datetime="{when.isoformat()}">{when:%Y-%m-%d %H:%M} UTC</time></p></div><p class="sg-actions">'
        f'<button type="button" class="sg-copy" data-does="rename" data-longest="{LONGEST_TITLE}" '
        f'aria-label="Rename: {named}">Rename</button>'
        f'<button type="button" class="sg-copy" data-does="delete" aria-label="Delete: {named}">Delete</button>'
        "</p></li>"
    )


def _foot(count: int, ratings: int) -> str:
    buttons = '<button type="button" class="sg-copy" data-does="delete-all">Delete all</button>' if count else ""
    if ratings:
        buttons += (
            f'<button type="button" class="sg-copy" data-does="export">Save {_counted(ratings, "rating")}</button>'
            '<button type="button" class="sg-copy" data-does="erase">Erase ratings</button>'
        )
    return f'<p class="sg-actions sg-past-all">{buttons}</p>' if buttons else ""


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
