"""Checking and auditing in the window, without a browser: lists, turns, stops, limits, files, and who sees what."""

from __future__ import annotations

import base64
import copy
import csv
import io
import itertools
import json
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.results import AuditProgress
from app.claims.results import ALL, Check, Searchable
from app.errors import BadInput
from app.file_names import FileRefused
from app.roots import Roots
from app.ui.audit_views import audit_line
from app.ui.auditing import Auditing, Audits, Run, audit_view
from app.ui.check_routes import check_routes
from app.ui.checking import Checking, Checks, searchable
from app.ui.claims_batch import A_PAGE, LONGEST_TEXT, Batch, claims_in
from app.ui.guard import OPEN_ROUTES
from app.ui.inbox import Inbox
from app.ui.line import Line
from app.ui.loading import Loader
from app.ui.recent import Recent
from app.ui.visitors import Visitors
from ingest.errors import NoIndex, SanghoError
from tests.claim_fakes import a_check, an_audit, contradicted
from tests.window_fakes import DOCUMENTS, FakeAsker

ME, OTHER = "m" * 32, "o" * 32


@pytest.fixture
def asker() -> FakeAsker:
    return FakeAsker()


class Behind:
    """What stands behind the tab, over a fake asker that is loaded already."""

    def __init__(self, asker: FakeAsker, home: Path, line: Line | None = None) -> None:
        self.loader = Loader(lambda: asker)
        self.loader.start()
        assert self.loader.wait(10) is asker
        self.inbox = Inbox(1_000)
        self.line = line or Line()
        parts = self.loader, self.line, Visitors(Roots(home), 1), self.inbox
        self.checking, self.auditing = Checking(*parts), Auditing(*parts)

    def file(self, content: bytes, name: str = "my claims.csv", kind: Any = "claims", visitor: str = ME) -> str:
        arriving = self.inbox.begin(visitor, kind, name)
        try:
            arriving.write(content)
            return arriving.keep()
        finally:
            arriving.drop()

    def check(self, text: str, **event: object) -> tuple[Checks, list[Any]]:
        tab = Checks()
        return tab, list(self.checking.check(tab, {"text": text, **event}, ME))


@pytest.fixture
def behind(asker: FakeAsker, tmp_path: Path) -> Behind:
    return Behind(asker, tmp_path)


# After a reload


def test_a_reload_finds_a_list_again_and_what_was_under_way_goes_on(behind: Behind, asker: FakeAsker) -> None:
    tab = Checks()
    writing = behind.checking.check(tab, {"text": "parts there are.\nAnother is.\nA third is."}, ME)
    while len(tab.batch.results) < 2:
        seen = next(writing)
    anew = Checks()
    shown = behind.checking.restore(anew, {"id": seen["id"]}, ME)
    assert len(shown["checks"]) == 2
    assert "Stopped. 2 of 3 checked." in shown["head"]
    list(writing)  # what ran before the reload ends
    assert len(asker.checked) <= 3
    assert len(anew.batch.results) == 2
    last = list(behind.checking.go_on(anew, ME))[-1]
    assert len(last["checks"]) == 3
    assert last["id"] == seen["id"]
    assert len(behind.checking.restore(Checks(), {"id": seen["id"]}, ME)["checks"]) == 3


def test_a_reload_gives_nothing_to_others_nor_over_what_was_begun_since(behind: Behind) -> None:
    tab, views = behind.check("parts there are.")
    id = views[-1]["id"]
    assert id
    for visitor, named in ((OTHER, id), ("", id), (ME, "x"), (ME, None), (ME, ["x"])):
        assert behind.checking.restore(Checks(), {"id": named}, visitor) is None
    assert behind.checking.restore(tab, {"id": id}, ME) is None  # it has something already
    unknown = Checks()
    assert list(behind.checking.check(unknown, {"text": "parts there are."}, ""))[-1]["id"] == ""


def test_a_reload_finds_an_audit_s_report_again(behind: Behind) -> None:
    tab = Audits()
    last = list(behind.auditing.audit(tab, {"text": "An article."}, ME))[-1]
    anew = Audits()
    shown = behind.auditing.restore(anew, {"id": last["id"]}, ME)
    assert shown["report"] == last["report"] != ""
    assert behind.auditing.save(anew, {"form": "html"}) is not None
    assert behind.auditing.restore(Audits(), {"id": last["id"]}, OTHER) is None
    assert behind.auditing.restore(anew, {"id": last["id"]}, ME) is None


