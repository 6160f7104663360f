"""Where the window listens and what it may be called: real sockets, hostile names, and a browser off loopback."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import SettingsError
from app.settings import Settings
from app.ui.hosts import LOOPBACK, WITHOUT_LOGIN, Hosts, hosts_of, listen, note_of, this_machine_only, url_of
from app.ui.settings_tab import settings_html
from app.ui.window import Window, serve
from tests.window_fakes import INVEST, FakeAsker

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

# Gradio's own bookkeeping asks pandas for what pandas means to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

ROOT = Path(__file__).resolve().parent.parent
ALL = "0.0.0.0"  # noqa: S104 - taking all addresses is what is tested
NOBODYS = "192.0.2.77"  # of the network for documentation
OPEN = Hosts(7860, frozenset({"localhost", "127.0.0.1", "[::1]", "desk.example.org"}), addresses=True)


def own_address() -> str:
    """This machine's address in its network; another of its loopback addresses where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.2"
        return str(asking.getsockname()[0])


ODD = "0 127.1 0x7f000001 2130706433 desk. user@desk http://desk fe80::1%lo desk:80 [::1]"


# What the window may be called


ALLOWED = """
192.168.1.5:7860 127.0.0.1:7860 0.0.0.0:7860 [fd00::2]:7860 [::1]:7860 [::ffff:192.168.1.5]:7860
localhost:7860 desk.example.org:7860
"""
# Foreign names; ports missing, wrong or odd; trailing dots; users; brackets; zones; odd forms of an IPv4 address.
REFUSED = """
evil.example:7860 desk.example.org.evil.example:7860 example.org:7860 desk:7860 192.168.1.5.nip.io:7860 *:7860
192.168.1.5 192.168.1.5: 192.168.1.5:80 192.168.1.5:07860 192.168.1.5:7860:7860 127.0.0.1:７860 :7860
desk.example.org.:7860 127.0.0.1.:7860 localhost.:7860 evil@127.0.0.1:7860 127.0.0.1:7860@evil.example
fd00::2:7860 [fd00::2 fd00::2]:7860 [fe80::1%eth0]:7860 [fe80::1%25eth0]:7860 [127.0.0.1]:7860 []:7860 [[::1]]:7860
[desk.example.org]:7860 [v1.x]:7860 127.0.0.1/:7860 http://127.0.0.1:7860 127.0.0.1:7860,evil.example
127.1:7860 2130706433:7860 0x7f000001:7860 0177.0.0.1:7860 127.0.0.01:7860 １27.0.0.1:7860 ::1:7860
"""


@pytest.mark.parametrize("host", ALLOWED.split())
def test_addresses_and_its_own_names_are_allowed_off_loopback(host: str) -> None:
    assert OPEN.allow(host)


@pytest.mark.parametrize(
    "host", [*REFUSED.split(), "", "127.0.0.1:7860 ", " 127.0.0.1:7860", "127.0.0.1 :7860", "127.0.0.1:7860\n"]
)
def test_other_names_and_odd_forms_are_refused_off_loopback(host: str) -> None:
    assert not OPEN.allow(host)


def test_only_port_80_may_be_left_out() -> None:
    for hosts in (Hosts(80), Hosts(80, addresses=True)):
        assert [hosts.allow(name) for name in ("127.0.0.1", "127.0.0.1:80", "[::1]", "127.0.0.1:")] == [True] * 3 + [
            False
        ]


def expected(header: str, hosts: Hosts) -> bool:
    """The rule anew, addresses read by the C library."""
    name, colon, port = header.rpartition(":")
    if not colon or port != str(hosts.port):
        return False
    return name in hosts.names or (hosts.addresses and (reads(socket.AF_INET, name) or reads_in_brackets(name)))


def reads_in_brackets(name: str) -> bool:
    return name[:1] == "[" and name[-1:] == "]" and reads(socket.AF_INET6, name[1:-1])


def reads(family: int, text: str) -> bool:
    try:
        socket.inet_pton(family, text)
    except (OSError, ValueError):
        return False
    return True


