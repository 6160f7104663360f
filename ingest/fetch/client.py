"""Get a page as a considerate visitor does: what robots.txt allows, one request a second to a host, no page twice.

httpcore makes the connections, without redirects, cookies, proxies or credentials of its own; tenacity tries again;
Protego reads robots.txt (RFC 9309).
"""

from __future__ import annotations

import email.utils
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import httpcore
import httpx
import tenacity
from protego import Protego

from ingest.errors import FetchError
from ingest.fetch.addresses import Network, PublicOnly
from ingest.fetch.timed import Late, TimedBackend

KINDS: Final = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "application/pdf": ".pdf",
}
_NAME: Final = "Sangho"  # what robots.txt may call us (RFC 9309, 2.2.1: the name alone, not all that a request says)
_ROBOTS_BYTES: Final = 512_000  # RFC 9309 asks for at least 500 KiB
_LONGEST_PAUSE: Final = 60.0  # seconds that a site may make one wait
_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_FAILURES: Final = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may cost.

    Attributes:
        bytes: of its body, after decompression.
        seconds: from the first request of an attempt to the last byte, redirects included; waiting for a host's next
            turn is not counted.
        silence: seconds without a byte.
        redirects: how often it may lead elsewhere.
        attempts: how often it is asked for in all.
        interval: seconds from one request to the next to the same host, at least.
    """

    bytes: int = 20_000_000
    seconds: float = 60.0
    silence: float = 20.0
    redirects: int = 5
    attempts: int = 3
    interval: float = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """What a site gave.

    Attributes:
        url: where it was in the end, after redirects.
        body: its bytes, decompressed.
        suffix: `.html`, `.txt` or `.pdf`.
        etag, modified: what to ask with next time; empty where the site gave none.
    """

    url: str
    body: bytes
    suffix: str
    etag: str = ""
    modified: str = ""


def user_agent() -> str:
    """Return what Sangho calls itself to sites."""
    try:
        number = version("sangho")
    except PackageNotFoundError:
        number = "0"
    return f"{_NAME}/{number} (fetches the public documents that a reader of its digests asks for)"


class _Again(Exception):
    """A failure that may pass.

    Args:
        error: what to say once it has not.
        wait: seconds that the site asked for; 0 if it did not.
        silent: the origin that could not be reached at all; empty if it was.
    """

    def __init__(self, error: FetchError, wait: float = 0.0, silent: str = "") -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait
        self.silent = silent


@dataclass(frozen=True, slots=True)
class _Response:
    url: httpx.URL
    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Gets pages, one after the other.

    Args:
        allowed: networks beyond the public ones that may be connected to.
        limits: what one page may cost.
        sleep: waits, in seconds; may raise to stop.
        clock: seconds that only go on.
    """

    def __init__(
        self,
        allowed: Sequence[Network] = (),
        limits: Limits | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits or Limits()
        self._sleep = sleep
        self._clock = clock
        self._pool = httpcore.ConnectionPool(network_backend=PublicOnly(allowed, TimedBackend(self._in_time)))
        self._agent = user_agent()
        self._robots: dict[str, Protego | None] = {}
        self._last: dict[str, float] = {}
        self._silent: dict[str, FetchError] = {}  # origins not reached: no use in trying each of their pages
        self._waited = 0.0  # seconds, until requests were due
        self._deadline = 0.0  # of the request that is being made

    def close(self) -> None:
        """Close what connections are open."""
        self._pool.close()

    def get(self, url: str, etag: str = "", modified: str = "") -> Page | None:
        """Return a page; None if it has not changed since it had that `etag` or was `modified` then.

        Raises:
            FetchError: it cannot be had, or may not; says which and why.
        """
        headers = {"If-None-Match": etag} if etag else {}
        headers |= {"If-Modified-Since": modified} if modified else {}
        response = self._patiently(_parsed(url), headers)
        if response.status == 304 and headers:
            return None
        if response.status != 200:
            raise FetchError(f"{response.url.host} answered {response.status}.", _remedy(response.status))
        kind = response.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
        if kind not in KINDS:
            raise FetchError(f"{response.url.host} sent {kind[:80]!r}, which is no page of text.")
        return Page(
            str(response.url),
            response.body,
            KINDS[kind],
            response.headers.get("etag", ""),
            response.headers.get("last-modified", ""),
        )

    def _patiently(self, url: httpx.URL, headers: Mapping[str, str]) -> _Response:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Again),
            stop=tenacity.stop_after_attempt(self._limits.attempts),
            wait=_pause,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._follow, url, headers)
        except _Again as again:
            if again.silent:
                self._silent[again.silent] = again.error
            raise again.error from again

    def _follow(self, url: httpx.URL, headers: Mapping[str, str]) -> _Response:
        deadline = self._now() + self._limits.seconds
        for _ in range(self._limits.redirects + 1):
            self._ask_robots(url)
            response = self._request(url, headers, self._limits.bytes, deadline)
            if response.status in _AGAIN:
                raise _Again(
                    FetchError(f"{url.host} answered {response.status}.", _remedy(response.status)), _wait(response)
                )
            if response.status not in _MOVED:
                return response
            url = _next(url, response)
        raise FetchError(f"{url.host} redirects more than {self._limits.redirects} times.")

    def _ask_robots(self, url: httpx.URL) -> None:
        origin = _origin(url)
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(httpx.URL(f"{origin}/robots.txt"))
        rules = self._robots[origin]
        if rules is not None and not rules.can_fetch(str(url), _NAME):
            raise FetchError(f"{url.host} asks programs not to fetch this page (robots.txt).", "Open it in a browser.")

    def _read_robots(self, url: httpx.URL) -> Protego | None:
        """Return a site's rules; None where it has none."""
        deadline = self._now() + self._limits.seconds
        for _ in range(self._limits.redirects + 1):
            response = self._request(url, {}, _ROBOTS_BYTES, deadline)
            if response.status not in _MOVED:
                break
            url = _next(url, response)
        if response.status >= 500 or response.status == 429:  # RFC 9309, 2.3.1.4: not known is not allowed
            raise _Again(FetchError(f"{url.host} does not give its robots.txt ({response.status})."), _wait(response))
        return Protego.parse(response.body.decode("utf-8-sig", "replace")) if response.status == 200 else None

    def _request(self, url: httpx.URL, headers: Mapping[str, str], most: int, deadline: float) -> _Response:
        if (origin := _origin(url)) in self._silent:
            raise self._silent[origin]
        self._keep_pace(url)
        self._deadline = deadline
        sent: dict[bytes | str, bytes | str] = {"Host": url.netloc, "User-Agent": self._agent}
        sent |= {"Accept": ", ".join(KINDS), "Accept-Encoding": "gzip"}
        sent |= {name: value.encode("latin-1", "replace") for name, value in headers.items()}  # as they came
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), self._limits.silence)
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        try:
            self._in_time(None)
            with self._pool.stream("GET", target, headers=sent, extensions={"timeout": timeouts}) as answer:
                given = {
                    name.decode("latin-1").lower(): value.decode("latin-1") for name, value in reversed(answer.headers)
                }
                wanted = answer.status == 200
                body = self._body(answer, given, most, url.host) if wanted else b""
                return _Response(url, answer.status, given, body)
        except httpcore.UnsupportedProtocol as error:
            raise FetchError(f"{url} is not fetched: only http and https are.") from error
        except (Late, *_FAILURES) as error:
            said = str(error)[:200] or type(error).__name__
            silent = isinstance(error, (httpcore.ConnectError, httpcore.ConnectTimeout))
            if not silent and self._now() >= deadline:
                too_long = f"{url.host} takes more than {self._limits.seconds:g} seconds for this page."
                raise FetchError(too_long) from error
            raise _Again(
                FetchError(f"{url.host} cannot be reached ({said}).", "Check the network, then try again."),
                silent=origin if silent else "",
            ) from error

    def _body(self, answer: httpcore.Response, headers: Mapping[str, str], most: int, host: str) -> bytes:
        coding = headers.get("content-encoding", "identity").strip().lower()
        if coding not in ("identity", "gzip", "x-gzip", ""):
            raise FetchError(f"{host} sent what it was not asked for (encoding {coding[:80]!r}).")
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in coding else None
        body, received = bytearray(), 0
        for part in answer.iter_stream():
            received += len(part)
            try:
                body += unpack.decompress(part, most + 1 - len(body)) if unpack else part
            except zlib.error as error:
                raise FetchError(f"{host} sent damaged data ({error}).", "Try again.") from error
            if max(len(body), received) > most:  # what follows packed data adds nothing to the body
                raise FetchError(f"{host} sends more than {most / 1e6:g} MB for this page.")
        if unpack and received and not unpack.eof:
            raise FetchError(f"{host} sent damaged data (it ends too early).", "Try again.")
        return bytes(body)

    def _now(self) -> float:
        return self._clock() - self._waited

    def _in_time(self, timeout: float | None) -> float:
        left = self._deadline - self._now()
        if left <= 0:
            raise Late
        return left if timeout is None else min(timeout, left)

    def _keep_pace(self, url: httpx.URL) -> None:
        """Wait until the next request to this host is due."""
        rules = self._robots.get(_origin(url))
        asked = rules.crawl_delay(_NAME) if rules else None
        interval = max(self._limits.interval, min(asked or 0.0, _LONGEST_PAUSE))
        due = self._last.get(url.host, float("-inf")) + interval
        before = self._clock()
        if due > before:
            self._sleep(due - before)
        self._last[url.host] = self._clock()
        self._waited += self._last[url.host] - before


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise FetchError(f"{url[:200]!r} is not an address.") from error
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo:
        raise FetchError(f"{url[:200]!r} is not fetched: only http and https addresses without a user name are.")
    if len(parsed.raw_host) > 253 or not 0 < (80 if parsed.port is None else parsed.port) < 65_536:
        raise FetchError(f"{url[:200]!r} is not an address: no host has such a name or port.")
    return parsed.copy_with(fragment=None)


