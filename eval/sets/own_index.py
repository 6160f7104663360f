"""Indexes made to measure on: of a corpus of one's own, and of the home's documents with other index settings.

HOME/eval/<digest>/   a home of its own, read like any other; the digest is over documents, model and passage length
HOME/eval/cache/      vectors of corpora by the digest of their text

All of it can be deleted at any time, and is made again when it is wanted. Nothing else in the home is changed, but for
the vectors' cache, which the home's documents share however they are split.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.errors import BadInput
from app.query import language_of
from app.roots import ROOTS_FILE
from eval.sets.beir import CORPUS, CorpusDocument, corpus_of
from eval.sets.json_lines import digest_of
from eval.sets.remembering import Remembering
from ingest.build import OnProgress, Plan, build
from ingest.documents import Document, Paragraph, metadata_from
from ingest.errors import BrokenIndex, IngestRunning, NoIndex, ReadError, SanghoError, StaleIndex
from ingest.generation import ASIDE
from ingest.index import check_recipe, collect, generations, open_current, open_index
from ingest.locking import LOCK, hold_alone
from ingest.manifest import FileRecord, Recipe
from ingest.readers.blocks import clean
from ingest.records import document_from_line, document_to_line, read_lines
from ingest.space import no_space

if TYPE_CHECKING:
    from app.settings import Settings
    from ingest.embedding import Embedder

FOLDER: Final = "eval"
READER: Final = "corpus/1"  # rises when a line of a corpus gives another document
MOST_DOCUMENTS: Final = 500_000  # an index has places for 2 ** 19
WAIT: Final = 5.0  # seconds, for another process
_KEYS: Final = ("issuer", "date", "url", "type", "language", "aliases", "note")
_LANGUAGE_FROM: Final = 20_000  # characters


def index_corpus(
    folder: Path, settings: Settings, embedder: Embedder, on_progress: OnProgress | None = None
) -> Settings:
    """Index the corpus of a BEIR folder, unless that is done already.

    Each line is one document with its `_id` as `doc_id`, and the lines of its text as paragraphs; title, date and
    issuer (from `metadata`) are embedded and searched with each passage, as of any document. With `passage_tokens` at
    least as long as the longest document every document is one passage, of which the embedding model reads as much as
    it can. A document without text has its title as text; one without either is left out.

    Args:
        folder: holds `corpus.jsonl`.
        settings: whose home gets the index; `passage_tokens` says how long a passage may be.
        embedder: the model that `settings.embedding` names.
        on_progress: told how far it has come; not at all where nothing has to be done.

    Returns:
        The settings, with the index as their home.

    Raises:
        BadInput: the corpus cannot be read, a line is broken, an id comes twice, no document has text, or there are
            more than `MOST_DOCUMENTS`.
        IngestRunning: another process makes the same index now.
        NoSpace, BrokenIndex, ModelError: as `ingest.build.build`.
    """
    report = on_progress or (lambda progress: None)
    key = f"{READER} {digest_of(folder / CORPUS)}"
    cache = settings.home / FOLDER / "cache"
    return _made(settings, embedder, key, cache, lambda: _plan_of(folder), report)


def index_home(settings: Settings, embedder: Embedder, on_progress: OnProgress | None = None) -> Settings:
    """Index the documents of the home's current index as the settings say, unless that is done already.

    The files are not read anew: what is compared are indexes of the same documents.

    Args:
        settings: of the home; `embedding` and `passage_tokens` may differ from those that it was ingested with.
        embedder: the model that `settings.embedding` names.
        on_progress: as for `index_corpus`.

    Returns:
        The settings, with that index as their home; as they are where the home's own index is of their kind.

    Raises:
        NoIndex: nothing has been ingested into the home.
        StaleIndex: model and passage length are the home's, but its index is of an older version.
        IngestRunning, NoSpace, BrokenIndex, ModelError: as `index_corpus`.
    """
    recipe = Recipe.of(embedder, settings.passage_tokens)
    with open_current(settings.home) as current:
        manifest = current.manifest
        if (manifest.recipe.model_digest, manifest.recipe.limit) == (recipe.model_digest, recipe.limit):
            check_recipe(manifest, recipe)
            return settings
        documents = tuple(current.documents.values())
        aside = tuple(map(document_from_line, read_lines(current.folder / ASIDE)))
    plan = Plan(manifest.roots, manifest.files, manifest.failed, documents, aside)
    report = on_progress or (lambda progress: None)
    return _made(settings, embedder, _digest_over(documents), settings.home / "cache", lambda: plan, report)


def _made(
    settings: Settings, embedder: Embedder, key: str, cache: Path, plan: Callable[[], Plan], report: OnProgress
) -> Settings:
    """Return settings with an index of a plan as their home; it is built where it is not there."""
    limit = settings.passage_tokens
    name = hashlib.sha256(f"{key} {embedder.digest} {limit}".encode()).hexdigest()[:12]
    home = settings.home / FOLDER / name
    with _alone(home):
        _keep_marks(settings.home, home)
        if not _is_there(home, embedder, limit):
            with Remembering(embedder, cache) as remembering:
                build(home, plan(), remembering, limit, on_progress=report)
            collect(home)
            shutil.rmtree(home / "cache", ignore_errors=True)  # the vectors are in the shared one
    return settings.model_copy(update={"home": home, "chroma": ""})


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Make a folder, and keep others from building there."""
    try:
        with no_space(home):
            generations(home).mkdir(parents=True, exist_ok=True)
            (home / LOCK).touch()
    except OSError as error:
        remedy = "Set SANGHO_HOME or --home to another folder."
        raise SanghoError(f"{home} cannot be written: {error.strerror or error}.", remedy) from error
    until = time.monotonic() + WAIT
    while (held := hold_alone(home)) is None and time.monotonic() < until:
        time.sleep(0.05)  # another one may only be looking whether the index is there
    if held is None:
        raise IngestRunning(f"Another process builds {home}.", "Wait until it is done, then try again.")
    try:
        yield
    finally:
        held.close()


