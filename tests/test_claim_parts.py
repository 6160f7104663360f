"""Claims split into parts that stand alone, and claims that must not be split."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.claims.parts import MOST_PARTS, Stretch, split_claim


def texts(claim: str) -> list[str]:
    return [part.text for part in split_claim(claim)]


def own(claim: str, parts: tuple[Stretch, ...]) -> str:
    """Return the words that are some part's own, without the space between them."""
    return "".join("".join(claim[part.start : part.end].split()) for part in parts)


SPLIT: list[tuple[str, list[str]]] = [
    (
        "Samsung pledged $2 billion and opened an office.",
        ["Samsung pledged $2 billion", "Samsung opened an office."],
    ),
    (
        "In May 2021, Korea pledged $2 billion and Japan opened an office in Seoul.",
        ["In May 2021, Korea pledged $2 billion", "In May 2021, Japan opened an office in Seoul."],
    ),
    (
        "In May 2021, Korea pledged $2 billion and in 2023 Japan opened an office.",
        ["In May 2021, Korea pledged $2 billion", "In 2023 Japan opened an office."],
    ),
    (
        "Korea passed the AI Basic Act, which took effect in 2026.",
        ["Korea passed the AI Basic Act", "The AI Basic Act took effect in 2026."],
    ),
    (
        "The AI Basic Act, which took effect in January 2026, covers generative AI and requires labels.",
        [
            "The AI Basic Act took effect in January 2026",
            "The AI Basic Act covers generative AI",
            "The AI Basic Act requires labels.",
        ],
    ),
    (
        "While Korea pledged $1 billion, the United States pledged $2.5 billion.",
        ["Korea pledged $1 billion", "The United States pledged $2.5 billion."],
    ),
    (
        "South Korea invests $1.7 billion in the U.S. sector, while American investors direct $2 billion.",
        ["South Korea invests $1.7 billion in the U.S. sector", "American investors direct $2 billion."],
    ),
    (
        "According to the 2023 statement, Korea will invest $5 billion and build a centre in Texas.",
        [
            "According to the 2023 statement, Korea will invest $5 billion",
            "According to the 2023 statement, Korea will build a centre in Texas.",
        ],
    ),
    (
        "Han argues that Korea lags behind and that America holds a lead.",
        ["Han argues that Korea lags behind", "Han argues that America holds a lead."],
    ),
    (
        "Korea signed the deal in 2021 and Japan followed in 2022, the fact sheet says.",
        ["Korea signed the deal in 2021, the fact sheet says", "Japan followed in 2022, the fact sheet says"],
    ),
    (
        "Korea agreed to share data and to hold annual meetings.",
        ["Korea agreed to share data", "Korea agreed to hold annual meetings."],
    ),
    (
        "The deal was signed in May 2023 and ratified by parliament in June.",
        ["The deal was signed in May 2023", "The deal was ratified by parliament in June."],
    ),
    (
        "The order directs agencies to share data, requires annual reports and creates a council.",
        [
            "The order directs agencies to share data",
            "The order requires annual reports",
            "The order creates a council.",
        ],
    ),
    (
        "Korea joined IPEF in 2022, and its exports to the group reached $50 billion.",
        ["Korea joined IPEF in 2022", "Korea’s exports to the group reached $50 billion."],
    ),
    (
        "Moon's government scrapped the guidelines in 2021 and it opened an office in Boston.",
        ["Moon's government scrapped the guidelines in 2021", "Moon's government opened an office in Boston."],
    ),
    ("Korea pledged $2 billion; Japan pledged $3 billion.", ["Korea pledged $2 billion", "Japan pledged $3 billion."]),
    ("Korea did not sign the deal but opened an office.", ["Korea did not sign the deal", "Korea opened an office."]),
    (
        "The fund pays between 4 and 15 percent and is run by NIST.",
        ["The fund pays between 4 and 15 percent", "The fund is run by NIST."],
    ),
    (
        "The statement calls it “safe and sound” and names three fields.",
        ["The statement calls it “safe and sound”", "The statement names three fields."],
    ),
    (
        "Korea signed the deal. Japan joined in 2023.",
        ["Korea signed the deal.", "Japan joined in 2023."],
    ),
    (
        "Korea signed the deal. It took effect in 2022. Japan joined in 2023.",
        ["Korea signed the deal. It took effect in 2022.", "Japan joined in 2023."],
    ),
    (
        "Seoul has pledged to refrain from tests and has joined the treaty.",
        ["Seoul has pledged to refrain from tests", "Seoul has joined the treaty."],
    ),
    (
        "한국은 10억 달러를 내기로 했고, 미국은 25억 달러를 내기로 했다.",
        ["한국은 10억 달러를 내기로 했다", "미국은 25억 달러를 내기로 했다."],
    ),
    (
        "한국은 2021년 5월 미국과 협정을 맺었으며 2022년에는 사무소를 열었다.",
        ["한국은 2021년 5월 미국과 협정을 맺었다", "한국은 2022년에는 사무소를 열었다."],
    ),
    (
        "캠프 데이비드 공동성명에 따르면 세 정상은 핫라인을 두기로 했고 매년 만나기로 했다.",
        [
            "캠프 데이비드 공동성명에 따르면 세 정상은 핫라인을 두기로 했다",
            "캠프 데이비드 공동성명에 따르면 세 정상은 매년 만나기로 했다.",
        ],
    ),
    (
        "2021년 5월 한국은 협정을 맺었지만 일본은 맺지 않았다.",
        ["2021년 5월 한국은 협정을 맺었다", "2021년 5월 일본은 맺지 않았다."],
    ),
]

