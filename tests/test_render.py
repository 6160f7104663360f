"""Rendering: what is shown, what is not, and that nothing shown can run."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.escape import link, plain, safe_url, shown
from app.labels import ENGLISH, KOREAN, labels
from app.render import answer_html, answer_markdown, partial_html
from app.results import Answer, Citation, Coverage, Dropped, Outcome, Ranked, Statement
from app.ui.asking import welcome_html
from app.ui.chat import Turn, error_html, turn_html
from app.ui.source_panel import empty_html, source_html
from ingest.documents import Document, Paragraph
from ingest.errors import SanghoError
from tests.window_fakes import (
    DIGEST,
    DOCUMENTS,
    EVIL,
    HAN,
    HOSTILE,
    INVEST,
    absent,
    answer,
    answered,
    cite,
    hostile,
    otherwise,
)

OURS = {
    "article", "p", "svg", "circle", "path", "rect", "span", "div", "sup", "button", "q", "section", "h2", "h3",
    "ol", "li", "bdi", "br", "details", "summary", "s", "a", "mark", "ul", "strong",
}  # fmt: skip
ANY_TEXT = st.text(max_size=60) | st.sampled_from([HOSTILE, "</p><script>", '" onclick="x', "]]>", "<!--", "&lt;"])


class Reader(HTMLParser):
    """What a browser would find: tags, attributes, and the text between them, per class."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.stack: list[str] = []
        self.by_class: dict[str, str] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in ("br", "circle", "path", "rect"):
            self.stack.append(next((value or "" for name, value in attrs if name == "class"), tag))

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("br", "circle", "path", "rect"):
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        for name in set(self.stack):
            self.by_class[name] = self.by_class.get(name, "") + data


def assert_harmless(html: str) -> Reader:
    reader = Reader(html)
    assert set(reader.tags) <= OURS
    assert not reader.stack
    for name, value in reader.attributes:
        assert not name.startswith("on")
        assert name not in ("src", "srcdoc", "formaction", "style")
        if name == "href":
            assert value.startswith(("http://", "https://", "/?doc="))
    return reader


# What is shown


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        ("answered", "Answered from the sources"),
        ("sources_say_otherwise", "The sources say otherwise"),
        ("not_in_sources", "Not in the sources"),
    ],
)
def test_outcomes_differ_in_words_and_in_shape(outcome: Outcome, said: str) -> None:
    html = answer_html(answer("q", outcome))
    assert said in Reader(html).text
    shape = {"answered": "<circle", "sources_say_otherwise": "M8 .9L15.1", "not_in_sources": "<rect"}
    assert [name for name, drawn in shape.items() if drawn in html] == [outcome]


def test_an_originals_words_stand_in_quotation_marks_and_a_digests_do_not() -> None:
    html = answer_html(answered("q"))
    text = Reader(html).by_class["sg-statements"]
    assert "“Koreans invest $1.7 billion in US AI companies.”" in text
    assert "“The leaders" not in Reader(html).text
    assert Reader(html).text.count("Sangho’s summary of ¶12") == 3  # beside the statement, its tip, its source


def test_a_changed_statement_is_not_quoted() -> None:
    changed = replace(answered("q"), statements=(Statement("[Koreans] invest $1.7 billion.", (1,)),))
    assert Reader(answer_html(changed)).by_class["sg-statements"].startswith("[Koreans] invest $1.7 billion.1“Koreans")


def test_the_last_word_takes_its_citation_number_along() -> None:
    number = '<sup class="sg-mark"><button'
    assert f'<span class="sg-kept-together"><span>companies.”</span>{number}' in answer_html(answered("q"))
    long = replace(answered("q"), statements=(Statement("At https://example.org/one/long/address", (1,)),))
    assert "sg-kept-together" not in answer_html(long)  # it must be able to break
    bare = replace(answered("q"), statements=(Statement("No number here.", ()),))
    assert "sg-kept-together" not in answer_html(bare)


def test_words_in_the_other_language_say_so() -> None:
    english = replace(answered("질문"), language="ko")
    html = answer_html(english)
    assert '<span lang="en">“Koreans invest $1.7 billion in US AI </span>' in html
    assert f'<q lang="en" dir="auto">“{INVEST}”</q>' in html
    assert '<span lang="en">' not in answer_html(answered("q"))


