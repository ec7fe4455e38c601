"""The PostgreSQL servers installed on this machine."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.bootstrap.tools import output_of

OLDEST = 15
"""The oldest major version that the site runs on."""
EXTENSIONS = ("postgis", "unaccent", "pg_trgm", "cube", "btree_gist", "btree_gin")
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/lib/postgresql*/bin", "/opt/homebrew/opt/postgresql*/bin")


@dataclass(frozen=True)
class Server:
    """One installed major version."""

    major: int
    bin: Path
    has_extensions: bool

    @property
    def suits(self) -> bool:
        return self.major >= OLDEST and self.has_extensions


def servers() -> list[Server]:
    """The servers found, the newest first."""
    found = {server.bin: server for folder in _folders() if (server := _server_in(folder))}
    return sorted(found.values(), key=lambda server: server.major, reverse=True)


def _folders() -> Iterator[Path]:
    for pattern in FOLDERS:
        yield from Path("/").glob(pattern.lstrip("/"))
    told = output_of(["pg_config", "--bindir"])
    if told:
        yield Path(told)


def _server_in(folder: Path) -> Server | None:
    version = output_of([folder / "postgres", "--version"]) if (folder / "initdb").exists() else None
    major = re.search(r"\b(\d+)(?:\.|devel|beta|rc|\b)", version or "")
    if major is None:
        return None
    return Server(int(major[1]), folder, all((_share(folder) / f"{name}.control").exists() for name in EXTENSIONS))


def _share(folder: Path) -> Path:
    told = output_of([folder / "pg_config", "--sharedir"])
    return Path(told or f"/usr/share/postgresql/{folder.parent.name}") / "extension"
