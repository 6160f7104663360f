"""The words that amounts are written with besides figures: fractions, dozens, bounds, rates; and labels."""

from __future__ import annotations

import re
from typing import Final

from app.figure_patterns import SPELLED

DAYS: Final = {"year": 365.25, "month": 30.44, "week": 7.0, "day": 1.0, "hour": 1 / 24}

SMALL: Final = {"a": 1, "an": 1, "one": 1, **SPELLED}
ORDINALS: Final = {
    word: n
    for n, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), start=1
    )
}
PARTS: Final = {"half": 2, "halve": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10,
                 "hundredth": 100}  # fmt: skip
NUMBER_WORD: Final = (
    r"(?:(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-(?:one|two|three|four|five|six|seven|eight|nine))?|"
    + "|".join(word for word in SPELLED if not word.endswith("ty"))
    + r"|(?:one|a)(?=[\s-](?:percent|per cent|hundred|thousand|million|billion|trillion)\b))"
)
SPELLED_OR_IDLE: Final = re.compile(
    rf"\b(?:{NUMBER_WORD}\b|(?P<idle>(?:calendar|business|working|consecutive|full) (?=(?:day|month|year|week)s?\b)))",
    re.I,
)
SPECIAL: Final = tuple(
    (name, re.compile(pattern, re.I))
    for name, pattern in (
        ("time", r"\bhalf an? (?P<half>decade|year|century|month|day)\b"
        r"|(?:(?<=within )|(?<=at least )|(?<=at most )|(?<=than )|(?<=over )|(?<=under ))(?:a|one|a full|a whole) "
        r"(?P<single>year|month|week|day)\b(?! (?:ago|later|after|before|earlier))"
        r"|\b(?P<whole>a|one|a single|(?:the"
        r"|last|past) )"
                 r"\s?(?P<time>decade|century)\b"),
        ("occasions", rf"\b(?P<times>{'|'.join(word for word in SPELLED)}|\d+) (?:times|occasions)\b"
         r"(?! (?:as|more|higher|larger|greater|the|over|a|an|per|each|every)\b)"
         r"|\b(?P<twice>twice)\b(?! (?:as|the|a|an|per|each|every)\b)|\b(?:just|only|even) (?P<once>once)\b"),
        ("dozen", r"\bhalf a dozen\b|\b(?P<n>two|three|four|five)? ?(?P<dozen>(?<!a )dozens?|a dozen)\b"),
        ("percent", r"\b(?P<top>one|two|three|four|five|six|seven|eight|nine|\d{1,2}) (?:in(?: every)?"
        r"|out of(?: every)?)"
                    r" (?P<base>two|three|four|five|six|seven|eight|nine|ten|twenty"
                    r"|\d{1,3})\b(?! (?:percent|years?|months?"
                    r"|days?))|(?P<kbase>\d{1,2})분의 ?(?P<ktop>\d{1,2})|절반"),
        ("fraction", r"\b(?P<top>a|one|two|three|four|five)[ -](?P<part>half|third|quarter|fifth|sixth"
        r"|eighth|tenth)s?\b"
                     r"(?! (?:time|summit|meeting|session|of (?:january|february|march|april|may|june|july|august"
                     r"|september|october|november|december)))|\b(?P<alone>half|hundredth)\b(?= (?:of|the"
                     r"|its|their|as))"),
        ("times", r"\b(?:twice|doubl(?:e[ds]?|ing)|two-?fold|두 ?배)\b|\b(?:thrice|tripl(?:e[ds]?|ing)"
        r"|three-?fold|세 ?배)\b"
                  r"|\bquadrupl(?:e[ds]?|ing)\b"),
        ("ordinal", rf"\b(?P<ordinal>{'|'.join(ORDINALS)})(?!\w)"
         r"(?! of all\b|[- ](?:hand|half|place)\b| [\w-]+ (?:days|weeks|months|years)\b)"),
        ("korean", r"(?<![가-힣])(?P<kn>다섯|여섯|일곱|여덟|아홉|열|두|세|네) ?"
         r"(?=개|명|곳|나라|차례|번|가지|건|척|대(?!통))"),
    )
)  # fmt: skip
KOREAN_COUNTS: Final = {
    word: n for n, word in enumerate(("두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열"), 2)
}
NEARLY: Final = re.compile(r"\b(?:nearly|almost|close to|just under|shy of)\s*$|거의\s*$", re.I)
FLAT: Final = re.compile(r"\b(?:exactly|precisely|a flat|flat|fixed at|no more and no less than)\s*$", re.I)
FLAT_BEHIND: Final = re.compile(r"\s*(?:flat|exactly|sharp)\b|\s*정액", re.I)
# Bounds that `app.figure_patterns` does not read, because they stand farther off.
MOST: Final = re.compile(
    r"\b(?:below|under|in the first|at (?:the )?most|no more often than|no later than|within|(?:ceiling|limit) of"
    r"|tops out at|not to exceed|shall not exceed)\s*$",
    re.I,
)
LEAST: Final = re.compile(r"\b(?:above|beyond|upwards of|a minimum of|equal to or greater than)\s*$", re.I)
MOST_BEHIND: Final = re.compile(
    r"(?:[\s-][\w-]+){0,3}\s(?:at (?:the )?most|or (?:less|fewer|under)|maximum|and no more"
    r"|(?:is|was|are|were) the (?:most|maximum|limit|ceiling|upper limit))\b"
    r"|\s?(?:까지만|이내|이하)",
    re.I,
)
LEAST_BEHIND: Final = re.compile(r"(?:[\s-][\w-]+){0,3}\s(?:at (?:the )?least|or more|minimum)\b|\s?이상", re.I)
# "Spread over five years", "over the next decade": its course, not more than it.
COURSE: Final = re.compile(r"\bover (?:the (?:next|last|past|coming|course of) )?$", re.I)
RATES: Final = tuple(
    (rate, re.compile(pattern, re.I))
    for rate, pattern in (
        ("year", r"\s?(?:a|per|every|each|/) ?(?:calendar |fiscal )?year|\s?(?:annually|yearly)"
        r"|(?:(?!\d)[^.;]){0,25}\b(?:per|each|in each) "
                 r"(?:calendar )?year\b"),
        ("month", r"\s?(?:a|per|every|each|/) ?month|\s?monthly|\sfor a month\b"),
        ("day", r"\s?(?:a|per|every|each|/) ?day\b|\s?daily"),
        ("period", r"(?:(?!\d)[^.;,]){0,15}\bfor the (?:whole |entire )?period\b"
        r"|(?:(?!\d)[^.;,]){0,10}\bin (?:total|all)\b"),
        ("hour", r"\s?(?:an|per|every|each|/) ?hour\b|\s?hourly"),
    )
)  # fmt: skip
RATE_BEFORE: Final = re.compile(r"(?:매년|해마다|연간|한 해에?|연)\s?$|(?P<month>매월|매달|월)\s?$")
# "Section 45W", "No. 3", "(2)", "742.6": numbers that are names.
LABELLED: Final = re.compile(
    r"(?:§|\b(?:section|sec\.|article|annex|part|title|paragraph|pillar|chapter|no\.|number|order|phase|law"
    r"|supplement"
    r"|level|tier|version|top|bottom|sections|articles|u\.s\.c\.|제|ioniq|아이오닉|boeing|mi|h|eo)|법률|명령)\s?$|\($"
    r"|\b(?:law|no\.) \d+[-–]$",
    re.I,
)


