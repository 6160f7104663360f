"""Who sees what: a browser is known by its cookie, and sees what is everybody's and what it added itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.own_files import IndexSync, OwnFiles
from app.pipeline import Pipeline
from app.query import NO_FILTERS, Filters
from app.results import AskEvent
from app.roots import Roots
from app.settings import Settings
from app.ui.guard import Guard
from app.ui.visitors import Visitors, cookie_of, new_visitor, visitor_in
from ingest.embedding import SentenceTransformerEmbedder
from ingest.errors import UnknownSource
from ingest.sync import ingest
from tests.window_fakes import FakeAsker

PORT = 7860
ME, OTHER = "m" * 32, "o" * 32
SECRET = "The harbour bridge was painted with 4,500 litres of green paint in 1987."
QUESTION = "How much green paint was used on the harbour bridge in 1987?"


# The cookie


def test_a_visitor_is_known_again_by_the_cookie_it_was_given() -> None:
    visitor = new_visitor()
    header = cookie_of(visitor, PORT)
    assert visitor_in(f"other=1; {header.partition(';')[0]}", PORT) == visitor
    assert visitor_in(header.partition(";")[0], PORT + 1) == ""  # another window's
    assert "HttpOnly" in header
    assert "SameSite=Strict" in header
    assert new_visitor() != visitor


@given(st.text())
def test_whatever_a_cookie_header_holds_gives_a_token_or_nothing(text: str) -> None:
    for header in (text, f"sangho-{PORT}={text}", f'sangho-{PORT}="{text}"'):
        visitor = visitor_in(header, PORT)
        assert visitor == "" or (len(visitor) == 32 and visitor.isascii())


@pytest.mark.parametrize("value", ["", "short", "../" + "x" * 29, "x" * 31, "x" * 33, "x" * 31 + "/"])
def test_what_is_no_token_is_nobody(value: str) -> None:
    assert visitor_in(f"sangho-{PORT}={value}", PORT) == ""


def greeted(path: str, cookie: str = "") -> list[str]:
    """The cookies that the guard sets for a request."""
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    headers = [(b"host", f"127.0.0.1:{PORT}".encode()), *([(b"cookie", cookie.encode())] if cookie else [])]
    scope = {"type": "http", "path": path, "headers": headers}
    asyncio.run(Guard(app, PORT)(scope, receive, send))
    return [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]


def test_the_page_gives_a_cookie_once_and_nothing_else_does() -> None:
    (cookie,) = greeted("/")
    visitor = visitor_in(cookie.partition(";")[0], PORT)
    assert len(visitor) == 32
    assert greeted("/", f"sangho-{PORT}={visitor}") == []
    assert greeted("/config") == []
    assert len(greeted("/", f"sangho-{PORT}=forged")) == 1


# What each sees, in a real index


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with a folder of everybody's, and a file that ME added."""
    home = tmp_path_factory.mktemp("home")
    public = tmp_path_factory.mktemp("public")
    (public / "report.txt").write_text("title: Report\n\nThe bridge of the city is old and grey.\n", encoding="utf-8")
    embedder = SentenceTransformerEmbedder()
    limit, largest = Settings.load(home=home).passage_tokens, 1_000_000
    ingest(home, [public], embedder, limit, largest)
    files = OwnFiles(home, Roots(home), IndexSync(home, embedder, limit, largest), largest)
    batch = files.begin(ME, "Harbour")
    files.receive(ME, batch, "memo.txt", [f"title: Harbour memo\ndate: 2024\n\n{SECRET}\n".encode()])
    assert files.finish(ME, batch).documents == ("memo",)
    return home


@pytest.fixture(scope="module")
def pipeline(home: Path) -> Iterator[Pipeline]:
    with Pipeline(Settings.load(home=home)) as pipeline:
        yield pipeline


