"""The tab for the sources: what is held, reading it, searching within it, and comparing two documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.catalogue import Catalogue
from app.query import NO_FILTERS
from app.results import Ranked
from app.ui.chat import error_html
from app.ui.components import QUIET, html, with_event
from app.ui.library import gone_html, list_html, reader_html, results_html
from app.ui.loading import Asker, Loader
from ingest.errors import SanghoError

FOUND: Final = 30
LOOKED_AT: Final = 60  # passages; several may be parts of one paragraph
_WAIT: Final = 120.0  # seconds for the index to open
_LOADING: Final = '<section class="sg-library"><h2>Sources</h2><p class="sg-loading">Opening the index…</p></section>'


class SourcesTab:
    """The tab's one component, whose script asks for a view; see `library.js`.

    Args:
        loader: makes what opens documents and searches them.
    """

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._library = html(_LOADING, "sg-library", "library.js")
        self._library.click(with_event(self.show), None, [self._library], queue=False, **QUIET)

    def show(self, wanted: Mapping[str, object]) -> str:
        """Return a view: `list`, `read` (doc, p), `find` (query, exact) or `compare` (left, right); errors as lines."""
        try:
            asker = self._loader.wait(_WAIT)
            return _LOADING if asker is None else _view(asker, wanted)
        except SanghoError as error:
            return f'<section class="sg-library"><h2>Sources</h2>{error_html(error)}</section>'


def _view(asker: Asker, wanted: Mapping[str, object]) -> str:
    documents = asker.documents()
    match wanted.get("view"):
        case "read":
            doc_id = str(wanted.get("doc", ""))
            if doc_id not in documents:
                return gone_html(doc_id)
            return reader_html(documents[doc_id], _number(wanted.get("p")))
        case "find":
            query, exact = str(wanted.get("query", "")).strip(), wanted.get("exact") is True
            found = asker.search(query, LOOKED_AT, exact, NO_FILTERS)
            return results_html(query, _once_a_place(found)[:FOUND], exact=exact)
        case _:
            return list_html(documents, Catalogue.load().not_held(documents))


def _once_a_place(found: Sequence[Ranked]) -> list[Ranked]:
    """Keep the best passage of each place: parts of one long paragraph would fill the page."""
    best: dict[tuple[str, tuple[int, int]], Ranked] = {}
    for one in found:
        best.setdefault((one.doc_id, one.paragraphs), one)
    return list(best.values())


def _number(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def opens_sources(query: Mapping[str, Any]) -> bool:
    """Whether an address names a document, so that the page begins with this tab."""
    return bool(query.get("doc"))
