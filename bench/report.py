"""The figures as a table: the target, the measure, met or missed."""

from __future__ import annotations

import os
import platform
import re
from math import log
from pathlib import Path
from typing import Any

from bench.databases import ROOT, connect

DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
ROW = "| {} | {} | {} | {} |"

RATIOS = (
    ("4. Facets of everything, of plain GROUP BY", "facets", "facets_plain", 0.15, ""),
    ("4. Facets of a kind, of plain GROUP BY", "facets_kind", "facets_plain", 0.15, ""),
    ("5. Nearest under a filter that 0.1 % match, over one KNN", "near_rare", "knn", 5, " times"),
    ("5. Nearest under a filter that nothing matches, over one KNN", "near_none", "knn", 60, " times"),
    ("8. Ranking of a territory over one KNN", "ranking", "knn", 8, " times"),
    ("8. Territory page over its own queries", "territory_page", "territory_queries", 3, " times"),
    ("9. A publication under 20,000 alerts, over its SQL", "alerts", "alerts_raw", 5, " times"),
    ("Dashboard, whole page over its SQL", "dashboard", "dashboard_raw", 2.5, " times"),
    ("Queue of the curators when all wait, over its SQL", "workshop", "workshop_raw", 4, " times"),
    ("What the checks found, over its SQL", "quality", "quality_raw", 3, " times"),
    ("500 versions of a record, over their SQL", "history", "history_raw", 15, " times"),
    ("Two versions compared, over their SQL", "compare", "compare_raw", 15, " times"),
    ("Duplicates of a record, of comparing all", "duplicates", "duplicates_naive", 0.2, ""),
    ("Duplicates in a crowd, over elsewhere", "duplicates_crowd", "duplicates", 5, " times"),
)
"""Figures that are the ratio of two medians: their name, the two measures, the most allowed and its unit."""


def render_table(results: list[dict[str, Any]]) -> str:
    """Return the Markdown of a run."""
    minutes = sum(found["took_s"] for found in results) / 60
    lines = [results[-1]["machine"], f"The measures took {minutes:.0f} minutes.", ""]
    lines += [
        ROW.format("figure", "asked for", "found", ""),
        "|---|---|---|---|",
        *render_figures(results),
        "",
    ]
    lines += render_medians(results)
    return "\n".join(lines)


def describe_machine() -> str:
    """Return the machine and the versions, in a sentence."""
    cpuinfo = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.*)", cpuinfo)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with connect("postgres") as server:
        version = server.execute("SHOW server_version").fetchone()
    load = os.getloadavg()[2]
    return (
        f"{model[1] if model else platform.processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; "
        f"PostgreSQL {version[0].split()[0] if version else '?'}, Python {platform.python_version()}; "
        f"mean load of the last quarter of an hour {load:.1f}."
    )


def figure_row(name: str, target: str, found: float, is_met: bool, unit: str = "") -> str:
    """Return a row of the table of figures."""
    return ROW.format(name, target, f"{found:.2f}{unit}", "held" if is_met else "**missed**")


def render_figures(results: list[dict[str, Any]]) -> list[str]:
    """Return the rows of the figures that the run measured."""
    last = results[-1]
    rows: list[str] = []
    if "tiles" in last:
        rows += tile_figures(last["tiles"])
    if len(results) > 1:
        rows += growth(results)
    if "queries" in last:
        rows += query_figures(measures_at_largest_size(results, "queries"))
    rows += import_figures(measures_at_largest_size(results, "imports"))
    if last.get("generation_s"):
        found = last["generation_s"] / 60
        rows.append(
            figure_row(f"Generation of {last['records']:,} records", "≤ 10 min", found, found <= 10, " min")
        )
    return rows


def measures_at_largest_size(results: list[dict[str, Any]], part: str) -> dict[str, float]:
    """Return each measure of a part at the largest size where it was taken."""
    measures: dict[str, float] = {}
    for found in results:
        measures |= found.get(part, {})
    return measures


def import_figures(measures: dict[str, float]) -> list[str]:
    """Return the rows of the dry runs of 100,000 rows: wall time, and the peak of memory of the worker."""
    rows = []
    for kind, rows_label in (("table", "doubtful rows"), ("outlines", "outlines of 33 vertices")):
        if f"{kind}_wall_s" in measures:
            wall, peak = measures[f"{kind}_wall_s"], measures[f"{kind}_peak_mb"]
            rows.append(figure_row(f"Dry run of 100,000 {rows_label}", "≤ 180 s", wall, wall <= 180, " s"))
            rows.append(figure_row("… its peak of memory", "≤ 1,000 MB", peak, peak <= 1000, " MB"))
    return rows


