"""Report a run, or compare two, as one HTML page or as a short Markdown summary; equal runs give equal bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from app.escape import shown
from app.report_file import check_report_file, write_report_file
from eval.figures.comparing import compare
from eval.figures.scores import score
from eval.reports.comparison import comparison_section
from eval.reports.items import ShownItems, shown_items
from eval.reports.lines import TASK_NAMES, names_of, tasks_of, title_of
from eval.reports.markdown import report_markdown
from eval.reports.page import items_section, page
from eval.reports.sections import about_section, cost_section, task_section

if TYPE_CHECKING:
    from eval.running.folder import RunFolder


def render_report(*runs: RunFolder) -> str:
    """Return the report as one HTML file that asks for nothing else.

    Args:
        runs: one; or two, the second of which is compared with the first. A run without items, and one that is
            unfinished, gives a report that says so.

    Raises:
        BadInput: two runs share no item.
    """
    held = shown_items([run.items for run in runs], names_of(runs), score)
    body = [
        '<a class="skip" href="#all-items">To the items</a>',
        f'<h1 dir="auto">{shown(title_of(runs))}</h1>',
        _contents(runs),
        *_comparison(runs, held),
        *(['<h2 id="about">The two runs</h2>'] if len(runs) > 1 else []),
        *about_section(runs),
        *(part for task in tasks_of(runs) for part in task_section(runs, task)),
        *cost_section(runs),
        *items_section(held, len(held.items) + held.left_out),
    ]
    return page(title_of(runs), "\n".join(body), held.block())


def check_report_path(path: Path) -> None:
    """Check that a report can be written there; see `app.report_file.check_report_file`."""
    check_report_file(path, _FORMS)


def write_report(path: Path, *runs: RunFolder) -> None:
    """Write a report in one step: an older file of that name stays whole until the new one is.

    Args:
        path: ends in `.html` or `.md`.
        runs: one or two.

    Raises:
        BadInput: see `app.report_file` and `render_report`.
    """
    check_report_path(path)
    text = _FORMS[path.suffix.lower()](*runs)
    write_report_file(path, text.encode())  # as bytes, so that line ends are the same everywhere


def _contents(runs: Sequence[RunFolder]) -> str:
    links = [("comparison", "What changed")] if len(runs) > 1 else []
    links += [(task, TASK_NAMES[task]) for task in tasks_of(runs)]
    links += [("cost", "Time and cost")] if any(run.costs for run in runs) else []
    links.append(("all-items", "Items"))
    listed = "".join(f'<li><a href="#{name}">{text}</a></li>' for name, text in links)
    return f'<nav aria-label="Contents"><ul class="contents">{listed}</ul></nav>'


def _comparison(runs: Sequence[RunFolder], held: ShownItems) -> Iterator[str]:
    if len(runs) > 1:
        seed = runs[1].run.get("seed")
        compared = compare(runs[0].items, runs[1].items, seed=seed if isinstance(seed, int) else 0)
        yield from comparison_section(runs, compared, held.places())


_FORMS: Final[Mapping[str, Callable[..., str]]] = MappingProxyType({".html": render_report, ".md": report_markdown})
