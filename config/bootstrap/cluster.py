"""The private PostgreSQL cluster: reached by a socket in a closed folder, listening on no port.

As root it runs under an unprivileged account, and away from the project when that account
cannot enter the project's folder. The commands of a checkout share it: the last one to leave stops it.
"""

import hashlib
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config.bootstrap import postgresql
from config.bootstrap.accounts import SERVICE, can_enter, make_closed_folder, owner_of, run_as
from config.bootstrap.layout import Layout, replace_text
from config.bootstrap.locks import Shared, exclusive
from config.bootstrap.messages import Problem, say
from config.bootstrap.tools import output_of, problem_from_log

NAME = "place"
"""The name of the database and of the role that owns it."""
LONGEST_SOCKET = 107
"""Bytes that the kernel allows in a socket's path."""
AWAY = Path("/var/lib/postgresql")
ROOM = 1.5
"""Gigabytes of a database with the whole territory."""
PATIENCE = 20.0
"""Seconds left to the processes of a server that was killed, or to the socket of one that starts."""
RECOVERY = 300.0
"""Seconds left to a server that repairs itself after a crash."""
LEFTOVERS = ("pre-existing shared memory block", "already exists", "Is another postmaster")


@dataclass(frozen=True)
class Cluster:
    """Where the cluster is, and who runs it (None: the current user)."""

    data: Path
    sockets: Path
    owner: str | None
    server: postgresql.Server

    @property
    def url(self) -> str:
        return f"postgresql://{NAME}@/{NAME}?host={quote(str(self.sockets), safe='/')}"

    def answers(self) -> bool:
        """True when it accepts connections."""
        return output_of([self.server.bin / "pg_isready", "-q", "-h", self.sockets]) is not None

    def has_socket(self) -> bool:
        """False when something swept the folder of sockets, as systems do with ``/tmp``."""
        return (self.sockets / ".s.PGSQL.5432").exists()

    def is_running(self) -> bool:
        return run_as(self.owner, [self.server.bin / "pg_ctl", "-D", self.data, "status"]).returncode == 0


def locate(layout: Layout) -> Cluster:
    """The cluster of this checkout, made or still to be made."""
    here, away = _places(layout)
    owner = owner_of(here)
    data = away if owner and _is_made(away) else here
    if owner and not _is_made(data) and not can_enter(owner, layout.var):
        data = away
    return Cluster(data, _socket_folder(layout, data), owner, _server_for(data))


@contextmanager
def running(layout: Layout) -> Iterator[Cluster]:
    """The cluster, started if need be, and stopped by its last user among the commands of this checkout."""
    users = Shared(layout.var / "pg.users.lock")
    try:
        with exclusive(layout.var / "pg.lock", waiting="Une autre commande démarre la base, un instant…"):
            cluster = locate(layout)
            _make(layout, cluster)
            _start(cluster, may_restart=users.is_alone())
            _provision(cluster)
        yield cluster
    finally:
        if users.is_last():
            _stop_if_running(layout)
        users.leave()


def stop_unless_used(layout: Layout) -> bool:
    """Stop the cluster; False when another command is using it."""
    users = Shared(layout.var / "pg.users.lock")
    try:
        if not users.is_last():
            return False
        _stop_if_running(layout)
        return True
    finally:
        users.leave()


def remove_unless_used(layout: Layout) -> bool:
    """Stop and delete the cluster; False when another command is using it."""
    users = Shared(layout.var / "pg.users.lock")
    try:
        if not users.is_last():
            return False
        _stop_if_running(layout)
        for folder in _places(layout):
            for path in (folder, _partial(folder)):
                if path.exists():
                    shutil.rmtree(path)
        return True
    finally:
        users.leave()


def _places(layout: Layout) -> tuple[Path, Path]:
    """Where the cluster normally is, and where it is when its account cannot enter the project."""
    return layout.var / "pg", AWAY / f"place-{_short_hash(layout.var)}"


def _is_made(data: Path) -> bool:
    return (data / "PG_VERSION").exists()


def _partial(data: Path) -> Path:
    return data.with_name(f"{data.name}.partial")


def _short_hash(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:10]


def _server_for(data: Path) -> postgresql.Server:
    """The installed server that can open ``data``, or the newest one when it is still to be made."""
    suited = [server for server in postgresql.servers() if server.suits]
    if not _is_made(data):
        if not suited:
            raise Problem("PostgreSQL et PostGIS ne sont pas installés.", "Lancez : python3 manage.py start")
        return suited[0]
    major = int((data / "PG_VERSION").read_text(encoding="ascii").strip())
    for server in suited:
        if server.major == major:
            return server
    there = ", ".join(str(server.major) for server in suited) or "aucune"
    raise Problem(
        f"la base privée {data} a été faite par PostgreSQL {major} (version installée : {there}).",
        f"Pour la garder : apt-get install postgresql-{major} postgresql-{major}-postgis-3"
        if major >= postgresql.OLDEST
        else f"Elle est trop ancienne pour le site (au moins {postgresql.OLDEST}) : sauvez ses données.",
        "Pour repartir de zéro, en perdant ce qui a été saisi : python3 manage.py reset",
    )


