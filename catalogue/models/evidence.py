"""What proves a record: indicators with their method and source, and documents with their licence."""

from __future__ import annotations

from typing import Any, Self

from django.contrib.gis.db import models
from django.contrib.postgres.functions import RandomUUID
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalogue.models.fields import optional_user
from catalogue.models.kinds import Experiment
from catalogue.models.record import Record
from catalogue.models.reference import IndicatorType
from catalogue.models.units import are_compatible


class DocumentQuerySet(models.QuerySet[Any]):
    def public(self) -> Self:
        """Those that may be shown with a published record."""
        return self.filter(is_ready=True, is_pending=False)


class Document(models.Model):
    """A document attached to a record: a file of ours or a link to the publisher's."""

    class Kind(models.TextChoices):
        SPECIFICATION = "cahier-des-charges", _("cahier des charges")
        GRID = "grille-evaluation", _("grille d’évaluation")
        FEEDBACK = "retour-experience", _("retour d’expérience")
        EVALUATION = "evaluation", _("rapport d’évaluation")
        PLAN = "plan", _("plan")
        PHOTO = "photo", _("photo")
        SHEET = "fiche", _("fiche")
        PRESS = "article", _("article")
        OTHER = "autre", _("autre document")

    record = models.ForeignKey(Record, models.CASCADE, related_name="documents", verbose_name=_("fiche"))
    kind = models.CharField(_("type"), max_length=20, choices=Kind, default=Kind.OTHER)
    title = models.CharField(_("titre"), max_length=250)
    url = models.URLField(_("adresse"), max_length=600, blank=True)
    file = models.FileField(_("fichier"), upload_to="documents/%Y/", blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    credit = models.CharField(_("crédit"), max_length=250, blank=True)
    published_year = models.SmallIntegerField(_("année"), null=True, blank=True)
    key = models.UUIDField(_("clé"), db_default=RandomUUID(), unique=True, editable=False)
    content_type = models.CharField(_("format"), max_length=100, blank=True, editable=False)
    size = models.PositiveIntegerField(_("taille en octets"), null=True, blank=True, editable=False)
    thumbnail = models.FileField(_("vignette"), upload_to="vignettes/%Y/", blank=True, editable=False)
    alternative = models.CharField(
        _("description de l’image"), max_length=300, blank=True, help_text=_("Pour qui ne la voit pas.")
    )
    is_ready = models.BooleanField(
        _("prêt"),
        default=True,
        db_default=True,
        editable=False,
        help_text=_("Une photo n’est montrée qu’une fois réduite et débarrassée de ses métadonnées."),
    )
    revision = models.ForeignKey(
        "Revision",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="documents",
        verbose_name=_("changement proposé"),
    )
    is_pending = models.BooleanField(
        _("proposé"),
        default=False,
        db_default=False,
        editable=False,
        help_text=_("Ajouté à une fiche publiée : public une fois le changement accepté."),
    )
    added_by = optional_user(_("ajouté par"), editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        ordering = ["kind", "title"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(url="") | ~models.Q(file=""),
                name="document_has_url_or_file",
                violation_error_message=_("Donnez une adresse ou un fichier."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class Indicator(models.Model):
    """A figure about an experiment, measured or only announced.

    It counts as a measure when its nature is ``mesure`` and its value, unit, year and source are given.
    """

    class Nature(models.TextChoices):
        MEASURED = "mesure", _("mesuré")
        ANNOUNCED = "annonce", _("annoncé ou estimé")

    experiment = models.ForeignKey(
        Experiment, models.CASCADE, related_name="indicators", verbose_name=_("expérimentation")
    )
    type = models.ForeignKey(
        "IndicatorType",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name=_("indicateur partagé"),
    )
    name = models.CharField(_("indicateur"), max_length=250)
    nature = models.CharField(_("nature"), max_length=10, choices=Nature, default=Nature.ANNOUNCED)
    baseline = models.DecimalField(
        _("valeur de départ"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    value = models.DecimalField(_("valeur"), max_digits=16, decimal_places=4, null=True, blank=True)
    unit = models.CharField(_("unité"), max_length=60, blank=True)
    text = models.CharField(_("énoncé"), max_length=400, blank=True)
    year = models.SmallIntegerField(_("année de la mesure"), null=True, blank=True)
    period = models.CharField(_("période"), max_length=120, blank=True)
    method = models.TextField(_("méthode"), blank=True)
    measured_by = models.CharField(_("mesuré par"), max_length=250, blank=True)
    is_independent = models.BooleanField(
        _("mesure indépendante"), default=False, help_text=_("Par un tiers qui ne porte pas la solution.")
    )
    document = models.ForeignKey(
        Document,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name=_("document"),
    )
    source_url = models.URLField(_("adresse de la source"), max_length=600, blank=True)
    source_citation = models.CharField(_("référence"), max_length=600, blank=True)

    class Meta:
        verbose_name = _("indicateur")
        ordering = ["nature", "name"]
        indexes = [
            # the results that no shared indicator compares, by name: the workshop's list
            models.Index(fields=["name", "id"], name="indicator_untyped", condition=models.Q(type=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(year__isnull=True) | models.Q(year__range=(1900, 2100)),
                name="indicator_year_plausible",
                violation_error_message=_("L’année de la mesure doit être entre 1900 et 2100."),
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=False) | ~models.Q(text=""),
                name="indicator_says_something",
                violation_error_message=_("Donnez une valeur, ou à défaut un énoncé."),
            ),
            models.CheckConstraint(
                condition=models.Q(nature__in=["mesure", "annonce"]), name="indicator_nature_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A shared indicator is measured in its unit, or in one that converts to it."""
        super().clean()
        if self.type is not None and self.unit.strip() and not are_compatible(self.unit, self.type.unit):
            raise ValidationError({"unit": unit_mismatch(self.unit, self.type)})


def unit_mismatch(unit: str, type_: IndicatorType) -> str:
    return gettext("« %(unit)s » ne se convertit pas en « %(wanted)s », l’unité de « %(name)s ».") % {
        "unit": unit,
        "wanted": type_.unit,
        "name": type_.label,
    }
