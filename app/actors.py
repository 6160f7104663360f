"""Names, countries and negations in a sentence, and whether a source has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ingest.lexical import STOP_WORDS, analyse

_COUNTRY_WORDS: Final = {
    "South Korea": r"south korea\w*|republic of korea|r\.?o\.?k\b\.?|(?<!north )korean?s?|seoul"
    r"|한국|대한민국|우리나라|서울",
    "North Korea": r"north korea\w*|d\.?p\.?r\.?k\b\.?|democratic people['’]s republic|pyongyang|북한|평양",
    "United States": r"united states|u\.s\.(?:a\.)?|usa|america\w*|washington|미국|워싱턴",
    "Japan": r"japan\w*|tokyo|일본|도쿄",
    "China": r"china|chinese|prc|beijing|중국|베이징",
    "Taiwan": r"taiwan\w*|taipei|대만",
    "United Kingdom": r"united kingdom|u\.?k\b\.?|britain|british|london|영국",
    "European Union": r"european union|e\.?u\b\.?|europe\w*|brussels|유럽\w*",
    "Germany": r"german\w*|berlin|독일", "France": r"france|french|paris|프랑스", "Italy": r"ital(?:y|ian)\w*|이탈리아",
    "Canada": r"canad\w+|캐나다", "Australia": r"australia\w*|호주", "New Zealand": r"new zealand\w*|뉴질랜드",
    "India": r"india(?:ns?)?|new delhi|인도(?!네시아|주의)", "Indonesia": r"indonesia\w*|인도네시아",
    "Russia": r"russia\w*|moscow|러시아", "Ukraine": r"ukrain\w+|우크라이나",
    "Singapore": r"singapore\w*|싱가포르", "Netherlands": r"netherlands|dutch|네덜란드",
    "Vietnam": r"viet ?nam\w*|베트남", "Malaysia": r"malaysia\w*|말레이시아",
    "Philippines": r"philippine\w*|filipino\w*|필리핀",
    "Thailand": r"thai(?:land)?|태국", "Brazil": r"brazil\w*|브라질", "Mexico": r"mexic\w+|멕시코",
    "Israel": r"israel\w*|이스라엘", "Saudi Arabia": r"saudi\w*|사우디\w*", "Iran": r"iran\w*|이란",
    "Spain": r"spain|spanish|스페인", "Sweden": r"swed(?:en|ish)|스웨덴", "Switzerland": r"switzerland|swiss|스위스",
    "Poland": r"poland|polish(?= )|폴란드", "Kenya": r"kenya\w*|케냐", "Rwanda": r"rwanda\w*", "Nigeria": r"nigeria\w*",
    "United Arab Emirates": r"united arab emirates|u\.?a\.?e\b\.?|아랍에미리트",
}  # fmt: skip
_NAMES: Final = tuple(_COUNTRY_WORDS)
_COUNTRY: Final = re.compile(
    "(?<![A-Za-z])(?:" + "|".join(f"({pattern})" for pattern in _COUNTRY_WORDS.values()) + ")(?![A-Za-z])",
    re.IGNORECASE,
)
_US: Final = re.compile(r"(?<![A-Za-z])US(?![A-Za-z$])")

_CAPITAL: Final = r"(?:[A-Z]\.)+|[A-Z][\w&]*(?:['’-][A-Za-z]\w*)*"
_PHRASE: Final = re.compile(rf"(?:{_CAPITAL})(?:(?:\s+(?:of|for|on|to|in)(?:\s+the)?)?\s+(?:{_CAPITAL}))*")
_MONTHS_AND_DAYS: Final = re.compile(
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\.?",
    re.IGNORECASE,
)
_MONTH: Final = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_ROLES: Final = frozenset(
    ("president", "prime", "minist", "secretari", "deputi", "mr", "ms", "mrs", "dr", "professor", "prof", "chairman",
     "ambassador", "senat", "general", "director", "vice", "premier")
)  # fmt: skip
_NO_NAMES: Final = frozenset(("korea", "usa", "dprk", "ai", "rd", "ev", "mou", "percent"))

# "not only ... but also" affirms.
_NEGATION: Final = re.compile(
    r"\b(?:not(?! only| just| merely)|no(?! later| fewer| less| more| doubt)|never|neither|nor|none|nothing|nobody"
    r"|without|cannot|can't|\w+n['’]t|lack(?:s|ed|ing)?|absence|absent|fail(?:s|ed|ing)? to|refus(?:e[sd]?|ing)"
    r"|den(?:y|ies|ied)|unable|neither)\b",
    re.IGNORECASE,
)
_KOREAN_NEGATION: Final = re.compile(r"않|못하|못했|없[다었는이고으습]|아니[다었라며고]|(?<![가-힣])안\s")


def missing_names(statement: str, source: str) -> tuple[str, ...]:
    """Return the countries and capitalised names of a statement that a source lacks, as written or as known.

    A country is held under any of its names ("ROK", "Seoul", "한국"); a name if its words stand together there.
    The first word of a sentence is not taken for a name on its capital alone. Empty text gives nothing.
    """
    held = countries(source)
    absent = sorted(countries(statement) - held)
    terms = _words(source)
    # "NSF" is held where "National Science Foundation" is.
    initials = "".join(re.findall(r"\b([A-Z])\w*", source))
    for phrase, first in _phrases(statement):
        spelled = " ".join(w for w in phrase.split() if not (w.isupper() and w.replace(".", "") in initials))
        if all(_stands(part, terms) for part in _parts(spelled)):
            continue
        if first and _opens(phrase, statement, terms):
            continue
        absent.append(phrase)
    return tuple(absent)


def _opens(phrase: str, statement: str, terms: list[str]) -> bool:
    """Whether a sentence's first phrase may owe its first capital to standing there."""
    first, _, rest = phrase.partition(" ")
    if rest:
        return all(_stands(part, terms) for part in _parts(rest))
    # "Google invests" and "Samsung has" begin with a name; "Researchers work" and "In 2023" do not.
    verb = re.match(rf"{re.escape(first)}\s+(?:\w+(?:s|ed)|will|had|may|can)\b", statement.lstrip(" \"'“"))
    return not verb or first.endswith(("s", "ly", "ing")) or first.lower() in STOP_WORDS


