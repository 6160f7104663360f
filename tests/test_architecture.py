"""The shape of the code: who imports whom, which module touches which engine, what importing does, and the words."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
LAYERS: Final = ("ingest", "app", "eval", "sangho")  # each imports those before it, and its own

# Every package of other people, and the only modules (or folders) that touch it.
ENGINES: Final[dict[str, tuple[str, ...]]] = {
    "Stemmer": ("ingest/lexical.py",),
    "bm25s": ("ingest/lexical.py",),
    "chromadb": ("ingest/vectors.py", "ingest/vector_build.py"),
    "docx": ("ingest/readers/docx.py", "app/docx_parts.py", "app/docx_footnotes.py"),
    "fastapi": ("app/ui/window.py",),
    "filelock": ("ingest/sync.py", "app/roots.py", "eval/drafts/line_file.py"),
    "gradio": ("app/ui/", "eval/ui"),
    "httpcore": ("ingest/fetch/",),
    "httpx": ("ingest/fetch/client.py",),
    "huggingface_hub": ("ingest/bundled.py",),
    "ir_measures": ("eval/marking/metrics.py",),
    "langchain": ("app/llm.py",),
    "langchain_core": ("app/llm.py", "app/chains.py", "ingest/embedding.py"),
    "langsmith": ("app/llm.py",),
    "numpy": ("ingest/", "app/", "eval/"),
    "pdfminer": ("ingest/readers/pdf.py",),
    "pdfplumber": ("ingest/readers/pdf.py",),
    "platformdirs": ("app/settings.py",),
    "protego": ("ingest/fetch/client.py",),
    "pydantic": ("app/settings.py", "app/claims/chat_judge.py", "app/ui/keeping.py"),
    "pydantic_settings": ("app/settings.py",),
    "rapidfuzz": ("app/document_names.py",),
    "rich": ("app/progress.py",),
    "scipy": ("eval/fits/fitting.py",),
    "sentence_transformers": ("ingest/embedding.py", "app/claims/cross_encoder.py"),
    "starlette": ("app/ui/window.py", "app/ui/file_routes.py", "app/ui/check_routes.py"),
    "tenacity": ("ingest/fetch/client.py",),
    "tokenizers": ("ingest/embedding.py",),
    "trafilatura": ("ingest/readers/html.py",),
    "transformers": ("ingest/embedding.py", "app/claims/cross_encoder.py"),
    "uvicorn": ("app/ui/window.py",),
    "yaml": ("ingest/documents.py", "ingest/fetch/originals.py"),
}
# What takes a second to import, or more: never at the import of a module of ours.
HEAVY: Final = (
    "bm25s chromadb docx fastapi gradio langchain langchain_core langsmith pdfplumber playwright scipy "
    "sentence_transformers tokenizers torch trafilatura transformers uvicorn"
).split()
# DESIGN's vocabulary says "passage" where others say "chunk", and no module is a drawer for odds and ends.
UNWANTED: Final = re.compile(r"(^|_)(chunks?|utils?|helpers?|managers?|misc|process(or|ing)?|handle(r|rs)?)(_|$)")

# For each module named, imports it in a process of its own and prints what that did besides defining things.
PROBE: Final = """
import json, os, sys, threading
import numpy, platformdirs, pydantic_settings  # what they do at import is theirs

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
ENGINES = ("socket", "subprocess", "shutil", "sqlite3", "tempfile", "urllib", "http")
LOOKS = ("os.listdir", "os.scandir", "os.walk", "os.fwalk")

def probe(name, heavy):
    effects = []
    def watch(event, arguments):
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES:
            effects.append(f"writes {arguments[0]}")
        elif event.split(".")[0] in ENGINES or event.startswith("os.") and event not in LOOKS:
            effects.append(event)
    sys.addaudithook(watch)
    environment = dict(os.environ)
    __import__(name)
    changed = [key for key in {*environment, *os.environ} if environment.get(key) != os.environ.get(key)]
    threads = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    found = {
        "effects": list(effects), "environment": sorted(changed), "threads": threads,
        "heavy": sorted(set(heavy) & set(sys.modules)),
    }
    print(json.dumps([name, {what: values for what, values in found.items() if values}]), flush=True)

