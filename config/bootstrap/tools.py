"""Running another program: its output in a log, and what went wrong in words."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.bootstrap.messages import Problem, probable_cause

TAIL = 12
"""Lines of a failed tool's output that are shown when nobody can say what they mean."""
SHORT_TAIL = 3
"""Lines shown beside a known cause."""
PR_SET_PDEATHSIG = 1


def run_logged(
    command: Sequence[str | Path], log: Path, failed: str, environment: Mapping[str, str] | None = None
) -> None:
    """Run a program with its output in ``log``; raise ``failed`` with the probable cause if it fails."""
    with log.open("ab") as output:
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                preexec_fn=die_with_parent,
                check=False,
            )
        except OSError as error:
            raise Problem(failed, str(error)) from error
    if done.returncode:
        raise problem_from_log(log, failed)


def problem_from_log(log: Path, failed: str) -> Problem:
    """A problem that shows the probable cause, the end of the log and where the rest is."""
    text = log.read_text(encoding="utf-8", errors="replace")
    cause = probable_cause(text)
    tail = "\n".join(f"    {line}" for line in text.rstrip().splitlines()[-(SHORT_TAIL if cause else TAIL) :])
    return Problem(f"{failed}\n{tail}", *([cause] if cause else []), f"Tout le détail : {log}")


def output_of(command: Sequence[str | Path], extra: Mapping[str, str] | None = None) -> str | None:
    """What a program prints, None when it is absent or fails; ``extra`` is added to its environment."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **(extra or {})},
            text=True,
            check=False,
        )
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def die_with_parent() -> None:
    """In a child, on Linux: ask for SIGTERM when the parent goes, even killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


ANOTHER_PYTHON = {"PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE"}
"""What ties a child to another Python, or has it compile every module again, which doubles its start."""


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a child: that of this process, for the project's own Python."""
    kept = {k: v for k, v in os.environ.items() if k not in ANOTHER_PYTHON}
    return {**kept, **(extra or {})}
