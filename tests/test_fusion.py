"""The best rows of scores, and rankings joined by reciprocal rank."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.fusion import fuse, top

_SCORES = arrays(np.float32, st.integers(0, 30), elements=st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0, 7.0]))


def test_scores_are_summed_reciprocal_ranks_with_their_weights() -> None:
    fused = fuse([(1.0, [7, 3]), (0.5, [3, 9])])
    assert list(fused) == [3, 7, 9]
    assert fused == pytest.approx({3: 1 / 62 + 0.5 / 61, 7: 1 / 61, 9: 0.5 / 62})


def test_ties_go_to_the_lower_row() -> None:
    assert list(fuse([(1.0, [9, 4]), (1.0, [4, 9])])) == [4, 9]
    assert top(np.array([1, 2, 2, 1, 2], np.float32), 4) == [1, 2, 4, 0]


@pytest.mark.parametrize("rankings", [[], [(1.0, [])], [(0.0, [])]])
def test_nothing_fused_is_nothing(rankings: list[tuple[float, list[int]]]) -> None:
    assert fuse(rankings) == {}


@given(_SCORES, st.integers(1, 40), st.data())
def test_the_best_are_what_sorting_gives(scores: np.ndarray, k: int, data: st.DataObject) -> None:
    allowed = data.draw(st.none() | arrays(np.bool_, len(scores)))
    rows = [row for row in range(len(scores)) if scores[row] > 0 and (allowed is None or allowed[row])]
    assert top(scores, k, allowed) == sorted(rows, key=lambda row: (-scores[row], row))[:k]


@given(st.lists(st.tuples(st.sampled_from([0.5, 1.0]), st.lists(st.integers(0, 20), unique=True)), max_size=4))
def test_a_row_that_is_before_another_everywhere_stays_before_it(rankings: list[tuple[float, list[int]]]) -> None:
    fused = list(fuse(rankings))
    assert set(fused) == {row for _, rows in rankings for row in rows}
    for at, later in enumerate(fused):
        for earlier in fused[:at]:
            assert not all(later in rows[: rows.index(earlier)] for _, rows in rankings if earlier in rows)
