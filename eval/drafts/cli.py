"""The commands for drafted questions: `sangho eval generate` and `sangho eval drafts`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.commands import DONE, add_command, note, open_pipeline, print_json, print_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.llm import ChatModel
    from app.settings import Settings
    from eval.drafts.drafted import Draft
    from eval.drafts.drafting import Drafting
    from ingest.documents import Document

_ALL: Final = "all"


def add_draft_commands(parts: Any) -> None:
    """Add `generate` and `drafts` to the measures."""
    generate = add_command(
        parts, "generate", run_generate, "draft questions from your documents with a chat model, for you to decide on"
    )
    where = (
        "where the drafts go; goes on where there are some (default: drafts.jsonl in the home, which the window shows)"
    )
    generate.add_argument("--out", type=Path, metavar="DRAFTS.jsonl", help=where)
    generate.add_argument(
        "--doc", action="append", default=[], metavar="ID", help="only from this document; may be repeated"
    )
    generate.add_argument("--count", type=int, default=20, metavar="N", help="how many drafts in all (default: 20)")
    generate.add_argument("--seed", type=int, default=0, metavar="N", help="of the choice of paragraphs (default: 0)")
    generate.add_argument("--json", action="store_true", help="print one JSON object, and no progress")
    drafts = add_command(
        parts, "drafts", run_drafts, "list drafted questions, accept or reject some, and write the accepted as a table"
    )
    drafts.add_argument("file", type=Path, nargs="?", metavar="DRAFTS.jsonl", help="the drafts (default: as above)")
    drafts.add_argument("--accept", nargs="+", default=[], metavar="ID", help=f"accept these; '{_ALL}': every new one")
    drafts.add_argument("--reject", nargs="+", default=[], metavar="ID", help=f"reject these; '{_ALL}': every new one")
    drafts.add_argument(
        "-o", "--output", type=Path, metavar="QUESTIONS.csv", help="write the accepted, for 'sangho eval run --data'"
    )
    drafts.add_argument("--json", action="store_true", help="print the drafts as JSON lines")


def run_generate(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho eval generate`."""
    from app.errors import ChatModelError
    from app.progress import shown_count
    from app.roots import Roots
    from eval.drafts.drafted import FILE
    from eval.drafts.drafting import Wanted, draft_questions

    path: Path = options.out or settings.home / FILE
    model = chat_model(settings)
    with open_pipeline(settings) as pipeline:
        for doc_id in options.doc:
            pipeline.document(doc_id)  # its error says that there is none
        documents = pipeline.documents()
        doc_ids = tuple(dict.fromkeys(options.doc)) or own_documents(documents, settings.home)
        wanted = Wanted(doc_ids, options.count, options.seed)
        local_only = Roots(settings.home).local_only
        where = f" at {model.address}" if model.address else ""
        note(f"Paragraphs of {_documents(len(doc_ids))} are sent to {model.name}{where}.")
        with shown_count("Drafting", "drafts", options.json) as on_draft:
            try:
                result = draft_questions(path, wanted, documents, model, lambda one: one.root in local_only(), on_draft)
            except KeyboardInterrupt:
                note(f"Stopped. What is drafted is kept in {path}; the same command goes on from there.")
                raise
    _report(path, result, options)
    if not result.drafts:
        raise ChatModelError(
            f"{model.name} drafted no question that holds up.", "Set SANGHO_LLM to a larger model, then try again."
        )
    return DONE


def chat_model(settings: Settings) -> ChatModel:
    """Return the chat model that the settings name.

    Raises:
        SettingsError: they name none.
    """
    from app.errors import SettingsError
    from app.llm import LangChainChatModel

    if not settings.llm:
        raise SettingsError(
            "Drafting questions takes a chat model, and none is set.",
            "Set SANGHO_LLM to provider:model, such as ollama:llama3.1, and SANGHO_LLM_URL where it needs an address.",
        )
    return LangChainChatModel(settings)


