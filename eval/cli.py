"""The `sangho eval` commands. Everything heavy is imported when a command runs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands import DONE, IN_PART, add_command, note, print_json, print_text
from eval.drafts.cli import add_draft_commands

if TYPE_CHECKING:
    from app.settings import Settings
    from eval.evaluate import Request
    from eval.running.folder import RunFolder


def add_commands(commands: Any) -> None:
    """Add `eval` with its own commands to a parser."""
    what = "measure retrieval, answers, verdicts and speed"
    parser = commands.add_parser("eval", help=what, description=f"{what[0].upper()}{what[1:]}.")
    parts = parser.add_subparsers(title="measures", dest="measure", metavar="MEASURE", required=True)
    _run_command(parts)
    compare = add_command(parts, "compare", run_compare, "compare two runs on the items that both have")
    compare.add_argument("first", type=Path, metavar="RUN", help="a run's folder")
    compare.add_argument("second", type=Path, metavar="RUN2", help="another one's")
    compare.add_argument("--seed", type=int, default=0, metavar="N", help="of resampling (default: 0)")
    compare.add_argument("--json", action="store_true", help="print one JSON object")
    report = add_command(parts, "report", run_report, "write a report of a run, or of two beside each other")
    report.add_argument("first", type=Path, metavar="RUN", help="a run's folder")
    report.add_argument("second", type=Path, nargs="?", metavar="RUN2", help="another one's, to compare with")
    report.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="report.html or report.md")
    add_draft_commands(parts)
    bench = add_command(parts, "bench", run_bench, "speed, as ratios measured in one run")
    bench.add_argument("--json", action="store_true", help="print one JSON object")
    bench.add_argument(
        "--scale", type=int, default=100_000, metavar="N", help="passages of the large index (0: leave out)"
    )


def _run_command(parts: Any) -> None:
    parser = add_command(parts, "run", run_run, "run questions, claims or queries, and keep what came in a folder")
    parser.add_argument(
        "--data",
        default="golden",
        metavar="DATA",
        help="golden (the default), a folder in the BEIR layout, or a .csv with a question and a document on each line",
    )
    parser.add_argument("--split", default="", metavar="SPLIT", help="golden: dev (the default) or test; else a qrels")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="embedding, passage_tokens, depth, llm, llm_url, judge or ranking; may be repeated",
    )
    parser.add_argument(
        "--tasks", default="", metavar="TASK,...", help="query, question or claim (default: the data's)"
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth item of each task")
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="at most N items of each task (0: all)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of resampling (default: 0)")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="RUN", help="the run's folder; goes on where it is one"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object, and no progress")


def run_run(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho eval run`."""
    from app.outbound import disable_tracing
    from app.progress import shown_count, shown_progress
    from eval.evaluate import Watch, evaluate
    from eval.printing import run_json, run_text

    disable_tracing()
    quiet = options.json
    with shown_progress(quiet) as on_index, shown_count("Evaluating", "items", quiet) as on_item:
        try:
            run = evaluate(settings, _request(options), Watch(on_index, on_item, note))
        except KeyboardInterrupt:
            note(f"Stopped. What is done is kept in {options.out}; the same command goes on from there.")
            raise
    print_json(run_json(run)) if options.json else print_text(run_text(run))
    return _named_failures(run)


def _request(options: argparse.Namespace) -> Request:
    from app.errors import BadInput
    from eval.evaluate import Request
    from eval.items import TASKS
    from eval.running.plan import Wanted

    named = [name.strip() for name in options.tasks.split(",") if name.strip()]
    unknown = [name for name in named if name not in TASKS]
    if unknown:
        raise BadInput(f"There is no task {unknown[0]!r}.", f"Name some of {', '.join(TASKS)}, with commas.")
    wanted = Wanted(tuple(task for task in TASKS if task in named), options.every, options.limit)
    return Request(options.out, options.data, options.split, tuple(options.set), wanted, options.seed)


def _named_failures(run: RunFolder) -> int:
    """Name the items that crashed on stderr, and return the exit code."""
    failed = [item for item in run.items if item.failed]
    for item in failed:
        note(f"crashed: {item.id}: {item.failed}")
    return IN_PART if failed else DONE


def run_compare(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho eval compare`."""
    from eval.figures.comparing import compare
    from eval.printing import comparison_json, comparison_text
    from eval.running.folder import read_run

    first, second = read_run(options.first), read_run(options.second)
    for notice in filter(None, (first.notice, second.notice)):
        note(notice)
    compared = compare(first.items, second.items, seed=options.seed)
    if options.json:
        print_json(comparison_json(first, second, compared))
    else:
        print_text(comparison_text(first, second, compared))
    return DONE


def run_report(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho eval report`."""
    from eval.reports.report import write_report
    from eval.running.folder import read_run

    runs = [read_run(path) for path in (options.first, options.second) if path is not None]
    for notice in filter(None, (run.notice for run in runs)):
        note(notice)
    write_report(options.output, *runs)
    note(f"Written: {options.output}")
    return DONE


def run_bench(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho eval bench`."""
    from eval.speed.bench import main

    return main(settings, options.scale, options.json)
