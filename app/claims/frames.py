"""The frames by which a sentence says who says it, in English and Korean; what they name may be no source at all."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Final

from app.claims.clause_words import forms_of

# What a document does when it says something; "is", "was signed" and "led to" are not among it.
_SAYING: Final = (
    "say state argue note write add claim contend report conclude announce declare maintain explain suggest warn "
    "stress insist observe emphasize emphasise assert show confirm affirm reaffirm recall acknowledge recognize "
    "recognise reveal list name mention promise pledge commit call urge recommend describe define contain include cite "
    "quote highlight underline underscore specify set put give foresee envisage require direct order mandate ban "
    "forbid prohibit allow let oblige impose speak refer treat count record estimate forecast express identify outline "
    "propose provide credit complain avoid omit hold tell make rule limit exempt leave bind agree welcome condemn "
    "predict think believe see ask offer admit concede deny rank remark praise revoke compare"
).split()
# Their forms without ending are as often nouns, and part of a name: "the state visit", "the executive order".
_NOUNS_TOO: Final = frozenset(
    "state order orders report claim name list call record estimate forecast rule rules limit set count offer promise "
    "pledge credit quote remark praise ban mandate show note address".split()
)
_NOUN: Final = (
    r"(?:statements?(?: of intent)?|declarations?|fact ?sheets?|readouts?|memorand(?:um|a)(?: of understanding)?|mou"
    r"|articles?|essays?|op-eds?|remarks|speech|address|(?:press )?releases?|orders?|principles|code(?: of conduct)?"
    r"|recommendations?|commitments|acts?|laws?|statutes?|decree|text|communiqu[ée]|documents?|proposal)"
)
_OWN: Final = (
    r"(?:own )?(?:figures?|account|view|analys[ie]s|reckoning|count|estimates?|numbers?|words|reading|telling|tally)"
)
# A word of a name; the dots within "U.S." and behind "Dr" end no sentence.
_LETTER: Final = r"[^\s,;:()“”\"「」『』?!.–—]"
_W: Final = rf"(?:(?:[A-Z]\.)+|(?:Dr|Mr|Mrs|Ms|Prof|No|Jr|Sr|St)\.|{_LETTER}+(?:\.{_LETTER}+)*)"
_NAME: Final = rf"(?P<name>{_W}(?:(?: |\s[–—]\s|[–—]){_W}){{0,14}}?)"
_NOUN_PHRASE: Final = rf"(?P<name>{_W}(?:[ –](?!(?:in|is|was|by|with|to)\s){_W}){{0,8}}?)"
_ENDS: Final = r"(?=\s*[,;:.–—“\"”]|\s*$)"

# What stands before a name within its clause: "by the fact sheet", "세 정상은 공동성명에서".
_EDGE: Final = re.compile(
    r"\s+|(?:by|in|of|from|on|that|even|and|but)\s|(?:\S+\s){0,4}?\S*[가-힣](?:은|는)\s(?=\S)", re.IGNORECASE
)

_REPORTS: Final = (
    r"(?:밝히|밝혔|밝힌|주장|말하|말한|말했|강조|설명|적고|적었|적는|지적|명시|규정|약속|합의|전하|전한|전했|예고|쓰고|쓴다|썼|본다"
    r"|언급|평가|권고|권한|촉구|선언|천명|확인|재확인|담고|담았|했다|하였다|한다|정했|정하|제시|경고)"
)
_KO_NAME: Final = r"(?P<name>[^,.“”\"]{2,60}?)"
_KO_NOUN: Final = (
    r"(?:성명|선언문?|팩트시트|설명자료|보도자료|양해각서|행정명령|법|시행령|권고안?|원칙|행동규범|행동강령|지침|글|논문|기고문?|연설"
    r"|문서|의향서|서약)"
)


def frames(claim: str) -> Iterator[tuple[str, int]]:
    """Yield the words that may name a source, and where they stand: the surest kinds of frame first.

    Nothing within quotation marks is a frame: what is quoted attributes nothing of the claim's.
    """
    for pattern in _korean() if re.search("[가-힣]", claim) else _english():
        for match in pattern.finditer(claim):
            start, end = match.span("name")
            while edge := _EDGE.match(claim, start, end):
                start = edge.end()
            # A summit says nothing, but its "call to" is in what it issued.
            summit = claim[start:end].lower().endswith("summit") and claim[end : end + 1] not in ("'", "’")
            if not summit and not _is_quoted(claim, start):
                yield claim[start:end], start


def _is_quoted(claim: str, at: int) -> bool:
    before = claim[:at]
    return any(before.count(first) > before.count(last) for first, last in ("“”", "「」", "『』")) or (
        before.count('"') % 2 == 1
    )


@functools.cache
def _english() -> tuple[re.Pattern[str], ...]:
    bases = "|".join(_SAYING)
    others = "|".join([form for base in _SAYING for form in forms_of(base) if form not in _NOUNS_TOO] + ["rules out"])
    verb = (
        r"(?:(?:also|further|thus|only|even|explicitly|clearly|merely|never|nowhere|repeatedly|again|then)\s+)*"
        rf"(?:(?:does|do|did|would|will)(?:\s+not|n['’]t)?\s+(?:\w+ly\s+)?(?:{bases})"
        rf"|(?:(?:has|have|had)\s+)?(?:{others}))\b"
    )
    place = r"(?=\s+(?:in|on|at)\s[^,;]{2,60}\.?$)"
    joint = r"(?:^|[,;]\s+|[.!?]\s+|\b(?:and|but|while|whereas|that)\s+)"
    patterns = (
        rf"\b(?:according to|as per|in the words of)\s+{_NAME}(?:{_ENDS}|(?=\s(?:which|who|that)\b))",
        rf"\b(?:by|on|in)\s+{_NAME}['’]s?\s+{_OWN}\b",
        rf"(?:[,–—]|[,.!?][”\"])\s*(?:as\s+)?{_NAME}\s+{verb}(?:\s+it)?(?:{_ENDS}|{place})",
        rf"(?:[,–—]|[,.!?][”\"])\s*(?:as\s+)?{verb}\s+{_NAME}{_ENDS}",
        rf"^as\s+{_NAME}\s+(?:puts|sees|has|tells)\s+it\b",
        rf"^(?:[^,;:“”\"]{{0,60}},\s+)?(?:even\s+)?in\s+(?P<name>(?:{_W}\s+){{0,12}}?{_NOUN}"
        rf"(?:\s+(?:of|on|for|from|in)(?:\s{_W}){{1,8}})?),",
        r"^in\s+(?P<name>(?:the\s+)?(?-i:(?:[A-Z0-9][\w.'’-]*\s+){1,6}"
        r"(?:Declaration|Statement|Memorandum|Principles|Fact Sheet)))\s+",
        rf"{joint}{_NAME},?\s+(?:for (?:instance|example),\s+)?{verb}(?=[\s,:])",
        rf"\b{verb}\s+in\s+(?P<name>(?:{_W}\s+){{0,8}}?{_NOUN})\b",
        rf"(?:^|[,;]\s+|\b(?:in|by|of|with|to|is|was)\s+){_NOUN_PHRASE}['’]s?\s+"
        r"(?:call|pledge|commitment|promise|demand|warning|claim)\s+(?:to|that|for|of|on)\b",
    )
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


@functools.cache
def _korean() -> tuple[re.Pattern[str], ...]:
    patterns = (
        rf"{_KO_NAME}(?:에 따르면|에 의하면|[을를] 보면)",
        rf"^(?:[^,“”\"]{{0,40}},\s*)?(?P<name>[^,.“”\"]{{0,60}}?{_KO_NOUN})(?:에서는|에서|에는)\s",
        rf"(?:^|,\s*|(?<=[고며])\s){_KO_NAME}(?:은|는|이|가)\s(?=.*(?:고|기로|것을|[을를]|[임음]을)\s?{_REPORTS})",
        rf"[다라]고\s+{_KO_NAME}(?:은|는|이|가)\s+{_REPORTS}",
    )
    return tuple(re.compile(pattern) for pattern in patterns)
