"""The source panel: a cited paragraph with its quoted words marked, and its neighbours around it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from app.escape import link, plain, shown
from app.labels import Labels, labels
from app.results import Citation
from app.ui.components import apart, in_language
from app.ui.source_views import address, called
from ingest.documents import Document, Paragraph

PANEL: Final = "sg-source"
_CLOSE = '<button type="button" class="sg-close" aria-label="Close the source panel">Close</button>'


def empty_html(panel: str = PANEL, chosen: str = "a number in an answer to read the paragraph it rests on") -> str:
    """Return the panel, by its id, before anything was opened; it says what is `chosen`, and what that opens."""
    return (
        f'<section id="{panel}" class="sg-source sg-empty" aria-label="Source" tabindex="-1"><h2>Source</h2>'
        f"<p>Choose {chosen}, here, in its place.</p></section>"
    )


def source_html(
    citation: Citation,
    document: Document | None,
    *,
    related: bool = False,
    language: str = "en",
    panel: str = PANEL,
    documents: Mapping[str, Document] | None = None,
) -> str:
    """Return a citation's place in its document: the paragraph before, its own, and the one after.

    The quoted words are marked where they stand. A document that is gone, or that has changed since the answer
    was given, is said to be so, and the words are shown as they were.

    Args:
        citation: the place; its own title, issuer and date are shown even if the document is gone.
        document: the document it cites, or None if it is no longer indexed.
        related: whether it only was the nearest passage of an abstention.
        language: the answer's language, for the labels.
        panel: id of the panel.
        documents: those that this visitor sees, by `doc_id`: one that superseded the source can be opened from here.
    """
    words = labels(language)
    kind = f'<p class="sg-kind">{words.related}</p>' if related else ""
    head = f"{kind}<h2>{apart(citation.title)}</h2>{_about(citation, words)}"
    head += _superseded(citation, documents or {}, words)
    return (
        f'<section id="{panel}" class="sg-source" aria-label="Source" tabindex="-1" lang="{words.language}" '
        f'data-doc="{escape(plain(citation.doc_id))}">{_CLOSE}{head}'
        f"{_paragraphs(citation, document, words)}</section>"
    )


def _about(citation: Citation, words: Labels) -> str:
    edition = words.digest if citation.edition == "digest" else words.original
    said = [citation.issuer, words.date(citation.date), edition]
    said += [words.page.format(page=citation.page)] if citation.page else []
    said += [citation.note]
    about = " · ".join(apart(part) for part in said if part)
    official = link(citation.url, words.official)
    there = (
        f'<a href="{escape(address(citation.doc_id, citation.paragraph))}" data-read="{escape(citation.doc_id)}" '
        f'data-p="{citation.paragraph}">{words.whole}</a>'
    )
    return f'<p class="sg-about">{about}</p><p class="sg-official">{there}{official}</p>'


def _superseded(citation: Citation, documents: Mapping[str, Document], words: Labels) -> str:
    """Return the warning that a source was superseded, with the way to what superseded it where that is held."""
    newer = citation.superseded_by
    if not newer:
        return ""
    title = apart(called(newer, documents))
    if newer in documents:
        title = f'<a href="{escape(address(newer))}" data-read="{escape(newer)}">{title}</a>'
    return f'<p class="sg-notice" role="note">{words.superseded}: {title}</p>'


def _paragraphs(citation: Citation, document: Document | None, words: Labels) -> str:
    if document is None:
        return _changed("This document is no longer indexed. The words as they were cited:", citation)
    try:
        cited = document.paragraph(citation.paragraph)
    except KeyError:
        return _changed("This document has changed since. The words as they were cited:", citation)
    if cited.text[citation.start : citation.end] != citation.quote:
        return _changed("This paragraph has changed since. The words as they were cited:", citation)
    at = document.paragraphs.index(cited)
    around = document.paragraphs[max(at - 1, 0) : at + 2]
    paragraphs = "".join(_paragraph(one, citation if one is cited else None, words) for one in around)
    return f'<div lang="{escape(plain(document.language))}">{paragraphs}</div>'


def _changed(why: str, citation: Citation) -> str:
    quote = f'<p{in_language(citation.quote)} dir="auto"><mark>{shown(citation.quote)}</mark></p>'
    return f'<p class="sg-notice" role="note">{why}</p>{quote}'


def _paragraph(paragraph: Paragraph, citation: Citation | None, words: Labels) -> str:
    where = f"¶{paragraph.number}" + (f"–{paragraph.last}" if paragraph.last > paragraph.number else "")
    number = f'<span class="sg-para-number">{where}</span>'
    if citation is None:
        return f'<div class="sg-para sg-near">{number}<p dir="auto">{shown(paragraph.text)}</p></div>'
    text, start, end = paragraph.text, citation.start, citation.end
    marked = f"{shown(text[:start])}<mark>{shown(text[start:end])}</mark>{shown(text[end:])}"
    label = ""
    if citation.edition == "digest":
        label = f'<p class="sg-summary" lang="{words.language}">{shown(words.summary.format(place=where))}</p>'
    return f'<div class="sg-para sg-here">{number}<div>{label}<p dir="auto">{marked}</p></div></div>'
