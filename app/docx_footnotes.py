"""Give a Word document real footnotes, which python-docx does not write (ECMA-376, part 1, section 17.11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from app.docx_parts import Line, WordFile

if TYPE_CHECKING:
    from docx.parts.story import StoryPart

_NAMESPACES: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
# The line above the footnotes of a page, and that above what did not fit on the page before.
_SEPARATORS: Final = "".join(
    f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/>'
    f"</w:pPr><w:r><w:{mark}/></w:r></w:p></w:footnote>"
    for number, kind, mark in (
        (-1, "separator", "separator"),
        (0, "continuationSeparator", "continuationSeparator"),
    )
)
_STYLES: Final = (
    '<w:style {} w:type="paragraph" w:styleId="FootnoteText"><w:name w:val="footnote text"/><w:basedOn '
    'w:val="Normal"/><w:uiPriority w:val="99"/><w:unhideWhenUsed/><w:pPr><w:spacing w:after="40" w:line="240" '
    'w:lineRule="auto"/></w:pPr><w:rPr><w:sz w:val="18"/><w:szCs w:val="18"/></w:rPr></w:style>',
    '<w:style {} w:type="character" w:styleId="FootnoteReference"><w:name w:val="footnote reference"/><w:basedOn '
    'w:val="DefaultParagraphFont"/><w:uiPriority w:val="99"/><w:unhideWhenUsed/><w:rPr><w:vertAlign '
    'w:val="superscript"/></w:rPr></w:style>',
)
# What stands behind `w:footnotePr` in the settings, where the order is fixed.
_BEHIND: Final = ("w:endnotePr", "w:compat", "w:docVars", "w:rsids", "m:mathPr", "w:attachedSchema", "w:themeFontLang")


class Footnotes:
    """The footnotes of one document, numbered from 1 in the order in which they are added.

    Args:
        file: a document without footnotes; it gets the styles "footnote text" and "footnote reference".
    """

    def __init__(self, file: WordFile) -> None:
        from docx.opc.packuri import PackURI
        from docx.oxml import parse_xml
        from docx.parts.story import StoryPart

        main = file.document.part
        root: Any = parse_xml(f"<w:footnotes {_NAMESPACES}>{_SEPARATORS}</w:footnotes>")
        package = main.package
        assert package is not None  # noqa: S101 - a document that was made is in one
        self._part: StoryPart = StoryPart(PackURI("/word/footnotes.xml"), _CONTENT_TYPE, root, package)
        self._count = 0
        main.relate_to(self._part, _RELATION)
        styles: Any = file.document.styles.element
        for style in _STYLES:
            styles.append(parse_xml(style.format(_NAMESPACES)))
        _name_separators(file)

    def add(self, line: Line) -> Callable[[], Line]:
        """Put a footnote's number at the end of a line.

        Returns:
            What gives the footnote's next line each time that it is called; it must be called once at least.
        """
        from docx.oxml import parse_xml

        self._count += 1
        note: Any = parse_xml(f'<w:footnote {_NAMESPACES} w:id="{self._count}"/>')
        self._part.element.append(note)
        line.paragraph._p.append(_numbered(f'<w:footnoteReference w:id="{self._count}"/>'))

        def next_line() -> Line:
            from docx.text.paragraph import Paragraph

            first = not len(note)
            note.append(
                parse_xml(f'<w:p {_NAMESPACES}><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr></w:p>'),
            )
            if first:
                note[-1].append(_numbered("<w:footnoteRef/>"))
            added = Line(Paragraph(note[-1], _Story(self._part)))
            return added.write(" ") if first else added

        return next_line


class _Story:
    """What a paragraph asks for the part that it stands in."""

    def __init__(self, part: StoryPart) -> None:
        self.part = part


def _numbered(mark: str) -> Any:
    from docx.oxml import parse_xml

    return parse_xml(f'<w:r {_NAMESPACES}><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>{mark}</w:r>')


def _name_separators(file: WordFile) -> None:
    """Say in the settings which footnotes are the separators."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    settings: Any = file.document.settings.element
    named = f'<w:footnotePr {_NAMESPACES}><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>'
    behind = {qn(name) for name in _BEHIND}
    at = next((i for i, element in enumerate(settings) if element.tag in behind), len(settings))
    settings.insert(at, parse_xml(named))
