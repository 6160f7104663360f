"""Fetching pages: from a real server on loopback, from hostile ones, and never from where it may not go."""

from __future__ import annotations

import gzip
import http.server
import ipaddress
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

import httpcore
import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.errors import FetchError
from ingest.fetch.addresses import Address, PublicOnly, is_public
from ingest.fetch.client import Client, Limits, Page, _next, _Response, _wait, user_agent
from tests.web_server import HTML, Act, Net, Time, Web, moved, network, raw, reply, serving, silent

LOOPBACK: Final = [ipaddress.ip_network("127.0.0.1/32")]
PUBLIC: Final = "93.184.215.14"
# 14 November 2023, 22:13:20 UTC
THEN: Final = 1_700_000_000


@pytest.fixture
def net() -> Iterator[Net]:
    with network() as net:
        yield net


@pytest.fixture
def web(net: Net) -> Iterator[Web]:
    with serving() as web:
        yield web


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def client(web: Web, clock: Time) -> Iterator[Client]:
    """A client for which only waiting takes time."""
    with closing(Client(LOOPBACK, sleep=clock.sleep, clock=clock.clock)) as client:
        yield client


def hurried(**limits: Any) -> Client:
    """A client with the real clock and no wait between requests or attempts."""
    return Client(LOOPBACK, Limits(**{"interval": 0.0, **limits}), sleep=lambda seconds: None)


def got(client: Client, url: str) -> Page:
    page = client.get(url)
    assert page is not None
    return page


def refusal(client: Client, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        client.get(url)
    assert "\n" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400
    return caught.value


# What a page is


def test_a_page_comes_with_what_to_ask_with_next_time(web: Web, client: Client) -> None:
    url = web.give("/a", reply("<p>서울</p>", ETag='W/"1"', Last_Modified="Tue, 14 Nov 2023 22:13:20 GMT"))
    page = Page(url, "<p>서울</p>".encode(), ".html", 'W/"1"', "Tue, 14 Nov 2023 22:13:20 GMT")
    assert client.get(url) == page


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [
        ("text/html", ".html"),
        ("text/html; charset=euc-kr", ".html"),
        ("TEXT/HTML;charset=UTF-8", ".html"),
        ("application/xhtml+xml", ".html"),
        ("text/plain; charset=utf-8", ".txt"),
        ("application/pdf", ".pdf"),
        (" application/pdf ;x", ".pdf"),
        (None, ".html"),
    ],
)
def test_pages_of_text_are_taken(web: Web, client: Client, kind: str | None, suffix: str) -> None:
    assert got(client, web.give("/a", reply(kind=kind))).suffix == suffix


@pytest.mark.parametrize("kind", ["image/png", "application/json", "text/css", "text/html2", "text", "*/*", "", "; x"])
def test_what_is_no_page_of_text_is_refused(web: Web, client: Client, kind: str) -> None:
    assert "which is no page of text" in refusal(client, web.give("/a", reply(kind=kind))).message
    assert web.times("/a") == 1


@pytest.mark.parametrize("name", ["Content-Type", "Content-Encoding"])
def test_what_a_site_says_cannot_steer_the_terminal(web: Web, client: Client, name: str) -> None:
    headers = {"Content-Type": "text/html", name: "\x1b]0,owned\x07\x9b2J" + "x" * 5000}
    lines = "".join(f"{key}: {value}\r\n" for key, value in headers.items()).encode("latin-1")
    error = refusal(client, web.give("/a", raw(b"HTTP/1.1 200 OK\r\n" + lines + b"\r\n")))
    assert "owned" in error.message


def test_a_fragment_is_not_sent(web: Web, client: Client) -> None:
    assert got(client, web.give("/a?q=1", reply()) + "#part").url == f"{web.url}/a?q=1"
    assert web.paths == ["/a?q=1"]


# What is asked


def test_every_request_says_who_asks(web: Web, client: Client) -> None:
    client.get(web.give("/a", reply()))
    assert [asked.path for asked in web.asked] == ["/robots.txt", "/a"]
    for asked in web.asked:
        assert asked.headers["user-agent"] == user_agent()
        assert asked.headers["host"] == web.url.removeprefix("http://")
        assert asked.headers["accept-encoding"] == "gzip"
    assert user_agent().startswith("Sangho/")
    assert user_agent().isascii()


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_an_ipv6_address_stands_in_brackets_in_the_request(net: Net) -> None:
    allowed = [ipaddress.ip_network("::1/128")]
    with serving("::1") as web, closing(Client(allowed, Limits(interval=0.0))) as client:
        got(client, web.give("/a", reply()))
        assert net.connections[0] == ("::1", web.server_port)
    assert [asked.headers["host"] for asked in web.asked] == [f"[::1]:{web.server_port}"] * 2


@pytest.mark.parametrize(
    ("known", "sent"),
    [
        (("", ""), {}),
        (('"1"', ""), {"if-none-match": '"1"'}),
        (("", "Tue, 14 Nov 2023 22:13:20 GMT"), {"if-modified-since": "Tue, 14 Nov 2023 22:13:20 GMT"}),
        (('W/"1"', "yesterday"), {"if-none-match": 'W/"1"', "if-modified-since": "yesterday"}),
    ],
)
def test_a_page_is_asked_for_with_what_is_known_of_it(
    web: Web, client: Client, known: tuple[str, str], sent: Mapping[str, str]
) -> None:
    assert client.get(web.give("/a", reply()), *known) is not None
    robots, page = web.asked
    assert {name: value for name, value in page.headers.items() if name.startswith("if-")} == sent
    assert not any(name.startswith("if-") for name in robots.headers)


def test_an_unchanged_page_is_none(web: Web, client: Client) -> None:
    url = web.give("/a", reply(status=304))
    assert client.get(url, etag='"1"') is None
    assert client.get(url, modified="Tue, 14 Nov 2023 22:13:20 GMT") is None
    assert refusal(client, url).message == "127.0.0.1 answered 304."


