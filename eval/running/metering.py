"""A chat model that counts the tokens, and the price, that its provider reports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol, cast

from app.llm import LangChainChatModel
from app.settings import Settings


class Meter(Protocol):
    """What counts what a chat model reports; see `MeteredChatModel`."""

    tokens: dict[str, int]
    price: float | None

    def reset(self) -> None:
        """Begin to count anew."""
        ...


class MeteredChatModel(LangChainChatModel):
    """The chat model that the settings name, with a meter on what it streams.

    Attributes:
        tokens: reported so far, as `input` and `output`; empty where none were.
        price: reported so far, in the provider's money; None where none was.
    """

    def __init__(self, settings: Settings, **options: Any) -> None:
        super().__init__(settings, **options)
        self.tokens: dict[str, int] = {}
        self.price: float | None = None

    def reset(self) -> None:
        """Begin to count anew."""
        self.tokens, self.price = {}, None

    def count(self, usage: object, told: object) -> None:
        """Count what one piece of a stream reports.

        Args:
            usage: LangChain's `usage_metadata`: a mapping with `input_tokens` and `output_tokens`, or nothing.
            told: its `response_metadata`; some providers put the price there, as `cost`.
        """
        for name in ("input", "output"):
            number = usage.get(f"{name}_tokens") if isinstance(usage, Mapping) else None
            if isinstance(number, int) and number >= 0:
                self.tokens[name] = self.tokens.get(name, 0) + number
        price = told.get("cost") if isinstance(told, Mapping) else None
        if isinstance(price, int | float) and not isinstance(price, bool) and price >= 0:
            self.price = (self.price or 0.0) + float(price)

    def _build(self) -> Any:
        return _Metered(super()._build(), self)


class _Metered:
    """A LangChain chat model as far as it streams."""

    def __init__(self, model: Any, meter: MeteredChatModel) -> None:
        self._model = model
        self._meter = meter

    async def astream(self, messages: Any) -> AsyncIterator[Any]:
        """Yield the model's pieces, each counted."""
        async for piece in cast(AsyncIterator[Any], self._model.astream(messages)):
            self._meter.count(getattr(piece, "usage_metadata", None), getattr(piece, "response_metadata", None))
            yield piece
