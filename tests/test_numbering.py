"""Places get numbers and stances, and their quotes are cut anew from the text."""

from __future__ import annotations

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from app.catalogue import Catalogue, Known
from app.claims.numbering import Numbering
from app.claims.results import Stance
from app.labels import ENGLISH
from app.results import Place
from ingest.documents import Document, Paragraph

DOCUMENTS: Final = {
    "a": Document("a", "First", (Paragraph(1, "One two three."), Paragraph(4, "가나 다라 마바.", page=7)), date="2021"),
    "b": Document("b", "Second", (Paragraph(2, "Uno dos."),), superseded_by="a", edition="digest"),
}
RANK: Final[dict[Stance, int]] = {"closest": 0, "supports": 1, "contradicts": 2}
places = st.builds(Place, st.sampled_from("abx"), st.integers(0, 5), st.integers(-2, 16), st.integers(-2, 16))


def numbering(catalogue: Catalogue = Catalogue(())) -> Numbering:  # noqa: B008
    return Numbering(DOCUMENTS, catalogue)


def test_the_same_place_has_one_number_and_the_stance_that_says_more() -> None:
    numbers = numbering()
    one, other = Place("a", 1, 0, 3), Place("a", 1, 4, 7)
    assert [numbers.cite(one, "closest"), numbers.cite(other, "contradicts"), numbers.cite(one, "supports")] == [
        1,
        2,
        1,
    ]
    assert numbers.cite(other, "supports") == 2
    assert [(c.n, c.quote, c.stance) for c in numbers.citations] == [(1, "One", "supports"), (2, "two", "contradicts")]


def test_what_is_no_place_has_no_number() -> None:
    numbers = numbering()
    for place in (Place("x", 1, 0, 1), Place("a", 2, 0, 1), Place("a", 1, 3, 3), Place("a", 1, 0, 99)):
        assert numbers.cite(place, "supports") is None
    assert numbers.citations == ()
    assert numbers.warnings(ENGLISH) == []


def test_a_citation_says_all_that_is_known_of_its_document() -> None:
    numbers = numbering()
    numbers.cite(Place("a", 4, 3, 5), "supports")
    (citation,) = numbers.citations
    assert (citation.quote, citation.page, citation.date, citation.edition) == ("다라", 7, "2021", "original")


def test_what_was_superseded_is_said_though_only_the_catalogue_knows() -> None:
    numbers = numbering()
    numbers.cite(Place("b", 2, 0, 3), "closest")
    assert numbers.citations[0].superseded_by == "a"
    assert numbers.warnings(ENGLISH) == ["Second was superseded by First (2021)."]
    known = Known("a", "2021", "First", "", "", "en", "", superseded_by="later")
    told = numbering(Catalogue((known,)))
    told.cite(Place("a", 1, 0, 3), "supports")
    assert told.warnings(ENGLISH) == ["First was superseded by later."]


@given(st.lists(st.tuples(places, st.sampled_from(list(RANK)))))
def test_every_quote_is_what_stands_at_its_place(cited: list[tuple[Place, Stance]]) -> None:
    numbers = numbering()
    given_numbers = [numbers.cite(place, stance) for place, stance in cited]
    citations = numbers.citations
    assert [one.n for one in citations] == list(range(1, len(citations) + 1))
    assert {n for n in given_numbers if n} == {one.n for one in citations}
    for one in citations:
        assert DOCUMENTS[one.doc_id].paragraph(one.paragraph).text[one.start : one.end] == one.quote != ""
        stances = [stance for (_, stance), n in zip(cited, given_numbers, strict=True) if n == one.n]
        assert one.stance == max(stances, key=RANK.__getitem__)
