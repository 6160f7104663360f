"""How far a text gives what a question asks for.

It does so with something that the question does not say itself: "$5" answers "how much", unless the question has the
$5. That tells a near miss ("200 grantees", asked which universities host them) from an answer.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Final

from app.actors import countries, name_phrases
from app.asks import FIGURE_KINDS, Ask, Kind, any_of, asks_of
from app.dates import MONTHS
from app.figure_patterns import CURRENCIES, SPELLED
from app.figures import Date, Figure, read_figures
from ingest.lexical import analyse

ONE_OF_SEVERAL: Final = 0.6  # how far one name goes where several are asked for
_DURATION_UNITS: Final = frozenset({"year", "month", "week", "day", "hour"})
_MONEY_UNITS: Final = frozenset(CURRENCIES.values())
_SHARE_UNITS: Final = frozenset({"%", "pp"})
_OFTEN: Final = any_of(
    r"\bannual|\byearly\b|\bonce (?:a|per|each|every)\b|\b(?:every|each) (?:year|month|quarter)|\bbiennial",
    r"\bquarterly\b|\bmonthly\b|\bregular(?:ly)?\b|\btwice\b|매년|해마다|매월|정기|반기|분기|지체\s?없이|즉시",
)
_REASON: Final = any_of(
    r"\bbecause\b|\bdue to\b|\bin order to\b|\bso (?:that|as to)\b",
    r"\bto (?:ensure|address|promote|protect|prevent|help)|\bsince\b|\bgiven\b|\bin light of\b|\bin recognition\b"
    r"|\breflect|\btherefore\b|\bthereby\b|\bas a result\b",
    r"\bfor (?:the )?purposes?\b|\baim(?:s|ed|ing)?\b|\bowing to\b|\bin response\b|\bto (?:\w+)\b",
    r"위하여|위해|때문|따라|으로 인|목적",
)
_PLACE: Final = re.compile(r"\b(?:in|at|near|outside|to|from)\s+(?:the\s+)?((?:[A-Z][\w.’'-]+\s?)+)")
_KOREAN_PLACE: Final = re.compile(r"([가-힣]{2,})에서")
_HANGUL: Final = re.compile(r"[가-힣]")
_KOREAN_ROLE: Final = re.compile(r"장관|위원장|대통령|원장|총리|차관|국장|청장|실장|보좌관")
_KOREAN_BODY: Final = re.compile(
    r"([가-힣]{2,}(?:부|처|청|원|위원회|장관|센터|공사|재단|연구소|대학|기업|협회))(?:[은는이가을를의에와과]|$|\W)"
)
_ROLE: Final = re.compile(
    r"\b(?:Secretar(?:y|ies)|Ministers?|Presidents?|Advis[eo]rs?|Directors?|Administrators?|Chair(?:man|woman)?"
    r"|Ambassadors?|Representatives?)\b"
)
_STATE_BODY: Final = (
    r"Minist|Department|Agenc|Office|Institut|Council|Commi|Bureau|Foundation|Secretar|Administration|Cent(?:er|re)"
    r"|Representative|\b[A-Z]{3,}\b"
)
# Capitalised words that are no name of a person or a company: of offices, texts, programmes, meetings.
_NO_NAME: Final = re.compile(
    r"Minist|Department|Agenc|Office|Council|Commi|Bureau|Secretar|Administration|White House|Congress|Government"
    r"|Senate|President|Director|Dialogue|Summit|Act\b|Initiative|Program|Declaration|Statement|Framework|Agreement|Alliance"
    r"|Memorand|Treaty|Order|Plan\b|Strategy|Principles|Code|Process|Group|Partnership|Forum|Leaders|Nations|States"
    r"|Indo-Pacific|Intelligence|Technolog|Section|Article|Annex|Institut|Network|Working|Meeting|Conference|Day\b|Visit"
)
# What the name of a body of each kind has in it.
_BODY_CUES: Final[Mapping[str, re.Pattern[str]]] = {
    words: re.compile(cue)
    for words, cue in (
        ("university universities college school", r"Universit|College|Institute of|School|KAIST|POSTECH|UNIST|DGIST"),
        ("lab labs laboratory laboratories", r"Laborator|\bLabs?\b"),
        ("hospital hospitals", r"Hospital|Clinic|Medical"),
        ("bank banks", r"Bank"),
        ("foundation foundations", r"Foundation|Fund\b|Network|Initiative"),
        ("agency ministry department office institution body council committee institute", _STATE_BODY),
    )
}
_FIGURE_TAIL: Final = 40  # characters behind a figure in which the noun it counts stands


@functools.lru_cache(maxsize=8192)
def _figures(text: str) -> tuple[tuple[Figure, ...], tuple[Date, ...]]:
    return read_figures(text)


@functools.lru_cache(maxsize=8192)
def _names(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    bare = ((_ROLE.sub(" ", phrase), phrase) for phrase in name_phrases(text))
    return tuple((" ".join(name.split()) or phrase, frozenset(analyse(phrase))) for name, phrase in bare)


# What a text has at least that can give each kind: cheap to look for in the many passages of a ranking.
_MAY_GIVE: Final[Mapping[Kind, re.Pattern[str]]] = {
    "money": any_of(r"[$€£₩]\s?\d|\d\s?(?:won|dollars)\b|[조억만천]\s?원"),
    "share": any_of(r"\d\s?(?:%|percent|per cent)|퍼센트|분의"),
    "count": re.compile(r"\d"),
    "figure": re.compile(r"\d"),
    "duration": any_of(r"\d+ (?:days|months|years)|\d+\s?(?:일|개월|년)|annual|\byears?\b"),
    "date": any_of(
        rf"\b(?:{'|'.join(MONTHS)})\b\.?\s+\d|\b(?:19|20)\d\d\b|\b\d+ (?:days|months|years)|\d+\s?(?:일|개월|년)"
    ),
    "person": re.compile(r"\b[A-Z][\w.’'-]+(?:\s+(?:of|and|for|the)\b)*\s+[A-Z][\w.’'-]+"),
    "body": re.compile(r"\b[A-Z][\w.’'-]+(?:\s+(?:of|and|for|the)\b)*\s+[A-Z][\w.’'-]+"),
}


@functools.cache
def _cues() -> Mapping[str, re.Pattern[str]]:
    """What the name of a body has in it, by the index term of its kind."""
    return {term: cue for words, cue in _BODY_CUES.items() for term in analyse(words)}


def person_names(text: str) -> tuple[str, ...]:
    """Return the phrases of a text that look like persons' names, two capitalised words or more, in order."""
    return tuple(
        phrase for phrase, _ in _names(text) if " " in phrase and not _NO_NAME.search(phrase) and not countries(phrase)
    )


