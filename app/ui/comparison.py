"""Two documents side by side, as HTML: the form that chooses them, what was found, and the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

from app.compare import Comparison, PairedBy, Row
from app.escape import plain, shown
from app.labels import ENGLISH, labels
from app.ui.components import apart, in_language
from app.ui.filters import type_name
from app.ui.source_views import BACK, address, gone, where
from ingest.documents import Document, Paragraph

Kind = Literal["both", "left", "right"]

_NAMES: Final = {"left": "A", "right": "B"}
_NO_TYPE: Final = "Other"
_SHOW: Final[tuple[tuple[Kind, str], ...]] = (("both", "In both"), ("left", "Only in A"), ("right", "Only in B"))
_HOW: Final[Mapping[PairedBy, str]] = {
    "numbers": "These are one text: paragraphs of the same number stand side by side.",
    "both": "Paragraphs stand side by side where their words and their meaning are alike.",
    "vectors": "These are in two languages: paragraphs stand side by side where their meaning is alike.",
    "words": "The embedding model in use does not read this language: paragraphs stand side by side where they share "
    "words.",
}
_CAUTION: Final = "This is computed and can be wrong: read both before you say that one of them is silent."


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two documents, with the letter that it is called by."""

    letter: str
    document: Document
    other: str

    @property
    def badge(self) -> str:
        return f'<b class="sg-letter">{self.letter}</b>'

    @property
    def name(self) -> str:
        """Date and title: dates differ where titles do not."""
        parts = (ENGLISH.date(self.document.date), self.document.title)
        return " · ".join(f"<span{in_language(part)}>{shown(part)}</span>" for part in parts if part)

    def link(self, paragraph: Paragraph | None, words: str) -> str:
        """Return a link to the document, or to a paragraph of it, in the reader; `words` are HTML."""
        number = paragraph.number if paragraph else None
        at = f' data-p="{number}"' if paragraph else ""
        doc_id = self.document.doc_id
        return f'<a href="{escape(address(doc_id, number))}" data-doc="{escape(doc_id)}"{at}>{words}</a>'


def refused(documents: Mapping[str, Document], left: str, right: str) -> str:
    """Return why two documents cannot be compared and what to do, as HTML; empty where they can be.

    Args:
        documents: what this visitor sees, by `doc_id`.
        left: a `doc_id`; empty where none was chosen.
        right: another.
    """
    for doc_id in (left, right):
        if doc_id and doc_id not in documents:
            return f"{gone(doc_id)} Choose another one."
    if left and left == right:
        return "This is one document, chosen twice. Choose another one as B."
    for name, doc_id in (("A", left), ("B", right)):
        if doc_id and all(paragraph.heading for paragraph in documents[doc_id].paragraphs):
            return f"{name} has no paragraphs to compare. Choose another one."
    if len(documents) < 2:
        return "There are fewer than two documents. Add files of your own under Sources, or run: sangho ingest"
    return ""


def choosing_html(documents: Mapping[str, Document], left: str = "", right: str = "", why: str = "") -> str:
    """Return the view before there is a comparison: the form, and why there is none (HTML; may be empty)."""
    return _view(documents, left, right, f'<div class="sg-why" role="alert">{why}</div>' if why else "")


def comparison_html(documents: Mapping[str, Document], comparison: Comparison) -> str:
    """Return the view of two documents: the form, what was found in numbers, how to read the rows, and the rows.

    Args:
        documents: what can be chosen, by `doc_id`.
        comparison: of two documents that both have paragraphs.
    """
    left, right = _Side("A", comparison.left, "B"), _Side("B", comparison.right, "A")
    counts = Counter(_kind(row) for row in comparison.rows)
    body = "".join(_row(row, left, right) for row in comparison.rows)
    found = (
        '<div class="sg-compared" tabindex="-1" role="region" aria-label="Comparison">'
        f"{_said(comparison.rows, left, right)}{_key(comparison)}{_filters(counts)}"
        f'<table class="sg-rows" role="table" aria-label="Paragraphs of A and B by topic">'
        f'<thead role="rowgroup"><tr role="row">{_head(left)}{_head(right)}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table></div>'
    )
    return _view(documents, left.document.doc_id, right.document.doc_id, found)


def _view(documents: Mapping[str, Document], left: str, right: str, below: str) -> str:
    held = sorted(documents.values(), key=lambda document: (document.date, document.doc_id), reverse=True)
    return (
        f'<section class="sg-views sg-comparison"><p class="sg-actions">{BACK}</p><h2>Compare two documents</h2>'
        '<form class="sg-choose">'
        f"{_select('left', held, left)}{_select('right', held, right)}"
        f'<button type="submit" class="sg-go">Compare</button></form>{below}</section>'
    )


def _select(side: str, held: Iterable[Document], chosen: str) -> str:
    kinds: dict[str, list[Document]] = {}
    for document in held:
        kinds.setdefault(type_name(document.type) or _NO_TYPE, []).append(document)
    groups = "".join(
        f'<optgroup label="{escape(kind)}">{"".join(_option(one, chosen) for one in ones)}</optgroup>'
        for kind, ones in kinds.items()
    )
    return (
        f'<div><label for="sg-{side}">Document {_NAMES[side]}</label>'
        f'<select id="sg-{side}" name="{side}" required>'
        f'<option value="">Choose a document</option>{groups}</select></div>'
    )


