"""Draft questions from indexed documents with a chat model; only what verification lets through is kept."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from app.errors import BadInput, ChatModelTimeout
from app.fencing import neutral, one_line
from app.instructions import instructs
from app.language import language_name
from app.llm import ChatModel
from app.outbound import is_loopback
from app.prompting import Messages, load_prompt
from app.query import language_of
from app.results import ABSTENTION, Dropped
from eval.drafts.checks import verify
from eval.drafts.drafted import Draft, DraftFile, Tried, add, draft_id, read_file
from eval.drafts.reading import read_question, written_by
from ingest.documents import Document, Paragraph
from ingest.lexical import analyse
from ingest.passages import split_sentences

PROMPT: Final = "draft_question"
MOST_DRAFTS: Final = 10_000
FEWEST_TERMS: Final = 8  # index terms of a paragraph that a question can be asked about
LONGEST_SHOWN: Final = 4_000  # characters of a paragraph
LONGEST_KEPT: Final = 500  # characters of a question that was dropped
MOST_TIMEOUTS: Final = 3  # one after the other

UNREADABLE: Final = "the model wrote no question with an answer"
NOTHING: Final = "the model found nothing to ask"
TOO_SLOW: Final = "the model gave no answer in time"  # tried again another time

OnDraft = Callable[[int, int], None]


@dataclass(slots=True)
class Drafting:
    """What came of drafting.

    Attributes:
        drafts: how many the file holds now.
        new: how many of them were added.
        dropped: how often a paragraph gave none, by why.
        kept_here: `doc_id`s of documents that may not be sent to the model, since it is on another machine.
    """

    drafts: int = 0
    new: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    kept_here: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to draft.

    Attributes:
        doc_ids: from which documents.
        count: how many drafts the file shall hold, 1 to `MOST_DRAFTS`.
        seed: of the order in which paragraphs are taken.
    """

    doc_ids: tuple[str, ...]
    count: int
    seed: int = 0


def draft_questions(
    path: Path,
    wanted: Wanted,
    documents: Mapping[str, Document],
    model: ChatModel,
    stays_here: Callable[[Document], bool],
    on_draft: OnDraft = lambda done, of: None,
) -> Drafting:
    """Draft questions until a file holds as many as are wanted, or no paragraph is left.

    Each draft is in the file as soon as it is verified, and so is each paragraph that gave none: stopped at any time,
    the same call goes on behind them.

    Args:
        path: the file; made where there is none.
        wanted: what to draft.
        documents: those of the index, by `doc_id`.
        model: what drafts; asked once a paragraph.
        stays_here: tells whether a document may be sent to a model on this machine only.
        on_draft: called with the drafts so far and how many are wanted, first before any.

    Raises:
        BadInput: the file is none of drafts or cannot be written, or the count is out of range.
        ChatModelError: the model is missing, unreachable, or too slow several times in a row.
        NoSpace: the disk is full.
    """
    if not 1 <= wanted.count <= MOST_DRAFTS:
        raise BadInput(f"{wanted.count:,} drafts were asked for.", f"Ask for 1 to {MOST_DRAFTS:,}.")
    held = read_file(path) if path.exists() else DraftFile()
    local = is_loopback(model.address)
    kept_here = tuple(one for one in wanted.doc_ids if not local and stays_here(documents[one]))
    chosen = [documents[one] for one in wanted.doc_ids if one not in kept_here]
    drafter = _Drafter(path, model, held, Drafting(drafts=len(held.drafts), kept_here=kept_here))
    result, done = drafter.result, held.ids
    on_draft(result.drafts, wanted.count)
    for document, paragraph in spread(chosen, wanted.seed):
        if result.drafts >= wanted.count:
            break
        # A document may be marked local-only while this runs.
        if draft_id(document.doc_id, paragraph.number) in done or (not local and stays_here(document)):
            continue
        if drafter.take(document, paragraph):
            on_draft(result.drafts, wanted.count)
    return result


