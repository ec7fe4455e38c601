"""Links are asked politely, never on our own network, and only dead after three days of failure."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from catalogue.models import LinkState, QualityFinding
from catalogue.workshop.quality import links
from catalogue.workshop.quality.link_probe import LinkProbe, Reply, is_public
from tests import factories


class Handler(BaseHTTPRequestHandler):
    """A server with every kind of answer; remembers what it was asked."""

    asked: list[tuple[str, str, str]] = []

    def do_HEAD(self) -> None:
        """As GET, but /sans-head refuses it."""
        self.reply("HEAD")

    def do_GET(self) -> None:
        """The answer that the path names."""
        self.reply("GET")

    def reply(self, method: str) -> None:
        """The status of the path."""
        self.asked.append((method, self.path, self.headers.get("Range", "")))
        name, _slash, rest = self.path.strip("/").partition("/")
        status = 405 if name == "sans-head" and method == "HEAD" else int(name) if name.isdigit() else 200
        self.send_response(status)
        if status == 302:
            self.send_header(
                "Location", "/302/302" if rest == "302" else f"/{rest}" if rest.isdigit() else rest
            )
        self.end_headers()
        if method == "GET":
            self.wfile.write(b"x" * 100_000)

    def log_message(self, *arguments: Any) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Address of the server."""
    Handler.asked = []
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield f"http://exemple.test:{serving.server_port}"
    serving.shutdown()
    serving.server_close()


def local() -> LinkProbe:
    """An asker for which the name of the server is this machine, and only this port is public."""

    def resolver(host: str, port: int) -> list[str]:
        return ["10.0.0.8"] if host == "interne.test" else ["127.0.0.1"]

    return LinkProbe(resolver=resolver, guard=lambda ip, port: ip == "127.0.0.1", timeout=5)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/200", Reply(200)),
        ("/302/200", Reply(200)),
        ("/404", Reply(404, "absente")),
        ("/410", Reply(410, "absente")),
        ("/503", Reply(503, "erreur")),
        ("/403", Reply(403)),
        ("/sans-head", Reply(200)),
        ("/302/http://interne.test/secret", Reply(None, "inconnu")),
        ("/302/file:///etc/passwd", Reply(None, "inconnu")),
        ("/302/302", Reply(None, "boucle")),
    ],
)
def test_a_link_is_judged_by_the_reply_of_its_server(server: str, path: str, expected: Reply):
    assert local().ask(server + path) == expected


def test_get_asks_for_a_few_bytes_only(server: str):
    local().ask(server + "/sans-head")
    assert ("GET", "/sans-head", "bytes=0-1023") in Handler.asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.5.5", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "::ffff:127.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "pas-une-adresse",
    ],
)  # fmt: skip
def test_our_own_network_is_never_asked(address: str):
    assert not is_public(address, 443)
    asker = LinkProbe(resolver=lambda host, port: ["93.184.215.14", address])
    assert asker.ask("https://exemple.fr/") == Reply(None, "inconnu")


def test_only_the_web_is_asked():
    assert is_public("93.184.215.14", 443)
    assert not is_public("93.184.215.14", 22)
    for url in ("ftp://exemple.fr/", "http://moi:mot@exemple.fr/", "http:///x", "javascript:1"):
        assert LinkProbe(resolver=lambda host, port: ["93.184.215.14"]).ask(url).fault == "inconnu"


@pytest.mark.django_db
def test_three_days_make_a_link_dead_and_one_answer_brings_it_back(settings, monkeypatch):
    record = factories.need(source_url="https://exemple.fr/page")
    factories.document(record, url="https://exemple.fr/sain.pdf")
    factories.need(state="brouillon", source_url="https://exemple.fr/brouillon")
    replies = {"https://exemple.fr/page": Reply(404, "absente"), "https://exemple.fr/sain.pdf": Reply(200)}
    paused: list[float] = []
    day = datetime.date(2026, 5, 1)

    def night() -> int:
        monkeypatch.setattr(links.timezone, "localdate", lambda: day)
        return links.check_links(replies.__getitem__, pause=paused.append)

    assert night() == 0  # the operator did not want it
    settings.CHECK_LINKS = True
    assert night() == 2
    assert night() == 0
    assert paused  # one server, one request at a time
    for _night in (2, 3):
        assert not LinkState.objects.get(url="https://exemple.fr/page").is_dead
        day += datetime.timedelta(days=1)
        assert night() == 1
    assert QualityFinding.objects.get(code="lien-mort").record_id == record.pk
    replies["https://exemple.fr/page"] = Reply(200)
    day += datetime.timedelta(days=1)
    assert night() == 1
    assert not QualityFinding.objects.filter(code="lien-mort").exists()
