"""The scope of the figures: a curator's field, or all of France for what the public sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from catalogue.records import permissions
from catalogue.records.permissions import Account

EVERYWHERE = "france"


@dataclass(frozen=True)
class Scope:
    """What filters the figures, and their moment.

    What waits is counted in the curator's field alone, whatever is asked: they may open nothing elsewhere.
    """

    field: Q
    is_everywhere: bool
    now: datetime
    regions: frozenset[int] = frozenset()
    """The régions that the field is limited to; none means all."""

    @classmethod
    def for_user(cls, user: Account, where: str) -> Scope:
        """Return the scope of an account that asked for ``where``: its field, or EVERYWHERE."""
        curatorship = permissions.get_curatorship(user)
        regions = curatorship.regions.all() if curatorship and not permissions.is_administrator(user) else ()
        return cls(
            permissions.in_field(user),
            where == EVERYWHERE,
            timezone.now(),
            frozenset(region.pk for region in regions),
        )

    @property
    def is_limited(self) -> bool:
        return bool(self.field)

    @property
    def published(self) -> Q:
        return Q() if self.is_everywhere else self.field

    @property
    def parameters(self) -> dict[str, str]:
        return {"champ": EVERYWHERE} if self.is_everywhere and self.is_limited else {}
