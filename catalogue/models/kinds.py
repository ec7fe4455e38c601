"""The five kinds of records, each with its own table, and what belongs to one kind alone."""

from itertools import chain

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalogue.models.fields import read_day
from catalogue.models.record import Record


class Solution(Record):
    """A thing, not a place: it is on the map through its experiments."""

    KIND = Record.Kind.SOLUTION

    record_ptr = models.OneToOneField(
        Record, models.CASCADE, parent_link=True, primary_key=True, related_name="as_solution"
    )

    trl = models.PositiveSmallIntegerField(
        _("maturité (TRL)"),
        null=True,
        blank=True,
        help_text=_("De 1 (principe) à 9 (éprouvé en conditions réelles)."),
    )
    costs = models.TextField(_("coûts"), blank=True)
    reuse_conditions = models.TextField(_("conditions de réemploi"), blank=True)
    obstacles_lifted = models.TextField(_("freins levés"), blank=True)
    url = models.URLField(_("site de la solution"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("solution")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(trl__isnull=True) | models.Q(trl__range=(1, 9)),
                name="solution_trl_range",
                violation_error_message=_("La maturité (TRL) va de 1 à 9."),
            )
        ]


class Experiment(Record):
    """A solution at a place over a period: an expérimentation or a déploiement."""

    KIND = Record.Kind.EXPERIMENT

    record_ptr = models.OneToOneField(
        Record, models.CASCADE, parent_link=True, primary_key=True, related_name="as_experiment"
    )

    class Status(models.TextChoices):
        EXPLORING = "exploration", _("en exploration")
        RUNNING = "experimentation", _("en expérimentation")
        DEPLOYING = "deploiement", _("en déploiement")
        FINISHED = "termine", _("terminé")
        ABANDONED = "abandonne", _("abandonné")

    class Outcome(models.TextChoices):
        UNKNOWN = "inconnu", _("bilan non connu")
        POSITIVE = "concluant", _("concluant")
        MIXED = "mitige", _("mitigé")
        NEGATIVE = "non-concluant", _("non concluant")

    solution = models.ForeignKey(
        Solution, models.PROTECT, related_name="experiments", verbose_name=_("solution")
    )
    parent = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="copies",
        verbose_name=_("reprise de"),
        help_text=_("L’expérimentation dont celle-ci s’inspire."),
    )
    status = models.CharField(_("avancement"), max_length=16, choices=Status, default=Status.EXPLORING)
    status_on = models.CharField(
        _("avancement constaté en"),
        max_length=60,
        blank=True,
        help_text=_("Date à laquelle la source le dit : « mai 2025 », « 2019 »."),
    )
    status_day = models.GeneratedField(
        expression=read_day("status_on"),
        output_field=models.DateField(null=True),
        db_persist=True,
        verbose_name=_("dernier jour de cette date"),
    )
    abandon_reason = models.TextField(_("raison de l’abandon"), blank=True)
    outcome = models.CharField(_("bilan"), max_length=16, choices=Outcome, default=Outcome.UNKNOWN)
    kept = models.TextField(_("ce qui a été repris"), blank=True)
    changed = models.TextField(_("ce qui a été changé"), blank=True)
    success_factors = models.TextField(_("facteurs de réussite"), blank=True)
    obstacles = models.TextField(_("obstacles rencontrés"), blank=True)

    class Meta:
        verbose_name = _("expérimentation")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="abandonne") | models.Q(abandon_reason__regex=r"\S"),
                name="experiment_abandon_has_reason",
                violation_error_message=_(
                    "Dites pourquoi l’expérimentation est abandonnée : c’est utile aux autres."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["inconnu", "concluant", "mitige", "non-concluant"]),
                name="experiment_outcome_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=["exploration", "experimentation", "deploiement", "termine", "abandonne"]
                ),
                name="experiment_status_known",
            ),
        ]

    @property
    def has_failed(self) -> bool:
        """Whether it was abandoned or concluded nothing."""
        return self.status == self.Status.ABANDONED or self.outcome == self.Outcome.NEGATIVE


