"""`--set`: every setting that can change a result, and the stage that is measured; anything else is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput, SettingsError
from app.retrieve import RANKINGS
from app.settings import Settings
from eval.running.settable import RANKING, SETTABLE, choose

SETTINGS = Settings.load(home=Path("somewhere"), port=1234, depth=30)


def test_every_setting_that_can_change_a_result_can_be_set() -> None:
    values = {
        "embedding": "folder", "passage_tokens": "64", "depth": "7", "llm": "openai:x", "llm_url": "http://h:1/v1",
        "judge": "chat",
    }  # fmt: skip
    assert set(values) == set(SETTABLE)
    for name in SETTABLE:
        pairs = [f"{name}={values[name]}"] + (["llm=openai:x"] if name == "judge" else [])
        chosen = choose(SETTINGS, pairs)
        assert str(getattr(chosen.settings, name)) == values[name]
        assert chosen.settings.digest != SETTINGS.digest
        assert str(chosen.shown[name]) == values[name]


def test_what_is_not_set_stays() -> None:
    chosen = choose(SETTINGS, ["SANGHO_PASSAGE_TOKENS = 64"])
    assert (chosen.settings.home, chosen.settings.port, chosen.settings.depth) == (Path("somewhere"), 1234, 30)
    assert chosen.settings.passage_tokens == 64
    assert choose(SETTINGS, []).settings is SETTINGS
    assert choose(SETTINGS, ["depth=9", "depth=8"]).settings.depth == 8
    with_model = Settings.load(llm="openai:x", llm_key="secret-key")
    assert choose(with_model, ["depth=8"]).settings.llm_key.get_secret_value() == "secret-key"
    assert choose(with_model, ["llm="]).settings.llm == ""


def test_an_index_is_made_anew_only_where_it_may_be_another() -> None:
    assert [choose(SETTINGS, [pair]).reindexes for pair in ("embedding=x", "passage_tokens=64", "depth=8")] == [
        True, True, False,
    ]  # fmt: skip
    assert not choose(SETTINGS, [f"{RANKING}=bm25"]).reindexes


def test_the_stage_that_is_measured() -> None:
    assert choose(SETTINGS, []).ranking == "reranked"
    for stage in RANKINGS:
        chosen = choose(SETTINGS, [f"ranking={stage}"])
        assert chosen.ranking == stage
        assert chosen.settings.digest == SETTINGS.digest
    with pytest.raises(BadInput, match=r"no ranking called 'best'.*bm25, dense, rrf, fused, reranked"):
        choose(SETTINGS, ["ranking=best"])


@pytest.mark.parametrize(
    "pair", ["depth", "", "=3", "home=/tmp", "port=1", "llm_key=x", "chroma=http://h:1", "dpeth=3"]
)
def test_what_cannot_be_set_is_refused(pair: str) -> None:
    with pytest.raises(BadInput, match=r"sets nothing.*passage_tokens"):
        choose(SETTINGS, [pair])


@pytest.mark.parametrize("pair", ["depth=0", "depth=many", "passage_tokens=1", "judge=chat"])
def test_values_that_are_not_usable_are_refused(pair: str) -> None:
    with pytest.raises(SettingsError, match=f"SANGHO_{pair.split('=')[0].upper()}"):
        choose(SETTINGS, [pair])


def test_no_secret_is_shown() -> None:
    settings = Settings.load(llm="openai:x", llm_key="secret-key", llm_url="https://me:secret@host:8/v1")
    shown = str(choose(settings, []).shown)
    assert "secret" not in shown
    assert "https://host:8/v1" in shown


@given(st.text())
def test_any_text_is_refused_or_set_as_it_is(pair: str) -> None:
    name = pair.partition("=")[0].strip().lower().removeprefix("sangho_")
    if name not in (*SETTABLE, RANKING) or "=" not in pair:
        with pytest.raises(BadInput, match="sets nothing"):
            choose(SETTINGS, [pair])


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"])))
def test_any_value_is_taken_as_text(value: str) -> None:
    assert choose(SETTINGS, [f"embedding={value}"]).settings.embedding == value.strip()