def _initials(phrase: str) -> str:
    return "".join(word[0] for word in phrase.split() if word[0].isupper())


def _enough(found: int, ask: Ask) -> float:
    return ONE_OF_SEVERAL if found == 1 and ask.several else float(found > 0)


class Asked:
    """What one question asks for, and what it says itself.

    Args:
        question: the question, as it was searched.
        english: the same in English words.
    """

    def __init__(self, question: str, english: str) -> None:
        self.asks = asks_of(question)
        figures, dates = read_figures(question)
        self._figures = {(figure.value, figure.unit) for figure in figures}
        self._dates = {(date.year, date.month, date.day) for date in dates}
        self._years = {date.year for date in dates}
        self._terms = frozenset(analyse(f"{question} {english}"))
        self._countries = countries(f"{question} {english}")
        self._question = question
        self._initials = {initials for phrase, _ in _names(question) if len(initials := _initials(phrase)) > 2}

    def __bool__(self) -> bool:
        return bool(self.asks)

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of thing asked for."""
        return frozenset(ask.kind for ask in self.asks)

    def filled(self, text: str) -> float:
        """Return how far a text gives what is asked, from 0 to 1: the mean over the asks; 0 if nothing is asked."""
        if not self.asks:
            return 0.0
        return sum(self._fills(ask, text) for ask in self.asks) / len(self.asks)

    def may_fill(self, text: str) -> float:
        """Return for which share of the asks a text has a figure, a date or a name at all, from 0 to 1."""
        looked_for = [_MAY_GIVE[ask.kind] for ask in self.asks if ask.kind in _MAY_GIVE]
        return sum(pattern.search(text) is not None for pattern in looked_for) / max(len(looked_for), 1)

    def _fills(self, ask: Ask, text: str) -> float:
        if ask.kind in FIGURE_KINDS or ask.kind == "duration":
            return self._fills_figure(ask, text)
        if ask.kind == "date":
            return float(any(self._is_new(date) for date in _figures(text)[1]))
        if ask.kind == "country":
            return _enough(len(countries(text) - self._countries), ask)
        if ask.kind == "reason":
            return float(_REASON.search(text) is not None)
        if ask.kind == "place":
            return self._fills_place(text)
        return self._fills_name(ask, text)

    def _is_new(self, date: Date) -> bool:
        whole = (date.year, date.month, date.day)
        return whole not in self._dates and (date.year not in self._years or bool(date.month))

    def _fills_figure(self, ask: Ask, text: str) -> float:
        new = [figure for figure in _figures(text)[0] if (figure.value, figure.unit) not in self._figures]
        if ask.kind == "money":
            return float(any(figure.unit in _MONEY_UNITS for figure in new))
        if ask.kind == "share":
            return float(any(figure.unit in _SHARE_UNITS or figure.unit == "word" for figure in new))
        if ask.kind == "duration":
            return float(any(figure.unit in _DURATION_UNITS for figure in new) or _OFTEN.search(text) is not None)
        numbers = [figure for figure in new if figure.unit not in ("name", "th")]
        if ask.kind == "figure" or not ask.heads:
            return float(bool(numbers))
        counted = any(self._counts(figure, ask.heads, text) for figure in numbers)
        return 1.0 if counted else 0.5 * any(figure.unit == "" for figure in numbers)

    @staticmethod
    def _counts(figure: Figure, heads: frozenset[str], text: str) -> bool:
        """Whether one of the heads stands right behind a figure, in digits or spelled out."""
        spelled = (word for word, number in SPELLED.items() if number == figure.value)
        written = "|".join(re.escape(wording) for wording in (figure.text, *spelled))
        # "6" stands neither in "16" nor in "6.5".
        places = re.finditer(rf"(?<![\w.,])(?:{written})(?![\w]|[.,]\d)", text, re.IGNORECASE)
        return any(heads & set(analyse(text[at.start() : at.end() + _FIGURE_TAIL])) for at in places)

    def _fills_place(self, text: str) -> float:
        if _HANGUL.search(text):
            return float(any(place not in self._question for place in _KOREAN_PLACE.findall(text)))
        places = (analyse(name) for name in _PLACE.findall(text) if name.split()[0].strip(".,").lower() not in MONTHS)
        return float(any(not set(terms) <= self._terms for terms in places))

    def _fills_name(self, ask: Ask, text: str) -> float:
        if _HANGUL.search(text):
            if ask.kind == "person":
                return float(_KOREAN_ROLE.search(text) is not None)
            return float(any(body not in self._question for body in _KOREAN_BODY.findall(text)))
        new = [phrase for phrase, terms in _names(text) if not terms <= self._terms and not self._abbreviated(phrase)]
        if ask.kind == "person":
            persons = [phrase for phrase in new if " " in phrase and not _NO_NAME.search(phrase)]
            return 1.0 if persons else 0.5 * bool(_ROLE.search(text))
        cue = next((_cues()[head] for head in sorted(ask.heads) if head in _cues()), None)
        if cue is not None:
            return _enough(sum(cue.search(phrase) is not None for phrase in new), ask)
        return _enough(sum(not _NO_NAME.search(phrase) and not countries(phrase) for phrase in new), ask)

    def _abbreviated(self, phrase: str) -> bool:
        """Whether the question has it as initials, or spelled out: NIH and the National Institutes of Health."""
        initials = _initials(phrase)
        return phrase in self._initials or (len(initials) > 2 and set(analyse(initials)) <= self._terms)
