"""What is held, as HTML: the table of documents, one document to read, and what a search within them found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final
from urllib.parse import quote

from app.catalogue import Catalogue, Known
from app.escape import link, plain, shown
from app.exact import phrase_spans
from app.labels import ENGLISH, labels
from app.language import language_name
from app.results import Ranked
from app.timeline import timeline_svg
from app.ui.components import apart, in_language
from app.ui.filters import type_name
from ingest.documents import Document, Paragraph

_DOWN: Final = '<button type="button" class="sg-copy" data-to="{}">{}</button>'
_READING: Final = (
    "Each mark is a document at its date, with its title on hovering: filled where it is held, hollow where it is only "
    "known of. A bar is one of which only the year or the month is known; the grey band leaves out years without any."
)
_COLUMNS: Final = ("Date", "Title", "Issuer", "Type", "Language", "Edition", "Paragraphs", "Source folder")
BACK: Final = '<button type="button" class="sg-copy" data-view="list">All sources</button>'


def address(doc_id: str, paragraph: int | None = None) -> str:
    """Return the stable address of a document in the window, or of one of its paragraphs."""
    return f"/?doc={quote(doc_id, safe='')}" + ("" if paragraph is None else f"&p={paragraph}")


def comparing(left: str = "", right: str = "") -> str:
    """Return the stable address of two documents side by side, or of the form that chooses them."""
    return f"/?compare={quote(left, safe='')}" + (f"&with={quote(right, safe='')}" if right else "")


def list_html(
    documents: Mapping[str, Document],
    not_held: Sequence[Known],
    name_of: Callable[[str], str],
    *,
    originals: bool = False,
) -> str:
    """Return the search form, the timeline, the table of documents, and what is known but not held.

    Args:
        documents: by `doc_id`; none gives what to do about that.
        not_held: documents of the field that exist.
        name_of: tells what a source root is called.
        originals: whether the page has a part that fetches them.
    """
    if not documents:
        return (
            '<section class="sg-views"><h2>Sources</h2><p class="sg-notice" role="note">Nothing is indexed yet. '
            "<code>sangho ingest</code> adds Sangho’s digests, <code>sangho ingest PATH</code> your own files.</p>"
            f"{_not_held(not_held)}</section>"
        )
    held = sorted(documents.values(), key=lambda document: (document.date, document.doc_id), reverse=True)
    rows = "".join(_row(document, name_of(document.root)) for document in held)
    heads = "".join(
        f'<th role="columnheader" scope="col"{" aria-sort=descending" if not i else ""}>'
        f'<button type="button" data-sort="{i}">{name}</button></th>'
        for i, name in enumerate(_COLUMNS)
    )
    timeline = timeline_svg(held, not_held)
    picture = (
        f'<details class="sg-timeline"><summary>Timeline</summary><p class="sg-about">{_READING}</p>'
        f'<div tabindex="0">{timeline}</div></details>'
    )
    return (
        f'<section class="sg-views"><h2>Sources</h2>{find_html()}{picture}'
        f'<p class="sg-actions">{_compare("Compare two documents") if len(held) > 1 else ""}'
        f"{_DOWN.format('sg-originals', 'Get the originals') if originals else ''}"
        f"{_DOWN.format('sg-own', 'Add your own files')}</p>"
        f'<p class="sg-narrow"><label>Show only rows with <input type="search" class="sg-narrowing"></label> '
        f'<span class="sg-count" role="status">{len(held)} documents</span></p>'
        '<div class="sg-scroll" tabindex="0" role="region" aria-label="Table of documents">'
        f'<table class="sg-table" role="table" aria-label="Documents"><thead role="rowgroup">'
        f'<tr role="row">{heads}</tr></thead><tbody role="rowgroup">{rows}</tbody></table></div>'
        f"{_not_held(not_held)}</section>"
    )


def find_html(query: str = "", *, exact: bool = False) -> str:
    """Return the form that searches within the sources."""
    checked = " checked" if exact else ""
    return (
        '<form class="sg-find" role="search"><label for="sg-query">Search within the sources</label>'
        f'<div><input id="sg-query" name="query" type="search" maxlength="2000" value="{escape(plain(query))}">'
        '<button type="submit" class="sg-go">Search</button></div>'
        f'<label class="sg-exact"><input type="checkbox" name="exact"{checked}> this exact phrase</label></form>'
    )


def results_html(
    query: str, results: Sequence[Ranked], documents: Mapping[str, Document] | None = None, *, exact: bool
) -> str:
    """Return the passages found, each opening its document at its paragraph; an exact phrase is marked.

    Args:
        query: what was searched for.
        results: best first.
        documents: by `doc_id`, for their editions: a digest's words are shown as a summary.
        exact: whether the query was searched for letter by letter.
    """
    items = "".join(_result(one, query if exact else "", (documents or {}).get(one.doc_id)) for one in results)
    count = "1 passage" if len(results) == 1 else f"{len(results)} passages"
    said = f"{count} with this phrase." if exact else f"The {count} nearest in meaning, the nearest first."
    found = f'<p class="sg-about" role="status">{said}</p><ol class="sg-found">{items}</ol>'
    if not results:
        hint = "Check its spelling, or search by meaning instead." if exact else "Try other words."
        found = f'<p class="sg-notice" role="status">Nothing found. {hint}</p>'
    return (
        f'<section class="sg-views"><p class="sg-actions">{BACK}</p><h2>Sources</h2>'
        f"{find_html(query, exact=exact)}{found}</section>"
    )


def reader_html(
    document: Document, paragraph: int | None = None, documents: Mapping[str, Document] | None = None
) -> str:
    """Return a document to read; each paragraph has its number, which is a stable link to it.

    Args:
        document: what to read.
        paragraph: the original's paragraph to mark and scroll to; one that does not exist marks nothing.
        documents: those that can be opened, by `doc_id`: one that superseded this one is linked.
    """
    words = labels(document.language)
    edition = words.digest if document.edition == "digest" else words.original
    said = [document.issuer, words.date(document.date), type_name(document.type), edition]
    said += [", ".join(document.topics)]
    about = " · ".join(apart(part) for part in said if part)
    official = link(document.url, words.official)
    paragraphs = "".join(_paragraph(document, one, paragraph) for one in document.paragraphs)
    notes = _notes(document, documents or {})
    return (
        f'<section class="sg-views sg-reader" tabindex="-1">'
        f'<p class="sg-actions">{BACK}{_compare("Compare with another document", document.doc_id)}</p>'
        f'<h2{in_language(document.title)} dir="auto">{shown(document.title)}</h2><p class="sg-about">{about}</p>'
        f"{f'<p class=sg-official{in_language(words.official)}>{official}</p>' if official else ''}{notes}"
        f'<div lang="{escape(plain(document.language))}">{paragraphs}</div></section>'
    )


def gone_html(doc_id: str) -> str:
    """Return what is shown for an address whose document is not, or no longer, indexed."""
    return (
        f'<section class="sg-views"><p class="sg-actions">{BACK}</p><h2>Sources</h2>'
        f'<p class="sg-notice" role="alert">{gone(doc_id)}</p></section>'
    )


def gone(doc_id: str) -> str:
    """Return the line that says so, as HTML."""
    return f"There is no document “{shown(doc_id)}” in the index. It may have been removed or renamed."


def where(paragraph: Paragraph) -> str:
    """Return a paragraph's number as it is shown, such as ¶9, or ¶12–15 where one retells several."""
    return f"¶{paragraph.number}" + (f"–{paragraph.last}" if paragraph.last > paragraph.number else "")


