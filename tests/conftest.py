"""What every test relies on: no network, fast settings, a browser, GeoDjango's caches filled."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.gis.db.models.fields import get_srid_info
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from config.bootstrap.packages import browser
from tests import databases

# Playwright drives the browser from an event loop that Django would otherwise take for ours.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
TEST_SETTINGS = {
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
    "WHITENOISE_AUTOREFRESH": True,
    "WHITENOISE_USE_FINDERS": True,
}
SRIDS = (4326, 3857, 2154)
WORKER = os.environ.get("PYTEST_XDIST_WORKER")
SPELT = re.compile(r'[a-z]="(?:[^" ]*[-_=/])?[0-9]{1,3}(?:\u202f[0-9]{3})+["&/#]')
"""A number written for readers, alone in an attribute or in a part of it: « 12 345 » is no key."""
PERHAPS_SPELT = re.compile("\u202f".encode() + rb'[0-9]{3}["&/#\xe2]')
"""The end of one, quick to look for."""
MEANWHILE = 300
"""Tests that take about as long as what remains of the making of the site."""
MAKING = pytest.StashKey["subprocess.Popen[bytes]"]()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Of a whole run, begin to make the databases while the workers start: none waits for another's."""
    whole = session.config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if whole and WORKER is None and session.config.getoption("numprocesses", None):
        session.config.stash[MAKING] = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.databases"],
            cwd=databases.ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave nobody behind."""
    making = session.config.stash.get(MAKING, None)
    if making is not None and making.poll() is None:
        os.killpg(making.pid, signal.SIGTERM)
        making.wait()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker drives the browser, on the one site of the journeys, which is made while it begins with
    something else; what it has left at the end, the other takes.
    """
    if WORKER is None:
        return
    kinds: dict[str, list[pytest.Item]] = {"config": [], "browser": [], "others": []}
    for item in items:
        place = item.path.relative_to(databases.ROOT / "tests").parts[0]
        kinds[place if place in kinds else "others"].append(item)
    others = kinds["others"]
    items[:] = [*kinds["config"], *others[:MEANWHILE], *kinds["browser"], *others[MEANWHILE:]]


@pytest.fixture(scope="session", autouse=True)
def _settings_of_tests() -> Iterator[None]:
    with override_settings(**TEST_SETTINGS):
        yield


@pytest.fixture(scope="session", autouse=True)
def _numbers_for_machines_are_plain() -> Iterator[None]:
    """Refuse every page that writes for readers a number which the browser or the site reads back."""
    request = Client.request

    def looked_at(self: Client, **given: Any) -> Any:
        response = request(self, **given)
        is_page = not response.streaming and response.get("Content-Type", "").startswith("text/html")
        if is_page and PERHAPS_SPELT.search(response.content):
            spelt = SPELT.search(response.content.decode())
            assert spelt is None, f"{given.get('PATH_INFO')}: {spelt and spelt[0]}"
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "request", looked_at)
        yield


@pytest.fixture(scope="session", autouse=True)
def _only_this_machine() -> Iterator[None]:
    """Refuse every connection that would leave the machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {
            "127.0.0.1",
            "::1",
            "localhost",
        }:
            raise PermissionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Give each worker a copy of a migrated database, where Django then finds nothing left to do."""
    if request.config.getvalue("reuse_db"):
        yield True
        return
    request.getfixturevalue("django_db_modify_db_settings")
    name = connection.creation._get_test_db_name()
    with databases.server() as session:
        databases.copy_migrated(session, name)
    yield True
    connection.close()
    with databases.server() as session:
        databases.drop(session, name)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Look each SRID up once, so that no test counts GeoDjango's look-up among its own queries; the database
    goes with the run, so that no commit waits for the disk.
    """
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")
        for srid in SRIDS:
            get_srid_info(srid, connection)


@pytest.fixture
def run_jobs(db: None) -> Callable[[], list[str]]:
    """Carries out, in this process, the jobs of the test; returns the names of their tasks in order.

    The tables of the queue are not Django's, so that those of a test which commits are not emptied
    after it: what waits before the test is set aside.
    """
    from procrastinate.contrib.django import app

    waiting = apps.get_model("procrastinate", "ProcrastinateJob")._default_manager
    waiting.all().delete()

    def run() -> list[str]:
        done: list[str] = []
        while jobs := list(
            waiting.filter(status="todo").exclude(scheduled_at__gt=timezone.now()).order_by("pk")
        ):
            for job in jobs:
                waiting.filter(pk=job.pk).delete()
                app.tasks[job.task_name].func(**job.args)
                done.append(job.task_name)
        return done

    return run


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Playwright drives the system's Chromium."""
    return {**browser_type_launch_args, "executable_path": browser(), "args": list(CHROMIUM)}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "fr-FR", "timezone_id": "Europe/Paris"}
