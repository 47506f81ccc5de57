"""What an import did, row by row refused or in sums."""

from dataclasses import dataclass, field
from enum import StrEnum

from crm_store.importing.columns import Row
from crm_store.importing.errors import CellRefused, Refusal


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass
class ImportReport:
    """Rows by what became of them. `ignored_columns`: headers nobody knows here. `members`: ids of those whose
    orders or parcels changed, who are to be looked at anew (`risk.sweep`). `notes`: what was kept as it is here of rows
    that were taken, or is worth knowing of them; their `reason_code` is a value of the labels `import_note`.
    `unchanged_lines`: which rows were, of this part alone."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)
    ignored_columns: set[str] = field(default_factory=set)
    members: set[int] = field(default_factory=set)
    notes: list[Refusal] = field(default_factory=list)
    unchanged_lines: set[int] = field(default_factory=set)

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + len(self.refused)

    def count(self, row: Row, outcome: Outcome) -> None:
        setattr(self, outcome, getattr(self, outcome) + 1)
        if outcome is Outcome.UNCHANGED:
            self.unchanged_lines.add(row.line)

    def refuse(self, row: Row, refusal: CellRefused, contact: tuple[str, str] | None = None) -> None:
        self.refused.append(Refusal(row.line, refusal.column, refusal.value, refusal.reason_code, contact))

    def note(self, row: Row, noted: CellRefused) -> None:
        self.notes.append(Refusal(row.line, noted.column, noted.value, noted.reason_code))

    def add(self, other: "ImportReport") -> None:
        """Take in the report of a further part of the same import."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.refused += other.refused
        self.ignored_columns |= other.ignored_columns
        self.members |= other.members
        self.notes += other.notes
