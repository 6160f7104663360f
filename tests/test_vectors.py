"""Search by vector: exact and approximate agree, order is settled, masks are kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from ingest.errors import BrokenIndex
from ingest.exact import Vectors, exact_search, load_array, save_array
from ingest.vector_build import build_vectors, recall
from ingest.vectors import PassageVectors

# Four unit vectors whose cosines with (1, 0) are 1, 0.6, 0.6 and -1.
FOUR = np.array([[-1, 0], [0.6, 0.8], [1, 0], [0.6, -0.8]], np.float32)
EAST = np.array([1, 0], np.float32)


def _unit(rows: int, dim: int, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)
    norms: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, norms)


@pytest.mark.parametrize("approximate", [True, False])
def test_search_gives_rows_by_cosine_with_ties_by_row(tmp_path: Path, approximate: bool) -> None:
    assert build_vectors(tmp_path, FOUR)
    vectors = PassageVectors.open(tmp_path, approximate)
    found = vectors.search(EAST, 3)
    assert [row for row, _ in found] == [2, 1, 3]
    assert [score for _, score in found] == pytest.approx([1, 0.6, 0.6])
    assert [row for row, _ in vectors.search(EAST, 99)] == [2, 1, 3, 0]
    assert vectors.search(EAST, 0) == []
    vectors.close()


def test_a_mask_leaves_only_allowed_rows(tmp_path: Path) -> None:
    build_vectors(tmp_path, FOUR)
    vectors = PassageVectors.open(tmp_path)
    assert [row for row, _ in vectors.search(EAST, 5, np.array([True, False, False, True]))] == [3, 0]
    assert vectors.search(EAST, 5, np.zeros(4, bool)) == []
    vectors.close()


@pytest.mark.parametrize("approximate", [True, False])
def test_rows_that_the_model_did_not_read_come_last_or_not_at_all(tmp_path: Path, approximate: bool) -> None:
    vectors = np.zeros((600, 2), np.float32)
    vectors[[5, 77, 300, 599]] = FOUR
    assert build_vectors(tmp_path, vectors)
    opened = PassageVectors.open(tmp_path, approximate)
    opened.open_chroma()
    found = [row for row, _ in opened.search(EAST, 5)]
    assert found[:3] == [300, 77, 599]  # the fourth points away
    assert opened.collection().count() == 4
    assert recall(opened, 50, 200) == 1.0
    opened.close()


def test_where_no_row_was_read_nothing_is_asked_of_chroma(tmp_path: Path) -> None:
    assert not build_vectors(tmp_path, np.zeros((3, 2), np.float32))
    opened = PassageVectors.open(tmp_path, approximate=False)
    opened.open_chroma()
    assert [score for _, score in opened.search(EAST, 2)] == [0.0, 0.0]
    opened.close()


@pytest.mark.parametrize("rows", [0, 1, 2, 5])
def test_very_few_passages(tmp_path: Path, rows: int) -> None:
    vectors = _unit(rows, 8)
    assert build_vectors(tmp_path, vectors)
    opened = PassageVectors.open(tmp_path)
    assert len(opened) == rows
    assert sorted(row for row, _ in opened.search(_unit(1, 8, 1)[0], 10)) == list(range(rows))
    opened.close()


def test_approximate_search_agrees_with_exact_search(tmp_path: Path) -> None:
    vectors = _unit(2000, 48)
    assert build_vectors(tmp_path, vectors)
    opened = PassageVectors.open(tmp_path)
    assert recall(opened, 50, 200) >= 0.999
    for query in _unit(20, 48, seed=7):
        found, expected = opened.search(query, 10), exact_search(opened.vectors, query, 10)
        assert [row for row, _ in found] == [row for row, _ in expected]
        assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-6)
    opened.close()


def test_thousands_of_equal_vectors_are_searched_exactly(tmp_path: Path) -> None:
    vectors = _unit(3000, 24)
    vectors[np.random.default_rng(1).permutation(3000)[:2600]] = vectors[0]
    approximate = build_vectors(tmp_path, vectors)
    opened = PassageVectors.open(tmp_path, approximate)
    other = next(row for row in range(3000) if not np.array_equal(vectors[row], vectors[0]))
    assert opened.search(vectors[other], 1)[0][0] == other
    opened.close()


def test_building_again_replaces_what_was_there(tmp_path: Path) -> None:
    build_vectors(tmp_path, _unit(30, 8))
    build_vectors(tmp_path, FOUR)
    opened = PassageVectors.open(tmp_path)
    assert [row for row, _ in opened.search(EAST, 9)] == [2, 1, 3, 0]
    opened.close()


def test_readers_leave_all_files_but_chromas_database_alone(tmp_path: Path) -> None:
    build_vectors(tmp_path, _unit(1500, 16))
    before = {p: (p.stat().st_size, p.stat().st_mtime_ns) for p in tmp_path.rglob("*") if p.is_file()}
    opened = PassageVectors.open(tmp_path)
    assert len(opened.search(_unit(1, 16, 3)[0], 50)) == 50
    opened.close()
    after = {p: (p.stat().st_size, p.stat().st_mtime_ns) for p in tmp_path.rglob("*") if p.is_file()}
    assert {p.name for p in before if before[p] != after.get(p)} <= {"chroma.sqlite3"}
    assert set(before) == set(after)


def test_a_query_of_another_length_is_refused(tmp_path: Path) -> None:
    build_vectors(tmp_path, FOUR)
    with pytest.raises(ValueError, match="3 numbers, the passages' 2"):
        PassageVectors.open(tmp_path).search(np.ones(3, np.float32), 1)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenIndex, match=r"vectors\.npy cannot be read"):
        PassageVectors.open(tmp_path)
    save_array(tmp_path / "vectors.npy", FOUR)
    with pytest.raises(BrokenIndex, match="no Chroma database"):
        PassageVectors.open(tmp_path)
    (tmp_path / "vectors.npy").write_bytes(b"no array")
    with pytest.raises(BrokenIndex, match=r"vectors\.npy cannot be read"):
        load_array(tmp_path / "vectors.npy")


def test_an_emptied_collection_is_broken(tmp_path: Path) -> None:
    build_vectors(tmp_path, FOUR)
    opened = PassageVectors.open(tmp_path, collection="another")
    with pytest.raises(BrokenIndex, match="another"):
        opened.search(EAST, 1)
    opened.close()


@settings(max_examples=60, deadline=None)
@given(
    scores=arrays.arrays(np.int8, st.integers(1, 40), elements=st.integers(-3, 3)),
    k=st.integers(1, 45),
    data=st.data(),
)
def test_exact_search_is_sorting_all_allowed_rows(scores: NDArray[np.int8], k: int, data: st.DataObject) -> None:
    vectors = scores.astype(np.float32)[:, None]  # dim 1, so that the score is the number itself
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=len(scores), max_size=len(scores))))
    expected = sorted((row for row in range(len(scores)) if allowed[row]), key=lambda row: (-scores[row], row))[:k]
    found = exact_search(vectors, np.ones(1, np.float32), k, allowed)
    assert [row for row, _ in found] == expected
    assert [score for _, score in found] == [float(scores[row]) for row in expected]
