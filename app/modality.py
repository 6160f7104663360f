"""Compare with what force a statement and its source hold something: "may" is not "will", "plans to" not "did".

Forces are compared in the clause of the source that is nearest to the statement's in words, and only where the
modal governs words that the statement has; a modal in another clause does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final, Literal

from app.language import is_korean
from app.modal_words import (
    ADVERBS,
    BINDING,
    BINDS,
    CUT,
    DENIAL,
    ENGLISH,
    FINITE,
    FORBIDDING,
    FORBIDS,
    IRREGULAR,
    KEEPS,
    KOREAN,
    KOREAN_AUXILIARY,
    KOREAN_PAST,
    RANK,
    SIGNS,
    STOP,
    UNBOUND,
    UNBOUND_OR_VOLUNTARY,
    VOLUNTARY,
    Force,
)
from ingest.lexical import analyse

_TOKEN: Final = re.compile(r"\d[\d.,]*|[가-힣]+|[^\W\d_가-힣]+(?:['’][^\W\d_]+)?")
_HANGUL: Final = re.compile("[가-힣]")
_WINDOW: Final = 4  # governed words, the verb first, that show what a modal is about
_WORDS_BEFORE: Final = 3  # within which an auxiliary stands before its participle


# What of a source's clause a statement's has: not what its modals govern, their verb, only other words of it; or
# nothing that can be told across languages.
_Aligned = Literal["", "verb", "part", "abroad"]


@dataclass(frozen=True, slots=True)
class Modal:
    """A modal as a text has it, with where what it governs starts and ends."""

    forces: frozenset[Force]
    text: str
    start: int
    end: int
    reach: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence that holds with one force.

    Attributes:
        text: as it is written, subject and modals included.
        terms: its content words and figures, as stems.
        items: what its modals govern, by the parts of an enumeration, each with the verb first.
        forces: of the weakest of its modals; empty where it states a fact.
        modal: the weakest as it is written; or empty.
        denied: whether its modals are: "is not intended to".
    """

    text: str
    terms: frozenset[str]
    items: tuple[tuple[str, ...], ...]
    forces: frozenset[Force]
    modal: str
    denied: bool


def altered_force(statement: str, sources: Sequence[str], beside: str = "", quotes: Sequence[str] = ()) -> str:
    """Say how a statement holds something with another force than its sources; "" if it does not, or has none.

    Args:
        statement: one sentence.
        sources: the sentences that it cites, whole.
        beside: what may say "must" for them, like the sentence that a list's items stand under.
        quotes: the words cited. Across languages words do not compare, and the clauses of these are its source.
    """
    if not sources:
        return ""
    if added := added_obligation(statement, "\n".join([*sources, beside])):
        return f'says "{added[0]}", which the cited sentence does not'
    held = [clause for source in sources for clause in read_clauses(source)]
    if is_korean(statement) != is_korean(" ".join(sources)):
        return _altered_abroad(statement, held, quotes)
    denies = FORBIDS.search(statement) is not None
    for clause in read_clauses(statement):
        nearest = _nearest(clause, held)
        if nearest and not any(_keeps(clause, source, _aligned(clause, source), denies) for source in nearest):
            return _reason(clause, nearest[0])
    return ""


def added_obligation(statement: str, source: str) -> tuple[str, ...]:
    """Return the words of obligation ("binding", "forbidden", "voluntary") of a statement that its source has not."""
    own, held = UNBOUND.sub(" ", statement), UNBOUND.sub(" ", source)
    kinds = (
        (BINDING, BINDS, own, held),
        (FORBIDDING, FORBIDS, own, source),
        (VOLUNTARY, UNBOUND_OR_VOLUNTARY, statement, source),
    )
    found = (said.search(text) for said, borne, text, where in kinds if not borne.search(where))
    return tuple(match[0].strip() for match in found if match)


def _altered_abroad(statement: str, held: Sequence[Clause], quotes: Sequence[str]) -> str:
    """Compare across languages: at fault is what most of the quotes' clauses, by their words, do not bear out."""
    words = {term for quote in quotes for clause in read_clauses(quote) for term in clause.terms}
    cited = [source for source in held if 2 * len(source.terms & words) > min(len(source.terms), len(words))]
    denies = FORBIDS.search(statement) is not None
    for clause in read_clauses(statement):
        against = [source for source in cited if not _keeps(clause, source, "abroad", denies)]
        if 2 * sum(len(source.terms) for source in against) > sum(len(source.terms) for source in cited):
            return _reason(clause, against[0])
    return ""


