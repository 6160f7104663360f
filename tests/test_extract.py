"""Extractive answers: which sentences are taken, in what order, and what stands in front of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from app.document_names import DocumentNames
from app.evidence import FEATURES, ScoredSentence, is_fragment, without_label
from app.extract import MOST_ITEMS, MOST_SENTENCES, Extract, extract, ground
from app.glossary import Glossary
from app.query import Understood, understand
from app.shapes import Shape
from ingest.documents import Sentence
from ingest.generation import Generation
from tests.small_corpus import ACCORD, ARTICLE, CAMP, NOTES, REGISTER, TOWNS

Place = tuple[str, int, int]  # document, paragraph, which sentence of it


@pytest.fixture(scope="module")
def understood(small_generation: Generation) -> Understood:
    names = DocumentNames(list(small_generation.documents.values()))
    question = "What about the semiconductor fund and the ambassadors?"
    return understand(question, names, Glossary.load(), small_generation.lexical.terms)


def answer(
    generation: Generation, understood: Understood, shape: Shape, scored: Sequence[tuple[Place, float]]
) -> Extract:
    """Extract from sentences given by place with their scores."""
    candidates = [
        ScoredSentence(generation.sentences(doc_id, n)[which], score, 1, np.zeros(len(FEATURES), np.float32))
        for (doc_id, n, which), score in sorted(scored, key=lambda pair: -pair[1])
    ]
    extracted = extract(generation, replace(understood, shape=shape), candidates)
    for statement in extracted.statements:
        assert statement.places
        for place in statement.places:
            quote = generation.documents[place.doc_id].paragraph(place.paragraph).text[place.start : place.end]
            assert quote
            assert quote in statement.text
    return extracted


def texts(extracted: Extract) -> list[str]:
    return [statement.text for statement in extracted.statements]


@pytest.mark.parametrize("shape", ["fact", "list", "change", "comparison"])
def test_without_sentences_there_is_no_answer(
    small_generation: Generation, understood: Understood, shape: Shape
) -> None:
    assert answer(small_generation, understood, shape, []) == Extract(())


def test_a_fact_is_the_best_sentence_as_it_stands(small_generation: Generation, understood: Understood) -> None:
    best, far = (ACCORD, 4, 0), (CAMP, 7, 0)
    assert texts(answer(small_generation, understood, "fact", [(best, 9.0), (far, 1.0)])) == [
        "The ambassadors meet twice a year."
    ]


def test_a_sentence_that_points_back_brings_the_one_before_it(
    small_generation: Generation, understood: Understood
) -> None:
    dangling = (CAMP, 6, 1)  # "It is kept in Seoul."
    assert texts(answer(small_generation, understood, "fact", [(dangling, 9.0)])) == [
        "The semiconductor fund rises to $300 million. It is kept in Seoul."
    ]


def test_where_nothing_stands_before_it_the_subject_is_put_in_brackets(small_generation: Generation) -> None:
    first = small_generation.sentences(ACCORD, 2)[0]  # "They will spend ..."
    grounded = ground(small_generation, first)
    assert grounded.text.startswith("[")
    assert grounded.text.endswith("] They will spend $120 million on it until 2025.")
    document = small_generation.documents[ACCORD]
    assert any(f"[{name}]" in grounded.text for name in (document.title, *document.aliases))
    assert (grounded.places[0].start, grounded.places[0].end) == (first.start, first.end)


def test_the_same_thing_is_not_said_twice(small_generation: Generation, understood: Understood) -> None:
    twice = [((NOTES, 2, 0), 9.0), ((NOTES, 3, 0), 8.9), ((NOTES, 2, 0), 8.8)]
    said = texts(answer(small_generation, understood, "fact", twice))
    assert len(said) == len(set(said))


def test_a_list_gets_all_its_items_in_order(small_generation: Generation, understood: Understood) -> None:
    items = [
        "supply chains of batteries and of rare minerals",
        "standards for artificial intelligence",
        "quantum sensors and their makers",
        "undersea cables between the three coasts",
    ]
    for found in ((CAMP, 4, 0), (CAMP, 1, 0)):  # an item, or the line that introduces them
        extracted = answer(small_generation, understood, "list", [(found, 9.0), ((CAMP, 5, 0), 8.9)])
        assert texts(extracted) == items
        assert extracted.notice == ""


def test_of_a_long_list_it_is_said_how_many_are_shown(small_generation: Generation, understood: Understood) -> None:
    scored = [((REGISTER, 9, 0), 9.0), ((REGISTER, 4, 0), 8.9), ((CAMP, 8, 0), 8.8)]
    extracted = answer(small_generation, understood, "list", scored)
    assert extracted.notice == "12 of 14 items are shown."
    assert texts(extracted) == [
        f"laboratory number {number} in the town of {town}" for number, town in enumerate(TOWNS[:12], start=1)
    ]


def test_a_list_that_is_none_is_answered_in_document_order(
    small_generation: Generation, understood: Understood
) -> None:
    scored = [((CAMP, 8, 0), 9.0), ((ACCORD, 4, 0), 8.9), ((CAMP, 7, 0), 8.8)]
    places = [
        (place.doc_id, place.paragraph)
        for statement in answer(small_generation, understood, "list", scored).statements
        for place in statement.places
    ]
    rows = [(small_generation.documents.row_of(doc_id), paragraph) for doc_id, paragraph in places]
    assert rows == sorted(rows)


def test_a_change_is_told_by_date_with_the_date_in_front(small_generation: Generation, understood: Understood) -> None:
    scored = [((CAMP, 7, 0), 9.0), ((ARTICLE, 5, 0), 8.9), ((ACCORD, 4, 0), 8.5), ((CAMP, 6, 0), 8.4)]
    assert texts(answer(small_generation, understood, "change", scored)) == [
        "[2021-05-21] The ambassadors meet twice a year.",
        "[2023] In Example's view the Chips Accord favours the larger partner.",
        "[2023-08-18] The ambassadors meet four times a year from now on.",
    ]


def test_a_document_without_a_date_has_none_in_front(small_generation: Generation, understood: Understood) -> None:
    said = texts(answer(small_generation, understood, "change", [((NOTES, 1, 0), 9.0)]))
    assert said == ["A speaker doubted that semiconductor funds help small makers of quantum sensors."]


def test_a_comparison_has_a_block_for_each_side(small_generation: Generation, understood: Understood) -> None:
    scored = [((CAMP, 7, 0), 9.0), ((ACCORD, 4, 0), 8.0), ((CAMP, 6, 0), 7.9), ((ARTICLE, 5, 0), 7.8)]
    places = [s.places[0].doc_id for s in answer(small_generation, understood, "comparison", scored).statements]
    assert set(places) == {CAMP, ACCORD}
    assert places == sorted(places, key=places.index)


@pytest.mark.parametrize(
    ("shape", "most"), [("fact", MOST_SENTENCES), ("change", MOST_SENTENCES), ("comparison", 2 * MOST_SENTENCES)]
)
def test_no_answer_is_longer_than_it_may_be(
    small_generation: Generation, understood: Understood, shape: Shape, most: int
) -> None:
    everything = [
        ((doc_id, paragraph.number, which), 5.0)
        for doc_id, document in small_generation.documents.items()
        for paragraph in document.paragraphs
        for which in range(len(small_generation.sentences(doc_id, paragraph.number)))
    ]
    assert 1 <= len(answer(small_generation, understood, shape, everything).statements) <= most
    listed = answer(small_generation, understood, "list", everything)
    assert 1 <= len(listed.statements) <= MOST_ITEMS + 1


def test_labels_are_not_quoted_and_fragments_not_chosen() -> None:
    item = Sentence("d", 1, 10, 39, "(1) supply chains of minerals")
    assert without_label(item) == (14, 39)
    assert without_label(Sentence("d", 1, 0, 2, "a.")) == (0, 2)
    assert is_fragment("1. Introduction")
    assert is_fragment("Chips and Quantum")
    assert not is_fragment("It ends.")
    assert not is_fragment("Up to $5")
    assert not is_fragment("제출한다")