class Operation(Record):
    """An opération d'aménagement: ÉcoQuartier, ÉcoCité, DIVD, démonstrateur …"""

    KIND = Record.Kind.OPERATION

    record_ptr = models.OneToOneField(
        Record, models.CASCADE, parent_link=True, primary_key=True, related_name="as_operation"
    )

    class OperationType(models.TextChoices):
        RENEWAL = "renouvellement", _("renouvellement urbain")
        EXTENSION = "extension", _("extension urbaine")
        MIXED = "mixte", _("renouvellement et extension")
        UNKNOWN = "inconnu", _("type non renseigné")

    operation_type = models.CharField(
        _("type d’opération"), max_length=16, choices=OperationType, default=OperationType.UNKNOWN
    )
    dwellings = models.PositiveIntegerField(_("logements"), null=True, blank=True)
    social_dwellings = models.PositiveIntegerField(_("logements sociaux"), null=True, blank=True)
    area_ha = models.DecimalField(_("surface (ha)"), max_digits=9, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("opération d’aménagement")
        verbose_name_plural = _("opérations d’aménagement")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(dwellings__isnull=True)
                | models.Q(social_dwellings__isnull=True)
                | models.Q(social_dwellings__lte=models.F("dwellings")),
                name="operation_social_within_dwellings",
                violation_error_message=_("Il y a plus de logements sociaux que de logements."),
            ),
            models.CheckConstraint(
                condition=models.Q(area_ha__isnull=True) | models.Q(area_ha__gt=0),
                name="operation_area_positive",
                violation_error_message=_("La surface doit être plus grande que zéro."),
            ),
        ]


