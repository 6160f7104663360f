"""Get the originals: which documents have a page to fetch, fetching them, and putting them into the index.

Where an original is held, its digest is not searched; when it is given back, the digest is again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from app.catalogue import Catalogue, Known
from app.errors import BadInput
from app.settings import BUNDLED_CORPUS
from ingest.build import OnProgress, Progress
from ingest.documents import split_front_matter
from ingest.errors import BrokenIndex, FetchError, SanghoError, UnknownSource
from ingest.fetch.fingerprints import Fingerprints, read_fingerprints
from ingest.fetch.originals import Fetched, Getter, Wanted, fetch, folder_of, give_back

if TYPE_CHECKING:
    from ingest.manifest import Manifest

FINGERPRINTS: Final = BUNDLED_CORPUS / "fingerprints.tsv"
_DIGESTS_OWN: Final = frozenset(
    {"edition", "original_paragraphs", "complete", "note", "translation_of"}  # said of the digest, not of its original
)
_RIGHTS: Final = "the original's rights: "
FETCHING: Final = "Fetching"  # what `Progress.note` says until indexing begins


class Sync(Protocol):
    """What getting originals needs of the index: `own_files.IndexSync`."""

    def ingest(self, root: Path, on_progress: OnProgress) -> object:
        """Bring the index up to date with one source root."""

    def forget(self, root: Path) -> object:
        """Drop a source root from the index. Raises UnknownSource: it is none of its roots."""

    def manifest(self) -> Manifest | None:
        """Return what the index says of itself; None if there is none. Raises BrokenIndex: that cannot be told."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What can be fetched: the catalogue's documents, with the digests' front matter and fingerprints."""

    catalogue: Catalogue
    prints: Fingerprints
    corpus: Path = BUNDLED_CORPUS

    @classmethod
    def load(cls) -> Shelf:
        """Return what comes with Sangho."""
        return cls(Catalogue.load(), read_fingerprints(FINGERPRINTS))

    @property
    def addresses(self) -> dict[str, str]:
        """The pages of the documents that can be known again, by `doc_id`."""
        return {known.doc_id: known.url for known in self.catalogue.documents if known.doc_id in self.prints}

    def wanted(self, doc_ids: Sequence[str] = ()) -> list[Wanted]:
        """Return what to fetch: the named documents, or every one that there is a digest of.

        Raises:
            BadInput: a name is not in the catalogue.
        """
        if not doc_ids:
            return [self._wanted(known) for known in self.catalogue.documents if known.doc_id in self.prints]
        found = []
        for doc_id in dict.fromkeys(doc_ids):
            known = self.catalogue.known(doc_id)
            if known is None:
                raise BadInput(f"{doc_id!r} is not in the catalogue.", "Run: sangho sources --json")
            found.append(self._wanted(known))
        return found

    def _wanted(self, known: Known) -> Wanted:
        url = "" if known.url_note else known.url  # only an address that was seen is asked for what it should hold
        return Wanted(known.doc_id, url, self._values(known))

    def _values(self, known: Known) -> dict[str, Any]:
        names = ("title", "issuer", "date", "url", "type", "language", "superseded_by")
        values = {name: getattr(known, name) for name in names if getattr(known, name)}
        path = self.corpus / f"{known.doc_id}.md"
        if path.exists():
            digest, _ = split_front_matter(path.read_text(encoding="utf-8"))
            values |= {name: value for name, value in digest.items() if name not in _DIGESTS_OWN}
            values["rights"] = str(digest.get("rights", "")).partition(_RIGHTS)[2]
        return values


