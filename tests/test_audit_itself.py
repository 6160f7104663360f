"""The article itself, its digest and its translation are known in the index by what they say, not by name."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from app.audit.itself import itself
from app.settings import BUNDLED_CORPUS
from ingest.documents import Document, Paragraph
from ingest.readers import read_file

SOURCES: Final = Path(__file__).resolve().parents[2] / "shared" / "sources"
LAW: Final = "2025-01-21_kr-ai-basic-act-law-20676"
AMENDED: Final = "2026-01-20_kr-ai-basic-act-law-21311-amended"
HAN: Final = "2023_han-rok-us-ai-cooperation-needs-real-reciprocity"
CHOSEN: Final = (
    LAW, AMENDED, HAN, "2021-05-21_us-rok-leaders-joint-statement", "2021-05-21_fact-sheet-us-rok-partnership",
    "2023-08-18_spirit-of-camp-david-joint-statement", "2023-08-18_camp-david-principles",
    "2023-10-30_hiroshima-process-code-of-conduct", "2023-10-30_hiroshima-process-guiding-principles",
    "2023-02-28_readout-trilateral-economic-security-dialogue",
)  # fmt: skip

needs_sources = pytest.mark.skipif(not SOURCES.exists(), reason="the originals are not here")


def read(folder: Path, ending: str) -> dict[str, Document]:
    paths = [path for path in sorted(folder.glob(f"*{ending}")) if path.stem.removesuffix(".en") in CHOSEN]
    return {path.stem: read_file(path, path, 10**8) for path in paths}


DIGESTS: Final = read(BUNDLED_CORPUS, ".md")
ORIGINALS: Final = read(SOURCES, ".txt")


def bare(texts: list[str], language: str = "en") -> Document:
    """A document as somebody would hand it in: text, and nothing that says what it is."""
    return Document("x", "x", tuple(Paragraph(n + 1, text) for n, text in enumerate(texts)), language=language)


def renamed(documents: Mapping[str, Document]) -> tuple[dict[str, Document], dict[str, str]]:
    names = {doc_id: f"file-{n:02d}" for n, doc_id in enumerate(documents)}
    return {
        names[doc_id]: replace(one, doc_id=names[doc_id], path=f"/x/{names[doc_id]}.txt", translation_of="")
        for doc_id, one in documents.items()
    }, names


def mangled(document: Document, how: str) -> Document:
    texts = [paragraph.text for paragraph in document.paragraphs]
    rng = random.Random(7)  # noqa: S311  (not for secrets)
    if how in ("half", "all"):
        texts = texts[: max(1, len(texts) // 2)]
    if how in ("edited", "all"):
        texts = [" ".join(word if rng.random() > 0.03 else "altered" for word in text.split()) for text in texts]
    if how in ("lines", "all"):
        words = " ".join(texts).split()
        texts = [" ".join(words[at : at + 15]) for at in range(0, len(words), 15)]
    if how in ("framed", "all"):
        frame = "Home News Contact Search the whole site and sign in to read more pages like this one"
        texts = [frame, *texts, "Share this page with all of your friends on every network that there is"]
    return bare(texts, document.language)


@needs_sources
@pytest.mark.parametrize("how", ["plain", "half", "edited", "lines", "framed", "all"])
def test_an_original_is_known_again(how: str) -> None:
    held, names = renamed(ORIGINALS)
    for doc_id, original in ORIGINALS.items():
        article = mangled(original, how)
        assert itself(article, held) == (names[doc_id],), doc_id
        if how not in ("plain", "all"):
            continue
        digests = {one for one in DIGESTS if one.removesuffix(".en") == doc_id}
        assert set(itself(article, DIGESTS)) == digests, doc_id


@needs_sources
def test_a_digest_is_known_again_and_knows_its_original() -> None:
    held, names = renamed(ORIGINALS)
    for doc_id, digest in DIGESTS.items():
        article = bare([paragraph.text for paragraph in digest.paragraphs], digest.language)
        assert itself(article, held) == (names[doc_id.removesuffix(".en")],), doc_id
        assert doc_id in itself(article, DIGESTS)


@needs_sources
def test_what_is_not_held_is_not_found_in_what_is_like_it() -> None:
    for doc_id, original in ORIGINALS.items():
        article = mangled(original, "plain")
        others = {other: one for other, one in ORIGINALS.items() if other != doc_id}
        assert itself(article, others) == (), doc_id
        assert itself(article, renamed(others)[0]) == (), doc_id


@needs_sources
def test_quoting_a_document_at_length_is_not_being_it() -> None:
    statement = ORIGINALS["2023-08-18_camp-david-principles"]
    own = [paragraph.text for paragraph in ORIGINALS[HAN].paragraphs[:4]]
    quotes = [
        f"The principles say: “{paragraph.text.translate({ord(mark): None for mark in '“”'})}”"
        for paragraph in statement.paragraphs
    ]
    held = {one: document for one, document in ORIGINALS.items() if one != HAN}
    assert itself(bare([*own, *quotes]), held) == ()


WORDS: Final = ["model", "safety", "trade", "tariff", "export", "market", "test", "centre", "budget", "council"]


def made_up(seed: int, sentences: int = 30) -> list[str]:
    rng = random.Random(seed)  # noqa: S311
    own = [f"term{seed}x{n}" for n in range(80)]
    return [" ".join(rng.choice(own + WORDS) for _ in range(12)) + "." for _ in range(sentences)]


def test_an_unpublished_article_is_known_again_in_two_copies_but_not_its_neighbour() -> None:
    held = {name: replace(bare(made_up(seed)), doc_id=name) for name, seed in (("a", 1), ("a/copy", 1), ("b", 2))}
    assert itself(bare(made_up(1)), held) == ("a", "a/copy")
    assert itself(bare(made_up(3)), held) == ()


def test_a_translation_is_known_by_its_figures_or_because_it_says_so() -> None:
    figures = [str(1000 + 37 * n) for n in range(20)]
    english = replace(bare([f"The plan gives {figure} units to that year." for figure in figures]), doc_id="plan")
    korean = bare([f"계획은 그해에 {figure}개를 배정한다." for figure in figures], "ko")
    other = replace(bare([f"The plan gives {5 + n} units." for n in range(20)]), doc_id="other")
    held = {"plan": english, "other": other}
    assert itself(korean, held) == ("plan",)
    assert itself(bare(["전혀 다른 글이다. 2024년 7월."], "ko"), held) == ()
    assert itself(replace(bare(["짧은 글이다."], "ko"), translation_of="other"), held) == ("other",)


@pytest.mark.parametrize(
    "texts", [[], [""], ["."], ["One sentence."], ["\u202e" * 500], ["word " * 3000], ["가 " * 3000]]
)
def test_odd_articles_are_nobody(texts: list[str]) -> None:
    held = {"a": replace(bare(made_up(1)), doc_id="a"), "empty": replace(bare([]), doc_id="empty")}
    assert itself(bare(texts), held) == ()
    assert itself(bare(texts), {}) == ()
