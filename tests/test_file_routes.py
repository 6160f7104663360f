"""The routes for own files: what passes, what is refused and how, under encoded, hostile and broken requests."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from app.own_files import IndexSync, OwnFiles
from app.roots import Roots, owner_of
from app.ui.file_routes import file_routes
from ingest.build import OnProgress, Progress
from ingest.errors import IngestRunning, SanghoError
from tests.index_fakes import LIMIT, MAX_BYTES, FakeEmbedder
from tests.test_own_files import ME, OTHER, TEXT, FakeSync, everything, folder_of

UNKNOWN = {"error": "There are no such added files.", "remedy": "Add them again."}


@dataclass(slots=True)
class Answered:
    """What came back, and how much of the request was asked for."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    read: int = 0

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Sends requests as a server hands them on: the path decoded once, the body in the pieces given."""

    def __init__(self, files: OwnFiles) -> None:
        self.app = Starlette(routes=list(file_routes(files, lambda request: request.cookies.get("visitor", ""))))

    def send(
        self, method: str, target: str, pieces: Iterable[bytes] = (), visitor: str = ME, length: str = "",
        breaks_off: bool = False,
    ) -> Answered:  # fmt: skip
        answered, sending = Answered(), iter(pieces)
        headers = [(b"host", b"127.0.0.1"), (b"cookie", f"visitor={visitor}".encode())]
        headers += [(b"content-length", length.encode())] if length else []
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "root_path": "",
            "method": method, "path": unquote(target), "raw_path": target.encode("ascii"), "query_string": b"",
            "headers": headers, "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 9),
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            piece = next(sending, None)
            answered.read += piece is not None
            if piece is None and breaks_off:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answered.status = message["status"]
                answered.headers = {key.decode(): value.decode() for key, value in message["headers"]}
            else:
                answered.body += message["body"]

        asyncio.run(self.app(scope, receive, send))
        return answered

    def begin(self, label: str = "Minutes", visitor: str = ME) -> str:
        answered = self.send("POST", "/files", [json.dumps({"label": label}).encode()], visitor)
        assert answered.status == 201
        return str(answered.json["batch"])

    def put(self, batch: str, path: str, data: bytes = TEXT, visitor: str = ME) -> Answered:
        return self.send("PUT", f"/files/{batch}/{quote(path)}", [data], visitor)

    def state(self, batch: str, visitor: str = ME) -> Any:
        return self.send("GET", f"/files/{batch}", visitor=visitor).json

    def wait(self, batch: str, *states: str) -> Any:
        for _ in range(3000):
            state = self.state(batch)
            if state["state"] in (states or ("done", "failed")):
                return state
            time.sleep(0.01)
        raise AssertionError(state)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def sync() -> FakeSync:
    return FakeSync()


@pytest.fixture
def client(home: Path, sync: FakeSync) -> Client:
    return Client(OwnFiles(home, Roots(home), sync, max_file_bytes=1000, max_files=5, max_total_bytes=3000))


def test_files_go_in_are_indexed_and_come_out_again(home: Path, client: Client) -> None:
    batch = client.begin()
    assert client.put(batch, "a.txt").status == 201
    assert client.send("PUT", f"/files/{batch}/deep/empty.md", []).status == 201
    receiving = {"state": "receiving", "done": 2, "total": 2, "note": "", "documents": [], "failed": [], "error": ""}
    assert client.state(batch) == receiving
    finished = client.send("POST", f"/files/{batch}/finish")
    assert (finished.status, finished.json) == (202, {"state": "indexing"})
    failed = [{"name": "deep/empty.md", "error": "empty.md is empty (0 bytes)."}]
    assert client.wait(batch) == receiving | {"state": "done", "documents": ["a"], "failed": failed}
    again = client.send("POST", f"/files/{batch}/finish")
    assert (again.status, again.json) == (202, {"state": "done"})
    assert client.send("DELETE", f"/files/{batch}").status == 200
    assert client.send("GET", f"/files/{batch}").status == 404
    assert everything(home) == {}


def test_every_answer_is_json_that_nothing_stores(client: Client) -> None:
    batch = client.begin()
    asked = [
        client.send("POST", "/files", [b'{"label": "x"}']), client.send("POST", "/files", [b"?"]),
        client.put(batch, "a.txt"), client.put(batch, "a.txt"), client.put(batch, "a.exe"),
        client.send("GET", f"/files/{batch}"), client.send("GET", "/files/x"),
        client.send("POST", f"/files/{batch}/finish"), client.send("DELETE", f"/files/{batch}"),
        client.send("DELETE", "/files/documents/x"),
    ]  # fmt: skip
    assert [answered.status for answered in asked] == [201, 422, 201, 409, 415, 200, 404, 202, 200, 404]
    for answered in asked:
        assert answered.headers["cache-control"] == "no-store"
        assert answered.headers["content-type"] == "application/json"
        assert isinstance(answered.json, dict)
    for answered in asked:
        if answered.status >= 400:
            assert set(answered.json) == {"error", "remedy"}
            assert answered.json["remedy"]


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("%2e%2e/%2e%2e/x.txt", 422),
        ("..%2f..%2fx.txt", 422),
        ("../x.txt", 422),
        ("%2fetc%2fx.txt", 422),
        ("/etc/x.txt", 422),
        ("a%5c..%5cx.txt", 422),
        ("..%5Cx.txt", 422),
        ("C%3A%5Cx.txt", 422),
        ("C:x.txt", 422),
        ("a%00.txt", 422),
        ("a%0d%0aX-Evil:1.txt", 404),
        ("%E2%80%AEtxt.md", 422),
        ("a/%2e/x.txt", 422),
        ("CON.txt", 422),
        (".hidden.txt", 422),
        ("", 422),
        ("x", 415),
        ("x.html%00.exe", 422),
        ("x.exe", 415),
    ],
)
def test_such_targets_are_refused_unread_and_write_nothing(
    home: Path, client: Client, target: str, status: int
) -> None:
    batch = client.begin()
    answered = client.send("PUT", f"/files/{batch}/{target}", [TEXT])
    assert (answered.status, answered.read) == (status, 0)
    assert everything(home) == {}
    assert [entry.name for entry in home.parent.iterdir()] == ["home"]


def test_what_is_encoded_twice_is_decoded_once(home: Path, client: Client) -> None:
    batch = client.begin()
    for target in ("%252e%252e/x.txt", "%252e%252e%252fy.txt", "%25252e/z.txt"):
        assert client.send("PUT", f"/files/{batch}/{target}", [TEXT]).status == 201
    root = f"{owner_of(ME)}/{batch}"
    assert sorted(everything(home)) == [f"{root}/%252e/z.txt", f"{root}/%2e%2e%2fy.txt", f"{root}/%2e%2e/x.txt"]


def test_korean_names_in_either_form_are_one_name(home: Path, client: Client) -> None:
    batch = client.begin()
    composed, apart = (unicodedata.normalize(form, "회의록/오월.txt") for form in ("NFC", "NFD"))
    assert client.put(batch, apart).status == 201
    assert client.put(batch, composed).status == 409
    assert list(everything(home)) == [f"{owner_of(ME)}/{batch}/{composed}"]


@pytest.mark.parametrize("length", ["1001", "99999999999999999999999", "9" * 5000])
def test_a_body_that_says_it_is_too_large_is_refused_unread(home: Path, client: Client, length: str) -> None:
    batch = client.begin()
    answered = client.send("PUT", f"/files/{batch}/a.txt", [b"x"], length=length)
    assert (answered.status, answered.read) == (413, 0)
    assert answered.json == {
        "error": "'a.txt' is over the limit of 0.001 MB.",
        "remedy": "Split it, or raise SANGHO_MAX_FILE_MB.",
    }
    assert everything(home) == {}


@pytest.mark.parametrize("length", ["", "5", "-1", "x", "1000"])
def test_a_body_that_is_larger_than_it_says_is_given_up_while_it_comes(home: Path, client: Client, length: str) -> None:
    batch = client.begin()
    answered = client.send("PUT", f"/files/{batch}/a.txt", (b"x" * 100 for _ in range(1000)), length=length)
    assert (answered.status, answered.read) == (413, 11)
    assert everything(home) == {}


def test_a_full_batch_says_so(client: Client) -> None:
    batch = client.begin()
    for number in range(3):
        assert client.put(batch, f"{number}.txt", b"x" * 1000).status == 201
    answered = client.put(batch, "3.txt", b"x")
    assert (answered.status, answered.json["error"]) == (413, "The files are over 0.003 MB together, the limit.")


def test_a_connection_that_breaks_off_leaves_nothing(home: Path, client: Client) -> None:
    batch = client.begin()
    for _ in range(9):  # more often than there are places
        assert client.send("PUT", f"/files/{batch}/a.txt", [TEXT], breaks_off=True).status == 400
    assert everything(home) == {}
    assert client.put(batch, "a.txt").status == 201


def test_another_s_batch_and_none_are_the_same(home: Path, sync: FakeSync, client: Client) -> None:
    batch = client.begin()
    client.put(batch, "a.txt")
    before = everything(home)
    for visitor in (OTHER, ""):
        for tried in (batch, "0" * 32, "%2e%2e", "documents", f"{batch}%00", owner_of(ME)):
            asked = [("GET", ""), ("DELETE", ""), ("POST", "/finish"), ("PUT", "/b.txt"), ("PUT", "/../x.exe")]
            for method, rest in asked:
                answered = client.send(method, f"/files/{tried}{rest}", [TEXT], visitor)
                assert (answered.status, answered.json, answered.read) == (404, UNKNOWN, 0), (method, tried, rest)
    assert everything(home) == before
    assert sync.calls == []


def test_a_visitor_nobody_knows_cannot_begin(client: Client) -> None:
    answered = client.send("POST", "/files", [b'{"label": "x"}'], visitor="")
    assert (answered.status, answered.json["remedy"]) == (422, "Allow cookies for this page, then reload it.")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422), (b"[]", 422), (b"{}", 422), (b'{"label": 3}', 422), (b'{"label": null}', 422), (b"\xff", 422),
        (b"[" * 4096, 422), (b"9" * 4096, 422), (b'{"label": "' + b"x" * 5000 + b'"}', 413),
        (b'{"label": "\\ud800\\u202e<script>"}', 201), (b'{"label": ""}', 201),
    ],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_a_label_is_a_text_or_refused(home: Path, client: Client, body: bytes, status: int) -> None:
    assert client.send("POST", "/files", [body]).status == status
    assert (home / "files").exists() == (status == 201)


def test_a_label_that_never_ends_is_not_read_to_its_end(client: Client) -> None:
    answered = client.send("POST", "/files", (b"x" * 1000 for _ in range(10_000)))
    assert (answered.status, answered.read) == (413, 5)


def blocked(sync: FakeSync) -> tuple[threading.Event, threading.Event]:
    """Make indexing report some progress, then wait; returns what says it does, and what lets it go on."""
    inside, go = threading.Event(), threading.Event()

    def wait(report: OnProgress) -> None:
        report(Progress(2, 7, note="Reading"))
        report(Progress(7, 7, 3, 40, note="Embedding"))
        inside.set()
        while not go.wait(0.01):
            report(Progress(7, 7, 3, 40, note="Embedding"))

    sync.before = wait
    return inside, go


def test_progress_is_told_and_a_second_finish_starts_nothing(sync: FakeSync, client: Client) -> None:
    batch = client.begin()
    client.put(batch, "a.txt")
    inside, go = blocked(sync)
    for _ in range(3):
        assert client.send("POST", f"/files/{batch}/finish").json == {"state": "indexing"}
    assert inside.wait(30)
    state = client.state(batch)
    assert (state["state"], state["done"], state["total"], state["note"]) == ("indexing", 3, 40, "Embedding")
    assert client.put(batch, "late.txt").status == 409
    go.set()
    assert client.wait(batch)["documents"] == ["a"]
    assert sync.calls == [f"ingest {batch}"]


def test_two_batches_finish_one_after_the_other(sync: FakeSync, client: Client) -> None:
    first, second = client.begin(), client.begin()
    client.put(first, "a.txt")
    client.put(second, "b.txt")
    inside, go = blocked(sync)
    client.send("POST", f"/files/{first}/finish")
    assert inside.wait(30)
    client.send("POST", f"/files/{second}/finish")
    for _ in range(3000):
        if client.state(second)["note"].startswith("Waiting for other files"):
            break
        time.sleep(0.01)
    go.set()
    assert client.wait(second)["documents"] == ["b"]
    assert client.wait(first)["documents"] == ["a"]
    assert sync.most_running == 1


def test_undo_stops_what_is_being_indexed(home: Path, sync: FakeSync, client: Client) -> None:
    batch = client.begin()
    client.put(batch, "a.txt")
    inside, _ = blocked(sync)
    client.send("POST", f"/files/{batch}/finish")
    assert inside.wait(30)
    assert client.send("DELETE", f"/files/{batch}").status == 200
    assert client.send("GET", f"/files/{batch}").json == UNKNOWN
    assert everything(home) == {}
    assert sync.held.roots == ()


def test_indexing_that_fails_says_why_without_places_and_can_be_tried_again(
    home: Path, sync: FakeSync, client: Client
) -> None:
    batch = client.begin()
    client.put(batch, "a.txt")

    def running(report: OnProgress) -> None:
        raise IngestRunning(f"Another process has been ingesting into {home}.", "Wait until it is done.")

    sync.before = running
    client.send("POST", f"/files/{batch}/finish")
    state = client.wait(batch)
    told = "Another process has been ingesting into the home folder. Wait until it is done."
    assert (state["state"], state["error"]) == ("failed", told)

    def broken(report: OnProgress) -> None:
        raise RuntimeError(f"secret at {home}")

    sync.before = broken
    client.send("POST", f"/files/{batch}/finish")
    client.wait(batch, "failed")
    for _ in range(3000):
        if client.state(batch)["error"] != told:
            break
        time.sleep(0.01)
    assert client.state(batch)["error"] == (
        "Indexing failed: RuntimeError. The terminal that runs Sangho shows what happened."
    )
    sync.before = lambda report: None
    client.send("POST", f"/files/{batch}/finish")
    assert client.wait(batch, "done")["documents"] == ["a"]


def test_finishing_nothing_fails_with_its_remedy(client: Client) -> None:
    batch = client.begin()
    client.send("POST", f"/files/{batch}/finish")
    assert client.wait(batch)["error"] == "No files were added. Add some first."


def test_a_finished_batch_is_told_after_a_restart(home: Path, sync: FakeSync, client: Client) -> None:
    batch = client.begin()
    client.put(batch, "a.txt")
    client.send("POST", f"/files/{batch}/finish")
    before = client.wait(batch)
    assert Client(OwnFiles(home, Roots(home), sync, 1000)).state(batch) == before


def test_own_documents_are_removed_and_others_are_not_told_of(home: Path, client: Client) -> None:
    mine, theirs = client.begin(), client.begin(visitor=OTHER)
    client.put(mine, "a.txt")
    client.put(theirs, "b.txt", visitor=OTHER)
    for batch, visitor in ((mine, ME), (theirs, OTHER)):
        client.send("POST", f"/files/{batch}/finish", visitor=visitor)
        while client.state(batch, visitor)["state"] == "indexing":
            time.sleep(0.01)
    told = {
        client.send("DELETE", f"/files/documents/{quote(name, safe='')}").body.replace(repr(name).encode(), b"X")
        for name in ("b", "nothing", "2024/b", "<script>")
    }
    assert len(told) == 1
    assert client.send("DELETE", "/files/documents/a").status == 200
    assert list(everything(home)) == [f"{owner_of(OTHER)}/{theirs}/b.txt"]


def test_what_nobody_foresaw_is_logged_and_told_without_its_words(
    home: Path, sync: FakeSync, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> object:
        raise ValueError(f"secret at {home}")

    monkeypatch.setattr(sync, "manifest", fail)
    answered = client.send("DELETE", "/files/documents/a")
    assert (answered.status, answered.json["error"]) == (500, "Something went wrong: ValueError.")
    assert "secret" in caplog.text

    def refuse() -> object:
        raise SanghoError(f"{home}/roots.json cannot be written.", f"Look at {home}.")

    monkeypatch.setattr(sync, "manifest", refuse)
    answered = client.send("DELETE", "/files/documents/a")
    assert answered.status == 500
    assert answered.json == {"error": "roots.json cannot be written.", "remedy": "Look at the home folder."}


@pytest.mark.parametrize(
    ("method", "target"), [("GET", "/files"), ("PUT", "/files"), ("POST", "/files/x"), ("GET", "/files/x/y.txt")]
)
def test_there_is_no_other_route(client: Client, method: str, target: str) -> None:
    assert client.send(method, target).status in (404, 405)


def test_the_visitor_is_asked_of_the_caller(home: Path, sync: FakeSync) -> None:
    seen: list[str] = []

    def visitor_of(request: Request) -> str:
        seen.append(request.method)
        return ME

    client = Client(OwnFiles(home, Roots(home), sync, 1000))
    client.app = Starlette(routes=list(file_routes(OwnFiles(home, Roots(home), sync, 1000), visitor_of)))
    batch = client.begin(visitor="ignored")
    assert folder_of(home, ME, batch).is_dir()
    assert seen == ["POST"]


def test_over_a_real_index_a_file_is_a_document_until_it_is_taken_back(home: Path) -> None:
    index = IndexSync(home, FakeEmbedder(), LIMIT, MAX_BYTES)
    client = Client(OwnFiles(home, Roots(home), index, MAX_BYTES))

    def held() -> list[str]:
        manifest = index.manifest()
        return [record.doc_id for record in manifest.indexed] if manifest else []

    batch = client.begin("회의록")
    assert client.put(batch, "오월.txt").status == 201
    assert client.put(batch, "binary.txt", bytes(99)).status == 201
    client.send("POST", f"/files/{batch}/finish")
    state = client.wait(batch)
    assert state["documents"] == ["오월"]
    assert [failure["name"] for failure in state["failed"]] == ["binary.txt"]
    assert str(home) not in json.dumps(state)
    assert held() == ["오월"]
    assert client.send("DELETE", f"/files/{batch}").status == 200
    assert held() == []
