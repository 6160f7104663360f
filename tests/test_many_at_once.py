"""Twenty people ask at once: everybody gets their own answers, nobody an error, and who waits is told so.

They speak the page's own protocol over HTTP: `run/predict` for what is not queued, `queue/join` and `queue/data` for
what is.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from app.conversations import Conversations
from app.pipeline import Pipeline
from app.render import answer_html
from app.ui.window import Window, serve
from tests.small_corpus import TOWNS, ingest_into, small_settings

# Gradio's own bookkeeping asks pandas for what pandas means to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

PEOPLE: Final = 20
EACH: Final = 10
GOODS: Final = "barley cables ceramics drones engines filters gloves hinges inks jars".split()


def crates(person: int, i: int) -> int:
    return 1000 + 37 * (EACH * person + i)


def town(person: int) -> str:
    return TOWNS[person % len(TOWNS)] + ("" if person < len(TOWNS) else " harbour")


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory, word_model: Path) -> Iterator[Pipeline]:
    """An index of two hundred facts that are alike but for a place, a thing and a figure."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "corpus").mkdir()
    lines = [
        f"The {town(person)} depot stores {crates(person, i):,} crates of {GOODS[i]}."
        for person in range(PEOPLE)
        for i in range(EACH)
    ]
    (folder / "corpus" / "depots.txt").write_text("title: Depots\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
    ingest_into(folder / "home", word_model, folder / "corpus")
    with Pipeline(small_settings(folder / "home", word_model)) as pipeline:
        yield pipeline.warm()


@pytest.fixture(scope="module")
def window(pipeline: Pipeline) -> Iterator[Window]:
    settings = pipeline.settings.model_copy(update={"port": 0})
    window = serve(settings, lambda: pipeline, block=False)
    yield window
    window.close()


class Person:
    """A browser, as far as asking goes."""

    def __init__(self, window: Window, name: str) -> None:
        self._host = urlsplit(window.url).netloc
        self._session = name
        self._cookie = self._request("GET", "/")[1].split(";")[0]
        self.visitor = self._cookie.partition("=")[2]
        config = json.loads(self._request("GET", "/config")[0])
        box = next(one["id"] for one in config["components"] if one["props"].get("elem_id") == "sg-box")
        functions = config["dependencies"]
        self._begin = next(one["id"] for one in functions if [box, "submit"] in one["targets"])
        self._answer = next(one["id"] for one in functions if one["trigger_after"] == self._begin)

    def ask(self, question: str) -> list[dict[str, Any]]:
        """Ask, and return every view of the conversation that the page is sent, oldest first."""
        shown = self._post("run/predict", self._begin, [question, None, None])["data"]
        assert shown[1] == "", shown  # taken
        self._post("queue/join", self._answer, [None])
        return list(self._views())

    def _post(self, path: str, function: int, data: list[object]) -> Any:
        body = {"data": data, "fn_index": function, "session_hash": self._session, "event_data": None}
        return json.loads(self._request("POST", f"/gradio_api/{path}", json.dumps(body))[0])

    def _views(self) -> Iterator[dict[str, Any]]:
        text = self._request("GET", f"/gradio_api/queue/data?session_hash={self._session}")[0]
        for line in text.splitlines():
            message = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
            assert message.get("success", True), message
            if message.get("msg") in ("process_generating", "process_completed"):
                yield message

    def _request(self, method: str, path: str, body: str | None = None) -> tuple[str, str]:
        connection = http.client.HTTPConnection(self._host, timeout=120)
        headers = {"content-type": "application/json"} | ({"cookie": self._cookie} if method == "POST" else {})
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        assert answer.status == 200, (path, answer.status, text)
        return text, answer.headers.get("set-cookie", "")


def question(person: int, i: int) -> str:
    return f"How many crates of {GOODS[i]} does the {town(person)} depot store?"


def test_twenty_people_ask_ten_questions_each(window: Window, pipeline: Pipeline) -> None:
    assert PEOPLE * EACH == 200
    everybody_is_there = threading.Barrier(PEOPLE)

    visitors = [""] * PEOPLE

    def talk(number: int) -> list[list[dict[str, Any]]]:
        person = Person(window, f"person{number:02}")
        visitors[number] = person.visitor
        everybody_is_there.wait(120)
        return [person.ask(question(number, i)) for i in range(EACH)]

    with ThreadPoolExecutor(PEOPLE) as people:
        talks = list(people.map(talk, range(PEOPLE)))

    for number, answers in enumerate(talks):
        asked = [question(number, i) for i in range(EACH)]
        last = answers[-1][-1]["output"]["data"][0]
        assert len(last["turns"]) == EACH
        for i, turn in enumerate(last["turns"]):
            alone = pipeline.ask(asked[i], asked[:i])
            assert turn.endswith(answer_html(alone, i)), (number, i)  # letter by letter what one person alone gets
            assert asked[i] in turn
    found = sum(f"{crates(n, i):,} crates" in talks[n][-1][-1]["output"]["data"][0]["turns"][i]
                for n in range(PEOPLE) for i in range(EACH))  # fmt: skip
    assert found > 150  # so that the answers are in fact told apart
    assert "answered before this one" in json.dumps(talks)
    kept = Conversations(pipeline.settings.home)
    for number, visitor in enumerate(visitors):  # each is kept their own, whole
        (one,) = kept.listed(visitor)
        turns = kept.load(visitor, one.id)[1]
        assert [turn.question for turn in turns] == [question(number, i) for i in range(EACH)]
        assert all(json.loads(turn.record)["answer"] for turn in turns)
