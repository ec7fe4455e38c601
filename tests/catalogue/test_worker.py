"""The worker itself, in a process of its own, killed in the middle of its work."""

from __future__ import annotations

import socketserver
import threading
from collections import Counter

import pytest

from catalogue import mailing
from catalogue.models import OutgoingMail
from tests.catalogue.workers import PATIENCE_S, worker


class Post(socketserver.ThreadingTCPServer):
    """A mail server that counts what it is given and keeps silent at the third message."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.received: list[str] = []
        self.third = threading.Event()
        self.variables = {
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.server_address[1]),
            "EMAIL_USE_TLS": "0",
        }


class Talk(socketserver.StreamRequestHandler):
    """As much SMTP (RFC 5321) as Django's client speaks."""

    server: Post

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("220 essai")
        to = ""
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "RCPT":
                to = line.partition("<")[2].partition(">")[0]
            if verb == "DATA":
                self.say("354 allez")
                while self.rfile.readline().rstrip(b"\r\n") != b".":
                    pass
                self.server.received.append(to)
                if len(self.server.received) == 3:
                    self.server.third.set()
                    return  # never acknowledged: the worker dies here
            self.say("221 fin" if verb == "QUIT" else "250 bien")


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_no_email_and_repeats_none_but_the_one_in_flight() -> None:
    addresses = [f"compte-{n}@exemple.fr" for n in range(6)]
    for address in addresses:
        mailing.queue_text("essai", address, "Bonjour", "Texte.\n")
    with Post() as post:
        threading.Thread(target=post.serve_forever, daemon=True).start()
        with worker(post.variables) as first:
            assert post.third.wait(PATIENCE_S)
            first.kill()
        with worker(post.variables, "--once", "--dead-after", "0") as second:
            assert second.wait(PATIENCE_S) == 0
        post.shutdown()
    assert Counter(post.received) == {address: 2 if n == 2 else 1 for n, address in enumerate(addresses)}
    assert not OutgoingMail.objects.filter(sent_at__isnull=True).exists()
