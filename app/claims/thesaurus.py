"""Words that analysts put for one another, as groups in `thesaurus.tsv`: a line each, the first stands for all.

Korean words are told by their first two syllables, as `ingest.lexical` reads them. The groups are wider than synonyms:
they say that two sentences may be about the same thing, never that they say the same.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ingest.lexical import analyse

GROUPS_FILE: Final = Path(__file__).with_name("thesaurus.tsv")


def standing_for(stem: str) -> str:
    """Return the stem that stands for a stem's group; a stem in no group, and an empty one, stand for themselves."""
    return _representatives().get(stem, stem)


@functools.cache
def _representatives() -> Mapping[str, str]:
    """Return for each stem of a group its representative; where two groups have a stem, the first counts."""
    found: dict[str, str] = {}
    for line in GROUPS_FILE.read_text(encoding="utf-8").splitlines():
        stems = [stem for word in line.split("\t") for stem in analyse(word)[:1]]
        for stem in stems:
            found.setdefault(stem, found.get(stems[0], stems[0]))
    return found
