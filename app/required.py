"""What a question names that must stand where its answer stands: names, figures, ordinals, countries."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final

from app.actors import countries
from app.dates import DATE_PHRASE
from app.query import Understood
from ingest.lexical import analyse

_NAME: Final = re.compile(
    r"(?<!^)(?<![.?!—]\s)(?<![\w.,])(?:[A-Z][\w'’-]*\w|\d[\d.,]*\d\w*|\d\w*)(?:[- ][A-Z][\w'’-]*\w)*"
)
# "the second round" is not the first; spelled and written ordinals are different index terms.
_ORDINAL: Final = re.compile(
    r"\b(second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|[2-9]\d*(?:nd|rd|th)|1\dth)\b"
    r"(?![- ](?:hand|largest|biggest|most|generation|half|quarter|time))",
    re.IGNORECASE,
)
_WRITTEN: Final = {
    word: f"{number}{'nd' if number == 2 else 'rd' if number == 3 else 'th'}"
    for number, word in enumerate("second third fourth fifth sixth seventh eighth ninth tenth".split(), start=2)
}
_SPELLED: Final = {written: word for word, written in _WRITTEN.items()}
_ENDINGS: Final = frozenset({"nd", "rd", "th"})  # "10th" is indexed as "10" and "th", which "4th" has as well
_HANGUL: Final = re.compile("[가-힣]")


@functools.cache
def _everywhere() -> frozenset[str]:
    """Names that say who and when; documents are found by them, they need not stand in the words that answer."""
    return frozenset(
        analyse(
            "US United States America American Korea Korean South Republic ROK Seoul Washington AI Artificial "
            "Intelligence January February March April May June July August September October November December "
            "President White House Biden Trump Moon Yoon Lee Kishida Ishiba Harris Prime Minister Act Order Statement "
            "Declaration"
        )
    )


@dataclass(frozen=True, slots=True)
class Required:
    """What must stand in the evidence.

    Attributes:
        names: index terms of each name and figure; an inner set is held where all of it is.
        ordinals: ways of writing each ordinal, as index terms; one of them suffices.
        countries: by their English names.
    """

    names: tuple[frozenset[str], ...]
    ordinals: tuple[frozenset[str], ...]
    countries: frozenset[str]

    def missing_names(self, held: frozenset[str]) -> float:
        """Return which share of names, figures and ordinals is not among index terms; 0 if nothing is required."""
        wanted = len(self.names) + len(self.ordinals)
        if not wanted:
            return 0.0
        absent = sum(not terms <= held for terms in self.names) + sum(not terms & held for terms in self.ordinals)
        return absent / wanted

    def missing_countries(self, text: str) -> float:
        """Return which share of the countries a text does not name; 0 if none is required."""
        return len(self.countries - countries(text)) / len(self.countries) if self.countries else 0.0


def required(understood: Understood) -> Required:
    """Return what a question names, apart from documents, dates and what every document here is about."""
    bare = DATE_PHRASE.sub(" ", understood.english)
    names = [
        frozenset(analyse(name)) - _everywhere() - understood.named.words
        for name in _NAME.findall(_ORDINAL.sub(" ", bare))
    ]
    ordinals = [word.lower() for word in _ORDINAL.findall(bare)]
    return Required(
        names=tuple(dict.fromkeys(terms for terms in names if terms)),
        ordinals=tuple(
            frozenset(analyse(f"{word} {_WRITTEN.get(word, '')} {_SPELLED.get(word, '')}")) - _ENDINGS
            for word in ordinals
        ),
        countries=frozenset(countries(understood.english)),
    )


def comparable(text: str) -> bool:
    """Return whether names in Latin letters can be looked for in a text; a Korean text writes them in Hangul."""
    return not _HANGUL.search(text)
