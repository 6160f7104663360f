"""The settings as they are, read-only and in plain words, each with how to change it."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from typing import Final

from app.escape import shown
from app.labels import ENGLISH
from app.outbound import is_loopback
from app.settings import CHAT_JUDGE, OFFLINE_JUDGE, Settings
from app.ui.hosts import WITHOUT_LOGIN, this_machine_only
from app.ui.loading import Asker

_VERSIONS: Final = ("gradio", "langchain", "chromadb", "sentence-transformers", "torch")


def settings_html(settings: Settings, asker: Asker | None) -> str:
    """Return the settings as a list of what is used, what that means, and which variable changes it.

    Args:
        settings: as they were read when Sangho started.
        asker: for what is indexed; None while it is loading.
    """
    rows = "".join(
        f'<div><dt>{title}</dt><dd><p dir="auto">{shown(value)}</p><p class="sg-about">{how}</p></dd></div>'
        for title, value, how in _rows(settings, asker)
    )
    return (
        '<section class="sg-settings" aria-label="Settings"><h2>Settings</h2>'
        "<p>Sangho reads its settings when it starts. To change one, set the variable and start it again.</p>"
        f"<dl>{rows}</dl></section>"
    )


def _rows(settings: Settings, asker: Asker | None) -> Iterator[tuple[str, str, str]]:
    yield "Answers are written by", _writer(settings), "<code>SANGHO_LLM</code>, <code>SANGHO_LLM_URL</code>"
    yield "Where requests go", _requests(settings), "Nothing else leaves this machine: no telemetry, no tracing."
    yield "Who reaches this window", _reach(settings.host), "<code>SANGHO_HOST</code>"
    if settings.llm:
        limit = f"{settings.llm_timeout:g} seconds, then the sources’ own sentences are shown instead."
        yield "The chat model’s time limit", limit, "<code>SANGHO_LLM_TIMEOUT</code>, in seconds"
    yield "Claims are judged by", _judge(settings), "<code>SANGHO_JUDGE</code>"
    yield (
        "Meaning is compared by",
        _embedding(settings),
        "<code>SANGHO_EMBEDDING</code>; then <code>sangho ingest</code>",
    )
    held = ENGLISH.coverage(asker.coverage()).removeprefix("Searched ") if asker else "Loading…"
    yield "What is indexed", held, "<code>sangho ingest PATH</code> adds a file or folder"
    yield "Where the index is kept", str(settings.home), "<code>SANGHO_HOME</code>"
    largest = f"{settings.max_file_mb:g} MB"
    yield "Largest file that is read", largest, "<code>SANGHO_MAX_FILE_MB</code>"
    yield "Address of this window", f"{settings.host}, port {settings.port}", "<code>SANGHO_PORT</code>"
    yield "Versions", _versions(), "Updated with the program"


def _writer(settings: Settings) -> str:
    if not settings.llm:
        return "Nobody: answers are the sources’ own sentences. No chat model is used."
    return f"{settings.llm}, checked sentence by sentence against the sources"


def _judge(settings: Settings) -> str:
    if settings.judged_by == OFFLINE_JUDGE:
        return "Sangho itself: figures, dates, names and words are compared. No other model is used."
    if settings.judged_by == CHAT_JUDGE:
        return f"{settings.llm}, each verdict checked against the sentence that it is on"
    return settings.judge


def _requests(settings: Settings) -> str:
    said = []
    if settings.llm:
        where = settings.llm_url or "its provider’s own address"
        here = " (this machine)" if is_loopback(settings.llm_url) else ""
        what = "Questions, claims" if settings.judged_by == CHAT_JUDGE else "Questions"
        said.append(f"{what} and the passages found go to {where}{here}.")
    if settings.chroma:
        here = " (this machine)" if is_loopback(settings.chroma) else ""
        said.append(f"Vectors are kept by the Chroma server at {settings.chroma}{here}.")
    return " ".join(said) or "Nowhere. Everything happens on this machine."


def _reach(host: str) -> str:
    return "This machine only." if this_machine_only(host) else f"Other machines too: {WITHOUT_LOGIN}."


def _embedding(settings: Settings) -> str:
    return "all-MiniLM-L6-v2, which comes with Sangho" if settings.embedding == "bundled" else settings.embedding


def _versions() -> str:
    return ", ".join(f"{name} {_version(name)}" for name in ("sangho", *_VERSIONS))


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "from its source folder"
