"""Getting the originals in the window: begun with one click, watched, stopped, told, and given back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.catalogue import Catalogue, Known
from app.originals import Job, Originals, Shelf
from app.settings import Settings
from app.ui.originals import brief_html, originals_html
from app.ui.window import Window, serve
from ingest.build import OnProgress, Progress
from ingest.errors import FetchError, SanghoError
from ingest.fetch.client import Page
from ingest.fetch.fingerprints import fingerprint
from ingest.fetch.originals import Fetched
from tests.test_window import open_sources, open_tab
from tests.window_fakes import HOSTILE, FakeAsker

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

# Gradio's own bookkeeping asks pandas for what pandas means to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

TEXTS = (
    "The ministers met in Geneva on 3 May 2024 and agreed on three laboratories.",
    "Each laboratory receives 20 million dollars over the next five years.",
)
MISSING = "2025-02-02_gone"


def known(doc_id: str, title: str) -> Known:
    return Known(doc_id, doc_id[:10], title, "Ministry", "statement", "en", f"https://example.org/{doc_id}")


HELD = [known(f"2024-05-{day:02}_accord-{day}", f"The Accord, part {day}") for day in range(3, 9)]
GONE = known(MISSING, HOSTILE)
PRINTS = tuple(one for n, text in enumerate(TEXTS, 1) if (one := fingerprint(n, text)))


@dataclass
class Site:
    """Gives each page once it may; one of them is not there."""

    may: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)
    closed: int = 0

    def get(self, url: str, etag: str = "", modified: str = "") -> Page | None:
        self.asked.append(url)
        self.may.wait(30)
        if url == GONE.url:
            raise FetchError("example.org answered 404.", f"Look for {HOSTILE}")
        if etag:
            return None
        body = "".join(f"<p>{text}</p>" for text in TEXTS).encode()
        return Page(url, f"<html><body><ul><li>Menu</li></ul>{body.decode()}</body></html>".encode(), ".html", "x")

    def close(self) -> None:
        self.closed += 1


class Index:
    """An index that notes what is asked of it, and fails where that is wanted."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.error = ""

    def ingest(self, root: Path, on_progress: OnProgress) -> None:
        if self.error:
            raise SanghoError(self.error)
        self.calls.append(f"ingest {root.name}")
        on_progress(Progress(1, 1, 3, 4, note="Embedding"))

    def forget(self, root: Path) -> None:
        self.calls.append(f"forget {root.name}")

    def manifest(self) -> Any:
        return None


@dataclass
class Served:
    window: Window
    site: Site
    index: Index
    home: Path


Serving = Callable[..., Served]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    windows: list[Window] = []

    def start(**options: Any) -> Served:
        site, index = Site(), Index()
        documents = (*HELD, GONE)
        shelf = Shelf(Catalogue(documents), {one.doc_id: PRINTS for one in documents}, tmp_path / "none")
        originals = Originals(tmp_path, shelf, lambda sleep: site, index)
        settings = Settings.load(home=tmp_path, port=0)
        windows.append(serve(settings, FakeAsker, None, originals, block=False, **options))
        return Served(windows[-1], site, index, tmp_path)

    yield start
    for window in windows:
        window.close()


def test_one_click_at_the_first_start_gets_them_and_tells_what_failed(
    context: BrowserContext, serving: Serving
) -> None:
    served = serving()
    tab = open_tab(context, served.window.url)
    tab.locator("#sg-first-originals").get_by_role("button", name="Get the originals").click()
    tab.wait_for_selector("#sg-first-originals progress")
    assert len(served.site.asked) == 1
    open_sources(tab)
    tab.wait_for_selector("#sg-originals progress")  # the other part sees it as well
    served.site.may.set()
    tab.wait_for_selector("#sg-originals [data-does=digests]")

    said = tab.locator("#sg-originals").inner_text()
    assert "6 fetched, 1 could not be had." in said
    assert "6 of 7 originals are here." in said
    tab.locator("#sg-originals summary", has_text="What failed (1)").click()
    assert "example.org answered 404." in tab.locator("#sg-originals li").inner_text()
    assert tab.evaluate("window.hacked") is None
    assert tab.locator("#sg-originals").get_by_text("<script>").count() == 1  # shown, not run
    assert served.index.calls == ["ingest originals", "ingest corpus"]
    assert len(list((served.home / "originals").glob("*.txt"))) == 6
    tab.get_by_role("tab", name="Ask").click()
    tab.wait_for_selector("#sg-first-originals", state="attached")
    assert tab.locator("#sg-first-originals button").count() == 0


