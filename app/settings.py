"""Settings: read once from `SANGHO_*` variables, then passed as an argument."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import SettingsError
from app.outbound import address_of

CHAT_JUDGE, OFFLINE_JUDGE = "chat", "offline"  # values of SANGHO_JUDGE besides the name of a model
BUNDLED_CORPUS = Path(__file__).resolve().parent.parent / "corpus"


class Settings(BaseSettings):
    """Everything a person can set; each field is the variable `SANGHO_` plus its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="SANGHO_", env_ignore_empty=True, frozen=True, extra="ignore")

    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("sangho", appauthor=False)),
        description="folder of the index and its cache",
    )
    host: str = Field(default="127.0.0.1", description="address the window binds to; off loopback only without a login")
    port: int = Field(default=7860, ge=0, le=65535, description="port of the window; 0 takes a free one")
    embedding: str = Field(default="bundled", description="'bundled', a model folder, or a hub name")
    max_file_mb: float = Field(default=50.0, gt=0, description="larger files are not read, in megabytes")
    passage_tokens: int = Field(default=160, ge=32, description="longest passage with context, in word pieces")
    depth: int = Field(default=50, ge=1, description="how many passages each ranking contributes")
    llm: str = Field(default="", description="chat model as provider:model; empty means extractive answers")
    llm_url: str = Field(default="", description="address of an OpenAI-compatible server")
    llm_key: SecretStr = Field(default=SecretStr(""), description="key for that server")
    llm_timeout: float = Field(default=60.0, gt=0, description="time limit of one generated answer, in seconds")
    judge: str = Field(
        default="",
        description="what judges claims: 'offline', 'chat', or a model's folder or hub name; empty for the chat model "
        "where one is set, and offline where none is",
    )
    chroma: str = Field(default="", description="address of a Chroma server; empty keeps the vectors in the home")
    chroma_token: SecretStr = Field(default=SecretStr(""), description="token for that server")

    fetch_allow: str = Field(
        default="", description="addresses or networks, with commas, that 'fetch' may connect to beyond public ones"
    )

    @field_validator("fetch_allow")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in filter(None, map(str.strip, value.split(","))):
            ipaddress.ip_network(part)  # its error says what is wrong
        return value

    @field_validator("judge")
    @classmethod
    def _has_a_chat_model(cls, value: str, info: ValidationInfo) -> str:
        if value.strip() == CHAT_JUDGE and not info.data.get("llm"):
            raise ValueError("the chat model that it names is not set: set SANGHO_LLM too")
        return value.strip()

    @property
    def judged_by(self) -> str:
        """Return what judges claims: `CHAT_JUDGE`, `OFFLINE_JUDGE`, or a model's folder or hub name."""
        return self.judge or (CHAT_JUDGE if self.llm else OFFLINE_JUDGE)

    @field_validator("chroma")
    @classmethod
    def _address(cls, value: str) -> str:
        address = address_of(value)
        if value.strip() and not address:
            raise ValueError("it must read http://host:port or https://host:port, without a name or password")
        return address

    @field_validator("chroma_token")
    @classmethod
    def _header(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[!-~]*", value.get_secret_value()):
            raise ValueError("it may have only ASCII letters, digits and punctuation")
        return value

    @classmethod
    def load(cls, **overrides: object) -> Settings:
        """Read the settings from the environment; `overrides` win.

        Raises:
            SettingsError: a value is not usable; names the variable and what it holds.
        """
        try:
            return cls(**{k: v for k, v in overrides.items() if v is not None})  # type: ignore[arg-type]
        except ValidationError as error:
            first = error.errors()[0]
            name = "SANGHO_" + str(first["loc"][0]).upper()
            secret = name.endswith(("_TOKEN", "_KEY")) or "@" in str(first["input"])  # user:password@host
            held = "a value" if secret else f"{first['input']!r}"
            message = f"{name} holds {held}: {first['msg'].removeprefix('Value error, ')}."
            raise SettingsError(message, f"Correct or unset {name}.") from error

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits over the settings that can change a result (not paths, ports or keys)."""
        shown = {
            "embedding": self.embedding,
            "passage_tokens": self.passage_tokens,
            "depth": self.depth,
            "llm": self.llm,
            "llm_url": self.llm_url,
            "judge": self.judge,
        }
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:12]
