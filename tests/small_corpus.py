"""A small corpus of every kind of document, and a small real embedding model: vectors of words, drawn once.

The model knows no meaning, only which words two texts share; tests that need meaning take the bundled one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.pipeline import Pipeline
from app.settings import Settings
from ingest.documents import Document
from ingest.embedding import SentenceTransformerEmbedder
from ingest.sync import ingest

TOKENS: Final = 80  # of a passage
ACCORD: Final = "2021-05-21_accord"
CAMP: Final = "2023-08-18_camp"
ARTICLE: Final = "2023_article"
OLD_LAW: Final = "2024-02_old-law"
NEW_LAW: Final = "2026-01-20_law"
REGISTER: Final = "2025-06_register"
NOTES: Final = "undated-notes"
TOWNS: Final = "Andong Boryeong Chuncheon Daegu Gimje Hanam Iksan Jeju Mokpo Naju Osan Pohang Sejong Ulsan".split()

FILES: Final = {
    f"{ACCORD}.txt": """title: The Chips Accord
issuer: Office of the President
date: 2021-05-21
type: joint_statement
aliases: Geneva Accord; Chips and Labs Accord

The two presidents agreed on semiconductor research at the Kratsios Laboratory in Geneva.
They will spend $120 million on it until 2025. This sum comes in equal parts from both sides.
Work on quantum sensors was discussed. No money was promised for quantum sensors.
The ambassadors meet twice a year. Their first meeting took place in June 2021.
Exchange students get visas for three years. A fund of ₩40 billion pays for their housing.
""",
    f"{CAMP}.txt": """title: The Spirit of Camp David
issuer: Three governments
date: 2023-08-18
type: joint_statement
aliases: Camp David statement; the Camp David thing

The leaders cooperate in these areas:
(1) supply chains of batteries and of rare minerals
(2) standards for artificial intelligence
(3) quantum sensors and their makers
(4) undersea cables between the three coasts
The semiconductor fund rises to $300 million. It is kept in Seoul.
The ambassadors meet four times a year from now on.
A hotline for export alerts begins in September 2023 and is tested every month.
""",
    f"{ARTICLE}.md": """---
title: "Reciprocity and its Limits"
issuer: Jane Example
date: "2023"
type: article
url: https://example.org/reciprocity
edition: digest
---

[¶1] Example asks what reciprocity between unequal partners means, and whether it can be had at all.

[¶2-4] Example reports that Korean firms put $1.7 billion into American laboratories. Example finds this lopsided.

[¶5] In Example's view the Chips Accord favours the larger partner. She calls for a review every two years.
""",
    f"{OLD_LAW}.txt": f"""title: Act on Trusted Machines
issuer: National Assembly
date: 2024-02
type: law
superseded_by: {NEW_LAW}

Article 1. Makers of trusted machines keep records of training data for five years.
Article 2. Whoever keeps no records pays a fine of up to 30 million won.
Article 3. The minister reports on trusted machines to the assembly each spring.
""",
    f"{NEW_LAW}.txt": """title: 신뢰 기계 기본법
issuer: 국회
date: 2026-01-20
type: law
language: ko

제1조 인공지능 사업자는 학습 기록을 십 년 동안 보관한다. 기록은 장관에게 제출한다.
제2조 기록을 보관하지 않은 자에게는 3천만원 이하의 과태료를 부과한다.
제3조 장관은 매년 봄 국회에 보고한다.
""",
    f"{REGISTER}.txt": "title: Register of laboratories\ndate: 2025-06\ntype: register\n\nThe register names them:\n"
    + "".join(f"- laboratory number {number} in the town of {town}\n" for number, town in enumerate(TOWNS, start=1)),
    f"{NOTES}.txt": """title: Notes from a seminar
issuer: A listener
type: memo

A speaker doubted that semiconductor funds help small makers of quantum sensors.
Another said <b>“nobody has counted”</b> the visas & the students.
“Nobody   has counted” was said a second time, in the U.S. session. The end came soon.
""",
}  # fmt: skip


def make_word_model(folder: Path) -> Path:
    """Save a sentence-transformers model of 64-dimensional word vectors, and return its folder."""
    import numpy as np
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    from ingest.bundled import bundled_folder

    tokenizer = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    vectors = np.random.default_rng(20230818).standard_normal((tokenizer.get_vocab_size(), 64), dtype=np.float32)
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=vectors)]).save(str(folder))
    return folder


def write_small_corpus(folder: Path) -> Path:
    """Write the small corpus, and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def small_settings(home: Path, model: Path) -> Settings:
    """Return settings for an index of the small corpus."""
    return Settings.load(home=home, embedding=str(model), passage_tokens=TOKENS)


def ingest_into(home: Path, model: Path, *roots: Path) -> Settings:
    """Ingest source roots with the small model, and return the settings that open the index."""
    settings = small_settings(home, model)
    report = ingest(home, roots, SentenceTransformerEmbedder(str(model)), TOKENS, 10_000_000)
    assert not report.failed
    return settings


def quote_of(pipeline: Pipeline, doc_id: str, paragraph: int, start: int, end: int) -> str:
    """Return what stands at a place, read from the documents."""
    document: Document = pipeline.document(doc_id)
    return document.paragraph(paragraph).text[start:end]
