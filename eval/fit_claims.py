"""Fit the weights that find evidence for claims and judge it, on the dev claims, cross-validated by document.

    python -m eval.fit_claims --home HOME [--write]

HOME holds an index of the originals that the claims were written over. Prints the cross-validated figures; `--write`
replaces the weights with those fitted on all dev claims.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from app.claims import evidence, offline
from app.claims.evidence import EvidenceFinder, Found
from app.claims.judge import ClaimPart
from app.claims.offline import JudgeWeights, OfflineJudge, softmax
from app.claims.results import VERDICTS
from app.claims.verdict import SHARPNESS, decide
from app.query import NO_FILTERS
from app.ranking import LinearWeights
from eval.datasets import Claim, load_claims
from eval.fitting import Group, balanced, fit_listwise, minimum, spread
from eval.verdict_figures import Marked
from eval.verdicts import measure, text_of

if TYPE_CHECKING:
    from app.pipeline import Pipeline

Floats = NDArray[np.float64]
FOLDS: Final = 6
STRENGTH: Final = 5.0  # of the penalty on the evidence's weights
JUDGE_STRENGTH: Final = 3.0  # of the penalty on the judge's
EVIDENCE_SIGNS: Final = {name: -1 if name == "names_missing" else 1 for name in evidence.FEATURES}
_NEAR: Final = ("score", "lead", "cosine", "coverage")
_LACKING: Final = ("names_missing", "figure_unmatched", "name_unmatched", "figures_unmatched")
_DIFFERING: Final = ("differs", "number", "date", "actor", "negation", "quantifier", "modality")
# The way a feature may count; the others may count either way.
ENTAILS_SIGNS: Final = {
    **dict.fromkeys(_NEAR, 1), "figures_held": 1, **dict.fromkeys((*_LACKING, *_DIFFERING), -1)
}  # fmt: skip
CONTRADICTS_SIGNS: Final = {**dict.fromkeys(_NEAR, 1), **dict.fromkeys(_DIFFERING, 1), "names_missing": -1}


@dataclass(frozen=True, slots=True)
class Example:
    """A claim's evidence as the judge sees it.

    Attributes:
        features: `(n_evidence, len(offline.FEATURES))`.
        right: the place of its verdict in `VERDICTS`.
    """

    features: Floats
    right: int


def folds(claims: Sequence[Claim]) -> list[int]:
    """Return the fold of each claim, by its first document, so that no document is on both sides."""
    documents = [min(claim.evidence)[0] if claim.evidence else claim.id for claim in claims]
    shuffled = sorted(set(documents))
    np.random.default_rng(0).shuffle(shuffled)
    of = {document: at % FOLDS for at, document in enumerate(shuffled)}
    return [of[document] for document in documents]


def fit_evidence(groups: Sequence[Group]) -> LinearWeights:
    """Fit the weights that rank evidence."""
    return LinearWeights(fit_listwise(groups, list(evidence.FEATURES), STRENGTH, EVIDENCE_SIGNS))


def fit_judge(examples: Sequence[Example]) -> JudgeWeights:
    """Fit both scores so that claims' verdicts become most probable; each verdict weighs the same."""
    usable = [example for example in examples if len(example.features)]
    stacked = np.vstack([example.features for example in usable])
    scale = spread(stacked)
    rows = [example.features / scale for example in usable]
    right = np.array([example.right for example in usable])
    weight = balanced(right, len(VERDICTS))
    d = stacked.shape[1]

    def loss(p: Floats) -> tuple[float, Floats]:
        total, gradient = 0.0, np.zeros_like(p)
        for x, label, w in zip(rows, right, weight, strict=True):
            pooled = [_pooled(x, p[:d]), _pooled(x, p[d : 2 * d])]
            scores = np.array([pooled[0][0] + p[-2], pooled[1][0] + p[-1], 0.0])
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            total -= w * np.log(shares[label] + 1e-12)
            slope = w * (shares - np.eye(3)[label])
            gradient += np.concatenate([slope[0] * pooled[0][1], slope[1] * pooled[1][1], slope[:2]])
        penalised = np.append(p[:-2], [0.0, 0.0])
        value = float(total + JUDGE_STRENGTH * penalised @ penalised / 2)
        return value, gradient + JUDGE_STRENGTH * penalised

    signs = [*_signs(ENTAILS_SIGNS), *_signs(CONTRADICTS_SIGNS), 0, 0]
    found = minimum(loss, np.zeros(2 * d + 2), signs)
    return JudgeWeights(_named(found[:d] / scale, found[-2]), _named(found[d : 2 * d] / scale, found[-1]))


def _pooled(x: Floats, weights: Floats) -> tuple[float, Floats]:
    """Return the soft maximum of the sentences' scores, and its gradient by the weights."""
    scores = x @ weights
    share = np.exp(SHARPNESS * (scores - scores.max()))
    return float(scores.max() + np.log(share.mean()) / SHARPNESS), share / share.sum() @ x