def get_originals(
    home: Path,
    shelf: Shelf,
    wanted: Sequence[Wanted],
    client: Getter,
    sync: Sync,
    on_progress: OnProgress,
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[Fetched]:
    """Fetch documents, telling of each, then put those that came into the index.

    Args:
        home: the home folder.
        shelf: what paragraphs are known again by.
        wanted: what to fetch.
        client: gets the pages.
        sync: brings the index up to date; where there is none yet, the bundled digests go in as well.
        on_progress: told how far it has come.
        stopped: whether to fetch no more; what came before goes into the index.

    Raises:
        SanghoError: the home folder cannot be written, or what indexing raises.
    """
    on_progress(Progress(0, len(wanted), note=FETCHING))
    for done, result in enumerate(fetch(home, wanted, shelf.prints, client, shelf.addresses), start=1):
        on_progress(Progress(done, len(wanted), note=FETCHING))
        yield result
        if stopped():
            break
    if not any(folder_of(home).glob("*.txt")):
        give_back(home)  # not even an empty folder is left behind
        return
    sync.ingest(folder_of(home), on_progress)
    if _has_nothing_else(sync):
        sync.ingest(BUNDLED_CORPUS, on_progress)


def _has_nothing_else(sync: Sync) -> bool:
    """Whether the index holds the originals alone, so that the digests of what was not fetched are missing."""
    try:
        manifest = sync.manifest()
    except BrokenIndex:
        return True
    return manifest is None or len(manifest.roots) <= 1


def return_to_digests(home: Path, doc_ids: Sequence[str], sync: Sync, on_progress: OnProgress) -> list[str]:
    """Take fetched originals out of the index and off the disk; return which there were.

    Raises:
        SanghoError: the home folder cannot be written, or what indexing raises.
    """
    gone = give_back(home, doc_ids)
    if folder_of(home).exists():
        sync.ingest(folder_of(home), on_progress)
    else:
        with suppress(UnknownSource):
            sync.forget(folder_of(home))
    return gone


def summary(results: Iterable[Fetched]) -> dict[str, int]:
    """Count what became of documents, by state."""
    counts = dict.fromkeys(("fetched", "unchanged", "failed"), 0)
    for result in results:
        counts[result.state] += 1
    return counts


@dataclass(slots=True)
class Job:
    """Getting originals in the background: one at a time, whoever asks.

    Attributes:
        running: whether it is under way.
        progress: how far it is.
        results: what became of each document so far.
        error: why it ended early; empty otherwise.
    """

    running: bool = False
    progress: Progress = field(default_factory=Progress)
    results: tuple[Fetched, ...] = ()
    error: str = ""


class Originals:
    """The window's originals: starts, stops and gives back; safe from several threads.

    Args:
        home: the home folder.
        shelf: what can be fetched.
        make_client: makes what gets pages; given what waits.
        sync: brings the index up to date.
    """

    def __init__(
        self, home: Path, shelf: Shelf, make_client: Callable[[Callable[[float], None]], Getter], sync: Sync
    ) -> None:
        self._home = home
        self.shelf = shelf
        self._make_client = make_client
        self._sync = sync
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.job = Job()

    @property
    def held(self) -> int:
        """How many originals are there."""
        return len(list(folder_of(self._home).glob("*.txt")))

    def called(self, doc_id: str) -> str:
        """Return what people call a document: title and date."""
        return self.shelf.catalogue.called(doc_id)

    def start(self) -> None:
        """Begin to fetch every original, unless that is under way."""
        self._begin(self._get)

    def give_back(self) -> None:
        """Begin to go back to the digests, unless something is under way."""
        self._begin(self._return)

    def stop(self) -> None:
        """Stop fetching; what came so far goes into the index."""
        self._stop.set()

    def _begin(self, work: Callable[[Job], None]) -> None:
        with self._lock:
            if self.job.running:
                return
            self._stop.clear()
            self.job = job = Job(running=True)
        threading.Thread(target=self._run, args=(work, job), name="sangho-originals", daemon=True).start()

    def _run(self, work: Callable[[Job], None], job: Job) -> None:
        try:
            work(job)
        except SanghoError as error:
            job.error = str(error)
        except BaseException as error:  # Chroma's Rust side panics outside Exception
            job.error = f"It failed: {type(error).__name__}. The terminal that runs Sangho shows what happened."
            raise
        finally:
            job.running = False

    def _get(self, job: Job) -> None:
        client = self._make_client(self._wait)
        wanted, report = self.shelf.wanted(), _into(job)
        with closing(client):
            for result in get_originals(self._home, self.shelf, wanted, client, self._sync, report, self._stop.is_set):
                job.results = (*job.results, result)

    def _return(self, job: Job) -> None:
        return_to_digests(self._home, (), self._sync, _into(job))

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise FetchError("Fetching was stopped.", "Begin it again.")


def _into(job: Job) -> OnProgress:
    def report(progress: Progress) -> None:
        job.progress = progress

    return report
