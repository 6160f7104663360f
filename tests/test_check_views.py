"""A checked claim as HTML: what stands beside what, what is marked, how a verdict is told, and that nothing can run."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.claims.results import CANNOT_CHECK, Check, Difference
from app.errors import BadInput
from app.ui.audit_views import frame_html
from app.ui.check_form import form_html, limits_html
from app.ui.check_list import EXAMPLES, foot_html, head_html, progress_line, said, start_html
from app.ui.check_views import check_html, failed_html
from app.ui.claims_batch import A_PAGE, Batch
from ingest.documents import Document, Paragraph
from ingest.errors import SanghoError
from tests.claim_fakes import (
    HOSTILE,
    a_check,
    a_citation,
    a_part,
    a_quote,
    absent,
    contradicted,
    divided,
    hostile_check,
    in_korean,
    misquoted,
    not_held,
    supported,
)
from tests.window_fakes import DOCUMENTS

TEXTS = st.text(alphabet=st.sampled_from("ab <>&\"'/=`$;:#\u202e\u200b\ud800가=-@\n¶"), max_size=40)


class Page(HTMLParser):
    """Reads HTML as a browser does: its elements, what is in marks, whether each is closed, and all its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.marks: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("input", "img", "br"):
            self._open.append(tag)
        if tag == "mark":
            self.marks.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "mark" in self._open:
            self.marks[-1] += data


