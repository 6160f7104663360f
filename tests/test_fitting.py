"""Fitting: the weights found are those that tell right from wrong, and keep to their signs."""

from __future__ import annotations

import numpy as np
import pytest

from app.outcome import CONTRADICTED, FEATURES, HELD, SUPPORT, OutcomeFeatures
from eval.fits.fitting import Group, fit_contradicted, fit_held, fit_listwise

RANDOM = np.random.default_rng(7)


def question(sentences: list[dict[str, float]], **values: float) -> OutcomeFeatures:
    rows = [[row.get(name, 0.0) for name in SUPPORT] for row in sentences]
    return OutcomeFeatures(
        np.array(rows, dtype=np.float32).reshape(len(rows), len(SUPPORT)),
        np.array([values.get(name, 0.0) for name in FEATURES], dtype=np.float32),
    )


def groups() -> list[Group]:
    """The first feature tells the right candidate, the second is the same for all, the third is noise."""
    made = []
    for _ in range(30):
        noise = RANDOM.normal(size=4)
        made.append(Group(np.column_stack([[1.0, 0, 0, 0], np.ones(4), noise]), np.array([True, False, False, False])))
    return made


def test_a_ranking_s_weight_goes_to_what_tells() -> None:
    weights = fit_listwise(groups(), ["tells", "same", "noise"], 1.0, {})
    assert weights["tells"] > 1
    assert weights["same"] == 0
    assert abs(weights["noise"]) < weights["tells"] / 4


def test_a_ranking_s_weight_keeps_to_its_sign() -> None:
    weights = fit_listwise(groups(), ["tells", "same", "noise"], 1.0, {"tells": -1})
    assert weights["tells"] == 0


def test_a_question_without_a_right_candidate_teaches_nothing() -> None:
    lost = Group(np.array([[0.0, 0, 9], [5, 0, -9]]), np.array([False, False]))
    assert fit_listwise([*groups()[:20], lost], ["a", "b", "c"], 1.0, {})["a"] > 0


def test_held_is_learnt_from_the_one_sentence_that_has_it() -> None:
    """Nine of ten sentences are alike whether the sources hold the answer or not."""
    other: dict[str, float] = {"topic": 0.5}
    held = [question([other] * 9 + [{"topic": 0.5, "filled": 1.0}]) for _ in range(20)]
    near = [question([other] * 10, unknown=0.1 * (i % 2)) for i in range(20)]
    fitted = fit_held([*held, *near], np.array([True] * 20 + [False] * 20), 1.0)
    assert fitted["sentences"]["filled"] > 1
    assert fitted["coefficients"]["unknown"] < 0
    assert all(fitted["sentences"][name] * sign >= 0 for name, sign in SUPPORT.items())
    assert all(fitted["coefficients"][name] * sign >= 0 for name, sign in HELD.items())


def test_a_question_without_sentences_is_left_out_of_the_fit() -> None:
    held = [question([{"filled": 1.0}]) for _ in range(5)]
    near = [question([{"filled": 0.0}]) for _ in range(5)]
    right = np.array([True] * 5 + [False] * 5)
    with_empty = fit_held([*held, *near, OutcomeFeatures.none()], np.append(right, True), 1.0)
    assert with_empty["sentences"]["filled"] == pytest.approx(
        fit_held([*held, *near], right, 1.0)["sentences"]["filled"]
    )


def test_a_sign_of_a_false_premise_gets_its_weight() -> None:
    false = [question([{}], figure_differs=1.0)] * 8 + [question([{}])] * 2
    true = [question([{}])] * 20
    fitted = fit_contradicted([*false, *true], np.array([True] * 10 + [False] * 20), 1.0)
    assert fitted["coefficients"]["figure_differs"] > 1
    assert fitted["coefficients"]["place_differs"] == 0
    assert set(fitted["coefficients"]) == set(CONTRADICTED)
