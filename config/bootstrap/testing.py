"""What ``manage.py test`` and ``manage.py coverage`` run: Node on the units of the scripts, then pytest."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from config.bootstrap.messages import Problem, say

WORKERS = ("-n", "2", "--dist", "worksteal")
"""Two workers take two thirds of the time of one."""
IN_ONE_PROCESS = re.compile(
    r"-n.*|--numprocesses.*|(-p)?no:xdist"  # the workers are chosen
    r"|--pdb.*|--trace|-s|--capture=no"  # somebody watches or types
    r"|--co|--collect-only|--fixtures.*|--markers|-h|--help|-V|--version"  # nothing runs
)
SELECTION = re.compile(r"-[km].*|--(lf|last-failed|sw|stepwise|co|collect-only)")
"""The options of pytest that leave tests out."""
SLOWEST = "--durations=10"
COVERAGE = ("--cov", "--cov-report=")
WORST = 15


def pytest_arguments(given: Sequence[str]) -> list[str]:
    """Add the usual options to those given, unless these decide otherwise."""
    paths = [argument for argument in given if not argument.startswith("-")]
    one_test = len(paths) == 1 and "::" in paths[0]
    alone = one_test or any(IN_ONE_PROCESS.fullmatch(argument) for argument in given)
    workers = () if alone or (os.cpu_count() or 1) == 1 else WORKERS
    durations = () if any(argument.startswith("--durations") for argument in given) else (SLOWEST,)
    return [*workers, *durations, *given]


def is_whole_suite(root: Path, given: Sequence[str]) -> bool:
    """True when no argument names a path or leaves tests out."""
    named = (root / argument.partition("::")[0] for argument in given)
    return not any(map(SELECTION.fullmatch, given)) and not any(path.exists() for path in named)


def run_javascript(root: Path) -> None:
    """Run the units of the scripts under Node's own runner; a problem when one fails."""
    files = sorted((root / "tests" / "js").glob("*.test.mjs"))
    command: list[str | Path] = ["node", "--test", "--test-reporter=tap", *files]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stdout.write(done.stdout + done.stderr)
        raise Problem("les tests JavaScript échouent.", "Les lignes ci-dessus disent lesquels.")
    passed = re.search(r"^# pass (\d+)", done.stdout, re.MULTILINE)
    say(f"JavaScript : {passed[1] if passed else 0} tests passent.")


def coverage_lines(report: dict[str, Any]) -> Iterator[str]:
    """Say what coverage.py measured: each room, the modules that lack most, the total."""
    rooms: dict[str, list[dict[str, Any]]] = {}
    for path, file in report["files"].items():
        rooms.setdefault(_room(path), []).append(file["summary"])
    for room, summaries in sorted(rooms.items()):
        yield f"{_percentage(summaries):6.1f} %  {room}"
    yield f"Les {WORST} modules où il manque le plus :"
    files = sorted(report["files"].items(), key=lambda item: _missing(item[1]["summary"]), reverse=True)
    for path, file in files[:WORST]:
        yield f"{_percentage([file['summary']]):6.1f} %  {path}"
    yield f"{report['totals']['percent_covered']:6.1f} %  au total (lignes et branches)"


def read_report(path: Path) -> dict[str, Any]:
    """Read the JSON that coverage.py wrote."""
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return report


def _room(path: str) -> str:
    app, *rest = Path(path).parts
    return f"{app}/{rest[0]}" if app == "catalogue" and len(rest) > 1 else app


def _missing(summary: dict[str, Any]) -> int:
    return int(summary["missing_lines"] + summary["missing_branches"])


def _percentage(summaries: list[dict[str, Any]]) -> float:
    total = sum(one["num_statements"] + one["num_branches"] for one in summaries)
    missing = sum(map(_missing, summaries))
    return 100 * (1 - missing / total) if total else 100.0
