"""What a file or a batch as a whole tells of the way its numbers are written, before any cell is read for itself."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crm_store.importing import figures
from crm_store.importing.number_formats import DIGITS_A_SPREADSHEET_KEEPS
from crm_store.numbering import half_width

NUMBERS_THAT_ARE_NAMES = frozenset(
    {
        "member_number", "order_number", "parcel_number", "sku", "external_id", "reference",
        "phone", "member_phone", "recipient_phone",
    }
)  # fmt: skip
"""Columns of which every digit counts."""

_LONG = re.compile(rf"\d{{{DIGITS_A_SPREADSHEET_KEEPS}}}(\d+)")
_ROUNDED = re.compile(rf"[1-9]\d{{{DIGITS_A_SPREADSHEET_KEEPS - 1}}}0+")


@dataclass(frozen=True)
class Habits:
    """`long_ones`: columns in which some number has more digits than a spreadsheet keeps, so that no spreadsheet has
    rounded the others; `has_decimal_comma`: whether some amount is written as 128,50."""

    long_ones: frozenset[str] = frozenset()
    has_decimal_comma: bool = False

    def refuse(self, column: str, parse: Callable[[str], object], cell: str, *, is_kept: bool = False) -> None:
        """Raises ValueError with a reason code for a cell that looks plain and is not, in these data. `is_kept`: a
        sign in front, or the workbook, says that it is a text."""
        if column in NUMBERS_THAT_ARE_NAMES:
            is_long = len(cell) > DIGITS_A_SPREADSHEET_KEEPS
            if is_long and not is_kept and column not in self.long_ones and is_rounded(cell):
                raise ValueError("last_digits_lost")
        elif self.has_decimal_comma and parse in figures.COUNTED and figures.is_one_group_of_thousands(cell):
            raise ValueError("thousands_unclear")


NONE = Habits()


def is_rounded(cell: str) -> bool:
    """Whether it is a whole number as a spreadsheet leaves one that is too long for it: 2876543219876540000."""
    return _ROUNDED.fullmatch(half_width(cell)) is not None


def told_by(cells: Iterable[tuple[str, Callable[[str], object], str]]) -> Habits:
    """`cells`: name and parser of the column, and the text, of those that are long or have a comma."""
    long_ones, has_decimal_comma = set(), False
    for column, parse, cell in cells:
        if column in NUMBERS_THAT_ARE_NAMES:
            found = _LONG.fullmatch(half_width(cell))
            if found and found[1].strip("0"):
                long_ones.add(column)
        elif parse in figures.COUNTED:
            has_decimal_comma = has_decimal_comma or figures.has_decimal_comma(cell)
    return Habits(frozenset(long_ones), has_decimal_comma)
