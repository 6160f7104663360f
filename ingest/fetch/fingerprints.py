"""What a paragraph is known again by, without its text.

A paragraph's fingerprint is how many words it has, and the hashes of some of its shingles (runs of five words; Broder
1997, "On the resemblance and containment of documents") with their places. Nobody can read the text back: of the
shingles only a quarter are kept, besides the first and the last, and each hash has 16 bits, so that every one of
them stands for countless runs of words, and consecutive ones mostly lack. A paragraph of four words or fewer, a heading
or a name, is one shingle.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.fetch.words import keys_of

SHINGLE: Final = 5  # words
_ONE_IN: Final = 4  # shingles kept
_MARK: Final = struct.Struct(">HH")  # place, hash
_LONGEST: Final = 65_535  # words of a paragraph


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One paragraph's fingerprint.

    Attributes:
        number: the paragraph's number in the original, from 1.
        length: how many words it has, 1 or more.
        marks: place (in words, from 0) and hash of each shingle kept, by place; never empty.
    """

    number: int
    length: int
    marks: tuple[tuple[int, int], ...]

    @property
    def shingle(self) -> int:
        """How many words each of its shingles has."""
        return min(self.length, SHINGLE)


def fingerprint(number: int, text: str) -> Fingerprint | None:
    """Return a paragraph's fingerprint; None for one without words."""
    words = keys_of(text)[:_LONGEST]
    if not words:
        return None
    hashed = shingles(words, min(len(words), SHINGLE))
    ends = (0, len(hashed) - 1)
    marks = tuple((place, hash) for place, (hash, kept) in enumerate(hashed) if kept or place in ends)
    return Fingerprint(number, len(words), marks)


def shingles(words: Sequence[str], size: int) -> list[tuple[int, bool]]:
    """Return hash (16 bits) of each run of `size` words, and whether it is one of those that are kept."""
    digests = (
        hashlib.blake2b("\n".join(words[place : place + size]).encode("utf-8", "surrogatepass"), digest_size=3).digest()
        for place in range(len(words) - size + 1)
    )
    return [(digest[0] << 8 | digest[1], digest[2] % _ONE_IN == 0) for digest in digests]


Fingerprints = Mapping[str, tuple[Fingerprint, ...]]


def write_fingerprints(path: Path, documents: Mapping[str, Iterable[Fingerprint]]) -> None:
    """Write documents' fingerprints by `doc_id`: a line a paragraph, tab-separated."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(("doc_id", "paragraph", "words", "marks"))
        for doc_id in sorted(documents):
            for one in documents[doc_id]:
                marks = base64.b64encode(b"".join(_MARK.pack(*mark) for mark in one.marks)).decode("ascii")
                writer.writerow((doc_id, one.number, one.length, marks))


def read_fingerprints(path: Path) -> Fingerprints:
    """Read what `write_fingerprints` wrote; a missing file gives none."""
    found: dict[str, list[Fingerprint]] = {}
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                marks = tuple(_MARK.iter_unpack(base64.b64decode(row["marks"])))
                one = Fingerprint(int(row["paragraph"]), int(row["words"]), marks)
                found.setdefault(row["doc_id"], []).append(one)
    return {doc_id: tuple(paragraphs) for doc_id, paragraphs in found.items()}
