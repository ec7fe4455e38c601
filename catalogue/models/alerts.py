"""Saved searches, their notifications, and the URL of their feed."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.utils.translation import gettext_lazy as _

from catalogue.models.fields import BitsField
from catalogue.models.kinds import Solution
from catalogue.models.record import Record


class SavedSearch(models.Model):
    """A search whose new results are notified.

    ``query_string`` is what was asked; the columns from ``kinds`` on hold the same in the form in which a
    published record is compared with twenty thousand searches: one for each criterion that an index carries,
    ``asked`` for the others. ``catalogue.alerts.saving`` derives them.
    """

    class Target(models.TextChoices):
        MAP = "carte", _("carte et liste des fiches")
        GROUND = "terrain", _("trouver un terrain")

    class Rhythm(models.TextChoices):
        NEVER = "jamais", _("sans alerte")
        IMMEDIATE = "immediat", _("dès la publication")
        DAILY = "quotidien", _("une fois par jour")
        WEEKLY = "hebdomadaire", _("une fois par semaine")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches", verbose_name=_("compte")
    )
    name = models.CharField(_("nom"), max_length=120)
    target = models.CharField(_("page"), max_length=10, choices=Target, default=Target.MAP)
    query_string = models.CharField(_("critères"), max_length=2000)
    rhythm = models.CharField(_("rythme"), max_length=12, choices=Rhythm, default=Rhythm.NEVER)
    alerted_since = models.DateTimeField(
        _("alertes depuis"), null=True, blank=True, help_text=_("Ce qui a été trouvé avant n’est pas envoyé.")
    )
    created_at = models.DateTimeField(_("créée le"), auto_now_add=True)
    criteria = models.TextField(_("critères en mots"), blank=True)
    reason_words = models.JSONField(
        _("raisons"), default=dict, blank=True, help_text=_("Les mots dont une raison est faite.")
    )
    read_at = models.DateTimeField(_("relue le"), null=True, blank=True)
    is_readable = models.BooleanField(
        _("lisible"), default=True, help_text=_("Faux quand un critère a disparu du catalogue.")
    )

    kinds = ArrayField(models.CharField(max_length=16), verbose_name=_("natures"), default=list, blank=True)
    terms = ArrayField(models.TextField(), verbose_name=_("valeurs de facettes"), default=list, blank=True)
    facets = models.SmallIntegerField(
        _("facettes"), default=0, help_text=_("Combien de facettes doivent être satisfaites.")
    )
    words = models.TextField(
        _("mots"),
        blank=True,
        editable=False,
        help_text=_("La requête plein texte : un tsquery ne se comprime pas."),
    )
    completed = models.CharField(
        _("mot à compléter"), max_length=60, blank=True, help_text=_("Le dernier mot, peut-être inachevé.")
    )
    families = ArrayField(models.TextField(), verbose_name=_("familles des mots"), default=list, blank=True)
    stems = ArrayField(
        models.TextField(),
        verbose_name=_("racines"),
        default=list,
        blank=True,
        help_text=_("Celles que les mots désignent : une autre de ces familles les fait relire."),
    )
    restriction = models.TextField(_("expressions exactes et mots exclus"), blank=True, editable=False)
    signs = BitsField(_("signes du sens"), length=512, null=True, editable=False)
    numbers = models.BinaryField(_("nombres du sens"), null=True, editable=False)
    has_unknown_words = models.BooleanField(_("mots inconnus du catalogue"), default=False)
    territory = models.ForeignKey(
        "geo.Territory",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="saved_searches",
        verbose_name=_("territoire"),
    )
    twins = ArrayField(models.BigIntegerField(), verbose_name=_("territoires jumeaux"), null=True, blank=True)
    zone = models.GeometryField(
        _("zone"),
        srid=4326,
        null=True,
        blank=True,
        spatial_index=True,
        help_text=_("La fenêtre de la carte, ou de quoi contenir le cercle."),
    )
    centre = models.PointField(
        _("centre"), srid=4326, geography=True, null=True, blank=True, spatial_index=False
    )
    radius_m = models.FloatField(_("rayon (m)"), null=True, blank=True)
    solution = models.ForeignKey(
        Solution,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="ground_searches",
        verbose_name=_("solution"),
    )
    asked = models.JSONField(
        _("autres critères"),
        default=dict,
        blank=True,
        help_text=_("La valeur de chaque filtre qui n’a pas de colonne, sous le nom de son paramètre."),
    )

    class Meta:
        verbose_name = _("recherche enregistrée")
        verbose_name_plural = _("recherches enregistrées")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "target", "query_string"],
                name="savedsearch_once",
                violation_error_message=_("Cette recherche est déjà enregistrée."),
            ),
            models.CheckConstraint(
                condition=models.Q(zone__isnull=True) | models.Q(zone__isvalid=True),
                name="savedsearch_zone_valid",
            ),
        ]
        indexes = [
            # reverse match, searches without zone or territory: those that want a term of the record
            GinIndex(
                fields=["terms"],
                name="savedsearch_terms",
                condition=models.Q(zone__isnull=True, territory__isnull=True, facets__gt=0),
            ),
            # … and those that want everything, or everything with some words
            models.Index(
                fields=["id"],
                name="savedsearch_everywhere",
                condition=models.Q(zone__isnull=True, territory__isnull=True, facets=0),
            ),
            # reverse match of a need that stands nowhere, which every zone accepts
            models.Index(fields=["id"], name="savedsearch_ground", condition=models.Q(target="terrain")),
            # searches whose last word a new word of the catalogue completes
            models.Index(
                fields=["completed"], name="savedsearch_completed", condition=~models.Q(completed="")
            ),
            # searches of which a new word of the catalogue is a relative
            GinIndex(fields=["families"], name="savedsearch_families"),
            # the searches to read again
            models.Index(fields=["read_at"], name="savedsearch_read_at"),
        ]

    def __str__(self) -> str:
        return self.name


class AlertMatchQuerySet(models.QuerySet[Any]):
    """What searches found."""

    def visible(self) -> Self:
        """Those whose record is still published."""
        return self.filter(record__state=Record.State.PUBLISHED)

    def pending(self, *rhythms: str) -> Self:
        """Those to notify at one of these rhythms, not notified yet."""
        return (
            self.visible()
            .filter(
                sent_at__isnull=True,
                search__rhythm__in=rhythms,
                search__alerted_since__lte=models.F("matched_at"),
                search__user__is_active=True,
            )
            .exclude(search__user__email="")
        )


class AlertMatch(models.Model):
    """A published record that a saved search wants, with why; once for each."""

    search = models.ForeignKey(
        SavedSearch, models.CASCADE, related_name="matches", verbose_name=_("recherche")
    )
    record = models.ForeignKey(Record, models.CASCADE, related_name="alert_matches", verbose_name=_("fiche"))
    reason = models.TextField(_("raison"), blank=True)
    matched_at = models.DateTimeField(_("trouvée le"))
    sent_at = models.DateTimeField(_("envoyée le"), null=True, blank=True)

    objects = AlertMatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("fiche trouvée")
        verbose_name_plural = _("fiches trouvées")
        ordering = ["-matched_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["search", "record"], name="alertmatch_once")]
        indexes = [
            # what is to be sent
            models.Index(
                fields=["search"], name="alertmatch_pending", condition=models.Q(sent_at__isnull=True)
            ),
            # the last ones of a search
            models.Index(fields=["search", "-matched_at", "-id"], name="alertmatch_last"),
        ]

    def __str__(self) -> str:
        return f"{self.search} – {self.record}"


class FeedKey(models.Model):
    """The secret part of the address of an account's feed: drawn at random, drawn anew on demand."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="feed_key", verbose_name=_("compte")
    )
    key = models.CharField(_("clé"), max_length=43, unique=True)
    created_at = models.DateTimeField(_("tirée le"), auto_now_add=True)

    class Meta:
        verbose_name = _("clé de flux")
        verbose_name_plural = _("clés de flux")

    def __str__(self) -> str:
        return f"{self.user_id}"
