"""References, read back by other people's readers of RIS and BibTeX; notes; and that no text leaves its field."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import bibtexparser
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.references import address, bibtex, chicago_notes, ris
from app.results import Citation
from tests.window_fakes import HOSTILE

DAY = "2026-07-23"
WRITERS = [ris, bibtex, chicago_notes]
SPEECH = Citation(
    n=1, doc_id="2023-05-01_han", title="ROK-US AI Cooperation Needs Real Reciprocity", issuer="The National Interest",
    date="2023-05-01", url="https://example.org/han", edition="original", paragraph=8, page=3,
    quote="Koreans invest $1.7 billion in US AI companies.", start=22, end=69,
)  # fmt: skip
SUMMIT = replace(
    SPEECH, n=2, doc_id="2023-04-26_summit", title="Leaders' Joint Statement", issuer="The White House",
    date="2023-04-26", url="https://bidenwhitehouse.archives.gov/summit/", edition="digest", paragraph=12, page=None,
    quote="The leaders widen work on AI standards.",
)  # fmt: skip
ACT = replace(
    SPEECH, n=3, doc_id="인공지능 기본법", title="인공지능 발전과 신뢰 기반 조성 등에 관한 기본법",
    issuer="대한민국 국회 / 과학기술정보통신부", date="2025-01", url="https://www.law.go.kr/법령/인공지능", paragraph=2,
    page=None,
)  # fmt: skip
BARE = replace(SPEECH, n=4, doc_id="minutes", title="Minutes", issuer="", date="", url="", paragraph=1, page=None)
OURS = "Cited: ¶12. Sangho held a digest, not the original: the words cited are Sangho’s summary."
INJECTION = (
    "Title\r\nER  - \r\nTY  - JOUR\nUR  - http://evil.example/\u2028AU  - Mallory\x0bT2  - x},\n@misc{evil, title={y}"
)


def read_ris(text: str) -> list[dict[str, Any]]:
    """What a reader finds; the format's lines end in CRLF, which rispy must be told."""
    return list(rispy.loads(text, newline="\r\n"))


def read_bibtex(text: str) -> list[dict[str, str]]:
    parser = bibtexparser.bparser.BibTexParser(ignore_nonstandard_types=False, interpolate_strings=False)
    return list(bibtexparser.loads(text, parser).entries)


def ris_of(**changes: Any) -> dict[str, Any]:
    (record,) = read_ris(ris([replace(SPEECH, **changes)], DAY))
    return record


def bibtex_of(**changes: Any) -> dict[str, str]:
    (entry,) = read_bibtex(bibtex([replace(SPEECH, **changes)], DAY))
    return entry


# What is known of a document


def test_ris_reads_back_as_what_is_known_of_each_document() -> None:
    assert read_ris(ris([SPEECH, SUMMIT, BARE], DAY)) == [
        {
            "type_of_reference": "ELEC", "title": "ROK-US AI Cooperation Needs Real Reciprocity",
            "authors": ["The National Interest,"], "year": "2023", "date": "2023/05/01/",
            "urls": ["https://example.org/han"], "access_date": "2026/07/23/",
            "notes": ["Cited: ¶8, p. 3. Sangho held the original."],
        },
        {
            "type_of_reference": "GOVDOC", "title": "Leaders' Joint Statement", "authors": ["The White House,"],
            "year": "2023", "date": "2023/04/26/", "urls": ["https://bidenwhitehouse.archives.gov/summit/"],
            "access_date": "2026/07/23/", "notes": [OURS],
        },
        {"type_of_reference": "GEN", "title": "Minutes", "notes": ["Cited: ¶1. Sangho held the original."]},
    ]  # fmt: skip


