"""Public sets in the BEIR layout: whole, as they are, never in Sangho's own folder."""

from __future__ import annotations

import errno
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadInput
from eval.sets import public as public_sets
from eval.sets.beir import corpus_of, load_beir
from eval.sets.public import OURS, main, write_clapnq, write_scifact
from ingest.errors import NoSpace, SanghoError

BENCH = Path(__file__).resolve().parents[2] / "shared" / "bench"
CLAIMS = "id,claim,evidence_doc_id,evidence_label,evidence_sentences,cited_doc_ids\n"
TABLES = {
    "corpus_train.csv": "doc_id,title,abstract,structured\n"
    "11,Of cells,\"['Cells “divide”.'\n 'They don\\'t stop.']\",False\n"
    "22,Of salt,\"['Salt is white.']\",True\n",
    "claims_train.csv": CLAIMS + "1,Salt is black.,22,CONTRADICT,[0],[22]\n",
    "claims_validation.csv": CLAIMS + "5,Cells divide.,11,SUPPORT,[0],[11 22]\n5,Cells divide.,11,SUPPORT,[1],[11 22]\n"
    "7,Cells sing.,,,[],[11]\n",
}


def archive(path: Path, **changed: str | None) -> Path:
    with zipfile.ZipFile(path, "w") as opened:
        for name, text in TABLES.items():
            held = changed.get(name.removesuffix(".csv"), text)
            if held is not None:
                opened.writestr(name, held)
    return path


def line(name: str, title: str, text: str, *answers: tuple[str, list[str]]) -> dict[str, Any]:
    outputs = [{"answer": answer, "selected_sentences": sentences} for answer, sentences in answers]
    return {
        "id": name, "input": f"question {name}?", "passages": [{"title": title, "text": text, "sentences": [text]}],
        "output": outputs or [{"answer": "", "selected_sentences": []}],
    }  # fmt: skip


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_scifact_s_claims_are_queries_and_what_they_cite_is_relevant(tmp_path: Path) -> None:
    write_scifact(archive(tmp_path / "s.zip"), tmp_path / "out")
    assert [(d.doc_id, d.title, d.text) for _, d in corpus_of(tmp_path / "out")] == [
        ("11", "Of cells", "Cells “divide”. They don't stop."),
        ("22", "Of salt", "Salt is white."),
    ]
    for split, expected in (
        ("train", {"1": ("Salt is black.", {"22": 1})}),
        ("test", {"5": ("Cells divide.", {"11": 1, "22": 1}), "7": ("Cells sing.", {"11": 1})}),
    ):
        loaded = load_beir(tmp_path / "out", split)
        assert loaded.warnings == ()
        assert {query.id: (query.text, dict(query.relevant)) for query in loaded.set.queries} == expected


@pytest.mark.skipif(not BENCH.is_dir(), reason="the public sets (../shared/bench) are not on this machine")
def test_scifact_is_the_one_that_beir_tests_on(tmp_path: Path) -> None:
    write_scifact(BENCH / "scifact.zip", tmp_path / "out")
    loaded = load_beir(tmp_path / "out", "test")
    assert loaded.warnings == ()
    assert (loaded.set.documents, len(loaded.set.queries)) == (5183, 300)
    assert sum(len(query.relevant) for query in loaded.set.queries) == 339
    assert len(load_beir(tmp_path / "out", "train").set.queries) == 809


@pytest.mark.skipif(not BENCH.is_dir(), reason="the public sets (../shared/bench) are not on this machine")
def test_clapnq_is_whole(tmp_path: Path) -> None:
    files = [BENCH / f"clapnq_dev_{half}.jsonl" for half in ("answerable", "unanswerable")]
    write_clapnq(files[0], files[1], tmp_path / "out")
    held = load_beir(tmp_path / "out").set
    answers = [query.answer for query in held.queries if query.answer is not None]
    assert len(answers) == len(held.queries) == 600
    assert [answer.answerable for answer in answers] == [True] * 300 + [False] * 300
    assert all(bool(answer.answers) == answer.answerable >= bool(answer.sentences) for answer in answers)
    assert sum(bool(answer.sentences) for answer in answers) == 299  # for one question nobody marked any
    texts = {document.doc_id: document.text for _, document in corpus_of(tmp_path / "out")}
    assert len(texts) == held.documents == 597
    assert all(sentence in texts[answer.gold[0][0]] for answer in answers for sentence in answer.sentences)


