"""A person's own files: hostile names, limits, links, full disks, threads, kills; and what the index has of them."""

from __future__ import annotations

import errno
import itertools
import os
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.file_names import FileRefused, parts_of
from app.own_files import Added, Batch, IndexSync, OwnFiles
from app.roots import ROOTS_FILE, Roots, owner_of
from ingest.build import OnProgress, Progress
from ingest.embedding import SentenceTransformerEmbedder
from ingest.errors import BrokenIndex, NoSpace, SanghoError, UnknownSource
from ingest.index import open_current, open_index
from ingest.manifest import FailedFile, FileRecord, Manifest, Recipe
from ingest.readers import find_files
from tests.index_fakes import LIMIT, MAX_BYTES, FakeEmbedder, run_ingest, write_corpus
from tests.small_corpus import TOKENS

REPOSITORY = Path(__file__).parents[1]
ME, OTHER = "visitor-1", "visitor-2"
TEXT = b"Words of a person's own file.\n"


class FakeSync:
    """An index that is only a list of files; empty ones fail. `before` is called while it ingests."""

    def __init__(self) -> None:
        self.held = Manifest("0" * 12, Recipe("fake", "", "1", "1", LIMIT), 8, (), (), (), 0, 0, 0, 0)
        self.before: Callable[[OnProgress], None] = lambda report: None
        self.running = self.most_running = 0
        self.calls: list[str] = []
        self.broken = False

    def ingest(self, root: Path, on_progress: OnProgress) -> object:
        self.calls.append(f"ingest {root.name}")
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        try:
            self.before(on_progress)
            found, _ = find_files(root)
            others = self._without(root)
            files = [FileRecord(str(path), str(root), "", "1", path.stem, "original", path.stem) for path in found
                     if path.stat().st_size]  # fmt: skip
            failed = [FailedFile(str(path), str(root), f"{path} is empty (0 bytes).") for path in found
                      if not path.stat().st_size]  # fmt: skip
            self.held = replace(
                others,
                roots=(*others.roots, str(root)),
                files=(*others.files, *files),
                failed=(*others.failed, *failed),
            )
        finally:
            self.running -= 1
        return None

    def forget(self, root: Path) -> object:
        self.calls.append(f"forget {root.name}")
        if str(root) not in self.held.roots:
            raise UnknownSource(f"{root} is not a source root.")
        self.held = self._without(root)
        return None

    def manifest(self) -> Manifest | None:
        if self.broken:
            raise BrokenIndex("The manifest cannot be read.")
        return self.held

    def _without(self, root: Path) -> Manifest:
        return replace(
            self.held,
            roots=tuple(other for other in self.held.roots if other != str(root)),
            files=tuple(record for record in self.held.files if record.root != str(root)),
            failed=tuple(failure for failure in self.held.failed if failure.root != str(root)),
        )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def sync() -> FakeSync:
    return FakeSync()


@pytest.fixture
def files(home: Path, sync: FakeSync) -> OwnFiles:
    return OwnFiles(home, Roots(home), sync, max_file_bytes=1000, max_files=5, max_total_bytes=3000)


def folder_of(home: Path, visitor: str, batch: str) -> Path:
    return home / "files" / owner_of(visitor) / batch


def everything(home: Path) -> dict[str, bytes]:
    """Every file under `home/files`, by its path from there; marks of begun batches left out."""
    files = home / "files"
    found = [path for path in files.rglob("*") if not path.is_dir() and path.suffix != ".begun"]
    return {path.relative_to(files).as_posix(): path.read_bytes() for path in sorted(found)}


def add(files: OwnFiles, *names: str, visitor: str = ME, label: str = "Minutes", data: bytes = TEXT) -> str:
    batch = files.begin(visitor, label)
    for name in names:
        files.receive(visitor, batch, name, [data])
    return batch


def test_files_arrive_in_a_folder_of_the_visitor_s_and_become_documents(home: Path, files: OwnFiles) -> None:
    batch = files.begin(ME, "Minutes")
    files.receive(ME, batch, "a.txt", [b"One ", b"", b"two."])
    files.receive(ME, batch, "2024/may/b.MD", iter([TEXT]))
    assert files.batches(ME) == (Batch(batch, "Minutes", 2, finished=False),)
    assert files.finish(ME, batch) == Added(("b", "a"), ())
    assert files.batches(ME) == (Batch(batch, "Minutes", 2, finished=True),)
    owner = owner_of(ME)
    assert everything(home) == {f"{owner}/{batch}/a.txt": b"One two.", f"{owner}/{batch}/2024/may/b.MD": TEXT}
    assert sorted(entry.name for entry in (home / "files" / owner).iterdir()) == [batch]


