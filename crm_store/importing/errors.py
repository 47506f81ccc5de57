"""What an import refuses: one cell, or the whole file."""

from crm_store.errors import CrmError

VALUE_CHARACTERS = 80


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
