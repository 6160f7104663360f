"""Markdown: each block is a paragraph, reduced to its words.

A scanner for the block structure of CommonMark (https://spec.commonmark.org/0.31.2/) as far as it decides where
a paragraph begins: no rendering, no nesting. Every step looks at one line, so time grows with length.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from ingest.documents import split_front_matter
from ingest.readers.blocks import Block, Content, has_marker
from ingest.readers.encoding import decode

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|(\d{1,9}[.)]))[ \t]+(.*)")
_QUOTED = re.compile(r"(?: {0,3}>[ \t]?)+")
_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_REFERENCE = re.compile(r" {0,3}\[(?!\^)[^\[\]]+\]:[ \t]+\S+.*")

_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)([^`]{1,2000}?)\1(?!`)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_KEPT = re.compile("\x00(\\d+)\x00")
_LINK = re.compile(
    r"!?\[([^\[\]]{0,2000})\]\([^()\s]{0,2000}(?:\([^()\s]{0,500}\)[^()\s]{0,500})?"
    r"(?:\s+[\"'][^\"'\n]{0,500}[\"'])?\)"
)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,80}\]:?")
_TAG = re.compile(
    r"</?(?:a|abbr|b|br|center|cite|code|del|details|div|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|q|s|small|span"
    r"|strong|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_EMPHASIS: Final = (
    re.compile(r"(\*{1,3})(?=[^\s*])([^*]{1,1000}?)(?<=[^\s*])\1"),
    re.compile(r"(?<!\w)(_{1,3})(?=[^\s_])([^_]{1,1000}?)(?<=[^\s_])\1(?!\w)"),
    re.compile(r"(~~)(?=\S)([^~]{1,1000}?)(?<=\S)\1"),
)


def read_markdown(data: bytes) -> Content:
    """Read a `.md` file's bytes.

    Blocks are separated by blank lines; a heading, list item, table row and code fence is a block of its own.
    Inline markup is reduced to its words; HTML comments, rules and link definitions are left out; a numbered
    item keeps its number, a bulleted one loses its bullet. In a digest, list lines that stand directly under a
    marked block, and have no marker, belong to it.

    Raises:
        ReadError: the bytes are not text, or the front matter is bad.
    """
    values, body = split_front_matter(decode(data))
    digest = str(values.get("edition", "")).strip() == "digest"
    return Content(_Scanner(_without_comments(body).split("\n"), digest).blocks(), values)


def _without_comments(text: str) -> str:
    """Return `text` without `<!-- … -->`; one that is not closed stays."""
    kept, place = [], 0
    while (start := text.find("<!--", place)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[place:start])
        place = end + 3
    return "".join((*kept, text[place:]))


@dataclass
class _Scanner:
    """Walks a file's lines once; `_open` holds the lines of the block that is being gathered."""

    lines: Sequence[str]
    digest: bool
    _open: list[str] = field(default_factory=list)
    _done: list[Block] = field(default_factory=list)

    def blocks(self) -> list[Block]:
        n = 0
        while n < len(self.lines):
            n = self._take(n)
        self._close()
        return self._done

    def _take(self, n: int) -> int:
        """Take line `n`, with the lines that belong to it; return the first line after them."""
        line = _QUOTED.sub("", self.lines[n], count=1)
        if fence := _FENCE.match(line):
            return self._take_fence(n + 1, fence[1])
        if _is_table(line, self.lines, n):
            return self._take_table(n)
        if not line.strip() or _REFERENCE.fullmatch(line):
            self._close()
        elif heading := _HEADING.fullmatch(line):
            self._close()
            self._done.append(Block(plain(heading[1] or ""), heading=True))
        elif self._open and _UNDERLINE.fullmatch(line):
            self._close(heading=True)
        elif _RULE.fullmatch(line):
            self._close()
        elif item := _ITEM.fullmatch(line):
            self._take_item(f"{item[1]} {item[2]}" if item[1] else item[2])
        else:
            self._open.append(line)
        return n + 1

    def _take_item(self, text: str) -> None:
        if not (self.digest and self._open and not has_marker(text)):
            self._close()
        self._open.append(text)

    def _take_fence(self, n: int, mark: str) -> int:
        self._close()
        start = n
        while n < len(self.lines) and not self.lines[n].strip(" >").startswith(mark):
            n += 1
        self._done.append(Block("\n".join(self.lines[start:n])))
        return n + 1

    def _take_table(self, n: int) -> int:
        self._close()
        while n < len(self.lines) and "|" in self.lines[n]:
            if not _DELIMITER.fullmatch(self.lines[n]):
                row = _QUOTED.sub("", self.lines[n], count=1).strip().strip("|")
                cells = [plain(cell.strip().replace("\\|", "|")) for cell in re.split(r"(?<!\\)\|", row)]
                self._done.append(Block(" | ".join(cells) if any(cells) else ""))
            n += 1
        return n

    def _close(self, heading: bool = False) -> None:
        if self._open:
            self._done.append(Block(plain("\n".join(self._open)), heading=heading))
            self._open = []


def _is_table(line: str, lines: Sequence[str], n: int) -> bool:
    if line.lstrip().startswith("|") and line.count("|") > 1:
        return True
    after = lines[n + 1] if n + 1 < len(lines) else ""
    return "|" in line and "|" in after and _DELIMITER.fullmatch(after) is not None


def plain(text: str) -> str:
    r"""Reduce inline Markdown to its words: emphasis, code, links, images, tags, entities and `\` escapes."""
    kept: list[str] = []

    def keep(words: str) -> str:
        kept.append(words)
        return f"\x00{len(kept) - 1}\x00"

    text = _CODE.sub(lambda m: keep(m[2]), text.replace("\x00", ""))
    text = _ESCAPE.sub(lambda m: keep(m[1]), re.sub(r"\\$", "", text, flags=re.MULTILINE))
    text = _LINK.sub(lambda m: m[1], _LINK.sub(lambda m: m[1], text))  # twice: an image inside a link
    text = _FOOTNOTE.sub("", _AUTOLINK.sub(lambda m: m[1], text))
    text = html.unescape(_TAG.sub(lambda m: " " if m[0].lower().startswith(("<br", "<p", "<li")) else "", text))
    for pattern in _EMPHASIS:
        text = pattern.sub(lambda m: m[2], pattern.sub(lambda m: m[2], text))
    return "".join(_restored(text, kept))


def _restored(text: str, kept: Sequence[str]) -> Iterator[str]:
    for n, part in enumerate(_KEPT.split(text)):
        if n % 2 == 0:
            yield part.replace("\x00", "")
        elif int(part) < len(kept):
            yield kept[int(part)]