def _nearest(clause: Clause, held: Sequence[Clause]) -> list[Clause]:
    """Return the clauses that share most words with one, figures counting twice; none if none shares any."""
    shared = [sum(1 + term[0].isdigit() for term in clause.terms & source.terms) for source in held]
    most = max(shared, default=0)
    return [source for source, n in zip(held, shared, strict=True) if n == most] if most else []


def _aligned(clause: Clause, source: Clause) -> _Aligned:
    """Return what a statement's clause has of what a source's modals govern."""
    first, *others = source.items or ((),)
    if not first or len(clause.terms & source.terms) < min(2, len(source.terms)):
        return ""
    governed = {term for item in source.items for term in item}
    half = 2 * len(governed & clause.terms) >= len(clause.terms)
    if first[0] in clause.terms and (half or _mostly(first, clause)):
        return "verb"
    reworded = len(first) > 2 and all(term in clause.terms for term in first[1:_WINDOW])
    # "Conduct research, share data and train engineers": or they are nouns, and say little.
    listed = any(len(item) > 1 and item[0] in clause.terms and _mostly(item, clause) for item in others)
    return "part" if reworded or listed else ""


def _mostly(item: Sequence[str], clause: Clause) -> bool:
    window = item[:_WINDOW]
    return 2 * sum(term in clause.terms for term in window) > len(window)


def _keeps(clause: Clause, source: Clause, aligned: _Aligned, denies: bool) -> bool:
    """Whether a statement's clause says no more and nothing else than a source's clause that it is aligned with."""
    if not source.forces or not aligned:
        return True
    if denies and (source.denied or "forbidden" in source.forces):
        return True  # "is not intended to create" and "does not create" say the same
    kept = frozenset().union(*(KEEPS[force] for force in source.forces))
    if clause.forces:
        return bool(clause.forces & kept)
    if _is_done(clause, source, aligned):
        return False
    signs = {force for force, sign in SIGNS.items() if sign.search(clause.text)}
    return aligned == "part" or "fact" in kept or bool(signs & kept)


def _is_done(clause: Clause, source: Clause, aligned: _Aligned) -> bool:
    """Whether the verb stands in a past tense; where it is in other words, any verb that the source has not."""
    if is_korean(clause.text):
        return KOREAN_PAST.search(clause.text) is not None
    verbs = {item[0] for item in source.items}
    # Of "share data, including on exports", "shared" is a past tense and "included" is not.
    bare = {_term(word) for word in _TOKEN.findall(source.text) if not word.endswith(("ing", "ed"))}
    words = _TOKEN.findall(clause.text)
    for at, word in enumerate(words):
        term = _term(word)
        if not _is_past(word.lower(), term) or not (term in verbs or (aligned != "verb" and term not in source.terms)):
            continue
        before = {earlier.lower() for earlier in words[max(0, at - _WORDS_BEFORE) : at]}
        behind = words[at + 1].lower() if at + 1 < len(words) else ""
        if before & {"has", "have", "had", "was", "were", "been"}:
            return True
        # "is invested" is no past, and "the sum invested by" need not be one.
        simple = not before & {"is", "are", "be", "being"} and behind not in ("by", "under", "pursuant")
        if simple and term in verbs and (aligned == "verb" or term in bare):
            return True
    return False


def _is_past(word: str, term: str) -> bool:
    return word in IRREGULAR or (word.endswith("ed") and not term.endswith("ed"))


def _reason(clause: Clause, source: Clause) -> str:
    if clause.modal:
        return f'says "{clause.modal}" where the cited sentence says "{source.modal}"'
    return f'leaves out that the cited sentence says "{source.modal}"'


def read_clauses(sentence: str) -> list[Clause]:
    """Split a sentence into stretches that hold with one force each, in order; empty text gives none."""
    text = " ".join(sentence.replace("U.S.", "US").split())
    modals = _modals(text)
    pieces = [(start, end, _governing(start, end, modals)) for start, end in _pieces(text, modals)]
    runs = [(chain, list(run)) for chain, run in groupby(pieces, key=lambda piece: piece[2])]
    groups = [group for chain, run in runs for group in ([run] if chain else [[piece] for piece in run])]
    return [_clause(text, group, modals) for group in groups]


