"""Chat models, through LangChain; the only module that talks to one.

A request ends at the time limit whatever the server does: it runs on an event loop of its own, and is
cancelled there, which closes its connection, so that a local server stops working on it too.
"""

from __future__ import annotations

import asyncio
import functools
import os
import queue
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from app.errors import ChatModelError, ChatModelMissing, ChatModelTimeout, ChatModelUnreachable
from app.outbound import bypass_proxies, default_address
from app.outbound import disable_tracing as disable_tracing

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from app.settings import Settings

RETRIES: Final = 2
_EXTRAS: Final = ("openai", "anthropic", "ollama")
_CONNECT_SECONDS: Final = 10.0


class ChatModel(Protocol):
    """What writes text from a system and a user message."""

    @property
    def name(self) -> str:
        """Return provider and model, as the person set them."""
        ...

    @property
    def address(self) -> str:
        """Return where requests go; empty if unknown."""
        ...

    def stream(self, system: str, user: str) -> Iterator[str]:
        """Yield the model's text piece by piece.

        Raises:
            ChatModelError: the model is missing, unreachable or too slow.
        """
        ...


class LangChainChatModel:
    """A chat model of any provider that LangChain's `init_chat_model` knows.

    Nothing is imported or connected before the first `stream`; several threads may stream at once.

    Args:
        settings: `llm` as provider:model, `llm_url`, `llm_key`, and `llm_timeout` in seconds.
        backoff: seconds before the first retry; twice as long before the second.
        options: further arguments of the provider's class; these win over ours.
    """

    def __init__(self, settings: Settings, *, backoff: float = 0.5, options: Mapping[str, Any] | None = None) -> None:
        self.name = settings.llm
        self._provider, _, self._model_name = settings.llm.partition(":")
        self.address = settings.llm_url or default_address(self._provider)
        self._key = settings.llm_key.get_secret_value()
        self._chosen_address = bool(settings.llm_url)
        self._timeout = settings.llm_timeout
        self._backoff = backoff
        self._options = dict(options or {})
        self._lock = threading.Lock()
        self._model: BaseChatModel | None = None

    def stream(self, system: str, user: str) -> Iterator[str]:
        """Yield the model's text piece by piece, within the time limit over connecting, waiting and streaming.

        An error that may pass (no connection, 429, 5xx) is tried again twice, unless text has arrived already.

        Raises:
            ChatModelMissing: the provider's package is not installed, or provider and model are not understood.
            ChatModelTimeout: the answer was not complete within the time limit.
            ChatModelUnreachable: the address does not answer, or refuses; says with which status or reason.
        """
        model = self._load()
        deadline = time.monotonic() + self._timeout
        for attempt in range(RETRIES + 1):
            begun = False
            try:
                for piece in self._attempt(model, system, user, deadline):
                    begun = True
                    yield piece
                return
            except ChatModelError:
                raise
            except Exception as error:  # providers raise what they like
                wait = self._backoff * 2**attempt
                if time.monotonic() + wait >= deadline and _retryable(error):
                    raise self._too_slow() from error
                if begun or attempt == RETRIES or not _retryable(error):
                    raise self._unreachable(error) from error
                time.sleep(wait)

    def _attempt(self, model: BaseChatModel, system: str, user: str, deadline: float) -> Iterator[str]:
        pieces: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        task = asyncio.run_coroutine_threadsafe(_send(model, system, user, pieces), _loop())
        try:
            while True:
                try:
                    piece = pieces.get(timeout=max(0.0, deadline - time.monotonic()))
                except queue.Empty:
                    raise self._too_slow() from None
                if piece is None:
                    return
                if isinstance(piece, BaseException):
                    raise piece
                # A server that trickles never lets the queue run empty.
                if time.monotonic() >= deadline:
                    raise self._too_slow()
                yield piece
        finally:
            task.cancel()

    def _load(self) -> BaseChatModel:
        with self._lock:
            if self._model is None:
                self._model = self._build()
            return self._model

    def _build(self) -> BaseChatModel:
        disable_tracing()
        if not self._provider or not self._model_name:
            raise ChatModelMissing(
                f"SANGHO_LLM holds {self.name!r}, which is not provider:model.",
                "Write, say, openai:gpt-4.1-mini.",
            )
        bypass_proxies(self.address)
        from langchain.chat_models import init_chat_model

        try:
            built: BaseChatModel = init_chat_model(self._model_name, model_provider=self._provider, **self._arguments())
        except ImportError as error:
            raise ChatModelMissing(f"The package for {self.name} is not installed.", self._remedy()) from error
        except Exception as error:
            raise ChatModelMissing(
                f"The chat model {self.name} cannot be set up: {self._reason(error)}",
                "Correct SANGHO_LLM, and give the key the provider asks for.",
            ) from error
        return built

    def _arguments(self) -> dict[str, Any]:
        arguments: dict[str, Any] = {"temperature": 0}
        if self.address:
            arguments["base_url"] = self.address
        if self._provider == "ollama":
            arguments["client_kwargs"] = {"timeout": self._timeout}
        else:
            arguments |= {"max_retries": 0, "timeout": self._timeout}
            if self._key:
                arguments["api_key"] = self._key
        if self._provider == "openai":
            connect = min(_CONNECT_SECONDS, self._timeout)
            # Its own limit between two pieces, two minutes, ends what a slow machine would have finished.
            own = {"openai_proxy": None, "stream_chunk_timeout": None}
            arguments |= {"timeout": (connect, *[self._timeout] * 3), **own}
            if self._chosen_address and not self._key and not os.environ.get("OPENAI_API_KEY"):
                arguments["api_key"] = "none"  # local servers take any key, but the client wants one
        return arguments | self._options

    def _remedy(self) -> str:
        if self._provider in _EXTRAS:
            return f"Run: pip install 'sangho[{self._provider}]'"
        return f"Run: pip install langchain-{self._provider.replace('_', '-')}"

    def _too_slow(self) -> ChatModelTimeout:
        return ChatModelTimeout(
            f"The chat model {self.name} gave no full answer within {self._timeout:g} seconds.",
            "Raise SANGHO_LLM_TIMEOUT, or choose a faster model.",
        )

    def _unreachable(self, error: BaseException) -> ChatModelUnreachable:
        where = f" at {self.address}" if self.address else ""
        return ChatModelUnreachable(
            f"The chat model {self.name}{where} cannot be used: {self._reason(error)}",
            "Check SANGHO_LLM, SANGHO_LLM_URL and the key.",
        )

    def _reason(self, error: BaseException) -> str:
        text = " ".join(f"{error}".split()) or type(error).__name__
        secrets = (self._key, *(os.environ.get(f"{provider.upper()}_API_KEY") for provider in _EXTRAS))
        for secret in filter(None, secrets):
            text = text.replace(secret, "***")
        status = _status(error)
        prefix = f"status {status}: " if status and str(status) not in text else ""
        return f"{prefix}{text[:200].rstrip('.')}."


