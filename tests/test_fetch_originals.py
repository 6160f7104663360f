"""Fetched originals: what is written and read back, what fails and what goes on, and what the index answers from."""

from __future__ import annotations

import contextlib
import errno
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from app.catalogue import Catalogue, Known
from app.errors import BadInput
from app.originals import Originals, Shelf, get_originals, return_to_digests, summary
from app.own_files import IndexSync
from ingest.build import OnProgress, Progress
from ingest.documents import Document
from ingest.embedding import SentenceTransformerEmbedder
from ingest.errors import BrokenIndex, FetchError, NoIndex, NoSpace, SanghoError, UnknownSource
from ingest.fetch.client import Client, Page
from ingest.fetch.fingerprints import Fingerprints
from ingest.fetch.originals import Fetched, Getter, Wanted, fetch, folder_of, give_back
from ingest.index import open_current
from ingest.manifest import Manifest, Recipe
from ingest.readers import read_file
from tests.cli_calls import Call, assert_refused, caller
from tests.index_fakes import LIMIT, MAX_BYTES, FakeEmbedder
from tests.small_corpus import ACCORD, ARTICLE, CAMP, FILES, TOKENS, write_small_corpus
from tests.web_pages import Answer, Given, Site, loopback_client, normal, prints_of, site, web_page

REPOSITORY: Final = Path(__file__).parents[1]
SOURCES: Final = REPOSITORY.parent / "shared" / "sources"
needs_originals = pytest.mark.skipif(
    not SOURCES.is_dir(), reason="the originals (../shared/sources) are not on this machine"
)
OLD_ACT: Final = "2025-01-21_kr-ai-basic-act-law-20676"
NEW_ACT: Final = "2026-01-20_kr-ai-basic-act-law-21311-amended"

DEAL: Final = "2031-04-05_deal"
TEXTS: Final = (
    "The Deal of Sejong",
    "The two governments of this example agreed in April to share what they know of trusted machines, and said so.",
    "Semiconductors",
    "Makers in both countries send engineers to each other for at most two years; “nobody else” pays for it.",
    "* * *",
    "Semiconductors",
    "양국은 반도체와 양자 기술을 함께 연구하고 그 결과를 해마다 공개한다. 대사들은 한 해에 두 번 만난다.",
    "Nobody has counted the visas so far (§ 30D), and nobody will before the autumn of next year & the one after.",
)
PRINTS: Final[Fingerprints] = {DEAL: tuple(prints_of(TEXTS))}
# Forty paragraphs more, of which one may be missing without its page being taken for another's.
MATTERS: Final = tuple(
    f"On matter {number} of {2000 + number} the two sides said little in the {number}th hour of their long talks."
    for number in range(40)
)
HELD: Final = {number: text for number, text in enumerate(TEXTS, start=1) if text != "* * *"}
PLAIN: Final = "text/plain; charset=utf-8"


def no_report(progress: Progress) -> None:
    """Take no notice."""


def page_of(texts: Sequence[str], title: str = "The Deal of Sejong") -> str:
    return web_page(title, list(texts), seed=4)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def web() -> Iterator[Site]:
    with site() as running:
        yield running


@pytest.fixture
def client() -> Iterator[Client]:
    with contextlib.closing(loopback_client()) as client:
        yield client


def fetch_all(home: Path, wanted: Sequence[Wanted], client: Getter, prints: Fingerprints = PRINTS) -> list[Fetched]:
    return list(fetch(home, wanted, prints, client, {}))


def fetch_one(home: Path, answer: Answer, prints: Fingerprints = PRINTS, **values: Any) -> Fetched:
    (result,) = fetch_all(home, [Wanted(DEAL, "https://example.org/deal", values)],
                          Given({"https://example.org/deal": answer}), prints)  # fmt: skip
    return result


def became(result: Fetched) -> tuple[str, int, int, tuple[int, ...], str]:
    return result.state, result.paragraphs, result.of, result.missing, result.error


def held(home: Path, doc_id: str = DEAL) -> Document:
    path = folder_of(home) / f"{doc_id}.txt"
    return read_file(path, path.parent, MAX_BYTES)


def texts_of(document: Document) -> dict[int, str]:
    return {paragraph.number: paragraph.text for paragraph in document.paragraphs}


def files_of(home: Path) -> dict[str, bytes]:
    """Everything in the home, by its path from there."""
    return {str(path.relative_to(home)): path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()}


# What is written


def test_a_fetched_original_is_read_back_with_its_numbers_and_front_matter(
    home: Path, web: Site, client: Client
) -> None:
    url = web.has("/deal", Answer(page_of(TEXTS)))
    values = {"title": "The Deal", "date": "2031-04-05", "type": "joint_statement", "aliases": ["Sejong", "the deal"]}
    (result,) = fetch_all(home, [Wanted(DEAL, url, values)], client)
    assert became(result) == ("fetched", 7, 7, (), "")
    document = held(home)
    assert texts_of(document) == HELD
    assert (document.doc_id, document.edition, document.complete, document.note) == (DEAL, "original", True, "")
    assert (document.title, document.date, document.type) == ("The Deal", "2031-04-05", "joint_statement")
    assert document.aliases == ("Sejong", "the deal")
    written = (folder_of(home) / f"{DEAL}.txt").read_text(encoding="utf-8")
    assert f"\nobtained_from: {url}\n" in written
    assert "\nobtained: '20" in written
    assert web.asked == [("/robots.txt", ""), ("/deal", "")]


def test_a_missing_paragraph_leaves_its_number_out_and_is_said(home: Path) -> None:
    texts = (*TEXTS, *MATTERS)
    left = {number: text for number, text in enumerate(texts, start=1) if number not in (2, 5, 20)}
    result = fetch_one(home, Answer(page_of(list(left.values()))), {DEAL: tuple(prints_of(texts))}, note="One day's.")
    assert became(result) == ("fetched", 45, 47, (2, 20), "")
    document = held(home)
    assert texts_of(document) == left
    assert not document.complete
    assert document.note == "One day's. Not found on its page when it was fetched: ¶2, ¶20."


