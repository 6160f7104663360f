"""Two documents side by side: what stands beside what, in which order, and that nothing is lost or said twice."""

from __future__ import annotations

import math
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.compare import BOTH, VECTORS, WORDS, Aligned, Comparison, Measure, Prepared, Row, align, compare
from app.errors import BadInput
from ingest.documents import Document, Paragraph
from ingest.errors import UnknownSource
from ingest.generation import Generation
from ingest.index import open_current
from tests.index_fakes import run_ingest, write_document

if TYPE_CHECKING:
    from app.pipeline import Pipeline

CHIPS = "Both governments fund semiconductor laboratories in Daejeon together."
VISAS = "Exchange students receive visas for three years."
CABLES = "Undersea cables are repaired by one common fleet."
QUANTUM = "Quantum sensors are measured against one standard."
SHIPS = "Shipyards train welders from both countries."
HOSTILE = '<script>alert(1)</script> \u202e reversed \x07 bell & "quotes" 대통령'


def write(folder: Path, name: str, paragraphs: Sequence[str], **front_matter: str) -> None:
    """Write a document whose headings are Markdown's."""
    path = write_document(folder, name, [], **front_matter).with_suffix(".md")
    head = path.with_suffix(".txt").read_text(encoding="utf-8")
    path.with_suffix(".txt").unlink()
    path.write_text("---\n" + head.rstrip() + "\n---\n\n" + "\n\n".join(paragraphs) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    """Documents whose equal sentences have equal vectors, and whose other sentences have nothing in common."""
    folder = tmp_path_factory.mktemp("compare")
    corpus = folder / "corpus"
    write(corpus, "one", ["# First", CHIPS, "# Second", "## Third", VISAS, CABLES, "# Last"])
    write(corpus, "other", [SHIPS, CABLES, QUANTUM, "# Chips", CHIPS])
    write(corpus, "headings", ["# Nothing", "# But", "# Headings"])
    write(corpus, "single", [f"{VISAS} {CHIPS} {CABLES}"])
    write(corpus, "apart", [QUANTUM, SHIPS])
    write(corpus, "hostile", [HOSTILE, CHIPS, HOSTILE])
    write(corpus, "first-ko", ["한국과 미국은 반도체 연구에 협력한다.", "학생 비자는 삼 년이다."], language="ko")
    write(corpus, "third-ko", ["한국과 미국은 반도체 연구에 협력한다."], language="ko")
    write(corpus, "second-ko", ["학생 비자는 오 년이다.", "한국과 미국은 반도체 연구에 투자한다."], language="ko")
    write(corpus, "english", [CHIPS, VISAS, CABLES], language="en")
    write(corpus, "korean", ["반도체", "# 비자", "해저 케이블", "조선소"], language="ko", translation_of="english")
    write(corpus, "german", ["Halbleiter", "Visa"], language="de", translation_of="french")
    write(corpus, "french", ["Semi-conducteurs", "Visas"], language="fr", translation_of="english")
    write_document(
        corpus, "digest", ["[¶1-2] Chips and visas.", "[¶3] Cables."], translation_of="english", edition="digest"
    )
    assert not run_ingest(folder / "home", corpus).failed
    with open_current(folder / "home") as opened:
        yield opened


def compared(generation: Generation, left: str, right: str, *unreadable: str) -> Comparison:
    blind = np.array([doc_id in unreadable for doc_id in generation.documents])
    return compare(generation, left, right, blind)


def cells(comparison: Comparison) -> list[tuple[str, str]]:
    """What stands beside what, by texts; a dash for an empty cell."""
    return [(row.left.text if row.left else "-", row.right.text if row.right else "-") for row in comparison.rows]


def numbers(comparison: Comparison) -> list[tuple[int, int]]:
    """What stands beside what, by paragraph numbers; 0 for an empty cell."""
    return [(row.left.number if row.left else 0, row.right.number if row.right else 0) for row in comparison.rows]


def assert_whole(comparison: Comparison) -> None:
    """Every paragraph that is no heading stands in one cell, its document's order kept where the rules keep it."""
    lefts = [row.left for row in comparison.rows if row.left]
    assert lefts == [one for one in comparison.left.paragraphs if not one.heading]
    rights = [row.right for row in comparison.rows if row.right]
    assert sorted(rights, key=lambda one: one.number) == [one for one in comparison.right.paragraphs if not one.heading]
    assert all(0 <= row.similarity <= 1 for row in comparison.rows)
    for before, row in zip((None, *comparison.rows), comparison.rows, strict=False):
        if row.left is None:
            assert row.right is not None
            above = [one for one in rights if one.number < row.right.number]
            expected = max(above, key=lambda one: one.number) if above else None
            assert (before.right if before else None) == expected


def test_the_same_topic_stands_beside_each_other_and_the_rest_alone_in_reading_order(generation: Generation) -> None:
    comparison = compared(generation, "one", "other")
    assert cells(comparison) == [
        ("-", SHIPS),
        (CHIPS, CHIPS),
        (VISAS, "-"),
        (CABLES, CABLES),
        ("-", QUANTUM),
    ]
    assert_whole(comparison)
    assert [round(row.similarity, 2) for row in comparison.rows] == [0, 1, 0, 1, 0]


def test_headings_are_not_compared_but_stand_with_the_paragraph_they_head(generation: Generation) -> None:
    rows = compared(generation, "one", "other").rows
    assert [[one.text for one in row.left_headings] for row in rows] == [[], ["First"], ["Second", "Third"], [], []]
    assert [[one.text for one in row.right_headings] for row in rows] == [[], ["Chips"], [], [], []]


def test_a_document_beside_itself_is_paired_throughout(generation: Generation) -> None:
    for doc_id in generation.documents:
        comparison = compared(generation, doc_id, doc_id)
        assert all(row.left == row.right and row.similarity == 1 for row in comparison.rows)
        assert_whole(comparison)


def test_a_document_of_headings_alone_leaves_its_side_empty(generation: Generation) -> None:
    assert compared(generation, "headings", "headings").rows == ()
    assert cells(compared(generation, "headings", "apart")) == [("-", QUANTUM), ("-", SHIPS)]
    assert cells(compared(generation, "apart", "headings")) == [(QUANTUM, "-"), (SHIPS, "-")]


def test_one_paragraph_beside_many_takes_the_nearest_and_the_others_point_to_it(generation: Generation) -> None:
    comparison = compared(generation, "single", "one")
    assert_whole(comparison)
    [paired] = [row for row in comparison.rows if row.left and row.right]
    assert paired.also is None
    # Each is a third of it: words 2 / (3 + 1), vectors (1 / 3 + 1) / 2 or more.
    lone = [row for row in comparison.rows if not row.left]
    assert [row.also for row in lone] == [paired.left, paired.left]
    assert all(row.similarity > BOTH.clearly for row in lone)


def test_nothing_in_common_gives_lone_rows_the_right_ones_first(generation: Generation) -> None:
    comparison = compared(generation, "apart", "english")
    assert numbers(comparison) == [(0, 1), (0, 2), (0, 3), (1, 0), (2, 0)]
    assert {(row.similarity, row.also) for row in comparison.rows} == {(0.0, None)}


def test_hostile_text_is_compared_as_text(generation: Generation) -> None:
    comparison = compared(generation, "hostile", "one")
    assert_whole(comparison)
    assert [row.left.text for row in comparison.rows if row.left and row.right] == [CHIPS]


def test_translations_are_paired_by_number_whatever_they_say(generation: Generation) -> None:
    # Korean 2 is a heading: English 2 stands alone. Korean 4 has no counterpart.
    for unreadable in ([], ["korean"], ["english", "korean"]):
        assert numbers(compared(generation, "english", "korean", *unreadable)) == [(1, 1), (2, 0), (3, 3), (0, 4)]
    assert numbers(compared(generation, "korean", "english")) == [(1, 1), (0, 2), (3, 3), (4, 0)]
    # A translation of a translation, and two translations of one document.
    assert numbers(compared(generation, "german", "french")) == [(1, 1), (2, 2)]
    assert numbers(compared(generation, "french", "german")) == [(1, 1), (2, 2)]
    assert numbers(compared(generation, "french", "korean")) == [(1, 1), (0, 3), (0, 4), (2, 0)]


def test_a_paragraph_that_retells_several_stands_beside_the_first_of_them(generation: Generation) -> None:
    assert numbers(compared(generation, "digest", "english")) == [(1, 1), (0, 2), (3, 3)]
    assert numbers(compared(generation, "english", "digest")) == [(1, 1), (2, 0), (3, 3)]


def test_korean_is_compared_by_its_pairs_of_characters_where_the_model_does_not_read_it(generation: Generation) -> None:
    # The fake model has nothing in common for these: vectors would lower what words say.
    blind = compared(generation, "first-ko", "second-ko", "first-ko", "second-ko")
    assert numbers(blind) == [(1, 2), (2, 1)]
    # One unreadable side is enough to leave vectors out.
    assert blind == compared(generation, "first-ko", "second-ko", "second-ko")
    assert all(row.similarity >= WORDS.same for row in blind.rows)
    assert blind.paired_by == "words"
    same = compared(generation, "first-ko", "third-ko", "first-ko", "third-ko").rows[0]
    assert same.left == same.right
    assert same.similarity == pytest.approx(1.0)


def test_two_languages_need_a_model_that_reads_both(generation: Generation) -> None:
    assert compared(generation, "first-ko", "one").paired_by == "vectors"
    assert compared(generation, "other", "one").paired_by == "both"
    for unreadable in ("first-ko", "one"):
        with pytest.raises(BadInput, match="does not read both") as caught:
            compared(generation, "first-ko", "one", unreadable)
        assert caught.value.remedy.startswith("Choose two in one language")
    assert compared(generation, "korean", "english", "korean").paired_by == "numbers"


def test_an_unknown_document_is_said_with_what_helps(generation: Generation) -> None:
    for left, right in (("nowhere", "one"), ("one", "nowhere"), ("", ""), ("\ud800", "one")):
        with pytest.raises(UnknownSource, match=r"no document .* in the index") as caught:
            compared(generation, left, right)
        assert caught.value.remedy == "Run: sangho sources"


def test_every_pair_of_documents_loses_and_doubles_nothing(generation: Generation) -> None:
    for left in generation.documents:
        for right in generation.documents:
            assert_whole(compared(generation, left, right))


def test_several_threads_see_the_same(generation: Generation) -> None:
    expected = compared(generation, "one", "other")
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: compared(generation, "one", "other") == expected, range(40))) == {True}


