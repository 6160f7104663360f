"""The pipeline: one place that opens the index, takes up newer ones, and tells what it is doing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.chains import as_langchain_retriever
from app.errors import BadInput
from app.pipeline import MOST_RESULTS, Pipeline
from app.query import NO_FILTERS, Filters
from app.results import Answer, Stage
from app.settings import Settings
from ingest.embedding import SentenceTransformerEmbedder
from ingest.errors import NoIndex, SanghoError, StaleIndex, UnknownSource
from ingest.sync import ingest
from tests.index_fakes import write_document
from tests.small_corpus import ACCORD, CAMP, FILES, NEW_LAW, OLD_LAW, ingest_into, small_settings

FUND = "How large is the semiconductor fund?"


def test_events_are_stages_and_then_the_answer(small: Pipeline) -> None:
    events = list(small.events(FUND, [], NO_FILTERS))
    assert events[0] == Stage("searching")
    assert isinstance(events[-1], Answer)
    assert not any(isinstance(event, Answer) for event in events[:-1])
    asked = small.ask(FUND)
    assert (events[-1].answer, events[-1].citations) == (asked.answer, asked.citations)


def test_events_take_history_and_filters(small: Pipeline) -> None:
    *_, answer = small.events("and in 2023?", ["How often did they meet in 2021?"], Filters(doc_ids=(CAMP,)))
    assert isinstance(answer, Answer)
    assert answer.query == "How often did they meet in 2023?"
    assert {passage.doc_id for passage in answer.evidence} == {CAMP}


def test_an_error_behind_the_events_reaches_whoever_listens(small: Pipeline, tmp_path: Path, word_model: Path) -> None:
    with pytest.raises(BadInput, match="An earlier question"):
        list(small.events("and then?", ["x" * 3000], NO_FILTERS))
    with Pipeline(small_settings(tmp_path, word_model)) as empty, pytest.raises(NoIndex):
        list(empty.events(FUND, [], NO_FILTERS))


def test_listening_can_stop_at_any_event(small: Pipeline) -> None:
    events = small.events(FUND, [], NO_FILTERS)
    assert next(events) == Stage("searching")
    assert isinstance(events, Iterator)
    del events
    assert small.ask(FUND).evidence


@pytest.mark.parametrize("k", [0, -1, MOST_RESULTS + 1])
def test_only_a_sensible_number_of_results_can_be_asked_for(small: Pipeline, k: int) -> None:
    with pytest.raises(BadInput, match=f"{k} results were asked for. Ask for 1 to {MOST_RESULTS}"):
        small.search(FUND, k=k)


def test_search_shows_whole_passages(small: Pipeline) -> None:
    results = small.search("undersea cables", k=MOST_RESULTS)
    assert len(small.search("undersea cables", k=1)) == 1
    for result in results:
        document = small.document(result.doc_id)
        first, last = result.paragraphs
        assert (result.title, result.date) == (document.title, document.date)
        assert 1 <= first <= last
        assert result.text.split("\n")[0] in document.paragraph(first).text
        assert result.text.split("\n")[-1] in document.paragraph(last).text


def test_documents_are_shown_and_unknown_ones_refused(small: Pipeline) -> None:
    assert set(small.documents()) == {name.rpartition(".")[0] for name in FILES}
    assert small.document(ACCORD).title == "The Chips Accord"
    with pytest.raises(UnknownSource, match="'accord'") as caught:
        small.document("accord")
    assert caught.value.remedy == "Run: sangho sources"


def test_documents_are_compared_as_far_as_the_model_reads_them(small: Pipeline, tmp_path: Path) -> None:
    comparison = small.compare(ACCORD, CAMP)
    assert (comparison.left.doc_id, comparison.right.doc_id) == (ACCORD, CAMP)
    assert comparison.paired_by == "both"
    assert any(row.left and row.right for row in comparison.rows)
    with pytest.raises(UnknownSource, match="There is no document 'accord' in the index"):
        small.compare(ACCORD, "accord")
    assert small.compare(NEW_LAW, OLD_LAW).paired_by == "vectors"  # this model is taken to read every language

    root, english_only = tmp_path / "root", SentenceTransformerEmbedder()
    write_document(root, "english", ["The fund holds $5."])
    write_document(root, "korean", ["기금은 5달러이다."], language="ko")
    write_document(root, "too", ["기금은 6달러이다."], language="ko")
    settings = Settings.load(home=tmp_path / "home")
    ingest(settings.home, [root], english_only, settings.passage_tokens, 1_000_000)
    with Pipeline(settings, english_only) as pipeline:
        with pytest.raises(BadInput, match=r"different languages \(Korean and English\)") as caught:
            pipeline.compare("korean", "english")
        assert "SANGHO_EMBEDDING" in caught.value.remedy
        assert pipeline.compare("korean", "too").paired_by == "words"


def test_examples_are_questions_that_are_answered(small: Pipeline) -> None:
    examples = small.examples()
    assert len(examples) <= 4
    assert all(small.ask(question).outcome == "answered" for question in examples)


def test_without_a_chat_model_nothing_is_sent_anywhere(small: Pipeline) -> None:
    assert small.describe_model() == ""
    answer = small.ask(FUND)
    assert (answer.mode, answer.prompts, answer.dropped) == ("extractive", {}, ())
    assert answer.settings_digest == small.settings.digest


def test_a_model_of_word_vectors_reads_texts_of_any_length(small: Pipeline) -> None:
    assert small.embedder.max_tokens > 1_000_000
    assert small.embedder.count_tokens(["word " * 3000]) == [3000]


def test_several_threads_get_what_one_gets(small: Pipeline) -> None:
    questions = [FUND, "quantum sensors", "과태료는 얼마인가?", "Who meets how often?"] * 3
    wanted = [small.ask(question).answer for question in questions]
    answers: dict[int, str] = {}

    def ask(number: int) -> None:
        answers[number] = small.ask(questions[number]).answer

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(questions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answers[number] for number in range(len(questions))] == wanted


def test_a_newer_index_is_taken_up_and_the_older_let_go(tmp_path: Path, word_model: Path) -> None:
    root, home = tmp_path / "root", tmp_path / "home"
    write_document(root, "one", ["The old fund holds $5."])
    with Pipeline(ingest_into(home, word_model, root)) as pipeline:
        before = pipeline.ask("What does the fund hold?")
        write_document(root, "two", ["The new fund holds $7."])
        ingest_into(home, word_model, root)
        after = pipeline.ask("What does the fund hold?")
        assert before.generation != after.generation
        assert (before.coverage.documents, after.coverage.documents) == (1, 2)
        assert set(pipeline.documents()) == {"one", "two"}
        write_document(root, "three", ["The last fund holds $9."])
        ingest_into(home, word_model, root)
        held = {path.name for path in (home / "generations").iterdir()}
        assert before.generation not in held, "nobody reads the first generation any more"
        assert after.generation in held, "the pipeline still reads the second"


def test_closing_twice_and_asking_again_do_no_harm(small_home: Path, word_model: Path) -> None:
    pipeline = Pipeline(small_settings(small_home, word_model)).warm()
    pipeline.close()
    pipeline.close()
    assert pipeline.ask(FUND).evidence
    pipeline.close()


def test_an_index_of_another_model_is_refused_before_anything_is_answered(small_home: Path, word_model: Path) -> None:
    bundled = Settings.load(home=small_home, passage_tokens=80)
    longer = Settings.load(home=small_home, embedding=str(word_model), passage_tokens=81)
    for settings, what in ((bundled, "embedding model"), (longer, "passage limit 80, in use is 81")):
        with Pipeline(settings) as pipeline, pytest.raises(StaleIndex, match=what) as caught:
            pipeline.ask(FUND)
        assert caught.value.remedy == "Run: sangho ingest"


def test_a_home_without_an_index_says_what_to_run(tmp_path: Path, word_model: Path) -> None:
    with Pipeline(small_settings(tmp_path / "none", word_model)) as pipeline:
        for use in (pipeline.documents, pipeline.coverage, pipeline.warm, lambda: pipeline.search("fund")):
            with pytest.raises(SanghoError, match="Run: sangho ingest"):
                use()


def test_retrieval_is_offered_to_chains_of_other_people(small: Pipeline) -> None:
    found = as_langchain_retriever(small, k=3, filters=Filters(doc_ids=(CAMP,))).invoke("undersea cables")
    wanted = small.search("undersea cables", 3, filters=Filters(doc_ids=(CAMP,)))
    assert [(d.id, d.page_content) for d in found] == [(r.passage_id, r.text) for r in wanted]
    assert found[0].metadata == {
        "doc_id": CAMP, "title": wanted[0].title, "date": "2023-08-18",
        "paragraphs": wanted[0].paragraphs, "score": wanted[0].score,
    }  # fmt: skip
