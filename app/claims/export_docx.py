"""Write checks as a Word document; the same checks give the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from app.claims.export_lines import differences, own_notice, part_line, quotation_line, source_facts, verdict_line
from app.claims.labels import SYMBOLS, ClaimLabels
from app.claims.results import VERDICTS, Check
from app.docx_parts import WordFile
from app.render import quote_shown


def docx_bytes(checks: Sequence[Check], words: ClaimLabels) -> bytes:
    """Return checks with the evidence for each, as the bytes of a `.docx`."""
    document = WordFile(words.checks, words.answers)
    document.line(words.checks, "Title")
    if len(checks) > 1:
        counts = Counter(check.verdict for check in checks)
        document.line(" · ".join(f"{SYMBOLS[one]} {words.verdicts[one]}: {counts[one]}" for one in VERDICTS))
    for number, check in enumerate(checks, start=1):
        document.line(f"{number}. {check.claim}" if len(checks) > 1 else check.claim, "Heading 1")
        _write_check(document, check, words)
    searched = dict.fromkeys(words.answers.coverage(check.coverage) for check in checks)
    for line in (*searched, words.not_false):
        document.line(line, italic=True)
    return document.packed()


def _write_check(document: WordFile, check: Check, words: ClaimLabels) -> None:
    document.line(verdict_line(check, words), bold=True)
    parts = [part_line(part, words) for part in check.parts] if len(check.parts) > 1 else []
    _write_list(document, words.parts, parts)
    _write_list(document, words.differences, [words.difference(one) for one in differences(check)])
    _write_list(document, words.quotes, [quotation_line(quote, check, words) for quote in check.quotes])
    document.line(words.answers.sources if check.citations else words.no_evidence).keep_with_next()
    for citation in check.citations:
        line = document.line(style="List Bullet").keep_with_next().title(citation)
        line.write("".join(f" · {fact}" for fact in source_facts(citation, words)))
        document.line(quote_shown(citation, words.answers), "List Continue")
    if notice := own_notice(check):
        document.line(notice, italic=True)


def _write_list(document: WordFile, heading: str, lines: Sequence[str]) -> None:
    if lines:
        document.line(heading).keep_with_next()
    for line in lines:
        document.line(line, "List Bullet")
