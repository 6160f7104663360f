"""`sangho eval` on the command line: what it prints, what it keeps, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.running import run as runs
from eval.running.folder import ITEMS, SUMMARY
from tests.cli_calls import Call, assert_refused, caller
from tests.test_evaluate import LIST


@pytest.fixture
def call(
    small_home: Path, word_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    return caller(small_home, word_model, monkeypatch, capsys)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "questions.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


def test_run_prints_the_figures_and_keeps_the_run(call: Call, listed: Path, tmp_path: Path) -> None:
    said = call("eval", "run", "--data", listed, "--out", tmp_path / "run")
    assert said.code == 0
    assert "4 questions" in said.out
    assert "outcome right" in said.out
    assert "nDCG@10 by document" in said.out
    assert "question: total" in said.out
    assert "Evaluating: 4/4 items" in said.err
    assert "Moon Papers" in said.err  # a line of the list that could not be used
    assert (tmp_path / "run" / SUMMARY).exists()
    again = call("eval", "run", "--data", listed, "--out", tmp_path / "run")
    assert (again.code, again.out) == (0, said.out)


def test_run_prints_one_object(call: Call, listed: Path, tmp_path: Path) -> None:
    said = call("eval", "run", "--data", listed, "--limit", 2, "--tasks", "query", "--out", tmp_path / "run", "--json")
    assert said.code == 0
    assert "Evaluating" not in said.err
    assert set(said.json) == {
        "run", "finished", "items", "failed", "settings_digest", "generation", "figures", "costs",
    }  # fmt: skip
    assert (said.json["finished"], said.json["items"], said.json["failed"]) == (True, 2, [])
    assert said.json["figures"]["items"] == {"query": 2}


def test_a_crash_is_named_and_is_done_in_part(
    call: Call, listed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(runs, "_query", crash)
    said = call("eval", "run", "--data", listed, "--tasks", "query", "--out", tmp_path / "run")
    assert said.code == 3
    assert "crashed: line 2: ZeroDivisionError: boom" in said.err
    assert "4 crashed, and are in no figure" in said.out


def test_an_interruption_says_that_it_goes_on(
    call: Call, listed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_item = runs.run_item
    done: list[object] = []

    def interrupted(*arguments: object) -> object:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(arguments)
        return run_item(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(runs, "run_item", interrupted)
        said = call("eval", "run", "--data", listed, "--out", tmp_path / "run")
    assert (said.code, said.out) == (130, "")
    assert "the same command goes on from there" in said.err
    assert (tmp_path / "run" / ITEMS).read_text().count("\n") == 2
    unfinished = call("eval", "report", tmp_path / "run", "-o", tmp_path / "half.md")
    assert unfinished.code == 0
    assert "2 of 4 items" in unfinished.err
    assert call("eval", "run", "--data", listed, "--out", tmp_path / "run").code == 0


def test_runs_are_compared_and_reported(call: Call, listed: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    call("eval", "run", "--data", listed, "--out", one)
    call("eval", "run", "--data", listed, "--set", "depth=1", "--set", "ranking=bm25", "--out", two)
    text = call("eval", "compare", one, two)
    assert text.code == 0
    assert "4 items in both runs" in text.out
    assert "settings depth: 50 -> 1" in text.out
    assert "ranking: reranked -> bm25" in text.out
    said = call("eval", "compare", one, two, "--json")
    assert said.json["n"] == 4
    assert {"name": "ranking", "first": "reranked", "second": "bm25"} in said.json["differ"]
    for name in ("report.html", "report.md"):
        assert call("eval", "report", one, two, "-o", tmp_path / name).code == 0
        assert (tmp_path / name).stat().st_size > 500
    assert_refused(call("eval", "report", one, "-o", tmp_path / "report.pdf"), "report.pdf", ".html")


def test_what_cannot_be_used_is_said_in_one_line(call: Call, listed: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert_refused(call("eval", "run", "--data", tmp_path / "none.csv", "--out", out), "is not there")
    assert_refused(call("eval", "run", "--data", listed, "--tasks", "poem", "--out", out), "'poem'", "query, question")
    assert_refused(call("eval", "run", "--data", listed, "--set", "colour=red", "--out", out), "colour=red")
    assert_refused(call("eval", "run", "--data", listed, "--set", "depth=0", "--out", out), "SANGHO_DEPTH")
    assert_refused(call("eval", "run", "--data", listed, "--every", 0, "--out", out), "--every")
    assert_refused(call("eval", "compare", tmp_path, tmp_path), "no run's folder")
    assert_refused(call("eval", "report", tmp_path, "-o", tmp_path / "r.html"), "no run's folder")
    assert not out.exists()


@pytest.mark.parametrize("arguments", [["run"], ["compare", "one"], ["report", "one"], ["run", "--limit", "x"], []])
def test_what_is_missing_is_a_mistake_of_usage(call: Call, arguments: list[str]) -> None:
    assert call("eval", *arguments).code == 2


def test_another_run_s_folder_is_refused(call: Call, listed: Path, tmp_path: Path) -> None:
    listed.write_text("".join(LIST.splitlines(keepends=True)[:3]), encoding="utf-8")  # every line can be used
    call("eval", "run", "--data", listed, "--out", tmp_path / "run", "--limit", 1)
    before = json.loads((tmp_path / "run" / SUMMARY).read_text())
    said = call("eval", "run", "--data", listed, "--out", tmp_path / "run", "--limit", 1, "--seed", 5, "--json")
    assert_refused(said, "seed is 0 there and 5 now", "another folder")
    assert json.loads((tmp_path / "run" / SUMMARY).read_text()) == before
