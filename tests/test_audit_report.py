"""Reports of audits: nothing of the article is lost or acts, every mark has its evidence, the files are valid."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import docx
import pytest
from docx.oxml import parse_xml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from app.audit.report import check_report_path, report_bytes, write_report
from app.audit.report_docx import report_docx
from app.audit.report_html import report_html
from app.audit.report_lines import Row, counts, marks, problem_rows, problem_source, searched, stretches, unchecked
from app.audit.report_markdown import report_markdown
from app.audit.report_notes import tone
from app.audit.results import Audit, AuditedSentence, SentenceKind
from app.claims.labels import ENGLISH_CLAIMS
from app.claims.results import Check
from app.errors import BadInput
from tests.claim_fakes import (
    ARTICLE,
    HOSTILE,
    NOTICE,
    a_check,
    a_citation,
    a_hostile_audit,
    a_korean_audit,
    a_part,
    a_quote,
    an_audit,
    contradicted,
    misquoted,
    statement_2023,
    supported,
)

ROOT: Final = Path(__file__).resolve().parent.parent
W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VOID: Final = {"meta", "br"}


class Page(HTMLParser):
    """The page as a browser would take it apart: elements with their attributes, and texts by what they stand in."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.paragraphs: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(html)
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        if tag not in VOID:
            self._open.append((tag, found.get("class", "")))
        if found.get("class") == "paragraph":
            self.paragraphs.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        inside = {of for _, of in self._open} | {tag for tag, _ in self._open}
        if "paragraph" in inside and not inside & {"number", "sup"}:
            self.paragraphs[-1] += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def an_article(paragraphs: dict[int, str], *sentences: AuditedSentence) -> Audit:
    return replace(an_audit(), paragraphs=paragraphs, sentences=sentences)


# What all forms say


def test_counts_tell_verdicts_always_and_the_rest_where_it_occurs() -> None:
    found = [(one.symbol, one.count) for one in counts(an_audit(), ENGLISH_CLAIMS)]
    assert found == [("✓", 3), ("✕", 2), ("○", 2), ("≡", 1), ("≠", 1), ("?", 1), ("△", 1)]
    empty = an_article({})
    assert [(one.symbol, one.count) for one in counts(empty, ENGLISH_CLAIMS)] == [("✓", 0), ("✕", 0), ("○", 0)]


def test_what_was_searched_is_said_once_and_restrictions_are_named() -> None:
    assert searched(an_audit(["joint_statement", "law"]), ENGLISH_CLAIMS) == [
        NOTICE,
        "Only this counts as evidence: joint_statement, law",
        "Not used as evidence, because it is this text or a summary of it: What a fair partnership would take",
    ]
    silent = replace(an_audit(), notice="", itself=(), itself_called=())
    assert searched(silent, ENGLISH_CLAIMS) == [ENGLISH_CLAIMS.not_false]


def test_problems_show_both_sides() -> None:
    assert problem_rows(contradicted(), ENGLISH_CLAIMS) == [
        Row("number", "at most 15 percent", "30 percent"),
        Row("how many", "(left out)", "in the case of a vehicle not powered by a gasoline or diesel"),
    ]
    bare = a_check("It fell.", "contradicted", citations=[a_citation(1, "It rose.", stance="contradicts")])
    assert problem_rows(bare, ENGLISH_CLAIMS) == [Row("says otherwise", "It fell.", "It rose.", quoted=True)]
    digest = replace(bare, citations=(replace(bare.citations[0], edition="digest"),))
    assert problem_rows(digest, ENGLISH_CLAIMS)[0].quoted is False
    nowhere = a_check("It fell.", "contradicted", citations=[])
    assert problem_rows(nowhere, ENGLISH_CLAIMS) == [
        Row("Contradicted by the sources", "It fell.", "(not in the source)")
    ]


def test_a_quotation_from_elsewhere_is_shown_with_where_it_stands() -> None:
    check = a_check("He said “it rose twice.”", quotes=[a_quote("it rose twice", "no", elsewhere=True)])
    [row] = problem_rows(check, ENGLISH_CLAIMS)
    assert row.what == "not in the document named; word for word in U.S.-ROK Leaders' Joint Statement, ¶18"
    assert row.quoted


