"""Knowing a document's paragraphs again without their text, and finding them on pages that break them otherwise."""

from __future__ import annotations

import csv
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.documents import split_front_matter
from ingest.fetch import originals
from ingest.fetch.align import ENOUGH, Alignment, align
from ingest.fetch.fingerprints import (
    Fingerprint,
    fingerprint,
    read_fingerprints,
    shingles,
    write_fingerprints,
)
from ingest.fetch.words import Word, keys_of, words_of
from ingest.readers import read_file
from ingest.readers.html import read_whole_html
from tests.web_pages import MENU, NEWSLETTER, SHARE, normal, prints_of, web_page

CORPUS: Final = Path(__file__).parents[1] / "corpus"
SOURCES: Final = CORPUS.parents[1] / "shared" / "sources"
needs_originals = pytest.mark.skipif(
    not SOURCES.is_dir(), reason="the originals (../shared/sources) are not on this machine"
)
OLD_ACT: Final = "2025-01-21_kr-ai-basic-act-law-20676"
NEW_ACT: Final = "2026-01-20_kr-ai-basic-act-law-21311-amended"
BIS: Final = "2025-01-15_bis-framework-for-ai-diffusion"  # the longest

OPENING: Final = "The two governments of this example agreed in April to share what they know of trusted machines."
ENGINEERS: Final = "Makers in both countries send engineers to each other for at most two years; “nobody else” pays."
COUNTED: Final = "Nobody has counted the visas so far (§ 30D), and nobody will before the autumn of next year."
VISITS: Final = (
    "Ambassadors of both sides meet twice a year in one of the capitals, hear what the engineers have seen in the "
    "laboratories they visited, and write a report of it that the two assemblies receive before the next winter; "
    "nobody may change a word of that report after it was signed, in Seoul or in Washington, abroad or at home."
)
DEAL: Final = ["The Deal of Sejong", OPENING, "Semiconductors", ENGINEERS, "Semiconductors", COUNTED]


def found(alignment: Alignment) -> dict[int, str]:
    return {one.number: one.text for one in alignment.paragraphs}


def numbered(texts: Sequence[str]) -> dict[int, str]:
    return dict(enumerate(texts, start=1))


# Words


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("AI and ai, Ai; “AI”", ["ai", "and", "ai", "ai", "ai"]),
        ("ＡＩ ﬁve ① x² 𝐊orea", ["ai", "five", "1", "x2", "korea"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("U.S.-ROK leaders’ (§ 30D)", ["u", "s", "rok", "leaders", "30d"]),
        ("양국은 「인공지능」 기본법, 제1조", ["양국은", "인공지능", "기본법", "제1조"]),
        ("$1.7 billion — 30.5%", ["1", "7", "billion", "30", "5"]),
        ("— * * * …", []),
        ("", []),
    ],
)
def test_words_are_compared_without_case_width_or_punctuation(text: str, keys: list[str]) -> None:
    assert keys_of(text) == keys


def test_decomposed_korean_is_the_same_where_no_sign_parts_it() -> None:
    assert keys_of("\u1112\u1161\u11ab\u1100\u116e\u11a8") == keys_of("한국") == ["한국"]


def test_words_know_where_they_stand() -> None:
    assert words_of(["“Two  sides”", "", "양국"]) == [
        Word("two", 0, 1, 4),
        Word("sides", 0, 6, 11),
        Word("양국", 2, 0, 2),
    ]


# Fingerprints; the hashes are the first two bytes of what `b2sum -l 24` says of the words, a line each


@pytest.mark.parametrize(
    ("text", "length", "marks"),
    [
        # b860b6 40d618 e698d3: the second is kept, since 0x18 is a multiple of four
        ("The two sides agree on TRUSTED chips.", 7, ((0, 0xB860), (1, 0x40D6), (2, 0xE698))),
        # 4e8bf8 56f9d7 cd98b4: the second is not
        ("Trusted chips agree on: the two sides", 7, ((0, 0x4E8B), (2, 0xCD98))),
        ("“Nobody has counted”", 3, ((0, 0xED2F),)),
        ("협력은", 1, ((0, 0x098C),)),
    ],
)
def test_a_fingerprint_is_the_length_and_some_shingles(text: str, length: int, marks: tuple[tuple[int, int]]) -> None:
    assert fingerprint(12, text) == Fingerprint(12, length, marks)


