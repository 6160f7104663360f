"""PDF, by pdfplumber: words with their places, made into paragraphs that know their page."""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING, Final

from ingest.errors import ReadError
from ingest.readers.blocks import Block, Content, quiet
from ingest.readers.pdf_layout import Line, lines_of, words_of
from ingest.readers.pdf_paragraphs import blocks_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pdfplumber.page import Page
    from pdfplumber.pdf import PDF

MOST_PAGES: Final = 5_000
_END_WITHIN: Final = 2_048  # bytes; the standard says the last 1,024, and some servers append a few
_PICTURE: Final = 0.3  # share of a page without text that an image must fill to be a scan of text
_DAMAGED: Final = "Get a sound copy, or print it to a new PDF."
_OCR: Final = "Recognise its text first (for instance with OCRmyPDF), then add the result."


def read_pdf(data: bytes) -> Content:
    """Read a `.pdf` file's bytes; each block carries the page it begins on.

    Columns are read one after the other; running heads and page numbers are left out; footnotes follow the
    paragraphs of their page; a paragraph that runs over a page's end is one block. Where some pages are
    pictures without text, `complete` is `no`.

    Raises:
        ReadError: it is not a PDF, needs a password, is truncated or damaged (names the page where one is), has
            no text layer, or has too many pages.
    """
    if b"%PDF-" not in data[:1024]:
        raise ReadError("is not a PDF: it does not begin as one.", "Give it the ending of what it is.")
    if b"%%EOF" not in data[-_END_WITHIN:]:
        raise ReadError(f"is a truncated PDF: {len(data)} bytes without an end mark.", "Download or copy it again.")
    with quiet("pdfminer"), quiet("pdfplumber"):
        pages = _pages(_opened(data))  # never closed: closing walks the pages again, and fails where they are damaged
        read = [_read_page(page, number) for number, page in enumerate(pages, start=1)]
        heights = [float(page.height) for page in pages]
    blocks = blocks_of([line for lines, _ in read for line in lines], heights)
    scanned = sum(picture for _, picture in read)
    if not blocks:
        kind = "a scan: it has no text layer" if scanned else "without text"
        raise ReadError(f"is {kind} ({len(pages)} pages).", _OCR)
    _check_letters(blocks)
    return Content(blocks, {"complete": "no"} if scanned else {})


def _opened(data: bytes) -> PDF:
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect

    try:
        return pdfplumber.open(io.BytesIO(data), raise_unicode_errors=False)
    except Exception as error:  # pdfminer meets damage with nearly every exception there is
        causes = (error, error.__cause__, error.__context__, *error.args)
        if any(isinstance(cause, (PDFPasswordIncorrect, PDFEncryptionError)) for cause in causes):
            raise ReadError("is encrypted: it needs a password.", "Save it without a password.") from error
        raise ReadError(f"is a damaged PDF ({type(error).__name__}).", _DAMAGED) from error


def _pages(pdf: PDF) -> Sequence[Page]:
    from pdfminer.pdfpage import PDFPage

    try:
        count = sum(1 for _ in itertools.islice(PDFPage.create_pages(pdf.doc), MOST_PAGES + 1))
        pages: list[Page] = pdf.pages if 0 < count <= MOST_PAGES else []
    except Exception as error:  # as above
        raise ReadError(f"is a damaged PDF: its pages cannot be listed ({type(error).__name__}).", _DAMAGED) from error
    if count > MOST_PAGES:
        raise ReadError(f"has more than {MOST_PAGES} pages.", "Split it.")
    if not pages:
        raise ReadError("is a damaged PDF: it has no pages.", _DAMAGED)
    return pages


def _read_page(page: Page, number: int) -> tuple[list[Line], bool]:
    """Return a page's lines, and whether it is a picture without text."""
    try:
        found = page.dedupe_chars().extract_words(
            x_tolerance_ratio=0.15, extra_attrs=["size", "fontname"], keep_blank_chars=False
        )
        lines = lines_of(words_of(found), number)
        boxes = [[float(image[side]) for side in ("x0", "x1", "top", "bottom")] for image in page.images]
        pictures = sum(abs(x1 - x0) * abs(bottom - top) for x0, x1, top, bottom in boxes)
        return lines, not lines and pictures > _PICTURE * float(page.width) * float(page.height)
    except Exception as error:  # as above
        raise ReadError(f"has a damaged page {number} ({type(error).__name__}).", _DAMAGED) from error
    finally:
        page.close()


def _check_letters(blocks: Sequence[Block]) -> None:
    lost = sum(block.text.count("\ufffd") for block in blocks)
    letters = sum(len(block.text) for block in blocks)
    if lost * 20 > letters:
        raise ReadError(f"does not say which letters {lost} of its {letters} glyphs are.", _OCR)
