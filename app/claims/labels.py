"""The words that stand around a checked claim and an audit, in English and Korean.

They say how a text and its sources differ, and never judge whoever wrote it. Every verdict has a symbol, so that colour
never stands alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from app.audit.results import SentenceKind
from app.claims.results import CANNOT_CHECK, Check, Difference, DifferenceKind, QuoteCheck, Stance, Verdict
from app.labels import ENGLISH, KOREAN, Labels
from app.quotations import Verbatim
from app.render import place
from app.results import Citation, Coverage

Column = Literal[
    "claim", "verdict", "confidence", "parts", "differences", "quotations", "title", "date", "paragraph", "quote",
    "url", "stance", "notice",
]  # fmt: skip

SYMBOLS: Final[Mapping[Verdict, str]] = MappingProxyType({"supported": "✓", "contradicted": "✕", "not_in_sources": "○"})
QUOTE_SYMBOLS: Final[Mapping[Verbatim, str]] = MappingProxyType({"yes": "≡", "no": "≠", "cannot_check": "?"})
FAILED_SYMBOL: Final = "△"
_HIGH: Final = 0.85
_MODERATE: Final = 0.65


@dataclass(frozen=True, slots=True)
class ClaimLabels:
    """One language's words for checks and audits; patterns are filled with `str.format`.

    Attributes:
        answers: the same language's words around answers.
        verdicts, stances, kinds, sentence_kinds: what each value is called.
        quotations: what became of a quotation, in a word or two; `quotation` says it with its place.
        columns: of the CSV file.
        levels: words for high, moderate and low confidence.
        not_false: said wherever a verdict is shown.
    """

    answers: Labels
    verdicts: Mapping[Verdict, str]
    stances: Mapping[Stance, str]
    kinds: Mapping[DifferenceKind, str]
    sentence_kinds: Mapping[SentenceKind, str]
    quotations: Mapping[Verbatim, str]
    columns: Mapping[Column, str]
    levels: tuple[str, str, str]
    not_false: str
    verbatim_at: str
    differs_from: str
    differs: str
    stands_elsewhere: str
    held_as_digest: str
    held_as_digest_only: str
    disagree: str
    may_be_from: str
    its_source: str
    none_claimed: str
    none_in_source: str
    difference_line: str
    confidence_line: str
    checks: str
    audit_of: str
    searched: str
    against: str
    itself: str
    counts: str
    problems: str
    no_problems: str
    text: str
    unmarked: str
    failed: str
    unchecked: str
    evidence: str
    no_evidence: str
    as_written: str
    as_published: str
    source: str
    sentence: str
    how_many: str
    differences: str
    parts: str
    quotes: str
    closest: str
    note: str
    back: str
    click: str
    stamp: str

    @property
    def language(self) -> str:
        """Return the language's code."""
        return self.answers.language

    def confidence(self, value: float) -> str:
        """Say a confidence from 0 to 1 in words and percent: "high (91%)"."""
        level = self.levels[0 if value >= _HIGH else 1 if value >= _MODERATE else 2]
        return f"{level} ({round(100 * value)}%)"

    def quotation(self, quote: QuoteCheck, citation: Citation | None) -> str:
        """Say what became of a quotation, and where; `citation` is the one that it names, or None."""
        if quote.verbatim == "cannot_check":
            return self.held_as_digest
        if citation is None:
            return self.quotations["yes"] if quote.verbatim == "yes" else self.differs
        where = place(citation, self.answers)
        if quote.verbatim == "yes":
            return self.verbatim_at.format(place=where)
        if quote.elsewhere:
            return self.stands_elsewhere.format(title=citation.title or citation.doc_id, place=where)
        return self.differs_from.format(place=where)

    def claimed(self, difference: Difference) -> str:
        """Return the claim's side of a difference, or say that it has none."""
        return difference.claimed or self.none_claimed

    def published(self, difference: Difference) -> str:
        """Return the source's side of a difference, or say why there is none."""
        if difference.source == CANNOT_CHECK:
            return self.held_as_digest
        return difference.source or self.none_in_source

    def difference(self, difference: Difference) -> str:
        """Say a difference in one line, with both sides."""
        return self.difference_line.format(
            kind=self.kinds[difference.kind], claimed=self.claimed(difference), source=self.published(difference)
        )

    def beyond(self, notice: str, coverage: Coverage) -> str:
        """Return a notice without what is said once for all: what was searched, and `not_false`."""
        for said in (self.answers.coverage(coverage), self.not_false):
            notice = notice.replace(said, " ")
        return " ".join(notice.split())