def test_a_reload_cancels_an_audit_that_was_under_way_and_it_goes_on(behind: Behind) -> None:
    tab = Audits()
    going = behind.auditing.audit(tab, {"text": "An article."}, ME)
    while tab.run.done < 2:
        seen = next(going)
    anew = Audits()
    shown = behind.auditing.restore(anew, {"id": seen["id"]}, ME)
    assert "Cancelled. Sentence 2 of" in shown["head"]
    list(going)
    assert tab.run.audit is None
    assert list(behind.auditing.go_on(anew, ME))[-1]["report"]


def test_only_so_much_is_held_and_the_oldest_goes_first() -> None:
    recent: Recent[int] = Recent(2)
    first, second = recent.keep(ME, 1), recent.keep(ME, 2)
    assert recent.find(ME, first) == 1  # looked at, so the second is the oldest now
    third = recent.keep(OTHER, 3)
    assert [recent.find(ME, id) for id in (first, second, third)] == [1, None, None]
    assert recent.keep(ME, 4, first) == first
    assert recent.find(ME, first) == 4
    assert recent.keep(ME, 5, third) != third  # not theirs
    assert recent.find(OTHER, third) is None  # the oldest by then
    assert recent.keep("", 6) == ""


# What is checked


def test_a_paragraph_is_checked_sentence_by_sentence_and_a_list_line_by_line() -> None:
    text = "The U.S. act names AI. It was signed in 2021!\n\n- A point without a stop\n• Another, of 1.5 percent.\n"
    assert claims_in(text) == [
        "The U.S. act names AI.", "It was signed in 2021!", "A point without a stop", "Another, of 1.5 percent.",
    ]  # fmt: skip
    assert claims_in("  협력한다.  두 정상은 합의했다. ") == ["협력한다.", "두 정상은 합의했다."]


@pytest.mark.parametrize("text", ["", " \n\t ", "-\n•", "\u200b"])
def test_nothing_to_check_is_said_to_be_nothing(text: str) -> None:
    with pytest.raises(BadInput, match="nothing to check") as caught:
        claims_in(text)
    assert caught.value.remedy


def test_the_most_claims_and_one_more() -> None:
    assert len(claims_in("A claim.\n" * 500)) == 500
    with pytest.raises(BadInput, match="501 sentences; 500 are the most"):
        claims_in("A claim.\n" * 501)
    with pytest.raises(BadInput, match=r"200,001 characters"):
        claims_in("a" * (LONGEST_TEXT + 1))


@given(st.text(max_size=300))
def test_claims_of_any_text_are_its_words_in_order(text: str) -> None:
    try:
        claims = claims_in(text)
    except BadInput:
        return
    assert all(claim == " ".join(claim.split()) != "" for claim in claims)
    kept = "".join("".join(claims).split())
    rest = iter("".join(text.split()))
    assert all(letter in rest for letter in kept)  # a subsequence: nothing added, nothing moved


# A list on its way


def test_each_claim_gets_a_result_and_failures_are_results(behind: Behind, asker: FakeAsker) -> None:
    tab, views = behind.check("contradicted it is.\nfail\ncrash\nAll is well.")
    kinds = [one.verdict if isinstance(one, Check) else one.message for one in tab.batch.results]
    assert kinds == ["contradicted", "The claim <b>cannot</b> be taken.", "Checking failed: RuntimeError.", "supported"]
    assert [claim for claim, _ in asker.checked] == ["contradicted it is.", "fail", "crash", "All is well."]
    assert views[-1]["drawn"] == len(views)
    assert len(views[-1]["checks"]) == 4
    assert "secret detail" not in json.dumps(views)
    assert "<b>cannot" not in json.dumps(views)
    assert not tab.batch.running
    assert behind.line.join().wait(0) == 0  # every place was given back


def test_a_list_is_shown_as_it_grows_but_not_for_every_claim(behind: Behind) -> None:
    _, views = behind.check("Fine.\n" * 300)
    assert 2 <= len(views) < 30
    assert len(views[0]["checks"]) == 0
    assert len(views[-1]["checks"]) == A_PAGE


