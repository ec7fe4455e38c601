"""What the administration changes of a record leaves a version: on its page, or on that of a part of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from catalogue.admin.base import CatalogueAdmin
from catalogue.records import versions

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@contextmanager
def kept(request: HttpRequest, pks: Iterable[int], begun: Iterable[int] = ()) -> Iterator[None]:
    """A transaction around a write of these records, and of those whose write has begun already, which
    leaves their versions.
    """
    actor: User | None = request.user if request.user.is_authenticated else None
    touched = set(pks)
    with transaction.atomic():
        versions.save_before(touched)
        yield
        versions.save_after(touched.union(begun), actor, versions.Origin.ADMINISTRATION)


class PartAdmin(CatalogueAdmin):
    """The page of what belongs to a record; ``owner`` is the attribute that says which."""

    owner: ClassVar[str] = "record"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write the part; a part that changes hands changes both records."""
        before = form.initial.get(self.owner) if change else None
        with kept(request, {pk for pk in (before, getattr(obj, f"{self.owner}_id")) if pk}):
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with kept(request, {getattr(obj, f"{self.owner}_id")}):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with kept(request, set(queryset.values_list(f"{self.owner}_id", flat=True))):
            super().delete_queryset(request, queryset)
