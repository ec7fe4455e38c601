"""What is wrong with a file or with a row, for a curator: what, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Proposals = tuple[tuple[str, str], ...]


class Severity(StrEnum):
    """How far a problem goes: a notice informs, a doubt waits for a curator, a rejection stays out."""

    NOTICE = "avis"
    DOUBT = "doute"
    REJECT = "rejet"


@dataclass(frozen=True, slots=True)
class Problem:
    """One remark about one row, in French; ``column`` is the header as the file writes it.

    ``proposals`` are what the cell could be replaced with: (text, label).
    """

    severity: Severity
    code: str
    message: str
    column: str = ""
    proposals: Proposals = ()

    def __str__(self) -> str:
        return f"{self.column} : {self.message}" if self.column else self.message


def notice(code: str, message: str, column: str = "") -> Problem:
    """Return a remark that changes nothing to the fate of the row."""
    return Problem(Severity.NOTICE, code, message, column)


def doubt(code: str, message: str, column: str = "", proposals: Proposals = ()) -> Problem:
    """Return a remark that a curator has to decide on before the row is written."""
    return Problem(Severity.DOUBT, code, message, column, proposals)


def rejection(code: str, message: str, column: str = "") -> Problem:
    """Return a remark that keeps the row out until the file is corrected."""
    return Problem(Severity.REJECT, code, message, column)


class FileRefused(Exception):
    """The file cannot be imported, nothing was written. ``lines`` are the faulty lines, if known."""

    def __init__(self, message: str, lines: tuple[int, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.lines = lines

    def __str__(self) -> str:
        if not self.lines:
            return self.message
        shown = ", ".join(str(line) for line in self.lines[:20])
        more = f" et {len(self.lines) - 20} autres" if len(self.lines) > 20 else ""
        word = "Lignes" if len(self.lines) > 1 else "Ligne"
        return f"{self.message} {word} : {shown}{more}."