def test_the_source_to_open_is_the_one_that_differs() -> None:
    both = [a_citation(1), a_citation(2, stance="contradicts", paragraph=5)]
    found = problem_source(a_check(citations=both))
    assert found is not None
    assert found.n == 2
    quoted = a_check(citations=[a_citation(1), a_citation(2, stance="closest")], quotes=[a_quote("a b c", "no", 2)])
    found = problem_source(quoted)
    assert found is not None
    assert found.n == 2
    assert problem_source(a_check(citations=[])) is None


def test_a_quotation_that_stands_nowhere_has_no_source() -> None:
    check = a_check(
        "An eye for an eye is no policy.",
        "not_in_sources",
        citations=[statement_2023(1, "closest")],
        quotes=[a_quote("an eye for an eye", "no", None, similarity=0.0)],
    )
    assert problem_source(check) is None
    (row,) = problem_rows(check, ENGLISH_CLAIMS)
    assert (row.written, row.published) == ("an eye for an eye", "")


def test_what_could_not_be_checked_has_its_reason() -> None:
    assert [(sentence.paragraph, why) for _, sentence, why in unchecked(an_audit(), ENGLISH_CLAIMS)] == [
        (3, "a new chapter of technology ties: cannot be checked: only Sangho’s summary of it is held"),
        (5, "The chat model gave no answer in 60 seconds."),
    ]


def test_marks_and_tones() -> None:
    def sentence(check: Check | None, kind: str = "claim", error: str = "") -> AuditedSentence:
        return AuditedSentence(1, 0, 1, "a", kind, check, error)  # type: ignore[arg-type]

    assert (marks(sentence(misquoted())), tone(sentence(misquoted()))) == ("✓≠", "not_verbatim")
    assert (marks(sentence(contradicted())), tone(sentence(contradicted()))) == ("✕", "contradicted")
    assert (marks(sentence(supported(), "opinion")), tone(sentence(supported(), "opinion"))) == ("≡", "verbatim")
    assert (marks(sentence(None, error="x")), tone(sentence(None, error="x"))) == ("△", "failed")
    assert marks(sentence(None, "forecast")) == ""


SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 45)), max_size=6)


@given(st.text(max_size=40), SPANS)
def test_stretches_joined_are_the_paragraph_wherever_sentences_claim_to_stand(
    text: str, spans: list[tuple[int, int]]
) -> None:
    sentences = [AuditedSentence(1, start, end, text[start:end], "claim", None) for start, end in spans]
    found = list(stretches(an_article({1: text}, *sentences), 1))
    assert "".join(stretch for stretch, _ in found) == text
    placed = [i for _, i in found if i is not None]
    assert len(placed) == len(set(placed))


# HTML


def test_the_html_keeps_the_articles_text() -> None:
    assert Page(report_html(an_audit())).paragraphs == list(ARTICLE.values())


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from("ab <>&\"'\n  가é&lt;"), max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_the_html_keeps_any_text(text: str, start: int, end: int) -> None:
    check = a_check(text[start:end] or "x")
    audit = an_article({7: text}, AuditedSentence(7, start, end, text[start:end], "claim", check))
    assert Page(report_html(audit)).paragraphs == [text]


@pytest.mark.parametrize("audit", [an_audit(), a_korean_audit(), a_hostile_audit()], ids=["en", "ko", "hostile"])
def test_the_html_is_one_file_that_asks_for_nothing(audit: Audit) -> None:
    html = report_html(audit)
    page = Page(html)
    assert {tag for tag, _ in page.elements} <= set(
        "html head meta title style body main h1 h2 h3 h4 p ul ol li dl dt dd i b span table thead tbody tr th td a "
        "bdi small br mark div article sup blockquote script".split()
    )
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert not [attributes for _, attributes in page.elements if {"src", "style", "srcset"} & set(attributes)]
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert not re.search(r"url\(|@import", html[: html.index("</style>")])
    for link in page.all("a"):
        assert link["href"].startswith(("#", "https://")), link
        assert link["href"].startswith("#") or link["rel"] == "noopener noreferrer"
    assert "\u202e" not in html


