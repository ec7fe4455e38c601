"""A request that checks whether a URL still answers, without ever reaching a machine of our own network.

The host is resolved first; each of its IP addresses has to be public, and the connection goes to the one
that was checked, so that a name cannot resolve to another in between. Redirections are followed by hand
with the same checks. Nothing of the reply is stored but its status.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.conf import settings

TIMEOUT_S = 10.0
MAX_REDIRECTIONS = 5
READ_BYTES = 1024
PORTS = {"http": 80, "https": 443}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
REDIRECTIONS = {301, 302, 303, 307, 308}
GONE_STATUSES = {404, 410}
RETRIED_WITH_GET = {400, 403, 404, 405, 406, 410, 500, 501, 503}
"""Statuses that some servers give to HEAD alone: the page is then requested with GET."""

Resolver = Callable[[str, int], Iterable[str]]
Guard = Callable[[str, int], bool]


@dataclass(frozen=True)
class Reply:
    """The result of a request: the status, and a fault ("" when there is none)."""

    status: int | None = None
    fault: str = ""


class UrlRefused(Exception):
    """The URL is not one that we request."""


def resolve_host(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: str, port: int) -> bool:
    """Return True for an IP address of the Internet, on the usual ports."""
    if port not in PORTS.values():
        return False
    try:
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and (embedded := _get_embedded_ipv4(ip)) is not None:
        return is_public(str(embedded), port)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def _get_embedded_ipv4(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


@dataclass
class LinkProbe:
    """Requests URLs; ``resolver`` and ``guard`` are replaced in tests, which reach this machine."""

    resolver: Resolver = resolve_host
    guard: Guard = is_public
    timeout: float = TIMEOUT_S
    agent: str = field(default_factory=lambda: f"verification-des-liens (+{settings.SITE_URL})")

    def ask(self, url: str) -> Reply:
        """Return whether the URL answers: HEAD, then GET of the first bytes where HEAD fails."""
        deadline = time.monotonic() + 3 * self.timeout
        try:
            status = self._follow("HEAD", url, deadline)
            if status in RETRIED_WITH_GET:
                status = self._follow("GET", url, deadline)
        except UrlRefused as refusal:
            return Reply(fault=str(refusal))
        except ssl.SSLCertVerificationError:
            return Reply(fault="certificat")
        except (TimeoutError, OSError, http.client.HTTPException, ValueError):
            return Reply(fault="muet")
        if status in GONE_STATUSES:
            return Reply(status, "absente")
        return Reply(status, "erreur" if status >= 500 else "")

    def _follow(self, method: str, url: str, deadline: float) -> int:
        """Return the status at the end of the redirections."""
        for _turn in range(MAX_REDIRECTIONS + 1):
            status, location = self._once(method, url, deadline)
            if status not in REDIRECTIONS or not location:
                return status
            url = urljoin(url, location)
        raise UrlRefused("boucle")

    def _once(self, method: str, url: str, deadline: float) -> tuple[int, str]:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        parts = urlsplit(url)
        connection = self._connection(parts, min(self.timeout, left))
        watchdog = threading.Timer(left, _close_socket, [connection])
        watchdog.start()
        try:
            headers = {"User-Agent": self.agent, "Accept": "*/*", "Connection": "close"}
            if method == "GET":
                headers["Range"] = f"bytes=0-{READ_BYTES - 1}"
            connection.request(method, _encode_target(parts), headers=headers)
            response = connection.getresponse()
            if method == "GET":
                response.read1(READ_BYTES)
            return response.status, response.getheader("Location") or ""
        finally:
            watchdog.cancel()
            connection.close()

    def _connection(self, parts: SplitResult, timeout: float) -> http.client.HTTPConnection:
        """Return a connection to one of the checked IP addresses, under the host's name."""
        if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
            raise UrlRefused("inconnu")
        port = parts.port or PORTS[parts.scheme]
        try:
            addresses = list(self.resolver(parts.hostname, port))
        except (socket.gaierror, UnicodeError) as error:
            raise UrlRefused("inconnu") from error
        if not addresses or not all(self.guard(address, port) for address in addresses):
            raise UrlRefused("inconnu")
        if parts.scheme == "https":
            return _PinnedTLSConnection(parts.hostname, port, addresses[0], timeout)
        return _PinnedConnection(parts.hostname, port, addresses[0], timeout)


def _close_socket(connection: http.client.HTTPConnection) -> None:
    """End a connection to a server that answers drop by drop, each drop in time."""
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


class _PinnedConnection(http.client.HTTPConnection):
    """A connection to a checked IP address, whatever its name resolves to now."""

    def __init__(self, host: str, port: int, address: str, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self.address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), self.timeout)


class _PinnedTLSConnection(http.client.HTTPSConnection):
    """The same, encrypted; the certificate must be that of the host."""

    def __init__(self, host: str, port: int, address: str, timeout: float) -> None:
        self.tls = ssl.create_default_context()
        super().__init__(host, port, timeout=timeout, context=self.tls)
        self.address = address

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port), self.timeout)
        self.sock = self.tls.wrap_socket(plain, server_hostname=self.host)


def _encode_target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:=&?~#+!$,;'@()*[]-._")
    query = quote(parts.query, safe="/%:=&?~#+!$,;'@()*[]-._")
    return f"{path}?{query}" if query else path
