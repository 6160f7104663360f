"""What Sangho answers with: outcome, statements, citations, evidence. The shapes of `--json`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from ingest.documents import Edition

Outcome = Literal["answered", "sources_say_otherwise", "not_in_sources"]
Mode = Literal["extractive", "generated"]

# What a chat model writes when the evidence holds no answer; prompts, code and tests share this one word.
ABSTENTION: Final = "NOT_IN_SOURCES"


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in a source: `document.paragraph(paragraph).text[start:end] == quote`, always.

    Attributes:
        n: the number shown in the answer, from 1.
        page: from 1, or None where the file has no pages.
        superseded_by: `doc_id` of the document that replaces this one; empty if none is known.
        note: what whoever relies on the document must know (`Document.note`); mostly empty.
    """

    n: int
    doc_id: str
    title: str
    issuer: str
    date: str
    url: str
    edition: Edition
    paragraph: int
    page: int | None
    quote: str
    start: int
    end: int
    superseded_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that verification took out of a generated answer, and why."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement's words stand, before citations are numbered."""

    doc_id: str
    paragraph: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Grounded:
    """A sentence and the places it rests on (never empty); an answerer's output, before numbering."""

    text: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Drafted:
    """What an answerer wrote: grounded sentences in order, and what verification took out."""

    statements: tuple[Grounded, ...]
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer and the numbers of its citations (never empty)."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A retrieved passage with its score (higher is better)."""

    passage_id: str
    doc_id: str
    title: str
    date: str
    paragraphs: tuple[int, int]
    score: float
    text: str
    edition: Edition = "original"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was searched: how many documents, the newest one's date, and how many known ones are not held."""

    documents: int
    newest: str
    not_held: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one question.

    Attributes:
        query: what was searched; differs from `question` where a follow-up was completed.
        answer: the statements as one text with `[n]` after each, or the abstention's sentence.
        notice: something the person should know (a chat model that failed, a superseded document); or empty.
        statements: empty exactly when `outcome` is `not_in_sources`.
        related: the nearest passages when abstaining ("related, not an answer"); empty otherwise.
        evidence: ranked, at least the ten best where so many exist.
        dropped: what verification took out of a generated answer.
        timings_ms: milliseconds per stage.
        prompts: versions of the prompts used, by name.
    """

    question: str
    query: str
    outcome: Outcome
    answer: str
    notice: str
    mode: Mode
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    related: tuple[Citation, ...]
    evidence: tuple[Ranked, ...]
    dropped: tuple[Dropped, ...]
    coverage: Coverage
    language: str
    settings_digest: str
    generation: str
    timings_ms: dict[str, float] = field(default_factory=dict)
    prompts: dict[str, str] = field(default_factory=dict)

    @property
    def abstained(self) -> bool:
        """True exactly when the outcome is `not_in_sources`."""
        return self.outcome == "not_in_sources"

    def to_json(self) -> dict[str, Any]:
        """Return the object that `sangho ask --json` prints."""
        shown = asdict(self) | {"abstained": self.abstained}
        for citation in (*shown["citations"], *shown["related"]):
            del citation["note"]  # of the document; `notice` says what must be known, and `sources --json` the rest
        shown["evidence"] = [
            {k: v for k, v in passage.items() if k not in ("title", "date", "edition")} for passage in shown["evidence"]
        ]
        return shown


@dataclass(frozen=True, slots=True)
class Stage:
    """What is being done now; shown while a person waits."""

    name: Literal["loading", "searching", "answering"]


@dataclass(frozen=True, slots=True)
class Partial:
    """The verified statements of an answer so far, as text with `[n]`; replaces the previous `Partial`."""

    text: str


# What a question yields while it is answered: stages, partial answers, and one `Answer` last.
AskEvent = Stage | Partial | Answer
