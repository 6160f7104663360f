"""Plain text: after front matter each non-empty line is a paragraph."""

from __future__ import annotations

from ingest.documents import split_front_matter
from ingest.readers.blocks import Block, Content, clean, is_marked, without_marker
from ingest.readers.encoding import decode
from ingest.readers.headings import find_headings


def read_text(data: bytes) -> Content:
    """Read a `.txt` file's bytes; headings are recognised by their form (`find_headings`).

    Raises:
        ReadError: the bytes are not text, or the front matter is bad.
    """
    values, body = split_front_matter(decode(data))
    lines = [line for raw in body.split("\n") if (line := clean(raw))]
    said = [without_marker(line) for line in lines] if is_marked(values) else lines
    return Content([Block(line, heading) for line, heading in zip(lines, find_headings(said), strict=True)], values)