def test_at_most_twenty_missing_paragraphs_are_named(home: Path) -> None:
    words = "north east south west".split()
    short = [f"{one} {other}" for one in words for other in words] + [f"{word} wind" for word in words]
    long = [f"Of the {number}th matter the two sides said {'quite ' * number}much on the {number}th day of the talks"
            for number in range(1, 200)]  # fmt: skip
    texts = [*long, *short, "the last wind"]
    result = fetch_one(home, Answer(page_of(long)), {DEAL: tuple(prints_of(texts))})
    assert result.missing == tuple(range(200, 221))
    said = ", ".join(f"¶{number}" for number in range(200, 220))
    assert held(home).note == f"Not found on its page when it was fetched: {said} and others."


def test_altered_paragraphs_and_what_lies_between_are_told(home: Path) -> None:
    edited = TEXTS[1].replace("The two governments", "Both of the governments")
    blocks = [TEXTS[0], edited, "Listen to this page", *TEXTS[2:]]
    result = fetch_one(home, Answer("".join(f"<p>{text}</p>" for text in blocks)))
    assert result == Fetched(DEAL, "fetched", 7, 7, altered=(2,), left_over=4)
    assert texts_of(held(home)) == {**HELD, 2: edited}
    assert held(home).complete


HOSTILE = [
    "Deal: the 'second' \"one\": {no} [list] # and no comment",
    "edition: digest\nnumbered: no\n---\n[¶1] Not a paragraph.\n---\n",
    "--- \n...\n%YAML 1.1\n!!python/object:os.system",
    "- a\n\n\n  - b\t\ttab\r\n\u2028line\u2029paragraph\x85next",
    "양자 & <script>alert(1)</script> \\n \\u0041 ¶ “quoted” ‘’ 𝄞",
    "yes", "12:30", "2031-04-05", "0x1f", "&anchor", "*alias", "| literal", "> folded", "@at", "`tick`", "%",
    "x" * 2000, ": ", "?", "=", "<<", " lead and trail ",
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value)[:24])
def test_whatever_stands_in_front_matter_comes_back_and_changes_nothing(home: Path, value: str) -> None:
    result = fetch_one(home, Answer(page_of(TEXTS)), title=value, issuer=value, rights=value, aliases=[value, "b"])
    assert result.state == "fetched"
    document = held(home)
    said = " ".join(value.split())
    assert (document.title, document.issuer, document.rights, document.aliases) == (said, said, said, (said, "b"))
    assert (document.edition, texts_of(document)) == ("original", HELD)


_LINES = st.lists(
    st.sampled_from([*"-:'\"#[]{}|>&*!%@` \n\t,?~=\\", "한국", "a", "no", "---", "12", "…", "𝄞"]), max_size=30
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_LINES.map("".join), min_size=5, max_size=5))
def test_any_value_comes_back(home: Path, values: list[str]) -> None:
    title, note, rights, first, second = [f"{value}." for value in values]
    fetch_one(home, Answer(page_of(TEXTS)), title=title, note=note, rights=rights, aliases=[first, second])
    document = held(home)
    found = [document.title, document.note, document.rights, *document.aliases]
    assert found == [" ".join(value.split()) for value in (title, note, rights, first, second)]
    assert texts_of(document) == HELD


def test_values_cannot_make_a_fetched_original_anything_else(home: Path) -> None:
    fetch_one(home, Answer(page_of(TEXTS)), edition="digest", numbered="no", obtained_from="elsewhere")
    assert (held(home).edition, texts_of(held(home))) == ("original", HELD)
    assert "elsewhere" not in (folder_of(home) / f"{DEAL}.txt").read_text(encoding="utf-8")


ODD_TEXTS: Final = (
    "edition: digest",
    "title: No title at all",
    "---",
    "[¶3] It begins as if it were the third paragraph of a digest, and it is the fourth of this one.",
    "[¶7-9] nobody",
    "# Not a heading but a paragraph of many words with a sign in front",
    "**Bold** words and [a link](javascript:alert(1)) and `code` and | a | table | stand in this one as they are.",
    "<script>alert('run')</script> stands in the text of the page, and so does <b>this</b> &amp; this &lt;.",
    "$(rm -rf /) `id` {{ title }} {% include 'x' %} ${HOME} stay what they are in this paragraph, too.",
    "한국어로 쓴 문단도 [¶2] 표시와 --- 줄을 담고 있으나 그대로 남는다.",
)
ODD_PRINTS: Final[Fingerprints] = {DEAL: tuple(prints_of(ODD_TEXTS))}
ODD_HELD: Final = {number: text for number, text in enumerate(ODD_TEXTS, start=1) if text != "---"}


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", PLAIN])
def test_a_page_s_text_stays_text_whatever_it_looks_like(home: Path, kind: str) -> None:
    body = page_of(ODD_TEXTS) if kind != PLAIN else "\n".join(ODD_TEXTS)
    result = fetch_one(home, Answer(body, kind), ODD_PRINTS)
    assert (result.state, result.missing) == ("fetched", ())
    document = held(home)
    assert texts_of(document) == ODD_HELD
    assert (document.edition, document.title) == ("original", DEAL)


@pytest.mark.parametrize("begin", ["---\n", "title: A\nissuer: B\n", "---\nedition: digest\n---\n", "\ufeff---\n"])
def test_a_text_page_that_begins_like_front_matter_is_read_whole(home: Path, begin: str) -> None:
    result = fetch_one(home, Answer(begin + "\r\n\r\n".join(TEXTS), PLAIN))
    assert (result.state, texts_of(held(home))) == ("fetched", HELD)
    long = [f"Line {number} of a page that nothing is known of has {number} words." for number in range(9)]
    fetch_one(home, Answer(begin + "\n".join(long), PLAIN), {})
    said = [line.strip() for line in begin.removeprefix("\ufeff").splitlines()]
    assert list(texts_of(held(home)).values()) == [*said, *long]


# Documents that nothing is known of


