"""Read what a chat model wrote: sentences, the evidence keys they cite, the quotes they give.

Forgiving of form, since small models keep to none: keys before, after or inside the sentence, in any brackets
or none, with and without quotes, several sentences on a line, bullets, numbers, Markdown. What it says is not
judged here but in `app.verify`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.results import ABSTENTION
from ingest.passages import split_sentences


@dataclass(frozen=True, slots=True)
class Cited:
    """An evidence key as a model wrote it.

    Attributes:
        key: the number of the evidence, from 1; not checked.
        quote: the quote that came with it, without quotation marks; empty if none did.
    """

    key: int
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence as a model wrote it, without its keys."""

    text: str
    cited: tuple[Cited, ...]


_OPEN, _CLOSE = "\"“”„«「『'‘", "\"“”»」』'’"
_CLOSING: Final = {"[": "]", "(": ")", "（": "）", "【": "】", "{": "}", "<": ">"}
_QUOTE: Final = re.compile(r"\s*[:,–-]?\s*(?:\"([^\"\n]+)\"|“([^”\n]+)[”\"]|「([^」\n]+)」|„([^“”\n]+)[“”])")
_SOURCE: Final = r"(?:(?:source|evidence|passage|key)s?\s*)?"
# A bare key may have lost its brackets: whatever bracket stands behind it is its own.
_GROUP: Final = re.compile(
    rf"\[\s*{_SOURCE}(?=S?\s?\d)|[(（【{{<]\s*{_SOURCE}(?=S\s?\d)"
    r"|(?:\bS\d{1,2}\b(?=\s*:|\s*[.!?]?\s*$)|(?<![\w$-])(?-i:S)\d{1,2}(?!\w))[\])）】}>]?",
    re.IGNORECASE,
)
_KEY: Final = re.compile(r"(?<![\w¶$.])(?:S\s?)?(\d{1,3})(?![\w%]|[.,]\d)", re.IGNORECASE)
_S_KEY: Final = re.compile(r"(?<!\w)S\s?(\d{1,3})(?!\w)", re.IGNORECASE)
_NAME_BEFORE: Final = re.compile(r"\b(?!S\d)[A-Z]\w* $")
_LIST_OF_KEYS: Final = re.compile(r"(?:[\s,;&]*S?\s?\d{1,3}(?![\w%]|[.,]\d))+", re.IGNORECASE)
_QUOTE_FOLLOWS: Final = re.compile("\\s*[,;–-]?\\s*(?::|¶|[\"“„「«『'‘])")
_NEXT_GROUP: Final = re.compile(rf"\[\s*{_SOURCE}S?\s?\d", re.IGNORECASE)
# Keys that a quote was not closed before.
_BEHIND_QUOTE: Final = re.compile(
    rf"[\"”»」』]?[\s.,;:]*(?:\[\s*{_SOURCE}S?\s?\d{{1,2}}(?![\w%]|[.,]\d)|[(（【{{<]\s*{_SOURCE}S\s?\d).*$",
    re.IGNORECASE,
)
_EMPTY: Final = re.compile(r"\[[^\w\[\]]*\]|\([^\w()]*\)|\{[^\w{}]*\}|<[^\w<>]*>|（\s*）|【\s*】")
_BRACKETS: Final = re.compile(r"(\[(?! )[^\[\]]*(?<! )\])|[\[\]]")  # those around words, or one that is left
_PARAGRAPH: Final = re.compile(r"(?:¶+|\bpara(?:graph)?s?\b\.?|\bpp?\.)\s*\d+(?:\s*[-–]\s*\d+)?", re.IGNORECASE)
_MARKED: Final = re.compile(r"¶+\s*\d+(?:\s*[-–]\s*\d+)?")
_BULLET: Final = re.compile(r"^\s*(?:(?:[-*•–—>#]+|\(?\d{1,2}[.)])\s+)+")
_LABEL: Final = re.compile(
    r"^\s*(?:(?:the )?(?:answer|statement|response|sentence)(?: is)?|답변?)\s*(?:\d{1,2})?\s*:\s*", re.IGNORECASE
)
_MARKUP: Final = re.compile(r"\*\*|__|`+|</?[a-z]+>", re.IGNORECASE)
_MARKS: Final = re.compile("[\ue000-\uf8ff]")
_MARK_BEHIND_STOP: Final = re.compile("([.!?。]+[\"”’']?)((?:\\s*[\ue000-\uf8ff])+)")
_ABSTENTION: Final = re.compile(ABSTENTION.replace("_", "[_ ]"), re.IGNORECASE)
_UNFINISHED: Final = re.compile(r"[\w,;:-]\s*$")
_LEFT_OVER: Final = re.compile(r"^[\s:;,.–—-]+")
_KEY_IN_QUOTE: Final = re.compile(r"([\"“])\s*(?:S\d{1,2}\s*:|¶\d+)\s*")
_STATED_BY_QUOTE: Final = 5  # words a quote has that stands for a sentence
_LONGEST_LINE: Final = 4000


