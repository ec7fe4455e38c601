"""``manage.py erase_account adresse@exemple.fr --oui``: erase an account at the request of its owner."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalogue.accounts import personal
from catalogue.accounts.names import account_at


class Command(BaseCommand):
    """Erase an account: what it published stays, without its name."""

    help = "Efface un compte : ce qu’il a publié reste, sans son nom."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="adresse électronique du compte")
        parser.add_argument("--oui", action="store_true", help="efface vraiment")

    def handle(self, *arguments: Any, **options: Any) -> None:
        """List what erasing does; erase only with --oui."""
        user = account_at(options["email"])
        for effect in personal.what_erasing_does(user):
            self.stdout.write(f"– {effect}")
        if not options["oui"]:
            raise CommandError("Rien n’est fait. Pour effacer le compte, ajoutez --oui.")
        personal.erase_account(user)
        self.stdout.write("Le compte est effacé.")
