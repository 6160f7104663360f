"""Modality: what a source may, plans to, will or must do is not said with another force; other wording is let be."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.modality import altered_force, read_clauses
from app.settings import BUNDLED_CORPUS
from ingest.passages import split_sentences

# Each force, said of the same: the first wording stands in the source, all of them in statements.
WORDINGS = {
    "possible": ("may build", "might build", "could build", "is considering building", "could well build"),
    "intended": ("plans to build", "intends to build", "aims to build", "seeks to build", "is expected to build"),
    "advised": ("should build", "is encouraged to build", "ought to build", "is urged to build"),
    "agreed": ("will build", "agreed to build", "has committed to build", "decided to build", "pledged to build"),
    "required": ("must build", "shall build", "has to build", "is required to build", "is obliged to build"),
    "present": ("builds",),
    "done": ("built", "has built", "had already built"),
}
# By hand: what may be said of each. Weaker is allowed where the sense stays: "will" as "plans to", not as "may".
ALLOWED = {
    "possible": {"possible"},
    "intended": {"intended", "possible"},
    "advised": {"advised"},
    "agreed": {"agreed", "intended", "present"},
    "required": {"required", "agreed", "present"},
}
PLANT = "South Korea {} a chip plant in Texas."


@pytest.mark.parametrize(("held", "said"), list(product(ALLOWED, WORDINGS)))
def test_each_force_against_each_other(held: str, said: str) -> None:
    for source, statement in product(WORDINGS[held], WORDINGS[said]):
        why = altered_force(PLANT.format(statement), [PLANT.format(source)])
        assert bool(why) is (said not in ALLOWED[held]), (source, statement, why)


@pytest.mark.parametrize("said", WORDINGS)
def test_what_a_source_states_as_fact_is_no_obligation(said: str) -> None:
    for statement in WORDINGS[said]:
        assert bool(altered_force(PLANT.format(statement), ["South Korea has built a chip plant in Texas."])) is (
            said == "required"
        )


@pytest.mark.parametrize(
    ("statement", "source"),
    [
        ("The two countries will cooperate on chips.", "The two countries agreed to cooperate on chips."),
        ("The countries agreed to cooperation on chips.", "The two countries will cooperate on chips."),
        ("Its planned investment in Texas is $5 billion.", "Samsung plans to invest $5 billion in Texas."),
        ("Samsung's plan for Texas is to invest $5 billion.", "Samsung intends to invest $5 billion in Texas."),
        ("Samsung is likely to invest in Texas.", "Samsung may invest in Texas."),
        ("The ROK has the right to request an adjustment.", "The ROK may request an adjustment of the funding."),
        ("This Act does not apply to defence systems.", "This Act shall not apply to systems for defence."),
        ("The MOU does not create binding obligations.", "This MOU is not intended to create any binding obligations."),
        ("The MOU is not legally binding.", "This MOU does not constitute any legally binding obligations."),
        ("Sales began in Seoul.", "On May 21 sales began in Seoul."),
        ("The framework is voluntary.", "Participation in the framework is voluntary."),
        # A modal in another clause does no harm.
        (
            "South Korea exported ships worth $2 billion.",
            "South Korea exported ships worth $2 billion, and Norway may buy more of them.",
        ),
        ("The ministers agreed on six projects.", "The ministers may meet in Seoul and agreed on six projects."),
        ("The ministers met in Seoul.", "The ministers met in Seoul, which should help trade."),
        (
            "Naver has invested $1 billion in servers.",
            "Naver has invested $1 billion in servers and plans to invest more.",
        ),
        ("France will build ships.", "South Korea may build ships, while France will build ships."),
        ("Both sides look forward to the summit.", "Both sides look forward to the summit, which must succeed."),
        # Chains hold with the force of their weakest part.
        ("They agreed to consider a task force.", "They agreed to consider creating a task force."),
        ("They are considering a task force.", "They agreed to consider creating a task force."),
        ("Firms may be required to report.", "Firms may be required to report to the office."),
        ("Systems must be able to stop.", "Systems must be able to stop at once."),
    ],
)
def test_the_same_in_other_words_is_let_be(statement: str, source: str) -> None:
    assert altered_force(statement, [source]) == ""


@pytest.mark.parametrize(
    ("statement", "source", "why"),
    [
        (
            "Samsung has invested $5 billion in Texas.",
            "Samsung plans to invest $5 billion in Texas.",
            'leaves out that the cited sentence says "plans to"',
        ),
        (
            "The ROK must request an adjustment.",
            "The ROK may request an adjustment of the funding.",
            'says "must", which the cited sentence does not',
        ),
        (
            "Samsung will invest in Texas.",
            "Samsung is expected to invest in Texas.",
            'says "will" where the cited sentence says "is expected to"',
        ),
        ("They created a task force.", "They agreed to consider creating a task force.", '"consider"'),
        ("They agreed to create a task force.", "They agreed to consider creating a task force.", '"consider"'),
        ("Firms must report to the office.", "Firms may be required to report to the office.", '"may"'),
        ("The MOU is binding.", "The MOU is not legally binding.", 'says "binding"'),
        ("The framework is mandatory for developers.", "The framework for developers is voluntary.", "mandatory"),
        ("The framework is voluntary.", "Participation in the framework is mandatory.", "voluntary"),
        ("Members may disclose secrets.", "Members must not disclose any secrets.", '"must not"'),
        ("Exporters sell chips there.", "Exporters are prohibited from selling chips there.", "prohibited from"),
        ("Exporters must not sell chips there.", "Exporters sold few chips there.", 'says "must not"'),
        # The clause that shares the statement's words counts, not one beside it.
        (
            "South Korea will build ships.",
            "South Korea may build ships, while France will build ships.",
            'says "will" where the cited sentence says "may"',
        ),
        (
            "Naver has invested $2 billion in servers.",
            "Naver has invested $1 billion in servers and plans to invest $2 billion in servers.",
            '"plans to"',
        ),
        ("The firm 네이버 built servers.", "The firm 네이버 agreed to build servers.", '"agreed to"'),
        # The verb in other words, a parenthesis, an enumeration.
        ("A chip plant in Texas has opened.", "Samsung plans to build a chip plant in Texas.", '"plans to"'),
        ("South Korea invested in Texas.", "South Korea may, in 2027, invest in Texas.", '"may"'),
        (
            "The offices shared data on exports.",
            "The offices intend to do research, share data on exports, and train engineers.",
            '"intend to"',
        ),
    ],
)
def test_another_force_is_named(statement: str, source: str, why: str) -> None:
    assert why in altered_force(statement, [source])


@pytest.mark.parametrize(
    ("statement", "source", "differs"),
    [
        ("정부는 기업을 지원할 수 있습니다.", "정부는 예산의 범위에서 기업을 지원할 수 있다.", False),
        ("정부는 기업을 지원한다.", "정부는 예산의 범위에서 기업을 지원할 수 있다.", True),
        ("정부는 기업을 지원하여야 한다.", "정부는 예산의 범위에서 기업을 지원할 수 있다.", True),
        ("사업자는 이용자에게 미리 고지해야 합니다.", "사업자는 이용자에게 미리 고지하여야 한다.", False),
        ("사업자는 이용자에게 미리 고지할 의무가 있다.", "사업자는 이용자에게 미리 고지하여야 한다.", False),
        ("사업자는 이용자에게 미리 고지할 수 있다.", "사업자는 이용자에게 미리 고지하여야 한다.", True),
        ("한국은 텍사스에 공장을 건설할 예정이다.", "한국은 텍사스에 공장을 건설할 계획이다.", False),
        ("한국은 텍사스에 공장을 건설할 것이다.", "한국은 텍사스에 공장을 건설할 계획이다.", True),
        ("한국은 텍사스에 공장을 건설했다.", "한국은 텍사스에 공장을 건설할 계획이다.", True),
        ("양국은 반도체 협력을 강화할 것이다.", "양국은 반도체 협력을 강화하기로 했다.", False),
        ("양국은 반도체 협력을 강화했다.", "양국은 반도체 협력을 강화하기로 했다.", True),
        ("국가는 환경의 조성을 위하여 노력해야 한다.", "국가는 환경의 조성을 위하여 노력하여야 한다.", False),
        ("국가는 안전한 환경을 조성했다.", "국가는 안전한 환경의 조성을 위하여 노력하여야 한다.", True),
        ("위원은 비밀을 누설하여서는 안 된다.", "위원은 직무상 비밀을 누설하여서는 아니 된다.", False),
        ("위원은 비밀을 누설할 수 있다.", "위원은 직무상 비밀을 누설하여서는 아니 된다.", True),
        ("양해각서는 법적 구속력이 있다.", "양해각서는 법적 구속력이 없다.", True),
        ("정부는 공장을 건설했다.", "정부는 공장을 건설했으며, 항만을 확장할 수 있다.", False),
        ("정부는 항만을 확장했다.", "정부는 공장을 건설했으며, 항만을 확장할 수 있다.", True),
    ],
)
def test_korean_forms(statement: str, source: str, differs: bool) -> None:
    assert bool(altered_force(statement, [source])) is differs


PLANS = "South Korea plans to build a plant in Texas."
CLAUSE = "정부는 예산의 범위에서 기업을 지원할 수 있다."
DUTY = "사업자는 이용자에게 미리 고지하여야 한다."
MIXED = "South Korea has invested $1 billion in Texas and plans to invest $2 billion in Ohio."


@pytest.mark.parametrize(
    ("statement", "source", "quote", "differs"),
    [
        ("한국은 텍사스에 공장을 건설할 계획이다.", PLANS, "build a plant in Texas", False),
        ("한국은 텍사스에 공장을 건설할 것이다.", PLANS, "build a plant in Texas", True),
        ("한국은 텍사스에 공장을 건설했다.", PLANS, "plans to build a plant in Texas", True),
        ("한국은 텍사스에 10억 달러를 투자했다.", MIXED, "has invested $1 billion in Texas", False),
        ("한국은 텍사스에 10억 달러를 투자했다.", MIXED, MIXED, False),
        ("한국은 오하이오에 20억 달러를 투자했다.", MIXED, "plans to invest $2 billion in Ohio", True),
        ("The government may support companies.", CLAUSE, "기업을 지원할 수 있다", False),
        ("The government supports companies.", CLAUSE, "기업을 지원할 수 있다", True),
        ("The government must support companies.", CLAUSE, "기업을 지원할 수 있다", True),
        ("Operators shall notify users in advance.", DUTY, "미리 고지하여야 한다", False),
        ("Operators may notify users in advance.", DUTY, "미리 고지하여야 한다", True),
        ("Operators notify users in advance.", DUTY, "미리 고지하여야 한다", False),
        ("Operators have notified users in advance.", DUTY, "미리 고지하여야 한다", True),
    ],
)
def test_across_languages_the_clauses_quoted_count(statement: str, source: str, quote: str, differs: bool) -> None:
    assert bool(altered_force(statement, [source], quotes=[quote])) is differs


def test_the_best_of_several_sentences_counts() -> None:
    fact, plan = "The plant in Gangwon was built in 2024.", "The province may build a plant in Gangwon."
    assert altered_force("The plant in Gangwon was built in 2024.", [plan, fact]) == ""
    assert altered_force("The province built a plant in Gangwon.", [plan, fact]) != ""


def test_what_introduces_a_list_may_oblige() -> None:
    item = "keep the records of their training data"
    statement = "Makers must keep the records of their training data."
    assert altered_force(statement, [item]) == 'says "must", which the cited sentence does not'
    assert altered_force(statement, [item], beside=f"Makers shall:\n{item}") == ""


def test_nothing_to_compare_is_no_difference() -> None:
    assert altered_force("", []) == altered_force("Korea must act.", []) == altered_force("", ["Korea may act."]) == ""
    assert read_clauses("") == []


SENTENCES = [
    line[start:end]
    for file in sorted(BUNDLED_CORPUS.glob("*.md"))
    for line in re.sub(r"(?s)\A---.*?\n---\n", "", file.read_text(encoding="utf-8")).splitlines()
    for start, end in split_sentences(line)
]


def test_a_source_s_own_words_have_its_force() -> None:
    assert len(SENTENCES) > 500
    changed = {sentence: altered_force(sentence, [sentence]) for sentence in SENTENCES}
    assert {sentence: why for sentence, why in changed.items() if why} == {}


@given(st.sampled_from(SENTENCES), st.lists(st.sampled_from(SENTENCES), max_size=3), st.text(max_size=30))
def test_it_reads_anything_and_other_sentences_do_no_harm(sentence: str, others: list[str], junk: str) -> None:
    assert altered_force(sentence, [*others, sentence]) == ""
    assert isinstance(altered_force(junk + sentence, [*others, junk]), str)
    assert isinstance(altered_force(junk, [sentence]), str)
