"""The Python environment ``var/venv``, with exactly what the requirements files lock."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

from config.bootstrap.layout import Layout, replace_text
from config.bootstrap.messages import Problem, say
from config.bootstrap.packages import uv_of_the_system
from config.bootstrap.tools import clean_environment, output_of, run_logged

ROOM = 1.0
"""Gigabytes of the libraries."""
FAILED = "l’installation des bibliothèques Python a échoué."


def ensure(layout: Layout, *, tests: bool) -> None:
    """Make the environment match the requirements; nothing to do when their fingerprint is unchanged."""
    requirements = layout.root / ("requirements-dev.txt" if tests else "requirements.txt")
    stamp = layout.venv / f".{requirements.stem}.installed"
    wanted = fingerprint(requirements)
    unfinished = layout.venv / ".unfinished"
    healthy = not unfinished.exists() and is_healthy(layout)
    if healthy and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    layout.check_room(ROOM)
    log = layout.log("python")
    if not healthy:
        _create(layout, log)
    say(f"Installation des bibliothèques Python ({requirements.name})…")
    unfinished.touch()
    _install(layout, requirements, log)
    replace_text(stamp, wanted)
    unfinished.unlink()


def fingerprint(requirements: Path) -> str:
    """What the environment must match: the locked file."""
    return hashlib.sha256(requirements.read_bytes()).hexdigest()


def is_healthy(layout: Layout) -> bool:
    """True when the environment's Python runs and is still the version that it was made for."""
    version = output_of([layout.python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
    return version is not None and (layout.venv / "lib" / f"python{version}" / "site-packages").is_dir()


def _create(layout: Layout, log: Path) -> None:
    say("Création de l’environnement Python…")
    if layout.venv.exists():
        shutil.rmtree(layout.venv)
    uv = uv_of_the_system()
    interpreter = getattr(sys, "_base_executable", None) or sys.executable
    if uv:
        command = [uv, "venv", "--quiet", "--python", interpreter, str(layout.venv)]
    else:
        command = [interpreter, "-m", "venv", str(layout.venv)]
    run_logged(command, log, "la création de l’environnement Python a échoué.", environment=_uv_environment())


def _install(layout: Layout, requirements: Path, log: Path) -> None:
    """Install with uv, five times as fast; with pip where uv cannot be had or cannot reach the registry."""
    uv = uv_of_the_system() or _uv_of_the_project(layout, log)
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", str(layout.python)]
        try:
            run_logged(
                [*command, "--require-hashes", "-r", requirements], log, FAILED, environment=_uv_environment()
            )
        except Problem:
            say("uv n’a pas abouti, nouvel essai avec pip (plus lent)…")
        else:
            return
    if output_of([layout.python, "-m", "pip", "--version"]) is None:
        run_logged([layout.python, "-m", "ensurepip"], log, FAILED, environment=clean_environment())
    _pip(layout, requirements, log)


def _uv_of_the_project(layout: Layout, log: Path) -> str | None:
    uv = layout.venv / "bin" / "uv"
    if not uv.exists():
        try:
            _pip(layout, layout.root / "requirements-uv.txt", log)
        except Problem:
            return None
    return str(uv) if uv.exists() else None


def _pip(layout: Layout, requirements: Path, log: Path) -> None:
    command: list[str | Path] = [
        layout.python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    run_logged(
        [*command, "--require-hashes", "-r", requirements], log, FAILED, environment=clean_environment()
    )


def _uv_environment() -> dict[str, str]:
    defaults = {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    return clean_environment({**defaults, **{k: v for k, v in os.environ.items() if k.startswith("UV_")}})
