"""Verify a sentence that a chat model wrote against the evidence it cites; keep it with exact places, or drop it.

Nothing the model says about its sources is believed: keys are looked up, quotes are found letter by letter,
figures, dates, names, negations and modals are compared, and most of the sentence's words must stand where it points.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from app.actors import content, missing_names, negation_differs
from app.basis import Basis, gather, locate, locate_elsewhere
from app.drafts import Cited
from app.figures import Figure, holds, overstated_figure, read_figures
from app.language import is_korean, is_written_in
from app.modality import altered_force
from app.quotes import find_quote
from app.results import Dropped, Grounded
from ingest.documents import Document, Passage

# Share of a statement's content words that its cited sentences and those beside them must have.
COVERED_WITH_QUOTE: Final = 0.45
COVERED_WITHOUT: Final = 0.6
# The same for each clause of three content words or more.
COVERED_CLAUSE: Final = 0.4
# Characters of one statement.
LONGEST: Final = 800
# Why sentences are dropped that say nothing wrong.
SAYS_NOTHING: Final = "says nothing about the subject"
OTHER_LANGUAGE: Final = "is not in the language of the question"
_CLAUSE_TERMS: Final = 3

_SOURCES: Final = r"(?:evidence|sources?|passages?|texts?|context|information|documents?)"
_GIVEN: Final = r"(?:the )?(?:provided |given |above |numbered |cited )*"
_LEAD: Final = re.compile(
    rf"^(?:(?:based on|according to|as (?:stated|mentioned) in|from) {_GIVEN}(?:{_SOURCES}|S\d+)"
    rf"(?: (?:provided|given|above))?|{_GIVEN}{_SOURCES} (?:states|says|shows|mentions|indicates) that),?\s+",
    re.IGNORECASE,
)
_META: Final = re.compile(
    r"^(?:here (?:is|are)\b|note\b|please\b|i |i['’]m |as an ai\b|sure\b|certainly\b|okay\b|in conclusion[:.]?$"
    rf"|{_GIVEN}{_SOURCES} (?:does|do|did|is|are|provided|given|above|contains?)\b)"
    rf"|.*\bnot (?:\w+ )?(?:in|by) {_GIVEN}{_SOURCES}\W*$",
    re.IGNORECASE,
)
# What stands for something else: a sentence is verified, and may be shown, without the one before it.
_POINTER: Final = re.compile(
    r"(?:it|its|they|their|these|those|this|that|such|he|she|his|her|the (?:former|latter|same))\b(?! year\b)",
    re.IGNORECASE,
)
_INNER_QUOTE: Final = re.compile('"([^"]+)"|“([^”]+)”|「([^」]+)」')
_CLAUSE: Final = re.compile(r"[,;:]\s|\b(?:while|whereas|but|and|compared (?:to|with)|versus)\b", re.IGNORECASE)
_HANGUL: Final = re.compile("[가-힣]")


def verify_statement(
    text: str,
    cited: Sequence[Cited],
    evidence: Sequence[Passage],
    documents: Mapping[str, Document],
    language: str = "",
) -> Grounded | Dropped:
    """Check one sentence against the evidence it cites.

    Args:
        text: the sentence, without its keys.
        cited: keys from 1 into `evidence`, with the quotes given for them.
        evidence: passages as they were numbered for the model.
        documents: by `doc_id`, at least those of the evidence.
        language: that the sentence must be in, as a code; empty for any.

    Returns:
        The sentence with the places it rests on, each an exact span of a paragraph; or the sentence with the
        first check that it fails.
    """
    statement = _LEAD.sub("", text.strip())
    statement = statement[:1].upper() + statement[1:]
    if whole := _INNER_QUOTE.fullmatch(statement.rstrip(".")):
        statement = _inside(whole)
        cited = [Cited(c.key, c.quote or statement) for c in cited]
    if why := _not_a_statement(statement, language):
        return Dropped(text, why)
    known = [c for c in cited if 1 <= c.key <= len(evidence) and evidence[c.key - 1].doc_id in documents]
    if not known:
        return Dropped(text, "cites no evidence that was given")
    found = [place for c in known for place in locate(statement, c, evidence, documents)]
    why = ""
    for places in (found, locate_elsewhere(statement, evidence, documents)):
        if not places:
            continue
        basis = gather(places, statement, documents)
        objection = _objection(statement, basis)
        if not objection:
            # Quotation marks are for an original's words.
            shown = _INNER_QUOTE.sub(_inside, statement) if basis.digest else statement
            return Grounded(shown, basis.places)
        why = why or objection
    unfound = "its quote is" if any(c.quote for c in known) else "its words are"
    return Dropped(text, why or f"{unfound} not in the evidence it cites")


def _not_a_statement(statement: str, language: str) -> str:
    if _META.match(statement) or statement.endswith(":"):
        return SAYS_NOTHING
    if not is_written_in(statement, language):
        return OTHER_LANGUAGE
    if statement.endswith("?"):
        return "is a question"
    if len(statement) > LONGEST:
        return "is too long for one sentence"
    enough = len(statement.split()) >= (2 if _HANGUL.search(statement) else 3)
    return "" if enough else "is not a sentence"


def _objection(statement: str, basis: Basis) -> str:
    """Return the first check that a statement fails, as a reason; empty if it passes all."""
    if missing := basis.missing_figures(statement):
        return f"gives {missing[0]}, which the cited passage does not"
    if absent := missing_names(statement, f"{basis.paragraphs}\n{basis.header}"):
        return f"names {absent[0]}, which the cited passage does not"
    if negation_differs(statement, basis.sentences):
        return "denies what the cited sentence affirms, or affirms what it denies"
    if why := altered_force(statement, basis.sentences, basis.beside, basis.quotes):
        return why
    if figure := overstated_figure(statement, [*basis.sentences, basis.header]):
        return f'gives {figure} without the "up to", "at least" or "about" of the cited sentence'
    return _misread(statement, basis)


def _misread(statement: str, basis: Basis) -> str:
    """Return the first check that a statement fails of how it hangs together; empty if it passes all."""
    if figure := _misplaced(statement, basis.sentences):
        return f"gives {figure} for something else than the cited sentence does"
    if _POINTER.match(statement) and not any(find_quote(statement, sentence) for sentence in basis.sentences):
        return f'leaves open what "{statement.split()[0]}" stands for'
    quotes = [_inside(match) for match in _INNER_QUOTE.finditer(statement)]
    if not basis.digest and any(not find_quote(quote, basis.paragraphs) for quote in quotes):
        return "puts words in quotation marks that the cited passage does not have"
    return "" if _covered(statement, basis) else "says more than the cited sentences do"


def _inside(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group)


def _misplaced(statement: str, sentences: Sequence[str]) -> str:
    """Return a figure that its sentence gives in another clause than the one that shares the statement's words.

    "South Korea invests $1.7 billion, while Americans invest $2 billion" does not bear out "Americans invest
    $1.7 billion", though it has the figure and all the words.
    """
    for clause in _clauses(statement):
        terms = content(clause)
        for figure in read_figures(clause)[0]:
            fits = [_clause_fits(figure, terms, _clauses(sentence)) for sentence in sentences]
            if False in fits and True not in fits:
                return figure.text
    return ""


def _clause_fits(figure: Figure, terms: set[str], clauses: Sequence[str]) -> bool | None:
    """Whether, of the clauses with figures of its unit, the figure's own is the nearest in words.

    None if the sentence does not give the figure.
    """
    holding = [clause for clause in clauses if holds(clause, figure)]
    if not holding:
        return None
    rivals = [c for c in clauses if c not in holding and any(f.unit == figure.unit for f in read_figures(c)[0])]
    shared = max(len(terms & content(clause)) for clause in holding)
    return shared >= max((len(terms & content(clause)) for clause in rivals), default=0)


def _clauses(sentence: str) -> list[str]:
    """Split a sentence into stretches that have a figure each."""
    clauses: list[str] = []
    start = 0
    for stop in [*(match.start() for match in _CLAUSE.finditer(sentence)), len(sentence)]:
        part = sentence[start:stop]
        start = stop
        if clauses and not (read_figures(part)[0] and read_figures(clauses[-1])[0]):
            clauses[-1] += part
        else:
            clauses.append(part)
    return clauses


def _covered(statement: str, basis: Basis) -> bool:
    if is_korean(statement) != is_korean(basis.around):
        return basis.quoted  # across languages words do not compare; an exact quote has to stand in for that
    terms = content(statement)
    if len(terms) < (1 if basis.quoted else 2):
        return False
    held = content(f"{basis.around}\n{basis.header}")
    if len(terms & held) < (COVERED_WITH_QUOTE if basis.quoted else COVERED_WITHOUT) * len(terms):
        return False
    # Half a sentence from the source does not carry another half that is not.
    parts = [content(part) for part in _CLAUSE.split(statement)]
    return all(len(part & held) >= COVERED_CLAUSE * len(part) for part in parts if len(part) >= _CLAUSE_TERMS)