def test_a_moved_page_may_be_unchanged(web: Web, client: Client) -> None:
    web.give("/new", reply(status=304))
    assert client.get(web.give("/old", moved("/new")), etag='"1"') is None
    assert web.asked[-1].headers["if-none-match"] == '"1"'


def test_an_odd_etag_goes_back_as_it_came(web: Web, client: Client) -> None:
    url = web.give("/a", reply(ETag='"\xe9\xed\x95\x9c"'), reply(status=304))
    assert client.get(url, got(client, url).etag) is None
    assert web.asked[-1].headers["if-none-match"] == '"\xe9\xed\x95\x9c"'


@pytest.mark.parametrize("etag", ['"1"\r\nX-Evil: 1', '"1"\nX-Evil: 1', "\x00", '"한"'])
def test_no_etag_adds_a_header(web: Web, client: Client, etag: str) -> None:
    url = web.give("/a", reply())
    try:
        client.get(url, etag)
    except FetchError:
        assert "/a" not in web.paths
    assert all("x-evil" not in asked.headers for asked in web.asked)


def test_no_cookie_credential_or_referrer_is_sent(
    web: Web, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    web.give("/new", reply(Set_Cookie="b=2; Path=/"))
    url = web.give("/old", reply(b"", 302, Location="/new", Set_Cookie="a=1; Path=/"))
    client.get(url)
    client.get(url)
    sent = {name for asked in web.asked for name in asked.headers}
    assert sent == {"host", "user-agent", "accept", "accept-encoding"}


def test_proxies_of_the_environment_change_nothing(
    web: Web, client: Client, net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        got(client, web.give("/a", reply()))
        with closing(hurried(attempts=1)) as fresh:
            got(fresh, web.url + "/a")
            refusal(fresh, "https://127.0.0.1:1/a")
        assert proxy.asked == []
    assert {port for _, port in net.connections} == {web.server_port, 1}


# Addresses that are none


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/a",
        "javascript:alert(1)",
        "data:text/html,x",
        "gopher://127.0.0.1/",
        "ws://127.0.0.1/",
        "http://someone@127.0.0.1/",
        "http://someone:secret@127.0.0.1/",
        "http://:secret@127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:-1/",
        "http://127.0.0.1:x/",
        "http://[::1/",
        "http://::1/",
        "http://a\tb/",
        "http://127.0.0.1/\n",
        "http://127.0.0.1/\x00",
        "http:///a",
        "http:a",
        "http:\\\\127.0.0.1\\a",
        "//127.0.0.1/a",
        "/a",
        "",
        " ",
        "nonsense",
        "http://" + "a." * 200,
        "http://" + "a" * 70_000,
    ],
)
def test_what_is_no_web_address_is_refused(client: Client, net: Net, url: str) -> None:
    error = refusal(client, url)
    assert "is not an address" in error.message or "is not fetched" in error.message
    assert net.connections == []


@given(st.text(max_size=40) | st.text(":/@.[]%#?\\ -_0123456789abx한\x00", max_size=30).map("http://".__add__))
@example("http://a..b/")
@example("http://" + "a" * 300)
@example("http://[fe80::1%25lo]/")
def test_no_text_leads_to_another_error(url: str) -> None:
    with network() as net, closing(hurried(attempts=1)) as client:
        refusal(client, url)
        assert all(address.startswith("127.0.0.1") or is_global(address) for address, _ in net.connections)


def is_global(address: str) -> bool:
    return ipaddress.ip_address(address).is_global


@given(st.text(":/@.[]%#?\\ -_0123456789abhtpfx\xe9\x80", max_size=30))
@example("//h:99999/")
@example("http://[")
@example("http:b")
@example("https://")
@example("//a:x/")
def test_a_redirect_leads_to_a_web_address_or_an_error(location: str) -> None:
    try:
        there = _next(httpx.URL("https://a.example/b"), answered(302, location=location))
    except FetchError:
        return
    assert (there.scheme, there.userinfo, there.fragment) == ("https", b"", "")
    assert there.host


def answered(status: int, **headers: str) -> _Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _Response(httpx.URL("https://a.example/b"), status, named, b"")


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_each_kind_of_redirect_is_followed(web: Web, client: Client, status: int) -> None:
    web.give("/new", reply("new"))
    page = got(client, web.give("/old", moved("/new", status)))
    assert (page.url, page.body) == (f"{web.url}/new", b"new")


@pytest.mark.parametrize("status", [300, 305, 306])
def test_no_other_status_redirects(web: Web, client: Client, status: int) -> None:
    web.give("/new", reply())
    assert refusal(client, web.give("/old", moved("/new", status))).message == f"127.0.0.1 answered {status}."


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/x/new", "/x/new"),
        ("new", "/x/new"),
        ("./new", "/x/new"),
        ("../new", "/new"),
        ("?page=2", "/x/old?page=2"),
        ("new#part", "/x/new"),
        ("a b", "/x/a%20b"),
        ("/\xed\x95\x9c", "/%ED%95%9C"),  # UTF-8, as it stands
        ("/\xc7\xd1", "/%C7%D1"),  # EUC-KR, as it stands
        ("/%ED%95%9C", "/%ED%95%9C"),
    ],
)
def test_a_redirect_may_be_relative(web: Web, client: Client, location: str, path: str) -> None:
    web.give(path, reply())
    assert got(client, web.give("/x/old", moved(location))).url == web.url + path


def test_a_redirect_may_lead_to_another_host(web: Web, client: Client, net: Net) -> None:
    net.names = {"one.example": [["127.0.0.1"]], "two.example": [["127.0.0.1"]]}
    web.give("/a", moved(f"//two.example:{web.server_port}/b"))
    web.give("/b", reply())
    there = f"http://two.example:{web.server_port}/b"
    assert got(client, f"http://one.example:{web.server_port}/a").url == there
    assert [asked.headers["host"].partition(":")[0] for asked in web.asked] == ["one.example"] * 2 + ["two.example"] * 2


def test_five_redirects_are_followed_and_six_are_not(web: Web, client: Client) -> None:
    for number in range(6):
        web.give(f"/{number}", moved(f"/{number + 1}"))
    web.give("/6", reply())
    assert got(client, web.url + "/1").url == web.url + "/6"
    assert refusal(client, web.url + "/0").message == "127.0.0.1 redirects more than 5 times."
    assert web.times("/6") == 1


