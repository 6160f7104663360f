"""Build a Word document by python-docx that holds no moment, person or machine: the same calls give the same bytes.

What text from documents, models and people may hold and XML may not is made visible, and so are controls that reorder
it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from app.escape import plain
from app.labels import Labels
from app.references import address
from app.results import Citation

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph

_NOT_XML: Final = re.compile("[\ufffe\uffff]")  # of what XML 1.0 cannot hold, all that `plain` lets through
_KOREAN_FONT: Final = "Malgun Gothic"  # comes with Windows and with Word; others put theirs in its place
_LINK_COLOUR: Final = "0563C1"
_LONGEST_PROPERTY: Final = 255  # characters; python-docx refuses more
# Of the template's own: a picture of an empty page, and the program that made it.
_UNWANTED_PARTS: Final = ("thumbnail", "extended-properties")
_WRITTEN: Final = (1980, 1, 1, 0, 0, 0)  # the earliest moment that a zip archive can name: no clock is read


class Line:
    """A paragraph of a Word document, written run by run."""

    def __init__(self, paragraph: Paragraph) -> None:
        self.paragraph = paragraph

    def write(self, text: str, *, bold: bool = False, italic: bool = False, superscript: bool = False) -> Line:
        """Add text, in the paragraph's own style unless said otherwise; return the line."""
        run = self.paragraph.add_run(writable(text))
        if bold:
            run.bold = True
        if italic:
            run.italic = True
        if superscript:
            run.font.superscript = True
        return self

    def keep_with_next(self) -> Line:
        """Let no page break come between this line and the next; return the line."""
        self.paragraph.paragraph_format.keep_with_next = True
        return self

    def title(self, citation: Citation) -> Line:
        """Add a document's title, as a link where its address is one of the web's; return the line."""
        run = self.paragraph.add_run(writable(citation.title or citation.doc_id))
        url = address(citation.url)
        if not url:
            return self
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import RGBColor

        run.font.underline, run.font.color.rgb = True, RGBColor.from_string(_LINK_COLOUR)
        link: Any = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), self.paragraph.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        run._element.addprevious(link)
        link.append(run._element)
        return self


class WordFile:
    """A Word document that is being written.

    Args:
        title: what the file is called in its properties.
        words: the language that it is in.
    """

    def __init__(self, title: str, words: Labels) -> None:
        import docx

        self.document = docx.Document()
        _set_fonts(self.document, words)
        _set_properties(self.document, title, words)

    def line(
        self, text: str | None = None, style: str | None = None, *, bold: bool = False, italic: bool = False
    ) -> Line:
        """Add a paragraph and return it; without text it is empty, to be written to."""
        paragraph = self.document.add_paragraph(style=style)
        if text is not None:
            run = paragraph.add_run(writable(text))
            run.bold, run.italic = bold or None, italic or None  # None: as the style has it
        return Line(paragraph)

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Add a table; the first row heads it, and is repeated on every page. Rows are equally long, and never none."""
        from docx.oxml import OxmlElement

        table = self.document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
        for number, row in enumerate(rows):
            added = table.add_row()
            for cell, text in zip(added.cells, row, strict=True):
                Line(cell.paragraphs[0]).write(text, bold=not number)
        properties: Any = table.rows[0]._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:tblHeader"))

    def packed(self) -> bytes:
        """Return its bytes, packed anew: a zip archive says of each part when and where it was written."""
        saved, packed = io.BytesIO(), io.BytesIO()
        self.document.save(saved)
        with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(packed, "w") as archive:
            for name in parts.namelist():
                entry = zipfile.ZipInfo(name, _WRITTEN)
                entry.create_system, entry.compress_type = 0, zipfile.ZIP_DEFLATED
                archive.writestr(entry, parts.read(name))
        return packed.getvalue()


def writable(text: str) -> str:
    """Return text that XML can hold, with each invisible control replaced by its code."""
    return _NOT_XML.sub(lambda match: f"[U+{ord(match[0]):04X}]", plain(text))


def _set_fonts(document: WordDocument, words: Labels) -> None:
    """Name a Korean font in every style, since an English text may quote Korean; set the language of the text."""
    from docx.oxml.ns import qn

    styles: Any = document.styles.element
    for fonts in styles.iter(qn("w:rFonts")):
        fonts.attrib.pop(qn("w:eastAsiaTheme"), None)  # where it stands, the font's name is not looked at
        fonts.set(qn("w:eastAsia"), _KOREAN_FONT)
    for language in styles.iter(qn("w:lang")):
        language.set(qn("w:val"), "ko-KR" if words.language == "ko" else "en-US")
        language.set(qn("w:eastAsia"), "ko-KR")
    settings: Any = document.settings.element
    for language in settings.iter(qn("w:themeFontLang")):
        language.set(qn("w:eastAsia"), "ko-KR")


def _set_properties(document: WordDocument, title: str, words: Labels) -> None:
    """Say who wrote it and what it is called; leave no date, and nothing of the template's own."""
    properties = document.core_properties
    properties.author = properties.last_modified_by = "Sangho"
    properties.title = " ".join(writable(title).split())[:_LONGEST_PROPERTY]
    properties.comments, properties.language = "", words.language
    package = document.part.package
    assert package is not None  # noqa: S101 - a document that was made is in one
    for part in package.parts:
        if part.partname == "/docProps/core.xml":
            _remove_dates(part)
    for name, relation in list(package.rels.items()):
        if relation.reltype.endswith(_UNWANTED_PARTS):
            del package.rels[name]


def _remove_dates(part: Any) -> None:
    from docx.oxml.ns import qn

    for name in ("dcterms:created", "dcterms:modified"):
        for written in part.element.findall(qn(name)):
            part.element.remove(written)
