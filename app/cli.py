"""The commands of `sangho`: arguments in, text or JSON out. Everything heavy is imported when a command runs."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.batch import answer_lines, bad_line, words_of
from app.claims_cli import add_claim_commands
from app.commands import (
    DONE,
    FAILED,
    IN_PART,
    Commands,
    Run,
    add_batch,
    add_command,
    check_usage,
    open_pipeline,
    print_json,
    print_text,
)
from app.labels import ENGLISH

if TYPE_CHECKING:
    from app.pipeline import Pipeline
    from app.query import Filters
    from app.results import Answer, Ranked
    from app.settings import Settings
    from app.ui.further import FurtherTab
    from ingest.documents import Document

FurtherTabs = Callable[[], "Sequence[FurtherTab]"]


def add_commands(commands: Commands, further: FurtherTabs = tuple) -> None:
    """Add the commands of `ingest` and `app` to a parser.

    Args:
        commands: of the whole command line.
        further: makes the tabs that other packages put into the window.
    """
    _ingest_command(commands)
    _ask_command(commands)
    _search_command(commands)
    add_claim_commands(commands)
    _sources_commands(commands)
    feedback = add_command(
        commands, "feedback", print_feedback, "print what was said of answers in the window, as JSON lines"
    )
    feedback.add_argument("--erase", action="store_true", help="erase all ratings and notes instead")
    serve = add_command(
        commands, "serve", partial(serve_window, further=further), "open the chat window on this machine"
    )
    serve.add_argument("--host", help="address to bind to (default: SANGHO_HOST, or 127.0.0.1: this machine only)")
    serve.add_argument("--port", type=int, help="port (default: SANGHO_PORT, or 7860; 0 takes a free one)")
    serve.add_argument(
        "--insecure-no-login",
        action="store_true",
        help="allow a host that other machines reach: whoever does so can ask, read and add files, without a login",
    )


def _ingest_command(commands: Commands) -> None:
    parser = add_command(commands, "ingest", ingest_roots, "synchronise source files and folders with the index")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="source root (default: the bundled corpus)")
    parser.add_argument("--forget", type=Path, metavar="PATH", help="drop a source root and its documents")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _ask_command(commands: Commands) -> None:
    parser = add_command(commands, "ask", ask, "answer a question from the sources")
    parser.add_argument("question", nargs="?", metavar="QUESTION")
    parser.add_argument("--history", action="append", default=[], metavar="QUESTION", help="an earlier question")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    _add_filters(parser)
    add_batch(parser, '{"id", "question", "history": [earlier questions]}')


def _search_command(commands: Commands) -> None:
    parser = add_command(commands, "search", search, "find passages")
    parser.add_argument("query", nargs="?", metavar="QUERY")
    parser.add_argument("-k", type=int, default=10, metavar="N", help="how many passages (default: 10)")
    parser.add_argument("--exact", action="store_true", help="find the phrase letter by letter")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    _add_filters(parser)
    add_batch(parser, '{"id", "query"}')


def _sources_commands(commands: Commands) -> None:
    sources = add_command(commands, "sources", list_sources, "list what is indexed, and what is known but not held")
    sources.add_argument("--json", action="store_true", help="print one JSON object")
    show = add_command(commands, "show", show_document, "print a document, or one paragraph of it")
    show.add_argument("doc", metavar="DOC")
    show.add_argument("--paragraph", type=int, metavar="N", help="the original's paragraph number")
    fetch = add_command(
        commands, "fetch", fetch_originals, "get originals from their publishers' sites; they then answer"
    )
    fetch.add_argument("docs", nargs="*", metavar="DOC", help="what to fetch (default: every document with a digest)")
    fetch.add_argument("--digests", action="store_true", help="go back to the digests instead")
    fetch.add_argument("--json", action="store_true", help="print one JSON object")
    remove = add_command(commands, "remove", remove_document, "take a document out of the index")
    remove.add_argument("doc", metavar="DOC")


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", default="", metavar="DATE", help="only documents from this date on")
    parser.add_argument("--until", default="", metavar="DATE", help="only documents up to this date")
    parser.add_argument("--type", action="append", default=[], metavar="T", help="only this type; may be repeated")
    parser.add_argument("--doc", action="append", default=[], metavar="ID", help="only this document; may be repeated")


def run_command(options: argparse.Namespace) -> int:
    """Run a parsed command; an error of the user's is one line on stderr and exit code 1."""
    from app.settings import Settings
    from ingest.errors import SanghoError

    try:
        overrides = {name: getattr(options, name, None) for name in ("home", "host", "port")}
        run: Run = options.run
        return run(options, Settings.load(**overrides))
    except SanghoError as error:
        print(f"sangho: {error}", file=sys.stderr)  # noqa: T201
        return FAILED


