"""Reading HTML, PDF and Word files that are made here, sound and broken."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
import pdfplumber
import pytest
from docx.oxml import parse_xml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

from ingest.errors import ReadError
from ingest.readers import pdf as pdf_reader
from ingest.readers import read_file
from tests.test_readers import LIMIT, read, refused, texts

PAGE = """<!doctype html><html lang="en"><head><meta charset="{charset}"><title>Seoul talks | Gazette</title>
<meta property="og:title" content="Seoul talks"><meta property="og:site_name" content="The Gazette">
<meta property="article:published_time" content="2023-04-26T10:00:00Z">
<link rel="canonical" href="https://gazette.example/talks"><script>var hidden = 1;</script></head><body>
<nav><a href="/">Home</a> <a href="/all">All stories</a></nav><article><h1>Seoul talks</h1>
<p>The two governments agreed on the 26th of April to begin work on trusted chips, and said so.</p>
<p>They named <b>three</b> fields in which they would <a href="/x">work together</a> in years to come: 협력.</p>
<ul><li>Semiconductors made in both countries</li><li>Quantum computing &amp; sensing</li></ul>
<h2>What comes next</h2><p>A second meeting will take place before the end of the year, in Washington.</p>
<table><tr><th>Country</th><th>Share</th></tr><tr><td>Korea</td><td>40 percent</td></tr></table></article>
<footer>Copyright 2026, all rights reserved</footer></body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "euc-kr"])
def test_an_article_in_html(tmp_path: Path, charset: str) -> None:
    document = read(tmp_path, "a.html", PAGE.format(charset=charset).encode(charset))
    assert texts(document) == [
        "Seoul talks",
        "The two governments agreed on the 26th of April to begin work on trusted chips, and said so.",
        "They named three fields in which they would work together in years to come: 협력.",
        "Semiconductors made in both countries",
        "Quantum computing & sensing",
        "What comes next",
        "A second meeting will take place before the end of the year, in Washington.",
        "Country | Share",
        "Korea | 40 percent",
    ]
    assert [p.text for p in document.paragraphs if p.heading] == ["Seoul talks", "What comes next"]
    assert (document.title, document.issuer, document.date) == ("Seoul talks", "The Gazette", "2023-04-26")
    assert document.url == "https://gazette.example/talks"


def test_a_short_page_in_html(tmp_path: Path) -> None:
    page = "<html><body><nav>Menu</nav>One<br><br>two<div>three <i>four</i></div><script>x</script></body></html>"
    assert texts(read(tmp_path, "a.htm", page)) == ["One", "two", "three four"]


def test_a_script_as_canonical_link_is_not_kept(tmp_path: Path) -> None:
    page = PAGE.format(charset="utf-8").replace("https://gazette.example/talks", "javascript:alert(1)")
    assert not read(tmp_path, "a.html", page).url.startswith("javascript")


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("<html><body><script>x</script></body></html>", "no text"),
        (
            PAGE.format(charset="utf-8").encode("cp1251", "replace") + "привет".encode("cp1251"),
            "wrong encoding",
        ),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
    ],
)
def test_bad_html_is_named(tmp_path: Path, page: bytes | str, says: str) -> None:
    assert says in refused(tmp_path, "a.html", page)


def sentence(n: int, part: str) -> str:
    return (
        f"Sentence {n}{part} says that the leaders welcomed the long-term work of both governments on trusted "
        "chips and agreed to meet again in Seoul before the year ends."
    )


def story(n: int) -> str:
    return f"Paragraph number {n} begins here. " + " ".join(sentence(n, part) for part in "abcdef") + f" End of {n}."