ORDER = """
import sys
import numpy as np
from app.compare import BOTH, Prepared, align
words = [frozenset(f"w{(i * j) % 23}" for j in range(1, 12)) for i in range(40)]
parts = [Prepared(np.zeros((0, 2), np.float32), one) for one in words]
print(align(parts[:20], parts[20:], BOTH, lambda term: 1 / (1 + int(term[1:]))))
"""


def test_the_result_does_not_depend_on_how_a_process_orders_its_sets() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", ORDER],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parent.parent)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
    assert "0." in said.pop()


# --- aligning, with vectors and terms given


def part(terms: str = "", *vectors: Sequence[float]) -> Prepared:
    return Prepared(np.array(vectors, np.float32).reshape(len(vectors), 2), frozenset(terms.split()))


def rounded(found: Mapping[int, tuple[int, float]]) -> dict[int, tuple[int, float]]:
    """Similarities that may come from single precision, to a millionth."""
    return {place: (other, round(score, 6)) for place, (other, score) in found.items()}


def unweighted(term: str) -> float:
    return 1.0


EAST, NORTH, BETWEEN = (1.0, 0.0), (0.0, 1.0), (0.6, 0.8)
ANY = Measure(1.0, 0.0, same=0.0, clearly=2.0)


def test_words_in_common_are_weighed_by_what_they_tell() -> None:
    weights = {"a": 1.0, "b": 2.0, "c": 4.0, "d": 1.0}
    aligned = align([part("a b c")], [part("c d")], WORDS, weights.__getitem__)
    # Twice 4, over (1 + 2 + 4) + (4 + 1).
    assert rounded(aligned.pairs) == {0: (0, round(8 / 12, 6))}
    assert (aligned.left_also, aligned.right_also) == ({}, {})