def test_ids_cannot_be_guessed_and_are_never_the_same(files: OwnFiles) -> None:
    ids = {files.begin(ME, "") for _ in range(20)}
    assert len(ids) == 20
    assert all(len(batch) == 32 and set(batch) <= set("0123456789abcdef") for batch in ids)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Minutes", "Minutes"),
        ("  a \n\t b  ", "a b"),
        ("", "Added files"),
        (" \n ", "Added files"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("a\u202eb\0c\ud800", "a[U+202E]b[U+0000]c[U+D800]"),
        (unicodedata.normalize("NFD", "회의록"), "회의록"),
        ("x" * 100_000, "x" * 80),
    ],
)
def test_a_label_is_made_fit_to_be_shown(files: OwnFiles, label: str, name: str) -> None:
    assert files.batch(ME, files.begin(ME, label)).name == name


def test_nothing_is_taken_of_nobody(home: Path, files: OwnFiles) -> None:
    with pytest.raises(BadInput, match=r"not known whose.*cookies"):
        files.begin("", "Minutes")
    assert files.batches("") == ()
    assert not (home / "files").exists()


LONG = "가" * 65 + "ab" + ".txt"  # 65 x 3 + 2 + 4 = 201 bytes
REFUSED = [
    ("/etc/x.txt", "name"), ("//host/x.txt", "name"), ("../x.txt", "name"), ("a/../../x.txt", "name"),
    ("a/../x.txt", "name"), ("./x.txt", "name"), ("a/./x.txt", "name"), ("a//x.txt", "name"), ("x.txt/", "name"),
    ("", "name"), (".", "name"), ("..", "name"), ("..\\x.txt", "name"), ("a\\b.txt", "name"), ("C:x.txt", "name"),
    ("c:/x.txt", "name"), ("C:\\x.txt", "name"), ("\\\\host\\x.txt", "name"), ("a\0.txt", "name"), ("a.txt\0", "name"),
    ("a\n.txt", "name"), ("a\t.txt", "name"), ("\x7f.txt", "name"), ("\x85.txt", "name"), ("\ud800.txt", "name"),
    ("\udcff.txt", "name"), ("a\u202etxt.md", "name"), ("a\u2066b.md", "name"), ("a\u200bb.md", "name"),
    ("CON.txt", "name"), ("con/x.txt", "name"), ("a/nul.tar.txt", "name"), ("LPT9.md", "name"), ("com¹.txt", "name"),
    ("aux .txt", "name"), ("conin$.txt", "name"), ("a./x.txt", "name"), ("a /x.txt", "name"), ("x.txt ", "name"),
    ("x.txt.", "name"), (".x.txt", "name"), (".git/x.txt", "name"), ("_x.txt", "name"), ("~$x.docx", "name"),
    ("README.md", "name"), ("readme.d/x.txt", "name"), (LONG, "name"), ("가" * 67 + "/x.txt", "name"),
    ("1/2/3/4/5/6/7/8/x.txt", "name"), ("x/" * 20_000 + "x.txt", "name"), ("x", "kind"), ("x.exe", "kind"),
    ("x.txt.exe", "kind"), ("x.tx", "kind"), ("x.doc", "kind"), ("x.txt/x", "kind"), ("x.ｔｘｔ", "kind"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "why"), REFUSED, ids=lambda value: ascii(value)[:30])
def test_such_paths_are_refused_and_leave_nothing(home: Path, files: OwnFiles, path: str, why: str) -> None:
    batch = files.begin(ME, "Minutes")
    read = 0

    def chunks() -> Iterator[bytes]:
        nonlocal read
        read += 1
        yield TEXT

    with pytest.raises(FileRefused) as refused:
        files.receive(ME, batch, path, chunks())
    assert refused.value.why == why
    assert refused.value.remedy
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400
    assert read == 0
    assert everything(home) == {}
    assert {entry.name for entry in home.parent.iterdir()} == {"home"}


ALLOWED = [
    "x.txt", "X.TXT", "a b/c d.pdf", "What is AI? <script>.html", "console.txt", "com10.md", "nulls/x.txt", "a.b/x.md",
    "…/x.txt", "x..y.txt", "%2e%2e/x.txt", "%2fetc%2fx.txt", "회의록/5월.docx", "readme-first.md",
    "1/2/3/4/5/6/7/x.txt", LONG.replace("b", ""), "👩‍🔬.txt", "x.txt/y.txt", "-rf.txt", "$HOME.txt", "a;b&c|d.txt",
]  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="some of these names cannot be written there")
@pytest.mark.parametrize("path", ALLOWED)
def test_such_paths_are_taken_as_they_are(home: Path, files: OwnFiles, path: str) -> None:
    batch = add(files, path)
    assert everything(home) == {f"{owner_of(ME)}/{batch}/{path}": TEXT}
    assert files.finish(ME, batch).documents == (Path(path).stem,)


