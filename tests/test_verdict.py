"""From sentences to a verdict, by numbers worked out by hand."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.claims.judge import Floats
from app.claims.results import VERDICTS, PartCheck, Verdict
from app.claims.verdict import (
    BAR,
    NOTHING,
    SHARPNESS,
    Decision,
    confidence_of,
    decide,
    outweighed,
    soft_maximum,
    verdict_of,
)

UNSURE: Final = (0.2, 0.2, 0.6)


def rows(*values: tuple[float, float, float]) -> Floats:
    return np.array(values, np.float32).reshape(-1, 3)


def part(verdict: Verdict, confidence: float) -> PartCheck:
    return PartCheck("a part", verdict, confidence, (), None, ())


def test_one_sentence_s_probabilities_are_the_part_s() -> None:
    decision = decide(rows((0.7, 0.1, 0.2)))
    assert decision.probabilities == pytest.approx((0.7, 0.1, 0.2), abs=1e-6)
    assert (decision.verdict, decision.supports, decision.contradicts) == ("supported", (0,), ())


def test_the_best_sentence_of_two_counts_by_a_soft_maximum() -> None:
    # Odds against "neither": entails ln(.6/.2) = ln 3 and ln(.1/.8) = -ln 8; contradicts 0 and -ln 8.
    # ln 3 + ln((1 + (1/24)^3) / 2) / 3, that is ln(3 * 0.500036^(1/3)) = ln 2.38116; for the other ln 0.794235.
    decision = decide(rows((0.6, 0.2, 0.2), (0.1, 0.1, 0.8)))
    entails = 3 * ((1 + 24**-3) / 2) ** (1 / 3)
    excludes = 1 * ((1 + 8**-3) / 2) ** (1 / 3)
    whole = entails + excludes + 1
    assert decision.probabilities == pytest.approx((entails / whole, excludes / whole, 1 / whole), abs=1e-6)
    assert decision.probabilities == pytest.approx((0.5703, 0.1902, 0.2395), abs=2e-4)
    assert (decision.supports, decision.contradicts) == ((0,), ())


def test_alike_sentences_are_no_more_than_one_of_them() -> None:
    assert decide(rows(*[(0.5, 0.1, 0.4)] * 7)).probabilities == pytest.approx((0.5, 0.1, 0.4), abs=1e-6)


def test_a_soft_maximum_lies_between_mean_and_maximum() -> None:
    assert soft_maximum([2.0]) == 2.0
    assert soft_maximum([1.5, 1.5, 1.5]) == pytest.approx(1.5)
    assert soft_maximum([0.0, math.log(2)]) == pytest.approx(math.log((1 + 2**SHARPNESS) / 2) / SHARPNESS)
    assert soft_maximum([-1000.0, 1000.0]) == pytest.approx(1000 - math.log(2) / 3)


def test_nothing_is_not_in_the_sources() -> None:
    decision = decide(np.zeros((0, 3), np.float32))
    assert decision.probabilities == pytest.approx((0.05, 0.05, NOTHING))
    assert (decision.verdict, decision.supports, decision.contradicts) == ("not_in_sources", (), ())


def test_what_is_certain_stays_a_number() -> None:
    decision = decide(rows((0.0, 0.0, 1.0), (0.0, 0.0, 1.0)))
    assert decision.verdict == "not_in_sources"
    assert sum(decision.probabilities) == pytest.approx(1)
    assert 0.999 < decision.confidence({}) < 1
    assert decide(rows((1.0, 0.0, 0.0))).probabilities[0] == pytest.approx(1, abs=1e-5)


def test_sentences_that_decide_are_told_best_first() -> None:
    decision = decide(rows((0.7, 0.2, 0.1), UNSURE, (0.9, 0.05, 0.05), (0.75, 0.15, 0.1)))
    assert decision.verdict == "supported"
    assert decision.supports == (2, 3)  # 0.7 is less than four fifths of 0.9


def test_both_ways_are_told_where_sources_clearly_disagree() -> None:
    decision = decide(rows((0.9, 0.05, 0.05), (0.05, 0.8, 0.15)))
    assert (decision.verdict, decision.supports, decision.contradicts) == ("supported", (0,), (1,))
    doubt = decide(rows((0.9, 0.05, 0.05), (0.2, 0.6, 0.2)))
    assert doubt.contradicts == (), "a doubt is no disagreement"


def test_a_way_that_wins_names_a_sentence_though_none_decides_alone() -> None:
    # Odds of support 4.495 and 0.9, of exclusion 4.505 and 0.1: pooled 3.577 against 3.576, so support wins by the
    # second sentence's little, though the first excludes and the second does neither.
    decision = decide(rows((0.4495, 0.4505, 0.1), (0.45, 0.05, 0.5)))
    assert (decision.supports, decision.contradicts) == ((1,), ())
    assert decision.probabilities[0] > decision.probabilities[1] > decision.probabilities[2]


def test_what_is_not_probable_enough_is_not_said() -> None:
    assert Decision((0.4, 0.2, 0.4), (0,), ()).verdict == "not_in_sources"
    assert Decision((0.5, 0.0, 0.5), (0,), ()).verdict == "not_in_sources"
    assert Decision((0.64, 0.0, 0.36), (0,), ()).verdict == "not_in_sources"
    assert Decision((0.65, 0.0, 0.35), (0,), ()).verdict == "supported"
    assert Decision((0.5, 0.5, 0.0), (0,), (1,)).verdict == "contradicted"
    assert Decision((0.5, 0.49, 0.01), (0,), (1,)).verdict == "supported"
    assert Decision((0.39, 0.61, 0.0), (0,), (1,)).verdict == "contradicted"
    assert Decision((1 / 3, 1 / 3, 1 / 3), (), ()).verdict == "not_in_sources"


def test_confidence_is_the_probability_until_it_is_calibrated() -> None:
    decision = Decision((0.8, 0.1, 0.1), (0,), ())
    assert decision.confidence({}) == pytest.approx(0.8)
    # Twice the logit ln 4 less ln 2 is ln 8: eight to one.
    assert decision.confidence({"supported": (2.0, -math.log(2))}) == pytest.approx(8 / 9)
    assert decision.confidence({"contradicted": (9.0, 9.0)}) == pytest.approx(0.8), "another verdict's is not its"
    assert Decision((1.0, 0.0, 0.0), (0,), ()).confidence({}) < 1


@given(st.floats(BAR, 1), st.floats(0, 3), st.floats(-3, 3))
def test_a_calibrated_confidence_is_a_probability_and_rises_with_it(best: float, slope: float, shift: float) -> None:
    rest = (1 - best) / 2
    value = Decision((best, rest, rest), (0,), ()).confidence({"supported": (slope, shift)})
    assert 0 <= value <= 1
    lower = max(best - 0.1, BAR)
    other = (1 - lower) / 2
    assert Decision((lower, other, other), (0,), ()).confidence({"supported": (slope, shift)}) <= value + 1e-9


def test_a_difference_outweighs_a_similar_sentence() -> None:
    given_rows = rows((0.9, 0.02, 0.08), (0.9, 0.02, 0.08), (0.1, 0.7, 0.2), UNSURE)
    turned = outweighed(given_rows, [True, False, True, True])
    assert turned.tolist() == rows((0.02, 0.9, 0.08), (0.9, 0.02, 0.08), (0.1, 0.7, 0.2), UNSURE).tolist()
    assert given_rows[0, 0] == np.float32(0.9), "what was given is left as it is"
    assert outweighed(rows(), []).shape == (0, 3)


S, C, N = VERDICTS


@pytest.mark.parametrize(
    ("parts", "verdict", "confidence"),
    [
        ([(S, 0.9)], S, 0.9),
        ([(S, 0.9), (S, 0.6)], S, 0.6),
        ([(S, 0.9), (N, 0.6)], N, 0.6),
        ([(N, 0.5), (N, 0.7), (S, 0.9)], N, 0.7),
        ([(S, 0.99), (C, 0.6), (N, 0.9)], C, 0.6),
        ([(C, 0.6), (C, 0.8)], C, 0.8),
    ],
)
def test_a_claim_s_verdict_and_confidence(
    parts: list[tuple[Verdict, float]], verdict: Verdict, confidence: float
) -> None:
    made = [part(*one) for one in parts]
    assert verdict_of(made) == verdict
    assert confidence_of(verdict, made) == confidence


probabilities = st.lists(
    st.tuples(*[st.floats(0.001, 1)] * 3).map(lambda values: tuple(value / sum(values) for value in values)), max_size=9
)


@given(probabilities)
def test_any_rows_give_a_decision_that_hangs_together(values: list[tuple[float, float, float]]) -> None:
    decision = decide(rows(*values))
    assert sum(decision.probabilities) == pytest.approx(1)
    assert all(0 <= share <= 1 for share in decision.probabilities)
    both = set(decision.supports) & set(decision.contradicts)
    assert all(np.float32(values[i][0]) == np.float32(values[i][1]) for i in both)
    assert set(decision.supports) | set(decision.contradicts) <= set(range(len(values)))
    if decision.verdict == "supported":
        assert decision.supports
    if decision.verdict == "contradicted":
        assert decision.contradicts
    for way, told in ((0, decision.supports), (1, decision.contradicts)):
        own = [float(np.float32(values[i][way])) for i in told]
        assert own == sorted(own, reverse=True)


@given(probabilities.filter(bool), st.randoms(use_true_random=False))
def test_the_order_of_the_sentences_does_not_matter(values: list[tuple[float, float, float]], random: object) -> None:
    other = sorted(values)
    assert decide(rows(*other)).probabilities == pytest.approx(decide(rows(*values)).probabilities, abs=1e-6)


@given(probabilities.filter(bool))
def test_the_two_ways_are_treated_alike(values: list[tuple[float, float, float]]) -> None:
    one, other = decide(rows(*values)), decide(rows(*[(c, s, n) for s, c, n in values]))
    assert one.probabilities == pytest.approx((other.probabilities[1], other.probabilities[0], other.probabilities[2]))
