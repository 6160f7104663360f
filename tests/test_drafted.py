"""The file of drafts: read, added to, decided on by several at once, cut off by a kill, and taken over as a table."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import BadInput
from eval.drafts import line_file
from eval.drafts.drafted import (
    LONGEST_QUESTION,
    Draft,
    DraftFile,
    Tried,
    accepted_csv,
    add,
    decide,
    decide_all,
    read_drafts,
    read_file,
    write_accepted,
)
from eval.sets.own_list import load_list
from ingest.documents import Document, Paragraph
from ingest.errors import NoSpace
from tests.draft_fakes import NEW

KOREAN = Draft("법:3", "과태료의 상한은 얼마인가요?", "법", 3, "3천만원 이하\u2028로 한다", "rejected")
FAILED = Tried("han", 9, "the question holds its answer", "What is <b>$1</b>?")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "new folder" / "drafts.jsonl"
    for one in (NEW, FAILED, KOREAN):
        assert add(path, one)
    return path


def line(**changes: object) -> str:
    return json.dumps(asdict(NEW) | changes) + "\n"


def test_what_is_added_is_read_in_order(path: Path) -> None:
    assert read_file(path) == DraftFile((NEW, KOREAN), (FAILED,))
    assert read_drafts(path) == (NEW, KOREAN)
    assert read_file(path).ids == {"han:8", "han:9", "법:3"}
    assert path.read_text("utf-8").count("\n") == 3 + 0 * path.read_text("utf-8").count("\u2028")
    assert "과태료" in path.read_text("utf-8")  # people read it too


def test_a_paragraph_that_was_tried_is_not_added_again(path: Path) -> None:
    before = path.read_bytes()
    assert not add(path, replace(NEW, question="What else?"))
    assert not add(path, Tried("han", 8, "why"))
    assert not add(path, replace(NEW, id="han:9", paragraph=9))
    assert path.read_bytes() == before


def test_deciding_changes_one_draft_and_nothing_else(path: Path) -> None:
    assert decide(path, "han:8", "accepted") == replace(NEW, status="accepted")
    assert read_file(path) == DraftFile((replace(NEW, status="accepted"), KOREAN), (FAILED,))
    worded = decide(path, "han:8", "rejected", "  How much do\n Koreans\u200b invest? ")
    assert worded == replace(NEW, status="rejected", question="How much do Koreans invest?")
    assert decide(path, "han:8", "new").question == "How much do Koreans invest?"
    assert not add(path, Tried("han", 9, "why"))  # what was tried is still known


@pytest.mark.parametrize(
    "wording", ["", "  \n", "?!", "x" * (LONGEST_QUESTION + 1), "What\u202e?", "What\ud800?", "a\x00b"]
)
def test_a_wording_that_is_none_is_refused(path: Path, wording: str) -> None:
    before = path.read_bytes()
    with pytest.raises(BadInput, match="The question"):
        decide(path, "han:8", "accepted", wording)
    assert path.read_bytes() == before


def test_several_are_decided_on_together_or_not_at_all(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(BadInput, match="no draft 'han:99'"):
        decide_all(path, {"han:8": "accepted", "han:99": "accepted"})
    assert path.read_bytes() == before
    done = decide_all(path, {"han:8": "rejected", "법:3": "accepted"})
    assert [draft.status for draft in done] == ["rejected", "accepted"]
    assert read_drafts(path) == done


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("{\n" + line(), "line 1, is no JSON"),
        (line() + "\n[1]\n", "line 3, holds no JSON object"),
        (line(paragraph=True), "line 1, has no paragraph's number"),
        (line(paragraph=0), "no paragraph's number"),
        (line(paragraph="8"), "no paragraph's number"),
        (line(status="maybe"), "status 'maybe'"),
        (line(status=None), "status 'None'"),
        (line(question=""), "has no words"),
        (line(question=None), "has no words"),
        (line(question=7), "question that is no text"),
        (line(question="a\nb"), "control characters"),
        (line(question="What \u202e?"), "control characters"),
        (line(question="x" * 10_000), "10,000 characters"),
        (line(quote=[]), "quote that is no text"),
        (line(quote=" "), "has no quote"),
        (line(id=" x"), "no id that can be used"),
        (line(doc_id=""), "no doc_id"),
        (line(doc_id="a\nb"), "no doc_id"),
        (line() + line(), "line 2, has the id of an earlier line, 'han:8'"),
        ("[" * 100_000 + "\n", "is no JSON"),
        ("\udcff\n", "is no JSON"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_draft_is_named(tmp_path: Path, lines: str, says: str) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(lines.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadInput, match=says):
        read_drafts(path)
    before = path.read_bytes()
    with pytest.raises(BadInput, match=says):
        add(path, KOREAN)
    assert path.read_bytes() == before  # another file than ours is not written to


def test_a_file_that_is_not_there_or_no_file_is_said(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(BadInput, match="cannot be read"):
            read_drafts(path)
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="cannot be written"):
        add(tmp_path / "file" / "x.jsonl", NEW)


@settings(max_examples=50)
@given(cut=st.integers(0, 400))
def test_a_last_line_that_was_cut_off_is_passed_over_and_overwritten(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "d.jsonl"
    whole = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in (NEW, KOREAN)).encode()
    path.write_bytes(whole[:cut])
    held = read_file(path)
    assert held.drafts in ((), (NEW,), (NEW, KOREAN))
    last = replace(NEW, id="x:1", doc_id="x", paragraph=1)
    assert add(path, last)
    assert read_drafts(path) == (*held.drafts, last)


def test_a_hand_made_file_needs_no_last_line_end_and_may_have_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(
        b"\xef\xbb\xbf" + line().replace("\n", "\r\n\r\n").encode() + line(id="b", paragraph=2).strip().encode()
    )
    assert [draft.id for draft in read_drafts(path)] == ["han:8", "b"]
    assert add(path, KOREAN)
    assert [draft.id for draft in read_drafts(path)] == ["han:8", "b", "법:3"]


def test_a_process_killed_while_it_adds_and_decides_leaves_whole_drafts(path: Path) -> None:
    code = (
        "import sys, itertools\nfrom pathlib import Path\nfrom eval.drafts.drafted import Draft, add, decide\n"
        "path = Path(sys.argv[1])\nprint('ready', flush=True)\n"
        "for n in itertools.count(int(sys.argv[2])):\n"
        "    add(path, Draft(f'k:{n}', 'What was decided? ' * 9, 'k', n, 'words ' * 400))\n"
        "    decide(path, 'han:8', ('accepted', 'rejected')[n % 2])\n"
    )
    for first, wait in ((100, 0.02), (1000, 0.2)):
        command = [sys.executable, "-c", code, str(path), str(first)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
            assert running.stdout is not None
            assert running.stdout.readline() == b"ready\n"
            time.sleep(wait)
            os.kill(running.pid, signal.SIGKILL)
        drafts = read_drafts(path)
        assert KOREAN in drafts
        assert {draft.quote for draft in drafts if draft.doc_id == "k"} <= {"words " * 400}
        assert add(path, Tried("other", first, "why"))  # no lock is left behind
    assert len(drafts) > 2


def test_adding_and_deciding_at_the_same_time_loses_nothing(path: Path) -> None:
    def add_many() -> None:
        for n in range(20):
            add(path, replace(NEW, id=f"n:{n + 1}", doc_id="n", paragraph=n + 1))

    def decide_many() -> None:
        for n in range(20):
            decide(path, "han:8", "accepted" if n % 2 else "rejected")

    threads = [threading.Thread(target=work) for work in (add_many, decide_many, decide_many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drafts = read_drafts(path)
    assert [draft.id for draft in drafts] == ["han:8", "법:3", *(f"n:{n + 1}" for n in range(20))]
    assert drafts[0].status == "accepted"


@pytest.mark.parametrize("half", [False, True])
def test_a_full_disk_leaves_the_file_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch, half: bool) -> None:
    before, write = path.read_bytes(), os.write

    def full(file: int, data: bytes) -> int:
        if half and len(data) > 60:
            return write(file, data[:50])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(NoSpace, match="is full"):
        add(path, replace(NEW, id="x:1", doc_id="x"))
    assert path.read_bytes() == before
    monkeypatch.setattr(line_file, "write_whole", lambda *_: full(0, b""))
    with pytest.raises(NoSpace):
        decide(path, "han:8", "accepted")
    assert path.read_bytes() == before


def test_who_waits_for_another_process_in_vain_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_file, "WAIT", 0.05)
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with line_file.alone(path):
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    entered.wait(10)
    with pytest.raises(BadInput, match="Another process has been writing"):
        decide(path, "han:8", "accepted")
    leave.set()
    thread.join()
    assert decide(path, "han:8", "accepted").status == "accepted"


def document(doc_id: str) -> Document:
    return Document(doc_id, f"Title of {doc_id}", (Paragraph(1, "Words."),), path=f"/x/{doc_id}.txt")


def table(path: Path, *doc_ids: str) -> dict[str, Any]:
    loaded = load_list(path, {doc_id: document(doc_id) for doc_id in doc_ids})
    assert loaded.warnings == ()
    return {query.text: set(query.relevant) for query in loaded.set.queries}


def test_the_accepted_become_a_table_that_a_run_reads(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "q.csv"
    with pytest.raises(BadInput, match="is accepted"):
        write_accepted(path, out)
    decide_all(path, {"han:8": "accepted", "법:3": "accepted"})
    with pytest.raises(BadInput, match=r"\.csv"):
        write_accepted(path, tmp_path / "q.xlsx")
    assert write_accepted(path, out) == 2
    assert table(out, "han", "법") == {NEW.question: {"han"}, KOREAN.question: {"법"}}
    decide(path, "han:8", "rejected")
    assert write_accepted(path, out) == 1
    assert table(out, "han", "법") == {KOREAN.question: {"법"}}
    assert [one.name for one in tmp_path.iterdir() if "tmp" in one.name] == []


def test_nothing_in_the_table_is_a_formula_or_breaks_out_of_its_cell(tmp_path: Path) -> None:
    nasty = ['=HYPERLINK("http://x")?', "@SUM(1)?", '+1; what, "is" that?', "-2 what?", "＝1 what?", "'what'; which?"]
    drafts = [replace(NEW, question=question, doc_id=f"=d{n}") for n, question in enumerate(nasty)]
    text = accepted_csv(drafts)
    out = tmp_path / "q.csv"
    out.write_text(text, encoding="utf-8")
    assert table(out, *(draft.doc_id for draft in drafts)) == {d.question: {d.doc_id} for d in drafts}
    cells = [cell.strip('"') for row in text.lstrip("\ufeff").splitlines() for cell in row.split('","')]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "＝"))]


QUESTIONS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zl", "Zp")), min_size=1, max_size=40)


@settings(max_examples=40)
@given(wording=QUESTIONS)
def test_any_wording_survives_file_and_table(tmp_path_factory: pytest.TempPathFactory, wording: str) -> None:
    path = tmp_path_factory.mktemp("any") / "d.jsonl"
    add(path, NEW)
    try:
        kept = decide(path, "han:8", "accepted", wording)
    except BadInput:
        assert not any(map(str.isalnum, wording)) or not "".join(wording.split()).isprintable()
        return
    assert read_drafts(path) == (kept,)
    out = path.with_suffix(".csv")
    assert write_accepted(path, out) == 1
    assert list(table(out, "han")) == [kept.question]
