"""Whether what is cited is there, is right, and bears out the statement that cites it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

from app.results import Answer, Citation
from eval.marking.gold import Documents
from eval.marking.metrics import GoldPlace

# Words that a statement adds to its source are marked so; an ellipsis stands for words left out.
_ADDED: Final = re.compile(r"\[[^\[\]]*\]|…|\.{3,}")
_WORD: Final = re.compile(r"\w+")


def is_exact(citation: Citation, documents: Documents) -> bool:
    """Return whether a citation's quote stands in its paragraph, letter by letter, where it says."""
    document = documents.get(citation.doc_id)
    try:
        text = document.paragraph(citation.paragraph).text if document else ""
    except KeyError:
        return False
    return 0 <= citation.start < citation.end <= len(text) and text[citation.start : citation.end] == citation.quote


def quotes_exact(citations: Collection[Citation], documents: Documents) -> float | None:
    """Return the share of citations that are exact; None where there are none."""
    return _share(is_exact(citation, documents) for citation in citations)


def is_gold(citation: Citation, gold: Collection[GoldPlace]) -> bool:
    """Return whether a citation is of a right paragraph, or of a document that is right as a whole."""
    return (citation.doc_id, citation.paragraph) in gold or (citation.doc_id, None) in gold


def citation_precision(answer: Answer, gold: Collection[GoldPlace]) -> float | None:
    """Return the share of an answer's citations that are of a gold paragraph.

    Each citation counts once, however many statements cite it. Whether the paragraph bears out the statement is not
    asked, and a paragraph that says the same as a gold one without being labelled counts as wrong: the figure is a
    lower bound.

    Args:
        answer: None is returned where it cites nothing.
        gold: places as the index holds them (`eval.marking.gold.held_gold`); None is returned where there are none.
    """
    return _share(is_gold(citation, gold) for citation in answer.citations) if gold else None


def citation_recall(answer: Answer, gold: Collection[GoldPlace]) -> float | None:
    """Return the share of an answer's statements that have a supporting citation.

    After ALCE (Gao et al., "Enabling Large Language Models to Generate Text with Citations", 2023), with two signs
    that need no model in place of its entailment: a citation supports a statement if it is of a gold paragraph, or
    if the statement's words stand in its quote. Extractive answers are made of such words, so that for them this
    finds broken citations only. A statement in words of its own is supported by any citation of a gold paragraph,
    though it may distort it, and by no citation of another, though it may be true: it is read as an estimate.

    Args:
        answer: None is returned where it has no statements.
        gold: places as the index holds them; may be empty.
    """
    citations = {citation.n: citation for citation in answer.citations}
    return _share(
        any(
            is_gold(citations[n], gold) or stands_in(statement.text, citations[n].quote)
            for n in statement.citations
            if n in citations
        )
        for statement in answer.statements
    )


def stands_in(text: str, quote: str) -> bool:
    """Return whether a text's words stand in a quote, side by side and in their order.

    Case and punctuation do not count. Words that the text marks as added ("[The leaders] agreed") may be missing
    there; at an ellipsis words of the quote may be left out. A text without words of its own stands nowhere.
    """
    held, start = _words(quote), 0
    parts = [words for part in _ADDED.split(text) if (words := _words(part))]
    for part in parts:
        ends = (at + len(part) for at in range(start, len(held) - len(part) + 1) if held[at : at + len(part)] == part)
        start = next(ends, -1)
        if start < 0:
            return False
    return bool(parts)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _share(values: Iterable[bool]) -> float | None:
    held = list(values)
    return sum(held) / len(held) if held else None
