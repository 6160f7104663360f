"""Write an answer as a Word document (.docx); the same answer gives the same bytes.

Only an original's words stand in quotation marks; a digest's are named as Sangho's summary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from app.docx_parts import WordFile
from app.labels import Labels, labels
from app.render import citation_facts, quote_shown, statement_shown
from app.results import Answer, Citation, Statement


def answer_docx(answer: Answer) -> bytes:
    """Return an answer as the bytes of a `.docx`, labelled in the answer's language.

    The question is its title; then come outcome, notice, statements with the numbers of their citations, the sources
    (for an abstention, the related passages), and what was searched. It names no moment, person or machine.
    """
    words = labels(answer.language)
    document = WordFile(answer.question, words)
    _write(document, answer, words)
    return document.packed()


def _write(document: WordFile, answer: Answer, words: Labels) -> None:
    document.line(answer.question, "Title")
    document.line(words.outcomes[answer.outcome], bold=True)
    if answer.notice:
        document.line(answer.notice, italic=True)
    if answer.outcome == "sources_say_otherwise":
        document.line(words.asked, "Heading 1")
        document.line(answer.query)
        document.line(words.say, "Heading 1")
    if answer.abstained:
        document.line(answer.answer or words.abstention)
    by_number = {citation.n: citation for citation in answer.citations}
    for statement in answer.statements:
        _write_statement(document, statement, by_number, words)
    _write_sources(document, words.sources, answer.citations, words, numbered=True)
    _write_sources(document, words.related, answer.related, words, numbered=False)
    for line in _footing(answer, words):
        document.line(line, italic=True)


def _write_statement(
    document: WordFile, statement: Statement, by_number: Mapping[int, Citation], words: Labels
) -> None:
    cited = [by_number[n] for n in statement.citations if n in by_number]
    line = document.line(statement_shown(statement, cited))
    # In brackets, so that a number stays apart from a figure where the text is pasted without its form.
    line.write("".join(f"[{citation.n}]" for citation in cited), superscript=True)
    if cited and all(citation.edition == "digest" for citation in cited):
        numbers = ", ".join(dict.fromkeys(f"¶{citation.paragraph}" for citation in cited))
        line.write(f" ({words.summary.format(place=numbers)})", italic=True)


def _write_sources(
    document: WordFile, heading: str, listed: Sequence[Citation], words: Labels, *, numbered: bool
) -> None:
    if listed:
        document.line(heading, "Heading 1")
    for citation in listed:
        line = document.line().keep_with_next()
        if numbered:
            line.write(f"[{citation.n}] ")
        line.title(citation).write("".join(f" · {part}" for part in citation_facts(citation, words)))
        document.line(quote_shown(citation, words), "List Continue")


def _footing(answer: Answer, words: Labels) -> Iterable[str]:
    if answer.query.strip() and answer.query.strip() != answer.question.strip():
        yield f"{words.searched_for}: {answer.query}"
    if answer.mode == "generated" and not answer.abstained:
        yield f"{words.generated}."
    yield words.coverage(answer.coverage)
