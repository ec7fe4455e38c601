"""What curators decide of the doubts of an import: line by line, by kind, word by word.

A decision says which state of the import its page showed. It is kept when nobody decided the same thing
since, even if they decided others; otherwise both decisions are told, and the first one stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from catalogue.imports.rows import vocabulary
from catalogue.imports.rows.decisions import RowDecisions
from catalogue.imports.wizard.batches import Job, StaleBatch, lock_batch, queue_job
from catalogue.models import ImportBatch, ImportRow

if TYPE_CHECKING:
    from collections.abc import Iterable

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
"""The doubts about what a cell says, wherever it says it: one word is decided once for the whole file."""
WORDS = "vocabulaire"


@dataclass(frozen=True)
class Decision:
    """What a curator says of a line, of a kind of doubt, or of a word of a column.

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
        """What the decision is about: two decisions on one target exclude each other."""
        if self.line is not None:
            return f"ligne {self.line}"
        return f"mot {self.column} {self.text}" if self.column else f"doute {self.code}"

    @property
    def target_label(self) -> str:
        """The same, for a person."""
        if self.line is not None:
            return _("la ligne %(n)d") % {"n": self.line}
        return f"« {self.text or self.code} »"

    @property
    def choice_label(self) -> str:
        """The decision, for a person."""
        names = {
            "accepter": _("importer"),
            "ecarter": _("écarter"),
            "corriger": _("lire « %(value)s »") % {"value": self.value or _("vide")},
            "proposer": _("prendre ce qui est proposé"),
            "annuler": _("revenir dessus"),
        }
        return names[self.choice]


def row_decisions(batch: ImportBatch) -> RowDecisions:
    """The decisions that the batch keeps, as the importers read them."""
    kept = batch.setup.get("decisions", {})
    lines = {int(line): one for line, one in kept.get("lines", {}).items()}
    return RowDecisions(
        accepted_codes=frozenset(kept.get("accepted", [])),
        refused_codes=frozenset(kept.get("refused", [])),
        accepted={n: frozenset(one["codes"]) for n, one in lines.items() if one["choice"] == "accepter"},
        refused=frozenset(n for n, one in lines.items() if one["choice"] == "ecarter"),
        cells=_cells_by_column(kept.get("cells", [])),
        line_cells={n: one["cells"] for n, one in lines.items() if one["choice"] == "corriger"},
    )


def _cells_by_column(cells: list[list[str]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for column, text, value in cells:
        found.setdefault(column, {})[text] = value
    return found


def _lock_batch_as_read(pk: int, version: int) -> ImportBatch:
    """The batch under lock, while its columns are still read as the page showed."""
    batch = lock_batch(pk)
    if batch.job:
        raise StaleBatch(_("Une tâche est en cours sur cet import : attendez qu’elle finisse."))
    if not batch.is_open or not batch.setup.get("read_at", 0) <= version <= batch.version:
        raise StaleBatch(_("Cet import a changé depuis que vous avez ouvert la page. Voici où il en est."))
    return batch


@transaction.atomic
def store_decision(pk: int, version: int, decision: Decision, actor: User) -> None:
    """Keep a decision; it is applied by the next dry run. Raises Stale."""
    batch = _lock_batch_as_read(pk, version)
    kept = batch.setup.setdefault("decisions", {})
    for name, empty in (("lines", {}), ("cells", []), ("accepted", []), ("refused", []), ("said", {})):
        kept.setdefault(name, empty)
    targets: Iterable[str] = [decision.target]
    _refuse_conflict(kept["said"], version, decision, actor)
    if decision.line is not None:
        _store_line(batch, kept["lines"], decision.line, decision)
    elif decision.choice == "proposer":
        targets = _take_proposals(batch, kept, decision.code, version)
    elif decision.column:
        cells = [one for one in kept["cells"] if one[:2] != [decision.column, decision.text]]
        if decision.choice == "corriger":
            cells.append([decision.column, decision.text, decision.value])
        kept["cells"] = cells
    else:
        _store_kind(kept, decision)
    if len(kept["lines"]) + len(kept["cells"]) > MOST_DECISIONS:
        raise StaleBatch(_("Trop de décisions ligne par ligne : corrigez plutôt le fichier."))
    batch.version += 1
    said = {"version": batch.version, "by": actor.pk, "words": decision.choice_label}
    kept["said"] |= dict.fromkeys(targets, said)
    batch.save(update_fields=["setup", "version"])


def _refuse_conflict(said: dict[str, Any], version: int, decision: Decision, actor: User) -> None:
    """Raise Stale, with both decisions, when another one was taken since the page was shown."""
    last = said.get(decision.target)
    if last is None or last["version"] <= version:
        return
    other = User.objects.filter(pk=last["by"]).first()
    who = _("vous") if last["by"] == actor.pk else (other and other.get_full_name()) or _("un autre curateur")
    message = _(
        "Pour %(what)s, une autre décision a été prise entre-temps (%(who)s : %(theirs)s). "
        "La vôtre n’a pas été appliquée : %(yours)s. Revenez sur la première si vous la préférez."
    )
    raise StaleBatch(
        message
        % {"what": decision.target_label, "who": who, "theirs": last["words"], "yours": decision.choice_label}
    )


def _store_kind(kept: dict[str, Any], decision: Decision) -> None:
    for name, choice in (("accepted", "accepter"), ("refused", "ecarter")):
        codes = set(kept[name]) - {decision.code}
        allowed = choice == "ecarter" or decision.code in ACCEPTABLE
        kept[name] = sorted(codes | ({decision.code} if decision.choice == choice and allowed else set()))


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


def _take_proposals(batch: ImportBatch, kept: dict[str, Any], code: str, version: int) -> list[str]:
    """Take what is proposed on every line where the doubt has one proposal, and one only.

    A line that somebody settled since the page was shown stays as they settled it. Returns the targets.
    """
    taken = []
    lines, said = kept["lines"], kept["said"]
    rows = batch.rows.filter(fate=ImportRow.Fate.SUSPICIOUS, codes__contains=[code])
    for line, detail in rows.values_list("line", "detail").iterator():
        target = Decision("proposer", line).target
        if said.get(target, {}).get("version", 0) > version:
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
    """Keep what the words of each column are read as, for the source too, and try again. Raises Stale."""
    batch = _lock_batch_as_read(pk, version)
    said = batch.setup.setdefault("decisions", {}).setdefault("said", {})
    _refuse_conflict(said, version, Decision("corriger", column=WORDS, value=_("vos mots")), actor)
    for column, words in answers.items():
        vocabulary.store_answers(batch.setup["mapping"], column, words)
    batch.version += 1
    target = Decision("corriger", column=WORDS).target
    said[target] = {"version": batch.version, "by": actor.pk, "words": _("mots du fichier")}
    queue_job(batch, Job.CHECK, actor)
