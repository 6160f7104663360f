"""Give every file its `doc_id`, and decide which of two that share one goes into the index."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.manifest import FileRecord


def assign(records: Sequence[FileRecord], roots: Sequence[str], held: frozenset[str] = frozenset()) -> list[FileRecord]:
    """Return the records in index order, with `doc_id` and `state` decided.

    Where files share a name, originals outrank digests, whichever root they are in. Of those that are left the
    first keeps the name: one that had it before, then the earlier root's, then the earlier path. The others are
    qualified by their folder: `2024/minutes`. Removed files stay out and hold no name.

    Args:
        records: every file read.
        roots: source roots in order.
        held: paths of the files that bore their plain name until now.
    """
    rank = {root: place for place, root in enumerate(roots)}
    ordered = sorted(records, key=lambda record: (rank[record.root], record.path))
    taken: set[str] = {record.name for record in records if record.state != "removed"}
    decided: dict[str, FileRecord] = {}
    for name, group in _by_name(ordered):
        originals = [record for record in group if record.edition == "original"]
        chosen = sorted(originals or group, key=lambda record: record.path not in held)
        for record in group:
            decided[record.path] = replace(record, state="outranked", doc_id="")
        for record in chosen:
            doc_id = name if record is chosen[0] else _qualified(record, taken)
            taken.add(doc_id)
            decided[record.path] = replace(record, state="indexed", doc_id=doc_id)
    return [decided.get(record.path, replace(record, doc_id="")) for record in ordered]


def _by_name(records: Sequence[FileRecord]) -> Iterator[tuple[str, list[FileRecord]]]:
    present = sorted((record for record in records if record.state != "removed"), key=lambda record: record.name)
    for name, group in itertools.groupby(present, key=lambda record: record.name):
        yield name, list(group)


def _qualified(record: FileRecord, taken: set[str]) -> str:
    """Return the shortest name with folders in front that nobody has."""
    path = Path(record.path)
    folders = [part for part in path.parent.parts if part != path.anchor]
    candidates = (
        "/".join([*folders[-depth:], last]) for depth in range(1, len(folders) + 1) for last in (record.name, path.name)
    )
    return next((name for name in candidates if name not in taken), f"{record.digest[:12]}/{path.name}")