def test_only_one_page_is_drawn_and_filters_count_over_all(behind: Behind) -> None:
    text = "\n".join("contradicted." if i % 10 == 0 else f"Fine {i}." for i in range(120))
    tab, _ = behind.check(text)
    assert tab.batch.counts() == {
        "": 120, "supported": 108, "contradicted": 12, "not_in_sources": 0, "failed": 0,
    }  # fmt: skip
    assert tab.batch.shown() == list(range(50))
    assert len(behind.checking.show(tab, {"page": 2})["checks"]) == 20
    assert tab.batch.shown() == list(range(100, 120))
    shown = behind.checking.show(tab, {"only": "contradicted"})
    assert tab.batch.page == 0
    assert tab.batch.shown() == list(range(0, 120, 10))
    assert 'data-i="110"' in shown["checks"][11]
    for nonsense in ({"page": 5}, {"page": -1}, {"page": "0"}, {"only": "false"}, {"only": None}, {}, {"page": 1e9}):
        behind.checking.show(tab, nonsense)
        assert (tab.batch.only, tab.batch.page) == ("contradicted", 0)


def test_a_stopped_list_keeps_what_it_has_and_goes_on_without_checking_it_again(
    behind: Behind, asker: FakeAsker
) -> None:
    tab = Checks()
    running = behind.checking.check(tab, {"text": "One.\nTwo.\nblocked three.\nFour."}, ME)
    next(running)
    worker = threading.Thread(target=lambda: list(running))
    worker.start()
    while len(asker.checked) < 3:
        time.sleep(0.01)
    stopped = behind.checking.stop(tab)
    assert "Stopped. 2 of 4 checked." in stopped["head"]
    again = behind.checking.go_on(tab, ME)
    next(again)
    asker.gate.set()
    worker.join(10)
    assert not worker.is_alive()
    assert [claim for claim, _ in asker.checked] == ["One.", "Two.", "blocked three."]
    last = list(again)[-1]
    assert [claim for claim, _ in asker.checked[3:]] == ["blocked three.", "Four."]
    assert len(last["checks"]) == 4
    assert [one.claim for one in tab.batch.results if isinstance(one, Check)] == [
        "One.", "Two.", "blocked three.", "Four.",
    ]  # fmt: skip


def test_a_new_list_takes_the_place_of_one_that_runs(behind: Behind, asker: FakeAsker) -> None:
    tab = Checks()
    first = behind.checking.check(tab, {"text": "Fine.\n" * 400}, ME)
    next(first)
    second = behind.checking.check(tab, {"text": "Another."}, ME)
    assert [len(one["checks"]) for one in second][-1] == 1
    drawn = tab.drawn
    assert list(first) == []  # it has ended without a word
    assert tab.drawn == drawn
    assert len(asker.checked) <= 2


def test_a_long_list_lets_others_pass(asker: FakeAsker, tmp_path: Path) -> None:
    """Between two claims whoever came meanwhile has their turn."""
    behind = Behind(asker, tmp_path, Line(at_once=1))
    tab = Checks()
    asker.gate.set()
    running = behind.checking.check(tab, {"text": "One.\nTwo.\nThree."}, ME)
    next(running)
    with behind.line.join() as question:
        waiting = next(running)
        assert "1 other is before this one…" in waiting["head"]
        assert asker.checked == []
        assert question.wait(0) == 0
    assert len(list(running)[-1]["checks"]) == 3


def test_loading_is_waited_for_and_can_be_stopped(asker: FakeAsker, tmp_path: Path) -> None:
    behind, gate = Behind(asker, tmp_path), threading.Event()

    def slow() -> FakeAsker:
        gate.wait(10)
        return asker

    behind.checking._loader = loader = Loader(slow)
    loader.start()
    tab = Checks()
    running = behind.checking.check(tab, {"text": "One."}, ME)
    assert "Loading the model" in [next(running), next(running)][1]["head"]
    behind.checking.stop(tab)
    list(running)
    assert asker.checked == []
    gate.set()
    assert len(list(behind.checking.go_on(tab, ME))[-1]["checks"]) == 1


