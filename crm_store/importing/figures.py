"""From a cell to a number: whole ones, amounts of money, and numbers that are names.

A spreadsheet writes numbers in its owner's way, and shortens what it takes for one: each form that can be read in one
way only is read, every other is refused. A parser gives the value or raises ValueError with a reason code.
"""

import re
import unicodedata
from decimal import Decimal

from crm_store.currencies import CURRENCIES

LARGEST = 2**31 - 1
OWN_CURRENCY = "CNY"
"""Of amounts that say nothing of theirs."""

_YUANS = frozenset({"CNY", "TWD", "HKD", "MOP"})
_CURRENCIES = {
    **{code: frozenset({code}) for code in ("CNY", "USD", "HKD", "TWD", "EUR", "JPY", "MOP", "SGD", "GBP")},
    **{
        sign: frozenset({code})
        for sign, code in {"RMB": "CNY", "NT": "TWD", "HK": "HKD", "US": "USD", "€": "EUR", "£": "GBP"}.items()
    },
    "$": frozenset({"USD", "HKD", "TWD", "SGD", "MOP", "AUD", "CAD", "NZD"}),
    "¥": frozenset({"CNY", "JPY"}),
    **dict.fromkeys("元圆圓", _YUANS),
}
"""What stands beside an amount, and the currencies it may mean."""
_SIGN = re.compile("|".join(re.escape(sign) for sign in sorted(_CURRENCIES, key=len, reverse=True)))
_PRICED = re.compile(
    rf"(?P<below>[+-]?)(?P<before>(?:\s*(?:{_SIGN.pattern}))*)\s*(?P<inner>[+-]?)"
    rf"(?P<digits>\d(?:.*\d)?(?:E[+-]?\d+)?)(?P<after>(?:\s*(?:{_SIGN.pattern}))*)"
)
"""An amount with signs before and behind it: between digits a sign is a decimal mark to some, and nothing to others."""
_USUAL = re.compile(r"\d{1,7}(?:\.\d{1,2})?")
"""As nearly all amounts are written, and too small to be too large."""
_SPACED_THOUSANDS = re.compile(r"[1-9]\d{0,2}([ '])\d{3}(?:\1\d{3})*(?:[.,]\d{1,2}|\.\d{4,})?")
_AMOUNT_CHARACTERS = 60

_ALSO_CALLED = {"RMB": "CNY", "人民币": "CNY", "人民幣": "CNY", "NTD": "TWD"}

_SHORTENED = re.compile(r"[+-]?\d+(?:[.,]\d+E[+-]?|E[+-])\d+|[+-]?\d+(?:[.,]\d+)? ?[×x*] ?10\^[+-]?\d+", re.IGNORECASE)
"""As spreadsheets shorten a long number: 8.61381E+12, 1.38×10^10. A plain 12E4 is an article's number."""
_MADE_A_NUMBER = re.compile(r"\d+[.,]0*|\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d{1,3}(?:\.\d{3})+,\d*|\d{1,3}(?:\.\d{3}){2,}")
"""A number that was a name and came out as one to calculate with: 300001.0, 300,001, 13,800,138,000.00."""
_TOO_NARROW = re.compile(r"#{2,}")
"""What a spreadsheet shows of a number that has no room in its column."""

_PLAIN = re.compile(r"\d+")
_COMMA_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
"""Nobody writes thousands with a zero in front: 0,125 is an eighth to some."""
_LEADING_ZERO = re.compile(r"0\d*(?:[.,' ]\d{3})+")
_POINT_DECIMALS = re.compile(r"((?:[1-9]\d{0,2}(?:,\d{3})+)|\d+)\.(\d{1,2}|\d{4,})")
"""128.50, 1,280.5 and 128.5000; three decimals could be thousands."""
_COMMA_DECIMALS = re.compile(r"((?:[1-9]\d{0,2}(?:\.\d{3})+)|\d+),(\d{1,2})")
_POINT_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){2,}")
_ZERO_DECIMALS = re.compile(r"(.*\d)\.(?:0{1,2}|0{4,})")


def is_shortened(cell: str) -> bool:
    """Whether a spreadsheet made a number of it and digits may be lost: 1.38E+10, 300001.0, 300,001, #####."""
    if cell.isascii() and cell.isalnum() and "E" not in cell and "e" not in cell and "x" not in cell:
        return False
    flat = in_plain_digits(_flat(cell))
    return any(made.fullmatch(flat) for made in (_SHORTENED, _MADE_A_NUMBER, _TOO_NARROW))


