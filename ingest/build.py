"""Build a generation beside the current one, check it, bring it to the disk, and make it current."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ingest.cache import VectorCache
from ingest.documents import Document, Passage, Sentence
from ingest.embedding import reads
from ingest.errors import BrokenIndex
from ingest.exact import save_array
from ingest.generation import (
    ASIDE,
    DOCUMENTS,
    LEXICAL,
    PASSAGE_TABLE,
    PASSAGES,
    SENTENCE_LEXICAL,
    SENTENCE_VECTORS,
    SENTENCES,
    Generation,
)
from ingest.index import generations, point_to, sync_folder, sync_tree
from ingest.lexical import LexicalIndex
from ingest.locking import LOCK
from ingest.manifest import FORMAT, FailedFile, FileRecord, Manifest, Recipe, read_manifest, sizes_of
from ingest.parts import passage_table, places_of, split
from ingest.records import document_to_line, passage_to_line, write_lines
from ingest.server import answering
from ingest.space import no_space
from ingest.vector_build import build_vectors

if TYPE_CHECKING:
    from ingest.embedding import Embedder
    from ingest.home_collections import HomeCollections

PARTIAL: Final = ".partial"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest has come.

    Attributes:
        documents_done, documents_total: files read, of those that must be.
        passages_done, passages_total: passages embedded, of all (0 until they are split).
        seconds_left: estimate for the embedding; None before there is one.
        note: what it does now, for people.
    """

    documents_done: int = 0
    documents_total: int = 0
    passages_done: int = 0
    passages_total: int = 0
    seconds_left: float | None = None
    note: str = ""


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the next generation shall hold.

    Attributes:
        roots: source roots in order.
        files: every file read, in index order, decided by `naming.assign`.
        failed: what could not be read.
        documents: the document of each indexed file, in the same order.
        aside: the documents of the other files.
    """

    roots: tuple[str, ...]
    files: tuple[FileRecord, ...]
    failed: tuple[FailedFile, ...]
    documents: tuple[Document, ...]
    aside: tuple[Document, ...]


def build(
    home: Path,
    plan: Plan,
    embedder: Embedder,
    limit: int,
    previous: Generation | None = None,
    on_progress: OnProgress | None = None,
    collections: HomeCollections | None = None,
) -> Manifest:
    """Build a generation and make it current. Call it under the ingest lock.

    Passages of documents that `previous` holds unchanged are taken from there, vectors from the cache. The
    graph goes to the server of `collections`, or into the generation's folder where there is none.

    Raises:
        NoSpace: the disk is full; the current generation stays as it is.
        BrokenIndex: what was built does not pass its checks.
        ChromaUnreachable: the server fails; the current generation stays as it is.
        ModelError: the embedding model cannot be used.
    """
    recipe = Recipe.of(embedder, limit)
    if previous is not None and replace(previous.manifest.recipe, model=recipe.model) != recipe:
        previous = None
    report = on_progress or (lambda progress: None)
    place: Path | None = None
    name = ""
    try:
        with no_space(home):
            name = _free_name(home, _content_id(recipe, plan))
            place = generations(home) / f"{name}{PARTIAL}"
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            manifest = _write(place, name, recipe, plan, embedder, previous, report, collections)
            _check(place, manifest)
            sync_tree(place)
            place.rename(generations(home) / name)
            sync_folder(generations(home))
            point_to(home, name)
    except BaseException:
        if place is not None and place.exists():
            shutil.rmtree(place, ignore_errors=True)
            if collections is not None:
                collections.drop(name)
        raise
    return manifest


def _content_id(recipe: Recipe, plan: Plan) -> str:
    """Return twelve hexadecimal digits over what decides the results: not where the files lie."""
    values = asdict(recipe) | {"format": FORMAT, "model": ""}
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode())
    for document in plan.documents:
        line = document_to_line(replace(document, root="", path=""))
        digest.update(line.encode(errors="surrogatepass"))
    return digest.hexdigest()[:12]


def _free_name(home: Path, name: str) -> str:
    """Return the id, numbered where a generation of that id is in the way (other roots, or a broken one)."""
    free, number = name, 1
    while (generations(home) / free).exists():
        number += 1
        free = f"{name}-{number}"
    return free


def _write(
    place: Path,
    name: str,
    recipe: Recipe,
    plan: Plan,
    embedder: Embedder,
    previous: Generation | None,
    report: OnProgress,
    collections: HomeCollections | None,
) -> Manifest:
    files = len(plan.documents)
    report(Progress(files, files, note="Splitting documents"))
    passages, sentences = split(plan.documents, embedder, recipe.limit, previous)
    (place / LOCK).touch()
    write_lines(place / DOCUMENTS, map(document_to_line, plan.documents))
    write_lines(place / ASIDE, map(document_to_line, plan.aside))
    write_lines(place / PASSAGES, map(passage_to_line, passages))
    places = places_of(plan.documents, sentences)
    save_array(place / SENTENCES, places)
    save_array(place / PASSAGE_TABLE, passage_table(plan.documents, passages, places))
    read = frozenset(document.doc_id for document in plan.documents if reads(embedder.languages, document.language))
    texts = _Texts(passages, sentences, read)
    vectors, sentence_vectors = _embed(place.parent.parent / "cache", texts, embedder, files, report)
    save_array(place / SENTENCE_VECTORS, sentence_vectors.astype(np.float16))
    report(Progress(files, files, len(passages), len(passages), note="Building the index"))
    LexicalIndex.build([passage.indexed_text for passage in passages]).save(place / LEXICAL)
    LexicalIndex.build([sentence.text for sentence in sentences]).save(place / SENTENCE_LEXICAL)
    approximate, chroma, collection = _build_graph(place, name, vectors, collections)
    manifest = Manifest(
        generation=name,
        recipe=recipe,
        dim=vectors.shape[1],
        roots=plan.roots,
        files=plan.files,
        failed=plan.failed,
        documents=files,
        passages=len(passages),
        embedded=texts.embedded_passages,
        sentences=len(sentences),
        approximate=approximate,
        chroma=chroma,
        collection=collection,
        sizes=sizes_of(place),
    )
    manifest.write(place)
    return manifest


def _build_graph(
    place: Path, name: str, vectors: NDArray[np.float32], collections: HomeCollections | None
) -> tuple[bool, str, str]:
    """Return whether the graph of the passages' vectors passed its check; its server and collection, or neither."""
    if collections is None:
        return build_vectors(place, vectors), "", ""
    server, collection = collections.server, collections.name(name)
    with answering(server):
        approximate = build_vectors(place, vectors, collections.factory, collection)
    return approximate, server.address, collection


