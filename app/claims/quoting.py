"""The quotations in a claim: looked up, cited, and how much of a part they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Final

from app.claims.judge import ClaimPart, EvidenceSentence
from app.claims.numbering import Numbering
from app.claims.results import Difference, QuoteCheck, Stance
from app.quotations import Looked, QuotationLookup, quotations_in
from ingest.documents import Document
from ingest.lexical import analyse

_REST: Final = 0.34  # of a part's terms may stand outside the quotation and the names of its document
_MOST_DIFFERING: Final = 8
# Words that only say that something is said.
_SAYING: Final = frozenset(
    analyse(
        "says said states stated statement document text declares declared commits commit committed pledges pledged "
        "agree agreed promise promised vows argues argued notes noted calls called stresses stressed affirms reads "
        "both sides countries leaders nations two joint according wrote writes"
    )
)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation of a claim, and what became of it."""

    looked: Looked

    def check(self, numbering: Numbering) -> QuoteCheck:
        """Return the quotation as it is shown, its place cited."""
        looked = self.looked
        stance: Stance = "supports" if looked.verbatim == "yes" else "closest"
        return QuoteCheck(
            quote=looked.quote,
            verbatim=looked.verbatim,
            similarity=round(looked.similarity, 4),
            citation=numbering.cite(looked.place, stance) if looked.place else None,
            elsewhere=looked.elsewhere,
            differing=looked.differing,
        )

    def differences(self, part: ClaimPart) -> list[Difference]:
        """Return how a quotation that a part holds differs from the closest words; none if it holds it not."""
        if self.looked.verbatim != "no" or self.looked.quote not in part.text:
            return []
        return [Difference("quote", ours, theirs) for ours, theirs in self.looked.differing[:_MOST_DIFFERING]]

    def is_in(self, sentence: EvidenceSentence) -> bool:
        """Whether the quotation begins in a sentence, letter by letter."""
        place, own = self.looked.place, sentence.place
        same = place is not None and (place.doc_id, place.paragraph) == (own.doc_id, own.paragraph)
        return self.looked.verbatim == "yes" and same and place is not None and own.start <= place.start < own.end

    def is_all_of(self, part: ClaimPart, documents: Mapping[str, Document]) -> bool:
        """Whether a part says hardly more than that a document has these words, and it has them."""
        place = self.looked.place
        if self.looked.verbatim != "yes" or place is None or self.looked.quote not in part.text:
            return False
        document = documents[place.doc_id]
        named = frozenset(analyse(" ".join((document.title, document.issuer, document.date, *document.aliases))))
        terms = frozenset(analyse(part.text))
        rest = frozenset(analyse(part.text.replace(self.looked.quote, " "))) - named - _SAYING
        return len(rest) <= _REST * len(terms)


def look_up_quotations(
    claim: str, named: Iterable[str], lookup: QuotationLookup, without: Set[str]
) -> tuple[Quoted, ...]:
    """Look up every quotation of a claim, in order.

    Args:
        claim: one sentence, or a few.
        named: the documents that the claim is attributed to.
        lookup: the originals.
        without: documents that are not looked in.
    """
    said = tuple(named)
    return tuple(Quoted(lookup.look_up(quotation.words, said, without)) for quotation in quotations_in(claim))
