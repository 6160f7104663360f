"""The summary for a pull request: short, its tables stay tables, and nobody's markup acts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import pytest
from markdown_it import MarkdownIt

from app.errors import BadInput
from eval.reports.markdown import MOST, report_markdown
from tests.report_runs import HOSTILE, a_claim, a_question, a_run, items
from tests.test_report import hostile, hostile_run

ACTING: Final = frozenset({"html_inline", "html_block", "image", "code_inline", "link_open", "em_open"})


def kinds(markdown: str) -> set[str]:
    found = MarkdownIt("commonmark").enable("table").parse(markdown)
    return {token.type for token in found} | {child.type for token in found for child in token.children or []}


def test_one_run() -> None:
    text = report_markdown(a_run(items(), planned=8))
    assert re.findall(r"^#+ .*$", text, re.MULTILINE) == [
        "# Evaluation of Sangho: golden, dev", "## Questions", "## Claims", "## Time",
    ]  # fmt: skip
    assert "**This run is unfinished: 7 of 8 items. Run it again to go on.**" in text
    assert "**1 of the items crashed; they are in no figure.**" in text
    assert "| answered wrongly | 1.000 | – | 1 |" in text
    assert "| question | 50.0 | 100.0 |" in text
    assert "Brier" not in text  # it is short


def test_two_runs() -> None:
    after = items()
    after[1] = a_question(2, "answered", "answered")
    text = report_markdown(a_run(items(), "old"), a_run(after, "new", ranking="bm25"))
    assert text.startswith("# Comparison of new with old\n")
    assert "Of 7 items in both runs, 1 became better and 0 became worse (sign test, p 1.000)." in text
    assert re.search(r"^\| outcome right \| 0\.333 \| 0\.667 \| \+0\.333 \|", text, re.MULTILINE)
    assert "- q-2: Question 2? (Not in the sources → Answered from the sources; 0.000 → 1.000)" in text
    assert "## Worse" not in text
    assert "| ranking | reranked | bm25 |" in text


def test_many_changes_are_counted() -> None:
    many = range(MOST + 5)
    before = a_run([a_claim(number, "supported", "supported") for number in many], "old")
    after = a_run([a_claim(number, "supported", "contradicted") for number in many], "new")
    text = report_markdown(before, after)
    assert f"## Worse ({MOST + 5})" in text
    assert text.count("- c-") == MOST
    assert "- and 5 more" in text


def test_a_run_without_items_has_a_summary_and_strangers_are_not_compared() -> None:
    assert "- Items: none" in report_markdown(a_run([]))
    with pytest.raises(BadInput, match="share no item"):
        report_markdown(a_run(items()[:1]), a_run(items()[1:2]))


def test_no_markup_acts_and_tables_stay_tables() -> None:
    assert kinds("<b>x</b> *y*") & ACTING == {"html_inline", "em_open"}  # were it there, it would be seen
    both = [replace(one, marks={**one.marks, "outcome right": 1.0}) for one in hostile()[:1]]
    for text in (report_markdown(hostile_run()), report_markdown(hostile_run(), a_run(both, "b"))):
        assert not kinds(text) & ACTING
        assert "window.hacked" in text
        assert HOSTILE not in text
        for block in text.split("\n\n"):
            if block.startswith("|"):
                assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.strip().split("\n")}) == 1
