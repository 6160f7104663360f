"""What a run shall measure: chosen in the data's order, with what is right, and refused where nothing is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from eval.datasets import load_claims, load_questions
from eval.items import Task
from eval.running.plan import GOLDEN, Labels, Plan, Planned, Wanted, golden, of_set
from eval.sets.beir import LabelledAnswer, Query, QuerySet
from tests.run_fakes import PLANNED, claim, question

HELD = {place[0] for one in load_questions("dev") for place in one.gold} | {
    place[0] for one in load_claims("dev") for place in one.evidence
}
SET = QuerySet(
    "mine",
    (
        Query("1", "What of chips?", {"b": 2, "a": 1}),
        Query("2", "Who met?", {"c": 1}, LabelledAnswer(True, (("c", 4), ("c", 5)), ("They met.",), ("they",))),
        Query("3", "How many moons?", {}, LabelledAnswer(False)),
    ),
    3,
    "0123456789ab",
    Path("mine"),
)


def ids(plan: Plan) -> list[str]:
    return [item.id for item in plan.items]


def test_the_golden_set_is_its_questions_then_its_claims() -> None:
    plan = golden("dev", Wanted(), HELD)
    assert ids(plan) == [one.id for one in load_questions("dev")] + [one.id for one in load_claims("dev")]
    assert plan.tasks == ("question", "claim")
    assert (plan.name, plan.split, plan.left_out, plan.corpus) == (GOLDEN, "dev", (), None)
    assert len(set(ids(plan))) == len(plan.items) >= 540
    first = plan.items[0]
    assert (first.id, first.task, first.groups["language"]) == ("a-001", "question", "en")
    assert first.cluster == "2021-05-21_fact-sheet-us-rok-partnership"
    follow_ups = [item for item in plan.items if item.history]
    assert follow_ups
    assert all(item.groups["follow-up"] == "yes" for item in follow_ups)


def test_golden_questions_with_gold_are_queries_too() -> None:
    plan = golden("dev", Wanted(("query",)), HELD)
    asked = [one for one in load_questions("dev") if one.gold]
    assert ids(plan) == [f"{one.id}:query" for one in asked]
    assert plan.items[0].right == dict.fromkeys(asked[0].gold, 1)
    both = golden("dev", Wanted(("question", "query")), HELD)
    assert both.tasks == ("query", "question")
    assert len(set(ids(both))) == len(both.items)


def test_what_the_index_cannot_decide_is_left_out() -> None:
    held = {"2021-05-21_fact-sheet-us-rok-partnership"}
    plan = golden("dev", Wanted(), held)
    by_id = {one.id: one for one in load_questions("dev")}
    for item in plan.items:
        if item.task == "question":
            assert all({doc_id for doc_id, _ in fact.gold} & held for fact in by_id[item.id].facts)
    assert "a-001" in ids(plan)
    assert not set(ids(plan)) & set(plan.left_out)
    assert len(plan.items) + len(plan.left_out) == len(golden("dev", Wanted(), HELD).items)
    assert any(item.cluster == "" for item in plan.items)  # no document has it, so none is missed
    with pytest.raises(BadInput, match="none of the documents"):
        golden("dev", Wanted(), {"something-else"})


@given(every=st.integers(1, 50), limit=st.integers(0, 50))
def test_every_nth_item_of_each_task_and_so_many_at_most(every: int, limit: int) -> None:
    items = [question(f"a{n}") for n in range(37)] + [claim(f"c{n}") for n in range(20)]
    chosen = [item.id for item in Wanted((), every, limit).of(items)]
    expected = [f"a{n}" for n in range(37) if n % every == 0][: limit or 37]
    expected += [f"c{n}" for n in range(20) if n % every == 0][: limit or 20]
    assert chosen == expected


@pytest.mark.parametrize(("every", "limit"), [(0, 0), (-1, 0), (1, -1)])
def test_numbers_that_choose_nothing_are_refused(every: int, limit: int) -> None:
    with pytest.raises(BadInput, match="cannot be chosen"):
        Wanted((), every, limit).of(PLANNED)


def test_a_set_without_answers_is_queries() -> None:
    plain = QuerySet("plain", SET.queries[:1], 3, "0" * 12, Path("plain"))
    plan = of_set(plain, "test", Wanted(), ["odd"])
    assert plan.items == (Planned("1", "query", "What of chips?", {("b", None): 2, ("a", None): 1}, cluster="a"),)
    assert (plan.split, plan.tasks, plan.corpus, plan.warnings) == ("test", ("query",), Path("plain"), ("odd",))
    with pytest.raises(BadInput, match="nothing for the task 'question'"):
        of_set(plain, "", Wanted(("question",)))


def test_a_set_with_answers_is_questions() -> None:
    plan = of_set(SET, "", Wanted())
    assert plan.tasks == ("question",)
    assert [(item.id, item.right) for item in plan.items] == [
        ("2", Labels("answered", {("c", 4): 1, ("c", 5): 1})),
        ("3", Labels("not_in_sources", {})),
    ]
    assert plan.items[1].groups == {"answerable": "no"}
    both = of_set(SET, "", Wanted(("query", "question")))
    assert ids(both) == ["1:query", "2:query", "2", "3"]
    with pytest.raises(BadInput, match="'claim'"):
        of_set(SET, "", Wanted(("claim",)))


def test_a_list_over_the_home_is_questions_that_its_documents_answer() -> None:
    listed = QuerySet("list.csv", (Query("line 2", "What of chips?", {"a": 1}),), 0, "0" * 12)
    plan = of_set(listed, "", Wanted())
    assert plan.items[0].right == Labels("answered", {("a", None): 1})
    assert of_set(listed, "", Wanted(("query",))).items[0].task == "query"


def test_tasks_are_run_in_one_order_and_once() -> None:
    tasks: tuple[Task, ...] = ("claim", "question", "claim")
    assert golden("dev", Wanted(tasks, 50), HELD).tasks == ("question", "claim")


def test_the_description_changes_with_the_data_only() -> None:
    one, other = golden("dev", Wanted(), HELD), golden("dev", Wanted(("claim",), 3, 2), HELD)
    assert one.shown == golden("dev", Wanted(), HELD).shown
    assert one.shown["digest"] == other.shown["digest"]
    assert other.shown | {"digest": ""} == {
        "name": "golden", "split": "dev", "digest": "", "every": 3, "limit": 2, "tasks": ["claim"], "left_out": [],
    }  # fmt: skip
