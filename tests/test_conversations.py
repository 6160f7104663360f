"""Conversations in their file: whose they are, two tabs at once, what is deleted, kills, full disks, damage."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.conversations import FILE, LONGEST_NOTE, LONGEST_TITLE, MOST, Conversations, Kept, Where, title_of
from app.errors import BadInput, SettingsError, UnknownConversation
from ingest.errors import NoSpace

ME, OTHER = "m" * 32, "o" * 32
FIRST, SECOND = Kept("How much do Koreans invest?", '{"answer": 1}'), Kept("And the Japanese?", '{"answer": 2}')


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    ticks = iter(range(1, 100_000))
    return Conversations(tmp_path, lambda: float(next(ticks)))


def test_what_is_saved_turn_by_turn_comes_back(kept: Conversations) -> None:
    where = kept.save(ME, None, [FIRST], 0)
    where = kept.save(ME, where, [FIRST, SECOND], 1)
    assert kept.load(ME, where.id) == (where, [FIRST, SECOND])
    (listed,) = kept.listed(ME)
    assert (listed.id, listed.title, listed.updated, listed.turns) == (where.id, FIRST.question, 2.0, 2)


def test_a_turn_that_is_put_anew_takes_the_last_one_s_place_and_the_title(kept: Conversations) -> None:
    where = kept.save(ME, None, [FIRST], 0)
    kept.rate(ME, where.id, 0, "up")
    where = kept.save(ME, where, [SECOND], 0)
    assert kept.load(ME, where.id)[1] == [SECOND]  # its rating was of another answer
    assert [one.title for one in kept.listed(ME)] == [SECOND.question]


def test_the_newest_conversation_is_listed_first(kept: Conversations) -> None:
    first, second = kept.save(ME, None, [FIRST], 0), kept.save(ME, None, [SECOND], 0)
    assert [one.id for one in kept.listed(ME)] == [second.id, first.id]
    kept.save(ME, first, [FIRST, SECOND], 1)
    assert [one.id for one in kept.listed(ME)] == [first.id, second.id]


def test_without_a_file_there_is_nothing_and_none_is_made(kept: Conversations, tmp_path: Path) -> None:
    assert kept.listed(ME) == []
    assert kept.feedback() == []
    with pytest.raises(UnknownConversation):
        kept.load(ME, "A" * 16)
    assert list(tmp_path.iterdir()) == []


def test_nobody_sees_changes_or_deletes_another_s(kept: Conversations, tmp_path: Path) -> None:
    where = kept.save(ME, None, [FIRST], 0)
    assert kept.listed(OTHER) == kept.listed("") == []
    for visitor in (OTHER, ""):
        with pytest.raises(UnknownConversation):
            kept.load(visitor, where.id)
        with pytest.raises(UnknownConversation):
            kept.rename(visitor, where.id, "mine now")
        with pytest.raises(UnknownConversation):
            kept.rate(visitor, where.id, 0, "down", "mine now")
        assert kept.delete(visitor, where.id) == kept.delete(visitor) == kept.erase_feedback(visitor) == 0
    theirs = kept.save(OTHER, where, [SECOND], 0)  # names mine, and gets one of its own
    assert theirs.id != where.id
    assert kept.load(ME, where.id) == (where, [FIRST])
    assert ME.encode() not in (tmp_path / FILE).read_bytes()


def test_a_visitor_that_is_not_known_keeps_nothing(kept: Conversations) -> None:
    with pytest.raises(BadInput, match="whose"):
        kept.save("", None, [FIRST], 0)


@pytest.mark.parametrize(
    "id", ["", "A" * 15, "A" * 17, "é" * 16, "' OR '1'='1", "../../etc/passwd", "%" * 16, "\ud800"]
)
def test_an_id_that_is_none_is_unknown(kept: Conversations, id: str) -> None:
    kept.save(ME, None, [FIRST], 0)
    with pytest.raises(UnknownConversation):
        kept.load(ME, id)


def test_of_two_tabs_the_later_one_goes_on_under_an_id_of_its_own(kept: Conversations) -> None:
    where = kept.save(ME, None, [FIRST], 0)
    one = kept.save(ME, where, [FIRST, SECOND], 1)
    third = Kept("A question of the other tab", "{}")
    other = kept.save(ME, where, [FIRST, third], 1)
    assert other.id != one.id
    assert kept.load(ME, one.id)[1] == [FIRST, SECOND]
    assert kept.load(ME, other.id)[1] == [FIRST, third]


def test_a_conversation_deleted_meanwhile_is_kept_whole_under_a_new_id(kept: Conversations) -> None:
    where = kept.save(ME, None, [FIRST], 0)
    kept.delete(ME, where.id)
    again = kept.save(ME, where, [FIRST, SECOND], 1)
    assert kept.load(ME, again.id)[1] == [FIRST, SECOND]


def test_turns_that_could_not_be_kept_are_kept_with_the_next(kept: Conversations) -> None:
    where = kept.save(ME, None, [FIRST], 0)
    third = Kept("A third", "{}")
    where = kept.save(ME, where, [FIRST, SECOND, third], 2)  # the disk was full when the second came
    assert kept.load(ME, where.id)[1] == [FIRST, SECOND, third]


def test_a_given_title_stays(kept: Conversations) -> None:
    where = kept.save(ME, None, [FIRST], 0)
    kept.rename(ME, where.id, "  Investment \n\t figures ")
    kept.save(ME, where, [SECOND], 0)
    assert [one.title for one in kept.listed(ME)] == ["Investment figures"]
    for empty in ("", "  \n "):
        with pytest.raises(BadInput):
            kept.rename(ME, where.id, empty)
    with pytest.raises(UnknownConversation):
        kept.rename(ME, "A" * 16, "x")


@given(st.text())
def test_a_title_is_one_short_visible_line(text: str) -> None:
    title = title_of(text)
    assert len(title) <= LONGEST_TITLE
    assert title == " ".join(title.split())
    assert not set(title) & set("\n\r\t\u202e\u2066\u200b\ud800")


def test_a_long_title_is_cut_visibly() -> None:
    assert title_of("a" * 80) == "a" * 80
    assert title_of("a" * 81) == "a" * 79 + "…"


# Ratings


def test_a_rating_stands_with_its_turn_and_can_be_taken_back(kept: Conversations) -> None:
    where = kept.save(ME, None, [FIRST, SECOND], 0)
    kept.rate(ME, where.id, 1, "down", "It is beside the point.")
    kept.save(ME, where, [FIRST, SECOND, FIRST], 2)
    rated = kept.load(ME, where.id)[1]
    assert [(turn.rating, turn.note) for turn in rated] == [
        (None, ""),
        ("down", "It is beside the point."),
        (None, ""),
    ]
    kept.rate(ME, where.id, 1, "up")
    assert kept.load(ME, where.id)[1][1].rating == "up"
    kept.rate(ME, where.id, 1, None, "left out")
    assert kept.load(ME, where.id)[1][1] == SECOND


@pytest.mark.parametrize("at", [-1, 1, 10**9])
def test_a_turn_that_is_none_is_not_rated(kept: Conversations, at: int) -> None:
    where = kept.save(ME, None, [FIRST], 0)
    with pytest.raises(UnknownConversation):
        kept.rate(ME, where.id, at, "up")


def test_feedback_is_exported_in_the_order_it_was_given_without_who_gave_it(kept: Conversations) -> None:
    mine, theirs = kept.save(ME, None, [FIRST, SECOND], 0), kept.save(OTHER, None, [FIRST], 0)
    kept.rate(OTHER, theirs.id, 0, "up", "n" * 3000)
    kept.rate(ME, mine.id, 1, "down", "Wrong.")
    assert kept.feedback(ME) == [
        {"rated": 4.0, "rating": "down", "note": "Wrong.", "question": SECOND.question, "record": {"answer": 2}}
    ]
    everybody = kept.feedback()
    assert [one["rating"] for one in everybody] == ["up", "down"]
    assert len(everybody[0]["note"]) == LONGEST_NOTE
    assert kept.erase_feedback(ME) == 1
    assert [one["rating"] for one in kept.feedback()] == ["up"]
    assert kept.erase_feedback() == 1
    assert kept.feedback() == []
    assert kept.load(ME, mine.id)[1] == [FIRST, SECOND]


# What is deleted is gone


def test_nothing_of_what_was_deleted_is_left_in_the_file(kept: Conversations, tmp_path: Path) -> None:
    secret = [Kept(f"secret question {i}", '{"answer": "' + f"secret answer {i} " * 900 + '"}') for i in range(30)]
    others = [kept.save(ME, None, [Kept(f"plain {i}", "{}")], 0) for i in range(30)]
    where = kept.save(ME, None, secret, 0)
    for at in range(0, 30, 3):
        kept.rate(ME, where.id, at, "up", f"secret note {at}")
    kept.delete(ME, others[3].id)
    assert b"secret" in (tmp_path / FILE).read_bytes()
    assert kept.delete(ME, where.id) == 1
    assert kept.feedback() == []
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert b"secret" not in (tmp_path / FILE).read_bytes()
    assert kept.delete(ME) == 29
    assert b"plain" not in (tmp_path / FILE).read_bytes()


def test_a_turn_that_is_asked_anew_leaves_nothing_of_the_old_one(kept: Conversations, tmp_path: Path) -> None:
    where = kept.save(ME, None, [FIRST, Kept("secret question " * 500, "{}")], 0)
    kept.save(ME, where, [FIRST, SECOND], 1)
    assert b"secret" not in (tmp_path / FILE).read_bytes()


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_left_where_rows_were_moved(kept: Conversations, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    ids: list[str] = []
    for _ in range(150):
        turns = [Kept("q", "x" * chance.randint(0, 700)) for _ in range(chance.randint(1, 4))]
        ids.append(kept.save(ME, None, turns, 0).id)
        for one in chance.choices(ids, k=3):
            kept.rate(ME, one, 0, "up", f"<{one}>" + "n" * chance.randint(0, 1500))
            kept.rename(ME, one, f"[{one}]" + "t" * chance.randint(0, 50))
    gone = chance.sample(ids, 75)
    for one in gone:
        kept.delete(ME, one)
    content = (tmp_path / FILE).read_bytes()
    assert [one for one in gone if one.encode() in content] == []
    assert all(one.encode() in content for one in ids if one not in gone)


def test_the_oldest_make_room(kept: Conversations) -> None:
    first = kept.save(ME, None, [FIRST], 0)
    theirs = kept.save(OTHER, None, [FIRST], 0)
    for _ in range(MOST):
        kept.save(ME, None, [SECOND], 0)
    assert len(kept.listed(ME)) == MOST
    assert first.id not in [one.id for one in kept.listed(ME)]
    assert kept.load(OTHER, theirs.id)[1] == [FIRST]


# Odd words


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=50), st.text(max_size=50))
def test_any_words_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, question: str, note: str) -> None:
    kept = Conversations(tmp_path_factory.mktemp("home"))
    where = kept.save(ME, None, [Kept(question, "{}")], 0)
    kept.rate(ME, where.id, 0, "up", note)
    assert kept.load(ME, where.id)[1] == [Kept(question, "{}", "up", note)]


def test_half_a_character_is_kept_as_a_question_mark(kept: Conversations) -> None:
    where = kept.save(ME, None, [Kept("a\ud800b", "{}")], 0)
    kept.rate(ME, where.id, 0, "up", "\udfff")
    assert kept.load(ME, where.id)[1] == [Kept("a?b", "{}", "up", "?")]


# Threads, processes, kills


def test_many_threads_lose_nothing(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    failed: list[BaseException] = []

    def write(visitor: str) -> None:
        try:
            where: Where | None = None
            turns: list[Kept] = []
            for i in range(10):
                turns.append(Kept(f"{visitor} {i}", "{}"))
                where = kept.save(visitor, where, turns, i)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(letter * 32,)) for letter in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    for letter in "abcdefgh":
        (listed,) = kept.listed(letter * 32)
        assert [turn.question for turn in kept.load(letter * 32, listed.id)[1]] == [
            f"{letter * 32} {i}" for i in range(10)
        ]


def _write_for_ever(home: str) -> None:
    kept = Conversations(Path(home))
    where = kept.save(ME, None, [Kept("0", "x" * 20_000)], 0)
    turns = [Kept("0", "x" * 20_000)]
    while True:
        turns.append(Kept(str(len(turns)), "x" * 20_000))
        where = kept.save(ME, where, turns, len(turns) - 1)


def test_killed_while_writing_every_conversation_is_whole(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    for i in range(4):
        writer = context.Process(target=_write_for_ever, args=(str(tmp_path),))
        writer.start()
        limit = time.monotonic() + 30
        while len(Conversations(tmp_path).listed(ME)) <= i and time.monotonic() < limit:
            time.sleep(0.01)
        time.sleep(0.07 * (i + 1))
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        listed = Conversations(tmp_path).listed(ME)
        assert len(listed) == i + 1
        for one in listed:
            turns = Conversations(tmp_path).load(ME, one.id)[1]
            assert [turn.question for turn in turns] == [str(n) for n in range(len(turns))]


# Files that cannot be used


def test_a_damaged_file_is_said_to_be_and_left_as_it_is(kept: Conversations, tmp_path: Path) -> None:
    damaged = b"not a database at all, but long enough to be taken for one" * 30
    (tmp_path / FILE).write_bytes(damaged)
    with pytest.raises(SettingsError, match="Move it away"):
        kept.listed(ME)
    with pytest.raises(SettingsError, match="Move it away"):
        kept.save(ME, None, [FIRST], 0)
    assert (tmp_path / FILE).read_bytes() == damaged


def test_a_newer_sangho_s_file_is_refused(kept: Conversations, tmp_path: Path) -> None:
    kept.save(ME, None, [FIRST], 0)
    with sqlite3.connect(tmp_path / FILE) as file:
        file.execute("PRAGMA user_version = 2")
    file.close()
    with pytest.raises(SettingsError, match="newer"):
        kept.listed(ME)


def test_a_full_disk_is_said_and_nothing_is_half_written(
    kept: Conversations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = kept.save(ME, None, [FIRST], 0)
    connect = sqlite3.connect

    def small(*arguments: object, **options: object) -> sqlite3.Connection:
        file: sqlite3.Connection = connect(*arguments, **options)  # type: ignore[call-overload]
        pages = file.execute("PRAGMA page_count").fetchone()[0]
        file.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own way to say "disk is full"
        return file

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(NoSpace, match="full"):
        kept.save(ME, where, [FIRST, Kept("long", "x" * 100_000)], 1)
    monkeypatch.undo()
    assert kept.load(ME, where.id) == (where, [FIRST])


def test_only_its_owner_may_read_the_file(kept: Conversations, tmp_path: Path) -> None:
    kept.save(ME, None, [FIRST], 0)
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
