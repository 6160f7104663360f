"""Drafted questions in the window: one at a time beside its paragraph, to be accepted, rejected or reworded."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.escape import plain, shown
from app.results import Citation
from app.ui.chat import error_html
from app.ui.components import QUIET, apart, html, in_language
from app.ui.downloads import saved
from app.ui.source_panel import source_html
from eval.drafts.drafted import FILE, LONGEST_QUESTION, STATUSES, Draft, Status, accepted_csv, decide, read_drafts
from ingest.documents import Document
from ingest.errors import SanghoError

if TYPE_CHECKING:
    from app.ui.further import Behind
    from app.ui.loading import Loader
    from app.ui.visitors import Visitors

HERE: Final = Path(__file__).resolve().parent
SHEET: Final = HERE / "drafts.css"
CSV_FILE: Final = "questions.csv"
SOURCE: Final = "sg-draft-source"
_TEMPLATE: Final = (
    '<section class="sg-drafts" aria-label="Drafted questions"><div class="sg-drafts-place"></div>'
    '<p class="sg-said sg-hidden" role="status"></p></section>'
)
_NAMES: Final[Mapping[Status, str]] = {"new": "To decide", "accepted": "Accepted", "rejected": "Rejected"}
_DONE: Final[Mapping[Status, str]] = {"new": "To be decided again.", "accepted": "Accepted.", "rejected": "Rejected."}
_NONE: Final[Mapping[Status, str]] = {
    "new": "Nothing is left to decide.", "accepted": "None is accepted yet.", "rejected": "None is rejected."
}  # fmt: skip
_HOW: Final = (
    "A chat model drafts questions from your documents: <code>sangho eval generate</code>. Those that you accept here "
    "become a table that a run takes as its data."
)
_SHARED: Final = "Everybody who uses this window decides on the same drafts."
_KEYS: Final = (
    '<p class="sg-about sg-keys">Keys, while this draft has the focus: <kbd>A</kbd> accept, <kbd>R</kbd> reject, '
    "<kbd>E</kbd> edit, <kbd>←</kbd> <kbd>→</kbd> turn, <kbd>U</kbd> undo. In the question: <kbd>Ctrl</kbd>+"
    "<kbd>Enter</kbd> accept, <kbd>Esc</kbd> leave it.</p>"
)
# Several in a row count each; the file's lock keeps them apart.
_SHORT: Final[dict[str, Any]] = {"queue": False, "trigger_mode": "multiple", **QUIET}


def drafts_view(behind: Behind) -> None:
    """Lay out the drafts of the home, within a tab that is being laid out, and connect them.

    Args:
        behind: what stands behind the page.
    """
    does = Deciding(behind.settings.home / FILE, behind.loader, behind.visitors)
    view = html({}, "sg-drafts", HERE / "drafts.js", html_template=_TEMPLATE)
    file = html({}, "sg-drafts-download", "download.js", html_template="")
    view.show(behind.answers(does.show), None, [view], **_SHORT)
    view.decide(behind.answers(does.decide), None, [view], **_SHORT)
    view.save(behind.answers(does.save), None, [file], **_SHORT)


class Deciding:
    """The functions behind the view; all that a tab of the browser remembers comes with its events.

    A visitor is shown, and decides on, only drafts from documents that they see.

    Args:
        path: the file of drafts; may not be there yet.
        loader: makes what holds the documents.
        visitors: tells what a visitor sees.
    """

    def __init__(self, path: Path, loader: Loader, visitors: Visitors) -> None:
        self._path = path
        self._loader = loader
        self._visitors = visitors
        self._drawn = itertools.count(1)

    def show(self, event: Mapping[str, object], visitor: str) -> dict[str, object]:
        """Return the view: drafts of a status (`only`), opened at one (`id`), or `step` drafts from there."""
        return self._view(event, visitor)

    def decide(self, event: Mapping[str, object], visitor: str) -> dict[str, object]:
        """Write down what was decided (`status`) of a draft (`id`), with its wording (`question`); go to the next."""
        status, id = next((one for one in STATUSES if one == event.get("status")), None), str(event.get("id", ""))
        try:
            before, _ = self._seen(visitor)
            one = next((draft for draft in before if draft.id == id), None)
            if status is None or one is None:
                return self._view(event, visitor, "This draft is not there any more.")
            wording = event.get("question")
            decide(self._path, id, status, wording if isinstance(wording, str) else None)
        except SanghoError as error:
            return self._view(event, visitor, str(error), failed=True)
        # Where the draft leaves the list that is open, the one behind it is next; otherwise it stays.
        only = _only(event)
        behind = [draft.id for draft in before[before.index(one) + 1 :] if draft.status == only]
        at = id if only == status else next(iter(behind), "")
        undo = {"id": id, "status": one.status, "question": one.question} if one.status != status else None
        return self._view({**event, "id": at, "step": 0}, visitor, _DONE[status], undo=undo)

    def save(self, visitor: str) -> dict[str, object] | None:
        """Return the accepted questions as a table, in the form that `download.js` saves; None where there are none."""
        try:
            accepted = [draft for draft in self._seen(visitor)[0] if draft.status == "accepted"]
        except SanghoError:
            return None  # the view says why
        if not accepted:
            return None
        return saved(CSV_FILE, "text/csv", accepted_csv(accepted).encode()) | {"number": next(self._drawn)}

    def _seen(self, visitor: str) -> tuple[list[Draft], Mapping[str, Document]]:
        asker = self._loader.asker
        if asker is None or not self._path.exists():
            return [], {}
        documents = self._visitors.sight(asker, visitor).documents()
        return [draft for draft in read_drafts(self._path) if draft.doc_id in documents], documents

    def _view(
        self,
        event: Mapping[str, object],
        visitor: str,
        said: str = "",
        *,
        failed: bool = False,
        undo: Mapping[str, str] | None = None,
    ) -> dict[str, object]:
        waits = self._loader.asker is None and self._loader.error is None
        view: dict[str, object] = {"drawn": next(self._drawn), "said": said, "waits": waits, "undo": undo, "id": ""}
        try:
            drafts, documents = self._seen(visitor)
        except SanghoError as error:
            return view | {"html": f"{_head([], 'new')}{error_html(error)}"}
        only = _only(event)
        listed = [draft for draft in drafts if draft.status == only]
        at = _turned(listed, event)
        body = head = ""
        if drafts:
            head = _told(said, failed=failed, undo=undo is not None)
            one = listed[at] if listed else None
            body = draft_html(one, at, len(listed), documents[one.doc_id]) if one else f"<p>{_NONE[only]}</p>"
            view["id"] = one.id if one else ""
        return view | {"html": f"{_head(drafts, only)}{head}{body}", "only": only}


def _only(event: Mapping[str, object]) -> Status:
    return next((one for one in STATUSES if one == event.get("only")), "new")


def _turned(listed: Sequence[Draft], event: Mapping[str, object]) -> int:
    """Return which draft of a list is open: the event's, or the one `step` behind it; the first where it is gone."""
    at = next((i for i, draft in enumerate(listed) if draft.id == event.get("id")), None)
    step = event.get("step")
    if at is None:
        return 0
    return min(max(at + (step if step in (-1, 1) and isinstance(step, int) else 0), 0), len(listed) - 1)