class DraftReader:
    """Turn pieces of text, as they stream in, into drafts, as soon as their line is complete.

    Attributes:
        abstained: whether the model wrote the abstention's word instead of an answer; nothing is read after it.
    """

    def __init__(self) -> None:
        self.abstained = False
        self._buffer = ""
        self._held: list[Draft] = []
        self._thinking = False

    def feed(self, piece: str) -> Iterator[Draft]:
        """Yield the drafts that this piece completes."""
        self._buffer += piece
        while "\n" in self._buffer or len(self._buffer) > _LONGEST_LINE:
            line, _, self._buffer = self._buffer.partition("\n")
            yield from self._line(line)

    def close(self) -> Iterator[Draft]:
        """Yield what is left when the model has stopped; a last sentence that was cut off is not."""
        line, self._buffer = self._buffer, ""
        if not _UNFINISHED.search(line) or _GROUP.search(line) or _ABSTENTION.search(line):
            yield from self._line(line)
        yield from self._release()

    def _line(self, line: str) -> Iterator[Draft]:
        line = self._without_thoughts(line)
        if self.abstained or not line.strip():
            return
        drafts, loose = read_line(_ABSTENTION.sub("", line))
        if not drafts and _ABSTENTION.search(line):
            self.abstained = True
            return
        if loose and self._held:  # the keys of the sentence before stand on a line of their own
            last = self._held[-1]
            self._held[-1] = Draft(last.text, last.cited + loose)
        elif loose:  # nothing but a quote: what it says is the answer
            quotes = ((_tidy(_MARKS.sub("", _take_groups(c.quote)[0])), c) for c in loose)
            yield from (Draft(words, (c,)) for words, c in quotes if len(words.split()) >= _STATED_BY_QUOTE)
        if not drafts:
            return
        yield from self._release()
        if drafts[-1].cited:
            yield from drafts
        else:
            yield from drafts[:-1]
            self._held = [drafts[-1]]

    def _release(self) -> Iterator[Draft]:
        held, self._held = self._held, []
        yield from held

    def _without_thoughts(self, line: str) -> str:
        kept = ""
        for part in re.split(r"(</?think(?:ing)?>)", line):
            if part.startswith(("<think", "</think")):
                self._thinking = part.startswith("<think")
            elif not self._thinking:
                kept += part
        return kept


def read_line(line: str) -> tuple[list[Draft], tuple[Cited, ...]]:
    """Read one line.

    Returns:
        Its sentences with what each cites: the keys in or after it, otherwise those before it. A line that has
        keys but no sentence gives no draft and its keys.
    """
    line = _MARKUP.sub("", _MARKS.sub("", line))
    line = _LABEL.sub("", _BULLET.sub("", line))
    text, groups = _take_groups(line)
    text = _MARK_BEHIND_STOP.sub(lambda m: m[2] + m[1], text)
    leading = _MARKS.findall(re.match("[\\s\ue000-\uf8ff]*", text)[0])  # type: ignore[index]
    drafts: list[Draft] = []
    waiting: list[str] = []
    for start, end in split_sentences(text):
        sentence = text[start:end]
        cited = tuple(c for mark in _MARKS.findall(sentence) for c in groups[ord(mark) - 0xE000])
        words = _tidy(_MARKS.sub("", sentence))
        if not any(character.isalpha() for character in words):
            continue
        if not cited:
            waiting.append(words)
            continue
        drafts += [Draft(earlier, cited) for earlier in waiting]
        drafts.append(Draft(words, cited))
        waiting = []
    behind = drafts[-1].cited if drafts else ()
    drafts += [Draft(words, behind) for words in waiting]
    return drafts, () if drafts else tuple(c for mark in leading for c in groups[ord(mark) - 0xE000])