def test_no_index_is_told_with_its_remedy_and_tried_again(asker: FakeAsker, tmp_path: Path) -> None:
    behind, failures = Behind(asker, tmp_path), iter([NoIndex("Nothing was ingested.", "Run: sangho ingest")] * 2)

    def make() -> FakeAsker:
        for failure in failures:
            raise failure
        return asker

    behind.checking._loader = loader = Loader(make)
    loader.start()
    tab = Checks()
    shown = list(behind.checking.check(tab, {"text": "One."}, ME))[-1]
    assert "Run: sangho ingest" in shown["head"]
    assert "Try again" in shown["head"]
    list(behind.checking.go_on(tab, ME))
    assert len(list(behind.checking.go_on(tab, ME))[-1]["checks"]) == 1


def test_what_a_tab_holds_can_be_copied_for_each_tab() -> None:
    assert copy.deepcopy(Checks()) == Checks()
    assert copy.deepcopy(Audits()) == Audits()


# What counts as evidence


def test_evidence_is_limited_to_what_the_page_names(behind: Behind, asker: FakeAsker) -> None:
    _, views = behind.check("One.", docs=["han"], types=[])
    assert asker.checked == [("One.", Searchable(doc_ids=("han",)))]
    assert "Evidence only from: <bdi>ROK-US AI Cooperation" in views[-1]["head"]
    assert behind.check("One.")[0].batch.against == ALL


@pytest.mark.parametrize("event", [{"docs": ["gone"]}, {"types": ["law"]}, {"docs": ["han", "gone"]}])
def test_a_limit_that_is_not_there_is_told_and_never_dropped(
    behind: Behind, asker: FakeAsker, event: dict[str, object]
) -> None:
    _, views = behind.check("One.", **event)
    assert "not in the index" in views[-1]["head"]
    assert asker.checked == []


@pytest.mark.parametrize("given", [None, "han", 3, {"a": 1}, [[]] * 0])
def test_limits_that_are_no_list_limit_nothing(given: object, asker: FakeAsker) -> None:
    assert searchable({"docs": given, "types": given}, asker) == ALL


def test_other_visitors_documents_are_no_evidence_and_cannot_be_named(asker: FakeAsker) -> None:
    class OnlyEvil:
        def visible(self, roots: object, visitor: str) -> tuple[str, ...]:
            return ("theirs", "all") if visitor == OTHER else ("all",)

    held = {**DOCUMENTS, "evil": replace(DOCUMENTS["evil"], root="theirs")}
    held = {doc_id: replace(one, root=one.root or "all") for doc_id, one in held.items()}
    asker.documents = lambda: held  # type: ignore[method-assign]
    visitors = Visitors(OnlyEvil(), 1)  # type: ignore[arg-type]
    mine, others = visitors.sight(asker, ME), visitors.sight(asker, OTHER)
    mine.check("One.", Searchable(("law",), ("han",), frozenset({"x"})))
    others.check("One.")
    assert asker.checked == [
        ("One.", Searchable(("law",), ("han",), frozenset({"x", "evil"}))),
        ("One.", ALL),
    ]
    with pytest.raises(BadInput):
        searchable({"docs": ["evil"]}, mine)
    assert searchable({"docs": ["evil"]}, others) == Searchable(doc_ids=("evil",))


# Sources and downloads


def test_a_source_opens_at_its_paragraph(behind: Behind) -> None:
    tab, _ = behind.check("fail\nKoreans invest.")
    panel = behind.checking.open_source(tab, {"i": 1, "n": 1}, ME)
    assert panel is not None
    assert '<section id="sg-check-source"' in panel
    assert "<mark>Koreans invest $1.7 billion in US AI companies.</mark>" in panel


@pytest.mark.parametrize("event", [{}, {"i": 0, "n": 1}, {"i": 1, "n": 9}, {"i": 7, "n": 1}, {"i": -1, "n": 1},
                                   {"i": "1", "n": 1}, {"i": None, "n": None}])  # fmt: skip
def test_a_click_that_names_no_source_opens_none(behind: Behind, event: dict[str, object]) -> None:
    tab, _ = behind.check("fail\nKoreans invest.")
    assert behind.checking.open_source(tab, event, ME) is None


