"""What the components of navigation take: tabs (``onglets.html``) and breadcrumbs (``fil.html``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Tab:
    """A facet of a page; ``count`` is empty when it is not shown."""

    label: StrOrPromise
    url: str
    is_active: bool
    count: int | str = ""


@dataclass(frozen=True)
class Crumb:
    """A page on the way to this one; the last, without URL, is this one."""

    text: StrOrPromise
    url: str = ""
