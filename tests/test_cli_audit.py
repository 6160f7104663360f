"""`sangho audit`: its shapes, its text, its report, stopping and going on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from app.audit.kept import FOLDER
from app.audit.results import Audit, AuditProgress
from app.claims.check import Checker
from app.claims.printing import audit_text
from app.claims.results import ALL, Check, Searchable
from app.errors import BadInput
from app.pipeline import Pipeline
from app.progress import shown_count
from tests import claim_fakes
from tests.cli_calls import Call, assert_refused, caller
from tests.small_corpus import ACCORD, CAMP, FILES, TOKENS

ARTICLE: Final = """title: Two sides of a coin
date: 2023-09

The semiconductor fund rises to $900 million. Its ambassadors meet in secret.
The Camp David statement says that the leaders “keep the fund in Seoul” for good.
I think that this is a pity. By 2040 everything will be different.
The ambassadors of the accord meet twice a year. Their first meeting took place in June 2021.
"""
SENTENCES: Final = 7
ROOT: Final = Path(__file__).resolve().parents[1]


@pytest.fixture
def call(
    small_home: Path, word_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    return caller(small_home, word_model, monkeypatch, capsys)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    return path


def test_it_prints_one_object_with_the_documented_keys(call: Call, article: Path) -> None:
    said = call("audit", article, "--json")
    assert (said.code, said.err) == (0, "")
    found = said.json
    assert set(found) == {"document", "sentences", "summary"}
    assert found["document"] == "Two sides of a coin"
    assert len(found["sentences"]) == found["summary"]["sentences"] == SENTENCES
    assert all(set(one) == {"paragraph", "text", "kind", "check"} for one in found["sentences"])
    assert [one["paragraph"] for one in found["sentences"]] == [1, 1, 2, 3, 3, 4, 4]
    assert found["sentences"][0]["check"]["verdict"] == "contradicted"
    assert found["sentences"][3]["check"] is None


def test_it_prints_problems_first_and_how_far_it_is_beside(call: Call, article: Path) -> None:
    said = call("audit", article)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == "Audit of Two sides of a coin"
    assert "✕ Contradicted by the sources: 1" in lines
    assert "Not checked, and not marked: opinion 1, forecast 1" in lines
    at = lines.index("To look at first:")
    assert lines[at + 1] == "¶1  The semiconductor fund rises to $900 million."
    assert lines[at + 2].startswith("    ✕ Contradicted by the sources. Confidence: ")
    assert lines[at + 3] == "    - number: as written, $900 million; as published, $300 million"
    assert "says otherwise: The Spirit of Camp David (18 August 2023), ¶6" in lines[at + 4]
    assert f"Searched {len(FILES)} documents" in said.out
    assert "does not mean false" in said.out
    told = said.err.splitlines()
    assert told[-1] == f"Auditing: {SENTENCES}/{SENTENCES} sentences"
    assert all(line.startswith("Auditing: ") for line in told)


def test_what_counts_is_restricted_and_said(call: Call, article: Path) -> None:
    said = call("audit", article, "--against", ACCORD, "--against", "law")
    assert "Searched 3 documents" in said.out
    assert f"Only this counts as evidence: {ACCORD}, law" in said.out
    found = call("audit", article, "--against", ACCORD, "--json").json
    cited = {one["doc_id"] for s in found["sentences"] if s["check"] for one in s["check"]["citations"]}
    assert cited == {ACCORD}


@pytest.mark.parametrize(("ending", "start"), [(".html", b"<!doctype html>"), (".md", b"#"), (".docx", b"PK")])
def test_a_report_is_written_and_named(call: Call, article: Path, tmp_path: Path, ending: str, start: bytes) -> None:
    report = tmp_path / f"report{ending}"
    said = call("audit", article, "--out", report)
    assert said.code == 0
    assert said.out.endswith(f"{report}\n")
    assert report.read_bytes().lower().startswith(start.lower())
    assert call("audit", article, "--out", report, "--json").json["summary"]["sentences"] == SENTENCES


def test_where_the_report_goes_is_checked_before_the_work(
    call: Call, article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pipeline, "audit", None)
    (tmp_path / "folder.html").mkdir()
    for name, told in (("report.pdf", "report.pdf"), ("none/report.html", "none"), ("folder.html", "is a folder")):
        assert_refused(call("audit", article, "--out", tmp_path / name), told)


def test_what_is_no_article_is_refused_in_a_line(call: Call, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    (tmp_path / "marks.txt").write_text("--- *** 12 34", encoding="utf-8")
    (tmp_path / "broken.docx").write_bytes(b"PK no document")
    (tmp_path / "folder").mkdir()
    for name in ("none.txt", "picture.png", "empty.txt", "marks.txt", "broken.docx", "folder"):
        said = call("audit", tmp_path / name)
        assert (said.code, said.out) == (1, ""), name
        assert said.err.startswith(f"sangho: '{name}'"), name
        assert said.err.count("\n") == 1, name
        assert len(said.err.split(". ")) > 1, "a remedy follows"


def test_sentences_that_failed_are_named_and_the_code_is_3(
    call: Call, article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = Checker.check

    def fails(self: Checker, claim: str, against: Searchable = ALL) -> Check:
        if "June 2021" in claim:
            raise BadInput("It\x1b[2J cannot\nbe read.", "Say it otherwise.")
        return check(self, claim, against)

    monkeypatch.setattr(Checker, "check", fails)
    said = call("audit", article, "--json")
    assert said.code == 3
    assert said.json["summary"]["failed"] == 1
    assert said.err == "not checked: ¶4: It[U+001B][2J cannot be read. Say it otherwise.\n"
    text = call("audit", article)
    assert text.code == 3
    assert "What could not be checked:" in text.out
    assert "\x1b" not in text.out


def test_it_goes_on_where_it_was_stopped(
    call: Call, article: Path, small_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, asked = Checker.check, list[str]()
    stop = [True]

    def interrupted(self: Checker, claim: str, against: Searchable = ALL) -> Check:
        if stop and len(asked) == 2:
            raise KeyboardInterrupt
        asked.append(claim)
        return check(self, claim, against)

    monkeypatch.setattr(Checker, "check", interrupted)
    said = call("audit", article)
    assert (said.code, said.out) == (130, "")
    assert said.err.splitlines()[-1].startswith(f"Stopped after 2 of {SENTENCES} sentences; run the same command again")
    assert list((small_home / FOLDER).iterdir())
    stop.clear()
    before = len(asked)
    assert call("audit", article).code == 0
    assert not set(asked[:before]) & set(asked[before:]), "what was checked is not checked again"
    assert list((small_home / FOLDER).iterdir()) == []


def test_stopped_before_the_first_sentence_says_nothing(
    call: Call, article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(self: Pipeline, path: Path, against: Searchable = ALL) -> Iterator[AuditProgress | Audit]:
        raise KeyboardInterrupt

    monkeypatch.setattr(Pipeline, "audit", stop)
    said = call("audit", article)
    assert (said.code, said.out, said.err) == (130, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_ctrl_c_stops_the_command_itself(small_home: Path, word_model: Path, tmp_path: Path) -> None:
    long = tmp_path / "long.txt"
    long.write_text("\n".join(f"The fund of town {n} rose to ${n} million in 2021." for n in range(1, 1500)), "utf-8")
    settings = {"SANGHO_EMBEDDING": str(word_model), "SANGHO_PASSAGE_TOKENS": str(TOKENS)}
    command = [sys.executable, str(ROOT / "sangho.py"), "--home", str(small_home), "audit", str(long)]
    with subprocess.Popen(
        command, env=os.environ | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        first = running.stderr.readline()
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert first == "Auditing: 1/1499 sentences\n"
    assert (running.returncode, out) == (130, "")
    assert "run the same command again" in err.splitlines()[-1]
    assert "Traceback" not in err


# The text and the progress, by hand


def test_the_text_of_an_audit_tells_each_problem_once() -> None:
    found = claim_fakes.an_audit(["law"])
    said = audit_text(found, "out.md")
    for sentence in found.sentences:
        assert said.count(f"¶{sentence.paragraph}  {sentence.text}\n") <= 2
    start = said.index("To look at first:")
    for sentence in found.problems:
        assert said.index(sentence.text) > start
    assert "△ Could not be checked: 1" in said
    assert "The chat model gave no answer in 60 seconds." in said
    assert said.endswith("→ out.md")
    clean = replace(found, sentences=tuple(one for one in found.sentences if not one.is_problem))
    assert "No sentence is contradicted by the sources" in audit_text(clean)
    assert audit_text(claim_fakes.a_korean_audit()).startswith("검토: 인공지능기본법과 한미 협력")


def test_a_terminal_is_given_no_orders() -> None:
    said = audit_text(claim_fakes.a_hostile_audit(), "a\x1bb\n.md")
    assert not set(said) & set("\x1b\r\u202e\u2066")


def test_progress_is_a_line_a_tenth_and_nothing_when_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with shown_count("Auditing", "sentences") as report:
        for done in range(1, 101):
            report(done, 100)
    assert capsys.readouterr().err.splitlines() == [
        f"Auditing: {done}/100 sentences" for done in (1, *range(10, 101, 10))
    ]
    with shown_count("Auditing", "sentences", quiet=True) as report:
        report(1, 1)
    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_there_is_a_bar_that_leaves_nothing_behind(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with shown_count("Auditing", "sentences") as report:
        report(1, 2)
        report(2, 2)
    assert capsys.readouterr().out == ""


def test_the_article_s_own_index_is_left_as_it_was(call: Call, article: Path, small_home: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (small_home / "generations").rglob("*")}
    assert call("audit", article, "--against", CAMP).code == 0
    assert {path: path.stat().st_mtime_ns for path in (small_home / "generations").rglob("*")} == before
