"""A conversation: its turns, how each is shown, and how a question becomes an answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace

from app.conversations import Rating, Where
from app.escape import shown
from app.labels import ENGLISH, labels
from app.query import NO_FILTERS, Filters
from app.render import answer_html, partial_html
from app.results import Answer, Citation, Partial, Stage
from app.ui.components import in_language
from app.ui.line import Line
from app.ui.loading import Asker, Loader
from ingest.errors import SanghoError

_log = logging.getLogger(__name__)
_LOOK_AGAIN = 1.0  # seconds between two looks at whether loading is done, or whether it is our turn
_EDITING = "The question is in the box below. The new one, and its answer, will take the place of these."
_STOPPED = "Stopped before the answer was complete."


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and what has become of it so far.

    Attributes:
        filters: what it leaves out of the search.
        limited: the same in words.
        stage: what is being done for it; empty before it is begun.
        before: how many questions must be answered before it, while it waits in line.
        partial: the verified statements so far.
        answer: the result, once there is one.
        error: why there is none, if so.
        stopped: whether the person stopped it.
        rating: what the person said of the answer, None for nothing.
        note: the same in their words.
    """

    question: str
    filters: Filters = NO_FILTERS
    limited: str = ""
    stage: str = ""
    before: int = 0
    partial: str = ""
    answer: Answer | None = None
    error: SanghoError | None = None
    stopped: bool = False
    rating: Rating | None = None
    note: str = ""

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self.answer is not None or self.error is not None or self.stopped


@dataclass(slots=True)
class Conversation:
    """What one browser tab holds: its turns. The only thing here that changes in place.

    An answer may still be on its way when a new conversation begins. It then finds its own conversation `ended`, and
    what it already sent carries the lower number, by which the page knows it is late.

    Attributes:
        number: how many conversations the tab had before this one.
        ended: whether a new one took its place.
        editing: whether the next question takes the last one's place.
        where: where it is kept; None while it is not.
        unsaved: why its last turn could not be kept; empty otherwise.
    """

    turns: list[Turn] = field(default_factory=list)
    number: int = 0
    ended: bool = False
    editing: bool = False
    where: Where | None = None
    unsaved: str = ""

    @property
    def waiting(self) -> bool:
        """Whether its last question is not answered yet."""
        return bool(self.turns) and not self.turns[-1].done

    def put(self, turn: Turn) -> None:
        """Put a turn at the end, or in the place of the one that is being edited."""
        if self.editing and self.turns:
            self.turns.pop()
        self.editing = False
        self.turns.append(turn)

    def replace_last(self, old: Turn, new: Turn) -> bool:
        """Put what has become of the last turn in its place; False where another is there by now."""
        if not self.turns or self.turns[-1] is not old:
            return False
        self.turns[-1] = new
        return True

    def stop(self) -> None:
        """End the wait for the last answer; what of it was verified so far stays."""
        if self.waiting:
            self.turns[-1] = replace(self.turns[-1], stopped=True)

    def again(self) -> None:
        """Make the last question a new one, under the same filters; nothing while it is being answered."""
        if self.turns and not self.waiting:
            self.editing = False
            self.turns[-1] = Turn(self.turns[-1].question, self.turns[-1].filters, self.turns[-1].limited)

    def next(self) -> Conversation:
        """End this conversation and return the empty one that takes its place."""
        self.ended = True
        return Conversation(number=self.number + 1)


def answering(
    loader: Loader, line: Line, turn: Turn, history: Sequence[str], see: Callable[[Asker], Asker] = lambda asker: asker
) -> Generator[Turn]:
    """Answer a turn's question, yielding the turn each time something of it changes; the last one is done.

    Waits for the loader first, with the stage `loading`, and then in line, with the stage `waiting`. Errors become
    part of the turn and are never raised; one that is not ours is logged and shown without its details. Closing the
    iterator gives the place in line back.

    Args:
        loader: makes what answers.
        line: where the question waits.
        turn: the question, with nothing done for it yet.
        history: the questions before it.
        see: narrows what answers to what the person may see.
    """
    try:
        loader.retry()
        asker = loader.wait(0)
        if asker is None:
            yield (turn := replace(turn, stage="loading"))
        while asker is None:
            asker = loader.wait(_LOOK_AGAIN)
            yield turn
        with line.join() as ticket:
            while before := ticket.wait(_LOOK_AGAIN):
                yield (turn := replace(turn, stage="waiting", before=before))
            yield (turn := replace(turn, stage="searching"))
            for event in see(asker).events(turn.question, history, turn.filters):
                yield (turn := _after(turn, event))
        if not turn.done:
            raise SanghoError("The question was not answered.", "Ask it again.")
    except SanghoError as error:
        yield replace(turn, error=error)
    except Exception as error:
        _log.exception("answering failed")
        remedy = "Ask it again; the terminal that runs Sangho shows what happened."
        yield replace(turn, error=SanghoError(f"Answering failed: {type(error).__name__}.", remedy))