async def _send(
    model: BaseChatModel, system: str, user: str, pieces: queue.SimpleQueue[str | BaseException | None]
) -> None:
    from langchain_core.messages import HumanMessage, SystemMessage
    from langsmith.run_helpers import tracing_context

    try:
        with tracing_context(enabled=False):
            chunks = model.astream([SystemMessage(system), HumanMessage(user)])
            async for text in _texts(chunks):
                if text:
                    pieces.put(text)
        pieces.put(None)
    except asyncio.CancelledError:
        raise
    except BaseException as error:  # handed to the thread that waits
        pieces.put(error)


async def _texts(chunks: AsyncIterator[Any]) -> AsyncIterator[str]:
    async for chunk in chunks:
        content = chunk.content
        if isinstance(content, str):
            yield content
            continue
        for block in content:  # Anthropic and others give blocks; reasoning and tool calls are not the answer
            if isinstance(block, str):
                yield block
            elif block.get("type") in ("text", "text_delta"):
                yield str(block.get("text", ""))


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the one event loop that requests run on; clients keep connections that belong to their loop."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="chat-model", daemon=True).start()
    return loop


def _retryable(error: BaseException) -> bool:
    status = _status(error)
    if status is not None:
        return status == 429 or status >= 500
    flag = getattr(error, "is_retryable", None)  # langchain_core.exceptions.ModelError
    if flag is not None:
        return bool(flag)
    names = {base.__name__ for cause in _causes(error) for base in type(cause).__mro__}
    return bool(names & {"ConnectionError", "TransportError", "APIConnectionError", "ConnectTimeout"})


def _status(error: BaseException) -> int | None:
    for cause in _causes(error):
        for holder in (cause, getattr(cause, "response", None)):
            status = getattr(holder, "status_code", None)
            if isinstance(status, int) and status > 0:
                return status
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__
