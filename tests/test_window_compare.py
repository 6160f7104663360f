"""Two documents side by side in the window: a real Chromium, a real index, the real embedding model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.pipeline import Pipeline, own_files
from app.settings import Settings
from app.ui.window import Window, serve
from ingest.embedding import SentenceTransformerEmbedder
from ingest.sync import ingest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext
    from playwright.sync_api import Page as Tab

FILES = {
    "accord-2021.txt": """title: The Chips Accord of two governments, whose long title does not fit beside another one
issuer: Office of the President
date: 2021-05-21
type: joint_statement

The two governments fund semiconductor laboratories in Daejeon together, with 120 million dollars.
Undersea cables between the coasts are repaired by one common fleet of ships.
Exchange students of both countries receive visas for three years.
""",
    "accord-2023.txt": """title: The Second Chips Accord
issuer: Two governments
date: 2023-04-26
type: joint_statement

Shipyards train welders on Sundays.
The two governments fund semiconductor laboratories in Daejeon and in Ohio, with 300 million dollars.
A common fleet of ships repairs the undersea cables between the coasts.
Laboratories measure quantum sensors against one standard.
""",
    "digest.md": """---
title: A digest of the first accord
date: "2022"
type: article
edition: digest
---

[¶4-6] The governments pay for semiconductor laboratories in Daejeon.

