"""Compare a claim's amounts with a sentence's: those that the sentence gives otherwise, and those it does not give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from app.claims.amounts import Amount, read_amounts
from app.claims.readings import Pair, Reading, clauses, distinctive, named_countries
from app.claims.results import Difference

_LIKE: Final = 0.01
_SCALE: Final = 1000
_SOME: Final = 0.3  # part of a claim's words
_QUALIFIES: Final = frozenset("ai new usa korea lead joint intern million billion percent year month state".split())
_SCALES: Final = frozenset(("million", "billion", "percent"))
_WHOLE: Final = re.compile(r"\b(?:together|in all|in total|altogether|combined|total(?:s|l?ing)?|overall)\b", re.I)
_BESIDES: Final = re.compile(r"\b(?:also|additional|another|further) ", re.I)
_MUCH: Final = 0.4  # part of a claim's words
_FAR: Final = 25.0  # of the differences found on dev, those that were any hardly exceeded four
_IS_THE_NUMBER: Final = re.compile(
    r"\s+(?:is|was|are|were)\s+(?:the|its|their)\s+(?:number|count|total|sum)\s+of\b", re.I
)
_MOST_DERIVED: Final = 8  # amounts of one measure that sums are tried of


def number_differences(pair: Pair) -> Iterator[Difference]:
    """Yield the amounts of a claim that the sentence excludes, each with the sentence's own amount of that slot."""
    claimed = read_amounts(pair.claim.text)
    held = read_amounts(pair.source.text) if claimed else ()
    if not held:
        return
    free = [other for other in held if not any(_same(amount, other) for amount in claimed)]
    for amount in claimed:
        other = _counterpart(pair, amount, free, held, claimed)
        if other is not None:
            yield pair.difference("number", amount.shown, other.shown)


def is_given(amount: Amount, held: Sequence[Amount]) -> bool:
    """Whether an amount stands among others, in whatever way it is written, or follows from two of them."""
    return any(_same(amount, other) for other in held) or _derives(amount, held)


def _same(amount: Amount, other: Amount) -> bool:
    if not _comparable(amount, other) or _rates_differ(amount, other):
        return False
    return amount.agrees(other) and not _misscaled(amount, other)


def _comparable(amount: Amount, other: Amount) -> bool:
    return amount.measure == other.measure


def _rates_differ(amount: Amount, other: Amount) -> bool:
    return bool(amount.rate and other.rate and amount.rate != other.rate)


def _counterpart(
    pair: Pair, amount: Amount, free: Sequence[Amount], held: Sequence[Amount], claimed: Sequence[Amount]
) -> Amount | None:
    """Return the sentence's amount in the slot of a claim's, where it is another."""
    if _bare(amount) or any(_same(amount, other) for other in held):
        return None
    if any(a.measure == "%" and _like(a.value / 100 * amount.value, o.value) for a in claimed for o in held):
        return None  # "half of the full $7,500"
    # The same value under another scale, bound, unit or rate is in the same slot whatever its words are.
    for other in free:
        turned = _misscaled(amount, other) or (_turned(amount, other) and bool(pair.shared))
        if turned and not _other_case(pair, amount, held):
            return other
    if any(amount.equals(other) for other in free) and _other_case(pair, amount, held):
        return None
    of_measure = [o for o in free if _comparable(amount, o) and not _bare(o) and not _unscaled(amount, o)]
    fitting = [other for other in of_measure if _aligned(pair, amount, other, of_measure, held)]
    if not fitting or _is_given_around(pair, amount, held):
        return None
    return max(fitting, key=lambda other: pair.near(amount.span, other.span))


def _like(one: float, other: float) -> bool:
    return abs(one - other) <= _LIKE * max(abs(one), abs(other))


def _is_given_around(pair: Pair, amount: Amount, held: Sequence[Amount]) -> bool:
    """Whether an amount stands in the sentence's surroundings or follows from them; a limit only as it is.

    A count follows from the sentence's own alone: some two of a paragraph's small numbers add up to nearly any other.
    """
    around = read_amounts(pair.around)
    if amount.bound in ("<", ">"):
        return any(amount.equals(other) for other in around)
    if not amount.measure:
        return _derives(amount, held) or any(_same(amount, other) for other in around)
    return is_given(amount, (*held, *around))


