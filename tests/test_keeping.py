"""A tab's conversation, kept and given back: every outcome, what went wrong, ratings, and who may see it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.conversations import FILE, Conversations, feedback_lines
from app.query import NO_FILTERS, Filters
from app.roots import Roots
from app.ui.asking import Asking
from app.ui.chat import Conversation, turn_html
from app.ui.keeping import Keeping
from app.ui.line import Line
from app.ui.past import Past, list_html
from app.ui.rating import rating_html
from app.ui.visitors import Visitors
from tests.test_asking import HOW_MUCH, loaded
from tests.window_fakes import HOSTILE, INVEST

ME, OTHER = "m" * 32, "o" * 32


class Tab:
    """One browser tab of a visitor."""

    def __init__(self, home: Path, visitor: str = ME) -> None:
        self.visitor = visitor
        visitors = Visitors(Roots(home), 1)
        self.asking = Asking(loaded(), Line(), visitors, Keeping(Conversations(home)))
        self.talk = Conversation()
        self.view: dict[str, Any] = {}

    def ask(self, question: str, filters: Filters = NO_FILTERS) -> None:
        self.asking.begin(question, self.talk, filters, self.visitor)
        self.view = list(self.asking.answer(self.talk, self.visitor))[-1]

    def reload(self, id: str) -> None:
        found = self.asking.restore(Conversation(), {"id": id}, self.visitor)
        assert found is not None
        self.view, self.talk, _ = found


@pytest.mark.parametrize(
    "question", [HOW_MUCH, "Japan? How much", "TikTok?", "틱톡?", HOSTILE, "fail", "crash", "silent"]
)
def test_every_outcome_looks_the_same_after_a_reload(tmp_path: Path, question: str) -> None:
    tab = Tab(tmp_path)
    tab.ask(question, Filters("2021", types=("article",)))
    before, turns = tab.view, tab.talk.turns
    tab.reload(before["id"])
    assert tab.view["turns"] == before["turns"]
    assert tab.view["ratings"] == before["ratings"]
    assert tab.talk.turns[0].filters == Filters("2021", types=("article",))
    assert tab.talk.turns[0].answer == turns[0].answer
    tab.ask(HOW_MUCH)
    assert tab.view["id"] == before["id"]  # and goes on under the same id
    assert tab.asking._loader.asker.histories[-1] == [question]  # type: ignore[union-attr]


def test_a_question_that_a_reload_interrupted_can_be_asked_again(tmp_path: Path) -> None:
    tab = Tab(tmp_path)
    tab.asking.begin(HOW_MUCH, tab.talk, NO_FILTERS, ME)
    assert tab.talk.where is not None
    tab.reload(tab.talk.where.id)
    assert "Stopped before the answer was complete" in tab.view["turns"][0]
    assert "Ask again" in tab.view["controls"]


def test_what_was_verified_before_a_stop_is_kept(tmp_path: Path) -> None:
    tab = Tab(tmp_path)
    tab.asking.begin("slow question", tab.talk, NO_FILTERS, ME)
    writing = tab.asking.answer(tab.talk, ME)
    while "First part." not in next(writing)["turns"][0]:
        pass
    view = tab.asking.stop(tab.talk, ME)
    writing.close()
    tab.reload(view["id"])
    assert tab.view["turns"] == view["turns"]


def test_nobody_is_given_another_s_conversation(tmp_path: Path) -> None:
    mine, theirs = Tab(tmp_path), Tab(tmp_path, OTHER)
    mine.ask(HOW_MUCH)
    for visitor in (OTHER, ""):
        for give in (theirs.asking.open, theirs.asking.restore):
            found = give(Conversation(), {"id": mine.view["id"]}, visitor)
            assert found is not None
            assert found[0]["turns"] == []
            assert "no such conversation" in found[0]["notice"]


@pytest.mark.parametrize("event", [{}, {"id": None}, {"id": ["x"]}, {"id": "' OR 1=1 --"}, {"id": HOSTILE}])
def test_an_event_that_names_none_leaves_the_open_one(tmp_path: Path, event: dict[str, object]) -> None:
    tab = Tab(tmp_path)
    tab.ask(HOW_MUCH)
    view, talk, _ = tab.asking.open(tab.talk, event, ME)
    assert talk is tab.talk
    assert view["turns"] == tab.view["turns"]
    assert not talk.ended
    assert tab.asking.restore(tab.talk, event, ME) is None  # something was asked before the tab was given back


def test_a_tab_without_a_cookie_answers_and_says_what_it_cannot(tmp_path: Path) -> None:
    tab = Tab(tmp_path, "")
    tab.ask(HOW_MUCH)
    assert INVEST in tab.view["turns"][0]
    assert "gone after a reload" in tab.view["notice"]
    assert "cookies" in tab.view["notice"]
    assert "takes no cookies" in list_html([], 0, known=False)


def test_a_file_that_cannot_be_used_prevents_no_answer_and_is_caught_up_with(tmp_path: Path) -> None:
    tab = Tab(tmp_path)
    tab.ask(HOW_MUCH)
    (tmp_path / FILE).rename(tmp_path / "aside")
    (tmp_path / FILE).write_bytes(b"damaged " * 500)
    tab.ask("TikTok?")
    assert "Not in the sources" in tab.view["turns"][1]
    assert FILE in tab.view["notice"]
    (tmp_path / "aside").replace(tmp_path / FILE)
    tab.ask("Japan?")
    assert tab.view["notice"] == ""
    before = tab.view["turns"]
    tab.reload(tab.view["id"])
    assert tab.view["turns"] == before


def test_a_turn_of_another_version_is_said_to_be_lost_and_the_rest_is_shown(tmp_path: Path) -> None:
    tab = Tab(tmp_path)
    tab.ask(HOW_MUCH)
    tab.ask("TikTok?")
    for record in (
        "[]",
        "{}",
        '{"answer": {"question": 1}, "error": null, "filters": {}, "limited": "", "partial": ""}',
    ):
        with sqlite3.connect(tmp_path / FILE) as file:
            file.execute("UPDATE turns SET record = ? WHERE at = 0", (record,))
        file.close()
        tab.reload(tab.view["id"])
        assert "cannot be shown any more" in tab.view["turns"][0]
        assert "Not in the sources" in tab.view["turns"][1]


# What is said of answers


def test_a_rating_is_kept_shown_and_taken_back(tmp_path: Path) -> None:
    tab = Tab(tmp_path)
    tab.ask(HOW_MUCH)
    said = {"turn": 0, "rating": "down", "note": "Beside the <b>point</b>"}
    shown = tab.asking.rate(tab.talk, said, ME)["ratings"][0]
    assert 'data-rate="down" aria-pressed="true"' in shown
    assert "Beside the &lt;b&gt;point" in shown
    tab.reload(tab.view["id"])
    assert tab.view["ratings"][0] == shown
    taken = tab.asking.rate(tab.talk, said | {"rating": ""}, ME)["ratings"][0]
    assert 'aria-pressed="true"' not in taken
    assert "textarea" not in taken


@pytest.mark.parametrize("turn", [1, -1, "0", None, 0.5, True])
def test_an_answer_that_is_none_is_not_rated(tmp_path: Path, turn: object) -> None:
    tab = Tab(tmp_path)
    tab.ask(HOW_MUCH)
    assert tab.asking.rate(tab.talk, {"turn": turn, "rating": "up"}, ME) is None
    tab.ask("fail")
    assert tab.asking.rate(tab.talk, {"turn": 1, "rating": "up"}, ME) is None  # an error, no answer
    assert rating_html(tab.talk.turns[1], 1) == ""


def test_only_who_asked_rates(tmp_path: Path) -> None:
    tab = Tab(tmp_path)
    tab.ask(HOW_MUCH)
    view = tab.asking.rate(tab.talk, {"turn": 0, "rating": "up"}, OTHER)
    assert "no such conversation" in view["notice"]
    assert Conversations(tmp_path).feedback() == []


def test_exported_feedback_says_what_was_answered_from_where(tmp_path: Path) -> None:
    tab = Tab(tmp_path)
    tab.ask(HOW_MUCH)
    tab.asking.rate(tab.talk, {"turn": 0, "rating": "up", "note": "Good.\n정확함"}, ME)
    (line,) = feedback_lines(Conversations(tmp_path))
    said = json.loads(line)
    assert line.isascii()
    assert (said["rating"], said["note"], said["question"], said["outcome"]) == (
        "up",
        "Good.\n정확함",
        HOW_MUCH,
        "answered",
    )
    assert said["citations"][0]["quote"] == INVEST
    assert said["generation"] == "g1"
    assert ME not in line


def test_hostile_words_are_shown_and_run_nothing() -> None:
    rated = rating_html(replace(rated_turn(), rating="up", note=f"</textarea>{HOSTILE}"), 0)
    assert "<script" not in rated
    assert rated.count("</textarea>") == 1
    assert "<img" not in rated


def rated_turn() -> Any:
    tab = Tab(Path("no home"), "")
    tab.asking._keeping = Keeping()
    tab.ask(HOW_MUCH)
    assert turn_html(tab.talk.turns[0], 0)
    return tab.talk.turns[0]


def test_deleting_the_open_conversation_empties_the_tab(tmp_path: Path) -> None:
    past = Past.__new__(Past)  # its component needs a page
    past._conversations = Conversations(tmp_path)
    tab, other = Tab(tmp_path), Tab(tmp_path)
    tab.ask(HOW_MUCH)
    other.ask("TikTok?")
    listed = past.delete(tab.talk, {"id": other.view["id"]}, ME)[0]
    assert HOW_MUCH in listed
    assert "TikTok" not in listed
    assert tab.talk.ended is False
    listed, view, talk, _ = past.delete(tab.talk, {"all": True}, ME)
    assert "No conversation is kept yet" in listed
    assert (view["turns"], talk.turns, tab.talk.ended) == ([], [], True)
