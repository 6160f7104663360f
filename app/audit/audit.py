"""Audit an article: tell its sentences' kinds, and check what can be checked against the other documents."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

from app.audit.article import Piece, pieces_of
from app.audit.context import standing_alone
from app.audit.itself import itself
from app.audit.kept import Kept
from app.audit.kinds import kind_of
from app.audit.results import Audit, AuditedSentence, AuditProgress, SentenceKind
from app.claims.results import ALL, Check, Searchable
from app.errors import BadInput
from app.labels import labels
from app.quotations import quotations_in
from ingest.documents import Document
from ingest.errors import SanghoError

LONGEST: Final = 2_000  # characters of a sentence that is checked
_BEFORE: Final = 6  # sentences that a sentence may lean on


class Checker(Protocol):
    """What checks one claim."""

    def check(self, claim: str, against: Searchable = ALL) -> Check:
        """Check a claim against the documents that count as evidence.

        Raises:
            SanghoError: it cannot be checked.
        """
        ...


def audit(
    article: Document,
    checker: Checker,
    documents: Mapping[str, Document],
    against: Searchable = ALL,
    *,
    name: str = "",
    said: Sequence[str] = (),
    kept: Kept | None = None,
) -> Iterator[AuditProgress | Audit]:
    """Check an article's claims and quotations, sentence by sentence; stops at once when closed.

    A claim is checked as it would stand alone (`app.audit.context`). The article, or a digest or translation of it, is
    no evidence, wherever it stands in the index.

    Args:
        article: what is audited; need not be indexed.
        checker: asked once for each claim, and each sentence of another kind that quotes.
        documents: the indexed ones, by `doc_id`.
        against: which of them count as evidence.
        name: what the article is called; its title where this is empty.
        said: the restriction in `against`, as the person said it.
        kept: takes each check, and gives back those of an earlier run that was stopped; emptied at the end.

    Yields:
        Progress after each sentence, the audit last.

    Raises:
        BadInput: the article has no sentences, or too many; before anything is yielded.
    """
    started = time.perf_counter()
    pieces = pieces_of(article)
    same = {doc_id: documents[doc_id].title or doc_id for doc_id in itself(article, documents)}
    year = against.year or article.date[:4]  # of "this year's statement"
    searched = replace(against, without=against.without | frozenset(same), year=year)
    sentences: list[AuditedSentence] = []
    for number in range(len(pieces)):
        sentences.append(_audited(number, pieces, checker, searched, kept))
        yield AuditProgress(number + 1, len(pieces), sentences[-1])
    if kept:
        kept.remove()
    took = (time.perf_counter() - started) * 1000
    yield _put_together(article, sentences, same, name=name or article.title, said=said, took=took)


def _put_together(
    article: Document,
    sentences: Sequence[AuditedSentence],
    same: Mapping[str, str],
    *,
    name: str,
    said: Sequence[str],
    took: float,
) -> Audit:
    first = next((sentence.check for sentence in sentences if sentence.check), None)
    return Audit(
        document=name,
        paragraphs={paragraph.number: paragraph.text for paragraph in article.paragraphs},
        sentences=tuple(sentences),
        itself=tuple(same),
        itself_called=tuple(dict.fromkeys(same.values())),
        against=tuple(said),
        notice=_notice(first, len(same), article.language),
        language=article.language,
        settings_digest=first.settings_digest if first else "",
        generation=first.generation if first else "",
        timings_ms={"total": took},
    )


def _audited(
    number: int, pieces: Sequence[Piece], checker: Checker, searched: Searchable, kept: Kept | None
) -> AuditedSentence:
    piece, earlier = pieces[number], pieces[max(0, number - _BEFORE) : number]
    kind = _kind(piece, earlier)
    check, error = None, ""
    if kind == "claim" or quotations_in(piece.text):
        before = [one.text for one in earlier if not one.heading]
        try:
            check = _checked(number, standing_alone(piece.text, before), checker, searched, kept)
        except SanghoError as failure:
            error = str(failure)
    return AuditedSentence(piece.paragraph, piece.start, piece.end, piece.text, kind, check, error)


def _kind(piece: Piece, earlier: Sequence[Piece]) -> SentenceKind:
    if piece.heading:
        return "narration"
    before = earlier[-1].text if earlier and earlier[-1].paragraph == piece.paragraph else ""
    return kind_of(piece.text, before)


def _checked(number: int, claim: str, checker: Checker, searched: Searchable, kept: Kept | None) -> Check:
    if len(claim) > LONGEST:
        raise BadInput(f"The sentence is {len(claim):,} characters long; up to {LONGEST:,} are checked.", "Divide it.")
    check = kept.check(number, claim) if kept else None
    if check is None:
        check = checker.check(claim, searched)
        if kept:
            kept.keep(number, claim, check)
    return check


def _notice(first: Check | None, same: int, language: str) -> str:
    """Say what was searched, and that the article itself was not."""
    if first is None:
        return "확인할 수 있는 주장이 없습니다." if language == "ko" else "No sentence could be checked."
    parts = [labels(language).coverage(first.coverage)]
    if same and language == "ko":
        parts.append(f"색인에 있는 이 글 자체, 그 요약본 또는 번역본 {same}건은 근거로 쓰지 않았습니다.")
    elif same:
        noun = "document that is" if same == 1 else "documents that are"
        parts.append(
            f"{same} indexed {noun} this article, or a digest or translation of it, did not count as evidence."
        )
    return " ".join(parts)