def test_without_fingerprints_a_page_has_its_own_numbers(home: Path) -> None:
    body = "".join(f"<p>{text}</p>" for text in (*TEXTS[1:4], *TEXTS[6:]))
    page = f"<html><body><nav><a href='/'>Home</a></nav><article><h1>The Deal</h1>{body}</article></body></html>"
    assert fetch_one(home, Answer(page), {}, title="The Deal") == Fetched(DEAL, "fetched", 6)
    document = held(home)
    assert texts_of(document) == dict(enumerate(["The Deal", *TEXTS[1:4], *TEXTS[6:]], start=1))
    assert (document.edition, document.title, document.complete) == ("original", "The Deal", True)


def test_what_a_page_says_of_itself_is_not_believed(home: Path) -> None:
    body = "".join(f"<p>{text}</p>" for text in TEXTS[1:])
    page = f"<html><head><title>Owned</title></head><body><article>{body}</article></body></html>"
    fetch_one(home, Answer(page), {}, title="The Deal")
    assert held(home).title == "The Deal"


def test_a_page_with_hardly_any_text_is_a_failure(home: Path) -> None:
    result = fetch_one(home, Answer("<p>Please enable scripts.</p>"), {})
    assert (result.state, result.error) == (
        "failed", "Its page holds hardly any text. Save it from a browser and add the file.",
    )  # fmt: skip
    assert files_of(home) == {}


# PDF and text


def pdf_of(texts: Sequence[str]) -> bytes:
    style = getSampleStyleSheet()["Normal"]
    style.spaceAfter = 12
    with BytesIO() as file:
        SimpleDocTemplate(file).build([Paragraph(text, style) for text in texts])
        return file.getvalue()


ENGLISH: Final = tuple(text.replace("&", "and").replace("§ ", "") for text in TEXTS if text.isascii() or "“" in text)


def test_pdf_and_text_pages_are_read(home: Path, web: Site, client: Client) -> None:
    prints = {name: tuple(prints_of(ENGLISH)) for name in ("pdf", "txt")}
    urls = {
        "pdf": web.has("/deal.pdf", Answer(pdf_of(["A running head of no use", *ENGLISH]), "application/pdf")),
        "txt": web.has("/deal.txt", Answer("Menu\n\n" + "\r\n".join(ENGLISH), "text/plain")),
    }
    results = fetch_all(home, [Wanted(name, url) for name, url in urls.items()], client, prints)
    assert [(result.state, result.missing, result.error) for result in results] == [("fetched", (), "")] * 2
    expected = {number: text for number, text in enumerate(ENGLISH, start=1) if text != "* * *"}
    assert texts_of(held(home, "txt")) == expected
    assert {n: t.replace("* * *", "").strip() for n, t in texts_of(held(home, "pdf")).items()} == expected


# Failures


def test_one_failure_does_not_stop_the_rest(home: Path, web: Site, client: Client) -> None:
    other = [text.replace("deal", "pact").replace("of", "from") for text in TEXTS[::-1]]
    urls = {
        "gone": web.url + "/gone",
        "picture": web.has("/picture", Answer(b"\x89PNG", "image/png")),
        "damaged": web.has("/damaged", Answer(pdf_of(TEXTS[:2])[:700], "application/pdf")),
        "binary": web.has("/binary", Answer(b"\0\1\2" * 99, PLAIN)),
        "empty": web.has("/empty", Answer("")),
        "other": web.has("/other", Answer(page_of(other))),
        "nowhere": "",
        "file": (home / "secret.txt").as_uri(),
        "unfound": "http://unfound.invalid/deal",
        "broken": web.has("/broken", Answer("", status=500)),
        DEAL: web.has("/deal", Answer(page_of(TEXTS))),
    }
    prints = dict.fromkeys(urls, PRINTS[DEAL])
    results = {one.doc_id: one for one in fetch_all(home, [Wanted(*one) for one in urls.items()], client, prints)}
    assert list(results) == list(urls)
    assert became(results.pop(DEAL)) == ("fetched", 7, 7, (), "")
    assert {(one.state, one.of, one.paragraphs) for one in results.values()} == {("failed", 7, 0)}
    said = {
        "gone": "answered 404.", "picture": "image/png", "damaged": "PDF", "binary": "binary",
        "other": "less than 90%: it is another version", "nowhere": "No certain address is known for it.",
        "file": "No certain address is known for it.", "unfound": "unfound.invalid cannot be reached",
        "broken": "answered 500.", "empty": "0% of the document's text",
    }  # fmt: skip
    assert {doc_id: words in results[doc_id].error for doc_id, words in said.items()} == dict.fromkeys(said, True)
    assert all("\n" not in one.error for one in results.values())
    assert sorted(files_of(home)) == ["originals.json", f"originals/{DEAL}.txt"]


def test_a_page_that_several_documents_have_is_only_that_one_s_whose_text_it_shows(home: Path) -> None:
    url, texts = "https://example.org/act", (*TEXTS, *MATTERS)
    amended = [text.replace("The two governments", "All the governments") for text in texts]
    prints = {"old": tuple(prints_of(texts)), "new": tuple(prints_of(amended))}
    wanted, getter = [Wanted("old", url), Wanted("new", url)], Given({url: Answer(page_of(amended))})
    old, new = fetch(home, wanted, prints, getter, {"old": url, "new": url, "other": "https://example.org/other"})
    assert (old.state, old.error) == (
        "failed", "Its page now shows new. The earlier text is kept as Sangho's digest.",
    )  # fmt: skip
    assert became(new) == ("fetched", 47, 47, (), "")
    assert sorted(files_of(home)) == ["originals.json", "originals/new.txt"]
    old, _ = fetch(home, wanted, prints, getter, {})  # so much of the old text is there that it alone would be enough
    assert (old.state, old.altered) == ("fetched", (2,))