def test_bibtex_reads_back_as_what_is_known_of_each_document() -> None:
    summit, act, bare = read_bibtex(bibtex([SUMMIT, ACT, BARE], DAY))
    assert summit == {
        "ENTRYTYPE": "misc", "ID": "2023-04-26_summit", "author": "{The White House}",
        "title": "{Leaders' Joint Statement}", "date": "2023-04-26",
        "url": "https://bidenwhitehouse.archives.gov/summit/", "urldate": "2026-07-23", "note": OURS,
    }  # fmt: skip
    assert re.fullmatch("source-[0-9a-f]{8}", act.pop("ID"))
    assert act == {
        "ENTRYTYPE": "misc", "author": "{대한민국 국회 / 과학기술정보통신부}",
        "title": "{인공지능 발전과 신뢰 기반 조성 등에 관한 기본법}", "date": "2025-01",
        "url": "https://www.law.go.kr/법령/인공지능", "urldate": "2026-07-23",
        "note": "Cited: ¶2. Sangho held the original.",
    }  # fmt: skip
    assert bare.keys() == {"ENTRYTYPE", "ID", "title", "note"}


def test_notes_read_as_chicago_has_them() -> None:
    assert chicago_notes([SPEECH, SUMMIT, ACT, BARE], DAY).splitlines() == [
        "1. The National Interest, “ROK-US AI Cooperation Needs Real Reciprocity,” May 1, 2023, ¶8, p. 3, "
        "accessed July 23, 2026, https://example.org/han.",
        "2. The White House, “Leaders' Joint Statement,” April 26, 2023, ¶12, accessed July 23, 2026, "
        "https://bidenwhitehouse.archives.gov/summit/ (Sangho’s summary).",
        "3. 대한민국 국회 / 과학기술정보통신부, “인공지능 발전과 신뢰 기반 조성 등에 관한 기본법,” January 2025, ¶2, "
        "accessed July 23, 2026, https://www.law.go.kr/법령/인공지능.",
        "4. “Minutes,” n.d., ¶1.",
    ]


def test_a_document_cited_twice_is_one_record_with_its_paragraphs_in_order() -> None:
    later, earlier = replace(SPEECH, paragraph=12, page=None), replace(SPEECH, n=3, paragraph=2, page=1)
    cited = [later, SUMMIT, earlier, SPEECH, SPEECH]
    note = "Cited: ¶2, p. 1; ¶8, p. 3; ¶12. Sangho held the original."
    assert [record["notes"] for record in read_ris(ris(cited, DAY))] == [[note], [OURS]]
    assert [entry["note"] for entry in read_bibtex(bibtex(cited, DAY))] == [note, OURS]


@pytest.mark.parametrize("write", WRITERS)
def test_no_citations_give_an_empty_text_and_a_digest_s_words_are_in_none(write: Any) -> None:
    assert write([], DAY) == ""
    assert "widen" not in write([SUMMIT], DAY)


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("day", ["", "2026-07", "2026-7-3", "2026-02-30", "2026-07-23\n", "today", "20260723"])
def test_a_day_of_access_that_is_no_day_is_refused_with_its_value(write: Any, day: str) -> None:
    with pytest.raises(BadInput) as caught:
        write([SPEECH], day)
    assert repr(day) in caught.value.message
    assert caught.value.remedy == "Give it as YYYY-MM-DD."


# Fields


GOVERNMENTS = "https://www.law.go.kr/x https://WWW.GOV.UK/ai https://www.state.gov./x"
OTHERS = """
https://pmc.ncbi.nlm.nih.gov/articles/1 https://www.state.gov.evil.example/ https://notgov/ https://mygo.kr/
https://state.gov@evil.example/
"""


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        *((url, "GOVDOC") for url in GOVERNMENTS.split()),
        *((url, "ELEC") for url in OTHERS.split()),
        ("javascript:alert('state.gov')", "GEN"),
    ],
)
def test_the_type_says_government_only_at_a_governments_address(url: str, kind: str) -> None:
    record = ris_of(url=url)
    assert record["type_of_reference"] == kind
    assert ("urls" in record, "access_date" in record) == ((kind != "GEN"),) * 2


