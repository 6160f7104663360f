"""What is known of source roots: whose they are, their names, which are local-only; under attack and under load."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput, SettingsError
from app.roots import BUNDLED_NAME, ROOTS_FILE, Roots, owner_of
from app.settings import BUNDLED_CORPUS
from ingest.errors import SanghoError

# printf 'a visitor' | sha256sum | head -c 16
VISITOR, OWNER = "a visitor", "042597c48a1cd477"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def roots(home: Path) -> Roots:
    return Roots(home)


def test_nothing_is_known_of_a_new_home_and_asking_writes_nothing(home: Path, roots: Roots) -> None:
    assert roots.local_only() == frozenset()
    assert roots.name("/sources/minutes") == "minutes"
    assert roots.owner("/sources/minutes") == ""
    assert not home.exists()


def test_a_mark_is_kept_by_others_and_can_be_taken_back(home: Path, roots: Roots, tmp_path: Path) -> None:
    first, second = str(tmp_path / "first"), str(tmp_path / "둘째")
    roots.mark_local_only(first, True)
    roots.mark_local_only(second, True)
    assert Roots(home).local_only() == {first, second}
    roots.mark_local_only(first, False)
    roots.mark_local_only("/never/marked", False)
    assert Roots(home).local_only() == {second}
    roots.forget(second)
    roots.forget(second)
    assert Roots(home).local_only() == frozenset()
    assert json.loads((home / ROOTS_FILE).read_bytes()) == {"format": 1, "roots": {}}


def test_a_root_is_marked_as_the_index_writes_it(roots: Roots, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real" / "inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    monkeypatch.chdir(tmp_path / "real")
    for written in ("inner", "inner/", "../link/inner", str(tmp_path / "link" / "inner" / "..") + "/inner"):
        roots.mark_local_only(written, True)
        assert roots.local_only() == {str(tmp_path / "real" / "inner")}
        roots.mark_local_only(written, False)
        assert roots.local_only() == frozenset()


def test_a_name_is_the_given_one_else_the_folder_s(roots: Roots, tmp_path: Path) -> None:
    root = str(tmp_path / "회의록")
    assert roots.name(root) == "회의록"
    roots.remember(root, "Minutes \ud800 ‮ <script>")
    assert roots.name(root) == "Minutes \ud800 ‮ <script>"
    roots.remember(root, "")
    assert roots.name(root) == "회의록"
    assert roots.name("/") == "/"
    assert roots.name(str(BUNDLED_CORPUS)) == BUNDLED_NAME == "Sangho's digests"


def test_a_name_and_a_mark_of_one_root_do_not_disturb_each_other(roots: Roots, tmp_path: Path) -> None:
    root = str(tmp_path / "root")
    roots.remember(root, "Minutes")
    roots.mark_local_only(root, True)
    roots.remember(root, "Other")
    assert (roots.name(root), roots.local_only()) == ("Other", frozenset({root}))
    roots.mark_local_only(root, False)
    assert (roots.name(root), roots.local_only()) == ("Other", frozenset())
    roots.forget(root)
    assert roots.name(root) == "root"


def test_the_owner_is_told_by_the_place_alone(home: Path, roots: Roots) -> None:
    assert owner_of(VISITOR) == OWNER
    assert roots.owner(str(home / "files" / OWNER / "batch")) == OWNER
    assert roots.owner(str(home / "files" / OWNER / "batch" / "inner")) == OWNER
    assert roots.owner(str(home / "files" / OWNER)) == OWNER
    assert roots.owner(str(home / "files" / OWNER.upper() / "batch")) == OWNER
    assert roots.owner(str(home / "other" / ".." / "files" / OWNER / "batch")) == OWNER
    everybody_s = [
        str(home / "files"), str(home), "/sources", str(BUNDLED_CORPUS), str(home / "files" / OWNER / ".." / ".."),
        str(home.parent / "files" / OWNER / "batch"), str(home / "files" / "by-hand" / "batch"),
    ]  # fmt: skip
    assert [roots.owner(root) for root in everybody_s] == [""] * len(everybody_s)


def test_visitors_see_what_is_everybody_s_and_their_own(home: Path, roots: Roots) -> None:
    own = str(home / "files" / OWNER / "b1")
    other = str(home / "files" / owner_of("another") / "b2")
    listed = ["/sources", other, own, str(BUNDLED_CORPUS)]
    assert roots.visible(listed, VISITOR) == ("/sources", own, str(BUNDLED_CORPUS))
    assert roots.visible(listed, "another") == ("/sources", other, str(BUNDLED_CORPUS))
    assert roots.visible(listed, "") == ("/sources", str(BUNDLED_CORPUS))
    assert roots.visible(listed, OWNER) == ("/sources", str(BUNDLED_CORPUS))  # its name in the home opens nothing
    assert roots.visible([], VISITOR) == ()


@given(st.text(st.characters(), min_size=1), st.text(st.characters(), min_size=1))
def test_any_text_is_a_visitor_and_no_two_are_the_same(first: str, second: str) -> None:
    assert len(owner_of(first)) == 16
    assert (owner_of(first) == owner_of(second)) == (first == second)
    assert owner_of("") == ""


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"format": 2, "roots": {}}', b'{"format": 1}',
        b'{"format": 1, "roots": []}', b'{"format": 1, "roots": {"/a": []}}',
        b'{"format": 1, "roots": {"/a": {"local_only": "no"}}}', b'{"format": 1, "roots": {"/a": {"name": 3}}}',
        b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused_and_left_as_it_is(home: Path, roots: Roots, content: bytes) -> None:
    home.mkdir()
    (home / ROOTS_FILE).write_bytes(content)
    for act in (
        roots.local_only,
        lambda: roots.mark_local_only("/a", True),
        lambda: roots.forget("/a"),
        lambda: roots.name("/a"),
        lambda: roots.remember("/a", "name"),
    ):
        with pytest.raises(SettingsError, match=r"roots\.json cannot be read .*local-only.*mark the local-only"):
            act()
    assert (home / ROOTS_FILE).read_bytes() == content


@pytest.mark.parametrize("root", ["a\0b", "\ud800", "~nobody-of-this-name/x"])
def test_what_is_no_path_is_refused(roots: Roots, root: str) -> None:
    with pytest.raises(BadInput, match="is no path"):
        roots.mark_local_only(root, True)
    assert roots.local_only() == frozenset()


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    roots = Roots(tmp_path / "file" / "home")
    assert roots.local_only() == frozenset()
    with pytest.raises(SanghoError, match=r"roots\.json cannot be written"):
        roots.mark_local_only("/a", True)


def test_threads_and_readers_lose_nothing(home: Path) -> None:
    stop = threading.Event()
    seen: list[int] = []

    def read() -> None:
        while not stop.is_set():
            seen.append(len(Roots(home).local_only()))

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: Roots(home).mark_local_only(f"/root/{number}", True), range(60)))
    stop.set()
    reader.join()
    assert Roots(home).local_only() == {f"/root/{number}" for number in range(60)}
    assert seen == sorted(seen)


def mark_some(home: str, first: int) -> None:
    for number in range(first, first + 15):
        Roots(Path(home)).mark_local_only(f"/root/{number}", True)


@pytest.mark.skipif(os.name != "posix", reason="the processes are started in a way that Windows has not")
def test_processes_lose_nothing(home: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    workers = [context.Process(target=mark_some, args=(str(home), first)) for first in (0, 15, 30)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
        assert worker.exitcode == 0
    assert Roots(home).local_only() == {f"/root/{number}" for number in range(45)}


def test_a_write_that_was_killed_half_way_leaves_the_last_whole_one(home: Path, roots: Roots) -> None:
    roots.mark_local_only("/a", True)
    (home / f"{ROOTS_FILE}.tmp").write_bytes(b'{"format": 1, "ro')
    assert roots.local_only() == {"/a"}
    roots.mark_local_only("/b", True)
    assert roots.local_only() == {"/a", "/b"}
