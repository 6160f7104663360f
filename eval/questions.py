"""Measure answers on a question set: retrieval, facts, citations, outcomes.

    python -m eval.questions --home HOME [--split dev|test] [--out FILE.jsonl]

HOME holds an index of the originals that the questions were written over. With SANGHO_LLM set the answers are
written by that chat model. Prints the figures; `--out` keeps every answer beside its marks.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Final

from app.pipeline import Pipeline
from app.results import Answer, Ranked
from app.settings import Settings
from eval.datasets import Question, load_questions

CHARACTERS: Final = 2500  # of retrieved text, as in the figures published for other kits


@dataclass(frozen=True, slots=True)
class Marks:
    """How one answer fared; shares are from 0 to 1.

    Attributes:
        gold_reached: a gold paragraph begins within the first `CHARACTERS` retrieved.
        facts_reached: the share of facts with such a paragraph.
        facts_found: the share of facts whose wording stands in the answer or its quotes.
        citations_right: the share of citations that are of a gold paragraph; None without citations.
        outcome_right: the outcome is the right one.
    """

    id: str
    kind: str
    language: str
    follow_up: bool
    expected: str
    outcome: str
    gold_reached: bool
    facts_reached: float
    facts_found: float
    citations_right: float | None
    outcome_right: bool
    dropped: int


def mark(question: Question, answer: Answer, ranking: Sequence[Ranked]) -> Marks:
    """Compare one answer and its ranking with what is right."""
    reached = _reached(ranking)
    text = " ".join((answer.answer, *(citation.quote for citation in answer.citations)))
    cited = [(citation.doc_id, citation.paragraph) in question.gold for citation in answer.citations]
    facts = question.facts
    return Marks(
        id=question.id,
        kind=question.kind,
        language=question.language,
        follow_up=bool(question.history),
        expected=question.outcome,
        outcome=answer.outcome,
        gold_reached=bool(question.gold & reached),
        facts_reached=mean(bool(fact.gold & reached) for fact in facts) if facts else 0.0,
        facts_found=mean(fact.stands_in(text) for fact in facts) if facts else 0.0,
        citations_right=mean(cited) if cited else None,
        outcome_right=answer.outcome == question.outcome,
        dropped=len(answer.dropped),
    )


def _reached(ranking: Iterable[Ranked]) -> set[tuple[str, int]]:
    """Return the paragraphs of the passages that begin within the first characters of a ranking."""
    reached: set[tuple[str, int]] = set()
    used = 0
    for passage in ranking:
        if used >= CHARACTERS:
            break
        first, last = passage.paragraphs
        reached |= {(passage.doc_id, number) for number in range(first, last + 1)}
        used += len(passage.text)
    return reached


def summary(marks: Sequence[Marks]) -> str:
    """Return the figures as lines of text: over all, by kind, and how outcomes were confused."""
    with_facts = [m for m in marks if m.expected != "not_in_sources"]
    answered = [m for m in with_facts if m.citations_right is not None]
    lines = [
        f"{len(marks)} questions, {len(with_facts)} with facts",
        f"gold paragraph in the first {CHARACTERS} characters  {_mean(m.gold_reached for m in with_facts)}",
        f"facts' paragraphs there                        {_mean(m.facts_reached for m in with_facts)}",
        f"facts found in the answer                      {_mean(m.facts_found for m in with_facts)}",
        f"  where it did not abstain                     {_mean(m.facts_found for m in answered)}",
        f"citations right (of a gold paragraph)          {_mean(m.citations_right or 0.0 for m in answered)}",
        f"outcomes right                                 {_mean(m.outcome_right for m in marks)}",
        f"statements dropped by verification             {sum(m.dropped for m in marks)}",
    ]
    groups: dict[str, list[Marks]] = {}
    for m in marks:
        groups.setdefault(f"{m.kind}/{m.language}" + ("/follow-up" if m.follow_up else ""), []).append(m)
    for name, part in sorted(groups.items()):
        lines.append(
            f"  {name:32} n {len(part):3}  gold {_mean(m.gold_reached for m in part)}  "
            f"facts {_mean(m.facts_found for m in part)}  outcomes {_mean(m.outcome_right for m in part)}"
        )
    for expected in ("answered", "sources_say_otherwise", "not_in_sources"):
        got = Counter(m.outcome for m in marks if m.expected == expected)
        lines.append(f"  expected {expected:24} got {dict(sorted(got.items()))}")
    return "\n".join(lines)


def _mean(values: Iterable[float]) -> str:
    held = list(values)
    return f"{mean(held):.3f}" if held else "  -  "


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--split", choices=["dev", "test"], default="dev")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="ask only every Nth question")
    options = parser.parse_args(arguments)
    marks, lines = [], []
    with Pipeline(Settings.load(home=options.home)) as pipeline:
        for question in load_questions(options.split)[:: options.every]:
            answer = pipeline.ask(question.question, question.history)
            marks.append(mark(question, answer, pipeline.search(answer.query, 50)))
            lines.append(json.dumps({"marks": asdict(marks[-1]), "answer": answer.to_json()}, ensure_ascii=False))
            if options.out:
                options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(summary(marks) + "\n")


if __name__ == "__main__":
    main()
