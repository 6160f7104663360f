"""Downloads: what is saved of an answer, and that a click can name nothing else."""

from __future__ import annotations

import base64
import io

import docx
import pytest

from app.labels import ENGLISH, KOREAN
from app.ui.downloads import KINDS, download
from tests.window_fakes import HOSTILE, INVEST, absent, answered, hostile

TODAY = "2026-01-31"


def saved(kind: str, question: str = "How much?") -> bytes:
    made = download(answered(question), kind, TODAY)
    assert made is not None
    return base64.b64decode(made["data"])


def test_every_form_that_is_offered_can_be_made() -> None:
    assert set(ENGLISH.forms) == set(KOREAN.forms) == set(KINDS)
    assert len({kind.name for kind in KINDS.values()}) == len(KINDS)


@pytest.mark.parametrize("kind", ["markdown", "chicago", "ris", "bibtex"])
def test_texts_name_the_cited_document_and_paragraph(kind: str) -> None:
    text = saved(kind).decode()
    assert "Real Reciprocity" in text
    assert "8" in text
    assert ("2026-01-31" in text or "2026/01/31" in text or "January 31, 2026" in text) == (kind != "markdown")


def test_a_word_file_holds_the_answer() -> None:
    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(saved("docx"))).paragraphs)
    assert f"“{INVEST}”" in text
    assert "Sangho’s summary of ¶12" in text


@pytest.mark.parametrize("kind", list(KINDS))
def test_hostile_text_and_an_abstention_make_files_too(kind: str) -> None:
    for answer in (hostile(HOSTILE), absent("What?"), hostile("\ud800 half a character")):
        assert download(answer, kind, TODAY) is not None


@pytest.mark.parametrize("kind", [None, 3, "", "exe", "__class__", ["docx"], {}])
def test_what_names_no_form_saves_nothing(kind: object) -> None:
    assert download(answered("How much?"), kind, TODAY) is None
