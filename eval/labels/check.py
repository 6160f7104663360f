"""Check every label of the golden set mechanically: what can be told without reading.

    python -m eval.labels [--data DIR] [--corpus DIR] [--sources DIR]

Problems are told by id and place, never with an item's words, so that nobody reads the test split by checking it.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final, TypeVar

from app.errors import BadInput
from app.settings import BUNDLED_CORPUS
from eval.datasets import DATA, Place, Split, load_claims, load_questions, load_sentence_kinds
from eval.labels.places import Texts, read_texts
from eval.labels.rules import SPLITS, Golden, broken_rules, documents_of
from ingest.errors import SanghoError

SOURCES: Final = Path(__file__).resolve().parents[3] / "shared" / "sources"
_Label = TypeVar("_Label")


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking found.

    Attributes:
        problems: what must be mended, a line each.
        notes: what a person should know: what was counted, what could not be checked, which splits share documents.
    """

    problems: tuple[str, ...]
    notes: tuple[str, ...]


def load_golden(folder: Path = DATA) -> Golden:
    """Read the golden set.

    Raises:
        BadInput: a file is missing, or holds a line that is none of its kind; says which file.
    """
    return Golden(
        {split: _read(load_questions, split, folder, "questions") for split in SPLITS},
        {split: _read(load_claims, split, folder, "claims") for split in SPLITS},
        {split: _read(load_sentence_kinds, split, folder, "sentence-kinds") for split in SPLITS},
    )


def _read(load: Callable[[Split, Path], list[_Label]], split: Split, folder: Path, name: str) -> list[_Label]:
    try:
        return load(split, folder)
    except (OSError, KeyError, TypeError, ValueError) as error:
        path = folder / f"{name}-{split}.jsonl"
        raise BadInput(f"{path} cannot be read: {type(error).__name__}: {error}.", "Mend the file.") from error


def check_labels(golden: Golden, texts: Texts) -> Checked:
    """Check a golden set against the documents that it is about.

    Args:
        golden: what is checked.
        texts: the documents; facts are looked up in originals only, as far as these are at hand.
    """
    problems = list(broken_rules(golden))
    problems += [
        f"{question.id}: its fact {number} does not stand in {_told(place)}."
        for question in golden.all_questions
        for number, fact in enumerate(question.facts, start=1)
        for place in sorted(fact.gold)
        if fact.wordings and not texts.problem(place) and not texts.gives(fact, place)
    ]
    named = {(question.id, place) for question in golden.all_questions for place in question.gold}
    named |= {(claim.id, place) for claim in golden.all_claims for place in claim.evidence}
    whys = ((name, place, texts.problem(place)) for name, place in sorted(named))
    problems += [f"{name} names {_told(place)}: {why}." for name, place, why in whys if why]
    return Checked(tuple(problems), (*_counts(golden), *_shared(golden), *_out_of_reach(named, texts)))


def _told(place: Place) -> str:
    return f"{place[0]} ¶{place[1]}"


def _counts(golden: Golden) -> Iterator[str]:
    for split in SPLITS:
        questions, claims = golden.questions.get(split, ()), golden.claims.get(split, ())
        for what, counted in (
            (f"{len(questions)} questions", Counter(one.outcome for one in questions)),
            (f"{len(claims)} claims", Counter(one.verdict for one in claims)),
        ):
            yield f"{split}: {what} ({', '.join(f'{name} {count}' for name, count in sorted(counted.items()))})."


def _shared(golden: Golden) -> Iterator[str]:
    """Say which documents have questions in two splits: there they cannot all be kept apart."""
    by_split = {split: documents_of(questions) for split, questions in golden.questions.items()}
    for (first, held), (second, other) in combinations(by_split.items(), 2):
        shared = sorted(held & other)
        yield f"{len(shared)} of {len(held | other)} documents have questions in both {first} and {second}."
        yield from (f"  {doc_id}" for doc_id in shared)


def _out_of_reach(named: Collection[tuple[str, Place]], texts: Texts) -> Iterator[str]:
    doc_ids = {place[0] for _, place in named}
    for what, held in (("digest", texts.digests), ("original", texts.originals)):
        if lacking := sorted(doc_ids - held.keys()):
            yield f"{len(lacking)} of {len(doc_ids)} documents could not be looked at as {what}s."


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the golden set and print what was found; return 1 where something must be mended."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.labels", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="folder of the golden set")
    parser.add_argument("--corpus", type=Path, default=BUNDLED_CORPUS, metavar="DIR", help="folder of the digests")
    parser.add_argument("--sources", type=Path, default=SOURCES, metavar="DIR", help="folder of the originals, if held")
    options = parser.parse_args(arguments)
    try:
        golden = load_golden(options.data)
        wanted = documents_of(golden.all_questions) | documents_of(golden.all_claims)
        checked = check_labels(golden, read_texts(options.corpus, options.sources, wanted))
    except SanghoError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.writelines(f"{line}\n" for line in (*checked.notes, *checked.problems))
    sys.stdout.write(f"{len(checked.problems)} {'problem' if len(checked.problems) == 1 else 'problems'}.\n")
    return 1 if checked.problems else 0
