"""The short vocabularies of the filter bar, read together in one query."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import F, Model, Value

Vocabularies = dict[str, dict[str, str]]


def vocabularies(models: Mapping[str, type[Model]]) -> Vocabularies:
    """Labels by code of each model (a ``Labelled``), in their order, under the name given to it."""
    parts = [
        model._default_manager.order_by().values_list(Value(name), F("position"), F("code"), F("label"))
        for name, model in models.items()
    ]
    first, *others = parts
    found: Vocabularies = {name: {} for name in models}
    for name, _position, code, label in sorted(
        first.union(*others, all=True), key=lambda row: (row[1], row[3])
    ):
        found[name][code] = label
    return found
