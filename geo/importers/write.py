"""Write the ground: staged by COPY, then compared with the database, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from django.db import connection, transaction

from geo.importers import coverage, profiles, statements
from geo.importers.build import Ground
from geo.importers.labels import label_zooms
from geo.importers.nomenclature import Named
from geo.importers.terms import crowded_prefixes, terms
from geo.models import Level, TerritoryLoad
from geo.names import slugify_name
from geo.twins import FLAGS

LEVELS_PARENTS_FIRST = (
    Level.COUNTRY, Level.REGION, Level.DEPARTEMENT, Level.EPCI, Level.EPT,
    Level.COMMUNE, Level.ARRONDISSEMENT,
)  # fmt: skip
Step = Callable[[str], None]
Row = tuple[Any, ...]


class OtherGround(Exception):
    """The database holds other communes than the ones to be loaded; the message, in French, names them."""


def write(
    ground: Ground, coastal: frozenset[str], load: TerritoryLoad, step: Step = lambda name: None
) -> TerritoryLoad:
    """Return the saved ``load`` with its figures, after everything was written or nothing was."""
    with transaction.atomic(), connection.cursor() as cursor:
        # a command of the operator, not a request: it may take its time, and sorts in memory
        cursor.execute("SET LOCAL statement_timeout = '5min'; SET LOCAL work_mem = '64MB'")
        step("Envoi à la base")
        cursor.execute(statements.STAGE)
        stage(cursor, ground, coastal)
        if load.departements:
            refuse_strangers(cursor)
        figures = merge_territories(cursor, step)
        cursor.execute(
            statements.ANALYZE_KEYS
        )  # the next statements join tables that were empty a minute ago
        step("Écriture des contours généralisés")
        figures["outlines"] = count(cursor, statements.UPSERT_OUTLINES)
        figures["outlines"] += count(cursor, statements.DELETE_OUTLINES)
        figures["former"] = count(cursor, statements.UPSERT_FORMER) + count(cursor, statements.DELETE_FORMER)
        step("Complétion des noms")
        cursor.execute(statements.REWRITE_TERMS)
        step("Profils pour les territoires jumeaux")
        figures["profiles"] = write_profiles(cursor)
        cursor.execute(statements.ANALYZE)
        load.figures = {**figures, **count_held(cursor)}
        load.rejects = [list(reject) for reject in ground.rejects]
        load.save()
    return load


def stage(cursor: Any, ground: Ground, coastal: frozenset[str]) -> None:
    """Copy everything into the temporary tables."""
    copy(cursor, "staged", territory_rows(ground, coastal))
    outlines = ewkb([outline for *_key, outline in ground.outlines], 3857)
    keys = (key for *key, _outline in ground.outlines)
    copy(cursor, "staged_outline", ((*key, outline) for key, outline in zip(keys, outlines, strict=True)))
    copy(cursor, "staged_former", ((f.code, f.name, f.kind, f.successor) for f in ground.former))
    rows = list(terms(ground.named, ground.former))
    copy(cursor, "staged_term", ((i, *row) for i, row in enumerate(rows, start=1)))
    prefixes = crowded_prefixes(rows)
    copy(cursor, "staged_prefix", ((prefix, [i + 1 for i in best]) for prefix, best in prefixes.items()))
    cursor.execute(statements.ANALYZE_STAGED)


def copy(cursor: Any, table: str, rows: Iterable[Row]) -> None:
    """Send rows to a temporary table of ours by COPY."""
    with cursor.copy(f"COPY {table} FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


def ewkb(geometries: Sequence[shapely.Geometry | None], srid: int) -> list[str | None]:
    """Return the geometries as PostGIS reads them in a COPY."""
    array = np.array(geometries, dtype=object)
    return list(shapely.to_wkb(shapely.set_srid(array, srid), hex=True, include_srid=True))


def territory_rows(ground: Ground, coastal: frozenset[str]) -> Iterator[Row]:
    communes = {n.code: n for n in ground.named if n.level == Level.COMMUNE}
    on_coast = coastal_places(ground, communes, coastal)
    zooms = town_zooms(ground, communes)
    keys = [(named.level, named.code) for named in ground.named]
    geometries = ewkb([ground.geometries.get(key) for key in keys], 4326)
    points = ewkb([ground.points.get(key) for key in keys], 4326)
    for named, key, geometry, point in zip(ground.named, keys, geometries, points, strict=True):
        parents = parents_of(named, communes)
        overseas = (parents.get("departement") or named.seat or named.code).startswith(("97", "98"))
        names = (named.level, named.code, named.name, named.name_type, slugify_name(named.name))
        zoom = zooms.get(named.code) if named.level == Level.COMMUNE else None
        is_coastal = key in on_coast if key in ground.geometries else None
        is_overseas = overseas and named.level != Level.COUNTRY
        links = [parents.get(level) for level in ("commune", "epci", "ept", "departement", "region")]
        facts = (zoom, list(named.postal_codes), named.epci_type, is_coastal, is_overseas)
        origin = (ground.millesime, ground.sources.get(key, ground.source))
        yield (*names, named.population, geometry, point, *facts, *origin, *links, named.seat or None)


def parents_of(named: Named, communes: dict[str, Named]) -> dict[str, str]:
    """Return codes of the territory's parents; an arrondissement also has those of its commune."""
    if named.level == Level.ARRONDISSEMENT:
        return {**communes[named.parents["commune"]].parents, **named.parents}
    return named.parents


