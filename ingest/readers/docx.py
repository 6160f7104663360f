"""Word documents (.docx), by python-docx: paragraphs, headings, table rows and notes, in reading order.

The archive is checked before it is parsed: a few kilobytes can unpack to many gigabytes, and a document type
declaration can expand inside the parser. Numbers that Word generates for lists and headings are not text, and
are not read; nor are page headers, deleted and hidden text.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from ingest.errors import ReadError
from ingest.readers.blocks import Block, Content, clean
from ingest.readers.headings import LONGEST

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

MOST_UNPACKED: Final = 200_000_000  # bytes
MOST_RATIO: Final = 200  # unpacked to packed; text packs 3 to 20 times
MOST_ENTRIES: Final = 10_000
_RATIO_MATTERS: Final = 10_000_000  # bytes; below it a large ratio does no harm
_BOMB: Final = "Open it in Word and save it again, if you trust where it comes from."
_DAMAGED: Final = "Get a sound copy, or open it in Word and save it again."
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DECLARATIONS: Final = tuple("<!DOCTYPE".encode(e) for e in ("ascii", "utf-16-le", "utf-16-be"))
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MATH_TEXT: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_SPACES: Final = frozenset((_W + "tab", _W + "br", _W + "cr"))
_NOT_READ: Final = frozenset((_W + "del", _W + "moveFrom", _FALLBACK, _W + "txbxContent", _W + "pPr", _W + "rPr"))
_NOTES: Final = ("footnotes", "endnotes")


def read_docx(data: bytes) -> Content:
    """Read a `.docx` file's bytes; a table row is a block, cells parted by ` | `; notes follow their paragraph.

    Raises:
        ReadError: it is not a Word document, is encrypted, truncated, damaged, or unpacks to too much.
    """
    if data.startswith(_OLD_OFFICE):
        raise ReadError("is an old .doc file, or is protected by a password.", "Save it as .docx without a password.")
    _check_archive(data)
    import docx

    try:
        return Content(list(_Body(docx.Document(io.BytesIO(data))).blocks()))
    except Exception as error:  # python-docx meets damage with KeyError, ValueError, lxml's errors and more
        raise ReadError(f"is not a readable Word document ({type(error).__name__}).", _DAMAGED) from error


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_sizes(entries, len(data))
            left = MOST_UNPACKED
            for entry in entries:
                left -= _check_entry(archive, entry, left)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ReadError(f"is not a .docx, or is truncated: {str(error)[:80]}.", _DAMAGED) from error
    except (RuntimeError, NotImplementedError) as error:
        raise ReadError("is an encrypted or unusual archive, not a .docx.", "Save it as .docx in Word.") from error
    except (OSError, ValueError, UnicodeError) as error:
        raise ReadError(f"is not a .docx ({type(error).__name__}).", _DAMAGED) from error


def _check_sizes(entries: list[zipfile.ZipInfo], packed: int) -> None:
    """Refuse an archive by what its directory says, before anything is unpacked."""
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES:
        raise ReadError(f"is a zip bomb: {len(entries)} parts, over {MOST_ENTRIES}.", _BOMB)
    if unpacked > MOST_UNPACKED:
        raise ReadError(f"is a zip bomb: {packed} bytes that unpack to {unpacked}, over {MOST_UNPACKED}.", _BOMB)
    if unpacked > _RATIO_MATTERS and unpacked > MOST_RATIO * packed:
        raise ReadError(f"is a zip bomb: it unpacks to {unpacked // packed} times its size.", _BOMB)


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    """Unpack one part piece by piece, since the directory may lie; return its true size in bytes."""
    size = 0
    tail = b""
    with archive.open(entry) as part:
        while piece := part.read(1 << 20):
            size += len(piece)
            if size > left:
                raise ReadError(f"is a zip bomb: it unpacks to more than {MOST_UNPACKED} bytes.", _BOMB)
            if any(declaration in tail + piece for declaration in _DECLARATIONS) and _is_xml(entry.filename):
                raise ReadError("holds a document type declaration, which no Word document has.", _BOMB)
            tail = piece[-32:]
    return size


def _is_xml(name: str) -> bool:
    return not name.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".bin", ".html", ".htm", ".svg"))


class _Body:
    """Walks a Word document's body; `notes` are its footnotes and endnotes, by kind and identifier."""

    def __init__(self, document: WordDocument) -> None:
        self._root = document.element.body
        self._headings = _heading_styles(document)
        self._notes = _notes(document)

    def blocks(self) -> Iterator[Block]:
        yield from self._within(self._root)

    def _within(self, parent: Any) -> Iterator[Block]:
        for child in parent:
            if child.tag == _W + "p":
                yield from self._paragraph(child)
            elif child.tag == _W + "tbl":
                yield from self._table(child)
            elif isinstance(child.tag, str) and child.tag not in _NOT_READ:
                yield from self._within(child)  # content controls, insertions, custom XML

    def _paragraph(self, node: Any) -> Iterator[Block]:
        text = "".join(_words(node))
        yield Block(text, heading=self._is_heading(node) and len(clean(text)) <= 3 * LONGEST)
        for box in node.iter(_W + "txbxContent"):
            if not any(above.tag == _FALLBACK for above in box.iterancestors()):
                yield from self._within(box)
        for kind in _NOTES:
            for reference in node.iter(f"{_W}{kind[:-1]}Reference"):
                yield Block(self._notes.get((kind, reference.get(_W + "id")), ""))

    def _is_heading(self, node: Any) -> bool:
        style = node.find(f"{_W}pPr/{_W}pStyle")
        level = node.find(f"{_W}pPr/{_W}outlineLvl")
        if level is not None:
            return _is_level(level)
        return style is not None and style.get(_W + "val") in self._headings

    def _table(self, node: Any) -> Iterator[Block]:
        for row in _children(node, "tr"):
            cells = list(_children(row, "tc"))
            if len(cells) == 1:  # a frame around text, not a table
                yield from self._within(cells[0])
                continue
            texts = [" ".join(clean(block.text) for block in self._within(cell)).strip() for cell in cells]
            yield Block(" | ".join(texts) if any(texts) else "")


