"""Draw figures as inline SVG: bars with intervals, curves, confusion matrices. Colours and type are the page's own.

Bars are placed in percent, so that they keep their strokes at any width; curves have a size of their own and shrink.
Nothing has a `style` attribute, which the page's policy would not let act.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from app.escape import plain, shown

_WIDTH, _HEIGHT = 340, 250  # of a curve, in its own units
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 12, 10, 42
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_LEAST_DOT, _MOST_DOT = 2.5, 7.0  # radius


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart whose axes run from 0 to 1.

    Attributes:
        name: what the legend calls it.
        points: from left to right; those that are not finite, or outside the axes, are left out.
        look: classes of the page's style: `first` or `second`, and `dashed`.
        sizes: how much each point stands for, beside `points`; empty: no dots are drawn.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    look: str = "first"
    sizes: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Axes:
    """What a chart is called and what its axes are; `diagonal`: a dotted line from corner to corner."""

    title: str
    across: str
    up: str
    diagonal: bool = False


def bar(value: float, low: float, high: float, most: float, look: str = "first") -> str:
    """Return a bar from 0 to a value with its interval.

    Args:
        value: from 0 to `most`; what is not finite gives an empty string, what is outside is cut off.
        low: where the interval begins; an interval that is not finite is not drawn.
        high: where it ends.
        most: the right edge; 0 or less gives an empty string.
        look: classes of the page's style.
    """
    if not (math.isfinite(value) and math.isfinite(most) and most > 0):
        return ""
    drawn = f'<rect class="{look}" y="25%" height="50%" width="{_percent(value / most)}"/>'
    return _strip(drawn + _whisker(low / most, high / most), "bar")


def difference_bar(value: float, low: float, high: float, reach: float, look: str = "first") -> str:
    """Return a bar from 0 in the middle to a difference, with its interval; the edges are `-reach` and `reach`.

    A value that is not finite, or a reach of 0 or less, gives an empty string. `look` are classes of the page's style:
    `more` where the difference is for the better, `less` where it is for the worse.
    """
    if not (math.isfinite(value) and math.isfinite(reach) and reach > 0):
        return ""
    start, end, low, high = (0.5 + one / reach / 2 for one in (min(0.0, value), max(0.0, value), low, high))
    start, end = _inside(start), _inside(end)
    drawn = f'<rect class="{look}" x="{_percent(start)}" y="25%" height="50%" width="{_percent(end - start)}"/>'
    middle = '<line class="zero" x1="50%" x2="50%" y1="0" y2="100%"/>'
    return _strip(drawn + middle + _whisker(low, high), "bar")


def confusion(title: str, names: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """Return a table of counts, a row for what is right and a column for what came; the fill is the share of its row.

    Args:
        title: what it is a table of.
        names: of rows and columns alike, `(n,)`.
        counts: `(n, n)`; a row of zeros is shown without fill.
    """
    heads = "".join(f'<th scope="col">{shown(name)}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row">{shown(name)}</th>{"".join(_cells(at, row))}<td class="sum">{sum(row)}</td></tr>'
        for at, (name, row) in enumerate(zip(names, counts, strict=True))
    )
    corner = '<td class="corner">right ↓ &nbsp;given →</td>'
    return (
        f'<table class="confusion"><caption>{shown(title)}</caption><thead><tr>{corner}{heads}<th scope="col">all</th>'
        f"</tr></thead><tbody>{rows}</tbody></table>"
    )


def chart(axes: Axes, lines: Sequence[Line]) -> str:
    """Return a chart with its legend and, folded, its points as a table; without any point an empty string."""
    drawn = [(line, _kept(line)) for line in lines]
    if not any(points for _, points in drawn):
        return ""
    inner = [*_grid(axes), *(part for line, points in drawn for part in _line(line, points))]
    legend = "".join(f"<li>{_swatch(line.look)} {shown(line.name)}</li>" for line, points in drawn if points)
    return (
        f'<figure><svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{_bare(axes.title)}. '
        f'The points are in the table below.">{"".join(inner)}</svg>'
        f'<figcaption><b>{shown(axes.title)}</b><ul class="legend">{legend}</ul></figcaption>'
        f"<details><summary>As a table</summary>{_points(axes, drawn)}</details></figure>"
    )


def _bare(text: str) -> str:
    """Return text for an attribute or within a picture, where it may hold no element."""
    return escape(plain(text))


def _strip(drawn: str, name: str) -> str:
    # Its numbers stand beside it in the table, so that nothing is lost where it is not seen.
    return f'<svg class="{name}" aria-hidden="true">{drawn}</svg>'


def _whisker(low: float, high: float) -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    left, right = _percent(_inside(low)), _percent(_inside(high))
    ends = "".join(f'<line class="whisker" x1="{at}" x2="{at}" y1="30%" y2="70%"/>' for at in (left, right))
    return f'<line class="whisker" x1="{left}" x2="{right}" y1="50%" y2="50%"/>{ends}'


def _inside(share: float) -> float:
    return min(1.0, max(0.0, share))


def _percent(share: float) -> str:
    return f"{100 * _inside(share):.2f}%"


def _cells(at: int, row: Sequence[int]) -> Iterator[str]:
    total = sum(row)
    for place, count in enumerate(row):
        share = count / total if total else 0.0
        fill = f'<svg aria-hidden="true"><rect width="100%" height="100%" fill-opacity="{share:.2f}"/></svg>'
        # Full fill would hide what is written on it; the style thins it.
        kind = "hit" if place == at else "miss"
        part = f"<small>{100 * share:.0f}%</small>" if total else ""
        yield f'<td class="{kind}">{fill}<span>{count}{part}</span></td>'


def _kept(line: Line) -> list[tuple[float, float, float]]:
    """Return the points that can be drawn, each with its size, or 0 where none is drawn."""
    sizes = line.sizes or (0.0,) * len(line.points)
    joined = ((x, y, size) for (x, y), size in zip(line.points, sizes, strict=True))
    return [one for one in joined if 0 <= one[0] <= 1 and 0 <= one[1] <= 1]


def _across(x: float) -> float:
    return _LEFT + x * (_WIDTH - _LEFT - _RIGHT)


def _up(y: float) -> float:
    return _TOP + (1 - y) * (_HEIGHT - _TOP - _BOTTOM)


def _grid(axes: Axes) -> Iterator[str]:
    left, right, bottom, top = _across(0), _across(1), _up(0), _up(1)
    for tick in _TICKS:
        y, x = _up(tick), _across(tick)
        yield f'<line class="grid" x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="tick end" x="{left - 6:.1f}" y="{y + 4:.1f}">{tick:g}</text>'
        yield f'<text class="tick middle" x="{x:.1f}" y="{bottom + 15:.1f}">{tick:g}</text>'
    middle = (left + right) / 2
    yield f'<text class="axis middle" x="{middle:.1f}" y="{_HEIGHT - 7}">{_bare(axes.across)}</text>'
    turned = f"rotate(-90 10 {(top + bottom) / 2:.1f})"
    yield f'<text class="axis middle" transform="{turned}" x="10" y="{(top + bottom) / 2:.1f}">{_bare(axes.up)}</text>'
    if axes.diagonal:
        yield f'<line class="diagonal" x1="{left:.1f}" x2="{right:.1f}" y1="{bottom:.1f}" y2="{top:.1f}"/>'


def _line(line: Line, points: Sequence[tuple[float, float, float]]) -> Iterator[str]:
    if len(points) > 1:
        joined = " ".join(f"{_across(x):.1f},{_up(y):.1f}" for x, y, _ in points)
        yield f'<polyline class="{line.look}" points="{joined}"/>'
    most = max((size for _, _, size in points), default=0)
    for x, y, size in points:
        if size > 0 or len(points) == 1:
            radius = max(_LEAST_DOT, _MOST_DOT * math.sqrt(size / most)) if most else _LEAST_DOT
            yield f'<circle class="{line.look}" cx="{_across(x):.1f}" cy="{_up(y):.1f}" r="{radius:.1f}"/>'


def _swatch(look: str) -> str:
    return (
        f'<svg class="swatch" viewBox="0 0 24 8" aria-hidden="true"><polyline class="{look}" points="1,4 23,4"/></svg>'
    )


def _points(axes: Axes, drawn: Sequence[tuple[Line, Sequence[tuple[float, float, float]]]]) -> str:
    counted = any(line.sizes for line, _ in drawn)
    heads = ("", axes.across, axes.up, *(("items",) if counted else ()))
    rows = "".join(
        f'<tr><th scope="row">{shown(line.name)}</th><td>{x:.3f}</td><td>{y:.3f}</td>'
        + (f"<td>{size:g}</td>" if counted else "")
        + "</tr>"
        for line, points in drawn
        for x, y, size in points
    )
    cells = "".join(f'<th scope="col">{shown(head)}</th>' for head in heads)
    return f'<table class="points"><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>'
