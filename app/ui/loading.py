"""Build what answers questions in the background, so that the page is up before the models are."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from app.audit.results import Audit, AuditProgress
from app.claims.results import ALL, Check, Searchable
from app.compare import Comparison
from app.query import NO_FILTERS, Filters
from app.results import AskEvent, Coverage, Ranked
from ingest.documents import Document
from ingest.errors import SanghoError

_log = logging.getLogger(__name__)


class Checker(Protocol):
    """What checks a claim."""

    def check(self, claim: str, against: Searchable = ALL) -> Check:
        """Check one claim against the documents that count.

        Raises:
            SanghoError: the claim cannot be checked (`BadInput`: it is empty, a question, too long); says why and what
                mends it.
        """
        ...


class Auditor(Protocol):
    """What audits an article."""

    def audit(self, path: Path, against: Searchable = ALL) -> Iterator[AuditProgress | Audit]:
        """Audit an article: one `AuditProgress` a sentence, the `Audit` last.

        Closing the iterator cancels; what was done is kept, and the same article goes on from there.

        Raises:
            SanghoError: the file cannot be read or audited.
        """
        ...


class Asker(Checker, Auditor, Protocol):
    """What the window needs of the rest of Sangho."""

    def events(self, question: str, history: Sequence[str], filters: Filters) -> Iterator[AskEvent]:
        """Answer a question: stages, partial answers, one `Answer` last.

        Args:
            question: the person's words.
            history: the earlier questions of the same conversation, oldest first.
            filters: what the person excludes by hand.

        Raises:
            SanghoError: the question cannot be answered; says why and what mends it.
        """
        ...

    def documents(self) -> Mapping[str, Document]:
        """Return the indexed documents by `doc_id`."""
        ...

    def examples(self, filters: Filters = NO_FILTERS) -> list[str]:
        """Return questions worth trying first, of what the filters leave; may be empty."""
        ...

    def search(self, query: str, k: int, exact: bool, filters: Filters) -> tuple[Ranked, ...]:
        """Return the `k` best passages of a query, best first; with `exact` those that hold it letter by letter.

        Raises:
            SanghoError: the query cannot be searched.
        """
        ...

    def compare(self, left: str, right: str) -> Comparison:
        """Return two documents side by side, by `doc_id`.

        Raises:
            SanghoError: one of them is not there, or they cannot be compared.
        """
        ...

    def coverage(self, filters: Filters = NO_FILTERS) -> Coverage:
        """Return what a question is searched in under filters."""
        ...

    def describe_model(self) -> str:
        """Say in one line where a chat model's requests go; empty when none is used."""
        ...


class Loader:
    """Runs a factory in a thread of its own, and hands out what it made; after a failure, again when told to.

    Args:
        make_asker: builds the asker; may take seconds. A `SanghoError` of it is kept and raised by `wait`.
    """

    def __init__(self, make_asker: Callable[[], Asker]) -> None:
        self._make_asker = make_asker
        self._changed = threading.Condition()
        self._loading = False
        self._asker: Asker | None = None
        self._error: SanghoError | None = None

    def start(self) -> None:
        """Begin to load, unless that goes on or is done; returns at once. What made it fail before is forgotten."""
        with self._changed:
            if self._loading or self._asker is not None:
                return
            self._loading, self._error = True, None
        threading.Thread(target=self._load, name="sangho-loader", daemon=True).start()

    def retry(self) -> None:
        """Begin anew if loading has failed: an index may be there by now. Returns at once."""
        if self._error is not None:
            self.start()

    @property
    def asker(self) -> Asker | None:
        """What was made, or None while it is being made or if that failed."""
        return self._asker

    @property
    def error(self) -> SanghoError | None:
        """Why loading failed, or None."""
        return self._error

    def wait(self, seconds: float) -> Asker | None:
        """Wait at most `seconds` for the asker; None if it is still being made.

        Raises:
            SanghoError: loading failed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._asker is not None or self._error is not None, seconds)
            if self._error is not None:
                raise self._error
            return self._asker

    def _load(self) -> None:
        asker, failed = None, None
        try:
            asker = self._make_asker()
        except SanghoError as error:
            failed = error
        except Exception as error:
            _log.exception("loading failed")
            remedy = "The terminal that runs Sangho shows what happened."
            failed = SanghoError(f"Loading failed: {type(error).__name__}.", remedy)
        with self._changed:
            self._loading, self._asker, self._error = False, asker, failed
            self._changed.notify_all()
