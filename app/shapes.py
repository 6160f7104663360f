"""What form an answer must have, and what kind of thing it must contain, read off the question's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

Shape = Literal["fact", "list", "comparison", "change"]
Asked = Literal["money", "number", "share", "date", "name"]

_MONTHS: Final = "january|february|march|april|may|june|july|august|september|october|november|december"


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
_ASKED: Final[Mapping[Asked, re.Pattern[str]]] = {
    "money": _any(
        r"how much|what (?:sum|amount|total|value)|\bmoney\b|\bcosts?\b|\bspen[dt]|\bfund|pledge|\binvest|financ",
        r"subsid|\bprice|\bcredit|\bworth|\bfines?\b|얼마|금액|규모|예산|투자액|과태료|보조금",
    ),
    "number": _any(
        r"how many|how much|number of|maximum|minimum|\bmost\b|\bleast\b|\bfigure|how (?:high|big|far)|\bsize\b",
        r"\bcap\b|ceiling|threshold|\btotal|몇|얼마|최대|최소|상한|기준",
    ),
    "share": _any(
        r"percent|\bshare\b|\brates?\b|proportion|%|tariff|\bduty\b|비율|퍼센트|세율|관세율|비중",
    ),
    "date": _any(
        r"\bwhen\b|(?:what|which) (?:date|day|year|month)|how (?:soon|long|often|regular)|by when|how many years",
        r"deadline|how far ahead|언제|며칠|몇 년|기간|기한|얼마나 오래|까지",
    ),
    "name": _any(
        r"\bwho\b|\bwhom\b|\bwhose\b|\bchaired|represent|\bheaded\b|누구|누가",
        r"which (?:\w+ )?(?:compan|universit|offic|person|minist|agenc|countr|institut|firm|bod|lab)",
        r"어느 (?:부처|기관|나라|회사|기업|대학|도시)",
    ),
}
# What stands in a sentence that can answer each kind of question.
ANSWERS: Final[Mapping[Asked, re.Pattern[str]]] = {
    "money": _any(r"[$€£₩]\s?\d|\d\s?(?:won|dollars)\b|[조억만천]\s?원"),
    "number": re.compile(r"\d"),
    "share": _any(r"\d\s?(?:%|percent|per cent)|퍼센트|분의"),
    "date": _any(
        rf"\b(?:{_MONTHS})\b\.?\s+\d|\b(?:19|20)\d\d\b|\b\d+ (?:days|months|years)",
        r"\d+\s?(?:일|개월|년)|annual|\byears?\b",
    ),
    "name": re.compile(r"\b[A-Z][\w.’'-]+(?:\s+(?:of|and|for|the)\b)*\s+[A-Z][\w.’'-]+"),
}


# Words that say what form the answer has, not what it is about.
SHAPE_WORDS: Final = _any(
    r"\b(?:chang(?:e|es|ed)|develop(?:ed)?|evolv(?:e|ed)|compar(?:e|ed|ison)|differ(?:s|ed|ence|ences|ent)?|trace|list"
    r"|versus|vs\.?|over time|language|wording)\b|변화|달라|비교|차이|목록"
)
_HEAD: Final = re.compile(r"\b(?:how many|which|what)\s+((?:[\w'’-]+\s+){0,4}[\w'’-]+)", re.I)
_AFTER_HEAD: Final = re.compile(
    r"^(?:is|are|was|were|be|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|of|in|on|at|to"
    r"|for|from|by|with|about|between|under|that|who|and|or|got|came|made|joined|signed|took|take|belong|work|put"
    r"|counts?|stands?|happened|part|goes|went|set)$",
    re.I,
)


def heads_of(question: str) -> tuple[str, ...]:
    """Return the nouns that a question asks for: "how many *staff* did", "which US *labs* take part"."""
    heads = []
    for found in _HEAD.findall(question):
        words = []
        for word in found.split():
            if _AFTER_HEAD.match(word):
                break
            words.append(word)
        if words and len(words[-1]) > 2:
            heads.append(words[-1])
    return tuple(heads)


def shape_of(question: str) -> Shape:
    """Return what form the answer of a question has; 'fact' where nothing says otherwise, and for reasons."""
    if _WHY.search(question):
        return "fact"
    return next((shape for shape, pattern in _SHAPES.items() if pattern.search(question)), "fact")


def asked_in(question: str) -> frozenset[Asked]:
    """Return what kinds of thing a question asks for; empty if it does not say."""
    return frozenset(kind for kind, pattern in _ASKED.items() if pattern.search(question))


def answers(asked: frozenset[Asked], text: str) -> float:
    """Return which share of the kinds asked for stand in a text, from 0 to 1; 0 where none is asked for."""
    return sum(ANSWERS[kind].search(text) is not None for kind in asked) / len(asked) if asked else 0.0
