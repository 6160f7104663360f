"""Write an answer as a Word document (.docx), by python-docx; the same answer gives the same bytes.

Only an original's words stand in quotation marks; a digest's are named as Sangho's summary. What text from documents,
models and people may hold and XML may not is made visible, and so are controls that reorder it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from app.escape import plain
from app.labels import Labels, labels
from app.references import address
from app.render import place, quote_shown, statement_shown
from app.results import Answer, Citation, Statement

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

_NOT_XML: Final = re.compile("[\ufffe\uffff]")  # of what XML 1.0 cannot hold, all that `plain` lets through
_KOREAN_FONT: Final = "Malgun Gothic"  # comes with Windows and with Word; others put theirs in its place
_LINK_COLOUR: Final = "0563C1"
_LONGEST_PROPERTY: Final = 255  # characters; python-docx refuses more
# Of the template's own: a picture of an empty page, and the program that made it.
_UNWANTED_PARTS: Final = ("thumbnail", "extended-properties")
_WRITTEN: Final = (1980, 1, 1, 0, 0, 0)  # the earliest moment that a zip archive can name: no clock is read


def answer_docx(answer: Answer) -> bytes:
    """Return an answer as the bytes of a `.docx`, labelled in the answer's language.

    The question is its title; then come outcome, notice, statements with the numbers of their citations, the sources
    (for an abstention, the related passages), and what was searched. It names no moment, person or machine.
    """
    import docx

    words = labels(answer.language)
    document = docx.Document()
    _set_fonts(document, words)
    _set_properties(document, answer, words)
    _write(document, answer, words)
    return _packed(document)


def _write(document: WordDocument, answer: Answer, words: Labels) -> None:
    _paragraph(document, answer.question, style="Title")
    _paragraph(document, words.outcomes[answer.outcome], bold=True)
    if answer.notice:
        _paragraph(document, answer.notice, italic=True)
    if answer.outcome == "sources_say_otherwise":
        _paragraph(document, words.asked, style="Heading 1")
        _paragraph(document, answer.query)
        _paragraph(document, words.say, style="Heading 1")
    if answer.abstained:
        _paragraph(document, answer.answer or words.abstention)
    by_number = {citation.n: citation for citation in answer.citations}
    for statement in answer.statements:
        _write_statement(document, statement, by_number, words)
    _write_sources(document, words.sources, answer.citations, words, numbered=True)
    _write_sources(document, words.related, answer.related, words, numbered=False)
    for line in _footing(answer, words):
        _paragraph(document, line, italic=True)


def _write_statement(
    document: WordDocument, statement: Statement, by_number: Mapping[int, Citation], words: Labels
) -> None:
    cited = [by_number[n] for n in statement.citations if n in by_number]
    paragraph = _paragraph(document, statement_shown(statement, cited))
    # In brackets, so that a number stays apart from a figure where the text is pasted without its form.
    _run(paragraph, "".join(f"[{citation.n}]" for citation in cited)).font.superscript = True
    if cited and all(citation.edition == "digest" for citation in cited):
        numbers = ", ".join(dict.fromkeys(f"¶{citation.paragraph}" for citation in cited))
        _run(paragraph, f" ({words.summary.format(place=numbers)})").italic = True


def _write_sources(
    document: WordDocument, heading: str, listed: Sequence[Citation], words: Labels, *, numbered: bool
) -> None:
    if listed:
        _paragraph(document, heading, style="Heading 1")
    for citation in listed:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        if numbered:
            _run(paragraph, f"[{citation.n}] ")
        _add_title(paragraph, citation)
        _run(paragraph, "".join(f" · {part}" for part in _about(citation, words)))
        _paragraph(document, quote_shown(citation, words), style="List Continue")


def _about(citation: Citation, words: Labels) -> list[str]:
    edition = words.digest if citation.edition == "digest" else words.original
    superseded = f"{words.superseded} {citation.superseded_by}" if citation.superseded_by else ""
    said = [citation.issuer, words.date(citation.date), place(citation, words), edition, superseded, citation.note]
    return [part for part in said if part]


def _footing(answer: Answer, words: Labels) -> Iterable[str]:
    if answer.query.strip() and answer.query.strip() != answer.question.strip():
        yield f"{words.searched_for}: {answer.query}"
    if answer.mode == "generated" and not answer.abstained:
        yield f"{words.generated}."
    yield words.coverage(answer.coverage)


def _paragraph(
    document: WordDocument, text: str, style: str | None = None, *, bold: bool = False, italic: bool = False
) -> Paragraph:
    paragraph = document.add_paragraph(style=style)
    run = _run(paragraph, text)
    run.bold, run.italic = bold or None, italic or None  # None: as the style has it
    return paragraph


def _run(paragraph: Paragraph, text: str) -> Run:
    return paragraph.add_run(_writable(text))


def _writable(text: str) -> str:
    return _NOT_XML.sub(lambda match: f"[U+{ord(match[0]):04X}]", plain(text))


def _add_title(paragraph: Paragraph, citation: Citation) -> None:
    """Add a document's title, as a link where its address is one of the web's."""
    run = _run(paragraph, citation.title or citation.doc_id)
    url = address(citation.url)
    if not url:
        return
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    run.font.underline, run.font.color.rgb = True, RGBColor.from_string(_LINK_COLOUR)
    link: Any = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run._element.addprevious(link)
    link.append(run._element)


def _set_fonts(document: WordDocument, words: Labels) -> None:
    """Name a Korean font in every style, since an English answer may quote Korean; set the language of the text."""
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


def _set_properties(document: WordDocument, answer: Answer, words: Labels) -> None:
    """Say who wrote it and what it is called; leave no date, and nothing of the template's own."""
    properties = document.core_properties
    properties.author = properties.last_modified_by = "Sangho"
    properties.title = " ".join(_writable(answer.question).split())[:_LONGEST_PROPERTY]
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


def _packed(document: WordDocument) -> bytes:
    """Return the document's bytes, packed anew: a zip archive says of each part when and where it was written."""
    saved, packed = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(packed, "w") as archive:
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, _WRITTEN)
            entry.create_system, entry.compress_type = 0, zipfile.ZIP_DEFLATED
            archive.writestr(entry, parts.read(name))
    return packed.getvalue()
