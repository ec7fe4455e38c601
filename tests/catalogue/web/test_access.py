"""Every address of the site says who may call it; what says nothing fails here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

OURS = ("catalogue", "geo", "config")
ACCESSES = {"public", "account", "curator", "administrator"}
ELSEWHERE = {
    "geo:tile-territories": "geo is the ground: it knows no account, all that it shows is public",
    "geo:territory-outline": "the same",
    "health-readiness": "asked by the machine that watches the site",
    "health-liveness": "asked by the machine that watches the site",
    "robots": "read by robots",
    "security": "read by whoever found a flaw",
    "admin:login": "leads to the login of the site",
    "admin:logout": "the same, on the way out",
    "admin:password_change": "leads to the account, where the password is",
}
"""Views that cannot say it by themselves, each with its reason."""
DEPENDENCIES = ("django.", "allauth.")
"""Views of others: the sitemaps, the administration and the accounts, each with checks of its own."""


def addresses(resolver: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Each named view of the site, whatever includes it."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inside = (*names, pattern.namespace) if pattern.namespace else names
            yield from addresses(pattern, inside)
        elif isinstance(pattern, URLPattern):
            yield ":".join([*names, pattern.name or str(pattern.pattern)]), pattern.callback


def module_of(view: Any) -> str:
    return str(getattr(getattr(view, "view_class", view), "__module__", ""))


def ours() -> dict[str, Any]:
    return {
        name: view for name, view in addresses(get_resolver()) if not module_of(view).startswith(DEPENDENCIES)
    }


def test_every_view_of_ours_says_who_may_call_it() -> None:
    silent = [
        name
        for name, view in ours().items()
        if getattr(view, "access", None) not in ACCESSES and name not in ELSEWHERE
    ]
    assert not silent, f"@public, @account, @curator or @administrator is missing: {silent}"


def test_what_is_allowed_to_be_silent_still_exists() -> None:
    assert set(ELSEWHERE) <= set(ours())


def test_the_space_and_the_workshop_are_never_public() -> None:
    for name, view in ours().items():
        module = module_of(view)
        if ".views.workshop" in module:
            assert view.access in {"curator", "administrator"}, name
        if ".views.space" in module:
            assert view.access == "account", name
