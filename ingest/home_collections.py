"""The collections of one home on a Chroma server: one a generation, deleted when their generation is gone.

Several homes may share a server, so a collection is named for the home and the generation, and an ingest
touches those of its own home only.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ingest.index import generations, write_whole
from ingest.server import BUILDING_S, TIDYING_S, ChromaServer, answering
from ingest.space import no_space
from ingest.vectors import close_client, rows_in

if TYPE_CHECKING:
    from ingest.manifest import Manifest
    from ingest.vectors import ClientAPI, ClientFactory

HOME_FILE: Final = "chroma.json"  # the home's id, and where the home stood when it was given
_ID: Final = re.compile(r"[0-9a-f]{16}")
_PAGE: Final = 100  # collections listed at a time


class HomeCollections:
    """The collections of one home.

    Args:
        home: the home folder; gets an id at the first ingest to a server.
        server: where they are.
        client: connected to it.

    Raises:
        OSError: the home cannot be written.
    """

    def __init__(self, home: Path, server: ChromaServer, client: ClientAPI) -> None:
        self.server = server
        self._home = home
        self._client = client
        # 3 to 63 letters, digits and hyphens, as every version of Chroma takes them
        self._prefix = f"sangho-{_home_id(home)}-"

    @property
    def factory(self) -> ClientFactory:
        """What connects to the server for building."""
        return self.server.client(BUILDING_S)

    def name(self, generation: str) -> str:
        """Return the name of a generation's collection."""
        return f"{self._prefix}{generation}"

    def hold(self, manifest: Manifest) -> bool:
        """Return whether a generation's collection is here, and this home's own.

        Raises:
            ChromaUnreachable: the server fails.
        """
        if (manifest.chroma, manifest.collection) != (self.server.address, self.name(manifest.generation)):
            return False
        if not manifest.embedded or not manifest.approximate:
            return True  # nobody asks for it
        with answering(self.server):
            return rows_in(self._client, manifest.collection) == manifest.embedded

    def drop(self, generation: str) -> None:
        """Delete the collection of a generation that was not completed; if that fails, the next ingest does it."""
        with suppress(Exception):
            self._client.delete_collection(self.name(generation))

    def collect(self) -> None:
        """Delete this home's collections whose generation is gone: replaced, or never completed.

        Call it under the ingest lock, after `index.collect`. What cannot be deleted now is left for the next time.
        """
        kept = {self.name(folder.name) for folder in generations(self._home).iterdir()}
        with suppress(Exception):
            for name in self._names():
                if name not in kept:
                    self._client.delete_collection(name)

    def _names(self) -> list[str]:
        names: list[str] = []
        while page := self._client.list_collections(limit=_PAGE, offset=len(names)):
            names += [collection.name for collection in page]
        return [name for name in names if name.startswith(self._prefix)]


@contextmanager
def connected(home: Path, server: ChromaServer | None) -> Iterator[HomeCollections | None]:
    """Connect to a server for an ingest into a home; None where no server is named. Call it under the ingest lock.

    Raises:
        ChromaUnreachable: the server does not answer, or refuses.
        NoSpace: the disk is full.
    """
    if server is None:
        yield None
        return
    with answering(server):
        client = server.client(TIDYING_S)()
    try:
        with no_space(home):
            collections = HomeCollections(home, server, client)
        yield collections
    finally:
        close_client(client)


def _home_id(home: Path) -> str:
    """Return what tells this home's collections from others', drawn at the first ingest to a server.

    A home that was moved keeps it. A copy gets one of its own, or it would delete the original's collections;
    one on another machine cannot be told from a moved home.
    """
    file, here = home / HOME_FILE, str(home.resolve())
    identity, path = _read(file)
    elsewhere = Path(path) / HOME_FILE
    moved = path == here or _read(elsewhere) != (identity, path)
    if not identity or not (moved or elsewhere.samefile(file)):
        identity = secrets.token_hex(8)
    if (identity, here) != _read(file):
        write_whole(file, json.dumps({"id": identity, "path": here}) + "\n")
    return identity


def _read(file: Path) -> tuple[str, str]:
    """Return the id and the path that a home's file names; empty where there is no such file, or no such text."""
    try:
        values = json.loads(file.read_bytes())
        identity, path = values["id"], values["path"]
    except (OSError, ValueError, KeyError, TypeError):
        return "", ""
    return (identity, path) if isinstance(path, str) and _ID.fullmatch(str(identity)) else ("", "")
