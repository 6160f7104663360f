"""What checking a claim gives: verdict, parts, quotations, citations with their stance. The shapes of `--json`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from app.quotations import Verbatim
from app.results import Citation, Coverage

Verdict = Literal["supported", "contradicted", "not_in_sources"]
Stance = Literal["supports", "contradicts", "closest"]
DifferenceKind = Literal["number", "date", "actor", "negation", "quantifier", "modality", "quote"]

VERDICTS: Final[tuple[Verdict, ...]] = ("supported", "contradicted", "not_in_sources")

# What stands for the source's side of a difference that only an original could decide, where a digest is held.
CANNOT_CHECK: Final = "cannot_check"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which a claim and a source's sentence differ.

    Attributes:
        kind: `negation` also stands for opposites ("rise", "fall"), `actor` for who does what to whom.
        claimed: the claim's words; empty where it leaves out what the source has.
        source: the source's words; empty where it has none; `CANNOT_CHECK` where only an original could tell.
    """

    kind: DifferenceKind
    claimed: str
    source: str


@dataclass(frozen=True, slots=True)
class ClaimCitation(Citation):
    """A citation that says which way its sentence speaks."""

    stance: Stance = "closest"


@dataclass(frozen=True, slots=True)
class PartCheck:
    """One part of a claim, checked.

    Attributes:
        text: a stretch of the claim that says one thing.
        confidence: that the verdict is right, 0 to 1, calibrated.
        citations: numbers of the citations that decide it, supporting and contradicting; none where the verdict is
            `not_in_sources`.
        closest: number of the citation that comes nearest without deciding; None where nothing is near, and where
            something decides.
        differences: from the sentence that contradicts, or comes closest.
    """

    text: str
    verdict: Verdict
    confidence: float
    citations: tuple[int, ...]
    closest: int | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class QuoteCheck:
    """Words in quotation marks, looked up; see `app.quotations.Looked`.

    Attributes:
        citation: number of the citation of where it stands, or of the closest words.
        elsewhere: whether it stands there letter by letter, though another document was named.
        differing: pairs of quoted words and the source's; not printed with `--json`, where they are a part's
            differences of kind `quote`.
    """

    quote: str
    verbatim: Verbatim
    similarity: float
    citation: int | None
    elsewhere: bool = False
    differing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one claim.

    Attributes:
        confidence: that the verdict is right, 0 to 1, calibrated.
        parts: never empty.
        notice: what the person should know: what was searched, that `not_in_sources` does not mean false,
            superseded documents, sources that disagree.
        coverage: what was searched; said in `notice`.
        language: of the claim, as a code.
        prompts: versions of the prompts used, by name; empty without a chat model.
    """

    claim: str
    verdict: Verdict
    confidence: float
    parts: tuple[PartCheck, ...]
    quotes: tuple[QuoteCheck, ...]
    citations: tuple[ClaimCitation, ...]
    notice: str
    coverage: Coverage
    language: str
    settings_digest: str
    generation: str
    timings_ms: dict[str, float] = field(default_factory=dict)
    prompts: dict[str, str] = field(default_factory=dict)

    def citation(self, n: int) -> ClaimCitation:
        """Return a citation by its number."""
        return next(one for one in self.citations if one.n == n)

    def to_json(self) -> dict[str, Any]:
        """Return the object that `sangho check --json` prints."""
        shown = asdict(self)
        for name in ("coverage", "language", "prompts"):
            del shown[name]
        for citation in shown["citations"]:
            del citation["note"]  # of the document; `notice` says what must be known
        for quote in shown["quotes"]:
            del quote["elsewhere"], quote["differing"]
        return shown


@dataclass(frozen=True, slots=True)
class Searchable:
    """Which documents count as evidence.

    Attributes:
        types: document types that count; empty: all.
        doc_ids: documents that count besides those types; empty: all.
        without: documents that never count.
        year: of the text that a claim stands in, YYYY, for "this year's statement"; empty where it is not known.
    """

    types: tuple[str, ...] = ()
    doc_ids: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    year: str = ""

    def keeps(self, doc_id: str, kind: str) -> bool:
        """Whether a document counts, by its `doc_id` and type."""
        if doc_id in self.without:
            return False
        return not (self.types or self.doc_ids) or kind in self.types or doc_id in self.doc_ids


ALL: Final = Searchable()
