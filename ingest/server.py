"""A shared Chroma server: where it is, whether it answers, and searching a generation's vectors there.

What a server is given are vectors and row numbers; the texts stay in the home folder.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ingest.errors import BrokenIndex, ChromaUnreachable, SanghoError
from ingest.exact import Vectors
from ingest.vectors import PassageVectors, server_client

if TYPE_CHECKING:
    from ingest.vectors import ClientAPI, ClientFactory

ASKING_S: Final = 5.0  # a reader's patience with one request, in seconds: exact search is done long before
BUILDING_S: Final = 600.0  # an ingest's, while graphs are built
TIDYING_S: Final = 30.0  # an ingest's, while it looks for collections and deletes them
REST_S: Final = 60.0  # how long a server that failed is not asked again, in seconds
_START: Final = "Start it or correct SANGHO_CHROMA, then try again; with SANGHO_CHROMA unset none is needed."
_LONGEST: Final = 200  # characters of another's error message
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """A Chroma server that a setting names.

    Attributes:
        address: as http://host:port.
        token: sent as a bearer token with every request; empty sends none.
    """

    address: str
    token: str = field(default="", repr=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """What is sent with every request."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def client(self, patience_s: float) -> ClientFactory:
        """Return what connects to the server, after asking it for a sign of life.

        Args:
            patience_s: how long each later request may wait for its answer, in seconds.
        """
        connect = server_client(self.address, self.headers, patience_s)

        def make() -> ClientAPI:
            # Chroma's client waits for ever while it connects, and says little of why it cannot.
            check_alive(self)
            return connect()

        return make


class ServerVectors(PassageVectors):
    """A generation's vectors, whose graph is on a Chroma server.

    A reader does not fail with the server: where that does not answer in time, lacks the collection or gives
    anything but whole rows, exact search over the memory-mapped vectors takes over, whose results are at
    least as good. A server that failed is asked again after a minute, and nobody waits for it meanwhile.

    Args:
        vectors: unit vectors, float32 `(n_passages, dim)`, memory-mapped as a rule.
        server: the server that holds the collection.
        collection: the collection's name.
        approximate: whether its graph passed its check; if not, the server is never asked.
    """

    def __init__(self, vectors: Vectors, server: ChromaServer, collection: str, approximate: bool = True) -> None:
        super().__init__(vectors, server.client(ASKING_S), collection, approximate)
        self._server = server
        self._rests_until = 0.0
        self._resting = threading.Lock()

    def client(self) -> ClientAPI:
        """Return the Chroma client, opened at the first call; those who waited for a failing one do not try again."""
        with self._lock:
            if self._client is None and self._rests():
                raise ChromaUnreachable(f"The Chroma server at {self._server.address} failed a moment ago.", _START)
            try:
                return super().client()
            except Exception as error:
                self._rest(error)
                raise

    def _approximate_rows(self, query: Vectors, k: int) -> NDArray[np.int64] | None:
        if self._rests():
            return None
        try:
            rows = self.neighbours(query, k)
            if len(np.unique(rows)) == min(k, len(self)) and rows.min() >= 0 and rows.max() < len(self):
                return rows
            self._rest(ValueError(f"it gives {len(rows)} rows of {min(k, len(self))}, or others than were put in"))
        except BrokenIndex as error:
            self._rest(error.__cause__ or error)
        self.close()  # a server that is back may know the collection by another number
        return None

    def _rests(self) -> bool:
        return time.monotonic() < self._rests_until

    def _rest(self, error: BaseException) -> None:
        """Leave the server alone for a while; said once, since every search fails in its own thread."""
        with self._resting:
            if self._rests():
                return
            self._rests_until = time.monotonic() + REST_S
        failed = _failed(self._server, error)
        _log.warning("%s Searching without it meanwhile. %s", failed.message, failed.remedy)


def check_alive(server: ChromaServer) -> None:
    """Ask a server for a sign of life, and wait for it `ASKING_S` seconds at most.

    Raises:
        ChromaUnreachable: it does not answer, refuses, or is no Chroma server.
    """
    import http.client
    import urllib.error
    import urllib.request

    class Stay(urllib.request.HTTPRedirectHandler):
        """Follows nobody elsewhere: the token is for this server."""

        def redirect_request(self, *_: object) -> None:
            return None

    # Over http a proxy would read what is sent; over https it may be the only way out.
    proxies = urllib.request.ProxyHandler({} if server.address.startswith("http:") else None)
    heartbeat = urllib.request.Request(f"{server.address}/api/v2/heartbeat", headers=dict(server.headers))  # noqa: S310
    try:
        with urllib.request.build_opener(Stay, proxies).open(heartbeat, timeout=ASKING_S) as answer:
            alive = b"heartbeat" in answer.read(1000)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in (401, 403):
            message = f"The Chroma server at {server.address} refuses: {error.code} {error.reason}."
            raise ChromaUnreachable(message, "Correct SANGHO_CHROMA_TOKEN, then try again.") from error
        raise _no_chroma(server, f"{error.code} {error.reason}") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = reason_of(getattr(error, "reason", error))
        raise ChromaUnreachable(f"The Chroma server at {server.address} does not answer: {reason}.", _START) from error
    if not alive:
        raise _no_chroma(server, "another page")


@contextmanager
def answering(server: ChromaServer | None) -> Iterator[None]:
    """Turn what a failing server makes of Chroma's client into `ChromaUnreachable`; do nothing where there is none.

    Raises:
        ChromaUnreachable: the server went away, refuses, or has no room; says which.
    """
    if server is None:
        yield
        return
    try:
        yield
    except BrokenIndex as error:
        if error.__cause__ is None:  # found by comparing, with the server answering
            raise
        raise _failed(server, error.__cause__) from error
    except (SanghoError, OSError, MemoryError):
        raise
    except Exception as error:  # httpx's, Chroma's, or a plain one with the server's words
        raise _failed(server, error) from error


def reason_of(error: object) -> str:
    """Return what an error says, in one line of at most 200 characters; its kind where it says nothing."""
    said = error.message if isinstance(error, SanghoError) else getattr(error, "strerror", None) or str(error)
    shown = "".join(character if character.isprintable() else " " for character in said)
    return " ".join(shown.split())[:_LONGEST].rstrip(".") or type(error).__name__


def _failed(server: ChromaServer, error: BaseException) -> ChromaUnreachable:
    if isinstance(error, ChromaUnreachable):
        return error
    message = f"The Chroma server at {server.address} failed: {reason_of(error)}."
    return ChromaUnreachable(message, "See that it runs and has room, then run: sangho ingest")


def _no_chroma(server: ChromaServer, answer: str) -> ChromaUnreachable:
    message = f"{server.address} answers with {answer}, which no Chroma server of version 1 does."
    return ChromaUnreachable(message, "Correct SANGHO_CHROMA, then try again.")