def _keep_marks(home: Path, target: Path) -> None:
    """Carry over which roots are local-only: their text must not be sent away from here either."""
    try:
        with no_space(target):
            shutil.copyfile(home / ROOTS_FILE, target / ROOTS_FILE)
    except FileNotFoundError:
        (target / ROOTS_FILE).unlink(missing_ok=True)


def _is_there(home: Path, embedder: Embedder, limit: int) -> bool:
    try:
        with open_index(home, embedder, limit):
            return True
    except (NoIndex, StaleIndex, BrokenIndex):
        return False


def _digest_over(documents: Iterable[Document]) -> str:
    digest = hashlib.sha256()
    for document in documents:
        digest.update(document_to_line(document).encode(errors="surrogatepass") + b"\n")
    return digest.hexdigest()


def _plan_of(folder: Path) -> Plan:
    """Return a plan of the documents of a BEIR folder."""
    root = str(folder.resolve())
    documents: list[Document] = []
    for _, held in corpus_of(folder):
        if len(documents) == MOST_DOCUMENTS:
            remedy = "Measure on a part of it."
            raise BadInput(f"{folder / CORPUS} holds more than {MOST_DOCUMENTS:,} documents.", remedy)
        if (document := _document(held, root)) is not None:
            documents.append(document)
    if not documents:
        raise BadInput(f"{folder / CORPUS} holds no document with text.", "Write one JSON object a line.")
    files = tuple(
        FileRecord(one.doc_id, root, one.digest, READER, one.doc_id, one.edition, doc_id=one.doc_id)
        for one in documents
    )
    return Plan((root,), files, (), tuple(documents), ())


def _document(held: CorpusDocument, root: str) -> Document | None:
    """Return one line of a corpus as a document; None where it has no text."""
    title = clean(held.title)
    texts = [line for part in held.text.splitlines() if (line := clean(part))] or [title]
    if not texts[0]:
        return None
    known: dict[str, Any] = {}
    for key in _KEYS:
        try:
            known |= metadata_from({key: held.metadata[key]} if key in held.metadata else {})
        except ReadError:
            continue  # a date in another form, say: no reason not to measure
    known.setdefault("language", language_of("\n".join(texts)[:_LANGUAGE_FROM]))
    digest = hashlib.sha256("\n".join([title, *texts]).encode()).hexdigest()
    paragraphs = tuple(Paragraph(number, text) for number, text in enumerate(texts, start=1))
    return Document(held.doc_id, title, paragraphs, root=root, path=held.doc_id, digest=digest, **known)
