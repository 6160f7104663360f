"""Measure ingesting: a fresh index of the current index's files, beside the bare encoding of the same texts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from eval.speed.timing import Measure, seconds_of, started
from eval.speed.wrapped import WrappedEmbedder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.settings import Settings
    from ingest.embedding import SentenceTransformerEmbedder
    from ingest.generation import Generation

_TURN: Final = 128  # texts encoded one way before they are encoded the other
MOST_TEXTS: Final = 2_500  # passages and sentences; documents beyond are left out, or a large index takes hours


class SideBySide(WrappedEmbedder):
    """An `Embedder` that encodes every text a second time, with sentence-transformers alone, and times that.

    A few texts are encoded the one way, then the other, so that a machine that grows slower meanwhile does so for
    both. The second time is to be taken off what the ingest took.

    Args:
        embedder: as ingesting uses it.

    Attributes:
        seconds: what the bare encoding took so far.
        texts: how many texts were encoded so far.
    """

    def __init__(self, embedder: SentenceTransformerEmbedder) -> None:
        super().__init__(embedder)
        self._model = embedder.load()
        self.seconds = 0.0
        self.texts = 0

    def encode(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Return float32 unit vectors `(n_texts, dim)`."""
        parts = [list(texts[start : start + _TURN]) for start in range(0, len(texts), _TURN)]
        vectors = [np.zeros((0, self.dim), np.float32)]
        for part in parts:
            vectors.append(super().encode(part))
            self.seconds += seconds_of(partial(self._model.encode, part, show_progress_bar=False))
            self.texts += len(part)
        if on_progress:
            on_progress(len(texts))
        return np.concatenate(vectors)


def of_ingesting(
    settings: Settings, embedder: SentenceTransformerEmbedder, generation: Generation, folder: Path, help_s: float
) -> Iterator[Measure]:
    """Ingest the index's files into a new home, and then once more, unchanged.

    Nothing is yielded where none of the files is there any more.

    Args:
        settings: limits of passages and files.
        embedder: the model.
        generation: the current index.
        folder: an empty folder; the copied files and the new home go there.
        help_s: how long the command takes to start, in seconds.
    """
    from ingest.sync import ingest

    root, home = folder / "sources", folder / "home"
    if not copied(generation, chosen(generation, MOST_TEXTS), root):
        return
    both = SideBySide(embedder)
    total_s = seconds_of(lambda: ingest(home, [root], both, settings.passage_tokens, max_bytes(settings)))
    ingest_s = total_s - both.seconds
    parts = {"s": ingest_s, "encoding s": both.seconds, "texts": float(both.texts)}
    yield Measure("ingest, throughput", both.seconds / ingest_s, "ratio", 0.9, "least", parts)
    again_s = started("--home", str(home), "ingest", str(root), "--json")
    again = max(0.0, again_s - help_s)
    yield Measure("ingest again, nothing changed", again, "s", 1.0, parts={"with start-up s": again_s})


def chosen(generation: Generation, most: int) -> list[int]:
    """Return the rows of the documents whose files are still there, until they hold `most` passages and sentences."""
    records = generation.manifest.indexed
    held = np.zeros(len(records), np.int64)
    np.add.at(held, generation.passage_table[:, 0], 1)
    for row, doc_id in enumerate(generation.documents.doc_ids):
        held[row] += sum(
            len(generation.sentence_rows(doc_id, p.number)) for p in generation.documents[doc_id].paragraphs
        )
    rows: list[int] = []
    for row, record in enumerate(records):
        if Path(record.path).is_file():
            rows.append(row)
            if held[rows].sum() >= most:
                break
    return rows


def copied(generation: Generation, rows: Sequence[int], folder: Path) -> bool:
    """Copy the documents' files, each into a folder of its own since names may clash; return whether there was any."""
    records = generation.manifest.indexed
    for row in rows:
        place = folder / f"{row:05}"
        place.mkdir(parents=True)
        shutil.copy2(records[row].path, place)
    return bool(rows)


def max_bytes(settings: Settings) -> int:
    """Return the size from which files are not read, in bytes."""
    return int(settings.max_file_mb * 1_000_000)