def test_downloads_hold_what_the_filter_leaves(behind: Behind) -> None:
    tab, _ = behind.check("contradicted.\nfail\nFine.\n=1+1 is fine.")
    made = behind.checking.save(tab, {"form": "csv"})
    assert made is not None
    rows = list(csv.reader(io.StringIO(base64.b64decode(str(made["data"])).decode("utf-8-sig"))))
    assert [row[0].lstrip("'") for row in rows[1:]] == ["contradicted.", "Fine.", "=1+1 is fine."]
    assert rows[3][0] == "'=1+1 is fine."
    behind.checking.show(tab, {"only": "contradicted"})
    markdown = behind.checking.save(tab, {"form": "markdown"})
    assert markdown is not None
    assert markdown["number"] != made["number"]
    assert "Fine." not in base64.b64decode(str(markdown["data"])).decode()
    docx = behind.checking.save(tab, {"form": "docx"})
    assert docx is not None
    assert base64.b64decode(str(docx["data"])).startswith(b"PK")
    for form in ("html", None, 3, ["csv"]):
        assert behind.checking.save(tab, {"form": form}) is None
    assert behind.checking.save(Checks(), {"form": "csv"}) is None


# Files


def test_claims_come_from_a_csv_column_whatever_its_encoding(behind: Behind, asker: FakeAsker) -> None:
    text = 'id,claim\n1,"One, with a comma."\n2,두 나라는 협력한다.\n'
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp949"):
        asker.checked.clear()
        behind.check("", file=behind.file(text.encode(encoding)))
        assert [claim for claim, _ in asker.checked] == ["One, with a comma.", "두 나라는 협력한다."]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"claim\n", "holds no claim"), (b"\n".join(b"%d it is." % i for i in range(501)), "501 claims; 500 are the most"),
     (b"%PDF-1.4", "is a PDF"), (b"\x00\x01\x02", "binary")],
)  # fmt: skip
def test_a_file_that_holds_no_list_says_why_by_its_own_name(behind: Behind, content: bytes, said: str) -> None:
    token = behind.file(content, "our list.txt")
    head = list(behind.checking.check(Checks(), {"file": token}, ME))[-1]["head"]
    assert said in head
    assert "our list.txt" in head


def test_a_file_is_its_visitors_alone(behind: Behind, asker: FakeAsker) -> None:
    token = behind.file(b"One.\n", "c.txt")
    for visitor in (OTHER, ""):
        head = list(behind.checking.check(Checks(), {"file": token}, visitor))[-1]["head"]
        assert "not held any more" in head
        head = list(behind.auditing.audit(Audits(), {"file": token}, visitor))[-1]["head"]
        assert "not held any more" in head
    assert asker.checked == []
    assert asker.audited == []


@pytest.mark.parametrize(
    ("kind", "name", "why"),
    [("claims", "c.xlsx", "kind"), ("claims", "csv", "kind"), ("claims", "../c.csv", "name"),
     ("claims", ".csv", "name"),
     ("claims", "con.txt", "name"), ("claims", "a\u202e.txt", "name"), ("article", "a.csv", "kind"),
     ("article", "../../a.txt", "name"), ("article", "/etc/a.txt", "name"), ("article", "a\x00.txt", "name")],
)  # fmt: skip
def test_names_that_do_not_pass_are_refused(behind: Behind, kind: Any, name: str, why: str) -> None:
    with pytest.raises(FileRefused) as caught:
        behind.inbox.begin(ME, kind, name)
    assert caught.value.why == why
    assert caught.value.remedy


def test_a_file_that_is_too_large_or_empty_leaves_nothing(behind: Behind) -> None:
    with pytest.raises(FileRefused, match="over the limit"):
        behind.inbox.begin(ME, "article", "a.txt", 1_001)
    kept = behind.inbox.find(ME, behind.file(b"x", "a.txt", "article"))
    with pytest.raises(FileRefused, match="over the limit"):
        behind.file(b"x" * 1_001, "b.txt", "article")
    with pytest.raises(FileRefused, match="is empty"):
        behind.file(b"", "c.txt", "article")
    assert list(kept.parent.parent.iterdir()) == [kept.parent]


def test_only_the_last_few_files_are_held(behind: Behind) -> None:
    tokens = [behind.file(b"x", "a.txt", "article") for _ in range(6)]
    with pytest.raises(BadInput):
        behind.inbox.find(ME, tokens[1])
    kept = [behind.inbox.find(ME, token) for token in tokens[2:]]
    assert len(list(kept[0].parent.parent.iterdir())) == 4
    behind.file(b"x", "a.txt", "article", OTHER)
    assert behind.inbox.find(ME, tokens[2])


