"""Make the databases that are missing, measure each, write the table of docs/performance.md."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench import databases, processes, report

SIZES = (10_000, 100_000, 1_000_000)
PARTS = ("tiles", "queries", "imports", "tipg")


def main() -> int:
    """Measure, print the table, and return 0 whatever the figures are."""
    parser = argparse.ArgumentParser(prog="manage.py bench", description="Mesure les chemins chauds du site.")
    parser.add_argument("--records", type=int, nargs="+", default=list(SIZES), help="tailles (%(default)s)")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="ce qui est mesuré")
    parser.add_argument("--fresh", action="store_true", help="refait les bases de données de mesure")
    parser.add_argument("--last", action="store_true", help="reprend les dernières mesures sans rien mesurer")
    parser.add_argument("--write", action="store_true", help="écrit le tableau dans docs/performance.md")
    options = parser.parse_args()
    if not options.last:
        measure(options)
    results = [json.loads(results_path(records).read_text()) for records in sorted(options.records)]
    text = report.render_table(results)
    print(text)
    if options.write:
        report.write_document(text)
    return 0


def results_path(records: int) -> Path:
    """Return where the last measures of a size are stored."""
    return databases.ROOT / "var" / "bench" / f"{records}.json"


def measure(options: argparse.Namespace) -> None:
    """Measure each size; the parts that are left out keep their last measures."""
    results_path(0).parent.mkdir(parents=True, exist_ok=True)
    if "tipg" in options.only:
        processes.install_tipg()
    for records in sorted(options.records):
        print(f"{records} fiches : préparation…", flush=True)
        began = time.monotonic()
        name, generated = databases.prepare(records, options.fresh)
        databases.manage(name, "collectstatic", "--noinput", "-v0")
        print(f"{records} fiches : mesures…", flush=True)
        largest = records == max(options.records)
        found = measure_database(name, records, options.only, compare="tipg" in options.only and largest)
        before = json.loads(results_path(records).read_text()) if results_path(records).exists() else {}
        seconds = {"took_s": time.monotonic() - began} | ({"generation_s": generated} if generated else {})
        machine = {"machine": report.describe_machine()}
        results_path(records).write_text(json.dumps({**before, **found, **seconds, **machine}, indent=1))


def measure_database(name: str, records: int, only: list[str], compare: bool) -> dict[str, Any]:
    """Return what ``bench.size`` measures on a database."""
    command = [sys.executable, "-W", "ignore", "-m", "bench.size", name, str(records), ",".join(only)]
    output = subprocess.run(
        [*command, "yes" if compare else "no"],
        cwd=databases.ROOT,
        env=databases.environment(name),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, Any] = json.loads(output.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
