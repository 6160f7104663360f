"""Claims are told from opinion, forecast and narration; a claim is hardly ever missed."""

from __future__ import annotations

import time
from collections import Counter
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.kinds import SIGNS, kind_of
from app.audit.results import KINDS, SentenceKind
from eval.datasets import SentenceKindLabel, load_sentence_kinds

LABELS: Final = {"dev": load_sentence_kinds("dev"), "test": load_sentence_kinds("test")}


def counts(labels: list[SentenceKindLabel]) -> Counter[tuple[str, str]]:
    return Counter((label.kind, kind_of(label.sentence, label.before)) for label in labels)


@pytest.mark.parametrize(
    ("split", "accuracy", "recall", "precision"), [("dev", 0.95, 0.98, 0.92), ("test", 0.86, 0.98, 0.78)]
)
def test_kinds_are_told(split: str, accuracy: float, recall: float, precision: float) -> None:
    labels = LABELS[split]
    told = counts(labels)
    claims = told["claim", "claim"]
    assert sum(told[kind, kind] for kind in KINDS) / len(labels) >= accuracy
    assert claims / sum(label.kind == "claim" for label in labels) >= recall
    assert claims / sum(told[kind, "claim"] for kind in KINDS) >= precision


def test_the_label_sets_are_as_they_are_said_to_be() -> None:
    for split, fewest in (("dev", 240), ("test", 120)):
        labels = LABELS[split]
        assert len({label.sentence for label in labels}) == len({label.id for label in labels}) == len(labels) >= fewest
        assert {label.kind for label in labels} == set(KINDS)
        assert 0.2 <= sum(label.language == "ko" for label in labels) / len(labels) <= 0.3
        assert all(label.sentence == label.sentence.strip() for label in labels)
    dev, test = LABELS["dev"], LABELS["test"]
    assert not {label.article for label in dev} & {label.article for label in test}
    assert not {label.sentence for label in dev} & {label.sentence for label in test}


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Korea will invest $200 billion under the deal.", "claim"),
        ("AI will transform the region.", "forecast"),
        ("Operators must report incidents within 72 hours.", "claim"),
        ("Operators should think twice.", "opinion"),
        ("Is that so?", "narration"),
        ("Consider the following.", "narration"),
        ("양국은 2023년에 공동성명을 발표했다.", "claim"),
        ("정부는 더 투자해야 한다.", "opinion"),
        ("수출은 내년에 더 늘어날 전망이다.", "forecast"),
        ("과연 그럴까?", "narration"),
        ("", "narration"),
        ("* * *", "narration"),
        ("2023", "narration"),
    ],
)
def test_a_sentence_has_its_kind(sentence: str, kind: SentenceKind) -> None:
    assert kind_of(sentence) == kind


def test_curly_apostrophes_and_spaces_change_nothing() -> None:
    for label in LABELS["dev"]:
        changed = "  " + label.sentence.replace("'", "’").replace(" ", " \n ") + "\t"
        assert kind_of(changed, label.before) == kind_of(label.sentence, label.before)


@given(st.text(max_size=300), st.text(max_size=50))
def test_any_text_has_a_kind_and_always_the_same(sentence: str, before: str) -> None:
    assert kind_of(sentence, before) in KINDS
    assert kind_of(sentence, before) == kind_of(sentence, before)


@pytest.mark.parametrize(
    "text", ["a ", "under the ", "The act ", "“", '"a', "가나 ", "I think ", "\u202e ", "?", "$1 "]
)
def test_a_long_sentence_takes_no_time(text: str) -> None:
    kind_of("warm", "")
    started = time.process_time()
    kind_of(text * 50_000)
    assert time.process_time() - started < 1


def test_each_sign_speaks_for_a_kind_and_is_seen_somewhere() -> None:
    rows = SIGNS.read_text(encoding="utf-8").splitlines()
    assert rows[0].split("\t") == ["language", "kind", "weight", "pattern"]
    for row in rows[1:]:
        language, kind, weight, _ = row.split("\t")
        assert language in ("en", "ko")
        assert kind in KINDS
        assert 0 < float(weight) < 5