def in_plain_digits(text: str) -> str:
    """Digits of any script as 0 to 9: ١٢٣ is 123."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def whole(cell: str, *, lowest: int | None = None) -> int:
    """A whole number: 1600, 1,600, 1600.0. What could be decimals or thousands is refused: 1,5 and 1.600."""
    if _is_raised(cell):
        raise ValueError("not_a_whole_number")
    flat = _flat(cell)
    if _SHORTENED.fullmatch(flat):
        raise ValueError("digits_lost")
    sign, digits = (-1, flat[1:]) if flat.startswith("-") else (1, flat.removeprefix("+"))
    cut = _ZERO_DECIMALS.fullmatch(digits)
    digits = cut.group(1) if cut else digits
    if not (_PLAIN.fullmatch(digits) or _COMMA_THOUSANDS.fullmatch(digits)):
        raise ValueError("mark_unclear" if _LEADING_ZERO.fullmatch(digits) else "not_a_whole_number")
    number = sign * _within(Decimal(digits.replace(",", "")))
    if lowest is not None and number < lowest:
        raise ValueError("too_small")
    return number


def quantity(cell: str) -> int:
    return whole(cell, lowest=1)


def points(cell: str) -> int:
    """Not zero; below zero for points taken."""
    number = whole(cell)
    if number == 0:
        raise ValueError("zero")
    return number


def money(cell: str) -> int:
    """An amount in whole units with up to two decimals, as minor units, not below zero: ¥1,280.50, 1280,50 and 1.280,50
    are 128050. Three digits behind a single point could be thousands: refused; so is a sign between digits, 12€50."""
    if cell.isascii() and _USUAL.fullmatch(cell):
        units, _, cents = cell.partition(".")
        return int(units) * 100 + int(cents.ljust(2, "0"))
    below, digits, _ = _priced(cell)
    if _SPACED_THOUSANDS.fullmatch(digits):
        digits = digits.replace(" ", "").replace("'", "")
    amount = _amount(digits) * 100
    if amount != amount.to_integral_value():
        raise ValueError("not_an_amount")
    if below and amount:
        raise ValueError("too_small")
    return _within(amount)


COUNTED = (quantity, points, money)
"""The parsers of what is counted, and not a name."""


def has_decimal_comma(cell: str) -> bool:
    """Whether it can only be read with a comma as its decimal mark: 128,50 and 1.280,5 €."""
    digits = _digits_of(cell)
    return digits is not None and _COMMA_DECIMALS.fullmatch(digits) is not None


def is_one_group_of_thousands(cell: str) -> bool:
    """Whether its only mark is a comma before three digits: 1,000 is 1 where the comma is a decimal mark."""
    digits = _digits_of(cell)
    return digits is not None and _COMMA_THOUSANDS.fullmatch(digits) is not None and digits.count(",") == 1


def _digits_of(cell: str) -> str | None:
    """The digits of an amount with the marks between them; None for none."""
    if "," not in (flat := _flat(cell)):
        return None
    try:
        return _priced(flat)[1]
    except ValueError:
        return None


def currencies_named(cell: str) -> frozenset[str]:
    """The currencies that an amount may be in by its own signs: those of `$128` are many; none where it has no sign.
    `cell`: one that `money` reads."""
    if cell.isascii() and cell[:1].isdecimal() and cell[-1:].isdecimal():
        return frozenset()
    return _priced(cell)[2]


def _priced(cell: str) -> tuple[bool, str, frozenset[str]]:
    """Whether the amount is below zero, its digits, and the currencies that all of its signs together may mean."""
    flat = _flat(cell).upper().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if _is_raised(cell):
        raise ValueError("not_an_amount")
    if _PLAIN.fullmatch(flat):
        return False, flat, frozenset()
    found = _PRICED.fullmatch(flat) if len(flat) <= _AMOUNT_CHARACTERS else None
    if found is None or (found["below"] and found["inner"]):
        raise ValueError("not_an_amount")
    if _SHORTENED.fullmatch(found["digits"]):
        raise ValueError("digits_lost")
    meant = [_CURRENCIES[sign] for sign in _SIGN.findall(found["before"] + found["after"])]
    if meant and not frozenset.intersection(*meant):
        raise ValueError("not_an_amount")
    return "-" in found["below"] + found["inner"], found["digits"], frozenset.intersection(*meant) if meant else _NONE


_NONE: frozenset[str] = frozenset()


def currency(cell: str) -> str:
    code = _flat(cell).upper()
    code = _ALSO_CALLED.get(code, code)
    if code not in CURRENCIES:
        raise ValueError("unknown_currency")
    return code


def _amount(digits: str) -> Decimal:
    if _PLAIN.fullmatch(digits) or _COMMA_THOUSANDS.fullmatch(digits):
        return Decimal(digits.replace(",", ""))
    if _POINT_THOUSANDS.fullmatch(digits):
        return Decimal(digits.replace(".", ""))
    if found := _POINT_DECIMALS.fullmatch(digits):
        return Decimal(f"{found.group(1).replace(',', '')}.{found.group(2)}")
    if found := _COMMA_DECIMALS.fullmatch(digits):
        return Decimal(f"{found.group(1).replace('.', '')}.{found.group(2)}")
    raise ValueError("mark_unclear" if _LEADING_ZERO.fullmatch(digits) else "not_an_amount")


def _within(number: Decimal) -> int:
    # Compared before it is made an int: a cell can hold a hundred thousand digits.
    if abs(number) > LARGEST:
        raise ValueError("too_large")
    return int(number)


def _is_raised(cell: str) -> bool:
    """Whether a digit of it is no plain one: ²5 is not 25, and ①0 not 10."""
    return not cell.isascii() and any(sign.isdigit() and not sign.isdecimal() for sign in cell)


def _flat(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip()
