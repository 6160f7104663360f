"""The Evaluate tab without a browser: what the form takes, kept runs, turns, privacy, views, reports."""

from __future__ import annotations

import dataclasses
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sangho
from app.errors import BadInput
from app.pipeline import Pipeline
from app.retrieve import RANKINGS
from app.roots import Roots, owner_of
from app.settings import Settings
from app.ui.inbox import Inbox
from app.ui.line import Line
from app.ui.loading import Loader
from app.ui.visitors import Visitors
from eval.evaluate import Request, Watch, evaluate
from eval.items import Item
from eval.running.folder import ITEMS, read_run
from eval.running.plan import Wanted
from eval.running.subject import Subject, everything
from eval.ui.evaluating import Evaluating, Evaluation
from eval.ui.form import asked_for, form_html, words_of
from eval.ui.kept import Asked
from eval.ui.reports import report_html, wrong_html, wrong_items
from eval.ui.running import MOST_WAITING, Going, Runner, in_window
from eval.ui.runs import MOST_RUNS, KeptRuns
from eval.ui.views import going_html, going_line, left_words, runs_html, spoken
from ingest.documents import Document, Paragraph
from ingest.errors import NoSpace
from tests.evaluate_fakes import FakeEvaluate, worse
from tests.report_runs import HOSTILE, a_failed, a_question, a_run, items
from tests.small_corpus import ACCORD, CAMP, small_settings
from tests.window_fakes import FakeAsker, failing_asker

ONE, OTHER = "a" * 32, "b" * 32  # visitors
FORM: dict[str, object] = {"data": "dev", "every": "1", "tried": "", "tasks": ["question", "claim"], "file": ""}
PLAIN = Asked(0.0, "dev", "", ("question",))


@dataclasses.dataclass
class Bench:
    """The tab's functions over a fake evaluation."""

    home: Path
    fake: FakeEvaluate
    asker: FakeAsker
    loader: Loader
    line: Line
    runs: KeptRuns
    runner: Runner
    inbox: Inbox
    does: Evaluating

    def ended(self) -> None:
        until(lambda: not self.runner.going())

    def names(self, visitor: str = ONE) -> list[str]:
        return [run.name for run in self.runs.listed(visitor)]


def until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + 15
    while not true():
        assert time.monotonic() < limit, "it did not come"
        time.sleep(0.005)


def a_bench(home: Path, fake: FakeEvaluate | None = None) -> Bench:
    settings = Settings.load(home=home)
    fake, asker, line = fake or FakeEvaluate(items=items()), FakeAsker(), Line()
    loader = Loader(lambda: asker)
    loader.start()
    loader.wait(5)
    runs, inbox = KeptRuns(home), Inbox(1_000_000)
    runner = Runner(settings, runs, line, fake)
    does = Evaluating(settings, loader, Visitors(Roots(home), 1), inbox, runs, runner)
    return Bench(home, fake, asker, loader, line, runs, runner, inbox, does)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = a_bench(tmp_path)
    yield made
    made.fake.gate.set()
    for one in made.runner.going():
        made.runner.cancel(one.name)
    made.ended()


def own(home: Path, visitor: str) -> Document:
    root = str(home.resolve() / "files" / owner_of(visitor) / "batch")
    return Document("mine", "Mine", (Paragraph(1, "Secret."),), root=root)


# The form