@pytest.mark.parametrize("letter", '<>:"|?*')
def test_windows_is_given_no_name_that_it_cannot_write(letter: str) -> None:
    with pytest.raises(FileRefused, match="Windows"):
        parts_of(f"a/b{letter}c.txt", windows=True)
    assert parts_of(f"a/b{letter}c.txt", windows=False) == ("a", f"b{letter}c.txt")


_PIECES = st.one_of(
    st.text(st.characters(), max_size=12),
    st.sampled_from(["..", ".", "/", "\\", "a", "b.txt", ".md", "CON", "README", "C:", " ", "가", "가", "\u202e", "_"]),
)  # fmt: skip


@given(st.lists(_PIECES, max_size=9).map("".join), st.sampled_from(["", ".txt", ".PDF", "/x.md"]))
def test_whatever_passes_lies_below_the_folder_and_is_found_there(
    tmp_path_factory: pytest.TempPathFactory, path: str, ending: str
) -> None:
    try:
        parts = parts_of(path + ending)
    except FileRefused:
        return
    assert all(part == unicodedata.normalize("NFC", part) for part in parts)
    assert parts_of("/".join(parts)) == parts
    root = tmp_path_factory.mktemp("drawn")
    target = root.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(TEXT)
    assert target.resolve().is_relative_to(root.resolve())
    assert find_files(root) == ([target], [])


def test_korean_names_are_kept_in_one_form_and_a_second_file_of_the_name_is_refused(
    home: Path, files: OwnFiles
) -> None:
    composed, apart = (unicodedata.normalize(form, "회의록/오월.txt") for form in ("NFC", "NFD"))
    assert composed != apart
    batch = add(files, apart)
    assert everything(home) == {f"{owner_of(ME)}/{batch}/{composed}": TEXT}
    with pytest.raises(FileRefused, match="added already") as refused:
        files.receive(ME, batch, composed, [b"Other words."])
    assert refused.value.why == "exists"
    assert everything(home) == {f"{owner_of(ME)}/{batch}/{composed}": TEXT}


def test_a_file_and_a_folder_of_one_name_do_not_both_go_in(home: Path, files: OwnFiles) -> None:
    batch = add(files, "a.txt", "b.txt/c.txt")
    for path in ("a.txt/d.txt", "b.txt"):
        with pytest.raises(FileRefused) as refused:
            files.receive(ME, batch, path, [TEXT])
        assert refused.value.why == "exists"
    assert sorted(everything(home)) == [f"{owner_of(ME)}/{batch}/{name}" for name in ("a.txt", "b.txt/c.txt")]
    assert files.batch(ME, batch).files == 2


def test_a_file_over_the_limit_is_given_up_while_it_streams(home: Path, files: OwnFiles) -> None:
    batch = add(files, "fits.txt", data=b"x" * 1000)
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"x" * 300

    with pytest.raises(FileRefused, match=r"'new/folder/big\.txt' is over the limit of 0\.001 MB") as refused:
        files.receive(ME, batch, "new/folder/big.txt", endless())
    assert refused.value.why == "large"
    assert read == 4  # 3 x 300 fit, the fourth does not
    assert list(everything(home)) == [f"{owner_of(ME)}/{batch}/fits.txt"]
    assert not (folder_of(home, ME, batch) / "new").exists()


def test_a_length_that_is_said_beforehand_is_refused_beforehand(home: Path, files: OwnFiles) -> None:
    batch = add(files, "a.txt", "b.txt", data=b"x" * 1000)
    with pytest.raises(FileRefused) as large:
        files.incoming(ME, batch, "c.txt", 1001)
    files.incoming(ME, batch, "c.txt", 1000).drop()
    with pytest.raises(FileRefused) as many:
        OwnFiles(home, Roots(home), FakeSync(), 2000, 5, 3000).incoming(ME, batch, "c.txt", 1001)
    assert (large.value.why, many.value.why) == ("large", "many")


