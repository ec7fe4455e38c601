"""What curators did to the reference lists: appended to, never edited."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalogue.models.fields import optional_user


class ReferenceChange(models.Model):
    """One change of one line of a reference list: who, when, why, and each value before and after."""

    class Action(models.TextChoices):
        CREATE = "creation", _("ajout")
        EDIT = "modification", _("modification")
        ORDER = "rang", _("changement de rang")
        ARCHIVE = "archivage", _("archivage")
        ACTIVATE = "retablissement", _("remise en service")
        MERGE = "reunion", _("réunion")
        SEPARATE = "separation", _("annulation d’une réunion")
        VINTAGE = "millesime", _("mise à jour du millésime")

    list = models.SlugField(_("liste"), max_length=20)
    key = models.CharField(_("ligne"), max_length=120)
    label = models.CharField(_("libellé"), max_length=250)
    action = models.CharField(_("action"), max_length=16, choices=Action)
    changes = models.JSONField(
        _("changements"), default=dict, help_text=_("Champ → [ancienne valeur, nouvelle valeur].")
    )
    trace = models.JSONField(
        _("lignes déplacées"), default=dict, editable=False, help_text=_("De quoi annuler une réunion.")
    )
    record_count = models.PositiveIntegerField(_("fiches touchées"), default=0)
    undoes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="undone_by",
        verbose_name=_("annule"),
    )
    reason = models.TextField(_("motif"), blank=True)
    actor = optional_user(_("par"))
    at = models.DateTimeField(_("le"), auto_now_add=True)

    class Meta:
        verbose_name = _("changement d’un référentiel")
        verbose_name_plural = _("changements des référentiels")
        ordering = ["-at", "-pk"]
        indexes = [
            # the history of a list, or of one of its lines
            models.Index(fields=["list", "key", "-at"], name="referencechange_of_line"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} – {self.label}"


class TerritoryUpdate(models.Model):
    """What a new vintage of the territories changes and the records that stand there: tried, then applied."""

    class State(models.TextChoices):
        TRIED = "essai", _("essayé à blanc")
        APPLIED = "applique", _("appliqué")

    millesime = models.PositiveSmallIntegerField(_("millésime"))
    filename = models.CharField(_("fichier"), max_length=250)
    sha256 = models.CharField(_("empreinte"), max_length=64)
    base = models.CharField(
        _("base comparée"), max_length=64, blank=True, help_text=_("Empreinte du chargement en service.")
    )
    state = models.CharField(_("état"), max_length=10, choices=State, default=State.TRIED)
    changes = models.JSONField(_("changements"), default=list)
    record_count = models.PositiveIntegerField(_("fiches concernées"), default=0)
    made_at = models.DateTimeField(_("essayé le"), auto_now_add=True)
    applied_at = models.DateTimeField(_("appliqué le"), null=True, blank=True)

    class Meta:
        verbose_name = _("mise à jour du millésime")
        verbose_name_plural = _("mises à jour du millésime")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.millesime} – {self.filename}"