def test_the_inbox_takes_its_folder_with_it() -> None:
    inbox = Inbox(100)
    folder = inbox.find(ME, inbox.paste(ME, "Text.")).parent.parent
    assert folder.is_dir()
    assert folder.stat().st_mode & 0o077 == 0
    del inbox
    assert not folder.exists()


def test_nobody_known_sends_nothing() -> None:
    with pytest.raises(BadInput, match="no cookies") as caught:
        Inbox(100).paste("", "Text.")
    assert "Allow cookies" in caught.value.remedy


# The route


class Sent:
    """Sends one request through the routes, as a server hands it on."""

    def __init__(self, inbox: Inbox, path: str, body: bytes, visitor: str = ME, method: str = "PUT") -> None:
        from starlette.applications import Starlette
        from starlette.testclient import TestClient

        app = Starlette(routes=list(check_routes(inbox, lambda request: request.cookies.get("visitor", ""))))
        client = TestClient(app, cookies={"visitor": visitor} if visitor else {})
        answer = client.request(method, path, content=body)
        self.status, self.headers, self.json = answer.status_code, answer.headers, answer.json if body else None


def test_the_route_takes_a_file_and_gives_a_token() -> None:
    inbox = Inbox(10)
    sent = Sent(inbox, f"/checking/article/{quote('기사 1.txt')}", b"Text.")
    assert sent.status == 201
    assert sent.json is not None
    path = inbox.find(ME, sent.json()["file"])
    assert (path.name, path.read_bytes()) == ("기사 1.txt", b"Text.")
    assert sent.headers["cache-control"] == "no-store"
    for target, body, visitor, status in (
        ("/checking/article/a.txt", b"x" * 11, ME, 413), ("/checking/article/a.exe", b"x", ME, 415),
        ("/checking/claims/..%2Fa.csv", b"x", ME, 422), ("/checking/article/a.txt", b"x", "", 422),
    ):  # fmt: skip
        refused = Sent(inbox, target, body, visitor)
        assert refused.status == status, target
        assert refused.json is not None
        assert refused.json()["remedy"]
    assert OPEN_ROUTES.fullmatch("/checking/article/a.txt")
    assert not OPEN_ROUTES.fullmatch("/checking")


# Audits


def audited(behind: Behind, text: str, **event: object) -> tuple[Audits, list[Any]]:
    tab = Audits()
    return tab, list(behind.auditing.audit(tab, {"text": text, **event}, ME))


def test_an_article_is_audited_and_its_report_framed_and_saved(behind: Behind, asker: FakeAsker) -> None:
    tab, views = audited(behind, "An article.", docs=["han"])
    assert asker.audited == [("An article.", Searchable(doc_ids=("han",)))]
    assert views[-1]["report"].startswith("<iframe")
    assert "What a fair partnership would take" in views[-1]["report"]
    summary = an_audit().summary
    assert dict(tab.run.found) == {
        "supported": summary["supported"], "contradicted": summary["contradicted"],
        "not_in_sources": summary["not_in_sources"], "quotation": summary["not_verbatim"], "failed": 1,
    }  # fmt: skip
    for form, begins in (("html", b"<!doctype html>"), ("markdown", b"#"), ("docx", b"PK")):
        made = behind.auditing.save(tab, {"form": form})
        assert made is not None
        assert base64.b64decode(str(made["data"])).startswith(begins)
    assert behind.auditing.save(tab, {"form": "csv"}) is None
    assert behind.auditing.save(Audits(), {"form": "html"}) is None
    assert behind.line.join().wait(0) == 0


def test_a_hostile_article_runs_nowhere(behind: Behind) -> None:
    _, views = audited(behind, "hostile")
    frame = views[-1]["report"]
    assert frame.count("<") == 2  # the frame's own
    assert "&lt;script&gt;window" not in frame  # escaped twice: as text of the report, and as an attribute
    assert "window.hacked=1" in frame
    assert all("<script" not in one["head"] for one in views)


