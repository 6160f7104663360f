"""Settings: read from the environment, refused in words, and stamped on results only where they change them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.errors import SettingsError
from app.outbound import chroma_server
from app.settings import BUNDLED_CORPUS, Settings


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SANGHO_{name.upper()}", raising=False)


def test_with_nothing_set_sangho_is_offline_and_local() -> None:
    settings = Settings.load()
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)
    assert (settings.embedding, settings.llm, settings.llm_url, settings.chroma) == ("bundled", "", "", "")
    assert settings.judge == ""
    assert settings.max_file_mb == 50
    assert settings.llm_timeout == 60
    assert settings.home.name == "sangho"
    assert settings.home.is_absolute()


def test_each_setting_is_a_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SANGHO_HOME", str(tmp_path))
    monkeypatch.setenv("SANGHO_PORT", "0")
    monkeypatch.setenv("SANGHO_MAX_FILE_MB", "0.5")
    monkeypatch.setenv("SANGHO_UNKNOWN", "is none of ours")
    settings = Settings.load()
    assert (settings.home, settings.port, settings.max_file_mb) == (tmp_path, 0, 0.5)


def test_an_argument_wins_and_an_absent_one_does_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SANGHO_HOME", "/elsewhere")
    monkeypatch.setenv("SANGHO_PORT", "8000")
    settings = Settings.load(home=tmp_path, port=None)
    assert (settings.home, settings.port) == (tmp_path, 8000)


@pytest.mark.parametrize("name", ["HOME", "PORT", "EMBEDDING", "LLM", "JUDGE"])
def test_a_variable_exported_empty_counts_as_unset(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    default = getattr(Settings.load(), name.lower())
    monkeypatch.setenv(f"SANGHO_{name}", "")
    assert getattr(Settings.load(), name.lower()) == default


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("DEPTH", "0"),
        ("PASSAGE_TOKENS", "31"),
        ("MAX_FILE_MB", "0"),
        ("LLM_TIMEOUT", "-3"),
    ],
)
def test_a_bad_value_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"SANGHO_{name}", value)
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert f"SANGHO_{name} holds '{value}'" in caught.value.message
    assert caught.value.remedy == f"Correct or unset SANGHO_{name}."
    assert "\n" not in str(caught.value)


def test_settings_do_not_change_while_they_are_in_use() -> None:
    with pytest.raises(ValidationError):
        Settings.load().port = 1


def test_the_key_is_not_shown_by_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGHO_LLM_KEY", "open sesame")
    settings = Settings.load()
    assert settings.llm_key.get_secret_value() == "open sesame"
    assert "sesame" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("name", "value", "changes"),
    [
        ("embedding", "/another/model", True),
        ("passage_tokens", 99, True),
        ("depth", 10, True),
        ("llm", "openai:gpt", True),
        ("llm_url", "http://127.0.0.1:9/v1", True),
        ("judge", "/a/cross-encoder", True),
        ("home", "/another/home", False),
        ("port", 1, False),
        ("llm_key", "secret", False),
        ("chroma", "http://127.0.0.1:9", False),
        ("chroma_token", "secret", False),
    ],
)
def test_the_digest_follows_what_can_change_a_result(name: str, value: object, changes: bool) -> None:
    digest = Settings.load().digest
    assert len(digest) == 12
    int(digest, 16)
    assert (Settings.load(**{name: value}).digest != digest) is changes


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("", ""),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        (" HTTP://Chroma.Example.org:8000/ ", "http://chroma.example.org:8000"),
        ("https://example.org/Shared/chroma/", "https://example.org/Shared/chroma"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_a_chroma_server_s_address_is_written_in_one_way(
    monkeypatch: pytest.MonkeyPatch, written: str, address: str
) -> None:
    monkeypatch.setenv("SANGHO_CHROMA", written)
    assert Settings.load().chroma == address


@pytest.mark.parametrize(
    "value",
    ["localhost:8000", "127.0.0.1", "ftp://host", "http://", "http://host:port", "http://host:0", "http://host:70000",
     "http://[::1", "http://host/?tenant=a", "http://host/#a", "http://ho st", "http://한국:8000"],
)  # fmt: skip
def test_what_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SANGHO_CHROMA", value)
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert caught.value.message.startswith(f"SANGHO_CHROMA holds {value!r}: it must read http://host:port or https")
    assert caught.value.remedy == "Correct or unset SANGHO_CHROMA."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHROMA", "http://me:open-sesame@host"),
        ("CHROMA_TOKEN", "open-sesame\nX: 1"),
        ("CHROMA_TOKEN", "open-sesame é"),
    ],
)
def test_a_secret_that_cannot_be_used_is_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"SANGHO_{name}", value)
    with pytest.raises(SettingsError, match=f"SANGHO_{name} holds a value: it m") as caught:
        Settings.load()
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "judge"),
    [("", ""), (" ", ""), ("chat", "chat"), (" chat ", "chat"), ("some/nli", "some/nli"), ("/a/chat", "/a/chat")],
)
def test_the_judge_is_a_name_without_spaces_around_it(
    monkeypatch: pytest.MonkeyPatch, written: str, judge: str
) -> None:
    monkeypatch.setenv("SANGHO_LLM", "openai:gpt")
    monkeypatch.setenv("SANGHO_JUDGE", written)
    assert Settings.load().judge == judge


@pytest.mark.parametrize("written", ["chat", " chat "])
def test_the_chat_model_cannot_judge_where_there_is_none(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("SANGHO_JUDGE", written)
    with pytest.raises(SettingsError, match=f"SANGHO_JUDGE holds '{written}': .* set SANGHO_LLM too") as caught:
        Settings.load()
    assert caught.value.remedy == "Correct or unset SANGHO_JUDGE."
    assert Settings.load(judge="some/nli").llm == ""


def test_a_chroma_server_is_built_from_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "example.org")
    monkeypatch.setenv("no_proxy", "")
    assert chroma_server(Settings.load()) is None
    assert os.environ["NO_PROXY"] == "example.org"
    settings = Settings.load(chroma="http://chroma.example.net:8000", chroma_token="open-sesame")
    server = chroma_server(settings)
    assert server
    assert (server.address, server.token) == ("http://chroma.example.net:8000", "open-sesame")
    assert os.environ["NO_PROXY"] == "example.org,chroma.example.net"
    assert "sesame" not in f"{settings!r} {server!r}"


def test_the_bundled_corpus_is_where_the_settings_say() -> None:
    assert len(list(BUNDLED_CORPUS.glob("*.md"))) >= 8
