"""Fit the weights that rank passages and sentences and decide outcomes, on the dev split, cross-validated.

    python -m eval.calibrate --home HOME [--part PART] [--write]

HOME holds an index of the originals that the questions were written over; PART one of some of them (the bundled
corpus, say), where most questions have no answer, so that what is learnt of outcomes holds for a small index too.
Prints the cross-validated figures;
with --write it replaces `app/ranking.json`, `app/sentences.json` and `app/outcome.json`. The test split is not read.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.evidence import FEATURES as SENTENCE_FEATURES
from app.evidence import WEIGHTS_FILE as SENTENCE_WEIGHTS
from app.evidence import score_sentences
from app.followup import complete
from app.glossary import Glossary
from app.outcome import CONTRADICTED, HELD, OUTCOMES, Logistic, OutcomeModel, outcome_features
from app.outcome import FEATURES as OUTCOME_FEATURES
from app.outcome import WEIGHTS_FILE as OUTCOME_WEIGHTS
from app.query import Understood, understand
from app.ranking import FEATURES as PASSAGE_FEATURES
from app.ranking import WEIGHTS_FILE as PASSAGE_WEIGHTS
from app.ranking import LinearWeights
from app.retrieve import Retrieval, Retriever
from app.settings import Settings
from eval.datasets import Question, load_questions
from ingest.embedding import Embedder, SentenceTransformerEmbedder
from ingest.generation import Generation
from ingest.index import open_index

FOLDS: Final = 6
# Of the L2 penalties, and from which probability each decision says yes; chosen on the dev split.
STRENGTHS: Final = {"passages": 1.0, "sentences": 1.0, "held": 8.0, "contradicted": 2.0}
THRESHOLDS: Final = {"held": 0.46, "contradicted": 0.6}
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Group:
    """The candidates of one question: features `(n, d)` and whether each is right `(n,)`."""

    features: Floats
    right: NDArray[np.bool_]


def fit_listwise(groups: Sequence[Group], names: Sequence[str], strength: float) -> dict[str, float]:
    """Fit weights so that right candidates get most of a softmax over each question's candidates.

    Args:
        groups: questions without a right candidate teach nothing and are left out.
        names: of the features.
        strength: of the L2 penalty, per question, on standardised features.
    """
    from scipy.optimize import minimize

    usable = [group for group in groups if group.right.any()]
    stacked = np.vstack([group.features for group in usable])
    spread = stacked.std(axis=0)
    scale = np.where(spread > 1e-6, spread, np.inf)

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, gradient = 0.0, np.zeros_like(weights)
        for group in usable:
            x = group.features / scale
            score = x @ weights
            share = np.exp(score - score.max())
            share /= share.sum()
            right = share * group.right
            mass = right.sum() + 1e-12
            total -= np.log(mass)
            gradient -= (right / mass - share) @ x
        n = len(usable)
        return float(total / n + strength * weights @ weights / n), gradient / n + 2 * strength * weights / n

    found = minimize(loss, np.zeros(stacked.shape[1]), jac=True, method="L-BFGS-B")
    return dict(zip(names, (found.x / scale).tolist(), strict=True))


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

    def outcome_row(self, index: int, retrieval: Retrieval, sentences: LinearWeights) -> Floats:
        """Return the outcome's features of a question."""
        understood = self.understood[index]
        scored = score_sentences(self.generation, understood, retrieval, self.fusion.unreadable, sentences)
        return outcome_features(self.generation, understood, retrieval, scored).astype(float)

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


def fit_logistic(rows: Floats, signs: Mapping[str, int], right: NDArray[np.bool_], strength: float) -> dict[str, Any]:
    """Fit one logistic regression whose coefficients keep to their signs; both classes weigh the same.

    Args:
        rows: `(n, len(OUTCOME_FEATURES))`.
        signs: the features it may look at, and 1 or -1 for the way each may count.
        right: the class, `(n,)`.
        strength: of the L2 penalty on standardised features.
    """
    from scipy.optimize import minimize

    names = list(signs)
    columns = rows[:, [list(OUTCOME_FEATURES).index(name) for name in names]]
    spread = columns.std(axis=0)
    scale = np.where(spread > 1e-6, spread, np.inf)
    x = np.column_stack([columns / scale, np.ones(len(rows))])
    y = np.where(right, 1.0, -1.0)
    weight = np.where(right, 0.5 / right.sum(), 0.5 / (~right).sum()) * len(rows)

    def loss(coefficients: Floats) -> tuple[float, Floats]:
        margin = y * (x @ coefficients)
        penalised = np.append(coefficients[:-1], 0.0)
        value = float((weight * np.logaddexp(0, -margin)).sum() + strength * penalised @ penalised / 2)
        gradient = -(weight * y / (1 + np.exp(margin))) @ x + strength * penalised
        return value, np.asarray(gradient, dtype=float)

    bounds = [(0, None) if signs[name] > 0 else (None, 0) for name in names] + [(None, None)]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    coefficients = dict(zip(names, (found[:-1] / scale).tolist(), strict=True))
    return {"intercept": float(found[-1]), "threshold": 0.5, "coefficients": coefficients}


