"""The gate: the golden dev set over the bundled digests may not lose more than it wins against the baseline.

When a change is meant to move it: python -m eval.gate --home HOME --write, in a commit of its own that says why.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import BadInput
from app.pipeline import Pipeline
from app.settings import Settings
from eval.gate import gate
from eval.gate.baseline import BASELINE, read_baseline, scores_of, write_baseline
from eval.gate.gate import judge, main, text_of
from eval.gate.run import check_bundled, run_golden
from eval.items import Item
from eval.running.plan import Wanted
from eval.running.subject import Subject
from tests.run_fakes import Told, answer, citation, question


def claim_item(name: str, right: float) -> Item:
    return Item(name, "claim", "?", marks={"verdict right": right, "quotes exact": 1.0})


def changed(lost: int, won: int, same: int = 5) -> tuple[list[Item], dict[str, float]]:
    """Items, and the baseline against which so many of them were lost and won."""
    items = [claim_item(f"l{n}", 0.0) for n in range(lost)] + [claim_item(f"w{n}", 1.0) for n in range(won)]
    items += [claim_item(f"s{n}", 1.0) for n in range(same)]
    return items, {item.id: 1.0 if item.id[0] in "ls" else 0.0 for item in items}


# The golden set itself


def test_the_golden_set_loses_nothing_against_the_baseline(bundled_home: Path) -> None:
    judgement = judge(run_golden(Settings.load(home=bundled_home), workers=2), read_baseline())
    assert judgement.passed, f"\n{text_of(judgement)}\nMeant to be so? {__doc__}"
    assert judgement.compared >= 540
    assert judgement.new == (), "run: python -m eval.gate --home HOME --write"


def test_several_processes_give_what_one_gives(
    bundled_home: Path, bundled: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.gate.run._WORTH_IT", 1)
    settings, wanted = Settings.load(home=bundled_home), Wanted(every=120)
    told: list[tuple[int, int]] = []
    beside = run_golden(settings, 2, lambda done, of: told.append((done, of)), wanted)
    with Pipeline(settings, bundled.embedder) as pipeline:
        alone = run_golden(settings, 1, wanted=wanted, pipeline=pipeline)
    assert beside == alone
    assert {item.task for item in alone} == {"question", "claim"}
    assert told == [(n, len(alone)) for n in range(1, len(alone) + 1)]


def test_an_index_of_something_else_is_refused(small: Pipeline) -> None:
    with Pipeline(small.settings, small.embedder) as pipeline, pytest.raises(BadInput, match="bundled digests"):
        check_bundled(Subject(pipeline))


# What fails


@pytest.mark.parametrize(
    ("lost", "won", "worse"),
    [
        (0, 0, False),
        (1, 0, False),  # p 1
        (4, 0, False),  # p 2 / 16 = 0.125
        (5, 0, True),  # p 2 / 32 = 0.0625
        (0, 5, False),
        (7, 2, False),  # p 2 * (1 + 9 + 36) / 512 = 0.18
        (8, 2, False),  # p 2 * (1 + 10 + 45) / 1024 = 0.109
        (9, 2, True),  # p 2 * (1 + 11 + 55) / 2048 = 0.065
        (2, 9, False),
    ],
)
def test_more_lost_than_won_fails(lost: int, won: int, worse: bool) -> None:
    judgement = judge(*changed(lost, won))
    assert judgement.worse is worse
    assert judgement.passed is not worse
    assert (len(judgement.lost), len(judgement.won), judgement.compared) == (lost, won, lost + won + 5)
    said = text_of(judgement)
    assert all(f"l{n}: 1 -> 0" in said for n in range(lost))
    assert said.splitlines()[-1] == ("Failed: more was lost than won." if worse else "Passed.")


def test_a_crash_an_inexact_quote_and_a_citation_while_abstaining_fail_at_once() -> None:
    items, baseline = changed(0, 4)
    faults = {
        "crashed: boom": replace(items[0], failed="boom", marks={}),
        "letter by letter": replace(items[0], marks={**items[0].marks, "quotes exact": 0.9}),
        "abstains": replace(items[0], marks={**items[0].marks, "citation while abstaining": 1.0}),
    }
    for words, item in faults.items():
        judgement = judge([item, *items[1:]], baseline)
        assert not judgement.passed
        assert [words in fault and item.id in fault for fault in judgement.faults] == [True]
        assert "something is at fault" in text_of(judgement)
    assert judge(items, baseline).passed


def test_the_faults_are_found_in_what_really_comes() -> None:
    from eval.running.run import run_item

    cited = replace(answer(citation(2)), outcome="not_in_sources", statements=())
    for bad in (cited, answer(citation(2, quote="The fund rose.")), ValueError("boom")):
        item, _ = run_item(Told({"What of a1?": bad}), question("a1"))
        assert judge([item], {"a1": 0.0}).faults
    item, _ = run_item(Told(), question("a1"))
    assert judge([item], {"a1": 1.0}).passed


def test_items_that_are_gone_fail_and_new_ones_are_named() -> None:
    items, baseline = changed(0, 0)
    judgement = judge(items[1:], baseline)
    assert (judgement.missing, judgement.passed) == (("s0",), False)
    assert "  s0" in text_of(judgement)
    fewer = {name: value for name, value in baseline.items() if name != "s0"}
    judgement = judge(items, fewer)
    assert (judgement.new, judgement.passed) == (("s0",), True)


def test_long_lists_are_cut() -> None:
    said = text_of(judge(*changed(60, 0)))
    assert "lost (60):" in said
    assert "  and 20 more" in said


# The baseline


def test_the_baseline_covers_the_golden_set() -> None:
    baseline = read_baseline()
    assert len(baseline) >= 540
    assert set(baseline.values()) <= {0.0, 1.0} | {value for value in baseline.values() if 0.5 <= value < 1}


def test_a_baseline_is_read_as_it_was_written(tmp_path: Path) -> None:
    items, _ = changed(1, 2)
    path = tmp_path / "baseline.jsonl"
    write_baseline(scores_of(items), path)
    assert read_baseline(path) == {"l0": 0.0, "w0": 1.0, "w1": 1.0} | {f"s{n}": 1.0 for n in range(5)}
    assert path.read_text().splitlines()[0] == '{"id": "l0", "score": 0.0}'


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"id": "a"}',
        '{"id": "a", "score": "high"}',
        '{"id": "a", "score": 1.5}',
        '{"id": "a", "score": NaN}',
    ],
)
def test_a_broken_baseline_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "baseline.jsonl"
    path.write_text(f'{{"id": "b", "score": 1}}\n{line}\n')
    with pytest.raises(BadInput, match="line 2"):
        read_baseline(path)
    path.write_text('{"id": "b", "score": 1}\n' * 2)
    with pytest.raises(BadInput, match="twice"):
        read_baseline(path)
    with pytest.raises(BadInput, match=r"--write"):
        read_baseline(tmp_path / "nothing")


# The command


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Item]:
    """What the command's run gives, and a baseline of its own."""
    items, baseline = changed(0, 3)
    monkeypatch.setattr(gate, "BASELINE", tmp_path / "baseline.jsonl")
    write_baseline(baseline, tmp_path / "baseline.jsonl")
    monkeypatch.setattr(gate, "run_golden", lambda *_: items)
    return items


def test_the_command_says_whether_it_passed(
    told: list[Item], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (tmp_path / "baseline.jsonl").read_bytes()
    assert main(["--home", str(tmp_path)]) == 0
    assert capsys.readouterr().out.endswith("Passed.\n")
    told[:] = changed(6, 0)[0]
    assert main(["--home", str(tmp_path)]) == 1
    assert (tmp_path / "baseline.jsonl").read_bytes() == before


def test_the_command_moves_the_baseline(told: list[Item], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "baseline.jsonl"
    assert main(["--home", str(tmp_path), "--write"]) == 0
    assert read_baseline(path)["w0"] == 1.0
    path.write_text("broken")
    assert main(["--home", str(tmp_path)]) == 1
    assert "--write" in capsys.readouterr().err
    assert main(["--home", str(tmp_path), "--write"]) == 0
    assert len(read_baseline(path)) == 8
    told.append(replace(told[0], id="x", failed="boom"))
    before = path.read_bytes()
    assert main(["--home", str(tmp_path), "--write"]) == 1
    assert "not moved" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_the_baseline_is_where_the_golden_set_is() -> None:
    assert BASELINE.parent.joinpath("questions-dev.jsonl").exists()
