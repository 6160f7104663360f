"""Dates in questions, worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dates import DATE_PHRASE, FIRST, LAST, Dates, find_dates, within


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("What did the 2023 statement say?", ("2023",)),
        ("from 2021's summit to the one of 2023", ("2021", "2023")),
        ("2023, 2021 and 2023 again", ("2023", "2021")),
        ("In 2023, what was agreed?", ("2023",)),
        ("2023년 공동성명", ("2023",)),
        ("FY2025", ("2025",)),
        ("What happened in 1953?", ("1953",)),
        ("a fund of 2,023 million", ()),
        ("$2000 for each", ()),
        ("2023.5 points", ()),
        ("room 12023", ()),
        ("in 1899 or 2100", ()),
        ("", ()),
    ],
)
def test_years(question: str, years: tuple[str, ...]) -> None:
    assert find_dates(question).years == years


@pytest.mark.parametrize(
    ("question", "months"),
    [
        ("the statement of May 2021", ("2021-05",)),
        ("signed on MAY 21st, 2021", ("2021-05",)),
        ("August 18, 2023", ("2023-08",)),
        ("December of 2023", ("2023-12",)),
        ("dated 2023-04-26", ("2023-04",)),
        ("2023년 4월 26일에", ("2023-04",)),
        ("2023 년 11 월", ("2023-11",)),
        ("between June 2022 and March 2021", ("2021-03", "2022-06")),
        ("may they meet in 2023", ()),
    ],
)
def test_months(question: str, months: tuple[str, ...]) -> None:
    assert find_dates(question).months == months


@pytest.mark.parametrize(
    ("question", "period"),
    [
        ("since 2023", ("2023", LAST)),
        ("Since April 2023", ("2023-04", LAST)),
        ("after 2022", ("2023", LAST)),
        ("after the end of 2022", ("2023", LAST)),
        ("after the 2022 statement", ("2022", LAST)),
        ("after May 21, 2021", ("2021-05", LAST)),
        ("until 2022", (FIRST, "2022")),
        ("until the end of 2022", (FIRST, "2022")),
        ("before 2024", (FIRST, "2023")),
        ("before June 2024", (FIRST, "2024-06")),
        ("between 2021 and 2023", ("2021", "2023")),
        ("between 2023 and 2021", ("2021", "2023")),
        ("how it changed from 2021 to 2023", ("2021", "2023")),
        ("from the 2021 statement until the one of 2023", ("2021", "2023")),
        ("2021-2023", ("2021", "2023")),
        ("2021 – 2023", ("2021", "2023")),
        ("2023년 이후", ("2023", LAST)),
        ("2021년 5월 이후", ("2021", LAST)),
        ("2021년 5월 21일 이전", (FIRST, "2021")),
        ("2021년부터 2023년까지", ("2021", "2023")),
        ("2021~2023년", ("2021", "2023")),
        ("2021년~2023년", ("2021", "2023")),
    ],
)
def test_periods(question: str, period: tuple[str, str]) -> None:
    assert find_dates(question).periods == (period,)


@pytest.mark.parametrize("question", ["the 2023 statement", "in 2021 and 2023", "2023-04-26", "since the war", ""])
def test_a_year_alone_is_no_period(question: str) -> None:
    assert find_dates(question).periods == ()


@pytest.mark.parametrize(
    ("date", "first", "last", "inside"),
    [
        ("2023-04-26", "2023", "2023", True),
        ("2023-04-26", "2023-04-26", "2023-04-26", True),
        ("2023-04-26", "2023-04-27", LAST, False),
        ("2023-04-26", FIRST, "2023-04", True),
        ("2023-04-26", FIRST, "2023-03", False),
        ("2023-12-31", FIRST, "2023", True),
        ("2024-01-01", FIRST, "2023", False),
        ("2023", "2023-04", LAST, True),  # the day is not known: it may lie in the period
        ("2023", FIRST, "2022-12", False),
        ("2022", "2023", LAST, False),
        ("", FIRST, LAST, False),
    ],
)
def test_a_date_within_a_period(date: str, first: str, last: str, inside: bool) -> None:
    assert within(date, first, last) is inside


def test_which_documents_a_question_names() -> None:
    dates = find_dates("What has been said on 5G since 2022, and in May 2021?")
    assert [dates.names_year_of(date) for date in ("2021-05-21", "2022-05", "2026", "2020", "")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert [dates.names_month_of(date) for date in ("2021-05-21", "2021-06-01", "2021", "")] == [
        True, False, False, False,
    ]  # fmt: skip
    assert dates
    assert not Dates()
    assert not Dates().names_year_of("2021")


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("What was agreed in May 2021?", "What was agreed?"),
        ("the 2021 statement", "statement"),
        ("in early 2023 on AI", "on AI"),
        ("2023년 4월 26일 공동성명", "공동성명"),
        ("nothing of the kind", "nothing of the kind"),
    ],
)
def test_what_is_left_without_the_date(question: str, rest: str) -> None:
    assert " ".join(DATE_PHRASE.sub("", question).split()).replace(" ?", "?") == rest


@given(st.dates(), st.dates(), st.dates())
def test_full_dates_compare_as_dates(date: object, one: object, other: object) -> None:
    first, last = sorted((str(one), str(other)))
    assert within(str(date), first, last) == (first <= str(date) <= last)


@given(st.text(max_size=80))
def test_any_text_gives_well_formed_dates(text: str) -> None:
    dates = find_dates(text)
    assert all(len(year) == 4 for year in dates.years)
    assert all(len(month) == 7 for month in dates.months)
    assert all(first <= last for first, last in dates.periods)


@pytest.mark.parametrize(
    ("question", "years"),
    [("after 2022", ()), ("before 2024", ()), ("since 2022", ("2022",)), ("after 2022, as in 2021", ("2021",))],
)
def test_a_year_that_only_bounds_is_not_what_is_asked_about(question: str, years: tuple[str, ...]) -> None:
    dates = find_dates(question)
    assert dates.years == years
