"""What would come of abstaining more, or less: both kinds of error over the threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.outcome import OUTCOMES
from eval.figures.means import among, rounded, values_of
from eval.items import Item

THRESHOLDS: Final = tuple(n / 100 for n in range(101))
PROBABILITY: Final = "probability of an answer"


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What would come of answering exactly where the probability of an answer is at least `threshold`.

    Attributes:
        answered_wrongly: the share answered of the questions that the sources do not answer; None without such.
        refused_wrongly: the share refused of those that they answer, false premises among them; None without such.
    """

    threshold: float
    answered_wrongly: float | None
    refused_wrongly: float | None


@dataclass(frozen=True, slots=True)
class Abstention:
    """The abstention curve.

    Attributes:
        answerable: questions with a probability whose right outcome is not to abstain.
        unanswerable: those whose right outcome is.
        points: one for each of `THRESHOLDS`, in their order; none without questions that have a probability.
    """

    answerable: int = 0
    unanswerable: int = 0
    points: tuple[AtThreshold, ...] = ()


def abstention_of(questions: Sequence[Item]) -> Abstention:
    """Return the abstention curve of questions that did not crash; without probabilities it has no points."""
    held = [item for item in questions if item.marks.get(PROBABILITY) is not None]
    probabilities = values_of(held, [PROBABILITY])[:, 0]
    absent = np.array([among(item, "expected", "outcome", OUTCOMES) == "not_in_sources" for item in held], dtype=bool)
    unanswerable, answerable = probabilities[absent], probabilities[~absent]
    points = [
        AtThreshold(
            threshold,
            rounded(float(np.mean(unanswerable >= threshold))) if len(unanswerable) else None,
            rounded(float(np.mean(answerable < threshold))) if len(answerable) else None,
        )
        for threshold in THRESHOLDS
    ]
    return Abstention(len(answerable), len(unanswerable), tuple(points) if held else ())
