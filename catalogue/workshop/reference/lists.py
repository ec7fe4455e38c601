"""Which lists there are, what may be changed in each (an allow-list), and how records use their lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from catalogue.models import (
    Concept,
    IndicatorType,
    Organisation,
    Programme,
    Record,
    Source,
    Stake,
    Theme,
    Zonage,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TERM_FIELDS = ("label", "description")
CROSSWALK = "crosswalk"
"""The one value of a line that is a list: what a theme is called elsewhere, « liste : libellé »."""
ARCHIVING = _("elle n’est plus proposée dans les formulaires ; les fiches qui l’ont la gardent")


@dataclass(frozen=True)
class Use:
    """A way in which records use a line: the look-up from a record, and what it is called."""

    lookup: str
    label: StrOrPromise


@dataclass(frozen=True)
class ReferenceList:
    code: str
    model: type[Model]
    title: StrOrPromise
    one: StrOrPromise
    fields: tuple[str, ...]
    uses: tuple[Use, ...] = ()
    key: str = "code"
    label: str = "label"
    searched: tuple[str, ...] = ("label", "code")
    summary: StrOrPromise = ""
    is_alphabetical: bool = False
    archiving: StrOrPromise = ARCHIVING
    """What an archived line no longer does."""

    @property
    def is_ordered(self) -> bool:
        """True when curators choose the order of the lines."""
        has_position = any(field.name == "position" for field in self.model._meta.fields)
        return has_position and not self.is_alphabetical

    @property
    def rows(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._default_manager.all()
        return rows

    @property
    def values(self) -> tuple[str, ...]:
        """The names of what may be changed."""
        return (*self.fields, CROSSWALK) if self.model is Theme else self.fields

    def find(self, words: str) -> QuerySet[Any]:
        wanted = Q()
        for name in self.searched:
            wanted |= Q(**{f"{name}__icontains": words})
        return self.rows.filter(wanted) if words else self.rows

    def key_of(self, line: Any) -> str:
        """Return what names a line in URLs and in files."""
        return str(getattr(line, self.key))

    def label_of(self, line: Any) -> str:
        return str(getattr(line, self.label))

    def counts(self, lines: list[Any], shown: Q) -> dict[int, list[int]]:
        """Count for each line the records ``shown`` that use it in each way; a statement for each way."""
        found = {line.pk: [0] * len(self.uses) for line in lines}
        for place, use in enumerate(self.uses):
            rows = Record.objects.filter(shown, **{f"{use.lookup}__in": list(found)}).order_by()
            for pk, total in rows.values_list(use.lookup).annotate(total=Count("pk", distinct=True)):
                if pk in found:
                    found[pk][place] = total
        return found

    def records(self, line: Any, use: Use | None = None) -> QuerySet[Record]:
        wanted = Q()
        for one in [use] if use else self.uses:
            wanted |= Q(pk__in=Record.objects.filter(**{one.lookup: line}).order_by().values("pk"))
        rows: QuerySet[Record] = Record.objects.filter(wanted) if wanted else Record.objects.none()
        return rows


LISTS: dict[str, ReferenceList] = {
    one.code: one
    for one in (
        ReferenceList(
            "themes", Theme, _("Thèmes"), _("thème"), TERM_FIELDS, (Use("themes", _("Fiches")),),
            summary=_("Ce dont parlent les fiches, et comment chaque source l’appelle."),
        ),
        ReferenceList(
            "enjeux", Stake, _("Enjeux"), _("enjeu"), TERM_FIELDS, (Use("stakes", _("Fiches")),),
            summary=_("Les grandes finalités des fiches."),
        ),
        ReferenceList(
            "notions", Concept, _("Notions (thésaurus)"), _("notion"),
            ("label", "synonyms", "broader", "description"),
            searched=("label", "code", "synonyms"), is_alphabetical=True,
            archiving=_("elle ne sert plus à la recherche"),
            summary=_("Ce que l’on dit l’un pour l’autre : la recherche comprend tous ces noms."),
        ),
        ReferenceList(
            "indicateurs", IndicatorType, _("Indicateurs partagés"), _("indicateur partagé"),
            (*TERM_FIELDS, "unit", "direction", "is_difference"),
            (Use("as_experiment__indicators__type", _("Fiches")),),
            searched=("label", "code", "unit"),
            summary=_("Unité, sens de lecture et définition, pour que les résultats se comparent."),
        ),
        ReferenceList(
            "programmes", Programme, _("Programmes"), _("programme"),
            (*TERM_FIELDS, "operator", "url", "year_start", "year_end"),
            (Use("programmes", _("Fiches")),),
            searched=("label", "code", "operator"),
            summary=_("Les programmes et labels publics dont relèvent les fiches."),
        ),
        ReferenceList(
            "zonages", Zonage, _("Zonages"), _("zonage"), (*TERM_FIELDS, "programme", "source"),
            summary=_("Les territoires qu’un programme ou une loi désigne ; leur liste vient d’un import."),
        ),
        ReferenceList(
            "sources", Source, _("Sources"), _("source"),
            ("name", "publisher", "url", "licence", "published_in", "consulted_on", "note"),
            (Use("source", _("Fiches")),),
            label="name", searched=("name", "code", "publisher"),
            summary=_("D’où viennent les fiches, et sous quelle licence."),
        ),
        ReferenceList(
            "organisations", Organisation, _("Organisations"), _("organisation"),
            ("name", "kind", "siren", "siret", "territory", "country", "url", "description"),
            (
                Use("organisation_links__organisation", _("Fiches liées")),
                Use("owner", _("Fiches tenues")),
                Use("as_experiment__indicators__measurer", _("Fiches mesurées")),
            ),
            key="slug", label="name", searched=("name", "siret", "siren", "slug"),
            summary=_("Ceux qui portent, accueillent, évaluent ou tiennent à jour les fiches."),
        ),
    )
}  # fmt: skip


def get_list(model: type[Model]) -> ReferenceList:
    return next(ref for ref in LISTS.values() if ref.model is model)
