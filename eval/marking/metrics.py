"""Retrieval metrics: how high in a ranking the right paragraphs, or documents, stand.

The figures are ir_measures', which asks trec_eval. BEIR's tables come from there too, so that ours can be laid beside
them: nDCG takes a grade itself as the gain, as trec_eval does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from app.errors import BadInput
from ingest.errors import SanghoError

if TYPE_CHECKING:
    from ir_measures import Measure

By = Literal["paragraph", "document"]
GoldPlace = tuple[str, int | None]  # doc_id, paragraph number; None: the whole document
Gold = Mapping[GoldPlace, int] | Collection[GoldPlace]  # a mapping gives each place its grade
Row = Sequence[Any]  # doc_id, first paragraph, last paragraph, score

_KINDS: Final[Mapping[str, str]] = {
    "nDCG": "how near the {units} found among the first {k} come to the best order of them, 0 to 1",
    "Recall": "the share of the right {units} that stand among the first {k}",
    "MRR": "1 / rank of the first right {unit}; 0 where it is not among the first {k}",
    "Precision": "the share of the first {k} {units} that are right",
    "Success": "1 where a right {unit} is among the first {k}, otherwise 0",
}
_BY_DOCUMENT: Final = " by document"
_NAME: Final = re.compile(rf"({'|'.join(_KINDS)})@([1-9][0-9]{{0,3}})({_BY_DOCUMENT})?")


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a ranking; more of it is better, from 0 to 1.

    Attributes:
        kind: "nDCG", "Recall", "MRR", "Precision" or "Success".
        cutoff: how many of the first paragraphs, or documents, are looked at.
        by: what is counted.
    """

    kind: str
    cutoff: int
    by: By

    @property
    def name(self) -> str:
        """What it is called, such as `Recall@5 by document`."""
        return f"{self.kind}@{self.cutoff}{_BY_DOCUMENT if self.by == 'document' else ''}"

    @property
    def meaning(self) -> str:
        """What a person is told that it is."""
        return _KINDS[self.kind].format(k=self.cutoff, unit=self.by, units=f"{self.by}s")


def metric_named(name: str) -> Metric:
    """Return the metric of a name: a kind, @, how many of the first count, and " by document" or nothing.

    Raises:
        BadInput: there is none of that name.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        kinds = ", ".join(f"{kind}@10" for kind in _KINDS)
        raise BadInput(
            f"There is no metric {name[:80]!r}.",
            f'Name one of {kinds}, with any number from 1 to 9999, and " by document" behind it if you like.',
        )
    return Metric(match[1], int(match[2]), "document" if match[3] else "paragraph")


_OF_PARAGRAPHS: Final = ("nDCG@10", "Recall@1", "Recall@5", "Recall@20", "MRR@10")
METRICS: Final[tuple[Metric, ...]] = tuple(
    metric_named(name + suffix) for suffix in ("", _BY_DOCUMENT) for name in _OF_PARAGRAPHS
)


def marks_of_ranking(
    ranking: Sequence[Row], gold: Gold, by: By = "paragraph", metrics: Iterable[Metric] = METRICS
) -> dict[str, float]:
    """Return the metrics of one ranking by their names.

    A passage stands for its paragraphs, in their order, and each paragraph counts once, where it comes first: the
    ranks are those of a person who reads on paragraph by paragraph. So rankings of short passages and of long ones
    can be compared. A document counts where the first of its passages comes.

    Args:
        ranking: `[doc_id, first, last, score]`, best first; the order counts, not the scores. Empty: everything is 0.
        gold: the right places, perhaps with grades (1 without); those with a grade of 0 or less are not right.
        by: what is counted; a document's grade is the best of its places'.
        metrics: those of the other kind are left out.

    Returns:
        Nothing where the metrics are not defined: no place is right, or paragraphs are counted and a whole document
        is among the right ones.

    Raises:
        ValueError: a passage ends before it begins.
    """
    right = _grades(gold, by)
    wanted = [metric for metric in metrics if metric.by == by]
    if not right or not wanted or (by == "paragraph" and any(number is None for _, number in right)):
        return {}
    units = list(dict.fromkeys(_units(ranking, by)))
    # Numbers instead of names: what a document is called never reaches the C code.
    numbers = {unit: str(number) for number, unit in enumerate(dict.fromkeys([*units, *right]))}
    qrels = {"q": {numbers[unit]: grade for unit, grade in right.items()}}
    run = {"q": {numbers[unit]: float(len(units) - rank) for rank, unit in enumerate(units)}}
    return _measured(wanted, qrels, run)


def _grades(gold: Gold, by: By) -> dict[GoldPlace, int]:
    """Return the grades of what is right, as units of one kind."""
    places = gold if isinstance(gold, Mapping) else dict.fromkeys(gold, 1)
    grades: dict[GoldPlace, int] = {}
    for (doc_id, number), grade in places.items():
        unit = (doc_id, None if by == "document" else number)
        if grade > 0:
            grades[unit] = max(grade, grades.get(unit, 0))
    return grades


def _units(ranking: Sequence[Row], by: By) -> Iterator[GoldPlace]:
    for doc_id, first, last, _ in ranking:
        if first > last:
            raise ValueError(f"A passage of {doc_id} begins at paragraph {first} and ends at {last}.")
        if by == "document":
            yield doc_id, None
        else:
            yield from ((doc_id, number) for number in range(first, last + 1))


def _measured(
    metrics: Sequence[Metric], qrels: dict[str, dict[str, int]], run: dict[str, dict[str, float]]
) -> dict[str, float]:
    """Return what ir_measures says of one query."""
    ir_measures = library()
    measures = {metric.name: _measure(metric) for metric in metrics}
    values = {one.measure: float(one.value) for one in ir_measures.iter_calc(list(measures.values()), qrels, run)}
    return {name: values[measure] for name, measure in measures.items()}


def library() -> Any:
    """Return ir_measures, which is not installed everywhere: its trec_eval has no wheel for Linux on ARM.

    Raises:
        SanghoError: it is not there; says how to get it.
    """
    try:
        import ir_measures
    except ImportError as error:
        raise SanghoError(
            "The measures of rankings need ir-measures, which is not installed.",
            "Run: pip install ir-measures (on Linux on ARM that needs a C compiler), or leave rankings out: "
            "--tasks claim",
        ) from error
    return ir_measures


def _measure(metric: Metric) -> Measure:
    ir_measures = library()
    kinds = {
        "nDCG": ir_measures.nDCG,
        "Recall": ir_measures.R,
        "MRR": ir_measures.RR,
        "Precision": ir_measures.P,
        "Success": ir_measures.Success,
    }
    measure: Measure = kinds[metric.kind] @ metric.cutoff
    return measure
