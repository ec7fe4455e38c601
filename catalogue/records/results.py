"""What makes a result a proof, on rows in the portable form: for who writes one and who accepts it.

The rule is a column of the database (``Indicator.is_counted``), independence one of its triggers: here they
are put in words. A test holds both to the same answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from catalogue.models import Experiment, Indicator, Record
from catalogue.records.content import Values, describe_item, get_collections

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Kind, Reference, Subject = Indicator.Kind, Indicator.Reference, Indicator.Subject
COUNTS = (Kind.USAGE, Kind.MEANS)
"""Classes that are shown under their name and raise no level."""


def _is_blank(row: Values, name: str) -> bool:
    return row.get(name) is None or not str(row[name]).strip()


def _lacks(name: str) -> Callable[[Values], bool]:
    return lambda row: _is_blank(row, name)


def _is(name: str, *values: str) -> Callable[[Values], bool]:
    return lambda row: row.get(name) in values


def _lacks_kind(row: Values) -> bool:
    return _is_blank(row, "kind") and row.get("subject") != Subject.OBSERVED


def _lacks_source(row: Values) -> bool:
    return all(_is_blank(row, name) for name in ("source_url", "source_citation", "document"))


def _has_no_reference(row: Values) -> bool:
    return row.get("reference") in (None, "", Reference.NONE)


def _lacks_target(row: Values) -> bool:
    return row.get("reference") == Reference.TARGET and _is_blank(row, "baseline")


GAPS: tuple[tuple[Callable[[Values], bool], StrOrPromise], ...] = (
    (_is("nature", Indicator.Nature.ANNOUNCED), _l("il est annoncé, non mesuré")),
    (_lacks("subject"), _l("rien ne dit si c’est la solution qui est mesurée")),
    (_is("subject", Subject.OBSERVED), _l("il mesure autre chose que la solution")),
    (_lacks_kind, _l("sa classe n’est pas dite : effet, performance, usage ou moyens")),
    (_is("kind", Kind.USAGE), _l("il compte un usage, qui ne prouve pas un effet")),
    (_is("kind", Kind.MEANS), _l("il compte des moyens, qui ne prouvent pas un effet")),
    (_has_no_reference, _l("il n’est comparé à rien : ni avant, ni témoin, ni objectif")),
    (_lacks_target, _l("la valeur de l’objectif annoncé n’est pas donnée")),
    (_lacks("value"), _l("il n’a pas de valeur chiffrée")),
    (_lacks("unit"), _l("son unité manque")),
    (_lacks("year"), _l("l’année de la mesure manque")),
    (_lacks_source, _l("sa source manque")),
)
"""Why a result is no proof, in the order in which one mends it."""


def list_gaps(row: Values) -> list[str]:
    """Return why the result is not counted as a proof; nothing when it is."""
    return [str(words) for lacks, words in GAPS if lacks(row)]


@dataclass(frozen=True)
class JudgedResult:
    """One result before those who write it or decide on it; ``doubts`` keep nobody from accepting it."""

    name: str
    details: str
    kind: str
    gaps: list[str]
    doubts: list[str]

    @property
    def is_counted(self) -> bool:
        return not self.gaps


def judge_results(experiment: Experiment, rows: Iterable[Values]) -> list[JudgedResult]:
    """Judge the results of an experiment, as they are in a copy of it or once written; two statements."""
    given = list(rows)
    interests = _read_interests(experiment, given)
    rare = _find_rare_units(experiment, given)
    return [_judge(row, interests, rare) for row in given]


SHOWN_APART = ("name", "kind", "nature", "subject")


def _judge(row: Values, interests: _Interests, rare: set[str]) -> JudgedResult:
    collection = get_collections(Record.Kind.EXPERIMENT)["indicators"]
    doubts = []
    if row.get("nature") == Indicator.Nature.MEASURED:
        doubts = [words for words in (interests.doubt(row), _doubt_unit(row, rare)) if words]
    shown = {name: value for name, value in row.items() if name not in SHOWN_APART}
    return JudgedResult(
        name=str(row.get("name") or ""),
        details=describe_item(collection, shown),
        kind=str(Kind(row["kind"]).label) if row.get("kind") else _("sans classe"),
        gaps=list_gaps(row),
        doubts=doubts,
    )


@dataclass(frozen=True)
class _Interests:
    """Who has an interest in an experiment, by name in small letters; which measurers are third parties."""

    names: frozenset[str]
    third_parties: Mapping[str, bool]

    def doubt(self, row: Values) -> str:
        """Return what one may doubt of who measured; "" for a known third party."""
        written, measurer = str(row.get("measured_by") or "").strip(), row.get("measurer")
        if not measurer and not written:
            return _("personne n’est nommé comme ayant mesuré")
        is_judge = (
            written.lower() in self.names if not measurer else not self.third_parties.get(measurer, True)
        )
        if is_judge:
            return _("mesuré par qui la porte ou y a un intérêt (%(who)s)") % {"who": written or measurer}
        if not measurer:
            words = _(
                "« %(who)s » n’est pas une organisation connue du site : son indépendance ne se vérifie pas"
            )
            return words % {"who": written}
        if row.get("independence_refusal"):
            return _("indépendance retirée : %(why)s") % {"why": row["independence_refusal"]}
        return ""


INTERESTED = """
SELECT lower(btrim(o.name)) FROM catalogue_organisation o WHERE o.id IN (
    SELECT organisation_id FROM catalogue_recordorganisation
    WHERE record_id = ANY(%(records)s) AND role NOT IN ('territoire-hote', 'evaluateur')
    UNION ALL SELECT owner_id FROM catalogue_record WHERE id = ANY(%(records)s)
)
"""
MEASURERS = """
SELECT o.slug, catalogue_is_third_party(o.id, %(records)s) FROM catalogue_organisation o
WHERE o.slug = ANY(%(slugs)s)
"""
# a unit of results is looked for among those of other experiments: bounded by the units that are asked
KNOWN_UNITS = """
SELECT u.unit FROM unnest(%(units)s::text[]) AS u (unit)
WHERE EXISTS (SELECT FROM catalogue_indicatortype t WHERE lower(btrim(t.unit)) = u.unit)
   OR EXISTS (SELECT FROM catalogue_indicator i
              WHERE lower(btrim(i.unit)) = u.unit AND i.experiment_id <> %(experiment)s)
"""


def _read_interests(experiment: Experiment, rows: list[Values]) -> _Interests:
    slugs = sorted({str(row["measurer"]) for row in rows if row.get("measurer")})
    parameters = {"records": [experiment.pk, experiment.solution_id], "slugs": slugs}
    with connection.cursor() as cursor:
        cursor.execute(INTERESTED, parameters)
        names = frozenset(name for (name,) in cursor.fetchall())
        third_parties: dict[str, bool] = {}
        if slugs:
            cursor.execute(MEASURERS, parameters)
            third_parties = dict(cursor.fetchall())
    return _Interests(names, third_parties)


def _unit(row: Values) -> str:
    return str(row.get("unit") or "").strip().lower()


def _find_rare_units(experiment: Experiment, rows: list[Values]) -> set[str]:
    """Return the units that no shared indicator and no other experiment uses."""
    units = sorted({_unit(row) for row in rows} - {""})
    if not units:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_UNITS, {"units": units, "experiment": experiment.pk})
        return set(units) - {unit for (unit,) in cursor.fetchall()}


def _doubt_unit(row: Values, rare: set[str]) -> str:
    words = _("l’unité « %(unit)s » ne se lit nulle part ailleurs sur le site")
    return words % {"unit": str(row["unit"]).strip()} if _unit(row) in rare else ""
