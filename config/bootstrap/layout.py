"""Where everything that the set-up makes is kept: one folder, ``var/``, that git ignores."""

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from config.bootstrap.messages import Problem


@dataclass(frozen=True)
class Layout:
    """The paths of one checkout."""

    root: Path
    var: Path

    @classmethod
    def of_this_checkout(cls) -> "Layout":
        root = Path(__file__).resolve().parent.parent.parent
        return cls(root, Path(os.environ.get("VAR_DIR") or root / "var").absolute())

    @property
    def venv(self) -> Path:
        return self.var / "venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def manage(self) -> Path:
        return self.root / "manage.py"

    @property
    def secret_key(self) -> Path:
        return self.var / "secret_key"

    @property
    def bytecode(self) -> Path:
        """Where the project's Python keeps what it compiles: nothing is written beside the sources."""
        return self.var / "bytecode"

    @property
    def address(self) -> Path:
        """Where a running site says how to reach it."""
        return self.var / "address"

    def log(self, name: str) -> Path:
        """A fresh log file's path; a former one is removed, whoever wrote it."""
        path = self.var / "log" / f"{name}.log"
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        return path

    def make(self) -> None:
        """Create ``var/`` or say why it cannot be."""
        try:
            self.var.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Problem(f"le dossier {self.var} ne peut pas être créé ({error.strerror}).") from error
        if not os.access(self.var, os.W_OK | os.X_OK):
            raise Problem(
                f"le dossier {self.var} n’est pas accessible en écriture.",
                f"Lancez la commande avec le compte « {self.var.owner()} », qui l’a créé.",
            )

    def remove_data(self) -> None:
        """Delete what the site made, the Python environment excepted."""
        for folder in ("static", "media"):
            shutil.rmtree(self.var / folder, ignore_errors=True)
        self.secret_key.unlink(missing_ok=True)

    def check_room(self, needed: float) -> None:
        """Refuse to begin what the disk cannot hold; ``needed`` in gigabytes."""
        free = shutil.disk_usage(self.var).free / 1e9
        if free < needed:
            shortage = f"il reste {free:.1f} Go sur le disque de {self.var}, il en faut {needed:.1f}"
            raise Problem(f"{shortage}.", "Libérez de la place, puis relancez la commande.")


def replace_text(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file whole or not at all."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)


def read_or_make_secret_key(layout: Layout) -> str:
    """The key of this installation, made once and readable by its owner only."""
    if not layout.secret_key.exists():
        replace_text(layout.secret_key, secrets.token_urlsafe(64), mode=0o600)
    return layout.secret_key.read_text(encoding="utf-8").strip()
