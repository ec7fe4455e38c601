"""The PostgreSQL servers installed on this machine, and how ours is set."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.bootstrap.tools import output_of

OLDEST = 15
"""The oldest major version that the site runs on."""
EXTENSIONS = ("postgis", "unaccent", "pg_trgm", "cube", "btree_gist", "btree_gin")
FOLDERS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/lib/postgresql*/bin",
    "opt/homebrew/opt/postgresql*/bin",
)


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


def configuration(sockets: Path) -> str:
    """The text of our settings file: no network, and memory in proportion to the machine's."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    values = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "shared_buffers": f"{min(max(memory // 8, 64), 1024)}MB",
        "effective_cache_size": f"{max(memory // 2, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "2GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "logging_collector": "on",
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_size": "0",
    }
    shared = Path("/dev/shm")  # noqa: S108 (only measured)
    if not shared.is_dir() or shutil.disk_usage(shared).total < 256 * 2**20:
        # Containers give 64 MB there, which a parallel query can exceed.
        values["dynamic_shared_memory_type"] = "mmap"
    return "".join(f"{name} = '{value}'\n" for name, value in values.items())


def _folders() -> Iterator[Path]:
    for pattern in FOLDERS:
        yield from Path("/").glob(pattern)
    output = output_of(["pg_config", "--bindir"])
    if output:
        yield Path(output)


def _server_in(folder: Path) -> Server | None:
    version = output_of([folder / "postgres", "--version"]) if (folder / "initdb").exists() else None
    major = re.search(r"\d+", version or "")
    if major is None:
        return None
    controls = _extension_folder(folder)
    return Server(int(major[0]), folder, all((controls / f"{name}.control").exists() for name in EXTENSIONS))


def _extension_folder(folder: Path) -> Path:
    output = output_of([folder / "pg_config", "--sharedir"])
    return Path(output or f"/usr/share/postgresql/{folder.parent.name}") / "extension"