def _option(document: Document, chosen: str) -> str:
    date = ENGLISH.date(document.date)
    parts = [date, document.title, "digest" if document.edition == "digest" else ""]
    words = escape(plain(" · ".join(part for part in parts if part)))
    selected = " selected" if document.doc_id == chosen else ""
    return f'<option value="{escape(document.doc_id)}"{selected}>{words}</option>'


def _kind(row: Row) -> Kind:
    """Tell who speaks of a row's topic: a lone paragraph that is like one elsewhere is no topic of one alone."""
    if row.also or (row.left and row.right):
        return "both"
    return "left" if row.left else "right"


def _said(rows: Iterable[Row], left: _Side, right: _Side) -> str:
    """Return what was found, in a line for each document."""
    kept = list(rows)
    lines = _line(left, [row for row in kept if row.left]), _line(right, [row for row in kept if row.right])
    return f'<ul class="sg-tally">{"".join(f"<li>{line}</li>" for line in lines)}</ul>'


def _line(side: _Side, ours: Sequence[Row]) -> str:
    paired = sum(row.left is not None and row.right is not None for row in ours)
    also = sum(row.also is not None for row in ours)
    alone = len(ours) - paired - also
    parts = [f"{paired} {_has(paired)} a counterpart in {side.other}"]
    parts += [f"{also} {'is' if also == 1 else 'are'} like one there that stands beside another"] if also else []
    parts += [f"{alone} {_has(alone)} none"] if alone else []
    noun = "paragraph" if len(ours) == 1 else "paragraphs"
    return f"{side.badge}<span>Of {len(ours)} {noun} of {side.letter}, {_joined(parts)}.</span>"


def _joined(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def _key(comparison: Comparison) -> str:
    """Return how to read the rows; only what occurs in them."""
    items = [f"{_HOW[comparison.paired_by]} {_CAUTION if comparison.paired_by != 'numbers' else ''}"]
    if any(_kind(row) != "both" for row in comparison.rows):
        items.append(f"{_only('A')} {_only('B')} No counterpart was found: the other side of the row is hatched.")
    if any(row.also for row in comparison.rows):
        items.append("<b>Compare ¶…</b> The other speaks of this too, in a paragraph that stands beside another.")
    if "digest" in (comparison.left.edition, comparison.right.edition):
        items.append("<b>Sangho’s summary of ¶…</b> A digest: not the source’s own words.")
    return f'<ul class="sg-key" aria-label="How to read the rows">{"".join(f"<li>{item}</li>" for item in items)}</ul>'


def _filters(counts: Mapping[Kind, int]) -> str:
    total = sum(counts.values())
    choices: tuple[tuple[str, str, int], ...] = (("", "All", total), *((k, w, counts.get(k, 0)) for k, w in _SHOW))
    buttons = "".join(
        f'<button type="button" class="sg-copy" data-only="{kind}" aria-pressed="{str(not kind).lower()}">'
        f'{words} <span class="sg-total">{count}</span></button>'
        for kind, words, count in choices
    )
    return (
        f'<div class="sg-filter"><div role="group" aria-label="Rows to show">{buttons}</div>'
        '<span class="sg-count" role="status"></span></div>'
    )


def _head(side: _Side) -> str:
    document = side.document
    said = (ENGLISH.date(document.date), document.edition, document.issuer)
    about = " · ".join(apart(part) for part in said if part)
    title = side.link(None, apart(document.title))
    return (
        f'<th role="columnheader" scope="col"><div>{side.badge} <span>{title}'
        f'<span class="sg-about">{about}</span></span></div></th>'
    )


def _row(row: Row, left: _Side, right: _Side) -> str:
    kind = _kind(row)
    cells = _cell(left, row.left, row.left_headings, row) + _cell(right, row.right, row.right_headings, row)
    return f'<tr role="row" data-kind="{kind}">{cells}</tr>'


def _cell(side: _Side, paragraph: Paragraph | None, headings: Iterable[Paragraph], row: Row) -> str:
    if paragraph is None:
        return _blank(side, row)
    lone = _kind(row) != "both"
    tag = f" {_only(side.letter)}" if lone else ""
    language = escape(plain(side.document.language))
    above = "".join(f'<h3 lang="{language}" dir="auto">{shown(one.text)}</h3>' for one in headings)
    return (
        f'<td role="cell"{" class=sg-lone" if lone else ""}>{_of(side)}{above}'
        f'<p class="sg-place">{side.link(paragraph, _place(side.document, paragraph))}{tag}</p>'
        f'<p class="sg-text" lang="{language}" dir="auto">{shown(paragraph.text)}</p></td>'
    )


def _blank(side: _Side, row: Row) -> str:
    if row.also:
        place = side.link(row.also, _place(side.document, row.also))
        said = f"Compare {place} of {side.letter}, beside another paragraph."
        return f'<td role="cell" class="sg-also">{_of(side)}<p>{said}</p></td>'
    return (
        f'<td role="cell" class="sg-blank"><span class="sg-nothing">No counterpart found in {side.letter}</span></td>'
    )


def _place(document: Document, paragraph: Paragraph) -> str:
    """Return what a paragraph is called, as HTML: a digest's is a summary, never the source's own words."""
    if document.edition == "digest":
        return shown(labels(document.language).summary.format(place=where(paragraph)))
    return where(paragraph)


def _of(side: _Side) -> str:
    """Return the document's name for a cell that stands under no column, as on a narrow screen."""
    return f'<p class="sg-of">{side.badge} <bdi>{side.name}</bdi></p>'


def _only(letter: str) -> str:
    return f'<span class="sg-only">Only in {letter}</span>'
