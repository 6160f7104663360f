"""Split documents into passages and sentences.

Whole paragraphs are joined, in order and never across a heading, up to the limit; a longer paragraph is split
at sentences, a longer sentence at clauses, and only then between words. Every span points into its paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ingest.documents import Document, Paragraph, Passage, Sentence, Span

SPLITTER: Final = "paragraphs/3"

CountTokens = Callable[[Sequence[str]], list[int]]

_ABBREVIATIONS: Final = frozenset(
    "u.s u.k u.n e.g i.e etc vs mr mrs ms dr prof gen sen rep st no nos art arts sec secs fig vol pp p para "
    "inc ltd co corp jr sr jan feb mar apr jun jul aug sep sept oct nov dec ph.d d.c a.m p.m cf al approx dept "
    "est ed eds r.o.k u.s.c pub stat fed reg cir supp ch cl subsec subpart gov lt col maj adm amb hon".split()
)
_END: Final = re.compile(
    r"[.!?。！？]+[\"'”’)\]]*(?=\s+)|[。！？]+[\"'”’)\]」』]*|[;:](?=\s+-\s)"
    r"|(?<=[a-z]{3})[.!?](?=[A-Z][a-z]{2})"  # "takes effect.Treasury released": pages lose the space at a link
)
_CLAUSE: Final = re.compile(r"(?<=[;:])\s+|(?<=,)\s+(?=and |or |including |through |as well as )|(?<=[,，、])\s*")
_WORD_BEFORE: Final = re.compile(r"(?<![0-9])([A-Za-z][A-Za-z.]*)$")  # "6G" is no initial
_NUMBER_LABEL: Final = re.compile(r"(?:^|\s)\(?[0-9가-하ivx]{1,3}$")
# The context's share of a passage, in parts of the limit: a statute's title alone would fill it.
_TITLE_PART: Final = 3
_HEADING_PART: Final = 4


def split_sentences(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Return the spans of a paragraph's sentences, in order, without the space between them.

    Abbreviations, initials, decimals, numbered labels and ellipses do not end a sentence. Korean sentences
    end in a full stop like English ones. Text of white space gives an empty list.
    """
    del language  # the rules hold for both languages; kept so that a third can be told apart
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if _ends_sentence(text, start, match):
            spans.append((start, match.end()))
            start = match.end()
    spans.append((start, len(text)))
    return [span for span in (_trim(text, *span) for span in spans) if span[0] < span[1]]


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    if match[0][0] != ".":
        return True
    before = text[start : match.start()]
    following = text[match.end() :].lstrip()[:1]
    word = _WORD_BEFORE.search(before)
    if word and (word[1].lower() in _ABBREVIATIONS or re.fullmatch(r"(?:[A-Za-z]\.)*[A-Z]", word[1])):
        # "in the U.S. The leaders" ends; "U.S. and", "D.C. Circuit", "J. Smith" and "No. 3" do not.
        closes = word[1].lower() in (
            "u.s",
            "u.k",
            "r.o.k",
            "d.c",
            "ph.d",
            "a.m",
            "p.m",
            "etc",
            "inc",
            "ltd",
            "co",
        )
        return closes and bool(
            re.match(r"\s+(The|This|These|In|It|We|They|Our|Both|President|As|At|On|For)\b", text[match.end() :])
        )
    if following.islower():
        return False
    return not (_NUMBER_LABEL.search(before) and len(before.strip()) < 5)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def sentences_of(document: Document) -> list[Sentence]:
    """Return every sentence of a document, in order."""
    return [
        Sentence(document.doc_id, paragraph.number, start, end, paragraph.text[start:end])
        for paragraph in document.paragraphs
        for start, end in split_sentences(paragraph.text, document.language)
    ]


@dataclass(frozen=True, slots=True)
class _Piece:
    span: Span
    tokens: int
    heading: bool
    part: bool


