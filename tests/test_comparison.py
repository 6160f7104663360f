"""A comparison as HTML: what each cell says and links to, what is refused, and that no text can break the page."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.compare import Comparison, Row
from app.roots import Roots
from app.settings import Settings
from app.ui.comparison import choosing_html, comparison_html, refused
from app.ui.loading import Loader
from app.ui.source_views import comparing, list_html, reader_html
from app.ui.sources_tab import SourcesTab, opens_sources
from app.ui.visitors import Visitors
from ingest.documents import Document, Paragraph
from tests.window_fakes import DOCUMENTS, HOSTILE, FakeAsker

CHIPS, VISAS, SHIPS = Paragraph(2, "Chips."), Paragraph(3, "Visas."), Paragraph(5, "Ships.")
OLD = Document("old", "Statement", (Paragraph(1, "Head", heading=True), CHIPS, VISAS), date="2021-05", type="law")
NEW = Document("new", "Statement", (CHIPS, SHIPS), issuer="Two", date="2023-04-26", type="joint_statement")
DIGEST = Document("sum", "Digest", (Paragraph(4, "Retold.", last=6),), edition="digest")
HEADS = Document("heads", "Heads", (Paragraph(1, "Head", heading=True),))
HELD = {one.doc_id: one for one in (OLD, NEW, DIGEST, HEADS)}


def drawn(*rows: Row, left: Document = OLD, right: Document = NEW) -> str:
    return comparison_html(HELD, Comparison(left, right, rows))


def lines(page: str) -> list[str]:
    """The text of a page, a line an element."""
    return [" ".join(html.unescape(one).split()) for one in re.split(r"<[^>]*>", page) if one.strip()]


def bodies(page: str) -> list[list[str]]:
    """The cells of each row, as text."""
    table = page.partition("<tbody")[2]
    return [
        [" ".join(lines(cell)) for cell in re.findall(r"<td.*?</td>", row)] for row in re.findall(r"<tr.*?</tr>", table)
    ]


def test_rows_say_who_speaks_in_words_and_link_to_the_paragraph() -> None:
    page = drawn(Row(CHIPS, CHIPS, 0.9, None, (OLD.paragraphs[0],)), Row(VISAS, None, 0.0), Row(None, SHIPS, 0.0))
    a, b = "A May 2021 · Statement", "B 26 April 2023 · Statement"
    assert bodies(page) == [
        [f"{a} Head ¶2 Chips.", f"{b} ¶2 Chips."],
        [f"{a} ¶3 Only in A Visas.", "No counterpart found in B"],
        ["No counterpart found in A", f"{b} ¶5 Only in B Ships."],
    ]
    assert re.findall(r'<tr role="row" data-kind="(\w+)"', page) == ["both", "left", "right"]
    assert '<a href="/?doc=new&amp;p=5" data-doc="new" data-p="5">¶5</a>' in page


def test_a_lone_paragraph_that_is_like_another_is_not_said_to_be_alone() -> None:
    page = drawn(Row(CHIPS, CHIPS, 0.9), Row(VISAS, None, 0.5, also=CHIPS), Row(None, SHIPS, 0.0))
    row = bodies(page)[1]
    assert "Only" not in row[0]
    assert "No counterpart" not in row[1]
    assert row[1].endswith("Compare ¶2 of B, beside another paragraph.")
    assert re.findall(r'data-kind="(\w+)"', page) == ["both", "both", "right"]
    assert [line for line in lines(page) if line.startswith("Of ")] == [
        "Of 2 paragraphs of A, 1 has a counterpart in B and 1 is like one there that stands beside another.",
        "Of 2 paragraphs of B, 1 has a counterpart in A and 1 has none.",
    ]


def test_counts_stand_on_the_buttons_and_all_is_pressed_first() -> None:
    page = drawn(Row(CHIPS, CHIPS, 0.9), Row(VISAS, None, 0.0), Row(None, SHIPS, 0.0), Row(SHIPS, None, 0.0))
    buttons = re.findall(r'data-only="(\w*)" aria-pressed="(\w+)">(.*?)</button>', page)
    assert [(kind, pressed, " ".join(lines(words))) for kind, pressed, words in buttons] == [
        ("", "true", "All 4"),
        ("both", "false", "In both 1"),
        ("left", "false", "Only in A 2"),
        ("right", "false", "Only in B 1"),
    ]


def test_a_digest_s_words_are_a_summary_and_only_what_occurs_is_explained() -> None:
    digest = drawn(Row(CHIPS, DIGEST.paragraphs[0], 0.5), right=DIGEST)
    assert "Sangho’s summary of ¶4–6" in digest
    assert "not the source’s own words" in digest
    assert "“" not in digest
    plain = drawn(Row(CHIPS, CHIPS, 0.9))
    for absent in ("Sangho’s summary", "hatched", "Compare ¶"):
        assert absent not in plain
    korean = Document("ko", "문서", DIGEST.paragraphs, language="ko", edition="digest")
    assert "¶4–6에 대한 상호의 요약" in drawn(Row(CHIPS, korean.paragraphs[0], 0.5), right=korean)


@pytest.mark.parametrize(
    ("how", "said"), [("numbers", "one text"), ("vectors", "two languages"), ("words", "not read")]
)
def test_it_is_said_how_paragraphs_were_paired(how: str, said: str) -> None:
    page = comparison_html(HELD, Comparison(OLD, NEW, (Row(CHIPS, CHIPS, 1.0),), how))  # type: ignore[arg-type]
    assert said in page
    assert ("can be wrong" in page) == (how != "numbers")


def test_documents_are_chosen_by_type_the_newest_first() -> None:
    page = choosing_html({**HELD, "newer": Document("newer", "Newer", (CHIPS,), date="2024", type="law")}, "old", "")
    first = page.partition("</select>")[0]
    assert re.findall(r'optgroup label="([^"]*)"|<option value="(\w*)"', first) == [
        ("", ""), ("Law", ""), ("", "newer"), ("", "old"), ("Joint statement", ""), ("", "new"),
        ("Other", ""), ("", "sum"), ("", "heads"),
    ]  # fmt: skip
    assert re.findall(r'value="(\w+)" selected', page) == ["old"]
    assert re.findall(r'<label for="([\w-]+)">Document (\w)', page) == [("sg-left", "A"), ("sg-right", "B")]


def test_what_cannot_be_compared_is_refused_with_what_to_do() -> None:
    assert refused(HELD, "old", "new") == refused(HELD, "", "") == refused(HELD, "old", "") == ""
    assert refused(HELD, "old", "old") == "This is one document, chosen twice. Choose another one as B."
    assert refused(HELD, "old", "heads") == "B has no paragraphs to compare. Choose another one."
    assert refused(HELD, "heads", "") == "A has no paragraphs to compare. Choose another one."
    assert refused(HELD, "x<y", "old").startswith("There is no document “x&lt;y” in the index.")
    assert "fewer than two" in refused({"old": OLD}, "", "")
    assert "fewer than two" in refused({}, "", "")


class Parsed(HTMLParser):
    """Notes elements, handlers of events, and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, value in attrs if name.startswith("on")]
        self.handlers += [name for name, value in attrs if name == "href" and not (value or "").startswith("/?")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    "hostile", [HOSTILE, "<script>alert(1)</script>", '"><img src=x onerror=a()>', "</option></td>"]
)
def test_hostile_titles_and_paragraphs_are_shown_and_run_nothing(hostile: str) -> None:
    evil = Document(
        "evil", hostile, (Paragraph(1, hostile), Paragraph(2, hostile, heading=True)), hostile, type=hostile
    )
    rows = (Row(CHIPS, evil.paragraphs[0], 0.5, None, (), evil.paragraphs), Row(VISAS, None, 0.4, evil.paragraphs[0]))
    tame = Document("evil", "t", (Paragraph(1, "t"), Paragraph(2, "t", heading=True)), "t", type="t")
    same = (Row(CHIPS, tame.paragraphs[0], 0.5, None, (), tame.paragraphs), Row(VISAS, None, 0.4, tame.paragraphs[0]))
    page = Parsed(comparison_html({"evil": evil}, Comparison(OLD, evil, rows)))
    calm = Parsed(comparison_html({"evil": tame}, Comparison(OLD, tame, same)))
    assert page.handlers == []
    marks = [tag for tag in page.tags if tag != "span"]  # each control that hides or turns text is in a span
    assert marks == [tag for tag in calm.tags if tag != "span"]
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.text)
    assert hostile.partition("\u202e")[0] in page.text


