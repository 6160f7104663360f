"""Call the command line inside this process, and read what it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import sangho
from tests.small_corpus import TOKENS


@dataclass(frozen=True)
class Said:
    """What a command returned and wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object that the output is."""
        assert self.out.endswith("}\n")
        assert self.out.count("\n") == 1
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The output as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


Call = Callable[..., Said]


def caller(home: Path, model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs a command over a home with the small model."""
    monkeypatch.setenv("SANGHO_EMBEDDING", str(model))
    monkeypatch.setenv("SANGHO_PASSAGE_TOKENS", str(TOKENS))

    def call(*arguments: object, home: Path = home) -> Said:
        capsys.readouterr()
        try:
            code = sangho.main(["--home", str(home), *map(str, arguments)])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        written = capsys.readouterr()
        return Said(code, written.out, written.err)

    return call


def assert_refused(said: Said, *words: str) -> None:
    """Assert that a user's error was said in one line with a remedy, and nothing else."""
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("sangho: ")
    assert said.err.count("\n") == 1
    assert said.err.rstrip().endswith((".", "sources", "ingest")) or "sangho ingest" in said.err
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err