def coastal_places(
    ground: Ground, communes: dict[str, Named], coastal: frozenset[str]
) -> set[tuple[str, str]]:
    """Return (level, code) of the coastal communes and of all that holds one."""
    found = {(Level.COUNTRY.value, "FR")}
    for code in coastal & communes.keys():
        found.add((Level.COMMUNE.value, code))
        found.update(communes[code].parents.items())
    return found | {
        (n.level, n.code) for n in ground.named if n.level == Level.ARRONDISSEMENT and n.code in coastal
    }


def town_zooms(ground: Ground, communes: dict[str, Named]) -> dict[str, int]:
    """Return first zoom of each commune's name on the map."""
    placed = [n for n in communes.values() if (Level.COMMUNE.value, n.code) in ground.points]
    if not placed:
        return {}
    points = shapely.get_coordinates([ground.points[n.level, n.code] for n in placed])
    populations = np.array([n.population or 0 for n in placed], dtype=np.int64)
    zooms = label_zooms(coverage.mercator(points), populations)
    return {n.code: int(zoom) for n, zoom in zip(placed, zooms, strict=True)}


def merge_territories(cursor: Any, step: Step) -> dict[str, int]:
    """Return number of territories written and retired."""
    written = 0
    # Triggers compare the rows before and after; their plan is made for the first level, of one row, and
    # kept: a nested loop over the communes of a new vintage would take minutes.
    cursor.execute("SET LOCAL enable_nestloop = off")
    for level in LEVELS_PARENTS_FIRST:
        step(f"Écriture : {level.label}")
        cursor.execute(statements.UPSERT_LEVEL, {"level": level.value})
        written += cursor.rowcount
    cursor.execute(statements.ANALYZE_KEYS)
    count(cursor, statements.SET_SEATS)
    retired = count(cursor, statements.RETIRE)
    cursor.execute("SET LOCAL enable_nestloop = on")
    return {"written": written, "retired": retired}


def count(cursor: Any, sql: str) -> int:
    cursor.execute(sql)
    return int(cursor.rowcount)


def refuse_strangers(cursor: Any) -> None:
    """Raise when a partial load would retire communes that it does not know of."""
    cursor.execute(statements.STRANGERS)
    others = cursor.fetchone()[0]
    if others:
        raise OtherGround(
            f"La base contient {others} communes hors des départements demandés : "
            "« --departements » sert à remplir une base vide, pour un essai."
        )


def write_profiles(cursor: Any) -> int:
    """Return number of profiles written."""
    cursor.execute(profiles.TOWNS)
    written = 0
    for level, flags in FLAGS.items():
        cursor.execute(profiles.statement(level), {"level": level, "flags": flags})
        written += cursor.rowcount
    return written + count(cursor, profiles.FORGET)


def count_held(cursor: Any) -> dict[str, int]:
    """Return what the database holds now: current territories by level, and those with an outline."""
    cursor.execute(statements.HELD)
    figures = {}
    for level, total, outlined in cursor.fetchall():
        figures[level] = total
        figures[f"{level}_with_outline"] = outlined
    return figures
