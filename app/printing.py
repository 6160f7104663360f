"""Answers, and what became of fetched documents, as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from app.labels import Labels, labels
from app.originals import summary
from app.render import place, quote_shown
from app.results import Answer, Citation
from ingest.fetch.originals import Fetched


def answer_text(answer: Answer) -> str:
    """Return an answer with its citations, or the abstention with what is related, as lines of text."""
    return "\n".join(_lines(answer))


def fetched_json(results: Sequence[Fetched]) -> dict[str, Any]:
    """Return the object that `sangho fetch --json` prints."""
    return {"documents": [asdict(result) for result in results], **summary(results)}


def fetched_text(results: Sequence[Fetched]) -> str:
    """Return what `sangho fetch` prints: a line a document, then how many there were of each state."""
    counts = ", ".join(f"{count} {state}" for state, count in summary(results).items())
    return "\n".join([*map(_fetched, results), f"{counts}."])


def _fetched(result: Fetched) -> str:
    said = [f"{result.paragraphs} of {result.of} paragraphs" if result.of else f"{result.paragraphs} paragraphs"]
    said += [f"not found: {_numbers(result.missing)}"] if result.missing else []
    said += [f"worded otherwise or interrupted: {_numbers(result.altered)}"] if result.altered else []
    said += [f"{result.left_over} words between them left out"] if result.left_over else []
    return f"{result.state:9}  {result.doc_id}: {result.error or '; '.join(said)}"


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(f"¶{number}" for number in numbers[:10]) + (" and others" if len(numbers) > 10 else "")


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
        yield from (_source(citation, words, numbered=True) for citation in answer.citations)
    if answer.related:
        yield f"{words.related}:"
        yield from (_source(citation, words, numbered=False) for citation in answer.related)
    if answer.notice:
        yield answer.notice
    yield words.coverage(answer.coverage)


def _source(citation: Citation, words: Labels, *, numbered: bool) -> str:
    mark = f"[{citation.n}]" if numbered else "  -"
    return f"{mark} {citation.title} ({citation.date}), {place(citation, words)}: {quote_shown(citation, words)}"
