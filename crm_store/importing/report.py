"""What an import did, row by row refused or in sums."""

from dataclasses import dataclass, field
from enum import StrEnum

from crm_store.importing.columns import Row
from crm_store.importing.errors import CellRefused


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Refusal:
    """A row that was not taken over, and why. `line`: in the file, the header being line 1; `column`: its name in our
    own words, empty when the row as a whole is at fault; `reason_code`: a value of the labels `import_refusal`.
    """

    line: int
    column: str
    value: str
    reason_code: str


@dataclass
class ImportReport:
    """Rows by what became of them. `ignored_columns`: headers nobody knows here. `members`: ids of those whose
    orders or parcels changed, who are to be looked at anew (`risk.sweep`)."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)
    ignored_columns: set[str] = field(default_factory=set)
    members: set[int] = field(default_factory=set)

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + len(self.refused)

    def count(self, outcome: Outcome) -> None:
        setattr(self, outcome, getattr(self, outcome) + 1)

    def refuse(self, row: Row, refusal: CellRefused) -> None:
        self.refused.append(Refusal(row.line, refusal.column, refusal.value, refusal.reason_code))

    def add(self, other: "ImportReport") -> None:
        """Take in the report of a further part of the same import."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.refused += other.refused
        self.ignored_columns |= other.ignored_columns
        self.members |= other.members
