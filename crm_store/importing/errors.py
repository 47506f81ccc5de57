"""What an import refuses: one cell, or the whole file."""

from dataclasses import dataclass

from crm_store.errors import CrmError
from crm_store.importing.unread import without_marks

VALUE_CHARACTERS = 80


class CellRefused(CrmError):
    """A cell, or with an empty `column` the row, cannot be taken over."""

    code = "cell_refused"

    def __init__(self, column: str, value: object, reason_code: str) -> None:
        said = without_marks(str(value)[:VALUE_CHARACTERS])
        shown = "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in said)
        self.column, self.value, self.reason_code = column, shown, reason_code
        super().__init__(column=column, value=self.value, reason_code=reason_code)


@dataclass(frozen=True)
class Refusal:
    """A row that was not taken over, and why. `line`: in the file, the header being line 1; `column`: its name in our
    own words, empty when the row as a whole is at fault; `reason_code`: a value of the labels `import_refusal`.
    `contact`: column and cell by which the row's order names its buyer, who was looked up before the row was refused.
    """

    line: int
    column: str
    value: str
    reason_code: str
    contact: tuple[str, str] | None = None


class FileUnreadable(CrmError):
    """The file as a whole cannot be imported.

    `reason_code`: empty; unknown_encoding; not_that_encoding, of `encoding`; ambiguous_encoding, with what it would say
    in each of `readings`; mixed_encoding, UTF-8 but for `line` and others; missing_columns, named in `columns`;
    open_quote, which begins in the row of `line`; long_cell, in that row; or what is wrong with a workbook.
    """

    code = "import_file_unreadable"

    def __init__(
        self,
        reason_code: str,
        columns: tuple[str, ...] = (),
        *,
        line: int | None = None,
        encoding: str | None = None,
        readings: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.reason_code, self.columns, self.line = reason_code, columns, line
        self.encoding, self.readings = encoding, readings
        super().__init__(reason_code=reason_code, columns=columns, line=line, encoding=encoding, readings=readings)
