"""A worker in a process of its own, on the database of the test that starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60


def worker(variables: dict[str, str], *options: str) -> subprocess.Popen[bytes]:
    """``manage.py run_worker`` with these options, and these variables beside those of the tests."""
    database = connection.settings_dict
    query = urlencode({"host": database["HOST"], "port": database["PORT"], "user": database["USER"]})
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"postgresql:///{database['NAME']}?{query}",
        "PGPASSWORD": database["PASSWORD"] or "",
        "SECRET_KEY": settings.SECRET_KEY,
        **variables,
    }
    command = [sys.executable, "-W", "ignore", "manage.py", "run_worker", *options]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
