"""Getting the originals, as HTML: how many are here, how far fetching is, what became of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from app.escape import shown
from app.originals import FETCHING, Job, Originals, summary
from app.ui.components import QUIET, Answers, apart, html, number
from ingest.errors import SanghoError
from ingest.fetch.originals import Fetched

_WHAT: Final = (
    "Sangho comes with digests: each source retold in other words, under its own paragraph numbers. The originals come "
    "from their publishers’ sites, one request a second, and stay on this machine. Where one is here, it answers, and "
    "is quoted."
)
_BRIEFLY: Final = "Answers rest on Sangho’s digests. With the originals, they quote the sources themselves."


class OriginalsPart:
    """A component that gets the originals; one stands with the sources, a brief one below the question box.

    Args:
        originals: what fetches and gives back.
        answers: makes functions answer events.
        elem_id: the component's.
        brief: whether it shows only how to begin, and nothing once originals are here.
        wanted: whether there is a digest that an original would take the place of; the brief one asks.
    """

    def __init__(
        self,
        originals: Originals,
        answers: Answers,
        elem_id: str,
        *,
        brief: bool = False,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._originals = originals
        self._brief = brief
        self._wanted = wanted
        self.component = html("", elem_id, "originals.js", html_template='<div class="sg-originals-place"></div>')
        self.component.click(answers(self.act), None, [self.component], queue=False, **QUIET)

    def act(self, event: Mapping[str, object]) -> str:
        """Do what a button says (`get`, `stop`, `digests`), or only look (`look`); return what is shown then.

        The number that the event was asked under comes back as a comment.
        """
        match event.get("does"):
            case "get":
                self._originals.start()
            case "stop":
                self._originals.stop()
            case "digests":
                self._originals.give_back()
        try:
            held, all_of_them = self._originals.held, len(self._originals.shelf.wanted())
        except (OSError, SanghoError):
            held, all_of_them = 0, 0
        job = self._originals.job
        if self._brief:
            shows = brief_html(job, held) if job.running or self._wanted() else ""
        else:
            shows = originals_html(job, held, all_of_them, self._originals.called)
        return f"{shows}<!-- {number(event.get('asked'))} -->"


def originals_html(job: Job, held: int, all_of_them: int, called: Callable[[str], str]) -> str:
    """Return what stands with the sources.

    Args:
        job: what is under way or was done last.
        held: how many originals are here.
        all_of_them: how many there could be.
        called: tells what people call a document.
    """
    if job.running:
        stop = f'<p class="sg-actions">{_button("stop", "Stop")}</p>' if job.progress.note == FETCHING else ""
        return _section(_progress(job) + stop, running=True)
    here = f"{held} of {all_of_them} originals are here." if held else "None of them is here."
    buttons = _button("get", "Look for the others, and for changes" if held else "Get the originals")
    buttons += _button("digests", "Go back to the digests") if held else ""
    return _section(f'{_done(job, called)}<p>{here}</p><p class="sg-actions">{buttons}</p>', running=False)


def brief_html(job: Job, held: int) -> str:
    """Return what stands below the question box: nothing where originals are here and none are being fetched."""
    if job.running:
        return f'<div class="sg-originals" data-running>{_progress(job)}</div>'
    if held:
        return ""
    failed = f' <span role="status">{shown(_counts(job.results))}</span>' if job.results or job.error else ""
    return f'<div class="sg-originals"><p>{_BRIEFLY} {_button("get", "Get the originals")}{failed}</p></div>'


def _section(inner: str, *, running: bool) -> str:
    state = " data-running" if running else ""
    return f'<section class="sg-originals"{state}><h3>Originals</h3><p class="sg-about">{_WHAT}</p>{inner}</section>'


def _button(does: str, words: str) -> str:
    return f'<button type="button" class="sg-copy" data-does="{does}">{words}</button>'


def _progress(job: Job) -> str:
    progress = job.progress
    embedding = progress.passages_total > 0
    done, total = (
        (progress.passages_done, progress.passages_total)
        if embedding
        else (progress.documents_done, progress.documents_total)
    )
    what = "Indexing" if embedding or progress.note != FETCHING else FETCHING
    share = done / total if total else 0
    count = f"{what}: {done} of {total}" if total else f"{progress.note or 'Beginning'}…"
    return (
        f'<progress max="1" value="{share:.3f}" aria-label="Getting the originals"></progress>'
        f'<p class="sg-about" role="status">{shown(count)}</p>'
    )


def _done(job: Job, called: Callable[[str], str]) -> str:
    said = f'<p class="sg-notice" role="alert">{shown(job.error)}</p>' if job.error else ""
    if not job.results:
        return said
    failed = [(called(one.doc_id), one.error) for one in job.results if one.state == "failed"]
    partial = [
        (called(one.doc_id), f"{one.paragraphs} of {one.of} paragraphs were found on its page.")
        for one in job.results
        if one.missing
    ]
    counts = f'<p role="status">{shown(_counts(job.results))}</p>'
    return said + counts + _listed("What failed", failed) + _listed("Not whole", partial)


def _listed(what: str, told: Sequence[tuple[str, str]]) -> str:
    items = "".join(f"<li>{apart(name)}: {shown(why)}</li>" for name, why in told)
    return f"<details><summary>{what} ({len(told)})</summary><ul>{items}</ul></details>" if told else ""


def _counts(results: Sequence[Fetched]) -> str:
    named: dict[str, Any] = {"fetched": "fetched", "unchanged": "unchanged", "failed": "could not be had"}
    counts = summary(results)
    return ", ".join(f"{counts[state]} {words}" for state, words in named.items() if counts[state]) + "."