def special_value(name: str, match: re.Match[str]) -> float | None:
    """Return what a fit of one of `SPECIAL` stands for, in its measure's unit; None where it stands for nothing."""
    parts = match.groupdict()
    if name == "time":
        span = {"decade": 10.0, "century": 100.0, "year": 1.0, "month": 1 / 12, "day": 1 / 365.25}
        if parts["single"]:
            return DAYS[parts["single"].lower()]
        return (span[parts["half"].lower()] / 2 if parts["half"] else span[parts["time"].lower()]) * DAYS["year"]
    if name == "occasions":
        return 1.0 if parts["once"] else 2.0 if parts["twice"] else float(_small(parts["times"]))
    if name == "dozen":
        return 6.0 if match[0].lower().startswith("half") else 12.0 * SMALL.get((parts["n"] or "a").lower(), 1)
    if name == "percent":
        top, base = parts["top"] or parts["ktop"], parts["base"] or parts["kbase"]
        if not top:
            return 50.0
        n, of = _small(top), _small(base)
        return 100.0 * n / of if 0 < n < of else None
    if name == "fraction":
        top, part = (parts["top"] or "one").lower(), (parts["part"] or parts["alone"]).lower()
        return 100.0 * SMALL[top] / PARTS[part] if SMALL[top] < PARTS[part] else None
    if name == "times":
        first = match[0].lower()
        return 4.0 if first.startswith("quad") else 3.0 if first[:2] in ("th", "tr", "세 ", "세배") else 2.0
    if name == "ordinal":
        n = ORDINALS[parts["ordinal"].lower()]
        return float(n) if n > 1 else None
    return float(KOREAN_COUNTS[parts["kn"]])


def _small(word: str) -> int:
    return int(word) if word.isdigit() else SMALL[word.lower()]


def in_digits(text: str) -> tuple[str, list[int], list[int]]:
    """Return a text with spelled numbers as digits, and where each of its characters starts and ends in the text."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match in (*SPELLED_OR_IDLE.finditer(text), None):
        stop = match.start() if match else len(text)
        pieces.append(text[at:stop])
        starts += range(at, stop)
        ends += range(at + 1, stop + 1)
        if match:
            digits = "" if match["idle"] else str(_spelled(match[0].lower()))
            pieces.append(digits)
            starts += [match.start()] * len(digits)
            ends += [match.end()] * len(digits)
            at = match.end()
    return "".join(pieces), starts, ends


def _spelled(word: str) -> int:
    tens, _, ones = word.partition("-")
    return SMALL[tens] + (SMALL[ones] if ones else 0)
