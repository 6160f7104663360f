"""The window in a real Chromium: what a person sees, reads, clicks and types, and what must never run."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.errors import SettingsError
from app.render import answer_markdown
from app.settings import Settings
from app.ui.loading import Asker, Loader
from app.ui.theme import head
from app.ui.window import Window, serve
from ingest.errors import SanghoError
from tests.window_fakes import HOSTILE, INVEST, FakeAsker, answered, failing_asker

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext
    from playwright.sync_api import Page as Tab

# Gradio's own bookkeeping asks pandas for what pandas means to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

ROOT = Path(__file__).resolve().parent.parent
HOW_MUCH = "How much do Koreans invest?"


@dataclass
class Served:
    """A window and the asker behind it."""

    window: Window
    asker: FakeAsker


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    asker = FakeAsker()
    window = serve(Settings.load(port=0, home=tmp_path_factory.mktemp("home")), lambda: asker, block=False)
    yield Served(window, asker)
    asker.gate.set()
    window.close()


@pytest.fixture
def tab(context: BrowserContext, served: Served) -> Tab:
    served.asker.gate.clear()
    return open_tab(context, served.window.url)


def open_tab(context: BrowserContext, url: str) -> Tab:
    tab = context.new_page()
    tab.goto(url)
    tab.wait_for_selector("[data-example]")
    return tab


def type_question(tab: Tab, question: str) -> None:
    tab.fill("#sg-box textarea", question)
    tab.press("#sg-box textarea", "Enter")


def ask(tab: Tab, question: str) -> None:
    """Ask and wait for the answer or the error."""
    count = tab.locator(".sg-turn").count()
    type_question(tab, question)
    turn = tab.locator(".sg-turn").nth(count)
    turn.locator(".sg-outcome, .sg-error").wait_for()


def text(tab: Tab, selector: str) -> str:
    return tab.locator(selector).last.inner_text()


# Reading an answer


def test_the_page_asks_nothing_of_another_host(context: BrowserContext, served: Served) -> None:
    asked: list[str] = []
    problems: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: problems.append(str(error.error)))
    tab = open_tab(context, served.window.url)
    ask(tab, HOW_MUCH)
    tab.click(".sg-cite >> nth=0")
    tab.wait_for_selector("#sg-panel mark")
    assert len(asked) > 10
    assert [url for url in asked if not url.startswith((served.window.url + "/", "data:", "blob:"))] == []
    assert problems == []
    assert tab.title() == "Sangho"
    assert tab.locator("footer a").count() == 0


def test_an_answer_and_the_place_it_rests_on(tab: Tab) -> None:
    tab.click("[data-example='0']")
    tab.wait_for_selector(".sg-outcome")
    assert text(tab, ".sg-question") == "How much do Koreans invest in US AI companies?"
    assert "“Koreans invest $1.7 billion in US AI companies.”" in text(tab, ".sg-statements")
    tab.mouse.move(0, 0)
    tab.hover(".sg-cite >> nth=0")
    tip = tab.locator(".sg-pop.sg-shown")
    assert tip.inner_text().startswith(f"“{INVEST}”")
    tab.click(".sg-cite >> nth=0")
    tab.wait_for_selector("#sg-panel mark")
    assert text(tab, "#sg-panel mark") == INVEST
    panel = text(tab, "#sg-source")
    for said in (
        "ROK-US AI Cooperation Needs Real Reciprocity",
        "Han · 1 May 2023 · original · p. 3",
        "¶7",
        "¶9",
    ):
        assert said in panel
    link = tab.locator("#sg-source a[target]")
    assert link.get_attribute("href") == "https://example.org/han"
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert tab.locator(".sg-welcome").is_hidden()


def test_a_digest_is_named_as_a_summary(tab: Tab) -> None:
    ask(tab, HOW_MUCH)
    tab.click(".sg-open >> nth=1")
    tab.wait_for_selector("#sg-source:has-text('White House')")
    assert text(tab, "#sg-source .sg-summary") == "Sangho’s summary of ¶12–15"
    assert tab.locator("#sg-source a[target]").count() == 0  # its address is javascript:
    assert "“" not in text(tab, "#sg-source")


def test_three_outcomes_are_told_apart(tab: Tab) -> None:
    for question in (HOW_MUCH, "Japan? How much?", "TikTok? What?"):
        ask(tab, question)
    assert tab.locator(".sg-outcome").all_inner_texts() == [
        "Answered from the sources",
        "The sources say otherwise",
        "Not in the sources",
    ]
    shapes = tab.locator(".sg-outcome svg").evaluate_all("all => all.map(one => one.innerHTML)")
    assert len(set(shapes)) == 3
    abstained = tab.locator(".sg-turn").last
    assert abstained.locator(".sg-cite").count() == 0
    assert abstained.locator(".sg-open").count() == 3
    said = abstained.inner_text()
    assert "Related, not an answer" in said
    assert "Searched 66 documents, the newest of 23 July 2026; 46 known but not held." in said
    abstained.locator(".sg-open").first.click()
    tab.wait_for_selector(".sg-kind")
    assert text(tab, ".sg-kind") == "Related, not an answer"


def test_what_was_dropped_and_considered_can_be_opened(tab: Tab) -> None:
    ask(tab, HOW_MUCH)
    tab.click(".sg-dropped summary")
    assert "$9 billion is not in ¶8" in text(tab, ".sg-dropped")
    ask(tab, "And now?")
    assert tab.locator(".sg-dropped").first.evaluate("one => one.open")  # still open while the next was written


def test_a_korean_question_gets_korean_labels(tab: Tab) -> None:
    ask(tab, "틱톡? 무엇")
    assert text(tab, ".sg-outcome") == "자료에 없음"
    assert "문서 66건을 검색했습니다" in text(tab, ".sg-footing")


def test_copying_takes_the_sources_along(context: BrowserContext, tab: Tab, served: Served) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served.window.url)
    ask(tab, HOW_MUCH)
    tab.click("[data-copy]")
    tab.wait_for_selector("[data-copy]:has-text('Copied')")
    assert tab.evaluate("navigator.clipboard.readText()") == answer_markdown(answered(HOW_MUCH))


# A conversation


def test_follow_ups_carry_the_earlier_questions_and_a_new_conversation_does_not(tab: Tab, served: Served) -> None:
    ask(tab, HOW_MUCH)
    ask(tab, "And in 2023?")
    assert served.asker.histories[-1] == [HOW_MUCH]
    assert f"Searched for: And in 2023? ({HOW_MUCH})" in text(tab, ".sg-footing")
    tab.click("#sg-restart")
    tab.wait_for_function("document.querySelectorAll('.sg-turn').length === 0")
    assert tab.locator("[data-example='0']").is_visible()
    ask(tab, HOW_MUCH)
    assert served.asker.histories[-1] == []


def test_two_tabs_are_two_conversations(context: BrowserContext, tab: Tab, served: Served) -> None:
    ask(tab, HOW_MUCH)
    other = open_tab(context, served.window.url)
    assert other.locator(".sg-turn").count() == 0
    ask(other, "Something else?")
    assert served.asker.histories[-1] == []


def test_an_answer_streams_and_a_second_question_waits_in_the_box(tab: Tab, served: Served) -> None:
    type_question(tab, "slow one")
    tab.wait_for_selector(".sg-statements:has-text('First part. 1')")
    assert tab.locator(".sg-outcome").count() == 0
    assert text(tab, ".sg-stage") == "Writing the answer…"
    type_question(tab, "too early")
    tab.wait_for_function("document.querySelector('.sg-said').textContent.startsWith('Wait for')")
    assert tab.input_value("#sg-box textarea") == "too early"
    served.asker.gate.set()
    tab.wait_for_selector(".sg-outcome")
    assert tab.locator(".sg-turn").count() == 1
    tab.press("#sg-box textarea", "Enter")
    tab.locator(".sg-outcome").nth(1).wait_for()


def test_a_new_conversation_ends_the_answer_that_is_being_written(tab: Tab, served: Served) -> None:
    type_question(tab, "slow one")
    tab.wait_for_selector(".sg-statements:has-text('First part. 1')")
    tab.click("#sg-restart")
    tab.wait_for_function("document.querySelectorAll('.sg-turn').length === 0")
    ask(tab, HOW_MUCH)  # the old answer is still waiting
    served.asker.gate.set()
    ask(tab, "And then?")
    assert tab.locator(".sg-question").all_inner_texts() == [HOW_MUCH, "And then?"]
    assert "slow one" not in tab.content()


def test_an_empty_question_asks_nothing(tab: Tab) -> None:
    type_question(tab, "   ")
    tab.wait_for_function("document.querySelector('#sg-box textarea').value === ''")
    assert tab.locator(".sg-turn").count() == 0


# Waiting and failing


def test_the_page_is_up_while_loading_and_the_first_question_waits(context: BrowserContext) -> None:
    gate = threading.Event()

    def load() -> Asker:
        gate.wait(30)
        return FakeAsker()

    window = serve(Settings.load(port=0), load, block=False)
    try:
        tab = context.new_page()
        tab.goto(window.url)
        tab.wait_for_selector(".sg-loading")
        assert text(tab, ".sg-loading") == "Loading the model and the index…"
        type_question(tab, HOW_MUCH)
        tab.wait_for_selector(".sg-stage:has-text('Loading')")
        gate.set()
        tab.wait_for_selector(".sg-outcome")
        tab.wait_for_selector(".sg-loading", state="detached")
        assert "http://127.0.0.1:8090" in text(tab, "#sg-about")
    finally:
        gate.set()
        window.close()


def test_failing_to_load_says_what_mends_it(context: BrowserContext) -> None:
    window = serve(Settings.load(port=0), failing_asker, block=False)
    try:
        tab = context.new_page()
        tab.goto(window.url)
        said = "Nothing has been ingested into <this> home.\n\nRun: sangho ingest"
        tab.wait_for_selector("#sg-status .sg-error")
        assert re.sub(r"\n+", "\n\n", text(tab, "#sg-status .sg-error")) == said
        ask(tab, HOW_MUCH)
        assert re.sub(r"\n+", "\n\n", text(tab, ".sg-turn .sg-error")) == said
    finally:
        window.close()


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("fail", "The question <b>cannot</b> be taken."),
        ("crash", "Answering failed: RuntimeError."),
        ("silent", "The question was not answered."),
    ],
)
def test_errors_are_lines_and_not_traces(tab: Tab, question: str, said: str, caplog: pytest.LogCaptureFixture) -> None:
    ask(tab, question)
    assert said in text(tab, ".sg-error")
    assert "secret" not in tab.content()
    assert "Traceback" not in tab.content()
    assert ("secret detail" in caplog.text) == (question == "crash")
    ask(tab, HOW_MUCH)
    assert text(tab, ".sg-outcome") == "Answered from the sources"


# Nothing runs


def test_hostile_text_is_shown_letter_by_letter_and_runs_nothing(tab: Tab) -> None:
    asked = "hostile **x** [a](javascript:window.hacked=1) <img src=x onerror=window.hacked=1>"
    ask(tab, asked)
    visible = HOSTILE.replace("\u202e", "U+202E").replace("\u2066", "U+2066")
    assert text(tab, ".sg-question") == asked
    assert visible in text(tab, ".sg-statements")
    assert visible in text(tab, ".sg-footing")
    for summary in tab.locator("summary").all():
        summary.click()
    tab.mouse.move(0, 0)
    tab.locator(".sg-cite").scroll_into_view_if_needed()
    tab.wait_for_timeout(500)  # scrolling hides what hovering shows, and a busy machine scrolls late
    tab.hover(".sg-cite")
    tab.wait_for_selector(".sg-pop.sg-shown")
    tab.click(".sg-cite")
    tab.wait_for_selector("#sg-panel mark")
    assert text(tab, "#sg-panel mark") == visible
    tab.wait_for_timeout(300)
    assert tab.evaluate("window.hacked") is None
    assert tab.locator(".sg-turn :is(img, script, a, em), #sg-panel :is(img, script, a[target])").count() == 0


# Phone, keyboard, colours


def test_on_a_phone_nothing_overflows_and_the_source_covers_the_page(browser: Browser, served: Served) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, reduced_motion="reduce")
    tab = open_tab(context, served.window.url)
    for question in (HOW_MUCH, "hostile", "TikTok?"):
        ask(tab, question)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    tab.tap(".sg-cite >> nth=0")
    tab.wait_for_selector("#sg-panel mark")
    box = tab.locator("#sg-panel").bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 360, 740)
    small = tab.evaluate(
        """[...document.querySelectorAll('button')].filter(one => one.offsetParent)
        .filter(one => one.offsetWidth < 24 || one.offsetHeight < 24).map(one => one.outerHTML)"""
    )
    assert small == []  # WCAG 2.2, 2.5.8
    tab.tap(".sg-close")
    tab.locator("#sg-panel").wait_for(state="hidden")
    context.close()


def test_everything_works_from_the_keyboard(tab: Tab) -> None:
    focused = "document.activeElement"
    for _ in range(12):
        tab.keyboard.press("Tab")
        if tab.evaluate(f"{focused}.tagName") == "TEXTAREA":
            break
    tab.keyboard.type(HOW_MUCH)
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".sg-outcome")
    for _ in range(20):
        tab.keyboard.press("Shift+Tab")
        if tab.evaluate(f"{focused}.className") == "sg-cite":
            break
    tab.wait_for_selector(".sg-pop.sg-shown")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#sg-panel mark")
    tab.wait_for_function(f"{focused}.id === 'sg-source'")
    tab.keyboard.press("Escape")
    tab.wait_for_selector("#sg-panel mark", state="detached")
    assert tab.evaluate(f"{focused}.className") == "sg-cite"


def test_a_screen_reader_hears_the_outcome_and_finds_names(tab: Tab) -> None:
    ask(tab, HOW_MUCH)
    said = tab.locator(".sg-said[role=status]")
    assert said.inner_text().startswith("Answered from the sources. Koreans invest $1.7 billion")
    name = "Source 1: ROK-US AI Cooperation Needs Real Reciprocity, ¶8, p. 3"
    assert tab.get_by_role("button", name=name).count() == 1
    assert tab.get_by_label("Your question").count() == 1


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_colours_meet_aa_in_light_and_dark() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    blocks = re.findall(r"\{([^{}]*--sg-paper: [^{}]*)\}", head())
    assert len(blocks) == 2
    for block in blocks:
        colour: dict[str, str] = dict(re.findall(r"--sg-([\w-]+): (#[0-9a-f]{6})", block))
        for ground in ("paper", "raised"):
            for ink in ("ink", "soft", "accent", "otherwise"):
                assert contrast(colour[ink], colour[ground]) >= 4.5, (ink, ground)
            assert contrast(colour["edge"], colour[ground]) >= 3
        assert contrast(colour["on-accent"], colour["accent"]) >= 4.5
        assert contrast(colour["mark-ink"], colour["mark"]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "width", "height"), [("desktop", 1280, 860), ("phone", 360, 740)])
def test_pictures(
    browser: Browser, served: Served, tmp_path: Path, scheme: Any, name: str, width: int, height: int
) -> None:
    """Draws the window; `SANGHO_SCREENSHOTS` names a folder to keep the pictures in."""
    folder = Path(os.environ.get("SANGHO_SCREENSHOTS", tmp_path))
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    tab = open_tab(context, served.window.url)
    paper = tab.evaluate("getComputedStyle(document.querySelector('.gradio-container')).backgroundColor")
    assert paper == {"light": "rgb(253, 252, 249)", "dark": "rgb(23, 25, 27)"}[scheme]
    tab.screenshot(path=folder / f"{name}-{scheme}-1-welcome.png")
    ask(tab, HOW_MUCH)
    tab.click(".sg-open >> nth=0")
    tab.wait_for_selector("#sg-panel mark")
    tab.screenshot(path=folder / f"{name}-{scheme}-2-source.png")
    tab.keyboard.press("Escape")
    ask(tab, "TikTok? What?")
    tab.screenshot(path=folder / f"{name}-{scheme}-3-absent.png")
    top = tab.locator(".sg-question").last.bounding_box()
    assert top is not None
    assert 0 <= top["y"] < 60  # a new question is scrolled to the top
    context.close()


# Serving


def test_a_taken_port_is_named_with_its_remedy(served: Served) -> None:
    port = int(served.window.url.rpartition(":")[2])
    with pytest.raises(SettingsError) as caught:
        serve(Settings.load(port=port), FakeAsker, block=False)
    assert f"Port {port} cannot be used" in caught.value.message
    assert "SANGHO_PORT" in caught.value.remedy


def test_the_window_listens_on_loopback_alone(served: Served) -> None:
    port = int(served.window.url.rpartition(":")[2])
    with socket.socket() as other:
        other.settimeout(2)
        assert other.connect_ex(("127.0.0.2", port)) != 0


def test_the_command_answers_before_anything_heavy_is_loaded(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hostile = {"GRADIO_ALLOWED_PATHS": "/", "GRADIO_ANALYTICS_ENABLED": "True", "GRADIO_SHARE": "True"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.window_fakes", "slow"],
        cwd=ROOT,
        env=os.environ | hostile | {"SANGHO_PORT": str(port), "SANGHO_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"http://127.0.0.1:{port}\n"
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=40).read().decode()
        assert "Loading the model and the index" in page
        assert '"analytics_enabled":false' in page.replace(" ", "")
    finally:
        process.terminate()
        process.communicate(timeout=40)


def test_loading_fails_without_details(caplog: pytest.LogCaptureFixture) -> None:
    def load() -> Asker:
        raise RuntimeError("secret detail")

    loader = Loader(load)
    loader.start()
    with pytest.raises(SanghoError) as caught:
        loader.wait(10)
    assert "secret" not in str(caught.value)
    assert "secret detail" in caplog.text


# The sources


def open_sources(tab: Tab) -> None:
    tab.get_by_role("tab", name="Sources").click()
    tab.wait_for_selector(".sg-table")


def column(tab: Tab, name: str) -> list[str]:
    return [cell.strip() for cell in tab.locator(f"td[data-name='{name}']:visible").all_inner_texts()]


def test_the_sources_are_a_table_that_sorts_and_narrows(tab: Tab) -> None:
    open_sources(tab)
    assert column(tab, "Date") == ["1 May 2023", "26 April 2023", "no date"]
    tab.get_by_role("button", name="Date").click()
    assert column(tab, "Date") == ["no date", "26 April 2023", "1 May 2023"]
    tab.get_by_role("button", name="Paragraphs").click()
    assert column(tab, "Paragraphs") == ["1", "9", "16"]
    assert tab.locator("th[aria-sort]").all_inner_texts() == ["Paragraphs"]
    tab.fill(".sg-narrowing", "digest WHITE")
    assert column(tab, "Title") == ["Leaders' Joint Statement"]
    assert text(tab, ".sg-count") == "1 document"
    tab.fill(".sg-narrowing", "nothing like it")
    assert column(tab, "Title") == []


def test_a_document_is_read_at_an_address_that_stays(context: BrowserContext, tab: Tab, served: Served) -> None:
    open_sources(tab)
    tab.click(".sg-table a[data-doc='summit']")
    tab.wait_for_selector(".sg-reader")
    assert tab.url == f"{served.window.url}/?doc=summit"
    assert "This is Sangho’s digest" in text(tab, ".sg-reader .sg-notice")
    assert tab.locator(".sg-reader .sg-para").count() == 2
    assert tab.locator(".sg-reader .sg-official a").count() == 0  # its address is javascript:
    tab.click(".sg-reader a.sg-para-number >> nth=0")
    tab.wait_for_selector(".sg-reader .sg-here")
    assert tab.url == f"{served.window.url}/?doc=summit&p=12"
    tab.go_back()
    tab.wait_for_function("!document.querySelector('.sg-here')")
    tab.go_back()
    tab.wait_for_selector(".sg-table")

    other = context.new_page()
    other.goto(f"{served.window.url}/?doc=summit&p=14")
    other.wait_for_selector(".sg-reader .sg-here")
    assert "AI standards" in text(other, ".sg-here")  # one block of the digest retells 12 to 15
    assert other.get_by_role("tab", name="Sources").get_attribute("aria-selected") == "true"


def test_an_address_of_nothing_says_so(context: BrowserContext, served: Served) -> None:
    tab = context.new_page()
    tab.goto(f"{served.window.url}/?doc=%3Cimg%20src%3Dx%20onerror%3D%22window.hacked%3D1%22%3E&p=x")
    tab.wait_for_selector(".sg-views [role='alert']")
    assert "There is no document “<img src=x" in text(tab, ".sg-views [role='alert']")
    assert tab.evaluate("window.hacked") is None


def test_searching_within_the_sources_by_meaning_and_letter_by_letter(tab: Tab) -> None:
    open_sources(tab)
    tab.fill("#sg-query", "cooperation")
    tab.press("#sg-query", "Enter")
    tab.wait_for_selector(".sg-found")
    assert tab.locator(".sg-found li").count() == 6
    tab.fill("#sg-query", "MEET again")
    tab.check(".sg-exact input")
    tab.click(".sg-find .sg-go")
    tab.wait_for_selector(".sg-found mark")
    assert tab.locator(".sg-found mark").all_inner_texts() == ["meet again"]
    tab.click(".sg-found a")
    tab.wait_for_selector(".sg-here")
    assert "They meet again." in text(tab, ".sg-here")
    open_sources_again = tab.get_by_role("button", name="All sources")
    open_sources_again.click()
    tab.wait_for_selector(".sg-table")
    tab.fill("#sg-query", "no such words")
    tab.check(".sg-exact input")
    tab.press("#sg-query", "Enter")
    tab.wait_for_selector(".sg-notice[role='status']")
    assert "Nothing found." in text(tab, ".sg-notice[role='status']")


def test_the_source_panel_leads_to_the_whole_document(tab: Tab) -> None:
    ask(tab, HOW_MUCH)
    tab.click(".sg-cite >> nth=0")
    tab.click("#sg-panel [data-read]")
    tab.wait_for_selector(".sg-reader .sg-here")
    assert "$1.7 billion" in text(tab, ".sg-here")
    tab.get_by_role("tab", name="Ask").click()
    assert tab.locator(".sg-turn").count() == 1  # the conversation is still there


def test_what_is_known_but_not_held_has_its_link(tab: Tab) -> None:
    open_sources(tab)
    tab.click(".sg-not-held summary")
    links = tab.locator(".sg-not-held a")
    assert links.count() > 50
    assert all(
        str(one).startswith(("https://", "http://")) for one in links.evaluate_all("all => all.map((one) => one.href)")
    )


# Stopping, asking again, editing, limiting the search


def test_an_answer_can_be_stopped_and_asked_again(tab: Tab, served: Served) -> None:
    type_question(tab, "slow one")
    tab.wait_for_selector(".sg-statements:has-text('First part. 1')")
    tab.get_by_role("button", name="Stop").click()
    tab.wait_for_selector(".sg-stopped")
    assert tab.locator(".sg-stage").count() == 0
    served.asker.gate.set()
    tab.get_by_role("button", name="Ask again").click()
    tab.wait_for_selector(".sg-outcome")
    assert tab.locator(".sg-turn").count() == 1


def test_the_last_question_can_be_edited(tab: Tab) -> None:
    ask(tab, HOW_MUCH)
    ask(tab, "And nwo?")
    assert tab.get_by_role("button", name="Edit the question").count() == 1
    tab.get_by_role("button", name="Edit the question").click()
    tab.wait_for_function("document.querySelector('#sg-box textarea').value === 'And nwo?'")
    assert tab.evaluate("document.activeElement.matches('#sg-box textarea')")
    type_question(tab, "And now?")
    tab.wait_for_selector(".sg-question:has-text('And now?')")
    assert tab.locator(".sg-question").all_inner_texts() == [HOW_MUCH, "And now?"]


def test_the_search_can_be_limited_and_says_so(tab: Tab) -> None:
    tab.get_by_role("button", name="Limit the search").click()
    tab.fill("#sg-since textarea", "2021")
    tab.press("#sg-since textarea", "Enter")
    tab.wait_for_selector(".sg-chips li")
    tab.click("#sg-issuers input")
    tab.get_by_role("option", name="White House").click()
    tab.wait_for_function("document.querySelectorAll('.sg-chips li').length === 2")
    ask(tab, HOW_MUCH)
    assert text(tab, ".sg-limited") == "Only: from 2021 · White House"
    tab.get_by_role("button", name="Search beyond from 2021 again").click()
    tab.wait_for_function("document.querySelectorAll('.sg-chips li').length === 1")
    assert tab.input_value("#sg-since textarea") == ""
    ask(tab, HOW_MUCH)
    assert text(tab, ".sg-limited") == "Only: White House"


def test_what_was_asked_stands_beside_what_is_said(tab: Tab) -> None:
    ask(tab, "Japan? How much does Japan invest?")
    sections = tab.locator(".sg-otherwise section").all_inner_texts()
    assert "Japan? How much does Japan invest?" in sections[0]
    assert "Koreans only" in sections[1]


def test_the_settings_are_told_in_plain_words(tab: Tab) -> None:
    tab.get_by_role("tab", name="Settings").click()
    settings = tab.get_by_label("Settings").last
    assert "Everything happens on this machine." in settings.inner_text()
    assert settings.locator("input, textarea, select").count() == 0  # read-only


# Taking an answer along


def test_an_answer_and_its_sources_can_be_downloaded(tab: Tab) -> None:
    ask(tab, HOW_MUCH)
    tab.click(".sg-save summary")
    for label, name, held in (
        ("Markdown", "answer.md", b"1.7 billion"),
        ("Sources as RIS", "sources.ris", b"TY  - "),
        ("Sources as RIS", "sources.ris", b"TY  - "),  # a second time
        ("Word", "answer.docx", b"PK"),
    ):
        with tab.expect_download() as saving:
            tab.get_by_role("button", name=label).click()
        assert saving.value.suggested_filename == name
        assert held in Path(saving.value.path()).read_bytes()
    ask(tab, "TikTok? What?")
    tab.locator(".sg-save summary").last.click()
    assert tab.locator(".sg-save").last.get_by_role("button").all_inner_texts() == ["Markdown", "Word"]


def test_the_source_stands_beside_the_conversation(tab: Tab) -> None:
    ask(tab, HOW_MUCH)
    tab.click(".sg-cite >> nth=0")
    tab.wait_for_selector("#sg-panel mark")
    panel, question = tab.locator("#sg-panel").bounding_box(), tab.locator(".sg-question").bounding_box()
    assert panel is not None
    assert question is not None
    assert panel["x"] > question["x"] + question["width"]
    assert panel["y"] < 200


def test_the_timeline_leads_to_the_documents(tab: Tab) -> None:
    open_sources(tab)
    tab.click(".sg-timeline summary")
    assert tab.locator(".sg-timeline .sg-tl-held").count() == 3
    tab.click(".sg-timeline a[data-doc='summit']")
    tab.wait_for_selector(".sg-reader")
    assert tab.url.endswith("/?doc=summit")
    assert tab.evaluate("window.hacked") is None
