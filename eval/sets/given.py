"""Public sets of claims with their evidence, as a judge is given them; read where they lie, none is part of Sangho.

SciFact (Wadden et al., 2020), Climate-FEVER (Diggelmann et al., 2020), KLUE-NLI (Park et al., 2021). Evidence has no
vectors, no dates, and counts as originals.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.claims.judge import ClaimPart, EvidenceSentence
from app.claims.results import Verdict
from app.results import Place
from eval.figures.resampling import clusters_of

_SCIFACT: Final[Mapping[str, Verdict]] = {"SUPPORT": "supported", "CONTRADICT": "contradicted", "": "not_in_sources"}
_FEVER: Final[Mapping[str, Verdict]] = {
    "SUPPORTS": "supported",
    "REFUTES": "contradicted",
    "NOT_ENOUGH_INFO": "not_in_sources",
}
_NLI: Final[Mapping[str, Verdict]] = {
    "entailment": "supported",
    "contradiction": "contradicted",
    "neutral": "not_in_sources",
}
_LARGEST_CELL: Final = 10_000_000  # characters
_STRING: Final = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


@dataclass(frozen=True, slots=True)
class Given:
    """A claim with its evidence.

    Attributes:
        evidence: in the order of its source.
        right: numbers, from 0, of the sentences that decide the claim; empty where none does, or nobody said which.
        cluster: claims with the same one share a source.
    """

    id: str
    part: ClaimPart
    evidence: tuple[EvidenceSentence, ...]
    verdict: Verdict
    right: frozenset[int]
    cluster: str


def scifact(folder: Path) -> list[Given]:
    """Return SciFact's dev claims, once for each abstract that a claim cites.

    Raises:
        OSError: `scifact.zip` is not in the folder.
    """
    with zipfile.ZipFile(folder / "scifact.zip") as archive:
        abstracts = {row["doc_id"]: row for row in _rows(archive, "corpus_train.csv")}
        rows = list(_rows(archive, "claims_validation.csv"))
    cited: dict[tuple[str, str], dict[str, str]] = {}
    right: dict[tuple[str, str], set[int]] = {}
    for row in rows:
        for doc_id in re.findall(r"\d+", row["cited_doc_ids"]):
            pair = (row["id"], doc_id)
            cited.setdefault(pair, {"claim": row["claim"], "label": ""})
            if doc_id == row["evidence_doc_id"]:  # one row for each set of sentences that suffices
                cited[pair]["label"] = row["evidence_label"]
                right.setdefault(pair, set()).update(map(int, re.findall(r"\d+", row["evidence_sentences"])))
    clusters = clusters_of([(f"claim {claim_id}", doc_id) for claim_id, doc_id in cited])
    return [
        Given(
            id=f"{pair[0]}/{pair[1]}",
            part=_part(held["claim"], "en"),
            evidence=_following(pair[1], abstracts[pair[1]]["title"], strings_in(abstracts[pair[1]]["abstract"])),
            verdict=_SCIFACT[held["label"]],
            right=frozenset(right.get(pair, ())),
            cluster=cluster,
        )
        for (pair, held), cluster in zip(cited.items(), clusters, strict=True)
    ]


def climate_fever(folder: Path) -> list[Given]:
    """Return Climate-FEVER's claims that are not disputed.

    Raises:
        OSError: `climate-fever.jsonl` is not in the folder.
    """
    lines = (folder / "climate-fever.jsonl").read_text(encoding="utf-8").splitlines()
    return [_fever(row) for row in map(json.loads, lines) if row["claim_label"] in _FEVER]


def klue_nli(folder: Path) -> list[Given]:
    """Return the pairs of KLUE-NLI's dev set.

    Raises:
        OSError: `klue-nli-v1.1_dev.json` is not in the folder.
    """
    rows = json.loads((folder / "klue-nli-v1.1_dev.json").read_text(encoding="utf-8"))
    return [
        Given(
            id=row["guid"],
            part=_part(row["hypothesis"], "ko"),
            evidence=(_sentence(row["guid"], 1, row["premise"]),),
            verdict=_NLI[row["gold_label"]],
            right=frozenset(),
            cluster=row["premise"],
        )
        for row in rows
    ]


SETS: Final[Mapping[str, Callable[[Path], list[Given]]]] = {
    "scifact": scifact,
    "climate-fever": climate_fever,
    "klue-nli": klue_nli,
}


def strings_in(printed: str) -> list[str]:
    """Return the strings of a list as numpy prints it, without commas, so that Python would join them."""
    return [str(ast.literal_eval(match)) for match in _STRING.findall(printed)]


def _rows(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, str]]:
    csv.field_size_limit(_LARGEST_CELL)
    with archive.open(name) as opened:
        yield from csv.DictReader(io.TextIOWrapper(opened, encoding="utf-8", newline=""))


def _fever(row: Mapping[str, Any]) -> Given:
    label = row["claim_label"]
    sentences = [
        _sentence(one["article"], number, one["evidence"], one["article"])
        for number, one in enumerate(row["evidences"], 1)
    ]
    labels = [one["evidence_label"] for one in row["evidences"]]
    decides = frozenset(number for number, given in enumerate(labels) if given == label != "NOT_ENOUGH_INFO")
    return Given(row["claim_id"], _part(row["claim"], "en"), tuple(sentences), _FEVER[label], decides, "")


def _part(text: str, language: str) -> ClaimPart:
    return ClaimPart(text=text, english=text, language=language)


def _sentence(doc_id: str, paragraph: int, text: str, title: str = "", around: str = "") -> EvidenceSentence:
    """Return a sentence that is all its paragraph has."""
    place = Place(doc_id, paragraph, 0, len(text))
    return EvidenceSentence(place, text, around or text, title, date="", edition="original")


def _following(doc_id: str, title: str, sentences: Sequence[str]) -> tuple[EvidenceSentence, ...]:
    """Return sentences that follow each other, each with the one before and the one after around it."""
    return tuple(
        _sentence(doc_id, number + 1, text, title, " ".join(sentences[max(0, number - 1) : number + 2]))
        for number, text in enumerate(sentences)
    )
