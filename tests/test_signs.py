"""Signs as data: every name has a pattern, whole words are whole, and who asks for none is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import app.claims
from app.claims.signs import SIGNS_FILE, sign

NAMES = sorted({line.split("\t")[0] for line in SIGNS_FILE.read_text(encoding="utf-8").splitlines() if line[0] != "#"})


def test_every_name_in_the_file_is_used_and_every_name_used_is_in_the_file() -> None:
    folder = Path(app.claims.__file__).parent
    used = {name for file in folder.glob("*.py") for name in re.findall(r'sign\("(\w+)"', file.read_text("utf-8"))}
    assert used == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_no_sign_is_found_in_nothing(name: str) -> None:
    assert sign(name).search("") is None
    assert sign(name).search("coral") is None


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("only", "ONLY corals", "ONLY"), ("only", "lonely corals", None), ("all", "above all", None),
        ("all", "every other day", None), ("some", "the most vulnerable", None), ("some", "most of them", "most"),
        ("denial", "not only", None), ("denial", "did not", "not"), ("none", "전혀 없다", "전혀"),
        ("must", "The Wall", None), ("maybe", "in May", None), ("maybe", "it may", "may"),
    ],
)  # fmt: skip
def test_signs_are_whole_words_in_any_case(name: str, text: str, found: str | None) -> None:
    match = sign(name).search(text)
    assert (match[0] if match else None) == found


def test_more_patterns_count_with_a_names_own() -> None:
    both = sign("only", re.compile("coral"))
    assert [match[0] for match in both.finditer("only coral")] == ["only", "coral"]


def test_a_name_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="nosuch"):
        sign("nosuch")
