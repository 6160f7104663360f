"""Checks and audits as plain text for a terminal, in the claim's or the article's language.

Controls in what documents and people wrote are shown, not obeyed: a terminal would.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.audit.report_lines import (
    Row,
    counts,
    in_words,
    marks,
    passed_over,
    problem_rows,
    problem_source,
    searched,
    unchecked,
)
from app.audit.results import Audit, AuditedSentence
from app.claims.export_lines import differences, part_line, quotation_line, verdict_line
from app.claims.labels import ClaimLabels, claim_labels
from app.claims.results import Check, ClaimCitation, PartCheck
from app.escape import plain, safe_url
from app.render import place, quote_shown

_INDENT = "    "


def check_text(check: Check) -> str:
    """Return a check: its verdict, its parts, what differs, quotations, sources, and what should be known."""
    return "\n".join(map(_line, _check_lines(check, claim_labels(check.language))))


def audit_text(audit: Audit, report: str = "") -> str:
    """Return an audit: what was found and how often, problems first, and what could not be checked.

    Args:
        audit: the result.
        report: where the report lies; empty where none was written.
    """
    return "\n".join(map(_line, _audit_lines(audit, report, claim_labels(audit.language))))


def _line(text: str) -> str:
    return plain(text.replace("\r", " ").replace("\n", " "))


def _check_lines(check: Check, words: ClaimLabels) -> Iterator[str]:
    yield verdict_line(check, words)
    if len(check.parts) > 1:
        yield from ("", f"{words.parts}:")
        yield from (f"- {part_line(part, words)}{_numbers(part)}" for part in check.parts)
    if found := differences(check):
        yield from ("", f"{words.differences}:")
        yield from (f"- {words.difference(difference)}" for difference in found)
    if check.quotes:
        yield from ("", f"{words.quotes}:")
        for quote in check.quotes:
            mark = "" if quote.citation is None else f" [{quote.citation}]"
            yield f"{quotation_line(quote, check, words)}{mark}"
    yield from ("", f"{words.answers.sources}:" if check.citations else words.no_evidence)
    for citation in check.citations:
        yield from _source(citation, words, f"[{citation.n}] ")
    yield from ("", check.notice)


def _numbers(part: PartCheck) -> str:
    numbers = part.citations or (() if part.closest is None else (part.closest,))
    return "".join(f" [{n}]" for n in numbers)


def _source(citation: ClaimCitation, words: ClaimLabels, mark: str) -> Iterator[str]:
    """Yield a source: its stance, document, date, place and words, and its address on a line of its own."""
    date = f" ({words.answers.date(citation.date)})" if citation.date else ""
    said = f"{citation.title or citation.doc_id}{date}, {place(citation, words.answers)}"
    yield f"{mark}{words.stances[citation.stance]}: {said}: {quote_shown(citation, words.answers)}"
    if url := safe_url(citation.url):
        yield f"{_INDENT}{url}"


def _audit_lines(audit: Audit, report: str, words: ClaimLabels) -> Iterator[str]:
    yield words.audit_of.format(document=audit.document)
    yield from (f"{one.symbol} {one.name}: {one.count}" for one in counts(audit, words))
    if over := passed_over(audit, words):
        yield over
    yield ""
    yield f"{words.problems}:" if audit.problems else words.no_problems
    for sentence in audit.problems:
        if sentence.check:
            yield from _problem(sentence, sentence.check, words)
    if left := unchecked(audit, words):
        yield from ("", f"{words.unchecked}:")
        for _, sentence, why in left:
            yield f"¶{sentence.paragraph}  {sentence.text}"
            yield f"{_INDENT}{why}"
    yield from ("", *searched(audit, words))
    if report:
        yield f"→ {report}"


def _problem(sentence: AuditedSentence, check: Check, words: ClaimLabels) -> Iterator[str]:
    """Yield a sentence, what is the matter with it, what differs, and the source that a reader should open."""
    yield f"¶{sentence.paragraph}  {sentence.text}"
    confidence = words.confidence_line.format(confidence=words.confidence(check.confidence))
    yield f"{_INDENT}{marks(sentence)} {in_words(sentence, words)}. {confidence}"
    yield from (f"{_INDENT}- {_row(row, words)}" for row in problem_rows(check, words))
    if source := problem_source(check):
        yield from (f"{_INDENT}{line}" for line in _source(source, words, ""))


def _row(row: Row, words: ClaimLabels) -> str:
    published = f"“{row.published}”" if row.quoted else row.published or words.none_in_source
    return words.difference_line.format(kind=row.what, claimed=row.written, source=published)