[¶7] One fleet of ships repairs undersea cables.
""",
    "korean.txt": "title: 한미 공동성명\ndate: 2024\ntype: joint_statement\nlanguage: ko\n\n"
    "두 정상은 반도체 연구에 협력한다.\n",
    "evil.txt": "title: <script>window.hacked=1</script>\u202e\ntype: <img src=x onerror=window.hacked=1>\n\n"
    "<img src=x onerror=window.hacked=1> semiconductor laboratories in Daejeon \u202egnp.exe\n",
}
A, B = "accord-2021", "accord-2023"

# Gradio's own bookkeeping asks pandas for what pandas means to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    folder = tmp_path_factory.mktemp("comparing")
    home, corpus = folder / "home", folder / "corpus"
    corpus.mkdir()
    for name, text in FILES.items():
        (corpus / name).write_text(text, encoding="utf-8")
    settings, embedder = Settings.load(home=home, port=0), SentenceTransformerEmbedder()
    assert not ingest(home, [corpus], embedder, settings.passage_tokens, 1_000_000).failed
    with Pipeline(settings, embedder) as pipeline:
        window = serve(settings, pipeline.warm, own_files(settings, embedder), block=False)
        yield window
        window.close()


def opened(context: BrowserContext, window: Window, address: str, selector: str) -> Tab:
    tab = context.new_page()
    tab.goto(window.url + address)
    tab.wait_for_selector(selector)
    tab.wait_for_selector("#sg-about p", state="attached")
    return tab


def compared(context: BrowserContext, window: Window, left: str = A, right: str = B) -> Tab:
    return opened(context, window, f"/?compare={left}&with={right}", ".sg-rows")


def rows(tab: Tab) -> list[list[str]]:
    """What stands in the rows that are shown, by the numbers and marks of their cells."""
    cells = (
        "row => [...row.cells].map(cell => cell.querySelector('.sg-place, .sg-nothing, .sg-also p').innerText.trim())"
    )
    found: list[list[str]] = tab.evaluate(
        f"[...document.querySelectorAll('.sg-rows tbody tr:not([hidden])')].map({cells})"
    )
    return [[" ".join(cell.split()) for cell in row] for row in found]


ROWS = [
    ["No counterpart found in A", "¶1 Only in B"],
    ["¶1", "¶2"],
    ["¶2", "¶3"],
    ["No counterpart found in A", "¶4 Only in B"],
    ["¶3 Only in A", "No counterpart found in B"],
]


def test_two_documents_are_chosen_compared_read_and_come_back_to(context: BrowserContext, window: Window) -> None:
    tab = opened(context, window, "/", ".sg-header")
    tab.get_by_role("tab", name="Sources").click()
    tab.get_by_role("link", name="Compare two documents").click()
    tab.wait_for_selector(".sg-choose")
    assert tab.url == f"{window.url}/?compare="
    assert tab.evaluate("document.activeElement.id") == "sg-left"
    assert tab.locator("#sg-own").is_hidden()
    groups = tab.locator("#sg-left optgroup").evaluate_all("found => found.map(one => one.label)")
    assert groups == ["Joint statement", "Article", "<img src=x onerror=window.hacked=1>"]
    tab.get_by_label("Document A").select_option(A)
    tab.get_by_role("button", name="Compare").click()
    assert tab.locator(".sg-rows").count() == 0  # the browser asks for the second one
    tab.get_by_label("Document B").select_option(B)
    tab.get_by_role("button", name="Compare").click()
    tab.wait_for_selector(".sg-rows")
    assert tab.url == f"{window.url}/?compare={A}&with={B}"
    assert sorted(rows(tab)) == sorted(ROWS)
    assert tab.locator(".sg-tally").inner_text().split("\n") == [
        "A", "Of 3 paragraphs of A, 2 have a counterpart in B and 1 has none.",
        "B", "Of 4 paragraphs of B, 2 have a counterpart in A and 2 have none.",
    ]  # fmt: skip
    assert tab.evaluate("document.activeElement.className") == "sg-compared"

    tab.locator(".sg-rows").get_by_role("link", name="¶3").first.click()
    tab.wait_for_selector(".sg-reader .sg-here")
    assert tab.url == f"{window.url}/?doc={B}&p=3"
    assert "common fleet" in tab.locator(".sg-here").inner_text()
    tab.go_back()
    tab.wait_for_selector(".sg-rows")
    assert tab.url == f"{window.url}/?compare={A}&with={B}"
    tab.go_back()
    tab.wait_for_function("!document.querySelector('.sg-rows') && document.querySelector('.sg-choose')")
    tab.go_back()
    tab.wait_for_selector(".sg-table")


def test_the_address_of_a_comparison_stays(context: BrowserContext, window: Window) -> None:
    """Again and again: what the page asks for at its start comes back in any order."""
    tab = compared(context, window)
    for _ in range(4):
        tab.reload()
        tab.wait_for_selector(".sg-rows")
        tab.wait_for_selector(".sg-files", state="attached")
        assert tab.get_by_role("tab", name="Sources").get_attribute("aria-selected") == "true"
        assert sorted(rows(tab)) == sorted(ROWS)
        assert tab.input_value("#sg-left") == A
        assert tab.input_value("#sg-right") == B


def test_a_document_that_is_read_is_the_first_of_a_comparison(context: BrowserContext, window: Window) -> None:
    tab = opened(context, window, f"/?doc={B}", ".sg-reader")
    tab.get_by_role("link", name="Compare with another document").click()
    tab.wait_for_selector(".sg-choose")
    assert tab.url == f"{window.url}/?compare={B}"
    assert (tab.input_value("#sg-left"), tab.input_value("#sg-right")) == (B, "")
    assert tab.evaluate("document.activeElement.id") == "sg-right"


def test_rows_are_filtered_by_keyboard_and_stay_so_on_the_way_back(context: BrowserContext, window: Window) -> None:
    tab = compared(context, window)

    def pressed() -> list[str]:
        return [one.split()[0] + one.split()[-2] for one in tab.locator("[aria-pressed=true]").all_inner_texts()]

    assert pressed() == ["AllAll"]
    tab.get_by_role("button", name="All 5").focus()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    assert rows(tab) == [["¶1", "¶2"], ["¶2", "¶3"]]
    assert tab.locator(".sg-count").inner_text() == "2 of 5 rows"
    tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    assert rows(tab) == [["¶3 Only in A", "No counterpart found in B"]]
    tab.keyboard.press("Tab")
    tab.keyboard.press("Space")
    assert [row[1] for row in rows(tab)] == ["¶1 Only in B", "¶4 Only in B"]
    assert tab.locator("[aria-pressed=true]").all_inner_texts() == ["Only in B 2"]
    tab.locator(".sg-rows").get_by_role("link", name="¶4").click()
    tab.wait_for_selector(".sg-reader")
    tab.go_back()
    tab.wait_for_selector(".sg-rows")
    tab.wait_for_selector("[data-only=right][aria-pressed=true]")
    assert len(rows(tab)) == 2
    tab.get_by_role("button", name="All 5").click()
    assert len(rows(tab)) == 5
    assert tab.locator(".sg-count").inner_text() == "all 5 rows"


def test_comparing_again_leaves_the_page_usable(context: BrowserContext, window: Window) -> None:
    tab = compared(context, window)
    tab.get_by_role("button", name="Compare", exact=True).click()
    tab.wait_for_function("!document.querySelector('#sg-views [aria-busy], #sg-views[aria-busy]')")
    assert len(rows(tab)) == 5


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (f"/?compare={A}&with={A}", "This is one document, chosen twice. Choose another one as B."),
        (f"/?compare={A}&with=%3Cimg%20src%3Dx%3E", "There is no document “<img src=x>” in the index."),
        (f"/?compare={A}&with=korean", "different languages (English and Korean)"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_line(
    context: BrowserContext, window: Window, address: str, said: str
) -> None:
    tab = opened(context, window, address, ".sg-why")
    assert said in tab.locator(".sg-why").inner_text()
    assert "Choose" in tab.locator(".sg-why").inner_text()
    assert tab.input_value("#sg-left") == A
    assert tab.locator(".sg-rows").count() == 0


def test_a_digest_is_told_apart_and_hostile_text_is_shown(context: BrowserContext, window: Window) -> None:
    tab = compared(context, window, A, "digest")
    summaries = tab.locator(".sg-rows .sg-place", has_text="Sangho’s summary of")
    assert [one.split("\n")[0] for one in summaries.all_inner_texts()] == [
        "Sangho’s summary of ¶4–6", "Sangho’s summary of ¶7",
    ]  # fmt: skip
    assert "“" not in tab.locator(".sg-rows").inner_text()
    evil = compared(context, window, "evil", A)
    assert "<script>window.hacked=1</script>" in evil.locator(".sg-rows th").first.inner_text()
    assert "U+202E" in evil.locator(".sg-rows td").first.inner_text() + evil.locator(".sg-rows").inner_text()
    assert "\u202e" not in evil.locator("body").inner_text()
    assert evil.evaluate("window.hacked") is None


def test_a_screen_reader_finds_a_table_whose_columns_are_the_documents(browser: Browser, window: Window) -> None:
    for width in (1280, 360):
        context = browser.new_context(viewport={"width": width, "height": 740}, reduced_motion="reduce")
        context.set_default_timeout(40_000)
        tab = compared(context, window)
        nodes = context.new_cdp_session(tab).send("Accessibility.getFullAXTree")["nodes"]
        told = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
        assert ("table", "Paragraphs of A and B by topic") in told
        heads = [name for role, name in told if role == "columnheader"]
        assert [name[:1] for name in heads] == ["A", "B"]
        assert "The Second Chips Accord" in heads[1]
        assert sum(role == "row" for role, _ in told) == 6
        # Cells that the stacked form hides from sight are told all the same.
        assert sum(role in ("cell", "gridcell") for role, _ in told) == 10
        assert ("StaticText", "No counterpart found in B") in told
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 900, 1280])
def test_it_fits_side_by_side_and_stacked(
    browser: Browser, window: Window, tmp_path: Path, scheme: Any, width: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 740}, color_scheme=scheme, reduced_motion="reduce"
    )
    context.set_default_timeout(40_000)
    tab = compared(context, window)
    tab.screenshot(path=tmp_path / f"compare-{scheme}-{width}.png", full_page=True)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    paired = tab.locator(".sg-rows tbody tr", has_text="120 million").locator("td")
    left, right = paired.first.bounding_box(), paired.last.bounding_box()
    assert left is not None
    assert right is not None
    names = paired.locator(".sg-of")
    if width >= 900:
        assert left["x"] + left["width"] <= right["x"] + 1
        assert left["y"] == right["y"]
        assert not names.first.is_visible()
    else:
        assert left["y"] + left["height"] <= right["y"]
        assert [name.split("\n")[0][:1] for name in names.all_inner_texts()] == ["A", "B"]
        assert "26 April 2023" in names.last.inner_text()
        assert names.last.is_visible()
    only = tab.locator(".sg-rows .sg-only").first
    assert only.is_visible()  # in words, on a bar and beside hatching, whatever the colours
    lone = tab.locator(".sg-rows .sg-lone").first
    assert lone.evaluate("cell => getComputedStyle(cell).boxShadow") != "none"
    context.close()
