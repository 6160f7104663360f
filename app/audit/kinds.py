"""Tell claims, which can be checked, from opinion, forecast and narration: by signs and their weights.

The signs are patterns in `signs.tsv`; each speaks for one kind, with a weight. They were chosen by hand on
`eval/data/sentence-kinds-dev.jsonl`; a linear model fitted on the same signs was worse on articles it had not seen.
"""

from __future__ import annotations

import csv
import functools
import re
from pathlib import Path
from typing import Final, NamedTuple, cast

from app.audit.results import KINDS, SentenceKind
from app.language import is_korean

SIGNS: Final = Path(__file__).with_name("signs.tsv")
_READ: Final = 1_000  # characters of a sentence that are looked at
_CLAIM: Final = 1.0  # without a sign it is a claim: one that is missed is never checked
_ANSWER: Final = 0.5  # whoever answers a question of their own says what they think
_HANGUL_LAST: Final = re.compile(r"[가-힣][\]).!?…]*$")


class _Sign(NamedTuple):
    kind: SentenceKind
    weight: float
    pattern: re.Pattern[str]


def kind_of(sentence: str, before: str = "") -> SentenceKind:
    """Tell what kind of sentence this is, in English or Korean.

    Args:
        sentence: one sentence, of which the first thousand characters are read; one without a letter is narration.
        before: the sentence before it in the same paragraph, if there is one.

    Returns:
        The kind for which most speaks; of equals the one named first in `KINDS`, a claim before the others.
    """
    text = " ".join(sentence[:_READ].replace("’", "'").split())
    if not any(letter.isalpha() for letter in text):
        return "narration"
    scores = dict.fromkeys(KINDS, 0.0)
    scores["claim"] = _CLAIM
    scores["opinion"] = _ANSWER if before.rstrip().endswith("?") else 0.0
    korean = is_korean(text) or _HANGUL_LAST.search(text) is not None
    for sign in _signs("ko" if korean else "en"):
        if sign.pattern.search(text):
            scores[sign.kind] += sign.weight
    return max(KINDS, key=lambda kind: scores[kind])


@functools.lru_cache(maxsize=2)
def _signs(language: str) -> tuple[_Sign, ...]:
    with SIGNS.open(encoding="utf-8", newline="") as file:
        rows = [
            row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row["language"] == language
        ]
    return tuple(
        _Sign(cast(SentenceKind, row["kind"]), float(row["weight"]), re.compile(row["pattern"])) for row in rows
    )
