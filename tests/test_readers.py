"""Reading files: text, Markdown, encodings, the walk below a root, and what is refused."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.documents import Document, split_front_matter
from ingest.errors import ReadError
from ingest.readers import SUFFIXES, find_files, read_file
from ingest.readers.headings import find_headings
from ingest.readers.markdown import plain

REPOSITORY = Path(__file__).parents[1]
SOURCES = REPOSITORY.parent / "shared" / "sources"
LIMIT = 50_000_000
KOREAN = "제1조 (목적)\n이 법은 인공지능의 건전한 발전과 신뢰 기반 조성에 필요한 기본적인 사항을 규정한다.\n"


def write(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def read(folder: Path, name: str, data: bytes | str) -> Document:
    return read_file(write(folder, name, data), folder, LIMIT)


def texts(document: Document) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def refused(folder: Path, name: str, data: bytes | str) -> str:
    with pytest.raises(ReadError) as caught:
        read(folder, name, data)
    assert caught.value.remedy
    assert str(folder) not in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value.message


def test_a_text_file(tmp_path: Path) -> None:
    front = "title: A title\ndate: 2023-04-26\naliases: one; two\n\n"
    data = f"{front}First  line\u00ad.\r\n\r\n \t\r\nSecond\u200b one."
    document = read(tmp_path, "2023_a.txt", data)
    assert texts(document) == ["First line.", "Second one."]
    assert [p.number for p in document.paragraphs] == [1, 2]
    assert (document.doc_id, document.title, document.date) == ("2023_a", "A title", "2023-04-26")
    assert document.aliases == ("one", "two")
    assert document.root == str(tmp_path)
    assert document.path == str(tmp_path / "2023_a.txt")
    assert document.digest == hashlib.sha256(data.encode()).hexdigest()


def test_title_and_language_where_nothing_says_them(tmp_path: Path) -> None:
    assert read(tmp_path, "b.txt", "Plain words only.").title == "b"
    korean = read(tmp_path, "c.txt", KOREAN)
    assert (korean.title, korean.language) == ("제1조 (목적)", "ko")
    assert read(tmp_path, "d.txt", f"language: en\n\n{KOREAN}").language == "en"


def test_the_name_is_composed(tmp_path: Path) -> None:
    assert read(tmp_path, "한미.txt".encode().decode(), "x y").doc_id == "한미"
    decomposed = "\u1112\u1161\u11ab"  # 한, as macOS writes it
    assert read(tmp_path, f"{decomposed}.txt", "x y").doc_id == "한"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp949", "euc-kr"])
@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_korean_in_its_encodings(tmp_path: Path, encoding: str, suffix: str) -> None:
    assert texts(read(tmp_path, f"a{suffix}", KOREAN.replace("\n", "\n\n").encode(encoding))) == KOREAN.split("\n")[:2]


def test_western_text_in_code_page_1252(tmp_path: Path) -> None:
    text = "The ministers’ café in Köln: “it’s a résumé” – nothing more, and surely nothing less than that."
    assert texts(read(tmp_path, "a.txt", text.encode("cp1252"))) == [text]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("Привет, это русский текст о сотрудничестве.".encode("cp1251"), "wrong encoding"),
        ("日本語の文章です。協力について書かれています。".encode("shift_jis"), "wrong encoding"),
        ("中华人民共和国关于人工智能合作的声明全文。".encode("gb18030"), "wrong encoding"),
        ("Dünya Gazetesi şöyle yazdı: ağaç ışığı.".encode("cp1254"), "wrong encoding"),
        (b"abc\xff\xfe\xfa\x80\x81 def", "wrong encoding"),
        ("\ufffd" * 3 + "lost", "U+FFFD"),
        ("It was caf\u00e9 “fine” 한국".encode().decode("latin-1"), "read as something else"),
        ("\ue000\ue001\ue002 private", "not text"),
        (b"\xef\xbb\xbfok \xff", "damaged"),
        ("no mark".encode("utf-16-le"), "binary"),
        (b"text\x00text", "zero byte at 4"),
        (b"\x89PNG\r\n\x1a\n....", "PNG"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04....", "ZIP"),
        (b"", "empty"),
        (b" \n\t", "empty"),
        ("title: x\ndate: 2023\n", "no text"),
        ("title: x\ndate: soon\n\nText", "'soon'"),
        ("---\ntitle: x\n", "not closed"),
        ("x\n" * 200_001, "200001 paragraphs"),
    ],
)
def test_bad_text_is_named(tmp_path: Path, data: bytes | str, says: str) -> None:
    assert says in refused(tmp_path, "a.txt", data)


def test_the_size_limit(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", b"x" * 1001)
    with pytest.raises(ReadError, match=r"0\.0 MB, over the limit of 0\.001 MB"):
        read_file(path, tmp_path, 1000)
    assert read_file(path, tmp_path, 1001).paragraphs


def test_other_endings_are_named(tmp_path: Path) -> None:
    assert "'.rtf'" in refused(tmp_path, "a.rtf", "x")


MARKDOWN = """---
title: T
---
# The *Title* #

