"""Name the bodies that act in the field: departments, agencies, companies, universities, offices; as data, by kind."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.claims.readings import Span

BODIES_FILE: Final = Path(__file__).with_name("bodies.tsv")


@dataclass(frozen=True, slots=True)
class Body:
    """A body that a text names, and where: `kind` is "company" and the like, `name` the one that it is known by."""

    kind: str
    name: str
    span: Span


@functools.lru_cache(maxsize=512)
def read_bodies(text: str) -> tuple[Body, ...]:
    """Return the bodies that a text names, in order; empty text gives none."""
    pattern, rows = _pattern()
    return tuple(Body(*rows[(match.lastindex or 1) - 1], match.span()) for match in pattern.finditer(text))


@functools.cache
def _pattern() -> tuple[re.Pattern[str], tuple[tuple[str, str], ...]]:
    """Return one pattern with a group a body, and each group's kind and name; of two that fit the first counts."""
    rows = [line.split("\t") for line in BODIES_FILE.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    either = "|".join(f"({words})" for _, _, words in rows)
    return re.compile(rf"(?<![A-Za-z])(?:{either})(?![A-Za-z])"), tuple((kind, name) for kind, name, _ in rows)