def _next(url: httpx.URL, response: _Response) -> httpx.URL:
    location = response.headers.get("location", "")
    location = "".join(letter if letter.isascii() else f"%{ord(letter):02X}" for letter in location)  # its very bytes
    try:
        there = _parsed(str(url.join(location)))
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise FetchError(f"{url.host} redirects to what is not an address.") from error
    if url.scheme == "https" and there.scheme != "https":
        raise FetchError(f"{url.host} redirects to an address without encryption.")
    return there


def _pause(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, _Again) else 0.0
    return max(asked, float(2 ** (state.attempt_number - 1)))


def _wait(response: _Response) -> float:
    """Return how many seconds a site asks to wait (Retry-After, RFC 9110, 10.2.3).

    Raises:
        FetchError: it is more than one waits here.
    """
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 9:
        seconds = float(text)
    else:
        now = time.time()
        seconds = max(0.0, _date(text, now) - now)
    if seconds > _LONGEST_PAUSE:
        raise FetchError(f"{response.url.host} asks to come back in {seconds:.0f} seconds.", "Fetch it again later.")
    return seconds


def _date(text: str, otherwise: float) -> float:
    try:
        at = email.utils.parsedate_to_datetime(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return otherwise


def _remedy(status: int) -> str:
    if status in (404, 410):
        return "The page has moved or is gone; its title may find it."
    if status in (401, 403):
        return "It may be open to browsers only; save the page and add the file."
    return "Try again later." if status in _AGAIN else ""
