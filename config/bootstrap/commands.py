"""The commands that the set-up answers itself; every other one is handed over to Django."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from config.bootstrap import cluster, environment, packages, quality, testing
from config.bootstrap.layout import Layout, read_or_make_secret_key, replace_text
from config.bootstrap.locks import alone_or_none, exclusive, holder
from config.bootstrap.messages import Problem, say
from config.bootstrap.ports import Reservation, reserve
from config.bootstrap.server import web, worker
from config.bootstrap.supervision import StopAsked, supervise, turn_signals_into_stops, wait_until_answers
from config.bootstrap.tools import clean_environment, die_with_parent

SUMMARY = """Les commandes du projet :
  python3 manage.py start [--port N]   installer ce qui manque et lancer le site
  python3 manage.py stop               arrêter le site et sa base
  python3 manage.py test [options]     lancer les tests (les options vont à pytest)
  python3 manage.py coverage [options] lancer les tests en mesurant ce qu’ils parcourent
  python3 manage.py quality [--fix]    lancer les contrôles de qualité, ou mettre en forme
  python3 manage.py bench [options]    mesurer les performances
  python3 manage.py reset [--yes]      effacer la base privée et les fichiers déposés
Toute autre commande va à Django (python3 manage.py help).
"""


def main(argv: list[str]) -> int:
    """Run one command line; the exit status."""
    name, arguments = (argv[1], argv[2:]) if len(argv) > 1 else ("", [])
    commands: dict[str, Callable[[Layout, list[str]], int]] = {
        "start": start,
        "stop": stop,
        "test": test,
        "coverage": coverage,
        "quality": run_quality,
        "bench": bench,
        "reset": reset,
    }
    if name in {"", "-h", "--help"}:
        print(SUMMARY, end="")
        return 0
    layout = Layout.of_this_checkout()
    try:
        if name not in commands:
            return hand_over(layout, argv)
        turn_signals_into_stops()
        return commands[name](layout, arguments)
    except Problem as problem:
        say(str(problem))
        return 1
    except (StopAsked, KeyboardInterrupt):
        say("Interrompu ; la même commande reprendra là où il faut.")
        return 130


def start(layout: Layout, arguments: list[str]) -> int:
    """Install what is missing, load the data once, then serve until stopped."""
    parser = argparse.ArgumentParser(prog="manage.py start", description="Lance le site sur cette machine.")
    parser.add_argument("--port", type=int, help="port de 127.0.0.1 (8000, ou un port libre s’il est pris)")
    options = parser.parse_args(arguments)
    layout.make()
    with alone_or_none(layout.var / "server.lock", str(os.getpid())) as alone:
        if not alone:
            raise Problem(f"le site {_where(layout)}.", "Pour l’arrêter : python3 manage.py stop")
        with reserve(options.port) as port, ready(layout, tests=False) as variables:
            _run(layout, variables, "manage.py", "prepare")
            _serve(layout, variables, port)
    return 0


def stop(layout: Layout, arguments: list[str]) -> int:
    """Stop the site that ``start`` runs, then the private cluster."""
    _no_arguments("stop", arguments)
    pid = holder(layout.var / "server.lock")
    if pid:
        os.kill(int(pid), 15)
        with exclusive(layout.var / "server.lock", waiting="Arrêt du site…"):
            pass
    if layout.var.exists() and not cluster.stop_unless_used(layout):
        say("Une autre commande se sert de la base : elle reste en marche.")
        return 0
    say("Le site est arrêté.")
    return 0


def test(layout: Layout, arguments: list[str]) -> int:
    """Run the test suite; the arguments go to pytest."""
    with _testing(layout) as variables:
        return _run_tests(layout, variables, arguments)


def coverage(layout: Layout, arguments: list[str]) -> int:
    """Run the test suite under coverage.py, then print what it went through."""
    report = layout.var / "coverage.json"
    with _testing(layout) as variables:
        variables["COVERAGE_FILE"] = str(layout.var / "coverage")
        status = _run_tests(layout, variables, [*testing.COVERAGE, *arguments])
        _run(layout, variables, "-m", "coverage", "json", "--quiet", "-o", str(report))
    print("\n".join(testing.coverage_lines(testing.read_report(report))))
    return status


def run_quality(layout: Layout, arguments: list[str]) -> int:
    """Run every check, or every formatter with ``--fix``; say which fail."""
    parser = argparse.ArgumentParser(prog="manage.py quality", description="Lance les contrôles de qualité.")
    parser.add_argument("--fix", action="store_true", help="corriger et mettre en forme ce qui peut l’être")
    fix = parser.parse_args(arguments).fix
    layout.make()
    failed = []
    with ready(layout, tests=True) as variables:
        for step in quality.FIXES if fix else quality.CHECKS:
            say(f"— {step.name}")
            status = _run_to_the_end(layout, {**variables, **dict(step.environment)}, *step.command)
            failed += [step.name] if status else []
    passed = "Tout est en forme." if fix else "Tous les contrôles passent."
    say(f"À corriger : {', '.join(failed)}." if failed else passed)
    return 1 if failed else 0


def bench(layout: Layout, arguments: list[str]) -> int:
    """Run the benchmarks; the arguments go to ``python -m bench``."""
    layout.make()
    with ready(layout, tests=True) as variables:
        return _run_to_the_end(layout, variables, "-m", "bench", *arguments)


def reset(layout: Layout, arguments: list[str]) -> int:
    """Delete the private cluster and the site's files; keep the Python environment."""
    parser = argparse.ArgumentParser(prog="manage.py reset", description="Efface la base privée.")
    parser.add_argument("--yes", action="store_true", help="ne pas demander de confirmation")
    if not parser.parse_args(arguments).yes and not _confirmed():
        say("Rien n’a été effacé.")
        return 1
    if not layout.var.exists():
        return 0
    stop(layout, [])
    with alone_or_none(layout.var / "server.lock") as alone:
        if not alone or not cluster.remove_unless_used(layout):
            raise Problem("une autre commande se sert de la base.", "Attendez sa fin, puis relancez.")
        layout.remove_data()
    say("La base privée et les fichiers du site sont effacés.")
    return 0


