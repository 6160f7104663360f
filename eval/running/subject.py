"""What a run measures: the pipeline as users have it, with what a figure needs and a user does not see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.claims.results import Check, Searchable
from app.errors import BadInput
from app.outcome import OutcomeFeatures, OutcomeModel
from app.pipeline import Pipeline
from app.query import Filters
from app.results import Answer, Outcome, Ranked
from app.retrieve import RankBy
from eval.running.metering import Meter
from eval.running.settable import WHOLE
from ingest.documents import Document

RANKED: Final = 100  # passages: twenty documents are among them, where they are not very long
_DIGITS: Final = 6  # of a probability

See = Callable[[Mapping[str, Document]], Mapping[str, Document]]


def everything(documents: Mapping[str, Document]) -> Mapping[str, Document]:
    """Return all documents of an index, which is what a run on the command line searches."""
    return documents


@dataclass(frozen=True, slots=True)
class WatchedOutcomes(OutcomeModel):
    """The fitted decisions, which also note the probability that each rests on.

    Attributes:
        noted: that the sources hold what is asked, one a decision; 0 where there is no evidence.
    """

    noted: list[float] = field(default_factory=list, compare=False)

    def decide(self, features: OutcomeFeatures) -> Outcome:
        """Return the outcome, and note its probability."""
        held = self.held.probability(features) if len(features.sentences) else 0.0
        self.noted.append(round(held, _DIGITS))
        return OutcomeModel.decide(self, features)  # super() does not work in a class with slots


class Subject:
    """Asks, checks and ranks over one generation, and says so where that changes.

    Args:
        pipeline: what users have; from now on its decisions are noted.
        ranking: the stage whose ranking `ranked` gives.
        meter: what counts the chat model's tokens; None without a chat model.
        see: takes away the documents that nothing may be found in, as of other visitors.
    """

    def __init__(
        self, pipeline: Pipeline, ranking: RankBy = WHOLE, meter: Meter | None = None, see: See = everything
    ) -> None:
        self.pipeline = pipeline
        self.ranking = ranking
        self.meter = meter
        fitted = self.pipeline.models.outcomes
        self._outcomes = WatchedOutcomes(fitted.held, fitted.contradicted, fitted.thresholds)
        self.pipeline.models = replace(self.pipeline.models, outcomes=self._outcomes)
        self.pipeline.close()  # what is open already has the decisions that note nothing
        with self.pipeline.opened() as opened:
            manifest = opened.generation.manifest
            self.generation = opened.generation.id
            self.documents: Mapping[str, Document] = see(opened.generation.documents)
            unseen = frozenset(opened.generation.documents.keys() - self.documents.keys())
        self._filters, self._against = Filters(without=unseen), Searchable(without=unseen)
        self.index: dict[str, Any] = {
            "generation": manifest.generation,
            "documents": len(self.documents) if unseen else manifest.documents,
            **({} if unseen else {"passages": manifest.passages}),
            "embedding": f"{manifest.recipe.model} ({manifest.recipe.model_digest[:12]})",
            "passage_tokens": manifest.recipe.limit,
        }

    def ask(self, question: str, history: Sequence[str]) -> tuple[Answer, float | None]:
        """Answer a question, and return the probability that its outcome rests on; None where it rests on none."""
        self._outcomes.noted.clear()
        answer = self.pipeline.ask(question, history, self._filters)
        self._same(answer.generation)
        return answer, self._outcomes.noted[-1] if self._outcomes.noted else None

    def check(self, claim: str) -> Check:
        """Check a claim."""
        check = self.pipeline.check(claim, self._against)
        self._same(check.generation)
        return check

    def ranked(self, query: str, k: int = RANKED) -> tuple[Ranked, ...]:
        """Return the `k` best passages of a complete question by the stage that is measured, best first."""
        with self.pipeline.opened() as opened:
            self._same(opened.generation.id)
            understood = opened.answerer.understand(query)
            return opened.answerer.shown(opened.retriever.rank(understood, self.ranking, self._filters, k))

    def _same(self, generation: str) -> None:
        """See that the index is the one that the run began with.

        Raises:
            IndexChanged: it is not.
        """
        if generation != self.generation:
            raise IndexChanged(
                f"The index changed during the run, from {self.generation} to {generation}; the run stopped there.",
                "Run again into a new folder.",
            )


class IndexChanged(BadInput):
    """The index changed during a run."""
