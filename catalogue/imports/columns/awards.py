"""Read a column of labels, as the page offers it: its regime first, for none is ever read as another.

« Résultats 2014 » gives a step of one regime, « Charte » the year of a charter. Whatever else a mapping file
states is left as it is. Called by ``recognition``.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _

from catalogue.imports.columns.mapping import comparison_key
from catalogue.models import LabelAward
from catalogue.records.fields import KindSpec

COLLECTION = "labels"
LABEL = "ÉcoQuartier"
CHARTER = "charte"
REGIMES = (LabelAward.Regime.R2013, LabelAward.Regime.R2016, LabelAward.Regime.R2023)
YEAR = re.compile(r"\b(20\d\d)\b")
ANSWERS = frozenset({"label", "ajourne"})
"""What a jury answers, beside the steps themselves."""
RESULT = re.compile(r"\b(resultats?|label|labellisation|attribution|etape)\b")


def award_choices(spec: KindSpec) -> list[tuple[str, str]]:
    """Return the (value, label) choices of a column of labels; none for a kind without awards."""
    if all(collection.name != COLLECTION for collection in spec.collections):
        return []
    steps = [(f"{COLLECTION}:{regime}:etape", _step_label(regime)) for regime in REGIMES]
    charter = f"{COLLECTION}:{LabelAward.Regime.R2013}:{CHARTER}"
    return [*steps, (charter, _("Label ÉcoQuartier 2013-2016 : année de la charte"))]


def _step_label(regime: LabelAward.Regime) -> str:
    names = {
        LabelAward.Regime.R2013: _("Label ÉcoQuartier 2013-2016 : étape obtenue"),
        LabelAward.Regime.R2016: _("Label ÉcoQuartier 2016-2022 : étape obtenue"),
        LabelAward.Regime.R2023: _("Label ÉcoQuartier depuis 2023 : étape obtenue"),
    }
    return names[regime]


def regime_steps(regime: str) -> list[tuple[str, str]]:
    """Return the (code, label) steps of a regime, and of no other."""
    found = LabelAward.STEPS.get(LabelAward.Regime(regime), {}) if regime in LabelAward.Regime.values else {}
    return [(code, str(label)) for code, label in found.items()]


def step_keys(regime: str) -> set[str]:
    """Return the codes and labels of the steps of a regime, in the form in which words are compared."""
    return set(map(comparison_key, chain.from_iterable(regime_steps(regime))))


def choice_of_item(item: dict[str, Any]) -> str:
    """Return the choice that corresponds to an item of a mapping; "" when none does."""
    constants = item.get("constantes", {})
    regime, target = constants.get("regime", ""), item.get("champ", "")
    if constants.get("label") != LABEL or regime not in REGIMES:
        return ""
    if target == "etape" and "etape" not in constants:
        return f"{COLLECTION}:{regime}:etape"
    is_charter = target == "annee" and constants.get("etape") == CHARTER and regime == LabelAward.Regime.R2013
    return f"{COLLECTION}:{regime}:{CHARTER}" if is_charter else ""


def build_item(header: str, choice: str, old: dict[str, Any] | None) -> dict[str, Any]:
    """Return the item of a mapping for the choice of a column; the words that ``old`` maps are preserved."""
    if old is not None and choice_of_item(old) == choice:
        return {**old, "colonne": header}
    _name, regime, what = choice.split(":")
    constants = {"label": LABEL, "regime": regime}
    if what == CHARTER:
        return {"colonne": header, "champ": "annee", "constantes": {**constants, "etape": CHARTER}}
    years = set(YEAR.findall(header))
    year = {"annee": years.pop()} if len(years) == 1 else {}
    return {"colonne": header, "champ": "etape", "constantes": {**constants, **year}}


def propose_award(header: str, samples: list[str]) -> str:
    """Return the choice proposed for a column from its header and a few of its cells; "" for none."""
    form, cells = comparison_key(header), {comparison_key(sample) for sample in samples}
    if re.match(rf"{CHARTER}\b", form) and any(YEAR.fullmatch(cell) for cell in cells):
        return f"{COLLECTION}:{LabelAward.Regime.R2013}:{CHARTER}"
    years = {int(year) for year in YEAR.findall(header)}
    if not RESULT.search(form) or len(years) != 1:
        return ""
    regime = _regime_in_force(years.pop())
    return f"{COLLECTION}:{regime}:etape" if cells & (step_keys(regime) | ANSWERS) else ""


def _regime_in_force(year: int) -> str:
    """Return the only regime in force all the year; "" for 2016 and for the years before any."""
    if year >= 2023:
        return LabelAward.Regime.R2023.value
    spans = {
        LabelAward.Regime.R2013: range(2013, 2016),
        LabelAward.Regime.R2016: range(2017, 2023),
    }
    return next((regime.value for regime, years in spans.items() if year in years), "")
