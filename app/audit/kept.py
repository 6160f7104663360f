"""Keep the checks of an audit that is under way, so that it goes on where it stopped.

A line of JSON a check, each with a digest of itself: a line that was cut off by a kill, or damaged, is no line.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from app.claims.results import Check, ClaimCitation, Difference, PartCheck, QuoteCheck, Searchable
from app.results import Coverage
from ingest.documents import Document

FOLDER: Final = "audits"
DAYS: Final = 30
MOST_AUDITS: Final = 50
MOST_BYTES: Final = 64_000_000  # of one audit
_DAY: Final = 86_400.0  # seconds
_DIGITS: Final = 16  # of a line's digest
_FAULTS: Final = (ValueError, TypeError, KeyError, AttributeError, RecursionError)  # of a line that is not ours


def key_of(article: Document, generation: str, settings_digest: str, against: Searchable) -> str:
    """Return the key of an audit: equal for the same text, index, settings and restriction."""
    parts = (
        [[paragraph.number, paragraph.heading, paragraph.text] for paragraph in article.paragraphs],
        article.date[:4], article.language, article.translation_of, generation, settings_digest,
        sorted(against.types), sorted(against.doc_ids), sorted(against.without),
    )  # fmt: skip
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class Kept:
    """The checks of one audit, kept under HOME/audits.

    A disk that is full or may not be written keeps nothing; the audit goes on without.

    Args:
        home: the home folder.
        key: see `key_of`; hexadecimal.
    """

    def __init__(self, home: Path, key: str) -> None:
        self._path = home / FOLDER / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.jsonl"
        self._checks: dict[tuple[int, str], Check] | None = None

    def check(self, number: int, claim: str) -> Check | None:
        """Return the check kept for a sentence; None where none is, or it is damaged.

        Args:
            number: the sentence's number in the article, from 0.
            claim: what was checked.
        """
        if self._checks is None:
            self._checks = dict(self._read())
        return self._checks.get((number, claim))

    def keep(self, number: int, claim: str, check: Check) -> None:
        """Keep the check of a sentence."""
        body = json.dumps([number, claim, asdict(check)])
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._path.exists():
                _tidy(self._path.parent)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                size = os.fstat(file).st_size
                if size + len(body) <= MOST_BYTES:
                    # The line before may have been cut off: each begins on a line of its own.
                    os.write(file, f"\n{_digest(body)} {body}".encode())
            finally:
                os.close(file)

    def remove(self) -> None:
        """Remove what was kept: the audit is complete."""
        self._checks = None
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _read(self) -> Iterator[tuple[tuple[int, str], Check]]:
        try:
            with self._path.open("rb") as file:
                data = file.read(MOST_BYTES)
        except OSError:
            return
        for line in data.decode("ascii", "replace").split("\n"):
            digest, _, body = line.partition(" ")
            if digest == _digest(body):
                with contextlib.suppress(*_FAULTS):
                    number, claim, values = json.loads(body)
                    yield (number, claim), restored(values)


def restored(values: dict[str, Any]) -> Check:
    """Return the check that `dataclasses.asdict` took apart, though JSON made lists of its tuples.

    Raises:
        TypeError, KeyError, AttributeError: these are no check's values.
    """
    return Check(
        **values
        | {
            "parts": tuple(_part(part) for part in values["parts"]),
            "quotes": tuple(
                QuoteCheck(**quote | {"differing": tuple((ours, theirs) for ours, theirs in quote["differing"])})
                for quote in values["quotes"]
            ),
            "citations": tuple(ClaimCitation(**citation) for citation in values["citations"]),
            "coverage": Coverage(**values["coverage"]),
        }
    )


def _part(values: dict[str, Any]) -> PartCheck:
    differences = tuple(Difference(**difference) for difference in values["differences"])
    return PartCheck(**values | {"citations": tuple(values["citations"]), "differences": differences})


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("ascii", "replace")).hexdigest()[:_DIGITS]


def _tidy(folder: Path) -> None:
    """Remove audits that nobody went on with, and the oldest ones where there are too many."""
    ages = sorted(((path.stat().st_mtime, path) for path in folder.glob("*.jsonl")), reverse=True)
    oldest = time.time() - DAYS * _DAY
    for number, (changed, path) in enumerate(ages):
        if changed < oldest or number >= MOST_AUDITS - 1:
            path.unlink(missing_ok=True)
