"""Look quotations up letter by letter in the originals, and say where they stand, or what stands there instead.

What typesetting changes is overlooked (`quotes.py`), and so is what whoever quotes may do: leave out words for "...",
change or add some in brackets. A quotation that a source itself only quotes is none of its own.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from app.quotes import find_quote, normalise
from app.results import Place
from ingest.documents import Document
from ingest.lexical import analyse

if TYPE_CHECKING:
    from ingest.generation import Generation

Verbatim = Literal["yes", "no", "cannot_check"]

FEWEST_WORDS: Final = 3  # shorter ones are terms, names and irony
CLOSE: Final = 0.5  # similarity from which the closest passage may be what is meant
_CANDIDATES: Final = 40  # paragraphs looked at for the closest passage
_QUOTED: Final = re.compile(
    r"“([^“”]{1,3000})”|\"([^\"\n]{1,3000})\"|「([^「」]{1,3000})」|『([^『』]{1,3000})』|«([^«»]{1,3000})»"
    r"|(?<![\w’'])‘([^‘’]*(?:’(?=\w)[^‘’]*)*)’(?!\w)"
)
_LETTER: Final = re.compile(r"\[(\w)\](?=\w)")  # "[t]he": the case of a letter
_EDIT: Final = re.compile(r"(?<=\w)\[\w{1,12}\]|\[[^\[\]]{0,200}\]")  # "develop[ing]", "[the leaders]"
_WORD: Final = re.compile(r"\w+(?:[’'.,-]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words in quotation marks: `text[start:end]`, without the marks."""

    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of a quotation.

    Attributes:
        quote: its words, as quoted.
        verbatim: `yes`: the named document has it, or where none is named some original; `no`: it has not;
            `cannot_check`: what it is said to be from is held only as a digest.
        similarity: of the place's words to the quotation's, 0 to 1; 1 where it is verbatim.
        place: where it stands, or the closest words of the documents named do; where none is named, those of any
            original that are near. None where nothing is.
        elsewhere: whether `place` has it verbatim, though another document was named.
        differing: pairs of what is quoted and what stands there, in order, where these differ; either may be empty.
    """

    quote: str
    verbatim: Verbatim
    similarity: float
    place: Place | None = None
    elsewhere: bool = False
    differing: tuple[tuple[str, str], ...] = ()


def quotations_in(text: str) -> list[Quotation]:
    """Return the quotations in a text, in order; those of fewer than three words are left out."""
    found = []
    for match in _QUOTED.finditer(text):
        group = next(number for number in range(1, 7) if match[number] is not None)
        if len(match[group].split()) >= FEWEST_WORDS:
            found.append(Quotation(match[group], match.start(group), match.end(group)))
    return found


class QuotationLookup:
    """The originals of one generation, as quotations are looked up in them.

    Args:
        generation: its documents; digests are not searched, but what they stand for is known.
    """

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    @cached_property
    def _stretches(self) -> dict[str, str]:
        """The normalised text of each original, paragraphs parted by a character that no text has."""
        return {
            doc_id: "\n".join(normalise(paragraph.text)[0] for paragraph in document.paragraphs)
            for doc_id, document in self._generation.documents.items()
            if document.edition == "original"
        }

    def look_up(self, quote: str, named: Iterable[str] = (), without: Set[str] = frozenset()) -> Looked:
        """Look for a quotation.

        Args:
            quote: its words, without marks.
            named: `doc_id`s of the documents that it is said to be from; none where nobody says so.
            without: documents that are not looked in, like the article that it is quoted in.
        """
        documents = self._generation.documents
        held = {doc_id: text for doc_id, text in self._stretches.items() if doc_id not in without}
        said = [doc_id for doc_id in dict.fromkeys(named) if doc_id in documents and doc_id not in without]
        originals = [doc_id for doc_id in said if doc_id in held]
        wanted = _plain(quote)
        for doc_id in originals or ([] if said else held):
            if place := self._find(wanted, doc_id, own=not said):
                return Looked(quote, "yes", 1.0, place)
        if said and not originals:
            return Looked(quote, "cannot_check", 0.0)
        elsewhere = next(filter(None, (self._find(wanted, doc_id, own=True) for doc_id in held)), None)
        if elsewhere is not None:
            return Looked(quote, "no", 1.0, elsewhere, elsewhere=True)
        closest = self._closest(wanted, originals or list(held), own=not said)
        if closest is None or not (said or closest.similarity >= CLOSE):  # somebody else's words, or a digest's
            unknown = not said and len(self._stretches) < len(documents)
            return Looked(quote, "cannot_check" if unknown else "no", 0.0)
        return Looked(quote, "no", closest.similarity, closest.place, differing=closest.differing)

    def _find(self, wanted: str, doc_id: str, *, own: bool) -> Place | None:
        """Return where a document has the words; with `own`, not where it only quotes them."""
        longest = max(_parts(wanted), key=len, default="")
        if not longest or not any(form in self._stretches[doc_id] for form in _forms(longest)):
            return None
        for paragraph in self._generation.documents[doc_id].paragraphs:
            spans = find_quote(wanted, paragraph.text)
            if spans and not (own and _is_quoted(paragraph.text, spans[0][0], spans[-1][1])):
                return Place(doc_id, paragraph.number, spans[0][0], spans[-1][1])
        return None

    def _closest(self, wanted: str, among: Sequence[str], *, own: bool) -> _Closest | None:
        documents = self._generation.documents
        best: _Closest | None = None
        for doc_id, number in self._candidates(wanted, frozenset(among)):
            found = _nearest(wanted, documents[doc_id], number)
            if found is None or (best and found.similarity <= best.similarity):
                continue
            place, text = found.place, documents[doc_id].paragraph(number).text
            if not (own and _is_quoted(text, place.start, place.end)):
                best = found
        return best

    def _candidates(self, wanted: str, among: frozenset[str]) -> Iterator[tuple[str, int]]:
        """Yield paragraphs of originals that share most words with the quotation, best first."""
        index = self._generation.sentence_lexical
        scores = index.scores(analyse(wanted))
        seen: set[tuple[str, int]] = set()
        for row in (-scores).argsort(kind="stable")[: 20 * _CANDIDATES].tolist():
            if scores[row] <= 0 or len(seen) >= _CANDIDATES:
                return
            sentence = self._generation.sentence(row)
            place = (sentence.doc_id, sentence.paragraph)
            if sentence.doc_id in among and place not in seen:
                seen.add(place)
                yield place


@dataclass(frozen=True, slots=True)
class _Closest:
    similarity: float
    place: Place
    differing: tuple[tuple[str, str], ...]


def _plain(quote: str) -> str:
    """Return a quotation with its brackets resolved: a letter's case restored, other edits left out."""
    return _EDIT.sub(" … ", _LETTER.sub(lambda match: match[1], quote)).strip(" ,.;:…")


