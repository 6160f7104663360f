"""Checks and audits made by hand, English, Korean and hostile: what reports, exports and the window are tested with."""

from __future__ import annotations

from collections.abc import Sequence

from app.audit.results import Audit, AuditedSentence, SentenceKind
from app.claims.results import Check, ClaimCitation, Difference, PartCheck, QuoteCheck, Stance, Verdict
from app.quotations import Verbatim
from app.results import Coverage
from ingest.documents import Edition

COVERAGE = Coverage(documents=66, newest="2026-07-23", not_held=46)
NOTICE = (
    "Searched 66 documents, the newest of 23 July 2026; 46 known but not held. "
    "Not in the sources does not mean false: it may stand in a document that was not searched."
)
HOSTILE = (
    '<script>window.hacked=1</script><img src=x onerror="window.hacked=1"> [link](javascript:window.hacked=1) '
    "**bold** `code` &copy; ![x](http://x.example/) \u202egnp.exe\u2066 =HYPERLINK"
)
FORMULA = '=HYPERLINK("http://x.example";"open")'

CAMP_DAVID = (
    "Even as we deepen our security partnership, we will also maintain focus on building robust cooperation in the "
    "economic security and technology spheres, leveraging the unique capabilities that each of our countries brings "
    "to bear."
)
PARTNERSHIP = (
    "President Biden and President Moon commit to work together to develop a future-oriented partnership by leading "
    "innovation in the areas of clean energy, such as next generation batteries, hydrogen, and carbon capture and "
    "storage, and in the emerging technologies including Artificial Intelligence (AI), 5G, next generation "
    "communications network (6G), open-RAN technology, quantum technology, and bio-technology."
)
BASIS = (
    "(A) 15 percent of the basis of such vehicle (30 percent in the case of a vehicle not powered by a gasoline or "
    "diesel internal combustion engine), or"
)
BATTERIES = (
    "They committed to more closely aligning on the spirit of digital technology standards and regulations to enhance "
    "public and private cooperation on leading-edge semiconductors, batteries, and quantum."
)
HIGH_IMPACT = (
    "“고영향 인공지능”이란 사람의 생명, 신체의 안전 및 기본권에 중대한 영향을 미치거나 위험을 초래할 우려가 있는 "
    "인공지능시스템으로서 다음 각 목의 어느 하나의 영역에서 활용되는 것을 말한다."
)


def a_citation(
    n: int = 1,
    quote: str = PARTNERSHIP,
    *,
    doc_id: str = "2021-05-21_us-rok-leaders-joint-statement",
    title: str = "U.S.-ROK Leaders' Joint Statement",
    issuer: str = "The White House / Presidents Biden and Moon Jae-in",
    date: str = "2021-05-21",
    url: str = "https://bidenwhitehouse.archives.gov/briefing-room/statements-releases/2021/05/21/u-s-rok-leaders-joint-statement/",
    edition: Edition = "original",
    paragraph: int = 18,
    page: int | None = None,
    stance: Stance = "supports",
    superseded_by: str = "",
) -> ClaimCitation:
    return ClaimCitation(
        n=n, doc_id=doc_id, title=title, issuer=issuer, date=date, url=url, edition=edition, paragraph=paragraph,
        page=page, quote=quote, start=0, end=len(quote), superseded_by=superseded_by, stance=stance,
    )  # fmt: skip


def camp_david(n: int = 1, stance: Stance = "supports", edition: Edition = "original") -> ClaimCitation:
    return a_citation(
        n,
        CAMP_DAVID if edition == "original" else "The three leaders widen cooperation on economic security.",
        doc_id="2023-08-18_spirit-of-camp-david-joint-statement",
        title="The Spirit of Camp David: Joint Statement of Japan, the Republic of Korea, and the United States",
        issuer="The White House / Kishida, Yoon, Biden",
        date="2023-08-18",
        url="https://bidenwhitehouse.archives.gov/briefing-room/statements-releases/2023/08/18/the-spirit-of-camp-david/",
        paragraph=9,
        stance=stance,
        edition=edition,
    )


