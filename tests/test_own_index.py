"""Indexes made to measure on: complete, made once, apart from the home's own, and as private as that."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.errors import BadInput
from app.pipeline import Pipeline
from app.roots import Roots
from app.settings import Settings
from eval.sets import own_index
from eval.sets.own_index import index_corpus, index_home
from eval.sets.remembering import Remembering
from ingest.build import Progress
from ingest.documents import Document
from ingest.errors import IngestRunning, NoIndex, SanghoError
from ingest.generation import Generation
from ingest.index import current_id, open_current
from ingest.locking import hold_alone
from tests.index_fakes import LIMIT, FakeEmbedder, run_ingest, write_document

CORPUS: Sequence[Mapping[str, Any]] = (
    {"_id": "a", "title": "Chips", "text": "Chips are made.\n\nOf  sand.", "metadata": {"date": "2021-05", "x": 1}},
    {"_id": "ｂ/2", "text": "모래는 강에서 나온다. 강은 길다.", "metadata": {"date": "last week", "issuer": "River"}},
    {"_id": "c", "title": "Only a title", "text": " \n"},
    {"_id": "d", "text": "\u200b"},
    {"_id": "e", "title": "Long", "text": " ".join(f"Sentence {n} is here." for n in range(60)), "metadata": [1]},
)


def written(folder: Path, rows: Sequence[Mapping[str, Any]] = CORPUS) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def settings_of(home: Path, tokens: int = LIMIT) -> Settings:
    return Settings.load(home=home, passage_tokens=tokens)


def documents_in(settings: Settings) -> dict[str, Document]:
    with open_current(settings.home) as generation:
        return dict(generation.documents)


def read(settings: Settings, take: Callable[[Generation], Any]) -> Any:
    with open_current(settings.home) as generation:
        return take(generation)


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


def test_each_line_becomes_a_document(tmp_path: Path, embedder: FakeEmbedder) -> None:
    own = index_corpus(written(tmp_path / "set"), settings_of(tmp_path / "home"), embedder)
    held = documents_in(own)
    assert [(d.doc_id, d.title, d.date, d.issuer, d.language) for d in held.values()] == [
        ("a", "Chips", "2021-05", "", "en"),
        ("ｂ/2", "", "", "River", "ko"),
        ("c", "Only a title", "", "", "en"),
        ("e", "Long", "", "", "en"),
    ]
    texts = {doc_id: [(p.number, p.text) for p in document.paragraphs] for doc_id, document in held.items()}
    assert texts["a"] == [(1, "Chips are made."), (2, "Of sand.")]
    assert texts["c"] == [(1, "Only a title")]
    assert own.home.parent == tmp_path / "home" / "eval"
    assert (own.passage_tokens, own.digest) == (LIMIT, settings_of(tmp_path / "home").digest)


def test_whole_documents_are_one_passage_where_there_is_room(tmp_path: Path, embedder: FakeEmbedder) -> None:
    written(tmp_path / "set")
    homes = {
        tokens: index_corpus(tmp_path / "set", settings_of(tmp_path / "h", tokens), embedder) for tokens in (60, 999)
    }
    passages = {
        tokens: read(own, lambda generation: [(p.doc_id, p.indexed_text) for p in generation.passages])
        for tokens, own in homes.items()
    }
    assert [doc_id for doc_id, _ in passages[60]].count("e") > 1
    assert [doc_id for doc_id, _ in passages[999]] == ["a", "ｂ/2", "c", "e"]
    assert passages[999][0][1] == "Chips | 2021-05\nChips are made.\nOf sand."
    assert homes[60].home != homes[999].home


def test_it_is_made_once_and_again_when_something_changes(tmp_path: Path, embedder: FakeEmbedder) -> None:
    folder, settings = written(tmp_path / "set"), settings_of(tmp_path / "home")
    seen: list[Progress] = []
    first = index_corpus(folder, settings, embedder, seen.append)
    assert {"Splitting documents", "Embedding", "Building the index"} <= {progress.note for progress in seen}
    encoded = len(embedder.encoded)
    seen.clear()
    assert index_corpus(folder, settings, embedder, seen.append) == first
    shutil.copytree(folder, tmp_path / "copy")
    assert index_corpus(tmp_path / "copy", settings, embedder, seen.append) == first
    assert (seen, len(embedder.encoded)) == ([], encoded)
    other = FakeEmbedder("other")
    assert index_corpus(folder, settings, other).home != first.home
    written(folder, [*CORPUS, {"_id": "f", "text": "One more."}])
    more = index_corpus(folder, settings, embedder)
    assert more.home != first.home
    assert [text for text in embedder.encoded[encoded:] if "Sentence" in text] == []  # remembered
    assert set(documents_in(more)) - set(documents_in(first)) == {"f"}


def test_a_damaged_one_is_made_anew(tmp_path: Path, embedder: FakeEmbedder) -> None:
    folder, settings = written(tmp_path / "set"), settings_of(tmp_path / "home")
    own = index_corpus(folder, settings, embedder)
    before = documents_in(own)
    (own.home / "generations" / current_id(own.home) / "documents.jsonl").unlink()
    assert index_corpus(folder, settings, embedder) == own
    assert documents_in(own) == before
    assert len([path for path in (own.home / "generations").iterdir() if path.is_dir()]) == 1
    (own.home / "CURRENT").write_text("0123456789ab\n", encoding="ascii")
    assert index_corpus(folder, settings, embedder) == own
    assert documents_in(own) == before


def test_the_home_s_own_index_stays_as_it_is(tmp_path: Path, embedder: FakeEmbedder) -> None:
    home = tmp_path / "home"
    write_document(tmp_path / "root", "one", ["The fund holds $5."])
    run_ingest(home, tmp_path / "root")
    before = current_id(home)
    own = index_corpus(written(tmp_path / "set"), settings_of(home), embedder)
    other = index_home(settings_of(home, 999), embedder)
    run_ingest(home, tmp_path / "root")
    assert current_id(home) == before
    assert set(documents_in(settings_of(home))) == {"one"} == set(documents_in(other))
    assert "one" not in documents_in(own)


def test_the_home_s_documents_are_indexed_with_other_settings(tmp_path: Path) -> None:
    home, embedder = tmp_path / "home", FakeEmbedder()
    write_document(tmp_path / "root", "one", [f"Paragraph {n} of it says {n * 7}." for n in range(40)])
    run_ingest(home, tmp_path / "root", embedder=embedder)
    encoded = set(embedder.encoded)
    embedder.encoded.clear()
    longer = index_home(settings_of(home, 200), embedder)
    sizes = {
        settings: read(settings, lambda generation: len(generation.passages))
        for settings in (settings_of(home), longer)
    }
    assert sizes[longer] < sizes[settings_of(home)]
    assert documents_in(longer) == documents_in(settings_of(home))
    new = set(embedder.encoded) - encoded
    assert new  # the longer passages
    assert set(embedder.encoded) == new  # sentences, and what is as it was, come from the home's cache
    assert all("\n" in text for text in new)
    embedder.encoded.clear()
    assert index_home(settings_of(home, 200), embedder) == longer
    assert embedder.encoded == []
    model = FakeEmbedder("larger", dim=16)
    with_model = index_home(settings_of(home, 200), model)
    assert read(with_model, lambda generation: generation.vectors.vectors.shape[1]) == 16
    assert read(with_model, lambda generation: generation.manifest.recipe.model) == "larger"


def test_the_same_settings_need_no_other_index(tmp_path: Path, embedder: FakeEmbedder) -> None:
    write_document(tmp_path / "root", "one", ["The fund holds $5."])
    run_ingest(tmp_path / "home", tmp_path / "root")
    settings = settings_of(tmp_path / "home")
    assert index_home(settings, embedder) is settings
    assert not (tmp_path / "home" / "eval").exists()
    with pytest.raises(NoIndex):
        index_home(settings_of(tmp_path / "none"), embedder)


def test_when_the_home_changes_so_does_what_is_measured(tmp_path: Path, embedder: FakeEmbedder) -> None:
    home = tmp_path / "home"
    write_document(tmp_path / "root", "one", ["The fund holds $5."])
    run_ingest(home, tmp_path / "root")
    first = index_home(settings_of(home, 200), embedder)
    write_document(tmp_path / "root", "two", ["The fund holds $6."])
    run_ingest(home, tmp_path / "root")
    second = index_home(settings_of(home, 200), embedder)
    assert (set(documents_in(first)), set(documents_in(second))) == ({"one"}, {"one", "two"})


def test_what_must_stay_on_this_machine_stays_there(tmp_path: Path, embedder: FakeEmbedder) -> None:
    home, root = tmp_path / "home", tmp_path / "root"
    write_document(root, "one", ["The fund holds $5."])
    run_ingest(home, root)
    assert Roots(index_home(settings_of(home, 200), embedder).home).local_only() == frozenset()
    Roots(home).mark_local_only(str(root), flag=True)
    own = index_home(settings_of(home, 200), embedder)
    assert Roots(own.home).local_only() == {str(root)}
    assert {document.root for document in documents_in(own).values()} == {str(root)}
    (home / "roots.json").unlink()
    assert Roots(index_home(settings_of(home, 200), embedder).home).local_only() == frozenset()


def test_it_is_asked_and_searched_like_any_other(tmp_path: Path, word_model: Path) -> None:
    from ingest.embedding import SentenceTransformerEmbedder

    settings = Settings.load(home=tmp_path / "home", embedding=str(word_model), passage_tokens=200)
    own = index_corpus(written(tmp_path / "set"), settings, SentenceTransformerEmbedder(str(word_model)))
    with Pipeline(own) as pipeline:
        assert pipeline.search("Of what are chips made?")[0].doc_id == "a"
        answer = pipeline.ask("Of what are chips made?")
        assert answer.coverage.documents == 4
        assert answer.settings_digest == settings.digest


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "holds no document with text"),
        ([{"_id": "a", "text": "  "}], "holds no document with text"),
        ([CORPUS[0], CORPUS[0]], "line 2, has the _id 'a', as line 1 has"),
        (CORPUS, "holds more than 3 documents"),
    ],
)
def test_a_corpus_that_cannot_be_indexed_is_refused_and_leaves_nothing(
    tmp_path: Path,
    embedder: FakeEmbedder,
    monkeypatch: pytest.MonkeyPatch,
    rows: Sequence[Mapping[str, Any]],
    told: str,
) -> None:
    monkeypatch.setattr(own_index, "MOST_DOCUMENTS", 3)
    settings = settings_of(tmp_path / "home")
    with pytest.raises(BadInput, match=told):
        index_corpus(written(tmp_path / "set", rows), settings, embedder)
    assert all(not any((home / "generations").iterdir()) for home in (tmp_path / "home" / "eval").glob("?" * 12))
    with pytest.raises(BadInput, match="cannot be read"):
        index_corpus(tmp_path / "none", settings, embedder)


def test_killed_while_it_is_made_it_is_made_the_next_time(tmp_path: Path, embedder: FakeEmbedder) -> None:
    folder, settings = written(tmp_path / "set"), settings_of(tmp_path / "home")

    def stop(progress: Progress) -> None:
        if progress.note == "Building the index":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_corpus(folder, settings, embedder, stop)
    encoded = len(embedder.encoded)
    assert len(documents_in(index_corpus(folder, settings, embedder))) == 4
    assert len(embedder.encoded) == encoded  # all remembered


def test_two_do_not_build_at_once(tmp_path: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, settings = written(tmp_path / "set"), settings_of(tmp_path / "home")
    own = index_corpus(folder, settings, embedder)
    held = hold_alone(own.home)
    assert held is not None
    monkeypatch.setattr(own_index, "WAIT", 0.1)
    with pytest.raises(IngestRunning):
        index_corpus(folder, settings, embedder)
    monkeypatch.setattr(own_index, "WAIT", 30.0)
    timer = threading.Timer(0.2, held.close)
    timer.start()
    assert index_corpus(folder, settings, embedder) == own
    timer.join()


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path, embedder: FakeEmbedder) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(SanghoError, match="cannot be written"):
        index_corpus(written(tmp_path / "set"), settings_of(tmp_path / "file"), embedder)


def test_what_is_remembered_is_what_was_encoded(tmp_path: Path) -> None:
    texts = ["one", "two", "one"]
    for embedder in (FakeEmbedder(), FakeEmbedder()):
        done: list[int] = []
        with Remembering(embedder, tmp_path) as remembering:
            vectors = remembering.encode(texts, done.append)
        assert np.array_equal(vectors, embedder.encode(texts))
        assert done == [3]
    assert embedder.encoded == texts  # only the comparison encoded anything
    assert np.array_equal(Remembering(FakeEmbedder(), tmp_path).encode(texts), vectors)  # not opened: plain


def test_without_a_usable_cache_everything_is_encoded(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    embedder = FakeEmbedder()
    with Remembering(embedder, tmp_path / "file") as remembering:
        assert np.array_equal(remembering.encode(["one"]), FakeEmbedder().encode(["one"]))
