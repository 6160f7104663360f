"""Tell which indexed documents are the article itself, or a digest or translation of it: by content, not by name.

Documents about the same thing are not the same document: a law and its amendment share nearly every sentence. So of
documents that the article may be, it is the one it is most like. The fingerprints of originals (`ingest/fetch`) say
which published document an article is, where only its digest is held, or neither.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.audit.likeness import (
    cosine,
    figures_in,
    marks_in,
    marks_of,
    own_runs_of,
    runs_of,
    share,
    vectors,
    words_in,
)
from app.settings import BUNDLED_CORPUS
from ingest.documents import Document
from ingest.fetch.fingerprints import read_fingerprints

FINGERPRINTS: Final = BUNDLED_CORPUS / "fingerprints.tsv"
_FEWEST_RUNS: Final = 50  # a shorter text is a quotation, whatever it is from
_FEWEST_WORDS: Final = 40  # different ones
_FEWEST_FIGURES: Final = 12  # different ones
_SAME_TEXT: Final = 0.5  # of the article's runs of words: it may be edited, and have a page's frame around it
_COPY: Final = 0.9  # of both documents' runs: one text held twice
_KNOWN: Final = 0.4  # of the article's marks; runs across paragraphs have none
_RETOLD: Final = ((0.7, 0.02), (0.5, 0.4))  # likeness in words, and how far the next document must stay behind
_LIKELY: Final = 0.45  # likeness in words under which no more is asked
_TRANSLATED: Final = (0.93, 0.05)  # likeness in figures, and the same

_ARTICLE: Final = ""  # its name among the documents'; none of them has an empty one


@dataclass(frozen=True, slots=True)
class _Held:
    documents: Mapping[str, Document]
    known: str  # which published document the article is; empty if that is not known

    def may_be(self, doc_id: str) -> bool:
        """Whether a document may be the article: not where it is known to be another one."""
        return not self.known or self.named(doc_id) in ("", self.known)

    def named(self, doc_id: str) -> str:
        """Return which published document this one is, or retells; empty if that is not known."""
        document = self.documents[doc_id]
        names = (doc_id, doc_id.rsplit("/", 1)[-1], document.translation_of, Path(document.path).stem)
        return next((name for name in names if name in _marks()), "") or (
            _published(document) if document.edition == "original" else ""
        )


def itself(article: Document, documents: Mapping[str, Document]) -> tuple[str, ...]:
    """Return the indexed documents that are the article, or a digest or translation of it.

    Args:
        article: its paragraphs are compared, and whose translation it says it is; not its name.
        documents: the indexed ones by `doc_id`.

    Returns:
        Their `doc_id`s, sorted; none where the article is new, or too short to tell.
    """
    held = _Held(documents, _published(article))
    found = _same_text(article, held)
    if found and not held.known:
        held = _Held(documents, next(filter(None, map(held.named, found)), ""))
    if held.known:
        found |= {doc_id for doc_id in documents if _is_named(held, doc_id)}
    found |= _retold(article, held, found)
    found |= _translated(article, held)
    return tuple(sorted(_with_translations(article, documents, found)))


def _is_named(held: _Held, doc_id: str) -> bool:
    """Whether a digest or an original goes by the name of the published document that the article is."""
    document = held.documents[doc_id]
    names = (doc_id, doc_id.rsplit("/", 1)[-1], document.translation_of)
    return held.known in names and (document.edition == "digest" or _published(document) in ("", held.known))


def _same_text(article: Document, held: _Held) -> set[str]:
    """Return the documents whose text the article has: the one it has most of, and copies of that."""
    own, count = own_runs_of(article), len(runs_of(article))
    if count < _FEWEST_RUNS:
        return set()
    shares: dict[str, tuple[float, float]] = {}
    for doc_id, document in held.documents.items():
        runs = runs_of(document)
        of_article = share(own, runs, count)
        if of_article >= _SAME_TEXT and held.may_be(doc_id):
            shares[doc_id] = (of_article, share(own, runs, len(runs)))
    if not shares:
        return set()
    best = max(sorted(shares), key=lambda doc_id: shares[doc_id])
    runs = runs_of(held.documents[best])
    return {best} | {doc_id for doc_id in shares if _is_copy(runs, runs_of(held.documents[doc_id]))}


def _is_copy(one: set[int], other: set[int]) -> bool:
    return share(one, other, max(len(one), len(other))) >= _COPY


def _published(document: Document) -> str:
    """Return which of the published documents whose fingerprints are known this is; empty if it is none."""
    own, kept = marks_of(document)
    if len(own) < _FEWEST_RUNS:
        return ""
    shares = {
        doc_id: (share(kept, marks, len(kept)), share(own, marks, len(marks))) for doc_id, marks in _marks().items()
    }
    best = max(sorted(shares), key=lambda doc_id: shares[doc_id], default="")
    return best if best and shares[best][0] >= _KNOWN else ""


@functools.lru_cache(maxsize=1)
def _marks() -> Mapping[str, set[int]]:
    return {doc_id: marks_in(prints) for doc_id, prints in read_fingerprints(FINGERPRINTS).items()}


def _retold(article: Document, held: _Held, found: set[str]) -> set[str]:
    """Return the digest of the article, or what it is a digest of: nothing else uses so many of the same words.

    Where the article is found already, only digests of what was found are added.
    """
    digests = [doc_id for doc_id, one in held.documents.items() if one.edition == "digest" and doc_id not in found]
    digests = [doc_id for doc_id in digests if not (held.known and held.named(doc_id))]  # these are told already
    if found and not digests:
        return set()
    counts = {_ARTICLE: words_in(article)} | {doc_id: words_in(one) for doc_id, one in held.documents.items()}
    if len(counts[_ARTICLE]) < _FEWEST_WORDS:
        return set()
    of = vectors(counts)
    like = {doc_id: cosine(of[_ARTICLE], of[doc_id]) for doc_id in held.documents}
    if not found:
        return _standing_out(like, _RETOLD, held)
    originals = [doc_id for doc_id, one in held.documents.items() if one.edition == "original"]
    added = set()
    for doc_id in (one for one in digests if like[one] >= _LIKELY):
        if _standing_out({other: cosine(of[doc_id], of[other]) for other in originals}, _RETOLD, held) & found:
            added.add(doc_id)
    return added


def _translated(article: Document, held: _Held) -> set[str]:
    """Return the document in another language that gives the article's figures."""
    counts = {_ARTICLE: figures_in(article)} | {doc_id: figures_in(one) for doc_id, one in held.documents.items()}
    if len(counts[_ARTICLE]) < _FEWEST_FIGURES:
        return set()
    of = vectors(counts)
    likeness = {
        doc_id: cosine(of[_ARTICLE], of[doc_id])
        for doc_id, document in held.documents.items()
        if document.language != article.language and len(counts[doc_id]) >= _FEWEST_FIGURES
    }
    return _standing_out(likeness, (_TRANSLATED,), held)


def _standing_out(likeness: Mapping[str, float], limits: Iterable[tuple[float, float]], held: _Held) -> set[str]:
    """Return the document that is most like, if it is like enough and the next one far enough behind."""
    ranked = sorted(likeness, key=lambda doc_id: (-likeness[doc_id], doc_id))
    if not ranked or not held.may_be(ranked[0]):
        return set()
    name = held.named(ranked[0])
    others = (likeness[doc_id] for doc_id in ranked[1:] if not name or held.named(doc_id) != name)
    best, second = likeness[ranked[0]], next(others, 0.0)
    return {ranked[0]} if any(best >= least and best - second >= gap for least, gap in limits) else set()


def _with_translations(article: Document, documents: Mapping[str, Document], found: set[str]) -> set[str]:
    """Return what was found, what it says it translates, and what says that it translates that."""
    all_ = found | ({article.translation_of} & documents.keys())
    all_ |= {documents[doc_id].translation_of for doc_id in all_} & documents.keys()
    return all_ | {doc_id for doc_id, document in documents.items() if document.translation_of in all_}
