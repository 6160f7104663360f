"""The command as a process of its own: signals, closed pipes, full disks, and homes that are none."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli_calls import Call, assert_refused, caller
from tests.small_corpus import ACCORD, TOKENS

ROOT = Path(__file__).resolve().parents[1]
Start = Callable[..., subprocess.Popen[bytes]]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="pipes, signals and /dev/full are POSIX")


@pytest.fixture
def start(small_home: Path, word_model: Path) -> Start:
    """Start the command over the small index, its output and errors in pipes unless said otherwise."""
    settings = {"SANGHO_EMBEDDING": str(word_model), "SANGHO_PASSAGE_TOKENS": str(TOKENS)}
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}

    def start(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(ROOT / "sangho.py"), "--home", str(small_home)]
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen([*command, *map(str, arguments)], env=inherited | settings, **streams)

    return start


def finish(process: subprocess.Popen[bytes]) -> tuple[int, bytes, bytes]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_an_answer_is_all_that_is_printed(start: Start) -> None:
    code, out, err = finish(start("ask", "Who meets how often?", "--json"))
    assert (code, err) == (0, b"")
    assert json.loads(out)["question"] == "Who meets how often?"


@POSIX
@pytest.mark.parametrize("arguments", [["sources"], ["sources", "--json"], ["show", ACCORD]])
def test_a_reader_that_has_gone_is_no_error(start: Start, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = start(*arguments, stdout=writing)
    os.close(writing)
    code, _, err = finish(process)
    assert (code, err) == (0, b"")


@POSIX
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["sources", "--json"], ["show", ACCORD, "--paragraph", "1"]])
def test_a_full_disk_is_said_in_a_line(start: Start, arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        code, _, err = finish(start(*arguments, stdout=full))
    assert code == 1
    assert err.startswith(b"sangho: ")
    assert err.count(b"\n") == 1


@POSIX
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_for_a_batch_s_answers_too(call: Call, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": 1, "query": "fund"}\n' * 3, encoding="utf-8")
    assert_refused(call("search", "--batch", tmp_path / "in.jsonl", "--out", "/dev/full"), "No space left")


@POSIX
def test_an_interrupted_command_ends_without_a_traceback(start: Start, tmp_path: Path) -> None:
    pipe = tmp_path / "questions"
    os.mkfifo(pipe)
    process = start("ask", "--batch", pipe)
    with pipe.open("wb"):  # opens once the command reads it, and then keeps it waiting
        process.send_signal(signal.SIGINT)
        code, out, err = finish(process)
    assert (code, out, err) == (130, b"", b"")


@POSIX
def test_output_is_utf_8_whatever_the_locale(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    code, out, err = finish(start("sources", "--json"))
    assert (code, err) == (0, b"")
    assert "신뢰 기계 기본법" in {document["title"] for document in json.loads(out)["documents"]}
    assert "신뢰 기계 기본법".encode() in out


@pytest.fixture
def call(
    small_home: Path, word_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    return caller(small_home, word_model, monkeypatch, capsys)


READING = [["sources"], ["ask", "How?"], ["search", "fund", "--json"], ["show", ACCORD], ["remove", ACCORD]]


@pytest.mark.parametrize("arguments", READING)
def test_a_home_without_an_index_says_what_to_run(call: Call, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert_refused(call(*arguments, home=tmp_path), "Nothing has been ingested", "Run: sangho ingest")
    if arguments[0] != "remove":
        assert_refused(call(*arguments, home=tmp_path / "none"), "Run: sangho ingest")
        assert not (tmp_path / "none").exists(), "looking makes no folders"
        assert_refused(call(*arguments, home=tmp_path / "file"), "Run: sangho ingest")


def test_a_home_that_cannot_be_made_is_named(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    for home in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 300)):
        assert_refused(call("ingest", tmp_path, home=home), "cannot be written", "--home")


def test_a_home_one_may_not_read_is_named(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_text

    def refuse(path: Path, encoding: str) -> str:  # root may read everything, so permissions alone would not do
        if path.name == "CURRENT":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return read(path, encoding)

    monkeypatch.setattr(Path, "read_text", refuse)
    assert_refused(call("sources", home=tmp_path), str(tmp_path), "Permission denied", "Run: sangho ingest")


@pytest.mark.parametrize(
    "manifest", [b"", b"{", b"[]", b'{"format": 1}', b'{"format": 99}', b"\xff", b'{"format": 1, "recipe": {}}']
)
def test_a_broken_manifest_is_refused_and_mended_by_ingest(
    call: Call, small_home: Path, tmp_path: Path, manifest: bytes
) -> None:
    home = tmp_path / "home"
    shutil.copytree(small_home, home)
    (path,) = (home / "generations").glob("*/manifest.json")
    path.write_bytes(manifest)
    for arguments in (["ask", "How?"], ["sources", "--json"]):
        assert_refused(call(*arguments, home=home), "manifest.json", "Run: sangho ingest")
    if manifest == b"{":
        assert call("ingest", small_home.parent / "corpus", "--json", home=home).code == 0
        assert call("sources", home=home).code == 0


@pytest.mark.parametrize("pointer", [b"", b"../..", b"\xff", b"0123456789ab"])
def test_a_broken_pointer_is_refused(call: Call, small_home: Path, tmp_path: Path, pointer: bytes) -> None:
    home = tmp_path / "home"
    shutil.copytree(small_home, home)
    (home / "CURRENT").write_bytes(pointer)
    assert_refused(call("search", "fund", home=home), "Run: sangho ingest")


def test_a_stale_index_is_refused_with_both_values(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGHO_PASSAGE_TOKENS", "81")
    assert_refused(call("ask", "How?"), "passage limit 80, in use is 81", "Run: sangho ingest")
    monkeypatch.setenv("SANGHO_PASSAGE_TOKENS", str(TOKENS))
    monkeypatch.setenv("SANGHO_EMBEDDING", "bundled")
    assert_refused(call("sources"), "all-MiniLM-L6-v2", "Run: sangho ingest")


def test_settings_that_cannot_be_used_are_named(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGHO_PORT", "many")
    assert_refused(call("sources"), "SANGHO_PORT", "'many'")
    monkeypatch.delenv("SANGHO_PORT")
    monkeypatch.setenv("SANGHO_EMBEDDING", "/no/such/model")
    assert_refused(call("ask", "How?"), "/no/such/model", "SANGHO_EMBEDDING")
