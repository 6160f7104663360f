"""Plots: everything lies where its figure says, nothing undefined is drawn, and no name of anybody's acts."""

from __future__ import annotations

import math
import re
from typing import Final
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.reports.plots import Axes, Line, bar, chart, confusion, difference_bar

NAN: Final = math.nan
AXES: Final = Axes("Abstention", "Threshold", "Share")
HOSTILE: Final = "</svg><script>alert(1)</script>\"' onload=x \u202e"


def parsed(svg: str) -> ElementTree.Element:
    """The markup, which must be well-formed, without what an HTML entity would need."""
    return ElementTree.fromstring(f"<div>{svg.replace('&nbsp;', ' ')}</div>")  # noqa: S314  # our own markup


def only(svg: str, tag: str, look: str = "") -> list[dict[str, str]]:
    return [one.attrib for one in parsed(svg).iter(tag) if not look or one.get("class") == look]


# Bars


def test_a_bar_is_as_long_as_its_value_and_its_whisker_spans_the_interval() -> None:
    drawn = bar(0.5, 0.4, 0.75, 1.0)
    assert [one["width"] for one in only(drawn, "rect")] == ["50.00%"]
    spans = [(one["x1"], one["x2"]) for one in only(drawn, "line", "whisker")]
    assert spans == [("40.00%", "75.00%"), ("40.00%", "40.00%"), ("75.00%", "75.00%")]


def test_a_bar_is_relative_to_the_greatest() -> None:
    drawn = bar(30.0, 30.0, 90.0, 120.0, "second")
    assert [(one["class"], one["width"]) for one in only(drawn, "rect")] == [("second", "25.00%")]
    assert only(drawn, "line")[0]["x2"] == "75.00%"


@pytest.mark.parametrize(
    ("value", "most"), [(NAN, 1.0), (math.inf, 1.0), (0.5, 0.0), (0.5, -1.0), (0.5, NAN), (0.5, math.inf)]
)
def test_what_is_not_known_has_no_bar(value: float, most: float) -> None:
    assert bar(value, 0.1, 0.2, most) == ""
    assert difference_bar(value, 0.1, 0.2, most) == ""


def test_an_interval_that_is_not_known_is_not_drawn() -> None:
    assert only(bar(0.5, NAN, 0.6, 1.0), "line") == []
    assert [one["class"] for one in only(difference_bar(0.5, NAN, 0.6, 1.0), "line")] == ["zero"]


def test_a_difference_begins_in_the_middle() -> None:
    worse, better = difference_bar(-0.05, -0.1, 0.02, 0.1, "less"), difference_bar(0.05, 0.0, 0.1, 0.1)
    assert [(one["x"], one["width"], one["class"]) for one in only(worse, "rect")] == [("25.00%", "25.00%", "less")]
    assert [(one["x"], one["width"], one["class"]) for one in only(better, "rect")] == [("50.00%", "25.00%", "first")]
    assert (only(worse, "line", "whisker")[0]["x1"], only(worse, "line", "whisker")[0]["x2"]) == ("0.00%", "60.00%")


@given(st.floats(), st.floats(), st.floats(), st.floats())
def test_no_bar_leaves_its_cell(value: float, low: float, high: float, most: float) -> None:
    for drawn in (bar(value, low, high, most), difference_bar(value, low, high, most)):
        for share in re.findall(r'="(-?[\w.]+)%"', drawn):
            assert 0 <= float(share) <= 100


# Confusion


def test_a_confusion_matrix_holds_counts_shares_and_sums() -> None:
    table = parsed(confusion("Outcomes", ["yes", "no"], [[3, 1], [0, 0]]))
    rows = [[("".join(cell.itertext())).strip() for cell in row] for row in table.iter("tr")]
    assert rows == [["right ↓  given →", "yes", "no", "all"], ["yes", "375%", "125%", "4"], ["no", "0", "0", "0"]]
    assert [one.get("class") for one in table.iter("td")][1:] == ["hit", "miss", "sum", "miss", "hit", "sum"]
    assert [one.get("fill-opacity") for one in table.iter("rect")] == ["0.75", "0.25", "0.00", "0.00"]


def test_a_matrix_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # zip's own words
        confusion("Outcomes", ["yes", "no"], [[1, 2]])


# Curves


def test_a_curve_runs_from_corner_to_corner() -> None:
    drawn = chart(AXES, [Line("wrong", ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0)))])
    assert only(drawn, "polyline")[0]["points"] == "40.0,208.0 184.0,109.0 328.0,10.0"


def test_what_lies_outside_or_is_unknown_is_left_out() -> None:
    line = Line("wrong", ((-0.1, 0.5), (0.0, NAN), (0.0, 1.0), (1.0, 0.0), (2.0, 0.5)), sizes=(1, 2, 4, 1, 9))
    drawn = chart(AXES, [line])
    assert only(drawn, "polyline")[0]["points"] == "40.0,10.0 328.0,208.0"
    assert [one["r"] for one in only(drawn, "circle")] == ["7.0", "3.5"]  # areas as 4 to 1


def test_one_point_is_a_dot() -> None:
    drawn = chart(AXES, [Line("wrong", ((0.5, 0.5),), "second dashed")])
    assert [one["class"] for one in only(drawn, "circle")] == ["second dashed"]
    assert not [one for one in only(drawn, "polyline") if "," in one["points"] and one["points"] != "1,4 23,4"]


def test_without_points_there_is_no_chart() -> None:
    assert chart(AXES, []) == ""
    assert chart(AXES, [Line("wrong", ()), Line("refused", ((NAN, NAN),))]) == ""


def test_the_points_stand_in_a_table_too() -> None:
    drawn = chart(AXES, [Line("wrong", ((0.25, 0.125),), sizes=(12,)), Line("refused", ((0.5, 1.0),))])
    rows = [["".join(cell.itertext()) for cell in row] for row in parsed(drawn).iter("tr")]
    assert rows == [
        ["", "Threshold", "Share", "items"],
        ["wrong", "0.250", "0.125", "12"],
        ["refused", "0.500", "1.000", "0"],
    ]
    assert [one["aria-label"] for one in only(drawn, "svg", "chart")] == [
        "Abstention. The points are in the table below."
    ]


@given(st.lists(st.tuples(st.floats(), st.floats()), max_size=8))
def test_no_point_leaves_the_axes(points: list[tuple[float, float]]) -> None:
    drawn = chart(AXES, [Line("wrong", tuple(points), sizes=(1.0,) * len(points))])
    circles = only(drawn, "circle") if drawn else []
    inside = [one for one in points if 0 <= one[0] <= 1 and 0 <= one[1] <= 1]
    assert len(circles) == len(inside)
    assert all(40 <= float(one["cx"]) <= 328 and 10 <= float(one["cy"]) <= 208 for one in circles)


def test_no_name_acts_and_nothing_is_styled_in_place() -> None:
    axes = Axes(HOSTILE, HOSTILE, HOSTILE, diagonal=True)
    for drawn in (chart(axes, [Line(HOSTILE, ((0, 0), (1, 1)))]), confusion(HOSTILE, [HOSTILE], [[1]])):
        assert "<script" not in drawn
        assert "\u202e" not in drawn
        assert not [one for one in parsed(drawn).iter() if "style" in one.attrib or "onload" in one.attrib]
