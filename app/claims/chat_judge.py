"""Judge with a chat model: a part and numbered sentences in, one verdict out, verified before it counts.

One verdict on the sentence that says most, and not one on each: models that run on a laptop get it right more often,
and in a third of the time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from app.claims.judge import UNCALIBRATED, UNDECIDED, ClaimPart, EvidenceSentence, Floats, Judge
from app.claims.verdict_checks import is_borne_out
from app.errors import ChatModelError
from app.fencing import neutral, one_line
from app.instructions import instructs
from app.llm import ChatModel
from app.outbound import is_loopback
from app.prompting import Messages, load_prompt
from app.quotes import find_quote

# What a verdict counts for: entails, contradicts, neither. Chosen, not calibrated: a model's own confidence is worth
# little, and how often it is right depends on the model.
SUPPORTS: Final = (0.9, 0.05, 0.05)
CONTRADICTS: Final = (0.05, 0.9, 0.05)
NEITHER: Final = (0.05, 0.05, 0.9)
# Share of the model's word in what is pooled with another judge's. Support is verified by figures, names, denials and
# force, and can stand alone; contradiction only by its quotation and its topic, so that it needs a second sign.
TRUST: Final = {SUPPORTS: 0.9, CONTRADICTS: 0.6, NEITHER: 0.6}

MOST_SHOWN: Final = 5
LONGEST_WRITTEN: Final = 6_000  # characters
LONGEST_SHOWN: Final = 800  # characters of one sentence with its neighbours
_PROMPT: Final = "judge"
_THOUGHT: Final = re.compile(r"<think>.*?(?:</think>|\Z)|\A(?:(?!<think>).)*</think>", re.DOTALL | re.IGNORECASE)
_TRAILING_COMMA: Final = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_DECODER: Final = json.JSONDecoder(strict=False)  # small models break lines inside strings


class SentenceVerdict(BaseModel):
    """What a model wrote of one numbered sentence; nothing in it is believed before it is verified."""

    model_config = ConfigDict(strict=True, frozen=True)

    n: int
    stance: Literal["supports", "contradicts", "neither"]
    quote: str = ""
    because: str = ""


class ChatJudge:
    """A `Judge` that asks a chat model, once a part, and leaves what that does not decide to another judge.

    Args:
        model: what is asked.
        own: judges each sentence too. What the model says of one is pooled with it; what it says nothing of is left
            to it.
        stays_here: tells by `doc_id` whether a document must not be sent to another machine; such sentences are
            shown to a model on this machine only.
    """

    calibration = UNCALIBRATED

    def __init__(
        self, model: ChatModel, own: Judge | None = None, stays_here: Callable[[str], bool] = lambda doc_id: False
    ) -> None:
        self._model = model
        self._own = own
        self._stays_here = stays_here

    @property
    def name(self) -> str:
        """The chat model's name."""
        return f"the chat model {self._model.name}"

    @property
    def prompts(self) -> dict[str, str]:
        """The prompt's version by its name, for a check's `prompts`."""
        return {_PROMPT: load_prompt(_PROMPT).version}

    def judge(self, part: ClaimPart, evidence: Sequence[EvidenceSentence]) -> Floats:
        """Return how each sentence bears on a part of a claim: `(n_evidence, 3)`, see `Judge.judge`.

        The first `MOST_SHOWN` sentences are shown, without those that give orders. A verdict counts if
        `is_borne_out` says so; the rest (not shown, not judged, or judged in two ways) is as `own` judges it, or
        without one `UNDECIDED`. Where the model holds that none decides, all that were shown are `NEITHER`. Nothing to
        show: the model is not called.

        Raises:
            ChatModelError: the model is missing, unreachable or too slow, or wrote no verdict that can be read.
        """
        rows = np.array([UNDECIDED] * len(evidence), np.float32).reshape(-1, 3)
        if self._own:
            rows = self._own.judge(part, evidence).copy()
        numbered = [(row, one) for row, one in enumerate(evidence) if self._may_be_shown(one)][:MOST_SHOWN]
        if numbered:
            written = self._written(_messages(part, [one for _, one in numbered]))
            verdicts = read_verdicts(written)
            if not verdicts:
                raise ChatModelError(
                    f"The chat model {self._model.name} wrote no verdict that can be read.",
                    "Set SANGHO_LLM to a larger model, or SANGHO_JUDGE to offline.",
                )
            shown = [one for _, one in numbered]
            meant = [(_meant(verdict, shown), verdict) for verdict in verdicts]
            none_decides = all(verdict.stance == "neither" for verdict in verdicts)
            for n, (row, one) in enumerate(numbered, start=1):
                own = [verdict for number, verdict in meant if number == n]
                if said := NEITHER if none_decides else _row(own, part, one):
                    share = TRUST[said] if self._own else 1.0
                    rows[row] = share * np.array(said, np.float32) + (1 - share) * rows[row]
        return rows

    def _may_be_shown(self, one: EvidenceSentence) -> bool:
        withheld = self._stays_here(one.place.doc_id) and not is_loopback(self._model.address)
        return not withheld and not instructs(one.text)

    def _written(self, messages: Messages) -> str:
        """Return what the model writes, until its JSON is complete or it goes on for too long."""
        pieces: Iterator[str] = self._model.stream(messages.system, messages.user)
        written = ""
        try:
            for piece in pieces:
                written += piece
                if len(written) >= LONGEST_WRITTEN or ("}" in piece and _is_complete(written)):
                    break
        finally:
            if close := getattr(pieces, "close", None):
                close()
        return written[:LONGEST_WRITTEN]


