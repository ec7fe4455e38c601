"""The private PostgreSQL cluster: reached by a socket in a closed folder, listening on no port.

As root it runs under an unprivileged account, and away from the project when that account
cannot enter the project's folder.
"""

import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config.bootstrap import postgresql
from config.bootstrap.layout import Layout
from config.bootstrap.locks import Shared, exclusive
from config.bootstrap.messages import Problem, say
from config.bootstrap.tools import output_of, problem_from_log

NAME = "place"
"""The name of the database and of the role that owns it."""
LONGEST_SOCKET = 107
"""Bytes that the kernel allows in a socket's path."""
SERVICE_ACCOUNT = "postgres"
AWAY = Path("/var/lib/postgresql")


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

    @property
    def identity(self) -> dict[str, object]:
        """What makes ``subprocess`` run a program as the owner, in a folder that it can enter."""
        if self.owner is None:
            return {"cwd": "/"}
        account = pwd.getpwnam(self.owner)
        return {"cwd": "/", "user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def is_running(self) -> bool:
        return output_of([self.server.bin / "pg_ctl", "-D", self.data, "status"], **self.identity) is not None


def locate(layout: Layout) -> Cluster:
    """The cluster of this checkout, made or still to be made."""
    away = AWAY / f"place-{_short_hash(layout.var)}"
    here = layout.var / "pg"
    owner = _owner(here)
    data = away if owner and _is_made(away) else here
    if owner and not _is_made(data) and not _can_enter(owner, layout.var):
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
            _start(cluster, may_restart=True)
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
        for folder in (layout.var / "pg", AWAY / f"place-{_short_hash(layout.var)}"):
            for path in (folder, _partial(folder)):
                if path.exists():
                    shutil.rmtree(path)
        return True
    finally:
        users.leave()


def _is_made(data: Path) -> bool:
    return (data / "PG_VERSION").exists()


def _partial(data: Path) -> Path:
    return data.with_name(f"{data.name}.partial")


def _short_hash(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:10]


def _owner(here: Path) -> str | None:
    """Who runs the server when we are root: whoever made the cluster, else the service account."""
    if os.geteuid() != 0:
        if here.exists() and here.stat().st_uid != os.geteuid():
            raise Problem(
                f"la base privée {here} appartient au compte « {here.owner()} ».",
                "Lancez la commande avec le compte qui a fait l’installation (ou avec sudo).",
            )
        return None
    if here.exists() and here.stat().st_uid != 0:
        return here.owner()
    try:
        pwd.getpwnam(SERVICE_ACCOUNT)
    except KeyError:
        raise Problem(
            f"PostgreSQL refuse de tourner sous root et le compte « {SERVICE_ACCOUNT} » n’existe pas.",
            "Lancez la commande avec un compte ordinaire.",
        ) from None
    return SERVICE_ACCOUNT


def _can_enter(owner: str, folder: Path) -> bool:
    account = pwd.getpwnam(owner)
    test = ["test", "-x", folder]
    told = subprocess.run(test, cwd="/", user=account.pw_uid, group=account.pw_gid, extra_groups=[], check=False)
    return told.returncode == 0


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
        f"Pour la garder : apt-get install postgresql-{major} postgresql-{major}-postgis-3",
        "Pour repartir de zéro, en perdant ce qui a été saisi : python3 manage.py reset",
    )


def _socket_folder(layout: Layout, data: Path) -> Path:
    """A closed folder for the socket, short enough for the kernel and safe to quote."""
    beside = data.with_name(f"{data.name}-socket")
    if fits_a_socket(beside):
        return beside
    base = Path("/run") if os.geteuid() == 0 else Path("/tmp")
    return base / f"place-{os.geteuid()}-{_short_hash(layout.var)}"


def fits_a_socket(folder: Path) -> bool:
    """True when PostgreSQL can listen in this folder: not too long, nothing to quote in its list of folders."""
    path = folder / ".s.PGSQL.5432"
    return len(os.fsencode(path)) <= LONGEST_SOCKET and re.search(r"[,\"'\\\n]", str(folder)) is None


def _make_closed_folder(folder: Path, owner: str | None) -> None:
    """Create a folder that its owner alone can enter; refuse one that somebody else laid there."""
    uid = pwd.getpwnam(owner).pw_uid if owner else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
        if owner:
            shutil.chown(folder, owner, pwd.getpwnam(owner).pw_gid)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
            raise Problem(f"{folder} existe déjà et n’est pas à nous.", "Supprimez-le puis relancez.") from None
        folder.chmod(0o700)


