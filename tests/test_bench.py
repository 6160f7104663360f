"""The bench: what it times, how it compares, and the large index that it builds to search."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.columns import Column
from app.document_names import DocumentNames
from app.glossary import Glossary
from app.pipeline import Pipeline
from app.query import Understood, understand
from app.ranking import coverage, describe
from app.retrieve import NAMED_DOCUMENTS, NAMED_PASSAGES, Retriever
from eval.speed import bench, ingesting, timing
from eval.speed.large import CopyEmbedder, build_large, copies, moved
from eval.speed.timing import Measure, interleaved, started, table
from ingest.documents import Document, Paragraph
from ingest.embedding import SentenceTransformerEmbedder
from ingest.errors import StaleIndex
from ingest.generation import Generation
from ingest.index import open_index
from ingest.lexical import LexicalIndex, analyse
from tests.small_corpus import TOKENS, small_settings, write_small_corpus


class Clock:
    """A clock that goes on only when something is done, and notes what was."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.done: list[tuple[str, str]] = []
        monkeypatch.setattr("eval.speed.timing.time.perf_counter", lambda: self.now)

    def action(self, name: str, *seconds: float) -> timing.Action:
        taken = list(seconds)

        def act(given: str) -> None:
            self.done.append((name, given))
            self.now += taken.pop(0) if len(taken) > 1 else taken[0]

        return act


def test_medians_leave_out_the_first_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    actions = {"encode": clock.action("encode", 9.0, 0.001, 0.004, 0.002), "ask": clock.action("ask", 5.0, 0.03)}
    assert interleaved(actions, ["a", "b", "c"], rounds=1) == pytest.approx({"encode": 2.0, "ask": 30.0})


def test_actions_take_turns_and_never_have_the_same_input_at_one_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    names = ("encode", "search", "ask")
    inputs = ["a", "b", "c", "d", "e", "f"]
    interleaved({name: clock.action(name, 0.001) for name in names}, inputs, rounds=2)
    turns = [clock.done[i : i + 3] for i in range(0, len(clock.done), 3)]
    assert len(turns) == 1 + 2 * 6
    assert all([name for name, _ in turn] == list(names) for turn in turns)
    assert all(len({given for _, given in turn}) == 3 for turn in turns)
    for one, other in itertools.pairwise(turns):
        assert not {given for _, given in one} & {given for _, given in other}
    for name in names:
        assert sorted(given for turn in turns[1:] for done, given in turn if done == name) == sorted(inputs * 2)


@pytest.mark.parametrize(
    ("value", "bound", "met"),
    [(2.0, "most", True), (2.01, "most", False), (2.0, "least", True), (1.99, "least", False)],
)
def test_a_target_is_met_on_its_right_side(value: float, bound: str, met: bool) -> None:
    assert Measure("m", value, "ratio", 2.0, bound).met is met  # type: ignore[arg-type]


def test_json_and_table_say_the_same() -> None:
    measures = [
        Measure("search, 10 passages", 2.3456, "ratio", 2, parts={"ms": 23.456, "encoding ms": 10.0}),
        Measure("ingest, throughput", 0.95, "ratio", 0.9, "least"),
        Measure("sangho --help", 0.123, "s", 0.4),
    ]
    assert measures[0].to_json() == {
        "name": "search, 10 passages",
        "value": 2.346,
        "unit": "ratio",
        "target": 2,
        "bound": "most",
        "parts": {"ms": 23.456, "encoding ms": 10.0},
        "met": False,
    }
    lines = [line.split() for line in table(measures).splitlines()]
    assert lines[0] == ["value", "target", "met"]
    assert lines[1] == "search, 10 passages 2.35 x ≤ 2 no ms 23.5; encoding ms 10.0".split()
    assert lines[2] == "ingest, throughput 0.95 x ≥ 0.9 yes".split()
    assert lines[3] == "sangho --help 0.12 s ≤ 0.4 yes".split()


def test_the_command_is_started_for_real(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "STARTS", 1)
    assert 0.01 < started("--help") < 60
    with pytest.raises(subprocess.CalledProcessError):
        started("no-such-command")


def test_only_the_present_files_are_ingested_until_there_are_enough(small_generation: Generation) -> None:
    generation = small_generation
    everything = ingesting.chosen(generation, 10_000)
    assert everything == list(range(len(generation.documents)))
    held = [
        sum(passage.doc_id == doc_id for passage in generation.passages)
        + sum(generation.sentence(row).doc_id == doc_id for row in range(generation.manifest.sentences))
        for doc_id in generation.documents
    ]
    assert ingesting.chosen(generation, held[0]) == [0]
    assert ingesting.chosen(generation, held[0] + 1) == [0, 1]
    assert ingesting.chosen(generation, held[0] + held[1] + 1) == [0, 1, 2]


