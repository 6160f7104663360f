"""The line in which questions wait: so many are answered at once, the others are told how many are before them."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Final, Self

ANSWERED_AT_ONCE: Final = 2  # more would only slow each other down on two cores


class Line:
    """First come, first served. Safe from several threads.

    Args:
        at_once: how many may go at the same time, at least 1.
    """

    def __init__(self, at_once: int = ANSWERED_AT_ONCE) -> None:
        self._at_once = at_once
        self._changed = threading.Condition()
        self._tickets: list[Ticket] = []

    def join(self) -> Ticket:
        """Take a place at the end; use it as a context manager, so that it is given back."""
        ticket = Ticket(self)
        with self._changed:
            self._tickets.append(ticket)
        return ticket

    def before(self, ticket: Ticket) -> int:
        """Return how many must finish before a ticket's turn comes; 0 where it may go now."""
        with self._changed:
            return self._before(ticket)

    def wait(self, ticket: Ticket, seconds: float) -> int:
        """Wait until a ticket's place changes, at most `seconds`; returns as `before`."""
        with self._changed:
            first = self._before(ticket)
            if first:
                self._changed.wait_for(lambda: self._before(ticket) != first, seconds)
            return self._before(ticket)

    def leave(self, ticket: Ticket) -> None:
        """Give a place back; one that was given back already is no error."""
        with self._changed:
            if ticket in self._tickets:
                self._tickets.remove(ticket)
                self._changed.notify_all()

    def _before(self, ticket: Ticket) -> int:
        if ticket not in self._tickets:
            return 0
        return max(self._tickets.index(ticket) - self._at_once + 1, 0)


class Ticket:
    """One question's place in a line."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def wait(self, seconds: float) -> int:
        """Return how many are before it, after waiting at most `seconds` for that to change."""
        return self._line.wait(self, seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._line.leave(self)