@given(st.text(), st.text())
def test_whatever_is_asked_for_is_refused_or_compared_in_one_page(left: str, right: str) -> None:
    said = refused(HELD, left, right)
    assert Parsed(choosing_html(HELD, left, right, said)).handlers == []
    assert (said == "") == (left == right == "")


# The tab


@pytest.fixture
def tab(monkeypatch: pytest.MonkeyPatch) -> SourcesTab:
    """The tab without its components."""
    loader = Loader(FakeAsker)
    loader.start()
    tab = SourcesTab.__new__(SourcesTab)
    tab._originals = None
    monkeypatch.setattr(tab, "_loader", loader, raising=False)
    monkeypatch.setattr(tab, "_visitors", Visitors(Roots(Settings.load().home), 1), raising=False)
    return tab


def test_the_view_compares_or_says_why_not(tab: SourcesTab) -> None:
    assert "Document A" in tab.show({"view": "compare"}, "")
    assert "sg-rows" not in tab.show({"view": "compare", "left": "han"}, "")
    assert "sg-rows" in tab.show({"view": "compare", "left": "han", "right": "summit"}, "")
    assert "chosen twice" in tab.show({"view": "compare", "left": "han", "right": "han"}, "")
    for odd in (None, 3, ["han"], {"a": 1}, "\ud800", "x" * 10_000):
        page = tab.show({"view": "compare", "left": odd, "right": "han"}, "")
        page.encode()
        assert "Document A" in page


