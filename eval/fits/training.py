"""What the weights are fitted on: the questions' candidates over one index, with what is right among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.evidence import FEATURES as SENTENCE_FEATURES
from app.evidence import score_sentences
from app.followup import complete
from app.glossary import Glossary
from app.outcome import OutcomeFeatures, outcome_features
from app.query import Understood, understand
from app.ranking import LinearWeights
from app.retrieve import Retrieval, Retriever
from app.settings import Settings
from eval.datasets import Question
from eval.fits.fitting import Group
from ingest.embedding import Embedder, SentenceTransformerEmbedder
from ingest.generation import Generation

FOLDS: Final = 6


def folds(n: int, seed: int = 0) -> list[tuple[list[int], list[int]]]:
    """Return (training, held-out) indices of `FOLDS` parts of a fixed shuffle."""
    order = np.random.default_rng(seed).permutation(n).tolist()
    parts = [order[i::FOLDS] for i in range(FOLDS)]
    return [([i for part in parts if part is not held for i in part], held) for held in parts]


class CachingEmbedder:
    """An embedder that encodes each text once; the same questions are encoded in every fold."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def encode(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Return unit vectors, `(n, dim)`."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.encode(new, on_progress), strict=True))
        return np.stack([self._known[text] for text in texts])


class Calibration:
    """Everything that is fitted, over one index and one set of questions."""

    def __init__(self, generation: Generation, settings: Settings, questions: Sequence[Question]) -> None:
        self.generation = generation
        self.questions = questions
        embedder: Any = CachingEmbedder(SentenceTransformerEmbedder(settings.embedding))
        self.fusion = Retriever(generation, embedder, settings.depth)
        glossary, known = Glossary.load(), generation.lexical.terms
        self.understood: list[Understood] = [
            understand(complete(q.question, q.history), self.fusion.names, glossary, known) for q in questions
        ]
        self._embedder, self._settings = embedder, settings

    def passage_groups(self) -> list[Group]:
        """Return the candidates of each question; right are those with a gold paragraph."""
        groups = []
        for question, understood in zip(self.questions, self.understood, strict=True):
            found = self.fusion.retrieve(understood).candidates
            right = [self._holds_gold(question, row) for row in found.rows.tolist()]
            groups.append(Group(found.features.astype(float), np.array(right, dtype=bool)))
        return groups

    def _holds_gold(self, question: Question, row: int) -> bool:
        passage = self.generation.passages[row]
        return any(
            (passage.doc_id, span.paragraph) in fact.gold and fact.stands_in(passage.text)
            for fact in question.facts
            for span in passage.spans
        )

    def retrievals(self, weights: LinearWeights | None, chosen: Sequence[int]) -> dict[int, Retrieval]:
        """Return the rankings of some questions, reranked with `weights`."""
        retriever = Retriever(self.generation, self._embedder, self._settings.depth, weights)
        retriever.__dict__["names"] = self.fusion.names
        return {i: retriever.retrieve(self.understood[i]) for i in chosen}

    def sentence_group(self, index: int, retrieval: Retrieval) -> Group:
        """Return the candidate sentences of a question; right are those that hold a fact in a gold paragraph."""
        scored = score_sentences(
            self.generation, self.understood[index], retrieval, self.fusion.unreadable, LinearWeights({})
        )
        right = [
            any(
                (s.sentence.doc_id, s.sentence.paragraph) in f.gold and f.stands_in(s.sentence.text)
                for f in self.questions[index].facts
            )
            for s in scored
        ]
        features = np.array([s.features for s in scored], dtype=float).reshape(len(scored), len(SENTENCE_FEATURES))
        return Group(features, np.array(right, dtype=bool))

    def outcome_row(self, index: int, retrieval: Retrieval, sentences: LinearWeights) -> OutcomeFeatures:
        """Return the outcome's features of a question."""
        understood = self.understood[index]
        scored = score_sentences(self.generation, understood, retrieval, self.fusion.unreadable, sentences)
        return outcome_features(self.generation, understood, retrieval, scored)

    def gold_within(self, question: Question, rows: Sequence[int], characters: int = 2500) -> tuple[bool, float]:
        """Return whether any gold paragraph, and which share of the facts' ones, stands in the first characters."""
        reached: set[tuple[str, int]] = set()
        used = 0
        for row in rows:
            passage = self.generation.passages[row]
            for span in passage.spans:
                if used < characters:
                    reached.add((passage.doc_id, span.paragraph))
                used += span.end - span.start + 1
        facts = [bool(fact.gold & reached) for fact in question.facts]
        return any(facts), sum(facts) / max(len(facts), 1)