class _Drafter:
    """Drafts from one paragraph after the other, and notes in the file and in `result` what came of each."""

    def __init__(self, path: Path, model: ChatModel, held: DraftFile, result: Drafting) -> None:
        self.result = result
        self._path = path
        self._model = model
        self._questions = [draft.question for draft in held.drafts]
        self._slow = 0

    def take(self, document: Document, paragraph: Paragraph) -> bool:
        """Return whether a paragraph gave a draft that is new in the file."""
        try:
            one = draft(document, paragraph, self._model, self._questions)
        except ChatModelTimeout:
            self._slow += 1
            self.result.dropped[TOO_SLOW] += 1
            if self._slow == MOST_TIMEOUTS:
                raise
            return False
        self._slow = 0
        added = add(self._path, one)
        if isinstance(one, Tried):
            self.result.dropped[one.dropped] += 1
            return False
        if added:
            self._questions.append(one.question)
            self.result.drafts += 1
            self.result.new += 1
        return added


def spread(documents: Sequence[Document], seed: int) -> Iterator[tuple[Document, Paragraph]]:
    """Yield paragraphs that a question can be asked about, one of each document in turn.

    The order is the seed's; a document that comes or goes does not change it for the others. Headings, short
    paragraphs, and those that give orders are left out.
    """
    ordered = sorted(documents, key=lambda document: _lot(seed, document.doc_id, 0))
    left = [(document, iter(_drawn(document, seed))) for document in ordered]
    while left:
        still = []
        for document, numbers in left:
            number = next(numbers, None)
            if number is not None:
                yield document, document.paragraph(number)
                still.append((document, numbers))
        left = still


def _drawn(document: Document, seed: int) -> list[int]:
    numbers = [one.number for one in document.paragraphs if _can_be_asked_about(one)]
    return sorted(numbers, key=lambda number: _lot(seed, document.doc_id, number))


def _lot(seed: int, doc_id: str, number: int) -> bytes:
    return hashlib.sha256(f"{seed}\0{doc_id}\0{number}".encode("utf-8", "surrogatepass")).digest()


def _can_be_asked_about(paragraph: Paragraph) -> bool:
    text = paragraph.text[:LONGEST_SHOWN]
    return not paragraph.heading and len(set(analyse(text))) >= FEWEST_TERMS and not instructs(paragraph.text)


def draft(document: Document, paragraph: Paragraph, model: ChatModel, earlier: Sequence[str]) -> Draft | Tried:
    """Let a model draft one question from a paragraph, and return it verified, or why there is none.

    Args:
        document: the paragraph's; it may be sent to the model.
        paragraph: only its first `LONGEST_SHOWN` characters are shown, to the end of a sentence.
        model: is asked once; stopped when it has written question and answer, or too much.
        earlier: questions that are there already.

    Raises:
        ChatModelError: the model is missing, unreachable or too slow.
    """
    shown = replace(paragraph, text=_beginning(paragraph.text))
    written = written_by(model, _messages(document, shown))
    read = read_question(written)
    if read is None:
        why = NOTHING if ABSTENTION in written.replace(" ", "_") else UNREADABLE
        return Tried(document.doc_id, paragraph.number, why)
    result = verify(*read, document, shown, earlier)
    if isinstance(result, Dropped):
        return Tried(document.doc_id, paragraph.number, result.why, one_line(_text(result.text))[:LONGEST_KEPT])
    id = draft_id(document.doc_id, paragraph.number)
    return Draft(id, result.question, document.doc_id, paragraph.number, result.quote)


def _beginning(text: str) -> str:
    if len(text) <= LONGEST_SHOWN:
        return text
    ends = [end for _, end in split_sentences(text[:LONGEST_SHOWN])]
    return text[: ends[-2] if len(ends) > 1 else LONGEST_SHOWN]


def _messages(document: Document, paragraph: Paragraph) -> Messages:
    about = [one for one in (document.title, document.issuer, document.date) if one and not instructs(one)]
    return load_prompt(PROMPT).render(
        document=neutral(one_line(", ".join(about))),
        paragraph=neutral(paragraph.text),
        language=language_name(language_of(paragraph.text)),
        abstention=ABSTENTION,
    )


def _text(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")  # half a character is nothing that a file can hold
