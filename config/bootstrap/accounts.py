"""Who runs the database: the current user, or an unprivileged account when that is root."""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.bootstrap.messages import Problem

SERVICE = "postgres"
"""The account that Debian's packages make."""


def owner_of(data: Path) -> str | None:
    """The account that runs the cluster ``data``, made or not; None when it is the current user."""
    if os.geteuid() != 0:
        if data.exists() and data.stat().st_uid != os.geteuid():
            raise Problem(
                f"la base privée {data} appartient au compte « {data.owner()} ».",
                "Lancez la commande avec le compte qui a fait l’installation (ou avec sudo).",
            )
        return None
    if data.exists() and data.stat().st_uid != 0:
        return data.owner()
    try:
        pwd.getpwnam(SERVICE)
    except KeyError:
        raise Problem(
            f"PostgreSQL refuse de tourner sous root et le compte « {SERVICE} » n’existe pas.",
            "Lancez la commande avec un compte ordinaire.",
        ) from None
    return SERVICE


def run_as(
    account: str | None,
    command: Sequence[str | Path],
    log: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program as an account, in a folder that any account can enter."""
    identity = pwd.getpwnam(account) if account else None
    with (log or Path(os.devnull)).open("w") as errors:
        return subprocess.run(
            command,
            cwd="/",
            user=identity.pw_uid if identity else None,
            group=identity.pw_gid if identity else None,
            extra_groups=[] if identity else None,
            env=environment,
            stdin=subprocess.DEVNULL,
            # pg_ctl leaves its own output open in the server: a pipe there would never end.
            stdout=errors if log else subprocess.DEVNULL,
            stderr=errors,
            text=True,
            check=False,
        )


def can_enter(account: str, folder: Path) -> bool:
    """True when the account can reach the folder's files."""
    return run_as(account, ["test", "-x", folder]).returncode == 0


def make_closed_folder(folder: Path, account: str | None) -> None:
    """Create a folder that its owner alone can enter; refuse one that somebody else laid there."""
    identity = pwd.getpwnam(account) if account else None
    try:
        folder.mkdir(mode=0o700)
        if identity:
            shutil.chown(folder, identity.pw_uid, identity.pw_gid)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != (identity.pw_uid if identity else os.geteuid()):
            raise Problem(
                f"{folder} existe déjà et n’est pas à nous.", "Supprimez-le, puis relancez."
            ) from None
        folder.chmod(0o700)
