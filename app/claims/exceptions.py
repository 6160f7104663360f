"""Values that a claim limits something to, though the source gives another for some case: "15 percent (30 if ...)"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.claims.amounts import Amount, read_amounts
from app.claims.readings import Pair
from app.claims.results import Difference

_REACH: Final = 40  # characters before or behind a value in which a word limits it
_LIMITS: Final = re.compile(
    r"\b(?:limited|only|just|merely|solely|exclusively|restricted|flat|no more than|at most|capped)\b"
    r"|불과|그치|에 한해|뿐|만\s",
    re.IGNORECASE,
)
_CASE: Final = re.compile(
    r"\([^()]*\b(?:in the case of|if|where|when|for|unless|except)\b[^()]*\)|\([^()]*(?:경우|때)[^()]*\)", re.IGNORECASE
)


def exception_differences(pair: Pair) -> Iterator[Difference]:
    """Yield the values that a claim limits something to, where the sentence gives a higher one for a case beside it."""
    cases = list(_CASE.finditer(pair.source.text))
    claimed = [amount for amount in read_amounts(pair.claim.text) if _is_limited(pair, amount)] if cases else []
    held = read_amounts(pair.source.text) if claimed else ()
    for amount in claimed:
        for case in cases:
            usual = [one for one in held if one.equals(amount) and one.span[1] <= case.start()]
            other = [one for one in held if case.start() < one.span[0] < case.end() and _is_more(one, amount)]
            if usual and other:
                yield pair.difference("number", amount.shown, (usual[-1].shown[0], case.end()))


def _is_limited(pair: Pair, amount: Amount) -> bool:
    start, end = amount.shown
    return _LIMITS.search(pair.claim.text[max(0, start - _REACH) : end + _REACH]) is not None


def _is_more(one: Amount, other: Amount) -> bool:
    return one.measure == other.measure and one.value > other.value
