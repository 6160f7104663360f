"""Tabs that other packages put into the window: what they are given, and what the window asks of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.ui.components import Answers
from app.ui.inbox import Inbox
from app.ui.line import Line
from app.ui.loading import Loader
from app.ui.visitors import Visitors

if TYPE_CHECKING:
    from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind the page, and behind every tab of it.

    Attributes:
        loader: makes what answers.
        settings: of the window.
        visitors: tells whose browser it is, and what that one sees.
        answers: makes functions answer events.
        line: where questions wait; long work takes its turns in it, so that questions pass.
        inbox: holds the files that visitors sent to be looked at.
    """

    loader: Loader
    settings: Settings
    visitors: Visitors
    answers: Answers
    line: Line
    inbox: Inbox


class FurtherTab(Protocol):
    """A tab that is none of the window's own."""

    @property
    def title(self) -> str:
        """Return what the tab is called."""
        ...

    @property
    def sheets(self) -> Sequence[Path]:
        """Return the files of its style sheets; their selectors begin with `.gradio-container`."""
        ...

    def lay_out(self, behind: Behind) -> None:
        """Make the tab's components and connect them; called once, inside the tab."""
        ...