def _after(turn: Turn, event: Stage | Partial | Answer) -> Turn:
    match event:
        case Stage():
            return replace(turn, stage=event.name)
        case Partial():
            return replace(turn, partial=event.text)
        case Answer():
            return replace(turn, answer=event)


def earlier_questions(turns: Sequence[Turn]) -> list[str]:
    """Return the conversation's questions so far, oldest first, as `Asker.events` takes them."""
    return [turn.question for turn in turns]


def answer_at(turns: Sequence[Turn], turn: object) -> Answer | None:
    """Return the answer of a turn from 0, as a click names it; None where it names none."""
    return turns[turn].answer if isinstance(turn, int) and 0 <= turn < len(turns) else None


def citation_at(turns: Sequence[Turn], turn: object, n: object, kind: object) -> tuple[Citation, Answer] | None:
    """Find what a click names: a turn from 0, a citation's number, and `cite` or `related`.

    The three come from the browser and are not trusted: whatever names nothing gives None.
    """
    answer = answer_at(turns, turn)
    if answer is None or kind not in ("cite", "related"):
        return None
    listed = answer.citations if kind == "cite" else answer.related
    found = next((citation for citation in listed if citation.n == n), None)
    return (found, answer) if found else None


def turn_html(turn: Turn, index: int) -> str:
    """Return one turn as HTML: the question as a heading, then its answer, its progress or its error."""
    limited = f'<p class="sg-limited">Only: <bdi>{shown(turn.limited)}</bdi></p>' if turn.limited else ""
    question = f'<h2 class="sg-question"{in_language(turn.question)} dir="auto">{shown(turn.question)}</h2>'
    return f"{question}{limited}{_below(turn, index)}"


def _below(turn: Turn, index: int) -> str:
    if turn.answer is not None:
        return answer_html(turn.answer, index)
    if turn.error is not None:
        return error_html(turn.error)
    written = partial_html(turn.partial) if turn.partial else ""
    if turn.stopped:
        return f'<div class="sg-answer">{written}<p class="sg-stopped">{_STOPPED}</p></div>'
    return f'<div class="sg-answer" aria-busy="true">{written}<p class="sg-stage">{_stage(turn)}</p></div>'


def _stage(turn: Turn) -> str:
    if turn.stage == "waiting":
        return f"{turn.before} {'question is' if turn.before == 1 else 'questions are'} answered before this one…"
    return ENGLISH.stages.get(turn.stage, "Waiting for a free place…")


def controls_html(turn: Turn, *, editing: bool = False) -> str:
    """Return the buttons under the last turn: to stop it, or to ask or write its question anew, or to leave it."""
    buttons = (("retry", "Ask again"), ("edit", "Edit the question")) if turn.done else (("stop", "Stop"),)
    if editing:
        buttons = (("edit", "Leave it as it is"),)
    told = f'<span class="sg-editing" role="status">{_EDITING}</span>' if editing else ""
    return told + "".join(
        f'<button type="button" class="sg-copy" data-does="{name}">{words}</button>' for name, words in buttons
    )


def error_html(error: SanghoError) -> str:
    """Return an error as what happened and what mends it, in two lines."""
    remedy = f"<p>{shown(error.remedy)}</p>" if error.remedy else ""
    return f'<div class="sg-error"><p><strong>{shown(error.message)}</strong></p>{remedy}</div>'


def spoken(turn: Turn) -> str:
    """Return what a screen reader should say of a turn now, as text: its stage, its outcome, or its error."""
    if turn.error is not None:
        return str(turn.error)
    if turn.stopped:
        return _STOPPED
    if turn.answer is None:
        return _stage(turn) if turn.stage else ""
    words = labels(turn.answer.language)
    return f"{words.outcomes[turn.answer.outcome]}. {turn.answer.answer}"