def own_documents(documents: Mapping[str, Document], home: Path) -> tuple[str, ...]:
    """Return the `doc_id`s of documents that are neither bundled nor their originals; all where there are no others."""
    from app.settings import BUNDLED_CORPUS
    from ingest.scan import ORIGINALS

    ours = {str(BUNDLED_CORPUS), str(home.expanduser().resolve() / ORIGINALS)}
    own = tuple(doc_id for doc_id, document in documents.items() if document.root not in ours)
    return own or tuple(documents)


def _documents(count: int) -> str:
    return f"{count} document{'' if count == 1 else 's'}"


def _report(path: Path, result: Drafting, options: argparse.Namespace) -> None:
    from app.errors import BadInput

    if result.kept_here:
        named = ", ".join(result.kept_here[:5]) + (", …" if len(result.kept_here) > 5 else "")
        note(f"Left out, since they are local-only and the model is on another machine: {named}")
    if options.json:
        counts = {"drafts": result.drafts, "new": result.new, "dropped": dict(result.dropped)}
        print_json({"file": str(path), **counts, "kept_here": list(result.kept_here)})
        return
    tried = result.dropped.total()
    if not result.drafts and not tried:
        raise BadInput(
            "There is no paragraph to draft a question from.", "Name documents with running text that may be sent."
        )
    print_text(f"{result.drafts} drafts in {path}, {result.new} of them new.")
    if tried:
        print_text(f"{tried} {'paragraph' if tried == 1 else 'paragraphs'} gave none:")
        for why, count in sorted(result.dropped.items(), key=lambda one: (-one[1], one[0])):
            print_text(f"{count:6}  {why}")
    if result.drafts < options.count:
        print_text(f"No paragraph is left to try, so there are fewer than {options.count}.")
    if result.drafts:
        print_text("Decide on them in the window, under Evaluate, or with: sangho eval drafts")


def run_drafts(options: argparse.Namespace, settings: Settings) -> int:
    """Run `sangho eval drafts`."""
    from app.errors import BadInput
    from eval.drafts.drafted import FILE, decide_all, read_drafts, write_accepted

    path: Path = options.file or settings.home / FILE
    if not path.exists():
        raise BadInput(f"{path} is not there.", "'sangho eval generate' makes one.")
    if both := set(options.accept) & set(options.reject):
        raise BadInput(f"{min(both)!r} is to be accepted and to be rejected.", "Name it once.")
    drafts = read_drafts(path)
    accepted, rejected = (_meant(drafts, ids) for ids in (options.accept, options.reject))
    if accepted or rejected:
        decide_all(path, {**dict.fromkeys(rejected, "rejected"), **dict.fromkeys(accepted, "accepted")})
    if options.output is not None:
        count = write_accepted(path, options.output)
        note(f"Written: {options.output} ({count} {'question' if count == 1 else 'questions'})")
    elif options.json:
        _print_lines(read_drafts(path))
    elif options.accept or options.reject:
        print_text(_counted(read_drafts(path)))
    else:
        print_text(drafts_text(read_drafts(path)))
    return DONE


def _meant(drafts: tuple[Draft, ...], ids: list[str]) -> list[str]:
    new = [draft.id for draft in drafts if draft.status == "new"]
    return list(dict.fromkeys(id for one in ids for id in (new if one == _ALL else [one])))


def _print_lines(drafts: tuple[Draft, ...]) -> None:
    from dataclasses import asdict

    for draft in drafts:
        print_text(json.dumps(asdict(draft), ensure_ascii=False))


def drafts_text(drafts: tuple[Draft, ...]) -> str:
    """Return drafts as lines for a terminal, those to be decided last, and how many there are of each status."""
    from app.escape import plain

    lines = []
    for status in ("rejected", "accepted", "new"):
        for draft in drafts:
            if draft.status == status:
                lines += [f"{status:8}  {draft.id}", f"  {draft.question}", f"  -> {draft.quote}", ""]
    return "\n".join([plain(line) for line in lines] + [_counted(drafts)])


def _counted(drafts: tuple[Draft, ...]) -> str:
    from collections import Counter

    counts = Counter(draft.status for draft in drafts)
    return f"{counts['new']} to decide, {counts['accepted']} accepted, {counts['rejected']} rejected."
