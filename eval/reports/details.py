"""Write the details of an item, as one run or two gave it, as JSON for the report's page.

Items come from files that anybody can have written: what is not of the form that it should have is left out, and
every text is made plain, so that nothing in it hides or reorders what stands beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeGuard

from app.claims.labels import ENGLISH_CLAIMS
from app.escape import plain
from app.labels import ENGLISH
from eval.datasets import Fact
from eval.items import Item
from eval.marking.gold import LONGEST

SHOWN_PASSAGES: Final = 10
CRASHED: Final = "crashed"

_SUMMARY: Final = "Sangho’s summary of ¶{paragraph}: {quote}"
_UNSAFE: Final = {ord(one): f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"}  # what could end the block, or a line

Place = tuple[str, int | None]  # doc_id, paragraph; None: the whole document


@dataclass(slots=True)
class Names:
    """Names that details refer to by number, in the order of their first use."""

    numbers: dict[str, int] = field(default_factory=dict)
    size: int = 0  # bytes, about

    def number(self, name: str) -> int:
        """Return a name's number, from 0; names that look alike once they are plain have the same one."""
        name = plain(name)
        if name not in self.numbers:
            self.numbers[name] = len(self.numbers)
            self.size += len(name.encode()) + 3
        return self.numbers[name]

    @property
    def names(self) -> tuple[str, ...]:
        """The names, by number."""
        return tuple(self.numbers)


def details_of(held: Sequence[Item | None], documents: Names, marks: Names) -> dict[str, Any]:
    """Return what the details of an item say.

    Args:
        held: the item as each run has it, or None; one of them at least has it.
        documents: numbers of documents, which are added to.
        marks: numbers of marks, which are added to.

    Returns:
        `asked`, `history`, `groups`, `expected` (in words), `facts` (`wordings`, `found` by each run), `gold`
        (document, paragraph, text, rank by each run), `runs` (what each gave; once if all gave the same, and then
        `same` is true).
    """
    item = next(one for one in reversed(held) if one is not None)
    given = [_given(one, documents, marks) for one in held]
    same = len(given) > 1 and all(one == given[0] for one in given)
    return {
        "id": plain(item.id),
        "task": item.task,
        "asked": plain(item.asked),
        "history": [plain(text) for text in _texts(item.history)],
        "groups": {plain(str(name)): plain(str(value)) for name, value in item.groups.items()},
        "expected": expected_words(item),
        "facts": [_fact(wordings, held) for wordings in _lists(item.expected.get("facts"))],
        "gold": _gold(item, held, documents),
        "runs": given[:1] if same else given,
        "same": same,
    }


def expected_words(item: Item) -> str:
    """Return the right outcome or verdict in words; empty where there is none."""
    return words_for(item.expected.get("outcome") or item.expected.get("verdict"))


def given_words(item: Item | None) -> str:
    """Return the outcome or verdict that came in words; `CRASHED`; or empty where there is none."""
    if item is None:
        return ""
    return CRASHED if item.failed else words_for(item.given.get("outcome") or item.given.get("verdict"))


def encoded(value: object) -> str:
    """Return a value as JSON that neither ends the element it stands in nor begins another."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(_UNSAFE)


def words_for(name: object) -> str:
    """Return an outcome or a verdict in words; a name that is neither as it is, and anything else as nothing."""
    words: dict[Any, str] = {**ENGLISH_CLAIMS.verdicts, **ENGLISH.outcomes}
    return words.get(name, plain(name)) if isinstance(name, str) else ""


def _fact(wordings: Sequence[Any], held: Sequence[Item | None]) -> dict[str, Any]:
    fact = Fact(tuple(_texts(wordings)), frozenset())
    found = [None if one is None or one.failed else any(map(fact.stands_in, _said(one))) for one in held]
    return {"wordings": [plain(wording) for wording in fact.wordings], "found": found}


def _said(item: Item) -> list[str]:
    """Return what an answer says: its text, and its quotes."""
    return [str(item.given.get("answer") or ""), *(str(one.get("quote") or "") for one in _citations(item))]


def _gold(item: Item, held: Sequence[Item | None], documents: Names) -> list[list[Any]]:
    texts = next((found for one in held if one and (found := _texts(one.given.get("gold_texts")))), [])
    # By the number that each run's index has for a place: a digest may hold several paragraphs as one.
    ranks = [dict(zip(_gold_of(item), _ranks(_held(one, item), one), strict=True)) if one else {} for one in held]
    return [
        [documents.number(place[0]), place[1], _passage(texts[at]) if at < len(texts) else "", *_at(ranks, place)]
        for at, place in enumerate(_gold_of(item))
    ]


def _at(ranks: Sequence[Mapping[Place, int | None]], place: Place) -> list[list[int | None]]:
    return [[one.get(place) for one in ranks]]


def _gold_of(item: Item) -> list[Place]:
    """Return the gold places, each once and in order."""
    return _places(item.expected.get("gold"))


def _held(run: Item, item: Item) -> list[Place]:
    """Return the gold places as the run's index numbers them, where it says so."""
    gold, there = _gold_of(item), _lists(run.given.get("gold_held"))
    return [_place(one) or place for one, place in zip(there, gold, strict=True)] if len(there) == len(gold) else gold