def test_vectors_count_from_both_sides() -> None:
    aligned = align([part("", EAST, NORTH)], [part("", BETWEEN)], ANY, unweighted)
    # There: (0.6 + 0.8) / 2. Back: the better of 0.6 and 0.8.
    assert rounded(aligned.pairs) == {0: (0, round((0.7 + 0.8) / 2, 6))}


def test_opposite_vectors_are_not_less_than_nothing() -> None:
    west = (-1.0, 0.0)
    assert align([part("", EAST)], [part("", west)], ANY, unweighted).pairs == {0: (0, 0.0)}
    # There: (0 + 1) / 2. Back: 1.
    assert rounded(align([part("", EAST, west)], [part("", west)], ANY, unweighted).pairs) == {0: (0, 0.75)}


def test_both_are_weighed() -> None:
    aligned = align([part("a b", EAST)], [part("b c", BETWEEN)], BOTH, unweighted)
    # 0.6 of words' 2 / 4, and 0.4 of vectors' 0.6.
    assert rounded(aligned.pairs) == {0: (0, round(0.6 * 0.5 + 0.4 * 0.6, 6))}


def test_the_threshold_itself_is_enough() -> None:
    half = Measure(0.0, 1.0, same=0.5, clearly=0.5)
    assert align([part("a b")], [part("b c")], half, unweighted).pairs == {0: (0, 0.5)}
    assert align([part("a b")], [part("b c d")], half, unweighted).pairs == {}


