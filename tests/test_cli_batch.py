"""Batches: one object a line, in order, whatever some of the lines are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.pipeline import Pipeline
from tests.cli_calls import Call, assert_refused, caller
from tests.small_corpus import CAMP
from tests.test_cli import ANSWER, RESULT

FUND = "How large is the semiconductor fund?"


@pytest.fixture
def call(
    small_home: Path, word_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    return caller(small_home, word_model, monkeypatch, capsys)


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    return tmp_path / "in.jsonl"


def write(path: Path, *lines: object) -> Path:
    path.write_text(
        "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines), encoding="utf-8"
    )
    return path


def test_answers_come_in_order_with_their_ids(call: Call, batch: Path, small: Pipeline) -> None:
    write(
        batch,
        {"id": "b", "question": FUND},
        {"id": 2, "question": "and in 2023?", "history": ["How often did the ambassadors meet in 2021?"]},
        {"id": "한", "question": "과태료는 얼마인가?", "note": "is passed over"},
    )
    said = call("ask", "--batch", batch)
    assert (said.code, said.err) == (0, "")
    assert [line["id"] for line in said.lines] == ["b", 2, "한"]
    assert all(set(line) == ANSWER | {"id"} for line in said.lines)
    assert said.lines[1]["query"] == "How often did the ambassadors meet in 2023?"
    assert said.lines[0]["answer"] == small.ask(FUND).answer
    assert "한" in said.out, "words are written as words"


BAD_LINES = [
    ("not JSON", 2),
    ('{"question": "no id"}', 3),
    ('{"id": "c", "question": 5}', "c"),
    ('{"id": "d", "question": "And?", "history": "not a list"}', "d"),
    ('{"id": "e", "question": "And?", "history": [1]}', "e"),
    ('{"id": "f", "question": ""}', "f"),
    ('{"id": "g", "question": "' + "x" * 100_000 + '"}', "g"),
    ('{"id": "h"}', "h"),
    ('["id", "question"]', 10),
    ('{"id": null, "question": "And?"}', 11),
    ('{"id": {"a": 1}, "question": "And?"}', 12),
    ('{"id": "j", "question": "half \\ud800 a letter"}', "j"),
    ('{"id": "k", "question": "And?", "history": ["' + "x" * 100_000 + '"]}', "k"),
    ("[" * 100_000, 15),
    ('{"id": ' + "1" * 5000 + ', "question": "And?"}', 16),
    ('{"id": 1e999, "question": "And?"}', 17),
    ('{"id": "l", "question": "And?"', 18),
]


def test_a_bad_line_gets_an_error_in_its_place_and_the_rest_goes_on(call: Call, batch: Path, tmp_path: Path) -> None:
    good = {"id": "good", "question": FUND}
    write(batch, good, *(line for line, _ in BAD_LINES), good)
    out = tmp_path / "out.jsonl"
    said = call("ask", "--batch", batch, "--out", out)
    assert (said.code, said.out) == (3, "")
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["good", *(name for _, name in BAD_LINES), "good"]
    assert all(set(line) == {"id", "error"} for line in lines[1:-1])
    assert all(len(line["error"]) < 400 for line in lines[1:-1])
    assert lines[0]["answer"] == lines[-1]["answer"]
    assert [line.split(":")[0] for line in said.err.splitlines()] == [f"line {n}" for n in range(2, len(BAD_LINES) + 2)]


def test_ids_may_be_any_text(call: Call, batch: Path) -> None:
    write(batch, '{"id": "\\ud800 \\u2028", "question": "And?"}', {"id": "", "question": "And?"})
    said = call("ask", "--batch", batch)
    assert said.code == 0
    assert [json.loads(line)["id"] for line in said.out.split("\n")[:-1]] == ["\ud800 \u2028", ""]


def test_blank_lines_a_byte_order_mark_and_windows_lines_are_taken(call: Call, batch: Path) -> None:
    line = json.dumps({"id": 1, "question": "And?"})
    batch.write_bytes(f"\ufeff{line}\r\n\r\n  \n{line}".encode())
    said = call("ask", "--batch", batch)
    assert (said.code, [answer["id"] for answer in said.lines]) == (0, [1, 1])


def test_an_empty_batch_is_done_at_once(call: Call, batch: Path, tmp_path: Path) -> None:
    said = call("ask", "--batch", write(batch), "--out", tmp_path / "out.jsonl")
    assert (said.code, said.out, said.err) == (0, "", "")
    assert (tmp_path / "out.jsonl").read_text() == ""


def test_searches_can_be_batched_with_their_options(call: Call, batch: Path) -> None:
    write(batch, {"id": 1, "query": "undersea cables"}, {"id": 2, "question": "no query"}, {"id": 3, "query": "fund"})
    said = call("search", "--batch", batch, "-k", 1, "--doc", CAMP)
    assert said.code == 3
    first, second, third = said.lines
    assert set(first) == {"id", "query", "results"}
    assert [set(result) for result in first["results"]] == [RESULT]
    assert (first["results"][0]["doc_id"], third["results"][0]["doc_id"]) == (CAMP, CAMP)
    assert set(second) == {"id", "error"}
    exact = call("search", "--batch", write(batch, {"id": 1, "query": "KEPT in Seoul"}), "--exact")
    assert [result["doc_id"] for result in exact.lines[0]["results"]] == [CAMP]


def test_the_batch_may_be_answered_into_its_own_file(call: Call, batch: Path) -> None:
    write(batch, {"id": 1, "question": "And?"}, {"id": 2, "question": "And?"})
    assert call("ask", "--batch", batch, "--out", batch).code == 0
    assert [json.loads(line)["id"] for line in batch.read_text(encoding="utf-8").splitlines()] == [1, 2]


def test_files_that_cannot_be_used_are_named(call: Call, batch: Path, tmp_path: Path) -> None:
    assert_refused(call("ask", "--batch", tmp_path / "none.jsonl"), "none.jsonl")
    assert_refused(call("ask", "--batch", tmp_path), str(tmp_path))
    write(batch, {"id": 1, "question": "And?"})
    assert_refused(call("ask", "--batch", batch, "--out", tmp_path / "no" / "folder"), "no/folder")
    assert_refused(call("ask", "--batch", batch, "--since", "soon"), "soon")
    batch.write_bytes(b"\xff\xfe not UTF-8")
    assert_refused(call("search", "--batch", batch), "in.jsonl")
