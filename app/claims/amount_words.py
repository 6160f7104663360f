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
        ("time", r"\bhalf an? (?P<half>decade|year|century|month|day)\b|\b(?P<whole>a|one|a single|(?:the"
        r"|last|past) )"
                 r"\s?(?P<time>decade|century)\b"),
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
        ("ordinal", rf"\b(?P<ordinal>{'|'.join(ORDINALS)})(?!\w)(?! of all\b|[- ](?:hand|half|place)\b)"),
        ("korean", r"(?<![가-힣])(?P<kn>다섯|여섯|일곱|여덟|아홉|열|두|세|네) ?(?=개|명|곳|나라|차례|번|가지|건|척|대(?!통))"),
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
    r"\b(?:below|under|at (?:the )?most|no more often than|no later than|within|(?:ceiling|limit) of"
    r"|tops out at|not to exceed|shall not exceed)\s*$",
    re.I,
)
LEAST: Final = re.compile(r"\b(?:above|beyond|upwards of|a minimum of|equal to or greater than)\s*$", re.I)
MOST_BEHIND: Final = re.compile(
    r"(?:[\s-][\w-]+){0,3}\s(?:at (?:the )?most|or (?:less|fewer|under)|maximum|and no more)\b|\s?(?:까지만|이내|이하)",
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
    r"|level|tier|version|sections|articles|u\.s\.c\.|제|ioniq|아이오닉|boeing|mi|h|eo))\s?$|\($",
    re.I,
)
