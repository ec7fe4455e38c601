"""What happened to records: imports, transitions of state, revisions. Appended to, never edited."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from catalogue.models.fields import optional_user
from catalogue.models.record import Record


class ImportBatch(models.Model):
    """One import: the file, how it is read, what it would do, what it did and what it refused."""

    class BatchState(models.TextChoices):
        PREPARING = "preparation", _("en préparation")
        CHECKED = "verifie", _("essayé à blanc")
        WRITTEN = "ecrit", _("écrit")
        UNDONE = "annule", _("annulé")

    class Job(models.TextChoices):
        CHECK = "essai", _("essai à blanc")
        WRITE = "ecriture", _("écriture")
        PUBLISH = "publication", _("publication")
        UNDO = "annulation", _("annulation")

    source = models.ForeignKey(
        "Source", models.PROTECT, null=True, blank=True, related_name="batches", verbose_name=_("source")
    )
    filename = models.CharField(_("fichier"), max_length=250)
    sha256 = models.CharField(_("empreinte"), max_length=64)
    state = models.CharField(_("état"), max_length=12, choices=BatchState, default=BatchState.WRITTEN)
    nature = models.CharField(_("nature"), max_length=16, blank=True, db_default="")
    file = models.FileField(_("fichier reçu"), max_length=200, blank=True, db_default="", editable=False)
    setup = models.JSONField(
        _("réglages"),
        default=dict,
        db_default={},
        blank=True,
        editable=False,
        help_text=_("Correspondance des colonnes et décisions des curateurs."),
    )
    version = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text=_("Change avec les réglages.")
    )
    row_count = models.PositiveIntegerField(_("lignes lues"), default=0, db_default=0)
    job = models.CharField(_("tâche"), max_length=12, choices=Job, blank=True, db_default="", editable=False)
    job_step = models.CharField(_("étape de la tâche"), max_length=80, blank=True, db_default="")
    job_done = models.PositiveIntegerField(_("avancement"), default=0, db_default=0, editable=False)
    job_total = models.PositiveIntegerField(_("avancement total"), default=0, db_default=0, editable=False)
    job_at = models.DateTimeField(_("dernier signe de la tâche"), null=True, blank=True, editable=False)
    job_by = optional_user(_("tâche demandée par"), editable=False)
    failure = models.TextField(_("échec"), blank=True, db_default="", editable=False)
    created_count = models.PositiveIntegerField(_("fiches créées"), default=0)
    changed_count = models.PositiveIntegerField(_("fiches modifiées"), default=0)
    unchanged_count = models.PositiveIntegerField(_("fiches inchangées"), default=0)
    suspicious_count = models.PositiveIntegerField(_("lignes douteuses"), default=0)
    rejected_count = models.PositiveIntegerField(_("lignes rejetées"), default=0)
    report = models.JSONField(_("compte rendu"), default=dict, blank=True)
    created_by = optional_user(_("par"))
    created_at = models.DateTimeField(_("le"), auto_now_add=True)
    written_at = models.DateTimeField(_("écrit le"), null=True, blank=True, editable=False)
    undone_at = models.DateTimeField(_("annulé le"), null=True, blank=True, editable=False)
    undone_by = optional_user(_("annulé par"), editable=False)

    class Meta:
        verbose_name = _("lot d’import")
        verbose_name_plural = _("lots d’import")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_open(self) -> bool:
        """True while the import may still be prepared, written or thrown away."""
        return self.state in (self.BatchState.PREPARING, self.BatchState.CHECKED)


class Transition(models.Model):
    """One change of publication state: who, when, why."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="transitions", verbose_name=_("fiche"))
    from_state = models.CharField(_("de"), max_length=16, choices=Record.State)
    to_state = models.CharField(_("à"), max_length=16, choices=Record.State)
    action = models.CharField(_("action"), max_length=24)
    reason = models.TextField(_("motif"), blank=True)
    actor = optional_user(_("par"))
    created_at = models.DateTimeField(_("le"), auto_now_add=True)

    class Meta:
        verbose_name = _("changement d’état")
        verbose_name_plural = _("changements d’état")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_from_state_display()} → {self.get_to_state_display()}"


class Revision(models.Model):
    """A version of a record's fields: accepted, or proposed by its owner and waiting."""

    class RevisionState(models.TextChoices):
        DRAFT = "preparation", _("en préparation")
        PROPOSED = "proposee", _("proposée")
        ACCEPTED = "acceptee", _("acceptée")
        REFUSED = "refusee", _("refusée")

    record = models.ForeignKey(Record, models.CASCADE, related_name="revisions", verbose_name=_("fiche"))
    state = models.CharField(_("état"), max_length=12, choices=RevisionState, default=RevisionState.PROPOSED)
    changes = models.JSONField(_("changements"), help_text=_("Champ → [ancienne valeur, nouvelle valeur]."))
    reason = models.TextField(_("motif"), blank=True)
    author = optional_user(_("par"))
    import_batch = models.ForeignKey(
        ImportBatch, models.SET_NULL, null=True, blank=True, related_name="revisions", verbose_name=_("lot")
    )
    base_updated_at = models.DateTimeField(
        _("version de départ"),
        null=True,
        blank=True,
        help_text=_("Dernière modification de la fiche quand le changement a été préparé."),
    )
    decided_by = optional_user(_("décidée par"))
    decided_at = models.DateTimeField(_("décidée le"), null=True, blank=True)
    decision = models.TextField(_("motif de la décision"), blank=True)
    created_at = models.DateTimeField(_("le"), auto_now_add=True)
    updated_at = models.DateTimeField(_("modifiée le"), auto_now=True)

    class Meta:
        verbose_name = _("révision")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "author"],
                condition=models.Q(state="preparation"),
                name="revision_one_in_preparation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record} – {self.get_state_display()}"