for name in sys.argv[2].split(","):
    child = os.fork()
    if not child:
        probe(name, sys.argv[1].split(","))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, name
"""


def files() -> list[Path]:
    """Every module of ours, as paths from the root."""
    found = [path for layer in LAYERS[:-1] for path in (ROOT / layer).rglob("*.py")]
    return [path.relative_to(ROOT) for path in sorted([*found, ROOT / "sangho.py"])]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """The modules that a module imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports relatively"
            yield node.module or ""


def layer(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def test_imports_point_downwards() -> None:
    upwards = {}
    for path in files():
        reach = LAYERS.index(layer(path)) + (layer(path) != "sangho")
        ours = {name.split(".")[0] for name in imports(path)} & {*LAYERS, "tests", "docs"}
        upwards[str(path)] = sorted(ours - set(LAYERS[:reach]))
    assert {path: names for path, names in upwards.items() if names} == {}


def theirs(path: Path) -> set[str]:
    """The packages of other people that a module imports."""
    return {name.split(".")[0] for name in imports(path)} - set(LAYERS) - set(sys.stdlib_module_names)


def test_each_engine_is_touched_in_its_own_place() -> None:
    unknown = {name: str(path) for path in files() for name in theirs(path) if name not in ENGINES}
    assert unknown == {}, "say in ENGINES where it belongs"
    misplaced = [
        f"{path} imports {name}"
        for path in files()
        for name in sorted(theirs(path))
        if not path.as_posix().startswith(ENGINES[name])
    ]
    assert misplaced == []


def test_every_place_named_for_an_engine_uses_it() -> None:
    used = {(name, path.as_posix()) for path in files() for name in theirs(path)}
    idle = [
        (engine, place)
        for engine, places in ENGINES.items()
        for place in places
        if not any(engine == name and path.startswith(place) for name, path in used)
    ]
    assert idle == []


def probe(folder: Path, *modules: str) -> dict[str, dict[str, list[str]]]:
    """What importing each module does, by its name; nothing for those that only define things."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROBE, ",".join(HEAVY), ",".join(modules)],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    # Anything that a module prints is no JSON, and so an error here.
    return {name: found for name, found in map(json.loads, done.stdout.splitlines()) if found}


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="each module is imported in a fork of one process")


@needs_fork
def test_importing_a_module_does_nothing_else() -> None:
    assert probe(ROOT, *[module(path) for path in files()]) == {}


@needs_fork
@pytest.mark.parametrize(
    ("code", "effect"),
    [
        ("import socket; socket.socket()", "effects"),
        ("open('x', 'w')", "effects"),
        ("import os; os.mkdir('y')", "effects"),
        ("import os; os.environ['X'] = '1'", "environment"),
        ("import threading, time; threading.Thread(target=time.sleep, args=(9,), daemon=True).start()", "threads"),
        ("import tokenizers", "heavy"),
    ],
)
def test_the_probe_notices(code: str, effect: str, tmp_path: Path) -> None:
    (tmp_path / "careless.py").write_text(code, encoding="utf-8")
    assert effect in probe(tmp_path, "careless")["careless"]


def test_the_command_line_is_parsed_without_anything_heavy() -> None:
    slow = [*HEAVY, "numpy", "pydantic"]
    code = f"import sangho, sys; sangho.parser(); print(sorted(set({slow!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-B", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def definitions(path: Path) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_names_are_the_design_s_words() -> None:
    names = [(str(path), path.stem) for path in files()]
    names += [(str(path), node.name) for path in files() for node in definitions(path)]
    words = [(path, re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()) for path, name in names]
    assert [(path, name) for path, name in words if UNWANTED.search(name)] == []


def test_no_function_is_longer_than_fifty_lines() -> None:
    lengths = {
        f"{path}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in files()
        for node in definitions(path)
        if not isinstance(node, ast.ClassDef)
    }
    assert {name: length for name, length in lengths.items() if length > 50} == {}