def _places(value: object) -> list[Place]:
    return list(dict.fromkeys(place for one in _lists(value) if (place := _place(one))))


def _place(value: Sequence[Any]) -> Place | None:
    if len(value) < 2 or not (value[1] is None or isinstance(value[1], int)):
        return None
    return str(value[0]), value[1]


def _ranks(places: Sequence[Place], item: Item) -> list[int | None]:
    """Return at which rank each place was found, from 1; 0 where it was not, None where nothing was ranked."""
    ranking = _ranking(item)
    return [
        next((at for at, one in enumerate(ranking, start=1) if _covers(one, [place])), 0) if ranking else None
        for place in places
    ]


def _covers(passage: Sequence[Any], gold: Iterable[Place]) -> bool:
    doc_id, first, last = passage[:3]
    return any(doc_id == doc and (number is None or first <= number <= last) for doc, number in gold)


def _ranking(item: Item) -> list[Sequence[Any]]:
    return [
        passage
        for passage in _lists(item.given.get("ranking"))
        if len(passage) == 4
        and isinstance(passage[0], str)
        and all(isinstance(one, int) for one in passage[1:3])
        and _is_number(passage[3])
    ]


def _given(item: Item | None, documents: Names, marks: Names) -> dict[str, Any] | None:
    """Return what one run gave for an item; None where it does not have it."""
    if item is None:
        return None
    if item.failed:
        return {"failed": plain(item.failed), "answer": "", "citations": [], "ranking": [], "marks": []}
    gold, texts, confidence = _held(item, item), _texts(item.given.get("texts")), item.given.get("confidence")
    ranking = [
        [
            documents.number(passage[0]),
            *passage[1:3],
            f"{passage[3]:.3f}",
            _covers(passage, gold),
            _passage(texts[at]) if at < len(texts) else "",
        ]
        for at, passage in enumerate(_ranking(item)[:SHOWN_PASSAGES])
    ]
    return {
        "failed": "",
        "given": given_words(item),
        "confidence": f"{confidence:.2f}" if _is_number(confidence) else "",
        "answer": plain(str(item.given.get("answer") or "")),
        "citations": [_citation(one, gold, documents) for one in _citations(item)],
        "ranking": ranking,
        "marks": [[marks.number(name), f"{value:.3g}"] for name, value in item.marks.items() if _is_number(value)],
    }


def _citations(item: Item) -> list[Mapping[str, Any]]:
    found = item.given.get("citations")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list | tuple) else []


def _citation(one: Mapping[str, Any], gold: Sequence[Place], documents: Names) -> dict[str, Any]:
    doc_id, stances = str(one.get("doc_id", "")), dict[Any, str](ENGLISH_CLAIMS.stances)
    n, paragraph = (one.get(name) if isinstance(one.get(name), int) else None for name in ("n", "paragraph"))
    said = {
        "n": n,
        "doc": documents.number(doc_id),
        "title": plain(str(one.get("title") or "")),
        "date": plain(str(one.get("date") or "")),
        "quote": plain(_quote(one)),
        "stance": stances.get(str(one.get("stance")), ""),
        "gold": isinstance(paragraph, int) and _covers((doc_id, paragraph, paragraph), gold),
    }
    return {name: value for name, value in said.items() if value or name == "doc"} | {"paragraph": paragraph}


def _quote(one: Mapping[str, Any]) -> str:
    """Return a citation's words: an original's in quotation marks, a digest's named as a summary."""
    quote = str(one.get("quote") or "")
    if not quote or one.get("edition") not in ("original", "digest"):
        return quote
    if one["edition"] == "original":
        return f"“{quote}”"
    return _SUMMARY.format(paragraph=one.get("paragraph"), quote=quote)


def _passage(text: str) -> str:
    """Return a text that an item keeps, with a sign where it was cut off."""
    return f"{plain(text)}…" if len(text) >= LONGEST else plain(text)


def _lists(value: object) -> list[Sequence[Any]]:
    return [one for one in value if isinstance(one, list | tuple)] if isinstance(value, list | tuple) else []


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float)


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []
