"""Figures of verdicts: worked out by hand, whatever the order, with intervals that know what hangs together."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.claims.results import VERDICTS, Check, ClaimCitation, Stance, Verdict
from app.results import Coverage
from eval.datasets import Claim
from eval.figures.resampling import clusters_of
from eval.figures.verdict_figures import Marked
from eval.figures.verdicts import compare, comparison_text, measure, text_of
from eval.measures.claims import ClaimMarks, Failed, against, collected, hit, read_marks, run, summary

LETTERS: dict[str, Verdict] = {"S": "supported", "C": "contradicted", "N": "not_in_sources"}


def marked(pairs: str, confidence: float = 0.5, cluster: str = "") -> list[Marked]:
    """Read "SS SC": expected and given verdicts by their first letters."""
    return [Marked(LETTERS[pair[0]], LETTERS[pair[1]], confidence, cluster=cluster) for pair in pairs.split()]


def value(items: Sequence[Marked], name: str) -> float:
    return measure(items).figure(name).value


def test_shares_are_as_worked_out_by_hand() -> None:
    report = measure(marked("SS SS SC  CC CS  NN NN NN NC NS"))
    assert report.n == 10
    assert report.confusion == ((2, 1, 0), (1, 1, 0), (1, 1, 3))
    wanted = {
        "accuracy": 6 / 10,
        "balanced accuracy": (2 / 3 + 1 / 2 + 3 / 5) / 3,
        "macro F1": (4 / 7 + 2 / 5 + 6 / 8) / 3,
        "precision of supported": 2 / 4,
        "recall of supported": 2 / 3,
        "precision of contradicted": 1 / 3,
        "recall of contradicted": 1 / 2,
        "precision of not_in_sources": 1,
        "recall of not_in_sources": 3 / 5,
    }
    assert {name: report.figure(name).value for name in wanted} == pytest.approx(wanted)


def test_a_verdict_that_is_never_expected_or_given_is_in_no_mean() -> None:
    items = marked("SS SN NN NN")
    assert value(items, "balanced accuracy") == pytest.approx((1 / 2 + 1) / 2)
    assert value(items, "macro F1") == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert math.isnan(value(items, "recall of contradicted"))
    assert math.isnan(value(items, "precision of contradicted"))
    # Given though never expected: it costs F1, and has a precision.
    assert value(marked("SS SC"), "macro F1") == pytest.approx((2 / 3 + 0) / 2)
    assert value(marked("SS SC"), "precision of contradicted") == 0


def test_calibration_is_as_worked_out_by_hand() -> None:
    items = [*marked("SS", 0.95), *marked("SC", 0.85), *marked("NN", 0.85), *marked("CC", 0.15)]
    report = measure(items)
    assert report.figure("calibration error").value == pytest.approx((0.05 + abs(1.7 - 1) + 0.85) / 4)
    assert report.figure("Brier score").value == pytest.approx((0.05**2 + 0.85**2 + 0.15**2 + 0.85**2) / 4)
    assert [(b.low, b.high, b.n, b.right) for b in report.bins] == [
        (0.1, 0.2, 1, 1),
        (0.8, 0.9, 2, 0.5),
        (0.9, 1, 1, 1),
    ]
    assert [b.confidence for b in report.bins] == pytest.approx([0.15, 0.85, 0.95])


def test_bins_of_equal_size_see_what_one_wide_bin_hides() -> None:
    # Right up to 0.945, wrong from 0.95 on: all in one bin of equal width, two by two in those of equal size.
    items = [m for n in range(20) for m in marked("SS" if n < 10 else "SN", 0.9 + n * 0.005)]
    report = measure(items)
    assert report.figure("calibration error").value == pytest.approx(abs(18.95 - 10) / 20)
    assert report.figure("calibration error, equal bins").value == pytest.approx((0.775 + 9.725) / 20)
    assert [b.n for b in report.equal_bins] == [2] * 10
    assert (report.equal_bins[0].low, report.equal_bins[0].high) == pytest.approx((0.9, 0.905))


def test_the_edges_of_bins() -> None:
    report = measure([m for confidence in (0, 0.0999, 0.1, 0.3, 0.7, 0.999, 1) for m in marked("SS", confidence)])
    assert [(b.low, b.n) for b in report.bins] == [(0, 2), (0.1, 1), (0.3, 1), (0.7, 1), (0.9, 2)]


def test_three_way_brier_and_hits_are_over_those_that_have_them() -> None:
    items = [
        Marked("supported", "supported", 0.7, (0.7, 0.2, 0.1), hit=True),
        Marked("contradicted", "supported", 0.5, (0.5, 0.5, 0.0), hit=True),
        Marked("supported", "supported", 0.5, hit=False),
        Marked("not_in_sources", "not_in_sources", 0.5),
    ]
    assert value(items, "Brier score, three verdicts") == pytest.approx((0.09 + 0.04 + 0.01 + 0.25 + 0.25) / 2)
    assert value(items, "evidence hit rate") == pytest.approx(2 / 3)
    assert value(items, "verdict and evidence right") == pytest.approx(1 / 3)


def test_nothing_gives_nothing_and_says_so() -> None:
    report = measure([])
    assert report.n == 0
    assert all(math.isnan(number) for figure in report.figures for number in (figure.value, figure.low, figure.high))
    assert report.bins == report.equal_bins == ()
    assert "nan" not in text_of(report) + json.dumps(report.to_json()).casefold()
    assert report.to_json()["figures"][0] == {"name": "accuracy", "value": None, "low": None, "high": None}


@pytest.mark.parametrize("confidence", [-0.01, 1.01, math.nan, math.inf])
def test_a_confidence_out_of_range_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        marked("SS", confidence)


def test_intervals_take_whole_clusters() -> None:
    alone = [*marked("SS " * 50), *marked("SC " * 50)]
    figure = measure(alone).figure("accuracy")
    assert (figure.low, figure.high) == pytest.approx((0.5 - 1.96 * 0.05, 0.5 + 1.96 * 0.05), abs=0.02)
    together = [*marked("SS " * 50, cluster="a"), *marked("SC " * 50, cluster="b")]
    figure = measure(together).figure("accuracy")
    assert (figure.low, figure.value, figure.high) == (0, 0.5, 1)
    one, same, other = (str(measure(alone, seed)) for seed in (0, 0, 1))  # as text, since NaN is not itself
    assert one == same != other


def test_what_never_varies_has_no_width() -> None:
    figures = {one.name: one for one in measure(marked("SS CC NN " * 5, 1.0)).figures}
    assert (figures["accuracy"].low, figures["accuracy"].high) == (1, 1)
    assert figures["calibration error"].high == figures["Brier score"].high == 0


VERDICT = st.sampled_from(VERDICTS)
ITEMS = st.lists(
    st.builds(
        Marked,
        VERDICT,
        VERDICT,
        st.floats(0, 1),
        hit=st.sampled_from([True, False, None]),
        cluster=st.sampled_from(["", "a", "b"]),
    ),
    max_size=12,
)


@given(ITEMS, st.randoms(use_true_random=False))
def test_figures_are_shares_and_do_not_depend_on_the_order(items: list[Marked], random: Random) -> None:
    report = measure(items)
    mixed = list(items)
    random.shuffle(mixed)
    assert str(measure(mixed)) == str(report)
    for figure in report.figures:
        for number in (figure.value, figure.low, figure.high):
            assert math.isnan(number) or -1e-9 <= number <= 2 + 1e-9
    assert sum(map(sum, report.confusion)) == sum(b.n for b in report.bins) == sum(b.n for b in report.equal_bins)
    assert report.n == len(items)


@given(ITEMS)
def test_the_calibration_error_is_that_of_the_table(items: list[Marked]) -> None:
    report = measure(items)
    for name, bins in (("calibration error", report.bins), ("calibration error, equal bins", report.equal_bins)):
        if items:
            wanted = sum(b.n * abs(b.confidence - b.right) for b in bins) / len(items)
            assert report.figure(name).value == pytest.approx(wanted, abs=1e-9)


def test_swapping_is_as_worked_out_by_hand() -> None:
    # Three items, all wrong and all right: of the 8 ways to swap, 2 leave them as far apart.
    (found,) = compare(marked("SN SN CN"), marked("SS SS CC"), ["accuracy"], rounds=4000)
    assert (found.first, found.second, found.low, found.high) == (0, 1, 1, 1)
    assert found.p == pytest.approx(2 / 8, abs=0.03)


def test_whole_clusters_are_swapped() -> None:
    first, second = marked("SN " * 20, cluster="a"), marked("SS " * 20, cluster="a")
    (together,) = compare(first, second, ["accuracy"])
    (alone,) = compare(marked("SN " * 20), marked("SS " * 20), ["accuracy"])
    assert together.p == 1
    assert alone.p == pytest.approx(1 / 1001)


def test_settings_that_do_not_differ() -> None:
    items = marked("SS SC NN CN CC", 0.7)
    for found in compare(items, items):
        assert found.name == "evidence hit rate" or (found.first == found.second and found.p == 1)
        assert found.first == value(items, found.name) or math.isnan(found.first)
    assert "nan" not in comparison_text(compare(items, items) + compare([], []))


def test_a_comparison_s_values_are_those_of_each_setting() -> None:
    first, second = marked("SS SC NN CN CC", 0.7), marked("SS SS NC CN CN", 0.6)
    for found in compare(first, second, ["balanced accuracy", "macro F1", "calibration error", "Brier score"]):
        assert (found.first, found.second) == pytest.approx((value(first, found.name), value(second, found.name)))


def test_only_the_same_items_are_compared() -> None:
    for other in (marked("CS"), marked("SS SS"), marked("SS", cluster="a")):
        with pytest.raises(ValueError, match="same items"):
            compare(marked("SS"), other)
    with pytest.raises(ValueError, match="no figure 'acuracy'; there are accuracy"):
        compare(marked("SS"), marked("SS"), ["acuracy"])


def test_what_shares_a_source_directly_or_not_is_one_cluster() -> None:
    assert clusters_of([{"b", "a"}, {"c"}, {"b", "d"}, set(), {"e", "d"}]) == ["a", "c", "a", "", "a"]
    assert clusters_of([]) == []


@given(st.lists(st.sets(st.sampled_from("abcdefgh"), max_size=3), max_size=8))
def test_clusters_are_the_parts_that_nothing_joins(links: list[set[str]]) -> None:
    parts: list[set[str]] = []
    for keys in filter(None, links):
        joined = [part for part in parts if part & keys]
        parts = [part for part in parts if not part & keys] + [set(keys).union(*joined)]
    wanted = [next((min(part) for part in parts if part & keys), "") for keys in links]
    assert clusters_of(links) == wanted


# eval.measures.claims: checks of a claim set.


def claim(name: str, verdict: Verdict = "supported", evidence: Sequence[tuple[str, int]] = (("a", 1),)) -> Claim:
    return Claim(name, f"words of {name}", verdict, "en", "number", frozenset(evidence))


def check(
    words: str, verdict: Verdict, cited: Sequence[tuple[str, int, Stance]] = (), confidence: float = 0.8
) -> Check:
    citations = tuple(
        ClaimCitation(n, doc_id, "T", "I", "2021", "", "original", paragraph, None, "q", 0, 1, stance=stance)
        for n, (doc_id, paragraph, stance) in enumerate(cited, 1)
    )
    return Check(words, verdict, confidence, (), (), citations, "", Coverage(1, "", 0), "en", "digest", "generation")


class Checks:
    """Checks by a claim's words; an error instead of a check is raised."""

    def __init__(self, results: dict[str, Check | BaseException]) -> None:
        self.results = results

    def check(self, claim: str, /) -> Check:
        result = self.results[claim]
        if isinstance(result, BaseException):
            raise result
        return result


@pytest.mark.parametrize(
    ("verdict", "cited", "wanted"),
    [
        ("supported", [("a", 1, "supports")], True),
        ("supported", [("a", 2, "supports"), ("b", 1, "supports")], False),
        ("supported", [("a", 1, "closest"), ("b", 1, "supports")], False),
        ("supported", [("a", 1, "contradicts"), ("b", 1, "supports")], False),  # sources disagree: this one lost
        ("contradicted", [("b", 1, "contradicts"), ("a", 1, "contradicts")], True),
        ("contradicted", [("a", 1, "supports"), ("b", 1, "contradicts")], False),
        ("not_in_sources", [("a", 1, "closest")], True),
        ("not_in_sources", [("a", 1, "supports"), ("b", 1, "closest")], True),
        ("not_in_sources", [], False),
    ],
)
def test_evidence_is_right_where_it_speaks_for_the_verdict(
    verdict: Verdict, cited: list[tuple[str, int, Stance]], wanted: bool
) -> None:
    assert hit(claim("x"), check("x", verdict, cited)) is wanted
    assert hit(claim("x", evidence=()), check("x", verdict, cited)) is None


def test_a_crash_is_no_wrong_verdict() -> None:
    claims = [claim("one"), claim("two"), claim("three", "contradicted", [("b", 1), ("a", 2)])]
    checks = Checks(
        {
            "words of one": check("one", "supported", [("a", 1, "supports")]),
            "words of two": RuntimeError("broke\non <two>"),
            "words of three": check("three", "not_in_sources", [("c", 1, "closest")]),
        }
    )
    encoded: list[str] = []
    kept = io.StringIO()
    marks, failed = collected(run(checks, claims, encoded.append), kept)
    assert failed == [Failed("two", "RuntimeError: broke\non <two>")]
    assert [(m.id, m.expected, m.verdict, m.hit, m.cluster) for m in marks] == [
        ("one", "supported", "supported", True, "a"),
        ("three", "contradicted", "not_in_sources", False, "a"),
    ]
    assert encoded == ["words of two", "words of one"]  # never the words just checked
    assert all(m.ms >= 0 and m.query_ms >= 0 for m in marks)
    assert [sorted(json.loads(line)) for line in kept.getvalue().splitlines()] == [
        ["check", "marks"], ["error", "id"], ["check", "marks"],
    ]  # fmt: skip
    said = summary(marks, failed)
    assert said.startswith("2 verdicts\naccuracy                         0.500")
    assert "crashed, and in no figure: 1\n  two: RuntimeError: broke" in said
    assert "kind number         n   2  right 0.500  evidence 0.500  supported 1 of 1, contradicted 0 of 1" in said


