"""Fit the weights that find evidence for claims and judge it, on the dev claims, cross-validated by document.

    python -m eval.fits.claims --home HOME [--write]

HOME holds an index of the originals that the claims were written over. Prints the cross-validated figures; `--write`
replaces the weights with those fitted on all dev claims.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from app.claims import evidence, offline
from app.claims.evidence import EvidenceFinder, Found
from app.claims.judge import UNCALIBRATED, Calibration, ClaimPart, EvidenceSentence
from app.claims.offline import JudgeWeights, OfflineJudge
from app.claims.results import VERDICTS, Verdict
from app.claims.verdict import SHARPNESS, Decision, decide
from app.query import NO_FILTERS, Filters
from app.ranking import LinearWeights
from app.settings import BUNDLED_CORPUS
from eval.datasets import Claim, load_claims, load_sentence_kinds
from eval.figures.verdict_figures import Marked
from eval.figures.verdicts import measure, text_of
from eval.fits.fitting import Group, balanced, fit_listwise, minimum, spread
from eval.fits.pasted import pasted_claims
from ingest.readers import read_file

if TYPE_CHECKING:
    from app.pipeline import Pipeline

Floats = NDArray[np.float64]
FOLDS: Final = 6
THIRD_WRITER: Final = "cd-"  # of dev claims, by their ids
PASTED: Final = 3  # sentences of each document, and of its digest
PASTED_WEIGHT: Final = 0.3  # of an example made from one; a claim's is 1
LARGEST: Final = 10_000_000  # bytes of a digest
STRENGTH: Final = 5.0  # of the penalty on the evidence's weights
JUDGE_STRENGTH: Final = 3.0  # of the penalty on the judge's
CALIBRATION_STRENGTH: Final = 1.0  # of the penalty on what changes a confidence
EVIDENCE_SIGNS: Final = {name: -1 if name == "names_missing" else 1 for name in evidence.FEATURES}
_VERBATIM: Final = tuple(offline.FEATURES).index("verbatim")
# The way a feature may count; the others may count either way.
ENTAILS_SIGNS: Final = {
    "lead": 1, "coverage": 1, "sentence_coverage": 1, "nearly_whole": 1, "of_sentence": 1, "figures_held": 1,
    "verbatim": 1, "name_unmatched": -1, "unknown_name": -1, "figures_unmatched": -1, "nothing_named": -1,
    "differs": -1,
}  # fmt: skip
CONTRADICTS_SIGNS: Final = {
    "lead": 1, "coverage": 1, "sentence_coverage": 1, "nearly_whole": 1, "of_sentence": 1, "differs": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Example:
    """A claim's evidence as the judge sees it.

    Attributes:
        claim: its place among the claims.
        features: `(n_evidence, len(offline.FEATURES))`.
        right: the place in `VERDICTS` of what is right over this evidence.
        whole: whether it is all that was found, or what decides it was kept back.
        weight: how much it counts.
    """

    claim: int
    features: Floats
    right: int
    whole: bool
    weight: float = 1.0


def folds(claims: Sequence[Claim]) -> list[int]:
    """Return the fold of each claim, by its first document, so that no document is on both sides."""
    documents = [min(claim.evidence)[0] if claim.evidence else claim.id for claim in claims]
    shuffled = sorted(set(documents))
    np.random.default_rng(0).shuffle(shuffled)
    of = {document: at % FOLDS for at, document in enumerate(shuffled)}
    return [of[document] for document in documents]


def unseen_wording(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims whose wording the comparison was not developed on; confidence is calibrated on these.

    On the others comparison finds three times as much.
    """
    return [claim for claim in claims if claim.id.startswith(THIRD_WRITER)]


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
    weight = balanced(right, len(VERDICTS), [example.weight for example in usable])
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
    return JudgeWeights(_named(found[:d] / scale, found[-2]), _named(found[d : 2 * d] / scale, found[-1]), UNCALIBRATED)