def tile_figures(tiles: dict[str, Any]) -> list[str]:
    """Return the rows of figures 1, 2 and 7."""
    rows = []
    for zoom, least in (("6", 0.75), ("10", 0.65), ("13", 0.55)):
        found = tiles[zoom]["raw"]["cpu_ms"] / tiles[zoom]["site"]["cpu_ms"]
        rows.append(
            figure_row(f"1. Tile at z{zoom}, of raw `ST_AsMVT` (CPU)", f"≥ {least}", found, found >= least)
        )
    for zoom, least in (("6", 20), ("10", 10), ("13", 4)):
        if "tipg" in tiles[zoom]:
            found = tiles[zoom]["tipg"]["cpu_ms"] / tiles[zoom]["site"]["cpu_ms"]
            rows.append(
                figure_row(
                    f"2. tipg over the site at z{zoom} (CPU)", f"≥ {least} times", found, found >= least
                )
            )
    for zoom, both in tiles.get("same", {}).items():
        found = both["tipg"]["cpu_ms"] / both["site"]["cpu_ms"]
        name = f"2. The same {both['features']:,} features at z{zoom}, tipg over the site (CPU)"
        rows.append(figure_row(name, "≥ 3 times", found, found >= 3))
    for zoom in ("6", "10", "13"):
        found = tiles[zoom]["raw"]["cpu_ms"] / tiles[zoom]["cached"]["cpu_ms"]
        rows.append(figure_row(f"7. A 304 at z{zoom}, raw SQL over it (CPU)", "≥ 3 times", found, found >= 3))
    return rows


def growth(results: list[dict[str, Any]]) -> list[str]:
    """Return the rows of figure 3: exponents from the smallest to the largest size."""
    first, last = results[0], results[-1]
    span = log(last["records"] / first["records"])
    paths = [(f"tile at z{z}", ("tiles", z, "site", "ms"), 0.2) for z in ("6", "10", "13")] + [
        ("nearest records", ("queries", "near"), 0.2),
        ("list, whole", ("queries", "list"), 0.2),
        ("list of a kind", ("queries", "list_kind"), 0.2),
        ("list in a window", ("queries", "list_bbox"), 0.2),
        ("words within 50 km", ("queries", "words_near"), 0.5),
    ]
    rows = []
    for name, path, most in paths:
        if path[0] in last:
            found = log(read_measure(last, path) / read_measure(first, path)) / span
            rows.append(figure_row(f"3. Growth exponent, {name}", f"≤ {most}", found, found <= most))
    return rows


def read_measure(found: Any, path: tuple[str, ...]) -> float:
    """Return a number of the results by its path."""
    for key in path:
        found = found[key]
    return float(found)


def query_figures(ms: dict[str, float]) -> list[str]:
    """Return the rows of figures 4, 5, 8 and 9, and those of the pages of the curators."""
    rows = []
    for name, measure, base, most, unit in RATIOS:
        if measure in ms:
            found = ms[measure] / ms[base]
            rows.append(figure_row(name, f"≤ {most}{unit}", found, found <= most))
    return rows


def render_medians(results: list[dict[str, Any]]) -> list[str]:
    """Return the table of the medians behind the figures, in milliseconds, a column for each size."""
    sizes = [f"{found['records']:,}" for found in results]
    lines = ["| median, ms | " + " | ".join(sizes) + " |", "|---" * (len(sizes) + 1) + "|"]
    paths: list[tuple[str, tuple[str, ...]]] = []
    for zoom in ("6", "10", "13"):
        for who in ("raw", "site", "cached", "tipg"):
            for key, unit in (("ms", "wall"), ("cpu_ms", "CPU")):
                paths.append((f"tile z{zoom}: {who}, {unit}", ("tiles", zoom, who, key)))
    paths.append(("tile z6: first version in SQL, CPU", ("tiles", "plain", "cpu_ms")))
    paths += [(name, ("queries", name)) for name in results[-1].get("queries", {})]
    for name, path in paths:
        cells = []
        for found in results:
            try:
                cells.append(f"{read_measure(found, path):.2f}")
            except KeyError:
                cells.append("")
        if any(cells):
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def write_document(text: str) -> None:
    """Put the table between its marks in the document."""
    document = DOCUMENT.read_text()
    before, rest = document.split(BEGIN)
    _, after = rest.split(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
