"""The analyser and BM25: terms by hand, scores by the formula."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import BrokenIndex
from ingest.lexical import STOP_WORDS, LexicalIndex, analyse

K1, B = 1.2, 0.75
# Documents whose terms are their words, so that lengths and frequencies can be counted by eye.
TINY = ["chip chip fab", "chip grant", "quantum quantum quantum quantum lab grant", "lab"]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("U.S.", ["usa"]),
        ("US", ["usa"]),
        ("USA", ["usa"]),
        ("the United States of America", ["usa"]),
        ("tell us", []),
        ("2,023", ["2023"]),
        ("1,700,000", ["1700000"]),
        ("$1.7", ["1.7"]),
        ("30.5%", ["30.5", "percent"]),
        ("30.5 per cent", ["30.5", "percent"]),
        ("South Korea", ["korea"]),
        ("Republic of Korea", ["korea"]),
        ("ROK", ["korea"]),
        ("R&D", ["rd"]),
        ("artificial intelligence", ["ai"]),
        ("cooperation cooperating", ["cooper", "cooper"]),
        ("what is the", []),
        ("", []),
        (" \n\t", []),
        ("?!…", []),
        ("협력", ["협력"]),
        ("한미협력", ["한미", "미협", "협력"]),
        ("한미 협력", ["한미", "협력"]),
        ("그", ["그"]),
        ("AI협력 2023년", ["협력", "2023", "년", "ai"]),
        ("Yoon’s", ["yoon"]),
        ("Yoon's", ["yoon"]),
    ],
)
def test_terms_by_hand(text: str, terms: list[str]) -> None:
    assert analyse(text) == terms


@pytest.mark.parametrize(
    "names",
    [
        ["U.S.", "US", "USA", "United States", "America", "American", "americans"],
        ["South Korea", "Korea", "Korean", "Koreans", "ROK", "R.O.K.", "Republic of Korea"],
        ["MOU", "memorandum of understanding"],
        ["EV", "EVs", "electric vehicles", "electric car"],
        ["Open RAN", "open-ran", "OpenRAN"],
        ["DPRK", "North Korea", "North Korean"],
    ],
)
def test_names_of_one_thing_are_one_term(names: list[str]) -> None:
    assert len({tuple(analyse(name)) for name in names}) == 1
    assert all(len(analyse(name)) == 1 for name in names)


def test_north_and_south_are_told_apart() -> None:
    assert not set(analyse("North Korea")) & set(analyse("South Korea"))


@given(st.text(max_size=200))
def test_analysing_is_deterministic_and_gives_usable_terms(text: str) -> None:
    terms = analyse(text)
    assert terms == analyse(text)
    assert all(term and not any(c.isspace() for c in term) for term in terms)
    assert not STOP_WORDS & set(terms) - {"us"}


def idf(n: int, df: int) -> float:
    return math.log(1 + (n - df + 0.5) / (df + 0.5))


def weight(frequency: int, length: int, average: float) -> float:
    return frequency / (frequency + K1 * (1 - B + B * length / average))


def test_scores_are_those_of_the_formula() -> None:
    index = LexicalIndex.build(TINY)
    average = (3 + 2 + 6 + 1) / 4  # 3 terms
    assert index.scores(["chip"]) == pytest.approx(
        [idf(4, 2) * weight(2, 3, average), idf(4, 2) * weight(1, 2, average), 0, 0], abs=1e-6
    )
    assert index.scores(["quantum", "grant"]) == pytest.approx(
        [
            0,
            idf(4, 2) * weight(1, 2, average),
            idf(4, 1) * weight(4, 6, average) + idf(4, 2) * weight(1, 6, average),
            0,
        ],
        abs=1e-6,
    )
    # In numbers, worked out on paper: idf(4, 2) = ln 2; "chip" twice in 3 terms: 2 / (2 + 1.2) = 0.625.
    assert index.scores(["chip"])[0] == pytest.approx(0.6931472 * 0.625, abs=1e-6)


def test_idf_by_hand() -> None:
    index = LexicalIndex.build(TINY)
    assert index.idf("chip") == pytest.approx(math.log(2))
    assert index.idf("fab") == pytest.approx(math.log(1 + 3.5 / 1.5))
    assert index.idf("unheard") == pytest.approx(math.log(1 + 4.5 / 0.5))
    assert [index.document_frequency(term) for term in ("chip", "fab", "unheard")] == [2, 1, 0]
    assert set(index.terms) - {""} == {"chip", "fab", "grant", "quantum", "lab"}


def test_search_is_ranked_and_ties_go_by_row() -> None:
    index = LexicalIndex.build(["alpha", "beta", "alpha", "alpha beta"])
    assert [row for row, _ in index.search("alpha", 5)] == [0, 2, 3]
    assert [row for row, _ in index.search("alpha", 2)] == [0, 2]
    assert [row for row, _ in index.search("alpha", 1)] == [0]
    assert [row for row, _ in index.search("alpha beta", 1)] == [3]
    assert index.search("gamma the of", 5) == []
    assert index.search_terms(["alpha", "alpha"], 1)[0][1] == pytest.approx(2 * index.search("alpha", 1)[0][1])


def test_rows_that_are_not_allowed_are_left_out() -> None:
    index = LexicalIndex.build(TINY)
    allowed = np.array([False, True, True, True])
    assert index.search("chip", 5, allowed) == [(1, float(index.scores(["chip"])[1]))]
    assert index.search("chip", 5, np.zeros(4, dtype=bool)) == []


def test_coverage_is_the_share_of_idf() -> None:
    index = LexicalIndex.build(TINY)
    chip, fab, unheard = idf(4, 2), idf(4, 1), idf(4, 0)
    assert index.coverage(["chip", "fab"]) == pytest.approx([1, chip / (chip + fab), 0, 0], abs=1e-6)
    assert index.coverage(["chip", "chip"]) == pytest.approx([1, 1, 0, 0])
    assert index.coverage(["lab", "unheard"])[3] == pytest.approx(idf(4, 2) / (idf(4, 2) + unheard), abs=1e-6)
    assert index.coverage([]) == pytest.approx([0, 0, 0, 0])
    assert index.coverage(["unheard"]) == pytest.approx([0, 0, 0, 0])


def test_which_rows_hold_a_term() -> None:
    index = LexicalIndex.build(TINY)
    assert index.rows_with("grant").tolist() == [1, 2]
    assert index.rows_with("unheard").tolist() == []


@pytest.mark.parametrize("texts", [[], [""], ["the of", "?", ""]])
def test_an_index_of_nothing_finds_nothing_and_can_be_stored(texts: list[str], tmp_path: Path) -> None:
    built = LexicalIndex.build(texts)
    built.save(tmp_path / "index")
    for index in (built, LexicalIndex.load(tmp_path / "index")):
        assert index.rows == len(texts)
        assert index.search("anything", 5) == []
        assert index.coverage(["anything"]).shape == (len(texts),)
        assert index.scores(["anything"]).tolist() == [0] * len(texts)
        assert index.document_frequency("anything") == 0


def test_empty_texts_among_others_keep_their_rows(tmp_path: Path) -> None:
    LexicalIndex.build(["", "chip", "", "chip chip"]).save(tmp_path)
    index = LexicalIndex.load(tmp_path)
    assert [row for row, _ in index.search("chip", 5)] == [3, 1]


def test_what_is_stored_scores_the_same_and_holds_no_pickle(tmp_path: Path) -> None:
    built = LexicalIndex.build(TINY)
    built.save(tmp_path)
    loaded = LexicalIndex.load(tmp_path)
    assert np.array_equal(loaded.scores(["chip", "lab"]), built.scores(["chip", "lab"]))
    assert {path.suffix for path in tmp_path.iterdir()} <= {".npy", ".json", ""}


@pytest.mark.parametrize("name", ["rows", "vocab.index.json", "indptr.csc.index.npy"])
def test_a_broken_index_is_refused_with_a_remedy(tmp_path: Path, name: str) -> None:
    LexicalIndex.build(TINY).save(tmp_path)
    (tmp_path / name).write_bytes(b"\xff broken")
    with pytest.raises(BrokenIndex, match="cannot be read") as caught:
        LexicalIndex.load(tmp_path)
    assert caught.value.remedy == "Run: sangho ingest"


_WORDS = st.lists(st.sampled_from("chip lab grant fab 협력 2023".split()), max_size=6).map(" ".join)


@settings(max_examples=40)
@given(st.lists(_WORDS, min_size=1, max_size=6), _WORDS)
def test_scores_follow_the_formula_over_any_texts(texts: list[str], query: str) -> None:
    index = LexicalIndex.build(texts)
    terms = [analyse(text) for text in texts]
    average = sum(map(len, terms)) / len(terms)
    for row, held in enumerate(terms):
        expected = sum(
            idf(len(texts), sum(term in other for other in terms)) * weight(held.count(term), len(held), average)
            for term in analyse(query)
            if term in held
        )
        assert float(index.scores(analyse(query))[row]) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("ROK's", ["korea"]),
        ("the Republic of Korea’s plan", ["korea", "plan"]),
        ("the U.S.'s role", ["usa", "role"]),
        ("America’s", ["usa"]),
        ("DPRK's", ["dprk"]),
        ("the Leaders’ Meeting", ["leader", "meet"]),
        ("North Korea's", ["dprk"]),
    ],
)
def test_a_possessive_leaves_nothing_behind(text: str, terms: list[str]) -> None:
    assert analyse(text) == terms