def fit_outcomes(
    rows: Floats, labels: Sequence[str], strengths: Mapping[str, float], thresholds: Mapping[str, float]
) -> dict[str, dict[str, Any]]:
    """Fit both decisions: the second only on questions whose answer the sources hold."""
    outcome = np.array(labels)
    held = outcome != "not_in_sources"
    parts = {
        "held": fit_logistic(rows, HELD, held, strengths["held"]),
        "contradicted": fit_logistic(
            rows[held], CONTRADICTED, outcome[held] == "sources_say_otherwise", strengths["contradicted"]
        ),
    }
    return {name: part | {"threshold": thresholds[name]} for name, part in parts.items()}


def decide(parts: Mapping[str, Mapping[str, Any]], row: Floats) -> str:
    """Return the outcome that fitted parts give a row of features."""
    model = OutcomeModel(Logistic(**parts["held"]), Logistic(**parts["contradicted"]))
    return model.decide(row.astype(np.float32))


def fit_rankings(
    calibration: Calibration, groups: Sequence[Group], chosen: Sequence[int], strengths: Mapping[str, float]
) -> tuple[LinearWeights, LinearWeights]:
    """Fit the passages' weights, then the sentences' over the reranked passages."""
    passages = LinearWeights(fit_listwise([groups[i] for i in chosen], list(PASSAGE_FEATURES), strengths["passages"]))
    found = calibration.retrievals(passages, chosen)
    sentence_groups = [calibration.sentence_group(i, found[i]) for i in chosen if found[i].rows]
    sentences = fit_listwise(sentence_groups, list(SENTENCE_FEATURES), strengths["sentences"])
    return passages, LinearWeights(sentences)