def two_columns() -> bytes:
    """Three pages in two columns, with running heads, page numbers and a footnote each."""
    buffer = io.BytesIO()
    notes = ("See note of the annex.", "Han, 2023, pages four to nine.", "Ibidem.")

    def frame(canvas: Canvas, document: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(72, 810, "Sangho Review, vol. 7")
        canvas.drawString(290, 30, str(document.page))
        canvas.setFont("Helvetica", 7)
        canvas.drawString(60, 60, notes[document.page - 1])

    document = BaseDocTemplate(buffer, pagesize=A4)
    frames = [Frame(50, 80, 235, 700), Frame(310, 80, 235, 700)]
    document.addPageTemplates([PageTemplate(frames=frames, onPage=frame)])
    body = ParagraphStyle("body", fontSize=10, leading=12, firstLineIndent=12, alignment=4)
    head = ParagraphStyle("head", fontName="Helvetica-Bold", fontSize=13, leading=16, spaceBefore=8, spaceAfter=6)
    flow = []
    for n in range(12):
        if n % 4 == 0:
            flow.append(Paragraph(f"Part {n // 4} of the Story", head))
        flow.append(Paragraph(story(n) + "<super>3</super>", body))
    document.build(flow)
    return buffer.getvalue()


def test_a_pdf_in_two_columns(tmp_path: Path) -> None:
    document = read(tmp_path, "a.pdf", two_columns())
    found = texts(document)
    heads = [f"Part {n} of the Story" for n in range(3)]
    notes = ["See note of the annex.", "Han, 2023, pages four to nine.", "Ibidem."]
    assert [text for text in found if text not in heads + notes] == [story(n) for n in range(12)]
    assert [p.text for p in document.paragraphs if p.heading] == heads
    assert [(p.text, p.page) for p in document.paragraphs if p.text in notes] == list(
        zip(notes, (1, 2, 3), strict=True)
    )
    pages = [p.page or 0 for p in document.paragraphs]
    assert pages == sorted(pages)
    assert (pages[0], pages[-1]) == (1, 3)
    with pdfplumber.open(io.BytesIO(two_columns())) as pdf:
        second = pdf.pages[1].extract_text()
    (across,) = [n for n in range(12) if f"End of {n}." in second and f"number {n} begins" not in second]
    assert document.paragraph(found.index(story(across)) + 1).page == 1


def drawn(*pages: list[tuple[float, float, float, str]], font: str = "Helvetica", **options: Any) -> bytes:
    """A PDF whose pages hold words at given places: (x, y from below, size, text)."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, **options)
    for page in pages:
        for x, y, size, text in page:
            canvas.setFont(font, size)
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_broken_words_and_gaps(tmp_path: Path) -> None:
    lines = [
        (72.0, 700.0, 11.0, "The two sides spoke of coop-"),
        (72.0, 686.0, 11.0, "eration on semiconductors, of AI-"),
        (72.0, 672.0, 11.0, "driven work, and of a well-known one, well-"),
        (72.0, 658.0, 11.0, "known to all who were there at the time."),
        (72.0, 620.0, 11.0, "A new paragraph stands after a gap."),
        (72.0, 606.0, 11.0, "• A point of its own"),
        (72.0, 592.0, 11.0, "• Another point"),
    ]
    assert texts(read(tmp_path, "a.pdf", drawn(lines))) == [
        "The two sides spoke of cooperation on semiconductors, of AI-driven work, and of a well-known one, "
        "well-known to all who were there at the time.",
        "A new paragraph stands after a gap.",
        "• A point of its own",
        "• Another point",
    ]


def test_running_heads_that_change_with_the_chapter(tmp_path: Path) -> None:
    body = (
        "Korea and the United States",
        "set up a fund for chips",
        "that both of them pay into",
        "from 2024 on.",
    )
    heads = ("11 Beginnings", "Money 12", "13 Work", "Outlook 14")
    pages = [[(72.0, 800.0, 9.0, head), (72.0, 400.0, 11.0, words)] for head, words in zip(heads, body, strict=True)]
    assert texts(read(tmp_path, "a.pdf", drawn(*pages))) == [" ".join(body)]


def test_a_korean_pdf(tmp_path: Path) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("HYSMyeongJo-Medium"))
    lines = [
        (72.0, 700.0, 11.0, "제1조 (목적)"),
        (72.0, 680.0, 11.0, "이 법은 인공지능의 건전한 발전에 필요한 인공지능 정책을 정하며 인공지"),
        (72.0, 666.0, 11.0, "능 기본계획의 수립에 관한 사항을 규정한다."),
    ]
    document = read(tmp_path, "a.pdf", drawn(lines, font="HYSMyeongJo-Medium"))
    assert texts(document) == [
        "제1조 (목적)",
        "이 법은 인공지능의 건전한 발전에 필요한 인공지능 정책을 정하며 "
        "인공지능 기본계획의 수립에 관한 사항을 규정한다.",
    ]
    assert document.language == "ko"
    assert document.paragraphs[0].heading


def test_a_table_in_a_pdf_is_read_row_by_row(tmp_path: Path) -> None:
    rows = [(x, 700.0 - 14 * n, 11.0, f"{name} {n}") for n in range(8) for x, name in ((72.0, "Korea"), (400.0, "USA"))]
    assert "Korea 0 USA 0" in " ".join(texts(read(tmp_path, "a.pdf", drawn(rows))))


def image_only(words: str = "") -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    if words:
        canvas.drawString(72, 500, words)
        canvas.showPage()
    canvas.drawImage(ImageReader(Image.new("RGB", (40, 60), "white")), 0, 0, *A4)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_scans(tmp_path: Path) -> None:
    assert "a scan: it has no text layer (1 pages)" in refused(tmp_path, "a.pdf", image_only())
    mixed = read(tmp_path, "b.pdf", image_only("Only the first page has a text layer."))
    assert mixed.complete is False
    assert read(tmp_path, "c.pdf", drawn([(72, 500, 11, "All of it.")])).complete is True


ONE_PAGE = drawn([(72.0, 500.0, 11.0, "A sentence on a page.")])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (drawn([(72, 500, 11, "x y")], encrypt=StandardEncryption("secret")), "needs a password"),
        (ONE_PAGE[: len(ONE_PAGE) // 2], "truncated"),
        (two_columns()[:-600], "truncated"),
        (b"not a pdf at all", "not a PDF"),
        (b"%PDF-1.7\n" + b"junk " * 100 + b"%%EOF", "damaged"),
        (drawn([(72, 500, 11, "")]), "without text"),
    ],
)
def test_bad_pdfs_are_named(tmp_path: Path, data: bytes, says: str) -> None:
    assert says in refused(tmp_path, "a.pdf", data)


def test_a_pdf_that_opens_without_a_password_is_read(tmp_path: Path) -> None:
    locked = StandardEncryption("", ownerPassword="owner", canPrint=0)  # protected against changes only
    assert texts(read(tmp_path, "a.pdf", drawn([(72, 500, 11, "Open words.")], encrypt=locked))) == ["Open words."]


def test_too_many_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_reader, "MOST_PAGES", 2)
    assert "more than 2 pages" in refused(tmp_path, "a.pdf", drawn(*[[(72.0, 500.0, 11.0, "x y")]] * 3))


def word(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def word_file() -> bytes:
    document = docx.Document()
    document.add_heading("제목 Title", 0)
    document.add_paragraph("First one,\twith a tab.")
    document.add_heading("Section", 2)
    document.add_paragraph("An item", style="List Bullet")
    table = document.add_table(rows=2, cols=3)
    for n, text in enumerate(("Country", "Year", "Share", "한국", "2023", "")):
        table.cell(n // 3, n % 3).text = text
    table.cell(1, 1).merge(table.cell(1, 2))
    frame = document.add_table(rows=1, cols=1).cell(0, 0)
    frame.text = "Boxed one."
    frame.add_paragraph("Boxed two.")
    paragraph = document.add_paragraph("Shown")
    paragraph.add_run(" hidden").font.hidden = True
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    for change, kind in (("ins", "t"), ("del", "delText")):
        run = f"<w:{change} {space}><w:r><w:{kind}> {change}</w:{kind}></w:r></w:{change}>"
        paragraph._p.append(parse_xml(run))
    content = f"<w:sdt {space}><w:sdtContent><w:p><w:r><w:t>Held.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    document.element.body.insert(-1, parse_xml(content))
    return word(document)


def test_a_word_file(tmp_path: Path) -> None:
    document = read(tmp_path, "a.docx", word_file())
    assert [(p.text, p.heading) for p in document.paragraphs] == [
        ("제목 Title", True),
        ("First one, with a tab.", False),
        ("Section", True),
        ("An item", False),
        ("Country | Year | Share", False),
        ("한국 | 2023", False),
        ("Boxed one.", False),
        ("Boxed two.", False),
        ("Shown ins", False),
        ("Held.", False),
    ]
    assert document.title == "제목 Title"


def rebuilt(data: bytes, change: dict[str, bytes]) -> bytes:
    """The same archive with some parts replaced or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *change]):
            new.writestr(name, change[name] if name in change else old.read(name))
    return buffer.getvalue()