@needs_originals
def test_all_originals_are_fetched_with_their_numbers_and_an_amended_act_s_page_is_not_the_old_act_s(
    home: Path, web: Site, client: Client
) -> None:
    shelf = Shelf.load()
    documents = {path.stem: read_file(path, path, MAX_BYTES) for path in SOURCES.glob("*.txt")}
    paths = {doc_id: f"/{NEW_ACT if doc_id == OLD_ACT else doc_id}" for doc_id in documents}
    for doc_id, document in documents.items():
        shown = [normal(text) for text in texts_of(document).values()]
        web.has(f"/{doc_id}", Answer(web_page(document.title, shown)))
    wanted = [replace(one, url=web.url + paths[one.doc_id]) for one in shelf.wanted()]
    addresses, values = {one.doc_id: one.url for one in wanted}, {one.doc_id: one.values for one in wanted}
    results = {one.doc_id: one for one in fetch(home, wanted, shelf.prints, client, addresses)}
    assert len(results) == 66
    old = results.pop(OLD_ACT)
    assert (old.state, old.error.partition(". ")[0]) == ("failed", f"Its page now shows {NEW_ACT}")
    assert {one.state for one in results.values()} == {"fetched"}
    assert sum(len(one.missing) for one in results.values()) == 0
    right = total = 0
    for doc_id in results:
        original, fetched = documents[doc_id], held(home, doc_id)
        assert (fetched.edition, fetched.complete) == ("original", True)
        assert (fetched.title, fetched.date, fetched.url) == (original.title, original.date, values[doc_id]["url"])
        texts = texts_of(original)
        total += len(fetched.paragraphs)
        right += sum(normal(text) == normal(texts[number]) for number, text in texts_of(fetched).items())
    assert total == 3147 - len(shelf.prints[OLD_ACT])
    assert right / total > 0.98


# Again


def test_an_unchanged_page_is_not_written_again(home: Path, web: Site, client: Client) -> None:
    url = web.has("/deal", Answer(page_of(TEXTS[:1] + TEXTS[2:] + ("Another closing word of this page",)), etag='"1"'))
    prints = {DEAL: tuple(prints_of((*TEXTS[:1], *TEXTS[2:], "A few more words", "And another closing one")))}
    (first,) = fetch_all(home, [Wanted(DEAL, url)], client, prints)
    before = files_of(home), (folder_of(home) / f"{DEAL}.txt").stat().st_mtime_ns
    (second,) = fetch_all(home, [Wanted(DEAL, url)], client, prints)
    assert first.missing
    assert second == replace(first, state="unchanged")
    assert (files_of(home), (folder_of(home) / f"{DEAL}.txt").stat().st_mtime_ns) == before
    assert web.asked[1:] == [("/deal", ""), ("/deal", '"1"')]
    web.has("/deal", Answer(page_of(TEXTS), etag='"2"'))
    (third,) = fetch_all(home, [Wanted(DEAL, url)], client)
    assert third.state == "fetched"


def again(home: Path, **changed: Any) -> tuple[str, list[str]]:
    """Fetch once, change something, fetch again; return the second state and the ETags that were asked with."""
    answer, asked = Answer(page_of(TEXTS), etag='"1"'), []

    class Asked(Given):
        def get(self, url: str, etag: str = "", modified: str = "") -> Page | None:
            asked.append(etag)
            return super().get(url, etag, modified)

    getter = Asked({f"https://example.org/{path}": answer for path in ("deal", "moved")})
    first = Wanted(DEAL, "https://example.org/deal", {"title": "The Deal"})
    fetch_all(home, [first], getter)
    if "before" in changed:
        changed.pop("before")(home)
    prints = changed.pop("prints", PRINTS)
    (second,) = fetch_all(home, [replace(first, **changed)], getter, prints)
    assert second.paragraphs == 7
    assert held(home).title == changed.get("values", first.values)["title"]
    return second.state, asked


def test_what_a_file_was_made_from_is_remembered(home: Path, tmp_path: Path) -> None:
    assert again(home) == ("unchanged", ["", '"1"'])
    changes: dict[str, dict[str, Any]] = {
        "address": {"url": "https://example.org/moved"},
        "front matter": {"values": {"title": "The Second Deal"}},
        "file": {"before": lambda home: (folder_of(home) / f"{DEAL}.txt").unlink()},
        "prints": {"prints": {DEAL: tuple(replace(one, number=one.number + 1) for one in PRINTS[DEAL])}},
    }
    for what, changed in changes.items():
        assert again(tmp_path / what, **changed) == ("fetched", ["", ""]), what
    assert list(texts_of(held(tmp_path / "prints"))) == [number + 1 for number in HELD]


def _with_record(**values: Any) -> Callable[[Path], None]:
    def change(home: Path) -> None:
        record = json.loads((home / "originals.json").read_bytes())
        for name, value in values.items():
            record["documents"][DEAL].pop(name)
            record["documents"][DEAL] |= {} if value is None else {name: value}
        (home / "originals.json").write_text(json.dumps(record))

    return change


def _writes(text: str) -> Callable[[Path], None]:
    def change(home: Path) -> None:
        (home / "originals.json").write_text(text)

    return change


def _of_another_format(home: Path) -> None:
    record = json.loads((home / "originals.json").read_bytes())
    (home / "originals.json").write_text(json.dumps(record | {"format": 2}))


