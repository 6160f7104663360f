"""One claim from end to end: parts, who said it, evidence, judgement, verdict, quotations, citations."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from app.catalogue import Catalogue
from app.claims.attribution import Attribution, attributed
from app.claims.differences import compared
from app.claims.evidence import EvidenceFinder
from app.claims.judge import UNDECIDED, Calibration, ClaimPart, EvidenceSentence, Floats, Judge
from app.claims.labels import ClaimLabels, claim_labels
from app.claims.naming import SourceNames
from app.claims.numbering import Numbering
from app.claims.parts import split_claim
from app.claims.quoting import Quoted, look_up_quotations
from app.claims.reading import read_claim
from app.claims.results import ALL, CANNOT_CHECK, Check, Difference, PartCheck, Searchable, Stance
from app.claims.verdict import Decision, confidence_of, decide, outweighed, verdict_of
from app.errors import ChatModelError
from app.query import Filters, Understood
from app.quotations import QuotationLookup
from app.results import Coverage

if TYPE_CHECKING:
    from ingest.generation import Generation

_SHOWN: Final = 3  # sentences of each stance that are cited for a part
_VERBATIM: Final = 0.95  # that a part which is hardly more than words found letter by letter is supported


@dataclass(frozen=True, slots=True)
class Judges:
    """What judges.

    Attributes:
        first: the judge that the settings name.
        offline: judges where the first cannot.
        prompts: versions of the prompts that the first uses, by name.
    """

    first: Judge
    offline: Judge
    prompts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Judged:
    """One part with its evidence and decision."""

    part: ClaimPart
    evidence: tuple[EvidenceSentence, ...]
    decision: Decision
    confidence: float

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What differs from the sentence that contradicts, else from the closest; nothing of what is supported."""
        if self.decision.verdict == "supported" or not self.evidence:
            return ()
        at = self.decision.contradicts[0] if self.decision.verdict == "contradicted" else 0
        return compared(self.part, self.evidence)[at]