WHOLE = [
    "The United States and Korea signed the Technology Prosperity Deal.",
    "The Ministry of Science and Technology and NIST signed a memorandum.",
    "The statement names chips, batteries and quantum.",
    "Tax credits cover between 4 and 15 percent of the price.",
    "Both Korea and Japan joined the network in 2023.",
    "Korea spent more on chips than Japan and China did.",
    "Biden said Samsung and SK will build plants.",
    "The order names the plants that Samsung and SK opened in 2023.",
    "If Korea joins, the United States will pay and Japan will host.",
    "The deal ends unless Korea pays and Japan agrees to it.",
    "Either Korea pays the sum and Japan hosts the centre, or nothing is built.",
    "Korea neither signed the deal nor opened an office.",
    "Korea not only pledged $2 billion but also opened an office.",
    "No country signed the treaty and opened an office.",
    "Korea did not agree to pay the sum and to host the centre.",
    "The leaders said “we pledged $2 billion and opened an office” in Seoul.",
    "The leaders (Korea pledged $2 billion and Japan opened an office) met.",
    "Samsung drafted and approved the plan.",
    "The Act will reauthorize and expand fundamental research.",
    "Korea signed a memorandum and shared values.",
    "Korea pledged $2 billion to build a plant and hire staff.",
    "Korea praised firms that built chips and opened an office.",
    "The report says the chips and the batteries will cost less.",
    "The fund supports start-ups and labs led by women.",
    "The pact covers Japan, Korea and firms based in Texas.",
    "Han argues that Korea lags behind and calls for a centre.",
    "Korea signed the deal with the head of the agency, which is run by Kim.",
    "The leaders promised safe, secure, and trustworthy AI.",
    "Korea pledged $2 billion, helping Japan and opening an office.",
    "Trade between the United States and Korea will grow by 5 percent.",
    "Phnom Penh, November 2022: three leaders shut the door on negotiating with Pyongyang",
    "한국과 일본은 2023년에 협정을 맺었다.",
    "정부는 인공지능을 육성하고 신뢰를 확보하기로 했다.",
    "한국이 참여했다면 미국은 지불했고 일본은 주최했을 것이다.",
    "공동성명은 “한국은 참여했고 미국은 환영했다”고 적었다.",
    "최고 수준의 안전 기준을 지키기로 했다.",
    "Korea",
    "A " * 200 + "and B pledged $2 billion and opened an office.",
]


@pytest.mark.parametrize(("claim", "expected"), SPLIT)
def test_claims_are_split_into_parts_that_stand_alone(claim: str, expected: list[str]) -> None:
    assert texts(claim) == expected


