"""Keep the window to its own page: allow-listed hosts, origins and routes, in front of all Gradio serves.

A server on loopback or in a local network is reachable from any web page the person has open: by DNS rebinding (a
foreign name that resolves to this machine) and by requests across origins. Both are refused here, on every route.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from app.ui.hosts import Hosts
from app.ui.visitors import cookie_of, new_visitor, visitor_in

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# What the page itself asks for. Gradio's own uploads, files, proxies, recordings and monitoring stay closed; files
# that people add or have checked come in by routes of ours, under /files and /checking.
OPEN_ROUTES: Final = re.compile(
    r"/|/files(/.+)?|/checking/.+|/(config|theme\.css|favicon\.ico|manifest\.json|robots\.txt)/?|/(assets|static|svelte)/.+|"
    r"/gradio_api/(queue/(join|data)|run/predict|startup-events|heartbeat/\w+|cancel|reset|app_id|theme\.css)/?"
)

# Nothing the page loads may come from, or go to, another host. Gradio builds its templates with inline scripts
# and `new Function`, so those two cannot be forbidden.
HEADERS: Final = (
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        b"style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        b"font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        b"object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Guard:
    """An ASGI application that passes on only what the window's own page may ask.

    Args:
        app: what is guarded.
        port: the port the window is served on.
        hosts: by which it may be called; by default as this machine only.
    """

    def __init__(self, app: App, port: int, hosts: Hosts | None = None) -> None:
        self._app = app
        self._port = port
        self._hosts = hosts or Hosts(port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with one line: 403 for a foreign one, 404 for a closed route."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, _with_headers(send, self._greeting(scope)))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refusal[1]})
        else:
            await _refuse(send, *refusal)

    def _greeting(self, scope: Scope) -> tuple[tuple[bytes, bytes], ...]:
        """Return the cookie for a browser that opens the page and has none yet."""
        if scope["path"] != "/" or visitor_in("; ".join(_values(scope, b"cookie", lower=False)), self._port):
            return ()
        return ((b"set-cookie", cookie_of(new_visitor(), self._port).encode()),)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        hosts = _values(scope, b"host")
        if len(hosts) != 1 or not self._hosts.allow(hosts[0]):
            return 403, self._hosts.remedy
        if any(origin != f"http://{hosts[0]}" for origin in _values(scope, b"origin")):
            return 403, "Sangho takes no requests from other sites."
        foreign = any(site not in ("same-origin", "none") for site in _values(scope, b"sec-fetch-site"))
        if foreign and _values(scope, b"sec-fetch-mode") != ["navigate"]:
            return 403, "Sangho takes no requests from other sites."
        if scope["type"] == "websocket" or not OPEN_ROUTES.fullmatch(scope["path"]):
            return 404, "The window has no such page."
        return None


def _values(scope: Scope, name: bytes, *, lower: bool = True) -> list[str]:
    values = [value.decode("latin-1").strip() for key, value in scope["headers"] if key.lower() == name]
    return [value.lower() for value in values] if lower else values


def _with_headers(send: Send, more: tuple[tuple[bytes, bytes], ...]) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *HEADERS, *more]
        await send(message)

    return send_with_headers


async def _refuse(send: Send, status: int, why: str) -> None:
    body = f"{why}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *HEADERS]})
    await send({"type": "http.response.body", "body": body})
