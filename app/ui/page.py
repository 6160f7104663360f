"""The page: Gradio's components, and which function answers which event. State belongs to one browser tab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from app.escape import shown
from app.labels import ENGLISH
from app.ui.chat import (
    Conversation,
    Turn,
    answering,
    citation_at,
    earlier_questions,
    error_html,
    spoken,
    turn_html,
)
from app.ui.loading import Loader
from app.ui.sources import empty_html, source_html
from app.ui.theme import script

if TYPE_CHECKING:
    import gradio as gr

LONGEST_QUESTION: Final = 2000  # characters
ASKED_AT_ONCE: Final = 2
WAITING_AT_MOST: Final = 100
_TRANSCRIPT: Final = (
    '<div class="sg-turns" role="region" aria-label="Conversation"></div>'
    '<p class="sg-said sg-hidden" role="status"></p>'
)
_NAME: Final = 'Sangho<span lang="ko" aria-hidden="true">상호</span>'
_HEADER: Final = f'<header class="sg-header"><h1>{_NAME}</h1></header>'
_INTRO: Final = (
    "Ask about ROK–US cooperation in artificial intelligence. Every answer shows the sentence it rests on, "
    "in its place; what the sources do not say is not answered."
)
_QUIET: Final[dict[str, Any]] = {"show_progress": "hidden", "api_visibility": "private"}


class Page:
    """The functions behind the page's events; what a person's tab holds comes in and goes out of them."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def begin(self, question: str, talk: Conversation) -> tuple[Any, str]:
        """Put a question at the end of the conversation; returns the transcript and what the box holds.

        An empty question changes nothing; one asked before the last is answered stays in the box.
        """
        question = question.strip()[:LONGEST_QUESTION]
        if question and talk.waiting:
            return _view(talk, "Wait for the answer to the last question first."), question
        if question:
            talk.turns.append(Turn(question))
        return _view(talk), ""

    def begin_example(self, talk: Conversation, number: object) -> Any:
        """Put example question `number`, from 0, at the end of the conversation; returns the transcript."""
        asker = self._loader.asker
        examples = asker.examples() if asker else []
        if not isinstance(number, int) or not 0 <= number < len(examples):
            return _view(talk)
        return self.begin(examples[number], talk)[0]

    def answer(self, talk: Conversation) -> Iterator[Any]:
        """Answer the last question, unless that has begun; yields the transcript as it changes."""
        if not talk.waiting or talk.turns[-1].stage:
            yield _view(talk)
            return
        before = earlier_questions(talk.turns[:-1])
        for turn in answering(self._loader, talk.turns[-1].question, before):
            talk.turns[-1] = turn
            if talk.ended:
                return
            yield _view(talk, spoken(turn))

    def restart(self, talk: Conversation) -> tuple[Any, ...]:
        """Return an empty transcript, a new conversation, and an empty source panel."""
        new = talk.next()
        return _view(new), new, empty_html()

    def open_source(self, talk: Conversation, clicked: dict[str, Any]) -> str | None:
        """Return the source panel for a clicked citation; None where the click names none."""
        found = citation_at(talk.turns, clicked.get("turn"), clicked.get("n"), clicked.get("kind"))
        asker = self._loader.asker
        if found is None or asker is None:
            return None
        citation, answer = found
        document = asker.documents().get(citation.doc_id)
        return source_html(citation, document, related=clicked["kind"] == "related", language=answer.language)

    def status(self) -> tuple[str, str, str, bool]:
        """Return the status line, the welcome, the line under the conversation, and whether loading goes on."""
        if self._loader.error is not None:
            return f'<div role="alert">{error_html(self._loader.error)}</div>', welcome_html(), "", False
        asker = self._loader.asker
        if asker is None:
            waiting = f'<p class="sg-loading" role="status">{ENGLISH.stages["loading"]}</p>'
            return waiting, welcome_html(), "", True
        about = [ENGLISH.coverage(asker.coverage()).replace("Searched", "Searches", 1), asker.describe_model()]
        lines = "".join(f"<p>{shown(line)}</p>" for line in about if line)
        return "", welcome_html(asker.examples()), lines, False


def welcome_html(examples: Sequence[str] = ()) -> str:
    """Return what stands on the page before the first question: what it is for, and the examples as buttons."""
    items = "".join(
        f'<li><button type="button" data-example="{i}" dir="auto">{shown(example)}</button></li>'
        for i, example in enumerate(examples)
    )
    listed = f"<h2>Questions to begin with</h2><ul>{items}</ul>" if items else ""
    return f'<section class="sg-welcome"><p class="sg-intro">{_INTRO}</p>{listed}</section>'


