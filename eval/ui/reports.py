"""The report of a run, or of two, in the Evaluate tab: in a frame, as files, and the items that went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

from app.escape import plain, shown
from app.query import language_of
from app.ui.components import apart
from app.ui.downloads import saved
from eval.figures.scores import SAME, score
from eval.reports.details import expected_words, given_words
from eval.reports.items import SIGNS, STATES, state_of
from eval.reports.markdown import report_markdown
from eval.reports.report import render_report

if TYPE_CHECKING:
    from eval.items import Item
    from eval.running.folder import RunFolder

A_PAGE: Final = 20  # items
_FORMS: Final = (("html", "HTML"), ("markdown", "Markdown"))


def report_html(runs: Sequence[RunFolder]) -> str:
    """Return the report of one run or two in a frame of its own.

    Its one script is ours and runs in an origin of nobody's: it reaches neither the window nor the network, and the
    report's own policy lets no other script run.

    Raises:
        BadInput: two runs share no item.
    """
    # What begins with "#" would be looked for in the window's own page. Quotation marks in texts are escaped.
    report = render_report(*runs).replace('href="#', 'href="about:srcdoc#')
    return (
        '<iframe class="sg-report" title="Report of the evaluation" sandbox="allow-scripts" '
        f'srcdoc="{escape(report)}"></iframe>'
    )


def report_head_html(names: Sequence[str]) -> str:
    """Return what stands above a report: whose it is, the downloads, and how to close it.

    Args:
        names: what each run measures, in words; plain text.
    """
    title = "Report" if len(names) == 1 else "Comparison"
    told = " <span>with</span> ".join(map(apart, names))
    buttons = "".join(
        f'<button type="button" class="sg-copy" data-key="save-{form}" data-form="{form}">{name}</button>'
        for form, name in _FORMS
    )
    return (
        f'<h3 tabindex="-1">{title}</h3><p class="sg-about">{told}</p><p class="sg-actions sg-saves">'
        f'<span>Download</span>{buttons}<button type="button" class="sg-copy" data-does="close">Close</button></p>'
    )


def download(runs: Sequence[RunFolder], form: object) -> dict[str, str] | None:
    """Return a report as `download.js` saves it; None for a form, named by the browser, that there is not.

    Raises:
        BadInput: two runs share no item.
    """
    if form == "html":
        return saved("evaluation.html", "text/html", render_report(*runs).encode("utf-8", "replace"))
    if form == "markdown":
        return saved("evaluation.md", "text/markdown", report_markdown(*runs).encode("utf-8", "replace"))
    return None


def wrong_items(runs: Sequence[RunFolder]) -> list[Item]:
    """Return the items that went wrong, the worst first, then in the data's order.

    Args:
        runs: one, and those are its items that are not wholly right; or two, and those are the items of the second
            that fared worse in it than in the first.
    """
    last = runs[-1].items
    if len(runs) == 1:
        return sorted((item for item in last if score(item) < 1 - SAME), key=score)
    before = {item.id: score(item) for item in runs[0].items}
    lost = {item.id: before[item.id] - score(item) for item in last if item.id in before}
    return sorted((item for item in last if lost.get(item.id, 0.0) > SAME), key=lambda item: -lost[item.id])


def wrong_html(runs: Sequence[RunFolder], page: int) -> str:
    """Return one page of the items that went wrong, each with a button that opens it where it can be asked or checked.

    Args:
        runs: see `wrong_items`.
        page: from 0; one that there is not shows the first.
    """
    items = wrong_items(runs)
    title = "Items that are not right" if len(runs) == 1 else "Items that became worse"
    if not items:
        return f'<h3>{title}</h3><p class="sg-none">There are none.</p>'
    pages = -(-len(items) // A_PAGE)
    page = page if 0 <= page < pages else 0
    rows = "".join(map(_row, items[page * A_PAGE : (page + 1) * A_PAGE]))
    return f'<h3>{title} ({len(items)})</h3><ul class="sg-wrong">{rows}</ul>{_pager(page, pages)}'


def _row(item: Item) -> str:
    state = state_of(item, score)
    right, came = expected_words(item), given_words(item)
    told = [STATES[state], *([f"right: {right}", f"given: {came}"] if right and not item.failed else []), item.id]
    failed = f'<p class="sg-failed">{shown(item.failed)}</p>' if item.failed else ""
    follows = ""
    if item.history:
        follows = f'<p class="sg-about">A follow-up; asked before it: {apart(item.history[-1])}</p>'
    return (
        f'<li><span class="sg-symbol" aria-hidden="true">{SIGNS[state]}</span><div>'
        f'<p class="sg-claim" lang="{language_of(item.asked)}" dir="auto">{shown(item.asked)}</p>{follows}'
        f'<p class="sg-about">{shown(" · ".join(told))}</p>{failed}{_opens(item)}</div></li>'
    )


def _opens(item: Item) -> str:
    where, does = ("Check", "claim") if item.task == "claim" else ("Ask", "ask")
    label = escape(plain(f"Open in {where}: {item.asked}"))
    return (
        f'<p class="sg-actions"><button type="button" class="sg-copy" data-{does}="{escape(item.asked)}" '
        f'aria-label="{label}">Open in {where}</button></p>'
    )


def _pager(page: int, pages: int) -> str:
    if pages < 2:
        return ""
    turns = [("Earlier", page - 1, page == 0), ("Later", page + 1, page == pages - 1)]
    before, after = (
        f'<button type="button" class="sg-copy" data-key="{words}" data-page="{to}"{" disabled" if off else ""}>'
        f"{words}</button>"
        for words, to, off in turns
    )
    told = f"<span>Page {page + 1} of {pages}</span>"
    return f'<nav class="sg-pager" aria-label="Pages of items">{before}{told}{after}</nav>'


def empty_view() -> dict[str, Any]:
    """Return what the report's component shows while no report is open."""
    return {"drawn": 0, "names": [], "head": "", "report": "", "items": ""}