def test_stopping_is_no_crash() -> None:
    with pytest.raises(KeyboardInterrupt):
        list(run(Checks({"words of x": KeyboardInterrupt()}), [claim("x")], len))


def one_mark(name: str, ms: float, query_ms: float, verdict: Verdict = "supported", cluster: str = "a") -> ClaimMarks:
    return ClaimMarks(name, "number", "en", cluster, "supported", verdict, 0.9, True, ms, query_ms)


def test_times_leave_the_first_claim_out() -> None:
    marks = [one_mark("0", 5000, 900), *(one_mark(str(n), 10.0 * n, 4) for n in range(1, 22))]
    # 10, 20 ... 210: the middle one is 110, and 95% of the way lies 200.
    assert "ms a claim: median 110.0, 95th percentile 200.0; a query's encoding 4.0; ratio 27.5" in summary(marks)
    assert "median 5000.0" in summary(marks[:1])


def test_nothing_measured_is_said() -> None:
    assert "no times" in summary([], [Failed("x", "E: " + "long " * 1000)])
    assert len(summary([], [Failed("x", "E: " + "long " * 1000)])) < 3000


def test_a_run_is_compared_with_an_earlier_one(tmp_path: Path) -> None:
    claims = [claim(str(n)) for n in range(4)]
    wrong = Checks({one.claim: check(one.claim, "not_in_sources") for one in claims} | {"words of 3": OSError("gone")})
    right = Checks({one.claim: check(one.claim, "supported", [("a", 1, "supports")]) for one in claims})
    path = tmp_path / "earlier.jsonl"
    with path.open("w", encoding="utf-8") as kept:
        marks, _ = collected(run(wrong, claims, len), kept)
    assert read_marks(path) == marks
    later, _ = collected(run(right, claims[1:], len))
    said = against(read_marks(path), later)
    assert said.startswith("2 claims in both runs\naccuracy                         0.000 -> 1.000")
    # Which claims were run together decides their clusters, and does not stand in the way.
    assert against([one_mark("1", 1, 1, cluster="z")], later).startswith("1 claims in both")
    assert against([], later).startswith("0 claims in both")