def _turned(amount: Amount, other: Amount) -> bool:
    if amount.measure == other.measure and amount.equals(other):
        return amount.bound != other.bound or _rates_differ(amount, other)
    return {amount.measure, other.measure} == {"%", "pp"} and abs(amount.value - other.value) < _LIKE


def _misscaled(amount: Amount, other: Amount) -> bool:
    """Whether one is the other with another scale: "$1.7 million" for "$1.7 billion"."""
    low, high = sorted((amount.value, other.value))
    powers = [power for power in (1, 2) if _like(low * _SCALE**power, high)]
    return _comparable(amount, other) and low >= _SCALE and bool(powers)


def _other_case(pair: Pair, amount: Amount, held: Sequence[Amount]) -> bool:
    """Whether the sentence is of another case: "$7,500 below 14,000 pounds" leaves "$40,000 from there on" open."""
    others = [a for a in read_amounts(pair.claim.text) if a.measure not in (amount.measure, "th")]
    return any(not any(a.equals(b) for b in held) for a in others)


def _unscaled(amount: Amount, other: Amount) -> bool:
    """Whether one may be the other without its scale: "$2 to 3 billion", or a misprint like "$160 billon"."""
    low, high = sorted((amount.value, other.value))
    return 0 < low < _SCALE and any(abs(high - low * _SCALE**power) <= _LIKE * high for power in (1, 2, 3, 4))


def _bare(amount: Amount) -> bool:
    """Whether it is a small count, which says how many of something only if that is named: "two"."""
    return not amount.measure and amount.value < 3 and not amount.bound


def _aligned(pair: Pair, amount: Amount, other: Amount, rivals: Sequence[Amount], held: Sequence[Amount]) -> bool:
    near = pair.near(amount.span, other.span)
    rivals = _of_same_actor(pair, amount, rivals)
    alone = len(rivals) == 1
    if other not in rivals:
        return False
    if _of_others(pair) or _of_a_sum(pair) or _of_another(pair, other) or _far_apart(amount, other):
        return False
    if pair.clear and not pair.abroad:
        return _aligned_clearly(pair, amount, other, near, alone=alone)
    if (
        near < (1 if pair.named else 2)
        and not pair.abroad
        and pair.coverage < _SOME
        and not _named_alike(pair, amount, other)
    ):
        return False
    if pair.abroad:
        if amount.measure == "" and alone and pair.shared.intersection(pair.source.behind(other.span[1], 2)):
            return True
        return alone and pair.akin and sum(_comparable(amount, x) for x in held) == 1
    if amount.measure in ("", "th"):
        return _same_thing(pair, amount, other) and bool(near if alone else near > 1)
    if amount.measure == "time":
        return _same_use(pair, amount, other) and (near >= 1 and len(pair.shared) >= 2 if alone else near > 1)
    if amount.measure == "%" and near:
        return True if alone else near > 1
    return (near > 0 and len(pair.shared) > 1) if alone else near > 1


def _of_same_actor(pair: Pair, amount: Amount, rivals: Sequence[Amount]) -> Sequence[Amount]:
    """Return the one amount before which the claim's countries are named, where others are named before the rest.

    "South Korea invests $1.7 billion, while American investors direct $2 billion": each is somebody's own.
    """
    own = _named_before(pair.claim.text, amount)
    named = [(other, _named_before(pair.source.text, other)) for other in rivals]
    if not own or not all(before for _, before in named):
        return rivals
    same = [other for other, before in named if before == own]
    return same if len(same) == 1 else rivals


def _named_before(text: str, amount: Amount) -> frozenset[str]:
    """Return the countries that an amount's clause names before it."""
    start = next((start for start, end in clauses(text) if start <= amount.span[0] < end), 0)
    return named_countries(text[start : amount.span[0]])


def _aligned_clearly(pair: Pair, amount: Amount, other: Amount, near: int, *, alone: bool) -> bool:
    """Whether two amounts are of the same in a sentence that clearly is the one: what they count has one name."""
    if amount.measure in ("", "th"):
        return _one_name(pair, amount, other) or (_named_alike(pair, amount, other) and (alone or near > 1))
    return alone or near > 1


