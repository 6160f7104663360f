"""What form an answer must have, read off the question's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

Shape = Literal["fact", "list", "comparison", "change"]


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_PLURAL: Final = r"(?!(?:does|is|was|has|its|this|us|across|towards|always|goes|says|gives|makes)\b)\w+[^s\W]s\b"
_WHY: Final = re.compile(r"\bwhy\b|\breasons?\b|how come|이유|왜(?:\b|\s)", re.IGNORECASE)
# The first that matches wins: a question how a list changed asks for a change.
_SHAPES: Final[Mapping[Shape, re.Pattern[str]]] = {
    "change": _any(
        r"\bhow (?:did|has|have|was|were)\b.*\b(?:chang|develop|grow|grew|evolv|shift|progress|move)",
        r"\btrace\b|over time|became of|what changed|\bevol|history of|변화|달라|바뀌|발전해|추이",
    ),
    "comparison": _any(
        r"\bcompar|\bdiffer|\bversus\b|\bvs\b\.?|\bmore than\b|\beach\b",
        r"\b(?:lower|higher|larger|smaller|more)\b.*\bthan\b",
        r"\bwhich (?:got|was|is|has|had)\b.*\bor\b|비교|차이|각각|둘 중",
    ),
    "list": _any(
        r"\blist\b|\ball (?:of )?(?:the|them)\b|\bevery one\b|\bname (?:the|all)\b",
        rf"\bwhich (?:\w+ ){{0,3}}?{_PLURAL}|\bwhat (?:are|were) the\b",
        rf"\bwhat (?:\w+ ){{0,2}}?{_PLURAL} (?:are|were|did|do)\b|모두|전부|빠짐없이|목록|나열|어떤 .*들",
    ),
}

# Words that say what form the answer has, not what it is about.
SHAPE_WORDS: Final = _any(
    r"\b(?:chang(?:e|es|ed)|develop(?:ed)?|evolv(?:e|ed)|compar(?:e|ed|ison)|differ(?:s|ed|ence|ences|ent)?|trace|list"
    r"|versus|vs\.?|over time|language|wording|how (?:large|big|high|long|far|often|soon|old|steep|heavy))\b"
    r"|변화|달라|비교|차이|목록"
)


def shape_of(question: str) -> Shape:
    """Return what form the answer of a question has; 'fact' where nothing says otherwise, and for reasons."""
    if _WHY.search(question):
        return "fact"
    return next((shape for shape, pattern in _SHAPES.items() if pattern.search(question)), "fact")
