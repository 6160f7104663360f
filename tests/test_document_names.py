"""Which documents a question names, and which of its words are names misspelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.document_names import DocumentNames
from app.pipeline import Pipeline
from ingest.documents import Document, Paragraph
from ingest.lexical import analyse


def document(doc_id: str, title: str, text: str = "Text.", **values: object) -> Document:
    return Document(doc_id, title, (Paragraph(1, text),), **values)  # type: ignore[arg-type]


DOCUMENTS = [
    document(
        "moon", "Leaders' Joint Statement", "Presidents Biden and Moon met.",
        date="2021-05-21", type="joint_statement", issuer="The White House", aliases=("Biden-Moon statement",),
    ),
    document(
        "camp", "The Spirit of Camp David", "Prime Minister Kishida came. According to Director Kratsios, all agreed.",
        date="2023-08-18", type="joint_statement", issuer="The White House", aliases=("the Camp David thing",),
    ),
    document("chips", "CHIPS and Science Act", "Nothing else.", date="2022-08-09", type="fact_sheet"),
    document("basic", "인공지능 기본법", "제1조", date="2025-01-21", type="law", language="ko"),
    document("undated", "Notes of a seminar", "Nobody spoke of dates in Washington."),
]  # fmt: skip
NAMES = DocumentNames(DOCUMENTS)
KNOWN = frozenset(term for d in DOCUMENTS for term in analyse(f"{d.title} {d.paragraphs[0].text}"))


def affinity(question: str) -> dict[str, float]:
    named = NAMES.named_in(question, analyse(question))
    return dict(zip(NAMES.doc_ids, named.affinity.tolist(), strict=True))


@pytest.mark.parametrize(
    ("question", "doc_id"),
    [
        ("What does the Camp David thing say?", "camp"),
        ("the spirit of camp david on AI", "camp"),
        ("What was in the Biden-Moon statement?", "moon"),
        ("What does the CHIPS and Science Act pay for?", "chips"),
        ("인공지능 기본법에서 과태료는?", "basic"),
    ],
)
def test_the_document_that_is_named_comes_first(question: str, doc_id: str) -> None:
    strengths = affinity(question)
    assert max(strengths, key=lambda name: strengths[name]) == doc_id
    assert strengths[doc_id] > 2 * sorted(strengths.values())[-2]


def test_a_question_that_names_nothing_favours_nothing() -> None:
    assert set(affinity("How warm was last summer?").values()) == {0.0}
    assert set(affinity("").values()) == {0.0}


@pytest.mark.parametrize(
    ("question", "in_office"),
    [
        ("What did Biden say?", {"moon": 1.0, "camp": 1.0, "chips": 1.0}),
        ("What did Moon and Biden say?", {"moon": 1.0, "camp": 0.5, "chips": 0.5}),
        ("What did Kishida and Yoon announce?", {"camp": 1.0, "chips": 1.0, "basic": 0.5}),
        ("What does the moonlight say?", {}),
    ],
)
def test_presidents_name_the_documents_of_their_terms(question: str, in_office: dict[str, float]) -> None:
    shares = NAMES.named_in(question, analyse(question)).person
    assert dict(zip(NAMES.doc_ids, shares.tolist(), strict=True)) == {d: in_office.get(d, 0.0) for d in NAMES.doc_ids}


@pytest.mark.parametrize(
    ("question", "doc_ids"),
    [
        ("the joint statements on AI", {"moon", "camp"}),
        ("what does the fact sheet say", {"chips"}),
        ("한미 공동 성명은", {"moon", "camp"}),
        ("어느 기본법에", {"basic"}),
        ("a statement", set()),
    ],
)
def test_types_are_understood(question: str, doc_ids: set[str]) -> None:
    named = NAMES.named_in(question, analyse(question)).type
    assert {doc_id for doc_id, value in zip(NAMES.doc_ids, named.tolist(), strict=True) if value} == doc_ids


def test_the_date_of_a_document_that_a_phrase_names() -> None:
    assert NAMES.date_of_name("Camp David") == "2023-08-18"
    assert NAMES.date_of_name("the Camp David thing") == "2023-08-18"
    assert NAMES.date_of_name("Seminar") == ""
    assert NAMES.date_of_name("") == ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("What did Kratsois say?", "What did Kratsios say?"),
        ("What did kratsios' say?", "What did kratsios' say?"),
        ("Kratsois's remarks", "Kratsios's remarks"),
        ("the Cmap David statement", "the Camp David statement"),
        ("Kishda and Bidne", "Kishida and Biden"),
        ("Washingtn, wahsington", "Washington, Washington"),
    ],
)
def test_misspelt_names_are_mended(typed: str, meant: str) -> None:
    assert NAMES.repair(typed, KNOWN) == meant


@pytest.mark.parametrize(
    "question",
    [
        "How much is it according to Han?",  # "According" begins a sentence of the sources
        "Is there anything else?",  # "Nothing" does too
        "What does the act say of science?",
        "Cxmp",  # of four letters, two must have changed places
        "Who is Moom?",
        "What of Xratsios?",  # typing errors seldom hit the first letter
        "협력과 Ａ",
        "",
    ],
)
def test_other_words_are_left_alone(question: str) -> None:
    assert NAMES.repair(question, KNOWN) == question


def test_a_word_of_the_language_is_no_name_misspelt() -> None:
    documents = [document("a", "Chile and the North", "Text.")]
    question = "What is a child worth, and what is Chlie?"
    without = DocumentNames(documents)
    assert without.repair(question, frozenset()) == "What is a Chile worth, and what is Chile?"
    names = DocumentNames(documents, ordinary=lambda word: word in ("child", "worth", "what"))
    assert names.repair(question, frozenset()) == "What is a child worth, and what is Chile?"


@pytest.mark.parametrize(
    "question",
    [
        "How much do Koreans invest in US AI companies according to Han?",
        "Is there anything regarding lobbying, tennis or volleyball?",
        "What is the child worth to its parent, and who enters the race straight?",
        "Which stages do the neither quiet nor naive inspections have?",
    ],
)
def test_with_the_real_model_ordinary_words_stay(bundled: Pipeline, question: str) -> None:
    assert bundled.ask(question).query == question


def test_with_the_real_model_names_are_mended(bundled: Pipeline) -> None:
    assert bundled.ask("What did Kishda agree to at Cmap David?").query == "What did Kishida agree to at Camp David?"


@given(st.text(max_size=60))
def test_any_text_is_mended_the_same_way_twice(text: str) -> None:
    assert NAMES.repair(text, KNOWN) == NAMES.repair(text, KNOWN)
    named = NAMES.named_in(text, analyse(text))
    assert ((named.affinity >= 0) & (named.person >= 0) & (named.person <= 1)).all()
