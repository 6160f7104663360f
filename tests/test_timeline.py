"""The timeline: where marks stand, what they say and lead to, and that no text can break the picture."""

from __future__ import annotations

import itertools
import re
import time
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue import Known
from app.timeline import NARROWEST, timeline_svg
from ingest.documents import Document

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\u202e\x00\ud800\uffff\ufffe & \"it\" 'is' 대통령]]>"
TEXTS = st.one_of(st.text(st.characters()), st.sampled_from([HOSTILE, "", "<script>", "\u202e", "\ud800", "공동성명"]))
YEARS = st.integers(0, 9999).map("{:04}".format)
DATES = st.one_of(
    st.just(""),
    YEARS,
    st.sampled_from(["2023", "2023-04", "2023-04-26", "2023-12-31", "2024-01-01", "2023-13", "2023-02-30", "20231"]),
    st.dates().map(str),
    TEXTS,
)
KINDS = st.one_of(st.sampled_from(["law", "joint_statement", "", "no date"]), TEXTS)


def document(doc_id: str = "a", date: str = "2023-04-26", kind: str = "law", title: str = "A title") -> Document:
    return Document(doc_id, title, (), date=date, type=kind)


def known(
    doc_id: str = "k", date: str = "2023-04-26", kind: str = "law", title: str = "Known", url: str = "https://x.org/k"
) -> Known:
    return Known(doc_id, date, title, "", kind, "en", url, "")


def drawn(svg: str) -> ElementTree.Element:
    """The picture, read as XML; what is encoded as UTF-8 has no lone surrogates."""
    return ElementTree.fromstring(svg.encode())  # noqa: S314 - our own text


def marks(picture: ElementTree.Element) -> list[ElementTree.Element]:
    """The links and groups of the marks, in the order in which Tab goes through them."""
    [group] = [one for one in picture if one.get("class") == "sg-tl-marks"]
    return list(group)


