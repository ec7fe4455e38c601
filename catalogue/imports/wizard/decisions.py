"""Store what curators decide of the doubts of an import: line by line, by kind, word by word.

A decision names the version of the import that its page showed. It is stored when nobody decided the same
thing since, even if they decided others; otherwise both decisions are shown, and the first one stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from catalogue.imports.rows import vocabulary
from catalogue.imports.rows.decisions import RowDecisions
from catalogue.imports.wizard.batches import HISTORY, Job, StaleBatch, lock_batch, queue_job
from catalogue.models import ImportBatch, ImportRow

MOST_DECISIONS = 5000
ACCEPTABLE = {
    "quasi-doublon",
    "hors-de-la-commune",
    "sur-la-mairie",
    "surface-trop-grande",
    "mal-encode",
    "illisible",
    "coordonnees-illisibles",
    "reference-inconnue",
    "precision-sans-point",
    "axes-a-echanger",
    "trace-a-reparer",
}
"""The doubts in spite of which a row makes a sound record: as it is, or without the value in doubt."""
WITHOUT_VALUE = {"illisible", "coordonnees-illisibles", "reference-inconnue", "precision-sans-point"}
BY_CELL = {"illisible", "reference-inconnue", "reference-requise"}
"""The doubts about the word of a cell, wherever it stands: it is decided once for the whole file."""
WORDS = "vocabulaire"


@dataclass(frozen=True)
class Decision:
    """What a curator decides of a line, of a kind of doubt, or of a word of a column.

    ``choice``: accepter, ecarter, corriger, proposer (take what is proposed), or annuler, which takes
    the decision back.
    """

    choice: str
    line: int | None = None
    code: str = ""
    column: str = ""
    text: str = ""
    value: str = ""

    @property
    def target(self) -> str:
        """Return what the decision is about: two decisions on one target exclude each other."""
        if self.line is not None:
            return f"ligne {self.line}"
        return f"mot {self.column} {self.text}" if self.column else f"doute {self.code}"

    @property
    def target_label(self) -> str:
        if self.line is not None:
            return _("la ligne %(n)d") % {"n": self.line}
        return f"« {self.text or self.code} »"

    @property
    def choice_label(self) -> str:
        names = {
            "accepter": _("importer"),
            "ecarter": _("écarter"),
            "corriger": _("lire « %(value)s »") % {"value": self.value or _("vide")},
            "proposer": _("prendre ce qui est proposé"),
            "annuler": _("revenir dessus"),
        }
        return names[self.choice]


def row_decisions(batch: ImportBatch) -> RowDecisions:
    """Return the decisions that the batch stores, as ``run`` applies them."""
    stored = batch.setup.get("decisions", {})
    lines: dict[str, dict[int, dict[str, Any]]] = {"accepter": {}, "ecarter": {}, "corriger": {}}
    for line, decision in stored.get("lines", {}).items():
        lines[decision["choice"]][int(line)] = decision
    cells: dict[str, dict[str, str]] = {}
    for column, text, value in stored.get("cells", []):
        cells.setdefault(column, {})[text] = value
    return RowDecisions(
        accepted_codes=frozenset(stored.get("accepted", [])),
        refused_codes=frozenset(stored.get("refused", [])),
        accepted={line: frozenset(decision["codes"]) for line, decision in lines["accepter"].items()},
        refused=frozenset(lines["ecarter"]),
        cells=cells,
        line_cells={line: decision["cells"] for line, decision in lines["corriger"].items()},
    )


def _lock_batch_as_read(pk: int, version: int) -> ImportBatch:
    """Lock the batch; raise StaleBatch unless its columns are still read as the page showed."""
    batch = lock_batch(pk)
    if batch.job:
        raise StaleBatch(_("Une tâche est en cours sur cet import : attendez qu’elle finisse."))
    if not batch.is_open or not batch.setup.get("read_at", 0) <= version <= batch.version:
        raise StaleBatch(_("Cet import a changé depuis que vous avez ouvert la page. Voici où il en est."))
    return batch


@transaction.atomic
def store_decision(pk: int, version: int, decision: Decision, actor: User) -> None:
    """Store a decision, which the next dry run applies. Raise StaleBatch."""
    batch = _lock_batch_as_read(pk, version)
    stored = batch.setup.setdefault("decisions", {})
    for name, empty in (("lines", {}), ("cells", []), ("accepted", []), ("refused", []), (HISTORY, {})):
        stored.setdefault(name, empty)
    targets = [decision.target]
    _refuse_conflict(stored[HISTORY], version, decision, actor)
    if decision.line is not None:
        _store_line(batch, stored["lines"], decision.line, decision)
    elif decision.choice == "proposer":
        targets = _take_proposals(batch, stored, decision.code, version)
    elif decision.column:
        cells = [cell for cell in stored["cells"] if cell[:2] != [decision.column, decision.text]]
        if decision.choice == "corriger":
            cells.append([decision.column, decision.text, decision.value])
        stored["cells"] = cells
    else:
        _store_kind(stored, decision)
    if len(stored["lines"]) + len(stored["cells"]) > MOST_DECISIONS:
        raise StaleBatch(_("Trop de décisions ligne par ligne : corrigez plutôt le fichier."))
    batch.version += 1
    trace = {"version": batch.version, "by": actor.pk, "words": decision.choice_label}
    stored[HISTORY] |= dict.fromkeys(targets, trace)
    batch.save(update_fields=["setup", "version"])


def _refuse_conflict(history: dict[str, Any], version: int, decision: Decision, actor: User) -> None:
    """Raise StaleBatch, with both decisions, when another one was taken since the page was shown."""
    last = history.get(decision.target)
    if last is None or last["version"] <= version:
        return
    other = User.objects.filter(pk=last["by"]).first()
    who = (other and other.get_full_name()) or _("un autre curateur")
    if last["by"] == actor.pk:
        who = _("vous")
    message = _(
        "Pour %(what)s, une autre décision a été prise entre-temps (%(who)s : %(theirs)s). "
        "La vôtre n’a pas été appliquée : %(yours)s. Revenez sur la première si vous la préférez."
    )
    raise StaleBatch(
        message
        % {"what": decision.target_label, "who": who, "theirs": last["words"], "yours": decision.choice_label}
    )


def _store_kind(stored: dict[str, Any], decision: Decision) -> None:
    accepted, refused = (set(stored[name]) - {decision.code} for name in ("accepted", "refused"))
    if decision.choice == "accepter" and decision.code in ACCEPTABLE:
        accepted.add(decision.code)
    elif decision.choice == "ecarter":
        refused.add(decision.code)
    stored |= {"accepted": sorted(accepted), "refused": sorted(refused)}


def _store_line(batch: ImportBatch, lines: dict[str, Any], line: int, decision: Decision) -> None:
    row = batch.rows.filter(line=line).first()
    if row is None:
        raise StaleBatch(_("Cette ligne n’est plus dans l’import."))
    key = str(line)
    if decision.choice == "annuler":
        lines.pop(key, None)
    elif decision.choice == "corriger":
        before = lines.get(key, {}).get("cells", {})
        lines[key] = {"choice": "corriger", "cells": {**before, decision.column: decision.value}}
    elif decision.choice == "accepter":
        lines[key] = {"choice": "accepter", "codes": [code for code in row.codes if code in ACCEPTABLE]}
    else:
        lines[key] = {"choice": "ecarter"}


def _take_proposals(batch: ImportBatch, stored: dict[str, Any], code: str, version: int) -> list[str]:
    """Take what is proposed on every line where the doubt has exactly one proposal; return the targets.

    A line on which somebody decided since the page was shown stays as they decided.
    """
    taken = []
    lines, history = stored["lines"], stored[HISTORY]
    rows = batch.rows.filter(fate=ImportRow.Fate.SUSPICIOUS, codes__contains=[code])
    for line, detail in rows.values_list("line", "detail").iterator():
        target = Decision("proposer", line).target
        if history.get(target, {}).get("version", 0) > version:
            continue
        for problem in detail["problems"]:
            if problem["code"] == code and problem["column"] and len(problem["proposals"]) == 1:
                cells = lines.get(str(line), {}).get("cells", {})
                cells = {**cells, problem["column"]: problem["proposals"][0][0]}
                lines[str(line)] = {"choice": "corriger", "cells": cells}
                taken.append(target)
    return taken


@transaction.atomic
def store_words(pk: int, version: int, answers: dict[str, dict[str, str]], actor: User) -> None:
    """Store what the words of each column are read as, and queue the dry run. Raise StaleBatch."""
    batch = _lock_batch_as_read(pk, version)
    history = batch.setup.setdefault("decisions", {}).setdefault(HISTORY, {})
    decision = Decision("corriger", column=WORDS, value=_("vos mots"))
    _refuse_conflict(history, version, decision, actor)
    for column, words in answers.items():
        vocabulary.store_answers(batch.setup["mapping"], column, words)
    batch.version += 1
    history[decision.target] = {"version": batch.version, "by": actor.pk, "words": _("mots du fichier")}
    queue_job(batch, Job.CHECK, actor)
