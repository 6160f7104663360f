"""Fit the weights that rank passages and sentences and decide outcomes, on the dev split, cross-validated.

    python -m eval.fits.answers --home HOME [--part PART] [--write]

HOME holds an index of the originals that the questions were written over; PART one of some of them (the bundled
corpus, say), where most questions have no answer, so that what is learnt of outcomes holds for a small index too.
Prints the cross-validated figures; with --write it replaces `app/ranking.json`, `app/sentences.json` and
`app/outcome.json`. The test split is not read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.evidence import FEATURES as SENTENCE_FEATURES
from app.evidence import WEIGHTS_FILE as SENTENCE_WEIGHTS
from app.outcome import OUTCOMES, Logistic, OutcomeFeatures, OutcomeModel
from app.outcome import WEIGHTS_FILE as OUTCOME_WEIGHTS
from app.ranking import FEATURES as PASSAGE_FEATURES
from app.ranking import WEIGHTS_FILE as PASSAGE_WEIGHTS
from app.ranking import LinearWeights
from app.settings import Settings
from eval.datasets import Question, load_questions
from eval.fits.fitting import Group, fit_contradicted, fit_held, fit_listwise
from eval.fits.training import Calibration, folds
from ingest.embedding import SentenceTransformerEmbedder
from ingest.index import open_index

# Of the L2 penalties, and from which probability each decision says yes; chosen on the dev split.
STRENGTHS: Final = {"passages": 1.0, "sentences": 1.0, "held": 20.0, "contradicted": 2.0}
THRESHOLDS: Final = {"held": 0.46, "related": 0.2, "contradicted": 0.5, "sure": 0.65}
# Which way a feature of the rankings may count, where it can mean only one thing.
PASSAGE_SIGNS: Final = dict.fromkeys(PASSAGE_FEATURES, 1) | {"heading_only": -1, "unreadable": 0}
SENTENCE_SIGNS: Final = (
    dict.fromkeys(SENTENCE_FEATURES, 1)
    | dict.fromkeys(("fragment", "names_missing", "countries_missing"), -1)
    | dict.fromkeys(("neighbour_coverage", "figures", "unreadable"), 0)
)


def fit_outcomes(rows: Sequence[OutcomeFeatures], labels: Sequence[str]) -> OutcomeModel:
    """Fit both decisions: the second only on questions whose answer the sources hold."""
    outcome = np.array(labels)
    held = outcome != "not_in_sources"
    false = outcome[held] == "sources_say_otherwise"
    of_held = [row for row, kept in zip(rows, held, strict=True) if kept]
    return OutcomeModel(
        Logistic(**fit_held(rows, held, STRENGTHS["held"])),
        Logistic(**fit_contradicted(of_held, false, STRENGTHS["contradicted"])),
        THRESHOLDS,
    )


def fit_rankings(
    calibration: Calibration, groups: Sequence[Group], chosen: Sequence[int]
) -> tuple[LinearWeights, LinearWeights]:
    """Fit the passages' weights, then the sentences' over the reranked passages."""
    passages = LinearWeights(
        fit_listwise([groups[i] for i in chosen], list(PASSAGE_FEATURES), STRENGTHS["passages"], PASSAGE_SIGNS)
    )
    found = calibration.retrievals(passages, chosen)
    sentence_groups = [calibration.sentence_group(i, found[i]) for i in chosen if found[i].rows]
    sentences = fit_listwise(sentence_groups, list(SENTENCE_FEATURES), STRENGTHS["sentences"], SENTENCE_SIGNS)
    return passages, LinearWeights(sentences)


def held_out(calibration: Calibration, groups: Sequence[Group]) -> tuple[list[dict[str, Any]], list[OutcomeFeatures]]:
    """Return each question's figures and its outcome's features, by weights fitted without it."""
    questions = calibration.questions
    results: dict[int, dict[str, Any]] = {}
    rows = [OutcomeFeatures.none()] * len(questions)
    for training, held in folds(len(questions)):
        passages, sentences = fit_rankings(calibration, groups, training)
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
    """What outcomes are fitted on: features, the right outcome of each, and whose question each is."""

    rows: Sequence[OutcomeFeatures]
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
    return Outcomes(rows, labels, questions)


def joined(one: Outcomes, other: Outcomes | None, chosen: Sequence[int]) -> Outcomes:
    """Return the outcomes of some questions, of both indexes."""
    parts = [part for part in (one, other) if part is not None]
    keep = [[at for at, i in enumerate(part.questions) if i in set(chosen)] for part in parts]
    return Outcomes(
        [part.rows[at] for part, places in zip(parts, keep, strict=True) for at in places],
        [part.labels[at] for part, places in zip(parts, keep, strict=True) for at in places],
        [part.questions[at] for part, places in zip(parts, keep, strict=True) for at in places],
    )


def cross_validate(
    calibration: Calibration, results: list[dict[str, Any]], whole: Outcomes, part: Outcomes | None
) -> str:
    """Return held-out figures as lines of text: retrieval, best sentence, outcomes."""
    right, asked = 0, 0
    for training, held in folds(len(whole.labels), seed=1):
        fitted_on = joined(whole, part, training)
        model = fit_outcomes(fitted_on.rows, fitted_on.labels)
        for i in held:
            results[i]["outcome"] = model.decide(whole.rows[i])
        if part is not None:
            of_part = [at for at, i in enumerate(part.questions) if i in set(held)]
            asked += len(of_part)
            right += sum(model.decide(part.rows[at]) == part.labels[at] for at in of_part)
    lines = _report(calibration.questions, results)
    if asked:
        lines.append(f"  over the part: outcomes right {right / asked:.3f} of {asked}")
    return "\n".join(lines)


def _report(questions: Sequence[Question], results: Sequence[Mapping[str, Any]]) -> list[str]:
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
    return lines


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
        results, rows = held_out(calibration, groups)
        passages, sentences = fit_rankings(calibration, groups, range(len(groups)))
    whole = Outcomes(rows, [question.outcome for question in calibration.questions], list(range(len(rows))))
    part = _part(options.part, embedder, passages, sentences) if options.part else None
    sys.stdout.write(cross_validate(calibration, results, whole, part) + "\n")
    if options.write:
        everything = joined(whole, part, whole.questions)
        about = "fitted by eval/fits/answers.py on the dev split"
        _write(PASSAGE_WEIGHTS, f"Weights of app/ranking.py, {about}", {"weights": passages.weights})
        _write(SENTENCE_WEIGHTS, f"Weights of app/evidence.py, {about}", {"weights": sentences.weights})
        outcomes = fit_outcomes(everything.rows, everything.labels)
        _write(OUTCOME_WEIGHTS, f"Coefficients of app/outcome.py, {about}", asdict(outcomes))


def _part(
    home: Path, embedder: SentenceTransformerEmbedder, passages: LinearWeights, sentences: LinearWeights
) -> Outcomes:
    settings = Settings.load(home=home)
    with open_index(home, embedder, settings.passage_tokens) as generation:
        return outcomes_of_part(Calibration(generation, settings, load_questions("dev")), passages, sentences)


if __name__ == "__main__":
    main()
