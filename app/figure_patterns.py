"""The patterns that figures and dates are read by, in English and Korean."""

from __future__ import annotations

import re
from typing import Final

MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"),
            ("july", "jul"), ("august", "aug"), ("september", "sept", "sep"), ("october", "oct"),
            ("november", "nov"), ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
MONTH: Final = "(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:\s?(?:-|–|to|and)\s?(?P<day2>\d{1,2})(?:st|nd|rd|th)?)?"
YEAR: Final = r"(?P<year>(?:19|20)\d{2})"
DATES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![\d.,]){YEAR}\s?[-/.]\s?(?P<mm>0?[1-9]|1[0-2])(?:\s?[-/.]\s?(?P<day>0?[1-9]|[12]\d|3[01]))?(?![\d%])",
        rf"(?<!\d){YEAR}\s?년(?:\s?(?P<mm>1[0-2]|0?[1-9])\s?월)?(?:\s?(?P<day>\d{{1,2}})\s?일)?",
        r"(?<!\d)(?P<mm>1[0-2]|0?[1-9])\s?월(?:\s?(?P<day>\d{1,2})\s?일)?",
        rf"\b{MONTH}\s?{DAY}(?!\d)(?:,?\s+(?:of\s+)?{YEAR}(?!\d))?",
        rf"(?<!\d){DAY}\s(?:of\s)?{MONTH}(?:,?\s+{YEAR}(?!\d))?",
        rf"\b{MONTH},?\s+(?:of\s+)?{YEAR}(?!\d)",
        rf"\bFY\s?{YEAR}(?!\d)",
        rf"(?<![\w$€£¥₩.,]){YEAR}(?![\d%])(?![.,]\d)",
    )
)
BARE_MONTH: Final = re.compile(rf"\b(?:in|since|by|until|of|early|late|mid|last|next|this)[\s-]{MONTH}", re.IGNORECASE)

SPELLED: Final = {
    word: number
    for number, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen".split(),
        start=2,
    )
} | {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
ORDINALS: Final = {
    word: number
    for number, word in enumerate(
        "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), start=2
    )
}
SPELLED_WORD: Final = re.compile(
    r"\b(?:(?P<tens>(?:twen|thir|for|fif|six|seven|eigh|nine)ty)-(?P<ones>one|two|three|four|five|six|seven|eight|nine)"
    rf"|(?P<word>{'|'.join(SPELLED)})|(?P<one>one|a)(?=[\s-](?:percent|per cent|hundred|thousand|million|billion"
    rf"|trillion)\b)|(?P<ordinal>{'|'.join(ORDINALS)})(?!\w))\b",
    re.IGNORECASE,
)
SCALES: Final = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "k": 10**3, "mn": 10**6, "m": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12,
    "천": 10**3, "만": 10**4, "백만": 10**6, "천만": 10**7, "억": 10**8, "십억": 10**9, "백억": 10**10,
    "천억": 10**11, "조": 10**12,
}  # fmt: skip
UNITS: Final = (
    ("pp", r"percentage points?|%p|%\s?포인트|퍼센트\s?포인트"),
    ("%", r"%|percent\b|per cent\b|퍼센트|프로"),
    ("$", r"(?:us |u\.s\. |american )?dollars?\b|usd\b|달러|불"),
    ("₩", r"(?:korean )?won\b|krw\b|원"),
    ("€", r"euros?\b|eur\b|유로"),
    ("¥", r"yen\b|jpy\b|엔"),
    ("year", r"years?\b|yr\b|년|개년"),
    ("month", r"months?\b|개월"),
    ("week", r"weeks?\b|주"),
    ("day", r"days?\b|일"),
    ("hour", r"hours?\b|시간"),
    ("GW", r"gw\b|gigawatts?\b"),
    ("MW", r"mw\b|megawatts?\b"),
    ("nm", r"nm\b|nanomet(?:er|re)s?\b"),
    ("km", r"km\b|kilomet(?:er|re)s?\b"),
    ("s", r"s\b"),
    ("x", r"x\b|배"),
)
CURRENCIES: Final = {"$": "$", "us$": "$", "usd": "$", "₩": "₩", "krw": "₩", "€": "€", "eur": "€", "£": "£",
                      "¥": "¥", "jpy": "¥"}  # fmt: skip