@pytest.mark.parametrize(
    ("date", "in_ris", "in_bibtex", "in_notes"),
    [
        ("2023", ("2023", "2023///"), ("2023", None), "2023"),
        ("2023-12", ("2023", "2023/12//"), ("2023-12", None), "December 2023"),
        ("2023-12-09", ("2023", "2023/12/09/"), ("2023-12-09", None), "December 9, 2023"),
        ("spring 2023", (None, "spring 2023"), (None, "spring 2023"), "spring 2023"),
        ("2023-02-30", (None, "2023-02-30"), (None, "2023-02-30"), "2023-02-30"),
        ("", (None, None), (None, None), "n.d."),
    ],
)
def test_dates_are_as_exact_as_they_are_known(date: str, in_ris: Any, in_bibtex: Any, in_notes: str) -> None:
    record, entry = ris_of(date=date), bibtex_of(date=date)
    assert (record.get("year"), record.get("date")) == in_ris
    assert (entry.get("date"), entry.get("year")) == in_bibtex
    assert f",” {in_notes}, ¶8" in chicago_notes([replace(SPEECH, date=date)], DAY)


def test_commas_do_not_part_an_issuer_nor_semicolons_an_address() -> None:
    record = ris_of(issuer="Department of Commerce, Bureau of Industry", url="https://example.org/a;b?c;d")
    assert record["authors"] == ["Department of Commerce / Bureau of Industry,"]
    assert record["urls"] == ["https://example.org/a%3Bb?c%3Bd"]


def test_latex_gets_its_special_characters_escaped_and_its_braces_balanced() -> None:
    assert bibtex_of(title="A&B_50% of $5 #1 {x} ~ ^ \\end | <y>")["title"] == (
        r"{A\&B\_50\% of \$5 \#1 \textbraceleft{}x\textbraceright{} \textasciitilde{} \textasciicircum{} "
        r"\textbackslash{}end \textbar{} \textless{}y\textgreater{}}"
    )


def test_keys_depend_on_the_document_alone_and_differ_by_more_than_capitals() -> None:
    alone, upper = bibtex_of(doc_id=ACT.doc_id)["ID"], bibtex_of(doc_id="Minutes")["ID"]
    ids = ["Minutes", "minutes", "MINUTES", "min utes", "m\u00efnutes", upper, f"{upper}-2", "법", ACT.doc_id]
    keys = [entry["ID"] for entry in read_bibtex(bibtex([replace(SPEECH, doc_id=doc_id) for doc_id in ids], DAY))]
    assert len({key.lower() for key in keys}) == len(ids)
    assert (keys[0], keys[1], keys[-1]) == (upper, "minutes", alone)


@pytest.mark.parametrize(
    ("title", "quoted"),
    [
        ("Are Allies Ready?", "“Are Allies Ready?,”"),
        ("On AI.", "“On AI,”"),
        ("An AI Policy for the U.S.", "“An AI Policy for the U.S.,”"),
        ("More to come...", "“More to come...,”"),
        ('The "Spirit" of “Camp David”', "“The ‘Spirit’ of ‘Camp David’,”"),
        ("", "“2023-05-01_han,”"),
    ],
)
def test_titles_in_notes_are_quoted_once(title: str, quoted: str) -> None:
    assert f"The National Interest, {quoted} May 1" in chicago_notes([replace(SPEECH, title=title)], DAY)


@pytest.mark.parametrize(
    ("url", "written"),
    [
        (" https://example.org/a ", "https://example.org/a"),
        ('https://example.org/a"b<c>{d}|^`', "https://example.org/a%22b%3Cc%3E%7Bd%7D%7C%5E%60"),
        ("https://example.org/법령?a=%20&b#c", "https://example.org/법령?a=%20&b#c"),
        ("https://example.org/\uffff", "https://example.org/%EF%BF%BF"),
        *((none, "") for none in ("https://a.example/a b", "//a.example", "data:text/html,x", "https:///path", "https://[::1")),
    ],
)  # fmt: skip
def test_addresses_are_of_the_web_and_hold_nothing_that_ends_a_field(url: str, written: str) -> None:
    assert address(url) == written