@pytest.mark.parametrize(("there", "back"), [("/b", "/a"), ("/a", "/a"), ("", ""), ("#x", "#y")])
def test_a_loop_of_redirects_ends(web: Web, client: Client, there: str, back: str) -> None:
    web.give("/b", moved(back))
    assert refusal(client, web.give("/a", moved(there))).message == "127.0.0.1 redirects more than 5 times."
    assert len(web.paths) == 6


def test_a_redirect_that_leads_nowhere_ends(web: Web, client: Client) -> None:
    refusal(client, web.give("/a", reply(b"", 302)))
    assert len(web.paths) <= 6


INSIDE = """
http://127.0.0.2/ http://127.0.0.2:{port}/ http://10.0.0.1/ http://172.16.0.1/ http://192.168.0.1/ http://0.0.0.0:{port}/
http://169.254.169.254/latest/meta-data/ http://[::1]:{port}/ http://[::]:{port}/ http://[fe80::1]/ http://[fd00::1]/
http://[fec0::1]/ http://[::ffff:127.0.0.1]:{port}/ http://[::ffff:10.0.0.1]/ http://[64:ff9b::a00:1]/
http://[2002:a00:1::]/ http://127.2:{port}/ http://2130706434:{port}/ http://0x7f.2:{port}/
http://0:{port}/ http://inside.example:{port}/ http://partly.example:{port}/ https://10.0.0.1/ //10.0.0.1/
"""


@pytest.mark.parametrize("location", INSIDE.split())
def test_a_redirect_to_a_private_address_is_refused(web: Web, client: Client, net: Net, location: str) -> None:
    net.names = {"inside.example": [["10.0.0.1"]], "partly.example": [[PUBLIC, "::1"]]}
    error = refusal(client, web.give("/a", moved(location.format(port=web.server_port))))
    assert "is not a public address" in error.message
    assert "SANGHO_FETCH_ALLOW" in error.remedy
    assert web.paths == ["/a"]
    assert set(net.connections) == {("127.0.0.1", web.server_port)}


@pytest.mark.parametrize("location", INSIDE.split())
def test_robots_txt_leads_to_no_private_address(web: Web, client: Client, net: Net, location: str) -> None:
    net.names = {"inside.example": [["10.0.0.1"]], "partly.example": [[PUBLIC, "::1"]]}
    web.give("/robots.txt", moved(location.format(port=web.server_port)))
    assert "is not a public address" in refusal(client, web.give("/a", reply())).message
    assert web.paths == []
    assert set(net.connections) == {("127.0.0.1", web.server_port)}


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://someone:secret@127.0.0.1/",
        "http://127.0.0.1:99999/",
        "mailto:someone@example.com",
    ],
)
def test_a_redirect_to_what_is_no_web_address_is_refused(web: Web, client: Client, net: Net, location: str) -> None:
    refusal(client, web.give("/a", moved(location)))
    assert web.paths == ["/a"]
    assert set(net.connections) == {("127.0.0.1", web.server_port)}


def test_encryption_is_not_given_up_on_the_way() -> None:
    here = httpx.URL("https://a.example/b")
    for location in ("http://a.example/b", "HTTP://a.example/", "http://other.example/"):
        with pytest.raises(FetchError, match=r"a\.example redirects to an address without encryption"):
            _next(here, answered(302, location=location))
    assert str(_next(here, answered(302, location="//other.example/c"))) == "https://other.example/c"
    assert str(_next(httpx.URL("http://a.example/"), answered(302, location="https://a.example/"))) == (
        "https://a.example/"
    )


def test_a_site_without_encryption_is_not_asked_for_the_page_that_was_to_be_encrypted(web: Web) -> None:
    web.give("/a", reply())
    with closing(hurried(attempts=1)) as client:
        assert "cannot be reached" in refusal(client, web.url.replace("http:", "https:") + "/a").message
    assert web.asked == []


