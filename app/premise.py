"""Signs that a question presupposes what the evidence contradicts.

Each sign compares the question with the best sentences; none looks at the question alone, because people also ask
why of what is true.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from app.actors import countries
from app.dates import DATE_PHRASE
from app.figures import missing_figures
from app.query import Understood

if TYPE_CHECKING:
    from ingest.generation import Generation

SIGNS: Final[Mapping[str, str]] = {
    "left_out_yet_named": "it says that somebody was left out or refused, whom the evidence names without denying",
    "frequency_differs": "it says how often, and the evidence says otherwise",
    "opposite": "a word of it has its opposite in the evidence",
    "figure_differs": "a figure of it is not in the evidence, which has others",
    "office_differs": "no document of the years it names is of the presidents it names",
    "actor_missing": "it asks a figure of a country that is not in the evidence, which gives one of another",
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
FIGURES: Final = frozenset({"money", "number", "share"})  # kinds of thing asked for that are figures


def signs(generation: Generation, understood: Understood, evidence: Sequence[str]) -> dict[str, float]:
    """Return 1 for each sign that a question and its evidence disagree, else 0.

    Args:
        generation: its documents' dates.
        understood: the question.
        evidence: the best sentences, best first; none gives zeros.
    """
    if not evidence:
        return dict.fromkeys(SIGNS, 0.0)
    question = understood.question
    best, all_of_it = evidence[0], "\n".join(evidence)
    found = {
        "left_out_yet_named": _LEFT_OUT.search(question) is not None and not _NEGATION.search(best),
        "frequency_differs": _frequency_differs(question, all_of_it),
        "opposite": any(one.search(question) and other.search(all_of_it) for one, other in _OPPOSITES),
        "figure_differs": bool(missing_figures(DATE_PHRASE.sub(" ", question), evidence))
        and any(_FIGURE.search(sentence) for sentence in evidence),
        "office_differs": _office_differs(generation, understood),
        "actor_missing": bool(understood.asked & FIGURES) and _actor_missing(question, best, all_of_it),
    }
    return {name: float(found[name]) for name in SIGNS}


def _frequency_differs(question: str, evidence: str) -> bool:
    asked = {i for i, pattern in enumerate(_FREQUENCIES) if pattern.search(question)}
    said = {i for i, pattern in enumerate(_FREQUENCIES) if pattern.search(evidence)}
    return bool(asked and said and not asked & said)


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