@pytest.mark.parametrize("claim", WHOLE)
def test_what_is_not_certain_stays_whole(claim: str) -> None:
    assert split_claim(claim) == (Stretch(claim, 0, len(claim)),)


@pytest.mark.parametrize("claim", [claim for claim, _ in SPLIT])
def test_the_own_words_of_the_parts_are_the_claim(claim: str) -> None:
    parts = split_claim(claim)
    assert own(claim, parts) == "".join(claim.split())
    assert all(before.end <= after.start for before, after in itertools.pairwise(parts))
    for part in parts:
        assert texts(part.text) == [part.text]


def test_own_words_are_told() -> None:
    claim = "Samsung pledged $2 billion and opened an office."
    assert [claim[part.start : part.end] for part in split_claim(claim)] == [
        "Samsung pledged $2 billion",
        "and opened an office.",
    ]


def test_nothing_gives_nothing() -> None:
    assert split_claim("") == split_claim(" \n ") == ()


def test_there_are_at_most_eight_parts_and_the_last_has_the_rest() -> None:
    sentences = [f"Korea pledged ${n} billion." for n in range(12)]
    parts = split_claim(" ".join(sentences))
    assert len(parts) == MOST_PARTS == 8
    assert [part.text for part in parts[:7]] == sentences[:7]
    assert parts[7].text == " ".join(sentences[7:])


NAMES = ("Korea", "The United States", "Samsung", "The Treasury", "President Moon")
PREDICATES = (
    "pledged $2 billion", "opened an office in 2021", "signed the memorandum", "joined the network in May 2022",
    "agreed to share data", "published a report", "was named a partner", "will build a plant",
)  # fmt: skip
CLAUSES = st.builds(lambda name, does: f"{name} {does}", st.sampled_from(NAMES), st.sampled_from(PREDICATES))
JOINED = st.builds(
    lambda frame, first, rest, end: frame + first + "".join(f"{joint}{clause}" for joint, clause in rest) + end,
    st.sampled_from(("", "In May 2021, ", "According to the 2023 statement, ", "Han argues that ", "If it rains, ")),
    CLAUSES,
    st.lists(
        st.tuples(
            st.sampled_from((" and ", ", and ", ", while ", "; ", " but ", ", ", " or ")),
            CLAUSES | st.sampled_from(PREDICATES),
        ),
        max_size=5,
    ),
    st.sampled_from((".", "", ", the fact sheet says.", " “and so on”.")),
)
WORDS = st.lists(
    st.sampled_from(
        'Korea and the , while pledged opened which is ; . “ ” " ( ) it its to build by of 2021 In May that not was '
        "한국은 했고 했으며 미국은 냈다 에 따르면".split()
    ),
    max_size=40,
).map(" ".join)


@given(JOINED | WORDS | st.text(max_size=200))
def test_every_word_is_in_some_part_and_parts_split_no_further(claim: str) -> None:
    parts = split_claim(claim)
    assert own(claim, parts) == "".join(claim.split())
    assert len(parts) <= MOST_PARTS
    assert parts == split_claim(claim)
    assert all(part.text.strip() and 0 <= part.start < part.end <= len(claim) for part in parts)
    if 1 < len(parts) < MOST_PARTS:
        assert all(texts(part.text) == [part.text] for part in parts)


@given(st.sampled_from(NAMES), st.lists(st.sampled_from(PREDICATES[:6]), min_size=2, max_size=2, unique=True))
def test_the_subject_is_carried_over(name: str, does: list[str]) -> None:
    assert texts(f"{name} {does[0]} and {does[1]}") == [f"{name} {does[0]}", f"{name} {does[1]}"]


@pytest.mark.parametrize(
    "claim",
    [
        "Korea pledged $2 billion and opened an office, " * 1500,
        "Korea pledged $2 billion and opened an office. " * 1500,
        "한국은 10억 달러를 내기로 했고 미국은 그랬으며 " * 1500,
        "word " * 10_000,
        "in " * 10_000,
        "' “ ( \" " * 2500,
        "a; " * 5000,
    ],
)
def test_ten_thousand_words_take_no_time(claim: str) -> None:
    begun = time.process_time()
    assert own(claim, split_claim(claim)) == "".join(claim.split())
    assert time.process_time() - begun < 3.0
