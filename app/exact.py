"""Find a phrase letter by letter in the indexed passages, whatever its case, quotation marks, hyphens and spaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.quotes import normalise

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ingest.generation import Generation


def find_phrase(
    generation: Generation, phrase: str, k: int, allowed: NDArray[np.bool_] | None = None
) -> list[tuple[int, float]]:
    """Return up to `k` passages that hold a phrase, with how often, most often first, ties by row.

    Args:
        generation: where to look; every passage is read.
        phrase: one or more words; a phrase without letters or digits is found nowhere.
        k: how many passages at most.
        allowed: mask over rows; rows that are False are left out.
    """
    wanted = _folded(phrase)
    if not any(character.isalnum() for character in wanted):
        return []
    found = []
    for row, passage in enumerate(generation.passages):
        if allowed is not None and not allowed[row]:
            continue
        if times := _folded(passage.text).count(wanted):
            found.append((row, float(times)))
    found.sort(key=lambda pair: (-pair[1], pair[0]))
    return found[:k]


def phrase_spans(phrase: str, text: str) -> list[tuple[int, int]]:
    """Return where a phrase stands in a text, as `find_phrase` finds it: offsets, in order, not overlapping."""
    wanted = _folded(phrase)
    folded = [(part, at) for character, at in zip(*normalise(text), strict=True) for part in character.casefold()]
    spans: list[tuple[int, int]] = []
    line = "".join(part for part, _ in folded)
    at = line.find(wanted) if wanted else -1
    while at >= 0:
        last = at + len(wanted)
        spans.append((folded[at][1], folded[last - 1][1] + 1))
        at = line.find(wanted, last)
    return spans


def _folded(text: str) -> str:
    return normalise(text)[0].casefold().strip()
