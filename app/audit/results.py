"""What an audit gives: the article's sentences in order, each with its kind and, where it claims something, a check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from app.claims.results import Check

# A claim can be checked; the rest is passed over: what the author thinks, expects, tells or asks.
SentenceKind = Literal["claim", "opinion", "forecast", "narration"]
KINDS: Final[tuple[SentenceKind, ...]] = ("claim", "opinion", "forecast", "narration")


@dataclass(frozen=True, slots=True)
class AuditedSentence:
    """One sentence of the article: `article.paragraph(paragraph).text[start:end] == text`.

    Attributes:
        check: of a claim, and of any sentence that quotes a source; None for the rest, and for what could not be
            checked.
        error: why it could not be checked; mostly empty.
    """

    paragraph: int
    start: int
    end: int
    text: str
    kind: SentenceKind
    check: Check | None
    error: str = ""

    @property
    def is_problem(self) -> bool:
        """Whether a reader should look at it: contradicted, or a quotation that is not verbatim."""
        if self.check is None:
            return False
        return self.check.verdict == "contradicted" or any(quote.verbatim == "no" for quote in self.check.quotes)


@dataclass(frozen=True, slots=True)
class Audit:
    """An article, audited.

    Attributes:
        document: what the article is called: its title, or the file's name.
        paragraphs: the article's text by paragraph number, in order; every sentence stands in one.
        sentences: in the article's order.
        itself: `doc_id`s of indexed documents that are this article, or a digest of it; they are no evidence.
        itself_called: what people call these: titles, each once.
        against: what the evidence was restricted to, as the person said it; empty: everything.
        notice: what the person should know, among it what was searched.
        language: of the article, as a code.
    """

    document: str
    paragraphs: Mapping[int, str]
    sentences: tuple[AuditedSentence, ...]
    itself: tuple[str, ...]
    itself_called: tuple[str, ...]
    against: tuple[str, ...]
    notice: str
    language: str
    settings_digest: str
    generation: str
    timings_ms: dict[str, float] = field(default_factory=dict)

    @property
    def problems(self) -> tuple[AuditedSentence, ...]:
        """The sentences that a reader should look at, in the article's order."""
        return tuple(sentence for sentence in self.sentences if sentence.is_problem)

    @property
    def summary(self) -> dict[str, int]:
        """Counts of sentences by kind and verdict, of quotations by whether they are verbatim, and of failures."""
        checks = [sentence.check for sentence in self.sentences if sentence.check]
        quotes = Counter(quote.verbatim for check in checks for quote in check.quotes)
        kinds = Counter(sentence.kind for sentence in self.sentences)
        verdicts = Counter(s.check.verdict for s in self.sentences if s.check and s.kind == "claim")
        return {
            "sentences": len(self.sentences),
            **{kind: kinds[kind] for kind in KINDS},
            "supported": verdicts["supported"],
            "contradicted": verdicts["contradicted"],
            "not_in_sources": verdicts["not_in_sources"],
            "quotations": quotes.total(),
            "verbatim": quotes["yes"],
            "not_verbatim": quotes["no"],
            "cannot_check": quotes["cannot_check"],
            "failed": sum(bool(sentence.error) for sentence in self.sentences),
        }

    def to_json(self) -> dict[str, Any]:
        """Return the object that `sangho audit --json` prints."""
        return {
            "document": self.document,
            "sentences": [
                {
                    "paragraph": sentence.paragraph,
                    "text": sentence.text,
                    "kind": sentence.kind,
                    "check": sentence.check.to_json() if sentence.check else None,
                }
                for sentence in self.sentences
            ],
            "summary": self.summary,
        }


@dataclass(frozen=True, slots=True)
class AuditProgress:
    """One more sentence of an article has been looked at.

    Attributes:
        done: how many are done, this one among them.
        of: how many there are.
        sentence: this one.
    """

    done: int
    of: int
    sentence: AuditedSentence