def test_the_form_offers_what_it_takes(tmp_path: Path) -> None:
    html = form_html(Settings.load(home=tmp_path))
    for tried in ("", "depth=20", "ranking=bm25"):
        assert f'value="{tried}"' in html
        assert asked_for({**FORM, "tried": tried}, Settings.load(home=tmp_path)).pairs == ((tried,) if tried else ())
    assert 'value="depth=50"' not in html  # that is set already
    assert 'value="ranking=reranked"' not in html
    assert "Now: depth 50, reranked, extractive answers." in html
    assert "chat model writes" not in html
    assert "chat model writes" in form_html(Settings.load(home=tmp_path, llm="openai:x"))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"data": "golden"}, "what there is not"),
        ({"data": ["dev"]}, "what there is not"),
        ({"every": "0"}, "what there is not"),
        ({"every": "4"}, "what there is not"),
        ({"every": None}, "what there is not"),
        ({"tried": "llm_url=http://elsewhere"}, "what there is not"),
        ({"tried": "depth=50"}, "what there is not"),
        ({"tried": "embedding=/etc"}, "what there is not"),
        ({"tasks": []}, "Nothing is chosen"),
        ({"tasks": "question"}, "Nothing is chosen"),
        ({"tasks": ["all"]}, "Nothing is chosen"),
        ({"data": "own", "tasks": ["claim"], "file": "t"}, "Nothing is chosen"),
        ({"data": "own"}, "no file of questions"),
    ],
)
def test_what_the_form_does_not_offer_is_refused(changed: dict[str, object], message: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=message):
        asked_for({**FORM, **changed}, Settings.load(home=tmp_path))


def test_what_is_asked_for_is_said_in_words() -> None:
    assert words_of(Asked(0, "test", "", ("question", "claim"), 3)) == (
        "Golden set, test · questions, claims · every 3rd one · as set"
    )
    assert words_of(Asked(0, "", "my.csv", ("query",), 1, ("ranking=rrf",))) == "my.csv · retrieval · ranking rrf"


# Running


def test_a_run_is_run_kept_and_listed_with_its_main_figures(bench: Bench) -> None:
    tab = Evaluation()
    bench.does.run(tab, FORM | {"every": "2", "tried": "depth=20"}, ONE)
    bench.ended()
    (request,) = bench.fake.requests
    assert (request.data, request.split, request.pairs) == ("golden", "dev", ("depth=20",))
    assert (request.wanted.tasks, request.wanted.every) == (("question", "claim"), 2)
    (run,) = bench.runs.listed(ONE)
    assert (run.done, run.of, run.finished) == (7, 7, True)
    assert request.out == bench.home.resolve() / "eval" / "runs" / run.name
    # Three questions did not crash: the first was refused wrongly, the third answered wrongly; of three claims two fit.
    assert run.main[0] == ("question", "outcome right", 0.0)
    found = {(task, mark): value for task, mark, value in run.main}
    assert found["claim", "verdict right"] == pytest.approx(2 / 3, abs=1e-5)
    html = bench.does.look(tab, ONE)["list"]
    assert "outcome right <b>0.000</b>" in html
    assert "depth 20" in html
    assert 'data-does="go_on"' not in html


def test_one_runs_at_a_time_and_the_next_is_told_so(bench: Bench) -> None:
    bench.fake.held = ("q-2",)
    tab, stranger = Evaluation(), Evaluation()
    bench.does.run(tab, FORM, ONE)
    until(lambda: bench.runner.going()[0].done == 1)
    view = bench.does.run(stranger, FORM, OTHER)
    assert "1 run is before this one" in view["going"]
    assert "1 of 7 items" in view["going"]
    assert len(bench.fake.requests) == 1
    bench.fake.gate.set()
    bench.ended()
    assert len(bench.fake.requests) == 2
    assert all(run.finished for run in bench.runs.listed(OTHER))


def test_a_run_ends_where_it_is_cancelled_and_goes_on_after_a_restart(bench: Bench) -> None:
    bench.fake.held = ("q-2",)
    tab = Evaluation()
    bench.does.run(tab, FORM, ONE)
    until(lambda: bench.runner.going()[0].done == 1)
    (name,) = bench.names()
    assert "Ends after this item" in bench.does.cancel(tab, {"name": name}, ONE)["going"]
    bench.fake.gate.set()
    bench.ended()
    view = bench.does.look(tab, ONE)
    assert view["said"] == "The run was ended."
    assert "not finished, 2 of 7 items" in view["list"]
    again = a_bench(bench.home)  # another process over the same home
    again.does.go_on(Evaluation(), {"name": name}, ONE)
    again.ended()
    (run,) = again.runs.listed(ONE)
    assert run.finished
    lines = (again.runs.folder(name) / ITEMS).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [one.id for one in items()]


