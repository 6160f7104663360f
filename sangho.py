"""The `sangho` command: joins the packages' commands; the only module that knows all of them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Final

from app.cli import add_commands, run_command

VERSION: Final = "0.1.0"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    main_parser = argparse.ArgumentParser(
        prog="sangho",
        description="Answers questions about ROK-US cooperation in AI and shows the exact sentence it relies on.",
        epilog="Settings are read from SANGHO_* variables; see the README.",
    )
    main_parser.add_argument("--version", action="version", version=f"sangho {VERSION}")
    main_parser.add_argument(
        "--home", metavar="DIR", help="folder of the index (default: SANGHO_HOME, or your user data)"
    )
    commands = main_parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    add_commands(commands)
    _add_eval(commands)
    return main_parser


def _add_eval(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from eval.cli import add_commands as add_eval_commands

    add_eval_commands(commands)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 1 a user's error, 2 usage, 3 done in part."""
    options = parser().parse_args(arguments)
    try:
        return run_command(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
