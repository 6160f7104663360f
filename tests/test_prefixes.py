"""Words that a prefix turns into their opposite, and words that only look so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.claims.prefixes import are_opposites


@pytest.mark.parametrize(
    ("one", "other"),
    [("sufficient", "insufficient"), ("conditional", "unconditional"), ("binding", "non-binding"),
     ("agree", "disagree"), ("dependent", "independent"), ("regular", "irregular"),
     ("possible", "impossible"), ("direct", "indirect")],
)  # fmt: skip
def test_a_prefix_makes_an_opposite_whichever_comes_first(one: str, other: str) -> None:
    assert are_opposites(one, other)
    assert are_opposites(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("form", "inform"), ("vested", "invested"), ("vention", "invention"), ("cover", "discover"),
     ("creased", "increased"), ("deed", "indeed"), ("port", "import"), ("clude", "include"),
     ("same", "same"), ("", "un"), ("", "")],
)  # fmt: skip
def test_what_only_looks_like_a_prefix_makes_none(one: str, other: str) -> None:
    assert not are_opposites(one, other)


@given(st.text(alphabet="unidsmrlabe", max_size=12), st.text(alphabet="unidsmrlabe", max_size=12))
def test_opposites_are_opposites_both_ways_and_never_of_themselves(one: str, other: str) -> None:
    assert are_opposites(one, other) == are_opposites(other, one)
    assert not are_opposites(one, one)