def test_bare_encoding_is_timed_beside_the_other(word_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    real = SentenceTransformerEmbedder(str(word_model))
    model = real.load()
    encode: Any = model.encode
    sizes: list[int] = []

    def slow_encode(texts: list[str], **options: object) -> object:
        sizes.append(len(texts))
        clock.now += len(texts)
        return encode(texts, **options)

    monkeypatch.setattr(model, "encode", slow_encode)
    texts = [f"text number {number}" for number in range(300)]
    both = ingesting.SideBySide(real)
    done: list[int] = []
    vectors = both.encode(texts, done.append)
    assert sizes == [128, 128, 128, 128, 44, 44]
    assert (both.seconds, both.texts, done) == (300, 300, [300])
    assert np.allclose(vectors, real.encode(texts), atol=1e-6)
    assert both.encode([]).shape == (0, 64)
    assert both.digest == real.digest


def test_gone_files_are_left_out(tmp_path: Path, word_model: Path) -> None:
    from tests.small_corpus import ingest_into

    corpus = write_small_corpus(tmp_path / "corpus")
    settings = ingest_into(tmp_path / "home", word_model, corpus)
    with open_index(settings.home, SentenceTransformerEmbedder(settings.embedding), TOKENS) as generation:
        gone = Path(generation.manifest.indexed[1].path)
        gone.unlink()
        rows = ingesting.chosen(generation, 10_000)
        assert rows == [0, *range(2, len(generation.documents))]
        assert ingesting.copied(generation, rows, tmp_path / "copy")
        assert {path.name for path in (tmp_path / "copy").rglob("*.*")} == {path.name for path in corpus.iterdir()}
        for path in corpus.iterdir():
            path.unlink()
        embedder = SentenceTransformerEmbedder(settings.embedding)
        assert list(ingesting.of_ingesting(settings, embedder, generation, tmp_path / "empty", 0.1)) == []


@given(st.lists(st.floats(-1, 1, width=32), min_size=3, max_size=20).filter(any), st.text(max_size=20))
def test_a_moved_vector_is_near_and_of_length_one(values: list[float], text: str) -> None:
    norm = float(np.linalg.norm(values))
    if norm < 1e-3:
        return
    vector = np.array(values, np.float32) / np.float32(norm)
    there = moved(vector, text)
    assert np.linalg.norm(there) == pytest.approx(1, abs=1e-5)
    assert float(there @ vector) >= np.sqrt(1 - 0.3**2) - 1e-5  # the sine is at most the noise
    assert np.array_equal(there, moved(vector, text))


def test_a_copy_has_its_originals_length_and_a_vector_of_its_own(
    small_generation: Generation, word_model: Path
) -> None:
    real = SentenceTransformerEmbedder(str(word_model))
    copier = CopyEmbedder(real, small_generation)
    text = small_generation.passages[3].indexed_text
    vectors = copier.encode([text, f"⟨1⟩ {text}", f"⟨2⟩ {text}", "semiconductors in Geneva?"])
    assert np.allclose(vectors[0], small_generation.vectors.vectors[3], atol=1e-6)
    assert np.allclose(vectors[3], real.encode(["semiconductors in Geneva?"])[0], atol=1e-6)
    cosines = vectors[:3] @ vectors[:3].T
    assert (cosines > 0.85).all()
    assert cosines[0, 1] < 0.99
    assert cosines[1, 2] < 0.99
    assert copier.count_tokens([f"⟨12⟩ {text}", text]) == real.count_tokens([text]) * 2
    assert copier.encode([]).shape == (0, 64)


def test_the_large_index_is_a_real_one(tmp_path: Path, small_generation: Generation, word_model: Path) -> None:
    generation, real = small_generation, SentenceTransformerEmbedder(str(word_model))
    copier = CopyEmbedder(real, generation)
    manifest = build_large(tmp_path, generation, copier, TOKENS, 2 * len(generation.passages) + 1)
    assert manifest.passages == 3 * len(generation.passages)
    assert manifest.documents == 3 * len(generation.documents)
    assert manifest.sentences == 3 * generation.manifest.sentences
    with pytest.raises(StaleIndex):
        open_index(tmp_path, real, TOKENS)
    settings = small_settings(tmp_path, word_model)
    with Pipeline(settings, copier) as pipeline:
        found = pipeline.search("What sum is spent on semiconductor research in Geneva?")
        assert "$120 million" in " ".join(ranked.text for ranked in found)
        answer = pipeline.ask("What sum is spent on semiconductor research in Geneva?")
        assert answer.coverage.documents == 3 * len(generation.documents)
    texts = [paragraph.text for document in generation.documents.values() for paragraph in document.paragraphs]
    copied = copies(list(generation.documents.values()), 2)
    assert [p.text for document in copied for p in document.paragraphs] == texts * 2


def test_the_bench_measures_everything_and_writes_nothing(
    small_home: Path, word_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(timing, "STARTS", 1)
    monkeypatch.setattr(bench, "QUESTIONS", 3)
    monkeypatch.setattr(bench, "ROUNDS", 1)
    monkeypatch.setenv("SANGHO_EMBEDDING", str(word_model))  # for the command that ingests once more
    monkeypatch.setenv("SANGHO_PASSAGE_TOKENS", str(TOKENS))
    before = _state(small_home)
    assert bench.main(small_settings(small_home, word_model), 60, True) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    measures = json.loads(shown.out)["measures"]
    names = [measure["name"].split(", ")[0] for measure in measures]
    assert names == [
        "sangho --help",
        *("search", "ask"),
        *("search", "search with a date filter", "ask"),
        *("ingest", "ingest again"),
    ]
    assert [measure["target"] for measure in measures] == [0.4, 2, 8, 4, 6, 8, 0.9, 1.0]
    assert all(measure["value"] > 0 for measure in measures[:-1])
    assert _state(small_home) == before


def _state(home: Path) -> dict[str, int]:
    """Sizes of the files that are ours; Chroma touches its database when it reads."""
    return {str(p): p.stat().st_size for p in home.rglob("*") if p.is_file() and "chroma" not in str(p)}


def test_without_an_index_the_bundled_corpus_is_measured(
    tmp_path: Path, word_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(timing, "STARTS", 1)
    monkeypatch.setattr(bench, "QUESTIONS", 2)
    monkeypatch.setattr(bench, "ROUNDS", 1)
    monkeypatch.setattr(ingesting, "MOST_TEXTS", 1)
    monkeypatch.setenv("SANGHO_EMBEDDING", str(word_model))
    monkeypatch.setenv("SANGHO_PASSAGE_TOKENS", str(TOKENS))
    assert bench.main(small_settings(tmp_path / "home", word_model), 0, False) == 0
    shown = capsys.readouterr()
    assert "There is no index yet" in shown.err
    assert len(shown.out.splitlines()) == 1 + 5
    assert not (tmp_path / "home").exists()


# What was made fast gives what the plain way gives.

WORDS = "korea usa chips accord camp david statement joint quantum 반도체 협력".split()
some_words = st.lists(st.sampled_from(WORDS), max_size=8)


@given(st.lists(some_words, min_size=1, max_size=12), some_words, st.data())
def test_coverage_and_holds_by_hand(texts: list[list[str]], words: list[str], data: st.DataObject) -> None:
    index = LexicalIndex.build([" ".join(text) for text in texts])
    terms = analyse(" ".join(words))
    held = [set(analyse(" ".join(text))) for text in texts]
    total = sum(index.idf(term) for term in set(terms)) or 1.0
    expected = [sum(index.idf(term) for term in set(terms) & of_it) / total for of_it in held]
    for _ in range(2):  # worked out, then remembered
        assert index.coverage(terms) == pytest.approx(expected, abs=1e-5)
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=4))
    for term in {*terms, "korea"}:
        assert index.holds(term, rows) == any(term in held[row] for row in rows)


def test_a_remembered_coverage_cannot_be_written_to() -> None:
    index = LexicalIndex.build(["chips", "accord"])
    with pytest.raises(ValueError, match="read-only"):
        index.coverage(["chip"])[0] = 9
    for number in range(30):  # what is forgotten is worked out again
        index.coverage([f"term{number}"])
    assert index.coverage(["chip"]).tolist() == pytest.approx([1, 0])


@given(st.lists(st.tuples(some_words, some_words, st.sampled_from(["", "2021", "2023-08"])), max_size=6), some_words)
def test_documents_are_named_as_by_looking_at_each(
    given_documents: list[tuple[list[str], list[str], str]], question: list[str]
) -> None:
    documents = [
        Document(f"d{i}", " ".join(title), (), date=date, aliases=(" ".join(alias),), type="article")
        for i, (title, alias, date) in enumerate(given_documents)
    ]
    names = DocumentNames(documents)
    terms = tuple(analyse(" ".join(question)))
    weights = [_weight(names, document, terms) for document in documents]
    expected = np.array(weights, np.float64) / max([6.0, *weights])
    assert names.named_in(" ".join(question), terms).affinity == pytest.approx(expected)
    assert names.by_date(float_of_year).tolist() == [float_of_year(document.date) for document in documents]


def float_of_year(date: str) -> float:
    return float(date[:4] or 0)


def _weight(names: DocumentNames, document: Document, terms: tuple[str, ...]) -> float:
    """A term of title or alias counts its idf, one of type alone six tenths of it; a whole alias once more."""
    heads = [tuple(analyse(head)) for head in (*document.aliases, document.title)]
    titled = {term for head in heads for term in head}
    weight = sum(names.idf(term) for term in set(terms) & titled)
    weight += 0.6 * sum(names.idf(term) for term in set(terms) & (set(analyse(document.type)) - titled))
    for head in heads:
        whole = any(terms[at : at + len(head)] == head for at in range(len(terms)))
        weight += sum(names.idf(term) for term in head) if whole and len(head) >= 2 else 0.0
    return weight


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3)), max_size=8), st.integers(-1, 60))
def test_a_paragraph_is_found_as_by_looking_at_each(steps: list[tuple[int, int]], number: int) -> None:
    paragraphs, last = [], 0
    for gap, more in steps:
        paragraphs.append(Paragraph(last + gap, "text", last + gap + more))
        last += gap + more
    document = Document("d", "t", tuple(paragraphs))
    holding = [paragraph for paragraph in paragraphs if paragraph.number <= number <= paragraph.last]
    if holding:
        assert document.paragraph(number) is holding[0]
    else:
        with pytest.raises(KeyError):
            document.paragraph(number)


