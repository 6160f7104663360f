"""Which addresses may be connected to: public ones, checked when the connection is made.

A name is looked up once, and what is connected to is the very address that was checked, so that a name that
answers differently the second time (DNS rebinding) leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from typing import Any, Final

import httpcore

from ingest.errors import FetchError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_COMPATIBLE: Final = ipaddress.IPv6Network("::/96")  # RFC 4291, 2.5.5.1


def is_public(address: Address) -> bool:
    """Whether an address is on the public internet; one that wraps another is as public as that."""
    inner = _wrapped(address)
    if inner is not None:
        return is_public(inner)
    local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local  # fec0::/10, RFC 3879
    return address.is_global and not (address.is_multicast or address.is_reserved or local)


def _wrapped(address: Address) -> Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64 or address in _COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


class PublicOnly(httpcore.NetworkBackend):
    """Connects to public addresses, and to those of `allowed` networks.

    Args:
        allowed: networks that may be connected to though they are not public.
        real: makes the connections.
    """

    def __init__(self, allowed: Sequence[Network] = (), real: httpcore.NetworkBackend | None = None) -> None:
        self._allowed = tuple(allowed)
        self._real = real or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of `host` that answers.

        Raises:
            FetchError: one of its addresses may not be connected to.
            httpcore.ConnectError, httpcore.ConnectTimeout: it has no address, or none that answers.
        """
        addresses = _addresses(host, port)
        for address in addresses:
            if not self._may(address):
                raise FetchError(
                    f"{host} is at {address}, which is not a public address.",
                    "If it is meant to be fetched from, add it to SANGHO_FETCH_ALLOW.",
                )
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                return self._real.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _may(self, address: Address) -> bool:
        return is_public(address) or any(address in network for network in self._allowed)


def _addresses(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host} is not found: {error}") from error
    texts = dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found)
    return [ipaddress.ip_address(text) for text in texts]
