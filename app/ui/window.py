"""Serve the window: take the port, put the page up behind the guard, then load the models."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from app.errors import SettingsError
from app.roots import Roots
from app.settings import Settings
from app.ui.guard import Guard
from app.ui.loading import Asker, Loader
from app.ui.theme import FAVICON, head, theme
from app.ui.visitors import Visitors

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI
    from starlette.types import ASGIApp

    from app.own_files import OwnFiles

_LOOPBACK: Final = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}
_START_LIMIT: Final = 30.0  # seconds
_LARGEST_UPLOAD: Final = 1  # bytes, by Gradio's own route, which the guard closes as well; files come in by ours


@dataclass(frozen=True, slots=True)
class Window:
    """A window that is being served, at `url`."""

    url: str
    _server: uvicorn.Server = field(repr=False)
    _thread: threading.Thread = field(repr=False)

    def wait(self) -> None:
        """Wait until the window is closed, or until the person presses Ctrl+C, which closes it."""
        try:
            while self._thread.is_alive():
                self._thread.join(0.5)
        except KeyboardInterrupt:
            self.close()

    def close(self) -> None:
        """Stop serving; open connections are given a second."""
        self._server.should_exit = True
        self._thread.join(timeout=5)


def serve(
    settings: Settings,
    make_asker: Callable[[], Asker],
    files: OwnFiles | None = None,
    *,
    block: bool = True,
    ready: Callable[[str], None] | None = None,
) -> Window:
    """Serve the window on this machine only.

    Args:
        settings: `host` (loopback) and `port` (0 takes a free one).
        make_asker: builds what answers; called once, in the background, after the page is up.
        files: takes the files that people add; None takes none.
        block: whether to return only when the window is closed.
        ready: called with the window's address as soon as the page answers.

    Raises:
        SettingsError: the host is not loopback, or the port is taken or not allowed.
    """
    listening = listen(settings.host, settings.port)
    port = listening.getsockname()[1]
    loader = Loader(make_asker)
    try:
        window = _start(listening, application(loader, settings, port, files), _address(settings.host, port))
    except BaseException:
        listening.close()
        raise
    loader.start()
    if ready is not None:
        ready(window.url)
    if block:
        window.wait()
    return window


def listen(host: str, port: int) -> socket.socket:
    """Take a port on loopback, or say in one line why not; a taken port is never swapped for another.

    Raises:
        SettingsError: the host is not loopback, or the port is taken or not allowed.
    """
    address = _LOOPBACK.get(host)
    if address is None:
        raise SettingsError(
            f"SANGHO_HOST holds {host!r}, but the window answers on this machine only.",
            "Set SANGHO_HOST=127.0.0.1.",
        )
    listening = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":  # elsewhere this option would let two programs share the port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((address, port))
        listening.listen(128)  # from now on a browser waits for the page instead of being refused
    except OSError as error:
        listening.close()
        raise SettingsError(
            f"Port {port} cannot be used ({error.strerror}).",
            "Choose another: SANGHO_PORT=7861, or 0 for a free one.",
        ) from error
    return listening


def application(loader: Loader, settings: Settings, port: int, files: OwnFiles | None = None) -> ASGIApp:
    """Return the guarded application: Gradio's page with analytics, uploads, API pages and sharing off."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported
    # Gradio is built inside a running loop, because outside of one it makes loops that it never closes; in a
    # thread, because the caller's may have a loop running already.
    with ThreadPoolExecutor(1) as builder:
        return Guard(builder.submit(lambda: asyncio.run(_mounted(loader, settings, port, files))).result(), port)


async def _mounted(loader: Loader, settings: Settings, port: int, files: OwnFiles | None) -> FastAPI:
    import gradio as gr
    from fastapi import FastAPI

    from app.ui.file_routes import file_routes
    from app.ui.page import build

    visitors = Visitors(Roots(settings.home), port)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    if files is not None:
        app.router.routes.extend(file_routes(files, lambda request: visitors.of(request.headers.get("cookie", ""))))
    gr.mount_gradio_app(
        app,
        build(loader, settings, visitors, files),
        path="/",
        server_name="127.0.0.1",
        server_port=port,
        root_path="",
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        show_error=False,
        max_file_size=_LARGEST_UPLOAD,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=theme(),
        head=head(),
        favicon_path=str(FAVICON),
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )
    return app


def _address(host: str, port: int) -> str:
    return f"http://{'[::1]' if host == '::1' else host}:{port}"


def _start(listening: socket.socket, app: ASGIApp, url: str) -> Window:
    import uvicorn

    config = uvicorn.Config(
        app, log_level="warning", access_log=False, ws="none", proxy_headers=False, server_header=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), name="sangho-window", daemon=True)
    thread.start()
    limit = time.monotonic() + _START_LIMIT
    while not server.started:
        if not thread.is_alive() or time.monotonic() > limit:
            raise SettingsError("The window did not start.", "The lines above say why.")
        time.sleep(0.01)
    return Window(url, server, thread)
