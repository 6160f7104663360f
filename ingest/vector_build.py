"""Build the vectors of a generation, and check that they are found again."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ingest.errors import BrokenIndex
from ingest.exact import Vectors, exact_search, save_array
from ingest.vectors import CHROMA, COLLECTION, VECTORS, PassageVectors, embedded_client

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

    from ingest.vectors import ClientFactory

_EFFORTS: Final = (200, 800)  # HNSW's ef, in building and searching; the second where the first is too low
_SAMPLE: Final = 200
_DEPTH: Final = 50
_REQUEST_BYTES: Final = 16_000_000  # of vectors; a Chroma server takes requests of 40 MB, and they grow on the way
RECALL: Final = 0.99  # what the sample must reach for approximate search to be used at all


def build_vectors(
    folder: Path, vectors: Vectors, client: ClientFactory | None = None, collection: str = COLLECTION
) -> bool:
    """Write vectors and their Chroma collection under `folder`, and check that Chroma gives them back.

    Approximate search is compared with exact search on a sample of up to 200 passages; where recall at 50 stays
    under 0.99 the graph is built once more with more effort.

    Args:
        folder: the generation's folder, or what becomes it.
        vectors: unit vectors, float32 `(n_passages, dim)`, or zeros, which Chroma is not given; for none but these
            no collection is made.
        client: connects to a Chroma server; where it is not given, Chroma is embedded and lies in `folder`.
        collection: the collection's name; one of that name is replaced.

    Returns:
        Whether approximate search reached that; if not (thousands of equal vectors can do it), open the
        vectors with `approximate=False`.

    Raises:
        BrokenIndex: Chroma does not hold what was put into it.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    save_array(folder / VECTORS, np.asarray(vectors, np.float32))
    rows = np.flatnonzero(vectors.any(axis=1))
    if not len(rows):
        return not len(vectors)
    make = client or embedded_client(folder / CHROMA)
    for effort in _EFFORTS:
        opened = PassageVectors(vectors, make, collection)
        try:
            most = None if client is None else max(1, _REQUEST_BYTES // vectors[0].nbytes)
            _fill(opened.client(), collection, vectors, rows, effort, most)
            _check_rows(opened.collection(), rows)
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
    embedded: NDArray[np.bool_] = np.any(vectors, axis=1)
    held = np.flatnonzero(embedded)
    rows = held[np.unique(np.linspace(0, len(held) - 1, min(sample, len(held))).astype(int))]
    shares = []
    for row in rows:
        best = exact_search(vectors, vectors[row], k, embedded)
        scores = vectors[opened.neighbours(vectors[row], k)] @ vectors[row]
        shares.append(min(1.0, float((scores >= best[-1][1] - 1e-5).sum()) / len(best)))
    return float(np.mean(shares))


def _fill(
    client: ClientAPI, name: str, vectors: Vectors, rows: NDArray[np.intp], effort: int, most: int | None
) -> None:
    """Write a fresh collection; the graph reaches the disk with its last row, so that readers need not.

    At a time it is given as many rows as it takes, and no more than `most`.
    """
    from chromadb.errors import NotFoundError

    with suppress(NotFoundError):
        client.delete_collection(name)
    hnsw: Any = {
        "space": "cosine",
        "ef_construction": effort,
        "ef_search": effort,
        "max_neighbors": 32,
        "sync_threshold": max(2, len(rows)),
        "batch_size": max(2, min(1000, len(rows))),
    }
    collection = client.create_collection(name, configuration={"hnsw": hnsw}, embedding_function=None)
    step = client.get_max_batch_size()
    if most is not None:
        step = min(step, most) if step > 0 else most  # a server may name no limit
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        collection.add(ids=[str(row) for row in some], embeddings=vectors[some])


def _check_rows(collection: Collection, rows: NDArray[np.intp]) -> None:
    step = 5000
    for start in range(0, len(rows), step):
        wanted = {str(row) for row in rows[start : start + step]}
        found = set(collection.get(ids=sorted(wanted), include=[])["ids"])
        if found != wanted:
            raise BrokenIndex(
                f"Chroma holds {len(found)} of {len(wanted)} passages from {start} on.", "Run: sangho ingest"
            )
