"""``manage.py undo_import BATCH``: restore the catalogue as it was before an import."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from catalogue.imports.undo import ImportUndoRefused, undo_batch
from catalogue.models import ImportBatch


class Command(BaseCommand):
    """Undo one batch, all of it or nothing."""

    help = _("Annule un lot d’import : fiches créées supprimées, fiches modifiées remises comme avant.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", type=int, metavar="LOT", help=_("numéro du lot"))
        parser.add_argument(
            "--keep-touched", action="store_true", help=_("garde telles quelles les fiches touchées depuis")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        batch = ImportBatch.objects.filter(pk=options["batch"]).first()
        if batch is None:
            raise CommandError(_("Aucun lot ne porte le numéro %(n)d.") % {"n": options["batch"]})
        try:
            undo_batch(batch, keep_touched=options["keep_touched"])
        except ImportUndoRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        done = ImportBatch.objects.get(pk=batch.pk).report["undone"]
        self.stdout.write(
            _("Lot %(n)d annulé : %(deleted)d fiche(s) supprimée(s), %(restored)d remise(s) comme avant.")
            % {"n": batch.pk, **done}
        )