def read_verdicts(written: str) -> list[SentenceVerdict]:
    """Return the verdicts in what a model wrote, in order; none where there are none.

    Forgiving of form (text around them, code fences, thoughts, commas too many, an object cut short, a list without
    its object), strict of content: a verdict with a number that is no integer, or another stance, is left out.
    """
    found = []
    for value in _values(written):
        listed = value.get("verdicts", [value])
        for one in listed if isinstance(listed, list) else []:
            try:
                found.append(SentenceVerdict.model_validate(one))
            except ValidationError:
                continue
    return found


def _meant(verdict: SentenceVerdict, shown: Sequence[EvidenceSentence]) -> int:
    """Return the number of the sentence that a verdict is on: the one it quotes, whatever number the model gave it."""
    quoting = [
        n for n, one in enumerate(shown, start=1) if verdict.quote.strip() and find_quote(verdict.quote, one.text)
    ]
    return quoting[0] if quoting and verdict.n not in quoting else verdict.n


def _values(written: str) -> Iterator[dict[str, Any]]:
    """Yield the outermost JSON objects of a text; those inside one that is cut short take its place."""
    text = _TRAILING_COMMA.sub(lambda match: match[1] or "", _THOUGHT.sub("", written))
    at = text.find("{")
    while at >= 0:
        try:
            value, end = _DECODER.raw_decode(text, at)
            yield value
        except (ValueError, RecursionError):
            end = at + 1
        at = text.find("{", end)


def _is_complete(written: str) -> bool:
    return any(isinstance(value.get("verdicts"), list) for value in _values(written))


def _row(
    verdicts: Sequence[SentenceVerdict], part: ClaimPart, one: EvidenceSentence
) -> tuple[float, float, float] | None:
    """Return what the verdicts on one sentence count for; None where they decide nothing."""
    stances = {verdict.stance for verdict in verdicts}
    if len(stances) != 1:
        return None
    if stances == {"neither"}:
        return NEITHER
    supports = stances == {"supports"}
    if not any(is_borne_out(part, one, verdict.quote, supports=supports) for verdict in verdicts):
        return None
    return SUPPORTS if supports else CONTRADICTS


def _messages(part: ClaimPart, shown: Sequence[EvidenceSentence]) -> Messages:
    return load_prompt(_PROMPT).render(
        claim=neutral(one_line(part.text)),
        evidence="\n\n".join(_block(n, one) for n, one in enumerate(shown, start=1)),
    )


def _block(n: int, one: EvidenceSentence) -> str:
    """Write one sentence and what stands around it between tags that their own words cannot contain."""
    title = one.header.partition("\n")[0]
    about = ", ".join(filter(None, ("" if instructs(title) else title, one.date)))
    before, _, after = one.around.partition(one.text) if _shows_around(one) else ("", "", "")
    lines = (("Document", about), ("Before", before), ("Sentence", one.text), ("After", after))
    body = "\n".join(f"{what}: {neutral(one_line(text))}" for what, text in lines if text.strip())
    return f'<evidence n="{n}">\n{body}\n</evidence>'


def _shows_around(one: EvidenceSentence) -> bool:
    return one.text in one.around and len(one.around) <= LONGEST_SHOWN and not instructs(one.around)
