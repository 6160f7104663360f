"""What a generation holds, how it is opened, and when it is refused."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cache import VectorCache
from ingest.documents import Document, Paragraph, Passage, Span
from ingest.embedding import SentenceTransformerEmbedder
from ingest.errors import BrokenIndex, NoIndex, StaleIndex
from ingest.generation import Generation
from ingest.index import collect, open_current, open_index
from ingest.manifest import FORMAT, Manifest, Recipe, read_manifest
from ingest.records import document_from_line, document_to_line, passage_from_line, passage_to_line
from ingest.sync import ingest
from tests.index_fakes import LIMIT, FakeEmbedder, run_ingest, write_corpus, write_document

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_corpus(tmp_path / "source", "version1")
    run_ingest(tmp_path / "home", tmp_path / "source")
    return tmp_path / "home"


def _open(home: Path) -> Generation:
    return open_index(home, FakeEmbedder(), LIMIT)


def test_a_generation_gives_back_what_went_in(home: Path) -> None:
    embedder = FakeEmbedder()
    with _open(home) as generation:
        assert list(generation.documents) == ["doc0", "doc1", "doc2", "doc3"]
        assert generation.documents["doc1"].title == "Title of doc1"
        assert generation.manifest.passages == len(generation.passages) == len(generation.vectors)
        for row, passage in enumerate(generation.passages):
            assert generation.row_of(passage.passage_id) == row
            document = generation.documents[passage.doc_id]
            parts = [document.paragraph(span.paragraph).text[span.start : span.end] for span in passage.spans]
            assert passage.text == "\n".join(parts)
            assert generation.vectors.search(embedder.encode([passage.indexed_text])[0], 1)[0][0] == row
        assert generation.passages[1:3] == [generation.passages[1], generation.passages[2]]
        assert generation.passages[-1].doc_id == "doc3"


def test_sentences_have_their_places_and_vectors(home: Path) -> None:
    with _open(home) as generation:
        sentences = generation.sentences("doc2", 3)
        first, second = sentences
        assert first.text == "Paragraph 2 of document 2 in version1 speaks of subject 202."
        assert second.text == "Its second sentence stands in version1 as well."
        assert list(generation.sentence_rows("doc2", 3)) == [first.row, second.row]
        rows = [s.row for d in generation.documents for n in range(1, 9) for s in generation.sentences(d, n)]
        assert rows == list(range(generation.manifest.sentences)) == list(range(64))
        assert generation.sentence(first.row) == first
        vectors = np.asarray(generation.sentence_vectors[[first.row, second.row]], np.float32)
        exact = FakeEmbedder().encode([first.text, second.text])
        assert np.abs(vectors - exact).max() < 5e-4  # half precision
        for unknown in (("doc2", 99), ("nothing", 1)):
            with pytest.raises(KeyError):
                generation.sentences(*unknown)


def test_a_digests_block_answers_for_every_paragraph_it_retells(tmp_path: Path) -> None:
    digest = "---\ntitle: T\nedition: digest\n---\n\n[¶2] Opens.\n\n[¶5-7] Retells three. At once.\n"
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "d.md").write_text(digest, encoding="utf-8")
    run_ingest(tmp_path / "home", tmp_path / "source")
    with _open(tmp_path / "home") as generation:
        assert [s.text for s in generation.sentences("d", 6)] == ["Retells three.", "At once."]
        assert generation.sentence_rows("d", 5) == generation.sentence_rows("d", 7) == range(1, 3)
        with pytest.raises(KeyError):
            generation.sentences("d", 3)


def test_an_index_without_documents_opens_and_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    report = run_ingest(tmp_path / "home", tmp_path / "source")
    assert report.passages == 0
    with _open(tmp_path / "home") as generation:
        generation.warm()
        assert len(generation.documents) == len(generation.passages) == 0
        assert generation.vectors.search(FakeEmbedder().encode(["q"])[0], 5) == []
        assert generation.lexical.search("anything", 5) == []
        assert generation.sentence_vectors.shape == (0, 32)


def test_nothing_ingested_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NoIndex, match="Run: sangho ingest"):
        _open(tmp_path / "nowhere")


def test_another_recipe_is_refused_and_both_values_named(home: Path) -> None:
    other = FakeEmbedder("other")
    expected = rf"embedding model fake \({FakeEmbedder().digest[:12]}\), in use is other \({other.digest[:12]}\)"
    with pytest.raises(StaleIndex, match=expected) as caught:
        open_index(home, other, LIMIT)
    assert caught.value.remedy == "Run: sangho ingest"
    with pytest.raises(StaleIndex, match=rf"passage limit {LIMIT}, in use is 99"):
        open_index(home, FakeEmbedder(), 99)


@pytest.mark.parametrize("name", ["splitter", "analyser"])
def test_another_splitter_or_analyser_is_refused(home: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"ingest.manifest.{name.upper()}", "next/9")
    with pytest.raises(StaleIndex, match=f"built with {name} .*, in use is next/9"):
        _open(home)
    run_ingest(home)
    _open(home).close()


def _break(path: Path, how: str) -> None:
    if how == "missing":
        path.unlink()
    elif how == "cut short":
        path.write_bytes(path.read_bytes()[:-7])
    else:
        path.write_bytes(b"")


@pytest.mark.parametrize("how", ["missing", "cut short", "empty"])
@pytest.mark.parametrize(
    "name",
    ["manifest.json", "documents.jsonl", "aside.jsonl", "passages.jsonl", "vectors.npy", "sentences.npy",
     "sentence_vectors.npy", "lexical/rows", "lexical/indptr.csc.index.npy"],
)  # fmt: skip
def test_a_broken_generation_is_refused_and_the_next_ingest_mends_it(home: Path, name: str, how: str) -> None:
    with _open(home) as generation:
        path, before = generation.folder / name, generation.manifest
    if not path.stat().st_size:
        how = "missing"  # nothing to cut
    _break(path, how)
    with pytest.raises(BrokenIndex, match="Run: sangho ingest"):
        _open(home)
    roots = [Path(root) for root in before.roots] if name == "manifest.json" else []
    run_ingest(home, *roots)
    with _open(home) as mended:
        assert list(mended.documents) == [record.doc_id for record in before.indexed]
        assert mended.manifest.passages == before.passages
    assert len(list((home / "generations").iterdir())) == 1


def test_garbage_of_the_right_size_is_found_when_it_is_read_and_mended(home: Path) -> None:
    with _open(home) as generation:
        path = generation.folder / "documents.jsonl"
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([b"x" * len(lines[0]), *lines[1:]]))
    with _open(home) as generation, pytest.raises(BrokenIndex, match="document that cannot be read"):
        generation.documents["doc0"]
    write_document(Path(generation.manifest.roots[0]), "new", ["One more."])
    run_ingest(home, Path(generation.manifest.roots[0]))
    with _open(home) as mended:
        assert [len(document.paragraphs) for document in mended.documents.values()] == [8, 8, 8, 8, 1]


@pytest.mark.parametrize("text", ["../../etc", "", "0123456789ab", "\xff"])
def test_a_pointer_to_nothing_is_refused_and_mended(home: Path, tmp_path: Path, text: str) -> None:
    (home / "CURRENT").write_bytes(text.encode("latin-1"))
    with pytest.raises(BrokenIndex, match="Run: sangho ingest"):
        _open(home)
    run_ingest(home, tmp_path / "source")
    _open(home).close()


def test_a_generation_that_is_read_stays_until_it_is_closed(home: Path, tmp_path: Path) -> None:
    reading = _open(home)
    write_corpus(tmp_path / "source", "version2")
    run_ingest(home, tmp_path / "source")
    assert len(list((home / "generations").iterdir())) == 2
    assert "version1" in reading.passages[0].text
    assert len(reading.vectors.search(FakeEmbedder().encode(["q"])[0], 5)) == 5
    assert len(reading.lexical.search("paragraph", 5)) == 5
    reading.close()
    reading.close()
    collect(home)
    assert len(list((home / "generations").iterdir())) == 1


def test_what_killed_ingests_left_is_collected(home: Path, tmp_path: Path) -> None:
    for name in ("0123456789ab.partial", "0123456789ab.dead", "ffffffffffff"):
        (home / "generations" / name / "chroma").mkdir(parents=True)
    run_ingest(home, tmp_path / "source")
    assert len(list((home / "generations").iterdir())) == 1


def test_the_same_documents_make_the_same_generation(tmp_path: Path) -> None:
    ids = set()
    for place in ("one", "two"):
        write_corpus(tmp_path / place / "source", "version1")
        ids.add(run_ingest(tmp_path / place / "home", tmp_path / place / "source").generation)
    assert len(ids) == 1
    assert run_ingest(tmp_path / "two" / "home", embedder=FakeEmbedder("other")).generation not in ids


def test_the_manifest_reads_as_it_was_written(home: Path, tmp_path: Path) -> None:
    with open_current(home) as generation:
        manifest = generation.manifest
    assert manifest.recipe == Recipe.of(FakeEmbedder(), LIMIT)
    assert (manifest.documents, manifest.sentences, manifest.dim, manifest.approximate) == (4, 64, 32, True)
    odd = replace(manifest, roots=("/a\udcff", "/나"))  # a file name that is not Unicode
    odd.write(tmp_path)
    assert read_manifest(tmp_path) == odd
    replace(manifest, format=99).write(tmp_path)
    with pytest.raises(BrokenIndex, match=f"format 99, this version reads {FORMAT}"):
        read_manifest(tmp_path)
    assert isinstance(manifest, Manifest)


def test_a_text_is_embedded_once_however_often_it_occurs(tmp_path: Path) -> None:
    first = FakeEmbedder()
    cache = VectorCache(tmp_path, first)
    vectors = cache.vectors(["a", "b", "a"])
    cache.close()
    assert sorted(first.encoded) == ["a", "b"]
    second = FakeEmbedder()
    cache = VectorCache(tmp_path, second)
    assert np.array_equal(cache.vectors(["a", "b", "a"]), vectors)
    assert np.array_equal(cache.vectors(["c", "b"])[1], vectors[1])
    assert cache.vectors([]).shape == (0, 32)
    cache.close()
    assert second.encoded == ["c"]
    other = FakeEmbedder("other")
    cache = VectorCache(tmp_path, other)
    cache.vectors(["a"])
    cache.close()
    assert other.encoded == ["a"]


def test_a_cache_that_is_no_database_is_started_afresh(tmp_path: Path) -> None:
    (tmp_path / "vectors.sqlite").write_bytes(b"no database at all" * 100)
    cache = VectorCache(tmp_path, FakeEmbedder())
    assert cache.vectors(["a"]).shape == (1, 32)
    cache.close()


def test_the_cache_drops_what_nobody_uses_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.cache._SLACK", 3)
    embedder = FakeEmbedder()
    cache = VectorCache(tmp_path, embedder)
    cache.vectors(["a", "b", "c", "d", "e"])
    cache.prune(["a"])  # 5 held, 2 + 3 allowed
    cache.vectors(["e", "f"])
    assert embedder.encoded.count("e") == 1
    cache.prune(["a"])
    cache.vectors(["a", "b"])
    cache.close()
    assert [embedder.encoded.count(text) for text in "ab"] == [1, 2]


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(_TEXT, max_size=4), page=st.none() | st.integers(1, 9), alias=_TEXT)
def test_documents_and_passages_survive_being_written(texts: list[str], page: int | None, alias: str) -> None:
    paragraphs = tuple(Paragraph(i, text, i + 1, page, i % 2 == 0) for i, text in enumerate(texts, 1))
    document = Document("id", "title", paragraphs, aliases=(alias, "b"), complete=False, edition="digest")
    line = document_to_line(document)
    assert "\n" not in line
    assert document_from_line(line.encode()) == document
    passage = Passage("id#1", "id", alias, (Span(1, 0, 3), Span(2, 4, 5)), "context", page)
    assert passage_from_line(passage_to_line(passage).encode()) == passage


@pytest.mark.parametrize("module", ["sync", "index", "generation", "build", "vectors", "cache", "embedding", "naming"])
def test_importing_brings_nothing_heavy_in(module: str) -> None:
    heavy = ["torch", "chromadb", "bm25s", "sentence_transformers", "transformers", "langchain_core", "gradio"]
    code = f"import ingest.{module}, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_real_model_finds_the_paragraph_that_speaks_of_it(tmp_path: Path) -> None:
    write_document(tmp_path / "source", "money", ["Korean firms invest billions of dollars in American AI companies."])
    write_document(tmp_path / "source", "law", ["The court ruled that the patent had expired."])
    embedder = SentenceTransformerEmbedder()
    ingest(tmp_path / "home", [tmp_path / "source"], embedder, 160, 1_000_000)
    with open_index(tmp_path / "home", embedder, 160) as generation:
        query = embedder.encode(["How much do Koreans put into US artificial intelligence?"])[0]
        assert generation.passages[generation.vectors.search(query, 1)[0][0]].doc_id == "money"
        assert generation.passages[generation.lexical.search("expired patent", 1)[0][0]].doc_id == "law"
