"""Quotations are looked up letter by letter, in the document they are said to be from."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quotations import Looked, QuotationLookup, quotations_in
from ingest.documents import Document, Paragraph, Sentence
from ingest.generation import Generation
from ingest.lexical import LexicalIndex
from ingest.passages import split_sentences
from ingest.readers import read_file

SOURCES: Final = Path(__file__).resolve().parents[2] / "shared" / "sources"

ACCORD = Document(
    "accord",
    "The Accord",
    (
        Paragraph(1, "Preamble", heading=True),
        Paragraph(2, "The ministers commit to work together to develop a future-oriented partnership in 2024."),
        Paragraph(3, "They will maintain focus on building “robust” cooperation; it isn’t binding – not in law."),
        Paragraph(4, "한국과 미국은 인공지능 분야의 협력을 강화하기로 하였다."),
    ),
)
ARTICLE = Document(
    "article",
    "An Article",
    (
        Paragraph(
            1,
            "The Accord commits both “to collaboratively develop a future-oriented partnership” of equals, she writes.",
        ),
        Paragraph(2, "Nothing less than three new laboratories will do, the author believes."),
    ),
)
DIGEST = Document("digest", "The Charter", (Paragraph(1, "The Charter sets up a fund."),), edition="digest")


class Held:
    """As much of a generation as quotations are looked up in."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents: Mapping[str, Document] = {document.doc_id: document for document in documents}
        self._sentences = [
            Sentence(document.doc_id, paragraph.number, start, end, paragraph.text[start:end])
            for document in documents
            for paragraph in document.paragraphs
            for start, end in split_sentences(paragraph.text, document.language)
        ]
        self.sentence_lexical = LexicalIndex.build([sentence.text for sentence in self._sentences])

    def sentence(self, row: int) -> Sentence:
        return self._sentences[row]


def originals(*documents: Document) -> QuotationLookup:
    return QuotationLookup(cast(Generation, Held(documents or (ACCORD, ARTICLE))))


def words_at(looked: Looked, *documents: Document) -> str:
    assert looked.place is not None
    document = next(one for one in documents or (ACCORD, ARTICLE) if one.doc_id == looked.place.doc_id)
    return document.paragraph(looked.place.paragraph).text[looked.place.start : looked.place.end]


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        (
            "work together to develop a future-oriented partnership",
            "work together to develop a future-oriented partnership",
        ),
        ("develop a future‑oriented\npartnership.", "develop a future-oriented partnership"),
        ('maintain focus on building "robust" cooperation', "maintain focus on building “robust” cooperation"),
        ("it isn't binding - not in law", "it isn’t binding – not in law"),
        ("[m]aintain focus on building", "maintain focus on building"),
        (
            "commit to … a future-oriented partnership",
            "commit to work together to develop a future-oriented partnership",
        ),
        ("commit to work [with each other] to develop a future", "commit to work together to develop a future"),
        ("인공지능 분야의 협력을 강화", "인공지능 분야의 협력을 강화"),
    ],
)
def test_what_typesetting_and_quoting_change_is_overlooked(quote: str, found: str) -> None:
    looked = originals().look_up(quote, ["accord"])
    assert (looked.verbatim, looked.similarity, looked.elsewhere) == ("yes", 1.0, False)
    assert words_at(looked) == found


def test_one_other_word_is_no_quotation_and_the_words_that_differ_are_told() -> None:
    looked = originals().look_up("to collaboratively develop a future-oriented partnership", ["accord"])
    assert looked.verbatim == "no"
    assert looked.place is not None
    assert (looked.place.doc_id, looked.place.paragraph) == ("accord", 2)
    assert looked.differing == (("collaboratively", "work together to"),)
    assert 0.5 < looked.similarity < 1


def test_what_a_source_only_quotes_is_not_its_own() -> None:
    quote = "collaboratively develop a future-oriented partnership"
    assert originals().look_up(quote).verbatim == "no"
    said = originals().look_up(quote, ["article"])  # it does say so, if in quotation marks
    assert (said.verbatim, words_at(said)) == ("yes", quote)


def test_a_wrong_attribution_is_told_with_where_the_words_are_from() -> None:
    looked = originals().look_up("three new laboratories", ["accord"])
    assert (looked.verbatim, looked.elsewhere) == ("no", True)
    assert words_at(looked) == "three new laboratories"


def test_a_digest_cannot_show_its_original_s_words() -> None:
    held = originals(ACCORD, DIGEST)
    assert held.look_up("sets up a fund", ["digest"]).verbatim == "cannot_check"
    assert held.look_up("a wholly different saying of somebody").verbatim == "cannot_check"
    nobodys = originals().look_up("a future for a whale, a partnership for a shark")
    assert (nobodys.verbatim, nobodys.place, nobodys.differing) == ("no", None, ())
    theirs = originals().look_up("a future of wholly different partners", ["accord"])
    assert theirs.place is not None, "in the document named, even the farthest is what may be meant"
    assert theirs.differing
    both = held.look_up("develop a future-oriented partnership", ["digest", "accord"])
    assert both.verbatim == "yes"  # of those named, one can be looked at
    assert held.look_up("nothing like it", ["unknown"]).verbatim == "cannot_check"


