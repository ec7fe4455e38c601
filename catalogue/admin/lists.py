"""What is changed here in a reference list is kept in its history, as in the workshop."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from django.http import HttpRequest

from catalogue.admin.base import CatalogueAdmin
from catalogue.workshop.reference import line_changes
from catalogue.workshop.reference.lists import get_list


class ReferenceAdmin(CatalogueAdmin):
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the line and append what changed to the history of its list."""

        def save() -> None:
            super(ReferenceAdmin, self).save_model(request, obj, form, change)

        line_changes.save_elsewhere(get_list(self.model), obj, save, cast(User, request.user))
