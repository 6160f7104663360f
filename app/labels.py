"""The words that stand around an answer, in the languages the window speaks: English and Korean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.results import Coverage, Outcome

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Labels:
    """One language's words; patterns are filled with `str.format`.

    Attributes:
        language: its code, for the `lang` attribute of what is shown.
        outcomes: what each outcome is called.
        abstention: the sentence shown where the sources hold no answer.
        forms: what can be downloaded, by the name `app.ui.downloads` gives it.
        outdated: what is said of a source that a later one supersedes, where there is no room to name that.
        ratings: what can be said of an answer, by `app.conversations.Rating`.
        unsure: the sentence shown with an answer that may miss the question.
        stages: what is being done, by the name of a `Stage`.
    """

    language: str
    outcomes: Mapping[Outcome, str]
    abstention: str
    unsure: str
    stages: Mapping[str, str]
    asked: str
    say: str
    sources: str
    related: str
    evidence: str
    dropped: str
    searched_for: str
    digest: str
    original: str
    summary: str
    superseded: str
    outdated: str
    was_superseded: str
    remark: str
    official: str
    whole: str
    citation: str
    page: str
    copy: str
    copied: str
    download: str
    forms: Mapping[str, str]
    generated: str
    rate: str
    ratings: Mapping[str, str]
    note: str
    keep_note: str
    check: str
    noted: str

    def coverage(self, coverage: Coverage) -> str:
        """Say what was searched, in one sentence; where that is nothing, why."""
        return _coverage_ko(coverage) if self.language == "ko" else _coverage_en(coverage)

    def date(self, date: str) -> str:
        """Write YYYY, YYYY-MM or YYYY-MM-DD as people do; anything else is returned as it is."""
        try:
            parts = [int(part) for part in date.split("-")]
        except ValueError:
            return date
        if not 1 <= len(parts) <= 3 or (len(parts) > 1 and not 1 <= parts[1] <= 12):
            return date
        if self.language == "ko":
            return " ".join(f"{n}{unit}" for n, unit in zip(parts, "년월일", strict=False))
        return " ".join([*map(str, parts[2:]), *(_MONTHS[m - 1] for m in parts[1:2]), str(parts[0])])


def labels(language: str) -> Labels:
    """Return the words for a language code; English for a language that has none of its own."""
    return KOREAN if language == "ko" else ENGLISH


def _coverage_en(coverage: Coverage) -> str:
    if not coverage.documents:
        return "Nothing was searched: no document is indexed, or none is within the limits."
    noun = "document" if coverage.documents == 1 else "documents"
    newest = f", the newest of {ENGLISH.date(coverage.newest)}" if coverage.newest else ""
    held = f"; {coverage.not_held} known but not held" if coverage.not_held else ""
    return f"Searched {coverage.documents} {noun}{newest}{held}."


def _coverage_ko(coverage: Coverage) -> str:
    if not coverage.documents:
        return "검색한 문서가 없습니다. 색인된 문서가 없거나, 검색 범위에 드는 문서가 없습니다."
    newest = f"(가장 최근 문서: {KOREAN.date(coverage.newest)})" if coverage.newest else ""
    held = f" 목록에는 있으나 보유하지 않은 문서 {coverage.not_held}건." if coverage.not_held else ""
    return f"문서 {coverage.documents}건을 검색했습니다{newest}.{held}"


ENGLISH: Final = Labels(
    language="en",
    outcomes=MappingProxyType(
        {
            "answered": "Answered from the sources",
            "sources_say_otherwise": "The sources say otherwise",
            "not_in_sources": "Not in the sources",
        }
    ),
    abstention="The sources searched do not answer this question.",
    unsure="This is the nearest that the sources say; check whether it answers your question.",
    stages=MappingProxyType(
        {
            "loading": "Loading the model and the index…",
            "searching": "Searching the sources…",
            "answering": "Writing the answer…",
        }
    ),
    asked="Asked",
    say="The sources say",
    sources="Sources",
    related="Related, not an answer",
    evidence="Passages considered ({count})",
    dropped="Left out, because it could not be verified ({count})",
    searched_for="Searched for",
    digest="digest",
    original="original",
    summary="Sangho’s summary of {place}",
    superseded="Superseded by",
    outdated="superseded",
    was_superseded="{title} was superseded by {newer}.",
    remark="On {title}: {note}",
    official="Official page",
    whole="Read the whole document",
    citation="Source {n}: {title}, {place}",
    page="p. {page}",
    copy="Copy with sources",
    copied="Copied",
    download="Download",
    forms=MappingProxyType(
        {
            "markdown": "Markdown",
            "docx": "Word",
            "ris": "Sources as RIS",
            "bibtex": "Sources as BibTeX",
            "chicago": "Sources as Chicago notes",
        }
    ),
    generated="Written by a chat model and checked against the sources",
    rate="Say whether this answer helped",
    ratings=MappingProxyType({"up": "Helpful", "down": "Not helpful"}),
    note="What was good or wrong? Optional; kept where Sangho runs, sent nowhere.",
    keep_note="Keep the note",
    check="Check this",
    noted="Kept.",
)

KOREAN: Final = Labels(
    language="ko",
    outcomes=MappingProxyType(
        {
            "answered": "자료에서 답을 찾음",
            "sources_say_otherwise": "자료의 내용은 다름",
            "not_in_sources": "자료에 없음",
        }
    ),
    abstention="검색한 자료에는 이 질문에 대한 답이 없습니다.",
    unsure="자료에서 가장 가까운 내용입니다. 질문에 대한 답이 되는지 확인해 주세요.",
    stages=MappingProxyType(
        {
            "loading": "모델과 색인을 불러오는 중…",
            "searching": "자료를 검색하는 중…",
            "answering": "답을 작성하는 중…",
        }
    ),
    asked="질문",
    say="자료의 내용",
    sources="출처",
    related="관련 자료(답은 아님)",
    evidence="검토한 구절 ({count})",
    dropped="확인되지 않아 제외함 ({count})",
    searched_for="검색한 질문",
    digest="요약본",
    original="원문",
    summary="{place}에 대한 상호의 요약",
    superseded="대체한 문서",
    outdated="다른 문서로 대체됨",
    was_superseded="이 문서는 다른 문서로 대체되었습니다: {title} → {newer}.",
    remark="{title}: {note}",
    official="공식 페이지",
    whole="문서 전체 읽기",
    citation="출처 {n}: {title}, {place}",
    page="{page}쪽",
    copy="출처와 함께 복사",
    copied="복사됨",
    download="내려받기",
    forms=MappingProxyType(
        {
            "markdown": "Markdown",
            "docx": "Word",
            "ris": "출처(RIS)",
            "bibtex": "출처(BibTeX)",
            "chicago": "출처(시카고 주석)",
        }
    ),
    generated="대화 모델이 작성하고 자료와 대조함",
    rate="이 답이 도움이 되었는지 알려 주세요",
    ratings=MappingProxyType({"up": "도움이 됨", "down": "도움이 안 됨"}),
    note="어떤 점이 좋았거나 잘못되었나요? 선택 사항이며, 상호가 실행되는 컴퓨터에만 저장됩니다.",
    keep_note="메모 저장",
    check="확인하기",
    noted="저장했습니다.",
)
