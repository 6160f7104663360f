"""Tables of questions and document names: any way that people write them, and told off by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from eval.sets import own_list
from eval.sets.own_list import load_list
from ingest.documents import Document, Paragraph

TEXT = (Paragraph(1, "Text."),)
HELD = {
    document.doc_id: document
    for document in (
        Document("2021_accord", "The Chips Accord", TEXT, path="2021_accord.txt", aliases=("Geneva Accord", "칩합의")),
        Document("2023_camp", "The Spirit", TEXT, path="/x/2023_camp.md", aliases=("Camp David", "The Thing")),
        Document("2024/minutes", "Minutes", TEXT, path="/x/2024/minutes.txt", aliases=("The Thing",)),
        Document("minutes", "Minutes", TEXT, path="/x/minutes.docx"),
        Document("the spirit", "Other", TEXT, path="/x/other.txt"),
    )
}  # fmt: skip
A, B = "2021_accord", "2023_camp"


def written(folder: Path, text: str, name: str = "list.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def pairs(path: Path) -> list[tuple[str, str, list[str]]]:
    loaded = load_list(path, HELD)
    assert loaded.warnings == ()
    assert (loaded.set.name, loaded.set.corpus, loaded.set.documents) == (path.name, None, 0)
    assert all(set(query.relevant.values()) == {1} and query.answer is None for query in loaded.set.queries)
    return [(query.id, query.text, sorted(query.relevant)) for query in loaded.set.queries]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("How much?,2021_accord\nWho?,2023_camp\n", 1),
        ("question,document\nHow much?,2021_accord\nWho?,2023_camp\n", 2),
        ("Document, Question \n2021_accord,How much?\n2023_camp,Who?\n", 2),
        ("id;질문;문서명\n1;How much?;2021_accord\n2;Who?;2023_camp\n", 2),
        ("출처\t문의\r\n2021_accord\tHow much?\r\n2023_camp\tWho?\r\n", 2),
        ("\ufeffquery,file name,note\nHow much?,2021_accord,\nWho?,2023_camp,x\n", 2),
        ("question,where from\nHow much?,2021_accord\nWho?,2023_camp\n", 2),
        ("source,what\n2021_accord,How much?\n2023_camp,Who?\n", 2),
        ("\n,,\n\nHow much?,2021_accord\n \nWho?,2023_camp", 4),
        ('"How much?","2021_accord"\n"Who?",2023_camp\n', 1),
    ],
)
def test_columns_are_told_by_name_or_else_by_place(tmp_path: Path, text: str, first: int) -> None:
    found = pairs(written(tmp_path, text))
    assert [one[1:] for one in found] == [("How much?", [A]), ("Who?", [B])]
    assert found[0][0] == f"line {first}"


@pytest.mark.parametrize(
    ("name", "doc_id"),
    [
        ("2021_accord", A), ("2021_ACCORD", A), ("2021_accord.txt", A), ("The  chips ACCORD", A), ("geneva accord", A),
        ("칩합의", A), ("camp david", B), ("2024/minutes", "2024/minutes"), ("minutes", "minutes"),
        ("minutes.docx", "minutes"), ("the spirit", "the spirit"), ("THE SPIRIT", "the spirit"),
        ("2023_camp.md", B), ("other", "the spirit"),
        ("\u200bcamp david\u00a0", B),
    ],
)  # fmt: skip
def test_a_document_is_named_by_id_file_title_or_alias(tmp_path: Path, name: str, doc_id: str) -> None:
    assert pairs(written(tmp_path, f"Who?\t{name}\n", "list.tsv")) == [("line 1", "Who?", [doc_id])]


def test_korean_tables_in_the_code_page_of_spreadsheets_are_read(tmp_path: Path) -> None:
    text = "질문,문서\n이 합의에서 정한 금액은 얼마인가?,칩합의\n"
    assert pairs(written(tmp_path, text, encoding="cp949")) == [("line 2", "이 합의에서 정한 금액은 얼마인가?", [A])]


def test_a_question_on_several_lines_has_several_documents(tmp_path: Path) -> None:
    text = "Who signed?,2021_accord\nWhat?,2023_camp\nwho  SIGNED?,Camp David\nWho signed?,Geneva Accord\n"
    assert pairs(written(tmp_path, text)) == [("line 1", "Who signed?", [A, B]), ("line 2", "What?", [B])]


def test_a_cell_may_go_over_lines_and_the_lines_are_still_counted(tmp_path: Path) -> None:
    loaded = load_list(
        written(tmp_path, 'q,d\n"One\ntwo, three?",2021_accord\nWho?,nobody\n"And ""so""?",Camp David\n'), HELD
    )
    assert [(query.id, query.text) for query in loaded.set.queries] == [
        ("line 2", "One two, three?"), ("line 5", 'And "so"?'),
    ]  # fmt: skip
    assert [warning.split(", ", 1)[1] for warning in loaded.warnings] == [
        "line 1: left out, since no document in the index is called 'd'.",
        "line 4: left out, since no document in the index is called 'nobody'.",
    ]


def test_lines_that_cannot_be_used_are_left_out_and_told(tmp_path: Path) -> None:
    lines = ["One?", ",minutes", "!?,minutes", "Two?,The Thing", "Three?,", "Four?,Minutes of all", "Good?,minutes"]
    text = "\n".join(["question,document", *lines])
    loaded = load_list(written(tmp_path, text), HELD)
    assert [query.text for query in loaded.set.queries] == ["Good?"]
    assert [warning.split(", ", 1)[1] for warning in loaded.warnings] == [
        "line 2: left out, since it names no document.",
        "line 3: left out, since it has no question.",
        "line 4: left out, since it has no question.",
        "line 5: left out, since 2 documents are called 'The Thing': 2023_camp, 2024/minutes.",
        "line 6: left out, since it names no document.",
        "line 7: left out, since no document in the index is called 'Minutes of all'.",
    ]


def test_a_long_list_of_strangers_is_told_shortly(tmp_path: Path) -> None:
    text = "".join(f"Who?,{'x' * 500}{n}\n" for n in range(300)) + "Who?,minutes\n"
    warnings = load_list(written(tmp_path, text), HELD).warnings
    assert len(warnings) == 51
    assert "250 more lines are left out" in warnings[-1]
    assert max(map(len, warnings)) < 400


@pytest.mark.parametrize("text", ["", "\n\n", "question,document\n", "Who?,nobody\n", "only one column\nof text\n"])
def test_a_table_without_a_usable_line_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput, match=r"list\.csv (has no line that can be used|is empty)"):
        load_list(written(tmp_path, text), HELD)


def test_what_is_no_table_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for data, told in (
        (b'Who?,minutes\nWhat?,"min"utes\n', r"line 2, is no line of a table"),
        (b"%PDF-1.7 x", "is a PDF"),
        (b"a,b\x00\n", "is binary"),
    ):
        (tmp_path / "x.csv").write_bytes(data)
        with pytest.raises(BadInput, match=told):
            load_list(tmp_path / "x.csv", HELD)
    with pytest.raises(BadInput, match="cannot be read"):
        load_list(tmp_path / "none.csv", HELD)
    (tmp_path / "x.csv").write_bytes(b"Who?,minutes")
    monkeypatch.setattr(own_list, "LARGEST_FILE", 10)
    with pytest.raises(BadInput, match="more than 10 bytes"):
        load_list(tmp_path / "x.csv", HELD)


def test_over_no_documents_nothing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"First: .*line 1: left out"):
        load_list(written(tmp_path, "Who?,minutes\n"), {})


@given(st.lists(st.tuples(st.text("abc ,;\t\"'\n?한", min_size=1), st.sampled_from([*HELD, "nobody", ""])), max_size=6))
def test_whatever_stands_there_is_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    import csv

    path = tmp_path_factory.mktemp("list") / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(["question", "document"])
        writer.writerows(rows)
    usable = {" ".join(text.split()).casefold() for text, name in rows if any(map(str.isalnum, text)) and name in HELD}
    if usable:
        loaded = load_list(path, HELD)
        assert {query.text.casefold() for query in loaded.set.queries} == usable
    else:
        with pytest.raises(BadInput):
            load_list(path, HELD)
