"""Sets of one's own in the BEIR layout: read as they are, and told off with file and line where they are broken."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from eval.sets import json_lines
from eval.sets.beir import LabelledAnswer, corpus_of, load_beir
from eval.sets.json_lines import digest_of, lines_of

Rows = Sequence[Mapping[str, Any] | str]

CORPUS: Rows = [
    {"_id": "a", "title": "Chips", "text": "Chips are made.\nOf sand.", "metadata": {"date": "2021"}},
    {"_id": "b", "title": "", "text": "Sand is dug."},
    {"_id": 3, "title": "Three", "text": None},
]
QUERIES: Rows = [{"_id": "q1", "text": "Of what are chips?"}, {"_id": "q2", "text": "Who digs?"}]
TEST = "query-id\tcorpus-id\tscore\nq1\ta\t2\nq1\tb\t1\nq2\tb\t1\nq2\ta\t0\n"


def write(folder: Path, corpus: Rows = CORPUS, queries: Rows = QUERIES, **qrels: str) -> Path:
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    for split, text in (qrels or {"test": TEST}).items():
        (folder / "qrels" / f"{split}.tsv").write_text(text, encoding="utf-8")
    return folder


def refused(folder: Path, split: str = "") -> str:
    with pytest.raises(BadInput) as caught:
        load_beir(folder, split)
    assert caught.value.remedy
    return caught.value.message.replace(str(folder) + "/", "")


def test_a_folder_is_read_with_its_grades(tmp_path: Path) -> None:
    loaded = load_beir(write(tmp_path / "mine"))
    held = loaded.set
    assert loaded.warnings == ()
    assert (held.name, held.documents, held.corpus) == ("mine", 3, tmp_path / "mine")
    assert [(q.id, q.text, dict(q.relevant), q.answer) for q in held.queries] == [
        ("q1", "Of what are chips?", {"a": 2, "b": 1}, None),
        ("q2", "Who digs?", {"b": 1}, None),
    ]
    documents = [(number, d.doc_id, d.title, d.text, dict(d.metadata)) for number, d in corpus_of(tmp_path / "mine")]
    assert documents == [
        (1, "a", "Chips", "Chips are made.\nOf sand.", {"date": "2021"}),
        (2, "b", "", "Sand is dug.", {}),
        (3, "3", "Three", "", {}),
    ]


@pytest.mark.parametrize(
    "qrels",
    [
        TEST.replace("query-id\tcorpus-id\tscore\n", ""),
        TEST.replace("\t", " "),
        TEST.replace("\n", "\r\n"),
        "\ufeff" + TEST,
        "q1 0 a 2\nq1 0 b 1\nq2 0 b 1\n",  # as TREC has them
        "q1\tQ0\ta\t2\n\nq1\tQ0\tb\t1.0\nq2\tQ0\tb\t1\n\n",
    ],
)
def test_qrels_are_read_in_every_form_that_they_come_in(tmp_path: Path, qrels: str) -> None:
    loaded = load_beir(write(tmp_path, test=qrels))
    assert loaded.warnings == ()
    assert [dict(query.relevant) for query in loaded.set.queries] == [{"a": 2, "b": 1}, {"b": 1}]


def test_a_split_has_its_own_queries_and_the_others_are_not_missed(tmp_path: Path) -> None:
    write(tmp_path, dev="q1\ta\t1\n", test="q2\tb\t1\n")
    for split, ids in (("dev", ["q1"]), ("test", ["q2"]), ("", ["q1", "q2"])):
        loaded = load_beir(tmp_path, split)
        assert ([query.id for query in loaded.set.queries], loaded.warnings) == (ids, ())
    digests = {load_beir(tmp_path, split).set.digest for split in ("dev", "test", "")}
    assert len(digests) == 3
    assert refused(tmp_path, "train") == "qrels holds no train.tsv."
    assert refused(tmp_path, "../qrels/dev") == "qrels holds no ../qrels/dev.tsv."


def test_what_can_be_passed_over_is_told_with_file_and_line(tmp_path: Path) -> None:
    queries: Rows = [*QUERIES, {"_id": "q3", "text": "Nobody judged?"}, {"_id": "q4", "text": "?!"}, {"_id": "q5"}]
    qrels = TEST + "q9\ta\t1\nq1\tzz\t1\nq1\tyy\t0\nq4\ta\t1\nq1\ta\t2\nq5\ta\t0\n"
    loaded = load_beir(write(tmp_path, queries=queries, test=qrels))
    where = str(tmp_path)
    assert [warning.replace(f"{where}/", "") for warning in loaded.warnings] == [
        "qrels/test.tsv, line 10, judges query 'q1' and 'a' as qrels/test.tsv, line 2, did.",
        "qrels/test.tsv, line 6 ('q9'): a query that queries.jsonl lacks; passed over.",
        "qrels/test.tsv, line 7 ('zz'): a document that corpus.jsonl lacks; it counts as never found.",
        "queries.jsonl, line 3 ('q3'): left out, since it has no qrels.",
        "queries.jsonl, line 4 ('q4'): left out, since it has no words.",
        "queries.jsonl, line 5 ('q5'): left out, since it has only qrels of grade 0.",
    ]
    assert [query.id for query in loaded.set.queries] == ["q1", "q2"]
    assert dict(loaded.set.queries[0].relevant) == {"a": 2, "b": 1, "zz": 1}


def test_many_of_a_kind_are_told_in_one_line(tmp_path: Path) -> None:
    queries: Rows = [*QUERIES, *({"_id": f"x{n}", "text": "And?"} for n in range(1234))]
    (warning,) = load_beir(write(tmp_path, queries=queries)).warnings
    assert "lines 3 ('x0'), 4 ('x1'), 5 ('x2'), 6 ('x3'), 7 ('x4') and 1,229 more" in warning
    assert len(warning) < 400


@pytest.mark.parametrize(
    ("corpus", "queries", "qrels", "told"),
    [
        ([*CORPUS, CORPUS[0]], QUERIES, TEST, "corpus.jsonl, line 4, has the _id 'a', as line 1 has."),
        (CORPUS, [*QUERIES, QUERIES[1]], TEST, "queries.jsonl, line 3, has the _id 'q2', as line 2 has."),
        ([{"_id": "3"}, {"_id": 3}], QUERIES, TEST, "corpus.jsonl, line 2, has the _id '3', as line 1 has."),
        ([*CORPUS, '{"_id": "d", "te'], QUERIES, TEST, "corpus.jsonl, line 4, is no JSON"),
        ([*CORPUS, "[" * 100_000], QUERIES, TEST, "corpus.jsonl, line 4, is nested too deeply."),
        (["", " ", "[1]"], QUERIES, TEST, "corpus.jsonl, line 3, holds no JSON object."),
        ([{"title": "x"}], QUERIES, TEST, "corpus.jsonl, line 1, has no _id that can be used: 'None'."),
        ([{"_id": "a\tb"}], QUERIES, TEST, "corpus.jsonl, line 1, has no _id that can be used: 'a\\tb'."),
        (['{"_id": "\\ud800"}'], QUERIES, TEST, "corpus.jsonl, line 1, has no _id that can be used: '\\ud800'."),
        ([{"_id": True}], QUERIES, TEST, "corpus.jsonl, line 1, has no _id that can be used: 'True'."),
        ([{"_id": "a", "text": ["x"]}], QUERIES, TEST, "corpus.jsonl, line 1, has a text that is no text"),
        (CORPUS, [{"_id": "q1", "text": 5}], TEST, "queries.jsonl, line 1, has a text that is no text: '5'."),
        (CORPUS, QUERIES, "q1\ta\n", "qrels/test.tsv, line 1, is no judgement: 'q1\\ta'."),
        (CORPUS, QUERIES, TEST + "q1\ta\tmuch\n", "qrels/test.tsv, line 6, is no judgement"),
        (CORPUS, QUERIES, TEST + "q1\ta\t0.5\n", "qrels/test.tsv, line 6, is no judgement"),
        (CORPUS, QUERIES, TEST + "q1\ta\tnan\n", "qrels/test.tsv, line 6, is no judgement"),
        (CORPUS, QUERIES, TEST + "q1\ta\t1e999\n", "qrels/test.tsv, line 6, is no judgement"),
        (CORPUS, QUERIES, TEST + "q1\t\t1\n", "qrels/test.tsv, line 6, is no judgement"),
        (
            CORPUS, QUERIES, TEST + "q1\ta\t1\n",
            "qrels/test.tsv, line 6, gives query 'q1' and document 'a' the grade 1, not 2 as qrels/test.tsv, line 2",
        ),
        ([], QUERIES, TEST, "corpus.jsonl holds no document."),
        (CORPUS, [], TEST, "cannot be measured on: none of its queries has qrels."),
        (CORPUS, QUERIES, "\n", "cannot be measured on: none of its queries has qrels."),
        (CORPUS, QUERIES, "q1\tA\t1\n", "cannot be measured on: none of the relevant documents is in its corpus."),
        (CORPUS, QUERIES, "Q1\ta\t1\n", "cannot be measured on: none of its queries has qrels."),
    ],
)  # fmt: skip
def test_what_is_broken_is_told_with_file_and_line(
    tmp_path: Path, corpus: Rows, queries: Rows, qrels: str, told: str
) -> None:
    assert told in refused(write(tmp_path / "set", corpus, queries, test=qrels)).replace(str(tmp_path / "set"), "")


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_a_missing_file_and_bytes_that_are_no_text_are_told(tmp_path: Path, name: str) -> None:
    write(tmp_path)
    path = tmp_path / name
    number = len(path.read_bytes().splitlines()) + 1
    path.write_bytes(path.read_bytes() + b"{\xff}\n")
    assert f"{name}, line {number}, is not UTF-8 (byte 2)." in refused(tmp_path)
    path.unlink()
    assert name in refused(tmp_path) or "qrels holds no .tsv file" in refused(tmp_path)
    path.mkdir()
    assert "cannot be read" in refused(tmp_path)


def test_lines_are_parted_by_line_feeds_only_and_long_ones_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('\ufeff{"a": "one\u2028two\x85three"}\r\n\n  \nlast', encoding="utf-8")
    assert list(lines_of(path)) == [(1, '{"a": "one\u2028two\x85three"}'), (4, "last")]
    monkeypatch.setattr(json_lines, "LONGEST_LINE", 30)
    path.write_text(f"{'x' * 29}\n{'x' * 30}\n", encoding="utf-8")
    with pytest.raises(BadInput, match="line 2, is longer than 30 bytes"):
        list(lines_of(path))


def test_what_cannot_be_answered_needs_no_qrels(tmp_path: Path) -> None:
    queries: Rows = [*QUERIES, {"_id": "q3", "text": "Who painted it?"}, {"_id": "q4", "text": "And who sang?"}]
    write(tmp_path, queries=queries)
    answers = [
        {"_id": "q1", "answerable": True, "gold": [["a", 1]], "sentences": ["Of sand."], "answers": ["Sand.", "Of it"]},
        {"_id": "q3", "answerable": False},
    ]
    (tmp_path / "answers.jsonl").write_text("".join(json.dumps(one) + "\n" for one in answers), encoding="utf-8")
    loaded = load_beir(tmp_path)
    assert [(query.id, query.answer) for query in loaded.set.queries] == [
        ("q1", LabelledAnswer(True, (("a", 1),), ("Of sand.",), ("Sand.", "Of it"))),
        ("q2", None),
        ("q3", LabelledAnswer(False)),
    ]
    assert len(loaded.warnings) == 1
    assert "line 4 ('q4')" in loaded.warnings[0]


@pytest.mark.parametrize(
    "answer",
    [
        {"_id": "q1"}, {"_id": "q1", "answerable": "no"}, {"_id": "q1", "answerable": True, "gold": [["a"]]},
        {"_id": "q1", "answerable": True, "gold": [["a", "x"]]}, {"_id": "q1", "answerable": True, "answers": 5},
        {"_id": "q1", "answerable": True, "gold": None},
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_told(tmp_path: Path, answer: Mapping[str, Any]) -> None:
    (write(tmp_path) / "answers.jsonl").write_text("\n" + json.dumps(answer), encoding="utf-8")
    assert refused(tmp_path) == "answers.jsonl, line 2, is no labelled answer."


def test_the_digest_is_of_what_counts(tmp_path: Path) -> None:
    first = load_beir(write(tmp_path / "one")).set.digest
    assert load_beir(write(tmp_path / "two")).set.digest == first
    (tmp_path / "two" / "README.md").write_text("Read me.", encoding="utf-8")
    assert load_beir(tmp_path / "two").set.digest == first
    assert load_beir(write(tmp_path / "two", queries=[*QUERIES, ""])).set.digest != first
    with pytest.raises(BadInput, match="cannot be read"):
        digest_of(tmp_path / "none")


@given(
    st.dictionaries(st.sampled_from("abcd"), st.dictionaries(st.sampled_from("wxyz"), st.integers(-1, 3)), min_size=1)
)
def test_every_query_with_a_relevant_document_is_kept_and_no_other(
    tmp_path_factory: pytest.TempPathFactory, judged: dict[str, dict[str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("set")
    lines = [f"{query}\t{document}\t{grade}\n" for query, held in judged.items() for document, grade in held.items()]
    write(
        folder,
        [{"_id": one, "text": one} for one in "wxyz"],
        [{"_id": q, "text": q} for q in "abcd"],
        test="".join(lines),
    )
    expected = {
        query: {document: grade for document, grade in held.items() if grade > 0}
        for query, held in sorted(judged.items())
        if any(grade > 0 for grade in held.values())
    }
    if expected:
        found = load_beir(folder).set.queries
        assert {query.id: dict(query.relevant) for query in found} == expected
        assert [query.id for query in found] == sorted(expected)
    else:
        refused(folder)