NAMES = (
    st.sampled_from(["localhost", "127.0.0.1", "[::1]", "desk.example.org", "desk", "evil.example", "", "0", "127.1"])
    | st.ip_addresses().map(str)
    | st.ip_addresses(v=6).map(lambda address: f"[{address}]")
    | st.text("0123456789abcdefx.:[]%@ -_/*\u00b2", max_size=12)
)
PORTS = st.sampled_from(["", ":7860", ":80", ":07860", ":7860 ", ":", ":7860:7860", ".:7860", "@evil.example:7860"])


@given(st.tuples(NAMES, PORTS).map("".join) | st.tuples(NAMES, NAMES, PORTS).map("".join), st.booleans())
def test_no_host_outside_the_rule_passes(header: str, off_loopback: bool) -> None:
    hosts = OPEN if off_loopback else Hosts(7860)
    assert hosts.allow(header) == expected(header, hosts)


def test_on_loopback_no_other_name_is_learnt() -> None:
    for setting in LOOPBACK:
        assert hosts_of(setting, 7860) == Hosts(7860)


def test_off_loopback_the_machine_answers_to_its_own_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "DESK.lan")
    monkeypatch.setattr(socket, "getfqdn", lambda: "desk.corp.example.org")
    hosts = hosts_of("Sangho.Example.org", 7860)
    own = {"sangho.example.org", "desk.lan", "desk.local", "desk.corp.example.org"}
    assert hosts == Hosts(7860, Hosts(7860).names | own, addresses=True)
    monkeypatch.setattr(socket, "gethostname", lambda: "my desk")  # no name that a browser could send
    assert "my desk" not in hosts_of(ALL, 7860).names


# Where it listens


@pytest.mark.parametrize("host", [ALL, "::", "192.168.1.5", "127.0.0.2", "example.org", "LOCALHOST", ""])
def test_off_loopback_nothing_is_served_unless_that_was_asked_for(host: str) -> None:
    with pytest.raises(SettingsError) as caught:
        serve(Settings.load(host=host, port=0), FakeAsker, block=False)
    assert caught.value.message == f"The window answers on this machine only, and its host is set to {host!r}."
    assert caught.value.remedy.startswith("Set SANGHO_HOST=127.0.0.1, or ")
    assert "--insecure-no-login" in caught.value.remedy
    assert WITHOUT_LOGIN in caught.value.remedy


@pytest.mark.parametrize(
    ("host", "what"),
    [
        (NOBODYS, "is not an address of this machine"),
        ("2001:db8::77", "is not an address of this machine"),
        ("no-such-name.invalid", "No address is known for 'no-such-name.invalid'"),
        *((odd, "is no address and no host name") for odd in ("", "a b", "한국", "x" * 64, *ODD.split())),
    ],
)
def test_what_is_not_this_machine_s_is_an_error_in_one_line(host: str, what: str) -> None:
    with pytest.raises(SettingsError, match=what) as caught:
        listen(host, 0, insecure_no_login=True)
    assert caught.value.remedy == "Name an address of this machine, or 0.0.0.0 for all of them."
    assert "\n" not in str(caught.value)


def test_all_addresses_are_opened_by_one_of_them() -> None:
    for host in (ALL, "::") if socket.has_dualstack_ipv6() else (ALL,):
        with listen(host, 0, insecure_no_login=True) as listening:
            url = url_of(host, listening)
            for name in {urlsplit(url).hostname, "127.0.0.1"}:
                socket.create_connection((name, listening.getsockname()[1]), 5).close()
        assert urlsplit(url).hostname not in (ALL, "::")


