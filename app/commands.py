"""What the commands share: their parsers' common options, their exit codes, and how they print."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from app.pipeline import Pipeline
    from app.settings import Settings

DONE: Final = 0
FAILED: Final = 1
IN_PART: Final = 3

Commands = Any  # argparse has no public name for what add_subparsers returns
Run = Callable[[argparse.Namespace, "Settings"], int]


def add_command(commands: Commands, name: str, run: Run, text: str) -> argparse.ArgumentParser:
    """Add a command to a parser, and return its own parser.

    Args:
        commands: of the whole command line.
        name: what it is called by.
        run: runs it.
        text: what it does, in a line.
    """
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(run=run)
    return parser


def add_batch(parser: argparse.ArgumentParser, line: str) -> None:
    """Add `--batch` and `--out`; `line` says what is written a line."""
    parser.add_argument("--batch", type=Path, metavar="IN.jsonl", help=f"one {line} a line")
    parser.add_argument("--out", type=Path, metavar="OUT.jsonl", help="where the batch's answers go (default: output)")
    parser.set_defaults(usage_error=parser.error)


def check_usage(options: argparse.Namespace, value: str | None, what: str) -> None:
    """Exit with 2 unless there is either one thing to answer or a file of them."""
    if (value is None) == (options.batch is None):
        options.usage_error(f"give either {what} or --batch")
    if options.out is not None and options.batch is None:
        options.usage_error("--out goes with --batch")


def print_text(text: str) -> None:
    """Print lines of text."""
    sys.stdout.write(text + "\n")


def print_json(value: object) -> None:
    """Print one JSON value in one line."""
    print_text(json.dumps(value, ensure_ascii=False))


def note(line: str) -> None:
    """Say something beside the output, on stderr."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def open_pipeline(settings: Settings) -> Pipeline:
    """Return what answers and checks; it opens the index when it is first asked."""
    from app.outbound import disable_tracing
    from app.pipeline import Pipeline

    disable_tracing()
    return Pipeline(settings)