def test_the_part_of_a_word_or_number_is_not_found() -> None:
    held = originals(Document("d", "D", (Paragraph(1, "The sum is 21.75 million for partners."),)))
    assert held.look_up("1.75 million for partners").verbatim == "no"
    assert held.look_up("million for partner").verbatim == "no"
    assert held.look_up("21.75 million for partners").verbatim == "yes"


def test_quotations_are_read_out_of_a_text() -> None:
    text = "She said “we will go on” and 'not this', \"two words\", ‘it’s the end now’, 「세 단어 있는 말」, “a “b” c"
    found = quotations_in(text)
    assert [one.words for one in found] == ["we will go on", "it’s the end now", "세 단어 있는 말"]
    assert all(text[one.start : one.end] == one.words for one in found)
    assert quotations_in("") == []


@given(st.text(max_size=300), st.lists(st.sampled_from(["accord", "article", "nowhere"]), max_size=2))
def test_any_text_is_looked_up_and_a_place_is_a_place(quote: str, named: list[str]) -> None:
    looked = ORIGINALS.look_up(quote, named)
    assert 0 <= looked.similarity <= 1
    assert looked.verbatim != "yes" or looked.place is not None
    if looked.place is not None:
        assert words_at(looked)


ORIGINALS: Final = originals()


@pytest.fixture(scope="module")
def everything() -> tuple[QuotationLookup, list[Document]]:
    if not SOURCES.is_dir():
        pytest.skip("the originals, shared/sources, are not beside the repository")
    documents = [read_file(path, path, 10**8) for path in sorted(SOURCES.glob("*.txt"))]
    return originals(*documents), documents


PLAIN: Final = str.maketrans("’“”–", '\'""-')


def drawn(documents: Sequence[Document], rng: random.Random) -> Iterator[tuple[Document, Paragraph, list[str]]]:
    """Stretches of six to twenty-five words, by lot."""
    paragraphs = [(d, p) for d in documents for p in d.paragraphs if len(p.text.split()) >= 12]
    while True:
        document, paragraph = rng.choice(paragraphs)
        every = paragraph.text.split()
        length = rng.randint(6, min(25, len(every)))
        start = rng.randrange(len(every) - length + 1)
        yield document, paragraph, every[start : start + length]


def as_quoted(some: list[str], how: int) -> str:
    text = " ".join(some)
    if how == 1 and len(some) > 8:
        return f"{' '.join(some[:3])} ... {' '.join(some[-3:])}"
    if how == 2:
        return re.sub(r"^(\w)", lambda match: f"[{match[1].swapcase()}]", text)
    if how == 3:
        return text.translate(PLAIN)
    return f"{' '.join(some[:4])} [the leaders] {' '.join(some[6:])}" if how == 4 and len(some) > 8 else text


def test_a_hundred_quotations_of_the_originals_are_found(everything: tuple[QuotationLookup, list[Document]]) -> None:
    held, documents = everything
    rng = random.Random(7)  # noqa: S311
    wrong = []
    for (document, _, some), _ in zip(drawn(documents, rng), range(100), strict=False):
        quote = as_quoted(some, rng.randrange(5))
        looked = held.look_up(quote, [document.doc_id] if rng.random() < 0.5 else [])
        wrong += [] if looked.verbatim == "yes" else [(document.doc_id, quote)]
    assert not wrong


def altered(some: list[str], how: int, rng: random.Random, other: str) -> list[str]:
    changed, place = list(some), rng.randrange(1, len(some) - 1)
    if how == 0:
        changed[place] = other
    elif how == 1:
        del changed[place]
    elif how == 2:
        changed.insert(place, rng.choice(["not", "only", "very", "all"]))
    else:
        changed[place], changed[place + 1] = changed[place + 1], changed[place]
    return changed


def test_a_hundred_altered_quotations_are_none_and_led_to_the_words_they_were(
    everything: tuple[QuotationLookup, list[Document]],
) -> None:
    held, documents = everything
    rng, by_id = random.Random(8), {document.doc_id: document for document in documents}  # noqa: S311
    wrong, done = [], 0
    for document, _, some in drawn(documents, rng):
        changed = altered(some, done % 4, rng, "zeppelin")
        if changed == some:
            continue
        looked: Any = held.look_up(" ".join(changed), [document.doc_id] if rng.random() < 0.5 else [])
        there = looked.place and by_id[looked.place.doc_id].paragraph(looked.place.paragraph).text
        # Two laws and two codes share paragraphs: the same words in the other are as right.
        if looked.verbatim != "no" or " ".join(some) not in " ".join((there or "").split()):
            wrong.append((document.doc_id, " ".join(changed), looked))
        done += 1
        if done == 100:
            break
    assert not wrong
