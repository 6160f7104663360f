"""Signs that a question presupposes what the evidence contradicts, and the agreement that must not look like it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.document_names import DocumentNames
from app.glossary import Glossary
from app.premise import SIGNS, signs
from app.query import Understood, understand
from ingest.documents import Document, Paragraph
from ingest.generation import Generation


@pytest.fixture(scope="module")
def names(small_generation: Generation) -> DocumentNames:
    return DocumentNames(list(small_generation.documents.values()))


def read(question: str, names: DocumentNames, generation: Generation) -> Understood:
    return understand(question, names, Glossary.load(), generation.lexical.terms)


@pytest.mark.parametrize(
    ("sign", "question", "evidence", "fires"),
    [
        ("left_out_yet_named", "Why was Japan left out?", ["Japan joined."], True),
        ("left_out_yet_named", "Why was Japan left out?", ["Japan was not invited."], False),
        ("left_out_yet_named", "Why did Japan join?", ["Japan joined."], False),
        ("left_out_yet_named", "왜 일본은 제외됐나요?", ["일본이 참여했다."], True),
        # How often: the best sentence that says so decides, whatever worse ones say.
        ("frequency_differs", "Who attends the annual talks?", ["The talks are held twice a year."], True),
        ("frequency_differs", "Who attends the annual talks?", ["Talks are held every year."], False),
        ("frequency_differs", "Who attends the annual talks?", ["It is quarterly.", "It is annual."], True),
        ("frequency_differs", "Who attends the annual talks?", ["It is annual.", "It is quarterly."], False),
        ("frequency_differs", "Who attends the annual talks?", ["Ministers do.", "It is quarterly."], True),
        ("frequency_differs", "Who attends the annual talks?", ["Ministers do."], False),
        ("frequency_differs", "Who attends the annual talks?", ["They are annual, some monthly."], False),
        ("frequency_differs", "Who attends the talks?", ["It is quarterly."], False),
        ("frequency_differs", "매년 누가 만나나요?", ["분기마다 만난다."], True),
        ("frequency_differs", "매년 누가 만나나요?", ["해마다 만난다."], False),
        ("opposite", "Is the mandatory code old?", ["The code is voluntary."], True),
        ("opposite", "Is the voluntary code old?", ["The code is voluntary."], False),
        # Figures; small counts, names with digits and dates are seldom what is presupposed.
        ("figure_differs", "Who pays the $5 million?", ["They pay $6 million."], True),
        ("figure_differs", "Who pays the $5 million?", ["They pay $5 million."], False),
        ("figure_differs", "Who pays the $5 million?", ["They pay."], False),
        ("figure_differs", "Which firms are the 15 signatories?", ["There are 16 signatories."], True),
        ("figure_differs", "Which firms are the 13 signatories?", ["There are 16 signatories."], True),
        ("figure_differs", "Which firms are the 12 signatories?", ["There are 16 signatories."], False),
        ("figure_differs", "Which two offices are linked?", ["It links 3 offices."], False),
        ("figure_differs", "Who uses 5G and GPT-4?", ["There are 16 users."], False),
        ("figure_differs", "Who met in the 20th round?", ["There were 16 rounds."], False),
        ("figure_differs", "Who met in 2021?", ["There were 16 rounds."], False),
        ("figure_differs", "과태료 3천만원은 누가 내나요?", ["과태료는 5천만원이다."], True),
        ("figure_differs", "과태료 3천만원은 누가 내나요?", ["과태료는 3천만원이다."], False),
        ("actor_missing", "How much did Japan pay?", ["Canada paid $5."], True),
        ("actor_missing", "How much did Japan pay?", ["Japan paid $5."], False),
        ("actor_missing", "Why did Japan pay?", ["Canada paid $5."], False),
        ("actor_missing", "How much did Japan pay?", ["Canada paid."], False),
        ("actor_differs", "What did Japan promise?", ["Canada promised labs."], True),
        ("actor_differs", "What did Japan promise?", ["Tokyo promised labs."], False),
        ("actor_differs", "What did Japan promise?", ["They promised labs."], False),
        ("actor_differs", "What was promised to us?", ["Canada promised labs."], False),
        ("actor_differs", "What did the US promise?", ["It gave us labs, as did Canada."], True),
        ("actor_differs", "What did the US promise?", ["The US gave labs, as did Canada."], False),
        ("actor_differs", "일본은 무엇을 약속했나요?", ["캐나다가 약속했다."], True),
        ("actor_differs", "일본은 무엇을 약속했나요?", ["Japan and Canada promised it."], False),
        ("place_differs", "Who met in Tokyo?", ["They met in Busan."], True),
        ("place_differs", "Who met in Tokyo?", ["They met in Tokyo."], False),
        ("place_differs", "Who met in Tokyo?", ["The Tokyo talks moved to Busan."], False),
        ("place_differs", "Who met in Tokyo?", ["They met."], False),
        ("place_differs", "What does Tokyo want?", ["They met in Busan."], False),  # a government, not a place
        # A city's letters inside another word are not the city.
        ("place_differs", "Who met in Paris?", ["In comparison, they met in Busan."], True),
        ("place_differs", "Who met in Lima?", ["On the climate they met in Busan."], True),
        ("place_differs", "Who met at Bletchley Park?", ["They met in Bletchley and in London."], False),
        ("place_differs", "Who met in Bletchley?", ["They met at Bletchley Park."], False),
        ("place_differs", "누가 뉴욕에서 만났나요?", ["They met in San Francisco."], True),
        ("place_differs", "누가 뉴욕에서 만났나요?", ["They met in New York."], False),
        ("place_differs", "Who met in Seoul?", ["서울에서 만났다."], False),
        ("place_differs", "Who met in Seoul?", ["부산에서 만났다."], True),
        ("person_differs", "What did Jane Sample sign?", ["It was signed by John Other."], True),
        ("person_differs", "What did Jane Sample sign?", ["Sample signed it with John Other."], False),
        ("person_differs", "What did Jane Sample sign?", ["It was signed."], False),
        # Presidents are told by the years of their office; a document's author is named with it.
        ("person_differs", "What did Kamala Harris sign?", ["It was signed by John Other."], False),
        ("person_differs", "What did Joe Biden sign?", ["It was signed by John Other."], False),
        ("office_differs", "What did Yoon sign in 2021?", ["It was signed."], True),
        ("office_differs", "What did Biden sign in 2021?", ["It was signed."], False),
        ("office_differs", "What did Yoon sign?", ["It was signed."], False),
    ],
)
def test_a_sign(
    sign: str, question: str, evidence: list[str], fires: bool, names: DocumentNames, small_generation: Generation
) -> None:
    found = signs(small_generation, read(question, names, small_generation), evidence, evidence[0])
    assert found[sign] == fires


@pytest.mark.parametrize(
    ("sign", "question", "best", "paragraph"),
    [
        ("actor_differs", "What did Japan promise?", "Canada promised labs.", "Japan spoke. Canada promised labs."),
        ("place_differs", "Who met in Tokyo?", "They met in Busan.", "Tokyo talks. They met in Busan."),
        ("person_differs", "What did Jane Sample sign?", "John Other signed.", "Sample's law. John Other signed."),
    ],
)
def test_what_stands_around_the_best_sentence_counts(
    sign: str, question: str, best: str, paragraph: str, names: DocumentNames, small_generation: Generation
) -> None:
    understood = read(question, names, small_generation)
    assert signs(small_generation, understood, [best], best)[sign] == 1
    assert signs(small_generation, understood, [best], paragraph)[sign] == 0
    # A comparison names several on purpose.
    assert signs(small_generation, replace(understood, shape="comparison"), [best], best)[sign] == 0


def test_the_number_of_a_document_that_is_named_presupposes_nothing(small_generation: Generation) -> None:
    texts = (Paragraph(1, "The ministry keeps the records."),)
    held = [Document(f"order{n}", f"On records {n}", texts, aliases=(f"Order {n}",)) for n in range(14150, 14180)]
    evidence = ["Two memoranda of Order 14150 are revised."]
    for question, fires in (("Which memoranda does Order 14179 revise?", 0.0), ("Who pays the $25000?", 1.0)):
        understood = read(question, DocumentNames(held), small_generation)
        assert signs(small_generation, understood, evidence, evidence[0])["figure_differs"] == fires


def test_without_evidence_nothing_differs(names: DocumentNames, small_generation: Generation) -> None:
    understood = read("Why was Japan left out of the annual $5 million talks in Tokyo?", names, small_generation)
    assert signs(small_generation, understood, [], "") == dict.fromkeys(SIGNS, 0.0)


_TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            "Who met in Tokyo Busan Paris Japan US us annual quarterly $5 16 5G Jane Example Yoon 2021 left out "
            "mandatory voluntary 서울에서 매년 일본 3천만원 , .".split()
        ),
        max_size=12,
    ).map(" ".join),
)


@given(_TEXTS)
def test_a_question_agrees_with_itself(names: DocumentNames, small_generation: Generation, text: str) -> None:
    found = signs(small_generation, read(text, names, small_generation), [text], text)
    assert found.keys() == SIGNS.keys()
    for sign in ("frequency_differs", "figure_differs", "actor_missing", "actor_differs", "place_differs"):
        assert found[sign] == 0


@given(_TEXTS, st.lists(_TEXTS, max_size=3), _TEXTS)
def test_a_sign_is_there_or_not(
    names: DocumentNames, small_generation: Generation, question: str, evidence: list[str], paragraph: str
) -> None:
    found = signs(small_generation, read(question, names, small_generation), evidence, paragraph)
    assert set(found.values()) <= {0.0, 1.0}