def test_clapnq_s_answers_are_kept_beside_its_queries(tmp_path: Path) -> None:
    first = lines(
        tmp_path / "a", line("q1", "Sea", "The sea is wet. Fish swim.", ("Wet.", ["The sea is wet."]), ("", [])),
        line("q2", "Sea", "The sea is wet. Fish swim.", ("They swim.", ["Fish swim."]), ("Fish.", ["Fish swim."])),
    )  # fmt: skip
    write_clapnq(first, lines(tmp_path / "b", line("q3", "Sky", "The sky is high.")), tmp_path / "out")
    held = load_beir(tmp_path / "out", "dev").set
    (sea, sky) = [document.doc_id for _, document in corpus_of(tmp_path / "out")]
    found = {query.id: (dict(query.relevant), query.answer) for query in held.queries}
    assert found["q1"][0] == found["q2"][0] == {sea: 1}
    assert found["q3"] == ({}, public_answer(False))
    assert found["q1"][1] == public_answer(True, ((sea, 1),), ("The sea is wet.",), ("Wet.",))
    assert found["q2"][1] == public_answer(True, ((sea, 1),), ("Fish swim.",), ("They swim.", "Fish."))
    assert sky != sea
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "out"]


def public_answer(answerable: bool, *rest: Any) -> object:
    from eval.sets.beir import LabelledAnswer

    return LabelledAnswer(answerable, *rest)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["{"], "line 1, is no JSON"),
        ([line("q", "T", "Text.", ("A.", ["Text."])), line("q2", "T", "Text.")], "line 2, has no answer"),
        ([{"id": "q", "input": "?", "passages": [], "output": []}], "line 1, is no line of ClapNQ"),
        ([{"id": "q", "input": "?", "passages": [{"title": "x"}], "output": []}], "line 1, is no line of ClapNQ"),
        ([{"id": "q", "input": "?", "passages": 5, "output": []}], "line 1, is no line of ClapNQ"),
        ([{"input": "?"}], "line 1, has no id that can be used"),
    ],
)
def test_what_is_not_clapnq_is_refused_and_nothing_is_written(tmp_path: Path, rows: list[object], told: str) -> None:
    path = lines(tmp_path / "a", *rows)
    with pytest.raises(BadInput, match=told):
        write_clapnq(path, lines(tmp_path / "b", line("z", "Sky", "High.")), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"corpus_train": None}, {"claims_validation": None}, {"corpus_train": "a,b\n1,2\n"},
        {"claims_train": CLAIMS + "1\n"}, {"corpus_train": 'doc_id,title,abstract\n1,T,"[\'x\']"\n2,T\n'},
    ],
)  # fmt: skip
def test_what_is_not_scifact_is_refused(tmp_path: Path, changed: dict[str, str | None]) -> None:
    with pytest.raises(BadInput, match="is not SciFact's archive"):
        write_scifact(archive(tmp_path / "s.zip", **changed), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (lines(tmp_path / "x.zip", "no zip"), tmp_path / "none.zip"):
        with pytest.raises(BadInput, match="is not SciFact's archive"):
            write_scifact(path, tmp_path / "out")
    monkeypatch.setattr(public_sets, "_MOST_BYTES", 10)
    with pytest.raises(BadInput, match="too large"):
        write_scifact(archive(tmp_path / "s.zip"), tmp_path / "out")


def test_a_folder_that_is_taken_or_sangho_s_own_is_refused(tmp_path: Path) -> None:
    source = archive(tmp_path / "s.zip")
    for folder in (OURS, OURS / "eval" / "data" / "scifact", OURS / "tests" / ".." / "x"):
        with pytest.raises(BadInput, match="Sangho's own folder"):
            write_scifact(source, folder)
    assert not (OURS / "x").exists()
    (tmp_path / "held").mkdir()
    (tmp_path / "held" / "mine.txt").write_text("mine", encoding="utf-8")
    for folder in (tmp_path / "held", source):
        with pytest.raises(BadInput, match="not empty"):
            write_scifact(source, folder)
    assert (tmp_path / "held" / "mine.txt").read_text(encoding="utf-8") == "mine"
    (tmp_path / "empty").mkdir()
    write_scifact(source, tmp_path / "empty")
    assert (tmp_path / "empty" / "corpus.jsonl").exists()


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, NoSpace), (errno.EACCES, SanghoError)])
def test_on_a_full_disk_nothing_half_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[SanghoError]
) -> None:
    def full(*_: object) -> Iterator[None]:
        raise OSError(number, "cannot")

    monkeypatch.setattr(public_sets, "_write_qrels", full)
    with pytest.raises(kind, match="out cannot be written: cannot"):
        write_scifact(archive(tmp_path / "s.zip"), tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.zip"]


def test_the_command_says_what_it_wrote_or_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = str(archive(tmp_path / "s.zip"))
    assert main(["scifact", source, str(tmp_path / "out")]) == 0
    assert "2 documents, 3 queries" in capsys.readouterr().out
    assert main(["scifact", source, str(tmp_path / "out")]) == 1
    assert "not empty" in capsys.readouterr().err
    for wrong in (["scifact", source], ["clapnq", source, "x"], ["other", source, "x"], []):
        with pytest.raises(SystemExit) as caught:
            main(wrong)
        assert caught.value.code == 2