@pytest.mark.parametrize("text", ["", "* * *", "—", " \n"])
def test_a_paragraph_without_words_has_no_fingerprint(text: str) -> None:
    assert fingerprint(1, text) is None


def test_up_to_five_words_are_one_mark_and_six_are_two() -> None:
    words = "boats return to the old harbour".split()
    prints = [fingerprint(1, " ".join(words[:count])) for count in range(1, 7)]
    assert [one and (one.length, len(one.marks), one.shingle) for one in prints] == [
        (1, 1, 1), (2, 1, 2), (3, 1, 3), (4, 1, 4), (5, 1, 5), (6, 2, 5),
    ]  # fmt: skip


def test_case_punctuation_and_spaces_do_not_change_a_fingerprint() -> None:
    assert fingerprint(3, ENGINEERS) == fingerprint(3, ENGINEERS.upper().replace(" ", " * \n").replace("“", "'"))
    assert fingerprint(3, ENGINEERS) != fingerprint(3, ENGINEERS.replace("Makers", "Sellers"))


def test_fingerprints_come_back_from_their_file(tmp_path: Path) -> None:
    documents = {"b": prints_of([*DEAL, "* * *", "양국은 협력한다."]), "a\"'\t": prints_of(DEAL[::-1])}
    write_fingerprints(tmp_path / "prints.tsv", documents)
    assert read_fingerprints(tmp_path / "prints.tsv") == {name: tuple(prints) for name, prints in documents.items()}
    assert [one.number for one in documents["b"]] == [1, 2, 3, 4, 5, 6, 8]
    assert not re.search("sejong|semiconductors|양국", (tmp_path / "prints.tsv").read_text("utf-8").casefold())


def test_a_missing_file_has_no_fingerprints(tmp_path: Path) -> None:
    assert read_fingerprints(tmp_path / "prints.tsv") == {}


# The bundled fingerprints


@cache
def bundled() -> dict[str, tuple[Fingerprint, ...]]:
    return dict(read_fingerprints(CORPUS / "fingerprints.tsv"))


def test_a_quarter_of_the_shingles_is_kept() -> None:
    prints = [one for document in bundled().values() for one in document if one.length > 6]
    inner = sum(one.length - 4 - 2 for one in prints)  # without the first and the last, which are always kept
    kept = sum(len(one.marks) - 2 for one in prints)
    assert inner > 80_000
    assert 0.24 < kept / inner < 0.26


def test_every_digest_has_fingerprints_and_nothing_else_has() -> None:
    digests = {}
    for path in CORPUS.glob("*.md"):
        values, _ = split_front_matter(path.read_text(encoding="utf-8"))
        if values.get("edition") == "digest" and not values.get("translation_of"):
            digests[path.stem] = int(values["original_paragraphs"])
    assert len(digests) == 66
    assert {doc_id: prints[-1].number for doc_id, prints in bundled().items()} == digests
    for prints in bundled().values():
        numbers = [one.number for one in prints]
        assert numbers == sorted(set(numbers))
        assert numbers[0] >= 1
        assert all(one.marks[0][0] == 0 for one in prints)
        assert all(one.marks[-1][0] == one.length - one.shingle for one in prints)


@cache
def texts_of(doc_id: str) -> tuple[str, ...]:
    path = SOURCES / f"{doc_id}.txt"
    return tuple(paragraph.text for paragraph in read_file(path, path, 10_000_000).paragraphs)


@needs_originals
def test_the_bundled_fingerprints_are_those_of_the_originals(tmp_path: Path) -> None:
    doc_ids = [path.stem for path in SOURCES.glob("*.txt")]
    write_fingerprints(tmp_path / "prints.tsv", {doc_id: prints_of(texts_of(doc_id)) for doc_id in doc_ids})
    assert (tmp_path / "prints.tsv").read_bytes() == (CORPUS / "fingerprints.tsv").read_bytes()


# Alignment of the originals


@needs_originals
def test_nearly_every_paragraph_of_the_originals_is_found_on_pages_as_it_is() -> None:
    right = total = 0
    for doc_id, prints in bundled().items():
        texts = numbered([normal(text) for text in texts_of(doc_id)])
        for seed in range(3):
            page = web_page(doc_id, list(texts.values()), seed)
            alignment = align(prints, read_whole_html(page.encode()))
            right += sum(normal(text) == texts[number] for number, text in found(alignment).items())
            total += len(prints)
            assert alignment.share > originals.ENOUGH, (doc_id, seed)
    print(f"\n{right} of {total} paragraphs of originals are found as they are: {right / total:.4f}")
    assert total == 3 * 3147
    assert right / total >= 0.98