def test_an_abstention_shows_no_citations_but_what_is_related() -> None:
    html = answer_html(absent("q"), 4)
    assert 'data-kind="cite"' not in html
    assert "<q" in html
    text = Reader(html).text
    assert "The sources searched do not answer this question." in text
    assert "Related, not an answer" in text
    assert html.count('data-kind="related" data-turn="4"') == 3


def test_the_completed_query_is_shown_only_where_it_differs() -> None:
    assert "Searched for" not in answer_html(answered("and Japan?"))
    assert "Searched for: and Japan? (Korea?)" in Reader(answer_html(answered("and Japan?", ["Korea?"]))).text


def test_a_passage_of_a_digest_is_named_as_a_summary() -> None:
    passage = Ranked("accord#1", "accord", "The Accord", "2021", (8, 9), 1.0, "They meet.", "digest")
    for one, named in ((passage, True), (replace(passage, edition="original"), False)):
        html = answer_html(answer("Q", "answered", evidence=(one,)))
        assert ("Sangho’s summary of ¶8–9" in html) is named


def test_notice_dropped_evidence_and_mode_are_shown() -> None:
    text = Reader(answer_html(answered("q"))).text
    assert "The statement of 2023 has a successor." in text
    assert "Left out, because it could not be verified (1)" in text
    assert "Japan invests $9 billion.$9 billion is not in ¶8" in text
    assert "Passages considered (1)" in text
    assert "1 May 2023 · ¶7–8" in text
    assert "chat model" not in text
    assert "Written by a chat model and checked against the sources." in Reader(answer_html(otherwise("q"))).text


def test_a_superseded_source_is_said_to_be_so_and_its_panel_leads_to_what_superseded_it() -> None:
    cited = replace(cite(1, HAN, 8, INVEST), superseded_by="summit")
    html = answer_html(replace(answered("q"), citations=(cited,)))
    assert "original · superseded" in Reader(html).text
    assert "summit" not in Reader(html).text  # a file's name says nothing to people
    panel = source_html(cited, HAN, documents=DOCUMENTS)
    assert "Superseded by: Leaders' Joint Statement (26 April 2023)" in Reader(panel).text
    assert 'href="/?doc=summit" data-read="summit"' in panel
    unheld = source_html(cited, HAN, documents={})
    assert "Superseded by: summit" in Reader(unheld).text
    assert 'data-read="summit"' not in unheld


def test_a_remark_on_a_document_has_a_line_of_its_own_and_is_not_said_again() -> None:
    note, other = "annex tables are not included", "an excerpt"
    cited = (
        replace(cite(1, HAN, 8, INVEST), note=note),
        replace(cite(2, DIGEST, 12, "The leaders widen work on AI standards."), note=other),
    )
    notice = f"It was superseded. On {HAN.title}: {note} On {DIGEST.title}: {other} Mind that."
    html = answer_html(replace(answered("q"), notice=notice, citations=cited))
    lines = re.findall(r'<p class="sg-notice" role="note">(.*?)</p>', html)
    assert lines == [
        "It was superseded.",
        f"On {HAN.title}: {note}",
        f"On {shown(DIGEST.title)}: {other}",
        "Mind that.",
    ]
    assert Reader(html).text.count(note) == 1
    assert Reader(html).text.count(other) == 1
    untold = answer_html(replace(answered("q"), notice="", citations=cited))
    assert Reader(untold).text.count(note) == 1  # with its source, where no line says it


def test_korean_answers_have_korean_labels() -> None:
    html = answer_html(absent("틱톡?", "ko"))
    text = Reader(html).text
    assert 'lang="ko"' in html
    for said in ("자료에 없음", "관련 자료(답은 아님)", "2023년 5월 1일", "¶8, 3쪽", "출처와 함께 복사"):
        assert said in text
    expected = "문서 66건을 검색했습니다(가장 최근 문서: 2026년 7월 23일). 목록에는 있으나 보유하지 않은 문서 46건."
    assert expected in text
    assert labels("fr") is ENGLISH


def test_no_label_is_missing_in_a_language() -> None:
    for words in (ENGLISH, KOREAN):
        assert set(words.outcomes) == {"answered", "sources_say_otherwise", "not_in_sources"}
        assert set(words.stages) == {"loading", "searching", "answering"}
        assert "{count}" in words.dropped
        assert "{count}" in words.evidence