def _compare(words: str, doc_id: str = "") -> str:
    return f'<a class="sg-copy" href="{escape(comparing(doc_id))}" data-compare="{escape(doc_id)}">{words}</a>'


def called(doc_id: str, documents: Mapping[str, Document]) -> str:
    """Return a document's title and date, whether it is held or only known of; else its `doc_id`."""
    one = documents.get(doc_id) or Catalogue.load().known(doc_id)
    if one is None:
        return doc_id
    return f"{one.title} ({ENGLISH.date(one.date)})" if one.date else one.title


def _notes(document: Document, documents: Mapping[str, Document]) -> str:
    said = []
    if document.edition == "digest":
        said.append("This is Sangho’s digest: each paragraph retold in other words, under the original’s number.")
    if not document.complete:
        said.append("It is not complete.")
    notes = [shown(" ".join(said)), _successor(document, documents), shown(document.note)]
    return "".join(f'<p class="sg-notice" role="note">{note}</p>' for note in notes if note)


def _successor(document: Document, documents: Mapping[str, Document]) -> str:
    """Return the line that says what superseded a document, linked where it is held; empty where nothing did."""
    newer = document.superseded_by or Catalogue.load().superseded_by(document.doc_id)
    if not newer:
        return ""
    title = apart(called(newer, documents))
    if newer in documents:
        title = f'<a href="{escape(address(newer))}" data-doc="{escape(newer)}">{title}</a>'
    return f"It was superseded by {title}."


