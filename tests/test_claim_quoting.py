"""Quotations of a claim: looked up, cited, and how much of a part they are."""

from __future__ import annotations

from typing import Final

import pytest

from app.catalogue import Catalogue
from app.claims.judge import ClaimPart, EvidenceSentence
from app.claims.numbering import Numbering
from app.claims.quoting import Quoted, look_up_quotations
from app.claims.results import Difference
from app.quotations import Looked, QuotationLookup
from app.results import Place
from ingest.documents import Document, Paragraph
from ingest.generation import Generation
from tests.small_corpus import ACCORD, ARTICLE, CAMP

WORDS: Final = "spends the money on roads and rails"
DOCUMENTS: Final = {
    "pact": Document("pact", "The Pact of Ulsan", (Paragraph(1, f"Each side {WORDS}."),), issuer="Two cities")
}
PLACE: Final = Place("pact", 1, 10, 10 + len(WORDS))
FOUND: Final = Quoted(Looked(WORDS, "yes", 1.0, PLACE))


def part(text: str) -> ClaimPart:
    return ClaimPart(text, text)


def sentence(start: int, end: int, paragraph: int = 1) -> EvidenceSentence:
    return EvidenceSentence(Place("pact", paragraph, start, end), "x", "x", "", "", "original")


@pytest.mark.parametrize(
    ("claim", "whole"),
    [
        (f"“{WORDS}”", True),
        (f"According to the Pact of Ulsan, both sides “{WORDS}”.", True),
        (f"The two cities say that each “{WORDS}”.", True),
        (
            f"Because prices of copper fell last winter, the mayor refused to sign what “{WORDS}” means.",
            False,
        ),
        ("The Pact of Ulsan spends money on roads.", False),
        ("", False),
    ],
)
def test_a_part_is_a_quotation_if_little_else_is_said(claim: str, whole: bool) -> None:
    assert FOUND.is_all_of(part(claim), DOCUMENTS) is whole


@pytest.mark.parametrize("verbatim", ["no", "cannot_check"])
def test_only_what_stands_there_letter_by_letter_is_all_of_a_part(verbatim: str) -> None:
    looked = Looked(WORDS, verbatim, 0.9, PLACE)  # type: ignore[arg-type]
    assert not Quoted(looked).is_all_of(part(f"“{WORDS}”"), DOCUMENTS)
    assert not Quoted(looked).is_in(sentence(0, 99))


def test_a_quotation_is_in_the_sentence_that_it_begins_in() -> None:
    assert FOUND.is_in(sentence(0, 99))
    assert FOUND.is_in(sentence(10, 12))
    assert not FOUND.is_in(sentence(0, 10))
    assert not FOUND.is_in(sentence(11, 99))
    assert not FOUND.is_in(sentence(0, 99, paragraph=2))
    assert not Quoted(Looked(WORDS, "yes", 1.0, None)).is_in(sentence(0, 99))


def test_differing_words_are_a_difference_of_the_part_that_quotes_them() -> None:
    pairs = (("roads", "streets"), ("and", ""), *((str(n), "") for n in range(20)))
    differs = Quoted(Looked(WORDS, "no", 0.8, PLACE, differing=pairs))
    found = differs.differences(part(f"It “{WORDS}”."))
    assert found[:2] == [Difference("quote", "roads", "streets"), Difference("quote", "and", "")]
    assert len(found) == 8, "the worst of quotations fills no page"
    assert differs.differences(part("It spends nothing.")) == []
    assert FOUND.differences(part(f"It “{WORDS}”.")) == []


def test_what_stands_there_supports_and_the_nearest_is_only_closest() -> None:
    numbering = Numbering(DOCUMENTS, Catalogue(()))
    near = Quoted(Looked("other words here", "no", 0.61239, Place("pact", 1, 0, 4), differing=(("a", "b"),)))
    nowhere = Quoted(Looked("no such words", "no", 0.0))
    checks = [one.check(numbering) for one in (near, FOUND, nowhere)]
    assert [(one.verbatim, one.similarity, one.citation) for one in checks] == [
        ("no", 0.6124, 1),
        ("yes", 1.0, 2),
        ("no", 0.0, None),
    ]
    assert [(one.quote, one.stance) for one in numbering.citations] == [("Each", "closest"), (WORDS, "supports")]
    assert checks[0].differing == (("a", "b"),)


@pytest.fixture(scope="module")
def lookup(small_generation: Generation) -> QuotationLookup:
    return QuotationLookup(small_generation)


def test_each_quotation_is_looked_up_in_order_where_it_is_said_to_be_from(lookup: QuotationLookup) -> None:
    claim = "It says “kept in Seoul” and “ambassadors meet twice a week” and “rises to $300 million”; “too few”."
    found = [one.looked for one in look_up_quotations(claim, [CAMP], lookup, frozenset())]
    assert [(one.quote, one.verbatim) for one in found] == [
        ("kept in Seoul", "yes"),
        ("ambassadors meet twice a week", "no"),
        ("rises to $300 million", "yes"),
    ]
    assert look_up_quotations("It quotes nothing.", [CAMP], lookup, frozenset()) == ()


def test_the_named_document_decides_and_what_is_left_out_is_not_looked_in(lookup: QuotationLookup) -> None:
    claim = "It says “ambassadors meet twice a year”."

    def looked(named: list[str], without: frozenset[str] = frozenset()) -> Looked:
        (found,) = look_up_quotations(claim, named, lookup, without)
        return found.looked

    assert looked([]).verbatim == "yes"
    other = looked([CAMP])
    assert (other.verbatim, other.elsewhere, other.place and other.place.doc_id) == ("no", True, ACCORD)
    assert looked([ARTICLE]).verbatim == "cannot_check"
    assert looked([], frozenset({ACCORD})).verbatim != "yes"
