"""Bring the database and the static files up to date, in one process: called by ``manage.py start``
and by the containers.

Safe to run again at any moment: each load is one transaction and is skipped when its table has rows.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection


@dataclass(frozen=True)
class Load:
    """A command that fills an empty table, once."""

    model: str
    command: str
    announcement: str
    options: tuple[str, ...] = ()


CONCEPTS = str(Path(settings.BASE_DIR) / "fixtures" / "notions.csv")
LOADS = (
    Load("geo.Territory", "import_territories", "Chargement des territoires…"),
    Load("catalogue.Record", "import_fixtures", "Chargement des fiches…"),
    # a site that had its records before there was a thesaurus
    Load(
        "catalogue.Concept",
        "import_records",
        "Chargement du thésaurus…",
        (CONCEPTS, "--kind=notion", "--write"),
    ),
)


@contextmanager
def alone() -> Iterator[None]:
    """Two instances that start together prepare in turn, each for as long as it takes."""
    with connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0; set lock_timeout = 0")
        cursor.execute("select pg_advisory_lock(hashtext('prepare'))")
        yield
        cursor.execute("select pg_advisory_unlock(hashtext('prepare'))")


class Command(BaseCommand):
    help = "Migre la base, charge les données une fois et rassemble les fichiers statiques."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", choices=["database", "static"], help="une seule des deux parties")

    def handle(self, *args: Any, only: str | None, **options: Any) -> None:
        if only != "static":
            self._prepare_database()
        if only != "database":
            self._collect_static_files()

    def _prepare_database(self) -> None:
        try:
            with alone():
                call_command("migrate", interactive=False, verbosity=0)
                call_command("createcachetable", verbosity=0)
                for load in LOADS:
                    self._load_once(load)
        except OperationalError as error:
            raise CommandError(f"la base de données ne répond pas ou refuse la commande : {error}") from error

    def _load_once(self, load: Load) -> None:
        if load.command not in get_commands() or apps.get_model(load.model)._default_manager.exists():
            return
        self.stdout.write(load.announcement)
        call_command(load.command, *load.options)

    def _collect_static_files(self) -> None:
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        wanted = fingerprint(_static_files())
        if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.write_text(wanted, encoding="utf-8")


def fingerprint(files: Iterable[tuple[str, Path]]) -> str:
    """A digest of names, sizes and dates: it changes with any file, without reading them."""
    digest = hashlib.sha256()
    for name, path in sorted(files):
        status = path.stat()
        digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _static_files() -> Iterable[tuple[str, Path]]:
    for finder in get_finders():
        for name, storage in finder.list([]):
            yield f"{getattr(storage, 'prefix', '')}/{name}", Path(storage.path(name))
