"""What stands around checked claims, as HTML: progress, counts that are filters, downloads, pages, the beginning."""

from __future__ import annotations

from html import escape
from typing import Final

from app.claims.labels import FAILED_SYMBOL, SYMBOLS, claim_labels
from app.claims.results import Check
from app.escape import shown
from app.labels import ENGLISH
from app.ui.chat import error_html
from app.ui.claims_batch import ONLY, Batch, Only

EXAMPLES: Final = (
    "The leaders’ joint statement of May 2021 names artificial intelligence among the fields of cooperation.",
    "Han writes that Koreans invest 2.7 billion dollars in American AI companies.",
    "The Camp David statement founds a trilateral AI fund of 500 million dollars.",
)
_FORMS: Final = (("csv", "CSV"), ("markdown", "Markdown"), ("docx", "Word"))


def start_html() -> str:
    """Return what stands there before the first check: claims to try, as buttons."""
    items = "".join(
        f'<li><button type="button" data-claim="{escape(example)}">{shown(example)}</button></li>'
        for example in EXAMPLES
    )
    return f'<section class="sg-welcome"><h3>Claims to begin with</h3><ul>{items}</ul></section>'


def head_html(batch: Batch) -> str:
    """Return what stands above the results: an error, or how far the list is, what was found and what was searched."""
    parts = [error_html(batch.error)] if batch.error else []
    if batch.limited:
        parts.append(f'<p class="sg-limited">Evidence only from: <bdi>{shown(batch.limited)}</bdi></p>')
    if batch.claims:
        parts.append(_progress(batch))
    if batch.results and len(batch.claims) > 1:
        parts += [_counts(batch), _searched(batch), _downloads(batch)]
    return "".join(parts)


def _progress(batch: Batch) -> str:
    done, total = len(batch.results), len(batch.claims)
    if done == total:
        return ""
    button = '<button type="button" class="sg-copy" data-key="stop" data-does="stop">Stop</button>'
    if not batch.running:
        again = "Try again" if batch.error else "Check the rest"
        button = f'<button type="button" class="sg-copy" data-key="stop" data-does="go_on">{again}</button>'
    bar = f'<progress max="{total}" value="{done}" aria-label="Claims checked"></progress>'
    return (
        f'<div class="sg-progress">{bar if total > 1 else ""}<p class="{"sg-stage" if batch.running else "sg-about"}">'
        f"{shown(progress_line(batch))}</p>{button}</div>"
    )


def progress_line(batch: Batch) -> str:
    """Say in words what is being done, or that it was stopped."""
    done, total = len(batch.results), len(batch.claims)
    if batch.stage == "loading" and batch.running:
        return ENGLISH.stages["loading"]
    if batch.stage == "waiting" and batch.running:
        return f"{batch.before} {'other is' if batch.before == 1 else 'others are'} before this one…"
    if not batch.running:
        return f"Stopped. {done} of {total} checked." if batch.stopped else f"{done} of {total} checked."
    return f"Checking {done + 1} of {total}…" if total > 1 else "Checking…"


def _counts(batch: Batch) -> str:
    """Return the counts by verdict as buttons that filter the list."""
    counts = batch.counts()
    buttons = "".join(_filter(batch, only, counts[only]) for only in ONLY if counts[only] or not only)
    return f'<div class="sg-filter" role="group" aria-label="Show only these verdicts"><div>{buttons}</div></div>'


def _filter(batch: Batch, only: Only, count: int) -> str:
    symbol, words = "", "All"
    if only == "failed":
        symbol, words = FAILED_SYMBOL, "Could not be checked"
    elif only:
        symbol, words = SYMBOLS[only], claim_labels("en").verdicts[only]
    sign = f'<span class="sg-symbol" aria-hidden="true">{symbol}</span> ' if symbol else ""
    return (
        f'<button type="button" class="sg-copy sg-v-{only or "all"}" data-key="only-{only}" data-only="{only}" '
        f'aria-pressed="{"true" if batch.only == only else "false"}">{sign}{words}'
        f'<span class="sg-total"> {count}</span></button>'
    )


def _searched(batch: Batch) -> str:
    """Return what was searched, and that a claim the sources do not decide may be true; once for all results."""
    check = next((result for result in batch.results if isinstance(result, Check)), None)
    if check is None:
        return ""
    words = claim_labels(check.language)
    return (
        f'<p class="sg-footing" lang="{words.language}">{shown(words.answers.coverage(check.coverage))} '
        f"{shown(words.not_false)}</p>"
    )


def _downloads(batch: Batch) -> str:
    count = sum(isinstance(batch.results[i], Check) for i in batch.chosen())
    if not count or batch.running:
        return ""
    buttons = "".join(
        f'<button type="button" class="sg-copy" data-key="save-{form}" data-form="{form}">{name}</button>'
        for form, name in _FORMS
    )
    return (
        f'<p class="sg-actions sg-saves"><span>Download {"this result" if count == 1 else f"{count} results"}</span>'
        f"{buttons}</p>"
    )


def foot_html(batch: Batch) -> str:
    """Return what stands below the results: the way to other pages; of a single claim, what was searched."""
    if len(batch.claims) == 1 and batch.results:
        return _searched(batch) + _downloads(batch)
    return _pager(batch) if batch.pages > 1 else ""


def _pager(batch: Batch) -> str:
    page, last = batch.page, batch.pages - 1
    buttons = [("Earlier", page - 1, page == 0), ("Later", page + 1, page == last)]
    turned = [
        f'<button type="button" class="sg-copy" data-key="{name}" data-page="{to}"{" disabled" if off else ""}>'
        f"{name}</button>"
        for name, to, off in buttons
    ]
    return (
        f'<nav class="sg-pager" aria-label="Pages of results">{turned[0]}<span>Page {page + 1} of {last + 1}</span>'
        f"{turned[1]}</nav>"
    )


def said(batch: Batch) -> str:
    """Return what a screen reader should say now, as text: that it begins, each tenth claim, the counts at the end."""
    if batch.error is not None:
        return str(batch.error)
    done, total = len(batch.results), len(batch.claims)
    if batch.running and batch.stage in ("loading", "waiting"):
        return progress_line(batch)
    if batch.running:
        return f"Checking {total} claims." if done < 10 else f"{done - done % 10} of {total} checked."
    if not total:
        return ""
    words, counts = claim_labels("en").verdicts, batch.counts()
    found = [f"{words[only]}: {counts[only]}" for only in SYMBOLS if counts[only]]
    found += [f"Could not be checked: {counts['failed']}"] if counts["failed"] else []
    return ". ".join([f"{done} of {total} checked", *found]) + "."
