"""Where the window listens, and by which names it may be called."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import os
import re
import socket
from dataclasses import dataclass
from typing import Final

from app.errors import SettingsError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LOOPBACK: Final = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}  # settings, and their addresses
_LOOPBACK_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
# Small letters; browsers read a name whose last part is a number as an IPv4 address in one of its odd forms.
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME: Final = re.compile(rf"(?!(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)$)(?:{_LABEL}\.)*{_LABEL}", re.ASCII)
_HEADER: Final = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::([0-9]{1,5}))?", re.ASCII)
_ANYWHERE: Final[dict[int, str]] = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}  # nobody's
_NAME_ONE: Final = "Name an address of this machine, or 0.0.0.0 for all of them."
WITHOUT_LOGIN: Final = (
    "everyone who reaches the port can ask, read the documents and add files; there is no login, and nothing is "
    "encrypted"
)


@dataclass(frozen=True, slots=True)
class Hosts:
    """Which `Host` headers are the window's own.

    Attributes:
        port: of the window.
        names: in small letters; IPv6 addresses in brackets.
        addresses: whether any IP address will do. A page that makes its own name point here (DNS rebinding) sends
            that name, never an address; so other machines may call the window by whichever address reaches it.
    """

    port: int
    names: frozenset[str] = _LOOPBACK_NAMES
    addresses: bool = False

    @property
    def remedy(self) -> str:
        """What a request with another header is told."""
        if self.addresses:
            return f"Sangho does not answer to that name: open it by this machine's address, with port {self.port}."
        return "Sangho answers on this machine only: open it as http://127.0.0.1 with its port."

    def allow(self, header: str) -> bool:
        """Whether a `Host` header, in small letters, names this window: its port too, which only port 80 may omit."""
        match = _HEADER.fullmatch(header)
        if match is None or (match[2] or "80") != str(self.port):
            return False
        return match[1] in self.names or (self.addresses and _is_literal(match[1]))


def hosts_of(setting: str, port: int) -> Hosts:
    """Return the hosts for a `host` setting: on loopback its three names; else any address, and this machine's names.

    Those are the name that was set, what the system calls itself with and without its domain, and `.local`, by which
    multicast DNS knows it.
    """
    if setting in LOOPBACK:
        return Hosts(port)
    own = socket.gethostname().lower()
    names = {setting.lower(), own, f"{own.partition('.')[0]}.local"}
    with contextlib.suppress(UnicodeError):  # a name of the system's that no domain can hold
        names.add(socket.getfqdn().lower())
    return Hosts(port, _LOOPBACK_NAMES | {name for name in names if _NAME.fullmatch(name)}, addresses=True)


def listen(host: str, port: int, *, insecure_no_login: bool = False) -> socket.socket:
    """Take a port, or say in one line why not; a taken port is never swapped for another.

    Args:
        host: off loopback an address of this machine, `0.0.0.0` or `::` for all of them, or a name of it.
        port: 0 takes a free one.
        insecure_no_login: whether other machines may reach it.

    Raises:
        SettingsError: the host is off loopback and that was not allowed, or is not this machine's; or the port is
            taken or not allowed.
    """
    if host not in LOOPBACK and not insecure_no_login:
        raise SettingsError(
            f"The window answers on this machine only, and its host is set to {host!r}.",
            f"Set SANGHO_HOST=127.0.0.1, or give `sangho serve` the option --insecure-no-login: then {WITHOUT_LOGIN}.",
        )
    failure: OSError | None = None
    for address in [ipaddress.ip_address(LOOPBACK[host])] if host in LOOPBACK else _addresses(host):
        try:
            return _bound(address, port)
        except OSError as error:
            failure = failure or error
    if failure is None or failure.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        raise SettingsError(f"{host!r} is not an address of this machine.", _NAME_ONE) from failure
    raise SettingsError(
        f"Port {port} cannot be used ({failure.strerror}).",
        "Choose another: SANGHO_PORT=7861, or 0 for a free one.",
    ) from failure


def url_of(setting: str, listening: socket.socket) -> str:
    """Return the address to open: by the name that was set, or by an address of this machine where all are taken."""
    bound, port = listening.getsockname()[:2]
    host = bound if ":" in setting else setting.lower()
    if ipaddress.ip_address(bound).is_unspecified:
        host = _own_address(listening.family)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def note_of(bound: str, port: int) -> str:
    """Say in one line who reaches a window that was to be reached without a login."""
    if this_machine_only(bound):
        return f"Only this machine reaches the window, at {bound}. Set SANGHO_HOST=0.0.0.0 to let other machines in."
    return f"Warning: other machines reach the window at port {port}: {WITHOUT_LOGIN}."


def this_machine_only(host: str) -> bool:
    """Whether only this machine reaches what listens on a host; where a name is not known, it does not count."""
    if host in LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_literal(text: str) -> bool:
    """Whether a text is an IPv4 address, or an IPv6 address in brackets, without a zone."""
    try:
        if text.startswith("["):
            ipaddress.IPv6Address(text[1:-1])
            return "%" not in text
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _addresses(host: str) -> list[Address]:
    """Return what a host stands for, what other machines can reach first.

    Raises:
        SettingsError: it is no address and no name, or a name that nobody knows.
    """
    if _is_literal(f"[{host}]" if ":" in host else host):
        address = ipaddress.ip_address(host)
        return [getattr(address, "ipv4_mapped", None) or address]
    if not _NAME.fullmatch(host.lower()):
        raise SettingsError(f"{host!r} is no address and no host name.", _NAME_ONE)
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise SettingsError(f"No address is known for {host!r}.", _NAME_ONE) from error
    known = {ipaddress.ip_address(str(address[0])) for *_, address in found if "%" not in str(address[0])}
    return sorted(known, key=lambda one: (one.is_loopback, one.is_link_local, one.version, int(one)))


def _own_address(family: int) -> str:
    """Return the address that this machine has towards others; its loopback address where it has none."""
    for kind in (socket.AF_INET, family):  # all IPv6 addresses are all IPv4 addresses too
        with contextlib.suppress(OSError), socket.socket(kind, socket.SOCK_DGRAM) as asking:
            asking.connect((_ANYWHERE[kind], 9))  # which for UDP chooses a way, and sends nothing
            return str(asking.getsockname()[0])
    return "127.0.0.1"


def _bound(address: Address, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere this option would let two programs share the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address.version == 6 and address.is_unspecified and socket.has_dualstack_ipv6():
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)  # "::" is all addresses, IPv4 too
        listening.bind((str(address), port))
        listening.listen(128)  # from now on a browser waits for the page instead of being refused
    except OSError:
        listening.close()
        raise
    return listening
