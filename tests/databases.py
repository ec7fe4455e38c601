"""The databases of the tests: migrated once, then copied for each worker and for the site of the journeys,
whose static files are gathered once as well.

Migrating an empty database takes fifteen seconds, copying one a fraction of a second; loading the territories
takes a minute. Each model is kept from one run to the next while what fills it stays the same; its comment
says of what it was made.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from django.conf import settings
from grimp import build_graph
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
MODEL = "migrated"
GROUND = "ground"
"""The whole territory."""
PRISTINE = "journeys"
"""The same with the fixtures, prepared as ``start`` does: the site of the journeys is a copy."""
MIGRATED_FROM = ("geo/migrations", "catalogue/migrations", "requirements.txt", "tests/databases.py")
COMMANDS = {
    GROUND: "geo.management.commands.import_territories",
    PRISTINE: "catalogue.management.commands.import_fixtures",
}
DATA = {GROUND: ("geo/data",), PRISTINE: ("fixtures",)}
APART = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass,
    10000 * row_number() OVER (ORDER BY sequencename))
FROM pg_sequences
"""
"""Each table counts from a number of its own, in five figures as in a site that has lived: a key of another
table finds nothing, and one that is written for readers, « 12 345 », is refused when it comes back.
"""
Server = psycopg.Connection[Any]
FILES = settings.VAR_DIR / "tests"
STATIC = FILES / "static"


def parameters() -> dict[str, Any]:
    """How the server is reached, without the name of a database."""
    default = settings.DATABASES["default"]
    given = {
        "user": default["USER"],
        "password": default["PASSWORD"],
        "host": default["HOST"],
        "port": default["PORT"],
    }
    return {name: value for name, value in given.items() if value}


def url(name: str) -> str:
    """DATABASE_URL of a database."""
    return f"postgresql:///{name}?{urlencode(parameters())}"


def server() -> Server:
    """A session that creates and drops databases."""
    return psycopg.connect(dbname="postgres", autocommit=True, **parameters())


def environment(name: str) -> dict[str, str]:
    """Variables of a command of ours on a database: a local instance."""
    return {
        **os.environ,
        "DATABASE_URL": url(name),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "tests-only-" + "0123456789abcdef" * 4,
        "LOCAL": "1",
        "STATEMENT_TIMEOUT": "0",
    }


def manage(variables: dict[str, str], *arguments: str) -> None:
    """Run a command of ``manage.py``; the end of what it says when it fails."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *arguments],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}{done.stderr[-2000:]}"


def fingerprint(places: Iterable[str]) -> str:
    """Of the files in those places, documents and compiled code aside."""
    digest = hashlib.sha256()
    for place in places:
        path = ROOT / place
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file() and file.suffix not in {".pyc", ".md"}:
                digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def is_made_of(connection: Server, name: str, wanted: str) -> bool:
    """True when the database is there and its comment says that it was made of these files."""
    row = connection.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
    ).fetchone()
    return row is not None and row[0] == wanted


def sign(connection: Server, name: str, made_of: str) -> None:
    """Say in the comment of a database of which files it was made."""
    comment = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(made_of))
    connection.execute(comment)


def drop(connection: Server, name: str) -> None:
    """Drop a database, whoever of ours is still in it.

    Not WITH (FORCE): it refuses to end an autovacuum worker, which is the server's, while a plain DROP does.
    """
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = %s AND usename = current_user",
        [name],
    )
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def copy(connection: Server, original: str, name: str) -> None:
    """Make a database anew as a copy of another."""
    drop(connection, name)
    made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    connection.execute(made.format(sql.Identifier(name), sql.Identifier(original)))


@contextmanager
def alone(connection: Server, what: str) -> Iterator[None]:
    """Whoever makes the same waits, for as long as it takes and no longer."""
    connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [what])
    yield
    connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", [what])


def copy_migrated(connection: Server, name: str) -> None:
    """Make an empty database with every migration applied."""
    with alone(connection, MODEL):
        wanted = fingerprint(MIGRATED_FROM)
        if not is_made_of(connection, MODEL, wanted):
            copy(connection, "template1", MODEL)
            with psycopg.connect(dbname=MODEL, autocommit=True, **parameters()) as own:
                own.execute("CREATE EXTENSION IF NOT EXISTS postgis")
            manage(environment(MODEL), "migrate", "-v0")
            with psycopg.connect(dbname=MODEL, autocommit=True, **parameters()) as own:
                own.execute(APART)
            sign(connection, MODEL, wanted)
        copy(connection, MODEL, name)


def sources_of(command: str) -> set[str]:
    """Find the files of a command and of all that it imports, from the root of the project."""
    graph = build_graph("catalogue", "geo", exclude_type_checking_imports=True, cache_dir=None)
    found, left = {command}, [command]
    while left:
        fresh = graph.find_modules_directly_imported_by(left.pop()) - found
        found |= fresh
        left += fresh
    paths = (module.replace(".", "/") for module in found)
    return {f"{path}/__init__.py" if (ROOT / path).is_dir() else f"{path}.py" for path in paths}


def made_from(name: str) -> list[str]:
    """List what fills a database: the migrations, the commands that ran, the data that they read."""
    stages = [GROUND] if name == GROUND else [GROUND, PRISTINE]
    places = set(MIGRATED_FROM)
    for stage in stages:
        places |= sources_of(COMMANDS[stage]) | set(DATA[stage])
    return sorted(places)


def make(connection: Server, name: str, copy_former: Callable[[Server, str], None], *command: str) -> None:
    """Make a database as a copy of a former one that a command completes, unless it is there."""
    with alone(connection, name):
        wanted = fingerprint(made_from(name))
        if not is_made_of(connection, name, wanted):
            copy_former(connection, name)
            manage(environment(name), *command)
            sign(connection, name, wanted)


def copy_ground(connection: Server, name: str) -> None:
    """Make a database with the whole territory."""
    make(connection, GROUND, copy_migrated, "import_territories")
    copy(connection, GROUND, name)


def make_pristine(connection: Server) -> None:
    """Make the database of the journeys unless it is there."""
    make(connection, PRISTINE, copy_ground, "prepare", "--only", "database")


def make_static(connection: Server) -> None:
    """Gather the static files as production does, unless they are there."""
    with alone(connection, str(STATIC)):
        manage({**environment(MODEL), "VAR_DIR": str(FILES)}, "prepare", "--only", "static")


if __name__ == "__main__":
    with server() as session:
        make_static(session)
        make_pristine(session)
