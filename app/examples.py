"""Example questions, drawn from what is indexed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ingest.documents import Document

SHOWN: Final = 4
# Worth asking of a document of the field, where it is held.
OF_KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "2023_han-rok-us-ai-cooperation-needs-real-reciprocity": (
        "How much do Koreans invest in US AI companies according to Han?",
    ),
    "2023-12-08_joint-fact-sheet-us-rok-cet-dialogue": (
        "Which technology areas does the first CET Dialogue cover?",
        "한미 AI 워킹그룹은 어떤 일을 하기로 했나요?",
    ),
    "2025-10-29_mou-us-korea-technology-prosperity-deal": (
        "Is the US-Korea Technology Prosperity Deal legally binding?",
    ),
    "2023-08-18_spirit-of-camp-david-joint-statement": ("What does the Spirit of Camp David say about AI?",),
}


def examples(documents: Mapping[str, Document], answered: Callable[[str], bool]) -> list[str]:
    """Return up to `SHOWN` questions that the documents answer.

    Args:
        documents: by `doc_id`.
        answered: whether asking a question gives an answer; others are not offered.
    """
    first = [questions[0] for doc_id, questions in OF_KNOWN.items() if doc_id in documents]
    more = [question for doc_id, questions in OF_KNOWN.items() if doc_id in documents for question in questions[1:]]
    chosen: list[str] = []
    for question in (*first[:2], *more, *first[2:], *_of_titles(list(documents.values()))):
        if len(chosen) == SHOWN:
            break
        if answered(question):
            chosen.append(question)
    return chosen


def _of_titles(documents: Sequence[Document]) -> list[str]:
    """Return a plain question for the newest documents, in their language."""
    newest = sorted(documents, key=lambda document: (document.date, document.doc_id), reverse=True)[:SHOWN]
    return [
        f"{document.title}에서 인공지능에 대해 무엇이라고 하나요?"
        if document.language == "ko"
        else f"What does “{document.title}” say about artificial intelligence?"
        for document in newest
    ]
