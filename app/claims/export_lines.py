"""What every form of a check or an audit says in the same words: differences, quotations, sources. Plain text."""

from __future__ import annotations

from app.claims.labels import QUOTE_SYMBOLS, SYMBOLS, ClaimLabels, claim_labels
from app.claims.results import CANNOT_CHECK, Check, ClaimCitation, Difference, PartCheck, QuoteCheck
from app.render import citation_facts


def verdict_line(check: Check | PartCheck, words: ClaimLabels) -> str:
    """Return the verdict with its symbol, and the confidence in it."""
    said = words.confidence_line.format(confidence=words.confidence(check.confidence))
    return f"{SYMBOLS[check.verdict]} {words.verdicts[check.verdict]}. {said}"


def part_line(part: PartCheck, words: ClaimLabels) -> str:
    """Return what became of one part of a claim."""
    return f"{part.text} ({verdict_line(part, words)})"


def own_notice(check: Check) -> str:
    """Return what a check's notice says beyond what is said once for all checks; empty where that is all."""
    return claim_labels(check.language).beyond(check.notice, check.coverage)


def quotation_line(quote: QuoteCheck, check: Check, words: ClaimLabels) -> str:
    """Return what became of a quotation, with its symbol; its words stand in marks only if an original has them."""
    said = f"“{quote.quote}”" if quote.verbatim == "yes" else quote.quote
    return f"{QUOTE_SYMBOLS[quote.verbatim]} {said}: {words.quotation(quote, cited(check, quote.citation))}"


def source_facts(citation: ClaimCitation, words: ClaimLabels) -> list[str]:
    """Return what is said of a citation behind its title: what it says to the claim, then as of any."""
    return [words.stances[citation.stance], *citation_facts(citation, words.answers)]


def cited(check: Check, n: int | None) -> ClaimCitation | None:
    """Return a citation by its number; None where there is none."""
    return next((one for one in check.citations if one.n == n), None)


def deciding(check: Check) -> tuple[ClaimCitation, ...]:
    """Return the citations that decide a claim; where none does, those that come closest."""
    return tuple(one for one in check.citations if one.stance != "closest") or check.citations


def differences(check: Check) -> list[Difference]:
    """Return all differences of a check, each once, in order; those of quotations are told by the quotations."""
    quoted = [Difference("quote", a, b) for quote in check.quotes for a, b in quote.differing]
    found = [one for part in check.parts for one in part.differences if not (quoted and one.kind == "quote")]
    return list(dict.fromkeys([*found, *quoted]))


def claimed_words(check: Check) -> list[str]:
    """Return the words of a claim that differ from the sources'."""
    return [one.claimed for one in differences(check) if one.claimed]


def source_words(check: Check, citation: ClaimCitation) -> list[str]:
    """Return the words of a cited sentence that differ from the claim's: of the one that contradicts, or is closest."""
    found: list[str] = []
    for part in check.parts:
        if citation.n == part.closest or (citation.n in part.citations and citation.stance == "contradicts"):
            found += [one.source for one in part.differences if one.kind != "quote"]
    found += [theirs for quote in check.quotes if quote.citation == citation.n for _, theirs in quote.differing]
    return [one for one in dict.fromkeys(found) if one and one != CANNOT_CHECK]