@pytest.mark.parametrize(("given_policy", "policy"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_threads_that_wait_leave_the_processor_to_others(
    given_policy: str | None, policy: str, word_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "to be put back")
    monkeypatch.delenv("OMP_WAIT_POLICY")
    if given_policy:
        monkeypatch.setenv("OMP_WAIT_POLICY", given_policy)
    SentenceTransformerEmbedder(str(word_model)).load()
    assert os.environ["OMP_WAIT_POLICY"] == policy


def test_a_column_asks_once_for_each_distinct_text() -> None:
    asked: list[str] = []

    def length(text: str) -> float:
        asked.append(text)
        return float(len(text))

    assert Column(["ab", "", "ab", "abc"]).measured(length).tolist() == [2, 0, 2, 3]
    assert asked == ["ab", "", "abc"]
    assert Column([]).measured(length).tolist() == []


QUESTIONS = (
    "What sum is spent on semiconductor research in Geneva?",
    "Which areas does the Camp David statement of 2023 list?",
    "기록을 얼마나 보관하나",
    "What does the law of January 2026 say?",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_passages_best_sentence_is_the_first_of_the_highest(
    question: str, small: Pipeline, small_generation: Generation
) -> None:
    generation, retriever, understood = _parts(question, small, small_generation)
    vectors = retriever._encode(understood)
    rows = np.arange(len(generation.passages), dtype=np.int64)
    lexical = np.zeros(len(rows), np.float32)
    found = describe(generation, understood, vectors, rows, lexical, retriever.unreadable)
    held = coverage(generation.sentence_lexical, understood, understood.topic_terms)
    cosines = np.asarray(generation.sentence_vectors, np.float32) @ vectors.topic
    for row, best in zip(rows.tolist(), found.best_sentence.tolist(), strict=True):
        first, last = generation.passage_table[row, 1:].tolist()
        scores = [float(cosines[at] + held[at]) for at in range(first, last)]
        assert first <= best < last
        assert scores[best - first] == pytest.approx(max(scores), abs=1e-5)
        assert all(score < max(scores) for score in scores[: best - first])


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("filtered", [False, True])
def test_passages_of_named_documents_as_by_looking_at_each(
    question: str, filtered: bool, small: Pipeline, small_generation: Generation
) -> None:
    generation, retriever, understood = _parts(question, small, small_generation)
    lexical = retriever._lexical(understood)
    allowed = (np.arange(len(lexical)) % 2 == 0) if filtered else None
    named = understood.named
    dates = [document.date for document in generation.documents.values()]
    strength = [
        affinity + 0.5 * person + 0.3 * kind + 0.7 * understood.dates.names_year_of(date)
        + understood.dates.names_month_of(date)
        for affinity, person, kind, date in zip(named.affinity, named.person, named.type, dates, strict=True)
    ]  # fmt: skip
    expected: list[int] = []
    for document in sorted(range(len(dates)), key=lambda row: (-strength[row], row))[:NAMED_DOCUMENTS]:
        of_it = [
            row
            for row in range(len(lexical))
            if generation.passage_table[row, 0] == document and (allowed is None or allowed[row])
        ]
        if strength[document] > 0.5:
            expected += sorted(of_it, key=lambda row: (-lexical[row], row))[:NAMED_PASSAGES]
    assert retriever._of_named(understood, lexical, allowed) == expected


def _parts(question: str, pipeline: Pipeline, generation: Generation) -> tuple[Generation, Retriever, Understood]:
    retriever = Retriever(generation, pipeline.embedder)
    known = generation.lexical.terms
    return generation, retriever, understand(question, retriever.names, Glossary.load(), known)
