"""A checked claim as HTML: its verdict, the claim beside what the sources say, and in what words the two differ.

Everything that comes from a document, a model or a person goes through `app.escape`.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.audit.report_notes import marked
from app.claims.export_lines import cited, claimed_words, source_facts, source_words
from app.claims.labels import FAILED_SYMBOL, QUOTE_SYMBOLS, SYMBOLS, ClaimLabels, claim_labels
from app.claims.results import CANNOT_CHECK, Check, ClaimCitation, PartCheck, QuoteCheck, Verdict
from app.escape import shown
from app.ui.components import in_language
from ingest.errors import SanghoError

PANEL = "sg-check-source"  # id of what a source is opened in


def verdict_html(verdict: Verdict, words: ClaimLabels, confidence: float | None = None) -> str:
    """Return a verdict as a badge told apart by symbol and words, not by colour alone; its confidence in words."""
    said = ""
    if confidence is not None:
        line = words.confidence_line.format(confidence=words.confidence(confidence))
        said = f'<span class="sg-confidence">{shown(line)}</span>'
    return (
        f'<p class="sg-verdict sg-v-{verdict}"><span class="sg-symbol" aria-hidden="true">{SYMBOLS[verdict]}</span>'
        f"<span>{shown(words.verdicts[verdict])}</span>{said}</p>"
    )


def check_html(check: Check, index: int) -> str:
    """Return a check as one HTML article, labelled in the claim's language.

    Args:
        check: the result; all of it is escaped.
        index: which claim of the list it is, from 0; its sources carry the number, so that a click finds them.
    """
    words = claim_labels(check.language)
    body = _whole(check, index, words) if len(check.parts) == 1 else _part_by_part(check, index, words)
    notice = words.beyond(check.notice, check.coverage)
    noted = f'<p class="sg-notice" role="note">{shown(notice)}</p>' if notice else ""
    return (
        f'<article class="sg-check sg-v-{check.verdict}" data-verdict="{check.verdict}" lang="{words.language}" '
        f'aria-labelledby="sg-claim-{index}">{verdict_html(check.verdict, words, check.confidence)}'
        f"{body}{_quotations(check, index, words)}{_others(check, index, words)}{noted}</article>"
    )


def failed_html(claim: str, error: SanghoError, index: int) -> str:
    """Return a claim that could not be checked, and what mends that."""
    remedy = f"<p>{shown(error.remedy)}</p>" if error.remedy else ""
    return (
        f'<article class="sg-check sg-v-failed" aria-labelledby="sg-claim-{index}"><p class="sg-verdict sg-v-failed">'
        f'<span class="sg-symbol" aria-hidden="true">{FAILED_SYMBOL}</span><span>Could not be checked</span></p>'
        f'<h3 class="sg-claim" id="sg-claim-{index}"{in_language(claim)} dir="auto">{shown(claim)}</h3>'
        f'<div class="sg-failed"><p>{shown(error.message)}</p>{remedy}</div></article>'
    )


def _whole(check: Check, index: int, words: ClaimLabels) -> str:
    part = check.parts[0]
    sides = _sides(_claim(check, index), _published(check, part, index, words), words)
    return sides + _differences(check, part, words)


def _part_by_part(check: Check, index: int, words: ClaimLabels) -> str:
    parts = "".join(f"<li>{_part(check, part, index, words)}</li>" for part in check.parts)
    return f'{_claim(check, index)}<h4 class="sg-side">{words.parts}</h4><ol class="sg-parts">{parts}</ol>'


def _part(check: Check, part: PartCheck, index: int, words: ClaimLabels) -> str:
    said = marked(part.text, [one.claimed for one in part.differences])
    text = f'<p class="sg-claim"{in_language(part.text)} dir="auto">{said}</p>'
    sides = _sides(text, _published(check, part, index, words), words)
    return verdict_html(part.verdict, words, part.confidence) + sides + _differences(check, part, words)


def _claim(check: Check, index: int) -> str:
    said = marked(check.claim, claimed_words(check))
    return f'<h3 class="sg-claim" id="sg-claim-{index}"{in_language(check.claim)} dir="auto">{said}</h3>'


def _sides(claim: str, published: str, words: ClaimLabels) -> str:
    return (
        f'<div class="sg-sides"><div><p class="sg-side">{words.as_written}</p>{claim}</div>'
        f'<div><p class="sg-side">{words.as_published}</p>{published}</div></div>'
    )


def _published(check: Check, part: PartCheck, index: int, words: ClaimLabels) -> str:
    """Return the citations that decide a part, or the one that comes closest, or that nothing does."""
    held = [cited(check, n) for n in part.citations or (part.closest,)]
    told = "".join(_evidence(check, one, index, words) for one in held if one is not None)
    return told or f'<p class="sg-none">{words.no_evidence}</p>'


def _evidence(check: Check, citation: ClaimCitation, index: int, words: ClaimLabels) -> str:
    facts = [said for said in source_facts(citation, words)[1:] if said != citation.note or said not in check.notice]
    about = " · ".join(f"<bdi>{shown(said)}</bdi>" for said in facts)
    return (
        f'<div class="sg-evidence sg-s-{citation.stance}"><p class="sg-stance">{shown(words.stances[citation.stance])}'
        f"</p>{_quote(citation, source_words(check, citation), words)}{_opens(citation, index)}"
        f'<p class="sg-about">{about}</p></div>'
    )


def _quote(citation: ClaimCitation, differing: Sequence[str], words: ClaimLabels) -> str:
    """Return a citation's words: an original's in quotation marks, a digest's named as a summary."""
    text, language = marked(citation.quote, differing), in_language(citation.quote)
    if citation.edition == "original":
        return f'<p class="sg-quote"><q{language} dir="auto">“{text}”</q></p>'
    label = shown(words.answers.summary.format(place=f"¶{citation.paragraph}"))
    return f'<p class="sg-quote"><span class="sg-summary">{label}:</span> <span{language} dir="auto">{text}</span></p>'


