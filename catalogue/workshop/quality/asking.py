"""One address asked whether it is still there, without ever reaching a machine of our own network.

The name is resolved first; every address that it stands for has to be public, and the connection goes to
the one that was looked at, so that a name cannot change its mind in between. Redirections are followed by
hand and looked at in the same way. Nothing of the answer is kept but its status.
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
MOST_REDIRECTIONS = 5
READ_BYTES = 1024
PORTS = {"http": 80, "https": 443}
REDIRECTIONS = {301, 302, 303, 307, 308}
GONE = {404, 410}
ASKED_OTHERWISE = {400, 403, 404, 405, 406, 410, 500, 501, 503}
"""Statuses that some servers give to HEAD alone: the page is then asked with GET."""

Resolver = Callable[[str, int], Iterable[str]]
Guard = Callable[[str, int], bool]


@dataclass(frozen=True)
class Reply:
    """What came of an address: its status, and why it is taken for failing ("" when it is not)."""

    status: int | None = None
    fault: str = ""


class Refused(Exception):
    """The address is not one that we ask."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses that a name stands for."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: str, port: int) -> bool:
    """True for an address of the Internet, on the usual ports: none of this machine or of its network."""
    if port not in PORTS.values():
        return False
    try:
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in NAT64:
            inside = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside), port)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass
class Asker:
    """Asks addresses; ``resolver`` and ``guard`` are replaced in the tests, which speak to this machine."""

    resolver: Resolver = resolve
    guard: Guard = is_public
    timeout: float = TIMEOUT_S
    agent: str = field(default_factory=lambda: f"verification-des-liens (+{settings.SITE_URL})")

    def ask(self, url: str) -> Reply:
        """Whether the address answers: HEAD, then GET of the first bytes where HEAD is not liked."""
        deadline = time.monotonic() + 3 * self.timeout
        try:
            status = self._follow("HEAD", url, deadline)
            if status in ASKED_OTHERWISE:
                status = self._follow("GET", url, deadline)
        except Refused as refusal:
            return Reply(fault=str(refusal))
        except ssl.SSLCertVerificationError:
            return Reply(fault="certificat")
        except (TimeoutError, OSError, http.client.HTTPException, ValueError):
            return Reply(fault="muet")
        fault = "absente" if status in GONE else "erreur" if status >= 500 else ""
        return Reply(status, fault)

    def _follow(self, method: str, url: str, deadline: float) -> int:
        """The status at the end of the redirections."""
        for _turn in range(MOST_REDIRECTIONS + 1):
            status, location = self._once(method, url, deadline)
            if status not in REDIRECTIONS or not location:
                return status
            url = urljoin(url, location)
        raise Refused("boucle")

    def _once(self, method: str, url: str, deadline: float) -> tuple[int, str]:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        parts = urlsplit(url)
        connection = self._connection(parts, min(self.timeout, left))
        watchdog = threading.Timer(left, _cut, [connection])
        watchdog.start()
        try:
            headers = {"User-Agent": self.agent, "Accept": "*/*", "Connection": "close"}
            if method == "GET":
                headers["Range"] = f"bytes=0-{READ_BYTES - 1}"
            connection.request(method, _target(parts), headers=headers)
            response = connection.getresponse()
            if method == "GET":
                response.read1(READ_BYTES)
            return response.status, response.getheader("Location") or ""
        finally:
            watchdog.cancel()
            connection.close()

    def _connection(self, parts: SplitResult, timeout: float) -> http.client.HTTPConnection:
        """A connection to one of the addresses that were looked at, under the name that was asked."""
        if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
            raise Refused("inconnu")
        port = parts.port or PORTS[parts.scheme]
        try:
            addresses = list(self.resolver(parts.hostname, port))
        except (socket.gaierror, UnicodeError) as error:
            raise Refused("inconnu") from error
        if not addresses or not all(self.guard(address, port) for address in addresses):
            raise Refused("inconnu")
        if parts.scheme == "https":
            return _PinnedTLS(parts.hostname, port, addresses[0], timeout)
        return _Pinned(parts.hostname, port, addresses[0], timeout)


def _cut(connection: http.client.HTTPConnection) -> None:
    """End a connection to a server that answers drop by drop, each drop in time."""
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was looked at, whatever its name says now."""

    def __init__(self, host: str, port: int, address: str, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self.address = address

    def connect(self) -> None:
        """Connect to the address, not to the name."""
        self.sock = socket.create_connection((self.address, self.port), self.timeout)


class _PinnedTLS(http.client.HTTPSConnection):
    """The same, encrypted; the certificate has to be that of the name."""

    def __init__(self, host: str, port: int, address: str, timeout: float) -> None:
        self.tls = ssl.create_default_context()
        super().__init__(host, port, timeout=timeout, context=self.tls)
        self.address = address

    def connect(self) -> None:
        """Connect to the address, and show the name."""
        plain = socket.create_connection((self.address, self.port), self.timeout)
        self.sock = self.tls.wrap_socket(plain, server_hostname=self.host)


def _target(parts: SplitResult) -> str:
    """The path and the query as a request writes them."""
    path = quote(parts.path or "/", safe="/%:=&?~#+!$,;'@()*[]-._")
    query = quote(parts.query, safe="/%:=&?~#+!$,;'@()*[]-._")
    return f"{path}?{query}" if query else path
