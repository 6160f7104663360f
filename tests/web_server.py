"""A real web server on loopback that gives each path what a test says, and names that lead to it."""

from __future__ import annotations

import http.server
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

Act = Callable[[http.server.BaseHTTPRequestHandler], None]
HTML: Final = "<!doctype html><p>A page.</p>"


def reply(body: str | bytes = HTML, status: int = 200, kind: str | None = "text/html", **headers: str) -> Act:
    """Answer at once; `Last_Modified="..."` gives the header Last-Modified."""
    sent = body.encode() if isinstance(body, str) else body

    def act(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        if kind is not None:
            handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if status not in (204, 304):
            handler.send_header("Content-Length", str(len(sent)))
        handler.end_headers()
        if status not in (204, 304):
            handler.wfile.write(sent)

    return act


def moved(to: str, status: int = 302) -> Act:
    return reply(b"", status, Location=to)


def raw(*parts: bytes, pause: float = 0.0, last: bytes = b"") -> Act:
    """Write the parts as they are, then `last` again and again, with a pause before each, and hang up.

    Stops when the other side does, or after ten seconds.
    """

    def act(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        until = time.monotonic() + 10
        for part in parts:
            handler.wfile.write(part)
        while last and time.monotonic() < until:
            time.sleep(pause)
            handler.wfile.write(last)

    return act


def silent(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Send nothing until the other side hangs up."""
    handler.close_connection = True
    handler.connection.settimeout(10)
    handler.connection.recv(1)


@dataclass(frozen=True)
class Asked:
    """One request, header names in lower case."""

    path: str
    headers: Mapping[str, str]


class Web(http.server.ThreadingHTTPServer):
    """Gives each path its acts in turn, the last one again and again; 404 to other paths; keeps what it was asked."""

    daemon_threads = True

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__((address, 0), _Handler)
        self.acts: dict[str, list[Act]] = {}
        self.asked: list[Asked] = []
        host = f"[{address}]" if ":" in address else address
        self.url = f"http://{host}:{self.server_port}"

    def give(self, path: str, *acts: Act) -> str:
        """Have a path answer so; return its address."""
        self.acts[path] = list(acts)
        return self.url + path

    def robots(self, *lines: str) -> None:
        self.give("/robots.txt", reply("\n".join(lines) + "\n", kind="text/plain"))

    @property
    def paths(self) -> list[str]:
        """What it was asked for, in order, without robots.txt."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    def times(self, path: str) -> int:
        return sum(asked.path == path for asked in self.asked)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # the other side may hang up
            super().handle_error(request, client_address)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Web
    protocol_version = "HTTP/1.1"
    timeout = 10
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.server.asked.append(Asked(self.path, {name.lower(): value for name, value in self.headers.items()}))
        acts = self.server.acts.get(self.path, [reply("nothing here", 404)])
        acts[min(self.server.times(self.path), len(acts)) - 1](self)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving(address: str = "127.0.0.1") -> Iterator[Web]:
    web = Web(address)
    thread = threading.Thread(target=web.serve_forever, args=(0.002,))
    thread.start()
    try:
        yield web
    finally:
        web.shutdown()
        web.server_close()
        thread.join()


@dataclass
class Net:
    """What this process sees of the network.

    Attributes:
        names: the addresses of a name, one list a lookup, the last one again and again; others are not found.
        routes: which port of loopback stands at an address; addresses beyond loopback are refused otherwise.
        hanging: addresses that do not answer.
        lookups: the names that were asked for.
        connections: the addresses and ports that were to be connected to.
    """

    names: dict[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    routes: dict[str, int] = field(default_factory=dict)
    hanging: set[str] = field(default_factory=set)
    lookups: list[str] = field(default_factory=list)
    connections: list[tuple[str, int]] = field(default_factory=list)


@contextmanager
def network() -> Iterator[Net]:
    """Replace lookups and connections beyond loopback, in this process."""
    net, find, connect = Net(), socket.getaddrinfo, socket.socket.connect

    def getaddrinfo(host: str, port: int, *rest: Any, **options: Any) -> list[Any]:
        if host not in net.names:
            return find(host, port, *rest, **{**options, "flags": socket.AI_NUMERICHOST})
        net.lookups.append(host)
        answers = net.names[host]
        addresses = answers[min(net.lookups.count(host), len(answers)) - 1]
        return [entry for address in addresses for entry in find(address, port, *rest, **options)]

    def connect_to(self: socket.socket, address: Any) -> None:
        net.connections.append(address[:2])
        if address[0] in net.hanging:
            time.sleep(self.gettimeout() or 10)
            raise TimeoutError("timed out")
        if address[0] in net.routes:
            address = ("127.0.0.1", net.routes[address[0]])
        elif not address[0].startswith("127.") and address[0] != "::1":
            raise ConnectionRefusedError("the test's network ends here")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        patch.setattr(socket.socket, "connect", connect_to)
        yield net


@dataclass
class Time:
    """Time that passes only where someone waits.

    Attributes:
        waits: how long each wait was, in seconds.
    """

    now: float = 1000.0
    waits: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds
