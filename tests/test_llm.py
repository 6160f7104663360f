"""The chat model's client, against real HTTP servers on loopback that misbehave in every way but the first."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.errors import ChatModelMissing, ChatModelTimeout, ChatModelUnreachable
from app.llm import LangChainChatModel, disable_tracing
from app.settings import Settings

pytest.importorskip("langchain_openai", reason="needs the extra 'openai'")

Act = Callable[[http.server.BaseHTTPRequestHandler], None]


def piece(text: str) -> bytes:
    chunk = {
        "id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}],
    }  # fmt: skip
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def begin(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()


def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
    begin(handler)
    for text in ("Hello", " there", ".\n"):
        handler.wfile.write(piece(text))
    handler.wfile.write(b"data: [DONE]\n\n")


def pause(handler: http.server.BaseHTTPRequestHandler) -> None:
    begin(handler)
    handler.wfile.write(piece("Slow"))
    handler.wfile.flush()
    time.sleep(0.8)
    handler.wfile.write(piece(" but whole.") + b"data: [DONE]\n\n")


def refuse(status: int) -> Act:
    def act(handler: http.server.BaseHTTPRequestHandler) -> None:
        body = json.dumps({"error": {"message": f"no, {status}: key secret-key-1 is wrong"}}).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return act


def hang_up(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.connection.close()


def never(handler: http.server.BaseHTTPRequestHandler) -> None:
    wait_for_hang_up(handler, b"")


def trickle_pieces(handler: http.server.BaseHTTPRequestHandler) -> None:
    begin(handler)
    wait_for_hang_up(handler, piece("a"))


def trickle_bytes(handler: http.server.BaseHTTPRequestHandler) -> None:
    begin(handler)
    wait_for_hang_up(handler, b":")


def wait_for_hang_up(handler: http.server.BaseHTTPRequestHandler, sent: bytes) -> None:
    handler.connection.settimeout(0.05)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            handler.wfile.write(sent)
            handler.wfile.flush()
            if handler.connection.recv(1) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    else:
        return
    handler.server.hung_up.set()  # type: ignore[attr-defined]


def break_off(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    handler.wfile.write(piece("Half a"))


class Server(http.server.ThreadingHTTPServer):
    """Does one act a request, the last one again and again; keeps what was sent."""

    daemon_threads = True

    def __init__(self, acts: list[Act]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.acts = acts
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.hung_up = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.close_connection = True
        self.server.acts[min(len(self.server.requests), len(self.server.acts)) - 1](self)

    do_GET = do_POST  # noqa: N815 - the base class's name

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serve(*acts: Act) -> Iterator[Server]:
    server = Server(list(acts))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def model(server: Server | None = None, **settings: object) -> LangChainChatModel:
    values = {"llm": "openai:m", "llm_timeout": 20.0, **({"llm_url": server.url} if server else {}), **settings}
    return LangChainChatModel(Settings(**values), backoff=0.01)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "OPENAI_API_KEY",
        "OPENAI_API_BASE",
        "OPENAI_BASE_URL",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
    for name in ("NO_PROXY", "no_proxy"):  # so that what is added to them is taken back
        monkeypatch.setenv(name, os.environ.get(name, ""))


def test_text_streams_in_pieces_at_temperature_nought() -> None:
    with serve(answer) as server:
        assert list(model(server).stream("Be brief.", "Greet me.")) == ["Hello", " there", ".\n"]
    path, headers, body = server.requests[0]
    asked = json.loads(body)
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == "Bearer none"
    assert asked["temperature"] == 0
    assert [(m["role"], m["content"]) for m in asked["messages"]] == [
        ("system", "Be brief."),
        ("user", "Greet me."),
    ]


def test_the_key_that_was_set_is_sent() -> None:
    with serve(answer) as server:
        list(model(server, llm_key="abc").stream("s", "u"))
    assert server.requests[0][1]["authorization"] == "Bearer abc"


def test_one_model_serves_several_threads_and_several_times() -> None:
    with serve(answer) as server:
        shared = model(server)
        texts: list[str] = []
        threads = [threading.Thread(target=lambda: texts.append("".join(shared.stream("s", "u")))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        texts.append("".join(shared.stream("s", "u")))
    assert texts == ["Hello there.\n"] * 5


@pytest.mark.parametrize("first", [refuse(429), refuse(500), refuse(503), hang_up], ids=["429", "500", "503", "reset"])
def test_what_may_pass_is_tried_twice_again(first: Act) -> None:
    with serve(first, first, answer) as server:
        assert "".join(model(server).stream("s", "u")) == "Hello there.\n"
    assert len(server.requests) == 3
    with serve(first) as server, pytest.raises(ChatModelUnreachable):
        list(model(server).stream("s", "u"))
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [400, 401, 404])
def test_what_will_not_pass_is_not_tried_again(status: int) -> None:
    with serve(refuse(status), answer) as server, pytest.raises(ChatModelUnreachable) as raised:
        list(model(server, llm_key="secret-key-1").stream("s", "u"))
    assert len(server.requests) == 1
    assert str(status) in raised.value.message
    assert server.url in raised.value.message
    assert "secret-key-1" not in str(raised.value)


def test_nothing_is_sent_again_once_text_has_arrived() -> None:
    received: list[str] = []
    with serve(break_off, answer) as server, pytest.raises(ChatModelUnreachable):
        received.extend(model(server).stream("s", "u"))
    assert len(server.requests) == 1


def test_nobody_at_the_address() -> None:
    with serve(answer) as server:
        pass
    with pytest.raises(ChatModelUnreachable, match=r"127\.0\.0\.1"):
        list(model(server).stream("s", "u"))


@pytest.mark.parametrize("act", [never, trickle_pieces, trickle_bytes])
def test_the_time_limit_ends_it_and_hangs_up(act: Act) -> None:
    with serve(answer, act) as server:
        slow = model(server, llm_timeout=1.0)
        list(slow.stream("s", "u"))  # so that imports are not in the time
        begun = time.monotonic()
        with pytest.raises(ChatModelTimeout, match="1 second"):
            list(slow.stream("s", "u"))
        assert 0.9 < time.monotonic() - begun < 3
        assert server.hung_up.wait(5), "the connection was left open"
    assert len(server.requests) == 2


def test_a_pause_between_two_pieces_is_within_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGCHAIN_OPENAI_STREAM_CHUNK_TIMEOUT_S", "0.2")  # two minutes where nobody sets it
    with serve(pause) as server:
        assert "".join(model(server).stream("s", "u")) == "Slow but whole."


def test_leaving_the_stream_early_hangs_up() -> None:
    with serve(trickle_pieces) as server:
        stream = model(server).stream("s", "u")
        assert next(stream) == "a"
        stream.close()  # type: ignore[attr-defined]
        assert server.hung_up.wait(5)


def test_retries_stay_within_the_time_limit() -> None:
    with serve(refuse(503)) as server:
        patient = LangChainChatModel(Settings(llm="openai:m", llm_url=server.url, llm_timeout=0.5), backoff=5)
        with pytest.raises(ChatModelTimeout):
            list(patient.stream("s", "u"))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("llm", "says"),
    [
        ("gpt-4.1", "provider:model"),
        ("openai:", "provider:model"),
        ("nobody:m", "nobody"),
        ("openai:m", "cannot be set up"),  # no key and no address: the provider's own client refuses
    ],
)
def test_a_model_that_cannot_be_set_up_says_why(llm: str, says: str) -> None:
    with pytest.raises(ChatModelMissing, match=says):
        list(model(llm=llm).stream("s", "u"))


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_anthropic", None)
    with pytest.raises(ChatModelMissing) as raised:
        list(model(llm="anthropic:m", llm_key="k").stream("s", "u"))
    assert raised.value.remedy == "Run: pip install 'sangho[anthropic]'"


def test_the_address_is_known_before_anything_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    assert model(llm="openai:m").address == "https://api.openai.com/v1"
    assert model(llm="ollama:m").address == "http://127.0.0.1:11434"
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.2:9")
    assert model(llm="ollama:m").address == "http://127.0.0.2:9"
    assert model(llm="somebody:m").address == ""
    assert model(llm="openai:m", llm_url="http://127.0.0.1:1/v1").address == "http://127.0.0.1:1/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", "https://example.org/v1")
    assert model(llm="openai:m").address == "https://example.org/v1"
    code = "import sys, app.llm, app.generate; print([m for m in ('langchain', 'torch', 'openai') if m in sys.modules])"
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_plain_address_is_not_sent_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(answer) as server, serve(answer) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "OPENAI_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.server_port}")
        assert "".join(model(server).stream("s", "u")) == "Hello there.\n"
    assert (len(server.requests), len(proxy.requests)) == (1, 0)


TRACED = """
import os, sys
sys.path.insert(0, {root!r})
{before}
from app.llm import LangChainChatModel
from app.settings import Settings
print("".join(LangChainChatModel(Settings(llm="openai:m", llm_url={url!r})).stream("private", "question")))
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
"""


def run_traced(root: Path, model_url: str, spy: Server, before: str = "", **more: str) -> str:
    spying = {
        "LANGSMITH_TRACING": "true", "LANGSMITH_TRACING_V2": "true", "LANGCHAIN_TRACING_V2": "true",
        "LANGSMITH_API_KEY": "k", "LANGCHAIN_API_KEY": "k", "LANGSMITH_ENDPOINT": f"http://127.0.0.1:{spy.server_port}",
        "LANGCHAIN_ENDPOINT": f"http://127.0.0.1:{spy.server_port}",
        "LANGSMITH_GATEWAY": f"http://127.0.0.1:{spy.server_port}", **more,
    }  # fmt: skip
    code = TRACED.format(root=str(root), url=model_url, before=before)
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **spying}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "before",
    ["", "from langsmith.utils import tracing_is_enabled; tracing_is_enabled()"],
    ids=["fresh", "variables already read"],
)
def test_nothing_reaches_langsmith(before: str) -> None:
    root = Path(__file__).resolve().parent.parent
    with serve(answer) as server, serve(answer) as spy:
        assert run_traced(root, server.url, spy, before).strip() == "Hello there."
    assert len(server.requests) == 1
    assert spy.requests == []


def test_tracing_would_have_reached_it() -> None:
    """The spy is real: without our module, the same variables send the question there."""
    root = Path(__file__).resolve().parent.parent
    with serve(answer) as server, serve(answer) as spy:
        control = "import app.llm; from langsmith import run_helpers; import contextlib\n"
        control += "app.llm.disable_tracing = lambda: None\n"
        control += "run_helpers.tracing_context = lambda **_: contextlib.nullcontext()"
        run_traced(root, server.url, spy, control)
    assert spy.requests


def test_tracing_variables_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGCHAIN_TRACING_V2", "true")
    monkeypatch.setenv("LANGSMITH_GATEWAY", "true")
    monkeypatch.setenv("LANGCHAIN_HUB", "kept")
    disable_tracing()
    assert [name for name in os.environ if name.startswith(("LANGSMITH_", "LANGCHAIN_TRACING"))] == []
    assert os.environ["LANGCHAIN_HUB"] == "kept"
