"""The short vocabularies of the filter bar and of the forms, read together in one query."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import F, Model, Value

Vocabularies = dict[str, dict[str, str]]


def read_vocabularies(
    models: Mapping[str, type[Model]], held: Mapping[str, Collection[str]] | None = None
) -> Vocabularies:
    """Labels by code of each model (a ``Labelled``), in their order, under the name given to it.

    With ``held``, as a form offers them: a term that is archived is left out, unless it is held already.
    """
    parts = [
        model._default_manager.order_by().values_list(
            Value(name), F("position"), F("code"), F("label"), F("is_active")
        )
        for name, model in models.items()
    ]
    first, *others = parts
    found: Vocabularies = {name: {} for name in models}
    for name, _position, code, label, is_active in sorted(
        first.union(*others, all=True), key=lambda row: (row[1], row[3])
    ):
        if held is None or is_active or code in (held.get(name) or ()):
            found[name][code] = label
    return found
