"""Find a document's paragraphs among the words of a page that may split them otherwise.

Every shingle of the page that has a paragraph's mark says where that paragraph would begin; marks that agree make a
candidate. Of the candidates the chain is chosen that explains most words, in the paragraphs' order and without
overlap, as in the chaining of seeds in sequence alignment (Abouelhoda and Ohlebusch 2005, "Chaining algorithms for
multiple genome comparison"). Menus, footers and whatever else the page has are in no chain.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

from ingest.fetch.fingerprints import SHINGLE, Fingerprint, shingles
from ingest.fetch.words import Word, words_of

ENOUGH: Final = 0.5  # share of a paragraph's marks that must be found where it is said to stand
_SLACK: Final = 0.1  # of a paragraph's length: words added or left out in it
_INSERTED: Final = 8  # words
_AT_EDGE: Final = 0.5  # of a word: a candidate that begins or ends where a block does is likelier
_OPENING: Final = frozenset(">§¶#“‘\"'([{«「『【〈《")
_BULLETS = re.compile(r"\A(?:[•·▪◦●○■□‣∙]\s*|[*–—-]+\s+)+")  # "-5" and "**bold**" are no items of a list


@dataclass(frozen=True, slots=True)
class Aligned:
    """A paragraph found on a page: its number, and its text as the page has it."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Alignment:
    """What of a document was found on a page.

    Attributes:
        paragraphs: those found, by number.
        missing: numbers of those not found.
        share: of the document's marks, how many were found in their places; 0 to 1. Another version of a text has
            its paragraphs too, but not all their marks.
        altered: numbers of those found of which not every mark was: edited on the page, or interrupted by a button.
        left_over: words between the first and the last paragraph found that belong to none.
    """

    paragraphs: tuple[Aligned, ...]
    missing: tuple[int, ...]
    altered: tuple[int, ...]
    share: float
    left_over: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    fingerprint: Fingerprint
    start: int  # words of the page, end exclusive
    end: int
    begins: bool  # its first mark was found, so that it surely begins there
    ends: bool
    marks: int  # how many of the fingerprint's were found
    score: float  # words that it explains
    seen: frozenset[int]  # places in the page of the words of the shingles found


def align(prints: Sequence[Fingerprint], blocks: Sequence[str]) -> Alignment:
    """Find paragraphs, by their fingerprints, in a page's blocks of text.

    Args:
        prints: the document's, by number.
        blocks: the page's text, one string a block, menus and footers included; may be empty.
    """
    words = words_of(blocks)
    chain = _trimmed(_chain(list(_candidates(prints, words)), len(words)))
    found = [
        Aligned(one.fingerprint.number, text)
        for one, text in zip(chain, _texts(chain, words, blocks), strict=True)
        if text
    ]  # fmt: skip
    numbers = {one.number for one in found}
    held = [one for one in chain if one.fingerprint.number in numbers]
    marks = sum(len(one.marks) for one in prints)
    spread = chain[-1].end - chain[0].start if chain else 0
    return Alignment(
        paragraphs=tuple(found),
        missing=tuple(one.number for one in prints if one.number not in numbers),
        altered=tuple(one.fingerprint.number for one in held if one.marks < len(one.fingerprint.marks)),
        share=sum(one.marks for one in held) / marks if marks else 0.0,
        left_over=max(0, spread - sum(one.end - one.start for one in chain)),
    )


def _candidates(prints: Sequence[Fingerprint], words: Sequence[Word]) -> Iterator[_Candidate]:
    keys = [word.key for word in words]
    opens = {place for place, word in enumerate(words) if not place or words[place - 1].block != word.block}
    closes = {place for place in (*opens, len(words)) if place}
    where: dict[int, dict[int, list[int]]] = {}
    for size in range(1, SHINGLE + 1):
        where[size] = defaultdict(list)
        for place, (hash, _) in enumerate(shingles(keys, size)):
            where[size][hash].append(place)
    for one in prints:
        hits = sorted(
            (place - offset, offset) for offset, hash in one.marks for place in where[one.shingle].get(hash, ())
        )
        groups = (copy for group in _agreeing(hits, _slack(one)) for copy in _copies(group, len(one.marks)))
        for group in groups:
            offsets = {offset for _, offset in group}
            share = len(offsets) / len(one.marks)
            if share < ENOUGH:
                continue
            first, last = _ends(group)
            begins, ends = one.marks[0][0] in offsets, one.marks[-1][0] in offsets
            start = max(first if begins else _nearest(opens, first), 0)
            last += one.length
            end = min(last if ends else _nearest(closes, last), len(words))
            if end - start < one.length * ENOUGH:
                continue
            edges = (start in opens) + (end in closes)
            score = share * one.length + edges * _AT_EDGE
            seen = frozenset(begin + offset + word for begin, offset in group for word in range(one.shingle))
            yield _Candidate(one, start, end, begins, ends, len(offsets), score, seen)


def _nearest(edges: Set[int], place: int) -> int:
    """Return the edge of a block nearest to where an edited paragraph would begin or end; that place if none is."""
    near = (place + sign * away for away in range(_INSERTED + 1) for sign in (1, -1))
    return next((edge for edge in near if edge in edges), place)


def _slack(one: Fingerprint) -> int:
    """How far apart two marks may say that a paragraph begins: as many words as an edit or a button may have put in."""
    return 0 if len(one.marks) == 1 else max(_INSERTED, int(one.length * _SLACK))


def _agreeing(hits: Sequence[tuple[int, int]], slack: int) -> Iterator[list[tuple[int, int]]]:
    """Group hits (where the paragraph would begin, and the mark's place in it) that agree within `slack` words."""
    group: list[tuple[int, int]] = []
    for hit in hits:
        if group and hit[0] - group[-1][0] > slack:
            yield group
            group = []
        group.append(hit)
    if group:
        yield group