def test_stopped_what_came_stays_and_is_given_back(context: BrowserContext, serving: Serving) -> None:
    served = serving()
    tab = open_tab(context, served.window.url)
    open_sources(tab)
    tab.locator("#sg-originals").get_by_role("button", name="Get the originals").click()
    tab.get_by_role("button", name="Stop").click()
    served.site.may.set()
    tab.wait_for_selector("#sg-originals [data-does=digests]")
    assert len(served.site.asked) == 1
    assert "1 of 7 originals are here." in tab.locator("#sg-originals").inner_text()

    tab.get_by_role("button", name="Look for the others, and for changes").click()
    tab.get_by_text("5 fetched, 1 unchanged, 1 could not be had.").wait_for()
    tab.get_by_role("button", name="Go back to the digests").click()
    tab.get_by_text("None of them is here.").wait_for()
    assert served.index.calls[-1] == "forget originals"
    assert not (served.home / "originals").exists()


def test_an_index_that_fails_says_so_and_can_be_tried_again(context: BrowserContext, serving: Serving) -> None:
    served = serving()
    served.site.may.set()
    served.index.error = f"The disk is full. {HOSTILE}"
    tab = open_tab(context, served.window.url)
    open_sources(tab)
    tab.locator("#sg-originals").get_by_role("button", name="Get the originals").click()
    tab.wait_for_selector("#sg-originals [role=alert]")
    assert "The disk is full." in tab.locator("#sg-originals [role=alert]").inner_text()
    assert tab.evaluate("window.hacked") is None
    served.index.error = ""
    tab.get_by_role("button", name="Look for the others, and for changes").click()
    tab.wait_for_selector("#sg-originals [role=alert]", state="detached")


def test_by_keyboard_alone_the_list_leads_there_and_back(context: BrowserContext, serving: Serving) -> None:
    served = serving()
    served.site.may.set()
    tab = open_tab(context, served.window.url)
    open_sources(tab)
    tab.wait_for_selector("#sg-originals button")
    tab.locator("[data-to=sg-originals]").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_function("document.activeElement.matches('#sg-originals [data-does=get]')")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#sg-originals [data-does=digests]")
    tab.wait_for_function("document.activeElement.closest('#sg-originals') !== null")


def test_without_a_login_they_are_not_offered(context: BrowserContext, serving: Serving) -> None:
    served = serving(insecure_no_login=True)
    tab = open_tab(context, served.window.url)
    open_sources(tab)
    assert tab.get_by_role("button", name="Get the originals").count() == 0


def test_whoever_asks_meanwhile_begins_nothing_new(tmp_path: Path) -> None:
    site, index = Site(), Index()
    originals = Originals(
        tmp_path, Shelf(Catalogue(tuple(HELD)), {HELD[0].doc_id: PRINTS}, tmp_path), lambda sleep: site, index
    )
    originals.start()
    job = originals.job
    originals.start()
    originals.give_back()
    assert originals.job is job
    site.may.set()
    limit = time.monotonic() + 20
    while originals.job.running and time.monotonic() < limit:
        time.sleep(0.01)
    assert [result.state for result in originals.job.results] == ["fetched"]
    assert (len(site.asked), site.closed) == (1, 1)


def test_what_is_shown_of_each_state() -> None:
    job = Job(results=(Fetched("a", "fetched", 2, 3, missing=(2,)), Fetched("b", "failed", error="No.")))
    shown = originals_html(job, 1, 2, str.upper)
    assert "1 fetched, 1 could not be had." in shown
    assert '<bdi lang="en">A</bdi>: 2 of 3 paragraphs were found on its page.' in shown
    assert '<bdi lang="en">B</bdi>: No.' in shown
    assert brief_html(Job(), 1) == ""
    running = replace(job, running=True, progress=Progress(3, 66, note="Fetching"))
    assert "Fetching: 3 of 66" in originals_html(running, 0, 66, str)
    indexing = replace(running, progress=Progress(66, 66, 5, 9, note="Embedding"))
    assert "Indexing: 5 of 9" in brief_html(indexing, 0)
