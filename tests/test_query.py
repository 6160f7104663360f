"""What a question asks for: shape, kind of thing, language, dates, documents and topic."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.checks import check_filters
from app.document_names import DocumentNames
from app.errors import BadInput
from app.glossary import Glossary
from app.query import Filters, Understood, language_of, understand
from app.shapes import Shape, shape_of
from ingest.documents import Document
from ingest.lexical import analyse
from ingest.readers import read_file
from tests.small_corpus import ACCORD, ARTICLE, CAMP, NEW_LAW, OLD_LAW, write_small_corpus


@pytest.mark.parametrize(
    ("question", "shape"),
    [
        ("How much do Koreans invest in US AI companies?", "fact"),
        ("Who signed the deal?", "fact"),
        ("", "fact"),
        ("Which areas does the dialogue cover?", "list"),
        ("List the priorities of the working group", "list"),
        ("What are the commitments of both sides?", "list"),
        ("합의한 분야를 모두 알려줘", "list"),
        ("How has the language on 5G changed since 2021?", "change"),
        ("How did the list of areas develop over time?", "change"),
        ("2021년 이후 어떻게 변화했나요?", "change"),
        ("Compare the 2021 and the 2023 statements", "comparison"),
        ("What is the difference between the two acts?", "comparison"),
        ("두 성명을 비교해 줘", "comparison"),
    ],
)
def test_the_form_of_the_answer(question: str, shape: Shape) -> None:
    assert shape_of(question) == shape


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is AI?", "en"),
        ("인공지능이란?", "ko"),
        ("AI 기본법", "ko"),
        ("What does 협력 mean in the joint statement?", "en"),
        ("2023", "en"),
        ("", "en"),
        ("人工知能とは", "en"),
    ],
)
def test_the_language(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> DocumentNames:
    root = write_small_corpus(tmp_path_factory.mktemp("corpus"))
    return DocumentNames([read_file(path, root, 10**6) for path in sorted(root.iterdir())])


def read(question: str, names: DocumentNames) -> Understood:
    known = frozenset(analyse("semiconductor quantum sensors ambassadors accord undersea cables spend"))
    return understand(question, names, Glossary.load(), known)


def strongest(understood: Understood, names: DocumentNames) -> str:
    return names.doc_ids[int(understood.named.affinity.argmax())]


def test_a_question_is_read_once_and_whole(names: DocumentNames) -> None:
    understood = read("  How much did the  Geneva Accord of 2021\nspend? ", names)
    assert understood.question == "How much did the Geneva Accord of 2021 spend?"
    assert (understood.language, understood.shape) == ("en", "fact")
    assert understood.dates.years == ("2021",)
    assert "money" in understood.asked.kinds
    assert strongest(understood, names) == ACCORD
    assert "2021" in understood.terms["en"]


def test_the_words_that_name_a_document_are_no_topic(names: DocumentNames) -> None:
    understood = read("What did the Camp David statement say about undersea cables in 2023?", names)
    assert strongest(understood, names) == CAMP
    topic = set(analyse(understood.topic))
    assert set(analyse("undersea cables")) <= topic
    assert not topic & set(analyse("Camp David 2023"))


@pytest.mark.parametrize(
    ("question", "period"),
    [
        ("What was agreed after Camp David?", ("2023-08-18", "9999")),
        ("What came before the Geneva Accord?", ("0000", "2021-05-21")),
        ("What happened since the Camp David statement?", ("2023-08-18", "9999")),
    ],
)
def test_a_document_s_name_can_give_a_period(question: str, period: tuple[str, str], names: DocumentNames) -> None:
    assert period in read(question, names).dates.periods


def test_a_korean_question_is_read_into_english_words(names: DocumentNames) -> None:
    understood = read("한국은 인공지능에 얼마를 투자했나요?", names)
    assert understood.language == "ko"
    assert understood.question == "한국은 인공지능에 얼마를 투자했나요?"
    assert "invest" in " ".join(understood.terms["en"])
    assert understood.terms["ko"]
    assert "money" in understood.asked.kinds


def test_a_korean_document_is_found_by_its_name(names: DocumentNames) -> None:
    assert strongest(read("신뢰 기계 기본법의 과태료는?", names), names) == NEW_LAW


@pytest.mark.parametrize("question", ["what is the", "of those which are", "ⓐ", "\x00a"])
def test_a_question_of_stop_words_has_no_terms_and_no_topic(question: str, names: DocumentNames) -> None:
    understood = read(question, names)
    assert not any(term in ("what", "of") for part in understood.terms.values() for term in part)
    assert not understood.dates


@given(st.text(max_size=60))
def test_any_text_can_be_understood(names: DocumentNames, text: str) -> None:
    understood, again = read(text, names), read(text, names)
    assert (understood.question, understood.terms, understood.topic) == (again.question, again.terms, again.topic)
    assert (understood.named.affinity == again.named.affinity).all()
    assert all(terms for terms in understood.terms.values())
    assert understood.question == " ".join(understood.question.split())


def documents(tmp_path: Path) -> dict[str, Document]:
    root = write_small_corpus(tmp_path / "root")
    return {path.stem: read_file(path, root, 10**6) for path in root.iterdir()}


@pytest.mark.parametrize("filters", [
    Filters(), Filters(since="2021"), Filters(until="2021-12"), Filters(since="2021-05-21", until="2021-05-21"),
    Filters(types=("law", "memo")), Filters(doc_ids=(OLD_LAW, ARTICLE)),
])  # fmt: skip
def test_filters_that_can_be_used(filters: Filters, tmp_path: Path) -> None:
    check_filters(filters, documents(tmp_path))


@pytest.mark.parametrize("filters", [
    Filters(since="last year"), Filters(until="2023-13"), Filters(since="2023-1"), Filters(since="２０２３"),
    Filters(until="2023-00-01"), Filters(until="2023-04-32"), Filters(since="2023 "),
    Filters(types=("novel",)), Filters(doc_ids=("nothing",)), Filters(doc_ids=("",)),
])  # fmt: skip
def test_filters_that_cannot_be_used_are_named(filters: Filters, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        check_filters(filters, documents(tmp_path))
    assert repr(filters.since or filters.until or (*filters.types, *filters.doc_ids)[0]) in caught.value.message
    assert caught.value.remedy
