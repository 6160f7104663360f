"""The sources as HTML: what superseded a document, what a digest's words are called, and what is not offered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.catalogue import Catalogue
from app.results import Ranked
from app.roots import Roots
from app.ui.asking import Asking
from app.ui.line import Line
from app.ui.loading import Loader
from app.ui.source_panel import empty_html
from app.ui.source_views import called, list_html, reader_html, results_html
from app.ui.visitors import Visitors
from ingest.documents import Document, Paragraph
from tests.test_render import Reader
from tests.window_fakes import DIGEST, DOCUMENTS, EVIL, HAN, HOSTILE, FakeAsker

FOUND = [
    Ranked(f"{one.doc_id}#1", one.doc_id, one.title, one.date, (number, number), 1.0, one.paragraph(number).text)
    for one, number in ((HAN, 8), (DIGEST, 12))
]
OLD_ACT = "2025-01-21_kr-ai-basic-act-law-20676"
NEW_ACT = "2026-01-20_kr-ai-basic-act-law-21311-amended"


def test_a_superseded_document_leads_to_its_successor() -> None:
    html = reader_html(replace(HAN, superseded_by="summit"), None, DOCUMENTS)
    assert "It was superseded by Leaders' Joint Statement (26 April 2023)." in Reader(html).text
    assert 'href="/?doc=summit" data-doc="summit"' in html
    unheld = reader_html(replace(HAN, superseded_by="summit"))
    assert "It was superseded by summit." in Reader(unheld).text
    assert 'data-doc="summit"' not in unheld
    assert "superseded" not in reader_html(HAN, None, DOCUMENTS)


def test_a_successor_that_only_the_catalogue_knows_is_named() -> None:
    known = Catalogue.load().known(NEW_ACT)
    assert known is not None
    act = Document(OLD_ACT, "The Act", (Paragraph(1, "Article 1."),))
    assert f"It was superseded by {known.title} (20 January 2026)." in Reader(reader_html(act)).text
    assert called(NEW_ACT, {NEW_ACT: replace(HAN, title="Held", date="")}) == "Held"
    assert called("nobody", {}) == "nobody"


def test_what_is_said_of_a_document_has_a_line_each_and_runs_nothing() -> None:
    html = reader_html(replace(HAN, complete=False, superseded_by="evil", note=HOSTILE), None, DOCUMENTS)
    assert html.count('class="sg-notice"') == 3
    assert not {"script", "img"} & set(Reader(html).tags)
    assert reader_html(EVIL).count('class="sg-notice"') == 0


def test_what_is_found_in_a_digest_is_named_as_a_summary() -> None:
    text = Reader(results_html("AI", FOUND, DOCUMENTS, exact=False)).text
    assert "1 May 2023 · ¶8Koreans" in text
    assert "26 April 2023 · Sangho’s summary of ¶12The leaders" in text
    assert text.count("summary") == 1
    assert "The 2 passages nearest in meaning, the nearest first." in text


@pytest.mark.parametrize(
    ("count", "exact", "said"),
    [
        (1, True, "1 passage with this phrase."),
        (2, True, "2 passages with this phrase."),
        (1, False, "The 1 passage nearest in meaning"),
        (0, True, "Nothing found."),
    ],
)
def test_how_much_was_found(count: int, exact: bool, said: str) -> None:
    assert said in Reader(results_html("AI", FOUND[:count], DOCUMENTS, exact=exact)).text


def test_the_timeline_says_how_to_read_it() -> None:
    text = Reader(list_html(DOCUMENTS, Catalogue.load().documents[:1], str)).by_class["sg-about"]
    assert "filled where it is held, hollow where it is only known of" in text


def test_the_empty_panel_says_what_to_choose() -> None:
    assert "Choose a number in an answer to read the paragraph it rests on, here, in its place." in empty_html()
    assert "Choose a source to read its paragraph, here, in its place." in empty_html(
        "sg-x", "a source to read its paragraph"
    )


def test_originals_are_wanted_only_where_answers_rest_on_digests(tmp_path: Path) -> None:
    class OnlyOriginals(FakeAsker):
        def documents(self) -> dict[str, Document]:
            return {"han": HAN}

    def wanted(asker: FakeAsker, *, loaded: bool = True) -> bool:
        loader = Loader(lambda: asker)
        if loaded:
            loader.start()
            loader.wait(10)
        return Asking(loader, Line(), Visitors(Roots(tmp_path), 1)).rests_on_digests()

    assert wanted(FakeAsker())
    assert not wanted(OnlyOriginals())
    assert not wanted(FakeAsker(), loaded=False)