def test_the_most_similar_are_paired_first_and_what_is_clearly_alike_points_to_them() -> None:
    left = [part("a b c d e"), part("a b c d e f")]
    aligned = align(left, [part("a b c d e f")], WORDS, unweighted)
    assert aligned.pairs == {1: (0, 1.0)}
    assert rounded(aligned.left_also) == {0: (0, round(10 / 11, 6))}
    assert aligned.right_also == {}
    turned = align([part("a b c d e f")], left, WORDS, unweighted)
    assert (turned.pairs, turned.left_also) == ({0: (1, 1.0)}, {})
    assert rounded(turned.right_also) == {0: (0, round(10 / 11, 6))}


def test_a_lone_paragraph_points_to_the_one_it_is_most_like() -> None:
    left = [part("a b c d"), part("a b c d e"), part("a b c d e f")]
    aligned = align(left, [part("a b c d e"), part("a b c d e f")], WORDS, unweighted)
    assert aligned.pairs == {1: (0, 1.0), 2: (1, 1.0)}
    assert rounded(aligned.left_also) == {0: (0, round(8 / 9, 6))}


def test_what_repeats_is_paired_in_its_order() -> None:
    same = [part("deleted") for _ in range(300)]
    assert align(same, same, WORDS, unweighted).pairs == {i: (i, 1.0) for i in range(300)}
    # Three of five: each takes the free one that is nearest to its place.
    pairs = align(same[:3], same[:5], WORDS, unweighted).pairs
    assert [pairs[i][0] for i in range(3)] == sorted({pairs[i][0] for i in range(3)})


def test_paragraphs_without_sentences_or_terms_are_like_nothing() -> None:
    for measure in (BOTH, WORDS, VECTORS):
        assert align([part(), part("a", EAST)], [part(), part()], measure, unweighted) == Aligned({}, {}, {})
        assert align([], [part("a", EAST)], measure, unweighted) == Aligned({}, {}, {})
        assert align([part("a", EAST)], [], measure, unweighted) == Aligned({}, {}, {})


def test_items_are_not_alike_for_bearing_the_same_number(tmp_path: Path) -> None:
    for name, texts in {
        "a": ["(b) Chips", "2. Ships", "가. 반도체", "③ Cables"],
        "b": ["(b) * * *", "2. Visas"],
    }.items():
        write_document(tmp_path / "c", name, texts)
    run_ingest(tmp_path / "home", tmp_path / "c")
    with open_current(tmp_path / "home") as generation:
        assert not [row for row in compared(generation, "a", "b").rows if row.left and row.right]


UNIT = st.floats(0, 2 * math.pi, allow_nan=False).map(lambda angle: (math.cos(angle), math.sin(angle)))
PARTS = st.lists(
    st.builds(
        lambda terms, vectors: part(" ".join(terms), *vectors),
        st.lists(st.sampled_from("a b c d e f 대통 통령 <b> \u202e".split()), max_size=4),
        st.lists(UNIT, max_size=4),
    ),
    max_size=9,
)


