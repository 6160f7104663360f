"""Serve the window: take the port, put the page up behind the guard, then load the models."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from app.conversations import Conversations
from app.errors import SettingsError
from app.roots import Roots
from app.settings import Settings
from app.ui.guard import Guard
from app.ui.hosts import Hosts, hosts_of, listen, note_of, url_of
from app.ui.loading import Asker, Loader
from app.ui.theme import FAVICON, head, theme
from app.ui.visitors import Visitors

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI
    from starlette.types import ASGIApp

    from app.originals import Originals
    from app.own_files import OwnFiles
    from app.ui.further import FurtherTab

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
    originals: Originals | None = None,
    *,
    block: bool = True,
    ready: Callable[[str], None] | None = None,
    insecure_no_login: bool = False,
    note: Callable[[str], None] | None = None,
    further: Sequence[FurtherTab] = (),
) -> Window:
    """Serve the window, on this machine only unless other machines are let in without a login.

    Args:
        settings: `host` and `port` (0 takes a free one).
        make_asker: builds what answers; called once, in the background, after the page is up.
        files: takes the files that people add; None takes none.
        originals: fetches originals and gives them back; None, or without a login, offers neither.
        block: whether to return only when the window is closed.
        ready: called with the window's address as soon as the page answers.
        insecure_no_login: whether the host may be off loopback, where everyone who reaches the port may use the window.
        note: called with one line on who reaches the window, when that was given; before `ready`.
        further: tabs of other packages.

    Raises:
        SettingsError: the host is off loopback without that, or not this machine's; or the port is taken or not
            allowed.
    """
    listening = listen(settings.host, settings.port, insecure_no_login=insecure_no_login)
    bound, port = listening.getsockname()[:2]
    hosts, url = hosts_of(settings.host, port), url_of(settings.host, listening)
    settings = settings.model_copy(update={"host": bound, "port": port})  # the window shows where it is
    loader = Loader(make_asker)
    try:
        offered = None if insecure_no_login else originals  # what is everybody's, not everybody may exchange
        app = application(loader, settings, port, files, hosts, offered, further)
        window = _start(listening, app, url)
    except BaseException:
        listening.close()
        raise
    loader.start()
    if note is not None and insecure_no_login:
        note(note_of(bound, port))
    if ready is not None:
        ready(window.url)
    if block:
        window.wait()
    return window


def application(
    loader: Loader,
    settings: Settings,
    port: int,
    files: OwnFiles | None = None,
    hosts: Hosts | None = None,
    originals: Originals | None = None,
    further: Sequence[FurtherTab] = (),
) -> ASGIApp:
    """Return the guarded application: Gradio's page with analytics, uploads, API pages and sharing off."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported
    # Gradio is built inside a running loop, because outside of one it makes loops that it never closes; in a
    # thread, because the caller's may have a loop running already.
    with ThreadPoolExecutor(1) as builder:
        made = builder.submit(lambda: asyncio.run(_mounted(loader, settings, port, files, originals, further)))
        app = made.result()
    return Guard(app, port, hosts)


async def _mounted(
    loader: Loader,
    settings: Settings,
    port: int,
    files: OwnFiles | None,
    originals: Originals | None,
    further: Sequence[FurtherTab],
) -> FastAPI:
    import gradio as gr
    from fastapi import FastAPI

    from app.ui.check_routes import check_routes
    from app.ui.file_routes import file_routes
    from app.ui.inbox import Inbox
    from app.ui.page import build

    visitors, inbox = Visitors(Roots(settings.home), port), Inbox(int(settings.max_file_mb * 1_000_000))
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.router.routes.extend(check_routes(inbox, lambda request: visitors.of(request.headers.get("cookie", ""))))
    if files is not None:
        app.router.routes.extend(file_routes(files, lambda request: visitors.of(request.headers.get("cookie", ""))))
    gr.mount_gradio_app(
        app,
        build(loader, settings, visitors, Conversations(settings.home), inbox, files, originals, further),
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
        head=head(sheet for tab in further for sheet in tab.sheets),
        favicon_path=str(FAVICON),
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )
    return app


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
