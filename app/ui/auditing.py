"""The functions behind the audit of an article; what a person's tab holds comes in and goes out of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final, cast

from app.audit.report import report_bytes
from app.audit.results import Audit, AuditedSentence, AuditProgress
from app.claims.results import ALL, Searchable
from app.errors import BadInput
from app.ui.audit_views import audit_head_html, audit_said, frame_html
from app.ui.checking import limited, searchable
from app.ui.claims_batch import check_length, unexpected
from app.ui.downloads import saved
from app.ui.inbox import Inbox
from app.ui.line import Line
from app.ui.loading import Asker, Loader
from app.ui.recent import Recent
from app.ui.visitors import Visitors
from ingest.errors import SanghoError

_LOOK_AGAIN: Final = 1.0  # seconds between two looks at whether loading is done, or whether it is our turn
_MOST_HELD: Final = 20  # audits of all visitors that a reload finds again; a report may have a megabyte
_FORMS: Final = {
    "html": (".html", "text/html"),
    "markdown": (".md", "text/markdown"),
    "docx": (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


@dataclass(slots=True)
class Run:
    """One article on its way. It changes in place, while others look on.

    Attributes:
        file: the token of the article; empty where there is none.
        against: what counts as evidence.
        limited: the same in words; empty where all does.
        stage: what is being done: `loading`, `waiting`, `auditing`; empty before and after.
        before: how many must be finished before its turn, while it waits in line.
        done: how many sentences are done, `of` how many.
        found: sentences so far, by what they are marked with: a verdict, `quotation` or `failed`.
        cancelled: whether the person stopped it; it can go on.
        audit: the result, once there is one.
        report: the same as HTML.
        error: why there is none, if so.
    """

    file: str = ""
    against: Searchable = ALL
    limited: str = ""
    stage: str = ""
    before: int = 0
    done: int = 0
    of: int = 0
    found: Counter[str] = field(default_factory=Counter)
    cancelled: bool = False
    audit: Audit | None = None
    report: str = ""
    error: SanghoError | None = None

    @property
    def running(self) -> bool:
        """Whether a result is to come."""
        return bool(self.file) and not self.cancelled and self.audit is None and self.error is None

    def note(self, progress: AuditProgress) -> None:
        """Take one more sentence down."""
        self.done, self.of = progress.done, progress.of
        self.found.update(_marks(progress.sentence))


def _marks(sentence: AuditedSentence) -> list[str]:
    if sentence.error:
        return ["failed"]
    if sentence.check is None:
        return []
    differs = any(quote.verbatim == "no" for quote in sentence.check.quotes)
    claimed = sentence.kind == "claim" or sentence.check.verdict == "contradicted"
    return [*([sentence.check.verdict] if claimed else []), *(["quotation"] if differs else [])]


@dataclass(slots=True)
class Audits:
    """What one browser tab holds: its article. The only thing here that changes in place; see `Checks`."""

    run: Run = field(default_factory=Run)
    drawn: int = 0
    saves: int = 0
    id: str = ""


class Auditing:
    """Audits an article, cancels, goes on, and saves the report.

    Args:
        loader: makes what audits.
        line: where each sentence waits; shared with questions.
        visitors: shows each visitor what is theirs to see.
        inbox: holds articles.
    """

    def __init__(self, loader: Loader, line: Line, visitors: Visitors, inbox: Inbox) -> None:
        self._loader = loader
        self._line = line
        self._visitors = visitors
        self._inbox = inbox
        self._recent: Recent[Run] = Recent(_MOST_HELD)

    def audit(self, tab: Audits, event: Mapping[str, object], visitor: str) -> Generator[Any]:
        """Audit the article of a `text`, or of a `file`, in the place of the one before; yields how far it is."""
        tab.run.cancelled = True  # what still goes on of it finds this, and ends
        tab.run = run = self._begun(event, visitor)
        tab.id = self._recent.keep(visitor, run)
        yield from self._run(tab, run, visitor)

    def restore(self, tab: Audits, event: Mapping[str, object], visitor: str) -> Any:
        """Give a tab its audit back after a reload, by its `id`; returns how far it was, or its report.

        What was under way is cancelled by that, and can go on. None where it is gone, or another was begun since.
        """
        run = self._recent.find(visitor, event.get("id"))
        if run is None or tab.run.file or tab.run.error:
            return None
        tab.run = replace(run, found=run.found.copy(), cancelled=run.cancelled or run.running)
        run.cancelled = True  # what still goes on of it finds this, and ends
        tab.id = self._recent.keep(visitor, tab.run, str(event.get("id")))
        return audit_view(tab)

    def go_on(self, tab: Audits, visitor: str) -> Generator[Any]:
        """Go on with an audit that was cancelled, or failed; what was done of it is not done again."""
        before = tab.run
        if before.running or not before.file or before.audit:
            return
        tab.run = run = Run(before.file, before.against, before.limited)
        tab.id = self._recent.keep(visitor, run, tab.id)
        yield from self._run(tab, run, visitor)

    def cancel(self, tab: Audits) -> Any:
        """Cancel after the sentence that is being checked; returns how far it was."""
        tab.run.cancelled = tab.run.cancelled or tab.run.running
        return audit_view(tab)

    def save(self, tab: Audits, event: Mapping[str, object]) -> dict[str, object] | None:
        """Return the report as a file, in a `form`; None where there is none, or no such form."""
        audit, form = tab.run.audit, event.get("form")
        if audit is None or not isinstance(form, str) or form not in _FORMS:
            return None
        tab.saves += 1  # the page is told of changes only, and people save a file twice
        ending, media = _FORMS[form]
        return {**saved(f"audit{ending}", media, report_bytes(audit, ending)), "number": tab.saves}

    def _begun(self, event: Mapping[str, object], visitor: str) -> Run:
        try:
            asker = self._loader.asker
            against = searchable(event, self._visitors.sight(asker, visitor) if asker else None)
            return Run(self._file(event, visitor), against, limited(against, asker))
        except SanghoError as error:
            return Run(error=error)

    def _file(self, event: Mapping[str, object], visitor: str) -> str:
        if token := event.get("file"):
            self._inbox.find(visitor, str(token))
            return str(token)
        text = str(event.get("text") or "")
        if not text.strip():
            raise BadInput("There is no article yet.", "Paste its text, or choose a file.")
        check_length(text)
        return self._inbox.paste(visitor, text)

    def _run(self, tab: Audits, run: Run, visitor: str) -> Generator[Any]:
        yield audit_view(tab)
        with closing(self._steps(run, visitor, partial(self._visitors.sight, visitor=visitor))) as steps:
            for _ in steps:
                yield audit_view(tab)
        if tab.run is run:
            yield audit_view(tab)

    def _steps(self, run: Run, visitor: str, see: Callable[[Asker], Asker]) -> Generator[None]:
        """Audit an article, filling `run`; yields each time something of it changes. Raises nothing."""
        try:
            self._loader.retry()
            asker = self._loader.wait(0)
            while asker is None and run.running:
                run.stage = "loading"
                yield
                asker = self._loader.wait(_LOOK_AGAIN)
            if asker is not None and run.running:
                yield from self._sentences(see(asker), run, visitor)
        except SanghoError as error:
            run.error = error
        except Exception as error:
            run.error = unexpected("The audit", error)
        finally:
            run.stage, run.before = "", 0

    def _sentences(self, asker: Asker, run: Run, visitor: str) -> Iterator[None]:
        events = asker.audit(self._inbox.find(visitor, run.file), run.against)
        with closing(cast(Generator[AuditProgress | Audit], events)):  # closing it cancels
            while run.running:
                yield from self._turn(run, events)
                yield

    def _turn(self, run: Run, events: Iterator[AuditProgress | Audit]) -> Iterator[None]:
        """Let one sentence take its turn."""
        with self._line.join() as ticket:
            while run.running and (before := ticket.wait(_LOOK_AGAIN)):
                run.stage, run.before = "waiting", before
                yield
            if not run.running:
                return
            run.stage, run.before = "auditing", 0
            match next(events, None):
                case AuditProgress() as progress:
                    run.note(progress)
                case Audit() as audit:
                    run.report = report_bytes(audit, ".html").decode("utf-8")
                    run.found = Counter(mark for sentence in audit.sentences for mark in _marks(sentence))
                    run.audit = audit
                case None:
                    raise SanghoError("The audit ended without a report.", "Start it again.")


def audit_view(tab: Audits) -> dict[str, Any]:
    """Return what `audit.js` draws: the head, the report in a frame, and what is said."""
    tab.drawn += 1
    run = tab.run
    return {
        "drawn": tab.drawn,
        "id": tab.id,
        "head": audit_head_html(run),
        "report": frame_html(run.report) if run.report else "",
        "said": audit_said(run),
    }
