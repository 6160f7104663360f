"""Vectors on a shared Chroma server: found as in the home, one collection a generation, and no answer lost with it."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from ingest import vector_build
from ingest.errors import BrokenIndex, ChromaUnreachable
from ingest.exact import exact_search, load_array
from ingest.generation import Generation
from ingest.index import collect, generations, open_index
from ingest.server import ChromaServer, ServerVectors, answering, check_alive
from ingest.space import no_space
from ingest.sync import SyncReport, ingest
from ingest.vector_build import build_vectors, recall
from ingest.vectors import VECTORS
from tests.cli_calls import Call, assert_refused, caller
from tests.index_fakes import LIMIT, MAX_BYTES, FakeEmbedder, write_corpus
from tests.small_corpus import CAMP, write_small_corpus

ROOT: Final = Path(__file__).resolve().parents[1]
COLLECTIONS: Final = "api/v2/tenants/default_tenant/databases/default_database/collections"
DOCUMENTS: Final = 6
PASSAGES: Final = 24
QUERIES: Final = [f"question {number}" for number in range(20)]
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and SIGSTOP are POSIX")


class RealServer:
    """`chroma run` over a folder, on a port that stays the same when it is started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [Path(sysconfig.get_path("scripts")) / "chroma", "run", "--path", folder, "--host", "127.0.0.1"]
        self._command = [*map(str, command), "--port", str(port)]
        self.there = ChromaServer(f"http://127.0.0.1:{port}")
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        limit = time.monotonic() + 30
        while True:
            try:
                self.ask("api/v2/heartbeat")
            except OSError:
                assert self.process.poll() is None, "chroma run ended"
                assert time.monotonic() < limit, "chroma run does not answer"
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """End it by SIGKILL."""
        self.process.kill()
        self.process.wait()

    def ask(self, path: str, method: str = "GET", body: object = None) -> Any:
        """Ask it over HTTP, past everything of ours."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - loopback, http
            f"{self.there.address}/{path}", data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return json.loads(answer.read() or b"null")

    def names(self) -> set[str]:
        """The names of its collections."""
        return {collection["name"] for collection in self.ask(COLLECTIONS)}


@contextmanager
def running(folder: Path) -> Iterator[RealServer]:
    server = RealServer(folder)
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def hanging(server: RealServer) -> Iterator[None]:
    """A server that takes connections and answers none of them."""
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """A server that nobody harms."""
    with running(tmp_path_factory.mktemp("shared")) as server:
        yield server


@pytest.fixture
def fragile(tmp_path: Path) -> Iterator[RealServer]:
    """A server to be killed."""
    with running(tmp_path / "server") as server:
        yield server


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was said of the server beside the results; forgotten once it is read."""
    messages = [record.getMessage() for record in caplog.records if record.name == "ingest.server"]
    caplog.clear()
    return messages


def take(home: Path, root: Path | None, server: RealServer | None, forget: Path | None = None) -> SyncReport:
    roots = [] if root is None else [root]
    there = server.there if server else None
    return ingest(home, roots, FakeEmbedder(), LIMIT, MAX_BYTES, forget=forget, wait_s=60, server=there)


def opened(home: Path, server: RealServer | None) -> Generation:
    return open_index(home, FakeEmbedder(), LIMIT, server.there if server else None)


def found(generation: Generation) -> list[list[str]]:
    """The ten best passages of every query."""
    queries = FakeEmbedder().encode(QUERIES)
    return [
        [generation.passages[row].passage_id for row, _ in generation.vectors.search(query, 10)] for query in queries
    ]


def exactly(generation: Generation) -> list[list[str]]:
    """The same, by comparing with every vector."""
    vectors = load_array(generation.folder / VECTORS)
    results = [exact_search(vectors, query, 10) for query in FakeEmbedder().encode(QUERIES)]
    return [[generation.passages[row].passage_id for row, _ in result] for result in results]


def own(home: Path) -> str:
    """The collection of a home's only generation."""
    (folder,) = generations(home).iterdir()
    return str(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["collection"])


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    write_corpus(tmp_path / "first", "version1", documents=DOCUMENTS)
    return tmp_path / "first"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    write_corpus(tmp_path / "second", "version2", documents=DOCUMENTS)
    return tmp_path / "second"


# Ingesting and searching


