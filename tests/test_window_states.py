"""What the window says when something is not as it should be, and how it goes on once that is mended."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.conversations import FILE
from app.pipeline import Pipeline, own_files
from app.settings import Settings
from app.ui.loading import Asker, Loader
from app.ui.window import Window, serve
from ingest.embedding import SentenceTransformerEmbedder
from ingest.errors import NoIndex, SanghoError
from ingest.sync import ingest
from tests.test_window import HOW_MUCH, ask, open_tab, text, type_question
from tests.test_window_files import MEMO, PUBLIC, QUESTION, choose
from tests.window_fakes import FakeAsker

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext
    from playwright.sync_api import Page as Tab

# Gradio's own bookkeeping asks pandas for what pandas means to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

EMBEDDER = SentenceTransformerEmbedder()
Serving = Callable[[Settings, Callable[[], Asker]], Window]


@pytest.fixture
def serving() -> Iterator[Serving]:
    windows: list[Window] = []
    pipelines: list[Pipeline] = []

    def start(settings: Settings, make: Callable[[], Asker]) -> Window:
        def kept() -> Asker:
            made = make()
            if isinstance(made, Pipeline):
                pipelines.append(made)
            return made

        windows.append(serve(settings, kept, own_files(settings, EMBEDDER), block=False))
        return windows[-1]

    yield start
    for window in windows:
        window.close()
    for pipeline in pipelines:  # else its files are closed by chance, in the middle of another test
        pipeline.close()


def index(home: Path, folder: Path) -> Settings:
    folder.mkdir(exist_ok=True)
    (folder / "report.txt").write_text(PUBLIC, encoding="utf-8")
    settings = Settings.load(home=home, port=0)
    ingest(home, [folder], EMBEDDER, settings.passage_tokens, 1_000_000)
    return settings


CONNECT = sqlite3.connect


def full(*arguments: Any, **options: Any) -> sqlite3.Connection:
    """Open a file that cannot grow: SQLite's own way to say that the disk is full."""
    file: sqlite3.Connection = CONNECT(*arguments, **options)
    pages = file.execute("PRAGMA page_count").fetchone()[0]
    file.execute(f"PRAGMA max_page_count = {pages}")
    return file


def opened(context: BrowserContext, window: Window) -> Tab:
    tab = context.new_page()
    tab.goto(window.url)
    return tab


def test_an_empty_home_is_filled_from_the_window(context: BrowserContext, serving: Serving, tmp_path: Path) -> None:
    settings = Settings.load(home=tmp_path / "home", port=0)
    tab = opened(context, serving(settings, lambda: Pipeline(settings, EMBEDDER).warm()))
    tab.wait_for_selector("#sg-status .sg-error")
    assert "sangho ingest" in text(tab, "#sg-status")
    assert "add files of your own under Sources" in text(tab, "#sg-status")
    tab.get_by_role("tab", name="Sources").click()
    tab.wait_for_selector(".sg-files")
    memo = tmp_path / "memo.txt"
    memo.write_text(MEMO, encoding="utf-8")
    choose(tab, memo)
    tab.wait_for_selector("#sg-status .sg-error", state="detached")
    tab.get_by_role("tab", name="Ask").click()
    ask(tab, QUESTION)
    assert "4,500 litres" in text(tab, ".sg-statements")


def test_an_index_that_came_meanwhile_is_taken_up_without_a_restart(
    context: BrowserContext, serving: Serving, tmp_path: Path
) -> None:
    settings = Settings.load(home=tmp_path / "home", port=0)
    tab = opened(context, serving(settings, lambda: Pipeline(settings, EMBEDDER).warm()))
    tab.wait_for_selector("#sg-status .sg-error")
    tab.get_by_role("button", name="Try again").click()
    tab.wait_for_timeout(500)
    tab.wait_for_selector("#sg-status .sg-error")  # nothing is there yet
    index(settings.home, tmp_path / "texts")
    tab.get_by_role("button", name="Try again").click()
    tab.wait_for_selector("#sg-status .sg-error", state="detached")
    tab.wait_for_selector("#sg-about p")


