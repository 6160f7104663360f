"""The commands `check` and `audit`. Everything heavy is imported when a command runs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.batch import answer_each, answer_lines, words_of
from app.commands import (
    DONE,
    IN_PART,
    Commands,
    add_batch,
    add_command,
    check_usage,
    note,
    open_pipeline,
    print_json,
    print_text,
)

if TYPE_CHECKING:
    from app.audit.results import Audit
    from app.claims.results import Searchable
    from app.pipeline import Pipeline
    from app.settings import Settings
    from ingest.documents import Document

_LISTS: Final = (".csv", ".tsv", ".txt")  # files with one claim a line; others are JSON Lines


def add_claim_commands(commands: Commands) -> None:
    """Add `check` and `audit` to a parser."""
    checking = add_command(commands, "check", check, "check a claim against the sources")
    checking.add_argument("claim", nargs="?", metavar="CLAIM")
    checking.add_argument("--json", action="store_true", help="print one JSON object")
    _add_against(checking)
    add_batch(checking, '{"id", "claim"} (in a .csv, .tsv or .txt: one claim)')
    auditing = add_command(commands, "audit", audit, "check an article's claims and quotations against the sources")
    auditing.add_argument("file", type=Path, metavar="FILE", help="the article, of any type that is read")
    auditing.add_argument("--json", action="store_true", help="print one JSON object")
    auditing.add_argument("--out", type=Path, metavar="REPORT", help="write a report too: .html, .md or .docx")
    _add_against(auditing)


def _add_against(parser: argparse.ArgumentParser) -> None:
    what = "only documents of this type, or this one document, count as evidence; may be repeated"
    parser.add_argument("--against", action="append", default=[], metavar="TYPE_OR_DOC", help=what)


def check(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho check`."""
    from app.claims.printing import check_text

    check_usage(options, options.claim, "CLAIM")
    with open_pipeline(settings) as pipeline:
        against = searchable(options.against, pipeline.documents())
        if options.batch:
            return _check_file(options.batch, options.out, pipeline, against)
        checked = pipeline.check(options.claim, against)
        print_json(checked.to_json()) if options.json else print_text(check_text(checked))
    return DONE


def _check_file(batch: Path, out: Path | None, pipeline: Pipeline, against: Searchable) -> int:
    """Check the claims of a file: JSON Lines, or a list, whose claims are numbered from 1."""

    def checked(line: dict[str, Any]) -> dict[str, Any]:
        return pipeline.check(words_of(line, "claim"), against).to_json()

    if batch.suffix.lower() not in _LISTS:
        return answer_lines(batch, out, checked)
    from app.claims.reading import read_claims_file

    claims = enumerate(read_claims_file(batch), start=1)
    return answer_each([json.dumps({"id": number, "claim": claim}) for number, claim in claims], out, checked)


def searchable(named: Sequence[str], documents: Mapping[str, Document]) -> Searchable:
    """Return what counts as evidence, where a person names document types and documents; all where none is named.

    Raises:
        BadInput: a name is neither; says which types there are.
    """
    from app.claims.results import Searchable
    from app.errors import BadInput

    types = sorted({document.type for document in documents.values() if document.type})
    for name in named:
        if name not in types and name not in documents:
            there = f"There are the types {', '.join(types)}." if types else "No document has a type."
            raise BadInput(
                f"Neither a type nor a document of the index is called {name!r}.",
                f"{there} Documents are listed by: sangho sources",
            )
    return Searchable(
        types=tuple(dict.fromkeys(name for name in named if name in types)),
        doc_ids=tuple(dict.fromkeys(name for name in named if name in documents)),
    )


def audit(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho audit`."""
    from app.audit.report import check_report_path, write_report
    from app.claims.printing import audit_text

    if options.out:
        check_report_path(options.out)
    with open_pipeline(settings) as pipeline:
        found = _audited(options, pipeline)
    if options.out:
        write_report(found, options.out)
    if options.json:
        print_json(found.to_json())
    else:
        print_text(audit_text(found, str(options.out or "")))
    return IN_PART if _name_failures(found) else DONE


def _audited(options: argparse.Namespace, pipeline: Pipeline) -> Audit:
    """Audit a file, showing how far it is; when it is stopped, say that it can go on."""
    from dataclasses import replace

    from app.audit.results import Audit
    from app.progress import shown_count

    against = searchable(options.against, pipeline.documents())
    done = of = 0
    try:
        with shown_count("Auditing", "sentences", quiet=options.json) as on_count:
            for event in pipeline.audit(options.file, against):
                if isinstance(event, Audit):
                    return replace(event, against=tuple(dict.fromkeys(options.against)))
                done, of = event.done, event.of
                on_count(done, of)
    except KeyboardInterrupt:
        if done:
            note(f"Stopped after {done} of {of} sentences; run the same command again, and it goes on from there.")
        raise
    raise AssertionError("an audit ends with its result")


def _name_failures(found: Audit) -> int:
    """Name the sentences that could not be checked on stderr, a line each, and return how many they are."""
    from app.escape import plain

    failed = [sentence for sentence in found.sentences if sentence.error]
    for sentence in failed:
        note(f"not checked: ¶{sentence.paragraph}: {plain(' '.join(sentence.error.split()))}")
    return len(failed)