def part(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def test_footnotes_follow_their_paragraph(tmp_path: Path) -> None:
    document = docx.Document()
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document.add_paragraph("Noted.")._p.append(parse_xml(f'<w:r {space}><w:footnoteReference w:id="2"/></w:r>'))
    document.add_paragraph("After.")
    data = word(document)
    relation = (
        b'<Relationship Id="rId99" Target="footnotes.xml" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"/></Relationships>'
    )
    kind = (
        b'<Override PartName="/word/footnotes.xml" ContentType="application/'
        b'vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"/></Types>'
    )
    words = "<w:p><w:r><w:t>The note.</w:t></w:r></w:p>"
    note = f'<w:footnotes {space}><w:footnote w:id="2">{words}</w:footnote></w:footnotes>'
    rels = part(data, "word/_rels/document.xml.rels").replace(b"</Relationships>", relation)
    types = part(data, "[Content_Types].xml").replace(b"</Types>", kind)
    changed = {
        "word/footnotes.xml": note.encode(),
        "word/_rels/document.xml.rels": rels,
        "[Content_Types].xml": types,
    }
    assert texts(read(tmp_path, "a.docx", rebuilt(data, changed))) == ["Noted.", "The note.", "After."]


def expanding(data: bytes) -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    declaration = f'<!DOCTYPE w [<!ENTITY e0 "lol">{entities}]>'.encode()
    body = part(data, "word/document.xml")
    return rebuilt(data, {"word/document.xml": body.replace(b"?>", b"?>" + declaration, 1)})


def lying(data: bytes) -> bytes:
    """An archive whose directory says that its bomb is small."""
    bomb = rebuilt(data, {"word/bomb.xml": b" " * 300_000_000})
    return bomb.replace((300_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little"))


SOUND = word_file()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: rebuilt(SOUND, {"word/bomb.xml": b" " * 300_000_000}), "over 200000000"),
        (lambda: rebuilt(SOUND, {"word/bomb.xml": b" " * 20_000_000}), "times its size"),
        (lambda: lying(SOUND), "CRC"),
        (lambda: rebuilt(SOUND, {f"word/{n}.xml": b"" for n in range(10_001)}), "parts, over 10000"),
        (lambda: expanding(SOUND), "document type declaration"),
        (lambda: SOUND[: len(SOUND) // 2], "truncated"),
        (lambda: b"plain text", "not a .docx"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
        (lambda: rebuilt(SOUND, {"word/document.xml": b"<w"}), "not a readable Word"),
        (lambda: rebuilt(b"PK\x05\x06" + bytes(18), {"a.txt": b"x"}), "not a readable Word"),
        (lambda: word(docx.Document()), "no text"),
    ],
)
def test_bad_word_files_are_named(tmp_path: Path, make: Any, says: str) -> None:
    assert says in refused(tmp_path, "a.docx", make())


SAMPLES = {".pdf": ONE_PAGE, ".docx": SOUND, ".html": PAGE.format(charset="utf-8").encode()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    suffix=st.sampled_from(sorted(SAMPLES)),
    place=st.floats(0, 1),
    cut=st.integers(0, 40),
    junk=st.binary(max_size=20),
)
def test_damage_anywhere_is_read_or_refused(tmp_path: Path, suffix: str, place: float, cut: int, junk: bytes) -> None:
    sample = SAMPLES[suffix]
    start = int(place * len(sample))
    (path := tmp_path / f"a{suffix}").write_bytes(sample[:start] + junk + sample[start + cut :])
    try:
        document = read_file(path, tmp_path, LIMIT)
    except ReadError:
        return
    assert document == read_file(path, tmp_path, LIMIT)
    assert [p.number for p in document.paragraphs] == list(range(1, len(document.paragraphs) + 1))
