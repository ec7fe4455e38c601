"""``manage.py write_permissions``: write docs/permissions.md from the tables of rights."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from catalogue.management import permission_table


class Command(BaseCommand):
    """Write the document that a test compares with the tables."""

    help = "Écrit docs/permissions.md à partir des tables de droits."

    def handle(self, *args: Any, **options: Any) -> None:
        permission_table.FILE.write_text(permission_table.render_document(), encoding="utf-8")
        self.stdout.write(f"{permission_table.FILE} est à jour.")
