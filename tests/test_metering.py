"""Counting the tokens and the price that a chat model's provider reports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

from app.settings import Settings
from eval.running.metering import MeteredChatModel


class Pieces:
    """A LangChain model that streams what it is told."""

    def __init__(self, *pieces: Any) -> None:
        self.pieces = pieces
        self.asked: list[Any] = []

    async def astream(self, messages: Any) -> AsyncIterator[Any]:
        self.asked.append(messages)
        for piece in self.pieces:
            yield piece


def piece(text: str, **told: Any) -> SimpleNamespace:
    return SimpleNamespace(content=text, **told)


def streamed(meter: MeteredChatModel, model: Pieces, monkeypatch: Any) -> list[str]:
    monkeypatch.setattr("app.llm.LangChainChatModel._build", lambda self: model)
    return list(meter.stream("system", "user"))


def metered() -> MeteredChatModel:
    return MeteredChatModel(Settings.load(llm="openai:made-up"))


def test_what_is_reported_is_added_up_and_the_text_stays(monkeypatch: Any) -> None:
    meter = metered()
    model = Pieces(
        piece("One "),
        piece("two.", usage_metadata={"input_tokens": 30, "output_tokens": 0}, response_metadata={}),
        piece("", usage_metadata={"input_tokens": 0, "output_tokens": 4}, response_metadata={"cost": 0.5}),
    )
    assert streamed(meter, model, monkeypatch) == ["One ", "two."]
    assert (meter.tokens, meter.price) == ({"input": 30, "output": 4}, 0.5)
    assert streamed(meter, model, monkeypatch) == ["One ", "two."]
    assert (meter.tokens, meter.price) == ({"input": 60, "output": 8}, 1.0)
    meter.reset()
    assert (meter.tokens, meter.price) == ({}, None)
    assert len(model.asked) == 2


def test_nothing_reported_is_nothing_counted(monkeypatch: Any) -> None:
    meter = metered()
    odd = [
        piece("a", usage_metadata=None), piece("b", usage_metadata="many", response_metadata=[]),
        piece("c", usage_metadata={"input_tokens": "9", "output_tokens": -1}, response_metadata={"cost": True}),
        piece("d", response_metadata={"cost": -3}),
    ]  # fmt: skip
    assert streamed(meter, Pieces(*odd), monkeypatch) == ["a", "b", "c", "d"]
    assert (meter.tokens, meter.price) == ({}, None)


def test_langchain_s_own_pieces_are_counted(monkeypatch: Any) -> None:
    from langchain_core.messages import AIMessageChunk

    usage: Any = {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5}
    meter = metered()
    assert streamed(meter, Pieces(AIMessageChunk(content="x", usage_metadata=usage)), monkeypatch) == ["x"]
    assert meter.tokens == {"input": 3, "output": 2}


def test_the_model_is_built_as_it_is_without_a_meter(monkeypatch: Any) -> None:
    meter, model = metered(), Pieces(piece("x"))
    monkeypatch.setattr("app.llm.LangChainChatModel._build", lambda self: model)

    async def all_of(found: AsyncIterator[Any]) -> list[Any]:
        return [one async for one in found]

    built = meter._build()
    assert asyncio.run(all_of(built.astream(["hello"]))) == list(model.pieces)
    assert (meter.name, model.asked) == ("openai:made-up", [["hello"]])
