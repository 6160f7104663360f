"""Files in, documents out: one reader a format, and one error for everything that can be wrong with a file."""

from __future__ import annotations

import hashlib
import re
import stat
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from ingest.documents import Document, Paragraph, metadata_from
from ingest.errors import ReadError
from ingest.readers.blocks import Content, paragraphs_of
from ingest.readers.docx import read_docx
from ingest.readers.files import SUFFIXES, find_files, leads_out, unreachable, wrong_ending
from ingest.readers.html import read_html
from ingest.readers.markdown import read_markdown
from ingest.readers.pdf import read_pdf
from ingest.readers.text import read_text

__all__ = ["READER_VERSION", "SUFFIXES", "find_files", "read_file"]

READER_VERSION: Final = "2"  # rises with every change that gives some file other paragraphs or metadata

_READERS: Final[dict[str, Callable[[bytes], Content]]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
}


def read_file(path: Path, root: Path, max_bytes: int) -> Document:
    """Read one file as a document.

    Its title is the front matter's, else its first heading, else its name. Its language is the front
    matter's, else Korean where most letters are Hangul, else English. The same bytes at the same path give
    equal documents.

    Args:
        path: a file whose ending is one of `SUFFIXES`, in capitals or not.
        root: the source root it belongs to: a folder above it, or the file itself.
        max_bytes: larger files are refused.

    Raises:
        ReadError: everything that can be wrong with the file; the message does not repeat its path.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise wrong_ending(path)
    doc_id = _doc_id(path)
    data = _read_bytes(path, root, max_bytes)
    content = reader(data)
    paragraphs = paragraphs_of(content)
    if not paragraphs:
        raise ReadError("holds no text.", "Remove it, or add its text.")
    document = Document(doc_id, doc_id, paragraphs, language=_language(paragraphs))
    heading = next((paragraph.text for paragraph in paragraphs if paragraph.heading), "")
    return replace(
        document,
        **({"title": heading or doc_id} | metadata_from(content.values)),
        root=str(root.absolute()),
        path=str(path.absolute()),
        digest=hashlib.sha256(data).hexdigest(),
    )


def _doc_id(path: Path) -> str:
    name = unicodedata.normalize("NFC", path.stem)
    if re.search("[\x00-\x1f\x7f\ud800-\udfff]", name):
        raise ReadError(f"has a name that is not text: {path.name!a}.", "Rename it.")
    return name


def _read_bytes(path: Path, root: Path, max_bytes: int) -> bytes:
    outside = leads_out(path, root)
    if outside is not None:
        raise outside
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe or device would never end
            raise ReadError("is not an ordinary file.", "Copy its text into one.")
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
        size = path.stat().st_size
    except OSError as error:
        raise unreachable(error) from error
    if len(data) > max_bytes:
        raise ReadError(
            f"is {size / 1e6:.1f} MB, over the limit of {max_bytes / 1e6:g} MB.",
            "Split it, or raise SANGHO_MAX_FILE_MB.",
        )
    if not data.strip():
        raise ReadError(f"is empty ({len(data)} bytes).", "Remove it, or add its text.")
    return data


def _language(paragraphs: tuple[Paragraph, ...]) -> str:
    sample = "".join(paragraph.text for paragraph in paragraphs[:200])[:20_000]
    letters = sum(letter.isalpha() for letter in sample)
    hangul = sum("가" <= letter <= "힣" for letter in sample)
    return "ko" if hangul * 2 > letters else "en"
