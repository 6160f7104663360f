"""Measure a judge by itself, on public sets that give the evidence; nothing is retrieved.

    python -m eval.measures.given_evidence scifact|climate-fever|klue-nli [--judge JUDGE] [--home HOME] [--every N]
        [--folder FOLDER]

FOLDER holds `scifact.zip`, `climate-fever.jsonl` and `klue-nli-v1.1_dev.json`. JUDGE is `majority` (always the set's
most frequent verdict: what any judge must beat), `offline` (Sangho's own; HOME holds the index whose language it reads
claims by, and words are as rare as in the set's own evidence), `chat` (the chat model that SANGHO_LLM names), or the
name or folder of a cross-encoder.

SciFact: its dev claims, each with every abstract that it cites, the whole abstract given. Climate-FEVER: five sentences
a claim; the disputed claims, which have no such verdict, are left out. KLUE-NLI: Korean; the premise is the evidence.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from app.claims.judge import UNCALIBRATED, ClaimPart, EvidenceSentence, Floats, Judge
from app.claims.results import VERDICTS, Verdict
from app.claims.verdict import decide
from eval.figures.verdict_figures import Marked
from eval.figures.verdicts import measure, text_of
from eval.measures.claims import Failed
from eval.sets.given import SETS, Given

FOLDER: Final = Path(__file__).resolve().parents[3] / "shared" / "bench"
MOST_SENTENCES: Final = 8  # that a judge is given at once: no judge passes over any of so few

# From `(n_sentences, 3)`, as `Judge.judge` gives it, to a verdict and the confidence in it, 0 to 1.
Decide = Callable[[Floats], tuple[Verdict, float]]


class Majority:
    """A `Judge` that reads nothing: it says of every sentence how frequent the verdicts of a set are."""

    name = "the most frequent verdict"
    calibration = UNCALIBRATED

    def __init__(self, items: Sequence[Given]) -> None:
        counts = Counter(item.verdict for item in items)
        self._shares = np.array([counts[verdict] for verdict in VERDICTS], dtype=np.float32) / max(1, len(items))

    def judge(self, part: ClaimPart, evidence: Sequence[EvidenceSentence]) -> Floats:
        """Return the same row for each sentence: `(n_evidence, 3)`."""
        return np.tile(self._shares, (len(evidence), 1))


def strongest(probabilities: Floats) -> tuple[Verdict, float]:
    """Decide by the strongest sentence on each side: the plainest pooling, to hold others against.

    Args:
        probabilities: `(n_sentences, 3)`.

    Returns:
        The likeliest verdict and its share, where a verdict weighs as much as the sentence that speaks loudest for it
        (for `not_in_sources`: the one that speaks least for it). `not_in_sources` with confidence 1 for no sentences.
    """
    if not len(probabilities):
        return "not_in_sources", 1.0
    weights = np.array([*probabilities[:, :2].max(axis=0), probabilities[:, 2].min()], dtype=np.float64)
    best = int(weights.argmax())
    return VERDICTS[best], min(1.0, float(weights[best] / weights.sum()))


def judged(judge: Judge, items: Sequence[Given], deciding: Decide = strongest) -> Iterator[Marked | Failed]:
    """Yield a verdict for each claim, beside the right one, or why the judge crashed.

    A hit is a sentence that is known to decide the claim, where the judge sees most for the verdict it gives, or with
    `not_in_sources` most of anything.

    Args:
        judge: is given at most `MOST_SENTENCES` at once.
        items: with evidence.
        deciding: from the sentences' probabilities to a verdict and its confidence.

    Raises:
        ValueError: the judge gives rows of another number or length than it should.
    """
    for item in items:
        try:
            rows = _rows(judge, item)
        except Exception as error:  # whatever it is: one crash must not cost the run
            yield Failed(item.id, f"{type(error).__name__}: {error}")
            continue
        probabilities: Floats = np.vstack((np.zeros((0, len(VERDICTS)), dtype=np.float32), *rows))
        if len(probabilities) != len(item.evidence):
            raise ValueError(f"{judge.name} gave {len(probabilities)} rows for {len(item.evidence)} sentences.")
        verdict, confidence = deciding(probabilities)
        column = -probabilities[:, 2] if verdict == "not_in_sources" else probabilities[:, VERDICTS.index(verdict)]
        hit = int(column.argmax()) in item.right if item.right else None
        yield Marked(item.verdict, verdict, min(1.0, float(confidence)), hit=hit, cluster=item.cluster)


def _rows(judge: Judge, item: Given) -> list[Floats]:
    starts = range(0, len(item.evidence), MOST_SENTENCES)
    return [judge.judge(item.part, item.evidence[start : start + MOST_SENTENCES]) for start in starts]


def summary(outcomes: Sequence[Marked | Failed]) -> str:
    """Return the figures as lines of text, and what crashed."""
    failed = [one for one in outcomes if isinstance(one, Failed)]
    report = measure([one for one in outcomes if isinstance(one, Marked)])
    return "\n".join(
        [
            text_of(report),
            f"\ncrashed, and in no figure: {len(failed)}",
            *(f"  {one.id}: {one.error[:200]}" for one in failed[:10]),
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", choices=list(SETS))
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--judge", default="majority")
    parser.add_argument("--home", type=Path, help="of an index that the offline judge reads claims by")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="judge only every Nth claim")
    options = parser.parse_args(arguments)
    items = SETS[options.set](options.folder)[:: max(1, options.every)]
    judge = _judge(options.judge, items, options.home)
    sys.stdout.write(
        f"{options.set}, judged by {judge.name}\n{summary(list(judged(judge, items, _deciding(judge))))}\n"
    )


def _deciding(judge: Judge) -> Decide:
    """Return how checks decide with a judge."""

    def decided(probabilities: Floats) -> tuple[Verdict, float]:
        decision = decide(probabilities)
        return decision.verdict, decision.confidence(judge.calibration)

    return decided


def _judge(name: str, items: Sequence[Given], home: Path | None) -> Judge:
    if name == "majority":
        return Majority(items)
    if name == "offline":
        return _offline(home, items)
    if name == "chat":
        from app.claims.chat_judge import ChatJudge
        from app.llm import LangChainChatModel
        from app.settings import Settings

        return ChatJudge(LangChainChatModel(Settings.load()), _offline(home, items))
    from app.claims.cross_encoder import CrossEncoderJudge

    judge = CrossEncoderJudge(name)
    judge.load()  # a model that cannot be had is no crash of each claim
    return judge


def _offline(home: Path | None, items: Sequence[Given]) -> Judge:
    """Return the offline judge over a set's own words: what is rare in the index may be plain in the set."""
    from app.claims.offline import JudgeWeights, OfflineJudge
    from app.pipeline import Pipeline
    from app.settings import Settings
    from ingest.lexical import LexicalIndex

    own = LexicalIndex.build(list(dict.fromkeys(one.text for item in items for one in item.evidence)))
    with Pipeline(Settings.load(home=home)) as pipeline, pipeline.opened() as opened:
        return OfflineJudge(opened.answerer.understand, own.idf, JudgeWeights.load())


if __name__ == "__main__":
    main()
