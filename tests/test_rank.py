"""The stages of retrieval, each by itself: what they rank by, and that the last one is what users get."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from app.fusion import fuse
from app.glossary import Glossary
from app.pipeline import Pipeline
from app.query import NO_FILTERS, Filters, Understood, understand
from app.ranking import LinearWeights
from app.retrieve import RANKINGS, RankBy, Retriever
from ingest.embedding import SentenceTransformerEmbedder
from ingest.exact import Scored, exact_search
from ingest.generation import Generation
from ingest.lexical import analyse
from tests.small_corpus import ACCORD, CAMP, NEW_LAW, ingest_into

QUESTIONS = ("How large is the semiconductor fund?", "quantum sensors", "Camp David", "과태료는 얼마인가?", "zebra")
EVERY = pytest.mark.parametrize("by", RANKINGS)
ASKED = pytest.mark.parametrize("question", QUESTIONS)


@pytest.fixture(scope="module")
def retriever(small_generation: Generation, word_model: Path) -> Retriever:
    return Retriever(small_generation, SentenceTransformerEmbedder(str(word_model)), 12, LinearWeights.load())


def understood(retriever: Retriever, question: str) -> Understood:
    return understand(question, retriever.names, Glossary.load(), retriever.generation.lexical.terms)


def rank(retriever: Retriever, question: str, by: RankBy, filters: Filters = NO_FILTERS, k: int = 50) -> Scored:
    return retriever.rank(understood(retriever, question), by, filters, k)


@EVERY
@ASKED
def test_rows_come_once_best_first_and_fewer_are_the_best_of_more(
    retriever: Retriever, by: RankBy, question: str
) -> None:
    found = rank(retriever, question, by)
    rows = [row for row, _ in found]
    assert len(set(rows)) == len(rows) <= 50
    assert all(type(row) is int and type(score) is float for row, score in found)
    assert all(one >= other for (_, one), (_, other) in pairwise(found))
    fewer = rank(retriever, question, by, k=3)
    assert [row for row, _ in fewer] == rows[:3]
    assert [score for _, score in fewer] == pytest.approx([score for _, score in found[:3]], abs=1e-6)
    assert rank(retriever, question, by) == found


def test_bm25_ranks_by_the_lexical_index_alone(retriever: Retriever) -> None:
    question = "semiconductor fund"
    own = retriever.generation.lexical.search_terms(analyse(question), 50)
    found = rank(retriever, question, "bm25")
    assert [row for row, _ in found] == [row for row, _ in own]
    idf = sum(retriever.generation.lexical.idf(term) for term in analyse(question))
    assert [score for _, score in found] == pytest.approx([score / idf for _, score in own], rel=1e-5)
    assert rank(retriever, "zebra", "bm25") == []


def test_dense_ranks_by_the_vectors_alone(retriever: Retriever, word_model: Path) -> None:
    vector = SentenceTransformerEmbedder(str(word_model)).encode(["semiconductor fund"])[0]
    vectors = np.asarray(retriever.generation.vectors.vectors)
    expected = exact_search(vectors, vector, 5)
    found = rank(retriever, "semiconductor fund", "dense", k=5)
    assert [row for row, _ in found] == [row for row, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-5)


@ASKED
def test_rrf_is_those_two_with_equal_weights(retriever: Retriever, question: str) -> None:
    two = [(1.0, [row for row, _ in rank(retriever, question, by, k=12)]) for by in ("bm25", "dense")]
    assert rank(retriever, question, "rrf") == list(fuse(two).items())


@ASKED
def test_fused_is_what_the_reranker_gets(retriever: Retriever, question: str) -> None:
    asked = understood(retriever, question)
    fused = [row for row, _ in retriever.rank(asked, "fused", k=1000)]
    assert fused == retriever.retrieve(asked).candidates.rows.tolist()
    assert {row for row, _ in rank(retriever, question, "rrf", k=1000)} <= set(fused)


@ASKED
def test_reranked_is_what_users_get(small: Pipeline, retriever: Retriever, question: str) -> None:
    with small.opened() as opened:
        found = opened.retriever.rank(understood(opened.retriever, question), "reranked", k=10)
        named = [(opened.generation.passages[row].passage_id, round(score, 4)) for row, score in found]
    assert named == [(one.passage_id, one.score) for one in small.search(question, 10)]


@EVERY
def test_filters_exclude_at_every_stage(retriever: Retriever, by: RankBy) -> None:
    passages = retriever.generation.passages
    for filters, left in ((Filters(doc_ids=(CAMP,)), {CAMP}), (Filters(until="2021"), {ACCORD})):
        found = rank(retriever, QUESTIONS[0], by, filters)
        assert {passages[row].doc_id for row, _ in found} == left
    assert rank(retriever, QUESTIONS[0], by, Filters(since="2099")) == []


def test_a_model_that_does_not_read_the_question_ranks_nothing(small_generation: Generation, word_model: Path) -> None:
    class English(SentenceTransformerEmbedder):
        @property
        def languages(self) -> frozenset[str]:
            return frozenset({"en"})

    english = Retriever(small_generation, English(str(word_model)), 12)
    question = "삼천만원"  # the glossary has no English for it
    lexical = rank(english, question, "bm25")
    assert {small_generation.passages[row].doc_id for row, _ in lexical} == {NEW_LAW}
    assert rank(english, question, "dense") == []
    assert rank(english, question, "rrf") == list(fuse([(1.0, [row for row, _ in lexical])]).items())


def test_only_the_fusion_leaves_out_what_the_question_s_language_has_too(tmp_path: Path, word_model: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    root.mkdir()
    other.mkdir()
    law = "title: AI 기본법\nlanguage: ko\n\nAI 기본법은 과태료 3천만원을 정한다.\n"
    (root / "law.txt").write_text(law, encoding="utf-8")
    english = "title: AI Act\nlanguage: en\ntranslation_of: law\n\nThe AI Act sets a fine of 30 million won.\n"
    (other / "law.en.txt").write_text(english, encoding="utf-8")
    with Pipeline(ingest_into(tmp_path / "home", word_model, root, other)) as pipeline, pipeline.opened() as opened:
        held = {by: len(rank(opened.retriever, "AI 기본법의 fine은?", by)) for by in RANKINGS}
    assert held == {"bm25": 2, "dense": 2, "rrf": 2, "fused": 1, "reranked": 1}


@EVERY
def test_an_empty_index_ranks_nothing(tmp_path: Path, word_model: Path, by: RankBy) -> None:
    (tmp_path / "root").mkdir()
    settings = ingest_into(tmp_path / "home", word_model, tmp_path / "root")
    with Pipeline(settings) as pipeline, pipeline.opened() as opened:
        assert rank(opened.retriever, "What is it?", by) == []
