"""Search passages by vector: Chroma's HNSW graph, and exact search. The only module that uses chromadb.

Chroma is asked for the neighbours of a query over all passages. A search that may return only some of them is
exact, over a memory-mapped copy of the vectors: Chroma's own filter took 134 ms at 100,000 passages.
HNSW: Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
Navigable Small World graphs" (2018).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from ingest.errors import BrokenIndex
from ingest.exact import Scored, Vectors, best_rows, exact_search, load_array

if TYPE_CHECKING:
    from chromadb.api import ClientAPI as ClientAPI
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

    ClientFactory = Callable[[], ClientAPI]

VECTORS: Final = "vectors.npy"
CHROMA: Final = "chroma"
COLLECTION: Final = "passages"
_REMEDY: Final = "Run: sangho ingest"
# What SQLite says where it may read but not write: full, read-only, or no file can be made beside it.
_WRITING: Final = ("disk is full", "readonly database", "read-only", "unable to open database file")
_opening = threading.Lock()  # Chroma shares one system for each folder and does not guard its making


class PassageVectors:
    """The vectors of a generation's passages; row i is the passage of row i.

    Args:
        vectors: unit vectors, float32 `(n_passages, dim)`, memory-mapped as a rule; zeros for a passage that the
            model does not read: Chroma has no such row, and exact search puts it behind all that are alike.
        client: makes the Chroma client; called once, by the first search that needs it.
        collection: the collection's name.
        approximate: whether Chroma's graph passed its check; if not, every search is exact.
    """

    def __init__(
        self,
        vectors: Vectors,
        client: ClientFactory,
        collection: str = COLLECTION,
        approximate: bool = True,
    ) -> None:
        self._vectors = vectors
        self._make_client = client
        self._name = collection
        self._approximate = approximate and len(vectors) > 0
        self._lock = threading.RLock()
        self._client: ClientAPI | None = None
        self._collection: Collection | None = None

    @classmethod
    def open(
        cls,
        folder: Path,
        approximate: bool = True,
        client: ClientFactory | None = None,
        collection: str = COLLECTION,
    ) -> PassageVectors:
        """Open what `build_vectors` wrote in `folder`; Chroma itself is opened by the first search.

        Raises:
            BrokenIndex: files are missing or unreadable.
        """
        vectors = load_array(folder / VECTORS)
        if client is None and approximate and len(vectors) and not (folder / CHROMA / "chroma.sqlite3").exists():
            raise BrokenIndex(f"{folder / CHROMA} holds no Chroma database.", _REMEDY)
        return cls(vectors, client or embedded_client(folder / CHROMA), collection, approximate)

    @property
    def vectors(self) -> Vectors:
        """All vectors, float32 `(n_passages, dim)`."""
        return self._vectors

    def __len__(self) -> int:
        return len(self._vectors)

    def search(self, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None = None) -> Scored:
        """Return up to `k` rows with their cosine similarity (-1 to 1), best first, ties by row.

        Args:
            vector: unit vector `(dim,)`.
            k: how many rows at most.
            allowed: mask over rows; with it the search is exact among the rows that are True.

        Raises:
            BrokenIndex: Chroma cannot be read.
            ValueError: the vector has another length than the passages'.
        """
        query = np.ascontiguousarray(vector, np.float32).reshape(-1)
        if query.shape[0] != self._vectors.shape[1]:
            raise ValueError(f"the query vector has {query.shape[0]} numbers, the passages' {self._vectors.shape[1]}")
        if k < 1 or not len(self._vectors):
            return []
        if allowed is not None or not self._approximate:
            return exact_search(self._vectors, query, k, allowed)
        rows = self._approximate_rows(query, k)
        if rows is None:
            return exact_search(self._vectors, query, k)
        return best_rows(rows, self._vectors[rows] @ query, k)

    def open_chroma(self) -> None:
        """Open Chroma and its graph now, so that the first search does not wait for it."""
        if len(self._vectors):
            self.search(np.eye(1, self._vectors.shape[1], dtype=np.float32)[0], 1)

    def close(self) -> None:
        """Let go of Chroma's files; a later search opens them again."""
        with self._lock:
            client, self._client, self._collection = self._client, None, None
            if client is not None:
                with _opening:
                    close_client(client)

    def neighbours(self, query: Vectors, k: int) -> NDArray[np.int64]:
        """Return up to `k` rows as Chroma's graph finds them, nearest first by its own reckoning.

        Raises:
            BrokenIndex: Chroma cannot be read.
        """
        try:
            found = self.collection().query(
                query_embeddings=query[None, :],  # one query, (1, dim)
                n_results=min(k, len(self._vectors)),
                include=[],
            )
            return np.array([int(name) for name in found["ids"][0]], np.int64)
        except Exception as error:  # the Rust bindings raise several kinds, with no base of their own
            raise BrokenIndex(f"Chroma cannot search collection {self._name!r}: {error}.", _REMEDY) from error

    def _approximate_rows(self, query: Vectors, k: int) -> NDArray[np.int64] | None:
        """Return the rows that Chroma finds; None where exact search has to do.

        Raises:
            BrokenIndex: Chroma cannot be read.
        """
        try:
            return self.neighbours(query, k)
        except BrokenIndex as error:
            if not _cannot_write(error.__cause__):
                raise
            self._approximate = False  # Chroma writes even to read: on a full or read-only disk we do without
            return None

    def client(self) -> ClientAPI:
        """Return the Chroma client, opened at the first call."""
        with self._lock:
            if self._client is None:
                with _opening:
                    self._client = self._make_client()
            return self._client

    def collection(self) -> Collection:
        """Return the Chroma collection, opened at the first call."""
        with self._lock:
            if self._collection is None:
                self._collection = self.client().get_collection(self._name, embedding_function=None)
            return self._collection


