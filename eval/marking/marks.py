"""Mark one item: what was right, what came, and how it fared by every mark that its task has.

Labels number paragraphs as the originals do. A digest may hold several of them as one, so that what is right is
looked up in the documents first: the same labels mark answers over digests and over originals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from app.claims.results import Check
from app.results import Answer, Citation, Outcome, Ranked
from eval.datasets import Claim, Fact
from eval.items import Mark, Task
from eval.marking.gold import LONGEST, Documents, gold_json, gold_texts, held_gold
from eval.marking.grounding import citation_precision, citation_recall, quotes_exact
from eval.marking.metrics import METRICS, By, Gold, Row, marks_of_ranking
from eval.measures.claims import hit

Marks = dict[str, float | None]
Marked = tuple[dict[str, Any], dict[str, Any], Marks]

KEPT: Final = 20  # passages of a ranking that an item keeps
SHOWN: Final = 3  # of them with their text

_RANKING: Final[Mapping[str, Mark]] = {metric.name: Mark(metric.meaning) for metric in METRICS}
_QUOTES: Final[Mapping[str, Mark]] = {
    "quotes exact": Mark("the share of citations whose quote stands in the source letter by letter; must be 1"),
}
_QUESTION: Final[Mapping[str, Mark]] = {
    "outcome right": Mark("1 where the outcome is the right one of the three"),
    "facts found": Mark("the share of the required facts that stand in the answer or its quotes"),
    "citation precision": Mark("the share of citations that are of a paragraph labelled as right"),
    "citation recall": Mark("the share of statements with a citation that supports them"),
    "answered wrongly": Mark("1 where a question that the sources do not answer got an answer", "less"),
    "refused wrongly": Mark("1 where a question that the sources answer got none", "less"),
    "false premise told": Mark("1 where the answer says that the sources contradict what the question presupposes"),
    "citation while abstaining": Mark(
        "1 where something is cited under an answer that says nothing; must be 0", "less"
    ),
    "answer words": Mark("how many words the statements of an answer have together", "", "words"),
    "probability of an answer": Mark("the probability, as worked out, that the sources answer", "", "probability"),
}
_CLAIM: Final[Mapping[str, Mark]] = {
    "verdict right": Mark("1 where the verdict is the right one of the three"),
    "evidence hit": Mark("1 where a paragraph that decides the claim, or is nearest to it, is cited as such"),
    "confidence": Mark("the confidence that is given for the verdict", "", "probability"),
}
MARKS_OF: Final[Mapping[Task, tuple[str, ...]]] = {
    "query": tuple(_RANKING),
    "question": (*_QUESTION, *_QUOTES, *_RANKING),
    "claim": (*_CLAIM, *_QUOTES),
}
MARKS: Final[Mapping[str, Mark]] = {**_QUESTION, **_CLAIM, **_QUOTES, **_RANKING}


class Labelled(Protocol):
    """A question with what is right; `eval.datasets.Question` is one.

    A question that the sources answer may have gold without facts; then no facts are looked for.
    """

    @property
    def outcome(self) -> Outcome:
        """Return the right outcome."""
        ...

    @property
    def facts(self) -> Sequence[Fact]:
        """Return what a right answer must contain."""
        ...

    @property
    def gold(self) -> Gold:
        """Return the places that give the answer; `(doc_id, None)` for a whole document."""
        ...


def mark_question(
    question: Labelled, answer: Answer, ranking: Sequence[Ranked], probability: float | None, documents: Documents
) -> Marked:
    """Mark an answer and the ranking behind it.

    Args:
        question: what is right.
        answer: what came.
        ranking: best first, at least the 20 best passages where there are so many.
        probability: that the sources hold an answer, 0 to 1; None where it was not worked out.
        documents: of the index that answered.

    Returns:
        An item's `expected`, `given` and `marks`. `given` also has `texts`, of the first passages, and `gold_texts`,
        what the index holds at each gold place (empty where it holds nothing), both cut to `LONGEST` characters.

        Marks are None where they are not defined: those of the ranking, and citation precision, without gold; facts
        without required ones; both of citations where the right outcome is to abstain, or it did abstain; "answered
        wrongly" where the sources answer, "refused wrongly" where they do not, "false premise told" where there is
        none; "citation while abstaining" where it did not abstain, "answer words" where it did.
    """
    gold = held_gold(question.gold, documents)
    expected = {
        "outcome": question.outcome,
        "facts": [list(fact.wordings) for fact in question.facts],
        **gold_json(question.gold),
    }
    given = {
        "outcome": answer.outcome,
        "answer": answer.answer,
        "notice": answer.notice,
        "citations": [_citation(one) for one in answer.citations],
        "probability": probability,
        **_retrieved(question.gold, ranking, documents),
    }
    marks: Marks = dict.fromkeys(MARKS_OF["question"])
    marks |= _of_answer(question, answer, gold)
    marks["quotes exact"] = quotes_exact([*answer.citations, *answer.related], documents)
    marks["probability of an answer"] = probability
    return expected, given, {**marks, **marks_of_passages(ranking, gold, documents)}


def _of_answer(question: Labelled, answer: Answer, gold: Gold) -> Marks:
    """Return the marks of an answer that are defined for it."""
    answerable, abstained = question.outcome != "not_in_sources", answer.abstained
    marks: Marks = {
        "outcome right": float(answer.outcome == question.outcome),
        "facts found": facts_found(question.facts, answer),
    }
    if answerable:
        marks["refused wrongly"] = float(abstained)
    else:
        marks["answered wrongly"] = float(not abstained)
    if question.outcome == "sources_say_otherwise":
        marks["false premise told"] = float(answer.outcome == "sources_say_otherwise")
    if abstained:
        marks["citation while abstaining"] = float(bool(answer.citations or answer.statements))
    else:
        marks["answer words"] = float(sum(len(statement.text.split()) for statement in answer.statements))
    if answerable and not abstained:
        marks["citation precision"] = citation_precision(answer, gold)
        marks["citation recall"] = citation_recall(answer, gold)
    return marks


def mark_claim(claim: Claim, check: Check, documents: Documents) -> Marked:
    """Mark the check of a claim; see `mark_question`.

    The evidence is hit as `eval.measures.claims.hit` says; that is None where no paragraph is known to be near.
    `quotes exact` is None where nothing is cited.
    """
    evidence = frozenset((doc_id, number) for doc_id, number in held_gold(claim.evidence, documents) if number)
    found = hit(replace(claim, evidence=evidence), check)
    expected = {"verdict": claim.verdict, **gold_json(claim.evidence)}
    given = {
        "verdict": check.verdict,
        "confidence": float(check.confidence),
        "citations": [{**_citation(one), "stance": one.stance} for one in check.citations],
        "gold_texts": gold_texts(claim.evidence, documents),
    }
    marks: Marks = {
        "verdict right": float(check.verdict == claim.verdict),
        "evidence hit": None if found is None else float(found),
        "confidence": float(check.confidence),
        "quotes exact": quotes_exact(check.citations, documents),
    }
    return expected, given, marks


def mark_query(gold: Gold, ranking: Sequence[Ranked], documents: Documents) -> Marked:
    """Mark a ranking; see `mark_question`.

    Grades other than 1 stand in `expected["grades"]`, beside `expected["gold"]`.
    """
    marks: Marks = dict.fromkeys(MARKS_OF["query"])
    marks |= marks_of_passages(ranking, held_gold(gold, documents), documents)
    return gold_json(gold), _retrieved(gold, ranking, documents), marks


def marks_of_passages(ranking: Sequence[Ranked], gold: Gold, documents: Documents) -> dict[str, float]:
    """Return the metrics of a ranking over the paragraphs that its documents really have.

    The numbers of a digest have gaps, so that a passage from 3 to 8 may hold three paragraphs.
    """
    paragraphs = [row for passage in ranking for row in _paragraphs(passage, documents)]
    passages = [_row(passage) for passage in ranking]
    kinds: tuple[tuple[By, list[Row]], ...] = (("paragraph", paragraphs), ("document", passages))
    return {name: value for by, rows in kinds for name, value in marks_of_ranking(rows, gold, by).items()}


def facts_found(facts: Sequence[Fact], answer: Answer) -> float | None:
    """Return the share of facts whose wording stands in a statement or a quote; None without facts."""
    if not facts:
        return None
    said = [*(one.text for one in answer.statements), *(one.quote for one in answer.citations)]
    return sum(any(fact.stands_in(text) for text in said) for fact in facts) / len(facts)


def _paragraphs(passage: Ranked, documents: Documents) -> Iterable[Row]:
    first, last = passage.paragraphs
    document = documents.get(passage.doc_id)
    held = {one.number for one in document.paragraphs} if document else set(range(first, last + 1))
    return [(passage.doc_id, number, number, passage.score) for number in range(first, last + 1) if number in held]


def _retrieved(gold: Gold, ranking: Sequence[Ranked], documents: Documents) -> dict[str, Any]:
    return {
        "ranking": [list(_row(passage)) for passage in ranking[:KEPT]],
        "texts": [passage.text[:LONGEST] for passage in ranking[:SHOWN]],
        "gold_texts": gold_texts(gold, documents),
    }


def _row(passage: Ranked) -> Row:
    return (passage.doc_id, *passage.paragraphs, passage.score)


def _citation(one: Citation) -> dict[str, Any]:
    names = ("n", "doc_id", "title", "date", "edition", "paragraph", "quote", "start", "end")
    return {name: getattr(one, name) for name in names}
