"""Lists in a document: what marks an item, where a run ends, what introduces it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.items import headings_introduced, introduced, is_item, labels_of, run_of
from ingest.documents import Paragraph


def paragraphs(*texts: str) -> list[Paragraph]:
    """Number texts; one that begins with # is a heading."""
    return [
        Paragraph(number, text.removeprefix("#"), heading=text.startswith("#"))
        for number, text in enumerate(texts, start=1)
    ]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("- chips", {"bullet"}),
        ("• chips", {"bullet"}),
        ("-chips", set()),
        ("1. chips", {"digit"}),
        ("(12) chips", {"digit"}),
        ("123. chips", set()),
        ("1.5 billion dollars", {"section"}),
        ("1.1. Scope", {"section"}),
        ("2021. It began.", set()),
        ("(i) chips", {"roman", "letter"}),
        ("(iv) chips", {"roman"}),
        ("(b) chips", {"letter"}),
        ("a) chips", {"letter"}),
        ("A chip", set()),
        ("(A) chips", {"capital"}),
        ("가. 반도체", {"korean"}),
        ("다) 반도체", {"korean"}),
        ("가나. 반도체", set()),
        ("Supply Chains: they cooperate.", {"named"}),
        ("Supply chains", set()),
        ("", set()),
    ],
)
def test_the_marks_of_an_item(text: str, labels: set[str]) -> None:
    assert labels_of(Paragraph(1, text)) == labels
    assert is_item(Paragraph(1, text)) == bool(labels - {"named", "section"})
    assert not is_item(Paragraph(1, text, heading=True))


@pytest.mark.parametrize(
    ("texts", "run"),
    [
        (["- a", "- b", "- c"], range(3)),
        (["- a", "running text", "- c"], range(1)),
        (["1. a", "2. b", "(a) inner", "3. c"], range(2)),
        (["running text", "- b"], range(0)),
        (["(h) eight", "(i) nine", "(j) ten"], range(3)),  # "(i)" is a letter here
        (["(i) one", "(ii) two", "(iii) three"], range(3)),  # and a numeral here
        (["(i) either", "(ii) a numeral", "(b) a letter"], range(2)),  # but not both in one list
    ],
)
def test_a_run_ends_where_the_mark_changes(texts: list[str], run: range) -> None:
    assert run_of(paragraphs(*texts), 0) == run


@pytest.mark.parametrize(
    ("texts", "items"),
    [
        (["They agree on:", "- a", "- b", "The end."], range(1, 3)),
        (["They agree —", "- a", "- b"], range(1, 3)),
        (["They do the following.", "- a", "- b"], range(1, 3)),
        (["다음 각 호와 같다", "1. 가", "2. 나"], range(1, 3)),
        (["They agree.", "- a", "- b"], range(0)),
        (["They agree on: chips.", "- a", "- b"], range(0)),
        (["They agree on:", "- a"], range(0)),  # one is no list
        (["They agree on:", "running text", "- a", "- b"], range(0)),
        (["They agree on:"], range(0)),
        (["- following the talks", "- a", "- b"], range(0)),  # an item that says "following" introduces nothing
        (["- these:", "(a) one", "(b) two", "- b"], range(1, 3)),  # but one that ends in a colon does
    ],
)
def test_what_a_paragraph_introduces(texts: list[str], items: range) -> None:
    assert introduced(paragraphs(*texts), 0) == items


def test_the_last_paragraph_introduces_nothing() -> None:
    assert introduced(paragraphs("- a", "They agree on:"), 1) == range(0)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["The following principles hold.", "#1.1 Safety", "Text.", "#1.2 Fairness", "Text.", "#2.1 Duties"], [1, 3]),
        (["The following principles hold.", "#1.1 Safety", "Text.", "#2.1 Duties"], []),
        (["The principles hold.", "#1.1 Safety", "#1.2 Fairness"], []),
        (["The following principles hold.", "1.1 billion", "1.2 billion"], []),  # no headings
        (["아래 원칙을 따른다.", "#1.1 안전", "글", "#1.2 공정"], [1, 3]),
        (["The following principles hold.", "#1.1 Safety", *["Text."] * 28, "#1.2 Fairness"], [1, 30]),
        (["The following principles hold.", "#1.1 Safety", *["Text."] * 29, "#1.2 Fairness"], []),  # too far away
    ],
)
def test_headings_that_are_announced(texts: list[str], found: list[int]) -> None:
    assert headings_introduced(paragraphs(*texts), 0) == found


_LINES = st.lists(
    st.one_of(
        st.sampled_from([
            "- a", "• b", "1. a", "(2) b", "(i) c", "(ii) d", "(b) e", "(A) f", "가. 하나", "Name: text", "1.1 Scope",
            "#1.1 Scope", "#1.2 Scope", "They agree on:", "the following", "다음과 같다", "Text.", "",
        ]),
        st.text(max_size=12),
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip


def shared(found: Sequence[Paragraph]) -> frozenset[str]:
    return frozenset.intersection(*(labels_of(paragraph) for paragraph in found))


@given(_LINES, st.data())
def test_items_lie_behind_what_introduces_them_and_share_a_mark(lines: list[str], data: st.DataObject) -> None:
    document = paragraphs(*lines)
    at = data.draw(st.integers(0, len(document) - 1))
    items, run = introduced(document, at), run_of(document, at)
    assert not items or (items.start == at + 1 and len(items) > 1)
    assert not run or run.start == at
    for indices in (items, run):
        assert not indices or indices.stop <= len(document)
        assert not indices or shared([document[index] for index in indices])
    headings = headings_introduced(document, at)
    assert len(headings) != 1
    assert all(at < index < len(document) and document[index].heading for index in headings)


@given(_LINES)
def test_a_run_cannot_be_longer(lines: list[str]) -> None:
    document = paragraphs(*lines)
    run = run_of(document, 0)
    if run and run.stop < len(document):
        assert not shared(document[: run.stop + 1])
