"""The real originals: all of them are read, indexed and answered from.

They are kept beside the repository and never in it; where they are not, these tests are skipped.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.pipeline import Pipeline
from app.query import Filters
from app.settings import Settings
from ingest.index import open_current
from tests.cli_calls import Call, caller

SOURCES = Path(__file__).resolve().parents[2] / "shared" / "sources"
CATALOGUE = SOURCES.parent / "catalogue.tsv"
TOKENS = 400  # of a passage: few and long ones are soon indexed
HAN = "2023_han-rok-us-ai-cooperation-needs-real-reciprocity"

pytestmark = pytest.mark.skipif(
    not SOURCES.is_dir(), reason="the originals (../shared/sources) are not on this machine"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("originals") / "home"


@pytest.fixture
def call(home: Path, word_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    call = caller(home, word_model, monkeypatch, capsys)
    monkeypatch.setenv("SANGHO_PASSAGE_TOKENS", str(TOKENS))
    if not home.exists():
        said = call("ingest", SOURCES, "--json")
        assert (said.code, said.err) == (0, "")
        assert (said.json["added"], said.json["failed"]) == (66, [])
    return call


@pytest.fixture(scope="module")
def pipeline(home: Path, word_model: Path) -> Iterator[Pipeline]:
    settings = Settings.load(home=home, embedding=str(word_model), passage_tokens=TOKENS)
    with Pipeline(settings) as pipeline:
        yield pipeline


def test_all_originals_are_read_and_a_second_time_nothing_is_done(call: Call) -> None:
    listed = call("sources", "--json").json
    assert len(listed["documents"]) == 66
    assert {document["edition"] for document in listed["documents"]} == {"original"}
    assert {document["doc_id"] for document in listed["documents"]} == {path.stem for path in SOURCES.glob("*.txt")}
    again = call("ingest", SOURCES, "--json").json
    assert {name: again[name] for name in ("added", "changed", "removed", "unchanged")} == {
        "added": 0, "changed": 0, "removed": 0, "unchanged": 66,
    }  # fmt: skip


def test_what_is_not_held_is_the_rest_of_the_catalogue(call: Call) -> None:
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        known = len(list(csv.DictReader(file, delimiter="\t")))
    assert known == 112
    assert len(call("sources", "--json").json["not_held"]) == known - 66


def test_every_paragraph_is_in_the_passages_and_nothing_else_is(call: Call, home: Path) -> None:
    with open_current(home) as generation:
        held: dict[tuple[str, int], str] = {}
        for passage in generation.passages:
            for span in passage.spans:
                text = generation.documents[passage.doc_id].paragraph(span.paragraph).text
                key = passage.doc_id, span.paragraph
                held[key] = held.get(key, "") + text[span.start : span.end]
        wanted = {(d.doc_id, p.number): p.text for d in generation.documents.values() for p in d.paragraphs}
    assert held.keys() == wanted.keys()
    assert all("".join(held[key].split()) == "".join(wanted[key].split()) for key in wanted)


def test_batches_are_answered_and_every_citation_is_a_place(call: Call, pipeline: Pipeline, tmp_path: Path) -> None:
    questions = [
        {"id": 1, "question": "How much do Koreans invest in US AI companies according to Han?"},
        {"id": 2, "question": "and in 2022?", "history": ["What did the 2021 joint statement say about 5G?"]},
        {"id": 3, "question": "인공지능 기본법의 과태료는 얼마인가?"},
        {"id": 4, "question": "How has the language on semiconductors changed since 2021?"},
        {"id": 5, "question": 5},
    ]
    lines = tmp_path / "in.jsonl"
    lines.write_text("".join(json.dumps(question) + "\n" for question in questions), encoding="utf-8")
    said = call("ask", "--batch", lines)
    assert said.code == 3
    assert [line["id"] for line in said.lines] == [1, 2, 3, 4, 5]
    assert "error" in said.lines[-1]
    for line in said.lines[:-1]:
        assert line["coverage"] == {"documents": 66, "newest": "2026-07-23", "not_held": 46}
        assert len(line["evidence"]) >= 10
        for citation in (*line["citations"], *line["related"]):
            paragraph = pipeline.document(citation["doc_id"]).paragraph(citation["paragraph"])
            assert paragraph.text[citation["start"] : citation["end"]] == citation["quote"]
    lines.write_text('{"id": 1, "query": "diffuse reciprocity"}\n', encoding="utf-8")
    found = call("search", "--batch", lines, "-k", 3).lines[0]["results"]
    assert [result["doc_id"] for result in found][:1] == [HAN]


def test_a_superseded_act_is_said_to_be(call: Call, pipeline: Pipeline) -> None:
    old = "2025-01-21_kr-ai-basic-act-law-20676"
    answer = pipeline.ask("인공지능 기본법의 목적은 무엇인가?", filters=Filters(doc_ids=(old,)))
    shown = (*answer.citations, *answer.related)
    assert shown
    assert {citation.superseded_by for citation in shown} == {"2026-01-20_kr-ai-basic-act-law-21311-amended"}
    assert ("다른 문서로 대체되었습니다" in answer.notice) == bool(answer.citations)
