"""``manage.py demo_accounts``: one account per role to try a local instance."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from catalogue.accounts import demo
from catalogue.mailing import absolute_url


class Command(BaseCommand):
    """Make the accounts of the demonstration and print their passwords, once."""

    help = "Crée un compte par rôle sur une instance locale, avec des mots de passe affichés une seule fois."

    def handle(self, *arguments: Any, **options: Any) -> None:
        """Refuse elsewhere than on a local instance."""
        if not settings.LOCAL:
            raise CommandError(
                "Les comptes de démonstration n’existent que sur une instance locale (LOCAL=1)."
            )
        accounts = demo.make_demo_accounts()
        width = max(len(account.role) for account in accounts)
        self.stdout.write("Comptes de démonstration (mots de passe renouvelés, affichés cette seule fois) :")
        for account in accounts:
            self.stdout.write(f"  {account.role:<{width}}  {account.email:<28}  {account.password}")
        self.stdout.write(f"Se connecter : {absolute_url(reverse('account_login'))}")