def embedded_client(folder: Path) -> ClientFactory:
    """Return what opens an embedded Chroma in `folder`, without telemetry."""

    def make() -> ClientAPI:
        import chromadb
        from chromadb.api.shared_system_client import SharedSystemClient

        try:
            return chromadb.PersistentClient(str(folder), settings=_settings())
        except BaseException:
            # What failed to start stays in Chroma's table, and would be handed out at the next attempt.
            SharedSystemClient._identifier_to_system.pop(str(folder), None)
            raise

    return make


def server_client(address: str, headers: Mapping[str, str], patience_s: float) -> ClientFactory:
    """Return what connects to a Chroma server; give each generation a collection of its own there.

    Args:
        address: as http://host:port.
        headers: sent with every request.
        patience_s: how long a request may wait for its answer, in seconds; Chroma's client would wait for ever.
    """

    def make() -> ClientAPI:
        import chromadb
        import chromadb.config

        # Variables that Chroma reads by itself name no server, and nobody whom it tells of every call.
        settings = chromadb.config.Settings(
            anonymized_telemetry=False,
            chroma_server_host=address,
            chroma_server_http_port=None,
            chroma_client_auth_provider=None,
            chroma_otel_granularity=None,
        )
        # Given a whole address, Chroma does not look at the port.
        client = chromadb.HttpClient(host=address, headers=dict(headers), settings=settings)
        for session in _sessions(client):
            session.timeout = patience_s
        return client

    return make


def rows_in(client: ClientAPI, collection: str) -> int | None:
    """Return how many rows a collection holds; None if there is no such collection."""
    from chromadb.errors import NotFoundError

    try:
        return client.get_collection(collection, embedding_function=None).count()
    except NotFoundError:
        return None


def close_client(client: ClientAPI) -> None:
    """Close a client; with one of a server, the connections and the entry that Chroma's own closing leaves."""
    opened, sessions = cast("Client", client), _sessions(client)
    system = opened._system if sessions else None
    opened.close()
    if system is None:
        return
    for session in sessions:
        session.close()
    systems = opened._identifier_to_system
    for name in [name for name, entry in systems.copy().items() if entry is system]:
        systems.pop(name, None)


def _sessions(client: ClientAPI) -> list[Any]:
    """Return a server client's HTTP sessions, one of them for looking up the database; an embedded one has none."""
    opened: Any = client
    apis = (opened._server, opened._admin_client._server)
    return [api._session for api in apis if hasattr(api, "_session")]


def _cannot_write(error: BaseException | None) -> bool:
    text = str(error).lower()
    return any(words in text for words in _WRITING)


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)
