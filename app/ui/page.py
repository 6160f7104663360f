"""The page: its head, its tabs, and what each tab is told when loading is done. State belongs to one browser tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from app.escape import shown
from app.labels import ENGLISH
from app.ui.ask_tab import AskTab
from app.ui.asking import Asking, welcome_html
from app.ui.auditing import Auditing
from app.ui.chat import error_html
from app.ui.check_form import limits_html
from app.ui.check_tab import CheckTab
from app.ui.checking import Checking
from app.ui.components import QUIET, Answers, html
from app.ui.filters import Choices, choices
from app.ui.further import Behind, FurtherTab
from app.ui.inbox import Inbox
from app.ui.keeping import Keeping
from app.ui.line import Line
from app.ui.loading import Asker, Loader
from app.ui.past import Past
from app.ui.settings_tab import settings_html
from app.ui.sources_tab import SourcesTab, opens_sources
from app.ui.visitors import Visitors
from ingest.errors import NoIndex, SanghoError

if TYPE_CHECKING:
    import gradio as gr

    from app.conversations import Conversations
    from app.originals import Originals
    from app.own_files import OwnFiles
    from app.settings import Settings

WAITING_AT_MOST: Final = 100
_NAME: Final = 'Sangho<span lang="ko" aria-hidden="true">상호</span>'
_TRY_AGAIN: Final = '<p><button type="button" class="sg-copy">Try again</button></p>'
_HEADER: Final = f'<header class="sg-header"><h1>{_NAME}</h1></header>'


class Status:
    """What the page says of loading, and what it fills in when that is done."""

    def __init__(self, loader: Loader, settings: Settings, visitors: Visitors) -> None:
        self._loader = loader
        self._settings = settings
        self.visitors = visitors

    def line(self) -> str:
        """Return the line under the head: that it loads, or why that failed; empty once it is done."""
        error = self._loader.error
        if error is not None:
            return f'<div role="alert">{error_html(error)}{_own_files(error)}{_TRY_AGAIN}</div>'
        if self._loader.asker is None:
            return f'<p class="sg-loading" role="status">{ENGLISH.stages["loading"]}</p>'
        return ""

    @property
    def unsettled(self) -> bool:
        """Whether the page should look again: loading goes on, or has failed and may be begun anew anywhere."""
        return self._loader.asker is None

    def retry(self) -> None:
        """Begin to load anew if that has failed."""
        self._loader.retry()

    def asker(self, visitor: str) -> Asker | None:
        """Return what answers, as a visitor sees it; None while it is loading, or if that failed."""
        asker = self._loader.asker
        return None if asker is None else self.visitors.sight(asker, visitor)

    def settings(self, asker: Asker | None = None) -> str:
        """Return the settings in plain words."""
        return settings_html(self._settings, asker)


def _own_files(error: SanghoError) -> str:
    if not isinstance(error, NoIndex):
        return ""
    return "<p>Or add files of your own under Sources; they are indexed here.</p>"


def about_html(asker: Asker | None) -> str:
    """Return what is searched, and where a chat model's requests go; empty while that is loading."""
    if asker is None:
        return ""
    lines = [ENGLISH.coverage(asker.coverage()).replace("Searched", "Searches", 1), asker.describe_model()]
    return "".join(f"<p>{shown(line)}</p>" for line in lines if line)


def build(
    loader: Loader,
    settings: Settings,
    visitors: Visitors,
    conversations: Conversations,
    inbox: Inbox,
    files: OwnFiles | None = None,
    originals: Originals | None = None,
    further: Sequence[FurtherTab] = (),
) -> gr.Blocks:
    """Lay the page out and connect it; models are not needed yet.

    Args:
        loader: makes what answers.
        settings: as they are shown.
        visitors: tells whose browser it is, and what that one sees.
        conversations: keeps what is asked and answered.
        inbox: takes files that are checked or audited.
        files: takes the files that people add; None takes none.
        originals: fetches and gives back; None offers neither.
        further: tabs of other packages, which stand before the settings.
    """
    import gradio as gr

    status, answers, queue = Status(loader, settings, visitors), Answers(visitors.of), Line()
    blocks: gr.Blocks
    with gr.Blocks(title="Sangho", analytics_enabled=False, fill_width=True) as blocks:
        with gr.Row(elem_id="sg-top"):
            gr.HTML(_HEADER, apply_default_css=False)
            past = Past(conversations, answers)
            restart = gr.Button("New conversation", elem_id="sg-restart", size="sm")
        line = html(status.line(), "sg-status", "status.js")
        with gr.Tabs(elem_id="sg-tabs", selected="ask") as tabs:
            with gr.Tab("Ask", id="ask"):
                keeping = Keeping(conversations)
                asking = AskTab(Asking(loader, queue, visitors, keeping), answers, restart, past, originals)
            with gr.Tab("Check", id="check"):
                behind = (loader, queue, visitors, inbox)
                check = CheckTab(Checking(*behind), Auditing(*behind), answers, inbox)
            with gr.Tab("Sources", id="sources"):
                SourcesTab(loader, visitors, answers, files, originals)
            _lay_out(further, Behind(loader, settings, visitors, answers, queue, inbox))
            with gr.Tab("Settings", id="settings"):
                shown_settings = gr.HTML(status.settings(), elem_id="sg-settings", apply_default_css=False)
        _connect_status(blocks, answers, status, line, asking, check, shown_settings)
        restart.click(lambda: gr.Tabs(selected="ask"), None, [tabs], queue=False, **QUIET)
        blocks.load(answers(_first_tab), None, [tabs], queue=False, **QUIET)
    blocks.queue(max_size=WAITING_AT_MOST, api_open=False)
    return blocks


def _lay_out(further: Sequence[FurtherTab], behind: Behind) -> None:
    import gradio as gr

    for tab in further:
        with gr.Tab(tab.title, id=tab.title.lower()):
            tab.lay_out(behind)


def _first_tab(query: Mapping[str, Any]) -> Any:
    import gradio as gr

    return gr.Tabs(selected="sources") if opens_sources(query) else gr.skip()


def _connect_status(
    blocks: gr.Blocks,
    answers: Answers,
    status: Status,
    line: gr.HTML,
    asking: AskTab,
    check: CheckTab,
    settings: gr.HTML,
) -> None:
    import gradio as gr

    def look(visitor: str) -> tuple[Any, ...]:
        asker = status.asker(visitor)
        documents = asker.documents() if asker else {}
        offered = asking.choose_among(choices(documents, status.visitors.root_name) if asker else Choices())
        examples = asker.examples() if asker else ()
        told = status.line(), welcome_html(examples), about_html(asker), status.settings(asker)
        return *told, *offered, limits_html(documents), gr.Timer(active=status.unsettled)

    def look_anew(visitor: str) -> tuple[Any, ...]:
        status.retry()
        return look(visitor)

    timer = gr.Timer(1.0)
    filled = [line, asking.welcome, asking.about, settings, *asking.fields, check.limits, timer]
    timer.tick(answers(look), None, filled, queue=False, **QUIET)
    for begun in (blocks.load, line.click):
        begun(answers(look_anew), None, filled, queue=False, **QUIET)