def test_one_that_waits_is_taken_out_of_the_line(bench: Bench) -> None:
    bench.fake.held = ("q-1",)
    bench.does.run(Evaluation(), FORM, ONE)
    until(lambda: bench.runner.going()[0].stage == "running")
    bench.does.run(Evaluation(), FORM, ONE)
    first, waiting = (one.name for one in bench.runner.going())
    bench.does.cancel(Evaluation(), {"name": waiting}, ONE)
    assert [one.name for one in bench.runner.going()] == [first]
    bench.fake.gate.set()
    bench.ended()
    assert len(bench.fake.requests) == 1


def test_items_let_questions_pass(bench: Bench) -> None:
    """Two questions take all places: no item begins before one of them is answered."""
    with bench.line.join(), bench.line.join() as second:
        bench.does.run(Evaluation(), FORM, ONE)
        until(lambda: bench.runner.going()[0].stage == "running")
        time.sleep(0.2)
        assert bench.runner.going()[0].done == 0
        bench.line.leave(second)
        bench.ended()
    assert bench.runs.listed(ONE)[0].finished
    with bench.line.join() as ticket:
        assert bench.line.before(ticket) == 0  # every place was given back
    assert bench.line._tickets == []


def test_a_run_that_waits_for_questions_can_be_cancelled(bench: Bench) -> None:
    with bench.line.join(), bench.line.join():
        bench.does.run(Evaluation(), FORM, ONE)
        until(lambda: bench.runner.going()[0].stage == "running")
        bench.does.cancel(Evaluation(), {"name": bench.names()[0]}, ONE)
        bench.ended()
    assert bench.line._tickets == []
    assert bench.runs.listed(ONE)[0].done == 0


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (BadInput("The index changed.", "Run again into a new folder."), ("The index changed.", "Begin a new run")),
        (BadInput("It is <b>odd</b>.", "Say so."), ("It is &lt;b&gt;odd&lt;/b&gt;.", "Say so.")),
        (NoSpace("The disk is full.", "Free some space, then run the same command again."), ("full", "Go on with it")),
        (ValueError("secret /home/someone"), ("The run failed: ValueError.", "terminal")),
        (SystemError("secret /home/someone"), ("The run failed: SystemError.", "")),
        (KeyboardInterrupt("secret /home/someone"), ("The run failed: KeyboardInterrupt.", "Go on")),
    ],
)
def test_errors_are_lines_with_a_remedy(
    error: BaseException, told: tuple[str, str], bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.fake.raises = error
    bench.fake.said = ("Two items are left out.",)
    bench.does.run(Evaluation(), FORM, ONE)
    bench.ended()
    html = a_bench(bench.home).does.look(Evaluation(), ONE)["list"]  # kept, not only held
    assert all(part in html for part in told)
    assert "Two items are left out." in html
    assert "someone" not in html
    assert 'data-does="go_on"' in html
    bench.fake.raises = None
    bench.does.go_on(Evaluation(), {"name": bench.names()[0]}, ONE)
    bench.ended()
    assert "sg-error" not in bench.does.look(Evaluation(), ONE)["list"]


def test_errors_name_no_place_of_the_machine(bench: Bench, tmp_path: Path) -> None:
    name = bench.runs.begin(PLAIN, ONE, {})
    folder = bench.runs.folder(name)
    error = BadInput(f"{folder} holds another run: depth is 5 there and 9 now.", "Name another folder with --out.")
    assert in_window(bench.runs, name, error) == (
        "The run’s folder holds another run: depth is 5 there and 9 now.",
        "Begin a new run with other choices, or delete this one.",
    )
    assert bench.runs.told(f"{folder}.list/q.csv, line 2: left out.", name) == "q.csv, line 2: left out."


def test_while_the_index_is_not_open_nothing_begins(bench: Bench, tmp_path: Path) -> None:
    gate = threading.Event()

    def slowly() -> FakeAsker:
        gate.wait(5)
        return bench.asker

    bench.does._loader = Loader(slowly)
    bench.does._loader.start()
    assert "not open yet" in bench.does.run(Evaluation(), FORM, ONE)["notice"]
    gate.set()
    bench.does._loader = Loader(failing_asker)
    bench.does._loader.start()
    until(lambda: bench.does._loader.error is not None)
    notice = bench.does.run(Evaluation(), FORM, ONE)["notice"]
    assert "Nothing has been ingested" in notice or "not open yet" in notice  # it begins to load anew
    assert bench.names() == []


def test_only_so_many_are_kept_and_wait(bench: Bench) -> None:
    bench.fake.held = ("q-1",)
    tab = Evaluation()
    for _ in range(MOST_WAITING):
        assert not bench.does.run(tab, FORM, ONE)["notice"]
    assert f"{MOST_WAITING} runs are under way or wait." in bench.does.run(tab, FORM, ONE)["notice"]
    assert len(bench.names()) == MOST_WAITING  # the one that was refused is not in the list
    for _ in range(MOST_RUNS - MOST_WAITING):
        bench.runs.begin(PLAIN, ONE, {})
    with pytest.raises(BadInput, match="no more fit"):
        bench.runs.begin(PLAIN, ONE, {})


# A table of one's own


def table(bench: Bench, text: str, visitor: str = ONE, name: str = "mine.csv") -> str:
    arriving = bench.inbox.begin(visitor, "claims", name)
    arriving.write(text.encode())
    return arriving.keep()


def test_a_table_is_copied_and_goes_with_its_run(bench: Bench) -> None:
    token = table(bench, "question,document\nHow much?,han\n", name="<b>우리 & 질문.csv")
    bench.does.run(Evaluation(), FORM | {"data": "own", "file": token}, ONE)
    bench.ended()
    (request,) = bench.fake.requests
    assert request.split == ""
    assert request.wanted.tasks == ("question",)  # a table holds no claims
    assert Path(request.data).read_text(encoding="utf-8").endswith("How much?,han\n")
    html = bench.does.look(Evaluation(), OTHER)["list"]
    assert "&lt;b&gt;우리 &amp; 질문.csv · questions · as set" in html
    (name,) = bench.names()
    bench.does.delete(Evaluation(), {"name": name}, OTHER)
    assert list((bench.home / "eval" / "runs").iterdir()) == []


def test_what_is_wrong_with_a_table_is_told_before_it_is_run(bench: Bench) -> None:
    token = table(bench, "question,document\nHow much?,nowhere\n")
    notice = bench.does.run(Evaluation(), FORM | {"data": "own", "file": token}, ONE)["notice"]
    assert "mine.csv has no line that can be used. First: mine.csv, line 2: left out" in notice
    assert str(bench.inbox._root) not in notice
    token = table(bench, "One claim.", name="claims.txt")
    assert "claims.txt is no CSV" in bench.does.run(Evaluation(), FORM | {"data": "own", "file": token}, ONE)["notice"]
    token = table(bench, "question,document\nHow much?,han\n", OTHER)
    assert "not held any more" in bench.does.run(Evaluation(), FORM | {"data": "own", "file": token}, ONE)["notice"]
    assert bench.names() == []


# Whose a run is


def test_a_run_over_files_of_ones_own_is_seen_by_nobody_else(bench: Bench) -> None:
    mine, theirs = own(bench.home, ONE), own(bench.home, OTHER)
    public = Document("public", "Public", (Paragraph(1, "Open."),), root="/somewhere")
    documents = {"mine": mine, "theirs": theirs, "public": public}
    bench.fake.documents = documents
    bench.asker.documents = lambda: documents  # type: ignore[method-assign]
    bench.does.run(Evaluation(), FORM, ONE)
    bench.ended()
    assert bench.fake.saw == [["mine", "public"]]
    (name,) = bench.names(ONE)
    assert bench.names(OTHER) == bench.names("") == []
    for does in (bench.does.cancel, bench.does.go_on, bench.does.delete):
        assert "not there any more" in does(Evaluation(), {"name": name}, OTHER)["notice"]
    assert "not there any more" in bench.does.see(Evaluation(), {"names": [name]}, OTHER)["head"]
    assert bench.names(ONE) == [name]
    bench.asker.documents = lambda: {"public": public, "theirs": theirs}  # type: ignore[method-assign]
    bench.fake.documents = bench.asker.documents()
    bench.does.run(Evaluation(), FORM, ONE)
    bench.ended()
    assert bench.fake.saw[-1] == ["public"]
    assert len(bench.names(OTHER)) == 1


def test_another_s_run_under_way_is_not_described(bench: Bench) -> None:
    bench.fake.held = ("q-1",)
    bench.asker.documents = lambda: {"mine": own(bench.home, ONE)}  # type: ignore[method-assign]
    bench.does.run(Evaluation(), FORM | {"tried": "depth=20"}, ONE)
    html = bench.does.look(Evaluation(), OTHER)["going"]
    assert "Another visitor’s run." in html
    assert "depth" not in html
    assert "data-does" not in html


@given(st.one_of(st.text(max_size=40), st.none(), st.integers(), st.lists(st.text(max_size=5), max_size=2)))
def test_a_name_that_is_none_finds_nothing(name: object) -> None:
    with pytest.raises(BadInput, match="not there any more"):
        KeptRuns(Path("/nowhere")).find(name, ONE)


def test_names_lead_nowhere_else(bench: Bench) -> None:
    kept = bench.runs.begin(PLAIN, ONE, {})
    outside = bench.home / "eval" / "keep.json"
    shutil.copyfile(bench.home / "eval" / "runs" / f"{kept}.json", outside)
    for name in ("../keep", "../../eval/keep", "..", "", "20260101-000000-abcd\n", "20260101-000000-abcd/.."):
        assert "not there any more" in bench.does.delete(Evaluation(), {"name": name}, ONE)["notice"]
    assert outside.exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"format": 2}', '{"format": 1}', "\x00", '{"format":1,"tasks":["x"]}']
)
def test_damaged_notes_are_no_runs(bench: Bench, text: str) -> None:
    name = bench.runs.begin(PLAIN, ONE, {})
    (bench.home / "eval" / "runs" / f"{name}.json").write_text(text, encoding="utf-8")
    assert bench.names() == []
    assert bench.does.look(Evaluation(), ONE)["list"].endswith("No run yet.</p>")