def _socket_folder(layout: Layout, data: Path) -> Path:
    """A closed folder for the socket, short enough for the kernel and safe to quote."""
    beside = data.with_name(f"{data.name}-socket")
    if fits_a_socket(beside):
        return beside
    base = Path("/run") if os.geteuid() == 0 else Path("/tmp")  # noqa: S108 (the folder is closed, its owner checked)
    return base / f"place-{os.geteuid()}-{_short_hash(layout.var)}"


def fits_a_socket(folder: Path) -> bool:
    """True when PostgreSQL can listen there: not too long, nothing to quote in its list of folders."""
    path = folder / ".s.PGSQL.5432"
    return len(os.fsencode(path)) <= LONGEST_SOCKET and re.search(r"[,\"'\\\n]", str(folder)) is None


def _make(layout: Layout, cluster: Cluster) -> None:
    """Create the cluster beside its place, then move it there: interrupted, it leaves no half one."""
    if not _is_made(cluster.data):
        layout.check_room(ROOM)
        say(f"Création de la base de données privée (PostgreSQL {cluster.server.major})…")
        partial = _partial(cluster.data)
        for former in (partial, cluster.data):
            if former.exists():
                shutil.rmtree(former)
        make_closed_folder(partial, cluster.owner)
        log = layout.log("initdb")
        command: list[str | Path] = [
            *(cluster.server.bin / "initdb", "-D", partial, "-U", SERVICE, "--auth=trust", "--encoding=UTF8"),
            *("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=fr-FR"),
        ]
        if run_as(cluster.owner, command, log).returncode:
            raise problem_from_log(log, "la création de la base de données a échoué.")
        with (partial / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\ninclude_if_exists = 'place.conf'\n")
        partial.rename(cluster.data)
    replace_text(cluster.data / "place.conf", postgresql.configuration(cluster.sockets))


def _start(cluster: Cluster, *, may_restart: bool) -> None:
    """Return when the server answers, whatever state a former command left it in."""
    make_closed_folder(cluster.sockets, cluster.owner)
    if may_restart and cluster.is_running() and _is_outdated(cluster):
        say("PostgreSQL a été mis à jour : la base redémarre…")
        _stop(cluster)
    began = time.monotonic()
    while not cluster.answers():
        waited = time.monotonic() - began
        if not cluster.is_running():
            _start_once(cluster, last_try=waited > PATIENCE)
        elif waited > PATIENCE and not cluster.has_socket():
            _stop(cluster)
        elif waited > RECOVERY:
            raise Problem("la base de données ne répond pas.", f"Son journal : {cluster.data / 'log'}")
        else:
            time.sleep(0.3)


def _start_once(cluster: Cluster, *, last_try: bool) -> None:
    log = cluster.data / "start.log"
    log.unlink(missing_ok=True)
    if _control(cluster, "start", "-l", str(log)):
        return
    output = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    if last_try or not any(sentence in output for sentence in LEFTOVERS):
        raise problem_from_log(log, "la base de données ne démarre pas.")
    time.sleep(1)


def _stop(cluster: Cluster) -> None:
    if not _control(cluster, "stop", "-m", "fast") and cluster.is_running():
        raise Problem("la base de données ne s’arrête pas.", f"Son journal : {cluster.data / 'log'}")


def _is_outdated(cluster: Cluster) -> bool:
    """True when apt replaced the server's files since it started."""
    started = int((cluster.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[2])
    libraries = output_of([cluster.server.bin / "pg_config", "--pkglibdir"])
    files = [cluster.server.bin / "postgres", *(Path(libraries or "/nonexistent").glob("postgis*.so"))]
    return any(file.stat().st_ctime > started for file in files)


def _control(cluster: Cluster, action: str, *options: str) -> bool:
    ctl: list[str | Path] = [cluster.server.bin / "pg_ctl", "-D", cluster.data, "-s", "-w", "-t", "120"]
    return run_as(cluster.owner, [*ctl, *options, action]).returncode == 0


def _stop_if_running(layout: Layout) -> None:
    if any((data / "postmaster.pid").exists() for data in _places(layout)):
        cluster = locate(layout)
        if cluster.is_running():
            _stop(cluster)


def _provision(cluster: Cluster) -> None:
    """Role, extensions and database, the database last: its presence says that all the rest is there."""
    if NAME in _sql(cluster, "postgres", "select datname from pg_database").splitlines():
        return
    _sql(cluster, "postgres", f"drop role if exists {NAME}")
    _sql(cluster, "postgres", f"create role {NAME} login createdb")
    for extension in postgresql.EXTENSIONS:
        _sql(cluster, "template1", f"create extension if not exists {extension}")
    _sql(cluster, "postgres", f"create database {NAME} owner {NAME}")


def _sql(cluster: Cluster, database: str, statement: str) -> str:
    command: list[str | Path] = [cluster.server.bin / "psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1"]
    where: list[str | Path] = ["-h", cluster.sockets, "-U", SERVICE, "-d", database, "-c", statement]
    answer = output_of([*command, *where], {"PGOPTIONS": "-c client_min_messages=warning"})
    if answer is None:
        raise Problem(
            "la base de données privée refuse une commande de mise en place.", f"Commande : {statement}"
        )
    return answer