# What sites answer, and trying again


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (404, "The page has moved or is gone; its title may find it."),
        (410, "The page has moved or is gone; its title may find it."),
        (401, "It may be open to browsers only; save the page and add the file."),
        (403, "It may be open to browsers only; save the page and add the file."),
        (400, ""),
        (418, ""),
        (451, ""),
        (501, ""),
        (201, ""),
        (204, ""),
        (206, ""),
    ],
)
def test_what_will_not_pass_is_asked_for_once(web: Web, client: Client, status: int, remedy: str) -> None:
    error = refusal(client, web.give("/a", reply(status=status)))
    assert (error.message, error.remedy) == (f"127.0.0.1 answered {status}.", remedy)
    assert web.paths == ["/a"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_for_three_times(web: Web, client: Client, clock: Time, status: int) -> None:
    error = refusal(client, web.give("/a", reply(status=status)))
    assert (error.message, error.remedy) == (f"127.0.0.1 answered {status}.", "Try again later.")
    assert web.paths == ["/a"] * 3
    assert clock.waits == [1.0, 1.0, 2.0]  # after robots.txt, then longer each time


def test_the_third_attempt_may_succeed(web: Web, client: Client, clock: Time) -> None:
    page = got(client, web.give("/a", reply(status=503), reply(status=500), reply("at last")))
    assert page.body == b"at last"
    assert clock.waits == [1.0, 1.0, 2.0]
    assert web.times("/robots.txt") == 1


def test_an_attempt_begins_where_the_first_did(web: Web, client: Client) -> None:
    web.give("/b", reply(status=503), reply())
    got(client, web.give("/a", moved("/b")))
    assert web.paths == ["/a", "/b", "/a", "/b"]


def test_whoever_waits_may_stop(web: Web) -> None:
    class Stopped(Exception):
        pass

    def stop(seconds: float) -> None:
        raise Stopped

    with closing(Client(LOOPBACK, Limits(interval=0.0), sleep=stop)) as client:
        url = web.give("/a", reply(status=503))
        with pytest.raises(Stopped):
            client.get(url)
        assert web.paths == ["/a"]


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 1.0),
        ("60", 60.0),
        ("Tue, 14 Nov 2023 22:13:50 GMT", 30.0),
        ("Tue, 14 Nov 2023 23:13:50 +0100", 30.0),
        ("Tue Nov 14 22:13:50 2023", 30.0),  # the third form of RFC 9110, 5.6.7, is GMT too
        ("Tue, 14 Nov 2023 22:00:00 GMT", 1.0),
        ("Thu, 01 Jan 1970 00:00:00 -0000", 1.0),
        ("", 1.0),
        ("soon", 1.0),
        ("-5", 1.0),
        ("1.5", 1.0),
        ("\xb2", 1.0),
        ("Fri, 31 Dec 99999999999999999999 23:59:59 GMT", 1.0),
        ("Mon, 1 Jan 2030 99999999999:00:00 GMT", 1.0),
        ("Mon, 1 Jan 0000 00:00:00 GMT", 1.0),
    ],
)
def test_one_waits_as_long_as_the_site_asks(
    web: Web, client: Client, clock: Time, monkeypatch: pytest.MonkeyPatch, asked: str, wait: float
) -> None:
    monkeypatch.setenv("TZ", "Asia/Seoul")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: float(THEN))
    try:
        got(client, web.give("/a", reply(status=429, Retry_After=asked), reply()))
        assert clock.waits == [1.0, wait]
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("path", ["/a", "/robots.txt"])
@pytest.mark.parametrize(
    ("asked", "seconds"), [("61", 61), ("99999999", 99_999_999), ("Tue, 14 Nov 2023 23:13:20 GMT", 3600)]
)
def test_nobody_waits_for_an_hour(
    web: Web, client: Client, clock: Time, monkeypatch: pytest.MonkeyPatch, path: str, asked: str, seconds: int
) -> None:
    monkeypatch.setattr(time, "time", lambda: float(THEN))
    web.give("/a", reply())
    web.give(path, reply(status=503, Retry_After=asked))
    error = refusal(client, web.url + "/a")
    assert error.message == f"127.0.0.1 asks to come back in {seconds} seconds."
    assert error.remedy == "Fetch it again later."
    assert web.times(path) == 1
    assert sum(clock.waits) <= 1.0


@given(st.text(max_size=30) | st.text("0123456789:,+- FriDecJnGMT", max_size=40))
@example("Fri, 31 Dec 9999 23:59:59 -0000")
@example("Fri, 31 Dec 9999 23:59:59 -2359")
@example("Mon, 1 Jan 0001 00:00:00 +2300")
@example("Mon, 1 Jan 2030 00:00:00 +99999999999")
@example("9" * 5000)
def test_no_wait_is_asked_that_is_too_long(asked: str) -> None:
    with suppress(FetchError):
        assert 0.0 <= _wait(answered(503, retry_after=asked)) <= 60.0


# Slow and broken servers

HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED: Final = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "act",
    [
        raw(HEAD, b"\r\n", pause=0.02, last=b"x"),
        raw(HEAD, b"Content-Length: 100000\r\n\r\n", pause=0.02, last=b"x"),
        raw(b"HTTP/1.1 200 OK\r\nX: ", pause=0.02, last=b"x"),
        raw(b"HTTP/1.1 ", pause=0.02, last=b"2"),
        raw(pause=0.02, last=b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        raw(CHUNKED, pause=0.02, last=b"0"),
        raw(CHUNKED, b"1;", pause=0.02, last=b"x"),
        raw(CHUNKED, b"1\r\nx\r\n0\r\nX: ", pause=0.02, last=b"x"),
    ],
    ids="body length header status hints chunk-size chunk-extension trailer".split(),
)
@pytest.mark.parametrize("path", ["/a", "/robots.txt"])
def test_a_server_that_drips_is_left(web: Web, path: str, act: Act) -> None:
    web.give("/a", reply())
    web.give(path, act)
    begun = time.monotonic()
    with closing(hurried(seconds=0.25, silence=5.0, attempts=1)) as client:
        refusal(client, web.url + "/a")
    assert time.monotonic() - begun < 2


def test_a_page_that_takes_too_long_is_said_to_and_not_tried_again(web: Web) -> None:
    url = web.give("/a", raw(HEAD, b"\r\n", pause=0.02, last=b"x"))
    with closing(hurried(seconds=0.5)) as client:
        assert refusal(client, url).message == "127.0.0.1 takes more than 0.5 seconds for this page."
    assert web.paths == ["/a"]


def test_redirects_do_not_begin_the_time_anew(web: Web) -> None:
    def later(to: str) -> Act:
        def act(handler: Any) -> None:
            time.sleep(0.15)
            moved(to)(handler)

        return act

    for number in range(5):
        web.give(f"/{number}", later(f"/{number + 1}"))
    web.give("/5", reply())
    with closing(hurried(seconds=0.4, attempts=1)) as client:
        refusal(client, web.url + "/0")
    assert web.times("/5") == 0


def test_no_connection_is_begun_when_the_time_is_over(web: Web, client: Client, clock: Time) -> None:
    def late(handler: http.server.BaseHTTPRequestHandler) -> None:
        clock.now += 60.0
        moved(other.give("/b", reply()))(handler)

    with serving() as other:
        other.give("/robots.txt", reply("none", 404, Connection="close"))
        error = refusal(client, web.give("/a", late))
        assert error.message == "127.0.0.1 takes more than 60 seconds for this page."
        assert (web.paths, other.paths) == (["/a"], [])
        got(client, other.url + "/b")


def test_a_silent_server_is_left(web: Web) -> None:
    url = web.give("/a", silent, reply())
    begun = time.monotonic()
    with closing(hurried(silence=0.4)) as client:
        assert got(client, url).body == HTML.encode()
        web.give("/b", silent)
        assert refusal(client, web.url + "/b").message == "127.0.0.1 cannot be reached (timed out)."
    assert web.paths == ["/a"] * 2 + ["/b"] * 3
    assert time.monotonic() - begun < 4


