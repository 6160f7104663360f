"""What was made for a browser tab, held so that a reload gives it back; only until the window closes."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import Final, Generic, TypeVar

MOST: Final = 40  # of all visitors together; the one that was looked at longest ago goes first

T = TypeVar("T")


class Recent(Generic[T]):
    """Holds things by an id that only the visitor who made them can use.

    Args:
        most: how many are held.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: OrderedDict[str, tuple[str, T]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, visitor: str, thing: T, id: str = "") -> str:
        """Hold a thing and return its id; empty where it is not known whose browser it is.

        Args:
            visitor: whose it is.
            thing: what takes the place of what was held under the id.
            id: of something of theirs; a new one is made where it names nothing.
        """
        if not visitor:
            return ""
        with self._lock:
            if self._held.get(id, ("",))[0] != visitor:
                id = secrets.token_urlsafe(12)
            self._held[id] = visitor, thing
            self._held.move_to_end(id)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return id

    def find(self, visitor: str, id: object) -> T | None:
        """Return what a visitor has under an id, which comes from the browser; None for anything else."""
        with self._lock:
            owner, thing = self._held.get(str(id), ("", None))
            if not visitor or owner != visitor:
                return None
            self._held.move_to_end(str(id))
            return thing
