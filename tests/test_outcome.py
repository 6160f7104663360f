"""The outcome is decided from the evidence by a fitted model whose coefficients can be read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from app.labels import labels
from app.outcome import (
    CONTRADICTED,
    FEATURES,
    HELD,
    OUTCOMES,
    SUPPORT,
    SUPPORT_FEATURES,
    Logistic,
    OutcomeFeatures,
    OutcomeModel,
    soft_maximum,
)
from app.pipeline import Pipeline

MODEL = OutcomeModel.load()
Array = NDArray[np.float32]
_VALUES = st.floats(-50, 50, width=32)


def features(sentences: Sequence[Mapping[str, float]], **question: float) -> OutcomeFeatures:
    """Features that are 0 but for those given."""
    rows = [[row.get(name, 0.0) for name in SUPPORT] for row in sentences]
    return OutcomeFeatures(
        np.array(rows, dtype=np.float32).reshape(len(rows), len(SUPPORT)),
        np.array([question.get(name, 0.0) for name in FEATURES], dtype=np.float32),
    )


def test_without_evidence_sangho_abstains() -> None:
    assert MODEL.decide(OutcomeFeatures.none()) == "not_in_sources"
    assert not MODEL.is_sure(OutcomeFeatures.none())


@given(
    st.integers(1, 12).flatmap(lambda n: arrays(np.float32, (n, len(SUPPORT)), elements=_VALUES)),
    arrays(np.float32, len(FEATURES), elements=_VALUES),
)
def test_any_evidence_gives_one_outcome_every_time(
    sentences: NDArray[np.float32], question: NDArray[np.float32]
) -> None:
    found = OutcomeFeatures(sentences, question)
    again = OutcomeFeatures(sentences.copy(), question.copy())
    assert MODEL.decide(found) in OUTCOMES
    assert MODEL.decide(found) == MODEL.decide(again)
    assert 0 <= MODEL.held.probability(found) <= 1
    assert MODEL.is_sure(found) == MODEL.is_sure(again)


def test_every_feature_is_described_and_every_coefficient_is_of_a_feature_and_keeps_its_sign() -> None:
    assert set(SUPPORT_FEATURES) == set(SUPPORT)
    assert all({**FEATURES, **SUPPORT_FEATURES}.values())
    for weights, signs in (
        (MODEL.held.coefficients, HELD),
        (MODEL.held.sentences, SUPPORT),
        (MODEL.contradicted.coefficients, CONTRADICTED),
    ):
        assert set(weights) == set(signs)
        assert all(weights[name] * sign >= 0 for name, sign in signs.items())
    assert set(HELD) | set(CONTRADICTED) == set(FEATURES)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([1.5], 1.5),
        ([0.0, 0.0, 0.0], 0.0),
        ([2.0, 0.0], 2 + math.log((1 + math.exp(-4)) / 2) / 2),  # log(mean(exp(2 s))) / 2 by hand
        ([1000.0, -1000.0], 1000 - math.log(2) / 2),
    ],
)
def test_the_soft_maximum_by_hand(scores: list[float], expected: float) -> None:
    assert soft_maximum(np.array(scores, dtype=np.float32)) == pytest.approx(expected)


def test_one_sentence_has_to_have_it_all() -> None:
    """What two sentences have between them is worth less than the same in one."""
    model = OutcomeModel(
        Logistic(0.0, {}, dict.fromkeys(SUPPORT, 0.0) | {"filled": 3.0, "topic": 3.0}),
        Logistic(-9.0, {}),
        {"held": 0.5, "related": 0.1, "contradicted": 0.5, "sure": 0.9},
    )
    together = features([{"filled": 1.0, "topic": 1.0}, {}])
    apart = features([{"filled": 1.0}, {"topic": 1.0}])
    assert model.held.probability(together) > model.held.probability(apart)


def test_the_thresholds_are_asked_in_order() -> None:
    model = OutcomeModel(
        Logistic(0.0, {"unknown": -1.0}),
        Logistic(-1.0, {"figure_differs": 2.0}),
        {"held": 0.5, "related": 0.2, "contradicted": 0.5, "sure": 0.7},
    )
    some: list[dict[str, float]] = [{}]
    assert model.decide(features(some)) == "answered"
    assert model.decide(features(some, figure_differs=1.0)) == "sources_say_otherwise"
    assert model.decide(features(some, unknown=1.0)) == "not_in_sources"  # 1 / (1 + e) is 0.27
    assert model.decide(features(some, unknown=1.0, figure_differs=1.0)) == "sources_say_otherwise"
    assert model.decide(features(some, unknown=2.0, figure_differs=1.0)) == "not_in_sources"  # 0.12: not about it
    assert not model.is_sure(features(some))
    assert model.is_sure(features(some, unknown=-1.0))
    assert model.decide(features(some, name_unknown=1.0)) == "not_in_sources"  # 0.5 is enough, but not for this
    assert model.decide(features(some, name_unknown=1.0, unknown=-1.0)) == "answered"


@pytest.mark.parametrize("question", ["what is the", "of those which are", "\x00a", "😀 a", "그"])
def test_a_question_that_asks_for_nothing_is_not_answered(small: Pipeline, question: str) -> None:
    """Also by a model that reads every language, for which any text has nearest passages."""
    assert small.embedder.languages == {"*"}
    answer = small.ask(question)
    assert answer.outcome == "not_in_sources"
    assert answer.citations == ()


@pytest.mark.parametrize(
    "question",
    [
        "What does the sources' recipe for kimchi call for?",
        "Who won the football world cup?",
        "축구 월드컵은 누가 우승했나요?",
    ],
)
def test_what_no_source_speaks_of_is_not_answered(bundled: Pipeline, question: str) -> None:
    assert bundled.ask(question).outcome == "not_in_sources"


def test_an_answer_that_may_miss_the_question_says_so(small: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "How much did the Geneva Accord spend?"
    for sure, notice in ((True, ""), (False, labels("en").unsure)):
        monkeypatch.setattr(OutcomeModel, "decide", lambda self, features: "answered")
        monkeypatch.setattr(OutcomeModel, "is_sure", lambda self, features, sure=sure: sure)
        assert small.ask(question).notice == notice