def _view(talk: Conversation, said: str = "") -> dict[str, Any]:
    return {"number": talk.number, "turns": [turn_html(turn, i) for i, turn in enumerate(talk.turns)], "said": said}


def build(loader: Loader) -> gr.Blocks:
    """Lay the page out and connect it; models are not needed yet."""
    import gradio as gr

    page = Page(loader)
    blocks: gr.Blocks
    with gr.Blocks(title="Sangho", analytics_enabled=False, fill_width=True) as blocks:
        with gr.Row(elem_id="sg-top"):
            gr.HTML(_HEADER, apply_default_css=False)
            restart = gr.Button("New conversation", elem_id="sg-restart", size="sm")
        status = gr.HTML(page.status()[0], elem_id="sg-status", apply_default_css=False)
        with gr.Row(elem_id="sg-main"):
            with gr.Column(elem_id="sg-conversation"):
                welcome = _html(welcome_html(), "sg-welcome", "welcome.js")
                transcript = _html(_view(Conversation()), "sg-transcript", "transcript.js", html_template=_TRANSCRIPT)
                with gr.Row(elem_id="sg-composer"):
                    box = gr.Textbox(
                        label="Your question",
                        placeholder="Ask a question",
                        lines=1, max_lines=6, max_length=LONGEST_QUESTION, elem_id="sg-box",
                    )  # fmt: skip
                    ask = gr.Button("Ask", variant="primary", elem_id="sg-ask")
                about = gr.HTML("", elem_id="sg-about", apply_default_css=False)
            panel = _html(empty_html(), "sg-panel", "sources.js")
        talk = gr.State(Conversation())
        _connect_asking(page, box, ask, welcome, transcript, talk)
        restart.click(page.restart, [talk], [transcript, talk, panel], queue=False, **_QUIET)
        _connect_sources(page, transcript, talk, panel)
        _connect_status(page, (status, welcome, about), blocks)
    blocks.queue(max_size=WAITING_AT_MOST, api_open=False)
    return blocks


def _html(value: object, elem_id: str, script_name: str, **options: Any) -> gr.HTML:
    import gradio as gr

    return gr.HTML(value, elem_id=elem_id, js_on_load=script(script_name), apply_default_css=False, **options)


def _connect_asking(
    page: Page, box: gr.Textbox, ask: gr.Button, welcome: gr.HTML, transcript: gr.HTML, talk: gr.State
) -> None:
    import gradio as gr

    def begin_example(talk: Conversation, event: gr.EventData) -> Any:
        return page.begin_example(talk, event._data.get("example"))

    begin_example.__annotations__["event"] = gr.EventData  # Gradio goes by the class, not by its name
    begun = gr.on([box.submit, ask.click], page.begin, [box, talk], [transcript, box], queue=False, **_QUIET)
    chosen = welcome.click(begin_example, [talk], [transcript], queue=False, **_QUIET)
    for asked in (begun, chosen):
        # "multiple", because an answer to an ended conversation may still be running; `Page.answer` takes each
        # question once.
        asked.then(
            page.answer,
            [talk],
            [transcript],
            concurrency_limit=ASKED_AT_ONCE,
            concurrency_id="ask",
            trigger_mode="multiple",
            **_QUIET,
        )


def _connect_sources(page: Page, transcript: gr.HTML, talk: gr.State, panel: gr.HTML) -> None:
    import gradio as gr

    def open_source(talk: Conversation, event: gr.EventData) -> Any:
        return page.open_source(talk, dict(event._data)) or gr.skip()

    open_source.__annotations__["event"] = gr.EventData
    transcript.click(open_source, [talk], [panel], queue=False, **_QUIET)
    panel.click(empty_html, None, [panel], queue=False, **_QUIET)


def _connect_status(page: Page, shown_in: Sequence[gr.HTML], blocks: gr.Blocks) -> None:
    import gradio as gr

    def look() -> tuple[Any, ...]:
        *lines, loading = page.status()
        return *lines, gr.Timer(active=loading)

    timer = gr.Timer(1.0)
    for watching in (timer.tick, blocks.load):
        watching(look, None, [*shown_in, timer], queue=False, **_QUIET)
