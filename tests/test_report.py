"""The report's page: one file that asks for nothing, with every figure where it belongs, and no text that acts."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from app.errors import BadInput
from eval.items import Item
from eval.reports.lines import said, said_difference, said_interval
from eval.reports.report import check_report_path, render_report, write_report
from tests.report_runs import HOSTILE, a_claim, a_question, a_run, items

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext
    from playwright.sync_api import Page as Tab

ROOT: Final = Path(__file__).resolve().parent.parent
VOID: Final = frozenset({"meta", "br", "input"})


class Page(HTMLParser):
    """The page as a browser would take it apart; everything that is opened is closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self._open):
            self.text += data
        if {"td", "th"} & set(self._open) and not {"small", "svg"} & set(self._open):
            self.rows[-1][-1] += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def row(self, name: str) -> list[str]:
        return next(row for row in self.rows if row[0] == name)


def hostile() -> list[Item]:
    """Items in which everything that is text is hostile."""
    one = a_question(1, "answered", "not_in_sources")
    cited = {**one.given["citations"][0], "title": HOSTILE, "quote": HOSTILE, "doc_id": HOSTILE, "date": HOSTILE}
    given = {"outcome": "not_in_sources", "answer": HOSTILE, "citations": [cited], "ranking": [[HOSTILE, 1, 1, 1.0]]}
    expected = {"outcome": "answered", "facts": [[HOSTILE]], "gold": [[HOSTILE, 1]]}
    return [
        replace(one, id=HOSTILE, asked=HOSTILE, history=(HOSTILE,), groups={HOSTILE: HOSTILE, "language": '"><b>'},
                given=given, expected=expected, marks={**one.marks, HOSTILE: 1.0}),
        replace(a_question(2, "answered", "answered"), groups={HOSTILE: "b"}, marks={}, given={}, failed=HOSTILE),
    ]  # fmt: skip


def hostile_run(name: str = HOSTILE.replace("/", "")) -> Any:
    data = {"name": HOSTILE, "split": HOSTILE, "digest": HOSTILE}
    return a_run(hostile(), name, data=data, settings={HOSTILE: HOSTILE}, settings_digest=HOSTILE, ranking=HOSTILE,
                 index={"generation": HOSTILE}, versions={HOSTILE: HOSTILE})  # fmt: skip


def pages() -> list[str]:
    other = [*items()[:-1], a_claim(3, "not_in_sources", "supported")]
    both = [replace(one, given={**one.given, "outcome": "answered"}, marks={**one.marks, "outcome right": 1.0})
            for one in hostile()[:1]]  # fmt: skip
    return [
        render_report(a_run(items())),
        render_report(a_run(items(), "a"), a_run(other, "b", settings_digest="d2")),
        render_report(hostile_run()),
        render_report(hostile_run(), a_run(both, "b")),
        render_report(a_run([])),
    ]


# One file


@pytest.mark.parametrize("html", pages(), ids=["one", "two", "hostile", "hostile two", "empty"])
def test_the_page_is_one_file_that_asks_for_nothing(html: str) -> None:
    page = Page(html)
    assert {tag for tag, _ in page.elements} <= set(
        "html head meta title style body main h1 h2 h3 h4 p a nav ul ol li dl dt dd b bdi small br span div table "
        "caption thead tbody tr th td svg rect line circle polyline text figure figcaption details summary noscript "
        "form fieldset legend label select option input button script".split()
    )
    assert len(page.all("style")) == 1
    assert [one.get("type") for one in page.all("script")] == ["application/json", None]
    for _, attributes in page.elements:
        assert not {"src", "style", "srcset", "action", "formaction"} & set(attributes)
        assert not [name for name in attributes if name.startswith("on")]
    assert all(link["href"].startswith("#") for link in page.all("a"))
    assert not re.search(r"url\(|@import|https?:", re.sub(r"<script type.*?</script>", "", html, flags=re.DOTALL))
    assert "\u202e" not in html
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"][1:] for link in page.all("a")} <= set(ids)
    json.loads(re.findall(r'id="data">(.*?)</script>', html, re.DOTALL)[0])


