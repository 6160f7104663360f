"""Web pages of documents, as publishers make them, and sites that give them: on loopback, or without a network."""

from __future__ import annotations

import html
import http.server
import ipaddress
import random
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from ingest.errors import FetchError
from ingest.fetch.client import KINDS, Client, Limits, Page
from ingest.fetch.fingerprints import Fingerprint, fingerprint

HTML: Final = "text/html; charset=utf-8"
SHORT: Final = 80  # characters of what may be a heading
MENU: Final = "Home;Briefing Room;The Administration;Artificial Intelligence;Trade;Economy;Korea".split(";")
NEWSLETTER: Final = (
    '<aside><a href="/news">Subscribe to our newsletter</a> Get the latest on artificial intelligence</aside>'
)
SHARE: Final = '<div class="share">Share this article on social networks</div>'


def normal(text: str) -> str:
    """The text without what differs between a page and a file: whitespace, a list's dash, a line's backslashes."""
    return " ".join(text.split()).removeprefix("- ").removesuffix(" \\\\").strip()


def prints_of(texts: Sequence[str]) -> list[Fingerprint]:
    """The fingerprints of a document with these paragraphs."""
    return [one for number, text in enumerate(texts, start=1) if (one := fingerprint(number, text))]


def web_page(title: str, paragraphs: Sequence[str], seed: int = 0) -> str:
    """Return a page that shows all of the paragraphs, in their order, among what else a site has.

    Some paragraphs are split, with a box between the halves at times, some are one with the next, some are list
    items. The menu has the title, and the footer some of the document's short lines.
    """
    chance = random.Random(f"{title} {seed}")  # noqa: S311  the same page every time
    short = [text for text in chance.sample(paragraphs, min(3, len(paragraphs))) if len(text) < 1.5 * SHORT]
    return (
        f"<!doctype html><html><head><title>{html.escape(title)} | Site</title>"
        f"<script>var ignored = '{html.escape(title)}';</script></head><body>"
        f"<header><nav>{_items([*MENU, title])}</nav></header>"
        f"<main><p>Home / Statements / {html.escape(title)}</p>{''.join(_main(paragraphs, chance))}</main>"
        f"<footer>{_items(['Privacy Policy', 'Contact us in Seoul', *short])}</footer></body></html>"
    )


def _main(paragraphs: Sequence[str], chance: random.Random) -> Iterator[str]:
    left = list(paragraphs)
    while left:
        text, way = left.pop(0), chance.random()
        if way < 0.25 and len(text) > 200:
            yield _split(text, chance)
        elif 0.25 <= way < 0.45 and left:
            between = chance.choice(("<br>", "<br/><br/>", " "))
            yield f"<p>{_inline(text, chance)}{between}{_inline(left.pop(0), chance)}</p>"
        elif way < 0.6:
            yield f"<ul><li>{_inline(text, chance)}</li></ul>"
        elif len(text) < SHORT:
            yield f"<h3>{_inline(text, chance)}</h3>"
        else:
            yield f"<div><span>{_inline(text, chance)}</span></div>"
        if chance.random() < 0.03:
            yield NEWSLETTER


def _split(text: str, chance: random.Random) -> str:
    sentences = re.split(r"(?<=[.;]) ", text)
    middle = max(1, len(sentences) // 2)
    halves = [" ".join(half) for half in (sentences[:middle], sentences[middle:]) if half]
    between = SHARE if chance.random() < 0.2 else ""
    return between.join(f"<p>{_inline(half, chance)}</p>" for half in halves)


def _inline(text: str, chance: random.Random) -> str:
    """Put tags around some words, and make some spaces no-break ones."""
    marked = ""
    for word in text.split(" "):
        way, shown = chance.random(), html.escape(word)
        if way < 0.03:
            shown = f'<a href="/about">{shown}</a>'
        elif way < 0.05:
            shown = f"<em>{shown}</em>"
        elif way < 0.055:
            shown = f"{shown}<sup></sup>"
        marked += f"{shown}&nbsp;" if way > 0.98 else f"{shown} "
    return marked.removesuffix("&nbsp;").removesuffix(" ")


def _items(texts: Sequence[str]) -> str:
    return "<ul>" + "".join(f'<li><a href="/">{html.escape(text)}</a></li>' for text in texts) + "</ul>"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site answers to one path."""

    body: str | bytes
    kind: str = HTML
    etag: str = ""
    status: int = 200

    @property
    def data(self) -> bytes:
        """The body as it is sent."""
        return self.body.encode() if isinstance(self.body, str) else self.body


@dataclass(slots=True)
class Given:
    """Gets pages out of a mapping by address, as a `Client` does; an address that is not in it is a 404."""

    answers: Mapping[str, Answer]
    asked: list[str] = field(default_factory=list)

    def get(self, url: str, etag: str = "", modified: str = "") -> Page | None:
        self.asked.append(url)
        answer = self.answers.get(url)
        if answer is None:
            raise FetchError("example.org answered 404.", "The page has moved or is gone; its title may find it.")
        if etag and answer.etag == etag:
            return None
        return Page(url, answer.data, KINDS[answer.kind.partition(";")[0]], answer.etag, modified)

    def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class Site:
    """A site on loopback: `answers` by path may be changed while it runs; `asked` has what was asked of it.

    Each of `asked` is a path and the ETag that came with the request.
    """

    url: str
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def has(self, path: str, answer: Answer) -> str:
        """Answer so to `path`; return its address."""
        self.answers[path] = answer
        return self.url + path


@contextmanager
def site() -> Iterator[Site]:
    """Run a site on a free port of loopback."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("If-None-Match", "")
            running.asked.append((self.path, asked))
            answer = running.answers.get(self.path, Answer("", status=404))
            unchanged = answer.etag and answer.etag == asked
            self.send_response(304 if unchanged else answer.status)
            self.send_header("Content-Type", answer.kind)
            if answer.etag:
                self.send_header("ETag", answer.etag)
            self.end_headers()
            if not unchanged:
                self.wfile.write(answer.data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        running = Site(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            thread.join()


def loopback_client() -> Client:
    """A client that may connect to this machine, asks once and does not wait."""
    return Client([ipaddress.ip_network("127.0.0.1/32")], Limits(interval=0.0, attempts=1))