def held_out(
    calibration: Calibration, groups: Sequence[Group], strengths: Mapping[str, float]
) -> tuple[list[dict[str, Any]], Floats]:
    """Return each question's figures and its outcome's features, by weights fitted without it."""
    questions = calibration.questions
    results: dict[int, dict[str, Any]] = {}
    rows = np.zeros((len(questions), len(OUTCOME_FEATURES)))
    for training, held in folds(len(questions)):
        passages, sentences = fit_rankings(calibration, groups, training, strengths)
        for i, retrieval in calibration.retrievals(passages, held).items():
            any_gold, facts = calibration.gold_within(questions[i], retrieval.rows)
            group = calibration.sentence_group(i, retrieval)
            order = np.argsort(-sentences.scores(group.features.astype(np.float32), SENTENCE_FEATURES))
            rows[i] = calibration.outcome_row(i, retrieval, sentences)
            first, three = group.right[order[:1]].any(), group.right[order[:3]].any()
            results[i] = {"i": i, "gold": any_gold, "facts": facts, "first": bool(first), "three": bool(three)}
    return [results[i] for i in range(len(questions))], rows


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What outcomes are fitted on: features `(n, d)`, the right outcome of each, and whose question each is."""

    rows: Floats
    labels: Sequence[str]
    questions: Sequence[int]


def outcomes_of_part(calibration: Calibration, passages: LinearWeights, sentences: LinearWeights) -> Outcomes:
    """Return the outcomes' features over an index of some of the documents.

    A question is held there if every fact has a gold document there, and not if none has; others are left out.
    """
    documents = calibration.generation.documents
    everyone = range(len(calibration.questions))
    found = calibration.retrievals(passages, everyone)
    rows, labels, questions = [], [], []
    for i in everyone:
        question = calibration.questions[i]
        held = [any(doc_id in documents for doc_id, _ in fact.gold) for fact in question.facts]
        if any(held) and not all(held):
            continue
        rows.append(calibration.outcome_row(i, found[i], sentences))
        labels.append(question.outcome if all(held) and held else "not_in_sources")
        questions.append(i)
    return Outcomes(np.array(rows).reshape(len(rows), len(OUTCOME_FEATURES)), labels, questions)


def joined(one: Outcomes, other: Outcomes | None, chosen: Sequence[int]) -> Outcomes:
    """Return the outcomes of some questions, of both indexes."""
    parts = [part for part in (one, other) if part is not None]
    keep = [[at for at, i in enumerate(part.questions) if i in set(chosen)] for part in parts]
    return Outcomes(
        np.vstack([part.rows[at] for part, at in zip(parts, keep, strict=True)]),
        [part.labels[at] for part, places in zip(parts, keep, strict=True) for at in places],
        [part.questions[at] for part, places in zip(parts, keep, strict=True) for at in places],
    )


def cross_validate(
    calibration: Calibration, results: list[dict[str, Any]], whole: Outcomes, part: Outcomes | None
) -> None:
    """Print held-out figures: retrieval, best sentence, outcomes."""
    right, asked = 0, 0
    for training, held in folds(len(whole.labels), seed=1):
        fitted_on = joined(whole, part, training)
        parts = fit_outcomes(fitted_on.rows, fitted_on.labels, STRENGTHS, THRESHOLDS)
        for i in held:
            results[i]["outcome"] = decide(parts, whole.rows[i])
        if part is not None:
            of_part = [at for at, i in enumerate(part.questions) if i in set(held)]
            asked += len(of_part)
            right += sum(decide(parts, part.rows[at]) == part.labels[at] for at in of_part)
    _print(calibration.questions, results)
    if asked:
        print(f"  over the part: outcomes right {right / asked:.3f} of {asked}")  # noqa: T201


def _print(questions: Sequence[Question], results: Sequence[Mapping[str, Any]]) -> None:
    with_facts = [r for r in results if questions[r["i"]].facts]
    lines = [
        f"{len(with_facts)} questions with gold: "
        + ", ".join(
            f"{name} {np.mean([r[name] for r in with_facts]):.3f}" for name in ("gold", "facts", "first", "three")
        )
    ]
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for r in results:
        q = questions[r["i"]]
        groups.setdefault(f"{q.kind}/{q.language}{'/follow-up' if q.history else ''}", []).append(r)
    for name, part in sorted(groups.items()):
        right = sum(r["outcome"] == questions[r["i"]].outcome for r in part)
        lines.append(
            f"  {name:34} gold {sum(r['gold'] for r in part)}/{len(part)}  first {sum(r['first'] for r in part)}"
            f"  three {sum(r['three'] for r in part)}  outcome {right}/{len(part)}"
        )
    for outcome in OUTCOMES:
        of_it = [r for r in results if questions[r["i"]].outcome == outcome]
        counts = {o: sum(r["outcome"] == o for r in of_it) for o in OUTCOMES}
        lines.append(f"  truly {outcome:24} {counts}")
    lines.append(f"  outcomes right {np.mean([r['outcome'] == questions[r['i']].outcome for r in results]):.3f}")
    print("\n".join(lines))  # noqa: T201 - a script's output


def _write(path: Path, what: str, values: Mapping[str, Any]) -> None:
    rounded = json.loads(json.dumps(values), parse_float=lambda number: round(float(number), 4))
    path.write_text(json.dumps({"about": what, **rounded}, indent=1) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the calibration."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--part", type=Path, help="home of an index of some of the documents")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    settings = Settings.load(home=options.home)
    embedder = SentenceTransformerEmbedder(settings.embedding)
    with open_index(settings.home, embedder, settings.passage_tokens) as generation:
        calibration = Calibration(generation, settings, load_questions("dev"))
        groups = calibration.passage_groups()
        results, rows = held_out(calibration, groups, STRENGTHS)
        passages, sentences = fit_rankings(calibration, groups, range(len(groups)), STRENGTHS)
    whole = Outcomes(rows, [question.outcome for question in calibration.questions], list(range(len(rows))))
    part = _part(options.part, embedder, passages, sentences) if options.part else None
    cross_validate(calibration, results, whole, part)
    if options.write:
        everything = joined(whole, part, whole.questions)
        about = "fitted by eval/calibrate.py on the dev split"
        _write(PASSAGE_WEIGHTS, f"Weights of app/ranking.py, {about}", {"weights": passages.weights})
        _write(SENTENCE_WEIGHTS, f"Weights of app/evidence.py, {about}", {"weights": sentences.weights})
        outcomes = fit_outcomes(everything.rows, everything.labels, STRENGTHS, THRESHOLDS)
        _write(OUTCOME_WEIGHTS, f"Coefficients of app/outcome.py, {about}", outcomes)


def _part(
    home: Path, embedder: SentenceTransformerEmbedder, passages: LinearWeights, sentences: LinearWeights
) -> Outcomes:
    settings = Settings.load(home=home)
    with open_index(home, embedder, settings.passage_tokens) as generation:
        return outcomes_of_part(Calibration(generation, settings, load_questions("dev")), passages, sentences)


if __name__ == "__main__":
    main()
