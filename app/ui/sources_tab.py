"""The tab for the sources: what is held, reading it, searching within it, and comparing two documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.catalogue import Catalogue
from app.query import NO_FILTERS
from app.results import Ranked
from app.ui.chat import error_html
from app.ui.comparison import choosing_html, comparison_html, refused
from app.ui.components import QUIET, Answers, html, number
from app.ui.files import files_html
from app.ui.loading import Asker, Loader
from app.ui.originals import OriginalsPart
from app.ui.source_views import gone_html, list_html, reader_html, results_html
from app.ui.visitors import Visitors
from ingest.errors import SanghoError

if TYPE_CHECKING:
    from app.originals import Originals
    from app.own_files import OwnFiles

FOUND: Final = 30
LOOKED_AT: Final = 60  # passages; several may be parts of one paragraph
_WAIT: Final = 120.0  # seconds for the index to open
_LOADING: Final = '<section class="sg-views"><h2>Sources</h2><p class="sg-loading">Opening the index…</p></section>'


class SourcesTab:
    """The tab's two components: the sources, whose script asks for a view, and a person's own files.

    Args:
        loader: makes what opens documents and searches them.
        visitors: shows each visitor what is theirs to see.
        answers: makes functions answer events.
        files: takes the files that people add; None takes none.
        originals: fetches and gives back; None offers neither.
    """

    def __init__(
        self,
        loader: Loader,
        visitors: Visitors,
        answers: Answers,
        files: OwnFiles | None = None,
        originals: Originals | None = None,
    ) -> None:
        self._loader = loader
        self._visitors = visitors
        self._files = files
        self._originals = originals
        views = html(_LOADING, "sg-views", "source_views.js")
        views.click(answers(self.show), None, [views], queue=False, **QUIET)
        if originals is not None:
            OriginalsPart(originals, answers, "sg-originals")
        if files is not None:
            own = html("", "sg-own", "files.js")
            own.click(answers(self.own), None, [own, views], queue=False, **QUIET)

    def show(self, event: Mapping[str, object], visitor: str) -> str:
        """Return a view: `list`, `read` (doc, p), `find` (query, exact), `compare` (left, right); errors as lines."""
        try:
            self._loader.retry()
            asker = self._loader.wait(_WAIT)
            if asker is None:
                return _LOADING
            # The page is told of a view that is asked for again only if its HTML differs.
            return f"{self._view(self._visitors.sight(asker, visitor), event)}<!-- {number(event.get('asked'))} -->"
        except SanghoError as error:
            return f'<section class="sg-views"><h2>Sources</h2>{error_html(error)}</section>'

    def own(self, event: Mapping[str, object], visitor: str) -> tuple[str, Any] | None:
        """Return a visitor's own files and the list of sources, after marking a batch local-only or not.

        The page's first look leaves the sources as they are: it may have been opened at a document's address.
        """
        import gradio as gr

        if self._files is None:
            return None
        try:
            if event.get("local"):
                root = self._files.root(visitor, str(event["local"]))
                self._visitors.mark_local_only(root, event.get("on") is True)
            local = {Path(root).name for root in self._visitors.local_only()}
            asker = self._loader.asker
            sent = asker.describe_model() if asker else ""
            shown_files = files_html(self._files.batches(visitor), local, self._files.max_file_bytes, sent)
        except SanghoError as error:
            shown_files = error_html(error)
        return shown_files, gr.skip() if event.get("first") is True else self.show({"view": "list"}, visitor)

    def _view(self, asker: Asker, wanted: Mapping[str, object]) -> str:
        documents = asker.documents()
        match wanted.get("view"):
            case "read":
                doc_id = str(wanted.get("doc", ""))
                if doc_id not in documents:
                    return gone_html(doc_id)
                return reader_html(documents[doc_id], number(wanted.get("p")), documents)
            case "find":
                query, exact = str(wanted.get("query", "")).strip(), wanted.get("exact") is True
                found = asker.search(query, LOOKED_AT, exact, NO_FILTERS)
                return results_html(query, _once_a_place(found)[:FOUND], documents, exact=exact)
            case "compare":
                return _compared(asker, str(wanted.get("left") or ""), str(wanted.get("right") or ""))
            case _:
                not_held = Catalogue.load().not_held(documents)
                return list_html(documents, not_held, self._visitors.root_name, originals=self._originals is not None)


def _compared(asker: Asker, left: str, right: str) -> str:
    """Return two documents side by side, or the form that chooses them, with what stands against the choice."""
    documents = asker.documents()
    why = refused(documents, left, right)
    if why or not (left and right):
        return choosing_html(documents, left, right, f'<p class="sg-notice">{why}</p>' if why else "")
    try:
        return comparison_html(documents, asker.compare(left, right))
    except SanghoError as error:
        return choosing_html(documents, left, right, error_html(error))


def _once_a_place(found: Sequence[Ranked]) -> list[Ranked]:
    """Keep the best passage of each place: parts of one long paragraph would fill the page."""
    best: dict[tuple[str, tuple[int, int]], Ranked] = {}
    for one in found:
        best.setdefault((one.doc_id, one.paragraphs), one)
    return list(best.values())


def opens_sources(query: Mapping[str, Any]) -> bool:
    """Whether an address names a document or a comparison, so that the page begins with this tab."""
    return bool(query.get("doc")) or "compare" in query
