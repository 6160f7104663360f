"""Figures of a run: worked out by hand, whatever the order, and never NaN."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.outcome import OUTCOMES
from eval.figures.abstention import THRESHOLDS, abstention_of
from eval.figures.means import means, names_of_marks, rounded, values_of
from eval.figures.summary import Figures, figures, verdict_of
from eval.figures.verdicts import measure
from eval.items import Item

LETTERS = {"A": "answered", "S": "sources_say_otherwise", "N": "not_in_sources"}
VERDICTS = {"S": "supported", "C": "contradicted", "N": "not_in_sources"}


def query(id: str, value: float | None, cluster: str = "", failed: str = "", **groups: str) -> Item:
    marks = {} if failed else {"nDCG@10": value}
    return Item(id, "query", id, groups=groups, cluster=cluster, marks=marks, failed=failed)


def question(id: str, pair: str, probability: float | None = None, **marks: float | None) -> Item:
    """A question by the first letters of its right outcome and of the one that came."""
    expected, given = ({"outcome": LETTERS[letter]} for letter in pair)
    all_marks = {"probability of an answer": probability, "outcome right": float(pair[0] == pair[1]), **marks}
    return Item(id, "question", id, expected=expected, given=given, marks=all_marks)


def claim(id: str, pair: str, confidence: float = 0.5, hit: float | None = None, cluster: str = "") -> Item:
    right, came = ({"verdict": VERDICTS[letter]} for letter in pair)
    marks = {"verdict right": float(pair[0] == pair[1]), "evidence hit": hit}
    return Item(id, "claim", id, cluster=cluster, expected=right, given={**came, "confidence": confidence}, marks=marks)


def mean(found: Figures, mark: str = "nDCG@10", group: str = "", part: str = "") -> tuple[float, int]:
    figure = found.find("query", mark, group, part)
    assert figure is not None
    return figure.mean, figure.n


def test_a_mark_is_averaged_where_it_is_defined_and_the_item_did_not_crash() -> None:
    found = figures([query("a", 1.0), query("b", 0.5), query("c", None), query("d", None, failed="ValueError: x")])
    assert mean(found) == (0.75, 2)
    assert found.items == {"query": 4}
    assert found.crashed == {"query": 1}
    assert found.find("query", "Recall@5") is None
    assert (found.outcomes, found.verdicts, found.abstention.points) == ((), None, ())


def test_groups_are_told_apart() -> None:
    items = [
        query("a", 1.0, language="en", kind="list"),
        query("b", 0.0, language="ko", kind="list"),
        query("c", 0.5, language="en"),
        query("d", None, language="la"),
    ]
    found = figures(items)
    assert mean(found, group="language", part="en") == (0.75, 2)
    assert mean(found, group="language", part="ko") == (0.0, 1)
    assert mean(found, group="kind", part="list") == (0.5, 2)
    assert found.find("query", "nDCG@10", "language", "la") is None  # nothing to average
    assert [(one.group, one.part) for one in found.marks] == [
        ("", ""), ("kind", "list"), ("language", "en"), ("language", "ko")
    ]  # fmt: skip


def test_marks_come_in_their_order_and_unknown_ones_last() -> None:
    items = [Item("a", "question", "a", marks={"zeal": 1.0, "MRR@10": 1.0, "outcome right": 1.0, "awe": 0.0})]
    assert names_of_marks(items) == ["outcome right", "MRR@10", "awe", "zeal"]


def test_intervals_hold_what_is_certain_and_know_what_hangs_together() -> None:
    certain = figures([query(str(n), 1.0) for n in range(5)]).marks[0]
    assert (certain.low, certain.mean, certain.high, certain.clusters) == (1.0, 1.0, 1.0, 5)

    def width(clusters: Sequence[str]) -> float:
        items = [query(f"{n:03}", float(n // 10 % 2), cluster) for n, cluster in enumerate(clusters)]
        figure = figures(items).marks[0]
        assert figure.mean == 0.5
        assert figure.low is not None
        assert figure.high is not None
        return figure.high - figure.low

    alone, together = width([""] * 100), width([str(n // 10) for n in range(100)])
    assert alone == pytest.approx(2 * 1.96 * 0.05, abs=0.02)  # of 100 independent items
    assert together == pytest.approx(2 * 1.96 * (0.25 / 10) ** 0.5, abs=0.1)  # of 10


def test_one_cluster_tells_nothing_of_others() -> None:
    items = [query("a", 1.0, "x"), query("b", 0.0, "x"), query("c", None, "y")]
    figure = figures(items).marks[0]
    assert (figure.mean, figure.low, figure.high, figure.n, figure.clusters) == (0.5, None, None, 2, 1)
    verdicts = figures([claim("a", "SS", cluster="x"), claim("b", "SC", cluster="x")]).to_json()["verdicts"]
    assert verdicts["figures"][0] == {"name": "accuracy", "value": 0.5, "low": None, "high": None}


def test_outcomes_are_counted_by_what_is_right_and_what_came() -> None:
    pairs = "AA AA AN  SS SA SN  NN NA".split()
    items = [question(str(n), pair) for n, pair in enumerate(pairs)]
    assert OUTCOMES == ("answered", "sources_say_otherwise", "not_in_sources")
    assert figures([*items, Item("x", "question", "x", failed="boom")]).outcomes == ((2, 0, 1), (1, 1, 1), (1, 0, 1))


def test_verdicts_are_measured_as_elsewhere() -> None:
    items = [claim("a", "SS", 0.9, 1.0), claim("b", "CS", 0.8, 0.0), claim("c", "NN", 0.7), claim("d", "SN", 0.2)]
    found = figures([*items, Item("x", "claim", "x", failed="boom")]).verdicts
    assert found is not None
    wanted = measure([verdict_of(item) for item in items])
    assert found.confusion == wanted.confusion == ((1, 0, 1), (1, 0, 0), (0, 0, 1))
    for name in ("balanced accuracy", "calibration error", "evidence hit rate"):
        assert found.figure(name).value == pytest.approx(wanted.figure(name).value, abs=1e-6)
    assert found.figure("balanced accuracy").value == pytest.approx((1 / 2 + 0 + 1) / 3)
    assert found.figure("evidence hit rate").value == 0.5


def test_the_abstention_curve_counts_both_errors() -> None:
    items = [
        question("a", "AA", 0.9), question("b", "SA", 0.5), question("c", "AN", 0.2), question("d", "NA", 0.6),
        question("e", "NN", 0.0), question("f", "AA", None), Item("g", "question", "g", failed="boom"),
    ]  # fmt: skip
    curve = figures(items).abstention
    assert (curve.answerable, curve.unanswerable) == (3, 2)
    at = {one.threshold: (one.answered_wrongly, one.refused_wrongly) for one in curve.points}
    assert tuple(at) == THRESHOLDS
    third, two = round(1 / 3, 6), round(2 / 3, 6)
    assert at[0.0] == (1.0, 0.0)
    assert at[0.01] == (0.5, 0.0)
    assert at[0.2] == (0.5, 0.0)  # from the threshold on it answers
    assert at[0.21] == (0.5, third)
    assert at[0.6] == (0.5, two)
    assert at[0.61] == (0.0, two)
    assert at[1.0] == (0.0, 1.0)


def test_a_curve_without_one_kind_of_question_has_no_share_of_it() -> None:
    curve = abstention_of([question("a", "AA", 0.5)])
    assert {one.answered_wrongly for one in curve.points} == {None}
    assert [one.refused_wrongly for one in curve.points if one.threshold in (0.5, 0.51)] == [0.0, 1.0]
    assert abstention_of([question("a", "AA")]).points == ()
    assert abstention_of([]).points == ()


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (Item("odd", "question", "?", given={"outcome": "answered"}), "'odd' has None as expected outcome"),
        (
            Item("odd", "question", "?", expected={"outcome": "answered"}, given={"outcome": "maybe"}),
            "'odd' has 'maybe' as given outcome",
        ),
        (Item("odd", "claim", "?", expected={"verdict": "true"}), "'odd' has 'true' as expected verdict"),
    ],
)
def test_what_is_no_outcome_or_verdict_is_named(item: Item, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        figures([item])


def test_no_items_give_no_figures() -> None:
    found = figures([])
    assert (found.items, found.crashed, found.marks) == ({}, {}, ())
    assert Figures.from_json(json.loads(json.dumps(found.to_json(), allow_nan=False))) == found


MARK = st.none() | st.floats(0, 1)
ITEMS = st.lists(
    st.one_of(
        st.builds(
            lambda value, cluster, language: query("q", value, cluster, language=language),
            MARK, st.sampled_from(["", "x", "y"]), st.sampled_from(["en", "ko"]),
        ),
        st.builds(lambda cluster: query("q", None, cluster, failed="boom"), st.sampled_from(["", "x"])),
        st.builds(lambda a, b, p: question("a", a + b, p), st.sampled_from("ASN"), st.sampled_from("ASN"), MARK),
        st.builds(
            lambda a, b, confidence, hit: claim("c", a + b, confidence, hit),
            st.sampled_from("SCN"), st.sampled_from("SCN"), st.floats(0, 1), st.sampled_from([None, 0.0, 1.0]),
        ),
    ),
    max_size=12,
)  # fmt: skip


def numbered(items: Sequence[Item]) -> list[Item]:
    return [Item.from_json({**json.loads(item.to_line()), "id": f"{at:03}"}) for at, item in enumerate(items)]


@given(items=ITEMS, seed=st.integers(0, 3))
def test_figures_do_not_depend_on_the_order_and_survive_json(items: Sequence[Item], seed: int) -> None:
    held = numbered(items)
    found = figures(held, seed)
    written = json.dumps(found.to_json(), allow_nan=False, sort_keys=True)
    assert json.dumps(figures(held[::-1], seed).to_json(), sort_keys=True) == written
    again = Figures.from_json(json.loads(written))
    assert json.dumps(again.to_json(), allow_nan=False, sort_keys=True) == written
    assert json.dumps(Figures.from_json(found.to_json()).to_json(), sort_keys=True) == written
    for one in found.marks:
        assert (one.low is None) == (one.high is None) == (one.clusters < 2)
        assert one.low is None or (one.high is not None and one.low <= one.high)
        assert 1 <= one.clusters <= one.n <= found.items[one.task] - found.crashed[one.task]


def test_other_seeds_draw_other_intervals() -> None:
    items = [query(f"{n}", n / 20) for n in range(20)]
    assert figures(items, 1).marks[0] != figures(items, 2).marks[0]
    assert figures(items, 1) == figures(items, 1)


@pytest.mark.parametrize("values", [{}, {"items": 1}, {"items": {}, "crashed": {}, "marks": [{"task": "query"}]}])
def test_what_is_no_figures_is_refused(values: Mapping[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Figures.from_json(values)


def test_means_are_over_what_is_known() -> None:
    values = values_of([query("a", 1.0), query("b", None), query("c", 0.0)], ["nDCG@10", "Recall@5"])
    assert np.isnan(values).tolist() == [[False, True], [True, True], [False, True]]
    found = means(values, np.array([[1.0, 1, 1], [3, 0, 1], [0, 5, 0]]))
    assert found[:2, 0].tolist() == [0.5, 0.75]
    assert np.isnan(found[2, 0])
    assert np.isnan(found[:, 1]).all()


@pytest.mark.parametrize(
    ("value", "kept"),
    [(1 / 3, 0.333333), (-1e-9, 0.0), (float("nan"), None), (float("inf"), None), (0.1 + 0.2, 0.3)],
)
def test_figures_are_kept_to_six_digits(value: float, kept: float | None) -> None:
    assert rounded(value) == kept
    assert str(rounded(value)) == str(kept)
