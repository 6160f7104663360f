"""Nothing leaves the machine: commands run with the network cut off and every attempt to use it written down.

Two watchers: Python's audit hook, which sees what Python code does with sockets, and strace, which sees what
libraries in C and Rust do as well. The first is always there; the second, and a machine without a network, need Linux.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
HAN: Final = "2023_han-rok-us-ai-cooperation-needs-real-reciprocity"
QUESTION: Final = "How much do Koreans invest in US AI companies according to Han?"
# Exported by many who use LangChain; 192.0.2.1 is an address that belongs to nobody (RFC 5737).
TEMPTATIONS: Final = {
    "LANGSMITH_TRACING": "true",
    "LANGSMITH_API_KEY": "lsv2_pt_key",
    "LANGSMITH_ENDPOINT": "http://192.0.2.1",
    "LANGCHAIN_TRACING_V2": "true",
    "LANGCHAIN_API_KEY": "lsv2_pt_key",
    "LANGCHAIN_ENDPOINT": "http://192.0.2.1",
    "GRADIO_ANALYTICS_ENABLED": "True",
    "ANONYMIZED_TELEMETRY": "True",
    "DO_NOT_TRACK": "0",
}
# Keep libraries quiet; without them the code has to.
QUIETENED: Final = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "LANGSMITH_TRACING_V2")

WATCHED: Final = """
import os, sys
log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
ADDRESSED = {"socket.connect", "socket.sendto", "socket.sendmsg"}
RESOLVED = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
def watch(event, arguments):
    to = arguments[1] if event in ADDRESSED else arguments[0] if event in RESOLVED else None
    if isinstance(to, tuple) or event in RESOLVED:  # otherwise a socket in this machine's file system
        os.write(log, f"{event} {to!r}\\n".encode())
sys.addaudithook(watch)
"""
COMMAND: Final = "import sangho; sys.exit(sangho.main(sys.argv[2:]))"


def works(*command: str) -> bool:
    try:
        return subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def cut_off() -> list[str] | None:
    """The command that runs another without a network, not even loopback; None where there is none."""
    return next((command for command in (["unshare", "-n"], ["unshare", "-rn"]) if works(*command)), None)


@dataclass(frozen=True)
class Cage:
    """Runs Python code with the watchers that the machine has.

    Attributes:
        before: commands in front of Python.
    """

    folder: Path
    before: tuple[str, ...] = ()

    def run(self, code: str, *arguments: str, **variables: str) -> tuple[str, list[str]]:
        """Return what the code printed, and every attempt at a connection."""
        done = subprocess.run(
            [*self.before, sys.executable, "-B", "-c", code, str(self.folder / "audit"), *arguments],
            cwd=ROOT, env=environment(self.folder, **variables), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout, self.attempts()

    def attempts(self) -> list[str]:
        """Return what the watchers saw so far."""
        lines = [line for name in ("audit", "strace") for line in _lines(self.folder / name)]
        return [line for line in lines if line.startswith("socket.") or "AF_INET" in line]


def _lines(path: Path) -> list[str]:
    return path.read_text(errors="replace").splitlines() if path.exists() else []


def environment(folder: Path, **variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in QUIETENED}
    return {**kept, **TEMPTATIONS, "SANGHO_HOME": str(folder / "home"), **variables}


@pytest.fixture
def cage(tmp_path: Path) -> Cage:
    """The strongest that this machine allows."""
    tracer = (
        "strace",
        "-A",
        "-f",
        "--seccomp-bpf",  # calls that are not traced run at full speed
        "-qq",
        "-e",
        "trace=connect,sendto,sendmsg,sendmmsg",
        "-o",
        str(tmp_path / "strace"),
    )
    return Cage(tmp_path, (*(cut_off() or ()), *(tracer if works(*tracer) else ())))


def test_this_machine_shows_it_all(cage: Cage) -> None:
    if "unshare" not in cage.before:
        pytest.skip("no network namespaces here (unshare -n): nothing ran with the network cut off")
    if "strace" not in cage.before:
        pytest.skip("no strace here: what libraries in C and Rust connect to was not traced")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    shutil.copy(ROOT / "corpus" / f"{HAN}.md", folder)
    return folder


def test_ingest_search_and_ask_connect_to_nothing(cage: Cage, corpus: Path) -> None:
    printed, _ = cage.run(WATCHED + COMMAND, "ingest", str(corpus), "--json")
    assert json.loads(printed)["added"] == 1
    printed, _ = cage.run(WATCHED + COMMAND, "search", "reciprocity", "--json")
    assert json.loads(printed)["results"]
    printed, attempts = cage.run(WATCHED + COMMAND, "ask", QUESTION, "--json")
    answer = json.loads(printed)
    assert "$1.7 billion" in answer["answer"]
    assert (answer["citations"][0]["doc_id"], answer["citations"][0]["paragraph"]) == (HAN, 8)
    assert attempts == []


CONNECT: Final = """
import socket
try:
    socket.create_connection(("127.0.0.1", 9), 1)
except OSError:
    pass
"""
# As a library in C or Rust would: no audit event.
CONNECT_BELOW_PYTHON: Final = """
import ctypes, socket, struct
there = struct.pack("=H", socket.AF_INET) + struct.pack("!H4B8x", 9, 127, 0, 0, 1)
with socket.socket() as mine:
    ctypes.CDLL(None).connect(mine.fileno(), there, len(there))
"""


def test_the_watchers_notice(cage: Cage) -> None:
    _, attempts = cage.run(WATCHED + CONNECT)
    assert any(line.startswith("socket.connect") and "'127.0.0.1', 9" in line for line in attempts)
    if "strace" in cage.before:
        _, more = cage.run(WATCHED + CONNECT_BELOW_PYTHON)
        assert len(more) == len(attempts) + 1
        assert "htons(9)" in more[-1]


def test_a_chat_model_s_address_is_the_only_one(bundled_home: Path, tmp_path: Path) -> None:
    from tests.test_llm import answer, serve

    with serve(answer) as server:
        variables = {"SANGHO_LLM": "openai:m", "SANGHO_LLM_URL": server.url, "SANGHO_HOME": str(bundled_home)}
        _, attempts = Cage(tmp_path).run(WATCHED + COMMAND, "ask", QUESTION, "--json", **variables)
        assert server.requests
    assert set(attempts) <= {
        f"socket.connect ('127.0.0.1', {server.server_port})",
        "socket.getaddrinfo '127.0.0.1'",  # an address, so nobody is asked
        "socket.getaddrinfo b'127.0.0.1'",
    }


SAY_WHEN_WARM: Final = """
from app.pipeline import Pipeline
warm = Pipeline.warm
def warm_and_say_so(self):
    warm(self)
    print("warm", flush=True)
    return self
Pipeline.warm = warm_and_say_so
"""


def test_the_window_connects_to_nothing(bundled_home: Path, tmp_path: Path) -> None:
    code = WATCHED + SAY_WHEN_WARM + COMMAND
    served = subprocess.Popen(
        [sys.executable, "-B", "-c", code, str(tmp_path / "audit"), "serve", "--port", "0"],
        cwd=ROOT, env=environment(tmp_path, SANGHO_HOME=str(bundled_home)), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with served:
        try:
            assert served.stdout is not None
            address = re.search(r"http://127\.0\.0\.1:\d+", served.stdout.readline())
            assert address
            with urllib.request.urlopen(address[0], timeout=20) as page:  # noqa: S310 - loopback, http
                assert page.status == 200
            assert served.stdout.readline() == "warm\n"
        finally:
            served.terminate()
    assert Cage(tmp_path).attempts() == []
