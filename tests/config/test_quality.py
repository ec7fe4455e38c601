"""The checks of ``manage.py quality`` pass: the suite keeps what the tools keep."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.bootstrap.quality import CHECKS, Check

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_quality(check: Check) -> None:
    tools_own = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    environment = {**tools_own, **dict(check.environment)}

    done = subprocess.run(
        [sys.executable, *check.command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
