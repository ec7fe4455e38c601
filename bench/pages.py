"""A page of the workshop as its curator asks for it, and what its own SQL takes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from bench.query_paths import fetch_all, median_ms
from catalogue.models import Curatorship

RUNS = 7


def curator(name: str) -> tuple[User, Client]:
    """Return a curator of everything, and a browser where they are logged in."""
    user = User.objects.create_user(name)
    Curatorship.objects.create(user=user)
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return user, client


def page_ms(client: Client, url: str, runs: int = RUNS) -> float:
    """Return the milliseconds of the whole page; raise ValueError when it does not answer."""
    if client.get(url).status_code != 200:
        raise ValueError(url)
    return median_ms([lambda: client.get(url).content] * runs)


def own_ms(task: Callable[[], Any]) -> float:
    """Return the milliseconds of all that a task reads from the database, each statement on its own."""
    return sum(median_ms([partial(fetch_all, *one)] * RUNS) for one in _statements(task))


def _statements(task: Callable[[], Any]) -> list[tuple[str, Any]]:
    captured: list[tuple[str, Any]] = []

    def keep(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        captured.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(keep):
        task()
    return [one for one in captured if one[0].lstrip().startswith(("SELECT", "WITH"))]
