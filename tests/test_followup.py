"""Follow-up questions are completed from the conversation, and questions that stand by themselves are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.followup import complete, leaves_out

FIVE_G = "What did the 2021 joint statement say about 5G?"
FIVE_G_KO = "2021년 공동성명은 5G에 대해 뭐라고 했나요?"
EU = "How much does Japan invest in the EU?"


@pytest.mark.parametrize(
    ("question", "earlier", "completed"),
    [
        ("and in 2023?", FIVE_G, "What did the 2023 joint statement say about 5G?"),
        ("In 2023?", FIVE_G, "What did the 2023 joint statement say about 5G?"),
        ("2023?", FIVE_G, "What did the 2023 joint statement say about 5G?"),
        ("And in May 2022?", "What was agreed in 2021 on chips?", "What was agreed in May 2022 on chips?"),
        ("and before 2023?", "What was agreed after 2021 on chips?", "What was agreed before 2023 on chips?"),
        ("그럼 2022년은?", FIVE_G_KO, "2022년 공동성명은 5G에 대해 뭐라고 했나요?"),
        ("And in Japan?", "How many AI firms are there in Korea?", "How many AI firms are there in Japan?"),
        ("And in Japan?", "What is invested in the U.S. by Korea?", "What is invested in Japan by Korea?"),
        ("and the EU?", "How much does Japan invest in Korea?", EU),
    ],
)
def test_a_date_or_a_place_takes_the_place_of_the_earlier_one(question: str, earlier: str, completed: str) -> None:
    assert complete(question, [earlier]) == completed


@pytest.mark.parametrize("question", ["what about Japan?", "And quantum?", "Who signed it?", "Why did they do that?"])
def test_otherwise_both_questions_are_searched(question: str) -> None:
    completed = complete(question, [FIVE_G])
    assert completed.startswith("What did the 2021 joint statement say about 5G?")
    assert completed.endswith(question.removeprefix("what about ").removeprefix("And "))


def test_korean_questions_are_joined_in_korean() -> None:
    completed = complete("그건 언제 발표됐나요?", [FIVE_G_KO])
    assert completed.startswith(FIVE_G_KO)
    assert completed.endswith("언제 발표됐나요?")


def test_a_date_of_its_own_takes_the_earlier_one_out() -> None:
    completed = complete("And what about TikTok, in 2023?", [FIVE_G])
    assert "2023" in completed
    assert "2021" not in completed
    assert "joint statement" in completed


def test_follow_ups_of_follow_ups_reach_back_to_the_first() -> None:
    assert complete("and in 2023?", [FIVE_G, "and in 2022?"]) == "What did the 2023 joint statement say about 5G?"
    assert "2021" not in complete("and in 2023?", [FIVE_G, "and in 2022?"])


@pytest.mark.parametrize(
    "question",
    [
        "How much do Koreans invest in US AI companies according to Han?",
        "Which technology areas does the first CET Dialogue cover?",
        "한미 AI 워킹그룹은 어떤 일을 하기로 했나요?",
    ],
)
def test_a_question_that_stands_by_itself_is_left_alone(question: str) -> None:
    assert not leaves_out(question)
    assert complete(question, [FIVE_G, "and in 2022?"]) == question


@pytest.mark.parametrize(
    "question",
    ["Did the 2021 statement mention TikTok?", "When in 2023 did Biden visit?", "Who of Naver came in May 2022?"],
)
def test_a_short_question_with_a_date_and_a_name_is_whole(question: str) -> None:
    for earlier in (FIVE_G, FIVE_G_KO):
        assert complete(question, [earlier]) == question


@pytest.mark.parametrize(
    "question",
    ["What does Bletchley say about frontier AI?", "How much is the 30D credit?", "What is NAIRR?", "Who leads Naver?"],
)
def test_a_short_question_that_names_its_own_subject_is_whole(question: str) -> None:
    for earlier in (FIVE_G, FIVE_G_KO):
        assert complete(question, [earlier]) == question


@pytest.mark.parametrize(
    "question",
    [
        "How much does Japan invest?",
        "What did Yoon say?",
        "Did the Koreans sign?",
        "Is AI named?",
        "What is it of Naver?",
    ],
)
def test_a_country_or_a_president_may_be_another_s_turn_in_the_same_matter(question: str) -> None:
    assert leaves_out(question)


@pytest.mark.parametrize("question", ["What in May 2022?", "How much in 2023?", "Did Japan sign?", "TikTok in 2021?"])
def test_a_short_question_that_lacks_either_is_not(question: str) -> None:
    assert leaves_out(question)


def test_without_a_conversation_nothing_is_added() -> None:
    assert leaves_out("and in 2023?")
    assert complete("and in 2023?", []) == "and in 2023?"


@given(st.text(max_size=60), st.lists(st.text(max_size=40), max_size=3))
def test_any_conversation_gives_a_text_that_keeps_what_was_asked(question: str, history: list[str]) -> None:
    completed = complete(question, history)
    assert completed == complete(question, history)
    if not leaves_out(question) or not history:
        assert completed == question