def test_a_view_asked_for_again_differs_so_that_the_page_is_told(tab: SourcesTab) -> None:
    once, again = (tab.show({"view": "compare", "left": "han", "asked": n}, "") for n in (1, 2))
    assert once != again
    assert tab.show({"asked": "--><script>"}, "").endswith("<!-- None -->")


def test_an_address_of_a_comparison_opens_the_tab() -> None:
    assert opens_sources({"compare": "a", "with": "b"})
    assert opens_sources({"compare": ""})
    assert opens_sources({"doc": "a"})
    assert not opens_sources({"with": "b"})
    assert comparing("a b&c", "d/é") == "/?compare=a%20b%26c&with=d%2F%C3%A9"
    assert comparing() == "/?compare="


def test_the_list_and_the_reader_lead_to_it() -> None:
    assert 'href="/?compare=" data-compare="">Compare two documents</a>' in list_html(DOCUMENTS, (), str)
    assert "data-compare" not in list_html({"han": DOCUMENTS["han"]}, (), str)
    assert 'href="/?compare=han" data-compare="han">Compare with another document</a>' in reader_html(DOCUMENTS["han"])


def test_what_was_found_is_one_sentence_for_each_document() -> None:
    paired, alone = Row(CHIPS, CHIPS, 0.9), Row(VISAS, None, 0.0)
    also = Row(SHIPS, None, 0.5, also=CHIPS)
    told = [re.findall(r"Of \d[^<]*", drawn(*rows))[0] for rows in ((paired,), (alone,), (paired, alone, alone, also))]
    assert told == [
        "Of 1 paragraph of A, 1 has a counterpart in B.",
        "Of 1 paragraph of A, 0 have a counterpart in B and 1 has none.",
        "Of 4 paragraphs of A, 1 has a counterpart in B, 1 is like one there that stands beside another "
        "and 2 have none.",
    ]
