"""The guard: only this machine, only this site, only the page's own routes."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.routing import Mount

from app.settings import Settings
from app.ui.guard import Guard, Message, Receive, Scope, Send
from app.ui.loading import Loader
from app.ui.window import Window, application, serve
from tests.window_fakes import FakeAsker

# Gradio's own bookkeeping asks pandas for what pandas means to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


class Inner:
    """The guarded application: notes what reaches it and answers 200."""

    def __init__(self) -> None:
        self.reached: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.reached.append(f"{scope['type']} {scope.get('path', '')}".strip())
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"inside"})


def ask(headers: dict[str, str] | list[tuple[str, str]], path: str = "/", kind: str = "http") -> tuple[Any, Inner]:
    """Send one request through a guard for port 7860; returns its first message and what it guarded."""
    inner, sent = Inner(), []
    pairs = headers.items() if isinstance(headers, dict) else headers
    scope: Scope = {
        "type": kind,
        "path": path,
        "headers": [(name.lower().encode(), value.encode()) for name, value in pairs],
    }

    async def receive() -> Message:
        return {"type": f"{kind}.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(Guard(inner, 7860)(scope, receive, send))
    return sent[0] if sent else None, inner


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "LOCALHOST:7860", "[::1]:7860"])
def test_this_machine_is_let_in(host: str) -> None:
    answered, inner = ask({"Host": host, "Origin": f"http://{host}"})
    assert answered["status"] == 200
    assert inner.reached == ["http /"]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:7860",
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:80",
        "localhost.evil.example:7860",
        "0.0.0.0:7860",
        "127.0.0.1:7860.evil.example",
        "",
        "127.0.0.1:7860, evil.example",
    ],
)
def test_foreign_hosts_are_refused(host: str) -> None:
    answered, inner = ask({"Host": host})
    assert answered["status"] == 403
    assert inner.reached == []


def test_a_request_without_or_with_two_hosts_is_refused() -> None:
    for headers in ([], [("host", "127.0.0.1:7860"), ("host", "127.0.0.1:7860")]):
        assert ask(headers)[0]["status"] == 403


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "https://127.0.0.1:7860",
        "http://127.0.0.1:3000",
        "http://127.0.0.1",
        "http://localhost:7860",
        "file://",
    ],
)
def test_foreign_origins_are_refused(origin: str) -> None:
    answered, inner = ask({"Host": "127.0.0.1:7860", "Origin": origin}, "/gradio_api/queue/join")
    assert answered["status"] == 403
    assert inner.reached == []


@pytest.mark.parametrize(
    ("site", "mode", "status"),
    [
        ("same-origin", "cors", 200),
        ("none", "navigate", 200),
        ("cross-site", "navigate", 200),
        ("cross-site", "no-cors", 403),
        ("same-site", "no-cors", 403),
    ],
)
def test_what_other_sites_embed_is_refused(site: str, mode: str, status: int) -> None:
    headers = {"Host": "127.0.0.1:7860", "Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}
    assert ask(headers, "/config")[0]["status"] == status


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/upload",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/x",
        "/gradio_api/proxy=http://x",
        "/gradio_api/stream/1",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/call/x",
        "/monitoring",
        "/gradio_api/component_server",
        "/gradio_api/process_recording",
        "/gradio_api/vibe-edit",
        "/login",
        "/docs",
        "/gradio_api/upload_progress",
        "/gradio_api/run/other",
        "//",
        "/gradio_api/queue/join/../../upload",
    ],
)
def test_what_the_page_does_not_need_is_closed(path: str) -> None:
    answered, inner = ask({"Host": "127.0.0.1:7860"}, path)
    assert answered["status"] == 404
    assert inner.reached == []


def test_websockets_are_closed_and_lifespan_passes() -> None:
    for headers in ({"Host": "127.0.0.1:7860"}, {"Host": "evil.example"}):
        answered, inner = ask(headers, "/", "websocket")
        assert answered["type"] == "websocket.close"
        assert inner.reached == []
    assert ask({}, "", "lifespan")[1].reached == ["lifespan"]


def test_every_answer_forbids_other_hosts_to_the_page() -> None:
    for host in ("127.0.0.1:7860", "evil.example"):
        headers = dict(ask({"Host": host})[0]["headers"])
        policy = headers[b"content-security-policy"].decode()
        assert "default-src 'self'" in policy
        assert "connect-src 'self'" in policy
        assert "http" not in policy
        assert headers[b"referrer-policy"] == b"no-referrer"


# The same, on the wire and in front of everything Gradio serves


@pytest.fixture(scope="module")
def window() -> Iterator[Window]:
    served = serve(Settings.load(port=0), FakeAsker, block=False)
    yield served
    served.close()


def request(window: Window, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, str]:
    port = int(window.url.rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    for name, value in ({"Host": f"127.0.0.1:{port}", "Content-Length": str(len(body))} | headers).items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answered = connection.getresponse()
    text = "" if method == "HEAD" else answered.read(100_000).decode("utf-8", "replace")
    connection.close()
    return answered.status, text


def gradio_routes() -> list[tuple[str, str]]:
    guarded: Any = application(Loader(FakeAsker), Settings.load(), 1)
    found, waiting = set(), [("", guarded._app)]
    while waiting:
        prefix, app = waiting.pop()
        for route in app.routes:
            path = prefix + getattr(route, "path", "")
            found |= {(method, path) for method in getattr(route, "methods", None) or ()}
            if isinstance(route, Mount):
                waiting.append((path.rstrip("/"), route.app))
            elif not hasattr(route, "path"):  # what FastAPI puts in the place of an included router
                waiting.append((prefix, route.original_router))
    return sorted(found)


def test_no_route_of_gradio_answers_a_foreign_host_or_origin(window: Window) -> None:
    routes = gradio_routes()
    assert ("POST", "/gradio_api/upload") in routes
    assert ("POST", "/gradio_api/queue/join") in routes
    for method, path in routes:
        for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
            assert request(window, method, path, headers)[0] == 403, (method, path, headers)


def test_uploads_files_and_the_api_are_closed_even_to_the_page(window: Window) -> None:
    assert request(window, "POST", "/gradio_api/upload", {})[0] == 404
    assert request(window, "GET", "/gradio_api/file=/etc/hostname", {})[0] == 404
    assert request(window, "GET", "/gradio_api/info", {})[0] == 404


def test_the_page_and_its_config_answer_and_name_no_one_else(window: Window) -> None:
    status, page = request(window, "GET", "/", {})
    assert status == 200
    assert "<title>" in page or "window.gradio_config" in page
    assert '"analytics_enabled":false' in page.replace(" ", "")
    assert request(window, "GET", "/config", {})[0] == 200


def test_static_routes_do_not_climb_out(window: Window) -> None:
    for path in (
        "/static/../../../../etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/svelte//etc/passwd",
    ):
        status, body = request(window, "GET", path, {})
        assert status in (403, 404), path
        assert "root:" not in body