def everything_shown(pipeline: Pipeline, home: Path, visitor: str, filters: Filters = NO_FILTERS) -> str:
    """Whatever the window could show this visitor of the added file."""
    sight = Visitors(Roots(home), PORT).sight(pipeline, visitor)
    events: Sequence[AskEvent] = list(sight.events(QUESTION, [], filters))
    found = [
        *sight.search("harbour bridge paint", 10, False, filters),
        *sight.search("4,500 litres", 10, True, filters),
    ]
    return str((events, found, dict(sight.documents()), sight.coverage(filters), sight.examples()))


def test_who_added_a_file_sees_it_everywhere(pipeline: Pipeline, home: Path) -> None:
    sight = Visitors(Roots(home), PORT).sight(pipeline, ME)
    assert set(sight.documents()) == {"report", "memo"}
    assert sight.coverage().documents == 2
    assert SECRET in everything_shown(pipeline, home, ME)


@pytest.mark.parametrize("visitor", [OTHER, ""])
def test_nobody_else_sees_it_anywhere(pipeline: Pipeline, home: Path, visitor: str) -> None:
    root = pipeline.documents()["memo"].root
    for filters in (NO_FILTERS, Filters(roots=(root,)), Filters(doc_ids=("memo",)), Filters(since="2024")):
        shown = everything_shown(pipeline, home, visitor, filters)
        for secret in ("4,500", "Harbour memo", "'memo'", root):
            assert secret not in shown, (secret, filters)
    sight = Visitors(Roots(home), PORT).sight(pipeline, visitor)
    assert set(sight.documents()) == {"report"}
    assert sight.coverage().documents == 1


@pytest.mark.parametrize("visitor", [OTHER, ""])
def test_nobody_else_compares_it_or_learns_that_it_is_there(pipeline: Pipeline, home: Path, visitor: str) -> None:
    sight = Visitors(Roots(home), PORT).sight(pipeline, visitor)
    for left, right in (("memo", "report"), ("report", "memo"), ("memo", "memo")):
        said = []
        for there in ("memo", "nowhere"):
            with pytest.raises(UnknownSource) as caught:
                sight.compare(*(there if one == "memo" else one for one in (left, right)))
            said.append(str(caught.value).replace(there, "it"))
        assert said[0] == said[1] == "There is no document 'it' in the index. Run: sangho sources"
    assert sight.compare("report", "report").rows
    assert SECRET in str(Visitors(Roots(home), PORT).sight(pipeline, ME).compare("memo", "report"))


def test_everybody_sees_everything_where_nobody_added_anything() -> None:
    sight = Visitors(Roots(Path("no home")), PORT).sight(FakeAsker(), OTHER)
    assert set(sight.documents()) == {"han", "summit", "evil"}


# Local-only


class Elsewhere:
    """A chat model on another machine, which notes what it was sent."""

    name = "test:model"

    def __init__(self, address: str) -> None:
        self.address = address
        self.sent: list[str] = []

    def stream(self, system: str, user: str) -> Iterator[str]:
        self.sent.append(user)
        yield 'The bridge was painted with 4,500 litres of green paint. [S1: "4,500 litres of green paint"]\n'


@pytest.mark.parametrize(
    ("address", "marked", "is_sent"),
    [
        ("https://model.example/v1", True, False),
        ("", True, False),  # unknown: it may be anywhere
        ("http://127.0.0.1:8090/v1", True, True),
        ("http://[::1]:8090/v1", True, True),
        ("http://localhost.example/v1", True, False),
        ("https://model.example/v1", False, True),
    ],
)
def test_what_is_local_only_is_never_sent_to_another_machine(
    home: Path, address: str, marked: bool, is_sent: bool
) -> None:
    chat = Elsewhere(address)
    roots = Roots(home)
    with Pipeline(Settings.load(home=home), chat=chat) as pipeline:
        roots.mark_local_only(pipeline.documents()["memo"].root, marked)
        try:
            answer = pipeline.ask(QUESTION)
        finally:
            roots.mark_local_only(pipeline.documents()["memo"].root, False)
    assert any("4,500" in sent for sent in chat.sent) == is_sent
    assert ("local-only" in answer.notice) == (not is_sent)
