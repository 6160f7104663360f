"""Checks as CSV, Markdown and Word: what stands in them, whose words are in quotation marks, and that nothing acts."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.claims.export import checks_csv, checks_docx, checks_markdown
from app.claims.export_lines import deciding, differences, source_words
from app.claims.export_markdown import literal
from app.claims.export_marks import pieces
from app.claims.results import Check, Difference
from app.escape import plain
from tests.claim_fakes import (
    CAMP_DAVID,
    FORMULA,
    HOSTILE,
    a_check,
    a_citation,
    a_part,
    absent,
    camp_david,
    contradicted,
    divided,
    hostile_check,
    in_korean,
    misquoted,
    not_held,
    supported,
)

ALL = [supported(), contradicted(), misquoted(), not_held(), absent(), divided(), in_korean(), hostile_check()]
LETTERS = st.characters(codec="utf-8") | st.sampled_from("*_`[]()<>#|~$&@!:/\\=+-.1 \n\t\u202e가")
TEXTS = st.text(LETTERS, max_size=40)


def rows(checks: Sequence[Check], language: str = "") -> list[dict[str, str]]:
    text = checks_csv(checks, language).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_row_holds_a_claim_and_what_decides_it() -> None:
    [row] = rows([contradicted()])
    assert row == {
        "Claim": "A driver who leases an electric car gets a tax credit of at most 15 percent of its price.",
        "Verdict": "Contradicted by the sources",
        "Confidence": "0.83",
        "Parts": "✕ A driver who leases an electric car gets a tax credit of at most 15 percent of its price.",
        "What differs": (
            "number: as written, at most 15 percent; as published, 30 percent\n"
            "how many: as written, (left out); as published, in the case of a vehicle not powered by a gasoline or "
            "diesel"
        ),
        "Quotations": "",
        "Source": "26 U.S.C. § 45W. Credit for qualified commercial clean vehicles",
        "Date": "2022-08-16",
        "Paragraph": "¶7, p. 2",
        "Words of the source": (
            "“(A) 15 percent of the basis of such vehicle (30 percent in the case of a vehicle not powered by a "
            "gasoline or diesel internal combustion engine), or”"
        ),
        "Address": "https://uscode.house.gov/view.xhtml?req=granuleid:USC-prelim-title26-section45W&edition=prelim",
        "What it says to the claim": "says otherwise",
        "Note": (
            "Searched 66 documents, the newest of 23 July 2026; 46 known but not held. Not in the sources does not "
            "mean false: it may stand in a document that was not searched."
        ),
    }


def test_sources_that_disagree_stand_line_by_line_and_the_closest_is_left_out() -> None:
    [row] = rows([divided()])
    assert row["Date"].split("\n") == ["2023-04-26", "2021-05-21"]
    assert row["What it says to the claim"].split("\n") == ["supports it", "says otherwise"]
    assert all(
        len(row[column].split("\n")) == 2 for column in ("Source", "Paragraph", "Words of the source", "Address")
    )
    assert "21 May" not in rows([supported()])[0]["Words of the source"]
    assert len(deciding(supported())) == 1  # of two citations


def test_the_csv_file_has_a_mark_that_spreadsheets_need_for_korean() -> None:
    content = checks_csv([in_korean()])
    assert content.startswith(b"\xef\xbb\xbf")
    assert "판정" in content.decode("utf-8-sig").split("\r\n")[0]
    assert rows([in_korean()])[0]["판정"] == "자료가 뒷받침함"
    assert rows([in_korean()], "en")[0]["Verdict"] == "Supported by the sources"


def test_no_checks_give_the_headings_alone() -> None:
    assert checks_csv([]).count(b"\r\n") == 1
    assert checks_markdown([]).startswith("# Claims checked\n")
    assert checks_docx([])


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "＠x", "\n=1"])
def test_no_cell_is_a_formula(start: str) -> None:
    cited = a_citation(title=start, quote=start, date=start, stance="contradicts", edition="digest")
    part = a_part(start, "contradicted", citations=[1], differences=[Difference("number", start, start)])
    check = replace(a_check(start, "contradicted", citations=[cited], parts=[part]), notice=start)
    found = [line for row in rows([check]) for cell in row.values() for line in cell.split("\n")]
    assert not [line for line in found if line.lstrip().startswith(tuple("=+-@\t\r＝＋－＠"))]
    assert rows([check])[0]["Claim"] == "'" + start.strip()


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_whatever_claims_hold_each_has_one_row(claims: list[str]) -> None:
    found = rows([a_check(claim, citations=[a_citation(title=claim, quote=claim)]) for claim in claims])
    assert [row["Claim"].removeprefix("'") for row in found] == [
        plain(" ".join(claim.split())).removeprefix("'") for claim in claims
    ]
    assert all(None not in row and None not in row.values() for row in found)


def test_only_an_originals_words_stand_in_quotation_marks() -> None:
    check = a_check(citations=[camp_david(1), camp_david(2, edition="digest")], claim="They pledged it.")
    summary = "Sangho’s summary of ¶9: The three leaders widen cooperation on economic security."
    for text in (rows([check])[0]["Words of the source"], checks_markdown([check]), "\n".join(lines(check))):
        assert f"“{CAMP_DAVID}”" in text
        assert summary in text
        assert "“The three leaders" not in text
    assert "“to collaboratively" not in checks_markdown([replace(misquoted(), claim="It commits.", parts=())])


def tokens(text: str) -> list[Token]:
    found = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    return [inner for token in found for inner in [token, *(token.children or [])]]


def test_markdown_reads_from_the_verdict_to_what_was_searched() -> None:
    text = checks_markdown([misquoted()])
    order = [
        "# Claims checked",
        "## The 2021 statement commits",
        "**✓ Supported by the sources. Confidence: high (91%)**",
        "- wording: as written, collaboratively; as published, work together to",
        "- ≠ to collaboratively develop a future-oriented partnership: differs from ¶18 as published",
        "- [U.S.-ROK Leaders' Joint Statement](https://bidenwhitehouse.archives.gov/",
        "Searched 66 documents",
        "Not in the sources does not mean false",
    ]
    at = [text.index(part) for part in order]
    assert at == sorted(at)
    assert text.count("Searched 66 documents") == 1


def test_several_claims_are_counted_and_numbered() -> None:
    text = checks_markdown(ALL[:5])
    assert "✓ Supported by the sources: 2 · ✕ Contradicted by the sources: 1 · ○ Not in the sources: 2" in text
    assert "## 5\\. Six Korean firms" in text
    assert "Nothing in the sources comes near." in text
    assert "The sources disagree" in checks_markdown([divided()])


def test_no_markup_of_theirs_acts_in_markdown() -> None:
    found = tokens(checks_markdown(ALL))
    assert not {token.type for token in found} & {
        "html_inline",
        "html_block",
        "image",
        "code_inline",
        "em_open",
        "fence",
    }
    links = [token.attrs["href"] for token in found if token.type == "link_open"]
    assert len(links) == sum(len(check.citations) for check in ALL) - 1  # not the hostile one
    assert all(str(link).startswith("https://") for link in links)
    assert "\u202e" not in checks_markdown(ALL)


@settings(max_examples=300, deadline=None)
@given(TEXTS | st.sampled_from([HOSTILE, FORMULA, "# a", "1. a", "- a", "===", "a\n===", "    a", "&amp;", "[a]: b"]))
def test_a_literal_reads_as_the_text_that_it_is(text: str) -> None:
    wanted = " ".join(plain(text).split())
    inline = [token for token in MarkdownIt("commonmark").parse(literal(text)) if token.type == "inline"]
    said = "".join(child.content for token in inline for child in token.children or [])
    assert said == wanted
    assert {child.type for token in inline for child in token.children or []} <= {"text", "text_special"}
    assert [token.type for token in MarkdownIt("commonmark").parse(literal(text))] in (
        [],
        ["paragraph_open", "inline", "paragraph_close"],
    )


def test_bare_addresses_are_no_links_on_github() -> None:
    assert literal("see http://x.example and www.x.example, a@b.example") == (
        "see http\\://x.example and www\\.x.example, a\\@b.example"
    )


def lines(*checks: Check) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(checks_docx(checks))).paragraphs]


def test_the_word_document_reads_like_the_markdown() -> None:
    assert lines(contradicted()) == [
        "Claims checked",
        "A driver who leases an electric car gets a tax credit of at most 15 percent of its price.",
        "✕ Contradicted by the sources. Confidence: moderate (83%)",
        "What differs",
        "number: as written, at most 15 percent; as published, 30 percent",
        "how many: as written, (left out); as published, in the case of a vehicle not powered by a gasoline or diesel",
        "Sources",
        "26 U.S.C. § 45W. Credit for qualified commercial clean vehicles · says otherwise · U.S. Congress · "
        "16 August 2022 · ¶7, p. 2 · original",
        "“(A) 15 percent of the basis of such vehicle (30 percent in the case of a vehicle not powered by a gasoline "
        "or diesel internal combustion engine), or”",
        "Searched 66 documents, the newest of 23 July 2026; 46 known but not held.",
        "Not in the sources does not mean false: it may stand in a document that was not searched.",
    ]


def test_the_word_document_is_the_same_every_time_and_links_to_the_web_only() -> None:
    content = checks_docx(ALL)
    assert content == checks_docx(ALL)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        relations = parts.read("word/_rels/document.xml.rels").decode()
    assert not re.search("javascript", relations)
    assert relations.count('TargetMode="External"') == 5  # documents with an address, each once


@settings(max_examples=10, deadline=None)
@given(TEXTS)
def test_whatever_a_claim_holds_the_word_document_opens(text: str) -> None:
    assert lines(a_check(text, citations=[a_citation(title=text, url=text, quote=text)]))[0] == "Claims checked"


def marked(text: str, *phrases: str) -> list[str]:
    return [piece for piece, hit in pieces(text, phrases) if hit]


def test_words_that_differ_are_found_whole() -> None:
    assert marked("15 percent, not 5 percent", "5 percent") == ["5 percent"]
    assert marked("$1.7 billion and 7 billion", "7 billion") == ["7 billion"]
    assert marked("1,300 or 300.", "300") == ["300"]
    assert marked("At  Most\n15 percent", "at most 15") == ["At  Most\n15"]
    assert marked("30퍼센트를 넘는다", "30퍼센트") == ["30퍼센트"]
    assert marked("art of the article", "art") == ["art"]
    assert marked("one two three", "one two", "two three") == ["one two three"]
    assert marked("a (b", "(b", "", " ", "z") == ["(b"]


@given(TEXTS, st.lists(TEXTS, max_size=4))
def test_pieces_joined_are_the_text(text: str, phrases: list[str]) -> None:
    assert "".join(piece for piece, _ in pieces(text, phrases)) == text


def test_a_quotations_differences_are_told_once() -> None:
    assert differences(misquoted()) == [Difference("quote", "collaboratively", "work together to")]
    check = misquoted()
    told_otherwise = replace(check.parts[0], differences=(Difference("quote", "to collaboratively", "x"),))
    assert differences(replace(check, parts=(told_otherwise,))) == differences(check)
    assert differences(replace(check, quotes=())) == [Difference("quote", "collaboratively", "work together to")]


def test_words_are_marked_in_the_source_that_differs_and_no_other() -> None:
    supporting, against = divided().citations
    assert source_words(divided(), supporting) == []
    assert source_words(divided(), against) == ["and in the emerging technologies"]
    assert source_words(not_held(), not_held().citations[0]) == []  # nothing stands there that could be marked
    assert source_words(misquoted(), misquoted().citations[0]) == ["work together to"]
