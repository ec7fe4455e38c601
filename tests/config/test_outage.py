"""What a visitor sees while the database is away."""

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config.outage import server_error

ROOT = Path(__file__).resolve().parents[2]


def _fail(request: HttpRequest) -> HttpResponse:
    if request.GET["why"] == "bug":
        raise ValueError("secret detail")
    error = {"away": OperationalError, "closed": InterfaceError}[request.GET["why"]]
    raise error('connection to server at "db.internal", port 5432 failed')


handler500 = server_error
urlpatterns = [path("fail/", _fail)]


@pytest.fixture
def visitor(client: Client) -> Client:
    client.raise_request_exception = False
    return client


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("why", ["away", "closed"])
def test_the_page_says_when_to_come_back_and_nothing_else(visitor: Client, why: str) -> None:
    response = visitor.get("/fail/", {"why": why})

    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert "no-store" in response["Cache-Control"]
    page = response.content.decode()
    assert '<html lang="fr"' in page
    assert "db.internal" not in page


@pytest.mark.urls(__name__)
def test_a_bug_stays_a_500(visitor: Client) -> None:
    response = visitor.get("/fail/", {"why": "bug"})

    assert response.status_code == 500
    assert "secret detail" not in response.content.decode()


def test_a_real_dead_database_is_answered_in_time() -> None:
    """In a process of its own: nothing listens at the address of its database."""
    script = textwrap.dedent(
        """
        import django
        from django.conf import settings
        from django.test import Client
        from tests.conftest import TEST_SETTINGS

        settings.STORAGES = TEST_SETTINGS["STORAGES"]
        django.setup()
        visitor = Client(raise_request_exception=False, headers={"host": "localhost"})
        visitor.cookies["sessionid"] = "x" * 32
        response = visitor.get("/administration/")
        print(response.status_code, response["Retry-After"])
        print(visitor.get("/sante/").status_code, visitor.get("/sante/vie/").status_code)
        """
    )
    environment = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    started = time.monotonic()

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.stdout.split() == ["503", "30", "503", "200"], done.stderr
    assert time.monotonic() - started < 15
