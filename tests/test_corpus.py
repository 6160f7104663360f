"""The corpus: every digest retells its original completely, faithfully and in other words.

A digest is a Markdown file under ``corpus/`` whose front matter says ``edition: digest``. Checks
that compare it with its original need ``shared/sources/<doc_id>.txt`` beside the repository and
are skipped where that file is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).parents[1]
CORPUS = REPOSITORY / "corpus"
SOURCES = REPOSITORY.parent / "shared" / "sources"

REQUIRED_KEYS = frozenset(
    {
        "title",
        "issuer",
        "date",
        "url",
        "type",
        "language",
        "rights",
        "complete",
        "edition",
        "aliases",
        "topics",
        "original_paragraphs",
    }
)
OPTIONAL_KEYS = frozenset({"note", "supersedes", "superseded_by", "translation_of"})
TOPICS = frozenset(
    "ai ai-regulation ai-safety biotechnology climate critical-minerals cyber defense deterrence development "
    "electric-vehicles energy export-controls health indo-pacific investment north-korea nuclear-energy quantum "
    "research semiconductors space supply-chains talent telecommunications trade".split()
)
LONGEST_SHARED_RUN = 9  # words; ten in a row are a copy
# Official names that are themselves as long as that; a digest may call a thing by its name.
NAMES = (
    "Political Declaration on the Responsible Military Use of AI and Autonomy",  # of 2023
    "Office of Pandemic Preparedness and Response Policy",  # of the White House
    "Memorandum of Understanding with respect to Strategic Investments",  # of 2025
    "Foundational Infrastructure for Responsible Use of Small Modular Reactor Technology",  # the FIRST program
    "Global Partnership for Action on Gender-Based Online Harassment and Abuse",
)
LONGEST_QUOTATION = 12  # words
SHORTEST_VERBATIM_QUOTATION = 3  # words; shorter ones are single terms

MARKER = re.compile(r"\[¶(\d+)(?:-(\d+))?\]\s*")
UNIT = "percent|hundred|thousand|million|billion|trillion"
FIGURE = re.compile(rf"\$?\d+(?:[.,]\d+)*%?(?:\s(?:{UNIT})\b)?")
# Three or more capitals standing alone; a plural's "s" is no part of the acronym.
ACRONYM = re.compile(r"(?<![A-Za-z])[A-Z]{3,}(?=s?(?![A-Za-z]))")
QUOTATION = re.compile(r'"([^"]*)"')
# No acronyms inside; "(S)" stands in forms that somebody fills in.
HEADING_IN_CAPITALS = re.compile(r"\b[A-Z]{2,}(?:\(S\))?(?:[\s,/&-]+[A-Z]{2,}(?:\(S\))?){2,}")
CUT = " cutoutofthedigest "  # a word of no original, where words stand that may be shared
PLAIN_MARKS = str.maketrans("\u201c\u201d\u201e\u2018\u2019\u00a0", '"""\'\' ')


@dataclass(frozen=True)
class Block:
    """One block of a digest and the originals' paragraphs it retells."""

    first: int
    last: int
    text: str

    @property
    def name(self) -> str:
        return f"¶{self.first}" if self.first == self.last else f"¶{self.first}-{self.last}"


@dataclass(frozen=True)
class Digest:
    doc_id: str
    front_matter: dict[str, Any]
    blocks: tuple[Block, ...]
    unmarked: tuple[str, ...]


@dataclass(frozen=True)
class Original:
    header: dict[str, str]
    paragraphs: tuple[str, ...]

    def retold_by(self, block: Block) -> Iterator[tuple[int, str]]:
        """Number and text of each paragraph that the block's marker names."""
        for number in range(block.first, block.last + 1):
            if 1 <= number <= len(self.paragraphs):
                yield number, self.paragraphs[number - 1]


def plain(text: str) -> str:
    """The text with straight quotation marks and single spaces."""
    return " ".join(text.translate(PLAIN_MARKS).split())


def without_names(text: str) -> str:
    for name in NAMES:
        text = re.sub(re.escape(name), CUT, text, flags=re.IGNORECASE)
    return text


def words(text: str) -> list[str]:
    return re.findall(r"\w+", plain(text).casefold())


def split_front_matter(text: str) -> tuple[str, str] | None:
    match = re.match(r"---\n(.*?)\n---\n(.*)", text, re.DOTALL)
    return (match.group(1), match.group(2)) if match else None


