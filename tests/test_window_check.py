"""Checking and auditing in a real Chromium: a claim, a list, a file, an article, a statement of an answer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.settings import Settings
from app.ui.window import serve
from tests.test_window import HOW_MUCH, Served, ask, open_tab, text
from tests.test_window_access import ENLARGED, NARROW, faults, misheard, move
from tests.window_fakes import HOSTILE, INVEST, FakeAsker

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext
    from playwright.sync_api import Page as Tab

# Gradio's own bookkeeping asks pandas for what pandas means to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

LIST = (
    "contradicted it is.\nmisquoted the words are.\nunheld it is.\nparts there are.\nabsent it is.\nfail\n"
    "divided they are.\nhostile it is.\n인공지능기본법은 있다."
)


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
    served.asker.checked.clear()
    return open_check(context, served)


def open_check(context: BrowserContext, served: Served) -> Tab:
    tab = open_tab(context, served.window.url)
    tab.get_by_role("tab", name="Check").click()
    tab.wait_for_selector("#sg-check-limits details")
    return tab


def check(tab: Tab, claims: str, shown: int) -> None:
    tab.fill("#sg-check-text", claims)
    tab.get_by_role("button", name="Check", exact=True).click()
    results(tab, shown)


def results(tab: Tab, shown: int) -> None:
    tab.wait_for_function("shown => document.querySelectorAll('.sg-checks .sg-check').length === shown", arg=shown)


def choose(tab: Tab, path: Path) -> None:
    tab.once("filechooser", lambda chooser: chooser.set_files(path))
    tab.get_by_role("button", name="Choose a file").click()


def audit(tab: Tab, article: str) -> None:
    tab.get_by_role("radio", name="An article").check()
    tab.fill("#sg-check-text", article)
    tab.get_by_role("button", name="Audit").click()


def test_an_example_is_checked_and_its_source_opens_in_place(context: BrowserContext, served: Served) -> None:
    asked: list[str] = []
    problems: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: problems.append(str(error.error)))
    tab = open_check(context, served)
    assert tab.locator(".sg-check-head [data-claim]").count() == 3
    tab.locator(".sg-check-head [data-claim]").first.click()
    results(tab, 1)
    assert tab.input_value("#sg-check-text").startswith("The leaders’ joint statement")
    assert text(tab, ".sg-verdict").startswith("✓\nSupported by the sources")
    tab.locator(".sg-check .sg-open").click()
    tab.wait_for_selector("#sg-check-panel mark")
    assert text(tab, "#sg-check-panel mark") == INVEST
    tab.keyboard.press("Escape")
    tab.wait_for_selector("#sg-check-panel .sg-empty")
    assert tab.evaluate("document.activeElement.className") == "sg-open"
    audit(tab, "An article.")
    frame = tab.frame_locator("iframe.sg-report")
    frame.locator("a.s").first.click()
    frame.locator("#n1:target").wait_for()
    assert problems == []
    assert [url for url in asked if not url.startswith((served.window.url + "/", "data:", "blob:", "about:"))] == []


def test_a_list_is_filtered_saved_and_turned_over(tab: Tab) -> None:
    check(tab, LIST, 9)
    tab.get_by_role("button", name="Contradicted by the sources").click()
    results(tab, 3)
    assert tab.evaluate("document.activeElement.dataset.only") == "contradicted"  # drawn anew, the focus stays
    assert tab.locator(".sg-filter [aria-pressed=true]").inner_text().split() == ["✕", "Contradicted", "by", "the",
                                                                                 "sources", "3"]  # fmt: skip
    with tab.expect_download() as saved:
        tab.get_by_role("button", name="CSV").click()
    assert saved.value.suggested_filename == "checks.csv"
    assert len(saved.value.path().read_text(encoding="utf-8-sig").split("contradicted")) > 1
    check(tab, "\n".join(f"Claim {i} is fine." for i in range(120)), 50)
    tab.wait_for_selector(".sg-pager")
    tab.get_by_role("button", name="Later").click()
    tab.wait_for_selector("#sg-claim-99")
    tab.get_by_role("button", name="Later").click()
    results(tab, 20)
    assert tab.get_by_role("button", name="Later").is_disabled()
    assert tab.locator(".sg-claim").first.inner_text() == "Claim 100 is fine."


def test_a_list_stops_and_goes_on(tab: Tab, served: Served) -> None:
    check(tab, "One is fine.\nblocked two.\nThree is fine.", 1)
    tab.get_by_role("button", name="Stop").click()
    tab.wait_for_selector("[data-does=go_on]")
    assert "Stopped. 1 of 3 checked." in text(tab, "#sg-check-results .sg-check-head")
    served.asker.gate.set()
    tab.get_by_role("button", name="Check the rest").click()
    results(tab, 3)
    assert tab.locator(".sg-claim").all_inner_texts() == ["One is fine.", "blocked two.", "Three is fine."]
    assert "3 of 3 checked. Supported by the sources: 3." in tab.locator("#sg-check-results .sg-said").inner_text()


def test_hostile_claims_sources_and_articles_run_nowhere(tab: Tab) -> None:
    check(tab, f"hostile {HOSTILE}".replace("\n", " "), 1)
    assert "<script>window.hacked=1</script>" in text(tab, ".sg-check")
    tab.locator(".sg-check .sg-open").first.click()
    tab.wait_for_selector("#sg-check-panel .sg-notice")  # the fake's paragraph is not the cited one
    tab.keyboard.press("Escape")
    tab.locator(".sg-limits summary").click()
    tab.locator("[data-add]").click()  # a document with a hostile title
    assert "<script>window.hacked=1</script>" in text(tab, "#sg-check-limits .sg-chips")
    audit(tab, "hostile")
    tab.wait_for_selector("iframe.sg-report")
    assert "window.hacked=1" in tab.frame_locator("iframe.sg-report").locator("body").inner_text()
    assert tab.evaluate("window.hacked") is None
    assert "\u202e" not in tab.locator("body").inner_text()


def test_evidence_is_limited_by_keyboard_and_the_limit_is_taken_off(tab: Tab, served: Served) -> None:
    tab.locator(".sg-limits summary").focus()
    tab.keyboard.press("Enter")
    tab.get_by_label("Single documents").select_option("han")
    tab.get_by_role("button", name="Add").press("Enter")
    check(tab, "It is fine.", 1)
    assert served.asker.checked[-1][1].doc_ids == ("han",)
    assert "Evidence only from: ROK-US AI Cooperation Needs Real Reciprocity" in text(tab, ".sg-limited")
    tab.locator("#sg-check-limits .sg-chips button").press("Enter")
    assert tab.evaluate("document.activeElement.localName") == "summary"
    tab.get_by_role("button", name="Check", exact=True).click()
    tab.wait_for_selector(".sg-limited", state="detached")
    assert not served.asker.checked[-1][1].doc_ids


def test_a_file_of_claims_and_one_that_is_refused(tab: Tab, tmp_path: Path) -> None:
    claims, empty, wrong = tmp_path / "우리 목록.csv", tmp_path / "empty.txt", tmp_path / "a.xlsx"
    claims.write_bytes("claim,who\n두 나라는 협력한다.,a\nIt is fine.,b\n".encode("cp949"))
    empty.write_text("", encoding="utf-8")
    wrong.write_bytes(b"PK")
    choose(tab, claims)
    results(tab, 2)
    assert text(tab, ".sg-form-said") == "우리 목록.csv"
    choose(tab, empty)
    tab.wait_for_function("document.querySelector('.sg-form-said').textContent.includes('is empty')")
    choose(tab, wrong)
    tab.wait_for_function("document.querySelector('.sg-form-said').textContent.includes('only .csv, .txt')")
    claims.write_text("One is fine.\n" * 501, encoding="utf-8")
    choose(tab, claims)
    tab.wait_for_selector("#sg-check-results .sg-error")
    assert "holds 501 claims; 500 are the most" in text(tab, "#sg-check-results .sg-error")


def test_an_article_is_audited_cancelled_gone_on_with_and_saved(tab: Tab, served: Served, tmp_path: Path) -> None:
    article = tmp_path / "column.txt"
    article.write_text("blocked article of some sentences.", encoding="utf-8")
    tab.get_by_role("radio", name="An article").check()
    choose(tab, article)
    tab.wait_for_selector("#sg-audit progress[value='4']")
    tab.get_by_role("button", name="Cancel").click()
    tab.wait_for_selector("#sg-audit [data-does=go_on]")
    assert "Cancelled. Sentence 4 of 12." in text(tab, "#sg-audit .sg-check-head")
    served.asker.gate.set()
    tab.get_by_role("button", name="Go on").click()
    frame = tab.frame_locator("iframe.sg-report")
    frame.get_by_role("heading", name="Audit of What a fair partnership would take").wait_for()
    with tab.expect_download() as saved:
        tab.get_by_role("button", name="Word").click()
    assert saved.value.suggested_filename == "audit.docx"
    tab.get_by_role("radio", name="Claims").check()
    assert tab.locator("iframe.sg-report").is_hidden()


def test_a_statement_of_an_answer_is_checked(context: BrowserContext, served: Served) -> None:
    tab = open_tab(context, served.window.url)
    ask(tab, HOW_MUCH)
    for _ in range(2):  # the tab is opened first, and then is open already
        tab.get_by_role("button", name=f"Check this: {INVEST}").press("Enter")
        tab.wait_for_selector(".sg-checks .sg-check")
        assert tab.input_value("#sg-check-text") == INVEST
        assert tab.locator(".sg-claim").all_inner_texts() == [INVEST]
        tab.get_by_role("tab", name="Ask").click()
    assert [claim for claim, _ in served.asker.checked][-2:] == [INVEST, INVEST]


def test_another_browser_sees_nothing_of_it(browser: Browser, tab: Tab, served: Served) -> None:
    check(tab, "My own claim is fine.", 1)
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(40_000)
    stranger = open_check(context, served)
    assert "My own claim" not in stranger.locator("body").inner_text()
    assert stranger.locator(".sg-check-head [data-claim]").count() == 3
    context.close()


def views(tab: Tab) -> Iterator[str]:
    """Open each view of the tab, one after the other, and name it."""
    yield "start"
    tab.locator(".sg-limits summary").click()
    tab.get_by_label("Single documents").select_option("summit")
    tab.get_by_role("button", name="Add").click()
    yield "limits"
    tab.locator("#sg-check-limits .sg-chips button").click()
    check(tab, LIST, 9)
    tab.wait_for_selector(".sg-saves")
    tab.locator(".sg-others summary").first.click()
    yield "results"
    tab.locator(".sg-check .sg-open").first.click()
    tab.wait_for_selector("#sg-check-panel .sg-source:not(.sg-empty)")
    yield "source"
    tab.keyboard.press("Escape")
    check(tab, "\n".join(f"Claim {i} is fine." for i in range(51)), 50)
    yield "pages"
    tab.fill("#sg-check-text", "")
    tab.get_by_role("button", name="Check", exact=True).click()
    tab.wait_for_selector("#sg-check-results .sg-error")
    yield "error"
    audit(tab, "An article.")
    tab.wait_for_selector("iframe.sg-report")
    yield "audit"


@pytest.mark.parametrize(
    ("checks", "options"),
    [
        pytest.param(("layout", "contrast"), NARROW, id="narrow"),
        pytest.param(("layout",), ENLARGED, id="enlarged"),
        pytest.param(("contrast", "aloud"), {}, id="light"),
        pytest.param(("contrast",), {"color_scheme": "dark"}, id="dark"),
    ],
)
def test_every_view_can_be_seen_pressed_and_heard(
    browser: Browser, served: Served, tmp_path: Path, checks: tuple[str, ...], options: dict[str, Any]
) -> None:
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce"} | options)
    context.set_default_timeout(40_000)
    tab = open_check(context, served)
    wrong = []
    for view in views(tab):
        tab.screenshot(path=tmp_path / f"{view}.png", full_page=True)
        wrong += [f"{view}: {fault}" for check in checks for fault in faults(tab, check)]
        wrong += [f"{view}: {fault}" for fault in misheard(tab)]
    context.close()
    assert not wrong, "\n".join(wrong)


def test_the_form_is_used_by_keyboard_alone(tab: Tab) -> None:
    tab.get_by_role("tab", name="Check").focus()
    move(tab, "[name=mode]")
    move(tab, "#sg-check-text")
    tab.keyboard.type("It is fine.")
    tab.keyboard.press("Control+Enter")
    results(tab, 1)
    for to in (".sg-go", "[data-pick]", ".sg-limits summary", ".sg-check .sg-open", "[data-form=csv]"):
        move(tab, to)
    boxes = [tab.locator(to).bounding_box() for to in (".sg-check-form", "#sg-check-results")]
    for above, below in pairwise(boxes):
        assert above is not None
        assert below is not None
        assert above["y"] + above["height"] <= below["y"]
