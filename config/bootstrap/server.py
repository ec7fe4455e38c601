"""The command lines of the site's processes: the web server and the worker."""

import os
from pathlib import Path

from config.bootstrap.layout import Layout
from config.bootstrap.ports import ADDRESS
from config.bootstrap.supervision import Program

JOB_TIMEOUT = "300s"
"""How long a statement of the worker may take."""
MOST_WORKERS = 4
THREADS = 4
"""Requests that a worker treats at once, each with its own connection to the database.

Measured on two cores: four threads cost no more processor time a tile than one, eight half as much again.
"""


def web(layout: Layout, port: int) -> Program:
    """Granian serving the site on the local address, a process per core."""
    workers = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2, MOST_WORKERS)
    command: list[str | Path] = [
        *(layout.venv / "bin" / "granian", "--interface", "wsgi", "config.wsgi:application"),
        *("--host", ADDRESS, "--port", str(port), "--no-ws", "--log-level", "warning"),
        *("--workers", str(workers), "--blocking-threads", str(THREADS), "--respawn-failed-workers"),
    ]
    return Program("web", command)


def worker(layout: Layout) -> Program:
    """The process that sends e-mails and treats what was put off."""
    return Program(
        "worker",
        [layout.python, "manage.py", "run_worker"],
        variables={"STATEMENT_TIMEOUT": JOB_TIMEOUT},
        restarts=True,
    )
