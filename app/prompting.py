"""Prompts: Markdown files with front matter, checked when they are loaded and when they are filled in.

A file holds name, version and variables in its front matter, then the system message, a line
`===== user =====`, and the user message; variables stand in both as `{{variable}}`. Values are put in once and
never looked at again, so braces, placeholders and dividers inside a document stay what they are: text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.documents import split_front_matter
from ingest.errors import ReadError, SanghoError

# Beside the packages, in a checkout and in an installed wheel alike.
PROMPTS: Final = Path(__file__).resolve().parent.parent / "prompts"

_DIVIDER: Final = re.compile(r"^===== user =====[ \t]*\n", re.MULTILINE)
_PLACEHOLDER: Final = re.compile(r"\{\{([a-z][a-z_]*)\}\}")


class PromptError(SanghoError):
    """A prompt file is missing or malformed, or is filled in with other variables than it declares."""


@dataclass(frozen=True, slots=True)
class Messages:
    """A filled-in prompt: what the model is told to be, and what it is asked."""

    system: str
    user: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as its file gives it.

    Attributes:
        variables: what the file declares, which is what its text uses: checked both ways at load.
        text: everything after the front matter, placeholders and divider included.
    """

    name: str
    version: str
    variables: tuple[str, ...]
    text: str

    def render(self, **values: str) -> Messages:
        """Fill in the variables.

        Args:
            values: one text for each declared variable; placeholders inside a text are left as they are.

        Raises:
            PromptError: a variable is missing, or is not one of the prompt's.
        """
        missing = sorted(set(self.variables) - set(values))
        unknown = sorted(set(values) - set(self.variables))
        if missing or unknown:
            raise PromptError(
                f"Prompt {self.name!r} lacks {missing} and does not know {unknown}.",
                f"Give exactly {list(self.variables)}.",
            )
        system, user = (_PLACEHOLDER.sub(lambda m: values[m[1]], part) for part in _DIVIDER.split(self.text))
        return Messages(system.strip(), user.strip())


def load_prompt(name: str, folder: Path = PROMPTS) -> Prompt:
    """Read and check one prompt.

    Args:
        name: the file's name without `.md`, and its front matter's name.
        folder: where the prompt files lie.

    Raises:
        PromptError: there is no such file, its front matter is incomplete, it has no divider or several, or
            the variables it declares and those it uses differ.
    """
    path = folder / f"{name}.md"
    try:
        values, text = split_front_matter(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PromptError(f"Prompt {name!r} is not in {folder}.", "Install Sangho again.") from error
    except ReadError as error:
        raise PromptError(f"Prompt {name!r}: {error.message}", error.remedy) from error
    declared = values.get("variables")
    if values.get("name") != name or not values.get("version") or not isinstance(declared, list):
        raise PromptError(
            f"Prompt {name!r} has the front matter {values}.",
            "Write its name, a version and a list of variables.",
        )
    prompt = Prompt(name, str(values["version"]), tuple(str(variable) for variable in declared), text)
    _check(prompt)
    return prompt


def _check(prompt: Prompt) -> None:
    if len(_DIVIDER.findall(prompt.text)) != 1:
        raise PromptError(f"Prompt {prompt.name!r} has no line '===== user =====', or several.", "Write it once.")
    used, declared = set(_PLACEHOLDER.findall(prompt.text)), set(prompt.variables)
    if used != declared:
        raise PromptError(
            f"Prompt {prompt.name!r} uses undeclared {sorted(used - declared)} "
            f"and declares unused {sorted(declared - used)}.",
            "Make its variables and its text agree.",
        )
    if "{{" in _PLACEHOLDER.sub("", prompt.text):
        raise PromptError(f"Prompt {prompt.name!r} has a placeholder that is not {{{{variable}}}}.", "Correct it.")
