"""Evaluating in a real Chromium: run, progress, cancel, go on, report, compare, delete, and a failing item in Ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.settings import Settings
from app.ui.window import Window, serve
from eval.ui.tab import EvaluateTab
from tests.evaluate_fakes import FakeEvaluate
from tests.test_window import open_tab, text
from tests.test_window_access import NARROW, faults, focused, misheard, move
from tests.test_window_check import choose
from tests.window_fakes import FakeAsker

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext
    from playwright.sync_api import Page as Tab

# Gradio's own bookkeeping asks pandas for what pandas means to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


@dataclass
class Served:
    """A window, the asker behind it, and the fake evaluation behind its tab."""

    window: Window
    asker: FakeAsker
    fake: FakeEvaluate
    home: Path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    asker, fake = FakeAsker(), FakeEvaluate()
    window = serve(Settings.load(port=0, home=tmp_path), lambda: asker, block=False, further=[EvaluateTab(fake)])
    yield Served(window, asker, fake, tmp_path)
    fake.gate.set()
    asker.gate.set()
    window.close()


def open_evaluate(tab: Tab) -> Tab:
    tab.get_by_role("tab", name="Evaluate").click()
    tab.wait_for_selector("#sg-eval-runs h3")
    return tab


@pytest.fixture
def tab(context: BrowserContext, served: Served) -> Tab:
    return open_evaluate(open_tab(context, served.window.url))


def run(tab: Tab, tried: str = "") -> None:
    tab.select_option("[name=tried]", tried)
    tab.get_by_role("button", name="Run", exact=True).click()


def ended(tab: Tab, count: int) -> None:
    tab.wait_for_function(
        "count => document.querySelectorAll('.sg-run-figures').length === count "
        "&& !document.querySelector('[data-running]')",
        arg=count,
    )


def test_a_run_is_watched_cancelled_gone_on_with_and_read(context: BrowserContext, served: Served, tab: Tab) -> None:
    asked: list[str] = []
    problems: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: problems.append(str(error.error)))
    served.fake.held = ("c-1",)
    run(tab)
    tab.wait_for_selector("progress[value='4'][max='29']")
    tab.wait_for_function("document.querySelector('.sg-stage').textContent.startsWith('4 of 29 items, less than a')")
    run(tab, "depth=20")
    tab.wait_for_selector("text=1 run is before this one")
    # Nothing of it blocks the other tabs.
    tab.get_by_role("tab", name="Ask").click()
    tab.fill("#sg-box textarea", "How much do Koreans invest?")
    tab.press("#sg-box textarea", "Enter")
    tab.wait_for_selector(".sg-outcome")
    open_evaluate(tab)
    tab.get_by_role("button", name="Cancel: Golden set, dev · questions, claims · depth 20").click()
    tab.wait_for_selector("text=1 run is before this one", state="detached")
    tab.get_by_role("button", name="Cancel: ").click()
    tab.wait_for_selector("text=Ends after this item")
    served.fake.gate.set()
    tab.wait_for_selector("text=not finished, 5 of 29 items")

    tab.reload()
    tab.wait_for_selector(".sg-turn")  # the conversation is there again
    open_evaluate(tab)
    tab.get_by_role("button", name="Go on: Golden set, dev · questions, claims · as set").click()
    ended(tab, 1)
    tab.get_by_role("button", name="Report: ").click()
    frame = tab.frame_locator("iframe.sg-report")
    frame.get_by_role("heading", name="Evaluation of Sangho").wait_for()
    focused(tab, ".sg-eval-head h3")
    frame.locator("#filter").wait_for()  # its script runs: the filters are there
    frame.locator("nav a", has_text="Items").click()
    frame.locator("#all-items:target").wait_for(state="attached")
    frame.locator("#items > li:visible summary").first.click()
    frame.locator("#items details[open] h4, #items details[open] p").first.wait_for()
    assert frame.locator("body").evaluate("() => { try { return parent.document.title } catch { return '' } }") == ""
    for form in ("HTML", "Markdown"):
        with tab.expect_download() as saved:
            tab.get_by_role("button", name=form, exact=True).click()
        assert saved.value.suggested_filename == f"evaluation.{'md' if form == 'Markdown' else 'html'}"
        assert "Evaluation of Sangho" in saved.value.path().read_text(encoding="utf-8")
    assert problems == []
    assert [url for url in asked if not url.startswith((served.window.url + "/", "data:", "blob:", "about:"))] == []


def test_two_runs_are_compared_and_a_failing_item_opens_in_ask(served: Served, tab: Tab) -> None:
    run(tab)
    ended(tab, 1)
    run(tab, "depth=20")
    ended(tab, 2)
    assert [one.split(" · ")[-1] for one in tab.locator(".sg-run-name").all_inner_texts()] == ["depth 20", "as set"]
    form = tab.locator(".sg-eval-compare")
    assert form.locator("[name=first] option:checked").inner_text().startswith("as set,")
    assert form.locator("[name=second] option:checked").inner_text().startswith("depth 20,")
    form.get_by_role("button", name="Compare").click()
    tab.frame_locator("iframe.sg-report").get_by_role("heading", name="Comparison of depth 20 with as set").wait_for()
    assert "became worse (1)" in text(tab, ".sg-eval-wrong h3")
    tab.get_by_role("button", name="Open in Ask: Question 1?").click()
    tab.wait_for_function("document.querySelector('#sg-box textarea').value === 'Question 1?'")
    focused(tab, "#sg-box textarea")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".sg-outcome")
    assert text(tab, ".sg-question") == "Question 1?"

    open_evaluate(tab)
    tab.get_by_role("button", name="Report: Golden set, dev · questions, claims · as set").click()
    tab.wait_for_selector(".sg-eval-wrong .sg-pager")
    tab.get_by_role("button", name="Later").click()
    tab.get_by_role("button", name="Open in Ask: Question 29?").wait_for()
    focused(tab, ".sg-eval-wrong h3")
    tab.get_by_role("button", name="Earlier").click()
    tab.get_by_role("button", name="Open in Check: Claim 2.").click()
    tab.wait_for_selector(".sg-checks .sg-check")
    assert tab.input_value("#sg-check-text") == "Claim 2."

    open_evaluate(tab)
    tab.get_by_role("button", name="Delete: ").first.click()
    tab.get_by_role("button", name="Keep").click()
    assert tab.locator(".sg-runs > li").count() == 2
    tab.get_by_role("button", name="Delete: ").first.click()
    tab.get_by_role("button", name="Delete for good").click()
    tab.wait_for_function("document.querySelectorAll('.sg-runs > li').length === 1")
    assert len(list((served.home / "eval" / "runs").glob("*.json"))) == 1


def test_hostile_files_and_questions_run_nowhere(served: Served, tab: Tab, tmp_path: Path) -> None:
    evil = tmp_path / "<img src=x onerror=window.hacked=1>.csv"
    evil.write_text("question,document\n<script>window.hacked=1</script>,han\n", encoding="utf-8")
    wrong = tmp_path / "a.xlsx"
    wrong.write_bytes(b"PK")
    served.fake.said = ("<script>window.hacked=1</script>",)
    tab.select_option("[name=data]", "own")
    assert tab.locator("input[value=claim]").is_hidden()
    tab.get_by_role("button", name="Run", exact=True).click()
    tab.wait_for_selector("text=There is no file of questions yet.")
    for path, told in ((wrong, "a.xlsx is no CSV."), (evil, evil.name)):
        choose(tab, path)
        tab.wait_for_function("told => document.querySelector('.sg-eval-file').textContent === told", arg=told)
    run(tab)
    ended(tab, 1)
    assert "<img src=x onerror=window.hacked=1>.csv" in text(tab, ".sg-run-name")
    tab.get_by_role("button", name="Report: ").click()
    frame = tab.frame_locator("iframe.sg-report")
    frame.locator("#filter").wait_for()
    frame.get_by_role("button", name="Open all shown").click()
    assert frame.locator("body").evaluate("() => window.hacked") is None
    opens = tab.locator("[data-ask*='window.hacked']")
    assert "</script><script>window.hacked=1</script>" in tab.locator(".sg-wrong").inner_text()
    opens.click()
    tab.wait_for_function("document.querySelector('#sg-box textarea').value.includes('window.hacked=1')")
    assert tab.evaluate("window.hacked") is None
    assert "\u202e" not in tab.locator("body").inner_text()


def views(tab: Tab, served: Served) -> Iterator[str]:
    """Open each view of the tab, one after the other, and name it."""
    tab.select_option("[name=data]", "test")
    yield "start"
    tab.select_option("[name=data]", "own")
    tab.get_by_role("button", name="Run", exact=True).click()
    tab.wait_for_selector("#sg-eval-runs .sg-error")
    yield "own"
    tab.select_option("[name=data]", "dev")
    served.fake.held = ("c-1",)
    run(tab)
    tab.wait_for_selector("progress[value='4']")
    run(tab, "ranking=bm25")
    tab.wait_for_selector("text=1 run is before this one")
    yield "going"
    served.fake.gate.set()
    ended(tab, 2)
    tab.get_by_role("button", name="Delete: ").first.click()
    yield "runs"
    tab.get_by_role("button", name="Keep").click()
    tab.get_by_role("button", name="Compare", exact=True).click()
    tab.frame_locator("iframe.sg-report").locator("#filter").wait_for()
    yield "report"


@pytest.mark.parametrize(
    ("checks", "options"),
    [
        pytest.param(("layout", "contrast"), NARROW, id="narrow"),
        pytest.param(("contrast", "aloud"), {}, id="light"),
        pytest.param(("contrast",), {"color_scheme": "dark"}, id="dark"),
    ],
)
def test_every_view_can_be_seen_pressed_and_heard(
    browser: Browser, served: Served, tmp_path: Path, checks: tuple[str, ...], options: dict[str, Any]
) -> None:
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce"} | options)
    context.set_default_timeout(40_000)
    tab = open_tab(context, served.window.url)
    if not tab.get_by_role("tab", name="Evaluate").is_visible():  # behind the menu of tabs that have no room
        tab.locator(".overflow-menu > button").click()
        tab.locator(".overflow-dropdown button", has_text="Evaluate").click()
        tab.wait_for_selector("#sg-eval-runs h3")
    else:
        open_evaluate(tab)
    wrong = []
    for view in views(tab, served):
        tab.screenshot(path=tmp_path / f"{view}.png", full_page=True)
        wrong += [f"{view}: {fault}" for check in checks for fault in faults(tab, check)]
        wrong += [f"{view}: {fault}" for fault in misheard(tab)]
    context.close()
    assert not wrong, "\n".join(wrong)


def test_the_tab_is_used_by_keyboard_alone(served: Served, tab: Tab) -> None:
    tab.get_by_role("tab", name="Evaluate").focus()
    for to in ("[name=data]", "[name=every]", "[name=tried]"):
        move(tab, to)
    tab.keyboard.press("d")  # "Depth 5"
    move(tab, "[name=tasks]")
    move(tab, ".sg-go")
    tab.keyboard.press("Enter")
    ended(tab, 1)
    assert served.fake.requests[0].pairs == ("depth=5",)
    focused(tab, ".sg-go")  # what is drawn takes the focus nowhere
    move(tab, "[data-does=see]")
    tab.keyboard.press("Enter")
    focused(tab, ".sg-eval-head h3")
    for to in ("[data-form=html]", "[data-form=markdown]", "[data-does=close]"):
        move(tab, to)
    tab.keyboard.press("Enter")
    focused(tab, "#sg-eval-runs h3")
    assert tab.locator("iframe.sg-report").count() == 0
    move(tab, "[data-does=delete]")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")  # delete for good
    tab.wait_for_selector("text=No run yet.")
    focused(tab, "#sg-eval-runs h3")
