"""Which sentence leads, by its own paragraph and others'."""

from __future__ import annotations

import pytest

from app.claims.judge import EvidenceSentence
from app.claims.leads import LEAD, clear_leads
from app.results import Place


def scored(paragraph: int, score: float, doc_id: str = "doc") -> EvidenceSentence:
    return EvidenceSentence(Place(doc_id, paragraph, 0, 4), "Text", "Text", "", "", "original", score=score)


@pytest.mark.parametrize(
    ("evidence", "leads"),
    [
        ([], ()),
        ([scored(1, 9.0)], (False,)),
        ([scored(1, 9.0), scored(1, 1.0)], (False, False)),
        ([scored(1, LEAD), scored(2, 0.0)], (True, False)),
        ([scored(1, LEAD - 0.01), scored(2, 0.0)], (False, False)),
        ([scored(1, 5.0), scored(1, 4.0), scored(2, 1.0)], (True, True, False)),
        ([scored(1, 5.0), scored(1, 1.5), scored(2, 1.0)], (True, False, False)),
        ([scored(2, 1.0), scored(1, 5.0)], (False, True)),
        ([scored(1, 5.0), scored(1, 1.0, "other")], (True, False)),
    ],
)
def test_a_sentence_leads_those_of_other_paragraphs(evidence: list[EvidenceSentence], leads: tuple[bool, ...]) -> None:
    assert clear_leads(evidence) == leads


def test_a_lead_can_be_asked_for() -> None:
    evidence = [scored(1, 5.0), scored(2, 2.0)]
    assert clear_leads(evidence, lead=3.0) == (True, False)
    assert clear_leads(evidence, lead=3.1) == (False, False)
