"""Find a quote in a text letter by letter, and say where it stands there.

Only what typesetting changes is overlooked: white space, the shape of quotation marks, hyphens and dashes, soft
hyphens and zero-width characters, and the case of the quote's first letter.
"""

from __future__ import annotations

import re
from typing import Final

_SAME: Final = str.maketrans(
    dict.fromkeys("‘’‚‛′`´", "'")
    | dict.fromkeys("“”„‟″«»「」『』", '"')
    | dict.fromkeys("‐‑‒–—―−﹣－", "-")
    | {"‹": "<", "›": ">"}
)
_UNSEEN: Final = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_ELLIPSIS: Final = re.compile(r"\s*(?:\[(?:…|\.{3})\]|…|\.{3,})\s*")
_EDGES: Final = "\"'.,;:…"


def normalise(text: str) -> tuple[str, list[int]]:
    """Return the text with typesetting evened out, and for each of its characters where it stood.

    White space goes altogether: models write "U. S." and sources break lines anywhere.

    Returns:
        The normalised text, and a list of one offset a character, in code points into `text`.
    """
    kept = [(c, offset) for offset, c in enumerate(text) if not c.isspace() and c not in _UNSEEN]
    return "".join(c.translate(_SAME) for c, _ in kept), [offset for _, offset in kept]


def find_quote(quote: str, text: str, start: int = 0, end: int | None = None) -> tuple[tuple[int, int], ...]:
    """Find a quote between two offsets of a text.

    A quote with "..." in it is looked for part by part, in order; all of them must be there.

    Returns:
        One span a part, in code points, so that `text[start:end]` is what the source has; empty if the quote
        or one of its parts is not there, or has no letters or digits.
    """
    parts = [part for part in _ELLIPSIS.split(quote) if any(c.isalnum() for c in part)]
    end = len(text) if end is None else end
    stretch, offsets = normalise(text[start:end])
    offsets = [start + offset for offset in offsets]
    spans: list[tuple[int, int]] = []
    position = 0
    for part in parts:
        wanted = normalise(part)[0].lstrip(_EDGES)
        found = _find(wanted.rstrip(_EDGES), stretch, position, text, offsets)
        if found is None:
            return ()
        low, position = found
        for mark in wanted[len(wanted.rstrip(_EDGES)) :]:  # a full stop counts where the source has it too
            if stretch[position : position + 1] != mark:
                break
            position += 1
        spans.append((offsets[low], offsets[position - 1] + 1))
    return tuple(spans)


def _find(part: str, stretch: str, position: int, text: str, offsets: list[int]) -> tuple[int, int] | None:
    """Find whole words only: "1.7" is not in "21.75", nor "art" in "partner"; Korean particles may follow."""
    for wanted in (part, part[:1].swapcase() + part[1:]):
        at = stretch.find(wanted, position)
        while at >= 0:
            stop = at + len(wanted)
            if not _cuts(text, offsets[at]) and not _cuts(text, offsets[stop - 1] + 1):
                return at, stop
            at = stretch.find(wanted, at + 1)
    return None


def _cuts(text: str, at: int) -> bool:
    """Whether an offset of a text is inside a word or a number."""
    before, after = text[at - 1 : at] if at else "", text[at : at + 1]
    if before in (".", ",") and after.isdigit() and at > 1 and text[at - 2].isdigit():
        return True
    if after in (".", ",") and before.isdigit() and text[at + 1 : at + 2].isdigit():
        return True
    if "가" <= before <= "힣" and "가" <= after <= "힣":
        return False
    return before.isalnum() and after.isalnum()
