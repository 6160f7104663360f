"""The functions behind the tab for asking; what a person's tab holds comes in and goes out of them."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Generator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from app.checks import LONGEST_QUESTION, check_filters
from app.errors import BadInput
from app.escape import shown
from app.query import Filters
from app.ui.chat import (
    Conversation,
    Turn,
    answer_at,
    answering,
    citation_at,
    controls_html,
    earlier_questions,
    spoken,
    turn_html,
)
from app.ui.components import in_language
from app.ui.downloads import download
from app.ui.filters import chips_html, said, without
from app.ui.keeping import Keeping
from app.ui.line import Line
from app.ui.loading import Loader
from app.ui.rating import rating_html
from app.ui.source_panel import empty_html, source_html
from app.ui.visitors import Visitors
from ingest.errors import SanghoError

_INTRO: Final = (
    "Ask about ROK–US cooperation in artificial intelligence. Every answer shows the sentence it rests on, "
    "in its place; what the sources do not say is not answered."
)


_UNSAVED: Final = "This conversation will be gone after a reload."


class Asking:
    """Asks, answers, stops, asks again, and opens what an answer cites.

    Args:
        loader: makes what answers.
        line: where questions wait.
        visitors: shows each visitor what is theirs to see.
        keeping: keeps conversations; without one they live as long as their tab.
    """

    def __init__(self, loader: Loader, line: Line, visitors: Visitors, keeping: Keeping | None = None) -> None:
        self._loader = loader
        self._line = line
        self._visitors = visitors
        self._keeping = keeping or Keeping()
        self._saved = itertools.count()

    def begin(self, question: str, talk: Conversation, filters: Filters, visitor: str) -> tuple[Any, str]:
        """Put a question at the end of the conversation; returns the transcript and what the box holds.

        An empty question changes nothing; one asked before the last is answered stays in the box.
        """
        question = question.strip()[:LONGEST_QUESTION]
        if question and talk.waiting:
            return view(talk, "Wait for the answer to the last question first, or stop it."), question
        if question:
            talk.put(Turn(question, filters, said(filters, self._visitors.root_name)))
            self._keep_last(talk, visitor)
        return view(talk), ""

    def begin_example(self, talk: Conversation, filters: Filters, event: Mapping[str, object], visitor: str) -> Any:
        """Put an example question, by its number from 0, at the end of the conversation; returns the transcript."""
        asker, number = self._loader.asker, event.get("example")
        examples = self._visitors.sight(asker, visitor).examples() if asker else []
        if not isinstance(number, int) or not 0 <= number < len(examples):
            return view(talk)
        return self.begin(examples[number], talk, filters, visitor)[0]

    def answer(self, talk: Conversation, visitor: str) -> Generator[Any]:
        """Answer the last question, unless that has begun; yields the transcript as it changes."""
        if not talk.waiting or talk.turns[-1].stage:
            return
        begun = talk.turns[-1]
        before = earlier_questions(talk.turns[:-1])
        see = partial(self._visitors.sight, visitor=visitor)
        for turn in answering(self._loader, self._line, begun, before, see):
            if talk.ended:
                return
            if not talk.replace_last(begun, turn):  # stopped: Gradio sends the last view again when this ends
                yield view(talk)
                return
            begun = turn
            if turn.done:
                self._keep_last(talk, visitor)
            yield view(talk, spoken(turn))

    def stop(self, talk: Conversation, visitor: str) -> Any:
        """End the wait for the last answer; returns the transcript."""
        if talk.waiting:
            talk.stop()
            self._keep_last(talk, visitor)
        return view(talk, spoken(talk.turns[-1]) if talk.turns else "")

    def again(self, talk: Conversation, visitor: str) -> Any:
        """Begin the last question anew; returns the transcript."""
        talk.again()
        self._keep_last(talk, visitor)
        return view(talk)

    def edit(self, talk: Conversation) -> tuple[Any, str]:
        """Give the last question back to the box, so that the next one takes its place; or leave it after all.

        Returns the transcript and the box.
        """
        if not talk.turns or talk.waiting:
            return view(talk), ""
        talk.editing = not talk.editing
        return view(talk), talk.turns[-1].question if talk.editing else ""

    def restart(self, talk: Conversation) -> tuple[Any, ...]:
        """Return an empty transcript, a new conversation, and an empty source panel."""
        return restarted(talk)

    def open(self, talk: Conversation, event: Mapping[str, object], visitor: str) -> tuple[Any, ...]:
        """Go on with a conversation that was kept, by its `id`; returns as `restart`.

        One that is not there is said to be so over the conversation that is open, which stays.
        """
        try:
            kept = self._keeping.restore(visitor, str(event.get("id", "")), talk.number + 1)
        except SanghoError as error:
            return view(talk, notice=str(error)), talk, empty_html()
        talk.ended = True
        return view(kept), kept, empty_html()

    def restore(self, talk: Conversation, event: Mapping[str, object], visitor: str) -> tuple[Any, ...] | None:
        """Give a tab its conversation back after a reload, unless a question has been asked since; as `open`."""
        if talk.turns:
            return None
        return self.open(talk, event, visitor)

    def rate(self, talk: Conversation, event: Mapping[str, object], visitor: str) -> Any:
        """Take down what the person says of a `turn`'s answer: a `rating` and a `note`; returns the transcript."""
        turn = event.get("turn")
        if not isinstance(turn, int) or answer_at(talk.turns, turn) is None:
            return None
        try:
            self._keeping.rate(talk, visitor, turn, str(event.get("rating")), str(event.get("note") or ""))
        except SanghoError as error:
            return view(talk, notice=str(error))
        return view(talk)

    def open_source(self, talk: Conversation, event: Mapping[str, object], visitor: str) -> str | None:
        """Return the source panel for a clicked citation; None where the click names none."""
        found = citation_at(talk.turns, event.get("turn"), event.get("n"), event.get("kind"))
        asker = self._loader.asker
        if found is None or asker is None:
            return None
        citation, answer = found
        documents = self._visitors.sight(asker, visitor).documents()
        document, related = documents.get(citation.doc_id), event["kind"] == "related"
        return source_html(citation, document, related=related, language=answer.language, documents=documents)

    def rests_on_digests(self) -> bool:
        """Say whether answers may rest on a digest; no while the index is not open."""
        asker = self._loader.asker
        return asker is not None and any(document.edition == "digest" for document in asker.documents().values())

    def download(self, talk: Conversation, event: Mapping[str, object]) -> dict[str, object] | None:
        """Return a turn's answer in a form to save; None where the click names no answer or no form."""
        answer = answer_at(talk.turns, event.get("turn"))
        made = None if answer is None else download(answer, event.get("form"), datetime.date.today().isoformat())
        # A number of its own, because the page is told of changes only, and people save a file twice.
        return None if made is None else {**made, "number": next(self._saved)}

    def choose(
        self, since: str, until: str, types: list[str], issuers: list[str], roots: list[str], before: Filters
    ) -> tuple[Any, ...]:
        """Take filters as they stand in their fields; what is no date is told, and leaves the filters as they were.

        Returns the chips, the filters, and what each field holds.
        """
        wanted = Filters(since.strip(), until.strip(), tuple(types or ()), (), tuple(issuers or ()), tuple(roots or ()))
        try:
            check_filters(Filters(wanted.since, wanted.until), {})
        except BadInput as error:
            told = f'<p class="sg-notice" role="alert">{shown(str(error))}</p>'
            return (
                told + chips_html(before, self._visitors.root_name),
                before,
                since,
                until,
                list(types),
                list(issuers),
                list(roots),
            )
        return self._chosen(wanted)

    def unchoose(self, filters: Filters, event: Mapping[str, object]) -> tuple[Any, ...]:
        """Take off the filter of a clicked chip; returns as `choose`."""
        return self._chosen(without(filters, event.get("filter"), event.get("value")))

    def _keep_last(self, talk: Conversation, visitor: str) -> None:
        self._keeping.keep(talk, visitor, len(talk.turns) - 1)

    def _chosen(self, filters: Filters) -> tuple[Any, ...]:
        fields = [filters.since, filters.until, list(filters.types), list(filters.issuers), list(filters.roots)]
        return chips_html(filters, self._visitors.root_name), filters, *fields


