"""A whole site for the journeys: every commune, every fixture, the real server, its own database.

The database is prepared by the same command as ``manage.py start`` and kept from one run to the next
while the data and the migrations stay the same; its comment says of which it was made. The journeys
write in a copy of it, which goes with the run.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from config.bootstrap.supervision import wait_until_answers
from tests import databases

ROOT = databases.ROOT
DATABASE = f"journeys_{os.environ.get('PYTEST_XDIST_WORKER', 'run')}"
"""Each worker of the suite has a copy, a server and a browser of its own."""
PATIENCE_S = 60
expect.set_options(timeout=10_000)  # two cores carry the servers, the browsers and the suite


@pytest.fixture(scope="session")
def site_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables of the server under test: a local instance on the journeys' database."""
    folder = tmp_path_factory.mktemp("var")
    (folder / "static").symlink_to(databases.STATIC)
    return {**databases.environment(DATABASE), "VAR_DIR": str(folder)}


@pytest.fixture(scope="session")
def site_database(site_environment: dict[str, str]) -> Iterator[str]:
    """Name of a database with the whole territory and the fixtures, prepared as ``start`` does."""
    with databases.server() as connection:
        databases.make_static(connection)
        databases.make_pristine(connection)
        databases.copy(connection, databases.PRISTINE, DATABASE)
        # It goes with the run: nobody waits for the disk.
        connection.execute(f"ALTER DATABASE {DATABASE} SET synchronous_commit = off")
    yield DATABASE
    with databases.server() as connection:
        databases.drop(connection, DATABASE)


@pytest.fixture(scope="session")
def base_url(site_environment: dict[str, str], site_database: str) -> Iterator[str]:
    """Address of the running site."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "1", "--blocking-threads", "4", "config.wsgi:application",
    ]  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    environment = {**site_environment, "SITE_URL": address}
    server = _process(command, {**environment, "STATEMENT_TIMEOUT": "5s"})
    worker = _process([sys.executable, "manage.py", "run_worker"], environment)
    try:
        assert wait_until_answers(port, "/sante/", lambda: server.poll() is None), "the server stopped"
        yield address
    finally:
        for process in (server, worker):
            process.terminate()
            process.wait(PATIENCE_S)


def _process(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


class Witness:
    """What went wrong while a page was used: console errors, violations, failed or foreign requests."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.faults: list[str] = []
        self.requests: list[Request] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", lambda request: self._on_request(request, base_url))

    def _on_console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text}")

    def _on_request(self, request: Request, base_url: str) -> None:
        self.requests.append(request)
        if not request.url.startswith((base_url, "data:", "blob:")):
            self.faults.append(f"foreign request: {request.url}")

    def weight(self) -> int:
        """Bytes received over the wire, tiles aside."""
        sizes = [r.sizes() for r in self.requests if "/tuiles/" not in r.url and r.response() is not None]
        return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)


@pytest.fixture
def witness(page: Page, base_url: str) -> Iterator[Witness]:
    """Fails the test when the console complains or a third party is asked."""
    seen = Witness(page, base_url)
    yield seen
    assert not seen.faults, seen.faults


class Mail(NamedTuple):
    """One e-mail that the site wrote, sent or not."""

    kind: str
    subject: str
    text: str

    @property
    def link(self) -> str:
        """The first whole address of its text that is not the mere address of the site."""
        return next(word for word in self.text.split() if re.match(r"https?://[^/]+/.", word))


@pytest.fixture
def mailbox(site_database: str) -> Callable[[str], list[Mail]]:
    """The e-mails written to an address, the last first."""

    def read(address: str) -> list[Mail]:
        with psycopg.connect(dbname=site_database, **databases.parameters()) as connection:
            rows = connection.execute(
                'SELECT kind, subject, text FROM catalogue_outgoingmail WHERE lower("to") = lower(%s)'
                " ORDER BY id DESC",
                [address],
            ).fetchall()
        return [Mail(*row) for row in rows]

    return read


SHELL = """
import contextlib, io, json, sys, traceback
import django
django.setup()
for line in sys.stdin:
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            exec(json.loads(line), {})
        answer = [True, said.getvalue()]
    except BaseException:
        answer = [False, traceback.format_exc()]
    print(json.dumps(answer), flush=True)
"""
"""Django starts once for all the lines of a run."""


@pytest.fixture(scope="session")
def on_site(site_environment: dict[str, str], base_url: str) -> Iterator[Callable[[str], str]]:
    """Runs a few lines in the site's own database; returns what they print."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SHELL],
        cwd=ROOT, env=site_environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as shell:  # fmt: skip
        assert shell.stdin is not None
        assert shell.stdout is not None
        asked, answered = shell.stdin, shell.stdout

        def run(lines: str) -> str:
            asked.write(json.dumps(lines) + "\n")
            asked.flush()
            went_well, said = json.loads(answered.readline())
            assert went_well, said[-2000:]
            return str(said)

        yield run
        asked.close()


@pytest.fixture
def ask(on_site: Callable[[str], str]) -> Callable[[str], Any]:
    """The same; what the last line prints is JSON."""
    return lambda lines: json.loads(on_site(lines).strip().splitlines()[-1])


@pytest.fixture
def logged(browser: Browser, base_url: str) -> Iterator[Callable[..., Page]]:
    """Opens a browser of somebody who is logged in."""
    opened: list[BrowserContext] = []

    def enter(session: str, *, scripts: bool = True, width: int = 1366) -> Page:
        context = browser.new_context(
            locale="fr-FR",
            base_url=base_url,
            java_script_enabled=scripts,
            viewport={"width": width, "height": 860},
        )
        context.add_cookies([{"name": "sessionid", "value": session, "url": base_url}])
        opened.append(context)
        return context.new_page()

    yield enter
    for context in opened:
        context.close()


@pytest.fixture
def phone(page: Page) -> Page:
    """The page at the width of a phone."""
    page.set_viewport_size({"width": 390, "height": 844})
    return page


@pytest.fixture
def axe(page: Page) -> Callable[[], list[str]]:
    """What axe finds on the page: rule and element."""
    from axe_playwright_python.sync_playwright import Axe

    def run() -> list[str]:
        results = Axe().run(page)
        return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in results.response["violations"]]

    return run
