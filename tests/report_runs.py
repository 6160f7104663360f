"""Runs for the tests of reports, made of items whose marks are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from eval.figures.summary import figures
from eval.items import Item
from eval.running.folder import RunFolder

HOSTILE: Final = "</script><script>window.hacked=1</script><img src=x onerror=window.hacked=1> \u202e'\"& | `x` **y**"
COSTS: Final = {
    "stages": {
        "question: retrieve": {"n": 4, "median_ms": 20.0, "p95_ms": 60.0},
        "question: total": {"n": 4, "median_ms": 50.0, "p95_ms": 100.0},
    },
    "seconds": 12.5, "peak_memory_mb": 700.0, "tokens": {"input": 1200, "output": 34}, "price": None,
}  # fmt: skip


def a_question(number: int, right: str, given: str, facts: float | None = 1.0, **changed: Any) -> Item:
    """A question whose right outcome is `right` and that got `given`."""
    absent = right == "not_in_sources"
    marks = {
        "outcome right": float(right == given),
        "facts found": None if absent else facts,
        "answered wrongly": float(given != "not_in_sources") if absent else None,
        "refused wrongly": None if absent else float(given == "not_in_sources"),
        "probability of an answer": number / 10,
        "nDCG@10": None if absent else 0.5,
        "answer words": None if given == "not_in_sources" else 40.0,
    }
    cited = {"n": 1, "doc_id": "a", "title": "Statement", "date": "2021", "edition": "original", "paragraph": 3,
             "quote": "It rose to 5."}  # fmt: skip
    values: dict[str, Any] = {
        "groups": {"kind": "factual" if number % 2 else "list", "language": "en"},
        "expected": {"outcome": right, "facts": [] if absent else [["five", "5"]], "gold": [["a", 3]]},
        "given": {"outcome": given, "answer": f"Answer {number}.", "citations": [cited], "ranking": [["a", 3, 3, 0.5]]},
        "marks": marks,
    }
    return Item(f"q-{number}", "question", f"Question {number}?", **{**values, **changed})


def a_claim(number: int, right: str, given: str, confidence: float = 0.75) -> Item:
    """A claim whose right verdict is `right` and that got `given`."""
    return Item(
        f"c-{number}", "claim", f"Claim {number}.", groups={"kind": "number"}, expected={"verdict": right, "gold": []},
        given={"verdict": given, "confidence": confidence, "citations": []},
        marks={"verdict right": float(right == given), "evidence hit": 1.0, "confidence": confidence},
    )  # fmt: skip


def a_failed(number: int) -> Item:
    """A question that crashed."""
    return replace(a_question(number, "answered", "answered"), given={}, marks={}, failed="ValueError: it broke")


def items() -> list[Item]:
    """Four questions, of which one crashed, and three claims."""
    return [
        a_question(1, "answered", "answered"),
        a_question(2, "answered", "not_in_sources", 0.0),
        a_question(3, "not_in_sources", "answered"),
        a_failed(4),
        a_claim(1, "supported", "supported", 0.95),
        a_claim(2, "contradicted", "supported"),
        a_claim(3, "not_in_sources", "not_in_sources", 0.45),
    ]


def a_run(held: Sequence[Item], name: str = "run", planned: int | None = None, **changed: Any) -> RunFolder:
    """A run over some items, as it would be read from its folder."""
    run: Mapping[str, Any] = {
        "format": 1,
        "data": {"name": "golden", "split": "dev", "digest": "abc", "left_out": []},
        "seed": 0,
        "settings": {"depth": 50, "llm": ""},
        "settings_digest": "d1",
        "ranking": "reranked",
        "index": {"generation": "g1", "documents": 2, "passages": 9, "embedding": "mini"},
        "versions": {"sangho": "0.1.0", "prompts": {}},
        "items": len(held) if planned is None else planned,
        **changed,
    }
    return RunFolder(Path("/folder") / name, run, tuple(held), figures(held), COSTS)
