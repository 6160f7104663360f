"""Embed texts with a sentence-transformers model; the bundled one is verified and needs no network.

The only module that touches sentence-transformers' embedding models. Nothing heavy is imported before it is
used: tokens are counted with the `tokenizers` library alone, torch comes in with `load()`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.bundled import (
    MODEL_FILES,
    OTHER_ENGINES,
    PINNED,
    REINSTALL,
    bundled_folder,
    digest_of,
    hub_folder,
    line_of,
    sha256,
    verify,
)
from ingest.errors import ModelError

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
Progress = Callable[[int], None]

BUNDLED: Final = "bundled"
_BLOCK: Final = 512  # texts between two reports of progress, and between two turns at the model
_BATCH: Final = 8  # on two cores a fifth less time than 32, the default: what a layer holds stays near the cores


class Embedder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """The model's name, for people."""

    @property
    def digest(self) -> str:
        """SHA-256 over the files that decide the vectors, as 64 hexadecimal digits."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """Longest text the model reads, in word pieces with its two special ones; the rest is cut off."""

    @property
    def languages(self) -> frozenset[str]:
        """Languages it was measured to read (`{"en"}`); `{"*"}` where nobody measured."""

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Vectors:
        """Return float32 unit vectors `(n_texts, dim)`; no texts give `(0, dim)`.

        `on_progress` gets the number of texts done so far, now and then, and all of them at the end.
        """

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in word pieces, special ones not counted, nothing cut off."""


def reads(languages: frozenset[str], language: str) -> bool:
    """Whether a model that reads `languages` (as `Embedder.languages` says it) reads a text in `language`."""
    return bool({"*", language} & languages)


class SentenceTransformerEmbedder:
    """An `Embedder` on sentence-transformers.

    Args:
        model: `bundled`, a folder, or a hub name. A hub name is looked for in the local cache first, and
            downloaded only if it is not there and `HF_HUB_OFFLINE` is not set.

    Constructing one reads and imports nothing. Several threads may encode at once: they take turns.
    """

    def __init__(self, model: str = BUNDLED) -> None:
        self._model = model
        self._lock = threading.RLock()
        self._loaded: SentenceTransformer | None = None

    @property
    def name(self) -> str:
        """The model's name: what was set, or the bundled one's own name."""
        return "all-MiniLM-L6-v2" if self._bundled else self._model

    @property
    def languages(self) -> frozenset[str]:
        """`{"en"}` for the bundled model, which does not read Korean; `{"*"}` for any other."""
        return frozenset({"en"} if self._bundled else {"*"})

    @cached_property
    def folder(self) -> Path:
        """The folder that holds the model's files.

        Raises:
            ModelError: there is none, and none can be had.
        """
        if self._bundled:
            return bundled_folder()
        folder = Path(self._model).expanduser()
        return folder if folder.is_dir() else hub_folder(self._model)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the names and digests of the model's files, weights and configuration alike.

        The bundled model's is known beforehand; `load()` verifies that its files agree.
        """
        if self._bundled:
            return digest_of(PINNED)
        names = (path for path in self.folder.rglob("*") if _decides_vectors(path.relative_to(self.folder)))
        return digest_of({path.relative_to(self.folder).as_posix(): sha256(path) for path in names})

    @cached_property
    def dim(self) -> int:
        """Length of a vector: 384 for the bundled model."""
        return 384 if self._bundled else int(self.load().get_embedding_dimension() or 0)

    @cached_property
    def max_tokens(self) -> int:
        """Longest text the model reads, in word pieces: 256 for the bundled model."""
        try:
            config = json.loads((self.folder / "sentence_bert_config.json").read_text("utf-8"))
            return int(config["max_seq_length"])
        except (OSError, ValueError, KeyError, TypeError):
            longest = self.load().max_seq_length or 512
            return int(min(longest, sys.maxsize))  # models of word vectors have no limit: infinity

    def load(self) -> SentenceTransformer:
        """Verify the bundled model's files and load the model, once; later calls return it at once.

        Raises:
            ModelError: a file is missing or altered, or the model cannot be loaded.
        """
        with self._lock:
            if self._loaded is None:
                if self._bundled:
                    verify(self.folder)
                self._loaded = _load(self.folder, self._model)
            return self._loaded

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> Vectors:
        """Return float32 unit vectors `(n_texts, dim)`; no texts give `(0, dim)`.

        Equal texts are encoded once, and texts of like length together, so that little is spent on padding.

        Raises:
            ModelError: the model cannot be loaded.
        """
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        model = self.load()
        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        unique = sorted(rows, key=len, reverse=True)
        vectors = np.empty((len(unique), self.dim), np.float32)
        for start in range(0, len(unique), _BLOCK):
            block = unique[start : start + _BLOCK]
            with self._lock:  # the Rust tokenizer refuses two threads at once
                encoded = model.encode(block, batch_size=_BATCH, show_progress_bar=False)
            vectors[[rows[text] for text in block]] = encoded
            if on_progress and start + _BLOCK < len(unique):
                on_progress(start + _BLOCK)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        if on_progress:
            on_progress(len(texts))
        return vectors if len(rows) == len(texts) else vectors[[rows[text] for text in texts]]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in word pieces, special ones not counted, nothing cut off.

        Raises:
            ModelError: the tokenizer cannot be loaded.
        """
        if not texts:
            return []
        with self._lock:
            encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding) for encoding in encodings]

    @property
    def _bundled(self) -> bool:
        return self._model == BUNDLED

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        path = self.folder / "tokenizer.json"
        try:
            text = path.read_text("utf-8") if path.exists() else self._own_tokenizer()
            tokenizer = Tokenizer.from_str(text)
        except Exception as error:  # the Rust library raises bare Exception
            raise ModelError(f"The tokenizer of {self._model} cannot be loaded: {line_of(error)}.") from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def _own_tokenizer(self) -> str:
        """Models without tokenizer.json get one made from their vocabulary when they are loaded."""
        return str(self.load().tokenizer.backend_tokenizer.to_str())


def as_langchain(embedder: Embedder) -> Embeddings:
    """Offer an embedder as LangChain's `Embeddings`, for chains and stores of other people."""
    from langchain_core.embeddings import Embeddings

    class EmbedderEmbeddings(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [[float(value) for value in vector] for vector in embedder.encode(texts)]

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    return EmbedderEmbeddings()


def _load(folder: Path, name: str) -> SentenceTransformer:
    # OpenMP's threads spin where they wait for each other; on a machine that is busy with anything else that made a
    # question's encoding take 108 ms instead of 11, and ingesting half as fast. It is read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        shown = logging.is_progress_bar_enabled()
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            return SentenceTransformer(str(folder), local_files_only=True)
        finally:
            if shown:
                logging.enable_progress_bar()  # type: ignore[no-untyped-call]
    except Exception as error:  # torch, transformers and safetensors share no base of their own
        raise ModelError(
            f"The embedding model {name!r} cannot be loaded: {line_of(error)}.",
            REINSTALL if name == BUNDLED else "Set SANGHO_EMBEDDING to a sentence-transformers model.",
        ) from error


def _decides_vectors(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return path.suffix in MODEL_FILES and not hidden and not OTHER_ENGINES & set(path.parts)
