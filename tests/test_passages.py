"""Passages and sentences: nothing is lost, nothing crosses a heading, and every span points where it says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.documents import Document, Paragraph, Passage
from ingest.embedding import SentenceTransformerEmbedder
from ingest.passages import sentences_of, split_document, split_sentences

LIMIT = 24


def count_words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def document(*texts: str, headings: Sequence[int] = (), title: str = "A title", **values: str) -> Document:
    paragraphs = tuple(Paragraph(n, text, heading=n in headings) for n, text in enumerate(texts, start=1))
    return Document("doc", title, paragraphs, **values)  # type: ignore[arg-type]


def split(*texts: str, headings: Sequence[int] = (), limit: int = LIMIT) -> list[Passage]:
    return split_document(document(*texts, headings=headings), count_words, limit)


def words(count: int, of: str = "word") -> str:
    return " ".join(f"{of}{i}" for i in range(count))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("The U.S. and the ROK agreed. They met.", ["The U.S. and the ROK agreed.", "They met."]),
        ("It stays in the U.S. The leaders agreed.", ["It stays in the U.S.", "The leaders agreed."]),
        ("See No. 5 of the list. It is short.", ["See No. 5 of the list.", "It is short."]),
        ("He holds a Ph.D. in law. She too.", ["He holds a Ph.D. in law.", "She too."]),
        ("Some, e.g. chips, count. So do i.e. others.", ["Some, e.g. chips, count.", "So do i.e. others."]),
        ("Joseph R. Biden, Jr. spoke. Dr. Lee listened.", ["Joseph R. Biden, Jr. spoke.", "Dr. Lee listened."]),
        ("It grew by 3.5 percent. It cost $1.7 billion.", ["It grew by 3.5 percent.", "It cost $1.7 billion."]),
        ("He said “we agree.” They left.", ["He said “we agree.”", "They left."]),
        ("(1. First) It holds. 2. Second item stays.", ["(1. First) It holds.", "2. Second item stays."]),
        ("제1조를 따른다. 제2조도 같다.", ["제1조를 따른다.", "제2조도 같다."]),
        ("양국은 합의했다. 2023년 4.5% 늘었다.", ["양국은 합의했다.", "2023년 4.5% 늘었다."]),
        ("完了。次の文。", ["完了。", "次の文。"]),
        ("Wait... what is this? Fine.", ["Wait... what is this?", "Fine."]),
        ("It takes effect.Treasury said so.", ["It takes effect.", "Treasury said so."]),
        ("See Node.Js and a.B of v1.Two.", ["See Node.Js and a.B of v1.Two."]),
        ("It names open-RAN and 6G. The deal binds.", ["It names open-RAN and 6G.", "The deal binds."]),
        ("No full stop", ["No full stop"]),
        ("  Space around.  ", ["Space around."]),
        ("", []),
        (" \n\t ", []),
    ],
)  # fmt: skip
def test_sentences_by_hand(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


@given(st.text(st.sampled_from("ab. !?…。\"')\n UNo5한다:-é😀"), max_size=120))
def test_sentences_lie_inside_in_order_and_hold_every_letter(text: str) -> None:
    spans = split_sentences(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())


def test_short_paragraphs_are_joined_up_to_the_limit() -> None:
    passages = split(words(8), words(8), words(8))  # title: 2 words; 4 are kept in reserve
    assert [(p.first, p.last) for p in passages] == [(1, 2), (3, 3)]
    assert passages[0].text == f"{words(8)}\n{words(8)}"
    assert passages[0].context == "A title"
    assert [p.passage_id for p in passages] == ["doc#1-2", "doc#3"]


def test_a_heading_begins_a_passage_and_stands_over_the_next_ones() -> None:
    passages = split(words(4), "Chips", words(12), words(12), headings=[2])
    assert [(p.first, p.last) for p in passages] == [(1, 1), (2, 3), (4, 4)]
    assert [p.context for p in passages] == ["A title", "A title", "A title\nChips"]


def test_a_long_paragraph_is_split_at_sentences() -> None:
    first, second, third = (f"{words(10, of)}." for of in "ABC")
    passages = split(f"{first} {second}  {third}")
    assert [p.text for p in passages] == [first, second, third]
    assert [p.spans[0].start for p in passages] == [0, len(first) + 1, len(first) + len(second) + 3]
    assert len({p.passage_id for p in passages}) == 3


def test_a_long_sentence_is_split_at_clauses_and_then_at_words() -> None:
    passages = split(f"{words(12, 'a')}; {words(12, 'b')}")
    assert [p.text for p in passages] == [f"{words(12, 'a')};", words(12, "b")]
    assert len(split(words(64))) == 4


def test_a_word_that_cannot_be_split_may_be_longer() -> None:
    def count_characters(texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    passages = split_document(document("x" * 1000, title=""), count_characters, 100)
    assert "".join(p.text for p in passages) == "x" * 1000
    assert all(len(p.text) <= 100 for p in passages)


def test_title_date_and_issuer_are_context_and_no_text() -> None:
    known = document("Body.", title="The Accord", date="2023-05", issuer="A Ministry")
    passage = split_document(known, count_words, LIMIT)[0]
    assert passage.context == "The Accord | 2023-05 | A Ministry"
    assert passage.text == "Body."
    assert passage.indexed_text == "The Accord | 2023-05 | A Ministry\nBody."


def test_a_context_that_would_fill_the_passage_is_cut_and_keeps_the_date() -> None:
    known = document("Body.", title=words(40, "t"), date="2023-05", issuer="A Ministry")
    passage = split_document(known, count_words, LIMIT)[0]
    assert passage.context == f"{words(6, 't')} | 2023-05"  # a third of 24, less two for the date
    assert passage.text == "Body."


def test_a_title_and_heading_without_spaces_are_cut_too() -> None:
    def count_characters(texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    korean = document("가" * 300, "나" * 20, title="다" * 300, headings=[1])
    for passage in split_document(korean, count_characters, 160):
        assert len(passage.indexed_text) <= 160


def test_the_page_is_the_first_span_s() -> None:
    pages = Document("doc", "", (Paragraph(1, "a", page=3), Paragraph(2, "b", page=4)))
    assert [p.page for p in split_document(pages, count_words, LIMIT)] == [3]


def test_a_document_without_paragraphs_gives_nothing() -> None:
    assert split() == []
    assert sentences_of(document()) == []


def test_a_digest_s_block_keeps_the_original_s_number() -> None:
    digest = Document("doc", "", (Paragraph(1, "One."), Paragraph(5, "Five. Six.", last=8)))
    assert [(s.paragraph, s.text) for s in sentences_of(digest)] == [(1, "One."), (5, "Five."), (5, "Six.")]
    assert split_document(digest, count_words, LIMIT)[0].passage_id == "doc#1-5"


_PIECES = st.sampled_from("chips a U.S. 5G 한국은 합의했다. ends. so; and, including “x” \n".split(" "))
_TEXTS = st.lists(_PIECES, min_size=1, max_size=90).map(" ".join).filter(lambda text: bool(text.strip()))
_HEADINGS = st.sampled_from(["Chips", "Of Chips", "제1조 목적"])
_PARAGRAPHS = st.lists(st.tuples(_TEXTS, st.just(False)) | st.tuples(_HEADINGS, st.just(True)), max_size=6)


@settings(max_examples=150)
@given(_PARAGRAPHS, st.integers(30, 60))
def test_every_letter_is_in_exactly_one_passage(paragraphs: list[tuple[str, bool]], limit: int) -> None:
    made = tuple(Paragraph(n, text, heading=heading) for n, (text, heading) in enumerate(paragraphs, start=1))
    whole = Document("doc", "Of a title", made, date="2023", issuer="Somebody")
    passages = split_document(whole, count_words, limit)
    for paragraph in made:
        spans = [s for passage in passages for s in passage.spans if s.paragraph == paragraph.number]
        assert all(one.end <= other.start for one, other in pairwise(spans))
        gaps = [one.end for one in spans], [other.start for other in spans]
        between = [paragraph.text[a:b] for a, b in zip([0, *gaps[0]], [*gaps[1], len(paragraph.text)], strict=True)]
        assert not "".join(between).strip()
    assert len({p.passage_id for p in passages}) == len(passages)
    assert len({p.spans for p in passages}) == len(passages)
    places = [(s.paragraph, s.start) for p in passages for s in p.spans]
    assert places == sorted(places)
    for passage in passages:
        assert passage.text == "\n".join(made[s.paragraph - 1].text[s.start : s.end] for s in passage.spans)
        headings = [made[s.paragraph - 1].heading for s in passage.spans]
        assert headings == sorted(headings, reverse=True), "a heading stands below running text"
        assert "Of a title" not in passage.text
        assert count_words([passage.indexed_text])[0] <= limit or len(passage.text.split()) == 1


def test_the_real_tokenizer_s_limit_is_kept_on_the_bundled_corpus() -> None:
    from app.settings import BUNDLED_CORPUS
    from ingest.readers import read_file

    embedder = SentenceTransformerEmbedder()
    for path in sorted(BUNDLED_CORPUS.glob("*.md")):
        if path.name == "README.md":
            continue
        passages = split_document(read_file(path, BUNDLED_CORPUS, 10**7), embedder.count_tokens, 160)
        assert max(embedder.count_tokens([p.indexed_text for p in passages])) <= 160
