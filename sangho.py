"""The `sangho` command: joins the packages' commands and tabs; the only module that knows all of them."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from app.cli import add_commands, run_command

if TYPE_CHECKING:
    from app.ui.further import FurtherTab

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
    add_commands(commands, _further_tabs)
    _add_eval(commands)
    return main_parser


def _add_eval(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from eval.cli import add_commands as add_eval_commands

    add_eval_commands(commands)


def _further_tabs() -> Sequence[FurtherTab]:
    from eval.ui.tab import EvaluateTab

    return (EvaluateTab(),)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 done, 1 a user's error, 2 usage, 3 done in part."""
    options = parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # not what the locale says: file names may hold any bytes
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = run_command(options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        _drop_output()
        return 0
    except OSError as error:
        _drop_output()
        print(f"sangho: {error}. Make room, or name another place.", file=sys.stderr)  # noqa: T201
        return 1


def _drop_output() -> None:
    """Give what is still to be written nowhere to fail."""
    with contextlib.suppress(OSError):  # output that is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