def test_a_cancelled_audit_is_closed_and_goes_on_with_the_same_file(behind: Behind, asker: FakeAsker) -> None:
    begun, audit = [], asker.audit

    def kept(path: Path, against: Searchable = ALL) -> Iterator[Any]:
        begun.append(audit(path, against))
        return begun[-1]

    asker.audit = kept  # type: ignore[method-assign]
    tab = Audits()
    running = behind.auditing.audit(tab, {"text": "blocked"}, ME)
    next(running)
    worker = threading.Thread(target=lambda: list(running))
    worker.start()
    while tab.run.done < 4:
        time.sleep(0.01)
    assert "Cancelled. Sentence 4 of 12." in behind.auditing.cancel(tab)["head"]
    asker.gate.set()
    worker.join(10)
    assert asker.cancelled == 1
    assert tab.run.audit is None
    assert list(behind.auditing.go_on(tab, ME))[-1]["report"]
    assert [text for text, _ in asker.audited] == ["blocked", "blocked"]
    assert list(behind.auditing.go_on(tab, ME)) == []  # nothing is left


def test_sentences_take_turns_with_questions(asker: FakeAsker, tmp_path: Path) -> None:
    behind = Behind(asker, tmp_path, Line(at_once=1))
    tab = Audits()
    running: Generator[Any] = behind.auditing.audit(tab, {"text": "An article."}, ME)
    next(running)
    with behind.line.join():
        assert "1 other is before this one" in next(running)["head"]
        assert tab.run.done == 0
    assert list(running)[-1]["report"]


@pytest.mark.parametrize(
    ("event", "said"),
    [({"text": " \n"}, "no article yet"), ({}, "no article yet"), ({"text": "a" * 200_001}, "200,001 characters"),
     ({"file": "nothing"}, "not held any more"), ({"text": "unreadable"}, "&lt;b&gt;cannot&lt;/b&gt; be read"),
     ({"text": "a", "docs": ["gone"]}, "not in the index"), ({"text": "a" * 1_001}, "over the limit")],
)  # fmt: skip
def test_what_cannot_be_audited_is_told(behind: Behind, event: dict[str, object], said: str) -> None:
    tab = Audits()
    shown = list(behind.auditing.audit(tab, event, ME))[-1]
    assert said in shown["head"]
    assert shown["report"] == ""
    assert shown["said"] == str(tab.run.error)
    assert behind.line.join().wait(0) == 0


def test_an_audit_that_ends_without_a_report_or_crashes_says_so(behind: Behind, asker: FakeAsker) -> None:
    sentence = an_audit().sentences[0]

    def ends(path: Path, against: Searchable = ALL) -> Iterator[AuditProgress]:
        yield AuditProgress(1, 2, sentence)

    def crashes(path: Path, against: Searchable = ALL) -> Iterator[AuditProgress]:
        yield from ()
        raise OSError("/home/someone/secret")

    asker.audit = ends  # type: ignore[method-assign]
    assert "ended without a report" in audited(behind, "An article.")[1][-1]["head"]
    asker.audit = crashes  # type: ignore[method-assign]
    head = audited(behind, "An article.")[1][-1]["head"]
    assert "The audit failed: OSError." in head
    assert "secret" not in head
    assert "Try again" in head


def test_the_stages_of_an_audit_in_words() -> None:
    run = Run("t")
    assert audit_line(run) == "Reading the article…"
    run.done, run.of = 3, 12
    assert audit_line(run) == "Sentence 3 of 12…"
    run.stage, run.before = "waiting", 2
    assert audit_line(run) == "2 others are before this one…"
    assert "Claims" not in audit_view(Audits())["head"]


def test_five_hundred_results_are_drawn_a_page_at_a_time(asker: FakeAsker, tmp_path: Path) -> None:
    behind = Behind(asker, tmp_path)
    results = itertools.cycle((contradicted(), a_check()))
    asker.check = lambda claim, against=ALL: next(results)  # type: ignore[method-assign]
    started = time.monotonic()
    tab, views = behind.check("\n".join(f"Claim number {i} is here." for i in range(500)))
    assert len(tab.batch.results) == 500
    assert all(len(one["checks"]) <= A_PAGE for one in views)
    assert max(len(json.dumps(one)) for one in views) < 300_000
    assert time.monotonic() - started < 20


def test_a_batch_without_claims_is_not_running() -> None:
    assert not Batch().running
    assert not Batch(("a",), error=SanghoError("No.")).running
    assert Batch(("a",)).running
