"""Question sets: well formed, disjoint, and true to the sources where those are at hand."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from eval.datasets import Claim, Fact, load_claims, load_questions, normalised
from ingest.readers import read_file

SOURCES = Path(__file__).resolve().parents[2] / "shared" / "sources"
DEV, TEST = load_questions("dev"), load_questions("test")
PASTES: Final = "cd-"  # of the writer who also pastes sentences, as people do
CLAIMS = {split: load_claims(split) for split in ("dev", "test")}


def test_there_are_enough_questions_of_every_kind() -> None:
    for questions, least in ((DEV, 80), (TEST, 80)):
        assert len(questions) >= least
        outcomes = Counter(question.outcome for question in questions)
        assert outcomes["not_in_sources"] + outcomes["sources_say_otherwise"] >= 25
        assert {question.language for question in questions} == {"en", "ko"}
        assert any(question.history for question in questions)
        assert {"factual", "list", "comparison", "change", "not_in_sources", "false_premise"} <= {
            question.kind for question in questions
        }


def test_no_question_is_in_both_sets_or_has_another_s_id() -> None:
    ids = Counter(question.id for question in (*DEV, *TEST))
    assert [name for name, count in ids.items() if count > 1] == []
    asked = [{(normalised(q.question), q.history) for q in questions} for questions in (DEV, TEST)]
    assert not asked[0] & asked[1]


@pytest.mark.parametrize("question", [*DEV, *TEST], ids=lambda question: question.id)
def test_facts_are_given_exactly_where_the_sources_speak(question: object) -> None:
    for q in (*DEV, *TEST):
        if q is question:
            assert bool(q.facts) == (q.outcome != "not_in_sources")
            assert all(fact.wordings and fact.gold for fact in q.facts)
            assert q.gold == {place for fact in q.facts for place in fact.gold}


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the originals (../shared/sources) are not on this machine")
def test_each_fact_stands_in_each_of_its_paragraphs() -> None:
    read = {path.stem: read_file(path, SOURCES, 10**8) for path in SOURCES.glob("*.txt")}
    wrong = [
        (question.id, fact.wordings[0], place)
        for question in (*DEV, *TEST)
        for fact in question.facts
        for place in fact.gold
        if normalised(fact.wordings[0]) not in normalised(read[place[0]].paragraph(place[1]).text)
    ]
    assert wrong == []


def test_any_wording_of_a_fact_will_do_whatever_its_case_quotes_and_spaces() -> None:
    fact = Fact(("Yoon’s “plan”", "열 개"), frozenset({("a", 1)}))
    assert fact.stands_in("It is YOON'S\n" + '"plan".')
    assert fact.stands_in("모두 열 개이다")
    assert not fact.stands_in("the plan of Yoon")
    assert not fact.stands_in("")


def test_a_set_of_one_s_own_is_read(tmp_path: Path) -> None:
    line = {
        "id": "x", "kind": "factual", "language": "en", "question": "How much?", "history": ["What?"],
        "outcome": "answered", "facts": [{"wordings": ["$5"], "gold": [["d", 3], ["e", 1]]}], "note": "is not read",
    }  # fmt: skip
    (tmp_path / "questions-dev.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    (question,) = load_questions("dev", tmp_path)
    assert (question.id, question.history, set(question.gold)) == ("x", ("What?",), {("d", 3), ("e", 1)})


VERDICTS = ("supported", "contradicted", "not_in_sources")
CHANGED = {"number", "date", "actor", "negation", "quantifier", "modality", "direction", "bound"}


def test_there_are_enough_claims_of_every_verdict_and_change() -> None:
    for split, least in (("dev", 300), ("test", 130)):
        claims = CLAIMS[split]
        assert len(claims) >= least
        counts = Counter(claim.verdict for claim in claims)
        assert set(counts) == set(VERDICTS)
        assert min(counts.values()) >= least // 5
        assert {claim.language for claim in claims} == {"en", "ko"}
        assert {claim.kind for claim in claims if claim.verdict == "contradicted"} >= CHANGED


def test_no_claim_is_there_twice_and_no_document_is_in_both_splits() -> None:
    claims = [claim for split in CLAIMS.values() for claim in split]
    assert len({claim.id for claim in claims}) == len(claims) == len({normalised(claim.claim) for claim in claims})
    dev, test = ({place[0] for claim in split for place in claim.evidence} for split in CLAIMS.values())
    assert not dev & test
    assert all(claim.evidence for claim in claims if claim.verdict != "not_in_sources")


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the originals (../shared/sources) are not on this machine")
def test_the_paragraphs_that_decide_a_claim_exist_and_give_its_figures() -> None:
    read = {path.stem: read_file(path, SOURCES, 10**8) for path in SOURCES.glob("*.txt")}
    texts = {
        claim.id: " ".join(read[doc_id].paragraph(number).text for doc_id, number in sorted(claim.evidence))
        for split in CLAIMS.values()
        for claim in split
    }
    assert all(text.strip() for text in texts.values() if text)
    told = [claim for split in CLAIMS.values() for claim in split if not claim.id.startswith(PASTES)]
    copied = [claim.id for claim in told if _is_copied(claim, texts[claim.id])]
    assert copied == []


def _is_copied(claim: Claim, text: str) -> bool:
    """Whether eight words of a claim in a row are its evidence's own: it should be told, not quoted."""
    told, source = normalised(claim.claim).split(), f" {normalised(text)} "
    return any(f" {' '.join(told[at : at + 8])} " in source for at in range(len(told) - 7))