def test_the_policy_lets_only_the_files_own_style_and_script_act() -> None:
    html = report_html(a_hostile_audit())
    policy = next(meta["content"] for meta in Page(html).all("meta") if "http-equiv" in meta)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        content = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)[0]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_every_mark_has_its_evidence_and_every_link_its_target() -> None:
    page = Page(report_html(an_audit()))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {name for name in ids if name[0] == "s"} == {f"s{n}" for n in range(1, 9)}
    assert {name for name in ids if name[0] == "n"} == {f"n{n}" for n in range(1, 9)}
    assert {link["href"][1:] for link in page.all("a") if link["href"][0] == "#"} == set(ids)


def test_colour_never_stands_alone() -> None:
    html = report_html(an_audit())
    for symbol, number in (("✓≠", 1), ("✓≡", 2), ("✕", 3), ("○?", 4), ("✕", 5), ("○", 6), ("✓", 7), ("△", 8)):
        assert f"<sup>{symbol}\u202f{number}</sup>" in html
    assert 'title="forecast">Within five years' in html


def test_words_that_differ_are_marked_on_both_sides() -> None:
    html = report_html(an_audit())
    assert "<mark>at most 15 percent</mark>" in html
    assert "(<mark>30 percent</mark> <mark>in the case of a vehicle not powered by a gasoline or diesel</mark>" in html
    assert "commit to <mark>work together to</mark> develop" in html
    assert html.count("<mark>collaboratively</mark>") == 2  # in the table and in the note
    assert "Sangho’s summary of ¶9: The three leaders" in html
    assert "“The three leaders" not in html


def test_without_problems_the_report_says_so() -> None:
    audit = an_article({1: "It rose."}, AuditedSentence(1, 0, 8, "It rose.", "claim", a_check("It rose.")))
    for text in (report_html(audit), report_markdown(audit)):
        assert ENGLISH_CLAIMS.no_problems in text
        assert ENGLISH_CLAIMS.unchecked not in text


def test_a_report_of_nothing_is_a_report() -> None:
    for ending in (".html", ".md", ".docx"):
        assert report_bytes(an_article({}), ending)


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", css))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_wcag_aa_in_light_dark_and_print() -> None:
    css = (ROOT / "app/audit/report.css").read_text(encoding="utf-8")
    themes = [colours(block) for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)]
    assert len(themes) == 3
    for theme in themes:
        for ground in ("paper", "raised", "current"):
            for text in ("ink", "soft", "accent", "supported", "contradicted", "not_in_sources", "quoted"):
                assert contrast(theme[ground], theme[text]) >= 4.5, (ground, text, theme)
        assert contrast(theme["mark"], theme["mark-ink"]) >= 4.5
        assert contrast(theme["paper"], theme["edge"]) >= 3


# Markdown


def test_the_markdown_tells_problems_first_and_notes_last() -> None:
    text = report_markdown(an_audit(["law"]))
    heads = re.findall(r"^#+ .*$", text, re.MULTILINE)
    assert heads == [
        "# Audit of What a fair partnership would take",
        "## How it is marked",
        "## To look at first",
        "## What could not be checked",
        "## The text",
        "## Evidence",
    ]
    assert (
        "| ✕ | A driver who leases an electric car gets a tax credit of at most 15 percent of its price. | ¶4 | number "
        "| at most 15 percent | 30 percent | 26 U.S.C. § 45W. Credit for qualified commercial clean vehicles, ¶7 [^5] |"
    ) in text
    assert "of its price. **✕** [^5] Six Korean firms run generative models of their own. **○** [^6]" in text
    assert sorted(re.findall(r"^\[\^(\d+)\]:", text, re.MULTILINE)) == sorted("12345678")


