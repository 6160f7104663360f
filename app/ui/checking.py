"""The functions behind the check of claims; what a person's tab holds comes in and goes out of them."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from app.claims.export import checks_csv, checks_docx, checks_markdown
from app.claims.reading import read_claims_file
from app.claims.results import Check, Searchable
from app.errors import BadInput
from app.ui.check_list import foot_html, head_html, said, start_html
from app.ui.check_views import PANEL, check_html, failed_html
from app.ui.claims_batch import Batch, checking, claims_in, finished
from app.ui.downloads import saved
from app.ui.filters import type_name
from app.ui.inbox import Inbox
from app.ui.line import Line
from app.ui.loading import Asker, Auditor, Checker, Loader
from app.ui.recent import Recent
from app.ui.source_panel import source_html
from app.ui.visitors import Visitors
from ingest.errors import SanghoError

__all__ = ["Auditor", "Checker", "Checking", "Checks", "searchable"]

_FIRST: Final = 10  # results that are shown one by one; then, where they come fast, some at a time
_OFTEN: Final = 0.3  # seconds between two views of a list whose results come faster
_MOST_NAMED: Final = 100  # documents or types that evidence is limited to


@dataclass(slots=True)
class Checks:
    """What one browser tab holds: its list of claims. The only thing here that changes in place.

    Attributes:
        drawn: how many views were sent; the page tells a late one by its number.
        saves: how many files were.
        id: under which a reload finds the list again; empty while there is none.
    """

    batch: Batch = field(default_factory=Batch)
    drawn: int = 0
    saves: int = 0
    id: str = ""


class Checking:
    """Checks claims one after the other, stops, goes on, filters, opens sources, and saves.

    Args:
        loader: makes what checks.
        line: where claims wait; shared with questions.
        visitors: shows each visitor what is theirs to see.
        inbox: holds files of claims.
    """

    def __init__(self, loader: Loader, line: Line, visitors: Visitors, inbox: Inbox) -> None:
        self._loader = loader
        self._line = line
        self._visitors = visitors
        self._inbox = inbox
        self._recent: Recent[Batch] = Recent()

    def check(self, tab: Checks, event: Mapping[str, object], visitor: str) -> Generator[Any]:
        """Check the claims of a `text`, or of a `file`, in the place of those before; yields the list as it changes."""
        tab.batch.stopped = True  # what still runs of it finds this, and ends
        tab.batch = batch = self._begun(event, visitor)
        tab.id = self._recent.keep(visitor, batch)
        yield from self._run(tab, batch, visitor)

    def restore(self, tab: Checks, event: Mapping[str, object], visitor: str) -> Any:
        """Give a tab its list back after a reload, by its `id`; returns the list.

        What was under way is stopped by that, and can go on. None where it is gone, or something was begun since.
        """
        batch = self._recent.find(visitor, event.get("id"))
        if batch is None or tab.batch.claims or tab.batch.error:
            return None
        stopped = batch.stopped or batch.running
        tab.batch = replace(batch, results=list(batch.results), stopped=stopped)  # two tabs may be of one origin
        batch.stopped = True  # what still runs of it finds this, and ends
        tab.id = self._recent.keep(visitor, tab.batch, str(event.get("id")))
        return view(tab)

    def go_on(self, tab: Checks, visitor: str) -> Generator[Any]:
        """Check the claims that are left of a list that was stopped, or failed; yields as `check`."""
        if tab.batch.running:
            return
        # A list of its own: what still runs of the stopped one may add a last result to that.
        tab.batch = batch = replace(tab.batch, results=list(tab.batch.results), stopped=False, error=None)
        tab.id = self._recent.keep(visitor, batch, tab.id)
        yield from self._run(tab, batch, visitor)

    def stop(self, tab: Checks) -> Any:
        """Stop after the claim that is being checked; returns the list."""
        tab.batch.stopped = tab.batch.stopped or tab.batch.running
        return view(tab)

    def show(self, tab: Checks, event: Mapping[str, object]) -> Any:
        """Filter the list by verdict (`only`), or turn to another `page`, from 0; returns the list."""
        tab.batch.show(event.get("only"), event.get("page"))
        return view(tab)

    def open_source(self, tab: Checks, event: Mapping[str, object], visitor: str) -> str | None:
        """Return the source panel for a clicked source: claim `i`, citation `n`; None where the click names none."""
        check, asker = tab.batch.check_at(event.get("i")), self._loader.asker
        cited = next((one for one in check.citations if one.n == event.get("n")), None) if check else None
        if check is None or cited is None or asker is None:
            return None
        documents = self._visitors.sight(asker, visitor).documents()
        document = documents.get(cited.doc_id)
        return source_html(cited, document, language=check.language, panel=PANEL, documents=documents)

    def save(self, tab: Checks, event: Mapping[str, object]) -> dict[str, object] | None:
        """Return the checks that the filter leaves as a file, in a `form`; None where there are none, or no such form.

        Claims that could not be checked are left out.
        """
        checks = finished([tab.batch.results[i] for i in tab.batch.chosen()])
        made = _made(checks, event.get("form")) if checks else None
        if made is None:
            return None
        tab.saves += 1  # the page is told of changes only, and people save a file twice
        return {**made, "number": tab.saves}

    def _begun(self, event: Mapping[str, object], visitor: str) -> Batch:
        try:
            asker = self._loader.asker
            against = searchable(event, self._visitors.sight(asker, visitor) if asker else None)
            claims = self._claims(event, visitor)
        except SanghoError as error:
            return Batch(error=error)
        return Batch(tuple(claims), against, limited(against, asker))

    def _claims(self, event: Mapping[str, object], visitor: str) -> list[str]:
        if token := event.get("file"):
            return read_claims_file(self._inbox.find(visitor, str(token)))
        return claims_in(str(event.get("text") or ""))

    def _run(self, tab: Checks, batch: Batch, visitor: str) -> Generator[Any]:
        yield view(tab)
        told = time.monotonic()
        for _ in checking(self._loader, self._line, batch, partial(self._visitors.sight, visitor=visitor)):
            few = len(batch.results) <= _FIRST or batch.stage != "checking"
            if few or time.monotonic() - told >= _OFTEN:
                yield view(tab)
                told = time.monotonic()
        if tab.batch is batch:
            yield view(tab)


def searchable(event: Mapping[str, object], asker: Asker | None) -> Searchable:
    """Return what counts as evidence, as the page names it: `types` and `docs`.

    Raises:
        BadInput: one of them is not there, or not for this visitor.
    """
    types, docs = (_named(event.get(name)) for name in ("types", "docs"))
    if not types and not docs:
        return Searchable()
    documents = asker.documents() if asker else {}
    held = {document.type for document in documents.values()}
    if not set(types) <= held or not set(docs) <= documents.keys():
        raise BadInput(
            "A document or type that the evidence is limited to is not in the index.",
            "Take it off, or reload the page.",
        )
    return Searchable(types, docs)


def limited(against: Searchable, asker: Asker | None) -> str:
    """Return in words what counts as evidence; empty where all does."""
    documents = asker.documents() if asker else {}
    named = [documents[doc_id].title for doc_id in against.doc_ids if doc_id in documents]
    return " · ".join([*map(type_name, against.types), *named])


def _named(given: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(str, given[:_MOST_NAMED]))) if isinstance(given, list) else ()


def _made(checks: list[Check], form: object) -> dict[str, str] | None:
    match form:
        case "csv":
            return saved("checks.csv", "text/csv", checks_csv(checks))
        case "markdown":
            return saved("checks.md", "text/markdown", checks_markdown(checks).encode("utf-8", "replace"))
        case "docx":
            media = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
            return saved("checks.docx", media, checks_docx(checks))
        case _:
            return None


def view(tab: Checks) -> dict[str, Any]:
    """Return what `check.js` draws: the head, the results of the page that is open, what is below, and what is said."""
    tab.drawn += 1
    batch = tab.batch
    return {
        "drawn": tab.drawn,
        "id": tab.id,
        "head": head_html(batch) if batch.claims or batch.error else start_html(),
        "checks": [_result_html(batch, i) for i in batch.shown()],
        "foot": foot_html(batch),
        "said": said(batch),
    }


def _result_html(batch: Batch, i: int) -> str:
    result = batch.results[i]
    return check_html(result, i) if isinstance(result, Check) else failed_html(batch.claims[i], result, i)
