"""The shapes everything else is built on: document, paragraph, passage, sentence, front matter.

Offsets are code points into a paragraph's text, end exclusive; paragraphs are numbered from 1, as in the
original; pages from 1, where the file has pages.
"""

from __future__ import annotations

import bisect
import datetime
import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import yaml

from ingest.errors import ReadError

Edition = Literal["original", "digest"]

FRONT_MATTER_KEYS: Final = (
    "title", "issuer", "date", "url", "type", "language", "rights", "complete", "edition",
    "aliases", "topics", "note", "translation_of", "supersedes", "superseded_by",
)  # fmt: skip
LONGEST_FRONT_MATTER: Final = 65_536  # characters; YAML is read in time that grows with it
_LISTS: Final = ("aliases", "topics")
_NUMBER: Final = operator.attrgetter("number")
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_PLAIN_LINE = re.compile(r"([A-Za-z][\w-]*):[ \t]*(.*)")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a document.

    Attributes:
        number: the original's paragraph number, from 1.
        text: the paragraph's own words, without markers.
        last: the last original paragraph that this one retells (`[¶12-15]` in a digest); `number` otherwise.
        page: the page it begins on, from 1, where the file has pages.
        heading: whether it is a heading rather than running text.
    """

    number: int
    text: str
    last: int = 0
    page: int | None = None
    heading: bool = False

    def __post_init__(self) -> None:
        if self.last < self.number:
            object.__setattr__(self, "last", self.number)


@dataclass(frozen=True, slots=True)
class Document:
    """A source: its paragraphs and what its front matter says of it.

    Attributes:
        doc_id: the file's name without its ending, qualified by its folder where two roots hold the same.
        paragraphs: in the order of their numbers.
        date: YYYY, YYYY-MM or YYYY-MM-DD; empty when unknown.
        topics: what it is about, in a word or two each.
        note: what whoever relies on it must know: that it is partial, out of date, an unofficial copy.
        root: the source root it came from, as an absolute path.
        path: the file, as an absolute path.
        digest: SHA-256 of the file's bytes.
    """

    doc_id: str
    title: str
    paragraphs: tuple[Paragraph, ...]
    issuer: str = ""
    date: str = ""
    url: str = ""
    type: str = ""
    language: str = "en"
    rights: str = ""
    complete: bool = True
    edition: Edition = "original"
    aliases: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    note: str = ""
    translation_of: str = ""
    supersedes: str = ""
    superseded_by: str = ""
    root: str = ""
    path: str = ""
    digest: str = ""

    def paragraph(self, number: int) -> Paragraph:
        """Return the paragraph that holds (or, in a digest, retells) original paragraph `number`.

        Raises:
            KeyError: the document has no such paragraph.
        """
        at = bisect.bisect_right(self.paragraphs, number, key=_NUMBER) - 1
        if at >= 0 and number <= self.paragraphs[at].last:
            return self.paragraphs[at]
        raise KeyError(f"{self.doc_id} has no paragraph {number}")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one paragraph: `paragraph.text[start:end]`."""

    paragraph: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """What is embedded and retrieved: whole paragraphs, or part of a long one.

    Attributes:
        text: the document's own words, spans joined by a newline; the only part that is shown or quoted.
        spans: where those words stand, in document order.
        context: title, date, issuer and heading put in front for embedding and lexical search; never shown.
        page: the page of the first span, where the file has pages.
    """

    passage_id: str
    doc_id: str
    text: str
    spans: tuple[Span, ...]
    context: str = ""
    page: int | None = None

    @property
    def first(self) -> int:
        """The first paragraph's number."""
        return self.spans[0].paragraph

    @property
    def last(self) -> int:
        """The last paragraph's number."""
        return self.spans[-1].paragraph

    @property
    def indexed_text(self) -> str:
        """The words that are embedded and searched: context, then text."""
        return f"{self.context}\n{self.text}" if self.context else self.text


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a paragraph: `document.paragraph(paragraph).text[start:end] == text`."""

    doc_id: str
    paragraph: int
    start: int
    end: int
    text: str
    row: int = field(default=-1, compare=False)  # its row in the stored sentence vectors


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Split a file's front matter from its body.

    Two forms are read: YAML between `---` lines, or plain `key: value` lines up to the first blank line. A
    text whose first line is neither has no front matter. Values come back as written: text, or lists and
    mappings of text; YAML's dates, numbers and booleans are not converted, so that `12:30` stays `12:30`.

    Returns:
        The keys and values, and the body; no keys and the whole text where there is no front matter.

    Raises:
        ReadError: front matter begins but is not closed, is too long, is not valid YAML, is not a mapping, or
            has a line among its `key: value` lines that is not one.
    """
    text = text.removeprefix("\ufeff")
    if re.match(r"---[ \t]*\n", text):
        return _split_yaml(text)
    blank = re.search(r"\n[ \t]*(?:\n|$)", text)
    head, body = (text[: blank.start()], text[blank.end() :]) if blank else (text, "")
    lines = head[: LONGEST_FRONT_MATTER + 1].split("\n")
    matches = [_PLAIN_LINE.fullmatch(line.rstrip()) for line in lines]
    known = [bool(match) and match[1] in FRONT_MATTER_KEYS for match in matches if match]
    if not matches[0] or not known[0]:
        return {}, text
    if all(matches) and len(head) <= LONGEST_FRONT_MATTER:
        return {match[1]: match[2].strip() for match in matches if match}, body
    if sum(known) < 2:  # one such line may open an ordinary text: "Title: a word of French origin"
        return {}, text
    number = next((n for n, match in enumerate(matches) if not match), 0)
    raise ReadError(
        f"front matter line {number + 1} is not 'key: value': {lines[number][:60]!r}.",
        "Correct it, or leave a blank line before the text.",
    )


