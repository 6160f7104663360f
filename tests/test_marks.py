"""How an item is marked: every mark worked out by hand, and defined only where it says something."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.claims.results import Check, ClaimCitation, PartCheck, Stance, Verdict
from app.results import Answer, Citation, Coverage, Outcome, Ranked, Statement
from eval.datasets import Claim, Fact, Question
from eval.items import Item
from eval.marking.marks import (
    KEPT,
    MARKS,
    MARKS_OF,
    facts_found,
    mark_claim,
    mark_query,
    mark_question,
    marks_of_passages,
)
from eval.marking.metrics import METRICS
from ingest.documents import Document, Paragraph

FUND = "The fund rises to $1.7 billion."
MEET = "The envoys meet twice a year."
DOCUMENTS = {
    "accord": Document("accord", "The Accord", (Paragraph(1, MEET), Paragraph(2, FUND), Paragraph(3, "More."))),
    "digest": Document("digest", "Retold", (Paragraph(2, FUND, last=6), Paragraph(9, MEET)), edition="digest"),
}
COVERAGE = Coverage(2, "2021", 0)


def citation(n: int, doc_id: str, paragraph: int, quote: str = "") -> Citation:
    text = DOCUMENTS[doc_id].paragraph(paragraph).text
    return Citation(
        n=n, doc_id=doc_id, title="", issuer="", date="", url="", edition="original", paragraph=paragraph, page=None,
        quote=quote or text, start=0, end=len(text),
    )  # fmt: skip


def answer(outcome: Outcome, *citations: Citation, related: Sequence[Citation] = ()) -> Answer:
    """An answer that says what it cites."""
    statements = tuple(Statement(one.quote, (one.n,)) for one in citations)
    return Answer(
        question="?", query="?", outcome=outcome, answer=" ".join(one.text for one in statements) or "Nothing there.",
        notice="", mode="extractive", statements=statements, citations=citations, related=tuple(related), evidence=(),
        dropped=(), coverage=COVERAGE, language="en", settings_digest="", generation="",
    )  # fmt: skip


def ranked(doc_id: str, first: int, last: int, text: str = "text") -> Ranked:
    return Ranked(f"{doc_id}-{first}", doc_id, "", "", (first, last), 0.5, text)


def fact(*wordings: str, gold: Sequence[tuple[str, int]]) -> Fact:
    return Fact(wordings, frozenset(gold))


def question(outcome: Outcome, *facts: Fact) -> Question:
    return Question("q", "factual", "en", "?", (), outcome, facts)


FUND_FACT = fact("$1.7 billion", "1,700 million", gold=[("accord", 2)])
MEET_FACT = fact("twice a year", gold=[("accord", 1)])


def test_a_right_answer() -> None:
    asked = question("answered", FUND_FACT, MEET_FACT)
    given = answer("answered", citation(1, "accord", 2), citation(2, "accord", 3))
    expected, came, marks = mark_question(asked, given, [ranked("accord", 2, 3)], 0.75, DOCUMENTS)
    assert expected == {
        "outcome": "answered",
        "facts": [["$1.7 billion", "1,700 million"], ["twice a year"]],
        "gold": [["accord", 1], ["accord", 2]],
    }
    assert came["ranking"] == [["accord", 2, 3, 0.5]]
    assert came["texts"] == ["text"]
    assert came["gold_texts"] == [MEET, FUND]
    assert [one["paragraph"] for one in came["citations"]] == [2, 3]
    wanted = {
        "outcome right": 1,
        "facts found": 0.5,
        "citation precision": 0.5,
        "citation recall": 1,  # both statements are their quotes
        "quotes exact": 1,
        "refused wrongly": 0,
        "answer words": 7,
        "probability of an answer": 0.75,
        "Recall@5": 0.5,
        "MRR@10": 1,
        "Recall@1 by document": 1,
    }
    assert {name: marks[name] for name in wanted} == wanted
    undefined = ("answered wrongly", "false premise told", "citation while abstaining")
    assert [marks[name] for name in undefined] == [None] * 3


def test_a_refusal_of_what_the_sources_answer() -> None:
    marks = mark_question(question("answered", FUND_FACT), answer("not_in_sources"), [], 0.25, DOCUMENTS)[2]
    wanted = {
        "outcome right": 0, "facts found": 0, "refused wrongly": 1, "citation while abstaining": 0, "MRR@10": 0,
        "citation precision": None, "citation recall": None, "quotes exact": None, "answer words": None,
        "answered wrongly": None,
    }  # fmt: skip
    assert {name: marks[name] for name in wanted} == wanted


def test_an_answer_to_what_the_sources_do_not_answer() -> None:
    given = answer("answered", citation(1, "accord", 2))
    marks = mark_question(question("not_in_sources"), given, [ranked("accord", 1, 1)], None, DOCUMENTS)[2]
    wanted = {
        "outcome right": 0, "answered wrongly": 1, "refused wrongly": None, "facts found": None,
        "citation precision": None, "citation recall": None, "quotes exact": 1, "probability of an answer": None,
        "nDCG@10": None, "nDCG@10 by document": None,
    }  # fmt: skip
    assert {name: marks[name] for name in wanted} == wanted


def test_abstaining_rightly_and_what_must_not_stand_under_it() -> None:
    asked = question("not_in_sources")
    given = answer("not_in_sources", related=[citation(1, "accord", 1)])
    marks = mark_question(asked, given, [], 0.1, DOCUMENTS)[2]
    assert (marks["outcome right"], marks["answered wrongly"], marks["citation while abstaining"]) == (1, 0, 0)
    assert marks["quotes exact"] == 1  # what is related is quoted too
    torn = answer("not_in_sources", related=[citation(1, "accord", 1, quote="The envoys met.")])
    assert mark_question(asked, torn, [], 0.1, DOCUMENTS)[2]["quotes exact"] == 0
    citing = replace(given, citations=(citation(1, "accord", 1),))
    assert mark_question(asked, citing, [], 0.1, DOCUMENTS)[2]["citation while abstaining"] == 1
    saying = replace(given, statements=(Statement("Yes.", ()),))
    assert mark_question(asked, saying, [], 0.1, DOCUMENTS)[2]["citation while abstaining"] == 1


@pytest.mark.parametrize(
    ("came", "told"), [("sources_say_otherwise", 1), ("answered", 0), ("not_in_sources", 0)]
)  # fmt: skip
def test_a_false_premise_is_told_or_not(came: Outcome, told: float) -> None:
    cited = [] if came == "not_in_sources" else [citation(1, "accord", 2)]
    marks = mark_question(question("sources_say_otherwise", FUND_FACT), answer(came, *cited), [], 0.5, DOCUMENTS)[2]
    assert marks["false premise told"] == told
    assert marks["refused wrongly"] == (came == "not_in_sources")


def test_labels_of_an_original_mark_a_digest() -> None:
    asked = question("answered", fact("$1.7 billion", gold=[("digest", 4), ("digest", 5)]))
    given = answer("answered", citation(1, "digest", 2))
    expected, came, marks = mark_question(asked, given, [ranked("digest", 2, 9)], 0.5, DOCUMENTS)
    assert expected["gold"] == [["digest", 4], ["digest", 5]]
    assert came["gold_texts"] == [FUND, FUND]
    assert (marks["citation precision"], marks["citation recall"]) == (1, 1)
    assert (marks["Recall@1"], marks["nDCG@10"]) == (1, 1)  # both places are one paragraph there


def test_the_gaps_of_a_digest_take_no_ranks() -> None:
    passages = [ranked("digest", 2, 9), ranked("unknown", 1, 3)]
    assert marks_of_passages(passages, {("digest", 9): 1}, DOCUMENTS)["MRR@10"] == 1 / 2
    assert marks_of_passages(passages, {("unknown", 3): 1}, DOCUMENTS)["MRR@10"] == 1 / 5


def test_a_fact_must_stand_in_one_text() -> None:
    said = replace(answer("answered", citation(1, "accord", 1)), statements=(Statement("They “meet  TWICE a", (1,)),))
    assert facts_found([fact('"meet twice A', gold=[])], said) == 1  # case, spaces and kinds of quotes are folded
    assert facts_found([fact("twice a The envoys", gold=[])], said) == 0
    assert facts_found([fact("no such", "meet twice a year", gold=[])], said) == 1  # in the quote
    assert facts_found([], said) is None
    # The sentence that says that nothing was found finds nothing.
    assert facts_found([fact("Nothing there", gold=[])], answer("not_in_sources")) == 0


def check(verdict: Verdict, *cited: tuple[int, Stance], doc_id: str = "accord") -> Check:
    citations = tuple(
        ClaimCitation(
            **{name: getattr(citation(n, doc_id, paragraph), name) for name in Citation.__dataclass_fields__},
            stance=stance,
        )
        for n, (paragraph, stance) in enumerate(cited, start=1)
    )
    part = PartCheck("c", verdict, 0.5, (), None, ())
    return Check("c", verdict, 0.625, (part,), (), citations, "", COVERAGE, "en", "", "")


def claim(verdict: Verdict, *evidence: tuple[str, int]) -> Claim:
    return Claim("c", "c", verdict, "en", "paraphrase", frozenset(evidence))


def test_a_claim() -> None:
    expected, given, marks = mark_claim(
        claim("supported", ("accord", 2)), check("supported", (2, "supports"), (1, "closest")), DOCUMENTS
    )
    assert expected == {"verdict": "supported", "gold": [["accord", 2]]}
    assert (given["verdict"], given["confidence"], given["gold_texts"]) == ("supported", 0.625, [FUND])
    assert [one["stance"] for one in given["citations"]] == ["supports", "closest"]
    assert marks == {"verdict right": 1, "evidence hit": 1, "confidence": 0.625, "quotes exact": 1}


def test_a_claim_s_evidence_is_hit_for_its_verdict_only() -> None:
    right = claim("supported", ("accord", 2))
    assert mark_claim(right, check("contradicted", (2, "supports")), DOCUMENTS)[2]["evidence hit"] == 0
    assert mark_claim(right, check("contradicted", (2, "supports")), DOCUMENTS)[2]["verdict right"] == 0
    retold = claim("supported", ("digest", 5))
    assert mark_claim(retold, check("supported", (2, "supports"), doc_id="digest"), DOCUMENTS)[2]["evidence hit"] == 1
    none = mark_claim(claim("not_in_sources"), check("not_in_sources"), DOCUMENTS)[2]
    assert (none["verdict right"], none["evidence hit"], none["quotes exact"]) == (1, None, None)


def test_a_query_may_have_whole_documents_and_grades() -> None:
    ranking = [ranked("digest", 9, 9), ranked("accord", 1, 1)]
    expected, given, marks = mark_query({("accord", None): 2, ("digest", None): 1}, ranking, DOCUMENTS)
    assert expected == {"gold": [["accord", None], ["digest", None]], "grades": [2, 1]}
    assert given["gold_texts"] == ["The Accord", "Retold"]
    assert marks["nDCG@10"] is None
    assert marks["nDCG@10 by document"] == pytest.approx((1 + 2 / 1.5849625) / (2 + 1 / 1.5849625))
    assert mark_query([("accord", 1)], ranking, DOCUMENTS)[2]["MRR@10"] == 0.5


def test_marks_are_those_of_the_task_and_have_a_meaning() -> None:
    asked = mark_question(question("answered", FUND_FACT), answer("not_in_sources"), [], 0.5, DOCUMENTS)
    assert set(asked[2]) == set(MARKS_OF["question"])
    assert set(mark_claim(claim("supported"), check("supported"), DOCUMENTS)[2]) == set(MARKS_OF["claim"])
    assert set(mark_query([("accord", 1)], [], DOCUMENTS)[2]) == set(MARKS_OF["query"])
    assert {name for names in MARKS_OF.values() for name in names} == set(MARKS)
    assert {metric.name for metric in METRICS} <= set(MARKS)
    assert all(mark.meaning and not mark.meaning.endswith(".") for mark in MARKS.values())


def test_a_marked_item_can_be_written_and_is_of_bounded_length() -> None:
    ranking = [ranked("accord", 1, 1, "é" * 5000) for _ in range(100)]
    marked = mark_question(question("answered", FUND_FACT), answer("not_in_sources"), ranking, 0.5, DOCUMENTS)
    item = Item("q", "question", "?", expected=marked[0], given=marked[1], marks=marked[2])
    assert Item.from_json(json.loads(item.to_line())) == item
    assert len(item.given["ranking"]) == KEPT
    assert len(item.to_line()) < 5000