@given(left=PARTS, right=PARTS, measure=st.sampled_from([BOTH, VECTORS, WORDS]))
def test_no_paragraph_is_paired_twice_and_none_below_the_threshold(
    left: list[Prepared], right: list[Prepared], measure: Measure
) -> None:
    aligned = align(left, right, measure, lambda term: 0.5 + len(term))
    rights = [j for j, _ in aligned.pairs.values()]
    assert len(set(rights)) == len(rights)
    assert set(aligned.pairs) <= set(range(len(left)))
    assert set(rights) <= set(range(len(right)))
    assert all(measure.same <= score <= 1 for _, score in aligned.pairs.values())
    assert not aligned.left_also.keys() & aligned.pairs.keys()
    assert not aligned.right_also.keys() & set(rights)
    assert all(score >= measure.clearly for _, score in (*aligned.left_also.values(), *aligned.right_also.values()))
    # What is left alone on both sides has nothing there that is like it.
    lone = [i for i in range(len(left)) if i not in aligned.pairs]
    free = [j for j in range(len(right)) if j not in rights]
    assert not align([left[i] for i in lone], [right[j] for j in free], measure, lambda term: 0.5 + len(term)).pairs


@given(left=PARTS, right=PARTS)
def test_turning_the_sides_turns_the_similarities(left: list[Prepared], right: list[Prepared]) -> None:
    there = align(left, right, BOTH, unweighted)
    back = align(right, left, BOTH, unweighted)
    scores = sorted(score for _, score in there.pairs.values())
    assert max(scores, default=0.0) == pytest.approx(max((score for _, score in back.pairs.values()), default=0.0))


def test_the_best_pairs_agree_with_a_plain_reckoning() -> None:
    chance = random.Random(3)  # noqa: S311 - the same draw every time
    letters = [chr(97 + i) for i in range(26)]
    sides = [
        [
            part(" ".join(chance.sample(letters, 6)), *[(math.cos(a), math.sin(a)) for a in [chance.random() * 6] * 2])
            for _ in range(n)
        ]
        for n in (700, 40)  # more than one block of sentences
    ]
    aligned = align(sides[0], sides[1], Measure(0.4, 0.6, same=0.0, clearly=2.0), unweighted)
    for i, (j, score) in aligned.pairs.items():
        one, other = sides[0][i], sides[1][j]
        cosines = np.clip(one.vectors @ other.vectors.T, 0, 1)
        near = (cosines.max(1).mean() + cosines.max(0).mean()) / 2
        words = 2 * len(one.terms & other.terms) / (len(one.terms) + len(other.terms))
        assert score == pytest.approx(0.4 * near + 0.6 * words, abs=1e-5)
    assert len(aligned.pairs) == 40


def test_long_statutes_are_compared_in_seconds() -> None:
    chance = np.random.default_rng(5)
    vocabulary = [f"w{i}" for i in range(4000)]

    def statute(n: int) -> list[Prepared]:
        vectors = chance.standard_normal((n, 3, 384)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=2, keepdims=True)
        return [Prepared(one, frozenset(chance.choice(vocabulary, 40).tolist())) for one in vectors]

    for size, limit in ((300, 2.0), (1500, 30.0)):
        sides = statute(size), statute(size)
        begun = time.process_time()
        align(*sides, BOTH, unweighted)
        assert time.process_time() - begun < limit * 2  # of both cores
    # Everything alike is the most that there is to choose from.
    same = [part("a b c", EAST)] * 1500
    begun = time.process_time()
    assert rounded(align(same, same, BOTH, unweighted).pairs) == {i: (i, 1.0) for i in range(1500)}
    assert time.process_time() - begun < 30


def test_two_statements_of_leaders_meet_where_they_speak_of_the_same(bundled: Pipeline) -> None:
    """Of the digests of 2022 and 2023: rows that anybody would put beside each other."""
    with open_current(bundled.settings.home) as generation:
        left, right = "2022-05-21_us-rok-leaders-joint-statement", "2023-04-26_leaders-joint-statement-70th-anniversary"
        comparison = compared(generation, left, right)
    assert_whole(comparison)
    pairs = set(numbers(comparison))
    # Climate, cyber, Indo-Pacific, Ukraine, nuclear energy, space, ASEAN, the hosts thanked.
    assert len(pairs & {(19, 6), (22, 19), (24, 10), (23, 4), (14, 7), (15, 20), (25, 14), (28, 23)}) >= 7


def test_a_row_and_a_comparison_can_be_told_from_others() -> None:
    one = Paragraph(1, "one")
    assert Row(one, None, 0.0) == Row(one, None, 0.0)
    document = Document("a", "A", (one,))
    assert Comparison(document, document, ()) != Comparison(document, document, (Row(one, one, 1.0),))
