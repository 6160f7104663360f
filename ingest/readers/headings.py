"""Which lines of a plain text are headings. A heading only gives context, so the rules are kept narrow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

LONGEST: Final = 80  # characters
_LONG_LINE: Final = 60  # characters; a line this long is running text
_NUMBERED = re.compile(
    r"""(?ix)
    제\s?\d+(?:편|장|절|관)(?:의\d+)?(?:\s+\S.*)?
    | 제\s?\d+조(?:의\d+)?\s?[(（][^()（）]+[)）]
    | 부칙(?:\s.*)?
    | (?:article|chapter|annex|appendix|part|title)\s+(?:\d+[a-z]?|[ivx]+|[a-h])\b(?:[\s.:—–-]+[^.]*)?
    | (?:section|sec\.)\s+\d+[a-z]?[.:]?(?:\s+[^.]*)?\.?
    | §+\s?\d[\w.-]*\s*(?:\S.*[^.;,])?
    | \d+\.\d+(?:\.\d+)*\.?\s+[A-Z가-힣].*[^.;,:]
    """
)
_BULLET = re.compile(r"\s*(?:[-*+•‣·○●□■▪◦ㅇ>|]|\(?\w{1,4}[.)]\s|[①-⑳])")
_ENUMERATOR = re.compile(r"(?:[IVX]+|[A-H])\.\s+")
_DATE = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December) \d"
)
_NOT_FINAL = (".", ",", ";", "!", "?", "”", '"', "…", "。", "，")


def is_numbered_heading(line: str) -> bool:
    """Whether `line` is a short heading by its own form: `Article 3`, `§ 30D. …`, `제1조 (목적)`, `1.2. …`."""
    return len(line) <= LONGEST + 20 and _NUMBERED.fullmatch(line) is not None


def find_headings(lines: Sequence[str]) -> list[bool]:
    """Tell for each of `lines` (stripped, none empty) whether it is a heading.

    A heading says so by its form (`Article 3`), or is a short line in capitals or title case, without final
    punctuation, between running text: what follows it is longer than it, a list, or another heading.
    """
    found = [False] * len(lines)
    for n in range(len(lines) - 1, -1, -1):  # from the end: a heading may be known by the heading under it
        after = lines[n + 1] if n + 1 < len(lines) else ""
        leads = bool(after) and (found[n + 1] or len(after) >= _LONG_LINE or bool(_BULLET.match(after)))
        found[n] = is_numbered_heading(lines[n]) or (leads and _looks_like_one(lines[n]))
    return [found[n] and not _in_list(lines, found, n) for n in range(len(lines))]


def _in_list(lines: Sequence[str], found: Sequence[bool], n: int) -> bool:
    """Whether line `n` is one of a row of short lines, the last of which leads to running text by chance."""
    if is_numbered_heading(lines[n]):
        return False
    window = range(max(0, n - 2), min(len(found), n + 3))
    run = "".join("x" if found[m] and not is_numbered_heading(lines[m]) else "." for m in window)
    before = lines[n - 1] if n else ""
    short = 0 < len(before) < _LONG_LINE and any(c.isalpha() for c in before)
    ended = before.endswith((".", ":", "”")) or _BULLET.match(before) or (n > 0 and found[n - 1])
    return "xxx" in run or (short and not ended)


def _looks_like_one(line: str) -> bool:
    words = _ENUMERATOR.sub("", line, count=1).rstrip(":").split()
    if not words or len(line) > LONGEST or line.endswith(_NOT_FINAL) or _BULLET.match(_ENUMERATOR.sub("", line)):
        return False
    letters = [c for c in line if c.isalpha()]
    if len(letters) < 5 or _DATE.search(line):
        return False
    if all(c.isupper() for c in letters):
        return True
    long_words = [word.strip("()“”‘’'\"") for word in words if len(word) >= 4]
    capitalised = sum(word[:1].isupper() or not word[:1].isalpha() for word in long_words)
    last = words[-1].strip("()")
    return bool(long_words) and capitalised >= 0.8 * len(long_words) and last[:1].isupper()
