"""What a search reads: derived from records and concepts by the database (0003, 0037), never edited."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.utils.translation import gettext_lazy as _

from catalogue.models.fields import BitsField
from catalogue.models.record import Record
from catalogue.models.reference import Concept


class SearchEntry(models.Model):
    """A record as a search sees it, whatever its state: always joined to ``Record.objects.published()``.

    ``terms`` are the values of the facets, written as in an address: ``theme:eau``, ``statut:termine``,
    ``label:2013-2016:labellise``. ``document`` weighs the title A, names B, the summary C, the rest D.
    """

    record = models.OneToOneField(
        Record,
        models.DO_NOTHING,
        primary_key=True,
        related_name="search",
        db_constraint=False,
        verbose_name=_("fiche"),
    )
    terms = ArrayField(models.TextField(), verbose_name=_("valeurs de facettes"))
    document = SearchVectorField(_("mots"))

    class Meta:
        verbose_name = _("entrée de recherche")
        verbose_name_plural = _("entrées de recherche")
        indexes = [
            # facets: terms && ARRAY['theme:eau', …]
            GinIndex(fields=["terms"], name="searchentry_terms"),
            # words: document @@ query
            GinIndex(fields=["document"], name="searchentry_document"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class SearchWord(models.Model):
    """A word that published records contain: completes the last word typed, and corrects the misspelt ones.

    Only ever added to as records change, so that two writers never wait for each other; a rebuild prunes it.
    """

    word = models.CharField(_("mot"), max_length=40)
    key = models.CharField(_("mot sans accent"), max_length=60)
    stem = models.CharField(_("racine"), max_length=60)
    family = models.CharField(
        _("famille"), max_length=60, help_text=_("Ce qui reste sans terminaison : végétal, végétation.")
    )

    class Meta:
        verbose_name = _("mot du catalogue")
        verbose_name_plural = _("mots du catalogue")
        ordering = ["key"]
        indexes = [
            # is this word known, in any inflection?
            models.Index(fields=["stem"], name="searchword_stem"),
            # the words of a family
            models.Index(fields=["family"], name="searchword_family"),
            # words that begin like the one being typed
            models.Index(OpClass("key", "text_pattern_ops"), name="searchword_prefix"),
            # words that look like a misspelt one
            GinIndex(OpClass("key", "gin_trgm_ops"), name="searchword_trigram"),
        ]

    def __str__(self) -> str:
        return self.word


class RecordMeaning(models.Model):
    """What a record means, as the vector of its title and summary; computed by the worker.

    ``records.meaning`` reads and writes it. ``numbers`` are 512 signed bytes, ``signs`` the signs of the
    vector. The database forgets the row when the text changes (migration 0040).
    """

    record = models.OneToOneField(
        Record,
        models.DO_NOTHING,
        primary_key=True,
        related_name="meaning",
        db_constraint=False,
        verbose_name=_("fiche"),
    )
    signs = BitsField(_("signes"), length=512)
    numbers = models.BinaryField(_("nombres"))

    class Meta:
        verbose_name = _("sens d’une fiche")
        verbose_name_plural = _("sens des fiches")

    def __str__(self) -> str:
        return f"{self.pk}"


class FacetBlock(models.Model):
    """Which of 2,048 neighbouring records are published and bear a term: one bit each, by their key.

    The term ``""`` is borne by every published record. So a million records are counted in every facet
    by a few thousand additions, whatever is chosen.
    """

    block = models.IntegerField(_("bloc"), help_text=_("Clé de la fiche divisée par 2 048."))
    term = models.TextField(_("valeur de facette"))
    bits = BitsField(_("fiches"), length=2048)

    class Meta:
        verbose_name = _("bloc de facette")
        verbose_name_plural = _("blocs de facettes")
        indexes = [
            # the masks of what is chosen
            models.Index(fields=["term", "block"], name="facetblock_term"),
            # a block made anew
            models.Index(fields=["block"], name="facetblock_block"),
        ]

    def __str__(self) -> str:
        return f"{self.term} {self.block}"


class FacetChange(models.Model):
    """A block whose bits are out of date: it is counted record by record until it is made anew.

    Only ever added to, so that writers never wait for each other; ``catalogue_compact_facets`` clears it.
    """

    block = models.IntegerField(_("bloc"))

    class Meta:
        verbose_name = _("bloc de facette à refaire")
        verbose_name_plural = _("blocs de facettes à refaire")

    def __str__(self) -> str:
        return str(self.block)


class ConceptName(models.Model):
    """A name of an offered concept as a query meets it: derived by the database, never edited.

    ``phrase`` is the name as a phrase of stems, hyphens being spaces: ``'nid' <2> 'poul'`` for
    « nids-de-poule »; ``key``, by which it is met, its words without accents nor plurals: ``nid poule``.
    """

    concept = models.ForeignKey(Concept, models.CASCADE, related_name="names", verbose_name=_("notion"))
    name = models.CharField(_("nom"), max_length=160)
    phrase = models.TextField(_("racines"))
    key = models.GeneratedField(
        expression=models.Func(models.F("name"), function="catalogue_name_key"),
        output_field=models.TextField(),
        db_persist=True,
        verbose_name=_("mots sans accent ni pluriel"),
    )

    class Meta:
        verbose_name = _("nom d’une notion")
        verbose_name_plural = _("noms des notions")
        constraints = [
            # also lists the names of a concept
            models.UniqueConstraint(fields=["concept", "phrase"], name="conceptname_once"),
        ]
        indexes = [
            # which concepts are called this?
            models.Index(fields=["key"], name="conceptname_key"),
        ]

    def __str__(self) -> str:
        return self.name
