"""The functions behind the Evaluate tab; what a person's browser tab holds comes in and goes out of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from app.errors import BadInput
from app.settings import Settings
from app.ui.chat import error_html
from app.ui.inbox import Inbox
from app.ui.loading import Asker, Loader
from app.ui.visitors import Visitors
from eval.running.folder import RunFolder, read_run
from eval.sets.own_list import load_list
from eval.ui.form import asked_for, setting_of, words_of
from eval.ui.reports import download, report_head_html, report_html, wrong_html
from eval.ui.running import Runner, in_window
from eval.ui.runs import KeptRuns
from eval.ui.views import going_html, notice_html, runs_html, spoken
from ingest.errors import SanghoError

_LIST: Final = ".csv"


@dataclass(slots=True)
class Evaluation:
    """What one browser tab holds. The only thing here that changes in place.

    Attributes:
        drawn: how many views were sent; the page tells a late one by its number.
        error: why the last thing that was asked for could not be done.
        watched: names of the runs that were under way at the last look.
        names: of the runs whose report is open.
        saves: how many files were sent.
    """

    drawn: int = 0
    error: SanghoError | None = None
    watched: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    saves: int = 0


class Evaluating:
    """Begins runs, looks how far they are, ends and deletes them; opens reports and saves them.

    Args:
        settings: of the window.
        loader: makes what answers, and knows the documents.
        visitors: shows each visitor what is theirs to see.
        inbox: holds tables of questions.
        runs: where runs are kept.
        runner: runs them.
    """

    def __init__(
        self, settings: Settings, loader: Loader, visitors: Visitors, inbox: Inbox, runs: KeptRuns, runner: Runner
    ) -> None:
        self._settings = settings
        self._loader = loader
        self._visitors = visitors
        self._inbox = inbox
        self._runs = runs
        self._runner = runner

    def run(self, tab: Evaluation, event: Mapping[str, object], visitor: str) -> Any:
        """Begin a run as the form asks for it; returns the runs."""
        return self._done(tab, visitor, lambda: self._begin(event, visitor))

    def go_on(self, tab: Evaluation, event: Mapping[str, object], visitor: str) -> Any:
        """Go on with a run by its `name`; returns the runs."""
        return self._done(tab, visitor, lambda: self._runner.begin(self._runs.find(event.get("name"), visitor).name))

    def cancel(self, tab: Evaluation, event: Mapping[str, object], visitor: str) -> Any:
        """Cancel a run by its `name`, after the item that is being run; returns the runs."""
        return self._done(tab, visitor, lambda: self._runner.cancel(self._runs.find(event.get("name"), visitor).name))

    def delete(self, tab: Evaluation, event: Mapping[str, object], visitor: str) -> Any:
        """Erase a run by its `name`; returns the runs."""
        return self._done(tab, visitor, lambda: self._delete(event.get("name"), visitor))

    def look(self, tab: Evaluation, visitor: str) -> Any:
        """Return the runs as they are now."""
        return self._view(tab, visitor)

    def see(self, tab: Evaluation, event: Mapping[str, object], visitor: str) -> Any:
        """Open the report of a run, or of two, by their `names`; returns the report's view."""
        try:
            names = _two(event.get("names"))
            runs = self._read(names, visitor)
            words = [words_of(self._runs.asked(name)) for name in names]
            report, head = report_html(runs), report_head_html(words)
            tab.names = names
            return self._report(tab, head=head, report=report, items=wrong_html(runs, 0))
        except SanghoError as error:
            tab.names = ()
            again = event.get("again") is True  # after a reload nobody asked for it
            return self._report(tab, head="" if again else notice_html(error), report="", items="")

    def turn(self, tab: Evaluation, event: Mapping[str, object], visitor: str) -> Any:
        """Turn to another `page`, from 0, of the items below an open report; returns the view without the report."""
        page = event.get("page")
        if not tab.names or not isinstance(page, int):
            return None
        try:
            return self._report(tab, items=wrong_html(self._read(tab.names, visitor), page))
        except SanghoError as error:
            return self._report(tab, items=error_html(error))

    def close(self, tab: Evaluation) -> Any:
        """Close the report; returns the empty view."""
        tab.names = ()
        return self._report(tab, head="", report="", items="")

    def save(self, tab: Evaluation, event: Mapping[str, object], visitor: str) -> dict[str, object] | None:
        """Return the open report as a file, in a `form`; None where none is open, or it is gone, or no such form."""
        try:
            made = download(self._read(tab.names, visitor), event.get("form")) if tab.names else None
        except SanghoError:
            return None
        if made is None:
            return None
        tab.saves += 1  # the page is told of changes only, and people save a file twice
        return {**made, "number": tab.saves}

    def _begin(self, event: Mapping[str, object], visitor: str) -> None:
        asked = asked_for(event, self._settings)
        self._runner.check_room()
        asker = self._asker()
        table = None if asked.split else self._table(str(event.get("file")), asker, visitor)
        self._runner.begin(self._runs.begin(asked, visitor, asker.documents(), table))

    def _delete(self, name: object, visitor: str) -> None:
        run = self._runs.find(name, visitor)
        if self._runner.find(run.name):
            raise BadInput("This run is under way.", "Cancel it first.")
        self._runs.delete(run.name)

    def _asker(self) -> Asker:
        self._loader.retry()
        asker = self._loader.wait(0)
        if asker is None:
            raise BadInput("The index is not open yet.", "Wait a moment, then run again.")
        return asker

    def _table(self, token: str, asker: Asker, visitor: str) -> Path:
        """Return a visitor's table, once it can be read; what is wrong with it is told before it is run."""
        path = self._inbox.find(visitor, token)
        if path.suffix.lower() != _LIST:
            raise BadInput(f"{path.name} is no CSV.", "Save it as CSV, then choose it again.")
        try:
            load_list(path, self._visitors.sight(asker, visitor).documents())
        except SanghoError as error:
            raise BadInput(error.message.replace(str(path), path.name), error.remedy) from error
        return path

    def _read(self, names: tuple[str, ...], visitor: str) -> list[RunFolder]:
        """Return runs that a visitor sees.

        Raises:
            BadInput: one is not there, or cannot be read.
        """
        found = []
        for name in names:
            run = self._runs.find(name, visitor)
            try:
                read = read_run(self._runs.folder(name))
            except SanghoError as error:
                raise BadInput(*in_window(self._runs, name, error)) from error
            # A report calls a run by its folder; people know it by what it tries.
            found.append(replace(read, path=Path(setting_of(run.asked).replace("/", " "))))
        return found

    def _done(self, tab: Evaluation, visitor: str, do: Callable[[], None]) -> Any:
        tab.error = None
        try:
            do()
        except SanghoError as error:
            tab.error = error
        return self._view(tab, visitor)

    def _view(self, tab: Evaluation, visitor: str) -> dict[str, Any]:
        """Return what `runs.js` draws."""
        going, listed = self._runner.going(), self._runs.listed(visitor)
        visible = [run.name for run in listed]
        under_way = tuple(one.name for one in going if one.name in visible)
        ended = next((run for run in listed if run.name in tab.watched and run.name not in under_way), None)
        tab.watched, tab.drawn = under_way, tab.drawn + 1
        said = f"The run {'is done' if ended.finished else 'was ended'}." if ended else spoken(going, visible)
        return {
            "drawn": tab.drawn,
            "notice": notice_html(tab.error),
            "going": going_html(listed, going, self._runner.clock()),
            "list": runs_html(listed, under_way),
            "said": said,
        }

    def _report(self, tab: Evaluation, **parts: str) -> dict[str, Any]:
        """Return what `report.js` draws: only the parts that are new."""
        tab.drawn += 1
        return {"drawn": tab.drawn, "names": list(tab.names), **parts}


def start_view() -> dict[str, Any]:
    """Return what the list of runs shows before the first look."""
    return {"drawn": 0, "notice": "", "going": "", "list": "", "said": ""}


def _two(names: object) -> tuple[str, ...]:
    """Return one or two names that came from the browser.

    Raises:
        BadInput: there are others, or the same twice.
    """
    given = tuple(map(str, names[:3])) if isinstance(names, list) else ()
    if len(set(given)) != len(given) or not 1 <= len(given) <= 2:
        raise BadInput("One run cannot be compared with itself.", "Choose two different runs.")
    return given
