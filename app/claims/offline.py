"""Judge claims without a chat model: what differs, what is left without a counterpart, and how near a sentence is.

Each sentence gets two scores, linear in the features below: one for entailing the part, one for contradicting it. A
softmax over both and a constant for "neither" makes them probabilities. The weights are fitted on whole claims, whose
scores are a soft maximum over their sentences' (multiple-instance learning; Dietterich, Lathrop and Lozano-Pérez,
1997), by `eval/fit_claims.py`; they stand in `judge.json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from app.claims.differences import differences, unmatched
from app.claims.judge import ClaimPart, EvidenceSentence, Floats
from app.claims.results import CANNOT_CHECK, DifferenceKind
from app.figures import Figure, holds, read_figures
from app.query import Understood
from app.required import Required, comparable, required
from ingest.lexical import analyse

if TYPE_CHECKING:
    from ingest.embedding import Embedder

WEIGHTS_FILE: Final = Path(__file__).with_name("judge.json")
_LEADS: Final = 4  # a sentence's score is set against the fourth best's
_KINDS: Final[tuple[DifferenceKind, ...]] = ("number", "date", "actor", "negation", "quantifier", "modality")

FEATURES: Final[Mapping[str, str]] = {
    "score": "the sentence's score as evidence; 0 where it was given",
    "lead": "that, less the fourth best sentence's",
    "cosine": "of claim and sentence; 0 where the model cannot read one of them",
    "coverage": "share of the claim's idf in the sentence, its neighbours and its document's names",
    "sentence_coverage": "share of the claim's idf in the sentence",
    "of_sentence": "share of the sentence's terms that are the claim's",
    "names_missing": "share of the claim's names that sentence, neighbours and document's names lack",
    "figure_unmatched": "a figure or date of the claim is not there",
    "name_unmatched": "a country or name of the claim is not there",
    "figures_unmatched": "how many figures and dates are not there, over the claim's figures",
    "figures_held": "share of the claim's figures that the sentence gives",
    "figure_near": "coverage, where one of the claim's figures is not there",
    "differs": "something in the claim is excluded by the sentence",
    **{kind: f"a difference of the kind {kind}" for kind in _KINDS},
    "abroad": "claim and sentence are in two languages",
}


@dataclass(frozen=True, slots=True)
class JudgeWeights:
    """Weights of named features for both scores, with their constants.

    Attributes:
        entails: weights of the score for entailing; `constant` is its constant.
        contradicts: the same for contradicting.
    """

    entails: Mapping[str, float]
    contradicts: Mapping[str, float]

    @classmethod
    def load(cls, path: Path = WEIGHTS_FILE) -> JudgeWeights:
        """Read the weights that `eval/fit_claims.py` wrote."""
        values = json.loads(path.read_text(encoding="utf-8"))
        return cls(values["entails"], values["contradicts"])

    def scores(self, features: Floats) -> Floats:
        """Return for rows of `FEATURES` the scores for entailing, contradicting and neither, `(n, 3)`."""
        columns = [
            features @ np.array([of.get(name, 0.0) for name in FEATURES], dtype=np.float32) + of.get("constant", 0.0)
            for of in (self.entails, self.contradicts)
        ]
        return np.stack([*columns, np.zeros(len(features))], axis=1).astype(np.float32)


class OfflineJudge:
    """The judge that needs nothing but the embedding model.

    Args:
        embedder: encodes what has no vector yet.
        understand: reads a claim as it reads a question.
        idf: of an index term; rare terms count more.
        weights: of `FEATURES`.
    """

    name = "Sangho's own comparison, without a chat model"

    def __init__(
        self,
        embedder: Embedder,
        understand: Callable[[str], Understood],
        idf: Callable[[str], float],
        weights: JudgeWeights,
    ) -> None:
        self._embedder = embedder
        self.understand = understand
        self._idf = idf
        self._weights = weights

    def judge(self, part: ClaimPart, evidence: Sequence[EvidenceSentence]) -> Floats:
        """Return how each sentence bears on a part of a claim; see `Judge.judge`."""
        if not evidence:
            return np.zeros((0, 3), np.float32)
        return softmax(self._weights.scores(self.features(part, evidence)))

    def features(self, part: ClaimPart, evidence: Sequence[EvidenceSentence]) -> Floats:
        """Return `FEATURES` of each sentence, `(n_evidence, len(FEATURES))`."""
        claim = self._read(part)
        scores = sorted((one.score for one in evidence), reverse=True)
        against = scores[min(_LEADS, len(scores)) - 1]
        rows = [
            claim.compare(one, cosine, one.score - against)
            for one, cosine in zip(evidence, self._cosines(part, evidence), strict=True)
        ]
        return np.array([[row[name] for name in FEATURES] for row in rows], dtype=np.float32)

    def _read(self, part: ClaimPart) -> _Claim:
        understood = self.understand(part.text)
        terms = {term for own in understood.terms.values() for term in own}
        return _Claim(
            part=part,
            idf={term: self._idf(term) for term in terms},
            required=required(understood),
            figures=tuple(f for f in read_figures(part.text)[0] if f.unit not in ("name", "word")),
        )

    def _cosines(self, part: ClaimPart, evidence: Sequence[EvidenceSentence]) -> list[float]:
        """Return each sentence's cosine with the part; vectors that the evidence lacks are encoded in one batch."""
        known = {i: one.vector for i, one in enumerate(evidence) if one.vector is not None}
        # What an index has no vector of, the model cannot read; what was only given is not from an index.
        absent = [i for i, one in enumerate(evidence) if one.vector is None and not one.score]
        texts = [evidence[i].text for i in absent] + ([part.english] if part.vector is None else [])
        vectors = self._embedder.encode(texts) if texts else np.zeros((0, 0), np.float32)
        known |= dict(zip(absent, vectors, strict=False))
        claim = vectors[-1] if part.vector is None else part.vector
        return [float(known[i] @ claim) if i in known else 0.0 for i in range(len(evidence))]