def _modals(text: str) -> list[Modal]:
    cuts = [match.end() for match in CUT.finditer(text)]
    found = [(match, forces) for pattern, forces in (ENGLISH, KOREAN) for match in pattern.finditer(text)]
    found.sort(key=lambda pair: pair[0].start())
    finite = [start for match, _ in found if (start := _new_clause(text, match, cuts))]
    modals = []
    for match, forces in found:
        if _HANGUL.search(match[0]):
            reach = (max((cut for cut in cuts if cut <= match.start()), default=0), match.start())
        else:
            stop = STOP.search(text, match.end())
            ends = [stop.start() if stop else len(text), *(start for start in finite if start > match.start())]
            reach = (match.end(), min(ends))
        forms = forces[(match.lastindex or 1) - 1]
        modals.append(Modal(forms, match[0].strip(), match.start(), match.end(), reach))
    return modals


def _new_clause(text: str, match: re.Match[str], cuts: Sequence[int]) -> int:
    """Return where the clause of a modal begins that cannot be part of another's; 0 if it can.

    "Considering the threat, both leaders agree to", "may explore options and recommends".
    """
    start = max((cut for cut in cuts if cut <= match.start()), default=0)
    has_subject = any(_term(token[0]) for token in _TOKEN.finditer(text, start, match.start()))
    finite = match[0].split()[0].lower() in FINITE or match[0].split()[0].endswith("s")
    return (start if has_subject else match.start()) if finite or has_subject else 0


def _pieces(text: str, modals: Sequence[Modal]) -> list[tuple[int, int]]:
    """Cut at clauses and enumerations, and before a modal behind a verb that another one governs already."""
    cuts = {match.end() for match in CUT.finditer(text) if not any(m.start < match.end() < m.end for m in modals)}
    for one, other in pairwise(modals):
        between = [term for _, term in _terms(text, one.end, other.start, ())]
        if not _HANGUL.search(other.text) and _verb_first(between):
            cuts.add(other.start)
    stops = sorted(cuts | {0, len(text)})
    return [(start, end) for start, end in pairwise(stops) if text[start:end].strip()]


def _governing(start: int, end: int, modals: Sequence[Modal]) -> tuple[Modal, ...]:
    return tuple(
        modal for modal in modals if start <= modal.start < end or max(start, modal.reach[0]) < min(end, modal.reach[1])
    )


def _clause(text: str, pieces: Sequence[tuple[int, int, tuple[Modal, ...]]], modals: Sequence[Modal]) -> Clause:
    chain = pieces[0][2]
    items = [_verb_first(_governed(text, start, end, chain)) for start, end, _ in pieces]
    counted = [modal for modal in chain if modal.forces != {"able"}] or chain
    lowest = min((_rank(modal) for modal in counted), default=0)
    weakest = [modal for modal in counted if _rank(modal) == lowest]
    stretch = text[pieces[0][0] : pieces[-1][1]].strip()
    return Clause(
        text=stretch,
        terms=frozenset(term for start, end, _ in pieces for _, term in _terms(text, start, end, modals)),
        items=tuple(item for item in items if item),
        forces=frozenset(force for modal in weakest for force in modal.forces),
        modal=weakest[0].text if weakest else "",
        denied=bool(chain) and DENIAL.search(text, pieces[0][0], chain[-1].end) is not None,
    )


def _rank(modal: Modal) -> int:
    return min(RANK[force] for force in modal.forces)


def _governed(text: str, start: int, end: int, chain: Sequence[Modal]) -> list[str]:
    """Return the words of a piece that its modals govern, the verb first: Korean has it last."""
    own = [modal for modal in chain if start <= modal.start < end]
    governing = own[-1] if own else chain[-1] if chain else None
    if governing is None:
        return []
    low, high = max(start, governing.reach[0]), min(end, governing.reach[1])
    words = [term for _, term in _terms(text, low, high, chain)]
    return words[::-1] if _HANGUL.search(governing.text) else words


def _verb_first(terms: Sequence[str]) -> tuple[str, ...]:
    """Leave out adverbs and figures that stand before the verb."""
    for at, term in enumerate(terms):
        if not (term[0].isdigit() or term in ADVERBS or (term.endswith("li") and term.isascii())):
            return tuple(terms[at:])
    return ()


def _terms(text: str, start: int, end: int, modals: Sequence[Modal]) -> list[tuple[int, str]]:
    """Return the content words and figures of a stretch with their offsets, without those of modals."""
    found = [(match.start(), _term(match[0])) for match in _TOKEN.finditer(text, start, end)]
    return [(at, term) for at, term in found if term and not any(m.start <= at < m.end for m in modals)]


def _term(word: str) -> str:
    if word[0].isdigit():
        return word.replace(",", "").rstrip(".")
    if _HANGUL.match(word):  # two syllables are the stem of most words, and before particles and endings
        return "" if len(word) == 1 or KOREAN_AUXILIARY.match(word) else word[:2]
    return next(iter(analyse(IRREGULAR.get(word.lower(), word))), "")