def section_45w(n: int = 1, stance: Stance = "contradicts") -> ClaimCitation:
    return a_citation(
        n,
        BASIS,
        doc_id="2022-08-16_usc-26-45w-commercial-clean-vehicles",
        title="26 U.S.C. § 45W. Credit for qualified commercial clean vehicles",
        issuer="U.S. Congress",
        date="2022-08-16",
        url="https://uscode.house.gov/view.xhtml?req=granuleid:USC-prelim-title26-section45W&edition=prelim",
        paragraph=7,
        page=2,
        stance=stance,
    )


def statement_2023(n: int = 1, stance: Stance = "closest") -> ClaimCitation:
    return a_citation(
        n,
        BATTERIES,
        doc_id="2023-04-26_leaders-joint-statement-70th-anniversary",
        title="Leaders' Joint Statement in Commemoration of the 70th Anniversary of the Alliance",
        issuer="The White House / Presidents Biden and Yoon Suk Yeol",
        date="2023-04-26",
        url="https://bidenwhitehouse.archives.gov/briefing-room/statements-releases/2023/04/26/leaders-joint-statement/",
        stance=stance,
        superseded_by="2023-12-08_joint-fact-sheet-us-rok-cet-dialogue",
    )


def basic_act(n: int = 1, stance: Stance = "supports") -> ClaimCitation:
    return a_citation(
        n,
        HIGH_IMPACT,
        doc_id="2025-01-21_kr-ai-basic-act-law-20676",
        title="인공지능 발전과 신뢰 기반 조성 등에 관한 기본법",
        issuer="대한민국 국회",
        date="2025-01-21",
        url="https://www.law.go.kr/법령/인공지능발전과신뢰기반조성등에관한기본법",
        paragraph=12,
        stance=stance,
    )


def a_part(
    text: str,
    verdict: Verdict = "supported",
    *,
    confidence: float = 0.91,
    citations: Sequence[int] = (),
    closest: int | None = None,
    differences: Sequence[Difference] = (),
) -> PartCheck:
    return PartCheck(text, verdict, confidence, tuple(citations), closest, tuple(differences))


def a_quote(
    quote: str,
    verbatim: Verbatim = "yes",
    citation: int | None = 1,
    *,
    similarity: float = 1.0,
    elsewhere: bool = False,
    differing: Sequence[tuple[str, str]] = (),
) -> QuoteCheck:
    return QuoteCheck(quote, verbatim, similarity, citation, elsewhere, tuple(differing))


def a_check(
    claim: str = "The 2021 joint statement names AI among the emerging technologies.",
    verdict: Verdict = "supported",
    *,
    confidence: float = 0.91,
    parts: Sequence[PartCheck] | None = None,
    quotes: Sequence[QuoteCheck] = (),
    citations: Sequence[ClaimCitation] | None = None,
    notice: str = NOTICE,
    language: str = "en",
) -> Check:
    """A check with one part and one citation that fits the verdict, unless others are given."""
    stance: Stance = {"supported": "supports", "contradicted": "contradicts"}.get(verdict, "closest")  # type: ignore[assignment]
    cited = (a_citation(stance=stance),) if citations is None else tuple(citations)
    if parts is None:
        deciding = [one.n for one in cited if one.stance != "closest"]
        closest = None if deciding or not cited else cited[0].n
        parts = [a_part(claim, verdict, confidence=confidence, citations=deciding, closest=closest)]
    return Check(
        claim=claim, verdict=verdict, confidence=confidence, parts=tuple(parts), quotes=tuple(quotes), citations=cited,
        notice=notice, coverage=COVERAGE, language=language, settings_digest="0", generation="g1",
    )  # fmt: skip


def supported() -> Check:
    """Two parts, and a quotation that stands there word for word."""
    said = (
        "At Camp David the leaders pledged to “maintain focus on building robust cooperation in the economic security "
        "and technology spheres.”"
    )
    return a_check(
        said,
        citations=[camp_david(1), a_citation(2, stance="closest")],
        parts=[
            a_part("The leaders pledged it at Camp David.", citations=[1]),
            a_part("The pledge covers economic security and technology.", confidence=0.88, citations=[1]),
        ],
        quotes=[
            a_quote("maintain focus on building robust cooperation in the economic security and technology spheres")
        ],
    )