DAMAGE: Final[list[Callable[[Path], None]]] = [
    *map(_writes, ["", "{", "[]", "null", "7", '{"format": 1}', '{"format": 1, "documents": []}', "\0" * 99]),
    *map(_writes, [f'{{"format": 1, "documents": {{"{DEAL}": 3}}}}', "[" * 100_000]),
    _with_record(paragraphs=None),
    _with_record(missing=None),
    _with_record(missing=3),
    _with_record(of="many"),
    _with_record(etag=["1"]),
    _with_record(left_over=None, altered=None),
    _of_another_format,
    lambda home: (home / "originals.json").unlink(),
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_record_is_as_good_as_none(home: Path, damage: Callable[[Path], None]) -> None:
    assert again(home, before=damage) == ("fetched", ["", ""])
    assert again(home) == ("unchanged", ['"1"', '"1"'])


KILLED: Final = """
import itertools, json, os, signal, sys
from pathlib import Path
from ingest.fetch.originals import Wanted, fetch
from tests.web_pages import Answer, Given, prints_of

home, step, answers, prints = Path(sys.argv[1]), int(sys.argv[2]), *json.loads(sys.argv[3])
steps = itertools.count()

def hook(event, arguments):
    if event == "os.rename" and str(arguments[0]).startswith(str(home)) and next(steps) == step:
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(hook)
getter = Given({url: Answer(body, etag='"1"') for url, body in answers.items()})
wanted = [Wanted(url.rpartition("/")[2], url, {"title": "The Deal"}) for url in answers]
known = {name: tuple(prints_of(texts)) for name, texts in prints.items()}
print(*[result.state for result in fetch(home, wanted, known, getter, {})])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
@pytest.mark.parametrize(("step", "there", "states"), [
    # Each document takes two renames: of its file, then of what is remembered.
    (0, [], ["fetched", "fetched"]), (1, ["first"], ["fetched", "fetched"]),
    (2, ["first"], ["unchanged", "fetched"]), (3, ["first", "second"], ["unchanged", "fetched"]),
])  # fmt: skip
def test_killed_at_any_time_what_is_there_is_whole_and_the_next_run_completes_it(
    home: Path, step: int, there: list[str], states: list[str]
) -> None:
    names = ["first", "second"]
    answers = {f"https://example.org/{name}": page_of(TEXTS, name) for name in names}
    arguments = json.dumps([answers, dict.fromkeys(names, TEXTS)])
    command = [sys.executable, "-c", KILLED, str(home), str(step), arguments]
    killed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False)
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, ""), killed.stderr
    assert sorted(path.stem for path in folder_of(home).glob("*.txt")) == there
    assert all(texts_of(held(home, name)) == HELD for name in there)
    wanted = [Wanted(name, f"https://example.org/{name}", {"title": "The Deal"}) for name in names]
    getter = Given({url: Answer(body, etag='"1"') for url, body in answers.items()})
    results = fetch_all(home, wanted, getter, dict.fromkeys(names, PRINTS[DEAL]))
    assert [result.state for result in results] == states
    assert all(texts_of(held(home, name)) == HELD for name in names)
    assert sorted(files_of(home)) == ["originals.json", "originals/first.txt", "originals/second.txt"]
    assert json.loads((home / "originals.json").read_bytes())["documents"].keys() == set(names)


# Disk errors


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [(errno.ENOSPC, NoSpace, "is full"), (errno.EDQUOT, NoSpace, "is full"), (errno.EACCES, SanghoError, "denied")],
)
def test_a_disk_that_takes_no_more_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch, code: int, kind: type[SanghoError], words: str
) -> None:
    def refuse(path: Path, text: str) -> None:
        raise OSError(code, "Permission denied")

    monkeypatch.setattr("ingest.fetch.originals.write_whole", refuse)
    with pytest.raises(kind, match=words) as caught:
        fetch_one(home, Answer(page_of(TEXTS)))
    assert type(caught.value) is kind
    assert str(home) in str(caught.value)
    assert caught.value.remedy


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SanghoError, match=r"file/home cannot be written: .* SANGHO_HOME"):
        fetch_one(tmp_path / "file" / "home", Answer(page_of(TEXTS)))


def test_originals_that_cannot_be_deleted_are_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch_one(home, Answer(page_of(TEXTS)))

    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(SanghoError, match=r"cannot be written: Permission denied"):
        give_back(home)


# Giving back


def test_originals_are_given_back_one_by_one_or_all_together(home: Path) -> None:
    names = ["a", "b", "c"]
    answers = {f"https://example.org/{name}": Answer(page_of(TEXTS), etag='"1"') for name in names}
    prints = dict.fromkeys(names, PRINTS[DEAL])
    wanted = [Wanted(name, f"https://example.org/{name}") for name in names]
    fetch_all(home, wanted, Given(answers), prints)
    assert give_back(home, ["b", "unknown"]) == ["b"]
    assert sorted(files_of(home)) == ["originals.json", "originals/a.txt", "originals/c.txt"]
    results = fetch_all(home, wanted, Given(answers), prints)
    assert [result.state for result in results] == ["unchanged", "fetched", "unchanged"]
    assert give_back(home) == names
    assert list(files_of(home)) == ["originals.json"]
    assert not folder_of(home).exists()
    assert json.loads((home / "originals.json").read_bytes())["documents"] == {}
    assert give_back(home) == []
    assert [result.state for result in fetch_all(home, wanted, Given(answers), prints)] == ["fetched"] * 3


def test_nothing_is_given_back_where_nothing_is(home: Path) -> None:
    assert give_back(home) == []
    assert not home.exists()


# What can be fetched


def test_every_document_with_a_digest_can_be_fetched() -> None:
    shelf = Shelf.load()
    wanted = {one.doc_id: one for one in shelf.wanted()}
    assert wanted.keys() == shelf.prints.keys() == shelf.addresses.keys()
    assert len(wanted) == 66
    for one in wanted.values():
        known = shelf.catalogue.known(one.doc_id)
        assert known
        assert one.url == ("" if known.url_note else known.url)
        assert one.url.startswith("https://") or known.url_note
        assert one.values["title"]
        assert "edition" not in one.values
        assert "original_paragraphs" not in one.values
        assert "Sangho" not in str(one.values)
    assert shelf.addresses[OLD_ACT] == shelf.addresses[NEW_ACT]
    assert wanted[OLD_ACT].values["superseded_by"] == NEW_ACT
    han = wanted["2023_han-rok-us-ai-cooperation-needs-real-reciprocity"].values
    assert han["rights"] == "copyright Sanghyun Han, not redistributed here"
    assert "Han 2023" in han["aliases"]


def test_what_is_not_in_the_catalogue_cannot_be_fetched() -> None:
    with pytest.raises(BadInput, match=r"'../../etc/passwd' is not in the catalogue\. Run: sangho sources --json"):
        Shelf.load().wanted([OLD_ACT, "../../etc/passwd"])


def test_documents_are_wanted_once_and_in_the_order_they_are_named() -> None:
    wanted = Shelf.load().wanted([NEW_ACT, OLD_ACT, NEW_ACT])
    assert [one.doc_id for one in wanted] == [NEW_ACT, OLD_ACT]


def test_an_address_that_nobody_has_seen_is_not_asked(home: Path) -> None:
    shelf = Shelf.load()
    unseen = [known.doc_id for known in shelf.catalogue.documents if known.url_note]
    assert "2026-02-19_new-delhi-ai-impact-summit-declaration" in unseen
    getter = Given({})
    results = fetch_all(home, shelf.wanted(unseen), getter, shelf.prints)
    assert {one.url for one in shelf.wanted(unseen)} == {""}
    assert {one.error for one in results} == {"No certain address is known for it. Add it from a file of your own."}
    assert getter.asked == []


# In the index

ORIGINAL: Final = (
    "Reciprocity between partners of unequal size is asked for everywhere, and this essay asks what it could mean.",
    "What do firms of one partner give to the other? It begins with money, and goes on with people.",
    "Firms from Korea have placed $1.7 billion with American laboratories since 2021, which nobody returned in kind.",
    "Such a flow is lopsided, and it is no accident that the smaller partner pays more.",
    "The Chips Accord helps the larger partner; a review every two years would be the least that one can ask.",
)
ARTICLE_URL: Final = "https://example.org/reciprocity"
CAMP_URL: Final = "https://example.org/camp"
DOCUMENT: Final = {"doc_id", "state", "paragraphs", "of", "missing", "altered", "left_over", "error"}
INVESTED: Final = "How much have firms from Korea placed with American laboratories?"
PAGE: Final = "<nav>Home</nav>" + "".join(f"<p>{text}</p>" for text in ORIGINAL) + "<footer>Contact us</footer>"


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small corpus, in place of the bundled one."""
    folder = write_small_corpus(tmp_path / "corpus")
    monkeypatch.setattr("app.originals.BUNDLED_CORPUS", folder)
    return folder


@pytest.fixture
def shelf(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """A shelf with the digest of the small corpus, and another document, whose address is not certain."""
    known = Known(ARTICLE, "2023", "Reciprocity and its Limits", "Jane Example", "article", "en", ARTICLE_URL)
    unsure = Known(DEAL, "2031-04-05", "The Deal", "Both", "joint_statement", "en", CAMP_URL, url_note="from memory")
    shelf = Shelf(Catalogue((known, unsure)), {ARTICLE: tuple(prints_of(ORIGINAL)), **PRINTS}, corpus)
    monkeypatch.setattr(Shelf, "load", lambda: shelf)
    return shelf


@pytest.fixture
def sync(home: Path, word_model: Path) -> IndexSync:
    return IndexSync(home, SentenceTransformerEmbedder(str(word_model)), TOKENS, MAX_BYTES)


@pytest.fixture
def call(home: Path, word_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    return caller(home, word_model, monkeypatch, capsys)


def editions(home: Path) -> dict[str, str]:
    with open_current(home) as generation:
        return {doc_id: document.edition for doc_id, document in generation.documents.items()}


def test_an_original_answers_once_it_is_fetched_and_its_digest_once_it_is_given_back(
    home: Path, corpus: Path, shelf: Shelf, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    getter = Given({ARTICLE_URL: Answer(PAGE, etag='"1"')})
    monkeypatch.setattr("app.pipeline.polite_client", lambda settings: getter)

    def cited() -> list[dict[str, Any]]:
        answer = call("ask", INVESTED, "--doc", ARTICLE, "--json").json
        found: list[dict[str, Any]] = [*answer["citations"], *answer["related"]]
        assert found
        return found

    def listed() -> dict[str, str]:
        return {one["doc_id"]: one["edition"] for one in call("sources", "--json").json["documents"]}

    assert call("ingest", corpus).code == 0
    digests = listed()
    assert digests[ARTICLE] == "digest"
    assert {citation["edition"] for citation in cited()} == {"digest"}

    said = call("fetch", ARTICLE, "--json")
    assert (said.code, said.err) == (0, "")
    (document,), counts = said.json["documents"], {name: said.json[name] for name in said.json if name != "documents"}
    assert counts == {"fetched": 1, "unchanged": 0, "failed": 0}
    assert document.keys() == DOCUMENT
    assert (document["doc_id"], document["state"], document["error"]) == (ARTICLE, "fetched", "")
    assert (document["paragraphs"], document["of"], document["left_over"]) == (5, 5, 0)
    assert (document["missing"], document["altered"]) == ([], [])
    assert listed() == {**digests, ARTICLE: "original"}
    citations = cited()
    assert {citation["edition"] for citation in citations} == {"original"}
    assert "placed $1.7 billion" in " ".join(citation["quote"] for citation in citations)
    for citation in citations:
        assert ORIGINAL[citation["paragraph"] - 1][citation["start"] : citation["end"]] == citation["quote"]
        assert citation["url"] == ARTICLE_URL
    assert call("show", ARTICLE, "--paragraph", 3).out == f"{ORIGINAL[2]}\n"
    assert call("fetch").out.splitlines() == [
        f"unchanged  {ARTICLE}: 5 of 5 paragraphs",
        f"failed     {DEAL}: No certain address is known for it. Add it from a file of your own.",
        "0 fetched, 1 unchanged, 1 failed.",
    ]

    assert call("fetch", "--digests").out == "1 original is given back to the digests.\n"
    assert listed() == digests
    assert {citation["edition"] for citation in cited()} == {"digest"}
    assert not folder_of(home).exists()
    assert call("fetch", "--digests", "--json").json == {"digests": []}


def test_one_of_several_originals_is_given_back(home: Path, corpus: Path, shelf: Shelf, sync: IndexSync) -> None:
    both = [*shelf.wanted([ARTICLE]), Wanted(DEAL, CAMP_URL, {"title": "The Deal"})]
    getter = Given({ARTICLE_URL: Answer(PAGE), CAMP_URL: Answer(page_of(TEXTS))})
    results = list(get_originals(home, shelf, both, getter, sync, no_report))
    assert summary(results) == {"fetched": 2, "unchanged": 0, "failed": 0}
    # There was no index: the digests of what was not fetched went in as well.
    assert editions(home) == {**dict.fromkeys(map(_stem, FILES), "original"), DEAL: "original"}
    assert return_to_digests(home, [ARTICLE], sync, no_report) == [ARTICLE]
    assert editions(home) == {**dict.fromkeys(map(_stem, FILES), "original"), DEAL: "original", ARTICLE: "digest"}
    assert return_to_digests(home, [], sync, no_report) == [DEAL]
    assert sorted(editions(home)) == sorted(map(_stem, FILES))
    assert return_to_digests(home, [], sync, no_report) == []


def _stem(name: str) -> str:
    return Path(name).stem


def test_an_index_of_one_s_own_keeps_its_roots(home: Path, shelf: Shelf, sync: IndexSync, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.txt").write_text("Words of my own.\n")
    sync.ingest(tmp_path / "own", no_report)
    list(get_originals(home, shelf, shelf.wanted([ARTICLE]), Given({ARTICLE_URL: Answer(PAGE)}), sync, no_report))
    assert editions(home) == {"mine": "original", ARTICLE: "original"}


def test_nothing_fetched_leaves_no_index_and_no_folder(home: Path, shelf: Shelf, call: Call, sync: IndexSync) -> None:
    results = list(get_originals(home, shelf, shelf.wanted(), Given({}), sync, no_report))
    assert summary(results) == {"fetched": 0, "unchanged": 0, "failed": 2}
    assert list(home.iterdir()) == []
    with pytest.raises(NoIndex):
        open_current(home)
    assert return_to_digests(home, [], sync, no_report) == []
    with pytest.raises(NoIndex):
        open_current(home)


def test_progress_is_told_of_fetching_then_of_indexing(home: Path, shelf: Shelf, sync: IndexSync) -> None:
    seen: list[tuple[int, int, str]] = []
    getter = Given({ARTICLE_URL: Answer(PAGE)})
    list(
        get_originals(
            home, shelf, shelf.wanted(), getter, sync,
            lambda now: seen.append((now.documents_done, now.documents_total, now.note)),
        )
    )  # fmt: skip
    assert seen[:3] == [(0, 2, "Fetching"), (1, 2, "Fetching"), (2, 2, "Fetching")]
    assert [note for _, _, note in seen[3:]].count("Fetching") == 0
    assert seen[-1][2] == "Building the index"


# The command


def test_the_command_says_by_its_code_whether_all_or_some_or_none_came(
    shelf: Shelf, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: dict[str, Answer] = {}
    monkeypatch.setattr("app.pipeline.polite_client", lambda settings: Given(answers))
    none = call("fetch", "--json")
    assert (none.code, none.err, none.json["failed"]) == (1, "", 2)
    assert "answered 404" in none.json["documents"][0]["error"]
    assert_refused(call("ask", "Anything at all?"), "sangho ingest")
    answers[ARTICLE_URL] = Answer(PAGE)
    some = call("fetch", "--json")
    assert (some.code, some.json["fetched"], some.json["failed"]) == (3, 1, 1)
    assert call("fetch", ARTICLE).code == 0


def test_the_command_names_what_it_does_not_know(
    home: Path, shelf: Shelf, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    getter = Given({ARTICLE_URL: Answer(PAGE)})
    monkeypatch.setattr("app.pipeline.polite_client", lambda settings: getter)
    said = call("fetch", ARTICLE, "nothing")
    assert (said.code, said.out) == (1, "")
    assert said.err == "sangho: 'nothing' is not in the catalogue. Run: sangho sources --json\n"
    assert getter.asked == []
    assert files_of(home) == {}


def test_the_command_s_own_client_fetches_from_where_it_may(
    home: Path, shelf: Shelf, call: Call, web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = replace(shelf.catalogue.documents[0], url=web.has("/reciprocity", Answer(PAGE)))
    here = replace(shelf, catalogue=Catalogue((known,)))
    monkeypatch.setattr(Shelf, "load", lambda: here)
    refused = call("fetch", "--json")
    assert refused.code == 1
    assert "127.0.0.1, which is not a public address. If it is meant to" in refused.json["documents"][0]["error"]
    assert web.asked == []
    monkeypatch.setenv("SANGHO_FETCH_ALLOW", "127.0.0.1/32")
    assert call("fetch", "--json").json["fetched"] == 1
    assert web.asked == [("/robots.txt", ""), ("/reciprocity", "")]
    assert texts_of(held(home, ARTICLE)) == dict(enumerate(ORIGINAL, start=1))


# The window's job


class FakeSync:
    """An index that only notes what it is told; `error` is raised when it is told to ingest."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.error: BaseException | None = None
        self.roots: tuple[str, ...] = ("/originals", "/corpus")

    def ingest(self, root: Path, on_progress: OnProgress) -> object:
        self.calls.append(f"ingest {root.name}: {sorted(path.stem for path in root.glob('*.txt'))}")
        if self.error is not None:
            raise self.error
        return None

    def forget(self, root: Path) -> object:
        self.calls.append(f"forget {root.name}")
        raise UnknownSource(f"{root} is not a source root.")

    def manifest(self) -> Manifest | None:
        if not self.roots:
            raise BrokenIndex("The manifest cannot be read.")
        return Manifest("0" * 12, Recipe("fake", "", "1", "1", LIMIT), 8, self.roots, (), (), 0, 0, 0, 0)


class Gate:
    """Gets pages once it is open; `waits` is what the client was given to wait with."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.given = Given(answers)
        self.open = threading.Event()
        self.reached = threading.Event()
        self.made = 0
        self.waits: Callable[[float], None] = time.sleep

    def make(self, waits: Callable[[float], None]) -> Getter:
        self.made += 1
        self.waits = waits
        return self

    def get(self, url: str, etag: str = "", modified: str = "") -> Page | None:
        self.reached.set()
        assert self.open.wait(20)
        return self.given.get(url, etag, modified)

    def close(self) -> None:
        self.given.close()


NAMES: Final = ("one", "two", "three")


@pytest.fixture
def gate() -> Gate:
    return Gate({f"https://example.org/{name}": Answer(page_of(TEXTS)) for name in NAMES})


@pytest.fixture
def fake_sync() -> FakeSync:
    return FakeSync()


@pytest.fixture
def originals(home: Path, gate: Gate, fake_sync: FakeSync, corpus: Path) -> Originals:
    documents = [Known(name, "2031", name, "Both", "law", "en", f"https://example.org/{name}") for name in NAMES]
    shelf = Shelf(Catalogue(tuple(documents)), dict.fromkeys(NAMES, PRINTS[DEAL]), corpus)
    return Originals(home, shelf, gate.make, fake_sync)


def ended(originals: Originals) -> bool:
    """Wait until nothing is under way."""
    deadline = time.monotonic() + 20
    while originals.job.running and time.monotonic() < deadline:
        time.sleep(0.005)
    return not originals.job.running


def test_two_starts_fetch_once(originals: Originals, gate: Gate, fake_sync: FakeSync) -> None:
    originals.start()
    job = originals.job
    assert gate.reached.wait(20)
    originals.start()
    originals.give_back()
    assert originals.job is job
    assert job.running
    gate.open.set()
    assert ended(originals)
    assert gate.made == 1
    assert gate.given.asked == [f"https://example.org/{name}" for name in NAMES]
    assert fake_sync.calls == ["ingest originals: ['one', 'three', 'two']"]
    assert [(one.doc_id, one.state) for one in job.results] == [(name, "fetched") for name in NAMES]
    assert (job.error, originals.held, job.progress.documents_done) == ("", 3, 3)


def test_stopping_ends_early_and_indexes_what_came(originals: Originals, gate: Gate, fake_sync: FakeSync) -> None:
    originals.start()
    assert gate.reached.wait(20)
    originals.stop()
    started = time.monotonic()
    with pytest.raises(FetchError, match="stopped"):
        gate.waits(30)  # what the client would wait to be polite; the page under way is given up with it
    assert time.monotonic() - started < 10
    gate.open.set()
    assert ended(originals)
    assert [one.doc_id for one in originals.job.results] == ["one"]
    assert fake_sync.calls == ["ingest originals: ['one']"]
    assert originals.held == 1
    originals.start()  # goes on where it was stopped
    assert ended(originals)
    assert [one.doc_id for one in originals.job.results] == list(NAMES)
    assert originals.held == 3


def test_an_error_is_told_with_its_remedy_and_what_came_before_it(
    originals: Originals, gate: Gate, fake_sync: FakeSync
) -> None:
    gate.open.set()
    fake_sync.error = NoSpace("The disk is full.", "Free some space.")
    originals.start()
    assert ended(originals)
    assert originals.job.error == "The disk is full. Free some space."
    assert len(originals.job.results) == 3
    fake_sync.error = None
    originals.start()
    assert ended(originals)
    assert originals.job.error == ""


def test_what_was_not_foreseen_is_told_too(
    originals: Originals, gate: Gate, fake_sync: FakeSync, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda arguments: raised.append(arguments.exc_value))
    gate.open.set()
    fake_sync.error = KeyError("row")
    originals.start()
    assert ended(originals)
    assert originals.job.error == "It failed: KeyError. The terminal that runs Sangho shows what happened."
    deadline = time.monotonic() + 20
    while not raised and time.monotonic() < deadline:
        time.sleep(0.005)
    assert raised == [fake_sync.error]


def test_all_are_given_back_in_the_background(
    home: Path, originals: Originals, gate: Gate, fake_sync: FakeSync
) -> None:
    gate.open.set()
    originals.start()
    assert ended(originals)
    originals.give_back()
    assert ended(originals)
    assert (originals.held, originals.job.error, originals.job.results) == (0, "", ())
    assert not folder_of(home).exists()
    assert fake_sync.calls[1:] == ["forget originals"]


def test_digests_go_in_where_the_index_has_no_other_root(originals: Originals, gate: Gate, fake_sync: FakeSync) -> None:
    gate.open.set()
    for roots, calls in ((("/originals",), 2), (("/originals", "/corpus"), 1), ((), 2)):
        fake_sync.calls.clear()
        fake_sync.roots = roots
        originals.start()
        assert ended(originals)
        assert len(fake_sync.calls) == calls
        assert [call.split(":")[0] for call in fake_sync.calls[1:]] == ["ingest corpus"] * (calls - 1)


def test_the_window_s_job_brings_originals_into_a_real_index(home: Path, shelf: Shelf) -> None:
    getter = Given({ARTICLE_URL: Answer(PAGE)})
    originals = Originals(home, shelf, lambda sleep: getter, IndexSync(home, FakeEmbedder(), LIMIT, MAX_BYTES))
    originals.start()
    assert ended(originals)
    assert originals.job.error == ""
    assert {doc_id: editions(home)[doc_id] for doc_id in (ARTICLE, ACCORD, CAMP)} == dict.fromkeys(
        (ARTICLE, ACCORD, CAMP), "original"
    )
    originals.give_back()
    assert ended(originals)
    assert editions(home)[ARTICLE] == "digest"


def test_a_getter_s_failure_is_a_result(home: Path) -> None:
    class Refusing:
        def get(self, url: str, etag: str = "", modified: str = "") -> Page | None:
            raise FetchError("example.org asks programs not to fetch this page (robots.txt).", "Open it in a browser.")

        def close(self) -> None:
            """Nothing is open."""

    (result,) = fetch_all(home, [Wanted(DEAL, "https://example.org/deal")], Refusing())
    assert result.error == "example.org asks programs not to fetch this page (robots.txt). Open it in a browser."
