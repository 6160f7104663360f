"""Answer with a chat model: numbered evidence in, verified sentences out; and complete a follow-up question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from app.actors import missing_names
from app.drafts import Draft, DraftReader
from app.fencing import neutral, one_line
from app.figures import missing_figures
from app.instructions import instructs
from app.llm import ChatModel
from app.prompting import Messages, load_prompt
from app.results import ABSTENTION, Drafted, Dropped, Grounded
from app.verify import OTHER_LANGUAGE, SAYS_NOTHING, verify_statement
from ingest.documents import Document, Passage

SENTENCES: Final = 6
EVIDENCE_CHARACTERS: Final = 14_000
QUESTION_CHARACTERS: Final = 300
LANGUAGES: Final = {"en": "English", "ko": "Korean"}
_MOST_TRIES: Final = 30
_MOST_CHARACTERS: Final = 12_000
_HISTORY: Final = 4
_REPEATS: Final = "repeats an earlier sentence"


def generate(
    question: str,
    evidence: Sequence[Passage],
    documents: Mapping[str, Document],
    model: ChatModel,
    *,
    language: str,
    on_statement: Callable[[Drafted], None] | None = None,
) -> Drafted:
    """Let a chat model answer from the evidence, and keep what verification lets through.

    Each sentence is verified as soon as its line is complete; no other text is ever passed on. The model is
    stopped after `SENTENCES` kept sentences, or when it goes round in circles.

    Args:
        question: the completed question.
        evidence: passages, best first; those beyond `EVIDENCE_CHARACTERS` are left out.
        documents: by `doc_id`, at least those of the evidence.
        model: what writes the answer.
        language: of the answer, as a code ("en", "ko"); sentences in another are dropped.
        on_statement: called with everything so far after each kept sentence.

    Returns:
        Kept sentences with their places, and dropped ones with the reason. No kept sentence means that the
        answer abstains. Empty evidence gives an empty result without calling the model.

    Raises:
        ChatModelError: the model is missing, unreachable or too slow; what was kept so far is lost.
    """
    given = _within(evidence, documents)
    if not given:
        return Drafted(())
    messages = _messages(question, given, documents, language)
    kept: list[Grounded] = []
    dropped: list[Dropped] = []
    pieces = model.stream(messages.system, messages.user)
    for draft in _drafts(pieces):
        result = _repeats(draft, kept, dropped) or verify_statement(draft.text, draft.cited, given, documents, language)
        if isinstance(result, Dropped):
            dropped.append(result)
        else:
            kept.append(result)
            if on_statement:
                on_statement(Drafted(tuple(kept), tuple(dropped)))
        if len(kept) == SENTENCES or len(kept) + len(dropped) == _MOST_TRIES:
            break
    return Drafted(tuple(kept), tuple(dropped))


def is_in_other_language(drafted: Drafted) -> bool:
    """Whether nothing was kept of an answer for no other reason than its language; False if nothing was written."""
    reasons = {statement.why for statement in drafted.dropped}
    return not drafted.statements and OTHER_LANGUAGE in reasons <= {OTHER_LANGUAGE, SAYS_NOTHING, _REPEATS}


def _messages(question: str, given: Sequence[Passage], documents: Mapping[str, Document], language: str) -> Messages:
    return load_prompt("answer").render(
        question=neutral(question),
        evidence="\n\n".join(_block(n, passage, documents) for n, passage in enumerate(given, start=1)),
        language=LANGUAGES.get(language, language),
        limit=str(SENTENCES),
        abstention=ABSTENTION,
    )


def complete_question(question: str, history: Sequence[str], model: ChatModel) -> str:
    """Complete a follow-up question from the questions before it.

    Args:
        question: the follow-up.
        history: earlier questions, oldest first; the last few are used.
        model: what rewrites it.

    Returns:
        The completed question; the question unchanged where there is no history, or where what the model wrote is
        not one line of at most 300 characters, or has a number or a name that is in none of the questions.

    Raises:
        ChatModelError: the model is missing, unreachable or too slow.
    """
    earlier = list(history)[-_HISTORY:]
    if not earlier:
        return question
    messages = load_prompt("complete_question").render(
        question=neutral(one_line(question)),
        history="\n".join(f"- {neutral(one_line(asked))}" for asked in earlier),
    )
    written = ""
    for piece in model.stream(messages.system, messages.user):
        written += piece
        if len(written) > 4 * QUESTION_CHARACTERS:
            return question
    lines = [line.strip() for line in re.sub(r"(?s)<think>.*?</think>", "", written).splitlines() if line.strip()]
    completed = lines[0].strip("\"“”'* ") if len(lines) == 1 else ""
    known = "\n".join([*earlier, question])
    added = missing_figures(completed, [known]) or missing_names(completed, known)
    return question if added or not 0 < len(completed) <= QUESTION_CHARACTERS else completed


def _drafts(pieces: Iterator[str]) -> Iterator[Draft]:
    """Yield drafts as their lines complete; closes the model's stream when it is left early or the answer ends."""
    reader = DraftReader()
    characters = 0
    try:
        for piece in pieces:
            yield from reader.feed(piece)
            characters += len(piece)
            if reader.abstained or characters > _MOST_CHARACTERS:
                break
        yield from reader.close()
    finally:
        if close := getattr(pieces, "close", None):
            close()


def _repeats(draft: Draft, kept: Sequence[Grounded], dropped: Sequence[Dropped]) -> Dropped | None:
    earlier = [statement.text for statement in kept] + [statement.text for statement in dropped]
    if _words(draft.text) in map(_words, earlier):
        return Dropped(draft.text, _REPEATS)
    return None


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _within(evidence: Sequence[Passage], documents: Mapping[str, Document]) -> list[Passage]:
    given: list[Passage] = []
    room = EVIDENCE_CHARACTERS
    for passage in evidence:
        if not _given_texts(passage, documents):
            continue
        room -= len(passage.text)
        if given and room < 0:
            break
        given.append(passage)
    return given


def _block(n: int, passage: Passage, documents: Mapping[str, Document]) -> str:
    """Write one passage between tags that its own words cannot contain."""
    document = documents[passage.doc_id]
    about = [f"Title: {document.title}", f"Date: {document.date}", f"By: {document.issuer}"]
    about = [line for line in about if not line.endswith(": ") and not instructs(line.partition(": ")[2])]
    head = "\n".join(neutral(one_line(line)) for line in about)
    body = "\n".join(f"¶{number} {neutral(text)}" for number, text in _given_texts(passage, documents))
    return f'<evidence key="S{n}">\n{head}\n{body}\n</evidence>'


def _given_texts(passage: Passage, documents: Mapping[str, Document]) -> list[tuple[int, str]]:
    """Return a passage's paragraphs with their numbers, but for those that would give the model orders."""
    paragraphs = ((span, documents[passage.doc_id].paragraph(span.paragraph).text) for span in passage.spans)
    return [(span.paragraph, text[span.start : span.end]) for span, text in paragraphs if not instructs(text)]
