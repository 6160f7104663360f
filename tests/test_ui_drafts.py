"""Drafts in the window: the functions without a browser; and in a real Chromium by button, keyboard and narrow."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.errors import BadInput
from app.roots import Roots, owner_of
from app.settings import Settings
from app.ui.loading import Loader
from app.ui.visitors import Visitors
from app.ui.window import Window, serve
from eval.drafts.drafted import FILE, Draft, add, read_drafts
from eval.sets.own_list import load_list
from eval.ui.drafts import CSV_FILE, SHEET, Deciding, draft_html, drafts_view
from tests.test_window import open_tab
from tests.test_window_access import NARROW, faults
from tests.window_fakes import DIGEST, DOCUMENTS, EVIL, HAN, HOSTILE, FakeAsker

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext
    from playwright.sync_api import Page as Tab

    from app.ui.further import Behind

# Gradio's own bookkeeping asks pandas for what pandas means to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

ME, OTHER = "m" * 32, "o" * 32
FIRST = Draft("han:8", "How much do Koreans invest in US AI companies?", "han", 8, "$1.7 billion")
SECOND = Draft("summit:12", "What do the leaders of the summit widen?", "summit", 12, "work on AI standards")
THIRD = Draft("han:9", "What is the article of Han about?", "han", 9, "export controls & chips")
ALL = (FIRST, SECOND, THIRD)
LOOKS = ("layout", "contrast")


def written(home: Path, drafts: Sequence[Draft] = ALL) -> Path:
    for draft in drafts:
        assert add(home / FILE, draft)
    return home / FILE


def deciding(home: Path, asker: FakeAsker | None = None) -> Deciding:
    loader = Loader(lambda: asker or FakeAsker())
    loader.start()
    assert loader.wait(10)
    return Deciding(home / FILE, loader, Visitors(Roots(home), 1))


def statuses(path: Path) -> list[str]:
    return [draft.status for draft in read_drafts(path)]


# Without a browser


def test_the_first_to_be_decided_is_shown_beside_its_paragraph(tmp_path: Path) -> None:
    written(tmp_path)
    view = deciding(tmp_path).show({}, ME)
    html = str(view["html"])
    assert view["id"] == "han:8"
    assert "<mark>$1.7 billion</mark>" in html
    assert FIRST.question in html
    assert "Question 1 of 3" in html
    assert "To decide 3" in html
    assert "Save the accepted" not in html


def test_deciding_goes_on_to_the_next_and_undo_gives_wording_and_status_back(tmp_path: Path) -> None:
    path, does = written(tmp_path), deciding(tmp_path)
    view = does.decide({"id": "han:8", "status": "accepted", "question": "How much do Koreans invest?"}, ME)
    assert (view["id"], view["said"]) == ("summit:12", "Accepted.")
    assert read_drafts(path)[0] == replace(FIRST, status="accepted", question="How much do Koreans invest?")
    assert view["undo"] == {"id": "han:8", "status": "new", "question": FIRST.question}
    again = does.decide({**view["undo"], "only": "new"}, ME)
    assert (again["id"], read_drafts(path)[0]) == ("han:8", FIRST)
    does.decide({"id": "summit:12", "status": "rejected"}, ME)
    last = does.decide({"id": "han:9", "status": "rejected"}, ME)
    assert last["id"] == "han:8"  # behind the last comes the first
    done = does.decide({"id": "han:8", "status": "accepted"}, ME)
    assert done["id"] == ""
    assert "Nothing is left to decide." in str(done["html"])
    assert statuses(path) == ["accepted", "rejected", "rejected"]


def test_lists_are_turned_over_within_their_ends(tmp_path: Path) -> None:
    path, does = written(tmp_path), deciding(tmp_path)
    assert does.show({"id": "han:8", "step": 1}, ME)["id"] == "summit:12"
    assert does.show({"id": "han:9", "step": 1}, ME)["id"] == "han:9"
    assert does.show({"id": "han:8", "step": -1}, ME)["id"] == "han:8"
    does.decide({"id": "summit:12", "status": "rejected"}, ME)
    view = does.show({"only": "rejected", "id": "han:8"}, ME)
    assert (view["id"], view["only"]) == ("summit:12", "rejected")
    changed = does.decide({"only": "rejected", "id": "summit:12", "status": "accepted"}, ME)
    assert changed["id"] == ""
    assert "None is rejected." in str(changed["html"])
    assert statuses(path) == ["new", "accepted", "new"]


@pytest.mark.parametrize(
    "event",
    [
        {"id": "han:8", "status": "perhaps"},
        {"id": "han:8"},
        {"id": "nope", "status": "accepted"},
        {"id": ["han:8"], "status": ["accepted"]},
        {"status": "accepted"},
        {"id": "han:8", "status": "accepted", "question": "x" * 301},
        {"id": "han:8", "status": "accepted", "question": " \n"},
        {"id": "han:8", "status": "accepted", "question": "What\ud800?"},
    ],
)
def test_what_no_browser_of_ours_sends_changes_nothing(tmp_path: Path, event: dict[str, Any]) -> None:
    path = written(tmp_path)
    before = path.read_bytes()
    view = deciding(tmp_path).decide({"step": {"a": 1}, "only": ["x"], **event}, ME)
    assert view["said"]
    assert view["undo"] is None
    assert path.read_bytes() == before


def test_a_wording_that_is_refused_is_said_at_the_same_draft(tmp_path: Path) -> None:
    written(tmp_path)
    view = deciding(tmp_path).decide({"id": "summit:12", "status": "accepted", "question": "x" * 301}, ME)
    assert view["id"] == "summit:12"
    assert 'role="alert">The question has 301 characters.' in str(view["html"])


def test_another_visitor_s_documents_are_neither_shown_nor_decided_on_nor_saved(tmp_path: Path) -> None:
    theirs = replace(HAN, doc_id="theirs", root=str(tmp_path.resolve() / "files" / owner_of(OTHER) / "b"))

    class Mixed(FakeAsker):
        def documents(self) -> dict[str, Any]:
            return {**DOCUMENTS, "theirs": theirs}

    secret = Draft("theirs:8", "How much is it in the theirs of Han?", "theirs", 8, "$1.7 billion", "accepted")
    gone = Draft("gone:1", "What was in the Gone Papers?", "gone", 1, "secret words", "accepted")
    path, does = written(tmp_path, [secret, gone, FIRST]), deciding(tmp_path, Mixed())
    mine = does.show({"only": "accepted"}, ME)
    assert "theirs" not in str(mine)
    assert "secret" not in str(mine)
    assert "Accepted 0" in str(mine["html"])
    assert does.decide({"id": "theirs:8", "status": "rejected"}, ME)["said"] == "This draft is not there any more."
    assert does.save(ME) is None
    assert "Accepted 1" in str(does.show({"only": "accepted"}, OTHER)["html"])
    assert statuses(path) == ["accepted", "accepted", "new"]


def test_the_accepted_are_saved_as_a_table(tmp_path: Path) -> None:
    written(tmp_path, [replace(FIRST, status="accepted"), SECOND, replace(THIRD, status="accepted")])
    file = deciding(tmp_path).save(ME)
    assert file is not None
    assert file["name"] == CSV_FILE
    table = tmp_path / "q.csv"
    table.write_bytes(base64.b64decode(str(file["data"])))
    loaded = load_list(table, DOCUMENTS)
    assert [query.text for query in loaded.set.queries] == [FIRST.question, THIRD.question]


def test_a_file_that_cannot_be_read_is_said_and_one_that_is_not_there_says_how_to_make_it(tmp_path: Path) -> None:
    does = deciding(tmp_path)
    assert "<code>sangho eval generate</code>" in str(does.show({}, ME)["html"])
    (tmp_path / FILE).write_text("<b>no</b>\n")
    view = does.show({}, ME)
    assert "line 1, is no JSON" in str(view["html"])
    assert does.decide({"id": "han:8", "status": "accepted"}, ME)["said"]
    assert does.save(ME) is None


def test_while_loading_it_waits_and_after_a_failure_it_does_not(tmp_path: Path) -> None:
    written(tmp_path)
    loader = Loader(FakeAsker)
    does = Deciding(tmp_path / FILE, loader, Visitors(Roots(tmp_path), 1))
    assert does.show({}, ME)["waits"] is True

    def fail() -> FakeAsker:
        raise BadInput("No.")

    loader = Loader(fail)
    loader.start()
    with pytest.raises(BadInput):
        loader.wait(10)
    assert Deciding(tmp_path / FILE, loader, Visitors(Roots(tmp_path), 1)).show({}, ME)["waits"] is False


def test_changed_and_missing_paragraphs_are_said_and_a_digest_is_no_quotation() -> None:
    changed = draft_html(replace(FIRST, quote="$9 billion"), 0, 1, HAN)
    assert "This paragraph has changed since" in changed
    assert "changed since" in draft_html(replace(FIRST, paragraph=77), 0, 1, HAN)
    assert "Sangho’s summary of ¶12–15" in draft_html(SECOND, 0, 1, DIGEST)


def test_hostile_drafts_and_documents_are_shown_as_text() -> None:
    hostile = Draft(f"evil:{HOSTILE}", HOSTILE[:290], "evil", 1, HOSTILE)
    html = draft_html(hostile, 0, 1, EVIL)
    assert "<script" not in html
    assert "<img" not in html
    assert "\u202e" not in html
    assert "&lt;script&gt;" in html
    breaking = replace(FIRST, question='</textarea><script>alert(1)</script>"?', quote="x")
    assert "</textarea><script" not in draft_html(breaking, 0, 1, HAN)


# In a browser


class DraftsTab:
    """A tab with nothing but the drafts."""

    title = "Evaluate"
    sheets = (SHEET,)

    def lay_out(self, behind: Behind) -> None:
        drafts_view(behind)


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Window, Path]]:
    home = tmp_path_factory.mktemp("home")
    window = serve(Settings.load(port=0, home=home), FakeAsker, block=False, further=[DraftsTab()])
    yield window, home
    window.close()


@pytest.fixture
def path(window: tuple[Window, Path]) -> Path:
    path = window[1] / FILE
    path.unlink(missing_ok=True)
    return written(window[1])


def open_drafts(context: BrowserContext, window: Window, *, dark: bool = False) -> Tab:
    tab = open_tab(context, window.url + ("/?__theme=dark" if dark else ""))
    if tab.get_by_role("tab", name="Evaluate").is_visible():
        tab.get_by_role("tab", name="Evaluate").click()
    else:
        tab.locator(".overflow-menu > button").click()
        tab.locator(".overflow-dropdown button", has_text="Evaluate").click()
    tab.wait_for_selector("#sg-draft-words")
    return tab


def at(tab: Tab, question: str) -> None:
    tab.wait_for_function("words => document.querySelector('#sg-draft-words')?.value === words", arg=question)


def test_by_button_a_draft_is_reworded_accepted_and_undone(
    context: BrowserContext, window: tuple[Window, Path], path: Path
) -> None:
    problems: list[str] = []
    context.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: problems.append(str(error.error)))
    tab = open_drafts(context, window[0])
    at(tab, FIRST.question)
    assert tab.locator("#sg-draft-source mark").inner_text() == "$1.7 billion"
    box, source = tab.locator("#sg-draft-words").bounding_box(), tab.locator("#sg-draft-source").bounding_box()
    assert box is not None
    assert source is not None
    assert source["x"] > box["x"] + box["width"]  # beside it
    tab.fill("#sg-draft-words", "How much do Koreans invest?")
    tab.get_by_role("button", name="Accept", exact=True).click()
    at(tab, SECOND.question)
    assert read_drafts(path)[0] == replace(FIRST, status="accepted", question="How much do Koreans invest?")
    assert tab.locator(".sg-drafts .sg-said").inner_text() == "Accepted."
    tab.get_by_role("button", name="Undo").click()
    at(tab, FIRST.question)
    assert read_drafts(path)[0] == FIRST
    tab.get_by_role("button", name="Reject", exact=True).click()
    at(tab, SECOND.question)
    tab.get_by_role("button", name="Next", exact=True).click()
    at(tab, THIRD.question)
    tab.get_by_role("button", name="Accept", exact=True).click()
    at(tab, SECOND.question)
    with tab.expect_download() as file:
        tab.get_by_role("button", name="Save the accepted as CSV").click()
    assert file.value.suggested_filename == CSV_FILE
    assert THIRD.question in file.value.path().read_text(encoding="utf-8-sig")
    tab.get_by_role("button", name="Rejected 1").click()
    at(tab, FIRST.question)
    assert statuses(path) == ["rejected", "new", "accepted"]
    assert problems == []


def test_by_keyboard_alone(context: BrowserContext, window: tuple[Window, Path], path: Path) -> None:
    tab = open_drafts(context, window[0])
    tab.focus(".sg-draft")
    tab.keyboard.press("ArrowRight")
    at(tab, SECOND.question)
    assert tab.evaluate("document.activeElement.className") == "sg-draft"
    tab.keyboard.press("a")
    at(tab, THIRD.question)
    tab.keyboard.press("e")
    tab.keyboard.press("End")
    tab.keyboard.type(" arr?")  # no command while it is written
    tab.keyboard.press("Control+Enter")
    at(tab, FIRST.question)
    assert [(draft.question, draft.status) for draft in read_drafts(path)] == [
        (FIRST.question, "new"), (SECOND.question, "accepted"), (f"{THIRD.question} arr?", "accepted"),
    ]  # fmt: skip
    tab.keyboard.press("u")
    at(tab, THIRD.question)
    tab.keyboard.press("ArrowLeft")
    at(tab, FIRST.question)
    tab.keyboard.press("e")
    tab.keyboard.press("Escape")
    assert tab.evaluate("document.activeElement.className") == "sg-draft"
    tab.keyboard.press("Control+r")  # the browser's own
    tab.wait_for_selector("[data-example]", state="attached")
    assert statuses(path) == ["new", "accepted", "new"]


def test_a_wording_that_is_refused_is_not_lost(
    context: BrowserContext, window: tuple[Window, Path], path: Path
) -> None:
    tab = open_drafts(context, window[0])
    tab.fill("#sg-draft-words", "?!")
    tab.get_by_role("button", name="Accept", exact=True).click()
    tab.wait_for_selector(".sg-drafts [role=alert]")
    assert tab.input_value("#sg-draft-words") == "?!"
    assert statuses(path) == ["new"] * 3


def test_hostile_drafts_run_nowhere(context: BrowserContext, window: tuple[Window, Path]) -> None:
    path = window[1] / FILE
    path.unlink(missing_ok=True)
    question = "<img src=x onerror='window.hacked=1'></textarea><script>window.hacked=1</script> ${window.hacked=1}?"
    written(window[1], [Draft("evil:1", question, "evil", 1, "**bold**")])
    tab = open_drafts(context, window[0])
    at(tab, question)
    tab.get_by_role("button", name="Accept", exact=True).click()
    tab.get_by_text("Nothing is left to decide.").wait_for()
    assert tab.evaluate("window.hacked") is None


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_narrow_and_wide_nothing_is_cut_off_pale_or_nameless(
    browser: Browser, window: tuple[Window, Path], path: Path, dark: bool
) -> None:
    wide = {"viewport": {"width": 1280, "height": 860}}
    wrong = []
    # "aloud" only where no menu of Gradio's holds the tabs
    for name, how, checks in (("narrow", NARROW, LOOKS), ("wide", wide, (*LOOKS, "aloud"))):
        context = browser.new_context(**how, reduced_motion="reduce", color_scheme="dark" if dark else "light")
        context.set_default_timeout(40_000)
        tab = open_drafts(context, window[0], dark=dark)
        wrong += [f"{name}: {fault}" for check in checks for fault in faults(tab, check)]
        box, source = tab.locator("#sg-draft-words").bounding_box(), tab.locator("#sg-draft-source").bounding_box()
        assert box is not None
        assert source is not None
        assert (source["y"] > box["y"] + box["height"]) == (name == "narrow")
        if folder := os.environ.get("SCREENSHOTS"):
            tab.screenshot(path=f"{folder}/drafts-{name}-{'dark' if dark else 'light'}.png", full_page=True)
        context.close()
    assert wrong == []