def _paragraph(document: Document, paragraph: Paragraph, wanted: int | None) -> str:
    here = wanted is not None and paragraph.number <= wanted <= paragraph.last
    text = shown(paragraph.text)
    body = f'<h3 dir="auto">{text}</h3>' if paragraph.heading else f'<p dir="auto">{text}</p>'
    kind = "sg-para sg-here" if here else "sg-para"
    number = (
        f'<a class="sg-para-number" href="{escape(address(document.doc_id, paragraph.number))}" '
        f'data-doc="{escape(document.doc_id)}" data-p="{paragraph.number}">{where(paragraph)}</a>'
    )
    return f'<div class="{kind}"{" aria-current=true" if here else ""}>{number}<div>{body}</div></div>'


def _row(document: Document, root: str) -> str:
    title = (
        f'<a href="{escape(address(document.doc_id))}" data-doc="{escape(document.doc_id)}"'
        f'{in_language(document.title)} dir="auto">{shown(document.title)}</a>'
    )
    plain_cells = (document.issuer, type_name(document.type), language_name(document.language), document.edition)
    cells = [
        (document.date, f'<span class="sg-date">{shown(ENGLISH.date(document.date) or "no date")}</span>'),
        (document.title, title),
        *((text, apart(text)) for text in plain_cells),
        (f"{document.paragraphs[-1].last:06}", str(document.paragraphs[-1].last)),
        (root, apart(root)),
    ]
    return '<tr role="row">' + "".join(
        f'<td role="cell" data-key="{escape(plain(key).lower())}" data-name="{name}">{cell}</td>'
        for name, (key, cell) in zip(_COLUMNS, cells, strict=True)
    ) + "</tr>"  # fmt: skip


def _told(one: Known) -> tuple[str, ...]:
    return one.issuer, ENGLISH.date(one.date), f"link: {one.url_note}" if one.url_note else ""


def _not_held(known: Sequence[Known]) -> str:
    if not known:
        return ""
    items = "".join(
        f"<li><span{in_language(one.title)}>{link(one.url, one.title) or shown(one.title)}</span> "
        f'<span class="sg-about">'
        f"{' · '.join(apart(part) for part in _told(one) if part)}</span></li>"
        for one in known
    )
    return (
        f'<details class="sg-not-held"><summary>Known to exist, but not held ({len(known)})</summary>'
        f"<ul>{items}</ul></details>"
    )


def _result(result: Ranked, phrase: str, document: Document | None) -> str:
    first, last = result.paragraphs
    place = f"¶{first}" if first == last else f"¶{first}–{last}"
    if document and document.edition == "digest":
        place = ENGLISH.summary.format(place=place)
    about = " · ".join(shown(part) for part in (ENGLISH.date(result.date), place) if part)
    text = _marked(result.text, phrase) if phrase else shown(result.text)
    return (
        f'<li><a href="{escape(address(result.doc_id, first))}" data-doc="{escape(result.doc_id)}" data-p="{first}">'
        f'{apart(result.title)}</a><p class="sg-about">{about}</p>'
        f'<p class="sg-text"{in_language(result.text)} dir="auto">{text}</p></li>'
    )


def _marked(text: str, phrase: str) -> str:
    parts, at = [], 0
    for start, end in phrase_spans(phrase, text):
        parts.append(f"{shown(text[at:start])}<mark>{shown(text[start:end])}</mark>")
        at = end
    return "".join(parts) + shown(text[at:])
