"""Connections on which everything together takes what time there is."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from typing import Any

import httpcore


class Late(Exception):
    """No time is left."""


class _Timed(httpcore.NetworkStream):
    """A connection on which all reads and writes together take what time there is.

    httpcore's own timeouts are for one read: a byte now and then keeps each of them, in headers too.

    Args:
        real: the connection.
        in_time: from the seconds that one read or write may take to those that it may take now; raises if none.
    """

    def __init__(self, real: httpcore.NetworkStream, in_time: Callable[[float | None], float]) -> None:
        self._real = real
        self._in_time = in_time

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._real.read(max_bytes, self._in_time(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._real.write(buffer, self._in_time(timeout))

    def close(self) -> None:
        self._real.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._real.start_tls(ssl_context, server_hostname, self._in_time(timeout)), self._in_time)

    def get_extra_info(self, info: str) -> Any:
        return self._real.get_extra_info(info)


class TimedBackend(httpcore.NetworkBackend):
    """Makes connections that are `_Timed`.

    Args:
        in_time: as there.
    """

    def __init__(self, in_time: Callable[[float | None], float]) -> None:
        self._real = httpcore.SyncBackend()
        self._in_time = in_time

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to an address; raises httpcore.ConnectTimeout where no time is left."""
        try:
            left = self._in_time(timeout)
        except Late as late:
            raise httpcore.ConnectTimeout("timed out") from late
        return _Timed(self._real.connect_tcp(host, port, left, local_address, socket_options), self._in_time)
