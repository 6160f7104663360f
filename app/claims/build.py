"""Build the judges that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.claims.check import Judges
from app.claims.judge import Judge
from app.claims.offline import JudgeWeights, OfflineJudge
from app.query import Understood
from app.settings import CHAT_JUDGE, OFFLINE_JUDGE

if TYPE_CHECKING:
    from app.llm import ChatModel
    from ingest.generation import Generation


def judges(
    named: str,
    generation: Generation,
    understand: Callable[[str], Understood],
    chat: ChatModel | None,
    stays_here: Callable[[str], bool],
) -> Judges:
    """Return what judges claims over a generation.

    Args:
        named: `Settings.judged_by`.
        generation: its words' rarity counts.
        understand: reads a claim as it reads a question.
        chat: the chat model, where one is set.
        stays_here: tells by `doc_id` which documents are marked local-only.
    """
    offline = OfflineJudge(understand, generation.sentence_lexical.idf, JudgeWeights.load())
    first: Judge = offline
    prompts: dict[str, str] = {}
    if named == CHAT_JUDGE and chat is not None:
        from app.claims.chat_judge import ChatJudge

        first = asked = ChatJudge(chat, offline, stays_here)
        prompts = {name: str(version) for name, version in asked.prompts.items()}
    elif named not in (CHAT_JUDGE, OFFLINE_JUDGE):
        from app.claims.cross_encoder import CrossEncoderJudge

        first = CrossEncoderJudge(named)
    return Judges(first, offline, prompts)