def countries(text: str) -> set[str]:
    """Return the countries a text names, by their English names; "the US" is one and "us" is none."""
    return {_NAMES[(match.lastindex or 1) - 1] for match in _COUNTRY.finditer(_US.sub("U.S.", text))}


def content(text: str) -> set[str]:
    """Return a text's content words as stems, each country as its English name; figures and months are left out."""
    text = _US.sub("U.S.", text)
    rest = _MONTH.sub(" ", _COUNTRY.sub(" ", text))
    return {term for term in analyse(rest) if not term[0].isdigit()} | countries(text)


def negation_differs(statement: str, sources: Iterable[str]) -> bool:
    """Whether a statement denies what its sources do not, or affirms what they deny.

    A source's "not" counts when the words behind it are the statement's too, so that a denial in another
    clause does no harm.
    """
    texts = list(sources)
    if _denies(statement):
        return not any(_denies(text) for text in texts)
    words = set(analyse(statement))
    return any(_touches(text[match.end() :], words) for text in texts for match in _NEGATION.finditer(text))


def _denies(text: str) -> bool:
    return bool(_NEGATION.search(text) or _KOREAN_NEGATION.search(text))


def _touches(behind: str, words: set[str]) -> bool:
    """Whether most of the four words behind a negation, up to the clause's end, are among the words."""
    clause = re.split(r"[,;:.]\s|\b(?:but|while|whereas|although)\b", behind, maxsplit=1)[0]
    denied = analyse(clause)[:4]
    return bool(denied) and sum(term in words for term in denied) * 2 > len(denied)


def name_phrases(text: str) -> tuple[str, ...]:
    """Return a sentence's capitalised phrases, in order; a single word that only begins it is not one."""
    return tuple(phrase for phrase, first in _phrases(text) if not first or " " in phrase)


def _phrases(statement: str) -> Iterator[tuple[str, bool]]:
    """Yield capitalised phrases and whether each begins the sentence."""
    for match in _PHRASE.finditer(statement):
        first = not re.search(r"\w", statement[: match.start()])
        words = match[0].removesuffix("’s").removesuffix("'s").split()
        while words and (words[0].lower() in STOP_WORDS or _MONTHS_AND_DAYS.fullmatch(words[0])):
            del words[0]
        while words and (words[-1].lower() in STOP_WORDS or _MONTHS_AND_DAYS.fullmatch(words[-1])):
            del words[-1]
        if words:
            yield " ".join(words), first and match[0].startswith(words[0])


def _parts(phrase: str) -> list[list[str]]:
    """Split a phrase's terms where a country, "AI" or a title stands between names; those are looked for apart."""
    parts: list[list[str]] = [[]]
    for term in _words(phrase):
        if term in _ROLES:
            parts[:0] = [[term]]
        elif term in _NO_NAMES or _COUNTRY.fullmatch(term):
            parts.append([])
        else:
            parts[-1].append(term)
    return [part for part in parts if part]


def _words(text: str) -> list[str]:
    return [term for term in analyse(re.sub(r"\d[\d.,]*", " ", text)) if not term[0].isdigit()]


def _stands(part: list[str], terms: list[str]) -> bool:
    """Whether the terms stand in this order with at most one other between neighbours (a middle initial)."""
    starts = [at for at, term in enumerate(terms) if term == part[0]]
    for wanted in part[1:]:
        starts = [at + step for at in starts for step in (1, 2) if terms[at + step : at + step + 1] == [wanted]]
    return bool(starts)
