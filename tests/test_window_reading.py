"""Reading in the window, in a real Chromium: cited words in sight, what superseded them, all found after a reload."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.results import Answer
from app.settings import Settings
from app.ui.loading import Asker
from app.ui.window import Window, serve
from ingest.documents import Document, Paragraph
from tests.test_window import HOW_MUCH, ask, open_tab, text
from tests.window_fakes import DIGEST, DOCUMENTS, HAN, INVEST, FakeAsker, answered, cite

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext
    from playwright.sync_api import Page as Tab

# Gradio's own bookkeeping asks pandas for what pandas means to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

Serving = Callable[[Asker, Path], str]
MANY = "The paragraph before is long, and says so again. " * 60
LONG = replace(HAN, paragraphs=(Paragraph(7, MANY), Paragraph(8, f"{MANY}{INVEST} {MANY}", page=3), Paragraph(9, MANY)))


class LongAsker(FakeAsker):
    """Answers with a sentence in the middle of a long paragraph of a superseded document."""

    def documents(self) -> Mapping[str, Document]:
        return {**DOCUMENTS, "han": LONG}

    def _answer(self, word: str, question: str, history: Sequence[str]) -> Answer:
        cited = replace(cite(1, LONG, 8, INVEST), superseded_by=DIGEST.doc_id)
        return replace(answered(question), citations=(cited,))


@pytest.fixture
def serving() -> Iterator[Serving]:
    windows: list[Window] = []

    def start(asker: Asker, home: Path) -> str:
        windows.append(serve(Settings.load(port=0, home=home), lambda: asker, block=False))
        return windows[-1].url

    yield start
    for window in windows:
        window.close()


SEEN = """one => {
  const [first] = one.getClientRects();
  const last = [...one.getClientRects()].pop();
  if (first.top < 0 || last.bottom > innerHeight) return false;
  return one.contains(document.elementFromPoint(first.left + first.width / 2, first.top + first.height / 2));
}"""


def in_sight(tab: Tab, selector: str) -> bool:
    """Say whether the whole of an element is seen: inside the window, and not below something else."""
    return bool(tab.locator(selector).first.evaluate(SEEN))


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (1280, 500), (360, 740)])
def test_the_cited_words_are_in_sight_however_long_the_paragraphs_are(
    browser: Browser, serving: Serving, tmp_path: Path, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    tab = open_tab(context, serving(LongAsker(), tmp_path))
    ask(tab, HOW_MUCH)
    tab.locator(".sg-open").first.click()
    tab.wait_for_selector("#sg-panel mark")
    tab.wait_for_timeout(300)  # scrolled by the script once it is drawn
    assert text(tab, "#sg-panel mark") == INVEST
    assert in_sight(tab, "#sg-panel mark")
    assert in_sight(tab, "#sg-panel .sg-close")
    assert in_sight(tab, "#sg-source h2")
    tab.locator("#sg-panel").hover()
    tab.mouse.wheel(0, 20_000)
    down = "(panel => panel.scrollTop + panel.clientHeight > panel.scrollHeight - 2)"
    tab.wait_for_function(f"{down}(document.querySelector('#sg-panel'))")
    context.close()


def test_the_panel_leads_to_what_superseded_a_source(context: BrowserContext, serving: Serving, tmp_path: Path) -> None:
    tab = open_tab(context, serving(LongAsker(), tmp_path))
    ask(tab, HOW_MUCH)
    assert "original · superseded" in text(tab, ".sg-cited-cite")
    tab.locator(".sg-open").first.click()
    tab.click("#sg-panel .sg-notice a")
    tab.wait_for_selector(".sg-reader")
    assert text(tab, ".sg-reader h2") == DIGEST.title
    assert tab.url.endswith("?doc=summit")


def test_a_question_in_the_box_says_what_asking_will_do_and_can_be_left(
    context: BrowserContext, serving: Serving, tmp_path: Path
) -> None:
    tab = open_tab(context, serving(FakeAsker(), tmp_path))
    ask(tab, HOW_MUCH)
    tab.get_by_role("button", name="Edit the question").click()
    tab.wait_for_selector(".sg-editing")
    tab.wait_for_timeout(500)
    assert in_sight(tab, ".sg-editing")
    assert in_sight(tab, ".sg-controls button")
    tab.get_by_role("button", name="Leave it as it is").click()
    tab.wait_for_selector(".sg-editing", state="detached")
    assert tab.input_value("#sg-box textarea") == ""
    ask(tab, "And in 2023?")
    assert tab.locator(".sg-question").all_inner_texts() == [HOW_MUCH, "And in 2023?"]


def test_checks_and_an_audit_are_found_again_after_a_reload(
    context: BrowserContext, serving: Serving, tmp_path: Path
) -> None:
    url = serving(FakeAsker(), tmp_path)
    tab = open_tab(context, url)
    tab.get_by_role("tab", name="Check").click()
    tab.fill("#sg-check-text", "parts there are.\nmisquoted the words are.")
    tab.get_by_role("button", name="Check", exact=True).click()
    tab.wait_for_selector(".sg-saves")
    tab.get_by_role("radio", name="An article").check()
    tab.fill("#sg-check-text", "An article.")
    tab.get_by_role("button", name="Audit").click()
    tab.wait_for_selector(".sg-report")
    tab.reload()
    tab.get_by_role("tab", name="Check").click()
    tab.wait_for_selector(".sg-report")
    assert tab.frame_locator(".sg-report").locator("h1").count() == 1
    assert tab.get_by_role("radio", name="An article").is_checked()
    with tab.expect_download() as saving:
        tab.locator("#sg-audit").get_by_role("button", name="HTML").click()
    assert saving.value.suggested_filename == "audit.html"
    tab.get_by_role("radio", name="Claims").check()
    assert tab.locator(".sg-checks .sg-check").count() == 2
    other = context.new_page()  # of the same visitor, but another tab
    other.goto(url)
    other.get_by_role("tab", name="Check").click()
    other.wait_for_selector("[data-claim]")
    assert other.locator(".sg-check").count() == 0
