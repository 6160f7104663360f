"""A phrase is found letter by letter, whatever its case, quotation marks, hyphens and spaces."""

from __future__ import annotations

import numpy as np
import pytest

from app.exact import find_phrase
from app.pipeline import Pipeline
from app.query import Filters
from ingest.generation import Generation
from tests.small_corpus import ACCORD, CAMP, NEW_LAW, NOTES


def found(generation: Generation, phrase: str, k: int = 10) -> list[tuple[str, float]]:
    return [(generation.passages[row].doc_id, times) for row, times in find_phrase(generation, phrase, k)]


@pytest.mark.parametrize(
    "phrase",
    ["undersea cables", "UNDERSEA Cables", " undersea   cables ", "undersea\ncables", "“undersea cables”".strip("“”")],
)
def test_case_and_spaces_do_not_matter(small_generation: Generation, phrase: str) -> None:
    assert found(small_generation, phrase) == [(CAMP, 1.0)]


@pytest.mark.parametrize("phrase", ['"Nobody has counted"', "“nobody has counted”", "„NOBODY has counted“"])
def test_quotation_marks_do_not_matter(small_generation: Generation, phrase: str) -> None:
    assert found(small_generation, phrase) == [(NOTES, 2.0)]


@pytest.mark.parametrize("phrase", ["in the US session", "nobody counted", "undersea cable s of", "cables undersea"])
def test_letters_do_matter(small_generation: Generation, phrase: str) -> None:
    assert found(small_generation, phrase) == []


def test_korean_is_found(small_generation: Generation) -> None:
    assert {doc_id for doc_id, _ in found(small_generation, "과태료를 부과한다")} == {NEW_LAW}


def test_most_often_comes_first_and_ties_go_by_row(small_generation: Generation) -> None:
    counted = find_phrase(small_generation, "the", 100)
    assert counted == sorted(counted, key=lambda pair: (-pair[1], pair[0]))
    assert counted[0][1] > 1
    assert find_phrase(small_generation, "the", 2) == counted[:2]


@pytest.mark.parametrize("phrase", ["", "   ", "“”", "…", "-"])
def test_nothing_to_look_for_is_found_nowhere(small_generation: Generation, phrase: str) -> None:
    assert found(small_generation, phrase) == []


def test_the_context_is_no_text(small_generation: Generation) -> None:
    assert any("Office of the President" in p.context for p in small_generation.passages)
    assert found(small_generation, "Office of the President") == []


def test_masked_rows_are_left_out(small_generation: Generation) -> None:
    nothing = np.zeros(len(small_generation.passages), dtype=bool)
    assert find_phrase(small_generation, "quantum sensors", 10, nothing) == []


def test_exact_search_takes_filters(small: Pipeline) -> None:
    everywhere = {result.doc_id for result in small.search("quantum sensors", exact=True)}
    assert everywhere == {ACCORD, CAMP, NOTES}
    dated = small.search("quantum sensors", exact=True, filters=Filters(since="2022"))
    assert {result.doc_id for result in dated} == {CAMP}
