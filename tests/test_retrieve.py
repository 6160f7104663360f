"""Retrieval: ranked, repeatable, without duplicates, and filtered exactly."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.glossary import Glossary
from app.pipeline import Pipeline
from app.query import NO_FILTERS, Filters, understand
from app.ranking import LinearWeights
from app.retrieve import Retrieval, Retriever
from ingest.embedding import SentenceTransformerEmbedder
from ingest.generation import Generation
from tests.index_fakes import write_document
from tests.small_corpus import ACCORD, ARTICLE, CAMP, FILES, NEW_LAW, NOTES, OLD_LAW, REGISTER, ingest_into

EVERYTHING = {name.rpartition(".")[0] for name in FILES}
FUND = "How large is the semiconductor fund?"


@pytest.fixture(scope="module")
def retriever(small_generation: Generation, word_model: Path) -> Retriever:
    return Retriever(small_generation, SentenceTransformerEmbedder(str(word_model)), 50, LinearWeights.load())


def retrieve(retriever: Retriever, question: str, filters: Filters = NO_FILTERS, k: int = 50) -> Retrieval:
    known = retriever.generation.lexical.terms
    return retriever.retrieve(understand(question, retriever.names, Glossary.load(), known), filters, k)


def documents(retriever: Retriever, found: Retrieval) -> set[str]:
    return {retriever.generation.passages[row].doc_id for row in found.rows}


@pytest.mark.parametrize("question", [FUND, "quantum sensors", "과태료는 얼마인가?", "2023", "Camp David", "zebra"])
def test_passages_are_ranked_and_none_comes_twice(retriever: Retriever, question: str) -> None:
    found = retrieve(retriever, question)
    assert found.rows
    assert len(found.rows) == len(found.scores) == len(set(found.rows))
    assert all(one >= other for one, other in pairwise(found.scores))


def test_the_same_question_gives_the_same_ranking(retriever: Retriever) -> None:
    one, other = retrieve(retriever, FUND), retrieve(retriever, FUND)
    assert (one.rows, one.scores) == (other.rows, other.scores)


def test_fewer_are_the_best_of_more(retriever: Retriever) -> None:
    found = retrieve(retriever, FUND)
    assert retrieve(retriever, FUND, k=3).rows == found.rows[:3]
    assert retrieve(retriever, FUND, k=1).scores == found.scores[:1]


def test_a_passage_that_says_it_is_found_first(retriever: Retriever) -> None:
    best = retriever.generation.passages[retrieve(retriever, "undersea cables between the three coasts").rows[0]]
    assert best.doc_id == CAMP
    assert "undersea cables" in best.text


def test_a_named_document_is_among_the_candidates_though_no_word_is_shared(retriever: Retriever) -> None:
    assert ACCORD in documents(retriever, retrieve(retriever, "What does the Geneva Accord say of zebras?"))


def test_a_korean_question_finds_the_korean_document(retriever: Retriever) -> None:
    rows = retrieve(retriever, "기록을 보관하지 않으면 과태료는 얼마인가?").rows[:3]
    assert NEW_LAW in {retriever.generation.passages[row].doc_id for row in rows}


def test_without_a_reranker_the_fusion_s_order_stays(retriever: Retriever, word_model: Path) -> None:
    plain = Retriever(retriever.generation, SentenceTransformerEmbedder(str(word_model)))
    found = retrieve(plain, FUND)
    assert set(found.rows) == set(retrieve(retriever, FUND).rows)
    assert all(one > other for one, other in pairwise(found.scores))


# Worked out from the front matter: one document has no date, one only a year, one only a year and a month.
FILTERED = [
    (Filters(since="2024"), {OLD_LAW, NEW_LAW, REGISTER}),
    (Filters(since="2024-03"), {NEW_LAW, REGISTER}),
    (Filters(since="2024-02-15"), {OLD_LAW, NEW_LAW, REGISTER}),
    (Filters(until="2021"), {ACCORD}),
    (Filters(until="2021-05-20"), set()),
    (Filters(until="2021-05-21"), {ACCORD}),
    (Filters(since="2023", until="2023"), {CAMP, ARTICLE}),
    (Filters(since="2023-08-18", until="2023-08-18"), {CAMP, ARTICLE}),
    (Filters(since="0000", until="9999"), EVERYTHING - {NOTES}),
    (Filters(types=("joint_statement",)), {ACCORD, CAMP}),
    (Filters(types=("law", "memo")), {OLD_LAW, NEW_LAW, NOTES}),
    (Filters(doc_ids=(NOTES,)), {NOTES}),
    (Filters(doc_ids=(CAMP, ARTICLE), types=("article",)), {ARTICLE}),
    (Filters(doc_ids=(NOTES,), since="2000"), set()),
    (Filters(types=("law",), since="2025"), {NEW_LAW}),
    (NO_FILTERS, EVERYTHING),
]


@pytest.mark.parametrize(("filters", "left"), FILTERED)
def test_filters_exclude_exactly(retriever: Retriever, filters: Filters, left: set[str]) -> None:
    allowed = retriever.allowed(filters)
    passages = retriever.generation.passages
    kept = {p.doc_id for row, p in enumerate(passages) if allowed is None or allowed[row]}
    assert kept == left
    for question in (FUND, "records of machines", "2023", "What did the Camp David statement say?"):
        assert documents(retriever, retrieve(retriever, question, filters)) <= left
    if left:
        assert retrieve(retriever, FUND, filters).rows
    else:
        assert retrieve(retriever, FUND, filters).rows == ()


_DATES = st.sampled_from(["", "2021", "2021-05-21", "2023", "2023-08", "2024-02", "2026-01-20", "2027"])
_FILTERS = st.builds(
    Filters, _DATES, _DATES,
    st.lists(st.sampled_from(["law", "memo", "article"]), max_size=2).map(tuple),
    st.lists(st.sampled_from(sorted(EVERYTHING)), max_size=3).map(tuple),
)  # fmt: skip


@given(_FILTERS)
def test_filters_together_leave_what_each_leaves(retriever: Retriever, filters: Filters) -> None:
    parts = [
        Filters(since=filters.since), Filters(until=filters.until),
        Filters(types=filters.types), Filters(doc_ids=filters.doc_ids),
    ]  # fmt: skip
    masks = [mask for part in parts if (mask := retriever.allowed(part)) is not None]
    together = retriever.allowed(filters)
    if together is None:
        assert not masks
    else:
        assert together.tolist() == [all(mask[row] for mask in masks) for row in range(len(together))]


@pytest.mark.parametrize("question", ["what is the", "of those", "ⓐ"])
def test_a_question_without_terms_does_no_harm(retriever: Retriever, question: str) -> None:
    found = retrieve(retriever, question)
    assert len(found.rows) == len(found.scores)


def test_what_the_model_cannot_read_is_known(small_generation: Generation, retriever: Retriever) -> None:
    english = Retriever(small_generation, SentenceTransformerEmbedder())
    unreadable = {doc_id for doc_id, no in zip(small_generation.documents, english.unreadable, strict=True) if no}
    assert unreadable == {NEW_LAW}
    assert not retriever.unreadable.any()


def test_what_two_documents_say_alike_is_shown_once(tmp_path: Path, word_model: Path) -> None:
    for name, text in (("one", "The fund holds $5."), ("two", "The fund  holds $5."), ("three", "The fund holds $6.")):
        write_document(tmp_path / "root", name, [text])
    with Pipeline(ingest_into(tmp_path / "home", word_model, tmp_path / "root")) as pipeline:
        found = [(result.doc_id, result.text) for result in pipeline.search("What does the fund hold?")]
    assert len(found) == 2
    assert ("three", "The fund holds $6.") in found


@pytest.mark.parametrize(
    ("question", "says_it"),
    [
        ("Who keeps the records of the Act?", "new"),
        ("Who keeps the records under the Act of 2021?", "old"),
        ("Who keeps the records under the Act of 2024?", "new"),
    ],
)
def test_of_two_versions_that_say_the_same_the_later_says_it_unless_the_older_is_named(
    tmp_path: Path, word_model: Path, question: str, says_it: str
) -> None:
    (tmp_path / "root").mkdir()
    for name, date, rest in (("old", "2021", "superseded_by: new\n"), ("new", "2024", "supersedes: old\n")):
        head = f"---\ntitle: The Records Act of {date}\ndate: {date}\n{rest}---\n"
        (tmp_path / "root" / f"{name}.txt").write_text(f"{head}The ministry keeps the records.\n", encoding="utf-8")
    with Pipeline(ingest_into(tmp_path / "home", word_model, tmp_path / "root")) as pipeline:
        assert [result.doc_id for result in pipeline.search(question)] == [says_it]


@pytest.mark.parametrize("paragraphs", [[], ["One only."]])
def test_hardly_any_documents_do_no_harm(tmp_path: Path, word_model: Path, paragraphs: list[str]) -> None:
    (tmp_path / "root").mkdir()
    if paragraphs:
        write_document(tmp_path / "root", "only", paragraphs)
    with Pipeline(ingest_into(tmp_path / "home", word_model, tmp_path / "root")) as pipeline:
        assert len(pipeline.search("One thing only?")) == len(paragraphs)
        answer = pipeline.ask("How many things are there?")
        assert len(answer.evidence) == len(paragraphs)
        assert answer.coverage.documents == len(paragraphs)


def test_the_passage_in_which_a_paragraph_goes_on_comes_behind_it(tmp_path: Path, word_model: Path) -> None:
    long = "The zebra treaty was signed. " + " ".join(
        f"Clause {n} speaks of other matters entirely." for n in range(40)
    )
    root = tmp_path / "root"
    root.mkdir()
    (root / "treaty.txt").write_text(
        f"title: A treaty\n\n{long}\nIts annex follows:\nA list of towns.\n", encoding="utf-8"
    )
    (root / "other.txt").write_text("title: Another\n\nNothing of the kind stands here.\n", encoding="utf-8")
    settings = ingest_into(tmp_path / "home", word_model, root)
    with Pipeline(settings) as pipeline, pipeline.opened() as opened:
        found = retrieve(opened.retriever, "zebra treaty signed")
        passages = [opened.generation.passages[row] for row in found.rows[:2]]
        spans = [passage.spans[0] for passage in passages]
        assert "zebra treaty" in passages[0].text
        assert (spans[1].paragraph, spans[1].start) == (1, spans[0].end + 1)
        assert found.scores[0] == found.scores[1]


def test_of_a_document_in_two_languages_the_question_s_own_answers(tmp_path: Path, word_model: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    root.mkdir()
    other.mkdir()
    law = "title: AI 기본법\nlanguage: ko\n\nAI 기본법은 과태료 3천만원을 정한다.\n"
    (root / "law.txt").write_text(law, encoding="utf-8")
    english = (
        "title: AI Basic Act\nlanguage: en\ntranslation_of: law\n\nThe AI Basic Act sets a fine of 30 million won.\n"
    )
    (other / "law.en.txt").write_text(english, encoding="utf-8")
    settings = ingest_into(tmp_path / "home", word_model, root, other)
    with Pipeline(settings) as pipeline:
        of = {document.language: document for document in pipeline.documents().values()}
        korean, translated, where = of["ko"].doc_id, of["en"].doc_id, of["ko"].root
        assert {found.doc_id for found in pipeline.search("What fine does the AI Basic Act set?")} == {translated}
        assert {found.doc_id for found in pipeline.search("AI 기본법의 과태료는?")} == {korean}
        # A person who cannot see the translation, or asks for the other one, is answered from what is left.
        for filters in (Filters(roots=(where,)), Filters(doc_ids=(korean,))):
            found = pipeline.search("What fine does the AI Basic Act (AI 기본법) set?", filters=filters)
            assert {one.doc_id for one in found} == {korean}
