"""Groups of words that stand for one another, and that the file holds together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.claims.opposites import WORDS_FILE
from app.claims.thesaurus import GROUPS_FILE, standing_for
from ingest.lexical import analyse


def stem(word: str) -> str:
    return analyse(word)[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("promised", "pledges"),
        ("soared", "growth"),
        ("outlawed", "bans"),
        ("optional", "voluntary"),
        ("firms", "makers"),
    ],
)
def test_words_for_the_same_have_one_stem_that_stands_for_them(one: str, other: str) -> None:
    assert standing_for(stem(one)) == standing_for(stem(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("rise", "fall"), ("ban", "allow"), ("voluntary", "mandatory"), ("strengthen", "weaken"), ("import", "export"),
     ("buyer", "seller"), ("ally", "enemy"), ("temporary", "permanent"), ("public", "private"), ("open", "close")],
)  # fmt: skip
def test_opposites_stand_for_different_things(one: str, other: str) -> None:
    assert standing_for(stem(one)) != standing_for(stem(other))


def test_each_word_is_in_one_group_and_each_group_has_two() -> None:
    groups = [line.split("\t") for line in GROUPS_FILE.read_text(encoding="utf-8").splitlines()]
    words = [word for group in groups for word in group]
    assert len(words) == len(set(words))
    assert all(len(group) > 1 and all(analyse(word) for word in group) for group in groups)
    assert len(groups) > 200


@given(st.text(max_size=12))
def test_what_stands_for_a_stem_stands_for_itself(text: str) -> None:
    assert standing_for(standing_for(text)) == standing_for(text)
    assert standing_for("") == ""


def test_every_line_of_opposites_has_all_columns() -> None:
    lines = [line.split("\t") for line in WORDS_FILE.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    assert {len(line) for line in lines} == {6}
    assert all(line[0] and line[2] and line[4] in ("", "turns") for line in lines)
