"""The manifest of a generation: what built it, and which files of which roots it holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from ingest.documents import Edition
from ingest.errors import BrokenIndex
from ingest.lexical import ANALYSER
from ingest.passages import SPLITTER

if TYPE_CHECKING:
    from ingest.embedding import Embedder

FORMAT: Final = 2
MANIFEST: Final = "manifest.json"
_WRITTEN: Final = frozenset({MANIFEST, "chroma.sqlite3", "chroma.sqlite3-journal", "chroma.sqlite3-wal"})

# indexed: its passages are searched. outranked: a digest whose original is indexed. removed: taken out by hand.
State = Literal["indexed", "outranked", "removed"]


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file that was read, and what became of it.

    Attributes:
        path: absolute.
        root: the source root it belongs to, absolute.
        digest: SHA-256 of its bytes.
        reader: version of the reader that read it.
        name: the `doc_id` its reader gave it.
        doc_id: the `doc_id` it has in the index: `name`, or `name` qualified by its folder.
    """

    path: str
    root: str
    digest: str
    reader: str
    name: str
    edition: Edition
    doc_id: str = ""
    state: State = "indexed"


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file or folder that could not be read.

    Attributes:
        message: what is wrong with it, and the remedy.
        digest: SHA-256 of its bytes; empty where they were not read.
        reader: version of the reader that refused it; empty where its bytes were out of reach.
    """

    path: str
    root: str
    message: str
    digest: str = ""
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What turns documents into an index; another recipe makes another index.

    Attributes:
        model: the embedding model's name, for people.
        model_digest: SHA-256 over its files.
        splitter: version of the splitter of passages and sentences.
        analyser: version of the lexical index's analyser.
        limit: longest passage with its context, in word pieces.
    """

    model: str
    model_digest: str
    splitter: str
    analyser: str
    limit: int

    @classmethod
    def of(cls, embedder: Embedder, limit: int) -> Recipe:
        """Return the recipe in use now."""
        return cls(embedder.name, embedder.digest, SPLITTER, ANALYSER, limit)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything a generation says of itself.

    Attributes:
        generation: its id.
        dim: length of its vectors.
        roots: source roots, absolute, in the order they were first ingested.
        files: every file read, by root and path; the indexed ones, in this order, are the documents' rows.
        failed: what could not be read under those roots.
        documents, passages, sentences: how many it holds.
        embedded: how many passages are in a language that its model reads; the others have no vector.
        approximate: whether Chroma's graph passed its check.
        chroma: address of the Chroma server that holds the graph; empty where it lies in the generation's folder.
        collection: the collection's name on that server.
        sizes: bytes of each file beside the manifest that nobody writes to again, by its path.
    """

    generation: str
    recipe: Recipe
    dim: int
    roots: tuple[str, ...]
    files: tuple[FileRecord, ...]
    failed: tuple[FailedFile, ...]
    documents: int
    passages: int
    embedded: int
    sentences: int
    approximate: bool = True
    chroma: str = ""
    collection: str = ""
    sizes: Mapping[str, int] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def indexed(self) -> list[FileRecord]:
        """The records of the documents in the index, in row order."""
        return [record for record in self.files if record.state == "indexed"]

    def write(self, folder: Path) -> None:
        """Write `manifest.json`."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", errors="surrogatepass")


def read_manifest(folder: Path) -> Manifest:
    """Read a generation's manifest.

    Raises:
        BrokenIndex: it is missing, unreadable, or of another format.
    """
    path = folder / MANIFEST
    values = _values(path)
    if values.get("format") != FORMAT:
        raise BrokenIndex(
            f"{path} has format {values.get('format')}, this version reads {FORMAT}.", "Run: sangho ingest"
        )
    try:
        return Manifest(
            **{
                **values,
                "recipe": Recipe(**values["recipe"]),
                "roots": tuple(values["roots"]),
                "files": _records(FileRecord, values["files"]),
                "failed": _records(FailedFile, values["failed"]),
            }
        )
    except (KeyError, TypeError) as error:
        raise BrokenIndex(f"{path} is not a manifest: {error}.", "Run: sangho ingest") from error


def sizes_of(folder: Path) -> dict[str, int]:
    """Return the bytes of each file in a generation; Chroma's database, which its readers touch, left out."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in _WRITTEN)
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in sorted(files)}


def check_sizes(folder: Path, sizes: Mapping[str, int]) -> None:
    """Compare a generation's files with what its manifest says of them.

    Raises:
        BrokenIndex: one is missing, cut short, or another.
    """
    for name, size in sizes.items():
        try:
            found = (folder / name).stat().st_size
        except OSError as error:
            raise BrokenIndex(f"{folder / name} is missing.", "Run: sangho ingest") from error
        if found != size:
            raise BrokenIndex(f"{folder / name} has {found} bytes, not {size}.", "Run: sangho ingest")


def read_roots(folder: Path) -> tuple[str, ...]:
    """Return the roots a manifest of any format names; none if it cannot be read."""
    try:
        roots = _values(folder / MANIFEST).get("roots", [])
    except BrokenIndex:
        return ()
    return tuple(root for root in roots if isinstance(root, str)) if isinstance(roots, list) else ()


def _values(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BrokenIndex(f"{path} cannot be read: {error}.", "Run: sangho ingest") from error
    if not isinstance(values, dict):
        raise BrokenIndex(f"{path} is not a manifest.", "Run: sangho ingest")
    return values


def _records(kind: Callable[..., Any], values: list[dict[str, Any]]) -> tuple[Any, ...]:
    return tuple(kind(**value) for value in values)
