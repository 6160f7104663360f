"""A run's folder: refused where it is none, another run's or damaged; readable though it is unfinished."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.errors import BadInput
from eval.running.folder import COST, ITEMS, RUN, SUMMARY, read_run
from eval.running.writing import differences, run_writer
from ingest.locking import LOCK
from tests.run_fakes import PLANNED
from tests.test_run import IDS, RUN_JSON, whole_run


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    whole_run(tmp_path)
    run = read_run(tmp_path)
    assert (run.path, run.planned, run.finished, run.notice) == (tmp_path, len(PLANNED), True, "")
    assert run.run == RUN_JSON
    assert run.costs["seconds"] >= 0
    assert json.loads((tmp_path / SUMMARY).read_text())["figures"] == json.loads(json.dumps(run.figures.to_json()))
    assert not (tmp_path / LOCK).exists()


def test_the_figures_come_from_the_items_where_they_are_not_kept_whole(tmp_path: Path) -> None:
    whole_run(tmp_path)
    figures = read_run(tmp_path).figures
    summary = json.loads((tmp_path / SUMMARY).read_text())
    for damaged in ({}, {"items": 5}, summary | {"figures": {"marks": 3}}, summary | {"items": 4}):
        (tmp_path / SUMMARY).write_text(json.dumps(damaged))
        assert read_run(tmp_path).figures == figures
    (tmp_path / SUMMARY).unlink()
    (tmp_path / COST).unlink()
    assert read_run(tmp_path).figures == figures
    assert read_run(tmp_path).costs == {}


def test_figures_that_were_kept_of_other_items_are_not_shown(tmp_path: Path) -> None:
    whole_run(tmp_path)
    lines = (tmp_path / ITEMS).read_text().splitlines(keepends=True)
    (tmp_path / ITEMS).write_text("".join(lines[:2]))
    run = read_run(tmp_path)
    assert run.figures.items == {"query": 1, "question": 1}
    assert "2 of 5 items" in run.notice


def test_a_run_that_has_not_begun_is_readable(tmp_path: Path) -> None:
    with run_writer(tmp_path / "run", RUN_JSON, IDS):
        pass
    run = read_run(tmp_path / "run")
    assert run.items == ()
    assert "0 of 5 items" in run.notice


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (RUN, None, "no run's folder"),
        (RUN, "{", "cannot be read"),
        (RUN, "[1]", "no JSON object"),
        (RUN, "[" * 200_000, "cannot be read"),
        (RUN, '{"format": 99}', "format 99"),
        (RUN, '{"format": 1, "seed": 0}', "lacks data"),
        (RUN, json.dumps(RUN_JSON | {"items": "many"}), "damaged"),
        (SUMMARY, "nothing", "cannot be read"),
        (ITEMS, "{}\n", "line 1, is no item"),
        (ITEMS, "\xff\n", "line 1, is no item"),
    ],
)
def test_what_is_no_run_is_refused(tmp_path: Path, name: str, text: str | None, words: str) -> None:
    whole_run(tmp_path)
    (tmp_path / name).unlink() if text is None else (tmp_path / name).write_text(text)
    with pytest.raises(BadInput, match=words):
        read_run(tmp_path)


def test_a_folder_that_is_not_there_is_no_run_s(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no run's folder"):
        read_run(tmp_path / "nothing")
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="no run's folder"):
        read_run(tmp_path / "file")


def test_an_item_that_comes_twice_is_refused(tmp_path: Path) -> None:
    whole_run(tmp_path)
    line = (tmp_path / ITEMS).read_text().splitlines()[0]
    with (tmp_path / ITEMS).open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(BadInput, match="'q1' twice"):
        read_run(tmp_path)


def test_another_run_s_folder_is_refused_with_what_differs(tmp_path: Path) -> None:
    whole_run(tmp_path)
    before = (tmp_path / ITEMS).read_bytes()
    changed = RUN_JSON | {"seed": 4, "settings": {"depth": 20}, "index": {"generation": "b" * 12}}
    with pytest.raises(BadInput) as refused, run_writer(tmp_path, changed, IDS):
        pass
    said = str(refused.value)
    assert "settings depth is 50 there and 20 now" in said
    assert "seed is 3 there and 4 now" in said
    assert f"index generation is {'a' * 12} there and {'b' * 12} now" in said
    assert "data" not in said.split(":", 1)[1].split("Name another")[0]
    assert (tmp_path / ITEMS).read_bytes() == before


def test_the_same_run_over_other_items_is_refused(tmp_path: Path) -> None:
    whole_run(tmp_path)
    with pytest.raises(BadInput, match="other items"), run_writer(tmp_path, RUN_JSON, [*IDS[1:], IDS[0]]):
        pass


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(BadInput, match="other files"), run_writer(tmp_path, RUN_JSON, IDS):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]
    with pytest.raises(BadInput, match="cannot be used"), run_writer(tmp_path / "thesis.docx", RUN_JSON, IDS):
        pass


def test_two_runs_never_write_to_one_folder(tmp_path: Path) -> None:
    with run_writer(tmp_path, RUN_JSON, IDS):
        with pytest.raises(BadInput, match="Another run"), run_writer(tmp_path, RUN_JSON, IDS):
            pass
        assert (tmp_path / LOCK).exists()
    with run_writer(tmp_path, RUN_JSON, IDS):
        pass


def test_differences_are_told_value_by_value() -> None:
    assert differences({"a": 1, "b": {"c": [1], "d": ""}}, {"a": 1, "b": {"c": [2], "d": "x"}, "e": None}) == [
        ("b c", "[1]", "[2]"),
        ("b d", "nothing", "x"),
    ]
    assert differences({"a": 0}, {}) == [("a", "0", "nothing")]
