"""One question in, one grounded answer out: complete, understand, retrieve, decide, answer, cite."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from app.catalogue import Catalogue
from app.checks import check_question, usable_history
from app.citing import Citer
from app.errors import ChatModelError
from app.evidence import ScoredSentence, score_sentences
from app.extract import extract, ground
from app.followup import complete, leaves_out
from app.glossary import Glossary
from app.labels import labels
from app.outbound import is_loopback
from app.outcome import OutcomeModel, outcome_features
from app.query import NO_FILTERS, Filters, Understood, understand
from app.ranking import LinearWeights
from app.results import Answer, Citation, Coverage, Drafted, Dropped, Grounded, Outcome, Ranked
from app.retrieve import Retrieval, Retriever

if TYPE_CHECKING:
    from app.llm import ChatModel
    from ingest.documents import Passage
    from ingest.generation import Generation

EVIDENCE: Final = 10  # passages shown as evidence
GIVEN: Final = 8  # passages given to a chat model
RELATED: Final = 3

_OWN_SENTENCES: Final = "these are the sources' own sentences"

OnDraft = Callable[[Drafted], None]


@dataclass(frozen=True, slots=True)
class Models:
    """What was fitted, and the words of the field.

    Attributes:
        sentences: weights of `app.evidence`.
        outcomes: coefficients of `app.outcome`.
        glossary: Korean and English words.
        catalogue: documents that are known to exist.
    """

    sentences: LinearWeights
    outcomes: OutcomeModel
    glossary: Glossary
    catalogue: Catalogue


@dataclass(slots=True)
class _Timer:
    milliseconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.milliseconds[name] = round((time.perf_counter() - started) * 1000, 2)


@dataclass(frozen=True, slots=True)
class _Found:
    """What answering works on.

    Attributes:
        sure: whether the sources very likely hold what is asked; says something where the outcome is `answered`.
    """

    query: str
    understood: Understood
    retrieval: Retrieval
    scored: list[ScoredSentence]
    outcome: Outcome
    sure: bool


class Answerer:
    """Answers questions from one generation.

    Args:
        generation: the index, open for reading.
        retriever: over the same generation.
        models: what was fitted.
        settings_digest: stamped on every answer.
        chat: writes the answer from the evidence; None gives the sources' own sentences.
        local_only: tells which source roots are never sent to a chat model on another machine.
    """

    def __init__(
        self,
        generation: Generation,
        retriever: Retriever,
        models: Models,
        settings_digest: str,
        chat: ChatModel | None = None,
        local_only: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        self._generation = generation
        self._retriever = retriever
        self._models = models
        self._settings_digest = settings_digest
        self._chat = chat
        self._local_only = local_only

    def coverage(self, filters: Filters = NO_FILTERS) -> Coverage:
        """Return what is searched under filters; a document that is there in two languages is one."""
        documents, dates = self._generation.documents, self._generation.document_dates
        if filters != NO_FILTERS:
            dates = tuple(document.date for document in documents.values() if filters.keep(document))
        ids = documents.doc_ids
        twice = [
            pair for pair in self._retriever.translations if all(filters.keep(documents[ids[row]]) for row in pair)
        ]
        return Coverage(
            documents=len(dates) - len(twice),
            newest=max(dates, default=""),
            not_held=len(self._models.catalogue.not_held(documents)),
        )

    def understand(self, question: str) -> Understood:
        """Understand a complete question with the names and words of this generation."""
        return understand(question, self._retriever.names, self._models.glossary, self._generation.lexical.terms)

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        filters: Filters = NO_FILTERS,
        on_draft: OnDraft | None = None,
    ) -> Answer:
        """Answer a question.

        Args:
            question: the person's words.
            history: earlier questions of the conversation, oldest first.
            filters: what the person excludes.
            on_draft: told what was verified so far while a chat model writes.

        Raises:
            BadInput: the question is empty or too long, or an earlier one is too long.
        """
        check_question(question)
        history = usable_history(history)
        timer = _Timer()
        with timer.stage("retrieve"):
            found, notices = self._find(question, history, filters)
        with timer.stage("answer"):
            drafted, mode, more = self._draft(found, on_draft)
        notices += more
        coverage = self.coverage(filters)
        return self._assemble(question, found, drafted, mode, notices, coverage, timer.milliseconds)

    def warm(self) -> None:
        """Do all of a question but its answer, so that the first one does not wait; no chat model is asked."""
        self._find("What is reciprocity?", (), NO_FILTERS)

    def _find(self, question: str, history: Sequence[str], filters: Filters) -> tuple[_Found, list[str]]:
        query, notices = self._completed(question.strip(), history)
        understood = self.understand(query)
        retrieval = self._retriever.retrieve(understood, filters)
        scored = score_sentences(
            self._generation, understood, retrieval, self._retriever.unreadable, self._models.sentences
        )
        features = outcome_features(self._generation, understood, retrieval, scored)
        model = self._models.outcomes
        outcome, sure = model.decide(features), model.is_sure(features)
        return _Found(understood.question, understood, retrieval, scored, outcome, sure), notices

    def _completed(self, question: str, history: Sequence[str]) -> tuple[str, list[str]]:
        if not history or not leaves_out(question):
            return question, []
        if self._chat is None:
            return complete(question, history), []
        from app.generate import complete_question

        try:
            written = complete_question(question, history, self._chat)
        except ChatModelError as error:
            return complete(question, history), [f"The question was completed by rule: {error.message}"]
        return (written if written != question else complete(question, history)), []

    def _draft(self, found: _Found, on_draft: OnDraft | None) -> tuple[Drafted, str, list[str]]:
        """Return the answer's sentences, how they were made, and notices."""
        if found.outcome == "not_in_sources":
            return Drafted(()), "extractive" if self._chat is None else "generated", []
        if self._chat is None:
            return self._extracted(found)
        from app.generate import LANGUAGES, generate, is_in_other_language

        given, withheld = self._given(found.retrieval)
        if withheld and not given:
            return self._extracted(found, f"{withheld} Nothing else was found, so {_OWN_SENTENCES}.")
        try:
            drafted = generate(
                found.understood.question,
                given,
                self._generation.documents,
                self._chat,
                language=found.understood.language,
                on_statement=on_draft,
            )
        except ChatModelError as error:
            return self._extracted(found, f"The chat model did not answer, so {_OWN_SENTENCES}: {error.message}")
        if is_in_other_language(drafted):
            language = LANGUAGES.get(found.understood.language, found.understood.language)
            notice = f"The chat model did not answer in {language}, so {_OWN_SENTENCES}."
            return self._extracted(found, notice, dropped=drafted.dropped)
        return drafted, "generated", [withheld]

    def _given(self, retrieval: Retrieval) -> tuple[list[Passage], str]:
        """Return the passages that the chat model gets, and a notice of those that must stay on this machine."""
        passages = [self._generation.passages[row] for row in retrieval.rows[:GIVEN]]
        if self._chat is None or is_loopback(self._chat.address):
            return passages, ""
        kept_here = self._local_only()
        given = [one for one in passages if self._generation.documents[one.doc_id].root not in kept_here]
        count = len(passages) - len(given)
        noun = "passage" if count == 1 else "passages"
        return given, f"{count} {noun} of local-only files were not sent to the chat model." if count else ""

    def _extracted(
        self, found: _Found, notice: str = "", dropped: tuple[Dropped, ...] = ()
    ) -> tuple[Drafted, str, list[str]]:
        """Return the sources' own sentences; where they may miss the question, the notice says so."""
        extracted = extract(self._generation, found.understood, found.scored)
        unsure = found.outcome == "answered" and not found.sure
        hedge = labels(found.understood.language).unsure if unsure else ""
        return Drafted(extracted.statements, dropped), "extractive", [notice, extracted.notice, hedge]

    def _assemble(
        self,
        question: str,
        found: _Found,
        drafted: Drafted,
        mode: str,
        notices: Sequence[str],
        coverage: Coverage,
        timings: Mapping[str, float],
    ) -> Answer:
        citer = Citer(self._generation.documents, self._models.catalogue)
        statements, unplaced = citer.cite(drafted.statements)
        outcome: Outcome = found.outcome if statements else "not_in_sources"
        citations = citer.citations
        notices = [*notices, *citer.warnings(labels(found.understood.language))]
        abstention = labels(found.understood.language).abstention
        return Answer(
            question=question,
            query=found.query,
            outcome=outcome,
            answer=" ".join(_shown(s.text, s.citations) for s in statements) if statements else abstention,
            notice=" ".join(notice for notice in notices if notice),
            mode="generated" if mode == "generated" else "extractive",
            statements=statements,
            citations=citations,
            related=() if statements else self._related(found),
            evidence=self.ranked(found.retrieval, EVIDENCE),
            dropped=(*drafted.dropped, *unplaced),
            coverage=coverage,
            language=found.understood.language,
            settings_digest=self._settings_digest,
            generation=self._generation.id,
            timings_ms=dict(timings),
            prompts=self._prompts(mode),
        )

    def _prompts(self, mode: str) -> dict[str, str]:
        if mode != "generated":
            return {}
        from app.prompting import load_prompt

        return {name: str(load_prompt(name).version) for name in ("answer", "complete_question")}

    def _related(self, found: _Found) -> tuple[Citation, ...]:
        """Return the best sentence of each of the nearest passages, as citations of their own."""
        best: dict[int, Grounded] = {}
        for candidate in found.scored:
            if candidate.rank <= RELATED and candidate.rank not in best:
                best[candidate.rank] = ground(self._generation, candidate.sentence)
        citer = Citer(self._generation.documents, self._models.catalogue)
        citer.cite([best[rank] for rank in sorted(best)])
        return citer.citations

    def ranked(self, retrieval: Retrieval, k: int) -> tuple[Ranked, ...]:
        """Return the `k` best passages of a retrieval as they are shown."""
        return self.shown(list(zip(retrieval.rows, retrieval.scores, strict=True))[:k])

    def shown(self, scored: Sequence[tuple[int, float]]) -> tuple[Ranked, ...]:
        """Return passages, given by row with their score, as they are shown."""
        shown = []
        for row, score in scored:
            passage = self._generation.passages[row]
            document = self._generation.documents[passage.doc_id]
            shown.append(
                Ranked(
                    passage_id=passage.passage_id,
                    doc_id=passage.doc_id,
                    title=document.title,
                    date=document.date,
                    paragraphs=(passage.first, passage.last),
                    score=round(score, 4),
                    text=passage.text,
                    edition=document.edition,
                )
            )
        return tuple(shown)


def _shown(text: str, numbers: Sequence[int]) -> str:
    return text + "".join(f" [{n}]" for n in numbers)