def claim_labels(language: str) -> ClaimLabels:
    """Return the words for a language code; English for a language that has none of its own."""
    return KOREAN_CLAIMS if language == "ko" else ENGLISH_CLAIMS


def symbols(check: Check, kind: SentenceKind = "claim") -> str:
    """Return the symbols of a check: its verdict's, then those of its quotations, each once.

    What is not a claim is checked for its quotations; of its verdict only a contradiction is shown.
    """
    shown = [SYMBOLS[check.verdict]] if kind == "claim" or check.verdict == "contradicted" else []
    found = {quote.verbatim for quote in check.quotes}
    return "".join([*shown, *(symbol for verbatim, symbol in QUOTE_SYMBOLS.items() if verbatim in found)])


ENGLISH_CLAIMS: Final = ClaimLabels(
    answers=ENGLISH,
    verdicts=MappingProxyType(
        {
            "supported": "Supported by the sources",
            "contradicted": "Contradicted by the sources",
            "not_in_sources": "Not in the sources",
        }
    ),
    stances=MappingProxyType(
        {"supports": "supports it", "contradicts": "says otherwise", "closest": "closest, but decides nothing"}
    ),
    kinds=MappingProxyType(
        {
            "number": "number",
            "date": "date",
            "actor": "who",
            "negation": "says the opposite",
            "quantifier": "how many",
            "modality": "how binding",
            "quote": "wording",
        }
    ),
    sentence_kinds=MappingProxyType(
        {"claim": "claim", "opinion": "opinion", "forecast": "forecast", "narration": "narration"}
    ),
    quotations=MappingProxyType(
        {
            "yes": "Quoted word for word",
            "no": "Quotation differs as published",
            "cannot_check": "Quotation that cannot be checked",
        }
    ),
    columns=MappingProxyType(
        {
            "claim": "Claim",
            "verdict": "Verdict",
            "confidence": "Confidence",
            "parts": "Parts",
            "differences": "What differs",
            "quotations": "Quotations",
            "title": "Source",
            "date": "Date",
            "paragraph": "Paragraph",
            "quote": "Words of the source",
            "url": "Address",
            "stance": "What it says to the claim",
            "notice": "Note",
        }
    ),
    levels=("high", "moderate", "low"),
    not_false="Not in the sources does not mean false: it may stand in a document that was not searched.",
    verbatim_at="word for word, {place}",
    differs_from="differs from {place} as published",
    differs="not found as quoted",
    stands_elsewhere="not in the document named; word for word in {title}, {place}",
    held_as_digest="cannot be checked: only Sangho’s summary of it is held",
    held_as_digest_only="Whether it is denied, and how binding it is, only an original can tell; of this document only "
    "Sangho’s summary is held.",
    disagree="The sources disagree: {supports} supports it, {contradicts} says otherwise.",
    may_be_from="It may come from another document: {document}, ¶{paragraph}.",
    its_source="the text",
    none_claimed="(left out)",
    none_in_source="(not in the source)",
    difference_line="{kind}: as written, {claimed}; as published, {source}",
    confidence_line="Confidence: {confidence}",
    checks="Claims checked",
    audit_of="Audit of {document}",
    searched="What was searched",
    against="Only this counts as evidence: {against}",
    itself="Not used as evidence, because it is this text or a summary of it: {itself}",
    counts="How it is marked",
    problems="To look at first",
    no_problems="No sentence is contradicted by the sources, and no quotation differs from them.",
    text="The text",
    unmarked="Not checked, and not marked",
    failed="Could not be checked",
    unchecked="What could not be checked",
    evidence="Evidence",
    no_evidence="Nothing in the sources comes near.",
    as_written="As written",
    as_published="As published",
    source="Source",
    sentence="Sentence",
    how_many="Number",
    differences="What differs",
    parts="Part by part",
    quotes="Quotations",
    closest="Closest",
    note="Note {n}",
    back="Back to the sentence",
    click="Each marked sentence opens its evidence.",
    stamp="Settings {settings}, index {generation}",
)

