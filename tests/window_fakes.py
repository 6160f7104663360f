"""A fake asker for the window: canned answers of every outcome, slow, failing and hostile; and a command."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from app.audit.results import Audit, AuditProgress
from app.claims.results import ALL, Check, ClaimCitation, Searchable
from app.compare import Comparison, Row
from app.errors import BadInput
from app.query import NO_FILTERS, Filters
from app.results import (
    Answer,
    AskEvent,
    Citation,
    Coverage,
    Dropped,
    Outcome,
    Partial,
    Ranked,
    Stage,
    Statement,
)
from app.settings import Settings
from app.ui.loading import Asker
from app.ui.window import serve
from ingest.documents import Document, Paragraph
from ingest.errors import NoIndex
from tests import claim_fakes as claims

COVERAGE = Coverage(documents=66, newest="2026-07-23", not_held=46)
HOSTILE = (
    '<script>window.hacked=1</script><img src=x onerror="window.hacked=1"> ${window.hacked=1} {{constructor}} '
    "**bold** [link](javascript:window.hacked=1) `code` $$x$$ \u202egnp.exe\u2066"
)

HAN = Document(
    doc_id="han",
    title="ROK-US AI Cooperation Needs Real Reciprocity",
    issuer="Han",
    date="2023-05-01",
    url="https://example.org/han",
    paragraphs=(
        Paragraph(7, "Cooperation has been asymmetric so far, and the paragraph before says so."),
        Paragraph(8, "Koreans invest a lot. Koreans invest $1.7 billion in US AI companies. It grows.", page=3),
        Paragraph(9, "The paragraph after is about export controls & chips."),
    ),
)
DIGEST = Document(
    doc_id="summit",
    title="Leaders' Joint Statement",
    issuer="White House",
    date="2023-04-26",
    url="javascript:window.hacked=1",
    edition="digest",
    paragraphs=(
        Paragraph(12, "The leaders widen work on AI standards.", last=15),
        Paragraph(16, "They meet again."),
    ),
)
EVIL = Document(
    doc_id="evil", title=HOSTILE, issuer=HOSTILE, url="javascript:alert(1)", paragraphs=(Paragraph(1, HOSTILE),)
)
DOCUMENTS = {document.doc_id: document for document in (HAN, DIGEST, EVIL)}


def cite(n: int, document: Document, number: int, quote: str) -> Citation:
    paragraph = document.paragraph(number)
    start = paragraph.text.index(quote)
    return Citation(
        n=n,
        doc_id=document.doc_id,
        title=document.title,
        issuer=document.issuer,
        date=document.date,
        url=document.url,
        edition=document.edition,
        paragraph=number,
        page=paragraph.page,
        quote=quote,
        start=start,
        end=start + len(quote),
    )


def answer(question: str, outcome: Outcome, **changes: object) -> Answer:
    fields: dict[str, object] = {
        "question": question,
        "query": question,
        "outcome": outcome,
        "answer": "",
        "notice": "",
        "mode": "extractive",
        "statements": (),
        "citations": (),
        "related": (),
        "evidence": (),
        "dropped": (),
        "coverage": COVERAGE,
        "language": "en",
        "settings_digest": "0",
        "generation": "g1",
    }
    return Answer(**(fields | changes))  # type: ignore[arg-type]


INVEST = "Koreans invest $1.7 billion in US AI companies."


def answered(question: str, history: Sequence[str] = ()) -> Answer:
    first, second = cite(1, HAN, 8, INVEST), cite(2, DIGEST, 12, "The leaders widen work on AI standards.")
    return answer(
        question,
        "answered",
        query=f"{question} ({'; '.join(history)})" if history else question,
        answer=f"{INVEST} [1] The leaders widen work on AI standards. [2]",
        notice="The statement of 2023 has a successor.",
        statements=(Statement(INVEST, (1,)), Statement("The leaders widen work on AI standards.", (2,))),
        citations=(first, second),
        evidence=(Ranked("han#8", "han", HAN.title, HAN.date, (7, 8), 0.9, HAN.paragraph(8).text),),
        dropped=(Dropped("Japan invests $9 billion.", "$9 billion is not in ¶8"),),
    )


def otherwise(question: str) -> Answer:
    return answer(
        question,
        "sources_say_otherwise",
        answer=f"{INVEST} [1]",
        mode="generated",
        statements=(Statement("The sources give a figure for Koreans only.", (1,)),),
        citations=(cite(1, HAN, 8, INVEST),),
    )


def absent(question: str, language: str = "en") -> Answer:
    related = tuple(cite(n, HAN, n + 6, HAN.paragraph(n + 6).text) for n in (1, 2, 3))
    return answer(question, "not_in_sources", related=related, language=language)


def hostile(question: str) -> Answer:
    cited = cite(1, EVIL, 1, HOSTILE)
    return answer(
        question,
        "answered",
        query=HOSTILE,
        answer=HOSTILE,
        notice=HOSTILE,
        statements=(Statement(HOSTILE, (1,)),),
        citations=(cited,),
        evidence=(Ranked("e", "evil", HOSTILE, "", (1, 1), 1.0, HOSTILE),),
        dropped=(Dropped(HOSTILE, HOSTILE),),
    )


CHECKS: Mapping[str, Callable[[], Check]] = {
    "contradicted": claims.contradicted,
    "misquoted": claims.misquoted,
    "unheld": claims.not_held,
    "absent": claims.absent,
    "divided": claims.divided,
    "parts": claims.supported,
    "hostile": claims.hostile_check,
    "인공지능기본법은": claims.in_korean,
}


class FakeAsker:
    """Answers by the first word of the question."""

    def __init__(self) -> None:
        self.histories: list[list[str]] = []
        self.gate = threading.Event()
        self.checked: list[tuple[str, Searchable]] = []
        self.audited: list[tuple[str, Searchable]] = []
        self.cancelled = 0

    def events(self, question: str, history: Sequence[str], filters: Filters) -> Iterator[AskEvent]:
        self.histories.append(list(history))
        yield Stage("searching")
        word = question.split()[0].lower()
        if word == "fail":
            raise BadInput("The question <b>cannot</b> be taken.", "Ask a shorter one.")
        if word == "crash":
            raise RuntimeError("secret detail /home/someone")
        if word == "silent":
            return
        if word == "blocked":
            self.gate.wait(30)
        if word == "slow":
            yield Stage("answering")
            yield Partial("First part. [1]")
            self.gate.wait(30)
            yield Partial("First part. [1]\nSecond part. [2]")
        yield self._answer(word, question, history)

    def _answer(self, word: str, question: str, history: Sequence[str]) -> Answer:
        if word == "japan?":
            return otherwise(question)
        if word == "tiktok?":
            return absent(question)
        if word == "틱톡?":
            return absent(question, "ko")
        return hostile(question) if word.startswith(("<", "hostile")) else answered(question, history)

    def documents(self) -> Mapping[str, Document]:
        return DOCUMENTS

    def examples(self, filters: Filters = NO_FILTERS) -> list[str]:
        return [
            "How much do Koreans invest in US AI companies?",
            "Japan? How much does Japan invest?",
            "TikTok? What did the 2021 statement say about it?",
            "틱톡? 2021년 공동성명은 무엇이라고 했나",
        ]

    def search(self, query: str, k: int, exact: bool, filters: Filters) -> tuple[Ranked, ...]:
        found = [
            Ranked(f"{d.doc_id}#{p.number}", d.doc_id, d.title, d.date, (p.number, p.last), 1.0, p.text)
            for d in DOCUMENTS.values()
            for p in d.paragraphs
            if not exact or query.lower() in p.text.lower()
        ]
        return tuple(found[:k])

    def compare(self, left: str, right: str) -> Comparison:
        """Pair by place; what one has more stands alone."""
        one, other = DOCUMENTS[left], DOCUMENTS[right]
        pairs = itertools.zip_longest(one.paragraphs, other.paragraphs)
        return Comparison(one, other, tuple(Row(a, b, 0.5 if a and b else 0.0) for a, b in pairs))

    def check(self, claim: str, against: Searchable = ALL) -> Check:
        """Answer by the first word of the claim; one that begins otherwise is supported by Han's paragraph 8."""
        self.checked.append((claim, against))
        word = (claim.split() or [""])[0].lower().rstrip(".:,")
        if word in ("fail", "what"):
            raise BadInput("The claim <b>cannot</b> be taken.", "Write a shorter one.")
        if word == "crash":
            raise RuntimeError("secret detail /home/someone")
        if word == "blocked":
            self.gate.wait(30)
        if word in CHECKS:
            return replace(CHECKS[word](), claim=claim)
        cited = cite(1, HAN, 8, INVEST)
        return claims.a_check(claim, citations=[ClaimCitation(**asdict(cited), stance="supports")])

    def audit(self, path: Path, against: Searchable = ALL) -> Iterator[AuditProgress | Audit]:
        """Tell a made-up article's sentences, then its audit, whatever the file says; "blocked" in it waits."""
        text = path.read_text(encoding="utf-8")
        self.audited.append((text, against))
        if "unreadable" in text:
            raise BadInput("The article <b>cannot</b> be read.", "Save it as text.")
        audit = claims.a_hostile_audit() if "hostile" in text else claims.an_audit()
        try:
            for i, sentence in enumerate(audit.sentences, start=1):
                yield AuditProgress(i, len(audit.sentences), sentence)
                if i == 4 and "blocked" in text:
                    self.gate.wait(30)
            yield audit
        except GeneratorExit:
            self.cancelled += 1
            raise

    def coverage(self, filters: Filters = NO_FILTERS) -> Coverage:
        return COVERAGE

    def describe_model(self) -> str:
        return "Answers are written by X at http://127.0.0.1:8090; questions and passages are sent there"


def slow_asker() -> Asker:
    """Load as the real one does: import what is heavy, then take a while."""
    import torch  # noqa: F401

    time.sleep(1)
    return FakeAsker()


def failing_asker() -> Asker:
    raise NoIndex("Nothing has been ingested into <this> home.", "Run: sangho ingest")


FACTORIES: dict[str, Callable[[], Asker]] = {"fake": FakeAsker, "slow": slow_asker, "failing": failing_asker}


if __name__ == "__main__":
    serve(Settings.load(), FACTORIES[sys.argv[1]], ready=lambda url: print(url, flush=True))
