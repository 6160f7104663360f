"""Who a claim says it is from: frames of saying, the documents they name, and frames that only look like it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.claims.attribution import Attribution, attributed
from app.claims.naming import MOST_MEANT, SourceNames, resolve
from app.document_names import DocumentNames
from app.glossary import Glossary
from app.query import Understood, understand
from app.settings import BUNDLED_CORPUS
from ingest.documents import Document, Paragraph
from ingest.lexical import analyse
from ingest.readers import read_file

HAN = "2023_han-rok-us-ai-cooperation-needs-real-reciprocity"
MOON = "2021-05-21_us-rok-leaders-joint-statement"
SHEET_21 = "2021-05-21_fact-sheet-us-rok-partnership"
YOON = "2022-05-21_us-rok-leaders-joint-statement"
PHNOM_PENH = "2022-11-13_phnom-penh-trilateral-statement"
IPEF_SHEET = "2022-05-23_fact-sheet-ipef-launch"
IPEF_22 = "2022-05-23_statement-ipef"
IPEF_23 = "2023-11-16_leaders-statement-ipef"
CHIPS = "2022-08-09_fact-sheet-chips-and-science-act"
S45W = "2022-08-16_usc-26-45w-commercial-clean-vehicles"
S30D = "2022-08-16_usc-26-30d-clean-vehicle-credit"
STATE_VISIT = "2023-04-26_fact-sheet-rok-state-visit"
SEVENTY = "2023-04-26_leaders-joint-statement-70th-anniversary"
WASHINGTON = "2023-04-26_washington-declaration"
PRINCIPLES = "2023-08-18_camp-david-principles"
CAMP_SHEET = "2023-08-18_fact-sheet-camp-david-trilateral-summit"
SPIRIT = "2023-08-18_spirit-of-camp-david-joint-statement"
EO_SHEET = "2023-10-30_fact-sheet-eo-14110-ai"
G7 = "2023-10-30_g7-leaders-statement-hiroshima-ai-process"
CODE = "2023-10-30_hiroshima-process-code-of-conduct"
GUIDING = "2023-10-30_hiroshima-process-guiding-principles"
BLETCHLEY = "2023-11-01_bletchley-declaration"
HARRIS = "2023-11-01_fact-sheet-vp-harris-ai-initiatives"
MILITARY = "2023-11-09_political-declaration-military-ai"
CET = "2023-12-08_joint-fact-sheet-us-rok-cet-dialogue"
NSA_23 = "2023-12-08_readout-trilateral-nsa-meeting"
OECD = "2024-05-03_oecd-recommendation-on-ai"
FRONTIER = "2024-05-21_frontier-ai-safety-commitments"
SEOUL = "2024-05-21_seoul-declaration"
INTENT = "2024-05-21_seoul-statement-of-intent-ai-safety-science"
ANNIVERSARY = "2024-08-17_joint-leaders-statement-camp-david-anniversary"
LIMA = "2024-11-15_joint-statement-japan-rok-us-lima"
DIFFUSION_SHEET = "2025-01-13_fact-sheet-ai-diffusion-rule"
ACT = "2025-01-21_kr-ai-basic-act-law-20676"
ACT_26 = "2026-01-20_kr-ai-basic-act-law-21311-amended"
DECREE = "2026-01-21_kr-ai-basic-act-enforcement-decree-36053"
EO_14179 = "2025-01-23_eo-14179-removing-barriers-ai"
EO_EXPORT = "2025-07-23_eo-american-ai-technology-stack-export"
KRATSIOS = "2025-08-05_kratsios-remarks-apec-digital-ai-ministerial"
MOU = "2025-10-29_mou-us-korea-technology-prosperity-deal"
LEE = "2025-11-13_joint-fact-sheet-trump-lee"
GENESIS = "2025-11-24_eo-genesis-mission"
GENESIS_SHEET = "2025-11-24_fact-sheet-genesis-mission"
DELHI = "2026-02-19_new-delhi-ai-impact-summit-declaration"
QUANTUM = "2026-06-22_eo-quantum-innovation"
EO_JUNE = "2026-06-02_eo-advanced-ai-innovation-and-security"
ACTS = (ACT, ACT_26)

# A claim, and the documents it is attributed to, without the help of aliases; none where nobody is said to say it.
FRAMES: list[tuple[str, tuple[str, ...]]] = [
    ("Han argues that reciprocity should be diffuse.", (HAN,)),
    ("Sanghyun Han writes that Naver builds its own model.", (HAN,)),
    ("Six leading firms, Han notes, had models of their own.", (HAN,)),
    ("Samsung invests most of all, Han says.", (HAN,)),
    ("According to Han, Korea invests $1.7 billion in the United States.", (HAN,)),
    ("By Han's figures, Chinese co-authors outnumber Korean ones eight to one.", (HAN,)),
    ("In Han's view, a mutual approach is needed.", (HAN,)),
    ("Han's article says that the lease credit is 15 percent.", (HAN,)),
    ("Korea invests $2 billion in American firms, according to Sanghyun Han.", (HAN,)),
    ("As Han puts it, reciprocity is contingent.", (HAN,)),
    ("Dr. Han contends that Washington sees Seoul as one of several partners.", (HAN,)),
    ("한상현은 진정한 상호주의가 어렵다고 주장한다.", (HAN,)),
    ("한상현의 글에 따르면 아이오닉 6는 공제를 받지 못한다.", (HAN,)),
    ("According to the 2021 joint statement, Korea will host a centre.", (MOON,)),
    ("The 2021 joint statement, for instance, commits both “to collaboratively develop a partnership.”", (MOON,)),
    ("The 2021 fact sheet lists four working groups.", (SHEET_21,)),
    ("The Biden–Moon statement names vaccines first.", (MOON,)),
    ("The May 2021 joint statement does not mention quantum sensors.", (MOON,)),
    ("The centre opens in Incheon, the 2021 fact sheet says.", (SHEET_21,)),
    ("The May 2022 U.S.-ROK leaders' joint statement pledges talks on nuclear power.", (YOON,)),
    ("According to the Phnom Penh Statement, the three share missile data.", (PHNOM_PENH,)),
    ("The three share missile data, the Phnom Penh statement of 2022 shows, so that each can judge.", (PHNOM_PENH,)),
    ("The 2022 IPEF statement says that thirteen partners joined.", (IPEF_22,)),
    ("According to the November 2023 IPEF statement, talks go on.", (IPEF_23,)),
    ("The IPEF fact sheet counts twelve partners.", (IPEF_SHEET,)),
    ("The CHIPS and Science Act fact sheet promises $52.7 billion.", (CHIPS,)),
    ("Section 45W gives a business whichever is lower.", (S45W,)),
    ("According to section 30D, final assembly must occur in North America.", (S30D,)),
    ("In the Washington Declaration, the United States commits to consult Korea.", (WASHINGTON,)),
    ("In the Washington Declaration the two presidents set up a consultative group.", (WASHINGTON,)),
    ("The Washington Declaration announces a visit by a submarine.", (WASHINGTON,)),
    ("The Camp David statement commits the three to consult.", (SPIRIT,)),
    ("The Camp David statement avoids mentioning China by name.", (SPIRIT,)),
    ("The Spirit of Camp David says the leaders will meet each year.", (SPIRIT,)),
    ("The Camp David Principles affirm support for ASEAN.", (PRINCIPLES,)),
    ("The Camp David fact sheet gives $6 million for laboratories.", (CAMP_SHEET,)),
    ("The leaders met for the first time at Camp David, according to the Camp David fact sheet.", (CAMP_SHEET,)),
    ("The 2024 Camp David anniversary statement praises the first year.", (ANNIVERSARY,)),
    ("The 70th anniversary joint statement welcomes a quantum agreement.", (SEVENTY,)),
    ("The April 2023 joint statement describes a new dialogue.", (SEVENTY,)),
    ("The 2023 state visit fact sheet announces $60 million for exchanges.", (STATE_VISIT,)),
    ("According to the G7 leaders' statement, the code will be reviewed.", (G7,)),
    ("The Hiroshima code of conduct recommends bounties.", (CODE,)),
    ("Provenance marks, says the Hiroshima code, ought to name the model.", (CODE,)),
    ("The Hiroshima guiding principles ask for transparency reports.", (GUIDING,)),
    ("In the Bletchley Declaration, 28 countries recognise the risks.", (BLETCHLEY,)),
    ("Frontier AI is risky, the Bletchley Declaration warns.", (BLETCHLEY,)),
    ("The Political Declaration on military AI calls for audits.", (MILITARY,)),
    ("According to the Harris fact sheet, ten foundations gave $200 million.", (HARRIS,)),
    ("The CET Dialogue joint fact sheet names six fields.", (CET,)),
    ("The December 2023 readout says that the advisers met in Seoul.", (NSA_23,)),
    ("The OECD recommendation defines AI actors broadly.", (OECD,)),
    ("The OECD Recommendation on AI does not require a regulator.", (OECD,)),
    ("The Frontier AI Safety Commitments ask firms for thresholds.", (FRONTIER,)),
    ("The Seoul Declaration mentions inclusivity.", (SEOUL,)),
    ("The Seoul Statement of Intent foresees a network of institutes.", (INTENT,)),
    ("The November 2024 joint statement announces a secretariat.", (LIMA,)),
    ("The January 2025 fact sheet lists 18 allies.", (DIFFUSION_SHEET,)),
    ("The AI Basic Act requires labels on generated content.", ACTS),
    ("The 2025 AI Basic Act requires labels on generated content.", (ACT,)),
    ("According to the amended AI Basic Act, the committee has 60 members.", (ACT_26,)),
    ("The Enforcement Decree of the AI Basic Act sets a threshold.", (DECREE,)),
    ("Executive Order 14179 revokes earlier policies.", (EO_14179,)),
    ("According to Executive Order 14320, the programme starts in 90 days.", (EO_EXPORT,)),
    ("In his remarks, Kratsios praised the stack, according to Kratsios's remarks.", (KRATSIOS,)),
    ("The Technology Prosperity Deal memorandum obliges nobody to spend.", (MOU,)),
    ("The Trump–Lee joint fact sheet says that Korea buys 103 aircraft.", (LEE,)),
    ("The November 2025 joint fact sheet rules out currency manipulation.", (LEE,)),
    ("The Genesis Mission executive order gives the Secretary 60 days.", (GENESIS,)),
    ("No one can sue, the Genesis order says.", (GENESIS,)),
    ("The Genesis Mission fact sheet compares it with Apollo.", (GENESIS_SHEET,)),
    ("The New Delhi declaration notes seven charters.", (DELHI,)),
    ("Trump's quantum order sets aside no money.", (QUANTUM,)),
    ("The June 2026 orders direct agencies to report.", (EO_JUNE, QUANTUM)),
    ("2023년 4월 공동성명은 한미 동맹을 강조했다고 밝혔다.", (SEVENTY,)),
    ("워싱턴 선언에 따르면 핵협의그룹을 만든다.", (WASHINGTON,)),
    ("캠프 데이비드 팩트시트는 청년 정상회의가 부산에서 열린다고 예고했다.", (CAMP_SHEET,)),
    ("블레츨리 선언은 참가국이 같은 분류 체계를 쓰도록 했다고 밝혔다.", (BLETCHLEY,)),
    ("서울 선언에서 정상들은 다음 회의를 기대한다고 밝혔다.", (SEOUL,)),
    ("2021년 한미 파트너십 팩트시트에 따르면 한국은 10억 달러를 낸다.", (SHEET_21,)),
    ("2025년 11월 공동 팩트시트는 대한항공이 보잉기를 산다고 전한다.", (LEE,)),
    ("인공지능 기본법 시행령에 따르면 과태료 유예 기간이 있다.", (DECREE,)),
    ("프놈펜 성명에 따르면 세 나라는 경보를 공유한다.", (PHNOM_PENH,)),
    ("OECD 권고는 AI 행위자를 이해관계자로 정의한다고 밝혔다.", (OECD,)),
    ("제네시스 미션 행정명령에 따르면 장관은 60일 안에 목록을 낸다.", (GENESIS,)),
    # Words in quotation marks belong to whoever the sentence says, wherever it says so.
    ("“AI is not a race,” says the Bletchley Declaration.", (BLETCHLEY,)),
    ("The leaders would “maintain focus on robust cooperation”, according to the Camp David statement.", (SPIRIT,)),
    ("“The Camp David statement says nothing,” Han writes.", (HAN,)),
    # Mentioned, not said to say it.
    ("The 2021 joint statement was signed by Moon.", ()),
    ("The Washington Declaration led to a new group.", ()),
    ("The Camp David statement is longer than the Phnom Penh Statement.", ()),
    ("Biden and Moon issued the 2021 joint statement in Washington.", ()),
    ("The Bletchley Declaration was published on 1 November 2023.", ()),
    ("Korea joined after the Washington Declaration.", ()),
    ("워싱턴 선언은 2023년 4월에 나왔다.", ()),
    # Only quoted.
    ("“According to the Camp David statement, nothing was agreed” is what Korea heard.", ()),
    # Not enough to tell which.
    ("The joint statement commits both nations to talks.", ()),
    ("According to the fact sheet, Korea pays.", ()),
    ("The statement says that Korea pays.", ()),
    ("공동성명에 따르면 한국이 부담한다.", ()),
    ("This year’s joint statement underscores “strengthening public and private cooperation”.", ()),
    # Others than sources: people and offices that speak in many documents, or in none.
    ("Samsung announced a plant in Texas.", ()),
    ("Biden said that the alliance is strong.", ()),
    ("The White House says that jobs will come.", ()),
    ("Han Duck-soo argues that trade matters.", ()),
    ("Korea pledged $2 billion, and Japan said that it would follow.", ()),
    ("According to analysts, Korea lags behind.", ()),
    ("전문가들에 따르면 한국이 뒤처진다.", ()),
    ("According to the 2019 joint statement, Korea pays.", ()),
    ("According to the Busan Declaration, Korea pays.", ()),
    ("The Inflation Reduction Act lets Medicare haggle over prices.", ()),
]  # fmt: skip


def _plain(document: Document) -> Document:
    return replace(document, aliases=())


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    """The bundled digests: with the titles of the originals, and aliases."""
    return [
        read_file(path, BUNDLED_CORPUS, 10_000_000)
        for path in sorted(BUNDLED_CORPUS.glob("20*.md"))
        if ".en." not in path.name
    ]


def reader(documents: list[Document]) -> Callable[[str], Understood]:
    names = DocumentNames(documents)
    known = frozenset(t for d in documents for t in analyse(" ".join([d.title, *(p.text for p in d.paragraphs)])))
    return partial(understand, names=names, glossary=Glossary.load(), known=known)


Ask = Callable[..., Attribution | None]


@pytest.fixture(scope="module")
def ask(documents: list[Document]) -> Ask:
    """Attribution over the documents as originals have them, without aliases."""
    plain = [_plain(document) for document in documents]
    return partial(attributed, names=SourceNames(plain), understand=reader(plain))


@pytest.fixture(scope="module")
def ask_bundled(documents: list[Document]) -> Ask:
    """Attribution over the bundled digests, aliases and all."""
    return partial(attributed, names=SourceNames(documents), understand=reader(documents))


def test_frames_are_attributed_to_the_documents_they_name(ask: Ask) -> None:
    """Precision first: a wrong document would judge a claim by what never said it."""
    wrong, missed = [], []
    for claim, expected in FRAMES:
        found = ask(claim)
        given_ids = set(found.doc_ids) if found else set()
        if given_ids - set(expected):
            wrong.append((claim, given_ids))
        elif given_ids != set(expected):
            missed.append(claim)
    assert sum(bool(expected) for _, expected in FRAMES) >= 80
    assert wrong == []
    assert len(missed) <= 3, missed


def test_a_law_is_meant_in_each_of_its_versions(ask_bundled: Ask) -> None:
    found = ask_bundled("The AI Basic Act requires labels on generated content.")
    assert found is not None
    assert set(found.doc_ids) == set(ACTS)


def test_aliases_change_no_frame_to_a_wrong_document(ask_bundled: Ask) -> None:
    wrong = [
        (claim, found.doc_ids)
        for claim, expected in FRAMES
        if expected and (found := ask_bundled(claim)) and set(found.doc_ids) - set(expected)
    ]
    assert wrong == []


def test_an_alias_of_one_document_settles_which_is_meant(ask: Ask, ask_bundled: Ask) -> None:
    claim = "The 2023 joint statement describes a dialogue."
    found = ask(claim)
    assert found is not None
    assert set(found.doc_ids) == {SEVENTY, SPIRIT}
    found = ask_bundled(claim)
    assert found is not None
    assert found.doc_ids == (SEVENTY,)


@pytest.mark.parametrize(("claim", "expected"), [pair for pair in FRAMES if pair[1]])
def test_the_words_stand_in_the_claim(ask: Ask, claim: str, expected: tuple[str, ...]) -> None:
    found = ask(claim)
    if found is not None:
        assert claim[found.start : found.end] == found.words
        assert found.words == found.words.strip() != ""


def test_the_frame_is_told(ask: Ask) -> None:
    found = ask("Korea pays, according to the 2021 joint statement.")
    assert found == Attribution("the 2021 joint statement", (MOON,), 25, 49)


@pytest.mark.parametrize(
    ("claim", "year", "expected"),
    [
        ("This year’s follow-up joint statement underscores cooperation.", "2023", {SEVENTY, SPIRIT}),
        ("This year’s joint statement underscores cooperation.", "2021", {MOON}),
        ("Last year's joint statement underscores cooperation.", "2022", {MOON}),
        ("올해 공동성명에 따르면 한국이 부담한다.", "2021", {MOON}),
        ("지난해 공동성명에 따르면 한국이 부담한다.", "2022", {MOON}),
        ("This year’s joint statement underscores cooperation.", "2019", set()),
        ("This year’s joint statement underscores cooperation.", "then", set()),
    ],
)
def test_this_year_is_the_year_of_the_article(ask: Ask, claim: str, year: str, expected: set[str]) -> None:
    found = ask(claim, year=year)
    assert (set(found.doc_ids) if found else set()) == expected


def test_what_is_published_later_is_not_meant(ask: Ask) -> None:
    claim = "The Genesis order gives the Secretary 60 days."
    assert ask(claim, year="2025") is not None
    assert ask(claim, year="2024") is None


def test_a_summit_s_call_is_of_its_documents(ask: Ask) -> None:
    claim = "The need is evident in the Camp David statement’s call to “maintain focus on building robust cooperation”."
    found = ask(claim, year="2023")
    assert found is not None
    assert found.doc_ids == (SPIRIT,)


def test_a_summit_speaks_only_by_what_it_issued(ask: Ask) -> None:
    found = ask("This is evident in the latest Camp David summit’s call to “maintain focus”.", year="2023")
    assert found is not None
    assert set(found.doc_ids) == {SPIRIT, PRINCIPLES, CAMP_SHEET}
    assert ask("The Camp David summit announced a hotline.") is None


def _document(doc_id: str, **values: str) -> Document:
    title = values.pop("title", "The Chips Accord")
    return Document(doc_id, title, (Paragraph(1, "Text."),), **values)  # type: ignore[arg-type]


def test_editions_and_translations_of_one_document_all_count() -> None:
    documents = [
        _document("accord", date="2021", type="joint_statement", title="The Chips Accord Statement"),
        _document("originals/accord", date="2021", type="joint_statement", title="The Chips Accord Statement"),
        _document("accord.en", date="2021", type="joint_statement", title="Something else", translation_of="accord"),
        _document("other", date="2022", type="joint_statement", title="Another Statement"),
    ]
    found = attributed("The Chips Accord statement says so.", SourceNames(documents), reader(documents))
    assert found is not None
    assert found.doc_ids == ("accord", "originals/accord", "accord.en")


def test_a_name_that_fits_too_many_documents_names_none() -> None:
    documents = [_document(f"d{n}", date="2021", type="fact_sheet", title=f"Fact Sheet {n}") for n in range(MOST_MEANT)]
    read = reader(documents)
    claim = "The 2021 fact sheet says so."
    assert attributed(claim, SourceNames(documents), read) is not None
    documents.append(_document("one-more", date="2021", type="fact_sheet", title="Fact Sheet again"))
    assert attributed(claim, SourceNames(documents), read) is None


def test_without_documents_nobody_is_named() -> None:
    assert attributed("Han argues that it is so.", SourceNames([]), reader([])) is None
    assert resolve("", SourceNames([]), reader([])) == ()


def test_an_office_is_no_author() -> None:
    documents = [
        _document("office", issuer="Korea Economic Institute of America", type="article", title="Chips"),
        _document("two", issuer="Jane Example and Kim Minsu", type="article", title="Batteries"),
    ]
    names, read = SourceNames(documents), reader(documents)
    assert attributed("America argues that chips matter.", names, read) is None
    assert attributed("Institute argues that chips matter.", names, read) is None
    for claim in ("Example argues that batteries matter.", "Batteries matter, Jane Example writes."):
        found = attributed(claim, names, read)
        assert found is not None
        assert found.doc_ids == ("two",)
    assert attributed("Jane argues that batteries matter.", names, read) is None


HOSTILE = ["in " * 600, "a" * 2000, "the statement " * 140, "“" * 2000, ", says " * 280, "은 는 " * 500, "U.S. " * 400]
SOME = [_document("accord", date="2021", type="joint_statement", title="The Chips Accord Statement")]
NOBODY, NOTHING = SourceNames(SOME), reader(SOME)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    found = attributed(text, NOBODY, NOTHING)
    assert found is None or text[found.start : found.end] == found.words


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_takes_no_time(text: str) -> None:
    attributed(text, NOBODY, NOTHING)
    begun = time.process_time()
    attributed(text, NOBODY, NOTHING)
    assert time.process_time() - begun < 1.0