def test_a_damaged_folder_is_a_run_that_is_not_finished(bench: Bench) -> None:
    bench.does.run(Evaluation(), FORM, ONE)
    bench.ended()
    (name,) = bench.names()
    (bench.runs.folder(name) / "run.json").write_text("{", encoding="utf-8")
    assert not bench.runs.listed(ONE)[0].finished
    head = bench.does.see(Evaluation(), {"names": [name]}, ONE)["head"]
    assert "cannot be read" in head
    assert str(bench.home) not in head


def test_a_run_under_way_is_not_deleted(bench: Bench) -> None:
    bench.fake.held = ("q-1",)
    bench.does.run(Evaluation(), FORM, ONE)
    (name,) = bench.names()
    assert "Cancel it first." in bench.does.delete(Evaluation(), {"name": name}, ONE)["notice"]
    assert bench.names() == [name]


# What is shown


def test_how_long_is_left_is_told_once_it_can_be() -> None:
    going = Going("n", "running", done=4, of=10, began=100.0, before=3)
    assert going_line(going, 0, 110.0) == "4 of 10 items…"  # one item tells too little
    going.done = 5
    assert going.left(110.0) == 25.0  # two items in ten seconds, five to go
    assert going_line(going, 0, 110.0) == "5 of 10 items, less than a minute left…"
    assert [left_words(s) for s in (59, 61, 89, 91, 5340, 5400)] == [
        "less than a minute left", "about 1 minute left", "about 1 minute left", "about 2 minutes left",
        "about 89 minutes left", "about 2 hours left",
    ]  # fmt: skip
    assert going_line(Going("n"), 2, 0.0).startswith("2 runs are before this one")
    assert going_line(Going("n", "opening"), 0, 0.0) == "Opening the index…"