def _edited(text: str, chance: random.Random) -> str:
    """The text with one to four words put in, replaced or left out, mostly near its start or end."""
    words, count = text.split(" "), chance.randint(1, 4)
    where = (range(5), range(len(words) - 8, len(words) - 3), range(len(words) - 4))
    at, new = chance.choice(chance.choice(where)), ["edited"] * count
    words[at : at + chance.choice((0, count))] = chance.choice((new, new, []))
    return " ".join(words)


@needs_originals
def test_edits_harm_what_they_edit_and_hardly_anything_else() -> None:
    counts: Counter[str] = Counter()
    for doc_id, prints in bundled().items():
        chance = random.Random(doc_id)  # noqa: S311  the same edits every time
        originals = numbered([normal(text) for text in texts_of(doc_id)])
        edits = {
            number: _edited(text, chance)
            for number, text in originals.items()
            if text.count(" ") >= 15 and chance.random() < 0.15
        }
        shown = originals | edits
        page = web_page(doc_id, list(shown.values()))
        texts = {number: normal(text) for number, text in found(align(prints, read_whole_html(page.encode()))).items()}
        counts["edits"] += len(edits)
        counts["edits found"] += sum(texts.get(number) == normal(text) for number, text in edits.items())
        others = {one.number for one in prints} - edits.keys()
        counts["others"] += len(others)
        counts["others found"] += sum(texts.get(number) == shown[number] for number in others)
    print(f"\nOf originals with edits: {counts}")
    assert counts["edits"] > 200
    assert counts["edits found"] > 0.9 * counts["edits"]
    assert counts["others found"] > 0.99 * counts["others"]


@needs_originals
def test_no_original_is_taken_for_another_but_an_act_for_its_amended_text() -> None:
    taken, shares = set(), []
    for shown in bundled():
        texts = texts_of(shown)
        keys = [keys_of(text) for text in texts]
        page = [key for paragraph in keys for key in paragraph]
        hashes = {size: {hash for hash, _ in shingles(page, size)} for size in range(1, 6)}
        for doc_id, prints in bundled().items():
            marks = [hash in hashes[one.shingle] for one in prints for _, hash in one.marks]
            most = sum(marks) / len(marks)  # no alignment has a share above that of the marks that occur at all
            if doc_id == shown or most < 0.3:
                continue
            share = align(prints, texts).share
            assert share <= most
            shares.append(share)
            if share >= originals.ENOUGH:
                taken.add((doc_id, shown))
    assert taken == {(OLD_ACT, NEW_ACT)}
    assert sorted(shares)[-2] < originals.ENOUGH - 0.1


@needs_originals
def test_the_longest_original_is_found_in_less_than_two_seconds() -> None:
    blocks = read_whole_html(web_page(BIS, texts_of(BIS)).encode())
    assert sum(one.length for one in bundled()[BIS]) > 12_000
    start = time.process_time()
    assert not align(bundled()[BIS], blocks).missing
    assert time.process_time() - start < 2


# Alignment by rules


def test_whatever_the_breaks_each_paragraph_is_found_as_the_page_has_it() -> None:
    first, second = ENGINEERS.split("; ")
    blocks = ["Home / Deals", f"{DEAL[0]} {OPENING} Semiconductors {first};", f"• {second}", "Semiconductors", COUNTED]
    alignment = align(prints_of(DEAL), blocks)
    assert found(alignment) == numbered(DEAL)
    assert (alignment.missing, alignment.altered, alignment.share, alignment.left_over) == ((), (), 1.0, 0)


@pytest.mark.parametrize("blocks", [[], [""], ["* * *"], [*MENU, "Contact us", "All rights reserved"], ["a"] * 500])
def test_a_page_of_menus_gives_nothing(blocks: list[str]) -> None:
    alignment = align(prints_of(DEAL), blocks)
    assert alignment == Alignment((), (1, 2, 3, 4, 5, 6), (), 0.0, 0)


def test_nothing_is_known_of_a_document_without_fingerprints() -> None:
    assert align([], DEAL) == Alignment((), (), (), 0.0, 0)


