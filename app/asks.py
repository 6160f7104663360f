"""What a question asks for, read off its words: a figure, a date, a name, a place, a reason."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final, Literal

from ingest.lexical import analyse

Kind = Literal["money", "share", "count", "figure", "duration", "date", "person", "country", "place", "body", "reason"]
FIGURE_KINDS: Final = frozenset({"money", "share", "count", "figure"})


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing a question asks for.

    Attributes:
        kind: what kind of thing.
        heads: index terms of the noun that is counted or named ("how many *staff*", "which *universities*").
        several: whether more than one is asked for, so that one alone hardly answers.
    """

    kind: Kind
    heads: frozenset[str] = frozenset()
    several: bool = False


def any_of(*patterns: str) -> re.Pattern[str]:
    """Return a pattern that matches where one of several does, in any case."""
    return re.compile("|".join(patterns), re.IGNORECASE)


# A question word opens its clause; "researchers who" and "when asked" ask for nothing.
_OPENS: Final = r"(?:^|[,;:—–.?]\s*|\b(?:and|or|but|by|since|until|to|with|from|in|at|on)\s+)"
_AUXILIARY: Final = (
    r"(?:is|are|was|were|be|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|say|says|said)\b"
)
# "which two Korean ..." goes on to the noun that is asked for; "what did the ..." has none. A plural ends there, since
# what follows it is a verb ("which universities host"); a singular may qualify another noun ("which university heads").
_WHICH: Final = rf"\b(?:which|what)\s+(?:(?!{_AUXILIARY})[\w.'’&-]+\s+){{0,4}}?"
_BEHIND_THE_NOUN: Final = (
    rf"{_AUXILIARY}|(?:of|in|on|at|to|for|from|by|with|under|that|who|and|or|got|came|made|took|takes?|belong|works?|put"
    r"|each|besides?|other|hosts|chairs|leads|led|runs|ran|gives|gave|holds|held)\b|\w+(?:ed|ing)\b"
)
_ENDS_THE_NOUN: Final = rf"\b(?:(?=\s*(?:[?,.;:]|$)|\s+(?:{_BEHIND_THE_NOUN}))|(?<=s)(?=\s+\w))"
_PEOPLE: Final = r"officials?|ministers?|officers?|leaders?|experts?|executives?|delegates?|researchers?|advis[eo]rs?"
_MEASURE: Final = (
    r"maximum|minimum|cap|limit|ceiling|floor|threshold|figures?|number|size|term|fine|penalty|sum|amount|total|price"
    r"|value|cost|budget"
)
_ABOUT_MONEY: Final = any_of(
    r"\binvest|\bspen[dt]|\bcosts?\b|\bpa(?:y|id)\b|\bfund|\bworth\b|subsid|\bcredit|\bmoney\b|\bprice|\bfines?\b",
    r"\bfinanc|pledg|\bgrant(?:s|ed)?\b|\bbudget|\bprofit|\breceiv|\bpurchas|\bput(?:ting)? (?:in|into)\b",
    r"투자|예산|금액|보조금|지원|과태료|벌금|비용|달러|원\b|규모|매입|구매",
)
_PATTERNS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("duration", any_of(
        r"\bhow (?:long|soon|often|regularly|frequently|quickly|far ahead)\b",
        r"\bhow many (?:\w+ )?(?:years|months|weeks|days|hours)\b",
        r"몇\s?(?:개월|년간|년마다|년에 한|년 동안|년이|년인|일 이내|일 안)|얼마나 (?:오래|자주)|며칠 (?:이내|안|전)",
        r"기간|기한",
    )),
    ("share", any_of(
        _WHICH + r"(?:percent\w*|shares?|proportion|rates?|tariffs?|duty)\b",
        r"\bhow many percent|\bwhat percent|몇\s?(?:%|퍼센트|프로)|비율|비중|(?:관?세율|점유율)",
    )),
    ("money", any_of(
        r"\bhow many (?:billions?|millions?|dollars|won)\b",
        r"\b(?:what|which)\s+(?:\w+\s+){0,3}?(?:budget|price|cost|fine|subsidy)\b",
        r"(?:금액|예산|투자액|과태료|보조금|벌금|지원금|규모)(?:은|는|이|가)?\s*(?:총\s*)?(?:얼마|어느|\?|$)",
    )),
    ("figure", any_of(
        r"\bhow much\b|\bhow (?:high|big|large|great|heavy|steep)\b|얼마(?!나 (?:오래|자주))",
        rf"\b(?:what|which)(?:['’]s| is| was| are| were)?\s+(?:\w+\s+){{0,3}}?(?:{_MEASURE})\b",
        r"\bwhat(?:['’]s| is| was) the (?:most|least|highest|lowest)\b|^(?:maximum|minimum)\b|최대|최소|상한",
    )),
    ("date", any_of(
        _OPENS + r"when\b",
        _WHICH + r"(?:dates?|day|year|month)\b",
        r"언제|며칠(?! (?:이내|안|전))|몇\s?(?:년도|년에|월|일에)|(?:시행일|날짜|일자(?!리))",
    )),
    ("person", any_of(_OPENS + r"who(?:m|se)?\b", rf"{_WHICH}(?:{_PEOPLE}){_ENDS_THE_NOUN}", r"누구|누가")),
    ("place", any_of(
        _OPENS + r"where\b",
        _WHICH + r"(?:cit(?:y|ies)|venue|town|place|capital|location)\b",
        r"어디|(?:어느|어떤) (?:도시|곳|장소)",
    )),
    ("reason", any_of(_OPENS + r"why\b", r"\bwhat (?:is|was|were|are) the reasons?\b|\bhow come\b|왜(?:\s|$|\?)|이유")),
)  # fmt: skip
_COUNT: Final = re.compile(r"\bhow many\s+((?:[\w.'’-]+\s*){1,5})", re.IGNORECASE)
_KOREAN_COUNT: Final = re.compile(r"몇\s?(?:개|명|곳|건|가지|군데|나라|회|차례|번|대|인)")
_COUNTRIES: Final = any_of(
    _WHICH + rf"(?:countr(?:y|ies)|nations?|economies|governments?){_ENDS_THE_NOUN}",
    r"(?:어느|어떤|무슨)\s?(?:나라|국가)|(?:참여|서명|참가)(?:한)?\s?(?:나라|국가)",
)
_BODY: Final = (
    r"compan(?:y|ies)|firms?|makers?|manufacturers?|automakers?|universit(?:y|ies)|colleges?|schools?|labs?"
    r"|laborator(?:y|ies)|agenc(?:y|ies)|ministr(?:y|ies)|departments?|offices?|institut(?:e|es|ion|ions)"
    r"|bod(?:y|ies)|organi[sz]ations?|banks?|committees?|councils?|foundations?|hospitals?|projects?|plants?|models?"
    r"|investors?|partners?|signatories|participants?"
)
_BODIES: Final = re.compile(
    rf"{_WHICH}({_BODY}){_ENDS_THE_NOUN}"
    r"|(?:어느|어떤|무슨)\s?(부처|기관|회사|기업|대학|연구소|위원회|은행|단체)",
    re.IGNORECASE,
)
_LEAVES_THE_NOUN: Final = frozenset(
    "is are was were be do does did has have had can could will would shall should may might must of in on at to for "
    "from by with about between under that who and or each got came made joined signed took take belong work".split()
)
_CONTINUES: Final = re.compile(r".*(?: — |라는 질문에 이어: )", re.DOTALL)


