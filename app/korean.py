"""How Korean is written: particles, endings, figures; and the search for terms however they are spaced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DOTS: Final = "·ㆍ・‧･"  # middle dots, which join Korean nouns: 한·미·일
_WORD: Final = re.compile(r"[$€£¥₩]?[^\W가-힣]+(?:[.,'’&/+:@-][^\W가-힣]+)*%?")
# Syllables written as one word with the noun after them: 총투자 (total investment), 각정부 (each government).
_PREFIXES: Final = frozenset("총각양대신재범친반비미한북매주현")
_PARTICLES: Final = frozenset(
    "은 는 이 가 을 를 의 에 에는 에도 에서 에서는 에게 께 으로 로 와 과 도 만 까지 부터 나 이나 마다 보다 처럼".split()
)
# What may end a noun that was read, even where it is a term elsewhere: 이란, "what is called" or Iran.
_BARE: Final = _PARTICLES | frozenset(
    "이란 란 이라는 라는 인 인가 인지 이며 이고 이다 하고 하는 하기 하기로 한 할 함 해 했 했나 된 될 됨 되는 되고 "
    "적 적인 적으로 들 들은 들이 들의 들을 측 측은 측이 측의 간 별 상".split()
)
_SUFFIX: Final = "들|적|측|간|별|상|당|국|권|성|화|형|용|급|째|여|율|력|자"
_PIECES: Final = (
    "에서|에게|으로|으며|으면|으나|까지|부터|마다|처럼|보다|라도|조차|밖에|때문|동안|만큼|대로|도록|거나|므로|써|시키|시켰|"
    "시킨|시킬|시킴|받는|받은|받을|받고|받았|당하|당한|당했|드리|주세요|주실|주십시오|줘|바랍니|싶"
)
_SYLLABLES: Final = (
    "하했한할함합해되됐된될됨됩돼이였었았겠인일임입여는은을를가와과의에로서도만나며면고다니습까요죠"
    "지던든데라란게려기건걸거것수있없않못들씩께랑야어아져졌진질"
)
_ENDING: Final = re.compile(f"(?:{_SUFFIX}){{0,2}}(?:{_PIECES}|[{_SYLLABLES}])*")
_STEM: Final = re.compile(
    "(..+?)들?(?:(?:에서|에게|으로|로|까지|부터|에)?(?:는|은|도|의|만)?|이|가|을|를|와|과|이나|처럼|보다|마다|이?라는|"
    f"이란|이다|인가|인가요|이?며|[하했한할합해되됐된될됩돼](?:{_PIECES}|[{_SYLLABLES}])*)"
)

_UNITS: Final = {"": 1, "십": 10, "백": 100, "천": 1_000, "만": 10**4, "억": 10**8, "조": 10**12}
_ENGLISH_UNITS: Final = ((10**12, " trillion"), (10**9, " billion"), (10**6, " million"))
_PART: Final = re.compile(r"(\d[\d,]*(?:\.\d+)?)([십백천]?)([조억만]?)")
_AMOUNT: Final = re.compile(
    r"[$€£¥₩]?(?:\d[\d,]*(?:\.\d+)?(?:[십백천]?[억만]|[십백천]조|조(?=\s?(?:원|달러|유로|엔|위안|규모|\d))|[천백])\s?)+"
)
_PLACE: Final = re.compile(r"(\d+)(조|항|차)(?!전지)")
_PLACES: Final = {"조": "Article", "항": "paragraph"}


def is_hangul(character: str) -> bool:
    """Say whether a character is a composed Hangul syllable; the empty string is not."""
    return "가" <= character <= "힣"


def reads_as_ending(rest: str) -> bool:
    """Say whether what is left of a word is only suffixes, particles and verb endings; "" is."""
    return _ENDING.fullmatch(rest) is not None


def stem_of(word: str) -> str:
    """Return a word without particles and endings, at least its first two syllables; to show, not to look up."""
    found = _STEM.fullmatch(word)
    return found[1] if found else word


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with a Korean unit.

    Attributes:
        korean: as the text writes it.
        english: its digits as they stand, then how English says it: "3500 350 billion", "Article 31".
        end: the offset behind it, in code points.
    """

    korean: str
    english: str
    end: int


def read_figure(text: str, start: int) -> Figure | None:
    """Read the figure at an offset: amounts in 조, 억, 만 and 천, articles and paragraphs of a law, ordinals.

    A lone 조 is a trillion only before a currency (3조 달러) and an article otherwise (제31조).
    """
    if amount := _AMOUNT.match(text, start):
        written = amount[0].rstrip()
        parts = _PART.findall(written)
        value = sum(float(n.replace(",", "")) * _UNITS[small] * _UNITS[big] for n, small, big in parts)
        sign = "" if written[0].isdigit() else written[0]
        english = f"{sign}{' '.join(n for n, _, _ in parts)} {sign}{_in_english(value)}"
        return Figure(written, english, start + len(written))
    if place := _PLACE.match(text, start):
        english = f"{_PLACES[place[2]]} {place[1]}" if place[2] in _PLACES else _ordinal(place[1])
        return Figure(place[0], english, place.end())
    return None


def _in_english(value: float) -> str:
    for size, name in _ENGLISH_UNITS:
        if value >= size:
            return f"{value / size:.10g}{name}"
    return f"{value:,.10g}"


