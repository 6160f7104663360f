"""The tab for checking: the form, checked claims or an audit below it, and the source panel beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.ui.auditing import Auditing, Audits, audit_view
from app.ui.check_form import form_html, limits_html
from app.ui.check_views import PANEL
from app.ui.checking import Checking, Checks, view
from app.ui.components import QUIET, Answers, html
from app.ui.source_panel import empty_html

if TYPE_CHECKING:
    from app.ui.inbox import Inbox

_SAID: Final = '<p class="sg-said sg-hidden" role="status"></p>'
_RESULTS: Final = (
    '<div class="sg-check-head"></div><div class="sg-checks" role="region" aria-label="Checked claims"></div>'
    f'<div class="sg-check-foot"></div>{_SAID}'
)
_AUDIT: Final = (
    '<div role="region" aria-label="Audit"><div class="sg-check-head"></div><div class="sg-report-place"></div></div>'
    f"{_SAID}"
)
_CHOSEN: Final = "a source to read its paragraph"
# No limit here: `Line` lets in so many at a time. "multiple", because a new list takes the place of one that runs.
_LONG: Final[dict[str, Any]] = {"concurrency_limit": None, "trigger_mode": "multiple", **QUIET}
_SHORT: Final[dict[str, Any]] = {"queue": False, **QUIET}


class CheckTab:
    """The tab's components, laid out where it is made, inside a tab.

    Args:
        checking: the functions behind its claims.
        auditing: the functions behind its audits.
        answers: makes them answer events.
        inbox: takes files; its limit is told.
    """

    def __init__(self, checking: Checking, auditing: Auditing, answers: Answers, inbox: Inbox) -> None:
        import gradio as gr

        self._checks, self._audits = gr.State(Checks()), gr.State(Audits())
        with gr.Row(elem_id="sg-check-main"):
            with gr.Column(elem_id="sg-checking"):
                self._form = html(form_html(inbox.largest_article), "sg-check-form", "check_form.js")
                self.limits = html(limits_html({}), "sg-check-limits", "check_limits.js")
                self._results = html(view(Checks()), "sg-check-results", "check.js", html_template=_RESULTS)
                self._audit = html(audit_view(Audits()), "sg-audit", "audit.js", html_template=_AUDIT)
                self._download = html({}, "sg-check-download", "download.js", html_template="")
            self._panel = html(empty_html(PANEL, _CHOSEN), "sg-check-panel", "source_panel.js")
        self._connect_claims(checking, answers)
        self._connect_audits(auditing, answers)

    def _connect_claims(self, checking: Checking, answers: Answers) -> None:
        results, tab = self._results, [self._checks]
        self._form.check(answers(checking.check), tab, [results], **_LONG)
        results.go_on(answers(checking.go_on), tab, [results], **_LONG)
        results.restore(answers(checking.restore), tab, [results], **_SHORT)
        results.stop(checking.stop, tab, [results], **_SHORT)
        results.show(answers(checking.show), tab, [results], **_SHORT)
        results.save(answers(checking.save), tab, [self._download], **_SHORT)
        results.click(answers(checking.open_source), tab, [self._panel], **_SHORT)
        self._panel.click(lambda: empty_html(PANEL, _CHOSEN), None, [self._panel], **_SHORT)

    def _connect_audits(self, auditing: Auditing, answers: Answers) -> None:
        audit, tab = self._audit, [self._audits]
        self._form.audit(answers(auditing.audit), tab, [audit], **_LONG)
        audit.go_on(answers(auditing.go_on), tab, [audit], **_LONG)
        audit.restore(answers(auditing.restore), tab, [audit], **_SHORT)
        audit.cancel(auditing.cancel, tab, [audit], **_SHORT)
        audit.save(answers(auditing.save), tab, [self._download], **_SHORT)
