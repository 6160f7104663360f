"""What must hold when an ingest is killed, collides with another, or meets a full disk."""

from __future__ import annotations

import errno
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from ingest.build import Progress
from ingest.cache import VectorCache
from ingest.errors import IngestRunning, NoSpace, SanghoError
from ingest.exact import Vectors, exact_search
from ingest.index import open_index
from ingest.vector_build import recall
from tests.index_fakes import (
    LIMIT,
    FakeEmbedder,
    read_for_ever,
    run_ingest,
    swap,
    swap_for_ever,
    swap_until,
    versions_found,
    write_corpus,
    write_document,
)

KILLS = 24
CYCLES = 60


@pytest.fixture
def corpora(tmp_path: Path) -> tuple[Path, Path]:
    write_corpus(tmp_path / "first", "version1")
    write_corpus(tmp_path / "second", "version2")
    return tmp_path / "first", tmp_path / "second"


@pytest.fixture(scope="module")
def processes() -> Iterator[ForkServerContext]:
    """Processes that start with everything imported, so that kills land in the work."""
    context = multiprocessing.get_context("forkserver")
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    context.set_forkserver_preload(["tests.index_fakes", "chromadb", "bm25s", "filelock"])
    yield context
    os.environ.pop("PYTHONPATH")
    if before is not None:
        os.environ["PYTHONPATH"] = before


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and forkserver are POSIX")
def test_killed_at_any_instant_the_index_opens_and_readers_see_one_generation(
    tmp_path: Path, corpora: tuple[Path, Path], processes: ForkServerContext
) -> None:
    home, (first, second) = tmp_path / "home", corpora
    swap(home, first, second)
    started = time.monotonic()
    swap(home, first, second)
    cycle = time.monotonic() - started
    stop, results = processes.Event(), processes.Queue()
    reader = processes.Process(target=read_for_ever, args=(str(home), stop, results), daemon=True)
    reader.start()
    chance = random.Random(20231)  # noqa: S311  which instants, not a secret
    seen: set[str] = set()
    leftovers = 0
    for _ in range(KILLS):
        writer = processes.Process(target=swap_for_ever, args=(str(home), str(first), str(second)))
        writer.start()
        time.sleep(0.05 + chance.uniform(0, 2.5 * cycle))
        writer.kill()
        writer.join()
        assert writer.exitcode == -signal.SIGKILL
        leftovers += any((home / "generations").glob("*.partial"))
        with open_index(home, FakeEmbedder(), LIMIT) as generation:
            found = versions_found(generation, FakeEmbedder())
        assert len(found) == 1
        seen |= found
    stop.set()
    reads, wrong = results.get(timeout=30)
    reader.join()
    assert wrong == []
    assert reads >= KILLS
    assert seen == {"version1", "version2"}
    assert leftovers >= 3, "the kills did not land in the work"
    report = swap(home, first, second)
    assert report.added == 4
    assert [path.name for path in (home / "generations").iterdir()] == [report.generation]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and forkserver are POSIX")
def test_killed_before_any_change_to_the_file_system_the_index_opens(
    tmp_path: Path, corpora: tuple[Path, Path], processes: ForkServerContext
) -> None:
    home, (first, second) = tmp_path / "home", corpora
    swap(home, first, second)
    exits = []
    for step in range(60):
        writer = processes.Process(target=swap_until, args=(str(home), str(first), str(second), step))
        writer.start()
        writer.join(60)
        exits.append(writer.exitcode)
        with open_index(home, FakeEmbedder(), LIMIT) as generation:
            assert len(versions_found(generation, FakeEmbedder())) == 1
        if exits[-1] == 0:
            break
    assert set(exits[:-1]) == {-signal.SIGKILL}
    assert exits[-1] == 0
    assert len(exits) > 6
    assert len(list((home / "generations").iterdir())) == 1


def test_sixty_cycles_of_replacing_everything_keep_their_recall(tmp_path: Path) -> None:
    embedder, folder, home = FakeEmbedder(), tmp_path / "source", tmp_path / "home"
    for cycle in range(CYCLES):
        for number in range(30):
            texts = [f"Cycle {cycle} document {number} paragraph {i} " + "word " * 40 for i in range(10)]
            write_document(folder, f"doc{number}", texts)
        report = run_ingest(home, folder, embedder=embedder)
        assert report.passages == 300
        assert report.changed == (30 if cycle else 0)
        with open_index(home, embedder, LIMIT) as generation:
            assert recall(generation.vectors, 50, 50) >= 0.999
            query = embedder.encode([f"a question of cycle {cycle}"])[0]
            found = [row for row, _ in generation.vectors.search(query, 50)]
            assert found == [row for row, _ in exact_search(generation.vectors.vectors, query, 50)]


