"""Prompts: variables checked both ways, values never looked at twice, and the files that ship."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.prompting import PROMPTS, Messages, Prompt, PromptError, load_prompt

GOOD = """---
name: greet
version: 3
variables: [who, what]
---
You greet {{who}}.
===== user =====
Say {{what}} to {{who}}.
"""


def write(folder: Path, text: str, name: str = "greet") -> Path:
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return folder


def test_load_and_render(tmp_path: Path) -> None:
    prompt = load_prompt("greet", write(tmp_path, GOOD))
    assert (prompt.name, prompt.version, prompt.variables) == ("greet", "3", ("who", "what"))
    assert prompt.render(who="Kim", what="hello") == Messages("You greet Kim.", "Say hello to Kim.")


@pytest.mark.parametrize(
    "values",
    [{}, {"who": "Kim"}, {"who": "Kim", "what": "hello", "why": "manners"}, {"whom": "a", "what": "b"}],
)
def test_rendering_takes_exactly_the_declared_variables(tmp_path: Path, values: dict[str, str]) -> None:
    prompt = load_prompt("greet", write(tmp_path, GOOD))
    with pytest.raises(PromptError, match="who"):
        prompt.render(**values)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[who, what]", "[who]", "undeclared .'what'."),
        ("[who, what]", "[who, what, when]", "unused .'when'."),
        ("===== user =====", "== user ==", "no line"),
        ("{{what}}", "{{What}}", "unused .'what'."),
        ("Say ", "Say {{ ", "not {{variable}}"),
        ("name: greet", "name: other", "front matter"),
        ("version: 3", "", "front matter"),
        ("[who, what]", "who", "front matter"),
        ("---\nYou", "You", "not closed"),
    ],
)
def test_a_prompt_that_does_not_agree_with_itself_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(PromptError, match=says):
        load_prompt("greet", write(tmp_path, GOOD.replace(old, new)))


def test_a_missing_prompt_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="'absent'"):
        load_prompt("absent", tmp_path)


@given(st.text(alphabet="{}who at=\n\\1g<0>", max_size=60))
def test_values_are_put_in_as_they_are(value: str) -> None:
    prompt = Prompt("p", "1", ("who", "what"), "A {{who}}.\n===== user =====\nB {{what}}.")
    assert prompt.render(who=value, what="{{who}}") == Messages(f"A {value}.", "B {{who}}.")


def test_a_divider_in_a_value_stays_text() -> None:
    prompt = Prompt("p", "1", ("who",), "A.\n===== user =====\nB {{who}}.")
    assert prompt.render(who="\n===== user =====\nC").user == "B \n===== user =====\nC."


def test_every_prompt_that_ships_loads() -> None:
    names = {path.stem for path in PROMPTS.glob("*.md")}
    assert {"answer", "complete_question"} <= names
    assert all(load_prompt(name).version for name in names)


def test_the_answer_prompt_says_what_must_be_cited() -> None:
    text = load_prompt("answer").text
    assert all(word in text for word in ("{{abstention}}", "number", "date", "name", "X said", "data"))