def _parts(wanted: str) -> list[str]:
    return [part for one in re.split(r"…|\.{3,}", wanted) if (part := normalise(one)[0].strip("\"'.,;:…"))]


def _forms(part: str) -> tuple[str, str]:
    return part, part[:1].swapcase() + part[1:]


def _is_quoted(text: str, start: int, end: int) -> bool:
    """Whether a stretch of a source lies within quotation marks of its own."""
    return any(match.start() < start and end < match.end() for match in _QUOTED.finditer(text))


def _nearest(wanted: str, document: Document, number: int) -> _Closest | None:
    """Return the stretch of a paragraph whose words are most like the quotation's."""
    text = document.paragraph(number).text
    quoted = [match[0] for match in _WORD.finditer(wanted)]
    held = list(_WORD.finditer(text))
    ours, theirs = [word.casefold() for word in quoted], [match[0].casefold() for match in held]
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if not blocks:
        return None
    first, last = _dense(blocks, len(ours))
    inner = difflib.SequenceMatcher(None, ours, theirs[first:last], autojunk=False)
    similarity, equal = inner.ratio(), [block for block in inner.get_matching_blocks() if block.size]
    # Instead of the words before and behind what agrees, as many others stand in the source.
    first = max(0, first - equal[0].a)
    last = min(len(theirs), last + len(ours) - equal[-1].a - equal[-1].size)
    inner.set_seq2(theirs[first:last])
    differing = tuple(
        (" ".join(quoted[a:b]), text[held[first + c].start() : held[first + d - 1].end()] if d > c else "")
        for tag, a, b, c, d in inner.get_opcodes()
        if tag != "equal"
    )
    return _Closest(similarity, Place(document.doc_id, number, held[first].start(), held[last - 1].end()), differing)


def _dense(blocks: Sequence[difflib.Match], length: int) -> tuple[int, int]:
    """Return the stretch of a paragraph, in words, that holds most of the quotation's words within its length."""
    best, span = 0, (blocks[0].b, blocks[0].b + blocks[0].size)
    for i, first in enumerate(blocks):
        total = 0
        for last in blocks[i:]:
            if last.b + last.size - first.b > max(length * 3 // 2, length + 4):
                break
            total += last.size
            if total > best:
                best, span = total, (first.b, last.b + last.size)
    return span
