"""Judge with a cross-encoder that somebody trained on entailment: any one of sentence-transformers, by name or folder.

The evidence models' module: the only one besides `ingest/embedding.py` that touches sentence-transformers. What the
model's outputs mean is read off its own label names, never guessed from their order.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from app.claims.judge import UNCALIBRATED, ClaimPart, EvidenceSentence, Floats
from ingest.bundled import hub_folder, line_of
from ingest.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

ENTAILS, CONTRADICTS, NEITHER = 0, 1, 2  # the columns of what a judge returns
_LABELS: Final[tuple[frozenset[str], ...]] = tuple(
    frozenset(names.split())
    for names in (
        "entailment entails entail entailed support supports supported",
        "contradiction contradicts contradict contradicted refute refutes refuted",
        "neutral neither nei not_enough_info not_enough_information",
    )
)
_NOT_ENTAILED: Final = frozenset({"not_entailment", "not_entailed", "non_entailment", "not_supported"})
_BATCH: Final = 32
_LONGEST: Final = 8192  # word pieces
_ROOM: Final = 4  # a claim may fill all but a quarter of what the model reads
_REMEDY: Final = (
    "Set SANGHO_JUDGE to a cross-encoder trained on entailment, with labels such as entailment, contradiction and "
    "neutral; or leave it empty."
)


class CrossEncoderJudge:
    """A `Judge` on a cross-encoder with labels.

    Three labels are taken by their names, in any case and order: entailment or supports, contradiction or refutes,
    neutral or not enough info. A model with entailment and not_entailment is taken too; as it cannot tell what
    contradicts from what says nothing, it never says that a sentence contradicts. Others are refused, among them
    models of relevance. The claim is read in its own words: a model that reads no Korean judges Korean claims badly.

    Args:
        model: a folder, or a hub name, which is looked for in the local cache first and downloaded only if it is not
            there and `HF_HUB_OFFLINE` is not set. Code that a model brings with it is not run.

    Constructing one reads and imports nothing. Several threads may judge at once: they take turns.
    """

    calibration = UNCALIBRATED

    def __init__(self, model: str) -> None:
        self._model = model
        self._lock = threading.RLock()
        self._loaded: tuple[CrossEncoder, tuple[int, ...]] | None = None

    @property
    def name(self) -> str:
        """The model's name or folder, as it was set."""
        return f"the cross-encoder {self._model}"

    def load(self) -> CrossEncoder:
        """Load the model and read its labels, once; later calls return it at once.

        Raises:
            ModelError: it is missing, cannot be loaded, or its labels cannot be told.
        """
        return self._ready()[0]

    def judge(self, part: ClaimPart, evidence: Sequence[EvidenceSentence]) -> Floats:
        """Return how each sentence bears on a part of a claim: `(n_evidence, 3)`, see `Judge.judge`.

        A sentence is the premise once alone, and once with its neighbours behind its document's title where the
        model can read all of that; of the two readings the more decided one counts. Too long a sentence is cut; a
        part that fills more than three quarters of what the model reads is not judged: every row says neither.

        Raises:
            ModelError: as `load`; or the model's outputs are no numbers.
        """
        if not evidence:
            return np.zeros((0, 3), np.float32)
        with self._lock:  # the Rust tokenizer refuses two threads at once
            model, columns = self._ready()
            reader = _Reader(model)
            claim = reader.plain(part.text)
            if reader.tokens(claim) > reader.limit - reader.limit // _ROOM:
                return np.array([[0, 0, 1]] * len(evidence), np.float32)
            readings = [_readings(one, reader, claim) for one in evidence]
            pairs = list(dict.fromkeys((premise, claim) for premises in readings for premise in premises))
            judged = dict(zip(pairs, self._judged(model, columns, pairs), strict=True))
        rows = [[judged[premise, claim] for premise in premises] for premises in readings]
        return np.stack([min(row, key=lambda one: float(one[NEITHER])) for row in rows])

    def _ready(self) -> tuple[CrossEncoder, tuple[int, ...]]:
        with self._lock:
            if self._loaded is None:
                model = _load(_folder(self._model), self._model)
                names: Mapping[int, str] = getattr(model.config, "id2label", None) or {}
                self._loaded = model, columns_of([names[key] for key in sorted(names)], self._model)
            return self._loaded

    def _judged(self, model: CrossEncoder, columns: Sequence[int], pairs: list[tuple[str, str]]) -> Floats:
        """Return `(n_pairs, 3)`: the softmax of the model's outputs, each in its label's column."""
        logits = np.asarray(
            model.predict(
                pairs,
                batch_size=_BATCH,
                show_progress_bar=False,
                processing_kwargs={"text": {"truncation": "only_first"}},
            ),
            np.float64,
        )
        if logits.shape != (len(pairs), len(columns)) or not np.isfinite(logits).all():
            raise ModelError(f"The judge {self._model!r} gives outputs that cannot be used.", _REMEDY)
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        found = np.zeros((len(pairs), 3), np.float32)
        found[:, columns] = odds / odds.sum(axis=1, keepdims=True)
        return found


