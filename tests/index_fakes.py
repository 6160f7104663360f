"""A deterministic embedder, small corpora, and the process that the fault tests kill."""

from __future__ import annotations

import hashlib
import itertools
import os
import signal
import sys
from collections.abc import Callable, Sequence
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.build import Progress
from ingest.errors import NoIndex
from ingest.generation import Generation
from ingest.index import open_current, open_index
from ingest.sync import SyncReport, ingest

LIMIT = 60
MAX_BYTES = 1_000_000


class FakeEmbedder:
    """Unit vectors drawn from the text's digest: equal texts have equal vectors, others have nothing in common."""

    def __init__(self, name: str = "fake", dim: int = 32) -> None:
        self.name = name
        self.digest = hashlib.sha256(name.encode()).hexdigest()
        self.dim = dim
        self.max_tokens = 256
        self.languages = frozenset({"*"})
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        self.encoded.extend(texts)
        if on_progress:
            on_progress(len(texts))
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            drawn = np.frombuffer(hashlib.shake_128(text.encode()).digest(self.dim), np.uint8)
            vectors[row] = drawn.astype(np.float32) - 127.5
        norms: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True).astype(np.float32)
        return np.divide(vectors, norms)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


def write_document(folder: Path, name: str, paragraphs: Sequence[str], **front_matter: str) -> Path:
    """Write `name`.txt; every document gets a title so that its passages have context."""
    folder.mkdir(parents=True, exist_ok=True)
    values = {"title": f"Title of {name}", "date": "2024-01-02", **front_matter}
    lines = "".join(f"{key}: {value}\n" for key, value in values.items())
    path = folder / f"{name}.txt"
    path.write_text(lines + "\n" + "\n".join(paragraphs) + "\n", encoding="utf-8")
    return path


def write_corpus(folder: Path, version: str, documents: int = 4, paragraphs: int = 8) -> None:
    """Write documents whose every paragraph names the version, so that a mixture shows."""
    for number in range(documents):
        texts = [
            f"Paragraph {i} of document {number} in {version} speaks of subject {number * 100 + i}. "
            f"Its second sentence stands in {version} as well."
            for i in range(paragraphs)
        ]
        write_document(folder, f"doc{number}", texts)


def run_ingest(
    home: Path,
    *roots: Path,
    embedder: FakeEmbedder | None = None,
    limit: int = LIMIT,
    max_bytes: int = MAX_BYTES,
    on_progress: Callable[[Progress], None] | None = None,
    forget: Path | None = None,
    wait_s: float = 60,
) -> SyncReport:
    """Ingest with the fake embedder."""
    return ingest(home, roots, embedder or FakeEmbedder(), limit, max_bytes, on_progress, forget, wait_s)


def swap_for_ever(home: str, first: str, second: str) -> None:
    """Replace all of one corpus by the other, again and again, until killed."""
    while True:
        swap(Path(home), Path(first), Path(second))


def swap_until(home: str, first: str, second: str, step: int) -> None:
    """Swap the corpora, and die by SIGKILL right before the change to the file system numbered `step`."""
    steps = itertools.count()
    removed = itertools.count()

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        changes = event in ("os.rename", "os.mkdir") or (event == "os.remove" and next(removed) % 6 == 0)
        if changes and str(arguments[0]).startswith(home) and next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    swap(Path(home), Path(first), Path(second))


def swap(home: Path, first: Path, second: Path) -> SyncReport:
    """Replace all of the corpus that is in the index by the other one, in one ingest."""
    try:
        with open_current(home) as generation:
            held = generation.manifest.roots
    except NoIndex:
        return run_ingest(home, first)
    new, old = (second, first) if str(first) in held else (first, second)
    return run_ingest(home, new, forget=old)


def versions_found(generation: Generation, embedder: FakeEmbedder) -> set[str]:
    """Return which corpora the documents, a vector search and a lexical search of a generation speak of."""
    query = embedder.encode(["some question"])[0]
    rows = [row for row, _ in generation.vectors.search(query, 8)]
    rows += [row for row, _ in generation.lexical.search("second sentence paragraph subject", 8)]
    assert len(rows) == 16
    texts = [generation.passages[row].text for row in rows]
    texts += [p.text for document in generation.documents.values() for p in document.paragraphs]
    return {word for text in texts for word in text.split() if word.startswith("version")}


def read_for_ever(home: str, stop: Event, results: Queue[tuple[int, list[str]]]) -> None:
    """Open the index and search it until told to stop; report how often, and everything that was wrong."""
    embedder, reads, wrong = FakeEmbedder(), 0, []
    while not stop.is_set():
        try:
            with open_index(Path(home), embedder, LIMIT) as generation:
                found = versions_found(generation, embedder)
            if len(found) != 1:
                wrong.append(f"one search saw {found}")
        except Exception as error:
            wrong.append(repr(error))
        reads += 1
    results.put((reads, wrong[:5]))
