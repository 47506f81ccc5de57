"""What an import did, row by row refused or in sums."""

from dataclasses import dataclass, field
from enum import StrEnum

from crm_store.errors import CrmError

VALUE_CHARACTERS = 80


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
    """Rows by what became of them. `ignored_columns`: headers nobody knows here."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)
    ignored_columns: set[str] = field(default_factory=set)

    @property
    def rows(self) -> int:
        return self.created + self.updated + self.unchanged + len(self.refused)

    def count(self, outcome: Outcome) -> None:
        setattr(self, outcome, getattr(self, outcome) + 1)

    def add(self, other: "ImportReport") -> None:
        """Take in the report of a further part of the same import."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.refused += other.refused
        self.ignored_columns |= other.ignored_columns


class CellRefused(CrmError):
    """A cell, or with an empty `column` the row, cannot be taken over."""

    code = "cell_refused"

    def __init__(self, column: str, value: object, reason_code: str) -> None:
        self.column, self.value, self.reason_code = column, str(value)[:VALUE_CHARACTERS], reason_code
        super().__init__(column=column, value=self.value, reason_code=reason_code)


class FileUnreadable(CrmError):
    """The file as a whole cannot be imported. `reason_code`: empty, unknown_encoding, missing_columns, which are then
    named in `columns`, or open_quote, which begins in the row of `line`.
    """

    code = "import_file_unreadable"

    def __init__(self, reason_code: str, columns: tuple[str, ...] = (), *, line: int | None = None) -> None:
        self.reason_code, self.columns, self.line = reason_code, columns, line
        super().__init__(reason_code=reason_code, columns=columns, line=line)