def test_a_server_finds_what_the_home_finds(
    tmp_path: Path, corpus: Path, server: RealServer, caplog: pytest.LogCaptureFixture
) -> None:
    there, here = take(tmp_path / "there", corpus, server), take(tmp_path / "here", corpus, None)
    assert (there.passages, there.generation) == (here.passages, here.generation) == (PASSAGES, here.generation)
    with opened(tmp_path / "there", server) as remote, opened(tmp_path / "here", None) as embedded:
        assert isinstance(remote.vectors, ServerVectors)
        assert remote.manifest.chroma == server.there.address
        assert remote.manifest.collection in server.names()
        assert not (remote.folder / "chroma").exists()
        assert (embedded.manifest.chroma, embedded.manifest.collection) == ("", "")
        assert (embedded.folder / "chroma" / "chroma.sqlite3").exists()
        assert found(remote) == found(embedded) == exactly(remote)
        assert recall(remote.vectors, 50, 50) >= 0.99
        query = FakeEmbedder().encode(["q"])[0]
        scores = [[score for _, score in each.vectors.search(query, 9)] for each in (remote, embedded)]
        assert scores[0] == pytest.approx(scores[1], abs=1e-6)
        allowed = np.arange(PASSAGES) % 3 == 0
        assert [row % 3 for row, _ in remote.vectors.search(query, 9, allowed)] == [0] * 8
    assert said(caplog) == []


def test_the_server_gets_row_numbers_and_no_texts(tmp_path: Path, corpus: Path, server: RealServer) -> None:
    take(tmp_path / "home", corpus, server)
    name = own(tmp_path / "home")
    assert len(name) <= 63 - len("-999"), "as long a name as every version of Chroma takes"
    assert name.isascii()
    assert name.replace("-", "").isalnum()
    (known,) = [each for each in server.ask(COLLECTIONS) if each["name"] == name]
    include = {"include": ["documents", "metadatas", "uris"]}
    held = server.ask(f"{COLLECTIONS}/{known['id']}/get", "POST", include)
    assert {int(row) for row in held["ids"]} == set(range(PASSAGES))
    assert {value for name in ("documents", "metadatas", "uris") for value in held[name]} == {None}


def test_an_index_without_documents_needs_no_collection(tmp_path: Path, server: RealServer) -> None:
    (tmp_path / "none").mkdir()
    before = server.names()
    first = take(tmp_path / "home", tmp_path / "none", server)
    assert take(tmp_path / "home", None, server).generation == first.generation
    with opened(tmp_path / "home", server) as generation:
        generation.warm()
        assert found(generation) == [[]] * len(QUERIES)
    assert server.names() == before


# Collections