def test_a_name_of_this_machine_is_listened_to_where_others_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    kind, own = (socket.AF_INET, socket.SOCK_STREAM, 6, ""), own_address()
    known = [(*kind, ("127.0.0.1", 0)), (*kind, (NOBODYS, 0)), (*kind, (own, 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: known)
    with listen("Desk.lan", 0, insecure_no_login=True) as listening:
        bound, port = listening.getsockname()
        assert url_of("Desk.lan", listening) == f"http://desk.lan:{port}"
    assert bound in (own, "127.0.0.1")


def test_who_reaches_the_window_is_said() -> None:
    assert [this_machine_only(host) for host in (*LOOPBACK, "127.0.1.1", ALL, "::", "10.0.0.1", "desk")] == (
        [True] * 4 + [False] * 4
    )
    assert note_of(ALL, 7860) == f"Warning: other machines reach the window at port 7860: {WITHOUT_LOGIN}."
    assert note_of("127.0.1.1", 7860).startswith("Only this machine reaches the window, at 127.0.1.1.")
    assert f"Other machines too: {WITHOUT_LOGIN}." in settings_html(Settings.load(host=ALL), None)
    assert "This machine only." in settings_html(Settings.load(), None)
    assert WITHOUT_LOGIN not in settings_html(Settings.load(), None)


# Served to other machines


@pytest.fixture(scope="module")
def window() -> Iterator[Window]:
    settings, said = Settings.load(host=ALL, port=0), list[str]()
    served = serve(settings, FakeAsker, block=False, insecure_no_login=True, note=said.append)
    assert said == [note_of(ALL, urlsplit(served.url).port or 0)]
    yield served
    served.close()


def status(window: Window, host: str, headers: dict[str, str], method: str = "GET", path: str = "/") -> int:
    """Ask on the wire, at this machine's address in its network; `PORT` in a header stands for the window's."""
    port = urlsplit(window.url).port or 0
    connection = http.client.HTTPConnection(own_address(), port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    for name, value in {"Host": host, **headers, "Content-Length": "0"}.items():
        connection.putheader(name, value.replace("PORT", str(port)))
    connection.endheaders()
    answered = connection.getresponse()
    said = answered.read().decode("utf-8", "replace")
    connection.close()
    if answered.status == 403:
        assert "this machine only" not in said
    return answered.status


def test_foreign_names_and_origins_are_refused_on_the_wire(window: Window) -> None:
    here = f"{own_address()}:PORT"
    assert status(window, here, {}) == 200
    assert status(window, f"{socket.gethostname().upper()}:PORT", {}) == 200
    assert status(window, "evil.example:PORT", {}) == 403
    assert status(window, own_address(), {}) == 403
    assert status(window, here, {"Host ": here}) == 400  # a second one
    asked = ("POST", "/gradio_api/queue/join")
    assert status(window, here, {"Origin": f"http://{here}"}, *asked) not in (403, 404)
    for origin in (
        "http://evil.example",
        f"https://{here}",
        "http://127.0.0.1:PORT",
        f"http://{own_address()}",
        "null",
    ):
        assert status(window, here, {"Origin": origin}, *asked) == 403
    assert status(window, here, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, path="/config") == 403
    assert status(window, here, {}, "POST", "/gradio_api/upload") == 404


def test_the_page_works_from_another_address_and_asks_nothing_elsewhere(
    context: BrowserContext, window: Window
) -> None:
    here = f"http://{own_address()}:{urlsplit(window.url).port}"
    asked, problems = list[str](), list[str]()
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: problems.append(str(error.error)))
    tab = context.new_page()
    tab.goto(here)
    tab.click("[data-example='0']")
    tab.wait_for_selector(".sg-outcome")
    assert INVEST in tab.locator(".sg-statements").inner_text()
    assert any("/gradio_api/queue/join" in url for url in asked)
    assert [url for url in asked if not url.startswith((f"{here}/", "data:", "blob:"))] == []
    tab.click("[data-copy]")
    tab.wait_for_selector("[data-copy]:has-text('Copied')")
    tab.fill("#sg-box textarea", "")
    tab.press("#sg-box textarea", "Control+V")
    assert INVEST in tab.input_value("#sg-box textarea")
    tab.get_by_role("tab", name="Settings").click()
    assert f"Other machines too: {WITHOUT_LOGIN}." in tab.get_by_label("Settings").last.inner_text()
    assert problems == []


def test_the_command_warns_and_prints_an_address_that_opens(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "sangho.py"), "--home", str(tmp_path), "serve", "--host", ALL, "--port", "0"]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert "--insecure-no-login" in refused.stderr
    command.append("--insecure-no-login")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as served:
        try:
            assert served.stdout is not None
            assert served.stderr is not None
            url = served.stdout.readline().split()[3]
            assert served.stderr.readline().startswith("Warning: other machines reach the window at port ")
            with urllib.request.urlopen(url, timeout=40) as page:  # noqa: S310 - http
                assert b"Sangho" in page.read()
        finally:
            served.terminate()
            served.communicate(timeout=40)
