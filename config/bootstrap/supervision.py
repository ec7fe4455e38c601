"""The processes of the site, in the foreground: started together, stopped together."""

import http.client
import os
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from config.bootstrap.messages import Problem, say
from config.bootstrap.tools import die_with_parent

LONGEST_PAUSE = 30.0
"""Seconds before a process that keeps ending is started again."""
PATIENCE = 15.0
"""Seconds that a process has to stop by itself."""


class StopAsked(Exception):
    """Somebody wants the command to end: Ctrl-C, SIGTERM, or a closed terminal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass(frozen=True)
class Program:
    """One process of the site."""

    name: str
    command: Sequence[str | Path]
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment of this process alone."""
    restarts: bool = False
    """Started again when it ends by itself, the site going on meanwhile."""


class Pause:
    """How long a process that ended waits before it is started again: the longer the more often."""

    def __init__(self) -> None:
        self.seconds = 0.5
        self.end: float | None = None
        self.started = time.monotonic()

    def is_over(self) -> bool:
        """True once, when the process may start; asked again and again from its end on."""
        now = time.monotonic()
        if self.end is None:
            lived = now - self.started
            self.seconds = 0.5 if lived > LONGEST_PAUSE * 2 else min(self.seconds * 2, LONGEST_PAUSE)
            self.end = now + self.seconds
        if now < self.end:
            return False
        self.end, self.started = None, now
        return True


def turn_signals_into_stops() -> None:
    """Let the usual signals end the command by an exception, so that it cleans up behind itself."""

    def ask(number: int, frame: FrameType | None) -> None:
        raise StopAsked(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask)


def supervise(
    programs: Sequence[Program],
    environment: Mapping[str, str],
    folder: Path,
    when_started: Callable[[Callable[[], bool]], None],
) -> None:
    """Run the programs until a stop is asked; a problem if one of them ends by itself.

    ``when_started`` is called once they run, with a function that tells whether they all still do.
    """
    children: dict[str, subprocess.Popen[bytes]] = {}
    pauses = {program.name: Pause() for program in programs}

    def launch(program: Program) -> None:
        children[program.name] = subprocess.Popen(
            program.command,
            cwd=folder,
            env={**environment, **program.variables},
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    try:
        for program in programs:
            launch(program)
        needed = [program.name for program in programs if not program.restarts]
        when_started(lambda: all(children[name].poll() is None for name in needed))
        while True:
            for program in programs:
                if children[program.name].poll() is not None:
                    _restart(program, pauses[program.name], launch)
            time.sleep(0.3)
    except StopAsked:
        say("Arrêt…")
    finally:
        _stop_all(children.values())


def _restart(program: Program, pause: Pause, launch: Callable[[Program], None]) -> None:
    """Launch a program that ended, once its pause is over; a problem if it must never end."""
    if not program.restarts:
        raise Problem(
            f"le processus « {program.name} » s’est arrêté tout seul.",
            "Les lignes ci-dessus disent pourquoi.",
        )
    if pause.is_over():
        say(f"Le processus « {program.name} » s’est arrêté : il est relancé.")
        launch(program)


def wait_until_answers(port: int, path: str, alive: Callable[[], bool], limit: float = 60.0) -> bool:
    """True when the site answers 200 on ``path``, False if it died; a problem after ``limit`` seconds."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if not alive():
            return False
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return True
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise Problem("le site ne répond pas après une minute.", "Les lignes ci-dessus disent pourquoi.")


def _stop_all(children: Collection[subprocess.Popen[bytes]]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    living = [child for child in children if child.poll() is None]
    for child in living:
        child.terminate()
    end = time.monotonic() + PATIENCE
    for child in living:
        try:
            child.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