def _make(layout: Layout, cluster: Cluster) -> None:
    """Create the cluster beside its place, then move it there: an interrupted creation leaves no half one."""
    if not _is_made(cluster.data):
        layout.check_room()
        say(f"Création de la base de données privée (PostgreSQL {cluster.server.major})…")
        partial = _partial(cluster.data)
        for former in (partial, cluster.data):
            if former.exists():
                shutil.rmtree(former)
        _make_closed_folder(partial, cluster.owner)
        log = layout.log("initdb")
        command = [
            *(cluster.server.bin / "initdb", "-D", partial, "-U", SERVICE_ACCOUNT, "--auth=trust"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=fr-FR"),
        ]
        with log.open("wb") as output:
            done = subprocess.run(command, stdout=output, stderr=output, check=False, **cluster.identity)
        if done.returncode:
            raise problem_from_log(log, "la création de la base de données a échoué.")
        with (partial / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\ninclude_if_exists = 'place.conf'\n")
        partial.rename(cluster.data)
    configuration = cluster.data / "place.conf"
    configuration.write_text(settings(cluster.sockets), encoding="utf-8")


def settings(sockets: Path) -> str:
    """The server's settings: no network, and memory in proportion to the machine's."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    values = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "shared_buffers": f"{min(max(memory // 8, 64), 1024)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "logging_collector": "on",
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_size": "0",
    }
    shared = Path("/dev/shm")
    if not shared.is_dir() or shutil.disk_usage(shared).total < 256 * 2**20:
        # Containers give 64 MB there, which a parallel query can exceed.
        values["dynamic_shared_memory_type"] = "mmap"
    return "".join(f"{name} = '{value}'\n" for name, value in values.items())


def _start(cluster: Cluster, *, may_restart: bool) -> None:
    _make_closed_folder(cluster.sockets, cluster.owner)
    if cluster.is_running():
        if not (may_restart and _is_outdated(cluster)):
            return
        say("PostgreSQL a été mis à jour : la base redémarre…")
        _control(cluster, "stop", "-m", "fast")
    _control(cluster, "start", "-l", str(cluster.data / "start.log"))


def _is_outdated(cluster: Cluster) -> bool:
    """True when apt replaced the server since it started, or when its socket was swept away."""
    if not (cluster.sockets / ".s.PGSQL.5432").exists():
        return True
    started = int((cluster.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[2])
    libraries = output_of([cluster.server.bin / "pg_config", "--pkglibdir"])
    files = [cluster.server.bin / "postgres", *(Path(libraries or "/nonexistent").glob("postgis*.so"))]
    return any(file.stat().st_ctime > started for file in files)


def _control(cluster: Cluster, action: str, *options: str) -> None:
    command = [cluster.server.bin / "pg_ctl", "-D", cluster.data, "-s", "-w", "-t", "120", *options, action]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
        **cluster.identity,
    )
    if done.returncode:
        log = cluster.data / "start.log"
        if log.exists():
            raise problem_from_log(log, f"la base de données ne répond pas (pg_ctl {action}).")
        raise Problem(f"la base de données ne répond pas (pg_ctl {action}).", f"Dossier : {cluster.data}")


def _stop_if_running(layout: Layout) -> None:
    cluster = locate(layout)
    if _is_made(cluster.data) and cluster.is_running():
        _control(cluster, "stop", "-m", "fast")


def _provision(cluster: Cluster) -> None:
    """Role, extensions and database, the database last: its presence says that all the rest is there."""
    if _sql(cluster, "postgres", f"select 1 from pg_database where datname = '{NAME}'") == "1":
        return
    _sql(cluster, "postgres", f"drop role if exists {NAME}")
    _sql(cluster, "postgres", f"create role {NAME} login createdb")
    for extension in postgresql.EXTENSIONS:
        _sql(cluster, "template1", f"create extension if not exists {extension}")
    _sql(cluster, "postgres", f"create database {NAME} owner {NAME}")


def _sql(cluster: Cluster, database: str, statement: str) -> str:
    command = [cluster.server.bin / "psql", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1"]
    where = ["-h", cluster.sockets, "-U", SERVICE_ACCOUNT, "-d", database, "-c", statement]
    done = subprocess.run(
        [*command, *where], capture_output=True, text=True, check=False, env=_quiet(os.environ), **cluster.identity
    )
    if done.returncode:
        raise Problem("la base de données privée refuse une commande de mise en place.", done.stderr.strip())
    return done.stdout.strip()


def _quiet(environment: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in environment.items() if not name.startswith("PG")}
    return {**kept, "PGOPTIONS": "-c client_min_messages=warning"}