def test_the_policy_lets_only_the_files_own_style_and_script_act() -> None:
    html = render_report(hostile_run())
    policy = next(meta["content"] for meta in Page(html).all("meta") if "http-equiv" in meta)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        content = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)[0]
        assert f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'" in policy


def test_the_script_sets_nothing_but_text() -> None:
    script = (ROOT / "eval/reports/report.js").read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(|fetch|XMLHttp", script)


def test_equal_runs_give_equal_bytes() -> None:
    assert render_report(a_run(items())) == render_report(a_run(items()))


# Figures


def test_the_figures_of_a_run() -> None:
    page = Page(render_report(a_run(items())))
    # Of three questions that did not crash one had the right outcome.
    assert page.row("outcome right")[1] == "0.333"
    assert page.row("outcome right")[3] == "3"
    assert page.row("answered wrongly")[1:4] == ["1.000", "–", "1"]  # of one item: no interval
    assert page.row("answer words")[1] == "40.0"
    assert page.row("verdict right")[1] == "0.667"
    assert page.row("precision of supported")[1] == "0.500"
    assert page.row("precision of supported")[3] == "2"
    assert page.row("recall of contradicted")[1] == "0.000"
    assert page.row("Answered from the sources") == ["Answered from the sources", "1", "0", "1", "2"]
    assert page.row("Supported by the sources") == ["Supported by the sources", "1", "0", "0", "1"]
    assert page.row("question: total") == ["question: total", "50.0", "100.0", "4", ""]
    assert "12.5 seconds in all; at most 700.0 MB of memory; 1200 input tokens, 34 output tokens" in page.text
    assert "1 item crashed. They are in no figure below." in page.text


def test_groups_are_told_apart_where_they_differ() -> None:
    page = Page(render_report(a_run(items())))
    heads = [row for row in page.rows if row[0] in ("kind", "language")]
    assert [row[:3] for row in heads] == [["kind", "outcome right", "facts found"]]  # all are English
    assert page.row("factual")[1] == "0.500"
    assert page.row("list")[1] == "0.000"


def test_an_unfinished_run_and_an_empty_one_say_so() -> None:
    assert "This run is unfinished: 7 of 9 items" in Page(render_report(a_run(items(), planned=9))).text
    assert "There are no items." in Page(render_report(a_run([]))).text


def test_a_run_of_crashes_has_a_page() -> None:
    page = Page(render_report(a_run([items()[3]])))
    assert "No item of these gave a figure." in page.text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.5, "share", "0.500"), (40.26, "words", "40.3"), (None, "share", "–"), (float("nan"), "share", "–"),
     (-0.0001, "share", "0.000"), (1.0, "probability", "1.000")],
)  # fmt: skip
def test_how_figures_are_said(value: float | None, unit: str, text: str) -> None:
    assert said(value, unit) == text


def test_how_differences_and_intervals_are_said() -> None:
    assert (said_difference(0.25), said_difference(-0.25), said_difference(None)) == ("+0.250", "-0.250", "–")
    assert (said_interval(0.1, 0.2), said_interval(None, 0.2)) == ("0.100 to 0.200", "–")


# Two runs


def test_the_comparison_comes_first_and_says_what_changed() -> None:
    before, after = items(), items()
    after[1] = a_question(2, "answered", "answered")
    after[4] = a_claim(1, "supported", "contradicted")
    html = render_report(a_run(before[:-1], "old"), a_run([*after[:-1], a_question(9, "answered", "answered")], "new",
                         settings={"depth": 5, "llm": ""}))  # fmt: skip
    page = Page(html)
    assert re.findall(r'<h2 id="([\w-]+)"', html)[:2] == ["comparison", "about"]
    assert "Comparison of new with old" in page.text
    assert "Of 6 items in both runs, 1 became better and 1 became worse (sign test, p 1.000)." in page.text
    assert page.row("Question 2?")[1:] == ["Not in the sources", "Answered from the sources", "+1.000"]
    assert page.row("Claim 1.")[1:] == ["Supported by the sources", "Contradicted by the sources", "-1.000"]
    assert page.row("outcome right")[1:4] == ["0.333", "0.667", "+0.333"]
    assert page.row("settings depth") == ["settings depth", "50", "5"]
    assert "Only in new (1)" in page.text
    assert "Only in old" not in page.text
    assert '<a href="#item-1"><bdi>Question 2?</bdi></a>' in html