def hand_over(layout: Layout, argv: list[str]) -> int:
    """Run a Django command with the environment's Python and the right database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if "DATABASE_URL" in os.environ and find_spec("django"):
        from django.core.management import execute_from_command_line

        execute_from_command_line(argv)
        return 0
    if not layout.python.exists():
        raise Problem("le projet n’est pas encore installé.", "Lancez d’abord : python3 manage.py start")
    turn_signals_into_stops()
    with database(layout) as variables:
        # A person waits for a command, however long; nobody waits five seconds for a page.
        return _run_to_the_end(layout, {"STATEMENT_TIMEOUT": "0", **variables}, *argv)


@contextmanager
def ready(layout: Layout, *, tests: bool) -> Iterator[dict[str, str]]:
    """Everything installed and the database up: the variables to run the project with."""
    private = "DATABASE_URL" not in os.environ
    with exclusive(layout.var / "setup.lock", waiting="Une autre commande installe le projet, j’attends…"):
        packages.ensure(layout, database=private, tests=tests)
        if tests:
            packages.lighten(layout)
        environment.ensure(layout, tests=tests)
    with database(layout) as variables:
        yield variables


@contextmanager
def database(layout: Layout) -> Iterator[dict[str, str]]:
    """The database of ``DATABASE_URL``, or the private one kept up meanwhile: the variables that say so."""
    defaults = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": read_or_make_secret_key(layout),
        "LOCAL": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPYCACHEPREFIX": str(layout.bytecode),
    }
    if layout.address.exists():
        defaults["SITE_URL"] = layout.address.read_text(encoding="utf-8").strip()
    variables = {**defaults, **clean_environment()}
    if "DATABASE_URL" in os.environ:
        yield variables
        return
    with cluster.running(layout) as private:
        yield {**variables, "DATABASE_URL": private.url}


@contextmanager
def _testing(layout: Layout) -> Iterator[dict[str, str]]:
    """Everything installed for one run of the tests at a time: its variables."""
    layout.make()
    with alone_or_none(layout.var / "test.lock") as alone:
        if not alone:
            raise Problem("les tests tournent déjà dans ce dossier.", "Attendez leur fin, puis relancez.")
        with ready(layout, tests=True) as variables:
            yield {**variables, "SECRET_KEY": "tests"}


def _run_tests(layout: Layout, variables: dict[str, str], arguments: list[str]) -> int:
    """Run the units of the scripts when everything is asked, then pytest; its exit status."""
    if testing.is_whole_suite(layout.root, arguments):
        testing.run_javascript(layout.root)
    return _run_to_the_end(layout, variables, "-m", "pytest", *testing.pytest_arguments(arguments))


def _serve(layout: Layout, variables: dict[str, str], port: Reservation) -> None:
    def announce(alive: Callable[[], bool]) -> None:
        if wait_until_answers(port.number, "/sante/vie/", alive):
            replace_text(layout.address, port.url)
            print(f"Le site est prêt : {port.url}  (Ctrl-C pour l’arrêter)", flush=True)

    try:
        programs = [web(layout, port.number), worker(layout)]
        address = {"SITE_URL": os.environ.get("SITE_URL", port.url)}
        supervise(programs, {**variables, **address}, layout.root, announce)
    finally:
        layout.address.unlink(missing_ok=True)


def _where(layout: Layout) -> str:
    """What is known of the site that another process runs."""
    if not layout.address.exists():
        return "est en train de démarrer"
    return f"tourne déjà : {layout.address.read_text(encoding='utf-8')}"


def _run(layout: Layout, variables: dict[str, str], *command: str) -> None:
    """Run a step of the set-up; its own output says what is wrong."""
    if _run_to_the_end(layout, variables, *command):
        raise Problem(f"l’étape « {' '.join(command)} » a échoué.", "Les lignes ci-dessus disent pourquoi.")


def _run_to_the_end(layout: Layout, variables: dict[str, str], *command: str) -> int:
    """Run a program of the environment; its exit status, once it has ended, whatever signals come."""
    arguments: list[str | Path] = [layout.python, *command]
    stopped: StopAsked | None = None
    with subprocess.Popen(arguments, cwd=layout.root, env=variables, preexec_fn=die_with_parent) as child:
        while child.returncode is None:
            try:
                child.wait()
            except StopAsked as asked:
                stopped = asked
                if asked.number != signal.SIGINT:  # Ctrl-C reaches the child by itself
                    child.terminate()
    if stopped and child.returncode:
        raise stopped
    return child.returncode


def _no_arguments(name: str, arguments: list[str]) -> None:
    argparse.ArgumentParser(prog=f"manage.py {name}").parse_args(arguments)


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise Problem(
            "reset efface tout ce qui a été saisi.", "Confirmez avec : python3 manage.py reset --yes"
        )
    answer = input("Effacer la base privée et les fichiers déposés ? [o/N] ")
    return answer.strip().lower() in {"o", "oui"}
