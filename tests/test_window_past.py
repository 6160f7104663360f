"""Conversations and ratings in a real Chromium: reloads, the dialog, two browsers, the keyboard, narrow windows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.conversations import Conversations
from app.settings import Settings
from app.ui.window import Window, serve
from tests.test_window import HOW_MUCH, ask, open_tab, text
from tests.window_fakes import HOSTILE, FakeAsker

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext
    from playwright.sync_api import Page as Tab

# Gradio's own bookkeeping asks pandas for what pandas means to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def window(home: Path) -> Iterator[Window]:
    window = serve(Settings.load(port=0, home=home), FakeAsker, block=False)
    yield window
    window.close()


@pytest.fixture
def tab(context: BrowserContext, window: Window) -> Tab:
    return open_tab(context, window.url)


def open_past(tab: Tab) -> None:
    tab.get_by_role("button", name="Conversations").click()
    tab.wait_for_selector("dialog[open] .sg-past-list p")


def titles(tab: Tab) -> list[str]:
    return tab.locator(".sg-past li bdi").all_inner_texts()


def test_a_conversation_survives_a_reload_and_goes_on(tab: Tab) -> None:
    ask(tab, HOW_MUCH)
    ask(tab, "TikTok?")
    before = tab.locator(".sg-turn").all_inner_texts()
    tab.reload()
    tab.locator(".sg-turn").nth(1).wait_for()
    assert tab.locator(".sg-turn").all_inner_texts() == before
    tab.click(".sg-turn >> nth=0 >> .sg-cite >> nth=0")
    tab.wait_for_selector("#sg-panel mark")
    ask(tab, "Japan?")
    assert tab.locator(".sg-turn").count() == 3


def test_another_tab_begins_with_an_empty_one_and_finds_the_first_in_the_list(
    tab: Tab, context: BrowserContext
) -> None:
    ask(tab, HOW_MUCH)
    other = open_tab(context, tab.url)
    assert other.locator(".sg-turn").count() == 0
    open_past(other)
    assert titles(other) == [HOW_MUCH]
    other.get_by_role("button", name=HOW_MUCH, exact=True).click()
    other.locator(".sg-outcome").wait_for()
    assert not other.locator("dialog").is_visible()
    other.reload()
    other.locator(".sg-outcome").wait_for()


def test_a_new_conversation_stays_new_after_a_reload(tab: Tab) -> None:
    ask(tab, HOW_MUCH)
    tab.get_by_role("button", name="New conversation").click()
    tab.locator(".sg-turn").wait_for(state="detached")
    tab.reload()
    tab.wait_for_selector("[data-example]")
    tab.wait_for_timeout(300)
    assert tab.locator(".sg-turn").count() == 0


def test_renaming_and_deleting(tab: Tab) -> None:
    ask(tab, HOW_MUCH)
    tab.get_by_role("button", name="New conversation").click()
    tab.locator(".sg-turn").wait_for(state="detached")
    ask(tab, "TikTok?")
    open_past(tab)
    assert titles(tab) == ["TikTok?", HOW_MUCH]
    tab.get_by_role("button", name=f"Rename: {HOW_MUCH}").click()
    tab.keyboard.press("Escape")
    assert tab.locator("dialog").is_visible()  # only the renaming ended
    tab.get_by_role("button", name=f"Rename: {HOW_MUCH}").click()
    tab.get_by_label("New title").fill("Investment <b>figures</b>")
    tab.keyboard.press("Enter")
    tab.get_by_text("Investment <b>figures</b>", exact=True).wait_for()
    tab.get_by_role("button", name="Delete: Investment").click()
    tab.keyboard.press("Enter")  # the focus is on what keeps it
    assert len(titles(tab)) == 2
    tab.get_by_role("button", name="Delete: Investment").click()
    tab.get_by_role("button", name="Delete for good").click()
    tab.get_by_text("1 conversation deleted.").wait_for()
    assert titles(tab) == ["TikTok?"]
    assert tab.locator(".sg-turn").count() == 1
    tab.get_by_role("button", name="Delete: TikTok?").click()
    tab.get_by_role("button", name="Delete for good").click()
    tab.get_by_text("No conversation is kept yet.").wait_for()
    assert tab.locator(".sg-turn").count() == 0  # it was the open one
    tab.keyboard.press("Escape")
    tab.wait_for_selector("[data-example]")


def test_ratings_are_kept_saved_as_a_file_and_erased(tab: Tab, home: Path) -> None:
    ask(tab, HOW_MUCH)
    tab.locator("details.sg-evidence summary").click()
    tab.get_by_role("button", name="Not helpful").click()
    tab.locator(".sg-note textarea").wait_for()
    assert tab.evaluate("document.activeElement.name") == "note"  # the keyboard can go on writing
    tab.keyboard.type(HOSTILE)
    tab.get_by_role("button", name="Keep the note").click()
    tab.get_by_text("Kept.").wait_for()
    assert tab.locator("details.sg-evidence").get_attribute("open") is not None  # nothing above was drawn anew
    tab.reload()
    tab.get_by_text("Kept.").wait_for()
    assert tab.locator(".sg-note textarea").input_value() == HOSTILE
    assert tab.evaluate("window.hacked") is None
    open_past(tab)
    with tab.expect_download() as saving:
        tab.get_by_role("button", name="Save 1 rating").click()
    (line,) = saving.value.path().read_text(encoding="utf-8").splitlines()
    assert saving.value.suggested_filename == "sangho-ratings.jsonl"
    assert (json.loads(line)["note"], json.loads(line)["question"]) == (HOSTILE, HOW_MUCH)
    tab.get_by_role("button", name="Erase ratings").click()
    tab.get_by_role("button", name="Erase for good").click()
    tab.get_by_text("1 rating erased.").wait_for()
    assert Conversations(home).feedback() == []


def test_a_rating_is_taken_back_by_a_second_press(tab: Tab, home: Path) -> None:
    ask(tab, HOW_MUCH)
    up = tab.get_by_role("button", name="Helpful", exact=True)
    up.click()
    tab.locator(".sg-note").wait_for()
    assert up.get_attribute("aria-pressed") == "true"
    up.click()
    tab.locator(".sg-note").wait_for(state="detached")
    assert Conversations(home).feedback() == []


def test_another_browser_is_given_nothing(tab: Tab, browser: Browser) -> None:
    ask(tab, HOW_MUCH)
    kept = tab.evaluate("sessionStorage.getItem('sangho-conversation')")
    assert len(kept) == 16
    other = browser.new_context()
    try:
        theirs = open_tab(other, tab.url)
        theirs.evaluate("id => sessionStorage.setItem('sangho-conversation', id)", kept)
        theirs.reload()
        theirs.locator(".sg-told p").wait_for()
        assert "no such conversation" in text(theirs, ".sg-told")
        assert theirs.locator(".sg-turn").count() == 0
        open_past(theirs)
        assert titles(theirs) == []
    finally:
        other.close()


def test_hostile_questions_run_nothing_in_the_list(tab: Tab) -> None:
    ask(tab, HOSTILE)
    open_past(tab)
    assert tab.locator(".sg-past img, .sg-past script").count() == 0
    assert "<script>" in titles(tab)[0]
    assert tab.evaluate("window.hacked") is None


def test_the_keyboard_alone_opens_and_closes_the_dialog_and_stays_in_it(tab: Tab) -> None:
    ask(tab, HOW_MUCH)
    tab.get_by_role("button", name="Conversations").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_selector("dialog[open] li")
    for _ in range(12):
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    tab.keyboard.press("Escape")
    assert not tab.locator("dialog").is_visible()
    assert tab.evaluate("document.activeElement.textContent") == "Conversations"


@pytest.mark.parametrize("width", [360, 640])
def test_narrow_windows_and_large_letters_hide_nothing(tab: Tab, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 700})
    ask(tab, "How much " + "do Koreans invest in companies that build artificial intelligence " * 3)
    tab.get_by_role("button", name="Not helpful").click()
    tab.locator(".sg-note").wait_for()
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    open_past(tab)
    dialog = tab.locator("dialog").bounding_box()
    assert dialog is not None
    assert dialog["x"] >= 0
    assert dialog["x"] + dialog["width"] <= width
    assert tab.evaluate("(d => d.scrollWidth - d.clientWidth)(document.querySelector('dialog'))") <= 0
