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
    """A figure about an experiment: what it is about, what it was compared with, who measured it.

    ``is_counted`` says whether it is a proof, ``is_third_party`` whether somebody without interest in the
    solution measured it: the database computes both, nobody types them.
    """

    class Nature(models.TextChoices):
        MEASURED = "mesure", _("mesuré")
        ANNOUNCED = "annonce", _("annoncé ou estimé")

    class Subject(models.TextChoices):
        SOLUTION = "solution", _("la solution elle-même")
        OBSERVED = "observation", _("autre chose, que la solution a observé")

    class Kind(models.TextChoices):
        EFFECT = "effet", _("effet")
        PERFORMANCE = "performance", _("performance")
        USAGE = "usage", _("usage")
        MEANS = "moyens", _("moyens")

    class Reference(models.TextChoices):
        BEFORE = "avant", _("avant")
        CONTROL = "temoin", _("témoin")
        TARGET = "objectif", _("objectif annoncé")
        NONE = "aucune", _("aucune")

    PROVING = (Kind.EFFECT, Kind.PERFORMANCE)

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
    subject = models.CharField(
        _("ce qui est mesuré"),
        max_length=12,
        choices=Subject,
        blank=True,
        default="",
        db_default="",
        help_text=_("Un capteur qui compte des passants mesure la rue, non son propre effet."),
    )
    kind = models.CharField(
        _("classe"),
        max_length=12,
        choices=Kind,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "Effet : ce qui a changé. Performance : ce que la solution fournit. Usage : combien s’en sont "
            "servis. Moyens : ce qui a été mis en place. L’usage et les moyens ne prouvent rien."
        ),
    )
    reference = models.CharField(
        _("comparé à"),
        max_length=12,
        choices=Reference,
        default=Reference.NONE,
        db_default=Reference.NONE,
        help_text=_("La situation d’avant, un témoin sans la solution, ou l’objectif annoncé."),
    )
    baseline = models.DecimalField(
        _("valeur de la référence"),
        max_digits=16,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("Dans la même unité. Un objectif annoncé ne sert de référence qu’avec sa valeur."),
    )
    value = models.DecimalField(_("valeur"), max_digits=16, decimal_places=4, null=True, blank=True)
    unit = models.CharField(_("unité"), max_length=60, blank=True)
    text = models.CharField(_("énoncé"), max_length=400, blank=True)
    year = models.SmallIntegerField(_("année de la mesure"), null=True, blank=True)
    period = models.CharField(_("période"), max_length=120, blank=True)
    method = models.TextField(_("méthode"), blank=True)
    measured_by = models.CharField(_("mesuré par"), max_length=250, blank=True)
    measurer = models.ForeignKey(
        "Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="measures",
        verbose_name=_("organisation qui a mesuré"),
        help_text=_(
            "L’indépendance s’en déduit : elle ne doit ni porter, ni financer, ni tenir la fiche de "
            "l’expérimentation ou de la solution."
        ),
    )
    independence_refusal = models.CharField(
        _("indépendance retirée, pourquoi"),
        max_length=400,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "À remplir par un curateur qui ne tient pas la mesure pour indépendante, avec sa raison."
        ),
    )
    is_third_party = models.BooleanField(
        _("mesure indépendante"), default=False, db_default=False, editable=False
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
    is_counted = models.GeneratedField(
        expression=models.ExpressionWrapper(
            models.Q(nature="mesure", subject="solution", kind__in=["effet", "performance"])
            & models.Q(value__isnull=False, unit__regex=r"\S", year__isnull=False)
            & (
                models.Q(reference__in=["avant", "temoin"])
                | models.Q(reference="objectif", baseline__isnull=False)
            )
            & (
                models.Q(document__isnull=False)
                | models.Q(source_url__regex=r"\S")
                | models.Q(source_citation__regex=r"\S")
            ),
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
        verbose_name=_("compte comme preuve"),
    )

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
            models.CheckConstraint(
                condition=models.Q(subject__in=["", "solution", "observation"])
                & models.Q(kind__in=["", "effet", "performance", "usage", "moyens"])
                & models.Q(reference__in=["avant", "temoin", "objectif", "aucune"]),
                name="indicator_words_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(reference="objectif") | models.Q(baseline__isnull=False),
                name="indicator_target_has_value",
                violation_error_message=_(
                    "Donnez la valeur de l’objectif annoncé : sans elle, rien ne dit s’il est atteint."
                ),
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
