"""The `sangho eval` commands."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.settings import Settings


def add_commands(commands: Any) -> None:
    """Add `eval` with its own commands to a parser."""
    parser = commands.add_parser("eval", help="measure speed", description="Measure Sangho.")
    parts = parser.add_subparsers(title="measures", dest="measure", metavar="MEASURE", required=True)
    bench = parts.add_parser("bench", help="speed, as ratios measured in one run")
    bench.add_argument("--json", action="store_true", help="print one JSON object")
    bench.add_argument(
        "--scale", type=int, default=100_000, metavar="N", help="passages of the large index (0: leave out)"
    )
    bench.set_defaults(run=run_bench)


def run_bench(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho eval bench`."""
    from eval.bench import main

    return main(settings, options.scale, options.json)
