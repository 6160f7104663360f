"""What all forms of an audit's report say in the same words. Plain text; each form escapes it in its own way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.audit.results import KINDS, Audit, AuditedSentence
from app.claims.export_lines import cited, differences
from app.claims.labels import FAILED_SYMBOL, QUOTE_SYMBOLS, SYMBOLS, ClaimLabels, symbols
from app.claims.results import VERDICTS, Check, ClaimCitation

# `numbers` of a report: the note of each sentence that has one, by the sentence's place in the audit, from 1.
Numbers = dict[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of problems: what differs, on both sides.

    Attributes:
        what: in which way they differ, in words.
        quoted: whether `published` are an original's whole words, to stand in quotation marks.
    """

    what: str
    written: str
    published: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """How many sentences or quotations bear a mark."""

    symbol: str
    name: str
    count: int
    key: str


def note_numbers(audit: Audit) -> Numbers:
    """Number the sentences that have evidence or an error to show, in the article's order."""
    noted = [i for i, sentence in enumerate(audit.sentences) if sentence.check or sentence.error]
    return {i: n for n, i in enumerate(noted, start=1)}


def marks(sentence: AuditedSentence) -> str:
    """Return the symbols that a sentence is marked with; none for what was passed over."""
    if sentence.check:
        return symbols(sentence.check, sentence.kind)
    return FAILED_SYMBOL if sentence.error else ""


def in_words(sentence: AuditedSentence, words: ClaimLabels) -> str:
    """Say in words what the marks of a sentence say; empty for what was passed over."""
    check = sentence.check
    if check is None:
        return words.failed if sentence.error else ""
    said = [words.verdicts[check.verdict]] if sentence.kind == "claim" or check.verdict == "contradicted" else []
    found = {quote.verbatim for quote in check.quotes}
    return " · ".join([*said, *(name for verbatim, name in words.quotations.items() if verbatim in found)])


def counts(audit: Audit, words: ClaimLabels) -> list[Count]:
    """Return what the marks mean and how often each occurs; marks of verdicts always, of the rest where they occur."""
    summary = audit.summary
    found = [Count(SYMBOLS[one], words.verdicts[one], summary[one], one) for one in VERDICTS]
    names = {"yes": "verbatim", "no": "not_verbatim", "cannot_check": "cannot_check"}
    rest = [Count(QUOTE_SYMBOLS[v], words.quotations[v], summary[names[v]], names[v]) for v in QUOTE_SYMBOLS]
    rest.append(Count(FAILED_SYMBOL, words.failed, summary["failed"], "failed"))
    return [*found, *(one for one in rest if one.count)]


def passed_over(audit: Audit, words: ClaimLabels) -> str:
    """Say how many sentences of each kind were not checked; empty where all were."""
    summary = audit.summary
    said = [f"{words.sentence_kinds[kind]} {summary[kind]}" for kind in KINDS if kind != "claim" and summary[kind]]
    return f"{words.unmarked}: {', '.join(said)}" if said else ""


def searched(audit: Audit, words: ClaimLabels) -> list[str]:
    """Say what was searched, to what the evidence was restricted, and what did not count as evidence."""
    said = [audit.notice] if audit.notice else []
    if words.not_false not in audit.notice:
        said.append(words.not_false)
    if audit.against:
        said.append(words.against.format(against=", ".join(audit.against)))
    if audit.itself:
        said.append(words.itself.format(itself=", ".join(audit.itself_called)))
    return said


def problem_rows(check: Check, words: ClaimLabels) -> list[Row]:
    """Return in what a claim and the sources differ; where no words are known, the claim and the words that decide."""
    rows = [Row(words.kinds[one.kind], words.claimed(one), words.published(one)) for one in differences(check)]
    for quote in check.quotes:
        if quote.verbatim == "no" and not quote.differing:
            found = cited(check, quote.citation)
            published = found.quote if found else ""
            said = words.quotation(quote, found)
            rows.append(Row(said, quote.quote, published, bool(found and found.edition == "original")))
    if not rows and (source := problem_source(check)):
        rows.append(Row(words.stances[source.stance], check.claim, source.quote, source.edition == "original"))
    return rows or [Row(words.verdicts[check.verdict], check.claim, words.none_in_source)]


def problem_source(check: Check) -> ClaimCitation | None:
    """Return the source that a reader should open: of what contradicts, or else of the quotation that differs.

    None where a quotation stands nowhere: what is closest to the rest of its sentence is not its source.
    """
    against = [one for one in check.citations if one.stance == "contradicts"]
    quoted = [cited(check, quote.citation) for quote in check.quotes if quote.verbatim == "no"]
    return next((one for one in (*against, *quoted) if one), None)


def unchecked(audit: Audit, words: ClaimLabels) -> list[tuple[int, AuditedSentence, str]]:
    """Return what could not be checked and why: places in the audit, sentences, reasons, in the article's order."""
    return [(i, sentence, why) for i, sentence in enumerate(audit.sentences) for why in _reasons(sentence, words)]


def _reasons(sentence: AuditedSentence, words: ClaimLabels) -> Iterator[str]:
    if sentence.error:
        yield sentence.error
    for quote in sentence.check.quotes if sentence.check else ():
        if quote.verbatim == "cannot_check":
            yield f"{quote.quote}: {words.held_as_digest}"


def stretches(audit: Audit, paragraph: int) -> Iterator[tuple[str, int | None]]:
    """Yield a paragraph's text in stretches, each with its sentence's place in the audit, or None between sentences.

    Joined they are the paragraph's text, whatever the sentences say of where they stand.
    """
    text, at = audit.paragraphs[paragraph], 0
    here = [(one.start, i) for i, one in enumerate(audit.sentences) if one.paragraph == paragraph]
    for start, i in sorted(here):
        end = min(audit.sentences[i].end, len(text))
        start = max(start, at)
        if start >= end:
            continue
        if start > at:
            yield text[at:start], None
        yield text[start:end], i
        at = end
    if at < len(text):
        yield text[at:], None
