"""Conversations that survive a reload, and what people said of their answers: one SQLite file in the home folder.

HOME/conversations.sqlite   every visitor's conversations, turn by turn; a rating and its note stand with their turn

What became of a question is kept as the window gives it: a JSON object, whose `answer` is an `Answer` or null.
"""

from __future__ import annotations

import datetime
import json
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from app.errors import BadInput, SettingsError, UnknownConversation
from app.escape import plain
from app.roots import owner_of
from ingest.errors import NoSpace
from ingest.space import no_space

FILE: Final = "conversations.sqlite"
MOST: Final = 500  # conversations a visitor; the oldest make room
LONGEST_TITLE: Final = 80  # characters
LONGEST_NOTE: Final = 2000  # characters
_FORMAT: Final = 1  # raised when the tables change
_WAIT: Final = 10.0  # seconds, for another process that writes
_ID: Final = re.compile(r"[A-Za-z0-9_-]{16}")
_TABLES: Final = f"""
    CREATE TABLE conversations (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, named INTEGER NOT NULL DEFAULT 0,
        updated REAL NOT NULL, version INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX by_owner ON conversations (owner, updated);
    CREATE TABLE turns (
        conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE, at INTEGER NOT NULL,
        question TEXT NOT NULL, record TEXT NOT NULL,
        rating TEXT, note TEXT NOT NULL DEFAULT '', rated REAL,
        PRIMARY KEY (conversation, at)
    );
    PRAGMA user_version = {_FORMAT};
"""

Rating = Literal["up", "down"]
RATINGS: Final[tuple[Rating, ...]] = get_args(Rating)


@dataclass(frozen=True, slots=True)
class Kept:
    """One turn as it is kept.

    Attributes:
        record: what became of the question, a JSON object in the window's own form.
        rating: what the person said of the answer; None for nothing.
        note: in their words.
    """

    question: str
    record: str
    rating: Rating | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Where:
    """Where a browser tab's conversation is kept, and how often it had been written when the tab last saw it."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation in a list.

    Attributes:
        title: given by the person, else the first question, cut to `LONGEST_TITLE`.
        updated: when a turn was last put, in seconds since 1970, UTC.
        turns: how many.
    """

    id: str
    title: str
    updated: float
    turns: int


