"""The databases that are measured: the whole territory and a synthetic catalogue of each size."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
GROUND = "bench_ground"
SEED = 1


def url_of(name: str) -> str:
    """DATABASE_URL with another database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{name}"))


def connect(name: str) -> psycopg.Connection:
    """A connection of psycopg to one of the databases, in autocommit."""
    parts = urlsplit(url_of(name))
    query = dict(parse_qsl(parts.query))
    return psycopg.connect(
        dbname=name,
        host=query.get("host") or parts.hostname,
        port=query.get("port") or parts.port,
        user=parts.username or query.get("user"),
        password=parts.password,
        options="-c jit=off",
        autocommit=True,
    )


def environment(name: str) -> dict[str, str]:
    """The variables that make the site use one of the databases."""
    return {
        **os.environ,
        "DATABASE_URL": url_of(name),
        "SECRET_KEY": os.environ.get("SECRET_KEY", "bench-" + "0" * 50),
        "LOCAL": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "STATEMENT_TIMEOUT": "300s",
    }


def manage(name: str, *arguments: str) -> float:
    """Seconds that a management command takes on one of the databases."""
    began = time.monotonic()
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment(name), check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def prepare(records: int, fresh: bool) -> tuple[str, float | None]:
    """The database of a size and the seconds that its records took; None when it was there already."""
    name = f"bench_{records}"
    with connect("postgres") as server:
        there = {row[0] for row in server.execute("SELECT datname FROM pg_database")}
        if fresh and name in there:
            server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
            there.remove(name)
        if name in there:
            manage(name, "migrate", "-v0")
            return name, None
        if GROUND not in there:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(GROUND)))
            with connect(GROUND) as ground:
                ground.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        manage(GROUND, "migrate", "-v0")
        manage(GROUND, "import_territories", "-v0")
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(copy.format(sql.Identifier(name), sql.Identifier(GROUND)))
    seconds = manage(name, "generate_catalogue", "--records", str(records), "--seed", str(SEED), "-v0")
    return name, seconds
