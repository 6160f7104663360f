"""What in a claim is excluded by one aligned sentence of a source, and what in it the source merely does not give.

Comparison is symbolic: amounts, dates, who does what, denials and opposites, quantifiers, forces. A difference counts
only between things in the same slot, which the words around both must show: a sentence with three amounts is not three
contradictions. Precision goes before completeness: a false "contradicted" costs more than a missed one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from app.actors import missing_names
from app.claims.amounts import read_amounts
from app.claims.dates import date_differences, is_known, of_other_years, read_moments
from app.claims.exceptions import exception_differences
from app.claims.forces import modality_differences
from app.claims.frequencies import frequency_differences
from app.claims.judge import ClaimPart, EvidenceSentence
from app.claims.leads import clear_leads
from app.claims.negations import negation_differences
from app.claims.numbers import is_given, number_differences
from app.claims.opposites import opposite_differences
from app.claims.owners import body_differences, owner_differences
from app.claims.prefixes import prefix_differences
from app.claims.quantifiers import quantifier_differences
from app.claims.readings import Pair, read_pair
from app.claims.results import CANNOT_CHECK, Difference
from app.claims.roles import actor_differences
from app.language import is_korean
from app.modality import added_obligation

_COMPARISONS: Final[tuple[Callable[[Pair], Iterator[Difference]], ...]] = (
    number_differences,
    exception_differences,
    frequency_differences,
    date_differences,
    actor_differences,
    body_differences,
    owner_differences,
    opposite_differences,
    prefix_differences,
    negation_differences,
    quantifier_differences,
    modality_differences,
)
_ONLY_ORIGINALS: Final = frozenset(("negation", "modality"))
_KNOWN: Final = 256  # pairs; a judge compares what a check then shows


def compared(part: ClaimPart, evidence: Sequence[EvidenceSentence]) -> tuple[tuple[Difference, ...], ...]:
    """Return for each of the sentences found for a part what it excludes; see `differences`."""
    leads = clear_leads(evidence)
    return tuple(differences(part, one, clear=clear) for one, clear in zip(evidence, leads, strict=True))


@functools.lru_cache(maxsize=_KNOWN)
def differences(part: ClaimPart, evidence: EvidenceSentence, *, clear: bool = False) -> tuple[Difference, ...]:
    """Return what in a claim's part one sentence of a source excludes, each with both sides' own words.

    Numbers come first, then dates, actors, denials and opposites, quantifiers, forces. Over a digest, the source's side
    of a denial and a force is `CANNOT_CHECK`. A claim or a sentence without words gives nothing, as does one that is
    merely about something else.

    Args:
        part: what is claimed.
        evidence: the sentence.
        clear: whether it clearly leads all that were found, see `app.claims.leads`; fewer shared words are asked for.
    """
    if not part.text.strip() or not evidence.text.strip():
        return ()
    pair = read_pair(part, evidence, clear=clear)
    if not pair.shared and not pair.topic:
        return ()
    found = dict.fromkeys(chain.from_iterable(compare(pair) for compare in _COMPARISONS))
    if found and of_other_years(pair):  # it is about another event, unless its date is what differs
        found = dict.fromkeys(one for one in found if one.kind == "date")
    if evidence.edition != "digest":
        return tuple(found)
    return tuple(replace(one, source=CANNOT_CHECK) if one.kind in _ONLY_ORIGINALS else one for one in found)


def unmatched(part: ClaimPart, evidence: EvidenceSentence) -> tuple[str, ...]:
    """Return figures, dates and names of a claim's part that neither a sentence nor its surroundings or header give.

    Figures and dates are as the claim writes them and come first, in order; names follow, as written, countries by
    their English names; then words of obligation ("binding", "voluntary"). A figure that follows from two others
    ("$1.5 billion less") is given. An empty claim gives nothing.
    """
    source = f"{evidence.around}\n{evidence.text}"
    amounts, moments = read_amounts(source), read_moments(f"{source}\n{evidence.header}\n{evidence.date}")
    places = [a.span for a in read_amounts(part.text) if not is_given(a, amounts)]
    places += [m.span for m in read_moments(part.text) if not is_known(m, moments)]
    figures = [part.text[start:end].strip() for start, end in sorted(places)]
    claim = part.text if is_korean(part.text) == is_korean(evidence.text) else _countries_only(part.english)
    return (*figures, *missing_names(claim, f"{source}\n{evidence.header}"), *added_obligation(part.text, source))


def _countries_only(english: str) -> str:
    """Return a Korean claim's English words in small letters, in which only countries are names."""
    return re.sub(r"\bUS\b", "U.S.", english).lower()