class Conversations:
    """Every visitor's own conversations. Safe from several threads and processes; opened anew for each call.

    A visitor is kept as a digest only. What is deleted is overwritten in the file. Each method raises `SettingsError`
    for a file that is damaged or a newer Sangho's, and `NoSpace` where the disk is full; nothing is half written.

    Args:
        home: the home folder; the file is made when something is first written.
        clock: gives the time, in seconds since 1970, UTC.
    """

    def __init__(self, home: Path, clock: Callable[[], float] = time.time) -> None:
        self._home = home
        self._path = home / FILE
        self._clock = clock

    def save(self, visitor: str, where: Where | None, turns: Sequence[Kept], first: int) -> Where:
        """Keep a tab's conversation, whose turns are new from `first` on; returns where it is kept now.

        A conversation that another tab has changed meanwhile, or deleted, is left as it is: this tab's goes on
        under an id of its own.

        Args:
            visitor: whose it is.
            where: what the last call returned; None for a conversation that is not kept yet.
            turns: all of them, at least one.
            first: counted from 0; ratings of the turns before it stay.

        Raises:
            BadInput: the visitor is empty.
        """
        owner = owner_of(visitor)
        if not owner:
            raise BadInput("It is not known whose conversation this is.", "Allow cookies for this page and reload it.")
        with self._writing() as file:
            version = _version(file, owner, where.id) if where else None
            if where is None or version != where.version:
                where, first = _begin(file, owner), 0
            first = min(first, _count(file, where.id))
            file.execute("DELETE FROM turns WHERE conversation = ? AND at >= ?", (where.id, first))
            rows = [_row(where.id, at, turn) for at, turn in enumerate(turns)]
            put = "INSERT INTO turns (conversation, at, question, record, rating, note) VALUES (?, ?, ?, ?, ?, ?)"
            file.executemany(put, rows[first:])
            file.execute(
                "UPDATE conversations SET title = CASE named WHEN 1 THEN title ELSE ? END, updated = ?, version = ?"
                " WHERE id = ?",
                (title_of(turns[0].question), self._clock(), where.version + 1, where.id),
            )
            _trim(file, owner)
        return Where(where.id, where.version + 1)

    def load(self, visitor: str, id: str) -> tuple[Where, list[Kept]]:
        """Return where a conversation is kept, and its turns, oldest first.

        Raises:
            UnknownConversation: the visitor has no such conversation.
        """
        query = "SELECT question, record, rating, note FROM turns WHERE conversation = ? ORDER BY at"
        with self._reading() as file:
            version = _version(file, owner_of(visitor), id) if file else None
            if file is None or version is None:
                raise _unknown()
            return Where(id, version), [Kept(*row) for row in file.execute(query, (id,))]

    def listed(self, visitor: str) -> list[Listed]:
        """Return a visitor's conversations, the one with the newest turn first."""
        query = (
            "SELECT id, title, updated, (SELECT count(*) FROM turns WHERE conversation = id)"
            " FROM conversations WHERE owner = ? ORDER BY updated DESC, id"
        )
        with self._reading() as file:
            return [Listed(*row) for row in file.execute(query, (owner_of(visitor),))] if file else []

    def rename(self, visitor: str, id: str, title: str) -> None:
        """Give a conversation a title, which then stays.

        Raises:
            UnknownConversation: the visitor has no such conversation.
            BadInput: nothing is left of the title without control characters and spaces.
        """
        words = title_of(title)
        if not words:
            raise BadInput("A title needs a letter or more.", f"Give one of 1 to {LONGEST_TITLE} characters.")
        change = "UPDATE conversations SET title = ?, named = 1 WHERE id = ? AND owner = ?"
        with self._writing() as file:
            if file.execute(change, (words, id, owner_of(visitor))).rowcount == 0:
                raise _unknown()

    def delete(self, visitor: str, id: str | None = None) -> int:
        """Delete one of a visitor's conversations, or all; returns how many, and none is no error."""
        with self._writing(erases=True) as file:
            which = "DELETE FROM conversations WHERE owner = ? AND id = ifnull(?, id)"
            return file.execute(which, (owner_of(visitor), id)).rowcount

    def rate(self, visitor: str, id: str, at: int, rating: Rating | None, note: str = "") -> None:
        """Keep what a visitor says of the answer to a turn from 0, in place of what they said before.

        Args:
            visitor: whose conversation it is.
            id: of the conversation.
            at: which turn.
            rating: None takes back what was said, and the note.
            note: at most `LONGEST_NOTE` characters; the rest is cut.

        Raises:
            UnknownConversation: the visitor has no such conversation, or it no such turn.
        """
        change = "UPDATE turns SET rating = ?, note = ?, rated = ? WHERE conversation = ? AND at = ?"
        with self._writing(erases=rating is None) as file:
            if _version(file, owner_of(visitor), id) is None:
                raise _unknown()
            said = (rating, _whole(note[:LONGEST_NOTE]), self._clock()) if rating else (None, "", None)
            if file.execute(change, (*said, id, at)).rowcount == 0:
                raise _unknown()

    def feedback(self, visitor: str | None = None) -> list[dict[str, Any]]:
        """Return what was said of answers, oldest first, as what JSON is made of; None means by everybody.

        Who said it is not among it. `record` is the turn as the window keeps it, read as JSON.
        """
        query = (
            "SELECT rated, rating, note, question, record FROM turns JOIN conversations ON id = conversation"
            " WHERE rating IS NOT NULL AND owner = ifnull(?, owner) ORDER BY rated, id, at"
        )
        names = ("rated", "rating", "note", "question")
        with self._reading() as file:
            rows = file.execute(query, (None if visitor is None else owner_of(visitor),)) if file else ()
            return [dict(zip(names, row, strict=False)) | {"record": json.loads(row[-1])} for row in rows]

    def erase_feedback(self, visitor: str | None = None) -> int:
        """Take back all ratings and notes of a visitor, or of everybody; returns how many. Conversations stay."""
        change = (
            "UPDATE turns SET rating = NULL, note = '', rated = NULL WHERE rating IS NOT NULL"
            " AND conversation IN (SELECT id FROM conversations WHERE owner = ifnull(?, owner))"
        )
        with self._writing(erases=True) as file:
            return file.execute(change, (None if visitor is None else owner_of(visitor),)).rowcount

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """Open the file; None where there is none yet."""
        if not self._path.exists():
            yield None
            return
        with self._opened() as file:
            yield file

    @contextmanager
    def _writing(self, *, erases: bool = False) -> Iterator[sqlite3.Connection]:
        """Open the file to change it: all or nothing. `erases` leaves nothing of what was deleted in the file."""
        self._home.mkdir(parents=True, exist_ok=True)
        with self._opened() as file:
            file.execute("BEGIN IMMEDIATE")
            yield file  # anything raised from here on closes the file, which takes all back
            file.execute("COMMIT")
            if erases:
                # `secure_delete` alone leaves copies in pages that rows were moved from. On a full disk this fails;
                # what was deleted is deleted all the same.
                with suppress(sqlite3.OperationalError):
                    file.execute("VACUUM")

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with no_space(self._home), closing(sqlite3.connect(self._path, _WAIT, isolation_level=None)) as file:
                self._prepare(file)
                yield file
        except NoSpace as error:
            raise NoSpace("The disk is full; this was not kept.", "Free some space.") from error
        except sqlite3.IntegrityError:
            raise  # a fault of ours, not of the file
        except (sqlite3.Error, OSError) as error:
            raise SettingsError(
                f"{FILE} in the home folder cannot be used ({error}).",
                "Move it away if it is damaged; a new one is begun then.",
            ) from error

    def _prepare(self, file: sqlite3.Connection) -> None:
        file.execute("PRAGMA foreign_keys = ON")
        file.execute("PRAGMA secure_delete = ON")
        if _format(file) == 0:
            self._path.chmod(0o600)
            file.execute("BEGIN IMMEDIATE")
            if _format(file) == 0:  # another process may have been first
                for statement in _TABLES.split(";"):
                    file.execute(statement)
            file.execute("COMMIT")
        if _format(file) > _FORMAT:
            raise SettingsError(f"{FILE} in the home folder is a newer Sangho's.", "Update Sangho, or move it away.")


