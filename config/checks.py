"""What an operator may have configured wrong, each with an id, reported by ``manage.py check --deploy``.

The checks tagged ``database`` run with ``check --database default`` and with ``migrate``.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

OLDEST_POSTGRESQL = 15
OLDEST_POSTGIS = (3, 3)
SHORTEST_SECRET_KEY = 50


def secret_key(**kwargs: Any) -> list[CheckMessage]:
    """A production site without its own long key could have its sessions forged."""
    try:
        length = len(settings.SECRET_KEY)
    except ImproperlyConfigured:
        length = 0
    if length >= SHORTEST_SECRET_KEY or settings.LOCAL:
        return []
    return [
        Error(
            "La variable SECRET_KEY est absente ou trop courte."
            if length
            else "La variable SECRET_KEY n’est pas définie.",
            hint=f"Donnez-lui au moins {SHORTEST_SECRET_KEY} caractères au hasard, gardés hors du dépôt.",
            id="config.E001",
        )
    ]


def allowed_hosts(**kwargs: Any) -> list[CheckMessage]:
    """A site in production answers under its own names only."""
    if settings.LOCAL:
        return []
    local = {"localhost", "127.0.0.1", "[::1]"}
    if "*" in settings.ALLOWED_HOSTS:
        problem = "ALLOWED_HOSTS accepte n’importe quel nom de domaine."
    elif not set(settings.ALLOWED_HOSTS) - local:
        problem = "ALLOWED_HOSTS ne contient aucun nom de domaine public."
    else:
        return []
    return [Error(problem, hint="Par exemple : ALLOWED_HOSTS=place.example.fr", id="config.E002")]


def trial_mode(**kwargs: Any) -> list[CheckMessage]:
    """LOCAL lifts HTTPS and the secure cookies: never behind a public name."""
    if not settings.LOCAL:
        return []
    return [
        Caution(
            "LOCAL=1 : cette instance d’essai n’impose ni HTTPS ni cookies sûrs.",
            hint="En production, retirez LOCAL de l’environnement.",
            id="config.W001",
        )
    ]


def static_files(**kwargs: Any) -> list[CheckMessage]:
    """Without the manifest every page of a production site is an error 500."""
    if (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return []
    return [
        Info(
            "Les fichiers statiques n’ont pas été rassemblés.",
            hint="Lancez : python manage.py prepare",
            id="config.I001",
        )
    ]


def spatial_version(connection: Any) -> tuple[int, ...] | None:
    """Version of PostGIS, or None in a new database: the first migration creates the extension."""
    try:
        return tuple(connection.ops.spatial_version[:2])
    except ImproperlyConfigured:
        return None


def database_versions(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """PostgreSQL and PostGIS old enough to lack what our queries use."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection: Any = connections[alias]
        if connection.vendor != "postgresql" or not hasattr(connection.ops, "postgis_lib_version"):
            found.append(
                Error(
                    "La base de données n’est pas PostgreSQL avec PostGIS.",
                    hint="Voyez DATABASE_URL.",
                    id="config.E003",
                )
            )
            continue
        if connection.pg_version < OLDEST_POSTGRESQL * 10_000:
            found.append(
                Error(f"PostgreSQL {OLDEST_POSTGRESQL} ou plus récent est nécessaire.", id="config.E004")
            )
        postgis = spatial_version(connection)
        if postgis is not None and postgis < OLDEST_POSTGIS:
            found.append(Error("PostGIS 3.3 ou plus récent est nécessaire.", id="config.E005"))
    return found


DEPLOYMENT: tuple[Callable[..., list[CheckMessage]], ...] = (
    secret_key,
    allowed_hosts,
    trial_mode,
    static_files,
)


def register_all() -> None:
    """Called once, when the app is ready."""
    for check in DEPLOYMENT:
        register(check, Tags.security, deploy=True)
    register(database_versions, Tags.database)
