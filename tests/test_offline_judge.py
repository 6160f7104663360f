"""The offline judge: what its features are, worked out by hand, and what they may and may not decide."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.claims.judge import ClaimPart, EvidenceSentence
from app.claims.offline import FEATURES, JudgeWeights, OfflineJudge, softmax
from app.pipeline import Pipeline
from app.query import Understood
from app.results import Place
from ingest.documents import Edition

NAMES: Final = tuple(FEATURES)
FLAT: Final = JudgeWeights(dict.fromkeys(FEATURES, 0.0), dict.fromkeys(FEATURES, 0.0), {})


def sentence(
    text: str, around: str = "", score: float = 0.0, header: str = "", edition: Edition = "original"
) -> EvidenceSentence:
    return EvidenceSentence(Place("d", 1, 0, len(text)), text, around or text, header, "2023", edition, score=score)


def part(text: str) -> ClaimPart:
    return ClaimPart(text, text)


@pytest.fixture(scope="module")
def judge(small: Pipeline) -> OfflineJudge:
    """Judges with the weights that are shipped; every word is as rare as any other."""
    with small.opened() as opened:
        understand = opened.answerer.understand
    return OfflineJudge(understand, lambda term: 1.0, JudgeWeights.load())


def features(judge: OfflineJudge, claim: str, *evidence: EvidenceSentence) -> list[dict[str, float]]:
    return [dict(zip(NAMES, row, strict=True)) for row in judge.features(part(claim), evidence).tolist()]


FUND: Final = "The fund pays $40 million to Norway."


def test_coverage_counts_the_claim_s_terms_in_the_sentence_and_around_it(judge: OfflineJudge) -> None:
    def understand(text: str) -> Understood:
        return replace(judge.understand(text), terms={"en": ("fund", "pay", "40", "million", "norway")})

    rare = {"norway": 4.0}
    evenly, rarely = (OfflineJudge(understand, idf, FLAT) for idf in (lambda _: 1.0, lambda term: rare.get(term, 1.0)))
    beside = sentence("The fund pays little.", "The fund pays little.\nMoney goes to Norway.")
    (row,) = features(evenly, FUND, beside)
    assert [row["sentence_coverage"], row["coverage"]] == pytest.approx([2 / 5, 3 / 5])
    assert row["of_sentence"] == pytest.approx(2 / 3), "fund and pay, not little"
    (row,) = features(rarely, FUND, beside)
    assert [row["sentence_coverage"], row["coverage"]] == pytest.approx([2 / 8, 6 / 8])
    (row,) = features(evenly, FUND, sentence("Little is known.", header="The Norway Million"))
    assert row["coverage"] == pytest.approx(2 / 5), "what its document is called counts too"


def test_the_lead_is_over_the_fourth_best(judge: OfflineJudge) -> None:
    evidence = [sentence("Rain fell.", score=score) for score in (5.0, 9.0, 7.0, 6.0, 1.0)]
    assert [row["lead"] for row in features(judge, FUND, *evidence)] == [
        0.0,
        3.0,
        2.0,
        1.0,
        -4.0,
    ]  # of four, three count
    assert [row["lead"] for row in features(judge, FUND, *evidence[:2])] == [0.0, 3.0], "of two the second"


def test_figures_and_names_without_a_counterpart_are_told_apart(judge: OfflineJudge) -> None:
    both, figure, name, none = features(
        judge,
        FUND,
        sentence("The fund pays $40 million to Norway."),
        sentence("The fund pays $40 million."),
        sentence("The fund pays Norway."),
        sentence("The fund pays."),
    )
    assert [row["name_unmatched"] for row in (both, figure, name, none)] == [0, 1, 0, 1]
    assert [row["figures_unmatched"] for row in (both, figure, name, none)] == [0, 0, 1, 1]
    assert [row["figures_held"] for row in (both, figure, name, none)] == [1, 1, 0, 0]


def test_what_only_an_original_could_tell_is_no_difference(judge: OfflineJudge) -> None:
    held = "Firms may export trained models to Japan under the plan."
    claim = "Firms may not export trained models to Japan under the plan."
    original, digest = features(judge, claim, sentence(held), sentence(held, edition="digest"))
    assert (original["differs"], digest["differs"]) == (1.0, 0.0)


def test_a_number_that_is_a_name_is_no_figure_and_covers_nothing(judge: OfflineJudge) -> None:
    order = sentence("It falls under No. 14110.")
    (row,) = features(judge, "Executive Order 14110 is still in force.", order)
    assert (row["figures_held"], row["figures_unmatched"], row["coverage"]) == (0.0, 0.0, 0.0)
    (row,) = features(judge, "The fund pays $40 million.", sentence("It pays $40 million."))
    assert row["figures_held"] == 1.0


def test_how_nearly_whole_a_sentence_has_a_claim_counts_from_six_tenths(judge: OfflineJudge) -> None:
    claim = "Bridges carry heavy lorries safely."  # five terms
    assert features(judge, claim, sentence(claim))[0]["nearly_whole"] == pytest.approx(1.0)
    assert features(judge, claim, sentence("Bridges carry heavy lorries."))[0]["nearly_whole"] == pytest.approx(0.5)
    assert features(judge, claim, sentence("Bridges carry lorries."))[0]["nearly_whole"] == pytest.approx(0.0)


def test_no_evidence_gives_no_rows(judge: OfflineJudge) -> None:
    rows = judge.judge(part(FUND), [])
    assert rows.shape == (0, 3)
    assert rows.dtype == np.float32


def test_the_shipped_weights_are_of_these_features_and_have_the_signs_that_make_sense() -> None:
    weights = JudgeWeights.load()
    for of in (weights.entails, weights.contradicts):
        assert set(of) == {*FEATURES, "constant"}
    assert weights.entails["differs"] < 0 < weights.contradicts["differs"]
    assert weights.entails["lead"] > 0
    assert weights.entails["of_sentence"] > 0
    assert weights.entails["nothing_named"] < 0
    assert weights.entails["figures_unmatched"] < 0
    assert all(slope > 0 for slope, _ in weights.calibration.values())


def test_weights_are_read_as_they_are_written(tmp_path: Path) -> None:
    written = {"entails": {"coverage": 2.0}, "contradicts": {"constant": -1.0}, "calibration": {"supported": [2, 0.5]}}
    path = tmp_path / "judge.json"
    path.write_text(json.dumps(written), encoding="utf-8")
    weights = JudgeWeights.load(path)
    assert weights.calibration == {"supported": (2, 0.5)}
    row = np.zeros((2, len(NAMES)), np.float32)
    row[:, NAMES.index("coverage")] = 0.5
    row[1, NAMES.index("differs")] = 1.0
    entails, contradicts = math.e / (math.e + 1), math.exp(-1) / (math.exp(-1) + 1)
    expected = [[entails, 0, 1 - entails], [0, contradicts, 1 - contradicts]]
    assert weights.probabilities(row) == pytest.approx(np.array(expected), abs=1e-5)


def test_a_sentence_without_a_difference_excludes_nothing() -> None:
    row = np.ones((2, len(NAMES)), np.float32)
    row[0, NAMES.index("differs")] = 0.0
    sure = replace(FLAT, contradicts={"constant": 99.0})
    without, with_it = sure.probabilities(row).tolist()
    assert without[1] < 1e-4
    assert with_it[1] > 0.99


numbers = st.floats(-50, 50, width=32)


@given(st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=6))
def test_a_softmax_is_a_distribution_in_the_order_of_its_scores(scores: list[list[float]]) -> None:
    values = np.array(scores, np.float32)
    shares = softmax(values)
    assert shares.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (shares >= 0).all()
    assert softmax(values + 7) == pytest.approx(shares, abs=1e-5)


def test_a_softmax_worked_out_by_hand() -> None:
    assert softmax(np.log(np.array([[1, 2, 5]], np.float32)))[0] == pytest.approx([1 / 8, 2 / 8, 5 / 8])


texts = st.text(st.characters(codec="utf-8"), max_size=80) | st.sampled_from(
    [
        FUND,
        "The fund does not pay $40 million to Norway.",
        "“”",
        "한국은 5조 원을 투자한다.",
        "$ % 12.5 1/0 -",
        "<b>&amp;",
    ]
)


@given(texts, st.lists(texts, max_size=4))
def test_any_text_gets_distributions_and_none_contradicts_without_a_difference(
    judge: OfflineJudge, claim: str, held: Sequence[str]
) -> None:
    evidence = [sentence(text) for text in held]
    rows = judge.judge(part(claim), evidence)
    assert rows.shape == (len(held), 3)
    assert np.isfinite(rows).all()
    assert rows.sum(axis=1) == pytest.approx(np.ones(len(held)), abs=1e-5)
    differs = [row["differs"] for row in features(judge, claim, *evidence)] if held else []
    assert all(row[1] < 1e-3 for row, one in zip(rows, differs, strict=True) if not one)