def contradicted() -> Check:
    """A figure that differs from the source's."""
    said = "A driver who leases an electric car gets a tax credit of at most 15 percent of its price."
    return a_check(
        said,
        "contradicted",
        confidence=0.83,
        citations=[section_45w(1)],
        parts=[
            a_part(
                said,
                "contradicted",
                confidence=0.83,
                citations=[1],
                differences=[
                    Difference("number", "at most 15 percent", "30 percent"),
                    Difference("quantifier", "", "in the case of a vehicle not powered by a gasoline or diesel"),
                ],
            )
        ],
    )


def misquoted() -> Check:
    """A quotation whose words differ, in a claim that is supported."""
    said = "The 2021 statement commits both nations “to collaboratively develop a future-oriented partnership.”"
    return a_check(
        said,
        citations=[a_citation(1)],
        parts=[a_part(said, citations=[1], differences=[Difference("quote", "collaboratively", "work together to")])],
        quotes=[
            a_quote(
                "to collaboratively develop a future-oriented partnership",
                "no",
                similarity=0.82,
                differing=[("collaboratively", "work together to")],
            )
        ],
    )


def not_held() -> Check:
    """A quotation of a document that is held only as a digest: it cannot be checked, and nothing decides the claim."""
    said = "The anniversary statement calls for “a new chapter of technology ties” by 2030."
    return a_check(
        said,
        "not_in_sources",
        confidence=0.74,
        citations=[camp_david(1, "closest", "digest")],
        parts=[
            a_part(
                said,
                "not_in_sources",
                confidence=0.74,
                closest=1,
                differences=[
                    Difference("date", "by 2030", ""),
                    Difference("modality", "calls for", "cannot_check"),
                ],
            )
        ],
        quotes=[a_quote("a new chapter of technology ties", "cannot_check", None, similarity=0.0)],
    )


def absent() -> Check:
    """A claim that nothing is near."""
    said = "Six Korean firms run generative models of their own."
    return a_check(said, "not_in_sources", confidence=0.69, citations=[])


def divided() -> Check:
    """A claim that one document supports and a later one contradicts."""
    said = "The allies cooperate on semiconductors, batteries and quantum, and on nothing else."
    return a_check(
        said,
        "contradicted",
        confidence=0.58,
        citations=[statement_2023(1, "supports"), a_citation(2, stance="contradicts")],
        parts=[
            a_part(
                said,
                "contradicted",
                confidence=0.58,
                citations=[1, 2],
                differences=[Difference("quantifier", "nothing else", "and in the emerging technologies")],
            )
        ],
        notice=NOTICE + " The sources disagree: the statement of 26 April 2023 and that of 21 May 2021.",
    )


def in_korean() -> Check:
    """A Korean claim that the sources support."""
    said = "인공지능기본법은 고영향 인공지능을 사람의 생명에 영향을 미치는 것으로 정의한다."
    return a_check(
        said,
        citations=[basic_act(1)],
        notice="문서 66건을 검색했습니다(가장 최근 문서: 2026년 7월 23일). 목록에는 있으나 보유하지 않은 문서 46건. "
        "자료에 없다는 것이 거짓이라는 뜻은 아닙니다. 검색하지 않은 문서에 있을 수 있습니다.",
        language="ko",
    )


def hostile_check() -> Check:
    """Markup, controls and formulas in every place that a document or a person can write."""
    bad = a_citation(
        1, HOSTILE, doc_id="evil", title=HOSTILE, issuer=FORMULA, date=HOSTILE, url="javascript:window.hacked=1",
        stance="contradicts", superseded_by=HOSTILE,
    )  # fmt: skip
    part = a_part(HOSTILE, "contradicted", citations=[1], differences=[Difference("number", HOSTILE, FORMULA)])
    return a_check(
        FORMULA + HOSTILE,
        "contradicted",
        citations=[bad],
        parts=[part],
        quotes=[a_quote(HOSTILE, "no", 1, similarity=0.5, differing=[("<b>", "\u202e</b>")])],
        notice=HOSTILE,
    )