def test_runs_of_one_name_are_told_apart_and_equal_ones_differ_in_nothing() -> None:
    text = Page(render_report(a_run(items()), a_run(items()))).text
    assert "Comparison of run (2) with run (1)" in text
    assert "Both runs had the same data, settings, index and versions." in text


def test_runs_that_share_nothing_are_not_compared() -> None:
    with pytest.raises(BadInput, match="share no item"):
        render_report(a_run(items()[:1]), a_run(items()[1:2]))


# Files


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    for name in ("r.html", "r.md", "R.HTML"):
        write_report(tmp_path / name, a_run(items()))
        assert (tmp_path / name).stat().st_size > 500
    (tmp_path / "old.html").write_text("old")
    with pytest.raises(BadInput, match="share no item"):
        write_report(tmp_path / "old.html", a_run(items()[:1]), a_run(items()[1:2]))
    assert (tmp_path / "old.html").read_text() == "old"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["R.HTML", "old.html", "r.html", "r.md"]


def test_where_no_report_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    for name, why in (("r.pdf", "cannot be written"), ("none/r.md", "no folder"), ("folder.md", "is a folder")):
        with pytest.raises(BadInput, match=why):
            check_report_path(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_is_closed_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(BadInput, match="cannot be written"):
        write_report(tmp_path / "r.md", a_run(items()))


def test_the_whole_golden_set_is_a_page_of_less_than_three_megabytes() -> None:
    text = "The two governments agreed to work together on it, and said so. " * 6
    ranking = [[f"2021-05-21_document-{number}", number, number + 1, 0.5] for number in range(20)]
    cited = {"n": 1, "doc_id": "d", "title": text[:80], "edition": "digest", "paragraph": 3, "quote": text}
    given = {"outcome": "answered", "answer": text * 3, "citations": [cited] * 4, "ranking": ranking,
             "texts": [text] * 3, "gold_texts": [text] * 2}  # fmt: skip
    questions = [replace(a_question(n, "answered", "answered"), given=given) for n in range(310)]
    checked = {"verdict": "supported", "confidence": 0.9, "citations": [cited] * 4}
    claims = [replace(a_claim(n, "supported", "supported"), given=checked) for n in range(456)]
    html = render_report(a_run([*questions, *claims]))
    assert 1_500_000 < len(html.encode()) < 3_000_000


# Colours


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", css))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_wcag_aa_in_light_dark_and_print() -> None:
    css = (ROOT / "eval/reports/report.css").read_text(encoding="utf-8")
    themes = [colours(block) for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)]
    assert len(themes) == 3
    for theme in themes:
        for ground in ("paper", "raised"):
            for text in ("ink", "soft", "accent", "second", "right", "wrong"):
                assert contrast(theme[ground], theme[text]) >= 4.5, (ground, text, theme)
        assert contrast(theme["paper"], theme["edge"]) >= 3


# In a browser


