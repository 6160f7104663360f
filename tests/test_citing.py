"""Places get numbers, quotes are recomputed from the text, and what cites nothing is dropped."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue import Catalogue, Known
from app.citing import Citer
from app.labels import ENGLISH
from app.results import Grounded, Place
from ingest.documents import Document, Paragraph

OLD = Document(
    "old",
    "The Old Act",
    (Paragraph(1, "Ministers report. They do so yearly."), Paragraph(4, "한국은 동의했다.", last=6)),
    issuer="Assembly", date="2024", url="https://example.org", edition="digest", superseded_by="new",
)  # fmt: skip
NEW = Document("new", "The New Act", (Paragraph(1, "All change.", page=7),))
DOCUMENTS = {document.doc_id: document for document in (OLD, NEW)}
NOTHING_KNOWN = Catalogue(())


def citer(catalogue: Catalogue = NOTHING_KNOWN) -> Citer:
    return Citer(DOCUMENTS, catalogue)


def test_a_citation_says_everything_about_its_place() -> None:
    citing = citer()
    statements, dropped = citing.cite([Grounded("Ministers report.", (Place("old", 1, 0, 17),))])
    assert (statements[0].text, statements[0].citations, dropped) == ("Ministers report.", (1,), ())
    (citation,) = citing.citations
    assert (citation.n, citation.doc_id, citation.title, citation.issuer) == (1, "old", "The Old Act", "Assembly")
    assert (citation.date, citation.url, citation.edition) == ("2024", "https://example.org", "digest")
    assert (citation.paragraph, citation.page, citation.quote) == (1, None, "Ministers report.")
    assert citation.superseded_by == "new"


def test_the_same_place_has_the_same_number() -> None:
    citing = citer()
    one, other = Place("old", 1, 0, 17), Place("new", 1, 0, 11)
    statements, _ = citing.cite([Grounded("a", (other, one, other)), Grounded("b", (one,))])
    assert [statement.citations for statement in statements] == [(1, 2), (2,)]
    assert [(c.n, c.doc_id, c.page) for c in citing.citations] == [(1, "new", 7), (2, "old", None)]
    more, _ = citing.cite([Grounded("c", (Place("new", 1, 0, 3), one))])
    assert more[0].citations == (3, 2)


def test_a_digest_s_inner_paragraph_is_cited_by_the_block_that_retells_it() -> None:
    citing = citer()
    citing.cite([Grounded("x", (Place("old", 5, 0, 3),))])
    assert [(c.paragraph, c.quote) for c in citing.citations] == [(4, "한국은")]


@pytest.mark.parametrize(
    "place",
    [
        Place("gone", 1, 0, 3),
        Place("old", 2, 0, 3),
        Place("old", 0, 0, 3),
        Place("old", 1, 0, 900),
        Place("old", 1, -3, 3),
        Place("old", 1, 5, 5),
        Place("old", 1, 9, 5),
    ],
)
def test_a_place_that_does_not_exist_is_no_citation(place: Place) -> None:
    citing = citer()
    statements, dropped = citing.cite([Grounded("Invented.", (place,)), Grounded("Empty.", ())])
    assert statements == ()
    assert [one.text for one in dropped] == ["Invented.", "Empty."]
    assert all(one.why for one in dropped)
    assert citing.citations == ()
    half = citer()
    kept, _ = half.cite([Grounded("Half.", (place, Place("new", 1, 0, 3)))])
    assert [statement.citations for statement in kept] == [(1,)]
    assert [citation.quote for citation in half.citations] == ["All"]


def test_superseded_documents_are_named_once() -> None:
    citing = citer()
    places = [Place("old", 1, 0, 17), Place("old", 4, 0, 3), Place("new", 1, 0, 3)]
    citing.cite([Grounded("x", (place,)) for place in places])
    assert citing.warnings(ENGLISH) == ["The Old Act was superseded by The New Act."]
    assert citer().warnings(ENGLISH) == []


def test_what_a_document_lacks_is_said_with_every_citation_and_once_beside_the_answer() -> None:
    partial = Document("partial", "The Code", (Paragraph(1, "All pay tax."),), complete=False, note="It lacks (e).")
    copied = Document("copied", "The Copy", (Paragraph(1, "All pay."),), note="From an unofficial copy.")
    citing = Citer({"partial": partial, "copied": copied}, NOTHING_KNOWN)
    places = [Place("partial", 1, 0, 3), Place("partial", 1, 4, 7), Place("copied", 1, 0, 3)]
    citing.cite([Grounded("x", (place,)) for place in places])
    assert [citation.note for citation in citing.citations] == [partial.note, partial.note, copied.note]
    assert citing.warnings(ENGLISH) == ["On The Code: It lacks (e).", "On The Copy: From an unofficial copy."]


def test_the_catalogue_knows_of_later_documents_too(tmp_path: Path) -> None:
    known = Known("new", "2023", "The New Act", "", "", "", "", superseded_by="newest")
    citing = citer(Catalogue((known,)))
    citing.cite([Grounded("x", (Place("new", 1, 0, 3),))])
    assert citing.citations[0].superseded_by == "newest"
    assert citing.warnings(ENGLISH) == ["The New Act was superseded by newest."]
    newest = Known("newest", "2026-01-20", "The Newest Act", "", "", "", "", "")
    citing = citer(Catalogue((known, newest)))  # not held, but known
    citing.cite([Grounded("x", (Place("new", 1, 0, 3),))])
    assert citing.warnings(ENGLISH) == ["The New Act was superseded by The Newest Act (2026-01-20)."]
    assert Catalogue.load(tmp_path / "missing.tsv").documents == ()


def test_the_catalogue_says_what_is_not_held() -> None:
    catalogue = Catalogue.load()
    ids = [known.doc_id for known in catalogue.documents]
    assert len(ids) == len(set(ids))
    assert [known.doc_id for known in catalogue.not_held(ids[1:])] == ids[:1]
    assert catalogue.not_held(ids) == ()
    assert {known.superseded_by for known in catalogue.documents} - {""} <= set(ids)


_PLACES = st.builds(
    Place, st.sampled_from(["old", "new", "gone"]), st.integers(-1, 8), st.integers(-2, 40), st.integers(-2, 40)
)


@given(st.lists(st.builds(Grounded, st.text(max_size=5), st.lists(_PLACES, max_size=3).map(tuple)), max_size=6))
def test_every_citation_is_in_the_text_and_every_statement_has_one(statements: list[Grounded]) -> None:
    citing = citer()
    cited, dropped = citing.cite(statements)
    assert len(cited) + len(dropped) == len(statements)
    assert all(statement.citations for statement in cited)
    assert [c.n for c in citing.citations] == list(range(1, len(citing.citations) + 1))
    assert {n for statement in cited for n in statement.citations} == {c.n for c in citing.citations}
    for c in citing.citations:
        assert c.quote
        assert DOCUMENTS[c.doc_id].paragraph(c.paragraph).text[c.start : c.end] == c.quote
