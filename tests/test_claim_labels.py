"""The words around checked claims: complete in both languages, sober, and never colour alone."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any, get_args

import pytest

from app.audit.results import SentenceKind
from app.claims.labels import (
    ENGLISH_CLAIMS,
    FAILED_SYMBOL,
    KOREAN_CLAIMS,
    QUOTE_SYMBOLS,
    SYMBOLS,
    ClaimLabels,
    claim_labels,
    symbols,
)
from app.claims.results import CANNOT_CHECK, Difference, DifferenceKind, Stance, Verdict
from app.quotations import Verbatim
from tests.claim_fakes import COVERAGE, NOTICE, a_check, a_citation, a_quote, misquoted, not_held, supported

BOTH = pytest.mark.parametrize("words", [ENGLISH_CLAIMS, KOREAN_CLAIMS], ids=["en", "ko"])


def texts(words: ClaimLabels) -> dict[str, str]:
    """Every text of a language, by where it stands."""
    found: dict[str, str] = {}
    for field in fields(words):
        value: Any = getattr(words, field.name)
        if isinstance(value, str):
            found[field.name] = value
        elif isinstance(value, tuple):
            found |= {f"{field.name}.{i}": text for i, text in enumerate(value)}
        elif field.name != "answers":
            found |= {f"{field.name}.{key}": text for key, text in value.items()}
    return found


@BOTH
def test_every_value_has_a_name(words: ClaimLabels) -> None:
    assert set(words.verdicts) == set(get_args(Verdict))
    assert set(words.stances) == set(get_args(Stance))
    assert set(words.kinds) == set(get_args(DifferenceKind))
    assert set(words.sentence_kinds) == set(get_args(SentenceKind))
    assert set(words.quotations) == set(get_args(Verbatim))
    assert all(text.strip() for text in texts(words).values())


def test_the_languages_say_the_same_things_in_their_own_script() -> None:
    english, korean = texts(ENGLISH_CLAIMS), texts(KOREAN_CLAIMS)
    assert list(english) == list(korean)
    for where, text in english.items():
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", korean[where]) or where == "difference_line"
        assert re.search("[가-힣]", korean[where]), where
        assert not re.search("[가-힣]", text), where


def test_no_word_accuses() -> None:
    said = {where: text for where, text in texts(ENGLISH_CLAIMS).items() if where != "not_false"}
    for where, text in said.items():
        assert not re.search(r"\b(false|wrong|lie[sd]?|lying|fake|error|mis\w+|untrue|incorrect)\b", text, re.I), where
    for where, text in texts(KOREAN_CLAIMS).items():
        assert where == "not_false" or not re.search("거짓|허위|틀[린렸]|오류|잘못", text), where


def test_symbols_tell_everything_apart() -> None:
    assert set(SYMBOLS) == set(get_args(Verdict))
    assert set(QUOTE_SYMBOLS) == set(get_args(Verbatim))
    assert len({*SYMBOLS.values(), *QUOTE_SYMBOLS.values(), FAILED_SYMBOL}) == 7


def test_a_check_shows_its_verdict_and_each_outcome_of_its_quotations_once() -> None:
    assert symbols(supported()) == "✓≡"
    assert symbols(misquoted()) == "✓≠"
    assert symbols(not_held()) == "○?"
    two = a_check(quotes=[a_quote("one two three"), a_quote("four five six"), a_quote("seven eight nine", "no")])
    assert symbols(two) == "✓≡≠"


def test_of_an_opinion_only_a_contradiction_and_quotations_are_shown() -> None:
    assert symbols(supported(), "opinion") == "≡"
    assert symbols(a_check(verdict="not_in_sources", citations=[]), "forecast") == ""
    assert symbols(a_check(verdict="contradicted"), "narration") == "✕"


@pytest.mark.parametrize(
    ("value", "english", "korean"),
    [
        (1.0, "high (100%)", "높음 (100%)"),
        (0.85, "high (85%)", "높음 (85%)"),
        (0.84, "moderate (84%)", "보통 (84%)"),
        (0.65, "moderate (65%)", "보통 (65%)"),
        (0.64, "low (64%)", "낮음 (64%)"),
        (0.0, "low (0%)", "낮음 (0%)"),
    ],
)
def test_confidence_in_words_and_percent(value: float, english: str, korean: str) -> None:
    assert ENGLISH_CLAIMS.confidence(value) == english
    assert KOREAN_CLAIMS.confidence(value) == korean


def test_quotations_are_told_with_their_place() -> None:
    nine, paged = a_citation(paragraph=9), a_citation(paragraph=18, page=3)
    say = ENGLISH_CLAIMS.quotation
    assert say(a_quote("a b c"), nine) == "word for word, ¶9"
    assert say(a_quote("a b c", "no"), paged) == "differs from ¶18, p. 3 as published"
    assert say(a_quote("a b c", "no", None), None) == "not found as quoted"
    assert say(a_quote("a b c", "no", elsewhere=True), nine) == (
        "not in the document named; word for word in U.S.-ROK Leaders' Joint Statement, ¶9"
    )
    held = "cannot be checked: only Sangho’s summary of it is held"
    assert say(a_quote("a b c", "cannot_check", None), None) == held
    assert say(a_quote("a b c", "cannot_check", 1), nine) == held
    assert KOREAN_CLAIMS.quotation(a_quote("a b c", "no"), nine) == "발표된 ¶9와 다름"


def test_differences_are_told_with_both_sides() -> None:
    say = ENGLISH_CLAIMS.difference
    assert say(Difference("number", "15 percent", "30 percent")) == (
        "number: as written, 15 percent; as published, 30 percent"
    )
    assert say(Difference("date", "", "in 2030")) == "date: as written, (left out); as published, in 2030"
    assert say(Difference("actor", "Japan", "")) == "who: as written, Japan; as published, (not in the source)"
    assert "only Sangho’s summary" in say(Difference("modality", "shall", CANNOT_CHECK))
    # Braces in a claim are text, not a pattern's.
    assert say(Difference("quote", "{source}", "{0}")) == "wording: as written, {source}; as published, {0}"


def test_a_notice_says_once_what_is_said_for_all() -> None:
    assert ENGLISH_CLAIMS.beyond(NOTICE, COVERAGE) == ""
    assert ENGLISH_CLAIMS.beyond(f"First. {NOTICE} Last.", COVERAGE) == "First. Last."
    assert ENGLISH_CLAIMS.beyond("", COVERAGE) == ""


def test_an_unknown_language_is_answered_in_english() -> None:
    assert claim_labels("fr") is ENGLISH_CLAIMS
    assert claim_labels("ko") is KOREAN_CLAIMS
    assert (ENGLISH_CLAIMS.language, KOREAN_CLAIMS.language) == ("en", "ko")