def _signs(of: dict[str, int]) -> Iterator[int]:
    return (of.get(name, 0) for name in offline.FEATURES)


def _named(values: Floats, constant: float) -> dict[str, float]:
    return dict(zip(offline.FEATURES, (values + 0.0).tolist(), strict=True)) | {"constant": float(constant)}


class Fitting:
    """What fits on one index and one set of claims.

    Args:
        pipeline: over an index of the originals.
        claims: with their verdicts and evidence.
    """

    def __init__(self, pipeline: Pipeline, claims: Sequence[Claim]) -> None:
        self._pipeline = pipeline
        self._claims = claims
        self._fold = folds(claims)

    def evidence(self) -> tuple[LinearWeights, list[LinearWeights]]:
        """Return the weights that rank evidence, and those fitted without each fold."""
        decided = [i for i, claim in enumerate(self._claims) if claim.verdict != "not_in_sources"]
        with self._pipeline._using() as opened:
            finder = EvidenceFinder(opened.retriever, opened.answerer.understand, LinearWeights({"claim": 1.0}))
            groups = {i: self._group(finder, self._claims[i]) for i in decided}
        without = [fit_evidence([groups[i] for i in decided if self._fold[i] != f]) for f in range(FOLDS)]
        for k in (1, 3, 5, 8):
            hits = [_hit(groups[i], without[self._fold[i]], k) for i in decided]
            sys.stdout.write(f"evidence among the {k} best  {np.mean(hits):.3f}\n")
        return fit_evidence(list(groups.values())), without

    def _group(self, finder: EvidenceFinder, claim: Claim) -> Group:
        found = self._found(finder, claim)
        right = np.array([(place.doc_id, place.paragraph) in claim.evidence for place in found.places], dtype=bool)
        return Group(np.asarray(found.features, dtype=float), right)

    def _found(self, finder: EvidenceFinder, claim: Claim) -> Found:
        return finder.find(ClaimPart(claim.claim, claim.claim, claim.language), NO_FILTERS)

    def examples(self, without: Sequence[LinearWeights]) -> list[Example]:
        """Return what the judge sees of each claim, its evidence ranked by weights that never saw its documents."""
        with self._pipeline._using() as opened:
            understand = opened.answerer.understand
            finders = [EvidenceFinder(opened.retriever, understand, weights) for weights in without]
            idf = opened.generation.sentence_lexical.idf
            judge = OfflineJudge(self._pipeline.embedder, understand, idf, JudgeWeights({}, {}))
            return [self._example(judge, finders[f], claim) for claim, f in zip(self._claims, self._fold, strict=True)]

    def _example(self, judge: OfflineJudge, finder: EvidenceFinder, claim: Claim) -> Example:
        found = self._found(finder, claim)
        understood = judge.understand(claim.claim)
        part = ClaimPart(claim.claim, understood.english, claim.language, vector=found.vector)
        features = np.asarray(judge.features(part, found.sentences), dtype=float)
        return Example(features, VERDICTS.index(claim.verdict))

    def judge(self, examples: Sequence[Example]) -> tuple[JudgeWeights, list[Marked]]:
        """Return the judge's weights, and each claim's verdict by weights that never saw its documents."""
        without = [
            fit_judge([example for example, f in zip(examples, self._fold, strict=True) if f != one])
            for one in range(FOLDS)
        ]
        marked = []
        for claim, example, f in zip(self._claims, examples, self._fold, strict=True):
            scores = without[f].scores(np.asarray(example.features, np.float32))
            decision = decide(softmax(scores))
            marked.append(Marked(claim.verdict, decision.verdict, decision.confidence, decision.probabilities))
        return fit_judge(examples), marked


def _hit(group: Group, weights: LinearWeights, k: int) -> bool:
    scores = weights.scores(np.asarray(group.features, np.float32), evidence.FEATURES)
    return bool(group.right[np.argsort(-scores, kind="stable")[:k]].any())


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, print, and with `--write` replace."""
    from app.pipeline import Pipeline
    from app.settings import Settings

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    with Pipeline(Settings.load(home=options.home)) as pipeline:
        fitting = Fitting(pipeline, load_claims("dev"))
        ranking, without = fitting.evidence()
        weights, marked = fitting.judge(fitting.examples(without))
    sys.stdout.write(text_of(measure(marked)) + "\n")
    if options.write:
        _write(evidence.WEIGHTS_FILE, {"weights": _rounded(ranking.weights)})
        both = {"entails": _rounded(weights.entails), "contradicts": _rounded(weights.contradicts)}
        _write(offline.WEIGHTS_FILE, both)


def _rounded(weights: Any) -> dict[str, float]:
    return {name: round(value, 4) + 0.0 for name, value in weights.items()}


def _write(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
