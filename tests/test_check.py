"""Checks from end to end, over a small corpus with the bundled model: what decides, what may not, and what is said."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.audit.audit import audit
from app.claims.results import ALL, CANNOT_CHECK, Check, Difference, Searchable
from app.errors import BadInput, ChatModelUnreachable
from app.pipeline import Pipeline
from app.roots import Roots
from app.settings import Settings
from ingest.documents import Document, Paragraph
from tests.claims_corpus import (
    CLAIM_FILES,
    HOSTILE,
    PACT,
    PLAN,
    REVIEW,
    TRUST,
    ingest_claims,
    write_claims_corpus,
)
from tests.small_corpus import ACCORD, ARTICLE, CAMP, FILES, NEW_LAW, OLD_LAW

FIVE: Final = "Korea will invest $5 billion in American chip plants by 2026."
SEVEN: Final = FIVE.replace("5", "7")
NINE: Final = FIVE.replace("5", "9")
DENIED: Final = "Firms may not export trained models to Japan under the plan."
BOUND: Final = "Firms must export trained models to Japan under the plan."
TRIAL: Final = "Six hospitals take part in the trial of surgical robots."
RECORDS: Final = "Makers of trusted machines keep records of training data for five years."
NOWHERE: Final = "Volcanoes on Iceland erupted twice last winter."
ABSURD: Final = "Penguins compose symphonies beneath glaciers."
EVERYTHING: Final = (*CLAIM_FILES, *FILES)
DOC_IDS: Final = tuple(name.rpartition(".")[0] for name in EVERYTHING)
TYPES: Final = ("joint_statement", "fact_sheet", "plan", "memo", "law", "register", "article")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("claims")
    return ingest_claims(folder / "home", write_claims_corpus(folder / "corpus"))


@pytest.fixture(scope="module")
def checker(settings: Settings) -> Iterator[Pipeline]:
    with Pipeline(settings) as pipeline:
        yield pipeline


def cited(check: Check, stance: str) -> list[str]:
    return [one.doc_id for one in check.citations if one.stance == stance]


def plain(check: Check) -> dict[str, Any]:
    return {name: value for name, value in check.to_json().items() if name != "timings_ms"}


# What decides


def test_a_claim_that_stands_there_is_supported(checker: Pipeline) -> None:
    check = checker.check(TRIAL)
    assert (check.verdict, cited(check, "supports")[0]) == ("supported", REVIEW)
    assert check.citations[0].quote == TRIAL
    assert check.parts[0].differences == ()
    assert "does not mean false" not in check.notice


@pytest.mark.parametrize(
    ("claim", "kind", "claimed", "source"),
    [
        (NINE, "number", "$9 billion", None),
        (TRIAL.replace("Six", "Ten"), "number", "Ten", "Six"),
        (RECORDS.replace("five", "ten"), "number", "ten years", "five years"),
        (TRIAL.replace("take", "never take"), "negation", "never take part in the trial of surgical", None),
    ],
)
def test_a_claim_that_a_sentence_excludes_is_contradicted_by_both_sides_words(
    checker: Pipeline, claim: str, kind: str, claimed: str, source: str | None
) -> None:
    check = checker.check(claim)
    assert check.verdict == "contradicted"
    first = check.parts[0].differences[0]
    assert (first.kind, first.claimed) == (kind, claimed)
    assert source is None or first.source == source
    assert first.claimed in claim
    assert first.source in check.citation(check.parts[0].citations[0]).quote


@pytest.mark.parametrize("claim", [NOWHERE, ABSURD])
def test_what_is_nowhere_is_not_in_the_sources_and_not_called_false(checker: Pipeline, claim: str) -> None:
    check = checker.check(claim)
    (part,) = check.parts
    assert (check.verdict, part.verdict, part.citations) == ("not_in_sources", "not_in_sources", ())
    assert {one.stance for one in check.citations} == {"closest"}
    assert part.closest == 1
    assert f"Searched {len(EVERYTHING)} documents, the newest of 20 January 2026" in check.notice
    assert "Not in the sources does not mean false" in check.notice


def test_documents_that_disagree_are_both_shown_with_their_dates(checker: Pipeline) -> None:
    for claim, supports, contradicts in ((FIVE, PACT, REVIEW), (SEVEN, REVIEW, PACT)):
        check = checker.check(claim)
        assert check.verdict == "supported"
        assert (cited(check, "supports"), cited(check, "contradicts")) == ([supports], [contradicts])
        assert "The sources disagree" in check.notice
        assert "The Pact of Busan (1 June 2022)" in check.notice
        assert "Review of the Pact (1 June 2024)" in check.notice
    assert "disagree" not in checker.check(NINE).notice, "both exclude it"


def test_who_is_said_to_say_it_alone_counts_for_and_against(checker: Pipeline) -> None:
    wrong = checker.check(f"According to the Pact of Busan, {SEVEN}")
    assert (wrong.verdict, {one.doc_id for one in wrong.citations}) == ("contradicted", {PACT})
    right = checker.check(f"According to the Pact of Busan, {FIVE}")
    assert (right.verdict, {one.doc_id for one in right.citations}) == ("supported", {PACT})
    assert "disagree" not in right.notice
    absent = checker.check(f"According to the Pact of Busan, {TRIAL}")
    assert REVIEW not in {one.doc_id for one in absent.citations}, "it says so, but is not who is said to"


def test_what_was_superseded_is_said(checker: Pipeline) -> None:
    check = checker.check(RECORDS)
    assert check.verdict == "supported"
    assert {one.superseded_by for one in check.citations if one.doc_id == OLD_LAW} == {NEW_LAW}
    assert "Act on Trusted Machines was superseded by 신뢰 기계 기본법" in check.notice
    assert "superseded" not in checker.check(TRIAL).notice


def test_a_korean_claim_is_answered_in_korean(checker: Pipeline) -> None:
    check = checker.check("기록을 보관하지 않은 자에게는 3천만원 이하의 과태료를 부과한다.")
    assert (check.verdict, check.language) == ("supported", "ko")
    assert NEW_LAW in cited(check, "supports")
    assert f"문서 {len(EVERYTHING)}건을 검색했습니다" in check.notice


def test_each_part_has_a_verdict_of_its_own(checker: Pipeline) -> None:
    check = checker.check(f"{TRIAL} {ABSURD}")
    assert [part.verdict for part in check.parts] == ["supported", "not_in_sources"]
    assert check.verdict == "not_in_sources"


# What a digest may not decide


@pytest.mark.parametrize(
    ("claim", "kind", "claimed"), [(DENIED, "negation", "not export"), (BOUND, "modality", "must")]
)
def test_a_digest_decides_nothing_on_negation_and_modality(
    checker: Pipeline, claim: str, kind: str, claimed: str
) -> None:
    check = checker.check(claim)
    (part,) = check.parts
    assert (part.verdict, part.citations) == ("not_in_sources", ())
    assert [one.doc_id for one in check.citations] == [PLAN]
    assert {(one.kind, one.source) for one in part.differences} == {(kind, CANNOT_CHECK)}
    assert part.differences[0].claimed.startswith(claimed)
    assert "only an original can tell" in check.notice
    assert check.confidence < 0.9, "that it cannot be told is nothing to be sure of"


def test_a_digest_decides_on_figures(checker: Pipeline) -> None:
    said = "Under the plan, the ministry pays 40 percent of the cost of training courses."
    assert checker.check(said).verdict == "supported"
    check = checker.check(said.replace("40", "60"))
    assert check.verdict == "contradicted"
    assert check.parts[0].differences == (Difference("number", "60 percent", "40 percent"),)
    assert "only an original" not in check.notice


# Quotations


def test_a_part_that_is_a_quotation_is_supported_by_where_it_stands(checker: Pipeline) -> None:
    check = checker.check(f"The Pact of Busan says: “We will {TRUST}.”")
    (quote,) = check.quotes
    assert (check.verdict, quote.verbatim, quote.similarity) == ("supported", "yes", 1.0)
    assert (check.confidence, check.parts[0].citations) == (0.95, (1,))
    assert quote.citation is not None
    place = check.citation(quote.citation)
    assert (place.doc_id, place.paragraph, place.quote) == (PACT, 4, f"We will {TRUST}")


def test_differing_words_are_shown_on_both_sides(checker: Pipeline) -> None:
    check = checker.check(f"According to the Pact of Busan, both will “{TRUST.replace('inspect', 'repair')}”.")
    (quote,) = check.quotes
    assert (quote.verbatim, quote.differing) == ("no", (("repair", "inspect"),))
    assert Difference("quote", "repair", "inspect") in check.parts[0].differences
    assert quote.citation is not None
    assert (check.citation(quote.citation).quote, check.citation(quote.citation).stance) == (TRUST, "closest")
    assert check.confidence != pytest.approx(0.95)  # what words found letter by letter are worth


def test_a_wrong_attribution_says_where_the_words_are_from(checker: Pipeline) -> None:
    check = checker.check(f"According to the Review of the Pact, both sides will “{TRUST}”.")
    (quote,) = check.quotes
    assert (quote.verbatim, quote.elsewhere, check.verdict) == ("no", True, "not_in_sources")
    assert quote.citation is not None
    assert check.citation(quote.citation).doc_id == PACT


def test_what_another_document_says_is_named_where_the_attribution_is_wrong(checker: Pipeline) -> None:
    said = f"According to the {{}}, {TRIAL[0].lower()}{TRIAL[1:]}"
    wrong = checker.check(said.format("Pact of Busan"))
    assert wrong.verdict == "not_in_sources"
    assert f"It may come from another document: {checker.document(REVIEW).title}" in wrong.notice
    assert f"¶{checker.check(TRIAL).citations[0].paragraph}." in wrong.notice
    assert REVIEW not in {one.doc_id for one in wrong.citations}, "only the document that is named counts"
    assert "may come from" not in checker.check(said.format("Review of the Pact")).notice
    assert "may come from" not in checker.check(f"According to the Pact of Busan, {NOWHERE.lower()}").notice
    without = Searchable(without=frozenset({REVIEW}))
    assert "may come from" not in checker.check(said.format("Pact of Busan"), without).notice


def test_a_digest_s_original_cannot_be_quoted_from_it(checker: Pipeline) -> None:
    check = checker.check("The Plan for Trained Models says that “firms may export trained models to Japan”.")
    assert [(one.verbatim, one.citation) for one in check.quotes] == [("cannot_check", None)]


# What counts as evidence

claims: Final = st.sampled_from(
    (FIVE, SEVEN, NINE, DENIED, BOUND, TRIAL, RECORDS, NOWHERE, f"According to the Pact of Busan, {SEVEN}",
     f"The leaders will “{TRUST}”.", "The ambassadors meet four times a year and the fund is kept in Seoul.",
     "장관은 매년 봄 국회에 보고한다.", "Korean firms put $1.9 billion into American laboratories.")
)  # fmt: skip
restrictions: Final = st.builds(
    Searchable,
    types=st.lists(st.sampled_from(TYPES), max_size=2, unique=True).map(tuple),
    doc_ids=st.lists(st.sampled_from(DOC_IDS), max_size=3, unique=True).map(tuple),
    without=st.frozensets(st.sampled_from(DOC_IDS), max_size=6),
)


@hypothesis_settings(max_examples=40)
@given(claims, restrictions)
def test_only_what_counts_is_cited_and_every_check_hangs_together(
    checker: Pipeline, claim: str, against: Searchable
) -> None:
    check = checker.check(claim, against)
    documents = checker.documents()
    for one in check.citations:
        assert against.keeps(one.doc_id, documents[one.doc_id].type), one.doc_id
        assert documents[one.doc_id].paragraph(one.paragraph).text[one.start : one.end] == one.quote != ""
    assert [one.n for one in check.citations] == list(range(1, len(check.citations) + 1))
    assert check.parts
    assert 0 <= check.confidence <= 1
    for part in check.parts:
        stances = [check.citation(n).stance for n in part.citations]
        if part.verdict == "not_in_sources":
            assert stances == []
        else:
            assert part.closest is None
            assert ("supports" if part.verdict == "supported" else "contradicts") in stances
            assert "closest" not in stances
        if part.verdict == "contradicted":
            assert any(one.kind != "quote" and one.source != CANNOT_CHECK for one in part.differences)
        assert all(one.claimed in check.claim for one in part.differences)
    mentioned = {n for part in check.parts for n in (*part.citations, part.closest)}
    mentioned |= {quote.citation for quote in check.quotes}
    assert {one.n for one in check.citations} == mentioned - {None}
    json.dumps(check.to_json())


def test_types_and_documents_add_up_and_what_is_left_out_never_counts(checker: Pipeline) -> None:
    assert checker.check(FIVE, Searchable(doc_ids=(REVIEW,))).verdict == "contradicted"
    assert checker.check(FIVE, Searchable(types=("joint_statement",))).verdict == "supported"
    both = checker.check(FIVE, Searchable(types=("joint_statement",), doc_ids=(REVIEW,)))
    assert "disagree" in both.notice
    assert both.coverage.documents == 4  # of that type are the accord, Camp David and the pact
    left = checker.check(FIVE, Searchable(types=("joint_statement",), doc_ids=(REVIEW,), without=frozenset({REVIEW})))
    assert cited(left, "contradicts") == []
    none = checker.check(FIVE, Searchable(doc_ids=(PACT,), without=frozenset({PACT})))
    assert (none.verdict, none.citations, none.parts[0].closest) == ("not_in_sources", (), None)


def test_a_quotation_from_what_does_not_count_is_not_found(checker: Pipeline) -> None:
    claim = f"The leaders will “{TRUST}”."
    assert checker.check(claim).quotes[0].verbatim == "yes"
    for against in (Searchable(types=("fact_sheet",)), Searchable(without=frozenset({PACT}))):
        assert checker.check(claim, against).quotes[0].verbatim != "yes"


def test_the_article_s_year_says_which_statement_is_this_year_s(checker: Pipeline) -> None:
    claim = f"This year's joint statement says that {SEVEN}"
    assert {one.doc_id for one in checker.check(claim, Searchable(year="2022")).citations} == {PACT}
    asked: list[Searchable] = []

    class Asked:
        def check(self, claim: str, against: Searchable = ALL) -> Check:
            asked.append(against)
            return checker.check(claim, against)

    article = Document("x", "A Title", (Paragraph(1, claim),), date="2022-07")
    list(audit(article, Asked(), {}))
    assert [one.year for one in asked] == ["2022"]


# The same again


def test_the_same_claim_gives_the_same_check(checker: Pipeline, settings: Settings) -> None:
    said = (FIVE, DENIED, f"According to the Pact of Busan, both will “{TRUST}” and invest $7 billion.")
    first = [plain(checker.check(claim)) for claim in said]
    assert [plain(checker.check(claim)) for claim in said] == first
    with Pipeline(settings) as other:
        assert [plain(other.check(claim)) for claim in reversed(said)] == first[::-1]


def test_white_space_is_not_the_claim(checker: Pipeline) -> None:
    assert plain(checker.check(f"  {FIVE.replace(' ', chr(160) + chr(10))}\t")) == plain(checker.check(FIVE))


# Hostile text


@pytest.mark.parametrize("claim", [FIVE, NINE, TRIAL, TRIAL.replace("take", "never take")])
def test_orders_in_a_document_change_no_verdict(checker: Pipeline, claim: str) -> None:
    check, without = checker.check(claim), checker.check(claim, Searchable(without=frozenset({HOSTILE})))
    assert HOSTILE not in {one.doc_id for one in check.citations}
    assert (check.verdict, check.citations[0]) == (without.verdict, without.citations[0])
    assert [part.differences for part in check.parts] == [part.differences for part in without.parts]


def test_scripts_in_a_document_are_text(checker: Pipeline) -> None:
    check = checker.check("Lighthouses in Mokpo burn green lamps.")
    assert check.verdict == "supported"
    assert check.citations[0].doc_id == HOSTILE
    assert check.citations[0].quote.startswith("<script>document.title")


@pytest.mark.parametrize(
    "claim", ["", " \n", "?!", "Does Korea invest $5 billion?", "word " * 10_000, "bad \x00 text", "Всё это неправда."]
)
def test_what_is_no_claim_is_refused(checker: Pipeline, claim: str) -> None:
    with pytest.raises(BadInput) as refused:
        checker.check(claim)
    assert refused.value.remedy
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("claim", ["“”“”" * 60, "and " * 400, "$5 " * 600, "(" * 500 + "x", "<b>" * 500, "가" * 1999])
def test_any_shape_of_claim_is_checked(checker: Pipeline, claim: str) -> None:
    with contextlib.suppress(BadInput):
        assert checker.check(claim).parts


# A chat model as the judge


class Says:
    """A chat model that gives each sentence the same verdict, and remembers what it was shown."""

    name = "fake:judge"

    def __init__(self, stance: str, address: str = "http://127.0.0.1:1", fails: bool = False) -> None:
        self.address, self.shown = address, list[str]()
        self._stance, self._fails = stance, fails

    def stream(self, system: str, user: str) -> Iterator[str]:
        self.shown.append(user)
        if self._fails:
            raise ChatModelUnreachable("The chat model does not answer.", "Start it.")
        yield json.dumps({"verdicts": [{"n": n, "stance": self._stance, "quote": ""} for n in range(1, 9)]})


def judged(settings: Settings, chat: Says, claim: str) -> Check:
    named = Settings.load(home=settings.home, passage_tokens=settings.passage_tokens, llm=chat.name, judge="chat")
    with Pipeline(named, chat=chat) as pipeline:
        return pipeline.check(claim)


def test_a_chat_model_judges_where_it_is_set(settings: Settings) -> None:
    chat = Says("neither")
    check = judged(settings, chat, TRIAL)
    assert check.verdict == "not_in_sources"
    assert len(chat.shown) == 1
    assert list(check.prompts) == ["judge"]


def test_a_chat_model_s_word_alone_supports_nothing(settings: Settings) -> None:
    assert judged(settings, Says("supports"), NINE).verdict != "supported"
    assert judged(settings, Says("contradicts"), TRIAL).verdict != "contradicted"


def test_where_a_chat_model_fails_sangho_compares_by_itself_and_says_so(settings: Settings, checker: Pipeline) -> None:
    for claim in (TRIAL, NINE, DENIED):
        check, offline = judged(settings, Says("", fails=True), claim), checker.check(claim)
        assert check.notice.startswith("the chat model fake:judge did not judge")
        assert "does not answer" in check.notice
        assert check.notice.endswith(offline.notice)
        assert (check.parts, check.citations, check.confidence) == (
            offline.parts,
            offline.citations,
            offline.confidence,
        )


def test_local_only_documents_are_judged_offline_where_the_model_is_elsewhere(
    settings: Settings, checker: Pipeline, tmp_path: Path
) -> None:
    own, others = tmp_path / "own", tmp_path / "others"
    for folder, names in ((own, (REVIEW,)), (others, (PACT, PLAN))):
        folder.mkdir()
        for name, text in CLAIM_FILES.items():
            if name.rpartition(".")[0] in names:
                (folder / name).write_text(text, encoding="utf-8")
    mixed = ingest_claims(tmp_path / "home", own, others)
    Roots(mixed.home).mark_local_only(str(own), True)
    away = Says("neither", "https://models.example/v1")
    check = judged(mixed, away, FIVE)
    assert (check.verdict, cited(check, "contradicts")) == ("contradicted", [REVIEW])
    assert "$5 billion in American" in away.shown[0]
    assert "$7 billion" not in away.shown[0]
    here = Says("neither")
    assert judged(mixed, here, FIVE).verdict == "not_in_sources"
    assert "$7 billion" in here.shown[0]


def test_a_check_says_what_made_it(checker: Pipeline, settings: Settings) -> None:
    check = checker.check(FIVE)
    assert check.settings_digest == settings.digest
    assert check.generation == (settings.home / "CURRENT").read_text(encoding="utf-8").strip()
    assert set(check.timings_ms) == {"judge", "quotations"}
    assert check.prompts == {}
    assert replace(check, timings_ms={}).to_json()["timings_ms"] == {}
    assert {ACCORD, ARTICLE, CAMP} < set(checker.documents())