class Checker:
    """Checks claims against one generation.

    Args:
        generation: what is searched.
        finder: finds evidence in it.
        understand: reads a claim as it reads a question.
        judges: what judges the evidence.
        catalogue: knows what was superseded, and what is not held.
        coverage: says what was searched under filters.
        settings_digest: stamps each result.
    """

    def __init__(
        self,
        generation: Generation,
        finder: EvidenceFinder,
        understand: Callable[[str], Understood],
        judges: Judges,
        catalogue: Catalogue,
        coverage: Callable[[Filters], Coverage],
        settings_digest: str,
    ) -> None:
        self._generation = generation
        self._finder = finder
        self._understand = understand
        self._judges = judges
        self._catalogue = catalogue
        self._coverage = coverage
        self._settings_digest = settings_digest
        self._names = SourceNames(list(generation.documents.values()))
        self._quotations = QuotationLookup(generation)

    def check(self, claim: str, against: Searchable = ALL) -> Check:
        """Check one claim.

        Args:
            claim: a sentence, or a few that belong together.
            against: which documents count as evidence.

        Raises:
            BadInput: it is empty, too long, a question, no text, or in a language that Sangho does not read.
        """
        claim = read_claim(claim)
        timings: dict[str, float] = {}
        notices: list[str] = []
        said = attributed(claim, self._names, self._understand, against.year)
        named = said.doc_ids if said else ()
        with _timed(timings, "judge"):
            judged = [self._judge(part, against, notices) for part in self._parts(claim, named)]
        with _timed(timings, "quotations"):
            quoted = look_up_quotations(claim, named, self._quotations, self._outside(against))
        judged = [self._with_quotations(one, quoted) for one in judged]
        if said:
            with _timed(timings, "elsewhere"):
                notices += self._elsewhere(judged, said, against)
        return self._assemble(claim, judged, quoted, against, notices, timings)

    def _parts(self, claim: str, named: tuple[str, ...]) -> Iterator[ClaimPart]:
        for stretch in split_claim(claim):
            yield self._part(stretch.text, named)

    def _part(self, text: str, named: tuple[str, ...] = ()) -> ClaimPart:
        understood = self._understand(text)
        return ClaimPart(text, understood.english, understood.language, named)

    def _judge(self, part: ClaimPart, against: Searchable, notices: list[str]) -> _Judged:
        found = self._finder.find(part, self._filters(part, against))
        part = replace(part, vector=found.vector)
        rows, calibration = self._probabilities(part, found.sentences, notices)
        undecidable = list(_undecidable(part, found.sentences))
        if any(undecidable):
            rows[undecidable] = UNDECIDED  # only its original could tell
        decision = decide(rows)
        return _Judged(part, found.sentences, decision, decision.confidence(calibration))

    def _filters(self, part: ClaimPart, against: Searchable) -> Filters:
        """Return what is searched for a part: what it is attributed to, of what counts as evidence."""
        documents = self._generation.documents
        if not part.named and not against.types and not against.doc_ids:
            return Filters(without=against.without)
        among = part.named or documents
        kept = tuple(doc_id for doc_id in among if against.keeps(doc_id, documents[doc_id].type))
        return Filters(doc_ids=kept or ("",))

    def _elsewhere(self, judged: Sequence[_Judged], said: Attribution, against: Searchable) -> Iterator[str]:
        """Yield where a part may come from that the document which is said to say it does not say.

        Judged offline: it is a hint, and not worth a second call of a chat model.
        """
        others = replace(against, without=against.without | frozenset(said.doc_ids))
        for one in judged:
            if one.decision.verdict != "not_in_sources":
                continue
            words = claim_labels(one.part.language)
            part = self._part(one.part.text.replace(said.words, words.its_source, 1))
            found = self._finder.find(part, self._filters(part, others))
            decision = decide(self._judges.offline.judge(replace(part, vector=found.vector), found.sentences))
            if decision.verdict == "supported":
                place = found.sentences[decision.supports[0]].place
                document = self._called(place.doc_id, words)
                yield words.may_be_from.format(document=document, paragraph=place.paragraph)

    def _outside(self, against: Searchable) -> frozenset[str]:
        """Return the documents that do not count."""
        documents = self._generation.documents.items()
        return frozenset(doc_id for doc_id, one in documents if not against.keeps(doc_id, one.type))

    def _probabilities(
        self, part: ClaimPart, evidence: Sequence[EvidenceSentence], notices: list[str]
    ) -> tuple[Floats, Calibration]:
        """Return how each sentence bears on a part, and the calibration of the judge that says so."""
        first, offline = self._judges.first, self._judges.offline
        if first is offline:
            return offline.judge(part, evidence), offline.calibration
        try:
            rows = first.judge(part, evidence)
        except ChatModelError as error:
            notices.append(f"{first.name} did not judge, so Sangho compared by itself: {error.message}")
            return offline.judge(part, evidence), offline.calibration
        return outweighed(rows, [bool(found) for found in compared(part, evidence)]), first.calibration

    def _with_quotations(self, judged: _Judged, quoted: Sequence[Quoted]) -> _Judged:
        """Let a part be supported that is hardly more than words which stand in its source letter by letter."""
        if judged.decision.verdict == "contradicted":
            return judged
        for quote in quoted:
            if quote.is_all_of(judged.part, self._generation.documents):
                at = next((i for i, one in enumerate(judged.evidence) if quote.is_in(one)), None)
                if at is not None:
                    rest = (1 - _VERBATIM) / 2
                    decision = Decision((_VERBATIM, rest, rest), (at,), ())
                    return replace(judged, decision=decision, confidence=_VERBATIM)
        return judged

    def _assemble(
        self,
        claim: str,
        judged: Sequence[_Judged],
        quoted: Sequence[Quoted],
        against: Searchable,
        notices: Sequence[str],
        timings: Mapping[str, float],
    ) -> Check:
        numbering = Numbering(self._generation.documents, self._catalogue)
        parts = tuple(_part_check(one, quoted, numbering) for one in judged)
        quotes = tuple(quote.check(numbering) for quote in quoted)
        verdict, language = verdict_of(parts), judged[0].part.language
        coverage = self._coverage(self._filters(replace(judged[0].part, named=()), against))
        words = claim_labels(language)
        said = [
            *notices,
            *(words.held_as_digest_only for one in parts if _is_unchecked(one)),
            *self._disagreements(judged, words),
            *numbering.warnings(words.answers),
            words.answers.coverage(coverage),
            *([words.not_false] if any(part.verdict == "not_in_sources" for part in parts) else []),
        ]
        return Check(
            claim=claim,
            verdict=verdict,
            confidence=round(confidence_of(verdict, parts), 4),
            parts=parts,
            quotes=quotes,
            citations=numbering.citations,
            notice=" ".join(dict.fromkeys(said)),
            coverage=coverage,
            language=language,
            settings_digest=self._settings_digest,
            generation=self._generation.id,
            timings_ms=dict(timings),
            prompts=dict(self._judges.prompts),
        )

    def _disagreements(self, judged: Sequence[_Judged], words: ClaimLabels) -> Iterator[str]:
        """Yield what is said of parts that one document supports and another contradicts, with their dates."""
        for one in judged:
            ways = (one.decision.supports, one.decision.contradicts)
            if one.decision.verdict == "not_in_sources" or not all(ways):
                continue
            first = [self._called(one.evidence[way[0]].place.doc_id, words) for way in ways]
            if first[0] != first[1]:
                yield words.disagree.format(supports=first[0], contradicts=first[1])

    def _called(self, doc_id: str, words: ClaimLabels) -> str:
        document = self._generation.documents[doc_id]
        return f"{document.title} ({words.answers.date(document.date)})" if document.date else document.title


def _part_check(judged: _Judged, quoted: Sequence[Quoted], numbering: Numbering) -> PartCheck:
    """Cite what decides a part, both ways where sources disagree, or else what comes closest."""
    decision = judged.decision
    decided = decision.verdict != "not_in_sources"
    stances: tuple[tuple[Stance, tuple[int, ...]], ...] = (
        ("supports", decision.supports),
        ("contradicts", decision.contradicts),
    )
    cited = [
        numbering.cite(judged.evidence[i].place, stance)
        for stance, ways in (stances if decision.verdict == "supported" else stances[::-1])
        for i in ways[:_SHOWN]
        if decided
    ]
    closest = numbering.cite(judged.evidence[0].place, "closest") if judged.evidence and not decided else None
    return PartCheck(
        text=judged.part.text,
        verdict=decision.verdict,
        confidence=round(judged.confidence, 4),
        citations=tuple(n for n in cited if n is not None),
        closest=closest,
        differences=(
            *judged.differences,
            *(difference for quote in quoted for difference in quote.differences(judged.part)),
        ),
    )


def _undecidable(part: ClaimPart, evidence: Sequence[EvidenceSentence]) -> Iterator[bool]:
    """Yield for each sentence whether only an original could tell what it says of a part.

    What comes behind such a sentence of a digest must not decide in its place.
    """
    digests: set[str] = set()
    for one, found in zip(evidence, compared(part, evidence), strict=True):
        if any(difference.source == CANNOT_CHECK for difference in found):
            digests.add(one.place.doc_id)
        yield one.place.doc_id in digests


def _is_unchecked(part: PartCheck) -> bool:
    return any(difference.source == CANNOT_CHECK for difference in part.differences)


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    timings[stage] = round((time.perf_counter() - started) * 1000, 3)
