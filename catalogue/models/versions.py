"""The versions of a record: its whole content, each time that a write changed it."""

from django.contrib.gis.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.models.fields import optional_user
from catalogue.models.record import Record


class RecordVersion(models.Model):
    """The content of a record after one write: numbered from 1, appended to, never edited.

    ``data`` is the portable form of ``records.versions.reading``, whole. A record that nothing has changed
    since it was created has no version yet.
    """

    class Origin(models.TextChoices):
        FORM = "formulaire", _("formulaire")
        IMPORT = "import", _("import")
        REVISION = "changement", _("changement accepté")
        ADMINISTRATION = "administration", _("administration")
        UNDONE_IMPORT = "import-annule", _("annulation d’import")
        MERGE = "fusion", _("fusion")
        REVERT = "retour", _("retour à une version")
        CONFIRMATION = "confirmation", _("confirmation par son auteur")
        FOUND = "constat", _("constat")
        REFERENCE = "referentiel", _("référentiel")

    record = models.ForeignKey(Record, models.CASCADE, related_name="versions", verbose_name=_("fiche"))
    number = models.PositiveIntegerField(_("numéro"))
    made_at = models.DateTimeField(_("le"), default=timezone.now)
    actor = optional_user(_("par"))
    origin = models.CharField(_("origine"), max_length=16, choices=Origin)
    reason = models.TextField(_("motif"), blank=True)
    data = models.JSONField(_("contenu"))
    digest = models.CharField(_("empreinte"), max_length=32)

    class Meta:
        verbose_name = _("version")
        ordering = ["-number"]
        constraints = [
            # its index finds the last version of a record and lists them, newest first
            models.UniqueConstraint(fields=["record", "number"], name="recordversion_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record} – {self.number}"
