"""Signs that a question presupposes what the evidence contradicts.

Each sign compares the question with the best sentences; none looks at the question alone, because people also ask
why of what is true.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np

from app.actors import countries
from app.asks import FIGURE_KINDS
from app.dates import DATE_PHRASE
from app.document_names import TERMS_OF_OFFICE
from app.figures import missing_figures, read_figures
from app.filling import person_names
from app.query import Understood
from ingest.lexical import analyse

if TYPE_CHECKING:
    from ingest.generation import Generation

SIGNS: Final[Mapping[str, str]] = {
    "left_out_yet_named": "it says that somebody was left out or refused, whom the evidence names without denying",
    "frequency_differs": "it says how often, and the evidence says otherwise",
    "opposite": "a word of it has its opposite in the evidence",
    "figure_differs": "a figure of it is not in the evidence, which has others",
    "office_differs": "no document of the years it names is of the presidents it names",
    "actor_missing": "it asks a figure of a country that is not in the evidence, which gives one of another",
    "actor_differs": "a country of it is not around the best sentence, which names another",
    "place_differs": "it puts in one city what the evidence puts in another",
    "person_differs": "a person of it is not in the evidence, which names others",
}

_LEFT_OUT: Final = re.compile(
    r"\brefus|\breject|\bleft (?:off|out)|\bexclud|\bstay(?:ed)? (?:out|away)|\bmissing from|\bopt(?:ed)? out|\bdecline"
    r"|\bwithdr[ae]w|\bnot (?:join|sign|endorse|part|included|a member)|\bboycott|빠진|빠졌|제외|거부|불참",
    re.I,
)
_NEGATION: Final = re.compile(r"\b(?:not|no|never|nor|without|except|excluding|other than)\b|않|없|아니|제외", re.I)
_FREQUENCIES: Final = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"\bannual|\byearly\b|once (?:a|per|each|every) year|\b(?:every|each) year\b|매년|해마다|연 1회",
        r"every (?:two|2|second|other) years?|\bbiennial|2년마다|격년",
        r"every (?:three|3) years|3년마다",
        r"every (?:four|five|4|5) years|[45]년마다",
        r"twice (?:a|per|each) year|every six months|\bsemi-?annual|반기|연 2회",
        r"\bquarterly\b|every (?:three months|quarter)|분기마다",
        r"\bmonthly\b|(?:every|each) month|매월|매달",
    )
)
# Words and their opposites; a question with one and evidence with the other do not agree.
_OPPOSITES: Final = tuple(
    (re.compile(one, re.I), re.compile(other, re.I))
    for one, other in (
        (
            r"\bmandatory|\bcompulsory|\bobligat|(?<!not )(?<!non-)\b(?:legally )?binding|\bfines?\b|\blicen[cs]"
            r"|\bforc(?:e|ed)\b|의무|강제|구속력",
            r"\bvoluntar|\bnon-?binding|not (?:be )?(?:legally )?binding|shall not .{0,60}(?:mandatory|licens)"
            r"|not .{0,40}(?:authori[sz]e|create).{0,40}mandatory|자발|자율",
        ),
        (r"\bvoluntar|\bnon-?binding|\boptional|자발", r"\bmandatory|\bcompulsory|\blegally binding"),
        (
            r"\bappl(?:y|ies|ied) (?:also )?to|\bcover|적용",
            r"(?:will|shall|does|do) not apply|\bexempt|적용하지",
        ),
        (r"\bexempt|\bexemption|면제|예외", r"no restrictions? appl|(?<!not )\bsubject to\b"),
        (r"\bban(?:s|ned)?\b|\bprohibit|금지", r"\ballow|\bpermit|허용"),
        (r"\bincreas|\braise|\brose\b|\bgrew\b|인상|증가", r"\breduc|\blower|\bcut\b|\bdecreas|인하|감소"),
        (r"\breduc|\blower(?:ed)?\b|\bcut\b|\bdecreas|인하|감소", r"\bincreas|\braise|\brose\b|인상|증가"),
        (r"\bend(?:ed)?\b|\bterminat|\bcancel|\bscrap|종료|폐지", r"\blaunch|\bestablish|\bexpand|\bextend|출범|확대"),
    )
)
_FIGURE: Final = re.compile(r"\d")
_LEAST_COUNT: Final = 13  # "two offices", "five principles": a smaller bare number is seldom what is presupposed
# Where the field's meetings are held; a capital also stands for a government, so a preposition has to say "place".
_CITY: Final = (
    r"Seoul|Busan|Incheon|Gyeongju|Daejeon|Sejong|Jeju|Washington|San Francisco|New York|Camp David|Honolulu|Tokyo"
    r"|Osaka|Kyoto|Hiroshima|Beijing|Taipei|New Delhi|Phnom Penh|Lima|London|Bletchley|Paris|Geneva|Brussels"
    r"|Vienna|Singapore|Hanoi|Bangkok|Manila|Jakarta|Canberra|Sydney|Ottawa|Kigali|The Hague"
)
_ANY_CITY: Final = re.compile(rf"\b(?:{_CITY})\b", re.I)
_IN_CITY: Final = re.compile(rf"\b(?:in|at|to|from)\s+(?:downtown\s+)?({_CITY})\b", re.I)
_KOREAN_CITIES: Final[Mapping[str, str]] = {
    "서울": "seoul", "부산": "busan", "인천": "incheon", "경주": "gyeongju", "대전": "daejeon", "세종": "sejong",
    "제주": "jeju", "워싱턴": "washington", "뉴욕": "new york", "샌프란시스코": "san francisco", "도쿄": "tokyo",
    "히로시마": "hiroshima", "베이징": "beijing", "뉴델리": "new delhi", "프놈펜": "phnom penh", "리마": "lima",
    "런던": "london", "파리": "paris", "제네바": "geneva", "싱가포르": "singapore",
}  # fmt: skip
_IN_KOREAN_CITY: Final = re.compile(rf"({'|'.join(_KOREAN_CITIES)})(?:시)?(?:에서|으로|로 )")


def signs(generation: Generation, understood: Understood, evidence: Sequence[str], paragraph: str) -> dict[str, float]:
    """Return 1 for each sign that a question and its evidence disagree, else 0.

    Args:
        generation: its documents' dates.
        understood: the question.
        evidence: the best sentences, best first; none gives zeros.
        paragraph: the best sentence's, with its heading and title.
    """
    if not evidence:
        return dict.fromkeys(SIGNS, 0.0)
    question = understood.question
    best, all_of_it = evidence[0], "\n".join(evidence)
    several = understood.shape in ("comparison", "change")
    found = {
        "left_out_yet_named": _LEFT_OUT.search(question) is not None and not _NEGATION.search(best),
        "frequency_differs": _frequency_differs(question, evidence),
        "opposite": any(one.search(question) and other.search(all_of_it) for one, other in _OPPOSITES),
        "figure_differs": _figure_differs(understood, evidence),
        "office_differs": not several and _office_differs(generation, understood),
        "actor_missing": bool(understood.asked.kinds & FIGURE_KINDS) and _actor_missing(question, best, all_of_it),
        "actor_differs": not several and _actor_differs(understood, best, paragraph),
        "place_differs": not several and _place_differs(question, f"{all_of_it}\n{paragraph}"),
        "person_differs": not several and _person_differs(understood, f"{all_of_it}\n{paragraph}"),
    }
    return {name: float(found[name]) for name in SIGNS}


def _frequency_differs(question: str, evidence: Sequence[str]) -> bool:
    """Return whether the best sentence that says how often says it otherwise than the question."""
    asked = _frequencies(question)
    said = next((found for sentence in evidence if (found := _frequencies(sentence))), frozenset())
    return bool(asked and said and not asked & said)


def _frequencies(text: str) -> frozenset[int]:
    return frozenset(i for i, pattern in enumerate(_FREQUENCIES) if pattern.search(text))


def _figure_differs(understood: Understood, evidence: Sequence[str]) -> bool:
    """Return whether a figure that the question presupposes is not in the evidence, which gives others.

    The number of a document that the question names ("Executive Order 14179") is its name, and presupposes nothing.
    """
    bare = DATE_PHRASE.sub(" ", understood.question)
    presupposed = {
        figure.text
        for figure in read_figures(bare)[0]
        if figure.unit not in ("name", "th", "word")
        and not _is_of_a_name(figure.text, understood)
        and (figure.unit or (isinstance(figure.value, Decimal) and figure.value >= _LEAST_COUNT))
    }
    missing = presupposed & set(missing_figures(bare, evidence))
    return bool(missing) and any(_FIGURE.search(sentence) for sentence in evidence)


def _is_of_a_name(figure: str, understood: Understood) -> bool:
    terms = analyse(figure)
    return bool(terms) and understood.named.words.issuperset(terms)


def _office_differs(generation: Generation, understood: Understood) -> bool:
    dates, persons = understood.dates, understood.named.person
    if not dates.years or not persons.any():
        return False
    of_year = np.array([dates.names_year_of(date) for date in generation.document_dates])
    return bool(of_year.any() and not (persons[of_year] >= 1.0).any())


def _actor_missing(question: str, best: str, evidence: str) -> bool:
    """Return whether a figure is asked of one country, and the evidence gives it of another instead."""
    asked = countries(question)
    return bool(asked - countries(evidence)) and bool(countries(best) - asked) and _FIGURE.search(best) is not None


def _actor_differs(understood: Understood, best: str, paragraph: str) -> bool:
    asked = countries(understood.english)
    return bool(asked - countries(paragraph)) and bool(countries(best) - asked)


def _place_differs(question: str, evidence: str) -> bool:
    held = {name.lower() for name in _ANY_CITY.findall(evidence)}
    held |= {city for name, city in _KOREAN_CITIES.items() if name in evidence}
    return bool(_cities(question) - held) and bool(_cities(evidence))


def _cities(text: str) -> frozenset[str]:
    """Return the cities that something happens in, comes from or goes to, in lower case."""
    korean = {_KOREAN_CITIES[name] for name in _IN_KOREAN_CITY.findall(text)}
    return frozenset({name.lower() for name in _IN_CITY.findall(text)} | korean)


def _person_differs(understood: Understood, evidence: str) -> bool:
    asked = {frozenset(analyse(name)) for name in person_names(understood.english)}
    held = frozenset(analyse(f"{evidence} {' '.join(TERMS_OF_OFFICE)}")) | understood.named.words
    missing = [terms for terms in asked if not terms & held]
    return bool(missing) and bool(person_names(evidence))