def test_two_homes_on_one_server_do_not_meet(
    tmp_path: Path, corpus: Path, other: Path, server: RealServer, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    server.ask(COLLECTIONS, "POST", {"name": "somebody-else-s"})
    for home in (one, two):
        take(home, corpus, server)
    assert own(one) != own(two)
    assert own(one).split("-")[2:] == own(two).split("-")[2:], "the same documents make the same generation"
    replaced = own(one)
    take(one, other, server, forget=corpus)
    assert replaced not in server.names()
    assert {own(one), own(two), "somebody-else-s"} <= server.names()
    with opened(one, server) as first, opened(two, server) as second:
        assert found(first) == exactly(first)
        assert found(second) == exactly(second)
        assert found(first) != found(second)
    assert said(caplog) == []
    server.ask(f"{COLLECTIONS}/somebody-else-s", "DELETE")


def test_a_collection_stays_while_its_generation_is_read(
    tmp_path: Path, corpus: Path, other: Path, server: RealServer, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "home"
    take(home, corpus, server)
    old = own(home)
    reading = opened(home, server)
    take(home, other, server, forget=corpus)
    assert old in server.names()
    assert found(reading) == exactly(reading)
    reading.close()
    take(home, None, server)  # nothing changed
    assert {name for name in server.names() if name.startswith(old[:23])} == {own(home)}
    assert said(caplog) == []


def test_a_copied_home_leaves_the_original_s_collection_alone(
    tmp_path: Path, corpus: Path, other: Path, server: RealServer
) -> None:
    home, copy, moved = tmp_path / "home", tmp_path / "copy", tmp_path / "moved"
    take(home, corpus, server)
    original = own(home)
    shutil.copytree(home, copy)
    take(copy, None, server)
    assert own(copy) != original
    take(copy, other, server, forget=corpus)
    assert {original, own(copy)} <= server.names()
    home.rename(moved)
    assert take(moved, None, server).generation == original[24:], "a moved home is the same home"
    take(moved, other, server, forget=corpus)
    assert original not in server.names()


# Another setting than the one it was built with


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every address that this process connects to from now on."""
    addresses: list[object] = []
    connect = socket.socket.connect

    def noted(self: socket.socket, address: Any) -> None:
        addresses.append(address)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    return addresses


def test_a_server_that_is_not_named_is_not_asked(
    tmp_path: Path, corpus: Path, server: RealServer, connections: list[object], caplog: pytest.LogCaptureFixture
) -> None:
    home, nobody = tmp_path / "home", ChromaServer("http://127.0.0.1:9")
    take(home, corpus, server)
    take(tmp_path / "here", corpus, None)
    assert connections
    connections.clear()
    for place, named in ((home, None), (home, nobody), (tmp_path / "here", server.there)):
        with open_index(place, FakeEmbedder(), LIMIT, named) as generation:
            generation.warm()
            assert found(generation) == exactly(generation)
            assert (generation.vectors._client is None) is (place == home), "an embedded graph is searched all the same"
    assert connections == []
    assert said(caplog) == []


def test_another_setting_builds_anew_at_the_next_ingest(tmp_path: Path, corpus: Path, server: RealServer) -> None:
    home = tmp_path / "home"
    ids = [take(home, corpus, server).generation]
    assert take(home, corpus, server).generation == ids[0]
    first = own(home)
    ids += [take(home, corpus, None).generation]
    with opened(home, None) as generation:
        assert (generation.folder / "chroma" / "chroma.sqlite3").exists()
        assert found(generation) == exactly(generation)
    assert first in server.names(), "a server that is no longer named is not asked, not even to delete"
    ids += [take(home, corpus, server).generation]
    assert ids[0] != ids[1] != ids[2]
    assert {name for name in server.names() if name.startswith(first[:23])} == {own(home)}


# A server that fails a reader


def test_a_killed_server_costs_no_answer(
    tmp_path: Path,
    corpus: Path,
    fragile: RealServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    take(tmp_path / "home", corpus, fragile)
    with opened(tmp_path / "home", fragile) as generation:
        before = found(generation)
        fragile.kill()
        assert found(generation) == before == exactly(generation)
        (warning,) = said(caplog)  # a server that rests is not asked
        assert warning.startswith(f"The Chroma server at {fragile.there.address} failed: ")
        assert "Connection refused. Searching without it meanwhile. See that it runs" in warning
        with opened(tmp_path / "home", fragile) as cold:  # opened while it is down
            cold.warm()
            assert found(cold) == before
        (warning,) = said(caplog)
        assert "does not answer: Connection refused" in warning
        fragile.start()
        assert isinstance(generation.vectors, ServerVectors)
        assert time.monotonic() < generation.vectors._rests_until <= time.monotonic() + 60
        generation.vectors._rests_until = 0  # a minute later
        assert found(generation) == before
        assert generation.vectors._client is not None, "it is asked again"
        assert said(caplog) == []


@POSIX
def test_a_server_that_hangs_holds_nobody_up(
    tmp_path: Path,
    corpus: Path,
    server: RealServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("ingest.server.ASKING_S", 0.6)
    take(tmp_path / "home", corpus, server)
    with opened(tmp_path / "home", server) as warm, opened(tmp_path / "home", server) as cold:
        expected = found(warm)
        with hanging(server):
            for generation in (warm, cold):
                started = time.monotonic()
                with ThreadPoolExecutor(8) as eight:
                    results = list(eight.map(found, [generation] * 8))
                assert time.monotonic() - started < 3, "they wait together, not one after another"
                assert results == [expected] * 8
        assert [message.count("timed out") for message in said(caplog)] == [1, 1]


def test_a_missing_collection_costs_no_answer_and_the_next_ingest_mends_it(
    tmp_path: Path, corpus: Path, server: RealServer, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "home"
    take(home, corpus, server)
    name = own(home)
    server.ask(f"{COLLECTIONS}/{name}", "DELETE")
    with opened(home, server) as generation:
        assert found(generation) == exactly(generation)
    (warning,) = said(caplog)
    assert f"Collection [{name}] does not exist" in warning
    assert "run: sangho ingest" in warning
    assert take(home, None, server).added == 0
    with opened(home, server) as generation:
        assert generation.manifest.collection in server.names()
        assert found(generation) == exactly(generation)
    assert said(caplog) == []


def test_rows_that_nobody_put_in_are_not_believed(
    tmp_path: Path, server: RealServer, caplog: pytest.LogCaptureFixture
) -> None:
    vectors = FakeEmbedder().encode([f"passage {number}" for number in range(24)])
    assert build_vectors(tmp_path, vectors, server.there.client(60), "not-believed")
    for rows in ("78", "7" * 10, map(str, range(20, 30)), map(str, range(-5, 5)), "x" * 10):
        opened = ServerVectors(vectors, server.there, "not-believed")
        opened.collection().query = lambda **_: {"ids": [[*rows]]}  # type: ignore[method-assign, assignment] # noqa: B023
        assert opened.search(vectors[3], 10) == exact_search(vectors, vectors[3], 10)
        assert len(said(caplog)) == 1
        opened.close()
    server.ask(f"{COLLECTIONS}/not-believed", "DELETE")


# A server that fails an ingest


@pytest.fixture
def call(tmp_path: Path, word_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(tmp_path / "home", word_model, monkeypatch, capsys)


@pytest.fixture
def prying_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy for everything, which would read what is sent through it; this one is not there."""
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")


def test_a_sign_of_life_is_asked_for_past_a_proxy(server: RealServer, prying_proxy: None) -> None:
    check_alive(server.there)


def test_the_setting_reaches_every_command(
    tmp_path: Path,
    call: Call,
    fragile: RealServer,
    prying_proxy: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("SANGHO_CHROMA", f"{fragile.there.address}/")
    root = write_small_corpus(tmp_path / "corpus")
    assert call("ingest", root, "--json").json["added"] == 7
    assert fragile.names() == {own(tmp_path / "home")}
    assert call("remove", "undated-notes").code == 0
    assert fragile.names() == {own(tmp_path / "home")}
    searched = call("search", "undersea cables", "-k", 2, "--json")
    assert (searched.err, searched.json["results"][0]["doc_id"]) == ("", CAMP)
    asked = call("ask", "What is kept in Seoul?", "--json")
    assert said(caplog) == []
    fragile.kill()
    for arguments in (["ingest"], ["ingest", root, "--json"], ["ingest", "--forget", root], ["remove", CAMP]):
        assert_refused(call(*arguments), fragile.there.address, "does not answer: Connection refused", "SANGHO_CHROMA")
    without = call("search", "undersea cables", "-k", 2, "--json")
    assert (without.code, without.json) == (0, searched.json)
    assert call("ask", "What is kept in Seoul?", "--json").json["citations"] == asked.json["citations"]
    assert len(said(caplog)) == 2
    monkeypatch.delenv("SANGHO_CHROMA")
    assert call("ask", "What is kept in Seoul?", "--json").json["citations"] == asked.json["citations"]
    assert said(caplog) == []
    assert call("ingest", root, "--json").code == 0
    assert own(tmp_path / "home") == "", "the vectors are in the home again"


def test_an_unreachable_server_is_named_before_anything_is_read(tmp_path: Path, corpus: Path) -> None:
    home = tmp_path / "home"
    before = take(home, corpus, None).generation
    embedder = FakeEmbedder()
    for address in ("http://127.0.0.1:9", "https://127.0.0.1:9", "http://name.invalid:8000"):
        with pytest.raises(ChromaUnreachable, match=f"{address} does not answer: .*SANGHO_CHROMA") as caught:
            ingest(home, [corpus], embedder, LIMIT, MAX_BYTES, server=ChromaServer(address))
        assert "\n" not in str(caught.value)
    assert embedder.encoded == []
    with opened(home, None) as generation:
        assert generation.id == before


Act = Callable[[http.server.BaseHTTPRequestHandler], None]


class Web(http.server.ThreadingHTTPServer):
    """A web server that does one thing, and knows the paths it was asked for and the tokens it was shown."""

    daemon_threads = True

    def __init__(self, act: Act) -> None:
        self.seen: list[tuple[str, str | None]] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self) -> None:
                seen.append((self.path, self.headers["Authorization"]))
                act(self)

            do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the names that http.server looks for

            def log_message(self, *_: object) -> None:
                pass

        seen = self.seen
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving(act: Act) -> Iterator[Web]:
    web = Web(act)
    thread = threading.Thread(target=web.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield web
    finally:
        web.shutdown()
        web.server_close()


def reply(handler: http.server.BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def gate(server: RealServer, token: str = "") -> Act:
    """What passes on to a server only requests that show the token, if there is one."""

    def act(handler: http.server.BaseHTTPRequestHandler) -> None:
        if token and handler.headers["Authorization"] != f"Bearer {token}":
            return reply(handler, 401)
        body = handler.rfile.read(int(handler.headers["Content-Length"] or 0)) or None
        headers = {"Content-Type": "application/json"}
        address = f"{server.there.address}{handler.path}"
        request = urllib.request.Request(address, body, headers, method=handler.command)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return reply(handler, answer.status, answer.read())
        except urllib.error.HTTPError as error:
            return reply(handler, error.code, error.read())

    return act


def test_vectors_go_in_requests_that_a_server_takes(
    tmp_path: Path, server: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 1_000_000 < vector_build._REQUEST_BYTES * 4 / 3 < 30_000_000, "in base 64; a server takes 40 MB"
    monkeypatch.setattr(vector_build, "_REQUEST_BYTES", 12_900)  # 100 vectors of 32 numbers, 128 bytes each
    vectors = FakeEmbedder().encode([f"passage {number}" for number in range(250)])
    sizes = []

    def measure(handler: http.server.BaseHTTPRequestHandler) -> None:
        if handler.path.endswith("/add"):
            sizes.append(int(handler.headers["Content-Length"]))
        gate(server)(handler)

    with serving(measure) as web:
        assert build_vectors(tmp_path, vectors, ChromaServer(web.address).client(60), "in-parts")
    assert len(sizes) == 3
    assert max(sizes) < 2 * 12_900
    server.ask(f"{COLLECTIONS}/in-parts", "DELETE")


def test_a_token_is_shown_with_every_request(tmp_path: Path, corpus: Path, server: RealServer) -> None:
    home = tmp_path / "home"
    with serving(gate(server, "open-sesame")) as web:
        for wrong in ("", "open-barley"):
            with pytest.raises(ChromaUnreachable, match=r"refuses: 401 Unauthorized\. Correct SANGHO_CHROMA_TOKEN"):
                ingest(home, [corpus], FakeEmbedder(), LIMIT, MAX_BYTES, server=ChromaServer(web.address, wrong))
        web.seen.clear()
        there = ChromaServer(web.address, "open-sesame")
        assert ingest(home, [corpus], FakeEmbedder(), LIMIT, MAX_BYTES, server=there).added == DOCUMENTS
        with open_index(home, FakeEmbedder(), LIMIT, there) as generation:
            assert found(generation) == exactly(generation)
        assert any(path.endswith("/query") for path, _ in web.seen)
        assert {token for _, token in web.seen} == {"Bearer open-sesame"}
    assert "sesame" not in repr(there)
    assert "sesame" not in "".join(path.read_text("utf-8", "replace") for path in home.rglob("*.json"))


def test_another_web_server_is_not_taken_for_chroma(tmp_path: Path, corpus: Path) -> None:
    with serving(lambda handler: reply(handler, 200, b"{}")) as elsewhere:
        acts: dict[str, Act] = {
            "404 Not Found": lambda handler: reply(handler, 404, b"<html>\n\x1b[31mnothing"),
            "302 Found": lambda handler: reply(handler, 302, Location=elsewhere.address),
            "another page": lambda handler: reply(handler, 200, b"<html>welcome"),
        }
        for says, act in acts.items():
            with serving(act) as web:
                there = ChromaServer(web.address, "secret")
                with pytest.raises(ChromaUnreachable, match=f"{web.address} answers with {says}"):
                    ingest(tmp_path / "home", [corpus], FakeEmbedder(), LIMIT, MAX_BYTES, server=there)
        assert elsewhere.seen == [], "the token went where no setting says"


def test_chroma_s_own_variables_send_nothing_elsewhere(
    tmp_path: Path, corpus: Path, server: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chromadb.telemetry import opentelemetry

    monkeypatch.setenv("CHROMA_OTEL_COLLECTION_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("CHROMA_OTEL_GRANULARITY", "all")
    monkeypatch.setenv("CHROMA_SERVER_HOST", "127.0.0.9")
    monkeypatch.setenv("CHROMA_SERVER_HTTP_PORT", "9")
    assert take(tmp_path / "home", corpus, server).added == DOCUMENTS
    assert opentelemetry.tracer is None


KILLED: Final = """
import os, signal, sys
from pathlib import Path
from ingest import vector_build
from ingest.server import ChromaServer
from ingest.sync import ingest
from tests.index_fakes import LIMIT, MAX_BYTES, FakeEmbedder

vector_build._check_rows = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
home, root, address = sys.argv[1:]
ingest(Path(home), [Path(root)], FakeEmbedder(), LIMIT, MAX_BYTES, server=ChromaServer(address))
"""


@POSIX
def test_a_killed_ingest_leaves_the_old_generation_and_the_next_one_cleans_up(
    tmp_path: Path, corpus: Path, other: Path, server: RealServer, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "home"
    take(home, corpus, server)
    current = own(home)

    def ours() -> set[str]:
        return {name for name in server.names() if name.startswith(current[:23])}

    command = [sys.executable, "-c", KILLED, str(home), str(other), server.there.address]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(ours()) == 2, "it was killed before it had filled its collection"
    with opened(home, server) as generation:
        assert generation.manifest.collection == current
        assert found(generation) == exactly(generation)
    assert said(caplog) == []
    take(home, corpus, server)  # nothing changed
    assert ours() == {current}
    assert take(home, other, server).added == DOCUMENTS
    assert ours() == {own(home)} != {current}


def test_a_failed_ingest_takes_its_collection_with_it(
    tmp_path: Path, corpus: Path, other: Path, server: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    take(home, corpus, server)

    def refuse(*_: object) -> None:
        raise BrokenIndex("It does not pass.")

    monkeypatch.setattr("ingest.build._check", refuse)
    with pytest.raises(BrokenIndex, match="does not pass"):
        take(home, other, server)
    assert {name for name in server.names() if name.startswith(own(home)[:23])} == {own(home)}


def test_rows_that_are_lost_are_noticed_at_ingest(
    tmp_path: Path, corpus: Path, server: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chromadb.api.models.Collection import Collection

    add = Collection.add

    def forgetful(self: Collection, ids: list[str], embeddings: Any) -> None:
        add(self, ids=ids[:-1], embeddings=embeddings[:-1])

    monkeypatch.setattr(Collection, "add", forgetful)
    before = server.names()
    with pytest.raises(BrokenIndex, match=f"Chroma holds {PASSAGES - 1} of {PASSAGES} passages"):
        take(tmp_path / "home", corpus, server)
    assert server.names() == before


def test_a_server_killed_during_an_ingest_is_named_and_harms_nothing(
    tmp_path: Path,
    corpus: Path,
    other: Path,
    fragile: RealServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    home = tmp_path / "home"
    take(home, corpus, fragile)
    current = own(home)

    def killing(*arguments: Any) -> float:
        fragile.kill()
        return recall(*arguments)

    monkeypatch.setattr("ingest.vector_build.recall", killing)
    with pytest.raises(ChromaUnreachable, match=f"{fragile.there.address} failed: .*Connection refused") as caught:
        take(home, other, fragile)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith("run: sangho ingest")
    assert own(home) == current
    monkeypatch.undo()
    fragile.start()
    assert len(fragile.names()) == 2
    with opened(home, fragile) as generation:
        assert found(generation) == exactly(generation)
    assert said(caplog) == []
    assert take(home, other, fragile).added == DOCUMENTS
    assert fragile.names() == {own(home)}


@pytest.mark.parametrize(
    ("raised", "says"),
    [
        (Exception("<html>\n\x1b[31mNo space left on device"), "failed: <html> [31mNo space left on device. See"),
        (Exception("x" * 5000), "failed: " + "x" * 200 + ". See"),
        (KeyError(), "failed: KeyError. See"),
    ],
)
def test_what_a_server_says_is_one_short_line(tmp_path: Path, raised: Exception, says: str) -> None:
    with (
        pytest.raises(ChromaUnreachable) as caught,
        no_space(tmp_path),  # it is the server that has none
        answering(ChromaServer("http://127.0.0.1:9")),
    ):
        raise raised
    assert says in str(caught.value)
    assert str(caught.value).isprintable()


@POSIX
def test_a_server_that_hangs_when_the_work_is_done_changes_nothing(
    tmp_path: Path, corpus: Path, other: Path, server: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    take(home, corpus, server)
    old = own(home)
    with ExitStack() as stack:

        def hang_and_collect(place: Path) -> None:
            stack.enter_context(hanging(server))
            collect(place)

        monkeypatch.setattr("ingest.home_collections.TIDYING_S", 0.5)
        monkeypatch.setattr("ingest.sync.collect", hang_and_collect)
        report = take(home, other, server, forget=corpus)
        monkeypatch.undo()
    with opened(home, server) as generation:
        assert generation.id == report.generation
        assert found(generation) == exactly(generation)
    assert {old, own(home)} <= server.names()
    take(home, None, server)
    assert old not in server.names()