def _filters(options: argparse.Namespace, pipeline: Pipeline) -> Filters:
    from app.checks import check_filters
    from app.query import Filters

    filters = Filters(options.since, options.until, tuple(options.type), tuple(options.doc))
    check_filters(filters, pipeline.documents())
    return filters


def ingest_roots(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho ingest`."""
    from app.outbound import chroma_server
    from app.progress import shown_progress
    from app.settings import BUNDLED_CORPUS
    from ingest.embedding import SentenceTransformerEmbedder
    from ingest.sync import ingest

    roots = options.paths or ([] if options.forget else [BUNDLED_CORPUS])
    with shown_progress(quiet=options.json) as on_progress:
        report = ingest(
            settings.home,
            roots,
            SentenceTransformerEmbedder(settings.embedding),
            settings.passage_tokens,
            int(settings.max_file_mb * 1_000_000),
            on_progress,
            options.forget,
            server=chroma_server(settings),
        )
    failed = [{"path": path, "error": error} for path, error in report.failed]
    counts = {name: getattr(report, name) for name in ("added", "changed", "removed", "unchanged")}
    if options.json:
        rest = {"passages": report.passages, "seconds": round(report.seconds, 3), "generation": report.generation}
        print_json({**counts, "failed": failed, **rest})
    else:
        print_text(
            ", ".join(f"{count} {name}" for name, count in counts.items())
            + f"; {report.passages:,} passages in the index ({report.seconds:.1f} s)."
        )
        for failure in failed:
            print(f"not read: {failure['path']}: {failure['error']}", file=sys.stderr)  # noqa: T201
    return IN_PART if failed else DONE


def ask(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho ask`."""
    from app.printing import answer_text

    check_usage(options, options.question, "QUESTION")
    with open_pipeline(settings) as pipeline:
        filters = _filters(options, pipeline)
        if options.batch:
            return answer_lines(options.batch, options.out, lambda line: _ask_line(pipeline, line, filters))
        answer = pipeline.ask(options.question, options.history, filters)
        if options.json:
            print_json(answer.to_json())
        else:
            print_text(answer_text(answer))
    return DONE


def _ask_line(pipeline: Pipeline, line: dict[str, Any], filters: Filters) -> dict[str, Any]:
    history = line.get("history", [])
    if not isinstance(history, list) or not all(isinstance(question, str) for question in history):
        raise bad_line('"history" must be a list of questions')
    answer: Answer = pipeline.ask(words_of(line, "question"), history, filters)
    return answer.to_json()


def search(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho search`."""
    check_usage(options, options.query, "QUERY")
    with open_pipeline(settings) as pipeline:
        filters = _filters(options, pipeline)

        def found(query: str) -> dict[str, Any]:
            results = pipeline.search(query, options.k, options.exact, filters)
            return {"query": query, "results": [_result(result) for result in results]}

        if options.batch:
            return answer_lines(options.batch, options.out, lambda line: found(words_of(line, "query")))
        if options.json:
            print_json(found(options.query))
            return DONE
        results = pipeline.search(options.query, options.k, options.exact, filters)
        for result in results:
            first, last = result.paragraphs
            place = f"¶{first}" if first == last else f"¶{first}-{last}"
            named = f"{ENGLISH.summary.format(place=place)}: " if result.edition == "digest" else ""
            print_text(f"{result.title} ({result.date}), {place}  [{result.doc_id}]\n{named}{result.text}\n")
        if not results:
            print_text("Nothing found.")
    return DONE


def _result(result: Ranked) -> dict[str, Any]:
    from dataclasses import asdict

    return {name: value for name, value in asdict(result).items() if name != "edition"}


def list_sources(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho sources`."""
    from app.listing import sources_json, sources_text

    with open_pipeline(settings) as pipeline:
        documents = pipeline.documents()
        print_json(sources_json(documents)) if options.json else print_text(sources_text(documents))
    return DONE


def show_document(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho show`."""
    from app.errors import BadInput

    with open_pipeline(settings) as pipeline:
        document = pipeline.document(options.doc)
        if options.paragraph is None:
            print_text("\n".join(_document_lines(document)))
            return DONE
        try:
            paragraph = document.paragraph(options.paragraph)
        except KeyError as error:
            last = document.paragraphs[-1].last
            raise BadInput(
                f"{document.doc_id} has no paragraph {options.paragraph}.", f"Name one from 1 to {last}."
            ) from error
        print_text(paragraph.text)
    return DONE


def _document_lines(document: Document) -> Iterator[str]:
    yield document.title
    about = [document.issuer, document.date, document.type.replace("_", " "), document.url]
    yield " | ".join(part for part in about if part)
    if document.edition == "digest":
        yield "Sangho's summary, paragraph by paragraph, in its own words; the original's text is at the address."
    if document.superseded_by:
        yield f"It was superseded by {document.superseded_by}."
    if document.note:
        yield document.note
    yield ""
    for paragraph in document.paragraphs:
        number = f"{paragraph.number}" if paragraph.last == paragraph.number else f"{paragraph.number}-{paragraph.last}"
        yield f"¶{number}  {paragraph.text}"


def fetch_originals(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho fetch`."""
    from app.originals import Shelf, get_originals, return_to_digests
    from app.pipeline import index_sync, polite_client
    from app.printing import fetched_json, fetched_text
    from app.progress import shown_progress
    from ingest.embedding import SentenceTransformerEmbedder

    sync = index_sync(settings, SentenceTransformerEmbedder(settings.embedding))
    with shown_progress(quiet=options.json) as on_progress:
        if options.digests:
            gone = return_to_digests(settings.home, options.docs, sync, on_progress)
            said = {1: "1 original is"}.get(len(gone), f"{len(gone)} originals are")
            print_json({"digests": gone}) if options.json else print_text(f"{said} given back to the digests.")
            return DONE
        shelf = Shelf.load()
        wanted = shelf.wanted(options.docs)
        with contextlib.closing(polite_client(settings)) as client:
            results = list(get_originals(settings.home, shelf, wanted, client, sync, on_progress))
    print_json(fetched_json(results)) if options.json else print_text(fetched_text(results))
    failed = [result for result in results if result.state == "failed"]
    return DONE if not failed else IN_PART if len(failed) < len(results) else FAILED


def remove_document(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho remove`."""
    from app.outbound import chroma_server
    from app.progress import shown_progress
    from ingest.embedding import SentenceTransformerEmbedder
    from ingest.sync import remove

    with shown_progress() as on_progress:
        report = remove(
            settings.home,
            options.doc,
            SentenceTransformerEmbedder(settings.embedding),
            settings.passage_tokens,
            on_progress,
            server=chroma_server(settings),
        )
    print_text(f"{options.doc} is out of the index; {report.passages:,} passages are left.")
    return DONE


def print_feedback(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho feedback`."""
    from app.conversations import Conversations, feedback_lines

    conversations = Conversations(settings.home)
    if options.erase:
        erased = conversations.erase_feedback()
        print_text(f"{erased} rating{'' if erased == 1 else 's'} erased.")
        return DONE
    for line in feedback_lines(conversations):
        print_text(line)
    return DONE


def serve_window(options: argparse.Namespace, settings: Settings, further: FurtherTabs = tuple) -> int:
    """Run `sangho serve`."""
    from app.outbound import disable_tracing
    from app.pipeline import Pipeline, originals, own_files
    from app.ui.window import serve
    from ingest.embedding import SentenceTransformerEmbedder
    from ingest.errors import SanghoError

    disable_tracing()
    embedder = SentenceTransformerEmbedder(settings.embedding)
    files = own_files(settings, embedder)
    with contextlib.suppress(SanghoError):  # the window says what is wrong with the index or the disk
        files.tidy(time.time())

    def make() -> Any:
        return Pipeline(settings, embedder).warm()

    serve(
        settings,
        make,
        files,
        originals(settings, embedder),
        ready=lambda url: print(f"Sangho is at {url}  (Ctrl+C stops it)", flush=True),  # noqa: T201
        insecure_no_login=options.insecure_no_login,
        note=lambda line: print(line, file=sys.stderr, flush=True),  # noqa: T201
        further=further(),
    )
    return DONE
