"""A list of claims on its way: which are checked, what is shown of them, and how each takes its turn."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from app.claims.reading import MOST_CLAIMS, tidy
from app.claims.results import ALL, VERDICTS, Check, Searchable
from app.errors import BadInput
from app.query import language_of
from app.ui.line import Line
from app.ui.loading import Asker, Loader
from ingest.errors import SanghoError
from ingest.passages import split_sentences

A_PAGE: Final = 50  # results
LONGEST_TEXT: Final = 200_000  # characters, of claims or of an article
_LOOK_AGAIN: Final = 1.0  # seconds between two looks at whether loading is done, or whether it is our turn
_LIST_MARK: Final = "-*•·–"
_log = logging.getLogger(__name__)

Only = Literal["", "supported", "contradicted", "not_in_sources", "failed"]
ONLY: Final[tuple[Only, ...]] = ("", *VERDICTS, "failed")


@dataclass(slots=True)
class Batch:
    """Claims that are checked one after the other. It changes in place, while others look on.

    Attributes:
        against: what counts as evidence.
        limited: the same in words; empty where all does.
        results: of the first claims, as far as they are checked: a check, or why there is none.
        stage: what is being done: `loading`, `waiting`, `checking`; empty before and after.
        before: how many must be finished before the next claim's turn, while it waits in line.
        stopped: whether the person stopped it; it can go on.
        error: why none of them can be checked, if so.
        only: which results are shown; empty for all.
        page: of those, from 0.
    """

    claims: tuple[str, ...] = ()
    against: Searchable = ALL
    limited: str = ""
    results: list[Check | SanghoError] = field(default_factory=list)
    stage: str = ""
    before: int = 0
    stopped: bool = False
    error: SanghoError | None = None
    only: Only = ""
    page: int = 0

    @property
    def running(self) -> bool:
        """Whether more results are to come by themselves."""
        return not self.stopped and self.error is None and len(self.results) < len(self.claims)

    def counts(self) -> dict[Only, int]:
        """Return how many results there are by verdict, of failures (`failed`), and of all (empty)."""
        counted = Counter[str](_kind(result) for result in self.results)
        return {only: counted[only] if only else len(self.results) for only in ONLY}

    def chosen(self) -> list[int]:
        """Return the numbers of the results that the filter leaves, in order, from 0."""
        return [i for i, result in enumerate(self.results) if not self.only or _kind(result) == self.only]

    def shown(self) -> list[int]:
        """Return those of the page that is open."""
        return self.chosen()[self.page * A_PAGE : (self.page + 1) * A_PAGE]

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, -(-len(self.chosen()) // A_PAGE))

    def show(self, only: object, page: object) -> None:
        """Choose what is shown; both come from the browser, and what names nothing changes nothing."""
        known = next((one for one in ONLY if one == only), None)
        if known is not None and known != self.only:
            self.only, self.page = known, 0
        if isinstance(page, int) and 0 <= page < self.pages:
            self.page = page

    def check_at(self, i: object) -> Check | None:
        """Return the check of a claim, by its number from 0; None where there is none."""
        result = self.results[i] if isinstance(i, int) and 0 <= i < len(self.results) else None
        return result if isinstance(result, Check) else None


def _kind(result: Check | SanghoError) -> str:
    return result.verdict if isinstance(result, Check) else "failed"


def claims_in(text: str) -> list[str]:
    """Return the claims of a pasted text: each line's sentences, without marks of a list, in order.

    Raises:
        BadInput: there is none, there are more than `MOST_CLAIMS`, or the text is longer than `LONGEST_TEXT`.
    """
    check_length(text)
    claims = []
    for line in text.splitlines():
        line = line.strip().lstrip(_LIST_MARK)
        claims += [tidy(line[start:end]) for start, end in split_sentences(line, language_of(line))]
    claims = [claim for claim in claims if claim]
    if not claims:
        raise BadInput("There is nothing to check yet.", "Write one claim, or paste a paragraph.")
    if len(claims) > MOST_CLAIMS:
        raise BadInput(
            f"The text has {len(claims):,} sentences; {MOST_CLAIMS:,} are the most.",
            "Check it in parts, or have it audited as an article.",
        )
    return claims


def check_length(text: str) -> None:
    """Refuse a text that is too long for the page.

    Raises:
        BadInput: it is longer than `LONGEST_TEXT`.
    """
    if len(text) > LONGEST_TEXT:
        raise BadInput(
            f"The text has {len(text):,} characters; {LONGEST_TEXT:,} are the most.", "Add it as a file, or in parts."
        )


def checking(loader: Loader, line: Line, batch: Batch, see: Callable[[Asker], Asker]) -> Iterator[None]:
    """Check the claims of a batch that are not checked yet; yields each time something of it changes.

    Each claim takes a place in line of its own, so that a long list lets questions pass. A claim that cannot be
    checked is a result like the others. Ends where the batch is stopped. Errors become part of the batch.

    Args:
        loader: makes what checks.
        line: where each claim waits.
        batch: filled in place.
        see: narrows what checks to what the person may see.
    """
    try:
        asker = yield from loaded(loader, batch)
        if asker is None:
            return
        checker = see(asker)
        while batch.running:
            with line.join() as ticket:
                while batch.running and (before := ticket.wait(_LOOK_AGAIN)):
                    batch.stage, batch.before = "waiting", before
                    yield
                if not batch.running:
                    break
                batch.stage, batch.before = "checking", 0
                batch.results.append(_checked(checker, batch))
            yield
    except SanghoError as error:
        batch.error = error
    finally:
        batch.stage, batch.before = "", 0


def loaded(loader: Loader, batch: Batch) -> Generator[None, None, Asker | None]:
    """Wait for what checks; returns it, or None where the batch was stopped meanwhile.

    Raises:
        SanghoError: loading failed.
    """
    loader.retry()
    asker = loader.wait(0)
    while asker is None and batch.running:
        batch.stage = "loading"
        yield
        asker = loader.wait(_LOOK_AGAIN)
    return asker if batch.running else None


def _checked(checker: Asker, batch: Batch) -> Check | SanghoError:
    claim = batch.claims[len(batch.results)]
    try:
        return checker.check(claim, batch.against)
    except SanghoError as error:
        return error
    except Exception as error:
        return unexpected("Checking", error)


def unexpected(what: str, error: Exception) -> SanghoError:
    """Log an error that is not ours, and return one that tells it without its details."""
    _log.error("%s failed", what.lower(), exc_info=error)
    remedy = "Try it again; the terminal that runs Sangho shows what happened."
    return SanghoError(f"{what} failed: {type(error).__name__}.", remedy)


def finished(checks: Sequence[Check | SanghoError]) -> list[Check]:
    """Return the checks among results."""
    return [check for check in checks if isinstance(check, Check)]