def test_a_batch_over_its_limits_is_full_and_room_is_given_back(home: Path, files: OwnFiles) -> None:
    batch = add(files, "1.txt", "2.txt", data=b"x" * 1000)
    files.receive(ME, batch, "3.txt", [b"x" * 999])
    with pytest.raises(FileRefused, match=r"over 0\.003 MB together"):
        files.receive(ME, batch, "4.txt", [b"x", b"x"])
    files.receive(ME, batch, "4.txt", [b"x"])
    files.receive(ME, batch, "5.txt", [])
    with pytest.raises(FileRefused, match=r"5 files were added.*Add the rest apart") as refused:
        files.receive(ME, batch, "6.txt", [])
    assert refused.value.why == "many"
    assert sum(map(len, everything(home).values())) == 3000


def test_limits_hold_after_a_restart(home: Path, sync: FakeSync, files: OwnFiles) -> None:
    batch = add(files, "1.txt", "2.txt", "3.txt", data=b"x" * 1000)
    again = OwnFiles(home, Roots(home), sync, 1000, 5, 3000)
    with pytest.raises(FileRefused, match="together"):
        again.receive(ME, batch, "4.txt", [b"x"])
    assert again.finish(ME, batch).documents == ("1", "2", "3")


@pytest.mark.parametrize("run", range(3))
def test_limits_hold_when_many_arrive_at_once(home: Path, files: OwnFiles, run: int) -> None:
    batch = files.begin(ME, "Minutes")
    start = threading.Barrier(12)

    def send(number: int) -> bool:
        start.wait()
        try:
            files.receive(ME, batch, f"{number}.txt", [b"x" * 100] * 7)
        except FileRefused:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        kept = sum(pool.map(send, range(12)))
    assert 1 <= kept <= 4  # 5 files of 700 bytes are over 3000
    assert [len(data) for data in everything(home).values()] == [700] * kept
    files.receive(ME, batch, "after.txt", [b"x" * (3000 - 700 * kept if kept > 2 else 900)])


def test_of_two_files_for_one_place_one_is_kept_whole(home: Path, files: OwnFiles) -> None:
    batch = files.begin(ME, "Minutes")
    first, second = files.incoming(ME, batch, "a.txt"), files.incoming(ME, batch, "a.txt")
    first.write(b"first")
    second.write(b"second")
    second.keep()
    with pytest.raises(FileRefused, match="added already"):
        first.keep()
    assert everything(home) == {f"{owner_of(ME)}/{batch}/a.txt": b"second"}
    assert files.batch(ME, batch).files == 1


def test_what_breaks_off_leaves_nothing(home: Path, files: OwnFiles) -> None:
    batch = files.begin(ME, "Minutes")

    def broken() -> Iterator[bytes]:
        yield TEXT
        raise ConnectionError("gone")

    for _ in range(9):  # more often than there are places
        with pytest.raises(ConnectionError):
            files.receive(ME, batch, "deep/a.txt", broken())
    assert everything(home) == {}
    assert not (folder_of(home, ME, batch) / "deep").exists()


