"""Reference lists that curators keep: sources, themes, stakes, programmes, zonages, indicators, concepts."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext
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
    published_in = models.CharField(
        _("publiée en"),
        max_length=60,
        blank=True,
        help_text=_(
            "« octobre 2020 » ou « 2016 » : de là part la vie des fiches qui n’ont pas de date plus précise."
        ),
    )
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


class Concept(Labelled):
    """A notion of the field, its other names and the wider notion that it belongs to: the thesaurus."""

    label = models.CharField(_("nom préféré"), max_length=160)
    synonyms = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("autres noms"),
        default=list,
        blank=True,
        help_text=_("Un par ligne : chacun doit pouvoir remplacer le nom préféré dans une question."),
    )
    broader = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="narrower",
        verbose_name=_("notion plus large"),
        help_text=_("Seulement si celle-ci en est vraiment un cas particulier."),
    )

    class Meta(Labelled.Meta):
        verbose_name = _("notion")
        verbose_name_plural = _("notions")

    def clean(self) -> None:
        super().clean()
        if self.pk and self.broader_id and self.pk in {self.broader_id, *list_broader(self.broader_id)}:
            problem = gettext(
                "« %(name)s » en relève déjà, ou est cette notion même : le lien tournerait en rond."
            )
            raise ValidationError({"broader": problem % {"name": self.broader}})
        if shared := find_shared_name([self.label, *self.synonyms], self.pk):
            problem = gettext("« %(name)s » est déjà un nom de la notion « %(concept)s ».")
            raise ValidationError(problem % dict(zip(("name", "concept"), shared, strict=True)))


def list_broader(pk: int) -> list[int]:
    """Return the keys of the concepts above one, the nearest first; each once, even in a circle."""
    parents = dict(Concept.objects.filter(broader__isnull=False).order_by().values_list("pk", "broader_id"))
    above: list[int] = []
    while (pk := parents.get(pk, 0)) and pk not in above:
        above.append(pk)
    return above


# conceptname_phrase carries the look-up of each name
SHARED_NAME = """
SELECT typed.name, c.label FROM unnest(%s::text[]) WITH ORDINALITY AS typed (name, place)
JOIN catalogue_conceptname n ON n.phrase = phraseto_tsquery('francais', replace(typed.name, '-', ' '))::text
JOIN catalogue_concept c ON c.id = n.concept_id AND c.id IS DISTINCT FROM %s
ORDER BY typed.place LIMIT 1
"""


def find_shared_name(names: Sequence[str], pk: int | None) -> tuple[str, str] | None:
    """Return the first of these names that another concept has, in the eyes of a search, and its label."""
    with connection.cursor() as cursor:
        cursor.execute(SHARED_NAME, [list(names), pk])
        found: tuple[str, str] | None = cursor.fetchone()
    return found
