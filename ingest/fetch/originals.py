"""The fetched originals: a source root in the home folder, with the digests' names and paragraph numbers."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

import yaml

from ingest.errors import FetchError, ReadError, SanghoError
from ingest.fetch.align import Alignment, align
from ingest.fetch.fingerprints import Fingerprint, Fingerprints
from ingest.index import write_whole
from ingest.readers.blocks import Block, Content, clean, paragraphs_of
from ingest.readers.encoding import decode
from ingest.readers.html import read_html, read_whole_html
from ingest.readers.pdf import read_pdf
from ingest.scan import ORIGINALS
from ingest.space import no_space

if TYPE_CHECKING:
    from ingest.fetch.client import Page

ENOUGH: Final = 0.9  # share of a document's marks that its page must have
_FEWEST_WORDS: Final = 50  # of a page that nothing is known of
_RECORD: Final = "originals.json"
_FORMAT: Final = 1
_REMEMBERED: Final = {
    "paragraphs": int, "of": int, "missing": list, "altered": list, "left_over": int,
    "etag": str, "modified": str, "made_from": str,
}  # fmt: skip


class Getter(Protocol):
    """Gets pages: `client.Client`."""

    def get(self, url: str, etag: str = "", modified: str = "") -> Page | None:
        """Return a page; None if it has not changed since. Raises FetchError."""

    def close(self) -> None:
        """Close what connections are open."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document to fetch.

    Attributes:
        doc_id: its name, the digest's.
        url: where its page is; may be empty or no address, which is then said of it.
        values: its front matter.
    """

    doc_id: str
    url: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one document.

    Attributes:
        state: `fetched`; `unchanged` since it was fetched before; `failed`.
        paragraphs: how many were found on the page.
        of: how many the document has; 0 where its numbering was not known before.
        missing: numbers of those that were not found, and are not in its file.
        altered: numbers of those that the page words otherwise, or interrupts.
        left_over: words between its paragraphs on the page that belong to none, and are not in its file.
        error: why it failed, and what to do.
    """

    doc_id: str
    state: Literal["fetched", "unchanged", "failed"]
    paragraphs: int = 0
    of: int = 0
    missing: tuple[int, ...] = ()
    altered: tuple[int, ...] = ()
    left_over: int = 0
    error: str = ""


def folder_of(home: Path) -> Path:
    """Return the source root of the fetched originals."""
    return home.expanduser().resolve() / ORIGINALS


def fetch(
    home: Path, wanted: Sequence[Wanted], prints: Fingerprints, client: Getter, addresses: Mapping[str, str]
) -> Iterator[Fetched]:
    """Fetch documents one by one, and write each into the root of originals; one failure never stops the rest.

    Args:
        home: the home folder; made if it is not there.
        wanted: what to fetch, in this order.
        prints: what paragraphs are known again by, by `doc_id`; a document without gets its page's own numbering.
        client: gets the pages.
        addresses: of every document with `prints`: a page that several have is only that one's whose text it holds.

    Yields:
        What became of each, as soon as it is known.

    Raises:
        NoSpace: the disk is full.
        SanghoError: the folder cannot be written.
    """
    folder = folder_of(home)
    with _written(home):
        folder.mkdir(parents=True, exist_ok=True)
    records = _read_records(home)
    for one in wanted:
        rivals = {
            doc_id: prints[doc_id]
            for doc_id, url in addresses.items()
            if url == one.url and doc_id != one.doc_id and doc_id in prints
        }
        try:
            result, record, text = _fetch_one(one, prints.get(one.doc_id, ()), rivals, client, records, folder)
        except (FetchError, ReadError) as error:
            yield Fetched(one.doc_id, "failed", of=len(prints.get(one.doc_id, ())), error=str(error))
            continue
        if text:
            with _written(home):
                write_whole(folder / f"{one.doc_id}.txt", text)
                records[one.doc_id] = record
                _write_records(home, records)
        yield result


def give_back(home: Path, doc_ids: Sequence[str] = ()) -> list[str]:
    """Delete fetched originals, all or those named, so that their digests answer again; return which there were.

    Raises:
        SanghoError: the folder cannot be written.
    """
    folder = folder_of(home)
    with _written(home):
        found = [path for path in sorted(folder.glob("*.txt")) if not doc_ids or path.stem in doc_ids]
        for path in found:
            path.unlink()
        names = {path.stem for path in found}
        records = _read_records(home)
        if names & records.keys():
            _write_records(home, {doc_id: record for doc_id, record in records.items() if doc_id not in names})
        if folder.exists() and not os.listdir(folder):  # noqa: PTH208 - is there anything at all
            folder.rmdir()
    return sorted(names)


Record = dict[str, Any]


def _fetch_one(
    wanted: Wanted,
    prints: tuple[Fingerprint, ...],
    rivals: Fingerprints,
    client: Getter,
    records: Mapping[str, Record],
    folder: Path,
) -> tuple[Fetched, Record, str]:
    """Return what became of it, what to remember, and its file's text; no text where nothing changed."""
    if not wanted.url.startswith(("http://", "https://")):
        raise FetchError("No certain address is known for it.", "Add it from a file of your own.")
    made_from = _digest(wanted, prints)
    before = records.get(wanted.doc_id, {})
    held = before.get("made_from") == made_from and (folder / f"{wanted.doc_id}.txt").exists()
    known = (before.get("etag", ""), before.get("modified", "")) if held else ("", "")
    page = client.get(wanted.url, *known)
    if page is None:
        return _as_before(wanted.doc_id, before), before, ""
    blocks, result = _found(wanted, prints, rivals, page)
    record = asdict(result) | {"etag": page.etag, "modified": page.modified, "made_from": made_from}
    return result, record, _file(wanted, page, blocks, result)


