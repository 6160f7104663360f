"""What a sentence excludes in a claim: each kind both ways, the words of both sides, and what must not count."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.claims.differences import differences, unmatched
from app.claims.judge import ClaimPart, EvidenceSentence
from app.claims.results import CANNOT_CHECK, Difference
from app.results import Place
from ingest.documents import Edition


def sentence(
    text: str, *, around: str = "", header: str = "", date: str = "", edition: Edition = "original"
) -> EvidenceSentence:
    return EvidenceSentence(Place("doc", 1, 0, len(text)), text, around or text, header, date, edition)


def compared(claim: str, source: str, english: str = "", *, clear: bool = False, **more: str) -> tuple[Difference, ...]:
    part = ClaimPart(claim, english or claim, "ko" if english else "en")
    return differences(part, sentence(source, **more), clear=clear)  # type: ignore[arg-type]


DIFFERENT = [
    ("number", "Seoul pledged $3 billion for vaccine research.", "The ROK pledged $2 billion for vaccine research."),
    ("number", "The fund for clean hydrogen holds 17억 dollars.", "The fund for clean hydrogen holds $1.8 billion."),
    ("number", "Two fifths of farm exports go to Japan.", "Farm exports to Japan make up 80 percent of farm exports."),
    (
        "number",
        "The tariff on pharmaceuticals is 15 percent or more.",
        "The tariff on pharmaceuticals is no greater than 15 percent.",
    ),
    ("number", "The army picks at most three sensor projects.", "The army picks at least three sensor projects."),
    ("number", "The insulin bill is $35 a year.", "The insulin bill is $35 per month."),
    ("number", "The buyer of an electric car gets exactly $7,500.", "The buyer of an electric car gets up to $7,500."),
    ("number", "Defence spending rises by 3.5 percentage points.", "Defense spending rises by 3.5 percent."),
    (
        "number",
        "Proposals are due within half a year of the call.",
        "Proposals are due no later than 90 days after the call.",
    ),
    ("number", "The ministers meet every other year on minerals.", "The ministers meet annually on minerals."),
    ("number", "The envoys meet twice a year on minerals.", "The envoys meet four times a year on minerals."),
    ("number", "The envoys meet every other year on minerals.", "The envoys meet at least annually on minerals."),
    ("number", "The envoys meet annually on minerals.", "The envoys meet at least twice a year on minerals."),
    ("number", "The envoys meet three times a year on minerals.", "The envoys meet quarterly on minerals."),
    ("number", "The council held its fifth summit on safety.", "The council held its third summit on safety."),
    ("date", "The interim target was due in early December.", "The interim target is due early in October."),
    (
        "date",
        "The warning mechanism must work by the end of 2024.",
        "The warning mechanism will work by the end of 2023.",
    ),
    (
        "date",
        "The vehicle council first meets in Lima starting in 2026.",
        "The vehicle council meets in Lima starting in 2024.",
    ),
    (
        "actor",
        "Korea committed $2.5 billion and Japan committed $1 billion.",
        "Japan committed $2.5 billion and Korea committed $1 billion.",
    ),
    ("actor", "South Korea invests heavily in Vietnam.", "Vietnam invests heavily in South Korea."),
    (
        "actor",
        "Ms Ito spoke for Korea, and Mr Baek spoke for Japan.",
        "Ms Ito spoke for Japan, and Mr Baek spoke for Korea.",
    ),
    ("actor", "The next safety summit will be held in India.", "The next safety summit will be held in France."),
    ("negation", "The alliance does not extend to space satellites.", "The alliance extends to space satellites."),
    (
        "negation",
        "The memorandum creates financial obligations.",
        "The memorandum does not create financial obligations.",
    ),
    ("negation", "The deficit will widen this decade.", "The deficit is projected to fall this decade."),
    ("negation", "The grid repair programme is prohibited.", "The grid repair programme is allowed."),
    (
        "quantifier",
        "Cooperation is limited to the listed disciplines.",
        "Cooperation covers disciplines including but not limited to these.",
    ),
    (
        "quantifier",
        "All fourteen partners signed the trade pillar.",
        "Thirteen of the partners signed the trade pillar.",
    ),
    ("quantifier", "Every chip from abroad pays the duty.", "Certain chips from abroad pay the duty."),
    (
        "modality",
        "The code legally binds developers to publish tests.",
        "The code calls on developers to publish tests.",
    ),
    ("modality", "The charter on compute is voluntary.", "The charter on compute shall be mandatory."),
    (
        "modality",
        "The president has already imposed broader duties on imports.",
        "The president may impose broader duties on imports.",
    ),
]


@pytest.mark.parametrize(("kind", "claim", "source"), DIFFERENT)
def test_what_a_sentence_excludes_is_found_with_both_sides_own_words(kind: str, claim: str, source: str) -> None:
    found = compared(claim, source)
    assert kind in {one.kind for one in found}
    for one in found:
        assert one.claimed
        assert one.claimed in claim
        assert one.source
        assert one.source in source


# With few words in common: only where retrieval says that this sentence is the one.
CLEARLY_DIFFERENT = [
    ("number", "Harbour crews get six tugs.", "The port authority receives nine tugs for the pilots."),
    ("number", "Seoul set aside $40 million for coral.", "The ROK is to spend $70 million on coral nurseries."),
    ("number", "Reef wardens met five times.", "The reef wardens have met twice since the spring."),
    ("number", "The reef levy lasts at least a year.", "The surcharge on reefs runs within 90 days of the order."),
    ("date", "Reef wardens sail in March 2031.", "The wardens of the reef set sail in June 2032 with two crews."),
    ("actor", "MIT runs the coral survey.", "The coral survey is run with Princeton."),
    ("actor", "Tokyo's coral plan won praise.", "The ministers praised the ROK's coral plan."),
    ("negation", "Fishing on the reef is permitted.", "The reef is closed: all fishing there is outlawed."),
    ("negation", "The charter does not cover corals.", "Corals and lagoons are part of the charter."),
    ("negation", "Anglers pay on the reef.", "No anglers are charged a fee there."),
    ("negation", "Tonga was not among the reef's wardens.", "The wardens are Fiji, Tonga, Samoa and Palau."),
    ("negation", "Coral cover is on the wane.", "Coral keeps growing."),
    ("negation", "Funding for coral is sufficient.", "For coral, funding is insufficient."),
    ("quantifier", "The code is about corals only.", "The code includes corals and mangroves."),
    ("quantifier", "Just some kinds of coral are covered.", "All forms of coral are covered."),
    ("modality", "Wardens have no choice but to log corals.", "Wardens may log corals."),
    ("modality", "Wardens might count corals.", "Wardens will count corals each spring."),
    ("modality", "The reef pact is legally binding.", "This pact on reefs does not create any legally binding duties."),
    (
        "modality",
        "The reef pact is enforceable.",
        "Nothing in this pact on reefs makes it enforceable.",
    ),
]


@pytest.mark.parametrize(("kind", "claim", "source"), CLEARLY_DIFFERENT)
def test_a_sentence_that_clearly_is_the_one_is_compared_on_fewer_words(kind: str, claim: str, source: str) -> None:
    found = compared(claim, source, clear=True)
    assert kind in {one.kind for one in found}
    for one in found:
        assert one.claimed in claim
        assert one.source in source


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The charter does not cover corals.", "Corals and lagoons are part of the charter."),
        ("The code is about corals only.", "The code includes corals and mangroves."),
        ("Wardens might count corals.", "Wardens will count corals each spring."),
        ("Seoul set aside $40 million for its coral nurseries and tugs.", "The ROK is to spend $70 million on coral."),
    ],
)
def test_fewer_words_are_not_enough_where_no_sentence_leads(claim: str, source: str) -> None:
    assert compared(claim, source) == ()
    assert compared(claim, source, clear=True)


CLEARLY_ALIKE = [
    ("Reef wardens met two times.", "The reef wardens have met twice since the spring."),
    ("No warden is left without a boat.", "Every warden has a boat."),
    ("Above all, wardens count corals.", "Wardens count the most vulnerable corals."),
    ("Once a reef has been mapped, wardens rest.", "Wardens consider rest where a reef is mapped."),
    ("Seoul and Tokyo together gave $50 million for corals.", "The ROK gave $20 million for corals."),
    ("Tokyo's coral plan won praise.", "The ministers praised the ROK's coral plan and that of Japan."),
    ("The next coral summit is in March 2031.", "The coral summit was held in June 2030."),
    ("Half of the full $80 goes to wardens of corals.", "Wardens of corals get $40."),
    ("The coral fund holds $800 million.", "A coral permit from the fund costs $90."),
    ("The wardens' pact does not bind anyone.", "The pact of the wardens is not legally binding."),
    (
        "MIT runs the coral survey.",
        "The coral survey is run by the Massachusetts Institute of Technology and Princeton.",
    ),
    ("차세대 산호 연구에 협력한다.", "Cooperation on coral spans six areas."),
]


@pytest.mark.parametrize(("claim", "source"), CLEARLY_ALIKE)
def test_what_may_both_be_true_is_no_difference_even_where_a_sentence_leads(claim: str, source: str) -> None:
    english = "next-generation coral research cooperation" if claim.startswith("차") else ""
    assert compared(claim, source, english, clear=True) == ()


MISSCALED = [
    ("The fund holds $17 million for hydrogen.", "The fund for clean hydrogen holds $17 billion."),
    ("More than $40 million went into hydrogen.", "More than $40 billion was put into clean hydrogen."),
]


@pytest.mark.parametrize(("claim", "source"), MISSCALED)
def test_the_same_figure_in_another_scale_differs_though_more_than_millions_holds_for_billions(
    claim: str, source: str
) -> None:
    assert [one.kind for one in compared(claim, source)] == ["number"]


def test_an_amount_many_times_another_is_of_another_thing() -> None:
    source = "The two ports of Busan received $150 billion of Korean investment in shipyards."
    assert not compared("Korean investment in shipyards came to $2 billion.", source, clear=True)
    assert compared("Korean investment in shipyards came to $90 billion.", source, clear=True)


def test_of_two_amounts_the_one_of_the_same_country_is_compared() -> None:
    source = (
        "In bridges, South Korea invests $1.7 billion in the U.S. sector, while American investors direct $2 billion."
    )
    (korean,) = compared("Koreans invest 2.7 billion dollars in US bridges.", source, clear=True)
    (american,) = compared("Americans invest $2.7 billion in Korean bridges.", source, clear=True)
    assert (korean.source, american.source) == ("$1.7 billion", "$2 billion")


def test_a_count_is_not_made_up_from_small_numbers_around() -> None:
    source = "The dialogue covers six main areas."
    around = f"It met for two days. {source} There are four more to come."
    assert [one.source for one in compared("The dialogue covers eight main areas.", source, around=around)] == ["six"]
    assert not compared("The dialogue covers four main areas.", source, around=around)  # four stands there


def test_an_order_is_known_by_its_number() -> None:
    source = "The advisers review actions taken pursuant to the revoked Executive Order 14110."
    (found,) = compared("Executive Order 14110 is still in force.", source, clear=True)
    assert (found.kind, found.claimed, found.source) == ("negation", "in force", "revoked")
    assert not compared("Executive Order 14179 is still in force.", source)


def test_what_was_done_before_what_is_open_is_not_open() -> None:
    source = "The advisers list actions under the revoked Executive Order 14110 that may be inconsistent with policy."
    assert not compared("Executive Order 14110 has been revoked.", source, clear=True)
    kinds = [one.kind for one in compared("Executive Order 14110 has been revoked.",
                                          "Executive Order 14110 may be revoked.", clear=True)]  # fmt: skip
    assert kinds == ["modality"]


def test_another_countrys_amount_and_another_companys_are_of_another_fact() -> None:
    claim = "Korea pledged to invest $500 billion in the United States in 2025."
    assert compared(claim, "Acme Group pledged to invest $3 billion by 2030 in U.S. power-grid lines.") == ()
    assert compared("Seoul gave $5 million for coral nurseries.", "Japan gave $9 million for coral nurseries.") == ()


def test_a_sentences_own_year_is_told_from_its_documents_date() -> None:
    claim, source = "The coral plan was due by the end of 2029.", "The coral plan is due by the end of this year."
    assert compared(claim, source, date="2029-05-01") == ()
    assert [one.kind for one in compared(claim, source, date="2027-05-01")] == ["date"]
    assert compared(claim, source) == ()  # of no date, it has no year
    source = source.replace("this", "next")
    assert compared(claim, source, date="2028-05-01") == ()
    assert [one.kind for one in compared(claim, source, date="2027-05-01")] == ["date"]


def test_a_korean_claims_denial_is_compared_only_where_a_sentence_leads() -> None:
    claim, english = "산호 헌장은 어업을 다루지 않는다.", "coral charter fishing cover"
    source = "The coral charter covers fishing."
    assert compared(claim, source, english) == ()
    assert [one.kind for one in compared(claim, source, english, clear=True)] == ["negation"]
    assert compared(claim, "The coral charter does not cover fishing.", english, clear=True) == ()


ALIKE = [
    ("The fund holds 1,700 million dollars.", "The fund holds $1.7 billion."),
    ("Nearly a third of exports go to Japan.", "Exports to Japan are 32 percent of exports."),
    ("About half of exports go to Japan.", "Exports to Japan are 48% of exports."),
    ("A dozen partners joined the framework.", "Twelve partners joined the framework."),
    ("One in five exports goes to Japan.", "Exports to Japan are 20 percent of exports."),
    ("The plan reached at least 300 schools.", "The plan reached 400 schools."),
    ("The plan reached 400 schools.", "The plan reached more than 300 schools."),
    ("A buyer of a new car gets $7,500.", "A buyer of a new car gets up to $7,500."),
    ("Korea gives $1.5 billion less for networks.", "The US gives $2.5 billion for networks, and Korea $1 billion."),
    ("The share for trucks is twice as large.", "The share for cars is 15 percent, and for trucks 30 percent."),
    ("The pact was signed in May 2021.", "The pact was signed on 21 May 2021."),
    ("The plan is due within three months of signature.", "The plan is due within 90 days of signature."),
    ("Korea and Japan committed $2.5 billion and $1 billion.", "Korea committed $2.5 billion and Japan $1 billion."),
    ("The ministers meet once a year on minerals.", "The ministers meet annually on minerals."),
    ("The envoys meet four times a year on minerals.", "The envoys meet quarterly on minerals."),
    ("The envoys meet twice a year on minerals.", "The envoys meet at least annually on minerals."),
    ("The envoys meet at least once a year on minerals.", "The envoys meet quarterly on minerals."),
    ("The pact does not bind the parties.", "The pact is not binding on the parties."),
    ("No money is owed under the memorandum.", "Nothing in the memorandum creates a debt of money."),
    ("The code is voluntary.", "The code is a non-binding framework."),
    ("The parties may explore a task force.", "Explore the creation of a task force."),
]


@pytest.mark.parametrize(("claim", "source"), ALIKE)
def test_the_same_in_other_words_is_no_difference(claim: str, source: str) -> None:
    assert compared(claim, source) == ()


UNRELATED = [
    ("Seoul pledged $3 billion for vaccines.", "The bridge across the bay cost $2 billion and 40 lives."),
    ("The safety summit is in May 2026.", "The trade office opened in June 2019."),
    (
        "Seoul pledged $3 billion for vaccine research.",
        "Vaccine research got $3 billion, ports $1 billion, roads $2 billion.",
    ),
    (
        "The alliance does not cover fisheries.",
        "The alliance covers space, and fisheries are left to others; it is old.",
    ),
]


@pytest.mark.parametrize(("claim", "source"), UNRELATED)
def test_amounts_and_dates_of_other_things_are_no_contradictions(claim: str, source: str) -> None:
    assert not [one for one in compared(claim, source) if one.kind in ("number", "date")]


def test_a_claims_date_that_the_header_gives_is_not_contradicted_by_another_events() -> None:
    claim = "By May 2021 the cyber working group met."
    source = "The cyber working group met by March 2020."
    assert [one.kind for one in compared(claim, source)] == ["date"]
    assert compared(claim, source, header="Fact Sheet\n2021-05-21") == ()


def test_a_sentence_of_other_years_is_about_another_event_except_for_dates() -> None:
    claim = "In 2021 Seoul pledged $3 billion for vaccine research."
    source = "The ROK pledged $2 billion for vaccine research."
    assert [one.kind for one in compared(claim, source, date="2021-05-21")] == ["number"]
    assert compared(claim, source, date="2019-05-21") == ()


def test_korean_figures_are_compared_from_the_claims_own_text() -> None:
    claim = "한국은 백신 연구 기금에 30억 달러를 내기로 했다."
    english = "South Korea vaccine research fund 30 3 billion dollars"
    (found,) = compared(claim, "The ROK will give $2 billion to the vaccine research fund.", english)
    assert found == Difference("number", "30억 달러", "$2 billion")
    assert compared(claim, "The ROK will give $3 billion to the vaccine research fund.", english) == ()


def test_a_digest_cannot_decide_denials_and_forces_but_can_decide_figures() -> None:
    claim = "The memorandum creates financial obligations of $3 billion."
    source = "The memorandum does not create financial obligations of $2 billion."
    found = {one.kind: one.source for one in compared(claim, source, edition="digest")}
    assert found["negation"] == CANNOT_CHECK
    assert found["number"] == "$2 billion"


@pytest.mark.parametrize(
    ("claim", "source"), [("", "A sentence."), ("A claim.", ""), (" \n", " "), ("\x00\x01", "\x01")]
)
def test_nothing_to_compare_gives_nothing(claim: str, source: str) -> None:
    assert compared(claim, source) == ()
    assert unmatched(ClaimPart("", ""), sentence(source)) == ()


def test_what_the_source_merely_lacks_is_unmatched_and_no_difference() -> None:
    part = ClaimPart("In 2026 Samsung spent $5 billion in Taiwan.", "In 2026 Samsung spent $5 billion in Taiwan.")
    held = sentence("The company spent money.", around="The company spent money. Samsung is large.", date="2026-01-20")
    assert differences(part, held) == ()
    assert unmatched(part, held) == ("$5 billion", "Taiwan")


def test_a_figure_that_follows_from_two_others_is_matched() -> None:
    part = ClaimPart("Together they gave $350 billion.", "Together they gave $350 billion.")
    held = sentence("It includes $150 billion.", around="It includes $150 billion. It also includes $200 billion.")
    assert unmatched(part, held) == ()


def test_a_korean_claims_countries_are_looked_for_in_english() -> None:
    part = ClaimPart("대만은 17억 달러를 투자했다.", "Taiwan 17 1.7 billion dollars invest", "ko")
    assert unmatched(part, sentence("Taiwan invested $1.7 billion.")) == ()
    assert unmatched(part, sentence("Japan invested $1.7 billion.")) == ("Taiwan",)


WORDS = st.sampled_from(
    "the deal not no all only may must $3 billion 15 percent by 2030 early May Korea Japan invests in fall rise up to "
    "at most least half a third 17억 달러 않는다 (A) , ; — “ <b> ' .* [ exports held led by".split()
)


@settings(max_examples=300, deadline=None)
@given(st.lists(WORDS, max_size=14), st.lists(WORDS, max_size=14), st.text(max_size=12))
def test_any_text_gives_differences_in_the_texts_own_words(one: list[str], other: list[str], odd: str) -> None:
    claim, source = " ".join(one) + odd, odd + " ".join(other)
    for found in (*compared(claim, source), *compared(claim, source, clear=True)):
        assert found.claimed in claim
        assert found.source in source
        assert found.claimed.strip()
        assert found.source.strip()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([one[-1] for one in (*DIFFERENT, *CLEARLY_DIFFERENT, *ALIKE, *CLEARLY_ALIKE)]), st.booleans())
def test_a_sentence_does_not_differ_from_itself(text: str, clear: bool) -> None:
    assert compared(text, text, clear=clear) == ()
