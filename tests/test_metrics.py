"""Metrics of a ranking: worked out by hand and by a second implementation, over paragraphs and documents."""

from __future__ import annotations

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from eval.marking.metrics import METRICS, By, GoldPlace, Row, marks_of_ranking, metric_named
from ingest.errors import SanghoError

RANKING: list[Row] = [["a", 1, 2, 0.9], ["a", 2, 4, 0.8], ["b", 7, 7, 0.7]]  # paragraphs a1 a2 a3 a4 b7


def test_paragraphs_are_counted_where_they_come_first() -> None:
    marks = marks_of_ranking(RANKING, [("a", 3), ("b", 7)])
    ideal = 1 + 1 / math.log2(3)
    assert marks == pytest.approx(
        {
            "nDCG@10": (1 / math.log2(4) + 1 / math.log2(6)) / ideal,  # ranks 3 and 5: a2 is counted once
            "Recall@1": 0,
            "Recall@5": 1,
            "Recall@20": 1,
            "MRR@10": 1 / 3,
        }
    )


def test_documents_are_counted_where_their_first_passage_comes() -> None:
    marks = marks_of_ranking(RANKING, [("b", 1), ("b", 9)], "document")
    assert marks == pytest.approx(
        {
            "nDCG@10 by document": 1 / math.log2(3),
            "Recall@1 by document": 0,
            "Recall@5 by document": 1,
            "Recall@20 by document": 1,
            "MRR@10 by document": 1 / 2,
        }
    )


def test_grades_are_gains() -> None:
    gold: dict[GoldPlace, int] = {("a", 1): 1, ("b", 7): 3, ("c", 1): 0, ("d", 1): -1}
    found = 1 / math.log2(2) + 3 / math.log2(6)
    best = 3 / math.log2(2) + 1 / math.log2(3)
    marks = marks_of_ranking(RANKING, gold)
    assert marks["nDCG@10"] == pytest.approx(found / best)
    assert marks["Recall@5"] == 1  # of two: grades of 0 and less are not right


def test_a_document_s_grade_is_its_best_place_s() -> None:
    gold: dict[GoldPlace, int] = {("a", 9): 1, ("a", 8): 2, ("b", None): 4}
    marks = marks_of_ranking(RANKING, gold, "document")
    found, best = 2 + 4 / math.log2(3), 4 + 2 / math.log2(3)
    assert marks["nDCG@10 by document"] == pytest.approx(found / best)


def test_nothing_is_defined_without_gold_or_by_paragraph_for_whole_documents() -> None:
    assert marks_of_ranking(RANKING, []) == {}
    assert marks_of_ranking(RANKING, {("a", 1): 0}, "document") == {}
    assert marks_of_ranking(RANKING, [("a", None)]) == {}
    assert marks_of_ranking(RANKING, [("a", 1), ("b", None)]) == {}
    assert marks_of_ranking(RANKING, [("a", None)], "document")["MRR@10 by document"] == 1


def test_an_empty_ranking_finds_nothing() -> None:
    assert set(marks_of_ranking([], [("a", 1)]).values()) == {0.0}


def test_the_order_counts_and_not_the_scores() -> None:
    upside_down: list[Row] = [["z", 1, 1, 0.0], ["y", 1, 1, 0.0], ["x", 1, 1, 9.0]]
    for rank, name in enumerate("zyx", start=1):
        assert marks_of_ranking(upside_down, [(name, 1)])["MRR@10"] == pytest.approx(1 / rank)


def test_cutoffs_cut() -> None:
    ranking: list[Row] = [["a", n, n, -n] for n in range(1, 31)]
    assert marks_of_ranking(ranking, [("a", 10)])["MRR@10"] == pytest.approx(0.1)
    assert marks_of_ranking(ranking, [("a", 11)])["MRR@10"] == 0
    assert marks_of_ranking(ranking, [("a", 11)])["nDCG@10"] == 0
    assert marks_of_ranking(ranking, [("a", 20)])["Recall@20"] == 1
    assert marks_of_ranking(ranking, [("a", 21)])["Recall@20"] == 0


