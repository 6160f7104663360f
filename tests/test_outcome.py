"""The outcome is decided from the evidence by a fitted model whose coefficients can be read."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from app.outcome import FEATURES, OUTCOMES, WEIGHTS_FILE, OutcomeModel
from app.pipeline import Pipeline

MODEL = OutcomeModel.load()


def test_without_evidence_sangho_abstains() -> None:
    assert MODEL.decide(np.zeros(len(FEATURES), dtype=np.float32)) == "not_in_sources"


@example(np.full(len(FEATURES), 1e6, dtype=np.float32))
@example(np.full(len(FEATURES), -1e6, dtype=np.float32))
@given(arrays(np.float32, len(FEATURES), elements=st.floats(-50, 50, width=32)))
def test_any_evidence_gives_one_outcome_every_time(features: NDArray[np.float32]) -> None:
    assert MODEL.decide(features) in OUTCOMES
    assert MODEL.decide(features) == MODEL.decide(features.copy())
    assert 0 <= MODEL.held.probability(dict(zip(FEATURES, features.tolist(), strict=True))) <= 1


def test_every_feature_is_described_and_every_coefficient_is_of_a_feature() -> None:
    text = WEIGHTS_FILE.read_text(encoding="utf-8")

    def names(value: object) -> set[str]:
        if not isinstance(value, dict):
            return set()
        return set(value) | {name for part in value.values() for name in names(part)}

    known = names(json.loads(text)) & set(FEATURES)
    assert known, "the file names none of the features"
    assert all(description for description in FEATURES.values())


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
