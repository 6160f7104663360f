"""The page: Gradio's components, and which function answers which event. State belongs to one browser tab."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from app.escape import shown
from app.labels import ENGLISH
from app.ui.chat import Turn, answering, citation_at, earlier_questions, error_html, spoken, turn_html
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

    def begin(self, question: str, turns: list[Turn]) -> tuple[Any, ...]:
        """Put a question at the end of the conversation: the transcript, the turns, and what the box holds.

        An empty question changes nothing; one asked before the last is answered stays in the box.
        """
        question = question.strip()[:LONGEST_QUESTION]
        if not question:
            return _view(turns), turns, ""
        if turns and not turns[-1].done:
            return _view(turns, "Wait for the answer to the last question first."), turns, question
        turns = [*turns, Turn(question)]
        return _view(turns), turns, ""

    def begin_example(self, turns: list[Turn], number: object, box: str) -> tuple[Any, ...]:
        """Put example question `number`, from 0, at the end of the conversation; the box keeps its text."""
        asker = self._loader.asker
        examples = asker.examples() if asker else []
        if not isinstance(number, int) or not 0 <= number < len(examples):
            return _view(turns), turns, box
        transcript, turns, _ = self.begin(examples[number], turns)
        return transcript, turns, box

    def answer(self, turns: list[Turn]) -> Iterator[tuple[Any, list[Turn]]]:
        """Answer the last question, unless that has begun; yields transcript and turns as they change."""
        if not turns or turns[-1].done or turns[-1].stage:
            yield _view(turns), turns
            return
        before = turns[:-1]
        for turn in answering(self._loader, turns[-1].question, earlier_questions(before)):
            turns = [*before, turn]
            yield _view(turns, spoken(turn)), turns

    def restart(self) -> tuple[Any, ...]:
        """Return an empty transcript, no turns, and an empty source panel."""
        return _view([]), [], empty_html()

    def open_source(self, turns: list[Turn], clicked: dict[str, Any]) -> str | None:
        """Return the source panel for a clicked citation; None where the click names none."""
        found = citation_at(turns, clicked.get("turn"), clicked.get("n"), clicked.get("kind"))
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


def _view(turns: Sequence[Turn], said: str = "") -> dict[str, Any]:
    return {"turns": [turn_html(turn, i) for i, turn in enumerate(turns)], "said": said}


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
                transcript = _html(_view([]), "sg-transcript", "transcript.js", html_template=_TRANSCRIPT)
                with gr.Row(elem_id="sg-composer"):
                    box = gr.Textbox(
                        label="Your question",
                        placeholder="Ask a question",
                        lines=1, max_lines=6, max_length=LONGEST_QUESTION, elem_id="sg-box",
                    )  # fmt: skip
                    ask = gr.Button("Ask", variant="primary", elem_id="sg-ask")
                about = gr.HTML("", elem_id="sg-about", apply_default_css=False)
            panel = _html(empty_html(), "sg-panel", "sources.js")
        turns = gr.State([])
        asking = _connect_asking(page, box, ask, welcome, transcript, turns)
        restart.click(page.restart, None, [transcript, turns, panel], queue=False, cancels=asking, **_QUIET)
        _connect_sources(page, transcript, turns, panel)
        _connect_status(page, (status, welcome, about), blocks)
    blocks.queue(max_size=WAITING_AT_MOST, api_open=False)
    return blocks


def _html(value: object, elem_id: str, script_name: str, **options: Any) -> gr.HTML:
    import gradio as gr

    return gr.HTML(value, elem_id=elem_id, js_on_load=script(script_name), apply_default_css=False, **options)


def _connect_asking(
    page: Page, box: gr.Textbox, ask: gr.Button, welcome: gr.HTML, transcript: gr.HTML, turns: gr.State
) -> list[Any]:
    """Connect the question box and the examples; returns the events that answer, to be cancelled."""
    import gradio as gr

    def begin_example(turns: list[Turn], box: str, event: gr.EventData) -> tuple[Any, ...]:
        return page.begin_example(turns, event._data.get("example"), box)

    begin_example.__annotations__["event"] = gr.EventData  # Gradio goes by the class, not by its name
    outputs = [transcript, turns, box]
    begun = gr.on([box.submit, ask.click], page.begin, [box, turns], outputs, queue=False, **_QUIET)
    chosen = welcome.click(begin_example, [turns, box], outputs, queue=False, **_QUIET)
    return [
        asked.then(
            page.answer, [turns], [transcript, turns],
            concurrency_limit=ASKED_AT_ONCE, concurrency_id="ask", trigger_mode="once", **_QUIET,
        )
        for asked in (begun, chosen)
    ]  # fmt: skip


def _connect_sources(page: Page, transcript: gr.HTML, turns: gr.State, panel: gr.HTML) -> None:
    import gradio as gr

    def open_source(turns: list[Turn], event: gr.EventData) -> Any:
        return page.open_source(turns, dict(event._data)) or gr.skip()

    open_source.__annotations__["event"] = gr.EventData
    transcript.click(open_source, [turns], [panel], queue=False, **_QUIET)
    panel.click(empty_html, None, [panel], queue=False, **_QUIET)


def _connect_status(page: Page, shown_in: Sequence[gr.HTML], blocks: gr.Blocks) -> None:
    import gradio as gr

    def look() -> tuple[Any, ...]:
        *lines, loading = page.status()
        return *lines, gr.Timer(active=loading)

    timer = gr.Timer(1.0)
    for watching in (timer.tick, blocks.load):
        watching(look, None, [*shown_in, timer], queue=False, **_QUIET)
