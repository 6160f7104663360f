"""Amounts as ranges, in English and Korean, and the numbers that are none."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.claims.amounts import read_amounts

READ = [
    ("17억 달러", 1.7e9, 1.7e9, "$", "17억 달러"),
    ("1조 7,000억 원", 1.7e12, 1.7e12, "₩", "1조 7,000억 원"),
    ("$1,700 million", 1.7e9, 1.7e9, "$", "$1,700 million"),
    ("at least three projects", 3, inf, "", "at least three"),
    ("three sensing projects at most", 0, 3, "", "three sensing projects at most"),
    ("no greater than 15 percent", 0, 15, "%", "no greater than 15 percent"),
    ("15 percent or more", 15, inf, "%", "15 percent or more"),
    ("one in five firms", 20, 20, "%", "one in five"),
    ("half a decade", 1826.25, 1826.25, "time", "half a decade"),
    ("spread over five years", 1826.25, 1826.25, "time", "five years"),
    ("twenty-five calendar days", 25, 25, "time", "twenty-five calendar days"),
    ("the fifth summit", 5, 5, "th", "fifth"),
    ("a dozen partners", 12, 12, "", "a dozen"),
    ("within a month of it", 0, 30.44, "time", "within a month"),
    ("in the first sixty days", 0, 60, "time", "in the first sixty days"),
    ("they met five times", 5, 5, "times", "five times"),
    ("they met twice", 2, 2, "times", "twice"),
    ("ten ships is the most", 0, 10, "", "ten ships is the most"),
    ("half a dozen partners", 6, 6, "", "half a dozen"),
    ("costs doubled", 2, 2, "x", "doubled"),
    ("by 3.5 percentage points", 3.5, 3.5, "pp", "3.5 percentage points"),
    ("４０ percent", 40, 40, "%", "４０ percent"),
    ("3분의 1", 100 / 3, 100 / 3, "%", "3분의 1"),
    ("$35 a month", 35, 35, "$", "$35 a month"),
]


@pytest.mark.parametrize(("text", "low", "high", "measure", "shown"), READ)
def test_an_amount_is_a_range_of_one_measure(text: str, low: float, high: float, measure: str, shown: str) -> None:
    (amount,) = read_amounts(text)
    assert amount.low == pytest.approx(low)
    assert amount.high == pytest.approx(high)
    assert amount.measure == measure
    assert text[slice(*amount.shown)] == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Section 45W",
        "the G7",
        "in May 2021",
        "2026-01-14",
        "section 232",
        "(2) the rest",
        "차세 대화",
        "the top 1 percent",
    ],
)
def test_names_and_dates_are_no_amounts(text: str) -> None:
    assert read_amounts(text) == ()


def test_roughly_means_a_little_below_and_above() -> None:
    (nearly,) = read_amounts("nearly a third of exports")
    assert nearly.low < 32 < nearly.high < 35
    (about,) = read_amounts("about half of exports")
    assert about.low < 48 < 52 < about.high < 60


@given(st.text(alphabet="ab019 .,%$-()half third다섯개억at least ５½²", max_size=40))
def test_any_text_is_read_with_spans_of_its_own(text: str) -> None:
    for amount in read_amounts(text):
        assert 0 <= amount.shown[0] <= amount.span[0] < amount.span[1] <= amount.shown[1] <= len(text)
        assert amount.low <= amount.high
