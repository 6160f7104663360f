"""The home folder: which generation is current, and opening it.

CURRENT                 the current generation's id
generations/<id>/       one build: manifest, documents, passages, vectors, Chroma, lexical index
cache/vectors.sqlite    vectors by the digest of their text
ingest.lock             held by the process that ingests
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ingest.errors import BrokenIndex, NoIndex, StaleIndex
from ingest.generation import Generation
from ingest.locking import LOCK, Held, hold, hold_alone
from ingest.manifest import Manifest, Recipe, read_manifest
from ingest.server import ChromaServer

if TYPE_CHECKING:
    from ingest.embedding import Embedder

CURRENT: Final = "CURRENT"
INGEST: Final = "Run: sangho ingest"
_ID: Final = re.compile(r"[0-9a-f]{12}(-\d+)?")
_ATTEMPTS: Final = 20


def open_index(home: Path, embedder: Embedder, limit: int, server: ChromaServer | None = None) -> Generation:
    """Open the current generation for reading.

    Args:
        home: the home folder.
        embedder: the model that will embed the queries.
        limit: longest passage in use, in word pieces.
        server: the Chroma server that the settings name; one that holds this generation's vectors is searched.

    Raises:
        NoIndex: nothing has been ingested into this home.
        StaleIndex: it was built with another model, splitter, analyser or limit.
        BrokenIndex: files are missing, or do not agree.
    """
    generation = open_current(home, server)
    try:
        check_recipe(generation.manifest, Recipe.of(embedder, limit))
    except BaseException:
        generation.close()
        raise
    return generation


def open_current(home: Path, server: ChromaServer | None = None) -> Generation:
    """Open the current generation whatever built it: to carry its documents over, or to list them.

    Raises:
        NoIndex, BrokenIndex: as `open_index`.
    """
    current = ""
    for _ in range(_ATTEMPTS):
        current = current_id(home)
        if not current:
            raise NoIndex(f"Nothing has been ingested into {home} yet.", INGEST)
        folder = generations(home) / current
        held = hold(folder)
        if held is not None and current_id(home) == current:
            return _opened(folder, held, server)
        if held is not None:
            held.close()
    raise BrokenIndex(f"Generation {current} of {home} is missing.", INGEST)


def current_id(home: Path) -> str:
    """Return the current generation's id; empty if there is none.

    Raises:
        BrokenIndex: the pointer holds something else.
    """
    try:
        text = (home / CURRENT).read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, ValueError) as error:
        raise BrokenIndex(f"{home / CURRENT} cannot be read: {error}.", INGEST) from error
    if not _ID.fullmatch(text):
        raise BrokenIndex(f"{home / CURRENT} holds {text[:40]!r}, which names no generation.", INGEST)
    return text


def check_recipe(manifest: Manifest, recipe: Recipe) -> None:
    """Compare what built a generation with what is in use now.

    Raises:
        StaleIndex: they differ; names both values.
    """
    built = manifest.recipe
    pairs = {
        "embedding model": (
            f"{built.model} ({built.model_digest[:12]})",
            f"{recipe.model} ({recipe.model_digest[:12]})",
            built.model_digest == recipe.model_digest,
        ),
        "splitter": (built.splitter, recipe.splitter, built.splitter == recipe.splitter),
        "analyser": (built.analyser, recipe.analyser, built.analyser == recipe.analyser),
        "passage limit": (built.limit, recipe.limit, built.limit == recipe.limit),
    }
    for what, (was, now, same) in pairs.items():
        if not same:
            raise StaleIndex(f"The index was built with {what} {was}, in use is {now}.", INGEST)


def generations(home: Path) -> Path:
    """Return the folder that holds the generations."""
    return home / "generations"


def point_to(home: Path, generation: str) -> None:
    """Make a generation the current one: all of it or nothing, and on the disk before this returns."""
    write_whole(home / CURRENT, f"{generation}\n")


def write_whole(path: Path, text: str) -> None:
    """Replace a file's text, in UTF-8: all of it or nothing, and on the disk before this returns."""
    temporary = path.with_name(f"{path.name}.tmp")
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to the disk, where the system can do that for folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Bring everything under a folder to the disk."""
    for place, _, names in os.walk(folder):
        for name in names:
            with (Path(place) / name).open("rb+") as file:
                os.fsync(file.fileno())
        sync_folder(Path(place))


def collect(home: Path) -> None:
    """Delete generations that are neither current nor read by anyone, and what killed ingests left behind.

    Call it under the ingest lock only. What cannot be deleted now is left for the next time.
    """
    current = current_id(home)
    for folder in sorted(generations(home).glob("*")):
        if folder.name == current or not folder.is_dir():
            continue
        if _ID.fullmatch(folder.name) and (folder / LOCK).exists():
            held = hold_alone(folder)
            if held is None:
                continue
            dead = folder.with_name(f"{folder.name}.dead")
            shutil.rmtree(dead, ignore_errors=True)
            try:
                folder.rename(dead)  # a half-deleted generation must not look like a whole one
            except OSError:
                continue
            finally:
                held.close()
            folder = dead
        shutil.rmtree(folder, ignore_errors=True)


def _opened(folder: Path, held: Held, server: ChromaServer | None) -> Generation:
    try:
        return Generation(folder, read_manifest(folder), held, server)
    except BaseException:
        held.close()
        raise
