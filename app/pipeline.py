"""The one place that builds the parts from `Settings` and puts them together."""

from __future__ import annotations

import functools
import ipaddress
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from app.answer import Answerer, Models
from app.catalogue import Catalogue
from app.checks import check_question
from app.claims.check import Checker
from app.claims.evidence import WEIGHTS_FILE as EVIDENCE_WEIGHTS
from app.claims.evidence import EvidenceFinder
from app.claims.results import ALL, Check, Searchable
from app.compare import Comparison, compare
from app.errors import BadInput, unknown_document
from app.evidence import WEIGHTS_FILE as SENTENCE_WEIGHTS
from app.exact import find_phrase
from app.examples import examples
from app.glossary import Glossary
from app.outbound import chroma_server
from app.outcome import OutcomeModel
from app.query import NO_FILTERS, Filters
from app.ranking import LinearWeights
from app.results import Answer, AskEvent, Coverage, Drafted, Partial, Ranked, Stage
from app.retrieve import Retriever
from app.roots import Roots
from app.settings import CHAT_JUDGE, Settings
from ingest.documents import Document
from ingest.embedding import SentenceTransformerEmbedder
from ingest.generation import Generation
from ingest.index import current_id, open_index

if TYPE_CHECKING:
    from app.audit.results import Audit, AuditProgress
    from app.llm import ChatModel
    from app.originals import Originals
    from app.own_files import IndexSync, OwnFiles
    from ingest.embedding import Embedder
    from ingest.fetch.client import Client

MOST_RESULTS: Final = 1000


@dataclass(eq=False)
class Opened:
    """One generation, what reads it, and how many calls are using it now: what `Pipeline.opened` yields."""

    generation: Generation
    retriever: Retriever
    answerer: Answerer
    make_checker: Callable[[Opened], Checker]
    users: int = 0

    @functools.cached_property
    def checker(self) -> Checker:
        """What checks claims; made when the first is checked."""
        return self.make_checker(self)


