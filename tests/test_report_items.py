"""The items of a report: nothing of them acts or hides, every figure is right, and the page stays small."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.items import Item
from eval.reports.details import SHOWN_PASSAGES
from eval.reports.items import ShownItems, shown_items, state_of

HOSTILE: Final = "</script><script>alert(1)</script><!-- \u202e \u2028 & \ud800 \x00"
DOC: Final = "2021_statement"


def score(item: Item) -> float:
    return float(item.marks.get("score") or 0)


def a_question(number: int = 1, mark: float = 1.0, **changed: Any) -> Item:
    values: dict[str, Any] = {
        "id": f"q-{number}",
        "task": "question",
        "asked": f"How much was it in {number}?",
        "history": ("What was agreed?",),
        "groups": {"kind": "factual", "language": "en"},
        "expected": {
            "outcome": "answered",
            "facts": [["$200 million", "200 million dollars"], ["five years"]],
            "gold": [[DOC, 18], [DOC, 25], ["other", None]],
        },
        "given": {
            "outcome": "answered",
            "answer": "Seoul gave $200 million. [1]",
            "citations": [
                {"n": 1, "doc_id": DOC, "title": "Statement", "date": "2021-05-21", "edition": "original",
                 "paragraph": 18, "quote": "gave $200 million", "start": 6, "end": 23},
            ],
            "ranking": [["a", 1, 2, 0.9], [DOC, 17, 19, 0.81234], ["b", 1, 1, 0.5]],
            "texts": ["First.", "Second."],
            "gold_texts": ["Seoul gave $200 million.", "", "Other"],
        },
        "marks": {"score": mark, "nDCG@10": 0.5, "refused wrongly": None},
    }  # fmt: skip
    return Item(**{**values, **changed})


def read(held: ShownItems) -> Any:
    return json.loads(held.block())


def only(item: Item, *others: Item | None) -> tuple[Any, dict[str, Any]]:
    runs = [[one] if one else [] for one in (item, *others)]
    block = read(shown_items(runs, ["first", "second"][: len(runs)], score))
    return block, block["items"][0]


def test_what_is_right_and_what_came() -> None:
    block, item = only(a_question())
    assert (item["asked"], item["history"], item["expected"]) == (
        "How much was it in 1?", ["What was agreed?"], "Answered from the sources",
    )  # fmt: skip
    assert item["facts"] == [
        {"wordings": ["$200 million", "200 million dollars"], "found": [True]},
        {"wordings": ["five years"], "found": [False]},
    ]
    names = block["documents"]
    gold = [(names[doc], paragraph, text, ranks) for doc, paragraph, text, ranks in item["gold"]]
    assert gold == [
        (DOC, 18, "Seoul gave $200 million.", [2]),
        (DOC, 25, "", [0]),
        ("other", None, "Other", [0]),
    ]
    [run] = item["runs"]
    assert (run["given"], run["answer"], run["failed"]) == (
        "Answered from the sources", "Seoul gave $200 million. [1]", "",
    )  # fmt: skip
    assert [(names[doc], *rest) for doc, *rest in run["ranking"]] == [
        ("a", 1, 2, "0.900", False, "First."),
        (DOC, 17, 19, "0.812", True, "Second."),
        ("b", 1, 1, "0.500", False, ""),
    ]
    assert [(block["marks"][mark], value) for mark, value in run["marks"]] == [("score", "1"), ("nDCG@10", "0.5")]


@pytest.mark.parametrize(
    ("edition", "quote"),
    [
        ("original", "“gave $200 million”"),
        ("digest", "Sangho’s summary of ¶18: gave $200 million"),
        ("else", "gave $200 million"),  # nobody says whose words they are
    ],
)
def test_only_an_originals_words_stand_in_quotation_marks(edition: str, quote: str) -> None:
    cited = {**a_question().given["citations"][0], "edition": edition}
    _, item = only(a_question(given={"outcome": "answered", "citations": [cited]}))
    assert item["runs"][0]["citations"] == [
        {"n": 1, "doc": 0, "title": "Statement", "date": "2021-05-21", "paragraph": 18, "quote": quote, "gold": True}
    ]


def test_gold_is_looked_for_under_the_number_that_the_index_has() -> None:
    # The digest retells 24 to 26 in one paragraph, which has the number 24.
    given = {"ranking": [[DOC, 24, 24, 0.9]], "gold_held": [[DOC, 18], [DOC, 24], ["other", None]]}
    _, item = only(a_question(given=given))
    assert [ranks for *_, ranks in item["gold"]] == [[0], [1], [0]]
    assert item["runs"][0]["ranking"][0][4] is True


def test_a_claim_has_a_verdict_a_confidence_and_stances() -> None:
    cited = {"n": 1, "doc_id": DOC, "paragraph": 3, "quote": "It rose.", "edition": "original", "stance": "contradicts"}
    claim = Item(
        "c", "claim", "It fell.", expected={"verdict": "supported", "gold": []},
        given={"verdict": "contradicted", "confidence": 0.731, "citations": [cited]},
    )  # fmt: skip
    held = shown_items([[claim]], ["run"], score)
    assert (held.items[0].expected, held.items[0].given) == (
        "Supported by the sources", ("Contradicted by the sources",),
    )  # fmt: skip
    run = read(held)["items"][0]["runs"][0]
    assert (run["confidence"], run["citations"][0]["stance"]) == ("0.73", "says otherwise")


def test_what_crashed_is_no_wrong_answer() -> None:
    failed = a_question(given={}, marks={}, failed="ValueError: it broke")
    held = shown_items([[failed]], ["run"], lambda item: 1 / 0)
    assert (held.items[0].state, held.items[0].given, held.items[0].score) == ("failed", ("crashed",), 0.0)
    assert read(held)["items"][0]["runs"][0]["failed"] == "ValueError: it broke"
    assert read(held)["items"][0]["facts"][0]["found"] == [None]


@pytest.mark.parametrize(("mark", "state"), [(1.0, "right"), (0.999, "partly"), (0.01, "partly"), (0.0, "wrong")])
def test_how_an_item_fared(mark: float, state: str) -> None:
    assert state_of(a_question(mark=mark), score) == state


# Two runs


def test_the_second_run_decides_and_both_are_shown() -> None:
    after = a_question(mark=0.0, given={"outcome": "not_in_sources", "answer": "Nothing.", "citations": []})
    held = shown_items([[a_question()], [after]], ["before", "after"], score)
    assert (held.items[0].state, held.items[0].given) == ("wrong", ("Answered from the sources", "Not in the sources"))
    item = read(held)["items"][0]
    assert not item["same"]
    assert [run["answer"] for run in item["runs"]] == ["Seoul gave $200 million. [1]", "Nothing."]
    assert item["facts"][0]["found"] == [True, False]
    assert [ranks for *_, ranks in item["gold"]] == [[2, None], [0, None], [0, None]]
    assert read(held)["runs"] == ["before", "after"]


def test_what_both_runs_gave_is_held_once() -> None:
    _, item = only(a_question(), a_question())
    assert item["same"]
    assert len(item["runs"]) == 1


def test_items_of_one_run_only_come_last_and_say_so() -> None:
    held = shown_items([[a_question(1), a_question(2)], [a_question(3), a_question(2)]], ["a", "b"], score)
    assert [item.id for item in held.items] == ["q-3", "q-2", "q-1"]
    assert held.items[0].given == ("", "Answered from the sources")
    assert [run is None for run in read(held)["items"][2]["runs"]] == [False, True]
    assert held.places() == {"q-3": 0, "q-2": 1, "q-1": 2}


# Size


def test_the_worst_are_let_in_first_and_the_data_keeps_its_order() -> None:
    items = [a_question(number, mark=number % 10 / 10) for number in range(100)]
    full = shown_items([items], ["run"], score)
    assert (len(full.items), full.left_out) == (100, 0)
    held = shown_items([items], ["run"], score, limit=len(full.block()) // 2)
    assert 20 < len(held.items) < 50
    assert held.left_out == 100 - len(held.items)
    numbers = [int(item.id[2:]) for item in held.items]
    assert numbers == sorted(numbers)
    assert max(item.score for item in held.items) <= 0.5
    assert len(held.block().encode()) <= len(full.block()) // 2


def test_one_item_is_shown_however_long_it_is() -> None:
    assert len(shown_items([[a_question(), a_question(2)]], ["run"], score, limit=1).items) == 1


def test_a_ranking_is_cut() -> None:
    ranking = [[f"d{number}", 1, 1, 1.0] for number in range(50)] + [[DOC, 25, 25, 0.1]]
    _, item = only(a_question(given={"ranking": ranking}))
    assert len(item["runs"][0]["ranking"]) == SHOWN_PASSAGES
    assert item["gold"][1][3] == [51]  # yet the rank is told


def test_a_text_that_was_cut_off_says_so() -> None:
    given = {"ranking": [["a", 1, 1, 0.5], ["a", 2, 2, 0.4]], "texts": ["x" * 400, "y" * 399]}
    _, item = only(a_question(given=given))
    assert [passage[5][-1] for passage in item["runs"][0]["ranking"]] == ["…", "y"]


# Data


def test_nothing_ends_the_block_or_hides_in_it() -> None:
    everything = {
        "outcome": HOSTILE, "answer": HOSTILE, "confidence": HOSTILE, "texts": [HOSTILE], "gold_texts": [HOSTILE],
        "ranking": [[HOSTILE, 1, 1, 0.5]],
        "citations": [{"doc_id": HOSTILE, "title": HOSTILE, "quote": HOSTILE, "paragraph": HOSTILE, "n": HOSTILE,
                       "stance": HOSTILE, "date": HOSTILE, "edition": "original"}],
    }  # fmt: skip
    item = a_question(
        id=HOSTILE, asked=HOSTILE, history=(HOSTILE,), groups={HOSTILE: HOSTILE}, given=everything,
        expected={"outcome": HOSTILE, "facts": [[HOSTILE]], "gold": [[HOSTILE, 1]]}, marks={HOSTILE: 1.0},
    )  # fmt: skip
    for one in (item, a_question(failed=HOSTILE)):
        block = shown_items([[one]], [HOSTILE], score).block()
        assert not set(block) & set("<>&\u2028\u2029\u202e\ud800\x00")
        assert json.loads(block)["runs"] == [
            "</script><script>alert(1)</script><!-- [U+202E] [U+2028] & [U+D800] [U+0000]"
        ]


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)
GIVEN: Final = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("outcome", "answer", "confidence", "citations", "ranking", "texts", "gold_texts",
                                "gold_held", "verdict"), JSON),
)  # fmt: skip
EXPECTED: Final = st.fixed_dictionaries({}, optional=dict.fromkeys(("outcome", "verdict", "facts", "gold"), JSON))


@settings(max_examples=40, deadline=None)
@given(GIVEN, EXPECTED, st.dictionaries(st.text(max_size=5), JSON, max_size=3))
def test_whatever_stands_in_an_item_the_block_is_json(given: Any, expected: Any, marks: Any) -> None:
    item = a_question(given=given, expected=expected, marks=marks)
    block = shown_items([[item], [a_question()]], ["a", "b"], lambda one: 0.5).block()
    assert json.loads(block, parse_constant=lambda name: pytest.fail(name))["items"][0]["id"] == "q-1"
