"""Measure checks on a claim set: verdicts, confidence, evidence, time.

    python -m eval.measures.claims --home HOME [--split dev|test] [--out FILE.jsonl] [--every N] [--against FILE.jsonl]

HOME holds an index of the originals that the claims were written over. With SANGHO_LLM or SANGHO_JUDGE set the claims
are judged by that model. Prints the figures; `--out` keeps every check beside its marks; `--against` compares with an
earlier run's file. Between any two claims a query is encoded, so that the ratio of their times is taken fairly.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TextIO

import numpy as np

from app.claims.results import VERDICTS, Check, Stance, Verdict
from eval.datasets import Claim, load_claims
from eval.figures.resampling import clusters_of
from eval.figures.verdict_figures import Marked
from eval.figures.verdicts import compare, comparison_text, measure, text_of
from eval.speed.timing import seconds_of

if TYPE_CHECKING:
    from app.settings import Settings

_STANCES: Final[dict[Verdict, tuple[Stance, ...]]] = {
    "supported": ("supports",),
    "contradicted": ("contradicts",),
    "not_in_sources": ("closest", "supports"),  # a part may be supported where the whole is not
}


class Checker(Protocol):
    """What checks a claim."""

    def check(self, claim: str, /) -> Check:
        """Return the result of one claim; raises where it cannot be checked."""
        ...


@dataclass(frozen=True, slots=True)
class ClaimMarks:
    """How one check fared.

    Attributes:
        hit: whether a paragraph that decides the claim is among those cited for the verdict, or where nothing is
            decided among the closest; None where no paragraph is known to be near.
        cluster: of the documents that decide it; empty where none does.
        ms: milliseconds that the check took.
        query_ms: milliseconds that encoding a query took just after it.
    """

    id: str
    kind: str
    language: str
    cluster: str
    expected: Verdict
    verdict: Verdict
    confidence: float
    hit: bool | None
    ms: float
    query_ms: float

    @property
    def marked(self) -> Marked:
        """The verdict as `eval.figures.verdicts` measures it."""
        return Marked(self.expected, self.verdict, self.confidence, hit=self.hit, cluster=self.cluster)


@dataclass(frozen=True, slots=True)
class Failed:
    """A claim whose check crashed: no wrong verdict, and counted apart."""

    id: str
    error: str


def hit(claim: Claim, check: Check) -> bool | None:
    """Return whether the evidence of a check is right; see `ClaimMarks.hit`."""
    if not claim.evidence:
        return None
    stances = _STANCES[check.verdict]
    cited = {(one.doc_id, one.paragraph) for one in check.citations if one.stance in stances}
    return bool(cited & claim.evidence)


def run(
    checker: Checker, claims: Sequence[Claim], encode: Callable[[str], object]
) -> Iterator[tuple[ClaimMarks, Check] | Failed]:
    """Check claims one by one, encoding a query between any two.

    Args:
        checker: warm.
        claims: of one set, in any order.
        encode: encodes one query; it gets another claim's words, so that neither profits from the other.
    """
    clusters = clusters_of([{doc_id for doc_id, _ in claim.evidence} for claim in claims])
    for place, (claim, cluster) in enumerate(zip(claims, clusters, strict=True)):
        held: list[Check] = []
        try:
            seconds = seconds_of(lambda text=claim.claim, keep=held: keep.append(checker.check(text)))  # type: ignore[misc]
        except Exception as error:  # whatever it is: one crash must not cost the run
            yield Failed(claim.id, f"{type(error).__name__}: {error}")
            continue
        query = claims[(place + len(claims) // 2) % len(claims)].claim
        query_seconds = seconds_of(lambda text=query: encode(text))  # type: ignore[misc]
        yield _marks(claim, cluster, held[0], seconds, query_seconds), held[0]


def _marks(claim: Claim, cluster: str, check: Check, seconds: float, query_seconds: float) -> ClaimMarks:
    return ClaimMarks(
        id=claim.id,
        kind=claim.kind,
        language=claim.language,
        cluster=cluster,
        expected=claim.verdict,
        verdict=check.verdict,
        confidence=float(check.confidence),
        hit=hit(claim, check),
        ms=1000 * seconds,
        query_ms=1000 * query_seconds,
    )


def summary(marks: Sequence[ClaimMarks], failed: Sequence[Failed] = ()) -> str:
    """Return the figures as lines of text: over all, by language, by kind, times, and what crashed."""
    lines = [text_of(measure([one.marked for one in marks])), ""]
    for name in ("language", "kind"):
        lines += _groups(marks, name)
    lines += ["", _times(marks), f"crashed, and in no figure: {len(failed)}"]
    lines += [f"  {one.id}: {one.error[:200]}" for one in failed]
    return "\n".join(lines)


def _groups(marks: Sequence[ClaimMarks], name: str) -> Iterator[str]:
    """Yield a line for each value that the marks have under a name."""
    for value in sorted({getattr(one, name) for one in marks}):
        inside = [one for one in marks if getattr(one, name) == value]
        right = statistics.mean(one.expected == one.verdict for one in inside)
        hits = [one.hit for one in inside if one.hit is not None]
        shown = f"{statistics.mean(hits):.3f}" if hits else "  -  "
        lines = []
        for verdict in VERDICTS:
            given = Counter(one.verdict for one in inside if one.expected == verdict)
            if given:
                lines.append(f"{verdict} {given[verdict]} of {given.total()}")
        yield f"{name} {value:14} n {len(inside):3}  right {right:.3f}  evidence {shown}  {', '.join(lines)}"


def _times(marks: Sequence[ClaimMarks]) -> str:
    """Say how long checks took, in milliseconds and in query encodings; the first, which warms up, is left out."""
    counted = marks[1:] or marks
    if not counted:
        return "no times"
    took = [one.ms for one in counted]
    median, query = statistics.median(took), statistics.median(one.query_ms for one in counted)
    return (
        f"ms a claim: median {median:.1f}, 95th percentile {np.percentile(took, 95):.1f}; a query's encoding "
        f"{query:.1f}; ratio {median / query if query else float('nan'):.1f}"
    )


def read_marks(path: Path) -> list[ClaimMarks]:
    """Return the marks that `--out` kept, in file order; claims that crashed are left out.

    Raises:
        OSError: there is no such file.
        ValueError: it is not such a file.
    """
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [ClaimMarks(**line["marks"]) for line in lines if "marks" in line]


def against(earlier: Sequence[ClaimMarks], marks: Sequence[ClaimMarks]) -> str:
    """Compare two runs on the claims that both have, first `earlier`, and return it as lines of text."""
    before = {one.id: one for one in earlier}
    both = [one for one in marks if one.id in before]
    # Clusters depend on which claims were run: the later run's count.
    first = [replace(before[one.id], cluster=one.cluster).marked for one in both]
    compared = compare(first, [one.marked for one in both])
    return f"{len(both)} claims in both runs\n{comparison_text(compared)}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--split", choices=["dev", "test"], default="dev")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="check only every Nth claim")
    parser.add_argument("--against", type=Path, metavar="FILE", help="an earlier run's --out, to compare with")
    options = parser.parse_args(arguments)

    from app.settings import Settings

    earlier = read_marks(options.against) if options.against else []
    claims = load_claims(options.split)[:: max(1, options.every)]
    marks, failed = _run_over(Settings.load(home=options.home), claims, options.out)
    said = [summary(marks, failed)]
    if options.against:
        said.append(against(earlier, marks))
    sys.stdout.write("\n\n".join(said) + "\n")


def _run_over(settings: Settings, claims: Sequence[Claim], out: Path | None) -> tuple[list[ClaimMarks], list[Failed]]:
    """Check claims over the current index of the settings' home."""
    from app.pipeline import Pipeline
    from ingest.embedding import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder(settings.embedding)
    model = embedder.load()
    with Pipeline(settings, embedder) as pipeline:
        outcomes = run(pipeline.warm(), claims, lambda text: model.encode(text, show_progress_bar=False))
        if out is None:
            return collected(outcomes)
        with out.open("w", encoding="utf-8") as kept:
            return collected(outcomes, kept)


def collected(
    outcomes: Iterable[tuple[ClaimMarks, Check] | Failed], kept: TextIO | None = None
) -> tuple[list[ClaimMarks], list[Failed]]:
    """Return marks and failures apart, writing each with its check as a line of JSON as it comes."""
    marks, failed = [], []
    for outcome in outcomes:
        line: dict[str, Any]
        if isinstance(outcome, Failed):
            failed.append(outcome)
            line = asdict(outcome)
        else:
            marks.append(outcome[0])
            line = {"marks": asdict(outcome[0]), "check": outcome[1].to_json()}
        if kept:
            kept.write(json.dumps(line, ensure_ascii=False) + "\n")
            kept.flush()
    return marks, failed


if __name__ == "__main__":
    main()
