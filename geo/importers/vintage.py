"""What a new vintage of the nomenclature would change: compared with the database, nothing written.

Names, codes and parents come from a packed file (see ``pack``); outlines, when they are given, from the
same sources as the import. Who stands on a territory that changes is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import FloatField, Func
from django.utils.translation import gettext_lazy as _

from geo.importers.build import Key
from geo.importers.nomenclature import Nomenclature
from geo.importers.shapes import Shapes
from geo.models import Territory

PARENTS = ("epci", "ept", "departement", "region")
OUTLINE_CHANGE = 0.01
"""Share of its area by which an outline has to differ to be reported: sources round their vertices."""


class Kind(StrEnum):
    """What may happen to a territory from one vintage to the next."""

    CREATED = "creee"
    MERGED = "fusionnee"
    GONE = "disparue"
    RENAMED = "renommee"
    EPCI = "epci"
    EPT = "ept"
    DEPARTEMENT = "departement"
    REGION = "region"
    OUTLINE = "contour"


ORDER = (
    Kind.MERGED, Kind.GONE, Kind.CREATED, Kind.DEPARTEMENT, Kind.REGION, Kind.EPCI, Kind.EPT, Kind.RENAMED,
    Kind.OUTLINE,
)  # fmt: skip
"""From what moves records to what only draws them."""
LABELS = {
    Kind.CREATED: _("créé ou rétabli"),
    Kind.MERGED: _("réuni à un autre"),
    Kind.GONE: _("disparu sans successeur"),
    Kind.RENAMED: _("renommé"),
    Kind.EPCI: _("change d’intercommunalité"),
    Kind.EPT: _("change d’établissement public territorial"),
    Kind.DEPARTEMENT: _("change de département"),
    Kind.REGION: _("change de région"),
    Kind.OUTLINE: _("contour changé de plus de 1 %"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """A territory in force in the database."""

    name: str
    parents: Mapping[str, str] = field(default_factory=dict)
    area: float | None = None
    """Of its outline, square degrees (srid 4326): only compared with another area of the same place."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one territory; ``after`` of a merge is the code of the commune that takes it over."""

    kind: Kind
    level: str
    code: str
    name: str
    before: str = ""
    after: str = ""


def read_held() -> dict[Key, Held]:
    """Return the territories in force; one query, without their outlines but with the area of these."""
    codes = [f"{parent}__code" for parent in PARENTS]
    area = Func("geometry", function="ST_Area", output_field=FloatField())
    rows = (
        Territory.objects.current().annotate(area=area).values_list("level", "code", "name", "area", *codes)
    )
    return {
        (level, code): Held(name, {k: v for k, v in zip(PARENTS, parents, strict=True) if v}, area)
        for level, code, name, area, *parents in rows.iterator()
    }


def find_changes(names: Nomenclature, base: Mapping[Key, Held], shapes: Shapes | None = None) -> list[Change]:
    """Return everything that changes, what moves records first."""
    found = [*_present(names, base), *_absent(names, base)]
    if shapes is not None:
        found += _redrawn(shapes, base)
    return sorted(found, key=lambda one: (ORDER.index(one.kind), one.level, one.code))


def _present(names: Nomenclature, base: Mapping[Key, Held]) -> Iterator[Change]:
    labels = {(named.level, named.code): named.name for named in names.named}
    labels = {key: one.name for key, one in base.items()} | labels
    for named in names.named:
        before = base.get((named.level, named.code))
        if before is None:
            yield Change(Kind.CREATED, named.level, named.code, named.name)
            continue
        if before.name != named.name:
            yield Change(Kind.RENAMED, named.level, named.code, named.name, before.name, named.name)
        if named.level != "commune":
            continue
        for parent in PARENTS:
            old, new = before.parents.get(parent, ""), named.parents.get(parent, "")
            if old != new:
                ends = [f"{labels.get((parent, code), '')} ({code})" if code else "" for code in (old, new)]
                yield Change(Kind(parent), named.level, named.code, named.name, *ends)


def _absent(names: Nomenclature, base: Mapping[Key, Held]) -> Iterator[Change]:
    present = {(named.level, named.code) for named in names.named}
    heirs = {one.code: one.successor for one in names.former}
    for key, before in base.items():
        if key in present:
            continue
        heir = heirs.get(key[1], "") if key[0] == "commune" else ""
        kind = Kind.MERGED if heir else Kind.GONE
        yield Change(kind, *key, before.name, before.name, heir)


def _redrawn(shapes: Shapes, base: Mapping[Key, Held]) -> Iterator[Change]:
    for code, outline in shapes.outlines.items():
        before = base.get(("commune", code)) or base.get(("arrondissement", code))
        if before is None or before.area is None or code in shapes.lacking_parts:
            continue  # those whose parts lack in the source are completed at the import
        share = outline.area / before.area - 1
        if abs(share) > OUTLINE_CHANGE:
            level = "commune" if ("commune", code) in base else "arrondissement"
            yield Change(
                Kind.OUTLINE, level, code, before.name, "", f"{100 * share:+.1f} %".replace(".", ",")
            )
