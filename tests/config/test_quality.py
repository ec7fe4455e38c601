"""The checks of ``manage.py quality`` pass: the suite keeps what the tools keep."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.bootstrap.quality import CHECKS, FIXES, Check

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_quality(check: Check) -> None:
    run(check, ROOT)


def test_what_can_be_put_in_form_is(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    module, template = tmp_path / "untidy.py", tmp_path / "templates" / "untidy.html"
    module.write_text("import sys\nimport os\nprint( sys, os )  # noqa: T201")
    template.parent.mkdir()
    template.write_text("<ul><li>a</li>\n<li>b</li></ul>")

    for fix in FIXES:
        run(fix, tmp_path)

    assert module.read_text() == "import os\nimport sys\n\nprint(sys, os)  # noqa: T201\n"
    assert template.read_text() == "<ul>\n  <li>a</li>\n  <li>b</li>\n</ul>\n"


def run(check: Check, folder: Path) -> None:
    tools_own = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    done = subprocess.run(
        [sys.executable, *check.command],
        cwd=folder,
        env={**tools_own, **dict(check.environment)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
