"""From how each sentence bears on a part to the part's verdict, and from the parts' verdicts to the claim's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.claims.judge import Calibration, Floats
from app.claims.results import VERDICTS, PartCheck, Verdict

SHARPNESS: Final = 3.0  # of the soft maximum over sentences
# Share of a verdict and neither from which the verdict is said. On dev 0.65 makes support right 78 times in 100; it is
# said of 8 in 100 claims whose evidence was kept back.
BAR: Final = 0.65
NOTHING: Final = 0.9  # confidence that what finds no evidence at all is not in the sources
_LEAST: Final = 1e-6
_DECIDES: Final = 0.8  # share of the best sentence's probability from which another decides with it
_DISSENTS: Final = 0.7  # probability from which a sentence is shown that speaks against the verdict


@dataclass(frozen=True, slots=True)
class Decision:
    """A part's verdict.

    Attributes:
        probabilities: of `VERDICTS`, in their order; they sum to 1.
        supports: places in the evidence of the sentences that entail the part, best first; empty where none does.
        contradicts: the same of those that contradict it.
    """

    probabilities: tuple[float, float, float]
    supports: tuple[int, ...]
    contradicts: tuple[int, ...]

    @property
    def verdict(self) -> Verdict:
        """Support or contradiction, whichever is likelier, where it is far likelier than neither; of equals the latter.

        Sources that disagree are no reason to say nothing: only what is neither is weighed against the bar.
        """
        supported, contradicted, neither = self.probabilities
        best = max(supported, contradicted)
        if best < BAR * (best + neither):
            return "not_in_sources"
        return "supported" if supported > contradicted else "contradicted"

    def confidence(self, calibration: Calibration) -> float:
        """Return that the verdict is right, 0 to 1 (Platt, "Probabilistic Outputs for Support Vector Machines", 1999).

        Args:
            calibration: of the judge; see `app.claims.judge.Calibration`.
        """
        own = self.probabilities[VERDICTS.index(self.verdict)]
        probability = min(max(own, _LEAST), 1 - _LEAST)
        slope, shift = calibration.get(self.verdict, (1.0, 0.0))
        return float(1 / (1 + np.exp(-(slope * np.log(probability / (1 - probability)) + shift))))


def decide(probabilities: Floats) -> Decision:
    """Pool the sentences' probabilities: a part is entailed as far as its best sentence entails it.

    Args:
        probabilities: `(n_evidence, 3)`, as a judge returns them; none gives `not_in_sources`.
    """
    if not len(probabilities):
        return Decision(((1 - NOTHING) / 2, (1 - NOTHING) / 2, NOTHING), (), ())
    held = np.maximum(np.asarray(probabilities, dtype=float), _LEAST)
    odds = np.log(held[:, :2]) - np.log(held[:, 2:])
    scores = np.array([soft_maximum(odds[:, 0]), soft_maximum(odds[:, 1]), 0.0])
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    return Decision(
        probabilities=(float(shares[0]), float(shares[1]), float(shares[2])),
        supports=_deciding(0, held, wins=shares[0] == shares.max()),
        contradicts=_deciding(1, held, wins=shares[1] == shares.max()),
    )


def outweighed(probabilities: Floats, differs: Sequence[bool]) -> Floats:
    """Return the probabilities with support turned against the part where the sentence excludes something in it.

    Sentence models take a sentence with another figure, or with a "not", for the same.

    Args:
        probabilities: `(n_evidence, 3)`.
        differs: for each sentence whether comparison found a difference.
    """
    rows = probabilities.copy()
    turned = np.array(differs, dtype=bool) & (rows[:, 0] > rows[:, 1])
    rows[turned] = rows[turned][:, [1, 0, 2]]
    return rows


def verdict_of(parts: Sequence[PartCheck]) -> Verdict:
    """Return a claim's verdict: one contradicted part contradicts it, and all must be supported to support it."""
    verdicts = {part.verdict for part in parts}
    if "contradicted" in verdicts:
        return "contradicted"
    return "supported" if verdicts == {"supported"} else "not_in_sources"


def confidence_of(verdict: Verdict, parts: Sequence[PartCheck]) -> float:
    """Return the confidence in a claim's verdict: of the surest part that decides it, or if all must, of the least."""
    deciding = [part.confidence for part in parts if part.verdict == verdict]
    return min(deciding) if verdict == "supported" else max(deciding)


def soft_maximum(scores: Sequence[float] | np.ndarray) -> float:
    """Return a smooth maximum of some scores: with one, itself; with many alike, their height."""
    values = np.asarray(scores, dtype=float)
    top = values.max()
    return float(top + np.log(np.exp(SHARPNESS * (values - top)).mean()) / SHARPNESS)


def _deciding(way: int, held: np.ndarray, *, wins: bool) -> tuple[int, ...]:
    """Return the sentences that speak one way more than any other, and about as clearly as the clearest.

    Where that way wins there is one at least: several together may win though none does alone. Where it loses, only
    what speaks clearly is left, so that disagreement is not seen in every doubt.
    """
    own = held[:, way]
    ways = [i for i in range(len(own)) if own[i] >= held[i].max()] or ([int(own.argmax())] if wins else [])
    if not wins:
        ways = [i for i in ways if own[i] >= _DISSENTS]
    ways.sort(key=lambda i: (-own[i], i))
    return tuple(i for i in ways if own[i] >= _DECIDES * own[ways[0]])
