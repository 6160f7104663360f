"""What is right in an index of digests, whether quotes are exact, and which citations support a statement."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.results import Answer, Citation, Coverage, Statement
from eval.marking.gold import LONGEST, gold_json, gold_texts, graded, held_gold, held_place
from eval.marking.grounding import citation_precision, citation_recall, is_exact, quotes_exact, stands_in
from eval.marking.metrics import GoldPlace
from ingest.documents import Document, Paragraph

TEXT = "The leaders agreed to share chips. They will not share visas."
DIGEST = Document(
    "digest", "A Digest", (Paragraph(3, TEXT, last=5), Paragraph(9, "x" * 1000)), edition="digest", language="en"
)
DOCUMENTS = {"digest": DIGEST}


def citation(n: int, start: int = 0, end: int = 34, paragraph: int = 3, doc_id: str = "digest") -> Citation:
    """A citation of a stretch of the text, whatever paragraph it claims to be of."""
    return Citation(
        n=n, doc_id=doc_id, title="", issuer="", date="", url="", edition="digest", paragraph=paragraph, page=None,
        quote=TEXT[start:end], start=start, end=end,
    )  # fmt: skip


def answer(statements: list[tuple[str, tuple[int, ...]]], *citations: Citation) -> Answer:
    return Answer(
        question="?", query="?", outcome="answered", answer="", notice="", mode="generated",
        statements=tuple(Statement(text, numbers) for text, numbers in statements), citations=citations, related=(),
        evidence=(), dropped=(), coverage=Coverage(1, "", 0), language="en", settings_digest="", generation="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("place", "held"),
    [
        (("digest", 3), ("digest", 3)),
        (("digest", 5), ("digest", 3)),
        (("digest", 6), ("digest", 6)),  # left out of the digest: nothing can find it
        (("digest", None), ("digest", None)),
        (("other", 5), ("other", 5)),
    ],
)
def test_a_place_is_looked_up_where_it_is_retold(place: GoldPlace, held: GoldPlace) -> None:
    assert held_place(place, DOCUMENTS) == held


def test_places_that_are_retold_together_are_one_with_the_higher_grade() -> None:
    gold: dict[GoldPlace, int] = {("digest", 3): 1, ("digest", 4): 2, ("digest", 5): 1, ("digest", 9): 1}
    assert held_gold(gold, DOCUMENTS) == {("digest", 3): 2, ("digest", 9): 1}
    assert held_gold(frozenset({("digest", 4)}), DOCUMENTS) == {("digest", 3): 1}


def test_gold_is_kept_in_one_order_with_its_grades_where_they_say_something() -> None:
    assert gold_json([("b", 1), ("a", 10), ("a", 9), ("a", None)]) == {
        "gold": [["a", None], ["a", 9], ["a", 10], ["b", 1]]
    }
    assert gold_json({("b", None): 2, ("a", None): 1}) == {"gold": [["a", None], ["b", None]], "grades": [1, 2]}
    assert gold_json([]) == {"gold": []}
    assert graded({("b", 1): 3}) == [(("b", 1), 3)]


def test_texts_stand_in_the_order_of_the_gold() -> None:
    gold: list[GoldPlace] = [("digest", 9), ("digest", 4), ("digest", None), ("none", 1), ("digest", 7)]
    assert gold_texts(gold, DOCUMENTS) == ["A Digest", TEXT, "", "x" * LONGEST, ""]


def test_a_quote_is_exact_only_where_it_says_it_stands() -> None:
    good = citation(1)
    assert is_exact(good, DOCUMENTS)
    wrong = [
        citation(1, paragraph=9),
        citation(1, paragraph=7),
        citation(1, doc_id="none"),
        Citation(
            **{name: getattr(good, name) for name in Citation.__dataclass_fields__} | {"quote": TEXT[:34].lower()}
        ),
        Citation(**{name: getattr(good, name) for name in Citation.__dataclass_fields__} | {"start": 1}),
        # Python would take these for places counted from the end.
        citation(1, start=-6, end=-1),
        citation(1, start=5, end=5),
        citation(1, start=40, end=10_000),
    ]
    assert [is_exact(one, DOCUMENTS) for one in wrong] == [False] * len(wrong)
    assert quotes_exact([good, wrong[0]], DOCUMENTS) == 0.5
    assert quotes_exact([], DOCUMENTS) is None


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
def test_every_stretch_of_a_text_is_exact_and_none_but_the_empty_is_not(start: int, end: int) -> None:
    assert is_exact(citation(1, start, end), DOCUMENTS) == (start < end)


@pytest.mark.parametrize(
    ("text", "quote", "stands"),
    [
        (TEXT, TEXT, True),
        ("the leaders AGREED, to share chips", TEXT, True),
        ("[2021-05-21] The leaders agreed to share chips.", TEXT, True),
        ("[Both] leaders agreed to share [many] chips.", TEXT, True),
        ("The leaders agreed … They will not share visas.", TEXT, True),
        ("They will not share visas ... The leaders agreed", TEXT, False),  # the other way round
        ("They will share visas.", TEXT, False),
        ("share chips. share", TEXT, False),
        ("chip", TEXT, False),  # words, not letters
        ("leaders agreed to share visas", TEXT, False),
        ("chips … chips", TEXT, False),
        ("", TEXT, False),
        ("[The leaders]", TEXT, False),
        ("...", TEXT, False),
        ("The leaders", "", False),
        ("두 나라는 협력한다", "두 나라는 협력한다.", True),
        ("두 나라는 협력하지 않는다", "두 나라는 협력한다.", False),
        ("(a+)+$ [", "(a+)+$", True),
    ],
)
def test_a_statement_stands_in_a_quote_by_its_words(text: str, quote: str, stands: bool) -> None:
    assert stands_in(text, quote) is stands


def test_long_texts_are_read_in_time() -> None:
    assert not stands_in("a " * 2000 + "b", "a " * 4000)
    assert not stands_in("[" * 50_000, "a")


def test_precision_is_the_share_of_citations_of_gold() -> None:
    given_answer = answer([("A.", (1, 2, 3))], citation(1), citation(2, paragraph=9), citation(3, doc_id="other"))
    assert citation_precision(given_answer, {("digest", 3): 1}) == pytest.approx(1 / 3)
    assert citation_precision(given_answer, {("digest", None): 1}) == pytest.approx(2 / 3)
    assert citation_precision(given_answer, {("digest", 1): 1}) == 0
    assert citation_precision(given_answer, {}) is None
    assert citation_precision(answer([]), {("digest", 3): 1}) is None


def test_recall_is_the_share_of_statements_with_a_supporting_citation() -> None:
    statements = [
        ("In words of its own.", (1, 2)),  # the second is of gold
        ("The leaders agreed to share chips.", (1,)),  # its words stand in the quote
        ("They will share visas.", (1,)),
        ("Cites what is not there.", (7,)),
        ("Cites nothing.", ()),
    ]
    given_answer = answer(statements, citation(1), citation(2, paragraph=9))
    assert citation_recall(given_answer, {("digest", 9): 1}) == pytest.approx(2 / 5)
    assert citation_recall(given_answer, {}) == pytest.approx(1 / 5)
    assert citation_recall(answer([]), {("digest", 9): 1}) is None