def test_a_stale_index_names_the_command_that_mends_it(
    context: BrowserContext, serving: Serving, tmp_path: Path
) -> None:
    settings = index(tmp_path / "home", tmp_path / "texts")
    (manifest,) = settings.home.glob("generations/*/manifest.json")
    content = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(content | {"splitter": "of another version"}), encoding="utf-8")
    tab = opened(context, serving(settings, lambda: Pipeline(settings, EMBEDDER).warm()))
    tab.wait_for_selector("#sg-status .sg-error")
    assert "sangho ingest" in text(tab, "#sg-status .sg-error")
    ask(tab, HOW_MUCH)
    assert "sangho ingest" in text(tab, ".sg-turn .sg-error")
    assert "Traceback" not in tab.content()


def test_a_chat_model_that_is_not_there_is_named_and_the_sources_answer(
    context: BrowserContext, serving: Serving, tmp_path: Path
) -> None:
    with socket.socket() as taken:  # nobody listens there
        taken.bind(("127.0.0.1", 0))
        settings = index(tmp_path / "home", tmp_path / "texts").model_copy(
            update={"llm": "openai:any", "llm_url": f"http://127.0.0.1:{taken.getsockname()[1]}/v1"}
        )
        tab = opened(context, serving(settings, lambda: Pipeline(settings, EMBEDDER).warm()))
        tab.wait_for_selector("#sg-about p")
        ask(tab, "How many cars does the bridge of the city carry?")
    assert "300 cars" in text(tab, ".sg-statements")
    assert "127.0.0.1" in text(tab, ".sg-notice")


def test_a_file_of_conversations_that_cannot_be_written_is_told_under_the_answer(
    context: BrowserContext, serving: Serving, tmp_path: Path
) -> None:
    (tmp_path / FILE).write_bytes(b"damaged " * 500)
    tab = open_tab(context, serving(Settings.load(home=tmp_path, port=0), FakeAsker).url)
    ask(tab, HOW_MUCH)
    tab.wait_for_selector(".sg-told .sg-notice")
    assert "gone after a reload" in text(tab, ".sg-told")
    assert "Move it away" in text(tab, ".sg-told")
    tab.get_by_role("button", name="Conversations").click()
    tab.wait_for_selector("dialog[open] .sg-error")


def test_a_full_disk_is_told_under_the_answer_and_what_was_not_kept_is_kept_later(
    context: BrowserContext, serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = open_tab(context, serving(Settings.load(home=tmp_path, port=0), FakeAsker).url)
    ask(tab, HOW_MUCH)
    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", full)
        ask(tab, f"TikTok? {'What did they say of it? ' * 60}")
        tab.wait_for_selector(".sg-told .sg-notice")
        assert "The disk is full; this was not kept. Free some space." in text(tab, ".sg-told")
        assert "Not in the sources" in text(tab, ".sg-outcome")
    ask(tab, "Japan?")
    tab.wait_for_selector(".sg-told .sg-notice", state="detached")
    tab.reload()
    tab.locator(".sg-turn").nth(2).wait_for()


def test_a_slow_answer_says_how_long_it_has_taken(context: BrowserContext, serving: Serving, tmp_path: Path) -> None:
    asker = FakeAsker()
    tab = open_tab(context, serving(Settings.load(home=tmp_path, port=0), lambda: asker).url)
    type_question(tab, "slow question")
    tab.wait_for_selector(".sg-elapsed:has-text('6 s')")
    assert "minute" not in text(tab, ".sg-stage")
    tab.evaluate("Date.now = (now => () => now() + 30000)(Date.now)")
    tab.wait_for_selector(".sg-elapsed:has-text('It can be stopped')")
    assert text(tab, ".sg-said") != text(tab, ".sg-stage")  # a screen reader is not told every second
    asker.gate.set()
    tab.wait_for_selector(".sg-outcome")
    assert tab.locator(".sg-elapsed").count() == 0


def test_loading_begins_anew_only_after_a_failure() -> None:
    made: list[Asker] = []
    failures = iter([NoIndex("Nothing there.", "Run it.")])

    def make() -> Asker:
        made.append(FakeAsker())
        for failure in failures:
            raise failure
        return made[-1]

    loader = Loader(make)
    loader.retry()
    assert made == []  # not begun: nothing has failed
    loader.start()
    with pytest.raises(SanghoError, match="Nothing there"):
        loader.wait(10)
    loader.retry()
    assert loader.wait(10) is made[1]
    loader.retry()
    loader.start()
    assert loader.wait(10) is made[1]
    assert len(made) == 2