def test_no_markup_of_the_article_acts_in_markdown() -> None:
    found = MarkdownIt("commonmark").enable("table").parse(report_markdown(a_hostile_audit()))
    inner = [child for token in found for child in token.children or []]
    kinds = {token.type for token in [*found, *inner]}
    assert not kinds & {
        "html_inline",
        "html_block",
        "image",
        "code_inline",
        "link_open",
        "em_open",
        "ordered_list_open",
    }
    assert [token.tag for token in found if token.type == "heading_open"] == ["h1", "h2", "h2", "h2", "h2", "h2"]
    said = "\n".join("\n" if child.type == "hardbreak" else child.content for child in inner)
    assert "<script>window.hacked=1</script>" in said
    assert "# Not a heading" in said


def cells(markdown: str) -> Iterator[int]:
    for line in markdown.split("\n"):
        if line.startswith("|"):
            yield len(re.findall(r"(?<!\\)\|", line))


def test_tables_stay_tables() -> None:
    nasty = "a | b \\| c\n| d"
    check = a_check(nasty, "contradicted", citations=[a_citation(1, nasty, title=nasty, stance="contradicts")])
    audit = an_article({1: nasty}, AuditedSentence(1, 0, len(nasty), nasty, "claim", check))
    assert set(cells(report_markdown(audit))) == {4, 8}


# Word


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("audit", [an_audit(), a_korean_audit(), a_hostile_audit()], ids=["en", "ko", "hostile"])
def test_the_footnotes_are_words_own(audit: Audit) -> None:
    content = report_docx(audit)
    parts = parts_of(content)
    trees: dict[str, Any] = {name: parse_xml(part) for name, part in parts.items() if name.endswith((".xml", ".rels"))}
    notes, body = trees["word/footnotes.xml"], trees["word/document.xml"]
    assert notes.tag == f"{W}footnotes"
    listed = [(note.get(f"{W}id"), note.get(f"{W}type")) for note in notes]
    wanted = sum(bool(one.check or one.error) for one in audit.sentences)
    assert listed[:2] == [("-1", "separator"), ("0", "continuationSeparator")]
    assert listed[2:] == [(str(n), None) for n in range(1, wanted + 1)]
    references = [mark.get(f"{W}id") for mark in body.iter(f"{W}footnoteReference")]
    assert references == [str(n) for n in range(1, wanted + 1)]
    for note in list(notes)[2:]:
        assert len(note)
        assert len(list(note.iter(f"{W}footnoteRef"))) == 1
        assert {style.get(f"{W}val") for style in note.iter(f"{W}pStyle")} == {"FootnoteText"}
    styles = {style.get(f"{W}styleId") for style in trees["word/styles.xml"].iter(f"{W}style")}
    used = {
        one.get(f"{W}val") for tree in (notes, body) for name in ("pStyle", "rStyle") for one in tree.iter(f"{W}{name}")
    }
    assert used <= styles
    kinds = {one.get("PartName"): one.get("ContentType") for one in trees["[Content_Types].xml"]}
    assert kinds["/word/footnotes.xml"] == (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    )
    assert b'relationships/footnotes" Target="footnotes.xml"' in parts["word/_rels/document.xml.rels"]
    named = [one.get(f"{W}id") for one in trees["word/settings.xml"].iter(f"{W}footnote")]
    assert named == ["-1", "0"]


def test_settings_stand_in_the_order_that_the_standard_fixes() -> None:
    tree: Any = parse_xml(parts_of(report_docx(an_audit()))["word/settings.xml"])
    order = [element.tag.rpartition("}")[2] for element in tree]
    assert order.index("characterSpacingControl") < order.index("footnotePr") < order.index("compat")


def test_links_in_footnotes_lead_to_the_web_only() -> None:
    relations = parts_of(report_docx(an_audit()))["word/_rels/footnotes.xml.rels"].decode()
    assert relations.count('TargetMode="External"') == 4
    assert "word/_rels/footnotes.xml.rels" not in parts_of(report_docx(a_hostile_audit()))