def _named_alike(pair: Pair, amount: Amount, other: Amount) -> bool:
    """Whether the words right behind two counts have a distinctive one in common."""
    return bool(distinctive(_counted(pair.claim, amount) & _counted(pair.source, other)))


def _counted(reading: Reading, amount: Amount) -> set[str]:
    behind = set(reading.behind(amount.span[1], 3))
    match = _IS_THE_NUMBER.match(reading.text, amount.span[1])
    return behind | (set(reading.behind(match.end(), 3)) if match else set())


def _one_name(pair: Pair, amount: Amount, other: Amount) -> bool:
    """Whether what is counted has one name, be it a common one: "seven AI companies" and "15 leading AI companies"."""
    return bool((_counted(pair.claim, amount) & _counted(pair.source, other)) - _QUALIFIES)


def _far_apart(amount: Amount, other: Amount) -> bool:
    """Whether one is so many times the other that it must be of another thing: a price and a programme."""
    low, high = sorted((amount.value, other.value))
    return amount.measure != "time" and high > low * _FAR


def _of_a_sum(pair: Pair) -> bool:
    """Whether one side speaks of a whole and the other of something besides: "together", "also includes"."""
    return bool(_WHOLE.search(pair.claim.text)) != bool(_WHOLE.search(pair.source.text)) or bool(
        _BESIDES.search(pair.source.text)
    )


def _of_another(pair: Pair, other: Amount) -> bool:
    """Whether the amount's clause names countries, but none of the claim's."""
    claimed = named_countries(pair.claim.text)
    if not claimed or other.measure not in ("", "$", "₩", "%"):
        return False
    start, end = next((s for s in clauses(pair.source.text) if s[0] <= other.span[0] < s[1]), (0, 0))
    held = named_countries(pair.source.text[start:end])
    return bool(held) and not claimed & held


def _of_others(pair: Pair) -> bool:
    """Whether the sentence and its surroundings name countries, but none of the claim's."""
    claimed = named_countries(pair.claim.text)
    held = named_countries(pair.source.text) or named_countries(pair.around)
    return bool(claimed and held) and not claimed & (held | named_countries(pair.header))


def _same_thing(pair: Pair, amount: Amount, other: Amount) -> bool:
    """Whether two counts are of things of the same name, within the next words."""
    claimed = set(pair.claim.behind(amount.span[1], 3))
    held = set(pair.source.behind(other.span[1], 3))
    if _one_name(pair, amount, other) and pair.coverage >= _MUCH:
        return True
    return bool(distinctive(claimed & held)) or (bool(claimed & held - _SCALES) and bool(pair.shared))


def _same_use(pair: Pair, amount: Amount, other: Amount) -> bool:
    """Whether two lengths of time are used alike: both as deadlines, or with the same bound."""
    return amount.bound == other.bound or "<" in (amount.bound, other.bound)


def _derives(amount: Amount, held: Sequence[Amount]) -> bool:
    """Whether an amount is the sum, difference, ratio or double of others."""
    values = list(dict.fromkeys(o.value for o in held if o.measure == amount.measure))[:_MOST_DERIVED]
    if amount.measure in ("x", "%"):
        ratios = [o for o in held if o.measure != "th"]
        for one, other in combinations(ratios[:_MOST_DERIVED], 2):
            if one.measure == other.measure and one.value and other.value and amount.measure == "x":
                ratio = max(one.value, other.value) / min(one.value, other.value)
                if _near(ratio, amount, 0.05):
                    return True
    if amount.measure in ("th", "x"):
        return False
    sums = {a + b for a, b in combinations(values, 2)} | {abs(a - b) for a, b in combinations(values, 2)}
    if len(values) > 1:
        sums.add(sum(values))
    return any(_near(value, amount, _LIKE) for value in sums)


def _near(value: float, amount: Amount, slack: float) -> bool:
    return amount.low * (1 - slack) <= value <= amount.high * (1 + slack) and (
        bool(amount.bound) or abs(value - amount.value) <= slack * max(value, amount.value)
    )
