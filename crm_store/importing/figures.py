"""From a cell to a number: whole ones, amounts of money, and numbers that are names.

A spreadsheet writes numbers in its owner's way, and shortens what it takes for one: each form that can be read in one
way only is read, every other is refused. A parser gives the value or raises ValueError with a reason code.
"""

import re
import unicodedata
from decimal import Decimal

LARGEST = 2**31 - 1
OWN_CURRENCY = "CNY"
"""Of amounts that say nothing of theirs."""

_MONEY_SIGNS = re.compile(r"[¥$€£\s元圆圓']|CNY|RMB|USD|HKD|TWD|NT|HK|US|EUR|JPY|MOP|SGD")
_CURRENCIES = {
    **{
        sign: frozenset({code})
        for sign, code in {"RMB": "CNY", "NT": "TWD", "HK": "HKD", "US": "USD", "€": "EUR"}.items()
    },
    **{code: frozenset({code}) for code in ("CNY", "TWD", "EUR", "JPY", "MOP", "SGD")},
    "£": frozenset({"GBP"}),
    "$": frozenset({"USD", "HKD", "TWD", "SGD", "MOP", "AUD", "CAD", "NZD"}),
    "¥": frozenset({"CNY", "JPY"}),
    **dict.fromkeys("元圆圓", frozenset({"CNY", "TWD", "HKD", "MOP"})),
}
"""What stands beside an amount, the surest first: HK$ before $."""
_SHORTENED = re.compile(r"[+-]?\d+(?:[.,]\d+E[+-]?|E[+-])\d+", re.IGNORECASE)
"""As spreadsheets shorten a long number: 8.61381E+12. A plain 12E4 is an article's number."""
_MADE_A_NUMBER = re.compile(r"\d+[.,]0+")
"""A number that was a name and came out as one to calculate with: 300001.0."""

_PLAIN = re.compile(r"\d+")
_COMMA_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_POINT_DECIMALS = re.compile(r"((?:\d{1,3}(?:,\d{3})+)|\d+)\.(\d{1,2}|\d{4,})")
"""128.50, 1,280.5 and 128.5000; three decimals could be thousands."""
_COMMA_DECIMALS = re.compile(r"((?:\d{1,3}(?:\.\d{3})+)|\d+),(\d{1,2})")
_POINT_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3}){2,}")
_ZERO_DECIMALS = re.compile(r"(.*\d)\.(?:0{1,2}|0{4,})")


def is_shortened(cell: str) -> bool:
    """Whether a spreadsheet made a number of it and digits may be lost: 1.38E+10, 300001.0."""
    flat = _flat(cell)
    return bool(_SHORTENED.fullmatch(flat) or _MADE_A_NUMBER.fullmatch(flat))


def whole(cell: str, *, lowest: int | None = None) -> int:
    """A whole number: 1600, 1,600, 1600.0. What could be decimals or thousands is refused: 1,5 and 1.600."""
    flat = _flat(cell)
    if _SHORTENED.fullmatch(flat):
        raise ValueError("digits_lost")
    sign, digits = (-1, flat[1:]) if flat.startswith("-") else (1, flat.removeprefix("+"))
    cut = _ZERO_DECIMALS.fullmatch(digits)
    digits = cut.group(1) if cut else digits
    if not (_PLAIN.fullmatch(digits) or _COMMA_THOUSANDS.fullmatch(digits)):
        raise ValueError("not_a_whole_number")
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
    are 128050. Three digits behind a single point could be thousands: refused."""
    flat = _MONEY_SIGNS.sub("", _flat(cell).upper())
    if _SHORTENED.fullmatch(flat):
        raise ValueError("digits_lost")
    below = flat.startswith("-")
    amount = _amount(flat.removeprefix("-").removeprefix("+")) * 100
    if amount != amount.to_integral_value():
        raise ValueError("not_an_amount")
    if below and amount:
        raise ValueError("too_small")
    return _within(amount)


def currencies_named(cell: str) -> frozenset[str]:
    """The currencies that an amount may be in by its own signs: those of `$128` are many; none where it has no sign."""
    flat = _flat(cell).upper()
    return next((meant for sign, meant in _CURRENCIES.items() if sign in flat), frozenset())


def currency(cell: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", cell):
        raise ValueError("unknown_currency")
    return cell.upper()


def _amount(digits: str) -> Decimal:
    if _PLAIN.fullmatch(digits) or _COMMA_THOUSANDS.fullmatch(digits):
        return Decimal(digits.replace(",", ""))
    if _POINT_THOUSANDS.fullmatch(digits):
        return Decimal(digits.replace(".", ""))
    if found := _POINT_DECIMALS.fullmatch(digits):
        return Decimal(f"{found.group(1).replace(',', '')}.{found.group(2)}")
    if found := _COMMA_DECIMALS.fullmatch(digits):
        return Decimal(f"{found.group(1).replace('.', '')}.{found.group(2)}")
    raise ValueError("not_an_amount")


def _within(number: Decimal) -> int:
    # Compared before it is made an int: a cell can hold a hundred thousand digits.
    if abs(number) > LARGEST:
        raise ValueError("too_large")
    return int(number)


def _flat(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip()
