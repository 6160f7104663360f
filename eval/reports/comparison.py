"""What two runs do differently, as sections of the report's page: figures, items that changed, and what was set."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from app.escape import shown
from eval.figures.comparing import SCORE
from eval.reports.details import CRASHED, words_for
from eval.reports.lines import (
    TASK_NAMES,
    difference_mark,
    in_words,
    names_of,
    said,
    said_difference,
    said_interval,
    what_differs,
)
from eval.reports.plots import difference_bar
from eval.reports.sections import heads, named, number, scrolled, sortable

if TYPE_CHECKING:
    from eval.figures.comparing import Changed, Comparison, Difference
    from eval.running.folder import RunFolder

MOST: Final = 300  # changed items of a kind, and ids, that the page lists

Link = Callable[[str, str], str]


def comparison_section(runs: Sequence[RunFolder], compared: Comparison, places: Mapping[str, int]) -> Iterator[str]:
    """Yield the comparison of two runs.

    Args:
        runs: the first and the second.
        compared: their comparison.
        places: the number of each item on the page, by its id; those without one are named, not linked.
    """
    names = names_of(runs)
    yield '<h2 id="comparison">What changed</h2>'
    yield f"<p>{shown(in_words(compared))}</p>"
    for task, title in TASK_NAMES.items():
        if rows := [one for one in compared.differences if one.task == task]:
            yield f"<h3>{title}</h3>"
            yield _differences(rows, names, title)
    yield (
        '<p class="soft">Differences are second minus first, with 95% intervals; p is of a paired randomisation '
        "test. Of twenty figures one is below 0.05 by chance alone.</p>"
    )
    yield from _changed("Worse", compared.worse, names, places)
    yield from _changed("Better", compared.better, names, places)
    for what, ids in _apart(compared, names):
        if ids:
            more = f" and {len(ids) - MOST} more" if len(ids) > MOST else ""
            listed = ", ".join(_item(one, one, places) for one in ids[:MOST])
            yield f"<h3>{shown(what)} ({len(ids)})</h3><p>{listed}{more}</p>"
    yield from _settings(runs, names)


def _apart(compared: Comparison, names: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    yield f"Only in {names[0]}", compared.only_first
    yield f"Only in {names[1]}", compared.only_second
    yield "In both, but with other words or labels, and so not compared", compared.relabelled


def _differences(rows: Sequence[Difference], names: Sequence[str], title: str) -> str:
    drawn = [one for one in rows if difference_mark(one.task, one.mark).unit in ("share", "probability")]
    ends = [abs(end) for one in drawn for end in (one.difference, one.low, one.high) if end is not None]
    reach = max([0.01, *ends])
    columns = (*names, "difference", "95% interval", "p", "n")
    head = heads("Figure", *columns, drawn="difference with interval")
    return scrolled(f"{title}: differences", sortable(head, "".join(_difference(one, columns, reach) for one in rows)))


def _difference(one: Difference, columns: Sequence[str], reach: float) -> str:
    mark = difference_mark(one.task, one.mark)
    sides = (said(one.first, mark.unit), said(one.second, mark.unit), said_difference(one.difference, mark.unit))
    texts = (*sides, said_interval(one.low, one.high, mark.unit), said(one.p), str(one.n))
    value, low, high = (math.nan if end is None else end for end in (one.difference, one.low, one.high))
    picture = difference_bar(value, low, high, reach, _look(value, mark.better)) if mark.unit != "words" else ""
    return f'<tr>{named(one.mark, mark)}{"".join(map(number, texts, columns))}<td class="drawn">{picture}</td></tr>'


def _look(value: float, better: str) -> str:
    """Return the class of a difference: better, worse, or neither."""
    if not better or not value:
        return "first"
    return "more" if (value > 0) == (better == "more") else "less"


def _changed(what: str, changed: Sequence[Changed], names: Sequence[str], places: Mapping[str, int]) -> Iterator[str]:
    yield f"<h3>{what} ({len(changed)})</h3>"
    if not changed:
        yield "<p>None.</p>"
        return
    rows = "".join(_change(one, places) for one in changed[:MOST])
    head = (
        '<thead><tr><th scope="col">Item</th><th scope="col">Before: '
        f'{shown(names[0])}</th><th scope="col">After: {shown(names[1])}</th><th scope="col" class="n">difference</th>'
        "</tr></thead>"
    )
    table = f'<table class="changed sortable">{head}<tbody>{rows}</tbody></table>'
    yield scrolled(f"{what} items", table)
    if len(changed) > MOST:
        yield f'<p class="soft">{len(changed) - MOST} more are not listed.</p>'


def _change(one: Changed, places: Mapping[str, int]) -> str:
    before, after = (side.get(SCORE) or 0.0 for side in (one.before, one.after))
    cells = "".join(f"<td>{_side(side)}</td>" for side in (one.before, one.after))
    difference = number(said_difference(after - before), "difference")
    return f"<tr><td>{_item(one.asked, one.id, places)}</td>{cells}{difference}</tr>"


def _side(side: Mapping[str, Any]) -> str:
    """Return what one run gave: outcome or verdict, the score, and the marks that changed."""
    if side.get("failed"):
        return f"{CRASHED}<br><small>{shown(str(side['failed']))}</small>"
    given = words_for(side.get("outcome") or side.get("verdict"))
    held = side.get("marks")
    marks = held.items() if isinstance(held, Mapping) else ()
    said_marks = "; ".join(f"{name} {said(value)}" for name, value in marks)
    score = f"score {said(side.get(SCORE))}"
    return f"{shown(given or score)}<br><small>{shown('; '.join(filter(None, (given and score, said_marks))))}</small>"


def _item(text: str, item_id: str, places: Mapping[str, int]) -> str:
    place = places.get(item_id)
    inner = f"<bdi>{shown(text)}</bdi>"
    return inner if place is None else f'<a href="#item-{place}">{inner}</a>'


def _settings(runs: Sequence[RunFolder], names: Sequence[str]) -> Iterator[str]:
    yield "<h3>What was not the same</h3>"
    rows = [
        f'<tr><th scope="row">{shown(name)}</th><td>{shown(one)}</td><td>{shown(other)}</td></tr>'
        for name, one, other in what_differs(runs[0], runs[1])
    ]
    if not rows:
        yield "<p>Both runs had the same data, settings, index and versions.</p>"
        return
    cells = "".join(f'<th scope="col">{shown(name)}</th>' for name in ("", *names))
    yield scrolled(
        "What was not the same", f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
