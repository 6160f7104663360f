"""Running what the window asks for, in the background: one run at a time, item by item between people's questions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from app.errors import BadInput
from app.ui.claims_batch import unexpected
from app.ui.line import Line, Ticket
from eval.evaluate import Request, Watch
from eval.ui.kept import Asked
from eval.ui.runs import KeptRuns
from ingest.errors import SanghoError

if TYPE_CHECKING:
    from app.settings import Settings
    from eval.running.folder import RunFolder
    from eval.running.subject import See

MOST_WAITING: Final = 10  # runs, the one that is being run among them
_LOOK_AGAIN: Final = 1.0  # seconds between two looks at whether it is the next item's turn
_TOO_FEW: Final = 2  # items that are done tell nothing yet of how long the others take
_MOST_SAID: Final = 20
_ELSEWHERE: Final = "Begin a new run with other choices, or delete this one."

Evaluate = Callable[["Settings", Request, Watch, "See"], "RunFolder"]
Stage = Literal["waiting", "opening", "running"]


@dataclass(slots=True, eq=False)
class Going:
    """A run on its way. It changes in place, while others look on.

    Attributes:
        done: items that are done, `of` how many.
        began: when the first item of this time began, by the runner's clock; `before` items were done then.
        stop: set, it ends the run after the item that is being run.
        said: what the person should know.
    """

    name: str
    stage: Stage = "waiting"
    done: int = 0
    of: int = 0
    began: float = 0.0
    before: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    said: list[str] = field(default_factory=list)

    def left(self, now: float) -> float | None:
        """Return how many seconds the rest takes, if it goes on as so far; None where that cannot be told yet."""
        done = self.done - self.before
        return (now - self.began) / done * (self.of - self.done) if done >= _TOO_FEW else None


class Runner:
    """Runs one run after the other in a thread of its own, which ends with the last one. Safe from several threads.

    Args:
        settings: of the window.
        runs: where they are kept.
        line: where questions wait; each item takes its turn in it.
        evaluate: makes a run; see `eval.evaluate.evaluate`.
        clock: tells the time, in seconds.
    """

    def __init__(
        self,
        settings: Settings,
        runs: KeptRuns,
        line: Line,
        evaluate: Evaluate,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._runs = runs
        self._line = line
        self._evaluate = evaluate
        self.clock = clock
        self._lock = threading.Lock()
        self._going: list[Going] = []
        self._working = False

    def going(self) -> tuple[Going, ...]:
        """Return the runs on their way; the first is being run, the others wait in their order."""
        with self._lock:
            return tuple(self._going)

    def find(self, name: str) -> Going | None:
        """Return a run if it is on its way."""
        return next((one for one in self.going() if one.name == name), None)

    def check_room(self) -> None:
        """Check that another run can wait.

        Raises:
            BadInput: too many wait already.
        """
        if len(self.going()) >= MOST_WAITING:
            raise BadInput(f"{MOST_WAITING} runs are under way or wait.", "Wait until one is done, or cancel one.")

    def begin(self, name: str) -> None:
        """Run a run, or go on with it, when its turn comes; one that is on its way already stays as it is.

        Raises:
            BadInput: too many wait already.
        """
        self.check_room()
        with self._lock:
            if any(one.name == name for one in self._going):
                return
            self._going.append(Going(name))
            if self._working:
                return
            self._working = True
        threading.Thread(target=self._work, name="sangho-evaluating", daemon=True).start()

    def cancel(self, name: str) -> None:
        """End a run after the item that is being run; what is done is kept. One that waits is taken out of the line."""
        with self._lock:
            for at, one in enumerate(self._going):
                if one.name == name:
                    one.stop.set()
                    if at:
                        del self._going[at]
                    return

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._going:
                    self._working = False
                    return
                going = self._going[0]
            try:
                self._run(going)
            finally:
                with self._lock:
                    self._going.remove(going)

    def _run(self, going: Going) -> None:
        error: SanghoError | None = None
        try:
            asked = replace(self._runs.asked(going.name), error="", remedy="")
        except SanghoError:  # deleted while it waited
            return
        going.stage = "opening"
        turns = _Turns(self._line, going, self.clock)
        try:
            watch = Watch(on_item=turns.take, say=going.said.append, stop=going.stop)
            if not going.stop.is_set():
                self._evaluate(self._settings, self._runs.request(going.name, asked), watch, self._runs.sees(asked))
        except SanghoError as one:
            error = one
        except Exception as one:
            error = unexpected("The run", one)
        except BaseException as one:  # Chroma's Rust side panics outside Exception
            error = SanghoError(f"The run failed: {type(one).__name__}.", "Go on with it, or begin a new one.")
        finally:
            turns.leave()
        self._note(going, asked, error)

    def _note(self, going: Going, asked: Asked, error: SanghoError | None) -> None:
        """Keep what is to be said of a run that has ended."""
        said = tuple(dict.fromkeys(self._runs.told(line, going.name) for line in going.said))
        if len(said) > _MOST_SAID:
            said = (*said[:_MOST_SAID], f"{len(said) - _MOST_SAID} more lines are left out here.")
        told = replace(asked, said=said)
        if error is not None:
            message, remedy = in_window(self._runs, going.name, error)
            told = replace(told, error=message, remedy=remedy)
        try:
            self._runs.write(going.name, told)
        except SanghoError as one:
            unexpected("Keeping what became of a run", one)


def in_window(runs: KeptRuns, name: str, error: SanghoError) -> tuple[str, str]:
    """Return an error's text and remedy as the window tells them: without paths, and without options of a command."""
    remedy = runs.told(error.remedy, name)
    if "--" in remedy or "folder" in remedy or "same command" in remedy:
        remedy = "Go on with it once that is mended." if "full" in error.message else _ELSEWHERE
    return runs.told(error.message, name), remedy


class _Turns:
    """Lets each item of a run take its turn in the line of questions.

    Args:
        line: where questions wait.
        going: is told how far the run has come.
        clock: tells the time, in seconds.
    """

    def __init__(self, line: Line, going: Going, clock: Callable[[], float]) -> None:
        self._line = line
        self._going = going
        self._clock = clock
        self._ticket: Ticket | None = None

    def take(self, done: int, of: int) -> None:
        """Give the place of the last item back, and wait for the next one's turn, unless there is none."""
        going = self._going
        self.leave()
        if going.stage != "running":
            going.stage, going.began, going.before = "running", self._clock(), done
        going.done, going.of = done, of
        if done < of and not going.stop.is_set():
            self._ticket = self._line.join()
            while self._ticket.wait(_LOOK_AGAIN) and not going.stop.is_set():
                pass

    def leave(self) -> None:
        """Give the place back, if there is one."""
        ticket, self._ticket = self._ticket, None
        if ticket is not None:
            self._line.leave(ticket)
