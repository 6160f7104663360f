"""The form above checked claims and audits, as HTML: the text, the file, and what the evidence is limited to."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from app.claims.reading import MOST_CLAIMS
from app.escape import plain, shown
from app.labels import ENGLISH
from app.ui.claims_batch import LONGEST_TEXT
from app.ui.filters import type_name
from app.ui.inbox import CLAIMS_SUFFIXES
from ingest.documents import Document
from ingest.readers import SUFFIXES


def form_html(largest_article: int) -> str:
    """Return the form: whether it is claims or an article, the text, and the buttons.

    Args:
        largest_article: bytes of one file.
    """
    articles = sorted(SUFFIXES)
    claims = f"One claim or a paragraph: each sentence is checked. Or a {' or '.join(CLAIMS_SUFFIXES)} file with one "
    about = f"{', '.join(articles)}; {largest_article / 1e6:g} MB at most. It does not become a source."
    return (
        '<form class="sg-check-form" aria-label="Check against the sources"><h2>Check against the sources</h2>'
        '<fieldset class="sg-modes"><legend class="sg-hidden">What to check</legend>'
        '<label><input type="radio" name="mode" value="claims" checked><span>Claims</span></label>'
        '<label><input type="radio" name="mode" value="article"><span>An article</span></label></fieldset>'
        '<label class="sg-side" for="sg-check-text"><span class="sg-of-claims">Claims</span>'
        '<span class="sg-of-article">Text of the article</span></label>'
        f'<textarea id="sg-check-text" name="text" rows="4" maxlength="{LONGEST_TEXT}" dir="auto"></textarea>'
        '<div class="sg-check-buttons"><button type="submit" class="sg-go"><span class="sg-of-claims">Check</span>'
        '<span class="sg-of-article">Audit</span></button>'
        '<button type="button" class="sg-copy" data-pick>Choose a file</button>'
        '<p class="sg-about sg-form-said" role="status"></p></div>'
        f'<p class="sg-about sg-of-claims">{claims}claim a line, {MOST_CLAIMS} at most.</p>'
        f'<p class="sg-about sg-of-article">{about}</p>'
        f'<input type="file" hidden data-claims="{",".join(CLAIMS_SUFFIXES)}" data-article="{",".join(articles)}" '
        f'data-largest="{largest_article}"></form>'
    )


def limits_html(documents: Mapping[str, Document]) -> str:
    """Return what the evidence can be limited to: types as boxes, documents as a list; empty without documents."""
    if not documents:
        return ""
    types = sorted({document.type for document in documents.values() if document.type}, key=type_name)
    boxes = "".join(
        f'<label><input type="checkbox" value="{escape(kind)}" data-name="{escape(plain(type_name(kind)))}"> '
        f"{shown(type_name(kind))}</label>"
        for kind in types
    )
    listed = sorted(documents.values(), key=lambda document: (plain(document.title).casefold(), document.doc_id))
    options = "".join(_option(document) for document in listed)
    fields = f'<fieldset class="sg-types"><legend>Types of document</legend>{boxes}</fieldset>' if boxes else ""
    return (
        '<ul class="sg-chips" aria-label="Only these count as evidence" hidden></ul>'
        f'<details class="sg-limits"><summary>Limit the evidence</summary>{fields}'
        '<div class="sg-docs"><label for="sg-limit-doc">Single documents</label><div>'
        f'<select id="sg-limit-doc">{options}</select>'
        '<button type="button" class="sg-copy" data-add>Add</button></div></div></details>'
    )


def _option(document: Document) -> str:
    title = plain(document.title) or document.doc_id
    date = f", {ENGLISH.date(document.date)}" if document.date else ""
    edition = f" ({ENGLISH.digest})" if document.edition == "digest" else ""
    return (
        f'<option value="{escape(document.doc_id)}" lang="{escape(plain(document.language))}">'
        f"{escape(plain(f'{title}{date}{edition}'))}</option>"
    )
