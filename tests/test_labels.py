"""The golden set's labels: checked as they are, and every kind of broken one found."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.settings import BUNDLED_CORPUS
from eval.datasets import Claim, Fact, Question, SentenceKindLabel
from eval.labels.check import SOURCES, check_labels, load_golden, main
from eval.labels.places import Texts, read_texts
from eval.labels.rules import CLAIM_KINDS, QUESTION_KINDS, Golden, broken_rules
from ingest.documents import Document, Paragraph

FACT = Fact(("five  “Dollars”", "$5"), frozenset({("d", 2)}))


def document(*texts: str, digest: bool = False) -> Document:
    if digest:
        return Document("d", "D", (Paragraph(1, texts[0]), Paragraph(2, texts[1], last=3)), edition="digest")
    return Document("d", "D", tuple(Paragraph(number, text) for number, text in enumerate(texts, start=1)))


ORIGINAL = document("The fund is old.", 'It holds five "dollars" now.', "It is in Seoul.")
TEXTS = Texts({"d": document("Old.", "Five dollars in Seoul.", digest=True)}, {"d": ORIGINAL})


def question(name: str, number: int) -> Question:
    kind = (*QUESTION_KINDS, "factual")[number % (len(QUESTION_KINDS) + 1)]
    outcome = {"not_in_sources": kind, "off_topic": "not_in_sources", "false_premise": "sources_say_otherwise"}
    right: Any = outcome.get(kind, "answered")
    facts = () if right == "not_in_sources" else (FACT,)
    history = ("And before?",) if number % 2 else ()
    return Question(f"{name}{number}", kind, ("en", "ko")[number % 2], f"{name} {number}?", history, right, facts)


def claim(name: str, number: int) -> Claim:
    verdict: Any = ("supported", "contradicted", "not_in_sources")[number % 3]
    place = frozenset() if verdict == "not_in_sources" else frozenset({(f"{name}-doc", 1)})
    return Claim(f"{name}-c{number}", f"{name} {number}.", verdict, ("en", "ko")[number % 2], "number", place)


def sentence(name: str) -> SentenceKindLabel:
    return SentenceKindLabel(f"{name}-s", f"{name} article", "en", "", "It is so.", "claim")


def sound() -> Golden:
    return Golden(
        {"dev": [question("dev", n) for n in range(160)], "test": [question("test", n) for n in range(80)]},
        {"dev": [claim("dev", n) for n in range(200)], "test": [claim("test", n) for n in range(100)]},
        {"dev": [sentence("dev")], "test": [sentence("test")]},
    )


def rules(golden: Golden) -> list[str]:
    return list(broken_rules(golden))


def with_question(**changed: Any) -> Golden:
    golden = sound()
    first, *rest = golden.questions["dev"]
    return replace(golden, questions={**golden.questions, "dev": [replace(first, **changed), *rest]})


def with_claim(**changed: Any) -> Golden:
    golden = sound()
    first, *rest = golden.claims["dev"]
    return replace(golden, claims={**golden.claims, "dev": [replace(first, **changed), *rest]})


def test_what_is_sound_breaks_no_rule() -> None:
    assert rules(sound()) == []
    assert len(CLAIM_KINDS) == len(set(CLAIM_KINDS)) == 16


@pytest.mark.parametrize(
    ("golden", "told"),
    [
        (lambda: with_question(id="test1"), "The id 'test1' is there 2 times."),
        (lambda: with_question(id="dev-s"), "The id 'dev-s' is there 2 times."),
        (lambda: with_question(id=" "), "There is an item without an id (1)."),
        (lambda: with_question(question="TEST  2?"), "dev0 and test2 say the same."),
        (lambda: with_question(kind="riddle"), "dev0 has kind 'riddle', outcome 'answered', language 'en'."),
        (lambda: with_question(language="fr"), "dev0 has kind 'factual', outcome 'answered', language 'fr'."),
        (lambda: with_question(outcome="maybe"), "dev0 has kind 'factual', outcome 'maybe', language 'en'."),
        (lambda: with_question(question=" \n"), "dev0 asks nothing."),
        (lambda: with_question(facts=()), "dev0 has 0 facts and the outcome answered."),
        (lambda: with_question(outcome="not_in_sources"), "dev0 has 1 facts and the outcome not_in_sources."),
        (
            lambda: with_question(outcome="sources_say_otherwise"),
            "dev0 is of the kind factual and has the outcome sources_say_otherwise.",
        ),
        (
            lambda: with_question(facts=(FACT, Fact((), FACT.gold))),
            "dev0: its fact 2 lacks a wording or a paragraph.",
        ),
        (
            lambda: with_question(facts=(Fact(("x", " "), FACT.gold),)),
            "dev0: its fact 1 lacks a wording or a paragraph.",
        ),
        (
            lambda: with_question(facts=(Fact(("x",), frozenset()),)),
            "dev0: its fact 1 lacks a wording or a paragraph.",
        ),
        (lambda: with_claim(id="test-c1"), "The id 'test-c1' is there 2 times."),
        (lambda: with_claim(claim="dev  3."), "dev-c0 and dev-c3 say the same."),
        (lambda: with_claim(verdict="true"), "dev-c0 has kind 'number', verdict 'true', language 'en'."),
        (lambda: with_claim(kind="odd"), "dev-c0 has kind 'odd', verdict 'supported', language 'en'."),
        (lambda: with_claim(claim=""), "dev-c0 claims nothing."),
        (lambda: with_claim(evidence=frozenset()), "dev-c0 is supported and names no paragraph."),
        (
            lambda: with_claim(evidence=frozenset({("test-doc", 4)})),
            "test-doc has claims in both dev and test.",
        ),
    ],
)
def test_each_broken_label_is_told_by_its_id(golden: Callable[[], Golden], told: str) -> None:
    assert told in rules(golden())


def test_sentences_have_a_known_kind_and_their_article_one_split() -> None:
    odd: Any = "poem"
    golden = sound()
    held = {
        "dev": [sentence("dev"), replace(sentence("x"), kind=odd)],
        "test": [replace(sentence("y"), article="dev article")],
    }
    assert rules(replace(golden, sentences=held)) == [  # type: ignore[arg-type]
        "x-s has the kind 'poem'.", "The article 'dev article' is in both dev and test.",
    ]  # fmt: skip


def test_too_little_of_anything_is_told() -> None:
    golden = sound()
    fewer = replace(golden, questions={**golden.questions, "dev": golden.questions["dev"][:159]})
    assert "There are 239 questions; 240 are the fewest." in rules(fewer)
    fewer = replace(golden, claims={**golden.claims, "test": golden.claims["test"][:99]})
    assert "There are 299 claims; 300 are the fewest." in rules(fewer)
    answered = [q for q in golden.questions["dev"] if q.outcome == "answered"]
    told = rules(replace(golden, questions={**golden.questions, "dev": answered}))
    assert any("questions that cannot be answered; 60 are the fewest" in line for line in told)
    assert {"dev: no question is false_premise.", "dev: no question is off_topic."} <= set(told)
    english = [c for c in golden.claims["test"] if c.language == "en" and c.verdict != "contradicted"]
    told = rules(replace(golden, claims={**golden.claims, "test": english}))
    assert {"test: no claim is ko.", "test: no claim is contradicted."} <= set(told)
    alone = [replace(q, history=()) for q in golden.questions["test"]]
    assert "test: no question is follow-up." in rules(replace(golden, questions={**golden.questions, "test": alone}))


def places(golden: Golden, texts: Texts = TEXTS) -> list[str]:
    """The problems with places, of the questions only."""
    return [one for one in check_labels(replace(golden, claims={"dev": [], "test": []}), texts).problems if "¶" in one]


def test_a_fact_must_stand_in_its_paragraphs_of_the_original() -> None:
    assert places(sound()) == []
    elsewhere = with_question(facts=(FACT, Fact(("five",), frozenset({("d", 2), ("d", 3)}))))
    assert places(elsewhere) == ["dev0: its fact 2 does not stand in d ¶3."]
    assert places(with_question(facts=(Fact(("$5", "five"), FACT.gold),))) == [
        "dev0: its fact 1 does not stand in d ¶2."
    ]
    assert places(elsewhere, Texts(TEXTS.digests, {})) == []  # no original: nobody can tell


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (("x", 1), "there is no such document"),
        (("d", 4), "the digest has no such paragraph"),
        (("d", 0), "the digest has no such paragraph"),
    ],
)
def test_a_place_must_be_there(place: tuple[str, int], why: str) -> None:
    assert places(with_question(facts=(Fact(("five",), frozenset({place})),))) == [
        f"dev0 names {place[0]} ¶{place[1]}: {why}."
    ]


def test_a_place_must_be_in_the_original_too() -> None:
    short = Texts(TEXTS.digests, {"d": document("The fund is old.", "It holds five dollars.")})
    assert short.problem(("d", 3)) == "the original has no such paragraph"
    assert Texts({}, short.originals).problem(("d", 2)) == ""
    evidence = with_claim(evidence=frozenset({("d", 9)}))
    assert "dev-c0 names d ¶9: the digest has no such paragraph." in check_labels(evidence, TEXTS).problems


def test_what_could_not_be_looked_at_and_what_is_shared_is_noted() -> None:
    notes = check_labels(sound(), Texts(TEXTS.digests, {})).notes
    assert "dev: 200 claims (contradicted 67, not_in_sources 66, supported 67)." in notes
    assert "1 of 1 documents have questions in both dev and test." in notes
    assert "3 of 3 documents could not be looked at as originals." in notes
    assert "2 of 3 documents could not be looked at as digests." in notes


def test_no_item_s_words_are_told() -> None:
    golden = with_question(question="Secret words?", facts=(Fact(("hidden fact",), frozenset({("d", 1)})),), kind="odd")
    checked = check_labels(golden, TEXTS)
    assert checked.problems
    assert not [line for line in (*checked.problems, *checked.notes) if "ecret" in line or "hidden" in line]


def test_the_golden_set_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    golden = load_golden()
    doc_ids = {place[0] for q in golden.all_questions for place in q.gold}
    doc_ids |= {place[0] for c in golden.all_claims for place in c.evidence}
    checked = check_labels(golden, read_texts(BUNDLED_CORPUS, SOURCES, doc_ids))
    assert checked.problems == ()
    assert main([]) == 0
    assert "0 problems." in capsys.readouterr().out


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the originals (../shared/sources) are not on this machine")
def test_the_facts_are_really_looked_up_in_the_originals() -> None:
    golden = load_golden()
    doc_ids = {place[0] for q in golden.questions["dev"] for place in q.gold}
    texts = read_texts(BUNDLED_CORPUS, SOURCES, doc_ids)
    assert set(texts.originals) == doc_ids
    first, *rest = (q for q in golden.questions["dev"] if q.facts)
    wrong = replace(first, facts=(replace(first.facts[0], wordings=("zebra crossing",)), *first.facts[1:]))
    told = check_labels(replace(golden, questions={"dev": [wrong, *rest], "test": []}), texts).problems
    assert [line for line in told if line.startswith(f"{first.id}: its fact 1 does not stand in ")]


def broken_data(folder: Path, lines: Mapping[str, str]) -> Path:
    from eval.datasets import DATA

    folder.mkdir()
    for path in DATA.glob("*-dev.jsonl"):
        for split in ("dev", "test"):
            name = path.name.replace("-dev", f"-{split}")
            (folder / name).write_text(lines.get(name, path.read_text(encoding="utf-8")), encoding="utf-8")
    return folder


def test_the_command_fails_where_something_is_broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twice = broken_data(tmp_path / "twice", {})
    assert main(["--data", str(twice), "--sources", str(tmp_path / "none")]) == 1
    out = capsys.readouterr().out
    assert "The id 'a-001' is there 2 times." in out
    assert "could not be looked at as originals" in out
    half = broken_data(tmp_path / "half", {"claims-test.jsonl": json.dumps({"id": "x"}) + "\n"})
    assert main(["--data", str(half)]) == 1
    assert "claims-test.jsonl cannot be read: KeyError" in capsys.readouterr().err
    assert main(["--data", str(tmp_path / "none")]) == 1
    assert "questions-dev.jsonl cannot be read" in capsys.readouterr().err
