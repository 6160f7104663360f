"""Write the evidence for one sentence of an audit as HTML: a note that the sentence opens. Everything is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from app.audit.report_lines import in_words, marks
from app.audit.results import AuditedSentence
from app.claims.export_lines import claimed_words, differences, own_notice, quotation_line, source_facts, source_words
from app.claims.export_marks import pieces
from app.claims.labels import SYMBOLS, ClaimLabels
from app.claims.results import Check, ClaimCitation
from app.escape import shown
from app.references import address


def tone(sentence: AuditedSentence) -> str:
    """Return the class of a sentence: its verdict, or what is to be said of its quotations, or that it failed."""
    check = sentence.check
    if check is None:
        return "failed"
    found = {quote.verbatim for quote in check.quotes}
    if check.verdict != "contradicted" and "no" in found:
        return "not_verbatim"
    if sentence.kind != "claim" and check.verdict != "contradicted":
        return "cannot_check" if "cannot_check" in found else "verbatim"
    return check.verdict


def marked(text: str, phrases: Iterable[str]) -> str:
    """Return text as HTML with the phrases marked in it."""
    return "".join(f"<mark>{shown(piece)}</mark>" if hit else shown(piece) for piece, hit in pieces(text, phrases))


def note_html(sentence: AuditedSentence, number: int, words: ClaimLabels) -> str:
    """Return a sentence's note as a list item: what was found, the words that differ marked on both sides.

    Args:
        sentence: one with a check or an error.
        number: of the note, which is that of the sentence's mark.
        words: the report's language.
    """
    check = sentence.check
    parts = [
        f'<h3><a href="#s{number}" title="{words.back}">{number}</a> <span class="symbol">{marks(sentence)}</span> '
        f"{in_words(sentence, words)}</h3>",
        f'<p class="claim" dir="auto">{marked(sentence.text, claimed_words(check) if check else ())}</p>',
        f'<p dir="auto">{shown(sentence.error)}</p>' if sentence.error else "",
        *(_evidence(check, words) if check else ()),
        f'<p class="close"><a href="#s{number}">{words.back}</a></p>',
    ]
    return f'<li class="note {tone(sentence)}" id="n{number}">{"".join(parts)}</li>'


def _evidence(check: Check, words: ClaimLabels) -> Iterator[str]:
    yield f"<p>{words.confidence_line.format(confidence=words.confidence(check.confidence))}</p>"
    if len(check.parts) > 1:
        rows = (
            f'<li><span class="symbol">{SYMBOLS[part.verdict]}</span> <bdi>{shown(part.text)}</bdi> '
            f"({words.verdicts[part.verdict]}, {words.confidence(part.confidence)})</li>"
            for part in check.parts
        )
        yield f"<h4>{words.parts}</h4><ul>{''.join(rows)}</ul>"
    yield from _differences(check, words)
    if check.quotes:
        rows = (f'<li dir="auto">{shown(quotation_line(quote, check, words))}</li>' for quote in check.quotes)
        yield f"<h4>{words.quotes}</h4><ul>{''.join(rows)}</ul>"
    sources = "".join(_source(citation, check, words) for citation in check.citations)
    yield f"<h4>{words.answers.sources}</h4>{sources}" if sources else f"<p>{words.no_evidence}</p>"
    if notice := own_notice(check):
        yield f'<p dir="auto">{shown(notice)}</p>'


def _differences(check: Check, words: ClaimLabels) -> Iterator[str]:
    found = differences(check)
    if not found:
        return
    rows = "".join(
        f"<dt>{words.kinds[one.kind]}</dt>"
        f"<dd><i>{words.as_written}:</i> <bdi>{shown(words.claimed(one))}</bdi><br>"
        f"<i>{words.as_published}:</i> <bdi>{shown(words.published(one))}</bdi></dd>"
        for one in found
    )
    yield f'<h4>{words.differences}</h4><dl class="sides">{rows}</dl>'


def _source(citation: ClaimCitation, check: Check, words: ClaimLabels) -> str:
    """Return a cited sentence: an original's in quotation marks, a digest's named as a summary."""
    title, url = f"<bdi>{shown(citation.title or citation.doc_id)}</bdi>", address(citation.url)
    linked = f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{title}</a>' if url else title
    facts = " · ".join(f"<bdi>{shown(fact)}</bdi>" for fact in source_facts(citation, words))
    quote = marked(citation.quote, source_words(check, citation))
    if citation.edition == "original":
        quote = f"“{quote}”"
    else:
        quote = f"{shown(words.answers.summary.format(place=f'¶{citation.paragraph}'))}: {quote}"
    return (
        f'<div class="source {citation.stance}"><p class="title">{linked}</p><small>{facts}</small>'
        f'<blockquote dir="auto">{quote}</blockquote></div>'
    )