def latest(question: str) -> str:
    """Return what a completed follow-up asks last; a question that was not completed is returned whole."""
    return _CONTINUES.sub("", question)


def asks_of(question: str) -> tuple[Ask, ...]:
    """Return what a question asks for, in a fixed order; empty if it asks for nothing in particular."""
    question = latest(question)
    found = [Ask(kind) for kind, pattern in _PATTERNS if pattern.search(question)]
    kinds = {ask.kind for ask in found}
    if "figure" in kinds and ("money" in kinds or _ABOUT_MONEY.search(question)):
        kinds = kinds - {"figure"} | {"money"}
    elif kinds & {"share", "duration"}:
        kinds -= {"figure"}
    asks = [Ask(kind) for kind, _ in _PATTERNS if kind in kinds]
    asks += [Ask("count", heads) for words in _COUNT.findall(question) if not (heads := _heads(words)) & _units()]
    asks += [Ask("count") for _ in _KOREAN_COUNT.findall(question)]
    if named := _COUNTRIES.search(question):
        asks.append(Ask("country", several=named[0].endswith("s")))
    asks += [Ask("body", frozenset(analyse(en or ko)), en.endswith("s")) for en, ko in _BODIES.findall(question)]
    return tuple(dict.fromkeys(asks))


@functools.cache
def _units() -> frozenset[str]:
    """Nouns behind "how many" that make it another kind of question."""
    return frozenset(analyse("years months weeks days hours percent billions millions dollars won"))


def _heads(words: str) -> frozenset[str]:
    """Return the last noun of "Korean staff members are there" before its verb, as index terms."""
    kept: list[str] = []
    for word in words.split():
        if word.lower() in _LEAVES_THE_NOUN:
            break
        kept.append(word)
    return frozenset(analyse(kept[-1])) if kept else frozenset()