def sides(page: str) -> tuple[str, str]:
    """What stands on the left and on the right of the first comparison, as text."""
    found = re.search(
        r'<div class="sg-sides"><div>(.*?)</div><div>(.*)</div></div>(?:<section|<details|</article)', page
    )
    assert found
    left, right = (" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in found.groups())
    return html.unescape(left), html.unescape(right)


def test_the_claim_stands_beside_the_words_that_contradict_it() -> None:
    page = check_html(contradicted(), 4)
    left, right = sides(page)
    assert (
        left == "As written A driver who leases an electric car gets a tax credit of at most 15 percent of its price."
    )
    assert right.startswith("As published says otherwise “(A) 15 percent of the basis of such vehicle ( 30 percent")
    assert "16 August 2022 · ¶7, p. 2 · original" in right.replace("  ", " ")
    assert '<button type="button" class="sg-open" data-i="4" data-n="1" aria-controls="sg-check-source">' in page
    assert 'aria-labelledby="sg-claim-4"' in page
    assert '<h3 class="sg-claim" id="sg-claim-4"' in page


def test_differing_words_are_marked_in_both_and_told_in_words() -> None:
    page = Page(check_html(contradicted(), 0))
    gasoline = "in the case of a vehicle not powered by a gasoline or diesel"
    # In the claim, in the source, then in the table: what is as written, what is as published.
    assert page.marks == ["at most 15 percent", "30 percent", gasoline, "at most 15 percent", "30 percent", gasoline]
    assert "What differs" in page.text
    assert "how manyAs written (left out)As published in the case" in page.text


@pytest.mark.parametrize(
    ("check", "symbol", "words"),
    [
        (supported(), "✓", "Supported by the sources"),
        (contradicted(), "✕", "Contradicted by the sources"),
        (absent(), "○", "Not in the sources"),
        (in_korean(), "✓", "자료가 뒷받침함"),
    ],
)
def test_a_verdict_has_symbol_words_and_class(check: Check, symbol: str, words: str) -> None:
    page = check_html(check, 0)
    badge = re.search(r'<p class="sg-verdict sg-v-(\w+)">(.*?)</p>', page)
    assert badge
    assert badge[1] == check.verdict
    assert f'aria-hidden="true">{symbol}</span><span>{words}</span>' in badge[2]
    assert f"{round(100 * check.confidence)}%" in badge[2]


def test_parts_have_verdicts_and_sources_of_their_own() -> None:
    page = check_html(supported(), 0)
    assert page.count('<p class="sg-verdict sg-v-supported">') == 3  # the claim's, and each part's
    assert page.count('<div class="sg-sides">') == 2
    assert re.findall(r"<li>.*?high \((\d+)%\)", page) == ["91", "88"]
    assert "Part by part" in page
    assert "Closest (1)" in page  # the citation at no part


def test_a_single_part_is_not_told_twice() -> None:
    page = Page(check_html(contradicted(), 0))
    assert page.text.count("A driver who leases") == 1
    assert "Part by part" not in page.text


def test_quotations_say_where_they_stand_or_what_differs() -> None:
    assert "word for word, ¶9" in check_html(supported(), 0)
    page = Page(check_html(misquoted(), 0))
    assert "differs from ¶18 as published" in page.text
    assert page.marks.count("collaboratively") == 3  # in the claim, in the quotation, beside the source's words
    assert page.marks.count("work together to") == 2
    assert "to collaboratively" not in page.marks  # told by the quotation, not as a difference again
    assert "cannot be checked: only Sangho’s summary of it is held" in Page(check_html(not_held(), 0)).text


def test_only_an_originals_words_stand_in_quotation_marks() -> None:
    page = Page(check_html(not_held(), 0)).text
    assert "Sangho’s summary of ¶9: The three leaders widen" in page
    assert "“The three" not in page
    assert "“a new chapter of technology ties”" not in page.partition("Quotations")[2]
    assert "“maintain focus" in Page(check_html(supported(), 0)).text.partition("Quotations")[2]


def test_what_comes_closest_is_not_shown_as_deciding() -> None:
    page = check_html(not_held(), 0)
    assert "closest, but decides nothing" in sides(page)[1]
    assert "cannot_check" not in page
    assert "Nothing in the sources comes near." in check_html(absent(), 0)


def test_sources_that_disagree_are_both_shown_and_only_one_is_marked() -> None:
    right = sides(check_html(divided(), 0))[1]
    assert right.index("supports it") < right.index("says otherwise")
    assert "26 April 2023" in right
    assert "21 May 2021" in right
    assert "The sources disagree" in check_html(divided(), 0)
    both = a_check(
        "It rose by 5 percent.",
        "contradicted",
        citations=[a_citation(1, "It rose by 4 percent.", stance="supports"),
                   a_citation(2, "It rose by 4 percent.", stance="contradicts")],
        parts=[a_part("It rose by 5 percent.", "contradicted", citations=[1, 2],
                      differences=[Difference("number", "5 percent", "4 percent")])],
    )  # fmt: skip
    assert Page(check_html(both, 0)).marks == ["5 percent", "4 percent", "5 percent", "4 percent"]


def test_a_notice_is_told_without_what_is_said_once_for_all() -> None:
    assert "Searched 66 documents" not in check_html(contradicted(), 0)


def test_hostile_text_is_shown_and_runs_nowhere() -> None:
    for page in (
        check_html(hostile_check(), 0), failed_html(HOSTILE, BadInput(HOSTILE, HOSTILE), 0),
        head_html(Batch((HOSTILE,), limited=HOSTILE, error=SanghoError(HOSTILE, HOSTILE))),
    ):  # fmt: skip
        read = Page(page)
        assert {"script", "img"}.isdisjoint(read.tags)
        assert not [name for name, value in read.attributes if name.startswith("on") or "javascript:" in (value or "")]
        assert "\u202e" not in page
        assert "<script>window.hacked=1</script>" in read.text


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_no_text_breaks_out_of_its_place(claim: str, ours: str, theirs: str, source: str) -> None:
    cited = a_citation(1, source, title=ours, issuer=theirs, date=claim, stance="contradicts")
    part = a_part(claim, "contradicted", citations=[1], differences=[Difference("number", ours, theirs)])
    check = a_check(claim, "contradicted", citations=[cited], parts=[part, part], notice=theirs,
                    quotes=[a_quote(ours, "no", differing=[(claim, source)])])  # fmt: skip
    other = a_part("x", "contradicted", citations=[1], differences=[Difference("number", "y", "z")])
    plain = a_check("x", "contradicted", citations=[a_citation(1, "x", stance="contradicts")], parts=[other] * 2,
                    quotes=[a_quote("x", "no", differing=[("y", "z")])])  # fmt: skip
    known = set(Page(check_html(plain, 0)).tags) | {"mark"}
    assert set(Page(check_html(check, 0)).tags) <= known
    assert CANNOT_CHECK not in check_html(check, 0)


# Around the results


def batch(*results: Check | SanghoError, claims: int = 0) -> Batch:
    total = max(claims, len(results))
    return Batch(tuple(f"Claim {i}." for i in range(total)), results=list(results))


MIXED = (contradicted(), absent(), SanghoError("No."), contradicted())


def test_counts_are_buttons_that_say_which_is_pressed() -> None:
    mixed = batch(*MIXED)
    mixed.only = "contradicted"
    buttons = re.findall(r'data-only="(\w*)" aria-pressed="(\w+)">(.*?)</button>', head_html(mixed))
    assert [(only, pressed, " ".join(re.sub("<[^>]*>", " ", words).split())) for only, pressed, words in buttons] == [
        ("", "false", "All 4"),
        ("contradicted", "true", "✕ Contradicted by the sources 2"),
        ("not_in_sources", "false", "○ Not in the sources 1"),
        ("failed", "false", "△ Could not be checked 1"),
    ]


def test_a_single_claim_has_no_filter_and_what_was_searched_stands_below() -> None:
    one = batch(contradicted())
    assert head_html(one) == ""
    assert "Searched 66 documents, the newest of 23 July 2026" in foot_html(one)
    assert "Not in the sources does not mean false" in foot_html(one)
    assert "Download this result" in foot_html(one)
    assert "Searched 66" in head_html(batch(*MIXED))


def test_downloads_count_what_the_filter_leaves_and_come_when_all_is_done() -> None:
    mixed = batch(*MIXED)
    assert "Download 3 results" in head_html(mixed)  # the claim that failed has none
    mixed.only = "failed"
    assert "Download" not in head_html(mixed)
    assert "Download" not in head_html(batch(*MIXED, claims=9))


def test_progress_can_be_stopped_gone_on_with_and_is_said() -> None:
    going = batch(contradicted(), claims=3)
    assert 'data-does="stop">Stop<' in head_html(going)
    assert '<progress max="3" value="1"' in head_html(going)
    assert progress_line(going) == "Checking 2 of 3…"
    going.stage, going.before = "waiting", 1
    assert progress_line(going) == "1 other is before this one…"
    going.before = 2
    assert said(going) == "2 others are before this one…"
    going.stopped = True
    assert progress_line(going) == "Stopped. 1 of 3 checked."
    assert 'data-does="go_on">Check the rest<' in head_html(going)
    assert said(batch(*MIXED)) == (
        "4 of 4 checked. Contradicted by the sources: 2. Not in the sources: 1. Could not be checked: 1."
    )
    failed = Batch(("A.",), error=SanghoError("There is no index.", "Run: sangho ingest"))
    assert 'data-does="go_on">Try again<' in head_html(failed)
    assert said(failed) == "There is no index. Run: sangho ingest"
    assert said(Batch()) == ""


def test_pages_have_ends() -> None:
    long = batch(*[contradicted()] * (2 * A_PAGE + 1))
    assert '"Earlier" data-page="-1" disabled' in foot_html(long)
    assert "Page 1 of 3" in foot_html(long)
    long.show(None, 2)
    assert '"Later" data-page="3" disabled' in foot_html(long)
    assert foot_html(batch(*MIXED)) == ""


def test_it_begins_with_three_claims() -> None:
    assert re.findall('data-claim="(.*?)"', start_html()) == [html.escape(one) for one in EXAMPLES]
    assert len(EXAMPLES) == 3


# The form


def test_the_form_says_what_it_takes() -> None:
    text = Page(form_html(50_000_000)).text
    assert ".csv or .txt file with one claim a line, 500 at most" in text
    assert ".docx, .htm, .html, .md, .pdf, .txt; 50 MB at most" in text


def test_limits_offer_each_type_once_and_documents_by_title() -> None:
    documents = {
        "b": Document("b", "Zeta", (Paragraph(1, "x"),), date="2021-05", type="law"),
        "a": Document("a", "", (Paragraph(1, "x"),), type="law", edition="digest"),
        "k": Document("k", "한미 <공동성명>", (Paragraph(1, "x"),), type="joint_statement", language="ko"),
    }
    page = limits_html(documents)
    assert re.findall(r'checkbox" value="(\w+)"', page) == ["joint_statement", "law"]
    assert re.findall("<option value=.*?>(.*?)</option>", page) == [
        "a (digest)", "Zeta, May 2021", "한미 &lt;공동성명&gt;"
    ]  # fmt: skip
    assert limits_html({}) == ""
    assert {"script", "img"}.isdisjoint(Page(limits_html(DOCUMENTS)).tags)


# The report's frame


def test_a_report_is_framed_so_that_nothing_in_it_runs() -> None:
    report = '<p>&lt;script&gt;</p><a href="#n1">1</a><a href="https://e.org/#x">e</a><script>let a = "</p>";</script>'
    page = Page(frame_html(report))
    assert page.tags == ["iframe"]
    framed = dict(page.attributes)
    assert framed["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert framed["title"]
    assert framed["srcdoc"] == ('<p>&lt;script&gt;</p><a href="about:srcdoc#n1">1</a><a href="https://e.org/#x">e</a>')


def test_a_note_that_stands_below_is_not_said_with_its_source_again() -> None:
    noted = replace(contradicted().citations[0], note="annex tables are not included")
    check = replace(contradicted(), citations=(noted,), notice="Mind this: annex tables are not included")
    assert check_html(check, 0).count(noted.note) == 1
    assert check_html(replace(check, notice=""), 0).count(noted.note) == 1