# Whatever sources say of themselves


def test_an_injected_field_is_one_line_of_the_title() -> None:
    cited = [replace(SPEECH, title=INJECTION, issuer=INJECTION)]
    (record,), (entry,) = read_ris(ris(cited, DAY)), read_bibtex(bibtex(cited, DAY))
    assert record["urls"] == ["https://example.org/han"]
    assert record["title"] == (
        "Title ER - TY - JOUR UR - http://evil.example/[U+2028]AU - Mallory[U+000B]T2 - x}, @misc{evil, title={y}"
    )
    assert (entry["ID"], entry["url"]) == ("2023-05-01_han", "https://example.org/han")
    assert len(chicago_notes(cited, DAY).splitlines()) == 1


LETTERS = st.characters(exclude_categories=()) | st.sampled_from('\r\n\t\\{}"@,=%#&~^$_<>|;\u2028\u202e\ufffe\udc80가')
TEXTS = st.text(LETTERS, max_size=60) | st.sampled_from([HOSTILE, INJECTION, "}}", "\\", "@misc{a,", "ER  - ", "%"])
DATES = TEXTS | st.sampled_from(["2023", "2023-05", "2023-05-01", "2023-02-30", "0000", "٢٠٢٣"])
CITATIONS = st.builds(
    Citation, n=st.integers(1, 40), doc_id=TEXTS | st.sampled_from(["a", "A", "a-2", "가", "나"]), title=TEXTS,
    issuer=TEXTS, date=DATES, url=TEXTS | TEXTS.map(lambda text: f"https://example.org/{text}"),
    edition=st.sampled_from(["original", "digest"]), paragraph=st.integers(1, 99), page=st.none() | st.integers(1, 99),
    quote=TEXTS, start=st.just(0), end=st.just(0),
)  # fmt: skip


@given(st.lists(CITATIONS, max_size=5))
def test_ris_has_one_record_a_document(citations: list[Citation]) -> None:
    text = ris(citations, DAY)
    assert text.encode().decode().splitlines() == text.split("\r\n")[:-1]
    assert all(re.match(r"(TY|TI|AU|PY|DA|UR|Y2|N1|ER)  - ", line) for line in text.splitlines())
    records = read_ris(text)
    assert len(records) == len({citation.doc_id for citation in citations})
    for record in records:
        assert len(record.get("urls", [])) <= 1
        assert all(url.lower().startswith(("http://", "https://")) for url in record.get("urls", []))
        assert all(name.endswith(",") and name.count(",") == 1 for name in record.get("authors", []))
        assert len(record["notes"]) == 1


@given(st.lists(CITATIONS, max_size=4))
def test_bibtex_has_one_entry_a_document(citations: list[Citation]) -> None:
    text = bibtex(citations, DAY)
    lines = text.encode().decode().splitlines()
    assert lines == text.split("\n")[:-1]
    assert all(re.match(r"@misc\{[a-z0-9_.-]+,$|  [a-z]+ = \{.*\},$|\}$|$", line) for line in lines)
    assert all(line.count("{") == line.count("}") for line in lines if line.startswith(" "))
    entries = read_bibtex(text)
    assert len(entries) == len({entry["ID"] for entry in entries}) == len({cited.doc_id for cited in citations})
    assert all(entry["note"].startswith("Cited: ¶") for entry in entries)


@given(st.lists(CITATIONS, max_size=5))
def test_a_note_is_one_line(citations: list[Citation]) -> None:
    lines = chicago_notes(citations, DAY).encode().decode().splitlines()
    assert len(lines) == len(citations)
    for line, citation in zip(lines, citations, strict=True):
        assert line.startswith(f"{citation.n}. ")
        assert f", ¶{citation.paragraph}" in line
        assert line.endswith("(Sangho’s summary).") == (citation.edition == "digest")
        assert ("accessed July 23, 2026, http" in line.replace("HTTP", "http")) == bool(address(citation.url))
