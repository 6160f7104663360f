"""The window for everyone: narrow and enlarged, by keyboard alone, read aloud, in every colour, and files dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from app.catalogue import Catalogue
from app.originals import Originals, Shelf
from app.pipeline import own_files
from app.settings import Settings
from app.ui.window import Window, serve
from ingest.documents import Document, Paragraph
from ingest.embedding import SentenceTransformerEmbedder
from ingest.fetch.originals import Fetched
from tests.test_window import HOW_MUCH, ask, open_sources, open_tab, text
from tests.test_window_files import MEMO, PUBLIC, choose, said
from tests.test_window_originals import Index, Site
from tests.test_window_past import open_past
from tests.window_fakes import DOCUMENTS, EVIL, FakeAsker

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext
    from playwright.sync_api import Page as Tab

# Gradio's own bookkeeping asks pandas for what pandas means to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

KOREAN: Final = replace(
    EVIL, doc_id="korean", title="한미 공동성명", issuer="대통령실", language="ko",
    paragraphs=(Paragraph(1, "협력", heading=True), Paragraph(2, "두 정상은 협력한다.")),
)  # fmt: skip
NARROW: Final = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
ENLARGED: Final = {"viewport": {"width": 640, "height": 430}, "device_scale_factor": 2}  # 1280 by 860 at 200%
CHECKS: Final = (Path(__file__).parent / "window_checks.js").read_text(encoding="utf-8")
NAMED: Final = "link|button|textbox|searchbox|combobox|listbox|checkbox|tab|region|dialog|table"


class Asker(FakeAsker):
    """Holds a Korean document as well."""

    def documents(self) -> Mapping[str, Document]:
        return {**DOCUMENTS, KOREAN.doc_id: KOREAN}


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    settings = Settings.load(home=tmp_path_factory.mktemp("home"), port=0)
    originals = Originals(settings.home, Shelf(Catalogue(()), {}), lambda sleep: Site(), Index())
    originals.job.results = (Fetched("a", "fetched", 2, 3, missing=(2,)), Fetched("b", "failed", error="It is gone."))
    window = serve(settings, Asker, own_files(settings, SentenceTransformerEmbedder()), originals, block=False)
    yield window
    window.close()


def faults(tab: Tab, check: str) -> list[str]:
    """What one of the checks finds wrong in a page as it is now, each once."""
    found: list[str] = tab.evaluate(f"(() => {{ {CHECKS}\nreturn {check}(); }})()")
    return list(dict.fromkeys(found))


def views(tab: Tab, window: Window, folder: Path) -> Iterator[str]:
    """Open each view of each tab, one after the other, and name it."""
    yield "welcome"
    for question in (HOW_MUCH, "Japan? How much?", "TikTok? What?", "fail", "hostile", "틱톡? 무엇"):
        ask(tab, question)
    tab.locator("summary").evaluate_all("found => found.forEach((one) => (one.parentElement.open = true))")
    tab.get_by_role("button", name="Not helpful").first.click()
    tab.locator(".sg-note").wait_for()
    yield "answers"
    tab.locator(".sg-cite").first.click()
    tab.wait_for_selector("#sg-panel mark")
    yield "source"
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Limit the search").click()
    tab.fill("#sg-since textarea", "2021")
    tab.press("#sg-since textarea", "Enter")
    tab.wait_for_selector(".sg-chips li")
    yield "filters"
    open_past(tab)
    tab.get_by_role("button", name="Rename").click()
    yield "conversations"
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Close", exact=True).click()
    tab.get_by_role("tab", name="Settings").click()
    yield "settings"
    open_sources(tab)
    (folder / "memo.txt").write_text(MEMO, encoding="utf-8")
    (folder / "tool.exe").write_bytes(b"MZ")
    choose(tab, *sorted(folder.iterdir()))
    said(tab, "Added 1 document.")
    yield "adding"
    tab.get_by_role("button", name="Show them in the list").click()
    tab.locator(".sg-batches input").check()
    tab.wait_for_selector(".sg-batches input:checked")
    tab.locator("summary").evaluate_all("found => found.forEach((one) => (one.parentElement.open = true))")
    yield "list"
    tab.fill("#sg-query", "meet")
    tab.check(".sg-exact input")
    tab.press("#sg-query", "Enter")
    tab.wait_for_selector(".sg-found mark")
    yield "found"
    for address, shown in (
        ("?doc=summit&p=12", ".sg-here"), ("?doc=korean", ".sg-reader"), ("?doc=gone", "[role=alert]"),
        ("?compare=han", ".sg-choose"), ("?compare=han&with=summit", ".sg-rows"),
    ):  # fmt: skip
        tab.goto(f"{window.url}/{address}")
        tab.wait_for_selector(f".sg-views {shown}, .sg-views{shown}")
        yield address


def misheard(tab: Tab) -> list[str]:
    """What a screen reader finds without a name, and headings out of their order."""
    snapshot = tab.locator("body").aria_snapshot()
    found = [line.strip() for line in snapshot.splitlines() if re.match(rf"\s*- '?(?:{NAMED})(?! \")\b", line)]
    levels = [int(level) for level in re.findall(r"- '?heading \".*\[level=(\d)\]", snapshot)]
    if levels[0] != 1 or levels.count(1) != 1 or any(b > a + 1 for a, b in pairwise(levels)):
        found.append(f"headings: {levels}")
    return found


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
    browser: Browser, window: Window, tmp_path: Path, checks: tuple[str, ...], options: dict[str, Any]
) -> None:
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce"} | options)
    context.set_default_timeout(40_000)
    tab = open_tab(context, window.url)
    wrong, count = [], 0
    for count, view in enumerate(views(tab, window, tmp_path), start=1):  # noqa: B007
        wrong += [f"{view}: {fault}" for check in checks for fault in faults(tab, check)]
        wrong += [f"{view}: {fault}" for fault in misheard(tab)]
    context.close()
    assert not wrong, "\n".join(wrong)
    assert count == 14


def test_columns_are_called_by_their_names_alone(context: BrowserContext, window: Window) -> None:
    tab = open_tab(context, window.url)
    open_sources(tab)
    heard = re.findall(r'columnheader "(.*?)"', tab.locator(".sg-table").aria_snapshot())
    assert heard == ["Date", "Title", "Issuer", "Type", "Language", "Edition", "Paragraphs", "Source folder"]


def move(tab: Tab, to: str, key: str = "Tab") -> None:
    """Press a key until something has the focus; everything on the way must show that it has it."""
    for _ in range(40):
        tab.keyboard.press(key)
        assert faults(tab, "focus") == []
        if tab.evaluate("to => document.activeElement.matches(to)", to):
            return
    pytest.fail(f"{to} cannot be reached")


def focused(tab: Tab, selector: str) -> None:
    tab.wait_for_function("selector => document.activeElement.matches(selector)", arg=selector)


@pytest.mark.parametrize("size", [{"width": 1280, "height": 860}, ENLARGED["viewport"]], ids=["wide", "enlarged"])
def test_the_sources_are_used_by_keyboard_alone(
    context: BrowserContext, window: Window, tmp_path: Path, size: Any
) -> None:
    (tmp_path / "memo.txt").write_text(MEMO, encoding="utf-8")
    tab = open_tab(context, window.url)
    tab.set_viewport_size(size)
    # Listened for from the start: a key pressed while a listener is being set can open the chooser before it is there.
    tab.on("filechooser", lambda chooser: chooser.set_files(tmp_path / "memo.txt"))
    move(tab, "[role=tab]")
    move(tab, "[role=tab]:nth-of-type(3)")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".sg-table")
    tab.wait_for_selector(".sg-files")

    move(tab, ".sg-narrowing")
    tab.keyboard.type("digest white")
    assert text(tab, ".sg-count") == "1 document"
    move(tab, "[data-sort='1']")
    tab.keyboard.press("Enter")
    assert tab.locator("th[aria-sort=ascending]").all_inner_texts() == ["Title"]
    move(tab, ".sg-table a")
    tab.keyboard.press("Enter")
    focused(tab, ".sg-reader")
    tab.go_back()
    focused(tab, ".sg-table a[data-doc='summit']")

    move(tab, "#sg-query", "Shift+Tab")
    tab.keyboard.type("meet")
    tab.keyboard.press("Enter")
    focused(tab, "[role=status]")
    move(tab, ".sg-found a")
    tab.keyboard.press("Enter")
    focused(tab, ".sg-reader")
    move(tab, "[data-view=list]")
    tab.keyboard.press("Enter")
    focused(tab, ".sg-table a")

    move(tab, "[data-to]", "Shift+Tab")
    tab.keyboard.press("Enter")
    focused(tab, "[data-pick=files]")
    tab.keyboard.press("Enter")
    said(tab, "Added 1 document.")
    move(tab, ".sg-adding button:last-child")
    tab.keyboard.press("Enter")
    focused(tab, ".sg-batches input")
    tab.keyboard.press("Space")
    tab.wait_for_selector(".sg-batches input:checked")
    focused(tab, ".sg-batches input")
    move(tab, "[data-undo]")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".sg-batches", state="detached")
    focused(tab, "[data-pick=files]")


@pytest.mark.parametrize("what", ["file", "folder"])
def test_files_and_folders_are_dropped(context: BrowserContext, window: Window, tmp_path: Path, what: str) -> None:
    """The browser's own drop: what is dropped is found by its path, as when a person lets go of it."""
    papers = tmp_path / "papers"
    (papers / "inner").mkdir(parents=True)
    (papers / "memo.txt").write_text(MEMO, encoding="utf-8")
    (papers / "inner" / "report.txt").write_text(PUBLIC, encoding="utf-8")
    tab = open_tab(context, window.url)
    open_sources(tab)
    tab.locator(".sg-drop").scroll_into_view_if_needed()
    box = tab.locator(".sg-drop").bounding_box()
    assert box is not None
    dropped = [str(papers / "memo.txt" if what == "file" else papers)]
    event = {"x": box["x"] + 9, "y": box["y"] + 9, "data": {"items": [], "files": dropped, "dragOperationsMask": 1}}
    devtools = context.new_cdp_session(tab)
    for kind in ("dragEnter", "dragOver"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, **event})
    tab.wait_for_selector(".sg-drop.sg-over")
    devtools.send("Input.dispatchDragEvent", {"type": "drop", **event})
    assert said(tab, "Added 1 document." if what == "file" else "Added 2 documents.") == ""
    assert tab.locator(".sg-over").count() == 0
    tab.get_by_role("button", name="Show them in the list").click()
    tab.wait_for_selector(".sg-batches")
    told = " ".join(tab.locator(".sg-batches li").inner_text().split())
    assert told.startswith("memo.txt 1 file " if what == "file" else "papers 2 files ")
