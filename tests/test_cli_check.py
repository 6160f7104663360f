"""`sangho check`: its shapes, its text, its batches, its exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from app.claims.printing import check_text
from tests import claim_fakes
from tests.cli_calls import Call, assert_refused, caller
from tests.small_corpus import ACCORD, CAMP, FILES, NEW_LAW, OLD_LAW

FUND: Final = "The semiconductor fund rises to $300 million."
CHECK: Final = {
    "claim", "verdict", "confidence", "parts", "quotes", "citations", "notice", "settings_digest", "generation",
    "timings_ms",
}  # fmt: skip
PART: Final = {"text", "verdict", "confidence", "citations", "closest", "differences"}
CITATION: Final = {
    "n", "doc_id", "title", "issuer", "date", "url", "edition", "paragraph", "page", "quote", "start", "end",
    "superseded_by", "stance",
}  # fmt: skip


@pytest.fixture
def call(
    small_home: Path, word_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    return caller(small_home, word_model, monkeypatch, capsys)


def test_it_prints_one_object_with_the_documented_keys(call: Call) -> None:
    for claim in (
        FUND,
        FUND.replace("300", "900"),
        "It says “the ambassadors meet thrice a year” and no more.",
        "Zebra.",
    ):
        said = call("check", claim, "--json")
        assert (said.code, said.err) == (0, "")
        check = said.json
        assert set(check) - {"prompts"} == CHECK
        assert check["claim"] == claim
        assert check["verdict"] in ("supported", "contradicted", "not_in_sources")
        assert check["parts"]
        assert all(set(part) == PART for part in check["parts"])
        assert all(set(one) == {"kind", "claimed", "source"} for part in check["parts"] for one in part["differences"])
        assert all(set(quote) == {"quote", "verbatim", "similarity", "citation"} for quote in check["quotes"])
        assert all(set(citation) == CITATION for citation in check["citations"])
        assert f"Searched {len(FILES)} documents" in check["notice"]


def test_it_prints_text_that_a_person_can_read(call: Call) -> None:
    said = call("check", FUND.replace("300", "900"))
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0].startswith("✕ Contradicted by the sources. Confidence: ")
    assert "- number: as written, $900 million; as published, $300 million" in lines
    assert f"[1] says otherwise: The Spirit of Camp David (18 August 2023), ¶6: “{FUND}”" in lines
    assert lines[-1].startswith("Searched 7 documents, the newest of 20 January 2026")
    korean = call("check", "제3조 장관은 매년 봄 국회에 보고한다.").out
    assert korean.startswith("✓ 자료가 뒷받침함. 확신도: ")
    assert "출처:" in korean


def test_only_what_is_named_counts(call: Call) -> None:
    def documents(*named: str) -> set[str]:
        arguments = [part for name in named for part in ("--against", name)]
        check = call("check", FUND, "--json", *arguments).json
        return {citation["doc_id"] for citation in check["citations"]}

    assert documents() == {CAMP}
    assert documents(CAMP) == {CAMP}
    assert documents(ACCORD) == {ACCORD}
    assert documents("law") <= {OLD_LAW, NEW_LAW} != set()
    assert documents(ACCORD, "law") <= {ACCORD, OLD_LAW, NEW_LAW}
    assert "Searched 3 documents" in call("check", FUND, "--against", ACCORD, "--against", "law").out
    assert "Searched 2 documents" in call("check", FUND, "--against", "law", "--against", OLD_LAW).out


@pytest.mark.parametrize("arguments", [["check", FUND], ["audit", "none.txt"], ["check", "--batch", "none.jsonl"]])
def test_what_is_neither_a_type_nor_a_document_is_told_with_what_there_is(call: Call, arguments: list[str]) -> None:
    for name in ("novel", "", "joint statement", f"{CAMP}.txt"):
        said = call(*arguments, "--against", name)
        assert_refused(said, repr(name), "article, joint_statement, law, memo, register", "sangho sources")


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("", "empty"), (" \t", "empty"), ("?!", "no words"), ("Does the fund rise?", "question"),
        ("the fund rises to $300 million and " * 2000, "2,000 are the most"),
        ("La ley no es obligatoria para las empresas de la nación.", "Spanish"), ("Фонд растёт.", "script"),
        ("half \udcff a letter", "not text"),
    ],
)  # fmt: skip
def test_what_is_no_claim_is_refused_in_a_line(call: Call, claim: str, told: str) -> None:
    said = call("check", claim)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("sangho: ")
    assert said.err.count("\n") == 1
    assert len(said.err) < 400
    assert told in said.err


@pytest.mark.parametrize(
    "arguments",
    [["check"], ["check", FUND, "--batch", "f"], ["check", FUND, "--out", "f"], ["check", FUND, "more"],
     ["check", FUND, "--against"], ["audit"], ["audit", "a", "b"], ["audit", "a", "--batch", "b"]],
)  # fmt: skip
def test_usage_is_explained_with_exit_code_2(call: Call, arguments: list[str]) -> None:
    said = call(*arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("usage: sangho")


def test_a_batch_has_an_object_a_line_in_order_and_goes_on_after_a_bad_one(call: Call, tmp_path: Path) -> None:
    batch, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines: list[object] = [
        {"id": "b", "claim": FUND}, {"id": 2, "claim": "Does it rise?"}, {"id": "c", "question": FUND},
        {"id": "한", "claim": "장관은 매년 봄 국회에 보고한다."}, {"id": 5, "claim": ["no text"]},
    ]  # fmt: skip
    batch.write_text("".join(json.dumps(line) + "\n" for line in lines) + "no JSON\n", encoding="utf-8")
    said = call("check", "--batch", batch, "--out", out, "--against", "joint_statement", "--against", NEW_LAW)
    assert (said.code, said.out) == (3, "")
    written = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in written] == ["b", 2, "c", "한", 5, 6]
    assert [set(line) == {"id", "error"} for line in written] == [False, True, True, False, True, True]
    assert set(written[0]) - {"prompts"} == CHECK | {"id"}
    assert "Searched 3 documents" in written[0]["notice"]
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["line 2", "line 3", "line 5", "line 6"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("claims.txt", f"{FUND}\n\nDoes it rise?\r\nThe ambassadors meet twice a year.\n"),
        ("claims.csv", f'n,claim\n1,"{FUND}"\n2,Does it rise?\n3,The ambassadors meet twice a year.\n'),
        ("CLAIMS.TSV", f"claim\tn\n{FUND}\t1\nDoes it rise?\t2\nThe ambassadors meet twice a year.\t3\n"),
    ],
)
def test_a_list_of_claims_is_numbered(call: Call, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    said = call("check", "--batch", tmp_path / name)
    assert said.code == 3
    assert [(line["id"], line.get("claim")) for line in said.lines] == [
        (1, FUND), (2, None), (3, "The ambassadors meet twice a year."),
    ]  # fmt: skip
    assert said.err.startswith("line 2: This is a question")


def test_files_that_cannot_be_used_are_named(call: Call, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "empty.txt").write_text("\n \n", encoding="utf-8")
    (tmp_path / "damaged.txt").write_bytes(b"\x00\xff\xfe\x81" * 40)
    (tmp_path / "many.txt").write_text("It rains.\n" * 501, encoding="utf-8")
    for name in ("none.jsonl", "none.txt", "folder.csv", "empty.txt", "damaged.txt", "many.txt"):
        assert_refused(call("check", "--batch", tmp_path / name), name)


def test_the_list_may_be_answered_into_its_own_file(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "claims.txt"
    path.write_text(FUND, encoding="utf-8")
    assert call("check", "--batch", path, "--out", path).code == 0
    assert json.loads(path.read_text(encoding="utf-8"))["claim"] == FUND


def test_no_index_is_told(call: Call, tmp_path: Path) -> None:
    assert_refused(call("check", FUND, home=tmp_path / "none"), "sangho ingest")


def test_help_tells_of_both(call: Call) -> None:
    assert {"check", "audit"} <= set(call("--help").out.split())
    assert "--against TYPE_OR_DOC" in call("check", "--help").out
    assert ".html, .md or .docx" in " ".join(call("audit", "--help").out.split())


# The text, of checks made by hand


def test_quotations_and_stances_are_told_with_their_numbers() -> None:
    lines = check_text(claim_fakes.misquoted()).splitlines()
    assert any(line.startswith("≠ to collaboratively develop") and line.endswith(" [1]") for line in lines)
    assert "- wording: as written, collaboratively; as published, work together to" in lines
    said = check_text(claim_fakes.supported())
    assert "Part by part:" in said
    assert "≡ “maintain focus" in said
    assert "[2] closest, but decides nothing: " in said
    assert "https://bidenwhitehouse.archives.gov/" in said


def test_a_digest_s_words_stand_in_no_quotation_marks_and_nothing_is_told_as_nothing() -> None:
    said = check_text(claim_fakes.not_held())
    assert "Sangho’s summary of ¶9: The three leaders" in said
    assert "“" not in said
    absent = check_text(claim_fakes.absent())
    assert absent.startswith("○ Not in the sources. Confidence: moderate (69%)")
    assert "Nothing in the sources comes near." in absent


def test_a_terminal_is_given_no_orders() -> None:
    check = claim_fakes.hostile_check()
    citation = replace(check.citations[0], title="\x1b]0;hacked\x07\x9b31m\r\nfaked line", quote="a\x1b[2Jb\nc\u202e")
    said = check_text(replace(check, citations=(citation,)))
    assert not set(said) & set("\x1b\x07\x9b\r\u202e")
    assert "[U+001B]]0;hacked[U+0007]" in said
    assert not any(line.startswith("faked") for line in said.splitlines())
    assert "javascript:" not in "".join(line for line in said.splitlines() if line.startswith("    "))