def test_the_word_document_opens_and_keeps_the_articles_text() -> None:
    opened = docx.Document(io.BytesIO(report_docx(an_audit())))
    lines = [paragraph.text for paragraph in opened.paragraphs]
    assert lines[0] == "Audit of What a fair partnership would take"
    assert "¶2 The two allies have talked about technology for years.  It is time to ask what came of it. " in "".join(
        lines
    )
    assert any(line.endswith("¶1 What a fair partnership would take") for line in lines)
    [marked, problems] = opened.tables
    assert [cell.text for cell in marked.rows[1].cells] == ["✓", "Supported by the sources", "3"]
    assert [cell.text for cell in problems.rows[3].cells][1:4] == ["number", "at most 15 percent", "30 percent"]


def test_the_same_audit_gives_the_same_bytes() -> None:
    for ending in (".html", ".md", ".docx"):
        assert report_bytes(an_audit(), ending) == report_bytes(an_audit(), ending)
        later = replace(an_audit(), timings_ms={"judge": 17.0})
        assert report_bytes(later, ending) == report_bytes(an_audit(), ending)


@settings(max_examples=10, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=20))
def test_whatever_an_article_holds_each_form_can_be_written(text: str) -> None:
    check = a_check(text, "contradicted", citations=[a_citation(1, text, title=text, stance="contradicts")])
    check = replace(check, parts=(a_part(text, "contradicted", citations=[1]),), notice=text)
    audit = replace(
        an_article({1: text}, AuditedSentence(1, 0, len(text), text, "claim", check, text)), document=text, notice=text
    )
    Page(report_bytes(audit, ".html").decode())
    assert report_bytes(audit, ".md").decode()
    docx.Document(io.BytesIO(report_bytes(audit, ".docx")))


# Writing


@pytest.mark.parametrize("name", ["r.html", "r.MD", "r.docx", "한국어 보고서.html"])
def test_a_report_is_written_by_its_ending(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("older")
    write_report(an_audit(), path)
    assert path.read_bytes() == report_bytes(an_audit(), path.suffix)
    assert [one.name for one in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["r.pdf", "r", ".html", "r.html.txt", "missing/r.html", "folder.html"])
def test_what_cannot_be_written_is_said_before_anything_is(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.html").mkdir()
    for call in (check_report_path, lambda path: write_report(an_audit(), path)):
        with pytest.raises(BadInput) as caught:
            call(tmp_path / name)
        assert caught.value.remedy
    assert [one.name for one in tmp_path.iterdir()] == ["folder.html"]


def test_a_failed_write_leaves_the_older_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.md"
    path.write_text("older")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadInput, match="No space left"):
        write_report(an_audit(), path)
    assert path.read_text() == "older"
    assert [one.name for one in tmp_path.iterdir()] == ["r.md"]


def test_a_report_has_the_rights_of_any_new_file_and_follows_a_link(tmp_path: Path) -> None:
    plain, link = tmp_path / "plain.txt", tmp_path / "link.md"
    plain.write_text("")
    (tmp_path / "real.md").write_text("older")
    link.symlink_to("real.md")
    write_report(an_audit(), link)
    assert link.is_symlink()
    assert (tmp_path / "real.md").read_text(encoding="utf-8").startswith("# Audit of")
    write_report(an_audit(), tmp_path / "new.md")
    assert stat.S_IMODE((tmp_path / "new.md").stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_hostile_text_is_shown_as_it_is() -> None:
    html = report_html(a_hostile_audit())
    assert "&lt;script&gt;window.hacked=1&lt;/script&gt;" in html
    assert "<script>window" not in html
    assert "javascript:window" in html  # as text, in no link
    assert HOSTILE not in html


@pytest.mark.parametrize("kind", ["claim", "opinion"])
def test_hostile_text_without_a_mark_is_text_too(kind: SentenceKind) -> None:
    audit = an_article({1: f"{HOSTILE} {HOSTILE}"}, AuditedSentence(1, 0, len(HOSTILE), HOSTILE, kind, None))
    visible = HOSTILE.replace("\u202e", "U+202E").replace("\u2066", "U+2066")
    assert Page(report_html(audit)).paragraphs == [f"{visible} {visible}"]
    assert not Page(report_html(audit)).all("img")
