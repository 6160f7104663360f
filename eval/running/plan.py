"""What a run shall measure: items of the golden set, or of a set of one's own, in the data's order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.errors import BadInput
from app.results import Outcome
from eval.datasets import DATA, Claim, Fact, Question, Split, load_claims, load_questions
from eval.items import TASKS, Task

if TYPE_CHECKING:
    from eval.marking.metrics import Gold
    from eval.sets.beir import Query, QuerySet

GOLDEN: Final = "golden"
_DIGITS: Final = 12
_GOLDEN_TASKS: Final[tuple[Task, ...]] = ("question", "claim")

_Place = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Labels:
    """What is right of a question; see `eval.marking.marks.Labelled`."""

    outcome: Outcome
    gold: Mapping[_Place, int]
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """One item that shall be run.

    Attributes:
        right: what it is marked by: `gold` of a query, the labels of a question, the claim itself.
        others: see `eval.items.Item`.
    """

    id: str
    task: Task
    asked: str
    right: Gold | Question | Labels | Claim
    history: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run shall measure.

    Attributes:
        name: what people call the data.
        split: of it; empty where it has none.
        digest: twelve hexadecimal digits over the data.
        items: those that shall be run.
        tasks: those that the items have, as chosen.
        every, limit: how the items were chosen; see `chosen`.
        left_out: ids of items whose right documents the index does not hold.
        corpus: a folder whose corpus has to be indexed first; None: over the home's own index.
        warnings: what is odd about the data.
    """

    name: str
    split: str
    digest: str
    items: tuple[Planned, ...]
    tasks: tuple[Task, ...]
    every: int = 1
    limit: int = 0
    left_out: tuple[str, ...] = ()
    corpus: Path | None = None
    warnings: tuple[str, ...] = ()

    @property
    def shown(self) -> dict[str, Any]:
        """What `run.json` says of the data."""
        names = ("name", "split", "digest", "every", "limit")
        lists = {"tasks": list(self.tasks), "left_out": list(self.left_out)}
        return {name: getattr(self, name) for name in names} | lists


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items of the data a person wants.

    Attributes:
        tasks: empty: those that the data is for.
        every: only every Nth item of each task, from the first on.
        limit: no more than so many items of each task; 0: all.
    """

    tasks: tuple[Task, ...] = ()
    every: int = 1
    limit: int = 0

    def of(self, items: Iterable[Planned]) -> tuple[Planned, ...]:
        """Return the wanted ones of some items, task by task in their order.

        Raises:
            BadInput: `every` is below 1 or `limit` below 0.
        """
        if self.every < 1 or self.limit < 0:
            raise BadInput(
                f"Every {self.every}th item, and {self.limit} at most, cannot be chosen.",
                "Give --every at least 1, and --limit at least 0 (all).",
            )
        kept: list[Planned] = []
        for _, group in groupby(items, key=lambda item: item.task):
            kept += list(group)[:: self.every][: self.limit or None]
        return tuple(kept)


def golden(split: Split, wanted: Wanted, held: Collection[str], folder: Path = DATA) -> Plan:
    """Plan a run over the golden set.

    Args:
        split: nothing may be tuned on "test".
        wanted: tasks are "question" and "claim" where none are named; "query" takes the questions that have gold as
            queries, without answers.
        held: the documents of the index; an item is left out where it needs one that is not there: a question for
            one of its facts, a claim for its verdict. What is not in the sources stays so in fewer of them.
        folder: of the golden set.

    Raises:
        BadInput: a task is unknown, or nothing is left.
    """
    tasks = _tasks(wanted.tasks or _GOLDEN_TASKS, TASKS, GOLDEN)
    questions, claims = load_questions(split, folder), load_claims(split, folder)
    found: list[Planned] = []
    left_out: list[str] = []
    makers: Mapping[Task, Callable[[], Iterator[tuple[Planned, bool]]]] = {
        "query": lambda: ((_as_query(one), _question_held(one, held)) for one in questions if one.gold),
        "question": lambda: ((_as_question(one), _question_held(one, held)) for one in questions),
        "claim": lambda: ((_as_claim(one), _claim_held(one, held)) for one in claims),
    }
    for task in tasks:
        for item, is_held in makers[task]():
            found.append(item) if is_held else left_out.append(item.id)
    if left_out and not any(map(_is_decided, found)):
        found = []  # that nothing is in sources which are about something else says nothing
    digest = _digest(folder / f"questions-{split}.jsonl", folder / f"claims-{split}.jsonl")
    plan = Plan(GOLDEN, split, digest, wanted.of(found), tasks, wanted.every, wanted.limit, tuple(left_out))
    return _checked(plan, "The index holds none of the documents that the golden set is about.")


def of_set(query_set: QuerySet, split: str, wanted: Wanted, warnings: Sequence[str] = ()) -> Plan:
    """Plan a run over a set of one's own.

    Args:
        query_set: as `eval.sets.beir` or `eval.sets.own_list` reads it.
        split: whose queries they are; empty: all.
        wanted: where no tasks are named, "question" for a list of questions over the home's own index, and where the
            set says what can be answered; otherwise "query".
        warnings: what is odd about the data.

    Raises:
        BadInput: a task is unknown, or one that the set has no labels for; or nothing is left.
    """
    listed = query_set.corpus is None  # whoever asks about a document believes that it answers
    answered = [query for query in query_set.queries if listed or query.answer is not None]
    can: tuple[Task, ...] = ("query", "question") if answered else ("query",)
    tasks = _tasks(wanted.tasks or can[-1:], can, query_set.name)
    found: list[Planned] = []
    for task in tasks:
        of_task = [query for query in query_set.queries if query.relevant] if task == "query" else answered
        found += [_of_query(query, task, tasks) for query in of_task]
    plan = Plan(query_set.name, split, query_set.digest, wanted.of(found), tasks, wanted.every, wanted.limit)
    plan = replace(plan, corpus=query_set.corpus, warnings=tuple(warnings))
    return _checked(plan, f"{query_set.name} has nothing to measure for {', '.join(tasks)}.")


def _checked(plan: Plan, why: str) -> Plan:
    if not plan.items:
        raise BadInput(why, "Name other data, other tasks, or another index with --home.")
    return plan


def _tasks(named: Sequence[Task], can: Sequence[Task], data: str) -> tuple[Task, ...]:
    """Return tasks in their one order, each once."""
    for name in named:
        if name not in can:
            raise BadInput(f"{data} has nothing for the task {name!r}.", f"Name one of: {', '.join(can)}.")
    return tuple(task for task in TASKS if task in named)


def _as_question(question: Question) -> Planned:
    groups = {
        "kind": question.kind,
        "language": question.language,
        "follow-up": "yes" if question.history else "no",
    }
    # Not by all documents that are shared, directly or through others: that puts a third of the questions together.
    cluster = min((doc_id for doc_id, _ in question.gold), default="")
    return Planned(question.id, "question", question.question, question, question.history, groups, cluster)


def _as_query(question: Question) -> Planned:
    asked = _as_question(question)
    right: Mapping[_Place, int] = dict.fromkeys(question.gold, 1)
    return replace(asked, id=f"{asked.id}:query", task="query", right=right)


def _as_claim(claim: Claim) -> Planned:
    groups = {"kind": claim.kind, "language": claim.language}
    cluster = min((doc_id for doc_id, _ in claim.evidence), default="")
    return Planned(claim.id, "claim", claim.claim, claim, groups=groups, cluster=cluster)


def _question_held(question: Question, held: Collection[str]) -> bool:
    return all(any(doc_id in held for doc_id, _ in fact.gold) for fact in question.facts)


def _claim_held(claim: Claim, held: Collection[str]) -> bool:
    return claim.verdict == "not_in_sources" or any(doc_id in held for doc_id, _ in claim.evidence)


def _is_decided(item: Planned) -> bool:
    """Whether documents of the index decide a golden item, and not that none does."""
    if isinstance(item.right, Question):
        return bool(item.right.facts)
    return not isinstance(item.right, Claim) or item.right.verdict != "not_in_sources"


def _of_query(query: Query, task: Task, tasks: Sequence[Task]) -> Planned:
    """Plan one query of a set; its id says the task where the set is run for two."""
    documents: dict[_Place, int] = {(doc_id, None): grade for doc_id, grade in query.relevant.items()}
    if task == "query":
        name = query.id if len(tasks) == 1 else f"{query.id}:query"
        return Planned(name, "query", query.text, documents, cluster=_only(query.relevant))
    answer = query.answer
    answerable = answer is None or answer.answerable
    outcome: Outcome = "answered" if answerable else "not_in_sources"
    paragraphs: dict[_Place, int] = dict.fromkeys(answer.gold, 1) if answer else {}
    gold = paragraphs or documents if answerable else {}
    groups = {"answerable": "yes" if answerable else "no"}
    return Planned(query.id, "question", query.text, Labels(outcome, gold), (), groups, _only(query.relevant))


def _only(relevant: Mapping[str, int]) -> str:
    """Return the document that a query rests on; the first of several, by name."""
    return min(relevant, default="")


def _digest(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:_DIGITS]
