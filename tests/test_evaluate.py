"""Runs from end to end, over real indexes: a list of questions, a folder in the BEIR layout, other settings."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadInput
from app.pipeline import Pipeline
from app.retrieve import RANKINGS
from app.settings import Settings
from eval.evaluate import Request, Watch, evaluate
from eval.items import Item
from eval.running.description import code_digest
from eval.running.folder import ITEMS, RUN, SUMMARY, RunFolder, read_run
from eval.running.plan import Wanted
from eval.running.subject import IndexChanged, Subject
from ingest.errors import NoIndex
from tests.small_corpus import ACCORD, ARTICLE, CAMP, NOTES, TOKENS, ingest_into, small_settings, write_small_corpus

LIST = f"""question,document
How much do they spend on the Kratsios Laboratory?,{ACCORD}
What is kept in Seoul?,The Spirit of Camp David
How often do the ambassadors meet from now on?,camp david statement
Who doubted that funds help small makers?,{NOTES}.txt
What flies to the moon?,The Moon Papers
"""
CORPUS: dict[str, list[dict[str, Any]]] = {
    "corpus.jsonl": [
        {"_id": "d1", "title": "Chips", "text": "Semiconductor research is done in Geneva."},
        {"_id": "d2", "title": "Cables", "text": "Undersea cables lie between three coasts."},
        {"_id": "d3", "title": "Visas", "text": "Students get visas for three years."},
    ],
    "queries.jsonl": [
        {"_id": "1", "text": "semiconductor research in Geneva"},
        {"_id": "2", "text": "undersea cables between coasts"},
    ],
}


@pytest.fixture
def settings(small_home: Path, word_model: Path) -> Settings:
    return small_settings(small_home, word_model)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "questions.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "mine"
    (path / "qrels").mkdir(parents=True)
    for name, rows in CORPUS.items():
        (path / name).write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    (path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n1\td1\t1\n2\td2\t1\n", encoding="utf-8")
    return path


def ran(settings: Settings, out: Path, data: Path | str, **rest: Any) -> RunFolder:
    return evaluate(settings, Request(out, str(data), **rest), Watch())


def item(run: RunFolder, name: str) -> Item:
    return next(one for one in run.items if one.id == name)


def test_a_list_of_questions_is_answered_and_marked(settings: Settings, listed: Path, tmp_path: Path) -> None:
    said: list[str] = []
    run = evaluate(settings, Request(tmp_path / "run", str(listed)), Watch(say=said.append))
    assert [one.id for one in run.items] == ["line 2", "line 3", "line 4", "line 5"]
    assert any("Moon Papers" in line for line in said)
    seoul = item(run, "line 3")
    assert seoul.expected["gold"] == [[CAMP, None]]
    assert seoul.marks["MRR@10 by document"] == 1
    assert seoul.marks["quotes exact"] in (1, None)
    assert 0 <= seoul.given["probability"] <= 1
    assert run.run["index"]["passage_tokens"] == TOKENS
    assert run.run["settings"]["passage_tokens"] == TOKENS
    assert run.run["data"]["name"] == "questions.csv"
    assert str(tmp_path) not in json.dumps({**run.run, "settings": ""})  # a model's folder is the person's own words


def test_the_answer_is_what_users_get_and_noting_its_probability_changes_nothing(settings: Settings) -> None:
    asked = ["What is kept in Seoul?", "Does the zebra fly?", "그럼 과태료는 얼마인가?"]
    with Pipeline(settings) as plain, Pipeline(settings) as measured:
        measured.ask(asked[0])  # opened before it is measured
        subject = Subject(measured)
        for question in asked:
            answer, probability = subject.ask(question, [])
            expected = plain.ask(question)
            assert answer.to_json() | {"timings_ms": 0} == expected.to_json() | {"timings_ms": 0}
            assert probability is not None
            assert (probability >= measured.models.outcomes.thresholds["related"]) or answer.abstained
            assert subject.ranked(answer.query, 10) == plain.search(expected.query, 10)


def test_two_runs_are_alike_byte_for_byte(settings: Settings, listed: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        ran(settings, tmp_path / name, listed)
    for name in (RUN, ITEMS, SUMMARY):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_stopped_run_goes_on_to_the_same_end(settings: Settings, listed: Path, tmp_path: Path) -> None:
    stop = threading.Event()
    watch = Watch(on_item=lambda done, of: stop.set() if done == 2 else None, stop=stop)
    half = evaluate(settings, Request(tmp_path / "run", str(listed)), watch)
    assert (len(half.items), half.finished) == (2, False)
    assert not (tmp_path / "run" / SUMMARY).exists()
    whole, straight = ran(settings, tmp_path / "run", listed), ran(settings, tmp_path / "straight", listed)
    assert (whole.items, whole.figures, whole.run) == (straight.items, straight.figures, straight.run)


def test_what_changed_since_is_told(settings: Settings, listed: Path, tmp_path: Path) -> None:
    ran(settings, tmp_path / "run", listed)
    with pytest.raises(BadInput, match="settings depth is 50 there and 3 now"):
        ran(settings, tmp_path / "run", listed, pairs=("depth=3",))
    with pytest.raises(BadInput, match="ranking is reranked there and bm25 now"):
        ran(settings, tmp_path / "run", listed, pairs=("ranking=bm25",))
    listed.write_text(LIST.replace("kept", "held"), encoding="utf-8")
    with pytest.raises(BadInput, match="data digest is"):
        ran(settings, tmp_path / "run", listed)
    assert len(read_run(tmp_path / "run").items) == 4


def test_a_folder_s_own_corpus_is_indexed_and_ranked(word_model: Path, folder: Path, tmp_path: Path) -> None:
    settings = small_settings(tmp_path / "empty-home", word_model)  # nothing has been ingested there
    run = ran(settings, tmp_path / "run", folder, split="test")
    assert [(one.id, one.task, one.marks["nDCG@10 by document"]) for one in run.items] == [
        ("1", "query", 1.0), ("2", "query", 1.0),
    ]  # fmt: skip
    assert run.run["index"]["documents"] == 3
    again = ran(settings, tmp_path / "again", folder, split="test")
    assert again.run == run.run
    with pytest.raises(BadInput, match="'claim'"):
        ran(settings, tmp_path / "claims", folder, wanted=Wanted(("claim",)))


@pytest.mark.parametrize("stage", RANKINGS)
def test_each_stage_can_be_measured(settings: Settings, listed: Path, tmp_path: Path, stage: str) -> None:
    run = ran(settings, tmp_path / "run", listed, pairs=(f"ranking={stage}",), wanted=Wanted(("query",)))
    ranking = item(run, "line 3").given["ranking"]
    assert ranking
    with Pipeline(settings) as pipeline, pipeline.opened() as opened:
        understood = opened.answerer.understand("What is kept in Seoul?")
        rows = opened.retriever.rank(understood, stage, k=100)  # type: ignore[arg-type]
        passages = [opened.generation.passages[row] for row, _ in rows]
    assert [row[:3] for row in ranking] == [[one.doc_id, one.first, one.last] for one in passages][: len(ranking)]


def test_other_index_settings_make_another_index_and_leave_the_home_as_it_is(
    small_home: Path, word_model: Path, listed: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(small_home, home)
    settings = small_settings(home, word_model)
    before = (home / "CURRENT").read_bytes()
    run = ran(settings, tmp_path / "run", listed, pairs=("passage_tokens=40",))
    assert run.run["index"]["passage_tokens"] == 40
    assert run.run["index"]["passages"] > ran(settings, tmp_path / "as-it-is", listed).run["index"]["passages"]
    assert (home / "CURRENT").read_bytes() == before


def test_an_index_that_changes_ends_the_run(word_model: Path, listed: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = ingest_into(home, word_model, write_small_corpus(tmp_path / "corpus"))

    def on_item(done: int, of: int) -> None:
        if done == 1:
            (tmp_path / "corpus" / f"{ARTICLE}.md").unlink()
            ingest_into(home, word_model, tmp_path / "corpus")

    with pytest.raises(IndexChanged, match="new folder"):
        evaluate(settings, Request(tmp_path / "run", str(listed)), Watch(on_item=on_item))
    assert [one.id for one in read_run(tmp_path / "run").items] == ["line 2"]


@pytest.mark.parametrize(
    ("data", "rest", "words"),
    [
        ("nothing.csv", {}, "is not there"),
        ("golden", {"split": "train"}, "no split 'train'"),
        ("golden", {}, "none of the documents"),
        ("golden", {"seed": -1}, "seed is -1"),
        ("golden", {"pairs": ("port=1",)}, "sets nothing"),
    ],
)
def test_requests_that_cannot_be_met_leave_no_folder(
    settings: Settings, tmp_path: Path, data: str, rest: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        ran(settings, tmp_path / "run", data, **rest)
    assert not (tmp_path / "run").exists()


def test_other_files_are_no_data(settings: Settings, tmp_path: Path, listed: Path) -> None:
    (tmp_path / "paper.pdf").write_bytes(b"%PDF")
    with pytest.raises(BadInput, match="neither a folder nor a table"):
        ran(settings, tmp_path / "run", tmp_path / "paper.pdf")
    with pytest.raises(BadInput, match="no splits"):
        ran(settings, tmp_path / "run", listed, split="dev")
    (tmp_path / "no-corpus").mkdir()
    with pytest.raises(BadInput, match="no-corpus"):
        ran(settings, tmp_path / "run", tmp_path / "no-corpus")


def test_without_an_index_it_says_how_to_make_one(tmp_path: Path, word_model: Path, listed: Path) -> None:
    with pytest.raises(NoIndex, match="sangho ingest"):
        ran(small_settings(tmp_path / "empty", word_model), tmp_path / "run", listed)


def test_the_code_s_digest_is_over_what_results_come_from(tmp_path: Path) -> None:
    def digest_with(files: Sequence[tuple[str, str]]) -> str:
        root = tmp_path / str(len(list(tmp_path.iterdir())))
        for name, text in (("app/a.py", "1"), ("ingest/b.json", "2"), ("prompts/c.md", "3"), *files):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return code_digest(root)

    same = digest_with([])
    for name in ("app/ui/page.py", "app/__pycache__/a.pyc", "eval/x.py", "README.md", "app/.a.py.swp"):
        assert digest_with([(name, "9")]) == same
    changed = [digest_with([("app/a.py", "9")]), digest_with([("prompts/c.md", "9")]), digest_with([("app/n.tsv", "")])]
    assert len({same, *changed}) == 4
