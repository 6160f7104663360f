"""What stands around an audit in the window, as HTML: its beginning, its progress, its report in a frame."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from app.claims.labels import FAILED_SYMBOL, QUOTE_SYMBOLS, SYMBOLS, claim_labels
from app.escape import shown
from app.labels import ENGLISH
from app.ui.chat import error_html

if TYPE_CHECKING:
    from app.ui.auditing import Run

_INTRO: Final = (
    "An article is split into sentences. Those that claim something, or quote, are checked against the other "
    "documents; opinion, forecast and narration are left alone. The report shows each verdict in its place."
)
_SCRIPT: Final = re.compile(r"<script>.*?</script>", re.DOTALL)  # the report's own; those in texts are escaped
_FORMS: Final = (("html", "HTML"), ("markdown", "Markdown"), ("docx", "Word"))


def audit_head_html(run: Run) -> str:
    """Return what stands above the report: what an audit is, how far it is, why there is none, or the downloads."""
    if not run.file and run.error is None:
        return f'<p class="sg-about sg-audit-intro">{_INTRO}</p>'
    parts = [error_html(run.error)] if run.error else []
    if run.limited:
        parts.append(f'<p class="sg-limited">Evidence only from: <bdi>{shown(run.limited)}</bdi></p>')
    if run.found and run.audit is None:  # the report has counts of its own
        parts.append(_found(run))
    parts.append(_downloads() if run.audit is not None else _progress(run) if run.file else "")
    return "".join(parts)


def frame_html(report: str) -> str:
    """Return a report in a frame of its own: nothing in it runs, and its links open elsewhere."""
    report = _SCRIPT.sub("", report)  # it would be refused, and said to be so
    # What begins with "#" would be looked for in the window's own page. Quotation marks in texts are escaped.
    report = report.replace('href="#', 'href="about:srcdoc#')
    return (
        '<iframe class="sg-report" title="Report of the audit" sandbox="allow-popups allow-popups-to-escape-sandbox" '
        f'srcdoc="{escape(report)}"></iframe>'
    )


def audit_line(run: Run) -> str:
    """Say in words what is being done, or that it was stopped."""
    if run.stage == "loading":
        return ENGLISH.stages["loading"]
    if run.stage == "waiting":
        return f"{run.before} {'other is' if run.before == 1 else 'others are'} before this one…"
    far = f"Sentence {run.done} of {run.of}" if run.of else "Reading the article"
    if run.cancelled:
        return f"Cancelled. {far}." if run.of else "Cancelled."
    return f"{far}…" if run.running else f"{far}."


def audit_said(run: Run) -> str:
    """Return what a screen reader should say now, as text: that it begins, each tenth sentence, and the end."""
    if run.error is not None:
        return str(run.error)
    if run.audit is not None:
        return "The audit is done. " + ". ".join(f"{words}: {count}" for _, _, words, count in _marks(run)) + "."
    if run.running and run.done % 10 and run.stage == "auditing":
        return f"Sentence {run.done - run.done % 10} of {run.of}…" if run.done > 10 else "The audit goes on."
    return audit_line(run) if run.file else ""


def _progress(run: Run) -> str:
    button = '<button type="button" class="sg-copy" data-key="stop" data-does="cancel">Cancel</button>'
    if not run.running:
        again = "Try again" if run.error else "Go on"
        button = f'<button type="button" class="sg-copy" data-key="stop" data-does="go_on">{again}</button>'
    bar = f'<progress max="{max(run.of, 1)}" value="{run.done}" aria-label="Sentences looked at"></progress>'
    stage = "sg-stage" if run.running else "sg-about"
    return f'<div class="sg-progress">{bar}<p class="{stage}">{shown(audit_line(run))}</p>{button}</div>'


def _found(run: Run) -> str:
    items = "".join(
        f'<li class="sg-v-{name}"><span class="sg-symbol" aria-hidden="true">{symbol}</span> {words} '
        f'<span class="sg-total">{count}</span></li>'
        for name, symbol, words, count in _marks(run)
    )
    return f'<ul class="sg-tallied" aria-label="Found so far">{items}</ul>'


def _marks(run: Run) -> list[tuple[str, str, str, int]]:
    words = claim_labels("en")
    known = [
        *((verdict, symbol, words.verdicts[verdict]) for verdict, symbol in SYMBOLS.items()),
        ("quotation", QUOTE_SYMBOLS["no"], words.quotations["no"]),
        ("failed", FAILED_SYMBOL, words.failed),
    ]
    return [(name, symbol, said, run.found[name]) for name, symbol, said in known if run.found[name]]


def _downloads() -> str:
    buttons = "".join(
        f'<button type="button" class="sg-copy" data-key="save-{form}" data-form="{form}">{name}</button>'
        for form, name in _FORMS
    )
    return (
        f'<p class="sg-actions sg-saves"><span>Download the report</span>{buttons}'
        "<span>Here it stays until Sangho is closed.</span></p>"
    )