@dataclass(frozen=True, slots=True)
class _Claim:
    """A part, read once for all its evidence."""

    part: ClaimPart
    idf: Mapping[str, float]
    required: Required
    figures: tuple[Figure, ...]

    def compare(self, one: EvidenceSentence, cosine: float, lead: float) -> dict[str, float]:
        own = frozenset(analyse(one.text))
        around = own | frozenset(analyse(f"{one.around}\n{one.header}"))
        absent = unmatched(self.part, one)
        figures = sum(any(character.isdigit() for character in what) for what in absent)
        kinds = {found.kind for found in differences(self.part, one) if found.source != CANNOT_CHECK}
        coverage = self._covered(around)
        return {
            "score": one.score,
            "lead": lead,
            "cosine": cosine,
            "coverage": coverage,
            "sentence_coverage": self._covered(own),
            "of_sentence": len(own & self.idf.keys()) / max(len(own), 1),
            "names_missing": self.required.missing_names(around) if comparable(one.around) else 0.0,
            "figure_unmatched": float(figures > 0),
            "name_unmatched": float(len(absent) > figures),
            "figures_unmatched": figures / max(len(self.figures), 1),
            "figures_held": sum(holds(one.text, f) for f in self.figures) / max(len(self.figures), 1),
            "figure_near": coverage * (figures > 0 and bool(self.figures)),
            "differs": float(bool(kinds)),
            **{kind: float(kind in kinds) for kind in _KINDS},
            "abroad": float((self.part.language == "ko") == comparable(one.text)),
        }

    def _covered(self, held: frozenset[str]) -> float:
        return sum(w for term, w in self.idf.items() if term in held) / (sum(self.idf.values()) or 1.0)


def softmax(scores: Floats) -> Floats:
    """Return each row's softmax, `(n, k)`."""
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float32)
