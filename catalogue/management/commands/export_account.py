"""``manage.py export_account adresse@exemple.fr``: all that the site stores about an account, as JSON."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from catalogue.accounts import personal
from catalogue.accounts.names import account_at


class Command(BaseCommand):
    """Write the data of an account on the standard output."""

    help = "Écrit sur la sortie standard tout ce que le site garde sur un compte."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="adresse électronique du compte")

    def handle(self, *arguments: Any, **options: Any) -> None:
        data = personal.export_account(account_at(options["email"]))
        self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder))