def box(mark: ElementTree.Element) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a mark."""
    shape = mark[1]
    at = {name: float(value) for name, value in shape.attrib.items() if re.fullmatch(r"-?[\d.]+", value)}
    if shape.tag == f"{SVG}circle":
        return at["cx"] - at["r"], at["cy"] - at["r"], at["cx"] + at["r"], at["cy"] + at["r"]
    return at["x"], at["y"], at["x"] + at["width"], at["y"] + at["height"]


def texts(picture: ElementTree.Element, name: str) -> list[str]:
    return [one.text or "" for one in picture.iter(f"{SVG}text") if one.get("class") == name]


def cover(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_no_documents_give_no_picture() -> None:
    assert timeline_svg([]) == ""
    assert timeline_svg([], []) == ""


def test_a_held_document_is_a_filled_link_that_says_title_and_date() -> None:
    [mark] = marks(drawn(timeline_svg([document("2024/a&b ü", title="Spirit & Letter")])))
    assert mark.tag == f"{SVG}a"
    assert mark.get("href") == "/?doc=2024%2Fa%26b%20%C3%BC"
    assert mark.get("data-doc") == "2024/a&b ü"
    assert mark.get("target") is None
    assert mark.get("aria-label") == mark[0].text == "Spirit & Letter, 26 April 2023, Law"
    assert mark[1].get("class") == "sg-tl-mark sg-tl-held"
    assert mark[1].get("fill") is None


def test_a_document_not_held_is_hollow_and_leads_away_without_a_trace() -> None:
    [mark] = marks(drawn(timeline_svg([], [known(url="https://x.org/?a=1&b=2")])))
    assert (mark.tag, mark.get("href")) == (f"{SVG}a", "https://x.org/?a=1&b=2")
    assert (mark.get("target"), mark.get("rel")) == ("_blank", "noopener noreferrer")
    assert mark.get("aria-label") == mark[0].text == "Known, 26 April 2023, Law, not held"
    assert (mark[1].get("fill"), mark[1].get("stroke")) == ("none", "currentColor")


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "data:text/html,x", "ftp://x.org", "https://x.org/\u202e"])
def test_an_address_that_is_not_of_the_web_is_no_link(url: str) -> None:
    [mark] = marks(drawn(timeline_svg([], [known(url=url)])))
    assert (mark.tag, mark.get("role"), mark.get("href")) == (f"{SVG}g", "img", None)
    assert mark.get("aria-label") == "Known, 26 April 2023, Law, not held"


def test_days_are_dots_and_months_and_years_bars_over_their_time() -> None:
    found = [document("d", "2020-01-01"), document("y", "2021"), document("m", "2022-07"), document("e", "2023-12-31")]
    by_name = {mark.get("data-doc"): mark for mark in marks(drawn(timeline_svg(found, width=984)))}
    # 984 - 2 * 12 leaves 960 pixels for four years: 240 a year, 20 a month, and 3 between neighbours.
    assert box(by_name["y"])[::2] == (12 + 240 + 1.5, 12 + 480 - 1.5)
    assert box(by_name["m"])[::2] == (12 + 480 + 120 + 1.5, 12 + 480 + 140 - 1.5)
    assert box(by_name["d"])[0] == pytest.approx(12 + 0.5 / 31 * 20 - 5, abs=0.06)
    assert box(by_name["e"])[2] == pytest.approx(12 + 960 - 0.5 / 31 * 20 + 5, abs=0.06)
    assert {name: mark[1].tag for name, mark in by_name.items()} == {
        "d": f"{SVG}circle", "y": f"{SVG}rect", "m": f"{SVG}rect", "e": f"{SVG}circle",
    }  # fmt: skip


@pytest.mark.parametrize(("date", "like"), [("2023-13-01", "2023"), ("2023-04-99", "2023-04"), ("2023-4", "2023")])
def test_what_is_wrong_in_a_date_is_left_out(date: str, like: str) -> None:
    boxes = [box(marks(drawn(timeline_svg([document(date=one)])))[0]) for one in (date, like)]
    assert boxes[0] == boxes[1]


@pytest.mark.parametrize("date", ["", "20231", "spring", "٢٠٢٣", " 2023", "-2023"])
def test_a_document_without_a_date_stands_in_a_row_of_its_own_below_the_others(date: str) -> None:
    picture = drawn(timeline_svg([document("a", date), document("b", "2023", kind="no_date")]))
    assert texts(picture, "sg-tl-row") == ["No date", "no date"]
    dated, undated = marks(picture)
    assert (dated.get("data-doc"), undated.get("data-doc")) == ("b", "a")
    assert box(undated)[1] > box(dated)[3]
    # With nothing dated there are no years.
    assert texts(drawn(timeline_svg([document("a", date)])), "sg-tl-year") == []


def test_the_undated_row_goes_on_above_where_it_is_full() -> None:
    boxes = [box(mark) for mark in marks(drawn(timeline_svg([document(f"{i:03}", "") for i in range(40)], width=240)))]
    # 216 pixels hold 16 marks of 10 with 3 between them.
    assert [round(one[0]) for one in boxes[:3]] == [12, 25, 38]
    assert [sum(one[1] == top for one in boxes) for top in sorted({one[1] for one in boxes})] == [8, 16, 16]


def test_documents_of_one_day_are_stacked_upwards_and_the_row_grows() -> None:
    one, three = (drawn(timeline_svg([document(str(i)) for i in range(n)])) for n in (1, 3))
    boxes = [box(mark) for mark in marks(three)]
    assert len({left for left, *_ in boxes}) == 1
    assert [round(boxes[0][1] - top) for _, top, *_ in boxes] == [0, 14, 28]
    assert float(three.get("height", "")) - float(one.get("height", "")) == 28


def test_focus_goes_by_date_through_all_rows_and_ends_with_the_undated() -> None:
    found = [
        document("z", "2024-05"),
        document("b", "2023", "law"),
        document("a", "2023", "article"),
        document("u", ""),
    ]
    picture = drawn(timeline_svg(found, [known("k", "2023-01-05", title="K"), known("v", "2022", title="V")]))
    focusable = [mark.get("data-doc") or mark.get("aria-label", "")[0] for mark in marks(picture)]
    assert focusable == ["V", "a", "b", "K", "z", "u"]
    assert [one for one in picture.iter() if one.get("tabindex")] == []


def test_rows_are_types_written_for_people_the_fullest_first() -> None:
    found = [document("a", kind="law"), document("b", kind="joint_statement"), document("c", kind="joint statement")]
    picture = drawn(timeline_svg([*found, document("d", kind="")], [known(kind="joint_statement")]))
    assert texts(picture, "sg-tl-row") == ["Joint statement", "Document", "Law"]


def test_the_picture_speaks_korean() -> None:
    picture = drawn(timeline_svg([document(kind="fact_sheet"), document("u", "")], [known(date="2022-05")], "ko"))
    assert texts(picture, "sg-tl-row") == ["법령", "설명 자료", "날짜 없음"]
    assert picture.get("aria-label") == "문서 연표: 보유 2건, 목록에는 있으나 보유하지 않음 1건"
    assert [mark.get("aria-label") for mark in marks(picture)] == [
        "Known, 2022년 5월, 법령, 보유하지 않음",
        "A title, 2023년 4월 26일, 설명 자료",
        "A title, 날짜 없음, 법령",
    ]


def test_the_picture_is_a_named_group_that_scales_and_takes_the_colours_of_the_page() -> None:
    svg = timeline_svg([document()], [known()], width=320)
    picture = drawn(svg)
    assert (picture.get("role"), picture.get("width")) == ("group", "320")
    assert picture.get("aria-label") == "Timeline of documents: 1 held, 1 known but not held"
    assert picture.get("viewBox") == f"0 0 320 {picture.get('height')}"
    assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', svg)) == {"currentColor", "none"}
    assert "style" not in svg
    assert all(name.startswith("sg-tl") for names in re.findall(r'class="([^"]*)"', svg) for name in names.split())


def test_years_without_documents_are_left_out_where_they_are_many() -> None:
    picture = drawn(timeline_svg([document("a", "1986"), document("b", "2021"), document("c", "2024")]))
    assert texts(picture, "sg-tl-year") == ["1986", "2021", "2022", "2023", "2024"]
    [gap] = [one for one in picture.iter() if one.get("class") == "sg-tl-gap"]
    # Six widths of 156 pixels: 1986, the gap, and four years.
    assert (gap.get("x"), gap.get("width")) == ("168.0", "156.0")
    assert [box(mark)[0] for mark in marks(picture)] == [13.5, 12 + 312 + 1.5, 12 + 5 * 156 + 1.5]


@pytest.mark.parametrize("width", [-1, 240, 320, 700, 2000])
def test_names_of_years_have_room_and_stay_within_the_picture(width: int) -> None:
    for last in range(1950, 2027):
        picture = drawn(timeline_svg([document(str(year), str(year)) for year in range(1950, last + 1)], width=width))
        places = [float(one.get("x", "")) for one in picture.iter(f"{SVG}text") if one.get("class") == "sg-tl-year"]
        assert texts(picture, "sg-tl-year")[0] == "1950"
        assert all(b - a >= 43.9 for a, b in itertools.pairwise(places))  # 44, of places rounded to a tenth
        assert places[-1] + 28 <= max(width, NARROWEST)


def test_names_of_rows_stay_within_the_picture() -> None:
    picture = drawn(timeline_svg([document("a", kind="x" * 500), document("b", kind="법" * 500)], width=240))
    # 216 pixels hold 30 letters of 7, or 15 wide ones; the last is the ellipsis.
    assert texts(picture, "sg-tl-row") == [f"X{'x' * 28}…", f"{'법' * 14}…"]


def test_hostile_text_is_shown_and_never_run() -> None:
    svg = timeline_svg(
        [document(HOSTILE, HOSTILE, HOSTILE, HOSTILE)],
        [known(HOSTILE, HOSTILE, HOSTILE, HOSTILE, f"https://x.org/{HOSTILE}"), known(url='https://x.org/"onload="x')],
    )
    picture = drawn(svg)
    assert "<script" not in svg
    assert "\u202e" not in svg
    assert {one.tag.removeprefix(SVG) for one in picture.iter()} <= {
        "svg", "g", "a", "title", "circle", "rect", "text", "line",
    }  # fmt: skip
    assert not [name for one in picture.iter() for name in one.attrib if name.startswith("on")]
    name = "<script>alert(1)</script>[U+202E][U+0000][U+D800][U+FFFF][U+FFFE] & \"it\" 'is' 대통령]]>"
    assert [mark.get("aria-label", "").startswith(name) for mark in marks(picture)] == [False, True, True]


def test_a_very_long_title_is_cut() -> None:
    [mark] = marks(drawn(timeline_svg([document(title="word " * 100_000)])))
    label = mark.get("aria-label", "")
    assert label.endswith("…, 26 April 2023, Law")
    assert len(label) < 330


def test_ten_thousand_documents_of_one_day_take_no_minute() -> None:
    found = [document(str(i)) for i in range(10_000)]
    begun = time.process_time()
    assert len(marks(drawn(timeline_svg(found)))) == 10_000
    assert time.process_time() - begun < 20


def test_the_order_in_which_documents_come_does_not_matter() -> None:
    found = [document(str(i), f"202{i % 5}-0{i % 3 + 1}", "ab"[i % 2]) for i in range(30)]
    assert timeline_svg(found) == timeline_svg(found[::-1])


def test_a_day_that_begins_a_month_is_not_put_under_its_bar() -> None:
    # At 20 pixels a month the day's dot reaches back to where the days before it still are; the bar does not.
    dates = ["2023-04-18", "2023-04-18", "2023-05", "2023-05-01"]
    boxes = [box(mark) for mark in marks(drawn(timeline_svg([document(date=date) for date in dates], width=264)))]
    assert not [1 for one, other in itertools.combinations(boxes, 2) if cover(one, other)]


@given(
    held=st.lists(st.builds(document, doc_id=TEXTS, date=DATES, kind=KINDS, title=TEXTS), max_size=12),
    absent=st.lists(st.builds(known, doc_id=TEXTS, date=DATES, kind=KINDS, title=TEXTS, url=TEXTS), max_size=12),
    language=st.sampled_from(["en", "ko", "<b>"]),
    width=st.integers(-5, 2000),
)
def test_any_documents_give_a_well_formed_picture_with_one_mark_each_and_none_over_another(
    held: list[Document], absent: list[Known], language: str, width: int
) -> None:
    svg = timeline_svg(held, absent, language, width)
    if not held and not absent:
        assert svg == ""
        return
    picture = drawn(svg)
    found = marks(picture)
    classes = [(mark[1].get("class") or "").split()[1] for mark in found]
    assert (classes.count("sg-tl-held"), classes.count("sg-tl-known")) == (len(held), len(absent))
    boxes = sorted(map(box, found))
    room = float(picture.get("width", "")), float(picture.get("height", ""))
    assert all(left >= 0 and top >= 0 and right <= room[0] and bottom <= room[1] for left, top, right, bottom in boxes)
    assert not [1 for one, other in itertools.combinations(boxes, 2) if cover(one, other)]


@given(dates=st.lists(DATES.filter(bool), min_size=2, max_size=60), width=st.integers(240, 400))
def test_crowded_rows_have_no_mark_over_another(dates: list[str], width: int) -> None:
    picture = drawn(timeline_svg([document(str(i), date) for i, date in enumerate(dates)], width=width))
    boxes = [box(mark) for mark in marks(picture)]
    assert len(boxes) == len(dates)
    assert not [1 for one, other in itertools.combinations(boxes, 2) if cover(one, other)]
