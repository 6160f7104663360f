"""Two runs beside each other: figures, tests and changed items by hand, whichever run is the first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from eval.figures.comparing import Difference, compare
from eval.figures.verdicts import COMPARED
from eval.items import Item

VERDICTS = {"S": "supported", "C": "contradicted", "N": "not_in_sources"}


def query(id: str, value: float | None, cluster: str = "", failed: str = "", recall: float | None = None) -> Item:
    marks = {} if failed else {"nDCG@10": value, "Recall@5": recall}
    expected = {} if failed else {"gold": [["a", 1]]}
    return Item(id, "query", f"{id}?", cluster=cluster, expected=expected, marks=marks, failed=failed)


def claim(id: str, pair: str, cluster: str = "", confidence: float = 0.5) -> Item:
    right, came = ({"verdict": VERDICTS[letter]} for letter in pair)
    marks = {"verdict right": float(pair[0] == pair[1]), "confidence": confidence}
    given = {**came, "confidence": confidence}
    return Item(id, "claim", id, cluster=cluster, expected=right, given=given, marks=marks)


def question(id: str, facts: float, said: str) -> Item:
    return Item(
        id, "question", id, expected={"outcome": "answered"}, given={"outcome": "answered", "answer": said},
        marks={"outcome right": 1.0, "facts found": facts},
    )  # fmt: skip


def found(first: Sequence[Item], second: Sequence[Item], mark: str = "nDCG@10") -> Difference:
    one = compare(first, second).find("query", mark)
    assert one is not None
    return one


def test_figures_are_those_of_each_run_over_what_both_have() -> None:
    first = [query("a", 0.5), query("b", 1.0), query("c", None), query("only", 1.0)]
    second = [query("a", 1.0), query("b", None), query("c", None), query("new", 0.0)]
    one = found(first, second)
    assert (one.first, one.second, one.difference, one.n) == (0.75, 1.0, 0.25, 2)
    compared = compare(first, second)
    assert (compared.n, compared.only_first, compared.only_second) == (3, ("only",), ("new",))
    assert compared.find("query", "Recall@5") is None  # defined by neither


def test_a_mark_that_only_one_run_defines_has_no_difference() -> None:
    one = found([query("a", 0.5), query("b", 0.5)], [query("a", None), query("b", None)])
    assert (one.first, one.second, one.difference, one.low, one.high, one.p) == (0.5, None, None, None, None, None)


def test_eight_items_that_all_gain_are_a_chance_of_two_in_256() -> None:
    first = [query(f"{n}", 0.25) for n in range(8)]
    second = [query(f"{n}", 0.75) for n in range(8)]
    one = compare(first, second, rounds=20_000).find("query", "nDCG@10")
    assert one is not None
    assert one.p == pytest.approx(2 / 256, abs=0.002)
    assert (one.low, one.high) == (0.5, 0.5)


def test_clusters_change_sides_together() -> None:
    def p(cluster: bool) -> float:
        names = [f"c{n // 4}" if cluster else "" for n in range(8)]
        first = [query(f"{n}", 0.25, name) for n, name in enumerate(names)]
        second = [query(f"{n}", 0.75, name) for n, name in enumerate(names)]
        one = compare(first, second, rounds=4000).find("query", "nDCG@10")
        assert one is not None
        assert one.p is not None
        return one.p

    assert p(cluster=False) < 0.02
    assert p(cluster=True) == pytest.approx(0.5, abs=0.03)  # two clusters: both the same way in half of the rounds


def test_one_cluster_tells_nothing() -> None:
    one = found([query("a", 0.0, "x"), query("b", 0.0, "x")], [query("a", 1.0, "x"), query("b", 1.0, "x")])
    assert (one.difference, one.low, one.high, one.p) == (1.0, None, None, 1.0)


def test_no_difference_is_no_find() -> None:
    items = [query(f"{n}", n / 10, recall=1.0) for n in range(10)]
    compared = compare(items, items)
    assert [(one.difference, one.p, one.low, one.high) for one in compared.differences] == [(0, 1, 0, 0)] * 3
    assert (compared.better, compared.worse, compared.signs.p) == ((), (), 1)


def test_a_crash_counts_as_nought_and_is_told_apart() -> None:
    first = [query("a", 0.5), query("b", 1.0)]
    second = [query("a", None, failed="ValueError: no"), query("b", 1.0)]
    compared = compare(first, second)
    assert compared.crashed == (0, 1)
    assert compared.relabelled == ()  # though a crashed item says nothing of what is right
    assert [one.id for one in compared.worse] == ["a"]
    assert compared.worse[0].after == {
        "score": 0.0, "failed": "ValueError: no", "marks": {"nDCG@10": None}
    }  # fmt: skip
    score, rank = compared.find("query", "score"), compared.find("query", "nDCG@10")
    assert score is not None
    assert (score.first, score.second, score.n) == (0.75, 0.5, 2)
    assert rank is not None
    assert (rank.first, rank.second) == (0.75, 1.0)  # only what did not crash


def test_changed_items_come_most_changed_first_with_before_and_after() -> None:
    first = [question("a", 0.0, "No."), question("b", 1.0, "All."), question("c", 0.5, "x"), question("d", 0.5, "y")]
    second = [question("a", 0.5, "Some."), question("b", 0.0, "."), question("c", 0.0, "x"), question("d", 0.5, "z")]
    compared = compare(first, second)
    assert [one.id for one in compared.better] == ["a"]
    assert [one.id for one in compared.worse] == ["b", "c"]
    assert (compared.signs.won, compared.signs.lost) == (("a",), ("b", "c"))
    change = compared.better[0]
    assert (change.task, change.asked) == ("question", "a")
    assert change.before == {
        "score": 0.5, "outcome": "answered", "answer": "No.", "marks": {"facts found": 0.0}
    }  # fmt: skip
    assert change.after == {
        "score": 0.75, "outcome": "answered", "answer": "Some.", "marks": {"facts found": 0.5}
    }  # fmt: skip


def test_verdicts_are_compared_where_no_marks_are_named() -> None:
    first = [claim("a", "SS"), claim("b", "CS"), claim("c", "NN")]
    second = [claim("a", "SS"), claim("b", "CC"), claim("c", "NN")]
    compared = compare(first, second)
    one = compared.find("claim", "balanced accuracy")
    assert one is not None
    assert (one.first, one.second, one.difference) == (0.666667, 1.0, 0.333333)
    names = [one.mark for one in compared.differences]
    assert names[:3] == ["score", "verdict right", "confidence"]
    assert names[3:] == [name for name in COMPARED if name != "evidence hit rate"]
    named = compare(first, second, ["verdict right"])
    assert [one.mark for one in named.differences] == ["score", "verdict right"]


def test_items_with_other_words_or_labels_are_compared_in_nothing() -> None:
    first = [query("a", 0.0), query("b", 0.0), query("c", 0.0), query("d", 0.0)]
    second = [
        replace(query("a", 1.0), asked="another?"),
        replace(query("b", 1.0), expected={"gold": [["a", 2]]}),
        replace(query("c", 1.0), expected={"gold": (("a", 1),)}),  # the same, as JSON
        replace(query("d", 1.0), history=("before",)),
    ]
    compared = compare(first, second)
    assert compared.relabelled == ("a", "b", "d")
    assert [one.id for one in compared.better] == ["c"]
    assert compared.n == 1


def test_runs_over_different_indexes_may_be_compared() -> None:
    first = replace(query("a", 0.0), given={"gold_texts": ["the original's words"]})
    second = replace(query("a", 1.0), given={"gold_texts": ["a digest's words"]})
    assert compare([first], [second]).relabelled == ()


@pytest.mark.parametrize(
    ("first", "second", "marks", "said"),
    [
        ([query("a", 1.0)], [query("a", 1.0)], ["nDCG@11"], "no mark 'nDCG@11'"),
        ([query("a", 1.0)], [query("a", 1.0)], ["score"], "no mark 'score'"),
        ([query("a", 1.0), query("a", 1.0)], [query("a", 1.0)], [], "first run has the item 'a' twice"),
        ([query("a", 1.0)], [query("a", 1.0), query("a", 1.0)], [], "second run has the item 'a' twice"),
        ([query("a", 1.0)], [query("b", 1.0)], [], "share no item"),
        ([], [], [], "share no item"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    first: Sequence[Item], second: Sequence[Item], marks: Sequence[str], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        compare(first, second, marks)


LETTER = st.sampled_from("SCN")
MARK = st.none() | st.sampled_from([0.0, 0.25, 0.5, 1.0])
PAIRS = st.lists(
    st.one_of(
        st.tuples(MARK, MARK, st.sampled_from(["", "x", "y"]), st.sampled_from(["", "boom"])).map(
            lambda p: (query("q", p[0], p[2]), query("q", p[1], p[2], p[3]))
        ),
        st.tuples(LETTER, LETTER, LETTER, st.sampled_from(["", "x"])).map(
            lambda p: (claim("c", p[0] + p[1], p[3]), claim("c", p[0] + p[2], p[3], 0.75))
        ),
    ),
    min_size=1,
    max_size=8,
)  # fmt: skip


@given(pairs=PAIRS)
def test_the_other_way_round_is_the_same_with_the_signs_changed(pairs: Sequence[tuple[Item, Item]]) -> None:
    first = [replace(one, id=f"{at}", asked="?") for at, (one, _) in enumerate(pairs)]
    second = [replace(one, id=f"{at}", asked="?") for at, (_, one) in enumerate(pairs)]
    there, back = compare(first, second, rounds=50), compare(second[::-1], first[::-1], rounds=50)
    json.dumps(there.to_json(), allow_nan=False)
    assert [one.id for one in there.better] == [one.id for one in back.worse]
    assert there.signs.p == back.signs.p
    assert [(one.task, one.mark) for one in there.differences] == [(one.task, one.mark) for one in back.differences]
    for one, other in zip(there.differences, back.differences, strict=True):
        assert (one.first, one.second, one.p, one.n) == (other.second, other.first, other.p, other.n)
        assert one.difference is None or one.difference == -(other.difference or 0)
        assert one.p is None or 0 < one.p <= 1
        assert one.low is None or one.high is None or one.low <= one.high