KOREAN_CLAIMS: Final = ClaimLabels(
    answers=KOREAN,
    verdicts=MappingProxyType(
        {"supported": "자료가 뒷받침함", "contradicted": "자료의 내용과 다름", "not_in_sources": "자료에 없음"}
    ),
    stances=MappingProxyType(
        {"supports": "뒷받침함", "contradicts": "다르게 말함", "closest": "가장 가까우나 판단 근거는 아님"}
    ),
    kinds=MappingProxyType(
        {
            "number": "수치",
            "date": "날짜",
            "actor": "주체",
            "negation": "반대되는 내용",
            "quantifier": "범위",
            "modality": "구속력",
            "quote": "표현",
        }
    ),
    sentence_kinds=MappingProxyType({"claim": "주장", "opinion": "의견", "forecast": "전망", "narration": "서술"}),
    quotations=MappingProxyType(
        {"yes": "글자 그대로 인용", "no": "발표된 문구와 다른 인용", "cannot_check": "확인할 수 없는 인용"}
    ),
    columns=MappingProxyType(
        {
            "claim": "주장",
            "verdict": "판정",
            "confidence": "확신도",
            "parts": "부분별 판정",
            "differences": "다른 점",
            "quotations": "인용",
            "title": "출처",
            "date": "날짜",
            "paragraph": "문단",
            "quote": "출처의 문구",
            "url": "주소",
            "stance": "주장과의 관계",
            "notice": "참고",
        }
    ),
    levels=("높음", "보통", "낮음"),
    not_false="자료에 없다는 것이 거짓이라는 뜻은 아닙니다. 검색하지 않은 문서에 있을 수 있습니다.",
    verbatim_at="글자 그대로 일치, {place}",
    differs_from="발표된 {place}와 다름",
    differs="인용된 그대로는 찾을 수 없음",
    stands_elsewhere="지목된 문서에는 없고 {title}, {place}에 글자 그대로 있음",
    held_as_digest="확인할 수 없음: 상호의 요약만 보유",
    held_as_digest_only="부정 여부와 구속력은 원문으로만 확인할 수 있는데, 이 문서는 상호의 요약만 있습니다.",
    disagree="자료가 서로 다릅니다. {supports}은(는) 이를 뒷받침하고, {contradicts}은(는) 다르게 말합니다.",
    may_be_from="다른 문서에서 온 말일 수 있습니다: {document}, ¶{paragraph}.",
    its_source="글",
    none_claimed="(없음)",
    none_in_source="(출처에 없음)",
    difference_line="{kind}: 글에는 {claimed}, 발표된 문구는 {source}",
    confidence_line="확신도: {confidence}",
    checks="확인한 주장",
    audit_of="검토: {document}",
    searched="검색한 자료",
    against="근거로 삼은 자료: {against}",
    itself="이 글 자체이거나 그 요약이어서 근거에서 제외함: {itself}",
    counts="표시 방법",
    problems="먼저 살펴볼 문장",
    no_problems="자료의 내용과 다른 문장이나 발표된 문구와 다른 인용이 없습니다.",
    text="본문",
    unmarked="확인하지 않고 표시하지 않음",
    failed="확인하지 못함",
    unchecked="확인하지 못한 것",
    evidence="근거",
    no_evidence="자료에 가까운 내용이 없습니다.",
    as_written="글의 표현",
    as_published="발표된 표현",
    source="출처",
    sentence="문장",
    how_many="수",
    differences="다른 점",
    parts="부분별 판정",
    quotes="인용",
    closest="가장 가까운 내용",
    note="주 {n}",
    back="문장으로 돌아가기",
    click="표시된 문장을 누르면 근거가 열립니다.",
    stamp="설정 {settings}, 색인 {generation}",
)
