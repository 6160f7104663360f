"""The functions behind the tab for asking, without a browser: what comes from one is not trusted."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.query import NO_FILTERS, Filters
from app.roots import Roots
from app.ui.asking import Asking
from app.ui.chat import Conversation, Turn, answering, turn_html
from app.ui.filters import chips_html, choices, said, without
from app.ui.line import Line, Ticket
from app.ui.loading import Loader
from app.ui.visitors import Visitors
from ingest.documents import Document, Paragraph
from tests.window_fakes import DOCUMENTS, HOSTILE, INVEST, FakeAsker

HOW_MUCH = "How much do Koreans invest?"
VISITORS = Visitors(Roots(Path("no home")), 1)


def loaded() -> Loader:
    loader = Loader(FakeAsker)
    loader.start()
    limit = time.monotonic() + 10
    while loader.asker is None and time.monotonic() < limit:
        time.sleep(0.01)
    return loader


def test_clicks_that_name_nothing_open_nothing() -> None:
    loader = loaded()
    asking = Asking(loader, Line(), VISITORS)
    turns = Conversation(list(answering(loader, Line(), Turn(HOW_MUCH), []))[-1:])
    good = {"turn": 0, "n": 1, "kind": "cite"}
    assert INVEST in str(asking.open_source(turns, good, ""))
    wrong: dict[str, list[object]] = {
        "turn": [1, -1, "0", None, 0.5],
        "n": [3, 0, "1", None],
        "kind": ["related", "__class__", None],
    }
    for name, values in wrong.items():
        for value in values:
            assert asking.open_source(turns, good | {name: value}, "") is None
    assert asking.open_source(turns, {}, "") is None
    assert asking.open_source(Conversation(), good, "") is None
    for number in (-1, 99, "0", None, 1.0):
        assert asking.begin_example(Conversation(), NO_FILTERS, {"example": number}, "")["turns"] == []


def test_a_question_is_cut_to_its_longest() -> None:
    talk = Conversation()
    _, box = Asking(loaded(), Line(), VISITORS).begin("x" * 5000, talk, NO_FILTERS, "")
    assert (len(talk.turns[0].question), box) == (2000, "")


def test_an_answer_to_an_ended_conversation_says_no_more() -> None:
    asking, talk = Asking(loaded(), Line(), VISITORS), Conversation()
    asking.begin(HOW_MUCH, talk, NO_FILTERS, "")
    writing = asking.answer(talk, "")
    assert next(writing)["number"] == 0
    assert list(asking.answer(talk, "")) == []  # begun already: not asked twice, and nothing is said over
    shown, new, _ = asking.restart(talk)
    assert (shown["number"], shown["turns"], shown["ratings"], shown["controls"], new.turns) == (1, [], [], "", [])
    assert list(writing) == []


# Stopping, asking again, editing


def begun(question: str) -> tuple[Asking, Conversation, Generator[Any], FakeAsker]:
    loader = loaded()
    asking, talk = Asking(loader, Line(), VISITORS), Conversation()
    asking.begin(question, talk, NO_FILTERS, "")
    assert isinstance(loader.asker, FakeAsker)
    return asking, talk, asking.answer(talk, ""), loader.asker


def test_stopping_keeps_what_was_verified_and_ends_the_answer() -> None:
    asking, talk, writing, asker = begun("slow question")
    while "First part." not in next(writing)["turns"][0]:
        pass
    shown = asking.stop(talk, "")["turns"][0]
    assert "First part." in shown
    assert "Stopped" in shown
    assert 'aria-busy="true"' not in shown
    asker.gate.set()
    assert [later["turns"][0] for later in writing] == [shown]  # what comes later is not shown
    assert talk.turns[0].answer is None
    asking.begin(HOW_MUCH, talk, NO_FILTERS, "")
    assert INVEST in list(asking.answer(talk, ""))[-1]["turns"][1]


def test_stopping_nothing_changes_nothing() -> None:
    asking, talk = Asking(loaded(), Line(), VISITORS), Conversation()
    assert asking.stop(talk, "")["turns"] == []
    asking.begin(HOW_MUCH, talk, NO_FILTERS, "")
    before = list(asking.answer(talk, ""))[-1]["turns"]
    assert asking.stop(talk, "")["turns"] == before


def test_asking_again_answers_the_last_question_anew_under_its_filters() -> None:
    asking, talk = Asking(loaded(), Line(), VISITORS), Conversation()
    asking.begin(HOW_MUCH, talk, Filters(since="2021"), "")
    list(asking.answer(talk, ""))
    asking.again(talk, "")
    assert (talk.turns[0].question, talk.turns[0].filters, talk.turns[0].done) == (HOW_MUCH, Filters("2021"), False)
    assert INVEST in list(asking.answer(talk, ""))[-1]["turns"][0]
    assert len(talk.turns) == 1


def test_an_edited_question_takes_the_last_one_s_place_and_its_history() -> None:
    asking, talk, writing, asker = begun("First one?")
    list(writing)
    asking.begin("Secnd?", talk, NO_FILTERS, "")
    list(asking.answer(talk, ""))
    _, box = asking.edit(talk)
    assert box == "Secnd?"
    asking.begin("Second?", talk, NO_FILTERS, "")
    list(asking.answer(talk, ""))
    assert [turn.question for turn in talk.turns] == ["First one?", "Second?"]
    assert asker.histories[-1] == ["First one?"]
    asking.begin("Third?", talk, NO_FILTERS, "")  # editing is over
    assert len(talk.turns) == 3


def test_a_question_that_is_being_edited_says_so_and_can_be_left_as_it_is() -> None:
    asking, talk, writing, _ = begun("First one?")
    list(writing)
    shown, _ = asking.edit(talk)
    assert "take the place of these" in shown["controls"]
    assert "Leave it as it is" in shown["controls"]
    assert "Ask again" not in shown["controls"]
    left, box = asking.edit(talk)
    assert box == ""
    assert "take the place" not in left["controls"]
    assert "Edit the question" in left["controls"]
    asking.begin("Second?", talk, NO_FILTERS, "")
    assert [turn.question for turn in talk.turns] == ["First one?", "Second?"]


def test_asking_again_ends_editing() -> None:
    asking, talk, writing, _ = begun("First one?")
    list(writing)
    asking.edit(talk)
    asking.again(talk, "")
    list(asking.answer(talk, ""))
    asking.begin("Second?", talk, NO_FILTERS, "")
    assert [turn.question for turn in talk.turns] == ["First one?", "Second?"]


def test_nothing_is_edited_or_asked_again_while_an_answer_is_written() -> None:
    asking, talk, writing, asker = begun("slow question")
    next(writing)
    turn = talk.turns[0]
    assert asking.edit(talk)[1] == ""
    asking.again(talk, "")
    assert talk.turns[0] is turn
    assert not talk.editing
    asker.gate.set()


# The line


def test_those_who_wait_are_told_how_many_are_before_them_and_come_in_order() -> None:
    line = Line(at_once=2)
    tickets = [line.join() for _ in range(5)]
    assert [line.before(ticket) for ticket in tickets] == [0, 0, 1, 2, 3]
    line.leave(tickets[1])
    assert [line.before(ticket) for ticket in tickets[2:]] == [0, 1, 2]
    line.leave(tickets[3])  # gave up
    line.leave(tickets[3])
    assert [line.before(tickets[i]) for i in (0, 2, 4)] == [0, 0, 1]


def test_a_place_is_given_back_whatever_happens() -> None:
    line = Line(at_once=1)
    with pytest.raises(RuntimeError), line.join():
        raise RuntimeError
    with line.join() as ticket:
        assert ticket.wait(0) == 0


def test_waiting_ends_as_soon_as_the_place_changes() -> None:
    line = Line(at_once=1)
    first, second = line.join(), line.join()
    threading.Timer(0.1, line.leave, [first]).start()
    started = time.monotonic()
    assert second.wait(20) == 0
    assert time.monotonic() - started < 10


@given(st.lists(st.integers(0, 9), max_size=40), st.integers(1, 3))
def test_never_more_than_so_many_may_go(moves: list[int], at_once: int) -> None:
    line = Line(at_once)
    held: list[Ticket] = []
    for move in moves:
        if move < 6 or not held:
            held.append(line.join())
        else:
            line.leave(held.pop(move % len(held)))
        places = [line.before(ticket) for ticket in held]
        assert places == [max(i - at_once + 1, 0) for i in range(len(held))]


def test_a_question_that_waits_says_its_place() -> None:
    line = Line(at_once=1)
    loader = loaded()
    with line.join():
        turns = answering(loader, line, Turn(HOW_MUCH), [])
        turn = next(turns)
        assert (turn.stage, turn.before) == ("waiting", 1)
        asking, talk = Asking(loader, line, VISITORS), Conversation()
        asking.begin(HOW_MUCH, talk, NO_FILTERS, "")
        writing = asking.answer(talk, "")
        assert "2 questions are answered before this one" in next(writing)["turns"][0]
        writing.close()
    assert list(turns)[-1].answer is not None


def test_leaving_an_answer_gives_its_place_to_the_next() -> None:
    line = Line(at_once=1)
    loader = loaded()
    first = answering(loader, line, Turn("slow question"), [])
    assert next(first).stage == "searching"
    first.close()
    assert next(answering(loader, line, Turn(HOW_MUCH), [])).stage == "searching"


# Filters


def test_filters_are_offered_by_what_is_indexed() -> None:
    offered = choices(DOCUMENTS, str)
    assert ("Han", "Han") in offered.issuers
    assert ("White House", "White House") in offered.issuers
    assert offered.types == ()  # no document here has a type
    typed = Document("a", "A", (Paragraph(1, "x"),), type="joint_statement", root="/data/My sources")
    assert choices({"a": typed}, VISITORS.root_name).types == (("Joint statement", "joint_statement"),)
    assert choices({"a": typed}, VISITORS.root_name).roots == (("My sources", "/data/My sources"),)


def test_a_date_that_is_none_is_told_and_changes_nothing() -> None:
    asking = Asking(loaded(), Line(), VISITORS)
    chips, filters, since, *_ = asking.choose("<b>soon</b>", "", [], [], [], Filters(until="2023"))
    assert filters == Filters(until="2023")
    assert "is not a date" in chips
    assert "<b>" not in chips
    assert since == "<b>soon</b>"  # to be mended where it stands


def test_a_chip_takes_its_own_filter_off() -> None:
    asking = Asking(loaded(), Line(), VISITORS)
    _, filters, *_ = asking.choose("2021", " 2023-05 ", ["law", "article"], ["Han"], [], NO_FILTERS)
    assert filters == Filters("2021", "2023-05", ("law", "article"), (), ("Han",))
    chips, left, since, until, types, issuers, roots = asking.unchoose(filters, {"filter": "types", "value": "law"})
    assert (left, since, until) == (Filters("2021", "2023-05", ("article",), (), ("Han",)), "2021", "2023-05")
    assert (types, issuers, roots) == (["article"], ["Han"], [])
    assert chips.count("<li>") == 4
    assert asking.unchoose(left, {"filter": "since", "value": "2021"})[1].since == ""


@pytest.mark.parametrize("clicked", [{}, {"filter": "doc_ids", "value": "x"}, {"filter": "__class__"}, {"filter": 3}])
def test_a_chip_that_is_none_takes_nothing_off(clicked: dict[str, object]) -> None:
    filters = Filters("2021", "", ("law",), (), ("Han",), ("/r",))
    assert without(filters, clicked.get("filter"), clicked.get("value")) == filters


def test_chips_show_every_character_and_run_none() -> None:
    shown = chips_html(Filters(issuers=(HOSTILE,)), str) + turn_html(Turn("x", limited=HOSTILE), 0)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "\u202e" not in shown


def test_no_filters_show_nothing() -> None:
    assert chips_html(NO_FILTERS, str) == said(NO_FILTERS, str) == ""