def _split_yaml(text: str) -> tuple[dict[str, Any], str]:
    parts = re.split(r"^---[ \t]*$\n?", text, maxsplit=2, flags=re.MULTILINE)
    if len(parts) < 3:
        raise ReadError("front matter begins with --- but is not closed.", "Add a closing --- line.")
    if len(parts[1]) > LONGEST_FRONT_MATTER:
        raise ReadError(
            f"front matter is {len(parts[1])} characters long, over {LONGEST_FRONT_MATTER}.",
            "Close it with a --- line before the text.",
        )
    try:
        values = yaml.load(parts[1], Loader=yaml.BaseLoader) or {}  # noqa: S506  (builds text only)
    except (yaml.YAMLError, RecursionError) as error:
        place = getattr(error, "problem_mark", None)
        line = f" (line {place.line + 2})" if place else ""
        raise ReadError(f"front matter is not valid YAML{line}.", "Quote values that contain ': '.") from error
    if not isinstance(values, dict):
        raise ReadError("front matter is not a list of 'key: value' lines.", "Write one key per line.")
    return {str(key): value for key, value in values.items()}, parts[2]


def metadata_from(values: Mapping[str, Any]) -> dict[str, Any]:
    """Check front matter values and turn them into keyword arguments of `Document`.

    Keys that Sangho does not know are left out. Missing, empty and YAML's null values are left out, so that
    `Document`'s defaults hold. Line breaks inside a value become spaces.

    Raises:
        ReadError: a value is not one line of text, or a date, edition, or list of aliases or topics is not in the
            documented form.
    """
    empty: tuple[Any, ...] = (None, "", "~", "null", [])
    known = {key: values[key] for key in FRONT_MATTER_KEYS if values.get(key) not in empty}
    fields: dict[str, Any] = {key: _line(key, value) for key, value in known.items() if key not in _LISTS}
    fields = {key: value for key, value in fields.items() if value}
    if not _is_date(fields.get("date", "2000")):
        raise ReadError(
            f"front matter date {fields['date'][:60]!r} is not a date.", "Write YYYY, YYYY-MM or YYYY-MM-DD."
        )
    if fields.get("edition", "original") not in ("original", "digest"):
        raise ReadError(f"front matter edition {fields['edition'][:60]!r} is unknown.", "Write original or digest.")
    if "complete" in fields:
        fields["complete"] = fields["complete"].lower() not in ("no", "false")
    return fields | {key: _lines(key, known[key]) for key in _LISTS if key in known}


def _line(key: str, value: Any) -> str:
    if isinstance(value, (dict, list, tuple, set)):
        raise ReadError(f"front matter {key} is not one line of text.", f"Write {key}: value.")
    return " ".join(str(value).split())


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    year, month, day = (*(int(part) for part in text.split("-")), 1, 1)[:3]
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def _lines(key: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list) or any(isinstance(one, (dict, list)) for one in value):
        raise ReadError(f"front matter {key} are not a list.", f"Write {key}: [first, second].")
    return tuple(line for one in value if (line := _line(key, one)))