def columns_of(labels: Sequence[str], model: str = "") -> tuple[int, ...]:
    """Return for each of a model's labels, in its own order, which column it is: entails, contradicts, neither.

    Raises:
        ModelError: they are not three such labels, or entailment and its absence; names them.
    """
    plain = [re.sub(r"[\W_]+", "_", str(label).strip().lower()) for label in labels]
    columns = tuple(next((at for at, names in enumerate(_LABELS) if label in names), -1) for label in plain)
    if sorted(columns) == [ENTAILS, CONTRADICTS, NEITHER]:
        return columns
    if len(plain) == 2 and ENTAILS in columns and set(plain) & _NOT_ENTAILED:
        return tuple(ENTAILS if column == ENTAILS else NEITHER for column in columns)
    said = f"the labels {list(labels)}, which do not say what entails a claim"
    raise ModelError(f"The judge {model!r} has {said}.", _REMEDY)


class _Reader:
    """What a loaded model reads: how long texts are in its word pieces, and what in them it would take for its own."""

    def __init__(self, model: CrossEncoder) -> None:
        self._tokenizer: Any = model.tokenizer
        special = [re.escape(token) for token in self._tokenizer.all_special_tokens]
        self._special = re.compile("|".join(sorted(special, key=len, reverse=True)) or r"(?!)")
        own = self._tokenizer.num_special_tokens_to_add(pair=True)
        self.limit = int(min(model.max_seq_length or 512, _LONGEST)) - own  # some say infinity

    def plain(self, text: str) -> str:
        """Return the text on one line without the model's special tokens: a "[SEP]" in a source ends no premise."""
        return " ".join(self._special.sub(" ", text).split())

    def tokens(self, text: str) -> int:
        return len(self._tokenizer(text, add_special_tokens=False, truncation=False, verbose=False)["input_ids"])


def _readings(one: EvidenceSentence, reader: _Reader, claim: str) -> list[str]:
    alone = reader.plain(one.text)
    title = reader.plain(one.header.partition("\n")[0])
    context = " ".join(filter(None, (title and f"{title.rstrip('.')}.", reader.plain(one.around))))
    # Cut short, a context may lose the very sentence that it is about.
    fits = reader.tokens(context) + reader.tokens(claim) <= reader.limit
    return [alone, context] if fits and context != alone else [alone]


def _folder(model: str) -> Path:
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    try:
        return hub_folder(model)
    except ModelError as error:
        why = f"is neither a folder nor a model that can be had: {line_of(error.__cause__ or error)}"
        raise ModelError(f"The judge {model!r} {why}.", _REMEDY) from error


def _load(folder: Path, name: str) -> CrossEncoder:
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as in ingest/embedding.py
    try:
        from sentence_transformers import CrossEncoder
        from transformers.utils import logging

        shown = logging.is_progress_bar_enabled()
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            # Bare outputs, whatever function its configuration names.
            loaded: CrossEncoder = CrossEncoder(str(folder), local_files_only=True, activation_fn=_bare)
            return loaded
        finally:
            if shown:
                logging.enable_progress_bar()  # type: ignore[no-untyped-call]
    except Exception as error:  # torch, transformers and safetensors share no base of their own
        raise ModelError(f"The judge {name!r} cannot be loaded: {line_of(error)}.", _REMEDY) from error


def _bare(scores: Any) -> Any:
    return scores