def test_a_screen_reader_hears_tenths() -> None:
    one = Going("n", "running", done=0, of=40)
    assert spoken([one], ["n"]) == "The run goes on."
    one.done = 11
    assert spoken([one], ["n"]) == "20 percent of the run are done."
    assert spoken([one], []) == spoken([], ["n"]) == ""


def test_hostile_texts_are_escaped(tmp_path: Path) -> None:
    runs = KeptRuns(tmp_path)
    asked = Asked(0.0, "", f"{HOSTILE}.csv", ("question",), said=(HOSTILE,), error=HOSTILE, remedy=HOSTILE)
    name = runs.begin(asked, ONE, {})
    runs.write(name, dataclasses.replace(asked, table=f"{HOSTILE}.csv"))
    listed = runs.listed(ONE)
    for html in (runs_html(listed, []), going_html(listed, [Going(name, "running")], 0.0)):
        assert "<script" not in html
        assert "<img" not in html
        assert "\u202e" not in html
    evil = dataclasses.replace(a_failed(1), asked=HOSTILE, failed=HOSTILE, history=(HOSTILE,), id=HOSTILE)
    html = wrong_html([a_run([evil])], 0)
    assert "<script" not in html
    assert "<img" not in html


def test_the_list_of_wrong_items_is_the_worst_first_or_what_became_worse() -> None:
    assert [item.id for item in wrong_items([a_run(items())])] == ["q-2", "q-3", "q-4", "c-2"]
    partly = a_question(9, "answered", "answered", 0.5)
    assert [item.id for item in wrong_items([a_run([partly, *items()])])][-1] == "q-9"
    assert [item.id for item in wrong_items([a_run(items()), a_run(worse(items()))])] == ["q-1"]
    assert wrong_items([a_run(worse(items())), a_run(items())]) == []
    assert "There are none." in wrong_html([a_run(items()[:1])], 0)
    assert wrong_items([a_run([])]) == []