def _as_before(doc_id: str, record: Record) -> Fetched:
    return Fetched(
        doc_id,
        "unchanged",
        paragraphs=int(record["paragraphs"]),
        of=int(record["of"]),
        missing=tuple(record["missing"]),
        altered=tuple(record["altered"]),
        left_over=int(record["left_over"]),
    )


def _found(
    wanted: Wanted, prints: tuple[Fingerprint, ...], rivals: Fingerprints, page: Page
) -> tuple[list[tuple[int, str]], Fetched]:
    if not prints:
        blocks = [(one.number, one.text) for one in paragraphs_of(_main_text(page))]
        if sum(len(text.split()) for _, text in blocks) < _FEWEST_WORDS:
            raise FetchError("Its page holds hardly any text.", "Save it from a browser and add the file.")
        return blocks, Fetched(wanted.doc_id, "fetched", len(blocks))
    shown = _blocks(page)
    alignment = align(prints, shown)
    if alignment.share < ENOUGH:
        raise FetchError(
            f"Its page has {alignment.share:.0%} of the document's text, less than {ENOUGH:.0%}: it is another "
            "version, or shows its text to browsers only.",
            "Save it from a browser and add the file.",
        )
    _check_rivals(alignment, rivals, shown)
    result = Fetched(
        wanted.doc_id,
        "fetched",
        paragraphs=len(alignment.paragraphs),
        of=len(prints),
        missing=alignment.missing,
        altered=alignment.altered,
        left_over=alignment.left_over,
    )
    return [(one.number, one.text) for one in alignment.paragraphs], result


def _check_rivals(alignment: Alignment, rivals: Fingerprints, blocks: Sequence[str]) -> None:
    """Raise FetchError where the page is rather another document's: a law's address shows it as last amended."""
    for doc_id, prints in rivals.items():
        if align(prints, blocks).share > alignment.share:
            raise FetchError(f"Its page now shows {doc_id}.", "The earlier text is kept as Sangho's digest.")


def _blocks(page: Page) -> list[str]:
    if page.suffix == ".html":
        return read_whole_html(page.body)
    content = read_pdf(page.body) if page.suffix == ".pdf" else _read_lines(page.body)
    return [text for block in content.blocks if (text := clean(block.text))]


def _main_text(page: Page) -> Content:
    readers: dict[str, Callable[[bytes], Content]] = {".html": read_html, ".pdf": read_pdf, ".txt": _read_lines}
    content = readers[page.suffix](page.body)
    return Content(content.blocks)  # what the page says of itself is no front matter of ours


def _read_lines(data: bytes) -> Content:
    """Read a page of plain text: every line is its text, also where it looks like front matter of ours."""
    return Content([Block(line) for line in decode(data).split("\n")])


def _file(wanted: Wanted, page: Page, blocks: Sequence[tuple[int, str]], result: Fetched) -> str:
    """Return the text of an original's file: front matter, then a numbered paragraph a line."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    values = {**wanted.values, "edition": "original", "numbered": "yes", "obtained_from": page.url, "obtained": today}
    if result.missing:
        values |= {"complete": "no", "note": _with_missing(str(values.get("note", "")), result.missing)}
    head = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=10_000)
    return "\n".join([f"---\n{head}---", "", *(f"[¶{number}] {clean(text)}" for number, text in blocks), ""])


def _with_missing(note: str, missing: Sequence[int]) -> str:
    said = ", ".join(f"¶{number}" for number in missing[:20]) + (" and others" if len(missing) > 20 else "")
    return f"{note} Not found on its page when it was fetched: {said}.".strip()


def _digest(wanted: Wanted, prints: Sequence[Fingerprint]) -> str:
    """Return what a file depends on besides its page: a page that has not changed is not written anew for the same."""
    parts = json.dumps([wanted.url, dict(wanted.values), [asdict(one) for one in prints]], default=str)
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()


@contextmanager
def _written(home: Path) -> Iterator[None]:
    """Say what is wrong where the home folder cannot be written."""
    try:
        with no_space(home):
            yield
    except OSError as error:
        raise SanghoError(
            f"{home} cannot be written: {error.strerror or error}.", "Set SANGHO_HOME or --home to another folder."
        ) from error


def _read_records(home: Path) -> dict[str, Record]:
    """Return what is remembered of each fetched document; a damaged file is as good as none."""
    try:
        values = json.loads((home.expanduser() / _RECORD).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    documents = values.get("documents") if isinstance(values, dict) and values.get("format") == _FORMAT else None
    if not isinstance(documents, dict):
        return {}
    return {doc_id: record for doc_id, record in documents.items() if _is_whole(record)}


def _is_whole(record: Any) -> bool:
    return isinstance(record, dict) and all(isinstance(record.get(name), kind) for name, kind in _REMEMBERED.items())


def _write_records(home: Path, records: Mapping[str, Record]) -> None:
    values = {"format": _FORMAT, "documents": dict(records)}
    write_whole(home.expanduser() / _RECORD, json.dumps(values, indent=1, sort_keys=True) + "\n")
