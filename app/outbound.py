"""Keep what is sent to a chat model or a Chroma server on its way there, and away from everybody else."""

from __future__ import annotations

import ipaddress
import os
import re
import sys
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from app.settings import Settings
    from ingest.server import ChromaServer

# LANGSMITH_GATEWAY sends the model's requests themselves through LangSmith.
_TRACING: Final = re.compile(
    r"LANGSMITH_.*|LANGCHAIN_(TRACING|TRACING_V2|HANDLER|API_KEY|ENDPOINT|PROJECT|SESSION|CALLBACKS_BACKGROUND)"
)
_ADDRESSES: Final = {
    # provider: variables of its own that move its address, and the address otherwise
    "openai": (("OPENAI_API_BASE", "OPENAI_BASE_URL"), "https://api.openai.com/v1"),
    "anthropic": (("ANTHROPIC_API_URL", "ANTHROPIC_BASE_URL"), "https://api.anthropic.com"),
    "ollama": (("OLLAMA_HOST",), "http://127.0.0.1:11434"),
}


def disable_tracing() -> None:
    """Switch LangSmith off for this process, whatever its environment variables say.

    LangChain posts every question, passage and answer to LangSmith where those variables are exported, and
    sends the model's requests through it where LANGSMITH_GATEWAY is. They are removed from the environment;
    what LangSmith has already read of them is forgotten.
    """
    for name in [name for name in os.environ if _TRACING.fullmatch(name)]:
        del os.environ[name]
    if "langsmith.utils" in sys.modules:
        sys.modules["langsmith.utils"].get_env_var.cache_clear()


def default_address(provider: str) -> str:
    """Return where a provider's client sends requests if nothing is set; empty if that is not known here."""
    variables, address = _ADDRESSES.get(provider, ((), ""))
    address = next((os.environ[name] for name in variables if os.environ.get(name)), address)
    return address if "://" in address or not address else f"http://{address}"  # OLLAMA_HOST may be host:port


def address_of(text: str) -> str:
    """Return a server's address in one way of writing it; empty if the text is none.

    It is http or https, a host, a port or path perhaps, and nothing else: no user, no query.
    """
    try:
        parts = urlsplit(text.strip().rstrip("/"))
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a bracket that is not closed
        return ""
    address = f"{parts.scheme}://{parts.netloc.lower()}{parts.path}"
    return address if whole and re.fullmatch(r"[!-~]+", text.strip()) and not set("@?#") & set(text) else ""


def is_loopback(address: str) -> bool:
    """Whether requests to an address stay on this machine; an unknown or empty one does not count as such."""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def chroma_server(settings: Settings) -> ChromaServer | None:
    """Return the Chroma server that the settings name, its requests kept from proxies; None if they name none."""
    if not settings.chroma:
        return None
    from ingest.server import ChromaServer

    bypass_proxies(settings.chroma)
    return ChromaServer(settings.chroma, settings.chroma_token.get_secret_value())


def bypass_proxies(address: str) -> None:
    """Keep a plain-text address out of the environment's proxies, which would read what is sent there.

    Over https a proxy sees no more than the address, so those stay as they are; they may be the only way out.
    """
    parts = urlsplit(address)
    if parts.scheme == "https" or not parts.hostname:
        return
    for name in ("NO_PROXY", "no_proxy"):
        kept = os.environ.get(name, "")
        if parts.hostname not in kept.split(","):
            os.environ[name] = f"{kept},{parts.hostname}".strip(",")
