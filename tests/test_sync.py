"""Synchronising roots: what is read, carried over, outranked, qualified, forgotten, removed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.build import Progress
from ingest.bundled import sha256
from ingest.documents import Document
from ingest.errors import NoIndex, SanghoError, UnknownSource
from ingest.index import open_current
from ingest.manifest import FileRecord
from ingest.naming import assign
from ingest.readers import read_file
from ingest.sync import SyncReport, remove
from tests.index_fakes import LIMIT, FakeEmbedder, run_ingest, write_corpus, write_document

REPOSITORY = Path(__file__).parents[1]


def _counts(report: SyncReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged


def _documents(home: Path) -> dict[str, Document]:
    with open_current(home) as generation:
        return dict(generation.documents)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    write_corpus(tmp_path / "source", "version1")
    return tmp_path / "source"


def test_added_changed_removed_and_unchanged_are_told_apart(home: Path, source: Path) -> None:
    first = run_ingest(home, source)
    assert _counts(first) == (4, 0, 0, 0)
    assert first.failed == ()
    write_document(source, "doc1", ["Now something else."])
    write_document(source, "doc9", ["Something new."])
    (source / "doc3.txt").unlink()
    second = run_ingest(home, source)
    assert _counts(second) == (1, 1, 1, 2)
    documents = _documents(home)
    assert sorted(documents) == ["doc0", "doc1", "doc2", "doc9"]
    assert documents["doc1"].paragraphs[0].text == "Now something else."
    assert second.generation != first.generation


def test_only_what_changed_is_read_and_embedded(home: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_ingest(home, source)
    read: list[str] = []

    def note(path: Path, root: Path, max_bytes: int) -> Document:
        read.append(path.name)
        return read_file(path, root, max_bytes)

    monkeypatch.setattr("ingest.scan.read_file", note)
    write_document(source, "doc9", ["A wholly new sentence."])
    embedder = FakeEmbedder()
    run_ingest(home, source, embedder=embedder)
    assert read == ["doc9.txt"]
    assert sorted(embedder.encoded) == ["A wholly new sentence.", "Title of doc9 | 2024-01-02\nA wholly new sentence."]


def test_nothing_changed_builds_nothing(home: Path, source: Path) -> None:
    first = run_ingest(home, source)
    embedder = FakeEmbedder()
    again = run_ingest(home, source, embedder=embedder)
    assert _counts(again) == (0, 0, 0, 4)
    assert (again.generation, again.passages) == (first.generation, first.passages)
    assert embedder.encoded == []


def test_nothing_changed_imports_nothing_heavy(home: Path, source: Path) -> None:
    run_ingest(home, source)
    code = (
        "import sys; from pathlib import Path; from tests.index_fakes import run_ingest\n"
        f"report = run_ingest(Path({str(home)!r}), Path({str(source)!r}))\n"
        "print(report.unchanged, [n for n in ('torch', 'chromadb', 'bm25s') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == "4 []\n"


def test_other_roots_stay_even_if_their_folder_is_gone(home: Path, source: Path, tmp_path: Path) -> None:
    write_document(tmp_path / "other", "aside", ["Held by another root."])
    run_ingest(home, tmp_path / "other")
    (tmp_path / "other" / "aside.txt").unlink()
    (tmp_path / "other").rmdir()
    report = run_ingest(home, source)
    assert _counts(report) == (4, 0, 0, 0)
    assert _documents(home)["aside"].paragraphs[0].text == "Held by another root."
    with pytest.raises(UnknownSource, match="--forget"):
        run_ingest(home, tmp_path / "other")
    assert run_ingest(home, forget=tmp_path / "other").removed == 1
    assert "aside" not in _documents(home)


def test_a_root_that_is_not_known_cannot_be_forgotten(home: Path, source: Path, tmp_path: Path) -> None:
    run_ingest(home, source)
    with pytest.raises(UnknownSource, match=r"is not a source root\. Source roots are: .*source"):
        run_ingest(home, forget=tmp_path / "elsewhere")


def test_one_file_can_be_a_root(home: Path, source: Path) -> None:
    assert _counts(run_ingest(home, source / "doc2.txt")) == (1, 0, 0, 0)
    assert list(_documents(home)) == ["doc2"]


def test_another_model_or_limit_rebuilds_everything(home: Path, source: Path) -> None:
    first = run_ingest(home, source)
    other = FakeEmbedder("other", dim=48)
    second = run_ingest(home, source, embedder=other)
    assert _counts(second) == (0, 0, 0, 4)
    assert second.generation != first.generation
    assert other.encoded
    third = run_ingest(home, source, limit=24)
    assert third.passages > first.passages


def test_files_that_cannot_be_read_are_named_and_the_rest_goes_in(home: Path, source: Path) -> None:
    (source / "empty.txt").write_bytes(b"")
    (source / "binary.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    write_document(source, "large", ["word " * 3000])
    report = run_ingest(home, source, max_bytes=10_000)
    assert [Path(path).name for path, _ in report.failed] == ["binary.txt", "empty.txt", "large.txt"]
    assert report.added == 4
    again = run_ingest(home, source, max_bytes=10_000)
    assert again.failed == report.failed
    assert again.generation == report.generation
    (source / "empty.txt").write_text("No longer empty.")
    mended = run_ingest(home, source, max_bytes=10_000)
    assert [Path(path).name for path, _ in mended.failed] == ["binary.txt", "large.txt"]
    assert mended.added == 1


def test_a_file_that_breaks_leaves_the_index(home: Path, source: Path) -> None:
    run_ingest(home, source)
    (source / "doc0.txt").write_bytes(b"\0\0\0")
    report = run_ingest(home, source)
    assert _counts(report) == (0, 0, 1, 3)
    assert len(report.failed) == 1
    assert "doc0" not in _documents(home)


def test_a_file_out_of_reach_stays_in_the_index(home: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_ingest(home, source)

    def refuse(path: Path) -> str:
        if path.name == "doc0.txt":
            raise PermissionError(13, "Permission denied")
        return sha256(path)

    monkeypatch.setattr("ingest.scan.sha256", refuse)
    report = run_ingest(home, source)
    assert report.failed[0][1] == "It cannot be read: Permission denied."
    assert "doc0" in _documents(home)
    monkeypatch.undo()
    assert run_ingest(home, source).failed == ()


DIGEST = "---\ntitle: Digest\nedition: digest\n---\n\n[¶1] Retold in other words.\n"


@pytest.mark.parametrize("digest_first", [True, False])
def test_an_original_outranks_a_digest_in_another_root_until_it_is_forgotten(
    home: Path, tmp_path: Path, digest_first: bool
) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "deal.md").write_text(DIGEST, encoding="utf-8")
    write_document(tmp_path / "originals", "deal", ["The original's own words."])
    roots = [tmp_path / "corpus", tmp_path / "originals"]
    for root in roots if digest_first else reversed(roots):
        run_ingest(home, root)
    assert {name: document.edition for name, document in _documents(home).items()} == {"deal": "original"}
    assert _counts(run_ingest(home, *roots)) == (0, 0, 0, 2)
    (tmp_path / "corpus" / "deal.md").unlink()  # its text is remembered
    run_ingest(home, forget=tmp_path / "originals")
    assert {name: document.edition for name, document in _documents(home).items()} == {"deal": "digest"}


def test_files_of_one_name_are_qualified_by_their_folder(home: Path, tmp_path: Path) -> None:
    for folder in ("2023", "2024", "old/2024"):
        write_document(tmp_path / "source" / folder, "minutes", [f"Held in {folder}."])
    run_ingest(home, tmp_path / "source")
    texts = {name: document.paragraphs[0].text for name, document in _documents(home).items()}
    assert texts == {
        "minutes": "Held in 2023.",
        "2024/minutes": "Held in 2024.",
        "2024/minutes.txt": "Held in old/2024.",
    }
    write_document(tmp_path / "source" / "2022", "minutes", ["Held in 2022."])
    run_ingest(home, tmp_path / "source")
    assert _documents(home)["minutes"].paragraphs[0].text == "Held in 2023."  # who has the name keeps it
    assert _documents(home)["2022/minutes"].paragraphs[0].text == "Held in 2022."


def test_a_root_inside_another_takes_its_files_over(home: Path, source: Path) -> None:
    write_document(source / "inner", "deep", ["Deep inside."])
    run_ingest(home, source)
    assert _counts(run_ingest(home, source / "inner")) == (0, 0, 0, 1)
    assert _counts(run_ingest(home, source)) == (0, 0, 0, 4)
    assert _documents(home)["deep"].root == str(source / "inner")
    run_ingest(home, forget=source / "inner")
    assert "deep" not in _documents(home)
    assert run_ingest(home, source).added == 1


def test_a_removed_document_stays_out_until_its_file_changes(home: Path, source: Path) -> None:
    run_ingest(home, source)
    report = remove(home, "doc1", FakeEmbedder(), LIMIT)
    assert _counts(report) == (0, 0, 1, 0)
    assert sorted(_documents(home)) == ["doc0", "doc2", "doc3"]
    assert _counts(run_ingest(home, source)) == (0, 0, 0, 4)
    assert "doc1" not in _documents(home)
    write_document(source, "doc1", ["Rewritten."])
    assert _counts(run_ingest(home, source)) == (0, 1, 0, 3)
    assert "doc1" in _documents(home)


def test_removing_an_original_takes_the_digest_it_outranked_with_it(home: Path, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "deal.md").write_text(DIGEST, encoding="utf-8")
    write_document(tmp_path / "originals", "deal", ["The original's own words."])
    run_ingest(home, tmp_path / "corpus", tmp_path / "originals")
    remove(home, "deal", FakeEmbedder(), LIMIT)
    assert _documents(home) == {}


def test_removing_what_is_not_there_says_so(home: Path, source: Path) -> None:
    with pytest.raises(NoIndex):
        remove(home, "doc1", FakeEmbedder(), LIMIT)
    run_ingest(home, source)
    with pytest.raises(UnknownSource, match=r"no document 'doc77'.*Run: sangho sources"):
        remove(home, "doc77", FakeEmbedder(), LIMIT)


def test_progress_counts_documents_then_passages(home: Path, source: Path) -> None:
    seen: list[Progress] = []
    report = run_ingest(home, source, on_progress=seen.append)
    reading = [p.documents_done for p in seen if p.note == "Reading"]
    assert reading == [0, 1, 2, 3, 4]
    embedding = [p.passages_done for p in seen if p.note == "Embedding"]
    assert embedding[0] == 0
    assert embedding[-1] == report.passages == seen[-1].passages_total
    assert seen[-1].note == "Building the index"


def test_a_home_inside_a_root_is_not_read(source: Path) -> None:
    write_document(source / ".." / "source" / "home", "inside", ["Not a source."])
    assert run_ingest(source / "home", source).added == 4


def test_added_files_in_the_home_are_read_as_roots_of_their_own_and_nothing_else_there_is(source: Path) -> None:
    home = source / "home"
    batch = write_document(home / "files" / "owner" / "batch", "added", ["A person added this."]).parent
    write_document(home / "generations" / "old", "generated", ["Not a source."])
    write_document(home / "cache", "cached", ["Not a source."])
    write_document(home, "stray", ["Not a source."])
    write_document(home / "files-of-another", "beside", ["Not a source."])
    assert run_ingest(home, source).added == 4
    assert _counts(run_ingest(home, batch)) == (1, 0, 0, 0)
    assert _counts(run_ingest(home, source)) == (0, 0, 0, 4)  # its own root keeps it
    documents = _documents(home)
    assert sorted(documents) == ["added", "doc0", "doc1", "doc2", "doc3"]
    assert documents["added"].root == str(batch)
    for root in (home, home / "files", home / "generations", home / "cache", home / "files-of-another"):
        assert _counts(run_ingest(home, root)) == (0, 0, 0, 0)
    assert sorted(_documents(home)) == ["added", "doc0", "doc1", "doc2", "doc3"]


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path, source: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SanghoError, match=r"cannot be written: .* SANGHO_HOME"):
        run_ingest(tmp_path / "file" / "home", source)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name")
def test_a_file_name_that_is_not_unicode_is_named_and_remembered(home: Path, source: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(source) + b"/odd\xff.txt"))
    path.write_text("Words in an oddly named file.")
    first = run_ingest(home, source)
    assert [name for name, _ in first.failed] == [str(path)]
    assert first.added == 4
    assert run_ingest(home, source).generation == first.generation


_NAMES = st.sampled_from(["a", "b", "minutes"])
_FILES = st.lists(
    st.tuples(_NAMES, st.sampled_from(["/r1", "/r2"]), st.sampled_from(["", "/x", "/y/x"]),
              st.sampled_from([".txt", ".md"]), st.sampled_from(["original", "digest"]),
              st.sampled_from(["indexed", "removed"])),
    max_size=14, unique_by=lambda row: (row[0], row[1], row[2], row[3]),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(files=_FILES, shuffled=st.randoms(use_true_random=False))
def test_names_are_unique_originals_first_and_nothing_is_skipped(files, shuffled) -> None:  # type: ignore[no-untyped-def]
    records = [
        FileRecord(f"{root}{folder}/{name}{suffix}", root, "d" * 64, "1", name, edition, state=state)
        for name, root, folder, suffix, edition, state in files
    ]
    decided = assign(records, ["/r1", "/r2"])
    mixed = list(records)
    shuffled.shuffle(mixed)
    assert assign(mixed, ["/r1", "/r2"]) == decided
    indexed = [record for record in decided if record.state == "indexed"]
    assert len({record.doc_id for record in indexed}) == len(indexed)
    assert len(decided) == len(records)
    for name in {record.name for record in records if record.state != "removed"}:
        group = [record for record in decided if record.name == name and record.state != "removed"]
        editions = {record.edition for record in group}
        winner = "original" if "original" in editions else "digest"
        assert all((record.state == "indexed") == (record.edition == winner) for record in group)
        assert sum(record.doc_id == name for record in group) == 1
