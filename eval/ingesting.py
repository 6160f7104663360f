"""Measure ingesting: a fresh index of the current index's files, beside the bare encoding of the same texts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from eval.timing import Measure, seconds_of, started

if TYPE_CHECKING:
    from app.settings import Settings
    from ingest.embedding import SentenceTransformerEmbedder
    from ingest.generation import Generation

MOST_TEXTS: Final = 2_500  # passages and sentences; documents beyond are left out, or a large index takes hours


def of_ingesting(
    settings: Settings, embedder: SentenceTransformerEmbedder, generation: Generation, folder: Path, help_s: float
) -> Iterator[Measure]:
    """Ingest the index's files into a new home, and then once more, unchanged.

    One half of the texts is encoded before the ingest and the other after it, so that a machine that grows slower
    or faster meanwhile does so for both sides. Nothing is yielded where none of the files is there any more.

    Args:
        settings: limits of passages and files.
        embedder: its model is loaded by now.
        generation: the current index.
        folder: an empty folder; the copied files and the new home go there.
        help_s: how long the command takes to start, in seconds.
    """
    from ingest.sync import ingest

    root, home = folder / "sources", folder / "home"
    rows = chosen(generation, MOST_TEXTS)
    if not copied(generation, rows, root):
        return
    texts = texts_of(generation, rows)
    model = embedder.load()

    def encode(part: Sequence[str]) -> float:
        return seconds_of(lambda: model.encode(list(part), show_progress_bar=False))

    before = encode(texts[::2])
    ingest_s = seconds_of(lambda: ingest(home, [root], embedder, settings.passage_tokens, max_bytes(settings)))
    bare_s = before + encode(texts[1::2])
    parts = {"s": ingest_s, "encoding s": bare_s, "texts": float(len(texts))}
    yield Measure("ingest, throughput", bare_s / ingest_s, "ratio", 0.9, "least", parts)
    again_s = started("--home", str(home), "ingest", str(root), "--json")
    yield Measure(
        "ingest again, nothing changed", max(0.0, again_s - help_s), "s", 1.0, parts={"with start-up s": again_s}
    )


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


def texts_of(generation: Generation, rows: Sequence[int]) -> list[str]:
    """Return what is embedded of some documents: their passages with context, then their sentences."""
    wanted = set(rows)
    documents = [generation.documents[generation.documents.doc_ids[row]] for row in rows]
    passages = (
        passage.indexed_text
        for passage, row in zip(generation.passages, generation.passage_table[:, 0].tolist(), strict=True)
        if row in wanted
    )
    sentences = (
        sentence.text
        for document in documents
        for paragraph in document.paragraphs
        for sentence in generation.sentences(document.doc_id, paragraph.number)
    )
    return [*passages, *sentences]


def max_bytes(settings: Settings) -> int:
    """Return the size from which files are not read, in bytes."""
    return int(settings.max_file_mb * 1_000_000)