@pytest.mark.parametrize("name", ["", "a\0b", "a b", "q0 'x'", "\ud800", "../x", "é" * 300])
def test_any_name_may_be_a_document_s(name: str) -> None:
    ranking: list[Row] = [[name, 1, 1, 2.0], [name + "x", 1, 1, 1.0]]
    assert marks_of_ranking(ranking, [(name + "x", 1)])["MRR@10"] == 0.5


def test_a_passage_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="begins at paragraph 3 and ends at 2"):
        marks_of_ranking([["a", 3, 2, 1.0]], [("a", 3)])


def test_metrics_of_other_names_can_be_asked_for() -> None:
    wanted = [metric_named(name) for name in ("Precision@2", "Success@4", "nDCG@3 by document")]
    assert marks_of_ranking(RANKING, [("a", 2)], metrics=wanted) == {"Precision@2": 0.5, "Success@4": 1}
    assert marks_of_ranking(RANKING, [("a", 2)], "document", wanted) == {"nDCG@3 by document": 1}


def test_metrics_are_named_as_they_name_themselves() -> None:
    assert all(metric_named(metric.name) == metric for metric in METRICS)
    assert [metric.name for metric in METRICS[:5]] == ["nDCG@10", "Recall@1", "Recall@5", "Recall@20", "MRR@10"]
    assert [metric.name for metric in METRICS[5:]] == [f"{metric.name} by document" for metric in METRICS[:5]]
    assert metric_named("Recall@5").meaning == "the share of the right paragraphs that stand among the first 5"
    assert "right document;" in metric_named("MRR@10 by document").meaning


@pytest.mark.parametrize(
    "name",
    ["", "nDCG", "ndcg@10", "nDCG@0", "nDCG@-1", "nDCG@ten", "nDCG@10 by page", "Recall@99999", "nDCG@10\n", "AP",
     "R(rel=2)@10", "__import__('os')", "nDCG@1٠"],
)  # fmt: skip
def test_a_metric_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="no metric") as refused:
        metric_named(name)
    assert "nDCG@10" in refused.value.remedy


def reference(ranks: list[int], grades: list[int], gains: list[int]) -> dict[str, float]:
    """The figures from the ranks of what is right and was found, its grades, and the grades of all that is right."""
    discounted = sum(grade / math.log2(rank + 1) for rank, grade in zip(ranks, grades, strict=True) if rank <= 10)
    ideal = sum(gain / math.log2(at + 2) for at, gain in enumerate(sorted(gains, reverse=True)[:10]))
    figures = {"nDCG@10": discounted / ideal, "MRR@10": max((1 / rank for rank in ranks if rank <= 10), default=0)}
    return figures | {f"Recall@{k}": sum(rank <= k for rank in ranks) / len(gains) for k in (1, 5, 20)}


PASSAGES = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 12), st.integers(0, 3)).map(lambda p: [p[0], p[1], p[1] + p[2], 0])
)


@given(
    ranking=PASSAGES,
    gold=st.dictionaries(st.tuples(st.sampled_from("abcd"), st.integers(1, 15)), st.integers(1, 3), min_size=1),
    by=st.sampled_from(["paragraph", "document"]),
)
def test_the_figures_agree_with_a_second_implementation(ranking: list[Row], gold: dict[GoldPlace, int], by: By) -> None:
    units: list[object] = []
    for doc_id, first, last, _ in ranking:
        for number in range(first, last + 1):
            unit = (doc_id, number) if by == "paragraph" else doc_id
            if unit not in units:
                units.append(unit)
    right: dict[object, int] = {}
    for place, grade in gold.items():
        unit = place if by == "paragraph" else place[0]
        right[unit] = max(grade, right.get(unit, 0))
    ranks = [rank for rank, unit in enumerate(units, start=1) if unit in right]
    wanted = reference(ranks, [right[units[rank - 1]] for rank in ranks], list(right.values()))
    suffix = " by document" if by == "document" else ""
    assert marks_of_ranking(ranking, gold, by) == pytest.approx({n + suffix: value for n, value in wanted.items()})


def test_without_the_library_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(SanghoError, match="not installed") as raised:
        marks_of_ranking([("a", 1, 1, 1.0)], {("a", 1)}, by="paragraph")
    assert "pip install ir-measures" in raised.value.remedy
