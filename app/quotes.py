"""Find a quote in a text letter by letter, and say where it stands there.

Only what typesetting changes is overlooked: runs of white space, the shape of quotation marks, hyphens and
dashes, soft hyphens and zero-width characters, and the case of the quote's first letter.
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
_EDGES: Final = " \t\n\"'.,;:…"


def normalise(text: str) -> tuple[str, list[int]]:
    """Return the text with typesetting evened out, and for each of its characters where it stood.

    Returns:
        The normalised text, and a list of one offset a character, in code points into `text`.
    """
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        if character in _UNSEEN:
            continue
        if character.isspace():
            if characters and characters[-1] == " ":
                continue
            character = " "
        characters.append(character.translate(_SAME))
        offsets.append(offset)
    return "".join(characters), offsets


def find_quote(quote: str, text: str, start: int = 0, end: int | None = None) -> tuple[tuple[int, int], ...]:
    """Find a quote between two offsets of a text.

    A quote with "..." in it is looked for part by part, in order; all of them must be there.

    Returns:
        One span a part, in code points, so that `text[start:end]` is what the source has; empty if the quote
        or one of its parts is not there, or has no letters or digits.
    """
    parts = [part for part in _ELLIPSIS.split(quote) if any(c.isalnum() for c in part)]
    stretch, offsets = normalise(text[start:end])
    spans: list[tuple[int, int]] = []
    position = 0
    for part in parts:
        found = _find(normalise(part)[0].strip(_EDGES), stretch, position)
        if found is None:
            return ()
        position = found[1]
        spans.append((start + offsets[found[0]], start + offsets[found[1] - 1] + 1))
    return tuple(spans)


def _find(part: str, stretch: str, position: int) -> tuple[int, int] | None:
    """Find whole words only: "1.7" is not in "21.75", nor "art" in "partner"; Korean particles may follow."""
    for wanted in (part, part[:1].swapcase() + part[1:]):
        at = stretch.find(wanted, position)
        while at >= 0:
            stop = at + len(wanted)
            if not _cuts(stretch, at) and not _cuts(stretch, stop):
                return at, stop
            at = stretch.find(wanted, at + 1)
    return None


def _cuts(stretch: str, at: int) -> bool:
    before, after = stretch[at - 1 : at] if at else "", stretch[at : at + 1]
    if before in (".", ",") and after.isdigit() and stretch[at - 2 : at - 1].isdigit():
        return True
    if after in (".", ",") and before.isdigit() and stretch[at + 1 : at + 2].isdigit():
        return True
    if "가" <= before <= "힣" and "가" <= after <= "힣":
        return False
    return before.isalnum() and after.isalnum()
