"""The Evaluate tab: the form, the runs below it, and the report of one or two; `sangho.py` puts it into the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.ui.components import QUIET, html
from eval.evaluate import evaluate
from eval.ui.drafts import SHEET, drafts_view
from eval.ui.evaluating import Evaluating, Evaluation, start_view
from eval.ui.form import form_html
from eval.ui.reports import empty_view
from eval.ui.running import Evaluate, Runner
from eval.ui.runs import KeptRuns

if TYPE_CHECKING:
    from app.ui.further import Behind

_HERE: Final = Path(__file__).resolve().parent
_RUNS: Final = (
    '<div role="region" aria-label="Runs"><div class="sg-eval-notice"></div><div class="sg-eval-going"></div>'
    '<div class="sg-eval-list"></div></div><p class="sg-said sg-hidden" role="status"></p>'
)
_REPORT: Final = (
    '<div role="region" aria-label="Report"><div class="sg-eval-head"></div><div class="sg-eval-frame"></div>'
    '<div class="sg-eval-wrong"></div></div>'
)
_SHORT: Final[dict[str, Any]] = {"queue": False, "trigger_mode": "multiple", **QUIET}


class EvaluateTab:
    """The tab; see `app.ui.further.FurtherTab`.

    Args:
        evaluate: makes a run.
    """

    def __init__(self, evaluate: Evaluate = evaluate) -> None:
        self._evaluate = evaluate

    @property
    def title(self) -> str:
        """What the tab is called."""
        return "Evaluate"

    @property
    def sheets(self) -> Sequence[Path]:
        """The tab's style sheets."""
        return (_HERE / "tab.css", SHEET)

    def lay_out(self, behind: Behind) -> None:
        """Make the tab's components and connect them."""
        import gradio as gr

        settings, answers = behind.settings, behind.answers
        kept = KeptRuns(settings.home)
        runner = Runner(settings, kept, behind.line, self._evaluate)
        does = Evaluating(settings, behind.loader, behind.visitors, behind.inbox, kept, runner)
        tab = [gr.State(Evaluation())]
        with gr.Column(elem_id="sg-evaluating"):
            form = html(form_html(settings), "sg-eval-form", _HERE / "form.js")
            runs = html(start_view(), "sg-eval-runs", _HERE / "runs.js", html_template=_RUNS)
            report = html(empty_view(), "sg-eval-report", _HERE / "report.js", html_template=_REPORT)
            file = html({}, "sg-eval-download", "download.js", html_template="")
            drafts_view(behind)
        form.run(answers(does.run), tab, [runs], **_SHORT)
        runs.look(answers(does.look), tab, [runs], **_SHORT)
        runs.go_on(answers(does.go_on), tab, [runs], **_SHORT)
        runs.cancel(answers(does.cancel), tab, [runs], **_SHORT)
        runs.delete(answers(does.delete), tab, [runs], **_SHORT)
        runs.see(answers(does.see), tab, [report], **_SHORT)
        report.see(answers(does.see), tab, [report], **_SHORT)
        report.turn(answers(does.turn), tab, [report], **_SHORT)
        report.close(answers(does.close), tab, [report], **_SHORT)
        report.save(answers(does.save), tab, [file], **_SHORT)