def read_digest(path: Path) -> Digest | None:
    """The digest in a file, or None where the file says it is something else."""
    parts = split_front_matter(path.read_text(encoding="utf-8"))
    if parts is None:
        return None
    front_matter = yaml.safe_load(parts[0])
    if not isinstance(front_matter, dict) or front_matter.get("edition") != "digest":
        return None
    blocks: list[Block] = []
    unmarked: list[str] = []
    for part in re.split(r"\n\s*\n", parts[1]):
        if not part.strip():
            continue
        marker = MARKER.match(part.strip())
        if marker is None:
            unmarked.append(plain(part))
            continue
        first = int(marker.group(1))
        last = int(marker.group(2) or first)
        blocks.append(Block(first, last, plain(part.strip()[marker.end() :])))
    return Digest(path.stem, front_matter, tuple(blocks), tuple(unmarked))


@cache
def read_original(doc_id: str) -> Original | None:
    path = SOURCES / f"{doc_id}.txt"
    if not path.is_file():
        return None
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    header = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    return Original(header, tuple(line for line in body.splitlines() if line.strip()))


def read_corpus() -> dict[str, Digest]:
    found = (read_digest(path) for path in sorted(CORPUS.glob("*.md")))
    return {digest.doc_id: digest for digest in found if digest is not None}


DIGESTS = read_corpus()
each_digest = pytest.mark.parametrize("doc_id", sorted(DIGESTS))


@pytest.fixture
def digest(doc_id: str) -> Digest:
    return DIGESTS[doc_id]


@pytest.fixture
def original(doc_id: str) -> Original:
    found = read_original(doc_id)
    if found is None and DIGESTS[doc_id].front_matter.get("translation_of") in DIGESTS:
        pytest.skip("a translation, held to the digest that it translates")
    if found is None:
        pytest.skip(f"the original shared/sources/{doc_id}.txt is not beside the repository")
    return found


def report(doc_id: str, problems: list[str]) -> str:
    return "\n".join(f"{doc_id} {problem}" for problem in problems)


def test_the_corpus_holds_digests() -> None:
    assert DIGESTS, "no file in corpus/ has front matter that says edition: digest"


@each_digest
def test_front_matter_is_complete(doc_id: str, digest: Digest) -> None:
    front_matter = digest.front_matter
    assert set(front_matter) - OPTIONAL_KEYS == REQUIRED_KEYS
    assert front_matter["edition"] == "digest"
    for key in ("title", "issuer", "date", "url", "type", "language", "rights"):
        assert isinstance(front_matter[key], str), f"{doc_id} {key} is not text; quote it"
        assert front_matter[key].strip(), f"{doc_id} {key} is empty"
    aliases = front_matter["aliases"]
    assert isinstance(aliases, list)
    assert 3 <= len(aliases) <= 8
    assert len(set(aliases)) == len(aliases)
    assert all(isinstance(alias, str) and alias.strip() for alias in aliases)
    assert 1 <= len(front_matter["topics"]) <= 6
    assert set(front_matter["topics"]) <= TOPICS


@each_digest
def test_front_matter_agrees_with_the_original(
    doc_id: str,
    digest: Digest,
    original: Original,
) -> None:
    assert digest.front_matter["original_paragraphs"] == len(original.paragraphs)
    for key in ("title", "date"):
        assert plain(digest.front_matter[key]) == plain(original.header[key]), f"{doc_id} {key}"
    assert digest.front_matter["url"] == original.header["url"].split()[0]  # what follows it is a note


@each_digest
def test_markers_rise_from_one_without_overlap(doc_id: str, digest: Digest) -> None:
    problems = [f"a block has no marker: {text[:60]}" for text in digest.unmarked]
    if not digest.blocks or digest.blocks[0].first != 1:
        problems.append("the first marker is not ¶1")
    previous = 0
    for block in digest.blocks:
        if block.last < block.first:
            problems.append(f"{block.name} runs backwards")
        if block.first <= previous:
            problems.append(f"{block.name} does not come after ¶{previous}")
        if not block.text:
            problems.append(f"{block.name} is empty")
        if MARKER.search(block.text):
            problems.append(f"{block.name} has a second marker inside; leave a blank line")
        previous = max(previous, block.last)
    assert not problems, report(doc_id, problems)


@each_digest
def test_a_translation_has_the_blocks_of_what_it_translates(doc_id: str, digest: Digest) -> None:
    of = DIGESTS.get(digest.front_matter.get("translation_of", ""))
    if of is None:
        assert "translation_of" not in digest.front_matter
        return
    assert [block.name for block in digest.blocks] == [block.name for block in of.blocks]
    assert digest.front_matter["language"] != of.front_matter["language"]
    for key in ("date", "url", "original_paragraphs", "superseded_by"):
        assert digest.front_matter.get(key) == of.front_matter.get(key), f"{doc_id} {key}"