First **bold** line
goes on with [a link](https://x.y/z_(1) "t") and `code_x`.
- item one
- item _two_
  still two
1. numbered

> quoted
> words<br>here &amp; there

<!-- gone
- gone too -->
Under
-----
***
| a | b\\|c |
|---|---|
| 1 | **2** |

```python
# not a heading

x = [1]
```
[ref]: https://x.y
snake_case_name and 5 * 3 * 2 \\*stars\\*[^1]
"""


def test_markdown_blocks(tmp_path: Path) -> None:
    document = read(tmp_path, "a.md", MARKDOWN)
    assert [(p.text, p.heading) for p in document.paragraphs] == [
        ("The Title", True),
        ("First bold line goes on with a link and code_x.", False),
        ("item one", False),
        ("item two still two", False),
        ("1. numbered", False),
        ("quoted words here & there", False),
        ("Under", True),
        ("a | b|c", False),
        ("1 | 2", False),
        ("# not a heading x = [1]", False),
        ("snake_case_name and 5 * 3 * 2 *stars*", False),
    ]


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("[The leaders] agreed", "[The leaders] agreed"),
        ("[![alt](i.png)](u)", "alt"),
        ("<https://x.y>", "https://x.y"),
        ("~~no~~ ***yes***", "no yes"),
        ("a < b and c > d", "a < b and c > d"),
        ("`*kept*` \\_kept\\_", "*kept* _kept_"),
        ("**한미 동맹**은", "한미 동맹은"),
    ],
)
def test_inline_markup(markup: str, words: str) -> None:
    assert plain(markup) == words


def test_an_open_comment_and_fence_lose_nothing(tmp_path: Path) -> None:
    assert texts(read(tmp_path, "a.md", "One <!-- two\n\n```\nthree")) == ["One <!-- two", "three"]


def test_a_digest(tmp_path: Path) -> None:
    body = "# Ours\n\n[¶1] One.\n\n## [¶3] Head\n\n[¶4-6] Four:\n- a\n- b\n\n- [¶7] Seven."
    document = read(tmp_path, "a.md", f"---\ntitle: T\nedition: digest\n---\n{body}")
    shown = [(p.number, p.last, p.text, p.heading) for p in document.paragraphs]
    assert shown == [
        (1, 1, "One.", False),
        (3, 3, "Head", True),
        (4, 6, "Four: a b", False),
        (7, 7, "Seven.", False),
    ]
    assert document.edition == "digest"
    assert document.paragraph(5).number == 4


def test_an_original_may_be_numbered_too_and_its_lines_keep_their_words(tmp_path: Path) -> None:
    head = "---\ntitle: T\nedition: original\nnumbered: yes\n---\n"
    lines = (
        "[¶2] Article 3\n[¶5] *One* <b>said</b> [¶9] that it ends here, in the middle of a rather long line of text.\n"
    )
    document = read(tmp_path, "a.txt", head + lines)
    assert [(p.number, p.text, p.heading) for p in document.paragraphs] == [
        (2, "Article 3", True),
        (5, "*One* <b>said</b> [¶9] that it ends here, in the middle of a rather long line of text.", False),
    ]
    assert document.edition == "original"


def test_a_marker_outside_a_digest_is_text(tmp_path: Path) -> None:
    assert texts(read(tmp_path, "a.md", "[¶12] One.")) == ["[¶12] One."]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("[¶1] One.\n\nNo marker.", "'No marker.'"),
        ("[¶2] Two.\n\n[¶2] Again.", "[¶2] does not rise"),
        ("[¶2-4] Two.\n\n[¶4] Four.", "follows ¶4"),
        ("[¶3-2] Back.", "[¶3-2]"),
        ("[¶0] None.", "[¶0]"),
        ("[¶1]\n\n[¶2] Two.", "no words"),
    ],
)
def test_bad_digests_are_named(tmp_path: Path, body: str, says: str) -> None:
    assert says in refused(tmp_path, "a.md", f"---\nedition: digest\n---\n{body}")


LONG = "This line is running text, and it goes on for quite a while before it comes to its end."


@pytest.mark.parametrize(
    ("lines", "headings"),
    [
        ([LONG, "Technology and Innovation", LONG], [1]),
        (["TAXES", "Making the Tax Code Fairer", "- an item"], [0, 1]),
        ([LONG, "Additional actions:", LONG, "Artificial Intelligence and Standards:", LONG], [3]),
        (["The countries were:", "Australia", "Brazil", "Korea", "United States of America", LONG], []),
        ([LONG, "DONALD J. TRUMP", "THE WHITE HOUSE,", "July 23, 2025."], []),
        (["제1장 총칙", "제1조 (목적)", "이 법은 무엇을 정한다.", "제2조제3항에 따라 정한다."], [0, 1]),
        (
            ["Article 3", LONG, "Section 2. Purpose.", "§ 30D. Clean vehicle credit", "1.2. Fair work"],
            [0, 2, 3, 4],
        ),
        (["Sec. 5. General Provisions. (a) Nothing in this order shall be construed to impair it."], []),
        (["(2) Base Amount", LONG, "YES", "NO", LONG, "Australia"], []),
        ([], []),
    ],
)
def test_headings_of_plain_text(lines: list[str], headings: list[int]) -> None:
    assert [n for n, heading in enumerate(find_headings(lines)) if heading] == headings


def test_which_files_are_found(tmp_path: Path) -> None:
    wanted = [write(tmp_path, name, "x") for name in ("B.MD", "a.txt", "sub/c.html", "sub/한글.docx")]
    for name in (
        ".hidden.txt",
        "_draft.md",
        "README.md",
        "sub/readme.txt",
        "a.txt~",
        "~$c.docx",
        "d.csv",
        ".git/x.md",
    ):
        write(tmp_path, name, "x")
    assert find_files(tmp_path) == (sorted(wanted), [])
    assert find_files(tmp_path / "README.md") == ([tmp_path / "README.md"], [])


def test_roots_that_cannot_be_read(tmp_path: Path) -> None:
    for path, says in ((tmp_path / "none", "does not exist"), (write(tmp_path, "a.csv", "x"), "'.csv'")):
        files, [(where, error)] = find_files(path)
        assert files == []
        assert where == path
        assert says in error.message


def test_links(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside/secret.txt", "x y z")
    root = tmp_path / "root"
    inside = write(root, "sub/a.txt", "x")
    kept = write(root, ".store/b.txt", "x")
    for name, target in {
        "out.txt": outside, "outdir": outside.parent, "again.txt": inside, "b.txt": kept,
        "loop": root, "self.txt": root / "self.txt", "gone.txt": root / "nothing.txt", "note.csv": outside,
    }.items():  # fmt: skip
        (root / name).symlink_to(target)
    files, failed = find_files(root)
    assert files == [root / "b.txt", inside]
    says = {path.name: error.message for path, error in failed}
    assert sorted(says) == ["gone.txt", "out.txt", "outdir", "self.txt"]
    assert str(outside) in says["out.txt"]
    assert "leads out" in says["outdir"]
    assert "back to itself" in says["self.txt"]
    assert "does not exist" in says["gone.txt"]
    with pytest.raises(ReadError, match="leads out"):
        read_file(root / "out.txt", root, LIMIT)
    with pytest.raises(ReadError, match="leads out"):
        read_file(root / "outdir" / "secret.txt", root, LIMIT)
    assert texts(read_file(root / "b.txt", root, LIMIT)) == ["x"]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions of this kind need a Unix system")
def test_no_permission(open_folder: Path) -> None:
    closed = write(open_folder, "closed/a.txt", "x").parent
    secret = write(open_folder, "b.txt", "x")
    secret.chmod(0)
    closed.chmod(0)
    before = os.geteuid()
    try:
        if before == 0:
            os.seteuid(65534)
        _, [(where, error)] = find_files(open_folder)
        with pytest.raises(ReadError, match="no permission"):
            read_file(secret, open_folder, LIMIT)
    finally:
        os.seteuid(before)
        closed.chmod(0o755)
    assert where == closed
    assert "no permission" in error.message


def test_what_is_no_ordinary_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(ReadError, match="not an ordinary file"):
        read_file(tmp_path / "pipe.txt", tmp_path, LIMIT)
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(ReadError, match="not an ordinary file"):
        read_file(tmp_path / "folder.txt", tmp_path, LIMIT)
    with pytest.raises(ReadError, match="does not exist"):
        read_file(tmp_path / "none.txt", tmp_path, LIMIT)


def test_names_that_are_not_text(tmp_path: Path) -> None:
    for raw in (b"bad\xff.txt", b"two\nlines.txt"):
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw))
        path.write_text("x")
        with pytest.raises(ReadError, match="name that is not text"):
            read_file(path, tmp_path, LIMIT)


def test_importing_the_readers_imports_no_engine() -> None:
    heavy = "torch trafilatura pdfplumber pdfminer docx lxml"
    code = f"import sys, ingest.readers; print([m for m in '{heavy}'.split() if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


lines = st.lists(st.text("ab .:-#*[]()`|>_~<&;¶1한\u00ad\u200b\u200e", max_size=30), max_size=12).map("\n".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=lines | st.text(), suffix=st.sampled_from([".txt", ".md"]))
def test_numbering_has_no_holes(tmp_path: Path, text: str, suffix: str) -> None:
    path = write(tmp_path, f"a{suffix}", text.encode("utf-8", "ignore"))
    try:
        document = read_file(path, tmp_path, LIMIT)
    except ReadError:
        return
    assert [p.number for p in document.paragraphs] == list(range(1, len(document.paragraphs) + 1))
    assert all(p.text == " ".join(p.text.split()) != "" for p in document.paragraphs)
    assert read_file(path, tmp_path, LIMIT) == document


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
@given(data=st.binary(max_size=400), suffix=st.sampled_from(sorted(SUFFIXES)))
def test_any_bytes_are_read_or_refused(tmp_path: Path, data: bytes, suffix: str) -> None:
    starts = {".pdf": b"%PDF-1.4\n", ".docx": b"PK\x03\x04", ".html": b"<html><p>"}
    for content in (data, starts.get(suffix, b"") + data + b"\n%%EOF"):
        path = write(tmp_path, f"a{suffix}", content)
        with contextlib.suppress(ReadError):
            assert read_file(path, tmp_path, LIMIT).paragraphs


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the real originals (shared/sources) are not beside the repository")
def test_the_real_sources() -> None:
    files, failed = find_files(SOURCES)
    assert len(files) == 66
    assert failed == []
    for path in files:
        body = path.read_text(encoding="utf-8").partition("\n\n")[2]
        document = read_file(path, SOURCES, LIMIT)
        assert [p.text for p in document.paragraphs] == [
            " ".join(line.replace("\u00ad", "").replace("\u200b", "").split())
            for line in body.split("\n")
            if line.strip()
        ]
        assert document.date
        assert document.title == split_front_matter(path.read_text(encoding="utf-8"))[0]["title"]
