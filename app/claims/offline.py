"""Judge claims without a chat model: what differs, what is left without a counterpart, and how near a sentence is.

Each sentence gets two scores, linear in the features below: one for entailing the part, one for contradicting it. A
softmax over both and a constant for "neither" makes them probabilities. The weights are fitted on whole claims, whose
scores are a soft maximum over their sentences' (multiple-instance learning; Dietterich, Lathrop and Lozano-Pérez,
1997), by `eval/fits/claims.py`; they stand in `judge.json`. A sentence contradicts only where comparison can say what
in the claim it excludes: without that, a score is a guess that costs trust. Where it can, it does not entail.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from app.actors import countries, name_phrases
from app.claims.amount_words import LABELLED
from app.claims.differences import compared, unmatched
from app.claims.judge import Calibration, ClaimPart, EvidenceSentence, Floats
from app.claims.results import CANNOT_CHECK, Difference
from app.figures import Figure, holds, read_figures
from app.language import is_korean
from app.query import Understood
from ingest.lexical import analyse

WEIGHTS_FILE: Final = Path(__file__).with_name("judge.json")
_LEADS: Final = 4  # a sentence's score is set against the fourth best's
_LEAST_COVERAGE: Final = 0.08  # a sentence with fewer of the claim's words entails nothing, whatever it leads by
_PLENTY: Final = 0.6  # of a claim's words; analysts' own wording has fewer, pasted sentences more
_NO_TERM: Final = "\x00"  # rarer than any word
_MOST_LEAD: Final = 3.0  # in a small index the best of few leads by far
NO_SCORE: Final = -12.0  # of what cannot be said of a sentence
VERBATIM_SCORE: Final = 4.0  # for entailing, at least, of a sentence that has the claim word for word
_LEAST_WORDS: Final = 4  # fewer are a name
_WORD: Final = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*")

FEATURES: Final[Mapping[str, str]] = {
    "lead": "the sentence's score as evidence, less the fourth best sentence's",
    "coverage": "share of the idf of what is claimed, without what names documents and dates, in the sentence, its "
    "neighbours and its document's names",
    "sentence_coverage": "share of that idf in the sentence",
    "nearly_whole": "how far that share goes from six tenths to all",
    "of_sentence": "share of the sentence's terms that are among those claimed",
    "name_unmatched": "a country or name of the claim is in none of them",
    "unknown_name": "and such a name that no source has at all",
    "figures_unmatched": "how many figures and dates of the claim are in none of them, over the claim's figures",
    "figures_held": "share of the claim's figures that the sentence gives",
    "nothing_named": "the claim has neither figures nor names, so that none of its is unmatched",
    "differs": "something in the claim is excluded by the sentence",
    "verbatim": "the claim's words stand in the sentence, one after another",
}
_DIFFERS: Final = tuple(FEATURES).index("differs")
_VERBATIM: Final = tuple(FEATURES).index("verbatim")
_COVERAGE: Final = tuple(FEATURES).index("coverage")
_UNKNOWN: Final = tuple(FEATURES).index("unknown_name")


@dataclass(frozen=True, slots=True)
class JudgeWeights:
    """Weights of named features for both scores, with their constants.

    Attributes:
        entails: weights of the score for entailing; `constant` is its constant.
        contradicts: the same for contradicting.
        calibration: see `Judge.calibration`.
    """

    entails: Mapping[str, float]
    contradicts: Mapping[str, float]
    calibration: Calibration

    @classmethod
    def load(cls, path: Path = WEIGHTS_FILE) -> JudgeWeights:
        """Read the weights that `eval/fits/claims.py` wrote."""
        values = json.loads(path.read_text(encoding="utf-8"))
        calibration = {verdict: (slope, shift) for verdict, (slope, shift) in values["calibration"].items()}
        return cls(values["entails"], values["contradicts"], calibration)

    def probabilities(self, features: Floats) -> Floats:
        """Return for rows of `FEATURES` how likely each sentence entails, contradicts, does neither, `(n, 3)`."""
        columns = [
            features @ np.array([of.get(name, 0.0) for name in FEATURES], dtype=np.float32) + of.get("constant", 0.0)
            for of in (self.entails, self.contradicts)
        ]
        scores = np.stack([*columns, np.zeros(len(features))], axis=1).astype(np.float32)
        differs = features[:, _DIFFERS] > 0
        verbatim = features[:, _VERBATIM] > 0
        scores[verbatim, 0] = np.maximum(scores[verbatim, 0], VERBATIM_SCORE)
        scores[~differs, 1] = scores[differs, 0] = NO_SCORE
        bare = (features[:, _COVERAGE] < _LEAST_COVERAGE) | (features[:, _UNKNOWN] > 0)
        scores[bare, 0] = NO_SCORE
        return softmax(scores)


class OfflineJudge:
    """The judge that needs nothing but the index.

    Args:
        understand: reads a claim as it reads a question.
        idf: of an index term; rare terms count more.
        weights: of `FEATURES`.
    """

    name = "Sangho's own comparison, without a chat model"

    def __init__(
        self, understand: Callable[[str], Understood], idf: Callable[[str], float], weights: JudgeWeights
    ) -> None:
        self.understand = understand
        self.calibration = weights.calibration
        self._idf = idf
        self._weights = weights

    def judge(self, part: ClaimPart, evidence: Sequence[EvidenceSentence]) -> Floats:
        """Return how each sentence bears on a part of a claim; see `Judge.judge`."""
        return self._weights.probabilities(self.features(part, evidence))

    def features(self, part: ClaimPart, evidence: Sequence[EvidenceSentence]) -> Floats:
        """Return `FEATURES` of each sentence, `(n_evidence, len(FEATURES))`."""
        if not evidence:
            return np.zeros((0, len(FEATURES)), np.float32)
        claim = self._read(part)
        scores = sorted((one.score for one in evidence), reverse=True)
        fourth = scores[min(_LEADS, len(scores)) - 1]
        found = compared(part, evidence)
        leads = [min(one.score - fourth, _MOST_LEAD) for one in evidence]
        rows = [claim.compare(one, leads[i], found[i]) for i, one in enumerate(evidence)]
        return np.array([[row[name] for name in FEATURES] for row in rows], dtype=np.float32)

    def _read(self, part: ClaimPart) -> _Claim:
        understood = self.understand(part.text)
        figures = tuple(f for f in read_figures(part.text)[0] if _is_amount(f, part.text))
        named = {f.text for f in read_figures(part.text)[0]} - {f.text for f in figures}
        idf = {
            language: {term: self._idf(term) for term in terms if term not in named}
            for language, terms in understood.topic_terms.items()
        }
        bare = (
            not figures and not read_figures(part.text)[1] and not name_phrases(part.text) and not countries(part.text)
        )
        return _Claim(part, idf, figures, bare, self._is_unknown)

    def _is_unknown(self, name: str) -> bool:
        """Whether a name has a word that is nowhere in the index; figures are told otherwise."""
        terms = [term for term in analyse(name) if not any(character.isdigit() for character in term)]
        return any(self._idf(term) >= self._idf(_NO_TERM) for term in terms)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A part, read once for all its evidence."""

    part: ClaimPart
    idf: Mapping[str, Mapping[str, float]]
    figures: tuple[Figure, ...]
    bare: bool
    is_unknown: Callable[[str], bool]

    def compare(self, one: EvidenceSentence, lead: float, found: Sequence[Difference]) -> dict[str, float]:
        idf = self.idf.get("ko" if is_korean(one.text) else "en", {})
        own = frozenset(analyse(one.text))
        absent = unmatched(self.part, one)
        share = _covered(idf, own)
        figures = sum(any(character.isdigit() for character in what) for what in absent)
        return {
            "lead": lead,
            "coverage": _covered(idf, own | frozenset(analyse(f"{one.around}\n{one.header}"))),
            "sentence_coverage": share,
            "nearly_whole": max(0.0, (share - _PLENTY) / (1 - _PLENTY)),
            "of_sentence": len(own & idf.keys()) / max(len(own), 1),
            "name_unmatched": float(len(absent) > figures),
            "unknown_name": float(any(self.is_unknown(name) for name in absent)),
            "figures_unmatched": figures / max(len(self.figures), 1),
            "figures_held": sum(holds(one.text, f) for f in self.figures) / max(len(self.figures), 1),
            "nothing_named": float(self.bare),
            "verbatim": float(_stands_in(self.part.text, one.text)),
            "differs": float(any(difference.source != CANNOT_CHECK for difference in found)),
        }


def _is_amount(figure: Figure, text: str) -> bool:
    """Whether a figure of a text says how much or how many; "14110" of an order is its name."""
    if figure.unit in ("name", "word"):
        return False
    places = [match.start() for match in re.finditer(re.escape(figure.text), text)]
    return not places or any(not LABELLED.search(text[:at]) for at in places)


def _stands_in(claim: str, sentence: str) -> bool:
    """Whether a claim's words stand in a sentence one after another, whatever their case and punctuation."""
    own, held = (f" {' '.join(_WORD.findall(text.casefold()))} " for text in (claim, sentence))
    return own.count(" ") > _LEAST_WORDS and own in held


def _covered(idf: Mapping[str, float], held: frozenset[str]) -> float:
    return sum(weight for term, weight in idf.items() if term in held) / (sum(idf.values()) or 1.0)


def softmax(scores: Floats) -> Floats:
    """Return each row's softmax, `(n, k)`."""
    shares = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float32)
