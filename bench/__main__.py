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
    """Exit status 0, whatever the figures say."""
    parser = argparse.ArgumentParser(prog="manage.py bench", description="Mesure les chemins chauds du site.")
    parser.add_argument("--records", type=int, nargs="+", default=list(SIZES), help="tailles (%(default)s)")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="ce qui est mesuré")
    parser.add_argument("--fresh", action="store_true", help="refait les bases de données de mesure")
    parser.add_argument("--last", action="store_true", help="reprend les dernières mesures sans rien mesurer")
    parser.add_argument("--write", action="store_true", help="écrit le tableau dans docs/performance.md")
    options = parser.parse_args()
    if not options.last:
        measure(options)
    results = [json.loads(last(records).read_text()) for records in sorted(options.records)]
    text = report.table(results)
    print(text)
    if options.write:
        report.write(text)
    return 0


def last(records: int) -> Path:
    """Where the last measures of a size are kept."""
    return databases.ROOT / "var" / "bench" / f"{records}.json"


def measure(options: argparse.Namespace) -> None:
    """Measure each size; the parts that are not asked for keep their last measures."""
    last(0).parent.mkdir(parents=True, exist_ok=True)
    if "tipg" in options.only:
        processes.install_tipg()
    for records in sorted(options.records):
        print(f"{records} fiches : préparation…", flush=True)
        began = time.monotonic()
        name, generated = databases.prepare(records, options.fresh)
        databases.manage(name, "collectstatic", "--noinput", "-v0")
        print(f"{records} fiches : mesures…", flush=True)
        largest = records == max(options.records)
        found = measured(name, records, options.only, compare="tipg" in options.only and largest)
        before = json.loads(last(records).read_text()) if last(records).exists() else {}
        seconds = {"took_s": time.monotonic() - began} | ({"generation_s": generated} if generated else {})
        machine = {"machine": report.machine()}
        last(records).write_text(json.dumps({**before, **found, **seconds, **machine}, indent=1))


def measured(name: str, records: int, only: list[str], compare: bool) -> dict[str, Any]:
    """What ``bench.size`` found on a database."""
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
