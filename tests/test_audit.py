"""An article is audited sentence by sentence: resumed where it stopped, never against itself, whatever it holds."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.article import MOST_SENTENCES, pieces_of, read_article
from app.audit.audit import LONGEST, audit
from app.audit.context import standing_alone
from app.audit.kept import DAYS, FOLDER, MOST_AUDITS, Kept, key_of, restored
from app.audit.results import Audit, AuditProgress
from app.claims.results import ALL, Check, ClaimCitation, Difference, PartCheck, QuoteCheck, Searchable
from app.errors import BadInput
from app.results import Coverage
from ingest.documents import Document, Paragraph

COVERAGE: Final = Coverage(documents=3, newest="2024-05-21", not_held=0)
FULL: Final = Check(
    claim="Korea pledged $2 billion, “said the “\u2028 text”.\n",
    verdict="contradicted",
    confidence=0.1 + 0.2,
    parts=(
        PartCheck("one", "contradicted", 0.9, (1,), None, (Difference("number", "$2 billion", "$1 billion"),)),
        PartCheck("two", "not_in_sources", 1 / 3, (), 2, ()),
    ),
    quotes=(QuoteCheck("said the text", "no", 0.75, 2, True, (("said", ""), ("", "of"))),),
    citations=(
        ClaimCitation(1, "a", "A", "", "2021", "", "original", 1, None, "q", 0, 1, stance="contradicts"),
        ClaimCitation(2, "b", "B", "i", "2022", "u", "digest", 2, 7, "가\ud800", 3, 5, "c", "note"),
    ),
    notice="Searched 3 documents.",
    coverage=COVERAGE,
    language="en",
    settings_digest="s",
    generation="g",
    timings_ms={"judge": 1.5},
    prompts={"judge": "1"},
)


class Fake:
    """Checks whatever it is asked, and remembers it."""

    def __init__(self, fails: str = "nothing fails") -> None:
        self.asked: list[tuple[str, Searchable]] = []
        self._fails = fails

    def check(self, claim: str, against: Searchable = ALL) -> Check:
        self.asked.append((claim, against))
        if self._fails in claim:
            raise BadInput("It cannot be checked.", "Say it otherwise.")
        return replace(FULL, claim=claim)


def article(*paragraphs: str, headings: Sequence[int] = (), language: str = "en") -> Document:
    texts = (Paragraph(n, text, heading=n in headings) for n, text in enumerate(paragraphs, 1))
    return Document("x", "A Title", tuple(texts), language=language)


def last(events: Iterator[AuditProgress | Audit]) -> Audit:
    *progress, result = events
    assert isinstance(result, Audit)
    assert [one.done for one in progress if isinstance(one, AuditProgress)] == list(range(1, len(progress) + 1))
    assert {one.of for one in progress if isinstance(one, AuditProgress)} == {len(result.sentences)}
    assert [one.sentence for one in progress if isinstance(one, AuditProgress)] == list(result.sentences)
    return result


STORY: Final = article(
    "Korea invested $5 billion in 2023.",
    "The 2023 statement says that Korea pledged $1 billion. It adds that Japan pledged $2 billion. What now?",
    "The partners should think of “a future of shared purpose” first. AI will transform the region.",
    headings=(1,),
)


def test_claims_and_quotations_are_checked_and_nothing_else() -> None:
    checker = Fake()
    result = last(audit(STORY, checker, {}))
    assert [(one.kind, one.check is not None) for one in result.sentences] == [
        ("narration", False),  # a heading, whatever it says
        ("claim", True),
        ("claim", True),
        ("narration", False),
        ("opinion", True),  # it quotes
        ("forecast", False),
    ]
    assert [claim for claim, _ in checker.asked] == [
        "The 2023 statement says that Korea pledged $1 billion.",
        "The 2023 statement adds that Japan pledged $2 billion.",
        "The partners should think of “a future of shared purpose” first.",
    ]
    assert result.document == "A Title"
    assert result.sentences[2].text == "It adds that Japan pledged $2 billion."
    assert (result.settings_digest, result.generation) == ("s", "g")
    assert result.summary["failed"] == 0


def test_what_cannot_be_checked_says_why_and_the_rest_goes_on() -> None:
    result = last(audit(STORY, Fake("Japan"), {}, name="story.txt", said=["joint_statement"]))
    errors = [one.error for one in result.sentences if one.error]
    assert errors == ["It cannot be checked. Say it otherwise."]
    assert sum(one.check is not None for one in result.sentences) == 2
    assert (result.document, result.against) == ("story.txt", ("joint_statement",))


def test_an_error_that_is_not_ours_is_not_hidden() -> None:
    class Broken:
        def check(self, claim: str, against: Searchable = ALL) -> Check:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(audit(STORY, Broken(), {}))


def test_the_article_in_the_index_is_no_evidence() -> None:
    indexed = article(" ".join(f"Region{n} invested ${n} billion in its own ports." for n in range(40)))
    checker = Fake()
    result = last(audit(indexed, checker, {"kept-name": replace(indexed, doc_id="kept-name")}, Searchable(("law",))))
    assert result.itself == ("kept-name",)
    assert {against for _, against in checker.asked} == {Searchable(("law",), (), frozenset({"kept-name"}))}
    assert "1 indexed document that is this article" in result.notice


def test_the_same_article_gives_the_same_audit() -> None:
    one, other = (replace(last(audit(STORY, Fake(), {})), timings_ms={}) for _ in range(2))
    assert one == other


def test_closing_stops_at_once() -> None:
    checker = Fake()
    events = audit(STORY, checker, {})
    next(events), next(events)
    events.close()  # type: ignore[attr-defined]
    assert len(checker.asked) == 1


@given(st.lists(st.text(max_size=120), max_size=5))
def test_every_sentence_stands_where_it_is_said_to(texts: list[str]) -> None:
    document = article(*texts)
    try:
        result = last(audit(document, Fake(), {}))
    except BadInput:
        assert not any(letter.isalpha() for text in texts for letter in text)
        return
    for sentence in result.sentences:
        assert result.paragraphs[sentence.paragraph][sentence.start : sentence.end] == sentence.text
    held = "".join("".join(text.split()) for text in texts)
    assert "".join("".join(sentence.text.split()) for sentence in result.sentences) == held


def test_hostile_articles_take_bounded_time() -> None:
    started = time.process_time()
    long = last(audit(article("Korea pledged $1 billion and " * 1_800), Fake(), {}))
    assert all(str(LONGEST)[:1] in one.error for one in long.sentences if one.kind == "claim")
    assert not [one for one in long.sentences if one.check]
    for text in ("a" * 100_000 + " .", "U.S. and " * 10_000, "\u202eKorea \u2066pledged." * 500, "“" * 50_000 + "a"):
        last(audit(article(text), Fake(), {}))
    with pytest.raises(BadInput, match="more than 5,000 sentences"):
        next(audit(article("Korea pledged $1 billion in 2023. " * (2 * MOST_SENTENCES)), Fake(), {}))
    assert time.process_time() - started < 20


def test_a_long_paragraph_is_split_as_a_short_one() -> None:
    sentence = "The United States and Korea signed paper number {} in Seoul."
    text = " ".join(sentence.format(n) for n in range(1_000))
    assert [piece.text for piece in pieces_of(article(text))] == [sentence.format(n) for n in range(1_000)]


@pytest.mark.parametrize("texts", [[], ["  "], ["..."], ["2024", "* * *"]])
def test_an_article_without_sentences_is_refused(texts: list[str]) -> None:
    with pytest.raises(BadInput, match="holds no sentences"):
        next(audit(article(*texts), Fake(), {}))


def test_an_audit_goes_on_where_it_stopped(tmp_path: Path) -> None:
    first, second = Fake(), Fake()
    events = audit(STORY, first, {}, kept=Kept(tmp_path, "key"))
    for _ in range(3):
        next(events)
    events.close()  # type: ignore[attr-defined]
    result = last(audit(STORY, second, {}, kept=Kept(tmp_path, "key")))
    assert len(first.asked) == 2
    assert len(second.asked) == 1
    assert replace(result, timings_ms={}) == replace(last(audit(STORY, Fake(), {})), timings_ms={})
    assert not list((tmp_path / FOLDER).iterdir())


def test_a_check_comes_back_as_it_was(tmp_path: Path) -> None:
    Kept(tmp_path, "key").keep(3, FULL.claim, FULL)
    assert Kept(tmp_path, "key").check(3, FULL.claim) == FULL
    assert Kept(tmp_path, "key").check(4, FULL.claim) is None
    assert Kept(tmp_path, "key").check(3, "another claim") is None
    assert Kept(tmp_path, "other").check(3, FULL.claim) is None


def test_a_line_cut_anywhere_is_checked_anew_and_the_next_is_kept(tmp_path: Path) -> None:
    Kept(tmp_path, "key").keep(0, "a", FULL)
    path = next((tmp_path / FOLDER).iterdir())
    whole = path.read_bytes()
    for cut in range(0, len(whole), 37):
        path.write_bytes(whole[:cut])
        Kept(tmp_path, "key").keep(1, "b", FULL)
        kept = Kept(tmp_path, "key")
        assert kept.check(0, "a") is None
        assert kept.check(1, "b") == FULL


@pytest.mark.parametrize("junk", [b"\xff\x00", b"[]", b"null null", b"[" * 5_000, b'deadbeef [1,"a",{}]'])
def test_a_damaged_line_is_no_line(tmp_path: Path, junk: bytes) -> None:
    Kept(tmp_path, "key").keep(0, "a", FULL)
    path = next((tmp_path / FOLDER).iterdir())
    path.write_bytes(junk + path.read_bytes() + b"\n" + junk + path.read_bytes().replace(b"0.75", b"0.76"))
    assert Kept(tmp_path, "key").check(0, "a") == FULL


def test_a_check_of_another_form_is_not_restored() -> None:
    with pytest.raises((TypeError, KeyError)):
        restored({"claim": "a"})


def test_what_nobody_went_on_with_is_removed(tmp_path: Path) -> None:
    for n in range(MOST_AUDITS + 5):
        Kept(tmp_path, str(n)).keep(0, "a", FULL)
    folder = tmp_path / FOLDER
    assert len(list(folder.iterdir())) == MOST_AUDITS
    old = time.time() - (DAYS + 1) * 86_400
    for path in folder.iterdir():
        os.utime(path, (old, old))
    Kept(tmp_path, "new").keep(0, "a", FULL)
    assert len(list(folder.iterdir())) == 1


def test_where_nothing_can_be_kept_the_audit_goes_on(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file where the folder would be")
    assert last(audit(STORY, Fake(), {}, kept=Kept(tmp_path, "key"))).summary["sentences"] == 6


def test_a_key_stands_for_text_index_settings_and_restriction() -> None:
    keys = {
        key_of(STORY, "g", "s", ALL),
        key_of(replace(STORY, doc_id="renamed", path="/elsewhere"), "g", "s", ALL),
        key_of(article("Other text."), "g", "s", ALL),
        key_of(STORY, "g2", "s", ALL),
        key_of(STORY, "g", "s2", ALL),
        key_of(STORY, "g", "s", Searchable(("law",))),
        key_of(STORY, "g", "s", Searchable((), ("law",))),
    }
    assert len(keys) == 6


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xyz", b"Text.", "cannot be read"),
        ("a.txt", b"", "is empty"),
        ("a.txt", b"2024\n\n***\n", "no sentences"),
        ("a.txt", b"x" * 2_000, "over the limit"),
        ("a.pdf", b"not a PDF", "a.pdf"),
    ],
)
def test_a_file_that_is_no_article_is_refused(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=says) as refused:
        read_article(path, 1_000)
    assert refused.value.remedy
    assert name in refused.value.message


def test_an_article_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# A Title\n\nKorea signed.\n\nJapan did not.\n", encoding="utf-8")
    document = read_article(path, 1_000)
    assert [piece.text for piece in pieces_of(document)] == ["A Title", "Korea signed.", "Japan did not."]
    with pytest.raises(BadInput, match="does not exist"):
        read_article(tmp_path / "b.md", 1_000)


@pytest.mark.parametrize(
    ("before", "sentence", "alone"),
    [
        (["The 2023 statement says A."], "It adds B.", "The 2023 statement adds B."),
        (["The 2023 statement says A.", "It adds B."], "It also lists C.", "The 2023 statement also lists C."),
        (
            ["In the 2021 statement, Korea pledged $1."],
            "It also pledged $2.",
            "In the 2021 statement, Korea also pledged $2.",
        ),
        (["Korea and Japan agreed to share data."], "They also signed.", "Korea and Japan also signed."),
        (["Trade with Korea reached $199 billion."], "That figure rose in 2024.", "Trade with Korea rose in 2024."),
        (["The Seoul Declaration was adopted."], "The declaration lists A.", "The Seoul Declaration lists A."),
        (["The Minister agreed."], "He added that talks go on.", "The Minister added that talks go on."),
        (["2021년 공동성명은 A를 다뤘다."], "이 성명은 B도 다뤘다.", "2021년 공동성명은 B도 다뤘다."),
        (["2023년 워싱턴 선언을 냈다."], "이 선언은 C다.", "2023년 워싱턴 선언은 C다."),
        # Not plain, so left as it is.
        (["Korea opened its institute in 2024."], "It is likely that more follow.", None),
        (["Korea opened its institute in 2024."], "They also signed.", None),
        (["Korea opened its institute in 2024."], "He also signed.", None),
        (["Korea and Japan agreed."], "It also signed.", None),
        (["The 2021 statement differs from the 2023 statement."], "The statement adds B.", None),
        (["Nobody knows."], "It also pledged $2.", None),
        (["Talks were long."], "That figure rose.", None),
        ([], "It adds B.", None),
    ],
)
def test_a_sentence_is_completed_where_it_is_plain(before: list[str], sentence: str, alone: str | None) -> None:
    assert standing_alone(sentence, before) == (alone or sentence)


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=8))
def test_completing_never_loses_the_end(sentence: str, before: list[str]) -> None:
    assert standing_alone(sentence, before).endswith(sentence[-1:])


def test_a_json_report_can_be_printed() -> None:
    printed = json.loads(json.dumps(last(audit(STORY, Fake(), {})).to_json()))
    assert [one["kind"] for one in printed["sentences"]][:2] == ["narration", "claim"]
