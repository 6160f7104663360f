"""Documents: front matter is split and checked, and paragraphs are found by their number."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.documents import (
    LONGEST_FRONT_MATTER,
    Document,
    Paragraph,
    metadata_from,
    split_front_matter,
)
from ingest.errors import ReadError


def test_yaml_front_matter() -> None:
    values, body = split_front_matter('---\ntitle: "A: B"\ndate: 2023\n---\nText\n')
    assert values == {"title": "A: B", "date": "2023"}
    assert body == "Text\n"


def test_plain_front_matter_ends_at_the_first_blank_line() -> None:
    values, body = split_front_matter("title: A: B\ndate: 2023-04\ncomplete: no\n \t\nkey: not metadata\n\nText")
    assert values == {"title": "A: B", "date": "2023-04", "complete": "no"}
    assert body == "key: not metadata\n\nText"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Text only",
        "Warning: this is a text.\n\nMore.",
        "Title\n\ntitle: x",
        "title: the opening word.\nA text.\n",
    ],
)
def test_a_text_without_front_matter_is_all_body(text: str) -> None:
    assert split_front_matter(text) == ({}, text)


def test_a_byte_order_mark_does_not_hide_front_matter() -> None:
    assert split_front_matter("\ufefftitle: x\n\nText") == ({"title": "x"}, "Text")


def test_yaml_values_stay_as_written() -> None:
    values, _ = split_front_matter("---\ntitle: 12:30\ndate: 2023-04-26\nissuer: 007\naliases: [yes, 1_0]\n---\n")
    assert values == {"title": "12:30", "date": "2023-04-26", "issuer": "007", "aliases": ["yes", "1_0"]}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("---\ntitle: x\n", "not closed"),
        ("---\ntitle: a: b\n---\nText", "line 2"),
        ("---\n- a\n- b\n---\nText", "key: value"),
        ("---\n" + "[" * 5000 + "\n---\nText", "not valid YAML"),
        ("---\ntitle: " + "x" * LONGEST_FRONT_MATTER + "\n---\nText", "over 65536"),
        ("title: x\ndate: 2023\nno key here\n\nText", "line 3"),
    ],
)
def test_bad_front_matter_is_named(text: str, says: str) -> None:
    with pytest.raises(ReadError) as caught:
        split_front_matter(text)
    assert says in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize("date", ["2023", "2023-04", "2023-04-26", "2024-02-29"])
def test_dates_that_exist(date: str) -> None:
    assert metadata_from({"date": date}) == {"date": date}


@pytest.mark.parametrize("date", ["April 2023", "2023-13", "2023-02-29", "0000", "23-04-26", "2023-4", "٢٠٢٣"])
def test_dates_that_do_not(date: str) -> None:
    with pytest.raises(ReadError, match="is not a date"):
        metadata_from({"date": date})


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"complete": "no"}, {"complete": False}),
        ({"complete": "False"}, {"complete": False}),
        ({"complete": "yes"}, {"complete": True}),
        ({"aliases": "one; two ;"}, {"aliases": ("one", "two")}),
        ({"aliases": ["one", "둘"]}, {"aliases": ("one", "둘")}),
        ({"topics": "ai; trade", "note": "Out of\n date."}, {"topics": ("ai", "trade"), "note": "Out of date."}),
        ({"title": " two\n  lines "}, {"title": "two lines"}),
        ({"title": "", "issuer": "~", "unknown": "x"}, {}),
        ({"edition": "digest"}, {"edition": "digest"}),
    ],
)
def test_values_become_fields(values: dict[str, Any], fields: dict[str, Any]) -> None:
    assert metadata_from(values) == fields


@pytest.mark.parametrize(
    "values", [{"edition": "summary"}, {"title": ["a"]}, {"aliases": {"a": "b"}}, {"aliases": [["a"]]}]
)
def test_values_of_another_form_are_named(values: dict[str, Any]) -> None:
    with pytest.raises(ReadError) as caught:
        metadata_from(values)
    assert next(iter(values)) in caught.value.message


def test_nested_yaml_aliases_do_not_expand() -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))
    values, _ = split_front_matter(f"---\na0: &a0 [x]\n{levels}\ntitle: *a29\n---\nText")
    with pytest.raises(ReadError, match="not one line"):
        metadata_from(values)


@given(st.text() | st.text("abtile: -\n[]{}&*!|>'\"#%@`\t,?", max_size=80).map("---\n{}\n---\nx".format))
def test_any_text_is_split_or_refused(text: str) -> None:
    try:
        values, body = split_front_matter(text)
        metadata_from(values)
    except ReadError as error:
        body, said = "", str(error)
    else:
        said = "read"
    assert body in text
    assert said
    assert "\n" not in said


def test_paragraph_by_number_in_a_digest() -> None:
    first, second = Paragraph(1, "One."), Paragraph(2, "Two to four.", last=4)
    document = Document("d", "D", (first, second))
    assert [document.paragraph(n) for n in (1, 2, 3, 4)] == [first, second, second, second]
    with pytest.raises(KeyError, match="no paragraph 5"):
        document.paragraph(5)
