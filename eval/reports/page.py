"""The frame of a report: one HTML file that asks for nothing else, and in it the list of items with its filters."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final

from app.escape import plain, shown
from eval.reports.items import SIGNS, STATES, ShownItem, ShownItems

_HERE: Final = Path(__file__).resolve().parent
_MOST_CHOICES: Final = 60  # a group of more values is no filter
_TASKS: Final = {"question": "Questions", "claim": "Claims", "query": "Queries"}


def page(title: str, body: str, block: str) -> str:
    """Return the whole file.

    Args:
        title: plain text.
        body: escaped HTML.
        block: what the script reads, as `ShownItems.block` gives it.
    """
    css, js = ((_HERE / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    policy = (
        f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(js)}'; base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="referrer" content="no-referrer">\n<title>{escape(plain(title))}</title>\n'
        f"<style>{css}</style>\n</head>\n"
        f'<body>\n<main>\n{body}\n</main>\n<script type="application/json" id="data">{block}</script>\n'
        f"<script>{js}</script>\n</body>\n</html>\n"
    )


def items_section(held: ShownItems, total: int) -> Iterator[str]:
    """Yield the list of items with its filters; the details are written when an item is opened.

    Args:
        held: the items; none give a line that says so.
        total: how many there are, those left out among them.
    """
    yield '<h2 id="all-items">Items</h2>'
    if not held.items:
        yield "<p>There are no items.</p>"
        return
    if held.left_out:
        yield (
            f'<p class="notice">The page holds {len(held.items)} of {total} items, those that fared worst; the rest '
            "stand in the run’s items.jsonl.</p>"
        )
    yield "<noscript><p>The filters and the details of the items need this page’s script.</p></noscript>"
    yield from _filter(held)
    rows = "\n".join(_item(at, item) for at, item in enumerate(held.items))
    yield f'<ul class="items" id="items">{rows}</ul>'


def _filter(held: ShownItems) -> Iterator[str]:
    states: list[tuple[str, str]] = [
        ("unright", "Not right"),
        ("all", "All"),
        *((key, name.capitalize()) for key, name in STATES.items()),
    ]
    counts = {key: sum(item.state == key for item in held.items) for key, _ in states}
    counts |= {"all": len(held.items), "unright": sum(item.state != "right" for item in held.items)}
    options = "".join(
        f'<option value="{key}">{name} ({counts[key]})</option>'
        for key, name in states
        if counts[key] or key in ("all", "unright")
    )
    yield (
        '<form class="filter" id="filter" data-script hidden><fieldset class="filter"><legend>Which items to show'
        f'</legend><label>How they fared<select id="state">{options}</select></label>{"".join(_choices(held))}'
        '<label>Order<select id="order"><option value="">as in the data</option><option value="worst">worst first'
        '</option><option value="best">best first</option></select></label>'
        '<label class="wide">Words in question, answer or sources<input id="words" type="search" autocomplete="off">'
        '</label><button type="reset">Reset</button></fieldset></form>'
        '<p class="status" data-script hidden><span id="count" role="status"></span>'
        '<button type="button" id="open" class="more screen">Open all shown</button></p>'
    )


def _choices(held: ShownItems) -> Iterator[str]:
    """Yield a choice for the task and for each group that tells items apart."""
    tasks = sorted({item.task for item in held.items})
    if len(tasks) > 1:
        yield _choice("", "Task", [(task, _TASKS.get(task, task)) for task in tasks])
    names = sorted({name for item in held.items for name in item.groups})
    for name in names:
        values = sorted({item.groups[name] for item in held.items if name in item.groups})
        if 1 < len(values) <= _MOST_CHOICES:
            yield _choice(name, name.capitalize(), [(value, value) for value in values])


def _choice(group: str, name: str, values: Sequence[tuple[str, str]]) -> str:
    # A value may be empty, which the choice of all is too: so values are JSON.
    options = "".join(f'<option value="{escape(json.dumps(key))}">{shown(text)}</option>' for key, text in values)
    return (
        f'<label>{shown(name)}<select data-group="{escape(group)}"><option value="">all</option>{options}</select>'
        "</label>"
    )


def _item(at: int, item: ShownItem) -> str:
    code = item.groups.get("language", "")
    language = f' lang="{escape(code)}"' if code else ""
    said = [STATES[item.state], item.task, *(f"{name} {value}" for name, value in item.groups.items()), item.id]
    if item.expected:
        said.append(f"right: {item.expected}")
        said.append(f"given: {' → '.join(one or 'not in this run' for one in item.given)}")
    else:
        said.append(f"score {item.score:.2f}")
    return (
        f'<li id="item-{at}" class="is-{item.state}"><details data-at="{at}"><summary>'
        f'<span class="sign" aria-hidden="true">{SIGNS[item.state]}</span>'
        f'<span class="asked" dir="auto"{language}>{shown(item.asked)}</span>'
        f'<span class="about">{shown(" · ".join(said))}</span></summary></details></li>'
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
