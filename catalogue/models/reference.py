"""Reference lists that curators keep: sources, themes, stakes, programmes, zonages, indicator types."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _


class Term(models.Model):
    """A line of a reference list: archived rather than deleted, or merged into another."""

    is_active = models.BooleanField(
        _("proposé dans les formulaires"),
        default=True,
        db_default=True,
        help_text=_("Une ligne archivée n’est plus proposée ; les fiches qui l’ont la gardent."),
    )
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("réuni à"),
    )

    class Meta:
        abstract = True


class Source(Term):
    """A dataset or a publication that records come from, with its licence."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    name = models.CharField(_("nom"), max_length=250)
    publisher = models.CharField(_("éditeur"), max_length=250, blank=True)
    url = models.URLField(_("adresse"), max_length=500, blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    consulted_on = models.DateField(_("consultée le"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("source")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Labelled(Term):
    """A term of an ordered vocabulary."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    label = models.CharField(_("libellé"), max_length=160)
    description = models.TextField(_("description"), blank=True)
    position = models.PositiveSmallIntegerField(_("rang"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "label"]

    def __str__(self) -> str:
        return self.label


class Theme(Labelled):
    class Meta(Labelled.Meta):
        verbose_name = _("thème")


class ThemeCrosswalk(models.Model):
    """What a theme is called in the list of a source."""

    theme = models.ForeignKey(Theme, models.CASCADE, related_name="crosswalk", verbose_name=_("thème"))
    source_list = models.CharField(_("liste d’origine"), max_length=60)
    source_label = models.CharField(_("libellé d’origine"), max_length=160)

    class Meta:
        verbose_name = _("correspondance de thème")
        verbose_name_plural = _("correspondances de thèmes")
        ordering = ["source_list", "source_label"]
        constraints = [
            models.UniqueConstraint(
                fields=["theme", "source_list", "source_label"],
                name="themecrosswalk_once",
                violation_error_message=_("Cette correspondance existe déjà."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_list} : {self.source_label}"


class Stake(Labelled):
    """One of the three enjeux: sobriété, résilience, inclusion sociale."""

    class Meta(Labelled.Meta):
        verbose_name = _("enjeu")
        verbose_name_plural = _("enjeux")


class Programme(Labelled):
    """A public programme or label that records belong to."""

    operator = models.CharField(_("porteur"), max_length=200, blank=True)
    url = models.URLField(_("adresse"), max_length=500, blank=True)
    year_start = models.PositiveSmallIntegerField(_("depuis"), null=True, blank=True)
    year_end = models.PositiveSmallIntegerField(_("jusqu’à"), null=True, blank=True)

    class Meta(Labelled.Meta):
        verbose_name = _("programme")


class Zonage(Labelled):
    """A set of territories that a programme or a law designates (Action cœur de ville …)."""

    programme = models.ForeignKey(
        Programme, models.SET_NULL, null=True, blank=True, related_name="zonages", verbose_name=_("programme")
    )
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, verbose_name=_("source"))
    territories = models.ManyToManyField(
        "geo.Territory", through="ZonageMember", related_name="zonages", verbose_name=_("territoires")
    )

    class Meta(Labelled.Meta):
        verbose_name = _("zonage")


class ZonageMember(models.Model):
    """One territory of a zonage, with where that was read."""

    zonage = models.ForeignKey(Zonage, models.CASCADE, related_name="members", verbose_name=_("zonage"))
    territory = models.ForeignKey("geo.Territory", models.PROTECT, verbose_name=_("territoire"))
    since = models.CharField(_("depuis"), max_length=60, blank=True)
    source_citation = models.CharField(_("référence"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("territoire d’un zonage")
        verbose_name_plural = _("territoires d’un zonage")
        constraints = [
            models.UniqueConstraint(
                fields=["zonage", "territory"],
                name="zonagemember_once",
                violation_error_message=_("Ce territoire est déjà dans le zonage."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.zonage} – {self.territory}"


class IndicatorType(Labelled):
    """A shared indicator, so that results compare from one record to another."""

    class Direction(models.TextChoices):
        HIGHER = "hausse", _("plus c’est haut, mieux c’est")
        LOWER = "baisse", _("plus c’est bas, mieux c’est")
        NEUTRAL = "neutre", _("sans sens de lecture")

    unit = models.CharField(_("unité"), max_length=40)
    direction = models.CharField(
        _("sens de lecture"), max_length=10, choices=Direction, default=Direction.NEUTRAL
    )
    is_difference = models.BooleanField(
        _("exprime un écart"),
        default=False,
        db_default=False,
        help_text=_(
            "La valeur est déjà l’écart avec la référence : une économie, une baisse, une évolution."
        ),
    )

    class Meta(Labelled.Meta):
        verbose_name = _("type d’indicateur")
        verbose_name_plural = _("types d’indicateurs")
