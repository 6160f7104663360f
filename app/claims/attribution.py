"""Who is said to say it: the frame of a claim ("according to the 2023 statement"), and the documents it names.

Only a frame that says who says it counts. "The 2021 statement was signed by X" speaks of a document, and any
document may decide it. Where a frame does not tell which document is meant, none is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.claims.frames import frames
from app.claims.naming import SourceNames, resolve
from app.query import Understood


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who is said to say something: `claim[start:end] == words`.

    Attributes:
        words: the frame's words that name the source, "the 2023 statement".
        doc_ids: the documents meant, in the order they were given: one, or all that the words fit; never empty.
    """

    words: str
    doc_ids: tuple[str, ...]
    start: int
    end: int


def attributed(
    claim: str, names: SourceNames, understand: Callable[[str], Understood], year: str = ""
) -> Attribution | None:
    """Return who a claim says it is from, or None: nobody, or nobody who can be told among the documents.

    Args:
        claim: one sentence.
        names: what the documents are called.
        understand: reads a phrase as a question is read (`Answerer.understand`).
        year: of the text that the claim stands in, YYYY; "this year's statement" is of that year, and documents of
            later years are not meant by it. Empty where it is not known.
    """
    for name, start in frames(claim):
        if doc_ids := resolve(name, names, understand, year):
            return Attribution(name, doc_ids, start, start + len(name))
    return None
