"""Find the words in which a claim and a source differ, so that they can be marked in both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator


def pieces(text: str, phrases: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Yield a text in pieces, each with whether it is one of the phrases; joined they are the text.

    A phrase is found in any case, with any white space, and as whole words and figures only: "5 percent" is not in
    "15 percent". In Korean a particle may follow. One that is not in the text marks nothing.
    """
    at = 0
    for start, end in _merged(text, phrases):
        if start > at:
            yield text[at:start], False
        yield text[start:end], True
        at = end
    if at < len(text):
        yield text[at:], False


def _merged(text: str, phrases: Iterable[str]) -> list[tuple[int, int]]:
    found = sorted(match.span() for phrase in phrases if phrase.strip() for match in _pattern(phrase).finditer(text))
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _pattern(phrase: str) -> re.Pattern[str]:
    inner = r"\s+".join(re.escape(word) for word in phrase.split())
    before, after = "", ""
    if re.match(r"[0-9]", phrase.strip()):
        before = r"(?<![0-9A-Za-z])(?<![0-9][.,])"
    elif re.match(r"[A-Za-z]", phrase.strip()):
        before = r"(?<![0-9A-Za-z])"
    if re.search(r"[0-9]$", phrase.strip()):
        after = r"(?![0-9A-Za-z]|[.,][0-9])"
    elif re.search(r"[A-Za-z]$", phrase.strip()):
        after = r"(?![0-9A-Za-z])"
    return re.compile(f"{before}{inner}{after}", re.IGNORECASE)
