"""An answer as plain text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from app.labels import labels
from app.render import place, quote_shown
from app.results import Answer, Citation


def answer_text(answer: Answer) -> str:
    """Return an answer with its citations, or the abstention with what is related, as lines of text."""
    return "\n".join(_lines(answer))


def _lines(answer: Answer) -> Iterator[str]:
    words = labels(answer.language)
    yield f"({words.outcomes[answer.outcome]})"
    if answer.query != answer.question:
        yield f"{words.searched_for}: {answer.query}"
    if answer.abstained:
        yield answer.answer
    for statement in answer.statements:
        yield statement.text + "".join(f" [{n}]" for n in statement.citations)
    yield ""
    if answer.citations:
        yield f"{words.sources}:"
        yield from (_source(citation, numbered=True) for citation in answer.citations)
    if answer.related:
        yield f"{words.related}:"
        yield from (_source(citation, numbered=False) for citation in answer.related)
    if answer.notice:
        yield answer.notice
    yield words.coverage(answer.coverage)


def _source(citation: Citation, *, numbered: bool) -> str:
    words = labels("en")
    mark = f"[{citation.n}]" if numbered else "  -"
    return f"{mark} {citation.title} ({citation.date}), {place(citation, words)}: {quote_shown(citation, words)}"
