"""Bodies by kind, whatever they are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.claims.bodies import BODIES_FILE, read_bodies


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("", []),
        ("the Pentagon", [("department", "Defense Department")]),
        ("the Secretary of Commerce", [("department", "Commerce Department")]),
        ("the Department of the Treasury", [("department", "Treasury")]),
        ("카카오가 발표했다", [("company", "Kakao")]),
        ("the Vice President", [("office", "vice president")]),
        ("the National Science Foundation and NASA", [("agency", "NSF"), ("agency", "NASA")]),
        ("summit in 2021, Fordham and metals", []),
        ("MITRE", []),
    ],
)
def test_bodies_are_known_by_any_of_their_names(text: str, bodies: list[tuple[str, str]]) -> None:
    assert [(body.kind, body.name) for body in read_bodies(text)] == bodies


@given(st.text(alphabet="MITNASA of the Pentagon카오. ", max_size=40))
def test_any_text_is_read_with_spans_of_its_own_that_do_not_overlap(text: str) -> None:
    end = 0
    for body in read_bodies(text):
        assert end <= body.span[0] < body.span[1] <= len(text)
        end = body.span[1]


def test_no_name_stands_twice_under_one_kind() -> None:
    rows = [line.split("\t") for line in BODIES_FILE.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    assert {len(row) for row in rows} == {3}
    assert len({tuple(row[:2]) for row in rows}) == len(rows)
