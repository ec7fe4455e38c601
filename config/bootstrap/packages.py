"""What the system must have, and apt for what it lacks."""

import ctypes
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from config.bootstrap import postgresql
from config.bootstrap.layout import Layout
from config.bootstrap.messages import Problem, say
from config.bootstrap.tools import output_of, problem_from_log

LIGHT_BROWSER = "chromium-headless-shell"
"""Debian's Chromium without its windows: a page costs a third of what it costs in the whole one."""
BROWSERS = (LIGHT_BROWSER, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PANGO = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-dejavu-core")
"""What sets the type of PDF files, and a font for the signs that ours lacks."""
PANGO_LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
OLDEST_NODE = 18
"""The first Node whose own runner takes the units of the scripts; Debian 12 has it."""
NO_STRAY_CLUSTER = Path("/etc/postgresql-common/createcluster.d/place-innovation.conf")


@dataclass(frozen=True)
class Need:
    """A thing that the system has or apt brings."""

    what: str
    packages: tuple[str, ...]
    is_there: Callable[[], bool]


def browser() -> str | None:
    """Path of the Chromium or Chrome that drives the browser tests."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def needs(layout: Layout, *, database: bool, tests: bool) -> list[Need]:
    """All that a command needs of the system."""
    found = [Need("environnements virtuels de Python", (_venv_package(),), lambda: _can_make_venv(layout))]
    found.append(Need("Pango (fichiers PDF)", PANGO, lambda: all(map(_can_load, PANGO_LIBRARIES))))
    if database:
        found.append(Need("PostgreSQL et PostGIS", _postgresql_packages(), _has_postgresql))
    if tests:
        found.append(Need("Node.js", ("nodejs",), _has_node))
        found.append(Need("Chromium", (_browser_package(),), lambda: browser() is not None))
        found.append(
            Need("libatomic (pilote du navigateur)", ("libatomic1",), lambda: _can_load("libatomic.so.1"))
        )
    return found


def ensure(layout: Layout, *, database: bool, tests: bool) -> None:
    """Install what is missing, announced, or say exactly what to install."""
    missing = [need for need in needs(layout, database=database, tests=tests) if not need.is_there()]
    if not missing:
        return
    packages = list(chain.from_iterable(need.packages for need in missing))
    names = ", ".join(need.what for need in missing)
    prefix = _root_prefix(names, packages)
    say(f"Installation de ce qui manque au système ({names}) : {' '.join(packages)}…")
    _apt_install(layout, prefix, packages)
    still = [need.what for need in missing if not need.is_there()]
    if still:
        raise Problem(
            f"{', '.join(still)} : toujours introuvable après l’installation de {' '.join(packages)}.",
            f"Il faut PostgreSQL {postgresql.OLDEST} ou plus récent avec PostGIS 3.3 ou plus récent."
            if database
            else f"Détail : {layout.var / 'log' / 'apt.log'}",
        )


def lighten(layout: Layout) -> None:
    """Bring the light browser where only the whole one is; without it the tests run, more slowly."""
    if shutil.which(LIGHT_BROWSER) or _browser_package() != LIGHT_BROWSER or os.geteuid() != 0:
        return
    try:
        _apt_install(layout, [], [LIGHT_BROWSER])
    except Problem:
        say(f"{LIGHT_BROWSER} ne s’installe pas : les essais prennent Chromium, plus lent.")


def _browser_package() -> str:
    """The light browser is a package of Debian alone."""
    release = Path("/etc/os-release")
    system = release.read_text(encoding="utf-8").splitlines() if release.exists() else []
    return LIGHT_BROWSER if "ID=debian" in system and shutil.which("apt-get") else "chromium"


def _root_prefix(names: str, packages: list[str]) -> list[str]:
    """What to put before a command so that it runs as root; a problem when nothing can."""
    by_hand = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        raise Problem(
            f"il manque à ce système : {names} ; et il n’a pas apt-get.",
            "Installez-le avec le gestionnaire de paquets de ce système, puis relancez la commande.",
        )
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        if output_of(["sudo", "-n", "true"]) is not None:
            return ["sudo", "-n"]
        if sys.stdin.isatty():
            say(f"Il manque à ce système : {names}. Votre mot de passe est demandé pour l’installer.")
            if subprocess.run(["sudo", "-v"], check=False).returncode == 0:
                return ["sudo"]
    raise Problem(
        f"il manque à ce système : {names} ; et ce compte n’a pas le droit de l’installer.",
        f"Demandez à un administrateur de lancer : {by_hand}",
        "Puis relancez la commande.",
    )


def _apt_install(layout: Layout, prefix: list[str], packages: list[str]) -> None:
    """Run apt with the package lists that are there, and once more with fresh ones if that fails."""
    log = layout.log("apt")
    install = _install_script(packages)
    for script in (install, f"apt-get -q update && {install}"):
        with log.open("ab") as output:
            done = subprocess.run(
                [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", "sh", "-c", script],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
            )
        if done.returncode == 0:
            return
    raise problem_from_log(log, "l’installation des paquets du système a échoué.")


def _install_script(packages: list[str]) -> str:
    """A shell script: heal an interrupted dpkg, then install without making Debian's own cluster."""
    apt = (
        "apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 "
        f"-o Dpkg::Options::=--force-confold {shlex.join(packages)}"
    )
    keep_away = shlex.quote(str(NO_STRAY_CLUSTER))
    return (
        "dpkg --configure -a; "
        f"mkdir -p {shlex.quote(str(NO_STRAY_CLUSTER.parent))} && "
        f"echo 'create_main_cluster = false' > {keep_away}; "
        f"{apt}; status=$?; rm -f {keep_away}; exit $status"
    )


def _venv_package() -> str:
    return f"python3.{sys.version_info.minor}-venv"


def _can_make_venv(layout: Layout) -> bool:
    return find_spec("ensurepip") is not None or layout.python.exists() or uv_of_the_system() is not None


def uv_of_the_system() -> str | None:
    """Path of a working uv outside the project's environment."""
    path = shutil.which("uv")
    return path if path and output_of([path, "--version"]) is not None else None


def _postgresql_packages() -> tuple[str, ...]:
    newest = max((found.major for found in postgresql.servers()), default=None)
    if newest is not None and newest >= postgresql.OLDEST:
        return (f"postgresql-{newest}-postgis-3",)
    return ("postgresql", "postgresql-postgis")


def _has_postgresql() -> bool:
    return any(found.suits for found in postgresql.servers())


def _has_node() -> bool:
    version = re.match(r"v(\d+)\.", output_of(["node", "--version"]) or "")
    return version is not None and int(version[1]) >= OLDEST_NODE


def _can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