class Pipeline:
    """Asks, searches and shows sources over whatever generation is current.

    Safe from several threads. A newer generation is taken up at the next call; an older one is let go when
    nobody uses it any more.

    Args:
        settings: everything that can be set.
        embedder: the model of the index; built from the settings where it is not given.
        chat: the chat model; built from the settings where they name one and none is given.

    Attributes:
        models: what ranks sentences and decides outcomes; another takes effect when the index is opened next.
    """

    def __init__(self, settings: Settings, embedder: Embedder | None = None, chat: ChatModel | None = None) -> None:
        self.settings = settings
        self.embedder: Embedder = embedder or SentenceTransformerEmbedder(settings.embedding)
        self._chat = chat or _chat_model(settings)
        self.models = Models(
            sentences=LinearWeights.load(SENTENCE_WEIGHTS),
            outcomes=OutcomeModel.load(),
            glossary=Glossary.load(),
            catalogue=Catalogue.load(),
        )
        self._lock = threading.RLock()
        self._opened: Opened | None = None

    def warm(self) -> Self:
        """Open the index and load the models now, so that the first question does not wait for them.

        Raises:
            SanghoError: there is no index, or it is stale or broken.
        """
        with self.opened() as opened:
            opened.generation.warm()
            self.embedder.encode(["ready"])
            opened.answerer.warm()
        return self

    def close(self) -> None:
        """Let go of the index, as soon as nobody uses it; the next call opens it again."""
        with self._lock:
            self._replace(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """Yield what is current, and keep it open until the caller is done, though a newer one comes meanwhile.

        For what measures the parts; users of Sangho need only the methods below.
        """
        with self._lock:
            opened = self._opened
            if opened is None or opened.generation.id != current_id(self.settings.home):
                opened = self._open()
                self._replace(opened)
            opened.users += 1
        try:
            yield opened
        finally:
            with self._lock:
                opened.users -= 1
                if opened is not self._opened and not opened.users:
                    opened.generation.close()

    def _replace(self, newer: Opened | None) -> None:
        older, self._opened = self._opened, newer
        if older is not None and not older.users:
            older.generation.close()

    def _open(self) -> Opened:
        settings = self.settings
        generation = open_index(settings.home, self.embedder, settings.passage_tokens, chroma_server(settings))
        retriever = Retriever(generation, self.embedder, settings.depth, LinearWeights.load())
        kept_here = Roots(settings.home).local_only
        answerer = Answerer(generation, retriever, self.models, settings.digest, self._chat, kept_here)
        return Opened(generation, retriever, answerer, self._checker)

    def _checker(self, opened: Opened) -> Checker:
        from app.claims.build import judges

        generation, answerer = opened.generation, opened.answerer
        kept_here = Roots(self.settings.home).local_only

        def stays_here(doc_id: str) -> bool:
            return generation.documents[doc_id].root in kept_here()

        return Checker(
            generation,
            EvidenceFinder(opened.retriever, answerer.understand, LinearWeights.load(EVIDENCE_WEIGHTS)),
            answerer.understand,
            judges(self.settings.judged_by, generation, answerer.understand, self._chat, stays_here),
            self.models.catalogue,
            answerer.coverage,
            self.settings.digest,
        )

    def ask(self, question: str, history: Sequence[str] = (), filters: Filters = NO_FILTERS) -> Answer:
        """Answer a question; see `Answerer.ask`."""
        with self.opened() as opened:
            return opened.answerer.ask(question, history, filters)

    def events(self, question: str, history: Sequence[str], filters: Filters) -> Iterator[AskEvent]:
        """Answer a question, telling what is done: stages, partial answers, one `Answer` last.

        Raises:
            SanghoError: the question cannot be answered; says why and what mends it.
        """
        check_question(question)
        yield Stage("searching")
        events: queue.Queue[AskEvent | BaseException] = queue.Queue()
        worker = threading.Thread(target=self._run, args=(question, history, filters, events.put), daemon=True)
        worker.start()
        while True:
            event = events.get()
            if isinstance(event, BaseException):
                raise event
            yield event
            if isinstance(event, Answer):
                return

    def check(self, claim: str, against: Searchable = ALL) -> Check:
        """Check one claim; see `Checker.check`."""
        with self.opened() as opened:
            return opened.checker.check(claim, against)

    def audit(self, path: Path, against: Searchable = ALL) -> Iterator[AuditProgress | Audit]:
        """Audit an article: progress after each sentence, the audit last; closing it cancels.

        The checks are kept in the home until the audit is complete, so that the same article goes on where it stopped.

        Args:
            path: the article, of any type that is read.
            against: which documents count as evidence.

        Raises:
            BadInput: it cannot be read, or holds no sentence, or too many.
        """
        from app.audit.article import read_article
        from app.audit.audit import audit
        from app.audit.kept import Kept, key_of

        article = read_article(path, int(self.settings.max_file_mb * 1_000_000))
        with self.opened() as opened:
            key = key_of(article, opened.generation.id, self.settings.digest, against)
            kept = Kept(self.settings.home, key)
            yield from audit(article, opened.checker, opened.generation.documents, against, kept=kept)

    def search(self, query: str, k: int = 10, exact: bool = False, filters: Filters = NO_FILTERS) -> tuple[Ranked, ...]:
        """Return the `k` best passages of a query, best first.

        Args:
            query: a question or some words; with `exact` a phrase.
            k: from 1 to `MOST_RESULTS`.
            exact: whether to find the query letter by letter.
            filters: what the person excludes.

        Raises:
            BadInput: the query is empty, or `k` is out of range.
        """
        check_question(query)
        if not 1 <= k <= MOST_RESULTS:
            raise BadInput(f"{k} results were asked for.", f"Ask for 1 to {MOST_RESULTS}.")
        with self.opened() as opened:
            if exact:
                found = find_phrase(opened.generation, query, k, opened.retriever.allowed(filters))
                return opened.answerer.shown(found)
            retrieval = opened.retriever.retrieve(opened.answerer.understand(query), filters, k)
            return opened.answerer.ranked(retrieval, k)

    def documents(self) -> Mapping[str, Document]:
        """Return the indexed documents by `doc_id`."""
        with self.opened() as opened:
            return opened.generation.documents

    def document(self, doc_id: str) -> Document:
        """Return one document.

        Raises:
            UnknownSource: there is none of that name.
        """
        documents = self.documents()
        if doc_id not in documents:
            raise unknown_document(doc_id)
        return documents[doc_id]

    def compare(self, left: str, right: str) -> Comparison:
        """Return two documents side by side, by `doc_id`; see `app.compare.compare`.

        Raises:
            UnknownSource: there is no such document.
            BadInput: they are in two languages, and the embedding model does not read both.
        """
        with self.opened() as opened:
            return compare(opened.generation, left, right, opened.retriever.unreadable)

    def coverage(self, filters: Filters = NO_FILTERS) -> Coverage:
        """Return what a question is searched in under filters."""
        with self.opened() as opened:
            return opened.answerer.coverage(filters)

    def examples(self, filters: Filters = NO_FILTERS) -> list[str]:
        """Return a few questions that the documents which the filters leave answer."""
        with self.opened() as opened:
            ask = opened.answerer.ask
            held = opened.generation.documents
            kept = {doc_id: one for doc_id, one in held.items() if filters.keep(one)} if filters != NO_FILTERS else held
            return examples(kept, lambda question: ask(question, filters=filters).outcome == "answered")

    def _run(self, question: str, history: Sequence[str], filters: Filters, put: Callable[[object], None]) -> None:
        def drafted(so_far: Drafted) -> None:
            put(Partial(" ".join(statement.text for statement in so_far.statements)))

        try:
            with self.opened() as opened:
                answer = opened.answerer.ask(question, history, filters, drafted)
            put(answer)
        except BaseException as error:  # handed to the thread that asked, which raises it
            put(error)

    def describe_model(self) -> str:
        """Say where a chat model's requests, and vectors, go; empty where everything stays in the home."""
        said = []
        if self._chat is not None:
            where = f" at {self._chat.address}" if self._chat.address else ""
            judges = self.settings.judged_by == CHAT_JUDGE
            does, sent = ("written and claims judged", "questions, claims") if judges else ("written", "questions")
            said.append(f"Answers are {does} by {self._chat.name}{where}; {sent} and passages are sent there.")
        if self.settings.chroma:
            said.append(f"Vectors are kept by the Chroma server at {self.settings.chroma}.")
        return " ".join(said)


def own_files(settings: Settings, embedder: Embedder) -> OwnFiles:
    """Return what takes the files that people add in the window.

    Args:
        settings: of the window.
        embedder: the model of its pipeline.
    """
    from app.own_files import OwnFiles

    limit = int(settings.max_file_mb * 1_000_000)
    return OwnFiles(settings.home, Roots(settings.home), index_sync(settings, embedder), limit)


def originals(settings: Settings, embedder: Embedder) -> Originals:
    """Return what fetches originals for the window.

    Args:
        settings: of the window.
        embedder: the model of its pipeline.
    """
    from app.originals import Originals, Shelf

    def client(sleep: Callable[[float], None]) -> Client:
        return polite_client(settings, sleep)

    return Originals(settings.home, Shelf.load(), client, index_sync(settings, embedder))


def polite_client(settings: Settings, sleep: Callable[[float], None] = time.sleep) -> Client:
    """Return what gets pages from publishers' sites."""
    from ingest.fetch.client import Client

    allowed = [ipaddress.ip_network(part.strip()) for part in settings.fetch_allow.split(",") if part.strip()]
    return Client(allowed, sleep=sleep)


def index_sync(settings: Settings, embedder: Embedder) -> IndexSync:
    """Return what brings the index up to date with the source roots that the window adds."""
    from app.own_files import IndexSync

    limit = int(settings.max_file_mb * 1_000_000)
    return IndexSync(settings.home, embedder, settings.passage_tokens, limit, chroma_server(settings))


def _chat_model(settings: Settings) -> ChatModel | None:
    if not settings.llm:
        return None
    from app.llm import LangChainChatModel

    return LangChainChatModel(settings)