def split_document(document: Document, count_tokens: CountTokens, limit: int) -> list[Passage]:
    """Split a document into passages of at most `limit` tokens each, their context included.

    Args:
        document: its paragraphs are joined and split as they stand.
        count_tokens: tokens of each text, as the embedding model counts them.
        limit: tokens a passage and its context may have together.

    Returns:
        Passages in document order that hold every character of every paragraph but the space at a cut;
        a document without paragraphs gives an empty list.
    """
    title = _context(document, count_tokens, limit // _TITLE_PART)
    passages = []
    heading = ""
    for group, heading in _groups(document, count_tokens, limit, title):
        passages.append(_passage(document, group, f"{title}\n{heading}" if heading else title))
    return passages


def _context(document: Document, count_tokens: CountTokens, most: int) -> str:
    """Return title, date and issuer in at most `most` tokens; the issuer goes first, then the title's end."""
    parts = [document.title, document.date, document.issuer]
    whole = " | ".join(part for part in parts if part)
    if count_tokens([whole])[0] <= most:
        return whole
    beside = f" | {document.date}" if document.date else ""
    return _cut(document.title, count_tokens, most - count_tokens([beside])[0]) + beside


def _cut(text: str, count_tokens: CountTokens, most: int) -> str:
    """Return the longest beginning of whole words, or of letters where there is no space, within `most` tokens."""
    if count_tokens([text])[0] <= most:
        return text
    words = text.split(" ") if " " in text.strip() else list(text)
    joint = " " if " " in text.strip() else ""
    low, high = 0, len(words)
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (middle, high) if count_tokens([joint.join(words[:middle])])[0] <= most else (low, middle)
    return joint.join(words[:low])


def _groups(
    document: Document, count_tokens: CountTokens, limit: int, title: str
) -> Iterator[tuple[list[_Piece], str]]:
    """Yield the pieces of each passage with the heading that stands over them (none if it is among them)."""
    counts = count_tokens([paragraph.text for paragraph in document.paragraphs])
    title_tokens = count_tokens([title])[0]
    heading, heading_tokens, most = "", 0, limit // _HEADING_PART
    group: list[_Piece] = []
    over = ""
    for paragraph, count in zip(document.paragraphs, counts, strict=True):
        if paragraph.heading:
            if group and not all(piece.heading for piece in group):
                yield group, over
                group, over = [], ""
            heading = _cut(paragraph.text, count_tokens, most)
            heading_tokens = min(count, most)
        room = limit - title_tokens - heading_tokens - 4
        for piece in _pieces(paragraph, count, room, count_tokens):
            used = sum(member.tokens for member in group)
            if group and (used + piece.tokens > room or piece.part or group[-1].part):
                yield group, over
                group = []
            if not group:
                over = "" if paragraph.heading else heading
            group.append(piece)
    if group:
        yield group, over


def _pieces(paragraph: Paragraph, count: int, room: int, count_tokens: CountTokens) -> list[_Piece]:
    number, text = paragraph.number, paragraph.text
    if count <= room:
        return [_Piece(Span(number, 0, len(text)), count, paragraph.heading, part=False)]
    units = [unit for span in split_sentences(text) for unit in _fit(text, span, room, count_tokens)]
    counts = count_tokens([text[start:end] for start, end in units])
    pieces: list[_Piece] = []
    (start, end), used = units[0], 0
    for (unit_start, unit_end), tokens in zip(units, counts, strict=True):
        if used and used + tokens > room:
            pieces.append(_Piece(Span(number, start, end), used, heading=False, part=True))
            start, used = unit_start, 0
        end, used = unit_end, used + tokens
    pieces.append(_Piece(Span(number, start, end), used, heading=False, part=True))
    return pieces


def _fit(text: str, span: tuple[int, int], room: int, count_tokens: CountTokens) -> list[tuple[int, int]]:
    """Cut a sentence that is longer than `room` at clauses, then at words, then anywhere."""
    start, end = span
    if count_tokens([text[start:end]])[0] <= room or end - start < 2:
        return [span]
    middle = (start + end) // 2
    for cuts in (_CLAUSE.finditer(text, start, end), re.finditer(r"\s+", text[:end])):
        inside = [cut for cut in cuts if start < cut.start() and cut.end() < end and cut.start() > start]
        if inside:
            best = min(inside, key=lambda cut: abs(cut.start() - middle))
            halves = ((start, best.start()), (best.end(), end))
            break
    else:
        halves = ((start, middle), (middle, end))
    return [part for half in halves for part in _fit(text, _trim(text, *half), room, count_tokens)]


def _passage(document: Document, group: list[_Piece], context: str) -> Passage:
    spans = tuple(piece.span for piece in group)
    first, last = spans[0], spans[-1]
    name = f"{document.doc_id}#{first.paragraph}"
    if last.paragraph != first.paragraph:
        name += f"-{last.paragraph}"
    if group[0].part:
        name += f"@{first.start}"
    return Passage(
        passage_id=name,
        doc_id=document.doc_id,
        text="\n".join(document.paragraph(s.paragraph).text[s.start : s.end] for s in spans),
        spans=spans,
        context=context,
        page=document.paragraph(first.paragraph).page,
    )
