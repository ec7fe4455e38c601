"""Processes start together and stop together."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from config.bootstrap.messages import Problem
from config.bootstrap.supervision import Program, supervise

ROOT = Path(__file__).resolve().parents[3]
SUPERVISOR = textwrap.dedent(
    """
    import os, sys
    from pathlib import Path
    from config.bootstrap.supervision import Program, supervise, turn_signals_into_stops
    turn_signals_into_stops()
    code = "import time; print('started', flush=True); time.sleep(60)"
    child = Program("child", [sys.executable, "-c", code])
    supervise([child], dict(os.environ), Path("."), lambda alive: None)
    """
)


def test_a_program_that_dies_stops_the_others_and_is_named(tmp_path: Path) -> None:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    programs = [Program("worker", ["sleep", "60"]), Program("web", ["false"])]

    try:
        with pytest.raises(Problem, match="« web » s’est arrêté"):
            supervise(programs, dict(os.environ), tmp_path, lambda alive: None)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def test_a_program_that_may_restart_does_and_the_others_go_on(tmp_path: Path) -> None:
    """The worker dies twice, then the web server ends: only that ends the site."""
    marks = tmp_path / "marks"
    mortal = f"echo started >> {marks}; kill -9 $$"
    programs = [
        Program("worker", ["sh", "-c", mortal], restarts=True),
        Program("web", ["sh", "-c", f"until [ $(wc -l < {marks}) -ge 2 ]; do :; done 2>/dev/null"]),
    ]
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        with pytest.raises(Problem, match="« web » s’est arrêté"):
            supervise(programs, dict(os.environ), tmp_path, lambda alive: None)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert marks.read_text().count("started") >= 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_the_command(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == "started\n"
        command.send_signal(number)
        # The child holds the other end of the pipe: its end is the pipe's.
        assert command.stdout.read() == ""
        assert command.wait(10) == (0 if number != signal.SIGKILL else -number)
