"""What a question asks for, and how far a text gives it; a near miss gives nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.asks import Kind, asks_of, latest
from app.filling import ONE_OF_SEVERAL, Asked, person_names


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("How much does it cost?", {"money"}),
        ("How high is the threshold?", {"figure"}),
        ("How big is the fund?", {"money"}),
        ("How many billions will come?", {"money"}),
        ("What is the maximum fine?", {"money"}),
        ("How much time is left?", {"figure"}),
        ("What share is that?", {"share"}),
        ("How high is the tariff, and at what rate does it begin?", {"share"}),
        ("How many firms are there?", {"count"}),
        ("How many years does it run?", {"duration"}),
        ("How often do the ministers meet?", {"duration"}),
        ("When was it signed?", {"date"}),
        ("What year was it signed?", {"date"}),
        ("Who signed it?", {"person"}),
        ("Which minister signed it?", {"person"}),
        ("Where did they meet?", {"place"}),
        ("In which city did they meet?", {"place"}),
        ("Why was it cancelled?", {"reason"}),
        ("Which country chairs it?", {"country"}),
        ("Which company runs it?", {"body"}),
        ("Which countries signed?", {"country"}),
        ("Which two Korean universities host the centre?", {"body"}),
        ("What companies are there and who runs them?", {"body", "person"}),
        ("How many US companies signed, and when?", {"count", "date"}),
        ("과태료는 얼마인가요?", {"money"}),
        ("세율은 몇 퍼센트인가요?", {"share"}),
        ("몇 개 기업이 참여했나요?", {"count"}),
        ("기록은 몇 년간 보관하나요?", {"duration"}),
        ("얼마나 자주 만나나요?", {"duration"}),
        ("언제 발표됐나요?", {"date"}),
        ("누가 서명했나요?", {"person"}),
        ("어디에서 열렸나요?", {"place"}),
        ("왜 취소됐나요?", {"reason"}),
        ("어느 나라가 서명했나요?", {"country"}),
        ("어느 기관이 주관하나요?", {"body"}),
        # A question word that opens no clause of its own asks for nothing, nor does a noun behind an auxiliary.
        ("Tell me about it", set()),
        ("Tell me about the researchers who signed it", set()),
        ("Describe what happened when asked", set()),
        ("What did the companies promise?", set()),
        ("What did the countries say?", set()),
        ("Which ministers' aides?", set()),
        ("Which university presidents?", set()),
        ("How much", {"figure"}),
        ("How many", set()),
        ("Which", set()),
        ("", set()),
    ],
)
def test_the_kinds_of_thing_asked_for(question: str, kinds: set[Kind]) -> None:
    assert Asked(question, question).kinds == kinds
    assert bool(Asked(question, question)) == bool(kinds)


def test_several_and_what_is_counted_are_read_off_the_noun() -> None:
    (labs,), (lab,), (staff,) = (
        asks_of(q) for q in ("Which US labs take part?", "Which US lab takes part in it, or which lab?",
                             "How many Korean staff are there?")
    )  # fmt: skip
    assert (labs.several, lab.several) == (True, False)
    assert labs.heads == lab.heads == {"lab"}
    assert staff.heads == {"staff"}


@pytest.mark.parametrize(
    ("question", "last"),
    [
        ("Who signed the accord? — How much was pledged?", "How much was pledged?"),
        ("누가 서명했나요?라는 질문에 이어: 언제인가요?", "언제인가요?"),
        ("How much was pledged?", "How much was pledged?"),
    ],
)
def test_of_a_completed_follow_up_only_the_last_question_counts(question: str, last: str) -> None:
    assert latest(question) == last
    assert asks_of(question) == asks_of(last) != ()


@pytest.mark.parametrize(
    ("question", "answer", "near_miss"),
    [
        ("How much does it cost?", "It costs $5.", "It costs a lot, as 5 firms said in 2021."),
        ("How much of the $5 million came?", "$5 billion came.", "$5 million came."),
        ("How much of the $5 came?", "Only $4 came.", "Of the five dollars, some came."),
        ("What is the threshold?", "It is 12.", "It is written in 5G and G7."),
        ("How many firms are there?", "There are 6 firms.", "There are some firms."),
        ("How many firms are there?", "There are six firms.", "The second firm left."),
        ("How many of the 6 firms left?", "4 of the 6 firms left.", "Some of the 6 firms left."),
        ("What share is that?", "It is 4 percent.", "It is 4 firms."),
        ("What share is that?", "It is half.", "It is small."),
        ("What share is above 4 percent?", "It is 5 percent.", "It is 4 percent."),
        ("How long does it run?", "It runs for three years.", "It runs in three cities."),
        ("How long after the three years does it end?", "Two months after them.", "After three years."),
        ("How often do they meet?", "They meet annually.", "They meet in Seoul."),
        ("When was it signed?", "It was signed on May 21, 2021.", "It was signed in Seoul."),
        ("When in 2021 was it signed?", "It was signed in May 2021.", "It was signed in 2021."),
        ("When in May 2021 was it signed?", "On 21 May 2021.", "In May 2021."),
        ("Who signed it?", "It was signed by Jane Example.", "It was signed by both."),
        ("Who signed it?", "It was signed by Commerce Secretary Jane Example.", "It was signed in 2021."),
        ("Who signed it with Jane Example?", "It was signed by John Sample.", "It was signed by Jane Example."),
        ("Who signed it?", "It was signed by Jane Example.", "It was signed at the White House."),
        ("Which university hosts it?", "Hosted at Yale University.", "It hosts the 200 grantees."),
        ("Which university hosts it besides Yale University?", "With MIT and Ohio College.", "With Yale University."),
        ("Which agency works with the NIH?", "And the National Science Foundation Office.",
         "And the National Institutes of Health."),
        ("Which agency works with the National Institutes of Health?", "And with the NSF.", "And with the NIH."),
        ("Which agency works with KIAS?", "And with the NSF.", "And the Korea Institute of Advanced Studies."),
        ("Which company leads it?", "It is led by Samsung Electronics.", "It is led by the United States."),
        ("Which country chairs it?", "It is chaired by Japan.", "It is chaired by turns."),
        ("Which country chairs it?", "It is chaired by the US.", "It is chaired by us."),
        ("Which country chairs it after the US?", "Japan comes after it.", "The United States comes after us."),
        ("Where did they meet?", "They met in Geneva.", "They met in the hall."),
        ("Where did they meet?", "They met in Geneva.", "They met in May."),
        ("Where in Geneva did they meet?", "They met at the Kratsios Laboratory.", "They met in Geneva."),
        ("Why did it end?", "It ended because of the cost.", "It ended."),
        ("과태료는 얼마인가요?", "3천만원 이하이다.", "정해진 바 없다."),
        ("3천만원 말고 과태료는 얼마인가요?", "5천만원이다.", "3천만원이다."),
        ("세율은 몇 퍼센트인가요?", "15퍼센트이다.", "15개이다."),
        ("몇 개 기업이 참여했나요?", "12개 기업이 참여했다.", "기업이 참여했다."),
        ("기록은 몇 년간 보관하나요?", "5년간 보관한다.", "기록을 보관한다."),
        ("얼마나 자주 만나나요?", "매년 만난다.", "만난다."),
        ("언제 발표됐나요?", "2023년 4월 26일", "서울에서"),
        ("누가 서명했나요?", "장관이 서명한다.", "서명되었다."),
        ("어디에서 열렸나요?", "서울에서 열렸다.", "2023년에 열렸다."),
        ("서울에서 만난 뒤 어디에서 열렸나요?", "부산에서 열렸다.", "서울에서 열렸다."),
        ("어느 기관이 주관하나요?", "과학기술정보통신부가 주관한다.", "함께 주관한다."),
        ("산업통상부 말고 어느 기관이 주관하나요?", "과학기술정보통신부가 주관한다.", "산업통상부가 주관한다."),
        ("어느 나라가 서명했나요?", "일본이 서명했다.", "모두 서명했다."),
        ("왜 취소됐나요?", "안전을 위하여 취소되었다.", "취소되었다."),
    ],
)  # fmt: skip
def test_a_near_miss_fills_nothing(question: str, answer: str, near_miss: str) -> None:
    asked = Asked(question, question)
    assert asked.filled(answer) == 1
    assert asked.filled(near_miss) == 0


@pytest.mark.parametrize(
    ("question", "text", "filled"),
    [
        # Of several, one is not all; of two things asked, one is half.
        ("Which universities host it?", "At Yale University.", ONE_OF_SEVERAL),
        ("Which universities host it?", "At Yale University and at Ohio State University.", 1),
        ("Which countries signed?", "Japan signed.", ONE_OF_SEVERAL),
        ("Which countries signed?", "Japan and the UK signed.", 1),
        ("Who signed, and how much does it cost?", "It costs $5.", 0.5),
        # An office is half a name, and a number of something else half a count.
        ("Who signed it?", "It was signed by the Secretary.", 0.5),
        ("How many firms are there?", "There are 6 treaties.", 0.5),
        # Only the number that the noun belongs to counts it: not the 6 of "16", nor the 5 of "2025".
        ("How many firms are there?", "There are 16 treaties, agreed on after long and open talks, and 6 firms.", 1),
        ("How many firms are there?", "Of late, under a rule of 2025, they were listed: 5 firms.", 1),
        ("How many firms are there?", "In 2025 firms met, but of late there were 5 treaties.", 0.5),
        ("How many firms are there?", "Firms were told of 6 treaties.", 0.5),
        ("Tell me about it", "It costs $5.", 0),
    ],
)
def test_an_answer_in_part(question: str, text: str, filled: float) -> None:
    assert 0 < ONE_OF_SEVERAL < 1
    assert Asked(question, question).filled(text) == filled


def test_the_english_words_of_a_korean_question_are_its_own_words() -> None:
    asked = Asked("일본 말고 어느 나라가 서명했나요?", "which country signed besides Japan")
    assert asked.filled("Japan signed.") == 0
    assert asked.filled("Canada signed.") == 1
    unnamed = Asked("어느 나라가 서명했나요?", "which country signed besides Japan")
    assert unnamed.filled("Japan signed.") == 0
    bodies = Asked("어느 회사가 서명했나요?", "which company signed besides Samsung Electronics")
    assert bodies.filled("It was signed by Samsung Electronics.") == 0


@pytest.mark.parametrize(
    ("question", "text", "share"),
    [
        ("How much, and when?", "It cost $5.", 0.5),
        ("How much, and when?", "It cost $5 in March 2021.", 1),
        ("How much of the $5 came?", "It costs $5.", 1),  # whose it is, only `filled` looks at
        ("How many firms are there?", "There are some.", 0),
        ("Why?", "Because.", 0),  # a reason cannot be looked for cheaply
        ("", "It costs $5.", 0),
    ],
)
def test_what_a_passage_may_give(question: str, text: str, share: float) -> None:
    assert Asked(question, question).may_fill(text) == share


def test_persons_are_told_from_offices_and_countries() -> None:
    assert person_names("It was signed by Jane Example at the White House for the United States.") == ("Jane Example",)
    assert person_names("They met in South Korea.") == ()
    assert person_names("Talks of the Working Group in South Korea") == ()
    assert person_names("") == ()


_PARTS = st.lists(
    st.sampled_from([
        "How much", "how many firms", "Which universities host it", "Which country", "Who signed it?", "Where?",
        "When?", "Why?", "How often?", "What share", "$5", "5 percent", "6 firms", "May 21, 2021", "in 2021",
        "three years", "because", "with the National Institutes of Health", "with the NIH", "at Yale University",
        "by Jane Example", "in Geneva", "the US", "us", "Japan", " — ", "얼마인가요?", "언제", "누가", "어디에서",
        "서울에서", "어느 기관이", "산업통상부가", "어느 나라가", "몇 개", "3천만원", "15퍼센트",
    ]),
    min_size=4,
    max_size=20,
).map(", ".join)  # fmt: skip
_TEXTS = st.one_of(_PARTS, st.text(max_size=60))


@given(_TEXTS, _TEXTS)
def test_any_text_fills_any_question_between_none_and_all(question: str, text: str) -> None:
    asked = Asked(question, question)
    assert 0 <= asked.filled(text) <= 1
    assert 0 <= asked.may_fill(text) <= 1
    assert asked.asks or (asked.filled(text), asked.may_fill(text)) == (0, 0)


@given(_TEXTS)
def test_what_is_asked_is_read_the_same_each_time(question: str) -> None:
    asks = asks_of(question)
    assert asks == asks_of(question)
    assert len(set(asks)) == len(asks)
    if latest(question) == question:
        assert set(asks_of(f"{question}? {question}")) >= set(asks)
        assert len(set(asks_of(f"{question}? {question}"))) == len(asks_of(f"{question}? {question}"))


@given(_TEXTS)
def test_nothing_of_a_question_s_own_fills_it(question: str) -> None:
    own = Asked(question, question)
    if own.kinds <= {"money", "share", "count", "figure", "date", "country"}:
        assert own.filled(question) == 0
