"""The Word document of an answer: what stands in it, what may not, and that it is the same every time."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from app.docx_export import answer_docx
from app.results import Answer, Statement
from ingest.readers import read_file
from tests.window_fakes import DIGEST, HAN, HOSTILE, absent, answer, answered, cite, hostile, otherwise

ROOT = Path(__file__).resolve().parent.parent
LETTERS = st.characters(exclude_categories=()) | st.sampled_from("\0\x0b\r\n\t<>&\u202e\ufffe\uffff\udc80\U0001fffe가")
TEXTS = st.text(LETTERS, max_size=40) | st.sampled_from([HOSTILE, "]]>", "&#0;", "<w:p/>", "\r\r\n", ""])


def opened(answer: Answer) -> WordDocument:
    return docx.Document(io.BytesIO(answer_docx(answer)))


def lines(answer: Answer) -> list[str]:
    return [paragraph.text for paragraph in opened(answer).paragraphs]


def links(document: WordDocument) -> dict[str, str]:
    """The texts of all links by their addresses."""
    return {link.address: link.text for paragraph in document.paragraphs for link in paragraph.hyperlinks}


def test_an_answer_reads_from_the_question_to_what_was_searched() -> None:
    assert lines(answered("How much do Koreans invest?")) == [
        "How much do Koreans invest?",
        "Answered from the sources",
        "The statement of 2023 has a successor.",
        "“Koreans invest $1.7 billion in US AI companies.”[1]",
        "The leaders widen work on AI standards.[2] (Sangho’s summary of ¶12)",
        "Sources",
        "[1] ROK-US AI Cooperation Needs Real Reciprocity · Han · 1 May 2023 · ¶8, p. 3 · original",
        "“Koreans invest $1.7 billion in US AI companies.”",
        "[2] Leaders' Joint Statement · White House · 26 April 2023 · ¶12 · digest",
        "Sangho’s summary of ¶12: The leaders widen work on AI standards.",
        "Searched 66 documents, the newest of 23 July 2026; 46 known but not held.",
    ]


def test_sources_that_say_otherwise_stand_beside_what_was_asked() -> None:
    shown = lines(replace(otherwise("How much for Japan?"), query="How much does Japan invest?"))
    assert shown[:6] == [
        "How much for Japan?",
        "The sources say otherwise",
        "Asked",
        "How much does Japan invest?",
        "The sources say",
        "The sources give a figure for Koreans only.[1]",
    ]
    assert shown[-3:-1] == [
        "Searched for: How much does Japan invest?",
        "Written by a chat model and checked against the sources.",
    ]


def test_an_abstention_in_korean_has_related_passages_and_no_sources() -> None:
    shown = lines(replace(absent("없나?", "ko"), related=absent("").related[:1]))
    assert shown == [
        "없나?",
        "자료에 없음",
        "검색한 자료에는 이 질문에 대한 답이 없습니다.",
        "관련 자료(답은 아님)",
        "ROK-US AI Cooperation Needs Real Reciprocity · Han · 2023년 5월 1일 · ¶7 · 원문",
        "“Cooperation has been asymmetric so far, and the paragraph before says so.”",
        "문서 66건을 검색했습니다(가장 최근 문서: 2026년 7월 23일). 목록에는 있으나 보유하지 않은 문서 46건.",
    ]


def test_a_superseded_source_says_by_what() -> None:
    one = answered("q")
    for newer, called in (
        ("2025-01-23_eo-14179-removing-barriers-ai", "Removing Barriers"),
        ("2025_their-own", "2025_their-own"),
    ):
        old = replace(one, citations=(replace(one.citations[0], superseded_by=newer), one.citations[1]))
        said = next(line for line in lines(old) if "Superseded by" in line)
        assert "¶8, p. 3 · original · Superseded by" in said
        assert called in said.partition("Superseded by")[2]


def test_numbers_are_superscript_and_nothing_else_is() -> None:
    raised = [
        run.text for paragraph in opened(answered("q")).paragraphs for run in paragraph.runs if run.font.superscript
    ]
    assert raised == ["[1]", "[2]"]


def test_a_statement_has_all_its_numbers_and_none_without_a_citation() -> None:
    one = answered("q")
    both = replace(one, statements=(Statement("Both say so.", (2, 1, 9)),))
    assert "Both say so.[2][1]" in lines(both)


def test_only_an_originals_words_stand_in_quotation_marks() -> None:
    quote = "The leaders widen work on AI standards."
    only = answer("q", "answered", statements=(Statement(quote, (1,)),), citations=(cite(1, DIGEST, 12, quote),))
    assert "“" not in "\n".join(lines(only))
    own = replace(otherwise("q"), statements=(Statement("Koreans put in $1.7 billion.", (1,)),))
    assert [line for line in lines(own) if "“" in line] == ["“Koreans invest $1.7 billion in US AI companies.”"]


def test_titles_link_to_addresses_of_the_web_and_to_nothing_else() -> None:
    document = opened(answered("q"))  # the digest's address is a script
    assert links(document) == {"https://example.org/han": HAN.title}
    external = [one.target_ref for one in document.part.rels.values() if one.is_external]
    assert external == ["https://example.org/han"]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///c:/x", "data:text/html,x", "\\\\host\\share", "mailto:a@b.c", "https://a b"]
)
def test_other_addresses_are_no_links(url: str) -> None:
    one = otherwise("q")
    document = opened(replace(one, citations=(replace(one.citations[0], url=url),)))
    assert links(document) == {}
    assert [relation for relation in document.part.rels.values() if relation.is_external] == []


def test_what_xml_or_the_eye_cannot_hold_is_made_visible() -> None:
    question = "a\x00b\u202ec\ud800d\ufffee\uffff <script>&amp;"
    visible = "a[U+0000]b[U+202E]c[U+D800]d[U+FFFE]e[U+FFFF] <script>&amp;"
    document = opened(answer(question, "not_in_sources", notice=question))
    assert [document.paragraphs[0].text, document.paragraphs[2].text] == [visible, visible]
    assert document.core_properties.title == visible


def test_our_own_reader_reads_it_as_a_document(tmp_path: Path) -> None:
    path = tmp_path / "answer.docx"
    path.write_bytes(answer_docx(replace(answered("얼마인가?"), language="ko")))
    document = read_file(path, tmp_path, 1_000_000)
    assert document.title == "얼마인가?"
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "“Koreans invest $1.7 billion in US AI companies.”[1]" in texts
    assert "¶12에 대한 상호의 요약: The leaders widen work on AI standards." in texts
    assert [paragraph.text for paragraph in document.paragraphs if paragraph.heading] == ["얼마인가?", "출처"]


def test_hostile_text_is_text_for_our_own_reader(tmp_path: Path) -> None:
    path = tmp_path / "answer.docx"
    path.write_bytes(answer_docx(hostile("q")))
    texts = [paragraph.text for paragraph in read_file(path, tmp_path, 1_000_000).paragraphs]
    assert any(text.startswith("“<script>window.hacked=1</script>") and "[U+202E]" in text for text in texts)


def test_the_document_names_no_moment_and_no_machine() -> None:
    data = answer_docx(answered("How much?"))
    properties = docx.Document(io.BytesIO(data)).core_properties
    assert (properties.author, properties.last_modified_by, properties.title) == ("Sangho", "Sangho", "How much?")
    assert (properties.created, properties.modified, properties.comments) == (None, None, "")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.create_system for entry in archive.infolist()} == {0}
        names = archive.namelist()
        everything = b"".join(archive.read(name) for name in names)
    assert len(names) == len(set(names))
    assert not [name for name in names if "thumbnail" in name or name.endswith("app.xml")]
    assert b"python-docx" not in everything
    assert b"Macintosh" not in everything


def test_the_same_answer_gives_the_same_bytes_in_any_process_and_thread() -> None:
    expected = hashlib.sha256(answer_docx(answered("q"))).hexdigest()
    code = (
        "import hashlib; from app.docx_export import answer_docx; from tests.window_fakes import answered; "
        "print(hashlib.sha256(answer_docx(answered('q'))).hexdigest())"
    )
    changes = {"PYTHONHASHSEED": "7", "TZ": "Asia/Seoul", "USER": "somebody"}
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        cwd=ROOT, env=os.environ | changes, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == expected
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(answer_docx, [answered("q"), answered("r")] * 4))
    assert {hashlib.sha256(data).hexdigest() for data in made[::2]} == {expected}
    assert len(set(made)) == 2


def test_korean_has_a_korean_font_wherever_a_font_is_named() -> None:
    document = opened(absent("없나?", "ko"))
    styles: Any = document.styles.element
    fonts = list(styles.iter(qn("w:rFonts")))
    assert fonts
    assert {one.get(qn("w:eastAsia")) for one in fonts} == {"Malgun Gothic"}
    assert {one.get(qn("w:eastAsiaTheme")) for one in fonts} == {None}
    assert {one.get(qn("w:val")) for one in styles.iter(qn("w:lang"))} == {"ko-KR"}
    assert document.core_properties.language == "ko"


def test_headings_are_headings_for_a_screen_reader() -> None:
    paragraphs = opened(otherwise("q?")).paragraphs
    styled = [(paragraph.style.name, paragraph.text) for paragraph in paragraphs if paragraph.style]
    assert styled[0] == ("Title", "q?")
    assert [text for style, text in styled if style == "Heading 1"] == ["Asked", "The sources say", "Sources"]


def test_very_long_text_is_written_whole_and_the_property_is_cut() -> None:
    document = opened(replace(absent("가 " * 50_000)))
    assert document.paragraphs[0].text == "가 " * 50_000
    assert document.core_properties.title == ("가 " * 128)[:255]


@settings(deadline=None, max_examples=25)
@given(TEXTS, TEXTS, TEXTS, st.sampled_from(["original", "digest"]), st.sampled_from(["en", "ko", "xx", ""]))
def test_whatever_the_text_it_opens_again(question: str, said: str, about: str, edition: Any, language: str) -> None:
    citation = replace(
        cite(1, HAN, 9, "chips"), quote=said, title=about, issuer=about, date=about, doc_id=about, edition=edition,
        superseded_by=about, url=f"https://example.org/{about}",
    )  # fmt: skip
    document = opened(
        answer(
            question, "answered", notice=about, query=said, language=language,
            statements=(Statement(said, (1,)),), citations=(citation,),
        )
    )  # fmt: skip
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert not set(text) & set("\0\x0b\r\u202e\ufffe\uffff\udc80")
    assert ("“" in text.replace(HOSTILE, "")) == (edition == "original" or "“" in question + said + about)
    assert all(url.startswith("https://example.org/") for url in links(document))
