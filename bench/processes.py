"""Servers that are measured, and the CPU time that they and PostgreSQL spend."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

import psycopg

from bench.databases import ROOT, environment, url_of

TICKS = os.sysconf("SC_CLK_TCK")
VENV = ROOT / "var" / "venv-bench"


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(command: list[str], variables: dict[str, str], port: int) -> Iterator[int]:
    """Run a server until the end of the block, once it listens on its port; yield its process."""
    with subprocess.Popen(
        command, cwd=ROOT, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            for _ in range(600):
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                if server.poll() is not None:
                    raise RuntimeError(f"{command[0]} did not start")
                time.sleep(0.1)
            yield server.pid
        finally:
            server.terminate()


@contextmanager
def site(name: str, application: str = "config.wsgi:application") -> Iterator[tuple[int, int]]:
    """Serve the site on a database as in production, by one worker; yield its process and its port."""
    port = free_port()
    granian = Path(sys.executable).parent / "granian"
    command = [
        *(str(granian), "--interface", "wsgi", application, "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--blocking-threads", "1", "--no-ws", "--log-level", "warning"),
    ]
    with running(command, environment(name), port) as pid:
        yield pid, port


def move_host_to_netloc(url: str) -> str:
    """Return a database URL with the folder of its socket in the place of a host, as pydantic expects."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if parts.hostname or "host" not in query:
        return url
    host = f"{parts.username or 'postgres'}@{quote(query['host'], safe='')}:{query.get('port', '5432')}"
    return urlunsplit(parts._replace(netloc=host, query=""))


@contextmanager
def tipg(name: str) -> Iterator[tuple[int, int]]:
    """Serve tipg on a database, in its own environment; yield its process and its port."""
    port = free_port()
    variables = {
        **os.environ,
        "DATABASE_URL": move_host_to_netloc(url_of(name)),
        "TIPG_DB_SCHEMAS": '["public"]',
        "DB_MIN_CONN_SIZE": "1",
        "DB_MAX_CONN_SIZE": "1",
        "TIPG_CATALOG_TTL": "100000",
    }
    command = [str(VENV / "bin" / "uvicorn"), "tipg.main:app", "--port", str(port), "--log-level", "error"]
    with running(command, variables, port) as pid:
        yield pid, port


def install_tipg() -> None:
    """Make the environment of the programs that the site is compared with."""
    wanted = (ROOT / "requirements-bench.txt").read_bytes()
    mark = VENV / "requirements-bench.txt"
    if mark.exists() and mark.read_bytes() == wanted:
        return
    requirements = ["--require-hashes", "-r", str(ROOT / "requirements-bench.txt")]
    uv = shutil.which("uv")
    if uv:
        subprocess.run([uv, "venv", "-q", "--clear", "--python", sys.executable, str(VENV)], check=True)
        subprocess.run(
            [uv, "pip", "install", "-q", "-p", str(VENV / "bin" / "python"), *requirements], check=True
        )
    else:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
        subprocess.run(
            [str(VENV / "bin" / "python"), "-m", "pip", "install", "-q", *requirements], check=True
        )
    mark.write_bytes(wanted)


def family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError):
            parents.setdefault(int(path.read_text().rpartition(")")[2].split()[1]), []).append(
                int(path.parent.name)
            )
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def backends(connection: psycopg.Connection) -> list[int]:
    """Return the processes of PostgreSQL that serve other clients of this database."""
    rows = connection.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    return [pid for (pid,) in rows]


def cpu_s(pids: list[int]) -> float:
    """Return the CPU seconds that the processes have spent, all threads."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


class Client:
    """One kept-alive HTTP connection."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=300)

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes, str]:
        """Return the status, body and ETag of a URL."""
        self.connection.request("GET", path, headers=headers or {})
        response = self.connection.getresponse()
        return response.status, response.read(), response.headers.get("ETag", "")
