"""The record (fiche): what every kind shares, and the one gate through which the public sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.models.fields import optional_user
from catalogue.models.querysets import RecordQuerySet
from catalogue.models.record_indexes import INDEXES

WORLD = (-180.0, -85.0, 180.0, 85.0)
"""Bounds of a geometry at rest, in degrees (srid 4326): what Web Mercator can show."""


def point_on_surface() -> models.Func:
    """The SQL expression of a point that lies in the record's geometry (srid 4326)."""
    return models.Func(
        models.F("geometry"), function="ST_PointOnSurface", output_field=models.PointField(srid=4326)
    )


class Record(models.Model):
    """What solutions, experiments, operations, test sites and needs have in common."""

    class Kind(models.TextChoices):
        SOLUTION = "solution", _("Solution")
        EXPERIMENT = "experimentation", _("Expérimentation")
        OPERATION = "operation", _("Opération d’aménagement")
        SITE = "site", _("Site d’expérimentation")
        NEED = "besoin", _("Besoin")

    class State(models.TextChoices):
        DRAFT = "brouillon", _("brouillon")
        SUBMITTED = "soumise", _("soumise")
        IN_REVIEW = "en-instruction", _("en instruction")
        TO_COMPLETE = "a-completer", _("à compléter")
        PUBLISHED = "publiee", _("publiée")
        REFUSED = "refusee", _("refusée")
        ARCHIVED = "archivee", _("archivée")

    class Precision(models.TextChoices):
        EXACT = "exacte", _("emplacement exact")
        ADDRESS = "adresse", _("à l’adresse")
        COMMUNE = "commune", _("au point de la commune")
        NONE = "aucune", _("sans emplacement")

    PRECISE = (Precision.EXACT, Precision.ADDRESS)
    """Precisions of a place that says more than its commune: all that its commune places is at one point."""

    kind = models.CharField(_("nature"), max_length=16, choices=Kind, editable=False)
    title = models.CharField(_("titre"), max_length=250)
    slug = models.SlugField(_("adresse courte"), max_length=120, unique=True)
    summary = models.CharField(_("résumé"), max_length=500, blank=True)
    description = models.TextField(_("description"), blank=True)
    geometry = models.GeometryField(
        _("emplacement"),
        srid=4326,
        null=True,
        blank=True,
        spatial_index=False,
        help_text=_("Point, ligne ou polygone, en longitude et latitude (WGS 84)."),
    )
    point = models.GeneratedField(
        expression=point_on_surface(),
        output_field=models.PointField(srid=4326, null=True, spatial_index=False),
        db_persist=True,
        verbose_name=_("point"),
    )
    geog = models.GeneratedField(
        expression=Cast(point_on_surface(), models.PointField(srid=4326, geography=True)),
        output_field=models.PointField(srid=4326, geography=True, null=True, spatial_index=False),
        db_persist=True,
        verbose_name=_("point sur l’ellipsoïde"),
    )
    mercator = models.GeneratedField(
        expression=models.Func(
            point_on_surface(),
            models.Value(3857),
            function="ST_Transform",
            output_field=models.PointField(srid=3857),
        ),
        output_field=models.PointField(srid=3857, null=True, spatial_index=False),
        db_persist=True,
        verbose_name=_("point des tuiles"),
    )
    location_precision = models.CharField(
        _("précision du lieu"), max_length=10, choices=Precision, default=Precision.NONE
    )
    place_name = models.CharField(_("lieu en clair"), max_length=250, blank=True)
    territory = models.ForeignKey(
        "geo.Territory",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="records",
        verbose_name=_("territoire"),
    )
    country = models.CharField(_("pays (ISO 3166)"), max_length=2, default="FR")
    themes: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "Theme", blank=True, related_name="records", verbose_name=_("thèmes")
    )
    stakes: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "Stake", blank=True, related_name="records", verbose_name=_("enjeux")
    )
    programmes: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "Programme", blank=True, related_name="records", verbose_name=_("programmes")
    )
    organisations: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "Organisation", through="RecordOrganisation", related_name="records", verbose_name=_("organisations")
    )
    year_start = models.SmallIntegerField(_("année de début"), null=True, blank=True)
    year_end = models.SmallIntegerField(_("année de fin"), null=True, blank=True)
    proof_level = models.SmallIntegerField(
        _("niveau de preuve"),
        null=True,
        editable=False,
        help_text=_("Calculé par la base à partir des expérimentations et des indicateurs."),
    )
    state = models.CharField(_("état"), max_length=16, choices=State, default=State.DRAFT)
    source = models.ForeignKey(
        "Source", models.PROTECT, null=True, blank=True, related_name="records", verbose_name=_("source")
    )
    source_url = models.URLField(_("adresse de la source"), max_length=600, blank=True)
    source_citation = models.TextField(_("référence de la source"), blank=True)
    external_id = models.CharField(_("identifiant dans la source"), max_length=120, blank=True)
    import_batch = models.ForeignKey(
        "ImportBatch",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="records",
        verbose_name=_("lot d’import"),
    )
    locked_fields = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("champs corrigés à la main"),
        default=list,
        blank=True,
        help_text=_("Un import ne réécrit jamais ces champs : il propose le changement."),
    )
    stated_on = models.DateField(
        _("dite le"),
        null=True,
        editable=False,
        help_text=_(
            "Le jour dont parle sa source, calculé : le dernier du mois ou de l’année qu’elle donne."
        ),
    )
    verified_on = models.DateField(_("vérifiée le"), null=True, blank=True)
    expires_on = models.DateField(_("à revoir avant le"), null=True, blank=True)
    language = models.CharField(_("langue"), max_length=5, default="fr")
    is_synthetic = models.BooleanField(_("donnée de synthèse"), default=False, editable=False)
    owner = models.ForeignKey(
        "Organisation",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="owned_records",
        verbose_name=_("tenue à jour par"),
        help_text=_("L’organisation dont les membres proposent la fiche et ses changements."),
    )
    creation_key = models.UUIDField(
        null=True, blank=True, unique=True, editable=False, help_text=_("Un formulaire ne crée qu’une fiche.")
    )
    created_by = optional_user(_("créée par"), related_name="created_records", editable=False)
    created_at = models.DateTimeField(_("créée le"), auto_now_add=True)
    updated_at = models.DateTimeField(_("modifiée le"), auto_now=True)
    published_at = models.DateTimeField(_("publiée le"), null=True, blank=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("fiche")
        ordering = ["-updated_at", "-pk"]
        indexes = INDEXES
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~models.Q(external_id=""),
                name="record_external_id_once",
                violation_error_message=_("Cette source a déjà une fiche avec cet identifiant."),
            ),
            models.CheckConstraint(
                condition=models.Q(geometry__isnull=True) | models.Q(geometry__isvalid=True),
                name="record_geometry_valid",
                violation_error_message=_("Le tracé se recoupe ou n’est pas fermé : corrigez-le."),
            ),
            models.CheckConstraint(
                condition=models.Q(year_start__isnull=True)
                | models.Q(year_end__isnull=True)
                | models.Q(year_end__gte=models.F("year_start")),
                name="record_years_in_order",
                violation_error_message=_("L’année de fin précède l’année de début."),
            ),
            models.CheckConstraint(
                condition=(models.Q(year_start__isnull=True) | models.Q(year_start__range=(1900, 2100)))
                & (models.Q(year_end__isnull=True) | models.Q(year_end__range=(1900, 2100))),
                name="record_years_plausible",
                violation_error_message=_("Les années doivent être entre 1900 et 2100."),
            ),
            models.CheckConstraint(
                condition=models.Q(proof_level__isnull=True) | models.Q(proof_level__range=(0, 5)),
                name="record_proof_range",
                violation_error_message=_("Le niveau de preuve va de 0 à 5."),
            ),
            models.CheckConstraint(
                condition=models.Q(expires_on__isnull=True)
                | models.Q(verified_on__isnull=True)
                | models.Q(expires_on__gte=models.F("verified_on")),
                name="record_expiry_after_verification",
                violation_error_message=_("La date de révision précède la date de vérification."),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    geometry__isnull=False, location_precision__in=["exacte", "adresse", "commune"]
                )
                | models.Q(geometry__isnull=True, location_precision="aucune"),
                name="record_precision_says_geometry",
                violation_error_message=_(
                    "La précision du lieu contredit l’emplacement : elle est « sans emplacement » "
                    "quand il n’y en a pas, et rien d’autre."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "brouillon",
                        "soumise",
                        "en-instruction",
                        "a-completer",
                        "publiee",
                        "refusee",
                        "archivee",
                    ]
                ),
                name="record_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["solution", "experimentation", "operation", "site", "besoin"]),
                name="record_kind_known",
            ),
        ]

    KIND: ClassVar[str | None] = None

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the record under the kind of its class."""
        if self.KIND is not None:
            self.kind = self.KIND
        super().save(*args, **kwargs)

    def get_constraints(self) -> list[tuple[type[models.Model], Sequence[models.BaseConstraint]]]:
        """The constraints that a form checks: GeoDjango cannot ask whether no geometry is valid."""
        found = super().get_constraints()
        if self.geometry is not None:
            return found
        return [
            (model, [one for one in some if one.name != "record_geometry_valid"]) for model, some in found
        ]

    def get_absolute_url(self) -> str:
        """Public address of the record."""
        return reverse("catalogue:record-detail", args=[self.slug])

    @property
    def proper(self) -> Any:
        """The row of the record's kind: its solution, experiment, operation, site or need."""
        attributes = {
            self.Kind.SOLUTION: "as_solution",
            self.Kind.EXPERIMENT: "as_experiment",
            self.Kind.OPERATION: "as_operation",
            self.Kind.SITE: "as_site",
            self.Kind.NEED: "as_need",
        }
        return getattr(self, attributes[self.Kind(self.kind)])

    @property
    def is_published(self) -> bool:
        """True when every visitor may see the record."""
        return self.state == self.State.PUBLISHED

    @property
    def is_coarse(self) -> bool:
        """True when the place is the point of a commune."""
        return self.location_precision == self.Precision.COMMUNE

    @property
    def is_stale(self) -> bool:
        """True when the day before which the record had to be confirmed is past."""
        return self.is_published and self.expires_on is not None and self.expires_on < timezone.localdate()


class RecordOrganisation(models.Model):
    class Role(models.TextChoices):
        HOLDER = "porteur", _("porteur")
        PARTNER = "partenaire", _("partenaire")
        HOST = "territoire-hote", _("territoire hôte")
        OWNER = "maitre-ouvrage", _("maître d’ouvrage")
        FUNDER = "financeur", _("financeur")
        EVALUATOR = "evaluateur", _("évaluateur")
        SUPPLIER = "fournisseur", _("fournisseur")

    record = models.ForeignKey(
        Record, models.CASCADE, related_name="organisation_links", verbose_name=_("fiche")
    )
    organisation = models.ForeignKey(
        "Organisation", models.PROTECT, related_name="record_links", verbose_name=_("organisation")
    )
    role = models.CharField(_("rôle"), max_length=20, choices=Role, default=Role.HOLDER)

    class Meta:
        verbose_name = _("organisation d’une fiche")
        verbose_name_plural = _("organisations des fiches")
        ordering = ["role", "organisation__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "organisation", "role"],
                name="recordorganisation_once",
                violation_error_message=_("Cette organisation a déjà ce rôle."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} ({self.get_role_display()})"