def _copies(group: list[tuple[int, int]], marks: int) -> list[list[tuple[int, int]]]:
    """Return each place of a group where all of the marks agree, or the group: a text said twice is no edited one."""
    places: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for hit in group:
        places[hit[0]].append(hit)
    return [hits for hits in places.values() if len(hits) == marks] or [group]


def _ends(group: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return where the paragraph would begin by its first mark and by its last; they differ by what an edit moved.

    A mark that occurs several times counts where it agrees best with the others.
    """
    middle = Counter(begin for begin, _ in group).most_common(1)[0][0]
    ends = (min(offset for _, offset in group), max(offset for _, offset in group))
    first, last = (
        min((begin for begin, offset in group if offset == end), key=lambda begin: abs(begin - middle)) for end in ends
    )
    return first, last


def _chain(candidates: Sequence[_Candidate], length: int) -> list[_Candidate]:
    """Return the chain of highest score; of equal ones, that whose short paragraphs stand nearest to the next."""
    best = _PrefixBest(length + 1)
    totals: list[float] = []
    before: list[int] = []
    for _, same in itertools.groupby(range(len(candidates)), key=lambda index: candidates[index].fingerprint.number):
        added = []
        for index in same:
            one = candidates[index]
            total, previous = best.up_to(one.start + _unsure(one, one.begins))
            totals.append(total + one.score)
            before.append(previous)
            added.append(index)
        for index in added:
            one = candidates[index]
            best.put(one.end - _unsure(one, one.ends), totals[index], index)
    _, index = best.up_to(length)
    chain = []
    while index >= 0:
        chain.append(candidates[index])
        index = before[index]
    return chain[::-1]


def _unsure(one: _Candidate, found: bool) -> int:
    """How many words at its start or end a paragraph may share with its neighbour, by whether that mark was found."""
    return min(3, one.fingerprint.length // 8) if found else min(_INSERTED, one.fingerprint.length // 2)


class _PrefixBest:
    """The best total among those put at places up to one: a Fenwick tree of maxima.

    Of equal totals the later place wins, so that a short paragraph stands nearest to what follows it.
    """

    def __init__(self, size: int) -> None:
        self._tree: list[tuple[float, int, int]] = [(0.0, -1, -1)] * (size + 1)

    def put(self, place: int, total: float, index: int) -> None:
        value = (total, place, index)
        at = place + 1
        while at < len(self._tree):
            self._tree[at] = max(self._tree[at], value)
            at += at & -at

    def up_to(self, place: int) -> tuple[float, int]:
        value = (0.0, -1, -1)
        at = min(place + 1, len(self._tree) - 1)
        while at > 0:
            value = max(value, self._tree[at])
            at -= at & -at
        return value[0], value[2]


def _trimmed(chain: Sequence[_Candidate]) -> list[_Candidate]:
    """Return the chain without overlaps: of two paragraphs the one that is surer of its words keeps them.

    One that is left without words goes.
    """
    trimmed: list[_Candidate] = []
    for one in chain:
        while trimmed and one.start < trimmed[-1].end:
            before = trimmed.pop()
            if before.ends and not one.begins and before.end < one.end:
                one = replace(one, start=before.end)
            else:
                before = replace(before, end=one.start)
            if before.start < before.end:
                trimmed.append(before)
        trimmed.append(one)
    return trimmed


def _texts(chain: Sequence[_Candidate], words: Sequence[Word], blocks: Sequence[str]) -> Iterator[str]:
    """Yield each paragraph's text: its words with what stands between them, and the marks directly around them."""
    for one in chain:
        runs = [list(run) for _, run in itertools.groupby(range(one.start, one.end), key=lambda at: words[at].block)]
        yield " ".join(_part(run[0], run[-1], words, blocks) for run in _own(runs, one))


def _own(runs: list[list[int]], one: _Candidate) -> list[list[int]]:
    """Return the runs of words, a block each, without those of blocks that something else put between or around."""
    known = [any(at in one.seen for at in run) for run in runs]
    excess = sum(map(len, runs)) - one.fingerprint.length
    kept = []
    for number, run in enumerate(runs):
        outer = number in (0, len(runs) - 1)
        if not known[number] and (outer or len(run) <= excess):
            excess -= len(run)
        else:
            kept.append(run)
    return kept


def _part(first: int, last: int, words: Sequence[Word], blocks: Sequence[str]) -> str:
    """Return the text from one word to another of the same block, with the marks that belong to them."""
    block = blocks[words[first].block]
    start = _begin(block, words[first].start, words[first - 1].end if _same(words, first - 1, first) else None)
    following = words[last + 1].start if _same(words, last, last + 1) else None
    end = len(block) if following is None else _begin(block, following, words[last].end)
    text = block[start:end].strip()
    return text if start else _BULLETS.sub("", text)


def _same(words: Sequence[Word], one: int, other: int) -> bool:
    return one >= 0 and other < len(words) and words[one].block == words[other].block


def _begin(block: str, start: int, before: int | None) -> int:
    """Return where the text that begins with the word at `start` begins: with the marks that belong to it.

    Args:
        block: the block's text.
        start: where the word begins.
        before: where the word before ends in the same block; None if there is none.
    """
    if before is None:
        return 0
    attached = block[before:start].split(" ")
    own = len(attached[-1])
    for marks in reversed(attached[1:-1]):  # "§ 30D", "- 30D": the mark belongs to what follows
        if not set(marks) <= _OPENING:
            break
        own += len(marks) + 1
    return start - own if len(attached) > 1 else start
