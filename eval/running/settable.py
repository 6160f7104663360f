"""Read `--set name=value`: the settings that can change a result, and the stage whose ranking is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from app.errors import BadInput
from app.retrieve import RANKINGS, RankBy
from app.settings import Settings

WHOLE: Final[RankBy] = "reranked"  # what users get
RANKING: Final = "ranking"
_INDEX: Final = frozenset({"embedding", "passage_tokens"})
SETTABLE: Final = ("embedding", "passage_tokens", "depth", "llm", "llm_url", "judge")  # what `Settings.digest` is over


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a run is made with.

    Attributes:
        settings: of the person, with what `--set` changed.
        ranking: the stage whose ranking is measured.
        reindexes: whether the home's documents may have to be indexed anew for it.
    """

    settings: Settings
    ranking: RankBy
    reindexes: bool = False

    @property
    def shown(self) -> dict[str, str | int]:
        """The settings that can change a result, by name; an address without a name or password in it."""
        values = {name: getattr(self.settings, name) for name in SETTABLE}
        return values | {"llm_url": _without_login(self.settings.llm_url)}


def choose(settings: Settings, pairs: Sequence[str]) -> Chosen:
    """Return settings as `--set` changes them.

    Args:
        settings: of the person.
        pairs: each `name=value`; a value may be empty. The last one of a name counts.

    Raises:
        BadInput: a pair is none, or names what cannot be set; says what can be.
        SettingsError: a value is not usable.
    """
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name = name.strip().lower().removeprefix("sangho_")
        if not equals or name not in (*SETTABLE, RANKING):
            can = ", ".join((*SETTABLE, RANKING))
            raise BadInput(f"{pair!r} sets nothing that a run knows.", f"Write name=value, with one of {can}.")
        values[name] = value.strip()
    ranking = _stage(values.pop(RANKING, WHOLE))
    if not values:
        return Chosen(settings, ranking)
    # What is set already is given anew, not read from the environment anew: `--home` must stay.
    kept = {name: getattr(settings, name) for name in Settings.model_fields if name not in values}
    return Chosen(Settings.load(**kept, **values), ranking, reindexes=bool(values.keys() & _INDEX))


def _stage(name: str) -> RankBy:
    for stage in RANKINGS:
        if stage == name:
            return stage
    raise BadInput(f"There is no ranking called {name!r}.", f"Name one of {', '.join(RANKINGS)}.")


def _without_login(address: str) -> str:
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if "@" in parts.netloc else address
