"""What proves a record: indicators with their method and source, and documents with their licence."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from catalogue.models.kinds import Experiment
from catalogue.models.record import Record


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
    """A figure about an experiment, said to be measured or only announced.

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
