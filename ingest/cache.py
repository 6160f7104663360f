"""Vectors by the digest of their text, so that an unchanged sentence or passage is never embedded twice."""

from __future__ import annotations

import hashlib
import itertools
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ingest.embedding import Embedder

Vectors = NDArray[np.float32]

FILE: Final = "vectors.sqlite"
_BLOCK: Final = 1024  # texts embedded between two commits: what a kill can cost
_KEYS_A_QUERY: Final = 500
_SLACK: Final = 20_000  # unused vectors that are always kept


class VectorCache:
    """Vectors in a SQLite file, by SHA-256 of model digest and text.

    Written in its write-ahead log and committed block by block: killed at any instant it still opens, with
    every block that was finished. A file that is no such database is started afresh.

    Args:
        folder: where the file lies; made if it is not there.
        embedder: embeds what is missing.
    """

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / FILE
        self._embedder = embedder
        self._digest = embedder.digest
        try:
            self._database = _open(self._path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # locked, full or unreadable: not its content
                raise
            for path in folder.glob(f"{FILE}*"):
                path.unlink()
            self._database = _open(self._path)

    def vectors(self, texts: Sequence[str], on_progress: Callable[[float], None] | None = None) -> Vectors:
        """Return the texts' unit vectors, float32 `(n_texts, dim)`, embedding those that are missing.

        `on_progress` gets the share of the missing characters embedded so far, up to 1.
        """
        rows: dict[str, int] = {}
        for text in texts:
            rows.setdefault(text, len(rows))
        vectors = np.zeros((len(rows), self._embedder.dim), np.float32)
        missing = self._fill(rows, vectors)
        total = sum(map(len, missing)) or 1
        done = 0
        for block in _blocks(sorted(missing, key=len, reverse=True), _BLOCK):
            encoded = self._embedder.encode(block)
            vectors[[rows[text] for text in block]] = encoded
            self._store(block, encoded)
            done += sum(map(len, block))
            if on_progress:
                on_progress(done / total)
        return vectors[[rows[text] for text in texts]] if len(rows) < len(texts) else vectors

    def prune(self, texts: Iterable[str]) -> None:
        """Drop vectors of other texts once they outnumber those of `texts`, and twenty thousand more."""
        keys = {self._key(text) for text in texts}
        with closing(self._database.execute("SELECT count(*) FROM vectors")) as cursor:
            held = int(cursor.fetchone()[0])
        if held <= 2 * len(keys) + _SLACK:
            return
        with self._database:
            self._database.execute("CREATE TEMP TABLE used (key BLOB PRIMARY KEY) WITHOUT ROWID")
            self._database.executemany("INSERT INTO used VALUES (?)", ((key,) for key in keys))
            self._database.execute("DELETE FROM vectors WHERE key NOT IN (SELECT key FROM used)")
            self._database.execute("DROP TABLE used")
        self._database.execute("VACUUM")

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self._digest}\0{text}".encode(errors="surrogatepass")).digest()

    def _fill(self, rows: dict[str, int], vectors: Vectors) -> list[str]:
        """Fill in the vectors that are held, and return the texts of the others."""
        missing: list[str] = []
        for block in _blocks(rows, _KEYS_A_QUERY):
            keys = {text: self._key(text) for text in block}
            marks = ",".join("?" * len(keys))
            query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"  # noqa: S608  question marks only
            found = dict(self._database.execute(query, list(keys.values())).fetchall())
            for text, key in keys.items():
                blob = found.get(key, b"")
                if len(blob) == 4 * vectors.shape[1]:
                    vectors[rows[text]] = np.frombuffer(blob, "<f4")
                else:
                    missing.append(text)
        return missing

    def _store(self, texts: Sequence[str], vectors: Vectors) -> None:
        blobs = ((self._key(text), vector.astype("<f4").tobytes()) for text, vector in zip(texts, vectors, strict=True))
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", blobs)


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID")
        database.commit()
    except BaseException:
        database.close()
        raise
    return database


def _blocks(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    iterator = iter(texts)
    while block := list(itertools.islice(iterator, size)):
        yield block