def _head(drafts: Sequence[Draft], only: Status) -> str:
    heading = f'<h3>Drafted questions</h3><p class="sg-about">{_HOW}</p>'
    if not drafts:
        return heading
    counts = {status: sum(draft.status == status for draft in drafts) for status in STATUSES}
    buttons = "".join(
        f'<button type="button" class="sg-copy" data-only="{status}" aria-pressed="{str(status == only).lower()}">'
        f"{_NAMES[status]} {count}</button>"
        for status, count in counts.items()
    )
    if counts["accepted"]:
        buttons += '<button type="button" class="sg-copy" data-save>Save the accepted as CSV</button>'
    heading += f'<p class="sg-about">{_SHARED}</p>'
    return f'{heading}<p class="sg-actions" role="group" aria-label="Drafts">{buttons}</p>'


def _told(said: str, *, failed: bool, undo: bool) -> str:
    if not said:
        return ""
    button = '<button type="button" class="sg-copy" data-undo>Undo</button>' if undo else ""
    role = ' role="alert"' if failed else ""
    return f'<p class="sg-notice sg-drafts-told"{role}>{shown(said)} {button}</p>'


def draft_html(draft: Draft, at: int, of: int, document: Document) -> str:
    """Return one draft as HTML: its question to be edited and decided on, and its paragraph with the quote marked.

    Args:
        draft: the draft; all of it is escaped.
        at: which of those listed it is, from 0.
        of: how many are listed.
        document: that it was drafted from; a quote that does not stand there any more is said to be so.
    """
    citation = _citation(draft, document)
    source = source_html(citation, document, panel=SOURCE)
    buttons = "".join(
        f'<button type="button" class="{"sg-go" if status == "accepted" else "sg-copy"}" data-status="{status}">{name}'
        "</button>"
        for status, name in (("accepted", "Accept"), ("rejected", "Reject"), ("new", "Decide later"))
        if status != draft.status
    )
    turns = (
        f'<button type="button" class="sg-copy" data-step="-1"{" disabled" if at == 0 else ""}>Previous</button>'
        f'<button type="button" class="sg-copy" data-step="1"{" disabled" if at == of - 1 else ""}>Next</button>'
    )
    return (
        f'<div class="sg-draft" role="group" tabindex="-1" aria-label="Draft {at + 1} of {of}" '
        f'data-id="{escape(plain(draft.id))}"><div class="sg-draft-question">'
        f'<label class="sg-side" for="sg-draft-words">Question {at + 1} of {of}</label>'
        f'<textarea id="sg-draft-words" rows="4" maxlength="{LONGEST_QUESTION}" dir="auto"'
        f"{in_language(draft.question)}>{escape(plain(draft.question))}</textarea>"
        f'<div class="sg-check-buttons">{buttons}{turns}</div>{_asked_of(citation)}{_KEYS}</div>{source}</div>'
    )


def _asked_of(citation: Citation) -> str:
    place = f"¶{citation.paragraph}"
    return f'<p class="sg-about">Its answer is marked in {place} of {apart(citation.title or citation.doc_id)}.</p>'


def _citation(draft: Draft, document: Document) -> Citation:
    """Return the place of a draft's quote; one that is nowhere where the paragraph has other words by now."""
    try:
        paragraph = document.paragraph(draft.paragraph)
        start = paragraph.text.find(draft.quote)
        page = paragraph.page
    except KeyError:
        start, page = -1, None
    start, end = (start, start + len(draft.quote)) if start >= 0 else (0, 0)
    return Citation(
        1, document.doc_id, document.title, document.issuer, document.date, document.url, document.edition,
        draft.paragraph, page, draft.quote, start, end, document.superseded_by, document.note,
    )  # fmt: skip