def a_sentence(
    article: dict[int, str],
    paragraph: int,
    text: str,
    kind: SentenceKind = "claim",
    check: Check | None = None,
    error: str = "",
) -> AuditedSentence:
    """A sentence of an article, found in its paragraph."""
    start = article[paragraph].index(text)
    return AuditedSentence(paragraph, start, start + len(text), text, kind, check, error)


ARTICLE = {
    1: "What a fair partnership would take",
    2: (
        "The two allies have talked about technology for years.  It is time to ask what came of it. "
        "The 2021 statement commits both nations “to collaboratively develop a future-oriented partnership.”"
    ),
    3: (
        "At Camp David the leaders pledged to “maintain focus on building robust cooperation in the economic security "
        "and technology spheres.” The allies cooperate on semiconductors, batteries and quantum, and on nothing else. "
        "The anniversary statement calls for “a new chapter of technology ties” by 2030. [Photo: a harbour at dusk]"
    ),
    4: (
        "A driver who leases an electric car gets a tax credit of at most 15 percent of its price. "
        "Six Korean firms run generative models of their own. "
        "The 2021 joint statement names AI among the emerging technologies."
    ),
    5: (
        "Within five years, joint laboratories will be the rule. I think that would be good for both. "
        "Exports rose by a third in 2022."
    ),
}


def an_audit(against: Sequence[str] = ()) -> Audit:
    """An article in which every kind of sentence, verdict and quotation occurs."""
    said = {check.claim: check for check in (misquoted(), supported(), divided(), not_held(), contradicted(), absent())}
    plain = a_check()
    said[plain.claim] = plain
    where = {claim: next(n for n, text in ARTICLE.items() if claim in text) for claim in said}
    rest = [
        a_sentence(ARTICLE, 2, "The two allies have talked about technology for years.", "narration"),
        a_sentence(ARTICLE, 2, "It is time to ask what came of it.", "opinion"),
        a_sentence(ARTICLE, 5, "Within five years, joint laboratories will be the rule.", "forecast"),
        a_sentence(ARTICLE, 5, "I think that would be good for both.", "opinion"),
        a_sentence(
            ARTICLE, 5, "Exports rose by a third in 2022.", error="The chat model gave no answer in 60 seconds."
        ),
    ]
    checked = [a_sentence(ARTICLE, where[claim], claim, check=check) for claim, check in said.items()]
    return Audit(
        document="What a fair partnership would take",
        paragraphs=ARTICLE,
        sentences=tuple(sorted([*checked, *rest], key=lambda one: (one.paragraph, one.start))),
        itself=("2023_what-a-fair-partnership-would-take",),
        itself_called=("What a fair partnership would take",),
        against=tuple(against),
        notice=NOTICE,
        language="en",
        settings_digest="0",
        generation="g1",
    )


def a_korean_audit() -> Audit:
    """A short Korean article."""
    check = in_korean()
    article = {1: f"{check.claim} 두 나라는 앞으로 더 가까워질 것이다.", 2: "협력은 2021년부터 이어졌다."}
    return Audit(
        document="인공지능기본법과 한미 협력",
        paragraphs=article,
        sentences=(
            a_sentence(article, 1, check.claim, check=check),
            a_sentence(article, 1, "두 나라는 앞으로 더 가까워질 것이다.", "forecast"),
            a_sentence(
                article, 2, "협력은 2021년부터 이어졌다.", check=a_check(article[2], "not_in_sources", citations=[])
            ),
        ),
        itself=(),
        itself_called=(),
        against=("law",),
        notice=check.notice,
        language="ko",
        settings_digest="0",
        generation="g1",
    )


def a_hostile_audit() -> Audit:
    """Markup, controls and formulas in the article, the evidence, and what surrounds them."""
    article = {1: f"{HOSTILE} Then this: {FORMULA}", 2: "# Not a heading\n- not a list\n1. nor this\n    nor code"}
    return Audit(
        document=HOSTILE,
        paragraphs=article,
        sentences=(
            a_sentence(article, 1, HOSTILE, check=hostile_check()),
            a_sentence(article, 1, FORMULA, error=HOSTILE),
        ),
        itself=(HOSTILE,),
        itself_called=(HOSTILE,),
        against=(FORMULA, HOSTILE),
        notice=HOSTILE,
        language="en",
        settings_digest="0",
        generation="g1",
    )