def test_paragraphs_in_another_order_are_not_all_found() -> None:
    texts = [OPENING, ENGINEERS, COUNTED]
    for blocks in ([COUNTED, ENGINEERS, OPENING], [ENGINEERS, COUNTED, OPENING], [OPENING, COUNTED, ENGINEERS]):
        alignment = align(prints_of(texts), blocks)
        assert 1 <= len(alignment.paragraphs) < 3
        assert len(alignment.paragraphs) + len(alignment.missing) == 3
        assert alignment.share < 1


def test_repeated_headings_and_single_words_get_the_places_before_their_text() -> None:
    texts = ["Korea", "Semiconductors", OPENING, "Semiconductors", ENGINEERS, "Korea", COUNTED]
    blocks = ["korea", "semiconductors", "Trade", "KOREA", "SEMICONDUCTORS!", OPENING, "Semiconductors:", ENGINEERS]
    blocks += ["Subscribe to Korea", "Korea.", COUNTED, "korea", "semiconductors"]
    assert found(align(prints_of(texts), blocks)) == numbered(
        ["KOREA", "SEMICONDUCTORS!", OPENING, "Semiconductors:", ENGINEERS, "Korea.", COUNTED]
    )


@pytest.mark.parametrize("text", ["Reserved", "See the table", "No figures were given for it", ENGINEERS])
def test_a_paragraph_that_stands_several_times_in_a_row_is_found_as_often(text: str) -> None:
    texts = [OPENING, text, text, text, COUNTED]
    assert found(align(prints_of(texts), texts)) == numbered(texts)


def test_boxes_inside_a_paragraph_are_left_out() -> None:
    texts = ["Semiconductors", VISITS, COUNTED]
    named = set()
    for sign in re.finditer("[,;] ", VISITS[:-60]):
        halves = f"<p>{VISITS[: sign.end()]}</p>{SHARE}<p>{VISITS[sign.end() :]}</p>"
        page = f"<p>Semiconductors</p>{halves}{NEWSLETTER}<p>{COUNTED}</p>"
        alignment = align(prints_of(texts), read_whole_html(page.encode()))
        assert found(alignment) == numbered(texts)
        assert alignment.missing == ()
        assert alignment.left_over == len(
            "Subscribe to our newsletter Get the latest on artificial intelligence".split()
        )
        named.add(alignment.altered)
    assert (2,) in named  # where the box parts the words of a mark
    assert named <= {(), (2,)}


@pytest.mark.parametrize(
    ("old", "new"),
    [("twice a year", "four times a year"), ("of both sides ", ""), ("the laboratories they visited", "the firms")],
)
def test_an_edited_paragraph_is_found_as_it_is_now_and_named(old: str, new: str) -> None:
    texts = [OPENING, "Semiconductors", VISITS, COUNTED]
    edited = VISITS.replace(old, new)
    alignment = align(prints_of(texts), [OPENING, "Semiconductors", edited, COUNTED])
    assert found(alignment) == {**numbered(texts), 3: edited}
    assert (alignment.missing, alignment.altered) == ((), (3,))
    assert 0.5 < alignment.share < 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Ambassadors", "Envoys, ministers"), ("Ambassadors of both sides", "They"), ("or at home.", "and in Sejong."),
        ("in Seoul or in Washington, abroad or at home.", "at home."), ("abroad or", "abroad, at sea or"),
    ],
)  # fmt: skip
def test_a_paragraph_that_is_edited_at_its_edge_ends_with_its_block_and_takes_nothing_of_others(
    old: str, new: str
) -> None:
    edited = VISITS.replace(old, new)
    for around in ([OPENING, "Semiconductors", VISITS, "Sensors", COUNTED], [OPENING, VISITS, COUNTED], [VISITS]):
        at = around.index(VISITS) + 1
        page = ["Listen to this page", *(edited if text == VISITS else text for text in around), "Contact us in Seoul"]
        alignment = align(prints_of(around), page)
        assert found(alignment) == {**numbered(around), at: edited}
        assert (alignment.missing, alignment.altered) == ((), (at,))


def test_words_put_between_paragraphs_belong_to_none() -> None:
    alignment = align(prints_of(DEAL), [*DEAL[:2], "Listen to this page", *DEAL[2:4], f"{DEAL[4]} in brief", DEAL[5]])
    assert found(alignment) == numbered(DEAL)
    assert (alignment.altered, alignment.left_over) == ((), 4 + 2)


