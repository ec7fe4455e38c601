"""``manage.py tidy_accounts``: what the worker does each night with the accounts that are not used."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from catalogue.accounts import retention


class Command(BaseCommand):
    """Warn the accounts unused for long, erase those that were warned a month ago."""

    help = "Prévient les comptes inactifs depuis deux ans, puis les efface un mois après."

    def handle(self, *arguments: Any, **options: Any) -> None:
        done = retention.tidy_accounts()
        self.stdout.write(
            f"Prévenus : {done['warned']}. Effacés : {done['erased']}. "
            f"Inscriptions jamais confirmées, supprimées : {done['forgotten']}."
        )