def test_the_second_of_two_ingests_waits_and_says_so(tmp_path: Path, corpora: tuple[Path, Path]) -> None:
    home, (first, second) = tmp_path / "home", corpora
    reading, proceed = threading.Event(), threading.Event()
    notes: list[str] = []

    def hold(progress: Progress) -> None:
        if progress.note == "Embedding":
            reading.set()
            assert proceed.wait(20)

    def note(progress: Progress) -> None:
        if progress.note.startswith("Waiting"):
            notes.append(progress.note)
            proceed.set()

    one = threading.Thread(target=lambda: run_ingest(home, first, on_progress=hold))
    one.start()
    assert reading.wait(20)
    report = run_ingest(home, second, on_progress=note)
    one.join()
    assert notes == ["Waiting for another ingest into the same home to finish"]
    assert report.added == 4
    with open_index(home, FakeEmbedder(), LIMIT) as generation:
        assert len(generation.documents) == 8


def test_an_ingest_that_waits_too_long_says_so(tmp_path: Path, corpora: tuple[Path, Path]) -> None:
    from filelock import FileLock

    home = tmp_path / "home"
    home.mkdir()
    with FileLock(home / "ingest.lock"), pytest.raises(IngestRunning, match=r"more than 0\.1 seconds"):
        run_ingest(home, corpora[0], wait_s=0.1)


def test_two_processes_ingesting_at_once_both_end_up_in_the_index(
    tmp_path: Path, corpora: tuple[Path, Path], processes: ForkServerContext
) -> None:
    home = tmp_path / "home"
    both = [processes.Process(target=run_ingest, args=(home, root)) for root in corpora]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    with open_index(home, FakeEmbedder(), LIMIT) as generation:
        assert len(generation.documents) == 8


def test_two_processes_search_one_generation_at_once(
    tmp_path: Path, corpora: tuple[Path, Path], processes: ForkServerContext
) -> None:
    home = tmp_path / "home"
    run_ingest(home, corpora[0])
    stop, results = processes.Event(), processes.Queue()
    readers = [processes.Process(target=read_for_ever, args=(str(home), stop, results), daemon=True) for _ in range(3)]
    for reader in readers:
        reader.start()
    time.sleep(2)
    stop.set()
    for _ in readers:
        reads, wrong = results.get(timeout=30)
        assert wrong == []
        assert reads > 5
    for reader in readers:
        reader.join()


def _assert_unharmed(home: Path, generation_id: str) -> None:
    with open_index(home, FakeEmbedder(), LIMIT) as generation:
        assert generation.id == generation_id
        assert versions_found(generation, FakeEmbedder()) == {"version1"}


@pytest.mark.parametrize("step", [0, 3, 12, 20])
def test_a_disk_that_fills_while_files_are_synced_is_named_and_harms_nothing(
    tmp_path: Path, corpora: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    home, (first, second) = tmp_path / "home", corpora
    before = run_ingest(home, first).generation
    real, calls = os.fsync, iter(range(10_000))

    def full(descriptor: int) -> None:
        if next(calls) >= step:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoSpace, match=r"is full \(.* MB free\)"):
        run_ingest(home, second, forget=first)
    monkeypatch.undo()
    _assert_unharmed(home, before)
    assert [path.name for path in (home / "generations").iterdir()] == [before]
    assert run_ingest(home, second, forget=first).added == 4


def test_a_disk_that_fills_under_the_cache_is_named(
    tmp_path: Path, corpora: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, (first, second) = tmp_path / "home", corpora
    before = run_ingest(home, first).generation
    store = VectorCache._store

    def little_room(cache: VectorCache, texts: list[str], vectors: Vectors) -> None:
        pages = cache._database.execute("PRAGMA page_count").fetchone()[0]
        cache._database.execute(f"PRAGMA max_page_count={pages}")  # SQLite's own way to meet a full disk
        store(cache, texts, vectors)

    monkeypatch.setattr(VectorCache, "_store", little_room)
    with pytest.raises(NoSpace) as caught:
        run_ingest(home, second, forget=first)
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    monkeypatch.undo()
    _assert_unharmed(home, before)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 4 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if not done or done.returncode:
        pytest.skip("mounting a file system needs root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


def test_a_disk_that_cannot_be_written_can_still_be_searched(small_disk: Path, corpora: tuple[Path, Path]) -> None:
    home = small_disk / "home"
    before = run_ingest(home, corpora[0]).generation
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    _assert_unharmed(home, before)
    with pytest.raises(SanghoError, match="cannot be written: Read-only file system"):
        run_ingest(home, corpora[1])


@pytest.mark.parametrize("spare", range(0, 3000, 300))
def test_a_really_full_disk_is_named_and_harms_nothing(
    small_disk: Path, corpora: tuple[Path, Path], spare: int
) -> None:
    home, (first, second) = small_disk / "home", corpora
    before = run_ingest(home, first).generation
    ballast = small_disk / "ballast"
    free = shutil.disk_usage(small_disk).free
    ballast.write_bytes(b"\0" * max(0, free - spare * 1000))
    try:
        run_ingest(home, second, forget=first)
    except NoSpace:
        _assert_unharmed(home, before)
        ballast.unlink()
        assert run_ingest(home, second, forget=first).added == 4
    with open_index(home, FakeEmbedder(), LIMIT) as generation:
        assert versions_found(generation, FakeEmbedder()) == {"version2"}
    assert len(list((home / "generations").iterdir())) == 1