def test_words_that_surely_belong_to_a_paragraph_are_not_given_to_an_edited_one_beside_it() -> None:
    texts = [OPENING, VISITS, COUNTED]
    for edited in (VISITS.replace("Ambassadors of both", "Both"), VISITS.replace(", abroad or at home", "")):
        alignment = align(prints_of(texts), [f"{OPENING} {edited} {COUNTED}"])
        assert {**found(alignment), 2: VISITS} == numbered(texts)
        assert (alignment.missing, alignment.altered) == ((), (2,))


def test_a_paragraph_that_is_gone_is_named_as_missing() -> None:
    for number in range(1, len(DEAL) + 1):
        alignment = align(prints_of(DEAL), [text for at, text in numbered(DEAL).items() if at != number])
        left = {at: text for at, text in numbered(DEAL).items() if at != number}
        if number in (3, 5):  # either heading may be the one that is left
            assert sorted(found(alignment).values()) == sorted(left.values())
            assert len(alignment.missing) == 1
        else:
            assert (found(alignment), alignment.missing) == (left, (number,))
        assert alignment.share < 1


def test_a_paragraph_of_which_little_is_left_is_missing() -> None:
    alignment = align(prints_of(DEAL), [*DEAL[:3], ENGINEERS[: len(ENGINEERS) // 3], *DEAL[4:]])
    assert alignment.missing == (4,)
    assert ENOUGH == 0.5


def test_no_word_of_a_page_is_in_two_paragraphs() -> None:
    last = "beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon"
    texts = ["It is the first of three paragraphs and ends with beta", "gamma", last]
    page = texts[0] + last.removeprefix("beta")  # its "beta" may be the end of the first or the start of the last
    alignment = align(prints_of(texts), [page])
    assert alignment.missing == (2,)
    assert " ".join(found(alignment).values()) == page


def test_marks_that_belong_to_a_paragraph_come_with_it() -> None:
    texts = ["“The first one ends (here)”.", "§ 30D comes with its sign, as the second.", "[3] The third comes last!"]
    assert found(align(prints_of(texts), [f"Home / Deals — {' '.join(texts)}"])) == numbered(texts)


@pytest.mark.parametrize("sign", ["- ", "– ", "•", "• ", "* ", "■ ", "· - "])
def test_signs_of_a_list_are_no_text(sign: str) -> None:
    assert found(align(prints_of(DEAL), [f"{sign}{text}" for text in DEAL])) == numbered(DEAL)


@pytest.mark.parametrize("start", ["-5 percent", "**Bold** words", "[¶2]", "# 1", "“", "(a)", "§ 5", "$7", "…"])
def test_other_signs_are(start: str) -> None:
    texts = [f"{start} {text}" for text in (OPENING, ENGINEERS)]
    assert found(align(prints_of(texts), texts)) == numbered(texts)


# Random documents

_SIGNS = st.tuples(st.sampled_from(["", "", "“", "("]), st.sampled_from(["", "", ",", ".", "?”", ")"]))
_VOCABULARY: Final = (
    "one two three four five six seven eight nine ten eleven twelve AI 양국은 협력 제1조 don’t on-site".split()
)


def _signed(word: str, signs: tuple[str, str]) -> str:
    return f"{signs[0]}{word}{signs[1]}"


WORDS = st.builds(_signed, st.sampled_from(_VOCABULARY), _SIGNS)
TEXTS = st.lists(WORDS, min_size=1, max_size=14).map(" ".join) | st.sampled_from(["* * *", "one", "one two"])
DOCUMENTS = st.lists(TEXTS, max_size=8)
JUNK = st.lists(st.sampled_from(["Home", "one", "two three", "Menu —", "협력", "Share this page now"]), max_size=3)
# Paragraphs of eight to sixteen words, none of them twice in a paragraph.
LONG_TEXTS = st.lists(
    st.tuples(st.sampled_from(_VOCABULARY[:16]), _SIGNS), min_size=8, max_size=16, unique_by=lambda word: word[0]
).map(lambda words: " ".join(_signed(*word) for word in words))


@st.composite
def pages(draw: st.DrawFn, texts: Sequence[str], junk_inside: bool) -> list[str]:
    """Blocks that show the texts in order: split at any word, merged with the next, junk between them."""
    blocks = list(draw(JUNK))
    merge = False
    for text in texts:
        words, start = text.split(" "), 0
        for cut in [*sorted(draw(st.sets(st.integers(1, len(words)), max_size=2)) - {len(words)}), len(words)]:
            part = " ".join(words[start:cut])
            if merge and blocks:
                blocks[-1] += f" {part}"
            else:
                blocks.append(part)
            if junk_inside and cut < len(words):
                blocks += draw(JUNK)
            start, merge = cut, False
        merge = draw(st.booleans())
        if not merge:
            blocks += draw(JUNK)
    return blocks + draw(JUNK)


def stands_on(words: list[str], blocks: Sequence[list[str]]) -> bool:
    """Whether words are the end of a block, or part of one, then whole blocks, then the start of one.

    Blocks in between may be left out.
    """
    for first, block in enumerate(blocks):
        for start in range(len(block)):
            piece = block[start:]
            if words == piece[: len(words)]:
                return True
            ends = {len(piece)} if words[: len(piece)] == piece else set()
            for later in blocks[first + 1 :]:
                if any(words[end:] == later[: len(words) - end] for end in ends):
                    return True
                ends |= {end + len(later) for end in ends if words[end : end + len(later)] == later}
    return False


def is_subsequence(words: Sequence[str], of: Sequence[str]) -> bool:
    left = iter(of)
    return all(word in left for word in words)


@given(st.data(), DOCUMENTS)
def test_each_text_is_the_page_s_own_words_in_order_and_none_twice(data: st.DataObject, texts: list[str]) -> None:
    shown = data.draw(st.just(texts) | DOCUMENTS)  # its own page, or another's
    blocks = data.draw(pages(shown, junk_inside=True))
    prints = prints_of(texts)
    alignment = align(prints, blocks)
    numbers = [one.number for one in alignment.paragraphs]
    assert numbers == sorted(set(numbers))
    assert sorted([*numbers, *alignment.missing]) == [one.number for one in prints]
    assert set(alignment.altered) <= set(numbers)
    assert 0 <= alignment.share <= 1
    page = [keys_of(block) for block in blocks]
    assert all(stands_on(keys_of(one.text), page) for one in alignment.paragraphs)
    assert all(one.text and one.text == one.text.strip() for one in alignment.paragraphs)
    together = [key for one in alignment.paragraphs for key in keys_of(one.text)]
    everything = [key for block in page for key in block]
    assert is_subsequence(together, everything)
    assert alignment.left_over <= len(everything) - len(together)


@given(st.data(), st.lists(LONG_TEXTS, min_size=1, max_size=8))
def test_every_paragraph_of_eight_or_more_different_words_comes_back(data: st.DataObject, texts: list[str]) -> None:
    alignment = align(prints_of(texts), data.draw(pages(texts, junk_inside=False)))
    assert found(alignment) == numbered(texts)
    assert (alignment.missing, alignment.altered, alignment.share) == ((), (), 1.0)


@st.composite
def any_prints(draw: st.DrawFn, blocks: list[str]) -> list[Fingerprint]:
    """Fingerprints of no text at all, with hashes of the page's words among others."""
    keys = keys_of(" ".join(blocks))
    hashes = sorted({hash for size in range(1, 6) for hash, _ in shingles(keys, size)})
    number = st.integers(0, 65_535)
    mark = st.tuples(st.integers(0, 20) | number, st.sampled_from(hashes) if hashes else number)
    marks = st.lists(mark, min_size=1, max_size=6).map(tuple)
    length = st.integers(1, 20) | st.integers(1, 65_535)
    return draw(st.lists(st.builds(Fingerprint, st.integers(1, 9), length, marks), max_size=8))


@given(st.data(), st.lists(st.text(max_size=30) | TEXTS, max_size=8))
def test_any_page_and_any_fingerprints_can_be_aligned(data: st.DataObject, blocks: list[str]) -> None:
    alignment = align(data.draw(any_prints(blocks)), blocks)
    together = [key for one in alignment.paragraphs for key in keys_of(one.text)]
    assert is_subsequence(together, [key for block in blocks for key in keys_of(block)])
    align(prints_of(blocks), blocks)


def test_the_file_has_one_line_a_paragraph() -> None:
    with (CORPUS / "fingerprints.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == sum(len(prints) for prints in bundled().values()) == 3147