@pytest.mark.parametrize(
    ("coverage", "said"),
    [
        (
            Coverage(66, "2026-07-23", 46),
            "Searched 66 documents, the newest of 23 July 2026; 46 known but not held.",
        ),
        (Coverage(1, "2023", 0), "Searched 1 document, the newest of 2023."),
        (Coverage(2, "", 0), "Searched 2 documents."),
        (Coverage(0, "", 46), "Nothing was searched: no document is indexed, or none is within the limits."),
    ],
)
def test_coverage_sentence(coverage: Coverage, said: str) -> None:
    assert ENGLISH.coverage(coverage) == said


@pytest.mark.parametrize(
    ("date", "english", "korean"),
    [
        ("2023-04-26", "26 April 2023", "2023년 4월 26일"),
        ("2023-12", "December 2023", "2023년 12월"),
        ("2023", "2023", "2023년"),
        ("", "", ""),
        ("spring", "spring", "spring"),
        ("2023-13-01", "2023-13-01", "2023-13-01"),
    ],
)
def test_dates(date: str, english: str, korean: str) -> None:
    assert (ENGLISH.date(date), KOREAN.date(date)) == (english, korean)


def test_markdown_to_copy() -> None:
    assert answer_markdown(answered("How *much*?")) == (
        "**Answered from the sources**\n\nHow \\*much\\*?\n\nThe statement of 2023 has a successor.\n\n"
        "“Koreans invest $1.7 billion in US AI companies.” [1]\n\n"
        "The leaders widen work on AI standards. [2]\n\nSources:\n\n"
        "[1] ROK-US AI Cooperation Needs Real Reciprocity · Han · 1 May 2023 · ¶8, p. 3 · original · "
        "“Koreans invest $1.7 billion in US AI companies.” · <https://example.org/han>\n\n"
        "[2] Leaders' Joint Statement · White House · 26 April 2023 · ¶12 · digest · "
        "Sangho’s summary of ¶12: The leaders widen work on AI standards.\n\n"
        "Searched 66 documents, the newest of 23 July 2026; 46 known but not held."
    )
    abstained = answer_markdown(absent("q"))
    assert "Sources:" not in abstained
    assert "Related, not an answer:\n\n- ROK-US" in abstained


def test_a_partial_answer_has_numbers_but_no_buttons() -> None:
    html = partial_html("One <b>. [1]\n\nTwo. [2]")
    assert html.endswith("<p>One &lt;b&gt;. <sup>1</sup></p><p>Two. <sup>2</sup></p></div>")


# The source panel


def test_the_panel_marks_the_quote_between_its_neighbours() -> None:
    reader = assert_harmless(source_html(cite(1, HAN, 8, INVEST), HAN))
    assert reader.by_class["mark"] == INVEST
    assert reader.by_class["sg-para sg-here"] == f"¶8Koreans invest a lot. {INVEST} It grows."
    near = reader.by_class["sg-para sg-near"]
    assert near.startswith("¶7Cooperation has been asymmetric")
    assert near.endswith("about export controls & chips.")
    assert ("href", "https://example.org/han") in reader.attributes
    assert ("rel", "noopener noreferrer") in reader.attributes
    assert ("target", "_blank") in reader.attributes


def test_a_digest_in_the_panel_is_named_with_the_paragraphs_it_retells() -> None:
    reader = assert_harmless(source_html(cite(1, DIGEST, 12, "The leaders"), DIGEST))
    assert reader.by_class["sg-summary"] == "Sangho’s summary of ¶12–15"
    assert "“" not in reader.text
    assert [value for name, value in reader.attributes if name == "href"] == ["/?doc=summit&p=12"]


def test_the_first_and_the_only_paragraph() -> None:
    first = Reader(source_html(cite(1, HAN, 7, "asymmetric"), HAN))
    assert first.by_class["sg-para sg-near"].startswith("¶8")
    alone = Document("one", "One", (Paragraph(1, "Only this."),))
    assert "sg-para sg-near" not in Reader(source_html(cite(1, alone, 1, "this"), alone)).by_class


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (None, "no longer indexed"),
        (replace(HAN, paragraphs=HAN.paragraphs[:1]), "document has changed"),
        (
            replace(HAN, paragraphs=(Paragraph(8, "Other words altogether, and many of them."),)),
            "paragraph has changed",
        ),
    ],
)
def test_a_source_that_changed_since_says_so(document: Document | None, said: str) -> None:
    reader = Reader(source_html(cite(1, HAN, 8, INVEST), document))
    assert said in reader.text
    assert reader.by_class["mark"] == INVEST


