"""Search passages by vector: Chroma's HNSW graph, and exact search. The only module that uses chromadb.

Chroma is asked for the neighbours of a query over all passages. A search that may return only some of them is
exact, over a memory-mapped copy of the vectors: Chroma's own filter took 134 ms at 100,000 passages.
HNSW: Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
Navigable Small World graphs" (2018).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from ingest.errors import BrokenIndex
from ingest.exact import Scored, Vectors, best_rows, exact_search, load_array, save_array

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

    ClientFactory = Callable[[], ClientAPI]

VECTORS: Final = "vectors.npy"
CHROMA: Final = "chroma"
_COLLECTION: Final = "passages"
_REMEDY: Final = "Run: sangho ingest"
_EFFORTS: Final = (200, 800)  # HNSW's ef, in building and searching; the second where the first is too low
_SAMPLE: Final = 200
_DEPTH: Final = 50
RECALL: Final = 0.99  # what the sample must reach for approximate search to be used at all
# What SQLite says where it may read but not write: full, read-only, or no file can be made beside it.
_WRITING: Final = ("disk is full", "readonly database", "read-only", "unable to open database file")
_opening = threading.Lock()  # Chroma shares one system for each folder and does not guard its making


class PassageVectors:
    """The vectors of a generation's passages; row i is the passage of row i.

    Args:
        vectors: unit vectors, float32 `(n_passages, dim)`, memory-mapped as a rule.
        client: makes the Chroma client; called once, by the first search that needs it.
        collection: the collection's name.
        approximate: whether Chroma's graph passed its check; if not, every search is exact.
    """

    def __init__(
        self,
        vectors: Vectors,
        client: ClientFactory,
        collection: str = _COLLECTION,
        approximate: bool = True,
    ) -> None:
        self._vectors = vectors
        self._make_client = client
        self._name = collection
        self._approximate = approximate and len(vectors) > 0
        self._lock = threading.Lock()
        self._client: ClientAPI | None = None
        self._collection: Collection | None = None

    @classmethod
    def open(
        cls,
        folder: Path,
        approximate: bool = True,
        client: ClientFactory | None = None,
        collection: str = _COLLECTION,
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
        try:
            rows = self._neighbours(query, k)
        except BrokenIndex as error:
            if not _cannot_write(error.__cause__):
                raise
            self._approximate = False  # Chroma writes even to read: on a full or read-only disk we do without
            return exact_search(self._vectors, query, k)
        return best_rows(rows, self._vectors[rows] @ query, k)

    def open_chroma(self) -> None:
        """Open Chroma and its graph now, so that the first search does not wait for it."""
        if len(self._vectors):
            self.search(self._vectors[0], 1)

    def close(self) -> None:
        """Let go of Chroma's files; a later search opens them again."""
        with self._lock:
            client, self._client, self._collection = self._client, None, None
            if client is not None:
                with _opening:
                    cast("Client", client).close()

    def _neighbours(self, query: Vectors, k: int) -> NDArray[np.int64]:
        try:
            found = self._opened().query(
                query_embeddings=query[None, :],  # one query, (1, dim)
                n_results=min(k, len(self._vectors)),
                include=[],
            )
            return np.array([int(name) for name in found["ids"][0]], np.int64)
        except Exception as error:  # the Rust bindings raise several kinds, with no base of their own
            raise BrokenIndex(f"Chroma cannot search collection {self._name!r}: {error}.", _REMEDY) from error

    def _opened(self) -> Collection:
        with self._lock:
            if self._collection is None:
                with _opening:
                    self._client = self._client or self._make_client()
                self._collection = self._client.get_collection(self._name, embedding_function=None)
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


def server_client(host: str, port: int = 8000, ssl: bool = False) -> ClientFactory:
    """Return what connects to a Chroma server; give each generation a collection of its own there."""

    def make() -> ClientAPI:
        import chromadb

        return chromadb.HttpClient(host=host, port=port, ssl=ssl, settings=_settings())

    return make


def build_vectors(
    folder: Path, vectors: Vectors, client: ClientFactory | None = None, collection: str = _COLLECTION
) -> bool:
    """Write vectors and their Chroma collection under `folder`, and check that Chroma gives them back.

    Approximate search is compared with exact search on a sample of up to 200 passages; where recall at 50 stays
    under 0.99 the graph is built once more with more effort.

    Returns:
        Whether approximate search reached that; if not (thousands of equal vectors can do it), open the
        vectors with `approximate=False`.

    Raises:
        BrokenIndex: Chroma does not hold what was put into it.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    save_array(folder / VECTORS, np.asarray(vectors, np.float32))
    if not len(vectors):
        return True
    make = client or embedded_client(folder / CHROMA)
    for effort in _EFFORTS:
        opened = PassageVectors(vectors, make, collection)
        try:
            _fill(opened, make, collection, vectors, effort)
            _check_rows(opened._opened(), len(vectors))
            if recall(opened, _DEPTH, _SAMPLE) >= RECALL:
                return True
        finally:
            opened.close()
    return False


def recall(opened: PassageVectors, k: int, sample: int) -> float:
    """Return the mean share of the exact `k` best that Chroma finds, 0 to 1, over passages spread evenly.

    A row that scores as well as the exact k-th counts as found, so that equal vectors do not look like misses.
    """
    vectors = opened.vectors
    rows = np.unique(np.linspace(0, len(vectors) - 1, min(sample, len(vectors))).astype(int))
    shares = []
    for row in rows:
        best = exact_search(vectors, vectors[row], k)
        scores = vectors[opened._neighbours(vectors[row], k)] @ vectors[row]
        shares.append(min(1.0, float((scores >= best[-1][1] - 1e-5).sum()) / len(best)))
    return float(np.mean(shares))


def _fill(opened: PassageVectors, make: ClientFactory, name: str, vectors: Vectors, effort: int) -> None:
    """Write a fresh collection; the graph reaches the disk with its last row, so that readers need not."""
    with opened._lock, _opening:
        client = opened._client = make()
    if any(collection.name == name for collection in client.list_collections()):
        client.delete_collection(name)
    hnsw: Any = {
        "space": "cosine",
        "ef_construction": effort,
        "ef_search": effort,
        "max_neighbors": 32,
        "sync_threshold": max(2, len(vectors)),
        "batch_size": max(2, min(1000, len(vectors))),
    }
    collection = client.create_collection(name, configuration={"hnsw": hnsw}, embedding_function=None)
    step = client.get_max_batch_size()
    for start in range(0, len(vectors), step):
        rows = range(start, min(start + step, len(vectors)))
        collection.add(ids=[str(row) for row in rows], embeddings=vectors[rows.start : rows.stop])


def _cannot_write(error: BaseException | None) -> bool:
    text = str(error).lower()
    return any(words in text for words in _WRITING)


def _check_rows(collection: Collection, rows: int) -> None:
    step = 5000
    for start in range(0, rows, step):
        wanted = {str(row) for row in range(start, min(start + step, rows))}
        found = set(collection.get(ids=sorted(wanted), include=[])["ids"])
        if found != wanted:
            raise BrokenIndex(f"Chroma holds {len(found)} of {len(wanted)} passages from {start} on.", _REMEDY)


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)