@each_digest
def test_every_paragraph_is_retold(doc_id: str, digest: Digest, original: Original) -> None:
    retold = {n for block in digest.blocks for n in range(block.first, block.last + 1)}
    wanted = set(range(1, len(original.paragraphs) + 1))
    problems = [f"¶{number} is not retold" for number in sorted(wanted - retold)]
    problems += [f"¶{number} is not in the original" for number in sorted(retold - wanted)]
    assert not problems, report(doc_id, problems)


@each_digest
def test_figures_stand_in_the_block_that_retells_them(
    doc_id: str,
    digest: Digest,
    original: Original,
) -> None:
    problems = []
    for block in digest.blocks:
        held = set(FIGURE.findall(block.text))
        for number, paragraph in original.retold_by(block):
            figures = dict.fromkeys(FIGURE.findall(plain(paragraph)))
            problems += [f"¶{number} lacks {figure}" for figure in figures if figure not in held]
    assert not problems, report(doc_id, problems)


@each_digest
def test_no_figures_are_added(doc_id: str, digest: Digest, original: Original) -> None:
    problems = []
    for block in digest.blocks:
        paragraphs = " ".join(paragraph for _, paragraph in original.retold_by(block))
        known = set(FIGURE.findall(plain(paragraphs)))
        added = [figure for figure in FIGURE.findall(block.text) if figure not in known]
        problems += [f"{block.name} has {figure}, which the original has not" for figure in added]
    assert not problems, report(doc_id, problems)


@each_digest
def test_quotations_and_names_do_not_lengthen_into_a_copy(doc_id: str, digest: Digest, original: Original) -> None:
    """Not even with them, and with figures, does a block go on for twelve words as its original does."""
    size = LONGEST_QUOTATION
    source = words("\n".join(original.paragraphs))
    runs = {tuple(source[start : start + size]) for start in range(len(source) - size + 1)}
    told = {block.name: words(without_names(block.text)) for block in digest.blocks}
    copied = [
        f"{name} copies: {' '.join(some[start : start + size])}"
        for name, some in told.items()
        for start in range(len(some) - size + 1)
        if tuple(some[start : start + size]) in runs
    ]
    assert not copied, report(doc_id, copied)


@each_digest
def test_no_long_run_of_words_is_shared(doc_id: str, digest: Digest, original: Original) -> None:
    size = LONGEST_SHARED_RUN + 1
    source = words("\n".join(original.paragraphs))
    runs = {tuple(source[start : start + size]) for start in range(len(source) - size + 1)}
    problems = []
    for block in digest.blocks:
        told = words(without_names(QUOTATION.sub(CUT, block.text)))
        for start in range(len(told) - size + 1):
            run = tuple(told[start : start + size])
            if run in runs:
                problems.append(f"{block.name} copies: {' '.join(run)}")
                break
    assert not problems, report(doc_id, problems)


@each_digest
def test_quotations_are_short_and_verbatim(doc_id: str, digest: Digest, original: Original) -> None:
    problems = []
    for block in digest.blocks:
        if block.text.count('"') % 2:
            problems.append(f"{block.name} has an unpaired quotation mark")
        source = plain("\n".join(paragraph for _, paragraph in original.retold_by(block)))
        for quotation in QUOTATION.findall(block.text):
            length = len(words(quotation))
            if length > LONGEST_QUOTATION:
                problems.append(f"{block.name} quotes {length} words: {quotation}")
            verbatim = quotation.strip().rstrip(".,;:") in source
            if length >= SHORTEST_VERBATIM_QUOTATION and not verbatim:
                problems.append(f"{block.name} quotes what the original does not say: {quotation}")
    assert not problems, report(doc_id, problems)


@each_digest
def test_acronyms_stand_in_the_block_that_retells_them(
    doc_id: str,
    digest: Digest,
    original: Original,
) -> None:
    problems = []
    for block in digest.blocks:
        held = set(ACRONYM.findall(block.text))
        for number, paragraph in original.retold_by(block):
            acronyms = dict.fromkeys(ACRONYM.findall(HEADING_IN_CAPITALS.sub("", paragraph)))
            problems += [f"¶{number} lacks {name}" for name in acronyms if name not in held]
    assert not problems, report(doc_id, problems)