def _format(file: sqlite3.Connection) -> int:
    return int(file.execute("PRAGMA user_version").fetchone()[0])


def _version(file: sqlite3.Connection, owner: str, id: str) -> int | None:
    query = "SELECT version FROM conversations WHERE id = ? AND owner = ?"
    found = file.execute(query, (id, owner)).fetchone() if _ID.fullmatch(id) and owner else None
    return None if found is None else int(found[0])


def _count(file: sqlite3.Connection, id: str) -> int:
    return int(file.execute("SELECT count(*) FROM turns WHERE conversation = ?", (id,)).fetchone()[0])


def _begin(file: sqlite3.Connection, owner: str) -> Where:
    id = secrets.token_urlsafe(12)
    file.execute("INSERT INTO conversations (id, owner, title, updated) VALUES (?, ?, '', 0)", (id, owner))
    return Where(id, 0)


def _row(id: str, at: int, turn: Kept) -> tuple[Any, ...]:
    return id, at, _whole(turn.question), turn.record, turn.rating, _whole(turn.note)


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # half a character is nothing that a file can hold


def _trim(file: sqlite3.Connection, owner: str) -> None:
    oldest = (
        "DELETE FROM conversations WHERE id IN"
        " (SELECT id FROM conversations WHERE owner = ? ORDER BY updated DESC LIMIT -1 OFFSET ?)"
    )
    file.execute(oldest, (owner, MOST))


def _unknown() -> UnknownConversation:
    return UnknownConversation("There is no such conversation.", "It may have been deleted, or be another browser's.")


def title_of(text: str) -> str:
    """Return text as a title: on one line, without what cannot be seen, and cut at `LONGEST_TITLE` with "…"."""
    line = " ".join(plain(text).split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"


def feedback_lines(conversations: Conversations, visitor: str | None = None) -> list[str]:
    """Return what was said of answers as JSON, a line each: rating, note, question, and what was answered from where.

    Args:
        conversations: where it is kept.
        visitor: whose; None means everybody's.
    """
    return [json.dumps(_feedback(said)) for said in conversations.feedback(visitor)]


def _feedback(said: dict[str, Any]) -> dict[str, Any]:
    answer = said.pop("record").get("answer") or {}
    said["rated"] = datetime.datetime.fromtimestamp(said["rated"], datetime.UTC).isoformat(timespec="seconds")
    kept = ("query", "outcome", "answer", "mode", "citations", "settings_digest", "generation", "prompts")
    return said | {name: answer.get(name) for name in kept}