@pytest.fixture
def tabs(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    """Open runs as a page; whatever it asks for, or complains about, fails."""
    contexts: list[BrowserContext] = []

    def opened(*runs: Any, **options: Any) -> Tab:
        path = tmp_path / f"{len(contexts)}.html"
        path.write_text(render_report(*runs), encoding="utf-8")
        contexts.append(browser.new_context(**options))
        tab = contexts[-1].new_page()
        tab.on("request", lambda request: None if request.url.startswith("file:") else wrong.append(request.url))
        tab.on("console", lambda message: wrong.append(message.text))
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.goto(path.as_uri())
        return tab

    wrong: list[str] = []
    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def asked(tab: Tab) -> list[str]:
    return tab.locator("#items > li:not([hidden]) .asked").all_text_contents()


def test_items_are_filtered_ordered_and_opened(tabs: Any) -> None:
    tab = tabs(a_run(items()))
    assert asked(tab) == ["Question 2?", "Question 3?", "Question 4?", "Claim 2."]
    assert tab.locator("#count").inner_text() == "4 of 7 items"
    tab.get_by_label("How they fared").select_option("failed")
    assert asked(tab) == ["Question 4?"]
    tab.get_by_label("How they fared").select_option("all")
    tab.get_by_label("Task").select_option(label="Claims")
    assert asked(tab) == ["Claim 1.", "Claim 2.", "Claim 3."]
    tab.get_by_label("Order").select_option("worst")
    assert asked(tab) == ["Claim 2.", "Claim 1.", "Claim 3."]
    tab.get_by_role("button", name="Reset").click()
    # Not `wait_for_function`: the page forbids evaluating what it polls with.
    tab.locator("#count").get_by_text("4 of 7 items", exact=True).wait_for()
    tab.get_by_label("How they fared").select_option("all")
    tab.get_by_label("Words").fill("ANSWER 3")
    assert asked(tab) == ["Question 3?"]
    tab.locator("#items > li:not([hidden]) summary").focus()
    assert tab.locator(".detail").count() == 0
    tab.keyboard.press("Enter")
    detail = tab.locator("#items > li:not([hidden]) .detail")
    detail.wait_for()
    text = detail.inner_text()
    assert "“It rose to 5.”" in text
    assert "a ¶3 · found at rank 1" in text
    tab.keyboard.press("Enter")
    tab.keyboard.press("Enter")
    assert tab.locator("#items > li:not([hidden]) .detail").count() == 1


def test_groups_filter_and_all_that_is_shown_can_be_opened(tabs: Any) -> None:
    tab = tabs(a_run(items()))
    tab.get_by_role("combobox", name="Kind").select_option(label="list")
    assert asked(tab) == ["Question 2?", "Question 4?"]
    tab.get_by_role("button", name="Open all shown").click()
    assert tab.locator(".detail").count() == 2
    assert "ValueError: it broke" in tab.locator("#items").inner_text()
    tab.get_by_role("button", name="Close all shown").click()
    assert tab.locator("details[open]").count() == 0


def test_tables_sort_and_what_is_unknown_stays_last(tabs: Any) -> None:
    tab = tabs(a_run(items()))
    table = tab.get_by_role("region", name="Questions: figures")
    button = table.get_by_role("button", name="mean")
    means = table.locator("tbody tr td:nth-child(2)")
    for direction in ("ascending", "descending"):
        button.click()
        assert table.locator(f'th[aria-sort="{direction}"]').inner_text().startswith("mean")
        found = [float(one) for one in means.all_inner_texts()]
        assert found == sorted(found, reverse=direction == "descending")
    table.get_by_role("button", name="95% interval").click()
    last = table.locator("tbody tr td:nth-child(3)").all_inner_texts()[-1]
    assert last == "–"


def test_a_change_leads_to_its_item_though_it_is_filtered_away(tabs: Any) -> None:
    after = items()
    after[1] = a_question(2, "answered", "answered")
    tab = tabs(a_run(items(), "old"), a_run(after, "new"))
    assert "Question 2?" not in asked(tab)
    tab.get_by_role("link", name="Question 2?").click()
    tab.locator("#item-1 .detail").wait_for()
    text = tab.locator("#item-1 .detail").inner_text()
    assert re.search(r"old\s+Given.*new\s+Given", text, re.DOTALL)
    assert tab.evaluate("document.activeElement.closest('li').id") == "item-1"


def test_nothing_hostile_acts_and_all_of_it_is_shown(tabs: Any) -> None:
    tab = tabs(hostile_run())
    tab.get_by_role("button", name="Open all shown").click()
    tab.locator(".detail").nth(1).wait_for()
    assert tab.evaluate("window.hacked") is None
    assert tab.locator("#items img, #items b b, #items script").count() == 0
    assert "<img src=x onerror=window.hacked=1> [U+202E]" in tab.locator(".detail").first.inner_text()


def test_the_page_fits_a_narrow_window_and_needs_no_script_to_be_read(tabs: Any) -> None:
    tab = tabs(a_run(items(), "a"), a_run(items(), "b"), viewport={"width": 360, "height": 740})
    tab.get_by_role("button", name="Open all shown").click()
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    still = tabs(a_run(items()), java_script_enabled=False)
    assert still.locator("#items > li").count() == 7
    assert "need this page’s script" in still.locator("noscript").inner_text()