def restarted(talk: Conversation) -> tuple[Any, ...]:
    """End a conversation; returns an empty transcript, a new conversation, and an empty source panel."""
    new = talk.next()
    return view(new), new, empty_html()


def welcome_html(examples: Sequence[str] = ()) -> str:
    """Return what stands on the page before the first question: what it is for, and the examples as buttons."""
    items = "".join(
        f'<li><button type="button" data-example="{i}"{in_language(example)} dir="auto">{shown(example)}</button></li>'
        for i, example in enumerate(examples)
    )
    listed = f"<h2>Questions to begin with</h2><ul>{items}</ul>" if items else ""
    return f'<section class="sg-welcome"><p class="sg-intro">{_INTRO}</p>{listed}</section>'


def view(talk: Conversation, said: str = "", notice: str = "") -> dict[str, Any]:
    """Return what `transcript.js` draws.

    The conversation's number in its tab and its id, its turns and what was said of their answers, the buttons of the
    last turn, a notice below it, and what only a screen reader says.
    """
    editing = talk.editing and not talk.waiting
    notice = notice or (talk.unsaved and f"{_UNSAVED} {talk.unsaved}")
    return {
        "number": talk.number,
        "id": talk.where.id if talk.where else "",
        "turns": [turn_html(turn, i) for i, turn in enumerate(talk.turns)],
        "ratings": [rating_html(turn, i) for i, turn in enumerate(talk.turns)],
        "controls": controls_html(talk.turns[-1], editing=editing) if talk.turns else "",
        "notice": f'<p class="sg-notice" role="alert">{shown(notice)}</p>' if notice else "",
        "said": said,
    }