def test_a_full_disk_is_named_and_leaves_nothing(home: Path, files: OwnFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = files.begin(ME, "Minutes")

    class Full:
        def __init__(self, file: Any) -> None:
            self.file = file

        def write(self, data: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self) -> None:
            self.file.close()

    opened = os.fdopen
    with monkeypatch.context() as patched:
        patched.setattr("app.incoming.os.fdopen", lambda *arguments: Full(opened(*arguments)))
        with pytest.raises(NoSpace, match=r"full; 'a\.txt' was not added\. Free") as full:
            files.receive(ME, batch, "a.txt", [TEXT])
    assert str(home) not in str(full.value)
    assert everything(home) == {}
    files.receive(ME, batch, "a.txt", [TEXT])
    assert len(everything(home)) == 1


@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="making links takes rights there")
def test_links_are_not_followed(home: Path, files: OwnFiles, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    batch = files.begin(ME, "Minutes")
    folder = folder_of(home, ME, batch)
    (folder / "out").symlink_to(outside, target_is_directory=True)
    (folder / "in").symlink_to(folder, target_is_directory=True)
    (folder / "a.txt").symlink_to(outside / "secret.txt")
    (folder / "new.txt").symlink_to(outside / "new.txt")
    folder.with_name(f"{batch}.part").symlink_to(outside, target_is_directory=True)
    for path in ("out/x.txt", "out/deep/x.txt", "in/x.txt", "a.txt", "new.txt", "plain.txt"):
        with pytest.raises(FileRefused):
            files.receive(ME, batch, path, [TEXT])
    folder.with_name(f"{batch}.part").unlink()
    for path in ("out/x.txt", "out/deep/x.txt", "in/x.txt", "a.txt", "new.txt"):
        with pytest.raises(FileRefused):
            files.receive(ME, batch, path, [TEXT])
    assert [entry.name for entry in outside.iterdir()] == ["secret.txt"]
    assert (outside / "secret.txt").read_text() == "secret"
    files.undo(ME, batch)
    assert (outside / "secret.txt").read_text() == "secret"


@pytest.mark.skipif(os.name == "nt", reason="making links takes rights there")
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_folder_that_was_made_a_link_is_no_batch(home: Path, files: OwnFiles, tmp_path: Path, depth: int) -> None:
    batch = add(files, "a.txt")
    folder = [home / "files", home / "files" / owner_of(ME), folder_of(home, ME, batch)][depth - 1]
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved", target_is_directory=True)
    for act in (files.finish, files.undo, files.batch, files.added):
        with pytest.raises(UnknownSource):
            act(ME, batch)
    if depth < 3:
        with pytest.raises(FileRefused, match="is a link"):
            files.begin(ME, "More")
        assert files.batches(ME) == ()
    assert files.tidy(9e12) == 0
    assert list((tmp_path / "moved").rglob("a.txt"))


def test_another_s_and_no_batch_are_told_alike(home: Path, sync: FakeSync, files: OwnFiles) -> None:
    batch = add(files, "a.txt")
    before = everything(home)
    ids = [batch, "0" * 32, "", ".", "..", f"{batch}/../{batch}", f"{batch}\n", batch.upper() + "\0", f"{batch}.part"]
    acts: list[Callable[[str, str], object]] = [
        files.finish, files.undo, files.batch, files.added,
        lambda visitor, batch: files.receive(visitor, batch, "b.txt", [TEXT]),
    ]  # fmt: skip
    told = set()
    for act, visitor, tried in itertools.product(acts, (OTHER, "", owner_of(ME)), ids):
        with pytest.raises(UnknownSource) as refused:
            act(visitor, tried)
        told.add(str(refused.value))
    assert told == {"There are no such added files. Add them again."}
    assert everything(home) == before
    assert files.batches(OTHER) == ()
    assert sync.calls == []


def test_failures_are_told_by_the_relative_name_and_nothing_tells_where_it_lies(home: Path, files: OwnFiles) -> None:
    batch = add(files, "good.txt")
    files.receive(ME, batch, "deep/빈.txt", [])
    assert files.finish(ME, batch) == Added(("good",), (("deep/빈.txt", "빈.txt is empty (0 bytes)."),))
    assert files.added(ME, batch) == files.finish(ME, batch)


def test_places_are_taken_out_of_errors(home: Path, files: OwnFiles) -> None:
    texts = {
        f"{home}/files/{owner_of(OTHER)}/x.txt is odd.": "x.txt is odd.",
        f"Ingesting into {home} for 600 seconds.": "Ingesting into the home folder for 600 seconds.",
        "Model '/opt/models/big/model.bin' and C:\\Users\\me\\x.bin differ.": "Model 'model.bin' and x.bin differ.",
        "See https://example.org/a/b and/or a/b/c, SANGHO_HOME or --home.": "See https://example.org/a/b and/or a/b/c, "
        "SANGHO_HOME or --home.",
    }
    assert {text: files.without_places(text) for text in texts} == texts


def test_nothing_to_index_is_refused_and_the_batch_stays_open(files: OwnFiles) -> None:
    batch = files.begin(ME, "Minutes")
    with pytest.raises(FileRefused, match="No files were added") as refused:
        files.finish(ME, batch)
    assert refused.value.why == "empty"
    files.receive(ME, batch, "a.txt", [TEXT])
    assert files.finish(ME, batch).documents == ("a",)


def test_a_finished_batch_takes_nothing_more_and_finishing_again_changes_nothing(home: Path, files: OwnFiles) -> None:
    batch = files.begin(ME, "Minutes")
    late = files.incoming(ME, batch, "late.txt")
    files.receive(ME, batch, "a.txt", [TEXT])
    added = files.finish(ME, batch)
    acts: list[Callable[[], object]] = [
        lambda: late.write(TEXT),
        lambda: files.receive(ME, batch, "b.txt", [TEXT]),
    ]
    for act in acts:
        with pytest.raises(FileRefused) as refused:
            act()
        assert refused.value.why == "closed"
    assert files.finish(ME, batch) == added == Added(("a",))
    assert list(everything(home)) == [f"{owner_of(ME)}/{batch}/a.txt"]


def test_a_batch_whose_indexing_fails_is_open_again(sync: FakeSync, files: OwnFiles) -> None:
    batch = add(files, "a.txt")

    def fail(report: OnProgress) -> None:
        raise SanghoError("The model is missing.")

    sync.before = fail
    with pytest.raises(SanghoError, match="model is missing"):
        files.finish(ME, batch)
    assert not files.batch(ME, batch).finished
    files.receive(ME, batch, "b.txt", [TEXT])
    sync.before = lambda report: None
    assert files.finish(ME, batch).documents == ("a", "b")


def test_two_finishes_wait_for_each_other_and_say_so(sync: FakeSync, files: OwnFiles) -> None:
    first, second = add(files, "a.txt"), add(files, "b.txt", visitor=OTHER)
    inside, go = threading.Event(), threading.Event()

    def slow(report: OnProgress) -> None:
        inside.set()
        assert go.wait(30)

    sync.before = slow
    notes: list[str] = []

    def note(progress: Progress) -> None:
        notes.append(progress.note)
        if progress.note.startswith("Waiting"):
            go.set()

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(files.finish, ME, first)
        assert inside.wait(30)
        two = pool.submit(files.finish, OTHER, second, note)
        assert (one.result(30), two.result(30)) == (Added(("a",)), Added(("b",)))
    assert sync.most_running == 1
    assert notes[0] == "Waiting for other files to be indexed"
    assert notes[-1] == "Reading"


def test_undo_takes_the_batch_out_of_the_index_and_off_the_disk(home: Path, sync: FakeSync, files: OwnFiles) -> None:
    kept, gone = add(files, "a.txt"), add(files, "b.txt", "deep/c.txt")
    files.finish(ME, kept)
    files.finish(ME, gone)
    files.undo(ME, gone)
    assert sync.held.roots == (str(folder_of(home, ME, kept)),)
    assert list(everything(home)) == [f"{owner_of(ME)}/{kept}/a.txt"]
    assert gone not in (home / ROOTS_FILE).read_text()
    with pytest.raises(UnknownSource):
        files.undo(ME, gone)
    files.undo(ME, kept)
    assert list((home / "files").iterdir()) == []


def test_undo_of_what_is_not_indexed_asks_nothing_of_the_index(home: Path, sync: FakeSync, files: OwnFiles) -> None:
    batch = files.begin(ME, "Minutes")
    arriving = files.incoming(ME, batch, "a.txt")
    arriving.write(TEXT)
    files.undo(ME, batch)
    with pytest.raises(FileRefused, match="closed"):
        arriving.keep()
    assert sync.calls == []
    assert list((home / "files").iterdir()) == []


def test_undo_stops_the_indexing_of_its_batch(home: Path, sync: FakeSync, files: OwnFiles) -> None:
    batch = add(files, "a.txt")
    inside = threading.Event()

    def endless(report: OnProgress) -> None:
        for _ in range(3000):
            report(Progress(note="Embedding"))
            inside.set()
            threading.Event().wait(0.01)
        raise AssertionError("was not stopped")

    sync.before = endless
    with ThreadPoolExecutor(1) as pool:
        finishing = pool.submit(files.finish, ME, batch)
        assert inside.wait(30)
        files.undo(ME, batch)
        with pytest.raises(FileRefused, match="undone"):
            finishing.result(30)
    assert everything(home) == {}
    assert sync.held.roots == ()


def test_an_undo_that_fails_deletes_nothing(
    home: Path, sync: FakeSync, files: OwnFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = add(files, "a.txt")
    files.finish(ME, batch)

    def fail(root: Path) -> object:
        raise SanghoError("Another process has been ingesting.")

    with monkeypatch.context() as patched:
        patched.setattr(sync, "forget", fail)
        with pytest.raises(SanghoError, match="Another process"):
            files.undo(ME, batch)
    assert len(everything(home)) == 1
    assert files.finish(ME, batch).documents == ("a",)
    files.undo(ME, batch)
    assert everything(home) == {}


def test_only_own_documents_can_be_removed_and_nobody_learns_of_others(
    home: Path, sync: FakeSync, files: OwnFiles, tmp_path: Path
) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "everybody-s.txt").write_bytes(TEXT)
    sync.ingest(tmp_path / "corpus", lambda progress: None)
    mine, theirs = add(files, "a.txt", "b.txt"), add(files, "c.txt", visitor=OTHER)
    files.finish(ME, mine)
    files.finish(OTHER, theirs)
    told = []
    for visitor, doc_id in [
        (ME, "c"),
        (ME, "everybody-s"),
        (ME, "nothing"),
        (OTHER, "a"),
        ("", "a"),
        ("", "everybody-s"),
    ]:
        with pytest.raises(UnknownSource) as refused:
            files.remove(visitor, doc_id)
        told.append(str(refused.value).replace(repr(doc_id), "X"))
    assert set(told) == {"You have added no document X. Your own are listed under your files."}
    assert len(everything(home)) == 3
    files.remove(ME, "a")
    assert files.added(ME, mine) == Added(("b",))
    assert sorted(everything(home)) == sorted([f"{owner_of(ME)}/{mine}/b.txt", f"{owner_of(OTHER)}/{theirs}/c.txt"])
    files.remove(ME, "b")
    assert files.batches(ME) == ()
    assert sync.held.roots == (str(tmp_path / "corpus"), str(folder_of(home, OTHER, theirs)))
    assert (tmp_path / "corpus" / "everybody-s.txt").exists()


def test_documents_can_be_removed_after_their_files_were_deleted_by_hand(home: Path, files: OwnFiles) -> None:
    batch = add(files, "a.txt")
    files.finish(ME, batch)
    for path in (folder_of(home, ME, batch) / "a.txt", folder_of(home, ME, batch), folder_of(home, ME, batch).parent):
        path.unlink() if path.is_file() else path.rmdir()
    files.remove(ME, "a")
    with pytest.raises(UnknownSource):
        files.remove(ME, "a")


def test_what_was_never_finished_goes_after_a_day_and_nothing_else(home: Path, sync: FakeSync, files: OwnFiles) -> None:
    finished, begun, young = add(files, "a.txt"), add(files, "b.txt"), add(files, "c.txt")
    files.finish(ME, finished)
    arriving = files.incoming(ME, begun, "d.txt")
    arriving.write(TEXT)
    arriving._file.close()  # as where its process was killed
    (home / "files" / owner_of(ME) / "notes.begun").touch()  # not of ours
    now = 1_700_000_000.0
    for batch, age in ((begun, 86_401), (young, 86_399)):
        os.utime(folder_of(home, ME, batch).with_name(f"{batch}.begun"), (now - age, now - age))
    again = OwnFiles(home, Roots(home), sync, 1000)
    assert again.tidy(now) == 1
    assert {batch.id for batch in again.batches(ME)} == {finished, young}
    assert begun not in str(list((home / "files").rglob("*")))
    assert again.tidy(now) == 0
    assert (home / "files" / owner_of(ME) / "notes.begun").exists()


def test_tidying_deletes_nothing_when_the_index_cannot_be_read(home: Path, sync: FakeSync, files: OwnFiles) -> None:
    batch = add(files, "a.txt")
    sync.broken = True
    assert files.tidy(9e12) == 0
    sync.broken = False
    files.finish(ME, batch)
    folder_of(home, ME, batch).with_name(f"{batch}.begun").touch()  # as if killed right after indexing
    assert files.tidy(9e12) == 0
    assert files.batches(ME) == (Batch(batch, "Minutes", 1, finished=True),)


def test_tidying_a_home_without_files_does_nothing(home: Path, files: OwnFiles) -> None:
    assert files.tidy(9e12) == 0
    assert not home.exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from app.own_files import OwnFiles
from app.roots import Roots
from tests.test_own_files import ME, TEXT, FakeSync

home, step = Path(sys.argv[1]), int(sys.argv[2])
files = OwnFiles(home, Roots(home), FakeSync(), 1000)
steps = 0

def watch(event, arguments):
    global steps
    if event in ("os.rename", "os.mkdir", "os.remove", "os.rmdir") and str(arguments[0]).startswith(str(home)):
        steps += 1
        if steps == step:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
batch = files.begin(ME, "Minutes")
files.receive(ME, batch, "deep/a.txt", [TEXT])
files.undo(ME, batch)
print("whole")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no SIGKILL there")
def test_killed_anywhere_a_batch_is_whole_files_and_tidied_later(tmp_path: Path) -> None:
    for step in itertools.count(1):
        home = tmp_path / str(step)
        arguments = [sys.executable, "-c", KILLED, str(home), str(step)]
        done = subprocess.run(arguments, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        files = OwnFiles(home, Roots(home), FakeSync(), 1000)
        for batch in files.batches(ME):
            files.added(ME, batch.id)
            root = folder_of(home, ME, batch.id)
            assert [path.read_bytes() for path in root.rglob("*") if path.is_file()] in ([], [TEXT])
        files.tidy(9e12)
        left = list((home / "files").rglob("*")) if (home / "files").exists() else []
        assert [path for path in left if path.is_file() or len(path.name) == 32] == [], step
        assert files.batches(ME) == ()
        if done.stdout == "whole\n":
            break
        assert done.returncode == -9, done.stderr
    assert step > 8


@pytest.fixture
def indexed(home: Path) -> OwnFiles:
    """Own files in front of a real index, by the fake embedder."""
    return OwnFiles(home, Roots(home), IndexSync(home, FakeEmbedder(), LIMIT, MAX_BYTES), MAX_BYTES)


def doc_ids(home: Path) -> list[str]:
    with open_current(home) as generation:
        return sorted(generation.documents)


def test_a_real_index_takes_added_files_up_and_lets_them_go(home: Path, indexed: OwnFiles, tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus", "version1", documents=2)
    run_ingest(home, tmp_path / "corpus")
    batch = add(indexed, "mine.txt", "deep/나의.md")
    indexed.receive(ME, batch, "empty.txt", [])
    notes: list[str] = []
    added = indexed.finish(ME, batch, lambda progress: notes.append(progress.note))
    assert added.documents == ("나의", "mine")
    assert added.failed == (("empty.txt", "is empty (0 bytes). Remove it, or add its text."),)
    assert {"Reading", "Embedding", "Building the index"} <= set(notes)
    assert doc_ids(home) == ["doc0", "doc1", "mine", "나의"]
    run_ingest(home, tmp_path / "corpus")  # a later ingest of something else leaves them alone
    indexed.remove(ME, "mine")
    assert doc_ids(home) == ["doc0", "doc1", "나의"]
    indexed.undo(ME, batch)
    assert doc_ids(home) == ["doc0", "doc1"]
    assert list((home / "files").iterdir()) == []


def test_removing_an_own_original_leaves_everybody_s_digest_of_it(
    home: Path, indexed: OwnFiles, tmp_path: Path
) -> None:
    (tmp_path / "corpus").mkdir()
    digest = "---\ntitle: Digest\nedition: digest\n---\n\n[¶1] Retold in other words.\n"
    (tmp_path / "corpus" / "deal.md").write_text(digest, encoding="utf-8")
    run_ingest(home, tmp_path / "corpus")
    batch = add(indexed, "deal.txt", "other.txt")
    indexed.finish(ME, batch)
    indexed.remove(ME, "deal")
    with open_current(home) as generation:
        editions = {name: document.edition for name, document in generation.documents.items()}
    assert editions == {"deal": "digest", "other": "original"}


def test_an_own_digest_of_what_is_held_in_the_original_is_told(home: Path, indexed: OwnFiles, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "deal.txt").write_bytes(TEXT)
    run_ingest(home, tmp_path / "corpus")
    batch = add(indexed, "deal.md", data="---\nedition: digest\n---\n\n[¶1] Retold in other words.\n".encode())
    added = indexed.finish(ME, batch)
    assert added.documents == ()
    assert [name for name, _ in added.failed] == ["deal.md"]
    assert "held in the original" in added.failed[0][1]


@pytest.mark.skipif(os.name == "nt", reason="making links takes rights there")
def test_a_link_put_there_by_hand_is_not_read_and_does_not_tell_where_it_leads(
    home: Path, indexed: OwnFiles, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("secret words")
    batch = add(indexed, "mine.txt")
    (folder_of(home, ME, batch) / "link.txt").symlink_to(tmp_path / "secret.txt")
    assert indexed.finish(ME, batch) == Added(("mine",), (("link.txt", "is a link, which is not read."),))


def test_added_files_are_found_by_their_meaning_until_they_are_taken_back(home: Path, tmp_path: Path) -> None:
    embedder = SentenceTransformerEmbedder()
    files = OwnFiles(home, Roots(home), IndexSync(home, embedder, TOKENS, MAX_BYTES), MAX_BYTES)
    kept = add(files, "bread.txt", data=b"Sourdough bread is baked from flour, water and salt.\n")
    batch = add(files, "orbit.txt", data=b"The satellite circles the Earth every ninety minutes.\n")
    files.finish(ME, kept)
    files.finish(ME, batch)

    def nearest(question: str) -> str:
        with open_index(home, embedder, TOKENS) as generation:
            rows = generation.vectors.search(embedder.encode([question])[0], 1)
            return generation.passages[rows[0][0]].doc_id

    assert nearest("How long does a spacecraft take for one revolution?") == "orbit"
    assert nearest("What do bakers use?") == "bread"
    files.undo(ME, batch)
    assert nearest("How long does a spacecraft take for one revolution?") == "bread"
    assert doc_ids(home) == ["bread"]