def test_related_passages_are_named_as_such() -> None:
    assert "Related, not an answer" in source_html(cite(1, HAN, 7, "asymmetric"), HAN, related=True)


# Nothing runs and nothing hides


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a?b=c&d", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("java\tscript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("//example.org", False),
        ("https://", False),
        ("https://[", False),
        ("https://example.org/\u202e", False),
        ("https:\\\\example.org", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_only_web_addresses_become_links(url: str, safe: bool) -> None:
    assert bool(safe_url(url)) is safe
    assert bool(link(url, "x")) is safe


def test_controls_that_reorder_or_hide_become_visible() -> None:
    assert shown("a\u202eb") == 'a<span class="sg-control">U+202E</span>b'
    assert plain("a\u2066b\u200bc\U000e0041d\x00") == "a[U+2066]b[U+200B]c[U+E0041]d[U+0000]"
    assert plain("한국\u200d어\r\n👩‍🔬\tx") == "한국\u200d어\n👩‍🔬\tx"


@given(ANY_TEXT)
def test_shown_text_reads_back_as_it_was(text: str) -> None:
    reader = Reader(f"<p>{shown(text)}</p>")
    assert set(reader.tags) <= {"p", "span"}
    codes = [tag for tag in reader.tags if tag == "span"]
    if codes:
        assert reader.by_class["sg-control"].count("U+") == len(codes)
    else:
        assert reader.text == text


def every_field(text: str, outcome: Outcome, edition: str) -> Answer:
    cited = Citation(1, text, text, text, text, text, edition, 1, 2, text, 0, len(text), text)  # type: ignore[arg-type]
    none = outcome == "not_in_sources"
    return answer(
        text,
        outcome,
        query=text + "!",
        answer=text,
        notice=text,
        mode="generated",
        statements=() if none else (Statement(text, (1, 2)),),
        citations=() if none else (cited, replace(cited, n=2)),
        related=(cited,) if none else (),
        evidence=(Ranked(text, text, text, text, (1, 2), 1.0, text),),
        dropped=(Dropped(text, text),),
        coverage=Coverage(1, text, 1),
    )


@settings(deadline=None)
@given(ANY_TEXT, st.sampled_from(["answered", "sources_say_otherwise", "not_in_sources"]), st.booleans())
def test_no_text_of_an_answer_becomes_markup(text: str, outcome: Outcome, digest: bool) -> None:
    given_answer = every_field(text, outcome, "digest" if digest else "original")
    reader = assert_harmless(answer_html(given_answer))
    plainly = assert_harmless(answer_html(every_field("x", outcome, "digest" if digest else "original")))
    if text and plain(text) == text:  # empty parts are left out, controls become elements of their own
        assert reader.tags == plainly.tags
    assert ("data-copy", answer_markdown(given_answer)) in reader.attributes


@given(ANY_TEXT)
def test_no_text_around_an_answer_becomes_markup(text: str) -> None:
    document = Document(text, text, (Paragraph(1, text),), issuer=text, url=text)
    assert_harmless(source_html(cite(1, document, 1, text), document))
    assert_harmless(turn_html(Turn(text, partial=text), 0))
    assert_harmless(turn_html(Turn(text, error=SanghoError(text, text)), 0))
    assert_harmless(welcome_html([text]))
    assert_harmless(empty_html())


def test_hostile_strings_are_shown_and_not_run() -> None:
    reader = assert_harmless(turn_html(Turn(HOSTILE, answer=hostile(HOSTILE)), 0))
    assert HOSTILE.replace("\u202e", "U+202E").replace("\u2066", "U+2066") in reader.text
    assert_harmless(source_html(cite(1, EVIL, 1, HOSTILE), EVIL))
    assert "&lt;b&gt;" in error_html(SanghoError("<b>"))


def test_importing_the_window_imports_nothing_heavy() -> None:
    code = (
        "import sys, app.render, app.ui.window, app.ui.page, app.ui.chat, app.ui.guard, app.ui.source_panel\n"
        "heavy = {'torch', 'gradio', 'chromadb', 'sentence_transformers', 'langchain', 'bm25s', 'uvicorn'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