def _take_groups(line: str) -> tuple[str, list[tuple[Cited, ...]]]:
    """Put a mark in the place of each group of keys; return the marked text and the groups by mark."""
    text = ""
    groups: list[tuple[Cited, ...]] = []
    position = 0
    while match := _GROUP.search(line, position):
        end, cited = _read_group(line, match)
        if not cited or _is_name(line, match) or len(groups) > 200:
            text += line[position : match.end()] or line[position]
            position = max(match.end(), position + 1)
            continue
        text += line[position : match.start()] + chr(0xE000 + len(groups))
        groups.append(cited)
        position = end
    return text + line[position:], groups


def _is_name(line: str, match: re.Match[str]) -> bool:
    """Whether a bare key with words on both sides is the end of a name: "Galaxy S9 sells"."""
    bare = match[0][0] not in _CLOSING
    return bare and bool(_NAME_BEFORE.search(line[: match.start()])) and bool(re.match(r" \w", line[match.end() :]))


def _read_group(line: str, match: re.Match[str]) -> tuple[int, tuple[Cited, ...]]:
    bracket = line[match.start()]
    if bracket not in _CLOSING:
        end = match.end()
        cited = _keys(line[match.start() : end])
    else:
        closing = _CLOSING[bracket]
        end = _closing(line, match.start(), bracket, closing) or _end_of_unclosed(line, match.end())
        cited = _keys(line[match.end() : end].removesuffix(closing))
    behind = _QUOTE.match(line, end)
    if cited and not cited[-1].quote and behind:
        quote = next(group for group in behind.groups() if group)
        return behind.end(), (*cited[:-1], Cited(cited[-1].key, _own_words(quote).strip()))
    return end, cited


def _closing(line: str, start: int, opening: str, closing: str) -> int:
    depth = 0
    for offset in range(start, len(line)):
        depth += (line[offset] == opening) - (line[offset] == closing)
        if depth == 0:
            return offset + 1
    return 0


def _end_of_unclosed(line: str, start: int) -> int:
    """Return where a group ends whose bracket nothing closes: behind its keys, or before the next one's."""
    keys = _LIST_OF_KEYS.match(line, start)
    if keys and not _QUOTE_FOLLOWS.match(line, keys.end()):
        return keys.end()
    following = _NEXT_GROUP.search(line, start)
    return following.start() if following else len(line)


def _keys(body: str) -> tuple[Cited, ...]:
    """Read the inside of a group: keys, each with the quote behind it."""
    quotes = [(m.start(), m.end()) for m in re.finditer(r"[\"“„「].*[\"”」]", body)]
    body = _KEY_IN_QUOTE.sub(r"\1", body)
    pattern = _S_KEY if _S_KEY.search(body) else _KEY
    paragraphs = [(m.start(), m.end()) for m in _PARAGRAPH.finditer(body)]
    found = [
        match
        for match in pattern.finditer(body)
        if not any(start < match.start() < end for start, end in paragraphs)
        and not (pattern is _KEY and any(start < match.start() < end for start, end in quotes))
    ]
    if not found or (pattern is _KEY and body[: found[0].start()].strip()):
        return ()  # "[the 2 leaders]" is no key
    stops = [*(match.start() for match in found[1:]), len(body)]
    cited = []
    for match, stop in zip(found, stops, strict=True):
        rest = _PARAGRAPH.sub("", body[match.end() : stop], count=1).strip(" \t:;,–-")
        quoted = rest[:1] and rest[0] in _OPEN
        if not quoted and len(rest.split()) < 3:
            rest = ""
        cited.append(Cited(int(match[1]), _own_words(rest[1:]).strip(_CLOSE + " .,;") if quoted else _own_words(rest)))
    return tuple(cited)


def _own_words(text: str) -> str:
    """Take out what is left of mangled groups: keys that a quote ran into, and brackets that hold nothing."""
    text = _BEHIND_QUOTE.sub("", text)
    while (emptied := _EMPTY.sub(" ", text)) != text:
        text = emptied
    return _BRACKETS.sub(lambda match: match[1] or "", text)


def _tidy(text: str) -> str:
    text = _LEFT_OVER.sub("", re.sub(r"\s+", " ", _own_words(_MARKED.sub("", text))).strip())
    if text.startswith('"') and text.count('"') == 1:
        text = text[1:]
    text = re.sub(r"(?:\s*,)+\s*,", ",", text)
    text = re.sub(r"\s+([.,;:!?])", r"\1", text)
    return re.sub(r"[:;,]?([.!?])(?:\s*[.,;:])*$", r"\1", text)
