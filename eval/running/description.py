"""Describe a run: everything that can change its results, and nothing that changes between two equal runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from app.prompting import PROMPTS, load_prompt
from eval.running.folder import FORMAT
from eval.running.plan import Plan
from eval.running.settable import Chosen

_ROOT: Final = Path(__file__).resolve().parents[2]
_CODE: Final = ("app", "ingest", "prompts")
_LEFT_OUT: Final = frozenset({"__pycache__", "ui"})  # the window changes no result
_DIGITS: Final = 12
_UNKNOWN: Final = "unknown"


def describe(chosen: Chosen, plan: Plan, index: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Return what `run.json` shall hold.

    Args:
        chosen: settings and stage.
        plan: data and items.
        index: what the index says of itself; see `eval.running.subject.Subject.index`.
        seed: of resampling.
    """
    return {
        "format": FORMAT,
        "data": plan.shown,
        "seed": seed,
        "settings": chosen.shown,
        "settings_digest": chosen.settings.digest,
        "ranking": chosen.ranking,
        "index": dict(index),
        "versions": versions(chosen),
        "items": len(plan.items),
    }


def versions(chosen: Chosen) -> dict[str, Any]:
    """Return the versions of what answers and judges.

    Returns:
        `sangho`; `code`, twelve digits over the modules, weights and prompts that results come from; `answers`, the
        chat model or "extractive"; `judge`; `prompts`, by name, where a chat model is set.
    """
    settings = chosen.settings
    prompts = {path.stem: str(load_prompt(path.stem).version) for path in sorted(PROMPTS.glob("*.md"))}
    return {
        "sangho": _version("sangho"),
        "code": code_digest(_ROOT),
        "answers": settings.llm or "extractive",
        "judge": settings.judged_by,
        "prompts": prompts if settings.llm else {},
    }


def code_digest(root: Path) -> str:
    """Return twelve hexadecimal digits over the names and bytes of the files that results come from."""
    digest = hashlib.sha256()
    for path in _files(root):
        digest.update(path.relative_to(root).as_posix().encode(errors="surrogateescape") + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:_DIGITS]


def _files(root: Path) -> Iterator[Path]:
    for folder in _CODE:
        for path in sorted((root / folder).rglob("*")):
            inside = path.relative_to(root).parts
            if path.is_file() and not _LEFT_OUT & {*inside} and not inside[-1].startswith("."):
                yield path


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # run from a folder, not installed
        return _UNKNOWN
