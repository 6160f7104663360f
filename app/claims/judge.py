"""What a judge is given and what it says: the Protocol that the judges share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from app.claims.results import Verdict
from app.results import Place
from ingest.documents import Edition

Floats = NDArray[np.float32]

# For each verdict slope and shift: a probability's logit, times the one and plus the other, is that of being right.
Calibration = Mapping[Verdict, tuple[float, float]]
UNCALIBRATED: Final[Calibration] = {}
# Of a sentence that nothing can be said of, in the order of `VERDICTS`: it decides nothing, nor denies.
UNDECIDED: Final = (0.1, 0.1, 0.8)


@dataclass(frozen=True, slots=True)
class ClaimPart:
    """One thing that a claim says.

    Attributes:
        text: the claim's own words, made to stand alone.
        english: the same in English words; `text` itself where it is English.
        language: of `text`, as a code ("en", "ko").
        named: `doc_id`s of the documents that it is attributed to; only these count for it, and against it.
        vector: of `english`, `(dim,)`, unit length; None where it is not encoded yet.
    """

    text: str
    english: str
    language: str = "en"
    named: tuple[str, ...] = ()
    vector: Floats | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class EvidenceSentence:
    """A sentence of a source that may decide a claim.

    Attributes:
        place: where it stands.
        text: the sentence.
        around: it with its neighbours: the sentence before, itself, the one after, and what introduces a list.
        header: what its document is called: title, issuer, date, aliases; a line each.
        date: of the document.
        edition: only an original decides on negation, modality and quotations.
        vector: of the sentence, `(dim,)`, unit length; None where it has none (zeros count as none).
        score: of the retrieval, comparable between sentences and parts, higher is better; 0 where it was not
            retrieved but given.
    """

    place: Place
    text: str
    around: str
    header: str
    date: str
    edition: Edition
    vector: Floats | None = field(default=None, compare=False)
    score: float = 0.0


class Judge(Protocol):
    """What says how sentences of the sources bear on a part of a claim."""

    @property
    def name(self) -> str:
        """Return what it is, in words that a person knows it by."""
        ...

    @property
    def calibration(self) -> Calibration:
        """Return how its probabilities become confidence; a verdict that is not in it keeps its probability."""
        ...

    def judge(self, part: ClaimPart, evidence: Sequence[EvidenceSentence]) -> Floats:
        """Return how each sentence bears on a part of a claim.

        Args:
            part: what is claimed.
            evidence: sentences, best first, at most a dozen; each is read alone and with its neighbours.

        Returns:
            `(n_evidence, 3)`: probabilities that the sentence entails the part, contradicts it, does neither; each
            row sums to 1. `(0, 3)` for no evidence.
        """
        ...