class LabelAward(models.Model):
    """One step of one label, awarded to an operation in one year.

    The three ÉcoQuartier regimes are kept apart: no step of one is ever read as a step of another.
    """

    class Regime(models.TextChoices):
        R2013 = "2013-2016", _("ÉcoQuartier, régime 2013-2016")
        R2016 = "2016-2022", _("ÉcoQuartier, régime 2016-2022")
        R2023 = "2023", _("ÉcoQuartier, régime depuis 2023")
        OTHER = "autre", _("autre label")

    STEPS = {
        Regime.R2013: {
            "charte": _("charte signée"),
            "engage": _("engagé dans la labellisation"),
            "labellise": _("labellisé"),
        },
        Regime.R2016: {
            "etape-1": _("étape 1 : en projet"),
            "etape-2": _("étape 2 : en chantier"),
            "etape-3": _("étape 3 : livré"),
            "etape-4": _("étape 4 : confirmé"),
            "inconnue": _("étape non précisée par la source"),
        },
        Regime.R2023: {
            "ecoprojet": _("ÉcoProjet (engagement)"),
            "livre": _("label livré"),
            "vecu": _("label vécu"),
        },
        Regime.OTHER: {"laureat": _("lauréat")},
    }
    STEP_CHOICES = list(chain.from_iterable(steps.items() for steps in STEPS.values()))

    operation = models.ForeignKey(
        Operation, models.CASCADE, related_name="awards", verbose_name=_("opération")
    )
    label = models.CharField(_("label"), max_length=60, default="ÉcoQuartier")
    regime = models.CharField(_("régime"), max_length=10, choices=Regime)
    step = models.CharField(_("étape"), max_length=12, choices=STEP_CHOICES)
    year = models.SmallIntegerField(_("année"), null=True, blank=True)
    source_citation = models.CharField(_("référence"), max_length=600, blank=True)
    source_url = models.URLField(_("adresse de la source"), max_length=600, blank=True)
    note = models.CharField(_("remarque"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("attribution d’un label")
        verbose_name_plural = _("attributions de labels")
        ordering = ["year", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "label", "regime", "step", "year"],
                nulls_distinct=False,
                name="labelaward_once",
                violation_error_message=_("Cette étape est déjà attribuée à l’opération pour cette année."),
            ),
            models.CheckConstraint(
                condition=models.Q(regime="2013-2016", step__in=["charte", "engage", "labellise"])
                | models.Q(
                    regime="2016-2022", step__in=["etape-1", "etape-2", "etape-3", "etape-4", "inconnue"]
                )
                | models.Q(regime="2023", step__in=["ecoprojet", "livre", "vecu"])
                | models.Q(regime="autre", step="laureat"),
                name="labelaward_step_of_regime",
                violation_error_message=_("Cette étape n’existe pas dans ce régime."),
            ),
            models.CheckConstraint(
                condition=models.Q(year__isnull=True) | models.Q(year__range=(2009, 2100)),
                name="labelaward_year_plausible",
                violation_error_message=_("L’année d’attribution doit être entre 2009 et 2100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.get_regime_display()} – {self.get_step_display()}"


class TestSite(Record):
    """A ground that its owner offers for experiments."""

    KIND = Record.Kind.SITE
    __test__ = False

    record_ptr = models.OneToOneField(
        Record, models.CASCADE, parent_link=True, primary_key=True, related_name="as_site"
    )

    class SiteState(models.TextChoices):
        OPEN = "ouvert", _("ouvert aux candidatures")
        RESERVED = "reserve", _("réservé")
        CLOSED = "ferme", _("fermé")
        HISTORIC = "historique", _("historique")

    site_state = models.CharField(
        _("disponibilité"), max_length=12, choices=SiteState, default=SiteState.HISTORIC
    )
    allowed_tests = models.TextField(_("ce qui peut y être testé"), blank=True)
    ground_kinds = ArrayField(
        models.CharField(max_length=40), verbose_name=_("types de terrain"), default=list, blank=True
    )
    area_m2 = models.PositiveIntegerField(
        _("surface disponible (m²)"),
        null=True,
        blank=True,
        help_text=_("Ce qu’un essai peut occuper, en mètres carrés."),
    )
    equipment = models.TextField(_("équipements et réseaux"), blank=True)
    conditions = models.TextField(_("conditions"), blank=True)
    available_from = models.DateField(_("disponible du"), null=True, blank=True)
    available_until = models.DateField(_("jusqu’au"), null=True, blank=True)

    class Meta:
        verbose_name = _("site d’expérimentation")
        verbose_name_plural = _("sites d’expérimentation")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(available_from__isnull=True)
                | models.Q(available_until__isnull=True)
                | models.Q(available_until__gte=models.F("available_from")),
                name="testsite_dates_in_order",
                violation_error_message=_("La date de fin précède la date de début."),
            ),
            models.CheckConstraint(
                condition=models.Q(site_state__in=["ouvert", "reserve", "ferme", "historique"]),
                name="testsite_state_known",
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Whether the site is offered today, by an organisation that can answer."""
        return self.closed_reason == ""

    @property
    def closed_reason(self) -> str:
        """Why nobody can apply to the site now; empty when one can."""
        if self.state != Record.State.PUBLISHED or self.site_state != TestSite.SiteState.OPEN:
            return gettext("Ce site n’est pas ouvert aux candidatures.")
        if self.owner_id is None:
            return gettext(
                "Aucune organisation ne tient cette fiche : personne n’examinerait une candidature."
            )
        if self.available_until is not None and self.available_until < timezone.localdate():
            return gettext("La période pendant laquelle ce site est offert est passée.")
        return ""


class Need(Record):
    """A besoin or a frein: who needs what, where."""

    KIND = Record.Kind.NEED

    record_ptr = models.OneToOneField(
        Record, models.CASCADE, parent_link=True, primary_key=True, related_name="as_need"
    )

    class Audience(models.TextChoices):
        CITIZEN = "citoyen", _("citoyens")
        AUTHORITY = "collectivite", _("collectivités")

    class Frequency(models.TextChoices):
        IDEA = "idee", _("idée")
        ONE_OFF = "ponctuel", _("usage ponctuel")
        RECURRING = "recurrent", _("usage récurrent")
        UNKNOWN = "inconnu", _("non renseigné")

    audiences = ArrayField(
        models.CharField(max_length=16, choices=Audience),
        verbose_name=_("pour qui"),
        default=list,
        blank=True,
    )
    frequency = models.CharField(_("fréquence"), max_length=12, choices=Frequency, default=Frequency.UNKNOWN)
    existing_data = models.TextField(_("données qui existent"), blank=True)
    missing_data = models.TextField(_("données à produire"), blank=True)
    workshop = models.CharField(_("atelier"), max_length=120, blank=True)
    answers = models.ManyToManyField(
        Solution, through="NeedAnswer", related_name="needs", verbose_name=_("solutions qui y répondent")
    )

    class Meta:
        verbose_name = _("besoin")


class NeedAnswer(models.Model):
    need = models.ForeignKey(Need, models.CASCADE, related_name="answer_links", verbose_name=_("besoin"))
    solution = models.ForeignKey(
        Solution, models.CASCADE, related_name="need_links", verbose_name=_("solution")
    )
    how = models.CharField(_("en quoi"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("réponse à un besoin")
        verbose_name_plural = _("réponses aux besoins")
        constraints = [
            models.UniqueConstraint(
                fields=["need", "solution"],
                name="needanswer_once",
                violation_error_message=_("Cette solution est déjà donnée en réponse."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.solution} → {self.need}"


GROUND_KINDS = (
    "bâtiments publics",
    "campus",
    "friche",
    "halle d’essai",
    "piste d’essai",
    "place",
    "quartier",
    "territoire",
    "voie publique",
)
"""The kinds of ground that owners of sites declare."""
