"""Sets that give the evidence: read as their makers meant them, and judged sentence by sentence."""

from __future__ import annotations

import json
import math
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.claims.judge import UNCALIBRATED, ClaimPart, EvidenceSentence, Floats, Judge
from app.claims.results import VERDICTS, Verdict
from app.results import Place
from eval.figures.verdict_figures import Marked
from eval.figures.verdicts import measure
from eval.measures.given_evidence import FOLDER, MOST_SENTENCES, Decide, Majority, judged, main, strongest, summary
from eval.sets.given import SETS, Given, climate_fever, klue_nli, scifact, strings_in


def needs(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not (FOLDER / name).is_file(), reason=f"{name} (../shared/bench) is not on this machine")


CLAIMS = """id,claim,evidence_doc_id,evidence_label,evidence_sentences,cited_doc_ids
1,"Salt, they say, melts ice.",10,SUPPORT,[0 2],[10 20]
1,"Salt, they say, melts ice.",10,SUPPORT,[3],[10 20]
2,Salt cools tea.,20,CONTRADICT,[1],[20]
3,Salt is blue.,,,[],[30]
"""
CORPUS = """doc_id,title,abstract,structured
10,On ice,"['Ice melts.'
 ""It's cold.""
 'Salt \\'melts\\' ""ice"".' 'So\\nit does.']",False
20,On tea,"['Tea is hot.' 'Salt does not cool it.']",False
30,On blue,"['One.']",False
40,Cited by none,"['Two.']",False
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with zipfile.ZipFile(tmp_path / "scifact.zip", "w") as archive:
        archive.writestr("claims_validation.csv", CLAIMS)
        archive.writestr("corpus_train.csv", CORPUS)
    rows = [
        fever("0", "SUPPORTS", ["NOT_ENOUGH_INFO", "SUPPORTS"]),
        fever("1", "DISPUTED", ["SUPPORTS", "REFUTES"]),
        fever("2", "REFUTES", ["REFUTES", "REFUTES"]),
        fever("3", "NOT_ENOUGH_INFO", ["NOT_ENOUGH_INFO"]),
    ]
    (tmp_path / "climate-fever.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    pairs = [
        {"guid": str(n), "premise": "비가 온다.", "hypothesis": f"날씨 {n}", "gold_label": label}
        for n, label in enumerate(("neutral", "entailment", "contradiction"))
    ]
    (tmp_path / "klue-nli-v1.1_dev.json").write_text(json.dumps(pairs), encoding="utf-8")
    return tmp_path


def fever(name: str, label: str, labels: list[str]) -> dict[str, object]:
    evidence = [
        {"article": f"Article {n}", "evidence": f"Sentence {n}.", "evidence_label": one} for n, one in enumerate(labels)
    ]
    return {"claim_id": name, "claim": f"Claim {name}", "claim_label": label, "evidences": evidence}


def test_a_claim_is_judged_on_each_abstract_that_it_cites(folder: Path) -> None:
    items = scifact(folder)
    assert [(item.id, item.verdict, sorted(item.right)) for item in items] == [
        ("1/10", "supported", [0, 2, 3]),
        ("1/20", "not_in_sources", []),  # cited, and says nothing of it
        ("2/20", "contradicted", [1]),
        ("3/30", "not_in_sources", []),
    ]
    assert items[0].part == ClaimPart("Salt, they say, melts ice.", "Salt, they say, melts ice.")
    assert [one.text for one in items[0].evidence] == [
        "Ice melts.", "It's cold.", "Salt 'melts' \"ice\".", "So\nit does.",
    ]  # fmt: skip
    assert [one.around for one in items[2].evidence] == ["Tea is hot. Salt does not cool it."] * 2
    assert items[0].evidence[1].around == "Ice melts. It's cold. Salt 'melts' \"ice\"."
    assert {(one.header, one.place.doc_id, one.edition) for one in items[0].evidence} == {("On ice", "10", "original")}
    assert len({one.place for item in items for one in item.evidence}) == 7
    # The first three share a claim or an abstract.
    assert [item.cluster for item in items] == ["10", "10", "10", "30"]


def test_disputed_claims_are_left_out(folder: Path) -> None:
    items = climate_fever(folder)
    assert [(item.id, item.verdict, sorted(item.right)) for item in items] == [
        ("0", "supported", [1]), ("2", "contradicted", [0, 1]), ("3", "not_in_sources", []),
    ]  # fmt: skip
    second = items[0].evidence[1]
    assert (second.text, second.around, second.header) == ("Sentence 1.", "Sentence 1.", "Article 1")
    assert {item.cluster for item in items} == {""}


def test_a_premise_is_the_evidence(folder: Path) -> None:
    items = klue_nli(folder)
    assert [item.verdict for item in items] == ["not_in_sources", "supported", "contradicted"]
    assert [(item.part.text, item.part.language) for item in items[:1]] == [("날씨 0", "ko")]
    assert {(one.text, one.vector) for item in items for one in item.evidence} == {("비가 온다.", None)}
    assert len({item.cluster for item in items}) == 1


def test_an_unknown_label_is_not_guessed(folder: Path) -> None:
    path = folder / "klue-nli-v1.1_dev.json"
    path.write_text(path.read_text(encoding="utf-8").replace("neutral", "maybe"), encoding="utf-8")
    with pytest.raises(KeyError, match="maybe"):
        klue_nli(folder)


@pytest.mark.parametrize("name", sorted(SETS))
def test_a_set_that_is_not_there_is_said(name: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SETS[name](tmp_path)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=6))
def test_a_printed_list_gives_its_strings(strings: list[str]) -> None:
    assert strings_in("[" + "\n ".join(map(repr, strings)) + "]") == strings


@needs("scifact.zip")
def test_scifact_as_published() -> None:
    items = scifact(FOLDER)
    assert Counter(item.verdict for item in items) == {"supported": 138, "contradicted": 71, "not_in_sources": 130}
    assert len({item.id.split("/")[0] for item in items}) == 300
    assert all(item.right <= set(range(len(item.evidence))) for item in items)
    assert all(bool(item.right) == (item.verdict != "not_in_sources") for item in items)
    first = next(item for item in items if item.id == "3/14717500")
    assert first.right == {2, 5, 7}
    assert first.part.text.startswith("1,000 genomes project")


@needs("climate-fever.jsonl")
def test_climate_fever_as_published() -> None:
    items = climate_fever(FOLDER)
    assert Counter(item.verdict for item in items) == {"supported": 654, "contradicted": 253, "not_in_sources": 474}
    assert {len(item.evidence) for item in items} == {5}
    assert all(bool(item.right) == (item.verdict != "not_in_sources") for item in items)


@needs("klue-nli-v1.1_dev.json")
def test_klue_nli_as_published() -> None:
    items = klue_nli(FOLDER)
    assert Counter(item.verdict for item in items) == dict.fromkeys(VERDICTS, 1000)
    first = items[0]
    assert (first.part.text, first.verdict) == ("어떤 방에서도 흡연은 금지됩니다.", "contradicted")
    assert first.evidence[0].text.startswith("흡연자분들은 발코니가")


class Reads:
    """A judge that takes its probabilities out of the sentences, and counts what it is given."""

    calibration = UNCALIBRATED

    name = "the reader"

    def __init__(self) -> None:
        self.given: list[int] = []

    def judge(self, part: ClaimPart, evidence: Sequence[EvidenceSentence]) -> Floats:
        self.given.append(len(evidence))
        rows = [[float(number) for number in one.text.split()] for one in evidence]
        return np.array(rows, dtype=np.float32).reshape(-1, 3)


def item(rows: list[str], verdict: Verdict, right: Sequence[int] = ()) -> Given:
    place = Place("d", 1, 0, 1)
    sentences = tuple(EvidenceSentence(place, row, row, "", "", "original") for row in rows)
    return Given("x", ClaimPart("Claim", "Claim"), sentences, verdict, frozenset(right), "c")


def marked(judge: Judge, items: Sequence[Given], decide: Decide = strongest) -> list[Marked]:
    outcomes = list(judged(judge, items, decide))
    marks = [one for one in outcomes if isinstance(one, Marked)]
    assert len(marks) == len(outcomes)
    return marks


def test_the_loudest_sentence_on_each_side_decides() -> None:
    rows = [[0.1, 0.2, 0.7], [0.6, 0.1, 0.3], [0.0, 0.5, 0.5]]
    verdict, confidence = strongest(np.array(rows, dtype=np.float32))
    assert verdict == "supported"
    assert confidence == pytest.approx(0.6 / (0.6 + 0.5 + 0.3))
    for row, wanted in (([0.2, 0.1, 0.7], "not_in_sources"), ([0.1, 0.8, 0.1], "contradicted")):
        verdict, confidence = strongest(np.array([row], dtype=np.float32))
        assert verdict == wanted
        assert confidence == pytest.approx(max(row))
    assert strongest(np.zeros((0, 3), dtype=np.float32)) == ("not_in_sources", 1.0)


@given(st.lists(st.tuples(*[st.floats(0.001, 1)] * 3), min_size=1, max_size=20))
def test_pooling_gives_a_share_whatever_the_order(rows: list[tuple[float, float, float]]) -> None:
    probabilities = np.array([[value / sum(row) for value in row] for row in rows], dtype=np.float32)
    verdict, confidence = strongest(probabilities)
    assert 1 / 3 - 1e-6 <= confidence <= 1
    assert strongest(probabilities[::-1]) == (verdict, confidence)
    assert strongest(np.vstack((probabilities, probabilities))) == (verdict, confidence)


def test_evidence_is_right_where_the_judge_looked() -> None:
    rows = ["0.1 0.1 0.8", "0.7 0.1 0.2", "0.2 0.3 0.5"]
    weak = ["0.1 0.1 0.8", "0.0 0.3 0.7"]
    items = [
        item(rows, "supported", [1]),
        item(rows, "contradicted", [2]),
        item(rows, "not_in_sources"),
        item(weak, "contradicted", [1]),  # nothing decided: the second says most
        item(weak, "supported", [0]),
        item([], "not_in_sources"),
    ]
    marks = marked(Reads(), items)
    assert [(mark.expected, mark.given, mark.hit) for mark in marks] == [
        ("supported", "supported", True),
        ("contradicted", "supported", False),
        ("not_in_sources", "supported", None),
        ("contradicted", "not_in_sources", True),
        ("supported", "not_in_sources", False),
        ("not_in_sources", "not_in_sources", None),
    ]
    assert {mark.cluster for mark in marks} == {"c"}


def test_a_judge_gets_no_more_sentences_than_it_reads_and_the_last_count() -> None:
    judge = Reads()
    rows = ["0 0 1"] * (2 * MOST_SENTENCES) + ["0.9 0.1 0"]
    (mark,) = marked(judge, [item(rows, "supported", [2 * MOST_SENTENCES])])
    assert judge.given == [MOST_SENTENCES, MOST_SENTENCES, 1]
    assert (mark.given, mark.hit) == ("supported", True)


def test_another_way_to_decide_is_taken() -> None:
    def sceptic(probabilities: Floats) -> tuple[Verdict, float]:
        assert probabilities.shape == (1, 3)
        return "contradicted", 1.0000001  # as sums of float32 come out

    (mark,) = marked(Reads(), [item(["1 0 0"], "supported")], sceptic)
    assert (mark.given, mark.confidence) == ("contradicted", 1.0)


def test_a_judge_that_loses_a_sentence_is_found_out() -> None:
    class Forgets(Reads):
        def judge(self, part: ClaimPart, evidence: Sequence[EvidenceSentence]) -> Floats:
            return super().judge(part, evidence)[1:]

    with pytest.raises(ValueError, match="the reader gave 1 rows for 2 sentences"):
        list(judged(Forgets(), [item(["1 0 0", "0 1 0"], "supported")]))


def test_a_judge_that_gives_other_rows_is_found_out() -> None:
    class Short(Reads):
        def judge(self, part: ClaimPart, evidence: Sequence[EvidenceSentence]) -> Floats:
            return super().judge(part, evidence)[:, :2]

    with pytest.raises(ValueError, match="dimension"):
        list(judged(Short(), [item(["1 0 0"], "supported")]))


def test_a_crash_is_no_wrong_verdict() -> None:
    items = [item(["1 0 0"], "supported"), item(["not numbers"], "supported"), item(["0 1 0"], "contradicted")]
    outcomes = list(judged(Reads(), items))
    assert [isinstance(one, Marked) for one in outcomes] == [True, False, True]
    said = summary(outcomes)
    assert said.startswith("2 verdicts\naccuracy                         1.000")
    assert "crashed, and in no figure: 1\n  x: ValueError: could not convert string to float" in said


def test_the_majority_is_what_must_be_beaten(folder: Path) -> None:
    items = scifact(folder)
    report = measure(marked(Majority(items), items))
    assert report.figure("accuracy").value == pytest.approx(2 / 4)
    assert report.figure("balanced accuracy").value == pytest.approx(1 / 3)
    assert report.figure("calibration error").value == pytest.approx(0, abs=1e-6)
    assert Majority([]).judge(items[0].part, items[0].evidence).shape == (4, 3)
    assert Majority(items).judge(items[0].part, []).shape == (0, 3)


def test_the_command_prints_the_figures(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["climate-fever", "--folder", str(folder), "--every", "2"])
    said = capsys.readouterr().out
    assert said.startswith("climate-fever, judged by the most frequent verdict\n2 verdicts\naccuracy      ")
    assert not math.isnan(float(said.split("accuracy")[1].split()[0]))
    with pytest.raises(SystemExit):
        main(["scifacts"])
