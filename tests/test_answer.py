"""Answers: every citation is a place, abstaining shows none, and the same question gets the same answer."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.checks import LONGEST_HISTORY, LONGEST_QUESTION, usable_history
from app.errors import BadInput
from app.labels import ENGLISH, KOREAN
from app.pipeline import Pipeline
from app.query import NO_FILTERS, Filters
from app.results import Answer
from tests.small_corpus import ACCORD, CAMP, FILES, NEW_LAW, OLD_LAW, quote_of

HAN = "2023_han-rok-us-ai-cooperation-needs-real-reciprocity"


def check(pipeline: Pipeline, answer: Answer, filters: Filters = NO_FILTERS) -> Answer:
    """Assert what holds for every answer."""
    for citation in (*answer.citations, *answer.related):
        place = (citation.doc_id, citation.paragraph, citation.start, citation.end)
        assert citation.quote
        assert quote_of(pipeline, *place) == citation.quote
    assert answer.abstained == (answer.outcome == "not_in_sources") == (not answer.statements)
    assert all(statement.citations for statement in answer.statements)
    assert {n for statement in answer.statements for n in statement.citations} == {c.n for c in answer.citations}
    assert [c.n for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert len(answer.related) <= (3 if answer.abstained else 0)
    assert all(one.score >= other.score for one, other in pairwise(answer.evidence))
    assert len({passage.passage_id for passage in answer.evidence}) == len(answer.evidence)
    kept = {doc_id: one for doc_id, one in pipeline.documents().items() if filters.keep(one)}
    assert answer.coverage.documents == len(kept) - sum(one.translation_of in kept for one in kept.values())
    assert answer.answer.strip()
    return answer


def asked(pipeline: Pipeline, question: str, *history: str, filters: Filters | None = None) -> Answer:
    return check(pipeline, pipeline.ask(question, history, filters or NO_FILTERS), filters or NO_FILTERS)


@pytest.mark.parametrize("history", [(), ("What does Han say of Naver?",)])
def test_what_han_says_of_investment(bundled: Pipeline, history: tuple[str, ...]) -> None:
    answer = asked(bundled, "How much do Koreans invest in US AI companies according to Han?", *history)
    assert answer.outcome == "answered"
    assert "$1.7 billion" in answer.answer
    assert (HAN, 8) in {(citation.doc_id, citation.paragraph) for citation in answer.citations}
    assert {citation.edition for citation in answer.citations} == {"digest"}


def test_what_the_2021_statement_does_not_say(bundled: Pipeline) -> None:
    answer = asked(bundled, "What did the 2021 joint statement say about TikTok?")
    assert answer.outcome == "not_in_sources"
    assert answer.citations == ()
    assert answer.answer == ENGLISH.abstention
    assert 1 <= len(answer.related) <= 3


HARD_TEXTS = [
    "한국은 미국에 얼마를 투자했나요?",
    "😀 invest 👩‍👩‍👧",
    "tab\tnew\nline \x00\x07 control\x1b[31m characters in AI",
    "AI " * 666,
    "ما هو التعاون بين كوريا و الولايات المتحدة AI",
    "<script>alert(1)</script><img src=x onerror=alert(1)> AI",
    "'; DROP TABLE passages; -- AI",
    "what is the of and",
    "1234567890 2023 99",
    "$1.7 billion",
    "a",
    "invest\u202ednalsI\u2066",
    "../../etc/passwd ${HOME} {{7*7}} %s %n",
    "ＡＩ ﬁve ǅ İstanbul ß",
    "\ufeffAI\u200b coop\u00aderation",
]


@pytest.mark.parametrize("question", HARD_TEXTS)
def test_any_kind_of_text_gets_an_honest_answer(bundled: Pipeline, question: str) -> None:
    answer = asked(bundled, question)
    assert answer.question == question
    if "AI" in question:
        assert len(answer.evidence) == 10
    assert check(bundled, bundled.ask(question, ["And what of 2023?"]))


_WORDS = st.sampled_from(sorted({word for text in FILES.values() for word in text.split()}))
_OF_THE_CORPUS = st.lists(_WORDS, min_size=1, max_size=25).map(" ".join)
_ANY = st.text(min_size=1, max_size=80)


@settings(max_examples=120)
@given(_OF_THE_CORPUS | _ANY, st.lists(_OF_THE_CORPUS, max_size=2))
@example("What of it?", ["", " ", "?"])
def test_no_text_breaks_an_answer(small: Pipeline, question: str, history: list[str]) -> None:
    if any(character.isalnum() for character in question):
        asked(small, question, *history)
    else:
        with pytest.raises(BadInput, match="The question is empty"):
            small.ask(question, history)


@pytest.mark.parametrize("question", ["", "  ", "?!", "\x00", "한" * (LONGEST_QUESTION + 1), "half \ud800 a letter"])
def test_what_cannot_be_asked_is_refused_with_a_remedy(small: Pipeline, question: str) -> None:
    with pytest.raises(BadInput) as caught:
        small.ask(question)
    assert caught.value.remedy
    with pytest.raises(BadInput):
        small.search(question)
    with pytest.raises(BadInput):
        list(small.events(question, [], Filters()))


def test_the_longest_question_is_answered(small: Pipeline) -> None:
    asked(small, "fund " * (LONGEST_QUESTION // 5))
    with pytest.raises(BadInput, match="2,001 characters; 2,000 are the most"):
        small.ask("x" * 2001)


def test_a_conversation_of_any_length_is_taken(small: Pipeline) -> None:
    asked(small, "and then?", *["and then?"] * 5000)
    assert usable_history(["a", "", " \n", "?"]) == ["a"]
    assert usable_history([str(n) for n in range(100)]) == [str(n) for n in range(100 - LONGEST_HISTORY, 100)]
    for earlier in ("x" * 2001, "half \udfff a letter"):
        with pytest.raises(BadInput, match="An earlier question"):
            small.ask("and then?", [earlier])


@pytest.mark.parametrize("question", ["How large is the semiconductor fund?", "zebras", "과태료는?"])
def test_asked_again_it_is_the_same_but_for_the_time(small: Pipeline, question: str) -> None:
    one, other = asked(small, question), asked(small, question)
    assert replace(one, timings_ms={}) == replace(other, timings_ms={})
    assert set(one.timings_ms) == set(other.timings_ms)
    assert all(spent >= 0 for spent in one.timings_ms.values())


def test_evidence_is_at_least_the_ten_best(small: Pipeline) -> None:
    answer = asked(small, "What do the laws, the accord and the seminar say of quantum sensors and machines?")
    assert len(answer.evidence) >= 10
    best = [passage.passage_id for passage in small.search(answer.query, k=10)]
    assert [passage.passage_id for passage in answer.evidence[:10]] == best


def test_filters_hold_for_evidence_citations_and_related(small: Pipeline) -> None:
    accord = small.documents()[ACCORD]
    assert len({document.issuer for document in small.documents().values()}) > 1
    for filters, left in (
        (Filters(doc_ids=(CAMP,)), {CAMP}),
        (Filters(until="2022"), {ACCORD}),
        (Filters(until="2022", issuers=(accord.issuer,), roots=(accord.root,)), {ACCORD}),
    ):
        answer = asked(small, "How large is the semiconductor fund?", filters=filters)
        shown = {c.doc_id for c in (*answer.citations, *answer.related)} | {p.doc_id for p in answer.evidence}
        assert shown == left
    for none in (Filters(since="2027"), Filters(issuers=("nobody",)), Filters(roots=("/elsewhere",))):
        nothing = asked(small, "How large is the semiconductor fund?", filters=none)
        assert (nothing.outcome, nothing.evidence, nothing.related) == ("not_in_sources", (), ())
        assert (nothing.coverage.documents, nothing.coverage.newest) == (0, "")


def test_a_completed_follow_up_is_shown_as_it_was_searched(small: Pipeline) -> None:
    answer = asked(small, "and in 2023?", "How often did the ambassadors meet in 2021?")
    assert answer.question == "and in 2023?"
    assert answer.query == "How often did the ambassadors meet in 2023?"
    assert asked(small, "How often do the ambassadors meet?").query == "How often do the ambassadors meet?"


def test_what_was_searched_is_said(small: Pipeline) -> None:
    coverage = asked(small, "zebras").coverage
    assert (coverage.documents, coverage.newest) == (len(FILES), "2026-01-20")
    assert coverage.not_held > 100  # none of these is in the catalogue


def test_korean_questions_are_refused_in_korean(small: Pipeline) -> None:
    answer = asked(small, "얼룩말은 몇 마리인가요?", filters=Filters(doc_ids=(CAMP,)))
    assert answer.language == "ko"
    if answer.abstained:
        assert answer.answer == KOREAN.abstention


def test_a_superseded_source_is_named(small: Pipeline) -> None:
    answer = asked(small, "Article 2. Whoever keeps no records pays a fine of up to how much?")
    cited = {c.doc_id: c.superseded_by for c in (*answer.citations, *answer.related)}
    assert cited[OLD_LAW] == NEW_LAW
    told = "Act on Trusted Machines was superseded by 신뢰 기계 기본법 (2026-01-20)." in answer.notice
    assert told == (OLD_LAW in {c.doc_id for c in answer.citations})
