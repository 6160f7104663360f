"""The tab for asking: the conversation with its question box and filters, and the source panel beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.checks import LONGEST_QUESTION
from app.query import NO_FILTERS
from app.ui.asking import Asking, view, welcome_html
from app.ui.chat import Conversation
from app.ui.components import QUIET, Answers, html
from app.ui.filters import Choices
from app.ui.originals import OriginalsPart
from app.ui.past import Past
from app.ui.source_panel import empty_html

if TYPE_CHECKING:
    import gradio as gr

    from app.originals import Originals

_TRANSCRIPT: Final = (
    '<div class="sg-turns" role="region" aria-label="Conversation"></div><div class="sg-told"></div>'
    '<p class="sg-said sg-hidden" role="status"></p>'
)


class AskTab:
    """The tab's components, laid out where it is made, inside a tab.

    Args:
        asking: the functions behind its events.
        answers: makes them answer events.
        restart: the button that begins a new conversation; it stands outside the tab.
        past: the dialog of kept conversations; it stands outside the tab as well.
        originals: fetches originals; None offers none.
    """

    def __init__(
        self, asking: Asking, answers: Answers, restart: gr.Button, past: Past, originals: Originals | None = None
    ) -> None:
        import gradio as gr

        self._asking = asking
        self._answers = answers
        self.talk = gr.State(Conversation())
        self._filters = gr.State(NO_FILTERS)
        with gr.Row(elem_id="sg-main"):
            with gr.Column(elem_id="sg-conversation"):
                self.welcome = html(welcome_html(), "sg-welcome", "welcome.js")
                if originals is not None:
                    wanted = asking.rests_on_digests
                    OriginalsPart(originals, answers, "sg-first-originals", brief=True, wanted=wanted)
                self._transcript = html(
                    view(Conversation()), "sg-transcript", "transcript.js", html_template=_TRANSCRIPT
                )
                with gr.Column(elem_id="sg-composer"):
                    self._chips = html("", "sg-chosen", "chips.js")
                    with gr.Row(elem_id="sg-asking"):
                        self._box = gr.Textbox(
                            label="Your question",
                            placeholder="Ask a question",
                            lines=1, max_lines=6, max_length=LONGEST_QUESTION, elem_id="sg-box",
                        )  # fmt: skip
                        self._ask = gr.Button("Ask", variant="primary", elem_id="sg-ask")
                    self._fields = _filter_fields()
                self.about = gr.HTML("", elem_id="sg-about", apply_default_css=False)
                self._download = html({}, "sg-download", "download.js", html_template="")
            self._panel = html(empty_html(), "sg-panel", "source_panel.js")
        self._connect_asking(restart)
        self._connect_past(past)
        self._connect_filters()
        self._connect_sources()

    def choose_among(self, choices: Choices) -> list[Any]:
        """Return the updates that offer choices in the filters; goes with `self.fields`."""
        import gradio as gr

        return [gr.update(choices=list(given)) for given in (choices.types, choices.issuers, choices.roots)]

    @property
    def fields(self) -> list[Any]:
        """The filters' lists: types, issuers, source roots."""
        return self._fields[2:]

    def _connect_asking(self, restart: gr.Button) -> None:
        import gradio as gr

        asking, talk, transcript, box = self._asking, self.talk, self._transcript, self._box
        typed = [self._box, self.talk, self._filters]
        begun = [
            gr.on(
                [box.submit, self._ask.click],
                self._answers(asking.begin),
                typed,
                [transcript, box],
                queue=False,
                **QUIET,
            ),
            self.welcome.click(
                self._answers(asking.begin_example), [talk, self._filters], [transcript], queue=False, **QUIET
            ),
            transcript.retry(self._answers(asking.again), [talk], [transcript], queue=False, **QUIET),
        ]
        for one in begun:
            # "multiple", because an answer to an ended conversation may still be running; `Asking.answer` takes
            # each question once. No limit here: `Line` lets in so many at a time, and tells the others their place.
            one.then(
                self._answers(asking.answer),
                [talk],
                [transcript],
                concurrency_limit=None,
                trigger_mode="multiple",
                **QUIET,
            )
        transcript.stop(self._answers(asking.stop), [talk], [transcript], queue=False, **QUIET)
        transcript.edit(asking.edit, [talk], [transcript, box], queue=False, **QUIET)
        transcript.rate(self._answers(asking.rate), [talk], [transcript], queue=False, **QUIET)
        restart.click(asking.restart, [talk], [transcript, talk, self._panel], queue=False, **QUIET)

    def _connect_past(self, past: Past) -> None:
        begun = [self._transcript, self.talk, self._panel]
        opened, restored = self._answers(self._asking.open), self._answers(self._asking.restore)
        past.component.open(opened, [self.talk], begun, queue=False, **QUIET)
        self._transcript.restore(restored, [self.talk], begun, queue=False, **QUIET)
        past.component.delete(self._answers(past.delete), [self.talk], [past.component, *begun], queue=False, **QUIET)
        past.component.export(self._answers(past.export), None, [self._download], queue=False, **QUIET)

    def _connect_filters(self) -> None:
        given = [*self._fields, self._filters]
        for field in self._fields:
            changed = field.submit if field in self._fields[:2] else field.input
            changed(self._asking.choose, given, [self._chips, self._filters, *self._fields], queue=False, **QUIET)
        for field in self._fields[:2]:
            field.blur(self._asking.choose, given, [self._chips, self._filters, *self._fields], queue=False, **QUIET)
        self._chips.click(
            self._answers(self._asking.unchoose), [self._filters], [self._chips, self._filters, *self._fields],
            queue=False, **QUIET,
        )  # fmt: skip

    def _connect_sources(self) -> None:
        opened = self._answers(self._asking.open_source)
        self._transcript.click(opened, [self.talk], [self._panel], queue=False, **QUIET)
        saved = self._answers(self._asking.download)
        self._transcript.download(saved, [self.talk], [self._download], queue=False, **QUIET)
        self._panel.click(empty_html, None, [self._panel], queue=False, **QUIET)


def _filter_fields() -> list[Any]:
    import gradio as gr

    many: dict[str, Any] = {"multiselect": True, "choices": [], "filterable": True}
    with gr.Accordion("Limit the search", open=False, elem_id="sg-filters"):
        with gr.Row():
            since = gr.Textbox(label="From (YYYY, YYYY-MM or YYYY-MM-DD)", max_length=10, elem_id="sg-since")
            until = gr.Textbox(label="To", max_length=10, elem_id="sg-until")
        types = gr.Dropdown(label="Type", elem_id="sg-types", **many)
        issuers = gr.Dropdown(label="Issuer", elem_id="sg-issuers", **many)
        roots = gr.Dropdown(label="Source folder", elem_id="sg-roots", **many)
    return [since, until, types, issuers, roots]
