"""Sentences as people paste them into a check: a source's own, and a digest's, with the paragraphs they are from.

The claims of the sets share few words with their sources, as analysts write; from them alone nobody learns that a
sentence which shares nearly all of them says the same.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from eval.datasets import Claim
from ingest.documents import Document
from ingest.passages import sentences_of

LEAST_LETTERS: Final = 45  # shorter sentences are headings and items of lists
MOST_LETTERS: Final = 320
_ENDS: Final = (".", "다", "”")


def pasted_claims(
    documents: Iterable[Document], doc_ids: Collection[str], per_document: int, seed: int = 0
) -> Iterator[Claim]:
    """Yield sentences of documents as supported claims, at random but the same for the same seed.

    Args:
        documents: originals or digests; only those whose `doc_id` is asked for count.
        doc_ids: of the documents that may be used.
        per_document: how many of each at most.
        seed: of the drawing.
    """
    for document in documents:
        if document.doc_id not in doc_ids:
            continue
        whole = [
            one
            for one in sentences_of(document)
            if LEAST_LETTERS <= len(one.text) <= MOST_LETTERS and one.text.rstrip().endswith(_ENDS)
        ]
        drawn = random.Random(f"{seed} {document.doc_id}").sample(whole, min(per_document, len(whole)))  # noqa: S311
        for one in drawn:
            yield Claim(
                id=f"{document.edition}:{document.doc_id}:{one.paragraph}:{one.start}",
                claim=" ".join(one.text.split()),
                verdict="supported",
                language=document.language,
                kind="near_verbatim",
                evidence=frozenset(((document.doc_id, one.paragraph),)),
            )