def _children(parent: Any, tag: str) -> Iterator[Any]:
    """Yield the rows of a table or cells of a row, through content controls around them."""
    for child in parent:
        if child.tag == _W + tag:
            yield child
        elif child.tag in (_W + "sdt", _W + "sdtContent", _W + "ins", _W + "customXml"):
            yield from _children(child, tag)


def _words(node: Any) -> Iterator[str]:
    for child in node:
        if child.tag in (_W + "t", _MATH_TEXT):
            yield child.text or ""
        elif child.tag in _SPACES:
            yield " "
        elif child.tag == _W + "noBreakHyphen":
            yield "-"
        elif isinstance(child.tag, str) and child.tag not in _NOT_READ and not _is_hidden(child):
            yield from _words(child)


def _is_hidden(node: Any) -> bool:
    mark = node.find(f"{_W}rPr/{_W}vanish") if node.tag == _W + "r" else None
    return mark is not None and mark.get(_W + "val") not in ("0", "false")


def _is_level(node: Any) -> bool:
    return node.get(_W + "val", "9").isdecimal() and int(node.get(_W + "val", "9")) < 9


def _heading_styles(document: WordDocument) -> frozenset[str]:
    """Return the identifiers of the styles that make a heading, by name or by outline level."""
    found = set()
    for style in document.styles.element.iter(_W + "style"):
        name = style.find(_W + "name")
        level = style.find(f"{_W}pPr/{_W}outlineLvl")
        named = name is not None and (name.get(_W + "val") or "").lower().startswith(("heading", "title", "제목"))
        if named or (level is not None and _is_level(level)):
            found.add(style.get(_W + "styleId"))
    return frozenset(found)


def _notes(document: WordDocument) -> Mapping[tuple[str, str], str]:
    from docx.oxml import parse_xml

    notes: dict[tuple[str, str], str] = {}
    for relation in document.part.rels.values():
        kind = relation.reltype.rsplit("/", 1)[-1]
        if kind in _NOTES and not relation.is_external:
            for note in parse_xml(relation.target_part.blob):
                words = " ".join("".join(_words(paragraph)) for paragraph in note.iter(_W + "p"))
                notes[kind, note.get(_W + "id")] = words
    return notes