def fit_calibration(decisions: Sequence[Decision], right: Sequence[bool]) -> Calibration:
    """Fit for each verdict how its probability becomes that of being right, by logistic regression."""
    found: dict[Verdict, tuple[float, float]] = {}
    for verdict in VERDICTS:
        own = [i for i, decision in enumerate(decisions) if decision.verdict == verdict]
        given = np.array([decisions[i].confidence({verdict: (1.0, 0.0)}) for i in own])
        logits = np.log(given / (1 - given))
        signs = np.array([1.0 if right[i] else -1.0 for i in own])

        def loss(p: Floats, logits: Floats = logits, signs: Floats = signs) -> tuple[float, Floats]:
            margin = signs * (p[0] * logits + p[1])
            slope = -signs / (1 + np.exp(margin))
            penalty = CALIBRATION_STRENGTH * np.array([p[0] - 1, p[1]])
            value = np.logaddexp(0, -margin).sum() + penalty @ penalty / CALIBRATION_STRENGTH / 2
            return float(value), np.array([slope @ logits, slope.sum()]) + penalty

        slope, shift = minimum(loss, np.array([1.0, 0.0]), [1, 0])
        found[verdict] = (float(slope), float(shift))
    return found


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
        claims: with their verdicts and evidence; what is measured is measured on these.
        pasted: sentences of the same documents and of digests of them, to learn from besides.
    """

    def __init__(self, pipeline: Pipeline, claims: Sequence[Claim], pasted: Sequence[Claim]) -> None:
        self._pipeline = pipeline
        self._claims = claims
        self._pasted = pasted
        self._sentences = load_sentence_kinds("dev")
        self._fold = folds([*claims, *pasted])
        self._fold += [i % FOLDS for i in range(len(self._sentences))]

    def evidence(self) -> tuple[LinearWeights, list[LinearWeights]]:
        """Return the weights that rank evidence, and those fitted without each fold."""
        decided = [i for i, claim in enumerate(self._claims) if claim.verdict != "not_in_sources"]
        with self._pipeline.opened() as opened:
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

    def _found(self, finder: EvidenceFinder, claim: Claim, filters: Filters = NO_FILTERS) -> Found:
        return finder.find(ClaimPart(claim.claim, claim.claim, claim.language), filters)

    def examples(self, without: Sequence[LinearWeights]) -> list[Example]:
        """Return what the judge sees of each claim, its evidence ranked by weights that never saw its documents."""
        with self._pipeline.opened() as opened:
            understand = opened.answerer.understand
            finders = [EvidenceFinder(opened.retriever, understand, weights) for weights in without]
            idf = opened.generation.sentence_lexical.idf
            judge = OfflineJudge(understand, idf, JudgeWeights({}, {}, UNCALIBRATED))
            return [
                example
                for i, (claim, f) in enumerate(zip((*self._claims, *self._pasted), self._fold, strict=False))
                for example in self._examples(judge, finders[f], i, claim)
            ] + list(self._unsupported(judge, finders))

    def _unsupported(self, judge: OfflineJudge, finders: Sequence[EvidenceFinder]) -> Iterator[Example]:
        """Yield sentences of made-up articles, as audits meet them: what they say is not in the sources."""
        for i, sentence in enumerate(self._sentences, start=len(self._claims) + len(self._pasted)):
            part = ClaimPart(sentence.sentence, judge.understand(sentence.sentence).english, sentence.language)
            found = finders[self._fold[i]].find(part, NO_FILTERS).sentences
            features = np.asarray(judge.features(part, found), dtype=float)
            yield Example(i, features, VERDICTS.index("not_in_sources"), whole=False)

    def _examples(self, judge: OfflineJudge, finder: EvidenceFinder, i: int, claim: Claim) -> Iterator[Example]:
        """Yield a claim with its evidence, and without: what decides it kept back, it is not in the sources."""
        part = ClaimPart(claim.claim, judge.understand(claim.claim).english, claim.language)

        weight = PASTED_WEIGHT if i >= len(self._claims) else 1.0

        def example(sentences: Sequence[EvidenceSentence], right: int, *, whole: bool) -> Example:
            return Example(i, np.asarray(judge.features(part, sentences), dtype=float), right, whole, weight)

        found = self._found(finder, claim).sentences
        yield example(found, VERDICTS.index(claim.verdict), whole=True)
        if claim.verdict == "not_in_sources":
            return
        documents = frozenset(doc_id for doc_id, _ in claim.evidence)
        elsewhere = self._found(finder, claim, Filters(without=documents)).sentences
        beside = [one for one in found if (one.place.doc_id, one.place.paragraph) not in claim.evidence]
        for rest in (elsewhere, beside):
            kept = example(rest, VERDICTS.index("not_in_sources"), whole=False)
            if rest and not kept.features[:, _VERBATIM].any():  # laws and statements say some things again
                yield kept

    def judge(self, examples: Sequence[Example]) -> tuple[JudgeWeights, list[Marked]]:
        """Return the judge's weights, and each claim's verdict by weights that never saw its documents."""
        without = [
            fit_judge([example for example in examples if self._fold[example.claim] != one]) for one in range(FOLDS)
        ]
        decisions = [
            decide(without[self._fold[example.claim]].probabilities(np.asarray(example.features, np.float32)))
            for example in examples
            if example.whole and example.claim < len(self._claims)
        ]
        self._said_of_others(examples, without)
        right = [decision.verdict == claim.verdict for decision, claim in zip(decisions, self._claims, strict=True)]
        calibrations = [self._calibration(decisions, right, without=one) for one in range(FOLDS)]
        unseen = [i for i, claim in enumerate(self._claims) if claim in set(unseen_wording(self._claims))]
        calibration = fit_calibration([decisions[i] for i in unseen], [right[i] for i in unseen])
        marked = [
            Marked(claim.verdict, decision.verdict, decision.confidence(calibrations[f]), decision.probabilities)
            for claim, decision, f in zip(self._claims, decisions, self._fold, strict=False)
        ]
        return replace(fit_judge(examples), calibration=calibration), marked

    def _said_of_others(self, examples: Sequence[Example], without: Sequence[JudgeWeights]) -> None:
        """Print what is said of the examples that are not measured, by weights that never saw their documents."""
        pasted = range(len(self._claims), len(self._claims) + len(self._pasted))
        groups = {
            "pasted sentences": [one for one in examples if one.whole and one.claim in pasted],
            "pasted, their document kept back": [one for one in examples if not one.whole and one.claim in pasted],
            "claims, their evidence kept back": [one for one in examples if not one.whole and one.claim < pasted.start],
            "sentences of made-up articles": [one for one in examples if one.claim >= pasted.stop],
        }
        for name, group in groups.items():
            given = Counter(
                decide(without[self._fold[one.claim]].probabilities(np.asarray(one.features, np.float32))).verdict
                for one in group
            )
            sys.stdout.write(f"{name:34} {dict(sorted(given.items()))}\n")

    def _calibration(self, decisions: Sequence[Decision], right: Sequence[bool], without: int) -> Calibration:
        kept = [i for i in range(len(decisions)) if self._fold[i] != without]
        return fit_calibration([decisions[i] for i in kept], [right[i] for i in kept])


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
        claims = load_claims("dev")
        fitting = Fitting(pipeline, claims, _pasted(pipeline, claims))
        ranking, without = fitting.evidence()
        weights, marked = fitting.judge(fitting.examples(without))
    sys.stdout.write(text_of(measure(marked)) + "\n")
    if options.write:
        _write(evidence.WEIGHTS_FILE, {"weights": _rounded(ranking.weights)})
        calibration = {verdict: [round(value, 4) for value in pair] for verdict, pair in weights.calibration.items()}
        both = {"entails": _rounded(weights.entails), "contradicts": _rounded(weights.contradicts)}
        _write(offline.WEIGHTS_FILE, both | {"calibration": calibration})


def _pasted(pipeline: Pipeline, claims: Sequence[Claim]) -> list[Claim]:
    """Return sentences of the documents that claims rest on, and of the digests of these."""
    originals = {doc_id for claim in claims for doc_id, _ in claim.evidence}
    digests = [read_file(path, BUNDLED_CORPUS, LARGEST) for path in sorted(BUNDLED_CORPUS.glob("20*.md"))]
    held = [one for one in digests if one.edition == "digest" and not one.translation_of]
    return [
        *pasted_claims(pipeline.documents().values(), originals, PASTED),
        *pasted_claims(held, originals, PASTED),
    ]


def _rounded(weights: Any) -> dict[str, float]:
    return {name: round(value, 4) + 0.0 for name, value in weights.items()}


def _write(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
