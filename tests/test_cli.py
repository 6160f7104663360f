"""The command line: its shapes, its exit codes, and what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sangho
from ingest.embedding import SentenceTransformerEmbedder
from tests.cli_calls import Call, assert_refused, caller
from tests.small_corpus import ACCORD, ARTICLE, CAMP, FILES, NEW_LAW, NOTES, OLD_LAW, write_small_corpus

# As DESIGN.md writes them; `prompts` says which versions of the prompts were used.
ANSWER = {
    "question", "query", "outcome", "abstained", "answer", "notice", "mode", "statements", "citations", "related",
    "evidence", "dropped", "coverage", "language", "settings_digest", "generation", "timings_ms", "prompts",
}  # fmt: skip
CITATION = {
    "n", "doc_id", "title", "issuer", "date", "url", "edition", "paragraph", "page", "quote", "start", "end",
    "superseded_by",
}  # fmt: skip
EVIDENCE = {"passage_id", "doc_id", "paragraphs", "score", "text"}
RESULT = EVIDENCE | {"title", "date"}
INGESTED = {"added", "changed", "removed", "unchanged", "failed", "passages", "seconds", "generation"}
FUND = "How large is the semiconductor fund?"


@pytest.fixture
def call(
    small_home: Path, word_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    return caller(small_home, word_model, monkeypatch, capsys)


def test_ask_prints_one_object_with_the_documented_keys(call: Call) -> None:
    for arguments in (["Article 2. Whoever keeps no records pays a fine?"], [FUND], ["zebra", "--doc", NOTES]):
        said = call("ask", *arguments, "--json")
        assert (said.code, said.err) == (0, "")
        answer = said.json
        assert set(answer) == ANSWER
        assert answer["abstained"] is (answer["outcome"] == "not_in_sources")
        assert answer["mode"] == "extractive"
        assert set(answer["coverage"]) == {"documents", "newest", "not_held"}
        assert all(set(citation) == CITATION for citation in (*answer["citations"], *answer["related"]))
        assert all(set(passage) == EVIDENCE for passage in answer["evidence"])
        assert all(set(statement) == {"text", "citations"} for statement in answer["statements"])
        assert all(isinstance(passage["paragraphs"], list) for passage in answer["evidence"])


def test_ask_prints_text_that_a_person_can_read(call: Call) -> None:
    said = call("ask", "and in 2023?", "--history", "What of the ambassadors in 2021?")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[0] in (
        "(Answered from the sources)", "(The sources say otherwise)", "(Not in the sources)",
    )  # fmt: skip
    assert "Searched for: What of the ambassadors in 2023?" in said.out
    assert f"Searched {len(FILES)} documents, the newest of 20 January 2026" in said.out


def test_a_digest_s_words_stand_in_no_quotation_marks(call: Call) -> None:
    said = call("ask", "What did Korean firms put into American laboratories?", "--doc", ARTICLE)
    assert "Sangho’s summary of ¶2" in said.out
    assert "“" not in said.out
    original = call("ask", "What is kept in Seoul?", "--doc", CAMP)
    assert "“" in original.out


def test_search_prints_one_object_with_the_documented_keys(call: Call) -> None:
    said = call("search", "undersea cables", "-k", 2, "--json")
    assert (said.code, set(said.json)) == (0, {"query", "results"})
    assert said.json["query"] == "undersea cables"
    assert [set(result) for result in said.json["results"]] == [RESULT, RESULT]
    assert said.json["results"][0]["doc_id"] == CAMP


def test_search_finds_a_phrase_letter_by_letter(call: Call) -> None:
    said = call("search", "--exact", '"NOBODY has counted"', "--json")
    assert [(r["doc_id"], r["score"]) for r in said.json["results"]] == [(NOTES, 2.0)]
    assert "“nobody has counted”" in said.json["results"][0]["text"]
    nothing = call("search", "--exact", "nobody counted")
    assert (nothing.code, nothing.out) == (0, "Nothing found.\n")
    assert f"[{NOTES}]" in call("search", "--exact", "nobody has counted").out


def test_filters_are_taken_and_checked(call: Call) -> None:
    said = call("search", FUND, "--since", "2023", "--until", "2023-12", "--type", "joint_statement", "--json")
    assert {result["doc_id"] for result in said.json["results"]} == {CAMP}
    said = call("search", FUND, "--doc", ACCORD, "--doc", NOTES, "--type", "memo", "--type", "law", "--json")
    assert {result["doc_id"] for result in said.json["results"]} == {NOTES}
    assert_refused(call("ask", FUND, "--since", "soon"), "'soon' is not a date", "YYYY-MM-DD")
    assert_refused(call("search", FUND, "--type", "novel"), "'novel'", "joint_statement")
    assert_refused(call("ask", FUND, "--doc", "nothing"), "'nothing'", "sangho sources")


def test_sources_lists_what_is_held_and_what_is_not(call: Call) -> None:
    listed = call("sources", "--json").json
    assert [document["doc_id"] for document in listed["documents"]] == [
        NOTES, ACCORD, ARTICLE, CAMP, OLD_LAW, "2025-06_register", NEW_LAW,
    ]  # fmt: skip
    by_id = {document["doc_id"]: document for document in listed["documents"]}
    assert by_id[ARTICLE]["edition"] == "digest"
    assert by_id[OLD_LAW]["superseded_by"] == NEW_LAW
    assert by_id[CAMP]["aliases"] == ["Camp David statement", "the Camp David thing"]
    assert by_id[ACCORD]["paragraphs"] == 5
    assert len(listed["not_held"]) > 100
    text = call("sources")
    assert all(doc_id in text.out for doc_id in by_id)
    assert f"{len(FILES)} documents; {len(listed['not_held'])} more are known but not held" in text.out


def test_show_prints_a_document_or_a_paragraph(call: Call) -> None:
    whole = call("show", ARTICLE)
    assert "Reciprocity and its Limits\nJane Example | 2023 | article | https://example.org/reciprocity\n" in whole.out
    assert "Sangho's summary" in whole.out
    assert "¶2-4  Example reports" in whole.out
    assert call("show", ARTICLE, "--paragraph", 3).out.startswith("Example reports that Korean firms")
    assert "summary" not in call("show", CAMP).out
    assert_refused(call("show", "nothing"), "'nothing'", "Run: sangho sources")
    for number in (0, -1, 6, 99):
        assert_refused(call("show", ARTICLE, "--paragraph", number), f"no paragraph {number}", "from 1 to 5")


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["fly"], ["ask"], ["search"], ["show"], ["remove"],
        ["ask", FUND, "--batch", "f"], ["ask", FUND, "--out", "f"],
        ["search", FUND, "-k", "many"], ["show", CAMP, "--paragraph", "one"], ["ask", "--batch"], ["ask", FUND, "more"],
        ["ask", FUND, "--jsom"],
    ],
)  # fmt: skip
def test_usage_is_explained_with_exit_code_2(call: Call, arguments: list[str]) -> None:
    said = call(*arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("usage: sangho")
    assert "Traceback" not in said.err


@pytest.mark.parametrize("question", ["", " ", "?", "x" * 2001, "half \udcff a letter"])
def test_what_cannot_be_asked_is_refused_in_a_line(call: Call, question: str) -> None:
    assert_refused(call("ask", question))
    assert_refused(call("search", question))
    assert_refused(call("search", FUND, "-k", 0), "0 results", "1 to 1000")


def test_help_and_version(call: Call) -> None:
    for arguments in (["--help"], ["ask", "--help"], ["search", "--help"], ["ingest", "--help"]):
        assert (call(*arguments).code, call(*arguments).err) == (0, "")
    assert call("--version").out == f"sangho {sangho.VERSION}\n"
    assert {"ingest", "ask", "search", "sources", "show", "remove", "serve", "eval"} <= set(call("--help").out.split())


def test_ingest_synchronises_and_prints_one_object(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, home = write_small_corpus(tmp_path / "root"), tmp_path / "home"
    said = call("ingest", root, "--json", home=home)
    assert (said.code, said.err) == (0, "")
    assert set(said.json) == INGESTED
    assert (said.json["added"], said.json["failed"]) == (len(FILES), [])

    (root / f"{NOTES}.txt").unlink()
    (root / f"{CAMP}.txt").write_text("All is new.\n", encoding="utf-8")
    (root / "empty.txt").write_text("", encoding="utf-8")
    said = call("ingest", root, "--json", home=home)
    assert said.code == 3
    counts = {name: said.json[name] for name in ("added", "changed", "removed", "unchanged")}
    assert counts == {"added": 0, "changed": 1, "removed": 1, "unchanged": len(FILES) - 2}
    assert [failure["path"] for failure in said.json["failed"]] == [str(root / "empty.txt")]
    assert set(said.json["failed"][0]) == {"path", "error"}

    said = call("ingest", root, home=home)
    assert said.code == 3
    assert "0 added, 0 changed, 0 removed" in said.out
    assert f"not read: {root / 'empty.txt'}: " in said.err

    monkeypatch.setattr(SentenceTransformerEmbedder, "encode", None)  # removing embeds nothing
    said = call("remove", ACCORD, home=home)
    assert (said.code, said.out.split(";")[0]) == (0, f"{ACCORD} is out of the index")
    assert ACCORD not in call("sources", home=home).out
    assert_refused(call("remove", ACCORD, home=home), ACCORD, "sangho sources")
    assert call("ingest", "--forget", root, "--json", home=home).json["removed"] == len(FILES) - 1
    assert call("sources", "--json", home=home).json["documents"] == []
    assert_refused(call("ingest", "--forget", root, home=home), "is not a source root")
    assert_refused(call("ingest", tmp_path / "nowhere", home=home), "does not exist")


def test_output_is_utf_8_and_any_file_name_can_be_printed(call: Call, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    strange = root / "na\udcffme.txt"
    strange.write_text("Strange names hold ordinary words.\n", encoding="utf-8")
    said = call("ingest", root, "--json", home=tmp_path / "home")
    assert (said.code, said.err) == (3, "")
    assert [failure["path"] for failure in json.loads(said.out)["failed"]] == [str(strange)]
    assert "3천만원" in call("show", NEW_LAW, "--paragraph", 2).out