def _ordinal(digits: str) -> str:
    teens = digits[-2:-1] == "1"
    return digits + ("th" if teens else {"1": "st", "2": "nd", "3": "rd"}.get(digits[-1], "th"))


class Reader:
    """One reading of one text from left to right, by longest match.

    `squeezed` is the text in lower case without spaces and the dots between Hangul, so that a term is found
    however it is spaced; `gap` says what stood before each of its characters: nothing, a dot or a space.

    Args:
        text: in Unicode's composed form (NFC).
        terms: what is known, by the term in lower case without spaces and dots: the term as it is written, and
            its English; "" for a word that carries nothing.
        longest: the length of the longest term by its first character.
    """

    def __init__(self, text: str, terms: Mapping[str, tuple[str, str]], longest: Mapping[str, int]) -> None:
        self.text, self._known, self._longest = text, terms, longest
        self.words: list[str] = []
        self.terms: list[tuple[str, str]] = []
        self.unread: list[str] = []
        self._pending = ""  # the syllables of the present word that nothing has read so far
        self._after = False  # whether the character before was read
        self._squeeze()

    def _squeeze(self) -> None:
        kept: list[str] = []
        self._gap: list[str] = []
        self._origin: list[int] = []
        gap, text = " ", self.text
        for i, c in enumerate(text):
            if c.isspace():
                gap = " "
            elif c in DOTS and is_hangul(text[i - 1 : i]) and is_hangul(text[i + 1 : i + 2]):
                gap = gap or "·"
            else:
                kept.append(low if len(low := c.lower()) == 1 else c)
                self._gap.append(gap)
                self._origin.append(i)
                gap = ""
        self.squeezed = "".join(kept)
        self._ends()

    def _ends(self) -> None:
        """Note for each character where its run of Hangul ends, and where the next space is."""
        size = len(self._gap)
        self._word_end, self._line_end = [0] * size, [0] * size
        word = line = size
        for i in range(size - 1, -1, -1):
            if not is_hangul(self.squeezed[i]):
                word = i
            self._word_end[i], self._line_end[i] = word, line
            if self._gap[i]:
                word = i
            if self._gap[i] == " ":
                line = i

    def read(self) -> None:
        """Read to the end, filling `words`, `terms` and `unread`."""
        at = 0
        while at < len(self.squeezed):
            if self._gap[at]:
                self._flush()
                self._after = False
            at = self._hangul(at) if is_hangul(self.squeezed[at]) else self._other(at)
        self._flush()

    def _flush(self) -> None:
        if len(self._pending) > 1 and self._pending[1:] not in _PARTICLES:  # 등에 carries nothing
            self.unread.append(stem_of(self._pending))
        self._pending = ""

    def _hangul(self, at: int) -> int:
        """Read one term, ending or syllable; return where to go on."""
        rest = self.squeezed[at : self._word_end[at]]
        if self._after and rest in _BARE:
            return at + len(rest)
        if length := self._match(at):
            return self._emit(at, length)
        if not self._pending and reads_as_ending(rest):
            return at + len(rest)
        counter = self._after and self.squeezed[at - 1].isdigit()  # 5명, 2025년
        if not counter:
            self._pending += self.squeezed[at]
        self._after = counter
        return at + 1

    def _match(self, at: int) -> int:
        """Return the length of the longest known term that fits here, or 0."""
        s = self.squeezed
        for length in range(min(self._longest.get(s[at], 0), len(s) - at), 0, -1):
            if s[at : at + length] in self._known and self._fits(at, at + length):
                return length
        return 0

    def _fits(self, at: int, end: int) -> bool:
        """Say whether a term may be read here: not out of the middle of other words."""
        s, length = self.squeezed, end - at
        latin_goes_on = end < len(s) and not self._gap[end] and s[end - 1].isascii() and s[end].isalnum()
        if latin_goes_on and not is_hangul(s[end]):
            return False
        crosses = end > self._line_end[at]
        if self._pending:  # after a syllable that nothing reads, only long terms that carry something
            enough = 2 if self._pending in _PREFIXES else 3
            return not crosses and length >= enough and bool(self._known[s[at:end]][1])
        if length == 1:  # a word by itself, or behind a Latin word: AI칩
            alone = bool(self._gap[at]) or not is_hangul(s[at - 1])
            return alone and reads_as_ending(s[end : self._word_end[at]])
        if not crosses:
            return True
        last = next(end - i for i in range(end - 1, at, -1) if self._gap[i] == " ")
        return length > 2 and (last > 1 or reads_as_ending(s[end : self._word_end[end - 1]]))

    def _emit(self, at: int, length: int) -> int:
        self._flush()
        korean, english = self._known[self.squeezed[at : at + length]]
        if english:
            self.words.append(english)
            self.terms.append((korean, english))
        self._after = True
        return at + length

    def _other(self, at: int) -> int:
        """Read a figure or a term that begins with a Latin letter or digit, copy a word, or skip a mark."""
        start = self._origin[at]
        self._flush()
        word = _WORD.match(self.text, start)
        if word is None:
            return at + 1
        if length := self._match(at):
            return self._emit(at, length)
        figure = read_figure(self.text, start)
        self.words.append(figure.english if figure else word[0])
        if figure:
            self.terms.append((figure.korean, figure.english))
        self._after = True
        end = figure.end if figure else word.end()
        while at < len(self._origin) and self._origin[at] < end:
            at += 1
        return at
