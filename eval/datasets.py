"""Question sets: what is asked, which outcome is right, what a right answer must contain. Claim sets: what is so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from app.audit.results import SentenceKind
from app.results import Outcome

DATA: Final = Path(__file__).with_name("data")
Split = Literal["dev", "test"]
Verdict = Literal["supported", "contradicted", "not_in_sources"]
Place = tuple[str, int]  # doc_id, paragraph number


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a right answer must contain.

    Attributes:
        wordings: any one of them; the first stands letter by letter in every gold paragraph.
        gold: the paragraphs that give it; any one suffices.
    """

    wordings: tuple[str, ...]
    gold: frozenset[Place]

    def stands_in(self, text: str) -> bool:
        """Return whether one of the wordings stands in a text, whatever its case, quotes and spaces."""
        plain = normalised(text)
        return any(normalised(wording) in plain for wording in self.wordings)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set.

    Attributes:
        kind: factual, list, comparison, change, not_in_sources, false_premise or off_topic.
        history: earlier questions of the conversation, oldest first.
        facts: empty exactly when the right outcome is `not_in_sources`.
    """

    id: str
    kind: str
    language: str
    question: str
    history: tuple[str, ...]
    outcome: Outcome
    facts: tuple[Fact, ...]

    @property
    def gold(self) -> frozenset[Place]:
        """Every paragraph that gives one of the facts."""
        return frozenset(place for fact in self.facts for place in fact.gold)


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of a set, over the originals.

    Attributes:
        kind: paraphrase, list, compound, attribution; what was changed in a contradicted one (number, date, actor,
            negation, quantifier, modality, direction, bound); near_miss or off_document.
        verdict: what the sources say of it; two people read it, one of them without knowing the other's label.
        evidence: the paragraphs that decide it; for `not_in_sources` the nearest ones, or none.
    """

    id: str
    claim: str
    verdict: Verdict
    language: str
    kind: str
    evidence: frozenset[Place]


@dataclass(frozen=True, slots=True)
class SentenceKindLabel:
    """One sentence of a made-up article, and what kind it is.

    Attributes:
        article: a name for the article; none has sentences in both splits.
        before: the sentence before it in that article; empty for the first.
    """

    id: str
    article: str
    language: str
    before: str
    sentence: str
    kind: SentenceKind


def normalised(text: str) -> str:
    """Return text with case, kinds of quotation mark, and white space folded."""
    straight = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    return re.sub(r"\s+", " ", straight).casefold()


def load_questions(split: Split, folder: Path = DATA) -> list[Question]:
    """Return the questions of a split, in file order."""
    return list(_read(folder / f"questions-{split}.jsonl"))


def load_claims(split: Split, folder: Path = DATA) -> list[Claim]:
    """Return the claims of a split, in file order; no document has claims in both splits."""
    lines = (folder / f"claims-{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [_claim(json.loads(line)) for line in lines]


def load_sentence_kinds(split: Split, folder: Path = DATA) -> list[SentenceKindLabel]:
    """Return the labelled sentences of a split, in file order; no article has sentences in both splits."""
    lines = (folder / f"sentence-kinds-{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [SentenceKindLabel(**json.loads(line)) for line in lines]


def _claim(values: dict[str, Any]) -> Claim:
    places = ((one["doc_id"], number) for one in values["evidence"] for number in one["paragraphs"])
    names = ("id", "claim", "verdict", "language", "kind")
    return Claim(**{name: values[name] for name in names}, evidence=frozenset(places))


def _read(path: Path) -> Iterator[Question]:
    for line in path.read_text(encoding="utf-8").splitlines():
        values = json.loads(line)
        facts = tuple(
            Fact(tuple(fact["wordings"]), frozenset((doc_id, number) for doc_id, number in fact["gold"]))
            for fact in values["facts"]
        )
        yield Question(
            id=values["id"],
            kind=values["kind"],
            language=values["language"],
            question=values["question"],
            history=tuple(values["history"]),
            outcome=values["outcome"],
            facts=facts,
        )