BROKEN: Final = {
    "nothing": raw(),
    "nonsense": raw(b"\x00\x01\x02\r\n\r\n"),
    "one long line": raw(b"x" * 50_000 + b"\r\n\r\n"),
    "another protocol": raw(b"220 mail.example ESMTP\r\n"),
    "half a header": raw(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    "half a body": raw(HEAD, b"Content-Length: 1000\r\n\r\n", HTML.encode()),
    "half the chunks": raw(CHUNKED, b"5\r\nhello\r\n"),
    "no last chunk": raw(CHUNKED, b"5\r\nhello\r\n0\r\n"),
    "a wrong chunk": raw(CHUNKED, b"xyz\r\nhello\r\n0\r\n\r\n"),
    "two lengths": raw(HEAD, b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
    "a huge header": raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000 + b"\r\n\r\n"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_no_page_and_is_asked_for_again(web: Web, clock: Time, client: Client, name: str) -> None:
    url = web.give("/a", BROKEN[name])
    assert "cannot be reached" in refusal(client, url).message
    assert web.paths == ["/a"] * 3
    assert clock.waits == [1.0, 1.0, 2.0]
    assert got(client, web.give("/b", BROKEN[name], reply("whole"))).body == b"whole"


def test_a_body_may_end_with_the_connection(web: Web, client: Client) -> None:
    assert got(client, web.give("/a", raw(HEAD, b"\r\n", b"one ", b"two"))).body == b"one two"


# Bodies that are too much, or not what they say


def packed(body: bytes, after: bytes = b"", coding: str = "gzip") -> Act:
    return reply(gzip.compress(body, mtime=0) + after, Content_Encoding=coding)


@pytest.mark.parametrize("act", [reply, packed])
def test_a_body_may_be_as_long_as_the_limit_and_no_longer(web: Web, act: Callable[[bytes], Act]) -> None:
    with closing(hurried(bytes=100_000)) as client:
        assert got(client, web.give("/a", act(b"x" * 100_000))).body == b"x" * 100_000
        error = refusal(client, web.give("/b", act(b"x" * 100_001)))
    assert error.message == "127.0.0.1 sends more than 0.1 MB for this page."
    assert web.paths == ["/a", "/b"]


PACKED: Final = HEAD + b"Content-Encoding: gzip\r\n\r\n"
ENDLESS: Final = {
    "a body": raw(HEAD, b"\r\n", last=b"x" * 65_536),
    "chunks": raw(CHUNKED, last=b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
    "a bomb": packed(b"\0" * 20_000_000),
    "bombs in a row": reply(gzip.compress(b"\0" * 5_000_000) * 4, Content_Encoding="gzip"),
    "what follows the packed page": raw(PACKED, gzip.compress(b"x"), last=b"x" * 65_536),
    "packed nothing": raw(PACKED, gzip.compress(b"")[:10], last=b"\0\0\0\xff\xff" * 13_000),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_an_endless_body_is_not_kept(web: Web, name: str) -> None:
    web.give("/a", ENDLESS[name])
    begun = time.monotonic()
    with closing(hurried(bytes=1_000_000, seconds=2.0)) as client:
        tracemalloc.start()
        try:
            refusal(client, web.url + "/a")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 8_000_000
    assert time.monotonic() - begun < 4
    assert web.paths == ["/a"]


def test_robots_txt_has_a_limit_of_its_own(web: Web, client: Client) -> None:
    web.give("/robots.txt", packed(b"#" * 20_000_000))
    assert "0.512 MB" in refusal(client, web.give("/a", reply())).message
    assert web.paths == []


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", " gzip "])
def test_a_packed_page_is_unpacked(web: Web, client: Client, coding: str) -> None:
    assert got(client, web.give("/a", packed(b"a page " * 30_000, coding=coding))).body == b"a page " * 30_000


def test_what_follows_a_packed_page_is_no_part_of_it(web: Web, client: Client) -> None:
    assert got(client, web.give("/a", packed(b"a page", after=b"\0" * 512))).body == b"a page"


def test_a_packed_page_may_come_byte_by_byte(web: Web, client: Client) -> None:
    parts = [bytes([byte]) for byte in gzip.compress(b"a page")]
    assert got(client, web.give("/a", raw(PACKED, *parts))).body == b"a page"


def test_nothing_is_nothing_however_it_is_said_to_be_packed(web: Web, client: Client) -> None:
    assert got(client, web.give("/a", reply(b"", Content_Encoding="gzip"))).body == b""
    assert got(client, web.give("/b", packed(b""))).body == b""
    assert got(client, web.give("/c", reply(b""))).body == b""


WHOLE: Final = gzip.compress(b"".join(b"%d " % number for number in range(10_000)), mtime=0)


@pytest.mark.parametrize(
    "body",
    [
        b"not packed at all",
        WHOLE[:-1],
        WHOLE[:-8],
        WHOLE[: len(WHOLE) // 2],
        WHOLE[:5],
        WHOLE[:-8] + b"\0" * 8,
        WHOLE[:2000] + b"\xff" * 100 + WHOLE[2100:],
    ],
    ids="plain last-byte no-checksum half head wrong-checksum altered".split(),
)
def test_a_damaged_packed_page_is_refused(web: Web, client: Client, body: bytes) -> None:
    error = refusal(client, web.give("/a", reply(body, Content_Encoding="gzip")))
    assert error.message.startswith("127.0.0.1 sent damaged data")


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "gzip, gzip", "gzip, br", "compress", "not-gzip"])
def test_an_encoding_that_was_not_asked_for_is_refused(web: Web, client: Client, coding: str) -> None:
    error = refusal(client, web.give("/a", packed(b"a page", coding=coding)))
    assert "what it was not asked for" in error.message
    assert coding in error.message


def test_an_encoding_may_be_named_none(web: Web, client: Client) -> None:
    assert got(client, web.give("/a", reply("a page", Content_Encoding="identity"))).body == b"a page"


# robots.txt


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("User-agent: *|Disallow: /", "/a", False),
        ("User-agent: *|Disallow:", "/a", True),
        ("User-agent: *|Disallow: /private", "/a", True),
        ("User-agent: *|Disallow: /private", "/private/a", False),
        ("User-agent: *|Disallow: /|Allow: /open", "/open/a", True),
        ("User-agent: *|Disallow: /|Allow: /open", "/closed", False),
        ("User-agent: *|Disallow: /*.pdf$", "/x/a.pdf", False),
        ("User-agent: *|Disallow: /*.pdf$", "/x/a.pdf?b", True),
        ("User-agent: *|Disallow: /*?print=", "/a?print=1", False),
        ("User-agent: *|Disallow: /a%20b", "/a%20b", False),
        ("User-agent: *|Disallow: /한", "/%ED%95%9C", False),
        ("User-agent: other|Disallow: /", "/a", True),
        ("User-agent: Sangho|Disallow: /", "/a", False),
        ("User-agent: SANGHO|Disallow: /", "/a", False),
        ("User-agent: *|Disallow: /||User-agent: sangho|Allow: /", "/a", True),
        ("User-agent: *|Allow: /||User-agent: sangho|Disallow: /", "/a", False),
        ("User-agent: other|User-agent: sangho|Disallow: /", "/a", False),
        # Real names of other programs, each the beginning of a word in what Sangho calls itself.
        ("User-agent: Fetch|Disallow: /||User-agent: DOC|Disallow: /||User-agent: Reader|Disallow: /", "/a", True),
        ("\ufeffUser-agent: *|Disallow: /", "/a", False),
        ("# comment|User-agent : *|  disallow : / # all", "/a", False),
        ("\x00\x01|<html>|no rules here", "/a", True),
        ("", "/a", True),
    ],
)
def test_robots_txt_is_obeyed(web: Web, client: Client, rules: str, path: str, allowed: bool) -> None:
    web.robots(*rules.split("|"))
    url = web.give(path, reply())
    if allowed:
        assert got(client, url).url == url
    else:
        assert refusal(client, url).message == "127.0.0.1 asks programs not to fetch this page (robots.txt)."
        assert refusal(client, url).remedy == "Open it in a browser."
        assert web.paths == []
    assert web.times("/robots.txt") == 1


def test_robots_txt_in_other_bytes_is_obeyed(web: Web, client: Client) -> None:
    web.give("/robots.txt", reply(b"# \xb0\xad\xff\r\nUser-agent: *\r\nDisallow: /\r\n"))
    refusal(client, web.give("/a", reply()))
    assert web.paths == []


def test_a_redirect_to_what_robots_txt_forbids_is_not_followed(web: Web, client: Client) -> None:
    web.robots("User-agent: *", "Disallow: /private")
    web.give("/private", reply())
    assert "robots.txt" in refusal(client, web.give("/a", moved("/private"))).message
    assert web.paths == ["/a"]


def test_each_origin_is_asked_once(web: Web, client: Client) -> None:
    with serving() as other:
        other.robots("User-agent: *", "Disallow: /private")
        other.give("/b", reply())
        web.give("/a", moved(other.url + "/b"))
        for _ in range(3):
            assert got(client, web.url + "/a").url == other.url + "/b"
        web.give("/a", moved(other.url + "/private"))
        assert "robots.txt" in refusal(client, web.url + "/a").message
        assert (web.times("/robots.txt"), other.times("/robots.txt")) == (1, 1)
        assert other.paths == ["/b"] * 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
def test_a_site_without_robots_txt_forbids_nothing(web: Web, client: Client, status: int) -> None:
    web.give("/robots.txt", reply("User-agent: *\nDisallow: /", status))
    got(client, web.give("/a", reply()))
    got(client, web.url + "/a")
    assert web.times("/robots.txt") == 1


@pytest.mark.parametrize("status", [429, 500, 501, 503, 504])
def test_a_site_that_does_not_give_its_robots_txt_may_forbid_all(
    web: Web, client: Client, clock: Time, status: int
) -> None:
    web.give("/robots.txt", reply(status=status))
    error = refusal(client, web.give("/a", reply()))
    assert error.message == f"127.0.0.1 does not give its robots.txt ({status})."
    assert [asked.path for asked in web.asked] == ["/robots.txt"] * 3
    assert clock.waits == [1.0, 2.0]
    web.give("/robots.txt", reply("User-agent: *\nAllow: /"))
    got(client, web.url + "/a")


def test_a_broken_robots_txt_may_forbid_all(web: Web, client: Client) -> None:
    web.give("/robots.txt", BROKEN["half a body"])
    refusal(client, web.give("/a", reply()))
    assert web.paths == []


def test_robots_txt_waits_as_long_as_it_is_asked_to(web: Web, client: Client, clock: Time) -> None:
    web.give("/robots.txt", reply(status=503, Retry_After="9"), reply("User-agent: *\nDisallow: /b"))
    got(client, web.give("/a", reply()))
    assert clock.waits == [9.0, 1.0]


def test_robots_txt_may_have_moved(web: Web, client: Client) -> None:
    with serving() as other:
        other.give("/rules", reply("User-agent: *\nDisallow: /private"))
        web.give("/robots.txt", moved("/there"))
        web.give("/there", moved(other.url + "/rules"))
        refusal(client, web.give("/private", reply()))
        got(client, web.give("/a", reply()))
        assert [asked.path for asked in other.asked] == ["/rules"]
    assert web.paths == ["/there", "/a"]


def test_robots_txt_that_moves_without_end_is_none(web: Web, client: Client) -> None:
    web.give("/robots.txt", moved("/robots.txt"))
    got(client, web.give("/a", reply()))
    assert web.times("/robots.txt") == 6


# One request a second


def test_a_host_is_asked_once_a_second(web: Web, client: Client, clock: Time) -> None:
    for path in ("/a", "/b", "/c"):
        got(client, web.give(path, reply()))
    assert clock.waits == [1.0, 1.0, 1.0]
    clock.now += 0.75
    got(client, web.url + "/a")
    assert clock.waits[3:] == [0.25]
    clock.now += 1.0
    got(client, web.url + "/b")
    assert clock.waits[4:] == []


def test_redirects_keep_the_pace(web: Web, client: Client, clock: Time) -> None:
    web.give("/b", reply())
    got(client, web.give("/a", moved("/b")))
    assert clock.waits == [1.0, 1.0]


def test_other_hosts_are_not_waited_for(web: Web, client: Client, clock: Time, net: Net) -> None:
    net.names = {"one.example": [["127.0.0.1"]], "two.example": [["127.0.0.1"]]}
    web.give("/a", reply())
    one, two = (f"http://{name}:{web.server_port}/a" for name in net.names)
    got(client, one)
    assert clock.waits == [1.0]
    got(client, two)
    assert clock.waits == [1.0, 1.0]  # between its own robots.txt and page
    got(client, one)
    assert clock.waits == [1.0, 1.0]
    assert len(web.asked) == 5


def test_a_host_is_one_host_at_all_its_ports(web: Web, client: Client, clock: Time) -> None:
    with serving() as other:
        got(client, web.give("/a", reply()))
        got(client, other.give("/a", reply()))
    assert clock.waits == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("asked", "wait"),
    [("5", 5.0), ("2.5", 2.5), ("60", 60.0), ("100000", 60.0), ("0.1", 1.0), ("0", 1.0), ("-3", 1.0), ("nan", 1.0)],
)
def test_a_site_may_ask_for_a_slower_pace(web: Web, client: Client, clock: Time, asked: str, wait: float) -> None:
    web.robots("User-agent: *", f"Crawl-delay: {asked}", "Disallow: /private")
    web.give("/b", reply())
    got(client, web.give("/a", moved("/b")))
    assert clock.waits == [wait, wait]


# Hosts that cannot be reached


def test_a_host_that_cannot_be_reached_is_tried_for_one_page(web: Web, client: Client, clock: Time, net: Net) -> None:
    net.names = {"dead.example": [[PUBLIC]]}
    first = refusal(client, "http://dead.example/a")
    assert first.message.startswith("dead.example cannot be reached")
    assert first.remedy == "Check the network, then try again."
    assert net.connections == [(PUBLIC, 80)] * 3
    assert clock.waits == [1.0, 2.0]
    for path in "bcd":
        assert refusal(client, f"http://dead.example/{path}").message == first.message
    assert net.connections == [(PUBLIC, 80)] * 3
    assert clock.waits == [1.0, 2.0]
    got(client, web.give("/a", reply()))


def test_a_name_that_is_not_found_is_looked_up_for_one_page(client: Client, net: Net) -> None:
    net.names = {"none.example": [[]]}
    assert "cannot be reached" in refusal(client, "http://none.example/a").message
    refusal(client, "http://none.example/b")
    assert net.lookups == ["none.example"] * 3
    assert net.connections == []
    assert "cannot be reached" in refusal(client, "http://unknown.example/a").message


def test_many_addresses_that_do_not_answer_take_no_longer_than_a_page_may(net: Net) -> None:
    net.hanging = {f"8.8.8.{number}" for number in range(40)}
    net.names = {"slow.example": [sorted(net.hanging)]}
    begun = time.monotonic()
    with closing(hurried(silence=0.2, seconds=0.3, attempts=2)) as client:
        assert refusal(client, "http://slow.example/a").message == "slow.example cannot be reached (timed out)."
        refusal(client, "http://slow.example/b")
    assert len(net.connections) == 4
    assert time.monotonic() - begun < 2


def test_a_redirect_to_a_dead_host_does_not_bar_the_living_one(web: Web, client: Client, net: Net) -> None:
    net.names = {"dead.example": [[PUBLIC]]}
    assert refusal(client, web.give("/a", moved("http://dead.example/"))).message.startswith("dead.example cannot be")
    got(client, web.give("/b", reply()))
    assert refusal(client, web.give("/c", moved("http://dead.example/"))).message.startswith("dead.example cannot be")
    assert net.connections.count((PUBLIC, 80)) == 3


def test_a_closed_port_does_not_bar_an_open_one(web: Web, client: Client) -> None:
    assert "cannot be reached" in refusal(client, "http://127.0.0.1:1/a").message
    got(client, web.give("/a", reply()))


def test_a_host_that_comes_back_within_the_attempts_is_asked(web: Web, client: Client, net: Net) -> None:
    net.names = {"back.example": [[PUBLIC], [PUBLIC], ["127.0.0.1"]]}
    web.give("/a", reply())
    got(client, f"http://back.example:{web.server_port}/a")


def test_a_host_that_answered_badly_is_asked_again(web: Web, client: Client) -> None:
    refusal(client, web.give("/a", BROKEN["nothing"]))
    got(client, web.give("/b", reply()))


# Where one connects to


def test_a_public_site_needs_no_leave(web: Web, net: Net, clock: Time) -> None:
    net.names, net.routes = {"site.example": [[PUBLIC]]}, {PUBLIC: web.server_port}
    web.give("/a", reply())
    with closing(Client(sleep=clock.sleep, clock=clock.clock)) as client:
        assert got(client, "http://site.example/a").url == "http://site.example/a"
        assert set(net.connections) == {(PUBLIC, 80)}
        assert "is not a public address" in refusal(client, web.url + "/a").message
    assert len(web.asked) == 2


def test_a_name_is_looked_up_once_a_connection_and_that_address_connected_to(web: Web, net: Net, clock: Time) -> None:
    net.names, net.routes = {"rebound.example": [[PUBLIC], ["127.0.0.1"]]}, {PUBLIC: web.server_port}
    web.give("/a", reply(Connection="close"))
    web.robots("User-agent: *", "Allow: /")
    with closing(Client(sleep=clock.sleep, clock=clock.clock)) as client:
        got(client, "http://rebound.example/a")
        assert net.lookups == ["rebound.example"]
        error = refusal(client, "http://rebound.example/a")
    assert error.message == "rebound.example is at 127.0.0.1, which is not a public address."
    assert net.lookups == ["rebound.example"] * 2
    assert net.connections == [(PUBLIC, 80)]
    assert web.paths == ["/a"]


@pytest.mark.parametrize("addresses", [[PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC], [PUBLIC, "::1"], ["::1", PUBLIC]])
def test_a_name_with_a_public_and_a_private_address_is_refused(net: Net, addresses: list[str]) -> None:
    net.names = {"partly.example": [addresses]}
    with closing(hurried()) as client:
        assert "is not a public address" in refusal(client, "http://partly.example/").message
    assert net.connections == []
    assert net.lookups == ["partly.example"]


@pytest.mark.parametrize("host", ["127.0.0.2", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[::1]"])
def test_leave_for_one_address_is_leave_for_no_other(net: Net, host: str) -> None:
    with closing(hurried()) as client:
        assert "is not a public address" in refusal(client, f"http://{host}/").message
    assert net.connections == []


class Dialled(httpcore.NetworkBackend):
    """Notes what is connected to, and connects to `living` addresses only."""

    def __init__(self, *living: str) -> None:
        self.living = living
        self.tried: list[tuple[str, int, float | None]] = []

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *rest: Any, **options: Any
    ) -> httpcore.NetworkStream:
        self.tried.append((host, port, timeout))
        if host in self.living:
            return httpcore.NetworkStream()
        raise httpcore.ConnectTimeout(f"{host} does not answer")


def test_the_next_address_is_tried_when_one_does_not_answer(net: Net) -> None:
    net.names = {"site.example": [["8.8.8.8", "2606:4700::1111", "1.1.1.1", "8.8.4.4"]]}
    dialled = Dialled("1.1.1.1")
    PublicOnly(real=dialled).connect_tcp("site.example", 443, 3.0)
    assert dialled.tried == [("8.8.8.8", 443, 3.0), ("2606:4700::1111", 443, 3.0), ("1.1.1.1", 443, 3.0)]
    assert net.lookups == ["site.example"]


def test_the_last_failure_is_told_when_no_address_answers(net: Net) -> None:
    net.names = {"site.example": [["8.8.8.8", "1.1.1.1", "8.8.8.8"]], "none.example": [[]]}
    dialled = Dialled()
    with pytest.raises(httpcore.ConnectTimeout, match=r"1\.1\.1\.1 does not answer"):
        PublicOnly(real=dialled).connect_tcp("site.example", 80)
    assert [host for host, _, _ in dialled.tried] == ["8.8.8.8", "1.1.1.1"]
    with pytest.raises(httpcore.ConnectError, match=r"none\.example has no address"):
        PublicOnly(real=dialled).connect_tcp("none.example", 80)


def test_nothing_is_dialled_when_one_of_many_addresses_is_private(net: Net) -> None:
    net.names = {"site.example": [["8.8.8.8", "1.1.1.1", "192.168.0.1"]]}
    dialled = Dialled("8.8.8.8")
    with pytest.raises(FetchError) as caught:
        PublicOnly(real=dialled).connect_tcp("site.example", 80)
    assert caught.value.message == "site.example is at 192.168.0.1, which is not a public address."
    assert dialled.tried == []
    PublicOnly([ipaddress.ip_network("192.168.0.0/24")], dialled).connect_tcp("site.example", 80)
    assert [host for host, _, _ in dialled.tried] == ["8.8.8.8"]


# What is public

OUTSIDE = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.215.14 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
223.255.255.255
2606:4700:4700::1111 2001:4860:4860::8888 2a00:1450:4001:800::200e 2400:cb00::1
::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1 2001:0:4136:e378:0:0:f7f7:f7f7
"""
NOT_OUTSIDE = """
0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255
169.254.0.1 169.254.169.254 172.16.0.0 172.31.255.255 192.0.0.1 192.0.2.1 192.168.0.0 192.168.255.255 198.18.0.1
198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::2 100::1 2001:db8::1 4000::1 fc00:: fd00:ec2::254 fdff::1 fe80:: fe80::1 febf::1 fec0::1 feff::1 ff02::1
ff0e::1 ::ffff:0.0.0.0 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:224.0.0.1 ::127.0.0.1 ::10.0.0.1
64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::808:808 2002:7f00:1:: 2002:a00:1:: 2002:a9fe:a9fe::1
2002:c0a8:1::1 2001:0:4136:e378:0:0:80ff:fffe 2001:0:4136:e378:0:0:f5ff:fffe 2001:0:4136:e378:0:0:5601:5601
2001::1
"""


@pytest.mark.parametrize("text", OUTSIDE.split())
def test_a_public_address_is_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", NOT_OUTSIDE.split())
def test_no_other_address_is_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


PRIVATE: Final = """
0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 198.18.0.0/15 224.0.0.0/3
fc00::/7 fe80::/10 fec0::/10 ff00::/8 ::ffff:10.0.0.0/104 64:ff9b::7f00:0/104 2002:a00::/24 2002:c0a8::/32
""".split()


@pytest.mark.parametrize("network", PRIVATE)
@given(data=st.data())
def test_no_address_of_a_private_network_is_public(network: str, data: st.DataObject) -> None:
    assert not is_public(data.draw(st.ip_addresses(network=network)))


V4: Final = st.ip_addresses(v=4) | st.sampled_from(PRIVATE[:9]).flatmap(lambda each: st.ip_addresses(network=each))


@given(V4, st.integers(0, 2**80 - 1), st.integers(0, 2**32 - 1))
def test_a_wrapped_address_is_as_public_as_what_it_wraps(address: Address, rest: int, server: int) -> None:
    inner = int(address)
    wrapped = {
        "compatible": inner,
        "mapped": 0xFFFF << 32 | inner,
        "NAT64": 0x64FF9B << 96 | inner,
        "6to4": 0x2002 << 112 | inner << 80 | rest,
        "Teredo": 0x20010000 << 96 | server << 64 | (rest & 0xFFFF_FFFF) << 32 | inner ^ 0xFFFF_FFFF,
    }
    public = {name: is_public(ipaddress.IPv6Address(number)) for name, number in wrapped.items()}
    assert public == dict.fromkeys(wrapped, is_public(address))
