"""One score an item, and the sign test over what changed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from eval.figures.scores import lost_and_won, score, sign_test
from eval.items import Item, Task


@pytest.mark.parametrize(
    ("task", "marks", "wanted"),
    [
        ("question", {"outcome right": 1.0, "facts found": 0.5}, 0.75),
        ("question", {"outcome right": 1.0, "facts found": 0.0}, 0.5),
        ("question", {"outcome right": 1.0, "facts found": None}, 1.0),
        ("question", {"outcome right": 0.0, "facts found": 1.0}, 0.0),
        ("claim", {"verdict right": 1.0, "evidence hit": 0.0}, 1.0),
        ("claim", {"verdict right": 0.0, "evidence hit": 1.0}, 0.0),
        ("query", {"nDCG@10": 0.25, "nDCG@10 by document": 1.0}, 0.25),
        ("query", {"nDCG@10": 0.0, "nDCG@10 by document": 1.0}, 0.0),
        ("query", {"nDCG@10": None, "nDCG@10 by document": 0.5}, 0.5),
        ("query", {}, 0.0),
    ],
)
def test_a_score_is_what_its_task_is_for(task: Task, marks: Mapping[str, float | None], wanted: float) -> None:
    assert score(Item("a", task, "?", marks=marks)) == wanted


def test_a_crash_scores_nothing() -> None:
    assert score(Item("a", "claim", "?", marks={"verdict right": 1.0}, failed="ValueError: no")) == 0


def test_what_was_lost_and_won_is_named_most_first() -> None:
    before = {"a": 1.0, "b": 0.5, "c": 0.5, "d": 0.0, "e": 0.5, "gone": 1.0, "f": 1.0}
    after = {"a": 0.5, "b": 0.0, "c": 0.25, "d": 1.0, "e": 0.5 + 1e-9, "new": 1.0, "f": 1.0}
    signs = lost_and_won(before, after)
    assert signs.lost == ("a", "b", "c")
    assert signs.won == ("d",)
    assert signs.p == pytest.approx(2 * (1 + 4) / 16)
    back = lost_and_won(after, before)
    assert (back.lost, back.won, back.p) == (("d",), ("a", "b", "c"), signs.p)


def test_nothing_in_common_is_no_change() -> None:
    assert lost_and_won({"a": 1.0}, {"b": 0.0}) == lost_and_won({}, {})
    assert lost_and_won({}, {}).p == 1


@pytest.mark.parametrize(
    ("lost", "won", "p"),
    [(0, 0, 1), (1, 0, 1), (4, 0, 0.125), (5, 0, 0.0625), (0, 5, 0.0625), (3, 3, 1), (8, 2, 112 / 1024)],
)
def test_the_sign_test_by_hand(lost: int, won: int, p: float) -> None:
    assert sign_test(lost, won) == pytest.approx(p)


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_sign_test_agrees_with_a_second_implementation(lost: int, won: int) -> None:
    if lost + won:
        assert sign_test(lost, won) == pytest.approx(float(binomtest(lost, lost + won).pvalue), rel=1e-9)
    assert sign_test(lost, won) == sign_test(won, lost)


def test_the_sign_test_does_not_overflow() -> None:
    assert sign_test(3000, 3000) == 1
    assert 0 <= sign_test(6000, 0) < 1e-300
