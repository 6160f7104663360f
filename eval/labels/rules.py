"""What every label of the golden set must keep to, whatever the documents say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, get_args

from app.audit.results import KINDS
from app.claims.results import VERDICTS
from app.results import Outcome
from eval.datasets import Claim, Question, SentenceKindLabel, Split, normalised

SPLITS: Final[tuple[Split, ...]] = get_args(Split)
LANGUAGES: Final = ("en", "ko")
QUESTION_KINDS: Final = "factual list comparison change not_in_sources false_premise off_topic".split()
CLAIM_KINDS: Final = (
    "paraphrase list compound attribution number date actor negation quantifier modality direction bound near_miss "
    "off_document near_verbatim state"
).split()
QUESTIONS, UNANSWERABLE, CLAIMS = 240, 60, 300  # the fewest of each, in all splits together


@dataclass(frozen=True, slots=True)
class Golden:
    """The golden set.

    Attributes:
        questions, claims, sentences: by split.
    """

    questions: Mapping[Split, Sequence[Question]]
    claims: Mapping[Split, Sequence[Claim]]
    sentences: Mapping[Split, Sequence[SentenceKindLabel]]

    @property
    def all_questions(self) -> list[Question]:
        """The questions of all splits."""
        return [question for split in self.questions.values() for question in split]

    @property
    def all_claims(self) -> list[Claim]:
        """The claims of all splits."""
        return [claim for split in self.claims.values() for claim in split]


def broken_rules(golden: Golden) -> Iterator[str]:
    """Yield what must be mended, a line each: by ids, never with an item's words."""
    for rule in (_ids, _questions, _claims, _sentences, _enough):
        yield from rule(golden)


def _ids(golden: Golden) -> Iterator[str]:
    """Tell ids, and questions or claims, that are there twice."""
    sentences = [sentence for split in golden.sentences.values() for sentence in split]
    items: list[Question | Claim | SentenceKindLabel] = [*golden.all_questions, *golden.all_claims, *sentences]
    ids = Counter(one.id for one in items)
    yield from (f"The id {name!r} is there {count} times." for name, count in ids.items() if count > 1)
    yield from (f"There is an item without an id ({count})." for name, count in ids.items() if not name.strip())
    asked: dict[tuple[str, ...], list[str]] = {}
    for question in golden.all_questions:
        asked.setdefault((*map(normalised, question.history), normalised(question.question)), []).append(question.id)
    for claim in golden.all_claims:
        asked.setdefault(("claim", normalised(claim.claim)), []).append(claim.id)
    yield from (f"{' and '.join(names)} say the same." for names in asked.values() if len(names) > 1)


def _questions(golden: Golden) -> Iterator[str]:
    """Tell questions whose labels do not fit together."""
    for one in golden.all_questions:
        if one.kind not in QUESTION_KINDS or one.outcome not in get_args(Outcome) or one.language not in LANGUAGES:
            yield f"{one.id} has kind {one.kind!r}, outcome {one.outcome!r}, language {one.language!r}."
        if not normalised(one.question).strip():
            yield f"{one.id} asks nothing."
        if bool(one.facts) != (one.outcome != "not_in_sources"):
            yield f"{one.id} has {len(one.facts)} facts and the outcome {one.outcome}."
        for number, fact in enumerate(one.facts, start=1):
            if not fact.gold or not fact.wordings or not all(normalised(wording).strip() for wording in fact.wordings):
                yield f"{one.id}: its fact {number} lacks a wording or a paragraph."
        if (one.kind == "false_premise") != (one.outcome == "sources_say_otherwise"):
            yield f"{one.id} is of the kind {one.kind} and has the outcome {one.outcome}."


def _claims(golden: Golden) -> Iterator[str]:
    """Tell claims whose labels do not fit together."""
    for one in golden.all_claims:
        if one.kind not in CLAIM_KINDS or one.verdict not in VERDICTS or one.language not in LANGUAGES:
            yield f"{one.id} has kind {one.kind!r}, verdict {one.verdict!r}, language {one.language!r}."
        if not normalised(one.claim).strip():
            yield f"{one.id} claims nothing."
        if one.verdict != "not_in_sources" and not one.evidence:
            yield f"{one.id} is {one.verdict} and names no paragraph."
    by_split = {split: documents_of(claims) for split, claims in golden.claims.items()}
    for (first, held), (second, other) in combinations(by_split.items(), 2):
        yield from (f"{doc_id} has claims in both {first} and {second}." for doc_id in sorted(held & other))


def _sentences(golden: Golden) -> Iterator[str]:
    """Tell sentences of an unknown kind, and articles that are in two splits."""
    for split in golden.sentences.values():
        yield from (f"{one.id} has the kind {one.kind!r}." for one in split if one.kind not in KINDS)
    articles = {split: {one.article for one in sentences} for split, sentences in golden.sentences.items()}
    for (first, held), (second, other) in combinations(articles.items(), 2):
        yield from (f"The article {name!r} is in both {first} and {second}." for name in sorted(held & other))


def _enough(golden: Golden) -> Iterator[str]:
    """Tell what there is too little of."""
    questions, claims = golden.all_questions, golden.all_claims
    unanswerable = sum(question.outcome != "answered" for question in questions)
    for what, count, least in (
        ("questions", len(questions), QUESTIONS),
        ("questions that cannot be answered", unanswerable, UNANSWERABLE),
        ("claims", len(claims), CLAIMS),
    ):
        if count < least:
            yield f"There are {count} {what}; {least} are the fewest."
    for split in SPLITS:
        asked, claimed = golden.questions.get(split, ()), golden.claims.get(split, ())
        kinds = {question.kind for question in asked} | ({"follow-up"} if any(one.history for one in asked) else set())
        languages = {question.language for question in asked}
        yield from _missing(f"{split}: no question is", {*QUESTION_KINDS, "follow-up", *LANGUAGES}, kinds | languages)
        yield from _missing(
            f"{split}: no claim is",
            {*VERDICTS, *LANGUAGES},
            {c.verdict for c in claimed} | {c.language for c in claimed},
        )


def _missing(what: str, wanted: Collection[str], held: Collection[str]) -> Iterator[str]:
    yield from (f"{what} {name}." for name in sorted(set(wanted) - set(held)))


def documents_of(items: Sequence[Question] | Sequence[Claim]) -> set[str]:
    """Return the documents that labels rest on."""
    places = (one.gold if isinstance(one, Question) else one.evidence for one in items)
    return {doc_id for held in places for doc_id, _ in held}
