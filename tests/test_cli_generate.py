"""`sangho eval generate` and `sangho eval drafts`: what they print, keep and send, and their exit codes."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import ChatModelUnreachable
from app.pipeline import Pipeline
from app.roots import Roots
from eval.drafts import cli as drafts_cli
from eval.drafts.drafted import FILE, decide, read_drafts, read_file
from eval.sets.own_list import load_list
from tests.cli_calls import Call, assert_refused, caller
from tests.draft_fakes import ELSEWHERE, HERE, Writer, said
from tests.small_corpus import ACCORD, NOTES

GOOD = {
    "Kratsios": ("In which city is the Kratsios Laboratory of the Chips Accord?", "Geneva"),
    "$120 million": ("How much will the two presidents of the Chips Accord spend until 2025?", "$120 million"),
    "Exchange students": ("How long are the visas of exchange students under the Chips Accord?", "three years"),
    "ambassadors meet twice": ("How often do the ambassadors of the Chips Accord meet?", "twice a year"),
}


def write(user: str) -> str:
    """A good draft for some paragraphs of the small corpus, and an invented one for the rest."""
    return next(
        (said(*pair) for words, pair in GOOD.items() if words in user), said("What is Japan’s part of 5?", "none")
    )


Given = Callable[..., Writer]


@pytest.fixture
def call(
    small_home: Path, word_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    monkeypatch.setenv("SANGHO_LLM", "fake:writer")
    return caller(small_home, word_model, monkeypatch, capsys)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    """Put a fake in the place of the chat model."""

    def put(write: Callable[[str], str] = write, address: str = HERE) -> Writer:
        model = Writer(write, address)
        monkeypatch.setattr(drafts_cli, "chat_model", lambda settings: model)
        return model

    return put


def test_without_a_chat_model_it_says_what_to_set(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SANGHO_LLM")
    out = tmp_path / "d.jsonl"
    assert_refused(call("eval", "generate", "--out", out), "chat model", "SANGHO_LLM", "provider:model")
    assert not out.exists()


def test_drafts_are_kept_counted_and_gone_on_with(call: Call, given: Given, tmp_path: Path) -> None:
    model, out = given(), tmp_path / "d.jsonl"
    one = call("eval", "generate", "--out", out, "--doc", ACCORD, "--count", 2)
    assert one.code == 0
    assert one.out.startswith(f"2 drafts in {out}, 2 of them new.")
    assert f"Paragraphs of 1 document are sent to fake:writer at {HERE}." in one.err
    assert "Drafting: 0/2 drafts" in one.err
    assert "No paragraph is left" not in one.out
    asked = len(model.asked)
    rest = call("eval", "generate", "--out", out, "--doc", ACCORD, "--json")
    assert rest.json["file"] == str(out)
    assert (rest.json["drafts"], rest.json["new"], rest.json["kept_here"]) == (4, 2, [])
    assert "Drafting" not in rest.err
    assert {draft.quote for draft in read_drafts(out)} == {quote for _, quote in GOOD.values()}
    tried = len(read_file(out).ids)
    assert tried == asked + rest.json["new"] + sum(rest.json["dropped"].values())
    again = call("eval", "generate", "--out", out, "--doc", ACCORD)
    assert again.code == 0
    assert "4 drafts" in again.out
    assert "No paragraph is left to try, so there are fewer than 20." in again.out
    assert len(model.asked) == tried


def test_another_seed_begins_elsewhere(call: Call, given: Given, tmp_path: Path) -> None:
    model = given()
    firsts = set()
    for seed in range(6):
        call("eval", "generate", "--out", tmp_path / f"{seed}.jsonl", "--doc", ACCORD, "--count", 1, "--seed", seed)
        firsts.add(model.asked[-1][1])
    assert len(firsts) > 1


def test_ctrl_c_keeps_what_is_there(call: Call, given: Given, tmp_path: Path) -> None:
    answers = itertools.count()

    def stop(user: str) -> str:
        if next(answers) == 2:
            raise KeyboardInterrupt
        return write(user)

    given(stop)
    out = tmp_path / "d.jsonl"
    stopped = call("eval", "generate", "--out", out, "--doc", ACCORD)
    assert (stopped.code, stopped.out) == (130, "")
    assert f"kept in {out}; the same command goes on" in stopped.err
    assert len(read_file(out).ids) == 2
    given()
    assert call("eval", "generate", "--out", out, "--doc", ACCORD).code == 0
    assert len(read_drafts(out)) == 4


def test_a_model_that_drafts_nothing_good_is_said_with_the_reasons(call: Call, given: Given, tmp_path: Path) -> None:
    given(lambda user: "I am a small model.")
    said = call("eval", "generate", "--out", tmp_path / "d.jsonl", "--doc", ACCORD)
    assert said.code == 1
    assert re.search(r"\d  the model wrote no question with an answer", said.out)
    assert "drafted no question that holds up. Set SANGHO_LLM to a larger model" in said.err


def test_a_model_that_is_gone_is_said_in_one_line(call: Call, given: Given, tmp_path: Path) -> None:
    def gone(user: str) -> str:
        raise ChatModelUnreachable("The chat model fake:writer cannot be used.", "Check SANGHO_LLM.")

    given(gone)
    said = call("eval", "generate", "--out", tmp_path / "d.jsonl", "--json")
    assert (said.code, said.out) == (1, "")
    assert said.err.endswith("sangho: The chat model fake:writer cannot be used. Check SANGHO_LLM.\n")


def test_local_only_documents_stay_here(
    call: Call, given: Given, small_home: Path, small: Pipeline, tmp_path: Path, word_model: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(small_home, home)
    root = small.document(ACCORD).root
    Roots(home).mark_local_only(root, True)
    model = given(address=ELSEWHERE)
    out = tmp_path / "d.jsonl"
    said = call("eval", "generate", "--out", out, home=home)
    assert said.code == 1
    assert "Left out, since they are local-only" in said.err
    assert "no paragraph to draft a question from" in said.err
    assert model.asked == []
    assert not out.exists()
    given(address=HERE)
    assert call("eval", "generate", "--out", out, "--count", 1, home=home).code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--count", "0"], "1 to 10,000"),
        (["--doc", "nowhere"], "no document 'nowhere'"),
        (["--doc", ACCORD, "--doc", "nowhere"], "no document 'nowhere'"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_sent(
    call: Call, given: Given, tmp_path: Path, arguments: list[str], says: str
) -> None:
    model = given()
    said = call("eval", "generate", "--out", tmp_path / "d.jsonl", *arguments)
    assert said.code == 1
    assert says in said.err
    assert model.asked == []
    assert call("eval", "generate", "--count", "x").code == 2


def test_a_file_of_something_else_is_refused(call: Call, given: Given, tmp_path: Path) -> None:
    model, out = given(), tmp_path / "claims.jsonl"
    out.write_text('{"id": "1", "claim": "So it is."}\n', encoding="utf-8")
    said = call("eval", "generate", "--out", out)
    assert said.code == 1
    assert f"{out}, line 1" in said.err
    assert model.asked == []


def test_own_documents_go_before_those_that_come_with_sangho(small: Pipeline, tmp_path: Path) -> None:
    from dataclasses import replace

    from app.settings import BUNDLED_CORPUS

    documents = dict(small.documents())
    bundled = {doc_id: replace(one, root=str(BUNDLED_CORPUS)) for doc_id, one in documents.items()}
    bundled["fetched"] = replace(bundled[ACCORD], root=str(tmp_path.resolve() / "originals"))
    assert drafts_cli.own_documents(bundled, tmp_path) == tuple(bundled)
    assert drafts_cli.own_documents(bundled | {NOTES: documents[NOTES]}, tmp_path) == (NOTES,)


# Deciding


@pytest.fixture
def drafted(call: Call, given: Given, tmp_path: Path) -> Path:
    given()
    out = tmp_path / "drafts.jsonl"
    assert call("eval", "generate", "--out", out, "--doc", ACCORD).code == 0
    return out


def test_drafts_are_listed_decided_on_and_written(call: Call, drafted: Path, small: Pipeline, tmp_path: Path) -> None:
    listed = call("eval", "drafts", drafted)
    assert (listed.code, listed.err) == (0, "")
    assert listed.out.endswith("4 to decide, 0 accepted, 0 rejected.\n")
    assert all(question in listed.out and f"-> {quote}" in listed.out for question, quote in GOOD.values())
    first, second, *_ = (draft.id for draft in read_drafts(drafted))
    done = call("eval", "drafts", drafted, "--accept", first, "--reject", second)
    assert (done.code, done.out) == (0, "2 to decide, 1 accepted, 1 rejected.\n")
    table = tmp_path / "questions.csv"
    written = call("eval", "drafts", drafted, "--accept", "all", "-o", table)
    assert (written.code, written.out, written.err) == (0, "", f"Written: {table} (3 questions)\n")
    assert [draft.status for draft in read_drafts(drafted)].count("rejected") == 1
    loaded = load_list(table, small.documents())
    assert len(loaded.set.queries) == 3
    assert loaded.warnings == ()
    lines = call("eval", "drafts", drafted, "--json").lines
    assert [line["status"] for line in lines].count("accepted") == 3
    assert set(lines[0]) == {"id", "question", "doc_id", "paragraph", "quote", "status"}


def test_the_accepted_are_measured_on(call: Call, drafted: Path, tmp_path: Path) -> None:
    table = tmp_path / "questions.csv"
    call("eval", "drafts", drafted, "--accept", "all", "-o", table)
    run = call("eval", "run", "--data", table, "--tasks", "query", "--out", tmp_path / "run", "--json")
    assert run.code == 0
    assert run.json["figures"]["items"] == {"query": 4}


def test_what_is_decided_wrongly_changes_nothing(call: Call, drafted: Path, tmp_path: Path) -> None:
    before = drafted.read_bytes()
    first = read_drafts(drafted)[0].id
    assert_refused(call("eval", "drafts", drafted, "--accept", first, "nope"), "no draft 'nope'", "sangho eval drafts")
    assert call("eval", "drafts", drafted, "--accept", first, "--reject", "all", first).code == 1
    assert_refused(call("eval", "drafts", drafted, "-o", tmp_path / "q.csv"), "No draft", "is accepted")
    assert drafted.read_bytes() == before
    assert_refused(call("eval", "drafts", tmp_path / "none.jsonl"), "is not there", "sangho eval generate")


def test_the_home_s_drafts_are_the_default(call: Call, given: Given, small_home: Path, tmp_path: Path) -> None:
    given()
    home = tmp_path / "home"
    shutil.copytree(small_home, home)
    assert call("eval", "generate", "--doc", ACCORD, "--count", 1, home=home).code == 0
    assert len(read_drafts(home / FILE)) == 1
    listed = call("eval", "drafts", home=home)
    assert "1 to decide" in listed.out
    decide(home / FILE, read_drafts(home / FILE)[0].id, "accepted", "What is «it» — really?")
    assert json.loads(call("eval", "drafts", "--json", home=home).out)["question"] == "What is «it» — really?"