def _opens(citation: ClaimCitation, index: int) -> str:
    title = citation.title or citation.doc_id
    return (
        f'<button type="button" class="sg-open" data-i="{index}" data-n="{citation.n}" aria-controls="{PANEL}">'
        f"<bdi{in_language(title)}>{shown(title)}</bdi></button>"
    )


def _differences(check: Check, part: PartCheck, words: ClaimLabels) -> str:
    """Return in what a part differs; how a quotation differs is told with the quotation."""
    quoted = any(quote.differing for quote in check.quotes)
    differing = [one for one in part.differences if not (quoted and one.kind == "quote")]
    if not differing:
        return ""
    rows = "".join(
        f"<div><dt>{shown(words.kinds[one.kind])}</dt>"
        f"<dd>{_one_side(words.as_written, one.claimed, words.claimed(one))}</dd>"
        f"<dd>{_one_side(words.as_published, '' if one.source == CANNOT_CHECK else one.source, words.published(one))}"
        "</dd></div>"
        for one in differing
    )
    return f'<section class="sg-differences"><h4 class="sg-side">{words.differences}</h4><dl>{rows}</dl></section>'


def _one_side(side: str, phrase: str, told: str) -> str:
    """Return one side's own words marked; what is only told of a side that has none, as it is."""
    said = f'<span class="sg-told-side">{shown(told)}</span>'
    if phrase:
        said = f'<mark{in_language(phrase)} dir="auto">{shown(phrase)}</mark>'
    return f'<span class="sg-side">{side}</span> {said}'


def _quotations(check: Check, index: int, words: ClaimLabels) -> str:
    if not check.quotes:
        return ""
    items = "".join(f"<li>{_quotation(check, quote, index, words)}</li>" for quote in check.quotes)
    return f'<section class="sg-quotations"><h4 class="sg-side">{words.quotes}</h4><ul>{items}</ul></section>'


def _quotation(check: Check, quote: QuoteCheck, index: int, words: ClaimLabels) -> str:
    citation = cited(check, quote.citation)
    text = marked(quote.quote, [ours for ours, _ in quote.differing])
    if quote.verbatim == "yes":  # only an original's words stand in quotation marks
        text = f"“{text}”"
    rows = "".join(
        f"<div><dd>{_one_side(words.as_written, ours, words.none_claimed)}</dd>"
        f"<dd>{_one_side(words.as_published, theirs, words.none_in_source)}</dd></div>"
        for ours, theirs in quote.differing
    )
    return (
        f'<span class="sg-symbol" aria-hidden="true">{QUOTE_SYMBOLS[quote.verbatim]}</span><div>'
        f'<q{in_language(quote.quote)} dir="auto">{text}</q><p class="sg-looked"><strong>'
        f"{shown(words.quotation(quote, citation))}</strong> {_opens(citation, index) if citation else ''}</p>"
        f"{f'<dl>{rows}</dl>' if rows else ''}</div>"
    )


def _others(check: Check, index: int, words: ClaimLabels) -> str:
    """Return the citations that stand at no part and at no quotation: what else is near."""
    used = {n for part in check.parts for n in part.citations or (part.closest,)}
    used |= {quote.citation for quote in check.quotes}
    rest = [citation for citation in check.citations if citation.n not in used]
    if not rest:
        return ""
    items = "".join(f"<li>{_evidence(check, one, index, words)}</li>" for one in rest)
    return f'<details class="sg-others"><summary>{words.closest} ({len(rest)})</summary><ul>{items}</ul></details>'
