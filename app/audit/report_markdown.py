"""Write an audit as Markdown that reads well on GitHub; no markup of the article or the sources acts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from app.audit.report_lines import (
    Numbers,
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
from app.claims.export_markdown import evidence_blocks, literal
from app.claims.labels import ClaimLabels, claim_labels


def report_markdown(audit: Audit) -> str:
    """Return the report: counts, problems, what could not be checked, the article with its notes, the notes."""
    words, numbers = claim_labels(audit.language), note_numbers(audit)
    blocks = [
        f"# {literal(words.audit_of.format(document=audit.document))}",
        *map(literal, searched(audit, words)),
        *_counts(audit, words),
        *_problems(audit, numbers, words),
        *_unchecked(audit, numbers, words),
        f"## {words.text}",
        *(_paragraph(audit, paragraph, numbers) for paragraph in audit.paragraphs),
        *_notes(audit, numbers, words),
        literal(words.stamp.format(settings=audit.settings_digest, generation=audit.generation)),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _counts(audit: Audit, words: ClaimLabels) -> list[str]:
    rows = [[one.symbol, literal(one.name), str(one.count)] for one in counts(audit, words)]
    return [
        f"## {words.counts}",
        _table(["", words.sentence, words.how_many], rows),
        literal(passed_over(audit, words)),
    ]


def _problems(audit: Audit, numbers: Numbers, words: ClaimLabels) -> Iterator[str]:
    yield f"## {words.problems}"
    rows = []
    for i, sentence in enumerate(audit.sentences):
        if sentence.check is None or not sentence.is_problem:
            continue
        source = problem_source(sentence.check)
        named = f"{literal(source.title)}, ¶{source.paragraph} {_reference(numbers[i])}" if source else ""
        for number, row in enumerate(problem_rows(sentence.check, words)):
            published = f"“{row.published}”" if row.quoted else row.published
            first = [marks(sentence), literal(sentence.text), f"¶{sentence.paragraph}"] if not number else [""] * 3
            rows.append(
                [*first, literal(row.what), literal(row.written), literal(published), named if not number else ""]
            )
    heads = ["", words.sentence, "¶", words.differences, words.as_written, words.as_published, words.source]
    yield _table(heads, rows) if rows else literal(words.no_problems)


def _unchecked(audit: Audit, numbers: Numbers, words: ClaimLabels) -> Iterator[str]:
    if found := unchecked(audit, words):
        yield f"## {words.unchecked}"
        yield "\n".join(
            f"- ¶{sentence.paragraph} {_reference(numbers[i])} {literal(sentence.text)} · {literal(why)}"
            for i, sentence, why in found
        )


def _paragraph(audit: Audit, paragraph: int, numbers: Numbers) -> str:
    """Return a paragraph with its number; behind its sentences stand their symbols and the numbers of notes."""
    shown = [
        _kept(text) if i is None else f"{_kept(text)}{_mark(audit.sentences[i], numbers.get(i))}"
        for text, i in stretches(audit, paragraph)
    ]
    return f"**¶{paragraph}** {''.join(shown).strip()}"


def _kept(text: str) -> str:
    """Return escaped text with the white space at its ends, and with its line breaks."""
    lines = text.split("\n")
    return "\\\n".join(
        f"{' ' if line[:1].isspace() else ''}{literal(line)}{' ' if line.strip() and line[-1:].isspace() else ''}"
        for line in lines
    )


def _mark(sentence: AuditedSentence, number: int | None) -> str:
    return f" **{literal(marks(sentence))}** {_reference(number)}" if number else ""


def _reference(number: int) -> str:
    """Return a footnote's mark: GitHub makes a link of it, and the note leads back."""
    return f"[^{number}]"


def _notes(audit: Audit, numbers: Numbers, words: ClaimLabels) -> Iterator[str]:
    if numbers:
        yield f"## {words.evidence}"
    for i, number in numbers.items():
        sentence = audit.sentences[i]
        yield _note(number, _note_blocks(sentence, words))


def _note_blocks(sentence: AuditedSentence, words: ClaimLabels) -> Iterable[str]:
    if sentence.error:
        yield f"**{marks(sentence)} {words.failed}.** {literal(sentence.error)}"
    if sentence.check:
        yield from evidence_blocks(sentence.check, words)


def _note(number: int, blocks: Iterable[str]) -> str:
    """Return a footnote; all of it but the first line is indented, so that it stays one note."""
    lines = "\n\n".join(blocks).split("\n")
    return f"[^{number}]: " + "\n".join(f"    {line}" if line and n else line for n, line in enumerate(lines))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
