"""HTML: the main text by trafilatura, or everything in the body where it finds too little."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from ingest.documents import metadata_from
from ingest.errors import ReadError
from ingest.readers.blocks import Block, Content, clean, quiet
from ingest.readers.encoding import decode, plausible

_CHARSET = re.compile(rb"""<meta[^<>]{0,500}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
# Names that pages use for more than they say: https://encoding.spec.whatwg.org/#names-and-labels
_WIDER: Final = {
    "euc_kr": "cp949",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
}
_OWN_LINE: Final = frozenset(
    "address blockquote caption dd div dt fieldset figcaption figure h1 h2 h3 h4 h5 h6 head hr item li "
    "list main ol p pre quote row section article table tbody thead tfoot td th tr ul dl body details "
    "summary".split()
)
_HEADINGS: Final = frozenset("h1 h2 h3 h4 h5 h6 head".split())
_ROWS: Final = frozenset(("row", "tr"))
_CELLS: Final = frozenset(("cell", "td", "th"))
_BREAK: Final = "\v"  # <br>: white space, but two of them part paragraphs
_TWO_BREAKS = re.compile(r"\v\s*\v\s*")
_UNSHOWN: Final = ("script", "style", "noscript", "template", "svg", "iframe", "head")
_FRAME: Final = (*_UNSHOWN, "nav", "header", "footer", "aside", "form", "button", "select")


def read_html(data: bytes) -> Content:
    """Read an `.html` file's bytes: headings, paragraphs, list items and table rows of the main text.

    Title, date, site (as issuer) and address are taken where the page states them in its metadata.

    Raises:
        ReadError: the bytes are not text, a declared encoding is wrong, or the page cannot be parsed.
    """
    page = _decoded(data)
    try:
        with quiet("trafilatura"), quiet("htmldate"), quiet("courlan"), quiet("justext"):
            return _extracted(page)
    except ReadError:
        raise
    except Exception as error:  # parsers of other people's pages fail in many ways
        raise ReadError(f"cannot be parsed as HTML ({type(error).__name__}).", "Save the page again.") from error


def read_whole_html(data: bytes) -> list[str]:
    """Return every block of text that a page shows, in order: menus and footers as well as the main text.

    Raises:
        ReadError: as `read_html`.
    """
    import trafilatura

    page = re.sub(r"^\s*<\?xml[^>]*\?>", "", _decoded(data)).replace("\x00", "")
    try:
        tree = trafilatura.load_html(page)
        return [] if tree is None else [clean(block.text) for block in _worded(_without(tree, _UNSHOWN))]
    except Exception as error:  # as above
        raise ReadError(f"cannot be parsed as HTML ({type(error).__name__}).", "Save the page again.") from error


def _decoded(data: bytes) -> str:
    declared = _CHARSET.search(data[:8192])
    if declared is None or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode(data)
    name = declared[1].decode("ascii", "replace")
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return decode(data)
    try:
        text = data.decode(_WIDER.get(found, found))
    except (UnicodeError, LookupError):
        return decode(data)  # the declaration is wrong: what the bytes themselves show
    return plausible(text).replace("\r\n", "\n").replace("\r", "\n")


def _extracted(page: str) -> Content:
    import trafilatura
    from trafilatura.settings import Document

    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", page).replace("\x00", "")
    tree = trafilatura.load_html(text)
    if tree is None:
        return Content([])
    found = trafilatura.bare_extraction(
        text,
        favor_recall=True,
        include_comments=False,
        with_metadata=True,
        # Only stated dates, and no clock: a page read next year must give the same document.
        date_extraction_params={"extensive_search": False, "original_date": True, "max_date": "2099-12-31"},
    )
    main = _worded(found.body) if isinstance(found, Document) and found.body is not None else []
    everything = _worded(_without(tree, _FRAME))
    # Of pages that are short or mostly tables trafilatura keeps little, or everything as one block.
    lost = _length(main) * 5 < _length(everything)
    jammed = len(main) == 1 < len(everything)
    blocks = everything if lost or jammed else main
    return Content(_with_top_heading(blocks, everything), _values(found))


def _worded(root: Any) -> list[Block]:
    return [block for block in _blocks(root) if clean(block.text)]


def _length(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _with_top_heading(blocks: list[Block], everything: list[Block]) -> list[Block]:
    """Put back the page's first heading where extraction took it for part of the frame around the text."""
    top = next((block for block in everything if block.heading), None)
    if top is None or not blocks or any(clean(block.text) == clean(top.text) for block in blocks):
        return blocks
    return [top, *blocks]


def _without(tree: Any, tags: Sequence[str]) -> Any:
    for element in list(tree.iter(*tags)):
        if element.getparent() is not None:
            element.drop_tree()
    return tree


def _values(found: Any) -> dict[str, str]:
    stated = {"title": found.title, "date": found.date, "issuer": found.sitename, "url": found.url} if found else {}
    values = {key: clean(value) for key, value in stated.items() if value}
    if not values.get("url", "http://").startswith(("http://", "https://")):
        del values["url"]
    try:
        metadata_from(values)
    except ReadError:  # a page's metadata is not front matter that a person can correct
        values.pop("date", None)
    return values


def _blocks(root: Any) -> Iterator[Block]:
    """Yield the blocks below an element, from trafilatura's tree or from HTML, without recursion."""
    line: list[str] = []
    heading = False
    for kind, element in _events(root):
        tag = element.tag
        if kind == "text":
            line.append(element.text or "")
        elif kind == "tail":
            line.append(element.tail or "")
        elif tag in _CELLS and _row_of(element) is not None:
            if kind == "start" and element.getprevious() is not None:
                line.append(" | ")
        elif tag in ("br", "lb"):
            line.append(_BREAK if kind == "start" else "")
        elif tag in _OWN_LINE and not (tag not in _ROWS and _row_of(element) is not None):
            yield from (Block(part, heading and kind == "end") for part in _TWO_BREAKS.split("".join(line)))
            line, heading = [], tag in _HEADINGS and kind == "start"
        elif tag in _OWN_LINE:
            line.append(" ")
    yield from map(Block, _TWO_BREAKS.split("".join(line)))


def _row_of(element: Any) -> Any:
    """Return the table row around `element`, unless the table is one cell wide: a frame, not a table."""
    row = next((above for above in element.iterancestors(*_ROWS)), None)
    return row if row is not None and sum(child.tag in _CELLS for child in row) > 1 else None


def _events(root: Any) -> Iterator[tuple[str, Any]]:
    stack: list[tuple[str, Any]] = [("end", root), ("open", root)]
    while stack:
        kind, element = stack.pop()
        if kind != "open":
            yield kind, element
            continue
        if isinstance(element.tag, str):  # comments and processing instructions have no text of their own
            yield "start", element
            yield "text", element
            for child in reversed(element):
                stack += [("tail", child), ("end", child), ("open", child)]
