"""Write an audit as a Word document whose footnotes hold the evidence; the same audit gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.audit.report_lines import (
    counts,
    marks,
    note_numbers,
    passed_over,
    problem_rows,
    problem_source,
    searched,
    stretches,
    unchecked,
)
from app.audit.results import Audit, AuditedSentence
from app.claims.export_lines import differences, own_notice, part_line, quotation_line, source_facts, verdict_line
from app.claims.labels import ClaimLabels, claim_labels
from app.claims.results import Check
from app.docx_footnotes import Footnotes
from app.docx_parts import Line, WordFile
from app.render import quote_shown

if TYPE_CHECKING:
    from collections.abc import Iterator


def report_docx(audit: Audit) -> bytes:
    """Return the report as the bytes of a `.docx`: counts, problems, what could not be checked, the article."""
    words = claim_labels(audit.language)
    title = words.audit_of.format(document=audit.document)
    file = WordFile(title, words.answers)
    notes = Footnotes(file)
    file.line(title, "Title")
    for said in searched(audit, words):
        file.line(said)
    _write_counts(file, audit, words)
    _write_problems(file, audit, words)
    _write_unchecked(file, audit, words)
    file.line(words.text, "Heading 1")
    numbers = note_numbers(audit)
    for paragraph in audit.paragraphs:
        _write_paragraph(file, audit, paragraph, notes, set(numbers), words)
    file.line(words.stamp.format(settings=audit.settings_digest, generation=audit.generation), italic=True)
    return file.packed()


def _write_counts(file: WordFile, audit: Audit, words: ClaimLabels) -> None:
    file.line(words.counts, "Heading 1")
    file.table(
        [
            ["", words.sentence, words.how_many],
            *([one.symbol, one.name, str(one.count)] for one in counts(audit, words)),
        ]
    )
    if passed := passed_over(audit, words):
        file.line(passed)


def _write_problems(file: WordFile, audit: Audit, words: ClaimLabels) -> None:
    file.line(words.problems, "Heading 1")
    rows = [row for sentence in audit.problems for row in _rows(sentence, words)]
    if not rows:
        file.line(words.no_problems)
        return
    file.table([[words.sentence, words.differences, words.as_written, words.as_published, words.source], *rows])


def _rows(sentence: AuditedSentence, words: ClaimLabels) -> Iterator[list[str]]:
    if sentence.check is None:
        return
    source = problem_source(sentence.check)
    said = f"{marks(sentence)} ¶{sentence.paragraph} {sentence.text}"
    named = f"{source.title}, {words.answers.date(source.date)}, ¶{source.paragraph}" if source else ""
    for number, row in enumerate(problem_rows(sentence.check, words)):
        published = f"“{row.published}”" if row.quoted else row.published
        yield ["" if number else said, row.what, row.written, published, "" if number else named]


def _write_unchecked(file: WordFile, audit: Audit, words: ClaimLabels) -> None:
    found = unchecked(audit, words)
    if found:
        file.line(words.unchecked, "Heading 1")
    for _, sentence, why in found:
        file.line(f"¶{sentence.paragraph} {sentence.text} · {why}", "List Bullet")


def _write_paragraph(
    file: WordFile, audit: Audit, paragraph: int, notes: Footnotes, noted: set[int], words: ClaimLabels
) -> None:
    line = file.line().write(f"¶{paragraph} ", bold=True)
    for text, i in stretches(audit, paragraph):
        line.write(text)
        if i is not None and i in noted:
            sentence = audit.sentences[i]
            line.write(f" {marks(sentence)}", bold=True)
            _write_note(notes.add(line), sentence, words)


def _write_note(next_line: Callable[[], Line], sentence: AuditedSentence, words: ClaimLabels) -> None:
    if sentence.error:
        next_line().write(f"{words.failed}. ", bold=True).write(sentence.error)
    if sentence.check:
        _write_evidence(next_line, sentence.check, words)


def _write_evidence(next_line: Callable[[], Line], check: Check, words: ClaimLabels) -> None:
    next_line().write(verdict_line(check, words), bold=True)
    said = [part_line(part, words) for part in check.parts] if len(check.parts) > 1 else []
    said += [words.difference(one) for one in differences(check)]
    said += [quotation_line(quote, check, words) for quote in check.quotes]
    for text in said:
        next_line().write(text)
    for citation in check.citations:
        line = next_line().title(citation)
        line.write("".join(f" · {fact}" for fact in source_facts(citation, words)))
        line.write(f" · {quote_shown(citation, words.answers)}")
    if not check.citations:
        next_line().write(words.no_evidence)
    if notice := own_notice(check):
        next_line().write(notice, italic=True)