def test_items_open_where_they_can_be_asked_or_checked() -> None:
    follow_up = dataclasses.replace(a_question(2, "answered", "not_in_sources"), history=("무엇?",), asked="그 다음은?")
    html = wrong_html([a_run([follow_up, *items()[-2:]])], 0)
    assert 'data-ask="그 다음은?"' in html
    assert 'lang="ko" dir="auto">그 다음은?' in html
    assert "asked before it" in html
    assert 'data-claim="Claim 2."' in html
    assert html.count("Open in Ask</button>") == 1


def test_wrong_items_are_turned_over_by_pages() -> None:
    many: list[Item] = [a_question(n, "answered", "not_in_sources") for n in range(45)]
    pages = [wrong_html([a_run(many)], page) for page in range(3)]
    assert [page.count("data-ask") for page in pages] == [20, 20, 5]
    assert wrong_html([a_run(many)], 3) == wrong_html([a_run(many)], -1) == pages[0]


def test_a_report_runs_in_an_origin_of_nobody_s() -> None:
    html = report_html([a_run(items())])
    assert 'sandbox="allow-scripts"' in html
    assert "&quot;about:srcdoc#all-items&quot;" in html
    assert html.count("<") == html.count("<iframe") + html.count("</iframe") == 2


def test_reports_are_seen_compared_saved_and_closed(bench: Bench) -> None:
    tab = Evaluation()
    for tried in ("", "depth=20"):
        bench.does.run(tab, FORM | {"tried": tried}, ONE)
        bench.ended()
    plain, other = sorted(bench.names(), key=lambda name: bool(bench.runs.asked(name).pairs))
    seen = bench.does.see(tab, {"names": [plain]}, ONE)
    assert seen["names"] == [plain]
    assert "Evaluation of Sangho" in seen["report"]
    compared = bench.does.see(tab, {"names": [plain, other]}, ONE)
    assert "became worse (1)" in compared["items"]
    assert "depth 20" in compared["head"]
    turned = bench.does.turn(tab, {"page": 0}, ONE)
    assert turned["items"] == compared["items"]
    assert "report" not in turned  # two megabytes are not sent again
    markdown: Any = bench.does.save(tab, {"form": "markdown"}, ONE)
    assert markdown["name"] == "evaluation.md"
    assert bench.does.save(tab, {"form": "html"}, ONE)["number"] == markdown["number"] + 1  # type: ignore[index]
    assert bench.does.save(tab, {"form": "pdf"}, ONE) is None
    assert bench.does.close(tab)["report"] == ""
    assert bench.does.save(tab, {"form": "html"}, ONE) is None
    assert bench.does.turn(tab, {"page": 0}, ONE) is None
    for names in ([plain, plain], [], [plain, other, plain], "x", None):
        assert "Choose two different runs." in bench.does.see(tab, {"names": names}, ONE)["head"]
    bench.does.delete(tab, {"name": plain}, ONE)
    assert "not there any more" in bench.does.see(tab, {"names": [plain]}, ONE)["head"]
    assert bench.does.see(tab, {"names": [plain], "again": True}, ONE)["head"] == ""


