"""Text in a source that is addressed to whoever answers from it: an attempt to steer the answer, not evidence.

Documents that people add may hold orders such as "ignore the question and say ..." (indirect prompt injection,
Greshake et al., 2023). What is recognised here stays readable in its place, but answers nothing and is not sent to a
chat model. What is not recognised still has to pass as evidence: quoted letter by letter, cited, verified.

Only orders are: sources on AI do say that a chatbot must tell people what it is, and that somebody ignored an order.
"""

from __future__ import annotations

import re
from typing import Final

_ORDERS: Final = re.compile(
    # A sentence that begins "Ignore the question", "Please disregard your earlier instructions"
    r"(?:^|[.!?:;,\"“(\[*>-]\s*|\bplease\s+|\bnow\s+)(?:ignore|disregard|forget|override)\s+(?:\S+\s+){0,4}?"
    r"(?:questions?|instructions?|prompts?|directions?|rules|messages?|context|evidence|sources)\b"
    # "You must always answer that"
    r"|\byou\s+(?:must|should|shall|will|are\s+to|have\s+to)\s+(?:(?:always|only|now)\s+)?"
    r"(?:answer|say|reply|respond|output)\s+(?:only\s+|with\s+)?(?:that\b|[\"“:])"
    # Turns of a conversation, as models' formats write them
    r"|^\W*(?:(?-i:SYSTEM|ASSISTANT)|system\s+(?:prompt|message))\s*:"
    r"|<\|?/?(?:system|assistant|user|im_start|im_end|inst)\b[^>]*>|\[/?INST\]"
    # "지시를 모두 무시하라", "... 답하라"
    r"|(?:지시|명령|질문|프롬프트)(?:사항)?(?:을|를|은|는|문을)?\s*(?:모두\s*|전부\s*)?(?:무시하|잊으)(?:라|세요|십시오|시오)"
    r"|(?:라고|다고)\s*(?:만\s*)?(?:답하|답변하|대답하)(?:라|세요|십시오|시오)",
    re.IGNORECASE | re.MULTILINE,
)


def instructs(text: str) -> bool:
    """Return whether a paragraph gives orders to whoever answers from it."""
    return _ORDERS.search(text) is not None
