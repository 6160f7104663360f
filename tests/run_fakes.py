"""What a run measures, made up: answers, checks and rankings that are told beforehand, over two small documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.claims.results import Check, ClaimCitation, PartCheck
from app.results import Answer, Citation, Coverage, Ranked, Statement
from eval.datasets import Claim, Fact, Question
from eval.running.metering import Meter
from eval.running.plan import Planned
from ingest.documents import Document, Paragraph

FUND: Final = "The fund rises to $300 million."
MEETING: Final = "The ambassadors meet twice a year."
DOCUMENTS: Final[dict[str, Document]] = {
    "accord": Document("accord", "The Accord", (Paragraph(1, MEETING), Paragraph(2, FUND))),
    "notes": Document("notes", "Notes", (Paragraph(1, "Nobody has counted the visas."),)),
}
COVERAGE: Final = Coverage(2, "2021", 0)


def citation(paragraph: int, n: int = 1, quote: str = "") -> Citation:
    """A citation of a whole paragraph of the accord; another quote makes it wrong."""
    text = DOCUMENTS["accord"].paragraph(paragraph).text
    return Citation(
        n=n, doc_id="accord", title="The Accord", issuer="", date="2021", url="", edition="original",
        paragraph=paragraph, page=None, quote=quote or text, start=0, end=len(text),
    )  # fmt: skip


def answer(*citations: Citation, question: str = "?", abstain: bool = False) -> Answer:
    """An answer that says what it cites; none, or `abstain`, is to abstain."""
    abstain = abstain or not citations
    statements = () if abstain else tuple(Statement(one.quote, (one.n,)) for one in citations)
    return Answer(
        question=question, query=question, outcome="not_in_sources" if abstain else "answered",
        answer=" ".join(one.text for one in statements), notice="", mode="extractive", statements=statements,
        citations=citations, related=(), evidence=(), dropped=(), coverage=COVERAGE, language="en",
        settings_digest="0" * 12, generation="a" * 12, timings_ms={"retrieve": 2.0, "answer": 1.0},
    )  # fmt: skip


def check(claim: str) -> Check:
    """A check that finds every claim supported by the accord's second paragraph."""
    cited = citation(2)
    values = {name: getattr(cited, name) for name in Citation.__dataclass_fields__}
    return Check(
        claim=claim, verdict="supported", confidence=0.75, parts=(PartCheck(claim, "supported", 0.75, (1,), None, ()),),
        quotes=(), citations=(ClaimCitation(**values, stance="supports"),), notice="", coverage=COVERAGE,
        language="en", settings_digest="0" * 12, generation="a" * 12, timings_ms={"judge": 3.0},
    )  # fmt: skip


@dataclass
class Told:
    """A subject that gives what it was told to, and raises where it was told an error.

    Attributes:
        answers: by question; a question without one is answered from the accord's second paragraph.
        asked: every question, claim and query, in order.
    """

    answers: Mapping[str, Answer | BaseException] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    documents: Mapping[str, Document] = field(default_factory=lambda: DOCUMENTS)
    meter: Meter | None = None

    def ask(self, question: str, history: Sequence[str]) -> tuple[Answer, float | None]:
        self.asked.append(question)
        given = self.answers.get(question) or answer(citation(2), question=question)
        if isinstance(given, BaseException):
            raise given
        return given, 0.25 if given.abstained else 0.75

    def check(self, claim: str) -> Check:
        self.asked.append(claim)
        return check(claim)

    def ranked(self, query: str) -> tuple[Ranked, ...]:
        self.asked.append(f"rank {query}")
        return (
            Ranked("accord#1", "accord", "The Accord", "2021", (1, 1), 2.0, MEETING),
            Ranked("accord#2", "accord", "The Accord", "2021", (2, 2), 1.0, FUND),
        )


def question(name: str, outcome: str = "answered") -> Planned:
    """A planned question, whose fact stands in the accord's second paragraph."""
    facts = (Fact(("$300 million",), frozenset({("accord", 2)})),) if outcome != "not_in_sources" else ()
    right = Question(name, "factual", "en", f"What of {name}?", (), outcome, facts)  # type: ignore[arg-type]
    return Planned(name, "question", right.question, right, groups={"kind": "factual"}, cluster="accord")


def claim(name: str, verdict: str = "supported") -> Planned:
    """A planned claim, which the accord's second paragraph decides."""
    right = Claim(name, f"It is {name}.", verdict, "en", "number", frozenset({("accord", 2)}))  # type: ignore[arg-type]
    return Planned(name, "claim", right.claim, right, groups={"kind": "number"}, cluster="accord")


def query(name: str) -> Planned:
    """A planned query, to which the accord's second paragraph is relevant."""
    return Planned(name, "query", f"words of {name}", {("accord", 2): 1})


PLANNED: Final = (query("q1"), question("a1"), question("a2", "not_in_sources"), question("a3"), claim("c1"))
