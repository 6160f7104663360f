"""Turn citations into references: RIS and BibTeX for reference managers, Chicago notes for papers.

Pure functions; the day of access comes in from outside. Whatever a document says of itself stays inside its field:
white space becomes one space, invisible controls become visible (`app.escape.plain`), and each format's own
characters are escaped. Only addresses of the web (http, https) are written.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Final
from urllib.parse import quote, urlsplit

from app.errors import BadInput
from app.escape import plain, safe_url
from app.labels import ENGLISH
from app.render import place
from app.results import Citation

# Domains whose registries admit public bodies only, of the countries that ROK-US cooperation brings up.
_GOVERNMENTS: Final = (
    ".gov", ".mil", ".go.kr", ".go.jp", ".gov.uk", ".gov.au", ".gov.in", ".gov.sg", ".gc.ca", ".gouv.fr",
)  # fmt: skip
_OTHERS_PAPERS: Final = (".nlm.nih.gov", ".osti.gov", ".eric.ed.gov")  # public archives of what others wrote
_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_NOT_IN_ADDRESSES: Final = re.compile('["<>^`{|}\ufffe\uffff]')  # RFC 3986, and what XML cannot hold
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}")
# Braces are written by name: BibTeX counts them even behind a backslash.
_LATEX: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
        **{special: f"\\{special}" for special in "$&#%_"},
    }
)  # fmt: skip


def ris(citations: Sequence[Citation], accessed: str) -> str:
    """Return one RIS record a document, in the order of first citation; lines end in CRLF, as the format asks.

    The type is `GOVDOC` at a government's address, `ELEC` at any other, and `GEN` without one. The issuer is an
    author whose name ends in a comma, which EndNote and Zotero take as one name that is not to be parted; commas
    inside it would part it, and become slashes. `Y2`, the day of access, goes with an address only.

    Args:
        citations: none give an empty text.
        accessed: the day on which the sources were looked at, YYYY-MM-DD.

    Raises:
        BadInput: `accessed` is not such a day.
    """
    _check_day(accessed)
    return "".join(_ris_record(cited, accessed) for cited in _by_document(citations))


def bibtex(citations: Sequence[Citation], accessed: str) -> str:
    """Return one `@misc` entry a document, in the order of first citation, in UTF-8 for biber.

    Keys are ASCII, and depend on the `doc_id` alone unless two would be the same. Titles and issuers stand in double
    braces: their capitals stay, and an issuer is not parted at "and". `urldate` goes with an address only.

    Args:
        citations: none give an empty text.
        accessed: the day on which the sources were looked at, YYYY-MM-DD.

    Raises:
        BadInput: `accessed` is not such a day.
    """
    _check_day(accessed)
    entries: dict[str, str] = {}
    for cited in _by_document(citations):
        key = _unused_key(cited[0].doc_id, entries)
        entries[key] = _bibtex_entry(key, cited, accessed)
    return "\n".join(entries.values())


def chicago_notes(citations: Sequence[Citation], accessed: str) -> str:
    """Return one full note a citation, a line each, in the given order (Chicago Manual of Style, 17th edition).

    A note numbers the paragraph, and the page where there is one. One on a digest ends in "(Sangho's summary)": what
    it supports are Sangho's words, not the source's.

    Args:
        citations: none give an empty text.
        accessed: the day on which the sources were looked at, YYYY-MM-DD.

    Raises:
        BadInput: `accessed` is not such a day.
    """
    _check_day(accessed)
    return "".join(f"{citation.n}. {_note(citation, accessed)}\n" for citation in citations)


def address(url: str) -> str:
    """Return an address of the web with the characters encoded that no address may hold; else an empty string."""
    return _NOT_IN_ADDRESSES.sub(lambda match: quote(match[0]), safe_url(url))


def _check_day(accessed: str) -> None:
    if len(_parts(accessed)) != 3:
        raise BadInput(f"{accessed!r} is not a day to have accessed a source on.", "Give it as YYYY-MM-DD.")


def _parts(written: str) -> tuple[int, ...]:
    """Return year, month and day of a date, as many as it has; none where it is not YYYY, YYYY-MM or YYYY-MM-DD."""
    match = _DATE.fullmatch(written)
    if match is None:
        return ()
    parts = tuple(int(part) for part in match.groups() if part)
    try:
        date(*(*parts, 1, 1)[:3])
    except ValueError:
        return ()
    return parts


def _by_document(citations: Sequence[Citation]) -> list[list[Citation]]:
    grouped: dict[str, list[Citation]] = {}
    for citation in citations:
        grouped.setdefault(citation.doc_id, []).append(citation)
    return list(grouped.values())


def _line(text: str) -> str:
    return " ".join(plain(text).split())


def _title(citation: Citation) -> str:
    return _line(citation.title) or _line(citation.doc_id)


def _cited_places(cited: Sequence[Citation]) -> str:
    """Say which paragraphs are cited, and what their words are: the source's, or Sangho's."""
    numbered = sorted({(one.paragraph, one.page or 0, place(one, ENGLISH)) for one in cited})
    where = "; ".join(words for _, _, words in numbered)
    if all(one.edition == "original" for one in cited):
        return f"Cited: {where}. Sangho held the original."
    return f"Cited: {where}. Sangho held a digest, not the original: the words cited are Sangho’s summary."


def _ris_record(cited: Sequence[Citation], accessed: str) -> str:
    first = cited[0]
    parts = _parts(first.date)
    issuer = " / ".join(part for part in re.split(r"\s*[,，]\s*", _line(first.issuer)) if part)
    url = address(first.url).replace(";", "%3B")  # a semicolon parts two addresses
    fields = [
        ("TY", _ris_type(url)),
        ("TI", _title(first)),
        ("AU", f"{issuer}," if issuer else ""),
        ("PY", f"{parts[0]:04}" if parts else ""),
        ("DA", _ris_date(first.date) if parts else _line(first.date)),
        ("UR", url),
        ("Y2", _ris_date(accessed) if url else ""),
        ("N1", _cited_places(cited)),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in [*((t, v) for t, v in fields if v), ("ER", "")])


def _ris_type(url: str) -> str:
    if not url:
        return "GEN"
    host = f".{(urlsplit(url).hostname or '').rstrip('.')}"
    return "GOVDOC" if host.endswith(_GOVERNMENTS) and not host.endswith(_OTHERS_PAPERS) else "ELEC"


def _ris_date(written: str) -> str:
    """Write YYYY/MM/DD/, with nothing between the slashes for what is not known."""
    return "/".join([*written.split("-"), "", "", ""][:3]) + "/"


def _unused_key(doc_id: str, used: dict[str, str]) -> str:
    key = _key(doc_id)
    candidates = (f"{key}-{n}" for n in range(2, len(used) + 3))
    return key if key not in used else next(candidate for candidate in candidates if candidate not in used)


def _key(doc_id: str) -> str:
    """Return an ASCII key in small letters: BibTeX takes keys that differ by capitals only for the same."""
    if _KEY.fullmatch(doc_id):
        return doc_id
    letters = unicodedata.normalize("NFKD", doc_id).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9_.]+", "-", letters)[:60].strip("-_.") or "source"
    return f"{name}-{hashlib.sha256(doc_id.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _bibtex_entry(key: str, cited: Sequence[Citation], accessed: str) -> str:
    first = cited[0]
    url = address(first.url)
    dated = "date" if _parts(first.date) else "year"  # biber takes words for a year, not for a date
    fields = [
        ("author", _braced(_latex(first.issuer))),
        ("title", _braced(_latex(_title(first)))),
        (dated, _latex(first.date)),
        ("url", url),
        ("urldate", accessed if url else ""),
        ("note", _latex(_cited_places(cited))),
    ]
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields if value]
    return f"@misc{{{key},\n{''.join(lines)}}}\n"


def _latex(text: str) -> str:
    return _line(text).translate(_LATEX)


def _braced(text: str) -> str:
    return f"{{{text}}}" if text else ""


def _note(citation: Citation, accessed: str) -> str:
    url = address(citation.url)
    said = [
        _line(citation.issuer),
        f"“{_quotable(_title(citation))},” {_long_date(citation.date) or 'n.d.'}",
        place(citation, ENGLISH),
        f"accessed {_long_date(accessed)}" if url else "",
        url,
    ]
    summary = " (Sangho’s summary)" if citation.edition == "digest" else ""
    return ", ".join(part for part in said if part) + f"{summary}."


def _quotable(title: str) -> str:
    """Return a title to stand in quotation marks: marks inside it become single, and no full stop or comma ends it."""
    title = re.sub(r'"([^"]*)"', r"‘\1’", title).translate(str.maketrans("“”", "‘’"))
    title = title.rstrip(",;: ") or title
    last = title.rpartition(" ")[2]
    return title[:-1] if last.endswith(".") and last.count(".") == 1 and len(last) > 1 else title  # not "the U.S."


def _long_date(written: str) -> str:
    """Write a date as American prose does: May 1, 2023; words that are no date are returned as they are."""
    parts = _parts(written)
    if len(parts) < 2:
        return _line(written)
    month, _, year = ENGLISH.date(written[:7]).partition(" ")
    return f"{month} {parts[2]}, {year}" if len(parts) == 3 else f"{month} {year}"