@dataclass(frozen=True, slots=True)
class _Texts:
    """What is embedded: passages and sentences of the documents (`read`, by `doc_id`) that the model reads."""

    passages: Sequence[Passage]
    sentences: Sequence[Sentence]
    read: frozenset[str]

    @property
    def embedded_passages(self) -> int:
        return sum(passage.doc_id in self.read for passage in self.passages)

    def by_row(self) -> dict[int, str]:
        """Return the texts by their row, sentences after passages."""
        texts = [*((one.doc_id, one.indexed_text) for one in self.passages)]
        texts += ((one.doc_id, one.text) for one in self.sentences)
        return {row: text for row, (doc_id, text) in enumerate(texts) if doc_id in self.read}


def _embed(
    folder: Path, texts: _Texts, embedder: Embedder, files: int, report: OnProgress
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the passages' and the sentences' vectors, embedded in one pass; zeros for those that nobody reads."""
    by_row = texts.by_row()
    total = len(texts.passages)
    started = time.monotonic()

    def progress(share: float) -> None:
        left = (time.monotonic() - started) * (1 - share) / share
        report(Progress(files, files, int(total * share), total, left, "Embedding"))

    report(Progress(files, files, 0, total, note="Embedding"))
    cache = VectorCache(folder, embedder)
    try:
        found = cache.vectors(list(by_row.values()), progress)
        cache.prune(by_row.values())
    finally:
        cache.close()
    vectors = np.zeros((total + len(texts.sentences), embedder.dim), np.float32)
    vectors[list(by_row)] = found
    return vectors[:total], vectors[total:]


def _check(place: Path, manifest: Manifest) -> None:
    """Open what was written as a reader will, and compare the counts."""
    with Generation(place, read_manifest(place)) as generation:
        if generation.manifest != manifest:
            raise BrokenIndex(f"The manifest of {place} does not read as it was written.", "Run: sangho ingest")
        if generation.lexical.rows != manifest.passages:
            raise BrokenIndex(f"The lexical index of {place} lacks passages.", "Run: sangho ingest")
        ids = {passage.passage_id for passage in generation.passages}
        if len(ids) != manifest.passages:
            raise BrokenIndex(f"{manifest.passages - len(ids)} passages share an id.", "Report this as a bug.")