LATIN_SCALE: Final = r"hundred|thousand|million|billion|trillion|bn|tn|mn|[kmb](?![a-z])"
KOREAN_SCALE: Final = "천억|백억|십억|천만|백만|조|억|만|천"
NUMBER: Final = re.compile(
    r"(?<![A-Za-z0-9_.])(?P<currency>us\$|usd|krw|eur|jpy|[$₩€£¥])?\s?"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d{1,3},\d{1,2}(?!\d|,\d)|\d+(?:\.\d+)*)"
    rf"(?:(?P<ordinal>st|nd|rd|th)\b|(?P<latin>(?:[\s-]?(?:{LATIN_SCALE}))+\b)|(?P<korean>{KOREAN_SCALE}))?"
    rf"(?:[\s-]?(?:{'|'.join(f'(?P<u{i}>{pattern})' for i, (_, pattern) in enumerate(UNITS))})"
    r"|(?P<name>[A-Za-z]\w*))?",
    re.IGNORECASE,
)
NAME: Final = re.compile(
    r"\b(?!(?i:us|usd|krw|eur|jpy|fy)\d)(?:[A-Za-z]+\d[A-Za-z0-9]*|[A-Z]{2,}-\d+[A-Za-z]*)", re.ASCII
)
WORD: Final = re.compile(
    r"\b(half|halves|double[ds]?|twice|triple[ds]?|dozens?|hundreds|thousands|millions|billions|trillions|"
    r"(?:two-|three-)?(?:thirds|quarters|fifths)|one[- ](?:third|quarter|fifth))\b|절반|두 배",
    re.IGNORECASE,
)
PAIR: Final = re.compile(r"\b(?:both|bilateral(?:ly)?|pair|mutual(?:ly)?)\b|양국|양측|양자", re.IGNORECASE)
TRIO: Final = re.compile(r"\b(?:trilateral(?:ly)?)\b|3국|삼국", re.IGNORECASE)
JOINS: Final = re.compile(r"\s?(?:-|–|—|~|to|and|or)\s?", re.IGNORECASE)
# What stands in front of a figure that is no exact one, or behind it; the first that fits counts.
BOUNDS: Final = tuple(
    (sign, re.compile(rf"(?:{words})\s*(?:US\s*)?$", re.IGNORECASE))
    for sign, words in (
        (
            "<",
            r"(?<!no )(?<!not )(?:less|fewer|lower) than|up to|at most|(?:no|not) (?:more|greater|higher) than"
            r"|maximum of|(?:not|n['’]t|cannot|never)(?: to)? exceed(?:ing)?|capped at|cap of|최대|최고|많아야",
        ),
        (
            ">",
            r"(?<!no )(?<!not )(?:more|greater|higher) than|at least|(?:no|not) (?:less|fewer|lower) than|\bover"
            r"|exceed(?:s|ed|ing)?|minimum of|최소|적어도",
        ),
        (
            "~",
            r"\b(?:about|approximately|around|roughly|nearly|almost|close to|circa|some|an? estimated)"
            r"|(?<![가-힣])(?:약|대략|거의)",
        ),
    )
)
_COUNTER: Final = "(?:명|개국|개사|개|곳|건|인|대|회|차례|척)"
BOUNDS_BEHIND: Final = tuple(
    (sign, re.compile(rf"(?:{words})", re.IGNORECASE))
    for sign, words in (
        ("<", rf"\s?or (?:less|fewer|below|under)\b|\s?{_COUNTER}?\s?(?:이하|미만)"),
        (">", rf"\s?(?:or|and) (?:more|above|over)\b|\+|\s?{_COUNTER}?\s?(?:이상|초과|넘[는게])"),
        ("~", rf"여(?=\s?{_COUNTER})|\s?{_COUNTER}?\s?(?:가량|정도|안팎|내외|남짓)|\s?or so\b"),
    )
)
OVER: Final = re.compile(r"\bover\s*$", re.IGNORECASE)