def test_an_unfinished_run_has_a_report_that_says_so(bench: Bench) -> None:
    bench.fake.held = ("q-2",)
    tab = Evaluation()
    bench.does.run(tab, FORM, ONE)
    until(lambda: bench.runner.going()[0].done == 1)
    (name,) = bench.names()
    bench.does.cancel(tab, {"name": name}, ONE)
    bench.fake.gate.set()
    bench.ended()
    assert "unfinished: 2 of 7 items" in bench.does.see(tab, {"names": [name]}, ONE)["report"]


def test_the_fake_writes_what_a_run_writes(tmp_path: Path) -> None:
    """What the tests rest on is a real run's folder."""
    fake = FakeEvaluate(items=items())
    run = fake(Settings.load(home=tmp_path), Request(tmp_path / "r"), Watch(), lambda documents: documents)
    assert run.finished
    assert read_run(tmp_path / "r").costs["stages"]


# What a run does not see


def test_a_run_finds_nothing_in_what_it_may_not_see(small_home: Path, word_model: Path, tmp_path: Path) -> None:
    listed = tmp_path / "q.csv"
    asks = f"How much do they spend on the Kratsios Laboratory?,{ACCORD}\nWhat is kept in Seoul?,{CAMP}\n"
    listed.write_text(f"question,document\n{asks}", encoding="utf-8")
    settings = small_settings(small_home, word_model)
    request = Request(tmp_path / "all", str(listed), wanted=Wanted(("query", "question")))
    all_of_it = evaluate(settings, request, Watch())
    assert ACCORD in {doc_id for item in all_of_it.items for doc_id, *_ in item.given["ranking"]}
    said: list[str] = []

    def without(documents: Mapping[str, Document]) -> dict[str, Document]:
        return {name: one for name, one in documents.items() if name != ACCORD}

    limited = evaluate(settings, dataclasses.replace(request, out=tmp_path / "some"), Watch(say=said.append), without)
    assert len(limited.items) == 2  # the accord is not even known by name
    assert [line.split(": ")[-1] for line in said] == [
        f"left out, since no document in the index is called '{ACCORD}'."
    ]
    assert limited.run["index"]["documents"] == all_of_it.run["index"]["documents"] - 1
    assert "passages" not in limited.run["index"]
    for item in limited.items:
        assert ACCORD not in json.dumps([item.given, item.expected])
        assert item.given["ranking"]
    for stage in RANKINGS:
        told = dataclasses.replace(request, out=tmp_path / stage, pairs=(f"ranking={stage}",))
        by_stage = evaluate(settings, told, Watch(), without)
        assert ACCORD not in json.dumps([item.given for item in by_stage.items])
    with Pipeline(settings) as pipeline:
        question, claim = "How much do they spend on the Kratsios Laboratory?", "The Kratsios Laboratory is in Seoul."
        found = []
        for see in (everything, without):
            subject = Subject(pipeline, see=see)
            answer, check = subject.ask(question, ())[0], subject.check(claim)
            shown = [
                *(one.doc_id for one in (*answer.citations, *answer.related)),
                *(one.doc_id for one in answer.evidence),
            ]
            found.append((ACCORD in shown, ACCORD in {one.doc_id for one in check.citations}))
    assert found == [(True, True), (False, False)]


def test_the_command_puts_the_tab_into_the_window() -> None:
    options = sangho.parser().parse_args(["serve"])
    assert [tab.title for tab in options.run.keywords["further"]()] == ["Evaluate"]
