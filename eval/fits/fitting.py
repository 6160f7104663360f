"""Fit the weights of the linear models: rankings, listwise; outcomes, logistic, with and without pooled sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.outcome import CONTRADICTED, FEATURES, HELD, SHARPNESS, SUPPORT, OutcomeFeatures

Floats = NDArray[np.float64]
SMALL: Final = 1e-6  # a column that varies less tells nothing


@dataclass(frozen=True, slots=True)
class Group:
    """The candidates of one question: features `(n, d)` and whether each is right `(n,)`."""

    features: Floats
    right: NDArray[np.bool_]


def fit_listwise(
    groups: Sequence[Group], names: Sequence[str], strength: float, signs: Mapping[str, int]
) -> dict[str, float]:
    """Fit weights so that right candidates get most of a softmax over each question's candidates.

    Args:
        groups: questions without a right candidate teach nothing and are left out.
        names: of the features.
        strength: of the L2 penalty, per question, on standardised features.
        signs: 1 or -1 for the way a feature may count; the others may count either way.
    """
    usable = [group for group in groups if group.right.any()]
    scale = spread(np.vstack([group.features for group in usable]))

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

    found = minimum(loss, np.zeros(len(names)), [signs.get(name, 0) for name in names])
    return dict(zip(names, (found / scale).tolist(), strict=True))


def fit_contradicted(rows: Sequence[OutcomeFeatures], right: NDArray[np.bool_], strength: float) -> dict[str, Any]:
    """Fit the logistic regression over the signs of a false premise; both classes weigh the same.

    Args:
        rows: one a question.
        right: whether its premise is false, `(n,)`.
        strength: of the L2 penalty on standardised features.
    """
    x = _columns(rows, CONTRADICTED)
    scale = spread(x)
    weight, y = balanced(right), np.where(right, 1.0, -1.0)
    stacked = np.column_stack([x / scale, np.ones(len(x))])

    def loss(p: Floats) -> tuple[float, Floats]:
        margin = y * (stacked @ p)
        penalised = np.append(p[:-1], 0.0)
        value = float((weight * np.logaddexp(0, -margin)).sum() + strength * penalised @ penalised / 2)
        return value, np.asarray(-(weight * y / (1 + np.exp(margin))) @ stacked + strength * penalised, dtype=float)

    found = minimum(loss, np.zeros(len(CONTRADICTED) + 1), [*CONTRADICTED.values(), 0])
    return {"intercept": float(found[-1]), "coefficients": _named(CONTRADICTED, found[:-1] / scale)}


def fit_held(rows: Sequence[OutcomeFeatures], right: NDArray[np.bool_], strength: float) -> dict[str, Any]:
    """Fit whether the sources hold what is asked: the question's features, and a soft maximum over its sentences.

    Args:
        rows: one a question; one without sentences teaches nothing and is left out.
        right: whether the sources hold it, `(n,)`.
        strength: of the L2 penalty on standardised features.
    """
    usable = [i for i, row in enumerate(rows) if len(row.sentences)]
    rows, right = [rows[i] for i in usable], right[usable]
    g = _columns(rows, HELD)
    g_scale, s_scale = spread(g), spread(np.vstack([row.sentences for row in rows]).astype(float))
    g = g / g_scale
    sentences = [row.sentences / s_scale for row in rows]
    weight, y, m = balanced(right), np.where(right, 1.0, -1.0), len(SUPPORT)

    def loss(p: Floats) -> tuple[float, Floats]:
        total, gradient = 0.0, np.zeros_like(p)
        for x, own, sign, w in zip(sentences, g, y, weight, strict=True):
            score = x @ p[:m]
            share = np.exp(SHARPNESS * (score - score.max()))
            pooled = score.max() + np.log(share.mean()) / SHARPNESS
            logit = pooled + own @ p[m:-1] + p[-1]
            total += w * np.logaddexp(0, -sign * logit)
            slope = -w * sign / (1 + np.exp(sign * logit))
            gradient += slope * np.concatenate([share / share.sum() @ x, own, [1.0]])
        penalised = np.append(p[:-1], 0.0)
        return float(total + strength * penalised @ penalised / 2), gradient + strength * penalised

    signs = [*SUPPORT.values(), *HELD.values(), 0]
    found = minimum(loss, 0.01 * np.array(signs, dtype=float), signs)
    return {
        "intercept": float(found[-1]),
        "coefficients": _named(HELD, found[m:-1] / g_scale),
        "sentences": _named(SUPPORT, found[:m] / s_scale),
    }


def minimum(loss: Any, start: Floats, signs: Sequence[int]) -> Floats:
    """Return where a loss is least; a weight with the sign 1 stays at 0 or above, with -1 at 0 or below."""
    from scipy.optimize import minimize

    bounds = [{1: (0, None), -1: (None, 0)}.get(sign, (None, None)) for sign in signs]
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x, dtype=float)


def spread(columns: Floats) -> Floats:
    """Return each column's standard deviation; infinity for one that hardly varies, so that its weight becomes 0."""
    spread = columns.std(axis=0)
    return np.asarray(np.where(spread > SMALL, spread, np.inf), dtype=float)


def balanced(
    right: NDArray[np.integer[Any]] | NDArray[np.bool_], classes: int = 2, own: Sequence[float] | None = None
) -> Floats:
    """Return weights by which all classes, numbered from 0, weigh the same, 1 on average.

    Args:
        right: each example's class, `(n,)`.
        classes: how many there are.
        own: weights of the examples within their class; all 1 where there are none.
    """
    classed, weights = right.astype(int), np.ones(len(right)) if own is None else np.asarray(own, dtype=float)
    sums = np.bincount(classed, weights, minlength=classes)
    held: Floats = weights * len(right) / classes / np.where(sums > 0, sums, 1.0)[classed]
    return held


def _columns(rows: Sequence[OutcomeFeatures], names: Mapping[str, int]) -> Floats:
    at = [list(FEATURES).index(name) for name in names]
    return np.array([row.question for row in rows], dtype=float)[:, at]


def _named(names: Mapping[str, int], values: Floats) -> dict[str, float]:
    return dict(zip(names, (values + 0.0).tolist(), strict=True))
