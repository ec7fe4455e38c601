"""The words of the pages of an import: doubts, values and steps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.imports.columns.recognition import attribute_label
from catalogue.imports.wizard.decisions import ACCEPTABLE, WITHOUT_VALUE
from catalogue.models import ImportBatch, Programme, Source, Stake, Theme
from catalogue.records.fields import KindSpec, model_field
from geo.models import Territory

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DOUBT_LABELS: dict[str, StrOrPromise] = {
    "axes-a-echanger": gettext_lazy("Axes à échanger"),
    "axes-inverses": gettext_lazy("Longitude et latitude inversées"),
    "code-absent": gettext_lazy("Code INSEE absent"),
    "code-ancien": gettext_lazy("Code INSEE qui n’est plus en vigueur"),
    "code-contredit-nom": gettext_lazy("Le code contredit le nom"),
    "code-inconnu": gettext_lazy("Code INSEE inconnu"),
    "code-postal": gettext_lazy("Code postal à la place du code INSEE"),
    "commune-fusionnee": gettext_lazy("Commune fusionnée"),
    "commune-partagee": gettext_lazy("Ancienne commune partagée"),
    "coordonnees-illisibles": gettext_lazy("Coordonnées illisibles"),
    "departement-contredit": gettext_lazy("Le département contredit le code"),
    "groupement": gettext_lazy("Intercommunalité ou commune ?"),
    "hors-de-france": gettext_lazy("Point hors de toute commune"),
    "hors-de-la-commune": gettext_lazy("Point hors de la commune"),
    "illisible": gettext_lazy("Valeur non reconnue"),
    "mal-encode": gettext_lazy("Texte mal encodé"),
    "perimee": gettext_lazy("Changée depuis l’essai"),
    "precision-sans-point": gettext_lazy("Précision sans coordonnées"),
    "quasi-doublon": gettext_lazy("Doublon possible"),
    "reference-inconnue": gettext_lazy("Référence inconnue"),
    "reference-requise": gettext_lazy("Référence obligatoire inconnue"),
    "region-contredite": gettext_lazy("La région contredit le code"),
    "sur-la-mairie": gettext_lazy("Point exactement celui de la commune"),
    "surface-trop-grande": gettext_lazy("Surface plus grande que la commune"),
    "trace-a-reparer": gettext_lazy("Tracé à réparer"),
    "zero-zero": gettext_lazy("Coordonnées 0, 0"),
}
TERMS: dict[str, Any] = {"themes": Theme, "stakes": Stake, "programmes": Programme}
TERRITORY = re.compile(r"^(commune|arrondissement|epci|ept|departement|region|pays):(\w+)$")
POINT = re.compile(r"^POINT\((\S+) (\S+)\)$")


def doubt_label(code: str) -> str:
    return str(DOUBT_LABELS.get(code, code))


def acceptance_label(codes: Iterable[str]) -> str:
    """Return what importing in spite of these doubts means; "" when it would make no sound record."""
    found = set(codes)
    if not found or not found <= ACCEPTABLE:
        return ""
    if found <= WITHOUT_VALUE:
        return _("Importer sans la valeur")
    if found == {"quasi-doublon"}:
        return _("Ce n’est pas un doublon : importer")
    if found <= {"axes-a-echanger"}:
        return _("Importer en échangeant les axes")
    if found <= {"trace-a-reparer"}:
        return _("Importer le tracé réparé")
    return _("C’est exact : importer")


def counts_message(batch: ImportBatch) -> str:
    """Return « 293 nouvelles, 49 rejetées. »: only what there is."""
    if batch.state == ImportBatch.BatchState.PREPARING:
        counts = [count_label(batch.row_count, _("ligne lue"), _("lignes lues"))]
    else:
        counts = [
            count_label(batch.created_count, _("nouvelle"), _("nouvelles")),
            count_label(batch.changed_count, _("modifiée"), _("modifiées")),
            count_label(batch.unchanged_count, _("inchangée"), _("inchangées")),
            count_label(batch.suspicious_count, _("douteuse"), _("douteuses")),
            count_label(batch.rejected_count, _("rejetée"), _("rejetées")),
        ]
    return (", ".join(filter(None, counts)) or _("aucune ligne")) + "."


def count_label(n: int, one: str, many: str) -> str:
    if not n:
        return ""
    return f"{group_thousands(n)} {many if n > 1 else one}"


def group_thousands(n: int) -> str:
    """Return the number with thin no-break spaces between thousands."""
    return f"{n:,}".replace(",", "\u202f")


def wizard_steps(current: str) -> list[Step]:
    names = {
        "fichier": _("Fichier"),
        "colonnes": _("Colonnes"),
        "essai": _("Essai à blanc"),
        "ecriture": _("Écriture"),
    }
    rank = list(names).index(current)
    states = [*["fait"] * rank, "courant", *["avenir"] * (len(names) - rank - 1)]
    return [Step(title, state) for title, state in zip(names.values(), states, strict=True)]


def source_name(batch: ImportBatch) -> str:
    source = batch.setup.get("source", {})
    if source.get("nom"):
        return str(source["nom"])
    code = str(source.get("code", ""))
    return Source.objects.filter(code=code).values_list("name", flat=True).first() or code


@dataclass(frozen=True, slots=True)
class Fact:
    """A term and its value, for the component of facts."""

    term: str
    value: object


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the wizard and its state (fait, courant, avenir), for the component of steps."""

    title: str
    state: str


class ValueLabels:
    """The portable values of some rows, in words: territories by name, codes by label."""

    def __init__(self, spec: KindSpec, details: Iterable[dict[str, Any]]) -> None:
        self.spec = spec
        texts = chain.from_iterable(map(_detail_texts, details))
        self.names = _territory_labels(text for text in texts if TERRITORY.match(text))
        self.terms: dict[str, dict[str, str]] = {}

    def value_label(self, attribute: str, value: object) -> str:
        text = str(value)
        if text in self.names:
            return self.names[text]
        if found := POINT.match(text):
            return f"{found[2]}, {found[1]}".replace(".", ",").replace(", ", " ; ")
        if attribute in TERMS:
            known = self._terms(attribute)
            return ", ".join(known.get(code, code) for code in text.split(", "))
        if "." in attribute or attribute in {"territory", "geometry"}:
            return text
        if not hasattr(self.spec.model, attribute):
            return text
        choices: Any = getattr(model_field(self.spec.model, attribute), "choices", None) or ()
        return str(dict(choices).get(text, text))

    def _terms(self, attribute: str) -> dict[str, str]:
        """Return the labels of a vocabulary, read when a row first needs it."""
        if attribute not in self.terms:
            rows = TERMS[attribute]._default_manager.values_list("code", "label")
            self.terms[attribute] = dict(rows)
        return self.terms[attribute]

    def field_label(self, attribute: str) -> str:
        return attribute_label(self.spec, attribute)


def _detail_texts(detail: dict[str, Any]) -> Iterable[str]:
    yield from map(str, detail.get("values", {}).values())
    for change in (*detail.get("changes", []), *detail.get("held", [])):
        yield str(change["old"])
        yield str(change["new"])


def _territory_labels(references: Iterable[str]) -> dict[str, str]:
    """Return « Dijon (21231) » for « commune:21231 »; one query, by the key of territories."""
    wanted = Q()
    for reference in set(references):
        level, _separator, code = reference.partition(":")
        wanted |= Q(level=level, code=code)
    if not wanted:
        return {}
    rows = Territory.objects.filter(wanted).values_list("level", "code", "name")
    return {f"{level}:{code}": f"{name} ({code})" for level, code, name in rows}
